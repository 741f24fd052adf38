//! A run made by hand: one market, one rule, and a sentence for each thing that can happen.

mod account;

pub(crate) use account::exit;

use hl_engine::{
    AccountMoney, Attempt, Command, Connection, EngineConfig, Event, EventKind, FillLine,
    GuardLine, GuardStage, Input, IntentId, Level, Liquidity, MarketConfig, MarketId, MarketStatus,
    NoQuote, Operator, OrderState, Pair, Query, ReconLine, Reply, RequestId, Submit, SubmitEnd,
    Usd,
};
use hl_quant::{MarketSpec, Millis, Price, QuantFields, Side, SignedSize, Size, SzDecimals};
use hl_sim::{Cause, Deed, DeedState, FillDeed, OrderDeed, Verdict};
use hl_wire::{Address, AssetId, Cloid, Oid, ReduceOnly, RejectCode, Tif};

use super::record::{MarketTruth, Rules};
use super::rules::Rule;
use super::seen::{Belief, MarketBelief, OrderBelief, Seen};
use super::wire::Wire;
use super::{Checks, Id, Moment};
use crate::{BotId, Phase};

/// The agent of every process.
pub(crate) const AGENT: Address = Address::new([1; 20]);
const ACCOUNT: Address = Address::new([2; 20]);
const START: u64 = 1_795_392_000_000;
const FIELDS: QuantFields =
    QuantFields { px_dec: 0, step_dec: 0, price_int: 0, size_int: 0, ticks: 0, steps: 0 };

/// One order as it stands on the wire, for market number 1.
pub(crate) fn order(cloid: u128, buys: bool, price: &str, size: &str) -> String {
    format!(
        r#"{{"a":1,"b":{buys},"p":"{price}","s":"{size}","r":false,"t":{{"limit":{{"tif":"Alo"}}}},"c":"0x{cloid:032x}"}}"#
    )
}

/// See the module.
pub(crate) struct Case {
    checks: Checks,
    now: u64,
    phase: Phase,
    bot: u32,
    belief: Belief,
    skew: u64,
    nonce: u64,
    request: u64,
    next_oid: u64,
}

impl Case {
    /// A process that has been told everything that quoting needs, in a market at 150 with two size
    /// decimals and a limit of $1,000.
    pub(crate) fn new(rule: impl Rule + 'static) -> Self {
        let markets = vec![MarketConfig::new("SOL")];
        Self::with(rule, EngineConfig { markets, ..EngineConfig::default() })
    }

    fn with(rule: impl Rule + 'static, config: EngineConfig) -> Self {
        let market = MarketBelief { fair: price("150"), ..MarketBelief::default() };
        let mut case = Self {
            checks: Checks::with(config, vec![Box::new(rule)]),
            now: START,
            phase: Phase::Faults,
            bot: 0,
            belief: Belief { markets: vec![market], ..Belief::default() },
            skew: 0,
            nonce: START,
            request: 0,
            next_oid: 100,
        };
        case.rules(2);
        case.begin();
        case
    }

    fn begin(&mut self) {
        self.show(&Seen::Started { bot: BotId(self.bot), agent: AGENT });
        self.tell_spec(2, true);
        self.tell_book("149.9", "150.1");
    }

    fn show(&mut self, seen: &Seen<'_>) {
        self.belief.now = Millis(self.now + self.skew);
        let moment = Moment { now: Millis(self.now), bot_now: self.belief.now, phase: self.phase };
        self.checks.take(moment, Some(&self.belief), seen);
    }

    pub(crate) fn breaches(&self) -> usize {
        usize::try_from(self.checks.court.broken().iter().sum::<u64>()).unwrap()
    }

    pub(crate) fn judged(&self, number: u8) -> u64 {
        self.checks.court.judged()[Id::of(number).place()]
    }

    pub(crate) fn pass(&mut self, ms: u64) {
        self.now += ms;
    }

    /// The exchange's rules from now on.
    pub(crate) fn rules(&mut self, sz_decimals: u8) {
        self.checks.record.now = Millis(self.now);
        let position = self.checks.record.markets[0].position;
        let rules = Rules { asset: 1, sz_decimals };
        let truth = MarketTruth { rules, position, mark: price("150"), oracle: price("150") };
        self.checks.record.truth(0, &truth);
    }

    pub(crate) fn touch(&mut self, bid: &str, ask: &str) {
        self.belief.markets[0].touch = price(bid).zip(price(ask));
    }

    fn announce(&mut self, orders: &[String]) {
        for cloid in cloids(orders) {
            if !self.checks.record.attempts.contains_key(&cloid) {
                self.attempt(cloid.0, 1);
            }
        }
    }

