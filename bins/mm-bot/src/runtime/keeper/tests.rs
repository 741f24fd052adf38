//! Durable before sent, step by step, against a journal on a real disk that can be made to refuse.

use hl_engine::{
    Attempt, Batch, Cause, Command, EventKind, Halt, IntentId, MarketId, Pair, PlaceOrder,
    ReconLine, RequestId,
};
use hl_journal::{Run, SCHEMA, StartBudget, State, read};
use hl_quant::{Intent, MarketSpec, Millis, Price, Side, Size, SzDecimals};
use hl_wire::{Cloid, ReduceOnly, Tif};
use tempfile::TempDir;

use super::*;

const T: Millis = Millis(1_000_000);

struct Desk {
    dir: TempDir,
    keeper: Keeper,
}

impl Desk {
    fn new() -> Self {
        let dir = TempDir::new().unwrap();
        let run = Run {
            schema: SCHEMA,
            tag: "6d6d686c".to_owned(),
            run: 1,
            version: "0".to_owned(),
            config: "0".to_owned(),
            account: "test".to_owned(),
            at: T,
        };
        let path = dir.path().join("x.journal");
        let opened = Journal::open(&path, run, StartBudget::default(), None).unwrap();
        assert!(opened.broken.is_none());
        Self { keeper: Keeper::new(Box::new(opened.journal), Disk::Takes), dir }
    }

    /// What a crash at this moment would find.
    fn on_disk(&self) -> State {
        State::recover(&read(&std::fs::read(self.dir.path().join("x.journal")).unwrap()))
    }

    /// One write, to its end.
    fn write(&mut self, now: Millis) -> Option<Result<Vec<Command>, Vec<Command>>> {
        let (mut journal, records) = self.keeper.begin(now)?;
        let outcome = journal.append(&records).map_err(drop);
        Some(self.keeper.written(now, journal, outcome))
    }

    /// A write that the disk refuses, as far as the keeper hears.
    fn refuse(&mut self, now: Millis) -> Vec<Command> {
        let (journal, _) = self.keeper.begin(now).unwrap();
        self.keeper.written(now, journal, Err(())).unwrap_err()
    }

    fn place(&mut self, cloid: u128) -> Option<Command> {
        self.keeper.note(&attempt(cloid));
        self.keeper.hold(place(cloid))
    }
}

fn spec() -> MarketSpec {
    MarketSpec::perp(SzDecimals::new(2).unwrap())
}

fn wanted() -> (Price, Size) {
    ("164.89".parse().unwrap(), "0.9".parse().unwrap())
}

fn attempt(cloid: u128) -> Event {
    let (price, size) = wanted();
    let legal = spec().quantize(Side::Bid, price, size, Intent::Passive).unwrap();
    let attempt = Attempt {
        seq: 1,
        intent: IntentId(1),
        pair: Pair::new("SOL"),
        side: Side::Bid,
        tif: Tif::Alo,
        reduce_only: ReduceOnly::No,
        cloid: Cloid(cloid),
        price,
        size,
        quant: spec().log_fields(legal.price, legal.size),
        tries: 1,
    };
    Event { at: T, kind: EventKind::Attempt(attempt) }
}

fn halt(cause: Cause) -> Event {
    Event { at: T, kind: EventKind::Halt(Halt { at: T, cause }) }
}

fn place(cloid: u128) -> Command {
    let (price, size) = wanted();
    let legal = spec().quantize(Side::Bid, price, size, Intent::Passive).unwrap();
    let mut orders = Batch::new();
    orders.push(PlaceOrder {
        market: MarketId(0),
        side: Side::Bid,
        price: legal.price,
        size: legal.size,
        reduce_only: ReduceOnly::No,
        cloid: Cloid(cloid),
    });
    Command::Place { request: RequestId(u64::try_from(cloid).unwrap()), orders, expires: T }
}

#[test]
fn an_order_leaves_after_its_record_is_on_the_disk_and_not_before() {
    let mut desk = Desk::new();
    assert_eq!(desk.place(7), None, "it waits");
    assert!(desk.on_disk().intents.is_empty());
    let (mut journal, records) = desk.keeper.begin(T).unwrap();
    assert_eq!(records.len(), 1);
    assert!(desk.keeper.begin(T).is_none(), "one write at a time");
    journal.append(&records).unwrap();
    assert!(desk.on_disk().intents.contains_key(&Cloid(7)));
    let out = desk.keeper.written(T, journal, Ok(())).unwrap();
    assert_eq!(out, [place(7)]);
    assert!(desk.keeper.begin(T).is_none(), "nothing more to write");
}

#[test]
fn an_order_that_comes_while_a_write_is_under_way_waits_for_the_next_one() {
    let mut desk = Desk::new();
    assert_eq!(desk.place(1), None);
    let (mut journal, records) = desk.keeper.begin(T).unwrap();
    assert_eq!(desk.place(2), None);
    journal.append(&records).unwrap();
    assert_eq!(desk.keeper.written(T, journal, Ok(())).unwrap(), [place(1)], "only its own");
    assert_eq!(desk.write(T), Some(Ok(vec![place(2)])));
    assert_eq!(desk.on_disk().intents.len(), 2);
}

