//! A token bucket in whole numbers.

use hl_quant::Millis;

/// Holds up to `capacity` tokens and gains `gain` of them per `span_ms`.
///
/// The level is kept in parts of 1/`span_ms` of a token, so that no rounding ever loses or makes one.
/// It may go below zero: what has left has left, and is paid back before anything else is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bucket {
    capacity: i128,
    gain: i128,
    span_ms: i128,
    level: i128,
    at: Millis,
}

impl Bucket {
    /// A full bucket.
    pub(crate) fn new(capacity: u64, gain: u64, span_ms: u64) -> Self {
        let span_ms = i128::from(span_ms.max(1));
        let capacity = i128::from(capacity).saturating_mul(span_ms);
        Self { capacity, gain: i128::from(gain), span_ms, level: capacity, at: Millis(0) }
    }

    /// The same with this many tokens in it at first, counted from its first use.
    pub(crate) fn holding(mut self, tokens: u64) -> Self {
        self.level = self.parts(tokens).min(self.capacity);
        self
    }

    fn parts(&self, tokens: u64) -> i128 {
        i128::from(tokens).saturating_mul(self.span_ms)
    }

    fn level_at(&self, now: Millis) -> i128 {
        // Before its first use no time has passed for it.
        let since = if self.at == Millis(0) { 0 } else { now.since(self.at) };
        let gained = i128::from(since).saturating_mul(self.gain);
        self.level.saturating_add(gained).min(self.capacity)
    }

    /// Whole tokens in it.
    pub(crate) fn tokens(&self, now: Millis) -> u64 {
        let tokens = self.level_at(now).checked_div(self.span_ms).unwrap_or(0);
        u64::try_from(tokens).unwrap_or(0)
    }

    /// Whether `n` tokens can be taken so that `floor` remain.
    pub(crate) fn holds(&self, now: Millis, n: u64, floor: u64) -> bool {
        self.level_at(now) >= self.parts(n.saturating_add(floor))
    }

    /// Takes `n` tokens, below zero if need be.
    pub(crate) fn take(&mut self, now: Millis, n: u64) {
        self.level = self.level_at(now).saturating_sub(self.parts(n));
        self.at = self.at.max(now);
    }

    /// Empties it, unless it is below that already.
    pub(crate) fn drain(&mut self, now: Millis) {
        self.level = self.level_at(now).min(0);
        self.at = self.at.max(now);
    }

    /// Takes a step back of the clock: what was gained until then stays.
    pub(crate) fn rebase(&mut self, now: Millis) {
        self.at = self.at.min(now);
    }

    /// The first moment at which [`Bucket::holds`].
    pub(crate) fn ready_at(&self, now: Millis, n: u64, floor: u64) -> Millis {
        let missing = self.parts(n.saturating_add(floor)).saturating_sub(self.level_at(now));
        if missing <= 0 {
            return now;
        }
        let up = missing.saturating_add(self.gain.saturating_sub(1));
        let ms = up.checked_div(self.gain).unwrap_or(i128::MAX);
        now.plus(u64::try_from(ms).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_token_comes_back_after_its_span_and_not_before() {
        let mut bucket = Bucket::new(1, 1, 11_000);
        assert!(bucket.holds(Millis(5), 1, 0));
        bucket.take(Millis(5), 1);
        assert_eq!(bucket.ready_at(Millis(5), 1, 0), Millis(11_005));
        assert!(!bucket.holds(Millis(11_004), 1, 0));
        assert!(bucket.holds(Millis(11_005), 1, 0));
    }

    #[test]
    fn a_floor_is_not_touched_and_a_debt_is_paid_first() {
        let mut bucket = Bucket::new(10, 60, 60_000);
        assert!(bucket.holds(Millis(1), 4, 6));
        assert!(!bucket.holds(Millis(1), 5, 6));
        bucket.take(Millis(1), 12);
        assert_eq!(bucket.tokens(Millis(2_000)), 0);
        assert!(!bucket.holds(Millis(3_000), 1, 0));
        assert!(bucket.holds(Millis(3_001), 1, 0));
        bucket.drain(Millis(9_000));
        assert_eq!(bucket.tokens(Millis(9_000)), 0);
    }

    #[test]
    fn a_bucket_that_gains_nothing_is_never_ready() {
        let mut bucket = Bucket::new(1, 0, 1_000);
        bucket.take(Millis(0), 1);
        assert_eq!(bucket.ready_at(Millis(0), 1, 0), Millis(u64::MAX));
    }

    proptest! {
        /// Whatever is asked for when, no window of a minute lets more through than the capacity and a
        /// minute's gain.
        #[test]
        fn no_minute_sees_more_than_capacity_and_gain(
            asks in proptest::collection::vec((0_u64..4_000, 1_u64..40), 1..200),
        ) {
            let mut bucket = Bucket::new(200, 820, 60_000);
            let mut now = Millis(1);
            let mut passed: Vec<(u64, u64)> = Vec::new();
            for (wait, n) in asks {
                now = now.plus(wait);
                let ready = bucket.ready_at(now, n, 0);
                prop_assert_eq!(ready == now, bucket.holds(now, n, 0));
                if bucket.holds(now, n, 0) {
                    bucket.take(now, n);
                    passed.push((now.0, n));
                }
            }
            for (start, _) in &passed {
                let within = passed.iter().filter(|(at, _)| at >= start && *at < start + 60_000);
                prop_assert!(within.map(|(_, n)| n).sum::<u64>() <= 1_020);
            }
        }
    }
}
