//! What holds whatever goes wrong.

use std::collections::BTreeMap;

use hl_sim::background::Synthetic;
use hl_sim::fault::{Intensity, Layer, Plan};
use hl_sim::{ConnId, Exchange, Input, OpenQuestions, Output, Truth};
use proptest::prelude::*;
use serde_json::json;

use crate::rig::{Rig, address, assert_conserved, config, order_with, orders};

/// A quarter of an hour of a client that quotes, cancels and takes while everything that a venue can
/// do wrong is done, one fault every few seconds; then all of it is healed.
fn story(seed: u64) -> (Rig, Vec<Output>) {
    let run_ms = 900_000;
    let mut config = config().with_open_questions(seed);
    config.limits.schedule_cancel_volume = hl_sim::Usd::ZERO;
    let mut rig = Rig::with_background(config, Box::new(Synthetic::new(seed)));
    rig.input(Input::WsOpen { conn: ConnId(1) });
    for subscription in [
        json!({"type": "orderUpdates", "user": address(1)}),
        json!({"type": "userFills", "user": address(1)}),
        json!({"type": "bbo", "coin": "SOL"}),
    ] {
        rig.ws(1, &json!({"method": "subscribe", "subscription": subscription}).to_string());
    }
    let plan = Plan::draw(seed, run_ms, Intensity::per_hour(1_500));
    let mut due: BTreeMap<(u64, usize), bool> = BTreeMap::new();
    for (place, fault) in plan.faults.iter().enumerate() {
        if fault.kind.layer() == Layer::Venue {
            due.insert((fault.at, place), true);
            due.insert((fault.at + fault.lasts_ms, place), false);
        }
    }
    let start = rig.now;
    let mut all = Vec::new();
    for step in 0..run_ms / 1_000 {
        while let Some(entry) = due.first_entry().filter(|e| e.key().0 <= step * 1_000) {
            let ((_, place), begins) = entry.remove_entry();
            let kind = &plan.faults[place].kind;
            if begins { rig.exchange.inject(kind) } else { rig.exchange.heal(kind) }
        }
        act(&mut rig, step);
        rig.now = start + step * 1_000;
        rig.input(Input::Tick);
        all.extend(rig.take());
        sane(&rig.exchange, &rig.truth());
    }
    for fault in &plan.faults {
        rig.exchange.heal(&fault.kind);
    }
    rig.pass(1_000);
    (rig, all)
}

fn act(rig: &mut Rig, step: u64) {
    let cloid = Some(u128::from(step) + 1);
    let px = format!("{}", 130 + step % 40);
    let action = match step % 7 {
        0..=2 => orders(&[order_with(1, true, &px, "0.5", "Alo", false, cloid)]),
        3 | 4 => orders(&[order_with(1, false, &px, "0.5", "Alo", false, cloid)]),
        5 => {
            let cloid = format!("0x{:032x}", step / 2);
            json!({"type": "cancelByCloid", "cancels": [{"asset": 1, "cloid": cloid}]}).to_string()
        }
        _ => orders(&[order_with(1, step.is_multiple_of(2), &px, "0.2", "Ioc", false, cloid)]),
    };
    let body = rig.signed(1, &action);
    let id = hl_sim::RequestId(1_000_000 + step);
    rig.input(Input::Http { id, path: hl_sim::Path::Exchange, body: body.into_bytes() });
}

fn sane(exchange: &Exchange, truth: &Truth) {
    assert_conserved(truth);
    for account in truth.accounts.values() {
        let refused: u64 = account.rejected.values().sum();
        assert_eq!(account.attempts, account.accepted + refused, "{account:?}");
    }
    assert!(exchange.config().markets.len() == truth.markets.len());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]

    #[test]
    fn nothing_that_goes_wrong_makes_money_or_loses_an_order(seed in 0_u64..1_000_000) {
        let (mut rig, _) = story(seed);
        // Healed, an order far from the market rests again.
        let answer = rig.order(2, &order_with(1, true, "100", "1", "Alo", false, None));
        prop_assert!(answer.contains("resting"), "{}", answer);
        prop_assert!(rig.truth().accounts[&address(1)].attempts > 500);
    }
}

#[test]
fn a_story_of_faults_told_twice_is_the_same() {
    assert_eq!(story(5).1, story(5).1);
    assert_ne!(story(5).1, story(6).1);
}

#[test]
fn every_answer_to_every_open_question_comes_up() {
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    for seed in 0..200 {
        let drawn = format!("{:?}", OpenQuestions::draw(seed));
        for answer in drawn.split(['{', ',', '}']).filter(|part| part.contains(':')) {
            *seen.entry(answer.trim().to_owned()).or_default() += 1;
        }
    }
    assert_eq!(seen.len(), 14, "two answers to each of seven questions: {seen:?}");
    assert!(seen.values().all(|count| *count > 50), "{seen:?}");
    assert_eq!(OpenQuestions::draw(3), OpenQuestions::draw(3));
}
