//! Plans that make a kind of fault meet an order in a given state.

use hl_sim::fault::{Fault, Intensity, Plan};

use super::coverage::OrderStage;

/// From one meeting to the next: the time in which a fault's effects die down.
const EVERY_MS: u64 = 40_000;
/// How long the state is provoked, and how long the fault lasts in the middle of it.
const PROVOKE_MS: u64 = 25_000;
const BEGIN_MS: u64 = 5_000;
const LEAD_MS: u64 = 10_000;
const MEET_MS: u64 = 12_000;
/// How many draws are made to find a fault of a kind.
const DRAWS: u64 = 40;

/// A plan of `run_ms` milliseconds in which these pairs meet, one after another, beginning at a
/// place in the list that depends on the seed; nothing without pairs.
///
/// Each meeting is two faults: one that brings orders into the state, and the wanted one within it.
#[must_use]
pub fn directed(seed: u64, run_ms: u64, pairs: &[(&'static str, OrderStage)]) -> Option<Plan> {
    let meetings = usize::try_from(run_ms / EVERY_MS).unwrap_or(usize::MAX);
    let count = u64::try_from(pairs.len()).ok().filter(|count| *count > 0)?;
    let begin = usize::try_from(seed.wrapping_mul(7_919) % count).unwrap_or(0);
    let mut faults = Vec::new();
    let turns = (0_u64..).zip(pairs.iter().cycle().skip(begin)).take(meetings);
    for (turn, (kind, stage)) in turns {
        let at = turn.saturating_mul(EVERY_MS).saturating_add(BEGIN_MS);
        let Some(mut fault) = drawn(seed.wrapping_add(turn), kind) else { continue };
        fault.at = at.saturating_add(LEAD_MS);
        fault.lasts_ms = MEET_MS;
        faults.push(fault);
        for text in provoking(*stage) {
            if let Ok(kind) = text.parse() {
                faults.push(Fault { at, lasts_ms: PROVOKE_MS, kind });
            }
        }
    }
    faults.sort_by_key(|fault| fault.at);
    Some(Plan { faults })
}

/// What brings orders into a state.
const fn provoking(stage: OrderStage) -> &'static [&'static str] {
    match stage {
        OrderStage::Live => &[],
        // The streams tell of what has arrived before an answer does, so the way there is made long.
        OrderStage::Pending | OrderStage::PendingCancel => &["req.delay prob=1 ms=4000"],
        // Neither the orders nor the questions about them get through.
        OrderStage::Unknown => &["http.5xx prob=1 reach=before"],
        OrderStage::Owing => &["fill.late ms=15000", "fill.burst every=4000"],
        OrderStage::Parked => &["reject.tick prob=1"],
    }
}

/// A fault of this kind with drawn parameters.
fn drawn(seed: u64, kind: &str) -> Option<Fault> {
    (0..DRAWS).find_map(|draw| {
        let seed = seed.wrapping_mul(DRAWS).wrapping_add(draw);
        let plan = Plan::draw(seed, 3_600_000, Intensity::per_hour(120));
        plan.faults.into_iter().find(|fault| fault.kind.name() == kind)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use hl_sim::fault::Kind;

    #[test]
    fn every_kind_can_be_asked_for_and_comes_with_what_provokes_the_state() {
        for kind in Kind::ALL_NAMES {
            for stage in OrderStage::ALL {
                let plan = directed(3, 40_000, &[(kind, stage)]).unwrap();
                let names: Vec<&str> = plan.faults.iter().map(|f| f.kind.name()).collect();
                assert!(names.contains(kind), "{kind} {stage}: {names:?}");
                assert_eq!(names.len(), 1 + provoking(stage).len(), "{kind} {stage}");
            }
        }
    }

    #[test]
    fn without_pairs_there_is_no_plan() {
        assert!(directed(1, 3_600_000, &[]).is_none());
    }
}
