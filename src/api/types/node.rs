//! Nodes as objects: one type a kind, its fields from the kind table and the relation table.

use super::def::{Cx, FieldDef, Object, Out, TypeDef, node_field};
use super::fact::{FACT_FIELDS, IdentifierOf, StatementOf, VERSION, described, version};
use super::page::{self, Page};
use super::resolve::Args;
use super::{merged, personal, projection, record, records, statistics_types, tie, value};
use crate::api::error::ApiError;
use crate::domain::attribute::MOST_STATEMENTS;
use crate::domain::enumeration;
use crate::domain::identifier::{MOST_IDENTIFIERS, Scheme};
use crate::domain::name::MOST_NAMES;
use crate::domain::{Kind, RecordKind, Relation, Value, ValueType};
use crate::graph::{Direction, EntityRow, Record, Tie};

/// Schemes of which one organisation holds certificates at the same time, at most.
const MOST_TIERS: usize = 50;

/// Fields of the interface `Node`.
fn node_fields(most: u32) -> Vec<FieldDef> {
    let mut fields = vec![
        node_field(
            "id",
            "ID!",
            "稳定的编号，永不重复使用",
            "Stable number, never used again",
            |cx, node, _| Ok(Out::text(cx.lens.id(node).to_string())),
        ),
        node_field("nodeKind", "NodeKind!", "对象的种类", "Which kind of node it is", |cx, node, _| {
            Ok(Out::code(cx.lens.kind(node).row().code))
        }),
        node_field("nodeKindZh", "String!", "种类的中文名", "The kind in Chinese", |cx, node, _| {
            Ok(Out::text(cx.lens.kind(node).row().label_zh))
        }),
        node_field(
            "nameZh",
            "String!",
            "查询日期使用的中文名称；没有中文名的，为外文名称",
            "The Chinese name in use on the day asked for; of what has none, the foreign one",
            |cx, node, _| Ok(Out::text(personal::called(cx, node))),
        ),
        node_field("nameEn", "String", "英文名称", "The English name, where one is known", |cx, node, _| {
            Ok(Out::option(personal::called_en(cx, node).map(Out::text)))
        }),
        node_field(
            "code",
            "String",
            "统一社会信用代码、区划代码、分类代码或行键，取最先有的",
            "Credit code, region code, term code or row key, whichever comes first",
            |cx, node, _| Ok(Out::option(Some(cx.lens.code(node)).filter(|code| !code.is_empty()).map(Out::text))),
        ),
        node_field("key", "String", "导入时的行键", "Its row key in the import", |cx, node, _| {
            Ok(Out::option(cx.lens.identifier(node, Scheme::Internal).map(Out::text)))
        }),
        node_field("version", "Int!", VERSION.0, VERSION.1, |cx, node, _| Ok(version(cx, cx.lens.id(node)))),
        node_field(
            "names",
            "[Name!]!",
            "全部名称：全称、简称、曾用名、别名",
            "All its names: full, short, former, other",
            |cx, node, _| {
                let names = cx.lens.names(node).iter().map(|name| personal::name_of(cx, node, name));
                Ok(Out::List(names.map(|name| cx.types.data("Name", name)).collect()))
            },
        )
        .at_most(MOST_NAMES as u32),
        node_field(
            "identifiers",
            "[Identifier!]!",
            "全部编号（不含行键）",
            "All its numbers, row keys left out",
            |cx, node, _| {
                let all =
                    cx.lens.identifiers(node).iter().filter(|(identifier, _)| identifier.scheme != Scheme::Internal);
                Ok(Out::List(
                    all.map(|(identifier, fact)| {
                        cx.types.data("Identifier", IdentifierOf(identifier.clone(), fact.clone()))
                    })
                    .collect(),
                ))
            },
        )
        .at_most(MOST_IDENTIFIERS as u32),
        node_field(
            "statements",
            "[Statement!]!",
            "关于各字段的全部陈述，矛盾的并列，显示的在前",
            "All statements about its fields; contradicting ones side by side, the shown one first",
            statements,
        )
        .arg("attribute", "String", "只看这个字段", "Only those about this field")
        .at_most(MOST_STATEMENTS as u32),
        node_field(
            "unknownFields",
            "[String!]!",
            "必填而无人知道的字段；未知不等于否",
            "Required fields that nobody can answer; unknown is not no",
            |cx, node, _| {
                let required = cx.lens.kind(node).row().attributes.iter().filter(|attribute| attribute.required);
                let unknown = required
                    .filter(|attribute| cx.lens.value(node, attribute).is_none_or(|found| *found == Value::Unknown));
                Ok(Out::List(unknown.map(|attribute| Out::text(attribute.name)).collect()))
            },
        )
        .at_most(16),
    ];
    for (name, ty, zh, en, read) in FACT_FIELDS {
        fields.push(node_field(name, ty, zh, en, move |cx, node, _| Ok(read(cx, &cx.lens.entity(node).fact))));
    }
    fields.push(
        node_field(
            "ties",
            "TieConnection!",
            "与其他对象的全部关系，可按关系筛选",
            "All its ties, or those of some relations",
            all_ties,
        )
        .arg("relations", "[Relation!]", "只看这些关系", "Only these relations")
        .arg("direction", "Direction", "方向：从它出发、指向它或两者", "Going out, coming in, or both")
        .walk()
        .first(20, most)
        .arg(
            "after",
            "String",
            "接着上一页：上一页的 endCursor",
            "Cursor of the last entry of the page before",
        ),
    );
    fields.push(record_field(RecordKind::Certification, most));
    fields
}

