//! One measured value, with its peer when there is one, as a line of JSON on standard output.

use serde_json::json;

/// A measured value.
#[derive(Clone, Debug)]
pub struct Figure {
    metric: String,
    value: f64,
    unit: &'static str,
    peer: Option<Peer>,
}

#[derive(Clone, Debug)]
enum Peer {
    Measured { name: String, value: f64 },
    NotObtainable { name: String },
}

impl Figure {
    /// What was measured, how much, and in what.
    #[must_use]
    pub fn new(metric: impl Into<String>, value: f64, unit: &'static str) -> Self {
        Self { metric: metric.into(), value, unit, peer: None }
    }

    /// The same as another did it in the same run; the ratio is `value / peer_value`.
    #[must_use]
    pub fn against(mut self, name: impl Into<String>, value: f64) -> Self {
        self.peer = Some(Peer::Measured { name: name.into(), value });
        self
    }

    /// The peer could not be got hold of on this machine.
    #[must_use]
    pub fn without(mut self, name: impl Into<String>) -> Self {
        self.peer = Some(Peer::NotObtainable { name: name.into() });
        self
    }

    /// The line.
    #[must_use]
    pub fn line(&self) -> String {
        let mut line = json!({ "metric": self.metric, "value": rounded(self.value), "unit": self.unit });
        match &self.peer {
            None => {}
            Some(Peer::Measured { name, value }) => {
                line["peer"] = json!(name);
                line["peer_value"] = json!(rounded(*value));
                line["ratio"] = json!((self.value / value * 1000.0).round() / 1000.0);
            }
            Some(Peer::NotObtainable { name }) => {
                line["peer"] = json!("not obtainable");
                line["wanted"] = json!(name);
            }
        }
        line.to_string()
    }

    /// Prints the line on standard output.
    pub fn print(&self) {
        println!("{}", self.line());
    }
}

/// Three digits are more than a shared machine can tell; large numbers are whole.
fn rounded(value: f64) -> f64 {
    if value.abs() >= 1000.0 { value.round() } else { (value * 1000.0).round() / 1000.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(figure: &Figure) -> serde_json::Value {
        serde_json::from_str(&figure.line()).unwrap()
    }

    #[test]
    fn a_figure_says_its_peer_and_how_many_times_as_much_it_is() {
        let line = read(&Figure::new("commit", 4500.4, "1/s").against("rusqlite", 5000.0));
        assert_eq!(line["metric"], "commit");
        assert_eq!((line["value"].as_f64(), line["peer_value"].as_f64()), (Some(4500.0), Some(5000.0)));
        assert_eq!((line["peer"].as_str(), line["ratio"].as_f64()), (Some("rusqlite"), Some(0.9)));
    }

    #[test]
    fn a_peer_that_is_not_there_is_said_to_be_missing() {
        let line = read(&Figure::new("commit", 1.23456, "1/s").without("plainjob"));
        assert_eq!(
            (line["peer"].as_str(), line["wanted"].as_str()),
            (Some("not obtainable"), Some("plainjob"))
        );
        assert_eq!((line["value"].as_f64(), line.get("ratio")), (Some(1.235), None));
    }

    #[test]
    fn a_figure_alone_has_no_peer() {
        assert_eq!(read(&Figure::new("seal", 35.0, "us")).get("peer"), None);
    }
}
