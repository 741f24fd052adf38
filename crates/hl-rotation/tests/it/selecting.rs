//! Who can be selected.

use std::collections::BTreeSet;

use hl_rotation::{
    Action, Candidate, Filter, Filters, Previous, Reason, SignalNeed, Status, Weights, select,
};

use crate::rig::{HOUR, T0, by_vol, first, held, places, plain, wild};

fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn four() -> Vec<Candidate> {
    vec![wild("A", 0.01), wild("B", 0.02), wild("C", 0.03), wild("D", 0.04)]
}

#[test]
fn the_best_are_chosen_best_first() {
    let selection = first(&four(), &places(3));
    assert_eq!(selection.chosen, ["D", "C", "B"]);
    let a = selection.of("A").unwrap();
    assert_eq!((a.action, a.reason), (Action::Pass, Reason::Score));
    assert_eq!(selection.of("D").unwrap().action, Action::Enter);
    assert_eq!(selection.changes, 0, "filling the empty places is no change");
}

#[test]
fn ineligible_markets_are_never_selected_even_when_fewer_than_n_remain() {
    let mut all = four();
    all[3].raw.depth = Some(10.0);
    all[2].raw.spread = Some(40.01);
    all[1].status = Status::Closed;
    let selection = first(&all, &places(3));
    assert_eq!(selection.chosen, ["A"]);
    let why = |name| selection.of(name).unwrap().reason;
    assert_eq!(why("D"), Reason::Filtered(Filter::MinDepth));
    assert_eq!(why("C"), Reason::Filtered(Filter::MaxSpread));
    assert_eq!(why("B"), Reason::Filtered(Filter::Trading));
    let order: Vec<_> = selection.explained.iter().map(|e| e.name.as_str()).collect();
    assert_eq!(order, ["A", "B", "C", "D"], "the eligible first, the others by name");
}

#[test]
fn equality_passes_the_filters_as_in_the_old_system() {
    let mut edge = plain("EDGE");
    (edge.raw.depth, edge.raw.spread) = (Some(2_000.0), Some(40.0));
    assert_eq!(first(&[edge], &Filters::default()).chosen, ["EDGE"]);
}

#[test]
fn a_market_without_a_required_number_cannot_be_judged() {
    for at in 0..3 {
        let mut all = four();
        let raw = &mut all[3].raw;
        *[&mut raw.vol, &mut raw.spread, &mut raw.depth][at] = None;
        let selection = first(&all, &places(1));
        assert_eq!(selection.chosen, ["C"]);
        assert_eq!(selection.of("D").unwrap().reason.key(), "not_measured");
    }
}

#[test]
fn a_required_signal_that_is_missing_excludes() {
    let mut all = four();
    all[0].raw.signal = Some(-1.0);
    let mut filters = places(3);
    filters.signal = SignalNeed::Required;
    let selection = first(&all, &filters);
    assert_eq!(selection.chosen, ["A"]);
    assert_eq!(selection.of("D").unwrap().reason, Reason::Filtered(Filter::Signal));
    // And one that was held until its signal went is left.
    let selection = select(&all, &by_vol(), &filters, &held(&["D"]), T0.plus(1));
    assert_eq!(selection.of("D").unwrap().action, Action::Leave);
}

#[test]
fn the_lists_allow_deny_and_protect() {
    let mut filters = places(4);
    filters.lists.allow = names(&["A", "B", "C"]);
    filters.lists.deny = names(&["B"]);
    filters.lists.never = names(&["C"]);
    let selection = select(&four(), &by_vol(), &filters, &held(&["B", "C", "D"]), T0);
    assert_eq!(selection.chosen, ["A"]);
    let why = |name| selection.of(name).unwrap().reason.key();
    assert_eq!((why("B"), why("C"), why("D")), ("deny", "never", "allow"));
}

#[test]
fn pinned_markets_come_first_and_stay_whatever_their_score() {
    let mut filters = places(2);
    filters.lists.pinned = names(&["A"]);
    let selection = first(&four(), &filters);
    assert_eq!(selection.chosen, ["D", "A"]);
    assert_eq!(selection.of("A").unwrap().reason, Reason::Pinned);
    let later = select(&four(), &by_vol(), &filters, &held(&["A", "D"]), T0.plus(HOUR));
    assert_eq!(later.chosen, ["D", "A"]);
    assert_eq!(later.of("A").unwrap().reason, Reason::Pinned);
    // It takes the worst place of those that are not pinned, even against the minimum hold.
    filters.turnover.min_hold_ms = HOUR;
    let taken = select(&four(), &by_vol(), &filters, &held(&["C", "D"]), T0.plus(1));
    assert_eq!(taken.chosen, ["D", "A"]);
    assert_eq!(taken.of("C").unwrap().reason, Reason::Outscored);
    assert_eq!(taken.changes, 1);
}

#[test]
fn a_pinned_market_that_fails_a_filter_is_not_selected() {
    let mut all = four();
    all[0].raw.depth = Some(0.0);
    let mut filters = places(2);
    filters.lists.pinned = names(&["A"]);
    assert_eq!(first(&all, &filters).chosen, ["D", "C"]);
}

#[test]
fn more_pinned_markets_than_places_are_chosen_by_score() {
    let mut filters = places(2);
    filters.lists.pinned = names(&["A", "B", "C"]);
    let selection = first(&four(), &filters);
    assert_eq!(selection.chosen, ["C", "B"]);
    assert_eq!(selection.of("A").unwrap().reason, Reason::Places);
}

#[test]
fn with_fewer_places_than_before_the_worst_leaves_but_no_pinned_one() {
    let mut filters = places(2);
    filters.turnover.min_hold_ms = HOUR;
    filters.lists.pinned = names(&["B"]);
    let selection = select(&four(), &by_vol(), &filters, &held(&["B", "C", "D"]), T0.plus(1));
    assert_eq!(selection.chosen, ["D", "B"]);
    assert_eq!(selection.of("C").unwrap().reason, Reason::Places);
    assert_eq!(selection.of("C").unwrap().action, Action::Leave);
}

#[test]
fn no_candidates_and_no_places_are_no_selection() {
    assert_eq!(first(&[], &places(3)).chosen, Vec::<String>::new());
    assert_eq!(first(&four(), &places(0)).chosen, Vec::<String>::new());
}

#[test]
fn a_held_market_that_is_no_candidate_any_more_is_not_chosen() {
    let selection = select(&four(), &Weights::default(), &places(4), &held(&["GONE"]), T0);
    assert!(!selection.chosen.contains(&"GONE".to_owned()));
    assert_eq!(Previous::default().held, []);
}

#[test]
fn an_explanation_has_the_raw_numbers() {
    let selection = first(&four(), &places(1));
    let of = |name| selection.of(name).unwrap().raw(hl_rotation::Factor::Vol);
    assert_eq!((of("A"), of("D")), (Some(0.01), Some(0.04)));
    assert_eq!(selection.of("A").unwrap().raw(hl_rotation::Factor::Signal), None);
}
