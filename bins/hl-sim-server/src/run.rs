//! Serving until a signal.

use std::io::Write;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context;
use hl_sim_http::{FrontConfig, Handle, Reach, SpawnError, spawn};
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::cli::Cli;
use crate::{build, trouble};

/// What the process exits with when it fails.
pub(crate) struct Failure {
    pub(crate) error: anyhow::Error,
    pub(crate) code: u8,
}

/// Failed while running.
const FAILED: u8 = 1;
/// Cannot listen.
const CANNOT_LISTEN: u8 = 3;
/// A tape cannot be played.
const BAD_TAPE: u8 = 4;
/// A plan of faults, or the control connection's token, is not as it should be.
const BAD_FAULTS: u8 = 5;
/// How often the background is asked for notices.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Builds the exchange, serves it, and stops it when the process is told to.
pub(crate) fn run(cli: &Cli) -> Result<(), Failure> {
    let fail = |code| move |error: anyhow::Error| Failure { error, code };
    // One thread: the exchange is one task and the rest waits for sockets.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime")
        .map_err(fail(FAILED))?;
    runtime.block_on(async {
        let exchange = build::exchange(cli)
            .map_err(|error| Failure { error: error.into(), code: BAD_TAPE })?;
        let config = trouble::config(cli).map_err(fail(BAD_FAULTS))?;
        let reach = if cli.expose { Reach::Anywhere } else { Reach::Loopback };
        let listen = SocketAddr::new(cli.bind, cli.port);
        let front = spawn(exchange, FrontConfig { listen, reach, ..config }).await;
        let front = front.map_err(|error| {
            let code = match error {
                SpawnError::Fault(_) => BAD_FAULTS,
                _ => CANNOT_LISTEN,
            };
            Failure { error: error.into(), code }
        })?;
        serve(front, cli).await.map_err(fail(FAILED))
    })
}

async fn serve(front: Handle, cli: &Cli) -> anyhow::Result<()> {
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot watch for SIGINT")?;
    let mut terminate = signal(SignalKind::terminate()).context("cannot watch for SIGTERM")?;
    announce(&front).context("cannot write to stdout")?;
    eprintln!("simulator, not the real exchange: {} and {}", front.base_url(), front.ws_url());
    let mut look = tokio::time::interval(LOOK_EVERY);
    let mut seconds: u64 = 0;
    loop {
        tokio::select! {
            _ = stopped(&mut interrupt, &mut terminate) => break,
            _ = look.tick() => {
                let due = cli.status_every > 0 && seconds.is_multiple_of(cli.status_every);
                report(&front, due && seconds > 0).await?;
                seconds = seconds.saturating_add(1);
            }
        }
    }
    eprintln!("stopping");
    front.shutdown().await;
    Ok(())
}

/// The data: the base URL, when requests are answered; then where the control connection is.
fn announce(front: &Handle) -> std::io::Result<()> {
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{}", front.base_url())?;
    if let Some(control) = front.control_address() {
        writeln!(stdout, "control {control}")?;
    }
    stdout.flush()
}

async fn stopped(interrupt: &mut Signal, terminate: &mut Signal) {
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}

async fn report(front: &Handle, with_status: bool) -> anyhow::Result<()> {
    let (notices, status) = front
        .with_exchange(move |exchange| {
            (exchange.take_notices(), exchange.background_status().filter(|_| with_status))
        })
        .await
        .context("the exchange ended by itself")?;
    for line in notices.into_iter().chain(status) {
        eprintln!("{line}");
    }
    Ok(())
}
