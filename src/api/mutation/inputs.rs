//! Input objects of mutations, from the tables of kinds, relations and records.

use async_graphql::{Name, Value as Gql};

use crate::api::types::fact::described;
use crate::api::types::inputs::input_field;
use crate::api::types::shape::{ArgDef, InputDef};
use crate::domain::attribute::{Attribute, ValueType};
use crate::domain::record::SOURCE_ATTRIBUTES;
use crate::domain::{Kind, RecordKind, Relation};

/// All input objects of this folder.
pub fn inputs() -> Vec<InputDef> {
    let mut all = vec![source(), name(), identifier(), statement()];
    all.extend(super::amend_inputs::inputs());
    all.extend(Kind::all().map(entity));
    all.extend(Relation::all().map(relation));
    all.push(relate());
    all.extend(RecordKind::all().map(record));
    all
}

/// The input object of a kind.
pub fn entity_input(kind: Kind) -> String {
    format!("{}Input", kind.row().name)
}

/// The input object of a kind of record.
pub fn record_input(kind: RecordKind) -> String {
    format!("{}Input", kind.row().name)
}

/// The field of `RelateInput` for a relation: `MEMBER_OF` is `memberOf`.
pub fn relation_field(relation: Relation) -> String {
    let mut words = relation.row().name.split('_').map(str::to_ascii_lowercase);
    let first = words.next().unwrap_or_default();
    words.fold(first, |name, word| name + &capital(&word))
}

/// `memberOf` as `MemberOf`.
pub fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn relation_input(relation: Relation) -> String {
    format!("{}Input", capital(&relation_field(relation)))
}

pub(super) fn define(
    name: impl Into<String>,
    zh: impl Into<String>,
    en: impl Into<String>,
    fields: Vec<ArgDef>,
) -> InputDef {
    InputDef { name: name.into(), zh: zh.into(), en: en.into(), one_of: false, fields }
}

/// Where a fact comes from: four fields wherever facts are entered.
pub fn origin(source: &'static str) -> Vec<ArgDef> {
    let method = ArgDef {
        default: Some(Gql::Enum(Name::new("DOCUMENT"))),
        ..input_field(
            "method",
            "Method",
            "录入方式，默认据文件录入",
            "How it got here; from a document where not given",
        )
    };
    vec![
        input_field(
            "source",
            source,
            "来源的行键（key）；先用 saveSource 录入来源",
            "Row key of its source; enter the source with saveSource first",
        ),
        method,
        input_field("basis", "String", "口径，如审计数、税务数", "The basis of a figure, such as audited or tax"),
        input_field(
            "confidence",
            "Int",
            "可信度，0 到 1000，单位：千分之一；不填为未评估",
            "How sure it is, 0 to 1000. Unit: per mille; leave it out where nobody judged",
        ),
    ]
}

/// When something holds.
pub(super) fn validity(from: &'static str, to: &'static str) -> Vec<ArgDef> {
    vec![
        input_field(
            from,
            "PartialDate",
            "从何时起（含），可只到年或月；不填为未写明。单位：日、月或年",
            "First date on which it holds, may stop at year or month. Unit: day, month or year",
        ),
        input_field(
            to,
            "PartialDate",
            "到何时止（不含；年、月算到期末）；不填为仍有效。单位：日、月或年",
            "Date from which it no longer holds; a year or month counts to its end. Unit: day, month or year",
        ),
    ]
}

/// The type in which an attribute is given.
fn type_of(attribute: &Attribute) -> String {
    match attribute.value_type {
        ValueType::Term(_) | ValueType::Node(_) => "Reference".into(),
        ValueType::Nodes(_) => "[Reference!]".into(),
        ValueType::Log => "[String!]".into(),
        _ if attribute.personal.is_some() => "String".into(),
        _ => crate::api::types::value::type_of(attribute),
    }
}

/// Is everything given at once, or added bit by bit?
#[derive(Clone, Copy, PartialEq, Eq)]
enum Given {
    Whole,
    InParts,
}

