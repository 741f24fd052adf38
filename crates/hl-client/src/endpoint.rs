//! Which venue, at which addresses.

use std::net::IpAddr;

use hl_wire::Network;
use reqwest::Url;

/// The addresses of one venue.
///
/// `https` and `wss` only. `http` and `ws` are accepted for a loopback host, where the local exchange
/// listens and where there is no network to listen in on.
///
/// ```
/// use hl_client::Endpoint;
/// use hl_wire::Network;
///
/// let venue = Endpoint::public(Network::Mainnet)?;
/// assert_eq!(venue.info().as_str(), "https://api.hyperliquid.xyz/info");
/// let local = Endpoint::new("http://127.0.0.1:3001", Network::Testnet)?;
/// assert_eq!(local.ws().as_str(), "ws://127.0.0.1:3001/ws");
/// assert!(Endpoint::new("http://api.example.com", Network::Testnet).is_err());
/// # Ok::<(), hl_client::BadEndpoint>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    base: Url,
    info: Url,
    exchange: Url,
    ws: Url,
    network: Network,
}

/// An address that is refused. Do not retry: the configuration must change.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadEndpoint {
    /// Not a URL.
    #[error("{url:?} is not a url: {why}")]
    NotAUrl {
        /// The text.
        url: String,
        /// What the parser says.
        why: String,
    },
    /// Neither `https` nor, on a loopback host, `http`.
    #[error("{url} is neither https nor, on a loopback host, http")]
    Insecure {
        /// The address.
        url: String,
    },
    /// It carries a user, a password, a query or a fragment, which would be sent or logged.
    #[error("the address of {host} carries more than a host and a path")]
    TooMuch {
        /// Its host; the rest may be a secret.
        host: String,
    },
    /// A host of the venue with the signing domain of its other network: the orders of a test would
    /// be real, or the other way about.
    #[error("{host} does not serve {network:?}")]
    WrongNetwork {
        /// The host.
        host: String,
        /// The network that was asked for.
        network: Network,
    },
}

/// The venue's hosts ("API").
const MAINNET_HOST: &str = "api.hyperliquid.xyz";
const TESTNET_HOST: &str = "api.hyperliquid-testnet.xyz";

/// The only network that a host of the venue serves; nothing of other hosts.
fn serves(host: &str) -> Option<Network> {
    let named = |name| host.eq_ignore_ascii_case(name);
    if named(MAINNET_HOST) {
        Some(Network::Mainnet)
    } else {
        named(TESTNET_HOST).then_some(Network::Testnet)
    }
}

impl Endpoint {
    /// The venue's own servers of a network.
    ///
    /// # Errors
    ///
    /// None in practice: the addresses are constants, and a test reads them.
    pub fn public(network: Network) -> Result<Self, BadEndpoint> {
        let host = match network {
            Network::Mainnet => MAINNET_HOST,
            Network::Testnet => TESTNET_HOST,
        };
        Self::new(&format!("https://{host}"), network)
    }

    /// The venue, or one like it, at `base`. Actions are signed for `network`.
    ///
    /// # Errors
    ///
    /// [`BadEndpoint`] names what is wrong with the address.
    pub fn new(base: &str, network: Network) -> Result<Self, BadEndpoint> {
        let url = bare(base)?;
        let host = url.host_str().unwrap_or_default().to_owned();
        let secure = url.scheme() == "https";
        if serves(&host).is_some_and(|served| served != network) {
            return Err(BadEndpoint::WrongNetwork { host, network });
        }
        let at = |path: &str| below(&url, path);
        let mut ws = at("ws");
        // Setting a scheme fails only between special and other schemes; these are all special.
        let _ = ws.set_scheme(if secure { "wss" } else { "ws" });
        Ok(Self { info: at("info"), exchange: at("exchange"), ws, network, base: url })
    }

    /// Where documents are asked for.
    #[must_use]
    pub const fn info(&self) -> &Url {
        &self.info
    }

    /// Where actions are sent.
    #[must_use]
    pub const fn exchange(&self) -> &Url {
        &self.exchange
    }

    /// Where streams are.
    #[must_use]
    pub const fn ws(&self) -> &Url {
        &self.ws
    }

    /// The address that it was made from.
    #[must_use]
    pub const fn base(&self) -> &Url {
        &self.base
    }

    /// What actions are signed for.
    #[must_use]
    pub const fn network(&self) -> Network {
        self.network
    }
}

/// A host and a path at most, over `https` or, on a loopback host, `http`.
pub(crate) fn bare(text: &str) -> Result<Url, BadEndpoint> {
    let url = Url::parse(text).map_err(|why| BadEndpoint::NotAUrl {
        url: text.chars().take(128).collect(),
        why: why.to_string(),
    })?;
    let host = url.host_str().unwrap_or_default().to_owned();
    let bare = url.username().is_empty() && url.password().is_none();
    if !bare || url.query().is_some() || url.fragment().is_some() {
        return Err(BadEndpoint::TooMuch { host });
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_loopback(&host) => Ok(url),
        _ => Err(BadEndpoint::Insecure { url: url.to_string() }),
    }
}

/// `https://host/path` and `info` make `https://host/path/info`.
fn below(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    url.set_path(&format!("{}/{path}", base.path().trim_end_matches('/')));
    url
}

/// An address of 127.0.0.0/8 or ::1, or the name `localhost`. No other name: what it resolves to is
/// not ours to say.
fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    match bare.parse::<IpAddr>() {
        Ok(address) => address.is_loopback(),
        Err(_) => bare.eq_ignore_ascii_case("localhost"),
    }
}
