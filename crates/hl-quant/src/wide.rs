//! The same rules on decimal text of any size, for numbers that no `u64` at 10^-8 can hold.
//!
//! The venue's rule is about digits and has no upper bound: an integer of thirty digits is a legal
//! price. No market trades there, so the order types stop at 184467440737.09551615; what explains
//! or checks numbers from outside should not stop with them. This module does the venue's grid in
//! schoolbook arithmetic on fixed stack buffers. Overrides are not for it.
//!
//! ```
//! use hl_quant::{Intent, MarketKind, Side, SzDecimals, wide};
//!
//! let decimals = SzDecimals::new(2).unwrap();
//! let price = "9291705442062594721700405987689551.25";
//! let out = wide::quantize(MarketKind::Perp, decimals, Side::Ask, Intent::Passive, price, "0.125")?;
//!
//! assert_eq!(out.px.unwrap().as_str(), "9291705442062594721700405987689552");
//! assert_eq!(out.sz.unwrap().as_str(), "0.12");
//! assert_eq!(out.notional.unwrap().as_str(), "1115004653047511366604048718522746.24");
//! assert_eq!(out.reject, None);
//! # Ok::<(), hl_quant::ParseError>(())
//! ```

mod digits;

pub use digits::WideText;
use digits::{Digits, UNITS, WIDTH};

use crate::{
    DECIMALS, Intent, MAX_SIGNIFICANT_FIGURES, MarketKind, ParseError, Reject, Round, Side,
    SzDecimals,
    text::{Tail, split},
};

/// What [`quantize`] makes of a price and a size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WideQuantized {
    /// The legal price; `None` where no legal price lies in the asked direction.
    pub px: Option<WideText>,
    /// The legal size; `None` where the size rounds down to nothing.
    pub sz: Option<WideText>,
    /// Decimals of the tick at [`px`](Self::px); `None` without one.
    pub px_dec: Option<u32>,
    /// Decimals of the lot.
    pub step_dec: u32,
    /// The price in local ticks; `None` without a price.
    pub ticks: Option<WideText>,
    /// The size in lots, "0" where it rounds down to nothing.
    pub steps: WideText,
    /// Price times size, exactly, "0" where the size rounds down to nothing; `None` without a
    /// price.
    pub notional: Option<WideText>,
    /// The code of the first rule that leaves no legal order, as [`Reject::code`] names it.
    pub reject: Option<&'static str>,
}

/// What [`MarketSpec::quantize`](crate::MarketSpec::quantize) does on a market without overrides,
/// from text to text and without its upper bound.
///
/// # Errors
/// [`ParseError`] for text that is no plain decimal of at most [`TEXT_MAX`](crate::TEXT_MAX) bytes, the price's
/// before the size's; never [`ParseError::TooLarge`].
pub fn quantize(
    kind: MarketKind,
    sz_decimals: SzDecimals,
    side: Side,
    intent: Intent,
    px: &str,
    sz: &str,
) -> Result<WideQuantized, ParseError> {
    let (px, sz) = (Wide::parse(px)?, Wide::parse(sz)?);
    let price = px.snap_price(kind, sz_decimals, intent.round(side));
    let lot = lot_place(sz_decimals);
    let size = sz.snap(lot, Round::Down);
    let notional = price.as_ref().map(|price| price.digits.times(&size));
    let reject = match &notional {
        None => Some(Reject::NoLegalPrice.code()),
        Some(_) if size.is_zero() => Some(Reject::BELOW_MIN_SIZE),
        Some(notional) if notional.is_below_ten() => Some(Reject::BELOW_MIN_NOTIONAL),
        Some(_) => None,
    };
    Ok(WideQuantized {
        px: price.as_ref().map(|price| price.digits.text(UNITS)),
        sz: (!size.is_zero()).then(|| size.text(UNITS)),
        px_dec: price.as_ref().map(|price| decimals_of(price.step)),
        step_dec: decimals_of(lot),
        ticks: price.as_ref().map(|price| price.digits.text(price.step)),
        steps: size.text(lot),
        notional: notional.map(|notional| notional.text(UNITS.wrapping_mul(2))),
        reject,
    })
}

