//! One fetch at a time, and a pause after a failed one.

use hl_quant::Millis;

use super::age::{Age, Step};
use super::config::SpecCacheConfig;

/// Permission to fetch, given to one caller at a time. It is spent by completing or failing.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "a ticket that is dropped blocks fetching until it expires"]
pub struct Ticket(pub(super) u64);

/// The fetch under way and the pause between fetches.
#[derive(Debug, Default)]
pub(super) struct Flights {
    /// Tickets given so far; the last one's number.
    given: u64,
    /// The one under way, with the time since it began.
    under_way: Option<(u64, Age)>,
    /// Failures in a row.
    failures: u32,
    /// Time since the last attempt began; nothing before the first.
    since_attempt: Option<Age>,
}

impl Flights {
    pub(super) fn advance(&mut self, step: Step) {
        if let Some((_, age)) = &mut self.under_way {
            age.advance(step);
        }
        if let Some(age) = &mut self.since_attempt {
            age.advance(step);
        }
    }

    /// A ticket, unless a fetch is under way or the pause is not over.
    pub(super) fn begin(&mut self, config: &SpecCacheConfig) -> Option<Ticket> {
        if self.wait(config) > 0 {
            return None;
        }
        self.given = self.given.saturating_add(1);
        self.under_way = Some((self.given, Age::ZERO));
        self.since_attempt = Some(Age::ZERO);
        Some(Ticket(self.given))
    }

    /// Milliseconds until [`Self::begin`] may give a ticket.
    ///
    /// A clock that was set back ends both waits: the age of the fetch under way is lost, so its
    /// result could not be dated, and a new one must not wait for it.
    pub(super) fn wait(&self, config: &SpecCacheConfig) -> u64 {
        let under_way = self.under_way.and_then(|(_, age)| age.known());
        let under_way = under_way.map_or(0, |age| config.fetch_timeout_ms.saturating_sub(age));
        let pause = match self.since_attempt.and_then(Age::known) {
            Some(age) => config.pause_ms(self.failures, self.given).saturating_sub(age),
            None => 0,
        };
        under_way.max(pause)
    }

    /// Whether a fetch is under way that has not outlived its time.
    pub(super) fn busy(&self, config: &SpecCacheConfig) -> bool {
        self.under_way.is_some_and(|(_, age)| !age.reached(config.fetch_timeout_ms))
    }

    /// Ends the flight of `ticket` and says how long ago it began; nothing when the ticket is not
    /// the one under way.
    pub(super) fn land(&mut self, ticket: &Ticket) -> Option<Age> {
        let (number, age) = self.under_way?;
        if number != ticket.0 {
            return None;
        }
        self.under_way = None;
        Some(age)
    }

    pub(super) fn succeeded(&mut self) {
        self.failures = 0;
    }

    pub(super) fn failed(&mut self) {
        self.failures = self.failures.saturating_add(1);
    }
}

/// When a fetch should begin, for a caller that sleeps until then.
pub(super) fn due(now: Millis, wait: u64) -> Millis {
    now.plus(wait)
}
