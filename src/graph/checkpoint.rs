//! The whole state as bytes and back: what the ledger up to a sequence number comes to.
//!
//! The ledger is the truth; a checkpoint only saves reading it. So the form may change with any
//! version of the program: one of another form is left aside, and the ledger is read instead.
//! Look-ups and the graph are not part of it; they follow from the rows.

use std::io::{self, Write};
use std::sync::Arc;

use minicbor::encode::write::Writer;
use minicbor::{Decode, Decoder, Encoder};
use petgraph::stable_graph::NodeIndex;

use super::answers::Answered;
use super::changes::ChangeMark;
use super::column::Column;
use super::groups::{Merge, Standing};
use super::state::{Entity, NEVER, NodeMark, Place, Record, Retraction, SourceRecord, Stamp, State, TieFacts, TieMark};
use crate::domain::event::Digest;
use crate::domain::kind::KINDS;
use crate::domain::{Id, Relation};

/// The form this code writes and reads.
/// 2: what facts said before is part of it. 3: names may be sealed, and erasures are part of it. 4: merges
/// and judged pairs are part of it.
pub const CHECKPOINT_FORMAT: u16 = 4;

/// The bytes are no checkpoint of this form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the checkpoint cannot be read: {0}")]
pub struct CheckpointError(String);

type Out<'w> = Encoder<Writer<&'w mut dyn Write>>;

impl State {
    /// Write everything, row by row.
    pub fn write_checkpoint(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut encoder = Encoder::new(Writer::new(out));
        self.encode(&mut encoder).map_err(|cause| io::Error::other(cause.to_string()))
    }

    fn encode(&self, out: &mut Out<'_>) -> Result<(), minicbor::encode::Error<io::Error>> {
        out.u64(self.sequence)?.encode(&self.name)?;
        rows(out, self.stamps.len(), self.stamps.iter(), |out, stamp| {
            out.u64(stamp.sequence)?.i64(stamp.recorded_at)?.str(&stamp.actor)?.ok()
        })?;
        rows(out, self.sources.len(), self.sources.iter(), |out, source| out.encode(&**source)?.ok())?;
        rows(out, self.entities.len(), self.entities.iter(), |out, entity| out.encode(&**entity)?.ok())?;
        rows(out, self.ties.len(), self.ties.iter().zip(self.tie_facts.iter()), |out, (mark, facts)| {
            out.encode(mark.relation)?.u32(mark.start)?.u32(mark.target)?.encode(&**facts)?.ok()
        })?;
        rows(out, self.records.len(), self.records.iter(), |out, record| out.encode(&**record)?.ok())?;
        rows(out, self.retractions.len(), self.retractions.iter(), |out, gone| {
            out.encode(gone.id)?.str(&gone.reason)?.u32(gone.stamp)?.encode(gone.was)?.ok()
        })?;
        rows(out, self.formers.len(), self.formers.iter(), |out, former| out.encode(&**former)?.ok())?;
        rows(out, self.erasures.len(), self.erasures.iter(), |out, erasure| out.encode(erasure)?.ok())?;
        rows(out, self.merges.len(), self.merges.iter(), |out, merge| out.encode(&**merge)?.ok())?;
        rows(out, self.judged.len(), self.judged.iter(), |out, ((one, other), judged)| {
            out.u32(*one)?.u32(*other)?.encode(judged)?.ok()
        })?;
        rows(out, self.changes.len(), self.changes.iter(), |out, mark| out.encode(mark)?.ok())?;
        rows(out, self.answers.iter().count(), self.answers.iter(), |out, answered| {
            out.str(&answered.actor)?.str(&answered.key)?.encode(answered.request)?.encode(answered.subject)?;
            out.bool(answered.changed)?
                .encode(answered.version)?
                .u64(answered.sequence)?
                .i64(answered.recorded_at)?
                .ok()
        })
    }

