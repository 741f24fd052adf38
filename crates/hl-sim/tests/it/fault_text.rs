//! The vocabulary of faults: names, texts, and plans.

use std::collections::BTreeSet;

use hl_sim::fault::{Chance, Fault, Intensity, Kind, Layer, Plan, UnreadableFault};
use proptest::prelude::*;

const HOUR: u64 = 3_600_000;

/// A plan in which every kind occurs, several times and with different parameters.
fn rich(seed: u64) -> Plan {
    Plan::draw(seed, HOUR, Intensity::per_hour(1_000))
}

proptest! {
    #[test]
    fn every_plan_is_read_back_as_it_was_printed(seed: u64) {
        let plan = rich(seed);
        prop_assert_eq!(plan.to_string().parse::<Plan>().unwrap(), plan.clone());
        for fault in &plan.faults {
            prop_assert_eq!(&fault.to_string().parse::<Fault>().unwrap(), fault);
            prop_assert_eq!(fault.kind.to_string().parse::<Kind>().unwrap(), fault.kind);
        }
    }

    #[test]
    fn a_plan_has_as_many_faults_as_asked_for_in_order_and_within_the_run(
        seed: u64, run_ms in 1..10 * HOUR, per_hour in 0_u32..2_000,
    ) {
        let plan = Plan::draw(seed, run_ms, Intensity::per_hour(per_hour));
        let count = run_ms * u64::from(per_hour) / HOUR;
        prop_assert_eq!(plan.faults.len() as u64, count);
        prop_assert!(plan.faults.is_sorted_by_key(|fault| fault.at));
        prop_assert!(plan.faults.iter().all(|fault| fault.at + fault.lasts_ms <= run_ms));
    }

    #[test]
    fn a_line_of_any_text_is_refused_or_means_what_it_prints(text in "\\PC*") {
        if let Ok(fault) = text.parse::<Fault>() {
            prop_assert_eq!(fault.to_string().parse::<Fault>().unwrap(), fault);
        }
    }

    #[test]
    fn a_chance_is_read_back_as_it_was_printed(ppm in 0_u32..=1_000_000) {
        let chance = Chance::from_ppm(ppm);
        prop_assert_eq!(chance.to_string().parse::<Chance>().unwrap(), chance);
    }
}

#[test]
fn a_plan_follows_from_its_seed() {
    assert_eq!(rich(1), rich(1));
    assert_ne!(rich(1), rich(2));
}

#[test]
fn names_are_unique_and_one_round_of_the_deck_has_each_of_them_once() {
    let names: BTreeSet<_> = Kind::ALL_NAMES.iter().copied().collect();
    assert_eq!(names.len(), Kind::ALL_NAMES.len());
    let count = u32::try_from(names.len()).unwrap();
    let drawn = Plan::draw(5, HOUR, Intensity::per_hour(count));
    let drawn: BTreeSet<_> = drawn.faults.iter().map(|fault| fault.kind.name()).collect();
    assert_eq!(drawn, names);
}

/// The list of facts, written out a second time, so that a kind that goes missing is missed.
#[test]
fn the_vocabulary_is_complete() {
    let listed = "req.{drop,delay,dup,reorder} ack.{drop,delay,err_after_accept,lie_filled,variant} \
        http.{429,5xx,html,redirect,slowloris,rst_after_request} \
        json.{trunc,extra,newenum,dupkey,huge,deep,nan,exp,missing,null} \
        ws.{close,stall,half_open,slow,dup,reorder,gap,nosnapshot,stale_snapshot,burst,close1006_on_bad_sub,expire3h,cadence} \
        info.{stale,empty,partial,inconsistent_nodes} \
        meta.{change,halt,delist,reindex,sparse,slow,unavailable} \
        book.{empty,one_sided,crossed,zero,jump,wall} oracle.{jump} \
        fill.{partial,burst,before_ack,after_cancel,late,same_ms} cancel.{race} \
        adl liq settle funding upgrade_window limits.{ip,addr,ws} deadman.{refuse,exhaust,fire} \
        agent.{revoke,expire} time.{skew,jump,freeze,leap} proc.{kill9,stop,two,crashloop} \
        disk.{full,ro,eio,torn,slow}";
    for group in listed.split_whitespace() {
        let (family, members) = group.split_once('.').unwrap_or((group, ""));
        for member in members.trim_matches(['{', '}']).split(',') {
            let name =
                if member.is_empty() { family.to_owned() } else { format!("{family}.{member}") };
            assert!(Kind::ALL_NAMES.contains(&name.as_str()), "{name}");
        }
    }
    let layers: BTreeSet<_> = rich(9).faults.iter().map(|fault| fault.kind.layer()).collect();
    assert_eq!(layers.len(), 5, "{layers:?}");
    assert!(
        rich(9)
            .faults
            .iter()
            .all(|f| f.kind.layer() != Layer::Line || !f.kind.name().starts_with("info"))
    );
}

#[test]
fn unreadable_lines_say_what_is_wrong_with_them() {
    for (line, complaint) in [
        ("ack.drip prob=0.5 @1+2", r#"no fault is called "ack.drip""#),
        ("ack.drop @1+2", "ack.drop without prob="),
        ("ack.drop prob=0.5 ms=3 @1+2", r#"ack.drop has no place for "ms=3""#),
        ("ack.drop prob=0.5 prob=0.5 @1+2", r#"ack.drop has no place for "prob=0.5""#),
        ("ack.drop prob=1.5 @1+2", r#""1.5" is not prob"#),
        (
            "ack.drop prob=0.5",
            r#"no time in "ack.drop prob=0.5": a fault ends in @at+lasts, in milliseconds"#,
        ),
        (
            "ack.drop prob=0.5 @1",
            r#"no time in "ack.drop prob=0.5 @1": a fault ends in @at+lasts, in milliseconds"#,
        ),
    ] {
        let error: UnreadableFault = line.parse::<Fault>().unwrap_err();
        assert_eq!(error.to_string(), complaint, "{line}");
    }
}

#[test]
fn a_plan_is_made_shorter_by_leaving_out_faults_and_halving_them() {
    let plan: Plan =
        "# what it takes\n\nws.half_open @5+100\nack.drop prob=0.5 @0+7\nliq method=market @9+1\n"
            .parse()
            .unwrap();
    assert_eq!(
        plan.to_string(),
        "ack.drop prob=0.5 @0+7\nws.half_open @5+100\nliq method=market @9+1\n"
    );
    assert_eq!(plan.without(1).to_string(), "ack.drop prob=0.5 @0+7\nliq method=market @9+1\n");
    assert_eq!(plan.without(3), plan);
    assert_eq!(plan.without_range(0..2).to_string(), "liq method=market @9+1\n");
    assert_eq!(plan.shortened(1).unwrap().faults[1].lasts_ms, 50);
    assert_eq!(plan.shortened(2), None, "a millisecond cannot be halved");
}
