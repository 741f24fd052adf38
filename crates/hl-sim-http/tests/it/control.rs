//! The control connection: who gets in, what is understood, and that no bytes do harm.

use std::net::SocketAddr;

use hl_sim::fault::Kind;
use hl_sim_http::{ControlConfig, FrontConfig, Handle, Reach, SpawnError, Token, spawn};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use crate::raw::{front, once, post, soon};

const TOKEN: &str = "0123456789abcdef";

pub(crate) fn config() -> FrontConfig {
    let listen = SocketAddr::from(([127, 0, 0, 1], 0));
    let token = Token::new(TOKEN).unwrap();
    let control = Some(ControlConfig { listen, reach: Reach::Loopback, token });
    FrontConfig { control, ..FrontConfig::default() }
}

/// A control connection that has been let in.
pub(crate) struct Control(BufReader<TcpStream>);

impl Control {
    pub(crate) async fn open(handle: &Handle) -> Self {
        let mut control = Self::unopened(handle).await;
        assert!(control.say(&format!("token {TOKEN}")).await.starts_with("ok hl-sim control"));
        control
    }

    async fn unopened(handle: &Handle) -> Self {
        let stream = TcpStream::connect(handle.control_address().unwrap()).await.unwrap();
        Self(BufReader::new(stream))
    }

    pub(crate) async fn line(&mut self) -> String {
        let mut line = String::new();
        soon(self.0.read_line(&mut line)).await.unwrap();
        line
    }

    pub(crate) async fn say(&mut self, line: &str) -> String {
        self.0.write_all(format!("{line}\n").as_bytes()).await.unwrap();
        self.line().await.trim_end().to_owned()
    }

    async fn lines(&mut self, line: &str) -> Vec<String> {
        let head = self.say(line).await;
        let count: usize = head.strip_prefix("ok ").unwrap().parse().unwrap();
        let mut all = Vec::new();
        for _ in 0..count {
            all.push(self.line().await.trim_end().to_owned());
        }
        all
    }
}

#[tokio::test]
async fn there_is_no_control_unless_it_is_asked_for() {
    let handle = front(FrontConfig::default()).await;
    assert_eq!(handle.control_address(), None);
    handle.shutdown().await;
}

#[tokio::test]
async fn nobody_gets_in_without_the_token() {
    let handle = front(config()).await;
    for said in ["list", "token", "token wrong", "token 0123456789abcdeF", "", "\u{0}"] {
        let mut control = Control::unopened(&handle).await;
        let answer = control.say(said).await;
        assert!(answer.starts_with("error: the first line must be"), "{said:?}: {answer}");
        assert_eq!(control.line().await, "", "closed after {said:?}");
    }
    handle.shutdown().await;
}

#[tokio::test]
async fn an_address_for_everybody_needs_to_be_allowed() {
    let mut config = config();
    config.control.as_mut().unwrap().listen = SocketAddr::from(([0, 0, 0, 0], 0));
    let exchange = hl_sim::Exchange::new(hl_sim::ExchangeConfig::new(Vec::new()), 1);
    let refused = spawn(exchange, config).await.unwrap_err();
    assert!(matches!(refused, SpawnError::NotLoopback(_)), "{refused}");
}

