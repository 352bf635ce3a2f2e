//! Weights and thresholds: data with version and source.

use std::collections::BTreeMap;

use super::sight::Sight;

/// What a wish can be judged by. Weights are fitted for each: what tells most of a newcomer tells
/// least of a firm with many works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Regime {
    /// Joint works are too few to go by: the weights of the domain study.
    Plain,
    /// Neither works nor words: who seeks is a newcomer.
    Newcomer,
    /// Words of the need alone.
    Words,
    /// Works of those who seek alone.
    Works,
    /// Both.
    WorksAndWords,
}

impl Regime {
    /// What a wish can be judged by in a ground.
    pub fn of(sight: Option<&Sight<'_>>) -> Self {
        let Some(sight) = sight else { return Self::Plain };
        match (sight.own.is_empty(), sight.need.is_empty()) {
            (true, true) => Self::Newcomer,
            (true, false) => Self::Words,
            (false, true) => Self::Works,
            (false, false) => Self::WorksAndWords,
        }
    }

    /// What stands before the name of a signal in the data.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Newcomer => "newcomer/",
            Self::Words => "words/",
            Self::Works => "works/",
            Self::WorksAndWords => "works+words/",
        }
    }
}

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

    /// The weight of a signal where a wish can be judged by this; 0 where it has none.
    pub fn of(&self, regime: Regime, signal: &str) -> f64 {
        self.get(&format!("{}{signal}", regime.prefix()))
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
        let regimes = [Regime::Plain, Regime::Newcomer, Regime::Words, Regime::Works, Regime::WorksAndWords];
        for signal in super::super::SIGNALS {
            assert!(regimes.iter().any(|regime| weights.of(*regime, signal.name) > 0.0), "{}", signal.name);
        }
        assert!(weights.get("grade.HIGH") > weights.get("grade.MEDIUM"));
        assert!(!weights.version.is_empty());
    }
}
