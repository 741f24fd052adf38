//! From the table to the text of a scrape.

use core::fmt;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{
    DescriptorEncoder, EncodeMetric as _, MetricEncoder, NoLabelSet, text::encode,
};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::exemplar::Exemplar;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use super::Seen;
use super::table::{Kind, Metric, Read, Rows, metrics};

/// The values of one moment.
struct Moment(Vec<(&'static Metric, Values)>);

enum Values {
    Rows(Rows),
    Buckets(Histogram),
}

impl fmt::Debug for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Moment").field(&self.0.len()).finish()
    }
}

/// The text of one scrape.
pub(super) fn render(seen: &Seen<'_>) -> String {
    let read = |metric: &'static Metric| match metric.read {
        Read::Rows(read) => {
            let mut rows = Rows::default();
            read(seen, &mut rows);
            (metric, Values::Rows(rows))
        }
        // A histogram is a handle on its counts.
        Read::Buckets(of) => (metric, Values::Buckets(of(seen.pulse).clone())),
    };
    let mut registry = Registry::default();
    registry.register_collector(Box::new(Moment(metrics().map(read).collect())));
    let mut text = String::new();
    // Writing to a string does not fail.
    let _ = encode(&mut text, &registry);
    text
}

impl Collector for Moment {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        for (metric, values) in &self.0 {
            let kind = match metric.kind {
                Kind::Counter => MetricType::Counter,
                Kind::Gauge => MetricType::Gauge,
                Kind::Histogram => MetricType::Histogram,
            };
            // The encoder adds the ending of a counter and the full stop of a help.
            let name = metric.name.strip_suffix("_total").unwrap_or(metric.name);
            let help = metric.help.strip_suffix('.').unwrap_or(metric.help);
            let mut family = encoder.encode_descriptor(name, help, None, kind)?;
            match values {
                Values::Buckets(histogram) => histogram.encode(family)?,
                Values::Rows(rows) => rows_of(metric, rows, &mut family)?,
            }
        }
        Ok(())
    }
}

fn rows_of(metric: &Metric, rows: &Rows, family: &mut MetricEncoder<'_>) -> fmt::Result {
    for (values, value) in &rows.0 {
        let names = metric.labels.iter().copied();
        let labels: Vec<(&str, &str)> = names.zip(values.iter().map(String::as_str)).collect();
        if labels.is_empty() {
            put(metric.kind, *value, family)?;
        } else {
            put(metric.kind, *value, &mut family.encode_family(&labels)?)?;
        }
    }
    Ok(())
}

fn put(kind: Kind, value: f64, row: &mut MetricEncoder<'_>) -> fmt::Result {
    match kind {
        Kind::Counter => row.encode_counter(&value, None::<&Exemplar<NoLabelSet, f64>>),
        Kind::Gauge | Kind::Histogram => row.encode_gauge(&value),
    }
}
