//! Batches: one answer per order, or one for all of them.

use hl_wire::{AlwaysPlace, ErrorText, OrderRef, RejectCode, Tif};

use super::Core;
use super::account::AccountId;
use super::order::{Cancellation, Incoming, Order};
use super::place::{OrderRequest, Reply};
use crate::refusal::{ActionError, StaticRefusal};

/// The replacement of one order by another.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Replacement<'a> {
    pub(crate) old: OrderRef,
    pub(crate) new: OrderRequest<'a>,
}

impl Core {
    /// Places a batch of orders.
    ///
    /// # Errors
    /// [`ActionError::UnknownAsset`]; nothing was done then.
    pub(crate) fn place_batch(
        &mut self,
        id: AccountId,
        requests: &[OrderRequest<'_>],
        objection: Option<StaticRefusal>,
    ) -> Result<Vec<Reply>, ActionError> {
        let orders = match self.admit(id, requests, objection)? {
            Ok(orders) => orders,
            Err(refusal) => return Ok(vec![Reply::Error(refusal.text())]),
        };
        let place = |(order, request): (Incoming, &OrderRequest<'_>)| {
            let outcome = self.place(order, request.px);
            if let Err(refusal) = &outcome {
                self.count_refused(id, refusal.code(), 1);
            }
            self.reply(&order, outcome)
        };
        Ok(orders.into_iter().zip(requests).map(place).collect())
    }

    /// Replaces a batch of orders: each old one is cancelled, each new one gets a new identifier.
    ///
    /// Unless asked to place in any case, the new order must not be able to take, and is placed
    /// only if the old one was still open.
    ///
    /// # Errors
    /// [`ActionError::UnknownAsset`]; nothing was done then.
    pub(crate) fn replace_batch(
        &mut self,
        id: AccountId,
        replacements: &[Replacement<'_>],
        always: AlwaysPlace,
    ) -> Result<Vec<Reply>, ActionError> {
        let requests: Vec<OrderRequest<'_>> = replacements.iter().map(|r| r.new).collect();
        let orders = match self.admit(id, &requests, None)? {
            Ok(orders) => orders,
            Err(refusal) => return Ok(vec![Reply::Error(refusal.text())]),
        };
        let replace = |(order, replacement): (Incoming, &Replacement<'_>)| {
            self.replace(order, replacement, always).unwrap_or_else(|(code, text)| {
                self.count_refused(id, code, 1);
                Reply::Error(text)
            })
        };
        Ok(orders.into_iter().zip(replacements).map(replace).collect())
    }

    /// Counts the orders of a batch and makes the checks that stand for all of it.
    fn admit(
        &mut self,
        id: AccountId,
        requests: &[OrderRequest<'_>],
        objection: Option<StaticRefusal>,
    ) -> Result<Result<Vec<Incoming>, StaticRefusal>, ActionError> {
        for request in requests {
            self.count_attempt(id, request);
        }
        if let Some(unknown) = requests.iter().find(|r| self.market(r.asset).is_none()) {
            let error = ActionError::UnknownAsset(unknown.asset);
            self.count_refused(id, error.code(), requests.len());
            return Err(error);
        }
        let passive = requests.iter().all(|request| request.tif == Tif::Alo);
        let objection = objection.or_else(|| self.trouble.objection(passive));
        let checked = objection.map_or_else(|| self.check_static(id, requests), Err);
        if let Err(refusal) = &checked {
            self.count_refused(id, refusal.code(), requests.len());
        }
        Ok(checked)
    }

    fn replace(
        &mut self,
        mut spec: Incoming,
        replacement: &Replacement<'_>,
        always: AlwaysPlace,
    ) -> Result<Reply, (RejectCode, String)> {
        let known = |text: ErrorText<'_>| (text.code(), text.to_string());
        let old = self.open_order(spec.account, replacement.old);
        if always == AlwaysPlace::No {
            let Some(old) = old else { return Err(known(ErrorText::CannotModify)) };
            let takes = match spec.tif {
                Tif::Alo => false,
                Tif::Gtc => self.would_cross(&spec),
                Tif::Ioc | Tif::FrontendMarket => true,
            };
            if takes || old.spec.asset != spec.asset {
                return Err(known(ErrorText::ModifyInvalid));
            }
            spec.tif = Tif::Alo;
        }
        if let Some(old) = old {
            self.cancel_resting(old.oid, Cancellation::User);
        }
        self.place(spec, replacement.new.px).map_or_else(
            |refusal| {
                let suffix = self.config.open_questions.error_suffix;
                let reason = refusal.text(self.renumbered(spec.asset), suffix);
                Err(known(ErrorText::ModifyPlacement { reason: &reason }))
            },
            |executed| Ok(self.reply(&spec, Ok(executed))),
        )
    }

    /// An account's open order by either name.
    fn open_order(&self, id: AccountId, name: OrderRef) -> Option<Order> {
        let oid = match name {
            OrderRef::Oid(oid) => oid,
            OrderRef::Cloid(cloid) => self.open_by_cloid(id, cloid)?,
        };
        self.orders.get(&oid).filter(|order| order.spec.account == id).copied()
    }
}
