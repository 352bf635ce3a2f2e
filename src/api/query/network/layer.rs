//! The argument `layer`: which ties make the network, read into a choice of the room `network`.

use std::collections::BTreeSet;

use async_graphql::Value as Gql;

use crate::api::error::ApiError;
use crate::api::types::def::{Cx, EnumDef, InputDef};
use crate::api::types::find::find;
use crate::api::types::inputs::{self, input_field};
use crate::domain::{Kind, Relation};
use crate::graph::{EntityRow, Lens};
use crate::network::{Choice, FORMS, Form, Frameworks, Modes, Outside, Weight, Window};

/// Organisations that a set may name.
const MOST_NAMED: usize = 500;

/// Years that a half-life may have.
const YEARS: std::ops::RangeInclusive<f64> = 0.1..=100.0;

type Row<T> = (T, &'static str, &'static str, &'static str);

const WEIGHTS: [Row<Weight>; 3] = [
    (
        Weight::Shared,
        "SHARED",
        "k 家共同参加的一项，给每一对 1/(k−1)：大联盟不会因为人多而压倒一切；直接关系记 1",
        "What k take part in gives each pair 1/(k − 1), so that large gatherings do not outweigh all else; a direct tie gives 1",
    ),
    (Weight::Count, "COUNT", "共同参加几项就是几", "One for each thing both take part in"),
    (
        Weight::Amount,
        "AMOUNT",
        "分到这一对的合同额，单位：元；没有金额的不计，并说明有多少项",
        "The part of the amounts that falls to the pair, in yuan; what has none is left out and counted",
    ),
];

const MODES: [Row<Modes>; 2] = [
    (
        Modes::One,
        "ONE_MODE",
        "单位与单位：由共同参加的合作、联盟等推得",
        "Organisations alone, tied by what both take part in",
    ),
    (
        Modes::Two,
        "TWO_MODE",
        "单位与合作（联盟等）：保留中间的合作，不推断两两联系",
        "Organisations and what they take part in, which stays between them",
    ),
];

const OUTSIDE: [Row<Outside>; 2] = [
    (Outside::LeftOut, "LEFT_OUT", "只看范围以内", "Those within the boundary alone"),
    (
        Outside::Kept,
        "KEPT",
        "也保留与范围内有联系的外部单位（外部之间的联系不计）",
        "Those beyond it as well who are tied to somebody within; ties between two of them are left out",
    ),
];

/// The kinds of node that a boundary is drawn by, with the field that names it.
const BOUNDARIES: [(&str, Kind, &str, &str); 5] = [
    ("cluster", Kind::Cluster, "一个集群或基地的成员", "The members of a cluster"),
    ("alliance", Kind::Alliance, "一个联盟的成员", "The members of an alliance"),
    ("region", Kind::Region, "位于一个地区、园区（含下辖）的单位", "Organisations in a region or zone, or below it"),
    ("carrier", Kind::Carrier, "一个孵化载体的在孵单位", "Those raised in a carrier"),
    (
        "term",
        Kind::Term,
        "属于一个领域、产业或产业链环节（含下级）的单位",
        "Organisations in a field, an industry or a link of a chain, or below it",
    ),
];

fn values<T>(rows: &[Row<T>]) -> Vec<(String, String, String)> {
    rows.iter().map(|row| (row.1.into(), row.2.into(), row.3.into())).collect()
}

/// The enumerations of this file.
pub fn enums() -> Vec<EnumDef> {
    let list =
        |name: &str, zh: &str, en: &str, values| EnumDef { name: name.into(), zh: zh.into(), en: en.into(), values };
    vec![
        list("NetworkWeight", "联系怎样计权重", "How much a tie of a network weighs", values(&WEIGHTS)),
        list("NetworkModes", "谁是网络中的点", "Who is a node of a network", values(&MODES)),
        list("NetworkOutside", "范围以外的单位怎样处理", "What becomes of those beyond the boundary", values(&OUTSIDE)),
    ]
}

/// The inputs of this file.
pub fn inputs() -> Vec<InputDef> {
    let usable: Vec<&str> = FORMS.iter().map(|(relation, _)| relation.row().name).collect();
    let usable = usable.join(" ");
    let boundary = BOUNDARIES.iter().map(|(name, _, zh, en)| input_field(*name, "Reference", *zh, *en));
    let named = input_field(
        "organizations",
        "[Reference!]",
        format!("逐一指明的单位，最多 {MOST_NAMED} 家"),
        format!("Organisations named one by one, {MOST_NAMED} at most"),
    );
    let mut layer = vec![
        input_field(
            "relations",
            "[Relation!]!",
            format!("由哪些关系组成，可用：{usable}。地区和领域不算联系"),
            format!("The relations it is made of, of {usable}. Places and fields are no ties"),
        ),
        input_field(
            "weight",
            "NetworkWeight",
            "联系怎样计权重，默认 SHARED",
            "How much a tie weighs, SHARED by default",
        ),
        input_field(
            "halfLifeYears",
            "Float",
            "过多少年权重减半，不填则新旧同等。单位：年",
            "Years after which a tie weighs half; without it age does not matter. Unit: years",
        ),
        input_field("modes", "NetworkModes", "谁是网络中的点，默认 ONE_MODE", "Who is a node, ONE_MODE by default"),
        input_field(
            "includeFramework",
            "Boolean",
            "是否把框架协议也算作合作；默认不算",
            "Whether framework agreements count as collaboration; by default they do not",
        ),
        input_field(
            "boundary",
            "NetworkBoundary",
            "在谁之间；不填为所有有联系的单位",
            "Among whom; all who are tied where it is not given",
        ),
        input_field(
            "outside",
            "NetworkOutside",
            "范围以外的单位怎样处理，默认 LEFT_OUT",
            "What becomes of those beyond, LEFT_OUT by default",
        ),
    ];
    layer.extend(days());
    vec![
        InputDef {
            name: "NetworkLayer".into(),
            zh: "一层网络：哪些关系、怎样计权重、哪段时间、在谁之间。每个结果都写明这一口径".into(),
            en: "One layer of a network: which relations, how they weigh, from when to when, among whom. Every answer says so".into(),
            one_of: false,
            fields: layer,
        },
        InputDef {
            name: "NetworkWindow".into(),
            zh: "一段时间：合作按签订日期，其他关系按开始日期；日期不明的不在任何一段内".into(),
            en: "A span of time: collaborations by the day they were signed, other ties by the day from which they hold; what has no date is in none".into(),
            one_of: false,
            fields: days().into(),
        },
        InputDef {
            name: "NetworkBoundary".into(),
            zh: "网络的范围：六选一".into(),
            en: "The boundary of a network, in one of six ways".into(),
            one_of: true,
            fields: boundary.chain([named]).collect(),
        },
    ]
}

fn days() -> [crate::api::types::def::ArgDef; 2] {
    [
        input_field("from", "Date", "只算这一天及以后的", "Only what is of this day or later"),
        input_field("to", "Date", "只算这一天及以前的", "Only what is of this day or earlier"),
    ]
}

fn get<'g>(given: &'g Gql, name: &str) -> Option<&'g Gql> {
    match given {
        Gql::Object(fields) => fields.get(name).filter(|value| **value != Gql::Null),
        _ => None,
    }
}

