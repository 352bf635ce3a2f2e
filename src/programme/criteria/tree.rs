//! Criteria as a closed tree of typed operators: what can be asked of a firm, a carrier or an alliance,
//! and nothing else. There is no text language; `read` makes trees out of JSON or says what is wrong.

use super::exact::{Exact, Span};
use super::inputs::Input;
use crate::domain::{Kind, Validity};

/// A yes or no.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// Every one of them.
    All(Vec<Test>),
    /// One of them is enough.
    Any(Vec<Test>),
    /// A number against a threshold.
    Compare {
        /// What is measured.
        value: Box<Number>,
        /// How it is compared.
        comparator: Comparator,
        /// What it is compared with.
        threshold: Box<Number>,
    },
    /// An input that is yes or no.
    Answer {
        /// The input.
        input: &'static Input,
        /// Which fiscal year, counted back from the day: -1 is the last whole one.
        year: i32,
        /// The answer that fits.
        wanted: bool,
    },
    /// A certificate of one of these schemes counts on the day.
    Holds(Vec<String>),
    /// It is classified in this scheme of fields.
    Classified(String),
    /// Experts judge it.
    Expert,
    /// The facts are not held here: the papers of an application prove it.
    Papers,
}

/// How a number is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparator {
    /// 以上、不低于
    AtLeast,
    /// 超过、突破
    MoreThan,
    /// 以下、不超过（含本数）
    AtMost,
    /// 不满、低于
    LessThan,
}

/// A number.
#[derive(Clone, Debug, PartialEq)]
pub enum Number {
    /// As the document says.
    Constant(Exact),
    /// A figure of these fiscal years, added up.
    Figure {
        /// The input.
        input: &'static Input,
        /// The last year, counted back from the day: -1 is the last whole one.
        year: i32,
        /// How many years, the last included. Years before that of registration are left out.
        years: i32,
    },
    /// A fact about the node itself.
    Fact(&'static Input),
    /// Added up.
    Sum(Vec<Number>),
    /// A part of a whole: who adds to the part adds to the whole.
    Share(Box<Number>, Box<Number>),
    /// One figure by another.
    Ratio(Box<Number>, Box<Number>),
    /// The mean of the last two yearly growth rates of a figure.
    Growth {
        /// The input.
        input: &'static Input,
        /// The last year.
        year: i32,
    },
    /// What the first fitting band gives.
    Bands {
        /// What decides.
        by: Box<Number>,
        /// The bands, the highest first.
        bands: Vec<Band>,
        /// What is given below all of them.
        below: Span,
    },
    /// The greatest: the one who applies may choose.
    Greatest(Vec<Number>),
    /// The least: a cap.
    Least(Vec<Number>),
    /// Points that experts give, from and to.
    Judged(Exact, Exact),
}

/// A band of a scale.
#[derive(Clone, Debug, PartialEq)]
pub struct Band {
    /// Is the bound itself within?
    pub comparator: Comparator,
    /// The lower bound.
    pub bound: Exact,
    /// What it gives; two numbers where experts choose between them.
    pub gives: Span,
}

/// One criterion.
#[derive(Clone, Debug, PartialEq)]
pub struct Criterion {
    /// Its number in the document.
    pub number: String,
    /// What is measured, in a few words.
    pub label: String,
    /// The words of the document.
    pub text: String,
    /// In English.
    pub english: String,
    /// What is asked.
    pub test: Test,
    /// What to do where it is not met, where the document or practice says more than the gap.
    pub remedy: Option<String>,
    /// Where these words come from, where not from the document of the set.
    pub source: Option<String>,
    /// Were the words compared with the official text?
    pub verified: bool,
}

/// One version of the criteria of a scheme.
#[derive(Clone, Debug, PartialEq)]
pub struct CriterionSet {
    /// The code of the scheme.
    pub scheme: String,
    /// What it is called in Chinese.
    pub label: String,
    /// Its version.
    pub version: String,
    /// When it is in force.
    pub valid: Validity,
    /// Number of the document.
    pub document: String,
    /// Its title.
    pub title: String,
    /// Where it was read.
    pub source: String,
    /// Was it compared with the official text?
    pub verified: bool,
    /// Kinds of nodes that it is about.
    pub kinds: Vec<Kind>,
    /// Which basis of figures comes first.
    pub bases: Vec<u16>,
    /// Its criteria, all of which must be met.
    pub criteria: Vec<Criterion>,
}

impl Comparator {
    /// The name in the data, and the sign.
    pub const ALL: &'static [(Comparator, &'static str, &'static str)] = &[
        (Comparator::AtLeast, "at_least", "≥"),
        (Comparator::MoreThan, "more_than", ">"),
        (Comparator::AtMost, "at_most", "≤"),
        (Comparator::LessThan, "less_than", "<"),
    ];

    /// The one of that name.
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|row| row.1 == name).map(|row| row.0)
    }

    /// Its sign.
    pub fn sign(self) -> &'static str {
        Self::ALL.iter().find(|row| row.0 == self).map_or("", |row| row.2)
    }

    /// Does a value fit a threshold?
    pub fn fits(self, value: Exact, threshold: Exact) -> bool {
        match self {
            Self::AtLeast => value >= threshold,
            Self::MoreThan => value > threshold,
            Self::AtMost => value <= threshold,
            Self::LessThan => value < threshold,
        }
    }

    /// Is more better?
    pub fn rises(self) -> bool {
        matches!(self, Self::AtLeast | Self::MoreThan)
    }
}
