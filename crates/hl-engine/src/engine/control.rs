//! Connection, operator, dead man's switch: what starts and ends quoting.

use hl_quant::Millis;

use super::{Engine, Mode};
use crate::{Cause, Connection, DeadManLine, EventKind, Operator, Reply, RequestId, order::Phase};

impl Engine {
    pub(super) fn connection(&mut self, connection: Connection) {
        match connection {
            Connection::Up => self.sync.connected(self.now),
            Connection::Down => self.sync.disconnected(),
        }
        // Whatever was heard before may be out of date in both cases.
        for market in &mut self.markets {
            market.book.clear();
        }
        self.all_dirty();
    }

    pub(super) fn operator(&mut self, word: Operator) {
        let since = self.now;
        let ending = Mode::Ending { word, since: Some(since), reported: false };
        let next = match (self.mode, word) {
            // A stop is final, and a second word of the same kind changes nothing.
            (Mode::Ending { word: Operator::Stop, .. }, _) => return,
            (Mode::Running, Operator::Resume) => return,
            (Mode::Ending { word: Operator::Halt, .. }, Operator::Halt) => return,
            (_, Operator::Halt | Operator::Flatten | Operator::Stop) => ending,
            (Mode::Ending { .. }, Operator::Resume) => Mode::Running,
        };
        self.mode = next;
        self.out.event(since, EventKind::Operator(word));
        match word {
            Operator::Halt | Operator::Flatten => self.latch(Cause::Operator),
            Operator::Resume => self.halt = None,
            Operator::Stop => {}
        }
        if next == Mode::Running && self.sync.up.is_some() {
            // Start as from a fresh connection: read everything first.
            self.sync.connected(since);
        }
        self.all_dirty();
    }

    /// Reports the end of quoting when the venue has confirmed it, or when it takes too long.
    pub(super) fn run_ending(&mut self) {
        let Mode::Ending { word, since, reported: false } = self.mode else { return };
        let since = since.unwrap_or(self.now);
        let remaining = self.may_rest();
        let confirmed = remaining == 0 && self.sync.clean.is_some_and(|asked| asked > self.quiet);
        let overdue = self.now.since(since) >= self.config.timing.stop_ms;
        if remaining == 0 && !confirmed {
            // At the first moment that counts, unless the venue's last list was late enough and still
            // showed some.
            let again = self.sync.orders.good.is_some_and(|asked| asked > self.quiet);
            let wait = if again { self.config.timing.retry_ms } else { 1 };
            self.sync.orders.hurry(self.now.plus(wait));
        }
        if !confirmed && !overdue {
            self.mode = Mode::Ending { word, since: Some(since), reported: false };
            return;
        }
        self.mode = Mode::Ending { word, since: Some(since), reported: true };
        if word == Operator::Stop {
            self.on_markets(|market, clerk| market.end_unresolved(clerk));
        }
        // Nothing is known to remain, but the venue has not confirmed it either: that is not zero.
        let remaining = if confirmed { 0 } else { remaining.max(1) };
        self.out.event(self.now, EventKind::Stopped { remaining });
    }

    /// How many orders of ours may be in the book.
    fn may_rest(&self) -> u32 {
        let count = self
            .markets
            .iter()
            .fold(0, |sum: u64, market| sum.saturating_add(market.orders.count()));
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    /// Keeps the moment after which a list of open orders can confirm that none is ours: the last
    /// one at which one of ours could have been in the book.
    pub(super) fn note_quiet(&mut self) {
        let rests = |phase: Phase| phase != Phase::Closed;
        if self.markets.iter().any(|m| m.orders.iter().any(|order| rests(order.phase))) {
            self.quiet = self.now;
        }
    }

    /// Pushes the dead man's switch back while the engine quotes.
    pub(super) fn run_dead_man(&mut self) {
        let Some(settings) = self.config.dead_man else { return };
        let Some(next) = self.dead_man.next else { return };
        let waiting = self
            .dead_man
            .asked
            .is_some_and(|(_, at)| self.now.since(at) < self.config.timing.answer_timeout_ms);
        if waiting || self.now < next || self.sync.up.is_none() || self.mode != Mode::Running {
            return;
        }
        let fires = self.now.plus(settings.ahead_ms);
        let request = self.out.schedule_cancel(Some(fires));
        self.dead_man.asked = Some((request, self.now));
        self.dead_man.fires = Some(fires);
        self.dead_man.next = Some(self.now.plus(settings.every_ms));
    }

    /// Takes the answer about the dead man's switch, if it is that.
    pub(super) fn dead_man_answer(&mut self, request: RequestId, reply: Reply) -> bool {
        if self.dead_man.asked.take_if(|(id, _)| *id == request).is_none() {
            return false;
        }
        match reply {
            Reply::Accepted { .. } => {
                if let Some(fires) = self.dead_man.fires {
                    let is_first = !std::mem::replace(&mut self.dead_man.armed, true);
                    if is_first {
                        self.out.event(self.now, EventKind::DeadMan(DeadManLine::Armed(fires)));
                    }
                }
            }
            Reply::Rejected { code, .. } => {
                self.dead_man.next = None;
                self.out.event(self.now, EventKind::DeadMan(DeadManLine::Refused(code)));
            }
            Reply::Unknown | Reply::NeverSent => {
                self.dead_man.next = Some(self.now.plus(self.config.timing.retry_ms));
            }
        }
        true
    }

    /// When the dead man's switch has to be pushed back.
    pub(super) fn dead_man_due(&self) -> Option<Millis> {
        self.config.dead_man?;
        let running = self.mode == Mode::Running && self.sync.up.is_some();
        let timeout = self.config.timing.answer_timeout_ms;
        let asked = self.dead_man.asked.map(|(_, at)| at.plus(timeout));
        self.dead_man.next.filter(|_| running).map(|next| asked.map_or(next, |at| at.max(next)))
    }
}
