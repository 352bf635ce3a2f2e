//! Weights and thresholds: data with version and source.

use std::collections::BTreeMap;

/// What `fixtures/weights/partners.csv` says.
#[derive(Clone, Debug, PartialEq)]
pub struct Weights {
    values: BTreeMap<String, f64>,
    /// The version of the data.
    pub version: String,
}

/// The weights that come with the program.
const SHIPPED: &str = include_str!("../../fixtures/weights/partners.csv");

impl Weights {
    /// The weights that come with the program.
    pub fn shipped() -> Self {
        Self::parse(SHIPPED)
    }

    /// Lines of `name,value,version,source` below a header; lines that are none are left out.
    pub fn parse(text: &str) -> Self {
        let (mut values, mut version) = (BTreeMap::new(), String::new());
        for line in text.lines().skip(1) {
            let mut cells = line.splitn(4, ',');
            if let (Some(name), Some(Ok(value)), Some(told)) =
                (cells.next(), cells.next().map(str::parse), cells.next())
            {
                values.insert(name.to_owned(), value);
                told.clone_into(&mut version);
            }
        }
        Self { values, version }
    }

    /// The weight of a signal, or a threshold; 0 where the data do not name it.
    pub fn get(&self, name: &str) -> f64 {
        self.values.get(name).copied().unwrap_or(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_signal_has_a_weight() {
        let weights = Weights::shipped();
        for signal in super::super::SIGNALS {
            assert!(weights.get(signal.name) > 0.0, "{}", signal.name);
        }
        assert!(weights.get("grade.HIGH") > weights.get("grade.MEDIUM"));
        assert!(!weights.version.is_empty());
    }
}
