//! Who stands together with an organisation: those it collaborates with, and those in its alliances,
//! each with what explains it.

use super::def::{Cx, FieldDef, Object, Out, TypeDef, field, node_field};
use super::resolve::Args;
use super::{inputs, page};
use crate::api::error::ApiError;
use crate::domain::value::decimal;
use crate::graph::EntityRow;
use crate::network::{self, Frameworks, Pair, Shared, Window};

/// Entries that explain one pair.
const MOST_SHARED: usize = 20;

/// The fields that every organisation has.
pub fn fields(most: u32) -> Vec<FieldDef> {
    let after = |field: FieldDef| {
        field.cost(10).walk().first(20, most).arg(
            "after",
            "String",
            "接着上一页：上一页的 endCursor",
            "Cursor of the last entry of the page before",
        )
    };
    let collaborators = node_field(
        "collaborators",
        "CollaboratorConnection!",
        "合作单位：由共同参加的合作推得，k 方合作给每一对 1/(k−1)，权重大的在前",
        "Organisations it collaborates with, derived from what both are parties to: k parties give each pair 1/(k−1); the heaviest first",
        collaborators,
    )
    .arg(
        "includeFramework",
        "Boolean!",
        "是否把框架协议也算上；默认不算，签框架不等于合作",
        "Whether framework agreements count as well; by default they do not, for signing one is no collaboration",
    )
    .default(false)
    .arg("from", "Date", "只算这一天及以后签订的", "Only what was signed on this day or later")
    .arg("to", "Date", "只算这一天及以前签订的", "Only what was signed on this day or earlier");
    let co_members = node_field(
        "coMembers",
        "CoMemberConnection!",
        "同盟单位：由共同加入的联盟推得，与合作分开；同在联盟不等于合作",
        "Organisations in the same alliances, a layer apart from collaboration: being in one is none yet",
        co_members,
    );
    vec![after(collaborators), after(co_members)]
}

fn collaborators(cx: &Cx<'_>, node: EntityRow, args: &Args<'_>) -> Result<Out, ApiError> {
    let day = |name: &str| args.text(name).map(|text| inputs::day(&text)).transpose();
    let wanted = args.get("includeFramework") == Some(async_graphql::Value::Boolean(true));
    let frameworks = if wanted { Frameworks::Counted } else { Frameworks::LeftOut };
    let window = Window { from: day("from")?, to: day("to")?, frameworks };
    let list = format!("collaborators/{window:?}");
    connection(cx, args, (node, &list), "Collaborator", network::collaborators(&cx.lens, node, &window))
}

fn co_members(cx: &Cx<'_>, node: EntityRow, args: &Args<'_>) -> Result<Out, ApiError> {
    connection(cx, args, (node, "coMembers"), "CoMember", network::co_members(&cx.lens, node))
}

fn connection(
    cx: &Cx<'_>,
    args: &Args<'_>,
    (node, list): (EntityRow, &str),
    ty: &str,
    pairs: Vec<Pair>,
) -> Result<Out, ApiError> {
    let scope = format!("{}/{list}/{}/{:?}", cx.lens.id(node), cx.lens.day, cx.lens.rights());
    let key = |number: usize| {
        pairs.get(number).map_or_else(String::new, |pair| {
            let (code, name, id) = (cx.lens.code(pair.with), cx.lens.name(pair.with), cx.lens.id(pair.with));
            format!("{:020}\u{0}{code}\u{0}{name}\u{0}{id}", i64::MAX - pair.billionths())
        })
    };
    let item = |number: usize| match pairs.get(number).map(|pair| cx.types.data(ty, pair.clone())) {
        Some(Out::Object(object)) => object,
        _ => Object::Data(usize::MAX, std::sync::Arc::new(())),
    };
    let page = page::cut(cx, args, &scope, &format!("{ty}Edge"), (pairs.len(), &key, &item))?;
    Ok(cx.types.data(&format!("{ty}Connection"), page))
}

