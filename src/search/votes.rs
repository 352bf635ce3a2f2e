//! Which of some documents share words with a text, each word counted once a document: BM25 of
//! presence alone, without the length of the document. Saying a word a thousand times tells no more
//! than saying it once. How much a word tells is counted over the documents given, which are those
//! of one day; what begins later or is hidden moves no score.

use std::collections::{BTreeMap, BTreeSet};

use super::index::SearchIndex;
use super::{SearchError, TextHit, analysis};
use crate::graph::EntityRow;

/// Words by how much each counts.
pub type WeighedWords = BTreeMap<String, f64>;

/// The documents that a text is compared with.
pub struct Corpus<'c> {
    /// The documents, in an order that breaks ties.
    pub documents: &'c [EntityRow],
    /// The place of the document of a number in that order; none where it is none of them.
    pub place: &'c dyn Fn(u64) -> Option<u32>,
    /// So many are told, and all that share as much as the last of them.
    pub limit: usize,
}

/// Words that are named for a document: the most telling ones.
const NAMED: usize = 64;
/// Where so many share as much as the last one told, the rest is left out.
const MOST_ALIKE: usize = 4;

/// A word that is looked up: what it adds, and the places of the documents that have it.
type Found = (String, f64, Vec<u32>);

impl SearchIndex {
    /// The words of a text, each once.
    pub fn words_in(text: &str) -> BTreeSet<String> {
        analysis::words(text).into_iter().collect()
    }

    /// The documents that share words, the best first.
    pub fn votes(&self, words: &WeighedWords, corpus: &Corpus<'_>) -> Result<Vec<TextHit>, SearchError> {
        let mut found: Vec<Found> = Vec::new();
        for (word, weight) in words {
            let places = self.places_of(word, corpus)?;
            let telling = telling(corpus.documents.len(), places.len());
            if !places.is_empty() {
                found.push((word.clone(), weight * telling, places));
            }
        }
        found.sort_by(|left, right| right.1.total_cmp(&left.1).then_with(|| left.0.cmp(&right.0)));
        let mut scores = vec![0.0_f64; corpus.documents.len()];
        let mut named = vec![0_u64; corpus.documents.len()];
        for (number, (_, adds, places)) in found.iter().enumerate() {
            for place in places {
                scores[*place as usize] += adds;
                named[*place as usize] |= if number < NAMED { 1 << number } else { 0 };
            }
        }
        let mut best: Vec<usize> = (0..scores.len()).filter(|place| scores[*place] > 0.0).collect();
        best.sort_by(|left, right| scores[*right].total_cmp(&scores[*left]).then_with(|| left.cmp(right)));
        let last = corpus.limit.checked_sub(1).and_then(|last| best.get(last)).map_or(0.0, |place| scores[*place]);
        best.truncate(corpus.limit.saturating_mul(MOST_ALIKE));
        let kept = best.into_iter().filter(|place| scores[*place] >= last);
        let words_of = |mask: u64| {
            let all = found.iter().take(NAMED).enumerate().filter(move |(number, _)| mask & (1 << number) != 0);
            all.map(|(_, (word, _, _))| word.clone()).collect()
        };
        let told = kept.map(|place| TextHit {
            node: corpus.documents[place],
            score: scores[place] as f32,
            words: words_of(named[place]),
        });
        Ok(told.collect())
    }

    /// The places of the documents that have a word, each once.
    fn places_of(&self, word: &str, corpus: &Corpus<'_>) -> Result<Vec<u32>, SearchError> {
        let mut places = BTreeSet::new();
        for (field, _) in self.fields.words {
            self.visit(field, word, |number, _| places.extend((corpus.place)(number)))?;
        }
        Ok(places.into_iter().collect())
    }
}

/// How much a word tells that `with` of `all` documents have, to six decimals, so that it is the same
/// on every machine.
fn telling(all: usize, with: usize) -> f64 {
    let (all, with) = (all as f64, with as f64);
    let exact = (1.0 + (all - with + 0.5).max(0.5) / (with + 0.5)).ln();
    (exact * 1e6).round() / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rare_word_tells_more_and_no_word_tells_less_than_nothing() {
        assert!(telling(1_000, 2) > telling(1_000, 500));
        assert!(telling(1_000, 1_000) > 0.0);
        assert!((telling(10, 3) - 1.145_132).abs() < 1e-9, "{}", telling(10, 3));
    }
}
