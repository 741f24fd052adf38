//! Names that operators of the previous system know, for things that this bot does not do yet, or
//! does differently. A value that asks for nothing is accepted; one that asks for something is
//! refused with the reason. Nothing is read and then ignored.

/// The shape of a name whose feature is not built.
#[derive(Clone, Copy, Debug)]
enum Shape {
    Flag,
}

/// A name that is known and whose only accepted value is the one that asks for nothing.
#[derive(Debug)]
pub(crate) struct Planned {
    pub(crate) name: &'static str,
    idle: &'static str,
    shape: Shape,
    feature: &'static str,
}

const fn flag(name: &'static str, feature: &'static str) -> Planned {
    Planned { name, idle: "false", shape: Shape::Flag, feature }
}

/// The known names of features to come.
pub(crate) const PLANNED: &[Planned] = &[
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
    ("ROTATION_INTERVAL_SEC", "the interval of rotation is ROTATE_EVERY_MIN"),
    ("MIN_VOLATILITY_PCT", "volatility is weighed, by ROTATE_W_VOL, and not a threshold"),
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

/// Every name that is refused whatever its value, and why.
#[cfg(test)]
pub(crate) fn refused() -> impl Iterator<Item = &'static (&'static str, &'static str)> {
    REFUSED.iter()
}

/// Every name of which only the value that asks for nothing is accepted, and what it would ask for.
#[cfg(test)]
pub(crate) fn features() -> impl Iterator<Item = (&'static str, &'static str)> {
    PLANNED.iter().map(|planned| (planned.name, planned.feature))
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
}
