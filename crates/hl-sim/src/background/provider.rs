//! Liquidity providers: ladders around the fair price of a moment ago.

use hl_quant::{OrderPrice, Price, Round, Side, Size};
use hl_wire::{Oid, Tif};

use super::profile::{BACKSTOP_EVERY, BACKSTOP_PPM, BACKSTOP_SIZE_PERCENT, Habit, PROVIDERS, Ppm};
use super::rng::Dice;
use super::synthetic::Place;
use crate::{AccountId, OrderSpec, Placed, Venue};

/// Both sides, in the order in which they are quoted.
const SIDES: [Side; 2] = [Side::Bid, Side::Ask];

/// What a provider does the same way every time.
#[derive(Clone, Copy, Debug)]
enum Style {
    Ladder(Habit),
    Backstop,
}

/// One provider in one market.
#[derive(Clone, Debug)]
pub(super) struct Provider {
    account: AccountId,
    style: Style,
    /// Steps until it looks again.
    wait: u64,
    resting: Vec<Resting>,
}

#[derive(Clone, Copy, Debug)]
struct Resting {
    oid: Oid,
    side: Side,
    price: OrderPrice,
    size: Size,
}

/// One level that a provider wants to have in the book.
#[derive(Clone, Copy, Debug)]
struct Wanted {
    side: Side,
    price: OrderPrice,
    size: Size,
}

impl Provider {
    /// The ladders and, last, the backstop. Account `n` is provider `n` in every market.
    pub(super) fn all(accounts: &[AccountId]) -> Vec<Self> {
        let ladders = PROVIDERS.into_iter().map(Style::Ladder);
        let styles = ladders.chain([Style::Backstop]);
        let provider = |(account, style): (&AccountId, Style)| Self {
            account: *account,
            style,
            wait: 0,
            resting: Vec::new(),
        };
        accounts.iter().zip(styles).map(provider).collect()
    }

    /// How many accounts [`Provider::all`] needs.
    pub(super) const COUNT: usize = PROVIDERS.len() + 1;

    /// One step: looks at the market if it is time to.
    pub(super) fn step(&mut self, place: &Place, dice: &mut Dice, venue: &mut Venue<'_>) {
        if self.wait > 0 {
            self.wait = self.wait.saturating_sub(1);
            return;
        }
        self.requote(place, dice, venue);
    }

    /// Brings what rests in line with what is wanted: an order at a wanted price that is mostly
    /// unfilled stays and keeps its turn.
    pub(super) fn requote(&mut self, place: &Place, dice: &mut Dice, venue: &mut Venue<'_>) {
        let every = match self.style {
            Style::Ladder(habit) => habit.every,
            Style::Backstop => BACKSTOP_EVERY,
        };
        self.wait = dice.between(every / 2, every.saturating_add(every / 2));
        let mut wanted = match self.style {
            Style::Ladder(habit) => ladder(habit, place, dice),
            Style::Backstop => backstop(place),
        };
        self.resting.retain(|order| {
            let remaining = venue.remaining(order.oid);
            let fits = |want: &Wanted| want.side == order.side && want.price == order.price;
            let mostly = remaining.is_some_and(|left| left.raw() > order.size.raw() / 2);
            match wanted.iter().position(fits) {
                Some(found) if mostly => {
                    wanted.swap_remove(found);
                    true
                }
                _ => {
                    if remaining.is_some() {
                        venue.cancel(self.account, place.asset, order.oid);
                    }
                    false
                }
            }
        });
        for want in wanted {
            self.place(want, place, venue);
        }
    }

    /// Post-only, and no better than one tick behind the other side: a provider that is ahead of a
    /// stale quote waits for it to be taken.
    fn place(&mut self, want: Wanted, place: &Place, venue: &mut Venue<'_>) {
        let Some(price) = behind(want, place, venue) else { return };
        let order = OrderSpec {
            asset: place.asset,
            side: want.side,
            price: price.get(),
            size: want.size,
            tif: Tif::Alo,
        };
        if let Placed::Resting(oid) = venue.submit(self.account, order) {
            self.resting.push(Resting { oid, side: want.side, price, size: want.size });
        }
    }
}

