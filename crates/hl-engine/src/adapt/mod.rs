//! Between the exchange's documents and the engine's vocabulary.
//!
//! The live shell and the simulated world drive the engine through this one module, so that what a
//! document means is decided once. It maps coins and asset numbers to [`MarketId`]s and back,
//! documents to [`Input`]s, and [`Command`](crate::Command)s to what is signed or asked.
//!
//! ```
//! use hl_engine::{Input, adapt::Adapter};
//! use hl_wire::{AssetId, stream::{Message, Scratch}};
//!
//! let mut adapter = Adapter::new([("SOL", AssetId(5)), ("BTC", AssetId(0))]);
//! let mut scratch = Scratch::default();
//! let text = r#"{"channel":"bbo","data":{"coin":"BTC","time":7,
//!     "bbo":[{"px":"103455","sz":"1.2","n":3},null]}}"#;
//! let message = Message::parse(text, &mut scratch)?;
//! let mut seen = Vec::new();
//! adapter.message(&message, &mut |input| seen.push(format!("{input:?}")));
//! assert!(seen[0].starts_with("Bbo { market: MarketId(1), time: Millis(7)"));
//! # Ok::<(), hl_wire::stream::StreamError>(())
//! ```

mod documents;
mod ledger;
mod outgoing;

pub use documents::{reply, spec};
pub use outgoing::question;

use hl_specs::Lookup;
use hl_wire::{
    AssetId, Cloid,
    info::{self, OrderState},
    stream::Message,
};

use crate::{
    CloidTag, Fill, Funding, Input, Level, Liquidity, MarketId, OrderUpdate, Usd, VenueState,
};

/// The most markets that are not ours whose orders are looked after: more than a batch can miss.
const STRAYS: usize = 64;

/// Maps one account's markets. Reuses its memory from message to message.
#[derive(Debug)]
pub struct Adapter {
    /// Sorted by coin.
    coins: Vec<(Box<str>, MarketId)>,
    /// By market.
    assets: Vec<AssetId>,
    /// Whose orders are of interest in every market.
    tag: Option<CloidTag>,
    /// Markets that are not ours and have orders of ours, as far as they are numbered: the markets
    /// after those of `assets`.
    strays: Vec<(Box<str>, Option<AssetId>)>,
    bids: Vec<Level>,
    asks: Vec<Level>,
}

