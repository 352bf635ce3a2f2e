//! A difference in words, and the types that show it.

use super::history::details;
use crate::api::types::def::{Cx, Object, Out, TypeDef, field};
use crate::api::types::{page, personal, value};
use crate::domain::identifier::SCHEMES;
use crate::domain::relation::RelationRow;
use crate::domain::{Id, Kind, Relation, Value, enumeration};
use crate::graph::{Aspect, Cause, Difference, EntityRow, Record, SourceRecord, Statement, Tie, What};

/// Facts told of one difference.
const MOST_FACTS: usize = 20;

/// Name and words of what may differ, in the order in which they are listed.
pub const KINDS: &[(&str, &str, &str)] = &[
    ("APPEARED", "出现", "The node is there on the later side alone"),
    ("VANISHED", "不再存在", "The node is there on the earlier side alone"),
    ("RENAMED", "更名", "Another Chinese name is in use"),
    ("MERGED", "合并：承继了合并的单位", "It has come to follow an organisation it was merged with"),
    ("SPLIT", "分立：由原单位分出", "It has come to follow an organisation it was divided from"),
    ("RELOCATED", "整体迁移：承继了迁出的单位", "It has come to follow an organisation that moved as a whole"),
    ("JURISDICTION_CHANGED", "归口管理区域变化", "Another region answers for it"),
    (
        "LOCATION_CHANGED",
        "注册、经营、纳税或统计所在地变化",
        "It is registered, run, taxed or counted in another region",
    ),
    ("CERTIFICATE_GAINED", "取得资质", "A certificate of a scheme counts where none did"),
    ("CERTIFICATE_LOST", "失去资质", "No certificate of a scheme counts any more"),
    ("CERTIFICATE_RENEWED", "资质换证", "Another certificate of the same scheme counts"),
    ("IDENTIFIER_CHANGED", "编号变化", "Another number of a scheme is in use"),
    (
        "RECORD_BEGAN",
        "记录开始：年度数据、入库、事项、申报、奖补、活动、目标、通报等（资质另列）",
        "A record holds on the later side alone: figures of a year, a register entry, a work item, an application, a reward and the like; certificates are told of apart",
    ),
    ("RECORD_CHANGED", "记录的内容更正", "A record holds on both sides and says something else"),
    ("RECORD_ENDED", "记录终止或撤回", "A record holds on the earlier side alone"),
    ("VALUE_CHANGED", "字段的值变化", "Another value is shown for a field"),
    ("TIE_BEGAN", "关系开始", "A tie holds on the later side alone"),
    ("TIE_CHANGED", "关系的属性更正", "A tie holds on both sides with other attributes"),
    ("TIE_ENDED", "关系结束", "A tie holds on the earlier side alone"),
];

/// Name and words of why something differs.
pub const CAUSES: &[(Cause, &str, &str, &str)] = &[
    (Cause::Began, "BEGAN", "在两天之间开始", "It began between the two days"),
    (Cause::Ended, "ENDED", "在两天之间到期或结束", "It ran out or ended between the two days"),
    (Cause::Renewed, "RENEWED", "旧证之后有同类新证", "A new certificate of the scheme followed the old one"),
    (Cause::Revoked, "REVOKED", "被撤销或主动放弃", "It was taken away or given back"),
    (Cause::Merged, "MERGED", "被合并", "Its organisation was merged into another"),
    (Cause::Split, "SPLIT", "分立", "Its organisation was divided"),
    (Cause::Relocated, "RELOCATED", "整体迁移", "Its organisation moved as a whole"),
    (Cause::Entered, "ENTERED", "在两个时刻之间补录", "It was entered between the two moments"),
    (Cause::Corrected, "CORRECTED", "在两个时刻之间更正", "It was put right between the two moments"),
    (Cause::Retracted, "RETRACTED", "在两个时刻之间撤回", "It was taken back between the two moments"),
    (Cause::EntryMerged, "ENTRY_MERGED", "查明是重复条目而合并", "Two entries were found to be one; nothing else"),
    (Cause::EntrySeparated, "ENTRY_SEPARATED", "条目的合并撤销", "A merge of entries was undone; nothing else"),
];

