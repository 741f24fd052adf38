//! What is to be said: events first, then commands, batched.

use std::collections::VecDeque;

use hl_quant::Millis;

use crate::{
    Batch, BudgetConfig, CancelOrder, Command, Event, EventKind, ExitOrder, Fetch, Leverage,
    MarketId, ModifyOrder, PlaceOrder, Query, RequestId,
    budget::{
        Budgets, Class,
        limits::{QUESTION, action_weight},
        question_weight,
    },
    order::Slot,
};

/// Room for events and commands before anything has to be allocated.
const EVENTS: usize = 512;
const COMMANDS: usize = 32;

/// How many actions may wait for their answers; of those before them an answer is news.
const AWAITED: usize = 256;

/// Collects the outputs of one input.
#[derive(Clone, Debug)]
pub(crate) struct Outbox {
    events: VecDeque<Event>,
    commands: VecDeque<Command>,
    /// The moment of the input that is being worked on.
    now: Millis,
    /// When the batches under construction expire at the venue.
    expires: Millis,
    /// What the venue allows. It is counted here, because here every command passes.
    pub(crate) budgets: Budgets,
    place: (RequestId, Batch<PlaceOrder>),
    modify: (RequestId, Batch<ModifyOrder>),
    cancel: (RequestId, Batch<CancelOrder>),
    exit: (RequestId, Batch<ExitOrder>),
    next: u64,
    /// The latest actions that have not been answered, oldest first.
    awaited: VecDeque<RequestId>,
}

/// A batch under construction; its request id is drawn with its first order.
fn stage<T>(batch: &mut (RequestId, Batch<T>), next: &mut u64, item: T) -> Slot {
    if batch.1.is_empty() {
        batch.0 = draw(next);
    }
    let slot = Slot { request: batch.0, index: batch.1.len() };
    // A full batch has been flushed by the caller.
    let _ = batch.1.try_push(item);
    slot
}

fn draw(next: &mut u64) -> RequestId {
    *next = next.saturating_add(1);
    RequestId(*next)
}

impl Outbox {
    pub(crate) fn new(budget: BudgetConfig) -> Self {
        Self {
            now: Millis(0),
            budgets: Budgets::new(budget),
            events: VecDeque::with_capacity(EVENTS),
            commands: VecDeque::with_capacity(COMMANDS),
            expires: Millis(0),
            place: (RequestId(0), Batch::new()),
            modify: (RequestId(0), Batch::new()),
            cancel: (RequestId(0), Batch::new()),
            exit: (RequestId(0), Batch::new()),
            next: 0,
            awaited: VecDeque::with_capacity(AWAITED),
        }
    }

    /// The answer to an action has come. Returns whether it was waited for.
    pub(crate) fn answered(&mut self, request: RequestId) -> bool {
        let place = self.awaited.iter().position(|waiting| *waiting == request);
        place.and_then(|place| self.awaited.remove(place)).is_some()
    }

    /// Begins the work on an input at `now`; what is staged expires at the venue at `expires`.
    pub(crate) fn begin(&mut self, now: Millis, expires: Millis) {
        (self.now, self.expires) = (now, expires);
    }

    /// Whether one more cancel may leave: it is free in a request that is already being made.
    pub(crate) fn may_cancel(&self, now: Millis) -> bool {
        let joins = !self.cancel.1.is_empty() && !self.cancel.1.is_full();
        joins || self.budgets.may_send(now, Class::Cancel, action_weight(1))
    }

    /// When what is staged now expires at the venue.
    pub(crate) const fn expires(&self) -> Millis {
        self.expires
    }

    pub(crate) fn event(&mut self, at: Millis, kind: EventKind) {
        self.events.push_back(Event { at, kind });
    }

    pub(crate) fn place(&mut self, order: PlaceOrder) -> Slot {
        if self.place.1.is_full() {
            self.flush();
        }
        self.budgets.address.spend(self.now, 1);
        stage(&mut self.place, &mut self.next, order)
    }

