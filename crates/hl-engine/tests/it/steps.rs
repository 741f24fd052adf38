//! What one step of a random history does to the world.

use hl_engine::{Command, Connection, Input, MarketId, Operator, Reply};
use hl_quant::{Side, Size};
use hl_wire::RejectCode;

use crate::{
    bench::{BTC, SOL, price, size},
    history::{Mail, Step, World},
};

impl World {
    fn pick<T>(list: &[T], n: u8) -> Option<usize> {
        (!list.is_empty()).then(|| usize::from(n) % list.len())
    }

    pub fn step(&mut self, step: Step) {
        match step {
            Step::Pass(ms) => self.pass(u64::from(ms)),
            Step::Move(market, by, sends) => {
                let market = MarketId(u16::from(market));
                self.shift(market, by);
                if sends {
                    self.send_book(market);
                }
            }
            Step::Bbo(market) => self.send_bbo(MarketId(u16::from(market))),
            Step::Arrive(_) | Step::Twice(_) | Step::Lose(_) => self.step_mail(step),
            Step::Execute(_) | Step::Lie(_) | Step::Drop(..) | Step::Reject(_) | Step::Tick(_) => {
                self.step_command(step);
            }
            Step::Trade(..) | Step::Take(_) | Step::Foreign(..) => self.step_venue(step),
            Step::Rules(0, n) => drop(self.venue.decimals.insert(SOL, 1 + n % 5)),
            Step::Rules(_, n) => drop(self.venue.decimals.insert(BTC, 4 + n % 2)),
            Step::Again(n) => {
                if let Some(at) = Self::pick(&self.venue.fills, n) {
                    self.input(Input::Fill(self.venue.fills[at]));
                }
            }
            Step::Freeze(ms) => {
                self.now = self.now.plus(u64::from(ms));
                self.venue.now = self.now;
                self.expire();
            }
            Step::Crash => self.crash(),
            Step::Halt => self.input(Input::Operator(Operator::Halt)),
            Step::Resume => self.input(Input::Operator(Operator::Resume)),
            Step::Down => {
                self.connected = false;
                self.mail.retain(|m| !matches!(m, Mail::Fill(_) | Mail::Order(_)));
                self.input(Input::Connection(Connection::Down));
            }
            Step::Up if !self.connected => {
                self.connected = true;
                self.input(Input::Connection(Connection::Up));
            }
            Step::Up => {}
        }
    }

    fn send_bbo(&mut self, market: MarketId) {
        let (bids, asks) = self.venue.book(market);
        let (bid, ask) = (bids.first().copied(), asks.first().copied());
        if self.connected {
            self.input(Input::Bbo { market, time: self.now, bid, ask });
        }
    }

    fn step_mail(&mut self, step: Step) {
        let (Step::Arrive(n) | Step::Twice(n) | Step::Lose(n)) = step else { return };
        let Some(at) = Self::pick(&self.mail, n) else { return };
        let mail = self.mail.remove(at);
        if !matches!(step, Step::Lose(_)) {
            self.deliver(&mail);
        }
        if matches!(step, Step::Twice(_)) {
            self.mail.push(mail);
        }
    }

    fn step_command(&mut self, step: Step) {
        let (Step::Execute(n) | Step::Lie(n) | Step::Drop(n, _) | Step::Reject(n) | Step::Tick(n)) =
            step
        else {
            return;
        };
        let Some(at) = Self::pick(&self.commands, n) else { return };
        let flying = self.commands.remove(at);
        let (request, ours) = (flying.command.request(), flying.run == self.run);
        let n = match &flying.command {
            Command::Place { orders, .. } => orders.len(),
            Command::Modify { orders, .. } => orders.len(),
            _ => 0,
        };
        let code = match step {
            Step::Reject(_) => RejectCode::Margin,
            _ => RejectCode::Tick,
        };
        match (step, &flying.command) {
            (Step::Drop(_, says), _) => {
                self.landed(&flying.command);
                if says && ours {
                    self.mail.push(Mail::Outcome(request, Vec::new()));
                }
            }
            (Step::Reject(_), Command::Place { .. })
            | (Step::Tick(_), Command::Place { .. } | Command::Modify { .. }) => {
                self.landed(&flying.command);
                // Refused as a whole, and its nonce is used all the same.
                let nonce = (flying.run, request);
                if self.venue.burnt.contains(&nonce) || !self.venue.used.insert(nonce) {
                    return;
                }
                if ours {
                    let reply = Reply::Rejected { code, bbo: None };
                    self.mail.push(Mail::Outcome(request, vec![reply; n]));
                }
            }
            _ => self.execute(&flying, matches!(step, Step::Lie(_))),
        }
    }

    fn step_venue(&mut self, step: Step) {
        let open: Vec<_> = self.venue.open().filter_map(|o| o.cloid).collect();
        match step {
            Step::Trade(n, quarters) => {
                if let Some(at) = Self::pick(&open, n) {
                    let order = self.venue.open().find(|o| o.cloid == Some(open[at])).unwrap();
                    let part = order.size.raw() / 4 * u64::from(quarters);
                    self.venue.trade(open[at], Size::from_raw(part));
                }
            }
            Step::Take(n) => {
                if let Some(at) = Self::pick(&open, n) {
                    self.venue.take_away(open[at]);
                }
            }
            Step::Foreign(market, bids) => {
                // Far away: what happens between it and the market is not this test's business.
                let side = if bids { Side::Bid } else { Side::Ask };
                let at = price(if bids { "1" } else { "1000000" });
                self.venue.rest(MarketId(u16::from(market)), None, side, at, size("0.0001"));
            }
            _ => {}
        }
        self.collect_news();
    }
}
