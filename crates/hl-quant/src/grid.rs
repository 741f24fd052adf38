//! Which prices a market accepts, as a numbered list.
//!
//! Hyperliquid docs, "Tick and lot size": a price has at most five significant figures and at most
//! `6 - szDecimals` decimals (`8 - szDecimals` on spot); an integer is always legal. Between two
//! powers of ten the legal prices are therefore the multiples of one step. A [`PriceGrid`] is the
//! table of those decades: the step of each, and how many legal prices lie below it.

use crate::{
    BadOverride, DECIMALS, Decimal, OffGrid, OrderPrice, Price, Reject, Round, Side, Tick,
    text::{Tail, UNIT},
};

/// The most significant figures that a price with decimals may have.
pub const MAX_SIGNIFICANT_FIGURES: u32 = 5;

/// The decades of a `u64`: `[10^k, 10^(k+1))` for `k` in `0..=19`.
const DECADES: usize = 20;

/// The decimals of a market's sizes, `szDecimals` in the venue's documents: 0 to 8.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SzDecimals(u8);

impl SzDecimals {
    /// `None` above 8, the finest number that the venue's decimals can express.
    #[must_use]
    pub const fn new(decimals: u8) -> Option<Self> {
        if decimals <= 8 { Some(Self(decimals)) } else { None }
    }

    /// The number of decimals.
    #[must_use]
    pub const fn get(self) -> u8 {
        self.0
    }
}

/// Perpetual or spot: the two differ in how many decimals a price may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MarketKind {
    /// A perpetual future, of the first dex or of a builder's.
    Perp,
    /// A spot pair.
    Spot,
}

impl MarketKind {
    /// The decimals that a price may have: `max(0, 6 - szDecimals)` on perpetuals,
    /// `8 - szDecimals` on spot.
    #[must_use]
    pub const fn max_price_decimals(self, sz_decimals: SzDecimals) -> u32 {
        let most: u32 = match self {
            Self::Perp => 6,
            Self::Spot => 8,
        };
        #[expect(clippy::as_conversions, reason = "u8 to u32 widens; From is not const")]
        let sz_decimals = sz_decimals.0 as u32;
        most.saturating_sub(sz_decimals)
    }
}

/// The legal prices within one decade: the multiples of `step` from `first` x `step` on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Decade {
    step: u64,
    first: u64,
    count: u64,
    /// How many legal prices lie below this decade.
    below: u64,
}

/// The legal prices of one market.
///
/// ```
/// use hl_quant::{Decimal, PriceGrid, Round, SzDecimals};
///
/// let sol = PriceGrid::perp(SzDecimals::new(2).unwrap());
/// let bid = sol.snap(Decimal::parse("164.8951")?, Round::Down)?;
/// assert_eq!(bid.to_string(), "164.89");
///
/// // One tick below 100 is 99.999, not 99.99: the step changes at every power of ten.
/// let hundred = sol.check("100".parse()?)?;
/// assert_eq!(sol.down(hundred, 1).unwrap().to_string(), "99.999");
/// assert_eq!(sol.up(hundred, 1).unwrap().to_string(), "100.01");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PriceGrid {
    decades: [Decade; DECADES],
    /// The venue's finest step, raw.
    finest: u64,
}

impl PriceGrid {
    /// The grid of a perpetual with this many size decimals.
    #[must_use]
    pub const fn perp(sz_decimals: SzDecimals) -> Self {
        Self::of(MarketKind::Perp, sz_decimals)
    }

    /// The grid of a spot pair whose base token has this many size decimals.
    #[must_use]
    pub const fn spot(sz_decimals: SzDecimals) -> Self {
        Self::of(MarketKind::Spot, sz_decimals)
    }

    /// The grid of a market of this kind.
    #[must_use]
    pub const fn of(kind: MarketKind, sz_decimals: SzDecimals) -> Self {
        Self::build(kind.max_price_decimals(sz_decimals), 1)
    }

    /// The grid with prices at least `tick` apart, where the venue's own step is not coarser.
    ///
    /// Where the venue's step is finer, the legal prices are those multiples of `tick` that the
    /// venue accepts; where it is as coarse or coarser, nothing changes. So the result is always a
    /// subset of the venue's grid, at every price. A second override replaces the first.
    ///
    /// # Errors
    /// [`BadOverride`] if `tick` is finer than the venue's finest step or no multiple of it.
    pub const fn with_tick(self, tick: Price) -> Result<Self, BadOverride> {
        let Some(finest) = Price::from_raw(self.finest) else {
            return Err(BadOverride::TickNotAMultiple { tick, finest: tick });
        };
        if tick.raw() < self.finest {
            return Err(BadOverride::TickTooFine { tick, finest });
        }
        if !tick.raw().is_multiple_of(self.finest) {
            return Err(BadOverride::TickNotAMultiple { tick, finest });
        }
        Ok(Self::build(DECIMALS.saturating_sub(self.finest.ilog10()), tick.raw()))
    }

