//! Nonces as `hl-client` hands them out: never below the clock, never twice, and never again after a
//! restart, because a mark on the disk lies ahead of every one that was used.

use hl_quant::Millis;
use hl_wire::Nonce;

use crate::disk::{Disk, DiskError, Name};

/// Nonces reserved per write of the mark, as in `hl_client::NONCE_BLOCK`.
const BLOCK: u64 = 60_000;
/// Further ahead of the clock than this the venue would refuse them, as in `hl_client`: a day, less
/// some minutes.
const AHEAD_MS: u64 = 86_400_000 - 600_000;

/// Why there is no nonce. Nothing is sent then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoNonce {
    /// The next one is too far ahead of the clock.
    TooFarAhead,
    /// The mark cannot be written.
    Disk,
}

impl From<DiskError> for NoNonce {
    fn from(_: DiskError) -> Self {
        Self::Disk
    }
}

/// The nonces of one key in one process.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Nonces {
    last: u64,
    mark: u64,
}

impl Nonces {
    /// Goes on where the mark on the disk says; a new key begins with the clock.
    pub(crate) fn open(disk: &Disk) -> Self {
        let bytes = disk.read(Name::Nonces).and_then(|bytes| bytes.try_into().ok());
        let mark = bytes.map_or(0, u64::from_le_bytes);
        Self { last: mark.saturating_sub(1), mark }
    }

    /// The next one.
    pub(crate) fn allocate(&mut self, now: Millis, disk: &mut Disk) -> Result<Nonce, NoNonce> {
        let next = self.last.saturating_add(1).max(now.0);
        if next > now.0.saturating_add(AHEAD_MS) {
            return Err(NoNonce::TooFarAhead);
        }
        if next >= self.mark {
            let mark = next.saturating_add(BLOCK);
            disk.replace(Name::Nonces, &mark.to_le_bytes())?;
            self.mark = mark;
        }
        self.last = next;
        Ok(Nonce(next))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_nonce_comes_twice_across_restarts_and_clocks_that_go_back() {
        let mut disk = Disk::new(1);
        let mut last = 0;
        for start in [5_000_000, 1_000_000, 5_000_010_u64] {
            let mut nonces = Nonces::open(&disk);
            for step in [0, 0, 1, 500] {
                let Nonce(next) = nonces.allocate(Millis(start + step), &mut disk).unwrap();
                assert!(next > last, "{next} after {last}");
                last = next;
            }
        }
    }

    #[test]
    fn without_a_mark_on_the_disk_nothing_is_handed_out() {
        let mut disk = Disk::new(1);
        disk.trouble.full = true;
        let mut nonces = Nonces::open(&disk);
        assert_eq!(nonces.allocate(Millis(7), &mut disk), Err(NoNonce::Disk));
        disk.trouble.full = false;
        assert_eq!(nonces.allocate(Millis(7), &mut disk), Ok(Nonce(7)));
    }
}
