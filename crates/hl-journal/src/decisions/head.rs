//! What a journal begins with: enough to build the engine of the run again.

use hl_engine::{Carry, Engine, EngineConfig, Pair};
use hl_quant::Millis;
use hl_signals::{Sample, SourceId};

use super::bytes::{Malformed, Memory, Names, Sink, Source};
use super::code::{Code, record};

/// The version of the format. A reader takes no other: what an entry means may have changed.
pub const FORMAT: u16 = 2;

/// Who wrote a journal, and what the engine was made of.
#[derive(Clone, Debug)]
pub struct Head {
    /// Names the run in the log (`run=`) and in file names; no two runs have the same.
    pub run: u64,
    /// The seed that the engine was given: it names the run in client order ids.
    pub seed: u64,
    /// The program's version. Another one may decide otherwise.
    pub version: String,
    /// The fingerprint of the effective configuration.
    pub fingerprint: String,
    /// The venue and the account.
    pub account: String,
    /// When the run began.
    pub started: Millis,
    /// The asset that each market is at the venue, in the order of the configuration.
    pub assets: Vec<u32>,
    /// The engine's configuration.
    pub config: EngineConfig,
    /// What earlier runs left.
    pub carry: Carry,
    /// What followed the opinions of sources in earlier runs.
    pub samples: Vec<(SourceId, Sample)>,
}

record! {
    Head {
        run, seed, version, fingerprint, account, started, assets, config, carry, samples,
    }
}

impl Head {
    /// The engine as it was before its first input.
    #[must_use]
    pub fn engine(&self) -> Engine {
        Engine::new(self.config.clone(), self.seed)
            .restore(self.carry.clone())
            .with_signal_record(&self.samples)
    }

    /// The symbols of the markets; a [`MarketId`](hl_engine::MarketId) is a place among them.
    pub fn pairs(&self) -> impl Iterator<Item = &Pair> {
        self.config.markets.iter().map(|market| &market.pair)
    }

    pub(super) fn names(&self) -> Names {
        let prefix = self.config.cloid_tag.prefix(self.seed);
        Names::new(self.pairs().cloned().collect(), prefix)
    }

    /// The head as bytes, with the format's version and the number of the file first.
    pub(super) fn encode(&self, part: u32) -> Vec<u8> {
        let mut sink = Sink::default();
        (FORMAT, part).put(&mut sink);
        self.put(&mut sink);
        sink.bytes
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<(Self, u32), BadHead> {
        let (names, mut memory) = (Names::default(), Memory::default());
        let now = Millis(0);
        let mut from = Source { rest: bytes, now, names: &names, memory: &mut memory };
        let (format, part) = <(u16, u32)>::take(&mut from)?;
        if format != FORMAT {
            return Err(BadHead::Format(format));
        }
        let head = Self::take(&mut from)?;
        if from.rest.is_empty() { Ok((head, part)) } else { Err(Malformed::Range("head").into()) }
    }
}

/// A head that cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BadHead {
    Format(u16),
    Malformed(Malformed),
}

impl From<Malformed> for BadHead {
    fn from(malformed: Malformed) -> Self {
        Self::Malformed(malformed)
    }
}
