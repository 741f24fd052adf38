//! Bytes to numbers, so that nearly every input of the fuzzer is a number and not an error.

/// Two texts of digits and points. A byte names its character; the first of one value in thirteen
/// ends the first text.
pub(crate) fn two_numbers(bytes: &[u8]) -> (String, String) {
    let end = bytes.iter().position(|byte| byte % 13 == 12).unwrap_or(bytes.len());
    let (first, second) = bytes.split_at(end);
    let text = |bytes: &[u8]| bytes.iter().filter_map(character).collect();
    (text(first), text(second))
}

fn character(byte: &u8) -> Option<char> {
    match byte % 13 {
        digit @ 0..=9 => Some(char::from(b'0' + digit)),
        10 | 11 => Some('.'),
        _ => None,
    }
}
