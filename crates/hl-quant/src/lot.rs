//! Which sizes a market accepts.

use crate::{
    BadOverride, DECIMALS, Decimal, OffLot, OrderSize, Reject, Round, Size, SzDecimals, text::Tail,
};

/// The legal sizes of one market: the positive multiples of its lot, 10^-szDecimals
/// (Hyperliquid docs, "Tick and lot size").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LotGrid {
    lot: u64,
    venue: u64,
}

impl LotGrid {
    /// The sizes of a market with this many size decimals.
    #[must_use]
    pub const fn new(sz_decimals: SzDecimals) -> Self {
        #[expect(clippy::as_conversions, reason = "u8 to u32 widens; From is not const")]
        let decimals = sz_decimals.get() as u32;
        let lot = 10_u64.pow(DECIMALS.saturating_sub(decimals));
        Self { lot, venue: lot }
    }

    /// The grid with sizes in multiples of a coarser `lot`.
    ///
    /// # Errors
    /// [`BadOverride`] if `lot` is finer than the venue's or no multiple of it.
    pub const fn with_lot(self, lot: Size) -> Result<Self, BadOverride> {
        let venue = Size::from_raw(self.venue);
        if lot.raw() < self.venue {
            return Err(BadOverride::LotTooFine { lot, venue });
        }
        if !lot.raw().is_multiple_of(self.venue) {
            return Err(BadOverride::LotNotAMultiple { lot, venue });
        }
        Ok(Self { lot: lot.raw(), venue: self.venue })
    }

    /// The smallest size, and the distance between sizes.
    #[must_use]
    pub const fn lot(self) -> Size {
        Size::from_raw(self.lot)
    }

    /// The legal size that `value` rounds to.
    ///
    /// # Errors
    /// [`Reject::BelowMinSize`] if that is zero, [`Reject::TooLarge`] if it does not fit.
    pub fn snap(self, value: impl Into<Decimal>, round: Round) -> Result<OrderSize, Reject> {
        let value: Decimal = value.into();
        let lots = value.raw.checked_div(self.lot).ok_or(Reject::TooLarge)?;
        let rest = value.raw.wrapping_sub(lots.wrapping_mul(self.lot));
        let exact = rest == 0 && value.tail == Tail::Zero;
        let up = match round {
            _ if exact => false,
            Round::Down => false,
            Round::Up => true,
            Round::Nearest => self.closer_to_next(rest, value.tail),
        };
        let lots = lots.checked_add(u64::from(up)).ok_or(Reject::TooLarge)?;
        if lots == 0 {
            return Err(Reject::BelowMinSize { lot: self.lot() });
        }
        let raw = lots.checked_mul(self.lot).ok_or(Reject::TooLarge)?;
        Ok(OrderSize::new(Size::from_raw(raw)))
    }

    /// `size` as a legal size, if it is one.
    ///
    /// # Errors
    /// [`OffLot`] with the lot; nothing is rounded.
    pub fn check(self, size: Size) -> Result<OrderSize, OffLot> {
        match self.snap(size, Round::Down) {
            Ok(legal) if legal.get() == size => Ok(legal),
            _ => Err(OffLot { size, lot: self.lot() }),
        }
    }

    /// Whether `rest` and what was cut off are at least half a lot.
    fn closer_to_next(self, rest: u64, tail: Tail) -> bool {
        let missing = self.lot.saturating_sub(rest);
        rest >= missing || (rest.saturating_add(1) == missing && tail == Tail::HalfOrMore)
    }
}
