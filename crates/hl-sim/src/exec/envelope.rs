//! Reading a request: from bytes to a typed action and its signer.
//!
//! The body is parsed into types and hashed from those, so key order, padded decimals and the case
//! of addresses do not matter, as measured on the live venue.

use hl_quant::Millis;
use hl_wire::{
    Action, Address, AlwaysPlace, Cloid, ErrorText, Fast, ModifyAction, Network, OrderAction,
    OrderType, OrderWire, ReceivedRequest, Tif, UserSignedType, l1_action_hash, l1_signing_hash,
    user_signed_hash,
};

use super::stand_in::Signatures;
use super::transfers::Signed;
use super::{Class, stand_in};
use crate::config::{CancelPriority, ExchangeConfig};
use crate::info::first_value;
use crate::refusal::ActionError;

/// An answer that is not HTTP 200.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BadRequest {
    /// 400.
    NotJson,
    /// 422.
    Shape,
}

impl BadRequest {
    /// HTTP status and body.
    pub(crate) fn reply(self) -> (u16, String) {
        match self {
            Self::NotJson => (400, ErrorText::NotJson.to_string()),
            Self::Shape => (422, ErrorText::NotTheSchema.to_string()),
        }
    }
}

/// A well-formed request; whether it is anybody's is decided when its block comes.
#[derive(Debug)]
pub(crate) enum Request {
    L1 {
        action: Box<Action>,
        nonce: u64,
        vault: Option<Address>,
        expires: Option<Millis>,
        signer: Option<Address>,
    },
    UserSigned {
        action: Signed,
        nonce: u64,
        signer: Result<Address, ActionError>,
    },
}

impl Request {
    pub(crate) const fn nonce(&self) -> u64 {
        match self {
            Self::L1 { nonce, .. } | Self::UserSigned { nonce, .. } => *nonce,
        }
    }

    /// Whose key signed it.
    pub(crate) fn signer(&self) -> Option<Address> {
        match self {
            Self::L1 { signer, .. } => *signer,
            Self::UserSigned { signer, .. } => signer.as_ref().ok().copied(),
        }
    }

    /// The type of the action on the wire.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::L1 { action, .. } => match &**action {
                Action::Order(_) => "order",
                Action::Cancel(_) => "cancel",
                Action::CancelByCloid(_) => "cancelByCloid",
                Action::Modify(_) => "modify",
                Action::BatchModify(_) => "batchModify",
                Action::ScheduleCancel(_) => "scheduleCancel",
                Action::UpdateLeverage(_) => "updateLeverage",
                Action::UpdateIsolatedMargin(_) => "updateIsolatedMargin",
                Action::ReserveRequestWeight(_) => "reserveRequestWeight",
                Action::Noop => "noop",
                // The envelope lets nothing else through.
                _ => "other",
            },
            Self::UserSigned { action: Signed::ApproveAgent { .. }, .. } => "approveAgent",
            Self::UserSigned { action: Signed::UsdClassTransfer { .. }, .. } => "usdClassTransfer",
        }
    }

    /// The names that its orders carry, in their order.
    pub(crate) fn cloids(&self) -> Vec<Cloid> {
        match self {
            Self::L1 { action, .. } => orders(action).filter_map(|order| order.c).collect(),
            Self::UserSigned { .. } => Vec::new(),
        }
    }

    /// How many items it carries.
    pub(crate) fn weight(&self) -> usize {
        match self {
            Self::L1 { action, .. } => action.batch_len(),
            Self::UserSigned { .. } => 1,
        }
    }

    /// What it costs against the limit of its network address (docs: "Rate limits").
    pub(crate) fn ip_weight(&self) -> u64 {
        u64::try_from(self.weight() / 40).unwrap_or(u64::MAX).saturating_add(1)
    }

    /// How many orders it carries.
    pub(super) fn orders(&self) -> usize {
        match self {
            Self::L1 { action, .. } => orders(action).count(),
            Self::UserSigned { .. } => 0,
        }
    }

    /// Which part of a block executes it; a modify counts as the order that it places.
    pub(super) fn class(&self, priority: CancelPriority) -> Class {
        let Self::L1 { action, .. } = self else { return Class::Passive };
        let fast = match &**action {
            Action::Cancel(cancel) => Some(cancel.f),
            Action::CancelByCloid(cancel) => Some(cancel.f),
            _ => None,
        };
        if let Some(fast) = fast {
            let waits = priority == CancelPriority::Fast && fast == Fast::No;
            return if waits { Class::Taking } else { Class::Cancel };
        }
        let becomes_alo =
            matches!(**action, Action::Modify(ModifyAction { a: AlwaysPlace::No, .. }))
                || matches!(&**action, Action::BatchModify(batch) if batch.a == AlwaysPlace::No);
        let takes = |order: &OrderWire| match order.t {
            OrderType::Limit { tif: Tif::Alo } => false,
            OrderType::Limit { tif: Tif::Gtc } => !becomes_alo,
            _ => true,
        };
        if orders(action).any(takes) { Class::Taking } else { Class::Passive }
    }
}

