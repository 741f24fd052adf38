//! Faults: those of a plan, and the connection through which more can be asked for.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use anyhow::{Context, ensure};
use hl_sim::fault::Plan;
use hl_sim_http::{ControlConfig, FrontConfig, Reach, Token};

use crate::cli::Cli;

/// A plan of a day with a fault in every second is shorter; more is a wrong path.
const FILE_BYTES_MAX: u64 = 8 << 20;

/// The front's configuration as far as faults go.
pub(crate) fn config(cli: &Cli) -> anyhow::Result<FrontConfig> {
    let faults = match &cli.faults {
        Some(path) => plan(path).with_context(|| format!("faults {}", path.display()))?,
        None => Plan::default(),
    };
    let control = match (cli.control, &cli.control_token_file) {
        (Some(listen), Some(path)) => {
            let token = token(path).with_context(|| format!("token {}", path.display()))?;
            let reach = if cli.expose_control { Reach::Anywhere } else { Reach::Loopback };
            Some(ControlConfig { listen, reach, token })
        }
        _ => None,
    };
    Ok(FrontConfig { faults, fault_seed: cli.seed, control, ..FrontConfig::default() })
}

fn plan(path: &Path) -> anyhow::Result<Plan> {
    let text = read(path)?;
    // Line by line, so that a mistake has its line.
    for (number, line) in (1..).zip(text.lines()) {
        let one: Result<Plan, _> = line.parse();
        one.with_context(|| format!("line {number}"))?;
    }
    Ok(text.parse()?)
}

/// Nothing that is wrong with it repeats any part of its content.
fn token(path: &Path) -> anyhow::Result<Token> {
    let mode = std::fs::metadata(path)?.permissions().mode() & 0o777;
    ensure!(mode & 0o077 == 0, "mode {mode:04o} lets others read it: chmod 600");
    Ok(Token::new(&read(path)?)?)
}

fn read(path: &Path) -> anyhow::Result<String> {
    let size = std::fs::metadata(path)?.len();
    ensure!(size <= FILE_BYTES_MAX, "{size} bytes, which is more than any such file has");
    Ok(std::fs::read_to_string(path)?)
}
