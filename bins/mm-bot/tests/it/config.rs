//! Nothing that is written in a configuration is ignored.

use std::collections::BTreeMap;

use crate::bot::Bot;

const EXAMPLE: &str = include_str!("../../mm-bot.example.toml");

/// Effective values by key, without their origins.
fn values(bot: &Bot) -> BTreeMap<String, String> {
    rows(bot).into_iter().map(|(key, row)| (key, row["value"].as_str().unwrap().into())).collect()
}

fn rows(bot: &Bot) -> BTreeMap<String, serde_json::Value> {
    let done = bot.run(&["config", "show", "--json"]);
    assert_eq!(done.code, 0, "{done:?}");
    serde_json::from_value(done.json()).unwrap()
}

/// Every key with its name in the environment, `-` where it has none.
fn keys() -> Vec<(String, String)> {
    let rows = rows(&Bot::new()).into_iter();
    rows.map(|(key, row)| (key, row["environment"].as_str().unwrap().to_owned())).collect()
}

/// `name` with one letter left out, doubled, or swapped with the next, at a few places.
fn slips(name: &str) -> Vec<String> {
    let letters: Vec<char> = name.chars().collect();
    let mut all = Vec::new();
    for at in (0..letters.len() - 1).step_by(3) {
        let mut out = letters.clone();
        out.remove(at);
        all.push(out);
        let mut twice = letters.clone();
        twice.insert(at, letters[at]);
        all.push(twice);
        let mut swapped = letters.clone();
        swapped.swap(at, at + 1);
        all.push(swapped);
    }
    let mut all: Vec<String> = all.into_iter().map(|l| l.into_iter().collect()).collect();
    all.retain(|slip| slip != name);
    all
}

#[test]
fn the_example_file_is_the_generated_one_and_equals_the_defaults() {
    let done = Bot::new().run(&["config", "show", "--example"]);
    assert_eq!(done.stdout, EXAMPLE, "write it with `mm-bot config show --example`");
    let with = Bot::new().file("mm-bot.toml", EXAMPLE);
    assert_eq!(values(&with), values(&Bot::new()));
    // Every key is written in it: none of the values is a default any more.
    for (key, row) in rows(&with) {
        assert!(row["origin"].as_str().unwrap().starts_with("mm-bot.toml:"), "{key}");
    }
}

#[test]
fn every_key_of_the_file_misspelt_by_one_letter_is_refused_with_its_line() {
    for (key, _) in keys() {
        let (table, name) = key.split_once('.').unwrap();
        for slip in slips(name) {
            let bot = Bot::new().file("mm-bot.toml", &format!("\n[{table}]\n{slip} = \"1\"\n"));
            let done = bot.run(&["config", "check"]);
            assert_eq!(done.code, 78, "{table}.{slip}: {done:?}");
            let place = format!("mm-bot.toml:3: {table}.{slip}=1: no such key\n  hint: ");
            assert!(done.stderr.starts_with(&place), "{done:?}");
        }
    }
}

#[test]
fn every_name_of_the_dotenv_file_misspelt_by_one_letter_is_refused_with_its_line() {
    for (_, name) in keys().into_iter().filter(|(_, name)| name != "-") {
        for slip in slips(&name) {
            let bot = Bot::new().file(".env", &format!("# a comment\n\n{slip}=1\n"));
            let done = bot.run(&["config", "check"]);
            assert_eq!(done.code, 78, "{slip}: {done:?}");
            let place = format!(".env:3: {slip}=1: no such key\n  hint: ");
            assert!(done.stderr.starts_with(&place), "{done:?}");
        }
    }
}

#[test]
fn the_nearest_key_is_named() {
    let done = Bot::new().env("MAKER_SPREAD_BSP", "4").run(&["config", "check"]);
    assert_eq!(
        done.stderr,
        "environment: MAKER_SPREAD_BSP=4: no such key\n  hint: did you mean MAKER_SPREAD_BPS?\n"
    );
    let bot = Bot::new().file("mm-bot.toml", "MAKER_SPREAD_BPS = 4\n");
    let done = bot.run(&["config", "check"]);
    assert!(done.stderr.ends_with("hint: did you mean quote.spread_bps?\n"), "{done:?}");
}

