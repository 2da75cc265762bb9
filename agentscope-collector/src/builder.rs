//! Sets telemetry up.

use std::sync::Arc;
use std::time::Duration;

use opentelemetry::logs::LoggerProvider;
use opentelemetry::metrics::MeterProvider as _;
use opentelemetry::propagation::{TextMapCompositePropagator, TextMapPropagator};
use opentelemetry::{KeyValue, global};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::logs::{BatchLogProcessor, LogExporter as _, SdkLoggerProvider};
use opentelemetry_sdk::metrics::{PeriodicReader, SdkMeterProvider};
use opentelemetry_sdk::propagation::{BaggagePropagator, TraceContextPropagator};
use opentelemetry_sdk::trace::{
    BatchSpanProcessor, SdkTracerProvider, SpanExporter as _, TracerProviderBuilder,
};

use crate::console::{self, Console, Printer};
use crate::counts::Lane;
use crate::env::{self, Signal};
use crate::error::InitError;
use crate::export::Logs;
use crate::feed::Feed;
use crate::guard::{Guard, Reservation, Running};
use crate::metrics;
use crate::otlp::Transports;
use crate::pipeline::{Emit, Queue, Stages};
use crate::profile::{self, Profiled};
use crate::scrub::Scrubbed;
use crate::spans::{SpanExport, Spans};

/// The name of the instrumentation scope of our log records and metrics.
const SCOPE: &str = "agentscope";

/// Options of [`init`](crate::init). Where a variable says the same, the environment wins, so that
/// a deployment can change what the code chose.
///
/// ```no_run
/// use std::time::Duration;
///
/// let _guard = agentscope_collector::builder()
///     .service_name("refunds")
///     .deadline(Duration::from_secs(5))
///     .on_signals()
///     .init()?;
/// # Ok::<(), agentscope_collector::InitError>(())
/// ```
#[derive(Default)]
#[must_use = "call `init()` or `attach()`"]
pub struct Builder {
    service_name: Option<String>,
    console: Console,
    deadline: Option<Duration>,
    #[cfg(unix)]
    signals: bool,
    emit: Option<Emit>,
}

impl Builder {
    /// Names the service. Without it, `OTEL_SERVICE_NAME` or the name of the executable.
    pub fn service_name(mut self, name: impl Into<String>) -> Self {
        self.service_name = Some(name.into());
        self
    }

    /// How finished sessions are shown. `AGENTSCOPE_CONSOLE` wins.
    pub fn console(mut self, console: Console) -> Self {
        self.console = console;
        self
    }

    /// How long the end of the program may wait for telemetry to be delivered; 2 seconds by default.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// On Unix: flushes on SIGINT and SIGTERM too, in 2 seconds at most, and then lets the signal end the
    /// process as it would have without a handler.
    #[cfg(unix)]
    pub fn on_signals(mut self) -> Self {
        self.signals = true;
        self
    }

    /// Sends snapshots to the application's own logger provider, on a thread of this crate; an
    /// exporter for log records is not set up then.
    pub fn logs_to<P>(mut self, provider: &P) -> Self
    where
        P: LoggerProvider,
        P::Logger: Send + 'static,
    {
        let logger = provider.logger(SCOPE);
        self.emit = Some(Box::new(move |snapshot| {
            agentscope_runtime::__private::emit_from(&logger, snapshot)
        }));
        self
    }

    /// Sets up the SDK from the `OTEL_*` variables; see [`init`](crate::init).
    ///
    /// # Errors
    ///
    /// See [`InitError`]. Nothing is installed then, and the program can go on without telemetry.
    pub fn init(self) -> Result<Guard, InitError> {
        let reservation = Reservation::take()?;
        // A blocking HTTP client must be built, and later dropped, off any async runtime.
        let setting_up = std::thread::Builder::new()
            .name("agentscope-init".to_owned())
            .spawn(move || self.set_up())
            .map_err(InitError::Thread)?;
        let running = setting_up.join().map_err(|_| {
            InitError::Thread(std::io::Error::other(
                "the thread that sets telemetry up panicked",
            ))
        })??;
        let on = running.tracers.is_some();
        let guard = reservation.fill(running);
        if on {
            agentscope_runtime::enable();
        }
        Ok(guard)
    }

