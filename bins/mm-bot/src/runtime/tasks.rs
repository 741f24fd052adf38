//! Requests to the venue, each a task of its own that ends in one answer.

use std::sync::Arc;

use hl_client::{ExchangeClient, InfoClient, InfoError, Latch, NotSent, Prepared, Receipt};
use hl_engine::{Query, RequestId, adapt};
use hl_quant::Millis;
use hl_specs::Ticket;
use hl_wire::info::{
    ClearinghouseState, Fill, LedgerUpdate, Meta, OrderDoc, OrderStatus, UserRateLimit,
};
use hl_wire::{Address, Cloid};

use crate::state::Journal;

/// The most fills that the venue puts into one answer
/// (Hyperliquid docs, "Info endpoint": user fills by time).
const FILLS_PAGE: usize = 2_000;
/// Pages to ask for at most: more than a session of this bot can trade between two questions.
const FILLS_PAGES_MAX: usize = 16;

/// What came back.
pub(super) enum Answer {
    Action {
        request: RequestId,
        orders: usize,
        result: Result<Receipt, NotSent>,
    },
    /// An action that did not leave, because the latch is closed.
    Latched {
        request: RequestId,
        orders: usize,
    },
    Specs {
        ticket: Ticket,
        requested: Millis,
        result: Result<Meta, InfoError>,
    },
    OpenOrders {
        request: RequestId,
        result: Result<Vec<OrderDoc>, InfoError>,
    },
    Account {
        request: RequestId,
        result: Result<Box<ClearinghouseState>, InfoError>,
    },
    Fills {
        request: RequestId,
        result: Result<Vec<Fill>, InfoError>,
    },
    Ledger {
        request: RequestId,
        result: Result<Vec<LedgerUpdate>, InfoError>,
    },
    Order {
        request: RequestId,
        cloid: Cloid,
        result: Result<OrderStatus, InfoError>,
    },
    RateLimit {
        result: Result<UserRateLimit, InfoError>,
    },
    /// A write of the journal has ended.
    Written {
        journal: Box<Journal>,
        result: std::io::Result<()>,
    },
}

/// Whom to ask, and about whom.
#[derive(Clone)]
pub(crate) struct Link {
    /// Without retries: the engine counts what it asks for, and asks again by itself.
    pub(crate) info: InfoClient,
    pub(crate) exchange: Arc<ExchangeClient>,
    pub(crate) account: Address,
    /// Once closed, no order leaves any more.
    pub(super) latch: Arc<Latch>,
}

impl Link {
    /// Sends a signed action of `orders` orders, once. What `places` orders does not leave after the
    /// latch is closed.
    pub(super) async fn send(
        self,
        request: RequestId,
        orders: usize,
        prepared: Prepared,
        places: bool,
    ) -> Answer {
        // Kept until the answer, so that whoever closes the latch knows how many are on their way.
        let passing = places.then(|| self.latch.pass());
        if matches!(passing, Some(None)) {
            return Answer::Latched { request, orders };
        }
        let result = self.exchange.send_prepared(prepared).await;
        Answer::Action { request, orders, result }
    }

    /// Fetches the list of markets.
    pub(super) async fn specs(self, ticket: Ticket, requested: Millis) -> Answer {
        Answer::Specs { ticket, requested, result: self.info.meta(None).await }
    }

    /// How much of the address's request budget is left.
    pub(super) async fn rate_limit(self) -> Answer {
        Answer::RateLimit { result: self.info.user_rate_limit(self.account).await }
    }

    /// Answers one of the engine's questions.
    pub(super) async fn ask(self, request: RequestId, query: Query) -> Answer {
        let question = adapt::question(query, self.account);
        match query {
            Query::OpenOrders => {
                let result = self.info.ask("frontendOpenOrders", &question).await;
                Answer::OpenOrders { request, result }
            }
            Query::Account => {
                let result = self.info.ask("clearinghouseState", &question).await;
                Answer::Account { request, result: result.map(Box::new) }
            }
            Query::Fills { since } => {
                Answer::Fills { request, result: self.fills_since(since).await }
            }
            Query::Ledger { .. } => {
                let result = self.info.ask("userNonFundingLedgerUpdates", &question).await;
                Answer::Ledger { request, result }
            }
            Query::Order { cloid, .. } => {
                let result = self.info.ask("orderStatus", &question).await;
                Answer::Order { request, cloid, result }
            }
        }
    }

    /// All fills from `since` on, page by page. Pages overlap by the last millisecond of the one
    /// before; the engine counts each trade once.
    async fn fills_since(&self, since: Millis) -> Result<Vec<Fill>, InfoError> {
        let mut all: Vec<Fill> = Vec::new();
        let mut from = since;
        for _ in 0..FILLS_PAGES_MAX {
            let question = adapt::question(Query::Fills { since: from }, self.account);
            let page: Vec<Fill> = self.info.ask("userFillsByTime", &question).await?;
            let full = page.len() >= FILLS_PAGE;
            let last = page.iter().map(|fill| fill.time).max();
            all.extend(page);
            match last {
                Some(last) if full && last > from => from = last,
                _ => break,
            }
        }
        Ok(all)
    }
}
