//! The laws of matching and money, against a matcher too simple to be wrong.

use std::sync::{Arc, Mutex};

use hl_quant::{Millis, Price, Side, Size};
use hl_sim::{
    AccountId, Background, Exchange, Input, OrderSpec, Output, Placed, Refused, Venue,
    is_legal_price, is_legal_size,
};
use hl_wire::{Address, AssetId, Oid, Tif};
use proptest::prelude::*;

use crate::rig::{Rig, START, assert_conserved, config, key, order_with, orders};

const SOL: AssetId = AssetId(1);
type Job = Box<dyn FnOnce(&mut Venue<'_>) + Send>;

/// A background that does what a test says.
#[derive(Clone, Default)]
struct Puppet(Arc<Mutex<Vec<Job>>>);

impl std::fmt::Debug for Puppet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Puppet")
    }
}

impl Background for Puppet {
    fn advance(&mut self, _now: Millis, venue: &mut Venue<'_>) {
        for job in self.0.lock().unwrap().drain(..) {
            job(venue);
        }
    }
}

fn with_venue(job: impl FnOnce(&mut Venue<'_>) + Send + 'static) -> Exchange {
    let puppet = Puppet::default();
    puppet.0.lock().unwrap().push(Box::new(job));
    let mut exchange = Exchange::new(config(), 1).with_background(Box::new(puppet));
    exchange.handle(Millis(START), Input::Tick);
    exchange
}

#[derive(Clone, Copy, Debug)]
enum Op {
    Submit { who: usize, side: Side, tick: u64, lots: u64, tif: Tif },
    Cancel { pick: usize },
}

fn op() -> impl Strategy<Value = Op> {
    let side = prop_oneof![Just(Side::Bid), Just(Side::Ask)];
    let tif = prop_oneof![
        4 => Just(Tif::Gtc), 3 => Just(Tif::Alo), 2 => Just(Tif::Ioc), 1 => Just(Tif::FrontendMarket)
    ];
    prop_oneof![
        8 => (0_usize..3, side, 0_u64..8, 1_u64..6, tif)
            .prop_map(|(who, side, tick, lots, tif)| Op::Submit { who, side, tick, lots, tif }),
        1 => (0_usize..50).prop_map(|pick| Op::Cancel { pick }),
    ]
}

/// An order of the reference: a plain list, searched from the front.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Naive {
    id: usize,
    who: usize,
    side: Side,
    tick: u64,
    lots: u64,
}

#[derive(Debug, PartialEq, Eq)]
enum Expected {
    Rests,
    Filled(u64),
    WouldMatch,
    NoMatch,
}

#[derive(Default)]
struct Reference {
    orders: Vec<Naive>,
    positions: [i64; 3],
    next: usize,
}

impl Reference {
    fn crosses(order: &Naive, other: &Naive) -> bool {
        other.side != order.side
            && match order.side {
                Side::Bid => order.tick >= other.tick,
                Side::Ask => order.tick <= other.tick,
            }
    }

    /// The best order that an incoming one meets: best price, then first come.
    fn best(&self, order: &Naive) -> Option<usize> {
        let key = |naive: &Naive| match order.side {
            Side::Bid => (naive.tick, naive.id),
            Side::Ask => (u64::MAX - naive.tick, naive.id),
        };
        let crossing = self.orders.iter().enumerate().filter(|(_, o)| Self::crosses(order, o));
        crossing.min_by_key(|(_, o)| key(o)).map(|(index, _)| index)
    }

