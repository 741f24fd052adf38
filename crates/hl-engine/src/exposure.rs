//! The worst that can happen to one position.

use hl_quant::{Notional, Price, Side, SignedSize, Size};

/// A position and all that may still trade into it, per side.
///
/// The bound is for *any* subset of fills: the position is longest if every bid trades and no ask
/// does, and shortest the other way round. So the two ends are all that need checking.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Exposure {
    pub(crate) position: SignedSize,
    /// What bids may still buy: live, in flight, unknown, being cancelled, cancelled but not yet
    /// accounted for, and foreign.
    pub(crate) bids: Size,
    /// The same for asks.
    pub(crate) asks: Size,
}

impl Exposure {
    /// With one more order.
    pub(crate) fn with(self, side: Side, size: Size) -> Self {
        match side {
            Side::Bid => Self { bids: self.bids.saturating_add(size), ..self },
            Side::Ask => Self { asks: self.asks.saturating_add(size), ..self },
        }
    }

    /// The largest position that orders of `side` can lead to; zero if even all of them together
    /// leave the position on the other side.
    pub(crate) fn worst_size(self, side: Side) -> Size {
        let position = i128::from(self.position.raw());
        let end = match side {
            Side::Bid => position.saturating_add(i128::from(self.bids.raw())),
            Side::Ask => i128::from(self.asks.raw()).saturating_sub(position),
        };
        Size::from_raw(u64::try_from(end.max(0)).unwrap_or(u64::MAX))
    }

    /// The value of [`Exposure::worst_size`] at `mark`.
    pub(crate) fn worst(self, side: Side, mark: Price) -> Notional {
        mark * self.worst_size(side)
    }

    /// The larger of both ends.
    pub(crate) fn worst_of_both(self, mark: Price) -> Notional {
        self.worst(Side::Bid, mark).max(self.worst(Side::Ask, mark))
    }

    /// Whether there is nothing to value.
    pub(crate) fn is_empty(self) -> bool {
        self == Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// The two ends bound the position after every subset of fills.
        #[test]
        fn no_subset_of_fills_leads_beyond_the_worst_case(
            position in -1_000_i64..1_000,
            orders in proptest::collection::vec((any::<bool>(), 1_u64..500), 0..10),
        ) {
            let side = |bid| if bid { Side::Bid } else { Side::Ask };
            let mut exposure =
                Exposure { position: SignedSize::from_raw(position), ..Exposure::default() };
            for (bid, size) in &orders {
                exposure = exposure.with(side(*bid), Size::from_raw(*size));
            }
            for subset in 0..1_u32 << orders.len() {
                let mut after = SignedSize::from_raw(position);
                for (i, (bid, size)) in orders.iter().enumerate() {
                    if subset >> i & 1 == 1 {
                        after = after.after_fill(side(*bid), Size::from_raw(*size)).unwrap();
                    }
                }
                let long = i128::from(exposure.worst_size(Side::Bid).raw());
                let short = i128::from(exposure.worst_size(Side::Ask).raw());
                prop_assert!(i128::from(after.raw()) <= long.max(0));
                prop_assert!(i128::from(after.raw()) >= -short.max(0));
            }
        }
    }
}
