//! One figure a holder and a year: which of several yearly figures counts, since declared, audited and
//! tax figures of one firm and year stand side by side and are never to be added up. What is chosen is
//! chosen among all that whoever asks may know of, before anything is narrowed: so a cell and the list
//! that it opens choose alike.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_graphql::{Name, Value as Gql};

use super::def::{Cx, EnumDef};
use crate::domain::provenance::{FIGURES_BASES, PRECEDENCE_VERSION};
use crate::domain::{Id, RecordKind, Value, enumeration::records::YEAR_BASIS};
use crate::graph::Record;

/// The argument that says which figures count.
pub const FIGURES: &str = "figures";

/// The type of that argument.
pub const CHOICE: &str = "FiguresChoice";

/// The attribute that names the basis.
pub const BASIS: &str = "figuresBasis";

const ONE_EACH: &str = "ONE_EACH";
const EVERY: &str = "EVERY";

/// Which figures count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Of each holder and year the one that comes first by the rule of precedence.
    OneEach,
    /// All of them.
    Every,
    /// The same among those on one basis.
    On(u16),
}

impl Choice {
    /// What somebody has asked for; none where nothing was.
    pub fn read(given: Option<&Gql>) -> Option<Self> {
        let name = match given? {
            Gql::Enum(name) => name.as_str(),
            Gql::String(text) => text.as_str(),
            _ => return None,
        };
        match name {
            ONE_EACH => Some(Self::OneEach),
            EVERY => Some(Self::Every),
            basis => YEAR_BASIS.by_name(basis).map(|code| Self::On(code.tag)),
        }
    }

    /// As the argument writes it.
    pub fn written(self) -> Gql {
        Gql::Enum(Name::new(match self {
            Self::OneEach => ONE_EACH,
            Self::Every => EVERY,
            Self::On(tag) => YEAR_BASIS.by_tag(tag).map_or(ONE_EACH, |code| code.name),
        }))
    }

    /// The rule in both languages, for the definition of a count.
    pub fn words(self) -> (String, String) {
        let codes = || FIGURES_BASES.iter().filter_map(|name| YEAR_BASIS.by_name(name));
        let zh = codes().map(|code| code.zh).collect::<Vec<_>>().join("、");
        let en = FIGURES_BASES.join(", ");
        match self {
            Self::OneEach => (
                format!(
                    "同一单位同一年只取一条：依次看录入方式、口径（{zh}）、来源等级、日期（取舍规则第 {PRECEDENCE_VERSION} 版）"
                ),
                format!(
                    "of one holder and year one row counts: by method, basis ({en}), grade of the source, date (rule of precedence, version {PRECEDENCE_VERSION})"
                ),
            ),
            Self::Every => (
                "每一条都计，同一单位同一年有几个口径的重复计入".to_owned(),
                "every row counts, so that a holder and year with several bases counts several times".to_owned(),
            ),
            Self::On(tag) => {
                let (zh, en) = YEAR_BASIS.by_tag(tag).map_or(("", ""), |code| (code.zh, code.name));
                (
                    format!("只取“{zh}”口径，同一单位同一年只取一条（取舍规则第 {PRECEDENCE_VERSION} 版）"),
                    format!(
                        "only rows on the basis {en}, of one holder and year one (rule of precedence, version {PRECEDENCE_VERSION})"
                    ),
                )
            }
        }
    }

