//! One source that informs, one of noise and one inverted, in front of the simulated exchange, heard
//! by the real engine: its record must find them, and the inverted one must be switched to neutral.
//!
//! The truth is known because the exchange is the same every time: a first pass writes down what the
//! prices will be, and in the second the sources know more, nothing, or the opposite of it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    missing_docs
)]

use hl_engine::adapt::Adapter;
use hl_engine::{
    Engine, EngineConfig, EventKind, Input as In, MarketConfig, MarketId, Output as Out,
    SignalConfig, SignalLine, SignalSource, Switch, Trust,
};
use hl_quant::{Millis, SzDecimals};
use hl_signals::{
    Confidence, Fingerprint, LedgerConfig, Neutral, Reading, Score, Signal, SourceId, Value,
    Verdict,
};
use hl_sim::background::Synthetic;
use hl_sim::{Exchange, ExchangeConfig, Input, Output, Path, RequestId};
use hl_wire::AssetId;
use hl_wire::stream::{Message, Scratch};

const COINS: [(&str, u8, &str); 3] =
    [("SOL", 2, "164.89"), ("ETH", 4, "3450.1"), ("BTC", 5, "103455")];
const NAMES: [&str; 3] = ["informs", "noise", "inverted"];
const START: Millis = Millis(1_795_392_000_000);
/// How far ahead the sources see, and how long the engine waits to judge them.
const HORIZON_S: usize = 30;
const SECONDS: usize = 3_000;

/// Numbers from a seed, uniform in -1 to 1: splitmix64.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        f64::from(u32::try_from((z ^ (z >> 31)) >> 32).unwrap()) / f64::from(u32::MAX) * 2.0 - 1.0
    }
}

fn exchange(seed: u64) -> Exchange {
    let market = |(coin, decimals, price): (&str, u8, &str)| {
        let decimals = SzDecimals::new(decimals).unwrap();
        hl_sim::MarketConfig::new(coin, decimals, 20, price.parse().unwrap())
    };
    let config = ExchangeConfig::new(COINS.map(market).to_vec());
    Exchange::new(config, seed).with_background(Box::new(Synthetic::new(seed)))
}

