//! Avellaneda and Stoikov's quotes.
#![expect(clippy::float_arithmetic, reason = "a model; prices leave through the door in `float`")]

use super::{
    AvellanedaStoikovConfig, Known, NoQuote, QuoteModel, Wants,
    ladder::{self, PriceOfRisk, within},
};
use crate::{Arrivals, Ppm, SpreadConfig};

/// The quotes of Avellaneda and Stoikov (2008).
///
/// M. Avellaneda, S. Stoikov: *High-frequency trading in a limit order book*, Quantitative Finance
/// 8(3), 217-224. A dealer with exponential utility of risk aversion gamma holds q until T, while the
/// price is a Brownian motion of volatility sigma and quotes at a distance d are taken at the rate
/// A e^(-k d). The approximation of section 3.2 (equations 29 and 30 of the preprint of 2006) quotes
///
/// > around r = s - q gamma sigma^2 (T - t), at ask - bid = gamma sigma^2 (T - t) + (2 / gamma) ln(1 + gamma / k).
///
/// Here the same in parts of the price and in dollars, so that one setting means the same in every
/// market: with a position worth q dollars and orders worth D dollars (the paper's are worth one
/// unit),
///
/// > bid distance = ln(1 + gamma D / k) / (gamma D) + gamma sigma^2 tau (D / 2 + q)
///
/// and the same with -q for the ask. Layer i behind the first adds gamma sigma^2 tau i D and its own
/// offset.
///
/// | symbol | is | unit | from |
/// |---|---|---|---|
/// | gamma | risk aversion | 1 / USD | `AS_GAMMA` |
/// | tau | horizon, rolling: a perpetual has no close, so T - t never shrinks | s | `AS_HORIZON_SEC` |
/// | sigma | volatility, a part of the price | 1 / sqrt(s) | [`VolatilityEstimator`](crate::VolatilityEstimator) |
/// | k | decay of arrivals with the distance as a part of the price | 1 | [`ArrivalsEstimator`](crate::ArrivalsEstimator) |
/// | D | the first layer | USD | `BASE_ORDER_USD` and `LAYER_CAPITAL_PCT` |
///
/// A does not appear. The distance from the centre is at least `MAKER_SPREAD_BPS`, where the fees
/// belong: the model knows none. Prices are rounded away from the fair price by less than 10^-8.
///
/// A worked example, gamma = 0.5 per dollar over 60 s, 1 bp per root second, k = 5000 (a mean reach
/// of 2 bps), orders of 200 dollars, long 400 dollars at 100:
///
/// ```
/// use hl_engine::*;
/// use hl_quant::{MarketSpec, Millis, Notional, SzDecimals};
///
/// let spec = MarketSpec::perp(SzDecimals::new(2).unwrap());
/// let level = |price: &str| Level { price: price.parse().unwrap(), size: "1".parse().unwrap() };
/// let known = Known {
///     now: Millis(0),
///     spec: &spec,
///     fair: "100".parse().unwrap(),
///     bid: level("99.99"),
///     ask: level("100.01"),
///     position: "4".parse().unwrap(),
///     inventory: Ppm(400_000),
///     max_position: Notional::whole(1_000),
///     volatility: Ok(Volatility(0.0001)),
///     arrivals: Ok(Arrivals { rate: 0.5, decay: 5_000.0 }),
/// };
/// let config = AvellanedaStoikovConfig { gamma: 0.5, horizon: 60.0, ..Default::default() };
/// let sizes = SpreadConfig { spread: Ppm(1), base_order: Notional::whole(200), ..Default::default() };
/// let mut wants = Wants::default();
/// AvellanedaStoikov::new(config, sizes).quote(&known, &mut wants)?;
/// // ln(1 + 100 / 5000) / 100 = 1.980 bps from the centre for the fill, 0.5 x 1e-8 x 60 x 100 =
/// // 0.3 bps for the risk of one order, and 1.2 bps down for the 400 dollars: 3.480 and 1.080 bps.
/// assert_eq!(wants.bids[0].price.to_string(), "99.96519737");
/// assert_eq!(wants.asks[0].price.to_string(), "100.01080263");
/// assert_eq!(wants.bids[0].size.to_string(), "2");
/// # Ok::<(), NoQuote>(())
/// ```
#[derive(Clone, Debug)]
pub struct AvellanedaStoikov {
    config: AvellanedaStoikovConfig,
    sizes: SpreadConfig,
}

impl AvellanedaStoikov {
    /// The model with these parameters, and the sizes, layers and least distance of `sizes`.
    #[must_use]
    pub const fn new(config: AvellanedaStoikovConfig, sizes: SpreadConfig) -> Self {
        Self { config, sizes }
    }
}

impl PriceOfRisk for AvellanedaStoikov {
    fn gamma(&self) -> f64 {
        self.config.gamma
    }

    fn max_distance(&self) -> Ppm {
        self.config.max_distance
    }

    fn slope(&self, sigma: f64, _: Arrivals, _: f64) -> Result<f64, NoQuote> {
        let horizon = within(self.config.horizon, 1e-3, 1e7, "horizon_out_of_range")?;
        Ok(self.config.gamma * sigma * sigma * horizon)
    }
}

impl QuoteModel for AvellanedaStoikov {
    fn quote(&mut self, known: &Known<'_>, wants: &mut Wants) -> Result<(), NoQuote> {
        ladder::quote(self, &self.sizes, known, wants)
    }
}
