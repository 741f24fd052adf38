//! Nonces: one counter per signing key, never the same twice.
//!
//! The venue remembers the nonces of each signer and refuses one that it has seen, or that lies
//! outside `(T - 2 days, T + 1 day)` of its block time ("Nonces and API wallets"). The rule here is
//! the documented one, `max(last + 1, now)`, with what it leaves open closed:
//!
//! - two tasks in one millisecond: the counter is one atomic, so they differ by one;
//! - a clock that steps back: `last + 1` goes on from where it was;
//! - a restart, or a crash, combined with a clock that stepped back: a *mark* in a file lies ahead of
//!   every nonce handed out. It is on the disk before the first nonce below it is used, and the next
//!   process starts at the mark;
//! - two processes with one key: the second fails to open the file.

mod mark;

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use hl_quant::Millis;
use hl_wire::{Address, Nonce};

use crate::limits::{NONCE_AHEAD_MS, NONCE_AHEAD_SLACK_MS};
pub use mark::MarkError;
use mark::MarkFile;

/// Nonces reserved per write of the mark. At the pace of the clock this is one write a minute, and
/// after a restart at most this many milliseconds of nonces are skipped, far inside the venue's
/// window of one day.
pub const NONCE_BLOCK: u64 = 60_000;

/// How far beyond the mark [`NonceAllocator::beside`] starts: the holder may be about to move it.
const BESIDE: u64 = 1_000;
/// The span over which its starts are spread, by the clock: two of them more than a few milliseconds
/// apart use different numbers.
const BESIDE_SPAN: u64 = 30_000;

/// Why no nonce was handed out. Nothing was sent.
#[derive(Debug, thiserror::Error)]
pub enum NonceError {
    /// The next unused nonce is further ahead of the clock than the venue accepts: this key was once
    /// used while the clock was far ahead. Retry when the clock has caught up, or use a new agent key.
    #[error("next nonce {next} is more than a day ahead of the clock {now}")]
    TooFarAhead {
        /// The smallest nonce that is certainly unused.
        next: u64,
        /// The clock, in milliseconds since the epoch.
        now: u64,
    },
    /// The mark could not be written, so nothing may be signed. Retrying can help (disk full).
    #[error(transparent)]
    Mark(#[from] MarkError),
}

/// Hands out the nonces of one signing key. Share it by reference or in an `Arc`; never make two for
/// one key.
///
/// ```
/// use hl_client::NonceAllocator;
/// use hl_quant::Millis;
///
/// let nonces = NonceAllocator::in_memory();
/// let first = nonces.allocate(Millis(1_758_000_001_013))?;
/// let second = nonces.allocate(Millis(1_758_000_001_013))?;
/// assert_eq!((first.0, second.0), (1_758_000_001_013, 1_758_000_001_014));
/// # Ok::<(), hl_client::NonceError>(())
/// ```
#[derive(Debug)]
pub struct NonceAllocator {
    /// The last nonce handed out.
    last: AtomicU64,
    /// Every nonce below it may be used: the disk already says that it was.
    mark: AtomicU64,
    file: Option<Mutex<MarkFile>>,
}

impl NonceAllocator {
    /// An allocator that remembers nothing across restarts: for a key that is made for one run, as
    /// on the embedded exchange.
    #[must_use]
    pub const fn in_memory() -> Self {
        Self { last: AtomicU64::new(0), mark: AtomicU64::new(u64::MAX), file: None }
    }

    /// Opens, or creates, the mark of `signer` in `path` and locks it until this value is dropped.
    ///
    /// Blocks for one `fsync`. Call it once, at start.
    ///
    /// # Errors
    ///
    /// [`MarkError`]: the file is held by another process, belongs to another signer, is damaged, or
    /// cannot be read or written. None of these is repaired here: a guess could repeat a nonce.
    pub fn open(path: &Path, signer: Address) -> Result<Self, MarkError> {
        let (file, mark) = MarkFile::open(path, signer)?;
        let last = AtomicU64::new(mark.saturating_sub(1));
        Ok(Self { last, mark: AtomicU64::new(mark), file: Some(Mutex::new(file)) })
    }

