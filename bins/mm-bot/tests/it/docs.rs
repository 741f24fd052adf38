//! The documents against the tree: a command that a page tells its reader to run names tests,
//! benches, stages and options that exist, and every link leads somewhere. A page may be out of
//! date in its figures; it must not send anybody to something that was renamed.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::bot::Bot;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn pages() -> Vec<(String, String)> {
    let mut paths = vec![root().join("README.md")];
    paths.extend(fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().path()));
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    paths.sort();
    let text = |path: &PathBuf| fs::read_to_string(path).unwrap();
    paths.iter().map(|path| (path.display().to_string(), text(path))).collect()
}

/// What stands in code, inline or fenced, line by line, without comments and prompts.
fn code(page: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut fenced = false;
    for line in page.lines() {
        if line.starts_with("```") {
            fenced = !fenced;
        } else if fenced {
            found.push(line.to_owned());
        } else {
            found.extend(line.split('`').skip(1).step_by(2).map(str::to_owned));
        }
    }
    let bare = |line: &String| {
        let line = line.split(" #").next().unwrap_or_default();
        line.trim().trim_start_matches("$ ").to_owned()
    };
    found.iter().map(bare).filter(|line| !line.is_empty()).collect()
}

/// All of a package's Rust text: `cargo test -p hl-quant` is about `crates/hl-quant`.
fn sources(package: &str) -> Option<String> {
    let folders = [format!("crates/{package}"), format!("bins/{package}"), "benches".to_owned()];
    let known = |folder: &String| {
        fs::read_to_string(root().join(folder).join("Cargo.toml"))
            .is_ok_and(|manifest| manifest.contains(&format!("name = \"{package}\"")))
    };
    let folder = folders.iter().find(|folder| known(folder))?;
    let mut text = String::new();
    read_all(&root().join(folder), &mut text);
    Some(text)
}

fn read_all(folder: &Path, text: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("target") {
            read_all(&path, text);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            text.push_str(&fs::read_to_string(path).unwrap());
        }
    }
}

/// The word after an option.
fn after<'a>(words: &[&'a str], option: &str) -> Option<&'a str> {
    let at = words.iter().position(|word| *word == option)?;
    words.get(at + 1).copied()
}

/// The words that select tests: neither options nor their values.
fn filters<'a>(words: &[&'a str]) -> Vec<&'a str> {
    let valued = ["-p", "--test", "--bench", "--target-dir"];
    let mut chosen = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if valued.contains(word) {
            words.next();
        } else if !word.starts_with('-') {
            chosen.push(*word);
        }
    }
    chosen
}

/// Why a `cargo test` or `cargo bench` cannot do what the page says.
fn wrong_with_cargo(words: &[&str]) -> Option<String> {
    let Some(package) = after(words, "-p") else {
        return (!words.contains(&"--workspace")).then(|| "neither -p nor --workspace".to_owned());
    };
    let Some(text) = sources(package) else {
        return Some(format!("no package {package}"));
    };
    let target = after(words, "--bench").map(|name| root().join(format!("benches/{name}.rs")));
    if let Some(path) = target.filter(|path| !path.exists() && package == "hl-benches") {
        return Some(format!("no file {}", path.display()));
    }
    let options = words.iter().position(|word| *word == "--").unwrap_or(words.len());
    // A filter is the end of a path of modules, or a part of a name.
    let missing = |filter: &&str| {
        let name = filter.rsplit("::").next().unwrap_or(filter);
        !text.contains(&format!("fn {name}")) && !text.contains(&format!("mod {name}"))
    };
    let missing = filters(&words[..options]).into_iter().find(missing);
    missing.map(|name| format!("no test {name} in {package}"))
}