    /// Adds the console to the tracer provider of an application that sets up its own SDK.
    ///
    /// No exporter and nothing global is installed: spans are exported as the application does it.
    /// Snapshots go to the console and, with [`logs_to`](Self::logs_to), to its logger provider.
    /// Drop the guard before shutting the providers down.
    ///
    /// # Errors
    ///
    /// See [`InitError`].
    ///
    /// ```no_run
    /// use opentelemetry_sdk::trace::SdkTracerProvider;
    ///
    /// let builder = SdkTracerProvider::builder(); // with the application's own exporters
    /// let (builder, _guard) = agentscope_collector::builder().attach(builder)?;
    /// opentelemetry::global::set_tracer_provider(builder.build());
    /// # Ok::<(), agentscope_collector::InitError>(())
    /// ```
    pub fn attach(
        mut self,
        provider: TracerProviderBuilder,
    ) -> Result<(TracerProviderBuilder, Guard), InitError> {
        let reservation = Reservation::take()?;
        // How spans are exported is the application's affair.
        warn_of_mistakes(&env::misspelt());
        let printer = Printer::new(self.console.or_environment()?);
        self.install_signals()?;
        let mut running = self.running(Vec::new());
        let emit = self.emit.take();
        let mut provider = provider;
        if printer.is_some() || emit.is_some() {
            let prints = printer.is_some();
            let queue = Queue::start(Stages {
                printer,
                spans: None,
                emit,
                logs: None,
                // The application exports spans as it likes, so the runtime scrubs them.
                scrubber: None,
                feed: None,
            })?;
            if prints {
                provider = provider.with_span_processor(Spans::Queued(queue.clone(), None));
            }
            agentscope_runtime::set_snapshot_sink(Some(Arc::new(queue.clone())));
            running.queue = Some(queue);
        }
        let guard = reservation.fill(running);
        agentscope_runtime::enable();
        Ok((provider, guard))
    }

    fn running(&self, lanes: Vec<Arc<Lane>>) -> Running {
        let deadline = self.deadline.unwrap_or(Duration::from_secs(2));
        Running {
            queue: None,
            tracers: None,
            loggers: None,
            meters: None,
            lanes,
            deadline,
        }
    }

    pub(crate) fn set_up(mut self) -> Result<Running, InitError> {
        let mut unread = env::unread();
        unread.extend(env::misspelt());
        warn_of_mistakes(&unread);
        let disabled = env::is_true("OTEL_SDK_DISABLED");
        let console = self.console.or_environment()?;
        let console = if disabled { Console::Off } else { console };
        let lane = |signal: Signal, size| {
            let target = signal.target().filter(|_| !disabled)?;
            Some(Arc::new(Lane::new(
                signal,
                target,
                env::number(size).unwrap_or(2_048),
            )))
        };
        let traces = lane(Signal::Traces, "OTEL_BSP_MAX_QUEUE_SIZE");
        let logs = match self.emit {
            Some(_) => None,
            None => lane(Signal::Logs, "OTEL_BLRP_MAX_QUEUE_SIZE"),
        };
        let measured = lane(Signal::Metrics, "");

        // Everything that can fail comes before anything is installed.
        let resource = self.resource();
        let mut transports = Transports::default();
        // All that leaves passes threads of ours.
        let scrubber = Arc::new(agentscope_runtime::scrub_later());
        let spans = match &traces {
            Some(lane) => {
                let mut exporter = Scrubbed {
                    exporter: Profiled {
                        exporter: transports.spans(lane)?,
                        // What is no profile was warned of.
                        profile: profile::asked().unwrap_or_default(),
                    },
                    scrubber: Arc::clone(&scrubber),
                };
                exporter.set_resource(&resource);
                let batch = BatchSpanProcessor::builder(exporter).build();
                Some(Arc::new(SpanExport::new(Arc::clone(lane), batch)))
            }
            None => None,
        };
        let loggers = match &logs {
            Some(lane) => {
                let mut exporter = transports.logs(lane)?;
                exporter.set_resource(&resource);
                let batch = BatchLogProcessor::builder(exporter).build();
                let processor = Logs {
                    lane: Arc::clone(lane),
                    batch,
                };
                let builder = SdkLoggerProvider::builder().with_resource(resource.clone());
                Some(builder.with_log_processor(processor).build())
            }
            None => None,
        };
        let meters = match &measured {
            Some(lane) => {
                let reader = PeriodicReader::builder(transports.metrics(lane)?).build();
                let builder = SdkMeterProvider::builder().with_resource(resource.clone());
                Some(builder.with_reader(reader).build())
            }
            None => None,
        };
        let feed = match disabled {
            true => None,
            false => Feed::asked(&resource),
        };
        self.install_signals()?;
        let printer = Printer::new(console);
        if let Some(loggers) = &loggers {
            self = self.logs_to(loggers);
        }
        let emit = self.emit.take();
        let takes_spans = printer.is_some() || feed.is_some();
        let queue = match takes_spans || emit.is_some() {
            true => Some(Queue::start(Stages {
                printer,
                spans: spans.clone(),
                emit,
                logs: logs.clone(),
                scrubber: Some(scrubber),
                feed,
            })?),
            false => None,
        };

        global::set_text_map_propagator(propagator());
        let mut running = self.running([traces, logs, measured].into_iter().flatten().collect());
        let processor = match (&queue, spans) {
            (Some(queue), spans) if takes_spans => Some(Spans::Queued(queue.clone(), spans)),
            (_, spans) => spans.map(Spans::Direct),
        };
        // Snapshots and metrics need spans with real ids, even where no span is exported. Where
        // nobody looks none is recorded, and annotated code stays at its idle cost.
        if processor.is_some() || queue.is_some() || meters.is_some() {
            let mut provider = with_limits(SdkTracerProvider::builder()).with_resource(resource);
            if let Some(processor) = processor {
                provider = provider.with_span_processor(processor);
            }
            let provider = provider.build();
            global::set_tracer_provider(provider.clone());
            running.tracers = Some(provider);
        }
        if let Some(meters) = meters {
            metrics::register(&meters.meter(SCOPE));
            global::set_meter_provider(meters.clone());
            running.meters = Some(meters);
        }
        if let Some(queue) = queue {
            agentscope_runtime::set_snapshot_sink(Some(Arc::new(queue.clone())));
            running.queue = Some(queue);
        }
        running.loggers = loggers;
        Ok(running)
    }

