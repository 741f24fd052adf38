//! The state machine itself.

mod account;
mod clock;
mod control;
mod dead_man;
mod evidence;
mod exit;
mod lens;
mod risk;
mod rotation;
mod show;
mod signals;
mod strays;
mod timers;

use hl_quant::{Millis, Notional, Side};

use self::evidence::{BURNS, Burn};

use crate::{
    BudgetNews, BudgetView, Command, EngineConfig, EventKind, Freshness, Halt, Input, MarketId,
    MarketView, NoQuote, Operator, OrderView, Output, PlaceOrder, QuoteModel, Stats,
    ids::CloidMaker,
    market::{Clerk, Desk, Listed, Market, Role, Spec},
    outbox::Outbox,
    rotation::Rotation,
    stats::bump,
    sync::Sync,
};
use dead_man::{DeadManState, Relaxed};
use risk::AccountRisk;
use signals::Signals;
use strays::Stray;

pub use signals::SourceView;

/// No order lives longer on its way than this, whatever was configured: a later run relies on it.
pub(crate) const ACTION_LIFE_MAX_MS: u64 = 30_000;

/// The venue's truth is read back at least this often.
const RECONCILE_MAX_MS: u64 = 60_000;

/// How often the rules of a market that does not trade are read.
const NOT_TRADING_MS: u64 = 10_000;

/// Whether the engine quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// It does, where a market allows it.
    Running,
    /// It does not, on the operator's word.
    Ending {
        /// Which word: a halt can be resumed, a stop cannot.
        word: Operator,
        /// Since when; the first input of a run says it for a halt of an earlier one.
        since: Option<Millis>,
        /// Whether the end has been reported.
        reported: bool,
    },
}

/// The trading core of one account: a state machine without clock, socket or thread.
///
/// See the [crate documentation](crate) for how to drive it.
#[derive(Debug)]
pub struct Engine {
    config: EngineConfig,
    cloids: CloidMaker,
    /// The latest moment told: time never goes back.
    now: Millis,
    /// What the clock showed last.
    shown: Millis,
    markets: Vec<Market>,
    out: Outbox,
    sync: Sync,
    mode: Mode,
    /// The halt that holds, if one does.
    halt: Option<Halt>,
    /// Since when positions are being closed, earlier runs included.
    flatten: Option<Millis>,
    dead_man: DeadManState,
    /// The limits as given, while tighter ones are in force.
    relaxed: Option<Relaxed>,
    risk: AccountRisk,
    signals: Signals,
    /// Attempts so far.
    seq: u64,
    /// The latest block that the venue has told of.
    venue_now: Millis,
    /// The moment that the last report of the account speaks of.
    account_time: Millis,
    /// Whether anything has been told yet.
    started: bool,
    /// Orders of ours in markets that this engine does not have.
    strays: Vec<Stray>,
    /// Nonces that are being burnt.
    burns: Vec<Burn>,
    /// How many were.
    burnt: u64,
    /// Orders of earlier runs in markets that this one does not have.
    carried_elsewhere: u64,
    clock_back: u64,
    pauses: u64,
    /// The request for rules that a refused order waits for: when it was made, and when to make
    /// another.
    forced: Option<(Millis, Millis)>,
    /// What was last said about the budget of the address, and when.
    budget_told: Option<(BudgetNews, Millis)>,
    /// What the switch said at the last decision.
    switch: Option<NoQuote>,
    /// The last moment at which an order of ours could have been in the book.
    quiet: Millis,
    /// What the last list of open orders contained.
    listed: Listed,
    /// Inputs that concern no market and made no sense.
    audits: u64,
    /// Which markets are quoted, if not all of them always.
    rotation: Option<Box<Rotation>>,
}

