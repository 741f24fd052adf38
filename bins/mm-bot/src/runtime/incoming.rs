//! To the engine: what the stream and the answers say.

use hl_client::{InfoError, WsEvent, clock};
use hl_engine::{Connection, Input, Query};
use hl_journal::log::Quoted;
use hl_quant::Millis;
use hl_wire::info::{ClearinghouseState, Fill, LedgerUpdate};
use tokio::task::JoinError;
use tokio::time::Instant;

use super::driver::{Driver, Ending, LAST, Settling};
use super::tasks::Answer;

impl Driver {
    pub(super) fn heard(&mut self, event: WsEvent) {
        let now = clock::now();
        match event {
            WsEvent::Ready => {
                // It is told again when subscriptions have been added; the connection is the same.
                if self.offline.take().is_some() {
                    self.core.feed(now, Input::Connection(Connection::Up));
                }
            }
            WsEvent::Down(why) => {
                self.log.line(&format!("stream_evt=down reason={}", Quoted(why)));
                self.pulse.disconnects = self.pulse.disconnects.saturating_add(1);
                self.offline.get_or_insert_with(Instant::now);
                self.core.feed(now, Input::Connection(Connection::Down));
            }
            WsEvent::Frame(frame) => match frame.parse(&mut self.scratch) {
                Ok(message) => {
                    let core = &mut self.core;
                    self.adapter.message(&message, &mut |input| core.feed(now, input));
                }
                Err(_) => self.unreadable(now),
            },
            WsEvent::Unreadable { why } => {
                self.log.line(&format!("stream_evt=unreadable reason={}", Quoted(why)));
                self.unreadable(now);
            }
            WsEvent::Dropped { frames } => {
                self.pulse.dropped = self.pulse.dropped.saturating_add(frames);
                self.log.line(&format!("stream_evt=dropped frames={frames}"));
            }
            WsEvent::Up => self.log.line(&"stream_evt=up"),
        }
    }

    fn unreadable(&mut self, now: Millis) {
        self.pulse.unreadable = self.pulse.unreadable.saturating_add(1);
        self.core.feed(now, Input::Unreadable { what: "stream_frame" });
    }

    pub(super) fn answered(&mut self, answer: Result<Answer, JoinError>) {
        match answer {
            Ok(answer) => self.take(answer),
            // The engine takes the missing answer for an unknown outcome, which is what it is.
            Err(error) => self.end(Ending::Broken(format!("a request task ended: {error}"))),
        }
    }

    fn take(&mut self, answer: Answer) {
        let now = clock::now();
        if let Answer::Action { request, .. } = &answer {
            self.pulse.answered(*request);
        }
        let core = &mut self.core;
        match answer {
            Answer::Action { request, result: Ok(receipt), .. } => {
                let outcome = &receipt.outcome;
                self.adapter.outcome(request, outcome, &mut |input| core.feed(now, input));
            }
            Answer::Action { request, orders, result: Err(error) } => {
                self.log.line(&format!("shell_evt=not_sent reason={}", Quoted(error)));
                self.never_sent(request, orders);
            }
            Answer::Latched { request, orders } => self.never_sent(request, orders),
            Answer::Specs { ticket, requested, result } => self.specs(ticket, requested, result),
            Answer::OpenOrders { request, result: Ok(orders) } => {
                self.adapter.open_orders(request, &orders, &mut |input| core.feed(now, input));
            }
            Answer::Account { request: LAST, result } => self.last_account(result),
            Answer::Account { request, result: Ok(state) } => {
                self.adapter.account(request, &state, &mut |input| core.feed(now, input));
            }
            Answer::Fills { request: LAST, result } => self.last_fills(result),
            Answer::Fills { request, result: Ok(fills) } => {
                self.adapter.fills(request, &fills, &mut |input| core.feed(now, input));
            }
            Answer::Ledger { request: LAST, result } => self.last_ledger(result),
            Answer::Ledger { request, result: Ok(updates) } => {
                let user = self.link.account;
                let sink = &mut |input: Input<'_>| core.feed(now, input);
                self.adapter.ledger(request, user, &updates, sink);
            }
            Answer::Order { request, cloid, result: Ok(status) } => {
                let sink = &mut |input: Input<'_>| core.feed(now, input);
                self.adapter.order_status(request, cloid, &status, sink);
            }
            Answer::Written { journal, result } => self.written(journal, result),
            Answer::RateLimit { result: Ok(limit) } => {
                self.adapter.rate_limit(&limit, &mut |input| core.feed(now, input));
            }
            Answer::RateLimit { result: Err(error) } => self.not_answered(&error),
            Answer::OpenOrders { request, result: Err(error) }
            | Answer::Account { request, result: Err(error) }
            | Answer::Fills { request, result: Err(error) }
            | Answer::Ledger { request, result: Err(error) }
            | Answer::Order { request, result: Err(error), .. } => {
                self.not_answered(&error);
                self.core.query_failed(now, request);
            }
        }
    }

    /// What the account is worth at the end: the first of the last three questions.
    fn last_account(&mut self, result: Result<Box<ClearinghouseState>, InfoError>) {
        let (now, core) = (clock::now(), &mut self.core);
        match result {
            Ok(state) => self.adapter.account(LAST, &state, &mut |input| core.feed(now, input)),
            Err(error) => self.not_answered(&error),
        }
        self.ask_last(Query::Fills { since: self.started });
    }

    /// What was transferred until the end: the last of them.
    fn last_ledger(&mut self, result: Result<Vec<LedgerUpdate>, InfoError>) {
        self.settling = Some(Settling::Done);
        let (now, core, user) = (clock::now(), &mut self.core, self.link.account);
        match result {
            Ok(all) => self.adapter.ledger(LAST, user, &all, &mut |input| core.feed(now, input)),
            Err(error) => self.not_answered(&error),
        }
    }

    /// The engine did not ask for these, so they come as a stream's snapshot does: unasked.
    fn last_fills(&mut self, result: Result<Vec<Fill>, InfoError>) {
        let (now, core) = (clock::now(), &mut self.core);
        match result {
            Ok(fills) => self.adapter.fills(LAST, &fills, &mut |input| {
                if let Input::Fills { fills, .. } = input {
                    core.feed(now, Input::Fills { request: None, fills });
                }
            }),
            Err(error) => self.not_answered(&error),
        }
        self.ask_last(Query::Ledger { since: self.started });
    }

    /// Says so; and that the venue asks us to keep away, if that is why.
    pub(super) fn not_answered(&mut self, error: &InfoError) {
        if matches!(error, InfoError::RateLimited { .. }) {
            self.core.feed(clock::now(), Input::Throttled);
        }
        self.log.line(&format!("shell_evt=query_failed reason={}", Quoted(error)));
    }
}
