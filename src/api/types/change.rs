//! What happened, as subscriptions and the list `changes` tell it: which thing, never its content,
//! so that whoever reads on sees only what they may see today.

use std::collections::BTreeSet;

use async_graphql::{Name, Value as Gql};

use super::def::{ArgDef, EnumDef, InputDef, Out, TypeDef, field};
use super::{inputs, page};
use crate::api::error::ApiError;
use crate::domain::rejection::clip;
use crate::domain::{Id, Kind, RecordKind, Relation};
use crate::graph::{Action, Change, Lens, Subject};

/// The name that the schema has for what a change is about.
fn type_name(subject: Subject) -> &'static str {
    match subject {
        Subject::Node(kind) => kind.row().name,
        Subject::Tie(relation) => relation.row().name,
        Subject::Record(kind) => kind.row().name,
        Subject::Source => "Source",
    }
}

fn kind_code(subject: Subject) -> &'static str {
    match subject {
        Subject::Node(_) => "NODE",
        Subject::Tie(_) => "TIE",
        Subject::Record(_) => "RECORD",
        Subject::Source => "SOURCE",
    }
}

fn action_code(action: Action) -> &'static str {
    match action {
        Action::Created => "CREATED",
        Action::Changed => "CHANGED",
        Action::Ended => "ENDED",
        Action::Retracted => "RETRACTED",
        Action::Merged => "MERGED",
        Action::Separated => "SEPARATED",
    }
}

fn is_type_name(name: &str) -> bool {
    name == "Source"
        || Kind::all().any(|kind| kind.row().name == name)
        || Relation::by_name(name).is_some()
        || RecordKind::all().any(|kind| kind.row().name == name)
}

/// A number that the client goes on from.
pub fn sequence(number: u64) -> Out {
    Out::count(usize::try_from(number).unwrap_or(usize::MAX))
}

/// The types of this file.
pub fn types() -> Vec<TypeDef> {
    vec![TypeDef::new(
        "Change",
        "一项变更：只说是哪一个，内容请按编号重新查询",
        "One change: it says which thing, ask for its content by id",
        vec![
            field(
                "sequence",
                "Int!",
                "属于第几号变更；同一次写入的各项号码相同。单位：号",
                "The write it belongs to; what was written together has one number. Unit: sequence number",
                |_, change: &Change, _| Ok(sequence(change.sequence)),
            ),
            field(
                "id",
                "ID!",
                "所涉对象的编号",
                "Stable number of what it happened to",
                |_, change: &Change, _| Ok(Out::text(change.id.to_string())),
            ),
            field(
                "kind",
                "ChangedKind!",
                "是对象、关系、记录还是来源",
                "Whether it is a node, a tie, a record or a source",
                |_, change: &Change, _| Ok(Out::code(kind_code(change.subject))),
            ),
            field(
                "typeName",
                "String!",
                "类型名：对象如 Enterprise，关系如 MEMBER_OF，记录如 Certification，来源为 Source",
                "What the schema calls it: Enterprise, MEMBER_OF, Certification, Source and the like",
                |_, change: &Change, _| Ok(Out::text(type_name(change.subject))),
            ),
            field("action", "ChangeAction!", "发生了什么", "What happened to it", |_, change: &Change, _| {
                Ok(Out::code(action_code(change.action)))
            }),
            field(
                "mergedInto",
                "ID",
                "这一条目前并入的对象的编号；没有合并的为空",
                "Stable number of what stands for it now; empty unless it was merged",
                |_, change: &Change, _| Ok(Out::option(change.merged_into.map(|id| Out::text(id.to_string())))),
            ),
        ],
    )]
}

