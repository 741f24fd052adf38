//! The venue of a run: the embedded exchange or a real one, both behind the same client.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use hl_client::{
    Endpoint, ExchangeClient, InfoClient, Latch, MarkError, NonceAllocator, RetryPolicy, Timeouts,
    Transport, clock,
};
use hl_wire::info::Role;
use hl_wire::{Address, AgentKey, Network};
use rustix::fs::{Access as RustixAccess, access};

use super::embedded::Embedded;
use super::home::Home;
use super::keyfile;
use super::tasks::Link;
use crate::cli::RunArgs;
use crate::config::{Settings, Venue as Where};
use crate::exit::{Exit, Failed};

/// How long an action may take. The engine gives an answer up at the same age, so that neither
/// waits for the other.
const ACTION_TIMEOUT: Duration = Duration::from_millis(5_000);

/// Everything that talks to the venue, and the venue itself where it is ours.
pub(super) struct Venue {
    pub(super) name: &'static str,
    pub(super) endpoint: Endpoint,
    pub(super) info: InfoClient,
    pub(super) exchange: Arc<ExchangeClient>,
    pub(super) account: Address,
    /// Where the run keeps what must survive it; locked.
    pub(super) home: Home,
    /// The exchange inside this process, whose own counts the summary is set against.
    pub(super) embedded: Option<Embedded>,
    /// What the watchdog acts with; taken by it.
    pub(super) spare: Cell<Option<SpareKey>>,
}

/// A second copy of the key, and where the first one's nonces are marked.
pub(super) struct SpareKey {
    key: AgentKey,
    mark: PathBuf,
}

impl Venue {
    /// Starts the embedded exchange, or gets ready to talk to another one.
    ///
    /// # Errors
    /// The tape, the port, the key file or the agent's approval.
    pub(super) async fn open(args: &RunArgs, settings: &Settings) -> Result<Self, Failed> {
        match (settings.venue, &settings.url) {
            (Where::Sim, None) => Self::embedded(args, settings).await,
            _ => Self::remote(args, settings).await,
        }
    }

    async fn embedded(args: &RunArgs, settings: &Settings) -> Result<Self, Failed> {
        let (embedded, key) = Embedded::start(args).await?;
        let endpoint = endpoint(&embedded.base_url(), Network::Testnet)?;
        let (account, nonces) = (embedded.account(), NonceAllocator::in_memory());
        let home = Home::embedded(settings, account, &endpoint)?;
        let mut venue = Self::over("sim", endpoint, key, account, nonces, home)?;
        venue.embedded = Some(embedded);
        Ok(venue)
    }

    async fn remote(args: &RunArgs, settings: &Settings) -> Result<Self, Failed> {
        let embedded_only = [
            ("--tape", !args.tape.is_empty()),
            ("--seed", args.seed.is_some()),
            ("--port", args.port != 0),
            ("--market-count", args.market_count.is_some()),
        ];
        if let Some((flag, _)) = embedded_only.iter().find(|(_, given)| *given) {
            let what = format!("{flag} is for the embedded exchange only");
            return Err(Failed::new(Exit::Preflight, what));
        }
        let Access { name, endpoint, account, key_file } = Access::of(settings)?;
        // Before the key: a second bot should hear who has the account, not who has the key.
        let home = Home::take(settings, account, &endpoint)?;
        let path = key_file.as_path();
        let key = keyfile::read(path)?;
        // The mark's lock also keeps a second bot with the same key from starting.
        let mark = mark(path, key.address(), settings.state_root());
        let nonces = NonceAllocator::open(&mark, key.address())
            .map_err(|e| Failed::new(Exit::Preflight, e.to_string()))?;
        let venue = Self::over(name, endpoint, key, account, nonces, home)?;
        venue.spare.set(Some(SpareKey { key: keyfile::read(path)?, mark }));
        check_agent(&venue.info, venue.exchange.agent(), account).await?;
        Ok(venue)
    }

    fn over(
        name: &'static str,
        endpoint: Endpoint,
        key: AgentKey,
        account: Address,
        nonces: NonceAllocator,
        home: Home,
    ) -> Result<Self, Failed> {
        let transport = transport(endpoint.clone())?;
        let info = InfoClient::new(transport.clone());
        let exchange = Arc::new(ExchangeClient::new(transport, key, Arc::new(nonces), None));
        let spare = Cell::new(None);
        Ok(Self { name, endpoint, info, exchange, account, home, embedded: None, spare })
    }

    /// What makes the watchdog's own link, from nothing that the loop uses.
    pub(super) fn spare_link(&self) -> Box<dyn FnOnce() -> Result<Link, String> + Send> {
        let (spare, endpoint, account) = (self.spare.take(), self.endpoint.clone(), self.account);
        Box::new(move || {
            let SpareKey { key, mark } =
                spare.ok_or("the embedded exchange ends with this process")?;
            let nonces = NonceAllocator::beside(&mark, key.address(), clock::now())
                .map_err(|error| error.to_string())?;
            link(endpoint, account, key, nonces).map_err(|failed| failed.to_string())
        })
    }
}

/// The mark of the nonces of the key in `key_file`: beside the key, so that every bot that has the key
/// finds it; under the state directory, by the agent's address, where the key's own directory cannot be
/// written, as those of credentials and secrets cannot.
pub(crate) fn mark(key_file: &Path, agent: Address, state: &Path) -> PathBuf {
    let beside = key_file.with_extension("nonce");
    let dir = key_file.parent().filter(|dir| !dir.as_os_str().is_empty());
    let writable = access(dir.unwrap_or_else(|| Path::new(".")), RustixAccess::WRITE_OK).is_ok();
    if writable { beside } else { state.join(format!("{agent}.nonce")) }
}

