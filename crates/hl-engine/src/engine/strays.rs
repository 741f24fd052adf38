//! Orders of ours in markets that this engine does not have.
//!
//! An action names a market by its number. If the venue numbers its markets anew while an order flies,
//! the order comes to another market, and no client can prevent that: it can only notice. In a market
//! that we have it is an orphan there; in any other it is one of these. Nothing is quoted until it is
//! gone. If it has traded, there is a position that nobody here values or limits: that halts.

use hl_quant::Millis;
use hl_wire::{Cloid, RejectCode};

use super::Engine;
use crate::{
    CancelLine, CancelOrder, CancelStage, Cause, EventKind, Found, MarketId, OpenOrder, Operator,
    OrderState, OrderUpdate, OrderView, Pair, Query, Reply, RequestId, VenueState,
    budget::{Class, limits::LIGHT_QUESTION},
    order::Slot,
};

/// How long one that is gone is remembered, so that an old list does not bring it back.
const REMEMBER_MS: u64 = 120_000;
/// How often the venue has to say that there is no such order.
const MISSES: u8 = 16;
/// How many times as often a cancel is sent as a question is asked.
const ASK_EVERY: u64 = 4;

/// One of them.
#[derive(Clone, Debug)]
pub(super) struct Stray {
    update: OrderUpdate,
    cloid: Cloid,
    /// The market that it was meant for.
    pair: Pair,
    /// The cancel in flight, and when it was sent.
    cancel: Option<(Slot, Millis)>,
    next_cancel: Millis,
    /// The question in flight, and when it was asked.
    query: Option<(RequestId, Millis)>,
    next_query: Millis,
    misses: u8,
    gone: Option<Millis>,
}

impl Stray {
    const fn is_there(&self) -> bool {
        self.gone.is_none()
    }
}

