use hl_client::{BadEndpoint, Endpoint};
use hl_wire::Network;

#[test]
fn the_public_servers_of_both_networks_are_known() {
    let mainnet = Endpoint::public(Network::Mainnet).unwrap();
    assert_eq!(mainnet.exchange().as_str(), "https://api.hyperliquid.xyz/exchange");
    assert_eq!(mainnet.ws().as_str(), "wss://api.hyperliquid.xyz/ws");
    let testnet = Endpoint::public(Network::Testnet).unwrap();
    assert_eq!(testnet.info().as_str(), "https://api.hyperliquid-testnet.xyz/info");
}

#[test]
fn plain_http_is_for_loopback_only() {
    for base in [
        "http://127.0.0.1:3001",
        "http://127.9.9.9",
        "http://[::1]:3001",
        "http://localhost:3001",
        "https://example.com",
        "https://192.168.0.7:8443",
    ] {
        assert!(Endpoint::new(base, Network::Testnet).is_ok(), "{base}");
    }
    for base in [
        "http://example.com",
        "http://192.168.0.7",
        "http://0.0.0.0:3001",
        "http://localhost.example.com",
        "http://127.0.0.1.example.com",
        "http://api.hyperliquid-testnet.xyz",
        "ws://127.0.0.1:3001",
        "wss://example.com",
        "ftp://127.0.0.1",
        "file:///etc/passwd",
    ] {
        let refused = Endpoint::new(base, Network::Testnet);
        assert!(matches!(refused, Err(BadEndpoint::Insecure { .. })), "{base}: {refused:?}");
    }
}

#[test]
fn a_host_of_the_venue_is_not_used_with_the_signatures_of_its_other_network() {
    let refused = Endpoint::new("https://api.hyperliquid.xyz", Network::Testnet).unwrap_err();
    assert_eq!(refused.to_string(), "api.hyperliquid.xyz does not serve Testnet");
    assert!(Endpoint::new("https://API.hyperliquid-testnet.xyz/", Network::Mainnet).is_err());
}

#[test]
fn an_address_with_a_secret_in_it_is_refused_without_repeating_it() {
    for base in ["https://user:hunter2@example.com", "https://example.com/?key=hunter2"] {
        let refused = Endpoint::new(base, Network::Testnet).unwrap_err();
        let text = format!("{refused} {refused:?}");
        assert!(text.contains("example.com") && !text.contains("hunter2"), "{text}");
    }
}

#[test]
fn a_path_in_front_is_kept() {
    let endpoint = Endpoint::new("https://proxy.example.com/hl/", Network::Mainnet).unwrap();
    assert_eq!(endpoint.info().as_str(), "https://proxy.example.com/hl/info");
    assert_eq!(endpoint.ws().as_str(), "wss://proxy.example.com/hl/ws");
}

#[test]
fn what_is_not_an_address_is_refused() {
    for base in ["", "api.hyperliquid.xyz", "https://", "//x", "http:127.0.0.1:99999"] {
        assert!(Endpoint::new(base, Network::Mainnet).is_err(), "{base:?}");
    }
}
