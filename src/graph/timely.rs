//! When something can be said to hold: it ends after it begins, it does not begin before there can have been
//! such a thing, and not far ahead.

use super::amend::{Part, part};
use super::facts::Decision;
use super::state::Place;
use crate::domain::attribute::Dates;
use crate::domain::command::Amendment;
use crate::domain::plausibility::judge_validity;
use crate::domain::rejection::Rejection;
use crate::domain::{Day, Id, Kind, PartialDate, Validity};

/// What the beginning and the end of a validity are called, of a tie and of everything else.
const OF_TIES: (&str, &str) = ("since", "until");
const OF_OTHERS: (&str, &str) = ("validFrom", "validTo");

impl Decision<'_> {
    /// Can a node, its name or its number? Registers of the world name firms of the eighteenth century.
    pub(super) fn timely_node(&self, validity: Validity) -> Result<(), Rejection> {
        self.timely(validity, Dates::Any, OF_OTHERS)
    }

    /// Can a statement about a node of that kind?
    pub(super) fn timely_of(&self, kind: Kind, validity: Validity) -> Result<(), Rejection> {
        self.timely(validity, kind.row().begins, OF_OTHERS)
    }

    /// Can a tie of two such nodes? It is no older than either of them can be.
    pub(super) fn timely_between(&self, ends: [Kind; 2], validity: Validity) -> Result<(), Rejection> {
        let is_old = ends.iter().all(|end| end.row().begins == Dates::Any);
        self.timely(validity, if is_old { Dates::Any } else { Dates::Since1949 }, OF_TIES)
    }

    /// Can a record? Certificates, figures, applications and the like are of today's order.
    pub(super) fn timely_record(&self, validity: Validity) -> Result<(), Rejection> {
        self.timely(validity, Dates::Since1949, OF_OTHERS)
    }

    /// Can what stands there hold on the dates that are given now? Those that it had are not judged again.
    pub(super) fn timely_amendment(&self, id: Id, place: Place, amendment: &Amendment) -> Result<(), Rejection> {
        let given = Validity { from: amendment.from.flatten(), to: amendment.to.flatten() };
        match place {
            Place::Fact(row) if matches!(part(self.state.entity(row), id), Some(Part::Statement(_))) => {
                self.timely_of(self.state.entity(row).kind, given)
            }
            Place::Node(_) | Place::Fact(_) => self.timely_node(given),
            Place::Tie(row) => {
                let mark = self.state.tie(row);
                self.timely_between([mark.start, mark.target].map(|end| self.state.entity(end).kind), given)
            }
            _ => self.timely_record(given),
        }
    }

    fn timely(&self, validity: Validity, begins: Dates, names: (&str, &str)) -> Result<(), Rejection> {
        ordered(validity)?;
        let today = Day::in_shanghai(self.ids.recorded_at_ms());
        judge_validity(&validity, begins, names, today).map_err(Rejection::Implausible)
    }
}

pub(super) fn ordered(validity: Validity) -> Result<(), Rejection> {
    if validity.is_ordered() {
        return Ok(());
    }
    let text = |date: Option<PartialDate>| date.map_or_else(|| "—".to_owned(), |date| date.to_string());
    Err(Rejection::ValidityReversed { from: text(validity.from), to: text(validity.to) })
}
