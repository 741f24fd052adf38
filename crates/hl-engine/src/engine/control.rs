//! Connection and operator: what starts and ends quoting.

use super::{Engine, Mode};
use crate::{Cause, Connection, EventKind, MAX_BATCH, Operator, Reply, order::Phase};

impl Engine {
    pub(super) fn connection(&mut self, connection: Connection) {
        match connection {
            Connection::Up => self.sync.connected(self.now),
            Connection::Down => self.sync.disconnected(),
        }
        // Whatever was heard before may be out of date in both cases.
        self.risk.skew.clear();
        self.see_nothing();
        for market in &mut self.markets {
            market.book.clear();
            market.refs.disconnected();
        }
        self.all_dirty();
    }

    pub(super) fn operator(&mut self, word: Operator) {
        let since = self.now;
        match (self.mode, word) {
            // A stop is final, and a second word of the same kind changes nothing.
            (Mode::Ending { word: Operator::Stop, .. }, _)
            | (Mode::Running, Operator::Resume)
            | (Mode::Ending { word: Operator::Halt, .. }, Operator::Halt)
            | (Mode::Ending { word: Operator::Flatten, .. }, Operator::Flatten) => return,
            _ => {}
        }
        self.out.event(since, EventKind::Operator(word));
        match word {
            Operator::Halt | Operator::Flatten => self.stop_quoting(word, Cause::Operator),
            Operator::Stop => self.end_quoting(word),
            Operator::Resume => {
                self.accept();
                self.end_flatten();
                self.mode = Mode::Running;
                if self.sync.up.is_some() {
                    // Start as from a fresh connection: read everything first.
                    self.sync.connected(since);
                }
                self.all_dirty();
            }
        }
    }

    /// Ends quoting until the operator's word, in this run and in those after it.
    pub(super) fn stop_quoting(&mut self, word: Operator, cause: Cause) {
        self.latch(cause);
        self.end_quoting(word);
        match word {
            Operator::Flatten => self.begin_flatten(),
            _ => self.end_flatten(),
        }
    }

    /// Takes back what a shell has not fetched yet, and lets no order through from here on.
    fn end_quoting(&mut self, word: Operator) {
        self.mode = Mode::Ending { word, since: Some(self.now), reported: false };
        for request in self.out.withdraw() {
            self.outcome(request, &[Reply::NeverSent; MAX_BATCH]);
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
            return;
        }
        self.mode = Mode::Ending { word, since: Some(since), reported: true };
        if word == Operator::Stop {
            self.on_markets(|market, clerk| market.end_unresolved(clerk));
        }
        if confirmed {
            self.clear_dead_man();
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
            .fold(self.strays_left(), |sum, market| sum.saturating_add(market.orders.count()));
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    /// Says which orders have gone: a later run need not look for them.
    pub(super) fn note_gone(&mut self) {
        let now = self.now;
        for market in &mut self.markets {
            while let Some(cloid) = market.orders.take_ended() {
                let pair = market.pair();
                self.out.event(now, EventKind::Gone { pair, cloid });
            }
        }
    }

    /// Keeps the moment after which a list of open orders can confirm that none is ours: the last
    /// one at which one of ours could have been in the book.
    pub(super) fn note_quiet(&mut self) {
        let rests = |phase: Phase| phase != Phase::Closed;
        let rest = self.markets.iter().any(|m| m.orders.iter().any(|order| rests(order.phase)));
        if rest || self.has_strays() {
            self.quiet = self.now;
        }
    }
}