    fn install_signals(&self) -> Result<(), InitError> {
        #[cfg(unix)]
        if self.signals {
            crate::signals::install()?;
        }
        Ok(())
    }

    fn resource(&self) -> Resource {
        let builder = Resource::builder()
            .with_attribute(KeyValue::new("telemetry.distro.name", "agentscope"))
            .with_attribute(KeyValue::new(
                "telemetry.distro.version",
                env!("CARGO_PKG_VERSION"),
            ));
        let attributes = env::get("OTEL_RESOURCE_ATTRIBUTES").unwrap_or_default();
        let named = env::get("OTEL_SERVICE_NAME").is_some()
            || attributes
                .split(',')
                .any(|pair| pair.trim_start().starts_with("service.name="));
        if named {
            return builder.build();
        }
        let executable = || {
            Some(
                std::env::current_exe()
                    .ok()?
                    .file_stem()?
                    .to_str()?
                    .to_owned(),
            )
        };
        match self.service_name.clone().or_else(executable) {
            Some(name) => builder.with_service_name(name).build(),
            None => builder.build(),
        }
    }
}

fn warn_of_mistakes(unread: &[String]) {
    if !unread.is_empty() {
        console::warn(format_args!(
            "set but without effect: {}",
            unread.join("; ")
        ));
    }
    // Where the program has a log, the runtime says these there, when it first needs the variable.
    if !console::has_log() {
        for mistake in env::of_runtime() {
            console::warn(format_args!("{mistake}"));
        }
    }
}

fn propagator() -> TextMapCompositePropagator {
    let mut propagators: Vec<Box<dyn TextMapPropagator + Send + Sync>> = Vec::new();
    for word in env::propagators() {
        match word.as_str() {
            "tracecontext" => propagators.push(Box::new(TraceContextPropagator::new())),
            "baggage" => propagators.push(Box::new(BaggagePropagator::new())),
            // `none`, or one that was warned of.
            _ => {}
        }
    }
    TextMapCompositePropagator::new(propagators)
}

/// The limits that the SDK does not read itself.
fn with_limits(mut provider: TracerProviderBuilder) -> TracerProviderBuilder {
    let general = env::number("OTEL_ATTRIBUTE_COUNT_LIMIT");
    let own = |name| env::number(name).or(general);
    if let Some(limit) = own("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT") {
        provider = provider.with_max_attributes_per_span(limit);
    }
    if let Some(limit) = own("OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT") {
        provider = provider.with_max_attributes_per_event(limit);
    }
    if let Some(limit) = own("OTEL_LINK_ATTRIBUTE_COUNT_LIMIT") {
        provider = provider.with_max_attributes_per_link(limit);
    }
    provider
}