#[test]
fn a_disk_that_refuses_sends_nothing_until_it_takes_again_and_loses_no_record() {
    let mut desk = Desk::new();
    assert_eq!(desk.place(1), None);
    let (journal, records) = desk.keeper.begin(T).unwrap();
    assert_eq!(desk.place(2), None, "behind it");
    // The journal keeps what it was given, as it does when the disk refuses.
    let mut journal = journal;
    journal.append(&records).unwrap();
    let back = desk.keeper.written(T, journal, Err(())).unwrap_err();
    assert_eq!(back, [place(1), place(2)], "both come back unsent");
    assert_eq!((desk.keeper.disk(), desk.keeper.failures), (Disk::Refuses, 1));
    assert_eq!(desk.place(3), Some(place(3)), "and nothing is taken on");
    assert!(desk.keeper.begin(T.plus(RETRY_MS - 1)).is_none(), "not yet");
    assert_eq!(desk.keeper.due(), Some(T.plus(RETRY_MS)));
    assert_eq!(desk.write(T.plus(RETRY_MS)), Some(Ok(Vec::new())));
    assert_eq!(desk.keeper.disk(), Disk::Takes);
    let found: Vec<_> = desk.on_disk().intents.into_keys().collect();
    assert_eq!(found, [Cloid(1), Cloid(2), Cloid(3)], "the record of each is there");
    assert_eq!(desk.place(4), None, "orders are taken on again");
}

#[test]
fn a_write_that_hangs_counts_as_failed_until_it_is_done() {
    let mut desk = Desk::new();
    assert_eq!(desk.place(1), None);
    let (mut journal, records) = desk.keeper.begin(T).unwrap();
    assert_eq!(desk.keeper.due(), Some(T.plus(PATIENCE_MS)));
    assert!(desk.keeper.overdue(T.plus(PATIENCE_MS - 1)).is_empty());
    assert_eq!(desk.keeper.overdue(T.plus(PATIENCE_MS)), [place(1)]);
    assert_eq!(desk.keeper.disk(), Disk::Refuses);
    assert!(desk.keeper.overdue(T.plus(PATIENCE_MS * 2)).is_empty(), "told once");
    assert!(desk.keeper.begin(T.plus(PATIENCE_MS * 2)).is_none(), "it has the journal");
    assert!(desk.keeper.is_writing());
    journal.append(&records).unwrap();
    let out = desk.keeper.written(T.plus(5_000), journal, Ok(())).unwrap();
    assert!(out.is_empty(), "too late for the order: it was answered as never sent");
    assert_eq!(desk.keeper.disk(), Disk::Takes);
}

#[test]
fn what_is_withdrawn_does_not_leave_wherever_it_waits() {
    let mut desk = Desk::new();
    assert_eq!(desk.place(1), None);
    let (mut journal, records) = desk.keeper.begin(T).unwrap();
    assert_eq!(desk.place(2), None);
    assert_eq!(desk.place(3), None);
    let gone = desk.keeper.withdraw(|command| places(command, &[Cloid(1), Cloid(2)]));
    assert_eq!(gone, [place(1), place(2)], "one under way, one behind it");
    journal.append(&records).unwrap();
    assert_eq!(desk.keeper.written(T, journal, Ok(())).unwrap(), []);
    assert_eq!(desk.write(T), Some(Ok(vec![place(3)])));
}

#[test]
fn what_no_order_waits_for_is_written_lazily_and_a_halt_at_once() {
    let mut desk = Desk::new();
    let filled = Event { at: T, kind: EventKind::Recon(ReconLine::Fills { through: T }) };
    desk.keeper.note(&filled);
    assert!(desk.write(T).is_some(), "the first is due");
    desk.keeper.note(&filled);
    assert!(desk.keeper.begin(T.plus(LAZY_MS - 1)).is_none());
    assert_eq!(desk.keeper.due(), Some(T.plus(LAZY_MS)));
    desk.keeper.note(&halt(Cause::DailyLoss));
    assert!(desk.write(T.plus(10)).is_some(), "a halt does not wait");
    assert_eq!(desk.on_disk().halt.unwrap().why, "daily_loss");
}

#[test]
fn the_operators_reason_stands_in_the_record_of_his_own_halt_and_of_no_other() {
    let mut desk = Desk::new();
    desk.keeper.reason(Some("fat finger"));
    desk.keeper.note(&halt(Cause::DailyLoss));
    desk.keeper.note(&halt(Cause::Operator));
    let (_, records) = desk.keeper.begin(T).unwrap();
    let why = |record: &Record| match record {
        Record::Halt(halt) => halt.why.clone(),
        other => format!("{other:?}"),
    };
    let why: Vec<String> = records.iter().map(why).collect();
    assert_eq!(why, ["daily_loss", "operator: fat finger"]);
}

#[test]
fn what_is_durable_is_counted_so_that_it_can_be_waited_for() {
    let mut desk = Desk::new();
    desk.keeper.note(&halt(Cause::Operator));
    let target = desk.keeper.taken();
    assert!(desk.keeper.durable() < target);
    desk.refuse(T);
    assert!(desk.keeper.durable() < target, "a write that failed makes nothing durable");
    desk.keeper.note(&halt(Cause::Drawdown));
    assert!(desk.write(T.plus(RETRY_MS)).is_some());
    assert!(desk.keeper.durable() >= target);
    assert_eq!(desk.keeper.durable(), desk.keeper.taken());
}

#[test]
fn the_end_of_a_run_is_recorded_and_a_hanging_disk_is_said_to_hang() {
    let mut desk = Desk::new();
    desk.keeper.note(&halt(Cause::Operator));
    desk.keeper.close(T, true).unwrap();
    assert!(desk.on_disk().stopped && desk.on_disk().halt.is_some());
    let mut other = Desk::new();
    assert_eq!(other.place(1), None);
    let held = other.keeper.begin(T);
    let error = other.keeper.close(T, true).unwrap_err();
    assert!(error.to_string().contains("has not come back"), "{error}");
    drop(held);
}
