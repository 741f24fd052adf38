//! A log file and those that were put aside: `bot.log`, `bot.log.20251104T104107123Z.gz`.

use std::ffi::OsString;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;
use std::time::UNIX_EPOCH;

use hl_engine::{Timestamp, utc_day};
use hl_journal::log::Quoted;
use hl_quant::Millis;

/// What the files may be. Bytes and days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Limits {
    /// A file that would become longer is put aside.
    pub(super) rotate: u64,
    /// Files that were put aside longer ago are removed.
    pub(super) keep_days: u64,
    /// All files together; the oldest are removed first.
    pub(super) budget: u64,
}

/// The file that is written to, and what is known of it.
#[derive(Debug)]
pub(super) struct Files {
    path: PathBuf,
    limits: Limits,
    file: File,
    /// Its device and number, to notice that somebody moved it away.
    identity: (u64, u64),
    /// A pipe or a device is never put aside.
    regular: bool,
    len: u64,
    /// The day of its first line.
    day: Option<u64>,
    pressing: Option<JoinHandle<()>>,
}

fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).append(true).read(true).mode(0o640).open(path).or_else(|_| {
        // What cannot be read, such as a pipe, can perhaps still be written.
        OpenOptions::new().create(true).append(true).mode(0o640).open(path)
    })
}

fn identify(meta: &Metadata) -> (u64, u64) {
    (meta.dev(), meta.ino())
}

impl Files {
    /// Opens `path` to append to it.
    ///
    /// # Errors
    /// It cannot be opened.
    pub(super) fn open(path: PathBuf, limits: Limits) -> io::Result<Self> {
        let file = open(&path)?;
        let mut files = Self {
            path,
            limits,
            file,
            identity: (0, 0),
            regular: false,
            len: 0,
            day: None,
            pressing: None,
        };
        files.know()?;
        Ok(files)
    }

    /// Learns what the open file is. A line that a crash left unfinished gets its end, so that ours
    /// do not continue it.
    fn know(&mut self) -> io::Result<()> {
        let meta = self.file.metadata()?;
        (self.identity, self.regular) = (identify(&meta), meta.is_file());
        self.len = if self.regular { meta.len() } else { 0 };
        let changed = meta.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
        let millis = changed.and_then(|at| u64::try_from(at.as_millis()).ok());
        self.day = millis.filter(|_| self.len > 0).map(|ms| utc_day(Millis(ms)));
        let mut last = [0_u8];
        if self.len > 0
            && self.file.seek(SeekFrom::End(-1)).is_ok()
            && self.file.read_exact(&mut last).is_ok()
            && last != *b"\n"
        {
            self.write(b"\n")?;
        }
        Ok(())
    }

    /// Whether a line of `line` bytes at `at`, the last of `waiting`, belongs into the next file.
    pub(super) fn is_full(&mut self, waiting: usize, line: usize, at: Millis) -> bool {
        let day = utc_day(at);
        let begun = self.len > 0 || waiting > line;
        let first = *self.day.get_or_insert(day);
        let length = self.len.saturating_add(u64::try_from(waiting).unwrap_or(u64::MAX));
        self.regular && begun && (length > self.limits.rotate || day > first)
    }

