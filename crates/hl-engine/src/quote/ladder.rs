//! What the two stochastic models share: everything but the price of risk.
#![expect(clippy::float_arithmetic, reason = "a model; prices leave through the door in `float`")]

use hl_quant::{Round, Side};

use super::{Known, NoQuote, Want, Wants, size_worth};
use crate::{Arrivals, Cold, MAX_LAYERS, Ppm, SpreadConfig, Volatility, float};

/// A model that prices an order by two numbers.
pub(super) trait PriceOfRisk {
    /// Risk aversion, per US dollar.
    fn gamma(&self) -> f64;
    /// No quote is further from the fair price.
    fn max_distance(&self) -> Ppm;
    /// What holding one more dollar of position costs, as a part of the price: per US dollar, for
    /// orders worth `size` dollars.
    fn slope(&self, sigma: f64, arrivals: Arrivals, size: f64) -> Result<f64, NoQuote>;
}

/// Adds the quotes of `model`.
///
/// With orders worth D dollars, a position worth q dollars (negative for a short), the slope c of the
/// model, and the layers' own offsets o, layer i of a side is at the distance
///
/// > w + c (D / 2 + s q + i D) + o, w = ln(1 + gamma D / k) / (gamma D)
///
/// from the fair price, where s is 1 for bids and -1 for asks. w + c D / 2 is at least the
/// configured spread. Layer i is thus quoted for the position that there will be once the layers
/// before it have traded.
///
/// A quote beyond the largest distance is left out, except on the side that reduces the position:
/// there it is made at that distance. One that would be as far on the wrong side of the fair price
/// is held there too; the engine keeps it behind the touch.
pub(super) fn quote(
    model: &impl PriceOfRisk,
    config: &SpreadConfig,
    known: &Known<'_>,
    wants: &mut Wants,
) -> Result<(), NoQuote> {
    let Volatility(sigma) = known.volatility.map_err(volatility_cold)?;
    let arrivals = known.arrivals.map_err(arrivals_cold)?;
    let gamma = within(model.gamma(), 1e-12, 1e6, "gamma_out_of_range")?;
    let sigma = within(sigma, 1e-12, 1.0, "volatility_out_of_range")?;
    let decay = within(arrivals.decay, 1.0, 1e12, "decay_out_of_range")?;
    let first = config.layers.first().ok_or(NoQuote::Model("no_layers"))?;
    let size = float::of_notional(first.capital.of_notional(config.base_order));
    let size = within(size, 1e-8, 1e11, "order_size_out_of_range")?;
    let slope = model.slope(sigma, arrivals, size)?;
    let fair = float::of_price(known.fair);
    let position = float::of_position(known.position) * fair;

    let risk = gamma * size;
    let profit = libm::log1p(risk / decay) / risk;
    let half = (profit + slope * size / 2.0).max(part(config.spread));
    let max = within(part(model.max_distance()), 1e-6, 0.9, "max_distance_out_of_range")?;
    for side in Side::BOTH {
        let held = match side {
            Side::Bid => position,
            Side::Ask => -position,
        };
        let mut ahead = 0.0;
        for layer in config.layers.iter().take(MAX_LAYERS) {
            let exact = half + slope * (held + ahead) + part(layer.offset);
            ahead += size;
            if !exact.is_finite() {
                return Err(NoQuote::Model("distance_not_finite"));
            }
            if exact > max && held >= 0.0 {
                break;
            }
            let distance = exact.clamp(-max, max);
            let price = match side {
                Side::Bid => float::price(fair * (1.0 - distance), Round::Down),
                Side::Ask => float::price(fair * (1.0 + distance), Round::Up),
            };
            let price = price.ok_or(NoQuote::Model("price_out_of_range"))?;
            let capital = layer.capital.of_notional(config.base_order);
            let size = size_worth(capital, known.fair).unwrap_or_default();
            wants.push(side, Want { price, size });
        }
    }
    if wants.bids.is_empty() && wants.asks.is_empty() {
        return Err(NoQuote::Model("too_wide"));
    }
    Ok(())
}

/// `value`, if it is a number from `min` to `max`.
pub(super) fn within(value: f64, min: f64, max: f64, why: &'static str) -> Result<f64, NoQuote> {
    // NaN is in no range.
    if (min..=max).contains(&value) { Ok(value) } else { Err(NoQuote::Model(why)) }
}

/// A ratio as a number; below zero counts as zero.
fn part(ppm: Ppm) -> f64 {
    float::from_u64(u64::try_from(ppm.0).unwrap_or(0)) / 1_000_000.0
}

const fn volatility_cold(why: Cold) -> NoQuote {
    NoQuote::Model(match why {
        Cold::Warming => "volatility_warming",
        Cold::Stale => "volatility_stale",
        Cold::Degenerate => "volatility_degenerate",
    })
}

const fn arrivals_cold(why: Cold) -> NoQuote {
    NoQuote::Model(match why {
        Cold::Warming => "arrivals_warming",
        Cold::Stale => "arrivals_stale",
        Cold::Degenerate => "arrivals_degenerate",
    })
}
