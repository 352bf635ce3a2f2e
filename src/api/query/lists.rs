//! Lists of every kind, filtered, ordered and paged.

use std::sync::Arc;

use async_graphql::{Name, Value};

use super::after;
use crate::api::admission::KNOWN_AT;
use crate::api::error::ApiError;
use crate::api::types::counted::Counted;
use crate::api::types::def::{Cx, FieldDef, Object, Out};
use crate::api::types::filter::{self, Of};
use crate::api::types::opening::WholeList;
use crate::api::types::resolve::Args;
use crate::api::types::settle::settled;
use crate::api::types::{page, record, records};
use crate::config::Limits;
use crate::domain::{Kind, RecordKind};
use crate::graph::{EntityRow, SourceRecord};

/// Entries of a page where `first` is not given.
const PAGE: u32 = 20;

/// The root fields of this file.
pub fn fields(limits: &Limits) -> Vec<FieldDef> {
    let most = limits.page;
    let mut fields = vec![list("Organization", Counted::Organizations, most)];
    for kind in Kind::all().filter(|kind| *kind != Kind::Person) {
        fields.push(list(kind.row().name, Counted::Nodes(kind), most));
    }
    fields.extend(RecordKind::all().map(|kind| record_list(kind, most)));
    fields.push(after(
        FieldDef::new("sources", "SourceConnection!", "全部来源", "All sources that facts were taken from", sources)
            .cost(20)
            .scan()
            .first(PAGE, most),
    ));
    fields
}

fn list(ty: &str, counted: Counted, most: u32) -> FieldDef {
    let (field, (zh, en)) = (counted.field(), counted.label());
    let connection = format!("{ty}Connection");
    let name = connection.clone();
    let edge = format!("{ty}Edge");
    let (zh, en) = (
        format!("{zh}列表，可筛选、排序、翻页"),
        format!("List of {}, filtered, ordered and paged", en.to_lowercase()),
    );
    let read = move |cx: &Cx<'_>, _: &Object, args: &Args<'_>| nodes(cx, args, counted, &name, &edge);
    let declared = FieldDef::new(field, format!("{connection}!"), zh, en, read)
        .cost(20)
        .scan()
        .arg(
            "filter",
            format!("{ty}Filter"),
            "筛选条件，各项同时满足",
            "What to narrow the list by; all fields hold together",
        )
        .arg("orderBy", "NodeOrder!", "排序", "The order of the list")
        .default(Value::Enum(Name::new("RECORDED")))
        .first(PAGE, most);
    after(declared)
}

/// The nodes of these kinds that pass a filter, in order of entry.
pub fn gather(cx: &Cx<'_>, kinds: &[Kind], filter: Option<&Value>) -> Result<Vec<EntityRow>, ApiError> {
    // A condition is work as a row is: a filter of fifty of them looks fifty times.
    let each = records::cost_of(filter);
    let counted = if let [kind] = kinds { Counted::Nodes(*kind) } else { Counted::Organizations };
    let filter = filter.map(|filter| settled(cx, counted, filter)).transpose()?;
    let mut found: Vec<EntityRow> = Vec::new();
    for kind in kinds {
        for node in cx.lens.nodes(*kind).take_while(|_| cx.lens.budget().spend(each)) {
            let passes = match &filter {
                Some(filter) => filter::passes(cx, Of::Node(node), filter, 0)?,
                None => true,
            };
            if passes {
                found.push(node);
            }
        }
    }
    Ok(found)
}

fn nodes(cx: &Cx<'_>, args: &Args<'_>, counted: Counted, connection: &str, edge: &str) -> Result<Out, ApiError> {
    let filter = args.get("filter");
    let order = args.text("orderBy").unwrap_or_default();
    let mut found = gather(cx, counted.kinds(), filter.as_ref())?;
    let key = |node: EntityRow| match order.as_str() {
        "NAME" => format!("{}\u{0}{}", cx.lens.name(node), cx.lens.id(node)),
        "CODE" => format!("{}\u{0}{}", cx.lens.code(node), cx.lens.id(node)),
        _ => cx.lens.id(node).to_string(),
    };
    if order == "RECORDED" {
        found.sort_unstable_by_key(|node| cx.lens.id(*node));
    } else {
        found.sort_by_cached_key(|node| key(*node));
    }
    let objects: Vec<Object> = found.into_iter().map(Object::Node).collect();
    let object_key = |object: &Object| if let Object::Node(node) = object { key(*node) } else { String::new() };
    let text = filter.as_ref().map(ToString::to_string).unwrap_or_default();
    let scope = format!("{connection}/{text}/{order}/{}/{:?}", cx.lens.day, cx.lens.rights());
    let page = page::paginate(cx, args, &scope, edge, &objects, object_key)?;
    let listed = WholeList::new(counted, objects, [("filter", filter), (KNOWN_AT, args.get(KNOWN_AT))]);
    Ok(cx.types.data(connection, page.counted(listed)))
}

fn record_list(kind: RecordKind, most: u32) -> FieldDef {
    let row = kind.row();
    let read = move |cx: &Cx<'_>, _: &Object, args: &Args<'_>| {
        let all = cx.lens.all_records(kind, records::cost_of_row(args)).cloned();
        records::answer(cx, args, (kind, None), all)
    };
    let (zh, en) = (
        format!("{}列表，可筛选、翻页：{}", row.label_zh, row.zh),
        format!("{}, filtered and paged: {}", row.label_en, row.en.to_lowercase()),
    );
    let field = FieldDef::new(row.field, format!("{}!", record::connection(row)), zh, en, read).cost(20).scan();
    after(records::narrowed(field, kind).first(PAGE, most))
}

fn sources(cx: &Cx<'_>, _: &Object, args: &Args<'_>) -> Result<Out, ApiError> {
    let place = match cx.types.data("Source", ()) {
        Out::Object(Object::Data(place, _)) => place,
        _ => 0,
    };
    let mut all: Vec<&Arc<SourceRecord>> = cx.lens.sources().take_while(|_| cx.lens.budget().spend(1)).collect();
    all.sort_by_key(|source| source.id);
    let objects: Vec<Object> =
        all.into_iter().map(|source| Object::Data(place, Arc::new(SourceRecord::clone(source)))).collect();
    let key = |object: &Object| match object {
        Object::Data(_, data) => {
            data.downcast_ref::<SourceRecord>().map_or_else(String::new, |source| source.id.to_string())
        }
        _ => String::new(),
    };
    Ok(cx.types.data("SourceConnection", page::paginate(cx, args, "sources", "SourceEdge", &objects, key)?))
}