#[test]
fn numbers_that_are_none_negative_or_huge_are_refused_by_every_key_that_holds_one() {
    let text_keys = ["venue", "live"];
    let mut checked = 0;
    for (key, name) in keys() {
        let table = key.split('.').next().unwrap();
        if text_keys.contains(&table) || name == "-" {
            continue;
        }
        for bad in ["NaN", "inf", "-1", "1e3", "+1", "0x10", "99999999999999999999", ""] {
            let lists = ["rotate.allow", "rotate.deny", "rotate.pinned", "rotate.never"];
            if lists.contains(&key.as_str()) && bad != "+1" {
                continue; // Nobody is an answer too.
            }
            if key.starts_with("rotate.w_") && bad == "-1" {
                continue; // A weight may be negative.
            }
            if key == "quote.pairs" && !bad.is_empty() && !bad.contains(['-', '+']) {
                continue; // NaN is a fine name for a coin, as far as anybody knows here.
            }
            let may_be_nothing = [
                "dashboard.listen",
                "messages.chat_id",
                "metrics.listen",
                "signals.push_listen",
                "signals.url",
                "signals.nansen_url",
                "signals.pinned",
            ];
            if may_be_nothing.contains(&key.as_str()) && bad.is_empty() {
                continue; // Nowhere and nobody are answers.
            }
            if key == "messages.chat_id" && bad.trim_start_matches('-').parse::<u128>().is_ok() {
                continue; // Chats have numbers.
            }
            let is_path = ["state.dir", "journal.dir", "log.file"].contains(&key.as_str())
                || key == "signals.file"
                || key.ends_with("_file");
            if is_path || (key == "quote.pairs" && bad == "-1") {
                continue;
            }
            let done = Bot::new().env(&name, bad).run(&["config", "check"]);
            assert_eq!(done.code, 78, "{name}={bad}: {done:?}");
            let place = format!("environment: {name}={bad}: ");
            assert!(done.stderr.starts_with(&place), "{done:?}");
            checked += 1;
        }
    }
    assert!(checked > 100, "{checked}");
}

#[test]
fn later_sources_override_earlier_ones_and_each_value_knows_its_origin() {
    let bot = Bot::new()
        .file("mm-bot.toml", "[quote]\nspread_bps = 7\nskew_bps = 8\nbase_order_usd = 200\n")
        .file(".env", "MAKER_SPREAD_BPS=9\nSKEW_BPS=11\n")
        .env("SKEW_BPS", "12");
    let done = bot.run(&["config", "show", "--json", "--set", "risk.leverage=3"]);
    let json = done.json();
    let row = |key: &str| (json[key]["value"].clone(), json[key]["origin"].clone());
    assert_eq!(row("quote.base_order_usd"), ("200".into(), "mm-bot.toml:4".into()));
    assert_eq!(row("quote.spread_bps"), ("9".into(), ".env:1".into()));
    assert_eq!(row("quote.skew_bps"), ("12".into(), "environment".into()));
    assert_eq!(row("risk.leverage"), ("3".into(), "--set risk.leverage".into()));
    assert_eq!(row("quote.pairs").1, "default");
}

#[test]
fn a_key_given_twice_in_one_source_is_refused_with_both_places() {
    let cases = [
        ("mm-bot.toml", "[quote]\nspread_bps = 1\nspread_bps = 2\n", "mm-bot.toml:3: "),
        (".env", "LEVERAGE=1\nLEVERAGE=1\n", ".env:2: LEVERAGE=1: already set on line 1"),
        (
            ".env",
            "INTERVAL_SEC=5\nMM_INTERVAL_SEC=5\n",
            ".env:2: MM_INTERVAL_SEC=5: already set as INTERVAL_SEC (.env:1)",
        ),
    ];
    for (file, text, expected) in cases {
        let done = Bot::new().file(file, text).run(&["config", "check"]);
        assert_eq!(done.code, 78);
        assert!(done.stderr.starts_with(expected), "{done:?}");
    }
}

