//! Those who take: at random, in sweeps, and with knowledge.

use hl_quant::{Price, Round, Side, Size};
use hl_wire::Tif;

use super::profile::Flow;
use super::provider::moved;
use super::rng::Dice;
use super::synthetic::Place;
use crate::{AccountId, OrderSpec, Venue};

/// How far a noise taker lets the price slip, like a front end's market order.
const SLIPPAGE_PPM: i64 = 5_000;
/// A noise taker buys after a buy in this many of a thousand cases: orders come in runs.
const SAME_SIDE_PERMILLE: u64 = 580;

/// The takers of one market.
#[derive(Clone, Debug)]
pub(super) struct Takers {
    noise: Vec<AccountId>,
    informed: AccountId,
    last_side: Side,
}

impl Takers {
    pub(super) fn new(noise: &[AccountId], informed: AccountId) -> Self {
        Self { noise: noise.to_vec(), informed, last_side: Side::Bid }
    }

    /// One step of all of them.
    pub(super) fn step(
        &mut self,
        place: &Place,
        flow: Flow,
        dice: &mut Dice,
        venue: &mut Venue<'_>,
    ) {
        if dice.permille(u64::from(flow.informed)) {
            self.take_what_is_wrong(place, dice, venue);
        }
        let rate = place.profile.noise_rate.saturating_mul(u64::from(flow.noise)) / 1000;
        for _ in 0..dice.arrivals(rate) {
            self.take_at_random(place, dice, venue);
        }
        if flow.noise > 0 && dice.once_in(place.profile.sweep_every) {
            self.sweep(place, dice, venue);
        }
    }

    fn take_at_random(&mut self, place: &Place, dice: &mut Dice, venue: &mut Venue<'_>) {
        if !dice.permille(SAME_SIDE_PERMILLE) {
            self.last_side = self.last_side.opposite();
        }
        let side = self.last_side;
        let Some(best) = venue.best(place.asset, side.opposite()) else { return };
        let usd = place.profile.noise_usd.saturating_mul(dice.heavy_tail()) / 1000;
        let Some(size) = place.size_of(usd, best) else { return };
        let account = self.someone(dice);
        if let Some(limit) = reach(side, best, SLIPPAGE_PPM) {
            take(account, place, side, limit, size, venue);
        }
    }

    /// Takes everything within a distance of the best price.
    fn sweep(&mut self, place: &Place, dice: &mut Dice, venue: &mut Venue<'_>) {
        let side = if dice.permille(500) { Side::Bid } else { Side::Ask };
        let Some(best) = venue.best(place.asset, side.opposite()) else { return };
        let (near, far) = place.profile.sweep_ppm;
        let ppm = i64::try_from(dice.between(near, far)).unwrap_or(0);
        let account = self.someone(dice);
        let Some(limit) = reach(side, best, ppm) else { return };
        let size = offered(place, side, limit, venue);
        take(account, place, side, limit, size, venue);
    }

    /// Takes whatever is mispriced by more than half of the tightest provider's half spread.
    fn take_what_is_wrong(&self, place: &Place, dice: &mut Dice, venue: &mut Venue<'_>) {
        let fair = place.latent.fair();
        let margin = i64::try_from(place.profile.half_ppm / 2).unwrap_or(0).max(5);
        for side in [Side::Bid, Side::Ask] {
            let Some(limit) = reach(side, fair, -margin) else { continue };
            let offered = offered(place, side, limit, venue);
            if offered.is_zero() {
                continue;
            }
            // Capital is limited: a few provider levels at most.
            let usd = place.profile.level_usd.saturating_mul(dice.between(1, 4));
            let Some(most) = place.size_of(usd, limit) else { continue };
            take(self.informed, place, side, limit, offered.min(most), venue);
        }
    }

    fn someone(&self, dice: &mut Dice) -> AccountId {
        let count = u64::try_from(self.noise.len()).unwrap_or(0);
        let index = usize::try_from(dice.below(count)).unwrap_or(0);
        self.noise.get(index).copied().unwrap_or(self.informed)
    }
}

/// A limit this far into the other side's book from a price; a negative distance is before it.
fn reach(side: Side, from: Price, ppm: i64) -> Option<Price> {
    moved(from, if side == Side::Bid { ppm } else { ppm.saturating_neg() })
}

/// What the other side offers up to a limit.
fn offered(place: &Place, side: Side, limit: Price, venue: &Venue<'_>) -> Size {
    let within = |px: Price| match side {
        Side::Bid => px <= limit,
        Side::Ask => px >= limit,
    };
    venue
        .levels(place.asset, side.opposite())
        .take_while(|level| within(level.px))
        .fold(Size::ZERO, |sum, level| sum.saturating_add(level.sz))
}

fn take(
    account: AccountId,
    place: &Place,
    side: Side,
    limit: Price,
    size: Size,
    venue: &mut Venue<'_>,
) {
    // Rounded so that it does not reach further than it was meant to.
    let round = if side == Side::Bid { Round::Down } else { Round::Up };
    let Ok(price) = place.spec.prices().snap(limit, round) else { return };
    if size.is_zero() {
        return;
    }
    let (asset, price) = (place.asset, price.get());
    venue.submit(account, OrderSpec { asset, side, price, size, tif: Tif::Ioc });
}
