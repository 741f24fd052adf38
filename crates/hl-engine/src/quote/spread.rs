//! Symmetric spread, inventory skew, layers.

use hl_quant::{Notional, Price, Side, Size};

use super::{Known, NoQuote, QuoteModel, Want, Wants};
use crate::{Layer, MAX_LAYERS, Ppm, SpreadConfig};

/// The plain maker: layers at fixed distances around a centre that leans against the inventory.
///
/// With `spread` s, `skew` k, inventory q (from -1 at the short limit to 1 at the long one) and the
/// layer offsets o:
///
/// - centre = fair x (1 - q k)
/// - bid = centre x (1 - s - o), ask = centre x (1 + s + o)
/// - size = base order x capital part / fair
///
/// A long position lowers both sides, so that the ask is likelier to trade than the bid. All
/// products are integers at 10^-8 of the price, rounded towards the fair price by less than one
/// unit; the grid then rounds by more, away from it.
#[derive(Clone, Debug)]
pub struct SpreadModel {
    config: SpreadConfig,
}

impl SpreadModel {
    /// The model with these settings.
    #[must_use]
    pub const fn new(config: SpreadConfig) -> Self {
        Self { config }
    }

    fn want(&self, side: Side, layer: Layer, centre: Price, fair: Price) -> Option<Want> {
        let distance = Ppm(self.config.spread.0.saturating_add(layer.offset.0));
        if distance.0 <= 0 || distance >= Ppm::ONE {
            return None;
        }
        let away = distance.of_price(centre);
        let price = match side {
            Side::Bid => shift(centre, away.saturating_neg())?,
            Side::Ask => shift(centre, away)?,
        };
        let size = size_worth(layer.capital.of_notional(self.config.base_order), fair)?;
        Some(Want { price, size })
    }
}

impl QuoteModel for SpreadModel {
    fn quote(&mut self, known: &Known<'_>, wants: &mut Wants) -> Result<(), NoQuote> {
        let lean = self.config.skew.times(known.inventory);
        let shifted = shift(known.fair, lean.of_price(known.fair).saturating_neg());
        let centre = shifted.ok_or(NoQuote::Model("skewed_to_zero"))?;
        for layer in self.config.layers.iter().take(MAX_LAYERS) {
            for side in Side::BOTH {
                if let Some(want) = self.want(side, *layer, centre, known.fair) {
                    wants.push(side, want);
                }
            }
        }
        if wants.bids.is_empty() && wants.asks.is_empty() {
            return Err(NoQuote::Model("no_layers"));
        }
        Ok(())
    }
}

/// `price` moved by a signed amount of 10^-8; `None` at zero or out of range.
fn shift(price: Price, by: i128) -> Option<Price> {
    let raw = i128::from(price.raw()).checked_add(by)?;
    Price::from_raw(u64::try_from(raw).ok()?)
}

/// The size that is worth `notional` at `price`, rounded down.
pub(crate) fn size_worth(notional: Notional, price: Price) -> Option<Size> {
    let raw = notional.raw().checked_div(u128::from(price.raw()))?;
    Some(Size::from_raw(u64::try_from(raw).unwrap_or(u64::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Cold, Level};
    use hl_quant::{MarketSpec, Millis, SignedSize, SzDecimals};

    fn wants(config: SpreadConfig, inventory: i64) -> Result<Wants, NoQuote> {
        let spec = MarketSpec::perp(SzDecimals::new(2).unwrap());
        let level = |p: &str| Level { price: p.parse().unwrap(), size: "1".parse().unwrap() };
        let known = Known {
            now: Millis(0),
            spec: &spec,
            fair: "100".parse().unwrap(),
            bid: level("99.99"),
            ask: level("100.01"),
            position: SignedSize::ZERO,
            inventory: Ppm(inventory),
            max_position: Notional::whole(1000),
            volatility: Err(Cold::Warming),
            arrivals: Err(Cold::Warming),
        };
        let mut wants = Wants::default();
        SpreadModel::new(config).quote(&known, &mut wants).map(|()| wants)
    }

    fn layered() -> SpreadConfig {
        let layer =
            |bps, pct: i64| Layer { offset: Ppm::from_bps(bps), capital: Ppm(pct * 10_000) };
        SpreadConfig {
            spread: Ppm::from_bps(40),
            base_order: Notional::whole(200),
            skew: Ppm::from_bps(20),
            layers: vec![layer(0, 25), layer(10, 75)],
        }
    }

    fn prices(list: &[Want]) -> Vec<String> {
        list.iter().map(|w| w.price.to_string()).collect()
    }

    #[test]
    fn quotes_lie_symmetrically_around_the_fair_price_when_flat() {
        let wants = wants(layered(), 0).unwrap();
        assert_eq!(prices(&wants.bids), ["99.6", "99.5"]);
        assert_eq!(prices(&wants.asks), ["100.4", "100.5"]);
        let sizes: Vec<_> = wants.bids.iter().map(|w| w.size.to_string()).collect();
        assert_eq!(sizes, ["0.5", "1.5"]);
    }

    #[test]
    fn a_long_position_lowers_both_sides_and_a_short_one_raises_them() {
        // At the long limit the centre is 20 bps under the fair price: 99.8.
        let long = wants(layered(), 1_000_000).unwrap();
        assert_eq!(prices(&long.bids), ["99.4008", "99.301"]);
        assert_eq!(prices(&long.asks), ["100.1992", "100.299"]);
        let short = wants(layered(), -500_000).unwrap();
        assert_eq!(prices(&short.bids)[0], "99.6996");
        assert_eq!(prices(&short.asks)[0], "100.5004");
    }

    #[test]
    fn no_distance_or_one_beyond_the_price_itself_gives_no_quote() {
        let config = |bps| SpreadConfig { spread: Ppm::from_bps(bps), ..SpreadConfig::default() };
        assert_eq!(wants(config(0), 0).unwrap_err(), NoQuote::Model("no_layers"));
        assert_eq!(wants(config(10_000), 0).unwrap_err(), NoQuote::Model("no_layers"));
        let skewed = SpreadConfig { skew: Ppm::from_bps(10_000), ..layered() };
        assert_eq!(wants(skewed, 1_000_000).unwrap_err(), NoQuote::Model("skewed_to_zero"));
    }
}
