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

use core::fmt;

use crate::{
    DECIMALS, Intent, MAX_SIGNIFICANT_FIGURES, MarketKind, ParseError, Reject, Round, Side,
    SzDecimals, TEXT_MAX,
    text::{Tail, split},
};

/// Where the units digit sits in a number at 10^-8.
#[expect(clippy::as_conversions, reason = "u32 to usize widens; From is not const")]
const UNITS: usize = DECIMALS as usize;
/// As many digits as a text can have before its point, eight behind it, and one for a carry.
const WIDTH: usize = TEXT_MAX + UNITS + 1;
/// A product of two.
const PRODUCT: usize = 2 * WIDTH;
/// A product with its point.
const TEXT: usize = PRODUCT + 1;

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
/// [`ParseError`] for text that is no plain decimal of at most [`TEXT_MAX`] bytes, the price's
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

/// A number as decimal digits, the least significant first.
#[derive(Clone, Copy)]
struct Digits<const N: usize>([u8; N]);

impl<const N: usize> Digits<N> {
    fn highest(&self) -> Option<usize> {
        self.0.iter().rposition(|digit| *digit != 0)
    }

    fn is_zero(&self) -> bool {
        self.highest().is_none()
    }

    /// Adds `10^place`.
    fn increment(&mut self, place: usize) {
        for digit in self.0.iter_mut().skip(place) {
            if *digit < 9 {
                *digit = digit.wrapping_add(1);
                return;
            }
            *digit = 0;
        }
    }

    /// The canonical text of the number in units of `10^point`.
    fn text(&self, point: usize) -> WideText {
        let highest = self.highest().unwrap_or(point).max(point);
        let lowest = self.0.iter().position(|digit| *digit != 0).unwrap_or(point).min(point);
        let mut text = WideText { bytes: [0; TEXT], len: 0 };
        let places = self.0.iter().enumerate().take(highest.wrapping_add(1)).skip(lowest);
        for (place, digit) in places.rev() {
            text.push(b'0'.wrapping_add(*digit));
            if place == point && lowest < point {
                text.push(b'.');
            }
        }
        text
    }
}

impl Digits<WIDTH> {
    /// The product, by columns: each is a sum of at most [`WIDTH`] products of two digits.
    fn times(&self, other: &Self) -> Digits<PRODUCT> {
        let mut columns = [0_u32; PRODUCT];
        for (shift, a) in self.0.iter().enumerate() {
            for (column, b) in columns.iter_mut().skip(shift).zip(&other.0) {
                *column = column.wrapping_add(u32::from(*a).wrapping_mul(u32::from(*b)));
            }
        }
        let mut product = Digits([0; PRODUCT]);
        let mut carry = 0_u32;
        for (digit, column) in product.0.iter_mut().zip(columns) {
            let sum = carry.wrapping_add(column);
            *digit = u8::try_from(sum % 10).unwrap_or(0);
            carry = sum / 10;
        }
        product
    }
}

impl Digits<PRODUCT> {
    /// Whether a notional, at 10^-16, is under the exchange's minimum of 10.
    fn is_below_ten(&self) -> bool {
        let tens = UNITS.wrapping_mul(2).wrapping_add(1);
        self.highest().is_none_or(|highest| highest < tens)
    }
}

/// Canonical decimal text on the stack, long enough for a product of two numbers.
#[derive(Clone, PartialEq, Eq)]
pub struct WideText {
    bytes: [u8; TEXT],
    len: usize,
}

impl WideText {
    fn push(&mut self, byte: u8) {
        if let Some(slot) = self.bytes.get_mut(self.len) {
            *slot = byte;
            self.len = self.len.wrapping_add(1);
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Only ASCII was written, so neither fallback is reachable.
        let bytes = self.bytes.get(..self.len).unwrap_or_default();
        core::str::from_utf8(bytes).unwrap_or_default()
    }
}

impl AsRef<str> for WideText {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for WideText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for WideText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}
