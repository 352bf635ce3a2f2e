//! Mutations about entries that are of one thing, and what they answer with: the merge, and the facts that
//! were written while it was in force, each on its entry.

use super::commands;
use super::fields::{ReadCommand, declare, shared};
use super::inputs;
use super::read::Fields;
use crate::api::error::ApiError;
use crate::api::types::def::{Cx, EnumDef, FieldDef, Out, TypeDef, field};
use crate::api::types::fact;
use crate::domain::Id;
use crate::domain::command::Command;
use crate::domain::event::Verdict;
use crate::domain::provenance::Provenance;
use crate::engine::Written;
use crate::graph::{MergedEntry, Sort, Stamp, WrittenFact};

/// The mutations of this file.
pub const FIELDS: [&str; 3] = ["mergeOrganizations", "undoMerge", "decideDuplicate"];

/// Facts told of a merge.
const MOST_FACTS: usize = 500;

/// Name and words of what a pair may be found to be.
const VERDICTS: &[(&str, &str, &str)] = &[
    ("SAME", "同一个：合并，one 代表两条", "One and the same: they are merged, and one stands for both"),
    ("DIFFERENT", "两个：不再列入待核对的重复", "Two: they are no longer listed as candidates"),
    ("OPEN", "待定：重新列入", "To be looked at again: listed again where they look alike"),
];

/// Name and words of sorts of facts.
const SORTS: &[(Sort, &str, &str, &str)] = &[
    (Sort::Name, "NAME", "名称", "A name"),
    (Sort::Identifier, "IDENTIFIER", "编号", "A number it is registered under"),
    (Sort::Statement, "STATEMENT", "关于某个字段的陈述", "A statement about one of its fields"),
    (Sort::Tie, "TIE", "关系", "A tie to another node"),
    (Sort::Record, "RECORD", "记录", "A record such as a certificate"),
];

/// Whoever may not merge is told who may.
pub fn forbidden() -> ApiError {
    ApiError::new(
        "FORBIDDEN",
        "只有数据管理员、系统管理员，以及县区管理员在本县区内，可以合并条目，没有改动。请交给他们办理。",
        "Data stewards and administrators alone merge entries, and county officers those of their county; nothing was changed. Have one of them do it.",
    )
}

/// The root fields, each with what makes a command of its arguments.
pub fn mutations() -> Vec<(FieldDef, ReadCommand)> {
    vec![merge(), undo(), decide()]
}

fn merge() -> (FieldDef, ReadCommand) {
    let field = declare(
        FIELDS[0],
        "查明两条是同一个单位（企业、院所、联盟、集群、基金、载体、平台等）时合并：以后合在一起显示，事实仍留在原条目上，可以撤销。单位之间真正的合并重组不用它，请建“承继”关系（SUCCEEDS）",
        "Merge two entries that were found to be one organisation, alliance, cluster, fund, carrier or platform: they are read together from now on, every fact stays on its entry, and it can be undone. Where one organisation took over another, relate them by SUCCEEDS instead",
    );
    let mut field = field
        .arg("keep", "Reference!", "代表两条的那一条", "The entry that stands for both")
        .arg("merge", "Reference!", "并入的那一条；它的编号仍然可用", "The other one; its number stays good")
        .arg("reason", "String!", "凭什么认定是同一个，供日后查考", "Why they are one, for those who come later");
    field.args.extend(inputs::origin("String!"));
    let read = |arguments: &Fields| {
        Ok(Command::Merge {
            keep: arguments.needed_reference("keep")?,
            merge: arguments.needed_reference("merge")?,
            reason: arguments.needed("reason")?,
            origin: arguments.origin()?,
        })
    };
    (shared(field), Box::new(read))
}

fn undo() -> (FieldDef, ReadCommand) {
    let field = declare(
        FIELDS[1],
        "撤销一次合并：两条各自单独显示，期间写入的事实留在写入时所指的条目上，回答逐条列出。一连串合并可以按任何次序撤销",
        "Undo a merge: each entry stands for itself again. What was written meanwhile stays on the entry that it was written on, and the answer lists it. A chain of merges is undone in any order",
    );
    let field = field
        .arg("id", "ID!", "合并的编号，或被并入的那一条的编号", "Number of the merge, or of the entry that was merged")
        .arg("reason", "String!", "为什么撤销，供日后查考", "Why, for those who come later");
    let read = |arguments: &Fields| {
        Ok(Command::UndoMerge { id: commands::id(arguments, "id")?, reason: arguments.needed("reason")? })
    };
    (shared(field), Box::new(read))
}

