//! The same thing is not said again and again, and not too much at all.

use std::collections::{BTreeMap, VecDeque};

use hl_quant::Millis;

use super::notice::{Notice, Severity};

/// So many messages in [`SPAN_MS`]; pages have as many again.
const IN_SPAN: usize = 20;
const SPAN_MS: u64 = 3_600_000;
/// Kinds and markets that are remembered; there are fewer of both.
const KINDS: usize = 4_096;

/// Whether to say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Say {
    /// Now; so many of its kind were held back since the last one.
    Now { held: u64 },
    /// Not now: it was said a moment ago, or too much was.
    Later,
}

/// What was said when.
#[derive(Clone, Debug)]
pub(super) struct Quiet {
    repeat_ms: u64,
    kinds: BTreeMap<(&'static str, Option<String>), Said>,
    recent: VecDeque<Millis>,
}

#[derive(Clone, Copy, Debug)]
struct Said {
    at: Millis,
    held: u64,
}

impl Quiet {
    pub(super) const fn new(repeat_ms: u64) -> Self {
        Self { repeat_ms, kinds: BTreeMap::new(), recent: VecDeque::new() }
    }

    /// Whether to say it at `now`.
    pub(super) fn admit(&mut self, now: Millis, notice: &Notice) -> Say {
        let key = (notice.kind, notice.pair.clone());
        let said = self.kinds.get_mut(&key);
        let mut held = 0;
        if let Some(said) = said {
            // After a step back of the clock the pause begins anew.
            said.at = said.at.min(now);
            if now.since(said.at) < self.repeat_ms {
                said.held = said.held.saturating_add(1);
                return Say::Later;
            }
            held = said.held;
        }
        while self.recent.front().is_some_and(|at| *at > now || now.since(*at) >= SPAN_MS) {
            self.recent.pop_front();
        }
        let most = if notice.severity == Severity::Page { IN_SPAN * 2 } else { IN_SPAN };
        if self.recent.len() >= most {
            self.kinds.entry(key).and_modify(|said| said.held = said.held.saturating_add(1));
            return Say::Later;
        }
        self.recent.push_back(now);
        if self.kinds.len() >= KINDS {
            self.kinds.clear();
        }
        self.kinds.insert(key, Said { at: now, held: 0 });
        Say::Now { held }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notice(severity: Severity, kind: &'static str) -> Notice {
        Notice::new(severity, kind, "text")
    }

    #[test]
    fn the_same_thing_is_said_once_in_a_while_with_how_often_it_was_not() {
        let mut quiet = Quiet::new(1_000);
        let tick = notice(Severity::Page, "E_TICK");
        let mut at = |ms| quiet.admit(Millis(ms), &tick);
        assert_eq!(at(10_000), Say::Now { held: 0 });
        assert_eq!((at(10_001), at(10_999)), (Say::Later, Say::Later));
        assert_eq!(at(11_000), Say::Now { held: 2 });
        // A clock that was set back does not silence it for ever.
        assert_eq!(at(5_000), Say::Later);
        assert_eq!(at(6_000), Say::Now { held: 1 });
    }

    #[test]
    fn one_market_does_not_silence_another() {
        let mut quiet = Quiet::new(1_000);
        let of = |pair: &str| Notice { pair: Some(pair.to_owned()), ..notice(Severity::Warn, "x") };
        assert_eq!(quiet.admit(Millis(1), &of("SOL")), Say::Now { held: 0 });
        assert_eq!(quiet.admit(Millis(1), &of("ETH")), Say::Now { held: 0 });
    }

    #[test]
    fn a_flood_is_cut_off_and_leaves_room_for_what_somebody_must_get_up_for() {
        const NAMES: [&str; 4] = ["a", "b", "c", "d"];
        let mut quiet = Quiet::new(0);
        let mut said = |severity, n: usize, ms| {
            let all = (0..n).map(|i| quiet.admit(Millis(ms), &notice(severity, NAMES[i % 4])));
            all.filter(|say| matches!(say, Say::Now { .. })).count()
        };
        assert_eq!(said(Severity::Warn, 100, 1_000), 20);
        assert_eq!(said(Severity::Page, 100, 1_000), 20);
        assert_eq!(said(Severity::Page, 100, 1_000 + SPAN_MS), 40);
    }
}
