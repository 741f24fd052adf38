//! What one order leaves behind, from the book that asked for it to its fill.

use hl_engine::{
    Attempt, Command, EngineConfig, Event, EventKind, Fill, FillLine, Input, IntentId, Level,
    Liquidity, MarketConfig, MarketId, OrderUpdate, Pair, PlaceOrder, Reply, RequestId, Submit,
    SubmitEnd, Usd, VenueState,
};
use hl_journal::decisions::{Encoder, Head};
use hl_quant::{MarketSpec, Millis, Price, Round, Side, SignedSize, Size, SzDecimals};
use hl_wire::{Cloid, Oid, ReduceOnly, Tif};

/// One order's inputs, events and command.
#[derive(Debug)]
pub struct OrderLife {
    /// The run that it is of.
    pub head: Head,
    /// Attempt, its end, and the fill.
    pub events: Vec<Event>,
    book: Vec<Level>,
    fill: Fill,
    update: OrderUpdate,
    replies: [Reply; 1],
    command: Command,
}

const NOW: Millis = Millis(1_762_252_867_000);

impl OrderLife {
    /// An order for SOL at 164.89.
    ///
    /// # Panics
    /// Never: its numbers are constants.
    #[must_use]
    #[allow(clippy::expect_used, reason = "constants")]
    pub fn new() -> Self {
        let config =
            EngineConfig { markets: vec![MarketConfig::new("SOL")], ..EngineConfig::default() };
        let cloid = Cloid((u128::from(config.cloid_tag.prefix(7)) << 64) | 42);
        let spec = MarketSpec::perp(SzDecimals::new(2).expect("two"));
        let price = Price::from_raw(16_489_000_000).expect("a price");
        let size = Size::from_raw(90_000_000);
        let legal = spec.prices().check(price).expect("legal");
        let lots = spec.sizes().snap(size, Round::Down).expect("legal");
        let (market, side, pair) = (MarketId(0), Side::Bid, Pair::new("SOL"));
        let quant = spec.log_fields(legal, lots);
        let (reduce_only, tif, oid) = (ReduceOnly::No, Tif::Alo, Oid(77_738_308));
        let attempt = Attempt {
            seq: 42,
            intent: IntentId(42),
            pair: pair.clone(),
            side,
            tif,
            reduce_only,
            cloid,
            price,
            size,
            quant,
            tries: 1,
        };
        let end = SubmitEnd::Accepted;
        let submit =
            Submit { seq: 42, cloid, pair: pair.clone(), side, tif, reduce_only, quant, end };
        let fee = Usd::from_e8(222_600);
        let line = FillLine {
            pair,
            side,
            price,
            size,
            liquidity: Liquidity::Maker,
            fee,
            tid: 118_906_512_037_719,
            oid,
            cloid: Some(cloid),
            position: SignedSize::from_raw(90_000_000),
        };
        let kinds = [EventKind::Attempt(attempt), EventKind::Submit(submit), EventKind::Fill(line)];
        let level = |n: u64| Level {
            price: Price::from_raw(16_489_000_000 + n * 1_000_000).expect("a price"),
            size: Size::from_raw(1_234_000_000 + n * 7_000_000),
        };
        let order = PlaceOrder { market, side, price: legal, size: lots, reduce_only, cloid };
        let orders = [order].into_iter().collect();
        Self {
            head: Head {
                run: 1,
                seed: 7,
                version: String::new(),
                fingerprint: String::new(),
                account: String::new(),
                started: NOW,
                assets: vec![5],
                config,
                carry: hl_engine::Carry::default(),
                samples: Vec::new(),
            },
            events: kinds.into_iter().map(|kind| Event { at: NOW, kind }).collect(),
            book: (0..20).map(level).collect(),
            fill: Fill {
                market,
                time: NOW,
                tid: 118_906_512_037_719,
                oid,
                cloid: Some(cloid),
                side,
                price,
                size,
                liquidity: Liquidity::Maker,
                fee,
                start_position: SignedSize::ZERO,
            },
            update: OrderUpdate {
                market,
                time: NOW,
                oid,
                cloid: Some(cloid),
                side,
                price,
                original: size,
                remaining: Size::ZERO,
                state: VenueState::Filled,
            },
            replies: [Reply::Accepted { oid: Some(oid), filled: Size::ZERO }],
            command: Command::Place { request: RequestId(9), orders, expires: NOW.plus(10_000) },
        }
    }

    /// Records all of it.
    pub fn record(&self, encoder: &mut Encoder) {
        let (market, time) = (MarketId(0), NOW);
        let Some((attempt, rest)) = self.events.split_first() else { return };
        let (bid, ask) = (self.book.first().copied(), self.book.last().copied());
        encoder.input(NOW, &Input::Bbo { market, time, bid, ask });
        encoder.event(attempt);
        encoder.command(&self.command);
        encoder.end(NOW.plus(500));
        let outcome = Input::Outcome { request: RequestId(9), replies: &self.replies };
        let inputs = [outcome, Input::Fill(self.fill)];
        for (input, event) in inputs.iter().zip(rest) {
            encoder.input(NOW, input);
            encoder.event(event);
            encoder.end(NOW.plus(500));
        }
        encoder.input(NOW, &Input::Order(self.update));
        encoder.end(NOW.plus(500));
    }
}

impl Default for OrderLife {
    fn default() -> Self {
        Self::new()
    }
}
