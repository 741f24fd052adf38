//! The word that opens a control connection.

use core::fmt;

/// A secret between the operator and the front. It is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

/// Shorter ones can be guessed.
const CHARS_MIN: usize = 16;
/// Longer ones are another file.
const CHARS_MAX: usize = 256;

/// A text that cannot be a token. Retrying is of no use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a control token is 16 to 256 letters, digits or signs without a space, in one line")]
pub struct BadToken;

impl Token {
    /// Takes a text; white space around it is not part of it.
    ///
    /// # Errors
    /// [`BadToken`] when it is too short, too long, or more than one word.
    pub fn new(text: &str) -> Result<Self, BadToken> {
        let text = text.trim();
        let fits = (CHARS_MIN..=CHARS_MAX).contains(&text.len());
        if fits && text.bytes().all(|byte| byte.is_ascii_graphic()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(BadToken)
        }
    }

    /// Whether `said` is it; takes as long whichever letter is wrong.
    pub(crate) fn opens(&self, said: &str) -> bool {
        let (ours, said) = (self.0.as_bytes(), said.as_bytes());
        let differences = ours.iter().zip(said).fold(0, |sum, (a, b)| sum | (a ^ b));
        ours.len() == said.len() && differences == 0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_token_opens_and_it_is_never_shown() {
        let token = Token::new(" 0123456789abcdef\n").unwrap();
        assert!(token.opens("0123456789abcdef"));
        for said in ["", "0", "0123456789abcdeg", "0123456789abcde", "0123456789abcdef0"] {
            assert!(!token.opens(said), "{said}");
        }
        assert_eq!(format!("{token:?}"), "Token(..)");
    }

    #[test]
    fn short_long_and_spaced_texts_are_no_tokens() {
        for text in ["", "short", "0123456789 abcdef", "0123456789\nabcdef", &"x".repeat(257)] {
            assert_eq!(Token::new(text), Err(BadToken), "{text}");
        }
    }
}
