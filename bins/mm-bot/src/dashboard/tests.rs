//! The dashboard from inside: what is remembered, what is told, and a loop that does not answer.
#![allow(clippy::disallowed_methods, reason = "what is measured is real time")]

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use hl_engine::{
    Engine, EngineConfig, Event, EventKind, FillLine, Input, Level, Liquidity, MarketConfig,
    MarketId, Pair, Usd,
};
use hl_quant::{Millis, Price, Side, SignedSize, Size};
use hl_wire::{Cloid, Oid};
use serde_json::{Value, json};

use super::frame::{Frame, Glance, Point, Records};
use super::memory::{Memory, Note, What};
use super::snapshot::{Growth, Told};
use super::{Ask, Plan, Run, Settings};
use crate::state::WordFile;

fn price(text: &str) -> Price {
    text.parse().unwrap()
}

fn size(text: &str) -> Size {
    text.parse().unwrap()
}

fn glance(at: u64, mid: Option<&str>, resting: Vec<(Cloid, Option<Size>)>) -> Glance {
    let point = Point {
        pair: Pair::new("SOL"),
        mid: mid.map(price),
        bid: None,
        ask: None,
        position: SignedSize::ZERO,
        profit: Some(Usd::ZERO),
        resting,
    };
    Glance { at: Millis(at), equity: None, profit: None, markets: vec![point] }
}

fn fill(at: u64, side: Side, at_price: &str) -> Note {
    let line = FillLine {
        pair: Pair::new("SOL"),
        side,
        price: price(at_price),
        size: size("1"),
        liquidity: Liquidity::Maker,
        fee: Usd::ZERO,
        tid: at,
        oid: Oid(1),
        cloid: None,
        position: SignedSize::ZERO,
    };
    Note { line: at, what: What::Event(Event { at: Millis(at), kind: EventKind::Fill(line) }) }
}

#[test]
fn a_fill_is_measured_against_the_mid_before_it_and_the_mids_after_it() {
    let mut memory = Memory::default();
    memory.glance(&glance(10_000, Some("100"), Vec::new()));
    memory.note(fill(10_100, Side::Bid, "99.95"));
    memory.note(fill(10_100, Side::Ask, "100.1"));
    for (at, mid) in [(11_050, "98"), (11_150, "100.95"), (15_200, "99.95"), (42_200, "90")] {
        memory.glance(&glance(at, Some(mid), Vec::new()));
    }
    memory.glance(&glance(70_150, Some("99.95"), Vec::new()));
    let seen: Vec<Vec<String>> = memory
        .fills
        .iter()
        .map(|fill| {
            let text = |ppm: Option<hl_engine::Ppm>| {
                ppm.map_or_else(|| "-".to_owned(), |ppm| ppm.to_string())
            };
            core::iter::once(fill.edge).chain(fill.marks).map(text).collect()
        })
        .collect();
    // After a second it had risen by a percent; after thirty there was no mid in time.
    assert_eq!(seen[0], ["5", "100.05", "0", "-", "0"]);
    assert_eq!(seen[1], ["9.99", "-84.91", "14.98", "-", "14.98"]);
}

#[test]
fn the_place_in_the_queue_never_gets_worse_and_ends_with_the_order() {
    let mut memory = Memory::default();
    let cloid = Cloid(7);
    let mut ahead = |others: Option<&str>| {
        memory.glance(&glance(1_000, None, vec![(cloid, others.map(size))]));
        memory.ahead.get(&cloid).map(ToString::to_string)
    };
    // Where the book does not reach, nothing is known.
    assert_eq!(ahead(None), None);
    assert_eq!(ahead(Some("5")).as_deref(), Some("5"));
    // Whoever comes later stands behind us; whoever leaves may have stood before us.
    assert_eq!(ahead(Some("9")).as_deref(), Some("5"));
    assert_eq!(ahead(Some("3")).as_deref(), Some("3"));
    assert_eq!(ahead(None).as_deref(), Some("3"));
    assert_eq!(ahead(Some("0")).as_deref(), Some("0"));
    memory.glance(&glance(1_000, None, Vec::new()));
    assert!(memory.ahead.is_empty());
}

