//! Ordinary forms of functions: each compiles, returns what it did before, and makes one span that
//! ends when the work does.

#![allow(
    missing_docs,
    unsafe_code,
    clippy::multiple_bound_locations,
    clippy::unwrap_used
)]

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, LazyLock};

use agentscope::{agent, inference, tool};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider};

static SPANS: LazyLock<InMemorySpanExporter> = LazyLock::new(|| {
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder()
        .with_simple_exporter(exporter.clone())
        .build();
    opentelemetry::global::set_tracer_provider(provider);
    agentscope::enable();
    exporter
});

/// The outcome of the one span that the function of this name made.
fn outcome(function: &str) -> String {
    let spans = SPANS.get_finished_spans().unwrap();
    let of = |span: &&opentelemetry_sdk::trace::SpanData| {
        span.name.ends_with(&format!(" {function}")) && !span.name.starts_with("invoke_workflow")
    };
    let [span] = spans.iter().filter(of).collect::<Vec<_>>()[..] else {
        panic!("not one span for {function}");
    };
    let outcome = span
        .attributes
        .iter()
        .find(|found| found.key.as_str() == "agentscope.outcome");
    outcome.unwrap().value.to_string()
}

type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

#[tool(default = secret)]
fn generic<T: Clone, const N: usize>(value: &T) -> [T; N]
where
    T: std::fmt::Debug,
{
    std::array::from_fn(|_| value.clone())
}

#[tool(default = secret)]
async fn borrows<'a, 'b: 'a>(one: &'a str, other: &'b mut Vec<&'a str>) -> &'a str {
    other.push(one);
    tokio::task::yield_now().await;
    other.last().unwrap()
}

#[tool(default = secret)]
fn coerces(text: &str) -> Outcome<u32> {
    Ok(text.parse::<u32>()?)
}

#[tool(default = secret)]
async fn coerces_later(text: &str) -> Outcome<u32> {
    if text.is_empty() {
        return Err("empty".into());
    }
    Ok(text.parse::<u32>()?)
}

#[tool(default = secret)]
fn lends(value: &mut Vec<u8>) -> &mut u8 {
    &mut value[0]
}

#[tool(default = secret)]
fn patterns((a, _): (u32, u32), [b, c]: [u32; 2], _: String, mut d: u32, &e: &u32) -> u32 {
    d += 1;
    a + b + c + d + e
}

#[tool(default = secret)]
fn takes_impl(
    words: impl IntoIterator<Item = u32>,
    with: &dyn Fn(u32) -> u32,
) -> impl Iterator<Item = u32> {
    words.into_iter().map(with).collect::<Vec<_>>().into_iter()
}

#[tool(default = secret)]
fn future_with_prefix(n: u32) -> impl Future<Output = Result<u32, String>> + Send {
    let doubled = 2 * n;
    async move {
        tokio::task::yield_now().await;
        if doubled > 10 {
            Err("too many".into())
        } else {
            Ok(doubled)
        }
    }
}

#[tool(default = secret)]
fn boxed_early(n: u32) -> Boxed<'static, Result<u32, String>> {
    if n == 0 {
        return Box::pin(async { Err("none".to_owned()) });
    }
    Box::pin(async move {
        tokio::task::yield_now().await;
        Ok(n)
    })
}

#[tool(default = secret)]
#[track_caller]
#[must_use]
#[inline]
pub(crate) fn r#match(r#type: u32, #[cfg(any())] absent: u32) -> u32 {
    #![allow(clippy::identity_op)]
    r#type + 0
}

#[tool(default = secret)]
unsafe fn dangerous(pointer: *const u32) -> u32 {
    // SAFETY: the test passes a valid pointer.
    unsafe { *pointer }
}

#[tool(default = secret)]
extern "C" fn foreign(n: u32) -> u32 {
    n
}

#[tool(default = secret)]
fn recurses(n: u32) -> u32 {
    if n == 0 { 0 } else { n + inner(n - 1) }
}

fn inner(n: u32) -> u32 {
    n
}