fn chosen<T: Copy>(given: &Gql, name: &str, rows: &[Row<T>]) -> T {
    let code = match get(given, name) {
        Some(Gql::Enum(code)) => code.as_str(),
        Some(Gql::String(code)) => code.as_str(),
        _ => "",
    };
    rows.iter().find(|row| row.1 == code).unwrap_or(&rows[0]).0
}

/// Read the argument.
pub fn read(cx: &Cx<'_>, given: &Gql) -> Result<Choice, ApiError> {
    let relations = relations(given)?;
    let modes = chosen(given, "modes", &MODES);
    let direct = FORMS.iter().find(|(relation, form)| *form == Form::Direct && relations.contains(relation));
    if let (Modes::Two, Some((relation, _))) = (modes, direct) {
        let name = relation.row().name;
        return Err(ApiError::new(
            "NETWORK_MODES",
            format!("{name} 直接连接两家单位，中间没有可保留的合作。请用 ONE_MODE，或去掉 {name}。"),
            format!(
                "{name} joins two organisations itself; nothing stands between them. Use ONE_MODE, or leave {name} out."
            ),
        ));
    }
    Ok(Choice {
        relations,
        weight: chosen(given, "weight", &WEIGHTS),
        half_life: half_life(given)?,
        modes,
        window: window(given, frameworks(given))?,
        members: get(given, "boundary").map(|boundary| members(cx, boundary)).transpose()?,
        outside: chosen(given, "outside", &OUTSIDE),
    })
}

