//! Figures of a network and rankings by them: one field for each row of the table of measures.

use std::sync::Arc;

use super::groups::{self, groups};
use super::{Found, figure, of_network, worked};
use crate::api::error::ApiError;
use crate::api::query::search::place;
use crate::api::types::def::{Cx, EnumDef, FieldDef, Object, Out, TypeDef, field};
use crate::api::types::page;
use crate::api::types::resolve::Args;
use crate::config::Limits;
use crate::graph::EntityRow;
use crate::network::measures::betweenness::{self, Sampled};
use crate::network::measures::brokerage::{Roles, brokerage};
use crate::network::measures::e_i::across_within;
use crate::network::measures::{Each, Gives, MEASURES, Measure, Values};

/// What a figure of the whole costs, in rows.
const COST: u32 = 20;

/// With which probability no estimate of a sample is further off than is stated.
const CONFIDENCE: f64 = 0.95;

/// Rankings compare figures rounded to nine places: what arithmetic does to the last digits ranks nobody.
const PLACES: f64 = 1e9;

/// `coreNumber` → `CORE_NUMBER`.
fn screaming(name: &str) -> String {
    let letters = name.chars().map(|letter| {
        if letter.is_ascii_uppercase() { format!("_{letter}") } else { letter.to_ascii_uppercase().to_string() }
    });
    letters.collect()
}

fn of_nodes() -> impl Iterator<Item = (&'static Measure, Each)> {
    MEASURES.iter().filter_map(|measure| match measure.gives {
        Gives::Each(each) => Some((*measure, each)),
        Gives::Whole(_) => None,
    })
}

/// The enumeration of this file.
pub fn enums() -> Vec<EnumDef> {
    let value = |measure: &Measure| {
        let zh = format!("{}：{}", measure.zh, measure.means_zh);
        let en = format!("{}: {} ({})", measure.en, measure.means_en, measure.source);
        (screaming(measure.name), zh, en)
    };
    vec![EnumDef {
        name: "NetworkMeasure".into(),
        zh: "单位在网络中的位置，用哪个数来看".into(),
        en: "By which figure the place of an organisation in a network is judged".into(),
        values: of_nodes().map(|(measure, _)| value(measure)).collect(),
    }]
}

/// The fields of this file.
pub fn fields(limits: &Limits) -> Vec<FieldDef> {
    let whole = MEASURES.iter().filter_map(|measure| match measure.gives {
        Gives::Whole(whole) => {
            let zh = format!("{}：{}", measure.zh, measure.means_zh);
            let en = format!("{}: {} ({})", measure.en, measure.means_en, measure.source);
            let read = move |cx: &Cx<'_>, found: &Arc<Found>, _: &Args<'_>| {
                let value = worked(cx, |work| whole(&found.network.layer, work))?;
                Ok(match measure.values {
                    Values::Counts => Out::option(value.map(|count| Out::count(count as usize))),
                    Values::Fractions => figure(value),
                })
            };
            let ty = if measure.values == Values::Counts { "Int" } else { "Float" };
            Some(of_network(measure.name, ty, &zh, &en, read).cost(COST).walk())
        }
        Gives::Each(_) => None,
    });
    let mut fields: Vec<FieldDef> = whole.collect();
    fields.extend(ranked(limits));
    fields
}

