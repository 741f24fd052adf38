//! Coming up, time, and going down.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use hl_sim::{Exchange, ExchangeConfig, universe};
use hl_sim_http::{FrontConfig, Gone, Reach, SpawnError, spawn};
use tokio::io::AsyncWriteExt;

use crate::raw::{Socket, connect, exchange_bytes, front, get, post, read_response, soon};

fn exchange() -> Exchange {
    Exchange::new(ExchangeConfig::new(universe::markets()), 1)
}

#[tokio::test]
async fn an_address_that_others_can_reach_is_refused_unless_it_is_allowed_by_name() {
    let listen = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0));
    let config = FrontConfig { listen, ..FrontConfig::default() };
    let error = spawn(exchange(), config.clone()).await.unwrap_err();
    assert!(matches!(error, SpawnError::NotLoopback(_)), "{error}");
    assert!(error.to_string().contains("0.0.0.0:0"), "{error}");
    let allowed = FrontConfig { reach: Reach::Anywhere, ..config };
    spawn(exchange(), allowed).await.unwrap().shutdown().await;
}

#[tokio::test]
async fn a_port_in_use_is_named_with_a_way_out() {
    let first = front(FrontConfig::default()).await;
    let config = FrontConfig { listen: first.address(), ..FrontConfig::default() };
    let error = spawn(exchange(), config).await.unwrap_err();
    assert!(matches!(error, SpawnError::InUse(address) if address == first.address()), "{error}");
    assert!(error.to_string().contains("choose another port"), "{error}");
    first.shutdown().await;
}

#[tokio::test]
async fn blocks_are_built_at_the_real_pace_without_any_request() {
    let handle = front(FrontConfig::default()).await;
    let count = || handle.with_exchange(|exchange| exchange.truth().blocks);
    let before = count().await.unwrap();
    tokio::time::sleep(Duration::from_millis(1_400)).await;
    let blocks = count().await.unwrap() - before;
    assert!((15..=25).contains(&blocks), "{blocks} blocks of 70 ms in 1.4 s");
    handle.shutdown().await;
}

#[tokio::test]
async fn a_connection_beyond_the_limit_waits_until_another_closes() {
    let handle = front(FrontConfig { connections_max: 2, ..FrontConfig::default() }).await;
    let question = post("/info", "application/json", r#"{"type":"meta"}"#);
    let mut first = connect(&handle).await;
    assert_eq!(exchange_bytes(&mut first, &question).await.status, 200);
    let _upgraded = Socket::open(&handle).await;
    let mut third = connect(&handle).await;
    third.write_all(&question).await.unwrap();
    let waiting = tokio::time::timeout(Duration::from_millis(300), read_response(&mut third)).await;
    assert!(waiting.is_err(), "answered beyond the limit");
    drop(first);
    assert_eq!(read_response(&mut third).await.status, 200);
    handle.shutdown().await;
}

#[tokio::test]
async fn a_shutdown_does_not_wait_for_clients_that_hang_on() {
    let handle = front(FrontConfig::default()).await;
    let mut idle = connect(&handle).await;
    exchange_bytes(&mut idle, &get("/")).await;
    let mut half = connect(&handle).await;
    half.write_all(b"POST /info HTTP/1.1\r\nhost:").await.unwrap();
    let _socket = Socket::open(&handle).await;
    let address = handle.address();
    soon(handle.shutdown()).await;
    let again = tokio::net::TcpStream::connect(address).await;
    assert!(again.is_err(), "still listening after the shutdown");
}

#[tokio::test]
async fn a_job_that_panics_ends_the_exchange_and_says_so() {
    let handle = front(FrontConfig::default()).await;
    let job = handle.with_exchange(|_| panic!("on purpose")).await;
    assert_eq!(job, Err::<(), _>(Gone));
    assert_eq!(handle.with_exchange(|_| ()).await, Err(Gone));
    handle.shutdown().await;
}
