//! How each value is written. A record lists its fields and a choice its variants; a field or a
//! variant that somebody adds to the engine does not compile until it is listed here too.

mod carry;
mod config;
mod event;
mod input;
mod order;

pub(super) use input::{Scratch, put_input, take_input};
pub use order::{Asked, AskedModify, AskedOrder};
pub(super) use order::{put_command, take_command};

use std::collections::BTreeSet;

use hl_quant::{Millis, Notional, Price, Side, SignedSize, Size};

use super::bytes::{Malformed, Sink, Source};

/// A value that is written as bytes and comes back equal.
pub(super) trait Code: Sized {
    fn put(&self, sink: &mut Sink);
    fn take(from: &mut Source<'_, '_>) -> Result<Self, Malformed>;
}

/// Structures: their fields in this order.
macro_rules! record {
    ($($type:ident { $($field:ident),+ $(,)? })+) => {$(
        impl Code for $type {
            fn put(&self, sink: &mut Sink) {
                let Self { $($field),+ } = self;
                $($field.put(sink);)+
            }

            fn take(from: &mut Source<'_, '_>) -> Result<Self, Malformed> {
                Ok(Self { $($field: Code::take(from)?),+ })
            }
        }
    )+};
}

/// Enumerations: a byte for the variant, and what it has.
macro_rules! choice {
    ($($type:ident {
        $($n:literal => $variant:ident $(($($item:ident),+))? $({ $($field:ident),+ })?),+ $(,)?
    })+) => {$(
        impl Code for $type {
            fn put(&self, sink: &mut Sink) {
                match self {
                    $(Self::$variant $(($($item),+))? $({ $($field),+ })? => {
                        sink.byte($n);
                        $($($item.put(sink);)+)?
                        $($($field.put(sink);)+)?
                    })+
                }
            }

            fn take(from: &mut Source<'_, '_>) -> Result<Self, Malformed> {
                Ok(match from.byte()? {
                    $($n => Self::$variant
                        $(($({ let $item = Code::take(from)?; $item }),+))?
                        $({ $($field: Code::take(from)?),+ })?,)+
                    _ => return Err(Malformed::Range(stringify!($type))),
                })
            }
        }
    )+};
}

/// Wrappers of one public value.
macro_rules! wrapper {
    ($($type:ident),+ $(,)?) => {$(
        impl Code for $type {
            fn put(&self, sink: &mut Sink) {
                let Self(inner) = self;
                inner.put(sink);
            }

            fn take(from: &mut Source<'_, '_>) -> Result<Self, Malformed> {
                Code::take(from).map(Self)
            }
        }
    )+};
}

pub(crate) use {choice, record, wrapper};

macro_rules! unsigned {
    ($($type:ident),+) => {$(
        impl Code for $type {
            fn put(&self, sink: &mut Sink) {
                // A pointer has 64 bits at most.
                sink.uint(u64::try_from(*self).unwrap_or(u64::MAX));
            }

            fn take(from: &mut Source<'_, '_>) -> Result<Self, Malformed> {
                Self::try_from(from.uint()?).map_err(|_| Malformed::Range(stringify!($type)))
            }
        }
    )+};
}

unsigned!(u8, u16, u32, usize);

impl Code for u64 {
    fn put(&self, sink: &mut Sink) {
        sink.uint(*self);
    }

    fn take(from: &mut Source<'_, '_>) -> Result<Self, Malformed> {
        from.uint()
    }
}

impl Code for i64 {
    fn put(&self, sink: &mut Sink) {
        sink.int(*self);
    }

    fn take(from: &mut Source<'_, '_>) -> Result<Self, Malformed> {
        from.int()
    }
}

impl Code for u128 {
    fn put(&self, sink: &mut Sink) {
        sink.wide(*self);
    }

    fn take(from: &mut Source<'_, '_>) -> Result<Self, Malformed> {
        from.wide()
    }
}

impl Code for i128 {
    fn put(&self, sink: &mut Sink) {
        sink.wide(self.cast_unsigned().wrapping_shl(1) ^ (self >> 127).cast_unsigned());
    }

    fn take(from: &mut Source<'_, '_>) -> Result<Self, Malformed> {
        let n = from.wide()?;
        Ok((n >> 1).cast_signed() ^ (n & 1).cast_signed().wrapping_neg())
    }
}

impl Code for bool {
    fn put(&self, sink: &mut Sink) {
        sink.byte(u8::from(*self));
    }

    fn take(from: &mut Source<'_, '_>) -> Result<Self, Malformed> {
        match from.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Malformed::Range("bool")),
        }
    }
}

/// The bits: what is computed from it later must be the same.
impl Code for f64 {
    fn put(&self, sink: &mut Sink) {
        sink.bytes.extend_from_slice(&self.to_bits().to_le_bytes());
    }

    fn take(from: &mut Source<'_, '_>) -> Result<Self, Malformed> {
        let bytes = from.bytes(8)?.try_into().map_err(|_| Malformed::Short)?;
        Ok(Self::from_bits(u64::from_le_bytes(bytes)))
    }
}

impl Code for String {
    fn put(&self, sink: &mut Sink) {
        sink.text(self);
    }

