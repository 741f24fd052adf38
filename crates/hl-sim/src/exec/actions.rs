//! Performing an admitted action.

use hl_wire::{
    Action, AlwaysPlace, AssetId, CancelByCloid, CancelByOid, ErrorText, Grouping, ModifyWire,
    OrderAction, OrderRef, OrderType, OrderWire,
};

use super::Answer;
use super::envelope::Request;
use super::reply::StatusDoc;
use crate::Usd;
use crate::core::Core;
use crate::core::account::AccountId;
use crate::core::batch::Replacement;
use crate::core::place::{OrderRequest, Reply};
use crate::core::position::MarginKind;
use crate::refusal::{ActionError, StaticRefusal, missing_order};
use hl_quant::Side;

/// Price of one reserved request in micro-dollars (docs: "Rate limits and user limits").
const RESERVED_REQUEST_MICROS: i128 = 500;

/// Performs an action for an account and answers it.
pub(super) fn perform(core: &mut Core, id: AccountId, request: &Request) -> Answer {
    if request.orders() > 0 {
        core.orders_are_coming();
    }
    let done = match request {
        Request::L1 { action, .. } => match core.swapped {
            None => l1(core, id, action),
            Some(_) => l1(core, id, &super::renumber::renumbered(core, action)),
        },
        Request::UserSigned { action, .. } => super::transfers::perform(core, id, action),
    };
    done.unwrap_or_else(|error| Answer::Err(error.text()))
}

fn l1(core: &mut Core, id: AccountId, action: &Action) -> Result<Answer, ActionError> {
    match action {
        Action::Order(action) => order(core, id, action),
        Action::Cancel(action) => Ok(cancel(core, id, &action.cancels)),
        Action::CancelByCloid(action) => Ok(cancel_by_cloid(core, id, &action.cancels)),
        Action::Modify(action) => modify(core, id, action.oid, &action.order, action.a),
        Action::BatchModify(action) => batch_modify(core, id, &action.modifies, action.a),
        Action::ScheduleCancel(action) => {
            core.schedule_cancel(id, action.time).map(|()| Answer::default_ok())
        }
        Action::UpdateLeverage(action) => {
            let kind = if action.is_cross { MarginKind::Cross } else { MarginKind::Isolated };
            core.update_leverage(id, action.asset, kind, action.leverage)
                .map(|()| Answer::default_ok())
        }
        Action::UpdateIsolatedMargin(action) => {
            let amount = Usd::micros(i128::from(action.ntli));
            core.update_isolated_margin(id, action.asset, amount).map(|()| Answer::default_ok())
        }
        Action::ReserveRequestWeight(action) => reserve(core, id, action.weight),
        Action::Noop => Ok(Answer::default_ok()),
        // The envelope lets nothing else through.
        _ => Err(ActionError::Unlisted("Unsupported action")),
    }
}

/// Reads an order; triggers are not part of this exchange and have been refused by the envelope.
fn request(wire: &OrderWire) -> Option<OrderRequest<'_>> {
    let OrderType::Limit { tif } = wire.t else { return None };
    Some(OrderRequest {
        asset: wire.a,
        side: if wire.b { Side::Bid } else { Side::Ask },
        px: wire.p.as_str(),
        sz: wire.s.as_str(),
        tif,
        reduce_only: wire.r,
        cloid: wire.c,
    })
}

fn statuses(core: &Core, assets: impl Iterator<Item = AssetId>, replies: Vec<Reply>) -> Answer {
    let statuses = replies.into_iter().zip(assets);
    let statuses = statuses.map(|(reply, asset)| StatusDoc::new(core, asset, reply)).collect();
    Answer::statuses("order", statuses)
}

fn order(core: &mut Core, id: AccountId, action: &OrderAction) -> Result<Answer, ActionError> {
    let requests: Vec<_> = action.orders.iter().filter_map(request).collect();
    let objection = if action.builder.is_some() {
        Some(StaticRefusal::Builder)
    } else if matches!(action.grouping, Grouping::NormalTpsl | Grouping::PositionTpsl) {
        Some(StaticRefusal::TriggerCount)
    } else {
        None
    };
    let replies = core.place_batch(id, &requests, objection)?;
    // A batch that is empty still has its one error.
    let assets = requests.iter().map(|request| request.asset).chain([AssetId(0)]);
    Ok(statuses(core, assets, replies))
}

fn modify(
    core: &mut Core,
    id: AccountId,
    old: OrderRef,
    order: &OrderWire,
    always: AlwaysPlace,
) -> Result<Answer, ActionError> {
    let replacements: Vec<_> =
        request(order).map(|new| Replacement { old, new }).into_iter().collect();
    let replies = core.replace_batch(id, &replacements, always)?;
    match replies.into_iter().next() {
        Some(Reply::Error(text)) => Ok(Answer::Err(text)),
        _ => Ok(Answer::default_ok()),
    }
}

fn batch_modify(
    core: &mut Core,
    id: AccountId,
    modifies: &[ModifyWire],
    always: AlwaysPlace,
) -> Result<Answer, ActionError> {
    let replacements: Vec<_> = modifies
        .iter()
        .filter_map(|modify| Some(Replacement { old: modify.oid, new: request(&modify.order)? }))
        .collect();
    let replies = core.replace_batch(id, &replacements, always)?;
    let assets = replacements.iter().map(|r| r.new.asset).chain([AssetId(0)]);
    Ok(statuses(core, assets, replies))
}

fn cancel(core: &mut Core, id: AccountId, cancels: &[CancelByOid]) -> Answer {
    let one =
        |cancel: &CancelByOid| canceled(core.cancel_by_oid(id, cancel.a, cancel.o), cancel.a, core);
    Answer::statuses("cancel", cancels.iter().map(one).collect())
}

fn cancel_by_cloid(core: &mut Core, id: AccountId, cancels: &[CancelByCloid]) -> Answer {
    let one = |cancel: &CancelByCloid| {
        let done = core.cancel_by_cloid(id, cancel.asset, cancel.cloid);
        canceled(done, cancel.asset, core)
    };
    Answer::statuses("cancel", cancels.iter().map(one).collect())
}

fn canceled(done: bool, asset: AssetId, core: &Core) -> StatusDoc {
    if done {
        StatusDoc::Success
    } else {
        let asset = core.renumbered(asset);
        StatusDoc::Error(missing_order(asset, core.config.open_questions.error_suffix))
    }
}

fn reserve(core: &mut Core, id: AccountId, weight: u64) -> Result<Answer, ActionError> {
    let price = Usd::micros(i128::from(weight).saturating_mul(RESERVED_REQUEST_MICROS));
    if price > core.withdrawable(id) {
        return Err(ActionError::Known(ErrorText::WithdrawalBalance));
    }
    if let Some(account) = core.account_mut(id) {
        account.cash -= price;
        account.requests.reserved = account.requests.reserved.saturating_add(weight);
        core.fees += price;
    }
    Ok(Answer::default_ok())
}
