//! Facts as objects: sources, names, identifiers, statements, and what every fact has in common.

use std::any::Any;

use super::def::{Cx, FieldDef, Out, TypeDef, field};
use super::{merged, personal, value};
use crate::domain::attribute::Attribute;
use crate::domain::identifier::Identifier;
use crate::domain::provenance::Provenance;
use crate::domain::record::SOURCE_ATTRIBUTES;
use crate::domain::validity::Day;
use crate::domain::{Id, Kind};
use crate::graph::{Fact, Named, SourceRecord, Statement};

/// A statement together with the kind of the node it is about.
pub struct StatementOf {
    /// The kind.
    pub kind: Kind,
    /// The statement.
    pub statement: Statement,
    /// Is it the one shown?
    pub shown: bool,
}

/// An identifier with its fact.
pub struct IdentifierOf(pub Identifier, pub Fact);

/// The source of a fact.
pub fn source(cx: &Cx<'_>, fact: &Fact) -> Out {
    source_of(cx, &fact.provenance)
}

/// The source that a provenance names.
pub fn source_of(cx: &Cx<'_>, provenance: &Provenance) -> Out {
    Out::option(cx.lens.source(provenance.source).map(|source| cx.types.data("Source", SourceRecord::clone(source))))
}

/// Words of the field `version`.
pub const VERSION: (&str, &str) = (
    "版本：最近一次改动它的变更号，修改时填入 expectedVersion。单位：号",
    "Version: the number of the change that touched it last; give it as expectedVersion. Unit: sequence number",
);

/// The version of what an id means.
pub fn version(cx: &Cx<'_>, id: Id) -> Out {
    Out::number(cx.lens.version(id).and_then(|version| i64::try_from(version).ok()).unwrap_or(0))
}

/// A moment as text, `2017-03-01T08:00:00.000Z`.
pub fn moment(milliseconds: i64) -> String {
    let (days, rest) = (milliseconds.div_euclid(86_400_000), milliseconds.rem_euclid(86_400_000));
    let day = Day(i32::try_from(days).unwrap_or(i32::MAX));
    let (hours, minutes) = (rest / 3_600_000, rest / 60_000 % 60);
    format!("{day}T{hours:02}:{minutes:02}:{:02}.{:03}Z", rest / 1_000 % 60, rest % 1_000)
}