    pub(crate) fn modify(&mut self, order: ModifyOrder) -> Slot {
        if self.modify.1.is_full() {
            self.flush();
        }
        self.budgets.address.spend(self.now, 1);
        stage(&mut self.modify, &mut self.next, order)
    }

    pub(crate) fn cancel(&mut self, order: CancelOrder) -> Slot {
        if self.cancel.1.is_full() {
            self.flush();
        }
        self.budgets.address.spend(self.now, 1);
        stage(&mut self.cancel, &mut self.next, order)
    }

    pub(crate) fn exit(&mut self, order: ExitOrder) -> Slot {
        if self.exit.1.is_full() {
            self.flush();
        }
        self.budgets.address.spend(self.now, 1);
        stage(&mut self.exit, &mut self.next, order)
    }

    /// Takes back the orders that no shell has fetched: their commands, which now never were.
    pub(crate) fn withdraw(&mut self) -> Vec<RequestId> {
        self.flush();
        let adds = |command: &Command| {
            matches!(command, Command::Place { .. } | Command::Modify { .. } | Command::Exit { .. })
        };
        let taken = self.commands.iter().filter(|command| adds(command)).map(Command::request);
        let taken = taken.collect();
        self.commands.retain(|command| !adds(command));
        taken
    }

    pub(crate) fn query(&mut self, query: Query) -> RequestId {
        let request = draw(&mut self.next);
        self.budgets.sent(self.now, question_weight(query));
        self.commands.push_back(Command::Reconcile { request, query });
        request
    }

    pub(crate) fn fetch_specs(&mut self, fetch: Fetch) -> RequestId {
        let request = draw(&mut self.next);
        self.budgets.sent(self.now, QUESTION);
        self.commands.push_back(Command::FetchSpecs { request, fetch });
        request
    }

    pub(crate) fn burn(&mut self, of: RequestId) -> RequestId {
        let request = draw(&mut self.next);
        self.send_action(request, 1);
        self.budgets.address.spend(self.now, 1);
        self.commands.push_back(Command::Burn { request, of });
        request
    }

    pub(crate) fn schedule_cancel(&mut self, at: Option<Millis>) -> RequestId {
        let request = draw(&mut self.next);
        self.send_action(request, 1);
        self.budgets.address.spend(self.now, 1);
        self.commands.push_back(Command::ScheduleCancel { request, at });
        request
    }

    pub(crate) fn leverage(&mut self, market: MarketId, leverage: Leverage) -> RequestId {
        let request = draw(&mut self.next);
        self.send_action(request, 1);
        self.budgets.address.spend(self.now, 1);
        self.commands.push_back(Command::Leverage { request, market, leverage });
        request
    }

    fn send_action(&mut self, request: RequestId, orders: usize) {
        if self.awaited.len() == AWAITED {
            self.awaited.pop_front();
        }
        self.awaited.push_back(request);
        let n = u64::try_from(orders).unwrap_or(u64::MAX);
        self.budgets.sent(self.now, action_weight(n));
    }

    /// Turns the batches under construction into commands: what makes room first.
    pub(crate) fn flush(&mut self) {
        let expires = self.expires;
        if !self.cancel.1.is_empty() {
            let (request, orders) = (self.cancel.0, self.cancel.1.take());
            self.send_action(request, orders.len());
            self.commands.push_back(Command::Cancel { request, orders });
        }
        if !self.exit.1.is_empty() {
            let (request, orders) = (self.exit.0, self.exit.1.take());
            self.send_action(request, orders.len());
            self.commands.push_back(Command::Exit { request, orders, expires });
        }
        if !self.modify.1.is_empty() {
            let (request, orders) = (self.modify.0, self.modify.1.take());
            self.send_action(request, orders.len());
            self.commands.push_back(Command::Modify { request, orders, expires });
        }
        if !self.place.1.is_empty() {
            let (request, orders) = (self.place.0, self.place.1.take());
            self.send_action(request, orders.len());
            self.commands.push_back(Command::Place { request, orders, expires });
        }
    }

    pub(crate) fn next_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    pub(crate) fn next_command(&mut self) -> Option<Command> {
        self.commands.pop_front()
    }
}
