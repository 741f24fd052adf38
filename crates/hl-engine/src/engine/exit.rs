//! Closing positions: the one path that takes liquidity.

use super::{Engine, Mode};
use crate::{EventKind, FlattenLine, Operator, market::ExitDesk};

impl Engine {
    /// From now on positions are closed, market by market, until all are flat or given up. A restart
    /// does not end that, as it does not end the halt that comes with it.
    pub(super) fn begin_flatten(&mut self) {
        let now = self.now;
        let since = *self.flatten.get_or_insert(now);
        self.out.event(now, EventKind::Flatten(FlattenLine::Begun(since)));
        for market in &mut self.markets {
            market.begin_exit(now);
        }
    }

    pub(super) fn end_flatten(&mut self) {
        for market in &mut self.markets {
            market.end_exit();
        }
        if self.flatten.take().is_some() {
            self.out.event(self.now, EventKind::Flatten(FlattenLine::Ended));
        }
    }

    /// Whether positions are being closed.
    #[must_use]
    pub fn is_flattening(&self) -> bool {
        self.markets.iter().any(|market| market.is_exiting())
    }

    /// One step in each market. Only what has been read back from the venue is closed: on the word
    /// of an old position an order could not reduce what is no longer there.
    pub(super) fn run_flatten(&mut self) {
        let word = matches!(self.mode, Mode::Ending { word: Operator::Flatten, .. });
        // Rotation closes the positions of markets that it leaves in the same way.
        let leaves = self.mode == Mode::Running && self.is_flattening();
        if !(word || leaves) || !self.sync.is_complete(self.now, &self.config.timing) {
            return;
        }
        let mut desk = ExitDesk {
            now: self.now,
            config: self.config.risk.exit,
            spec_max_age_ms: self.config.timing.spec_max_age_ms,
            cloids: self.cloids,
            seq: &mut self.seq,
            out: &mut self.out,
        };
        for market in &mut self.markets {
            market.run_exit(&mut desk);
        }
        if self.flatten.is_some() && !self.is_flattening() {
            self.end_flatten();
        }
    }
}
