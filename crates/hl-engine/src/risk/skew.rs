//! The venue's clock against ours.

use hl_quant::Millis;

use super::{Cause, Grade, verdict::Verdict};
use crate::Figure;

/// How long one measurement is collected.
const SPAN_MS: u64 = 10_000;

/// The smallest delay between a message's own time and its arrival, over ten to twenty seconds.
///
/// A message cannot arrive before it was written, so a negative delay is the venue's clock being
/// ahead by that much at least. The smallest positive one is the network's delay and our clock being
/// ahead, which cannot be told apart, and need not be: both make data older than it looks.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Skew {
    now: Option<(Millis, i64)>,
    before: Option<i64>,
    warned: bool,
}

impl Skew {
    /// Takes the time that a message carries.
    pub(crate) fn hear(&mut self, now: Millis, time: Millis) {
        let part = |ms: u64| i64::try_from(ms).unwrap_or(i64::MAX);
        let delay = part(now.since(time)).saturating_sub(part(time.since(now)));
        match &mut self.now {
            Some((since, least)) if now.since(*since) < SPAN_MS => *least = delay.min(*least),
            _ => {
                self.before = self.now.filter(|(at, _)| now.since(*at) < 2 * SPAN_MS).map(|x| x.1);
                self.now = Some((now, delay));
            }
        }
    }

    /// Forgets: what comes on a new connection is a new measurement.
    pub(crate) fn clear(&mut self) {
        *self = Self { warned: self.warned, ..Self::default() };
    }

    /// Takes a step back of our clock: by what it shows now, everything came so much sooner.
    pub(crate) fn set_back(&mut self, step_ms: u64) {
        let step = i64::try_from(step_ms).unwrap_or(i64::MAX);
        let least = self.now.iter_mut().map(|(_, least)| least).chain(&mut self.before);
        least.for_each(|least| *least = least.saturating_sub(step));
    }

    /// How far our clock is behind the venue's at least: a message came before it was written.
    pub(crate) fn behind_ms(&self, now: Millis) -> u64 {
        self.least(now).map_or(0, |least| least.min(0).unsigned_abs())
    }

    /// How far the clocks are apart; `None` without a recent message.
    pub(crate) fn distance_ms(&self, now: Millis) -> Option<u64> {
        self.least(now).map(i64::unsigned_abs)
    }

    /// The smallest delay.
    fn least(&self, now: Millis) -> Option<i64> {
        let (_, least) = self.now.filter(|(at, _)| now.since(*at) < 2 * SPAN_MS)?;
        Some(self.before.map_or(least, |before| before.min(least)))
    }

    /// What the limit says.
    pub(crate) fn verdict(&self, now: Millis, stop_ms: u64) -> Verdict {
        match self.distance_ms(now) {
            Some(have) if have > stop_ms => {
                let (have, limit) = (Figure::Ms(have), Figure::Ms(stop_ms));
                Verdict::new(Grade::CancelOnly, Cause::Skew, have, limit)
            }
            _ => Verdict::CLEAR,
        }
    }

    /// The distance, once, when it passes the limit of a warning; again only after it was well below.
    pub(crate) fn warning(&mut self, now: Millis, warn_ms: u64) -> Option<u64> {
        let have = self.distance_ms(now)?;
        if have > warn_ms && !self.warned {
            self.warned = true;
            return Some(have);
        }
        if have <= warn_ms / 2 {
            self.warned = false;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_venue_ahead_is_seen_at_once_and_a_lag_when_no_message_is_younger() {
        let mut skew = Skew::default();
        skew.hear(Millis(10_000), Millis(9_900));
        skew.hear(Millis(11_000), Millis(7_000));
        assert_eq!(skew.distance_ms(Millis(11_000)), Some(100), "one late message says nothing");
        skew.hear(Millis(12_000), Millis(14_500));
        assert_eq!(skew.distance_ms(Millis(12_000)), Some(2_500));
        assert_eq!(skew.verdict(Millis(12_000), 2_000).grade, Grade::CancelOnly);
        assert_eq!(skew.verdict(Millis(12_000), 2_500).grade, Grade::Normal);
        let mut skew = Skew::default();
        for second in 10..=40 {
            let lag = if second < 15 { 100 } else { 3_000 };
            skew.hear(Millis(second * 1_000), Millis(second * 1_000 - lag));
        }
        assert_eq!(skew.distance_ms(Millis(40_000)), Some(3_000));
        assert_eq!(skew.distance_ms(Millis(60_000)), None, "silence is another rule's business");
    }

    #[test]
    fn a_clock_that_is_set_back_is_behind_by_so_much_more() {
        let mut skew = Skew::default();
        assert_eq!(skew.behind_ms(Millis(0)), 0, "nothing is known");
        skew.hear(Millis(10_000), Millis(9_900));
        assert_eq!(skew.behind_ms(Millis(10_000)), 0, "a delay, or ahead");
        skew.set_back(1_000);
        assert_eq!(skew.behind_ms(Millis(10_000)), 900);
        skew.hear(Millis(10_500), Millis(12_000));
        assert_eq!(skew.behind_ms(Millis(10_500)), 1_500);
        skew.hear(Millis(20_000), Millis(19_900));
        skew.set_back(10);
        assert_eq!(skew.behind_ms(Millis(20_000)), 1_510, "the span before counts");
    }

    #[test]
    fn a_warning_comes_once() {
        let mut skew = Skew::default();
        let mut at = |ms: u64, lag: u64| {
            skew.clear();
            skew.hear(Millis(ms), Millis(ms - lag));
            skew.warning(Millis(ms), 500)
        };
        assert_eq!([at(1_000, 501), at(2_000, 600), at(3_000, 300)], [Some(501), None, None]);
        assert_eq!([at(4_000, 600), at(5_000, 200), at(6_000, 600)], [None, None, Some(600)]);
    }
}