/// The lists of this file.
fn ranked(limits: &Limits) -> Vec<FieldDef> {
    let after = |field: FieldDef, cost: u32| {
        field
            .cost(cost)
            .walk()
            .arg("after", "String", "接着上一页：上一页的 endCursor", "Cursor of the last entry of the page before")
            .first(10, limits.page)
    };
    let grouped =
        |field: FieldDef| field.arg("by", "NetworkGrouping!", "按什么分组", "By what they are put into groups");
    vec![
        after(
            of_network(
                "ranking",
                "NetworkRankConnection!",
                "按一个数排出各单位的名次：大的在前，没有此数的在后；同数按代码、名称",
                "Organisations ranked by a figure, the largest first and those without one last; equals by code and name",
                ranking,
            )
            .arg("outsideOnly", "Boolean", "只排范围以外的单位，如外部知识来源", "Only those beyond the boundary, such as outside sources of knowledge")
            .arg("by", "NetworkMeasure!", "按哪个数", "By which figure")
            .arg("lowestFirst", "Boolean", "小的在前；看受限程度时用，小的是桥梁", "The smallest first: for constraint, where small means broker"),
            100,
        ),
        after(
            grouped(of_network(
                "brokers",
                "NetworkBrokerConnection!",
                "中介角色：谁站在两家没有直接联系的单位中间，按三方所在的组分为五种；无方向的联系两个方向都计",
                "Brokerage: who stands between two that are not tied, in five roles by the groups of the three; ties without direction count either way (Gould & Fernandez 1989)",
                brokers,
            )),
            100,
        ),
        grouped(of_network(
            "openness",
            "NetworkOpenness!",
            "对外还是对内：组与组之间的联系和组内联系谁多（E–I 指数）",
            "Whether ties lead out of a group or stay within: the E–I index",
            openness,
        ))
        .cost(COST)
        .walk(),
        of_network(
            "betweennessSample",
            "NetworkSample!",
            "抽样估计桥梁作用，用于很大的网络；写明抽了多少个起点、误差最多多少",
            "Betweenness from some nodes drawn by a seed, for very large networks, with the error to be reckoned with",
            sample,
        )
        .arg("pivots", "Int!", "抽多少个起点，1 到 10000，默认 200。单位：个", "How many nodes it is worked out from, 1 to 10000, 200 by default. Unit: nodes")
        .default(200)
        .arg("seed", "Int!", "随机种子，同一种子同一结果，默认 1。单位：无", "Seed of the draw: the same seed gives the same answer, 1 by default. Unit: none")
        .default(1)
        .cost(100)
        .walk()
        .first(10, limits.page),
    ]
}

/// A place in a ranking.
#[derive(Clone, Copy)]
struct Rank {
    rank: usize,
    value: Option<f64>,
    node: EntityRow,
    inside: bool,
}

fn ranks(found: &Found, values: &[Option<f64>], sign: f64) -> Vec<Rank> {
    let mut places: Vec<usize> = (0..values.len()).collect();
    // Nodes are numbered by code and name: that is what breaks ties.
    places.sort_by_cached_key(|place| {
        let key = values[*place].map(|value| -(sign * value * PLACES).round() as i64);
        (key.is_none(), key, *place)
    });
    let rank = |(rank, place): (usize, usize)| Rank {
        rank: rank + 1,
        value: values[place],
        node: found.network.nodes[place],
        inside: found.network.inside[place],
    };
    places.into_iter().enumerate().map(rank).collect()
}

fn ranking(cx: &Cx<'_>, found: &Arc<Found>, args: &Args<'_>) -> Result<Out, ApiError> {
    let name = args.text("by").unwrap_or_default();
    let Some((measure, each)) = of_nodes().find(|(measure, _)| screaming(measure.name) == name) else {
        return Err(ApiError::new(
            "UNKNOWN_MEASURE",
            "没有这个数。请用 NetworkMeasure 中的值。",
            "There is no such figure. Use a value of NetworkMeasure.",
        ));
    };
    let lowest = args.get("lowestFirst") == Some(async_graphql::Value::Boolean(true));
    let values = worked(cx, |work| each(&found.network.layer, work))?;
    let mut ranks = ranks(found, &values, if lowest { -1.0 } else { 1.0 });
    let outside = args.get("outsideOnly") == Some(async_graphql::Value::Boolean(true));
    if outside {
        ranks.retain(|rank| !rank.inside);
        ranks.iter_mut().zip(1..).for_each(|(rank, place)| rank.rank = place);
    }
    list(cx, args, (found, &format!("{}/{lowest}/{outside}", measure.name)), "NetworkRank", &ranks)
}

/// A page of a list that stands in its order.
pub(super) fn list<T: Clone + Send + Sync + 'static>(
    cx: &Cx<'_>,
    args: &Args<'_>,
    (found, name): (&Found, &str),
    ty: &str,
    items: &[T],
) -> Result<Out, ApiError> {
    let scope = format!("{}/{name}", found.scope);
    let at = place(cx, ty);
    let key = |number: usize| format!("{number:09}");
    let item = |number: usize| Object::Data(at, Arc::new(items[number].clone()));
    let page = page::cut(cx, args, &scope, &format!("{ty}Edge"), (items.len(), &key, &item))?;
    Ok(cx.types.data(&format!("{ty}Connection"), page))
}

