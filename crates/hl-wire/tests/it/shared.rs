//! The folder of real recordings, which may be absent.

use std::io::Write as _;
use std::path::PathBuf;

/// The folder `name` of the recordings; prints a line and gives `None` where it is absent.
pub(crate) fn folder(name: &str) -> Option<PathBuf> {
    #[expect(clippy::disallowed_methods, reason = "a test finds its data")]
    let base = std::env::var("HL_SHARED").map_or_else(
        |_| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let folder = base.join("data").join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    // Not through `println!`, which the test harness swallows when a test passes.
    let _ = writeln!(std::io::stderr(), "skipped: no recordings at {}", folder.display());
    None
}

/// The files in it, in order of name.
pub(crate) fn files(folder: &std::path::Path) -> Vec<PathBuf> {
    let mut files: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}