fn decide() -> (FieldDef, ReadCommand) {
    let field = declare(
        FIELDS[2],
        "就一对疑似重复作出判断：同一个（SAME，即合并）、两个（DIFFERENT，不再列出）或待定（OPEN）",
        "Judge a pair that looks alike: one (SAME, which merges them), two (DIFFERENT, listed no more) or open (OPEN)",
    );
    let mut field = field
        .arg(
            "one",
            "Reference!",
            "其中一条；判为同一个时由它代表两条",
            "One of the two; it stands for both where they are one",
        )
        .arg("other", "Reference!", "另一条", "The other one")
        .arg("verdict", "DuplicateVerdict!", "判断", "What they are")
        .arg("reason", "String!", "凭什么这样判断，供日后查考", "Why, for those who come later");
    // Needed where they are one alone.
    field.args.extend(inputs::origin("String"));
    let read = |arguments: &Fields| {
        let pair = (arguments.needed_reference("one")?, arguments.needed_reference("other")?);
        let (verdict, reason) = (arguments.needed("verdict")?, arguments.needed("reason")?);
        Ok(match verdict.as_str() {
            "SAME" => Command::Merge { keep: pair.0, merge: pair.1, reason, origin: arguments.origin()? },
            "OPEN" => Command::JudgePair { one: pair.0, other: pair.1, verdict: Verdict::Open, reason },
            _ => Command::JudgePair { one: pair.0, other: pair.1, verdict: Verdict::Different, reason },
        })
    };
    (shared(field), Box::new(read))
}

/// The enumerations of this file.
pub fn enums() -> Vec<EnumDef> {
    let define = |name: &str, zh: &str, en: &str, values: Vec<(&str, &str, &str)>| EnumDef {
        name: name.to_owned(),
        zh: zh.to_owned(),
        en: en.to_owned(),
        values: values.iter().map(|(name, zh, en)| ((*name).into(), (*zh).into(), (*en).into())).collect(),
    };
    vec![
        define("DuplicateVerdict", "对一对疑似重复的判断", "What a pair is found to be", VERDICTS.to_vec()),
        define(
            "FactSort",
            "事实的种类",
            "What sort of fact it is",
            SORTS.iter().map(|row| (row.1, row.2, row.3)).collect(),
        ),
    ]
}

/// A merge as it is told.
struct Told {
    merge: Id,
    kept: Id,
    entry: Id,
    name: String,
    key: String,
    reason: String,
    provenance: Provenance,
    stamp: Option<Stamp>,
    undone: Option<(String, Option<Stamp>)>,
}

impl Told {
    fn of(merged: &MergedEntry<'_>) -> Self {
        Self {
            merge: merged.merge,
            kept: merged.kept,
            entry: merged.entry,
            name: merged.name.to_owned(),
            key: merged.key.to_owned(),
            reason: merged.reason.to_owned(),
            provenance: merged.provenance.clone(),
            stamp: merged.stamp.cloned(),
            undone: merged.undone.map(|(reason, stamp)| (reason.to_owned(), stamp.cloned())),
        }
    }
}

/// A fact written while two entries were one.
struct Between {
    sort: Sort,
    id: Id,
    entry: Id,
    recorded_at: i64,
}

/// The field of what was written that tells of a merge.
pub fn written_field() -> FieldDef {
    field(
        "merge",
        "Merge",
        "合并或撤销合并的情况；写的不是合并时为空",
        "The merge that was made or undone; null where none was",
        |cx: &Cx<'_>, written: &Written, _| {
            let told =
                written.subject.and_then(|id| cx.lens.merge(id)).filter(|told| Some(told.merge) == written.subject);
            Ok(Out::option(told.map(|told| cx.types.data("Merge", Told::of(&told)))))
        },
    )
}

fn at(stamp: Option<&Stamp>) -> Out {
    Out::option(stamp.map(|stamp| Out::text(fact::moment(stamp.recorded_at))))
}

