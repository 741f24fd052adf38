//! The nonces of one signer (docs: "Nonces and API wallets").
//!
//! The 100 highest are kept and a new one must exceed the smallest of them; it must lie within two
//! days before and one day after block time. Measured on the testnet: every admitted nonce inside
//! the window is remembered for the duplicate check, also beyond the hundred.

use std::collections::BTreeSet;

use hl_quant::Millis;
use hl_wire::ErrorText;

use crate::config::NonceMemory;

const DAY_MS: u64 = 86_400_000;

/// Nonces that a signer has used and that could still be replayed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Nonces {
    seen: BTreeSet<u64>,
}

impl Nonces {
    /// Uses up a nonce, or says why it cannot be used.
    pub(crate) fn admit(
        &mut self,
        nonce: u64,
        now: Millis,
        memory: NonceMemory,
    ) -> Result<(), ErrorText<'static>> {
        let kept = memory.count();
        let oldest = now.0.saturating_sub(2 * DAY_MS);
        let ceiling = now.0.saturating_add(DAY_MS);
        if nonce > ceiling {
            return Err(ErrorText::NonceTooHigh { nonce, ceiling });
        }
        if self.seen.contains(&nonce) {
            return Err(ErrorText::NonceDuplicate { nonce });
        }
        if nonce < oldest {
            return Err(ErrorText::NonceTooLow { nonce, floor: oldest });
        }
        if let Some(floor) = self.seen.iter().rev().nth(kept.saturating_sub(1)).copied()
            && nonce < floor
        {
            return Err(ErrorText::NonceTooLow { nonce, floor });
        }
        self.seen.insert(nonce);
        while self.seen.first().is_some_and(|first| *first < oldest) && self.seen.len() > kept {
            self.seen.pop_first();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use hl_quant::Millis;
    use hl_wire::ErrorText;

    use super::Nonces;
    use crate::config::NonceMemory;

    const ALL: NonceMemory = NonceMemory::Hundred;

    const NOW: Millis = Millis(1_700_000_000_000);

    #[test]
    fn the_window_is_two_days_back_and_one_ahead() {
        let mut nonces = Nonces::default();
        let floor = NOW.0 - 2 * 86_400_000;
        let ceiling = NOW.0 + 86_400_000;
        assert_eq!(nonces.admit(floor, NOW, ALL), Ok(()));
        assert_eq!(nonces.admit(ceiling, NOW, ALL), Ok(()));
        let (low, high) = (floor - 1, ceiling + 1);
        assert_eq!(nonces.admit(low, NOW, ALL), Err(ErrorText::NonceTooLow { nonce: low, floor }));
        assert_eq!(
            nonces.admit(high, NOW, ALL),
            Err(ErrorText::NonceTooHigh { nonce: high, ceiling })
        );
    }

    #[test]
    fn from_the_hundredth_on_a_new_one_must_exceed_the_smallest_of_the_hundred_highest() {
        let mut nonces = Nonces::default();
        for step in 1..=99 {
            assert_eq!(nonces.admit(NOW.0 + 2 * step, NOW, ALL), Ok(()));
        }
        assert_eq!(nonces.admit(NOW.0, NOW, ALL), Ok(()), "the hundredth may be the lowest");
        let floor = NOW.0;
        let low = floor - 1;
        assert_eq!(nonces.admit(low, NOW, ALL), Err(ErrorText::NonceTooLow { nonce: low, floor }));
        assert_eq!(nonces.admit(NOW.0 + 1, NOW, ALL), Ok(()), "a gap above the floor is free");
        let nonce = NOW.0;
        assert_eq!(
            nonces.admit(nonce, NOW, ALL),
            Err(ErrorText::NonceDuplicate { nonce }),
            "used, although below the floor by now"
        );
    }

    #[test]
    fn a_venue_that_remembers_twenty_takes_nothing_below_the_smallest_of_those() {
        let mut nonces = Nonces::default();
        let few = NonceMemory::Twenty;
        for step in 1..=20 {
            assert_eq!(nonces.admit(NOW.0 + step, NOW, few), Ok(()));
        }
        let (nonce, floor) = (NOW.0, NOW.0 + 1);
        let low = Err(ErrorText::NonceTooLow { nonce, floor });
        assert_eq!(nonces.admit(nonce, NOW, few), low);
        assert_eq!(nonces.admit(nonce, NOW, ALL), Ok(()), "a hundred would still have room");
    }
}
