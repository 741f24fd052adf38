//! What the engine says to remember is what it is told after a crash.

use hl_engine::{
    Carry, Cause, DayMark, Durable, Halt, Intent, Pair, Placed, RotationMark, SafeMode, Triggers,
    Usd,
};
use hl_journal::{DAMAGED, Halt as HaltRecord, Record, State, fold, read};
use hl_quant::{Millis, Price, Side, Size};
use hl_wire::Cloid;

use crate::common::{at, encode, run};

fn intent(n: u128) -> Intent {
    Intent {
        cloid: Cloid(n),
        pair: Pair::new("SOL"),
        side: Side::Ask,
        price: Price::from_raw(16_489_000_000).unwrap(),
        size: Size::from_raw(13_000_000),
        sent: Millis(77),
        placed: Placed::InDoubt,
    }
}

fn mark() -> DayMark {
    DayMark {
        day: 20_347,
        at: Millis(5),
        start: Usd::from_raw(-3),
        peak: Usd::from_raw(i128::MAX),
        transfers: Usd::ZERO,
    }
}

/// Through the file and back.
fn through_the_file(said: &[Durable]) -> Carry {
    let records: Vec<Record> =
        std::iter::once(Record::Run(run())).chain(said.iter().map(Record::from)).collect();
    let found = read(&encode(&records));
    assert_eq!(found.records, records);
    let carry = State::recover(&found).carry();
    assert_eq!(carry, fold(&found.records));
    carry
}

#[test]
fn everything_that_must_be_durable_comes_back() {
    let halt = Halt { at: Millis(9), cause: Cause::Drawdown };
    let triggers = Triggers { day: 20_347, fired: 2 };
    let carry = through_the_file(&[
        Durable::Attempt(intent(1)),
        Durable::Attempt(intent(2)),
        Durable::Attempt(intent(3)),
        Durable::Taken { cloid: Cloid(1) },
        Durable::Taken { cloid: Cloid(3) },
        Durable::End { cloid: Cloid(1) },
        Durable::Day(mark()),
        Durable::DeadMan(triggers),
        Durable::Fills { through: Millis(70) },
        Durable::Rotation(rotated()),
        Durable::Halt(halt),
        Durable::Flatten { since: Millis(9) },
    ]);
    let expected = Carry {
        halt: Some(halt),
        flatten: Some(Millis(9)),
        safe_mode: SafeMode::Off,
        day: Some(mark()),
        dead_man: Some(triggers),
        intents: vec![intent(2), Intent { placed: Placed::Taken, ..intent(3) }],
        fills_through: Some(Millis(70)),
        rotation: Some(rotated()),
    };
    assert_eq!(carry, expected);
    assert_eq!(through_the_file(&[]), Carry::default());
}

#[test]
fn every_cause_of_a_halt_keeps_its_name_and_one_of_another_version_still_halts() {
    for cause in Cause::ALL {
        let halt = Halt { at: Millis(1), cause };
        assert_eq!(through_the_file(&[Durable::Halt(halt)]).halt, Some(halt));
    }
    assert!(Cause::from_code(DAMAGED).is_some());
    let strange = HaltRecord { at: Millis(1), why: "of the next version".to_owned() };
    let halt = fold(&[Record::Halt(strange)]).halt.unwrap();
    assert_eq!(halt.cause, Cause::Earlier);
}

#[test]
fn a_flatten_ends_when_it_is_said_to_or_with_the_halt() {
    let begun = Durable::Flatten { since: Millis(9) };
    let again = Durable::Flatten { since: Millis(12) };
    let flatten = |said: &[Durable]| through_the_file(said).flatten;
    assert_eq!(flatten(&[begun.clone(), again]), Some(Millis(9)));
    assert_eq!(flatten(&[begun.clone(), Durable::Flattened { at: Millis(10) }]), None);
    assert_eq!(flatten(&[begun, Durable::Resume { at: Millis(10) }]), None);
}

#[test]
fn a_resume_ends_a_halt_and_safe_mode() {
    let halt = Halt { at: Millis(9), cause: Cause::Operator };
    let carry = through_the_file(&[Durable::Halt(halt), Durable::Resume { at: Millis(10) }]);
    assert_eq!(carry.halt, None);
    let safe = [Record::Start(at(0)), Record::Safe(at(1))];
    assert_eq!(fold(&safe).safe_mode, SafeMode::On);
    let cleared = [&safe[..], &[Record::Resume(at(2))]].concat();
    assert_eq!(fold(&cleared).safe_mode, SafeMode::Off);
}

fn rotated() -> RotationMark {
    RotationMark {
        last: Millis(60),
        due: Millis(90),
        round: 3,
        held: vec![(Pair::new("kPEPE"), Millis(10)), (Pair::new("xyz:GOLD"), Millis(60))],
        leaving: vec![Pair::new("SOL")],
        entered: vec![Millis(30), Millis(60)],
    }
}

/// As many markets as a configuration can ask for, with names as long as the venue has them.
#[test]
fn the_largest_mark_of_rotation_fits_into_a_line() {
    let name = |n: u64| Pair::new(&format!("longdex:LONGNAME{n:02}"));
    let at = Millis(1_762_252_867_000);
    let mark = RotationMark {
        last: at,
        due: at,
        round: 1_000_000,
        held: (0..12).map(|n| (name(n), at)).collect(),
        leaving: (0..24).map(name).collect(),
        entered: vec![at; 24],
    };
    let carry = through_the_file(&[Durable::Rotation(mark.clone())]);
    assert_eq!(carry.rotation, Some(mark));
}
