//! What a table of the import format is about, and its columns: names of the schema, Chinese words and
//! what a cell holds. All of it comes from the tables of `domain`; the few words that stand here head
//! columns that no table has.

use crate::domain::attribute::{Attribute, ValueType, label};
use crate::domain::identifier::SCHEMES;
use crate::domain::name::NAME_KINDS;
use crate::domain::provenance::METHODS;
use crate::domain::record::SOURCE_ATTRIBUTES;
use crate::domain::{Enumeration, Kind, RecordKind, Relation};

/// What a table is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// Where facts come from.
    Sources,
    /// Things of one kind.
    Kind(Kind),
    /// More names of things.
    Names,
    /// Identifiers of things.
    Identifiers,
    /// More statements about things.
    Statements,
    /// Ties of one relation.
    Relation(Relation),
    /// Records of one kind.
    Record(RecordKind),
}

/// What a cell of a column holds.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// Free text, taken as it stands.
    Text,
    /// A key, a code or another text in which wide and narrow letters are the same.
    Code,
    /// A code in which a zero at the front counts, so that a number will not do.
    Digits,
    /// A date.
    Date,
    /// A whole number.
    Whole,
    /// One of a list: name, and Chinese words.
    Listed(&'static [(&'static str, &'static str)]),
    /// The value of an attribute.
    Value(&'static Attribute),
}

/// A column of a table.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its name in the schema.
    pub name: &'static str,
    /// The Chinese word that heads it.
    pub label: &'static str,
    /// Other Chinese words that head it.
    pub also: Vec<&'static str>,
    /// What it is for, in both languages.
    pub told: (&'static str, &'static str),
    /// What its cells hold.
    pub shape: Shape,
    /// The words of a list, where it takes one of a list: name in the schema, Chinese word.
    pub words: Vec<(&'static str, &'static str)>,
    /// Must the column be there?
    pub required: bool,
    /// May its cells hold something of a person? Those are repeated nowhere.
    pub personal: bool,
}

/// A column that no table of the domain has: name, Chinese word, shape, what it is for.
struct Fixed(&'static str, &'static str, Shape, &'static str, &'static str);

const LANGUAGE: &[(&str, &str)] = &[("zh", "中文"), ("en", "英文")];

const FIXED: &[Fixed] = &[
    Fixed(
        "key",
        "行键",
        Shape::Code,
        "这一行的短名：汉字、字母、数字或 - _ .，至多 64 个；别的表用它引用",
        "A short name of the row; other tables refer to it",
    ),
    Fixed("nameZh", "名称", Shape::Text, "中文全称（登记名称）", "The full Chinese name"),
    Fixed("nameEn", "英文名称", Shape::Text, "英文全称", "The full English name"),
    Fixed(
        "code",
        "代码",
        Shape::Code,
        "地区代码，或条目在其分类体系内的代码",
        "The code of a region, or of a term in its scheme",
    ),
    Fixed("validFrom", "有效期起", Shape::Date, "从何时起成立；空着即不限", "From when it holds; empty = open"),
    Fixed(
        "validTo",
        "有效期止",
        Shape::Date,
        "到何时为止（不含这一天；只到年、月的含整年、整月）；空着即不限",
        "Until when it holds; empty = open",
    ),
    Fixed("since", "起始日期", Shape::Date, "关系从何时起成立；空着即不限", "From when the tie holds; empty = open"),
    Fixed(
        "until",
        "终止日期",
        Shape::Date,
        "关系到何时为止（不含这一天）；空着即不限",
        "Until when the tie holds; empty = open",
    ),
    Fixed(
        "source",
        "来源",
        Shape::Code,
        "来源表中的行键；每一行都要有",
        "The key of a row of the sources; every row has one",
    ),
    Fixed(
        "method",
        "取得方式",
        Shape::Listed(&[]),
        "怎样得到的；空着即“据文件录入”",
        "How it got here; empty = taken from a document",
    ),
    Fixed("basis", "依据口径", Shape::Text, "数字的口径，如审计、税务", "The basis of a figure"),
    Fixed(
        "confidence",
        "可信度",
        Shape::Whole,
        "千分比，0 到 1000；空着即未评估",
        "Per mille, 0 to 1000; empty = not assessed",
    ),
    Fixed("entity", "所指对象", Shape::Code, "行键、代码，或 USCC/统一社会信用代码", "Key, code, or USCC/credit code"),
    Fixed("text", "名称内容", Shape::Text, "这个名称的文字", "The name itself"),
    Fixed("language", "语言", Shape::Listed(LANGUAGE), "中文或英文", "Chinese or English"),
    Fixed("kind", "名称类型", Shape::Listed(&[]), "全称、简称、曾用名或别名", "Full, short, former or other name"),
    Fixed("scheme", "编号类型", Shape::Listed(&[]), "谁给出的编号，如统一社会信用代码", "Who gave the number out"),
    Fixed("value", "编号", Shape::Digits, "编号的文字", "The number as text"),
    Fixed("attribute", "属性", Shape::Code, "属性的英文字段名", "The name of the attribute"),
    Fixed(
        "id",
        "系统编号",
        Shape::Code,
        "整库导出时的编号，导入空库时保留",
        "The id it has in the store that it comes from",
    ),
    Fixed(
        "factIds",
        "各项系统编号",
        Shape::Text,
        "这一行各项的编号：列名=编号，以 | 分隔",
        "Ids of what the row says: column=id, separated by |",
    ),
    Fixed("endSource", "终止来源", Shape::Code, "谁说它已终止；空着即同本行来源", "Who says that it ended"),
    Fixed("endMethod", "终止取得方式", Shape::Listed(&[]), "终止一事怎样得到的", "How the end got here"),
    Fixed("endBasis", "终止依据口径", Shape::Text, "终止一事的口径", "The basis of the end"),
    Fixed("endConfidence", "终止可信度", Shape::Whole, "终止一事的可信度，千分比", "How sure the end is, per mille"),
];

