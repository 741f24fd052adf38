//! The address-based request limit (docs: "Rate limits and user limits").

use crate::Usd;
use crate::config::AddressLimit;
use crate::core::Core;
use crate::core::account::{Account, AccountId};
use crate::refusal::ActionError;

/// Beyond the limit one request is let through in this time.
const EXTRA_MS: u64 = 10_000;
/// Cancels may go beyond the limit by this much, or by the limit itself if that is less.
const CANCEL_ROOM: u64 = 100_000;

/// What an action is to the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Charge {
    Cancel,
    Other,
}

impl Core {
    /// Requests that an account may send: one per dollar traded on top of the initial buffer and
    /// of what it has bought.
    pub(crate) fn request_cap(&self, account: Option<&Account>) -> u64 {
        let initial = self.config.limits.address.initial();
        let traded = account.map_or(Usd::ZERO, Account::volume).get() / 1_000_000;
        initial
            .saturating_add(u64::try_from(traded).unwrap_or(u64::MAX))
            .saturating_add(account.map_or(0, |account| account.requests.reserved))
    }

    /// Counts an action against its account, or refuses it; what is refused is not counted.
    pub(crate) fn charge(
        &mut self,
        id: AccountId,
        weight: usize,
        kind: Charge,
    ) -> Result<(), ActionError> {
        let weight = u64::try_from(weight.max(1)).unwrap_or(u64::MAX);
        let cap = self.request_cap(self.account(id));
        let bound = match kind {
            Charge::Cancel => cap.saturating_add(cap.min(CANCEL_ROOM)),
            Charge::Other => cap,
        };
        let (now, enforced) = (self.now, self.config.limits.address != AddressLimit::Counted);
        let Some(account) = self.account_mut(id) else { return Ok(()) };
        let used = account.requests.used.saturating_add(weight);
        let counted = used.saturating_add(account.requests.burnt);
        if (enforced || account.requests.burnt > 0) && counted > bound {
            let ready = account.requests.last_extra.is_none_or(|last| now.since(last) >= EXTRA_MS);
            if !ready {
                let volume = account.volume();
                return Err(ActionError::TooManyRequests { used: counted, cap, volume });
            }
            account.requests.last_extra = Some(now);
        }
        account.requests.used = used;
        Ok(())
    }

    /// Adds weight without a limit check: what a stale action costs beyond its own.
    pub(crate) fn surcharge(&mut self, id: AccountId, weight: u64) {
        if let Some(account) = self.account_mut(id) {
            account.requests.used = account.requests.used.saturating_add(weight);
        }
    }
}

#[cfg(test)]
mod tests {
    use hl_quant::{Millis, SzDecimals};
    use hl_wire::Address;

    use super::Charge;
    use crate::config::{AddressLimit, ExchangeConfig, MarketConfig};
    use crate::core::Core;
    use crate::core::account::Owner;

    #[test]
    fn beyond_the_limit_one_request_passes_every_ten_seconds_and_cancels_have_room() {
        let market = MarketConfig::new("X", SzDecimals::new(2).unwrap(), 10, "10".parse().unwrap());
        let mut config = ExchangeConfig::new(vec![market]);
        config.limits.address = AddressLimit::Enforced { initial: 5 };
        let mut core = Core::new(config, 0);
        let id = core.open_account(Address::new([1; 20]), Owner::User);
        core.now = Millis(1_000_000);
        assert!(core.charge(id, 5, Charge::Other).is_ok());
        assert!(core.charge(id, 1, Charge::Other).is_ok(), "the first extra one");
        assert!(core.charge(id, 1, Charge::Other).is_err());
        assert!(core.charge(id, 4, Charge::Cancel).is_ok(), "cancels may use twice the limit");
        core.now = core.now.plus(10_000);
        assert!(core.charge(id, 1, Charge::Other).is_ok());
        assert_eq!(core.account(id).unwrap().requests.used, 11);
    }
}
