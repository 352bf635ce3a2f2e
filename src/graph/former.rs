//! What facts said before they were corrected, ended or taken back. The ledger has it anyway; here it
//! can be read without going through the ledger again. Only what was changed takes room.

use minicbor::{Decode, Encode};

use super::amend::Part;
use super::state::{Fact, Named, Place, Record, State, Statement, TieFacts};
use crate::domain::Id;
use crate::domain::identifier::Identifier;

/// What a fact says, or said.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(super) enum Said {
    #[n(0)]
    Node(#[n(0)] Fact),
    #[n(1)]
    Name(#[n(0)] Named),
    #[n(2)]
    Identifier(#[n(0)] Identifier, #[n(1)] Fact),
    #[n(3)]
    Statement(#[n(0)] Statement),
    #[n(4)]
    Tie(#[n(0)] TieFacts),
    #[n(5)]
    Record(#[n(0)] Record),
}

/// Why a fact no longer says what it said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum Fate {
    /// It was put right.
    #[n(0)]
    Corrected,
    /// A tie was ended.
    #[n(1)]
    Ended,
    /// It was taken back.
    #[n(2)]
    Retracted,
}

/// What a fact said until an envelope.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub(super) struct Former {
    #[n(0)]
    pub id: Id,
    /// The node or the tie whose fact it is.
    #[n(1)]
    pub of: Place,
    #[n(2)]
    pub said: Said,
    #[n(3)]
    pub fate: Fate,
    /// Number of the stamp of that envelope.
    #[n(4)]
    pub stamp: u32,
}

impl State {
    /// Keep what the fact of that id says, before it says something else.
    pub(super) fn remember(&mut self, id: Id, fate: Fate) {
        let Some((of, said)) = self.place(id).and_then(|place| self.said(id, place)) else { return };
        let stamp = self.stamp_row();
        self.keep_former(Former { id, of, said, fate, stamp });
    }

    /// Keep one more.
    pub(super) fn keep_former(&mut self, former: Former) {
        let of = former.of;
        let row = self.formers.push(std::sync::Arc::new(former));
        self.indexes.formers.change(of, |rows| rows.push(row));
    }

    /// What stands under an id, and whose it is.
    fn said(&self, id: Id, place: Place) -> Option<(Place, Said)> {
        Some(match place {
            Place::Node(row) => (place, Said::Node(self.entities.get(row)?.fact.clone())),
            Place::Fact(row) => {
                let entity = self.entities.get(row)?;
                let said = match super::amend::part(entity, id)? {
                    Part::Name(place) => Said::Name(entity.names.get(place)?.clone()),
                    Part::Statement(place) => Said::Statement(entity.statements.get(place)?.clone()),
                    Part::Identifier(place) => {
                        let (identifier, fact) = entity.identifiers.get(place)?;
                        Said::Identifier(identifier.clone(), fact.clone())
                    }
                };
                (Place::Node(row), said)
            }
            Place::Tie(row) => (place, Said::Tie(TieFacts::clone(self.tie_facts.get(row)?))),
            Place::Record(row) => {
                let record = self.records.get(row)?;
                (Place::Node(record.subject.0), Said::Record(Record::clone(record)))
            }
            Place::Source(_) | Place::Retracted(_) | Place::Merge(_) => return None,
        })
    }
}
