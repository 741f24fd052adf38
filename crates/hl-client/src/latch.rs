//! The latch that ends placing: whoever places passes it at the last step before the wire.

use crate::sync::{AtomicU64, Ordering};

/// The bit that says closed; below it those who are passing are counted.
const CLOSED: u64 = 1 << 63;

/// Shared by whoever places and whoever may have to end that from another thread. Once closed, it
/// never opens again.
///
/// ```
/// use hl_client::Latch;
///
/// let latch = Latch::new();
/// let order = latch.pass().expect("it is open");
/// assert_eq!(latch.close(), 1, "one order is on its way to the wire");
/// drop(order);
/// assert!(latch.pass().is_none());
/// assert_eq!(latch.close(), 0);
/// ```
#[derive(Debug, Default)]
pub struct Latch {
    state: AtomicU64,
}

/// Somebody between the latch and the end of a request. Keep it for as long as the request takes.
#[derive(Debug)]
#[must_use = "who does not keep it counts as through"]
pub struct Passing<'a>(&'a Latch);

impl Latch {
    /// An open latch.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Closes it: from the return of this call on nobody passes any more. Returns how many passed
    /// before and are not through: what they send may still arrive. Closing it again only counts.
    #[must_use = "what is on its way can still arrive"]
    pub fn close(&self) -> u64 {
        self.state.fetch_or(CLOSED, Ordering::AcqRel) & !CLOSED
    }

    /// Whether it is closed.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.state.load(Ordering::Acquire) & CLOSED != 0
    }

    /// Passes it; `None` if it is closed. To look first and to pass then would not do: it could be
    /// closed in between, by somebody who was told that nobody is on the way.
    #[must_use = "who does not keep it counts as through"]
    pub fn pass(&self) -> Option<Passing<'_>> {
        let open = |state: u64| (state & CLOSED == 0).then(|| state.saturating_add(1));
        let passed = self.state.fetch_update(Ordering::AcqRel, Ordering::Acquire, open);
        passed.is_ok().then(|| Passing(self))
    }
}

impl Drop for Passing<'_> {
    fn drop(&mut self) {
        self.0.state.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use loom::sync::Arc;
    use loom::sync::atomic::AtomicBool;
    use loom::thread;

    use super::*;

    /// In every order of the steps of two who place and one who closes: whoever was told that nobody
    /// is on the way finds nobody on the way from then on.
    #[test]
    fn after_the_last_order_is_through_none_passes_a_closed_latch() {
        loom::model(|| {
            let latch = Arc::new(Latch::new());
            let over = Arc::new(AtomicBool::new(false));
            let place = || {
                let (latch, over) = (Arc::clone(&latch), Arc::clone(&over));
                move || {
                    let Some(passing) = latch.pass() else { return };
                    assert!(!over.load(Ordering::SeqCst), "an order after the end of all orders");
                    drop(passing);
                }
            };
            let others = [thread::spawn(place()), thread::spawn(place())];
            if latch.close() == 0 {
                over.store(true, Ordering::SeqCst);
            }
            assert!(latch.is_closed() && latch.pass().is_none());
            others.into_iter().for_each(|other| other.join().unwrap());
            assert_eq!(latch.close(), 0, "all are through");
        });
    }
}