    /// Appends as much as the disk takes.
    ///
    /// # Errors
    /// The disk refuses.
    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.file.write(bytes)?;
        self.len = self.len.saturating_add(u64::try_from(n).unwrap_or(u64::MAX));
        Ok(n)
    }

    /// Opens the path anew. Whether it is another file now.
    pub(super) fn reopen(&mut self) -> bool {
        let Ok(file) = open(&self.path) else { return false };
        let before = self.identity;
        self.file = file;
        self.know().is_ok() && self.identity != before
    }

    /// Somebody else may have moved the file away, as log rotation does. Whether it was.
    pub(super) fn follow(&mut self) -> bool {
        let here = fs::metadata(&self.path).map(|meta| identify(&meta)).ok();
        self.regular && here != Some(self.identity) && self.reopen()
    }

    /// Puts the file aside and begins a new one; the old one is compressed meanwhile. Notes for the
    /// log.
    pub(super) fn rotate(&mut self, at: Millis) -> Vec<String> {
        let aside = free_name(&self.path, at);
        let bytes = self.len;
        if let Err(error) = fs::rename(&self.path, &aside) {
            // It goes on in the same file: a log that is too long is better than none.
            self.limits.rotate = self.limits.rotate.saturating_mul(2);
            self.day = Some(utc_day(at));
            return vec![format!("log_evt=failed reason={}", Quoted(error))];
        }
        if !self.reopen() {
            return vec!["log_evt=failed reason=\"no new file\"".to_owned()];
        }
        self.day = Some(utc_day(at));
        let mut notes = vec![format!("log_evt=rotated file={} bytes={bytes}", shown(&aside))];
        notes.extend(self.tidy(at));
        self.press();
        notes
    }

    /// Removes what is too old or beyond the budget. Notes for the log.
    pub(super) fn tidy(&mut self, now: Millis) -> Vec<String> {
        let mut all = aside(&self.path);
        let oldest = utc_day(now).saturating_sub(self.limits.keep_days);
        let room = self.limits.budget.saturating_sub(self.limits.rotate);
        let mut total: u64 = all.iter().map(|old| old.len).sum();
        let mut notes = Vec::new();
        all.sort_by(|a, b| a.path.cmp(&b.path));
        for old in all {
            let why = match (old.day < oldest, total > room) {
                (true, _) => "age",
                (_, true) => "budget",
                _ => continue,
            };
            if fs::remove_file(&old.path).is_ok() {
                total = total.saturating_sub(old.len);
                notes.push(format!("log_evt=removed file={} why={why}", shown(&old.path)));
            }
        }
        notes
    }

    /// Compresses what was put aside, beside the writing. One thread at a time; what it does not
    /// come to, the next one does.
    fn press(&mut self) {
        if self.pressing.as_ref().is_some_and(|thread| !thread.is_finished()) {
            return;
        }
        let plain = aside(&self.path).into_iter().filter(|old| !old.pressed).map(|old| old.path);
        let plain: Vec<PathBuf> = plain.collect();
        let thread = std::thread::Builder::new().name("log-gz".to_owned());
        let work = move || plain.iter().for_each(|path| drop(press(path)));
        // Without a thread the files stay as they are, which every reader takes too.
        self.pressing = thread.spawn(work).ok();
    }

    /// Waits for the compression at the end of a run.
    pub(super) fn finish(&mut self) {
        if let Some(thread) = self.pressing.take() {
            drop(thread.join());
        }
    }
}

/// A file that was put aside.
struct Aside {
    path: PathBuf,
    len: u64,
    day: u64,
    pressed: bool,
}

/// `bot.log` -> `bot.log.20251104T104107123Z`, or with a number behind it if that is taken.
fn free_name(path: &Path, at: Millis) -> PathBuf {
    let stamp: String =
        Timestamp(at).to_string().chars().filter(|c| c.is_ascii_alphanumeric()).collect();
    let name = |n: u32| {
        let mut name = OsString::from(path.as_os_str());
        name.push(format!(".{stamp}"));
        if n > 0 {
            name.push(format!("-{n}"));
        }
        PathBuf::from(name)
    };
    let taken = |path: &PathBuf| path.exists() || beside(path, ".gz").exists();
    (0..1_000).map(name).find(|path| !taken(path)).unwrap_or_else(|| name(1_000))
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path.as_os_str());
    name.push(suffix);
    PathBuf::from(name)
}

fn shown(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// What was put aside of `path`, by name and so by age.
fn aside(path: &Path) -> Vec<Aside> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let Ok(entries) = fs::read_dir(parent.unwrap_or_else(|| Path::new("."))) else {
        return Vec::new();
    };
    let base = format!("{}.", shown(path));
    let old = |entry: fs::DirEntry| {
        let name = entry.file_name().into_string().ok()?;
        let stamp = name.strip_prefix(&base)?;
        let (date, rest) = stamp.split_at_checked(8)?;
        let ours = date.bytes().all(|byte| byte.is_ascii_digit()) && rest.starts_with('T');
        let iso =
            format!("{}-{}-{}T00:00:00.000Z", date.get(..4)?, date.get(4..6)?, date.get(6..)?);
        let day = utc_day(hl_journal::log::parse_iso(&iso)?);
        let len = entry.metadata().ok()?.len();
        let pressed = name.ends_with(".gz");
        let half = name.ends_with(".half");
        (ours && !half).then(|| Aside { path: entry.path(), len, day, pressed })
    };
    let mut all: Vec<Aside> = entries.filter_map(|entry| old(entry.ok()?)).collect();
    all.sort_by(|a, b| a.path.cmp(&b.path));
    all
}

/// `x` -> `x.gz`. The plain file goes when the other is whole and on the disk.
fn press(path: &Path) -> io::Result<()> {
    let (half, whole) = (beside(path, ".half"), beside(path, ".gz"));
    let pressed = (|| {
        let mut how = OpenOptions::new();
        let file = how.create(true).write(true).truncate(true).mode(0o640).open(&half)?;
        let mut gz = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
        io::copy(&mut File::open(path)?, &mut gz)?;
        gz.finish()?.sync_all()?;
        fs::rename(&half, &whole)
    })();
    match pressed {
        Ok(()) => fs::remove_file(path),
        Err(error) => {
            drop(fs::remove_file(&half));
            Err(error)
        }
    }
}
