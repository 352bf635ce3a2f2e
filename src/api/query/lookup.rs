//! One thing, by id or by reference. What is not there, or may not be seen, is null.

use crate::api::error::ApiError;
use crate::api::types::def::{Cx, FieldDef, Object, Out};
use crate::api::types::find::find;
use crate::api::types::inputs;
use crate::api::types::resolve::Args;
use crate::config::Limits;
use crate::domain::Kind;
use crate::graph::SourceRecord;

/// What a reference costs: one that fits nothing is searched for, to say what may have been meant.
const COST: u32 = 200;

/// The root fields of this file.
pub fn fields(limits: &Limits) -> Vec<FieldDef> {
    let most = limits.ids;
    let mut fields = vec![
        FieldDef::new("node", "Node", "按编号查一个对象", "One node by its number", |cx, _, args| {
            let id = inputs::id(&args.text("id").unwrap_or_default())?;
            Ok(Out::option(cx.lens.node(id).map(|node| Out::Object(Object::Node(node)))))
        })
        .arg("id", "ID!", "对象的编号", "Number of the node"),
        FieldDef::new(
            "nodes",
            "[Node]!",
            "按编号查多个对象，次序与所给相同，查不到的为空",
            "Several nodes by number, in the order given; null where there is none",
            nodes,
        )
        .at_most(most)
        .arg("ids", "[ID!]!", format!("编号，最多 {most} 个"), format!("Numbers, at most {most}")),
        FieldDef::new(
            "tie",
            "Tie",
            "按编号查一条关系，用于核对推荐的依据",
            "One tie by its number, to check the evidence of a recommendation",
            |cx, _, args| {
                let id = inputs::id(&args.text("id").unwrap_or_default())?;
                Ok(Out::option(cx.lens.tie(id).map(|tie| Out::Object(Object::Tie(tie)))))
            },
        )
        .arg("id", "ID!", "关系的编号", "Number of the tie"),
        FieldDef::new("source", "Source", "按编号查一个来源", "One source by its number", |cx, _, args| {
            let id = inputs::id(&args.text("id").unwrap_or_default())?;
            Ok(Out::option(cx.lens.source(id).map(|source| cx.types.data("Source", SourceRecord::clone(source)))))
        })
        .arg("id", "ID!", "来源的编号", "Number of the source"),
        by("organization", "Organization", "机构", "organisation", Kind::ORGANIZATIONS),
    ];
    for kind in Kind::all() {
        let row = kind.row();
        fields.push(by(row.field, row.name, row.label_zh, row.label_en, kind.alone()));
    }
    fields
}

fn by(field: &str, ty: &str, zh: &str, en: &str, kinds: &'static [Kind]) -> FieldDef {
    let (zh, en) = (
        format!("查一个{zh}：按编号、信用代码、名称或代码"),
        format!("One {} by number, credit code, name or code", en.to_lowercase()),
    );
    FieldDef::new(field, ty, zh, en, move |cx, _, args| one(cx, args, kinds)).cost(COST).arg(
        "by",
        "Reference!",
        "指明是哪一个；名称对应多个时会拒绝并列出候选",
        "Says which one; a name that fits several is refused with the candidates",
    )
}

fn one(cx: &Cx<'_>, args: &Args<'_>, kinds: &[Kind]) -> Result<Out, ApiError> {
    let reference = inputs::reference(&args.get("by").unwrap_or_default())?;
    match find(cx, &reference, kinds) {
        Ok(node) => Ok(Out::Object(Object::Node(node))),
        // Not there is an answer, and what may have been meant is told beside it; several, or another
        // kind, is a mistake worth telling. Of people nothing is told.
        Err(error) if error.code == "UNKNOWN_REFERENCE" => {
            if let (Some(warnings), false) = (cx.warnings, kinds == [Kind::Person]) {
                warnings.add(error);
            }
            Ok(Out::Null)
        }
        Err(error) => Err(error),
    }
}

fn nodes(cx: &Cx<'_>, _: &Object, args: &Args<'_>) -> Result<Out, ApiError> {
    let ids = args.names("ids");
    let most = cx.limits.ids;
    if ids.len() > most as usize {
        return Err(ApiError::new(
            "PAGE_SIZE",
            format!("一次最多 {most} 个编号。"),
            format!("At most {most} numbers at once."),
        ));
    }
    let found = ids.iter().map(|id| {
        let id = inputs::id(id)?;
        Ok(Out::option(cx.lens.node(id).map(|node| Out::Object(Object::Node(node)))))
    });
    found.collect::<Result<Vec<_>, ApiError>>().map(Out::List)
}
