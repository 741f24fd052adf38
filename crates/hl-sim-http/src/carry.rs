//! Messages over the line: what arrives, where, and when.

use hl_quant::Millis;
use hl_sim::fault::{Delivery, Layer, Message};
use hl_sim::{Input, Output};

use crate::actor::{Actor, Frame, Reply};
use crate::faults::Change;

/// A connection that ends without a close frame
/// (RFC 6455, section 7.1.5: 1006 is never sent).
pub(crate) const NO_CLOSE_FRAME: u16 = 1006;

impl Actor {
    /// Carries out everything that is due and everything that the exchange wants done; when to look
    /// again.
    pub(crate) fn drain(&mut self) -> Millis {
        loop {
            let now = self.clock.now();
            for change in self.faults.due(now) {
                self.change(now, change);
            }
            for delivery in self.line.tick(now) {
                self.sort(now, delivery);
            }
            while let Some((message, ms_per_byte)) = self.later.take(now) {
                self.deliver(message, ms_per_byte);
            }
            let wake = self.answers();
            if let Some(ledger) = &mut self.ledger {
                ledger.take(self.exchange.take_deeds());
            }
            let wake = self.earliest(wake);
            if self.later.wake().is_none_or(|due| due > now) {
                return wake;
            }
        }
    }

    /// What the exchange says, over the line; when it wants to be called again.
    fn answers(&mut self) -> Millis {
        loop {
            match self.exchange.poll() {
                Output::WaitUntil(wake) => return wake,
                Output::HttpReply { id, status, body } => match self.asked.remove(&id) {
                    Some(asked) => {
                        let text = String::from_utf8_lossy(&body).replace(['\n', '\r'], " ");
                        asked.send(told(status, &text)).ok();
                    }
                    None => self.pass(Message::Answer { id, status, body }),
                },
                Output::WsText { conn, text } => self.pass(Message::Down { conn, text }),
                Output::WsClose { conn, code } => {
                    if let Some(conn) = self.connections.get_mut(&conn) {
                        conn.known = false;
                    }
                    self.pass(Message::CloseDown { conn, code });
                }
            }
        }
    }

    /// Gives the line a message, and delivers what it makes of it.
    pub(crate) fn pass(&mut self, message: Message) {
        let now = self.clock.now();
        for delivery in self.line.pass(now, message) {
            self.sort(now, delivery);
        }
    }

    fn sort(&mut self, now: Millis, delivery: Delivery) {
        if let Some((message, ms_per_byte)) = self.later.sort(now, delivery) {
            self.deliver(message, ms_per_byte);
        }
    }

    fn deliver(&mut self, message: Message, ms_per_byte: u64) {
        match message {
            Message::Request { id, path, body } => self.feed(Input::Http { id, path, body }),
            Message::Answer { id, status, body } => {
                if let Some(waiting) = self.waiting.remove(&id) {
                    // A client that hung up does not want its answer.
                    waiting.send(Reply::Answer { status, body, ms_per_byte }).ok();
                }
            }
            Message::Reset { id } => {
                if let Some(waiting) = self.waiting.remove(&id) {
                    waiting.send(Reply::Reset).ok();
                }
            }
            Message::Connect { conn } => {
                if let Some(entry) = self.connections.get_mut(&conn) {
                    entry.known = true;
                    self.feed(Input::WsOpen { conn });
                }
            }
            Message::Up { conn, text } => {
                if self.connections.get(&conn).is_some_and(|conn| conn.known) {
                    self.feed(Input::WsText { conn, text });
                }
            }
            Message::CloseUp { conn } => {
                if let Some(entry) = self.connections.get_mut(&conn)
                    && std::mem::replace(&mut entry.known, false)
                {
                    self.feed(Input::WsClose { conn });
                }
            }
            Message::Down { conn, text } => {
                let Some(entry) = self.connections.get(&conn) else { return };
                if entry.frames.try_send(Frame::Text(text)).is_err() {
                    // A full queue is a client that does not read. Dropping the queue closes the
                    // connection.
                    self.hung_up(conn);
                }
            }
            Message::CloseDown { conn, code } => {
                if let Some(entry) = self.connections.remove(&conn) {
                    entry.frames.try_send(Frame::Close(code)).ok();
                }
            }
        }
    }

    /// Begins or ends a fault, where it belongs.
    pub(crate) fn change(&mut self, now: Millis, change: Change) {
        match change {
            Change::Begin(kind) if kind.layer() == Layer::Line => {
                for delivery in self.line.inject(now, kind) {
                    self.sort(now, delivery);
                }
            }
            Change::End(kind) if kind.layer() == Layer::Line => self.line.heal(kind),
            Change::Begin(kind) => self.exchange.inject(&kind),
            Change::End(kind) => self.exchange.heal(&kind),
        }
    }
}

/// An answer of the exchange as a line of the control connection.
fn told(status: u16, text: &str) -> String {
    if status == 200 { format!("ok {text}\n") } else { format!("error: {status} {text}\n") }
}
