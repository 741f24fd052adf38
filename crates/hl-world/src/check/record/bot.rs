//! What the processes of the bot were told, what they said and what they were asked to do.

use std::collections::{BTreeMap, BTreeSet};

use hl_engine::{
    Command, Connection, Event, EventKind, Input, IntentId, MarketId, MarketStatus, Operator,
    Query, RequestId,
};
use hl_quant::{Millis, Price, Size};
use hl_wire::Cloid;

use super::Record;
use crate::BotId;

/// An attempt's line, seen before the order leaves.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AttemptRecord {
    pub(crate) bot: BotId,
    pub(crate) market: usize,
    /// The wish that it serves.
    pub(crate) intent: IntentId,
    /// Whether the journal held it before it was sent.
    pub(crate) durable: bool,
    pub(crate) ended: bool,
}

/// A price and what rests there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Level {
    pub(crate) price: Price,
    pub(crate) size: Size,
}

/// A book as told.
#[derive(Clone, Debug)]
pub(crate) struct Picture {
    /// The block that it shows.
    pub(crate) venue: Millis,
    /// When it was given, by the true clock.
    pub(crate) at: Millis,
    /// By how much the bot's clock was ahead of the true one then.
    pub(crate) ahead_ms: i64,
    pub(crate) bids: Vec<Level>,
    pub(crate) asks: Vec<Level>,
}

/// A spec as told.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SpecTold {
    /// When the request for it left, by the true clock.
    pub(crate) asked: Millis,
    pub(crate) sz_decimals: u8,
    pub(crate) trading: bool,
}

/// What one process was told, market by market, and how it stands with the operator.
#[derive(Clone, Debug, Default)]
pub(crate) struct BotRecord {
    pub(crate) started: Millis,
    pub(crate) specs: BTreeMap<usize, SpecTold>,
    /// The newest book of each market.
    pub(crate) books: BTreeMap<usize, Picture>,
    /// The newest touch of each market.
    pub(crate) touches: BTreeMap<usize, Picture>,
    /// The oracle's price of each market as last told, and when.
    pub(crate) oracles: BTreeMap<usize, (Price, Millis)>,
    /// Since when the streams are up.
    pub(crate) up: Option<Millis>,
    /// When the question was asked that was last answered completely: orders, account, fills.
    pub(crate) reads: [Option<Millis>; 3],
    pub(crate) asked: BTreeMap<RequestId, (Millis, usize)>,
    /// Moments of spec requests: the bot's clock, the true one.
    pub(crate) spec_requests: Vec<(Millis, Millis)>,
    /// The operator's last word that ends quoting, and when it was heard.
    pub(crate) ended: Option<(Operator, Millis)>,
    /// Whether the last write of the journal failed.
    pub(crate) journal_failed: bool,
    /// Commands that leave a position rather than quote.
    pub(crate) exits: BTreeSet<RequestId>,
    /// The orders of each command, for reading its outcome.
    pub(crate) batches: BTreeMap<RequestId, Vec<Cloid>>,
    /// When it last thawed.
    pub(crate) thawed: Option<Millis>,
    pub(crate) alive: bool,
    /// Whether it has sent anything.
    pub(crate) wrote: bool,
}

/// Keeps the picture that shows the later block.
fn newer(pictures: &mut BTreeMap<usize, Picture>, market: MarketId, picture: Picture) {
    let known = pictures.get(&market.index());
    if known.is_none_or(|known| known.venue <= picture.venue) {
        pictures.insert(market.index(), picture);
    }
}

impl BotRecord {
    fn answered(&mut self, request: RequestId) {
        let Some((asked, kind)) = self.asked.remove(&request) else { return };
        if let Some(read) = self.reads.get_mut(kind) {
            *read = Some(asked).max(*read);
        }
    }
}

