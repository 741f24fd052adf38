//! The dead man's switch: armed and pushed back where the venue allows it, replaced by tighter limits
//! of our own where it does not.

use hl_quant::{Millis, Notional};
use hl_wire::RejectCode;

use super::{Engine, Mode};
use crate::{
    DeadManLine, DeadManView, EventKind, Limits, Ppm, Reply, RequestId, Timing, Triggers,
    budget::{Class, limits::action_weight},
    carry::utc_day,
};

/// What an account must have traded before the venue takes a scheduled cancel, in whole dollars
/// (the venue's own sentence: "Required: $1000000").
const VOLUME_REQUIRED: u64 = 1_000_000;

/// Requests that every address has without having traded; beyond them it has one per dollar traded
/// (Hyperliquid docs, "Rate limits and user limits").
const FREE_REQUESTS: u64 = 10_000;

/// How often the switch may fire in a UTC day (Hyperliquid docs, "Exchange endpoint").
const TRIGGERS_A_DAY: u32 = 10;

/// Answers in a row that are no answers, after which the switch counts as not set.
const DOUBTS: u8 = 3;

/// How long after its moment the switch must have fired if it was not pushed back; also how far apart
/// two words about one firing may be.
const FIRED_MS: u64 = 5_000;

/// How far the dead man's switch got.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct DeadManState {
    /// The request in flight, when it was made, and what it asked for.
    asked: Option<(RequestId, Millis, Option<Millis>)>,
    /// When it fires, by the last accepted request.
    armed: Option<Millis>,
    /// When to push it back next.
    next: Millis,
    /// Why the limits of our own are tighter.
    stage: Stage,
    /// Unanswered requests in a row.
    doubts: u8,
    /// How often it has fired, and when it last did.
    triggers: Triggers,
    fired: Option<Millis>,
    /// What the address has traded, in whole dollars, as far as its request limit tells.
    traded: u64,
}

/// Whether the venue stands behind us.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Stage {
    /// It does, or has not been asked.
    #[default]
    Fine,
    /// It said no.
    Refused,
    /// It said nothing that makes sense.
    Doubtful,
    /// It fired as often as it may on this day.
    Exhausted,
}

/// What the limits are while the venue stands behind us.
#[derive(Clone, Debug)]
pub(super) struct Relaxed {
    timing: Timing,
    limits: Limits,
    positions: Vec<Notional>,
}

impl DeadManState {
    /// The clock was set back. When the switch fires is the venue's time, and stays.
    pub(super) fn rebase(&mut self, now: Millis) {
        self.next = self.next.min(now);
        self.asked = self.asked.map(|(request, at, fires)| (request, at.min(now), fires));
    }

    pub(super) fn restore(&mut self, triggers: Option<Triggers>) {
        self.triggers = triggers.unwrap_or_default();
    }
}

impl Engine {
    /// Whether limits of our own stand in for the dead man's switch.
    #[must_use]
    pub const fn watchdog_is_tight(&self) -> bool {
        self.relaxed.is_some()
    }

    /// What stands behind us at the venue, should we fall silent.
    #[must_use]
    pub fn dead_man(&self) -> DeadManView {
        if self.config.dead_man.is_none() {
            return DeadManView::Off;
        }
        match (self.dead_man.stage, self.dead_man.armed) {
            (Stage::Fine, Some(fires)) => DeadManView::Armed(fires),
            (Stage::Fine, None) => DeadManView::Waiting,
            (Stage::Refused, _) => DeadManView::Refused,
            (Stage::Doubtful, _) => DeadManView::Doubtful,
            (Stage::Exhausted, _) => DeadManView::Exhausted,
        }
    }