    fn submit(&mut self, who: usize, side: Side, tick: u64, lots: u64, tif: Tif) -> Expected {
        let mut order = Naive { id: self.next, who, side, tick, lots };
        self.next += 1;
        if tif == Tif::Alo && self.best(&order).is_some() {
            return Expected::WouldMatch;
        }
        while order.lots > 0
            && let Some(index) = self.best(&order)
        {
            let maker = self.orders[index];
            if maker.who == who {
                self.orders.remove(index);
                continue;
            }
            let lots = order.lots.min(maker.lots);
            order.lots -= lots;
            self.orders[index].lots -= lots;
            let signed = i64::try_from(lots).unwrap() * if side == Side::Bid { 1 } else { -1 };
            self.positions[who] += signed;
            self.positions[maker.who] -= signed;
            if self.orders[index].lots == 0 {
                self.orders.remove(index);
            }
        }
        let filled = lots - order.lots;
        match tif {
            Tif::Gtc | Tif::Alo if order.lots > 0 => {
                self.orders.push(order);
                Expected::Rests
            }
            _ if filled == 0 => Expected::NoMatch,
            _ => Expected::Filled(filled),
        }
    }

    fn levels(&self, side: Side) -> Vec<(u64, u64, usize)> {
        let mut levels: Vec<(u64, u64, usize)> = Vec::new();
        let mut mine: Vec<&Naive> = self.orders.iter().filter(|o| o.side == side).collect();
        mine.sort_by_key(|o| if side == Side::Bid { u64::MAX - o.tick } else { o.tick });
        for order in mine {
            match levels.last_mut() {
                Some(last) if last.0 == order.tick => {
                    last.1 += order.lots;
                    last.2 += 1;
                }
                _ => levels.push((order.tick, order.lots, 1)),
            }
        }
        levels
    }
}

/// Tick 0 is 150.00, one tick is a cent.
fn price(tick: u64) -> Price {
    Price::from_raw(15_000_000_000 + tick * 1_000_000).unwrap()
}

fn lots(lots: u64) -> Size {
    Size::from_raw(lots * 1_000_000)
}

fn compare(venue: &mut Venue<'_>, ops: &[Op]) {
    let accounts: Vec<AccountId> =
        (1..=3).map(|n| venue.open_account(Address::new([n; 20]))).collect();
    let mut reference = Reference::default();
    let mut oids: Vec<(usize, Oid)> = Vec::new();
    for op in ops {
        match *op {
            Op::Submit { who, side, tick, lots: n, tif } => {
                let id = reference.next;
                let expected = reference.submit(who, side, tick, n, tif);
                let spec = OrderSpec { asset: SOL, side, price: price(tick), size: lots(n), tif };
                let placed = match venue.submit(accounts[who], spec) {
                    Placed::Resting(oid) => {
                        oids.push((id, oid));
                        Expected::Rests
                    }
                    Placed::Filled(size) => Expected::Filled(size.raw() / 1_000_000),
                    Placed::Refused(Refused::WouldMatch) => Expected::WouldMatch,
                    Placed::Refused(Refused::NoMatch) => Expected::NoMatch,
                    Placed::Refused(other) => panic!("refused: {other:?}"),
                };
                assert_eq!(placed, expected, "{op:?}");
            }
            Op::Cancel { pick } if !oids.is_empty() => {
                let (id, oid) = oids[pick % oids.len()];
                let owner = reference.orders.iter().find(|o| o.id == id).map(|o| o.who);
                reference.orders.retain(|o| o.id != id);
                let canceled = accounts.iter().any(|account| venue.cancel(*account, SOL, oid));
                assert_eq!(canceled, owner.is_some(), "{op:?}");
            }
            Op::Cancel { .. } => {}
        }
        for side in Side::BOTH {
            let levels: Vec<_> =
                venue.levels(SOL, side).map(|level| (level.px, level.sz, level.n)).collect();
            let expected: Vec<_> = reference
                .levels(side)
                .into_iter()
                .map(|(tick, n, count)| (price(tick), lots(n), count))
                .collect();
            assert_eq!(levels, expected, "{op:?}");
        }
        for (account, position) in accounts.iter().zip(reference.positions) {
            assert_eq!(venue.position(*account, SOL).raw(), position * 1_000_000, "{op:?}");
        }
    }
}

