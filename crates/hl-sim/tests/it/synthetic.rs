//! The synthetic market, watched from inside at every block.

use std::sync::{Arc, Mutex};

use hl_quant::{MarketSpec, Millis, Price, Side, Size};
use hl_sim::background::{Flow, Synthetic};
use hl_sim::universe::{self, Liquidity};
use hl_sim::{AccountId, Background, Exchange, ExchangeConfig, Input, OrderSpec, Placed, Venue};
use hl_wire::{Address, AssetId, Oid, Tif};

const START: u64 = 1_700_000_000_000;

/// Something that looks at the venue after the traders have moved.
trait Watch: Send + std::fmt::Debug {
    fn look(&mut self, now: Millis, traders: &Synthetic, venue: &mut Venue<'_>);
}

#[derive(Debug)]
struct Watched<W> {
    traders: Synthetic,
    watch: Arc<Mutex<W>>,
}

impl<W: Watch> Background for Watched<W> {
    fn advance(&mut self, now: Millis, venue: &mut Venue<'_>) {
        self.traders.advance(now, venue);
        self.watch.lock().unwrap().look(now, &self.traders, venue);
    }
}

/// Runs the whole universe for a while and gives back what the watcher saw.
fn run<W: Watch + 'static>(traders: Synthetic, seconds: u64, watch: W) -> W {
    let watch = Arc::new(Mutex::new(watch));
    let background = Box::new(Watched { traders, watch: Arc::clone(&watch) });
    let config = ExchangeConfig::new(universe::markets());
    let mut exchange = Exchange::new(config, 1).with_background(background);
    for tick in 0..seconds * 10 {
        exchange.handle(Millis(START + tick * 100), Input::Tick);
        while !matches!(exchange.poll(), hl_sim::Output::WaitUntil(_)) {}
    }
    drop(exchange);
    Arc::try_unwrap(watch).unwrap().into_inner().unwrap()
}

/// Everything about both sides of every book, as text.
#[derive(Debug, Default)]
struct Trace(Vec<String>);

