//! Processes that die, and what the next one finds.

use std::collections::BTreeSet;

use hl_engine::{Command, EventKind, SubmitEnd};
use hl_world::{CrashPoint, Death, Observation, Scene};

use crate::rig::{Watch, run};

#[test]
fn a_process_can_die_at_every_point_and_leaves_nothing_behind_for_good() {
    for (place, point) in CrashPoint::ALL.into_iter().enumerate() {
        let mut deaths = Vec::new();
        let kill = format!("proc.kill9 point={place} down=1500 @30000+50000");
        let report = run(
            &kill,
            &mut Watch(|scene: &Scene<'_>, seen: &Observation<'_>| {
                if let Observation::Died { how: Death::Killed(at), .. } = seen {
                    deaths.push((*at, scene.since_start_ms));
                }
                None
            }),
        );
        // In one quiet market few decisions are more than one command: the death may have to come
        // where the process is when the time is up.
        let late = point == CrashPoint::BetweenSends && deaths.first().map(|d| d.0) != Some(point);
        let expected = if late { CrashPoint::Idle } else { point };
        assert_eq!(deaths.len(), 1, "{point}");
        assert_eq!(deaths[0].0, expected, "{point}");
        assert_eq!(report.tally.deaths.get(&expected), Some(&1), "{point}");
        assert_eq!(report.tally.starts, 2, "{point}");
        assert_eq!(report.remaining, Some(0), "{point}");
        assert_eq!(report.truth.open_orders, 0, "{point}");
    }
}

#[test]
fn an_order_on_its_way_at_a_death_is_known_to_the_next_process() {
    let (mut sent, mut carried, mut attempted) = (BTreeSet::new(), Vec::new(), BTreeSet::new());
    let kill = "proc.kill9 point=3 down=1000 @20000+60000";
    let report = run(
        kill,
        &mut Watch(|_: &Scene<'_>, seen: &Observation<'_>| {
            match seen {
                Observation::Event { event, .. } => match &event.kind {
                    EventKind::Attempt(attempt) => {
                        attempted.insert(attempt.cloid);
                    }
                    EventKind::Submit(line) if line.end != SubmitEnd::Accepted => {
                        attempted.remove(&line.cloid);
                    }
                    EventKind::Gone { cloid, .. } => {
                        attempted.remove(cloid);
                    }
                    _ => {}
                },
                Observation::Died { how: Death::Killed(_), .. } => sent = attempted.clone(),
                Observation::Started(started) if started.bot.0 == 1 => {
                    carried = started.carry.intents.iter().map(|intent| intent.cloid).collect();
                }
                _ => {}
            }
            None
        }),
    );
    assert_eq!(report.tally.deaths.get(&CrashPoint::AfterSend), Some(&1));
    assert_eq!(carried.into_iter().collect::<BTreeSet<_>>(), sent);
}

#[test]
fn no_order_leaves_before_the_journal_has_it() {
    let (mut safe, mut waiting) = (BTreeSet::new(), BTreeSet::new());
    let mut orders = 0;
    let faults = "disk.slow on=state ms=40 @10000+20000\ndisk.eio on=state prob=0.3 @40000+30000";
    let report = run(
        faults,
        &mut Watch(|_: &Scene<'_>, seen: &Observation<'_>| {
            match seen {
                Observation::Event { event, .. } => {
                    if let EventKind::Attempt(attempt) = &event.kind {
                        waiting.insert(attempt.cloid);
                    }
                }
                Observation::Journal { ok: true, .. } => safe.append(&mut waiting),
                Observation::Command { command, .. } => {
                    let cloids: Vec<_> = match command {
                        Command::Place { orders, .. } => orders.iter().map(|o| o.cloid).collect(),
                        Command::Modify { orders, .. } => {
                            orders.iter().map(|o| o.new.cloid).collect()
                        }
                        _ => Vec::new(),
                    };
                    orders += cloids.len();
                    let unsafe_one = cloids.into_iter().find(|cloid| !safe.contains(cloid));
                    return unsafe_one.map(|cloid| format!("{cloid} is not on record"));
                }
                _ => {}
            }
            None
        }),
    );
    assert!(orders > 20, "it hardly tried: {orders}");
    assert!(report.tally.disk_failures > 0, "the disk never failed");
    assert_eq!(report.breaches, []);
}

#[test]
fn a_torn_journal_is_noticed_and_costs_only_what_was_not_safe() {
    // The process dies between write and sync, and of the write only some bytes stay.
    let mut torn = 0;
    for keep in [0, 1, 17, 60, 100] {
        let faults = format!(
            "disk.torn keep={keep} @20000+60000\nproc.kill9 point=1 down=1000 @30000+40000"
        );
        let report = run(&faults, &mut ());
        assert_eq!(report.tally.deaths.get(&CrashPoint::BeforeSync), Some(&1), "{keep}");
        assert_eq!(report.truth.open_orders, 0, "{keep}");
        torn += report.tally.torn_journals;
    }
    assert_eq!(torn, 4, "all but the whole loss leave half a line");
}

#[test]
fn a_crash_loop_ends_in_safe_mode_which_an_operator_ends() {
    let report = run("proc.crashloop times=8 @30000+5000", &mut ());
    let deaths: u64 = report.tally.deaths.values().sum();
    assert_eq!(deaths, 8, "{:?}", report.tally);
    assert_eq!(report.tally.starts, 9);
    assert!(report.tally.safe_starts > 0, "it was never too much: {:?}", report.tally);
    assert_eq!(report.truth.open_orders, 0);
    assert_eq!(report.remaining, Some(0));
}

#[test]
fn a_second_process_finds_the_lock_taken_and_sends_nothing() {
    let mut speakers = BTreeSet::new();
    let report = run(
        "proc.two @30000+1000",
        &mut Watch(|_: &Scene<'_>, seen: &Observation<'_>| {
            if let Observation::Sent(sent) = seen {
                speakers.insert(sent.bot);
            }
            None
        }),
    );
    assert_eq!((report.tally.starts, report.tally.locked_out), (1, 1));
    assert_eq!(speakers.len(), 1);
}