/// What the handoff of the previous system tells the operator to append to `.env`.
const HANDOFF: &str = "
# Auto-rotation
ROTATE_ENABLED=true
ROTATE_EVERY_MIN=240          # 4 hours
ROTATE_TOP_N=3
ROTATE_REQUIRE_NANSEN=false

# Scoring weights
ROTATE_W_VOL=1.0
ROTATE_W_SPREAD=-0.6
ROTATE_W_DEPTH=0.4
ROTATE_W_FEES=-0.4
ROTATE_W_NANSEN=0.5

# Filters
ROTATE_MIN_DEPTH_USD=2000
ROTATE_MAX_SPREAD_BPS=40
";

#[test]
fn the_handoffs_block_is_read_line_by_line_as_its_author_meant() {
    let done = Bot::new().file(".env", HANDOFF).run(&["config", "check"]);
    assert_eq!(done.code, 0, "{done:?}");
    let json = Bot::new().file(".env", HANDOFF).run(&["config", "show", "--json"]).json();
    for (key, value, origin) in [
        ("enabled", "true", ".env:3"),
        ("every_min", "240", ".env:4"),
        ("w_spread", "-0.6", ".env:10"),
        ("max_spread_bps", "40", ".env:17"),
    ] {
        let entry = &json[format!("rotate.{key}")];
        assert_eq!((&entry["value"], &entry["origin"]), (&value.into(), &origin.into()), "{key}");
    }
}

#[test]
fn rotation_that_could_never_choose_anything_is_refused() {
    let cases: &[(&[(&str, &str)], &str)] = &[
        (&[("ROTATE_PINNED", "BTC,SOL"), ("ROTATE_TOP_N", "1")], "more than top_n, which is 1"),
        (&[("ROTATE_PINNED", "BTC"), ("ROTATE_DENY", "BTC")], "BTC is pinned and excluded"),
        (&[("ROTATE_W_VOL", "NaN")], "must be a plain decimal from -100 to 100"),
        (&[("ROTATE_W_VOL", "")], "must be a plain decimal"),
    ];
    for (env, why) in cases {
        let mut bot = Bot::new();
        for (name, value) in *env {
            bot = bot.env(name, value);
        }
        let done = bot.run(&["config", "check"]);
        assert_eq!(done.code, 78, "{env:?}");
        assert!(done.stderr.contains(why), "{env:?}: {}", done.stderr);
    }
}

#[test]
fn the_production_settings_of_the_previous_system_are_understood() {
    let env = "BASE_ORDER_USD=80\nMIN_NOTIONAL_USD=10\nMAKER_SPREAD_BPS=110\nACTIVE_LAYERS=1\n\
               SPEC_OVERRIDE_SOL_TICK=0.01\nSPEC_OVERRIDE_SOL_LOT=0.1\nENABLE_POST_ONLY=true\n";
    let json = Bot::new().file(".env", env).run(&["config", "show", "--json"]).json();
    assert_eq!(json["quote.spread_bps"]["value"], "110");
    assert_eq!(json["override.SOL.tick"]["value"], "0.01");
    assert_eq!(json["override.SOL.lot"]["origin"], ".env:6");
    let done = Bot::new().env("ENABLE_POST_ONLY", "false").run(&["config", "check"]);
    assert_eq!(done.code, 78);
    assert!(done.stderr.contains("this bot only makes"), "{done:?}");
}

