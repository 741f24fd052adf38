//! What a grade means for the quotes of one market.

use arrayvec::ArrayVec;
use hl_quant::{Price, Side, SignedSize, Size};

use super::{Grade, verdict::Verdict};
use crate::{MAX_LAYERS, NoQuote, Ppm, Want, Wants};

/// What the quotes of a market may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Restraint {
    /// As wished.
    Free,
    /// This much further from the fair price.
    Wider(Ppm),
    /// Only this side, and no more in all than this.
    Only(Side, Size),
}

impl Restraint {
    /// What `verdict` means while `position` is held.
    ///
    /// # Errors
    /// Why nothing may be quoted.
    pub(crate) fn of(verdict: &Verdict, position: SignedSize) -> Result<Self, NoQuote> {
        let stop = NoQuote::Risk(verdict.cause);
        match (verdict.grade, position.side()) {
            (Grade::Normal, _) => Ok(Self::Free),
            (Grade::Widen(by), _) => Ok(Self::Wider(by)),
            (Grade::OneSided, Some(held)) => Ok(Self::Only(held.opposite(), position.magnitude())),
            (Grade::OneSided, None) | (Grade::CancelOnly | Grade::Flatten | Grade::Halt, _) => {
                Err(stop)
            }
        }
    }

    /// Cuts wishes to what may be: prices only ever move away from `fair`, sizes only ever shrink.
    pub(crate) fn apply(self, fair: Price, wants: &mut Wants) {
        match self {
            Self::Free => {}
            Self::Wider(by) => {
                let by = by.of_price(fair).max(0);
                widen(&mut wants.bids, by.saturating_neg());
                widen(&mut wants.asks, by);
            }
            Self::Only(side, most) => {
                let (kept, dropped) = match side {
                    Side::Bid => (&mut wants.bids, &mut wants.asks),
                    Side::Ask => (&mut wants.asks, &mut wants.bids),
                };
                dropped.clear();
                let mut left = most;
                for want in kept.iter_mut() {
                    want.size = want.size.min(left);
                    left = left.saturating_sub(want.size);
                }
                kept.retain(|want| !want.size.is_zero());
            }
        }
    }
}

/// Moves prices by `by`; one that leaves the range of prices is no wish any more.
fn widen(wants: &mut ArrayVec<Want, MAX_LAYERS>, by: i128) {
    wants.retain(|want| {
        let moved = i128::from(want.price.raw()).saturating_add(by);
        let price = u64::try_from(moved).ok().and_then(Price::from_raw);
        price.map(|price| want.price = price).is_some()
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Cause, Figure};

    fn wants() -> Wants {
        let mut wants = Wants::default();
        for (side, price, size) in [
            (Side::Bid, "99", "1"),
            (Side::Bid, "98", "2"),
            (Side::Ask, "101", "1"),
            (Side::Ask, "102", "2"),
        ] {
            let (price, size) = (price.parse().unwrap(), size.parse().unwrap());
            wants.push(side, Want { price, size });
        }
        wants
    }

    fn under(grade: Grade, position: &str) -> Result<Vec<String>, NoQuote> {
        let verdict = Verdict::new(grade, Cause::Margin, Figure::None, Figure::None);
        let restraint = Restraint::of(&verdict, position.parse().unwrap())?;
        let mut wants = wants();
        restraint.apply("100".parse().unwrap(), &mut wants);
        let side = |side: &[Want]| {
            side.iter().map(|want| format!("{}x{}", want.price, want.size)).collect::<Vec<_>>()
        };
        Ok([side(&wants.bids), side(&wants.asks)].concat())
    }

    #[test]
    fn each_grade_leaves_what_it_says() {
        let stop = Err(NoQuote::Risk(Cause::Margin));
        assert_eq!(under(Grade::Normal, "5").unwrap(), ["99x1", "98x2", "101x1", "102x2"]);
        let wider = under(Grade::Widen(Ppm::from_bps(50)), "0").unwrap();
        assert_eq!(wider, ["98.5x1", "97.5x2", "101.5x1", "102.5x2"]);
        assert_eq!(under(Grade::OneSided, "5").unwrap(), ["101x1", "102x2"]);
        assert_eq!(under(Grade::OneSided, "2.5").unwrap(), ["101x1", "102x1.5"]);
        assert_eq!(under(Grade::OneSided, "-1").unwrap(), ["99x1"]);
        assert_eq!(under(Grade::OneSided, "0"), stop);
        for grade in [Grade::CancelOnly, Grade::Flatten, Grade::Halt] {
            assert_eq!(under(grade, "5"), stop);
        }
    }

    #[test]
    fn a_negative_widening_moves_nothing_closer() {
        let wider = under(Grade::Widen(Ppm::from_bps(-50)), "0").unwrap();
        assert_eq!(wider, ["99x1", "98x2", "101x1", "102x2"]);
    }
}
