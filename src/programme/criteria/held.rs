//! Sets of criteria that the data bring: records of the kinds CriterionSet and Criterion on the term of a
//! scheme. What the data say of a scheme stands in place of what comes with the program, so that a new
//! scheme or a new version needs no release.

use super::flaw::Flaw;
use super::library::Library;
use super::read::Reader;
use super::size::{MOST_CRITERIA, within};
use super::tree::{Criterion, CriterionSet, Test};
use crate::domain::enumeration::records::CRITERION_KIND;
use crate::domain::{Kind, RecordKind, Value};
use crate::graph::{Lens, Record};

/// Kinds of nodes that criteria may be about, in the order in which they are tried.
const KINDS: [Kind; 5] = [Kind::Enterprise, Kind::Carrier, Kind::Alliance, Kind::Institute, Kind::OtherOrganization];

/// Bases of figures, the surest first: audited, tax, statistics, declared.
const BASES: [u16; 4] = [2, 3, 4, 1];

impl Library {
    /// What comes with the program, with the sets of the data in place of those of the same scheme. What
    /// is flawed is left out and told of, with scheme and version.
    pub fn with_held(lens: &Lens<'_>) -> (Self, Vec<(String, Flaw)>) {
        let (mut held, mut flaws) = (Self::default(), Vec::new());
        for record in lens.all_records(RecordKind::CriterionSet, 1) {
            let name = format!("{} {}", scheme_of(lens, record), text(record, "setVersion").unwrap_or_default());
            if let Err(flaw) = set(lens, record).and_then(|set| held.add(set)) {
                flaws.push((name, flaw));
            }
        }
        let own = held.schemes().iter().map(|scheme| (*scheme).to_owned()).collect::<Vec<_>>();
        for set in Self::shipped().sets().iter().filter(|set| !own.contains(&set.scheme)) {
            // Shipped sets are sound, and none of their schemes is among those of the data.
            let _ = held.add(set.clone());
        }
        (held, flaws)
    }
}

fn scheme_of(lens: &Lens<'_>, record: &Record) -> String {
    let code = lens.code(record.subject);
    code.strip_prefix("SCHEME:").unwrap_or(code).to_owned()
}

fn text(record: &Record, name: &str) -> Option<String> {
    match record.kind.row().value(&record.values, name) {
        Some(Value::Text(text)) => Some(text.clone()),
        _ => None,
    }
}

fn set(lens: &Lens<'_>, record: &Record) -> Result<CriterionSet, Flaw> {
    let version = text(record, "setVersion").unwrap_or_default();
    let criteria = |kind: Kind| {
        let all = lens.records(record.subject, RecordKind::Criterion);
        let own = all.filter(|one| text(one, "setVersion").is_some_and(|known| known == version));
        let mut read = own.map(|one| criterion(kind, one)).collect::<Result<Vec<_>, _>>()?;
        within("criteria.csv", read.len(), MOST_CRITERIA)?;
        read.sort_by_key(|(number, _)| *number);
        Ok(read.into_iter().map(|(_, criterion)| criterion).collect::<Vec<_>>())
    };
    let tried = KINDS.into_iter().map(|kind| criteria(kind).map(|criteria| (kind, criteria)));
    let mut flaw = None;
    for one in tried {
        match one {
            Ok((kind, criteria)) if !criteria.is_empty() => return made(lens, record, kind, criteria),
            Ok(_) => {}
            Err(cause) => flaw = flaw.or(Some(cause)),
        }
    }
    Err(flaw.unwrap_or_else(|| Flaw {
        code: "CRITERIA_FIELD_MISSING",
        place: "criteria.csv".to_owned(),
        zh: "这一版没有条件。请在 criteria.csv 里补上。".to_owned(),
        en: "This version has no criteria. Add them in criteria.csv.".to_owned(),
    }))
}

fn made(lens: &Lens<'_>, record: &Record, kind: Kind, criteria: Vec<Criterion>) -> Result<CriterionSet, Flaw> {
    let source = lens.source(record.fact.provenance.source);
    let titled = match source.and_then(|source| source.named("title")) {
        Some(Value::Text(title)) => Some(title.clone()),
        _ => None,
    };
    let source_title = titled.ok_or_else(|| Flaw {
        code: "CRITERIA_SOURCE_MISSING",
        place: "source".to_owned(),
        zh: "这一版没有来源。请补上。".to_owned(),
        en: "This version has no source. Add one.".to_owned(),
    })?;
    // Grade A is what was compared with the official text.
    let verified = matches!(source.and_then(|source| source.named("grade")), Some(Value::Code(1)));
    let criteria = criteria.into_iter().map(|criterion| Criterion { verified, ..criterion }).collect();
    Ok(CriterionSet {
        scheme: scheme_of(lens, record),
        label: lens.name(record.subject).to_owned(),
        version: text(record, "setVersion").unwrap_or_default(),
        valid: record.fact.validity,
        document: text(record, "docNo").unwrap_or_default(),
        title: text(record, "title").unwrap_or_default(),
        source: source_title,
        verified,
        kinds: vec![kind],
        bases: BASES.to_vec(),
        criteria,
    })
}

/// A criterion with its place.
fn criterion(kind: Kind, record: &Record) -> Result<(i64, Criterion), Flaw> {
    let row = record.kind.row();
    let number = if let Some(Value::Integer(number)) = row.value(&record.values, "number") { *number } else { 0 };
    let place = format!("criteria[{number}]");
    let expert = CRITERION_KIND.by_name("EXPERT").map(|code| Value::Code(code.tag));
    let test = match text(record, "expression") {
        None if row.value(&record.values, "kind") == expert.as_ref() => Test::Expert,
        None => Test::Papers,
        Some(json) => {
            let value = serde_json::from_str(&json).map_err(|cause| Flaw {
                code: "CRITERIA_NOT_JSON",
                place: place.clone(),
                zh: format!("expression 不是 JSON：{cause}。请检查引号和逗号。"),
                en: format!("expression is no JSON: {cause}."),
            })?;
            Reader { kinds: &[kind] }.test(&format!("{place}.expression"), &value, 0)?
        }
    };
    let words = text(record, "textZh").unwrap_or_default();
    let criterion = Criterion {
        number: number.to_string(),
        label: words.clone(),
        text: words.clone(),
        english: words,
        test,
        remedy: None,
        source: None,
        verified: false,
    };
    Ok((number, criterion))
}