    /// Those that count among all that are shown, as far as the filter asks for their basis; none where
    /// every one does.
    pub fn chosen(self, cx: &Cx<'_>, all: &[Arc<Record>], filter: Option<&Gql>) -> Option<BTreeSet<Id>> {
        let mut asked = Vec::new();
        asked_bases(filter, &mut asked);
        let is_asked = |tag: Option<u16>| {
            let name = tag.and_then(|tag| YEAR_BASIS.by_tag(tag)).map_or("UNKNOWN", |code| code.name);
            asked.iter().all(|names: &Vec<&str>| names.contains(&name))
        };
        let wanted = |record: &&Arc<Record>| match (self, basis(record)) {
            (Self::OneEach, basis) => is_asked(basis),
            (Self::Every, _) => false,
            (Self::On(tag), basis) => basis == Some(tag),
        };
        if self == Self::Every {
            return None;
        }
        let mut first: BTreeMap<_, &Arc<Record>> = BTreeMap::new();
        let mut chosen = BTreeSet::new();
        for record in all.iter().filter(wanted) {
            // Of a year that nobody knows nobody can say what it is the same as.
            let Some(year) = year(record) else {
                chosen.insert(record.fact.id);
                continue;
            };
            let place = first.entry((record.subject, year)).or_insert(record);
            if cx.lens.precedence_of_figures(record) < cx.lens.precedence_of_figures(place) {
                *place = record;
            }
        }
        chosen.extend(first.values().map(|record| record.fact.id));
        Some(chosen)
    }
}

/// The bases that a filter asks for, in itself and in what must hold beside it. They narrow what is chosen
/// among, so that who asks for declared figures gets the declared figure of each; cells of a count are
/// opened by `inGroups`, which does not.
fn asked_bases<'f>(filter: Option<&'f Gql>, found: &mut Vec<Vec<&'f str>>) {
    let list = |value: &'f Gql| if let Gql::List(list) = value { list.as_slice() } else { std::slice::from_ref(value) };
    let Some(Gql::Object(fields)) = filter else { return };
    if let Some(names) = fields.get(BASIS).filter(|names| **names != Gql::Null) {
        let name = |value: &'f Gql| match value {
            Gql::Enum(name) => Some(name.as_str()),
            Gql::String(text) => Some(text.as_str()),
            _ => None,
        };
        found.push(list(names).iter().filter_map(name).collect());
    }
    list(fields.get("and").unwrap_or(&Gql::Null)).iter().for_each(|filter| asked_bases(Some(filter), found));
}

/// Are these figures of a year, of which several bases stand side by side?
pub fn has_bases(kind: RecordKind) -> bool {
    let row = kind.row();
    row.attribute(BASIS).is_some() && row.attribute("year").is_some()
}

/// The basis of figures.
pub fn basis(record: &Record) -> Option<u16> {
    match record.kind.row().value(&record.values, BASIS) {
        Some(Value::Code(tag)) => Some(*tag),
        _ => None,
    }
}

fn year(record: &Record) -> Option<i64> {
    match record.kind.row().value(&record.values, "year") {
        Some(Value::Integer(year)) => Some(*year),
        _ => None,
    }
}

/// The enumeration of choices: one each, every one, or a basis.
pub fn enums() -> Vec<EnumDef> {
    let said = |name: &str, zh: &str, en: &str| (name.to_owned(), zh.to_owned(), en.to_owned());
    let mut values = vec![
        said(
            ONE_EACH,
            "同一单位同一年只取一条，按取舍规则：录入方式、口径（审计、税务、统计、申报）、来源等级、日期",
            "Of one holder and year one row, by the rule of precedence: method, basis (audited, tax, statistics, declared), grade of the source, date",
        ),
        said(EVERY, "每一条都取，几个口径并存", "Every row, several bases side by side"),
    ];
    values.extend(YEAR_BASIS.values.iter().map(|code| {
        let (zh, en) = (format!("只取这一口径：{}", code.zh), format!("Only rows on this basis: {}", code.en));
        said(code.name, &zh, &en)
    }));
    vec![EnumDef {
        name: CHOICE.into(),
        zh: "年度数据取哪一条".into(),
        en: "Which of several yearly figures are taken".into(),
        values,
    }]
}

/// The bases in an order of their own, by the names of the schema.
pub fn names(tags: &BTreeSet<u16>) -> Vec<&'static str> {
    let mut names: Vec<&str> = tags.iter().filter_map(|tag| YEAR_BASIS.by_tag(*tag)).map(|code| code.name).collect();
    names.sort_by_key(|name| FIGURES_BASES.iter().position(|basis| basis == name));
    names
}
