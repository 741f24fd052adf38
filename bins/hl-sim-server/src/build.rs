//! From the command line to an exchange.

use hl_sim::background::Synthetic;
use hl_sim::tape::{AtEnd, Coins, TapeError, TapePlayer};
use hl_sim::{Exchange, ExchangeConfig, Strangers, universe};

use crate::cli::{Cli, TapeEnd};

/// The exchange that the command line asks for.
pub(crate) fn exchange(cli: &Cli) -> Result<Exchange, TapeError> {
    let mut config = ExchangeConfig::new(universe::markets());
    if let Some(amount) = cli.open_accounts {
        config.strangers = Strangers::Funded(amount.0);
    }
    let mut exchange = if cli.tape.is_empty() {
        Exchange::new(config, cli.seed).with_background(Box::new(Synthetic::new(cli.seed)))
    } else {
        let at_end = match cli.tape_end {
            TapeEnd::Hold => AtEnd::Hold,
            TapeEnd::Repeat => AtEnd::Repeat,
        };
        let player = TapePlayer::open(cli.tape.clone(), Coins::listed(&config.markets), at_end)?;
        player.set_opening_prices(&mut config.markets);
        Exchange::new(config, cli.seed).with_background(Box::new(player))
    };
    for fund in &cli.fund {
        exchange.fund(fund.address, fund.amount);
    }
    for pair in &cli.agent {
        exchange.approve_agent(pair.master, pair.agent);
    }
    Ok(exchange)
}
