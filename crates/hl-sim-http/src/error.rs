use std::io;
use std::net::SocketAddr;

/// Why the front did not come up.
#[derive(Debug, thiserror::Error)]
pub enum SpawnError {
    /// The address can be reached from other machines and that was not allowed. Retrying does not
    /// help.
    #[error("refusing to listen on {0}, which other machines can reach, without being told to")]
    NotLoopback(SocketAddr),
    /// Another program listens there. Retrying helps once that one is gone.
    #[error("{0} is in use by another program; choose another port, or 0 for a free one")]
    InUse(SocketAddr),
    /// The system refused for another reason, such as a privileged port. Retrying does not help.
    #[error("cannot listen on {address}: {source}")]
    Bind {
        /// The address asked for.
        address: SocketAddr,
        /// What the operating system said.
        source: io::Error,
    },
    /// The plan of faults has one that an exchange cannot carry out. Retrying does not help.
    #[error("{0}")]
    Fault(String),
}

/// The front has shut down. Retrying does not help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the local exchange has shut down")]
pub struct Gone;
