//! Hexadecimal text on the stack: addresses, cloids, hashes and signatures are written and read
//! without a heap allocation.

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// `0x` and lower-case digits in a fixed buffer. `N` is the length of the text, `2 + 2 * bytes`.
#[derive(Clone, Copy)]
pub(crate) struct HexText<const N: usize>([u8; N]);

impl<const N: usize> HexText<N> {
    /// Writes `bytes`; `N` must be `2 + 2 * bytes.len()`, otherwise the text is cut or zero padded.
    pub(crate) fn new(bytes: &[u8]) -> Self {
        let mut out = [b'0'; N];
        if let Some(x) = out.get_mut(1) {
            *x = b'x';
        }
        let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        for (slot, digit) in out.iter_mut().skip(2).zip(digits) {
            *slot = DIGITS.get(usize::from(digit)).copied().unwrap_or(b'0');
        }
        Self(out)
    }

    /// The text. The buffer holds ASCII only, so the conversion cannot fail.
    pub(crate) fn as_str(&self) -> &str {
        core::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// The value of one hexadecimal digit in either case.
pub(crate) fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

/// Reads exactly `2 * N` digits (no `0x`).
pub(crate) fn decode<const N: usize>(digits: &str) -> Option<[u8; N]> {
    if digits.len() != 2 * N { None } else { decode_padded(digits) }
}

/// Reads between 1 and `2 * N` digits as a big-endian number, as if padded with zeros on the left.
pub(crate) fn decode_padded<const N: usize>(digits: &str) -> Option<[u8; N]> {
    if digits.is_empty() || digits.len() > 2 * N {
        return None;
    }
    let mut out = [0u8; N];
    for (index, digit) in digits.bytes().rev().enumerate() {
        let value = nibble(digit)?;
        let slot = out.get_mut(N.checked_sub(1 + index / 2)?)?;
        *slot |= if index % 2 == 0 { value } else { value << 4 };
    }
    Some(out)
}

/// Drops one `0x` or `0X`, if present.
pub(crate) fn without_prefix(text: &str) -> &str {
    text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        let bytes = [0x00, 0x0f, 0xa0, 0xff];
        let text = HexText::<10>::new(&bytes);
        assert_eq!(text.as_str(), "0x000fa0ff");
        assert_eq!(decode::<4>(without_prefix(text.as_str())), Some(bytes));
    }

    #[test]
    fn a_trimmed_number_is_padded_on_the_left() {
        assert_eq!(decode_padded::<2>("f"), Some([0, 0x0f]));
        assert_eq!(decode_padded::<2>("abc"), Some([0x0a, 0xbc]));
        assert_eq!(decode_padded::<2>(""), None);
        assert_eq!(decode_padded::<2>("12345"), None);
        assert_eq!(decode_padded::<2>("0g"), None);
        assert_eq!(decode::<2>("abc"), None);
    }
}
