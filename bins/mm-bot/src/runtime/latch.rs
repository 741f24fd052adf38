//! The latch that ends placing: once closed, it never opens again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Shared by the loop, which places, and by the watchdog, which has taken over when it closes it.
#[derive(Clone, Debug, Default)]
pub(super) struct Latch(Arc<AtomicBool>);

impl Latch {
    /// From here on no order is sent, whoever still wants to.
    pub(super) fn close(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    pub(super) fn is_closed(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}
