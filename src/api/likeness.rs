//! What a dry run says of new entries that look like known ones: a merger is proposed, by row, with reasons.
//! For both ways in, the command line and the upload.

use std::collections::{BTreeMap, BTreeSet};

use crate::config::Limits;
use crate::domain::{Day, Id};
use crate::engine::Plan;
use crate::graph::{Budget, EntityRow, Lens};
use crate::intake::{Place, Report, Warning};
use crate::programme::duplicates::{self, Candidate, REASONS};
use crate::rights::Rights;

/// The code of a warning about a likeness.
pub const CODE: &str = "DUPLICATE_SUSPECT";

/// How much is compared, and told.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Rows that may be looked at.
    pub rows: u64,
    /// Warnings told.
    pub warnings: usize,
}

impl Bounds {
    /// Those of the configuration.
    pub fn of(limits: &Limits) -> Self {
        Self { rows: limits.import_compared, warnings: limits.import_warnings }
    }
}

/// Where commands of these numbers, in rising order, come from.
pub type Places<'p> = &'p dyn Fn(&[usize]) -> Vec<Place>;

/// Add the warnings to a report.
pub fn warn(report: &mut Report, plan: &Plan, places: Places<'_>, (rights, day): (Rights, Day), bounds: Bounds) {
    let budget = Budget::new(bounds.rows);
    let lens = Lens::new(&plan.planned.state, day, rights, &budget);
    let new: BTreeSet<Id> = plan.planned.new.keys().copied().collect();
    if new.is_empty() {
        return;
    }
    let found = duplicates::of_new(lens, &new);
    report.warnings_cut = found.len() > bounds.warnings || budget.is_spent();
    let told = found.get(..bounds.warnings).unwrap_or(&found);
    let number = |candidate: &Candidate| plan.planned.new.get(&lens.id(looked_at(&lens, plan, candidate).1)).copied();
    let numbers: Vec<usize> = told.iter().filter_map(number).collect::<BTreeSet<_>>().into_iter().collect();
    let places: BTreeMap<usize, Place> = numbers.iter().copied().zip(places(&numbers)).collect();
    for candidate in told {
        let place = number(candidate).and_then(|number| places.get(&number));
        report.warnings.extend(place.map(|place| warning(&lens, plan, place, candidate)));
    }
    report.warnings.sort_by(|one, other| (&one.file, one.line).cmp(&(&other.file, other.line)));
}

/// Which of a pair is known, or entered first, and which row is to be looked at: the one entered last.
fn looked_at(lens: &Lens<'_>, plan: &Plan, candidate: &Candidate) -> (EntityRow, EntityRow) {
    let number = |node: EntityRow| plan.planned.new.get(&lens.id(node)).copied();
    let [first, second] = candidate.pair;
    match (number(first), number(second)) {
        (Some(one), Some(other)) if one > other => (second, first),
        (Some(_), None) => (second, first),
        _ => (first, second),
    }
}

fn warning(lens: &Lens<'_>, plan: &Plan, place: &Place, candidate: &Candidate) -> Warning {
    let (known, row) = looked_at(lens, plan, candidate);
    let rows = candidate.reasons.iter().filter_map(|reason| Some((REASONS.get(reason.place)?, reason)));
    let rows: Vec<_> = rows.filter(|(_, reason)| reason.weight > 0).collect();
    let zh =
        rows.iter().map(|(row, reason)| format!("{}（{}）", row.1, reason.evidence)).collect::<Vec<_>>().join("；");
    let en = rows.iter().map(|(row, reason)| format!("{} ({})", row.2, reason.evidence)).collect::<Vec<_>>().join("; ");
    let (name, known_name) = (lens.name(row).to_owned(), lens.name(known).to_owned());
    let is_new = plan.planned.new.contains_key(&lens.id(known));
    let (before_zh, before_en) = if is_new { ("同批新增的", "also new") } else { ("已有的", "there already") };
    Warning {
        file: place.file.to_string(),
        line: place.line,
        code: CODE,
        zh: format!(
            "新增的“{name}”像是{before_zh}“{known_name}”：{zh}。是同一个的，把行键或代码改成那一个的，或导入后合并（mergeOrganizations）；不是的不用改。"
        ),
        en: format!(
            "The new “{name}” looks like “{known_name}”, {before_en}: {en}. Where they are one, refer to that one by its key or code, or merge them afterwards (mergeOrganizations); where not, leave it."
        ),
        name,
        known_id: (!is_new).then(|| lens.id(known).to_string()),
        known_name,
        reasons: rows.iter().map(|(row, _)| row.0).collect(),
    }
}