/// Lets a second of blocks pass, and asks for every book.
fn second(exchange: &mut Exchange, now: Millis) -> Vec<String> {
    let mut books = Vec::new();
    for tick in 1..=14 {
        exchange.handle(now.plus(tick * 1_000 / 14), Input::Tick);
        while !matches!(exchange.poll(), Output::WaitUntil(_)) {}
    }
    for (id, (coin, ..)) in (1..).zip(COINS) {
        let body = format!(r#"{{"type":"l2Book","coin":"{coin}"}}"#).into_bytes();
        let now = now.plus(1_000);
        exchange.handle(now, Input::Http { id: RequestId(id), path: Path::Info, body });
        loop {
            match exchange.poll() {
                Output::HttpReply { body, .. } => {
                    let text = String::from_utf8(body).unwrap();
                    books.push(format!(r#"{{"channel":"l2Book","data":{text}}}"#));
                }
                Output::WaitUntil(_) => break,
                _ => {}
            }
        }
    }
    books
}

/// The middle of the book in a frame.
fn mid(frame: &str) -> f64 {
    let mut scratch = Scratch::default();
    let Ok(Message::L2Book(book)) = Message::parse(frame, &mut scratch) else { panic!("{frame}") };
    let (bid, ask) = (book.bids[0].px.raw(), book.asks[0].px.raw());
    f64::midpoint(hl_engine::from_e8(bid), hl_engine::from_e8(ask))
}

fn id(name: &str) -> SourceId {
    name.parse().unwrap()
}

fn engine() -> Engine {
    let sources = NAMES.map(|name| SignalSource { id: id(name), trust: Trust::Judged }).to_vec();
    let horizon_ms = u64::try_from(HORIZON_S).unwrap() * 1_000;
    let ledger = LedgerConfig { horizon_ms, ..LedgerConfig::default() };
    let markets = COINS.map(|(coin, ..)| MarketConfig::new(coin)).to_vec();
    let signals = SignalConfig { sources, ledger, ..SignalConfig::default() };
    Engine::new(EngineConfig { markets, signals, ..EngineConfig::default() }, 1)
}

struct Run {
    scores: Vec<Score>,
    /// The first word about a source: which, and after how many seconds.
    switched: Vec<(SourceId, Switch, usize)>,
    /// What is said about the first market at the end.
    last: Reading,
}

fn run(seed: u64) -> Run {
    let mut first = exchange(seed);
    let at = |second: usize| START.plus(u64::try_from(second).unwrap() * 1_000);
    let mids: Vec<Vec<f64>> = (0..SECONDS)
        .map(|n| second(&mut first, at(n)).iter().map(|frame| mid(frame)).collect())
        .collect();
    let (mut again, mut engine, mut dice) = (exchange(seed), engine(), Dice(seed));
    let assets = COINS.iter().zip(0..).map(|((coin, ..), n)| (*coin, AssetId(n)));
    let mut adapter = Adapter::new(assets);
    let mut scratch = Scratch::default();
    let mut switched = Vec::new();
    for n in 0..SECONDS {
        let now = at(n + 1);
        let frames = second(&mut again, at(n));
        for (frame, known) in frames.iter().zip(&mids[n]) {
            assert_eq!(mid(frame), *known, "the second pass is the first one again");
            let message = Message::parse(frame, &mut scratch).unwrap();
            adapter.message(&message, &mut |input| engine.handle(now, input));
        }
        if n % 10 == 0 && n + HORIZON_S < SECONDS {
            for (market, coin_mid) in (0..).zip(0..COINS.len()) {
                let moved = mids[n + HORIZON_S][coin_mid] / mids[n][coin_mid] - 1.0;
                // As much noise as there is truth: about 10 basis points of either.
                let seen = ((moved * 10_000.0 / 10.0 + 2.0 * dice.roll()) / 4.0).clamp(-1.0, 1.0);
                for (name, value) in NAMES.iter().zip([seen, dice.roll(), -seen]) {
                    let signal = Signal {
                        source: id(name),
                        value: Value::new(value).unwrap(),
                        confidence: Confidence::FULL,
                        source_time: now,
                        ingested: now,
                        content: Fingerprint::of(&[value]),
                    };
                    engine.handle(now, In::Signal { market: MarketId(market), signal });
                }
            }
        }
        engine.handle(now, In::Timer);
        loop {
            match engine.poll() {
                Out::Event(event) => {
                    if let EventKind::Signal(SignalLine::Switched { source, how, .. }) = event.kind
                    {
                        switched.push((source, how, n));
                    }
                }
                Out::Command(_) => {}
                Out::WaitUntil(_) => break,
            }
        }
    }
    let scores = engine.signal_sources().map(|source| source.score).collect();
    Run { scores, switched, last: engine.signal(MarketId(0)) }
}

#[test]
fn the_engines_record_finds_who_informs_and_switches_the_inverted_source_to_neutral() {
    for seed in [1, 2, 3] {
        let Run { scores, switched, last } = run(seed);
        for (name, score) in NAMES.iter().zip(&scores) {
            let ic = score.coefficient.unwrap();
            let gain = score.ablation_bps.unwrap();
            let hits = score.hit_rate.unwrap();
            println!(
                "seed {seed} {name:<8} n={} ic={:+.3} [{:+.3}, {:+.3}] hits={:.1} % \
                 with less without={:+.3} [{:+.3}, {:+.3}] bps {}",
                score.samples,
                ic.value,
                ic.low,
                ic.high,
                hits.0 * 100.0,
                gain.value,
                gain.low,
                gain.high,
                score.verdict.as_str(),
            );
        }
        println!("seed {seed} switched: {switched:?}");
        let [good, noise, bad] = [0, 1, 2].map(|n| scores[n].coefficient.unwrap());
        assert!(good.low > 0.0 && bad.high < 0.0, "{good:?} {bad:?}");
        assert!(noise.low < 0.1 && noise.high > -0.1, "{noise:?}");
        assert_eq!(scores[0].verdict, Verdict::Good);
        assert_eq!(scores[2].verdict, Verdict::Misleads);
        assert!(scores[0].ablation_bps.unwrap().low > 0.0, "worth having");
        assert!(scores[2].ablation_bps.unwrap().high < 0.0, "worth not having");
        let first = switched.first().expect("nothing was switched");
        assert_eq!((first.0, first.1), (id(NAMES[2]), Switch::Off));
        assert!(switched.iter().all(|(source, ..)| *source != id(NAMES[0])));
        // Only the other two are heard; and a market about which the inverted one alone had spoken
        // would be neutral for being switched off.
        assert!(last.fresh().is_some() || last == Reading::Neutral { why: Neutral::Disabled });
    }
}
