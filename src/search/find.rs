//! Finding: by any piece of a name, by code, by spelling, and by the words of running texts.

use std::collections::{BTreeMap, BTreeSet};

use tantivy::postings::Postings;
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocSet, TERMINATED, Term};

use super::index::SearchIndex;
use super::{LONGEST_QUERY, SearchError, analysis, spelling, synonyms};
use crate::domain::Kind;
use crate::domain::name::NameKind;
use crate::graph::{EntityRow, Lens};

/// Why something is among the hits. Listed best first; hits are ordered by the first they have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MatchKind {
    /// The official name is the text.
    Exact,
    /// A short name is the text.
    ShortName,
    /// A former name is the text.
    FormerName,
    /// Another name is the text.
    Alias,
    /// A code is the text.
    Code,
    /// A name begins with the text.
    Prefix,
    /// A name contains the text.
    Substring,
    /// A name is spelled so in pinyin, or has these initials.
    Pinyin,
    /// Names or texts hold another word for the same: 高企 for 高新技术企业.
    Synonym,
    /// Words of the text occur in names, keywords or running texts.
    Text,
    /// A Latin word or a spelling differs by a letter or two.
    Similar,
}

/// One hit.
#[derive(Clone, Debug)]
pub struct Hit {
    /// What was found.
    pub node: EntityRow,
    /// Why, best first; never empty.
    pub matched: Vec<MatchKind>,
    /// Between 0 and 1, good for comparing hits of one answer.
    pub score: f32,
    /// Words of the text that occur in it.
    pub words: Vec<String>,
}

/// All hits, in order, and how many there are of each kind.
#[derive(Clone, Debug, Default)]
pub struct Hits {
    /// In order.
    pub hits: Vec<Hit>,
    /// Number of hits a kind.
    pub kinds: BTreeMap<Kind, usize>,
}

/// A document that shares words with a text: evidence for matching.
#[derive(Clone, Debug)]
pub struct TextHit {
    /// What was found.
    pub node: EntityRow,
    /// Between 0 and 1.
    pub score: f32,
    /// The shared words, the most telling first.
    pub words: Vec<String>,
}

/// A document must have this share of what the words of the text tell.
const LEAST_SHARE: f32 = 0.5;
/// … and this share of the pairs of letters, where its name alone is compared.
const LEAST_PAIRS: f32 = 0.6;
/// A word that is nearly there counts for so many occurrences.
const SLIP_COUNT: f32 = 1.0;
/// What stands in another wording counts for so much of what stands there itself.
const SYNONYM_SCORE: f32 = 0.5;
/// Words of a long text that are looked up: the most telling ones.
const MOST_WORDS: usize = 48;

/// What a document has of a text: a bit a word, and weighted occurrences.
#[derive(Clone, Copy, Default)]
struct Overlap {
    words: u64,
    weight: f32,
}

/// Are slips in Latin words forgiven?
#[derive(Clone, Copy, PartialEq, Eq)]
enum Letters {
    AsWritten,
    Forgiven,
}

impl SearchIndex {
    /// Find what a text names or describes, of the kinds given (all where none are).
    pub fn find(&self, lens: &Lens<'_>, text: &str, kinds: &[Kind]) -> Result<Hits, SearchError> {
        let folded = checked(text)?;
        let mut found: BTreeMap<EntityRow, Hit> = BTreeMap::new();
        let visible = |number: u64| {
            let node = lens.node_by_number(number)?;
            (kinds.is_empty() || kinds.contains(&lens.kind(node))).then_some(node)
        };
        for number in self.containing(&folded)? {
            if let Some(node) = visible(number) {
                found.insert(node, self.name_hit(node, &folded));
            }
        }
        let mut add = |number: u64, kind: MatchKind, score: f32, words: Vec<String>| {
            let Some(node) = visible(number) else { return };
            let hit =
                found.entry(node).or_insert_with(|| Hit { node, matched: Vec::new(), score: 0.0, words: Vec::new() });
            hit.matched.push(kind);
            hit.score = hit.score.max(score);
            hit.words.extend(words);
        };
        for number in self.with_term(self.fields.code, &folded)? {
            add(number, MatchKind::Code, 1.0, Vec::new());
        }
        let typed = spelling::typed(&folded);
        if let Some(typed) = &typed {
            for (number, score) in self.spelled(typed)? {
                add(number, MatchKind::Pinyin, score, Vec::new());
            }
        }
        for wording in synonyms::wordings(&folded) {
            for number in self.containing(&wording)? {
                add(number, MatchKind::Synonym, SYNONYM_SCORE * self.share_of_name(number, &wording), Vec::new());
            }
            for (number, score, words) in self.by_words(&wording)? {
                add(number, MatchKind::Synonym, SYNONYM_SCORE * score, words);
            }
        }
        for (number, score, words) in self.by_words(text)? {
            add(number, MatchKind::Text, score * 0.5, words);
        }
        for (number, score) in self.by_pairs(&folded)? {
            add(number, MatchKind::Text, score * 0.5, Vec::new());
        }
        // What the reader may see decides whether a slip of the finger is thought of.
        if found.is_empty()
            && let Some(typed) = &typed
        {
            for (number, score) in self.nearly_spelled(typed)? {
                let Some(node) = visible(number) else { continue };
                found.insert(node, Hit { node, matched: vec![MatchKind::Similar], score, words: Vec::new() });
            }
        }
        Ok(ordered(lens, found))
    }

