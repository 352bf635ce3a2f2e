//! What a table or a workbook holds and nobody can read, or can read in two ways: it is asked back,
//! never guessed. Each sentence says what to write instead.

use super::rejection::clip;

/// Why something that was handed in cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // the sentences below say what each one is
pub enum Unreadable {
    AmbiguousCell { name: String, given: String, zh: String, en: String },
    UnreadableCell { name: String, given: String, zh: String, en: String },
    UnreadableWorkbook { zh: String, en: String },
}

impl Unreadable {
    /// A cell that can be read in two ways.
    pub fn ambiguous(name: &str, given: &str, zh: &str, en: &str) -> Self {
        Self::AmbiguousCell { name: name.into(), given: clip(given), zh: zh.into(), en: en.into() }
    }

    /// A cell that holds nothing that can be taken as it stands.
    pub fn cell(name: &str, given: &str, zh: &str, en: &str) -> Self {
        Self::UnreadableCell { name: name.into(), given: clip(given), zh: zh.into(), en: en.into() }
    }

    /// A workbook that is not opened.
    pub fn workbook(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::UnreadableWorkbook { zh: zh.into(), en: en.into() }
    }

    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::AmbiguousCell { .. } => "AMBIGUOUS_CELL",
            Self::UnreadableCell { .. } => "UNREADABLE_CELL",
            Self::UnreadableWorkbook { .. } => "UNREADABLE_WORKBOOK",
        }
    }

    /// From now on without what was given.
    pub fn unsay(&mut self) {
        if let Self::AmbiguousCell { given, .. } | Self::UnreadableCell { given, .. } = self {
            given.clear();
        }
    }

    /// The sentence in Chinese.
    pub fn zh(&self) -> String {
        match self {
            Self::AmbiguousCell { name, given, zh, .. } => format!("“{name}”的值“{given}”有两种读法：{zh}。"),
            Self::UnreadableCell { name, given, zh, .. } => format!("“{name}”的值“{given}”读不了：{zh}。"),
            Self::UnreadableWorkbook { zh, .. } => format!("这个工作簿没有打开：{zh}。"),
        }
    }

    /// The sentence in English.
    pub fn en(&self) -> String {
        match self {
            Self::AmbiguousCell { name, given, en, .. } => {
                format!("“{name}” is “{given}”, which reads in two ways: {en}.")
            }
            Self::UnreadableCell { name, given, en, .. } => format!("“{name}” is “{given}” and cannot be read: {en}."),
            Self::UnreadableWorkbook { en, .. } => format!("The workbook was not opened: {en}."),
        }
    }

    /// The column that it is about.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::AmbiguousCell { name, .. } | Self::UnreadableCell { name, .. } => Some(name),
            Self::UnreadableWorkbook { .. } => None,
        }
    }

    /// One example of every variant.
    pub fn samples() -> Vec<Unreadable> {
        vec![
            Self::ambiguous(
                "foundedOn",
                "2017.1",
                "1 月还是 10 月，请写 2017-01 或 2017-10",
                "January or October; write 2017-01 or 2017-10",
            ),
            Self::cell("nameZh", "", "含有不可见的空字符，请删去", "it holds a NUL character; remove it"),
            Self::workbook("不是 XLSX 文件，请另存为 XLSX", "it is no XLSX file; save it as XLSX"),
        ]
    }
}
