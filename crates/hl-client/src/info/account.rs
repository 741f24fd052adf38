//! Questions about an account.

use hl_quant::Millis;
use hl_wire::info::{
    ClearinghouseState, ExtraAgent, Fill, HistoricalOrder, InfoRequest, OrderDoc, OrderStatus,
    SpotClearinghouseState, UserFees, UserRateLimit, UserRole,
};
use hl_wire::{Address, OrderRef};

use super::InfoClient;
use crate::error::InfoError;

fn owned(dex: Option<&str>) -> Option<String> {
    dex.map(ToOwned::to_owned)
}

/// Documents about an account. `dex` names a builder dex; `None` is the venue's own.
impl InfoClient {
    /// Positions and margin on a dex.
    ///
    /// # Errors
    ///
    /// [`InfoError`].
    pub async fn clearinghouse_state(
        &self,
        user: Address,
        dex: Option<&str>,
    ) -> Result<ClearinghouseState, InfoError> {
        let request = InfoRequest::ClearinghouseState { user, dex: owned(dex) };
        self.ask("clearinghouseState", &request).await
    }

    /// Tokens held. Under a unified account this is the only meaningful balance.
    ///
    /// # Errors
    ///
    /// [`InfoError`].
    pub async fn spot_clearinghouse_state(
        &self,
        user: Address,
    ) -> Result<SpotClearinghouseState, InfoError> {
        self.ask("spotClearinghouseState", &InfoRequest::SpotClearinghouseState { user }).await
    }

    /// Open orders on a dex, with their remaining sizes.
    ///
    /// # Errors
    ///
    /// [`InfoError`].
    pub async fn open_orders(
        &self,
        user: Address,
        dex: Option<&str>,
    ) -> Result<Vec<OrderDoc>, InfoError> {
        let request = InfoRequest::OpenOrders { user, dex: owned(dex) };
        self.ask("openOrders", &request).await
    }

    /// Open orders on a dex with everything that the venue's own front end shows.
    ///
    /// # Errors
    ///
    /// [`InfoError`].
    pub async fn frontend_open_orders(
        &self,
        user: Address,
        dex: Option<&str>,
    ) -> Result<Vec<OrderDoc>, InfoError> {
        let request = InfoRequest::FrontendOpenOrders { user, dex: owned(dex) };
        self.ask("frontendOpenOrders", &request).await
    }

    /// One order, by the venue's id or by ours.
    ///
    /// "Not found" is weak evidence: the venue may say so just after it acknowledged the order.
    ///
    /// # Errors
    ///
    /// [`InfoError`].
    pub async fn order_status(
        &self,
        user: Address,
        order: OrderRef,
    ) -> Result<OrderStatus, InfoError> {
        self.ask("orderStatus", &InfoRequest::OrderStatus { user, oid: order }).await
    }

    /// Up to 2000 past orders.
    ///
    /// # Errors
    ///
    /// [`InfoError`].
    pub async fn historical_orders(
        &self,
        user: Address,
    ) -> Result<Vec<HistoricalOrder>, InfoError> {
        let orders: Vec<HistoricalOrder> =
            self.ask("historicalOrders", &InfoRequest::HistoricalOrders { user }).await?;
        self.charge_items(orders.len(), 20);
        Ok(orders)
    }

    /// Up to 2000 fills, newest first.
    ///
    /// # Errors
    ///
    /// [`InfoError`].
    pub async fn user_fills(&self, user: Address) -> Result<Vec<Fill>, InfoError> {
        let request = InfoRequest::UserFills { user, aggregate_by_time: None };
        let fills: Vec<Fill> = self.ask("userFills", &request).await?;
        self.charge_items(fills.len(), 20);
        Ok(fills)
    }

    /// One page of fills from `start` on, at most 2000. A full page is followed by another from its
    /// last time; equal times repeat, so drop what was seen by (time, coin, tid).
    ///
    /// # Errors
    ///
    /// [`InfoError`].
    pub async fn user_fills_by_time(
        &self,
        user: Address,
        start: Millis,
        end: Option<Millis>,
    ) -> Result<Vec<Fill>, InfoError> {
        let request = InfoRequest::UserFillsByTime {
            user,
            start_time: start.0,
            end_time: end.map(|end| end.0),
            aggregate_by_time: None,
        };
        let fills: Vec<Fill> = self.ask("userFillsByTime", &request).await?;
        self.charge_items(fills.len(), 20);
        Ok(fills)
    }

    /// How many requests the address has used and may use.
    ///
    /// # Errors
    ///
    /// [`InfoError`].
    pub async fn user_rate_limit(&self, user: Address) -> Result<UserRateLimit, InfoError> {
        self.ask("userRateLimit", &InfoRequest::UserRateLimit { user }).await
    }

    /// The fee rates of an account.
    ///
    /// # Errors
    ///
    /// [`InfoError`].
    pub async fn user_fees(&self, user: Address) -> Result<UserFees, InfoError> {
        self.ask("userFees", &InfoRequest::UserFees { user }).await
    }

    /// What an address is. The one question that may be asked with an agent's address.
    ///
    /// # Errors
    ///
    /// [`InfoError`].
    pub async fn user_role(&self, user: Address) -> Result<UserRole, InfoError> {
        self.ask("userRole", &InfoRequest::UserRole { user }).await
    }

    /// The named agents of an account.
    ///
    /// # Errors
    ///
    /// [`InfoError`].
    pub async fn extra_agents(&self, user: Address) -> Result<Vec<ExtraAgent>, InfoError> {
        self.ask("extraAgents", &InfoRequest::ExtraAgents { user }).await
    }
}
