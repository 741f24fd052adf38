//! Whose a name is: a key of ours, an override, a feature to come, or somebody else's.

use super::keys::{Key, Scope, TEST_NAMES, keys};
use super::planned::{self, Planned};
use super::problem::nearest;

/// What a name of the environment or of a `.env` file stands for.
#[derive(Debug)]
pub(crate) enum Meaning {
    Key(&'static Key),
    Override {
        coin: String,
        part: Part,
    },
    Planned(&'static Planned),
    Refused(&'static str),
    /// Read by the tests; means nothing to a running bot.
    Test,
    /// Nothing of ours. Ignored in the environment, refused in a file that is ours.
    Foreign,
    /// Not known, but it has a prefix that only we use, so it was meant for us.
    Misspelt,
}

/// The two halves of `SPEC_OVERRIDE_<SYM>_TICK|LOT`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    Tick,
    Lot,
}

impl Part {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Tick => "tick",
            Self::Lot => "lot",
        }
    }
}

const OVERRIDE: &str = "SPEC_OVERRIDE_";

/// Prefixes that nobody else uses: an unknown name that starts so is a mistake, not a neighbour.
const OUR_PREFIXES: &[&str] = &["ROTATE_", OVERRIDE, "RETRY_GUARD_", "HL_", "MM_"];

/// What `name` stands for in the environment's vocabulary.
pub(crate) fn meaning(name: &str) -> Meaning {
    if let Some(key) = Key::named(name) {
        return Meaning::Key(key);
    }
    if let Some((coin, part)) = override_of(name) {
        return Meaning::Override { coin: coin.to_owned(), part };
    }
    if let Some(planned) = Planned::named(name) {
        return Meaning::Planned(planned);
    }
    if let Some(why) = planned::refusal(name) {
        return Meaning::Refused(why);
    }
    if TEST_NAMES.contains(&name) {
        return Meaning::Test;
    }
    let ours = OUR_PREFIXES.iter().any(|prefix| name.starts_with(prefix));
    if ours || is_one_slip_away(name) { Meaning::Misspelt } else { Meaning::Foreign }
}

/// Names of ours shorter than this are too close to other people's for [`is_one_slip_away`].
const SLIP_LEN_MIN: usize = 6;

/// `MAKER_SPRED_BPS` and `L_VENUE` have no prefix of ours, but nobody else means that: one letter
/// missing, added, swapped or wrong in a name of ours. What counts is the length of the name that
/// was meant: a slip may have made it shorter.
fn is_one_slip_away(name: &str) -> bool {
    let mut ours = env_names().filter(|ours| ours.len() >= SLIP_LEN_MIN);
    ours.any(|ours| strsim::damerau_levenshtein(name, ours) == 1)
}

fn override_of(name: &str) -> Option<(&str, Part)> {
    let rest = name.strip_prefix(OVERRIDE)?;
    let (coin, part) = match rest.strip_suffix("_TICK") {
        Some(coin) => (coin, Part::Tick),
        None => (rest.strip_suffix("_LOT")?, Part::Lot),
    };
    (!coin.is_empty()).then_some((coin, part))
}

/// The environment's name of an override.
pub(crate) fn override_name(coin: &str, part: Part) -> String {
    format!("{OVERRIDE}{coin}_{}", part.name().to_ascii_uppercase())
}

/// `override.<SYM>.tick|lot`, the same in the file.
pub(crate) fn override_path(path: &str) -> Option<(&str, Part)> {
    let rest = path.strip_prefix("override.")?;
    let (coin, part) = rest.rsplit_once('.')?;
    let part = match part {
        "tick" => Part::Tick,
        "lot" => Part::Lot,
        _ => return None,
    };
    (!coin.is_empty() && !coin.contains('.')).then_some((coin, part))
}

/// `market.<COIN>.<name>`: one market's own value of a key.
pub(crate) fn market_path(path: &str) -> Option<(&str, &str)> {
    path.strip_prefix("market.")?.rsplit_once('.')
}

/// What could have been meant by `name` in a market's table; the whole path of a key is answered
/// too.
pub(crate) fn nearest_of_market(name: &str) -> Option<&'static str> {
    let ours = || keys().filter(|key| key.scope == Scope::EachMarket);
    if let Some(key) = ours().find(|key| key.env.contains(&name)) {
        return Some(key.name());
    }
    nearest(name, ours().map(Key::name))
}

/// Names of the environment that could have been meant.
pub(crate) fn env_names() -> impl Iterator<Item = &'static str> {
    keys()
        .flat_map(|key| key.env.iter().copied())
        .chain(planned::names())
        .chain(["SPEC_OVERRIDE_SOL_TICK", "SPEC_OVERRIDE_SOL_LOT"])
}

/// Paths of the file that could have been meant by `path`: the environment's name of a key is
/// answered with its path.
pub(crate) fn nearest_path(path: &str) -> Option<&'static str> {
    let last = path.rsplit('.').next().unwrap_or(path);
    if let Some(key) = Key::named(last) {
        return Some(key.path);
    }
    nearest(path, keys().map(|key| key.path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_unique() {
        let mut names: Vec<&str> = env_names().collect();
        names.extend(keys().map(|key| key.path));
        // A market's table names them without their own.
        names.extend(keys().filter(|key| key.scope == Scope::EachMarket).map(Key::name));
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }

    #[test]
    fn a_coin_name_may_hold_the_words_of_the_grammar() {
        assert_eq!(override_of("SPEC_OVERRIDE_A_LOT_TICK"), Some(("A_LOT", Part::Tick)));
        assert_eq!(override_of("SPEC_OVERRIDE_TICK"), None);
        assert_eq!(override_of("SPEC_OVERRIDE__LOT"), None);
    }

    #[test]
    fn our_prefixes_are_ours_and_the_rest_is_not() {
        assert!(matches!(meaning("ROTATE_TOPN"), Meaning::Misspelt));
        assert!(matches!(meaning("HL_ACOUNT"), Meaning::Misspelt));
        assert!(matches!(meaning("MAKER_SPRED_BPS"), Meaning::Misspelt));
        for short in ["L_VENUE", "HLURL", "LEVERGE", "M_FAIR", "SKEWBPS", "HHL_URL"] {
            assert!(matches!(meaning(short), Meaning::Misspelt), "{short}");
        }
        for theirs in ["HOME", "LANG", "TERM", "SHELL", "USER", "PWD", "URL", "LEVEL", "SHLVL"] {
            assert!(matches!(meaning(theirs), Meaning::Foreign), "{theirs}");
        }
        assert!(matches!(meaning("PATH"), Meaning::Foreign));
        assert!(matches!(meaning("COVERAGE"), Meaning::Foreign));
        assert!(matches!(meaning("HL_SHARED"), Meaning::Test));
    }
}
