//! The answers of one round, brought together by token.

use std::collections::BTreeMap;

use hl_quant::Millis;
use serde::de::DeserializeOwned;

use super::rows::{Holding, Netflow, Page, PerpTrade};
use super::{BadAnswer, Endpoint, Kind, MAX_ANSWER_BYTES};
use crate::document::{Opinion, shape};
use crate::nansen::{MAX_NETFLOW_USD, Token};
use crate::{Confidence, Fingerprint};

/// Tokens below this market value are passed over: anyone can name a token like another.
const MIN_MARKET_CAP_USD: f64 = 1e7;
/// Trades of this many US dollars, half of them bought, stand before the first one, so that a single
/// small trade is no unanimous opinion.
const PRIOR_USD: f64 = 100_000.0;
/// A holding that changed by this part in a day counts for 0.76 of the most that it can.
const CHANGE_SCALE: f64 = 0.1;
/// A change beyond this is a wrong unit.
const MAX_CHANGE: f64 = 1e6;

/// What the answers of one round say about each token.
///
/// The API has no field that the previous system's feed had, so the three numbers of a [`Token`] are
/// made from what it has: the buy ratio from trades on Hyperliquid, the net flow as it is, summed
/// over chains, and the accumulation score from the change of what is held, weighted by value.
#[derive(Clone, Debug, Default)]
pub struct Gathered {
    tokens: BTreeMap<String, Known>,
    /// Rows already counted: the two ends of the net flows may overlap.
    rows: BTreeMap<(u8, String, String), ()>,
    refused: u64,
}

#[derive(Clone, Copy, Debug, Default)]
struct Known {
    netflow: Option<f64>,
    /// Bought and sold US dollars.
    trades: Option<(f64, f64)>,
    newest: Option<Millis>,
    /// Value held now, and that value times its change.
    held: Option<(f64, f64)>,
}

impl Gathered {
    /// Takes one answer in.
    ///
    /// # Errors
    /// The answer is too long or not what is documented; nothing of it is taken then.
    pub fn take(&mut self, endpoint: Endpoint, bytes: &[u8]) -> Result<(), BadAnswer> {
        match endpoint.kind {
            Kind::Netflow => page::<Netflow>(bytes)?.iter().for_each(|row| self.netflow(row)),
            Kind::PerpTrades => page::<PerpTrade>(bytes)?.iter().for_each(|row| self.trade(row)),
            Kind::Holdings => page::<Holding>(bytes)?.iter().for_each(|row| self.holding(row)),
        }
        Ok(())
    }

    /// Rows whose numbers make no sense, so far.
    #[must_use]
    pub const fn refused(&self) -> u64 {
        self.refused
    }

    /// The opinion about the coin, by the venue's name; `None` if no row was about it. The API
    /// states no time for net flows and holdings: they are of the moment of the answer, `now`, and
    /// age by their content alone.
    ///
    /// The venue's `kPEPE` is a thousand of what other places call `PEPE`.
    #[must_use]
    pub fn opinion(&self, coin: &str, now: Millis) -> Option<Opinion> {
        let bare =
            coin.strip_prefix('k').filter(|rest| rest.starts_with(|c: char| c.is_uppercase()));
        let own = self.tokens.get(coin).copied().unwrap_or_default();
        let base = bare.and_then(|bare| self.tokens.get(bare)).copied().unwrap_or_default();
        let known = Known {
            netflow: own.netflow.or(base.netflow),
            trades: own.trades.or(base.trades),
            newest: own.newest.or(base.newest),
            held: own.held.or(base.held),
        };
        known.opinion(now)
    }

    fn token(&mut self, symbol: &str) -> &mut Known {
        self.tokens.entry(symbol.to_owned()).or_default()
    }

