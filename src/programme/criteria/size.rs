//! How large criteria may be: what answers list has a maximum, and it is kept where criteria are read.

use serde_json::Value;

use super::flaw::Flaw;

/// Criteria of one version, at most.
pub const MOST_CRITERIA: usize = 40;
/// Operators of one criterion, each year of a figure counted as one, at most.
pub const MOST_NODES: usize = 60;

/// How many operators a tree has, and figures it reads.
pub fn nodes(value: &Value) -> usize {
    match value {
        Value::Array(list) => list.iter().map(nodes).sum(),
        Value::Object(fields) => {
            let years = fields.get("years").and_then(Value::as_u64).unwrap_or(1);
            let own = match fields.get("op").and_then(Value::as_str) {
                None => 0,
                Some("growth") => 3,
                Some(_) => usize::try_from(years).unwrap_or(usize::MAX),
            };
            fields.values().map(nodes).fold(own, usize::saturating_add)
        }
        _ => 0,
    }
}

/// No more than so many.
pub fn within(place: &str, given: usize, most: usize) -> Result<(), Flaw> {
    if given <= most {
        return Ok(());
    }
    let (zh, en) = (format!("有 {given} 项，最多 {most} 项。请拆开。"), format!("There are {given}, at most {most}."));
    Err(Flaw::new("CRITERIA_TOO_MANY", place, zh, en))
}