    /// Pushes the dead man's switch back while the engine quotes.
    pub(super) fn run_dead_man(&mut self) {
        let Some(settings) = self.config.dead_man else { return };
        self.presume_fired();
        if self.dead_man.stage == Stage::Exhausted
            && utc_day(self.now) != self.dead_man.triggers.day
        {
            // A new day, a new count: it is asked for again, and believed when it is accepted.
            self.dead_man.stage = Stage::Refused;
            self.dead_man.next = self.now;
        }
        let timeout = self.config.timing.answer_timeout_ms;
        if let Some((request, at, _)) = self.dead_man.asked
            && self.now.since(at) >= timeout
        {
            self.dead_man_answer(request, Reply::Unknown);
        }
        let ready = self.sync.up.is_some() && self.mode == Mode::Running;
        let stage = self.dead_man.stage;
        if !ready || self.dead_man.asked.is_some() || stage == Stage::Exhausted {
            return;
        }
        if self.now >= self.dead_man_ready() {
            self.dead_man.next = self.now.plus(settings.every_ms);
            self.ask_dead_man(Some(self.now.plus(settings.ahead_ms)));
        }
    }

    /// When the switch is pushed back next: when it is time, and when the weight allows it. It comes
    /// out of the same share as cancels, because it is one.
    fn dead_man_ready(&self) -> Millis {
        let ready = self.out.budgets.ready_at(self.now, Class::Cancel, action_weight(1));
        self.dead_man.next.max(ready)
    }

    fn ask_dead_man(&mut self, at: Option<Millis>) {
        let request = self.out.schedule_cancel(at);
        self.dead_man.asked = Some((request, self.now, at));
    }

    /// After a confirmed stop there is nothing left to cancel, and each firing is one of ten a day.
    pub(super) fn clear_dead_man(&mut self) {
        if self.dead_man.armed.is_some() {
            self.ask_dead_man(None);
        }
    }

    /// Takes the answer about the dead man's switch, if it is that.
    pub(super) fn dead_man_answer(&mut self, request: RequestId, reply: Reply) -> bool {
        let Some((_, _, at)) = self.dead_man.asked.take_if(|(id, ..)| *id == request) else {
            return false;
        };
        match reply {
            Reply::Accepted { .. } => self.dead_man_set(at),
            // A refusal for a rate says nothing about the switch.
            Reply::Rejected { code: code @ (RejectCode::Rate | RejectCode::IpRate), .. } => {
                self.out.budgets.refused(self.now, code);
                self.dead_man_unclear();
            }
            Reply::Rejected { code, .. } => {
                self.dead_man.armed = None;
                self.dead_man.next = self.now.plus(self.config.risk.watchdog.retry_ms);
                if self.dead_man.stage != Stage::Refused {
                    self.dead_man.stage = Stage::Refused;
                    self.say_dead_man(DeadManLine::Refused(code));
                }
                self.tighten();
            }
            Reply::Unknown | Reply::NeverSent => self.dead_man_unclear(),
        }
        true
    }

    fn dead_man_set(&mut self, at: Option<Millis>) {
        self.dead_man.doubts = 0;
        let before = self.dead_man.armed;
        self.dead_man.armed = at;
        let Some(fires) = at else { return self.say_dead_man(DeadManLine::Cleared) };
        if before.is_none() || self.dead_man.stage != Stage::Fine {
            self.dead_man.stage = Stage::Fine;
            self.say_dead_man(DeadManLine::Armed(fires));
        }
        self.relax();
    }

    /// No answer says nothing about the switch. It is asked for again; but what has not been
    /// confirmed several times in a row does not stand behind us.
    fn dead_man_unclear(&mut self) {
        self.dead_man.doubts = self.dead_man.doubts.saturating_add(1);
        self.dead_man.next = self.now.plus(self.config.timing.retry_ms);
        if self.dead_man.doubts >= DOUBTS {
            self.dead_man.next = self.now.plus(self.config.timing.answer_timeout_ms);
            if self.dead_man.stage == Stage::Fine {
                self.dead_man.stage = Stage::Doubtful;
                self.say_dead_man(DeadManLine::Doubtful);
            }
            self.tighten();
        }
    }

