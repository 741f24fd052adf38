//! The command line.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;

use clap::{Parser, ValueEnum};
use hl_quant::Decimal;
use hl_sim::Usd;
use hl_wire::Address;

const AFTER_HELP: &str = "\
Examples:
  hl-sim
      A synthetic market on a free port. The base URL is the only line on stdout:
      URL=$(hl-sim --port 3001 | head -n 1) works in a script that runs it in the background.
  hl-sim --port 3001 --fund 0x1111111111111111111111111111111111111111=10000 \\
         --agent 0x1111111111111111111111111111111111111111=0x2222222222222222222222222222222222222222
      An account with 10,000 USDC, and a key that may trade for it.
  hl-sim --open-accounts 10000
      Whoever signs an order has an account with 10,000 USDC from then on.
  hl-sim --tape BTC.jsonl.zst --tape ETH.jsonl.zst
      A recorded market instead of the synthetic one.

  hl-sim --faults plan.txt
      Faults that come by themselves, one a line: KIND [key=value ..] @AT+LASTS, in milliseconds.
  hl-sim --control 127.0.0.1:0 --control-token-file token
      Faults on demand. The second line on stdout is `control ADDRESS`; there, each line is a command:
        token 0123456789abcdef          first of all, the word in the file
        fault ack.drop prob=0.5         begins now; `ok 1` is its number
        fault http.429 prob=1 @0+60000  a minute of them
        list, heal 1, heal all          what there is, and its end
        kinds, help                     the names of all faults; the commands
        truth 0x1111..                  what really happened, with every order

Clients: give the base URL to any Hyperliquid client that accepts one; it signs as for testnet.
  python: Info(url), Exchange(wallet, url)

Beyond the real exchange: GET /sim/truth?user=0x.. (what really happened), GET /sim/status.

Exit codes: 0 stopped by a signal, 1 failed while running, 2 bad command line,
  3 cannot listen (port in use), 4 tape cannot be played, 5 plan of faults or token file is wrong.";

/// A local Hyperliquid exchange: same REST and WebSocket interface, no account, no network.
///
/// It is a simulator. It verifies signatures, enforces the price grid and the limits, matches, and
/// streams as the real exchange does, against synthetic traders or a recorded market. Equal seeds
/// give equal synthetic traders.
#[derive(Debug, Parser)]
#[command(name = "hl-sim", version, after_help = AFTER_HELP)]
pub(crate) struct Cli {
    /// Port to listen on; 0 takes a free one, which is printed
    #[arg(long, default_value_t = 0, value_name = "PORT")]
    pub(crate) port: u16,

    /// Address to listen on
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST), value_name = "IP")]
    pub(crate) bind: IpAddr,

    /// Allow an address that other machines can reach: anybody there may trade and read everything
    #[arg(long)]
    pub(crate) expose: bool,

    /// Seed of the synthetic traders, of identifiers, and of what faults leave to chance
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub(crate) seed: u64,

    /// Recorded market to play instead of the synthetic one, .jsonl or .jsonl.zst; repeatable
    #[arg(long, value_name = "FILE")]
    pub(crate) tape: Vec<PathBuf>,

    /// What happens when the tapes are over
    #[arg(long, value_enum, default_value_t = TapeEnd::Hold, requires = "tape")]
    pub(crate) tape_end: TapeEnd,

    /// Open an account with this much USDC; repeatable
    #[arg(long, value_name = "0xADDR=USDC")]
    pub(crate) fund: Vec<Fund>,

    /// Let an agent's key sign for a master account; repeatable
    #[arg(long, value_name = "0xMASTER=0xAGENT")]
    pub(crate) agent: Vec<Agent>,

    /// Give every unknown signer an account with this much USDC instead of refusing it
    #[arg(long, value_name = "USDC")]
    pub(crate) open_accounts: Option<Amount>,

    /// Faults to play, one a line: KIND [key=value ..] @AT+LASTS
    #[arg(long, value_name = "FILE")]
    pub(crate) faults: Option<PathBuf>,

    /// Take faults and tell the truth here, to whoever says the token; off without
    #[arg(long, value_name = "IP:PORT", requires = "control_token_file")]
    pub(crate) control: Option<SocketAddr>,

    /// The token: one word of at least 16 letters, in a file that only its owner can read
    #[arg(long, value_name = "FILE", requires = "control")]
    pub(crate) control_token_file: Option<PathBuf>,

    /// Allow a control address that other machines can reach: whoever has the token may break everything
    #[arg(long, requires = "control")]
    pub(crate) expose_control: bool,

    /// Seconds between status lines on stderr; 0 for none
    #[arg(long, default_value_t = 60, value_name = "SECONDS")]
    pub(crate) status_every: u64,
}

/// What `--tape-end` chooses from.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum TapeEnd {
    /// Keep the last book in place
    Hold,
    /// Begin again
    Repeat,
}

/// USDC with at most six decimals.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Amount(pub(crate) Usd);

impl FromStr for Amount {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        /// A decimal counts 10^-8, an amount 10^-6.
        const UNIT: u64 = 100;
        let number = Decimal::parse(text).map_err(|error| error.to_string())?;
        match number.exact() {
            Some(raw) if raw % UNIT == 0 => Ok(Self(Usd::micros(i128::from(raw / UNIT)))),
            _ => Err(format!("{text} has more than 6 decimals")),
        }
    }
}

/// `0xADDR=USDC`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fund {
    pub(crate) address: Address,
    pub(crate) amount: Usd,
}

impl FromStr for Fund {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (who, amount) = pair(text, "0xADDR=USDC")?;
        Ok(Self { address: address(who)?, amount: amount.parse::<Amount>()?.0 })
    }
}

/// `0xMASTER=0xAGENT`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Agent {
    pub(crate) master: Address,
    pub(crate) agent: Address,
}

impl FromStr for Agent {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (master, agent) = pair(text, "0xMASTER=0xAGENT")?;
        Ok(Self { master: address(master)?, agent: address(agent)? })
    }
}

fn pair<'a>(text: &'a str, shape: &str) -> Result<(&'a str, &'a str), String> {
    text.split_once('=').ok_or_else(|| format!("expected {shape}"))
}

fn address(text: &str) -> Result<Address, String> {
    text.parse().map_err(|error| format!("{text:?} is not an address: {error}"))
}

#[cfg(test)]
mod tests {
    use super::{Agent, Amount, Cli, Fund};
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn amounts_are_exact_or_refused() {
        for (text, micros) in
            [("0", 0), ("10000", 10_000_000_000), ("0.000001", 1), ("1.50", 1_500_000)]
        {
            assert_eq!(text.parse::<Amount>().unwrap().0.get(), micros, "{text}");
        }
        for text in ["", "-1", "1e3", "0.0000001", "NaN", "1,000"] {
            assert!(text.parse::<Amount>().is_err(), "{text}");
        }
    }

    #[test]
    fn pairs_name_what_is_wrong_with_them() {
        let who = "0x1111111111111111111111111111111111111111";
        assert!(format!("{who}=5").parse::<Fund>().is_ok());
        assert!(format!("{who}={who}").parse::<Agent>().is_ok());
        assert!(who.parse::<Fund>().unwrap_err().contains("0xADDR=USDC"));
        assert!("0x11=5".parse::<Fund>().unwrap_err().contains("\"0x11\" is not an address"));
    }
}
