//! The journal's file.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use hl_journal::log::Quoted;
use hl_journal::{
    At, Encoder, End, Lost, Record, Recovered, Run, StartBudget, State, Verdict, read,
};
use hl_quant::Millis;

use super::files;
use super::word::Word;
use crate::exit::{Exit, Failed};

/// A file that has grown to this is begun anew with what still matters. Bytes.
const GROWN: u64 = 1 << 20;
/// No journal is longer; more is another file. Bytes.
const LONGEST: u64 = 16 << 20;

/// A journal that is open for appending. One process has it: the one that has the lock.
#[derive(Debug)]
pub(crate) struct Journal {
    path: PathBuf,
    run: Run,
    state: State,
    encoder: Encoder,
    /// `None` after a failure: the next write begins a new file with everything that matters.
    file: Option<File>,
    len: u64,
}

/// A journal at the start of a run.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) journal: Journal,
    /// For the log: what was found that an operator should know.
    pub(crate) notes: Vec<String>,
    /// Why nothing can be written, if it cannot.
    pub(crate) broken: Option<std::io::Error>,
}

impl Journal {
    /// Reads what earlier runs left, counts this start, and begins a new file.
    ///
    /// A file that is torn or not ours is kept under another name. A disk that takes no writes does
    /// not keep the run from starting: it has orders to cancel. `word` is what the operator has left
    /// since the last run.
    ///
    /// # Errors
    /// The file is there and cannot be read, or cannot be kept: what it says about a halt must not
    /// be lost.
    pub(crate) fn open(
        path: &Path,
        run: Run,
        budget: StartBudget,
        word: Option<&Word>,
    ) -> Result<Opened, Failed> {
        let now = run.at;
        let (mut state, mut notes) = recover(path, now)?;
        let verdict = budget.judge(&state.starts, now);
        state.apply(&Record::Start(At { at: now }));
        if let Verdict::TooMany { starts } = verdict {
            state.apply(&Record::Safe(At { at: now }));
            let window = budget.within_ms / 1_000;
            notes.push(format!("state_evt=safe_mode starts={starts} within_sec={window}"));
        }
        if let Some(word) = word {
            word.apply(&mut state);
            notes.push(format!("state_evt=operator {word}"));
        }
        let mut journal = Self::of(path, run, state);
        let broken = journal.begin().err();
        Ok(Opened { journal, notes, broken })
    }

    /// Does what an operator wants of a bot that is down: the next run begins so. Counts no start.
    ///
    /// # Errors
    /// As [`Journal::open`], and what keeps it from the disk.
    pub(crate) fn amend(
        path: &Path,
        run: Run,
        word: &Word,
    ) -> Result<(State, Vec<String>), Failed> {
        let (mut state, notes) = recover(path, run.at)?;
        word.apply(&mut state);
        let mut journal = Self::of(path, run, state);
        journal.begin().map_err(|error| {
            let what = format!("journal {}: cannot be written: {error}", path.display());
            Failed::new(Exit::Failure, what).hint("state.dir names another place")
        })?;
        Ok((journal.state, notes))
    }

    fn of(path: &Path, run: Run, state: State) -> Self {
        let encoder = Encoder::new();
        Self { path: path.to_path_buf(), run, state, encoder, file: None, len: 0 }
    }

    /// What all records so far amount to.
    pub(crate) const fn state(&self) -> &State {
        &self.state
    }

    /// Appends records. When this returns `Ok`, they survive a loss of power. Blocks.
    ///
    /// # Errors
    /// The disk refuses. The records are kept, and the next call writes them too.
    pub(crate) fn append(&mut self, records: &[Record]) -> std::io::Result<()> {
        for record in records {
            self.state.apply(record);
        }
        match self.file.take() {
            Some(file) if self.len < GROWN => self.extend(file, records),
            _ => self.begin(),
        }
    }

    fn extend(&mut self, mut file: File, records: &[Record]) -> std::io::Result<()> {
        let mut bytes = Vec::new();
        for record in records {
            self.encoder.encode(record, &mut bytes);
        }
        file.write_all(&bytes)?;
        file.sync_data()?;
        self.len = self.len.saturating_add(len(&bytes));
        self.file = Some(file);
        Ok(())
    }

    /// Replaces the file by one that amounts to the same.
    fn begin(&mut self) -> std::io::Result<()> {
        let (bytes, encoder) = self.state.snapshot(&self.run);
        let file = files::replace(&self.path, &bytes)?;
        (self.file, self.encoder, self.len) = (Some(file), encoder, len(&bytes));
        Ok(())
    }

    /// As after a write that failed.
    #[cfg(test)]
    pub(super) fn forget_file(&mut self) {
        self.file = None;
    }

    /// The last record of a run that ended in order.
    ///
    /// # Errors
    /// The disk refuses; the next start then counts this one as a crash.
    pub(crate) fn close(&mut self, now: Millis) -> std::io::Result<()> {
        self.append(&[Record::Stop(At { at: now })])
    }
}

/// What the file says, as far as it can be trusted. One that is torn or not ours is kept under
/// another name, which the notes tell.
fn recover(path: &Path, now: Millis) -> Result<(State, Vec<String>), Failed> {
    let shown = path.display();
    let refuse = |what: &str, error: std::io::Error| {
        Failed::new(Exit::Preflight, format!("journal {shown}: cannot {what}: {error}"))
            .hint("move it aside to start without it, and without what it says of a halt")
    };
    let bytes = files::read(path, LONGEST).map_err(|e| refuse("be read", e))?;
    let found = match &bytes {
        Some(bytes) if len(bytes) > LONGEST => {
            let why = hl_journal::Foreign::NotAJournal;
            Recovered { records: Vec::new(), end: End::Foreign { why } }
        }
        bytes => read(bytes.as_deref().unwrap_or_default()),
    };
    let mut notes = Vec::new();
    if let Some((word, what)) = fault(&found) {
        let copy = files::keep_copy(path, &format!("{word}-{}", now.0))
            .map_err(|e| refuse("be kept aside", e))?;
        notes.push(format!(
            "state_evt=journal_{word} file={} kept={} what={}",
            Quoted(shown),
            Quoted(copy.display()),
            Quoted(what)
        ));
    }
    Ok((State::recover(&found), notes))
}

fn len(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

/// In one word and in a sentence.
fn fault(found: &Recovered) -> Option<(&'static str, String)> {
    let n = found.records.len();
    match found.end {
        End::Clean => None,
        End::Torn { at, lost: Lost::Unfinished } => Some((
            "torn",
            format!(
                "its last line is unfinished after {n} records, at byte {at}; nothing that depends on it was sent"
            ),
        )),
        End::Torn { at, lost: Lost::Damaged } => Some((
            "damaged",
            format!(
                "it cannot be read after {n} records, at byte {at}; a halt may have stood there, so this run is halted until `mm-bot resume`"
            ),
        )),
        End::Foreign { why } => Some((
            "foreign",
            format!("{why}; a new one is begun, and what the venue says is all that is known"),
        )),
    }
}
