//! Commands: what somebody wants done. References are resolved and rules checked by `decide`.

use std::fmt;

use super::event::Verdict;
use super::exact::Exact;
use super::id::Id;
use super::identifier::Scheme;
use super::kind::Kind;
use super::name::{Language, NameKind};
use super::personal::ErasureReason;
use super::provenance::Method;
use super::record::RecordKind;
use super::relation::Relation;
use super::validity::{PartialDate, Validity};
use super::value::Value;

/// How something already there (or made by an earlier command) is pointed at.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Reference {
    /// By its id.
    Id(Id),
    /// By its unified social credit code.
    CreditCode(String),
    /// By its exact name, in any of its forms.
    Name(String),
    /// By row key, region code, `SCHEME:code` of a term, or `SCHEME/value` of an identifier.
    Code(String),
}

impl Reference {
    /// As an exact cell points at it: a code, or `#` and an id.
    pub fn exact(text: &str) -> Reference {
        let id = text.strip_prefix(ID_SIGN).and_then(|id| id.parse().ok());
        id.map_or_else(|| Reference::Code(text.to_owned()), Reference::Id)
    }

    /// The text of an exact cell that points at it.
    pub fn to_exact(&self) -> String {
        match self {
            Reference::Id(id) => format!("{ID_SIGN}{id}"),
            other => other.given(),
        }
    }

    /// As the user wrote it.
    pub fn given(&self) -> String {
        match self {
            Reference::Id(id) => id.to_string(),
            Reference::CreditCode(text) | Reference::Name(text) | Reference::Code(text) => text.clone(),
        }
    }
}

/// The value of an attribute as given: parsed, or a term still to be found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given {
    /// Parsed.
    Value(Value),
    /// A term, or another node, to be found.
    Term(Reference),
    /// Several nodes to be found.
    Nodes(Vec<Reference>),
}

impl Given {
    /// Everything that it points at.
    pub fn references(&self) -> &[Reference] {
        match self {
            Given::Value(_) => &[],
            Given::Term(one) => std::slice::from_ref(one),
            Given::Nodes(several) => several,
        }
    }
}

/// Where the fact comes from, as given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The row key of the source.
    pub source: String,
    /// How it got here.
    pub method: Method,
    /// The basis of a figure.
    pub basis: Option<String>,
    /// How sure, in per mille.
    pub confidence: Option<u16>,
}

/// Which node a command enters or adds to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The one of this row key; made where there is none.
    Key(String),
    /// One that is there.
    Existing(Reference),
    /// A new one, whose row key is made from its id.
    New,
}

/// How a tie is pointed at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TieReference {
    /// By its id.
    Id(Id),
    /// By its ends, where one tie of the relation alone stands open between them.
    Ends {
        /// The relation.
        relation: Relation,
        /// Where it starts.
        from: Reference,
        /// Where it leads.
        to: Reference,
    },
}

/// What is different in a corrected fact. What is not named stays.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Amendment {
    /// The text of a name or an identifier, the value of a statement, as written.
    pub value: Option<String>,
    /// Attributes of a tie or a record: name, and value as written.
    pub values: Vec<(String, String)>,
    /// When it begins to hold: left, cleared (`Some(None)`) or set.
    pub from: Option<Option<PartialDate>>,
    /// From when it no longer holds: left, cleared (`Some(None)`) or set.
    pub to: Option<Option<PartialDate>>,
}

