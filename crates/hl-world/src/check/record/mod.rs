//! What has been seen so far: the orders with their true fates, and what the bot was told.

mod account;
mod bot;
mod market;
mod order;

use std::collections::{BTreeMap, BTreeSet};

use hl_engine::EngineConfig;
use hl_quant::{Millis, Side, Size};
use hl_sim::FillDeed;
use hl_wire::{Cloid, Oid};

pub(crate) use account::{AccountRecord, usd};
pub(crate) use bot::{AttemptRecord, BotRecord, Level, Picture};
pub(crate) use market::{MarketRecord, MarketTruth, Rules};
pub(crate) use order::{Fate, OrderRecord};

use super::seen::Seen;
use crate::BotId;

/// Everything.
#[derive(Clone, Debug, Default)]
pub(crate) struct Record {
    pub(crate) now: Millis,
    pub(crate) config: EngineConfig,
    pub(crate) account: AccountRecord,
    pub(crate) markets: Vec<MarketRecord>,
    pub(crate) bots: BTreeMap<BotId, BotRecord>,
    pub(crate) orders: BTreeMap<Cloid, OrderRecord>,
    /// Those of them that may still trade.
    pub(crate) open: BTreeSet<Cloid>,
    pub(crate) attempts: BTreeMap<Cloid, AttemptRecord>,
    pub(crate) oids: BTreeMap<Oid, Cloid>,
    /// Orders by the nonce that carried them.
    pub(crate) nonces: BTreeMap<u64, Vec<Cloid>>,
    /// Open orders of the account that are not ours: market, side, size.
    pub(crate) foreign: BTreeMap<Oid, (usize, Side, Size)>,
    /// True trades of the account: order, size, price.
    pub(crate) fills: BTreeMap<u64, FillDeed>,
    /// When what is too old was last forgotten.
    pruned: Millis,
}

impl Record {
    pub(crate) fn new(config: EngineConfig) -> Self {
        let markets = config.markets.iter().map(|market| MarketRecord {
            coin: market.pair.as_str().to_owned(),
            ..MarketRecord::default()
        });
        Self { markets: markets.collect(), config, ..Self::default() }
    }

    pub(crate) fn market_of(&self, pair: &str) -> Option<usize> {
        self.markets.iter().position(|market| market.coin == pair)
    }

    /// The orders that may still trade.
    pub(crate) fn open_orders(&self) -> impl Iterator<Item = (Cloid, &OrderRecord)> {
        self.open.iter().filter_map(|cloid| Some((*cloid, self.orders.get(cloid)?)))
    }

    /// What the orders of one side of a market may still trade, foreign ones included.
    pub(crate) fn open_size(&self, market: usize, side: Side) -> Size {
        let ours = self
            .open_orders()
            .filter(|(_, order)| order.market == market && order.side == side)
            .map(|(_, order)| order.open());
        let foreign = self.foreign.values().filter(|(m, s, _)| *m == market && *s == side);
        ours.chain(foreign.map(|(_, _, size)| *size)).fold(Size::ZERO, Size::saturating_add)
    }

    /// The largest position that the open orders of a side can lead to.
    pub(crate) fn worst(&self, market: usize, side: Side) -> Size {
        self.worst_with(market, side, self.open_size(market, side))
    }

    /// The largest position that orders of a side can lead to, if so much of them may trade.
    pub(crate) fn worst_with(&self, market: usize, side: Side, open: Size) -> Size {
        let position = self.markets.get(market).map_or(0, |market| market.position.raw());
        let open = i128::from(open.raw());
        let end = match side {
            Side::Bid => i128::from(position).saturating_add(open),
            Side::Ask => open.saturating_sub(i128::from(position)),
        };
        Size::from_raw(u64::try_from(end.max(0)).unwrap_or(u64::MAX))
    }

    /// The rules of a market that held at any time in the last `ms`.
    pub(crate) fn rules_within(&self, market: usize, ms: u64) -> impl Iterator<Item = Rules> {
        let rules = self.markets.get(market).map_or(&[][..], |market| &market.rules);
        let since = Millis(self.now.0.saturating_sub(ms));
        // Rules end where the next ones begin.
        let ends = rules.iter().skip(1).map(|(from, _)| *from).chain([Millis(u64::MAX)]);
        rules.iter().zip(ends).filter(move |(_, end)| *end >= since).map(|((_, rules), _)| *rules)
    }

    pub(crate) fn bot(&self, bot: BotId) -> Option<&BotRecord> {
        self.bots.get(&bot)
    }

    /// Takes one thing in.
    pub(crate) fn apply(&mut self, bot_now: Millis, seen: &Seen<'_>) {
        match seen {
            Seen::Started { bot, .. } => {
                let fresh = BotRecord { started: self.now, alive: true, ..BotRecord::default() };
                self.bots.insert(*bot, fresh);
            }
            Seen::Died { bot } => self.with_bot(*bot, |bot| bot.alive = false),
            Seen::Operator { bot, word } => self.operator(*bot, *word),
            Seen::Told { bot, input } => self.told(*bot, bot_now, input),
            Seen::Event { bot, event } => self.event(*bot, event),
            Seen::Journal { bot, ok } => self.journal(*bot, *ok),
            Seen::Command { bot, command } => self.command(*bot, bot_now, command),
            Seen::Sent { bot, request, wire } => self.sent(*bot, *request, wire),
            Seen::Deed(deed) => {
                self.account.deed(self.now, deed);
                self.deed(deed);
            }
            Seen::Thawed { bot } => {
                let now = self.now;
                self.with_bot(*bot, |bot| bot.thawed = Some(now));
            }
            Seen::Settled { .. } => self.expire(),
            Seen::Phase(_) | Seen::Asked { .. } | Seen::Decided { .. } => {}
        }
    }

    fn with_bot(&mut self, bot: BotId, change: impl FnOnce(&mut BotRecord)) {
        change(self.bots.entry(bot).or_default());
    }

    /// The exchange's present word on a market.
    pub(crate) fn truth(&mut self, market: usize, truth: &MarketTruth) {
        let now = self.now;
        if let Some(market) = self.markets.get_mut(market) {
            market.set(now, truth);
        }
    }
}