#[test]
fn values_that_are_fine_alone_and_wrong_together_are_refused() {
    let cases: &[(&[(&str, &str)], &str)] = &[
        (&[("ACTIVE_LAYERS", "6")], "above num_layers"),
        (&[("NUM_LAYERS", "3")], "has 5 values; num_layers is 3"),
        (&[("LAYER_OFFSETS_BPS", "5,10,9,35,60")], "must be ascending"),
        (&[("LAYER_CAPITAL_PCT", "25,30,25,15,4")], "must add up to 100"),
        (&[("LAYER_OFFSETS_BPS", "20,30,45,65,90")], "the first layer must be at spread_bps"),
        (&[("ACTIVE_LAYERS", "3"), ("MAKER_SPREAD_BPS", "40")], "the first layer must be at"),
        (&[("ACTIVE_LAYERS", "5")], "below min_notional_usd"),
        (&[("MAX_POSITION_USD", "100")], "below base_order_usd"),
        (&[("AS_GAMMA", "0")], "must be above 0"),
        (&[("GLFT_GAMMA", "0")], "must be above 0"),
        (&[("MM_SIGMA_FLOOR_BPS", "0")], "must be above 0"),
        (&[("MM_COLLAR_ORACLE_BPS", "0")], "must be above 0"),
        (&[("MM_MODEL", "glft"), ("MM_MAX_DISTANCE_BPS", "4.99")], "below spread_bps"),
        (&[("MM_ARRIVAL_RATE", "1")], "is needed with arrival_rate"),
        (&[("MM_ARRIVAL_REACH_BPS", "1")], "is needed with arrival_reach_bps"),
        (&[("MM_SIGMA_WARM_SEC", "301")], "above the half-life"),
        (&[("MM_ARRIVAL_WARM_SEC", "601")], "above the half-life"),
        (&[("MM_LOSS_WIDEN_PCT", "81")], "above loss_one_sided_pct, which is 80"),
        (&[("MM_MAX_REJECTS_MARKET", "21")], "above max_rejects_account, which is 20"),
        (&[("MM_MAX_REJECTS_HALT", "19")], "above max_rejects_halt, which is 19"),
        (&[("MM_MARKOUT_WIDEN_BPS", "21")], "above markout_stop_bps, which is 20"),
        (&[("MAKER_SPREAD_BPS", "0")], "must be above 0"),
        (&[("MM_DEAD_MAN_SEC", "5")], "must be 0 or at least 15"),
        (&[("HL_VENUE", "testnet")], "is needed to trade anywhere but on the embedded"),
    ];
    for (env, expected) in cases {
        let bot = env.iter().fold(Bot::new(), |bot, (name, value)| bot.env(name, value));
        let done = bot.run(&["config", "check"]);
        assert_eq!(done.code, 78, "{env:?}");
        assert!(done.stderr.contains(expected), "{env:?}: {done:?}");
    }
}

#[test]
fn the_retry_guard_and_the_daily_loss_are_keys_with_the_old_systems_names() {
    let json = Bot::new().run(&["config", "show", "--json"]).json();
    let row = |key: &str| (json[key]["environment"].clone(), json[key]["value"].clone());
    assert_eq!(row("guard.enabled"), ("RETRY_GUARD_ENABLED".into(), "true".into()));
    assert_eq!(row("guard.max_retries"), ("RETRY_GUARD_MAX_RETRIES".into(), "1".into()));
    assert_eq!(row("guard.spec_ttl_ms"), ("RETRY_GUARD_SPEC_TTL_MS".into(), "60000".into()));
    assert_eq!(row("risk.max_daily_loss_usd"), ("MAX_DAILY_LOSS_USD".into(), "400".into()));
    // The old system read anything but the exact text `false` as true.
    for bad in ["0", "no", "False", "off"] {
        let done = Bot::new().env("RETRY_GUARD_ENABLED", bad).run(&["config", "check"]);
        assert_eq!(done.code, 78, "{bad}");
        assert!(done.stderr.contains("must be true or false"), "{done:?}");
    }
    let done = Bot::new().env("RETRY_GUARD_MAX_RETRIES", "2").run(&["config", "check"]);
    assert!(done.stderr.contains("must be a whole number from 0 to 1"), "{done:?}");
}

