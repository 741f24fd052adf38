//! Playback on the exchange: the mirrored book, and how a client's order fills in it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use hl_quant::{Millis, Price, Side, Size};
use hl_sim::tape::{AtEnd, Feed, TapePlayer, What};
use hl_sim::universe;
use hl_sim::{
    AccountId, Background, BookLevel, Exchange, ExchangeConfig, Input, OrderSpec, Placed, Venue,
};
use hl_wire::{Address, AssetId, Oid, Tif};

use crate::shared::{coins, recordings};

const START: u64 = 1_700_000_000_000;
const BTC: AssetId = AssetId(0);

type Look = Box<dyn FnMut(Millis, &TapePlayer, &mut Venue<'_>) + Send>;

/// A player with somebody who looks at the venue after each block.
struct Watched(TapePlayer, Look);

impl std::fmt::Debug for Watched {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl Background for Watched {
    fn advance(&mut self, now: Millis, venue: &mut Venue<'_>) {
        self.0.advance(now, venue);
        (self.1)(now, &self.0, venue);
    }
}

fn run(player: TapePlayer, ms: u64, look: Look) {
    let config = ExchangeConfig::new(universe::markets());
    let mut exchange = Exchange::new(config, 1).with_background(Box::new(Watched(player, look)));
    for tick in 0..=ms / 70 {
        exchange.handle(Millis(START + tick * 70), Input::Tick);
        while !matches!(exchange.poll(), hl_sim::Output::WaitUntil(_)) {}
    }
}

fn best(venue: &Venue<'_>, side: Side) -> Option<BookLevel> {
    venue.levels(BTC, side).next()
}

/// What the tapes recorded, after the same blocks, from a second reading.
#[derive(Debug)]
struct Expected {
    feed: Feed,
    checked: u64,
    full_books: u64,
}

impl Expected {
    /// Compares every market whose last event of this block was a book or best price.
    fn check(&mut self, now: Millis, venue: &Venue<'_>) {
        let mut last = BTreeMap::new();
        while let Some((_, event)) = self.feed.next(Millis(now.since(Millis(START)))) {
            last.insert(event.asset, event.what);
        }
        for (asset, what) in last {
            let level = |level: &hl_sim::tape::Level| (level.price.get(), level.size.get());
            let shown = |side| venue.levels(asset, side).map(|l| (l.px, l.sz)).collect::<Vec<_>>();
            match what {
                What::Trade { .. } => continue,
                What::Bbo { bid, ask } => {
                    let top = [bid, ask].map(|side| side.as_ref().map(level));
                    let now = [Side::Bid, Side::Ask].map(|side| shown(side).first().copied());
                    assert_eq!(now, top, "best prices of {asset:?} at {now:?}");
                }
                What::Book { bids, asks } => {
                    let recorded =
                        [bids, asks].map(|side| side.iter().map(level).collect::<Vec<_>>());
                    assert_eq!([Side::Bid, Side::Ask].map(shown), recorded, "{asset:?} at {now}");
                    self.full_books += 1;
                }
            }
            self.checked += 1;
        }
    }
}

#[test]
fn the_mirrored_book_equals_the_recorded_one_after_every_snapshot_of_every_recording() {
    for path in recordings("market") {
        let paths = vec![path.clone()];
        let player = TapePlayer::open(paths.clone(), coins(), AtEnd::Hold).unwrap();
        let expected = Arc::new(Mutex::new(Expected {
            feed: Feed::open(&paths, &coins(), Millis(0)).unwrap(),
            checked: 0,
            full_books: 0,
        }));
        let ended = Arc::new(Mutex::new(None));
        let (seen, end) = (Arc::clone(&expected), Arc::clone(&ended));
        let look = move |now: Millis, player: &TapePlayer, venue: &mut Venue<'_>| {
            seen.lock().unwrap().check(now, venue);
            *end.lock().unwrap() = player.is_holding().then(|| player.status().unwrap());
        };
        run(player, 40 * 60_000, Box::new(look));
        let expected = expected.lock().unwrap();
        let status =
            ended.lock().unwrap().clone().expect("40 minutes are longer than any recording");
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        println!("{name}: {} tops, {} full books; {status}", expected.checked, expected.full_books);
        assert!(expected.checked > 20, "{name}");
        assert!(status.starts_with("tape=holding pass=1 lines="), "{status}");
        if !name.contains("_L1") {
            assert!(expected.full_books > 10, "{name}");
        }
    }
}

/// A tape on disk that goes away with the test.
struct Tape(PathBuf);

impl Tape {
    fn new(name: &str, lines: &[String]) -> Self {
        let file = format!("hl-sim-{}-{name}.jsonl", std::process::id());
        let path = std::env::temp_dir().join(file);
        std::fs::write(&path, lines.join("\n") + "\n").unwrap();
        Self(path)
    }

    fn player(&self, at_end: AtEnd) -> TapePlayer {
        TapePlayer::open(vec![self.0.clone()], coins(), at_end).unwrap()
    }
}

impl Drop for Tape {
    fn drop(&mut self) {
        std::fs::remove_file(&self.0).unwrap();
    }
}

fn line(time: u64, channel: &str, data: &str) -> String {
    format!(r#"{{"ts_recv_ms":{time},"msg":{{"channel":"{channel}","data":{data}}}}}"#)
}

fn book(time: u64, bids: &[(u64, u64)], asks: &[(u64, u64)]) -> String {
    let side = |levels: &[(u64, u64)]| {
        let level = |(px, sz): &(u64, u64)| format!(r#"{{"px":"{px}.0","sz":"{sz}.0","n":0}}"#);
        levels.iter().map(level).collect::<Vec<_>>().join(",")
    };
    let (bids, asks) = (side(bids), side(asks));
    line(time, "l2Book", &format!(r#"{{"coin":"BTC","time":{time},"levels":[[{bids}],[{asks}]]}}"#))
}

fn trade(time: u64, tid: u64, side: &str, px: u64, sz: u64) -> String {
    let trade = format!(
        r#"[{{"coin":"BTC","side":"{side}","px":"{px}.0","sz":"{sz}.0","hash":"","time":{time},"tid":{tid}}}]"#
    );
    line(time, "trades", &trade)
}

/// A client's bid of 5 at `price`, placed after the first block, and what is left of it over time.
#[derive(Debug, Default)]
struct Bid {
    account: Option<AccountId>,
    oid: Option<Oid>,
    left: BTreeMap<u64, u64>,
}

const UNIT: u64 = 100_000_000;

fn bid_over_time(name: &str, price: u64, lines: &[String]) -> BTreeMap<u64, u64> {
    let tape = Tape::new(name, lines);
    let bid = Arc::new(Mutex::new(Bid::default()));
    let seen = Arc::clone(&bid);
    let look = move |now: Millis, _: &TapePlayer, venue: &mut Venue<'_>| {
        let mut bid = seen.lock().unwrap();
        let account = *bid.account.get_or_insert_with(|| venue.open_account(Address::new([9; 20])));
        if bid.oid.is_none() {
            let price = Price::from_raw(price * UNIT).unwrap();
            let size = Size::from_raw(5 * UNIT);
            let order = OrderSpec { asset: BTC, side: Side::Bid, price, size, tif: Tif::Alo };
            let Placed::Resting(oid) = venue.submit(account, order) else { panic!("not resting") };
            bid.oid = Some(oid);
        }
        let left = venue.remaining(bid.oid.unwrap()).map_or(0, |size| size.raw() / UNIT);
        bid.left.insert(now.0 - START, left);
    };
    run(tape.player(AtEnd::Hold), 5_000, Box::new(look));
    let bid = bid.lock().unwrap();
    bid.left.clone()
}

/// What was left at the last block before this time.
fn at(left: &BTreeMap<u64, u64>, ms: u64) -> u64 {
    *left.range(..ms).next_back().unwrap().1
}

#[test]
fn a_bid_waits_behind_the_ghosts_that_were_there_before_it() {
    let left = bid_over_time(
        "queue",
        100,
        &[
            book(1000, &[(100, 10)], &[(101, 10)]),
            trade(2000, 1, "A", 100, 8),
            book(2000, &[(100, 2)], &[(101, 10)]),
            trade(3000, 2, "A", 100, 4),
            book(3000, &[(99, 1)], &[(101, 10)]),
        ],
    );
    assert_eq!(at(&left, 1900), 5, "8 of the 10 before it are gone");
    assert_eq!(at(&left, 2500), 3, "the last 2, then 2 of it");
}

#[test]
fn a_level_that_shrinks_without_a_trade_does_not_bring_a_bid_forward() {
    let left = bid_over_time(
        "pessimist",
        100,
        &[
            book(1000, &[(100, 10)], &[(101, 10)]),
            // Ten more join behind the bid and leave again: the ten before it are still there.
            book(1500, &[(100, 20)], &[(101, 10)]),
            book(2000, &[(100, 10)], &[(101, 10)]),
            trade(3000, 1, "A", 100, 10),
            book(3000, &[(99, 1)], &[(101, 10)]),
        ],
    );
    assert_eq!(at(&left, 3000), 5, "all ten of the trade went to those before it");
    let left = bid_over_time(
        "shrink",
        100,
        &[
            book(1000, &[(100, 10)], &[(101, 10)]),
            // Only the ghosts before it can have left now: it moves forward by what left.
            book(2000, &[(100, 4)], &[(101, 10)]),
            trade(3000, 1, "A", 100, 6),
            book(3000, &[(99, 1)], &[(101, 10)]),
        ],
    );
    assert_eq!(at(&left, 3000), 3, "four before it, then two of it");
}

#[test]
fn a_better_bid_fills_before_every_ghost_and_a_worse_one_not_at_all() {
    let tape = [
        book(1000, &[(100, 10)], &[(110, 10)]),
        trade(2000, 1, "A", 100, 3),
        book(2000, &[(100, 7)], &[(110, 10)]),
        book(4000, &[(100, 7)], &[(110, 10)]),
    ];
    assert_eq!(at(&bid_over_time("better", 105, &tape), 1500), 2);
    assert_eq!(at(&bid_over_time("worse", 99, &tape), 4000), 5);
}

#[test]
fn a_recorded_ask_at_or_below_a_bid_trades_with_it() {
    let tape = [
        book(1000, &[(100, 10)], &[(110, 10)]),
        book(2000, &[(95, 10)], &[(104, 3), (106, 1)]),
        book(3000, &[(95, 10)], &[(105, 1), (106, 1)]),
        book(4000, &[(95, 10)], &[(106, 1)]),
    ];
    let left = bid_over_time("crossed", 105, &tape);
    assert_eq!((at(&left, 900), at(&left, 1500), at(&left, 2500)), (5, 2, 1));
}

#[test]
fn at_its_end_a_tape_holds_its_last_book_or_begins_again() {
    let lines = [book(1000, &[(100, 10)], &[(110, 10)]), book(2000, &[(200, 10)], &[(210, 10)])];
    let tape = Tape::new("end", &lines);
    let bids = |at_end| {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let bids = Arc::clone(&seen);
        let look = move |_: Millis, player: &TapePlayer, venue: &mut Venue<'_>| {
            let bid = best(venue, Side::Bid).unwrap().px.raw() / UNIT;
            bids.lock().unwrap().push((bid, player.is_holding()));
        };
        run(tape.player(at_end), 10_000, Box::new(look));
        let mut seen = seen.lock().unwrap().clone();
        seen.dedup();
        seen
    };
    assert_eq!(bids(AtEnd::Hold), [(100, false), (200, true)]);
    let repeated = bids(AtEnd::Repeat);
    assert!(repeated.len() >= 8, "{repeated:?}");
    assert!(repeated.iter().all(|(_, holding)| !holding));
}

#[test]
fn the_opening_prices_are_those_of_the_tape() {
    let lines = [book(1000, &[(100, 10)], &[(110, 10)]), book(2000, &[(200, 10)], &[(210, 10)])];
    let tape = Tape::new("mids", &lines);
    let mids = tape.player(AtEnd::Hold).opening_mids();
    assert_eq!(mids.into_iter().collect::<Vec<_>>(), [(BTC, "105".parse().unwrap())]);
}

#[test]
fn a_truncated_tape_plays_what_there_is_and_tells_the_operator() {
    let lines = [book(1000, &[(100, 10)], &[(110, 10)]), "{\"ts_recv".to_owned()];
    let tape = Tape::new("cut", &lines);
    let text = std::fs::read_to_string(&tape.0).unwrap();
    std::fs::write(&tape.0, text.trim_end()).unwrap();
    let mut exchange = Exchange::new(ExchangeConfig::new(universe::markets()), 1)
        .with_background(Box::new(tape.player(AtEnd::Hold)));
    exchange.handle(Millis(START), Input::Tick);
    let notices = exchange.take_notices();
    assert!(notices.iter().any(|n| n.contains("is truncated after line 1")), "{notices:?}");
    assert!(notices.iter().any(|n| n == "tape ended, the last book is held"), "{notices:?}");
    assert!(exchange.background_status().unwrap().contains("errors=1"));
}
