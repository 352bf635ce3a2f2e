//! Input objects of what changes or takes back facts that are there.

use super::inputs::{define, origin, validity};
use crate::api::types::inputs::input_field;
use crate::api::types::shape::{ArgDef, InputDef};

/// All input objects of this file.
pub fn inputs() -> Vec<InputDef> {
    vec![tie_reference(), tie_ends(), correction(), named_value()]
}

fn tie_reference() -> InputDef {
    InputDef {
        one_of: true,
        ..define(
            "TieReference",
            "指明一条关系：按编号，或按两端",
            "Points at a tie by its number or by its ends",
            vec![
                input_field("id", "ID", "关系的编号", "Number of the tie"),
                input_field(
                    "ends",
                    "TieEnds",
                    "两端之间这种关系只有一条未结束时可用",
                    "Where one tie of the relation alone stands open between the two",
                ),
            ],
        )
    }
}

fn tie_ends() -> InputDef {
    define(
        "TieEnds",
        "一条关系的种类与两端",
        "Relation and ends of a tie",
        vec![
            input_field("relation", "Relation!", "关系的种类", "Which relation it is"),
            input_field("from", "Reference!", "起点", "Where it starts"),
            input_field("to", "Reference!", "终点", "Where it leads"),
        ],
    )
}

fn correction() -> InputDef {
    let mut fields = vec![
        input_field(
            "value",
            "String",
            "名称、编号的文字，或陈述的值（文字写法）；单位同该字段",
            "Text of a name or number, or value of a statement as text. Unit: that of the field",
        ),
        input_field(
            "values",
            "[NamedValue!]",
            "关系或记录的字段，只写要改的",
            "Fields of a tie or a record, only those that change",
        ),
    ];
    let note = ("不填则不变，null 则清空。", "Left out it stays, null clears it. ");
    fields.extend(validity("validFrom", "validTo").into_iter().map(|field| ArgDef {
        zh: format!("{}{}", note.0, field.zh),
        en: format!("{}{}", note.1, field.en),
        ..field
    }));
    fields.extend(origin("String").into_iter().map(|field| match &*field.name {
        "source" => ArgDef {
            zh: "更正所据来源的行键；不填则沿用原来源".into(),
            en: "Row key of the source of the correction; the former one stays where none is given".into(),
            ..field
        },
        "method" => ArgDef { default: None, ..field },
        _ => field,
    }));
    define("CorrectionInput", "更正的内容：只写要改的", "What is different: only what changes is given", fields)
}

fn named_value() -> InputDef {
    define(
        "NamedValue",
        "一个字段及其值（文字写法）",
        "A field and its value as text",
        vec![
            input_field("name", "String!", "字段名，如 role", "Name of the field, such as role"),
            input_field(
                "value",
                "String!",
                "值的文字写法，无人知道写 UNKNOWN；单位同该字段",
                "The value as text, UNKNOWN where nobody knows. Unit: that of the field",
            ),
        ],
    )
}