/// A node with its roles.
#[derive(Clone, Copy)]
struct Broker {
    roles: Roles,
    node: EntityRow,
}

fn brokers(cx: &Cx<'_>, found: &Arc<Found>, args: &Args<'_>) -> Result<Out, ApiError> {
    let by = args.text("by").unwrap_or_default();
    let groups = groups(cx, &found.network, groups::by_name(&by));
    let roles = worked(cx, |work| brokerage(&found.network.layer, &groups.of, work))?;
    let mut all: Vec<Broker> =
        roles.into_iter().zip(&found.network.nodes).map(|(roles, node)| Broker { roles, node: *node }).collect();
    all.sort_by_key(|broker| std::cmp::Reverse(broker.roles.total()));
    list(cx, args, (found, &format!("brokers/{by}")), "NetworkBroker", &all)
}

/// Ties across and within groups.
#[derive(Clone, Copy)]
struct Openness(crate::network::measures::e_i::AcrossWithin);

fn openness(cx: &Cx<'_>, found: &Arc<Found>, args: &Args<'_>) -> Result<Out, ApiError> {
    let groups = groups(cx, &found.network, groups::by_name(&args.text("by").unwrap_or_default()));
    let (whole, _) = worked(cx, |work| across_within(&found.network.layer, &groups.of, work))?;
    Ok(cx.types.data("NetworkOpenness", Openness(whole)))
}

struct Sample {
    sampled: Sampled,
    ranks: Vec<Rank>,
}

fn sample(cx: &Cx<'_>, found: &Arc<Found>, args: &Args<'_>) -> Result<Out, ApiError> {
    let given = args.number("pivots").unwrap_or(200);
    let pivots = usize::try_from(given).ok().filter(|pivots| (1..=10_000).contains(pivots)).ok_or_else(|| {
        ApiError::new(
            "NETWORK_PIVOTS",
            format!("pivots 应在 1 到 10000 之间，给的是 {given}。"),
            format!("pivots must lie between 1 and 10000, not {given}."),
        )
    })?;
    let first = args.size("first")?;
    let seed = args.number("seed").unwrap_or(1).unsigned_abs();
    let sampled = worked(cx, |work| betweenness::sampled(&found.network.layer, pivots, seed, CONFIDENCE, work))?;
    let values: Vec<Option<f64>> = sampled.values.iter().copied().map(Some).collect();
    let mut ranks = ranks(found, &values, 1.0);
    ranks.truncate(first);
    Ok(cx.types.data("NetworkSample", Sample { sampled, ranks }))
}

/// The types of this file.
pub fn types() -> Vec<TypeDef> {
    vec![
        page::connection("NetworkRankConnection", "NetworkRankEdge", "名次", "Places in a ranking"),
        page::edge("NetworkRankEdge", "NetworkRank", "名次", "A place in a ranking"),
        rank_type(),
        page::connection("NetworkBrokerConnection", "NetworkBrokerEdge", "中介单位", "Brokers"),
        page::edge("NetworkBrokerEdge", "NetworkBroker", "中介单位", "A broker"),
        broker_type(),
        openness_type(),
        sample_type(),
    ]
}

fn rank_type() -> TypeDef {
    TypeDef::new(
        "NetworkRank",
        "一家单位在网络中的名次",
        "The place of an organisation in a network",
        vec![
            field(
                "rank",
                "Int!",
                "第几名。单位：名次",
                "At which place it stands. Unit: rank",
                |_, rank: &Rank, _| Ok(Out::count(rank.rank)),
            ),
            field(
                "value",
                "Float",
                "它的数；空为没有定义。单位：见所选的数",
                "Its figure; empty where undefined. Unit: that of the figure chosen",
                |_, rank: &Rank, _| Ok(figure(rank.value)),
            ),
            field(
                "inside",
                "Boolean!",
                "是否在范围以内",
                "Whether it is within the boundary",
                |_, rank: &Rank, _| Ok(Out::flag(rank.inside)),
            ),
            field("organization", "Node!", "哪家单位", "Which organisation", |_, rank: &Rank, _| {
                Ok(Out::Object(Object::Node(rank.node)))
            }),
        ],
    )
}

