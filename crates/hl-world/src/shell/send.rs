//! To the venue: actions, each sent once, and questions.

use hl_engine::{Command, Input, Query, Reply, RequestId as EngineRequest, adapt};
use hl_quant::Millis;
use hl_sim::{Path, RequestId};
use hl_wire::info::InfoRequest;
use hl_wire::{Nonce, TradingAction};

use super::{ANSWER_MS, Asked, Shell};
use crate::host::Host;
use crate::observe::{Observation, Sent};

/// Nonces that are remembered for burning; the engine asks within seconds.
const USED_MAX: usize = 4_096;

impl Shell {
    pub(super) fn carry_out_one(&mut self, host: &mut Host<'_, '_>, command: &Command) {
        let request = command.request();
        let (orders, expires) = match command {
            Command::FetchSpecs { fetch, .. } => return self.fetch_specs(host, *fetch),
            Command::Reconcile { query, .. } => return self.ask_query(host, request, *query),
            Command::Burn { of, .. } => return self.burn(host, request, *of),
            Command::Place { orders, expires, .. } => (orders.len(), Some(*expires)),
            Command::Modify { orders, expires, .. } => (orders.len(), Some(*expires)),
            Command::Exit { orders, expires, .. } => (orders.len(), Some(*expires)),
            Command::Cancel { orders, .. } => (orders.len(), None),
            Command::ScheduleCancel { .. } | Command::Leverage { .. } => (1, None),
        };
        if !self.core.engine.still_stands(host.now, command) {
            return self.never_sent(host, request, orders);
        }
        let nonce = match self.adapter.action(command) {
            Some(action) => self.sign_and_post(host, request, &action, None, expires),
            None => None,
        };
        match nonce {
            Some(nonce) if expires.is_some() => {
                self.used.insert(request, nonce);
                if self.used.len() > USED_MAX {
                    self.used.pop_first();
                }
            }
            Some(_) => {}
            None => self.never_sent(host, request, orders),
        }
    }

    /// A `noop` with the nonce of an earlier command.
    fn burn(&mut self, host: &mut Host<'_, '_>, request: EngineRequest, of: EngineRequest) {
        let nonce = self.used.get(&of).copied();
        let sent = nonce.and_then(|nonce| {
            self.sign_and_post(host, request, &TradingAction::Noop, Some(nonce), None)
        });
        if sent.is_none() {
            self.never_sent(host, request, 1);
        }
    }

    /// Signs an action and posts it, once; nothing when it cannot be.
    fn sign_and_post(
        &mut self,
        host: &mut Host<'_, '_>,
        request: EngineRequest,
        action: &TradingAction,
        nonce: Option<Nonce>,
        expires: Option<Millis>,
    ) -> Option<Nonce> {
        let nonce = match nonce {
            Some(nonce) => nonce,
            None => self.nonces.allocate(host.now, host.disk).ok()?,
        };
        let body = self.me.signer.body(action, nonce, expires)?;
        let sent = Sent {
            bot: self.bot(),
            signer: self.me.signer.address(),
            request,
            nonce,
            expires,
            action,
            body: &body,
        };
        host.see(self.bot(), &self.core.engine, &Observation::Sent(&sent));
        let n = action.batch_len();
        self.post(host, Asked::Action { request, n }, Path::Exchange, body);
        Some(nonce)
    }

    fn ask_query(&mut self, host: &mut Host<'_, '_>, request: EngineRequest, query: Query) {
        let question = adapt::question(query, self.me.master);
        self.ask(host, Asked::Query { request, query }, &question);
    }

    pub(super) fn ask(&mut self, host: &mut Host<'_, '_>, asked: Asked, question: &InfoRequest) {
        let bot = self.bot();
        host.see(bot, &self.core.engine, &Observation::Asked { bot, question });
        let body = serde_json::to_vec(question).unwrap_or_default();
        self.post(host, asked, Path::Info, body);
    }

    fn post(&mut self, host: &mut Host<'_, '_>, asked: Asked, path: Path, body: Vec<u8>) {
        host.digest.add(&body);
        let id = host.ids.request();
        self.asked.insert(id, asked);
        self.deadlines.push_back((host.steady.plus(ANSWER_MS), id));
        self.out.push(hl_sim::Input::Http { id, path, body });
    }

    /// Whoever has not answered by now is no longer waited for.
    pub(super) fn give_up_late_answers(&mut self, host: &mut Host<'_, '_>) {
        while let Some((at, id)) = self.deadlines.front().copied() {
            if at > host.steady {
                return;
            }
            self.deadlines.pop_front();
            self.no_answer(host, id, Reply::Unknown);
        }
    }

    /// A request has failed: the reply says whether the venue may have seen it.
    pub(super) fn no_answer(&mut self, host: &mut Host<'_, '_>, id: RequestId, reply: Reply) {
        match self.asked.remove(&id) {
            None => {}
            Some(Asked::Action { request, n }) => {
                let replies = vec![reply; n];
                self.core.feed(host, Input::Outcome { request, replies: &replies });
            }
            Some(Asked::Query { request, .. }) => {
                self.core.feed(host, Input::QueryFailed { request });
            }
            Some(Asked::Specs { ticket, .. }) => self.specs_failed(host, ticket),
            Some(Asked::RateLimit) => {}
        }
    }
}
