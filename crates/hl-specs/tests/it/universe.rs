use hl_specs::{BadUniverse, Listing, Margin, Place, Universe};
use hl_wire::AssetId;
use serde_json::json;

use crate::{dexs, meta, perp, perps, spot_meta};

#[test]
fn a_perpetual_is_numbered_by_its_position_and_a_delisted_one_keeps_its_slot() {
    let mut gone = perp("MATIC", 1);
    gone["isDelisted"] = json!(true);
    let entries = [perp("BTC", 5), gone, perp("SOL", 2)];
    let universe = Universe::builder().perps(&meta(&entries)).build().unwrap();
    assert_eq!(universe.get("SOL").unwrap().asset, AssetId(2));
    assert_eq!(universe.get("MATIC").unwrap().listing, Listing::Delisted);
    assert_eq!(universe.get("SOL").unwrap().listing, Listing::Trading);
    assert_eq!(universe.by_asset(AssetId(1)).unwrap().coin.as_str(), "MATIC");
}

#[test]
fn a_spot_pair_is_numbered_by_its_index_field_and_not_by_its_position() {
    let tokens = [("USDC", 8, 0), ("PURR", 0, 1), ("HYPE", 2, 150)];
    let pairs = [("PURR/USDC", 1, 0, 0), ("@107", 150, 0, 107)];
    let universe = Universe::builder().spot(&spot_meta(&tokens, &pairs)).build().unwrap();
    let hype = universe.get("@107").unwrap();
    assert_eq!(hype.asset, AssetId(10_107));
    assert_eq!(hype.title(), "HYPE/USDC");
    assert_eq!(hype.sz_decimals.get(), 2, "of the base token");
    assert_eq!(hype.spec.prices().finest_tick().to_string(), "0.000001", "8 - 2 decimals");
    assert_eq!(hype.max_leverage, None);
}

#[test]
fn a_token_is_found_by_its_index_field_and_not_by_its_position() {
    // The tokens come in an order that has nothing to do with their indices.
    let tokens = [("HYPE", 2, 150), ("PURR", 0, 1), ("USDC", 8, 0)];
    let universe =
        Universe::builder().spot(&spot_meta(&tokens, &[("@1", 1, 0, 1)])).build().unwrap();
    assert_eq!(universe.get("@1").unwrap().title(), "PURR/USDC");
    assert_eq!(universe.get("@1").unwrap().sz_decimals.get(), 0);
}

#[test]
fn a_builder_perpetual_is_numbered_by_the_position_of_its_dex_then_its_own() {
    let universe = Universe::builder()
        .perps(&meta(&[perp("BTC", 5)]))
        .dexs(&dexs(&["xyz", "flx"]))
        .builder_perps("xyz", &meta(&[perp("xyz:AAPL", 3), perp("xyz:GOLD", 4)]))
        .builder_perps("flx", &meta(&[perp("flx:GOLD", 4)]))
        .build()
        .unwrap();
    assert_eq!(universe.get("xyz:AAPL").unwrap().asset, AssetId(110_000));
    assert_eq!(universe.get("xyz:GOLD").unwrap().asset, AssetId(110_001));
    assert_eq!(universe.get("flx:GOLD").unwrap().asset, AssetId(120_000));
    let place = &universe.get("flx:GOLD").unwrap().place;
    assert!(matches!(place, Place::BuilderPerp { dex } if dex.as_str() == "flx"));
    assert_eq!(
        universe.get("xyz:AAPL").unwrap().spec.prices().finest_tick().to_string(),
        "0.001",
        "six decimals less three, as on the venue's own dex"
    );
}

#[test]
fn a_dex_that_perp_dexs_does_not_list_has_no_numbers() {
    let built = Universe::builder()
        .dexs(&dexs(&["xyz"]))
        .builder_perps("abc", &meta(&[perp("abc:X", 1)]))
        .build();
    assert!(matches!(built, Err(BadUniverse::Dex { dex, .. }) if dex == "abc"));
}

#[test]
fn a_builder_market_that_poses_as_one_of_the_first_dex_is_left_out_and_named() {
    let universe = Universe::builder()
        .perps(&meta(&[perp("BTC", 5)]))
        .dexs(&dexs(&["xyz"]))
        .builder_perps("xyz", &meta(&[perp("ETH", 4), perp("flx:A", 1), perp("xyz:B", 1)]))
        .build()
        .unwrap();
    assert!(universe.get("ETH").is_none());
    assert_eq!(universe.skipped().len(), 2);
    assert_eq!(universe.skipped()[0].name, "ETH");
    assert_eq!(universe.get("xyz:B").unwrap().asset, AssetId(110_002), "slots are kept");
}

#[test]
fn two_markets_with_one_name_refuse_the_document() {
    let entries = [perp("BTC", 5), perp("ETH", 4), perp("BTC", 3)];
    let built = Universe::builder().perps(&meta(&entries)).build();
    let Err(fault) = built else { panic!("accepted") };
    assert_eq!(fault.to_string(), "market name BTC is listed twice, as asset 0 and 2");
}

