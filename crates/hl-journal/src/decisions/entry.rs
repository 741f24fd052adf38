//! One input and what came of it, as it is read back.

use hl_engine::{Event, Input, MarketId, RequestId};
use hl_quant::Millis;

use super::Asked;
use super::bytes::{Malformed, Memory, Names, Source};
use super::code::{Code, Scratch, take_command, take_input};

/// An input that nothing came of but a time to wake up.
pub(super) const INPUT: u8 = 0;
/// An input and what came of it.
pub(super) const INPUT_WITH_OUTPUTS: u8 = 1;
/// A nonce.
pub(super) const SENT: u8 = 2;
/// A market's number at the venue.
pub(super) const RENUMBERED: u8 = 3;
/// Among outputs: an event.
pub(super) const EVENT: u8 = 0;
/// Among outputs: a command.
pub(super) const COMMAND: u8 = 1;

/// What a journal has, one after the other.
#[derive(Debug)]
pub enum Item<'a> {
    /// An input and what came of it.
    Entry(Entry<'a>),
    /// What the shell adds.
    Note(Note),
    /// Inputs that were not recorded. What follows is true, and can be verified no more.
    Gap(Gap),
}

/// One input of the engine, when it came, and what the engine said to it.
#[derive(Debug)]
pub struct Entry<'a> {
    /// Its number, counted from 0 in each run.
    pub seq: u64,
    /// What `Engine::handle` was given as the time.
    pub now: Millis,
    /// And as the input.
    pub input: Input<'a>,
    /// What the engine said happened, in its order.
    pub events: &'a [Event],
    /// When the engine wanted to be called again at the latest.
    pub wake: Millis,
    /// The outputs as they were written.
    pub(super) said: &'a [u8],
    /// Those of them that are commands.
    pub(super) asked: &'a [u8],
    pub(super) names: &'a Names,
}

impl Entry<'_> {
    /// What the engine asked for, in its order.
    ///
    /// # Errors
    /// [`Malformed`] if the bytes make no sense: they are not those of this version.
    pub fn commands(&self) -> Result<Vec<Asked>, Malformed> {
        let mut memory = Memory::default();
        let mut from =
            Source { rest: self.asked, now: self.now, names: self.names, memory: &mut memory };
        let mut all = Vec::new();
        while !from.rest.is_empty() {
            match from.byte()? {
                COMMAND => all.push(take_command(&mut from)?),
                _ => return Err(Malformed::Range("output")),
            }
        }
        Ok(all)
    }

    /// Whether the engine asked for anything.
    #[must_use]
    pub const fn has_commands(&self) -> bool {
        !self.asked.is_empty()
    }
}

/// What the shell knows and the engine does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    /// The action of a request was signed with this nonce.
    Sent {
        /// Which request.
        request: RequestId,
        /// Its nonce.
        nonce: u64,
    },
    /// The venue calls a market by another number from now on.
    Renumbered {
        /// Which market.
        market: MarketId,
        /// Its asset.
        asset: u32,
    },
}

/// Inputs that are missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The number of the first that is missing.
    pub first: u64,
    /// How many are.
    pub entries: u64,
    /// The moments of the first and of the last.
    pub span: (Millis, Millis),
    /// Why.
    pub why: String,
}

/// Room for what an entry borrows.
#[derive(Debug, Default)]
pub(super) struct Room {
    scratch: Scratch,
    events: Vec<Event>,
}

/// What was read: an input, whose number the reader knows, or a note.
pub(super) enum Read<'a> {
    Entry(Entry<'a>),
    Note(Note),
}

/// The next of a block; `at` moves behind it.
pub(super) fn take<'a>(
    seq: u64,
    block: &'a [u8],
    at: &mut usize,
    now: &mut Millis,
    (names, memory, room): (&'a Names, &mut Memory, &'a mut Room),
) -> Result<Read<'a>, Malformed> {
    let rest = block.get(*at..).unwrap_or_default();
    let mut from = Source { rest, now: *now, names, memory };
    let kind = from.byte()?;
    let read = match kind {
        INPUT | INPUT_WITH_OUTPUTS => {
            *now = Millis::take(&mut from)?;
            from.now = *now;
            let tag = from.byte()?;
            let input = take_input(tag, &mut from, &mut room.scratch)?;
            let wake = Millis::take(&mut from)?;
            room.events.clear();
            let (said, asked) = match kind {
                INPUT => (&[][..], &[][..]),
                _ => take_outputs(&mut from, &mut room.events)?,
            };
            let events = &room.events;
            Read::Entry(Entry { seq, now: *now, input, events, wake, said, asked, names })
        }
        SENT => Read::Note(Note::Sent { request: Code::take(&mut from)?, nonce: from.uint()? }),
        RENUMBERED => Read::Note(Note::Renumbered {
            market: Code::take(&mut from)?,
            asset: Code::take(&mut from)?,
        }),
        _ => return Err(Malformed::Range("entry")),
    };
    *at = block.len().saturating_sub(from.rest.len());
    Ok(read)
}

/// All outputs as bytes, and those that are commands; events come before them.
fn take_outputs<'a>(
    from: &mut Source<'a, '_>,
    events: &mut Vec<Event>,
) -> Result<(&'a [u8], &'a [u8]), Malformed> {
    let len = from.len()?;
    let said = from.bytes(len)?;
    let mut inside =
        Source { rest: said, now: from.now, names: from.names, memory: &mut *from.memory };
    while let Some((&EVENT, rest)) = inside.rest.split_first() {
        inside.rest = rest;
        events.push(Code::take(&mut inside)?);
    }
    Ok((said, inside.rest))
}
