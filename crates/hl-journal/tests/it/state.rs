//! What records amount to.

use hl_journal::{Ended, Record, State, read};
use hl_quant::Millis;

use crate::common::{T0, at, attempt, day, encode, halt, records, run};

fn state(records: &[Record]) -> State {
    State::recover(&read(&encode(records)))
}

#[test]
fn an_attempt_is_open_until_its_end() {
    let state = state(&records());
    let open: Vec<_> = state.intents.keys().copied().collect();
    assert_eq!(open, [attempt(2).cloid, attempt(3).cloid]);
    assert_eq!(state.intents[&attempt(2).cloid], attempt(2));
    assert_eq!(state.day, Some(day()));
    assert_eq!(state.fills, Some(Millis(T0 + 700)));
}

#[test]
fn an_end_that_was_written_before_its_attempt_changes_nothing_later() {
    let cloid = attempt(1).cloid;
    let state = state(&[
        Record::Run(run()),
        Record::Attempt(attempt(1)),
        Record::End(Ended { cloid }),
        Record::End(Ended { cloid }),
    ]);
    assert!(state.intents.is_empty());
}

#[test]
fn a_halt_stands_with_its_first_reason_until_somebody_resumes() {
    let mut list = records();
    let mut second = halt();
    second.why = "operator".to_owned();
    list.push(Record::Halt(second));
    list.push(Record::Stop(at(3_000)));
    list.push(Record::Start(at(4_000)));
    assert_eq!(state(&list).halt, Some(halt()), "a restart does not end it");
    list.push(Record::Resume(at(5_000)));
    assert_eq!(state(&list).halt, None);
}

#[test]
fn only_a_stop_in_order_takes_a_start_off_the_count() {
    let mut list = vec![Record::Run(run())];
    for n in 0..4 {
        list.push(Record::Start(at(n)));
    }
    assert_eq!(state(&list).starts.len(), 4);
    assert!(!state(&list).stopped);
    list.push(Record::Stop(at(9)));
    assert_eq!(state(&list).starts, [Millis(T0), Millis(T0 + 1), Millis(T0 + 2)]);
    assert!(state(&list).stopped);
    list.push(Record::Start(at(10)));
    list.push(Record::Safe(at(10)));
    assert_eq!(state(&list).safe, Some(Millis(T0 + 10)));
    list.push(Record::Resume(at(11)));
    assert_eq!(state(&list).safe, None);
    assert_eq!(state(&list).starts, [Millis(T0 + 10)], "the run that goes on still counts");
}

#[test]
fn a_snapshot_amounts_to_the_same_and_does_not_grow_with_what_is_over() {
    let mut list = records();
    let (short, _) = state(&list).snapshot(&run());
    for n in 100..5_000 {
        list.push(Record::Attempt(attempt(n)));
        list.push(Record::End(Ended { cloid: attempt(n).cloid }));
        list.push(Record::Fills(at(700)));
    }
    let before = state(&list);
    let (file, mut encoder) = before.snapshot(&run());
    assert_eq!(file, short);
    assert_eq!(State::recover(&read(&file)), before);
    // And it goes on from there.
    let mut more = file;
    encoder.encode(&Record::Stop(at(9)), &mut more);
    assert!(State::recover(&read(&more)).stopped);
}

#[test]
fn more_starts_than_any_budget_counts_are_not_kept() {
    let mut list = vec![Record::Run(run())];
    list.extend((0..10_000).map(|n| Record::Start(at(n))));
    let starts = state(&list).starts;
    assert_eq!((starts.len(), starts[63]), (64, Millis(T0 + 9_999)));
}
