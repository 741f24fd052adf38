//! Which model quotes a market, and its parameters.

use super::{AvellanedaStoikov, Glft, QuoteModel, SpreadModel};
use crate::{Ppm, SpreadConfig};

/// The built-in quoting models.
///
/// All of them take the sizes and the layers of [`SpreadConfig`]. Its `spread` is the distance of the
/// innermost quote for [`ModelConfig::Spread`] and the least distance from the centre for the others;
/// its `skew` is used by [`ModelConfig::Spread`] alone.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum ModelConfig {
    /// Fixed distances and a shift in proportion to the position: [`SpreadModel`].
    #[default]
    Spread,
    /// Avellaneda and Stoikov (2008): [`AvellanedaStoikov`].
    AvellanedaStoikov(AvellanedaStoikovConfig),
    /// Guéant, Lehalle and Fernandez-Tapia (2013): [`Glft`].
    Glft(GlftConfig),
}

impl ModelConfig {
    /// The model, with the sizes and layers of `spread`.
    #[must_use]
    pub fn build(self, spread: SpreadConfig) -> Box<dyn QuoteModel> {
        match self {
            Self::Spread => Box::new(SpreadModel::new(spread)),
            Self::AvellanedaStoikov(config) => Box::new(AvellanedaStoikov::new(config, spread)),
            Self::Glft(config) => Box::new(Glft::new(config, spread)),
        }
    }
}

/// The parameters of [`AvellanedaStoikov`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AvellanedaStoikovConfig {
    /// Risk aversion, per US dollar; from 1e-12 to 1e6 (`AS_GAMMA`).
    pub gamma: f64,
    /// How far ahead the position is feared, in seconds; from 0.001 to 1e7 (`AS_HORIZON_SEC`).
    pub horizon: f64,
    /// No quote is further from the fair price than this, from 1 ppm to nine tenths
    /// (`MM_MAX_DISTANCE_BPS`).
    pub max_distance: Ppm,
}

impl Default for AvellanedaStoikovConfig {
    fn default() -> Self {
        Self { gamma: 1.0, horizon: 300.0, max_distance: Ppm::from_bps(100) }
    }
}

/// The parameters of [`Glft`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GlftConfig {
    /// Risk aversion, per US dollar; from 1e-12 to 1e6 (`GLFT_GAMMA`).
    pub gamma: f64,
    /// No quote is further from the fair price than this, from 1 ppm to nine tenths
    /// (`MM_MAX_DISTANCE_BPS`).
    pub max_distance: Ppm,
}

impl Default for GlftConfig {
    fn default() -> Self {
        Self { gamma: 10.0, max_distance: Ppm::from_bps(100) }
    }
}