impl Engine {
    /// Orders of ours that rest in markets which this engine does not have, with the number by which
    /// the shell knows each market.
    pub fn strays(&self) -> impl Iterator<Item = (MarketId, OrderView)> + '_ {
        self.strays.iter().filter(|stray| stray.is_there()).map(|stray| {
            let OrderUpdate { side, price, remaining, market, .. } = stray.update;
            let state = OrderState::PendingCancel;
            (market, OrderView { cloid: stray.cloid, side, price, remaining, state })
        })
    }

    pub(super) fn is_elsewhere(&self, market: MarketId) -> bool {
        market.index() >= self.markets.len()
    }

    pub(super) fn has_strays(&self) -> bool {
        self.strays.iter().any(Stray::is_there)
    }

    pub(super) fn strays_left(&self) -> u64 {
        let left = self.strays.iter().filter(|stray| stray.is_there()).count();
        u64::try_from(left).unwrap_or(u64::MAX)
    }

    /// The venue's word about an order in a market that is not ours.
    pub(super) fn stray(&mut self, update: &OrderUpdate) {
        let Some(cloid) = update.cloid.filter(|cloid| self.config.cloid_tag.owns(*cloid)) else {
            return;
        };
        if let VenueState::Rejected(_) = update.state {
            // It is nowhere, so it does not matter where it was refused.
            return self.on_markets(|market, clerk| market.update(update, clerk));
        }
        let mut meant = None;
        self.on_markets(|market, clerk| {
            if market.left_for_another(cloid, clerk) {
                meant = Some(market.pair());
            }
        });
        let known = self.strays.iter().position(|stray| stray.cloid == cloid);
        if known.is_none() && meant.is_none() && update.state != VenueState::Open {
            return;
        }
        let (now, retry_ms) = (self.now, self.config.timing.retry_ms);
        let place = known.unwrap_or_else(|| {
            if meant.is_none() {
                self.audit("order_in_another_market");
            }
            self.strays.push(Stray {
                update: *update,
                cloid,
                pair: meant.unwrap_or_else(|| Pair::new("")),
                cancel: None,
                next_cancel: now,
                query: None,
                next_query: now.plus(retry_ms),
                misses: 0,
                gone: None,
            });
            self.sync.specs.hurry(now);
            self.strays.len().saturating_sub(1)
        });
        let Some(stray) = self.strays.get_mut(place).filter(|stray| stray.is_there()) else {
            return;
        };
        stray.update = *update;
        stray.misses = 0;
        let filled = update.state == VenueState::Filled;
        let traded = filled || update.remaining < update.original;
        if update.state != VenueState::Open {
            self.stray_gone(place);
        }
        if traded {
            self.audit("traded_in_another_market");
            self.stop_quoting(Operator::Halt, Cause::NotComputable);
        }
    }

    fn stray_gone(&mut self, place: usize) {
        let now = self.now;
        let Some(stray) = self.strays.get_mut(place) else { return };
        stray.gone = Some(now);
        let (pair, cloid) = (stray.pair.clone(), stray.cloid);
        self.out.event(now, EventKind::Gone { pair, cloid });
    }

    /// Takes the orders of a list that are in markets that are not ours; returns how many are ours.
    pub(super) fn list_strays(&mut self, list: &[OpenOrder]) -> u32 {
        let first = self.markets.len();
        let mut ours = 0_u32;
        for entry in list.iter().filter(|entry| entry.market.index() >= first) {
            ours = ours.saturating_add(1);
            self.stray(&OrderUpdate {
                market: entry.market,
                time: self.venue_now,
                oid: entry.oid,
                cloid: entry.cloid,
                side: entry.side,
                price: entry.price,
                original: entry.original.unwrap_or(entry.remaining),
                remaining: entry.remaining,
                state: VenueState::Open,
            });
        }
        ours
    }

    /// Takes the answers to cancels.
    pub(super) fn stray_outcome(&mut self, request: RequestId, replies: &[Reply]) {
        let now = self.now;
        for stray in &mut self.strays {
            let Some((slot, _)) = stray.cancel.take_if(|(slot, _)| slot.request == request) else {
                continue;
            };
            let (stage, ask) = match replies.get(slot.index) {
                Some(Reply::Accepted { .. }) => (CancelStage::Done, true),
                Some(Reply::Rejected { code, .. }) => {
                    (CancelStage::Rejected(*code), *code == RejectCode::NotFound)
                }
                _ => (CancelStage::Unknown, false),
            };
            if ask {
                // What it has traded is the venue's to say; or the number was not its market's.
                stray.next_query = now;
                self.sync.specs.hurry(now);
            }
            let line = CancelLine { pair: stray.pair.clone(), cloid: stray.cloid, stage };
            self.out.event(now, EventKind::Cancel(line));
        }
    }

    /// The answer to a question about one of them has come.
    pub(super) fn stray_answered(&mut self, request: RequestId, found: &Found) {
        let is_it = |stray: &Stray| stray.query.is_some_and(|(id, _)| id == request);
        let Some(place) = self.strays.iter().position(is_it) else { return };
        let Some(stray) = self.strays.get_mut(place) else { return };
        stray.query = None;
        if *found == Found::No {
            stray.misses = stray.misses.saturating_add(1);
            if stray.misses >= MISSES && stray.is_there() {
                self.stray_gone(place);
            }
        }
    }

    pub(super) fn stray_query_failed(&mut self, request: RequestId) {
        for stray in &mut self.strays {
            stray.query = stray.query.filter(|(id, _)| *id != request);
        }
    }

    /// Cancels them, and asks about them, until the venue says that they are gone.
    pub(super) fn run_strays(&mut self) {
        let now = self.now;
        let (timeout, retry_ms) =
            (self.config.timing.answer_timeout_ms, self.config.timing.retry_ms);
        self.strays.retain(|stray| stray.gone.is_none_or(|at| now.since(at) < REMEMBER_MS));
        for stray in self.strays.iter_mut().filter(|stray| stray.is_there()) {
            stray.cancel = stray.cancel.filter(|(_, at)| now.since(*at) < timeout);
            stray.query = stray.query.filter(|(_, at)| now.since(*at) < timeout);
            let (market, cloid) = (stray.update.market, stray.cloid);
            if stray.cancel.is_none() && now >= stray.next_cancel && self.out.may_cancel(now) {
                stray.cancel = Some((self.out.cancel(CancelOrder { market, cloid }), now));
                stray.next_cancel = now.plus(retry_ms);
                let stage = CancelStage::Sent;
                let line = CancelLine { pair: stray.pair.clone(), cloid, stage };
                self.out.event(now, EventKind::Cancel(line));
            }
            let may = self.out.budgets.may_send(now, Class::Reconcile, LIGHT_QUESTION);
            if stray.query.is_none() && now >= stray.next_query && may {
                stray.query = Some((self.out.query(Query::Order { market, cloid }), now));
                stray.next_query = now.plus(retry_ms.saturating_mul(ASK_EVERY));
            }
        }
    }

    /// When one of them has to be looked at.
    pub(super) fn strays_due(&self) -> impl Iterator<Item = Millis> + '_ {
        let timeout = self.config.timing.answer_timeout_ms;
        self.strays.iter().filter(|stray| stray.is_there()).flat_map(move |stray| {
            let cancel = stray.cancel.map_or(stray.next_cancel, |(_, at)| at.plus(timeout));
            let query = stray.query.map_or(stray.next_query, |(_, at)| at.plus(timeout));
            [cancel, query]
        })
    }

    pub(super) fn rebase_strays(&mut self, now: Millis) {
        for stray in &mut self.strays {
            stray.next_cancel = stray.next_cancel.min(now);
            stray.next_query = stray.next_query.min(now);
            stray.cancel = stray.cancel.map(|(slot, at)| (slot, at.min(now)));
            stray.query = stray.query.map(|(id, at)| (id, at.min(now)));
            stray.gone = stray.gone.map(|at| at.min(now));
        }
    }
}