/// The names that a market's table may hold: those of the example that it accepts.
fn market_names() -> Vec<String> {
    let all = keys().into_iter().map(|(key, _)| key.split_once('.').unwrap().1.to_owned());
    let names: Vec<String> = all
        .filter(|name| {
            let text = format!("[market.SOL]\n{name} = \"\"\n");
            let done = Bot::new().file("mm-bot.toml", &text).run(&["config", "check"]);
            !done.stderr.contains("one for all markets")
        })
        .collect();
    assert!(names.len() > 30, "{names:?}");
    names
}

#[test]
fn every_name_of_a_markets_table_misspelt_by_one_letter_is_refused_with_its_line() {
    for name in market_names() {
        for slip in slips(&name) {
            let text = format!("\n[market.SOL]\n{slip} = \"1\"\n");
            let done = Bot::new().file("mm-bot.toml", &text).run(&["config", "check"]);
            assert_eq!(done.code, 78, "{slip}: {done:?}");
            let place = format!("mm-bot.toml:3: market.SOL.{slip}=1: no such key\n  hint: ");
            assert!(done.stderr.starts_with(&place), "{done:?}");
        }
        for bad in ["NaN", "inf", "-1", "1e3", "99999999999999999999"] {
            let text = format!("[market.SOL]\n{name} = \"{bad}\"\n");
            let done = Bot::new().file("mm-bot.toml", &text).run(&["config", "check"]);
            assert_eq!(done.code, 78, "{name}={bad}: {done:?}");
            let place = format!("mm-bot.toml:2: market.SOL.{name}={bad}: ");
            assert!(done.stderr.starts_with(&place), "{done:?}");
        }
    }
}

#[test]
fn a_markets_table_is_checked_like_everything_else() {
    let cases = [
        (
            "[market.SOL]\nspred_bps = 7\n",
            "mm-bot.toml:2: market.SOL.spred_bps=7: no such key\n  \
          hint: did you mean market.SOL.spread_bps?\n",
        ),
        (
            "[market.SOL]\nMAKER_SPREAD_BPS = 7\n",
            "mm-bot.toml:2: market.SOL.MAKER_SPREAD_BPS=7: \
          no such key\n  hint: did you mean market.SOL.spread_bps?\n",
        ),
        (
            "[market.SOL]\nmax_gross_usd = 7\n",
            "mm-bot.toml:2: market.SOL.max_gross_usd=7: is one \
          for all markets\n  hint: write it as risk.max_gross_usd\n",
        ),
        ("[market.SOL]\nspread_bps = 7\n\n[market.SOL]\nspread_bps = 8\n", "mm-bot.toml:4: "),
        ("[market.SOL]\nspread_bps = 7\nspread_bps = 8\n", "mm-bot.toml:3: "),
        ("[market.SOL]\nspread_bps = 0\n", "mm-bot.toml:2: market.SOL.spread_bps=0: must be above"),
        (
            "[market.\"S L\"]\nspread_bps = 7\n",
            "mm-bot.toml:2: market.S L.spread_bps=7: \"S L\" is \
          not a coin name",
        ),
        ("[market]\nspread_bps = 7\n", "mm-bot.toml:2: market.spread_bps=7: no such key"),
        // Fine alone, and wrong with what holds for all.
        (
            "[market.SOL]\nbase_order_usd = 701\n",
            "default: risk.max_position_usd=700: below \
          base_order_usd: one fill of each layer would break the limit (with the values of \
          [market.SOL])",
        ),
        (
            "[market.SOL]\nmodel = \"glft\"\nmax_distance_bps = 4\n",
            "mm-bot.toml:3: \
          market.SOL.max_distance_bps=4: below spread_bps",
        ),
    ];
    for (text, expected) in cases {
        let done = Bot::new().file("mm-bot.toml", text).run(&["config", "check"]);
        assert_eq!(done.code, 78, "{text}: {done:?}");
        assert!(done.stderr.starts_with(expected), "{text}: {done:?}");
    }
    let set = ["config", "check", "--set", "market.SOL.spread_bps=x"];
    let done = Bot::new().run(&set);
    assert!(done.stderr.starts_with("--set market.SOL.spread_bps: "), "{done:?}");
}

