//! I23 (S0), when nobody can give the word: while the bot quotes and the venue allows it, the dead
//! man's switch is armed and pushed back in time, never further than configured; and once a process
//! has been dead for that long, none of its orders rests.
//!
//! Judged at each quote: requests for the switch that left, and the exchange's word about them. Judged
//! at the next start: orders by their true fates.

use hl_engine::Command;

use super::prelude::*;
use crate::BotId;

/// How much later than planned a push may leave: an answer that never comes, a second one, and the
/// wait for the venue's weight.
const LATE_MS: u64 = 30_000;
/// From the moment of the switch to the block that carries it out.
const BLOCKS_MS: u64 = 1_000;
/// How far the bot's clock may be from the true one.
const SKEW_MS: u64 = 5_000;

#[derive(Debug, Default)]
pub(crate) struct DeadMan {
    /// The process that acts and when the switch was last pushed back, or its streams came up.
    pushed: Option<(BotId, Millis)>,
    /// Whether it has said that the venue lets the switch fire no more today.
    exhausted: bool,
    /// Whether it has said that it does not know how the switch stands; its limits are tighter then.
    doubtful: bool,
    /// When it last wanted to push it back, whether or not that could leave.
    wanted: Option<Millis>,
    /// A process that died with the switch armed: when, and when it fires.
    dead: Option<(Millis, Millis)>,
}

impl Rule for DeadMan {
    fn see(&mut self, view: &View<'_>, seen: &Seen<'_>, court: &mut Court) {
        let Some(config) = view.record.config.dead_man else { return };
        match seen {
            Seen::Started { .. } => {
                self.nothing_rests(view, court);
                let dead = self.dead.take();
                *self = Self { dead, ..Self::default() };
            }
            Seen::Died { .. } => {
                self.dead = view.record.account.switch.map(|fires| (view.now, fires));
            }
            Seen::Event { event, .. } => {
                if let EventKind::DeadMan(line) = &event.kind {
                    use hl_engine::DeadManLine::{Doubtful, Exhausted, Fired};
                    self.exhausted = matches!(line, Exhausted(_));
                    // It may have fired for the same reason for which it is in doubt.
                    self.doubtful =
                        matches!(line, Doubtful) || (self.doubtful && matches!(line, Fired(_)));
                }
            }
            Seen::Command { command: Command::ScheduleCancel { at: Some(_), .. }, .. } => {
                self.wanted = Some(view.now);
            }
            Seen::Sent { bot, wire, .. } if wire.verb == Verb::Schedule => {
                self.pushed = Some((*bot, view.now));
                let latest = view.now.plus(config.ahead_ms).plus(SKEW_MS);
                // A clock that is wrong is another rule's business.
                let skew = view.belief.map_or(0, |belief| belief.now.0.abs_diff(view.now.0));
                if let Some(at) = wire.schedule.filter(|_| skew < SKEW_MS) {
                    court.judge(Id::of(23), Millis(at) <= latest, || {
                        format!("the switch is to fire at {at}, later than {latest:?}")
                    });
                }
            }
            _ => {
                let Some((bot, orders)) = quotes(view, seen) else { return };
                if !orders.is_empty() {
                    let since = [bot.up, bot.thawed, self.pushed.map(|(_, at)| at)];
                    let since = since.into_iter().flatten().max();
                    let late = since.map_or(0, |since| view.now.since(since));
                    let most = config.every_ms.saturating_add(LATE_MS);
                    // Who has said that it is in doubt goes on trying.
                    let tries = self.wanted.is_some_and(|at| view.now.since(at) <= most);
                    let refused = view.record.account.switch_refused
                        || self.exhausted
                        || (self.doubtful && tries);
                    court.judge(Id::of(23), refused || late <= most, || {
                        format!("a quote {late} ms after the switch was last pushed back")
                    });
                }
            }
        }
    }

    fn end(&mut self, view: &View<'_>, court: &mut Court) {
        if view.record.bots.values().all(|bot| !bot.alive) {
            self.nothing_rests(view, court);
        }
    }
}

impl DeadMan {
    /// A process died with the switch armed, and nobody has acted since.
    fn nothing_rests(&mut self, view: &View<'_>, court: &mut Court) {
        let Some((died, fires)) = self.dead.take() else { return };
        if view.now <= fires.plus(BLOCKS_MS) {
            return;
        }
        let rests = view.record.open_orders().find(|(_, order)| {
            order.fate == Fate::Live && order.opened.is_some_and(|opened| opened < died)
        });
        court.judge(Id::of(23), rests.is_none(), || {
            let order = rests.map(|(cloid, _)| cloid);
            format!("{order:?} rests, its process died at {died:?}, the switch was for {fires:?}")
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{Case, order};

    /// To fire 30 s ahead, pushed back every 10 s.
    fn armed() -> Case {
        let mut case = Case::with_dead_man(DeadMan::default(), 30_000, 10_000);
        case.reconcile(&[0]);
        case.schedule(30_000);
        case
    }

    #[test]
    fn quoting_without_pushing_the_switch_back_is_a_breach_unless_the_venue_refuses_it() {
        let mut case = armed();
        case.pass(35_000);
        case.send(&[order(1, true, "149.5", "1")]);
        assert_eq!((case.breaches(), case.judged(23)), (0, 2));
        case.pass(10_000);
        case.send(&[order(2, true, "149.5", "1")]);
        assert_eq!(case.breaches(), 1);
        case.refuse_schedule();
        case.send(&[order(3, true, "149.5", "1")]);
        assert_eq!(case.breaches(), 1);
    }

    #[test]
    fn a_switch_further_ahead_than_configured_is_a_breach() {
        let mut case = armed();
        case.schedule(60_000);
        assert_eq!(case.breaches(), 1);
    }

    #[test]
    fn orders_of_a_dead_process_that_outlive_the_switch_are_a_breach() {
        for (down, breaches) in [(25_000, 0), (40_000, 1)] {
            let mut case = armed();
            case.send(&[order(1, true, "149.5", "1")]);
            case.live(1);
            case.pass(1_000);
            case.die();
            case.pass(down);
            case.second_process();
            assert_eq!(case.breaches(), breaches, "after {down} ms");
        }
    }
}
