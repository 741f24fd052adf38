use hl_quant::Millis;
use hl_specs::{
    CancelOnly, Epoch, Expired, Lookup, Missing, Overrides, SpecCache, SpecCacheConfig, Universe,
    Want,
};
use serde_json::json;

use crate::{meta, perp, perps};

const TTL: u64 = 60_000;
const CEILING: u64 = 120_000;
const T0: u64 = 1_758_000_000_000;

fn cache() -> SpecCache {
    SpecCache::new(SpecCacheConfig::default(), Overrides::default()).unwrap()
}

fn at(ms: u64) -> Millis {
    Millis(T0 + ms)
}

/// A cache into which `universe` came by a fetch from `T0 + begun` to `T0 + ended`.
fn loaded(universe: Universe, begun: u64, ended: u64) -> SpecCache {
    let mut cache = cache();
    let ticket = cache.begin_fetch(at(begun), Want::IfDue).unwrap();
    cache.complete(ticket, universe, at(ended)).unwrap();
    cache
}

#[test]
fn an_empty_cache_knows_no_market() {
    assert_eq!(cache().lookup("BTC", at(0)), Lookup::Unknown(Missing::NoDocument));
}

#[test]
fn a_market_that_no_document_lists_is_unknown_and_not_defaulted() {
    let mut cache = loaded(perps(&[("BTC", 5)]), 0, 100);
    let Lookup::Unknown(missing) = cache.lookup("BTCC", at(200)) else { panic!("found") };
    assert_eq!(missing.to_string(), "unknown market \"BTCC\"; nearest: BTC");
}

#[test]
fn the_age_counts_from_the_start_of_the_request() {
    let mut cache = loaded(perps(&[("BTC", 5)]), 0, 9_000);
    assert!(matches!(cache.lookup("BTC", at(TTL - 1)), Lookup::Fresh(_)));
    assert!(matches!(cache.lookup("BTC", at(TTL)), Lookup::Stale { age_ms: TTL, .. }));
}

#[test]
fn past_the_ceiling_a_market_is_good_for_cancels_only() {
    let mut cache = loaded(perps(&[("BTC", 5)]), 0, 100);
    assert!(matches!(cache.lookup("BTC", at(CEILING - 1)), Lookup::Stale { .. }));
    let Lookup::CancelOnly { entry, why } = cache.lookup("BTC", at(CEILING)) else {
        panic!("not cancel-only")
    };
    assert_eq!(entry.market.coin.as_str(), "BTC");
    assert_eq!(why, CancelOnly::TooOld { age_ms: CEILING });
}

#[test]
fn a_document_that_took_longer_than_its_lifetime_is_stale_on_arrival() {
    let config = SpecCacheConfig { fetch_timeout_ms: 300_000, ..SpecCacheConfig::default() };
    let mut cache = SpecCache::new(config, Overrides::default()).unwrap();
    let ticket = cache.begin_fetch(at(0), Want::IfDue).unwrap();
    cache.complete(ticket, perps(&[("BTC", 5)]), at(CEILING)).unwrap();
    assert!(matches!(cache.lookup("BTC", at(CEILING)), Lookup::CancelOnly { .. }));
}

#[test]
fn one_fetch_is_under_way_at_a_time() {
    let mut cache = cache();
    let first = cache.begin_fetch(at(0), Want::IfDue);
    assert!(first.is_some());
    for ms in [0, 1, 5_000, 19_999] {
        assert_eq!(cache.begin_fetch(at(ms), Want::IfDue), None, "{ms}");
        assert_eq!(cache.begin_fetch(at(ms), Want::Now), None, "{ms}");
    }
}

