//! The quotes of Guéant, Lehalle and Fernandez-Tapia.
#![expect(clippy::float_arithmetic, reason = "a model; prices leave through the door in `float`")]

use super::{
    GlftConfig, Known, NoQuote, QuoteModel, Wants,
    ladder::{self, PriceOfRisk, within},
};
use crate::{Arrivals, Ppm, SpreadConfig};

/// The closed-form quotes of Guéant, Lehalle and Fernandez-Tapia (2013).
///
/// O. Guéant, C.-A. Lehalle, J. Fernandez-Tapia: *Dealing with the inventory risk: a solution to the
/// market making problem*, Mathematics and Financial Economics 7(4), 477-507 (arXiv 1105.3115). They
/// solve the problem of Avellaneda and Stoikov with a bounded inventory, let the horizon go to
/// infinity, and approximate the quotes that remain (section 4, the closed-form approximations after
/// the asymptotics):
///
/// > bid distance = (1 / gamma) ln(1 + gamma / k) + ((2 q + 1) / 2) sqrt((sigma^2 gamma / (2 k A)) (1 + gamma / k)^(1 + k / gamma))
///
/// and the same with -q for the ask. There is no horizon to choose: how long a position will be held
/// follows from A. For orders of size D instead of 1 the paper's unit is replaced as in Guéant,
/// *Optimal market making*, Applied Mathematical Finance 24(2), 2017, section 4; here in parts of the
/// price and in dollars:
///
/// > bid distance = ln(1 + gamma D / k) / (gamma D) + c (D / 2 + q), c = sqrt((sigma^2 gamma / (2 k A D)) (1 + gamma D / k)^(1 + k / (gamma D)))
///
/// Layer i behind the first adds c i D and its own offset.
///
/// | symbol | is | unit | from |
/// |---|---|---|---|
/// | gamma | risk aversion | 1 / USD | `GLFT_GAMMA` |
/// | sigma | volatility, a part of the price | 1 / sqrt(s) | [`VolatilityEstimator`](crate::VolatilityEstimator) |
/// | A | arrivals at the mid, each side | 1 / s | [`ArrivalsEstimator`](crate::ArrivalsEstimator) |
/// | k | decay of arrivals with the distance as a part of the price | 1 | the same |
/// | D | the first layer | USD | `BASE_ORDER_USD` and `LAYER_CAPITAL_PCT` |
///
/// The distance from the centre is at least `MAKER_SPREAD_BPS`. Prices are rounded away from the fair
/// price by less than 10^-8.
///
/// A worked example, gamma = 0.5 per dollar, 1 bp per root second, A = 0.5 per second, k = 5000,
/// orders of 200 dollars, long 400 dollars at 100:
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
/// let config = GlftConfig { gamma: 0.5, ..Default::default() };
/// let sizes = SpreadConfig { spread: Ppm(1), base_order: Notional::whole(200), ..Default::default() };
/// let mut wants = Wants::default();
/// Glft::new(config, sizes).quote(&known, &mut wants)?;
/// // 1.980 bps for the fill; c = sqrt(1e-8 x 0.5 / (2 x 5000 x 0.5 x 200) x 1.02^51) = 1.172e-7 per
/// // dollar: 0.117 bps for one order and 0.469 bps down for the 400 dollars.
/// assert_eq!(wants.bids[0].price.to_string(), "99.97433923");
/// assert_eq!(wants.asks[0].price.to_string(), "100.01628775");
/// # Ok::<(), NoQuote>(())
/// ```
#[derive(Clone, Debug)]
pub struct Glft {
    config: GlftConfig,
    sizes: SpreadConfig,
}

impl Glft {
    /// The model with these parameters, and the sizes, layers and least distance of `sizes`.
    #[must_use]
    pub const fn new(config: GlftConfig, sizes: SpreadConfig) -> Self {
        Self { config, sizes }
    }
}

impl PriceOfRisk for Glft {
    fn gamma(&self) -> f64 {
        self.config.gamma
    }

    fn max_distance(&self) -> Ppm {
        self.config.max_distance
    }

    fn slope(&self, sigma: f64, arrivals: Arrivals, size: f64) -> Result<f64, NoQuote> {
        let Arrivals { rate, decay } = arrivals;
        let rate = within(rate, 1e-9, 1e9, "rate_out_of_range")?;
        let gamma = self.config.gamma;
        let ratio = gamma * size / decay;
        // (1 + x)^(1 + 1/x), which tends to e as x tends to 0.
        let growth = libm::exp((1.0 + 1.0 / ratio) * libm::log1p(ratio));
        Ok(sigma * libm::sqrt(gamma / (2.0 * decay * rate * size) * growth))
    }
}

impl QuoteModel for Glft {
    fn quote(&mut self, known: &Known<'_>, wants: &mut Wants) -> Result<(), NoQuote> {
        ladder::quote(self, &self.sizes, known, wants)
    }
}
