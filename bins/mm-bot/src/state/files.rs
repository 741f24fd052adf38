//! Files that only their owner reads, that are no links, and that survive a loss of power.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

/// Opens `path` for its owner only, and not through a link.
pub(super) fn open(path: &Path, options: &mut OpenOptions) -> std::io::Result<File> {
    let no_link = i32::try_from(OFlags::NOFOLLOW.bits()).unwrap_or_default();
    options.mode(0o600).custom_flags(no_link).open(path)
}

/// What a file contains, or the beginning of it up to one byte more than `max`; `None` where there
/// is none.
pub(super) fn read(path: &Path, max: u64) -> std::io::Result<Option<Vec<u8>>> {
    let file = match open(path, OpenOptions::new().read(true)) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut bytes = Vec::new();
    file.take(max.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

/// Replaces `path` by a file of these bytes, whole or not at all, and returns it open at its end.
/// When this returns, the new file survives a loss of power.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<File> {
    let fresh = beside(path, "new");
    match std::fs::remove_file(&fresh) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = open(&fresh, OpenOptions::new().append(true).create_new(true))?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&fresh, path)?;
    sync_directory(path)?;
    Ok(file)
}

/// Keeps what `path` is now under another name beside it.
pub(super) fn keep_copy(path: &Path, suffix: &str) -> std::io::Result<PathBuf> {
    let copy = beside(path, suffix);
    // A second name for the same bytes: it takes no room, and the original is replaced, not
    // written to.
    std::fs::hard_link(path, &copy)?;
    sync_directory(path)?;
    Ok(copy)
}

/// `x.journal` -> `x.journal.new`, in the same directory, so that a rename is atomic.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_os_string();
    name.push(".");
    name.push(suffix);
    PathBuf::from(name)
}

/// A rename is only durable when its directory is.
fn sync_directory(path: &Path) -> std::io::Result<()> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    File::open(parent.unwrap_or_else(|| Path::new(".")))?.sync_all()
}
