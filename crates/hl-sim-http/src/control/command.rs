//! The words of the control connection.

use std::str::FromStr;

use hl_sim::fault::{Fault, Kind};
use hl_wire::Address;

/// What `help` answers, a line for each word.
pub(crate) const HELP: &[&str] = &[
    "fault KIND [key=value ..]             begins now, lasts until healed; answers its number",
    "fault KIND [key=value ..] @AT+LASTS   begins in AT ms, lasts LASTS ms",
    "heal N                                ends the fault with this number",
    "heal all                              ends every fault, also those to come",
    "list                                  the faults, active and to come",
    "kinds                                 the name of every fault",
    "truth [0xADDRESS]                     what really happened, as JSON; the address adds its orders",
    "info JSON                             a question to the exchange, past all faults of the line",
    "status                                what the background market does",
    "quit                                  ends the connection",
];

/// One line that was understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Begin(Kind),
    Plan(Fault),
    Heal(u64),
    HealAll,
    List,
    Kinds,
    Truth(Option<Address>),
    Info(String),
    Status,
    Help,
    Quit,
}

impl FromStr for Command {
    type Err = String;

    fn from_str(line: &str) -> Result<Self, String> {
        let line = line.trim();
        let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let rest = rest.trim();
        let alone = |command| match rest {
            "" => Ok(command),
            _ => Err(format!("{word} takes nothing; `help` lists the commands")),
        };
        match word {
            "fault" if rest.contains('@') => rest.parse().map(Self::Plan).map_err(nearest(rest)),
            "fault" => rest.parse().map(Self::Begin).map_err(nearest(rest)),
            "heal" if rest == "all" => Ok(Self::HealAll),
            "heal" => rest
                .parse()
                .map(Self::Heal)
                .map_err(|_| format!("heal takes a number of `list` or `all`, not {rest:?}")),
            "truth" if rest.is_empty() => Ok(Self::Truth(None)),
            "truth" => match rest.parse() {
                Ok(address) => Ok(Self::Truth(Some(address))),
                Err(error) => Err(format!("{rest:?} is not an address: {error}")),
            },
            "info" if rest.starts_with('{') => Ok(Self::Info(rest.to_owned())),
            "info" => Err("info takes a JSON object".to_owned()),
            "list" => alone(Self::List),
            "kinds" => alone(Self::Kinds),
            "status" => alone(Self::Status),
            "help" => alone(Self::Help),
            "quit" => alone(Self::Quit),
            other => Err(format!("no command is called {other:?}; `help` lists them")),
        }
    }
}

/// What is wrong with a fault, and where its names are listed.
fn nearest(text: &str) -> impl Fn(hl_sim::fault::UnreadableFault) -> String {
    move |error| {
        let name = text.split_whitespace().next().unwrap_or_default();
        let family = name.split('.').next().unwrap_or_default();
        let alike: Vec<&str> = Kind::ALL_NAMES
            .iter()
            .copied()
            .filter(|known| *known != name && known.split('.').next() == Some(family))
            .collect();
        if Kind::ALL_NAMES.contains(&name) || alike.is_empty() {
            format!("{error}; `kinds` lists the names")
        } else {
            format!("{error}; there is {}", alike.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_can_be_asked_for_by_its_own_text() {
        let plan = hl_sim::fault::Plan::draw(3, 3_600_000, hl_sim::fault::Intensity::per_hour(500));
        assert_eq!(plan.faults.len(), 500);
        for fault in plan.faults {
            let now = format!("fault {}", fault.kind).parse();
            assert_eq!(now, Ok(Command::Begin(fault.kind)), "{}", fault.kind);
            let later = format!("  fault {fault}  ").parse();
            assert_eq!(later, Ok(Command::Plan(fault.clone())), "{fault}");
        }
    }

    #[test]
    fn what_is_not_understood_is_answered_with_what_would_be() {
        let cases = [
            ("", "no command is called \"\""),
            ("falt ack.drop", "no command is called \"falt\""),
            ("fault ack.drp prob=1", "there is ack.drop, ack.delay"),
            ("fault ack.drop", "ack.drop without prob="),
            ("fault ack.drop prob=2", "`kinds` lists"),
            ("fault nonsense", "`kinds` lists the names"),
            ("fault ack.drop prob=1 @5", "@at+lasts"),
            ("heal", "heal takes a number"),
            ("heal -1", "heal takes a number"),
            ("truth me", "not an address"),
            ("info", "a JSON object"),
            ("list all", "list takes nothing"),
        ];
        for (line, expected) in cases {
            let error = line.parse::<Command>().unwrap_err();
            assert!(error.contains(expected), "{line:?}: {error}");
        }
    }
}
