//! The quoting models: their numbers, their laws, and that nothing makes them guess.

mod hostile;
mod laws;
mod live;
mod reference;

use hl_engine::{
    Arrivals, AvellanedaStoikovConfig, Cold, GlftConfig, Known, Layer, Level, ModelConfig, NoQuote,
    Ppm, SpreadConfig, Volatility, Wants,
};
use hl_quant::{MarketSpec, Millis, Notional, Price, SignedSize, SzDecimals};

use crate::bench::price;

/// What one quote is made from: good values that a test spoils one at a time.
#[derive(Clone, Debug)]
pub struct Case {
    pub fair: Price,
    pub position: SignedSize,
    pub volatility: Result<Volatility, Cold>,
    pub arrivals: Result<Arrivals, Cold>,
    pub gamma: f64,
    pub horizon: f64,
    pub max_distance: Ppm,
    pub sizes: SpreadConfig,
}

/// The two models with parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    AvellanedaStoikov,
    Glft,
}

pub const BOTH: [Which; 2] = [Which::AvellanedaStoikov, Which::Glft];

impl Default for Case {
    fn default() -> Self {
        let layer = |bps| Layer { offset: Ppm::from_bps(bps), capital: Ppm(500_000) };
        Self {
            fair: price("100"),
            position: SignedSize::ZERO,
            volatility: Ok(Volatility(0.0001)),
            arrivals: Ok(Arrivals { rate: 0.5, decay: 5_000.0 }),
            gamma: 0.5,
            horizon: 60.0,
            max_distance: Ppm::from_bps(500),
            sizes: SpreadConfig {
                spread: Ppm(1),
                base_order: Notional::whole(400),
                layers: vec![layer(0), layer(3)],
                ..SpreadConfig::default()
            },
        }
    }
}

impl Case {
    pub fn quote(&self, which: Which) -> Result<Wants, NoQuote> {
        let Self { gamma, horizon, max_distance, .. } = *self;
        let config = match which {
            Which::AvellanedaStoikov => ModelConfig::AvellanedaStoikov(AvellanedaStoikovConfig {
                gamma,
                horizon,
                max_distance,
            }),
            Which::Glft => ModelConfig::Glft(GlftConfig { gamma, max_distance }),
        };
        let spec = MarketSpec::perp(SzDecimals::new(2).unwrap());
        let level = Level { price: self.fair, size: "1".parse().unwrap() };
        let known = Known {
            now: Millis(0),
            spec: &spec,
            fair: self.fair,
            bid: level,
            ask: level,
            position: self.position,
            inventory: Ppm(0),
            max_position: Notional::whole(1_000),
            volatility: self.volatility,
            arrivals: self.arrivals,
        };
        let mut wants = Wants::default();
        config.build(self.sizes.clone()).quote(&known, &mut wants).map(|()| wants)
    }

    /// The innermost bid and ask.
    pub fn inner(&self, which: Which) -> (f64, f64) {
        let wants = self.quote(which).unwrap();
        (number(wants.bids[0].price), number(wants.asks[0].price))
    }

    pub fn long(mut self, coins: &str) -> Self {
        self.position = coins.parse().unwrap();
        self
    }

    pub fn sigma(mut self, sigma: f64) -> Self {
        self.volatility = Ok(Volatility(sigma));
        self
    }

    pub fn arrive(mut self, rate: f64, decay: f64) -> Self {
        self.arrivals = Ok(Arrivals { rate, decay });
        self
    }
}

pub fn number(price: Price) -> f64 {
    price.to_string().parse().unwrap()
}

/// A case and its quotes from formulas of which the crate knows nothing: see `reference.py`.
#[derive(Debug)]
pub struct Reference {
    pub fair: &'static str,
    pub position: &'static str,
    pub sigma: f64,
    pub decay: f64,
    pub rate: f64,
    pub gamma: f64,
    pub horizon: f64,
    pub dollars: u32,
    pub avellaneda_stoikov: ([&'static str; 3], [&'static str; 3]),
    pub glft: ([&'static str; 3], [&'static str; 3]),
}

#[test]
fn both_models_agree_with_the_papers_formulas_in_the_papers_units() {
    let mut checked = 0;
    for reference in reference::REFERENCES {
        let layer = |bps| Layer { offset: Ppm::from_bps(bps), capital: Ppm::ONE };
        let case = Case {
            fair: price(reference.fair),
            position: reference.position.parse().unwrap(),
            gamma: reference.gamma,
            horizon: reference.horizon,
            max_distance: Ppm(500_000),
            sizes: SpreadConfig {
                spread: Ppm(0),
                base_order: Notional::whole(reference.dollars),
                layers: [0, 1, 2].map(layer).to_vec(),
                ..SpreadConfig::default()
            },
            ..Case::default()
        };
        let case = case.sigma(reference.sigma).arrive(reference.rate, reference.decay);
        for (which, expected) in BOTH.iter().zip([&reference.avellaneda_stoikov, &reference.glft]) {
            let wants = case.quote(*which).unwrap();
            let sides = [(&wants.bids, expected.0), (&wants.asks, expected.1)];
            for (side, (got, expected)) in sides.into_iter().enumerate() {
                assert_eq!(got.len(), 3);
                for (want, expected) in got.iter().zip(expected) {
                    let exact: f64 = expected.parse().unwrap();
                    // Away from the fair price by less than one unit, and fifteen digits.
                    let error = (number(want.price) - exact) * if side == 0 { -1.0 } else { 1.0 };
                    let slack = exact * 4e-15 + 1e-12;
                    assert!(
                        (-slack..1e-8 + slack).contains(&error),
                        "{which:?} {reference:?}: {want:?}, {error:e}"
                    );
                    checked += 1;
                }
            }
        }
    }
    assert_eq!(checked, 20 * 2 * 6);
}
