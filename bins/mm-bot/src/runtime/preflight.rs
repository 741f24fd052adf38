//! What is checked with the venue before the first order.

use hl_client::clock;
use hl_quant::Millis;
use hl_specs::{AppliedOverride, Listing, Market, SpecCache, Universe, Want};
use hl_wire::info::UserFees;
use hl_wire::{AssetId, Outcome, TradingAction, UpdateLeverage};

use super::tasks::Link;
use super::venue::unreachable;
use crate::config::Settings;
use crate::exit::{Exit, Failed};
use crate::markets;

/// The most markets that are quoted without rotation: each takes four subscriptions.
const MARKETS_MAX: usize = 32;

/// The most markets that rotation chooses among. Each takes two subscriptions, those that are quoted
/// two more, and an address may have 1,000 (Hyperliquid docs, "Rate limits and user limits").
const CANDIDATES_MAX: usize = 400;

/// What the run starts from.
pub(super) struct Ready {
    pub(super) markets: Vec<(String, AssetId)>,
    pub(super) universe: Universe,
    pub(super) cache: SpecCache,
    /// When the request for the specs was sent.
    pub(super) specs_at: Millis,
    pub(super) applied: Vec<AppliedOverride>,
    /// What the account pays, where rotation asks.
    pub(super) fees: Option<UserFees>,
}

/// Reads the venue's list, holds the configuration against it, and sets the leverage.
///
/// # Errors
/// The venue cannot be reached; a market is not there or does not trade; an override does not fit;
/// the leverage is refused.
pub(super) async fn check(
    link: &Link,
    settings: &Settings,
    taped: &[String],
) -> Result<Ready, Failed> {
    let mut cache = markets::cache(settings)?;
    let specs_at = clock::now();
    let no_ticket = || Failed::new(Exit::Failure, "the spec cache gave no ticket");
    let ticket = cache.begin_fetch(specs_at, Want::Now).ok_or_else(no_ticket)?;
    let meta = link.info.meta(None).await.map_err(unreachable)?;
    let universe = Universe::builder().perps(&meta).build();
    let universe = universe.map_err(|e| Failed::new(Exit::Preflight, e.to_string()))?;
    let update = cache
        .complete(ticket, universe, clock::now())
        .map_err(|e| Failed::new(Exit::Preflight, e.to_string()))?;
    if !update.refused.is_empty() {
        return Err(markets::refused(&update.refused));
    }
    let universe = cache.universe().cloned().unwrap_or_default();
    for coin in settings.markets.keys() {
        let known = universe.find(coin).map(drop);
        known.map_err(|e| Failed::new(Exit::Config, format!("[market.{coin}]: {e}")))?;
    }
    let chosen = if settings.rotate.enabled {
        candidates(&universe, settings, taped)?
    } else {
        let coins = coins(settings, taped)?;
        let tradable = coins.iter().map(|coin| tradable(&universe, coin, settings));
        let chosen = tradable.collect::<Result<Vec<_>, _>>()?;
        for market in &chosen {
            set_leverage(link, market, settings.market(market.coin.as_str()).leverage).await?;
        }
        chosen
    };
    let fees = match settings.rotate.enabled {
        true => Some(link.info.user_fees(link.account).await.map_err(unreachable)?),
        false => None,
    };
    let markets = chosen.iter().map(|m| (m.coin.to_string(), m.asset)).collect();
    let applied = update.applied;
    Ok(Ready { markets, universe: universe.clone(), cache, specs_at, applied, fees })
}

/// The pairs that were asked for; without a choice, those of the tape.
fn coins(settings: &Settings, taped: &[String]) -> Result<Vec<String>, Failed> {
    let coins = if taped.is_empty() || settings.pairs_chosen { &settings.pairs[..] } else { taped };
    if coins.len() > MARKETS_MAX {
        let what = format!("{} markets; at most {MARKETS_MAX}", coins.len());
        return Err(Failed::new(Exit::Preflight, what));
    }
    let missing = |coin: &&String| !taped.is_empty() && !taped.contains(coin);
    match coins.iter().find(missing) {
        Some(coin) => {
            let what = format!("{coin} is not on the tape");
            Err(Failed::new(Exit::Preflight, what).hint(format!("it has {}", taped.join(", "))))
        }
        None => Ok(coins.to_vec()),
    }
}

