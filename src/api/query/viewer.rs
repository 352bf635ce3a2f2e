//! `viewer`: whom the service takes whoever asks for, so that a front end shows what they may do
//! and nothing else. It says what the table of rights says, and grants nothing.

use crate::api::types::def::{EnumDef, FieldDef, Object, Out, TypeDef, field};
use crate::domain::Sensitivity;
use crate::rights::{Place, Rights, Role};

struct Viewer;

/// The root fields of this file.
pub fn fields() -> Vec<FieldDef> {
    vec![FieldDef::new(
        "viewer",
        "Viewer!",
        "当前查询人：是谁、什么角色、能做什么；没有登录时是公众",
        "Whoever asks: who they are and what they may do; the public where nobody has logged in",
        |cx, _, _| Ok(cx.types.data("Viewer", Viewer)),
    )]
}

/// The enumerations of this file.
pub fn enums() -> Vec<EnumDef> {
    let value =
        |role: Role| (role.name().to_owned(), format!("{}：{}", role.zh(), words(role).0), words(role).1.to_owned());
    let level = |level: &Sensitivity| {
        let (name, zh, en) = sensitivity(*level);
        (name.to_owned(), zh.to_owned(), en.to_owned())
    };
    vec![
        EnumDef {
            name: "AccountRole".into(),
            zh: "账号、令牌的角色".into(),
            en: "What the holder of an account or a token is to the service".into(),
            values: Role::all().map(value).collect(),
        },
        EnumDef {
            name: "Sensitivity".into(),
            zh: "数据的敏感程度".into(),
            en: "How sensitive a value is".into(),
            values: LEVELS.iter().map(level).collect(),
        },
    ]
}

/// From the least to the most.
const LEVELS: [Sensitivity; 3] = [Sensitivity::Public, Sensitivity::Internal, Sensitivity::Restricted];

fn sensitivity(level: Sensitivity) -> (&'static str, &'static str, &'static str) {
    match level {
        Sensitivity::Public => ("PUBLIC", "公开", "Anybody may see it"),
        Sensitivity::Internal => {
            ("INTERNAL", "内部：年度数据、工作事项、联系人", "Yearly figures, work items, contacts")
        }
        Sensitivity::Restricted => (
            "RESTRICTED",
            "受限：涉税数据、合同文本、个人电话",
            "Tax-derived figures, contract texts, personal telephone numbers",
        ),
    }
}

fn words(role: Role) -> (&'static str, &'static str) {
    match role {
        Role::Public => ("没有登录", "Nobody has said who they are"),
        Role::App => (
            "为他人服务的程序，能看公开数据和本人同意展示的数据",
            "A program that serves others: what is public, and what its owner agreed to have shown",
        ),
        Role::CountyOfficer => (
            "本县区能看能写，其他县区只看公开数据",
            "Sees and writes everything of one county, and sees what is public elsewhere",
        ),
        Role::CityOfficer => ("全市能看能写", "Sees and writes everything of the city"),
        Role::Analyst => ("能看受限以外的数据，不能写", "Sees all but what is restricted, and writes nothing"),
        Role::Steward => ("维护全部数据，不管账号", "Keeps all data, and no accounts"),
        Role::Administrator => ("管理服务与账号", "Runs the service and its accounts"),
    }
}

/// The highest that may be seen there.
fn highest(rights: Rights, place: Place) -> Out {
    let seen = LEVELS.iter().rev().find(|level| rights.may_see_within(**level, place));
    Out::option(seen.map(|level| Out::code(sensitivity(*level).0)))
}

/// The types of this file.
pub fn types() -> Vec<TypeDef> {
    vec![TypeDef::new(
        "Viewer",
        "当前查询人和他的权限；“本地区”只对县区管理员有意义",
        "Whoever asks, and what they may do; inside and outside differ for a county officer alone",
        vec![
            field("role", "AccountRole!", "角色", "What they are to the service", |cx, _: &Viewer, _| {
                Ok(Out::code(cx.lens.rights().role().name()))
            }),
            field(
                "name",
                "String",
                "名称：记在其写入的每条数据上；公众为空",
                "The name that goes onto everything they write; null for the public",
                |cx, _: &Viewer, _| Ok(Out::option(cx.actor.map(Out::text))),
            ),
            field(
                "region",
                "Region",
                "所管的地区；不限地区，或代码在库中找不到时为空",
                "The region they work for; null where none binds them, or where its code is not known here",
                |cx, _: &Viewer, _| {
                    let region = cx.lens.rights().scope().and_then(|id| cx.lens.node(id));
                    Ok(Out::option(region.map(|node| Out::Object(Object::Node(node)))))
                },
            ),
            field(
                "seesInside",
                "Sensitivity",
                "在本地区最高能看到哪一级",
                "The most sensitive level that they see inside their region",
                |cx, _: &Viewer, _| Ok(highest(cx.lens.rights(), Place::Inside)),
            ),
            field(
                "seesOutside",
                "Sensitivity",
                "在其他地区最高能看到哪一级",
                "The most sensitive level that they see outside of it",
                |cx, _: &Viewer, _| Ok(highest(cx.lens.rights(), Place::Outside)),
            ),
            field(
                "writesInside",
                "Boolean!",
                "能否写入本地区的数据",
                "Whether they write inside their region",
                |cx, _: &Viewer, _| {
                    Ok(Out::flag(cx.actor.is_some() && cx.lens.rights().may_write_within(Place::Inside)))
                },
            ),
            field(
                "writesOutside",
                "Boolean!",
                "能否写入其他地区的数据",
                "Whether they write outside of it",
                |cx, _: &Viewer, _| {
                    Ok(Out::flag(cx.actor.is_some() && cx.lens.rights().may_write_within(Place::Outside)))
                },
            ),
            field(
                "smallCellsWithheld",
                "Boolean!",
                "统计中不足 3 个的格子是否隐去（在其他地区）",
                "Whether counts of fewer than three are withheld from them outside their region",
                |cx, _: &Viewer, _| Ok(Out::flag(cx.lens.rights().binds_small_cells(Place::Outside))),
            ),
            field(
                "mayAskThePast",
                "Boolean!",
                "能否查询过去某日所知的数据",
                "Whether they may ask what was known on a day that is over",
                |cx, _: &Viewer, _| Ok(Out::flag(cx.lens.rights().may_ask_the_past())),
            ),
            field(
                "mayManageAccounts",
                "Boolean!",
                "能否管理账号与令牌",
                "Whether they may make and end accounts and tokens",
                |cx, _: &Viewer, _| Ok(Out::flag(cx.lens.rights().may_manage_accounts())),
            ),
        ],
    )]
}
