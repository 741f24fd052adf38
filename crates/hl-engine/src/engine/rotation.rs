//! Rotation in the engine: when markets are chosen, and how each moves from phase to phase.

use hl_quant::Millis;
use hl_rotation::{Action, Selection, Stake, Status, allocate};

use super::{Engine, Mode};
use crate::{
    EventKind, MarketId, MarketStatus, Move, Pair, Ppm, Reply, RequestId, RotationLine,
    RotationPhase as Phase, ScoreLine, Wait,
    budget::{Class, limits::action_weight},
    market::{Market, Role},
    rotation::{Lever, Rotation, Sight, choose, followed},
};

/// How soon a choice that is due and came too early is tried again.
const AGAIN_MS: u64 = 10_000;

/// How long an active market may refuse orders before the next choice is brought forward.
const CLOSED_MS: u64 = 300_000;

impl Engine {
    /// Which markets are quoted and why, as of the last rotation; `None` without rotation or before
    /// the first one.
    #[must_use]
    pub fn selection(&self) -> Option<&Selection> {
        self.rotation.as_ref()?.selection.as_ref()
    }

    /// How far a market is in or out; `None` without rotation.
    #[must_use]
    pub fn rotation_phase(&self, market: MarketId) -> Option<Phase> {
        self.rotation.as_ref()?.pairs.get(market.index()).map(|pair| pair.phase)
    }

    /// A number that changes whenever some market changes its phase.
    #[must_use]
    pub fn rotation_epoch(&self) -> u64 {
        self.rotation.as_ref().map_or(0, |rotation| rotation.epoch)
    }

    /// When markets are chosen next; `None` without rotation, and before the first measurements.
    #[must_use]
    pub fn rotation_due(&self) -> Option<Millis> {
        self.rotation.as_ref()?.due
    }

    /// Shows the statistics what a market's book says.
    pub(super) fn see_quote(&mut self, market: MarketId) {
        let now = self.now;
        let Some(rotation) = &mut self.rotation else { return };
        let Some(stats) = rotation.stats.get_mut(market.index()) else { return };
        match self.markets.get(market.index()).and_then(Market::sight) {
            Some(quote) => stats.quote(now, quote),
            None => stats.gap(now),
        }
    }

    /// Shows the statistics a public trade.
    pub(super) fn see_trade(
        &mut self,
        market: MarketId,
        aggressor: hl_quant::Side,
        price: hl_quant::Price,
    ) {
        let now = self.now;
        let Some(rotation) = &mut self.rotation else { return };
        let Some(stats) = rotation.stats.get_mut(market.index()) else { return };
        stats.trade(now, aggressor, crate::float::of_price(price));
    }

    /// The streams are gone: nothing is known to hold on.
    pub(super) fn see_nothing(&mut self) {
        let now = self.now;
        for stats in self.rotation.iter_mut().flat_map(|rotation| &mut rotation.stats) {
            stats.gap(now);
        }
    }

    pub(super) fn funding(&mut self, market: MarketId, hourly_e8: i64) {
        let Some(rotation) = &mut self.rotation else { return };
        if let Some(pair) = rotation.pairs.get_mut(market.index()) {
            pair.funding_e8 = Some(hourly_e8);
        }
    }

    /// Takes the answer about leverage, if it is that.
    pub(super) fn leverage_answer(&mut self, request: RequestId, reply: Reply) -> bool {
        let again = self.now.plus(self.config.timing.retry_ms.saturating_mul(4));
        let Some(rotation) = &mut self.rotation else { return false };
        let asked = rotation
            .pairs
            .iter_mut()
            .find(|pair| matches!(pair.lever, Lever::Asked(id, _) if id == request));
        let Some(pair) = asked else { return false };
        pair.lever = match reply {
            Reply::Accepted { .. } => Lever::Set,
            Reply::Rejected { .. } | Reply::Unknown | Reply::NeverSent => Lever::Again(again),
        };
        true
    }

    /// Chooses when it is time, and takes every market one step further.
    pub(super) fn run_rotation(&mut self) {
        let Some(mut rotation) = self.rotation.take() else { return };
        if self.mode == Mode::Running && self.sync.is_complete(self.now, &self.config.timing) {
            self.choose_if_due(&mut rotation);
            for index in 0..self.markets.len() {
                self.step(&mut rotation, index);
            }
            self.write_mark(&mut rotation);
        }
        self.rotation = Some(rotation);
    }

    /// When rotation has something to do by itself.
    pub(super) fn rotation_wakes(&self) -> Option<Millis> {
        let rotation = self.rotation.as_ref()?;
        if self.mode != Mode::Running || self.sync.up.is_none() {
            return None;
        }
        let timeout = self.config.timing.answer_timeout_ms;
        let pairs = rotation.pairs.iter().filter_map(|pair| match (pair.phase, pair.lever) {
            (Phase::Warming, Lever::Wanted) => Some(self.now.plus(AGAIN_MS)),
            (Phase::Warming, Lever::Again(at)) => Some(at),
            (Phase::Warming, Lever::Asked(_, at)) => Some(at.plus(timeout)),
            (Phase::Exiting, _) => Some(pair.at.plus(rotation.config.passive_ms)),
            _ => None,
        });
        pairs.chain(rotation.due).min()
    }

