//! A typo in every key, in every source; wrong types; duplicates; values out of range.

use std::collections::BTreeSet;

use crate::bot::Bot;
use crate::keys::{self, Key, slips};
use crate::stage::{KEY, PATIENCE, Stage};
use crate::step::Step::Do;
use crate::step::{Scenario, idle};

pub(crate) const ROWS: &[Scenario] = &[
    idle("every key of the file misspelt", &[Do("each slip of each key", file_slips)]),
    idle("every table of the file misspelt", &[Do("each slip of each table", table_slips)]),
    idle("every variable misspelt in .env", &[Do("each slip of each name", dotenv_slips)]),
    idle(
        "every variable misspelt in the environment",
        &[Do("each slip of each name", environment_slips)],
    ),
    idle("every key misspelt in --set", &[Do("one slip of each key", set_slips)]),
    idle("one slip alone, for every key and source", &[Do("one slip, one start", single_slips)]),
    idle("a wrong type in every key", &[Do("six types", wrong_types)]),
    idle("a value out of range in every key", &[Do("beyond both ends", out_of_range)]),
    idle("every key twice", &[Do("in each file, and under two names", twice)]),
    idle("the key where it does not belong", &[Do("eight places", misplaced_secret)]),
];

/// The documented exit code of a configuration that is wrong (`EX_CONFIG`).
const CONFIG: i32 = 78;

/// One start with these sources: it must be refused with the right code.
struct Try<'s> {
    stage: &'s mut Stage,
    number: u32,
}

impl<'s> Try<'s> {
    fn new(stage: &'s mut Stage) -> Self {
        Self { stage, number: 0 }
    }

    fn keys(&self) -> Result<Vec<Key>, String> {
        keys::all(&self.stage.bot)
    }

    /// What a start with these sources says; an error if it is not refused as a wrong configuration.
    fn refused(
        &mut self,
        files: &[(&str, &str)],
        env: &[(String, String)],
        args: &[&str],
    ) -> Result<String, String> {
        self.number += 1;
        let place = self.stage.place(&format!("config-{}", self.number));
        let bot = Bot::new(place, KEY, env.to_vec());
        for (name, text) in files {
            std::fs::write(bot.dir.join(name), text).map_err(|e| e.to_string())?;
        }
        let mut words = vec!["run", "--for", "1s"];
        words.extend(args);
        let (code, said) = bot.run(&words, PATIENCE)?;
        if code != CONFIG {
            return Err(format!("exit {code}, not {CONFIG}: {files:?} {env:?} {args:?}: {said}"));
        }
        Ok(said)
    }

    /// Each of `written` must be refused by name, with the key that was meant.
    fn each_named(
        &mut self,
        said: &str,
        written: &[String],
        meant: &str,
        taken: &BTreeSet<String>,
    ) -> Result<(), String> {
        let lines: Vec<&str> = said.lines().collect();
        for word in written {
            let refusal = format!(" {word}=1: no such key");
            let Some(at) = lines.iter().position(|line| line.contains(&refusal)) else {
                return Err(format!("{word} (for {meant}) was not refused: {said}"));
            };
            let hint = lines.get(at + 1).copied().unwrap_or_default().trim();
            let named = hint.strip_prefix("hint: did you mean ").map(|h| h.trim_end_matches('?'));
            // Another key may be as near.
            let near =
                |name: &str| taken.contains(name) && strsim::damerau_levenshtein(word, name) <= 1;
            if !named.is_some_and(|name| name == meant || near(name)) {
                return Err(format!("{word}: expected {meant}, got {hint:?}"));
            }
            self.stage.cases += 1;
        }
        Ok(())
    }
}

fn paths(keys: &[Key]) -> BTreeSet<String> {
    keys.iter().map(|key| format!("{}.{}", key.table, key.name)).collect()
}

fn names(keys: &[Key]) -> BTreeSet<String> {
    keys.iter().flat_map(|key| key.env.iter().cloned()).collect()
}

fn file_slips(stage: &mut Stage) -> Result<(), String> {
    let mut attempt = Try::new(stage);
    let keys = attempt.keys()?;
    let taken = paths(&keys);
    for key in &keys {
        let in_table = keys.iter().filter(|k| k.table == key.table).map(|k| k.name.clone());
        let written = slips(&key.name, &in_table.collect());
        let lines: Vec<String> = written.iter().map(|slip| format!("{slip} = 1\n")).collect();
        let text = format!("[{}]\n{}", key.table, lines.concat());
        let said = attempt.refused(&[("mm-bot.toml", &text)], &[], &[])?;
        let full: Vec<String> = written.iter().map(|s| format!("{}.{s}", key.table)).collect();
        attempt.each_named(&said, &full, &format!("{}.{}", key.table, key.name), &taken)?;
    }
    Ok(())
}