    /// The state that was written.
    pub fn read_checkpoint(bytes: &[u8]) -> Result<State, CheckpointError> {
        let mut input = Decoder::new(bytes);
        let state = decode(&mut input).map_err(|cause| CheckpointError(cause.to_string()))?;
        if input.position() == bytes.len() { Ok(state) } else { Err(CheckpointError("bytes are left over".to_owned())) }
    }
}

fn rows<'w, T>(
    out: &mut Out<'w>,
    length: usize,
    all: impl Iterator<Item = T>,
    write: impl Fn(&mut Out<'w>, T) -> Result<(), minicbor::encode::Error<io::Error>>,
) -> Result<(), minicbor::encode::Error<io::Error>> {
    out.u64(length as u64)?;
    for row in all {
        write(out, row)?;
    }
    Ok(())
}

type Read<T> = Result<T, minicbor::decode::Error>;

fn each<'b>(input: &mut Decoder<'b>, mut read: impl FnMut(&mut Decoder<'b>) -> Read<()>) -> Read<()> {
    for _ in 0..input.u64()? {
        read(input)?;
    }
    Ok(())
}

fn column<'b, T: Clone + Decode<'b, ()>>(input: &mut Decoder<'b>) -> Read<Column<Arc<T>>> {
    let mut column = Column::default();
    each(input, |input| {
        column.push(Arc::new(input.decode()?));
        Ok(())
    })?;
    Ok(column)
}

fn decode(input: &mut Decoder<'_>) -> Read<State> {
    let mut state = State::new();
    state.sequence = input.u64()?;
    state.name = input.decode()?;
    let mut actors: Vec<Arc<str>> = Vec::new();
    each(input, |input| {
        let (sequence, recorded_at, actor) = (input.u64()?, input.i64()?, input.str()?);
        // Few people write much: one copy of each name.
        let actor = match actors.iter().rev().find(|known| known.as_ref() == actor) {
            Some(known) => Arc::clone(known),
            None => {
                let new: Arc<str> = Arc::from(actor);
                actors.push(Arc::clone(&new));
                new
            }
        };
        state.stamps.push(Stamp { sequence, recorded_at, actor });
        Ok(())
    })?;
    state.sources = column::<SourceRecord>(input)?;
    state.entities = column::<Entity>(input)?;
    each(input, |input| {
        let (relation, start, target): (Relation, u32, u32) = (input.decode()?, input.u32()?, input.u32()?);
        let facts: TieFacts = input.decode()?;
        let (from, to) = (facts.fact.validity.first_day(), facts.fact.validity.end_day());
        state.ties.push(TieMark { relation, start, target, from, to });
        state.tie_facts.push(Arc::new(facts));
        Ok(())
    })?;
    state.records = column::<Record>(input)?;
    each(input, |input| {
        let (id, reason, stamp, was) = (input.decode()?, input.str()?.into(), input.u32()?, input.decode()?);
        state.retractions.push(Arc::new(Retraction { id, reason, stamp, was }));
        Ok(())
    })?;
    each(input, |input| {
        state.keep_former(input.decode()?);
        Ok(())
    })?;
    each(input, |input| {
        state.erasures.push(input.decode()?);
        Ok(())
    })?;
    state.merges = column::<Merge>(input)?;
    each(input, |input| {
        let pair = (input.u32()?, input.u32()?);
        Arc::make_mut(&mut state.judged).insert(pair, input.decode()?);
        Ok(())
    })?;
    each(input, |input| {
        let mark: ChangeMark = input.decode()?;
        let row = state.changes.push(mark);
        if mark.public {
            state.public_changes.push(row);
        }
        Ok(())
    })?;
    each(input, |input| {
        let (actor, key): (Arc<str>, Arc<str>) = (Arc::from(input.str()?), Arc::from(input.str()?));
        let (request, subject) = (input.decode::<Digest>()?, input.decode::<Option<Id>>()?);
        let (changed, version) = (input.bool()?, input.decode::<Option<u64>>()?);
        let (sequence, recorded_at) = (input.u64()?, input.i64()?);
        state.answers.add(Answered { actor, key, request, subject, changed, version, sequence, recorded_at });
        Ok(())
    })?;
    let ends_stand = state.ties.iter().all(|mark| (mark.start.max(mark.target) as usize) < state.entities.len());
    let subjects_stand = state.records.iter().all(|record| (record.subject.0 as usize) < state.entities.len());
    let entries_stand = state.merges.iter().all(|merge| (merge.kept.max(merge.merged) as usize) < state.entities.len());
    if !(ends_stand && subjects_stand && entries_stand) {
        return Err(minicbor::decode::Error::message("a tie, a record or a merge belongs to nothing"));
    }
    state.index_rows();
    Ok(state)
}

