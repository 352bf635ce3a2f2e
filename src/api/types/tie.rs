//! Ties as objects: as typed edges of connections on either end, and by themselves, with a
//! sentence that says what they mean.

use super::def::{Cx, FieldDef, Object, Out, TypeDef, field, tie_field};
use super::record::answer_name;
use super::{fact, page, personal, value};
use crate::domain::attribute::Attribute;
use crate::domain::relation::RelationRow;
use crate::domain::value::decimal;
use crate::domain::{Kind, Relation, Value, ValueType};
use crate::graph::Tie;
use crate::programme::StayRules;

/// An attribute of a tie in words.
pub struct Detail {
    name: &'static str,
    label: &'static str,
    text: String,
    /// The value as it is said in a sentence: “归口管理区域” and not its explanation.
    spoken: String,
    /// Roles, sums and products are said in the sentence; yes and no only below it.
    in_sentence: bool,
}

/// The name of the type that shows a tie from one of its ends.
pub fn edge_name(relation: Relation, forward: bool) -> String {
    format!("{}{}Edge", relation.row().type_name, if forward { "Target" } else { "Start" })
}

/// The name of the connection on one of its ends.
pub fn connection_name(relation: Relation, forward: bool) -> String {
    format!("{}{}Connection", relation.row().type_name, if forward { "Target" } else { "Start" })
}

/// The narrowest type of the schema that holds all these kinds.
pub fn type_of_kinds(kinds: &[Kind]) -> &'static str {
    match kinds {
        [one] => one.row().name,
        _ if kinds.iter().all(|kind| kind.is_organization()) => "Organization",
        _ if kinds.iter().all(|kind| kind.is_actor()) => "Actor",
        _ => "Node",
    }
}