    /// Whether a row about a token is to be counted: the first of its kind, and of a token that is
    /// worth something.
    fn counts(&mut self, kind: u8, chain: &str, address: &str, cap: Option<f64>) -> bool {
        let key = (kind, chain.to_owned(), address.to_owned());
        cap.is_some_and(|cap| cap >= MIN_MARKET_CAP_USD) && self.rows.insert(key, ()).is_none()
    }

    fn refuse(&mut self) {
        self.refused = self.refused.saturating_add(1);
    }

    fn netflow(&mut self, row: &Netflow) {
        if row.net_flow_24h_usd.abs() > MAX_NETFLOW_USD {
            return self.refuse();
        }
        if self.counts(0, &row.chain, &row.token_address, row.market_cap_usd) {
            let known = self.token(&row.token_symbol);
            known.netflow = Some(known.netflow.unwrap_or(0.0) + row.net_flow_24h_usd);
        }
    }

    fn holding(&mut self, row: &Holding) {
        let Some(change) = row.balance_24h_percent_change else { return };
        if !(-1.0..=MAX_CHANGE).contains(&change)
            || !(0.0..=MAX_NETFLOW_USD).contains(&row.value_usd)
        {
            return self.refuse();
        }
        if self.counts(1, &row.chain, &row.token_address, row.market_cap_usd) {
            let known = self.token(&row.token_symbol);
            let (value, change_value) = known.held.unwrap_or((0.0, 0.0));
            known.held = Some((value + row.value_usd, change_value + row.value_usd * change));
        }
    }

    fn trade(&mut self, row: &PerpTrade) {
        let sane = (0.0..=MAX_NETFLOW_USD).contains(&row.value_usd);
        let (true, Some(is_buy), Some(time)) = (sane, row.is_buy(), row.time()) else {
            return self.refuse();
        };
        let known = self.token(&row.token_symbol);
        let (bought, sold) = known.trades.unwrap_or((0.0, 0.0));
        known.trades = Some(if is_buy {
            (bought + row.value_usd, sold)
        } else {
            (bought, sold + row.value_usd)
        });
        known.newest = known.newest.max(Some(time));
    }
}

impl Known {
    fn opinion(self, now: Millis) -> Option<Opinion> {
        let ratio = self
            .trades
            .map(|(bought, sold)| (bought + PRIOR_USD / 2.0) / (bought + sold + PRIOR_USD));
        let change = self.held.map(|(value, sum)| if value > 0.0 { sum / value } else { 0.0 });
        let score = change.map(|change| 50.0 + 50.0 * libm::tanh(change / CHANGE_SCALE));
        let netflow = self.netflow.map(|flow| flow.clamp(-MAX_NETFLOW_USD, MAX_NETFLOW_USD));
        // As sure as the weights of the numbers that are there.
        let weights = [(ratio, 0.4), (netflow, 0.3), (score, 0.3)];
        let sure: f64 = weights.iter().filter(|(number, _)| number.is_some()).map(|(_, w)| w).sum();
        if sure <= 0.0 {
            return None;
        }
        let token =
            Token::new(ratio.unwrap_or(0.5), netflow.unwrap_or(0.0), score.unwrap_or(50.0)).ok()?;
        let dated = if netflow.is_none() && score.is_none() { self.newest } else { None };
        Some(Opinion {
            value: token.value(),
            confidence: Confidence::new(sure.min(1.0)).unwrap_or(Confidence::NONE),
            source_time: dated.unwrap_or(now),
            content: Fingerprint::of(&[
                token.smart_buy_ratio,
                token.netflow_24h_usd,
                token.accumulation_score,
                sure,
            ]),
        })
    }
}

fn page<T: DeserializeOwned>(bytes: &[u8]) -> Result<Vec<T>, BadAnswer> {
    if bytes.len() > MAX_ANSWER_BYTES {
        return Err(BadAnswer::TooLong { bytes: bytes.len() });
    }
    let page: Page<T> = serde_json::from_slice(bytes).map_err(|e| BadAnswer::Shape(shape(&e)))?;
    Ok(page.data.0)
}
