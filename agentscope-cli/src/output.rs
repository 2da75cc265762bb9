//! What a command prints.

use std::fmt::Display;
use std::io::{self, BufWriter, IsTerminal as _, StdoutLock, Write};

use serde::Serialize;

use crate::error::Error;

/// The standard output, for people or for programs.
pub(crate) struct Output {
    to: BufWriter<StdoutLock<'static>>,
    json: bool,
    color: bool,
}

impl Output {
    pub(crate) fn new(json: bool) -> Self {
        let to = io::stdout().lock();
        let plain = std::env::var_os("NO_COLOR").is_some_and(|set| !set.is_empty());
        Self {
            color: to.is_terminal() && !plain,
            to: BufWriter::new(to),
            json,
        }
    }

    /// Whether it is for a terminal that shows colours.
    pub(crate) fn color(&self) -> bool {
        self.color
    }

    /// Prints an answer: `value` as JSON for a program, what `text` writes for a person.
    pub(crate) fn answer<T: Serialize + ?Sized>(
        &mut self,
        value: &T,
        text: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), Error> {
        if self.json {
            serde_json::to_writer(&mut self.to, value)?;
            writeln!(self.to)?;
        } else {
            text(&mut self.to)?;
        }
        Ok(())
    }

    /// Where a command writes that has a form of its own.
    pub(crate) fn raw(&mut self) -> &mut dyn Write {
        &mut self.to
    }

    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// Says on the standard error why a command failed.
pub(crate) fn complain(error: &dyn Display) {
    say(format_args!("error: {error}"));
}

/// Says something beside the answer.
pub(crate) fn say(what: std::fmt::Arguments<'_>) {
    // Where nobody can read it, nothing more can be done.
    let _ = writeln!(io::stderr(), "{what}");
}
