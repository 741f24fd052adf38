//! How long to keep away after the venue has refused for the weight of the network address.

use hl_quant::Millis;

/// The first pause, and the longest. Each refusal after a pause doubles the next one.
const FIRST_MS: u64 = 1_000;
const LONGEST_MS: u64 = 8_000;
/// A refusal this long after the last pause begins at the first pause again.
const FORGET_MS: u64 = 16_000;

/// A pause that doubles while refusals go on. The venue says no more than "too many" (HTTP status
/// 429), so how long is ours to find out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pause {
    until: Millis,
    /// The length of the last pause.
    length: u64,
}

impl Pause {
    /// The venue has refused a request. What was on its way before the pause began is answered
    /// within it, and does not lengthen it.
    pub(crate) fn refused(&mut self, now: Millis) {
        if now < self.until {
            return;
        }
        let forgotten = self.length == 0 || now.since(self.until) >= FORGET_MS;
        self.length =
            if forgotten { FIRST_MS } else { self.length.saturating_mul(2).min(LONGEST_MS) };
        self.until = now.plus(self.length);
    }

    /// The first moment at which something may be asked for again.
    pub(crate) const fn until(&self) -> Millis {
        self.until
    }

    /// Takes a step back of the clock: no pause lasts longer than the longest.
    pub(crate) fn rebase(&mut self, now: Millis) {
        self.until = self.until.min(now.plus(self.length));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const T: Millis = Millis(1_000_000);

    #[test]
    fn each_refusal_after_a_pause_doubles_it_up_to_the_longest() {
        let mut pause = Pause::default();
        let mut now = T;
        let mut lengths = Vec::new();
        for _ in 0..6 {
            pause.refused(now);
            lengths.push(pause.until().since(now));
            now = pause.until();
        }
        assert_eq!(lengths, [1_000, 2_000, 4_000, 8_000, 8_000, 8_000]);
    }

    #[test]
    fn what_was_on_its_way_does_not_lengthen_it_and_a_quiet_time_is_a_new_beginning() {
        let mut pause = Pause::default();
        pause.refused(T);
        pause.refused(T.plus(400));
        pause.refused(T.plus(999));
        assert_eq!(pause.until(), T.plus(1_000));
        pause.refused(T.plus(1_000));
        assert_eq!(pause.until(), T.plus(3_000));
        pause.refused(T.plus(3_000 + FORGET_MS));
        assert_eq!(pause.until(), T.plus(4_000 + FORGET_MS));
    }

    #[test]
    fn a_clock_that_is_set_back_makes_no_pause_longer() {
        let mut pause = Pause::default();
        pause.refused(T);
        pause.rebase(Millis(5));
        assert_eq!(pause.until(), Millis(1_005));
    }
}
