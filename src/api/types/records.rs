//! Lists of records: those of a node, and those of a kind, filtered and paged.

use std::sync::Arc;

use async_graphql::Value as Gql;

use super::counted::Counted;
use super::def::{Cx, FieldDef, Object, Out};
use super::figures::{self, Choice, FIGURES};
use super::filter::{self, Of};
use super::opening::{self, WholeList};
use super::resolve::Args;
use super::settle::settled;
use super::{page, record};
use crate::api::admission::{KNOWN_AT, weight};
use crate::api::error::ApiError;
use crate::domain::command::Reference;
use crate::domain::{RecordKind, Value};
use crate::graph::{EntityRow, Record};

/// The arguments by which a list of records is narrowed.
pub fn narrowed(field: FieldDef, kind: RecordKind) -> FieldDef {
    let row = kind.row();
    let field = field
        .arg(
            "filter",
            format!("{}Filter", row.name),
            "筛选条件，各项同时满足",
            "What to narrow the list by; all fields hold together",
        )
        .arg(
            "inForce",
            "[Answer!]",
            "在查询日期是否有效：是、否、未知中的哪些；不填为全部",
            "Which answers to whether it counts on the day; all where nothing is given",
        );
    match kind {
        RecordKind::Certification => {
            field.arg("scheme", "String", "只看这类资质，写代码或名称：HNTE、SCHEME:HNTE、高新技术企业", "Only this scheme, by code or name, such as HNTE")
        }
        _ if figures::has_bases(kind) => field.arg(
            FIGURES,
            figures::CHOICE,
            "同一单位同一年有几个口径时取哪一条；不填则列表逐条列出，facets 只取一条",
            "Which of several bases of one holder and year are taken; where nothing is given the list has all of them and its facets count one",
        ),
        _ => field,
    }
}

/// What a row of a list costs: a condition is work as a row is.
pub fn cost_of_row(args: &Args<'_>) -> u64 {
    cost_of(args.get("filter").as_ref())
}

/// The same of a filter.
pub fn cost_of(filter: Option<&Gql>) -> u64 {
    1 + filter.map_or(0, weight::conditions_given) as u64
}

/// What a list of records is narrowed by.
pub struct Narrowed {
    scheme: Option<crate::domain::Id>,
    in_force: Vec<String>,
    filter: Option<Gql>,
    figures: Option<Choice>,
}

/// What passed.
pub struct Selected {
    /// What a list of it has, in order of entry.
    pub listed: Vec<Arc<Record>>,
    /// What a count of it counts, where that is less.
    pub counted: Option<Vec<Arc<Record>>>,
    /// What passed and does not count, because another row of the same holder and year does.
    pub left_out: Vec<Arc<Record>>,
}

/// The arguments by which a list of records is narrowed, as they were given.
#[derive(Clone, Default)]
pub struct Given {
    /// `filter`
    pub filter: Option<Gql>,
    /// `scheme`
    pub scheme: Option<Gql>,
    /// `inForce`
    pub in_force: Option<Gql>,
    /// `figures`
    pub figures: Option<Gql>,
}

impl Given {
    /// Those of a field.
    pub fn of(args: &Args<'_>) -> Self {
        let [filter, scheme, in_force, figures] = ["filter", "scheme", "inForce", FIGURES].map(|name| args.get(name));
        Self { filter, scheme, in_force, figures }
    }

    /// As arguments of a root field that lists what a count of it counts.
    pub fn arguments(self, kind: RecordKind, known_at: Option<Gql>) -> [(&'static str, Option<Gql>); 5] {
        let counts = Choice::read(self.figures.as_ref()).unwrap_or(Choice::OneEach);
        [
            ("filter", self.filter),
            ("scheme", self.scheme),
            ("inForce", self.in_force),
            (FIGURES, figures::has_bases(kind).then(|| counts.written())),
            (KNOWN_AT, known_at),
        ]
    }
}

impl Narrowed {
    /// Read what was given.
    pub fn read(cx: &Cx<'_>, kind: RecordKind, given: &Given) -> Result<Self, ApiError> {
        let text = |value: &Gql| match value {
            Gql::Enum(name) => Some(name.to_string()),
            Gql::String(text) => Some(text.clone()),
            _ => None,
        };
        let scheme = given.scheme.as_ref().and_then(text).map(|code| scheme_term(cx, &code)).transpose()?;
        let in_force = match &given.in_force {
            Some(Gql::List(answers)) => answers.iter().filter_map(text).collect(),
            Some(one) => text(one).into_iter().collect(),
            None => Vec::new(),
        };
        let figures = Choice::read(given.figures.as_ref());
        let filter = given.filter.as_ref().map(|filter| settled(cx, Counted::Records(kind), filter)).transpose()?;
        Ok(Self { scheme, in_force, filter, figures })
    }

