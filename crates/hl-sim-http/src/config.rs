use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use hl_sim::fault::Plan;

use crate::control::ControlConfig;

/// Who may reach the front.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reach {
    /// Programs on this machine. Any other address to listen on is refused.
    #[default]
    Loopback,
    /// Everybody who can reach the address. There is no authentication.
    Anywhere,
}

/// Where the front listens and what it puts up with.
#[derive(Clone, Debug)]
pub struct FrontConfig {
    /// The address to listen on; port 0 asks the system for a free one.
    pub listen: SocketAddr,
    /// Whether `listen` may be other than loopback.
    pub reach: Reach,
    /// Largest request body in bytes; a batch of 200 orders takes some 40,000.
    pub body_max: usize,
    /// Largest WebSocket message from a client in bytes.
    pub frame_max: usize,
    /// Open TCP connections; further ones wait until one closes.
    pub connections_max: usize,
    /// Frames that a WebSocket client may be behind before it is disconnected.
    pub backlog_max: usize,
    /// For a client to send its request body, and to take in a frame.
    pub patience: Duration,
    /// Faults that come by themselves, their times counted from the start.
    pub faults: Plan,
    /// Seed of what faults leave to chance.
    pub fault_seed: u64,
    /// Where faults can be begun and ended and the truth be asked for; nowhere without.
    pub control: Option<ControlConfig>,
}

impl Default for FrontConfig {
    /// A free port on 127.0.0.1, no faults and no way to bring them about.
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            reach: Reach::Loopback,
            body_max: 1 << 20,
            frame_max: 1 << 20,
            connections_max: 256,
            backlog_max: 1_024,
            patience: Duration::from_secs(10),
            faults: Plan::default(),
            fault_seed: 1,
            control: None,
        }
    }
}
