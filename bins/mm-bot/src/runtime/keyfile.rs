//! The agent's key file.

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
    let shown = path.display();
    let refuse = |why: String| Failed::new(Exit::Preflight, format!("key file {shown}: {why}"));
    let meta = std::fs::metadata(path).map_err(|e| refuse(format!("cannot be read: {e}")))?;
    if !meta.is_file() {
        return Err(refuse("not a file".to_owned()));
    }
    let mode = meta.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        let hint = format!("chmod 600 {shown}");
        let why = format!("mode {mode:04o} lets others at the key");
        return Err(refuse(why).hint(hint));
    }
    if meta.size() > FILE_BYTES_MAX {
        return Err(refuse(format!("{} bytes; a key has 64 hexadecimal digits", meta.size())));
    }
    let text = std::fs::read_to_string(path).map_err(|e| refuse(format!("cannot be read: {e}")))?;
    AgentKey::from_hex(&text).map_err(|e| {
        refuse(e.to_string()).hint("one line: 0x and 64 hexadecimal digits of an agent's key")
    })
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
}
