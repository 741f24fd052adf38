//! Prices and sizes as a strategy would ask for them: many decimals, many magnitudes.

use hl_quant::{Decimal, Intent, MarketSpec, Side, SzDecimals};
use hl_wire::{AssetId, Cloid, Order, PlaceOrders, ReduceOnly, Tif, TradingAction};

/// One wish: a market, a side, and price and size as text.
#[derive(Debug)]
pub struct Wish<'a> {
    /// The market's grid, one for all wishes of a market as in a bot.
    pub spec: &'a MarketSpec,
    /// Its `szDecimals`.
    pub sz_decimals: u32,
    /// Buy or sell.
    pub side: Side,
    /// The asked price.
    pub price: String,
    /// The asked size.
    pub size: String,
}

/// Reference prices in units of 10^-8, and the `szDecimals` of their markets.
const MARKETS: [(u64, u8); 12] = [
    (10_975_512_345_678, 5), // BTC
    (431_234_567_891, 4),    // ETH
    (16_489_512_345, 2),     // SOL
    (4_712_345_678, 2),      // HYPE
    (89_981_234, 0),         // ASTER
    (25_943_217, 1),         // FARTCOIN
    (390_412, 0),            // PUMP
    (1_234_567, 0),          // kPEPE
    (21_234_567, 0),         // WLFI
    (291_234_567, 0),        // XRP
    (9_999_987_654, 2),      // just below a power of ten
    (100_004_321_987, 3),    // just above one
];

/// The twelve markets.
#[must_use]
pub fn specs() -> Vec<MarketSpec> {
    MARKETS
        .iter()
        .filter_map(|&(_, decimals)| SzDecimals::new(decimals).map(MarketSpec::perp))
        .collect()
}

/// `n` wishes over the markets of [`specs`], both sides, at the same places in every run.
#[must_use]
pub fn wishes(specs: &[MarketSpec], n: usize) -> Vec<Wish<'_>> {
    // A fixed linear congruential sequence: the inputs are part of the benchmark.
    let mut state: u64 = 0x2545_F491_4F6C_DD1D;
    let mut next = move || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 33
    };
    MARKETS
        .iter()
        .zip(specs)
        .cycle()
        .take(n)
        .map(|(&(reference, decimals), spec)| {
            // Within two percent of the reference.
            let price = reference - reference / 50 + next() % (reference / 25);
            // Worth fifty dollars and more, with all eight decimals in use.
            let size = 500_000_000_000_000_000 / reference * (1 + next() % 40) + next() % 1_000;
            Wish {
                spec,
                sz_decimals: u32::from(decimals),
                side: if next().is_multiple_of(2) { Side::Bid } else { Side::Ask },
                price: hl_quant::DecimalText::from_raw(price).as_str().to_owned(),
                size: hl_quant::DecimalText::from_raw(size).as_str().to_owned(),
            }
        })
        .collect()
}

/// The prices of [`batch`], in units of 10^-8.
pub fn batch_prices(n: u64) -> impl Iterator<Item = u64> {
    (0..n).map(|i| 16_489_000_000 - 1_000_000 * i)
}

/// One action that places `n` post-only bids below each other.
#[must_use]
pub fn batch(n: u64) -> TradingAction {
    let spec = SzDecimals::new(2).map(MarketSpec::perp);
    let order = |(price, cloid)| {
        let (price, size) = (Decimal::from_raw(price), Decimal::from_raw(55_000_000));
        let order = spec.as_ref()?.quantize(Side::Bid, price, size, Intent::Passive).ok()?;
        Some(Order {
            asset: AssetId(5),
            side: Side::Bid,
            price: order.price,
            size: order.size,
            tif: Tif::Alo,
            reduce_only: ReduceOnly::No,
            cloid: Some(Cloid(cloid)),
        })
    };
    let orders = batch_prices(n).zip(1..).filter_map(order).collect();
    TradingAction::Order(PlaceOrders { orders, priority: None, builder: None })
}
