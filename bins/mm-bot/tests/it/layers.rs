//! The layer table of `docs/architecture.md`: arrows between crates point down only, and only the
//! shell touches sockets and runtimes.

use std::collections::BTreeSet;

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
    row("hl-signals", 2, &["hl-quant"]),
    row("hl-rotation", 2, &["hl-quant"]),
    row("hl-engine", 3, &["hl-quant", "hl-wire", "hl-specs", "hl-signals", "hl-rotation"]),
    row("hl-client", 3, &["hl-quant", "hl-wire"]),
    row("hl-sim", 3, &["hl-quant", "hl-wire", "hl-specs"]),
    row(
        "hl-journal",
        4,
        &["hl-quant", "hl-wire", "hl-specs", "hl-signals", "hl-rotation", "hl-engine"],
    ),
    row("hl-sim-http", 4, &["hl-quant", "hl-wire", "hl-sim"]),
    row(
        "hl-world",
        5,
        &[
            "hl-quant",
            "hl-wire",
            "hl-specs",
            "hl-signals",
            "hl-rotation",
            "hl-engine",
            "hl-sim",
            "hl-journal",
        ],
    ),
    row(
        "mm-bot",
        6,
        &[
            "hl-quant",
            "hl-rotation",
            "hl-wire",
            "hl-specs",
            "hl-signals",
            "hl-engine",
            "hl-client",
            "hl-sim",
            "hl-journal",
            "hl-sim-http",
            "hl-world",
        ],
    ),
    row("hl-sim-server", 6, &["hl-quant", "hl-wire", "hl-sim", "hl-sim-http"]),
    row(
        "hl-benches",
        7,
        &[
            "hl-quant",
            "hl-wire",
            "hl-specs",
            "hl-signals",
            "hl-rotation",
            "hl-engine",
            "hl-client",
            "hl-sim",
            "hl-journal",
            "hl-world",
        ],
    ),
];

/// What reaches the outside world: for hl-client, hl-sim-http, the binaries and the benches only.
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
            assert!(used.layer < row.layer, "{} is not above {}", row.name, used.name);
        }
    }
}

#[test]
fn sockets_and_runtimes_stay_in_the_shell() {
    for package in packages() {
        let row = row_of(&package.name);
        if row.layer >= 6 || ["hl-client", "hl-sim-http"].contains(&row.name) {
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
