//! What a process of the bot stands on: its machine, and the eyes of the checkers.

use std::fmt::{self, Write as _};

use hl_engine::{Engine, Event};
use hl_quant::Millis;
use hl_sim::{ConnId, Exchange, RequestId};
use hl_wire::Address;

use crate::crash::CrashPoint;
use crate::disk::Disk;
use crate::observe::{BotId, BotScene, Breach, Checker, Observation, Scene};
use crate::phase::Phase;
use crate::report::Tally;

/// A death that waits for the process to come by.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Kill {
    pub(crate) armed: Option<CrashPoint>,
    /// How often each point was passed, in the order of [`CrashPoint::ALL`].
    pub(crate) passed: [u64; CrashPoint::ALL.len()],
}

impl Kill {
    /// The process comes by a point; true if it dies there.
    pub(crate) fn passes(&mut self, point: CrashPoint) -> bool {
        let counts = CrashPoint::ALL.iter().zip(&mut self.passed);
        if let Some((_, count)) = counts.into_iter().find(|(known, _)| **known == point) {
            *count = count.saturating_add(1);
        }
        self.armed == Some(point)
    }
}

/// Numbers for requests and connections; none is given twice in a run, whoever asks.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Ids {
    request: u64,
    conn: u64,
}

impl Ids {
    pub(crate) const fn request(&mut self) -> RequestId {
        self.request = self.request.saturating_add(1);
        RequestId(self.request)
    }

    pub(crate) const fn conn(&mut self) -> ConnId {
        self.conn = self.conn.saturating_add(1);
        ConnId(self.conn)
    }
}

/// Who watches, and what they have found.
pub(crate) struct Eyes<'c> {
    pub(crate) checker: &'c mut dyn Checker,
    pub(crate) breaches: Vec<Breach>,
    /// Nobody watches: observations are not even made.
    pub(crate) closed: bool,
}

impl fmt::Debug for Eyes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Eyes").field("breaches", &self.breaches).finish_non_exhaustive()
    }
}

/// The true state of things at a moment, without the bot.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stage<'a> {
    pub(crate) now: Millis,
    pub(crate) since_start_ms: u64,
    pub(crate) phase: Phase,
    pub(crate) account: Address,
    pub(crate) exchange: &'a Exchange,
}

/// Whether the log takes lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Log {
    #[default]
    Works,
    Broken,
}

/// What a process is given for one turn.
#[derive(Debug)]
pub(crate) struct Host<'a, 'c> {
    /// What its clock shows.
    pub(crate) now: Millis,
    /// What its other clock shows, which nobody sets: the one that waits are measured by.
    pub(crate) steady: Millis,
    pub(crate) disk: &'a mut Disk,
    pub(crate) kill: &'a mut Kill,
    pub(crate) ids: &'a mut Ids,
    pub(crate) tally: &'a mut Tally,
    /// Whether the log can be written; trading does not depend on it.
    pub(crate) log: Log,
    pub(crate) eyes: &'a mut Eyes<'c>,
    pub(crate) stage: Stage<'a>,
    /// A digest of everything that the process wrote and sent.
    pub(crate) digest: &'a mut Digest,
}

impl Host<'_, '_> {
    /// A line of the log.
    pub(crate) fn log(&mut self, event: &Event) {
        self.tally.events = self.tally.events.saturating_add(1);
        if self.log == Log::Broken {
            self.tally.log_lost = self.tally.log_lost.saturating_add(1);
        }
        self.digest.add_line(event);
    }

    pub(crate) fn see(&mut self, bot: BotId, engine: &Engine, seen: &Observation<'_>) {
        if self.eyes.closed {
            return;
        }
        let bots = [BotScene { bot, now: self.now, engine, frozen: false }];
        let scene = scene(self.stage, &bots);
        self.eyes.checker.see(&scene, seen, &mut self.eyes.breaches);
    }
}

pub(crate) const fn scene<'a>(stage: Stage<'a>, bots: &'a [BotScene<'a>]) -> Scene<'a> {
    let Stage { now, since_start_ms, phase, account, exchange } = stage;
    Scene { now, since_start_ms, phase, account, exchange, bots }
}

/// A number that tells two runs apart. No protection against anybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Digest(pub(crate) u64);

impl Digest {
    /// Adds a line of text.
    pub(crate) fn add_line(&mut self, line: &impl fmt::Display) {
        // Writing into a digest cannot fail.
        let _ = write!(self, "{line}");
    }

    /// Adds bytes, eight at a time (FNV-1a over words, with a rotation so that a word's high bits
    /// come to count as well).
    pub(crate) fn add(&mut self, bytes: &[u8]) {
        const PRIME: u64 = 0x0000_0100_0000_01b3;
        let mut words = bytes.chunks_exact(8);
        for word in &mut words {
            let word = word.try_into().map_or(0, u64::from_le_bytes);
            self.0 = (self.0 ^ word).wrapping_mul(PRIME).rotate_left(23);
        }
        for byte in words.remainder() {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(PRIME);
        }
        self.0 = (self.0 ^ u64::try_from(bytes.len()).unwrap_or(0)).wrapping_mul(PRIME);
    }
}

impl fmt::Write for Digest {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.add(text.as_bytes());
        Ok(())
    }
}