fn behind(want: Wanted, place: &Place, venue: &Venue<'_>) -> Option<OrderPrice> {
    let grid = place.spec.prices();
    let Some(opposite) = venue.best(place.asset, want.side.opposite()) else {
        return Some(want.price);
    };
    match want.side {
        Side::Bid if want.price.get() >= opposite => grid.strictly_below(opposite),
        Side::Ask if want.price.get() <= opposite => grid.strictly_above(opposite),
        Side::Bid | Side::Ask => Some(want.price),
    }
}

/// A ladder on both sides, one order per distinct price.
fn ladder(habit: Habit, place: &Place, dice: &mut Dice) -> Vec<Wanted> {
    let profile = &place.profile;
    let centre = place.latent.past(habit.lag);
    // Its own opinion: a little off, and a little wider or tighter each time.
    let lean = dice.normal(i64::try_from(profile.half_ppm / 4).unwrap_or(0));
    let half = scaled(profile.half_ppm, habit.half_percent);
    let half = scaled(half, dice.between(80, 130)).max(1);
    let spacing = scaled(half, habit.spacing_percent).max(1);
    let mut wanted: Vec<Wanted> = Vec::new();
    for side in SIDES {
        for level in 0..habit.levels {
            let away = half.saturating_add(spacing.saturating_mul(level));
            let offset = match side {
                Side::Bid => lean.saturating_sub_unsigned(away),
                Side::Ask => lean.saturating_add_unsigned(away),
            };
            // Outer levels are larger, and no two are alike.
            let size_percent = habit
                .size_percent
                .saturating_mul(level.saturating_add(2))
                .saturating_mul(dice.between(50, 150))
                / 200;
            let taken: Option<OrderPrice> =
                wanted.last().filter(|w| w.side == side).map(|w| w.price);
            wanted.extend(want(place, side, centre, offset, taken, size_percent));
        }
    }
    wanted
}

fn backstop(place: &Place) -> Vec<Wanted> {
    let centre = place.latent.fair();
    let level = |side: Side, ppm: Ppm| {
        let offset = i64::try_from(ppm).unwrap_or(i64::MAX);
        let offset = if side == Side::Bid { -offset } else { offset };
        want(place, side, centre, offset, None, BACKSTOP_SIZE_PERCENT)
    };
    SIDES.into_iter().flat_map(|side| BACKSTOP_PPM.map(|ppm| level(side, ppm))).flatten().collect()
}

/// A level `offset_ppm` from the centre, one tick behind `taken` at least, away from the market.
fn want(
    place: &Place,
    side: Side,
    centre: Price,
    offset_ppm: i64,
    taken: Option<OrderPrice>,
    size_percent: u64,
) -> Option<Wanted> {
    let grid = place.spec.prices();
    let round = if side == Side::Bid { Round::Down } else { Round::Up };
    let mut price = grid.snap(moved(centre, offset_ppm)?, round).ok()?;
    if let Some(taken) = taken {
        let next = grid.away(side, taken, 1)?;
        price = match side {
            Side::Bid => price.min(next),
            Side::Ask => price.max(next),
        };
    }
    let size = place.size_of(scaled(place.profile.level_usd, size_percent), price.get())?;
    Some(Wanted { side, price, size })
}

/// `price * (1 + ppm / 10^6)`, to the nearest 10^-8 towards zero.
pub(super) fn moved(price: Price, ppm: i64) -> Option<Price> {
    let factor = 1_000_000_i128.saturating_add(i128::from(ppm));
    let raw = i128::from(price.raw()).saturating_mul(factor) / 1_000_000;
    Price::from_raw(u64::try_from(raw).ok()?)
}

const fn scaled(value: u64, percent: u64) -> u64 {
    value.saturating_mul(percent) / 100
}