/// Where a row comes from.
pub(super) const ORIGIN: [&str; 4] = ["source", "method", "basis", "confidence"];
/// Where the end of a tie comes from, where that was said apart.
pub(super) const END_ORIGIN: [&str; 4] = ["endSource", "endMethod", "endBasis", "endConfidence"];

impl Subject {
    /// All of them with their files, in the order in which their commands can be carried out: what is
    /// referred to stands before what refers to it.
    pub fn all() -> Vec<(&'static str, Subject)> {
        let mut kinds: Vec<Kind> = Kind::all().collect();
        kinds.sort_by_key(|kind| !matches!(kind, Kind::Term | Kind::Region));
        let mut all = vec![("sources.csv", Subject::Sources)];
        all.extend(kinds.into_iter().map(|kind| (kind.row().file, Subject::Kind(kind))));
        all.push(("names.csv", Subject::Names));
        all.push(("identifiers.csv", Subject::Identifiers));
        all.push(("statements.csv", Subject::Statements));
        all.extend(Relation::all().map(|relation| (relation.row().file, Subject::Relation(relation))));
        all.extend(RecordKind::all().map(|kind| (kind.row().file, Subject::Record(kind))));
        all
    }

    /// The word that heads its sheet.
    pub fn label_zh(self) -> &'static str {
        match self {
            Subject::Sources => "来源",
            Subject::Kind(kind) => kind.row().label_zh,
            Subject::Names => "名称",
            Subject::Identifiers => "编号",
            Subject::Statements => "补充说明",
            Subject::Relation(relation) => relation.row().label_zh,
            Subject::Record(kind) => kind.row().label_zh,
        }
    }

    /// Its columns.
    pub fn columns(self) -> Vec<Column> {
        let mut columns = vec![fixed("key")];
        let mut also_known = |names: &[&str]| columns.extend(names.iter().map(|name| fixed(name)));
        match self {
            Subject::Sources => {
                columns.extend(SOURCE_ATTRIBUTES.iter().map(of_attribute));
                return needing(columns, &["key"]);
            }
            Subject::Kind(kind) => {
                let row = kind.row();
                also_known(&["nameZh", "nameEn", "validFrom", "validTo"]);
                columns
                    .iter_mut()
                    .filter(|column| column.name == "nameZh")
                    .for_each(|column| column.also = name_words(kind));
                columns.extend(row.attributes.iter().map(of_attribute));
                let has_code = row.code_scheme.is_some();
                columns.extend(has_code.then(|| fixed("code")));
                columns = needing(columns, if has_code { &["key", "nameZh", "code"] } else { &["key", "nameZh"] });
                if kind == Kind::Person {
                    columns = personal(columns, &["nameZh", "nameEn"]);
                }
            }
            Subject::Names => {
                also_known(&["entity", "text", "language", "kind", "validFrom", "validTo"]);
                columns = personal(needing(columns, &["entity", "text", "language", "kind"]), &["text"]);
            }
            Subject::Identifiers => {
                also_known(&["entity", "scheme", "value", "validFrom", "validTo"]);
                columns = needing(columns, &["entity", "scheme", "value"]);
            }
            Subject::Statements => {
                also_known(&["entity", "attribute", "value", "validFrom", "validTo"]);
                // What the value holds follows from the attribute that the row names.
                if let Some(value) = columns.iter_mut().find(|column| column.name == "value") {
                    (value.label, value.shape) = ("属性值", Shape::Text);
                }
                columns = needing(columns, &["entity", "attribute", "value"]);
            }
            Subject::Relation(relation) => {
                let row = relation.row();
                columns.push(of_end("from", row.reverse.zh, row.reverse.en));
                columns.push(of_end("to", row.forward.zh, row.forward.en));
                columns.extend(["since", "until"].map(fixed));
                columns.extend(row.attributes.iter().map(of_attribute));
            }
            Subject::Record(kind) => {
                let row = kind.row();
                columns.push(of_end(row.subject.0, row.subject.1, row.subject.2));
                columns.extend(["validFrom", "validTo"].map(fixed));
                columns.extend(row.attributes.iter().map(of_attribute));
                if row.must_be_dated() {
                    columns = needing(columns, &["validFrom"]);
                }
            }
        }
        columns.extend(ORIGIN.map(fixed));
        needing(apart(columns), &["source"])
    }

    /// The same with those that only the export of a whole store fills.
    pub fn all_columns(self) -> Vec<Column> {
        let mut columns = self.columns();
        columns.push(fixed("id"));
        match self {
            Subject::Kind(_) => columns.push(fixed("factIds")),
            Subject::Relation(_) => columns.extend(END_ORIGIN.map(fixed)),
            _ => {}
        }
        columns
    }
}