/// A difference in words.
#[derive(Clone, Default)]
pub struct Entry {
    id: Option<Id>,
    kind: Option<(&'static str, &'static str)>,
    name: String,
    node: Option<EntityRow>,
    what: &'static str,
    field: Option<String>,
    field_zh: Option<String>,
    before: Option<String>,
    after: Option<String>,
    other: Option<EntityRow>,
    cause: Option<Cause>,
    facts: Vec<Id>,
    sources: Vec<SourceRecord>,
}

/// The value of the schema that says what differs.
pub fn kind_code(what: &What<'_>) -> &'static str {
    match what {
        What::Appeared => "APPEARED",
        What::Vanished => "VANISHED",
        What::Renamed(_) => "RENAMED",
        What::Value(..) => "VALUE_CHANGED",
        What::Identifier(..) => "IDENTIFIER_CHANGED",
        What::Succeeded(_, way) => match enumeration::SUCCESSION_KIND.by_tag(*way).map(|code| code.name) {
            Some("MERGE") => "MERGED",
            Some("SPLIT") => "SPLIT",
            _ => "RELOCATED",
        },
        What::Located(role, _) if is_jurisdiction(*role) => "JURISDICTION_CHANGED",
        What::Located(..) => "LOCATION_CHANGED",
        What::Certified(_, [_, after]) if after.is_empty() => "CERTIFICATE_LOST",
        What::Certified(_, [before, _]) if before.is_empty() => "CERTIFICATE_GAINED",
        What::Certified(..) => "CERTIFICATE_RENEWED",
        What::RecordBegan(_) => "RECORD_BEGAN",
        What::RecordChanged(_) => "RECORD_CHANGED",
        What::RecordEnded(_) => "RECORD_ENDED",
        What::TieBegan(_) => "TIE_BEGAN",
        What::TieEnded(_) => "TIE_ENDED",
        What::TieChanged(_) => "TIE_CHANGED",
    }
}

/// What must be compared to find differences of that kind.
pub fn aspects_of(kind: &str) -> &'static [Aspect] {
    match kind {
        "APPEARED" | "VANISHED" => &[Aspect::Existence],
        "RENAMED" => &[Aspect::Name],
        "MERGED" | "SPLIT" | "RELOCATED" => &[Aspect::Succession],
        "CERTIFICATE_GAINED" | "CERTIFICATE_LOST" | "CERTIFICATE_RENEWED" => &[Aspect::Certificates],
        "IDENTIFIER_CHANGED" => &[Aspect::Identifiers],
        "RECORD_BEGAN" | "RECORD_CHANGED" | "RECORD_ENDED" => &[Aspect::Records],
        "VALUE_CHANGED" => &[Aspect::Values],
        "TIE_ENDED" => &[Aspect::Ties, Aspect::Succession],
        _ => &[Aspect::Ties],
    }
}

fn is_jurisdiction(role: Option<&Value>) -> bool {
    let code = enumeration::LOCATION_ROLE.by_name("JURISDICTION").map(|code| code.tag);
    matches!(role, Some(Value::Code(tag)) if Some(*tag) == code)
}

/// Put a difference into words: what either side says is said by that side.
pub fn entry_of(cx: &Cx<'_>, sides: &[Cx<'_>; 2], found: &Difference<'_>) -> Entry {
    let shows = |side: &&Cx<'_>| side.lens.has(found.node);
    let Some(side) = sides.iter().rev().find(shows) else { return Entry::default() };
    let row = side.lens.kind(found.node).row();
    let mut entry = Entry {
        id: Some(side.lens.id(found.node)),
        kind: Some((row.code, row.label_zh)),
        name: personal::called(side, found.node),
        node: shown(cx, found.node),
        what: kind_code(&found.what),
        cause: Some(found.cause),
        facts: found.facts.iter().take(MOST_FACTS).map(|fact| fact.id).collect(),
        sources: sources(side, found),
        ..Entry::default()
    };
    entry.say(sides, &found.what);
    entry.other = other_of(&found.what).and_then(|other| shown(cx, other));
    entry
}

