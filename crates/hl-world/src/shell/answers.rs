//! From the venue: frames and answers.

use hl_engine::adapt::Adapter;
use hl_engine::{Input, Query, Reply, RequestId as EngineRequest};
use hl_sim::RequestId;
use hl_wire::{Address, info, parse_exchange_response};

use super::{Asked, Shell};
use crate::crash::CrashPoint;
use crate::host::Host;
use crate::network::Answer;

impl Shell {
    pub(super) fn read_frame(&mut self, host: &mut Host<'_, '_>, text: &str) {
        let Self { session, scratch, adapter, core, .. } = self;
        match session.handle_text(host.now, text, scratch) {
            Ok(message) => adapter.message(&message, &mut |input| core.feed(host, input)),
            Err(_) => core.feed(host, Input::Unreadable { what: "stream_frame" }),
        }
    }

    pub(super) fn read_answer(&mut self, host: &mut Host<'_, '_>, id: RequestId, answer: &Answer) {
        match answer {
            Answer::Reply { status, body } => self.read_reply(host, id, *status, body),
            Answer::Broken => self.no_answer(host, id, Reply::Unknown),
        }
        if !self.core.events.is_empty() || !self.core.commands.is_empty() {
            self.dies(host, CrashPoint::InAnswer);
        }
    }

    fn read_reply(&mut self, host: &mut Host<'_, '_>, id: RequestId, status: u16, body: &[u8]) {
        let Some(asked) = self.asked.remove(&id) else { return };
        let Self { adapter, core, me, .. } = self;
        let whole = (200..300).contains(&status);
        if status == 429 && !matches!(asked, Asked::Action { .. }) {
            core.feed(host, Input::Throttled);
        }
        match asked {
            Asked::Action { request, n } => {
                let outcome = parse_exchange_response(status, body, n);
                adapter.outcome(request, &outcome, &mut |input| core.feed(host, input));
            }
            Asked::Query { request, query } => {
                let mut read = |sink: &mut dyn FnMut(Input<'_>)| {
                    read_query(adapter, request, query, me.master, body, sink)
                };
                let read = whole.then(|| read(&mut |input| core.feed(host, input))).flatten();
                if read.is_none() {
                    core.feed(host, Input::QueryFailed { request });
                }
            }
            Asked::RateLimit => {
                if whole && let Ok(limit) = info::read(body) {
                    adapter.rate_limit(&limit, &mut |input| core.feed(host, input));
                }
            }
            Asked::Specs { ticket, at } => {
                let meta = whole.then(|| info::read::<info::Meta>(body).ok()).flatten();
                self.read_specs(host, ticket, at, meta);
            }
        }
    }
}

/// Reads the answer to a query; nothing when it is not what was asked for.
fn read_query(
    adapter: &mut Adapter,
    request: EngineRequest,
    query: Query,
    user: Address,
    body: &[u8],
    sink: &mut dyn FnMut(Input<'_>),
) -> Option<()> {
    match query {
        Query::OpenOrders => {
            let orders: Vec<info::OrderDoc> = info::read(body).ok()?;
            adapter.open_orders(request, &orders, sink);
        }
        Query::Account => adapter.account(request, &info::read(body).ok()?, sink),
        Query::Fills { .. } => {
            let fills: Vec<info::Fill> = info::read(body).ok()?;
            adapter.fills(request, &fills, sink);
        }
        Query::Ledger { .. } => {
            let updates: Vec<info::LedgerUpdate> = info::read(body).ok()?;
            adapter.ledger(request, user, &updates, sink);
        }
        Query::Order { cloid, .. } => {
            adapter.order_status(request, cloid, &info::read(body).ok()?, sink);
        }
    }
    Some(())
}
