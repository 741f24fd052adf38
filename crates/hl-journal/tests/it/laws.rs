//! Whatever is written, whatever is read.

use hl_engine::Usd;
use hl_journal::{At, Attempt, Day, End, Ended, Fired, Halt, Held, Record, Rotation, State, read};
use hl_quant::{Millis, Price, Side, Size};
use hl_wire::Cloid;
use proptest::prelude::*;

use crate::common::{encode, run};

fn moment() -> impl Strategy<Value = At> {
    any::<u64>().prop_map(|ms| At { at: Millis(ms) })
}

/// Few names, so that ends meet their attempts.
fn cloid() -> impl Strategy<Value = Cloid> {
    prop_oneof![(0_u128..6).prop_map(Cloid), any::<u128>().prop_map(Cloid)]
}

fn attempt() -> impl Strategy<Value = Attempt> {
    (any::<u64>(), cloid(), "\\PC{0,12}", any::<bool>(), 1..=u64::MAX, any::<u64>()).prop_map(
        |(at, cloid, pair, buys, price, size)| Attempt {
            at: Millis(at),
            cloid,
            pair,
            side: if buys { Side::Bid } else { Side::Ask },
            price: Price::from_raw(price).unwrap(),
            size: Size::from_raw(size),
        },
    )
}

fn day() -> impl Strategy<Value = Day> {
    (any::<u64>(), any::<i128>(), any::<i128>(), any::<i128>()).prop_map(
        |(at, start, peak, transfers)| Day {
            day: at,
            at: Millis(at),
            start: Usd::from_raw(start),
            peak: Usd::from_raw(peak),
            transfers: Usd::from_raw(transfers),
        },
    )
}

fn record() -> impl Strategy<Value = Record> {
    prop_oneof![
        1 => moment().prop_map(Record::Start),
        4 => attempt().prop_map(Record::Attempt),
        4 => cloid().prop_map(|cloid| Record::End(Ended { cloid })),
        1 => (any::<u64>(), "\\PC{0,30}")
            .prop_map(|(at, why)| Record::Halt(Halt { at: Millis(at), why })),
        1 => moment().prop_map(Record::Safe),
        1 => moment().prop_map(Record::Flatten),
        1 => moment().prop_map(Record::Flattened),
        1 => moment().prop_map(Record::Resume),
        1 => day().prop_map(Record::Day),
        1 => any::<(u64, u32)>()
            .prop_map(|(day, fired)| Record::DeadMan(Fired { day, fired })),
        1 => moment().prop_map(Record::Fills),
        1 => (any::<(u64, u64, u64)>(), proptest::collection::vec(any::<u64>(), 0..9)).prop_map(
            |((last, due, round), entered)| {
                let held = vec![Held { pair: "HYPE".to_owned(), since: Millis(last) }];
                let leaving = vec!["BTC".to_owned(); entered.len() % 3];
                let (last, due) = (Millis(last), Millis(due));
                Record::Rotation(Rotation { last, due, round, held, leaving, entered })
            }
        ),
        1 => moment().prop_map(Record::Stop),
    ]
}

fn journal() -> impl Strategy<Value = Vec<Record>> {
    proptest::collection::vec(record(), 0..40)
        .prop_map(|rest| std::iter::once(Record::Run(run())).chain(rest).collect())
}

proptest! {
    #[test]
    fn what_is_written_is_read(records in journal()) {
        let found = read(&encode(&records));
        prop_assert_eq!(found.records, records);
        prop_assert_eq!(found.end, End::Clean);
    }

    #[test]
    fn a_snapshot_amounts_to_what_it_was_made_of(records in journal()) {
        let state = State::recover(&read(&encode(&records)));
        let (file, _) = state.snapshot(&run());
        let again = State::recover(&read(&file));
        // Whether the last run ended in order is about that run, and the file is the next one's.
        prop_assert_eq!(State { stopped: state.stopped, ..again }, state);
    }

    #[test]
    fn damage_never_makes_a_record(
        records in journal(),
        hits in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut bytes = encode(&records);
        bytes.truncate(1 + cut.index(bytes.len()));
        for (at, byte) in hits {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let found = read(&bytes);
        prop_assert_eq!(&found.records[..], &records[..found.records.len()]);
    }

    #[test]
    fn no_bytes_are_too_strange_to_read(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let found = read(&bytes);
        prop_assert_eq!(State::recover(&found).intents.len(), 0);
        prop_assert!(found.records.is_empty());
    }

    #[test]
    fn strange_bytes_after_a_journal_change_nothing_before_them(
        records in journal(),
        bytes in proptest::collection::vec(any::<u8>(), 1..200),
    ) {
        let whole = encode(&records);
        let found = read(&[&whole[..], &bytes].concat());
        prop_assert_eq!(found.records, records);
        let torn_there = matches!(found.end, End::Torn { at, .. } if at == whole.len());
        prop_assert!(torn_there, "{:?}", found.end);
    }
}