fn table_slips(stage: &mut Stage) -> Result<(), String> {
    let mut attempt = Try::new(stage);
    let keys = attempt.keys()?;
    let taken = paths(&keys);
    let tables: BTreeSet<String> = keys.iter().map(|key| key.table.clone()).collect();
    for table in &tables {
        let key = keys.iter().find(|key| key.table == *table).ok_or("a table without a key")?;
        for slip in slips(table, &tables) {
            let text = format!("[{slip}]\n{} = 1\n", key.name);
            let said = attempt.refused(&[("mm-bot.toml", &text)], &[], &[])?;
            let (written, meant) =
                (format!("{slip}.{}", key.name), format!("{table}.{}", key.name));
            attempt.each_named(&said, &[written], &meant, &taken)?;
        }
    }
    Ok(())
}

fn dotenv_slips(stage: &mut Stage) -> Result<(), String> {
    let mut attempt = Try::new(stage);
    let keys = attempt.keys()?;
    let taken = names(&keys);
    for name in &taken {
        let written = slips(name, &taken);
        let lines: Vec<String> = written.iter().map(|slip| format!("{slip}=1\n")).collect();
        let said = attempt.refused(&[(".env", &lines.concat())], &[], &[])?;
        attempt.each_named(&said, &written, name, &taken)?;
    }
    Ok(())
}

fn environment_slips(stage: &mut Stage) -> Result<(), String> {
    let mut attempt = Try::new(stage);
    let keys = attempt.keys()?;
    let taken = names(&keys);
    for name in &taken {
        let written = slips(name, &taken);
        let env: Vec<(String, String)> =
            written.iter().map(|slip| (slip.clone(), "1".to_owned())).collect();
        let said = attempt.refused(&[], &env, &[])?;
        attempt.each_named(&said, &written, name, &taken)?;
    }
    Ok(())
}

fn set_slips(stage: &mut Stage) -> Result<(), String> {
    let mut attempt = Try::new(stage);
    let keys = attempt.keys()?;
    let taken = paths(&keys);
    for path in &taken {
        let Some(slip) = slips(path, &taken).into_iter().last() else { continue };
        let said = attempt.refused(&[], &[], &["--set", &format!("{slip}=1")])?;
        attempt.each_named(&said, &[slip], path, &taken)?;
    }
    Ok(())
}

/// All slips of a key at once could hide that one alone is let through.
fn single_slips(stage: &mut Stage) -> Result<(), String> {
    let mut attempt = Try::new(stage);
    let keys = attempt.keys()?;
    let taken = names(&keys);
    for key in &keys {
        let path = format!("{}.{}", key.table, key.name);
        let in_table = keys.iter().filter(|k| k.table == key.table).map(|k| k.name.clone());
        if let Some(slip) = slips(&key.name, &in_table.collect()).first() {
            let text = format!("[{}]\n{slip} = 1\n", key.table);
            let said = attempt.refused(&[("mm-bot.toml", &text)], &[], &[])?;
            let written = format!("{}.{slip}", key.table);
            attempt.each_named(&said, &[written], &path, &paths(&keys))?;
        }
        for name in &key.env {
            let Some(slip) = slips(name, &taken).into_iter().last() else { continue };
            let said = attempt.refused(&[(".env", &format!("{slip}=1\n"))], &[], &[])?;
            attempt.each_named(&said, std::slice::from_ref(&slip), name, &taken)?;
            let said = attempt.refused(&[], &[(slip.clone(), "1".to_owned())], &[])?;
            attempt.each_named(&said, &[slip], name, &taken)?;
        }
    }
    Ok(())
}

/// What no key is.
const WRONG: &[&str] =
    &["{ a = 1 }", "[[1]]", "2025-01-01", "0x1F", "[{ a = 1 }]", "1979-05-27T07:32:00Z"];

fn wrong_types(stage: &mut Stage) -> Result<(), String> {
    let mut attempt = Try::new(stage);
    for key in attempt.keys()? {
        for wrong in WRONG {
            let text = format!("[{}]\n{} = {wrong}\n", key.table, key.name);
            let said = attempt.refused(&[("mm-bot.toml", &text)], &[], &[])?;
            let path = format!("{}.{}", key.table, key.name);
            if !said.contains("mm-bot.toml:2") || !said.contains(&path) {
                return Err(format!("{path} = {wrong}: line and key are not named: {said}"));
            }
            attempt.stage.cases += 1;
        }
    }
    Ok(())
}

