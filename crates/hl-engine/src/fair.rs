//! What the quotes are centred on.

use hl_quant::{Price, Round};

use crate::{FairKind, Level};

/// The fair price between two levels that do not cross, rounded down by less than 10^-8. It is
/// never below the bid nor above the ask.
pub(crate) fn fair(kind: FairKind, bid: Level, ask: Level) -> Price {
    let mid = bid.price.midpoint(ask.price, Round::Down);
    match kind {
        FairKind::Mid => mid,
        FairKind::Micro => micro(bid, ask).unwrap_or(mid),
    }
}

/// Each price weighted by the size on the *other* side; `None` if the sum leaves 128 bits.
fn micro(bid: Level, ask: Level) -> Option<Price> {
    let product = |price: Price, size: hl_quant::Size| (price * size).raw();
    let sum = product(bid.price, ask.size).checked_add(product(ask.price, bid.size))?;
    let weight = u128::from(bid.size.raw()).checked_add(u128::from(ask.size.raw()))?;
    let raw = u64::try_from(sum.checked_div(weight)?).ok()?;
    Price::from_raw(raw)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fair_of(kind: FairKind, bid: (&str, &str), ask: (&str, &str)) -> String {
        let level =
            |(p, s): (&str, &str)| Level { price: p.parse().unwrap(), size: s.parse().unwrap() };
        fair(kind, level(bid), level(ask)).to_string()
    }

    #[test]
    fn the_micro_price_leans_towards_the_thin_side() {
        assert_eq!(fair_of(FairKind::Mid, ("100", "1"), ("101", "3")), "100.5");
        // Three times as much for sale: the bid will go first.
        assert_eq!(fair_of(FairKind::Micro, ("100", "1"), ("101", "3")), "100.25");
        assert_eq!(fair_of(FairKind::Micro, ("100", "3"), ("101", "1")), "100.75");
        assert_eq!(fair_of(FairKind::Micro, ("100", "1"), ("100.00000001", "1")), "100");
    }

    #[test]
    fn sizes_too_large_to_weigh_fall_back_to_the_mid() {
        let huge = "184467440737.09551615";
        assert_eq!(fair_of(FairKind::Micro, (huge, huge), (huge, huge)), huge);
        assert_eq!(fair_of(FairKind::Micro, ("100", huge), ("101", huge)), "100.5");
    }
}
