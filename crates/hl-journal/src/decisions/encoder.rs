//! From the engine's loop to bytes: the part that runs on its thread.

use hl_engine::{Command, Event, Input, MarketId, RequestId};
use hl_quant::Millis;

use super::bytes::Sink;
use super::code::{Code, put_command, put_input};
use super::{Head, entry};

/// Entries that were taken out of an [`Encoder`], as bytes that are not compressed yet.
#[derive(Clone, Debug, Default)]
pub struct Raw {
    pub(super) first: u64,
    pub(super) entries: u32,
    pub(super) from: Millis,
    pub(super) to: Millis,
    pub(super) bytes: Vec<u8>,
}

impl Raw {
    /// How many inputs.
    #[must_use]
    pub const fn entries(&self) -> u32 {
        self.entries
    }

    /// The number of the first of them, counted from 0 in each run.
    #[must_use]
    pub const fn first(&self) -> u64 {
        self.first
    }

    /// The moments of the first and of the last.
    #[must_use]
    pub const fn span(&self) -> (Millis, Millis) {
        (self.from, self.to)
    }

    /// How long it is, in bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The buffer, to be used again.
    #[must_use]
    pub fn into_spare(self) -> Vec<u8> {
        self.bytes
    }
}

/// Turns inputs and what came of them into bytes.
///
/// Call [`input`](Self::input), then [`event`](Self::event) and [`command`](Self::command) in the
/// order of the outputs, then [`end`](Self::end). Nothing is allocated once the buffers have grown.
#[derive(Clone, Debug)]
pub struct Encoder {
    sink: Sink,
    /// What came of the input that is being written.
    said: Sink,
    /// Where its first byte is, until it is answered.
    at: Option<usize>,
    seq: u64,
    entries: u32,
    from: Millis,
}

impl Encoder {
    /// For the run that begins like this.
    #[must_use]
    pub fn new(head: &Head) -> Self {
        let names = head.names();
        Self {
            sink: Sink { names: names.clone(), ..Sink::default() },
            said: Sink { names, ..Sink::default() },
            at: None,
            seq: 0,
            entries: 0,
            from: Millis(0),
        }
    }

    /// The number of the next input.
    #[must_use]
    pub const fn seq(&self) -> u64 {
        self.seq
    }

    /// How many bytes wait to be taken.
    #[must_use]
    pub fn len(&self) -> usize {
        self.sink.bytes.len()
    }

    /// Whether none do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sink.bytes.is_empty()
    }

    /// The moment of the first input that waits; `None` if none does.
    #[must_use]
    pub fn since(&self) -> Option<Millis> {
        (self.entries > 0).then_some(self.from)
    }

    /// An input is about to be given to the engine.
    pub fn input(&mut self, now: Millis, input: &Input<'_>) {
        if self.entries == 0 {
            self.from = now;
        }
        self.at = Some(self.sink.bytes.len());
        self.sink.byte(entry::INPUT);
        now.put(&mut self.sink);
        self.sink.now = now;
        self.said.now = now;
        self.said.bytes.clear();
        put_input(input, &mut self.sink);
    }

    /// The engine said that this happened.
    pub fn event(&mut self, event: &Event) {
        self.said.byte(entry::EVENT);
        event.put(&mut self.said);
    }

    /// The engine asked for this.
    pub fn command(&mut self, command: &Command) {
        self.said.byte(entry::COMMAND);
        put_command(command, &mut self.said);
    }

    /// The engine wants to be called at `wake` at the latest, and has nothing more to say.
    pub fn end(&mut self, wake: Millis) {
        let Some(at) = self.at.take() else { return };
        wake.put(&mut self.sink);
        if !self.said.bytes.is_empty() {
            if let Some(kind) = self.sink.bytes.get_mut(at) {
                *kind = entry::INPUT_WITH_OUTPUTS;
            }
            self.sink.uint(u64::try_from(self.said.bytes.len()).unwrap_or(u64::MAX));
            self.sink.bytes.extend_from_slice(&self.said.bytes);
        }
        self.entries = self.entries.saturating_add(1);
        self.seq = self.seq.saturating_add(1);
    }

    /// The bytes of what the engine has said to the last input.
    pub(super) fn said(&self) -> &[u8] {
        &self.said.bytes
    }

    /// The shell signed the action of `request` with this nonce.
    pub fn sent(&mut self, request: RequestId, nonce: u64) {
        self.sink.byte(entry::SENT);
        (request, nonce).put(&mut self.sink);
    }

    /// The venue calls a market by another number from now on.
    pub fn renumbered(&mut self, market: MarketId, asset: u32) {
        self.sink.byte(entry::RENUMBERED);
        (market, asset).put(&mut self.sink);
    }

    /// Takes what waits, and leaves the buffer `spare` in its place. An input that has not been
    /// answered is not among it: the engine died of it.
    pub fn take(&mut self, mut spare: Vec<u8>) -> Raw {
        spare.clear();
        if let Some(at) = self.at.take() {
            self.sink.bytes.truncate(at);
        }
        let bytes = core::mem::replace(&mut self.sink.bytes, spare);
        let first = self.seq.saturating_sub(u64::from(self.entries));
        let raw = Raw { first, entries: self.entries, from: self.from, to: self.sink.now, bytes };
        self.entries = 0;
        // A block is read without the one before.
        self.sink.now = Millis(0);
        self.sink.near.forget();
        raw
    }
}
