//! 地区 · Region: places, in several hierarchies at once.

use crate::domain::attribute::{Attribute, Dates, ValueType};
use crate::domain::enumeration;
use crate::domain::identifier::Scheme;
use crate::domain::kind::{Kind, KindRow};

/// The row of the kind table.
pub static ROW: KindRow = KindRow {
    kind: Kind::Region,
    name: "Region",
    code: "REGION",
    field: "region",
    list_field: "regions",
    file: "regions.csv",
    label_zh: "地区",
    label_en: "Region",
    zh: "行政区划、开发区、园区、示范区",
    en: "An administrative division, zone or park",
    attributes: ATTRIBUTES,
    begins_with: None,
    begins: Dates::Any,
    code_scheme: Some(Scheme::RegionCode),
};

const ATTRIBUTES: &[Attribute] = &[
    Attribute::new(1, "kind", ValueType::Code(&enumeration::REGION_KIND), "地区类型", "Which sort of region")
        .required(),
    Attribute::new(
        2,
        "standard",
        ValueType::Text,
        "代码所依据的标准；统计用代码不属于 GB/T 2260",
        "The standard that its code comes from",
    ),
    Attribute::new(
        3,
        "verified",
        ValueType::Answer,
        "是否已与官方文本核对；“否”的请核对后再用",
        "Whether it was checked against the official text",
    ),
    Attribute::new(
        4,
        "latitude",
        ValueType::Decimal,
        "纬度（约为政府驻地），单位：度",
        "Latitude of its seat. Unit: degrees north",
    ),
    Attribute::new(
        5,
        "longitude",
        ValueType::Decimal,
        "经度（约为政府驻地），单位：度",
        "Longitude of its seat. Unit: degrees east",
    ),
];
