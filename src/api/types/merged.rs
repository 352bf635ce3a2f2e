//! Entries that were merged into a node, as fields and a type; and on which of them something was written.

use super::def::{FieldDef, Out, TypeDef, field, node_field};
use super::fact;
use crate::domain::Id;
use crate::domain::merging::MOST_MERGED;
use crate::graph::Fact;

/// An entry that was merged, as it is told.
struct Merged {
    merge: Id,
    entry: Id,
    name: String,
    key: String,
    merged_at: i64,
}

/// The field of what may be merged.
pub fn node_list() -> FieldDef {
    node_field(
        "mergedEntries",
        "[MergedEntry!]!",
        "并入的重复条目；它们的编号、行键、名称仍指向这里",
        "Entries found to be the same and merged into this one; their numbers, keys and names lead here",
        |cx, node, _| {
            let told = cx.lens.merged_entries(node).map(|merged| Merged {
                merge: merged.merge,
                entry: merged.entry,
                name: merged.name.to_owned(),
                key: merged.key.to_owned(),
                merged_at: merged.stamp.map_or(0, |stamp| stamp.recorded_at),
            });
            Ok(Out::List(told.map(|merged| cx.types.data("MergedEntry", merged)).collect()))
        },
    )
    .at_most(MOST_MERGED as u32)
}

/// The field of a fact that says on which merged entry it was written.
pub fn entry_of<T: std::any::Any + Send + Sync>(of: fn(&T) -> &Fact) -> FieldDef {
    field(
        "entry",
        "ID",
        "写在哪一个并入的条目上：它的编号；写在所示对象自己名下的为空",
        "Number of the merged entry that it was written on; empty where that is the node shown",
        move |cx, data: &T, _| Ok(Out::option(cx.lens.written_on(of(data).id).map(|id| Out::text(id.to_string())))),
    )
}

/// The types of this file.
pub fn types() -> Vec<TypeDef> {
    let fields = vec![
        field(
            "merge",
            "ID!",
            "合并的编号，撤销时用（undoMerge）",
            "Number of the merge, to undo it by",
            |_, one: &Merged, _| Ok(Out::text(one.merge.to_string())),
        ),
        field(
            "entry",
            "ID!",
            "并入的条目的编号，仍然可用",
            "Number of the merged entry, which stays good",
            |_, one: &Merged, _| Ok(Out::text(one.entry.to_string())),
        ),
        field("key", "String!", "并入的条目的行键", "Row key of the merged entry", |_, one: &Merged, _| {
            Ok(Out::text(one.key.as_str()))
        }),
        field(
            "nameZh",
            "String!",
            "并入的条目自己的名称",
            "The own name of the merged entry",
            |_, one: &Merged, _| Ok(Out::text(one.name.as_str())),
        ),
        field("mergedAt", "DateTime!", "合并的时间（UTC）", "When it was merged, UTC", |_, one: &Merged, _| {
            Ok(Out::text(fact::moment(one.merged_at)))
        }),
    ];
    vec![TypeDef::new("MergedEntry", "并入别的条目的一条", "An entry that was merged into another", fields)]
}
