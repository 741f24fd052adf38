//! A moment of the past against the engine as it was then.

use std::path::Path;

use hl_engine::{Connection, Engine, EngineConfig, Input, Level, MarketConfig, MarketId, Output};
use hl_journal::decisions::{Close, Encoder, Head, Packer};
use hl_quant::Millis;
use serde_json::{Value, json};

use super::Place;
use super::cursor::Cursor;
use crate::dashboard::frame::{Frame, Records};
use crate::dashboard::memory::Memory;
use crate::dashboard::snapshot::{Run, Snapshot};

const START: u64 = 1_762_252_867_000;

fn head() -> Head {
    Head {
        run: 0xcafe_0001,
        seed: 42,
        version: "0.1.0".to_owned(),
        fingerprint: "d41d8cd9".to_owned(),
        account: "sim 0x1479".to_owned(),
        started: Millis(START),
        assets: vec![5],
        config: EngineConfig { markets: vec![MarketConfig::new("SOL")], ..Default::default() },
        carry: Default::default(),
        samples: Vec::new(),
    }
}

/// An engine that is told and recorded.
struct Told {
    engine: Engine,
    encoder: Encoder,
    /// What it showed at each moment.
    shown: Vec<(u64, Value)>,
}

impl Told {
    fn input(&mut self, at: u64, input: Input<'_>) {
        let now = Millis(at);
        self.encoder.input(now, &input);
        self.engine.handle(now, input);
        loop {
            match self.engine.poll() {
                Output::Event(event) => self.encoder.event(&event),
                Output::Command(command) => self.encoder.command(&command),
                Output::WaitUntil(wake) => break self.encoder.end(wake),
            }
        }
        self.shown.push((at, shown(&self.engine, now)));
    }
}

/// What of a document does not depend on what is remembered.
fn shown(engine: &Engine, at: Millis) -> Value {
    let frame = Frame::of(engine, at, Records::Without);
    let snapshot = Snapshot::of(&Run::default(), &frame, None, &mut Memory::default());
    let mut value = json!(snapshot);
    crate::dashboard::patch::without_nulls(&mut value);
    plain(&value)
}

fn plain(value: &Value) -> Value {
    let book = |side: &str| value["markets"]["SOL"]["book"][side].clone();
    json!([value["at"], value["counts"], value["safety"], book("bids"), book("asks")])
}

/// Forty books, one each quarter of a second, in two files.
fn journal(dir: &Path) -> Vec<(u64, Value)> {
    let head = head();
    let encoder = Encoder::new(&head);
    let mut told = Told { engine: head.engine(), encoder, shown: Vec::new() };
    let mut packer = Packer::new(head);
    told.input(START, Input::Connection(Connection::Up));
    for part in 0..2_u64 {
        for step in 0..20 {
            let at = START + 250 * (1 + part * 20 + step);
            let level = |price: u64| Level {
                price: format!("{price}.5").parse().unwrap(),
                size: "3".parse().unwrap(),
            };
            let (bids, asks) = ([level(100 + step)], [level(101 + step)]);
            let (market, time) = (MarketId(0), Millis(at));
            told.input(at, Input::Book { market, time, bids: &bids, asks: &asks });
        }
        let mut file = Vec::new();
        packer.begin(&mut file);
        packer.entries(&told.encoder.take(Vec::new()), &mut file);
        packer.end(if part == 0 { Close::Rotated } else { Close::Ended }, &mut file);
        let name = format!("20251104T104107000Z-cafe0001-{part:04}.hlj");
        std::fs::write(dir.join(name), file).unwrap();
    }
    // Another run's journal lies beside it.
    std::fs::write(dir.join("20251104T104106000Z-cafe0000-0000.hlj"), b"HLJ1").unwrap();
    told.shown
}

fn document(cursor: &mut Cursor) -> Value {
    let run = Run { id: "cafe0001".to_owned(), started: START, ..Run::default() };
    serde_json::from_str(&cursor.render(&run)).unwrap()
}

#[test]
fn every_moment_is_shown_as_the_engine_was_then() {
    let dir = tempfile::TempDir::new().unwrap();
    let shown = journal(dir.path());
    let place = Place { dir: dir.path().to_path_buf(), run: "cafe0001".to_owned() };
    let mut cursor = Cursor::open(&place).unwrap();
    for (at, was) in &shown {
        assert_eq!(cursor.go(*at, |_| true), Ok(true));
        let seen = document(&mut cursor);
        assert_eq!(&plain(&seen), was, "at {at}");
        assert_eq!(seen["source"], "journal");
    }
    // Between two inputs it is the next one; and the charts have what passed on the way.
    let mut cursor = Cursor::open(&place).unwrap();
    assert_eq!(cursor.go(START + 5_100, |_| true), Ok(true));
    assert_eq!(cursor.at(), START + 5_250);
    let seen = document(&mut cursor);
    let points = seen["series"]["markets"]["SOL"]["fine"].as_object().unwrap();
    assert_eq!(points.len(), 6, "{points:?}");
    assert!(
        seen["log"]
            .as_object()
            .unwrap()
            .values()
            .any(|line| { line["text"].as_str().unwrap().starts_with("quote_evt=stop") })
    );
}

#[test]
fn one_who_changes_his_mind_is_heard_on_the_way() {
    let dir = tempfile::TempDir::new().unwrap();
    journal(dir.path());
    let place = Place { dir: dir.path().to_path_buf(), run: "cafe0001".to_owned() };
    let mut cursor = Cursor::open(&place).unwrap();
    assert_eq!(cursor.go(START + 5_000, |_| false), Ok(false));
    assert_eq!(cursor.at(), 0, "it has not gone on");
}

#[test]
fn a_journal_that_is_none_or_ends_says_so() {
    let dir = tempfile::TempDir::new().unwrap();
    let shown = journal(dir.path());
    let of = |run: &str| Place { dir: dir.path().to_path_buf(), run: run.to_owned() };
    assert!(Cursor::open(&of("cafe0000")).unwrap_err().contains("cannot be read"));
    let mut cursor = Cursor::open(&of("cafe0001")).unwrap();
    let (last, _) = shown.last().unwrap();
    let why = cursor.go(last + 1, |_| true).unwrap_err();
    assert_eq!(why, "the journal ends before that: closed");
}
