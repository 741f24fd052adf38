//! Commands, carried out.

use hl_sim::fault::{Kind, Layer};
use hl_sim::{Input, Path};
use tokio::sync::oneshot;

use super::{Command, HELP};
use crate::actor::Actor;
use crate::truth;

impl Actor {
    /// Carries a command out. One line, or the number of lines and the lines, is the answer.
    pub(crate) fn command(&mut self, command: Command, answer: oneshot::Sender<String>) {
        self.feed(Input::Tick);
        let text = match command {
            Command::Info(question) => {
                let id = self.request_id();
                self.asked.insert(id, answer);
                let body = question.into_bytes();
                return self.feed(Input::Http { id, path: Path::Info, body });
            }
            Command::Begin(kind) => self.begin(kind),
            Command::Plan(fault) => match refusal(fault.kind) {
                Some(why) => error(&why),
                None => numbered(self.faults.plan(self.clock.now(), &fault)),
            },
            Command::Heal(number) => match self.faults.heal(number) {
                Some(changes) => self.undo(changes),
                None => error(&format!("there is no fault {number}; `list` shows them")),
            },
            Command::HealAll => {
                let (count, changes) = self.faults.heal_all();
                self.undo(changes);
                format!("ok {count}\n")
            }
            Command::List => lines(&self.faults.list(self.clock.now())),
            Command::Kinds => lines(Kind::ALL_NAMES),
            Command::Help => lines(HELP),
            Command::Status => {
                let status = self.exchange.background_status().unwrap_or_default();
                format!("ok {}\n", status.replace('\n', " "))
            }
            Command::Truth(user) => self.tell_truth(user),
            Command::Quit => "ok\n".to_owned(),
        };
        // A client that has gone away does not want its answer.
        answer.send(text).ok();
    }

    fn begin(&mut self, kind: Kind) -> String {
        if let Some(why) = refusal(kind) {
            return error(&why);
        }
        let now = self.clock.now();
        let number = self.faults.add(now, kind);
        for change in self.faults.due(now) {
            self.change(now, change);
        }
        numbered(number)
    }

    fn undo(&mut self, changes: Vec<crate::faults::Change>) -> String {
        let now = self.clock.now();
        for change in changes {
            self.change(now, change);
        }
        "ok\n".to_owned()
    }

    fn tell_truth(&mut self, user: Option<hl_wire::Address>) -> String {
        let truth = self.exchange.truth();
        let Some(user) = user else { return format!("ok {}\n", truth::whole(&truth)) };
        let Some(account) = truth.accounts.get(&user) else {
            return error("there is no such account");
        };
        let mut document = truth::account(account);
        if let Some(ledger) = &mut self.ledger {
            ledger.take(self.exchange.take_deeds());
            if let Some(document) = document.as_object_mut() {
                document.insert("orders".to_owned(), ledger.json(user));
            }
        }
        format!("ok {document}\n")
    }
}

/// Why a fault cannot be had here: clock, process and disk are the client's, not the exchange's.
pub(crate) fn refusal(kind: Kind) -> Option<String> {
    let whose = match kind.layer() {
        Layer::Line | Layer::Venue => return None,
        Layer::Clock => "its clock",
        Layer::Process => "its process",
        Layer::Disk => "its disk",
    };
    Some(format!("{} is done to the client: {whose} is not here", kind.name()))
}

fn numbered(number: Result<u64, &'static str>) -> String {
    match number {
        Ok(number) => format!("ok {number}\n"),
        Err(why) => error(why),
    }
}

fn error(why: &str) -> String {
    format!("error: {why}\n")
}

/// How many lines follow, and the lines.
fn lines<T: AsRef<str>>(all: &[T]) -> String {
    let mut text = format!("ok {}\n", all.len());
    for line in all {
        text.push_str(line.as_ref());
        text.push('\n');
    }
    text
}