/// The types of this file.
pub fn types() -> Vec<TypeDef> {
    let (zh, en) = ("合作单位", "An organisation that it collaborates with");
    let (allied_zh, allied_en) = ("同盟单位", "An organisation in the same alliances");
    vec![
        page::connection("CollaboratorConnection", "CollaboratorEdge", zh, en),
        page::edge("CollaboratorEdge", "Collaborator", zh, en),
        collaborator(zh, en),
        shared_collaboration(),
        page::connection("CoMemberConnection", "CoMemberEdge", allied_zh, allied_en),
        page::edge("CoMemberEdge", "CoMember", allied_zh, allied_en),
        co_member(allied_zh, allied_en),
    ]
}

/// What pairs of both layers have.
fn pair_fields() -> Vec<FieldDef> {
    vec![
        field("organization", "Organization!", "对方", "Who it is", |_, pair: &Pair, _| {
            Ok(Out::Object(Object::Node(pair.with)))
        }),
        field(
            "weight",
            "Float!",
            "权重：共同参加的每一项按 1/(k−1) 相加，k 为参加单位数。单位：项",
            "Weight: 1/(k−1) for each thing both take part in, k being how many do. Unit: shared things",
            |_, pair: &Pair, _| Ok(Out::fraction(pair.weight)),
        ),
        field(
            "sharedCount",
            "Int!",
            "共同参加的项数。单位：项",
            "How many things both take part in. Unit: things",
            |_, pair: &Pair, _| Ok(Out::count(pair.shared.len())),
        ),
    ]
}

fn yuan(cents: Option<i64>) -> Out {
    Out::option(cents.map(|cents| Out::text(decimal(cents, 2))))
}

fn collaborator(zh: &str, en: &str) -> TypeDef {
    let mut fields = pair_fields();
    fields.push(field(
        "amount",
        "Decimal",
        "分到这一对的合同额：各方按写明的份额、没有写明的平均，再平均到与其他各方的各对；所有对之和等于合同额，不重复计。空为都没有金额。单位：元（人民币）",
        "The part of the amounts that falls to the two: each party stands for its stated share, or an equal one, spread over its pairs, so that all pairs add up to the amount once. Empty where no amount is known. Unit: yuan (CNY)",
        |_, pair: &Pair, _| Ok(yuan(pair.cents())),
    ));
    fields.push(
        field(
            "shared",
            "[SharedCollaboration!]!",
            "依据：共同参加的合作，按录入先后，最多 20 项",
            "What explains it: collaborations both are parties to, as entered, 20 at most",
            |cx, pair: &Pair, _| {
                let shared = pair.shared.iter().take(MOST_SHARED);
                Ok(Out::List(shared.map(|shared| cx.types.data("SharedCollaboration", *shared)).collect()))
            },
        )
        .at_most(MOST_SHARED as u32),
    );
    TypeDef::new("Collaborator", zh, en, fields)
}

fn shared_collaboration() -> TypeDef {
    let fields = vec![
        field(
            "collaboration",
            "Collaboration!",
            "共同参加的合作",
            "What both are parties to",
            |_, shared: &Shared, _| Ok(Out::Object(Object::Node(shared.gathering))),
        ),
        field(
            "parties",
            "Int!",
            "参加单位数 k。单位：家",
            "How many organisations are parties, k. Unit: organisations",
            |_, shared: &Shared, _| Ok(Out::count(shared.parties)),
        ),
        field(
            "amount",
            "Decimal",
            "其中分到这一对的金额；空为没有金额。单位：元（人民币）",
            "The part of its amount that falls to the two; empty where none is known. Unit: yuan (CNY)",
            |_, shared: &Shared, _| Ok(yuan(shared.cents)),
        ),
    ];
    TypeDef::new("SharedCollaboration", "两家共同参加的一次合作", "A collaboration that two are parties to", fields)
}

fn co_member(zh: &str, en: &str) -> TypeDef {
    let mut fields = pair_fields();
    fields.push(
        field(
            "alliances",
            "[Alliance!]!",
            "依据：共同加入的联盟，最多 20 个",
            "What explains it: alliances both are in, 20 at most",
            |_, pair: &Pair, _| {
                let shared = pair.shared.iter().take(MOST_SHARED);
                Ok(Out::List(shared.map(|shared| Out::Object(Object::Node(shared.gathering))).collect()))
            },
        )
        .at_most(MOST_SHARED as u32),
    );
    TypeDef::new("CoMember", zh, en, fields)
}