fn number(row: usize) -> u32 {
    u32::try_from(row).expect("a store holds fewer than 2^32 rows")
}

impl State {
    /// Marks, graph and look-ups as they follow from the rows.
    fn index_rows(&mut self) {
        let gone: std::collections::BTreeSet<Place> = self.retractions.iter().map(|gone| gone.was).collect();
        self.indexes.kinds.resize(KINDS, Column::default());
        for row in 0..number(self.sources.len()) {
            let Some(source) = self.sources.get(row) else { continue };
            self.indexes.ids.insert(source.id, Place::Source(row));
            self.indexes.source_keys.insert(source.key.clone(), row);
        }
        for row in 0..number(self.entities.len()) {
            self.index_entity(row, gone.contains(&Place::Node(row)));
        }
        for row in 0..number(self.ties.len()) {
            let Some(mark) = self.ties.get_mut(row) else { continue };
            if gone.contains(&Place::Tie(row)) {
                (mark.from, mark.to) = NEVER;
            }
            let ends = [mark.start, mark.target].map(|end| NodeIndex::new(end as usize));
            self.graph.add_edge(ends[0], ends[1], row);
            let id = self.tie_facts.get(row).map(|facts| facts.fact.id);
            if let Some(id) = id {
                self.indexes.ids.insert(id, Place::Tie(row));
            }
        }
        for row in 0..number(self.records.len()) {
            let Some(record) = self.records.get(row) else { continue };
            let kind = record.kind;
            self.indexes.ids.insert(record.fact.id, Place::Record(row));
            if !record.retracted {
                self.indexes.records.change(record.subject.0, |rows| rows.push(row));
            }
            self.list_record(kind, row);
        }
        for row in 0..number(self.retractions.len()) {
            if let Some(gone) = self.retractions.get(row) {
                self.indexes.ids.insert(gone.id, Place::Retracted(row));
            }
        }
        for row in 0..number(self.merges.len()) {
            if let Some(merge) = self.merges.get(row) {
                self.indexes.ids.insert(merge.fact.id, Place::Merge(row));
            }
        }
        self.regroup_all();
    }

    fn index_entity(&mut self, row: u32, gone: bool) {
        let Some(entity) = self.entities.get(row).map(Arc::clone) else { return };
        let (kind, validity) = (entity.kind, entity.fact.validity);
        let (from, to) = if gone { NEVER } else { (validity.first_day(), validity.end_day()) };
        self.nodes.push(NodeMark { kind, standing: Standing::Alone, from, to });
        self.graph.add_node(row);
        self.indexes.ids.insert(entity.fact.id, Place::Node(row));
        if let Some(rows) = self.indexes.kinds.get_mut(kind as usize) {
            rows.push(row);
        }
        let names = entity.names.iter().map(|name| name.fact.id);
        let identifiers = entity.identifiers.iter().map(|(_, fact)| fact.id);
        let statements = entity.statements.iter().map(|statement| statement.fact.id);
        for id in names.chain(identifiers).chain(statements) {
            self.indexes.ids.insert(id, Place::Fact(row));
        }
        if gone {
            return;
        }
        for text in entity.names.iter().filter_map(|name| name.text.plain()) {
            self.index_name(row, text);
        }
        for (identifier, _) in &entity.identifiers {
            self.index_identifier(row, identifier);
        }
        self.refresh_mark(row);
    }
}
