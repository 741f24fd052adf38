//! One answer per line of input: the loop under `quantize --jsonl` and `sign --jsonl`.

use std::io::{BufRead as _, BufReader, BufWriter, Read, Write};

/// No case is longer; a longer line is answered with an error and skipped.
const LINE_BYTES_MAX: usize = 1 << 20;

/// Answers every line of `input` with exactly one line, whatever it holds.
///
/// Answers are flushed whenever no further line is waiting, so a script may ask one question at a
/// time, and a file of a million still goes through in large writes.
pub(crate) fn answer_lines(
    input: impl Read,
    output: impl Write,
    mut answer: impl FnMut(&[u8]) -> String,
) -> std::io::Result<()> {
    let mut input = BufReader::new(input);
    let mut output = BufWriter::new(output);
    let mut line = Vec::new();
    while let Some(whole) = next_line(&mut input, &mut line)? {
        let text = match whole {
            Length::Whole => answer(line.trim_ascii()),
            Length::TooLong => error(&format!("line longer than {LINE_BYTES_MAX} bytes")),
        };
        output.write_all(text.as_bytes())?;
        output.write_all(b"\n")?;
        if !input.buffer().contains(&b'\n') {
            output.flush()?;
        }
    }
    output.flush()
}

/// `{"error": what}`, without anything that looks like a key.
pub(crate) fn error(what: &str) -> String {
    serde_json::json!({ "error": crate::config::redacted(what) }).to_string()
}

enum Length {
    Whole,
    TooLong,
}

/// Reads up to and with the next newline into `line`, keeping no more than the limit.
fn next_line(
    input: &mut BufReader<impl Read>,
    line: &mut Vec<u8>,
) -> std::io::Result<Option<Length>> {
    line.clear();
    let mut seen = false;
    let mut length = Length::Whole;
    loop {
        let buffer = input.fill_buf()?;
        if buffer.is_empty() {
            return Ok(seen.then_some(length));
        }
        seen = true;
        let newline = buffer.iter().position(|b| *b == b'\n');
        let used = newline.map_or(buffer.len(), |at| at.saturating_add(1));
        if line.len().saturating_add(used) <= LINE_BYTES_MAX {
            line.extend(buffer.iter().take(used));
        } else {
            length = Length::TooLong;
        }
        input.consume(used);
        if newline.is_some() {
            return Ok(Some(length));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(input: &[u8]) -> Vec<String> {
        let mut output = Vec::new();
        answer_lines(input, &mut output, |line| line.len().to_string()).unwrap();
        String::from_utf8(output).unwrap().lines().map(str::to_owned).collect()
    }

    #[test]
    fn every_line_has_one_answer_whatever_it_holds() {
        assert_eq!(answers(b"abc\n\n\xff\xfe\nlast"), ["3", "0", "2", "4"]);
        assert_eq!(answers(b"a\r\n"), ["1"]);
        assert!(answers(b"").is_empty());
    }

    #[test]
    fn a_line_too_long_is_answered_and_the_next_one_read() {
        let mut input = vec![b'x'; LINE_BYTES_MAX * 3];
        input.extend(b"\nab\n");
        let got = answers(&input);
        assert_eq!(got.len(), 2);
        assert!(got[0].contains("line longer than"));
        assert_eq!(got[1], "2");
    }
}
