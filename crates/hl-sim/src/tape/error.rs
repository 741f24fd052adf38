use std::io;
use std::path::PathBuf;

/// Why a tape cannot be played, or not further.
#[derive(Debug, thiserror::Error)]
pub enum TapeError {
    /// The file cannot be opened. Retrying helps only after fixing the path or its permissions.
    #[error("cannot open tape {}: {source}", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The name ends in `.zst`, the content does not begin as zstd does. Retrying does not help.
    #[error("{file} is not a zstd file: it begins with {begins:02x?}")]
    NotZstd {
        /// The file.
        file: String,
        /// Its first bytes, four at most.
        begins: Vec<u8>,
    },
    /// The file ends within a compressed frame or within a line: it was cut. What came before was
    /// played. Retrying does not help.
    #[error("{file} is truncated after line {line}: {detail}")]
    Truncated {
        /// The file.
        file: String,
        /// The last complete line, from 1; 0 when there was none.
        line: u64,
        /// What was being read when the file ended.
        detail: String,
    },
    /// The compressed stream is damaged. What came before was played. Retrying does not help.
    #[error("{file} is damaged after line {line}: {detail}")]
    Damaged {
        /// The file.
        file: String,
        /// The last complete line, from 1.
        line: u64,
        /// What the decompressor said.
        detail: String,
    },
    /// The operating system failed to read. Retrying may help.
    #[error("reading {file} after line {line} failed: {source}")]
    Read {
        /// The file.
        file: String,
        /// The last complete line, from 1.
        line: u64,
        /// What the operating system said.
        source: io::Error,
    },
    /// The tape holds no order book or best price of any listed coin. Retrying does not help.
    #[error("{file} holds nothing to play: {detail}")]
    Nothing {
        /// The file.
        file: String,
        /// How many lines were read and why they were skipped.
        detail: String,
    },
}