fn frameworks(given: &Gql) -> Frameworks {
    if get(given, "includeFramework") == Some(&Gql::Boolean(true)) { Frameworks::Counted } else { Frameworks::LeftOut }
}

/// A span of days.
pub fn window(given: &Gql, frameworks: Frameworks) -> Result<Window, ApiError> {
    let day = |name: &str| match get(given, name) {
        Some(Gql::String(text)) => inputs::day(text).map(Some),
        _ => Ok(None),
    };
    let window = Window { from: day("from")?, to: day("to")?, frameworks };
    if let (Some(from), Some(to)) = (window.from, window.to)
        && from > to
    {
        return Err(ApiError::new(
            "NETWORK_WINDOW",
            format!("这段时间的开始 {from} 晚于结束 {to}。请改其中一个。"),
            format!("The span begins on {from}, after it ends on {to}. Change one of them."),
        ));
    }
    Ok(window)
}

fn half_life(given: &Gql) -> Result<Option<f64>, ApiError> {
    let Some(Gql::Number(number)) = get(given, "halfLifeYears") else { return Ok(None) };
    let years = number.as_f64().filter(|years| YEARS.contains(years));
    years.map(Some).ok_or_else(|| {
        ApiError::new(
            "NETWORK_HALF_LIFE",
            format!("halfLifeYears 应在 {} 到 {} 之间，给的是 {number}。", YEARS.start(), YEARS.end()),
            format!("halfLifeYears must lie between {} and {}, not {number}.", YEARS.start(), YEARS.end()),
        )
    })
}

fn relations(given: &Gql) -> Result<Vec<Relation>, ApiError> {
    let names: Vec<&str> = match get(given, "relations") {
        Some(Gql::List(list)) => list.iter().filter_map(name_of).collect(),
        Some(one) => name_of(one).into_iter().collect(),
        None => Vec::new(),
    };
    let usable = FORMS.iter().map(|(relation, _)| relation.row().name).collect::<Vec<_>>().join("、");
    if names.is_empty() {
        return Err(ApiError::new(
            "NETWORK_RELATIONS",
            format!("relations 是空的。请至少写一种关系：{usable}。"),
            format!("relations is empty. Name at least one relation: {usable}."),
        ));
    }
    let mut relations = Vec::new();
    for name in names {
        let found = FORMS.iter().find(|(relation, _)| relation.row().name == name);
        let (relation, _) = found.ok_or_else(|| {
            ApiError::new(
                "NETWORK_RELATIONS",
                format!("{name} 不是单位之间的联系，不能组成网络。可用：{usable}。"),
                format!("{name} is no tie between organisations and makes no network. Use: {usable}."),
            )
        })?;
        relations.push(*relation);
    }
    Ok(relations)
}

fn name_of(value: &Gql) -> Option<&str> {
    match value {
        Gql::Enum(name) => Some(name.as_str()),
        Gql::String(name) => Some(name.as_str()),
        _ => None,
    }
}

