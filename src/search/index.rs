//! The index: one document a node, fields from the kind table. It is built from a state and then
//! follows it: what changed is taken out and put in again, and a new snapshot is given out.

use std::collections::BTreeMap;
use std::sync::Arc;

use tantivy::schema::{FAST, Field, INDEXED, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{PreTokenizedString, Token};
use tantivy::{Index, IndexReader, IndexWriter, Searcher, TantivyDocument, Term};

use super::{SearchError, analysis, spelling};
use crate::domain::attribute::TextWeight;
use crate::domain::name::NameKind;
use crate::domain::{Kind, Sensitivity, Value};
use crate::graph::{Column, Entity, EntityRow, Lens, Shards, State};

/// Memory the index writer may use, in bytes.
const WRITER_BYTES: usize = 64_000_000;

/// A name as it is compared.
#[derive(Debug)]
pub(super) struct FoldedName {
    pub text: Box<str>,
    pub kind: NameKind,
    /// Its place among the names of its node.
    pub place: usize,
}

/// What is indexed of a node.
#[derive(Clone)]
struct Indexed {
    entity: Arc<Entity>,
    public: bool,
    names: Arc<[FoldedName]>,
}

/// A node as it is handed over for indexing.
#[derive(Clone, Debug)]
pub struct Changed {
    /// Its row.
    pub row: EntityRow,
    /// Everything said about it.
    pub entity: Arc<Entity>,
    /// May everybody see it on some day?
    pub public: bool,
    /// Was it taken back, or does another one stand for it?
    pub retracted: bool,
}

impl Changed {
    /// A node as it stands in a state.
    pub fn of(state: &State, row: EntityRow) -> Option<Self> {
        let entity = Lens::shared_entity(state, row)?;
        let (public, retracted) = (state.is_public(row), Lens::is_out_of_sight(state, row));
        Some(Self { row, entity, public, retracted })
    }
}

/// A snapshot of the index. Copies freely.
#[derive(Clone)]
pub struct SearchIndex {
    pub(super) searcher: Searcher,
    pub(super) fields: Fields,
    /// By row number of the node.
    nodes: Column<Option<Indexed>>,
    /// In how many public nodes a word occurs.
    frequencies: Shards<String, u32>,
    /// How many public nodes there are.
    documents: u32,
    sequence: u64,
}

impl std::fmt::Debug for SearchIndex {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "SearchIndex({} documents at {})", self.documents, self.sequence)
    }
}

#[derive(Clone, Copy)]
pub(super) struct Fields {
    pub number: Field,
    pub pieces: Field,
    pub spelling: Field,
    pub code: Field,
    /// Words of names, of keywords, of running text, with their weights (BM25F, domain paper §8.2).
    pub words: [(Field, f32); 3],
}

impl Fields {
    fn declare() -> (Schema, Self) {
        let mut schema = Schema::builder();
        let terms = |option| {
            let indexing =
                TextFieldIndexing::default().set_tokenizer("raw").set_index_option(option).set_fieldnorms(false);
            TextOptions::default().set_indexing_options(indexing)
        };
        let present = terms(IndexRecordOption::Basic);
        let counted = terms(IndexRecordOption::WithFreqs);
        let fields = Self {
            number: schema.add_u64_field("number", FAST | INDEXED),
            pieces: schema.add_text_field("pieces", present.clone()),
            spelling: schema.add_text_field("spelling", present.clone()),
            code: schema.add_text_field("code", present),
            words: [
                (schema.add_text_field("title", counted.clone()), 3.0),
                (schema.add_text_field("keyword", counted.clone()), 2.0),
                (schema.add_text_field("body", counted), 1.0),
            ],
        };
        (schema.build(), fields)
    }
}

/// Keeps the index: the one that writes it.
pub struct Indexer {
    writer: IndexWriter,
    reader: IndexReader,
    current: SearchIndex,
}

impl Indexer {
    /// Index every node of a state.
    pub fn build(state: &State) -> Result<Self, SearchError> {
        let (schema, fields) = Fields::declare();
        let index = Index::create_in_ram(schema);
        let writer = index.writer_with_num_threads::<TantivyDocument>(1, WRITER_BYTES)?;
        let reader: IndexReader = index.reader_builder().reload_policy(tantivy::ReloadPolicy::Manual).try_into()?;
        let (nodes, frequencies) = (Column::default(), Shards::default());
        let current =
            SearchIndex { searcher: reader.searcher(), fields, nodes, frequencies, documents: 0, sequence: 0 };
        let mut indexer = Self { writer, reader, current };
        for (row, _) in Lens::every_node(state) {
            if let Some(changed) = Changed::of(state, row) {
                indexer.put(&changed)?;
            }
        }
        indexer.commit(state.sequence())?;
        Ok(indexer)
    }

    /// Take over what changed, as of a sequence number.
    pub fn follow(&mut self, changed: &[Changed], sequence: u64) -> Result<(), SearchError> {
        for changed in changed {
            let number = Term::from_field_u64(self.current.fields.number, changed.row.number());
            self.writer.delete_term(number);
            self.put(changed)?;
        }
        if changed.is_empty() {
            self.current.sequence = sequence;
            return Ok(());
        }
        self.commit(sequence)
    }

    /// The index as it stands.
    pub fn snapshot(&self) -> SearchIndex {
        self.current.clone()
    }

