//! Messages that arrive later than they were sent.

use std::collections::BTreeMap;

use hl_quant::Millis;
use hl_sim::ConnId;
use hl_sim::fault::{Delivery, End, Message, Order};

/// A message whose time has not come.
struct Waiting {
    message: Message,
    ms_per_byte: u64,
}

/// What the line has put off, by the time at which it arrives.
///
/// On one connection and in one direction nothing overtakes, as on any TCP connection, unless the
/// line says that it may.
#[derive(Default)]
pub(crate) struct Later {
    queue: BTreeMap<(Millis, u64), Waiting>,
    /// When the last message of a connection arrives, by its receiver.
    floors: BTreeMap<(ConnId, bool), Millis>,
    sequence: u64,
}

impl Later {
    /// The message if it arrives at once, with its pace; otherwise it is kept.
    pub(crate) fn sort(&mut self, now: Millis, delivery: Delivery) -> Option<(Message, u64)> {
        let Delivery { after_ms, ms_per_byte, order, message } = delivery;
        let mut due = now.plus(after_ms);
        if let (Some(conn), Order::Kept) = (conn_of(&message), order) {
            let place = (conn, message.receiver() == End::Client);
            let floor = self.floors.get(&place).copied().unwrap_or_default();
            due = due.max(floor);
            if due > now {
                self.floors.insert(place, due);
            }
        }
        // What is due and has not been taken yet comes first.
        if due <= now && self.queue.is_empty() {
            return Some((message, ms_per_byte));
        }
        self.sequence = self.sequence.saturating_add(1);
        self.queue.insert((due, self.sequence), Waiting { message, ms_per_byte });
        None
    }

    /// The next message whose time has come.
    pub(crate) fn take(&mut self, now: Millis) -> Option<(Message, u64)> {
        let entry = self.queue.first_entry()?;
        if entry.key().0 > now {
            return None;
        }
        let Waiting { message, ms_per_byte } = entry.remove();
        if self.queue.is_empty() {
            self.floors.clear();
        }
        Some((message, ms_per_byte))
    }

    /// When the next one comes.
    pub(crate) fn wake(&self) -> Option<Millis> {
        self.queue.first_key_value().map(|((due, _), _)| *due)
    }
}

const fn conn_of(message: &Message) -> Option<ConnId> {
    match message {
        Message::Connect { conn }
        | Message::Up { conn, .. }
        | Message::Down { conn, .. }
        | Message::CloseUp { conn }
        | Message::CloseDown { conn, .. } => Some(*conn),
        Message::Request { .. } | Message::Answer { .. } | Message::Reset { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(text: &str, after_ms: u64, order: Order) -> Delivery {
        let message = Message::Down { conn: ConnId(1), text: text.to_owned() };
        Delivery { after_ms, ms_per_byte: 0, order, message }
    }

    fn taken(later: &mut Later, now: u64) -> Vec<String> {
        let texts = std::iter::from_fn(|| later.take(Millis(now)));
        texts
            .map(|(message, _)| match message {
                Message::Down { text, .. } => text,
                other => panic!("{other:?}"),
            })
            .collect()
    }

    #[test]
    fn what_is_on_time_is_delivered_at_once() {
        let mut later = Later::default();
        assert!(later.sort(Millis(5), frame("a", 0, Order::Kept)).is_some());
        assert_eq!(later.wake(), None);
    }

    #[test]
    fn nothing_overtakes_unless_it_may() {
        let mut later = Later::default();
        assert!(later.sort(Millis(0), frame("slow", 100, Order::Kept)).is_none());
        assert!(later.sort(Millis(1), frame("after", 0, Order::Kept)).is_none());
        assert!(later.sort(Millis(2), frame("free", 10, Order::Free)).is_none());
        assert_eq!(later.wake(), Some(Millis(12)));
        assert_eq!(taken(&mut later, 50), ["free"]);
        assert_eq!(taken(&mut later, 100), ["slow", "after"]);
        // The way is clear again.
        assert!(later.sort(Millis(100), frame("next", 0, Order::Kept)).is_some());
    }

    #[test]
    fn what_is_due_and_not_yet_taken_comes_first() {
        let mut later = Later::default();
        assert!(later.sort(Millis(0), frame("first", 3, Order::Kept)).is_none());
        assert!(later.sort(Millis(4), frame("second", 0, Order::Kept)).is_none());
        assert_eq!(taken(&mut later, 4), ["first", "second"]);
    }
}