#[test]
fn a_fetch_that_never_ends_does_not_block_the_next_and_its_late_result_is_refused() {
    let mut cache = cache();
    let lost = cache.begin_fetch(at(0), Want::IfDue).unwrap();
    let next = cache.begin_fetch(at(20_000), Want::IfDue).unwrap();
    assert_eq!(cache.complete(lost, perps(&[("OLD", 1)]), at(20_001)), Err(Expired));
    cache.complete(next, perps(&[("NEW", 1)]), at(20_100)).unwrap();
    assert!(matches!(cache.lookup("NEW", at(20_200)), Lookup::Fresh(_)));
}

#[test]
fn a_refresh_is_due_before_the_specs_become_stale() {
    let mut cache = loaded(perps(&[("BTC", 5)]), 0, 100);
    assert_eq!(cache.begin_fetch(at(39_999), Want::IfDue), None);
    assert_eq!(cache.next_fetch(at(39_999)), Some(at(40_000)));
    assert!(cache.begin_fetch(at(40_000), Want::IfDue).is_some());
    assert_eq!(cache.next_fetch(at(40_001)), None, "one is under way");
}

#[test]
fn a_rejected_tick_fetches_at_once_but_not_in_a_storm() {
    let mut cache = loaded(perps(&[("BTC", 5)]), 0, 100);
    assert_eq!(cache.begin_fetch(at(999), Want::Now), None, "too soon after the last");
    let ticket = cache.begin_fetch(at(5_000), Want::Now).unwrap();
    cache.complete(ticket, perps(&[("BTC", 5)]), at(5_050)).unwrap();
    assert_eq!(cache.begin_fetch(at(5_060), Want::Now), None);
    assert!(cache.begin_fetch(at(6_000), Want::Now).is_some());
}

#[test]
fn failures_back_off_up_to_a_limit_and_never_stop() {
    let mut cache = cache();
    let mut now = 0;
    let mut pauses = Vec::new();
    for _ in 0..40 {
        let begun = now;
        let ticket = cache.begin_fetch(at(now), Want::IfDue).unwrap();
        cache.fail(ticket, at(now + 10));
        assert_eq!(cache.begin_fetch(at(now + 11), Want::Now), None);
        let next = cache.next_fetch(at(now + 11)).unwrap();
        now = next.since(Millis(T0));
        pauses.push(now - begun);
    }
    assert!(pauses[0] >= 1_500 && pauses[0] <= 2_000, "{pauses:?}");
    assert!(pauses[1] > pauses[0] && pauses[2] > pauses[1], "{pauses:?}");
    assert!(pauses[4..].iter().all(|&pause| (11_250..=15_000).contains(&pause)), "{pauses:?}");
}

#[test]
fn specs_in_use_survive_a_failed_fetch() {
    let mut cache = loaded(perps(&[("BTC", 5)]), 0, 100);
    let ticket = cache.begin_fetch(at(40_000), Want::IfDue).unwrap();
    cache.fail(ticket, at(41_000));
    assert!(matches!(cache.lookup("BTC", at(41_000)), Lookup::Fresh(_)));
}

#[test]
fn the_epoch_grows_only_when_something_changed() {
    let mut cache = cache();
    let mut load = |universe, ms| {
        let ticket = cache.begin_fetch(at(ms), Want::Now).unwrap();
        let update = cache.complete(ticket, universe, at(ms + 50)).unwrap();
        let changes: Vec<_> = update.changes.iter().map(ToString::to_string).collect();
        (update.epoch.0, changes.join("; "))
    };
    let first = [perp("BTC", 5), perp("ETH", 4)];
    assert_eq!(
        load(Universe::builder().perps(&meta(&first)).build().unwrap(), 0),
        (1, "added BTC asset=0; added ETH asset=1".to_owned())
    );
    assert_eq!(
        load(Universe::builder().perps(&meta(&first)).build().unwrap(), 10_000),
        (1, String::new())
    );
    let mut regridded = first.clone();
    regridded[1]["szDecimals"] = json!(3);
    regridded[1]["maxLeverage"] = json!(10);
    assert_eq!(
        load(Universe::builder().perps(&meta(&regridded)).build().unwrap(), 20_000),
        (2, "regridded ETH szDecimals=4→3; changed ETH maxLeverage=20→10".to_owned())
    );
    let mut delisted = regridded.clone();
    delisted[0]["isDelisted"] = json!(true);
    assert_eq!(
        load(Universe::builder().perps(&meta(&delisted)).build().unwrap(), 30_000),
        (3, "delisted BTC".to_owned())
    );
    let swapped = [delisted[1].clone(), delisted[0].clone()];
    assert_eq!(
        load(Universe::builder().perps(&meta(&swapped)).build().unwrap(), 40_000),
        (4, "renumbered BTC asset=0→1; renumbered ETH asset=1→0".to_owned())
    );
    assert_eq!(
        load(Universe::builder().perps(&meta(&swapped[..1])).build().unwrap(), 50_000),
        (5, "removed BTC asset=1".to_owned())
    );
}

