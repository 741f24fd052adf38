//! The deeds that a witness keeps are what was done, and keeping them changes nothing.

use hl_sim::{Deed, DeedState, Exchange, Input, Path, RequestId};
use hl_wire::{Cloid, RejectCode};

use crate::rig::{Rig, address, config, order_with};

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
    let signer = Some(address(1));
    assert!(deeds.contains(&Deed::Action { signer, nonce }), "{deeds:?}");

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
