//! How readily a selection changes.

use hl_quant::Millis;
use hl_rotation::{Action, Candidate, Filters, Previous, Reason, Round, Selection, select};
use proptest::prelude::*;

use crate::rig::{HOUR, T0, by_vol, held, places, wild};

/// B is held and A is better by 1: of two markets one has more and one less.
fn pair() -> Vec<Candidate> {
    vec![wild("A", 0.02), wild("B", 0.01)]
}

fn after(all: &[Candidate], filters: &Filters, previous: &Previous, hours: u64) -> Selection {
    select(all, &by_vol(), filters, previous, T0.plus(hours * HOUR))
}

fn reason(selection: &Selection, name: &str) -> (Action, Reason) {
    let explained = selection.of(name).unwrap();
    (explained.action, explained.reason)
}

#[test]
fn a_better_market_replaces_a_worse_one_where_nothing_is_in_the_way() {
    let selection = after(&pair(), &places(1), &held(&["B"]), 2);
    assert_eq!(selection.chosen, ["A"]);
    assert_eq!(reason(&selection, "A"), (Action::Enter, Reason::Score));
    assert_eq!(reason(&selection, "B"), (Action::Leave, Reason::Outscored));
    assert_eq!(selection.changes, 1);
    assert_eq!(Reason::Outscored.to_string(), "outscored");
}

#[test]
fn a_gain_within_the_margin_changes_nothing() {
    let mut filters = places(1);
    filters.turnover.margin = 1.0;
    let selection = after(&pair(), &filters, &held(&["B"]), 2);
    assert_eq!(reason(&selection, "B"), (Action::Keep, Reason::Margin));
    assert_eq!(reason(&selection, "A"), (Action::Pass, Reason::Margin));
    filters.turnover.margin = 0.999;
    assert_eq!(after(&pair(), &filters, &held(&["B"]), 2).chosen, ["A"]);
}

#[test]
fn a_market_is_held_for_its_minimum_time_to_the_millisecond() {
    let mut filters = places(1);
    filters.turnover.min_hold_ms = 2 * HOUR;
    let at = |ms| select(&pair(), &by_vol(), &filters, &held(&["B"]), T0.plus(ms));
    assert_eq!(reason(&at(2 * HOUR - 1), "B"), (Action::Keep, Reason::MinHold));
    assert_eq!(at(2 * HOUR).chosen, ["A"]);
}

#[test]
fn a_switch_happens_only_when_the_gain_over_the_horizon_exceeds_its_cost() {
    let mut filters = places(1);
    // One point of score for four hours at 0.50 USD an hour: 2 USD.
    filters.turnover.score_usd_hour = 0.5;
    filters.turnover.horizon_ms = 4 * HOUR;
    let with = |leave, enter| {
        let mut all = pair();
        (all[1].costs.leave, all[0].costs.enter) = (leave, enter);
        // These two do not matter.
        (all[0].costs.leave, all[1].costs.enter) = (1e9, 1e9);
        after(&all, &filters, &held(&["B"]), 2)
    };
    assert_eq!(reason(&with(1.5, 0.5), "B"), (Action::Keep, Reason::Cost));
    assert_eq!(with(1.5, 0.49).chosen, ["A"]);
    assert_eq!(reason(&with(f64::NAN, 0.0), "B"), (Action::Keep, Reason::Cost));
}

#[test]
fn only_so_many_markets_are_entered_in_a_rolling_day() {
    let mut filters = places(1);
    filters.turnover.max_changes_day = 2;
    let mut previous = held(&["B"]);
    previous.entered = vec![T0, T0.plus(HOUR)];
    let at = |hours| after(&pair(), &filters, &previous, hours);
    assert_eq!(reason(&at(23), "B"), (Action::Keep, Reason::MaxChanges));
    assert_eq!(at(24).chosen, ["A"], "the first of the two is a day old");
}

