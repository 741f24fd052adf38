//! The number and weight of what we send, so that the venue never has to refuse for it.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::limits::{
    BATCH_PER_EXTRA_WEIGHT, IP_WEIGHT_PER_MINUTE, POST_SHARE_PERCENT, READ_SHARE_PERCENT,
    WS_MESSAGES_PER_MINUTE,
};

/// The span over which the venue adds up weights.
const MINUTE: Duration = Duration::from_secs(60);

/// What was spent in the last minute, exactly. A bucket that refills would allow nearly twice the
/// limit within some minute.
#[derive(Debug)]
pub(crate) struct MinuteBudget {
    limit: u32,
    spent: Mutex<Window>,
}

#[derive(Debug, Default)]
struct Window {
    /// In the order of time.
    entries: VecDeque<(Instant, u32)>,
    total: u32,
}

impl MinuteBudget {
    /// Request weight of the address. Reads stop at [`READ_SHARE_PERCENT`] of the venue's limit. Actions
    /// are counted and never held back: when to send one is the trading core's decision, and a cancel
    /// must not wait for a report.
    pub(crate) fn of_requests() -> Self {
        Self::new(IP_WEIGHT_PER_MINUTE * READ_SHARE_PERCENT / 100)
    }

    /// Frames sent on WebSockets. Posted actions stop a little before the venue's limit, so that pings
    /// and subscriptions always fit.
    pub(crate) fn of_frames() -> Self {
        Self::new(WS_MESSAGES_PER_MINUTE * POST_SHARE_PERCENT / 100)
    }

    fn new(limit: u32) -> Self {
        Self { limit, spent: Mutex::default() }
    }

    /// Whether one unit more would fit; counts nothing.
    pub(crate) fn has_room(&self, now: Instant) -> bool {
        self.used(now) < self.limit
    }

    /// Counts something of this weight, or says how long until there is room for it.
    pub(crate) fn admit(&self, now: Instant, weight: u32) -> Result<(), Duration> {
        let mut spent = self.window(now);
        let mut excess = spent.total.saturating_add(weight).saturating_sub(self.limit);
        if excess == 0 {
            spent.add(now, weight);
            return Ok(());
        }
        // Room comes when enough of the oldest entries have left the window.
        for &(at, weight) in &spent.entries {
            excess = excess.saturating_sub(weight);
            if excess == 0 {
                return Err(MINUTE.saturating_sub(now.saturating_duration_since(at)));
            }
        }
        Err(MINUTE)
    }

    /// Counts what was already spent: an action, or the part of a read's weight that only its answer
    /// tells.
    pub(crate) fn charge(&self, now: Instant, weight: u32) {
        if weight > 0 {
            self.window(now).add(now, weight);
        }
    }

    /// Takes back what was counted for a request that never left: the newest of the window goes
    /// first, so that no minute ever looks emptier than it was.
    pub(crate) fn refund(&self, now: Instant, weight: u32) {
        let mut spent = self.window(now);
        let mut rest = weight;
        while rest > 0
            && let Some((_, sum)) = spent.entries.back_mut()
        {
            let part = rest.min(*sum);
            *sum -= part;
            rest -= part;
            if *sum == 0 {
                spent.entries.pop_back();
            }
        }
        spent.total = spent.total.saturating_sub(weight - rest);
    }

    /// The weight of the last minute.
    pub(crate) fn used(&self, now: Instant) -> u32 {
        self.window(now).total
    }

    fn window(&self, now: Instant) -> MutexGuard<'_, Window> {
        // A panic elsewhere cannot leave the sum half updated: no code in between can panic.
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some(&(at, weight)) = spent.entries.front()
            && now.saturating_duration_since(at) >= MINUTE
        {
            spent.entries.pop_front();
            spent.total = spent.total.saturating_sub(weight);
        }
        spent
    }
}

impl Window {
    fn add(&mut self, now: Instant, weight: u32) {
        self.total = self.total.saturating_add(weight);
        match self.entries.back_mut() {
            // One entry a millisecond at most, so that a burst cannot make the list long.
            Some((at, sum)) if now.saturating_duration_since(*at) < Duration::from_millis(1) => {
                *sum = sum.saturating_add(weight);
            }
            _ => self.entries.push_back((now, weight)),
        }
    }
}

/// The weight of an action with a batch of this length ("Rate limits and user limits").
pub(crate) fn action_weight(batch: usize) -> u32 {
    u32::try_from(batch / BATCH_PER_EXTRA_WEIGHT).unwrap_or(u32::MAX).saturating_add(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn no_minute_holds_more_than_the_share_of_reads() {
        let budget = MinuteBudget::of_requests();
        let mut admitted = VecDeque::new();
        for _ in 0..4_000 {
            let now = Instant::now();
            if budget.admit(now, 20).is_ok() {
                admitted.push_back(now);
            }
            let within = admitted.iter().filter(|at| now - **at < MINUTE).count();
            assert!(within * 20 <= 1_080, "{within} reads within a minute");
            tokio::time::advance(Duration::from_millis(47)).await;
        }
        assert!(admitted.len() > 130, "{}", admitted.len());
    }

    #[tokio::test(start_paused = true)]
    async fn a_refused_read_is_admitted_after_the_stated_wait_and_not_before() {
        let budget = MinuteBudget::of_requests();
        for _ in 0..54 {
            budget.admit(Instant::now(), 20).unwrap();
            tokio::time::advance(Duration::from_secs(1)).await;
        }
        let wait = budget.admit(Instant::now(), 40).unwrap_err();
        tokio::time::advance(wait - Duration::from_millis(1)).await;
        assert!(budget.admit(Instant::now(), 40).is_err());
        tokio::time::advance(Duration::from_millis(1)).await;
        assert_eq!(budget.admit(Instant::now(), 40), Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn actions_are_counted_and_never_held_back() {
        let budget = MinuteBudget::of_requests();
        for _ in 0..2_000 {
            budget.charge(Instant::now(), action_weight(1));
        }
        assert_eq!(budget.used(Instant::now()), 2_000);
        assert!(budget.admit(Instant::now(), 2).is_err());
        tokio::time::advance(MINUTE).await;
        assert_eq!(budget.admit(Instant::now(), 2), Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn what_never_left_is_not_counted() {
        let budget = MinuteBudget::of_requests();
        budget.charge(Instant::now(), 7);
        tokio::time::advance(Duration::from_secs(1)).await;
        budget.admit(Instant::now(), 20).unwrap();
        budget.refund(Instant::now(), 20);
        assert_eq!(budget.used(Instant::now()), 7);
        budget.refund(Instant::now(), 9);
        assert_eq!(budget.used(Instant::now()), 0, "and never less than nothing");
    }

    #[test]
    fn a_batch_weighs_one_more_for_every_forty() {
        let weights = [(0, 1), (1, 1), (39, 1), (40, 2), (79, 2), (80, 3), (200, 6)];
        for (batch, weight) in weights {
            assert_eq!(action_weight(batch), weight, "{batch}");
        }
    }
}