    /// What shares telling words with a text, of the kinds given, best first, at most `limit`.
    pub fn similar(
        &self,
        lens: &Lens<'_>,
        text: &str,
        kinds: &[Kind],
        limit: usize,
    ) -> Result<Vec<TextHit>, SearchError> {
        let mut found: Vec<TextHit> = Vec::new();
        for (number, score, words) in self.overlaps(text, 0.0, Letters::AsWritten)? {
            let node = lens.node_by_number(number).filter(|node| kinds.contains(&lens.kind(*node)));
            if let Some(node) = node {
                found.push(TextHit { node, score, words });
            }
        }
        found.sort_by(|left, right| {
            let codes = || lens.code(left.node).cmp(lens.code(right.node));
            right
                .score
                .total_cmp(&left.score)
                .then_with(codes)
                .then_with(|| lens.id(left.node).cmp(&lens.id(right.node)))
        });
        found.truncate(limit);
        Ok(found)
    }

    /// Nodes one of whose names contains the folded text: pairs find, the names themselves decide.
    fn containing(&self, folded: &str) -> Result<Vec<u64>, SearchError> {
        let letters: Vec<char> = folded.chars().collect();
        let mut candidates: Option<BTreeSet<u64>> = None;
        for piece in analysis::query_pieces(&letters) {
            let with: BTreeSet<u64> = self.with_term(self.fields.pieces, &piece)?.into_iter().collect();
            let left = match candidates {
                None => with,
                Some(before) => before.intersection(&with).copied().collect(),
            };
            if left.is_empty() {
                return Ok(Vec::new());
            }
            candidates = Some(left);
        }
        let contains = |number: &u64| self.names(*number).iter().any(|name| name.text.contains(folded));
        Ok(candidates.unwrap_or_default().into_iter().filter(contains).collect())
    }

    fn name_hit(&self, node: EntityRow, folded: &str) -> Hit {
        let mut matched = BTreeSet::from([MatchKind::Substring]);
        let mut score: f32 = 0.0;
        for name in self.names(node.number()).iter().filter(|name| name.text.contains(folded)) {
            if name.text.as_ref() == folded {
                matched.insert(match name.kind {
                    NameKind::Official => MatchKind::Exact,
                    NameKind::Short => MatchKind::ShortName,
                    NameKind::Former => MatchKind::FormerName,
                    NameKind::Alias => MatchKind::Alias,
                });
            }
            if name.text.starts_with(folded) {
                matched.insert(MatchKind::Prefix);
            }
            score = score.max(folded.len() as f32 / name.text.len().max(1) as f32);
        }
        Hit { node, matched: matched.into_iter().collect(), score, words: Vec::new() }
    }

    /// How much of the shortest name that contains a wording the wording is.
    fn share_of_name(&self, number: u64, wording: &str) -> f32 {
        let names = self.names(number).iter().filter(|name| name.text.contains(wording));
        names.map(|name| wording.len() as f32 / name.text.len().max(1) as f32).fold(0.0, f32::max)
    }

    /// Row numbers of the documents that have a term.
    pub(super) fn with_term(&self, field: Field, term: &str) -> Result<Vec<u64>, SearchError> {
        let mut numbers = Vec::new();
        self.visit(field, term, |number, _| numbers.push(number))?;
        Ok(numbers)
    }

    pub(super) fn visit(&self, field: Field, term: &str, mut visit: impl FnMut(u64, u32)) -> Result<(), SearchError> {
        let term = Term::from_field_text(field, term);
        for segment in self.searcher.segment_readers() {
            let column = segment.fast_fields().u64("number")?;
            let inverted = segment.inverted_index(field)?;
            let Some(mut postings) = inverted.read_postings(&term, IndexRecordOption::WithFreqs)? else { continue };
            let mut document = postings.doc();
            let alive = segment.alive_bitset();
            while document != TERMINATED {
                let lives = alive.is_none_or(|alive| alive.is_alive(document));
                if let Some(number) = column.first(document).filter(|_| lives) {
                    visit(number, postings.term_freq());
                }
                document = postings.advance();
            }
        }
        Ok(())
    }

    /// Documents with enough of what the words of a query tell.
    fn by_words(&self, text: &str) -> Result<Vec<(u64, f32, Vec<String>)>, SearchError> {
        self.overlaps(text, LEAST_SHARE, Letters::Forgiven)
    }

