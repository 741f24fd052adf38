//! The rule of one alert, read from the very file that Prometheus is given.

use super::scrape::Scrape;

/// The rules that come with the bot.
pub(super) const RULES: &str = include_str!("../../ops/prometheus/mm-bot-alerts.yaml");

/// `increase(METRIC{LABEL="VALUE"}[5m]) > LEAST`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Increase {
    metric: String,
    label: (String, String),
    least: f64,
    pub(super) text: String,
}

impl Increase {
    /// The rule of `alert` in `rules`.
    pub(super) fn of(rules: &str, alert: &str) -> Result<Self, String> {
        let name = format!("- alert: {alert}");
        let mut lines = rules.lines().map(str::trim).skip_while(|line| *line != name);
        let text = lines.find_map(|line| line.strip_prefix("expr: "));
        let text = text.ok_or_else(|| format!("no rule {alert} in the file"))?;
        Self::parse(text).ok_or_else(|| format!("{alert} has another form: {text}"))
    }

    fn parse(text: &str) -> Option<Self> {
        let (inner, least) = text.strip_prefix("increase(")?.split_once("]) > ")?;
        let (series, _) = inner.split_once('[')?;
        let (metric, label) = series.strip_suffix("\"}")?.split_once('{')?;
        let (name, value) = label.split_once("=\"")?;
        Some(Self {
            metric: metric.to_owned(),
            label: (name.to_owned(), value.to_owned()),
            least: least.parse().ok()?,
            text: text.to_owned(),
        })
    }

    /// How much the series grew from one scrape to the next, and whether that is enough to fire. One
    /// that no scrape tells of is an error, because such a rule is silent for ever.
    pub(super) fn fires(&self, before: &Scrape, after: &Scrape) -> Result<(f64, bool), String> {
        let label = Some((self.label.0.as_str(), self.label.1.as_str()));
        let of = |scrape: &Scrape| scrape.sum(&self.metric, label);
        let after = of(after).ok_or_else(|| {
            let (name, value) = &self.label;
            format!("no scrape tells of {}{{{name}=\"{value}\"}}", self.metric)
        })?;
        let grown = after - of(before).unwrap_or(0.0);
        Ok((grown, grown > self.least))
    }
}

/// The names of all alerts in `rules`.
pub(super) fn alerts(rules: &str) -> impl Iterator<Item = &str> {
    rules.lines().filter_map(|line| line.trim().strip_prefix("- alert: "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rule_that_comes_with_the_bot_can_be_read() {
        let rule = Increase::of(RULES, "MmTick").unwrap();
        assert_eq!(rule.label, ("code".to_owned(), "E_TICK".to_owned()));
        assert_eq!(rule.least, 0.0);
        assert!(alerts(RULES).count() > 30);
    }

    #[test]
    fn a_rule_of_another_form_or_none_is_named() {
        assert!(Increase::of(RULES, "MmNone").unwrap_err().contains("MmNone"));
        assert!(Increase::of(RULES, "MmDown").unwrap_err().contains("another form"));
    }
}
