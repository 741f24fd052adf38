use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use hl_sim::Exchange;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::actor::{Actor, Exchanger};
use crate::config::{FrontConfig, Reach};
use crate::control::{self, Door};
use crate::error::{Gone, SpawnError};
use crate::ledger::Ledger;
use crate::listener::{Bounded, Cutter};
use crate::routes;

/// How long a shutdown waits for clients to let go.
const GRACE: Duration = Duration::from_secs(2);

/// A running front. Dropping it without [`Handle::shutdown`] stops it as well, without waiting.
#[derive(Debug)]
pub struct Handle {
    address: SocketAddr,
    exchanger: Exchanger,
    stop_exchange: oneshot::Sender<()>,
    stop_server: oneshot::Sender<()>,
    exchange: JoinHandle<()>,
    server: JoinHandle<io::Result<()>>,
    door: Option<Door>,
}

/// Serves an exchange on the current tokio runtime, beginning at the present time.
///
/// # Errors
/// [`SpawnError`] when the address cannot be listened on.
pub async fn spawn(exchange: Exchange, config: FrontConfig) -> Result<Handle, SpawnError> {
    for fault in &config.faults.faults {
        if let Some(why) = control::refusal(fault.kind) {
            return Err(SpawnError::Fault(why));
        }
    }
    let (listener, address) = bind(config.listen, config.reach).await?;
    // What only a judge asks for is kept only where there can be one.
    let (exchange, ledger) = match &config.control {
        Some(_) => (exchange.witnessed(), Some(Ledger::default())),
        None => (exchange, None),
    };
    let (actor, exchanger) = Actor::new(exchange, config.fault_seed, ledger);
    let door = match config.control.clone() {
        Some(control) => Some(control::open(control, exchanger.clone()).await?),
        None => None,
    };
    let (stop_exchange, exchange_stopped) = oneshot::channel();
    let (stop_server, server_stopped) = oneshot::channel::<()>();
    let router = routes::router(exchanger.clone(), &config);
    let listener = Bounded::new(listener, config.connections_max);
    let service = router.into_make_service_with_connect_info::<Cutter>();
    let serve = axum::serve(listener, service).with_graceful_shutdown(async {
        // Both a word and the handle's end mean that it is time.
        server_stopped.await.ok();
    });
    // A thread of its own: a slow block of the exchange must not hold up its clients, who in a bot
    // with an embedded exchange run on the same single-threaded runtime.
    let runtime = tokio::runtime::Handle::current();
    let plan = config.faults.faults;
    let exchange =
        tokio::task::spawn_blocking(move || runtime.block_on(actor.run(plan, exchange_stopped)));
    let server = tokio::spawn(serve.into_future());
    Ok(Handle { address, exchanger, stop_exchange, stop_server, exchange, server, door })
}

/// Listens, where that is allowed; on which address.
pub(crate) async fn bind(
    asked: SocketAddr,
    reach: Reach,
) -> Result<(TcpListener, SocketAddr), SpawnError> {
    if reach == Reach::Loopback && !asked.ip().is_loopback() {
        return Err(SpawnError::NotLoopback(asked));
    }
    let refused = |source: io::Error| match source.kind() {
        io::ErrorKind::AddrInUse => SpawnError::InUse(asked),
        _ => SpawnError::Bind { address: asked, source },
    };
    let listener = TcpListener::bind(asked).await.map_err(refused)?;
    let address = listener.local_addr().map_err(refused)?;
    Ok((listener, address))
}

impl Handle {
    /// The address listened on, with the port that was given for port 0.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where the control connection is, if there is one.
    #[must_use]
    pub fn control_address(&self) -> Option<SocketAddr> {
        self.door.as_ref().map(|door| door.address)
    }

    /// What a client is given instead of `https://api.hyperliquid.xyz`.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What a client is given instead of `wss://api.hyperliquid.xyz/ws`.
    #[must_use]
    pub fn ws_url(&self) -> String {
        format!("ws://{}/ws", self.address)
    }

    /// Runs something with the exchange in hand, at the present time: funding an account, reading
    /// the truth. It blocks the exchange, so it should be short.
    ///
    /// # Errors
    /// [`Gone`] after a shutdown, or when `job` panicked.
    pub async fn with_exchange<R: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Exchange) -> R + Send + 'static,
    ) -> Result<R, Gone> {
        self.exchanger.with(job).await
    }

    /// Stops accepting, closes the WebSocket connections, and waits for both, but not longer than two
    /// seconds for clients that keep a connection open all the same.
    pub async fn shutdown(mut self) {
        self.stop_server.send(()).ok();
        self.stop_exchange.send(()).ok();
        self.exchange.await.ok();
        if tokio::time::timeout(GRACE, &mut self.server).await.is_err() {
            self.server.abort();
        }
    }
}
