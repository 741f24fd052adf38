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

mod counter;
mod mark;

use std::path::Path;

use hl_quant::Millis;
use hl_wire::{Address, Nonce};

use counter::Counter;
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
pub struct NonceAllocator(Counter<MarkFile>);

impl NonceAllocator {
    /// An allocator that remembers nothing across restarts: for a key that is made for one run, as
    /// on the embedded exchange.
    #[must_use]
    pub fn in_memory() -> Self {
        Self(Counter::in_memory(0))
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
        Ok(Self(Counter::persistent(mark, NONCE_BLOCK, file)))
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
        Ok(Self(Counter::in_memory(start)))
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
        self.0.allocate(now.0).map(Nonce)
    }

    /// Whether less than half a block is left at `now`, so that [`Self::top_up`] is due.
    #[must_use]
    pub fn is_low(&self, now: Millis) -> bool {
        self.0.is_low(now.0)
    }

    /// Reserves the next block now, where waiting for the disk does no harm. Blocks for one `fsync`.
    ///
    /// # Errors
    ///
    /// [`MarkError`] when the mark cannot be written; the nonces reserved before stay usable.
    pub fn top_up(&self, now: Millis) -> Result<(), MarkError> {
        self.0.top_up(now.0)
    }
}