    fn overlaps(&self, text: &str, least: f32, letters: Letters) -> Result<Vec<(u64, f32, Vec<String>)>, SearchError> {
        let words = self.telling(text);
        let all: f32 = words.iter().map(|(_, weight)| weight).sum();
        let mut found: BTreeMap<u64, Overlap> = BTreeMap::new();
        for (place, (word, weight)) in words.iter().enumerate() {
            let mut occurrences: BTreeMap<u64, f32> = BTreeMap::new();
            for (field, factor) in self.fields.words {
                self.visit(field, word, |number, count| {
                    *occurrences.entry(number).or_default() += factor * count as f32;
                })?;
            }
            if letters == Letters::Forgiven && self.is_unknown(word) {
                for number in self.nearly(self.fields.words[0].0, word)? {
                    *occurrences.entry(number).or_default() += SLIP_COUNT;
                }
            }
            for (number, count) in occurrences {
                let overlap = found.entry(number).or_default();
                overlap.words |= 1 << place;
                // Saturating in the count: a word repeated a thousand times tells little more.
                overlap.weight += weight * count / (count + 1.5);
            }
        }
        let share = |overlap: &Overlap| {
            let bits = words.iter().enumerate().filter(|(place, _)| overlap.words & (1 << place) != 0);
            bits.map(|(_, (_, weight))| weight).sum::<f32>() / all.max(f32::MIN_POSITIVE)
        };
        let enough = found.into_iter().filter(|(_, overlap)| share(overlap) >= least);
        let hits = enough.map(|(number, overlap)| {
            let shared = words.iter().enumerate().filter(|(place, _)| overlap.words & (1 << place) != 0);
            let shared: Vec<String> = shared.map(|(_, (word, _))| word.clone()).collect();
            (number, (overlap.weight / all.max(f32::MIN_POSITIVE)).min(1.0), shared)
        });
        Ok(hits.collect())
    }

    /// The words of a text with what they tell, the most telling first.
    fn telling(&self, text: &str) -> Vec<(String, f32)> {
        let unique: BTreeSet<String> = analysis::words(text).into_iter().collect();
        let mut words: Vec<(String, f32)> = unique
            .into_iter()
            .map(|word| {
                let weight = self.weight(&word);
                (word, weight)
            })
            .collect();
        words.sort_by(|left, right| right.1.total_cmp(&left.1).then_with(|| left.0.cmp(&right.0)));
        words.truncate(MOST_WORDS);
        words
    }

    /// Documents whose names have most of the pairs of letters: “创新联盟” in “技术创新战略联盟”.
    fn by_pairs(&self, folded: &str) -> Result<Vec<(u64, f32)>, SearchError> {
        let letters: Vec<char> = folded.chars().collect();
        if letters.len() < 3 || letters.iter().all(char::is_ascii) {
            return Ok(Vec::new());
        }
        let pairs = analysis::query_pieces(&letters);
        let mut counts: BTreeMap<u64, usize> = BTreeMap::new();
        for pair in &pairs {
            for number in self.with_term(self.fields.pieces, pair)? {
                *counts.entry(number).or_default() += 1;
            }
        }
        let share = |count: usize| count as f32 / pairs.len() as f32;
        Ok(counts
            .into_iter()
            .map(|(number, count)| (number, share(count)))
            .filter(|(_, share)| *share >= LEAST_PAIRS)
            .collect())
    }
}

fn checked(text: &str) -> Result<String, SearchError> {
    if text.chars().count() > LONGEST_QUERY {
        return Err(SearchError::TooLong { limit: LONGEST_QUERY });
    }
    let plain: String = text.chars().filter(|letter| !letter.is_control()).collect();
    let folded = analysis::folded(&plain);
    if folded.is_empty() { Err(SearchError::Empty) } else { Ok(folded) }
}

/// Best reason first, then score, then code, name, id.
fn ordered(lens: &Lens<'_>, found: BTreeMap<EntityRow, Hit>) -> Hits {
    let mut kinds = BTreeMap::new();
    let mut hits: Vec<Hit> = found.into_values().collect();
    for hit in &mut hits {
        hit.matched.sort_unstable();
        hit.matched.dedup();
        *kinds.entry(lens.kind(hit.node)).or_default() += 1;
    }
    // Whatever contains the text stands before whatever does not.
    let class = |hit: &Hit| {
        let outside = !hit.matched.contains(&MatchKind::Substring);
        (outside, hit.matched.first().copied())
    };
    hits.sort_by(|left, right| {
        let by_class = class(left).cmp(&class(right));
        let by_score = || right.score.total_cmp(&left.score);
        let by_code = || lens.code(left.node).cmp(lens.code(right.node));
        let by_name = || lens.name(left.node).cmp(lens.name(right.node));
        let by_id = || lens.id(left.node).cmp(&lens.id(right.node));
        by_class.then_with(by_score).then_with(by_code).then_with(by_name).then_with(by_id)
    });
    Hits { hits, kinds }
}