/// The types of this file.
pub fn types() -> Vec<TypeDef> {
    let merge = vec![
        field("id", "ID!", "合并的编号，撤销时用", "Number of the merge, to undo it by", |_, told: &Told, _| {
            Ok(Out::text(told.merge.to_string()))
        }),
        field("kept", "ID!", "代表两条的那一条的编号", "Number of the entry that stands for both", |_, told: &Told, _| {
            Ok(Out::text(told.kept.to_string()))
        }),
        field("merged", "ID!", "并入的那一条的编号，仍然可用", "Number of the other entry, which stays good", |_, told: &Told, _| {
            Ok(Out::text(told.entry.to_string()))
        }),
        field("mergedNameZh", "String!", "并入的那一条自己的名称", "The name of the other entry", |_, told: &Told, _| {
            Ok(Out::text(told.name.as_str()))
        }),
        field("mergedKey", "String!", "并入的那一条的行键", "Row key of the other entry", |_, told: &Told, _| {
            Ok(Out::text(told.key.as_str()))
        }),
        field("reason", "String!", "认定是同一个的理由", "Why they are one", |_, told: &Told, _| {
            Ok(Out::text(told.reason.as_str()))
        }),
        field("source", "Source!", "来源", "Where it is written", |cx, told: &Told, _| {
            Ok(fact::source_of(cx, &told.provenance))
        }),
        field("mergedAt", "DateTime!", "合并的时间（UTC）", "When they were merged, UTC", |_, told: &Told, _| {
            Ok(Out::text(fact::moment(told.stamp.as_ref().map_or(0, |stamp| stamp.recorded_at))))
        }),
        field("undoneAt", "DateTime", "撤销的时间（UTC）；空为未撤销", "When it was undone, UTC; null where it holds", |_, told: &Told, _| {
            Ok(told.undone.as_ref().map_or(Out::Null, |(_, stamp)| at(stamp.as_ref())))
        }),
        field("undoneReason", "String", "撤销的理由；空为未撤销", "Why it was undone; null where it holds", |_, told: &Told, _| {
            Ok(Out::option(told.undone.as_ref().map(|(reason, _)| Out::text(reason.as_str()))))
        }),
        field(
            "writtenMeanwhile",
            "[WrittenFact!]!",
            "合并期间写入两条的事实，各留在写入时所指的条目上；至多 500 条，并入的一条在前",
            "What was written on either side while they were one, each on the entry it was written on; at most 500, those of the merged entry first",
            |cx, told: &Told, _| {
                let all = cx.lens.written_while_one(told.merge);
                let recorded = |written: &WrittenFact<'_>| cx.lens.stamp(written.fact).map_or(0, |stamp| stamp.recorded_at);
                let facts = all.iter().take(MOST_FACTS).map(|written| {
                    let (sort, id, entry) = (written.sort, written.fact.id, written.entry);
                    cx.types.data("WrittenFact", Between { sort, id, entry, recorded_at: recorded(written) })
                });
                Ok(Out::List(facts.collect()))
            },
        )
        .walk()
        .at_most(MOST_FACTS as u32),
    ];
    let between = vec![
        field("id", "ID!", "事实的编号", "Number of the fact", |_, fact: &Between, _| {
            Ok(Out::text(fact.id.to_string()))
        }),
        field("sort", "FactSort!", "事实的种类", "What sort of fact it is", |_, fact: &Between, _| {
            let code = SORTS.iter().find(|row| row.0 == fact.sort).map_or("NAME", |row| row.1);
            Ok(Out::code(code))
        }),
        field(
            "entry",
            "ID!",
            "它所在的条目的编号",
            "Number of the entry on which it stands",
            |_, fact: &Between, _| Ok(Out::text(fact.entry.to_string())),
        ),
        field(
            "recordedAt",
            "DateTime!",
            "录入时间（UTC）",
            "When it was entered here, UTC",
            |_, between: &Between, _| Ok(Out::text(fact::moment(between.recorded_at))),
        ),
    ];
    vec![
        TypeDef::new(
            "Merge",
            "两条被认定为同一个；撤销后各自单独成条",
            "Two entries that were found to be one; once undone, each stands for itself",
            merge,
        ),
        TypeDef::new(
            "WrittenFact",
            "合并期间写入的一条事实",
            "A fact that was written while two entries were one",
            between,
        ),
    ]
}
