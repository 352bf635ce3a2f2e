//! What a comparison of two pictures may find, and why it differs.

use std::sync::Arc;

use super::lens::{Lens, Tie};
use super::state::{EntityRow, Fact, Named, Record, Statement};
use crate::domain::identifier::{Identifier, Scheme};
use crate::domain::{Attribute, Id, Value};

/// What differs about a node.
#[derive(Clone, Debug)]
pub enum What<'v> {
    /// It is there in the second picture alone.
    Appeared,
    /// It is there in the first picture alone.
    Vanished,
    /// Another name in Chinese is in use.
    Renamed([Option<&'v Named>; 2]),
    /// Another value is shown for an attribute.
    Value(&'static Attribute, [Option<&'v Statement>; 2]),
    /// Other identifiers of a scheme are in use.
    Identifier(Scheme, [Vec<&'v Identifier>; 2]),
    /// It has come to follow another organisation; the number of the way.
    Succeeded(Tie, u16),
    /// It is in other regions, in the sense of that role.
    Located(Option<&'v Value>, [Vec<EntityRow>; 2]),
    /// Other certificates of that scheme count.
    Certified(Option<Id>, [Vec<&'v Arc<Record>>; 2]),
    /// A record other than a certificate holds in the second picture alone.
    RecordBegan(&'v Arc<Record>),
    /// A record holds in the first picture alone.
    RecordEnded(&'v Arc<Record>),
    /// A record holds in both and says something else.
    RecordChanged([&'v Arc<Record>; 2]),
    /// A tie holds in the second picture alone.
    TieBegan(Tie),
    /// A tie holds in the first picture alone.
    TieEnded(Tie),
    /// A tie holds in both, with other attributes.
    TieChanged(Tie),
}

/// Why it differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// It began to hold between the two days.
    Began,
    /// It ceased to hold between the two days.
    Ended,
    /// A certificate was followed by another of the same scheme.
    Renewed,
    /// A certificate was taken away or given back.
    Revoked,
    /// Its organisation was followed by another: merger.
    Merged,
    /// … division.
    Split,
    /// … move as a whole.
    Relocated,
    /// It was entered between the two moments.
    Entered,
    /// It was put right between the two moments.
    Corrected,
    /// It was taken back between the two moments.
    Retracted,
    /// Two entries were found to be one between the two moments.
    EntryMerged,
    /// A merge of two entries was undone between the two moments.
    EntrySeparated,
}

/// One difference.
#[derive(Clone, Debug)]
pub struct Difference<'v> {
    /// The node.
    pub node: EntityRow,
    /// What differs.
    pub what: What<'v>,
    /// Why.
    pub cause: Cause,
    /// The facts that show it: those of the first picture, then those of the second.
    pub facts: Vec<&'v Fact>,
}

/// Does a certificate count in a picture, does another record hold? None where nobody knows.
pub type Counts<'c> = &'c dyn Fn(&Lens<'_>, &Record) -> Option<bool>;

/// What may be compared of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aspect {
    /// Is it there?
    Existence,
    /// Its name.
    Name,
    /// What is shown for its attributes.
    Values,
    /// Its identifiers.
    Identifiers,
    /// Certificates that count.
    Certificates,
    /// Its other records that hold.
    Records,
    /// Whom it follows.
    Succession,
    /// Its other ties.
    Ties,
}
