//! The venue's budgets: what requests cost, who may spend, and what a request is worth.
//!
//! Three limits are counted where every command is staged, so that none can pass them by: weight per
//! IP address, requests per account address, and messages on the WebSocket. What is spent is decided
//! by [`Class`]: each class leaves a floor that only the more important ones may touch. [`limits`] has
//! the venue's numbers, each with its source.

mod address;
mod bucket;
pub mod limits;
mod pause;

use hl_quant::{Millis, Notional};
use hl_wire::RejectCode;

pub(crate) use bucket::Bucket;

use self::{
    address::AddressBudget,
    limits::{
        LIGHT_QUESTION, MESSAGES_AT_ONCE, MESSAGES_REFILL_PER_MINUTE, QUESTION, REQUEST_PRICE,
        WEIGHT_AT_ONCE, WEIGHT_AT_START, WEIGHT_REFILL_PER_MINUTE,
    },
    pause::Pause,
};
use crate::{BudgetConfig, Query, Road, Usd};

const MINUTE_MS: u64 = 60_000;
const HOUR_MS: u64 = 3_600_000;

/// A request never costs more than this many times its price.
const DEAREST: u64 = 1_000;

/// What a request is for, most important first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Taking orders away, and the dead man's switch.
    Cancel,
    /// Finding out what is true: questions about orders, fills and positions; burnt nonces.
    Reconcile,
    /// Orders that make a position smaller.
    Reduce,
    /// All other orders.
    Quote,
    /// Everything else, like specs that are still good.
    Info,
}

impl Class {
    /// Every class, most important first.
    pub const ALL: [Self; 5] =
        [Self::Cancel, Self::Reconcile, Self::Reduce, Self::Quote, Self::Info];

    /// The part of a bucket that the class leaves to more important ones, in percent.
    const fn floor_percent(self) -> u64 {
        match self {
            Self::Cancel => 0,
            Self::Reconcile => 5,
            Self::Reduce => 10,
            Self::Quote => 15,
            Self::Info => 30,
        }
    }
}

/// What an order may cost: it is stopped if `left <= reserve`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Allowance {
    /// Requests left; `None` until the venue has told.
    pub(crate) left: Option<u64>,
    /// What it must leave to others.
    pub(crate) reserve: u64,
}

impl Allowance {
    pub(crate) fn is_enough(self) -> bool {
        self.left.is_none_or(|left| left > self.reserve)
    }
}

/// What is left of the venue's budgets, for a status screen and for the `budget_evt` line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BudgetView {
    /// Requests of the address up to the venue's limit; `None` until the venue has told.
    pub left: Option<u64>,
    /// That limit.
    pub cap: Option<u64>,
    /// Cancels up to our share of their own limit.
    pub cancels_left: Option<u64>,
    /// Requests spent beyond what fills gave back, per hour, at the present pace.
    pub per_hour: i64,
    /// How long our share of the requests lasts at that pace, in milliseconds; `None` if it does not
    /// shrink or is not known.
    pub runway_ms: Option<u64>,
    /// What a request is priced at now.
    pub price: Usd,
    /// IP weight that may be spent at once.
    pub weight_left: u64,
}

impl BudgetView {
    /// [`BudgetView::runway_ms`] in whole hours.
    #[must_use]
    pub fn runway_hours(&self) -> Option<u64> {
        self.runway_ms.map(|ms| ms / HOUR_MS)
    }
}

/// All budgets of one engine.
#[derive(Clone, Debug)]
pub(crate) struct Budgets {
    config: BudgetConfig,
    weight: Bucket,
    messages: Bucket,
    /// After the venue has refused for the weight.
    pause: Pause,
    pub(crate) address: AddressBudget,
}

impl Budgets {
    pub(crate) fn new(config: BudgetConfig) -> Self {
        Self {
            config,
            weight: Bucket::new(WEIGHT_AT_ONCE, WEIGHT_REFILL_PER_MINUTE, MINUTE_MS)
                .holding(WEIGHT_AT_START),
            messages: Bucket::new(MESSAGES_AT_ONCE, MESSAGES_REFILL_PER_MINUTE, MINUTE_MS),
            pause: Pause::default(),
            address: AddressBudget::new(),
        }
    }

    /// Whether a request of this class and weight may leave now, as far as the IP address and the
    /// WebSocket decide.
    pub(crate) fn may_send(&self, now: Millis, class: Class, weight: u64) -> bool {
        let messages = self.config.road == Road::Rest
            || self.messages.holds(now, 1, floor(MESSAGES_AT_ONCE, class));
        now >= self.paused_until(class)
            && messages
            && self.weight.holds(now, weight, floor(WEIGHT_AT_ONCE, class))
    }

    /// Whether an order that closes a position may leave now. Exits are few and end by themselves, so
    /// they need leave nothing to others, and go at the venue's drip once the address has used up its
    /// requests.
    pub(crate) fn may_exit(&self, now: Millis) -> bool {
        let drips = !self.address.is_throttled() || self.address.drips(now);
        drips && self.may_send(now, Class::Reduce, limits::action_weight(1))
    }

