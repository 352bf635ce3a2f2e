//! `history`: everything ever recorded about one node, newest first.

use std::sync::Arc;

use super::after;
use super::search::place;
use crate::api::error::ApiError;
use crate::api::types::def::{Cx, FieldDef, Object, Out, TypeDef, field};
use crate::api::types::fact::{self, FACT_FIELDS};
use crate::api::types::resolve::Args;
use crate::api::types::{inputs, page, personal, value};
use crate::config::Limits;
use crate::domain::identifier::SCHEMES;
use crate::domain::name::NAME_KINDS;
use crate::domain::personal::ERASURE_REASONS;
use crate::domain::{Attribute, Sensitivity, Value};
use crate::graph::{Content, EntityRow, Fact, Fate, Recorded, Stamp, Tie};

/// Entries of a page where `first` is not given.
const PAGE: u32 = 20;

/// Name and words of what an entry says.
pub const PARTS: &[(&str, &str, &str)] = &[
    ("NODE", "对象本身：有这个对象，以及起止日期", "That there is the node, with its dates"),
    ("NAME", "名称", "A name it goes by"),
    ("IDENTIFIER", "编号", "A number it is registered under"),
    ("STATEMENT", "关于某个字段的陈述", "A statement about one of its fields"),
    ("TIE", "与另一个对象的关系", "A tie to another node"),
    ("RECORD", "资质认定等记录", "A record such as a certification"),
    ("ERASURE", "个人信息已删除", "That what was personal of it was erased"),
    ("MERGE", "与另一条查明是同一个，已合并", "That another entry was found to be the same"),
];

/// Name and words of what made an entry.
pub const CAUSES: &[(&str, &str, &str)] = &[
    ("ENTERED", "录入", "It was entered"),
    ("CORRECTED", "更正", "It was put right"),
    ("ENDED", "写明终止日期", "It was said to have ended"),
    ("ERASED", "删除个人信息", "What was personal was erased"),
];

/// Name and words of how an entry stands.
pub const STANDINGS: &[(&str, &str, &str)] = &[
    ("KEPT", "仍是这样记载", "It is still recorded so"),
    ("REPLACED", "后来被更正或补充", "It was put right or added to later"),
    ("RETRACTED", "后来被撤回", "It was taken back later"),
];

/// An entry in words.
#[derive(Clone)]
struct Entry {
    part: &'static str,
    field: String,
    field_zh: String,
    value: String,
    other: Option<EntityRow>,
    fact: Fact,
    recorded: Option<Stamp>,
    after: Option<Fate>,
    gone: Option<(Fate, Option<Stamp>, Option<String>)>,
}

/// The root fields of this file.
pub fn fields(limits: &Limits) -> Vec<FieldDef> {
    vec![after(
        FieldDef::new(
            "history",
            "HistoryConnection",
            "一个对象的全部记载，新录入的在前：名称、编号、陈述、关系、记录；有权看内部（INTERNAL）数据时，连同已更正、已撤回的及理由",
            "Everything recorded about a node, newest first: names, numbers, statements, ties, records; for whoever may see INTERNAL data also what was put right or taken back, and why",
            history,
        )
        .cost(20)
        .walk()
        .arg("id", "ID!", "对象的编号", "Number of the node")
        .first(PAGE, limits.page),
    )]
}

fn history(cx: &Cx<'_>, _: &Object, args: &Args<'_>) -> Result<Out, ApiError> {
    let id = inputs::id(&args.text("id").unwrap_or_default())?;
    let Some(node) = cx.lens.remembered(id) else { return Ok(Out::Null) };
    let entries = cx.lens.history(node);
    let scope = format!("history/{id}/{:?}", cx.lens.rights());
    let key = |number: usize| entries.get(number).map_or_else(String::new, key);
    let ty = place(cx, "HistoryEntry");
    let object = |number: usize| match entries.get(number) {
        Some(entry) => Object::Data(ty, Arc::new(worded(cx, node, entry))),
        None => Object::Node(node),
    };
    let page = page::cut(cx, args, &scope, "HistoryEdge", (entries.len(), &key, &object))?;
    Ok(cx.types.data("HistoryConnection", page))
}

/// Larger where recorded earlier, so that the list goes up in it.
fn key(entry: &Recorded<'_>) -> String {
    let (sequence, id, turn) = entry.order();
    format!("{:016x}{:032x}{:08x}", !sequence, !id.as_u128(), u32::MAX - u32::try_from(turn).unwrap_or(u32::MAX))
}