/// Other words of a column that head another one in this table are that one's.
fn apart(mut columns: Vec<Column>) -> Vec<Column> {
    let heads: Vec<Vec<&'static str>> = columns
        .iter()
        .map(|column| [column.name, column.label].into_iter().chain(column.also.iter().copied()).collect())
        .collect();
    for (place, column) in columns.iter_mut().enumerate() {
        let is_loose = |word: &&str| ALSO.iter().any(|(_, words)| words.contains(word));
        let others = || heads.iter().enumerate().filter(|(other, _)| *other != place);
        column.also.retain(|word| !is_loose(word) || !others().any(|(_, words)| words.contains(word)));
    }
    columns
}

fn needing(mut columns: Vec<Column>, names: &[&str]) -> Vec<Column> {
    columns.iter_mut().filter(|column| names.contains(&column.name)).for_each(|column| column.required = true);
    columns
}

fn personal(mut columns: Vec<Column>, names: &[&str]) -> Vec<Column> {
    columns.iter_mut().filter(|column| names.contains(&column.name)).for_each(|column| column.personal = true);
    columns
}

/// Other words that head these columns in rosters: of the table of a kind, and of all others.
const ALSO: &[(&str, &[&str])] = &[
    ("key", &["编号", "序号"]),
    ("validFrom", &["生效日期", "有效期自", "有效期开始", "起始有效期"]),
    ("validTo", &["失效日期", "到期日期", "有效期至", "有效期截止"]),
    ("since", &["开始日期", "加入日期"]),
    ("until", &["结束日期", "退出日期"]),
    ("source", &["数据来源", "来源文件"]),
    ("text", &["名称文字"]),
];

fn fixed(name: &str) -> Column {
    let row = FIXED.iter().find(|row| row.0 == name).expect("the name stands in FIXED");
    let (shape, words) = (row.2, words_of(row.0, row.2));
    let also = ALSO.iter().find(|(known, _)| *known == name).map_or(&[][..], |(_, words)| words).to_vec();
    Column { name: row.0, label: row.1, also, told: (row.3, row.4), shape, words, required: false, personal: false }
}