    const fn build(max_decimals: u32, tick: u64) -> Self {
        let mut decades = [Decade { step: 1, first: 0, count: 0, below: 0 }; DECADES];
        let mut rest: &mut [Decade] = &mut decades;
        let mut below: u64 = 0;
        let mut exponent: u32 = 0;
        while let [decade, tail @ ..] = rest {
            *decade = Decade::new(exponent, max_decimals, tick, below);
            below = below.saturating_add(decade.count);
            exponent = exponent.saturating_add(1);
            rest = tail;
        }
        Self { decades, finest: 10_u64.pow(DECIMALS.saturating_sub(max_decimals)) }
    }

    /// The legal price that `value` rounds to.
    ///
    /// A legal `value` comes back unchanged whatever the rounding, so that an order that need not
    /// move keeps its place in the queue. [`Round::Nearest`] below the smallest legal price gives
    /// that price, and above the largest that one.
    ///
    /// # Errors
    /// [`Reject::NoLegalPrice`] if `value` is zero or nothing legal lies below it,
    /// [`Reject::TooLarge`] if nothing legal above it fits.
    pub fn snap(&self, value: impl Into<Decimal>, round: Round) -> Result<OrderPrice, Reject> {
        let value: Decimal = value.into();
        if value.is_zero() {
            return Err(Reject::NoLegalPrice);
        }
        let floor = self.floor(value.raw);
        let exact = floor.is_some_and(|floor| Decimal::from(floor.get()) == value);
        match (floor, round) {
            (Some(floor), _) if exact => Ok(floor),
            (Some(floor), Round::Down) => Ok(floor),
            (None, Round::Down) => Err(Reject::NoLegalPrice),
            (_, Round::Up) | (None, Round::Nearest) => self.above(floor),
            (Some(floor), Round::Nearest) => match self.above(Some(floor)) {
                Ok(ceil) if closer_to_upper(floor.get().raw(), value, ceil.get().raw()) => Ok(ceil),
                _ => Ok(floor),
            },
        }
    }

    /// `price` as a legal price, if it is one.
    ///
    /// # Errors
    /// [`OffGrid`] with the tick there; nothing is rounded.
    pub fn check(&self, price: Price) -> Result<OrderPrice, OffGrid> {
        match self.floor(price.raw()) {
            Some(floor) if floor.get() == price => Ok(floor),
            _ => Err(OffGrid { price, tick: self.tick_size(price) }),
        }
    }

    /// The distance from `at` up to the next legal price, were `at` legal: the local tick.
    #[must_use]
    pub fn tick_size(&self, at: Price) -> Price {
        let step = self.decade_of(at.raw()).map_or(UNIT, |decade| decade.step);
        Price::from_raw(step).unwrap_or(at)
    }

    /// The smallest step that the venue accepts anywhere on this market's grid, overrides aside.
    #[must_use]
    pub fn finest_tick(&self) -> Price {
        Price::from_raw(self.finest).unwrap_or(Price::MAX)
    }

    /// The tick that the grid was made with: the override's, or the venue's finest step. With it,
    /// [`PriceGrid::with_tick`] makes the same grid of the venue's own.
    #[must_use]
    pub fn tick(&self) -> Price {
        let [lowest, ..] = &self.decades;
        Price::from_raw(lowest.step).unwrap_or(Price::MAX)
    }

    /// The price with this ordinal; `None` for 0 and beyond the last one.
    #[must_use]
    pub fn at(&self, tick: Tick) -> Option<OrderPrice> {
        let index = tick.0.checked_sub(1)?;
        let decade = self.decades.iter().rfind(|decade| decade.below <= index)?;
        let nth = index.checked_sub(decade.below).filter(|nth| *nth < decade.count)?;
        let raw = decade.first.checked_add(nth)?.checked_mul(decade.step)?;
        Some(OrderPrice::new(Price::from_raw(raw)?, tick))
    }

    /// The price `n` ticks higher; `None` beyond the last one.
    #[must_use]
    pub fn up(&self, price: OrderPrice, n: u64) -> Option<OrderPrice> {
        self.at(Tick(price.tick().0.checked_add(n)?))
    }

    /// The price `n` ticks lower; `None` below the first one: a price never becomes zero.
    #[must_use]
    pub fn down(&self, price: OrderPrice, n: u64) -> Option<OrderPrice> {
        self.at(Tick(price.tick().0.checked_sub(n)?))
    }

    /// The price `n` ticks further from the market on `side`: lower for a bid, higher for an ask.
    #[must_use]
    pub fn away(&self, side: Side, price: OrderPrice, n: u64) -> Option<OrderPrice> {
        match side {
            Side::Bid => self.down(price, n),
            Side::Ask => self.up(price, n),
        }
    }

