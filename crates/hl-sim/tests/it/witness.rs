//! The deeds that a witness keeps are what was done, and keeping them changes nothing.

use hl_sim::{Cause, Deed, DeedState, Exchange, Input, Path, Purpose, RequestId, Usd, Verdict};
use hl_wire::{Cloid, RejectCode};

use crate::rig::{Rig, address, config, order_with, orders, sign};

fn witnessed() -> Rig {
    let mut rig = Rig::new(config());
    rig.exchange = std::mem::replace(&mut rig.exchange, Exchange::new(config(), 1)).witnessed();
    rig
}

#[test]
fn an_order_is_witnessed_from_its_book_entry_to_its_fill() {
    let mut rig = witnessed();
    rig.order(1, &order_with(1, true, "149.5", "2", "Alo", false, Some(7)));
    let nonce = rig.nonce;
    let deeds: Vec<Deed> = rig.exchange.take_deeds().into_iter().map(|seen| seen.deed).collect();
    let opened = deeds.iter().any(|deed| {
        matches!(deed, Deed::Order(order) if order.account == address(1) && order.coin == "SOL"
            && order.cloid == Some(Cloid(7)) && order.state == DeedState::Open)
    });
    assert!(opened, "{deeds:?}");
    let action = Deed::Action {
        signer: Some(address(1)),
        nonce,
        kind: "order",
        weight: 1,
        cloids: vec![Cloid(7)],
        verdict: Verdict::Performed,
    };
    assert!(deeds.contains(&action), "{deeds:?}");

    rig.order(2, &order_with(1, false, "149.5", "0.5", "Ioc", false, Some(8)));
    let deeds: Vec<Deed> = rig.exchange.take_deeds().into_iter().map(|seen| seen.deed).collect();
    let fills: Vec<(bool, String)> = deeds
        .iter()
        .filter_map(|deed| match deed {
            Deed::Fill(fill) => Some((fill.crossed, fill.position.to_string())),
            _ => None,
        })
        .collect();
    assert_eq!(fills, [(true, "-0.5".to_owned()), (false, "0.5".to_owned())]);
    assert_eq!(rig.exchange.position(address(1), "SOL").to_string(), "0.5");
}

#[test]
fn a_refused_order_and_an_unreadable_body_are_witnessed_too() {
    let mut rig = witnessed();
    rig.order(1, &order_with(1, true, "149.12345", "1", "Alo", false, Some(9)));
    let deeds = rig.exchange.take_deeds();
    let refused = deeds.iter().any(|seen| {
        matches!(&seen.deed, Deed::Order(order) if order.cloid == Some(Cloid(9))
            && order.state == DeedState::Rejected(RejectCode::Tick))
    });
    assert!(refused, "{deeds:?}");
    let id = RequestId(99);
    rig.input(Input::Http { id, path: Path::Exchange, body: b"{".to_vec() });
    let deeds = rig.exchange.take_deeds();
    assert!(deeds.iter().any(|seen| seen.deed == Deed::Unreadable { id }), "{deeds:?}");
}

#[test]
fn nothing_is_kept_unless_a_witness_was_asked_for() {
    let mut rig = Rig::new(config());
    rig.order(1, &order_with(1, true, "149.5", "2", "Alo", false, Some(7)));
    assert_eq!(rig.exchange.take_deeds(), []);
}

fn deeds(rig: &mut Rig) -> Vec<Deed> {
    rig.exchange.take_deeds().into_iter().map(|seen| seen.deed).collect()
}

#[test]
fn an_action_is_witnessed_with_its_verdict_and_the_names_that_it_carried() {
    let mut rig = witnessed();
    let batch = orders(&[
        order_with(1, true, "149.5", "2", "Alo", false, Some(7)),
        order_with(1, true, "149.4", "2", "Alo", false, Some(8)),
    ]);
    let expired = sign(1, &batch, rig.nonce + 1, Some(rig.now - 1));
    let again = sign(1, r#"{"type":"noop"}"#, rig.nonce + 1, None);
    for body in [expired, again] {
        rig.http(Path::Exchange, body.as_bytes());
    }
    let seen: Vec<_> = deeds(&mut rig)
        .into_iter()
        .filter_map(|deed| match deed {
            Deed::Action { kind, weight, cloids, verdict, .. } => {
                Some((kind, weight, cloids, verdict))
            }
            _ => None,
        })
        .collect();
    assert_eq!(
        seen,
        [
            ("order", 2, vec![Cloid(7), Cloid(8)], Verdict::Refused(RejectCode::Expired)),
            ("noop", 1, vec![], Verdict::Refused(RejectCode::Nonce)),
        ]
    );
}

/// What was known about an order is enough to say when it was in the book and why no longer.
#[test]
fn the_end_of_an_order_is_witnessed_with_the_reason_and_the_time() {
    let mut rig = witnessed();
    rig.order(1, &order_with(1, true, "140", "2", "Alo", false, Some(7)));
    rig.pass(1_000);
    rig.order(1, &order_with(1, false, "140", "2", "Ioc", false, Some(8)));
    let told = rig.exchange.take_deeds();
    let of_seven = told.iter().filter_map(|seen| match &seen.deed {
        Deed::Order(order) if order.cloid == Some(Cloid(7)) => Some((seen.at, order.status)),
        _ => None,
    });
    let [(opened, "open"), (closed, "selfTradeCanceled")] = of_seven.collect::<Vec<_>>()[..] else {
        panic!("{told:?}")
    };
    assert!(closed.since(opened) >= 1_000);
}

#[test]
fn money_and_positions_that_move_by_themselves_are_witnessed_with_their_cause() {
    let mut rig = witnessed();
    rig.order(1, &order_with(1, true, "140", "2", "Alo", false, Some(7)));
    rig.order(2, &order_with(1, false, "140", "2", "Ioc", false, Some(8)));
    let fees: Vec<_> = deeds(&mut rig)
        .into_iter()
        .filter_map(|deed| match deed {
            Deed::Fill(fill) => Some((fill.cause, fill.fee)),
            _ => None,
        })
        .collect();
    // 280 dollars at 0.045 % and 0.015 %.
    let (taker, maker) = (Usd::micros(126_000), Usd::micros(42_000));
    assert_eq!(fees, [(Cause::Trade, taker), (Cause::Trade, maker)]);
    for (kind, cause) in
        [("adl share=0.5", Cause::Deleveraging), ("settle market=1 ppm=100", Cause::Settlement)]
    {
        rig.exchange.inject(&kind.parse().unwrap());
        rig.pass(100);
        let seen = deeds(&mut rig);
        let caused = |deed: &Deed| matches!(deed, Deed::Fill(fill) if fill.cause == cause);
        assert_eq!(seen.iter().filter(|deed| caused(deed)).count(), 2, "{kind}: {seen:?}");
    }
    let paid = rig.exchange.withdraw(address(1), Usd::dollars(5));
    rig.pass(100);
    let (account, purpose) = (address(1), Purpose::Withdrawal);
    assert_eq!(deeds(&mut rig), [Deed::Paid { account, usd: -paid, purpose }]);
}