/// A node as the answer shows it: on the day and at the moment of the question itself.
fn shown(cx: &Cx<'_>, node: EntityRow) -> Option<EntityRow> {
    Some(node).filter(|node| cx.lens.has(*node))
}

fn other_of(what: &What<'_>) -> Option<EntityRow> {
    match what {
        What::Succeeded(tie, _) | What::TieBegan(tie) | What::TieEnded(tie) | What::TieChanged(tie) => Some(tie.there),
        _ => None,
    }
}

fn sources(side: &Cx<'_>, found: &Difference<'_>) -> Vec<SourceRecord> {
    let mut sources: Vec<SourceRecord> = Vec::new();
    for fact in found.facts.iter().take(MOST_FACTS) {
        let source = side.lens.source(fact.provenance.source);
        if let Some(source) = source.filter(|source| sources.iter().all(|known| known.id != source.id)) {
            sources.push(SourceRecord::clone(source));
        }
    }
    sources
}

impl Entry {
    fn about(&mut self, field: &str, zh: &str) {
        (self.field, self.field_zh) = (Some(field.to_owned()), Some(zh.to_owned()));
    }

    fn about_record(&mut self, record: &Record) {
        let row = record.kind.row();
        self.about(row.name, row.label_zh);
    }

    fn say(&mut self, sides: &[Cx<'_>; 2], what: &What<'_>) {
        match what {
            What::Appeared | What::Vanished => {}
            What::Renamed(names) => {
                let is_person = self.kind.is_some_and(|kind| kind.0 == Kind::Person.row().code);
                let say = |side: usize| names[side].map(|name| personal::name_text_of(&sides[side], name, is_person));
                (self.before, self.after) = (say(0), say(1));
            }
            What::Value(attribute, statements) => {
                self.about(attribute.name, attribute.zh);
                let say = |side: usize, statement: Option<&Statement>| {
                    statement.map(|statement| value::words(&sides[side], attribute, &statement.value))
                };
                (self.before, self.after) = (say(0, statements[0]), say(1, statements[1]));
            }
            What::Identifier(scheme, held) => {
                let zh = SCHEMES.iter().find(|row| row.0 == *scheme).map_or("", |row| row.2);
                self.about(scheme.name(), zh);
                let say = |side: usize| joined(held[side].iter().map(|identifier| identifier.value.clone()));
                (self.before, self.after) = (say(0), say(1));
            }
            What::Located(role, places) => {
                let code =
                    if let Some(Value::Code(tag)) = role { enumeration::LOCATION_ROLE.by_tag(*tag) } else { None };
                self.about(code.map_or("UNKNOWN", |code| code.name), code.map_or("未知", |code| code.zh));
                let say =
                    |side: usize| joined(places[side].iter().map(|place| sides[side].lens.name(*place).to_owned()));
                (self.before, self.after) = (say(0), say(1));
            }
            What::Certified(scheme, held) => {
                let name = |side: &Cx<'_>| {
                    let term = scheme.and_then(|id| side.lens.node(id))?;
                    Some((side.lens.code(term).to_owned(), side.lens.name(term).to_owned()))
                };
                if let Some((code, name)) = sides.iter().rev().find_map(name) {
                    self.about(code.rsplit(':').next().unwrap_or_default(), &name);
                }
                let say = |side: usize| joined(held[side].iter().map(|record| certificate(&sides[side], record)));
                (self.before, self.after) = (say(0), say(1));
            }
            What::RecordBegan(record) => {
                self.about_record(record);
                self.after = Some(record_text(&sides[1], record));
            }
            What::RecordChanged([before, after]) => {
                self.about_record(after);
                (self.before, self.after) = (Some(record_text(&sides[0], before)), Some(record_text(&sides[1], after)));
            }
            What::RecordEnded(record) => {
                self.about_record(record);
                self.before = Some(record_text(&sides[0], record));
            }
            What::Succeeded(tie, _) | What::TieBegan(tie) => {
                self.about(tie.relation.row().name, tie.relation.row().label_zh);
                self.after = Some(tie_text(sides, 1, tie));
            }
            What::TieChanged(tie) => {
                self.about(tie.relation.row().name, tie.relation.row().label_zh);
                (self.before, self.after) = (Some(tie_text(sides, 0, tie)), Some(tie_text(sides, 1, tie)));
            }
            What::TieEnded(tie) => {
                self.about(tie.relation.row().name, tie.relation.row().label_zh);
                self.before = Some(tie_text(sides, 0, tie));
            }
        }
    }
}

