//! A file that is replaced by renaming another one over it.

use std::fs::{File, Metadata};
use std::io::Read as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use hl_signals::MAX_DOCUMENT_BYTES;
use tokio::sync::mpsc::Sender;

use super::{News, Reader};

/// How often it is looked at.
const EVERY: Duration = Duration::from_secs(1);

/// What tells one state of the file from another: another file, or another time or size of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Mark {
    file: (u64, u64),
    changed: (i64, i64),
    written: (i64, i64),
    size: u64,
}

impl Mark {
    fn of(meta: &Metadata) -> Self {
        Self {
            file: (meta.dev(), meta.ino()),
            changed: (meta.ctime(), meta.ctime_nsec()),
            written: (meta.mtime(), meta.mtime_nsec()),
            size: meta.size(),
        }
    }
}

/// Reads the file whenever it has changed, for as long as somebody listens.
pub(super) async fn watch(reader: Reader, path: PathBuf, sender: Sender<News>) {
    let mut last: Option<Mark> = None;
    let mut failed = String::new();
    let mut tick = tokio::time::interval(EVERY);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        let path = path.clone();
        // A disk that hangs holds up a thread of its own.
        let looked = tokio::task::spawn_blocking(move || look(&path, last)).await;
        let news = match looked.unwrap_or_else(|e| Err(e.to_string())) {
            Ok(None) => continue,
            Ok(Some((mark, bytes))) => {
                (last, failed) = (Some(mark), String::new());
                reader.read(bytes).await
            }
            Err(why) if why == failed => continue,
            Err(why) => {
                (last, failed) = (None, why.clone());
                reader.failed(why)
            }
        };
        if sender.send(news).await.is_err() {
            return;
        }
    }
}

/// The content, if it is another than at the last look; at most one byte more than is accepted.
fn look(path: &Path, last: Option<Mark>) -> Result<Option<(Mark, Vec<u8>)>, String> {
    let unread = |e: std::io::Error| format!("cannot be read: {e}");
    // Asked before it is opened: opening a pipe would wait for somebody to write into it.
    let meta = std::fs::metadata(path).map_err(unread)?;
    if !meta.is_file() {
        return Err("not a file".to_owned());
    }
    if last == Some(Mark::of(&meta)) {
        return Ok(None);
    }
    let file = File::open(path).map_err(unread)?;
    // Of the file that was opened: it may have been replaced in between.
    let mark = Mark::of(&file.metadata().map_err(unread)?);
    let max = u64::try_from(MAX_DOCUMENT_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    file.take(max).read_to_end(&mut bytes).map_err(unread)?;
    Ok(Some((mark, bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_when_it_is_another_one_and_not_otherwise() {
        let dir = tempfile::TempDir::new().unwrap();
        let path = dir.path().join("signals.json");
        assert!(look(&path, None).unwrap_err().contains("cannot be read"));
        std::fs::write(&path, "one").unwrap();
        let (mark, bytes) = look(&path, None).unwrap().unwrap();
        assert_eq!(bytes, b"one");
        assert!(look(&path, Some(mark)).unwrap().is_none());
        // Replaced by one of the same size and the same time of writing.
        let next = dir.path().join("next");
        std::fs::write(&next, "two").unwrap();
        let times = std::fs::metadata(&path).unwrap().modified().unwrap();
        File::options().append(true).open(&next).unwrap().set_modified(times).unwrap();
        std::fs::rename(&next, &path).unwrap();
        let (again, bytes) = look(&path, Some(mark)).unwrap().unwrap();
        assert_eq!(bytes, b"two");
        assert!(look(&path, Some(again)).unwrap().is_none());
        assert_eq!(look(dir.path(), None).unwrap_err(), "not a file");
        std::fs::write(&path, vec![b' '; MAX_DOCUMENT_BYTES + 9]).unwrap();
        let (_, bytes) = look(&path, Some(again)).unwrap().unwrap();
        assert_eq!(bytes.len(), MAX_DOCUMENT_BYTES + 1, "no more than shows that it is too long");
    }
}
