//! Clock, disk and sleep of the machine under the bot.

use std::collections::BTreeSet;

use hl_engine::{Command, Operator};
use hl_world::{Observation, Phase, Scene};

use crate::rig::{Watch, run};

#[test]
fn no_nonce_is_used_twice_whatever_clock_and_processes_do() {
    let faults = "time.jump ms=-3600000 @20000+60000\n\
                  proc.kill9 point=3 down=500 @30000+5000\n\
                  time.skew ms=4000 @40000+10000\n\
                  proc.kill9 point=0 down=100 @60000+5000\n\
                  time.leap @90000+5000";
    let (mut used, mut burns) = (BTreeSet::new(), BTreeSet::new());
    let report = run(
        faults,
        &mut Watch(|_: &Scene<'_>, seen: &Observation<'_>| {
            match seen {
                Observation::Command { command: Command::Burn { request, .. }, .. } => {
                    burns.insert(*request);
                }
                Observation::Sent(sent)
                    if !burns.contains(&sent.request) && !used.insert(sent.nonce.0) =>
                {
                    return Some(format!("nonce {}", sent.nonce.0));
                }
                _ => {}
            }
            None
        }),
    );
    assert_eq!(report.breaches, []);
    assert_eq!(report.tally.starts, 3);
    assert!(used.len() > 50, "it hardly spoke: {}", used.len());
}

#[test]
fn the_bots_clock_shows_what_the_fault_says() {
    let mut offsets = BTreeSet::new();
    run(
        "time.skew ms=-700 @30000+10000\ntime.jump ms=5000 @60000+10000",
        &mut Watch(|scene: &Scene<'_>, seen: &Observation<'_>| {
            if let (Observation::Told { .. }, Some(bot)) = (seen, scene.bots.first()) {
                let offset = i128::from(bot.now.0) - i128::from(scene.now.0);
                let second = scene.since_start_ms / 1_000;
                let wanted = match second {
                    30..=39 => -700,
                    60..=69 => 5_000,
                    _ => 0,
                };
                offsets.insert(offset);
                return (offset != wanted).then(|| format!("{offset} after {second} s"));
            }
            None
        }),
    );
    assert_eq!(offsets, BTreeSet::from([-700, 0, 5_000]));
}

#[test]
fn a_process_that_stands_still_hears_nothing_and_then_everything() {
    let (mut asleep, mut woken) = (0, None);
    let report = run(
        "proc.stop ms=10000 @30000+1000",
        &mut Watch(|scene: &Scene<'_>, seen: &Observation<'_>| {
            if let Observation::Told { .. } = seen {
                match scene.since_start_ms {
                    30_001..40_000 => asleep += 1,
                    at @ 40_000.. => {
                        woken.get_or_insert(at);
                    }
                    _ => {}
                }
            }
            None
        }),
    );
    assert_eq!((asleep, woken), (0, Some(40_000)));
    assert_eq!(report.tally.starts, 1);
}

#[test]
fn without_a_journal_nothing_is_placed_and_cancels_still_go_out() {
    let (mut failed, mut placed, mut cancelled) = (None, 0, 0);
    let report = run(
        "disk.full on=state @30000+30000",
        &mut Watch(|scene: &Scene<'_>, seen: &Observation<'_>| {
            match seen {
                Observation::Journal { ok: false, .. } => {
                    failed.get_or_insert(scene.since_start_ms);
                }
                Observation::Journal { ok: true, .. } => failed = None,
                Observation::Command { command, .. } if failed.is_some() => match command {
                    Command::Place { .. } | Command::Modify { .. } => placed += 1,
                    Command::Cancel { .. } => cancelled += 1,
                    _ => {}
                },
                _ => {}
            }
            None
        }),
    );
    assert!(report.tally.disk_failures > 0);
    assert_eq!(placed, 0);
    assert!(cancelled > 0, "its quotes stayed in the book");
    assert_eq!(report.truth.open_orders, 0);
}

#[test]
fn a_slow_disk_holds_the_orders_back_and_not_the_venue() {
    let mut delays = Vec::new();
    let mut written = 0;
    run(
        "disk.slow on=state ms=700 @30000+20000",
        &mut Watch(|scene: &Scene<'_>, seen: &Observation<'_>| {
            match seen {
                Observation::Journal { ok: true, .. } => written = scene.since_start_ms,
                Observation::Sent(sent)
                    if sent.expires.is_some()
                        && (31_000..49_000).contains(&scene.since_start_ms) =>
                {
                    delays.push(scene.since_start_ms - written);
                }
                _ => {}
            }
            None
        }),
    );
    assert!(!delays.is_empty(), "nothing was sent");
    assert!(delays.iter().all(|delay| *delay >= 700), "{delays:?}");
}

#[test]
fn the_operator_halts_and_resumes_and_comes_back_after_the_last_fault() {
    let (mut words, mut healed) = (Vec::new(), None);
    let mut world = crate::rig::busy(&["SOL"]);
    world.operator.visits_ms = 40_000;
    world.operator.halts = 1;
    let plan = crate::rig::plan("ws.close code=1006 @1000+119000");
    let config = crate::rig::config(world, plan, 120_000);
    let mut watch = Watch(|scene: &Scene<'_>, seen: &Observation<'_>| {
        match seen {
            Observation::Operator { word, .. } => words.push((*word, scene.since_start_ms)),
            Observation::Phase(Phase::Healed) => healed = Some(scene.since_start_ms),
            _ => {}
        }
        None
    });
    let report = hl_world::run_seed(&config, 9, &mut watch).unwrap();
    let count = |word| words.iter().filter(|(said, _)| *said == word).count();
    assert_eq!(count(Operator::Halt), 1);
    assert_eq!(count(Operator::Stop), 1);
    assert!(words.contains(&(Operator::Resume, healed.unwrap() + 3_000)), "{words:?}");
    assert_eq!(report.tally.operator_words, u64::try_from(words.len()).unwrap());
}
