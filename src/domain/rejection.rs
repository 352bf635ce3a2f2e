//! Refusals: one variant a rule, each with a stable code and, in Chinese and English, what was
//! asked, what stood in the way and what would work.

mod samples;

use super::attribute::Attribute;
use super::kind::Kind;
use super::merging::MergeFault;
use super::personal::SealFault;
use super::plausibility::Implausible;
use super::record::RecordKind;
use super::relation::Relation;
use super::unreadable::Unreadable;
use super::value;

/// Why a command was not carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // the sentences below say what each one is
pub enum Rejection {
    UnknownReference { what_zh: String, what_en: String, given: String },
    AmbiguousName { given: String, candidates: Vec<String> },
    WrongKind { given: String, expected: Vec<Kind>, found: Kind },
    ForbiddenEnds { relation: Relation, from: Kind, to: Kind },
    TieToItself { relation: Relation },
    Circular { relation: Relation },
    OverlappingValidity { relation: Relation, other: String },
    RequiredMissing { name: String },
    InvalidValue { name: String, given: String, expected_zh: String, expected_en: String },
    InvalidName { given: String, zh: String, en: String },
    InvalidIdentifier { given: String, zh: String, en: String },
    IdentifierTaken { given: String, holder: String },
    ValidityReversed { from: String, to: String },
    SourceMissing,
    SourceUntraceable,
    UnknownColumn { name: String, known: String },
    MissingColumn { name: String },
    DuplicateColumn { name: String },
    DuplicateKey { key: String, first: String },
    InvalidKey { given: String },
    WrongCellCount { expected: usize, found: usize },
    NotUtf8,
    UnknownFile { known: String },
    EmptyFile,
    TooLarge { limit: String },
    OtherStore { given: String, found: String },
    StaleVersion { given: u64, found: u64 },
    KeyReused { key: String },
    InvalidIdempotencyKey { given: String },
    AlreadyRetracted { given: String },
    StillTied { ties: usize, records: usize, values: usize },
    AlreadyEnded { given: String, on: String },
    Fixed { what_zh: &'static str, what_en: &'static str },
    OutsideRegion { what: String },
    IdTaken { given: String },
    Unsealed { fault: SealFault, given: String },
    Implausible(Implausible),
    Unreadable(Unreadable),
    Merging(MergeFault),
}

/// A value that its attribute does not take. What is personal is not repeated.
pub fn invalid_value(attribute: &Attribute, given: &str) -> Rejection {
    let (expected_zh, expected_en) = value::expectation(attribute);
    let given = if attribute.personal.is_some() { String::new() } else { clip(given) };
    Rejection::InvalidValue { name: attribute.name.into(), given, expected_zh, expected_en }
}

/// May “nobody knows” be said of something of this name? Of a field of the tables it may, and of when a
/// record begins; a key, a name or a reason is simply given.
fn may_be_unknown(name: &str) -> bool {
    let of_kinds = Kind::all().flat_map(|kind| kind.row().attributes);
    let of_relations = Relation::all().flat_map(|relation| relation.row().attributes);
    let of_records = RecordKind::all().flat_map(|kind| kind.row().attributes);
    name == "validFrom" || of_kinds.chain(of_relations).chain(of_records).any(|attribute| attribute.name == name)
}

/// At most forty characters of what was given, so that an answer stays short.
pub fn clip(text: &str) -> String {
    let mut clipped: String = text.chars().filter(|letter| !letter.is_control()).take(40).collect();
    if text.chars().nth(40).is_some() {
        clipped.push('…');
    }
    clipped
}