fn worded(cx: &Cx<'_>, node: EntityRow, entry: &Recorded<'_>) -> Entry {
    let sees_all = cx.lens.is_of_the_bureau() && cx.lens.may_see_of(node, Sensitivity::Internal);
    let known = |stamp: Option<&Stamp>| stamp.cloned();
    let mut made = Entry {
        part: "NODE",
        field: String::new(),
        field_zh: String::new(),
        value: String::new(),
        other: None,
        fact: entry.fact.clone(),
        recorded: known(entry.stamp),
        after: entry.after,
        gone: entry.gone.map(|gone| (gone.fate, known(gone.stamp), gone.reason.map(str::to_owned))),
    };
    let kind = cx.lens.kind(node).row();
    match entry.content {
        Content::Node => made.say("NODE", kind.code, kind.label_zh, personal::called(cx, node)),
        Content::Name(name) => {
            let zh = NAME_KINDS.iter().find(|row| row.0 == name.kind).map_or("", |row| row.2);
            let name = personal::name_of(cx, node, name);
            made.say("NAME", name.kind.name(), zh, personal::name_text(cx, &name));
        }
        Content::Identifier(identifier) => {
            let zh = SCHEMES.iter().find(|row| row.0 == identifier.scheme).map_or("", |row| row.2);
            made.say("IDENTIFIER", identifier.scheme.name(), zh, identifier.value.clone());
        }
        Content::Statement(statement) => {
            if let Some(attribute) = kind.attribute_by_tag(statement.attribute) {
                let words = value::words(cx, attribute, &statement.value);
                made.say("STATEMENT", attribute.name, attribute.zh, words);
            }
        }
        Content::Tie(tie, values) => {
            let row = tie.relation.row();
            made.say("TIE", row.name, row.label_zh, tie_words(cx, &tie, values));
            made.other = Some(tie.there).filter(|other| cx.lens.shows(*other));
        }
        Content::Merge([kept, merged], reason) => {
            let [kept, merged] = [kept, merged].map(|entry| cx.lens.entry_name(entry));
            let why = if reason.is_empty() { String::new() } else { format!("（{reason}）") };
            made.say("MERGE", "MERGE", "合并", format!("“{merged}”并入“{kept}”{why}"));
        }
        Content::Record(kind, values) => {
            let row = kind.row();
            made.say("RECORD", row.name, row.label_zh, details(cx, &[node], row.attributes, values));
        }
        Content::Erased(reason) => {
            let zh = ERASURE_REASONS.iter().find(|row| row.0 == reason).map_or("", |row| row.2);
            made.say("ERASURE", reason.name(), "个人信息已删除，谁也不能再读", zh.to_owned());
        }
    }
    if !sees_all {
        made.gone = None;
    }
    made
}

impl Entry {
    fn say(&mut self, part: &'static str, field: &str, field_zh: &str, value: String) {
        self.part = part;
        field.clone_into(&mut self.field);
        field_zh.clone_into(&mut self.field_zh);
        self.value = value;
    }
}

/// A tie in a sentence, with its attributes.
pub fn tie_words(cx: &Cx<'_>, tie: &Tie, values: &[(u16, Value)]) -> String {
    let row = tie.relation.row();
    let end = if tie.forward { &row.forward } else { &row.reverse };
    let said = end.sentence_zh.replace("{a}", &personal::called(cx, tie.here));
    let said = said.replace("{b}", &personal::called(cx, tie.there));
    let details = details(cx, &[tie.here, tie.there], row.attributes, values);
    if details.is_empty() { said } else { format!("{said}（{details}）") }
}

/// Attributes in words, as far as the reader may see them.
pub fn details(cx: &Cx<'_>, whose: &[EntityRow], attributes: &[Attribute], values: &[(u16, Value)]) -> String {
    let words = values.iter().filter_map(|(tag, found)| {
        let attribute = attributes.iter().find(|attribute| attribute.tag == *tag)?;
        let seen = whose.iter().any(|node| cx.lens.may_see_of(*node, attribute.sensitivity));
        let label = attribute.zh.split(['，', '；', '：', '（', '、']).next().unwrap_or(attribute.zh);
        seen.then(|| format!("{label}：{}", value::words(cx, attribute, found)))
    });
    words.collect::<Vec<_>>().join("；")
}

fn cause(entry: &Entry) -> &'static str {
    match entry.after {
        _ if entry.part == "ERASURE" => "ERASED",
        None | Some(Fate::Retracted) => "ENTERED",
        Some(Fate::Corrected) => "CORRECTED",
        Some(Fate::Ended) => "ENDED",
    }
}

fn standing(entry: &Entry) -> &'static str {
    match entry.gone {
        None => "KEPT",
        Some((Fate::Retracted, ..)) => "RETRACTED",
        Some(_) => "REPLACED",
    }
}