    fn take(from: &mut Source<'_, '_>) -> Result<Self, Malformed> {
        from.text().map(str::to_owned)
    }
}

impl Code for &'static str {
    fn put(&self, sink: &mut Sink) {
        sink.text(self);
    }

    fn take(from: &mut Source<'_, '_>) -> Result<Self, Malformed> {
        from.word()
    }
}

impl<T: Code> Code for Option<T> {
    fn put(&self, sink: &mut Sink) {
        match self {
            None => sink.byte(0),
            Some(value) => {
                sink.byte(1);
                value.put(sink);
            }
        }
    }

    fn take(from: &mut Source<'_, '_>) -> Result<Self, Malformed> {
        match from.byte()? {
            0 => Ok(None),
            1 => T::take(from).map(Some),
            _ => Err(Malformed::Range("option")),
        }
    }
}

impl<T: Code> Code for Vec<T> {
    fn put(&self, sink: &mut Sink) {
        put_all(self, sink);
    }

    fn take(from: &mut Source<'_, '_>) -> Result<Self, Malformed> {
        let mut all = Self::new();
        take_all(&mut all, from)?;
        Ok(all)
    }
}

impl Code for BTreeSet<String> {
    fn put(&self, sink: &mut Sink) {
        sink.uint(u64::try_from(self.len()).unwrap_or(u64::MAX));
        self.iter().for_each(|text| text.put(sink));
    }

    fn take(from: &mut Source<'_, '_>) -> Result<Self, Malformed> {
        Vec::take(from).map(|all| all.into_iter().collect())
    }
}

impl<T: Code> Code for Box<T> {
    fn put(&self, sink: &mut Sink) {
        (**self).put(sink);
    }

    fn take(from: &mut Source<'_, '_>) -> Result<Self, Malformed> {
        T::take(from).map(Self::new)
    }
}

impl<A: Code, B: Code> Code for (A, B) {
    fn put(&self, sink: &mut Sink) {
        self.0.put(sink);
        self.1.put(sink);
    }

    fn take(from: &mut Source<'_, '_>) -> Result<Self, Malformed> {
        Ok((A::take(from)?, B::take(from)?))
    }
}

impl<A: Code, B: Code, C: Code> Code for (A, B, C) {
    fn put(&self, sink: &mut Sink) {
        self.0.put(sink);
        self.1.put(sink);
        self.2.put(sink);
    }

    fn take(from: &mut Source<'_, '_>) -> Result<Self, Malformed> {
        Ok((A::take(from)?, B::take(from)?, C::take(from)?))
    }
}

impl<T: Code + Copy + Default, const N: usize> Code for [T; N] {
    fn put(&self, sink: &mut Sink) {
        self.iter().for_each(|item| item.put(sink));
    }

    fn take(from: &mut Source<'_, '_>) -> Result<Self, Malformed> {
        let mut all = [T::default(); N];
        for item in &mut all {
            *item = T::take(from)?;
        }
        Ok(all)
    }
}

/// How many, and each.
pub(super) fn put_all<T: Code>(items: &[T], sink: &mut Sink) {
    sink.uint(u64::try_from(items.len()).unwrap_or(u64::MAX));
    items.iter().for_each(|item| item.put(sink));
}

/// The same back, in place of what was there.
pub(super) fn take_all<T: Code>(
    all: &mut Vec<T>,
    from: &mut Source<'_, '_>,
) -> Result<(), Malformed> {
    all.clear();
    for _ in 0..from.len()? {
        all.push(T::take(from)?);
    }
    Ok(())
}

impl Code for Price {
    fn put(&self, sink: &mut Sink) {
        sink.decimal(self.raw());
    }

    fn take(from: &mut Source<'_, '_>) -> Result<Self, Malformed> {
        Self::from_raw(from.decimal()?).ok_or(Malformed::Range("price"))
    }
}

impl Code for Size {
    fn put(&self, sink: &mut Sink) {
        sink.decimal(self.raw());
    }

    fn take(from: &mut Source<'_, '_>) -> Result<Self, Malformed> {
        from.decimal().map(Self::from_raw)
    }
}

impl Code for SignedSize {
    fn put(&self, sink: &mut Sink) {
        sink.step(0, self.raw().cast_unsigned());
    }

    fn take(from: &mut Source<'_, '_>) -> Result<Self, Malformed> {
        from.step(0).map(|raw| Self::from_raw(raw.cast_signed()))
    }
}

impl Code for Notional {
    fn put(&self, sink: &mut Sink) {
        sink.wide(self.raw());
    }

    fn take(from: &mut Source<'_, '_>) -> Result<Self, Malformed> {
        from.wide().map(Self::from_raw)
    }
}

/// From the moment of the entry, either way.
impl Code for Millis {
    fn put(&self, sink: &mut Sink) {
        sink.int(self.0.wrapping_sub(sink.now.0).cast_signed());
    }

    fn take(from: &mut Source<'_, '_>) -> Result<Self, Malformed> {
        let off = from.int()?;
        Ok(Self(from.now.0.wrapping_add(off.cast_unsigned())))
    }
}

choice! {
    Side { 0 => Bid, 1 => Ask }
}