impl Engine {
    /// An engine that knows nothing yet: it does not quote before it has been told that the streams
    /// are up and has read back orders, positions and fills.
    ///
    /// `seed` must differ from run to run on the same account; it names the run in every client
    /// order id. The same seed and the same inputs give the same outputs.
    #[must_use]
    pub fn new(mut config: EngineConfig, seed: u64) -> Self {
        let timing = &mut config.timing;
        timing.spec_max_age_ms = timing.spec_max_age_ms.min(config.guard.spec_ttl_ms);
        timing.spec_refresh_ms = timing.spec_refresh_ms.min(timing.spec_max_age_ms / 2);
        // The truth is read at least once a minute, whatever was configured.
        timing.action_life_ms = timing.action_life_ms.min(ACTION_LIFE_MAX_MS);
        timing.reconcile_ms = timing.reconcile_ms.min(RECONCILE_MAX_MS);
        timing.reconcile_max_age_ms = timing.reconcile_max_age_ms.min(RECONCILE_MAX_MS);
        let markets = config.markets.iter().enumerate().filter_map(|(index, market)| {
            let id = MarketId(u16::try_from(index).ok()?);
            Some(Market::new(id, market.clone(), config.guard))
        });
        let rotation = config
            .rotation
            .clone()
            .map(|rotation| Box::new(Rotation::new(rotation, &config.markets, seed)));
        let mut markets: Vec<Market> = markets.collect();
        if rotation.is_some() {
            markets.iter_mut().for_each(|market| market.role = Role::Rests);
        }
        Self {
            cloids: CloidMaker::new(config.cloid_tag, seed),
            now: Millis(0),
            shown: Millis(0),
            markets,
            out: Outbox::new(config.budget),
            sync: Sync::default(),
            mode: Mode::Running,
            halt: None,
            flatten: None,
            dead_man: DeadManState::default(),
            relaxed: None,
            risk: AccountRisk::default(),
            signals: Signals::new(&config.signals, config.markets.len()),
            seq: 0,
            venue_now: Millis(0),
            account_time: Millis(0),
            started: false,
            strays: Vec::new(),
            burns: Vec::with_capacity(BURNS),
            burnt: 0,
            carried_elsewhere: 0,
            clock_back: 0,
            pauses: 0,
            forced: None,
            budget_told: None,
            switch: Some(NoQuote::Disconnected),
            quiet: Millis(0),
            listed: Listed::default(),
            audits: 0,
            rotation,
            config,
        }
    }

    /// Quotes `market` with another model than the one of its configuration.
    #[must_use]
    pub fn with_model(mut self, market: MarketId, model: Box<dyn QuoteModel>) -> Self {
        if let Some(market) = self.markets.get_mut(market.index()) {
            market.set_model(model);
        }
        self
    }

    /// The configuration in force: as given, except that some limits are tighter while
    /// [`Engine::watchdog_is_tight`].
    #[must_use]
    pub const fn config(&self) -> &EngineConfig {
        &self.config
    }

    /// All markets together.
    #[must_use]
    pub fn stats(&self) -> Stats {
        let mut sum = Stats::default();
        sum.audits = self.audits;
        sum.burns = self.burnt;
        sum.clock_back = self.clock_back;
        sum.pauses = self.pauses;
        for market in &self.markets {
            sum.add(&market.stats);
        }
        sum
    }

