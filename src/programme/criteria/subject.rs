//! Whatever criteria are tried on, as they see it: figures of years, facts, certificates, each with who
//! says so.

use super::exact::Exact;
use super::inputs::Input;
use crate::domain::Id;

/// What is said of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// A number.
    Number(Exact),
    /// At least so many are on record; there may be more.
    AtLeast(Exact),
    /// Yes or no.
    Answer(bool),
}

/// What is said of an input, on which basis and by whom.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// What is said; none where nothing is.
    pub said: Option<Said>,
    /// The basis of a figure, as its permanent number.
    pub basis: Option<u16>,
    /// The source.
    pub source: Option<Id>,
}

/// Whatever criteria are tried on.
pub trait Subject {
    /// A figure of a year; of several bases the first of these that has it.
    fn figure(&self, input: &'static Input, year: i32, bases: &[u16]) -> Told;
    /// A fact about it.
    fn fact(&self, input: &'static Input) -> Told;
    /// Does a certificate of this scheme count on the day?
    fn holds(&self, scheme: &str) -> Option<bool>;
    /// Is it classified in this scheme of fields?
    fn classified(&self, scheme: &str) -> Option<bool>;
    /// The year in which it was registered or opened.
    fn begun(&self) -> Option<i32>;
}

/// An input that was used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Used {
    /// The input.
    pub input: &'static Input,
    /// The year of a figure.
    pub year: Option<i32>,
    /// What was said of it.
    pub told: Told,
}