impl Rejection {
    /// The same without what was given, where that may be personal.
    pub fn discreet(self) -> Self {
        match self {
            Self::InvalidValue { name, expected_zh, expected_en, .. } => {
                Self::InvalidValue { name, given: String::new(), expected_zh, expected_en }
            }
            Self::InvalidName { zh, en, .. } => Self::InvalidName { given: String::new(), zh, en },
            other => other,
        }
    }

    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownReference { .. } => "UNKNOWN_REFERENCE",
            Self::AmbiguousName { .. } => "AMBIGUOUS_NAME",
            Self::WrongKind { .. } => "WRONG_KIND",
            Self::ForbiddenEnds { .. } => "FORBIDDEN_ENDS",
            Self::TieToItself { .. } => "TIE_TO_ITSELF",
            Self::Circular { .. } => "CIRCULAR",
            Self::OverlappingValidity { .. } => "OVERLAPPING_VALIDITY",
            Self::RequiredMissing { .. } => "REQUIRED_MISSING",
            Self::InvalidValue { .. } => "INVALID_VALUE",
            Self::InvalidName { .. } => "INVALID_NAME",
            Self::InvalidIdentifier { .. } => "INVALID_IDENTIFIER",
            Self::IdentifierTaken { .. } => "IDENTIFIER_TAKEN",
            Self::ValidityReversed { .. } => "VALIDITY_REVERSED",
            Self::SourceMissing => "SOURCE_MISSING",
            Self::SourceUntraceable => "SOURCE_UNTRACEABLE",
            Self::UnknownColumn { .. } => "UNKNOWN_COLUMN",
            Self::MissingColumn { .. } => "MISSING_COLUMN",
            Self::DuplicateColumn { .. } => "DUPLICATE_COLUMN",
            Self::DuplicateKey { .. } => "DUPLICATE_KEY",
            Self::InvalidKey { .. } => "INVALID_KEY",
            Self::WrongCellCount { .. } => "WRONG_CELL_COUNT",
            Self::NotUtf8 => "NOT_UTF8",
            Self::UnknownFile { .. } => "UNKNOWN_FILE",
            Self::EmptyFile => "EMPTY_FILE",
            Self::TooLarge { .. } => "TOO_LARGE",
            Self::OtherStore { .. } => "OTHER_STORE",
            Self::StaleVersion { .. } => "STALE_VERSION",
            Self::KeyReused { .. } => "KEY_REUSED",
            Self::InvalidIdempotencyKey { .. } => "INVALID_IDEMPOTENCY_KEY",
            Self::AlreadyRetracted { .. } => "ALREADY_RETRACTED",
            Self::StillTied { .. } => "STILL_TIED",
            Self::AlreadyEnded { .. } => "ALREADY_ENDED",
            Self::Fixed { .. } => "FIXED",
            Self::OutsideRegion { .. } => "OUTSIDE_REGION",
            Self::IdTaken { .. } => "ID_TAKEN",
            Self::Unsealed { fault, .. } => fault.code(),
            Self::Implausible(fault) => fault.code(),
            Self::Unreadable(fault) => fault.code(),
            Self::Merging(fault) => fault.code(),
        }
    }

    /// From now on without what was given, where that is something of a person.
    pub fn unsay(&mut self) {
        match self {
            Self::InvalidValue { given, .. } | Self::InvalidName { given, .. } => given.clear(),
            Self::Unreadable(fault) => fault.unsay(),
            _ => {}
        }
    }

    /// The sentence in Chinese.
    pub fn zh(&self) -> String {
        match self {
            Self::UnknownReference { what_zh, given, .. } => {
                format!("找不到{what_zh}“{given}”。请核对名称、代码、行键或编号；还没有录入的，请先录入。")
            }
            Self::AmbiguousName { given, candidates } => {
                format!("“{given}”对应多个对象：{}。请改用其中一个的 id 或代码。", candidates.join("、"))
            }
            Self::WrongKind { given, expected, found } => {
                let row = found.row();
                let expected = expected.iter().map(|kind| kind.row().label_zh).collect::<Vec<_>>().join("、");
                format!(
                    "“{given}”是{}，这里需要{expected}。请核对所指的是哪一个；若就是它，查询用 {}，写入用 save{}。",
                    row.label_zh, row.field, row.name
                )
            }
            Self::ForbiddenEnds { relation, from, to } => format!(
                "“{}”不能连接{}与{}。请检查方向与种类。",
                relation.row().label_zh,
                from.row().label_zh,
                to.row().label_zh
            ),
            Self::TieToItself { relation } => {
                format!("“{}”的两端是同一个对象。请改正其中一端。", relation.row().label_zh)
            }
            Self::Circular { relation } => format!("“{}”会形成循环。请检查上下级方向。", relation.row().label_zh),
            Self::OverlappingValidity { relation, other } => format!(
                "“{}”同一时间只能有一个，与“{other}”时间重叠。请先结束前一个（endRelation；导入时填它的终止日期）。",
                relation.row().label_zh
            ),
            Self::RequiredMissing { name } if may_be_unknown(name) => {
                format!("“{name}”必须填写；确实无人知道时请填 UNKNOWN。")
            }
            Self::RequiredMissing { name } => format!("“{name}”必须填写。请补上。"),
            Self::InvalidValue { name, given, expected_zh, .. } if given.is_empty() => {
                format!("“{name}”是空的或写法不对：{expected_zh}。")
            }
            Self::InvalidValue { name, given, expected_zh, .. } => {
                format!("“{name}”的值“{given}”不对：{expected_zh}。")
            }
            Self::InvalidName { given, zh, .. } if given.is_empty() => format!("名称不能用：{zh}。"),
            Self::InvalidName { given, zh, .. } => format!("名称“{given}”不能用：{zh}。"),
            Self::InvalidIdentifier { given, zh, .. } => format!("编号“{given}”不能用：{zh}。"),
            Self::IdentifierTaken { given, holder } => {
                format!("编号“{given}”已属于“{holder}”。若是同一单位请引用它，若不是请核对编号。")
            }
            Self::ValidityReversed { from, to } => format!("起始 {from} 不早于终止 {to}。请核对两个日期。"),
            Self::SourceMissing => "缺来源。每条事实都要注明来源：请在 source 填一个已录入来源的行键（key）。".into(),
            Self::SourceUntraceable => "来源既无网址（address）也无文号（docNo）。请至少填写一项。".into(),
            Self::UnknownColumn { name, known } => format!("这里没有“{name}”这一列或字段。可用的有：{known}。"),
            Self::MissingColumn { name } => format!("缺少列“{name}”。请补上这一列。"),
            Self::DuplicateColumn { name } => format!("列“{name}”出现了两次。请删去一列。"),
            Self::DuplicateKey { key, first } => format!("行键（key）“{key}”已在 {first} 用过。请换一个。"),
            Self::InvalidKey { given } => format!(
                "行键（key）“{given}”不合规：限 1 到 64 个汉字、字母、数字或 - _ . 三种符号，不含空格。请换一个。"
            ),
            Self::WrongCellCount { expected, found } => {
                format!("这一行有 {found} 格，表头有 {expected} 格。请检查逗号与引号。")
            }
            Self::NotUtf8 => "认不出文件的编码，或几种编码混在一起。请另存为“CSV UTF-8”，或另存为 XLSX。".into(),
            Self::UnknownFile { known } => format!("不认识这个文件名。可用的文件：{known}。"),
            Self::EmptyFile => "文件是空的，连表头也没有。请写上表头或删去文件。".into(),
            Self::TooLarge { limit } => format!("超过上限：{limit}。请缩短，或分成几份。"),
            Self::OtherStore { given, found } => format!(
                "这个数据目录属于库“{found}”，不能当作“{given}”使用：真实数据与示例数据从不混在一起。请换一个 --data 目录或 --store-name。"
            ),
            Self::StaleVersion { given: 0, found } => {
                format!(
                    "以为还没有（版本 0），其实已经有了（版本 {found}）。请先查看已有的这一个，再决定补充它还是换一个行键。"
                )
            }
            Self::StaleVersion { given, found: 0 } => {
                format!("给的版本是 {given}，库里却还没有它。请核对所指的是哪一个。")
            }
            Self::StaleVersion { given, found } => {
                format!("给的版本是 {given}，现在是 {found}：此后已有改动。请重新读取，核对后用新版本再提交。")
            }
            Self::KeyReused { key } => {
                format!("幂等键“{key}”已用于内容不同的请求。新的请求请换一个键；重试请原样提交。")
            }
            Self::InvalidIdempotencyKey { given } => {
                format!("幂等键“{given}”不合规：1 到 128 个可见 ASCII 字符。请换一个，如随机的 UUID。")
            }
            Self::AlreadyRetracted { given } => format!("“{given}”已经撤回，不能再改。要恢复请重新录入。"),
            Self::StillTied { ties, records, values } => format!(
                "它还有 {ties} 条关系、{records} 条记录，并被 {values} 处取值引用，不能撤回。请先撤回或改正这些；它若曾经成立，请用 correct 填终止日期 validTo。"
            ),
            Self::AlreadyEnded { given, on } => format!(
                "这条关系（{given}）已于 {on} 结束。若是重新开始，请填写新的开始日期；若结束日期有误，请用 correct 改正。"
            ),
            Self::Fixed { what_zh, .. } => format!("{what_zh}不能这样更改或撤回。"),
            Self::OutsideRegion { what } => {
                format!("“{what}”不归您所管的地区，您不能这样写。请交给它归口的县区或市级管理员办理。")
            }
            Self::IdTaken { given } => format!(
                "编号“{given}”在库里是另一件事，或说的与这里不同。整库导出的表请导入空库；要改动库里已有的，请去掉 id 一列，或用 correct。"
            ),
            Self::Unsealed { fault, given } => fault.zh(given),
            Self::Implausible(fault) => fault.zh(),
            Self::Unreadable(fault) => fault.zh(),
            Self::Merging(fault) => fault.zh(),
        }
    }

    /// The sentence in English.
    pub fn en(&self) -> String {
        match self {
            Self::UnknownReference { what_en, given, .. } => format!(
                "No {what_en} “{given}” was found. Check the name, code, key or id; enter it first where it is not there yet."
            ),
            Self::AmbiguousName { given, candidates } => {
                format!("“{given}” fits several: {}. Use the id or code of one of them.", candidates.join(", "))
            }
            Self::WrongKind { given, expected, found } => {
                let row = found.row();
                let expected = expected.iter().map(|kind| kind.row().name).collect::<Vec<_>>().join(", ");
                format!(
                    "“{given}” is of the kind {}, and {expected} is asked for here. Check which one is meant; if it is this one, ask with {} and write with save{}.",
                    row.name, row.field, row.name
                )
            }
            Self::ForbiddenEnds { relation, from, to } => format!(
                "{} cannot join {} and {}. Check direction and kinds.",
                relation.row().name,
                from.row().name,
                to.row().name
            ),
            Self::TieToItself { relation } => {
                format!("Both ends of {} are the same. Correct one of them.", relation.row().name)
            }
            Self::Circular { relation } => {
                format!("{} would run in a circle. Check which end is the upper one.", relation.row().name)
            }
            Self::OverlappingValidity { relation, other } => {
                format!(
                    "{} allows one at a time and overlaps with “{other}”. End that one first (endRelation; in an import, its end date).",
                    relation.row().name
                )
            }
            Self::RequiredMissing { name } if may_be_unknown(name) => {
                format!("“{name}” must be answered; write UNKNOWN where nobody knows.")
            }
            Self::RequiredMissing { name } => format!("“{name}” must be given. Add it."),
            Self::InvalidValue { name, given, expected_en, .. } if given.is_empty() => {
                format!("“{name}” is empty or of another form: it {expected_en}.")
            }
            Self::InvalidValue { name, given, expected_en, .. } => {
                format!("“{name}” cannot be “{given}”: it {expected_en}.")
            }
            Self::InvalidName { given, en, .. } if given.is_empty() => format!("The name cannot be used: {en}."),
            Self::InvalidName { given, en, .. } => format!("“{given}” cannot be a name: {en}."),
            Self::InvalidIdentifier { given, en, .. } => format!("“{given}” cannot be an identifier: {en}."),
            Self::IdentifierTaken { given, holder } => {
                format!("Identifier “{given}” belongs to “{holder}”. Refer to that one, or check the number.")
            }
            Self::ValidityReversed { from, to } => {
                format!("The start {from} is not before the end {to}. Check both dates.")
            }
            Self::SourceMissing => {
                "No source. Every fact names one: give the key of a source that has been entered in “source”.".into()
            }
            Self::SourceUntraceable => "The source has neither address nor docNo. Give at least one.".into(),
            Self::UnknownColumn { name, known } => {
                format!("There is no column or field “{name}” here. Known: {known}.")
            }
            Self::MissingColumn { name } => format!("The column “{name}” is missing. Add it."),
            Self::DuplicateColumn { name } => format!("The column “{name}” stands twice. Remove one."),
            Self::DuplicateKey { key, first } => {
                format!("The key “{key}” was used before, at {first}. Choose another.")
            }
            Self::InvalidKey { given } => {
                format!(
                    "“{given}” cannot be a key: 1 to 64 letters (Chinese ones too), digits, -, _ or . are allowed, no spaces."
                )
            }
            Self::WrongCellCount { expected, found } => {
                format!("This row has {found} cells, the header {expected}. Check commas and quotes.")
            }
            Self::NotUtf8 => {
                "The encoding of the file is not known, or several are mixed. Save it as “CSV UTF-8” or as XLSX.".into()
            }
            Self::UnknownFile { known } => format!("Unknown file name. Known: {known}."),
            Self::EmptyFile => "The file is empty, without even a header. Write one, or remove the file.".into(),
            Self::TooLarge { limit } => format!("Over the limit: {limit}. Shorten it, or split it."),
            Self::OtherStore { given, found } => format!(
                "This data directory belongs to the store “{found}” and cannot be used as “{given}”: real and invented data are never mixed. Choose another --data directory or --store-name."
            ),
            Self::StaleVersion { given: 0, found } => format!(
                "It was taken not to be there yet (version 0), and it is (version {found}). Look at it first, then add to it or choose another key."
            ),
            Self::StaleVersion { given, found: 0 } => {
                format!("Version {given} was given, and it is not there yet. Check which one is meant.")
            }
            Self::StaleVersion { given, found } => format!(
                "Version {given} was given, {found} is in force: it has been changed since. Read it again, compare, and send the new version."
            ),
            Self::KeyReused { key } => format!(
                "The idempotency key “{key}” belongs to a request with other content. Use a new key for a new request; send a retry unchanged."
            ),
            Self::InvalidIdempotencyKey { given } => format!(
                "“{given}” cannot be an idempotency key: 1 to 128 visible ASCII characters are. Use a random UUID, for example."
            ),
            Self::AlreadyRetracted { given } => {
                format!("“{given}” was retracted and cannot be changed. Enter it anew to bring it back.")
            }
            Self::StillTied { ties, records, values } => format!(
                "It still has {ties} ties and {records} records, and {values} values name it; it cannot be retracted. Retract or correct those first; where it did hold, give it an end (correct, validTo)."
            ),
            Self::AlreadyEnded { given, on } => format!(
                "This tie ({given}) ended on {on}. If it began again, give the new start; if the end is wrong, correct it."
            ),
            Self::Fixed { what_en, .. } => format!("{what_en} cannot be changed or retracted this way."),
            Self::OutsideRegion { what } => format!(
                "“{what}” is not for your region, and you cannot write this. Have it done by the county that answers for it, or by the city."
            ),
            Self::IdTaken { given } => format!(
                "The id “{given}” is something else in the store, or says something else there. Import the export of a whole store into an empty one; to change what is there, leave the column id out, or use correct."
            ),
            Self::Unsealed { fault, given } => fault.en(given),
            Self::Implausible(fault) => fault.en(),
            Self::Unreadable(fault) => fault.en(),
            Self::Merging(fault) => fault.en(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_refusal_has_its_own_code_and_speaks_both_languages() {
        let samples = Rejection::samples();
        let codes: BTreeSet<_> = samples.iter().map(Rejection::code).collect();
        assert_eq!(codes.len(), samples.len());
        for sample in samples {
            assert!(sample.zh().chars().any(|letter| ('一'..='龥').contains(&letter)), "{sample:?}");
            assert!(sample.en().split_whitespace().count() > 3, "{sample:?}");
        }
    }
}
