//! One scrape of a bot's metrics.

use hl_client::Feed;

/// No scrape is longer. Bytes.
const LONGEST: usize = 4 << 20;

/// The text of one scrape.
#[derive(Clone, Debug)]
pub(super) struct Scrape(String);

impl Scrape {
    /// Asks the bot at `address`.
    pub(super) async fn of(address: std::net::SocketAddr) -> Result<Self, String> {
        let feed = Feed::new(&format!("http://{address}/metrics"), LONGEST);
        let body = feed.map_err(|e| e.to_string())?.get().await.map_err(|e| e.to_string())?;
        Ok(Self(String::from_utf8_lossy(&body).into_owned()))
    }

    /// The sum of every series of a metric; with `label`, of those that have the pair.
    pub(super) fn sum(&self, metric: &str, label: Option<(&str, &str)>) -> Option<f64> {
        let label = label.map(|(name, value)| format!("{name}=\"{value}\""));
        let mut sum = None;
        for line in self.0.lines() {
            let Some(rest) = line.strip_prefix(metric) else { continue };
            let (labels, value) = match rest.strip_prefix('{') {
                Some(rest) => rest.split_once("} ").unwrap_or(("", "")),
                None => ("", rest.strip_prefix(' ').unwrap_or("")),
            };
            let fits = label.as_ref().is_none_or(|pair| labels.split(',').any(|l| l == pair));
            let value = value.split(' ').next().unwrap_or_default().parse::<f64>();
            if let (true, Ok(value)) = (fits, value) {
                sum = Some(sum.unwrap_or(0.0) + value);
            }
        }
        sum
    }

    /// How many metrics it tells of.
    pub(super) fn families(&self) -> usize {
        self.0.lines().filter(|line| line.starts_with("# TYPE ")).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn series_of_one_metric_are_summed_and_those_of_a_longer_name_are_not() {
        let text = "# TYPE mm_a counter\nmm_a_total{code=\"E_TICK\",pair=\"SOL\"} 2\n\
                    mm_a_total{code=\"E_ALO\",pair=\"SOL\"} 5\nmm_a_totality 9\nmm_b 1.5 1700\n";
        let scrape = Scrape(text.to_owned());
        assert_eq!(scrape.sum("mm_a_total", None), Some(7.0));
        assert_eq!(scrape.sum("mm_a_total", Some(("code", "E_TICK"))), Some(2.0));
        assert_eq!(scrape.sum("mm_a_total", Some(("code", "E_X"))), None);
        assert_eq!(scrape.sum("mm_b", None), Some(1.5));
        assert_eq!(scrape.sum("mm_c", None), None);
    }
}
