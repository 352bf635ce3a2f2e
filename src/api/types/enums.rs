//! Enumerations and scalars of the schema.

use super::def::{EnumDef, ScalarDef};
use super::shape::Takes;
use crate::api::query::{difference_types, history};
use crate::domain::identifier::SCHEMES;
use crate::domain::name::{LANGUAGES, NAME_KINDS};
use crate::domain::personal::{ERASURE_REASONS, REVEAL_PURPOSES};
use crate::domain::provenance::METHODS;
use crate::domain::{Kind, Relation, enumeration};
use crate::search::MatchKind;

/// Name and words of each reason for a hit.
pub const MATCH_KINDS: &[(MatchKind, &str, &str, &str)] = &[
    (MatchKind::Exact, "EXACT", "与全称相同", "The official name is the text"),
    (MatchKind::ShortName, "SHORT_NAME", "与简称相同", "A short name is the text"),
    (MatchKind::FormerName, "FORMER_NAME", "与曾用名相同", "A former name is the text"),
    (MatchKind::Alias, "ALIAS", "与别名相同", "Another name is the text"),
    (MatchKind::Code, "CODE", "与编号相同", "A number is the text"),
    (MatchKind::Prefix, "PREFIX", "名称以此开头", "A name begins with the text"),
    (MatchKind::Substring, "SUBSTRING", "名称包含此文字", "A name contains the text"),
    (
        MatchKind::Pinyin,
        "PINYIN",
        "名称的拼音或首字母以此开头",
        "The spelling or initials of a name begin with the text",
    ),
    (
        MatchKind::Synonym,
        "SYNONYM",
        "含有同义的说法，如高企与高新技术企业",
        "Names or texts hold another word for the same",
    ),
    (MatchKind::Text, "TEXT", "名称或正文含有其中的词", "Words of the text occur in names or running texts"),
    (
        MatchKind::Similar,
        "SIMILAR",
        "与所输入的拼音或外文只差一两个字母",
        "A Latin word or a spelling differs by a letter or two",
    ),
];

fn define(name: &str, zh: &str, en: &str, values: Vec<(String, String, String)>) -> EnumDef {
    EnumDef { name: name.into(), zh: zh.into(), en: en.into(), values }
}

fn rows<T>(rows: &[(T, &str, &str, &str)]) -> Vec<(String, String, String)> {
    rows.iter().map(|(_, name, zh, en)| ((*name).into(), (*zh).into(), (*en).into())).collect()
}

fn plain(rows: &[(&str, &str, &str)]) -> Vec<(String, String, String)> {
    rows.iter().map(|(name, zh, en)| ((*name).into(), (*zh).into(), (*en).into())).collect()
}

