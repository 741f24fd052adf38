//! The worlds in which rotation is compared: the truth in them, and that they are the same twice.

use std::collections::BTreeSet;

use hl_world::proof::{Arm, Kind, Opinion, Outcome, Trial, markets, run};

fn trial() -> Trial {
    Trial { minutes: 13, ..Trial::default() }
}

#[test]
fn every_seed_has_three_markets_of_each_kind_beside_the_three_of_the_old_systems_example() {
    let mut orders = BTreeSet::new();
    for seed in 0..50 {
        let all = markets(seed);
        let names: BTreeSet<&str> = all.iter().map(|listed| listed.coin.as_str()).collect();
        assert_eq!((all.len(), names.len()), (12, 12), "seed {seed}");
        for (kind, count) in [(Kind::Good, 3), (Kind::Usual, 6), (Kind::Toxic, 3)] {
            assert_eq!(all.iter().filter(|listed| listed.kind == kind).count(), count);
        }
        assert!(["ASTER", "SOL", "FARTCOIN"].iter().all(|name| names.contains(name)));
        // Where a market stands in the list says nothing about it.
        orders.insert(all.iter().map(|listed| listed.kind).collect::<Vec<_>>());
    }
    assert!(orders.len() > 40, "{} orders", orders.len());
}

#[test]
fn who_knows_earns_more_than_who_stays_where_the_toxic_flow_is_and_twice_is_the_same() {
    let arm = Arm::Rotation(Opinion::Informs);
    let first = run(&trial(), arm, 3).unwrap();
    assert_eq!(first, run(&trial(), arm, 3).unwrap());
    assert_eq!((first.choices, first.held.len(), first.open_orders), (2, 3, 0));
    assert_ne!(first, run(&trial(), Arm::Rotation(Opinion::Inverted), 3).unwrap());
    let knows = run(&trial(), Arm::Knowing, 3).unwrap();
    assert_eq!((knows.percent(Kind::Good), knows.percent(Kind::Toxic)), (100, 0));
    let fixed = run(&trial(), Arm::Fixed, 3).unwrap();
    assert_eq!(fixed.percent(Kind::Usual), 100);
    assert!(knows.earned > fixed.earned, "{} {}", knows.earned, fixed.earned);
}

#[test]
fn rotation_is_in_good_markets_more_and_in_toxic_ones_less_than_a_die_would_be() {
    let (mut good, mut toxic, mut traded) = (0, 0, 0);
    for seed in 0..4 {
        let Outcome { minutes, volume, .. } =
            run(&trial(), Arm::Rotation(Opinion::Informs), seed).unwrap();
        good += minutes[0];
        toxic += minutes[2];
        traded += u64::from(volume > hl_sim::Usd::ZERO);
    }
    println!("market-minutes: good {good}, toxic {toxic}");
    assert!(good > 2 * toxic, "{good} {toxic}");
    assert_eq!(traded, 4);
}