    fn choose_if_due(&mut self, rotation: &mut Rotation) {
        let now = self.now;
        let stats = rotation.config.stats;
        let warm_ms = stats.window_ms.saturating_mul(u64::from(stats.warm_percent)) / 100;
        let due = *rotation.due.get_or_insert_with(|| now.plus(warm_ms));
        if now < due {
            if rotation.last.is_none() {
                self.say_wait(rotation, Wait::Measuring, due);
            }
            return;
        }
        let sights: Vec<Sight> = self
            .markets
            .iter()
            .zip(&rotation.pairs)
            .map(|(market, pair)| market.judge(pair.earned, self.signal(market.id).fresh()))
            .collect();
        let selection = match choose(rotation, now, &sights) {
            Ok(selection) => selection,
            Err(why) => {
                rotation.due = Some(now.plus(AGAIN_MS));
                return self.say_wait(rotation, why, now.plus(AGAIN_MS));
            }
        };
        if let Some(since) = rotation.last {
            for line in followed(rotation, since, &sights) {
                self.out.event(now, EventKind::Rotation(RotationLine::Followed(Box::new(line))));
            }
        }
        let entered = usize::try_from(selection.changes).unwrap_or(usize::MAX);
        rotation.entered.extend(std::iter::repeat_n(now, entered));
        rotation.plan_next(now);
        self.announce_choice(&selection);
        self.apply_choice(rotation, &selection);
        for (pair, market) in rotation.pairs.iter_mut().zip(&self.markets) {
            pair.earned = market.earned();
        }
        for (pair, stats) in rotation.pairs.iter_mut().zip(&rotation.stats) {
            pair.markout = stats.markout();
        }
        rotation.selection = Some(selection);
    }

    /// Says what is waited for, once.
    fn say_wait(&mut self, rotation: &mut Rotation, why: Wait, due: Millis) {
        if rotation.said.replace(why) != Some(why) {
            self.out.event(self.now, EventKind::Rotation(RotationLine::Wait { why, due }));
        }
    }

    fn announce_choice(&mut self, selection: &Selection) {
        let now = self.now;
        for explained in &selection.explained {
            let line = ScoreLine::new(Pair::new(&explained.name), explained);
            self.out.event(now, EventKind::Rotation(RotationLine::Score(Box::new(line))));
        }
        let pairs = selection.chosen.iter().map(|name| Pair::new(name)).collect();
        self.out.event(now, EventKind::Rotation(RotationLine::Rebalance(pairs)));
    }

    fn apply_choice(&mut self, rotation: &mut Rotation, selection: &Selection) {
        let now = self.now;
        for index in 0..self.markets.len() {
            let Some(pair) = rotation.pairs.get_mut(index) else { continue };
            let Some(explained) = selection.of(pair.name.as_str()) else { continue };
            let reason = explained.reason.key();
            match explained.action {
                Action::Keep => self.say_move(pair.name.clone(), Move::Keep, reason),
                Action::Enter => {
                    pair.held = Some(now);
                    pair.lever = Lever::Wanted;
                    self.enter_phase(rotation, index, Phase::Warming, reason);
                }
                Action::Leave => {
                    pair.held = None;
                    self.enter_phase(rotation, index, Phase::Draining, reason);
                }
                Action::Pass if pair.phase == Phase::Gone => pair.phase = Phase::Candidate,
                Action::Pass => {}
            }
        }
        self.share_out(rotation, selection);
    }

    /// Gives each chosen market its share of its own limits.
    fn share_out(&mut self, rotation: &Rotation, selection: &Selection) {
        let chosen: Vec<_> =
            selection.chosen.iter().filter_map(|name| selection.of(name)).collect();
        let stakes: Vec<Stake> = chosen
            .iter()
            .map(|e| Stake { score: e.score, vol: e.parts.vol.raw.unwrap_or(f64::NAN) })
            .collect();
        for (explained, share) in chosen.iter().zip(allocate(&stakes)) {
            let at = rotation.pairs.iter().position(|pair| pair.name.as_str() == explained.name);
            if let Some(market) = at.and_then(|at| self.markets.get_mut(at)) {
                market.share = Ppm(i64::from(share));
                market.dirty = true;
            }
        }
    }

    fn step(&mut self, rotation: &mut Rotation, index: usize) {
        let (Some(pair), Some(market)) = (rotation.pairs.get(index), self.markets.get(index))
        else {
            return;
        };
        let (phase, idle) = (pair.phase, market.is_idle());
        match phase {
            // Before the first choice nothing is known to be left over, and what must not be touched
            // is not.
            Phase::Candidate | Phase::Gone
                if !idle && rotation.last.is_some() && !rotation.is_never(&pair.name) =>
            {
                self.enter_phase(rotation, index, Phase::Draining, "found");
            }
            Phase::Candidate | Phase::Gone => {}
            Phase::Warming => self.warm(rotation, index),
            Phase::Active => {
                if market.is_known_not_to_trade() {
                    let soon = self.now.plus(CLOSED_MS);
                    rotation.due = rotation.due.map(|at| at.min(soon));
                }
            }
            Phase::Draining if idle => self.enter_phase(rotation, index, Phase::Gone, "flat"),
            Phase::Draining if market.orders.count() == 0 => {
                self.enter_phase(rotation, index, Phase::Exiting, "inventory");
            }
            Phase::Draining => {}
            Phase::Exiting if idle => self.enter_phase(rotation, index, Phase::Gone, "flat"),
            Phase::Exiting => self.work_out(rotation, index),
        }
        self.set_role(rotation, index);
    }