fn joined(texts: impl Iterator<Item = String>) -> Option<String> {
    let texts: Vec<String> = texts.collect();
    (!texts.is_empty()).then(|| texts.join("、"))
}

/// A certificate by its number and its dates.
fn certificate(side: &Cx<'_>, record: &Record) -> String {
    let row = record.kind.row();
    let number = row.attribute("certNo").and_then(|attribute| {
        let held = record.values.iter().find(|(tag, _)| *tag == attribute.tag);
        held.map(|(_, found)| value::words(side, attribute, found))
    });
    let day = |date: Option<crate::domain::PartialDate>| date.map_or_else(|| "…".to_owned(), |date| date.to_string());
    let validity = record.fact.validity;
    format!("{}（{} 至 {}）", number.as_deref().unwrap_or("无编号"), day(validity.from), day(validity.to))
}

/// A record by what the reader may see of it, and its dates where they are stated.
fn record_text(side: &Cx<'_>, record: &Record) -> String {
    let words = details(side, &[side.lens.subject(record)], record.kind.row().attributes, &record.values);
    let validity = record.fact.validity;
    let day = |date: Option<crate::domain::PartialDate>| date.map_or_else(|| "…".to_owned(), |date| date.to_string());
    if validity.to.is_none() { words } else { format!("{words}（{} 至 {}）", day(validity.from), day(validity.to)) }
}

