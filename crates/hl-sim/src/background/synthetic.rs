//! The markets and their clock.

use hl_quant::{MarketSpec, Millis, Price, Round, Side, Size, SzDecimals};
use hl_wire::{Address, AssetId};

use super::latent::Latent;
use super::profile::{Flow, Profile};
use super::provider::Provider;
use super::rng::Dice;
use super::taker::Takers;
use crate::universe::{self, Liquidity};
use crate::{AccountId, Background, Venue};

/// The synthetic market moves in steps of this much block time.
const STEP_MS: u64 = 100;
/// After a longer sleep than this the steps that were slept through do not happen.
const CATCH_UP_MS: u64 = 5_000;
/// Steps between oracle prices: the venue publishes one about every three seconds.
const ORACLE_STEPS: u64 = 30;
/// Steps that pass before anybody sees the market, so that it does not begin as an empty book.
const WARM_UP_STEPS: u64 = 20;
/// How many addresses the noise takers have.
const NOISE_ACCOUNTS: u8 = 8;

/// Synthetic traders in every live market of the exchange; see the [module](crate::background).
#[derive(Debug)]
pub struct Synthetic {
    seed: u64,
    /// The flow of a market by its coin.
    flow: fn(&str) -> Flow,
    /// One flow for all, if somebody asked for it.
    same: Option<Flow>,
    markets: Vec<Market>,
    /// When the next step is due; nothing before the first block.
    due: Option<Millis>,
}

impl Synthetic {
    /// Traders whose every decision follows from this seed and the times of the blocks.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self { seed, flow: universe::flow, same: None, markets: Vec::new(), due: None }
    }

    /// Traders whose kinds differ from market to market, by coin: a known truth about which markets
    /// are worth quoting.
    #[must_use]
    pub const fn with_flows(seed: u64, flow: fn(&str) -> Flow) -> Self {
        Self { seed, flow, same: None, markets: Vec::new(), due: None }
    }

    /// The same with more or less of one kind of taker.
    #[must_use]
    pub const fn with_flow(seed: u64, flow: Flow) -> Self {
        Self { seed, flow: universe::flow, same: Some(flow), markets: Vec::new(), due: None }
    }

    /// The price that a market's informed takers believe in, for tests and for the oracle: clients
    /// cannot ask for it. Nothing before the first block.
    #[must_use]
    pub fn fair(&self, asset: AssetId) -> Option<Price> {
        let market = self.markets.iter().find(|market| market.place.asset == asset)?;
        Some(market.place.latent.fair())
    }

    fn open(&mut self, venue: &mut Venue<'_>) {
        let providers: Vec<_> = (0..Provider::COUNT)
            .map(|n| venue.open_account(address(b"provider", u8::try_from(n).unwrap_or(u8::MAX))))
            .collect();
        let noise: Vec<_> =
            (0..NOISE_ACCOUNTS).map(|n| venue.open_account(address(b"noise", n))).collect();
        let informed = venue.open_account(address(b"informed", 0));
        let live: Vec<_> = venue
            .markets()
            .filter(|(_, config)| config.listing == universe::ListingState::Live)
            .map(|(asset, config)| {
                let liquidity = universe::liquidity(&config.coin);
                let flow = self.same.unwrap_or_else(|| (self.flow)(&config.coin));
                (asset, config.sz_decimals, config.oracle_px, liquidity, flow)
            })
            .collect();
        for (asset, decimals, open, liquidity, flow) in live {
            let place = Place::new(asset, decimals, open, liquidity);
            let dice = Dice::new(self.seed, u64::from(asset.0));
            let traders = (&providers[..], &noise[..], informed);
            let market = Market::new(place, dice, traders, flow);
            self.markets.push(market);
        }
        for _ in 0..WARM_UP_STEPS {
            let quiet = Flow { noise: 0, informed: 0 };
            self.markets.iter_mut().for_each(|market| market.step(Some(quiet), venue));
        }
    }
}

impl Background for Synthetic {
    fn advance(&mut self, now: Millis, venue: &mut Venue<'_>) {
        let mut due = match self.due {
            Some(due) if now.since(due) <= CATCH_UP_MS => due,
            Some(_) => now,
            None => {
                self.open(venue);
                now
            }
        };
        while due <= now {
            self.markets.iter_mut().for_each(|market| market.step(None, venue));
            due = due.plus(STEP_MS);
        }
        self.due = Some(due);
        self.markets.iter_mut().for_each(|market| market.keep_two_sided(venue));
    }
}

/// An address that is recognisably nobody's key: a word, then a number.
pub(crate) fn address(word: &[u8], number: u8) -> Address {
    let mut bytes = [0; 20];
    for (byte, letter) in bytes.iter_mut().zip(word) {
        *byte = *letter;
    }
    if let Some(last) = bytes.last_mut() {
        *last = number;
    }
    Address::new(bytes)
}

/// What the traders of one market share.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) asset: AssetId,
    pub(super) spec: MarketSpec,
    pub(super) profile: Profile,
    pub(super) latent: Latent,
}

impl Place {
    fn new(asset: AssetId, decimals: SzDecimals, open: Price, liquidity: Liquidity) -> Self {
        Self {
            asset,
            spec: MarketSpec::perp(decimals),
            profile: Profile::of(liquidity),
            latent: Latent::new(open),
        }
    }

    /// What this many dollars buy, at least one lot.
    pub(super) fn size_of(&self, usd: u64, price: Price) -> Option<Size> {
        /// Dollars times this, divided by a price at 10^-8, is a size at 10^-8.
        const SCALE: u128 = 10_000_000_000_000_000;
        let raw = u128::from(usd).saturating_mul(SCALE) / u128::from(price.raw());
        let sizes = self.spec.sizes();
        let size = Size::from_raw(u64::try_from(raw).ok()?).max(sizes.lot());
        sizes.snap(size, Round::Down).ok().map(|size| size.get())
    }
}

#[derive(Debug)]
struct Market {
    place: Place,
    dice: Dice,
    providers: Vec<Provider>,
    takers: Takers,
    flow: Flow,
    steps: u64,
}

impl Market {
    fn new(
        place: Place,
        dice: Dice,
        (providers, noise, informed): (&[AccountId], &[AccountId], AccountId),
        flow: Flow,
    ) -> Self {
        let (providers, takers) = (Provider::all(providers), Takers::new(noise, informed));
        Self { place, dice, providers, takers, flow, steps: 0 }
    }

    /// The fair price moves, the providers who look see it late, the takers come last.
    fn step(&mut self, other: Option<Flow>, venue: &mut Venue<'_>) {
        let Self { place, dice, providers, takers, flow, steps } = self;
        place.latent.step(&place.profile, dice);
        for provider in providers {
            provider.step(place, dice, venue);
        }
        takers.step(place, other.unwrap_or(*flow), dice, venue);
        if *steps % ORACLE_STEPS == 0
            && let Ok(price) = place.spec.prices().snap(place.latent.fair(), Round::Nearest)
        {
            venue.set_oracle(place.asset, price.get());
        }
        *steps = steps.saturating_add(1);
    }

    /// Whatever clients took since the last block, no side stays empty.
    fn keep_two_sided(&mut self, venue: &mut Venue<'_>) {
        let empty = |venue: &Venue<'_>, side| venue.best(self.place.asset, side).is_none();
        if (empty(venue, Side::Bid) || empty(venue, Side::Ask))
            && let Some(backstop) = self.providers.last_mut()
        {
            backstop.requote(&self.place, &mut self.dice, venue);
        }
    }
}
