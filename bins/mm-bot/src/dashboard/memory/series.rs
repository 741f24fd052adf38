//! What charts are drawn from: a point a second for ten minutes, a point every five minutes for a day.

use std::collections::BTreeMap;

use hl_engine::Usd;
use hl_quant::{Millis, Price, SignedSize};

/// How far points are apart, and how many are kept.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tier {
    pub(crate) every_ms: u64,
    pub(crate) kept: usize,
}

/// The ten minutes before now, and the day.
pub(crate) const TIERS: [Tier; 2] =
    [Tier { every_ms: 1_000, kept: 600 }, Tier { every_ms: 300_000, kept: 288 }];

/// The account at one moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Account {
    pub(crate) profit: Option<Usd>,
    pub(crate) equity: Option<Usd>,
}

/// A market at one moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Market {
    pub(crate) mid: Option<Price>,
    pub(crate) bid: Option<Price>,
    pub(crate) ask: Option<Price>,
    pub(crate) position: SignedSize,
    pub(crate) profit: Option<Usd>,
}

/// Points by the number of their step since the epoch, for each tier.
#[derive(Debug)]
pub(crate) struct Series<T> {
    pub(crate) tiers: [BTreeMap<u64, T>; TIERS.len()],
}

impl<T> Default for Series<T> {
    fn default() -> Self {
        Self { tiers: [BTreeMap::new(), BTreeMap::new()] }
    }
}

impl<T: Copy> Series<T> {
    /// Takes a point, where its tier has none for that time yet.
    pub(super) fn take(&mut self, at: Millis, point: T) {
        for (points, tier) in self.tiers.iter_mut().zip(TIERS) {
            let slot = at.0 / tier.every_ms;
            points.entry(slot).or_insert(point);
            while points.len() > tier.kept {
                points.pop_first();
            }
        }
    }
}