/// The enumerations of this file.
pub fn enums() -> Vec<EnumDef> {
    let define = |name: &str, zh: &str, en: &str, values: &[(&str, &str, &str)]| EnumDef {
        name: name.into(),
        zh: zh.into(),
        en: en.into(),
        values: values.iter().map(|(name, zh, en)| ((*name).into(), (*zh).into(), (*en).into())).collect(),
    };
    vec![
        define(
            "ChangedKind",
            "变更所涉的是什么",
            "What sort of thing a change is about",
            &[
                ("NODE", "对象，如企业", "A node such as an enterprise"),
                ("TIE", "关系", "A tie between two nodes"),
                ("RECORD", "记录，如资质认定", "A record such as a certificate"),
                ("SOURCE", "来源", "A source of facts"),
            ],
        ),
        define(
            "ChangeAction",
            "发生了什么",
            "What happened to something",
            &[
                ("CREATED", "新录入", "It was entered"),
                ("CHANGED", "有改动", "Something said about it changed"),
                ("ENDED", "已结束", "It came to an end"),
                ("RETRACTED", "已撤回：从未如此", "It was withdrawn as never having been so"),
                (
                    "MERGED",
                    "查明是重复条目，已并入另一条（见 mergedInto）",
                    "It was found to be the same as another entry, which stands for it (mergedInto)",
                ),
                ("SEPARATED", "合并已撤销，重新单独成条", "The merge was undone, and it stands for itself again"),
            ],
        ),
    ]
}

/// The inputs of this file.
pub fn inputs() -> Vec<InputDef> {
    let arg = |name: &'static str, ty: &str, zh: &str, en: &str| ArgDef {
        name: name.into(),
        ty: ty.into(),
        default: None,
        zh: zh.into(),
        en: en.into(),
    };
    vec![InputDef {
        name: "ChangeFilter".into(),
        zh: "只要哪些变更；各项同时满足，每项内满足其一".into(),
        en: "Which changes are wanted; all fields hold together, one entry of each is enough".into(),
        one_of: false,
        fields: vec![
            arg("kinds", "[ChangedKind!]", "只要这些：对象、关系、记录、来源", "Only these sorts of things"),
            arg(
                "typeNames",
                "[String!]",
                "只要这些类型，如 Enterprise、MEMBER_OF、Certification、Source",
                "Only these, as typeName says: Enterprise, MEMBER_OF, Certification, Source",
            ),
            arg("ids", "[ID!]", "只要这些编号", "Only things of these stable numbers"),
        ],
    }]
}

/// Which changes are wanted.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    kinds: Option<Vec<String>>,
    type_names: Option<Vec<String>>,
    ids: Option<BTreeSet<Id>>,
}

impl Filter {
    /// Read a `ChangeFilter`; without one, everything is wanted. Admission bounds its size.
    pub fn read(given: Option<&Gql>) -> Result<Self, ApiError> {
        let Some(Gql::Object(fields)) = given else { return Ok(Self::default()) };
        let list = |name: &str| fields.get(&Name::new(name)).filter(|value| **value != Gql::Null).map(texts);
        let type_names = list("typeNames");
        if let Some(unknown) = type_names.iter().flatten().find(|name| !is_type_name(name)) {
            return Err(ApiError::new(
                "UNKNOWN_TYPE_NAME",
                format!("没有类型“{}”。可用对象的类型名、关系名、记录名或 Source。", clip(unknown)),
                format!("There is no type “{}”. Name a node type, a relation, a record or Source.", clip(unknown)),
            ));
        }
        let ids = list("ids").map(|ids| ids.iter().map(|text| inputs::id(text)).collect()).transpose()?;
        Ok(Self { kinds: list("kinds"), type_names, ids })
    }

    fn passes(&self, change: &Change) -> bool {
        let named = |wanted: &Option<Vec<String>>, name: &str| {
            wanted.as_ref().is_none_or(|all| all.iter().any(|one| one == name))
        };
        named(&self.kinds, kind_code(change.subject))
            && named(&self.type_names, type_name(change.subject))
            && self.ids.as_ref().is_none_or(|ids| {
                ids.contains(&change.id) || change.merged_into.is_some_and(|into| ids.contains(&into))
            })
    }