#[test]
fn two_pairs_with_one_index_refuse_the_document() {
    let tokens = [("USDC", 8, 0), ("A", 0, 1), ("B", 0, 2)];
    let pairs = [("@5", 1, 0, 5), ("@6", 2, 0, 5)];
    let built = Universe::builder().spot(&spot_meta(&tokens, &pairs)).build();
    assert!(matches!(built, Err(BadUniverse::DuplicateAsset { asset: AssetId(10_005), .. })));
}

#[test]
fn two_tokens_with_one_index_refuse_the_document() {
    let tokens = [("USDC", 8, 0), ("A", 0, 1), ("B", 5, 1)];
    let built = Universe::builder().spot(&spot_meta(&tokens, &[("@1", 1, 0, 1)])).build();
    assert!(matches!(built, Err(BadUniverse::DuplicateToken { index: 1, .. })));
}

#[test]
fn a_pair_of_an_unlisted_token_is_left_out_and_named() {
    let tokens = [("USDC", 8, 0), ("A", 0, 1)];
    let pairs = [("@1", 1, 0, 1), ("@2", 9, 0, 2)];
    let universe = Universe::builder().spot(&spot_meta(&tokens, &pairs)).build().unwrap();
    assert_eq!(universe.markets().len(), 1);
    assert_eq!(universe.skipped()[0].asset, AssetId(10_002));
}

#[test]
fn an_empty_document_is_not_a_venue_without_markets() {
    assert_eq!(Universe::builder().perps(&meta(&[])).build(), Err(BadUniverse::Empty));
}

#[test]
fn a_name_that_would_break_a_log_line_is_left_out_and_its_slot_kept() {
    for name in ["A B", "A=B", "A\"B", "A\nB", "A\\B", "caf\u{e9}", "", &"x".repeat(65)] {
        let entries = [perp("BTC", 5), perp(name, 1), perp("ETH", 4)];
        let universe = Universe::builder().perps(&meta(&entries)).build().unwrap();
        assert_eq!(universe.skipped().len(), 1, "{name:?}");
        assert_eq!(universe.get("ETH").unwrap().asset, AssetId(2), "{name:?}");
    }
}

#[test]
fn size_decimals_beyond_the_grid_are_left_out_and_named() {
    let universe = Universe::builder().perps(&meta(&[perp("A", 9), perp("B", 6)])).build().unwrap();
    assert_eq!(universe.skipped()[0].why, "szDecimals 9 is above 8");
    assert_eq!(universe.get("B").unwrap().spec.prices().finest_tick().to_string(), "1");
}

#[test]
fn an_isolated_only_market_says_so() {
    let mut old = perp("UNIBOT", 2);
    old["onlyIsolated"] = json!(true);
    let mut new = perp("HMSTR", 2);
    new["marginMode"] = json!("noCross");
    let entries = [old, new, perp("BTC", 5)];
    let universe = Universe::builder().perps(&meta(&entries)).build().unwrap();
    assert_eq!(universe.get("UNIBOT").unwrap().margin, Margin::IsolatedOnly);
    assert_eq!(universe.get("HMSTR").unwrap().margin, Margin::IsolatedOnly);
    assert_eq!(universe.get("BTC").unwrap().margin, Margin::Any);
}

#[test]
fn an_unknown_market_is_refused_with_the_nearest_names() {
    let universe = perps(&[("BTC", 5), ("ETH", 4), ("SOL", 2), ("kPEPE", 0), ("FARTCOIN", 1)]);
    let refusal = |name: &str| universe.find(name).unwrap_err().to_string();
    assert_eq!(refusal("SOLL"), "unknown market \"SOLL\"; nearest: SOL");
    assert_eq!(refusal("PEPE"), "unknown market \"PEPE\"; nearest: kPEPE");
    assert_eq!(refusal("sol"), "unknown market \"sol\"; nearest: SOL");
    assert_eq!(refusal("FRATCOIN"), "unknown market \"FRATCOIN\"; nearest: FARTCOIN");
    assert_eq!(refusal("ZZZZZZZZ"), "unknown market \"ZZZZZZZZ\"");
    assert!(universe.get("sol").is_none(), "a name is never matched loosely");
}

#[test]
fn a_spot_pair_is_suggested_by_the_names_of_its_tokens() {
    let tokens = [("USDC", 8, 0), ("HYPE", 2, 150)];
    let universe =
        Universe::builder().spot(&spot_meta(&tokens, &[("@107", 150, 0, 107)])).build().unwrap();
    let refusal = universe.find("HYPE/USDC").unwrap_err().to_string();
    assert_eq!(refusal, "unknown market \"HYPE/USDC\"; nearest: @107 (HYPE/USDC)");
}

#[test]
fn a_hostile_name_is_answered_quickly_and_briefly() {
    let universe = perps(&[("BTC", 5), ("ETH", 4)]);
    let refusal = universe.find(&"A".repeat(1_000_000)).unwrap_err().to_string();
    assert!(refusal.len() < 200, "{}", refusal.len());
}