    /// The first moment at which [`Budgets::may_send`].
    pub(crate) fn ready_at(&self, now: Millis, class: Class, weight: u64) -> Millis {
        let ready = self.weight.ready_at(now, weight, floor(WEIGHT_AT_ONCE, class));
        let ready = ready.max(self.paused_until(class));
        match self.config.road {
            Road::Rest => ready,
            Road::WebSocket => {
                ready.max(self.messages.ready_at(now, 1, floor(MESSAGES_AT_ONCE, class)))
            }
        }
    }

    /// A request of this weight leaves.
    pub(crate) fn sent(&mut self, now: Millis, weight: u64) {
        self.weight.take(now, weight);
        if self.config.road == Road::WebSocket {
            self.messages.take(now, 1);
        }
    }

    /// An answer turned out heavier than its question.
    pub(crate) fn weighed(&mut self, now: Millis, weight: u64) {
        self.weight.take(now, weight);
    }

    /// A pause after a refusal holds for everything but cancels: those are as few as there are
    /// orders, each asked for once a while, and nothing matters more.
    const fn paused_until(&self, class: Class) -> Millis {
        match class {
            Class::Cancel => Millis(0),
            _ => self.pause.until(),
        }
    }

    /// The venue refused an action with one of the two codes for a rate. The address counts as used
    /// up until the venue has told its count; the weight of the network address comes back by
    /// itself.
    pub(crate) fn refused(&mut self, now: Millis, code: RejectCode) {
        match code {
            RejectCode::Rate => self.address.refused(),
            RejectCode::IpRate => self.throttled(now),
            _ => {}
        }
    }

    /// The venue refused something for the weight of the network address: it counts more than we do,
    /// perhaps because others share the address. Nothing is left for now, and nothing is asked for a
    /// while that grows.
    pub(crate) fn throttled(&mut self, now: Millis) {
        self.weight.drain(now);
        self.pause.refused(now);
    }

    /// What an order of this class may cost the address, with `live` orders whose cancels must stay possible and
    /// `reserve` kept for cancels besides.
    pub(crate) fn allowance(
        &self,
        now: Millis,
        class: Class,
        live: u64,
        reserve: u64,
    ) -> Allowance {
        // One for the new order's own cancel.
        let live = live.saturating_add(1);
        if self.address.is_throttled() {
            let left = u64::from(class <= Class::Reduce && self.address.drips(now));
            return Allowance { left: Some(left), reserve: 0 };
        }
        let reserve = match class {
            Class::Quote | Class::Info => live.saturating_add(reserve),
            Class::Cancel | Class::Reconcile | Class::Reduce => live,
        };
        Allowance { left: self.address.ours(), reserve }
    }

    /// What a request is priced at: the venue's own price, and more as the runway gets shorter than
    /// configured.
    pub(crate) fn price(&self, now: Millis) -> Usd {
        let wanted = self.config.runway_hours.saturating_mul(HOUR_MS);
        let times = self
            .address
            .runway_ms(now)
            .map_or(1, |left| wanted.checked_div(left.max(1)).unwrap_or(DEAREST).clamp(1, DEAREST));
        Usd::from_raw(REQUEST_PRICE.saturating_mul(i128::from(times)))
    }

    /// Whether an action that makes `edge` of money better is worth its request.
    pub(crate) fn is_worth(edge: Notional, chance: crate::Ppm, price: Usd) -> bool {
        let earned = i128::try_from(chance.of_notional(edge).raw()).unwrap_or(i128::MAX);
        earned >= price.raw()
    }

    pub(crate) fn chance(&self) -> crate::Ppm {
        self.config.worth
    }

    /// Takes a step back of the clock.
    pub(crate) fn rebase(&mut self, now: Millis) {
        self.weight.rebase(now);
        self.messages.rebase(now);
        self.pause.rebase(now);
        self.address.rebase(now);
    }

    pub(crate) fn view(&self, now: Millis) -> BudgetView {
        BudgetView {
            left: self.address.left(),
            cap: self.address.cap(),
            cancels_left: self.address.cancels(),
            per_hour: self.address.per_hour(now),
            runway_ms: self.address.runway_ms(now),
            price: self.price(now),
            weight_left: self.weight.tokens(now),
        }
    }
}

/// The weight of a question.
pub(crate) const fn question_weight(query: Query) -> u64 {
    match query {
        Query::Account | Query::Order { .. } => LIGHT_QUESTION,
        Query::OpenOrders | Query::Fills { .. } | Query::Ledger { .. } => QUESTION,
    }
}

fn floor(capacity: u64, class: Class) -> u64 {
    capacity.saturating_mul(class.floor_percent()) / 100
}

#[cfg(test)]
mod tests;