    fn out(&mut self, action: &str) {
        self.request += 1;
        let body = format!(r#"{{"action":{action},"nonce":{}}}"#, self.nonce);
        let wire = Wire::read(body.as_bytes()).unwrap();
        let (bot, request) = (BotId(self.bot), RequestId(self.request));
        self.show(&Seen::Sent { bot, request, wire: &wire });
    }

    /// Orders announced, written and sent with a fresh nonce.
    pub(crate) fn send(&mut self, orders: &[String]) {
        self.announce(orders);
        self.journal(true);
        self.nonce += 1;
        self.out_orders(orders);
    }

    fn out_orders(&mut self, orders: &[String]) {
        self.out(&format!(r#"{{"type":"order","orders":[{}],"grouping":"na"}}"#, orders.join(",")));
    }

    /// With the last nonce once more.
    pub(crate) fn send_again(&mut self, orders: &[String]) {
        self.announce(orders);
        self.out_orders(orders);
    }

    pub(crate) fn send_unannounced(&mut self, orders: &[String]) {
        self.nonce += 1;
        self.out_orders(orders);
    }

    /// Announced, but not written.
    pub(crate) fn send_unwritten(&mut self, orders: &[String]) {
        self.announce(orders);
        self.nonce += 1;
        self.out_orders(orders);
    }

    pub(crate) fn cancel(&mut self, cloid: u128) {
        self.nonce += 1;
        self.out(&format!(
            r#"{{"type":"cancelByCloid","cancels":[{{"asset":1,"cloid":"0x{cloid:032x}"}}]}}"#
        ));
    }

    pub(crate) fn nonce_back(&mut self, by: u64) {
        self.nonce -= by;
    }

    fn deed_order(&mut self, cloid: Option<u128>, coin: &str, state: DeedState, deed: OrderDeed) {
        let cloid = cloid.map(Cloid);
        let deed = OrderDeed { cloid, coin: coin.to_owned(), state, ..deed };
        self.show(&Seen::Deed(&Deed::Order(deed)));
    }

    fn blank(&mut self) -> OrderDeed {
        self.next_oid += 1;
        OrderDeed {
            account: ACCOUNT,
            asset: AssetId(1),
            coin: String::new(),
            oid: Oid(self.next_oid),
            cloid: None,
            side: Side::Bid,
            price: price("150").unwrap(),
            original: Size::ZERO,
            remaining: Size::ZERO,
            tif: Tif::Alo,
            reduce_only: false,
            state: DeedState::Open,
            status: "open",
        }
    }

    pub(crate) fn live(&mut self, cloid: u128) {
        self.live_in(cloid, "SOL");
    }

    pub(crate) fn live_in(&mut self, cloid: u128, coin: &str) {
        let blank = self.blank();
        self.deed_order(Some(cloid), coin, DeedState::Open, blank);
    }

    pub(crate) fn gone(&mut self, cloid: u128) {
        let blank = self.blank();
        self.deed_order(Some(cloid), "SOL", DeedState::Canceled, blank);
    }

    pub(crate) fn refuse(&mut self, cloid: u128) {
        let blank = self.blank();
        let state = DeedState::Rejected(RejectCode::Tick);
        self.deed_order(Some(cloid), "SOL", state, blank);
    }

    pub(crate) fn foreign(&mut self, buys: bool, size: &str) {
        let side = if buys { Side::Bid } else { Side::Ask };
        let blank = OrderDeed { side, remaining: size.parse().unwrap(), ..self.blank() };
        self.deed_order(None, "SOL", DeedState::Open, blank);
    }

    /// A trade of an order of ours, as the exchange made it.
    pub(crate) fn fill(&mut self, cloid: u128, tid: u64, size: &str, crossed: bool) {
        let known = &self.checks.record.orders[&Cloid(cloid)];
        let size: Size = size.parse().unwrap();
        let before = self.checks.record.markets[0].position;
        let position = before.after_fill(known.side, size).unwrap();
        let deed = FillDeed {
            account: ACCOUNT,
            coin: "SOL".to_owned(),
            tid,
            oid: Oid(1),
            cloid: Some(Cloid(cloid)),
            side: known.side,
            price: known.price,
            size,
            crossed,
            fee: hl_sim::Usd::ZERO,
            cause: Cause::Trade,
            position,
        };
        self.show(&Seen::Deed(&Deed::Fill(deed)));
        self.checks.record.now = Millis(self.now);
        let rules = Rules { asset: 1, sz_decimals: 2 };
        let truth = MarketTruth { rules, position, mark: None, oracle: None };
        self.checks.record.truth(0, &truth);
    }

    fn event(&mut self, kind: EventKind) {
        let event = Event { at: Millis(self.now), kind };
        self.show(&Seen::Event { bot: BotId(self.bot), event: &event });
    }

    /// The bot counts a trade.
    pub(crate) fn count_fill(&mut self, cloid: u128, tid: u64, size: &str) {
        let known = &self.checks.record.orders[&Cloid(cloid)];
        let line = FillLine {
            pair: Pair::new("SOL"),
            side: known.side,
            price: known.price,
            size: size.parse().unwrap(),
            liquidity: Liquidity::Maker,
            fee: Usd::from_raw(0),
            tid,
            oid: Oid(1),
            cloid: Some(Cloid(cloid)),
            position: SignedSize::default(),
        };
        self.event(EventKind::Fill(line));
    }

    pub(crate) fn attempt(&mut self, cloid: u128, tries: u8) {
        let seq = u64::try_from(cloid).unwrap();
        self.attempt_for(cloid, seq, tries);
    }

    /// An attempt that serves a numbered intent.
    pub(crate) fn attempt_for(&mut self, cloid: u128, intent: u64, tries: u8) {
        let seq = u64::try_from(cloid).unwrap();
        self.event(EventKind::Attempt(Attempt {
            seq,
            intent: IntentId(intent),
            pair: Pair::new("SOL"),
            side: Side::Bid,
            reduce_only: ReduceOnly::No,
            tif: Tif::Alo,
            cloid: Cloid(cloid),
            price: price("150").unwrap(),
            size: Size::ZERO,
            quant: FIELDS,
            tries,
        }));
    }

    /// The engine decides on an order, by what it believes now.
    pub(crate) fn decide(&mut self, cloid: u128, fair: &str) {
        self.belief.markets[0].fair = price(fair);
        self.show(&Seen::Decided { bot: BotId(self.bot), cloid: Cloid(cloid) });
    }

    pub(crate) fn end_attempt(&mut self, cloid: u128) {
        self.end_attempt_as(cloid, SubmitEnd::Accepted);
    }

    pub(crate) fn end_attempt_as(&mut self, cloid: u128, end: SubmitEnd) {
        self.event(EventKind::Submit(Submit {
            seq: u64::try_from(cloid).unwrap(),
            cloid: Cloid(cloid),
            pair: Pair::new("SOL"),
            side: Side::Bid,
            tif: Tif::Alo,
            reduce_only: ReduceOnly::No,
            quant: FIELDS,
            end,
        }));
    }

    /// The retry guard takes a refused order up.
    pub(crate) fn guard(&mut self, cloid: u128, code: RejectCode) {
        self.event(EventKind::Guard(GuardLine {
            pair: Pair::new("SOL"),
            intent: IntentId(1),
            cloid: Cloid(cloid),
            stage: GuardStage::Retry(code),
        }));
    }

    pub(crate) fn stopped(&mut self, remaining: u32) {
        self.event(EventKind::Stopped { remaining });
    }

    /// The bot takes over a position that the venue told.
    pub(crate) fn take_over(&mut self, position: &str) {
        let venue = signed(position);
        let local = SignedSize::default();
        self.event(EventKind::Recon(ReconLine::Position { pair: Pair::new("SOL"), local, venue }));
    }

    pub(crate) fn believe(&mut self, cloid: u128, state: OrderState) {
        self.forget(cloid);
        self.belief.orders.push(OrderBelief { market: 0, cloid: Cloid(cloid), state });
    }

    pub(crate) fn forget(&mut self, cloid: u128) {
        self.belief.orders.retain(|order| order.cloid != Cloid(cloid));
    }

    pub(crate) fn believe_position(&mut self, position: &str) {
        self.belief.markets[0].position = signed(position);
    }

    pub(crate) fn believe_reason(&mut self, why: Option<NoQuote>) {
        self.belief.markets[0].why_not = why;
    }

    pub(crate) fn skew(&mut self, ms: u64) {
        self.skew = ms;
    }

    pub(crate) fn settle(&mut self) {
        self.show(&Seen::Settled { bot: BotId(self.bot) });
    }

    /// A question of this weight leaves.
    pub(crate) fn ask(&mut self, weight: u64) {
        self.show(&Seen::Asked { weight });
    }

    pub(crate) fn tell(&mut self, input: &Input<'_>) {
        self.show(&Seen::Told { bot: BotId(self.bot), input });
    }

    /// The outcome of the last request.
    pub(crate) fn answer(&mut self, replies: &[Reply]) {
        self.tell(&Input::Outcome { request: RequestId(self.request), replies });
    }

    /// The answer to a request for specs that left just now.
    pub(crate) fn tell_spec(&mut self, sz_decimals: u8, trading: bool) {
        let now = Millis(self.now);
        let bot = self.checks.record.bots.entry(BotId(self.bot)).or_default();
        bot.spec_requests.push((now, now));
        let spec = MarketSpec::perp(SzDecimals::new(sz_decimals).unwrap());
        let status = if trading { MarketStatus::Trading } else { MarketStatus::CancelOnly };
        self.tell(&Input::Spec { market: MarketId(0), spec: &spec, requested: now, status });
    }

    pub(crate) fn tell_book(&mut self, bid: &str, ask: &str) {
        self.tell_book_of(0, bid, ask);
    }

    /// A book that shows a block of so long ago, with a size of 5 on each level.
    pub(crate) fn tell_book_of(&mut self, ms: u64, bid: &str, ask: &str) {
        let size: Size = "5".parse().unwrap();
        let level = |text: &str| price(text).map(|price| Level { price, size });
        let bids: Vec<Level> = level(bid).into_iter().collect();
        let asks: Vec<Level> = level(ask).into_iter().collect();
        let time = Millis(self.now - ms);
        if ms > 0 {
            self.checks.record.bots.entry(BotId(self.bot)).or_default().books.clear();
        }
        self.tell(&Input::Book { market: MarketId(0), time, bids: &bids, asks: &asks });
    }

    /// Questions asked and answered: 0 orders, 1 account, 2 trades.
    pub(crate) fn reconcile(&mut self, kinds: &[u8]) {
        if self.checks.record.bots[&BotId(self.bot)].up.is_none() {
            self.tell(&Input::Connection(Connection::Up));
        }
        for kind in kinds {
            self.request += 1;
            let request = RequestId(self.request);
            let query = match kind {
                0 => Query::OpenOrders,
                1 => Query::Account,
                _ => Query::Fills { since: Millis(0) },
            };
            let command = Command::Reconcile { request, query };
            self.show(&Seen::Command { bot: BotId(self.bot), command: &command });
            match kind {
                0 => self.tell(&Input::OpenOrders { request, orders: &[] }),
                2 => self.tell(&Input::Fills { request: Some(request), fills: &[] }),
                _ => self.tell_account(request),
            }
        }
    }

    fn tell_account(&mut self, request: RequestId) {
        let (time, money) = (Millis(self.now), AccountMoney::default());
        self.tell(&Input::Account { request, time, positions: &[], money });
    }

    pub(crate) fn reconnect(&mut self) {
        self.tell(&Input::Connection(Connection::Down));
        self.tell(&Input::Connection(Connection::Up));
    }

    pub(crate) fn operator(&mut self, word: Operator) {
        self.show(&Seen::Operator { bot: BotId(self.bot), word });
    }

    pub(crate) fn journal(&mut self, ok: bool) {
        self.show(&Seen::Journal { bot: BotId(self.bot), ok });
    }

    pub(crate) fn thaw(&mut self) {
        self.show(&Seen::Thawed { bot: BotId(self.bot) });
    }

    /// The process dies and the next one begins.
    pub(crate) fn restart(&mut self) {
        self.show(&Seen::Died { bot: BotId(self.bot) });
        self.second_process();
    }

    /// Another process begins, and acts from now on.
    pub(crate) fn second_process(&mut self) {
        self.bot += 1;
        self.begin();
    }

    pub(crate) fn executed(&mut self, signer: Option<Address>) {
        self.show(&Seen::Deed(&Deed::Action {
            signer,
            nonce: self.nonce,
            kind: "order",
            weight: 1,
            cloids: Vec::new(),
            verdict: Verdict::Performed,
        }));
    }

    /// The faults ended so long ago.
    pub(crate) fn heal(&mut self, ms_ago: u64) {
        self.phase = Phase::Healed;
        self.now -= ms_ago;
        self.show(&Seen::Phase(Phase::Healed));
        self.now += ms_ago;
    }

    pub(crate) fn end(&mut self) {
        self.checks.close(Millis(self.now), self.phase, Some(&self.belief));
    }
}

fn price(text: &str) -> Option<Price> {
    text.parse().ok()
}

fn signed(text: &str) -> SignedSize {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let size: Size = digits.parse().unwrap();
    let raw = i64::try_from(size.raw()).unwrap();
    SignedSize::from_raw(if negative { -raw } else { raw })
}

fn cloids(orders: &[String]) -> impl Iterator<Item = Cloid> + '_ {
    orders.iter().filter_map(|order| {
        let (_, rest) = order.split_once("\"c\":\"0x")?;
        u128::from_str_radix(rest.get(..32)?, 16).ok().map(Cloid)
    })
}
