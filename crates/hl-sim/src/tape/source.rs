//! Bytes to lines: plain or zstd, bounded, and aware of a file that was cut.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use super::TapeError;

/// Longer than any message of the venue by a factor of a hundred.
const LINE_MAX: usize = 1 << 20;
/// What a frame may ask the decompressor to remember; the default of `zstd -19` is 8 MiB.
const WINDOW_MAX: u64 = 64 << 20;
/// How a zstd frame begins.
const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// What a call of [`Lines::next`] found.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// A complete line is in the buffer.
    Complete,
    /// The file ended without the line's newline; what there is of it is in the buffer.
    Unterminated,
    /// The line was too long for the buffer and was passed over.
    TooLong(u64),
    /// There is no further line.
    End,
}

/// A stream of lines.
pub(super) struct Lines {
    bytes: BufReader<Bytes>,
}

impl std::fmt::Debug for Lines {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Lines(..)")
    }
}

impl Lines {
    /// Opens a file. It is zstd if it begins so.
    pub(super) fn open(path: &Path) -> Result<Self, TapeError> {
        let open = |source| TapeError::Open { path: path.to_owned(), source };
        let mut file: Source = BufReader::new(Box::new(File::open(path).map_err(open)?));
        let begins = file.fill_buf().map_err(open)?.get(..4).unwrap_or_default().to_vec();
        let named_zstd = path.extension().is_some_and(|ext| ext == "zst");
        if named_zstd && begins != MAGIC {
            return Err(TapeError::NotZstd { file: path.display().to_string(), begins });
        }
        Ok(Self::sniff(file, &begins))
    }

    /// Reads from anything; zstd if it begins so.
    pub(super) fn from_reader(reader: impl Read + Send + 'static) -> io::Result<Self> {
        let mut source: Source = BufReader::new(Box::new(reader));
        let begins = source.fill_buf()?.get(..4).unwrap_or_default().to_vec();
        Ok(Self::sniff(source, &begins))
    }

    fn sniff(source: Source, begins: &[u8]) -> Self {
        let bytes = if begins == MAGIC { Bytes::Between(source) } else { Bytes::Plain(source) };
        Self { bytes: BufReader::with_capacity(1 << 16, bytes) }
    }

    /// Reads the next line into `buffer`, without its newline.
    pub(super) fn next(&mut self, buffer: &mut Vec<u8>) -> io::Result<Line> {
        buffer.clear();
        let limit = u64::try_from(LINE_MAX).unwrap_or(u64::MAX);
        let read = self.bytes.by_ref().take(limit).read_until(b'\n', buffer)?;
        if buffer.last() == Some(&b'\n') {
            buffer.pop();
            return Ok(Line::Complete);
        }
        if read == 0 {
            return Ok(Line::End);
        }
        if read < LINE_MAX {
            return Ok(Line::Unterminated);
        }
        buffer.clear();
        let rest = self.skip_to_newline()?;
        Ok(Line::TooLong(limit.saturating_add(rest)))
    }

    fn skip_to_newline(&mut self) -> io::Result<u64> {
        let mut skipped: u64 = 0;
        loop {
            let chunk = self.bytes.fill_buf()?;
            if chunk.is_empty() {
                return Ok(skipped);
            }
            let (used, done) = match chunk.iter().position(|byte| *byte == b'\n') {
                Some(at) => (at.saturating_add(1), true),
                None => (chunk.len(), false),
            };
            self.bytes.consume(used);
            skipped = skipped.saturating_add(u64::try_from(used).unwrap_or(u64::MAX));
            if done {
                return Ok(skipped);
            }
        }
    }
}

type Source = BufReader<Box<dyn Read + Send>>;

/// The decompressed bytes. A compressed file may hold several frames one after the other, which
/// the decoder leaves to us.
enum Bytes {
    Plain(Source),
    /// Before the first frame or after a finished one.
    Between(Source),
    Within(Source, Box<FrameDecoder>),
    /// Ended, or failed once.
    Done,
}

impl Read for Bytes {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            match std::mem::replace(self, Self::Done) {
                Self::Done => return Ok(0),
                Self::Plain(mut source) => {
                    let read = source.read(out);
                    *self = Self::Plain(source);
                    return read;
                }
                Self::Between(mut source) => match next_frame(&mut source)? {
                    Some(decoder) => *self = Self::Within(source, decoder),
                    None => return Ok(0),
                },
                Self::Within(mut source, mut decoder) => {
                    match decode(&mut source, &mut decoder, out)? {
                        0 => *self = Self::Between(source),
                        read => {
                            *self = Self::Within(source, decoder);
                            return Ok(read);
                        }
                    }
                }
            }
        }
    }
}

/// Decodes until there is something to give out; 0 at the end of the frame.
fn decode(source: &mut Source, decoder: &mut FrameDecoder, out: &mut [u8]) -> io::Result<usize> {
    while decoder.can_collect() == 0 && !decoder.is_finished() {
        if let Err(error) =
            decoder.decode_blocks(&mut *source, BlockDecodingStrategy::UptoBlocks(1))
        {
            return Err(cut_or_damaged(source, &error));
        }
    }
    decoder.read(out)
}

/// Starts the next frame, passing over frames that hold no data; nothing at the end of the file.
fn next_frame(source: &mut Source) -> io::Result<Option<Box<FrameDecoder>>> {
    loop {
        if source.fill_buf()?.is_empty() {
            return Ok(None);
        }
        let mut decoder = Box::new(FrameDecoder::new());
        decoder.set_max_window_size(WINDOW_MAX);
        match decoder.init(&mut *source) {
            Ok(()) => return Ok(Some(decoder)),
            Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                length,
                ..
            })) => {
                io::copy(&mut source.by_ref().take(u64::from(length)), &mut io::sink())?;
            }
            Err(error) => return Err(cut_or_damaged(source, &error)),
        }
    }
}

/// A decoder's failure with nothing left in the file means that the file was cut.
fn cut_or_damaged(source: &mut Source, error: &FrameDecoderError) -> io::Error {
    match source.fill_buf() {
        Ok([]) => io::Error::new(io::ErrorKind::UnexpectedEof, error.to_string()),
        Ok(_) => io::Error::new(io::ErrorKind::InvalidData, error.to_string()),
        Err(read) => read,
    }
}
