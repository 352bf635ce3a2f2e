//! Canonical digests: over the facts sorted by id, never over memory layout.
//!
//! `state_digest` covers everything; `content_digest` leaves out who recorded what and when, and
//! the ids that a store made by itself, so that two stores with the same content are equal.

use std::collections::BTreeMap;

use minicbor::Encoder;

use super::answers::Answered;
use super::groups::{Judgement, Merge};
use super::state::{Entity, Fact, Record, Retraction, SourceRecord, State};
use crate::domain::event::Verdict;
use crate::domain::identifier::Scheme;
use crate::domain::name::Text;
use crate::domain::provenance::Provenance;
use crate::domain::{Id, Value};

/// Version of the two canonical forms: digests are compared at equal versions alone. 2: versions,
/// record times, changes and answers are part of the state's.
pub const DIGEST_VERSION: u32 = 2;

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
        let writer = LineWriter { state: self, scope: Scope::State, names: BTreeMap::new() };
        let mut hasher = blake3::Hasher::new();
        let mut take = |mut lines: Vec<Line>| {
            lines.sort_unstable();
            for line in lines {
                hasher.update(&(line.len() as u64).to_be_bytes());
                hasher.update(&line);
            }
        };
        take(vec![writer.line("store", |line| {
            line.text(self.name.as_deref().unwrap_or("")).number(Some(self.sequence));
        })]);
        // By id, a subject at a time, so that a large store needs no second copy of itself.
        for row in by_id(self.sources.iter().map(|source| source.id)) {
            take(self.sources.get(row).map(|source| writer.source(source)).into_iter().collect());
        }
        for row in by_id(self.entities.iter().map(|entity| entity.fact.id)) {
            take(writer.entity(self.entity(row), row));
        }
        for row in by_id(self.tie_facts.iter().map(|facts| facts.fact.id)) {
            take(vec![writer.tie(row)]);
        }
        for row in by_id(self.records.iter().map(|record| record.fact.id)) {
            take(self.records.get(row).map(|record| writer.record(record)).into_iter().collect());
        }
        for row in by_id(self.retractions.iter().map(|gone| gone.id)) {
            take(self.retractions.get(row).map(|gone| writer.retraction(gone)).into_iter().collect());
        }
        for row in by_id(self.merges.iter().map(|merge| merge.fact.id)) {
            take(self.merges.get(row).map(|merge| writer.merge(merge)).into_iter().collect());
        }
        take(self.judged.iter().map(|(pair, judged)| writer.judged(*pair, judged)).collect());
        for erasure in self.erasures.iter() {
            let stamp = self.stamps.get(erasure.stamp).map(|stamp| stamp.sequence);
            take(vec![writer.line("erasure", |line| {
                line.id(erasure.person).text(erasure.reason.name()).number(stamp);
            })]);
        }
        for stamp in self.stamps.iter() {
            take(vec![writer.line("stamp", |line| {
                line.number(Some(stamp.sequence)).number(u64::try_from(stamp.recorded_at).ok()).text(&stamp.actor);
            })]);
        }
        for change in self.changes(0) {
            take(vec![writer.line("change", |line| {
                line.number(Some(change.sequence)).id(change.id).number(Some(change.action as u64));
                line.number(Some(u64::from(change.public)));
            })]);
        }
        take(self.answers.iter().map(|answered| writer.answer(answered)).collect());
        *hasher.finalize().as_bytes()
    }

    /// Digest of what is said, without record time and without ids. What was taken back is not said.
    pub fn content_digest(&self) -> [u8; 32] {
        let writer = LineWriter { state: self, scope: Scope::Content, names: self.content_names() };
        let mut lines: Vec<Line> = self.sources.iter().map(|source| writer.source(source)).collect();
        for (row, entity) in (0..).zip(self.entities.iter()).filter(|(row, _)| !self.is_retracted(*row)) {
            lines.extend(writer.entity(entity, row));
        }
        let ties = (0..).zip(self.ties.iter()).filter(|(_, mark)| !mark.is_retracted());
        lines.extend(ties.map(|(row, _)| writer.tie(row)));
        lines.extend(self.records.iter().filter(|record| !record.retracted).map(|record| writer.record(record)));
        lines.extend(self.merges.iter().filter(|merge| merge.undone.is_none()).map(|merge| writer.merge(merge)));
        let different = self.judged.iter().filter(|(_, judged)| judged.verdict == Verdict::Different);
        lines.extend(different.map(|(pair, judged)| writer.judged(*pair, judged)));
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

/// Row numbers in the order of their ids.
fn by_id(ids: impl Iterator<Item = Id>) -> Vec<u32> {
    let mut rows: Vec<(Id, u32)> = ids.zip(0..).collect();
    rows.sort_unstable();
    rows.into_iter().map(|(_, row)| row).collect()
}

impl LineWriter<'_> {
    fn source(&self, source: &SourceRecord) -> Line {
        let stamp = self.state.stamps.get(source.stamp).filter(|_| self.scope == Scope::State);
        self.line("source", |line| {
            line.id(source.id).text(&source.key).values(&source.values).number(stamp.map(|stamp| stamp.sequence));
        })
    }

    fn entity(&self, entity: &Entity, row: u32) -> Vec<Line> {
        let own = entity.fact.id;
        let head = self.line("entity", |line| {
            line.id(own).number(Some(entity.kind as u64)).fact(&entity.fact).version(Some(entity.version));
            if self.scope == Scope::State {
                line.number(Some(u64::from(self.state.is_retracted(row))));
            }
        });
        let names = entity.names.iter().map(|name| {
            self.line("name", |line| {
                let form = (name.language as u64) << 8 | name.kind as u64;
                line.id(own).spelled(&name.text).number(Some(form)).fact(&name.fact);
            })
        });
        let identifiers = entity.identifiers.iter().map(|(identifier, fact)| {
            self.line("identifier", |line| {
                line.id(own).number(Some(identifier.scheme as u64)).text(&identifier.value).fact(fact);
            })
        });
        let statements = entity.statements.iter().map(|statement| {
            self.line("statement", |line| {
                let value = [(statement.attribute, statement.value.clone())];
                line.id(own).values(&value).fact(&statement.fact);
            })
        });
        [head].into_iter().chain(names).chain(identifiers).chain(statements).collect()
    }

    fn tie(&self, row: u32) -> Line {
        let mark = self.state.tie(row);
        self.line("tie", |line| {
            let ends = [mark.start, mark.target].map(|row| self.state.entity(row).fact.id);
            line.number(Some(mark.relation as u64)).id(ends[0]).id(ends[1]);
            let Some(facts) = self.state.tie_facts.get(row) else { return };
            line.values(&facts.values).fact(&facts.fact).version(Some(facts.version));
            if let Some(ended) = &facts.ended {
                line.provenance(&ended.provenance);
                if self.scope == Scope::State {
                    line.number(self.state.stamps.get(ended.stamp).map(|stamp| stamp.sequence));
                }
            }
            if self.scope == Scope::State {
                line.number(Some(u64::from(mark.is_retracted())));
            }
        })
    }

    fn record(&self, record: &Record) -> Line {
        self.line("record", |line| {
            let subject = self.state.entity(record.subject.0).fact.id;
            line.number(Some(record.kind as u64)).id(subject).values(&record.values).fact(&record.fact);
            line.version(Some(record.version));
            if self.scope == Scope::State {
                line.number(Some(u64::from(record.retracted)));
            }
        })
    }

    fn merge(&self, merge: &Merge) -> Line {
        self.line("merge", |line| {
            let ends = [merge.kept, merge.merged].map(|row| self.state.entity(row).fact.id);
            line.id(ends[0]).id(ends[1]).text(&merge.reason).provenance(&merge.fact.provenance);
            if self.scope == Scope::State {
                line.id(merge.fact.id).stamp(merge.fact.stamp);
                if let Some(undone) = &merge.undone {
                    line.text(&undone.reason).stamp(undone.stamp);
                }
            }
        })
    }

    /// A pair that was judged. The order of the two says nothing.
    fn judged(&self, (one, other): (u32, u32), judged: &Judgement) -> Line {
        let name = |row: u32| {
            let id = self.state.entity(row).fact.id;
            self.names.get(&id).cloned().unwrap_or_else(|| id.to_string())
        };
        let mut names = [name(one), name(other)];
        names.sort_unstable();
        self.line("pair", |line| {
            line.text(&names[0]).text(&names[1]).number(Some(judged.verdict as u64)).text(&judged.reason);
            if self.scope == Scope::State {
                line.stamp(judged.stamp);
            }
        })
    }

    fn retraction(&self, gone: &Retraction) -> Line {
        let stamp = self.state.stamps.get(gone.stamp).map(|stamp| stamp.sequence);
        self.line("retraction", |line| {
            line.id(gone.id).text(&gone.reason).number(stamp);
        })
    }

    fn answer(&self, answered: &Answered) -> Line {
        self.line("answer", |line| {
            line.text(&answered.actor).text(&answered.key).number(Some(answered.sequence));
            line.number(Some(u64::from(answered.changed))).number(answered.version);
            line.number(u64::try_from(answered.recorded_at).ok());
            line.encoder.bytes(&answered.request.0).expect(WRITES);
            if let Some(subject) = answered.subject {
                line.id(subject);
            }
        })
    }

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

    /// A name: of a person its ciphertext, so that digests tell nothing of it.
    fn spelled(&mut self, text: &Text) -> &mut Self {
        match text {
            Text::Plain(text) => self.text(text),
            Text::Sealed(sealed) => {
                self.encoder.encode(sealed).expect(WRITES);
                self
            }
        }
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
                Value::Node(id) => {
                    self.encoder.u8(1).expect(WRITES);
                    self.id(*id);
                }
                Value::Nodes(ids) => {
                    self.encoder.array(ids.len() as u64).expect(WRITES);
                    ids.iter().for_each(|id| {
                        self.id(*id);
                    });
                }
                other => {
                    self.encoder.encode(other).expect(WRITES);
                }
            }
        }
        self
    }

    /// The version of a subject, where record time counts.
    fn version(&mut self, version: Option<u64>) -> &mut Self {
        if self.writer.scope == Scope::State {
            self.number(version);
        }
        self
    }

    /// The envelope of a stamp.
    fn stamp(&mut self, row: u32) -> &mut Self {
        self.number(self.writer.state.stamps.get(row).map(|stamp| stamp.sequence))
    }

    fn provenance(&mut self, provenance: &Provenance) -> &mut Self {
        self.encoder.encode(provenance.method).expect(WRITES);
        self.encoder.encode(&provenance.basis).expect(WRITES);
        self.encoder.encode(provenance.confidence).expect(WRITES);
        self.id(provenance.source)
    }

    fn fact(&mut self, fact: &Fact) -> &mut Self {
        self.encoder.encode(fact.validity).expect(WRITES);
        self.provenance(&fact.provenance);
        if self.writer.scope == Scope::State {
            self.id(fact.id);
            let stamp = self.writer.state.stamps.get(fact.stamp);
            self.number(stamp.map(|stamp| stamp.sequence));
            self.text(stamp.map_or("", |stamp| &stamp.actor));
        }
        self
    }
}