/// Who is within a boundary.
fn members(cx: &Cx<'_>, given: &Gql) -> Result<BTreeSet<EntityRow>, ApiError> {
    if let Some(Gql::List(list)) = get(given, "organizations") {
        if list.len() > MOST_NAMED {
            return Err(ApiError::new(
                "NETWORK_BOUNDARY",
                format!("organizations 有 {} 家，最多 {MOST_NAMED} 家。请分几次，或用集群、地区划定范围。", list.len()),
                format!(
                    "organizations names {}; {MOST_NAMED} at most. Ask in parts, or draw the boundary by a cluster or region.",
                    list.len()
                ),
            ));
        }
        let each = list.iter().map(|one| find(cx, &inputs::reference(one)?, Kind::ORGANIZATIONS));
        return each.collect();
    }
    for (name, kind, _, _) in BOUNDARIES {
        if let Some(reference) = get(given, name) {
            let node = find(cx, &inputs::reference(reference)?, &[kind])?;
            return Ok(within(&cx.lens, node, kind));
        }
    }
    Err(ApiError::new(
        "NETWORK_BOUNDARY",
        "boundary 是空的。请写 cluster、alliance、region、carrier、term、organizations 之一。",
        "boundary is empty. Give one of cluster, alliance, region, carrier, term, organizations.",
    ))
}

/// The organisations of a cluster, an alliance, a carrier, or of a region or field and all below it.
pub fn within(lens: &Lens<'_>, node: EntityRow, kind: Kind) -> BTreeSet<EntityRow> {
    let relation = match kind {
        Kind::Cluster => Relation::InCluster,
        Kind::Alliance => Relation::MemberOf,
        Kind::Carrier => Relation::IncubatedIn,
        Kind::Region => Relation::LocatedIn,
        _ => Relation::ClassifiedAs,
    };
    let (mut open, mut seen, mut found) = (vec![node], BTreeSet::new(), BTreeSet::new());
    while let Some(place) = open.pop() {
        if !seen.insert(place) {
            continue;
        }
        let there = lens.ties(place, Some(relation), false).map(|tie| tie.there);
        found.extend(there.filter(|there| Kind::ORGANIZATIONS.contains(&lens.kind(*there))));
        if matches!(kind, Kind::Region | Kind::Term) {
            open.extend(lens.ties(place, Some(Relation::PartOf), false).map(|tie| tie.there));
        }
    }
    found
}

/// The rule of a layer in one sentence of each language.
pub fn rule(choice: &Choice) -> (String, String) {
    let relations = |words: fn(Relation) -> &'static str, between: &str| {
        choice.relations.iter().map(|relation| words(*relation)).collect::<Vec<_>>().join(between)
    };
    let (_, _, weight_zh, weight_en) = WEIGHTS.iter().find(|row| row.0 == choice.weight).unwrap_or(&WEIGHTS[0]);
    let (_, _, modes_zh, modes_en) = MODES.iter().find(|row| row.0 == choice.modes).unwrap_or(&MODES[0]);
    let (_, _, out_zh, out_en) = OUTSIDE.iter().find(|row| row.0 == choice.outside).unwrap_or(&OUTSIDE[0]);
    let mut zh = format!("关系：{}。权重：{weight_zh}。点：{modes_zh}。", relations(|one| one.row().label_zh, "、"));
    let mut en =
        format!("Relations: {}. Weight: {weight_en}. Nodes: {modes_en}.", relations(|one| one.row().name, ", "));
    if choice.members.is_some() {
        zh.push_str(&format!("范围以外：{out_zh}。"));
        en.push_str(&format!(" Beyond the boundary: {out_en}."));
    }
    if choice.relations.contains(&Relation::ParticipatesIn) && choice.window.frameworks == Frameworks::LeftOut {
        zh.push_str("框架协议不算合作。");
        en.push_str(" Framework agreements are no collaboration.");
    }
    if let Some(years) = choice.half_life {
        zh.push_str(&format!("每过 {years} 年权重减半。"));
        en.push_str(&format!(" A tie weighs half after {years} years."));
    }
    (zh, en)
}