#[test]
fn what_is_remembered_is_bounded_and_what_goes_is_told() {
    let mut memory = Memory::default();
    let mut told = Told::default();
    let mut copy = json!({"series": {}, "log": {}});
    for second in 0..2_000_u64 {
        let at = 1_700_000_000_000 + second * 1_000;
        memory.glance(&glance(at, Some("100"), Vec::new()));
        // Twice in a second is once in a chart.
        memory.glance(&glance(at + 250, Some("101"), Vec::new()));
        memory.note(Note { line: second + 1, what: What::Text(Millis(at), "x".to_owned()) });
        memory.note(fill(second + 1, Side::Bid, "100"));
        if second % 7 == 0 {
            apply(&mut copy, &json!(Growth::since(&memory, &mut told)));
        }
    }
    apply(&mut copy, &json!(Growth::since(&memory, &mut told)));
    let whole = json!(Growth::since(&memory, &mut Told::default()));
    assert_eq!(copy, whole, "changes lead where the whole is");
    let fine = whole["series"]["markets"]["SOL"]["fine"].as_object().unwrap();
    assert_eq!((fine.len(), memory.fills.iter().count()), (600, 300));
    assert!(fine.values().all(|point| point[0] == "100"));
    assert_eq!(whole["log"].as_object().unwrap().len(), 600);
    let none = json!(Growth::since(&memory, &mut told));
    assert_eq!(none["log"], json!({}), "nothing is told twice");
}

/// RFC 7386.
fn apply(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = json!({});
    }
    let members = target.as_object_mut().unwrap();
    for (key, value) in patch {
        if value.is_null() {
            members.remove(key);
        } else {
            apply(members.entry(key.clone()).or_insert(Value::Null), value);
        }
    }
}

/// Ten markets with books of twenty levels a side.
fn ten_markets() -> Engine {
    let config = EngineConfig {
        markets: (0..10).map(|n| MarketConfig::new(&format!("M{n}"))).collect(),
        ..EngineConfig::default()
    };
    let mut engine = Engine::new(config, 1);
    let level =
        |cents: u64| Level { price: Price::from_raw(cents * 1_000_000).unwrap(), size: size("3") };
    let bids: Vec<Level> = (0..20).map(|n| level(10_000 - n)).collect();
    let asks: Vec<Level> = (0..20).map(|n| level(10_001 + n)).collect();
    for market in (0..10).map(MarketId) {
        let time = Millis(1_000);
        engine.handle(time, Input::Book { market, time, bids: &bids, asks: &asks });
    }
    engine
}

#[test]
fn a_glance_and_a_frame_cost_the_loop_little() {
    let engine = ten_markets();
    let time = |what: &dyn Fn()| {
        let begun = Instant::now();
        (0..200).for_each(|_| what());
        begun.elapsed() / 200
    };
    let at = Millis(2_000);
    let glance = time(&|| drop(Glance::of(&engine, at)));
    let frame = time(&|| drop(Frame::of(&engine, at, Records::Without)));
    println!("ten markets: a glance {glance:?}, a frame {frame:?}");
    // Not optimised, and beside other tests: fifty times what is expected.
    assert!(glance < Duration::from_millis(1) && frame < Duration::from_millis(5));
    assert_eq!(Frame::of(&engine, at, Records::Without).markets[9].book.len(), 40);
}

fn served(listen: &str) -> (super::Dashboard, std::net::SocketAddr) {
    let settings = Settings { listen: Some(listen.parse().unwrap()), token_file: None };
    let run = Run { id: "cafe0001".to_owned(), ..Run::default() };
    let desk = WordFile("/nonexistent/word".into());
    let plan = Plan { settings: &settings, run, desk, journal: None };
    let (dashboard, served) = super::start(plan).unwrap();
    (dashboard, served.unwrap().1)
}

