//! What the crate claims about itself, read from its own manifest and sources.
//!
//! That text becomes wire text without allocating needs no measurement: a `no_std` crate that does
//! not link `alloc` has no allocator to call. These tests hold the two premises.

use std::{fs, path::Path};

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

#[test]
fn the_crate_has_no_dependencies_and_no_build_script() {
    let sections: Vec<String> = read("Cargo.toml")
        .lines()
        .filter_map(|line| line.trim().strip_prefix('[').map(str::to_owned))
        .collect();
    assert_eq!(sections, ["package]", "lints]", "dev-dependencies]"]);
    assert!(!Path::new(env!("CARGO_MANIFEST_DIR")).join("build.rs").exists());
}

#[test]
fn the_crate_is_no_std_and_links_no_allocator() {
    assert!(read("src/lib.rs").lines().any(|line| line == "#![no_std]"));
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            files += 1;
            for line in fs::read_to_string(&path).unwrap().lines() {
                assert!(!line.trim().starts_with("extern crate"), "{}: {line}", path.display());
            }
        }
    }
    assert!(files > 10, "only {files} files were read");
}
