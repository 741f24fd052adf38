//! An action under swapped market numbers (`meta.reindex`).

use hl_wire::{Action, AssetId};

use crate::core::Core;

/// The action as it means now what it says: its numbers are the outside's.
pub(super) fn renumbered(core: &Core, action: &Action) -> Action {
    let mut action = action.clone();
    let inside = |asset: &mut AssetId| *asset = core.renumbered(*asset);
    match &mut action {
        Action::Order(order) => order.orders.iter_mut().for_each(|order| inside(&mut order.a)),
        Action::Cancel(cancel) => {
            cancel.cancels.iter_mut().for_each(|cancel| inside(&mut cancel.a));
        }
        Action::CancelByCloid(cancel) => {
            cancel.cancels.iter_mut().for_each(|cancel| inside(&mut cancel.asset));
        }
        Action::Modify(modify) => inside(&mut modify.order.a),
        Action::BatchModify(batch) => {
            batch.modifies.iter_mut().for_each(|modify| inside(&mut modify.order.a));
        }
        Action::UpdateLeverage(update) => inside(&mut update.asset),
        Action::UpdateIsolatedMargin(update) => inside(&mut update.asset),
        _ => {}
    }
    action
}