macro_rules! made {
    ($name:ident, $argument:ident, $ty:ty, $body:block) => {
        #[tool(default = secret)]
        fn $name($argument: $ty) -> $ty $body
    };
}

made!(by_macro, n, u32, { n + 1 });

struct Store(u32);

impl Store {
    #[tool(default = secret)]
    fn by_ref(&self, n: u32) -> u32 {
        self.0 + n
    }

    #[tool(default = secret)]
    async fn by_mut(&mut self, n: u32) -> &mut u32 {
        self.0 += n;
        &mut self.0
    }

    #[tool(default = secret)]
    async fn by_value(self) -> u32 {
        self.0
    }

    #[tool(default = secret)]
    async fn by_arc(self: Arc<Self>) -> u32 {
        self.0
    }

    #[tool(default = secret)]
    async fn by_pin(self: Pin<&mut Self>) -> u32 {
        self.0
    }

    #[agent(default = secret)]
    async fn act(&self) -> u32 {
        self.infer(1).await
    }

    #[inference(provider = "test", model = "m", default = secret)]
    async fn infer(&self, n: u32) -> u32 {
        self.0 + n
    }
}

trait Search {
    async fn search(&self, n: u32) -> u32;

    #[tool(default = secret)]
    fn defaulted(&self, n: u32) -> u32 {
        n + 1
    }
}

impl Search for Store {
    #[tool(default = secret)]
    async fn search(&self, n: u32) -> u32 {
        self.0 + n
    }
}

#[async_trait::async_trait]
trait DynSearch: Sync {
    async fn dyn_search(&self, n: u32) -> Result<u32, String>;
}

#[async_trait::async_trait]
impl DynSearch for Store {
    #[tool(default = secret)]
    async fn dyn_search(&self, n: u32) -> Result<u32, String> {
        Err(format!("{} {n}", self.0))
    }
}

#[tracing::instrument(skip_all)]
#[tool(default = secret)]
async fn traced_above(n: u32) -> u32 {
    n
}

#[tool(default = secret)]
#[tracing::instrument(skip_all)]
async fn traced_below(n: u32) -> u32 {
    n
}

fn is_send<T: Send>(value: T) -> T {
    value
}

