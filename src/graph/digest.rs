//! Canonical digests: over the facts sorted by id, never over memory layout.
//!
//! `state_digest` covers everything; `content_digest` leaves out who recorded what and when, and
//! the ids that a store made by itself, so that two stores with the same content are equal.

use std::collections::BTreeMap;

use minicbor::Encoder;

use super::state::{Fact, State};
use crate::domain::identifier::Scheme;
use crate::domain::{Id, Value};

/// Which digest is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scope {
    State,
    Content,
}

/// One line of the canonical form.
type Line = Vec<u8>;

impl State {
    /// Digest of everything: equal logs give equal digests.
    pub fn state_digest(&self) -> [u8; 32] {
        self.digest(Scope::State)
    }

    /// Digest of what is said, without record time and without ids.
    pub fn content_digest(&self) -> [u8; 32] {
        self.digest(Scope::Content)
    }

    fn digest(&self, scope: Scope) -> [u8; 32] {
        let names = if scope == Scope::Content { self.content_names() } else { BTreeMap::new() };
        let writer = LineWriter { state: self, scope, names };
        let mut lines: Vec<Line> = Vec::new();
        lines.extend(self.sources.iter().map(|source| {
            let stamp = (scope == Scope::State).then_some(source.stamp);
            writer.line("source", |line| {
                line.id(source.id).text(&source.key).values(&source.values).number(stamp.map(u64::from));
            })
        }));
        for entity in self.entities.iter() {
            let own = entity.fact.id;
            lines.push(writer.line("entity", |line| {
                line.id(own).number(Some(entity.kind as u64)).fact(&entity.fact);
            }));
            for name in &entity.names {
                lines.push(writer.line("name", |line| {
                    let form = (name.language as u64) << 8 | name.kind as u64;
                    line.id(own).text(&name.text).number(Some(form)).fact(&name.fact);
                }));
            }
            for (identifier, fact) in &entity.identifiers {
                lines.push(writer.line("identifier", |line| {
                    line.id(own).number(Some(identifier.scheme as u64)).text(&identifier.value).fact(fact);
                }));
            }
            for statement in &entity.statements {
                lines.push(writer.line("statement", |line| {
                    let value = [(statement.attribute, statement.value.clone())];
                    line.id(own).values(&value).fact(&statement.fact);
                }));
            }
        }
        for (mark, facts) in self.ties.iter().zip(self.tie_facts.iter()) {
            lines.push(writer.line("tie", |line| {
                let ends = [mark.start, mark.target].map(|row| self.entity(row).fact.id);
                line.number(Some(mark.relation as u64)).id(ends[0]).id(ends[1]).values(&facts.values).fact(&facts.fact);
            }));
        }
        for record in self.records.iter() {
            lines.push(writer.line("record", |line| {
                let subject = self.entity(record.subject.0).fact.id;
                line.number(Some(record.kind as u64)).id(subject).values(&record.values).fact(&record.fact);
            }));
        }
        lines.sort_unstable();
        let mut hasher = blake3::Hasher::new();
        for line in lines {
            hasher.update(&(line.len() as u64).to_be_bytes());
            hasher.update(&line);
        }
        *hasher.finalize().as_bytes()
    }

    /// What stands for an id where ids do not count: the row key of a node, the key of a source.
    fn content_names(&self) -> BTreeMap<Id, String> {
        let key = |entity: &super::state::Entity| {
            let mut all = entity.identifiers.iter();
            all.find(|(identifier, _)| identifier.scheme == Scheme::Internal)
                .map(|(identifier, _)| identifier.value.clone())
        };
        let nodes = self.entities.iter().filter_map(|entity| Some((entity.fact.id, key(entity)?)));
        nodes.chain(self.sources.iter().map(|source| (source.id, source.key.clone()))).collect()
    }
}

struct LineWriter<'s> {
    state: &'s State,
    scope: Scope,
    names: BTreeMap<Id, String>,
}

struct LineParts<'w> {
    writer: &'w LineWriter<'w>,
    encoder: Encoder<Vec<u8>>,
}

impl LineWriter<'_> {
    fn line(&self, kind: &str, write: impl FnOnce(&mut LineParts<'_>)) -> Line {
        let mut parts = LineParts { writer: self, encoder: Encoder::new(Vec::new()) };
        parts.text(kind);
        write(&mut parts);
        parts.encoder.into_writer()
    }
}

/// Writing to memory does not fail.
const WRITES: &str = "writing to memory does not fail";

impl LineParts<'_> {
    fn text(&mut self, text: &str) -> &mut Self {
        self.encoder.str(text).expect(WRITES);
        self
    }

    fn number(&mut self, number: Option<u64>) -> &mut Self {
        match number {
            Some(number) => self.encoder.u64(number).expect(WRITES),
            None => self.encoder.null().expect(WRITES),
        };
        self
    }

    fn id(&mut self, id: Id) -> &mut Self {
        match (self.writer.scope, self.writer.names.get(&id)) {
            (Scope::Content, Some(name)) => self.encoder.str(name).expect(WRITES),
            (Scope::Content, None) => self.encoder.null().expect(WRITES),
            (Scope::State, _) => self.encoder.encode(id).expect(WRITES),
        };
        self
    }

    fn values(&mut self, values: &[(u16, Value)]) -> &mut Self {
        for (tag, value) in values {
            self.encoder.u16(*tag).expect(WRITES);
            match value {
                Value::Term(id) => {
                    self.id(*id);
                }
                other => {
                    self.encoder.encode(other).expect(WRITES);
                }
            }
        }
        self
    }

    fn fact(&mut self, fact: &Fact) -> &mut Self {
        self.encoder.encode(fact.validity).expect(WRITES);
        let provenance = &fact.provenance;
        self.encoder.encode(provenance.method).expect(WRITES);
        self.encoder.encode(&provenance.basis).expect(WRITES);
        self.encoder.encode(provenance.confidence).expect(WRITES);
        self.id(provenance.source);
        if self.writer.scope == Scope::State {
            self.id(fact.id);
            let stamp = self.writer.state.stamps.get(fact.stamp);
            self.number(stamp.map(|stamp| stamp.sequence));
            self.text(stamp.map_or("", |stamp| &stamp.actor));
        }
        self
    }
}
