//! What people read: help, lessons, lists. Changing a word of it is a decision, not an accident.

use insta::assert_snapshot;

use crate::bot::Bot;

fn shown(args: &[&str]) -> String {
    let done = Bot::new().run(args);
    format!("exit {}\n{}{}", done.code, done.stdout, done.stderr)
}

#[test]
fn help_teaches() {
    assert_snapshot!("help", shown(&["--help"]));
    assert_snapshot!("help_run", shown(&["run", "--help"]));
    assert_snapshot!("help_quantize", shown(&["quantize", "--help"]));
    assert_snapshot!("help_sign", shown(&["sign", "--help"]));
}

#[test]
fn quantize_explains_the_grid() {
    let lessons: [(&str, &[&str]); 7] = [
        ("sol", &["SOL", "buy", "164.8951", "0.137"]),
        ("sol_across_a_decade", &["SOL", "sell", "99.9995", "0.2"]),
        ("btc_integer", &["BTC", "buy", "104250", "0.001"]),
        ("pump_decimals_cap", &["PUMP", "sell", "0.00387651", "20000"]),
        ("sol_aggressive", &["SOL", "buy", "164.8951", "0.137", "--intent", "aggressive"]),
        ("below_minimum", &["SOL", "buy", "64.9", "0.1"]),
        ("no_size", &["SOL", "buy", "164.89", "0.001"]),
    ];
    for (name, args) in lessons {
        let args: Vec<&str> = std::iter::once("quantize").chain(args.iter().copied()).collect();
        assert_snapshot!(format!("quantize_{name}"), shown(&args));
    }
    let args = ["quantize", "SOL", "buy", "164.8951", "0.137", "--json"];
    assert_snapshot!("quantize_json", shown(&args));
}

#[test]
fn quantize_refuses_what_is_no_number_or_no_market() {
    for (args, expected) in [
        (["SOLL", "buy", "1", "1"], "unknown market \"SOLL\"; nearest: SOL"),
        (["SOL", "buy", "1e5", "1"], "price: unexpected 'e' at byte 1"),
        (["SOL", "buy", "-1", "1"], "price: unexpected '-' at byte 0"),
        (["SOL", "buy", "1", "NaN"], "size: unexpected 'N' at byte 0"),
    ] {
        let done = Bot::new().run(&[&["quantize"], &args[..]].concat());
        assert_eq!(done.code, 1, "{done:?}");
        assert!(done.stderr.contains(expected), "{done:?}");
    }
}

#[test]
fn specs_lists_the_universe_with_its_grid() {
    let done = Bot::new().run(&["specs"]);
    let head: String = done.stdout.lines().take(6).map(|line| format!("{line}\n")).collect();
    assert_snapshot!("specs_head", head);
    assert!(done.stdout.lines().count() > 20);
    assert_snapshot!("specs_sol_json", shown(&["specs", "SOL", "--json"]));
    let bot = Bot::new().env("SPEC_OVERRIDE_SOL_LOT", "0.1");
    let done = bot.run(&["specs", "SOL"]);
    assert!(done.stdout.contains("trading, overridden"), "{done:?}");
    assert!(done.stderr.starts_with("SPEC_OVERRIDE applied for SOL: "), "{done:?}");
}

#[test]
fn the_effective_configuration_is_shown_with_origins() {
    assert_snapshot!("config_show", shown(&["config", "show"]));
}

#[test]
fn a_usage_error_is_exit_code_2() {
    for args in [&["qunatize"][..], &[], &["run", "--for", "1d"], &["sign"], &["quantize", "SOL"]] {
        assert_eq!(Bot::new().run(args).code, 2, "{args:?}");
    }
}
