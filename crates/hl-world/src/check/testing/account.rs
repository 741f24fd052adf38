//! The account in a run made by hand: its money, its exits, its dead man's switch.

use hl_engine::{
    Cause, DayMark, DeadMan, EngineConfig, EventKind, ExitLine, Halt, MarketConfig, Pair, Usd,
};
use hl_quant::Millis;
use hl_sim::{Deed, Purpose, Verdict};
use hl_wire::RejectCode;

use super::{ACCOUNT, Case, signed};
use crate::BotId;
use crate::check::rules::Rule;
use crate::check::seen::Seen;

/// One order on the wire that closes a position.
pub(crate) fn exit(cloid: u128, buys: bool, price: &str, size: &str) -> String {
    let quote = super::order(cloid, buys, price, size);
    quote.replace("Alo", "Ioc").replace("\"r\":false", "\"r\":true")
}

impl Case {
    /// With a dead man's switch.
    pub(crate) fn with_dead_man(rule: impl Rule + 'static, ahead_ms: u64, every_ms: u64) -> Self {
        Self::with(
            rule,
            EngineConfig {
                markets: vec![MarketConfig::new("SOL")],
                dead_man: Some(DeadMan { ahead_ms, every_ms }),
                ..EngineConfig::default()
            },
        )
    }

    /// The exchange's word on the account from now on, in whole dollars.
    pub(crate) fn worth(&mut self, value: i64) {
        self.checks.record.account.value =
            Some(crate::check::record::usd(hl_sim::Usd::dollars(value)));
    }

    /// The owner pays in.
    pub(crate) fn pay(&mut self, whole: i64) {
        let (account, usd, purpose) = (ACCOUNT, hl_sim::Usd::dollars(whole), Purpose::Deposit);
        self.show(&Seen::Deed(&Deed::Paid { account, usd, purpose }));
    }

    /// The bot says what it measures losses from.
    pub(crate) fn day_mark(&mut self, whole: i64) {
        let value = crate::check::record::usd(hl_sim::Usd::dollars(whole));
        let mark = DayMark {
            day: 0,
            at: Millis(self.now),
            start: value,
            peak: value,
            transfers: Usd::ZERO,
        };
        self.event(EventKind::DayMark(mark));
    }

    pub(crate) fn halt(&mut self) {
        self.event(EventKind::Halt(Halt { at: Millis(self.now), cause: Cause::DailyLoss }));
    }

    pub(crate) fn exit_line(&mut self, left: &str) {
        let left = signed(left);
        self.event(EventKind::Exit(ExitLine { pair: Pair::new("SOL"), left, tries: 1 }));
    }

    /// Orders sent by a command that closes positions.
    pub(crate) fn send_exit(&mut self, orders: &[String]) {
        let request = hl_engine::RequestId(self.request + 1);
        let command = hl_engine::Command::Exit {
            request,
            expires: Millis(self.now + 5_000),
            orders: hl_engine::Batch::default(),
        };
        self.show(&Seen::Command { bot: BotId(self.bot), command: &command });
        self.send(orders);
    }

    /// A request for the switch, which the exchange takes.
    pub(crate) fn schedule(&mut self, ahead_ms: u64) {
        self.nonce += 1;
        let time = self.now + ahead_ms;
        self.out(&format!(r#"{{"type":"scheduleCancel","time":{time}}}"#));
        self.checks.record.account.switch = Some(Millis(time));
        self.verdict(Verdict::Performed);
    }

    pub(crate) fn refuse_schedule(&mut self) {
        self.verdict(Verdict::Refused(RejectCode::Schedule));
    }

    fn verdict(&mut self, verdict: Verdict) {
        self.show(&Seen::Deed(&Deed::Action {
            signer: None,
            nonce: 0,
            kind: "scheduleCancel",
            weight: 1,
            cloids: Vec::new(),
            verdict,
        }));
    }

    pub(crate) fn die(&mut self) {
        self.show(&Seen::Died { bot: BotId(self.bot) });
    }
}
