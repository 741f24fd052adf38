//! The summary for scripts.

use hl_engine::{Stats, Usd};
use serde_json::{Value, json};

use super::Summary;
use crate::runtime::driver::Ending;
use crate::runtime::standing::Standing;

impl Summary {
    /// The summary for scripts. Money is decimal text.
    pub(in crate::runtime) fn json(&self) -> Value {
        let markets: Vec<Value> = self
            .markets
            .iter()
            .map(|market| {
                let mut row = counts(&market.stats, market.profit);
                if let Some(row) = row.as_object_mut() {
                    row.insert("coin".to_owned(), market.coin.as_str().into());
                    row.insert("position".to_owned(), market.position.to_string().into());
                }
                row
            })
            .collect();
        json!({
            "venue": self.venue,
            "seconds": self.elapsed.as_secs_f64(),
            "seed": self.seed,
            "ended": match &self.ending {
                Ending::Asked(why) => (*why).to_owned(),
                Ending::Offline(_) => "offline".to_owned(),
                Ending::Broken(why) => why.clone(),
            },
            "halted": self.halted.map(|halt| json!({
                "since": halt.at.0,
                "reason": halt.cause.code(),
            })),
            "journal_failures": self.journal_failures,
            "decisions_lost": self.decisions_lost,
            "total": self.total.as_ref().map(|total| counts(total, self.profit())),
            "markets": markets,
            "standing": self.standing.as_ref().map(Standing::json),
            "open_orders": self.remaining.count(),
            "not_confirmed": self.remaining.unconfirmed(),
            "exchange": self.truth.as_ref().map(|truth| json!({
                "attempts": truth.attempts,
                "accepted": truth.accepted,
                "rejected": rejections(truth.rejected.iter().map(|(code, n)| (*code, *n))),
                "maker_fills": truth.maker_fills,
                "taker_fills": truth.taker_fills,
                "fees": dollars(truth.fees),
                "funding": dollars(truth.funding),
                "account_value": dollars(truth.account_value),
                "illegal_prices": truth.illegal_prices,
                "illegal_sizes": truth.illegal_sizes,
                "open_orders": truth.open_orders,
            })),
            "equal": self.truth.as_ref().zip(self.total.as_ref())
                .map(|(truth, _)| self.differences(truth).is_empty()),
            "ok": self.problems().is_empty(),
            "problems": self.problems(),
        })
    }
}

fn counts(stats: &Stats, profit: Option<Usd>) -> Value {
    json!({
        "attempts": stats.attempts,
        "accepted": stats.accepted,
        "rejected": rejections(stats.rejected().iter().copied()),
        "never_sent": stats.never_sent,
        "not_found": stats.not_found,
        "unresolved": stats.unresolved,
        "unknown": stats.unknown,
        "maker_fills": stats.maker_fills,
        "taker_fills": stats.taker_fills,
        "meant_takes": stats.meant_takes,
        "canceled": stats.canceled,
        "canceled_by_venue": stats.canceled_by_venue,
        "races": stats.races,
        "guarded": stats.guarded,
        "guard_success": stats.guard_success,
        "guard_exhausted": stats.guard_exhausted,
        "most_sends": stats.most_sends,
        "burns": stats.burns,
        "gate_stops": stats.gate_stops,
        "audits": stats.audits,
        "volume": stats.volume.to_string(),
        "fees": stats.fees.to_string(),
        "profit": profit.map(|usd| usd.to_string()),
    })
}

fn rejections(by_code: impl Iterator<Item = (hl_wire::RejectCode, u64)>) -> Value {
    by_code.map(|(code, n)| (code.to_string(), n.into())).collect::<serde_json::Map<_, _>>().into()
}

/// The exchange's money as the bot writes its own.
fn dollars(usd: hl_sim::Usd) -> String {
    Usd::from_raw(usd.get().saturating_mul(10_000_000_000)).to_string()
}