fn statements(cx: &Cx<'_>, node: EntityRow, args: &Args<'_>) -> Result<Out, ApiError> {
    let kind = cx.lens.kind(node);
    let wanted = args.text("attribute");
    if let Some(name) = wanted.as_deref()
        && kind.row().attribute(name).is_none()
    {
        let known = kind.row().attributes.iter().map(|attribute| attribute.name).collect::<Vec<_>>().join(", ");
        let (zh, en) = (
            format!("{}没有字段“{name}”。可用：{known}。", kind.row().label_zh),
            format!("{} has no field “{name}”. Known: {known}.", kind.row().name),
        );
        return Err(ApiError::new("UNKNOWN_FIELD", zh, en));
    }
    let mut found = Vec::new();
    for attribute in kind.row().attributes.iter().filter(|row| wanted.as_deref().is_none_or(|name| name == row.name)) {
        for (place, statement) in cx.lens.statements(node, attribute).into_iter().enumerate() {
            found.push(
                cx.types.data("Statement", StatementOf { kind, statement: statement.clone(), shown: place == 0 }),
            );
        }
    }
    Ok(Out::List(found))
}

/// The list that cursors belong to.
fn scope(cx: &Cx<'_>, node: EntityRow, list: &str) -> String {
    format!("{}/{list}/{}/{:?}", cx.lens.id(node), cx.lens.day, cx.lens.rights())
}

fn tie_key(cx: &Cx<'_>, object: &Object) -> String {
    match object {
        Object::Edge(tie) | Object::Tie(tie) => cx.lens.tie_fact(tie.row).id.to_string(),
        Object::Node(_) | Object::Data(..) => String::new(),
    }
}

fn sorted(cx: &Cx<'_>, mut ties: Vec<Tie>) -> Vec<Tie> {
    ties.sort_by_key(|tie| cx.lens.tie_fact(tie.row).id);
    ties
}

fn all_ties(cx: &Cx<'_>, node: EntityRow, args: &Args<'_>) -> Result<Out, ApiError> {
    let relations: Vec<Relation> = args.names("relations").iter().filter_map(|name| Relation::by_name(name)).collect();
    let direction = match args.text("direction").as_deref() {
        Some("FORWARD") => Direction::Forward,
        Some("REVERSE") => Direction::Reverse,
        _ => Direction::Both,
    };
    let wanted =
        cx.lens.all_ties(node, direction).filter(|tie| relations.is_empty() || relations.contains(&tie.relation));
    let objects: Vec<Object> = sorted(cx, wanted.collect()).into_iter().map(Object::Tie).collect();
    let scope = scope(cx, node, &format!("ties/{relations:?}/{direction:?}"));
    page(cx, "TieConnection", page::paginate(cx, args, &scope, "TieEdge", &objects, |object| tie_key(cx, object))?)
}

fn page(cx: &Cx<'_>, name: &str, page: Page) -> Result<Out, ApiError> {
    Ok(cx.types.data(name, page))
}

