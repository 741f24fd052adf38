use super::*;
use hl_wire::RejectCode;

const T: Millis = Millis(1_762_252_867_000);

fn budgets() -> Budgets {
    Budgets::new(BudgetConfig::default())
}

#[test]
fn each_class_leaves_a_floor_to_the_more_important_ones() {
    let mut budgets = budgets();
    let mut spent = Vec::new();
    for class in Class::ALL.into_iter().rev() {
        let mut n = 0;
        while budgets.may_send(T, class, 1) {
            budgets.sent(T, 1);
            n += 1;
        }
        spent.push(n);
    }
    // Of 140 at the start: info 80, quotes 30, reducing orders and questions 10 each, then 10 for
    // cancels, of which each takes twenty orders away.
    assert_eq!(spent, [80, 30, 10, 10, 10]);
    assert_eq!(budgets.ready_at(T, Class::Cancel, 1), T.plus(74), "820 a minute");
}

#[test]
fn messages_count_on_the_websocket_only() {
    let mut rest = budgets();
    let mut ws = Budgets::new(BudgetConfig { road: Road::WebSocket, ..BudgetConfig::default() });
    assert!(ws.may_send(T, Class::Info, 1));
    for _ in 0..MESSAGES_AT_ONCE {
        rest.sent(T, 0);
        ws.sent(T, 0);
    }
    assert!(rest.may_send(T, Class::Cancel, 1));
    assert!(!ws.may_send(T, Class::Cancel, 1));
    assert_eq!(ws.ready_at(T, Class::Cancel, 1), T.plus(44), "1,380 a minute");
}

#[test]
fn quoting_never_spends_what_cancels_need() {
    let mut budgets = budgets();
    budgets.address.told(T, 0, 1_000);
    let mut live = 0;
    // 900 is our share of 1,000; 100 are reserved, and one for each live order.
    while budgets.allowance(T, Class::Quote, live, 100).is_enough() {
        budgets.address.spend(T, 1);
        live += 1;
    }
    assert_eq!(live, 400);
    assert_eq!(budgets.address.ours(), Some(500));
    let reduce = budgets.allowance(T, Class::Reduce, live, 100);
    assert!(reduce.is_enough(), "the reducing side may touch the reserve");
    assert_eq!(reduce.reserve, 401, "but not what the live orders need");
}

#[test]
fn without_requests_the_reducing_side_drips_and_quoting_stops() {
    let mut budgets = budgets();
    budgets.address.told(T, 1_000, 1_000);
    assert!(!budgets.allowance(T, Class::Quote, 0, 0).is_enough());
    assert!(budgets.allowance(T, Class::Reduce, 9, 500).is_enough());
    budgets.address.spend(T, 1);
    assert!(!budgets.allowance(T.plus(5_000), Class::Reduce, 9, 500).is_enough());
    assert!(budgets.allowance(T.plus(11_000), Class::Reduce, 9, 500).is_enough());
}

#[test]
fn nothing_is_known_before_the_venue_has_told_but_weight_counts_all_the_same() {
    let mut budgets = budgets();
    assert!(budgets.allowance(T, Class::Quote, 50, 500).is_enough());
    budgets.refused(T, RejectCode::IpRate);
    assert!(budgets.allowance(T, Class::Quote, 0, 0).is_enough(), "nothing about the address");
    assert!(!budgets.may_send(T, Class::Quote, 1) && !budgets.may_send(T, Class::Reconcile, 2));
    assert!(
        budgets.may_send(T.plus(74), Class::Cancel, 1),
        "a cancel waits for a tenth of a second"
    );
    assert!(budgets.may_send(T.plus(12_000), Class::Reconcile, 2));
}

#[test]
fn a_request_gets_dearer_as_the_runway_gets_shorter() {
    let mut budgets = budgets();
    budgets.address.told(T, 0, 10_000);
    assert_eq!(budgets.price(T).to_string(), "0.0005", "the venue's own price");
    for minute in 1..=60 {
        budgets.address.spend(T.plus(minute * 60_000), 20);
    }
    let now = T.plus(HOUR_MS);
    let view = budgets.view(now);
    assert_eq!((view.left, view.cap), (Some(8_800), Some(10_000)));
    let hours = view.runway_hours().unwrap();
    assert!((6..=7).contains(&hours), "7,800 at about 1,200 an hour: {hours}");
    assert_eq!(view.price.to_string(), "0.0015", "24 hours are wanted");
}

#[test]
fn moving_a_quote_must_earn_its_request() {
    let cents = |n: u128| Notional::from_raw(n * 100_000_000_000_000);
    let price = Usd::from_raw(REQUEST_PRICE);
    let chance = BudgetConfig::default().worth;
    assert!(Budgets::is_worth(cents(1), chance, price), "5 % of a cent is the price");
    assert!(!Budgets::is_worth(Notional::from_raw(cents(1).raw() - 1), chance, price));
    assert!(!Budgets::is_worth(cents(9), chance, Usd::from_raw(REQUEST_PRICE * 10)));
}

#[test]
fn an_answer_that_was_heavier_than_its_question_is_paid_for() {
    let mut budgets = budgets();
    let before = budgets.view(T).weight_left;
    budgets.weighed(T, 30);
    assert_eq!(budgets.view(T).weight_left, before - 30);
}

#[test]
fn a_clock_that_is_set_back_fills_no_budget_and_stops_none() {
    let mut budgets =
        Budgets::new(BudgetConfig { road: Road::WebSocket, ..BudgetConfig::default() });
    let before = Millis(T.0 - 3_600_000);
    while budgets.may_send(T, Class::Cancel, 1) {
        budgets.sent(T, 1);
    }
    budgets.rebase(before);
    assert!(!budgets.may_send(before, Class::Cancel, 1), "nothing came back by it");
    assert!(budgets.may_send(before.plus(74), Class::Cancel, 1), "and it goes on at its pace");
}

#[test]
fn an_exit_needs_weight_and_a_drip_but_leaves_no_requests_to_others() {
    let mut used_up = budgets();
    while used_up.may_send(T, Class::Reduce, 1) {
        assert!(used_up.may_exit(T));
        used_up.sent(T, 1);
    }
    assert!(!used_up.may_exit(T), "the rest of the weight is for cancels and questions");
    let mut last = budgets();
    last.address.told(T, 9_999, 10_000);
    assert!(!last.allowance(T, Class::Reduce, 0, 0).is_enough());
    assert!(last.may_exit(T), "one is left, and it is enough to close");
    last.address.spend(T, 1);
    assert!(last.may_exit(T), "none is left: the drip");
    last.address.spend(T, 1);
    assert!(!last.may_exit(T.plus(10_999)));
    assert!(last.may_exit(T.plus(11_000)));
}
