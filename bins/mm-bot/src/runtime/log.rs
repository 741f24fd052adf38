//! Where the event lines go.

use core::fmt::Display;
use std::collections::VecDeque;
use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write as _};
use std::path::Path;

use crate::exit::{Exit, Failed};

/// How many of the last lines a terminal shows under the status.
const RECENT: usize = 6;

/// The event log: standard error, a file, or the last lines under a status that is redrawn.
#[derive(Debug)]
pub(super) struct Log {
    file: Option<BufWriter<File>>,
    /// Kept for a terminal, where lines between two redraws would tear the status apart.
    recent: Option<VecDeque<String>>,
    /// The first failure to write, to be reported at the end: a full disk must not stop a cancel.
    broken: Option<String>,
}

impl Log {
    /// Opens the file, if there is to be one, to append to it.
    ///
    /// # Errors
    /// The file cannot be opened.
    pub(super) fn open(path: Option<&Path>, to_terminal: bool) -> Result<Self, Failed> {
        let open = |path: &Path| {
            let file = OpenOptions::new().create(true).append(true).open(path);
            let why = |e| Failed::new(Exit::Preflight, format!("log {}: {e}", path.display()));
            file.map(BufWriter::new).map_err(why)
        };
        let file = path.map(open).transpose()?;
        Ok(Self { file, recent: to_terminal.then(VecDeque::new), broken: None })
    }

    /// Writes one line.
    pub(super) fn line(&mut self, line: &dyn Display) {
        let written = match (&mut self.file, &mut self.recent) {
            (Some(file), _) => writeln!(file, "{line}"),
            (None, Some(_)) => Ok(()),
            (None, None) => writeln!(std::io::stderr(), "{line}"),
        };
        if let Some(recent) = &mut self.recent {
            if recent.len() >= RECENT {
                recent.pop_front();
            }
            recent.push_back(line.to_string());
        }
        if let (Err(error), None) = (written, &self.broken) {
            self.broken = Some(error.to_string());
        }
    }

    /// Whether its lines go to a file only.
    pub(super) const fn is_hidden(&self) -> bool {
        self.file.is_some()
    }

    /// Hands buffered lines to the system.
    pub(super) fn flush(&mut self) {
        if let Some(Err(error)) = self.file.as_mut().map(BufWriter::flush) {
            self.broken.get_or_insert_with(|| error.to_string());
        }
    }

    /// The last lines, oldest first.
    pub(super) fn recent(&self) -> impl Iterator<Item = &str> {
        self.recent.iter().flatten().map(String::as_str)
    }

    /// Why lines are missing, if some are.
    pub(super) fn broken(&self) -> Option<&str> {
        self.broken.as_deref()
    }
}
