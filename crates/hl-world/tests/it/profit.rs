//! The profit statement against the exchange's own account, over runs with and without faults.

use std::collections::BTreeSet;

use hl_engine::{Fill, Funding, Input, MarketId, Pair, Usd};
use hl_journal::profit::{Break, Parts, Profit, Statement};
use hl_quant::Millis;
use hl_sim::{Deed, Purpose};
use hl_world::{Checker, Observation, OnBreach, RunConfig, Scene, SeedReport, run_seed};

use crate::rig::{MINUTE, Watch, busy, plan};

/// What is done to a fill before the statement hears of it.
type Spoil<'a> = &'a mut dyn FnMut(&Fill) -> Vec<Fill>;

/// A run and the account that was kept of it.
struct Kept {
    report: SeedReport,
    statement: Statement,
    /// Distinct fills that the engine was told.
    told: BTreeSet<(u64, u16, u64)>,
    /// When the account was liquidated.
    liquidated: Vec<Millis>,
}

/// Keeps the account of a run, with every fill as `spoil` makes it.
fn keep(config: &RunConfig, seed: u64, spoil: Spoil<'_>) -> Kept {
    let world = config.world(seed);
    let pairs: Vec<Pair> = world.engine.markets.iter().map(|market| market.pair.clone()).collect();
    let (mut profit, mut told, mut liquidated) = (Profit::new(), BTreeSet::new(), Vec::new());
    let config = RunConfig { world: Some(world), on_breach: OnBreach::GoOn, ..config.clone() };
    let mut checker = Watch(|scene: &Scene<'_>, seen: &Observation<'_>| {
        match seen {
            Observation::Started(_) => profit.run(&pairs),
            Observation::Told { input, .. } => match input {
                Input::Fill(fill) => {
                    note(&mut told, fill);
                    spoil(fill).iter().for_each(|it| profit.feed(scene.now, &Input::Fill(*it)));
                }
                Input::Fills { fills, .. } => {
                    fills.iter().for_each(|fill| note(&mut told, fill));
                    let fills: Vec<Fill> = fills.iter().flat_map(&mut *spoil).collect();
                    profit.feed(scene.now, &Input::Fills { request: None, fills: &fills });
                }
                input => profit.feed(scene.now, input),
            },
            // The world's shell does not listen to `userFundings`; what the stream would say is told
            // here.
            Observation::Deed(deed) => match &deed.deed {
                Deed::Paid { account, usd, purpose } if *account == scene.account => {
                    let amount = Usd::from_raw(usd.get() * 10_000_000_000);
                    let funding = Funding { market: MarketId(0), time: deed.at, amount };
                    match purpose {
                        Purpose::Funding => profit.feed(scene.now, &Input::Funding(funding)),
                        Purpose::Liquidation => liquidated.push(deed.at),
                        _ => {}
                    }
                }
                _ => {}
            },
            Observation::Event { event, .. } => profit.event(event),
            _ => {}
        }
        None
    });
    let report = run_seed(&config, seed, &mut checker as &mut dyn Checker).unwrap();
    Kept { report, statement: profit.statement(), told, liquidated }
}

fn note(told: &mut BTreeSet<(u64, u16, u64)>, fill: &Fill) {
    told.insert((fill.time.0, fill.market.0, fill.tid));
}

fn honest(fill: &Fill) -> Vec<Fill> {
    vec![*fill]
}

/// So many minutes in three markets, with funding and transfers.
fn paid(minutes: u64) -> RunConfig {
    let mut faults = String::new();
    for minute in 1..minutes {
        let (at, rate) = (minute * MINUTE, [700, 400, 100, -200, -500][minute as usize % 5]);
        faults += &format!("funding market={} ppm={rate} @{at}+0\n", minute % 3);
        if minute % 3 == 0 {
            let usd = [400, -300, 250, -100][minute as usize / 3 % 4];
            faults += &format!("acct.transfer usd={usd} @{}+0\n", at + 500);
        }
    }
    RunConfig {
        faults_ms: minutes * MINUTE,
        plan: Some(plan(&faults)),
        world: Some(busy(&["BTC", "SOL", "HYPE"])),
        ..RunConfig::hours(1)
    }
}

/// How many seeds; with 40, two minutes.
const SEEDS: u64 = 6;

/// Whatever is summed, by hours or by markets, the parts are the same.
fn adds_up(statement: &Statement) {
    let sum = |parts: &mut dyn Iterator<Item = &Parts>| {
        parts.fold(Parts::default(), |mut sum, parts| {
            sum.add(parts);
            sum
        })
    };
    assert_eq!(sum(&mut statement.hours.values()), statement.total);
    assert_eq!(sum(&mut statement.markets.values().map(|it| &it.total)), statement.total);
    for market in statement.markets.values() {
        assert_eq!(sum(&mut market.hours.values()), market.total);
    }
    let charged = statement.tiers.values().fold(Usd::ZERO, |sum, tier| sum.plus(tier.fees));
    assert_eq!(charged, statement.total.fees.minus(statement.total.rebates));
}

