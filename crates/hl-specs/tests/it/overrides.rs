use hl_specs::{OverrideError, Overrides, Universe};

use crate::{dexs, meta, perp, perps, spot_meta};

fn parse(pairs: &[(&str, &str)]) -> Overrides {
    Overrides::parse(pairs.iter().copied()).unwrap()
}

/// The log lines, or the refusals.
fn resolve(pairs: &[(&str, &str)], universe: &Universe) -> Result<Vec<String>, Vec<String>> {
    let text = |errors: Vec<OverrideError>| -> Vec<String> {
        errors.iter().map(ToString::to_string).collect()
    };
    let overrides = Overrides::parse(pairs.iter().copied()).map_err(text)?;
    let applied = overrides.resolve(universe).map_err(text)?;
    Ok(applied.iter().map(ToString::to_string).collect())
}

#[test]
fn the_log_line_has_the_operators_format() {
    // Finest tick 10^-(6-3), lot 10^-3.
    let universe = perps(&[("SOL", 3)]);
    let pairs = [("SPEC_OVERRIDE_SOL_TICK", "0.01"), ("SPEC_OVERRIDE_SOL_LOT", "0.1")];
    assert_eq!(
        resolve(&pairs, &universe).unwrap(),
        ["SPEC_OVERRIDE applied for SOL: tick=0.001→0.01 lot=0.001→0.1"]
    );
}

#[test]
fn the_seeds_production_values_are_accepted_on_the_real_grid_of_sol() {
    let universe = perps(&[("SOL", 2)]);
    let pairs = [("SPEC_OVERRIDE_SOL_TICK", "0.01"), ("SPEC_OVERRIDE_SOL_LOT", "0.1")];
    assert_eq!(
        resolve(&pairs, &universe).unwrap(),
        ["SPEC_OVERRIDE applied for SOL: tick=0.0001→0.01 lot=0.01→0.1"]
    );
}

#[test]
fn what_is_not_overridden_is_shown_unchanged() {
    let universe = perps(&[("SOL", 2)]);
    assert_eq!(
        resolve(&[("SPEC_OVERRIDE_SOL_LOT", "0.1")], &universe).unwrap(),
        ["SPEC_OVERRIDE applied for SOL: tick=0.0001→0.0001 lot=0.01→0.1"]
    );
}

#[test]
fn a_number_is_read_whatever_its_trailing_zeros() {
    let universe = perps(&[("SOL", 2)]);
    assert_eq!(
        resolve(&[("SPEC_OVERRIDE_SOL_TICK", "0.0100")], &universe).unwrap(),
        ["SPEC_OVERRIDE applied for SOL: tick=0.0001→0.01 lot=0.01→0.01"]
    );
}

#[test]
fn a_step_that_is_no_coarsening_is_refused_with_reason_and_hint() {
    let universe = perps(&[("SOL", 2)]);
    let refusals = |key, value| resolve(&[(key, value)], &universe).unwrap_err();
    assert_eq!(
        refusals("SPEC_OVERRIDE_SOL_TICK", "0.00001"),
        ["SPEC_OVERRIDE_SOL_TICK=0.00001: tick 0.00001 is finer than the venue's finest tick \
          0.0001; use a multiple of 0.0001, or remove the key"]
    );
    assert_eq!(
        refusals("SPEC_OVERRIDE_SOL_TICK", "0.00015"),
        ["SPEC_OVERRIDE_SOL_TICK=0.00015: tick 0.00015 is not a multiple of the venue's finest \
          tick 0.0001; use a multiple of 0.0001, or remove the key"]
    );
    assert_eq!(
        refusals("SPEC_OVERRIDE_SOL_LOT", "0.001"),
        ["SPEC_OVERRIDE_SOL_LOT=0.001: lot 0.001 is finer than the venue's lot 0.01; use a \
          multiple of 0.01, or remove the key"]
    );
    assert_eq!(
        refusals("SPEC_OVERRIDE_SOL_LOT", "0.025"),
        ["SPEC_OVERRIDE_SOL_LOT=0.025: lot 0.025 is not a multiple of the venue's lot 0.01; use \
          a multiple of 0.01, or remove the key"]
    );
}

#[test]
fn a_value_that_is_not_a_plain_positive_decimal_is_refused() {
    let values = [
        "",
        " ",
        "abc",
        "0",
        "0.0",
        "-0.01",
        "+0.01",
        "1e-2",
        "0x1",
        "NaN",
        "inf",
        "0.01 ",
        " 1",
        "1,5",
        "1.2.3",
        ".",
        "5.",
        "0.000000001",
        "99999999999999999999",
    ];
    for value in values {
        let refused = Overrides::parse([("SPEC_OVERRIDE_SOL_TICK", value)]);
        assert!(refused.is_err(), "accepted {value:?} as a tick");
        let refused = Overrides::parse([("SPEC_OVERRIDE_SOL_LOT", value)]);
        assert!(refused.is_err(), "accepted {value:?} as a lot");
    }
}