#[test]
fn sync_forms_return_what_they_did() {
    LazyLock::force(&SPANS);
    assert_eq!(generic::<_, 2>(&"a"), ["a", "a"]);
    assert_eq!(coerces("7").unwrap(), 7);
    *lends(&mut vec![1]) = 2;
    assert_eq!(patterns((1, 2), [3, 4], String::new(), 5, &6), 20);
    assert_eq!(takes_impl([1, 2], &|n| n + 1).sum::<u32>(), 5);
    assert_eq!(r#match(3), 3);
    // SAFETY: the pointer is valid.
    assert_eq!(unsafe { dangerous(&7) }, 7);
    assert_eq!(foreign(8) + recurses(2) + by_macro(1), 13);
    assert_eq!(Store(1).by_ref(1) + Store(1).defaulted(1), 4);
    for function in [
        "generic",
        "coerces",
        "lends",
        "patterns",
        "takes_impl",
        "match",
        "dangerous",
        "foreign",
        "recurses",
        "by_macro",
        "by_ref",
        "defaulted",
    ] {
        assert_eq!(outcome(function), "ok", "{function}");
    }
}

#[tokio::test(flavor = "current_thread")]
async fn async_forms_return_what_they_did_and_last_as_long() {
    LazyLock::force(&SPANS);
    assert_eq!(is_send(borrows("a", &mut vec![])).await, "a");
    assert!(coerces_later("").await.is_err());
    assert!(is_send(future_with_prefix(6)).await.is_err());
    assert_eq!(is_send(boxed_early(0)).await, Err("none".into()));
    let mut store = Store(1);
    assert_eq!(*is_send(store.by_mut(2)).await, 3);
    assert_eq!(
        Pin::new(&mut store).by_pin().await
            + Arc::new(Store(2)).by_arc().await
            + store.by_value().await,
        8
    );
    assert_eq!(Store(3).act().await + Store(3).search(1).await, 8);
    let searcher: &dyn DynSearch = &Store(4);
    assert!(is_send(searcher.dyn_search(1)).await.is_err());
    assert_eq!(traced_above(1).await + traced_below(2).await, 3);
    for (function, expected) in [
        ("borrows", "ok"),
        ("coerces_later", "error"),
        ("future_with_prefix", "error"),
        ("boxed_early", "error"),
        ("by_mut", "ok"),
        ("by_pin", "ok"),
        ("by_arc", "ok"),
        ("by_value", "ok"),
        ("act", "ok"),
        ("m", "ok"),
        ("search", "ok"),
        ("dyn_search", "error"),
        ("traced_above", "ok"),
        ("traced_below", "ok"),
    ] {
        assert_eq!(outcome(function), expected, "{function}");
    }
}

/// Parameters are dropped in the order in which the bare function drops them.
#[test]
fn drop_order_is_that_of_the_bare_function() {
    use std::cell::RefCell;
    thread_local!(static DROPPED: RefCell<Vec<&'static str>> = const { RefCell::new(Vec::new()) });
    struct Loud(&'static str);
    impl Drop for Loud {
        fn drop(&mut self) {
            DROPPED.with_borrow_mut(|dropped| dropped.push(self.0));
        }
    }
    fn bare(_a: Loud, _: Loud, (_b, _c): (Loud, Loud), _d: Loud) {
        let _local = Loud("local");
    }
    #[tool(default = secret)]
    fn annotated(_a: Loud, _: Loud, (_b, _c): (Loud, Loud), _d: Loud) {
        let _local = Loud("local");
    }
    async fn bare_later(_a: Loud, _: Loud, (_b, _c): (Loud, Loud), _d: Loud) {
        let _local = Loud("local");
    }
    #[tool(default = secret)]
    async fn annotated_later(_a: Loud, _: Loud, (_b, _c): (Loud, Loud), _d: Loud) {
        let _local = Loud("local");
    }
    let arguments = || (Loud("a"), Loud("_"), (Loud("b"), Loud("c")), Loud("d"));
    let order = || DROPPED.with_borrow_mut(std::mem::take);
    let (a, w, p, d) = arguments();
    bare(a, w, p, d);
    let expected = order();
    let (a, w, p, d) = arguments();
    annotated(a, w, p, d);
    assert_eq!(order(), expected);
    let (a, w, p, d) = arguments();
    futures_util::FutureExt::now_or_never(bare_later(a, w, p, d)).unwrap();
    assert_eq!(order(), expected);
    let (a, w, p, d) = arguments();
    futures_util::FutureExt::now_or_never(annotated_later(a, w, p, d)).unwrap();
    assert_eq!(order(), expected);
}

#[tool(default = secret)]
#[track_caller]
fn located() -> u32 {
    std::panic::Location::caller().line()
}

/// Runs on until it is cancelled or panics.
#[tool(default = secret)]
async fn never_returns(n: u32) -> ! {
    loop {
        assert!(n > 0);
        tokio::task::yield_now().await;
    }
}

#[tool(default = secret)]
fn always_panics() -> ! {
    panic!("on purpose")
}

#[test]
fn a_function_that_tracks_its_caller_goes_on_doing_so() {
    LazyLock::force(&SPANS);
    assert_eq!(located(), line!());
    assert_eq!(outcome("located"), "ok");
}

#[tokio::test]
async fn a_function_that_never_returns_is_cancelled_or_has_panicked() {
    LazyLock::force(&SPANS);
    let patience = std::time::Duration::from_millis(1);
    assert!(
        tokio::time::timeout(patience, never_returns(1))
            .await
            .is_err()
    );
    assert_eq!(outcome("never_returns"), "cancelled");
    assert!(std::panic::catch_unwind(|| always_panics()).is_err());
    assert_eq!(outcome("always_panics"), "panicked");
}
