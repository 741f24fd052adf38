//! What happens to accounts other than trading: leverage, margin, transfers, agents.

use hl_quant::{Millis, Price, Size, SzDecimals};
use hl_wire::{Address, AssetId, ErrorText, Oid};

use super::account::{AccountId, Movement};
use super::margin::over;
use super::order::{Cancellation, Order};
use super::position::{Leverage, MarginKind};
use super::{Agent, Core};
use crate::Usd;
use crate::config::MarginMode;
use crate::grid::{is_legal_price, is_legal_size};
use crate::refusal::ActionError;
use crate::universe::ListingState;

/// Validity of an agent that names no expiry.
const AGENT_DAYS_MS: u64 = 90 * 86_400_000;
/// Named agents per master.
const NAMED_AGENTS: usize = 3;

/// Which side of an account money moves to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transfer {
    ToPerp,
    ToSpot,
}

impl Core {
    /// Sets leverage and margin kind of one market.
    pub(crate) fn update_leverage(
        &mut self,
        id: AccountId,
        asset: AssetId,
        kind: MarginKind,
        value: u32,
    ) -> Result<(), ActionError> {
        let market = self.market(asset).ok_or(ActionError::UnknownAsset(asset))?;
        let max = market.config.max_leverage;
        let value = u8::try_from(value).ok().filter(|value| (1..=max).contains(value));
        let Some(value) = value else {
            return Err(ActionError::Unlisted("Invalid leverage value"));
        };
        if market.config.margin_mode == MarginMode::OnlyIsolated && kind == MarginKind::Cross {
            return Err(ActionError::Unlisted("Cross margin is not allowed for this asset."));
        }
        let old = self.leverage(id, asset);
        let held = self.account(id).is_some_and(|a| a.positions.contains_key(&asset));
        if held && old.kind != kind {
            return Err(ActionError::Known(ErrorText::LeverageSwitch));
        }
        let set = |core: &mut Self, leverage| {
            if let Some(account) = core.account_mut(id) {
                account.leverage.insert(asset, leverage);
            }
        };
        set(self, Leverage { kind, value });
        // A lower leverage ties up more margin, which must be there.
        if value < old.value && self.available(id, None) < Usd::ZERO {
            set(self, old);
            return Err(ActionError::Known(ErrorText::Margin));
        }
        Ok(())
    }

    /// Moves cash into (positive) or out of an isolated position.
    pub(crate) fn update_isolated_margin(
        &mut self,
        id: AccountId,
        asset: AssetId,
        amount: Usd,
    ) -> Result<(), ActionError> {
        let mark = self.mark(asset).ok_or(ActionError::UnknownAsset(asset))?;
        let leverage = self.leverage(id, asset);
        let free = self.available(id, None);
        let not_isolated = ActionError::Known(ErrorText::NotIsolated);
        let Some(account) = self.account_mut(id) else { return Err(not_isolated) };
        let Some(position) = account.positions.get_mut(&asset) else { return Err(not_isolated) };
        if leverage.kind != MarginKind::Isolated {
            return Err(not_isolated);
        }
        let value = position.value(mark);
        let kept = position.isolated + value + amount;
        if amount > free.non_negative()
            || kept < over(value.abs(), leverage.value) && amount < Usd::ZERO
        {
            return Err(ActionError::Known(ErrorText::Margin));
        }
        position.isolated += amount;
        account.cash -= amount;
        Ok(())
    }

    /// Moves USDC between the perpetuals and the spot side of an account.
    pub(crate) fn transfer(
        &mut self,
        id: AccountId,
        amount: Usd,
        to: Transfer,
    ) -> Result<(), ActionError> {
        let free = match to {
            Transfer::ToPerp => self.account(id).map_or(Usd::ZERO, |account| account.spot),
            Transfer::ToSpot => self.withdrawable(id),
        };
        if amount > free {
            return Err(ActionError::Known(ErrorText::TransferBalance));
        }
        let Some(account) = self.account_mut(id) else { return Ok(()) };
        let signed = if to == Transfer::ToPerp { amount } else { -amount };
        account.cash += signed;
        account.spot -= signed;
        self.enter(id, signed, Movement::ClassTransfer);
        Ok(())
    }

    /// What may leave the perpetuals side: nothing that backs a position or an order, and never
    /// below a tenth of the positions' value.
    pub(crate) fn withdrawable(&self, id: AccountId) -> Usd {
        let cross = self.summary(id, &[MarginKind::Cross]);
        let free = self.available(id, None);
        free.min(cross.value - over(cross.notional, 10)).non_negative()
    }

    /// Halts or resumes a market; a halt takes every order out of its book.
    pub(crate) fn set_listing(&mut self, asset: AssetId, listing: ListingState) {
        if let Some(market) = self.market_mut(asset) {
            market.base.listing = listing;
        }
        self.refresh_markets();
    }

    /// The same for what a fault makes of it.
    pub(crate) fn apply_listing(&mut self, asset: AssetId, listing: ListingState) {
        let Some(market) = self.market_mut(asset) else { return };
        market.config.listing = listing;
        if listing != ListingState::Live {
            self.cancel_where(asset, |_, _| true);
        }
    }

    /// Changes a market's `szDecimals`, and with it both of its grids; orders that the new grids do
    /// not hold are taken out of the book.
    pub(crate) fn set_sz_decimals(&mut self, asset: AssetId, sz_decimals: SzDecimals) {
        if let Some(market) = self.market_mut(asset) {
            market.base.sz_decimals = sz_decimals;
        }
        self.refresh_markets();
    }

    /// The same for what a fault makes of them.
    pub(crate) fn apply_sz_decimals(&mut self, asset: AssetId, sz_decimals: SzDecimals) {
        let Some(market) = self.market_mut(asset) else { return };
        market.config.sz_decimals = sz_decimals;
        let decimals = sz_decimals.get();
        self.cancel_where(asset, |px, sz| {
            !is_legal_price(px.to_text().as_str(), decimals)
                || !is_legal_size(sz.to_text().as_str(), decimals)
        });
    }

    fn cancel_where(&mut self, asset: AssetId, gone: impl Fn(Price, Size) -> bool) {
        let matching = |order: &&Order| order.spec.asset == asset && gone(order.spec.px, order.sz);
        let oids: Vec<Oid> = self.orders.values().filter(matching).map(|order| order.oid).collect();
        for oid in oids {
            self.cancel_resting(oid, Cancellation::Delisted);
        }
    }

    /// Approves an agent, replacing the one with the same name; the zero address revokes.
    pub(crate) fn approve_agent(
        &mut self,
        master: AccountId,
        agent: Address,
        name: Option<String>,
        valid_until: Option<u64>,
    ) -> Result<(), ActionError> {
        if self.by_address.contains_key(&agent) || self.agents.contains_key(&agent) {
            return Err(ActionError::Known(ErrorText::AgentUsed));
        }
        if valid_until.is_some_and(|until| until <= self.now.0) {
            return Err(ActionError::Known(ErrorText::AgentExpired));
        }
        let same = |entry: &Agent| entry.master == master && entry.name == name;
        let named = self.agents.values().filter(|e| e.master == master && e.name.is_some());
        if name.is_some() && !self.agents.values().any(same) && named.count() >= NAMED_AGENTS {
            return Err(ActionError::Known(ErrorText::AgentCount { limit: 3 }));
        }
        self.agents.retain(|_, entry| !same(entry));
        if agent != Address::ZERO {
            let until = valid_until.map_or_else(|| self.now.plus(AGENT_DAYS_MS), Millis);
            self.agents.insert(agent, Agent { master, name, valid_until: until });
        }
        Ok(())
    }
}