    /// For a process that must act *beside* the one that holds the mark in `path`, with the same key:
    /// to cancel while the other is busy or hangs. Remembers nothing and locks nothing.
    ///
    /// It starts beyond the mark, which lies ahead of every nonce that the holder has used, so nothing
    /// of the holder's is taken from it now. Within the next minutes the holder's counter passes
    /// through the few numbers that were used here; should it hit one, the venue refuses that one
    /// action of the holder as a duplicate, and never executes anything twice. Take a handful of
    /// nonces and let it go: more than a hundred, all ahead of the clock, would shut the holder out
    /// until its clock has caught up, since the venue keeps the hundred highest.
    ///
    /// # Errors
    ///
    /// [`MarkError`], but for [`MarkError::InUse`].
    pub fn beside(path: &Path, signer: Address, now: Millis) -> Result<Self, MarkError> {
        let mark = mark::peek(path, signer)?.max(now.0);
        // Not the same start twice, while the mark stands still because its holder hangs.
        let start = mark.saturating_add(BESIDE).saturating_add(now.0 % BESIDE_SPAN);
        Ok(Self { last: AtomicU64::new(start), mark: AtomicU64::new(u64::MAX), file: None })
    }

    /// The next nonce: at least `now`, greater than every one before it.
    ///
    /// About once a minute this writes and syncs the mark before it returns; [`Self::top_up`] moves
    /// that off the path of an order.
    ///
    /// # Errors
    ///
    /// [`NonceError::TooFarAhead`], or [`NonceError::Mark`] when the mark cannot be written.
    pub fn allocate(&self, now: Millis) -> Result<Nonce, NonceError> {
        let now = now.0;
        let limit = now.saturating_add(NONCE_AHEAD_MS - NONCE_AHEAD_SLACK_MS);
        let mut last = self.last.load(Ordering::Relaxed);
        loop {
            let next = last.saturating_add(1).max(now);
            if next > limit {
                return Err(NonceError::TooFarAhead { next, now });
            }
            if next >= self.mark.load(Ordering::Acquire) {
                self.reserve(next)?;
            }
            // A competitor may have taken `next` meanwhile; then this one goes on from there.
            match self.last.compare_exchange_weak(last, next, Ordering::AcqRel, Ordering::Relaxed) {
                Ok(_) => return Ok(Nonce(next)),
                Err(current) => last = current,
            }
        }
    }

    /// Whether less than half a block is left at `now`, so that [`Self::top_up`] is due.
    #[must_use]
    pub fn is_low(&self, now: Millis) -> bool {
        let next = self.last.load(Ordering::Relaxed).max(now.0);
        self.mark.load(Ordering::Acquire).saturating_sub(next) < NONCE_BLOCK / 2
    }

    /// Reserves the next block now, where waiting for the disk does no harm. Blocks for one `fsync`.
    ///
    /// # Errors
    ///
    /// [`MarkError`] when the mark cannot be written; the nonces reserved before stay usable.
    pub fn top_up(&self, now: Millis) -> Result<(), MarkError> {
        if self.is_low(now) {
            let next = self.last.load(Ordering::Relaxed).saturating_add(1).max(now.0);
            self.write(next.saturating_add(NONCE_BLOCK))?;
        }
        Ok(())
    }

    /// Puts the mark ahead of `next`, on the disk first.
    fn reserve(&self, next: u64) -> Result<(), MarkError> {
        self.write(next.saturating_add(NONCE_BLOCK))
    }

    /// Raises the mark to `mark`, unless somebody did meanwhile.
    fn write(&self, mark: u64) -> Result<(), MarkError> {
        let Some(file) = &self.file else { return Ok(()) };
        // A poisoned lock only says that another writer panicked; the file is replaced whole, so
        // what it holds is sound either way.
        let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
        if self.mark.load(Ordering::Acquire) < mark {
            file.write(mark)?;
            self.mark.store(mark, Ordering::Release);
        }
        Ok(())
    }
}