/// The legal price that `text` rounds to, as [`PriceGrid::snap`](crate::PriceGrid::snap) has it;
/// `None` where there is none.
///
/// # Errors
/// As [`quantize`].
pub fn price(
    kind: MarketKind,
    sz_decimals: SzDecimals,
    text: &str,
    round: Round,
) -> Result<Option<WideText>, ParseError> {
    let price = Wide::parse(text)?.snap_price(kind, sz_decimals, round);
    Ok(price.map(|price| price.digits.text(UNITS)))
}

/// The multiple of the lot that `text` rounds to: legal unless it is "0".
///
/// # Errors
/// As [`quantize`].
pub fn size(sz_decimals: SzDecimals, text: &str, round: Round) -> Result<WideText, ParseError> {
    Ok(Wide::parse(text)?.snap(lot_place(sz_decimals), round).text(UNITS))
}

/// The place of the lot's one digit in a number at 10^-8.
fn lot_place(sz_decimals: SzDecimals) -> usize {
    UNITS.saturating_sub(usize::from(sz_decimals.get()))
}

/// The decimals of a step whose one digit is at `place`.
fn decimals_of(place: usize) -> u32 {
    u32::try_from(UNITS.saturating_sub(place)).unwrap_or(0)
}

/// A parsed number: an integer at 10^-8 and what was cut off.
struct Wide {
    digits: Digits<WIDTH>,
    tail: Tail,
}

/// A legal price and the place of its tick's one digit.
struct WidePrice {
    digits: Digits<WIDTH>,
    step: usize,
}

impl Wide {
    fn parse(text: &str) -> Result<Self, ParseError> {
        let (int, fraction) = split(text.as_bytes())?;
        let (kept, cut) = fraction.split_at_checked(UNITS).unwrap_or((fraction, &[]));
        let mut digits = Digits([0; WIDTH]);
        let lowest = UNITS.saturating_sub(kept.len());
        let written = int.iter().chain(kept).rev();
        for (digit, byte) in digits.0.iter_mut().skip(lowest).zip(written) {
            *digit = byte.wrapping_sub(b'0');
        }
        Ok(Self { digits, tail: Tail::of(cut) })
    }

    /// Rounds to the price grid. The step is that of the number's own decade: rounding up out of
    /// it lands on a power of ten, which is legal.
    fn snap_price(
        &self,
        kind: MarketKind,
        sz_decimals: SzDecimals,
        round: Round,
    ) -> Option<WidePrice> {
        if self.digits.is_zero() && self.tail == Tail::Zero {
            return None;
        }
        let finest = DECIMALS.saturating_sub(kind.max_price_decimals(sz_decimals));
        let finest = usize::try_from(finest).ok()?;
        let step = step_place(&self.digits, finest);
        let mut digits = self.snap(step, round);
        if digits.is_zero() && round == Round::Nearest {
            digits = self.snap(step, Round::Up);
        }
        let step = step_place(&digits, finest);
        (!digits.is_zero()).then_some(WidePrice { digits, step })
    }

    /// Rounds to a multiple of `10^place`.
    fn snap(&self, place: usize, round: Round) -> Digits<WIDTH> {
        let cut = self.digits.0.iter().take(place);
        let highest = cut.clone().next_back().copied();
        let inexact = self.tail != Tail::Zero || cut.clone().any(|digit| *digit != 0);
        let up = match (round, highest) {
            (Round::Down, _) => false,
            (Round::Up, _) => inexact,
            (Round::Nearest, Some(highest)) => highest >= 5,
            (Round::Nearest, None) => self.tail == Tail::HalfOrMore,
        };
        let mut digits = self.digits;
        digits.0.iter_mut().take(place).for_each(|digit| *digit = 0);
        if up {
            digits.increment(place);
        }
        digits
    }
}

/// The place of the tick's one digit for a price in the decade of `digits`.
fn step_place(digits: &Digits<WIDTH>, finest: usize) -> usize {
    let figures = usize::try_from(MAX_SIGNIFICANT_FIGURES.saturating_sub(1)).unwrap_or(0);
    let fifth = digits.highest().unwrap_or(0).saturating_sub(figures);
    fifth.clamp(finest, UNITS)
}