impl Record {
    pub(super) fn operator(&mut self, bot: BotId, word: Operator) {
        let ended = (word != Operator::Resume).then_some((word, self.now));
        self.with_bot(bot, |bot| bot.ended = ended);
    }

    pub(super) fn journal(&mut self, bot: BotId, ok: bool) {
        self.with_bot(bot, |bot| bot.journal_failed = !ok);
        if ok {
            for attempt in self.attempts.values_mut().filter(|attempt| attempt.bot == bot) {
                attempt.durable = true;
            }
        }
    }

    pub(super) fn event(&mut self, bot: BotId, event: &Event) {
        match &event.kind {
            EventKind::Attempt(attempt) => {
                let Some(market) = self.market_of(attempt.pair.as_str()) else { return };
                let intent = attempt.intent;
                let record = AttemptRecord { bot, market, intent, durable: false, ended: false };
                self.attempts.insert(attempt.cloid, record);
            }
            EventKind::Submit(submit) => {
                if let Some(attempt) = self.attempts.get_mut(&submit.cloid) {
                    attempt.ended = true;
                }
            }
            _ => {}
        }
    }

    pub(super) fn command(&mut self, bot: BotId, bot_now: Millis, command: &Command) {
        let now = self.now;
        let record = self.bots.entry(bot).or_default();
        match command {
            Command::FetchSpecs { .. } => {
                record.spec_requests.push((bot_now, now));
                if record.spec_requests.len() > 64 {
                    record.spec_requests.remove(0);
                }
            }
            Command::Exit { request, .. } => {
                record.exits.insert(*request);
            }
            Command::Reconcile { request, query } => {
                let kind = match query {
                    Query::OpenOrders => 0,
                    Query::Account => 1,
                    Query::Fills { .. } => 2,
                    _ => return,
                };
                record.asked.insert(*request, (now, kind));
            }
            _ => {}
        }
    }

    pub(super) fn told(&mut self, bot: BotId, bot_now: Millis, input: &Input<'_>) {
        let now = self.now;
        let record = self.bots.entry(bot).or_default();
        let ahead_ms = bot_now.0.cast_signed().saturating_sub(now.0.cast_signed());
        match *input {
            Input::Book { market, time, bids, asks } => {
                let level = |l: &hl_engine::Level| Level { price: l.price, size: l.size };
                let bids = bids.iter().map(level).collect();
                let asks = asks.iter().map(level).collect();
                newer(
                    &mut record.books,
                    market,
                    Picture { venue: time, at: now, ahead_ms, bids, asks },
                );
            }
            Input::Bbo { market, time, bid, ask } => {
                let level = |l: hl_engine::Level| Level { price: l.price, size: l.size };
                let bids = bid.map(level).into_iter().collect();
                let asks = ask.map(level).into_iter().collect();
                newer(
                    &mut record.touches,
                    market,
                    Picture { venue: time, at: now, ahead_ms, bids, asks },
                );
            }
            Input::Spec { market, spec, requested, status } => {
                let asked = record.spec_requests.iter().rev().find(|(bot, _)| *bot <= requested);
                // Asked for before the engine ran: by its own clock then.
                let before = Millis(now.0.saturating_sub(bot_now.since(requested)));
                let told = SpecTold {
                    asked: asked.map_or(before, |(_, at)| *at),
                    sz_decimals: spec.sz_decimals().get(),
                    trading: status == MarketStatus::Trading,
                };
                record.specs.insert(market.index(), told);
            }
            Input::Reference { market, oracle: Some(oracle), .. } => {
                record.oracles.insert(market.index(), (oracle, now));
            }
            Input::OpenOrders { request, .. } | Input::Account { request, .. } => {
                record.answered(request);
            }
            Input::Fills { request: Some(request), .. } => record.answered(request),
            Input::Connection(Connection::Up) => {
                record.up = Some(now);
                record.reads = [None; 3];
            }
            Input::Connection(Connection::Down) => record.up = None,
            _ => {}
        }
    }
}
