//! Lines out of pieces of a file, whatever the pieces.

use crate::log::TEXT_MAX;

/// Keeps the beginning of a line until its end comes, and no more of it than a line may have.
#[derive(Clone, Debug, Default)]
pub(super) struct Splitter {
    rest: Vec<u8>,
}

impl Splitter {
    /// Hands every line that ends in `chunk` to `each`, without its end.
    pub(super) fn push(&mut self, chunk: &[u8], mut each: impl FnMut(&[u8])) {
        let mut chunk = chunk;
        while let Some(end) = memchr::memchr(b'\n', chunk) {
            let (line, tail) = chunk.split_at(end);
            if self.rest.is_empty() {
                each(line);
            } else {
                self.keep(line);
                each(&self.rest);
                self.rest.clear();
            }
            chunk = tail.get(1..).unwrap_or_default();
        }
        self.keep(chunk);
    }

    /// The last line of a source that does not end with one.
    pub(super) fn end(&mut self, mut each: impl FnMut(&[u8])) {
        if !self.rest.is_empty() {
            each(&self.rest);
            self.rest.clear();
        }
    }

    /// One byte more than a line may have tells that it is too long.
    fn keep(&mut self, bytes: &[u8]) {
        let room = TEXT_MAX.saturating_add(2).saturating_sub(self.rest.len());
        self.rest.extend_from_slice(bytes.get(..room.min(bytes.len())).unwrap_or_default());
    }
}
