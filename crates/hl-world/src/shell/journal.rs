//! The journal on the simulated disk: read at the start, appended to before anything is sent, and
//! written anew after a write that failed.

use hl_engine::{Carry, Event};
use hl_journal::{At, Encoder, End, Record, Run, SCHEMA, StartBudget, State, Verdict, read};
use hl_quant::Millis;

use crate::disk::{DiskError, Name};
use crate::host::Host;

/// A journal that has grown to this many lines is replaced by what still matters of it.
const LINES_MAX: u64 = 4_096;
/// After a write that failed, the next one is tried this much later, events or not.
const AGAIN_MS: u64 = 1_000;

/// One process's journal.
#[derive(Debug)]
pub(super) struct Journal {
    run: Run,
    /// What all records amount to, those included that are not on the disk.
    state: State,
    encoder: Encoder,
    /// The last write failed: the file is not what `state` says, and is tried again then, by the
    /// steady clock.
    broken: Option<Millis>,
}

/// What became of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// It is safe on the disk, after so many milliseconds.
    Safe { took_ms: u64 },
    /// It is in the kernel's hands and has to be synced.
    Cached,
    /// It is not.
    Failed,
}

impl Journal {
    /// Reads what an earlier process has left, counts this start, and begins a new file.
    pub(super) fn open(host: &mut Host<'_, '_>, run: u64) -> (Self, Carry) {
        let bytes = host.disk.read(Name::Journal).unwrap_or_default();
        host.digest.add(&bytes);
        let found = read(&bytes);
        let count = match found.end {
            End::Clean => None,
            End::Torn { .. } => Some(&mut host.tally.torn_journals),
            End::Foreign { .. } => Some(&mut host.tally.foreign_journals),
        };
        if let Some(count) = count {
            *count = count.saturating_add(1);
        }
        let mut state = State::recover(&found);
        let verdict = StartBudget::default().judge(&state.starts, host.now);
        state.apply(&Record::Start(At { at: host.now }));
        if let Verdict::TooMany { .. } = verdict {
            host.tally.safe_starts = host.tally.safe_starts.saturating_add(1);
            state.apply(&Record::Safe(At { at: host.now }));
        }
        let run = Run {
            schema: SCHEMA,
            tag: String::new(),
            run,
            version: String::new(),
            config: String::new(),
            account: String::new(),
            at: host.now,
        };
        let mut journal = Self { run, state, encoder: Encoder::new(), broken: None };
        let carry = journal.state.carry();
        journal.renew(host);
        (journal, carry)
    }

    /// When a write is to be tried again, whatever happens.
    pub(super) const fn again(&self) -> Option<Millis> {
        self.broken
    }

    /// Appends the records of these events; nothing if they have none and the file is sound.
    pub(super) fn append(&mut self, host: &mut Host<'_, '_>, events: &[Event]) -> Option<Written> {
        let mut bytes = Vec::new();
        for durable in events.iter().filter_map(Event::durable) {
            let record = Record::from(&durable);
            self.state.apply(&record);
            self.encoder.encode(&record, &mut bytes);
        }
        if self.broken.is_some() || self.encoder.lines() > LINES_MAX {
            let due = self.broken.is_none_or(|at| at <= host.steady) || !bytes.is_empty();
            return due.then(|| self.renew(host));
        }
        if bytes.is_empty() {
            return None;
        }
        Some(match host.disk.append(Name::Journal, &bytes) {
            Ok(()) => Written::Cached,
            Err(error) => self.failed(host, error),
        })
    }

    /// Makes what was appended safe.
    pub(super) fn sync(&mut self, host: &mut Host<'_, '_>) -> Written {
        match host.disk.sync(Name::Journal) {
            Ok(took_ms) => Written::Safe { took_ms },
            Err(error) => self.failed(host, error),
        }
    }

    /// The process ends in order; the start that it was is no longer held against it if nothing of
    /// ours is left.
    pub(super) fn close(&mut self, host: &mut Host<'_, '_>, remaining: u32) {
        if remaining == 0 {
            self.state.apply(&Record::Stop(At { at: host.now }));
        }
        self.renew(host);
    }

    /// A new file with what still matters, in the place of the old one.
    fn renew(&mut self, host: &mut Host<'_, '_>) -> Written {
        let (bytes, encoder) = self.state.snapshot(&self.run);
        match host.disk.replace(Name::Journal, &bytes) {
            Ok(took_ms) => {
                self.encoder = encoder;
                self.broken = None;
                Written::Safe { took_ms }
            }
            Err(error) => self.failed(host, error),
        }
    }

    /// What is in the file now is anybody's guess: it is written anew before anything else.
    fn failed(&mut self, host: &Host<'_, '_>, _: DiskError) -> Written {
        self.broken = Some(host.steady.plus(AGAIN_MS));
        Written::Failed
    }
}
