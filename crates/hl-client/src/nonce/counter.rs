//! The counter under the allocator: two atomics, and a store that is ahead of them.

use std::sync::PoisonError;

use super::{MarkError, NonceError};
use crate::limits::{NONCE_AHEAD_MS, NONCE_AHEAD_SLACK_MS};
use crate::sync::{AtomicU64, Mutex, Ordering};

/// Where the mark survives.
pub(super) trait Store {
    /// When this returns, the mark is safe.
    fn write(&mut self, mark: u64) -> Result<(), MarkError>;
}

#[derive(Debug)]
pub(super) struct Counter<S> {
    /// The last nonce handed out.
    last: AtomicU64,
    /// Every nonce below it may be used: the store already says that it was.
    mark: AtomicU64,
    /// Nonces reserved per write.
    block: u64,
    store: Option<Mutex<S>>,
}

impl<S: Store> Counter<S> {
    /// Hands out nonces above `last` and remembers nothing.
    pub(super) fn in_memory(last: u64) -> Self {
        let mark = AtomicU64::new(u64::MAX);
        Self { last: AtomicU64::new(last), mark, block: 0, store: None }
    }

    /// Goes on from the mark in `store`.
    pub(super) fn persistent(mark: u64, block: u64, store: S) -> Self {
        let last = AtomicU64::new(mark.saturating_sub(1));
        Self { last, mark: AtomicU64::new(mark), block, store: Some(Mutex::new(store)) }
    }

    pub(super) fn allocate(&self, now: u64) -> Result<u64, NonceError> {
        let limit = now.saturating_add(NONCE_AHEAD_MS - NONCE_AHEAD_SLACK_MS);
        let mut last = self.last.load(Ordering::Relaxed);
        loop {
            let next = last.saturating_add(1).max(now);
            if next > limit {
                return Err(NonceError::TooFarAhead { next, now });
            }
            if next >= self.mark.load(Ordering::Acquire) {
                self.write(next.saturating_add(self.block))?;
            }
            // A competitor may have taken `next` meanwhile; then this one goes on from there.
            match self.last.compare_exchange_weak(last, next, Ordering::AcqRel, Ordering::Relaxed) {
                Ok(_) => return Ok(next),
                Err(current) => last = current,
            }
        }
    }

    pub(super) fn is_low(&self, now: u64) -> bool {
        let next = self.last.load(Ordering::Relaxed).max(now);
        self.mark.load(Ordering::Acquire).saturating_sub(next) < self.block / 2
    }

    pub(super) fn top_up(&self, now: u64) -> Result<(), MarkError> {
        if self.is_low(now) {
            let next = self.last.load(Ordering::Relaxed).saturating_add(1).max(now);
            self.write(next.saturating_add(self.block))?;
        }
        Ok(())
    }

    /// Raises the mark to `mark`, in the store first, unless somebody did meanwhile.
    fn write(&self, mark: u64) -> Result<(), MarkError> {
        let Some(store) = &self.store else { return Ok(()) };
        // A poisoned lock only says that another writer panicked; the mark is replaced whole, so
        // what the store holds is sound either way.
        let mut store = store.lock().unwrap_or_else(PoisonError::into_inner);
        if self.mark.load(Ordering::Acquire) < mark {
            store.write(mark)?;
            self.mark.store(mark, Ordering::Release);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use loom::sync::Arc;
    use loom::thread;

    use super::*;

    /// What would be on the disk, for everybody to see. None of loom's: looking at it is no step.
    #[derive(Clone, Default)]
    struct Disk(std::sync::Arc<std::sync::atomic::AtomicU64>);

    impl Disk {
        fn mark(&self) -> u64 {
            self.0.load(Ordering::SeqCst)
        }
    }

    impl Store for Disk {
        fn write(&mut self, mark: u64) -> Result<(), MarkError> {
            // A disk takes its time: others get on meanwhile.
            thread::yield_now();
            self.0.store(mark, Ordering::SeqCst);
            Ok(())
        }
    }

    /// Threads that each allocate so often by such a clock, in every order of their steps with at most
    /// `switches` of them in the middle of something. Every nonce is handed out once, rises within
    /// its thread, is never below its clock, and lies below the mark that the disk has at that
    /// moment. Returns how many orders there were.
    fn all_orders(block: u64, switches: Option<usize>, threads: &'static [(u64, usize)]) -> u64 {
        let tried = Disk::default();
        let count = tried.clone();
        let mut model = loom::model::Builder::new();
        model.preemption_bound = switches;
        model.check(move || {
            count.0.fetch_add(1, Ordering::Relaxed);
            let disk = Disk::default();
            let counter = Arc::new(Counter::persistent(1, block, disk.clone()));
            let work = |(now, times): (u64, usize)| {
                let (counter, disk) = (Arc::clone(&counter), disk.clone());
                move || {
                    let mut mine = Vec::new();
                    for _ in 0..times {
                        let nonce = counter.allocate(now).unwrap();
                        assert!(nonce < disk.mark(), "{nonce} is not on the disk");
                        assert!(nonce >= now && mine.last().is_none_or(|last| nonce > *last));
                        mine.push(nonce);
                    }
                    mine
                }
            };
            let (here, others) = threads.split_first().unwrap();
            let others: Vec<_> = others.iter().map(|other| thread::spawn(work(*other))).collect();
            let mut all = work(*here)();
            for other in others {
                all.extend(other.join().unwrap());
            }
            let distinct: BTreeSet<u64> = all.iter().copied().collect();
            assert_eq!(distinct.len(), all.len(), "handed out twice: {all:?}");
        });
        tried.mark()
    }

    #[test]
    fn two_threads_in_one_millisecond_never_share_a_nonce_and_the_disk_is_always_ahead() {
        let tried = all_orders(1, None, &[(7, 2), (7, 1)]);
        assert!(tried > 100, "{tried} orders");
    }

    #[test]
    fn nor_do_three_whose_clocks_differ() {
        let tried = all_orders(1, Some(2), &[(7, 1), (5, 1), (7, 1)]);
        assert!(tried > 100, "{tried} orders");
    }

    #[test]
    fn a_mark_that_is_moved_ahead_of_time_is_no_different() {
        loom::model(|| {
            let disk = Disk::default();
            let counter = Arc::new(Counter::persistent(1, 4, disk.clone()));
            let other = Arc::clone(&counter);
            let ahead = thread::spawn(move || other.top_up(7).unwrap());
            for _ in 0..2 {
                let nonce = counter.allocate(7).unwrap();
                assert!(nonce < disk.mark(), "{nonce} is not on the disk");
            }
            ahead.join().unwrap();
        });
    }
}
