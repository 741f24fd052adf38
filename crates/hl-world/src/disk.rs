//! The bot's disk: what is written, what is safe, and what is lost when the process dies.

use std::collections::BTreeMap;

use crate::dice::Dice;

/// A file of the bot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Name {
    /// The journal.
    Journal,
    /// The mark below which every nonce may have been used.
    Nonces,
}

/// Why a write did not happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DiskError {
    /// No space is left. A part of the bytes may be in the file.
    Full,
    /// The file system is mounted read-only.
    ReadOnly,
    /// The device failed.
    Device,
}

/// What is wrong with a disk at the moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Trouble {
    pub(crate) full: bool,
    pub(crate) read_only: bool,
    /// A write fails once in a million over this.
    pub(crate) eio_ppm: u64,
    /// What a sync takes. Milliseconds.
    pub(crate) slow_ms: u64,
}

/// A file: what a loss of power leaves of it, and what was appended since.
#[derive(Clone, Debug, Default)]
struct File {
    safe: Vec<u8>,
    cached: Vec<u8>,
}

/// How much of what was written and not synced is left after a crash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Remains {
    /// All of it: the process died and the machine lived.
    Everything,
    /// So many bytes: the machine died.
    Bytes(u64),
}

/// A disk with one directory. Appends go to a cache; a sync makes them safe; a replacement is atomic
/// and safe, as with a rename after a sync.
#[derive(Clone, Debug)]
pub(crate) struct Disk {
    files: BTreeMap<Name, File>,
    pub(crate) trouble: Trouble,
    dice: Dice,
    /// Writes that failed.
    pub(crate) failures: u64,
}

impl Disk {
    pub(crate) fn new(seed: u64) -> Self {
        let dice = Dice::new(seed, "disk");
        Self { files: BTreeMap::new(), trouble: Trouble::default(), dice, failures: 0 }
    }

    /// The whole of a file; nothing where there is none.
    pub(crate) fn read(&self, name: Name) -> Option<Vec<u8>> {
        let file = self.files.get(&name)?;
        Some([&file.safe[..], &file.cached[..]].concat())
    }

    /// Adds to the end of a file. On a full disk a part may have been added.
    pub(crate) fn append(&mut self, name: Name, bytes: &[u8]) -> Result<(), DiskError> {
        let refused = self.refusal();
        if let Err(error) = refused {
            if error == DiskError::Full {
                let room = self.dice.below(u64::try_from(bytes.len()).unwrap_or(0));
                let part = usize::try_from(room).ok().and_then(|room| bytes.get(..room));
                let file = self.files.entry(name).or_default();
                file.cached.extend_from_slice(part.unwrap_or_default());
            }
            return Err(error);
        }
        self.files.entry(name).or_default().cached.extend_from_slice(bytes);
        Ok(())
    }

    /// Makes a file's content safe. The milliseconds that it took.
    pub(crate) fn sync(&mut self, name: Name) -> Result<u64, DiskError> {
        if self.trouble.read_only {
            return Err(self.failed(DiskError::ReadOnly));
        }
        if self.device_fails() {
            return Err(self.failed(DiskError::Device));
        }
        if let Some(file) = self.files.get_mut(&name) {
            let cached = std::mem::take(&mut file.cached);
            file.safe.extend_from_slice(&cached);
        }
        Ok(self.trouble.slow_ms)
    }

    /// Puts a new file in the place of an old one, whole and safe or not at all.
    pub(crate) fn replace(&mut self, name: Name, bytes: &[u8]) -> Result<u64, DiskError> {
        self.refusal()?;
        self.files.insert(name, File { safe: bytes.to_vec(), cached: Vec::new() });
        Ok(self.trouble.slow_ms)
    }

    /// The process is dead, and perhaps the machine.
    pub(crate) fn crash(&mut self, remains: Remains) {
        for file in self.files.values_mut() {
            let cached = std::mem::take(&mut file.cached);
            let left = match remains {
                Remains::Everything => cached.len(),
                Remains::Bytes(bytes) => usize::try_from(bytes).unwrap_or(usize::MAX),
            };
            file.safe.extend_from_slice(cached.get(..left).unwrap_or(&cached));
        }
    }

    fn refusal(&mut self) -> Result<(), DiskError> {
        let Trouble { full, read_only, .. } = self.trouble;
        if read_only {
            return Err(self.failed(DiskError::ReadOnly));
        }
        if full {
            return Err(self.failed(DiskError::Full));
        }
        if self.device_fails() {
            return Err(self.failed(DiskError::Device));
        }
        Ok(())
    }

    fn device_fails(&mut self) -> bool {
        self.trouble.eio_ppm > 0 && self.dice.below(1_000_000) < self.trouble.eio_ppm
    }

    const fn failed(&mut self, error: DiskError) -> DiskError {
        self.failures = self.failures.saturating_add(1);
        error
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_synced_is_lost_with_the_machine_and_kept_without() {
        for (remains, left) in [
            (Remains::Everything, "safe, cached"),
            (Remains::Bytes(3), "safe, c"),
            (Remains::Bytes(0), "safe"),
        ] {
            let mut disk = Disk::new(1);
            disk.append(Name::Journal, b"safe").unwrap();
            disk.sync(Name::Journal).unwrap();
            disk.append(Name::Journal, b", cached").unwrap();
            disk.crash(remains);
            assert_eq!(disk.read(Name::Journal).unwrap(), left.as_bytes());
        }
    }

    #[test]
    fn a_full_disk_takes_a_part_and_a_read_only_one_takes_nothing() {
        let mut disk = Disk::new(7);
        disk.trouble.full = true;
        let line = [b'x'; 100];
        assert_eq!(disk.append(Name::Journal, &line), Err(DiskError::Full));
        let written = disk.read(Name::Journal).unwrap();
        assert!(written.len() < line.len(), "all of it fitted");
        assert_eq!(disk.replace(Name::Nonces, b"mark"), Err(DiskError::Full));
        disk.trouble = Trouble { read_only: true, ..Trouble::default() };
        assert_eq!(disk.append(Name::Journal, &line), Err(DiskError::ReadOnly));
        assert_eq!(disk.sync(Name::Journal), Err(DiskError::ReadOnly));
        assert_eq!(disk.read(Name::Journal).unwrap(), written);
        assert_eq!(disk.failures, 4);
    }

    #[test]
    fn a_replacement_is_whole_and_survives_the_machine() {
        let mut disk = Disk::new(1);
        disk.replace(Name::Nonces, b"one").unwrap();
        disk.replace(Name::Nonces, b"two").unwrap();
        disk.crash(Remains::Bytes(0));
        assert_eq!(disk.read(Name::Nonces).unwrap(), b"two");
    }
}