/// What rotation chooses among: the pairs that were asked for, or all that the venue lists, less what
/// must not be touched and what could not be entered.
fn candidates<'u>(
    universe: &'u Universe,
    settings: &Settings,
    taped: &[String],
) -> Result<Vec<&'u Market>, Failed> {
    let rotate = &settings.rotate;
    let named = [&rotate.allow, &rotate.deny, &rotate.pinned, &rotate.never];
    for coin in named.into_iter().flatten() {
        let known = universe.find(coin).map(drop);
        known.map_err(|e| Failed::new(Exit::Config, format!("[rotate]: {e}")))?;
    }
    let asked = if settings.pairs_chosen || !taped.is_empty() {
        let coins = coins(settings, taped)?;
        let known = coins.iter().map(|coin| universe.find(coin));
        known
            .collect::<Result<Vec<_>, _>>()
            .map_err(|e| Failed::new(Exit::Preflight, e.to_string()))?
    } else {
        universe.markets().iter().collect()
    };
    let can_enter = |market: &&Market| {
        let leverage = settings.market(market.coin.as_str()).leverage;
        let reaches = market.max_leverage.is_none_or(|max| leverage <= u64::from(max));
        let ours = !rotate.never.iter().any(|never| never == market.coin.as_str());
        market.listing == Listing::Trading && reaches && ours
    };
    let mut all: Vec<&Market> = asked.into_iter().filter(can_enter).collect();
    if all.is_empty() {
        return Err(Failed::new(Exit::Preflight, "rotation has no market to choose from"));
    }
    // The venue lists the oldest first, and the oldest are the most traded.
    all.truncate(CANDIDATES_MAX);
    Ok(all)
}

fn tradable<'u>(
    universe: &'u Universe,
    coin: &str,
    settings: &Settings,
) -> Result<&'u Market, Failed> {
    let market = universe.find(coin).map_err(|e| Failed::new(Exit::Preflight, e.to_string()))?;
    if market.listing == Listing::Delisted {
        return Err(Failed::new(Exit::Preflight, format!("{coin} is delisted")));
    }
    let leverage = settings.market(coin).leverage;
    match market.max_leverage {
        Some(max) if leverage > u64::from(max) => {
            let what = format!("leverage {leverage} is above the {max} of {coin}");
            Err(Failed::new(Exit::Preflight, what))
        }
        _ => Ok(market),
    }
}

async fn set_leverage(link: &Link, market: &Market, leverage: u64) -> Result<(), Failed> {
    let coin = &market.coin;
    let leverage = u32::try_from(leverage)
        .map_err(|_| Failed::new(Exit::Config, format!("leverage {leverage}")))?;
    let action = TradingAction::UpdateLeverage(UpdateLeverage {
        asset: market.asset,
        is_cross: true,
        leverage,
    });
    let receipt = link
        .exchange
        .send(&action, None)
        .await
        .map_err(|e| Failed::new(Exit::Unreachable, format!("leverage of {coin}: {e}")))?;
    match receipt.outcome.outcomes.first() {
        Some(Outcome::Accepted { .. }) => Ok(()),
        Some(Outcome::Rejected { code, text, .. }) => {
            let what = format!("leverage {leverage} for {coin} is refused: {code} {text:?}");
            Err(Failed::new(Exit::Preflight, what))
        }
        Some(Outcome::Unknown { .. }) | None => {
            let what = format!("leverage of {coin}: no clear answer");
            Err(Failed::new(Exit::Unreachable, what))
        }
    }
}
