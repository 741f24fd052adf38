//! The passing of time: pauses, and a clock that is set back.

use hl_quant::Millis;

use super::Engine;
use crate::{ClockNews, EventKind, stats::bump};

/// More than this between two inputs is a pause: the machine slept, or the process stood still. What
/// was known before it is history, as after a lost connection. A wake-up is announced well within
/// it, so whoever keeps to that is never taken for asleep.
pub(super) const PAUSE_MS: u64 = 1_000;

impl Engine {
    /// Takes the time of an input.
    ///
    /// A step back of up to [`PAUSE_MS`] is what a clock does that is being corrected: time stands
    /// still until it has caught up, and what must not grow old is as old as it was. After a larger
    /// one everything planned would wait for as long as the step was; so our moments are moved back
    /// with it, and everything is read anew.
    pub(super) fn tick(&mut self, now: Millis) {
        let step_ms = std::mem::replace(&mut self.shown, now).since(now);
        if step_ms > 0 {
            self.risk.skew.set_back(step_ms);
            self.markets.iter_mut().for_each(|market| market.set_back(step_ms));
        }
        if now < self.now {
            bump(&mut self.clock_back);
            let by_ms = self.now.since(now);
            if by_ms <= PAUSE_MS {
                return;
            }
            self.out.event(now, EventKind::Clock { news: ClockNews::Back, by_ms });
            self.now = now;
            self.rebase(by_ms);
            self.start_over();
            return;
        }
        let since = now.since(std::mem::replace(&mut self.now, now));
        if !std::mem::replace(&mut self.started, true) {
            return self.announce_carried();
        }
        if since > PAUSE_MS {
            bump(&mut self.pauses);
            self.out.event(now, EventKind::Clock { news: ClockNews::Pause, by_ms: since });
            self.start_over();
        }
    }

    /// As after a lost connection: nothing heard before counts, and all is read before the first
    /// quote.
    fn start_over(&mut self) {
        if self.sync.up.is_some() {
            self.sync.connected(self.now);
        }
        self.risk.skew.clear();
        self.see_nothing();
        for market in &mut self.markets {
            market.book.clear();
            market.refs.disconnected();
        }
        self.all_dirty();
    }

    /// Moves every moment of ours that lies ahead back to now.
    fn rebase(&mut self, by_ms: u64) {
        let (now, retry_ms) = (self.now, self.config.timing.retry_ms);
        let park_ms = self.config.timing.park_ms;
        self.quiet = self.quiet.min(now);
        // What lies further ahead than the clocks may differ is not the venue's time by this clock.
        self.venue_now = self.venue_now.min(now.plus(self.config.timing.max_skew_ms));
        self.forced = self.forced.map(|(at, next)| (at.minus(by_ms), next.minus(by_ms)));
        self.sync.rebase(now);
        self.rebase_burns(now);
        self.rebase_strays(now);
        self.out.budgets.rebase(now);
        if let Some(rotation) = &mut self.rotation {
            rotation.rebase(now);
        }
        self.rebase_risk();
        for market in &mut self.markets {
            market.rebase(now, by_ms, (retry_ms, park_ms));
        }
    }
}
