//! Root fields: one file a question. Each is a declaration and a reader that asks a pure room.

mod candidates;
mod chain;
mod changes;
mod criterion_types;
mod difference;
pub(in crate::api) mod difference_types;
mod duplicates;
mod eligibility;
mod eligibility_types;
mod graph;
pub(in crate::api) mod history;
mod ladder;
mod lists;
mod lookup;
mod network;
mod partner_types;
mod partners;
mod quality;
mod score_parts;
mod scoreboard;
mod scoreboard_types;
mod search;
pub(in crate::api) mod service;
mod statistics;
mod viewer;

use super::types::def::{EnumDef, FieldDef, InputDef, TypeDef};
use crate::config::Limits;

pub use service::StoreName;

/// All root fields.
pub fn fields(limits: &Limits) -> Vec<FieldDef> {
    let mut fields = lookup::fields(limits);
    fields.extend(lists::fields(limits));
    fields.extend(statistics::fields(limits));
    fields.extend(search::fields(limits));
    fields.extend(graph::fields(limits));
    fields.extend(partners::fields(limits));
    fields.extend(network::fields(limits));
    fields.extend(chain::fields(limits));
    fields.extend(changes::fields(limits));
    fields.extend(history::fields(limits));
    fields.extend(difference::fields(limits));
    fields.extend(quality::fields(limits));
    fields.extend(duplicates::fields(limits));
    fields.extend(eligibility::fields());
    fields.extend(candidates::fields(limits));
    fields.extend(scoreboard::fields());
    fields.extend(ladder::fields());
    fields.extend(service::fields());
    fields.extend(viewer::fields());
    fields
}

/// The enumerations that only root fields answer with.
pub fn enums() -> Vec<EnumDef> {
    let mut enums = viewer::enums();
    enums.extend(quality::enums());
    enums.extend(duplicates::enums());
    enums.extend(network::enums());
    enums.extend(chain::enums());
    enums.extend(eligibility_types::enums());
    enums.extend(score_parts::enums());
    enums.extend(ladder::enums());
    enums
}

/// The inputs that only root fields are asked with.
pub fn inputs() -> Vec<InputDef> {
    network::inputs()
}

/// The types that only root fields answer with.
pub fn types(limits: &Limits) -> Vec<TypeDef> {
    let mut types = search::types();
    types.extend(graph::types(limits));
    types.extend(partner_types::types());
    types.extend(network::types(limits));
    types.extend(chain::types(limits));
    types.extend(changes::types());
    types.extend(history::types());
    types.extend(difference_types::types());
    types.extend(quality::types());
    types.extend(duplicates::types());
    types.extend(eligibility_types::types());
    types.extend(criterion_types::types());
    types.extend(candidates::types());
    types.extend(scoreboard_types::types(limits));
    types.extend(score_parts::types());
    types.extend(ladder::types(limits));
    types.extend(service::types());
    types.extend(viewer::types());
    types
}

/// The argument by which a question waits for the search index.
fn min_sequence(field: FieldDef) -> FieldDef {
    field.arg(
        crate::api::admission::MIN_SEQUENCE,
        "Int",
        "等到搜索索引包含此号变更后再回答，如写入后得到的 sequence；等不到则报 SEARCH_BEHIND。单位：号",
        "Wait until the search index holds this change, such as the sequence a write gave; SEARCH_BEHIND where it takes too long. Unit: sequence number",
    )
}

/// The argument `after` of a list.
fn after(field: FieldDef) -> FieldDef {
    field.arg("after", "String", "接着上一页：上一页的 endCursor", "Cursor of the last entry of the page before")
}