    /// Sets leverage and margin mode; without them there is nothing to wait for.
    fn warm(&mut self, rotation: &mut Rotation, index: usize) {
        let Some(pair) = rotation.pairs.get_mut(index) else { return };
        let Some(market) = self.markets.get(index) else { return };
        let now = self.now;
        match (market.config.leverage, pair.lever) {
            (None, _) | (_, Lever::Set) => {
                self.enter_phase(rotation, index, Phase::Active, "ready");
            }
            (Some(_), Lever::Again(at)) if now < at => {}
            (Some(_), Lever::Asked(_, at))
                if now.since(at) < self.config.timing.answer_timeout_ms => {}
            (Some(leverage), _) => {
                if self.out.budgets.may_send(now, Class::Quote, action_weight(1)) {
                    let request = self.out.leverage(market.id, leverage);
                    pair.lever = Lever::Asked(request, now);
                }
            }
        }
    }

    /// Rests reduce-only for a while, then takes a bounded number of times, and begins again if that
    /// was not enough.
    fn work_out(&mut self, rotation: &mut Rotation, index: usize) {
        let Some(pair) = rotation.pairs.get_mut(index) else { return };
        let Some(market) = self.markets.get_mut(index) else { return };
        if market.is_exiting() || self.now.since(pair.at) < rotation.config.passive_ms {
            return;
        }
        pair.at = self.now;
        market.begin_exit(self.now);
        market.dirty = true;
        let name = pair.name.clone();
        self.say_move(name, Move::Exit, "taking");
    }

    /// What the phase lets the market do.
    fn set_role(&mut self, rotation: &Rotation, index: usize) {
        let Some(phase) = rotation.pairs.get(index).map(|pair| pair.phase) else { return };
        let Some(market) = self.markets.get_mut(index) else { return };
        let role = match phase {
            Phase::Active => Role::Quotes,
            Phase::Exiting if !market.is_exiting() => Role::Exits,
            _ => Role::Rests,
        };
        market.dirty |= std::mem::replace(&mut market.role, role) != role;
    }

    fn enter_phase(
        &mut self,
        rotation: &mut Rotation,
        index: usize,
        phase: Phase,
        reason: &'static str,
    ) {
        let Some(pair) = rotation.pairs.get_mut(index) else { return };
        (pair.phase, pair.at) = (phase, self.now);
        (rotation.changed, rotation.epoch) = (true, rotation.epoch.saturating_add(1));
        let to = match phase {
            Phase::Candidate => return,
            Phase::Warming => Move::Enter,
            Phase::Active => Move::Active,
            Phase::Draining => Move::Drain,
            Phase::Exiting => Move::Exit,
            Phase::Gone => Move::Gone,
        };
        let name = pair.name.clone();
        if let Some(market) = self.markets.get_mut(index) {
            market.dirty = true;
            market.end_exit();
        }
        self.say_move(name, to, reason);
        self.set_role(rotation, index);
    }

    fn say_move(&mut self, pair: Pair, to: Move, reason: &'static str) {
        let line = RotationLine::Moved { pair, to, reason };
        self.out.event(self.now, EventKind::Rotation(line));
    }

    /// Says what a restart goes on from, whenever that has changed.
    fn write_mark(&mut self, rotation: &mut Rotation) {
        if !std::mem::take(&mut rotation.changed) {
            return;
        }
        if let Some(mark) = rotation.mark() {
            self.out.event(self.now, EventKind::Rotation(RotationLine::Mark(Box::new(mark))));
        }
    }
}

impl Market {
    /// Cash and position by our own count, and the value of all trades.
    fn earned(&self) -> (crate::Usd, hl_quant::Notional) {
        let profit = self.view(Millis(0)).profit.unwrap_or_default();
        (profit, self.stats.volume)
    }

    /// What the choice needs to know, `before` being what had been earned at the last one and `signal`
    /// a fresh opinion.
    fn judge(&self, before: (crate::Usd, hl_quant::Notional), signal: Option<f64>) -> Sight {
        let (made, traded) = self.earned();
        let open = self.spec.as_ref().is_some_and(|spec| spec.status == MarketStatus::Trading);
        Sight {
            status: if open { Status::Trading } else { Status::Closed },
            position: self.ledger.position(),
            mark: self.mark,
            order: self.config.spread.base_order,
            made: made.minus(before.0),
            traded: traded.saturating_sub(before.1),
            signal,
        }
    }
}