fn broker_type() -> TypeDef {
    let role = |name: &str, zh: &str, en: &str, read: fn(&Roles) -> u64| {
        let (zh, en) = (format!("{zh}。单位：次"), format!("{en}. Unit: paths"));
        field(name, "Int!", &zh, &en, move |_, broker: &Broker, _| {
            Ok(Out::count(usize::try_from(read(&broker.roles)).unwrap_or(usize::MAX)))
        })
    };
    TypeDef::new(
        "NetworkBroker",
        "一家单位的中介角色",
        "How often an organisation stands between two others",
        vec![
            field("organization", "Node!", "哪家单位", "Which organisation", |_, broker: &Broker, _| {
                Ok(Out::Object(Object::Node(broker.node)))
            }),
            role("total", "五种角色合计", "All five roles together", Roles::total),
            role("coordinator", "协调者：三方同组", "All three in one group", |roles| roles.coordinator),
            role(
                "consultant",
                "顾问：两端同组，自己在另一组",
                "Both ends in one group, it in another",
                |roles| roles.consultant,
            ),
            role("gatekeeper", "守门人：把外组引进本组", "From another group into its own", |roles| {
                roles.gatekeeper
            }),
            role("representative", "代表：把本组引向外组", "From its own group to another", |roles| {
                roles.representative
            }),
            role("liaison", "联络人：三方各在一组", "All three in different groups", |roles| roles.liaison),
        ],
    )
}

fn openness_type() -> TypeDef {
    let count = |name: &str, zh: &str, en: &str, read: fn(&Openness) -> usize| {
        field(name, "Int!", zh, en, move |_, open: &Openness, _| Ok(Out::count(read(open))))
    };
    TypeDef::new(
        "NetworkOpenness",
        "联系对外还是对内",
        "Whether ties lead out of groups or stay within",
        vec![
            field(
                "index",
                "Float",
                "E–I 指数：(组间−组内)/(组间+组内)，-1 到 1；-1 全对内，1 全对外；没有联系则为空",
                "The E–I index, -1 to 1: -1 all within, 1 all across; empty without ties (Krackhardt & Stern 1988)",
                |_, open: &Openness, _| Ok(figure(open.0.index())),
            ),
            count("across", "组与组之间的联系。单位：对", "Ties between groups. Unit: pairs", |open| {
                open.0.across
            }),
            count("within", "组内的联系。单位：对", "Ties within a group. Unit: pairs", |open| open.0.within),
            count(
                "unknown",
                "有一方不知在哪组的联系，不计入。单位：对",
                "Ties of whoever is in no known group, not counted. Unit: pairs",
                |open| open.0.unknown,
            ),
        ],
    )
}

fn sample_type() -> TypeDef {
    TypeDef::new(
        "NetworkSample",
        "抽样估计的桥梁作用",
        "Betweenness estimated from a sample",
        vec![
            field(
                "pivots",
                "Int!",
                "用了多少个起点。单位：个",
                "From how many nodes it was worked out. Unit: nodes",
                |_, sample: &Sample, _| Ok(Out::count(sample.sampled.pivots)),
            ),
            field(
                "error",
                "Float!",
                "误差上限：有 95% 的把握，每家的估计与准确值之差都不超过它；0 为准确值。单位：对",
                "With 95 % confidence no estimate is further off than this; 0 means exact (Hoeffding). Unit: pairs",
                |_, sample: &Sample, _| Ok(figure(Some(sample.sampled.error))),
            ),
            field(
                "ranking",
                "[NetworkRank!]!",
                "估计值最大的单位",
                "Those with the largest estimates",
                |cx, sample: &Sample, _| {
                    Ok(Out::List(sample.ranks.iter().map(|rank| cx.types.data("NetworkRank", *rank)).collect()))
                },
            ),
        ],
    )
}
