//! Counters: what was tried, what came of it, what it earned.

use arrayvec::ArrayVec;
use hl_quant::Notional;
use hl_wire::RejectCode;

use crate::Usd;

/// The most different rejection codes that one market counts apart. There are fewer codes.
const MAX_CODES: usize = 48;

/// What happened in one market, or in all of them together, since the engine was made.
///
/// `attempts` + `carried` = `accepted` + rejected + `never_sent` + `not_found` + `unresolved` + those in flight.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Orders that passed the gate and were handed to the shell, a modify's new order included.
    pub attempts: u64,
    /// Orders that the venue took.
    pub accepted: u64,
    /// Orders that never left this machine.
    pub never_sent: u64,
    /// Orders whose outcome was unknown and that were never placed, by the venue's repeated word.
    pub not_found: u64,
    /// Orders whose outcome was still unknown when the engine stopped.
    pub unresolved: u64,
    /// How often an order's fate became unknown. Not an end: each is resolved later.
    pub unknown: u64,
    /// Trades in which we made.
    pub maker_fills: u64,
    /// Trades in which we took. Post-only orders cannot: more than [`Stats::meant_takes`] is a defect,
    /// or a human.
    pub taker_fills: u64,
    /// Those of them that were meant: of orders that close positions, and of orders with a name that
    /// is not one of ours.
    pub meant_takes: u64,
    /// The value of all trades.
    pub volume: Notional,
    /// What the trades cost; negative if the rebates were larger.
    pub fees: Usd,
    /// Cash from the trades: sales less purchases less fees.
    pub cash: Usd,
    /// Orders that left the book because we asked.
    pub canceled: u64,
    /// Orders that the venue took off the book by itself.
    pub canceled_by_venue: u64,
    /// Post-only orders that the venue refused because its book had moved: races, not faults. They
    /// are among the rejections too.
    pub races: u64,
    /// Orders whose tick or lot was refused and that the retry guard took up.
    pub guarded: u64,
    /// Those whose second try was taken.
    pub guard_success: u64,
    /// Those that failed all the same.
    pub guard_exhausted: u64,
    /// The most often that one logical order was handed to the shell: never more than two.
    pub most_sends: u64,
    /// Orders of earlier runs whose end was not on record when this run began. They end like
    /// attempts, but are none of this run.
    pub carried: u64,
    /// Nonces that were burnt to settle an order in doubt.
    pub burns: u64,
    /// Inputs whose moment was before that of the input before.
    pub clock_back: u64,
    /// How often more time passed between two inputs than a running process lets pass.
    pub pauses: u64,
    /// Orders stopped by the gate.
    pub gate_stops: u64,
    /// How often a wanted quote began to be too small for the venue.
    pub below_min: u64,
    /// Inputs that were ignored because a newer one of the same channel had come before.
    pub outdated: u64,
    /// Inputs that made no sense.
    pub audits: u64,
    rejected: ArrayVec<(RejectCode, u64), MAX_CODES>,
}

impl Stats {
    /// Rejections by code, in order of first appearance.
    #[must_use]
    pub fn rejected(&self) -> &[(RejectCode, u64)] {
        &self.rejected
    }

    /// Rejections of all codes.
    #[must_use]
    pub fn rejected_total(&self) -> u64 {
        self.rejected.iter().fold(0, |sum, (_, n)| sum.saturating_add(*n))
    }

    /// Attempts that have not ended yet.
    #[must_use]
    pub fn in_flight(&self) -> u64 {
        let ends = [self.accepted, self.never_sent, self.not_found, self.unresolved];
        let begun = self.attempts.saturating_add(self.carried);
        ends.iter()
            .fold(begun.saturating_sub(self.rejected_total()), |left, n| left.saturating_sub(*n))
    }

    pub(crate) fn reject(&mut self, code: RejectCode, n: u64) {
        match self.rejected.iter_mut().find(|(known, _)| *known == code) {
            Some((_, count)) => *count = count.saturating_add(n),
            // There are fewer codes than places.
            None => drop(self.rejected.try_push((code, n))),
        }
    }

    /// Adds another market's counts.
    pub(crate) fn add(&mut self, other: &Self) {
        let pairs = [
            (&mut self.attempts, other.attempts),
            (&mut self.accepted, other.accepted),
            (&mut self.never_sent, other.never_sent),
            (&mut self.not_found, other.not_found),
            (&mut self.unresolved, other.unresolved),
            (&mut self.unknown, other.unknown),
            (&mut self.maker_fills, other.maker_fills),
            (&mut self.taker_fills, other.taker_fills),
            (&mut self.meant_takes, other.meant_takes),
            (&mut self.canceled, other.canceled),
            (&mut self.canceled_by_venue, other.canceled_by_venue),
            (&mut self.races, other.races),
            (&mut self.guarded, other.guarded),
            (&mut self.guard_success, other.guard_success),
            (&mut self.guard_exhausted, other.guard_exhausted),
            (&mut self.carried, other.carried),
            (&mut self.burns, other.burns),
            (&mut self.clock_back, other.clock_back),
            (&mut self.pauses, other.pauses),
            (&mut self.gate_stops, other.gate_stops),
            (&mut self.below_min, other.below_min),
            (&mut self.outdated, other.outdated),
            (&mut self.audits, other.audits),
        ];
        for (mine, theirs) in pairs {
            *mine = mine.saturating_add(theirs);
        }
        self.most_sends = self.most_sends.max(other.most_sends);
        self.volume = self.volume.saturating_add(other.volume);
        self.fees = self.fees.plus(other.fees);
        self.cash = self.cash.plus(other.cash);
        for (code, n) in &other.rejected {
            self.reject(*code, *n);
        }
    }
}

/// Adds one, at most to the end of the range.
pub(crate) fn bump(counter: &mut u64) {
    *counter = counter.saturating_add(1);
}
