//! The list of bugs.

use serde::Deserialize;

/// One bug: what it is, how it is planted, and who is to notice it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bug {
    /// A few words joined by `-`.
    pub name: String,
    /// What the bug does, and who had it.
    #[expect(dead_code, reason = "for the reader of the list")]
    story: String,
    /// The seed that the hunt begins with.
    #[serde(default)]
    pub seed: u64,
    /// Arguments of `cargo test`, for a bug that a named test is to notice and not the world.
    pub test: Option<String>,
    /// The passages that are replaced.
    pub edits: Vec<Edit>,
}

/// One passage of the source.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Edit {
    /// From the workspace's root.
    pub file: String,
    /// Occurs exactly once in the file.
    pub find: String,
    /// What stands there instead.
    pub put: String,
}

#[derive(Deserialize)]
struct List {
    bug: Vec<Bug>,
}

/// Every bug, in the order of the list.
pub fn all() -> Vec<Bug> {
    let list: List = toml::from_str(include_str!("bugs.toml")).expect("the list can be read");
    list.bug
}
