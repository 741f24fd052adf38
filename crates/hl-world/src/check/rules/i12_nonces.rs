//! I12 (S0): the nonces of a signer rise strictly, restarts included, and lie between two days
//! before and one day after the true time.
//!
//! Judged: what leaves the bot. A `noop` that invalidates an earlier request carries its nonce.

use super::prelude::*;

const DAY_MS: u64 = 86_400_000;

#[derive(Debug, Default)]
pub(crate) struct Nonces {
    last: u64,
}

impl Rule for Nonces {
    fn see(&mut self, view: &View<'_>, seen: &Seen<'_>, court: &mut Court) {
        let Seen::Sent { wire, .. } = seen else { return };
        let (nonce, now, last) = (wire.nonce, view.now.0, self.last);
        let floor = now.saturating_sub(2 * DAY_MS);
        let inside = nonce > floor && nonce < now.saturating_add(DAY_MS);
        court.judge(Id::of(12), inside, || format!("nonce {nonce} at {now}"));
        if wire.verb != Verb::Noop || nonce > last {
            court.judge(Id::of(12), nonce > last, || format!("nonce {nonce} after {last}"));
            self.last = last.max(nonce);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{Case, order};

    #[test]
    fn a_nonce_that_does_not_rise_or_is_days_away_is_a_breach() {
        let mut case = Case::new(Nonces::default());
        case.send(&[order(1, true, "149.5", "1")]);
        case.send(&[order(2, true, "149.5", "1")]);
        assert_eq!((case.breaches(), case.judged(12)), (0, 4));
        case.restart();
        case.nonce_back(10);
        case.send(&[order(3, true, "149.5", "1")]);
        assert_eq!(case.breaches(), 1, "a restart begins no new count");
        case.pass(3 * DAY_MS);
        case.send(&[order(4, true, "149.5", "1")]);
        assert!(case.breaches() > 1, "three days old");
    }
}
