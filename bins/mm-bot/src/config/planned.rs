//! Names that operators of the previous system know, for things that this bot does not do yet, or
//! does differently. A value that asks for nothing is accepted; one that asks for something is
//! refused with the reason. Nothing is read and then ignored.

use hl_quant::Decimal;

use super::kind::integer_within;

/// The shape of a name whose feature is not built.
#[derive(Clone, Copy, Debug)]
enum Shape {
    Flag,
    Integer {
        min: u64,
        max: u64,
    },
    /// A decimal that may be negative: the scoring weights are.
    Signed,
}

/// A name that is known and whose only accepted value is the one that asks for nothing.
#[derive(Debug)]
pub(crate) struct Planned {
    pub(crate) name: &'static str,
    idle: &'static str,
    shape: Shape,
    feature: &'static str,
}

const ROTATION: &str = "pair rotation";

const fn flag(name: &'static str, feature: &'static str) -> Planned {
    Planned { name, idle: "false", shape: Shape::Flag, feature }
}

const fn integer(
    name: &'static str,
    idle: &'static str,
    range: (u64, u64),
    feature: &'static str,
) -> Planned {
    Planned { name, idle, shape: Shape::Integer { min: range.0, max: range.1 }, feature }
}

const fn weight(name: &'static str, idle: &'static str) -> Planned {
    Planned { name, idle, shape: Shape::Signed, feature: ROTATION }
}

/// The known names of features to come.
pub(crate) const PLANNED: &[Planned] = &[
    flag("ROTATE_ENABLED", ROTATION),
    integer("ROTATE_EVERY_MIN", "240", (1, 10_080), ROTATION),
    integer("ROTATE_TOP_N", "3", (1, 64), ROTATION),
    flag("ROTATE_REQUIRE_NANSEN", ROTATION),
    weight("ROTATE_W_VOL", "1.0"),
    weight("ROTATE_W_SPREAD", "-0.6"),
    weight("ROTATE_W_DEPTH", "0.4"),
    weight("ROTATE_W_FEES", "-0.4"),
    weight("ROTATE_W_NANSEN", "0.5"),
    weight("ROTATE_MIN_DEPTH_USD", "2000"),
    weight("ROTATE_MAX_SPREAD_BPS", "40"),
    flag("DRY_RUN", "a dry run with invented fills (venue sim is the place to try things)"),
    flag("ENABLE_TAKER_ORDERS", "taking (this bot only makes)"),
    flag("ENABLE_RATE_RESERVE", "buying request weight"),
    flag("CHASE_MODE_ENABLED", "chase mode"),
    flag("COPY_TRADING_ENABLED", "copy trading"),
];

impl Planned {
    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        PLANNED.iter().find(|planned| planned.name == name)
    }

    /// `Ok` when `text` asks for nothing; otherwise why it is refused.
    pub(crate) fn check(&self, text: &str) -> Result<(), String> {
        let idle = match self.shape {
            Shape::Flag if text == "true" || text == "false" => text == self.idle,
            Shape::Flag => return Err("must be true or false".to_owned()),
            Shape::Integer { min, max } => {
                integer_within(text, min, max)? == integer_within(self.idle, min, max)?
            }
            Shape::Signed => signed(text)? == signed(self.idle)?,
        };
        if idle {
            return Ok(());
        }
        Err(format!("asks for {}, which this version does not have", self.feature))
    }

    /// What to write instead.
    pub(crate) fn hint(&self) -> String {
        format!("remove the line, or set {}={}", self.name, self.idle)
    }
}

fn signed(text: &str) -> Result<(bool, u64), String> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    let parsed = Decimal::parse(digits).map_err(|e| format!("{e}; must be a plain decimal"))?;
    let raw = parsed.exact().ok_or("more than 8 decimals")?;
    Ok((negative && raw > 0, raw))
}

/// Names that are refused whatever their value, with the reason.
const REFUSED: &[(&str, &str)] = &[
    ("PRIVATE_KEY", "a master key is never read; approve an agent and set HL_AGENT_KEY_FILE"),
    ("HL_PRIVATE_KEY", "a key is read from a file only; set HL_AGENT_KEY_FILE"),
    ("HL_AGENT_KEY", "a key is read from a file only; set HL_AGENT_KEY_FILE"),
    ("NANSEN_API_KEY", "a key is read from a file only; set NANSEN_API_KEY_FILE"),
    ("NANSEN_ENABLED", "the Nansen API is asked when NANSEN_API_KEY_FILE is set"),
    ("CLIP_USD", "orders are not re-bucketed; the size is BASE_ORDER_USD"),
    ("ENABLE_MULTI_LAYER", "layers are on when ACTIVE_LAYERS is above 1"),
    ("MIN_LOSS_TO_CLOSE_USD", "positions are closed at the loss limits only; see MM_AT_LOSS_LIMIT"),
    ("ROTATION_INTERVAL_SEC", "this version has no pair rotation"),
    ("MIN_VOLATILITY_PCT", "this version has no pair rotation"),
    ("SOL_TICK_FALLBACK", "prices are legal by construction; no market has a fallback"),
    ("SPECS_REFRESH_SEC", "the age of specs is RETRY_GUARD_SPEC_TTL_MS"),
    ("SKIP_STARTUP_CLEANUP", "positions are never closed at start; our orders always are"),
];

/// Why `name` is refused, if it is.
pub(crate) fn refusal(name: &str) -> Option<&'static str> {
    REFUSED.iter().find(|(refused, _)| *refused == name).map(|(_, why)| *why)
}

/// Every name of this table, for `did you mean`.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    PLANNED.iter().map(|planned| planned.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_value_that_asks_for_nothing_is_accepted_and_every_other_is_refused() {
        for planned in PLANNED {
            assert_eq!(planned.check(planned.idle), Ok(()), "{}", planned.name);
            let other = if planned.idle == "false" { "true" } else { "7" };
            assert!(planned.check(other).is_err(), "{}", planned.name);
            for garbage in ["", "NaN", "on", "1e9", "--1"] {
                assert!(planned.check(garbage).is_err(), "{} {garbage:?}", planned.name);
            }
        }
    }

    #[test]
    fn the_same_number_written_otherwise_is_the_same_number() {
        let planned = Planned::named("ROTATE_W_SPREAD").unwrap();
        assert_eq!(planned.check("-0.60"), Ok(()));
        assert!(planned.check("0.6").is_err(), "the sign counts");
    }
}