fn attributes(rows: &'static [Attribute], given: Given) -> Vec<ArgDef> {
    let row = |attribute: &'static Attribute| {
        let (zh, en) = described(attribute);
        let (zh, en) = match attribute.value_type {
            ValueType::Term("") => (format!("{zh}（分类条目）"), format!("{en}, as a term")),
            ValueType::Term(scheme) => (
                format!("{zh}（{scheme} 分类下的代码，如 code: \"…\"）"),
                format!("{en}, as a term of the scheme {scheme}"),
            ),
            _ => (zh, en),
        };
        let (zh, en) =
            if attribute.required { (format!("【必填】{zh}"), format!("(Required) {en}")) } else { (zh, en) };
        // Where a type can say UNKNOWN, what must be answered is not null.
        let answers = matches!(
            attribute.value_type,
            ValueType::Text
                | ValueType::Answer
                | ValueType::Date
                | ValueType::Money
                | ValueType::Area
                | ValueType::Ratio
                | ValueType::Decimal
                | ValueType::Code(_)
                | ValueType::Term(_)
                | ValueType::Node(_)
        );
        let mark = if attribute.required && answers && given == Given::Whole { "!" } else { "" };
        input_field(attribute.name, format!("{}{mark}", type_of(attribute)), zh, en)
    };
    let mut fields: Vec<ArgDef> = rows.iter().map(row).collect();
    if !rows.is_empty() {
        fields.push(input_field(
            "unknown",
            "[String!]",
            "问过而无人知道的字段名，用于没有 UNKNOWN 值的类型，如日期、金额",
            "Names of fields that were asked and nobody knows, for types without the value UNKNOWN",
        ));
    }
    fields
}

fn source() -> InputDef {
    let mut fields = vec![input_field(
        "key",
        "String!",
        "行键，库内唯一：1 到 64 个字母、数字、-、_ 或 .；已有则修订",
        "Row key, unique in the store: 1 to 64 letters, digits, -, _ or .; a known one is revised",
    )];
    fields.extend(attributes(SOURCE_ATTRIBUTES, Given::Whole));
    define(
        "SourceInput",
        "一个来源：必填项都要有，网址与文号至少一项",
        "A source: every required field, and an address or a document number",
        fields,
    )
}

fn entity(kind: Kind) -> InputDef {
    let row = kind.row();
    let mut fields = vec![
        input_field(
            "by",
            "Reference",
            "指明已有的对象，对它补充；与 key 二选一，都不填为新建",
            "Points at one that is there and is added to; give this or key, or neither for a new one",
        ),
        input_field(
            "key",
            "String",
            "行键：有此行键的就补充，没有就新建；1 到 64 个字母、数字、-、_ 或 .",
            "Row key: the one that has it is added to, else one is made; 1 to 64 letters, digits, -, _ or .",
        ),
        input_field("nameZh", "String", "中文全称；新建必填", "The official Chinese name; a new one needs it"),
        input_field("nameEn", "String", "英文全称", "The official English name"),
    ];
    if row.code_scheme.is_some() {
        fields.push(input_field(
            "code",
            "String",
            "代码：区划代码，或分类体系内的代码；新建必填",
            "Code of the region, or of the term within its scheme; a new one needs it",
        ));
    }
    fields.extend(attributes(row.attributes, Given::InParts));
    fields.extend(validity("validFrom", "validTo"));
    fields.extend(origin("String!"));
    define(
        entity_input(kind),
        format!("{}：新建，或补充已有的一个；新建时必填项都要有，补充时只写要改的", row.label_zh),
        format!(
            "One entry of the kind {}, new or added to; a new one needs every required field, otherwise only what changes",
            row.label_en.to_lowercase()
        ),
        fields,
    )
}

fn about(what_zh: &str, what_en: &str) -> ArgDef {
    input_field("entity", "Reference!", format!("谁的{what_zh}"), format!("Whose {what_en} it is"))
}

fn dated(mut fields: Vec<ArgDef>) -> Vec<ArgDef> {
    fields.extend(validity("validFrom", "validTo"));
    fields.extend(origin("String!"));
    fields
}

fn name() -> InputDef {
    let fields = vec![
        about("名称", "name"),
        input_field("text", "String!", "名称文字，至多 256 个字", "The name as written, at most 256 characters"),
        input_field("language", "Language!", "名称的语言", "The language it is written in"),
        input_field(
            "kind",
            "NameKind!",
            "名称类型：全称、简称、曾用名、别名",
            "Whether it is the full, a short, a former or another name",
        ),
    ];
    define("NameInput", "一个名称，连同使用时间与来源", "One more name, with its time and source", dated(fields))
}

