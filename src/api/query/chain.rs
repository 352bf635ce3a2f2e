//! `chainGaps`: which links of an industrial chain are missing or weak, and who could fill them.

use std::sync::Arc;

use async_graphql::Value as Gql;

use crate::api::error::ApiError;
use crate::api::types::def::{Cx, EnumDef, FieldDef, Object, Out, TypeDef, field};
use crate::api::types::find::find;
use crate::api::types::resolve::Args;
use crate::api::types::{filter, inputs, node};
use crate::config::Limits;
use crate::domain::{Kind, Relation, Value};
use crate::graph::EntityRow;
use crate::network::{Judging, Link, Standing, links};

/// Links that one chain may have.
const MOST: u32 = 200;

/// The certificate that makes a firm a high-tech firm.
const CERTIFICATE: &str = "HNTE";

/// The root field of this file.
pub fn fields(_: &Limits) -> Vec<FieldDef> {
    vec![
        FieldDef::new(
            "chainGaps",
            "[ChainLinkState!]!",
            "补链强链：产业链各环节是缺失、单点、薄弱、外部依赖还是健全，以及市外谁能补；最该补的在前",
            "Gaps of an industrial chain: how each link stands and who outside could fill it, the worst first",
            read,
        )
        .cost(1_000)
        .scan()
        .arg(
            "chain",
            "String!",
            "产业链的体系名称，即环节代码冒号前的部分，如 CHAIN_BATTERY_DEMO",
            "The scheme of its links: what stands before the colon of their codes",
        )
        .arg("region", "Reference!", "在哪个地区（含下辖）算本地", "In which region, or below it, a firm is local")
        .arg(
            "outsideAbove",
            "Float!",
            "外地供货占比超过多少算外部依赖，0 到 1，默认 0.6",
            "Above which share of supply from outside a link depends on others, 0 to 1, 0.6 by default",
        )
        .default(Gql::from(0.6))
        .first(50, MOST)
        .heavy(),
    ]
}

fn read(cx: &Cx<'_>, _: &Object, args: &Args<'_>) -> Result<Out, ApiError> {
    let region = find(cx, &inputs::reference(&args.get("region").unwrap_or_default())?, &[Kind::Region])?;
    let bearable = match args.get("outsideAbove") {
        Some(Gql::Number(number)) => number.as_f64().unwrap_or(f64::NAN),
        _ => 0.6,
    };
    if !(0.0..=1.0).contains(&bearable) {
        return Err(ApiError::new(
            "CHAIN_SHARE",
            format!("outsideAbove 应在 0 到 1 之间，给的是 {bearable}。"),
            format!("outsideAbove must lie between 0 and 1, not {bearable}."),
        ));
    }
    let is_local = |firm: EntityRow| filter::within(cx, firm, Relation::LocatedIn, region);
    let is_certified = |firm: EntityRow| node::tiers(cx, firm).0.iter().any(|term| is_certificate(cx, *term));
    let judging = Judging { is_local: &is_local, is_certified: &is_certified, bearable };
    let scheme = args.text("chain").unwrap_or_default();
    let found = links(&cx.lens, &scheme, &judging);
    if cx.lens.budget().is_spent() {
        return Err(ApiError::new(
            "NETWORK_TOO_LARGE",
            "这条产业链涉及的单位太多，本次请求允许的工作量算不完；不给残缺的数。请换一条更细的链。",
            "The chain has too many organisations for the work that one request may do, and nothing is answered by halves. Ask for a finer chain.",
        ));
    }
    if found.is_empty() {
        let known = crate::domain::rejection::clip(&scheme);
        return Err(ApiError::new(
            "UNKNOWN_CHAIN",
            format!("没有名为“{known}”的产业链环节。请用 terms 查环节的代码，取冒号前的部分。"),
            format!(
                "No link of a chain “{known}” is known. Look at the codes of terms and take what stands before the colon."
            ),
        ));
    }
    let first = args.size("first")?;
    Ok(Out::List(found.into_iter().take(first).map(|link| cx.types.data("ChainLinkState", Arc::new(link))).collect()))
}

fn is_certificate(cx: &Cx<'_>, term: EntityRow) -> bool {
    matches!(cx.lens.value_named(term, "code"), Some(Value::Text(code)) if code == CERTIFICATE)
        || cx.lens.code(term).ends_with(&format!(":{CERTIFICATE}"))
}