impl Adapter {
    /// An adapter for these markets, in the order of
    /// [`EngineConfig::markets`](crate::EngineConfig::markets).
    pub fn new<'a>(markets: impl IntoIterator<Item = (&'a str, AssetId)>) -> Self {
        let (mut coins, mut assets) = (Vec::new(), Vec::new());
        for (index, (coin, asset)) in markets.into_iter().enumerate() {
            if let Ok(index) = u16::try_from(index) {
                coins.push((coin.into(), MarketId(index)));
                assets.push(asset);
            }
        }
        coins.sort();
        let (bids, asks) = (Vec::new(), Vec::new());
        Self { coins, assets, tag: None, strays: Vec::new(), bids, asks }
    }

    /// Hands on also what documents say of orders with this tag in markets that are not ours: if the
    /// venue numbers its markets anew while an order flies, it comes to another one. Such a market gets
    /// the next free [`MarketId`], and can be told to [`Engine`](crate::Engine) in no other way.
    #[must_use]
    pub fn watching(mut self, tag: CloidTag) -> Self {
        self.tag = Some(tag);
        self
    }

    /// Markets that are not ours and have, or had, orders of ours: to be numbered by
    /// [`Adapter::renumber`] whenever the venue's list is read.
    pub fn strays(&self) -> impl Iterator<Item = (MarketId, &str)> {
        let first = self.assets.len();
        let ids = (first..).map_while(|index| u16::try_from(index).ok().map(MarketId));
        ids.zip(self.strays.iter().map(|(coin, _)| coin.as_ref()))
    }

    /// The market of an order; one of `strays` if it has our tag.
    fn market_of(&mut self, coin: &str, cloid: Option<Cloid>) -> Option<MarketId> {
        if let Some(market) = self.market(coin) {
            return Some(market);
        }
        let tag = self.tag?;
        cloid.filter(|cloid| tag.owns(*cloid))?;
        if let Some((market, _)) = self.strays().find(|(_, known)| *known == coin) {
            return Some(market);
        }
        if self.strays.len() >= STRAYS {
            return None;
        }
        self.strays.push((coin.into(), None));
        self.strays().last().map(|(market, _)| market)
    }

    /// The market that streams and documents call `coin`; `None` if it is not one of ours.
    #[must_use]
    pub fn market(&self, coin: &str) -> Option<MarketId> {
        let at = self.coins.binary_search_by(|(known, _)| known.as_ref().cmp(coin)).ok()?;
        self.coins.get(at).map(|(_, market)| *market)
    }

    /// The number by which actions name a market; `None` for one that has none yet.
    #[must_use]
    pub fn asset(&self, market: MarketId) -> Option<AssetId> {
        let stray = market.index().checked_sub(self.assets.len());
        match stray {
            None => self.assets.get(market.index()).copied(),
            Some(place) => self.strays.get(place).and_then(|(_, asset)| *asset),
        }
    }

    /// Takes the number that the venue's list now gives a market; actions made before keep the old
    /// one. Returns the new number if it is another.
    pub fn renumber(&mut self, market: MarketId, lookup: &Lookup<'_>) -> Option<AssetId> {
        let (Lookup::Fresh(entry) | Lookup::Stale { entry, .. } | Lookup::CancelOnly { entry, .. }) =
            lookup
        else {
            return None;
        };
        let asset = entry.market.asset;
        if let Some(place) = market.index().checked_sub(self.assets.len()) {
            let (_, known) = self.strays.get_mut(place)?;
            return (known.replace(asset) != Some(asset)).then_some(asset);
        }
        let known = self.assets.get_mut(market.index())?;
        (std::mem::replace(known, asset) != asset).then_some(asset)
    }

    /// Hands on what a stream message says about our markets, in its order. Messages about other
    /// markets, and those that say nothing about trading, produce no input.
    pub fn message(&mut self, message: &Message<'_>, sink: &mut dyn FnMut(Input<'_>)) {
        match message {
            Message::L2Book(book) => {
                let Some(market) = self.market(&book.coin) else { return };
                copy_levels(&mut self.bids, book.bids);
                copy_levels(&mut self.asks, book.asks);
                let (bids, asks) = (&self.bids, &self.asks);
                sink(Input::Book { market, time: book.time, bids, asks });
            }
            Message::Bbo(bbo) => {
                let Some(market) = self.market(&bbo.coin) else { return };
                let (bid, ask) = (bbo.bbo.0.map(level), bbo.bbo.1.map(level));
                sink(Input::Bbo { market, time: bbo.time, bid, ask });
            }
            Message::Trades(trades) => {
                let Some(market) = self.market(&trades.coin) else { return };
                for trade in trades.trades {
                    let (time, aggressor) = (trade.time, trade.side);
                    let (price, size) = (trade.px, trade.sz);
                    sink(Input::Trade { market, time, aggressor, price, size });
                }
            }
            Message::ActiveAssetCtx(context) => {
                let Some(market) = self.market(&context.coin) else { return };
                let (mark, oracle) = (context.ctx.mark_px, context.ctx.oracle_px);
                sink(Input::Reference { market, mark, oracle });
                let funding_e8 = i64::try_from(context.ctx.funding.raw()).ok();
                let interest = u64::try_from(context.ctx.open_interest.raw()).ok();
                if let (Some(funding_e8), Some(interest)) = (funding_e8, interest) {
                    let open_interest = hl_quant::Size::from_raw(interest);
                    sink(Input::Context { market, funding_e8, open_interest });
                }
            }
            Message::OrderUpdates(updates) => {
                for update in updates {
                    match self.order_update(update) {
                        Some(Ok(update)) => sink(Input::Order(update)),
                        Some(Err(what)) => sink(Input::Unreadable { what }),
                        None => {}
                    }
                }
            }
            Message::UserFills(fills) => self.stream_fills(&fills.fills, sink),
            Message::User(events) => self.stream_fills(&events.fills, sink),
            Message::UserFundings(paid) => {
                for payment in &paid.fundings {
                    let Some(market) = self.market(&payment.coin) else { continue };
                    match documents::usd(payment.usdc) {
                        Some(amount) => {
                            sink(Input::Funding(Funding { market, time: payment.time, amount }));
                        }
                        None => sink(Input::Unreadable { what: "funding_out_of_range" }),
                    }
                }
            }
            _ => {}
        }
    }

    fn stream_fills(&self, fills: &[info::Fill], sink: &mut dyn FnMut(Input<'_>)) {
        for fill in fills {
            match self.fill(fill) {
                Some(Ok(fill)) => sink(Input::Fill(fill)),
                Some(Err(what)) => sink(Input::Unreadable { what }),
                None => {}
            }
        }
    }

    /// A fill in one of our markets, or why it cannot be expressed.
    fn fill(&self, fill: &info::Fill) -> Option<Result<Fill, &'static str>> {
        let market = self.market(&fill.coin)?;
        // It is what tells one trade from another; without it this one could be counted twice.
        if fill.tid == 0 {
            return Some(Err("fill_without_tid"));
        }
        let Some(start_position) = i64::try_from(fill.start_position.raw()).ok() else {
            return Some(Err("fill_position_out_of_range"));
        };
        let Some(fee) = i64::try_from(fill.fee.raw()).ok() else {
            return Some(Err("fill_fee_out_of_range"));
        };
        Some(Ok(Fill {
            market,
            time: fill.time,
            tid: fill.tid,
            oid: fill.oid,
            cloid: fill.cloid,
            side: fill.side,
            price: fill.px,
            size: fill.sz,
            liquidity: if fill.crossed { Liquidity::Taker } else { Liquidity::Maker },
            fee: Usd::from_e8(fee),
            start_position: hl_quant::SignedSize::from_raw(start_position),
        }))
    }

    /// The state of an order in one of our markets, or why it cannot be judged.
    fn order_update(
        &mut self,
        update: &info::HistoricalOrder,
    ) -> Option<Result<OrderUpdate, &'static str>> {
        let order = &update.order;
        let market = self.market_of(&order.coin, order.cloid)?;
        let Some(state) = venue_state(&update.status) else {
            return Some(Err("order_state_unknown"));
        };
        // Of an order that filled, nothing remains, whatever the snapshot says.
        let remaining = match state {
            VenueState::Filled => hl_quant::Size::ZERO,
            _ => order.sz,
        };
        // Without what it was placed for nobody can say how much of it has traded, and to take what is
        // left for all of it would be to say: nothing.
        let original = match (order.orig_sz, state) {
            (Some(original), _) => original,
            (None, VenueState::Filled | VenueState::Rejected(_)) => order.sz,
            (None, _) => return Some(Err("order_without_original_size")),
        };
        Some(Ok(OrderUpdate {
            market,
            time: update.status_timestamp,
            oid: order.oid,
            cloid: order.cloid,
            side: order.side,
            price: order.limit_px,
            original,
            remaining,
            state,
        }))
    }
}

/// What a state means for the order; `None` for one that may be live or not.
fn venue_state(state: &OrderState) -> Option<VenueState> {
    if let Some(code) = state.reject_code() {
        return Some(VenueState::Rejected(code));
    }
    match state {
        OrderState::Open | OrderState::Triggered => Some(VenueState::Open),
        OrderState::Filled => Some(VenueState::Filled),
        OrderState::ScheduledCancel => Some(VenueState::Scheduled),
        other => other.is_terminal().then_some(VenueState::Canceled),
    }
}

fn level(level: info::Level) -> Level {
    Level { price: level.px, size: level.sz }
}

fn copy_levels(to: &mut Vec<Level>, from: &[info::Level]) {
    to.clear();
    to.extend(from.iter().copied().map(level));
}
