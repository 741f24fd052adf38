//! In the steady state nothing is allocated: a pause of the allocator at the wrong moment is a stale
//! quote.

use hl_engine::{Command, Input, Level, MarketId, Output, Reply};
use hl_quant::Price;

use crate::{
    bench::{BTC, Bench, SOL, config, size},
    venue::News,
};

/// Hands in one input and drains, counting what that allocates.
fn counted(bench: &mut Bench, input: Input<'_>) -> (u64, Vec<Command>) {
    let mut commands = Vec::with_capacity(16);
    let mut events = Vec::with_capacity(64);
    let info = allocation_counter::measure(|| {
        bench.engine.handle(bench.now, input);
        loop {
            match bench.engine.poll() {
                Output::Event(event) => events.push(event),
                Output::Command(command) => commands.push(command),
                Output::WaitUntil(_) => break,
            }
        }
    });
    bench.events.append(&mut events);
    (info.count_total, commands)
}

fn level(price: Price) -> Level {
    Level { price, size: size("10") }
}

#[test]
fn books_decisions_answers_and_fills_allocate_nothing() {
    let mut bench = Bench::started(config());
    bench.run(3_000);
    let (mut allocated, mut decisions, mut fills) = (0, 0, 0);
    for round in 0..200_u64 {
        bench.now = bench.now.plus(600);
        bench.venue.now = bench.now;
        for market in [SOL, BTC] {
            let (bid, ask) = walk(market, round);
            bench.venue.touch.insert(market, (bid, ask));
            let (mark, oracle) = bench.venue.references(market);
            let told = Input::Reference { market, mark, oracle };
            let (count, mut asked) = counted(&mut bench, told);
            allocated += count;
            let (bids, asks) = ([level(bid)], [level(ask)]);
            let book = Input::Book { market, time: bench.now, bids: &bids, asks: &asks };
            let (count, commands) = counted(&mut bench, book);
            allocated += count;
            asked.extend(commands);
            let commands = asked;
            decisions += usize::from(!commands.is_empty());
            for command in commands {
                allocated += answer(&mut bench, &command);
            }
            if round % 10 == 9 {
                let order = bench.live(market)[0];
                bench.venue.trade(order.cloid, size("0.0001"));
                fills += 1;
            }
            for news in std::mem::take(&mut bench.venue.news) {
                let input = match news {
                    News::Fill(fill) => Input::Fill(fill),
                    News::Order(update) => Input::Order(update),
                };
                allocated += counted(&mut bench, input).0;
            }
        }
    }
    assert!(decisions > 100, "{decisions} decisions: the market moved enough");
    assert_eq!(fills, 40);
    assert_eq!(bench.engine.stats().maker_fills, 40);
    assert_eq!(allocated, 0, "allocations in {decisions} decisions");
}

/// A market that goes up and down by more than the requote tolerance.
fn walk(market: MarketId, round: u64) -> (Price, Price) {
    let up = (round / 2) % 5;
    let (base, step, tick) = if market == SOL {
        (16_489_000_000, 10_000_000, 2_000_000)
    } else {
        (10_345_500_000_000, 6_000_000_000, 100_000_000)
    };
    let bid = base + step * up;
    (Price::from_raw(bid).unwrap(), Price::from_raw(bid + tick).unwrap())
}

/// Carries a command out and counts what its answer allocates.
fn answer(bench: &mut Bench, command: &Command) -> u64 {
    let request = command.request();
    match command {
        Command::Place { .. } | Command::Modify { .. } | Command::Cancel { .. } => {
            let replies: Vec<Reply> = bench.venue.execute(command);
            let (count, more) = counted(bench, Input::Outcome { request, replies: &replies });
            assert!(more.iter().all(|c| matches!(c, Command::Reconcile { .. })), "{more:?}");
            count
        }
        _ => {
            // Routine questions are not the steady state of quoting; answer them uncounted.
            bench.carry_out(command);
            bench.input(Input::Timer);
            0
        }
    }
}

#[test]
fn the_counter_counts() {
    let info = allocation_counter::measure(|| drop(vec![0_u8; 100]));
    assert_eq!(info.count_total, 1);
}

#[test]
fn an_event_is_small_enough_to_be_queued_by_value() {
    assert!(size_of::<hl_engine::Event>() <= 192);
}