#[test]
fn an_answer_carries_the_epoch_it_belongs_to() {
    let mut cache = loaded(perps(&[("BTC", 5)]), 0, 100);
    assert_eq!(cache.lookup("BTC", at(200)).entry().unwrap().epoch, Epoch(1));
    let ticket = cache.begin_fetch(at(5_000), Want::Now).unwrap();
    cache.complete(ticket, perps(&[("BTC", 4)]), at(5_100)).unwrap();
    assert_eq!(cache.lookup("BTC", at(5_200)).entry().unwrap().epoch, Epoch(2));
}

#[test]
fn a_delisted_market_is_good_for_cancels_only() {
    let mut entry = perp("MATIC", 1);
    entry["isDelisted"] = json!(true);
    let universe = Universe::builder().perps(&meta(&[entry])).build().unwrap();
    let mut cache = loaded(universe, 0, 100);
    let answer = cache.lookup("MATIC", at(200));
    assert!(matches!(answer, Lookup::CancelOnly { why: CancelOnly::Delisted, .. }));
}

#[test]
fn a_market_that_vanishes_can_still_be_cancelled_and_comes_back_when_relisted() {
    let mut cache = loaded(perps(&[("BTC", 5), ("ETH", 4)]), 0, 100);
    let ticket = cache.begin_fetch(at(5_000), Want::Now).unwrap();
    cache.complete(ticket, perps(&[("BTC", 5)]), at(5_100)).unwrap();
    let answer = cache.lookup("ETH", at(5_200));
    assert!(matches!(answer, Lookup::CancelOnly { why: CancelOnly::Vanished, .. }));
    assert_eq!(answer.entry().unwrap().market.asset.0, 1);
    let ticket = cache.begin_fetch(at(10_000), Want::Now).unwrap();
    cache.complete(ticket, perps(&[("BTC", 5), ("ETH", 4)]), at(10_100)).unwrap();
    assert!(matches!(cache.lookup("ETH", at(10_200)), Lookup::Fresh(_)));
}

#[test]
fn a_clock_that_is_set_back_closes_every_market_until_the_next_document() {
    let mut cache = loaded(perps(&[("BTC", 5)]), 3_600_000, 3_600_100);
    let answer = cache.lookup("BTC", at(100));
    assert!(matches!(answer, Lookup::CancelOnly { why: CancelOnly::ClockSetBack, .. }));
    let ticket = cache.begin_fetch(at(101), Want::IfDue).expect("due at once");
    cache.complete(ticket, perps(&[("BTC", 5)]), at(200)).unwrap();
    assert!(matches!(cache.lookup("BTC", at(300)), Lookup::Fresh(_)));
}

#[test]
fn a_document_that_was_under_way_when_the_clock_was_set_back_is_refused() {
    let mut cache = cache();
    let ticket = cache.begin_fetch(at(3_600_000), Want::IfDue).unwrap();
    assert_eq!(cache.complete(ticket, perps(&[("BTC", 5)]), at(100)), Err(Expired));
    assert!(cache.begin_fetch(at(101), Want::IfDue).is_some());
}

