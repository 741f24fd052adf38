//! The layer table of `docs/architecture.md`: arrows between crates point down only, and only the
//! shell touches sockets and runtimes.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use cargo_metadata::{DependencyKind, MetadataCommand, Package};

/// A crate, its layer, and the workspace crates that it may name (tests and benches aside).
struct Row {
    name: &'static str,
    layer: u8,
    may_name: &'static [&'static str],
}

const fn row(name: &'static str, layer: u8, may_name: &'static [&'static str]) -> Row {
    Row { name, layer, may_name }
}

const TABLE: &[Row] = &[
    row("hl-quant", 0, &[]),
    row("hl-wire", 1, &["hl-quant"]),
    row("hl-specs", 2, &["hl-quant", "hl-wire"]),
    row("hl-engine", 3, &["hl-quant", "hl-wire", "hl-specs"]),
    row("hl-client", 3, &["hl-quant", "hl-wire"]),
    // hl-engine only in the module `world`, which runs engine and exchange in one thread.
    row("hl-sim", 3, &["hl-quant", "hl-wire", "hl-specs", "hl-engine"]),
    row("hl-sim-http", 4, &["hl-quant", "hl-wire", "hl-sim"]),
    row(
        "mm-bot",
        5,
        &["hl-quant", "hl-wire", "hl-specs", "hl-engine", "hl-client", "hl-sim", "hl-sim-http"],
    ),
    row("hl-sim-server", 5, &["hl-quant", "hl-wire", "hl-sim", "hl-sim-http"]),
    row("hl-benches", 6, &["hl-quant", "hl-wire", "hl-specs", "hl-engine", "hl-client", "hl-sim"]),
];

/// What reaches the outside world. Up to layer 3 only hl-client may depend on any of it.
const SHELL_ONLY: &[&str] = &[
    "tokio",
    "reqwest",
    "axum",
    "hyper",
    "mio",
    "tungstenite",
    "tokio-tungstenite",
    "rustls",
    "socket2",
];

fn packages() -> Vec<Package> {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    MetadataCommand::new().manifest_path(manifest).no_deps().exec().unwrap().packages
}

fn row_of(name: &str) -> &'static Row {
    TABLE.iter().find(|row| row.name == name).unwrap()
}

/// Names of a package's normal and build dependencies.
fn names(package: &Package) -> BTreeSet<&str> {
    let shipped = |d: &&cargo_metadata::Dependency| d.kind != DependencyKind::Development;
    package.dependencies.iter().filter(shipped).map(|d| d.name.as_str()).collect()
}

#[test]
fn the_table_names_every_crate_of_the_workspace_and_no_other() {
    let packages = packages();
    let found: BTreeSet<&str> = packages.iter().map(|p| p.name.as_str()).collect();
    let listed: BTreeSet<&str> = TABLE.iter().map(|row| row.name).collect();
    assert_eq!(found, listed, "the layer table and the workspace list different crates");
}

#[test]
fn a_crate_names_only_what_the_table_allows_and_never_a_higher_layer() {
    for package in packages() {
        let row = row_of(&package.name);
        for used in names(&package) {
            let Some(used) = TABLE.iter().find(|other| other.name == used) else { continue };
            assert!(row.may_name.contains(&used.name), "{} may not name {}", row.name, used.name);
            let world = row.name == "hl-sim" && used.name == "hl-engine";
            assert!(used.layer < row.layer || world, "{} is not above {}", row.name, used.name);
        }
    }
}

#[test]
fn sockets_and_runtimes_stay_in_the_shell() {
    for package in packages() {
        let row = row_of(&package.name);
        if row.layer >= 4 || row.name == "hl-client" {
            continue;
        }
        for used in names(&package) {
            assert!(!SHELL_ONLY.contains(&used), "{} is pure and may not name {used}", row.name);
        }
    }
}

#[test]
fn the_quantizer_depends_on_nothing() {
    let packages = packages();
    let quant = packages.iter().find(|p| p.name.as_str() == "hl-quant").unwrap();
    assert_eq!(names(quant), BTreeSet::new());
}

#[test]
fn only_the_world_of_the_simulator_knows_the_engine() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../crates/hl-sim/src");
    let files = sources(&src);
    assert!(!files.is_empty(), "no source was read");
    for path in files {
        let inside = path.strip_prefix(&src).unwrap();
        let in_world = inside.starts_with("world") || inside == Path::new("world.rs");
        let text = std::fs::read_to_string(&path).unwrap();
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        for line in code {
            assert!(in_world || !line.contains("hl_engine"), "{}: {line}", inside.display());
        }
    }
}

fn sources(dir: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] }).collect()
}