/// What rosters call the name of what they list.
fn name_words(kind: Kind) -> Vec<&'static str> {
    match kind {
        Kind::Enterprise => vec!["企业名称", "单位名称", "公司名称", "名称（全称）", "中文名称"],
        Kind::Institute => vec!["单位名称", "院校名称", "高校名称", "院所名称", "机构名称", "中文名称"],
        Kind::OtherOrganization => vec!["单位名称", "机构名称", "中文名称"],
        Kind::Alliance => vec!["联盟名称", "中文名称"],
        Kind::Cluster => vec!["集群名称", "基地名称", "中文名称"],
        Kind::Fund => vec!["基金名称", "中文名称"],
        Kind::Carrier => vec!["载体名称", "孵化器名称", "中文名称"],
        Kind::Platform => vec!["平台名称", "中文名称"],
        Kind::Collaboration => vec!["合作名称", "中文名称"],
        Kind::Demand => vec!["需求名称", "中文名称"],
        Kind::Achievement => vec!["成果名称", "中文名称"],
        _ => vec!["中文名称"],
    }
}

fn of_end(name: &'static str, zh: &'static str, en: &'static str) -> Column {
    let (label, also, words) = (label(zh), Vec::new(), Vec::new());
    Column { name, label, also, told: (zh, en), shape: Shape::Code, words, required: true, personal: false }
}

fn of_attribute(attribute: &'static Attribute) -> Column {
    let shape = match attribute.value_type {
        ValueType::Term(_) | ValueType::Node(_) | ValueType::Nodes(_) => Shape::Code,
        _ => Shape::Value(attribute),
    };
    Column {
        name: attribute.name,
        label: attribute.label_zh(),
        also: attribute.also.to_vec(),
        told: (attribute.zh, attribute.en),
        shape,
        words: words_of(attribute.name, shape),
        required: attribute.required,
        personal: attribute.personal.is_some(),
    }
}

fn words_of(name: &str, shape: Shape) -> Vec<(&'static str, &'static str)> {
    match (name, shape) {
        ("method" | "endMethod", Shape::Listed(_)) => METHODS.iter().map(|row| (row.1, label(row.2))).collect(),
        ("kind", Shape::Listed(_)) => NAME_KINDS.iter().map(|row| (row.1, label(row.2))).collect(),
        ("scheme", Shape::Listed(_)) => SCHEMES.iter().map(|row| (row.1, label(row.2))).collect(),
        (_, Shape::Listed(words)) => words.to_vec(),
        (_, Shape::Value(attribute)) => match attribute.value_type {
            ValueType::Answer => vec![("YES", "是"), ("NO", "否"), ("UNKNOWN", "未知")],
            ValueType::Code(list) | ValueType::Codes(list) => {
                list.values.iter().map(|code| (code.name, word_of(list, code.zh))).collect()
            }
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// The word of a code: without its explanation, where it is the only one that goes by it.
fn word_of(list: &Enumeration, zh: &'static str) -> &'static str {
    let alone = list.values.iter().filter(|code| label(code.zh) == label(zh)).count() == 1;
    if alone { label(zh) } else { zh }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::domain::name::LANGUAGES;
    use crate::intake::header::plain;

    #[test]
    fn every_word_heads_one_column_of_its_table() {
        let mut sheets = BTreeMap::new();
        for (file, subject) in Subject::all() {
            assert_eq!(sheets.insert(subject.label_zh(), file), None, "{}", subject.label_zh());
            let mut heads: BTreeMap<String, &str> = BTreeMap::new();
            for column in subject.all_columns() {
                let words = [column.name, column.label].into_iter().chain(column.also.iter().copied());
                for word in words {
                    let other = heads.insert(plain(word), column.name);
                    assert!(other.is_none_or(|other| other == column.name), "{file}: {word} heads {other:?} too");
                }
            }
        }
    }

    #[test]
    fn every_word_of_a_list_is_one_of_it() {
        for (file, subject) in Subject::all() {
            for column in subject.all_columns() {
                let mut names = BTreeMap::new();
                for (name, word) in column.words {
                    for spoken in [name, word] {
                        let other = names.insert(spoken, name);
                        assert!(other.is_none_or(|other| other == name), "{file} {}: {spoken}", column.name);
                    }
                }
            }
        }
        assert_eq!(LANGUAGE.len(), LANGUAGES.len());
    }
}
