//! One WebSocket connection.

use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use hl_sim::ConnId;
use tokio::sync::mpsc;

use crate::actor::{Exchanger, Frame};
use crate::carry::NO_CLOSE_FRAME;

/// Closed by the server on its way out, also when its task ended without a word.
const GOING_AWAY: u16 = 1001;

/// Serves a connection until either end closes it.
pub(crate) async fn serve(
    socket: WebSocket,
    exchanger: Exchanger,
    backlog_max: usize,
    patience: Duration,
) {
    let (frames, outgoing) = mpsc::channel(backlog_max.max(1));
    let Ok(conn) = exchanger.open(frames).await else { return };
    let (sink, stream) = socket.split();
    tokio::select! {
        () = receive(stream, conn, &exchanger) => {}
        () = send(sink, outgoing, patience) => {}
    }
    exchanger.close(conn).await;
}

async fn receive(mut stream: SplitStream<WebSocket>, conn: ConnId, exchanger: &Exchanger) {
    while let Some(Ok(message)) = stream.next().await {
        let text = match message {
            Message::Text(text) => text.as_str().to_owned(),
            // The venue speaks text. Binary that is text is taken as such; other bytes are passed
            // on as something that is certainly no request, and answered as that.
            Message::Binary(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Message::Ping(_) | Message::Pong(_) => continue,
            Message::Close(_) => return,
        };
        if exchanger.text(conn, text).await.is_err() {
            // The exchange is gone; the sending half says goodbye.
            std::future::pending::<()>().await;
        }
    }
}

async fn send(
    mut sink: SplitSink<WebSocket, Message>,
    mut outgoing: mpsc::Receiver<Frame>,
    patience: Duration,
) {
    loop {
        let (message, last) = match outgoing.recv().await {
            Some(Frame::Text(text)) => (Message::Text(text.into()), false),
            // The stream ends, and that is all that the client hears of it.
            Some(Frame::Close(NO_CLOSE_FRAME)) => return,
            Some(Frame::Close(code)) => (goodbye(code), true),
            None => (goodbye(GOING_AWAY), true),
        };
        let sent = tokio::time::timeout(patience, sink.send(message)).await;
        if last || !matches!(sent, Ok(Ok(()))) {
            return;
        }
    }
}

fn goodbye(code: u16) -> Message {
    Message::Close(Some(CloseFrame { code, reason: "".into() }))
}