    /// An order was cancelled by the switch at `at`.
    pub(super) fn dead_man_fired(&mut self, at: Millis) {
        if self.config.dead_man.is_none() {
            return self.audit("dead_man_foreign");
        }
        let known = self.dead_man.fired.is_some_and(|last| at <= last.plus(FIRED_MS));
        if known {
            return;
        }
        self.dead_man.fired = Some(at);
        self.dead_man.armed = None;
        let day = utc_day(at);
        let today =
            if self.dead_man.triggers.day == day { self.dead_man.triggers.fired } else { 0 };
        let triggers = Triggers { day, fired: today.saturating_add(1) };
        self.dead_man.triggers = triggers;
        self.dead_man.next = self.now;
        self.say_dead_man(DeadManLine::Fired(triggers));
        if triggers.fired >= TRIGGERS_A_DAY {
            self.dead_man.stage = Stage::Exhausted;
            self.say_dead_man(DeadManLine::Exhausted(triggers));
            self.tighten();
        }
        if self.sync.up.is_some() {
            // Everything was cancelled, whatever we thought: read it back before quoting.
            self.sync.connected(self.now);
        }
        self.all_dirty();
    }

    /// A switch that was not pushed back in time has fired, whether or not anybody said so.
    fn presume_fired(&mut self) {
        let asked = self.dead_man.asked.is_some();
        if let Some(fires) = self.dead_man.armed
            && !asked
            && self.now.since(fires) > FIRED_MS
        {
            self.dead_man_fired(fires);
        }
    }

    /// The address's request limit grows with what it trades: this is how the engine learns that the
    /// venue may have become willing.
    pub(super) fn dead_man_volume(&mut self, cap: u64) {
        let traded = cap.saturating_sub(FREE_REQUESTS);
        let before = std::mem::replace(&mut self.dead_man.traded, traded);
        let suffices = before < VOLUME_REQUIRED && traded >= VOLUME_REQUIRED;
        if suffices && self.dead_man.stage == Stage::Refused {
            self.dead_man.next = self.now;
        }
    }

    fn say_dead_man(&mut self, line: DeadManLine) {
        self.out.event(self.now, EventKind::DeadMan(line));
    }

    /// Without the venue behind us, less may be held, and for less long without looking.
    fn tighten(&mut self) {
        if self.relaxed.is_some() {
            return;
        }
        let positions = self.markets.iter().map(|market| market.config.max_position).collect();
        let (timing, limits) = (self.config.timing, self.config.limits);
        self.relaxed = Some(Relaxed { timing, limits, positions });
        let watchdog = self.config.risk.watchdog;
        let cap = Ppm(watchdog.cap.0.clamp(0, Ppm::ONE.0));
        let tight = &mut self.config.timing;
        tight.book_max_age_ms = tight.book_max_age_ms.min(watchdog.book_max_age_ms);
        tight.reconcile_ms = tight.reconcile_ms.min(watchdog.reconcile_ms);
        tight.reconcile_max_age_ms = tight.reconcile_max_age_ms.min(watchdog.reconcile_max_age_ms);
        self.config.limits.max_gross = cap.of_notional(self.config.limits.max_gross);
        for market in &mut self.markets {
            market.config.max_position = cap.of_notional(market.config.max_position);
        }
        let soon = self.now.plus(self.config.timing.reconcile_ms);
        self.sync.hurry(soon);
        self.all_dirty();
    }

    fn relax(&mut self) {
        let Some(Relaxed { timing, limits, positions }) = self.relaxed.take() else { return };
        self.config.timing = timing;
        self.config.limits = limits;
        for (market, position) in self.markets.iter_mut().zip(positions) {
            market.config.max_position = position;
        }
        self.all_dirty();
    }

    /// When the dead man's switch has to be looked at.
    pub(super) fn dead_man_due(&self) -> Option<Millis> {
        self.config.dead_man?;
        let timeout = self.config.timing.answer_timeout_ms;
        let presumed = self.dead_man.armed.map(|fires| fires.plus(FIRED_MS).plus(1));
        if let Some((_, at, _)) = self.dead_man.asked {
            return Some(at.plus(timeout));
        }
        let running = self.mode == Mode::Running && self.sync.up.is_some();
        let next =
            (running && self.dead_man.stage != Stage::Exhausted).then(|| self.dead_man_ready());
        [presumed, next].into_iter().flatten().min()
    }
}
