//! The agent's key file, and other secrets that are read from files.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;

use hl_wire::AgentKey;

use crate::exit::{Exit, Failed};

/// A key is 64 digits with perhaps a prefix and a newline.
const FILE_BYTES_MAX: u64 = 256;

/// Reads the key. No message repeats any part of the file's content.
///
/// # Errors
/// The file cannot be read, others may read it, or it holds no key.
pub(crate) fn read(path: &Path) -> Result<AgentKey, Failed> {
    let text = text(path, "a key has 64 hexadecimal digits")?;
    AgentKey::from_hex(&text).map_err(|e| {
        refuse(path, &e.to_string())
            .hint("one line: 0x and 64 hexadecimal digits of an agent's key")
    })
}

/// Somebody's token. It is shown nowhere: not in a log, not in an error, not by `Debug`.
#[derive(Clone)]
pub(crate) struct Secret(String);

impl Secret {
    /// The token, for whoever has to send it or compare it.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }

    /// Whether somebody gave it, in a time that does not tell how much of it he did.
    pub(crate) fn is(&self, given: &[u8]) -> bool {
        let pad = given.iter().copied().chain(core::iter::repeat(0));
        let token = self.0.as_bytes();
        let differ = token.iter().zip(pad).fold(0_u8, |sum, (a, b)| sum | (a ^ b));
        differ == 0 && given.len() == token.len()
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// Fewer characters can be guessed.
const SECRET_MIN: usize = 16;

/// Reads a token: one line of at least sixteen printable characters without a space. No message
/// repeats any part of it.
///
/// # Errors
/// The file cannot be read, others may read it, or it holds no token.
pub(crate) fn secret(path: &Path) -> Result<Secret, Failed> {
    let text = text(path, "a token is one line")?;
    let token = text.trim_end_matches(['\n', '\r']);
    if token.len() < SECRET_MIN || !token.bytes().all(|b| b.is_ascii_graphic()) {
        let why = "holds no token: one line of at least 16 printable characters without a space";
        return Err(refuse(path, why));
    }
    Ok(Secret(token.to_owned()))
}

fn refuse(path: &Path, why: &str) -> Failed {
    Failed::new(Exit::Preflight, format!("key file {}: {why}", path.display()))
}

/// The content of a file that only its owner may read.
fn text(path: &Path, size: &str) -> Result<String, Failed> {
    let unread = |e: std::io::Error| refuse(path, &format!("cannot be read: {e}"));
    let meta = std::fs::metadata(path).map_err(unread)?;
    if !meta.is_file() {
        return Err(refuse(path, "not a file"));
    }
    let mode = meta.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        let why = format!("mode {mode:04o} lets others at the key");
        return Err(refuse(path, &why).hint(format!("chmod 600 {}", path.display())));
    }
    if meta.size() > FILE_BYTES_MAX {
        return Err(refuse(path, &format!("{} bytes; {size}", meta.size())));
    }
    std::fs::read_to_string(path).map_err(unread)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str, mode: u32) -> (tempfile::TempDir, std::path::PathBuf) {
        let dir = tempfile::TempDir::new().unwrap();
        let path = dir.path().join("key");
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        (dir, path)
    }

    #[test]
    fn a_key_that_others_may_read_is_refused_with_the_command_that_mends_it() {
        let key = "c0ffee11".repeat(8);
        for mode in [0o644, 0o640, 0o604, 0o620] {
            let (_dir, path) = file(&key, mode);
            let failed = read(&path).unwrap_err();
            assert_eq!(failed.exit, Exit::Preflight);
            assert!(failed.to_string().contains("chmod 600"), "{failed}");
        }
        let (_dir, path) = file(&format!("0x{key}\n"), 0o600);
        assert!(read(&path).is_ok());
    }

    #[test]
    fn what_is_no_key_is_refused_without_being_shown() {
        let key = "c0ffee11".repeat(8);
        for text in [&key[..63], &key.replace('c', "x"), "", &key.repeat(5)] {
            let (_dir, path) = file(text, 0o600);
            let shown = read(&path).unwrap_err().to_string();
            assert!(!shown.contains("ffee11"), "{shown}");
        }
        assert!(read(Path::new("/nonexistent/key")).unwrap_err().to_string().contains("read"));
        assert!(read(Path::new("/")).unwrap_err().to_string().contains("not a file"));
    }

    #[test]
    fn only_the_whole_token_is_the_token() {
        let secret = Secret("correct-horse".to_owned());
        assert!(secret.is(b"correct-horse"));
        for wrong in ["", "correct", "correct-horse-", "Correct-horse", "correct-horse\0"] {
            assert!(!secret.is(wrong.as_bytes()), "{wrong}");
        }
    }

    #[test]
    fn a_token_is_one_line_that_nothing_shows() {
        let (_dir, path) = file("correct-horse-battery\n", 0o600);
        let secret = secret(&path).unwrap();
        assert_eq!(secret.expose(), "correct-horse-battery");
        assert_eq!(format!("{secret:?}"), "Secret(..)");
        for (text, mode) in [
            ("correct-horse-battery", 0o640),
            ("correct-horse-b", 0o600),
            ("correct horse battery", 0o600),
            ("correct-horse-battery\nstaple", 0o600),
            ("", 0o600),
        ] {
            let (_dir, path) = file(text, mode);
            let shown = super::secret(&path).unwrap_err().to_string();
            assert!(!shown.contains("horse"), "{shown}");
        }
    }
}
