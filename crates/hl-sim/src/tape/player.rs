use std::collections::BTreeMap;
use std::path::PathBuf;

use hl_quant::{Millis, OrderPrice, OrderSize, Price, PriceGrid, Round, Side};
use hl_wire::{AssetId, Tif};

use super::event::{Coins, Event, Level, What};
use super::feed::Feed;
use super::mirror::{Ghost, Mirror};
use super::{TapeError, TapeStats};
use crate::background::address;
use crate::{AccountId, Background, MarketConfig, OrderSpec, Placed, Venue};

/// Time between oracle prices, which follow the recorded mid.
const ORACLE_MS: u64 = 3_000;
/// Pause between the end and the beginning of a tape that repeats.
const REPEAT_PAUSE_MS: u64 = 1_000;

/// What happens when everything has been played.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AtEnd {
    /// The last book stays as it is: nobody trades any more. The status says so.
    #[default]
    Hold,
    /// The tapes begin again, a second later, at the prices they begin with.
    Repeat,
}

/// Recorded markets as the background of an exchange; see the [module](crate::tape).
///
/// The first event is played at the exchange's first block, whatever its own time.
#[derive(Debug)]
pub struct TapePlayer {
    paths: Vec<PathBuf>,
    coins: Coins,
    at_end: AtEnd,
    feed: Feed,
    /// When the current pass began.
    start: Option<Millis>,
    /// The pass, from 1.
    pass: u64,
    ended: bool,
    accounts: Option<Accounts>,
    markets: BTreeMap<AssetId, Market>,
    /// Replayed trades that nobody was there for, not even a ghost.
    unmatched: u64,
    notices: Vec<String>,
}

#[derive(Clone, Copy, Debug)]
struct Accounts {
    book: AccountId,
    taker: AccountId,
}

#[derive(Debug, Default)]
struct Market {
    mirror: Mirror,
    next_oracle: Millis,
}

impl TapePlayer {
    /// Opens the tapes and reads their beginnings.
    ///
    /// # Errors
    /// A file that cannot be opened or that holds nothing to play: see [`TapeError`].
    pub fn open(paths: Vec<PathBuf>, coins: Coins, at_end: AtEnd) -> Result<Self, TapeError> {
        let feed = Feed::open(&paths, &coins, Millis(0))?;
        Ok(Self {
            paths,
            coins,
            at_end,
            feed,
            start: None,
            pass: 1,
            ended: false,
            accounts: None,
            markets: BTreeMap::new(),
            unmatched: 0,
            notices: Vec::new(),
        })
    }

    /// The mid of each market's first recorded book. Knows the
    /// markets that appear within the first seconds of a tape, and only before playing.
    #[must_use]
    pub fn opening_mids(&self) -> BTreeMap<AssetId, Price> {
        let mut mids = BTreeMap::new();
        for event in self.feed.ahead() {
            if let Some(mid) = mid(&event.what) {
                mids.entry(event.asset).or_insert(mid);
            }
        }
        mids
    }

    /// Gives the markets of the tapes the prices that the tapes begin with, so that margin and the
    /// price band are right from the first block on.
    pub fn set_opening_prices(&self, markets: &mut [MarketConfig]) {
        for (asset, mid) in self.opening_mids() {
            let market = usize::try_from(asset.0).ok().and_then(|index| markets.get_mut(index));
            let Some(market) = market else { continue };
            let grid = PriceGrid::perp(market.sz_decimals);
            if let Ok(price) = grid.snap(mid, Round::Nearest) {
                market.oracle_px = price.get();
            }
        }
    }

    /// What was played and skipped in the current pass.
    #[must_use]
    pub const fn stats(&self) -> &TapeStats {
        self.feed.stats()
    }

    /// Whether everything was played and the last book is being held.
    #[must_use]
    pub const fn is_holding(&self) -> bool {
        self.ended
    }

