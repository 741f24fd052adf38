//! What the run took over from the ones before it.

use hl_engine::{
    Carry, Cause, DayMark, Halt, Intent, Placed, RotationMark, SafeMode, Triggers, Usd,
};
use hl_signals::Sample;
use hl_wire::{Cloid, Oid, RejectCode};

use super::super::bytes::{Malformed, Sink, Source};
use super::{Code, choice, record, wrapper};

wrapper!(Oid);

record! {
    Carry { halt, flatten, safe_mode, day, dead_man, intents, fills_through, rotation }
    Halt { at, cause }
    DayMark { day, at, start, peak, transfers }
    Triggers { day, fired }
    Intent { cloid, pair, side, price, size, sent, placed }
    RotationMark { last, due, round, held, leaving, entered }
    Sample { at, value, with, without, moved_bps }
}

choice! {
    SafeMode { 0 => Off, 1 => On }
    Placed { 0 => InDoubt, 1 => Taken }
}

impl Code for Usd {
    fn put(&self, sink: &mut Sink) {
        self.raw().put(sink);
    }

    fn take(from: &mut Source<'_, '_>) -> Result<Self, Malformed> {
        i128::take(from).map(Self::from_raw)
    }
}

/// Its number in a list that only grows.
macro_rules! listed {
    ($($type:ident),+) => {$(
        impl Code for $type {
            fn put(&self, sink: &mut Sink) {
                let place = Self::ALL.iter().position(|other| other == self);
                place.unwrap_or(usize::MAX).put(sink);
            }

            fn take(from: &mut Source<'_, '_>) -> Result<Self, Malformed> {
                let place = usize::take(from)?;
                Self::ALL.get(place).copied().ok_or(Malformed::Range(stringify!($type)))
            }
        }
    )+};
}

pub(crate) use listed;

listed!(Cause, RejectCode);

/// Ours of this run by their second half.
impl Code for Cloid {
    fn put(&self, sink: &mut Sink) {
        let prefix = sink.names.prefix;
        if self.0 >> 64 == u128::from(prefix) {
            let tail = u64::try_from(self.0 & u128::from(u64::MAX)).unwrap_or_default();
            sink.byte(1);
            // Market above, number below: the number is what is small.
            sink.uint(tail >> 48);
            sink.uint(tail & 0xffff_ffff_ffff);
        } else {
            sink.byte(0);
            sink.bytes.extend_from_slice(&self.0.to_be_bytes());
        }
    }

    fn take(from: &mut Source<'_, '_>) -> Result<Self, Malformed> {
        match from.byte()? {
            0 => {
                let bytes = from.bytes(16)?.try_into().map_err(|_| Malformed::Short)?;
                Ok(Self(u128::from_be_bytes(bytes)))
            }
            1 => {
                let (market, seq) = (from.uint()?, from.uint()?);
                if market > u64::from(u16::MAX) || seq > 0xffff_ffff_ffff {
                    return Err(Malformed::Range("cloid"));
                }
                let tail = (market << 48) | seq;
                Ok(Self((u128::from(from.names.prefix) << 64) | u128::from(tail)))
            }
            _ => Err(Malformed::Range("cloid")),
        }
    }
}
