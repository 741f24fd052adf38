//! Files of a log, oldest first, compressed or not.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use flate2::read::MultiGzDecoder;
use hl_journal::log::{Seen, read_line};
use hl_quant::Millis;

use crate::exit::{Exit, Failed};

/// Where the first moment of a file is looked for. Bytes.
const HEAD: u64 = 1 << 18;
/// A file that was last written so long before the window has nothing in it. Milliseconds.
const SURELY_BEFORE: u64 = 3_600_000;

/// One file, open.
pub(super) struct Source {
    pub(super) name: String,
    pub(super) reader: Box<dyn Read>,
}

/// The files of these logs in the order of time. What ended long before `oldest` is left out.
///
/// # Errors
/// A file is not there, or cannot be opened.
pub(super) fn sources(paths: &[PathBuf], oldest: Option<Millis>) -> Result<Vec<Source>, Failed> {
    let mut all = Vec::new();
    let mut files = BTreeSet::new();
    for path in paths {
        if path.as_os_str() == "-" {
            let reader: Box<dyn Read> = Box::new(io::stdin().lock());
            all.push((None, Source { name: "standard input".to_owned(), reader }));
            continue;
        }
        let parts = parts(path);
        if parts.is_empty() {
            let what = format!("log {}: there is no such file", path.display());
            return Err(Failed::new(Exit::Preflight, what));
        }
        files.extend(parts);
    }
    for path in files {
        let why = |e: io::Error| Failed::new(Exit::Failure, format!("log {}: {e}", path.display()));
        if oldest.is_some_and(|oldest| ended(&path) < oldest.0.saturating_sub(SURELY_BEFORE)) {
            continue;
        }
        let first = first_moment(open(&path).map_err(why)?);
        let reader = open(&path).map_err(why)?;
        all.push((first, Source { name: path.display().to_string(), reader }));
    }
    // Files without a moment first: they can only be older than what says when it was.
    all.sort_by_key(|(first, _)| *first);
    Ok(all.into_iter().map(|(_, source)| source).collect())
}

/// A log and what was put aside of it, by this bot or by something like `logrotate`.
fn parts(path: &Path) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = Vec::new();
    if path.exists() {
        all.push(path.to_path_buf());
    }
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let folder = fs::read_dir(parent.unwrap_or_else(|| Path::new(".")));
    let (Some(name), Ok(folder)) = (name, folder) else { return all };
    let part = |entry: fs::DirEntry| {
        let other = entry.file_name().into_string().ok()?;
        let rest = other.strip_prefix(&name)?.strip_prefix(['.', '-'])?;
        let dated = rest.starts_with(|c: char| c.is_ascii_digit());
        (dated && !rest.ends_with(".half")).then(|| entry.path())
    };
    all.extend(folder.filter_map(|entry| part(entry.ok()?)));
    // Between the compressing of a file and its removal there are both.
    let pressed: BTreeSet<PathBuf> = all.iter().map(|path| beside(path)).collect();
    let twice: Vec<PathBuf> = all.iter().filter(|path| pressed.contains(*path)).cloned().collect();
    all.retain(|path| !twice.contains(&beside(path)));
    all
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_os_string();
    name.push(".gz");
    PathBuf::from(name)
}

/// When a file was last written. Milliseconds since 1970; the end of time where it does not say.
fn ended(path: &Path) -> u64 {
    let changed = fs::metadata(path).and_then(|meta| meta.modified()).ok();
    let since = changed.and_then(|at| at.duration_since(UNIX_EPOCH).ok());
    since.and_then(|since| u64::try_from(since.as_millis()).ok()).unwrap_or(u64::MAX)
}

/// Opens a file; whether it is compressed is said by its first bytes and not by its name.
fn open(path: &Path) -> io::Result<Box<dyn Read>> {
    let mut file = File::open(path)?;
    let mut magic = [0_u8; 2];
    let mut got = 0;
    while let Some(rest) = magic.get_mut(got..).filter(|rest| !rest.is_empty()) {
        match file.read(rest)? {
            0 => break,
            n => got += n,
        }
    }
    let head = Cursor::new(magic.get(..got).unwrap_or_default().to_vec());
    let whole = head.chain(file);
    Ok(if magic == [0x1f, 0x8b] {
        Box::new(MultiGzDecoder::new(io::BufReader::with_capacity(1 << 16, whole)))
    } else {
        Box::new(whole)
    })
}

fn first_moment(reader: Box<dyn Read>) -> Option<Millis> {
    let mut head = Vec::new();
    // A file that breaks off within its head still has what came before.
    let _ = reader.take(HEAD).read_to_end(&mut head);
    head.split(|byte| *byte == b'\n').find_map(|line| match read_line(line) {
        Seen::Event(event) => event.time(),
        _ => None,
    })
}