#[derive(Clone, Debug)]
enum Act {
    Order {
        px: String,
        sz: String,
        buy: bool,
        tif: &'static str,
        reduce: bool,
        cloid: Option<u128>,
    },
    CancelAll,
    Modify {
        px: String,
        sz: String,
        pick: usize,
        always: bool,
    },
    Leverage {
        cross: bool,
        value: u32,
    },
    Margin(i64),
}

fn act() -> impl Strategy<Value = Act> {
    let px = (1_480_u32..1_520, prop_oneof![9 => Just(0_u32), 1 => 1_u32..10_000])
        .prop_map(|(dimes, dust)| format!("{}.{}{dust:04}", dimes / 10, dimes % 10));
    let sz = prop_oneof![
        8 => (1_u32..900).prop_map(|n| format!("{}.{:02}", n / 10, n)),
        1 => Just("0.01".to_owned()),
        1 => Just("1.001".to_owned()),
        1 => Just("90000".to_owned()),
    ];
    let tif = prop_oneof![Just("Gtc"), Just("Alo"), Just("Ioc")];
    let cloid = proptest::option::weighted(0.3, 0_u128..4);
    prop_oneof![
        12 => (px.clone(), sz.clone(), any::<bool>(), tif, proptest::bool::weighted(0.2), cloid)
            .prop_map(|(px, sz, buy, tif, reduce, cloid)| {
                Act::Order { px, sz, buy, tif, reduce, cloid }
            }),
        1 => Just(Act::CancelAll),
        3 => (px, sz, 0_usize..40, any::<bool>())
            .prop_map(|(px, sz, pick, always)| Act::Modify { px, sz, pick, always }),
        1 => (any::<bool>(), 1_u32..22).prop_map(|(cross, value)| Act::Leverage { cross, value }),
        1 => (-3_000_000_000_i64..3_000_000_000).prop_map(Act::Margin),
    ]
}

