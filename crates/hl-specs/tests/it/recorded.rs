//! Documents recorded from the venue. They are not part of the repository: the tests say so and pass
//! where they are absent.

use std::io::Write as _;
use std::path::PathBuf;

use hl_quant::Price;
use hl_specs::{Listing, Universe};
use hl_wire::info::{Meta, PerpDex, SpotMeta};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The recorded answers to requests of this kind, by file name.
fn recorded(kind: &str) -> Vec<(String, String)> {
    let shared = std::env::var_os("HL_SHARED").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let folder = shared.join("data/rest");
    let Ok(entries) = std::fs::read_dir(&folder) else {
        // Not `eprintln!`, which the test harness keeps to itself when the test passes.
        let _ = writeln!(std::io::stderr(), "skipped: no {kind} recorded in {}", folder.display());
        return Vec::new();
    };
    let mut found: Vec<_> = entries
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let name = path.file_name()?.to_str()?.to_owned();
            let ours = name.starts_with(&format!("{kind}__"))
                && name.ends_with(".json")
                && !name.ends_with(".request.json");
            ours.then(|| (name, std::fs::read_to_string(path).unwrap()))
        })
        .collect();
    found.sort();
    assert!(!found.is_empty(), "the folder is there, but holds no {kind}");
    found
}

fn parse<T: DeserializeOwned>(name: &str, text: &str) -> T {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The first half of a `[document, contexts]` answer, and the contexts.
fn split<T: DeserializeOwned>(name: &str, text: &str) -> (T, Vec<Value>) {
    let (document, contexts): (Value, Vec<Value>) = parse(name, text);
    (parse(name, &document.to_string()), contexts)
}

/// All entries became markets, and each is found by its name and by its number.
fn whole(name: &str, universe: &Universe, entries: usize) {
    assert!(universe.skipped().is_empty(), "{name}: {:?}", universe.skipped());
    assert_eq!(universe.markets().len(), entries, "{name}");
    for market in universe.markets() {
        assert_eq!(universe.get(market.coin.as_str()), Some(market), "{name}");
        assert_eq!(universe.by_asset(market.asset), Some(market), "{name}");
    }
}

#[test]
fn every_recorded_meta_is_a_universe() {
    for (name, text) in recorded("meta") {
        let meta: Meta = parse(&name, &text);
        let universe = Universe::builder().perps(&meta).build().unwrap();
        whole(&name, &universe, meta.universe.len());
        if name.contains("bytex") {
            assert_eq!(universe.get("MATIC").unwrap().listing, Listing::Delisted);
            assert_eq!(universe.get("SOL").unwrap().asset.0, 5);
        }
    }
}

#[test]
fn every_recorded_meta_with_contexts_is_a_universe_whose_mids_are_legal_prices() {
    for (name, text) in recorded("metaAndAssetCtxs") {
        let (meta, contexts): (Meta, _) = split(&name, &text);
        let universe = Universe::builder().perps(&meta).build().unwrap();
        whole(&name, &universe, meta.universe.len());
        assert_eq!(contexts.len(), universe.markets().len(), "{name}: contexts are parallel");
        let mut checked = 0;
        for (market, context) in universe.markets().iter().zip(&contexts) {
            // The impact prices are averages; the previous day's price was traded.
            let Some(traded) = context["prevDayPx"].as_str() else { continue };
            let Ok(price) = traded.parse::<Price>() else { continue };
            checked += u32::from(market.spec.prices().check(price).is_ok());
        }
        assert!(checked > 100, "{name}: only {checked} legal prices");
    }
}

#[test]
fn every_recorded_spot_meta_is_a_universe_numbered_by_index() {
    for (name, text) in recorded("spotMeta") {
        let meta: SpotMeta = parse(&name, &text);
        check_spot(&name, &meta);
    }
    for (name, text) in recorded("spotMetaAndAssetCtxs") {
        let (meta, contexts): (SpotMeta, _) = split(&name, &text);
        let universe = check_spot(&name, &meta);
        // Not parallel: some contexts are of pairs that the universe no longer lists.
        let named = contexts.iter().filter_map(|context| context["coin"].as_str());
        assert!(named.filter(|coin| universe.get(coin).is_some()).count() > 200, "{name}");
    }
}

fn check_spot(name: &str, meta: &SpotMeta) -> Universe {
    let universe = Universe::builder().spot(meta).build().unwrap();
    whole(name, &universe, meta.universe.len());
    let mut moved = 0;
    for (position, pair) in meta.universe.iter().enumerate() {
        let market = universe.get(&pair.name).unwrap();
        assert_eq!(market.asset.0, 10_000 + pair.index, "{name}");
        moved += u32::from(usize::try_from(pair.index).unwrap() != position);
        // `@N` carries its number in its name: the venue's own witness.
        if let Some(number) = pair.name.strip_prefix('@') {
            assert_eq!(number.parse(), Ok(pair.index), "{name}");
        }
    }
    assert!(moved > 0, "{name}: no pair tells index from position");
    universe
}

#[test]
fn every_recorded_list_of_dexs_numbers_their_markets() {
    for (name, text) in recorded("perpDexs") {
        let list: Vec<Option<PerpDex>> = parse(&name, &text);
        assert!(list[0].is_none(), "{name}");
        let mut builder = Universe::builder().dexs(&list);
        let dexs: Vec<_> = list.iter().flatten().map(|dex| dex.name.clone()).collect();
        for dex in &dexs {
            let entries = [crate::perp(&format!("{dex}:A"), 2)];
            builder = builder.builder_perps(dex, &crate::meta(&entries));
        }
        let universe = builder.build().unwrap();
        whole(&name, &universe, dexs.len());
        for (place, dex) in (1_u32..).zip(&dexs) {
            let market = universe.get(&format!("{dex}:A")).unwrap();
            assert_eq!(market.asset.0, 100_000 + 10_000 * place, "{name}");
        }
    }
}