fn identifier() -> InputDef {
    let fields = vec![
        about("编号", "number"),
        input_field("scheme", "IdentifierScheme!", "编号体系", "Who gave the number out"),
        input_field(
            "value",
            "String!",
            "编号文字；信用代码会核对校验位",
            "The number as written; credit codes are checked",
        ),
    ];
    define("IdentifierInput", "一个编号，如统一社会信用代码", "One more number, such as a credit code", dated(fields))
}

fn statement() -> InputDef {
    let fields = vec![
        about("陈述", "statement"),
        input_field(
            "attribute",
            "String!",
            "字段名，如 registeredCapital",
            "The field it speaks about, such as registeredCapital",
        ),
        input_field(
            "value",
            "String!",
            "值的文字写法：代码写英文名，多个用 | 分开，无人知道写 UNKNOWN；单位同该字段",
            "The value as text: codes by name, several with | between them, UNKNOWN where nobody knows. Unit: that of the field",
        ),
    ];
    define(
        "StatementInput",
        "关于某个字段的一条陈述；与已有陈述矛盾的并存",
        "One statement about a field; those that contradict it stay",
        dated(fields),
    )
}

fn relation(relation: Relation) -> InputDef {
    let row = relation.row();
    let kinds = |targets: bool| {
        let ends = row.ends.iter().flat_map(|(from, to)| if targets { to.iter() } else { from.iter() });
        let mut kinds: Vec<Kind> = ends.copied().collect();
        kinds.sort_unstable();
        kinds.dedup();
        let zh = kinds.iter().map(|kind| kind.row().label_zh).collect::<Vec<_>>().join("、");
        let en = kinds.iter().map(|kind| kind.row().label_en.to_lowercase()).collect::<Vec<_>>().join(", ");
        (zh, en)
    };
    let ((from_zh, from_en), (to_zh, to_en)) = (kinds(false), kinds(true));
    let mut fields = vec![
        input_field("from", "Reference!", format!("起点：{from_zh}"), format!("Where it starts: {from_en}")),
        input_field("to", "Reference!", format!("终点：{to_zh}"), format!("Where it leads: {to_en}")),
    ];
    fields.extend(attributes(row.attributes, Given::Whole));
    fields.extend(validity("since", "until"));
    fields.extend(origin("String!"));
    define(relation_input(relation), format!("“{}”关系：{}", row.label_zh, row.zh), row.en, fields)
}

fn relate() -> InputDef {
    let field = |relation: Relation| {
        let row = relation.row();
        input_field(relation_field(relation), relation_input(relation), format!("{}：{}", row.label_zh, row.zh), row.en)
    };
    InputDef {
        one_of: true,
        ..define(
            "RelateInput",
            "一条关系：选一种关系填写",
            "A tie: exactly one relation is given",
            Relation::all().map(field).collect(),
        )
    }
}

fn record(kind: RecordKind) -> InputDef {
    let row = kind.row();
    let (subject, zh, en) = row.subject;
    let mut fields = vec![input_field(subject, "Reference!", zh, en)];
    fields.extend(attributes(row.attributes, Given::Whole));
    fields.extend(validity("validFrom", "validTo"));
    for field in fields.iter_mut().filter(|field| field.name == "validFrom" && row.must_be_dated()) {
        field.ty = "PartialDate!".into();
        field.zh = "【必填】从何时起（含）；无人知道写 UNKNOWN。单位：日、月或年".into();
        field.en =
            "(Required) First date on which it holds; UNKNOWN where nobody knows. Unit: day, month or year".into();
    }
    fields.extend(origin("String!"));
    define(record_input(kind), format!("{}：{}", row.label_zh, row.zh), row.en, fields)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_attribute_has_the_name_of_another_field() {
        let mut inputs = BTreeSet::new();
        for input in inputs_of_all() {
            let names: BTreeSet<_> = input.fields.iter().map(|field| field.name.as_ref()).collect();
            assert_eq!(names.len(), input.fields.len(), "{}", input.name);
            assert!(inputs.insert(input.name.clone()), "{}", input.name);
        }
    }

    fn inputs_of_all() -> Vec<InputDef> {
        super::inputs().into_iter().chain(crate::api::types::inputs::inputs()).collect()
    }

    #[test]
    fn relations_are_named_as_their_codes() {
        assert_eq!(relation_field(Relation::MemberOf), "memberOf");
        assert_eq!(relation_field(Relation::Owns), "owns");
        assert_eq!(relation_input(Relation::ParticipatesIn), "ParticipatesInInput");
    }
}
