//! What the reasons for not quoting mean, and what to do about each.

use hl_engine::{Cause, NoQuote};

/// What it means; what to do.
pub(crate) const fn of(why: NoQuote) -> (&'static str, &'static str) {
    match why {
        NoQuote::Stopped => ("The run is ending.", "Nothing: everything is being cancelled."),
        NoQuote::Halted => (
            "Halted: nothing is quoted in any market.",
            "Find out why (Alerts, Log), then mm-bot resume.",
        ),
        NoQuote::Disconnected => (
            "A stream of the venue is not connected.",
            "It reconnects by itself. If it lasts: network, then status of the venue.",
        ),
        NoQuote::NotReconciled => (
            "Orders, positions and fills have not been read back since the connection came up, or not recently enough.",
            "A few seconds after a start or a reconnect. If it lasts: questions to the venue fail (Log: query_failed).",
        ),
        NoQuote::Orphans => {
            ("Orders of an earlier run are still being cancelled.", "Wait for the venue's word.")
        }
        NoQuote::NoSpec => ("The market's rules have not been read.", "Log: query_failed."),
        NoQuote::SpecStale => (
            "The market's rules were read too long ago to make an order by.",
            "Questions to the venue fail (Log: query_failed).",
        ),
        NoQuote::NotTrading => ("The venue takes no orders in this market.", "Wait for the venue."),
        NoQuote::Parked => (
            "Too many refusals in a row: the market rests for a while.",
            "Orders, refusals by code.",
        ),
        NoQuote::NoBook
        | NoQuote::BookStale
        | NoQuote::ClockSkew
        | NoQuote::EmptyBook
        | NoQuote::OneSided
        | NoQuote::Crossed
        | NoQuote::NoReference
        | NoQuote::ReferencesDisagree
        | NoQuote::Jumped => of_data(why),
        NoQuote::Risk(cause) => of_cause(cause),
        NoQuote::Budget => (
            "What is left of the address's requests is kept for cancels.",
            "Trade more, quote less often, or wait (docs/troubleshooting.md).",
        ),
        NoQuote::AtLimit => (
            "The limits leave no room on either side.",
            "Position and worst case against their limits, on this page.",
        ),
        NoQuote::BelowMin => (
            "Every quote would be worth less than the venue's minimum.",
            "Raise quote.base_order_usd.",
        ),
        NoQuote::NoLegalPrice => (
            "No legal price is left between the touch and the end of the grid.",
            "Leave the market.",
        ),
        NoQuote::Rotation => (
            "Rotation has not selected the market, or is leaving it.",
            "Rotation, with its reasons.",
        ),
        NoQuote::Model(_) => (
            "The model lacks a number that it needs.",
            "Usually warming up; the code names the number.",
        ),
    }
}

/// What is wrong with the prices that are heard.
const fn of_data(why: NoQuote) -> (&'static str, &'static str) {
    match why {
        NoQuote::NoBook => ("No book has been heard yet.", "A few seconds after a start."),
        NoQuote::BookStale => (
            "The book is too old to quote on.",
            "The venue or the network is slow or silent; it resumes with the next book.",
        ),
        NoQuote::ClockSkew => (
            "The venue's clock and ours are too far apart.",
            "Set this machine's clock (chrony or systemd-timesyncd).",
        ),
        NoQuote::EmptyBook => ("Nobody else offers anything.", "Wait, or leave the market."),
        NoQuote::OneSided => ("Nobody else offers on one side.", "Wait, or leave the market."),
        NoQuote::Crossed => ("The best bid is not below the best ask.", "Wait for the next book."),
        NoQuote::NoReference => (
            "The oracle price or the slow average of the mid is missing or too old.",
            "Some seconds after a start or a gap.",
        ),
        NoQuote::ReferencesDisagree => (
            "Oracle price and slow average are too far apart: one of them is wrong.",
            "Look at the market. risk.collar_disagree_bps is the limit.",
        ),
        NoQuote::Jumped => (
            "The price jumped: the market rests for a while.",
            "Nothing. risk.collar_jump_bps and risk.collar_pause_sec decide.",
        ),
        _ => ("The prices that are heard are in doubt.", "docs/troubleshooting.md."),
    }
}

const fn of_cause(cause: Cause) -> (&'static str, &'static str) {
    match cause {
        Cause::Operator => ("An operator said so.", "mm-bot resume, when it is time."),
        Cause::SafeMode => (
            "It started too often in a short time: safe mode.",
            "Find out why it died, then mm-bot resume.",
        ),
        Cause::JournalDamaged => (
            "The journal of an earlier run was damaged: a halt may have stood there.",
            "Look at the disk, then mm-bot resume.",
        ),
        Cause::DailyLoss | Cause::Drawdown => (
            "A limit of losses was reached.",
            "Understand the loss first. mm-bot resume accepts it.",
        ),
        Cause::Unexplained => (
            "The account fell and nobody has said yet why.",
            "The ledger is being read; a withdrawal explains itself.",
        ),
        Cause::NotComputable => (
            "A number that a limit needs is missing or out of range.",
            "Log: risk_evt=grade names it.",
        ),
        Cause::Margin => (
            "Free margin, or the distance to liquidation, is too small.",
            "Add margin or reduce positions (mm-bot flatten).",
        ),
        Cause::Markout => (
            "Those who trade with us here know better: fills were worth too little a moment later.",
            "Wider spreads for this market, or leave it.",
        ),
        Cause::Rejects => ("The venue refuses too many orders.", "Orders, refusals by code."),
        Cause::Skew => (
            "The venue's clock and ours are too far apart.",
            "Set this machine's clock (chrony or systemd-timesyncd).",
        ),
        Cause::Journal => (
            "The disk takes no records, so nothing new is sent.",
            "Free or mend the disk; it goes on by itself.",
        ),
        Cause::Budget => (
            "What is left of the address's requests is kept for cancels.",
            "Trade more, quote less often, or wait (docs/troubleshooting.md).",
        ),
        Cause::Flattened => ("Positions were closed on somebody's word.", "mm-bot resume."),
        Cause::Rotation => ("Rotation is leaving the market.", "Rotation, with its reasons."),
        _ => ("A limit says no.", "Log: risk_evt=grade names it."),
    }
}