fn ends(row: &RelationRow, targets: bool) -> Vec<Kind> {
    let mut kinds: Vec<Kind> =
        row.ends.iter().flat_map(|(from, to)| if targets { to.iter() } else { from.iter() }).copied().collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

/// What a tie says, in both languages; attributes with a role are named.
pub fn sentence(cx: &Cx<'_>, tie: &Tie) -> (String, String) {
    let row = tie.relation.row();
    let end = if tie.forward { &row.forward } else { &row.reverse };
    let (here, there) = (&personal::called(cx, tie.here), &personal::called(cx, tie.there));
    let english = |node, name: &str| personal::called_en(cx, node).unwrap_or_else(|| name.to_owned());
    let zh = end.sentence_zh.replace("{a}", &quoted(cx, tie.here, here)).replace("{b}", &quoted(cx, tie.there, there));
    let en = end.sentence_en.replace("{a}", &english(tie.here, here)).replace("{b}", &english(tie.there, there));
    let details = details(cx, tie).into_iter().filter(|detail| detail.in_sentence).map(|detail| detail.spoken);
    let fact = cx.lens.tie_fact(tie.row);
    let since = fact.validity.from.map(|date| format!("自 {date}"));
    let all: Vec<String> = details.chain(since).collect();
    let zh = if all.is_empty() { zh } else { format!("{zh}（{}）", all.join("；")) };
    let en = fact.validity.from.map_or(en.clone(), |date| format!("{en} (since {date})"));
    (zh, en)
}

/// A label up to its first mark: “在合作中的角色” and not its explanation.
fn short(label: &str) -> &str {
    label.split(['，', '；', '：', '（', '、']).next().unwrap_or(label)
}

/// Titles of works and undertakings stand in book marks, names do not.
fn quoted(cx: &Cx<'_>, node: crate::graph::EntityRow, name: &str) -> String {
    match cx.lens.kind(node) {
        Kind::Collaboration | Kind::Demand | Kind::Achievement => format!("《{name}》"),
        _ => name.to_owned(),
    }
}

fn details(cx: &Cx<'_>, tie: &Tie) -> Vec<Detail> {
    let attributes = tie.relation.row().attributes.iter();
    let held = attributes.filter_map(|attribute| Some((attribute, cx.lens.tie_value(tie.row, attribute)?)));
    held.map(|(attribute, found)| Detail {
        name: attribute.name,
        label: attribute.zh,
        text: with_unit(cx, attribute, found),
        spoken: short(&with_unit(cx, attribute, found)).to_owned(),
        in_sentence: !matches!(attribute.value_type, ValueType::Answer | ValueType::Integer(..))
            && *found != Value::Unknown,
    })
    .collect()
}

/// A value in words with its unit; large sums in 万元 or 亿元, as the bureau writes them.
fn with_unit(cx: &Cx<'_>, attribute: &Attribute, found: &Value) -> String {
    const WAN: i64 = 1_000_000;
    const YI: i64 = 10_000_000_000;
    match (attribute.value_type, found) {
        (ValueType::Money, Value::Money(cents)) if cents.abs() >= YI => format!("{} 亿元", decimal(*cents, 10)),
        (ValueType::Money, Value::Money(cents)) if cents.abs() >= WAN => format!("{} 万元", decimal(*cents, 6)),
        (ValueType::Money, Value::Money(cents)) => format!("{} 元", decimal(*cents, 2)),
        (ValueType::Area, Value::Area(hundredths)) => format!("{} 平方米", decimal(*hundredths, 2)),
        (ValueType::Ratio, Value::Ratio(millionths)) => format!("{}%", decimal(i64::from(*millionths), 4)),
        _ => value::words(cx, attribute, found),
    }
}

/// What every tie has, typed or not.
fn shared_fields() -> Vec<FieldDef> {
    let mut fields = vec![
        tie_field(
            "id",
            "ID!",
            "这条关系的编号；用 tie(id) 可再次查到",
            "Number of the tie; tie(id) finds it again",
            |cx, tie| Out::text(cx.lens.tie_fact(tie.row).id.to_string()),
        ),
        tie_field(
            "endSource",
            "Source",
            "结束的来源：说这条关系已结束的文件；没有另外说明的为空",
            "Who says that it ended; empty where that was not said apart",
            |cx, tie| Out::option(cx.lens.tie_end(tie.row).map(|ended| fact::source_of(cx, &ended.provenance))),
        ),
        tie_field("version", "Int!", fact::VERSION.0, fact::VERSION.1, |cx, tie| {
            fact::version(cx, cx.lens.tie_fact(tie.row).id)
        }),
        tie_field("sentenceZh", "String!", "这条关系用一句中文说", "What it says, in Chinese", |cx, tie| {
            Out::text(sentence(cx, tie).0)
        }),
        tie_field("sentenceEn", "String!", "这条关系用一句英文说", "What it says, in English", |cx, tie| {
            Out::text(sentence(cx, tie).1)
        }),
        tie_field(
            "since",
            "PartialDate",
            "起始日期（含）；空为未写明。单位：日、月或年",
            "First date; empty where not stated. Unit: day, month or year",
            |cx, tie| Out::option(cx.lens.tie_fact(tie.row).validity.from.map(|date| Out::text(date.to_string()))),
        ),
        tie_field(
            "until",
            "PartialDate",
            "终止日期（不含）；空为仍有效或未写明。单位：日、月或年",
            "Date from which it no longer holds; empty where open. Unit: day, month or year",
            |cx, tie| Out::option(cx.lens.tie_fact(tie.row).validity.to.map(|date| Out::text(date.to_string()))),
        ),
    ];
    for (name, ty, zh, en, read) in fact::FACT_FIELDS.iter().filter(|row| !matches!(row.0, "validFrom" | "validTo")) {
        fields.push(tie_field(name, ty, zh, en, move |cx, tie| read(cx, cx.lens.tie_fact(tie.row))));
    }
    fields
}

fn attribute_fields(row: &RelationRow) -> Vec<FieldDef> {
    let mut fields = Vec::new();
    for attribute in row.attributes {
        let (zh, en) = fact::described(attribute);
        fields.push(tie_field(attribute.name, &value::type_of(attribute), &zh, &en, move |cx, tie| {
            Out::option(cx.lens.tie_value(tie.row, attribute).map(|found| value::answer(cx, attribute, found)))
        }));
        if let ValueType::Code(list) = attribute.value_type {
            let (name, zh, en) = word_field(attribute);
            fields.push(tie_field(&name, "String", &zh, &en, move |cx, tie| {
                Out::option(
                    cx.lens.tie_value(tie.row, attribute).and_then(|found| value::word_zh(list, found)).map(Out::text),
                )
            }));
        }
    }
    fields
}

/// Name and words of the field that gives a code in Chinese.
pub fn word_field(attribute: &Attribute) -> (String, String, String) {
    let zh = format!("{}（中文）", short(attribute.zh));
    (format!("{}Zh", attribute.name), zh, format!("{}, as the Chinese word", attribute.en))
}

/// How long a firm may stay in its carrier, and whether it has stayed longer.
fn stay_fields() -> Vec<FieldDef> {
    let stay = |cx: &Cx<'_>, tie: &Tie| {
        let firm = if tie.forward { tie.here } else { tie.there };
        StayRules::shipped().stay(&cx.lens, firm, cx.lens.tie_fact(tie.row).validity.from)
    };
    vec![
        tie_field(
            "monthsAllowed",
            "Int",
            "在孵时限：一般 48 个月，按领域可长；规则是数据（fixtures/rules）。单位：月",
            "How long it may stay: 48 months in general, longer in some fields; the rule is data. Unit: months",
            move |cx, tie| Out::option(stay(cx, tie).map(|stay| Out::Leaf(stay.months.into()))),
        )
        .walk(),
        tie_field(
            "overstays",
            "Answer!",
            "在查询日期是否超过在孵时限；没有写明入驻日期的为未知",
            "Whether it has stayed longer than allowed on the day; unknown where nobody says since when",
            move |cx, tie| Out::code(answer_name(stay(cx, tie).and_then(|stay| stay.overstays))),
        )
        .walk(),
    ]
}

