//! Every kind of fault does something, and the report counts all of them.

use hl_sim::fault::{Fault, Intensity, Kind, Plan};
use hl_world::{OnBreach, RunConfig, run_seed};

use crate::rig::{MINUTE, SECOND, busy, config, fault, plan};

/// Kinds that need company to show: a stream that ends, a process that dies, a switch that is armed.
const COMPANY: &[(&str, &str)] = &[
    ("ws.nosnapshot", "ws.close code=1006"),
    ("ws.stale_snapshot", "ws.close code=1006"),
    ("disk.torn", "proc.kill9 point=1 down=500"),
    ("limits.ws", "ws.close code=1006"),
];

/// Kinds of which the hardest form is said here, not drawn.
const HARDEST: &[&str] = &["ws.expire3h age=20000", "limits.ip weight=60", "limits.ws messages=10"];

/// What a client that makes no mistake does not meet.
const NOT_MET: &[&str] = &[
    // The bot never subscribes to a coin that it has not read in the list of markets.
    "ws.close1006_on_bad_sub",
    // It sends nothing but post-only orders, as long as it does not have to flatten.
    "upgrade_window",
    // It moves money only where there is a position, and this bot may be flat; hl-sim tests it.
    "funding",
];

/// A fault of this kind in its harshest form, as the vocabulary draws it.
fn drawn(name: &str) -> Kind {
    if let Some(text) = HARDEST.iter().find(|text| text.split(' ').next() == Some(name)) {
        return text.parse().unwrap();
    }
    // Plans draw every kind; the strongest of some draws will do.
    let plans = (0..40).map(|seed| Plan::draw(seed, 3_600_000, Intensity::per_hour(400)));
    let kinds = plans.flat_map(|plan| plan.faults).map(|fault| fault.kind);
    let mut found: Vec<Kind> = kinds.filter(|kind| kind.name() == name).collect();
    let strength = |kind: &Kind| {
        let text = kind.to_string();
        let certain = text.contains("prob=1") || !text.contains("prob=");
        (certain, !text.contains("on=log"), !text.contains("on=info"))
    };
    found.sort_by_key(strength);
    found.pop().unwrap_or_else(|| panic!("no plan has {name}"))
}

#[test]
fn every_kind_of_fault_changes_the_run() {
    let world = || busy(&["SOL", "DOGE"]);
    let length = 90 * SECOND;
    let calm = |company: &[Fault]| {
        let plan = Plan { faults: company.to_vec() };
        run_seed(&config(world(), plan, length), 3, &mut ()).unwrap().digest
    };
    let quiet = calm(&[]);
    let mut silent = Vec::new();
    for name in Kind::ALL_NAMES {
        let company = COMPANY.iter().find(|(kind, _)| kind == name);
        let company: Vec<Fault> =
            company.map(|(_, with)| fault(with, 40 * SECOND, 10 * SECOND)).into_iter().collect();
        let without = if company.is_empty() { quiet } else { calm(&company) };
        let mut faults = company.clone();
        faults.push(Fault { at: 20 * SECOND, lasts_ms: 60 * SECOND, kind: drawn(name) });
        faults.sort_by_key(|fault| fault.at);
        let plan = Plan { faults };
        let report = run_seed(&config(world(), plan, length), 3, &mut ()).unwrap();
        assert_eq!(report.faults.get(name), Some(&1), "{name} is not counted");
        if report.digest == without {
            silent.push(*name);
        }
    }
    silent.retain(|name| !NOT_MET.contains(name));
    assert_eq!(silent, [""; 0], "these faults did nothing");
}

#[test]
fn the_report_leaves_nothing_out_of_its_denominators() {
    let run =
        RunConfig { faults_ms: 10 * MINUTE, on_breach: OnBreach::GoOn, ..RunConfig::hours(1) };
    for seed in 40..46 {
        let report = run_seed(&run, seed, &mut ()).unwrap();
        let planned = u64::try_from(report.plan.faults.len()).unwrap();
        assert_eq!(report.faults_total(), planned, "{seed}");
        assert!(report.ran_ms >= run.faults_ms + run.heal_ms, "{seed}");
        let truth = &report.truth;
        let refused: u64 = truth.rejected.values().sum();
        assert_eq!(truth.attempts, truth.accepted + refused, "{seed}");
        assert_eq!(truth.open_orders, 0, "{seed}");
        assert_eq!(report.remaining, Some(0), "{seed}");
    }
}

#[test]
fn after_the_last_fault_everything_works_again_at_once() {
    // Everything is wrong until the very end, and the bot is down.
    let faults = "net.blackhole @1000+118000\n\
                  disk.ro on=state @1000+118000\n\
                  meta.unavailable @1000+118000\n\
                  time.skew ms=5000 @1000+118000\n\
                  proc.kill9 point=6 down=3600000 @60000+1000";
    let run = config(busy(&["SOL"]), plan(faults), 2 * MINUTE);
    let mut quoted = None;
    let mut watch =
        crate::rig::Watch(|scene: &hl_world::Scene<'_>, seen: &hl_world::Observation<'_>| {
            if let (hl_world::Observation::Event { event, .. }, hl_world::Phase::Healed) =
                (seen, scene.phase)
                && let hl_engine::EventKind::QuoteStart { .. } = event.kind
            {
                quoted.get_or_insert(scene.since_start_ms);
            }
            None
        });
    let report = run_seed(&run, 5, &mut watch).unwrap();
    let quoted = quoted.expect("it never quoted again");
    assert!(quoted < 2 * MINUTE + 30 * SECOND, "it took until {quoted}");
    assert_eq!(report.truth.open_orders, 0);
}