#[test]
fn a_markets_own_values_are_shown_with_their_origin() {
    let text = "[quote]\nspread_bps = 6\n[market.kPEPE]\nspread_bps = 9\nleverage = 2\n";
    let bot = Bot::new().file("mm-bot.toml", text);
    let set = ["config", "show", "--json", "--set", "market.kPEPE.leverage=3"];
    let json = bot.run(&set).json();
    let row = |key: &str| (json[key]["value"].clone(), json[key]["origin"].clone());
    assert_eq!(row("quote.spread_bps"), ("6".into(), "mm-bot.toml:2".into()));
    assert_eq!(row("market.kPEPE.spread_bps"), ("9".into(), "mm-bot.toml:4".into()));
    let flag = "--set market.kPEPE.leverage";
    assert_eq!(row("market.kPEPE.leverage"), ("3".into(), flag.into()));
    let done = bot.run(&["config", "check"]);
    assert!(done.stdout.contains(", 2 for one market, "), "{done:?}");
}

#[test]
fn mainnet_wants_the_account_typed_in_the_file() {
    let account = "0x14791697260e4c9a71f18484c9f997b308e59325";
    let base =
        format!("[venue]\nname = \"mainnet\"\naccount = \"{account}\"\nagent_key_file = \"key\"\n");
    let done = Bot::new().file("mm-bot.toml", &base).run(&["config", "check"]);
    assert_eq!(done.code, 78);
    assert!(done.stderr.contains("mainnet trades real money"), "{done:?}");
    let set = format!("live.confirm={account}");
    let done = Bot::new().file("mm-bot.toml", &base).run(&["config", "check", "--set", &set]);
    assert_eq!(done.code, 78, "a flag is not a file: {done:?}");
    let confirmed = format!("{base}[live]\nconfirm = \"{account}\"\n");
    let done = Bot::new().file("mm-bot.toml", &confirmed).run(&["config", "check"]);
    assert_eq!(done.code, 0, "{done:?}");
}

#[test]
fn a_key_in_the_wrong_place_is_refused_and_not_echoed() {
    let canary = "c0ffee11".repeat(8);
    let toml = format!("[venue]\nagent_key = \"0x{canary}\"\naccount = \"{canary}\"\n");
    let bots = [
        Bot::new().env("PRIVATE_KEY", &canary),
        Bot::new().env("HL_AGENT_KEY", &canary),
        Bot::new().env("HL_ACCOUNT", &canary),
        Bot::new().file(".env", &format!("PRIVATE_KEY=0x{canary}\nLEVERAGE=0x{canary}\n")),
        Bot::new().file(".env", &format!("HL_ACCOUNT={canary} {canary}\n{canary}\n")),
        Bot::new().file("mm-bot.toml", &toml),
        Bot::new().file("mm-bot.toml", &format!("x = {canary}\n")),
    ];
    for bot in bots {
        for args in [&["config", "check"][..], &["config", "show"], &["specs"], &["run"]] {
            let done = bot.run(args);
            assert_eq!(done.code, 78, "{done:?}");
            let all = format!("{}{}", done.stdout, done.stderr);
            assert!(!all.contains("c0ffee11"), "{all}");
        }
    }
}

#[test]
fn files_that_cannot_be_read_are_named() {
    for args in [["--config", "none.toml"], ["--env-file", "none.env"]] {
        let done = Bot::new().run(&["config", "check", args[0], args[1]]);
        assert_eq!(done.code, 78);
        assert!(done.stderr.starts_with(args[1]), "{done:?}");
    }
    let done = Bot::new().file("mm-bot.toml", "[quote\n").run(&["config", "check"]);
    assert!(done.stderr.starts_with("mm-bot.toml:1: "), "{done:?}");
}
