//! What is wrong with criteria that somebody wrote: where, and what to do, in both languages.

/// What is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// The stable code.
    pub code: &'static str,
    /// Where in the data, `criteria[3].test.of[0]`.
    pub place: String,
    /// What is wrong and what to do, in Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

impl Flaw {
    pub(super) fn new(code: &'static str, place: &str, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { code, place: place.to_owned(), zh: zh.into(), en: en.into() }
    }

    /// A text that is missing, or is something else.
    pub(super) fn missing(place: &str, field: &str) -> Self {
        let code = if field == "source" { "CRITERIA_SOURCE_MISSING" } else { "CRITERIA_FIELD_MISSING" };
        Self::new(
            code,
            place,
            format!("缺少 {field}，或类型不对。请补上。"),
            format!("{field} is missing or of another type. Add it."),
        )
    }
}