/// A field of a fact: name, type, words, and what it reads.
type FactRow = (&'static str, &'static str, &'static str, &'static str, fn(&Cx<'_>, &Fact) -> Out);

/// What every fact has.
pub const FACT_FIELDS: &[FactRow] = &[
    (
        "source",
        "Source!",
        "来源：发布者、标题、文号、日期、网址",
        "Where it is written: issuer, title, number, date, address",
        source,
    ),
    (
        "method",
        "Method!",
        "录入方式：据文件、申报、导入、推得",
        "How it got here: document, declaration, import, inference",
        |_, fact| Out::code(fact.provenance.method.name()),
    ),
    (
        "basis",
        "String",
        "口径，如审计数、税务数",
        "The basis of a figure, such as audited or tax",
        |_, fact| Out::option(fact.provenance.basis.as_deref().map(Out::text)),
    ),
    (
        "confidence",
        "Int",
        "可信度，单位：千分之一；空为未评估",
        "How sure it is. Unit: per mille; empty where nobody judged",
        |_, fact| Out::option(fact.provenance.confidence.map(i64::from).map(Out::number)),
    ),
    (
        "validFrom",
        "PartialDate",
        "生效日期（含）；空为未写明。单位：日、月或年",
        "First date on which it holds; empty where not stated. Unit: day, month or year",
        |_, fact| Out::option(fact.validity.from.map(|date| Out::text(date.to_string()))),
    ),
    (
        "validTo",
        "PartialDate",
        "失效日期（不含）；空为仍有效或未写明。单位：日、月或年",
        "Date from which it no longer holds; empty where open. Unit: day, month or year",
        |_, fact| Out::option(fact.validity.to.map(|date| Out::text(date.to_string()))),
    ),
    ("recordedAt", "DateTime!", "录入时间（UTC）", "When it was entered here, UTC", |cx, fact| {
        Out::text(moment(cx.lens.stamp(fact).map_or(0, |stamp| stamp.recorded_at)))
    }),
    (
        "recordedBy",
        "String",
        "录入者；是工作人员的姓名，有权看内部（INTERNAL）数据的人才可见（县区管理员只见本县区的），否则为空",
        "Who entered it here: a name of staff, shown to whoever may see INTERNAL data there, a county officer inside the county, else null",
        |cx, fact| {
            let seen = cx.lens.stamp(fact).filter(|_| cx.lens.may_know_recorder(fact.id));
            Out::option(seen.map(|stamp| Out::text(stamp.actor.as_ref())))
        },
    ),
];

/// The common fields for objects that hold a `T` with a fact in it.
pub fn fact_fields<T: Any + Send + Sync>(fact: fn(&T) -> &Fact) -> Vec<FieldDef> {
    let row = |(name, ty, zh, en, read): &FactRow| {
        let read = *read;
        field(name, ty, zh, en, move |cx, data: &T, _| Ok(read(cx, fact(data))))
    };
    FACT_FIELDS.iter().map(row).collect()
}

/// The types of this file.
pub fn types() -> Vec<TypeDef> {
    vec![source_type(), name_type(), identifier_type(), statement_type()]
}

fn source_type() -> TypeDef {
    let mut fields = vec![
        field("id", "ID!", "来源的编号", "Number of the source", |_, source: &SourceRecord, _| {
            Ok(Out::text(source.id.to_string()))
        }),
        field("key", "String!", "导入时的行键", "Its row key in the import", |_, source: &SourceRecord, _| {
            Ok(Out::text(source.key.as_str()))
        }),
        field("version", "Int!", VERSION.0, VERSION.1, |cx, source: &SourceRecord, _| Ok(version(cx, source.id))),
    ];
    for attribute in SOURCE_ATTRIBUTES {
        let (zh, en) = described(attribute);
        fields.push(field(
            attribute.name,
            &value::type_of(attribute),
            &zh,
            &en,
            move |cx, source: &SourceRecord, _| {
                Ok(Out::option(source.value(attribute.tag).map(|found| value::answer(cx, attribute, found))))
            },
        ));
    }
    TypeDef::new(
        "Source",
        "来源：一份文件、公告、网页或报道",
        "A document, filing, page or report that facts were taken from",
        fields,
    )
}

fn name_type() -> TypeDef {
    let mut fields = vec![
        field(
            "id",
            "ID!",
            "这个名称的编号，更正或撤回时用",
            "Number of the name, to correct or retract it",
            |_, name: &Named, _| Ok(Out::text(name.fact.id.to_string())),
        ),
        field(
            "text",
            "String!",
            "名称文字；人员的姓名遮盖显示",
            "The name as written; of a person a mask",
            |cx, name: &Named, _| Ok(Out::text(personal::name_text(cx, name))),
        ),
        field("language", "Language!", "名称的语言", "The language it is written in", |_, name: &Named, _| {
            Ok(Out::code(name.language.name()))
        }),
        field(
            "kind",
            "NameKind!",
            "名称类型：全称、简称、曾用名、别名",
            "Whether it is the full, a short, a former or another name",
            |_, name: &Named, _| Ok(Out::code(name.kind.name())),
        ),
    ];
    fields.extend(fact_fields(|name: &Named| &name.fact));
    fields.push(merged::entry_of(|name: &Named| &name.fact));
    TypeDef::new(
        "Name",
        "一个名称，连同使用时间与来源",
        "One of the names something goes by, with its time and source",
        fields,
    )
}

fn identifier_type() -> TypeDef {
    let mut fields = vec![
        field(
            "id",
            "ID!",
            "这条编号记录的编号，更正或撤回时用",
            "Number of this entry, to correct or retract it",
            |_, found: &IdentifierOf, _| Ok(Out::text(found.1.id.to_string())),
        ),
        field(
            "scheme",
            "IdentifierScheme!",
            "编号体系",
            "Who gave the number out",
            |_, found: &IdentifierOf, _| Ok(Out::code(found.0.scheme.name())),
        ),
        field("value", "String!", "编号文字", "The number as written", |_, found: &IdentifierOf, _| {
            Ok(Out::text(found.0.value.as_str()))
        }),
    ];
    fields.extend(fact_fields(|found: &IdentifierOf| &found.1));
    fields.push(merged::entry_of(|found: &IdentifierOf| &found.1));
    TypeDef::new(
        "Identifier",
        "一个编号，如统一社会信用代码、证券代码",
        "A number something is registered under",
        fields,
    )
}

fn statement_type() -> TypeDef {
    let attribute = |found: &StatementOf| found.kind.row().attribute_by_tag(found.statement.attribute);
    let mut fields = vec![
        field("id", "ID!", "这条陈述的编号", "Number of the statement", |_, found: &StatementOf, _| {
            Ok(Out::text(found.statement.fact.id.to_string()))
        }),
        field(
            "attribute",
            "String!",
            "陈述的是哪个字段",
            "The field it speaks about",
            move |_, found: &StatementOf, _| Ok(Out::text(attribute(found).map_or("", |row| row.name))),
        ),
        field(
            "attributeZh",
            "String!",
            "字段的中文说明",
            "The field in Chinese words",
            move |_, found: &StatementOf, _| Ok(Out::text(attribute(found).map_or("", |row| row.zh))),
        ),
        field(
            "value",
            "String!",
            "陈述的值（文字形式；代码用中文）",
            "What it says, as text",
            move |cx, found: &StatementOf, _| {
                Ok(Out::text(
                    attribute(found).map_or_else(String::new, |row| value::words(cx, row, &found.statement.value)),
                ))
            },
        ),
        field(
            "shown",
            "Boolean!",
            "是否按优先规则显示在字段上；矛盾的陈述并存",
            "Whether precedence picks it for the field; others that contradict stay",
            |_, found: &StatementOf, _| Ok(Out::flag(found.shown)),
        ),
    ];
    fields.extend(fact_fields(|found: &StatementOf| &found.statement.fact));
    fields.push(merged::entry_of(|found: &StatementOf| &found.statement.fact));
    TypeDef::new(
        "Statement",
        "关于某个字段的一条陈述：谁说的、何时有效",
        "One statement about a field: who says so and for when",
        fields,
    )
}

/// Words of an attribute with its unit.
pub fn described(attribute: &Attribute) -> (String, String) {
    let (unit_zh, unit_en) = attribute.unit();
    let join = |words: &str, mark: &str, unit: &str| {
        if unit.is_empty() { words.to_owned() } else { format!("{words}{mark}{unit}") }
    };
    (join(attribute.zh, "。", unit_zh), join(attribute.en, ". ", unit_en))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_utc() {
        assert_eq!(moment(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(moment(1_700_000_000_123), "2023-11-14T22:13:20.123Z");
    }
}