    /// The legal price on `side` that is closest to `value` without reaching `opposite`, the best
    /// price of the other side: what a post-only order may ask for.
    ///
    /// # Errors
    /// [`Reject::NoLegalPrice`] or [`Reject::TooLarge`] if no legal price is left on that side.
    pub fn maker_safe(
        &self,
        side: Side,
        value: impl Into<Decimal>,
        opposite: Price,
    ) -> Result<OrderPrice, Reject> {
        let limit = match side {
            Side::Bid => self.strictly_below(opposite).ok_or(Reject::NoLegalPrice)?,
            Side::Ask => self.strictly_above(opposite).ok_or(Reject::TooLarge)?,
        };
        let passive = self.snap(value, crate::Intent::Passive.round(side))?;
        Ok(match side {
            Side::Bid => passive.min(limit),
            Side::Ask => passive.max(limit),
        })
    }

    /// The highest legal price below `price`.
    #[must_use]
    pub fn strictly_below(&self, price: Price) -> Option<OrderPrice> {
        self.floor(price.raw().checked_sub(1)?)
    }

    /// The lowest legal price above `price`.
    #[must_use]
    pub fn strictly_above(&self, price: Price) -> Option<OrderPrice> {
        self.above(self.floor(price.raw())).ok()
    }

    /// Legal prices from `from` away from the market on `side`, `step` ticks apart.
    pub fn ladder(
        &self,
        side: Side,
        from: OrderPrice,
        step: core::num::NonZeroU64,
    ) -> impl Iterator<Item = OrderPrice> {
        core::iter::successors(Some(from), move |price| self.away(side, *price, step.get()))
    }

    /// The highest legal price at or below `raw`.
    fn floor(&self, raw: u64) -> Option<OrderPrice> {
        let decade = self.decade_of(raw)?;
        let multiple = raw.checked_div(decade.step)?;
        match multiple.checked_sub(decade.first) {
            Some(nth) if nth < decade.count => {
                let tick = decade.below.wrapping_add(nth).wrapping_add(1);
                let price = Price::from_raw(multiple.wrapping_mul(decade.step))?;
                Some(OrderPrice::new(price, Tick(tick)))
            }
            // Below the first of this decade, or past the last: the last one counted so far.
            None => self.at(Tick(decade.below)),
            Some(_) => self.at(Tick(decade.below.wrapping_add(decade.count))),
        }
    }

    /// The legal price after `floor`, or the first one of all.
    fn above(&self, floor: Option<OrderPrice>) -> Result<OrderPrice, Reject> {
        let next = floor.map_or(1, |floor| floor.tick().0.wrapping_add(1));
        self.at(Tick(next)).ok_or(Reject::TooLarge)
    }

    fn decade_of(&self, raw: u64) -> Option<&Decade> {
        let exponent = raw.checked_ilog10()?;
        self.decades.get(usize::try_from(exponent).ok()?)
    }
}

impl Decade {
    /// The decade `[10^exponent, 10^(exponent+1))` of raw prices.
    const fn new(exponent: u32, max_decimals: u32, tick: u64, below: u64) -> Self {
        let venue = venue_step(exponent, max_decimals);
        let Some(step) = (if tick > venue { lcm(tick, venue) } else { Some(venue) }) else {
            return Self { step: u64::MAX, first: 1, count: 0, below };
        };
        let low = 10_u64.pow(exponent);
        // The last decade ends with the range of a u64.
        let high = low.saturating_mul(10).saturating_sub(1);
        let high = if exponent == 19 { u64::MAX } else { high };
        let first = low.div_ceil(step);
        let last = high.checked_div(step);
        let count = match last {
            Some(last) if last >= first => last.wrapping_sub(first).wrapping_add(1),
            _ => 0,
        };
        Self { step, first, count, below }
    }
}

/// The venue's own step between raw prices from `10^exponent` on.
const fn venue_step(exponent: u32, max_decimals: u32) -> u64 {
    // A price from 10^e on has its fifth significant figure at the decimal 4 - e; here
    // e = exponent - 8, so that is decimal 12 - exponent, none from 100,000 on.
    let by_figures =
        DECIMALS.saturating_add(MAX_SIGNIFICANT_FIGURES).saturating_sub(1).saturating_sub(exponent);
    let decimals = if by_figures < max_decimals { by_figures } else { max_decimals };
    10_u64.pow(DECIMALS.saturating_sub(decimals))
}

/// The least common multiple; `None` out of range.
const fn lcm(a: u64, b: u64) -> Option<u64> {
    let (mut x, mut y) = (a, b);
    while let Some(remainder) = x.checked_rem(y) {
        (x, y) = (y, remainder);
    }
    match a.checked_div(x) {
        Some(part) => part.checked_mul(b),
        None => None,
    }
}

/// Whether `value`, between two neighbours, is at least as close to the upper one.
fn closer_to_upper(lower: u64, value: Decimal, upper: u64) -> bool {
    let gap = upper.saturating_sub(lower);
    let from_lower = value.raw.saturating_sub(lower);
    let rest = gap.saturating_sub(from_lower);
    match from_lower.cmp(&rest) {
        core::cmp::Ordering::Greater | core::cmp::Ordering::Equal => true,
        // What was cut off decides when the midpoint lies inside the last unit of 10^-8.
        core::cmp::Ordering::Less => {
            from_lower.saturating_add(1) == rest && value.tail == Tail::HalfOrMore
        }
    }
}
