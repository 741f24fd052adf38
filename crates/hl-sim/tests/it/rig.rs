//! A small exchange with a clock, two traders, and signing.

use hl_quant::{Millis, SzDecimals};
use hl_sim::{
    Background, ConnId, Exchange, ExchangeConfig, Input, MarketConfig, Output, Path, RequestId,
    Truth, Usd,
};
use hl_wire::{
    Action, ActionOutcome, Address, AgentKey, ForeignTrading, Network, Nonce,
    parse_exchange_response,
};
use serde_json::Value;

/// A moment with a round day, 2026-11-23.
pub(crate) const START: u64 = 1_795_392_000_000;

/// Two listed markets: BTC at 100,000 with five size decimals, SOL at 150 with two.
pub(crate) fn config() -> ExchangeConfig {
    let market = |coin, decimals, leverage, px: &str| {
        MarketConfig::new(coin, SzDecimals::new(decimals).unwrap(), leverage, px.parse().unwrap())
    };
    ExchangeConfig::new(vec![market("BTC", 5, 40, "100000"), market("SOL", 2, 20, "150")])
}

/// The key of a numbered trader.
pub(crate) fn key(n: u8) -> AgentKey {
    AgentKey::from_hex(&format!("{n:02x}").repeat(32)).unwrap()
}

pub(crate) struct Rig {
    pub(crate) exchange: Exchange,
    pub(crate) now: u64,
    pub(crate) nonce: u64,
    requests: u64,
    /// Every output since the last call to `take`.
    pub(crate) outputs: Vec<Output>,
}

impl Rig {
    pub(crate) fn new(config: ExchangeConfig) -> Self {
        Self::of(Exchange::new(config, 1))
    }

    pub(crate) fn with_background(config: ExchangeConfig, others: Box<dyn Background>) -> Self {
        Self::of(Exchange::new(config, 1).with_background(others))
    }

    fn of(mut exchange: Exchange) -> Self {
        for n in [1, 2, 3] {
            exchange.fund(key(n).address(), Usd::dollars(1_000_000));
        }
        let mut rig = Self { exchange, now: START, nonce: START, requests: 0, outputs: Vec::new() };
        rig.input(Input::Tick);
        rig
    }

    pub(crate) fn input(&mut self, input: Input) {
        self.exchange.handle(Millis(self.now), input);
        loop {
            match self.exchange.poll() {
                Output::WaitUntil(_) => return,
                output => self.outputs.push(output),
            }
        }
    }

    /// Lets time pass, block by block.
    pub(crate) fn pass(&mut self, ms: u64) {
        let end = self.now + ms;
        while self.now < end {
            self.now = (self.now + 10).min(end);
            self.input(Input::Tick);
        }
    }

    pub(crate) fn take(&mut self) -> Vec<Output> {
        std::mem::take(&mut self.outputs)
    }

    /// Sends a body and returns the answer once there is one.
    pub(crate) fn http(&mut self, path: Path, body: &[u8]) -> (u16, String) {
        self.requests += 1;
        let id = RequestId(self.requests);
        self.input(Input::Http { id, path, body: body.to_vec() });
        for _ in 0..100 {
            let found = self.outputs.iter().position(
                |output| matches!(output, Output::HttpReply { id: other, .. } if *other == id),
            );
            if let Some(place) = found {
                let Output::HttpReply { status, body, .. } = self.outputs.remove(place) else {
                    unreachable!()
                };
                return (status, String::from_utf8(body).unwrap());
            }
            self.pass(10);
        }
        panic!("no answer in a second")
    }

    pub(crate) fn info(&mut self, question: &str) -> Value {
        let (status, body) = self.http(Path::Info, question.as_bytes());
        assert_eq!(status, 200, "{question}: {body}");
        serde_json::from_str(&body).unwrap()
    }

    /// The body of a signed action with a fresh nonce.
    pub(crate) fn signed(&mut self, trader: u8, action: &str) -> String {
        self.nonce += 1;
        sign(trader, action, self.nonce, None)
    }

