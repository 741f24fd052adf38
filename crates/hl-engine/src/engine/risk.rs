//! Limits of the account as a whole, halts, and what comes back from an earlier run.

use hl_quant::{Millis, Price};

use super::{Engine, Mode};
use crate::{
    AccountMoney, Carry, Cause, EventKind, Figure, Grade, GradeLine, Halt, Journal, MarketId,
    Operator, RequestId, SafeMode, Transfer, Warning,
    market::Market,
    risk::{Equity, Hold, MoneyOutcome, Skew, Verdict, margin_verdict},
};

/// What the engine keeps for the limits of the account.
#[derive(Clone, Debug)]
pub(super) struct AccountRisk {
    equity: Equity,
    /// The last report's money.
    pub(super) money: Option<AccountMoney>,
    pub(super) skew: Skew,
    journal: Journal,
    hold: Hold,
}

impl Default for AccountRisk {
    fn default() -> Self {
        Self {
            equity: Equity::default(),
            money: None,
            skew: Skew::default(),
            journal: Journal::Written,
            hold: Hold::default(),
        }
    }
}

impl AccountRisk {
    /// The grade in force for all markets.
    pub(super) const fn shown(&self) -> Verdict {
        self.hold.shown()
    }

    /// From when on the ledger matters, while a report waits for it.
    pub(super) fn waits_since(&self) -> Option<Millis> {
        self.equity.waits_since()
    }
}

impl Engine {
    /// Continues where earlier runs ended: a halt that nobody has ended still holds, losses are
    /// measured from the same marks, and orders whose end was not recorded are looked for.
    ///
    /// Call it before the first input.
    #[must_use]
    pub fn restore(mut self, carry: Carry) -> Self {
        let safe = (carry.safe_mode == SafeMode::On)
            .then_some(Halt { at: self.now, cause: Cause::SafeMode });
        if let Some(halt) = carry.halt.or(safe) {
            self.halt = Some(halt);
            // Whoever is started again and again is not to take at each start.
            self.flatten = carry.flatten.filter(|_| carry.safe_mode == SafeMode::Off);
            let word = self.flatten.map_or(Operator::Halt, |_| Operator::Flatten);
            self.mode = Mode::Ending { word, since: None, reported: false };
        }
        self.risk.equity.restore(carry.day);
        self.dead_man.restore(carry.dead_man);
        self.sync.fills_heard = carry.fills_through;
        if let Some((rotation, mark)) = self.rotation.as_mut().zip(carry.rotation) {
            rotation.restore(mark);
        }
        self.carry_intents(&carry.intents);
        self
    }

    /// Why nothing is quoted until the operator's word, if it is so.
    #[must_use]
    pub const fn halted(&self) -> Option<Halt> {
        self.halt
    }

    /// What the engine may do in all markets, and why.
    #[must_use]
    pub const fn grade(&self) -> (Grade, Cause) {
        let shown = self.risk.shown();
        (shown.grade, shown.cause)
    }

    /// What the engine may do in one market by that market's own limits, and why; `None` if there is
    /// none by that id. The harsher of this and [`Engine::grade`] counts.
    #[must_use]
    pub fn market_grade(&self, market: MarketId) -> Option<(Grade, Cause)> {
        let shown = self.markets.get(market.index())?.risk.shown();
        Some((shown.grade, shown.cause))
    }

    /// Ends quoting until the operator's word, in this run and in those after it.
    pub(super) fn latch(&mut self, cause: Cause) {
        if self.halt.is_none() {
            let halt = Halt { at: self.now, cause };
            self.halt = Some(halt);
            self.out.event(self.now, EventKind::Halt(halt));
        }
    }

    /// A halt of an earlier run begins again with the first input of this one.
    pub(super) fn begin_restored(&mut self) {
        if let Mode::Ending { word, since: None, reported } = self.mode {
            self.mode = Mode::Ending { word, since: Some(self.now), reported };
            if let Some(halt) = self.halt {
                self.out.event(self.now, EventKind::Halt(halt));
            }
            if self.flatten.is_some() {
                self.begin_flatten();
            }
        }
    }

    /// The operator ends a halt. What was lost is accepted if it was lost money that halted.
    pub(super) fn accept(&mut self) {
        let cause = self.halt.take().map(|halt| halt.cause);
        let lost = [Cause::DailyLoss, Cause::Drawdown, Cause::NotComputable];
        if cause.is_some_and(|cause| lost.contains(&cause)) {
            self.risk.equity.accept();
        }
        self.risk.hold.clear();
        for market in &mut self.markets {
            market.risk.clear();
        }
    }

    pub(super) fn reference(
        &mut self,
        market: MarketId,
        mark: Option<Price>,
        oracle: Option<Price>,
    ) {
        let now = self.now;
        let Some(market) = self.markets.get_mut(market.index()) else {
            return self.audit("market_unknown");
        };
        market.refs.hear(now, mark, oracle, &market.config.collar);
        market.dirty = true;
    }

    /// Cash and positions of all markets by our own count; `None` if it cannot be said.
    pub(super) fn worth(&self) -> Option<i128> {
        self.markets.iter().try_fold(0_i128, |sum, market| sum.checked_add(market.worth()?))
    }

