//! `mm-bot report --from journal`: a run, and what its journal says of orders and money.

use serde_json::Value;

use crate::bot::{Bot, Done};

/// A run of some seconds that trades, with its journal.
fn ran(seconds: u64) -> (Bot, Value) {
    let config = "[state]\ndir = \"state\"\n[quote]\nspread_bps = 1\n[log]\nalive_sec = 1\n";
    let bot = Bot::new().file("mm-bot.toml", config);
    let length = format!("{seconds}s");
    let done =
        bot.run(&["run", "--for", &length, "--seed", "7", "--json", "--log-file", "bot.log"]);
    assert_eq!(done.code, 0, "{done:?}");
    let summary = done.json();
    (bot, summary)
}

fn report(bot: &Bot, args: &[&str]) -> Done {
    let mut all = vec!["report", "--from", "journal", "--since", "all"];
    all.extend(args);
    bot.run(&all)
}

#[test]
fn a_report_from_the_journal_accounts_for_every_unit_and_counts_as_the_run_and_its_log_do() {
    let (bot, summary) = ran(12);
    let done = report(&bot, &["--json"]);
    assert_eq!(done.code, 0, "{done:?}");
    let found = done.json();
    let (total, profit) = (&summary["total"], &found["profit"]);
    assert!(total["maker_fills"].as_u64().unwrap() > 0, "nobody traded with it: {summary}");
    for (key, theirs) in
        [("attempts", "attempts"), ("accepted", "accepted"), ("never_sent", "never_sent")]
            .into_iter()
            .chain([("not_placed", "not_found"), ("rejected", "rejected")])
            .chain([("maker_fills", "maker_fills"), ("taker_fills", "taker_fills")])
    {
        assert_eq!(found["total"][key], total[theirs], "{key}");
    }
    // Between the venue's first and last document of the account, to the unit.
    assert_eq!(profit["reconciles"], true, "{profit}");
    assert_eq!((&profit["difference"], &profit["waiting"]), (&"0".into(), &0.into()));
    assert!(profit["documents"].as_u64().unwrap() >= 2);
    // And with what the exchange itself says of the account.
    let exchange = &summary["exchange"];
    assert_eq!(profit["total"]["maker_fills"], exchange["maker_fills"]);
    assert_eq!(profit["total"]["fees"], exchange["fees"]);
    assert_eq!(profit["total"]["volume"], total["volume"]);
    // The log of the same run counts the same.
    let log = bot.run(&["report", "--since", "all", "--log", "bot.log", "--json"]).json();
    assert_eq!(log["total"], found["total"]);
    for event in ["quant_evt=attempt", "quant_evt=submit", "fill_evt=maker", "cancel_evt=ok"] {
        assert_eq!(log["events"][event], found["events"][event], "{event}");
    }
    // As text, the old system's lines come first.
    let text = report(&bot, &[]);
    assert!(text.stdout.starts_with("E_TICK_total_all=0\nE_TICK_by_pair_all: "), "{text:?}");
    let line = format!("profit={} ", profit["total"]["profit"].as_str().unwrap());
    assert!(text.stdout.contains(&line) && text.stdout.contains(" difference=0\n"), "{text:?}");
    // A day of which twelve seconds are covered is no evidence.
    let day = bot.run(&["report", "--from", "journal"]);
    assert_eq!(day.code, 8, "{day:?}");
    assert!(day.stdout.contains("\ndoubt_last_24h: less than 99 %"), "{day:?}");
    page(&bot, &found);
    damaged(&bot);
}

/// The page has every number of the JSON, asks for nothing, and is well-formed.
fn page(bot: &Bot, json: &Value) {
    let done = report(bot, &["--html", "day.html"]);
    assert_eq!((done.code, done.stdout.as_str()), (0, "wrote day.html\n"), "{done:?}");
    let html = std::fs::read_to_string(bot.path().join("day.html")).unwrap();
    assert_eq!(report(bot, &["--html", "-"]).stdout, html);
    for outside in ["http:", "https:", "src=", "href=", "url(", "@import", "<link", "<img"] {
        assert!(!html.contains(outside), "{outside}");
    }
    assert!(html.contains("prefers-color-scheme:dark") && html.contains("width=device-width"));
    well_formed(&html);
    let data = html.split("id=\"report\">").nth(1).unwrap().split("</script>").next().unwrap();
    let data: Value = serde_json::from_str(data).unwrap();
    assert_eq!(&data, json, "the page's numbers are those of --json");
    for (name, market) in json["profit"]["markets"].as_object().unwrap() {
        let row = html.split(&format!("<td data-l=\"\">{name}</td>")).nth(1).unwrap();
        let row = row.split("</tr>").next().unwrap();
        for key in ["profit", "spread", "inventory", "fees", "rebates", "funding", "volume"] {
            let cell =
                format!("<td data-l=\"{key}\">{}</td>", market["total"][key].as_str().unwrap());
            assert!(row.contains(&cell), "{name}: {cell} in {row}");
        }
    }
    for plot in ["Account value", "Quotes and trades around the mid", "Mid price", "Inventory"] {
        assert!(html.contains(&format!("aria-label=\"{plot}\"")), "{plot}");
    }
    assert!(html.contains("Refusals by class") && html.contains("<h2>Latency</h2>"));
    assert!(html.len() < 2_000_000, "{}", html.len());
}

/// Every element is closed, in the order in which it was opened.
pub(crate) fn well_formed(html: &str) {
    let mut open: Vec<&str> = Vec::new();
    let body = html.split("<script").next().unwrap();
    for tag in body.split('<').skip(2) {
        let (tag, _) = tag.split_once('>').expect("a tag ends");
        let name = tag.split([' ', '/']).find(|word| !word.is_empty()).unwrap_or_default();
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name), "{tag}");
        } else if !tag.ends_with('/') && name != "meta" {
            open.push(name);
        }
    }
    assert_eq!(open, ["html", "body"], "what the rest closes");
}

/// A journal that lacks a piece is read as far as it goes, and is no evidence.
fn damaged(bot: &Bot) {
    let state = std::fs::read_dir(bot.path().join("state")).unwrap();
    let mut dirs = state.map(|entry| entry.unwrap().path());
    let dir = dirs.find(|path| path.to_string_lossy().ends_with(".decisions")).unwrap();
    let file = std::fs::read_dir(&dir).unwrap().next().unwrap().unwrap().path();
    let bytes = std::fs::read(&file).unwrap();
    std::fs::write(&file, &bytes[..bytes.len() * 2 / 3]).unwrap();
    let done = report(bot, &["--journal", dir.to_str().unwrap()]);
    assert_eq!(done.code, 8, "{done:?}");
    assert!(done.stdout.contains("doubt_all: journal "), "{done:?}");
    let nothing = bot.run(&["report", "--from", "journal", "--journal", "nowhere"]);
    assert_ne!(nothing.code, 0, "{nothing:?}");
    assert!(nothing.stderr.contains("hint:") || nothing.stderr.contains("nowhere"), "{nothing:?}");
}