#[test]
fn an_empty_value_says_how_to_go_back_to_the_venues_grid() {
    let refused = Overrides::parse([("SPEC_OVERRIDE_SOL_TICK", "")]).unwrap_err();
    assert_eq!(
        refused[0].to_string(),
        "SPEC_OVERRIDE_SOL_TICK=: empty value; remove the key to use the venue's own grid"
    );
}

#[test]
fn every_fault_is_found_in_one_pass() {
    let pairs = [
        ("SPEC_OVERRIDE_SOL_TICK", "x"),
        ("SPEC_OVERRIDE_SOL", "0.01"),
        ("SPEC_OVERRIDE__TICK", "0.01"),
        ("SPEC_OVERRIDE_SOL_TICKS", "0.01"),
        ("SPEC_OVERRIDE_BTC_TICK", "1"),
        ("SPEC_OVERRIDE_BTC_TICK", "2"),
        ("PATH", "/bin"),
    ];
    let refused = Overrides::parse(pairs).unwrap_err();
    let keys: Vec<_> = refused.iter().map(|refusal| refusal.key.as_str()).collect();
    assert_eq!(
        keys,
        [
            "SPEC_OVERRIDE_SOL_TICK",
            "SPEC_OVERRIDE_SOL",
            "SPEC_OVERRIDE__TICK",
            "SPEC_OVERRIDE_SOL_TICKS",
            "SPEC_OVERRIDE_BTC_TICK"
        ]
    );
    assert!(refused[4].to_string().ends_with("set twice; remove one"));
}

#[test]
fn an_unknown_market_is_refused_with_the_nearest_name() {
    let universe = perps(&[("SOL", 2), ("BTC", 5)]);
    assert_eq!(
        resolve(&[("SPEC_OVERRIDE_SOLL_TICK", "0.01")], &universe).unwrap_err(),
        ["SPEC_OVERRIDE_SOLL_TICK=0.01: unknown market \"SOLL\"; nearest: SOL"]
    );
}

#[test]
fn an_upper_case_name_finds_a_mixed_case_market() {
    let universe = perps(&[("kPEPE", 0)]);
    assert_eq!(
        resolve(&[("SPEC_OVERRIDE_KPEPE_LOT", "10")], &universe).unwrap(),
        ["SPEC_OVERRIDE applied for kPEPE: tick=0.000001→0.000001 lot=1→10"]
    );
}

#[test]
fn two_markets_that_differ_in_case_only_must_be_told_apart_by_the_exact_name() {
    let universe = perps(&[("kPEPE", 0), ("KPEPE", 0)]);
    assert_eq!(
        resolve(&[("SPEC_OVERRIDE_KPEPE_LOT", "10")], &universe).unwrap_err(),
        ["SPEC_OVERRIDE_KPEPE_LOT=10: ambiguous between kPEPE and KPEPE; write the exact name \
          in the key"]
    );
    assert_eq!(
        resolve(&[("SPEC_OVERRIDE_kPEPE_LOT", "10")], &universe).unwrap(),
        ["SPEC_OVERRIDE applied for kPEPE: tick=0.000001→0.000001 lot=1→10"]
    );
}

#[test]
fn one_market_under_two_spellings_is_refused() {
    let universe = perps(&[("kPEPE", 0)]);
    let pairs = [("SPEC_OVERRIDE_KPEPE_LOT", "10"), ("SPEC_OVERRIDE_kPEPE_LOT", "100")];
    let refused = resolve(&pairs, &universe).unwrap_err();
    assert_eq!(
        refused,
        ["SPEC_OVERRIDE_kPEPE_LOT=100: kPEPE is also named by SYM KPEPE; remove one"]
    );
}

#[test]
fn names_that_no_shell_can_write_are_addressed_with_underscores() {
    let tokens = [("USDC", 8, 0), ("PURR", 0, 1), ("HYPE", 2, 150)];
    let pairs = [("PURR/USDC", 1, 0, 0), ("@107", 150, 0, 107)];
    let universe = Universe::builder()
        .spot(&spot_meta(&tokens, &pairs))
        .dexs(&dexs(&["xyz"]))
        .builder_perps("xyz", &meta(&[perp("xyz:AAPL", 3)]))
        .build()
        .unwrap();
    for (key, coin) in [
        ("SPEC_OVERRIDE_XYZ_AAPL_LOT", "xyz:AAPL"),
        ("SPEC_OVERRIDE_xyz:AAPL_LOT", "xyz:AAPL"),
        ("SPEC_OVERRIDE_PURR_USDC_LOT", "PURR/USDC"),
        ("SPEC_OVERRIDE__107_LOT", "@107"),
        ("SPEC_OVERRIDE_@107_LOT", "@107"),
    ] {
        let applied = parse(&[(key, "100")]).resolve(&universe).unwrap();
        assert_eq!(applied[0].coin.as_str(), coin, "{key}");
    }
}

#[test]
fn a_market_whose_name_ends_like_a_field_is_still_addressed() {
    let universe = perps(&[("BIG_LOT", 1)]);
    let applied = parse(&[("SPEC_OVERRIDE_BIG_LOT_LOT", "1")]).resolve(&universe).unwrap();
    assert_eq!(applied[0].coin.as_str(), "BIG_LOT");
}
