//! One account's holding in one market.

use hl_quant::{Price, Side, SignedSize, Size};

use crate::Usd;

/// How much of the account backs a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MarginKind {
    Cross,
    Isolated,
}

/// The leverage setting of one account in one market.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Leverage {
    pub(crate) kind: MarginKind,
    pub(crate) value: u8,
}

/// A holding: signed size, what it cost, and, when isolated, the cash inside it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Position {
    /// Long is positive.
    pub(crate) szi: SignedSize,
    /// Entry price times size: never negative.
    pub(crate) cost: Usd,
    /// `rawUsd` of an isolated position: margin put in, less what was paid for it.
    pub(crate) isolated: Usd,
}

/// What a fill did to a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Applied {
    pub(crate) before: SignedSize,
    pub(crate) after: SignedSize,
    /// Realised profit before fees.
    pub(crate) pnl: Usd,
    /// How much of the fill closed what was there.
    pub(crate) closed: Size,
}

impl Applied {
    /// The `dir` text of a fill.
    pub(crate) const fn direction(&self) -> &'static str {
        match (self.before.raw(), self.after.raw()) {
            (..=-1, 1..) => "Short > Long",
            (1.., ..=-1) => "Long > Short",
            (0, 1..) => "Open Long",
            (0, _) => "Open Short",
            (before @ 1.., after) if after > before => "Open Long",
            (1.., _) => "Close Long",
            (before, after) if after < before => "Open Short",
            (_, _) => "Close Short",
        }
    }

    /// How much cash goes from the account into an isolated position with this fill (negative: out
    /// of it): the initial margin of what it opened, rounded up, less the share of the position's
    /// equity that it closed. `isolated` is the position's cash before the fill.
    pub(crate) fn margin_moved(&self, px: Price, size: Size, isolated: Usd, leverage: u8) -> Usd {
        let opened = Usd::from_notional(px * size.saturating_sub(self.closed));
        let leverage = i128::from(leverage.max(1));
        let margin = Usd::micros((opened.get() + leverage - 1) / leverage);
        let held = self.before.magnitude();
        let value = Usd::from_notional(px * held);
        let equity = isolated + if self.before.raw() < 0 { -value } else { value };
        margin - if self.closed.is_zero() { Usd::ZERO } else { share(equity, self.closed, held) }
    }
}

impl Position {
    /// Applies a fill of `size` worth `value`; `None` when the position would leave the range of
    /// its number, in which case nothing changes.
    ///
    /// The cost of a partial close is taken out in proportion, rounded towards zero, so that costs
    /// and profits add up exactly over the life of a position.
    pub(crate) fn apply(&mut self, side: Side, size: Size, value: Usd) -> Option<Applied> {
        let before = self.szi;
        let after = before.after_fill(side, size)?;
        let held = before.magnitude();
        let mut pnl = Usd::ZERO;
        let mut closed = Size::ZERO;
        if before.side().is_none_or(|open| open == side) {
            self.cost += value;
        } else {
            closed = size.min(held);
            let cost_out = share(self.cost, closed, held);
            let value_out = share(value, closed, size);
            pnl = if side == Side::Ask { value_out - cost_out } else { cost_out - value_out };
            self.cost = self.cost - cost_out + (value - value_out);
        }
        self.szi = after;
        Some(Applied { before, after, pnl, closed })
    }

    /// Value at a price: negative for a short position.
    pub(crate) fn value(&self, px: Price) -> Usd {
        let magnitude = Usd::from_notional(px * self.szi.magnitude());
        if self.szi.raw() < 0 { -magnitude } else { magnitude }
    }

    /// Profit not yet realised at a price.
    pub(crate) fn unrealized(&self, px: Price) -> Usd {
        let value = self.value(px);
        if self.szi.raw() < 0 { value + self.cost } else { value - self.cost }
    }

    pub(crate) const fn is_flat(&self) -> bool {
        self.szi.raw() == 0
    }
}

/// `amount * part / whole`, the whole amount when the part is everything.
fn share(amount: Usd, part: Size, whole: Size) -> Usd {
    if part == whole {
        amount
    } else {
        amount.mul_div(i128::from(part.raw()), i128::from(whole.raw()))
    }
}

#[cfg(test)]
mod tests {
    use hl_quant::{Side, SignedSize, Size};

    use super::Position;
    use crate::Usd;

    fn units(n: u64) -> Size {
        Size::from_raw(n.saturating_mul(100_000_000))
    }

    #[test]
    fn a_round_trip_through_zero_realises_the_difference_and_reopens_at_the_new_price() {
        let mut position = Position::default();
        position.apply(Side::Bid, units(2), Usd::dollars(200)).unwrap();
        assert_eq!(position.cost, Usd::dollars(200));

        let half = position.apply(Side::Ask, units(1), Usd::dollars(110)).unwrap();
        assert_eq!((half.pnl, half.direction()), (Usd::dollars(10), "Close Long"));
        assert_eq!(position.cost, Usd::dollars(100));

        let flip = position.apply(Side::Ask, units(3), Usd::dollars(360)).unwrap();
        assert_eq!((flip.pnl, flip.direction()), (Usd::dollars(20), "Long > Short"));
        assert_eq!(position.szi, SignedSize::from_raw(-200_000_000));
        assert_eq!(position.cost, Usd::dollars(240));

        let close = position.apply(Side::Bid, units(2), Usd::dollars(200)).unwrap();
        assert_eq!((close.pnl, close.direction()), (Usd::dollars(40), "Close Short"));
        assert_eq!(position.cost, Usd::ZERO);
    }

    #[test]
    fn a_position_that_would_overflow_is_left_alone() {
        let mut position = Position { szi: SignedSize::from_raw(i64::MAX), ..Position::default() };
        assert_eq!(position.apply(Side::Bid, Size::from_raw(1), Usd::ZERO), None);
        assert_eq!(position.szi, SignedSize::from_raw(i64::MAX));
    }
}
