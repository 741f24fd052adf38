//! Exhaustive small models: one order, up to six messages about it, in every order, with a crash at
//! every index.
//!
//! A *truth* is what happens to the order at the venue, say: it arrives, trades twice, is cancelled. Each
//! deed has a message: the acknowledgement, the fills, the answers to cancels; and one message more
//! is a duplicate. A history delivers every subset of them in every order, loses the others, and
//! lets the process die before any one of them, with or without what followed from the last input
//! on record. A deed happens at the latest when its message arrives, and what has not happened then
//! happens after the restart. In the end nothing is lost any more, and reading the venue's truth
//! has to be enough. The judge is a venue of its own that shares no code with anything: the position
//! is the sum of all trades, one order at most may ever trade, even that never breaks the limit,
//! each attempt on record ends once and as it truly ended, and nothing rests that the engine does
//! not know.
//!
//! `cargo test -p hl-engine --test it small_models -- --nocapture` prints how many histories there
//! are.

mod history;
mod judge;
mod model;
mod venue;

use history::{Crash, Deed, Doubled, History, Pace, Reads, Speed, orders_of_subsets};
use model::Model;

use Deed::{Cancel, Part, Place, Rest};

/// All that can happen with up to two fills and two cancels, an order that never arrives included.
const TRUTHS: [&[Deed]; 17] = [
    &[],
    &[Cancel],
    &[Place],
    &[Place, Part],
    &[Place, Rest],
    &[Place, Part, Part],
    &[Place, Part, Rest],
    &[Place, Cancel],
    &[Cancel, Place],
    &[Cancel, Place, Part],
    &[Place, Part, Cancel],
    &[Place, Rest, Cancel],
    &[Place, Part, Part, Cancel],
    &[Place, Part, Rest, Cancel],
    &[Cancel, Place, Part, Part, Cancel],
    &[Cancel, Place, Part, Rest, Cancel],
    &[Place, Part, Part, Cancel, Cancel],
];

/// How a venue, a network and a duplicate can be besides.
const WAYS: [(Speed, Reads, Pace); 8] = [
    (Speed::Early, Reads::Lost, Pace::Quick),
    (Speed::Early, Reads::Lost, Pace::Slow),
    (Speed::Early, Reads::Answered, Pace::Quick),
    (Speed::Early, Reads::Answered, Pace::Slow),
    (Speed::Late, Reads::Lost, Pace::Quick),
    (Speed::Late, Reads::Lost, Pace::Slow),
    (Speed::Late, Reads::Answered, Pace::Quick),
    (Speed::Late, Reads::Answered, Pace::Slow),
];

/// The duplicates that make a difference where it comes as the `at`-th message.
fn doubles(at: Option<usize>) -> &'static [Doubled] {
    use Doubled::{First, Last, Snapshot, Stream};
    match at {
        None => &[Last],
        // There is nothing yet to repeat.
        Some(0) => &[],
        Some(1) => &[Last, Snapshot, Stream],
        Some(_) => &[Last, First, Snapshot, Stream],
    }
}

/// Every history of one truth: all orders of all subsets of its messages, each with every crash. Of
/// the [`WAYS`] and duplicates, all for up to three deeds; for more each history takes the next
/// `ways` of them in turn, or all of them if that is `None`.
fn histories(truth: &[Deed], ways: Option<usize>) -> Vec<History> {
    let mut all = Vec::new();
    // The message after those of the deeds is the duplicate.
    for (nth, order) in orders_of_subsets(truth.len() + 1).into_iter().enumerate() {
        let events: Vec<_> = order.iter().map(|n| Some(*n).filter(|n| *n < truth.len())).collect();
        let doubles = doubles(events.iter().position(Option::is_none));
        let variants = doubles.len() * WAYS.len();
        let recorded = (0..=events.len()).map(|at| Some((at, Crash::Recorded)));
        let unrecorded = (1..=events.len()).map(|at| Some((at, Crash::Unrecorded)));
        for (at, crash) in [None].into_iter().chain(recorded).chain(unrecorded).enumerate() {
            let take = ways.map_or(variants, |ways| ways.min(variants));
            for variant in (0..take).map(|i| (nth * 5 + at * 3 + i) % variants) {
                let (venue, reads, pace) = WAYS[variant % WAYS.len()];
                let doubled = doubles[variant / WAYS.len()];
                let (truth, events) = (truth.to_vec(), events.clone());
                all.push(History { truth, events, doubled, venue, reads, pace, crash });
            }
        }
    }
    all
}

/// The first broken promise, with all that led to it.
fn broken(histories: &[History]) -> Option<String> {
    let history = histories.iter().find(|history| Model::run(history, false).is_some())?;
    Model::run(history, true)
}

#[test]
fn in_whatever_order_the_messages_come_and_wherever_the_process_dies_the_truth_wins() {
    let complete = std::env::var_os("HL_SMALL_MODELS_ALL").is_some();
    let mut sum = 0;
    for truth in TRUTHS {
        let ways = match truth.len() {
            _ if complete => None,
            0..=3 => None,
            4 => Some(8),
            _ => Some(1),
        };
        let histories = histories(truth, ways);
        let halves = histories.split_at(histories.len() / 2);
        let broken = std::thread::scope(|scope| {
            let other = scope.spawn(|| broken(halves.1));
            let here = broken(halves.0);
            let there = other.join().unwrap();
            here.or(there)
        });
        if let Some(broken) = broken {
            panic!("{broken}");
        }
        println!("{:>7} histories of {truth:?}", histories.len());
        sum += histories.len();
    }
    println!("{sum} histories, no broken promise");
    assert!(sum >= 100_000);
}