    /// One market; `None` if there is none by that id.
    #[must_use]
    pub fn market(&self, market: MarketId) -> Option<MarketView<'_>> {
        self.markets.get(market.index()).map(|market| market.view(self.now))
    }

    /// Every market, in the order of the configuration.
    pub fn markets(&self) -> impl Iterator<Item = MarketView<'_>> {
        self.markets.iter().map(|market| market.view(self.now))
    }

    /// The orders of one market that may still trade, or that owe fills.
    pub fn orders(&self, market: MarketId) -> impl Iterator<Item = OrderView> + '_ {
        self.markets.get(market.index()).into_iter().flat_map(Market::order_views)
    }

    /// Requests left in the address budget; `None` until the venue has said so.
    #[must_use]
    pub fn requests_left(&self) -> Option<u64> {
        self.out.budgets.address.left()
    }

    /// How old the engine's knowledge of the account is.
    #[must_use]
    pub fn freshness(&self) -> Freshness {
        let Sync { up, orders, account, fills, .. } = self.sync;
        Freshness { connected: up, orders: orders.good, account: account.good, fills: fills.good }
    }

    /// What is left of all the venue's budgets, and how long it lasts.
    #[must_use]
    pub fn budget(&self) -> BudgetView {
        self.out.budgets.view(self.now)
    }

    /// A last look at a command whose record took time to write: whether what was heard meanwhile
    /// still lets it leave. Orders that would cross the touch of now are refused by the venue, and
    /// those after a word to stop, or in a market whose book cannot be quoted on any more, are not to
    /// leave at all; none has to be sent to be known. A shell that does not send a command for this
    /// answers [`Reply::NeverSent`](crate::Reply::NeverSent). What takes risk away always stands.
    #[must_use]
    pub fn still_stands(&self, now: Millis, command: &Command) -> bool {
        // Nothing may have been heard while the record was written.
        let now = now.max(self.now);
        let behind_ms = self.risk.skew.behind_ms(now);
        let outside = |order: &PlaceOrder| {
            let Some(market) = self.markets.get(order.market.index()) else { return false };
            let fresh = market.book.fresh(now, behind_ms, &self.config.timing);
            if fresh.is_err() || market.book.others().is_err() {
                return false;
            }
            let (bid, ask) = market.book.touch();
            match order.side {
                Side::Bid => ask.is_none_or(|ask| order.price.get() < ask),
                Side::Ask => bid.is_none_or(|bid| order.price.get() > bid),
            }
        };
        match command {
            Command::Place { orders, .. } => self.switch().is_none() && orders.iter().all(outside),
            Command::Modify { orders, .. } => {
                self.switch().is_none() && orders.iter().all(|modify| outside(&modify.new))
            }
            _ => true,
        }
    }

    /// Takes one input at `now` and decides. Never blocks and never fails: an input that makes no
    /// sense becomes an event.
    ///
    /// `now` is venue time as well as the shell knows it; a moment before the last one counts as
    /// the last one. Drain [`Engine::poll`] after every call.
    pub fn handle(&mut self, now: Millis, input: Input<'_>) {
        self.tick(now);
        self.clear_lenses();
        self.out.begin(self.now, self.now.plus(self.config.timing.action_life_ms));
        self.begin_restored();
        self.take(input);
        self.run_timers();
        self.run_signals();
        self.run_rotation();
        self.run_risk();
        self.decide();
        self.note_quiet();
        self.note_gone();
        self.out.flush();
    }

    /// The next output: events, then commands, then how long there is nothing to do.
    pub fn poll(&mut self) -> Output {
        if let Some(event) = self.out.next_event() {
            return Output::Event(event);
        }
        if let Some(command) = self.out.next_command() {
            return Output::Command(command);
        }
        Output::WaitUntil(self.wake_at())
    }

    fn take(&mut self, input: Input<'_>) {
        let now = self.now;
        match input {
            Input::Book { market, time, bids, asks } => {
                self.risk.skew.hear(now, time);
                self.quoted(market, time, |market| market.take_book(now, time, bids, asks));
                self.see_quote(market);
            }
            Input::Bbo { market, time, bid, ask } => {
                self.risk.skew.hear(now, time);
                self.quoted(market, time, |market| market.take_bbo(now, time, bid, ask));
                self.see_quote(market);
            }
            Input::Trade { market, time, aggressor, price, size } => {
                self.signals.trade(now, market, aggressor, (price, size));
                match self.markets.get_mut(market.index()) {
                    Some(market) => market.take_trade(time, aggressor, price),
                    None => self.audit("market_unknown"),
                }
                self.see_trade(market, aggressor, price);
            }
            Input::Context { market, funding_e8, open_interest } => {
                self.signals.context(now, market, funding_e8, open_interest);
                self.funding(market, funding_e8);
            }
            Input::Signal { market, signal } => self.signal_heard(market, signal),
            // Limits see a payment in the account's value.
            Input::Funding(_) | Input::Timer => {}
            // Asked for before the clock was set back: nobody can say how old that is.
            Input::Spec { requested, .. } if requested > now => {
                self.sync.specs.heard(now.plus(self.config.timing.retry_ms));
                self.forced_again();
            }
            Input::Spec { market, spec, requested, status } => {
                let spec = Spec { rules: *spec, requested, status };
                // An answer that is old already must not be asked for again in the same breath.
                if self.forced.is_some_and(|(at, _)| requested < at) {
                    // What was under way already came first.
                    self.forced_again();
                }
                let timing = &self.config.timing;
                let soonest = now.plus(timing.retry_ms);
                self.sync.specs.heard(requested.plus(timing.spec_refresh_ms).max(soonest));
                if let Some(market) = self.markets.get_mut(market.index()) {
                    market.set_spec(spec, now, &mut self.out);
                } else {
                    self.audit("market_unknown");
                }
                // That a market trades again is told nowhere else.
                if self.markets.iter().any(Market::is_known_not_to_trade) {
                    self.sync.specs.hurry(requested.plus(NOT_TRADING_MS).max(soonest));
                }
            }
            Input::SpecsFailed => {
                self.sync.specs.heard(now.plus(self.config.timing.retry_ms));
                self.forced_again();
            }
            Input::Fill(fill) => self.fill(&fill),
            Input::Order(update) => {
                self.heard_time(update.time);
                self.update(&update);
            }
            Input::Outcome { request, replies } => self.outcome(request, replies),
            Input::OpenOrders { request, orders } => self.listing(request, orders),
            Input::Account { request, time, positions, money } => {
                self.positions(request, time, positions, money);
            }
            Input::Ledger { request, transfers } => self.transfers(request, transfers),
            Input::Reference { market, mark, oracle } => self.reference(market, mark, oracle),
            Input::Journal(journal) => self.journal(journal),
            Input::Fills { request, fills } => self.fills(request, fills),
            Input::OrderStatus { request, cloid, found } => {
                self.status(request, cloid, &found);
            }
            Input::QueryFailed { request } => self.query_failed(request),
            Input::RateLimit { used, cap } => {
                self.rate_limit(used, cap);
                self.dead_man_volume(cap);
            }
            Input::Throttled => self.out.budgets.throttled(now),
            Input::Connection(connection) => self.connection(connection),
            Input::Operator(word) => self.operator(word),
            Input::Unreadable { what } => self.audit(what),
        }
    }

    /// Applies a message to a market's book.
    fn quoted(
        &mut self,
        market: MarketId,
        time: Millis,
        apply: impl FnOnce(&mut Market) -> Result<(), crate::book::Refused>,
    ) {
        let Some(market) = self.markets.get_mut(market.index()) else {
            return self.audit("market_unknown");
        };
        match apply(market) {
            Ok(()) => {
                market.dirty = true;
                self.signals.touch(self.now, market);
                self.heard_time(time);
            }
            Err(refused) => market.refused(refused, self.now, &mut self.out),
        }
    }

    /// Works on one market with what it takes to judge an answer.
    fn on_market<T: Default>(
        &mut self,
        market: MarketId,
        work: impl FnOnce(&mut Market, &mut Clerk<'_>) -> T,
    ) -> T {
        let mut clerk = Clerk {
            now: self.now,
            timing: &self.config.timing,
            max_rejects: self.config.limits.max_rejects,
            tag: self.config.cloid_tag,
            out: &mut self.out,
        };
        match self.markets.get_mut(market.index()) {
            Some(market) => work(market, &mut clerk),
            None => {
                self.audit("market_unknown");
                T::default()
            }
        }
    }

    /// Works on every market, in order.
    fn on_markets(&mut self, mut work: impl FnMut(&mut Market, &mut Clerk<'_>)) {
        let mut clerk = Clerk {
            now: self.now,
            timing: &self.config.timing,
            max_rejects: self.config.limits.max_rejects,
            tag: self.config.cloid_tag,
            out: &mut self.out,
        };
        for market in &mut self.markets {
            work(market, &mut clerk);
        }
    }

    fn audit(&mut self, what: &'static str) {
        bump(&mut self.audits);
        self.out.event(self.now, EventKind::Audit { pair: None, what });
    }

    fn all_dirty(&mut self) {
        for market in &mut self.markets {
            market.dirty = true;
        }
    }

    /// Why the engine as a whole may not quote.
    fn switch(&self) -> Option<NoQuote> {
        match self.mode {
            Mode::Ending { word: Operator::Stop, .. } => Some(NoQuote::Stopped),
            Mode::Ending { .. } => Some(NoQuote::Halted),
            Mode::Running if self.sync.up.is_none() => Some(NoQuote::Disconnected),
            Mode::Running if !self.sync.is_complete(self.now, &self.config.timing) => {
                Some(NoQuote::NotReconciled)
            }
            Mode::Running if self.has_strays() || self.markets.iter().any(Market::has_orphans) => {
                Some(NoQuote::Orphans)
            }
            Mode::Running => None,
        }
    }

    /// Lets every market decide that has a reason to.
    fn decide(&mut self) {
        let switch = self.switch();
        if switch != self.switch {
            self.switch = switch;
            self.all_dirty();
        }
        for index in 0..self.markets.len() {
            let is_due =
                |market: &Market| market.dirty || market.due.is_some_and(|due| self.now >= due);
            if !self.markets.get(index).is_some_and(is_due) {
                continue;
            }
            let (gross_others, orders_elsewhere) = self.others(index);
            let mut desk = Desk {
                now: self.now,
                timing: &self.config.timing,
                limits: &self.config.limits,
                batching: self.config.batching,
                cloids: self.cloids,
                seq: &mut self.seq,
                out: &mut self.out,
                switch,
                verdict: self.risk.shown(),
                behind_ms: self.risk.skew.behind_ms(self.now),
                gross_others,
                orders_elsewhere,
            };
            if let Some(market) = self.markets.get_mut(index) {
                market.decide(&mut desk);
            }
        }
    }

    /// The worst case and the number of orders of all markets but one.
    fn others(&self, but: usize) -> (Option<Notional>, u64) {
        let others = self.markets.iter().enumerate().filter(|(index, _)| *index != but);
        let mut gross = Some(Notional::ZERO);
        let mut orders = 0_u64;
        for (_, market) in others {
            gross = gross.zip(market.worst()).map(|(sum, worst)| sum.saturating_add(worst));
            orders = orders.saturating_add(market.orders.count());
        }
        (gross, orders)
    }
}
