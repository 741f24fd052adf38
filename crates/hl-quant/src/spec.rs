//! All that turns a wish into a legal order of one market.

use crate::{
    BadOverride, Decimal, DecimalText, Intent, LotGrid, MarketKind, Notional, OrderPrice,
    OrderSize, Price, PriceGrid, Reject, Round, Side, Size, SzDecimals,
};

/// The exchange's minimum order value in quote units: size times limit price is at least 10
/// (Hyperliquid docs, "Error responses": `MinTradeNtl`).
pub const MIN_NOTIONAL: Notional = Notional::whole(10);

/// Prices, sizes and minimum value of one market.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MarketSpec {
    kind: MarketKind,
    sz_decimals: SzDecimals,
    prices: PriceGrid,
    sizes: LotGrid,
    min_notional: Notional,
}

/// An order that the market accepts, as far as its own numbers decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Quantized {
    /// The legal price.
    pub price: OrderPrice,
    /// The legal size.
    pub size: OrderSize,
    /// Price times size, exactly.
    pub notional: Notional,
}

/// An order in the units of the operators' log lines (`pxDec=2 ticks=16489 ...`): price and size
/// on the *local* tick and lot. Not to be confused with the ordinal [`Tick`](crate::Tick).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct QuantFields {
    /// `pxDec`: decimals of the tick at this price.
    pub px_dec: u32,
    /// `stepDec`: decimals of the lot.
    pub step_dec: u32,
    /// `priceInt`: the price in units of 10^-pxDec.
    pub price_int: u64,
    /// `sizeInt`: the size in units of 10^-stepDec.
    pub size_int: u64,
    /// `ticks`: the price in local ticks.
    pub ticks: u64,
    /// `steps`: the size in lots.
    pub steps: u64,
}

impl MarketSpec {
    /// A perpetual with this many size decimals and the exchange's minimum value.
    #[must_use]
    pub const fn perp(sz_decimals: SzDecimals) -> Self {
        Self::of(MarketKind::Perp, sz_decimals)
    }

    /// A spot pair whose base token has this many size decimals.
    #[must_use]
    pub const fn spot(sz_decimals: SzDecimals) -> Self {
        Self::of(MarketKind::Spot, sz_decimals)
    }

    /// A market of this kind.
    #[must_use]
    pub const fn of(kind: MarketKind, sz_decimals: SzDecimals) -> Self {
        Self {
            kind,
            sz_decimals,
            prices: PriceGrid::of(kind, sz_decimals),
            sizes: LotGrid::new(sz_decimals),
            min_notional: MIN_NOTIONAL,
        }
    }

    /// The same market with prices at least `tick` apart: see [`PriceGrid::with_tick`].
    ///
    /// # Errors
    /// [`BadOverride`] if that would not be a coarsening of the venue's grid.
    pub fn with_tick(self, tick: Price) -> Result<Self, BadOverride> {
        Ok(Self { prices: self.prices.with_tick(tick)?, ..self })
    }

    /// The same market with sizes in multiples of `lot`: see [`LotGrid::with_lot`].
    ///
    /// # Errors
    /// [`BadOverride`] if that would not be a coarsening of the venue's grid.
    pub fn with_lot(self, lot: Size) -> Result<Self, BadOverride> {
        Ok(Self { sizes: self.sizes.with_lot(lot)?, ..self })
    }

    /// The same market with a higher minimum value; never below the exchange's own.
    #[must_use]
    pub fn with_min_notional(self, min: Notional) -> Self {
        Self { min_notional: min.max(MIN_NOTIONAL), ..self }
    }

    /// Perpetual or spot.
    #[must_use]
    pub const fn kind(&self) -> MarketKind {
        self.kind
    }

    /// The venue's `szDecimals`.
    #[must_use]
    pub const fn sz_decimals(&self) -> SzDecimals {
        self.sz_decimals
    }

    /// The legal prices.
    #[must_use]
    pub const fn prices(&self) -> &PriceGrid {
        &self.prices
    }

    /// The legal sizes.
    #[must_use]
    pub const fn sizes(&self) -> LotGrid {
        self.sizes
    }

    /// The least that an order must be worth.
    #[must_use]
    pub const fn min_notional(&self) -> Notional {
        self.min_notional
    }

    /// The legal order closest to the asked one: the price rounded by side and intent, the size
    /// down, and the value of the result compared with the minimum in the same exact integers.
    ///
    /// # Errors
    /// [`Reject`] says which rule leaves no legal order.
    pub fn quantize(
        &self,
        side: Side,
        price: impl Into<Decimal>,
        size: impl Into<Decimal>,
        intent: Intent,
    ) -> Result<Quantized, Reject> {
        let price = self.prices.snap(price, intent.round(side))?;
        let size = self.sizes.snap(size, Round::Down)?;
        self.order(price, size)
    }

    /// An order of a price and a size that are already legal.
    ///
    /// # Errors
    /// [`Reject::BelowMinNotional`] if it is worth less than the minimum.
    pub fn order(&self, price: OrderPrice, size: OrderSize) -> Result<Quantized, Reject> {
        let notional = Notional::of(price.get(), size.get());
        if notional < self.min_notional {
            return Err(Reject::BelowMinNotional { notional, min: self.min_notional });
        }
        Ok(Quantized { price, size, notional })
    }

    /// The smallest legal size whose value at `price` is at least the minimum.
    ///
    /// # Errors
    /// [`Reject::TooLarge`] if no such size fits.
    pub fn min_size_at(&self, price: OrderPrice) -> Result<OrderSize, Reject> {
        let size = self.min_notional.raw().div_ceil(u128::from(price.get().raw()));
        let size = u64::try_from(size).map_err(|_| Reject::TooLarge)?;
        self.sizes.snap(Size::from_raw(size), Round::Up)
    }

    /// The log quantities of a legal price and size.
    #[must_use]
    pub fn log_fields(&self, price: OrderPrice, size: OrderSize) -> QuantFields {
        let tick = self.prices.tick_size(price.get()).raw();
        let lot = self.sizes.lot().raw();
        let (price, size) = (price.get().raw(), size.get().raw());
        let (px_dec, step_dec) = (decimals_of(tick), decimals_of(lot));
        QuantFields {
            px_dec,
            step_dec,
            price_int: at_decimals(price, px_dec),
            size_int: at_decimals(size, step_dec),
            ticks: price.checked_div(tick).unwrap_or(0),
            steps: size.checked_div(lot).unwrap_or(0),
        }
    }
}

impl Quantized {
    /// The texts that are signed and sent: price, then size.
    #[must_use]
    pub fn wire(&self) -> (DecimalText, DecimalText) {
        (self.price.to_text(), self.size.to_text())
    }
}

/// The decimals that it takes to write `raw` x 10^-8.
fn decimals_of(raw: u64) -> u32 {
    let mut rest = raw;
    let mut decimals = crate::DECIMALS;
    while decimals > 0 && rest.is_multiple_of(10) {
        rest /= 10;
        decimals = decimals.wrapping_sub(1);
    }
    decimals
}

/// `raw` x 10^-8 in units of 10^-decimals.
fn at_decimals(raw: u64, decimals: u32) -> u64 {
    let unit = 10_u64.pow(crate::DECIMALS.saturating_sub(decimals));
    raw.checked_div(unit).unwrap_or(0)
}
