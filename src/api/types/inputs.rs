//! Inputs: references to what exists, dates, and whatever else questions are asked with. Filters stand apart.

use async_graphql::Value as Gql;

use super::def::{ArgDef, InputDef};
use crate::api::error::ApiError;
use crate::domain::command::Reference;
use crate::domain::rejection::{Rejection, clip};
use crate::domain::{Day, Id, PartialDate};

/// A field of an input object.
pub fn input_field(
    name: impl Into<std::borrow::Cow<'static, str>>,
    ty: impl Into<String>,
    zh: impl Into<String>,
    en: impl Into<String>,
) -> ArgDef {
    ArgDef { name: name.into(), ty: ty.into(), default: None, zh: zh.into(), en: en.into() }
}

/// All input objects.
pub fn inputs() -> Vec<InputDef> {
    let range = |name: &str, ty: &str, zh: &str, en: &str| InputDef {
        name: name.into(),
        zh: zh.into(),
        en: en.into(),
        one_of: false,
        fields: vec![
            input_field("from", ty, "下限（含）；单位同所筛选的字段", "Least value, included. Unit: that of the field"),
            input_field(
                "to",
                ty,
                "上限（含）；单位同所筛选的字段",
                "Greatest value, included. Unit: that of the field",
            ),
        ],
    };
    let mut all = vec![
        InputDef {
            name: "Reference".into(),
            zh: "指明一个对象：四选一；名称对应多个时会拒绝并列出候选".into(),
            en: "Points at one thing in one of four ways; a name that fits several is refused with the candidates"
                .into(),
            one_of: true,
            fields: vec![
                input_field("id", "ID", "编号", "Its stable number"),
                input_field("creditCode", "String", "统一社会信用代码", "Unified social credit code"),
                input_field(
                    "name",
                    "String",
                    "名称：全称、简称、曾用名、别名或英文名，须完整",
                    "A whole name: full, short, former, other or English",
                ),
                input_field(
                    "code",
                    "String",
                    "行键、区划代码、“体系:代码”或“编号体系/编号”；问条目时也可只写代码（如 HNTE），问条目、地区时也可写名称",
                    "Row key, region code, SCHEME:code of a term, or SCHEME/number; where a term is asked for its code alone such as HNTE, where a term or a region is asked for its name will do",
                ),
            ],
        },
        InputDef {
            name: "PartnerWish".into(),
            zh: "为谁找伙伴：四选一".into(),
            en: "For whom partners are sought, in one of four ways".into(),
            one_of: true,
            fields: vec![
                input_field("organization", "Reference", "为一个机构找", "For an organisation"),
                input_field("demand", "Reference", "为一项需求找", "For a demand"),
                input_field("achievement", "Reference", "为一项成果找", "For a result"),
                input_field("text", "String", "为一段文字描述的需要找", "For a need in free words"),
            ],
        },
        range("DateRange", "PartialDate", "日期范围", "A span of dates"),
        range("DecimalRange", "Decimal", "数值范围", "A span of decimal numbers"),
        range("IntRange", "Int", "整数范围", "A span of whole numbers"),
    ];
    all.extend(super::filter::inputs());
    all.extend(super::change::inputs());
    all
}

/// Read a `Reference`.
pub fn reference(value: &Gql) -> Result<Reference, ApiError> {
    let bad = || {
        ApiError::new(
            "BAD_REFERENCE",
            "请用 id、creditCode、name、code 之一指明对象。",
            "Point at it by exactly one of id, creditCode, name, code.",
        )
    };
    let Gql::Object(fields) = value else { return Err(bad()) };
    let Some((name, Gql::String(text))) = fields.iter().next() else { return Err(bad()) };
    if text.trim().is_empty() {
        return Err(bad());
    }
    if text.chars().count() > 256 {
        return Err(ApiError::new(
            "BAD_REFERENCE",
            "指明对象的文字超过 256 个字。",
            "A reference has at most 256 characters.",
        ));
    }
    Ok(match name.as_str() {
        "id" => Reference::Id(id(text)?),
        "creditCode" => Reference::CreditCode(credit_code(text)?),
        "name" => Reference::Name(text.clone()),
        "code" => Reference::Code(text.clone()),
        _ => return Err(bad()),
    })
}

/// Read an id.
pub fn id(text: &str) -> Result<Id, ApiError> {
    text.parse().map_err(|()| {
        ApiError::new(
            "MALFORMED_ID",
            format!("“{}”不是编号：应为 26 位字母数字。", clip(text)),
            format!("“{}” is no id: 26 letters and digits are expected.", clip(text)),
        )
    })
}

fn credit_code(text: &str) -> Result<String, ApiError> {
    let checked = crate::domain::identifier::Identifier::new(crate::domain::identifier::Scheme::CreditCode, text);
    Ok(checked.map(|identifier| identifier.value).map_err(|(zh, en)| Rejection::InvalidIdentifier {
        given: clip(text),
        zh,
        en,
    })?)
}

/// What to write for the end of a year or a month; nothing where neither is given.
pub fn last_day_of(text: &str) -> (String, String) {
    match text.parse::<PartialDate>() {
        Ok(date) => {
            let last = date.last_day();
            (format!("要问这一时期的末日，请写 {last}。"), format!(" For the last day of that time write {last}."))
        }
        Err(()) => Default::default(),
    }
}

/// Read a whole date.
pub fn day(text: &str) -> Result<Day, ApiError> {
    text.parse().map_err(|()| {
        let whole = last_day_of(text);
        ApiError::new(
            "MALFORMED_DATE",
            format!("“{}”不是完整日期，应如 2017-12-31。{}", clip(text), whole.0),
            format!("“{}” is no whole date; write it like 2017-12-31.{}", clip(text), whole.1),
        )
    })
}