/// What somebody wants done. It may hold the name or the number of a person in plain letters, on its way
/// to being sealed: it is never written anywhere, and never shown.
#[derive(Clone, PartialEq, Eq)]
pub enum Command {
    /// Name the store. Data of differently named stores are never mixed.
    NameStore {
        /// The name.
        name: String,
    },
    /// Enter or revise a source.
    SaveSource {
        /// Row key, unique in the store.
        key: String,
        /// Attribute numbers of `SOURCE_ATTRIBUTES` and values.
        values: Vec<(u16, Value)>,
    },
    /// Enter a node, or add to one that is there.
    SaveEntity {
        /// The kind.
        kind: Kind,
        /// Which one.
        subject: Subject,
        /// The official Chinese name; a new node needs one.
        name_zh: Option<String>,
        /// The official English name.
        name_en: Option<String>,
        /// The code of a region or term.
        code: Option<String>,
        /// Attribute numbers and values.
        values: Vec<(u16, Given)>,
        /// When it exists.
        validity: Validity,
        /// Where all this comes from.
        origin: Origin,
    },
    /// One more name.
    AddName {
        /// Whose name.
        entity: Reference,
        /// The name.
        text: String,
        /// Its language.
        language: Language,
        /// What it is to its owner.
        kind: NameKind,
        /// When it was in use.
        validity: Validity,
        /// Where it comes from.
        origin: Origin,
    },
    /// One more identifier.
    AddIdentifier {
        /// Whose identifier.
        entity: Reference,
        /// Who gave it out.
        scheme: Scheme,
        /// Its text.
        value: String,
        /// When it is in use.
        validity: Validity,
        /// Where it comes from.
        origin: Origin,
    },
    /// One more statement about an attribute. Contradicting statements coexist.
    State {
        /// About whom.
        entity: Reference,
        /// The name of the attribute.
        attribute: String,
        /// The value as written.
        value: String,
        /// When it holds.
        validity: Validity,
        /// Where it comes from.
        origin: Origin,
    },
    /// A tie between two nodes.
    Relate {
        /// The relation.
        relation: Relation,
        /// Where it starts.
        from: Reference,
        /// Where it leads.
        to: Reference,
        /// Attribute numbers and values.
        values: Vec<(u16, Given)>,
        /// When it holds.
        validity: Validity,
        /// Where it comes from.
        origin: Origin,
    },
    /// A record of a node.
    SaveRecord {
        /// The kind of record.
        kind: RecordKind,
        /// The node it belongs to.
        subject: Reference,
        /// Attribute numbers and values.
        values: Vec<(u16, Given)>,
        /// When it holds.
        validity: Validity,
        /// Where it comes from.
        origin: Origin,
    },
    /// A tie no longer holds from a date on.
    EndRelation {
        /// The tie.
        tie: TieReference,
        /// From when it no longer holds; a month or a year counts to its end.
        to: PartialDate,
        /// Who says that it ended.
        origin: Origin,
    },
    /// A fact was entered wrongly: the same fact, put right. It keeps its id.
    Correct {
        /// A name, an identifier, a statement, a tie, a record, or a node (its validity alone).
        id: Id,
        /// What is different.
        amendment: Amendment,
        /// Where the right version comes from; the former source stays where none is given.
        origin: Option<Origin>,
    },
    /// A fact was never true: it is shown no more. The ledger keeps it.
    Retract {
        /// A name, an identifier, a statement, a tie, a record, or a node without ties and records.
        id: Id,
        /// Why, for those who come later.
        reason: String,
    },
    /// What is kept of a person is to be read no more, by anybody, of any day.
    ErasePerson {
        /// Who.
        person: Reference,
        /// Why.
        reason: ErasureReason,
    },
    /// A fact of a store, entered as it stands there and under the ids that it has there.
    Keep(Box<Kept>),
    /// Two entries are of one thing, and are read together from now on.
    Merge {
        /// The entry that stands for both.
        keep: Reference,
        /// The other one.
        merge: Reference,
        /// Why they are one.
        reason: String,
        /// Where we know it from.
        origin: Origin,
    },
    /// A merge was wrong: each entry stands for itself again.
    UndoMerge {
        /// The merge, or the entry that was merged.
        id: Id,
        /// Why, for those who come later.
        reason: String,
    },
    /// What two entries that look alike were found to be, where they are not one.
    JudgePair {
        /// One of them.
        one: Reference,
        /// The other one.
        other: Reference,
        /// What they are.
        verdict: Verdict,
        /// Why.
        reason: String,
    },
}

/// A fact of a store, with its ids.
#[derive(Clone, PartialEq, Eq)]
pub struct Kept {
    /// The command that says it, with everything spelled out.
    pub command: Command,
    /// The id of what it enters.
    pub id: Id,
    /// Of a node: ids of the facts that the command enters with it, by what they are of (`key`, `code`, `nameZh`,
    /// `nameEn`, or the name of an attribute).
    pub facts: Vec<(String, Id)>,
    /// Who says that a tie ended, where that was said apart.
    pub ended: Option<Origin>,
    /// The text of a name or the value of a statement, where it is given letter by letter or as ciphertext; what
    /// the command has in its place does not count.
    pub exact: Option<Exact>,
}

/// What stands before an id where a text points at something by its id.
const ID_SIGN: char = '#';

impl Command {
    /// What is done, without what it is done with.
    pub fn name(&self) -> &'static str {
        match self {
            Self::NameStore { .. } => "NameStore",
            Self::SaveSource { .. } => "SaveSource",
            Self::SaveEntity { .. } => "SaveEntity",
            Self::AddName { .. } => "AddName",
            Self::AddIdentifier { .. } => "AddIdentifier",
            Self::State { .. } => "State",
            Self::Relate { .. } => "Relate",
            Self::SaveRecord { .. } => "SaveRecord",
            Self::EndRelation { .. } => "EndRelation",
            Self::Correct { .. } => "Correct",
            Self::Retract { .. } => "Retract",
            Self::ErasePerson { .. } => "ErasePerson",
            Self::Keep(kept) => kept.command.name(),
            Self::Merge { .. } => "Merge",
            Self::UndoMerge { .. } => "UndoMerge",
            Self::JudgePair { .. } => "JudgePair",
        }
    }
}

impl fmt::Debug for Command {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl fmt::Debug for Kept {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.command.name(), self.id)
    }
}

impl fmt::Debug for Amendment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Amendment of {} values", self.values.len() + usize::from(self.value.is_some()))
    }
}