#[tokio::test]
async fn faults_are_begun_listed_and_healed() {
    let handle = front(config()).await;
    let mut control = Control::open(&handle).await;
    assert_eq!(control.say("fault http.429 prob=1").await, "ok 1");
    assert_eq!(control.say("fault ack.drop prob=0.5 @60000+5").await, "ok 2");
    let listed = control.lines("list").await;
    assert_eq!(listed[0], "1 http.429 prob=1; until healed");
    assert!(listed[1].starts_with("2 ack.drop prob=0.5; begins in "), "{listed:?}");
    let question = post("/info", "application/json", r#"{"type":"meta"}"#);
    assert_eq!(once(&handle, &question).await.status, 429);
    // Past all faults of the line.
    let told = control.say(r#"info {"type":"meta"}"#).await;
    assert!(told.starts_with(r#"ok {"universe":"#), "{}", &told[..60]);
    assert_eq!(control.say("heal 1").await, "ok");
    assert_eq!(control.say("heal 1").await, "error: there is no fault 1; `list` shows them");
    assert_eq!(once(&handle, &question).await.status, 200);
    assert_eq!(control.say("heal all").await, "ok 1");
    assert_eq!(control.lines("list").await, Vec::<String>::new());
    handle.shutdown().await;
}

#[tokio::test]
async fn every_name_is_listed_and_what_is_the_clients_own_is_refused() {
    let handle = front(config()).await;
    let mut control = Control::open(&handle).await;
    assert_eq!(control.lines("kinds").await, Kind::ALL_NAMES);
    assert!(control.lines("help").await.iter().any(|line| line.starts_with("fault KIND")));
    for (fault, whose) in
        [("time.leap", "its clock"), ("proc.two", "its process"), ("disk.ro on=log", "its disk")]
    {
        let answer = control.say(&format!("fault {fault}")).await;
        assert!(answer.starts_with("error: ") && answer.contains(whose), "{answer}");
    }
    assert_eq!(control.say("quit").await, "ok");
    assert_eq!(control.line().await, "", "closed");
    handle.shutdown().await;
}

#[tokio::test]
async fn the_truth_is_told_with_every_order_and_nobody_is_invented() {
    let handle = front(config()).await;
    let user = hl_wire::Address::new([1; 20]);
    handle.with_exchange(move |e| e.fund(user, hl_sim::Usd::dollars(500))).await.unwrap();
    let mut control = Control::open(&handle).await;
    let truth = control.say(&format!("truth {user}")).await;
    let truth: serde_json::Value =
        serde_json::from_str(truth.strip_prefix("ok ").unwrap()).unwrap();
    assert_eq!(
        (&truth["accountValue"], &truth["attempts"]),
        (&"500.0".into(), &0.into()),
        "{truth}"
    );
    assert!(truth["orders"].is_object(), "{truth}");
    let whole = control.say("truth").await;
    assert!(whole.contains(&user.to_string()), "{whole}");
    let nobody = hl_wire::Address::new([2; 20]);
    let answer = control.say(&format!("truth {nobody}")).await;
    assert_eq!(answer, "error: there is no such account");
    handle.shutdown().await;
}

/// A small generator: the point is that any bytes will do.
struct Bytes(u64);

impl Bytes {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(bound).unwrap()).unwrap()
    }

    /// A command with some of its bytes replaced, doubled or left out; sometimes only noise.
    fn line(&mut self) -> Vec<u8> {
        const LINES: &[&str] = &[
            "fault ack.drop prob=0.5 @12000+5000",
            "fault json.deep prob=1 on=info levels=200",
            "fault ws.close code=1006",
            "heal 18446744073709551615",
            "truth 0x1111111111111111111111111111111111111111",
            r#"info {"type":"l2Book","coin":"BTC"}"#,
            "list",
            "help",
        ];
        let mut line = LINES[self.below(LINES.len())].as_bytes().to_vec();
        for _ in 0..self.below(6) {
            let at = self.below(line.len());
            match self.below(3) {
                0 => line[at] = self.next().to_le_bytes()[0],
                1 => line.insert(at, self.next().to_le_bytes()[0]),
                _ if line.len() > 1 => {
                    line.remove(at);
                }
                _ => {}
            }
        }
        line.push(b'\n');
        line
    }
}

#[tokio::test]
async fn no_bytes_on_the_control_connection_do_any_harm() {
    let handle = front(config()).await;
    for seed in 1..=20 {
        let mut bytes = Bytes(0x9e37_79b9_7f4a_7c15 ^ seed);
        let mut control = Control::open(&handle).await;
        let mut noise = Vec::new();
        for _ in 0..50 {
            noise.extend(bytes.line());
        }
        noise.extend(b"heal all\nquit\n");
        control.0.write_all(&noise).await.unwrap();
        let mut answers = Vec::new();
        soon(control.0.read_to_end(&mut answers)).await.unwrap();
        let answers = String::from_utf8(answers).unwrap();
        assert!(answers.contains("ok") || answers.contains("error: "), "{answers}");
    }
    // A line without an end, longer than any line may be.
    let mut control = Control::open(&handle).await;
    control.0.write_all(&vec![b'x'; 1 << 20]).await.unwrap();
    assert_eq!(control.say("").await, "error: a line has at most 65536 bytes");
    // The exchange is unharmed, and no fault is left.
    assert_eq!(control.say("heal all").await, "ok 0");
    let question = post("/info", "application/json", r#"{"type":"meta"}"#);
    assert_eq!(once(&handle, &question).await.status, 200);
    handle.shutdown().await;
}

#[tokio::test]
async fn connections_over_the_number_wait() {
    let handle = front(config()).await;
    let mut open = Vec::new();
    for _ in 0..16 {
        open.push(Control::open(&handle).await);
    }
    let mut waiting = Control::unopened(&handle).await;
    waiting.0.write_all(format!("token {TOKEN}\n").as_bytes()).await.unwrap();
    let early = tokio::time::timeout(std::time::Duration::from_millis(200), waiting.line()).await;
    assert!(early.is_err(), "{early:?}");
    open.pop();
    assert!(waiting.line().await.starts_with("ok "), "one has left");
    handle.shutdown().await;
}