    /// Sends a signed action and returns the whole answer.
    pub(crate) fn act(&mut self, trader: u8, action: &str) -> String {
        let body = self.signed(trader, action);
        let (status, body) = self.http(Path::Exchange, body.as_bytes());
        assert_eq!(status, 200, "{action}: {body}");
        body
    }

    /// Sends a signed action and returns what a client makes of the answer.
    pub(crate) fn outcome(&mut self, trader: u8, action: &str, n: usize) -> ActionOutcome {
        parse_exchange_response(200, self.act(trader, action).as_bytes(), n)
    }

    pub(crate) fn order(&mut self, trader: u8, order: &str) -> String {
        self.act(trader, &orders(&[order]))
    }

    /// The error text of a single order's answer.
    pub(crate) fn refusal(&mut self, trader: u8, order: &str) -> String {
        let answer: Value = serde_json::from_str(&self.order(trader, order)).unwrap();
        answer["response"]["data"]["statuses"][0]["error"].as_str().unwrap_or("").to_owned()
    }

    pub(crate) fn truth(&self) -> Truth {
        self.exchange.truth()
    }

    pub(crate) fn ws(&mut self, conn: u64, text: &str) -> Vec<String> {
        let before = self.frames(conn).len();
        self.input(Input::WsText { conn: ConnId(conn), text: text.to_owned() });
        self.frames(conn).split_off(before)
    }

    /// Every frame that a connection was sent since the last `take`.
    pub(crate) fn frames(&self, conn: u64) -> Vec<String> {
        let text = |output: &Output| match output {
            Output::WsText { conn: ConnId(other), text } if *other == conn => Some(text.clone()),
            _ => None,
        };
        self.outputs.iter().filter_map(text).collect()
    }
}

/// A signed request for the test network.
pub(crate) fn sign(trader: u8, action: &str, nonce: u64, expires: Option<u64>) -> String {
    let mut action = Action::from_json(action).unwrap();
    action.canonicalize();
    let action = ForeignTrading::try_from(action).unwrap();
    let request = key(trader)
        .sign_foreign(&action, Nonce(nonce), Network::Testnet, None, expires.map(Millis))
        .unwrap();
    request.to_json().unwrap()
}

/// One order's JSON: `buy 0.5 SOL at 149.5`.
pub(crate) fn order(asset: u32, buy: bool, px: &str, sz: &str, tif: &str) -> String {
    order_with(asset, buy, px, sz, tif, false, None)
}

pub(crate) fn order_with(
    asset: u32,
    buy: bool,
    px: &str,
    sz: &str,
    tif: &str,
    reduce_only: bool,
    cloid: Option<u128>,
) -> String {
    let cloid = cloid.map(|cloid| format!(r#","c":"0x{cloid:032x}""#)).unwrap_or_default();
    format!(
        r#"{{"a":{asset},"b":{buy},"p":"{px}","s":"{sz}","r":{reduce_only},"t":{{"limit":{{"tif":"{tif}"}}}}{cloid}}}"#
    )
}

/// An order action of some orders.
pub(crate) fn orders<T: AsRef<str>>(orders: &[T]) -> String {
    let orders: Vec<&str> = orders.iter().map(AsRef::as_ref).collect();
    format!(r#"{{"type":"order","orders":[{}],"grouping":"na"}}"#, orders.join(","))
}

/// The order identifier in an answer.
pub(crate) fn oid(answer: &str) -> u64 {
    let answer: Value = serde_json::from_str(answer).unwrap();
    let status = &answer["response"]["data"]["statuses"][0];
    let oid = status["resting"]["oid"].as_u64().or_else(|| status["filled"]["oid"].as_u64());
    oid.unwrap_or_else(|| panic!("no order in {answer}"))
}

/// The money equation: nothing is made or lost.
pub(crate) fn assert_conserved(truth: &Truth) {
    assert_eq!(truth.deposited, truth.cash + truth.fees, "cash and fees are the deposits");
}

pub(crate) fn address(n: u8) -> Address {
    key(n).address()
}
