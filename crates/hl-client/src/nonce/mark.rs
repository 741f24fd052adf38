//! The file that holds the mark: one line, replaced whole, locked while in use.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};

use hl_wire::Address;

use super::counter::Store;

/// The first word of the line; a later format takes another.
const MAGIC: &str = "hl-nonce-1";

/// A sound file is about 90 bytes; more than this is not one.
const MAX_BYTES: u64 = 256;

/// Why the mark of a signer is not usable. No variant is retried by this crate.
#[derive(Debug, thiserror::Error)]
pub enum MarkError {
    /// Another process holds the file: two processes must not share an agent key. Retry when it has
    /// ended.
    #[error("nonce file {path} is in use by another process")]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// The file was written for another key. Do not retry: name another file.
    #[error("nonce file {path} belongs to signer {found}, not to {signer}")]
    WrongSigner {
        /// The file.
        path: PathBuf,
        /// The signer that asked.
        signer: Address,
        /// The signer in the file.
        found: Address,
    },
    /// The content is not what this crate writes. Do not retry. Remove the file only if nothing was
    /// signed with this key within the last two days by a clock that was ahead; otherwise use a new
    /// agent key.
    #[error("nonce file {path} is damaged: {what}")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: &'static str,
    },
    /// The file system refused. Retrying can help.
    #[error("nonce file {path}: cannot {what}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// The step that failed.
        what: &'static str,
        /// The reason given.
        source: std::io::Error,
    },
}

/// The mark, read while another process may hold it; zero where no file is. The file is replaced
/// whole, so what is read is sound.
pub(super) fn peek(path: &Path, signer: Address) -> Result<u64, MarkError> {
    let reader = MarkReader { path: path.to_path_buf(), signer };
    reader.read()?.map_or(Ok(0), |text| reader.parse(&text))
}

/// Reads the mark of one signer.
#[derive(Debug)]
struct MarkReader {
    path: PathBuf,
    signer: Address,
}

/// The open, locked mark of one signer.
#[derive(Debug)]
pub(super) struct MarkFile {
    reader: MarkReader,
    /// Held, never read: the lock ends with it. It is a file of its own, because the mark's file is
    /// replaced at each write and a lock would stay with the old one.
    _lock: File,
}

impl MarkReader {
    fn read(&self) -> Result<Option<String>, MarkError> {
        let opened = match File::open(&self.path) {
            Ok(opened) => opened,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.io("open", error)),
        };
        let mut bytes = Vec::new();
        opened
            .take(MAX_BYTES + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| self.io("read", error))?;
        if bytes.len() as u64 > MAX_BYTES {
            return Err(self.damaged("too long"));
        }
        String::from_utf8(bytes).map(Some).map_err(|_| self.damaged("not text"))
    }

    fn parse(&self, text: &str) -> Result<u64, MarkError> {
        let line = text.strip_suffix('\n').ok_or_else(|| self.damaged("cut short"))?;
        let (body, sum) = line.rsplit_once(' ').ok_or_else(|| self.damaged("cut short"))?;
        let stated = u64::from_str_radix(sum, 16).map_err(|_| self.damaged("no checksum"))?;
        if stated != checksum(body) {
            return Err(self.damaged("checksum does not match"));
        }
        let mut words = body.split(' ');
        if words.next() != Some(MAGIC) {
            return Err(self.damaged("unknown format"));
        }
        let (Some(signer), Some(mark), None) = (words.next(), words.next(), words.next()) else {
            return Err(self.damaged("wrong number of fields"));
        };
        let found: Address = signer.parse().map_err(|_| self.damaged("no signer"))?;
        if found != self.signer {
            let path = self.path.clone();
            return Err(MarkError::WrongSigner { path, signer: self.signer, found });
        }
        mark.parse().map_err(|_| self.damaged("no mark"))
    }

    fn damaged(&self, what: &'static str) -> MarkError {
        MarkError::Damaged { path: self.path.clone(), what }
    }

    fn io(&self, what: &'static str, source: std::io::Error) -> MarkError {
        MarkError::Io { path: self.path.clone(), what, source }
    }
}

impl MarkFile {
    /// Locks and reads; the mark is zero where no file was.
    pub(super) fn open(path: &Path, signer: Address) -> Result<(Self, u64), MarkError> {
        let lock = lock(path)?;
        let mark = peek(path, signer)?;
        let reader = MarkReader { path: path.to_path_buf(), signer };
        Ok((Self { reader, _lock: lock }, mark))
    }

    /// Replaces the file; when this returns, the new mark survives a loss of power.
    fn replace(&mut self, mark: u64) -> Result<(), MarkError> {
        let reader = &self.reader;
        let MarkReader { path, signer } = reader;
        let body = format!("{MAGIC} {signer} {mark}");
        let line = format!("{body} {:016x}\n", checksum(&body));
        let fresh = beside(path, "new");
        let mut file = private_file(&fresh).map_err(|error| reader.io("create", error))?;
        file.write_all(line.as_bytes()).map_err(|error| reader.io("write", error))?;
        file.sync_all().map_err(|error| reader.io("sync", error))?;
        std::fs::rename(&fresh, path).map_err(|error| reader.io("replace", error))?;
        sync_directory(path).map_err(|error| reader.io("sync the directory of", error))
    }
}

impl Store for MarkFile {
    fn write(&mut self, mark: u64) -> Result<(), MarkError> {
        self.replace(mark)
    }
}

fn lock(path: &Path) -> Result<File, MarkError> {
    let held = beside(path, "lock");
    let io = |what, source| MarkError::Io { path: held.clone(), what, source };
    let file = private_file(&held).map_err(|error| io("create", error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(MarkError::InUse { path: path.to_path_buf() }),
        Err(TryLockError::Error(error)) => Err(io("lock", error)),
    }
}

/// `nonces` -> `nonces.new`, in the same directory, so that a rename is atomic.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_os_string();
    name.push(".");
    name.push(suffix);
    PathBuf::from(name)
}

fn private_file(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// A rename is only durable when its directory is; only Unix can open one to sync it.
fn sync_directory(path: &Path) -> std::io::Result<()> {
    if cfg!(unix) {
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        File::open(parent.unwrap_or_else(|| Path::new(".")))?.sync_all()?;
    }
    Ok(())
}

/// FNV-1a: finds a torn or edited line, which is all that is asked of it.
fn checksum(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
