//! What a run leaves on the disk for the next one, and what keeps two bots off one account.
//!
//! A directory of the user's own (mode 0700) holds, for each account at each venue, a journal and a
//! lock (mode 0600). Links are not followed, and nothing is changed in place: a file is replaced
//! whole, or appended to.

mod files;
mod journal;
mod lock;
mod signals;
mod word;

use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

pub(crate) use journal::{Journal, Opened};
pub(crate) use lock::{FileLock, Lease, LockError};
pub(crate) use signals::{Answers, Recorder, SignalRecord};
pub(crate) use word::{Word, WordFile};

use crate::exit::{Exit, Failed};

/// How the files end that hold what followed the opinions of sources.
pub(crate) const SIGNALS: &str = ".signals";

/// How the directories end that hold every input and decision.
pub(crate) const DECISIONS: &str = ".decisions";

/// Where the state of one account at one venue is.
#[derive(Debug)]
pub(crate) struct Place {
    dir: PathBuf,
    name: String,
    /// Made for this run, and removed with it.
    temporary: bool,
}

impl Place {
    /// In `dir`, which is made if it is not there. `key` names venue and account.
    ///
    /// # Errors
    /// It cannot be made, is no directory, or others may enter it.
    pub(crate) fn open(dir: &Path, key: &str) -> Result<Self, Failed> {
        let shown = dir.display();
        let refuse = |why: String| {
            Failed::new(Exit::Preflight, format!("state directory {shown}: {why}"))
                .hint("state.dir names another one")
        };
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(dir)
            .map_err(|e| refuse(format!("cannot be made: {e}")))?;
        let meta = std::fs::metadata(dir).map_err(|e| refuse(e.to_string()))?;
        let mode = meta.permissions().mode() & 0o777;
        if !meta.is_dir() {
            return Err(refuse("not a directory".to_owned()));
        }
        if mode & 0o077 != 0 {
            let why = format!("mode {mode:04o} lets others in");
            return Err(refuse(why).hint(format!("chmod 700 {shown}")));
        }
        Ok(Self { dir: dir.to_path_buf(), name: file_name(key), temporary: false })
    }

    /// In a directory that is made now and removed when this value is dropped: for an account that
    /// ends with the run.
    ///
    /// # Errors
    /// It cannot be made.
    pub(crate) fn temporary(salt: u64) -> Result<Self, Failed> {
        let dir = std::env::temp_dir().join(format!("mm-bot-{}-{salt:016x}", std::process::id()));
        std::fs::DirBuilder::new().mode(0o700).create(&dir).map_err(|e| {
            let what = format!("state directory {}: cannot be made: {e}", dir.display());
            Failed::new(Exit::Preflight, what).hint("state.dir names another one")
        })?;
        Ok(Self { dir, name: "embedded".to_owned(), temporary: true })
    }

    pub(crate) fn journal(&self) -> PathBuf {
        self.dir.join(format!("{}.journal", self.name))
    }

    /// Where every input and decision is recorded: a directory that the recorder makes.
    pub(crate) fn decisions(&self) -> PathBuf {
        self.dir.join(format!("{}{DECISIONS}", self.name))
    }

    /// What followed the opinions of every source.
    pub(crate) fn signals(&self) -> PathBuf {
        self.dir.join(format!("{}{SIGNALS}", self.name))
    }

    /// Where an operator leaves a word for a bot that is down or busy.
    pub(crate) fn word(&self) -> WordFile {
        WordFile(self.dir.join(format!("{}.word", self.name)))
    }

    pub(crate) fn lock(&self) -> PathBuf {
        self.dir.join(format!("{}.lock", self.name))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if self.temporary {
            // Nothing in it outlives the run; a leftover in the temporary directory does no harm.
            drop(std::fs::remove_dir_all(&self.dir));
        }
    }
}

/// Only letters, digits, dots and dashes: an address of a venue is no path.
fn file_name(key: &str) -> String {
    key.chars().map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' }).collect()
}

#[cfg(test)]
mod tests;
