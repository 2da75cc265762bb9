//! What this crate says on the terminal: finished sessions, and the few warnings.

use std::io::{IsTerminal, Write};
use std::sync::atomic::Ordering;

use agentscope_analysis::{LogRecord, Session, SpanRecord, TreeOptions};

use crate::assembler::Assembler;
use crate::counts::{CONSOLE_DROPPED, CONSOLE_SESSIONS};
use crate::env;
use crate::error::InitError;

/// How finished sessions are shown, on the standard output.
///
/// ```
/// use agentscope_collector::Console;
/// let quiet = agentscope_collector::builder().console(Console::Off);
/// # let _ = quiet;
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Console {
    /// As a tree for people, coloured on a terminal unless `NO_COLOR` is set.
    #[default]
    Tree,
    /// As one JSON object a line.
    Json,
    /// Not at all.
    Off,
}

impl Console {
    /// What `AGENTSCOPE_CONSOLE` says, else what the code says.
    pub(crate) fn or_environment(self) -> Result<Self, InitError> {
        let Some(word) = env::get("AGENTSCOPE_CONSOLE") else {
            return Ok(self);
        };
        match word.to_ascii_lowercase().as_str() {
            "tree" => Ok(Self::Tree),
            "json" => Ok(Self::Json),
            "off" => Ok(Self::Off),
            _ => Err(InitError::Console(word)),
        }
    }
}

/// Shows sessions as they end.
pub(crate) struct Printer {
    console: Console,
    options: TreeOptions,
    assembler: Assembler,
    /// Functions that were told of as unread.
    unread: usize,
}

impl Printer {
    /// `None` where nothing is to be shown.
    pub(crate) fn new(console: Console) -> Option<Self> {
        let color = env::get("NO_COLOR").is_none() && std::io::stdout().is_terminal();
        let options = TreeOptions {
            color,
            ..TreeOptions::default()
        };
        (console != Console::Off).then(|| Self {
            console,
            options,
            assembler: Assembler::default(),
            unread: 0,
        })
    }

    pub(crate) fn span(&mut self, span: SpanRecord) {
        let ended = self.assembler.span(span);
        self.print(ended);
    }

    pub(crate) fn log(&mut self, record: LogRecord) {
        self.assembler.log(record);
        CONSOLE_DROPPED.fetch_add(self.assembler.take_dropped(), Ordering::Relaxed);
    }

    /// Shows what has not ended: this is the end of the program.
    pub(crate) fn rest(&mut self) {
        let rest = self.assembler.rest();
        self.print(rest);
    }

    fn print(&mut self, sessions: impl IntoIterator<Item = Session>) {
        for session in sessions {
            let text = match self.console {
                Console::Tree => session.tree(&self.options) + &self.unread(),
                Console::Json => match serde_json::to_string(&session) {
                    Ok(json) => json + "\n",
                    // Cannot happen: the model holds text and numbers only.
                    Err(_) => continue,
                },
                Console::Off => continue,
            };
            // A closed standard output is no reason to disturb the program.
            let _ = std::io::stdout().lock().write_all(text.as_bytes());
            CONSOLE_SESSIONS.fetch_add(1, Ordering::Relaxed);
        }
        CONSOLE_DROPPED.fetch_add(self.assembler.take_dropped(), Ordering::Relaxed);
    }
}

impl Printer {
    /// What the developer can do about inferences whose answers are of an unknown type: said below the
    /// first tree after one, for a span does not say it.
    fn unread(&mut self) -> String {
        let unread = agentscope_runtime::__private::unread(self.unread);
        self.unread += unread.len();
        if unread.is_empty() {
            return String::new();
        }
        let hint = format!(
            "unread: {}. What its answers used is not known, so budgets and costs do not count it: write \
             usage = |answer| .. in #[inference(..)], or implement InferenceResponse for their type\n",
            unread.join(", ")
        );
        match self.options.color {
            true => format!("\x1b[33m{hint}\x1b[0m"),
            false => hint,
        }
    }
}

/// Whether the application has a log of its own.
pub(crate) fn has_log() -> bool {
    tracing::dispatcher::has_been_set()
}

/// Warns in the application's own log, or where it has none, in one line on the standard error.
pub(crate) fn warn(message: std::fmt::Arguments<'_>) {
    if has_log() {
        tracing::warn!(target: "agentscope", "{message}");
    } else {
        let _ = writeln!(std::io::stderr(), "agentscope: {message}");
    }
}