    fn put(&mut self, changed: &Changed) -> Result<(), SearchError> {
        let index = &mut self.current;
        let row = changed.row.number();
        while index.nodes.len() as u64 <= row {
            index.nodes.push(None);
        }
        let Some(slot) = u32::try_from(row).ok().and_then(|row| index.nodes.get_mut(row)) else { return Ok(()) };
        let before = slot.take();
        if !changed.retracted {
            let names = folded_names(&changed.entity).into();
            *slot = Some(Indexed { entity: Arc::clone(&changed.entity), public: changed.public, names });
        }
        let after = slot.clone();
        if let Some(before) = before.filter(|before| before.public) {
            index.documents -= 1;
            for word in words(&before.entity).into_keys() {
                index.frequencies.change(word, |count| *count = count.saturating_sub(1));
            }
        }
        let Some(after) = after else { return Ok(()) };
        let mut document = TantivyDocument::default();
        document.add_u64(index.fields.number, row);
        if after.entity.kind != Kind::Person {
            fill(&mut document, index.fields, &after.entity, &after.names);
        }
        self.writer.add_document(document)?;
        if after.public {
            index.documents += 1;
            for word in words(&after.entity).into_keys() {
                index.frequencies.change(word, |count| *count += 1);
            }
        }
        Ok(())
    }

    fn commit(&mut self, sequence: u64) -> Result<(), SearchError> {
        self.writer.commit()?;
        self.reader.reload()?;
        self.current.searcher = self.reader.searcher();
        self.current.sequence = sequence;
        Ok(())
    }
}

impl SearchIndex {
    /// The sequence number of the state it holds.
    pub fn sequence(&self) -> u64 {
        self.sequence
    }

    /// The folded names of a node, as indexed.
    pub(super) fn names(&self, number: u64) -> &[FoldedName] {
        let row = u32::try_from(number).ok();
        row.and_then(|row| self.nodes.get(row)).and_then(Option::as_ref).map_or(&[], |indexed| &indexed.names)
    }

    /// A Latin word that nothing public has: perhaps a slip.
    pub(super) fn is_unknown(&self, word: &str) -> bool {
        word.bytes().all(|byte| byte.is_ascii_alphabetic())
            && self.frequencies.get(word).is_none_or(|count| *count == 0)
    }

    /// How much a word tells: the rarer the more. Never negative.
    pub(super) fn weight(&self, word: &str) -> f32 {
        let (all, with) = (self.documents as f32, self.frequencies.get(word).copied().unwrap_or(0) as f32);
        (1.0 + (all - with + 0.5).max(0.5) / (with + 0.5)).ln()
    }
}

/// The words that a node is found by, each once; nobody is found by the words of a person.
fn words(entity: &Entity) -> BTreeMap<String, ()> {
    let all = if entity.kind == Kind::Person { Default::default() } else { words_by_weight(entity) };
    all.into_iter().flatten().map(|word| (word, ())).collect()
}

/// Words of names, of keywords, of running text.
fn words_by_weight(entity: &Entity) -> [Vec<String>; 3] {
    let mut words: [Vec<String>; 3] = Default::default();
    words[0].extend(entity.names.iter().filter_map(|name| name.text.plain()).flat_map(analysis::words));
    for statement in &entity.statements {
        let Some(attribute) = entity.kind.row().attribute_by_tag(statement.attribute) else { continue };
        let place = match attribute.text {
            TextWeight::None => continue,
            TextWeight::Keyword => 1,
            TextWeight::Body => 2,
        };
        if attribute.sensitivity == Sensitivity::Public {
            words[place].extend(texts(&statement.value).flat_map(analysis::words));
        }
    }
    words
}

fn folded_names(entity: &Entity) -> Vec<FoldedName> {
    // What is sealed has no text here: no person is found by name.
    let all = entity.names.iter().enumerate().filter_map(|(place, name)| Some((place, name.text.plain()?, name.kind)));
    all.map(|(place, text, kind)| FoldedName { text: analysis::folded(text).into(), kind, place }).collect()
}

fn fill(document: &mut TantivyDocument, fields: Fields, entity: &Entity, folded: &[FoldedName]) {
    let mut terms: BTreeMap<String, ()> = BTreeMap::new();
    let mut spelled: BTreeMap<String, ()> = BTreeMap::new();
    for name in folded {
        let letters: Vec<char> = name.text.chars().collect();
        terms.extend(analysis::pieces(&letters).into_iter().map(|piece| (piece, ())));
        for form in spelling::spellings(&name.text) {
            spelled.extend(spelling::terms(&form).map(|term| (term, ())));
        }
    }
    add(document, fields.pieces, terms.into_keys());
    add(document, fields.spelling, spelled.into_keys());
    add(document, fields.code, entity.identifiers.iter().map(|(identifier, _)| analysis::folded(&identifier.value)));
    for ((field, _), words) in fields.words.iter().zip(words_by_weight(entity)) {
        add(document, *field, words.into_iter());
    }
}

/// The texts of a value.
pub(super) fn texts(value: &Value) -> impl Iterator<Item = &str> {
    let (one, several) = match value {
        Value::Text(text) => (Some(text.as_str()), &[][..]),
        Value::Texts(texts) => (None, texts.as_slice()),
        _ => (None, &[][..]),
    };
    one.into_iter().chain(several.iter().map(String::as_str))
}

fn add(document: &mut TantivyDocument, field: Field, terms: impl Iterator<Item = String>) {
    let token = |(position, text)| Token { offset_from: 0, offset_to: 0, position, text, position_length: 1 };
    let tokens: Vec<Token> = terms.enumerate().map(token).collect();
    if !tokens.is_empty() {
        document.add_pre_tokenized_text(field, PreTokenizedString { text: String::new(), tokens });
    }
}