/// The records of a kind that a node has.
fn record_field(kind: RecordKind, most: u32) -> FieldDef {
    let row = kind.row();
    let read = move |cx: &Cx<'_>, node: EntityRow, args: &Args<'_>| {
        let each = records::cost_of_row(args) - 1;
        let all = cx.lens.records(node, kind).take_while(|_| each == 0 || cx.lens.budget().spend(each)).cloned();
        records::answer(cx, args, (kind, Some(node)), all)
    };
    let (zh, en) =
        (format!("{}：{}", row.label_zh, row.zh), format!("Its {}: {}", row.label_en.to_lowercase(), row.en));
    let field = node_field(row.field, &format!("{}!", record::connection(row)), &zh, &en, read);
    records::narrowed(field, kind).walk().first(20, most).arg(
        "after",
        "String",
        "接着上一页：上一页的 endCursor",
        "Cursor of the last entry of the page before",
    )
}

/// The records that a kind of node can have, beyond those that every node shows.
fn record_fields(kind: Kind, most: u32) -> impl Iterator<Item = FieldDef> {
    let others = RecordKind::all().filter(|record| *record != RecordKind::Certification);
    others.filter(move |record| record.row().holders.contains(&kind)).map(move |record| record_field(record, most))
}

/// Fields that organisations have beyond nodes.
fn organization_fields() -> Vec<FieldDef> {
    vec![
        node_field(
            "creditCode",
            "String",
            "统一社会信用代码；空为未录入",
            "Unified social credit code; empty where none was entered",
            |cx, node, _| Ok(Out::option(cx.lens.identifier(node, Scheme::CreditCode).map(Out::text))),
        ),
        node_field(
            "jurisdiction",
            "Region",
            "归口管理区域；同一时间只有一个",
            "The region that answers for it; one at a time",
            |cx, node, _| Ok(Out::option(jurisdiction(cx, node).map(|region| Out::Object(Object::Node(region))))),
        )
        .walk(),
        node_field(
            "tiers",
            "[Term!]!",
            "查询日期有效的资质类别，梯次高的在前；由证书推得，可以同时有几个",
            "The schemes of which a certificate counts on the day, the highest tier first; derived, several at once",
            |cx, node, _| {
                Ok(Out::List(tiers(cx, node).0.into_iter().map(|term| Out::Object(Object::Node(term))).collect()))
            },
        )
        .walk()
        .at_most(MOST_TIERS as u32),
    ]
}

/// The schemes of which it surely holds a certificate on the day, the highest first; and whether of
/// any certificate nobody knows if it counts.
pub fn tiers(cx: &Cx<'_>, node: EntityRow) -> (Vec<EntityRow>, bool) {
    let scheme = |record: &Record| match record.kind.row().value(&record.values, "scheme") {
        Some(Value::Term(id)) => cx.lens.node(*id),
        _ => None,
    };
    let mut in_doubt = false;
    let mut held = Vec::new();
    for record in cx.lens.records(node, RecordKind::Certification) {
        match record::in_force(cx, record) {
            Some(true) => held.extend(scheme(record)),
            Some(false) => {}
            None => in_doubt = true,
        }
    }
    let order = |term: EntityRow| match cx.lens.value_named(term, "displayOrder") {
        Some(Value::Integer(order)) => *order,
        _ => i64::MAX,
    };
    held.sort_by_key(|term| (order(*term), cx.lens.id(*term)));
    held.dedup();
    held.truncate(MOST_TIERS);
    (held, in_doubt)
}

/// The region that answers for it on the day.
pub fn jurisdiction(cx: &Cx<'_>, node: EntityRow) -> Option<EntityRow> {
    let role = Relation::LocatedIn.row().attribute("role")?;
    let code = Value::Code(enumeration::LOCATION_ROLE.by_name("JURISDICTION")?.tag);
    let mut places = cx.lens.ties(node, Some(Relation::LocatedIn), true);
    places.find(|tie| cx.lens.tie_value(tie.row, role) == Some(&code)).map(|tie| tie.there)
}

fn attribute_fields(kind: Kind) -> Vec<FieldDef> {
    let mut fields = Vec::new();
    for attribute in kind.row().attributes {
        let (zh, en) = described(attribute);
        let read = move |cx: &Cx<'_>, node: EntityRow, _: &Args<'_>| {
            Ok(Out::option(cx.lens.value(node, attribute).map(|found| value::answer(cx, attribute, found))))
        };
        fields.push(node_field(attribute.name, &value::type_of(attribute), &zh, &en, read).cost(attribute.cost));
        if let ValueType::Code(list) = attribute.value_type {
            let (name, zh, en) = tie::word_field(attribute);
            fields.push(node_field(&name, "String", &zh, &en, move |cx, node, _| {
                Ok(Out::option(
                    cx.lens.value(node, attribute).and_then(|found| value::word_zh(list, found)).map(Out::text),
                ))
            }));
        }
    }
    fields
}