/// The orders that an action would place.
fn orders(action: &Action) -> Box<dyn Iterator<Item = &OrderWire> + '_> {
    match action {
        Action::Order(OrderAction { orders, .. }) => Box::new(orders.iter()),
        Action::Modify(modify) => Box::new(std::iter::once(&modify.order)),
        Action::BatchModify(batch) => Box::new(batch.modifies.iter().map(|modify| &modify.order)),
        _ => Box::new(std::iter::empty()),
    }
}

/// Reads a body.
pub(crate) fn receive(config: &ExchangeConfig, body: &[u8]) -> Result<Request, BadRequest> {
    let network = config.network;
    let text = first_value(body).ok_or(BadRequest::NotJson)?;
    let received = ReceivedRequest::from_json(&text).map_err(|_| BadRequest::Shape)?;
    let action = received.l1_action().map_err(|_| BadRequest::Shape)?;
    if UserSignedType::of(action.kind()).is_some() {
        return user_signed(network, &received);
    }
    if !is_served(&action) {
        return Err(BadRequest::Shape);
    }
    let signer = match config.signatures {
        Signatures::Recovered => received.recover(&action, network).ok(),
        Signatures::StandIn => named(&received, &action, network),
    };
    Ok(Request::L1 {
        action: Box::new(action),
        nonce: received.nonce.0,
        vault: received.vault_address,
        expires: received.expires_after,
        signer,
    })
}

/// Who gives their name for an action, where that is enough.
fn named(received: &ReceivedRequest<'_>, action: &Action, network: Network) -> Option<Address> {
    let (vault, expires) = (received.vault_address, received.expires_after);
    let hash = l1_action_hash(action, received.nonce, vault, expires).ok()?;
    stand_in::signer(&l1_signing_hash(&hash, network), &received.signature)
}

/// Whether this exchange performs an action; the others are answered like an unknown one.
fn is_served(action: &Action) -> bool {
    let limits_only = orders(action).all(|order| matches!(order.t, OrderType::Limit { .. }));
    let kind = matches!(
        action,
        Action::Order(_)
            | Action::Cancel(_)
            | Action::CancelByCloid(_)
            | Action::Modify(_)
            | Action::BatchModify(_)
            | Action::ScheduleCancel(_)
            | Action::UpdateLeverage(_)
            | Action::UpdateIsolatedMargin(_)
            | Action::ReserveRequestWeight(_)
            | Action::Noop
    );
    kind && limits_only
}

fn user_signed(network: Network, received: &ReceivedRequest<'_>) -> Result<Request, BadRequest> {
    let value = received.value().map_err(|_| BadRequest::Shape)?;
    let action = Signed::read(&value).ok_or(BadRequest::Shape)?;
    let nonce = received.nonce.0;
    let signer = match user_signed_hash(&value, network) {
        Ok(hashes) if hashes.nonce.0 != nonce => {
            Err(ActionError::Unlisted("Nonce of action and request differ"))
        }
        Ok(hashes) => hl_wire::recover(&hashes.signing_hash, &received.signature)
            .map_err(|_| ActionError::Known(ErrorText::NoSigner)),
        Err(hl_wire::UserSignedError::Network(_)) => {
            Err(ActionError::Unlisted("Action is for another chain"))
        }
        Err(_) => return Err(BadRequest::Shape),
    };
    Ok(Request::UserSigned { action, nonce, signer })
}