fn gone_at(entry: &Entry) -> Option<&Stamp> {
    entry.gone.as_ref().and_then(|(_, stamp, _)| stamp.as_ref())
}

fn seen_actor(cx: &Cx<'_>, entry: &Entry, stamp: Option<&Stamp>) -> Out {
    let seen = stamp.filter(|_| cx.lens.may_know_recorder(entry.fact.id));
    Out::option(seen.map(|stamp| Out::text(stamp.actor.as_ref())))
}

/// The types of this file.
pub fn types() -> Vec<TypeDef> {
    let mut fields = vec![
        field(
            "id",
            "ID!",
            "这条事实的编号；同一事实更正前后编号相同",
            "Number of the fact, the same before and after it is put right",
            |_, entry: &Entry, _| Ok(Out::text(entry.fact.id.to_string())),
        ),
        field(
            "part",
            "HistoryPart!",
            "说的是对象的哪一部分",
            "Which part of the node it speaks about",
            |_, entry: &Entry, _| Ok(Out::code(entry.part)),
        ),
        field(
            "field",
            "String!",
            "字段、名称类型、编号体系、关系或记录的代号",
            "Which field, sort of name, scheme, relation or record, by its code",
            |_, entry: &Entry, _| Ok(Out::text(entry.field.as_str())),
        ),
        field("fieldZh", "String!", "它的中文说明", "The same in Chinese words", |_, entry: &Entry, _| {
            Ok(Out::text(entry.field_zh.as_str()))
        }),
        field(
            "value",
            "String!",
            "记载的内容（文字）",
            "What was recorded, as text",
            |_, entry: &Entry, _| Ok(Out::text(entry.value.as_str())),
        ),
        field(
            "node",
            "Node",
            "关系的另一端；不是关系的为空",
            "The other end of a tie; empty for anything else",
            |_, entry: &Entry, _| Ok(Out::option(entry.other.map(|other| Out::Object(Object::Node(other))))),
        ),
    ];
    let common = FACT_FIELDS.iter().filter(|row| !row.0.starts_with("recorded"));
    fields.extend(common.map(|(name, ty, zh, en, read)| {
        let read = *read;
        field(name, ty, zh, en, move |cx, entry: &Entry, _| Ok(read(cx, &entry.fact)))
    }));
    fields.extend([
        field(
            "recordedAt",
            "DateTime!",
            "何时这样记载（UTC）",
            "When it was recorded so, UTC",
            |_, entry: &Entry, _| {
                Ok(Out::text(fact::moment(entry.recorded.as_ref().map_or(0, |stamp| stamp.recorded_at))))
            },
        ),
        field(
            "recordedBy",
            "String",
            "由谁记载；有权看内部（INTERNAL）数据的人才可见，县区管理员只见本县区的",
            "Who recorded it so; shown to whoever may see INTERNAL data there",
            |cx, entry: &Entry, _| Ok(seen_actor(cx, entry, entry.recorded.as_ref())),
        ),
        field("cause", "HistoryCause!", "因何这样记载", "What made the entry", |_, entry: &Entry, _| {
            Ok(Out::code(cause(entry)))
        }),
        field(
            "standing",
            "HistoryStanding!",
            "现在是否仍这样记载",
            "Whether it is still recorded so",
            |_, entry: &Entry, _| Ok(Out::code(standing(entry))),
        ),
        field(
            "changedAt",
            "DateTime",
            "何时不再这样记载（UTC）；仍这样记载的为空",
            "When it stopped being recorded so, UTC; empty where it still is",
            |_, entry: &Entry, _| {
                Ok(Out::option(gone_at(entry).map(|stamp| Out::text(fact::moment(stamp.recorded_at)))))
            },
        ),
        field(
            "changedBy",
            "String",
            "由谁更正或撤回；有权看内部（INTERNAL）数据的人才可见，县区管理员只见本县区的",
            "Who put it right or took it back; shown to whoever may see INTERNAL data there",
            |cx, entry: &Entry, _| Ok(seen_actor(cx, entry, gone_at(entry))),
        ),
        field("reason", "String", "撤回的理由", "Why it was taken back", |_, entry: &Entry, _| {
            let reason = entry.gone.as_ref().and_then(|(_, _, reason)| reason.as_deref());
            Ok(Out::option(reason.map(Out::text)))
        }),
    ]);
    vec![
        TypeDef::new(
            "HistoryEntry",
            "一条记载：谁在何时、依据什么来源记下了什么",
            "One thing that was recorded: what, when, by whom and from which source",
            fields,
        ),
        page::connection("HistoryConnection", "HistoryEdge", "记载", "Everything recorded about a node"),
        page::edge("HistoryEdge", "HistoryEntry", "记载", "Something that was recorded"),
    ]
}