/// What the stream says in so many seconds.
fn look(address: std::net::SocketAddr, seconds: u64) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    write!(stream, "GET /api/stream HTTP/1.1\r\nHost: {address}\r\n\r\n").unwrap();
    let (begun, mut text, mut room) = (Instant::now(), Vec::new(), vec![0; 65_536]);
    while begun.elapsed() < Duration::from_secs(seconds) {
        // Nothing for a moment is no end.
        let n = stream.read(&mut room).unwrap_or(0);
        text.extend_from_slice(&room[..n]);
    }
    String::from_utf8_lossy(&text).into_owned()
}

fn get(address: std::net::SocketAddr, path: &str, bytes: usize) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
    let mut text = Vec::new();
    stream.take(bytes as u64).read_to_end(&mut text).unwrap();
    String::from_utf8(text).unwrap()
}

#[test]
fn a_loop_that_does_not_answer_is_said_to_be_silent_and_one_that_is_gone_to_have_ended() {
    let (dashboard, address) = served("127.0.0.1:0");
    let text = get(address, "/api/snapshot", 4_096);
    assert!(text.starts_with("HTTP/1.1 503"), "{text}");
    let text = get(address, "/api/stream", 900);
    assert!(text.contains("event: silent\ndata: {\"since\":"), "{text}");
    assert!(get(address, "/", 20_000).contains("<!doctype html>"), "the page itself is there");
    drop(dashboard);
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    write!(stream, "GET /api/stream HTTP/1.1\r\nHost: {address}\r\n\r\n").unwrap();
    let (mut text, mut room) = (String::new(), [0; 512]);
    while !text.contains("event: ended") {
        let n = stream.read(&mut room).unwrap();
        assert!(n > 0, "{text}");
        text.push_str(&String::from_utf8_lossy(&room[..n]));
    }
}

#[test]
fn the_loop_is_asked_for_a_glance_while_nobody_looks_and_for_everything_only_then() {
    use super::{Look, Shell, Want};
    let (mut dashboard, address) = served("127.0.0.1:0");
    let engine = ten_markets();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut serve = |until: Duration| {
        runtime.block_on(async {
            let mut whole = 0;
            let end = tokio::time::Instant::now() + until;
            while let Ok(ask) = tokio::time::timeout_at(end, dashboard.next()).await {
                let Ask::Look(want, answer) = ask else { continue };
                whole += u32::from(want != Want::Glance);
                let beside = (Shell::default(), None);
                let _ = answer.send(Look::of(want, &engine, Millis(3_000), None, beside));
            }
            whole
        })
    };
    assert_eq!(serve(Duration::from_millis(1_200)), 0, "nobody looks");
    let looker = std::thread::Builder::new().spawn(move || look(address, 2)).unwrap();
    let whole = serve(Duration::from_millis(2_000));
    assert!((4..=12).contains(&whole), "{whole} in two seconds: four a second at most");
    let text = looker.join().unwrap();
    assert!(text.contains("event: snapshot\n") && text.contains("id: cafe0001-"), "{text}");
    serve(Duration::from_millis(1_200));
    assert_eq!(serve(Duration::from_millis(1_200)), 0, "nobody looks any more");
}

#[tokio::test]
async fn a_connection_on_which_nobody_reads_is_closed() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use axum::body::{Body, Bytes};
    use axum::routing::get;

    struct Told(Arc<AtomicBool>);
    impl Drop for Told {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Release);
        }
    }

    let gone = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&gone);
    let endless = move || {
        let told = Told(Arc::clone(&flag));
        let pieces = futures_util::stream::unfold(told, |told| async move {
            Some((Ok::<_, core::convert::Infallible>(Bytes::from(vec![b'x'; 65_536])), told))
        });
        async move { Body::from_stream(pieces) }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let patient = super::patience::Patient::new(listener, Duration::from_millis(300));
    let app = axum::Router::new().route("/", get(endless));
    tokio::spawn(async move { axum::serve(patient, app).await });
    let mut deaf = TcpStream::connect(address).unwrap();
    write!(deaf, "GET / HTTP/1.1\r\nHost: {address}\r\n\r\n").unwrap();
    let begun = Instant::now();
    while !gone.load(Ordering::Acquire) {
        assert!(begun.elapsed() < Duration::from_secs(20), "it is still written to");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(begun.elapsed() >= Duration::from_millis(300));
}
