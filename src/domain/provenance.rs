//! Where a fact comes from, and which of several contradicting statements is shown.

use std::cmp::Ordering;

use minicbor::{Decode, Encode};

use super::id::Id;
use super::validity::PartialDate;

/// How a fact got here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum Method {
    /// 据文件录入
    #[n(0)]
    Document,
    /// 单位申报
    #[n(1)]
    Declared,
    /// 批量导入
    #[n(2)]
    Imported,
    /// 由其他事实推得
    #[n(3)]
    Derived,
}

/// Name in schema and CSV, with words in both languages.
pub static METHODS: &[(Method, &str, &str, &str)] = &[
    (Method::Document, "DOCUMENT", "据文件录入", "Taken from a document"),
    (Method::Declared, "DECLARED", "单位申报", "Declared by the organisation itself"),
    (Method::Imported, "IMPORTED", "从其他库导入", "Brought in from another register"),
    (Method::Derived, "DERIVED", "由其他事实推得，待核对", "Inferred from other facts, to be checked"),
];

impl Method {
    /// Its name in the schema and in CSV.
    pub fn name(self) -> &'static str {
        METHODS.iter().find(|row| row.0 == self).map_or("", |row| row.1)
    }

    /// The method of that name.
    pub fn by_name(name: &str) -> Option<Method> {
        METHODS.iter().find(|row| row.1 == name).map(|row| row.0)
    }
}

/// Where a fact comes from. Who recorded it and when is said by the envelope that carried it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Encode, Decode)]
#[cbor(array)]
pub struct Provenance {
    /// The source.
    #[n(0)]
    pub source: Id,
    /// How it got here.
    #[n(1)]
    pub method: Method,
    /// The basis of a figure (AUDITED, TAX …), as the source calls it.
    #[n(2)]
    pub basis: Option<String>,
    /// How sure, in per mille; none where nobody judged it.
    #[n(3)]
    pub confidence: Option<u16>,
}

/// The bases of yearly figures, the one shown first first: what was checked by somebody else before what the
/// firm says of itself. An order of our own, to be confirmed by the bureau; part of the rule of precedence.
pub const FIGURES_BASES: [&str; 4] = ["AUDITED", "TAX", "STAT", "DECLARED"];

/// What the rule of precedence looks at. Version 4: known before UNKNOWN, then method (document before declaration before
/// import before inference), of yearly figures their basis, grade of the source, later start of validity, later date of the
/// source, later recording (by sequence number: a clock may stand still or go back), and last the
/// larger id, which is the later one of an entry, so that the order is total.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Precedence {
    /// How the statement got here.
    pub method: Method,
    /// The place of its basis in [`FIGURES_BASES`]; 0 of what has none, the number of bases where nobody knows it.
    pub basis: u8,
    /// Grade of its source: 1 = A, 2 = B, 3 = C, 0 unknown.
    pub grade: u16,
    /// Where its validity begins.
    pub valid_from: Option<PartialDate>,
    /// The date of its source.
    pub source_date: Option<PartialDate>,
    /// The sequence number at which it was recorded.
    pub sequence: u64,
    /// Its id.
    pub id: Id,
}

/// The version of the rule.
pub const PRECEDENCE_VERSION: u32 = 4;

impl Ord for Precedence {
    /// `Less` = shown before the other.
    fn cmp(&self, other: &Self) -> Ordering {
        let grade = |grade: u16| if grade == 0 { u16::MAX } else { grade };
        self.method
            .cmp(&other.method)
            .then(self.basis.cmp(&other.basis))
            .then(grade(self.grade).cmp(&grade(other.grade)))
            .then(other.valid_from.cmp(&self.valid_from))
            .then(other.source_date.cmp(&self.source_date))
            .then(other.sequence.cmp(&self.sequence))
            .then(other.id.cmp(&self.id))
    }
}

impl PartialOrd for Precedence {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
