//! Whose action it is, and whether it may be executed at all.

use hl_wire::{Action, Address, ErrorText};

use super::Mempool;
use super::envelope::Request;
use super::limit::Charge;
use crate::config::Strangers;
use crate::core::Core;
use crate::core::account::{AccountId, Owner};
use crate::refusal::ActionError;

/// How many times over an action counts that arrives after its own expiry.
const STALE_WEIGHT: u64 = 5;

impl Mempool {
    /// Resolves the account, then uses up the nonce, then checks expiry and limits. An admitted
    /// action's nonce stays used whatever becomes of the action.
    pub(super) fn admit(
        &mut self,
        core: &mut Core,
        request: &Request,
    ) -> Result<AccountId, ActionError> {
        let (id, signer) = match request {
            Request::L1 { vault, signer, .. } => {
                let signer = signer.ok_or(ActionError::Known(ErrorText::NoSigner))?;
                if let Some(address) = vault {
                    return Err(ActionError::Known(ErrorText::VaultUnknown { address: *address }));
                }
                (core.acting_account(signer)?, signer)
            }
            Request::UserSigned { signer, .. } => {
                let signer = signer.clone()?;
                (core.own_account(signer)?, signer)
            }
        };
        let admitted = self.admit_for(core, id, signer, request);
        if let Err(error) = &admitted {
            core.count_unexecuted(id, error.code(), request.orders());
        }
        admitted.map(|()| id)
    }

    fn admit_for(
        &mut self,
        core: &mut Core,
        id: AccountId,
        signer: Address,
        request: &Request,
    ) -> Result<(), ActionError> {
        let max = core.config.limits.max_batch;
        if request.weight() > max {
            let limit = u64::try_from(max).unwrap_or(u64::MAX);
            return Err(ActionError::Known(ErrorText::OverWeight { limit }));
        }
        let nonces = self.nonces.entry(signer).or_default();
        let memory = core.config.open_questions.nonce_memory;
        nonces.admit(request.nonce(), core.now, memory).map_err(ActionError::Known)?;
        let Request::L1 { action, expires, .. } = request else { return Ok(()) };
        if expires.is_some_and(|expires| expires < core.now) {
            let weight = u64::try_from(request.weight()).unwrap_or(u64::MAX);
            core.surcharge(id, STALE_WEIGHT.saturating_mul(weight));
            return Err(ActionError::Known(ErrorText::Expired));
        }
        let charge = match **action {
            Action::Cancel(_) | Action::CancelByCloid(_) => Charge::Cancel,
            _ => Charge::Other,
        };
        core.charge(id, request.weight(), charge)
    }
}

impl Core {
    /// The account that a signer may act for: its own, or its master's.
    fn acting_account(&mut self, signer: Address) -> Result<AccountId, ActionError> {
        if let Some(agent) = self.agents.get(&signer) {
            let out = self.trouble.agents_are_out();
            if agent.valid_until > self.now && !out {
                return Ok(agent.master);
            }
            if out {
                return Err(ActionError::unknown_user(signer));
            }
        }
        self.known_or_new(signer).ok_or_else(|| ActionError::unknown_user(signer))
    }

    /// The signer's own account: agents cannot sign for their master here.
    fn own_account(&mut self, signer: Address) -> Result<AccountId, ActionError> {
        let must_deposit = ErrorText::MustDeposit { address: signer };
        self.known_or_new(signer).ok_or(ActionError::Known(must_deposit))
    }

    fn known_or_new(&mut self, signer: Address) -> Option<AccountId> {
        if let Some(id) = self.by_address.get(&signer) {
            return (!self.is_internal(*id)).then_some(*id);
        }
        match self.config.strangers {
            Strangers::Refused => None,
            Strangers::Funded(usd) => {
                let id = self.open_account(signer, Owner::User);
                self.pay_in(id, usd);
                Some(id)
            }
        }
    }
}