    /// Whoever follows an entry that was merged follows what stands for it, too.
    fn with_representatives(&self, lens: &Lens<'_>) -> Self {
        let mut filter = self.clone();
        if let Some(ids) = &mut filter.ids {
            let standing: Vec<Id> = ids.iter().filter_map(|id| lens.node(*id)).map(|node| lens.id(node)).collect();
            ids.extend(standing);
        }
        filter
    }
}

fn texts(value: &Gql) -> Vec<String> {
    match value {
        Gql::List(list) => list.iter().flat_map(texts).collect(),
        Gql::String(text) => vec![text.clone()],
        Gql::Enum(name) => vec![name.to_string()],
        _ => Vec::new(),
    }
}

/// Where reading goes on: at the entry of that number (from 0) among those of a sequence number
/// that the reader may know of, or at whatever comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    sequence: u64,
    within: u64,
}

/// The code for an `after` that this store has not come to.
pub const AHEAD: &str = "AFTER_AHEAD";

/// The scope of cursors: the entries of a published sequence number never alter, so neither filter
/// nor day bind them. That readers with other rights count otherwise is in the scope.
fn scope(lens: &Lens<'_>) -> String {
    format!("changes/{:?}", lens.rights())
}

impl Position {
    /// After the whole of a sequence number.
    pub fn after(sequence: u64) -> Self {
        Self { sequence: sequence.saturating_add(1), within: 0 }
    }

    /// Everything up to this sequence number has been read.
    pub fn whole(self) -> u64 {
        self.sequence.saturating_sub(1)
    }

    /// Read an argument `after`: a sequence number in digits, or a cursor.
    pub fn read(lens: &Lens<'_>, text: &str) -> Result<Self, ApiError> {
        let position = match text.parse::<u64>() {
            Ok(sequence) => Self::after(sequence),
            Err(_) => {
                let key = page::open_cursor(&scope(lens), text)?;
                let (sequence, within) = key.split_once(':').unwrap_or_default();
                Self { sequence: sequence.parse().unwrap_or_default(), within: within.parse().unwrap_or_default() }
            }
        };
        if position.whole() <= lens.sequence() {
            return Ok(position);
        }
        let (given, head) = (position.whole(), lens.sequence());
        Err(ApiError::new(
            AHEAD,
            format!("after 是第 {given} 号，而本库只到第 {head} 号，可能换了库或恢复了备份。请重新取全部数据。"),
            format!(
                "after is number {given}, but this store has only come to {head}; it may be another one or a restored backup. Fetch everything again."
            ),
        ))
    }

    /// The cursor of the entry before it.
    pub fn cursor(self, lens: &Lens<'_>) -> String {
        page::seal_cursor(&scope(lens), &format!("{}:{}", self.sequence, self.within))
    }
}

/// Some changes in a row.
pub struct Slice {
    /// The changes, each with the place where reading goes on behind it.
    pub entries: Vec<(Position, Change)>,
    /// Where reading goes on behind all of them.
    pub next: Position,
    /// Are there more?
    pub more: bool,
}

/// Are there more than so many changes, wanted or not?
pub fn is_further(lens: &Lens<'_>, from: Position, most: usize) -> bool {
    let before = usize::try_from(from.within).unwrap_or(usize::MAX);
    lens.changes(from.whole()).skip(before).nth(most).is_some()
}

/// Read at most so many changes that pass.
pub fn read(lens: &Lens<'_>, from: Position, filter: &Filter, most: usize) -> Slice {
    let filter = filter.with_representatives(lens);
    let mut entries = Vec::new();
    let mut next = Position { sequence: from.sequence, within: 0 };
    for change in lens.changes(from.whole()) {
        if change.sequence != next.sequence {
            next = Position { sequence: change.sequence, within: 0 };
        }
        let here = next;
        next.within += 1;
        if here < from || !filter.passes(&change) {
            continue;
        }
        if entries.len() == most {
            return Slice { entries, next: here, more: true };
        }
        entries.push((next, change));
    }
    // Where the work allowed was done, what is left begins behind the entry looked at last.
    let more = lens.budget().is_spent();
    Slice { entries, next: if more { next.max(from) } else { Position::after(lens.sequence()) }, more }
}