#[test]
fn every_unit_of_the_account_is_accounted_for_with_fees_funding_and_transfers() {
    for seed in 0..SEEDS {
        let kept = keep(&paid(75), seed, &mut honest);
        let (statement, truth) = (&kept.statement, &kept.report.truth);
        println!(
            "{seed}: documents={:?} fills={} change={} spread={} inventory={} fees={} funding={} \
             transfers={} difference={}",
            statement.documents,
            statement.total.fills(),
            statement.change(),
            statement.total.spread,
            statement.total.inventory,
            statement.total.fees,
            statement.total.funding,
            statement.transferred(),
            statement.difference(),
        );
        assert_eq!(statement.breaks, [], "{seed}");
        assert!(statement.reconciles(), "{seed}");
        adds_up(statement);
        assert!(statement.total.fills() > 20 && statement.hours.len() == 2, "{seed}");
        assert!(statement.total.funding != Usd::ZERO && statement.total.fees != Usd::ZERO);
        assert!(statement.transferred() != Usd::ZERO);
        // Every fill between the two documents, each once, and no other.
        let ends = statement.start.unwrap().0.0..=statement.end.unwrap().0.0;
        let told = kept.told.iter().filter(|(time, ..)| ends.contains(time)).count();
        assert_eq!(statement.total.fills(), u64::try_from(told).unwrap());
        assert!(statement.total.fills() <= truth.maker_fills + truth.taker_fills);
    }
}

#[test]
fn under_faults_only_what_a_backstop_takes_is_unaccounted_for() {
    let run = RunConfig { faults_ms: 10 * MINUTE, ..RunConfig::hours(1) };
    let (mut clean, mut total) = (0, 0);
    for seed in 0..SEEDS * 2 {
        let kept = keep(&run, seed, &mut honest);
        adds_up(&kept.statement);
        total += 1;
        clean += u32::from(kept.statement.reconciles());
        for found in &kept.statement.breaks {
            println!("{seed}: {found}");
            let within = |at: &Millis| found.from.0 < *at && *at <= found.to.0;
            assert!(kept.liquidated.iter().any(within), "{seed}: {found}");
            assert!(found.amount < Usd::ZERO && found.positions.is_empty(), "{seed}: {found}");
        }
    }
    println!("{clean} of {total} reconcile to the unit");
    assert!(clean * 10 >= total * 8);
}

/// The only break of a run that was kept with one error, which comes with the tenth fill.
fn broken(seed: u64, spoil: impl Fn(&Fill) -> Vec<Fill>) -> (Break, Fill) {
    let (mut order, mut victim) = (Vec::new(), None);
    let kept = keep(&paid(20), seed, &mut |fill| {
        if !order.contains(&(fill.time, fill.tid)) {
            order.push((fill.time, fill.tid));
        }
        if order.get(9) != Some(&(fill.time, fill.tid)) {
            return vec![*fill];
        }
        victim = Some(*fill);
        spoil(fill)
    });
    assert!(!kept.statement.reconciles());
    assert!(kept.statement.doubts()[0].contains("not accounted for"));
    assert_eq!(kept.statement.breaks.len(), 1, "{:?}", kept.statement.breaks);
    let (found, victim) = (kept.statement.breaks[0].clone(), victim.unwrap());
    assert_eq!(kept.statement.difference(), found.amount);
    assert!(found.from.0 < victim.time && victim.time <= found.to.0, "{found}");
    (found, victim)
}

fn money(fill: &Fill) -> Usd {
    Usd::flow(fill.side, fill.price * fill.size).minus(fill.fee)
}

#[test]
fn a_fee_of_the_wrong_sign_is_named_twice() {
    let (found, fill) = broken(3, |fill| vec![Fill { fee: Usd::ZERO.minus(fill.fee), ..*fill }]);
    assert_eq!(found.amount, Usd::ZERO.minus(fill.fee).minus(fill.fee), "{found}");
    assert!(found.positions.is_empty() && fill.fee != Usd::ZERO);
}

#[test]
fn a_trade_that_is_counted_twice_is_named_with_its_position() {
    let (found, fill) = broken(3, |fill| vec![*fill, Fill { tid: fill.tid ^ 1, ..*fill }]);
    assert_eq!(found.amount, Usd::ZERO.minus(money(&fill)), "{found}");
    assert_eq!(found.positions.len(), 1);
}

#[test]
fn a_trade_that_is_missed_is_named_with_its_position() {
    let (found, fill) = broken(3, |_| Vec::new());
    assert_eq!(found.amount, money(&fill), "{found}");
    let (_, counted, stated) = &found.positions[0];
    let size = i128::from(fill.size.raw());
    assert_eq!((stated - counted).abs(), size, "{found}");
}

#[test]
fn one_unit_too_much_is_found() {
    let unit = Usd::from_raw(10_000_000_000);
    let (found, _) = broken(3, |fill| vec![Fill { fee: fill.fee.plus(unit), ..*fill }]);
    assert_eq!(found.amount, unit, "{found}");
}

/// What the venue repeats changes nothing.
#[test]
fn repeated_fills_count_once() {
    let plain = keep(&paid(12), 4, &mut honest).statement;
    let twice = keep(&paid(12), 4, &mut |fill| vec![*fill, *fill]).statement;
    assert_eq!(plain, twice);
    assert!(plain.reconciles() && plain.total.fills() > 0);
}
