//! The journal of decisions as files: run by run, each as one stream of bytes.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::PathBuf;

use hl_journal::decisions::{End, Reader};

use crate::exit::{Exit, Failed};
use crate::runtime::decisions::{Group, groups};

/// The files of a run, one behind the other.
#[derive(Debug)]
pub(crate) struct Files {
    rest: VecDeque<PathBuf>,
    open: Option<BufReader<File>>,
}

impl Read for Files {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        loop {
            if let Some(file) = &mut self.open {
                let n = file.read(room)?;
                if n > 0 || room.is_empty() {
                    return Ok(n);
                }
            }
            let Some(next) = self.rest.pop_front() else { return Ok(0) };
            self.open = Some(BufReader::with_capacity(1 << 16, File::open(next)?));
        }
    }
}

/// The runs that `paths` name, oldest first. At least one.
///
/// # Errors
/// A path cannot be read; there is no journal.
pub(crate) fn runs(paths: &[PathBuf]) -> Result<Vec<Group>, Failed> {
    let runs = groups(paths).map_err(|(path, error)| {
        Failed::new(Exit::Failure, format!("journal {}: {error}", path.display()))
    })?;
    if runs.is_empty() {
        let shown: Vec<_> = paths.iter().map(|path| path.display().to_string()).collect();
        return Err(Failed::new(Exit::Failure, format!("no journal in {}", shown.join(", ")))
            .hint("a run with state.dir or journal.dir keeps one; journal.record must be true"));
    }
    Ok(runs)
}

/// Opens a run.
///
/// # Errors
/// Why it has no beginning.
pub(crate) fn open(run: &Group) -> Result<Reader<Files>, End> {
    Reader::open(Files { rest: run.files.iter().cloned().collect(), open: None })
}