/// Values just beyond what the example file says, and text that is no value of the kind.
fn beyond(key: &Key) -> Vec<String> {
    let mut values: Vec<String> = Vec::new();
    if let Some((min, max)) = key.range.split_once(" to ")
        && let (Ok(min), Ok(max)) = (min.parse::<u64>(), max.parse::<u64>())
    {
        values.extend([
            format!("{}", max + 1),
            "-1".to_owned(),
            "NaN".to_owned(),
            "1e3".to_owned(),
        ]);
        values.extend(min.checked_sub(1).map(|below| below.to_string()));
        values.push(format!("{max}00000000000000000000"));
    } else if key.range.contains("hexadecimal") {
        values.extend(["0x12".to_owned(), "zzz".to_owned(), format!("0x{}", "g".repeat(40))]);
    } else if key.range.starts_with("http") {
        values.extend(["ftp://x".to_owned(), "127.0.0.1".to_owned(), "http://x/path".to_owned()]);
    } else if key.range.contains("coin") {
        values.extend(["BTC,BTC".to_owned(), "BTC,".to_owned(), "B TC".to_owned()]);
    } else if !key.range.contains("path") {
        // A closed list of words.
        values.extend(["zzz".to_owned(), "TRUEE".to_owned(), "a b".to_owned()]);
    }
    values
}

fn out_of_range(stage: &mut Stage) -> Result<(), String> {
    let mut attempt = Try::new(stage);
    for key in attempt.keys()? {
        for value in beyond(&key) {
            let text = format!("[{}]\n{} = {value:?}\n", key.table, key.name);
            let said = attempt.refused(&[("mm-bot.toml", &text)], &[], &[])?;
            if !said.contains(&format!("{}.{}", key.table, key.name)) {
                return Err(format!("{}: the key is not named: {said}", key.name));
            }
            attempt.stage.cases += 1;
            for name in &key.env {
                let said = attempt.refused(&[], &[(name.clone(), value.clone())], &[])?;
                if !said.contains(name.as_str()) {
                    return Err(format!("{name}: the name is not named: {said}"));
                }
                attempt.stage.cases += 1;
            }
        }
    }
    Ok(())
}

fn twice(stage: &mut Stage) -> Result<(), String> {
    let mut attempt = Try::new(stage);
    for key in attempt.keys()? {
        let Key { table, name, value, env, .. } = &key;
        let text = format!("[{table}]\n{name} = {value}\n{name} = {value}\n");
        let said = attempt.refused(&[("mm-bot.toml", &text)], &[], &[])?;
        if !said.contains("mm-bot.toml:3") {
            return Err(format!("{table}.{name} twice: the line is not named: {said}"));
        }
        attempt.stage.cases += 1;
        let plain = value.trim_matches(|c| c == '"' || c == '[' || c == ']').replace("\", \"", ",");
        let plain = plain.replace(", ", ",").replace('"', "");
        // Under one name twice, and under two names once each.
        for (first, second) in env.iter().zip(env).chain(env.iter().zip(env.iter().skip(1))) {
            let text = format!("{first}={plain}\n{second}={plain}\n");
            let said = attempt.refused(&[(".env", &text)], &[], &[])?;
            if !said.contains(".env:2") {
                return Err(format!("{first} and {second}: the line is not named: {said}"));
            }
            attempt.stage.cases += 1;
        }
    }
    Ok(())
}

fn misplaced_secret(stage: &mut Stage) -> Result<(), String> {
    let mut attempt = Try::new(stage);
    let var = |name: &str| [(name.to_owned(), format!("0x{KEY}"))];
    let dotenv = format!("PRIVATE_KEY=0x{KEY}\nLEVERAGE={KEY}\n");
    let toml = format!("[venue]\nagent_key = \"0x{KEY}\"\naccount = \"{KEY}\"\n");
    let said = [
        attempt.refused(&[], &var("PRIVATE_KEY"), &[])?,
        attempt.refused(&[], &var("HL_PRIVATE_KEY"), &[])?,
        attempt.refused(&[], &var("HL_AGENT_KEY"), &[])?,
        attempt.refused(&[], &var("HL_ACCOUNT"), &[])?,
        attempt.refused(&[], &var("MAKER_SPREAD_BPS"), &[])?,
        attempt.refused(&[(".env", &dotenv)], &[], &[])?,
        attempt.refused(&[("mm-bot.toml", &toml)], &[], &[])?,
        attempt.refused(&[], &[], &["--set", &format!("risk.leverage={KEY}")])?,
    ];
    attempt.stage.cases += 8;
    // The files of this scenario hold the key on purpose; what was said must not.
    for place in 1..=attempt.number {
        let dir = attempt.stage.place(&format!("config-{place}"));
        for name in ["mm-bot.toml", ".env"] {
            std::fs::remove_file(dir.join(name)).ok();
        }
    }
    match said.iter().find(|text| text.contains(&KEY[..12])) {
        Some(text) => Err(format!("the key was shown: {text}")),
        None => Ok(()),
    }
}
