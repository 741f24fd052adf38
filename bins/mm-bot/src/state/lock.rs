//! One bot per account: a lock on a file, held for as long as the process lives.

use std::fmt;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::files;
use crate::exit::{Exit, Failed};

/// Somebody who only looks whether the lock is held has it for an instant.
const TRIES: u32 = 5;
const BETWEEN: Duration = Duration::from_millis(50);

/// The right to trade for an account, which one process has at a time. A lock on a file is one; a
/// lease at a server, for bots on several machines, would be another.
pub(crate) trait Lease: fmt::Debug + Send {
    /// Whether it is still ours. Once it is not, the run has to end.
    ///
    /// # Errors
    /// Why it is not.
    fn check(&self) -> Result<(), String>;
}

/// The lock on a file. The system gives it back when the process ends, however it ends.
#[derive(Debug)]
pub(crate) struct FileLock {
    path: PathBuf,
    file: File,
}

/// Why the lock was not had.
#[derive(Debug)]
pub(crate) enum LockError {
    /// Another process has it.
    Held(Holder),
    /// The file cannot be used.
    Io(PathBuf, std::io::Error),
}

/// Who has the lock, as far as the file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Holder {
    pub(crate) path: PathBuf,
    pub(crate) pid: Option<i32>,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.pid {
            Some(pid) => write!(f, "process {pid}"),
            None => f.write_str("a process that has not said its number yet"),
        }
    }
}

impl From<LockError> for Failed {
    fn from(error: LockError) -> Self {
        match error {
            LockError::Held(holder) => {
                let what = format!("{holder} already trades for this account");
                let hint = format!(
                    "one bot per account, or each would cancel the other's orders; it holds {}",
                    holder.path.display()
                );
                Self::new(Exit::Preflight, what).hint(hint)
            }
            LockError::Io(path, error) => {
                Self::new(Exit::Preflight, format!("lock {}: {error}", path.display()))
            }
        }
    }
}

impl FileLock {
    /// Takes the lock and writes down who has it.
    ///
    /// # Errors
    /// Somebody else has it, or the file cannot be used.
    pub(crate) fn acquire(path: &Path) -> Result<Self, LockError> {
        let io = |error| LockError::Io(path.to_path_buf(), error);
        let mut options = OpenOptions::new();
        let mut file =
            files::open(path, options.read(true).write(true).create(true)).map_err(io)?;
        let mut tries = 0;
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::Error(error)) => return Err(io(error)),
                Err(TryLockError::WouldBlock) if tries < TRIES => {
                    tries += 1;
                    std::thread::sleep(BETWEEN);
                }
                Err(TryLockError::WouldBlock) => {
                    return Err(LockError::Held(read_holder(path, &mut file)));
                }
            }
        }
        // Who holds it is for people; the lock itself does not depend on it, nor on a full disk.
        let text = format!("pid={}\n", std::process::id());
        let written = file.set_len(0).and_then(|()| file.seek(SeekFrom::Start(0)).map(drop));
        drop(written.and_then(|()| file.write_all(text.as_bytes())));
        Ok(Self { path: path.to_path_buf(), file })
    }
}

impl Lease for FileLock {
    /// A lock file that was removed is a lock that another process can take a second time.
    fn check(&self) -> Result<(), String> {
        let shown = self.path.display();
        let ours = self.file.metadata().map_err(|e| format!("lock {shown}: {e}"))?;
        match std::fs::symlink_metadata(&self.path) {
            Ok(there) if (there.dev(), there.ino()) == (ours.dev(), ours.ino()) => Ok(()),
            Ok(_) => Err(format!("lock {shown} is another file now")),
            Err(error) => Err(format!("lock {shown} is gone: {error}")),
        }
    }
}

fn read_holder(path: &Path, file: &mut File) -> Holder {
    let mut text = String::new();
    let read = file.take(64).read_to_string(&mut text);
    let number = text.trim().strip_prefix("pid=").and_then(|digits| digits.parse().ok());
    let pid = read.ok().and(number).filter(|pid| *pid > 0);
    Holder { path: path.to_path_buf(), pid }
}
