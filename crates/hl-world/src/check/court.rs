//! Where rules bring their findings: counts of what was judged, and the breaches.

use hl_quant::Millis;

use crate::Breach;
use crate::check::invariants::{COUNT, Id};

/// The most breaches of one invariant that a run keeps: the first ones say what went wrong.
const KEPT: usize = 4;

/// Counts judgements and keeps breaches.
#[derive(Clone, Debug)]
pub struct Court {
    now: Millis,
    judged: [u64; COUNT],
    broken: [u64; COUNT],
    breaches: Vec<Breach>,
}

impl Default for Court {
    fn default() -> Self {
        Self { now: Millis(0), judged: [0; COUNT], broken: [0; COUNT], breaches: Vec::new() }
    }
}

impl Court {
    /// What follows is judged at this moment.
    pub(crate) const fn open(&mut self, now: Millis) {
        self.now = now;
    }

    /// One judgement: counted in either case, kept if it does not hold.
    pub(crate) fn judge(&mut self, id: Id, holds: bool, what: impl FnOnce() -> String) {
        let place = id.place();
        if let Some(count) = self.judged.get_mut(place) {
            *count = count.saturating_add(1);
        }
        if holds {
            return;
        }
        let Some(count) = self.broken.get_mut(place) else { return };
        *count = count.saturating_add(1);
        if *count <= u64::try_from(KEPT).unwrap_or(u64::MAX) {
            self.breaches.push(Breach { invariant: id.name(), at: self.now, what: what() });
        }
    }

    /// How often each invariant was judged, `I1` first.
    #[must_use]
    pub const fn judged(&self) -> &[u64; COUNT] {
        &self.judged
    }

    /// How often each invariant was found broken, `I1` first.
    #[must_use]
    pub const fn broken(&self) -> &[u64; COUNT] {
        &self.broken
    }

    /// The breaches since the last call, the first few of each invariant.
    pub fn take_breaches(&mut self) -> Vec<Breach> {
        std::mem::take(&mut self.breaches)
    }
}
