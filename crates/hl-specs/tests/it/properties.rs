use std::collections::BTreeSet;

use hl_quant::Millis;
use hl_specs::{Lookup, Overrides, SpecCache, SpecCacheConfig, Ticket, Universe, Want};
use proptest::prelude::*;

use crate::{meta, perp, perps};

/// One thing that happens. Times are in milliseconds of *real* time.
#[derive(Clone, Debug)]
enum Event {
    /// Real time passes, and the clock with it.
    Pass(u64),
    /// The clock is set forwards or back while no time passes.
    Jump(i64),
    /// Time passes unseen, and meanwhile the clock is set back by more than that.
    Slip {
        passed: u64,
        back: u64,
    },
    Begin(Want),
    Complete,
    Fail,
    Lookup,
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        4 => prop_oneof![0..500_u64, 0..50_000_u64, 0..400_000_u64].prop_map(Event::Pass),
        1 => (-4_000_000..4_000_000_i64).prop_map(Event::Jump),
        1 => (0..400_000_u64, 1..4_000_000_u64)
            .prop_map(|(passed, more)| Event::Slip { passed, back: passed + more }),
        2 => prop_oneof![Just(Want::IfDue), Just(Want::Now)].prop_map(Event::Begin),
        2 => Just(Event::Complete),
        1 => Just(Event::Fail),
        4 => Just(Event::Lookup),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Against a model that knows the real time, which the cache does not.
    #[test]
    fn a_market_is_never_open_past_the_ceiling_whatever_the_clock_does(
        events in prop::collection::vec(event(), 1..60),
    ) {
        let config = SpecCacheConfig::default();
        let ceiling = config.ceiling_ms;
        let mut cache = SpecCache::new(config, Overrides::default()).unwrap();
        let (mut real, mut clock) = (0_u64, 1_758_000_000_000_i64);
        let mut flying: Option<(Ticket, u64)> = None;
        let mut newest = None;
        let now = |clock: i64| Millis(u64::try_from(clock).unwrap_or(0));
        for event in events {
            match event {
                Event::Pass(ms) => {
                    real += ms;
                    clock += i64::try_from(ms).unwrap();
                    // The owner of the cache looks at it between any two changes of the clock.
                    cache.lookup("BTC", now(clock));
                }
                Event::Jump(by) => {
                    clock += by;
                    cache.lookup("BTC", now(clock));
                }
                Event::Slip { passed, back } => {
                    real += passed;
                    clock += i64::try_from(passed).unwrap() - i64::try_from(back).unwrap();
                }
                Event::Begin(want) => {
                    if let Some(ticket) = cache.begin_fetch(now(clock), want) {
                        flying = Some((ticket, real));
                    }
                }
                Event::Complete => {
                    if let Some((ticket, begun)) = flying.take()
                        && cache.complete(ticket, perps(&[("BTC", 5)]), now(clock)).is_ok()
                    {
                        newest = Some(begun);
                    }
                }
                Event::Fail => {
                    if let Some((ticket, _)) = flying.take() {
                        cache.fail(ticket, now(clock));
                    }
                }
                Event::Lookup => {}
            }
            let open = matches!(
                cache.lookup("BTC", now(clock)),
                Lookup::Fresh(_) | Lookup::Stale { .. }
            );
            if open {
                let age = real - newest.expect("open without a document");
                prop_assert!(age < ceiling, "open at a real age of {age} ms");
            }
        }
    }

    /// With a clock that only runs forwards, a fetch that succeeds in time keeps a market fresh.
    #[test]
    fn a_healthy_venue_keeps_a_market_fresh(
        steps in prop::collection::vec((1..2_000_u64, 1..900_u64), 50..300),
    ) {
        let mut cache =
            SpecCache::new(SpecCacheConfig::default(), Overrides::default()).unwrap();
        let mut now = Millis(1);
        let ticket = cache.begin_fetch(now, Want::IfDue).unwrap();
        cache.complete(ticket, perps(&[("BTC", 5)]), now).unwrap();
        for (pause, flight) in steps {
            now = now.plus(pause);
            if let Some(ticket) = cache.begin_fetch(now, Want::IfDue) {
                now = now.plus(flight);
                cache.complete(ticket, perps(&[("BTC", 5)]), now).unwrap();
            }
            prop_assert!(matches!(cache.lookup("BTC", now), Lookup::Fresh(_)));
        }
    }

    /// Names and numbers are in bijection, or the document is refused.
    #[test]
    fn names_and_numbers_are_in_bijection(
        names in prop::collection::vec("[A-C]{1,3}", 1..12),
    ) {
        let entries: Vec<_> = names.iter().map(|name| perp(name, 2)).collect();
        let unique: BTreeSet<_> = names.iter().collect();
        match Universe::builder().perps(&meta(&entries)).build() {
            Ok(universe) => {
                prop_assert_eq!(unique.len(), names.len(), "a repeated name was accepted");
                for (position, name) in names.iter().enumerate() {
                    let market = universe.get(name).unwrap();
                    prop_assert_eq!(usize::try_from(market.asset.0).unwrap(), position);
                    prop_assert_eq!(universe.by_asset(market.asset), Some(market));
                }
            }
            Err(_) => prop_assert!(unique.len() < names.len(), "unique names were refused"),
        }
    }

    /// No text, as key or as value, makes the reader panic or accept a step that is not positive.
    #[test]
    fn any_text_is_read_or_refused(key in "(SPEC_OVERRIDE_)?\\PC{0,20}(_TICK|_LOT)?", value in "\\PC{0,40}") {
        if let Ok(overrides) = Overrides::parse([(key, value)]) {
            let universe = perps(&[("SOL", 2), ("BTC", 5)]);
            let _ = overrides.resolve(&universe);
        }
    }
}