/// Why a command of the bot cannot be given like this: its own help knows its options.
fn wrong_with_bot(words: &[&str]) -> Option<String> {
    let command = words.first().copied().filter(|word| !word.starts_with('-'))?;
    let help = Bot::new().run(&[command, "--help"]);
    if help.code != 0 {
        return Some(format!("no command {command}"));
    }
    // `config` has commands of its own.
    let inner = words.get(1).filter(|word| command == "config" && !word.starts_with('-'));
    let help = inner.map_or(help, |inner| Bot::new().run(&[command, inner, "--help"]));
    if help.code != 0 {
        return Some(format!("no command {command} {}", words[1]));
    }
    let options = words.iter().filter(|word| word.starts_with("--") && word.len() > 2);
    let mut names = options.map(|word| word.split('=').next().unwrap_or(word));
    names.find(|name| !help.stdout.contains(*name)).map(|name| format!("no option {name}"))
}

fn wrong(line: &str) -> Option<String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    match words.as_slice() {
        ["cargo", "test" | "bench", rest @ ..] => wrong_with_cargo(rest),
        ["bash", ".ci/run", stages @ ..] => {
            let script = fs::read_to_string(root().join(".ci/run")).unwrap();
            let unknown = |stage: &&&str| !script.contains(&format!("stage_{stage}() "));
            stages.iter().find(unknown).map(|stage| format!("no stage {stage}"))
        }
        ["cargo", "run", rest @ ..] => {
            let bot = after(rest, "-p") == Some("mm-bot");
            let given = rest.iter().position(|word| *word == "--")?;
            bot.then(|| wrong_with_bot(&rest[given + 1..])).flatten()
        }
        ["mm-bot", rest @ ..] => wrong_with_bot(rest),
        _ => None,
    }
}

#[test]
fn every_command_in_a_document_can_be_given() {
    let mut seen = BTreeSet::new();
    let mut broken = Vec::new();
    for (page, text) in pages() {
        for line in code(&text) {
            if let Some(why) = wrong(&line) {
                broken.push(format!("{page}: {line}: {why}"));
            }
            seen.insert(line);
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
    assert!(seen.iter().any(|line| line.starts_with("cargo test -p")), "no page names a test");
}

#[test]
fn what_was_renamed_would_be_noticed() {
    for line in [
        "cargo test -p hl-quant no_such_test",
        "cargo test -p hl-quantum",
        "cargo bench -p hl-benches --bench no_such_bench",
        "bash .ci/run test no_such_stage",
        "mm-bot no-such-command",
        "mm-bot run --no-such-option",
        "cargo run --release -p mm-bot -- run --no-such-option",
    ] {
        assert!(wrong(line).is_some(), "{line}");
    }
    assert_eq!(wrong("mm-bot run --for 60s"), None);
}

#[test]
fn every_link_in_a_document_leads_somewhere() {
    for (page, text) in pages() {
        let folder = Path::new(&page).parent().unwrap();
        let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        for target in targets.filter(|target| !target.contains("://")) {
            let path = target.split('#').next().unwrap_or_default();
            assert!(path.is_empty() || folder.join(path).exists(), "{page}: {target}");
        }
    }
}

/// Every word that the bot gives as a reason has its row in the page that says what to do.
#[test]
fn every_code_that_the_bot_prints_is_explained() {
    let page = fs::read_to_string(root().join("docs/troubleshooting.md")).unwrap();
    let explained: BTreeSet<&str> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `"))
        .filter_map(|line| line.split('`').next())
        .collect();
    let model = root().join("crates/hl-engine/src/quote/mod.rs");
    let model = fs::read_to_string(model).unwrap();
    let no_quotes = model.lines().filter_map(|line| {
        let line = line.trim().strip_prefix("Self::")?;
        Some(line.split_once(" => \"")?.1.trim_end_matches("\","))
    });
    let no_quotes: Vec<&str> = no_quotes.collect();
    assert!(no_quotes.len() > 20, "{no_quotes:?}");
    let words = hl_wire::RejectCode::ALL
        .iter()
        .map(|code| code.code())
        .chain(hl_engine::Rule::ALL.iter().map(|rule| rule.code()))
        .chain(hl_engine::Cause::ALL.iter().map(|cause| cause.code()))
        .chain(no_quotes);
    let missing: Vec<&str> = words.filter(|word| !explained.contains(word)).collect();
    assert!(missing.is_empty(), "docs/troubleshooting.md: {missing:?}");
}