fn typed_edge(relation: Relation, forward: bool) -> TypeDef {
    let row = relation.row();
    let node = type_of_kinds(&ends(row, forward));
    let mut fields = vec![
        tie_field("cursor", "String!", "这一条的游标", "Cursor of this entry", |cx, tie| {
            Out::text(cx.lens.tie_fact(tie.row).id.to_string())
        }),
        tie_field("node", &format!("{node}!"), "另一端", "The other end", |_, tie| {
            Out::Object(Object::Node(tie.there))
        }),
    ];
    fields.extend(attribute_fields(row));
    if relation == Relation::IncubatedIn {
        fields.extend(stay_fields());
    }
    fields.extend(shared_fields());
    let end = if forward { &row.forward } else { &row.reverse };
    TypeDef::new(
        edge_name(relation, forward),
        format!("{}：{}，一条关系", row.label_zh, end.zh),
        format!("{}: one tie", end.en),
        fields,
    )
}

fn plain_tie() -> TypeDef {
    let mut fields = vec![
        tie_field("relation", "Relation!", "关系的种类", "Which relation it is", |_, tie| {
            Out::code(tie.relation.row().name)
        }),
        tie_field("relationZh", "String!", "关系的中文名", "The relation in Chinese", |_, tie| {
            Out::text(tie.relation.row().label_zh)
        }),
        tie_field("from", "Node!", "起点", "Where it starts", |_, tie| {
            Out::Object(Object::Node(if tie.forward { tie.here } else { tie.there }))
        }),
        tie_field("to", "Node!", "终点", "Where it leads", |_, tie| {
            Out::Object(Object::Node(if tie.forward { tie.there } else { tie.here }))
        }),
        tie_field(
            "details",
            "[TieDetail!]!",
            "关系上的属性：角色、金额等",
            "Its attributes in words: role, amount and so on",
            |cx, tie| {
                Out::List(details(cx, tie).into_iter().map(|detail| cx.types.data("TieDetail", detail)).collect())
            },
        )
        .at_most(8),
    ];
    fields.extend(shared_fields());
    TypeDef::new(
        "Tie",
        "两个对象之间的一条关系，带时间与来源",
        "A tie between two nodes, with its time and source",
        fields,
    )
}

/// The types of this file.
pub fn types() -> Vec<TypeDef> {
    let mut types = vec![
        plain_tie(),
        page::connection("TieConnection", "TieEdge", "关系", "Ties of any relation"),
        page::edge("TieEdge", "Tie", "关系", "A tie"),
        TypeDef::new(
            "TieDetail",
            "关系的一项属性",
            "One attribute of a tie, in words",
            vec![
                field("name", "String!", "属性名", "Which attribute", |_, detail: &Detail, _| {
                    Ok(Out::text(detail.name))
                }),
                field(
                    "labelZh",
                    "String!",
                    "属性的中文说明",
                    "The attribute in Chinese words",
                    |_, detail: &Detail, _| Ok(Out::text(detail.label)),
                ),
                field("text", "String!", "属性值（文字）", "Its value as text", |_, detail: &Detail, _| {
                    Ok(Out::text(detail.text.as_str()))
                }),
            ],
        ),
    ];
    for relation in Relation::all() {
        for forward in [true, false] {
            let row = relation.row();
            let end = if forward { &row.forward } else { &row.reverse };
            types.push(typed_edge(relation, forward));
            types.push(page::connection(
                &connection_name(relation, forward),
                &edge_name(relation, forward),
                end.zh,
                end.en,
            ));
        }
    }
    types
}
