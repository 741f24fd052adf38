//! Actions posted on the socket whose answers are awaited.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use hl_wire::stream::{ErrorFrame, ErrorKind, PostReply};
use hl_wire::{ActionOutcome, Outcome, RejectCode, Unsure};
use tokio::sync::oneshot;

use crate::limits::WS_INFLIGHT_POSTS;

/// What the socket says about a posted action.
#[derive(Debug)]
pub(super) enum Answer {
    /// It was written to the socket, and this became of it.
    Sent(ActionOutcome),
    /// The socket was down before a byte of it was written.
    NotSent,
}

/// A posted action on its way to the socket. Not printable: it holds a signature.
pub(super) struct Post {
    pub(super) id: u64,
    pub(super) text: String,
}

/// Somebody waits for an action; when this is dropped, nobody does.
pub(super) struct Awaited<'a> {
    posts: &'a Posts,
    id: u64,
}

impl<'a> Awaited<'a> {
    pub(super) const fn new(posts: &'a Posts, id: u64) -> Self {
        Self { posts, id }
    }
}

impl Drop for Awaited<'_> {
    fn drop(&mut self) {
        self.posts.lock().by_id.remove(&self.id);
    }
}

#[derive(Debug, Default)]
pub(super) struct Posts {
    waiting: Mutex<Waiting>,
}

#[derive(Debug, Default)]
struct Waiting {
    next: u64,
    by_id: BTreeMap<u64, (usize, oneshot::Sender<Answer>)>,
}

impl Posts {
    /// Takes an id for an action of `batch` entries; nothing when too many are in flight.
    pub(super) fn register(&self, batch: usize) -> Option<(u64, oneshot::Receiver<Answer>)> {
        let mut waiting = self.lock();
        if waiting.by_id.len() >= WS_INFLIGHT_POSTS {
            return None;
        }
        waiting.next += 1;
        let id = waiting.next;
        let (sender, receiver) = oneshot::channel();
        waiting.by_id.insert(id, (batch, sender));
        Some((id, receiver))
    }

    /// Whether somebody waits for this action. One that was given up must not be sent after all.
    pub(super) fn is_awaited(&self, id: u64) -> bool {
        self.lock().by_id.contains_key(&id)
    }

    /// The action never left: its socket was down.
    pub(super) fn not_sent(&self, id: u64) {
        self.settle(id, |_| Answer::NotSent);
    }

    /// The venue answered.
    pub(super) fn answered(&self, reply: &PostReply<'_>) {
        self.settle(reply.id, |batch| Answer::Sent(reply.outcomes(batch)));
    }

    /// The venue complained. One complaint says that an action was not admitted; the others are about
    /// subscriptions.
    pub(super) fn complained(&self, frame: &ErrorFrame<'_>) {
        if let ErrorKind::TooManyPosts { id } = frame.kind() {
            let (code, text) = (RejectCode::IpRate, frame.text.as_ref().into());
            let refused = Outcome::Rejected { code, text, bbo: None };
            self.settle(id, |batch| Answer::Sent(ActionOutcome::all(&refused, batch)));
        }
    }

    /// The socket is gone: what was written to it may have arrived. What is still queued in front of it
    /// is settled by [`Self::not_sent`], before.
    pub(super) fn lost(&self, why: &str) {
        for (batch, sender) in std::mem::take(&mut self.lock().by_id).into_values() {
            let unknown = ActionOutcome::unknown(Unsure::Transport(why.into()), batch);
            let _ = sender.send(Answer::Sent(unknown));
        }
    }

    fn settle(&self, id: u64, answer: impl FnOnce(usize) -> Answer) {
        if let Some((batch, sender)) = self.lock().by_id.remove(&id) {
            // Whoever asked may have stopped waiting.
            let _ = sender.send(answer(batch));
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