    fn play(&mut self, event: Event, accounts: Accounts, now: Millis, venue: &mut Venue<'_>) {
        let Event { asset, what, .. } = event;
        let market = self.markets.entry(asset).or_default();
        if now >= market.next_oracle
            && let Some(mid) = mid(&what)
            && let Some((_, spec)) = self.coins.by_asset(asset)
            && let Ok(price) = spec.prices().snap(mid, Round::Nearest)
        {
            venue.set_oracle(asset, price.get());
            market.next_oracle = now.plus(ORACLE_MS);
        }
        let mut ghost = Ghost { account: accounts.book, asset, venue };
        match what {
            What::Book { bids, asks } => market.mirror.book(&bids, &asks, &mut ghost),
            What::Bbo { bid, ask } => market.mirror.bbo(bid, ask, &mut ghost),
            What::Trade { side, price, size, .. } => {
                if !replay(accounts.taker, asset, side, price, size, venue) {
                    self.unmatched = self.unmatched.saturating_add(1);
                }
            }
        }
    }

    fn end(&mut self, now: Millis) {
        match self.at_end {
            AtEnd::Hold => {
                self.ended = true;
                self.notices.push("tape ended, the last book is held".to_owned());
            }
            AtEnd::Repeat => match Feed::open(&self.paths, &self.coins, Millis(0)) {
                Ok(feed) => {
                    self.feed = feed;
                    self.pass = self.pass.saturating_add(1);
                    self.start = Some(now.plus(REPEAT_PAUSE_MS));
                }
                Err(error) => {
                    self.ended = true;
                    self.notices.push(format!("tape cannot be repeated: {error}"));
                }
            },
        }
    }
}

impl Background for TapePlayer {
    fn advance(&mut self, now: Millis, venue: &mut Venue<'_>) {
        if self.ended {
            return;
        }
        let accounts = *self.accounts.get_or_insert_with(|| Accounts {
            book: venue.open_account(address(b"tape-book", 0)),
            taker: venue.open_account(address(b"tape-taker", 0)),
        });
        let start = *self.start.get_or_insert(now);
        if now < start {
            return;
        }
        while let Some((_, event)) = self.feed.next(Millis(now.since(start))) {
            self.play(event, accounts, now, venue);
        }
        if self.feed.is_ended() {
            self.notices.extend(errors_and_notices(&mut self.feed));
            self.end(now);
        }
    }

    fn status(&self) -> Option<String> {
        let state = if self.ended { "holding" } else { "playing" };
        let (pass, unmatched) = (self.pass, self.unmatched);
        Some(format!("tape={state} pass={pass} {} unmatched_trades={unmatched}", self.stats()))
    }

    fn take_notices(&mut self) -> Vec<String> {
        let mut notices = std::mem::take(&mut self.notices);
        notices.extend(self.feed.stats_mut().take_notices().iter().map(ToString::to_string));
        notices
    }
}

fn errors_and_notices(feed: &mut Feed) -> Vec<String> {
    let stats = feed.stats_mut();
    let notices = stats.take_notices();
    let errors = stats.errors.iter().map(ToString::to_string);
    notices.iter().map(ToString::to_string).chain(errors).collect()
}

/// Replays a trade; whether anybody was there for it.
fn replay(
    account: AccountId,
    asset: AssetId,
    side: Side,
    price: OrderPrice,
    size: OrderSize,
    venue: &mut Venue<'_>,
) -> bool {
    let (price, size) = (price.get(), size.get());
    let order = OrderSpec { asset, side, price, size, tif: Tif::Ioc };
    matches!(venue.submit(account, order), Placed::Filled(_))
}

fn mid(what: &What) -> Option<Price> {
    let price = |level: &Level| level.price.get();
    let (bid, ask) = match what {
        What::Trade { .. } => return None,
        What::Bbo { bid, ask } => (bid.as_ref().map(price)?, ask.as_ref().map(price)?),
        What::Book { bids, asks } => (bids.first().map(price)?, asks.first().map(price)?),
    };
    Some(bid.midpoint(ask, Round::Down))
}
