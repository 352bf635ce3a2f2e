//! 科技成果 · Achievement: something that was found and may be used by others.

use crate::domain::attribute::{Attribute, Dates, ValueType};
use crate::domain::enumeration;
use crate::domain::kind::{Kind, KindRow};

/// The row of the kind table.
pub static ROW: KindRow = KindRow {
    kind: Kind::Achievement,
    name: "Achievement",
    code: "ACHIEVEMENT",
    field: "achievement",
    list_field: "achievements",
    file: "achievements.csv",
    label_zh: "科技成果",
    label_en: "Achievement",
    zh: "科技成果、专利、软件、品种、标准；名称即标题",
    en: "A result, patent, software, plant variety or standard; its name is its title",
    attributes: ATTRIBUTES,
    begins_with: Some("date"),
    begins: Dates::Since1949,
    code_scheme: None,
};

const ATTRIBUTES: &[Attribute] = &[
    Attribute::new(1, "kind", ValueType::Code(&enumeration::ACHIEVEMENT_KIND), "成果类型", "Which sort of result")
        .required(),
    Attribute::new(2, "abstract", ValueType::Text, "成果摘要", "What was found, in words").body(),
    Attribute::new(3, "keywords", ValueType::Texts, "关键词", "Words that name the subject").keyword(),
    Attribute::new(
        4,
        "ipClass",
        ValueType::Code(&enumeration::IP_CLASS),
        "知识产权类别",
        "Class in the recognition rules",
    ),
    Attribute::new(
        5,
        "trl",
        ValueType::Integer(1, 9),
        "技术就绪度，1 到 9 级（GB/T 22900）",
        "Technology readiness reached. Unit: level 1 to 9",
    ),
    Attribute::new(
        6,
        "stage",
        ValueType::Code(&enumeration::ACHIEVEMENT_STAGE),
        "所处阶段",
        "Stage in the registration form",
    ),
    Attribute::new(7, "level", ValueType::Code(&enumeration::ACHIEVEMENT_LEVEL), "成果水平", "How it was judged"),
    Attribute::new(8, "date", ValueType::Date, "完成、授权或登记日期", "When it was finished, granted or registered")
        .since_1949(),
    Attribute::new(9, "offer", ValueType::Codes(&enumeration::OFFER), "愿意的转化方式", "How the owner would share it"),
    Attribute::new(10, "price", ValueType::Money, "期望价格", "The price asked"),
    Attribute::new(
        11,
        "origin",
        ValueType::Code(&enumeration::ENTITY_ORIGIN),
        "来历：本地、引进、衍生、回流",
        "Whether it began here, was brought in, spun off or came back",
    ),
    Attribute::new(12, "originOn", ValueType::Date, "引进、衍生日期", "When it was brought in or spun off")
        .since_1949(),
    Attribute::new(13, "originRegion", ValueType::Node(&[Kind::Region]), "从哪个地区引进", "The region it came from"),
];
