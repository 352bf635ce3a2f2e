//! Building the index: one document a node, fields from the kind table.

use std::collections::{BTreeMap, HashMap};

use tantivy::schema::{FAST, Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{PreTokenizedString, Token};
use tantivy::{Index, Searcher, TantivyDocument};

use super::{SearchError, analysis};
use crate::domain::attribute::TextWeight;
use crate::domain::fold::fold;
use crate::domain::name::NameKind;
use crate::domain::{Kind, Sensitivity, Value};
use crate::graph::{Entity, Lens, State};

/// Memory the index writer may use while building, in bytes.
const WRITER_BYTES: usize = 64_000_000;

/// A name as it is compared.
#[derive(Debug)]
pub(super) struct FoldedName {
    pub text: Box<str>,
    pub kind: NameKind,
    /// Its place among the names of its node.
    pub place: usize,
}

/// The index over one state.
pub struct SearchIndex {
    pub(super) searcher: Searcher,
    pub(super) fields: Fields,
    /// By row number of the node.
    pub(super) names: Vec<Vec<FoldedName>>,
    /// In how many public nodes a word occurs.
    pub(super) frequencies: HashMap<String, u32>,
    /// How many public nodes there are.
    pub(super) documents: u32,
    sequence: u64,
}

impl std::fmt::Debug for SearchIndex {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "SearchIndex({} documents at {})", self.names.len(), self.sequence)
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
            number: schema.add_u64_field("number", FAST),
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

impl SearchIndex {
    /// Index every node of a state.
    pub fn build(state: &State) -> Result<Self, SearchError> {
        let (schema, fields) = Fields::declare();
        let index = Index::create_in_ram(schema);
        let mut writer = index.writer_with_num_threads::<TantivyDocument>(1, WRITER_BYTES)?;
        let (mut names, mut frequencies, mut documents) = (Vec::new(), HashMap::new(), 0);
        for (row, entity) in Lens::every_node(state) {
            let folded = folded_names(entity);
            let mut document = TantivyDocument::default();
            document.add_u64(fields.number, row.number());
            let mut public = BTreeMap::new();
            if entity.kind != Kind::Person {
                fill(&mut document, fields, entity, &folded, &mut public);
            }
            if state.is_public(row) {
                documents += 1;
                for word in public.into_keys() {
                    *frequencies.entry(word).or_default() += 1;
                }
            }
            writer.add_document(document)?;
            names.push(folded);
        }
        writer.commit()?;
        let reader = index.reader_builder().reload_policy(tantivy::ReloadPolicy::Manual).try_into()?;
        let reader: tantivy::IndexReader = reader;
        Ok(Self { searcher: reader.searcher(), fields, names, frequencies, documents, sequence: state.sequence() })
    }

    /// The sequence number of the state it was built from.
    pub fn sequence(&self) -> u64 {
        self.sequence
    }

    /// How much a word tells: the rarer the more. Never negative.
    pub(super) fn weight(&self, word: &str) -> f32 {
        let (all, with) = (self.documents as f32, self.frequencies.get(word).copied().unwrap_or(0) as f32);
        (1.0 + (all - with + 0.5).max(0.5) / (with + 0.5)).ln()
    }
}

fn folded_names(entity: &Entity) -> Vec<FoldedName> {
    let all = entity.names.iter().enumerate();
    all.map(|(place, name)| FoldedName { text: fold(&name.text).into(), kind: name.kind, place }).collect()
}

fn fill(
    document: &mut TantivyDocument,
    fields: Fields,
    entity: &Entity,
    folded: &[FoldedName],
    public: &mut BTreeMap<String, ()>,
) {
    let mut terms: BTreeMap<String, ()> = BTreeMap::new();
    let mut spelled: BTreeMap<String, ()> = BTreeMap::new();
    let mut words: [Vec<String>; 3] = Default::default();
    for name in folded {
        let letters: Vec<char> = name.text.chars().collect();
        terms.extend(analysis::pieces(&letters).into_iter().map(|piece| (piece, ())));
        for spelling in analysis::spellings(&name.text).into_iter().flatten() {
            spelled.extend(analysis::beginnings(&spelling).map(|start| (start.to_owned(), ())));
        }
    }
    words[0].extend(entity.names.iter().flat_map(|name| analysis::words(&name.text)));
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
    add(document, fields.pieces, terms.into_keys());
    add(document, fields.spelling, spelled.into_keys());
    add(document, fields.code, entity.identifiers.iter().map(|(identifier, _)| fold(&identifier.value)));
    for ((field, _), words) in fields.words.iter().zip(words) {
        public.extend(words.iter().map(|word| (word.clone(), ())));
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