/// All enumerations.
pub fn enums() -> Vec<EnumDef> {
    let mut all: Vec<EnumDef> = enumeration::all()
        .map(|list| {
            let codes = list.values.iter().chain([&enumeration::UNKNOWN]);
            define(
                list.name,
                list.zh,
                list.en,
                codes.map(|code| (code.name.into(), code.zh.into(), code.en.into())).collect(),
            )
        })
        .collect();
    let kinds = Kind::all()
        .map(|kind| kind.row())
        .map(|row| (row.code.into(), format!("{}：{}", row.label_zh, row.zh), row.en.into()));
    all.push(define("NodeKind", "对象的种类", "What sort of node something is", kinds.collect()));
    let relations = Relation::all()
        .map(|relation| relation.row())
        .map(|row| (row.name.into(), format!("{}：{}", row.label_zh, row.zh), row.en.into()));
    all.push(define("Relation", "关系的种类", "What sort of tie joins two nodes", relations.collect()));
    all.push(define("NameKind", "名称的类型", "What a name is to its owner", rows(NAME_KINDS)));
    all.push(define("Language", "名称的语言", "The language of a name", rows(LANGUAGES)));
    all.push(define("IdentifierScheme", "编号体系", "Who gave out a number", rows(SCHEMES)));
    all.push(define("Method", "事实的录入方式", "How a fact got into the store", rows(METHODS)));
    all.push(define(
        "MatchKind",
        "命中的原因；靠前的更好",
        "Why something is among the hits; earlier ones are better",
        rows(MATCH_KINDS),
    ));
    all.push(define(
        "Answer",
        "是、否或未知",
        "Yes, no, or nobody knows",
        plain(&[
            ("YES", "是", "It is so"),
            ("NO", "否", "It is not so"),
            ("UNKNOWN", enumeration::UNKNOWN.zh, enumeration::UNKNOWN.en),
        ]),
    ));
    all.push(define(
        "Direction",
        "关系的方向",
        "Which way ties are followed",
        plain(&[
            ("FORWARD", "从本对象出发", "Those that go out from it"),
            ("REVERSE", "指向本对象", "Those that come in to it"),
            ("BOTH", "两个方向", "Either way"),
        ]),
    ));
    all.push(define(
        "NodeOrder",
        "列表的排序",
        "The order of a list",
        plain(&[
            ("RECORDED", "按录入先后", "As they were entered"),
            ("NAME", "按中文名称（字符编码顺序）", "By Chinese name, in order of code points"),
            ("CODE", "按代码（信用代码、区划代码等）", "By credit code, region code and the like"),
        ]),
    ));
    all.push(define(
        "CertificateState",
        "证书在某日的状态，由日期与申报推得",
        "What a certificate is on a day, derived from dates and applications",
        plain(super::record::CERTIFICATE_STATES),
    ));
    all.push(define(
        "SignalName",
        "推荐依据的种类",
        "What a recommendation rests on",
        crate::matching::SIGNALS
            .iter()
            .map(|signal| (signal.name.into(), signal.zh.into(), signal.en.into()))
            .collect(),
    ));
    all.push(define(
        "Grade",
        "推荐等级；不是决定，只供参考",
        "Grade of a recommendation; advice, never a decision",
        plain(&[
            ("HIGH", "相关度高", "Much speaks for it"),
            ("MEDIUM", "相关度中", "Something speaks for it"),
            ("LOW", "相关度低", "Little speaks for it"),
        ]),
    ));
    all.push(define(
        "ReadyState",
        "搜索索引的状态",
        "How far the search index is",
        plain(&[("READY", "可用", "It can be asked"), ("BUILDING", "正在建立", "It is being built")]),
    ));
    all.push(define(
        "WriterState",
        "写入的状态",
        "How writing stands",
        plain(&[
            ("RUNNING", "可以写入", "Requests are taken"),
            ("DISK_FULL", "磁盘已满，有空间后自动恢复", "The disk is full; it goes on when there is room"),
            ("STOPPED", "已停止，重启后恢复", "It has stopped until the service is restarted"),
            ("READ_ONLY", "以只读方式打开", "The store is open for reading only"),
        ]),
    ));
    all.push(define("HistoryPart", "一条记载说的是什么", "What an entry of a history says", plain(history::PARTS)));
    all.push(define("HistoryCause", "因何这样记载", "What made an entry of a history", plain(history::CAUSES)));
    all.push(define(
        "HistoryStanding",
        "一条记载现在如何",
        "How an entry of a history stands now",
        plain(history::STANDINGS),
    ));
    all.push(define(
        "DifferenceKind",
        "两边之间什么不同",
        "What differs between two sides",
        plain(difference_types::KINDS),
    ));
    all.push(define("DifferenceCause", "因何不同", "Why something differs", rows(difference_types::CAUSES)));
    all.extend(super::change::enums());
    all.extend(super::personal::enums());
    all.push(define(
        "RevealPurpose",
        "查看完整个人信息的用途",
        "What personal data are read in full for",
        plain(REVEAL_PURPOSES),
    ));
    all.push(define("ErasureReason", "删除个人信息的理由", "Why personal data are erased", rows(ERASURE_REASONS)));
    all
}

/// All scalars.
pub fn scalars() -> Vec<ScalarDef> {
    vec![
        ScalarDef {
            name: "Date",
            zh: "完整日期，如 2017-12-31。单位：日",
            en: "A whole date such as 2017-12-31. Unit: day",
            takes: Takes::Text,
        },
        ScalarDef {
            name: "PartialDate",
            zh: "可以只到年或月的日期：2017、2017-03、2017-03-01",
            en: "A date that may stop at the year or the month: 2017, 2017-03, 2017-03-01",
            takes: Takes::TextOrNumber,
        },
        ScalarDef {
            name: "DateTime",
            zh: "时刻（UTC），如 2026-01-31T08:00:00.000Z",
            en: "A moment in UTC such as 2026-01-31T08:00:00.000Z",
            takes: Takes::Text,
        },
        ScalarDef {
            name: "Decimal",
            zh: "精确的十进制数，以文字给出，如 “122982307”",
            en: "An exact decimal number, given as text such as “122982307”",
            takes: Takes::TextOrNumber,
        },
    ]
}
