//! Cancels by their owner, and the dead man's switch.

use hl_quant::Millis;
use hl_wire::{AssetId, Cloid, ErrorText, Oid};

use super::Core;
use super::account::AccountId;
use super::order::Cancellation;
use crate::Usd;
use crate::fault::Kind;
use crate::refusal::ActionError;

/// Shortest time ahead that a scheduled cancel accepts.
const SCHEDULE_AHEAD_MS: u64 = 5_000;
const DAY_MS: u64 = 86_400_000;

impl Core {
    /// Cancels one open order of an account; false when there is none.
    pub(crate) fn cancel_by_oid(&mut self, id: AccountId, asset: AssetId, oid: Oid) -> bool {
        self.race_a_cancel(id, oid);
        let mine = self
            .orders
            .get(&oid)
            .is_some_and(|order| order.spec.account == id && order.spec.asset == asset);
        mine && self.cancel_resting(oid, Cancellation::User).is_some()
    }

    /// Cancels the open order of an account that carries this cloid; false when there is none.
    pub(crate) fn cancel_by_cloid(&mut self, id: AccountId, asset: AssetId, cloid: Cloid) -> bool {
        self.open_by_cloid(id, cloid).is_some_and(|oid| self.cancel_by_oid(id, asset, oid))
    }

    /// The newest open order that carries this cloid.
    pub(crate) fn open_by_cloid(&self, id: AccountId, cloid: Cloid) -> Option<Oid> {
        let account = self.account(id)?;
        let carries =
            |oid: &&Oid| self.orders.get(oid).is_some_and(|order| order.spec.cloid == Some(cloid));
        account.open.iter().rev().find(carries).copied()
    }

    /// Cancels everything an account has open.
    pub(crate) fn cancel_all(&mut self, id: AccountId, why: Cancellation) -> usize {
        let open: Vec<Oid> = self
            .account(id)
            .map(|account| account.open.iter().copied().collect())
            .unwrap_or_default();
        open.into_iter().filter(|oid| self.cancel_resting(*oid, why).is_some()).count()
    }

    /// Arms, moves or disarms an account's scheduled cancel.
    pub(crate) fn schedule_cancel(
        &mut self,
        id: AccountId,
        at: Option<u64>,
    ) -> Result<(), ActionError> {
        let (now, limits) = (self.now, self.config.limits);
        let refused = self.trouble.has(|kind| matches!(kind, Kind::DeadmanRefuse {}));
        let exhausted = self.trouble.has(|kind| matches!(kind, Kind::DeadmanExhaust {}));
        let Some(account) = self.account_mut(id) else { return Ok(()) };
        if let Some(at) = at {
            let traded = account.volume();
            let mut required = limits.schedule_cancel_volume;
            if refused {
                // The venue's figure, and in a long run more than that.
                required = required.max(Usd::dollars(1_000_000)).max(traded + Usd::dollars(1));
            }
            if traded < required {
                return Err(ActionError::ScheduleVolume { required, traded });
            }
            if at < now.plus(SCHEDULE_AHEAD_MS).0 {
                return Err(ActionError::Known(ErrorText::ScheduleTooEarly));
            }
            let day = now.0 / DAY_MS;
            let today = if account.schedule.day == day { account.schedule.fired } else { 0 };
            if exhausted || today >= limits.schedule_cancel_triggers {
                return Err(ActionError::Unlisted("Too many scheduled cancels triggered today."));
            }
        }
        account.schedule.at = at.map(Millis);
        Ok(())
    }

    /// Fires every scheduled cancel that is due.
    pub(crate) fn fire_schedules(&mut self) {
        let now = self.now;
        let due: Vec<AccountId> = self
            .by_address
            .values()
            .filter(|id| {
                let at = self.account(**id).and_then(|account| account.schedule.at);
                at.is_some_and(|at| at <= now)
            })
            .copied()
            .collect();
        for id in due {
            self.cancel_all(id, Cancellation::Scheduled);
            let Some(account) = self.account_mut(id) else { continue };
            let day = now.0 / DAY_MS;
            if account.schedule.day != day {
                account.schedule.fired = 0;
            }
            account.schedule.day = day;
            account.schedule.fired = account.schedule.fired.saturating_add(1);
            account.schedule.at = None;
        }
    }
}
