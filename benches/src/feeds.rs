//! Signals to read, and markets about which something was said.

use std::fmt::Write as _;

use hl_quant::{Millis, Side};
use hl_signals::{
    Board, Confidence, Fingerprint, Freshness, Ledger, LedgerConfig, Signal, SourceId, Value,
    VenueConfig, VenueFlow,
};

/// When these began.
const START: Millis = Millis(1_762_252_867_000);
/// Five sources.
const SOURCES: [&str; 5] = ["venue", "file", "url", "push", "nansen"];

/// A document of so many markets, as the feed handlers of the previous system write it.
#[must_use]
pub fn payload(markets: u32) -> String {
    let mut text = String::from("{");
    for n in 0..markets {
        let comma = if n > 0 { "," } else { "" };
        let _ = write!(
            text,
            "{comma}\"COIN{n}\":{{\"smart_buy_ratio\":0.72,\"smart_money_netflow_24h\":{}.5,\
             \"whale_accumulation_score\":85,\"timestamp\":1730700123456}}",
            n * 1_000
        );
    }
    text.push('}');
    text
}

/// The exchange's own data about one market, warm; and the time.
#[must_use]
pub fn flow() -> (VenueFlow, Millis) {
    let mut flow = VenueFlow::new(VenueConfig::default());
    for n in 0..100 {
        flow.touch(START.plus(n), (164.89, 3.0), (164.91, 5.0));
        flow.trade(START.plus(n), Side::Bid, 164.9, 1.0);
        flow.context(START.plus(n), 0.000_012_5, 1_000.0);
    }
    (flow, START.plus(100))
}

/// Sources that have spoken about markets, and what followed.
#[derive(Debug)]
pub struct Said {
    board: Board,
    ledger: Ledger,
    now: Millis,
}

impl Said {
    /// Every source has just spoken about each of so many markets.
    #[must_use]
    pub fn new(markets: usize) -> Self {
        let ids: Vec<SourceId> = SOURCES.iter().filter_map(|name| name.parse().ok()).collect();
        let mut board = Board::new(Freshness::default(), &ids, markets);
        for (market, source) in
            (0..markets).flat_map(|market| ids.iter().map(move |id| (market, id)))
        {
            let signal = Signal {
                source: *source,
                value: Value::new(0.25).unwrap_or_default(),
                confidence: Confidence::FULL,
                source_time: START,
                ingested: START,
                content: Fingerprint::of(&[0.25]),
            };
            let _ = board.take(market, signal, START);
        }
        let ledger = Ledger::new(LedgerConfig::default(), &board);
        Self { board, ledger, now: START }
    }

    /// Looks at what followed, a little later.
    pub fn look(&mut self) -> usize {
        self.now = self.now.plus(1);
        self.ledger.look(self.now, &self.board, |_| Some(164.9)).len()
    }
}