/// The nonces of a key, or some beside them while another process has them or the disk is full: what
/// cancels must not wait for either. See [`NonceAllocator::beside`].
///
/// # Errors
/// The mark is damaged, or another key's.
pub(crate) fn nonces_or_beside(mark: &Path, key: &AgentKey) -> Result<NonceAllocator, Failed> {
    let nonces = match NonceAllocator::open(mark, key.address()) {
        Err(MarkError::InUse { .. } | MarkError::Io { .. }) => {
            NonceAllocator::beside(mark, key.address(), clock::now())
        }
        nonces => nonces,
    };
    nonces.map_err(|e| Failed::new(Exit::Preflight, e.to_string()))
}

/// A link with connections and a count of request weights of its own.
///
/// # Errors
/// There are no connections to be had.
pub(crate) fn link(
    endpoint: Endpoint,
    account: Address,
    key: AgentKey,
    nonces: NonceAllocator,
) -> Result<Link, Failed> {
    let transport = transport(endpoint)?;
    let info = InfoClient::new(transport.with_retries(RetryPolicy::once()));
    let exchange = Arc::new(ExchangeClient::new(transport, key, Arc::new(nonces), None));
    Ok(Link { info, exchange, account, latch: Arc::new(Latch::new()) })
}

/// How to reach a venue that is not inside this process, and as whom.
pub(crate) struct Access {
    pub(crate) name: &'static str,
    pub(crate) endpoint: Endpoint,
    pub(crate) account: Address,
    pub(crate) key_file: PathBuf,
}

impl Access {
    /// As the settings say.
    ///
    /// # Errors
    /// Something that it takes is not given.
    pub(crate) fn of(settings: &Settings) -> Result<Self, Failed> {
        let (name, network) = match settings.venue {
            Where::Mainnet => ("mainnet", Network::Mainnet),
            Where::Testnet => ("testnet", Network::Testnet),
            Where::Sim => ("sim", Network::Testnet),
        };
        let endpoint = match &settings.url {
            Some(url) => endpoint(url, network)?,
            None => {
                Endpoint::public(network).map_err(|e| Failed::new(Exit::Failure, e.to_string()))?
            }
        };
        let missing = || Failed::new(Exit::Config, "venue.account and venue.agent_key_file");
        let key_file = settings.agent_key_file.clone().ok_or_else(missing)?;
        let account = settings.account.as_deref().ok_or_else(missing)?;
        let account = account.parse::<Address>();
        let account = account.map_err(|e| Failed::new(Exit::Config, e.to_string()))?;
        Ok(Self { name, endpoint, account, key_file })
    }
}

/// A key that is not an approved agent of the account is the commonest reason why every order
/// fails while all market data flows. It is found here, in words.
///
/// # Errors
/// It is not, or the venue cannot be asked.
pub(super) async fn check_agent(
    info: &InfoClient,
    agent: Address,
    account: Address,
) -> Result<(), Failed> {
    let role = info.user_role(agent).await.map_err(unreachable)?;
    match &role.role {
        Role::Agent if role.data.as_ref().and_then(|d| d.user) == Some(account) => Ok(()),
        _ => {
            let what = format!("{agent} is not an approved agent of {account}");
            let hint = "approve it as an API wallet of the account, and give the account's own \
                        address, not the agent's";
            Err(Failed::new(Exit::Preflight, what).hint(hint))
        }
    }
}

/// The client for reading only, as `specs --url` uses it.
pub(crate) fn reader(url: &str, network: Network) -> Result<InfoClient, Failed> {
    Ok(InfoClient::new(transport(endpoint(url, network)?)?))
}

pub(super) fn endpoint(url: &str, network: Network) -> Result<Endpoint, Failed> {
    Endpoint::new(url, network).map_err(|e| Failed::new(Exit::Config, e.to_string()))
}

pub(super) fn transport(endpoint: Endpoint) -> Result<Transport, Failed> {
    let timeouts = Timeouts { exchange: ACTION_TIMEOUT, ..Timeouts::default() };
    Transport::with(endpoint, timeouts, RetryPolicy::default())
        .map_err(|e| Failed::new(Exit::Failure, e.to_string()))
}

/// A document that could not be had.
pub(crate) fn unreachable(error: hl_client::InfoError) -> Failed {
    let exit = match error {
        hl_client::InfoError::Refused { .. } | hl_client::InfoError::Malformed { .. } => {
            Exit::Preflight
        }
        _ => {
            return Failed::new(Exit::Unreachable, error.to_string())
                .hint("is the venue up, and its address right? --url names another");
        }
    };
    Failed::new(exit, error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_is_beside_the_key_or_where_something_can_be_written() {
        let agent = Address::new([7; 20]);
        let dir = tempfile::TempDir::new().unwrap();
        let state = Path::new("/state");
        let key = dir.path().join("agent.key");
        assert_eq!(mark(&key, agent, state), dir.path().join("agent.nonce"));
        assert_eq!(mark(Path::new("agent.key"), agent, state), Path::new("agent.nonce"));
        let elsewhere = mark(Path::new("/nonexistent/agent.key"), agent, state);
        assert_eq!(elsewhere, state.join(format!("{agent}.nonce")));
    }
}