/// Plays a story with three signing traders and returns everything that came out.
fn play(story: &[(u8, Act)]) -> (Vec<String>, hl_sim::Truth) {
    let mut rig = Rig::new(config());
    let mut log = Vec::new();
    for (trader, act) in story {
        let user = key(*trader).address();
        let question = format!(r#"{{"type":"openOrders","user":"{user}"}}"#);
        let action = match act {
            Act::Order { px, sz, buy, tif, reduce, cloid } => {
                let px = px.trim_end_matches('0').trim_end_matches('.');
                orders(&[order_with(1, *buy, px, sz, tif, *reduce, *cloid)])
            }
            Act::CancelAll => {
                let open = rig.info(&question);
                let cancels: Vec<String> = open
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|order| format!(r#"{{"a":1,"o":{}}}"#, order["oid"]))
                    .collect();
                format!(r#"{{"type":"cancel","cancels":[{}]}}"#, cancels.join(","))
            }
            Act::Modify { px, sz, pick, always } => {
                let open = rig.info(&question);
                let open = open.as_array().unwrap();
                let oid =
                    open.get(pick % open.len().max(1)).map_or(1, |o| o["oid"].as_u64().unwrap());
                let order = order_with(1, pick % 2 == 0, px, sz, "Alo", false, None);
                let flag = if *always { r#","a":true"# } else { "" };
                format!(
                    r#"{{"type":"batchModify","modifies":[{{"oid":{oid},"order":{order}}}]{flag}}}"#
                )
            }
            Act::Leverage { cross, value } => format!(
                r#"{{"type":"updateLeverage","asset":1,"isCross":{cross},"leverage":{value}}}"#
            ),
            Act::Margin(ntli) => {
                format!(r#"{{"type":"updateIsolatedMargin","asset":1,"isBuy":true,"ntli":{ntli}}}"#)
            }
        };
        log.push(rig.act(*trader, &action));
        let truth = rig.truth();
        assert_conserved(&truth);
        let sum: i64 =
            truth.accounts.values().flat_map(|a| a.positions.values()).map(|p| p.raw()).sum();
        assert_eq!(sum, 0, "what one holds another one owes");
        for account in truth.accounts.values() {
            let refused: u64 = account.rejected.values().sum();
            assert_eq!(
                account.attempts,
                account.accepted + refused,
                "every order is accounted for"
            );
        }
        let book = rig.info(r#"{"type":"l2Book","coin":"SOL"}"#);
        let best = |side: usize| -> Option<Price> {
            book["levels"][side][0]["px"].as_str().map(|px| px.parse().unwrap())
        };
        if let (Some(bid), Some(ask)) = (best(0), best(1)) {
            assert!(bid < ask, "the book is crossed: {bid} {ask}");
        }
    }
    log.extend(rig.outputs.iter().map(|output| format!("{output:?}")));
    let truth = rig.truth();
    (log, truth)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn matching_agrees_with_a_list_that_is_searched_from_the_front(
        ops in proptest::collection::vec(op(), 1..120),
    ) {
        let exchange = with_venue(move |venue| compare(venue, &ops));
        assert_conserved(&exchange.truth());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn money_and_positions_are_conserved_and_a_story_told_twice_is_the_same(
        story in proptest::collection::vec((1_u8..=3, act()), 1..60),
    ) {
        let first = play(&story);
        let second = play(&story);
        prop_assert_eq!(first, second);
    }
}

/// Decimal texts on, near and off the grid.
fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        (1_u64..200_000, 0_u32..9).prop_map(|(n, shift)| decimal(n, shift)),
        (1_u64..u64::from(u32::MAX), 0_u32..9).prop_map(|(n, shift)| decimal(n, shift)),
        // Around the powers of ten, where the step changes.
        (0_u32..12, -3_i64..=3, 0_u32..9).prop_map(|(power, off, shift)| {
            let n = 10_i64.pow(power).saturating_add(off).max(1);
            decimal(n.unsigned_abs(), shift)
        }),
    ]
}

fn decimal(n: u64, shift: u32) -> String {
    let unit = 10_u64.pow(shift);
    let (whole, fraction) = (n / unit, n % unit);
    if shift == 0 {
        format!("{whole}")
    } else {
        format!("{whole}.{fraction:0width$}", width = usize::try_from(shift).unwrap())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn two_implementations_of_the_grid_agree(text in number(), decimals in 0_u8..=6) {
        let decimals_type = hl_quant::SzDecimals::new(decimals).unwrap();
        let spec = hl_quant::MarketSpec::perp(decimals_type);
        let price: Price = text.parse().unwrap();
        prop_assert_eq!(
            is_legal_price(&text, decimals),
            spec.prices().check(price).is_ok(),
            "price {} at {}", text, decimals
        );
        let size: Size = text.parse().unwrap();
        prop_assert_eq!(
            is_legal_size(&text, decimals),
            spec.sizes().check(size).is_ok(),
            "size {} at {}", text, decimals
        );
    }
}

#[test]
fn a_run_is_a_function_of_its_seed() {
    let run = |seed| {
        let mut exchange = Exchange::new(config(), seed);
        exchange.fund(key(1).address(), hl_sim::Usd::dollars(1_000));
        exchange.handle(Millis(START), Input::Tick);
        let body = crate::rig::sign(
            1,
            &orders(&[crate::rig::order(1, true, "149", "1", "Alo")]),
            START,
            None,
        );
        exchange.handle(
            Millis(START),
            Input::Http {
                id: hl_sim::RequestId(1),
                path: hl_sim::Path::Exchange,
                body: body.into_bytes(),
            },
        );
        exchange.handle(Millis(START + 1_000), Input::Tick);
        let mut outputs = Vec::new();
        loop {
            match exchange.poll() {
                Output::WaitUntil(until) => return (outputs, until),
                output => outputs.push(output),
            }
        }
    };
    assert_eq!(run(5), run(5));
    assert_ne!(run(5).0, run(6).0, "identifiers come from the seed");
}
