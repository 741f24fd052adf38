//! A real journal: a few starts, orders, a halt, marks.

use hl_engine::Usd;
use hl_journal::{
    At, Attempt, Day, Encoder, Ended, Fired, Halt, Held, Record, Rotation, Run, SCHEMA,
};
use hl_quant::{Millis, Price, Side, Size};
use hl_wire::Cloid;

pub(crate) const T0: u64 = 1_758_000_000_000;

pub(crate) fn at(ms: u64) -> At {
    At { at: Millis(T0 + ms) }
}

pub(crate) fn run() -> Run {
    Run {
        schema: SCHEMA,
        tag: "6d6d686c".to_owned(),
        run: u64::MAX,
        version: "0.1.0".to_owned(),
        config: "0123456789abcdef".to_owned(),
        account: "testnet 0x14791697260e4c9a71f18484c9f997b308e59325".to_owned(),
        at: Millis(T0),
    }
}

pub(crate) fn attempt(n: u128) -> Attempt {
    Attempt {
        at: Millis(T0 + 5),
        cloid: Cloid(0x6d6d_686c_0000_0000_0000_0000_0000_0000 + n),
        pair: "kPEPE".to_owned(),
        side: if n.is_multiple_of(2) { Side::Bid } else { Side::Ask },
        price: Price::from_raw(990_100_000 + u64::try_from(n).unwrap()).unwrap(),
        size: Size::from_raw(1_234_500_000),
    }
}

pub(crate) fn day() -> Day {
    Day {
        day: 20_347,
        at: Millis(T0),
        start: Usd::from_raw(i128::MAX),
        peak: Usd::from_raw(-1),
        transfers: Usd::from_raw(i128::MIN),
    }
}

pub(crate) fn halt() -> Halt {
    Halt { at: Millis(T0 + 9), why: "daily_loss".to_owned() }
}

pub(crate) fn rotation() -> Rotation {
    Rotation {
        last: Millis(T0 + 100),
        due: Millis(T0 + 14_400_100),
        round: 7,
        held: vec![Held { pair: "kPEPE".to_owned(), since: Millis(T0) }],
        leaving: vec!["SOL".to_owned()],
        entered: vec![T0, T0 + 50],
    }
}

/// Every kind of record, and the last ones are about an order in flight and a halt.
pub(crate) fn records() -> Vec<Record> {
    vec![
        Record::Run(run()),
        Record::Start(at(0)),
        Record::Day(day()),
        Record::Attempt(attempt(1)),
        Record::Attempt(attempt(2)),
        Record::End(Ended { cloid: attempt(1).cloid }),
        Record::DeadMan(Fired { day: 20_347, fired: 9 }),
        Record::Fills(at(700)),
        Record::Rotation(rotation()),
        Record::Safe(at(800)),
        Record::Flatten(at(810)),
        Record::Flattened(at(820)),
        Record::Resume(at(900)),
        Record::Stop(at(1_000)),
        Record::Start(at(2_000)),
        Record::Attempt(attempt(3)),
        Record::Halt(halt()),
    ]
}

pub(crate) fn encode(records: &[Record]) -> Vec<u8> {
    let (mut bytes, mut encoder) = (Vec::new(), Encoder::new());
    for record in records {
        encoder.encode(record, &mut bytes);
    }
    bytes
}