impl Watch for Trace {
    fn look(&mut self, now: Millis, _: &Synthetic, venue: &mut Venue<'_>) {
        let assets: Vec<_> = venue.markets().map(|(asset, _)| asset).collect();
        for asset in assets {
            let side = |side| venue.levels(asset, side).collect::<Vec<_>>();
            let (bids, asks) = (side(Side::Bid), side(Side::Ask));
            let last = venue.trades(asset).last().map(|trade| trade.tid);
            self.0.push(format!("{now} {asset:?} {bids:?} {asks:?} {last:?}"));
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_market_to_the_last_order_and_another_seed_another() {
    let trace = |seed| run(Synthetic::new(seed), 20, Trace::default()).0;
    let first = trace(5);
    assert!(first.len() > 200 * 24);
    assert!(first == trace(5), "two runs of one seed differ");
    assert!(first != trace(6), "the seed has no effect");
}

#[derive(Debug, Default)]
struct Shape {
    blocks: u64,
    markets: Vec<Seen>,
    most_orders: usize,
}

/// What was seen of one market at every block.
#[derive(Debug, Default, Clone)]
struct Seen {
    coin: String,
    spread_ticks: Vec<u64>,
    spread_ppm: Vec<u64>,
    fair: Vec<u64>,
}

impl Watch for Shape {
    fn look(&mut self, _: Millis, traders: &Synthetic, venue: &mut Venue<'_>) {
        self.blocks += 1;
        let live: Vec<_> = venue
            .markets()
            .filter(|(_, m)| m.coin != "MATIC")
            .map(|(asset, m)| (asset, m.coin.clone(), MarketSpec::perp(m.sz_decimals)))
            .collect();
        self.markets.resize(live.len(), Seen::default());
        for ((asset, coin, spec), seen) in live.into_iter().zip(&mut self.markets) {
            seen.coin = coin;
            let best =
                |side| venue.best(asset, side).unwrap_or_else(|| panic!("no {side} {asset:?}"));
            let (bid, ask) = (best(Side::Bid), best(Side::Ask));
            assert!(bid < ask, "{} crossed: {bid} {ask}", seen.coin);
            let tick = |px| spec.prices().check(px).unwrap().tick().ordinal();
            seen.spread_ticks.push(tick(ask) - tick(bid));
            seen.spread_ppm.push((ask.raw() - bid.raw()) * 1_000_000 / bid.raw());
            seen.fair.push(traders.fair(asset).unwrap().raw());
            let orders = |side| venue.levels(asset, side).map(|level| level.n).sum::<usize>();
            self.most_orders = self.most_orders.max(orders(Side::Bid) + orders(Side::Ask));
        }
    }
}

fn median(values: &[u64]) -> u64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    sorted[sorted.len() / 2]
}

#[test]
fn every_market_is_two_sided_at_every_block_with_a_spread_and_volatility_like_the_real_ones() {
    let shape = run(Synthetic::new(11), 300, Shape::default());
    assert!(shape.blocks > 4000, "{}", shape.blocks);
    assert!(shape.most_orders < 80, "orders pile up: {}", shape.most_orders);
    for Seen { coin, spread_ticks, spread_ppm, fair } in &shape.markets {
        let liquidity = universe::find(coin).unwrap().liquidity;
        let (ticks, ppm) = (median(spread_ticks), median(spread_ppm));
        // Root mean square of the fair price's change from second to second (14 blocks), in ppm.
        let seconds: Vec<_> = fair.iter().step_by(14).collect();
        let square = |pair: &[&u64]| {
            let change = pair[1].abs_diff(*pair[0]) as f64 * 1e6 / *pair[0] as f64;
            change * change
        };
        let changes = seconds.windows(2).map(square);
        let rms = (changes.sum::<f64>() / (seconds.len() - 1) as f64).sqrt();
        println!("{coin:9} {liquidity:?}: spread {ticks} ticks, {ppm} ppm; {rms:.0} ppm a second");
        let (widest_ppm, moves) = match liquidity {
            Liquidity::Deep => (80, 25.0..150.0),
            Liquidity::Large => (300, 50.0..300.0),
            Liquidity::Mid => (700, 70.0..450.0),
            Liquidity::Thin => (1200, 100.0..700.0),
        };
        assert!(ppm <= widest_ppm, "{coin}: spread {ppm} ppm");
        assert!((1..=45).contains(&ticks), "{coin}: spread {ticks} ticks");
        assert!(moves.contains(&rms), "{coin}: moves {rms} ppm a second");
    }
}

/// A client that takes a whole side of a book every third block.
#[derive(Debug, Default)]
struct Sweeper {
    blocks: u64,
    sweeps: u64,
}

impl Watch for Sweeper {
    fn look(&mut self, _: Millis, _: &Synthetic, venue: &mut Venue<'_>) {
        let account = venue.open_account(Address::new([9; 20]));
        let asset = AssetId(0);
        for side in [Side::Bid, Side::Ask] {
            assert!(venue.best(asset, side).is_some(), "no {side} at block {}", self.blocks);
        }
        self.blocks += 1;
        if self.blocks.is_multiple_of(3) {
            let side = if self.blocks.is_multiple_of(2) { Side::Bid } else { Side::Ask };
            let levels: Vec<_> = venue.levels(asset, side.opposite()).collect();
            let size = levels.iter().fold(Size::ZERO, |sum, level| sum.saturating_add(level.sz));
            let price = levels.last().unwrap().px;
            venue.submit(account, OrderSpec { asset, side, price, size, tif: Tif::Ioc });
            assert!(venue.best(asset, side.opposite()).is_none(), "not swept");
            self.sweeps += 1;
        }
    }
}

#[test]
fn a_side_that_a_client_took_completely_is_there_again_at_the_next_block() {
    let sweeper = run(Synthetic::new(31), 60, Sweeper::default());
    assert!(sweeper.sweeps > 250, "{}", sweeper.sweeps);
}

/// A maker with a bid and an ask one tick inside the touch, re-quoted once a second, and what each
/// fill was worth against the fair price five seconds later.
#[derive(Debug)]
struct Maker {
    asset: AssetId,
    account: Option<AccountId>,
    quotes: Vec<(Oid, Side, Price, Size)>,
    /// Fills that wait for their mark-out: time due, side, price, size.
    open: Vec<(u64, Side, Price, Size)>,
    /// Mark-outs in ppm of the price, weighted by size when summed up.
    worth: Vec<i64>,
    next_quote: u64,
}

impl Maker {
    fn new(asset: AssetId) -> Self {
        Self {
            asset,
            account: None,
            quotes: Vec::new(),
            open: Vec::new(),
            worth: Vec::new(),
            next_quote: 0,
        }
    }

    fn mean_ppm(&self) -> f64 {
        self.worth.iter().sum::<i64>() as f64 / self.worth.len().max(1) as f64
    }
}

impl Watch for Maker {
    fn look(&mut self, now: Millis, traders: &Synthetic, venue: &mut Venue<'_>) {
        let account =
            *self.account.get_or_insert_with(|| venue.open_account(Address::new([9; 20])));
        for (oid, side, price, size) in &mut self.quotes {
            let left = venue.remaining(*oid).unwrap_or(Size::ZERO);
            if left < *size {
                self.open.push((now.0 + 5_000, *side, *price, size.saturating_sub(left)));
                *size = left;
            }
        }
        let fair = i128::from(traders.fair(self.asset).unwrap().raw());
        self.open.retain(|(due, side, price, _)| {
            let paid = i128::from(price.raw());
            let gain = if *side == Side::Bid { fair - paid } else { paid - fair };
            if *due <= now.0 {
                self.worth.push(i64::try_from(gain * 1_000_000 / paid).unwrap());
            }
            *due > now.0
        });
        if now.0 < self.next_quote {
            return;
        }
        self.next_quote = now.0 + 1_000;
        venue.cancel_all(account);
        self.quotes.clear();
        let config = venue.markets().find(|(asset, _)| *asset == self.asset).unwrap().1;
        let grid = *MarketSpec::perp(config.sz_decimals).prices();
        let (bid, ask) = (venue.best(self.asset, Side::Bid), venue.best(self.asset, Side::Ask));
        let inside = [
            (Side::Bid, grid.strictly_above(bid.unwrap()).unwrap().get()),
            (Side::Ask, grid.strictly_below(ask.unwrap()).unwrap().get()),
        ];
        for (side, price) in inside {
            let size = Size::from_raw(300 * 100_000_000);
            let order = OrderSpec { asset: self.asset, side, price, size, tif: Tif::Alo };
            if let Placed::Resting(oid) = venue.submit(account, order) {
                self.quotes.push((oid, side, price, size));
            }
        }
    }
}

#[test]
fn resting_inside_the_touch_earns_from_noise_and_loses_to_informed_flow() {
    let asset = AssetId(
        u32::try_from(universe::PERPS.iter().position(|l| l.coin == "ASTER").unwrap()).unwrap(),
    );
    let after = |flow| {
        let maker = run(Synthetic::with_flow(21, flow), 1_200, Maker::new(asset));
        println!("{flow:?}: {} fills, mark-out {:.0} ppm", maker.worth.len(), maker.mean_ppm());
        (maker.worth.len(), maker.mean_ppm())
    };
    let (fills, noise) = after(Flow { noise: 1000, informed: 0 });
    assert!(fills > 100);
    let (fills, informed) = after(Flow { noise: 0, informed: 1000 });
    assert!(fills > 100);
    let (fills, both) = after(Flow::default());
    assert!(fills > 200);
    assert!(noise > 30.0, "noise flow must pay the maker: {noise} ppm");
    assert!(informed < -30.0, "informed flow must cost the maker: {informed} ppm");
    assert!(informed < both && both < noise, "{informed} < {both} < {noise}");
}
