//! A WebSocket venue that does what a test tells it, connection by connection.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use hl_client::Endpoint;
use hl_wire::Network;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, accept_async};

/// Nothing here takes longer, unless it hangs.
pub(crate) const SOON: Duration = Duration::from_secs(5);

pub(crate) struct Venue {
    pub(crate) endpoint: Endpoint,
    connections: mpsc::UnboundedReceiver<Connection>,
    opened: Arc<Mutex<usize>>,
}

/// One connection, as the venue sees it.
pub(crate) struct Connection {
    socket: WebSocketStream<TcpStream>,
}

impl Venue {
    pub(crate) async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let (sender, connections) = mpsc::unbounded_channel();
        let opened = Arc::new(Mutex::new(0));
        let count = Arc::clone(&opened);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                *count.lock().unwrap() += 1;
                if let Ok(socket) = accept_async(stream).await {
                    let _ = sender.send(Connection { socket });
                }
            }
        });
        let endpoint = Endpoint::new(&base, Network::Testnet).unwrap();
        Self { endpoint, connections, opened }
    }

    /// The next connection that a client opens.
    pub(crate) async fn next(&mut self) -> Connection {
        timeout(SOON, self.connections.recv()).await.expect("nobody connects").unwrap()
    }

    pub(crate) fn opened(&self) -> usize {
        *self.opened.lock().unwrap()
    }
}

impl Connection {
    /// The next text frame of the client.
    pub(crate) async fn hear(&mut self) -> Value {
        loop {
            let message = timeout(SOON, self.socket.next()).await.expect("client is silent");
            if let Message::Text(text) = message.expect("client is gone").unwrap() {
                return serde_json::from_str(&text).unwrap();
            }
        }
    }

    /// Waits until the client is gone.
    pub(crate) async fn gone(&mut self) {
        let end = async { while let Some(Ok(_)) = self.socket.next().await {} };
        timeout(SOON, end).await.expect("client stays");
    }

    pub(crate) async fn say(&mut self, frame: &Value) {
        self.say_text(&frame.to_string()).await;
    }

    pub(crate) async fn say_text(&mut self, text: &str) {
        self.socket.send(Message::text(text)).await.unwrap();
    }

    /// Whether the client still takes frames.
    pub(crate) async fn try_say(&mut self, frame: &Value) -> bool {
        self.socket.send(Message::text(frame.to_string())).await.is_ok()
    }

    /// Hears `n` subscriptions and acknowledges each as the venue does, with a key added.
    pub(crate) async fn acknowledge(&mut self, n: usize) -> Vec<Value> {
        let mut heard = Vec::new();
        for _ in 0..n {
            let frame = self.hear().await;
            assert_eq!(frame["method"], "subscribe", "{frame}");
            let mut echo = frame.clone();
            echo["subscription"]["nSigFigs"] = Value::Null;
            self.say(&json!({"channel": "subscriptionResponse", "data": echo})).await;
            heard.push(frame["subscription"].clone());
        }
        heard
    }

    /// Closes in order.
    pub(crate) async fn close(mut self) {
        let _ = self.socket.close(None).await;
    }

    /// Breaks the connection.
    pub(crate) fn reset(self) {
        let _ = self.socket.get_ref().set_zero_linger();
    }
}

pub(crate) fn bbo(coin: &str, time: u64) -> Value {
    let level = |px: &str| json!({"px": px, "sz": "1.0", "n": 1});
    json!({"channel": "bbo", "data": {"coin": coin, "time": time,
           "bbo": [level("100.0"), level("100.1")]}})
}
