//! From references to what whoever asks may know of: exactly as given, or as it may have been meant.

use super::lens::Lens;
use super::resolve::not_found;
use super::state::EntityRow;
use crate::domain::Kind;
use crate::domain::command::Reference;
use crate::domain::rejection::{Rejection, clip};

impl Lens<'_> {
    /// What a reference points at. Several fits are refused with the candidates, and a node that
    /// is not shown is not found.
    pub fn resolve(&self, reference: &Reference, expected: &[Kind]) -> Result<EntityRow, Rejection> {
        self.one_of(reference, expected, self.meant(reference, expected))
    }

    /// The same for a term of a scheme, of any where none is named: by its code with or without the scheme,
    /// or by a whole name.
    pub fn resolve_term(&self, reference: &Reference, scheme: &str) -> Result<EntityRow, Rejection> {
        self.one_of(reference, Kind::Term.alone(), self.terms_meant(reference, scheme))
    }

    /// The terms of a scheme, of any where none is named, that somebody may mean.
    pub fn terms_meant(&self, reference: &Reference, scheme: &str) -> Vec<EntityRow> {
        let all = self.state.terms_meant(reference, scheme).into_iter().map(EntityRow);
        all.filter(|row| self.shows(*row)).collect()
    }

    /// Everything of these kinds that somebody may mean. Regions and terms are meant by code or name,
    /// whichever of the two a reference calls itself.
    pub fn meant(&self, reference: &Reference, expected: &[Kind]) -> Vec<EntityRow> {
        match expected {
            [Kind::Term] => self.terms_meant(reference, ""),
            [Kind::Region] => {
                let all = self.state.regions_meant(reference).into_iter().map(EntityRow);
                all.filter(|row| self.shows(*row)).collect()
            }
            _ => self.fitting(reference, expected),
        }
    }

    fn one_of(
        &self,
        reference: &Reference,
        expected: &[Kind],
        fitting: Vec<EntityRow>,
    ) -> Result<EntityRow, Rejection> {
        let given = || clip(&reference.given());
        let shown = self.fitting(reference, &[]);
        match (fitting.as_slice(), shown.as_slice()) {
            ([row], _) => Ok(*row),
            ([], []) => Err(not_found(expected, given())),
            ([], [other, ..]) => {
                Err(Rejection::WrongKind { given: given(), expected: expected.to_vec(), found: self.kind(*other) })
            }
            (several, _) => {
                let candidates = several.iter().take(10).map(|row| format!("{}（{}）", self.name(*row), self.id(*row)));
                Err(Rejection::AmbiguousName { given: given(), candidates: candidates.collect() })
            }
        }
    }

    /// Everything of these kinds (of any where none are named) that a reference fits.
    pub fn fitting(&self, reference: &Reference, expected: &[Kind]) -> Vec<EntityRow> {
        let all = self.state.candidates(reference).into_iter().map(|row| self.representative(EntityRow(row)));
        let all = all.filter(|row| self.shows(*row));
        all.filter(|row| expected.is_empty() || expected.contains(&self.kind(*row))).collect()
    }
}
