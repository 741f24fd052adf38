//! The files of the journal: `20251104T104107123Z-feedbeef-0000.hlj`, the run's beginning, its name
//! and the number of the file.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use hl_engine::{Timestamp, utc_day};
use hl_quant::Millis;

use crate::state::DECISIONS;

/// How the names of the files end.
const SUFFIX: &str = ".hlj";

/// What the files may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Limits {
    /// A file that has become longer is followed by the next one. Bytes.
    pub(super) rotate: u64,
    /// Files that were begun so many days ago are removed.
    pub(super) keep_days: u64,
    /// All files together; the oldest are removed first. Bytes.
    pub(super) budget: u64,
    /// What is written is on the disk after so many milliseconds.
    pub(super) sync_ms: u64,
}

/// The file that is written to, and what is known of it.
#[derive(Debug)]
pub(super) struct Files {
    dir: PathBuf,
    run: u64,
    started: Millis,
    limits: Limits,
    part: u32,
    file: File,
    len: u64,
    /// The day of its first entry.
    day: Option<u64>,
    synced: Millis,
    dirty: bool,
}

impl Files {
    /// Makes the first file of a run.
    ///
    /// # Errors
    /// The directory or the file cannot be made.
    pub(super) fn open(
        dir: PathBuf,
        run: u64,
        started: Millis,
        limits: Limits,
    ) -> io::Result<Self> {
        DirBuilder::new().recursive(true).mode(0o700).create(&dir)?;
        let file = create(&path(&dir, started, run, 0))?;
        let (day, synced) = (None, started);
        Ok(Self { dir, run, started, limits, part: 0, file, len: 0, day, synced, dirty: false })
    }

    /// Whether entries of `at` belong into the next file.
    pub(super) fn is_full(&mut self, at: Millis) -> bool {
        let day = utc_day(at);
        let first = *self.day.get_or_insert(day);
        self.len > self.limits.rotate || day > first
    }

    /// Appends as much as the disk takes.
    ///
    /// # Errors
    /// The disk refuses.
    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.file.write(bytes)?;
        self.len = self.len.saturating_add(u64::try_from(n).unwrap_or(u64::MAX));
        self.dirty = true;
        Ok(n)
    }

    /// Waits until the disk has what was written, if that is due.
    ///
    /// # Errors
    /// The disk refuses.
    pub(super) fn sync_if_due(&mut self, now: Millis) -> io::Result<()> {
        let due = now.since(self.synced) >= self.limits.sync_ms || now < self.synced;
        if self.dirty && due { self.sync(now) } else { Ok(()) }
    }

    /// Waits until the disk has what was written.
    ///
    /// # Errors
    /// The disk refuses.
    pub(super) fn sync(&mut self, now: Millis) -> io::Result<()> {
        self.file.sync_data()?;
        (self.synced, self.dirty) = (now, false);
        Ok(())
    }

    /// Begins the next file of the run.
    ///
    /// # Errors
    /// It cannot be made; the last one is still open.
    pub(super) fn next(&mut self) -> io::Result<()> {
        let part = self.part.saturating_add(1);
        self.file = create(&path(&self.dir, self.started, self.run, part))?;
        (self.part, self.len, self.day) = (part, 0, None);
        Ok(())
    }

    /// The name of the file that is written to.
    pub(super) fn shown(&self) -> String {
        shown(&path(&self.dir, self.started, self.run, self.part))
    }

    /// Removes what is too old or beyond the budget, but never the file that is written to. Notes for
    /// the log.
    pub(super) fn tidy(&self, now: Millis) -> Vec<String> {
        let mut all = list(&self.dir);
        let ours = path(&self.dir, self.started, self.run, self.part);
        all.retain(|old| old.path != ours);
        let oldest = utc_day(now).saturating_sub(self.limits.keep_days);
        let room = self.limits.budget.saturating_sub(self.limits.rotate);
        let mut total: u64 = all.iter().map(|old| old.len).sum();
        let mut notes = Vec::new();
        for old in all {
            let why = match (old.changed < oldest, total > room) {
                (true, _) => "age",
                (_, true) => "budget",
                _ => continue,
            };
            if fs::remove_file(&old.path).is_ok() {
                total = total.saturating_sub(old.len);
                notes.push(format!("journal_evt=removed file={} why={why}", shown(&old.path)));
            }
        }
        notes
    }
}

fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new().create_new(true).append(true).mode(0o600).open(path)
}

fn path(dir: &Path, started: Millis, run: u64, part: u32) -> PathBuf {
    let stamp = Timestamp(started).to_string();
    let stamp: String = stamp.chars().filter(|c| c.is_ascii_alphanumeric()).collect();
    dir.join(format!("{stamp}-{run:08x}-{part:04}{SUFFIX}"))
}

fn shown(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// A file of some run.
struct Old {
    path: PathBuf,
    len: u64,
    /// The day on which it was last written to.
    changed: u64,
}

/// Every file of the directory that is named as ours are, oldest first.
fn list(dir: &Path) -> Vec<Old> {
    let Ok(entries) = fs::read_dir(dir) else { return Vec::new() };
    let old = |entry: io::Result<fs::DirEntry>| {
        let entry = entry.ok()?;
        name_of(&entry.path())?;
        let meta = entry.metadata().ok()?;
        let changed = meta.modified().ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
        let changed = utc_day(Millis(u64::try_from(changed.as_millis()).ok()?));
        Some(Old { path: entry.path(), len: meta.len(), changed })
    };
    let mut all: Vec<Old> = entries.filter_map(old).collect();
    all.sort_by(|a, b| a.path.cmp(&b.path));
    all
}

/// The run and the number of a file, by its name: `20251104T104107123Z-feedbeef`, 0.
fn name_of(path: &Path) -> Option<(String, u32)> {
    let name = path.file_name()?.to_str()?.strip_suffix(SUFFIX)?;
    let (run, part) = name.rsplit_once('-')?;
    let (stamp, id) = run.rsplit_once('-')?;
    let digits = stamp.len() == 19 && stamp.starts_with(|c: char| c.is_ascii_digit());
    let hex = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    (digits && hex).then_some(())?;
    Some((run.to_owned(), part.parse().ok()?))
}

/// The journals of accounts in a state directory.
fn inside(dir: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(dir) else { return Vec::new() };
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let named = |path: &PathBuf| path.to_str().is_some_and(|path| path.ends_with(DECISIONS));
    let mut all: Vec<PathBuf> = paths.filter(named).filter(|path| path.is_dir()).collect();
    all.sort();
    all
}

/// The files of one run, in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Group {
    /// When it began, and its name.
    pub(crate) run: String,
    /// At least one.
    pub(crate) files: Vec<PathBuf>,
}

/// The files that `paths` name, run by run, oldest first. A directory stands for the journal files
/// in it and in the journals of accounts below it; a file that is not named as ours are stands for
/// itself.
///
/// # Errors
/// The path that is not there, and why.
pub(crate) fn groups(paths: &[PathBuf]) -> Result<Vec<Group>, (PathBuf, io::Error)> {
    let mut runs: BTreeMap<String, Vec<(u32, PathBuf)>> = BTreeMap::new();
    let mut add = |path: PathBuf| {
        let (run, part) = name_of(&path).unwrap_or_else(|| (path.display().to_string(), 0));
        runs.entry(run).or_default().push((part, path));
    };
    for path in paths {
        let meta = fs::metadata(path).map_err(|error| (path.clone(), error))?;
        if meta.is_dir() {
            let dirs = std::iter::once(path.clone()).chain(inside(path));
            dirs.flat_map(|dir| list(&dir)).for_each(|old| add(old.path));
        } else {
            add(path.clone());
        }
    }
    let group = |(run, mut files): (String, Vec<(u32, PathBuf)>)| {
        files.sort();
        files.dedup();
        Group { run, files: files.into_iter().map(|(_, path)| path).collect() }
    };
    Ok(runs.into_iter().map(group).collect())
}