#[test]
fn a_clock_that_jumps_forwards_makes_specs_older_and_never_younger() {
    let mut cache = loaded(perps(&[("BTC", 5)]), 0, 100);
    assert!(matches!(cache.lookup("BTC", at(86_400_000)), Lookup::CancelOnly { .. }));
}

#[test]
fn an_override_is_logged_once_per_change() {
    let overrides = Overrides::parse([("SPEC_OVERRIDE_SOL_TICK", "0.01")]).unwrap();
    let mut cache = SpecCache::new(SpecCacheConfig::default(), overrides).unwrap();
    let mut load = |universe, ms| {
        let ticket = cache.begin_fetch(at(ms), Want::Now).unwrap();
        let update = cache.complete(ticket, universe, at(ms + 50)).unwrap();
        update.applied.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(
        load(perps(&[("SOL", 2)]), 0),
        ["SPEC_OVERRIDE applied for SOL: tick=0.0001→0.01 lot=0.01→0.01"]
    );
    assert!(load(perps(&[("SOL", 2)]), 10_000).is_empty());
    assert_eq!(
        load(perps(&[("SOL", 3)]), 20_000),
        ["SPEC_OVERRIDE applied for SOL: tick=0.001→0.01 lot=0.001→0.001"]
    );
}

#[test]
fn orders_use_the_overridden_grid() {
    let overrides = Overrides::parse([("SPEC_OVERRIDE_SOL_LOT", "0.1")]).unwrap();
    let mut cache = SpecCache::new(SpecCacheConfig::default(), overrides).unwrap();
    let ticket = cache.begin_fetch(at(0), Want::Now).unwrap();
    cache.complete(ticket, perps(&[("SOL", 2)]), at(50)).unwrap();
    let answer = cache.lookup("SOL", at(60));
    let market = answer.entry().unwrap().market;
    assert_eq!(market.spec.sizes().lot().to_string(), "0.1");
    assert_eq!(market.venue_spec.sizes().lot().to_string(), "0.01");
}

#[test]
fn an_override_that_stops_fitting_closes_its_market_and_says_so_once() {
    let overrides = Overrides::parse([("SPEC_OVERRIDE_SOL_LOT", "0.1")]).unwrap();
    let mut cache = SpecCache::new(SpecCacheConfig::default(), overrides).unwrap();
    let ticket = cache.begin_fetch(at(0), Want::Now).unwrap();
    cache.complete(ticket, perps(&[("SOL", 2), ("BTC", 5)]), at(50)).unwrap();

    let coarser = || perps(&[("SOL", 0), ("BTC", 5)]);
    let ticket = cache.begin_fetch(at(5_000), Want::Now).unwrap();
    let update = cache.complete(ticket, coarser(), at(5_050)).unwrap();
    assert_eq!(
        update.refused[0].to_string(),
        "SPEC_OVERRIDE_SOL_LOT=0.1: lot 0.1 is finer than the venue's lot 1; use a multiple of \
         1, or remove the key"
    );
    let answer = cache.lookup("SOL", at(5_060));
    assert!(matches!(answer, Lookup::CancelOnly { why: CancelOnly::OverrideRefused, .. }));
    assert!(matches!(cache.lookup("BTC", at(5_060)), Lookup::Fresh(_)));

    let ticket = cache.begin_fetch(at(10_000), Want::Now).unwrap();
    assert!(cache.complete(ticket, coarser(), at(10_050)).unwrap().refused.is_empty());
}

#[test]
fn times_out_of_order_are_refused() {
    let config = SpecCacheConfig { ttl_ms: 120_000, ..SpecCacheConfig::default() };
    let refused = SpecCache::new(config, Overrides::default()).unwrap_err();
    assert_eq!(refused.to_string(), "lifetime of 120000 ms is not below ceiling of 120000 ms");
}
