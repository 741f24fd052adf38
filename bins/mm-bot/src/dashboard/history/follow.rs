//! The files of a journal that is still being written, as one stream of bytes.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::PathBuf;
use std::time::Duration;

use super::Place;

/// Between two looks at whether there is more.
const AGAIN: Duration = Duration::from_millis(100);
/// After so many looks there will be nothing more: the run has ended, or its disk refuses.
const LOOKS: u32 = 80;

/// Reads on where files grow, and from one to the next.
#[derive(Debug)]
pub(super) struct Follow {
    place: Place,
    /// Files begun so far.
    part: usize,
    open: Option<BufReader<File>>,
}

impl Follow {
    pub(super) const fn new(place: Place) -> Self {
        Self { place, part: 0, open: None }
    }

    /// The files of the run that are there, in their order.
    fn files(&self) -> io::Result<Vec<PathBuf>> {
        let name = format!("-{}-", self.place.run);
        let mut files: Vec<PathBuf> = std::fs::read_dir(&self.place.dir)?
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| {
                let is_ours = |text: &str| text.contains(&name) && text.ends_with(".hlj");
                path.file_name().and_then(|file| file.to_str()).is_some_and(is_ours)
            })
            .collect();
        files.sort();
        Ok(files)
    }

    fn next(&mut self) -> io::Result<bool> {
        let Some(path) = self.files()?.into_iter().nth(self.part) else { return Ok(false) };
        self.open = Some(BufReader::new(File::open(path)?));
        self.part = self.part.saturating_add(1);
        Ok(true)
    }
}

impl Read for Follow {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        for _ in 0..LOOKS {
            if let Some(file) = &mut self.open {
                let n = file.read(room)?;
                if n > 0 || room.is_empty() {
                    return Ok(n);
                }
            }
            if !self.next()? {
                std::thread::sleep(AGAIN);
            }
        }
        Ok(0)
    }
}
