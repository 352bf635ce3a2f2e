//! Finding names by how they are spelled in Latin letters, and words that are spelled with a slip.

use std::collections::BTreeSet;

use tantivy::Term;
use tantivy::collector::DocSetCollector;
use tantivy::query::FuzzyTermQuery;
use tantivy::schema::Field;

use super::index::SearchIndex;
use super::{SearchError, spelling};

/// A Latin word or a spelling of so many letters may have one wrong letter, one of so many two.
const SHORTEST_SLIP: usize = 6;
const SHORTEST_TWO_SLIPS: usize = 11;
impl SearchIndex {
    /// Documents with a name that is spelled so, or begins so; the whole before a beginning, and among
    /// beginnings the shorter name first.
    pub(super) fn spelled(&self, typed: &str) -> Result<Vec<(u64, f32)>, SearchError> {
        let whole: BTreeSet<u64> = self.with_term(self.fields.spelling, &spelling::whole(typed))?.into_iter().collect();
        let beginning = typed.get(..spelling::LONGEST_BEGINNING).unwrap_or(typed);
        let begins = |number: &u64| {
            let forms = |text: &str| spelling::spellings(text).iter().any(|form| form.starts_with(typed));
            beginning.len() == typed.len() || self.names(*number).iter().any(|name| forms(&name.text))
        };
        let all = self.with_term(self.fields.spelling, beginning)?.into_iter().filter(begins);
        let score = |number: u64| {
            let letters = self.names(number).iter().map(|name| name.text.chars().count()).min().unwrap_or_default();
            if whole.contains(&number) { 1.0 } else { 0.5 / (1.0 + letters as f32 / 16.0) }
        };
        Ok(all.map(|number| (number, score(number))).collect())
    }

    /// Documents with a name whose spelling as a whole differs from what was typed by a letter, or by two
    /// where it is long.
    pub(super) fn nearly_spelled(&self, typed: &str) -> Result<Vec<(u64, f32)>, SearchError> {
        let found = self.nearly(self.fields.spelling, &spelling::whole(typed))?;
        Ok(found.into_iter().map(|number| (number, 0.25)).collect())
    }

    /// Documents with a term like this one; none where it is too short to be told from others.
    pub(super) fn nearly(&self, field: Field, term: &str) -> Result<BTreeSet<u64>, SearchError> {
        let distance = match term.len() {
            ..SHORTEST_SLIP => return Ok(BTreeSet::new()),
            SHORTEST_SLIP..SHORTEST_TWO_SLIPS => 1,
            _ => 2,
        };
        let query = FuzzyTermQuery::new(Term::from_field_text(field, term), distance, true);
        let mut numbers = BTreeSet::new();
        for address in self.searcher.search(&query, &DocSetCollector)? {
            let column = self.searcher.segment_reader(address.segment_ord).fast_fields().u64("number")?;
            numbers.extend(column.first(address.doc_id));
        }
        Ok(numbers)
    }
}