/// A tie in a sentence of the side it holds on; who is gone there is named by the other side.
fn tie_text(sides: &[Cx<'_>; 2], holds: usize, tie: &Tie) -> String {
    let row: &RelationRow = tie.relation.row();
    let end = if tie.forward { &row.forward } else { &row.reverse };
    let name = |node: EntityRow| {
        let first = &sides[holds];
        let side = if first.lens.has(node) { first } else { &sides[1 - holds] };
        if side.lens.has(node) { personal::called(side, node) } else { String::new() }
    };
    let said = end.sentence_zh.replace("{a}", &name(tie.here)).replace("{b}", &name(tie.there));
    let lens = &sides[holds].lens;
    let values: Vec<(u16, Value)> = row
        .attributes
        .iter()
        .filter_map(|attribute| Some((attribute.tag, lens.tie_value(tie.row, attribute)?.clone())))
        .collect();
    let words = details(&sides[holds], &[tie.here, tie.there], row.attributes, &values);
    if words.is_empty() || tie.relation == Relation::PartOf { said } else { format!("{said}（{words}）") }
}

fn text(text: Option<&String>) -> Out {
    Out::option(text.map(|text| Out::text(text.as_str())))
}

/// The types of this file.
pub fn types() -> Vec<TypeDef> {
    let word = |entry: &Entry| KINDS.iter().find(|row| row.0 == entry.what).map_or("", |row| row.1);
    let cause = |entry: &Entry| CAUSES.iter().find(|row| Some(row.0) == entry.cause);
    let fields = vec![
        field("id", "ID!", "对象的编号", "Number of the node", |_, entry: &Entry, _| {
            Ok(Out::text(entry.id.map(|id| id.to_string()).unwrap_or_default()))
        }),
        field("nodeKind", "NodeKind!", "对象的种类", "Which kind of node it is", |_, entry: &Entry, _| {
            Ok(Out::code(entry.kind.map_or("", |kind| kind.0)))
        }),
        field(
            "nameZh",
            "String!",
            "对象的名称：后一天的，那时已不在则为前一天的",
            "Its name on the later side, or on the earlier one where it is gone by then",
            |_, entry: &Entry, _| Ok(Out::text(entry.name.as_str())),
        ),
        field(
            "node",
            "Node",
            "对象，按 asOf 与 knownAt 显示；那时不在则为空",
            "The node as of asOf and knownAt; empty where it is not there then",
            |_, entry: &Entry, _| Ok(Out::option(entry.node.map(|node| Out::Object(Object::Node(node))))),
        ),
        field("what", "DifferenceKind!", "什么不同", "What differs", |_, entry: &Entry, _| {
            Ok(Out::code(entry.what))
        }),
        field(
            "whatZh",
            "String!",
            "什么不同（中文）",
            "What differs, in Chinese words",
            move |_, entry: &Entry, _| Ok(Out::text(word(entry))),
        ),
        field(
            "field",
            "String",
            "哪个字段、编号体系、所在地角色、资质、记录或关系，写代号",
            "Which field, scheme, role, certificate, record or relation, by its code",
            |_, entry: &Entry, _| Ok(text(entry.field.as_ref())),
        ),
        field("fieldZh", "String", "它的中文说明", "The same in Chinese words", |_, entry: &Entry, _| {
            Ok(text(entry.field_zh.as_ref()))
        }),
        field(
            "before",
            "String",
            "之前的值（文字）；之前没有则为空",
            "What it was, as text; empty where there was nothing",
            |_, entry: &Entry, _| Ok(text(entry.before.as_ref())),
        ),
        field(
            "after",
            "String",
            "之后的值（文字）；之后没有则为空",
            "What it is, as text; empty where there is nothing",
            |_, entry: &Entry, _| Ok(text(entry.after.as_ref())),
        ),
        field(
            "other",
            "Node",
            "关系的另一端，按 asOf 与 knownAt 显示；那时不在则为空",
            "The other end of a tie as of asOf and knownAt; empty where it is not there then",
            |_, entry: &Entry, _| Ok(Out::option(entry.other.map(|node| Out::Object(Object::Node(node))))),
        ),
        field("cause", "DifferenceCause!", "原因", "Why it differs", move |_, entry: &Entry, _| {
            Ok(Out::code(cause(entry).map_or("", |row| row.1)))
        }),
        field(
            "causeZh",
            "String!",
            "原因（中文）",
            "Why it differs, in Chinese words",
            move |_, entry: &Entry, _| Ok(Out::text(cause(entry).map_or("", |row| row.2))),
        ),
        field(
            "facts",
            "[ID!]!",
            "依据的事实的编号，先前一边、后后一边",
            "Numbers of the facts that show it, those of the earlier side first",
            |_, entry: &Entry, _| Ok(Out::List(entry.facts.iter().map(|id| Out::text(id.to_string())).collect())),
        )
        .at_most(MOST_FACTS as u32),
        field("sources", "[Source!]!", "依据的来源", "The sources of these facts", |cx, entry: &Entry, _| {
            Ok(Out::List(entry.sources.iter().map(|source| cx.types.data("Source", source.clone())).collect()))
        })
        .at_most(MOST_FACTS as u32),
    ];
    vec![
        TypeDef::new("Difference", "两边之间的一处不同", "One thing that differs between the two sides", fields),
        page::connection("DifferenceConnection", "DifferenceEdge", "不同之处", "Differences between the two sides"),
        page::edge("DifferenceEdge", "Difference", "不同之处", "A difference"),
    ]
}