/// The enumeration of this file.
pub fn enums() -> Vec<EnumDef> {
    let value = |row: &(Standing, &str, &str, &str)| (row.1.to_owned(), row.2.to_owned(), row.3.to_owned());
    vec![EnumDef {
        name: "ChainStanding".into(),
        zh: "产业链环节的状况；前面的先算".into(),
        en: "How a link of a chain stands; the first that fits counts".into(),
        values: Standing::ALL.iter().map(value).collect(),
    }]
}

fn of_link(name: &str, ty: &str, zh: &str, en: &str, read: impl Fn(&Link) -> Out + Send + Sync + 'static) -> FieldDef {
    field(name, ty, zh, en, move |_, link: &Arc<Link>, _| Ok(read(link)))
}

fn nodes(limits: &Limits, name: &str, zh: &str, en: &str, read: fn(&Link) -> &Vec<EntityRow>) -> FieldDef {
    field(name, "[Node!]!", zh, en, move |_, link: &Arc<Link>, args| {
        let nodes = read(link).iter().take(args.size("first")?);
        Ok(Out::List(nodes.map(|node| Out::Object(Object::Node(*node))).collect()))
    })
    .first(10, limits.page)
}

fn fraction(value: Option<f64>) -> Out {
    Out::option(value.map(Out::fraction))
}

/// The type of this file.
pub fn types(limits: &Limits) -> Vec<TypeDef> {
    let words = |link: &Link| Standing::ALL.iter().find(|row| row.0 == link.standing).unwrap_or(&Standing::ALL[4]);
    vec![TypeDef::new(
        "ChainLinkState",
        "产业链的一个环节现在怎样",
        "How a link of a chain stands",
        vec![
            of_link("link", "Term!", "哪个环节", "Which link", |link| Out::Object(Object::Node(link.term))),
            of_link("standing", "ChainStanding!", "状况", "How it stands", move |link| Out::code(words(link).1)),
            of_link("standingZh", "String!", "状况的中文说明", "How it stands, in Chinese", move |link| {
                Out::text(words(link).2)
            }),
            of_link(
                "localCount",
                "Int!",
                "本地企业数。单位：家",
                "How many local firms stand at it. Unit: firms",
                |link| Out::count(link.local.len()),
            ),
            of_link(
                "highTechCount",
                "Int!",
                "其中确有有效高新技术企业证书的。单位：家",
                "How many of them surely hold a high-tech certificate. Unit: firms",
                |link| Out::count(link.certified),
            ),
            of_link(
                "supplyCount",
                "Int!",
                "向本地企业供货的关系数：写明这一环节的，没有写明的按供货方所属环节。单位：条",
                "Ties of supply to local firms that name it, or whose supplier stands at it. Unit: ties",
                |link| Out::count(link.supplies),
            ),
            of_link(
                "outsideShare",
                "Float",
                "其中供货方在外地的占比，0 到 1；没有登记供货则为空",
                "The share of them whose supplier is elsewhere, 0 to 1; empty where no supply is registered",
                |link| fraction(link.outside),
            ),
            of_link(
                "concentration",
                "Float",
                "供货集中在少数企业的程度（HHI），0 到 1；没有登记供货则为空",
                "How far supply lies with few, 0 to 1 (HHI); empty where none is registered",
                |link| fraction(link.concentration),
            ),
            of_link(
                "critical",
                "Boolean!",
                "是否关键环节：下游缺它不行",
                "Whether the chain stops without it",
                |link| Out::flag(link.is_critical),
            ),
            of_link(
                "downstreamCount",
                "Int!",
                "下游各环节有多少本地企业用得上它。单位：家",
                "How many local firms at links further down need it. Unit: firms",
                |link| Out::count(link.reached),
            ),
            nodes(limits, "local", "本地企业，按代码、名称", "The local firms, by code and name", |link| {
                &link.local
            }),
            nodes(
                limits,
                "firmsElsewhere",
                "能补的市外企业：属于这一环节，按代码、名称",
                "Firms elsewhere that stand at it and could fill it, by code and name",
                |link| &link.firms_elsewhere,
            ),
            nodes(
                limits,
                "institutes",
                "能补的高校院所：属于这一领域或有这一领域的成果，按代码、名称",
                "Institutes in its field or with results in it, by code and name",
                |link| &link.institutes,
            ),
        ],
    )]
}
