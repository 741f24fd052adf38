//! `docs/handoff.md` against the bot: its variables are accepted, its greps find something in the log
//! of a run with them, and the lines that it promises are printed.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::bot::Bot;

fn page() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/handoff.md")).unwrap()
}

/// The fenced blocks of one kind.
fn blocks(page: &str, kind: &str) -> Vec<String> {
    let opening = format!("```{kind}\n");
    let rest = page.split(&opening).skip(1);
    rest.map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
}

/// The commands of the shell's blocks that only look into files.
fn greps(page: &str) -> Vec<String> {
    let blocks = blocks(page, "sh").concat();
    let found = blocks.lines().filter(|line| line.starts_with(['g', 'z']));
    found.map(str::to_owned).collect()
}

/// One after the other into the same log. With rotation the first minutes only measure: nothing is
/// attempted, and that is no success.
fn run_with_each(env: &[String], page: &str) -> Bot {
    let mut bot = Bot::new();
    for (text, extra) in env.iter().zip([&["--markets", "SOL"][..], &["--market-count", "9"]]) {
        bot = bot.file(".env", text);
        let checked = bot.run(&["config", "check"]);
        assert_eq!(checked.code, 0, "{text}{checked:?}");
        let mut args = vec!["run", "--for", "4s", "--seed", "7", "--log-file", "bot.log"];
        args.extend(extra);
        let done = bot.run(&args);
        let measures = text.contains("ROTATE_ENABLED=true");
        assert_eq!(done.code, i32::from(measures), "{done:?}");
        assert_eq!(done.stdout.contains("no order was attempted"), measures, "{done:?}");
    }
    assert_eq!(env.len(), 2, "{page}");
    bot
}

#[test]
fn handoff_page_is_true_of_a_run_with_its_variables() {
    let page = page();
    let bot = run_with_each(&blocks(&page, "env"), &page);
    let log = fs::read_to_string(bot.path().join("bot.log")).unwrap();
    for promised in blocks(&page, "log").concat().lines() {
        assert!(log.lines().any(|line| line.starts_with(promised)), "{promised}\n{log}");
    }
    let greps = greps(&page);
    assert!(greps.len() >= 7, "{greps:?}");
    for line in greps {
        let found =
            Command::new("sh").args(["-c", &line]).current_dir(bot.path()).output().unwrap();
        let text = String::from_utf8_lossy(&found.stdout).into_owned();
        assert!(
            found.status.success() && text.trim() != "0" && !text.is_empty(),
            "{line}: {found:?}"
        );
    }
    let report = bot.run(&["report", "--log", "bot.log"]);
    assert_eq!(report.code, 8, "a day is not covered by seconds: {report:?}");
    let [promised] = &blocks(&page, "text")[..] else { panic!("one block of report lines") };
    for line in promised.lines() {
        let end = line.find(['=', ':']).unwrap();
        let found = report.stdout.lines().any(|told| told.starts_with(&line[..=end]));
        assert!(found, "{line}\n{report:?}");
    }
}

/// What the page says about the values that are refused.
#[test]
fn handoff_page_names_what_is_refused() {
    let page = page();
    let names = [("NANSEN_API_KEY", "x"), ("SPEC_OVERRIDE_SOL_TICK", "0.00001")];
    for (name, value) in names {
        assert!(page.contains(name), "{name}");
        let bot = Bot::new().env(name, value);
        let done = bot.run(&["run", "--for", "1s", "--markets", "SOL"]);
        assert_ne!(done.code, 0, "{done:?}");
        assert!(done.stderr.contains(name), "{done:?}");
    }
}