    /// The venue has corrected our positions: our count was `before`.
    pub(super) fn corrected(&mut self, before: Option<i128>) {
        let shift = self.worth().zip(before).and_then(|(after, before)| after.checked_sub(before));
        self.risk.equity.shift(shift);
    }

    /// Takes the money of an account report about `time`.
    pub(super) fn money(&mut self, time: Millis, money: AccountMoney) {
        self.risk.money = Some(money);
        let worth = self.worth();
        let outcome = self.risk.equity.report(self.now, time, money.value, worth);
        self.after_money(outcome);
    }

    /// Takes the transfers of the account.
    pub(super) fn transfers(&mut self, request: RequestId, transfers: &[Transfer]) {
        if request == RequestId::UNASKED {
            return;
        }
        let Some(asked) = self.sync.ledger.answered(request, self.now, 0) else {
            return self.audit("answer_unexpected");
        };
        let (limits, retry) = (&self.config.risk.loss, self.config.timing.retry_ms);
        let outcome = self.risk.equity.ledger(asked, transfers, limits, retry);
        self.after_money(outcome);
    }

    fn after_money(&mut self, outcome: MoneyOutcome) {
        if let Some(mark) = outcome.mark {
            self.out.event(self.now, EventKind::DayMark(mark));
        }
        if let Some(ms) = outcome.ask_in_ms {
            self.sync.ledger.heard(self.now.plus(ms));
        }
    }

    /// The clock was set back: what was planned for later is due by the new time.
    pub(super) fn rebase_risk(&mut self) {
        let now = self.now;
        self.risk.equity.rebase(now);
        self.risk.hold.rebase(now);
        self.dead_man.rebase(now);
        if let Mode::Ending { word, since, reported } = self.mode {
            self.mode = Mode::Ending { word, since: since.map(|at| at.min(now)), reported };
        }
        for market in &mut self.markets {
            market.refs.rebase(now, &market.config.collar);
            market.risk.rebase(now);
            market.rebase_exit(now);
        }
    }

    /// Whether what must survive a crash can be written down.
    pub(super) fn journal(&mut self, journal: Journal) {
        self.risk.journal = journal;
    }

    /// Looks at every limit. Whatever says least freedom counts.
    pub(super) fn run_risk(&mut self) {
        let now = self.now;
        let due = self.account_verdict();
        let hold_ms = self.config.risk.hold_ms;
        if let Some(shown) = self.risk.hold.settle(now, due, hold_ms) {
            self.say(None, shown);
            self.all_dirty();
        }
        let rejects = &self.config.risk.rejects;
        for market in &mut self.markets {
            let markout = market.config.markout;
            if let Some(shown) = market.risk.settle(now, rejects, &markout, hold_ms) {
                let pair = Some(market.pair());
                let Verdict { grade, cause, have, limit } = shown;
                let line = GradeLine { pair, grade, cause, have, limit };
                self.out.event(now, EventKind::Grade(line));
                market.dirty = true;
            }
        }
        let Verdict { grade, cause, .. } = self.risk.shown();
        match grade {
            Grade::Halt if self.mode == Mode::Running => self.stop_quoting(Operator::Halt, cause),
            Grade::Flatten if self.mode == Mode::Running => {
                self.stop_quoting(Operator::Flatten, cause);
            }
            _ => {}
        }
        if let Some(have) = self.risk.skew.warning(now, self.config.risk.skew_warn_ms) {
            let (have, limit) = (Figure::Ms(have), Figure::Ms(self.config.risk.skew_warn_ms));
            let warning = Warning { pair: None, cause: Cause::Skew, have, limit };
            self.out.event(now, EventKind::Warning(warning));
        }
    }

    fn account_verdict(&mut self) -> Verdict {
        let now = self.now;
        let worth = self.worth();
        let limits = self.config.risk;
        let loss = self.risk.equity.verdict(now, worth, &limits.loss);
        let margin = self
            .risk
            .money
            .as_ref()
            .map_or(Verdict::CLEAR, |money| margin_verdict(money, &limits.margin));
        let skew = self.risk.skew.verdict(now, self.config.timing.max_skew_ms);
        let journal = match self.risk.journal {
            Journal::Written => Verdict::CLEAR,
            Journal::Failed => {
                Verdict::new(Grade::CancelOnly, Cause::Journal, Figure::None, Figure::None)
            }
        };
        let count = |market: &mut Market| market.risk.rejects.within(now, limits.rejects.window_ms);
        let refused = self.markets.iter_mut().map(count).fold(0_u32, u32::saturating_add);
        let rejects = limits.rejects.account_verdict(refused);
        [margin, skew, journal, rejects].into_iter().fold(loss, Verdict::worst)
    }

    fn say(&mut self, pair: Option<crate::Pair>, verdict: Verdict) {
        let Verdict { grade, cause, have, limit } = verdict;
        let line = GradeLine { pair, grade, cause, have, limit };
        self.out.event(self.now, EventKind::Grade(line));
    }
}
