//! The table of signals: what a recommendation can rest on. One file each in `signals/`.

use super::sight::Sight;
use super::signals::{distance, field, ground, prior, shared, text};
use super::ties::Neighbors;
use super::weights::Weights;
use crate::graph::{EntityRow, Lens, Tie};

/// For whom partners are sought.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    /// The organisations that seek: one, or all owners of a demand or result; none for free words.
    pub seekers: Vec<EntityRow>,
    /// What describes the need: the organisation, its demand or result; its fields count.
    pub about: Vec<EntityRow>,
    /// Documents that share words with the need; none where the need has no text.
    pub text: Option<Vec<TextEvidence>>,
    /// Joint works that share words with the earlier ones of those who seek, the best first.
    pub past: Vec<TextEvidence>,
}

/// A document found by its words.
#[derive(Clone, Debug)]
pub struct TextEvidence {
    /// An achievement, demand, platform, joint work or the organisation itself.
    pub document: EntityRow,
    /// The more the better: between 0 and 1, of a joint work any number above.
    pub score: f32,
    /// The shared words, the most telling first.
    pub words: Vec<String>,
}

/// Why a candidate gets what it gets from one signal.
#[derive(Clone, Debug, PartialEq)]
pub struct Reason {
    /// Between 0 and 1.
    pub value: f64,
    /// The reason in Chinese.
    pub zh: String,
    /// The reason in English.
    pub en: String,
    /// Ties that show it; each can be walked again.
    pub evidence: Vec<Tie>,
}

/// What a signal says of a candidate.
#[derive(Clone, Debug, PartialEq)]
pub enum Finding {
    /// It says this much, and why.
    Says(Reason),
    /// It knows nothing about this candidate; the words tell what is missing.
    Unknown(&'static str, &'static str),
}

/// What signals share while one wish is answered.
pub struct Scene<'v> {
    /// The graph for one day and one reader.
    pub lens: Lens<'v>,
    /// The wish.
    pub wish: &'v Wish,
    /// Weights and thresholds.
    pub weights: &'v Weights,
    /// Partners and common places of those who seek.
    pub own: Option<Neighbors>,
    /// Where the wish stands among joint works; none where these are too few to go by.
    pub sight: Option<Sight<'v>>,
}

/// The words for a measure, and ties that show it.
#[derive(Default)]
pub struct Told {
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
    /// Ties that show it; each can be walked again.
    pub evidence: Vec<Tie>,
}

/// How a signal finds what it says.
pub enum Find {
    /// It is asked about each candidate.
    Each(fn(&Scene<'_>, EntityRow) -> Finding),
    /// It measures everybody in the ground at once, by number of the actor; the words are found for
    /// those alone that are shown.
    Ground {
        /// What is measured.
        measure: fn(&Sight<'_>) -> Vec<f64>,
        /// The words for one of them.
        tell: fn(&Lens<'_>, &Sight<'_>, u32) -> Told,
    },
}

/// One signal.
pub struct Signal {
    /// Its name in the schema and in the weights.
    pub name: &'static str,
    /// What it looks at, in Chinese.
    pub zh: &'static str,
    /// What it looks at, in English.
    pub en: &'static str,
    /// Does it alone justify a recommendation? Being near does not.
    pub substantial: bool,
    /// Can it say anything about this wish at all?
    pub applies: fn(&Scene<'_>) -> bool,
    /// What it says of a candidate.
    pub find: Find,
}

/// The table of signals.
pub static SIGNALS: &[Signal] = &[
    text::SIGNAL,
    field::SIGNAL,
    shared::SIGNAL,
    prior::SIGNAL,
    distance::SIGNAL,
    ground::VOTE,
    ground::PAST,
    ground::WALK,
    ground::MUTUAL,
    ground::ALIKE,
    ground::BREADTH,
    ground::WELCOME,
    ground::AFFINITY,
];
