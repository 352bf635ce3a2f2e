//! 表彰奖补与融资 · honours, rewards, and money without a named giver.

use crate::domain::attribute::{Attribute, Sensitivity, ValueType};
use crate::domain::enumeration;
use crate::domain::enumeration::records as list;
use crate::domain::kind::Kind;
use crate::domain::record::{Dating, RecordKind, RecordRow};

/// The row of honours.
pub static HONOR: RecordRow = RecordRow {
    kind: RecordKind::Honor,
    name: "Honor",
    field: "honors",
    file: "honors.csv",
    subject: ("holder", "获得者", "Who received it"),
    holders: Kind::ACTORS,
    label_zh: "表彰奖补",
    label_en: "Honours and rewards",
    zh: "一次表彰、奖补或大赛奖项",
    en: "A commendation, a reward or a prize",
    sensitivity: Sensitivity::Public,
    exception: None,
    dating: Dating::From("grantedOn"),
    attributes: &[
        Attribute::new(1, "kind", ValueType::Code(&list::HONOR_KIND), "类型", "Which sort of honour").required(),
        Attribute::new(2, "title", ValueType::Text, "名称或事由", "Its name, or what it is for").required(),
        Attribute::new(3, "level", ValueType::Code(&enumeration::LEVEL), "级别", "The level it is given at"),
        Attribute::new(4, "amount", ValueType::Money, "金额", "The sum granted"),
        Attribute::new(5, "grantedOn", ValueType::Date, "授予、批准日期", "When it was granted")
            .since_1949()
            .required(),
        Attribute::new(
            6,
            "paidOn",
            ValueType::Date,
            "兑付日期；没有即尚未兑付",
            "When it was paid; none means not yet",
        )
        .since_1949()
        .internal(),
        Attribute::new(7, "scheme", ValueType::Term("SCHEME"), "所据资质类别", "The scheme it rewards"),
    ],
};

/// The row of financings.
pub static FINANCING: RecordRow = RecordRow {
    kind: RecordKind::Financing,
    name: "Financing",
    field: "financings",
    file: "financings.csv",
    subject: ("enterprise", "融资企业", "Who received the money"),
    holders: &[Kind::Enterprise],
    label_zh: "融资记录",
    label_en: "Financings",
    zh: "没有单一出资方的融资：上市、债券、信托、增资扩股",
    en: "Money without one giver: a listing, a bond, a trust product, a capital increase",
    sensitivity: Sensitivity::Public,
    exception: None,
    dating: Dating::From("date"),
    attributes: &[
        Attribute::new(1, "instrument", ValueType::Code(&enumeration::INSTRUMENT), "融资形式", "The form of the money")
            .required(),
        Attribute::new(2, "amount", ValueType::Money, "融资金额", "How much was raised"),
        Attribute::new(3, "date", ValueType::Date, "日期", "When it was raised").since_1949().required(),
        Attribute::new(4, "round", ValueType::Text, "轮次、期次", "The round or issue"),
    ],
};