fn relation_field(relation: Relation, forward: bool, most: u32) -> FieldDef {
    let row = relation.row();
    let end = if forward { &row.forward } else { &row.reverse };
    let connection = tie::connection_name(relation, forward);
    let ty = format!("{connection}!");
    let read = move |cx: &Cx<'_>, node: EntityRow, args: &Args<'_>| {
        let ties = sorted(cx, cx.lens.ties(node, Some(relation), forward).collect());
        let objects: Vec<Object> = ties.into_iter().map(Object::Edge).collect();
        let page = page::paginate(cx, args, page::PLAIN, "", &objects, |object| tie_key(cx, object))?;
        Ok(cx.types.data(&connection, page))
    };
    node_field(end.field, &ty, end.zh, end.en, read).cost(2).walk().first(20, most).arg(
        "after",
        "String",
        "接着上一页：上一页的 endCursor",
        "Cursor of the last entry of the page before",
    )
}

fn relation_fields(kind: Kind, most: u32) -> Vec<FieldDef> {
    let both = Relation::all().flat_map(|relation| [(relation, true), (relation, false)]);
    let fitting = both.filter(|(relation, forward)| !relation.row().others(kind, *forward).is_empty());
    fitting.map(|(relation, forward)| relation_field(relation, forward, most)).collect()
}

/// The types of this file: a type a kind, the interfaces, and the lists of each.
pub fn types(most: u32, cells: u32) -> Vec<TypeDef> {
    let mut organization = node_fields(most);
    organization.extend(organization_fields());
    organization.extend(projection::fields(most));
    let shared = [
        Relation::ParticipatesIn,
        Relation::MemberOf,
        Relation::InCluster,
        Relation::Operates,
        Relation::LocatedIn,
        Relation::ClassifiedAs,
        Relation::HasDemand,
        Relation::HasAchievement,
        Relation::Owns,
    ];
    organization.extend(shared.into_iter().map(|relation| relation_field(relation, true, most)));
    organization.push(merged::node_list());
    let mut actor = node_fields(most);
    actor.push(merged::node_list());
    actor.extend([Relation::LocatedIn, Relation::ClassifiedAs].map(|relation| relation_field(relation, true, most)));
    let mut types = vec![
        TypeDef::new("Node", "图中的任何对象", "Anything in the graph", node_fields(most)).interface(),
        TypeDef::new(
            "Organization",
            "机构：企业、高校院所、其他机构",
            "An enterprise, institute or other organisation",
            organization,
        )
        .implements(vec!["Node", "Actor"])
        .interface(),
        TypeDef::new(
            "Actor",
            "创新主体：机构、联盟、集群、基金、载体、平台",
            "Whoever can act: organisations, alliances, clusters, funds, carriers, platforms",
            actor,
        )
        .implements(vec!["Node"])
        .interface(),
    ];
    for kind in Kind::all() {
        let row = kind.row();
        let mut fields = node_fields(most);
        let mut interfaces = vec!["Node"];
        if kind.is_actor() {
            interfaces.push("Actor");
        }
        fields.extend(kind.may_be_merged().then(merged::node_list));
        if kind.is_organization() {
            interfaces.push("Organization");
            fields.extend(organization_fields());
            fields.extend(projection::fields(most));
        }
        fields.extend(attribute_fields(kind));
        if kind == Kind::Person {
            fields.push(personal::name_field());
        }
        fields.extend(relation_fields(kind, most));
        fields.extend(record_fields(kind, most));
        types.push(TypeDef::new(row.name, row.zh, row.en, fields).implements(interfaces));
    }
    let lists = Kind::all().map(|kind| (kind.row().name, kind.row().label_zh, kind.row().label_en));
    let all = lists.chain([("Organization", "机构", "Organisations"), ("Source", "来源", "Sources")]);
    for (name, zh, en) in all {
        // People have no list at the root, and sources nothing to be counted by.
        let can_be_counted = !matches!(name, "Source" | "Person");
        let more = can_be_counted.then(|| statistics_types::facets(cells)).into_iter().collect();
        types.push(page::connection_with(&format!("{name}Connection"), &format!("{name}Edge"), (zh, en), more));
        types.push(page::edge(&format!("{name}Edge"), name, zh, en));
    }
    types
}