#[test]
fn a_place_that_a_filter_emptied_is_filled_within_the_daily_maximum_only() {
    let mut filters = places(1);
    filters.turnover.max_changes_day = 0;
    let mut all = pair();
    all[1].raw.depth = Some(0.0);
    let selection = after(&all, &filters, &held(&["B"]), 2);
    assert_eq!(selection.chosen, Vec::<String>::new());
    assert_eq!(reason(&selection, "A"), (Action::Pass, Reason::MaxChanges));
    filters.turnover.max_changes_day = 1;
    let selection = after(&all, &filters, &held(&["B"]), 2);
    assert_eq!(reason(&selection, "A"), (Action::Enter, Reason::Free));
    assert_eq!(selection.changes, 1);
}

#[test]
fn a_newcomer_passes_by_a_young_market_and_replaces_an_older_one() {
    let all = vec![wild("NEW", 0.09), wild("OLD", 0.02), wild("YOUNG", 0.01)];
    let mut filters = places(2);
    filters.turnover.min_hold_ms = HOUR;
    let previous = Previous {
        held: vec![("OLD".to_owned(), T0), ("YOUNG".to_owned(), T0.plus(2 * HOUR))],
        entered: Vec::new(),
        round: Round::Later,
    };
    let selection = after(&all, &filters, &previous, 2);
    assert_eq!(selection.chosen, ["NEW", "YOUNG"]);
    assert_eq!(reason(&selection, "YOUNG"), (Action::Keep, Reason::MinHold));
}

#[test]
fn several_markets_can_be_replaced_at_once_the_worst_first() {
    let all = vec![wild("A", 0.04), wild("B", 0.03), wild("C", 0.02), wild("D", 0.01)];
    let selection = after(&all, &places(2), &held(&["C", "D"]), 2);
    assert_eq!(selection.chosen, ["A", "B"]);
    assert_eq!(selection.changes, 2);
    let mut filters = places(2);
    filters.turnover.max_changes_day = 1;
    assert_eq!(after(&all, &filters, &held(&["C", "D"]), 2).chosen, ["A", "C"]);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    /// Scores that jump at will, for three days, looked at every hour.
    #[test]
    fn turnover_is_bounded_whatever_the_scores_do(
        days in prop::collection::vec(prop::collection::vec((0.0..0.1_f64, any::<bool>()), 6), 72),
        max in 0..4_u32,
        hold in 0..6_u64,
    ) {
        let mut filters = places(2);
        filters.turnover.max_changes_day = max;
        filters.turnover.min_hold_ms = hold * HOUR;
        let mut previous = Previous::default();
        let mut entered: Vec<Millis> = Vec::new();
        for (hour, values) in (0_u64..).zip(&days) {
            let now = T0.plus(hour * HOUR);
            let all: Vec<_> = values.iter().enumerate().map(|(i, (vol, deep))| {
                let mut market = wild(&format!("M{i}"), *vol);
                market.raw.depth = Some(if *deep || i < 2 { 5_000.0 } else { 1.0 });
                market
            }).collect();
            let selection = select(&all, &by_vol(), &filters, &previous, now);
            prop_assert!(selection.chosen.len() <= 2);
            for (name, since) in &previous.held {
                let of = selection.of(name).unwrap();
                let young = now.since(*since) < hold * HOUR;
                let left = of.action == Action::Leave && of.failed().is_none();
                prop_assert!(!(young && left), "{name} left after {}", now.since(*since));
            }
            let held: Vec<(String, Millis)> = selection.chosen.iter().map(|name| {
                let since = previous.held.iter().find(|(held, _)| held == name);
                (name.clone(), since.map_or(now, |(_, since)| *since))
            }).collect();
            let new = held.iter().filter(|(_, since)| *since == now).count();
            if hour > 0 {
                prop_assert_eq!(new, usize::try_from(selection.changes).unwrap());
                entered.extend(std::iter::repeat_n(now, new));
            }
            let recent = entered.iter().filter(|at| now.since(**at) < 24 * HOUR).count();
            prop_assert!(recent <= usize::try_from(max).unwrap());
            previous = Previous { held, entered: entered.clone(), round: Round::Later };
        }
    }
}
