//! Thresholds of the rules of quality: data with version and source.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// The thresholds that come with the program.
const SHIPPED: &str = include_str!("../../../fixtures/rules/quality.csv");

static THRESHOLDS: LazyLock<Thresholds> = LazyLock::new(|| Thresholds::parse(SHIPPED));

/// What `fixtures/rules/quality.csv` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thresholds {
    values: BTreeMap<String, String>,
    /// The version of the data.
    pub version: String,
}

impl Thresholds {
    /// The thresholds that come with the program.
    pub fn shipped() -> &'static Self {
        &THRESHOLDS
    }

    /// Lines of `name,value,version,source` below a header; lines that are none are left out.
    pub fn parse(text: &str) -> Self {
        let (mut values, mut version) = (BTreeMap::new(), String::new());
        for line in text.lines().skip(1) {
            let mut cells = line.splitn(4, ',');
            if let (Some(name), Some(value), Some(told)) = (cells.next(), cells.next(), cells.next()) {
                values.insert(name.to_owned(), value.to_owned());
                told.clone_into(&mut version);
            }
        }
        Self { values, version }
    }

    /// A threshold as it stands; none where the data do not name it.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// A whole number.
    pub fn whole(&self, name: &str) -> Option<u32> {
        self.get(name)?.parse().ok()
    }

    /// A share in millionths.
    pub fn millionths(&self, name: &str) -> Option<i64> {
        crate::domain::value::fixed_point(self.get(name)?, 6)
    }
}
