//! The table of events against the sources that write them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use hl_journal::log::schema::{self, By, KEYS, Misfit};
use hl_journal::log::{Seen, read_line};
use hl_wire::RejectCode;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Every `family_evt=word` in the code that ships; the word is empty where it is computed.
fn written() -> BTreeSet<(String, String)> {
    let mut files = Vec::new();
    for crates in fs::read_dir(root().join("crates")).unwrap() {
        sources(&crates.unwrap().path().join("src"), &mut files);
    }
    sources(&root().join("bins/mm-bot/src"), &mut files);
    // This table, and the tests beside the code.
    files.retain(|path| !path.to_string_lossy().contains("/log/"));
    files.retain(|path| !path.to_string_lossy().contains("tests"));
    let mut found = BTreeSet::new();
    for path in files {
        let text = fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap();
        for line in code.lines().filter(|line| !line.trim_start().starts_with("//")) {
            for (at, _) in line.match_indices("_evt=") {
                let word = |c: char| c.is_ascii_lowercase() || c == '_';
                let start = line[..at].rfind(|c| !word(c)).map_or(0, |at| at + 1);
                let rest = &line[at + "_evt=".len()..];
                let end = rest.find(|c| !word(c)).unwrap_or(rest.len());
                // `journal_{word}` is computed as well.
                let end = if rest[end..].starts_with('{') { 0 } else { end };
                found.insert((format!("{}_evt", &line[start..at]), rest[..end].to_owned()));
            }
        }
    }
    found
}

#[test]
fn every_event_that_the_code_writes_is_in_the_table() {
    let written = written();
    assert!(written.len() > 40, "the sources were not found: {written:?}");
    let known = |family: &str, word: &str| match word {
        "" => schema::rows().any(|row| row.family == family),
        word => schema::find(family, word).is_some(),
    };
    let missing: Vec<_> = written.iter().filter(|(f, w)| !known(f, w)).collect();
    assert!(missing.is_empty(), "add to crates/hl-journal/src/log/schema: {missing:?}");
}

#[test]
fn names_are_unique_and_every_key_is_explained_once() {
    let names: Vec<_> = schema::rows().map(|row| (row.family, row.word)).collect();
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
    let explained: Vec<&str> = KEYS.iter().map(|(key, _)| *key).collect();
    assert!(explained.is_sorted_by(|a, b| a.to_lowercase() <= b.to_lowercase()));
    assert_eq!(explained.iter().collect::<BTreeSet<_>>().len(), explained.len());
    let used: BTreeSet<&str> = schema::rows()
        .filter(|row| row.by == By::Bot)
        .flat_map(|row| row.keys.split(' ').map(|key| key.trim_end_matches('?')))
        .chain(schema::TAIL)
        .collect();
    let unused: Vec<_> = explained.iter().filter(|key| !used.contains(**key)).collect();
    let silent: Vec<_> = used.iter().filter(|key| !explained.contains(key)).collect();
    assert!(unused.is_empty() && silent.is_empty(), "{unused:?} {silent:?}");
}

#[test]
fn no_code_and_no_event_is_the_beginning_of_another() {
    let mut codes: Vec<&str> = RejectCode::ALL.iter().map(|code| code.code()).collect();
    codes.extend(["E_NET", "E_NOT_PLACED", "E_UNKNOWN"]);
    for a in &codes {
        for b in codes.iter().filter(|b| *b != a) {
            assert!(!b.contains(a), "grep err_code={a} would also count {b}");
        }
    }
    let mine = || schema::rows().filter(|row| row.by == By::Bot && !row.word.is_empty());
    for a in mine() {
        let alike = |b: &&schema::Row| b.family == a.family && b.word != a.word;
        if let Some(b) = mine().filter(alike).find(|b| b.word.starts_with(a.word)) {
            // A blank behind the word tells them apart, and the page says so.
            let known = [("halt_evt", "stop"), ("signal_evt", "feed")];
            assert!(known.contains(&(a.family, a.word)), "{}={} {}", a.family, a.word, b.word);
        }
    }
}

#[test]
fn a_line_that_differs_from_its_row_is_told_by_what_differs() {
    let check = |line: &str| match read_line(line.as_bytes()) {
        Seen::Event(event) => schema::check(&event).map(|row| row.word),
        other => panic!("{other:?}"),
    };
    assert_eq!(check("burn_evt=sent ts=1 tms=1 of=3"), Ok("sent"));
    assert_eq!(check("burn_evt=sent ts=1 tms=1 of=3 run=1 ln=2"), Ok("sent"));
    assert_eq!(check("audit_evt=anything_at_all ts=1 tms=1"), Ok("*"));
    assert_eq!(check("SPEC_OVERRIDE applied for SOL: tick=1→2 lot=1→1"), Ok("applied"));
    assert_eq!(check("burn_evt=sent tms=1 ts=1 of=3"), Err(Misfit::Missing("ts")));
    assert_eq!(check("burn_evt=sent ts=1 tms=1"), Err(Misfit::Missing("of")));
    assert_eq!(check("burn_evt=sent ts=1 tms=1 of=3 x=1"), Err(Misfit::Unexpected("x".to_owned())));
    assert_eq!(
        check("burn_evt=sent ts=1 tms=1 of=3 ln=2 run=1"),
        Err(Misfit::Unexpected("run".to_owned()))
    );
    assert_eq!(check("burn_evt=burnt ts=1 tms=1"), Err(Misfit::Unknown));
}

/// The page's tables are the code's. With `UPDATE_DOCS=1` in the environment they are written anew.
#[test]
fn logs_page_has_every_event_as_the_table_in_the_code() {
    let path = root().join("docs/logs.md");
    let page = fs::read_to_string(&path).unwrap();
    let mark = "tells how -->\n\n";
    let at = page.find(mark).unwrap() + mark.len();
    let made = schema::markdown();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, format!("{}{made}", &page[..at])).unwrap();
        return;
    }
    assert!(page[at..] == made, "docs/logs.md is out of date: run this test with UPDATE_DOCS=1");
}