    /// Those records of a kind that pass.
    pub fn select(
        &self,
        cx: &Cx<'_>,
        kind: RecordKind,
        all: impl Iterator<Item = Arc<Record>>,
    ) -> Result<Selected, ApiError> {
        if !figures::has_bases(kind) {
            return Ok(Selected { listed: self.passing(cx, all)?, counted: None, left_out: Vec::new() });
        }
        let all: Vec<Arc<Record>> = all.collect();
        let chosen = self.figures.unwrap_or(Choice::OneEach).chosen(cx, &all, self.filter.as_ref());
        let passing = self.passing(cx, all.into_iter())?;
        let Some(chosen) = chosen else {
            return Ok(Selected { listed: passing, counted: None, left_out: Vec::new() });
        };
        let whole = self.figures.is_none().then(|| passing.clone());
        let (counted, left_out) = passing.into_iter().partition(|record| chosen.contains(&record.fact.id));
        Ok(match whole {
            Some(listed) => Selected { listed, counted: Some(counted), left_out },
            None => Selected { listed: counted, counted: None, left_out },
        })
    }

    /// Those that pass, in order of entry.
    fn passing(&self, cx: &Cx<'_>, all: impl Iterator<Item = Arc<Record>>) -> Result<Vec<Arc<Record>>, ApiError> {
        let mut wanted: Vec<Arc<Record>> = Vec::new();
        for found in all {
            let of_scheme =
                self.scheme.is_none_or(|id| found.values.iter().any(|(_, value)| *value == Value::Term(id)));
            let holds = || {
                let answer = record::answer_name(record::in_force(cx, &found));
                self.in_force.is_empty() || self.in_force.iter().any(|wanted| wanted == answer)
            };
            let passes = match &self.filter {
                Some(filter) if of_scheme => filter::passes(cx, Of::Record(&found), filter, 0)?,
                _ => of_scheme,
            };
            if passes && holds() {
                wanted.push(found);
            }
        }
        wanted.sort_by_key(|record| record.fact.id);
        Ok(wanted)
    }
}

impl Selected {
    /// What is counted of it, with the arguments that list it.
    pub fn whole(self, cx: &Cx<'_>, kind: RecordKind, given: Given, known_at: Option<Gql>) -> (Vec<Object>, WholeList) {
        let listed = objects(cx, kind, self.listed);
        let things = self.counted.map_or_else(|| listed.clone(), |counted| objects(cx, kind, counted));
        let choice = figures::has_bases(kind).then(|| Choice::read(given.figures.as_ref()).unwrap_or(Choice::OneEach));
        let whole = WholeList::new(Counted::Records(kind), things, given.arguments(kind, known_at));
        (listed, whole.choosing(choice, objects(cx, kind, self.left_out)))
    }
}

/// Records as objects.
pub fn objects(cx: &Cx<'_>, kind: RecordKind, records: Vec<Arc<Record>>) -> Vec<Object> {
    let place = match cx.types.data(kind.row().name, ()) {
        Out::Object(Object::Data(place, _)) => place,
        _ => 0,
    };
    records.into_iter().map(|record| Object::Data(place, Arc::new(record))).collect()
}

/// The page that the arguments ask for of these records: all of a kind, or those of one node.
pub fn answer(
    cx: &Cx<'_>,
    args: &Args<'_>,
    (kind, of): (RecordKind, Option<EntityRow>),
    all: impl Iterator<Item = Arc<Record>>,
) -> Result<Out, ApiError> {
    let row = kind.row();
    let mut given = Given::of(args);
    let narrowed = Narrowed::read(cx, kind, &given)?;
    let selected = narrowed.select(cx, kind, all)?;
    let whose = of.map_or_else(|| "all".to_owned(), |node| cx.lens.id(node).to_string());
    let text = given.filter.as_ref().map(ToString::to_string).unwrap_or_default();
    let scope = format!(
        "{whose}/{}/{:?}/{:?}/{:?}/{text}/{}/{:?}",
        row.field,
        narrowed.scheme,
        narrowed.in_force,
        narrowed.figures,
        cx.lens.day,
        cx.lens.rights()
    );
    if let Some(node) = of {
        given.filter = Some(opening::of_node(cx, given.filter, row.subject.0, node));
    }
    let (listed, whole) = selected.whole(cx, kind, given, args.get(KNOWN_AT));
    let page = page::paginate(cx, args, &scope, &record::edge(row), &listed, key)?;
    Ok(cx.types.data(&record::connection(row), page.counted(whole)))
}

fn key(object: &Object) -> String {
    match object {
        Object::Data(_, data) => {
            data.downcast_ref::<Arc<Record>>().map_or_else(String::new, |record| record.fact.id.to_string())
        }
        _ => String::new(),
    }
}

/// The term of a scheme of certificates, by code or name.
pub fn scheme_term(cx: &Cx<'_>, text: &str) -> Result<crate::domain::Id, ApiError> {
    let reference = Reference::Code(text.to_owned());
    super::find::find_term(cx, &reference, "SCHEME").map(|term| cx.lens.id(term))
}
