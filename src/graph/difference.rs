//! What differs between two pictures of the graph: of two days, of what was known at two moments, or
//! both. Read through two lenses of the same reader, so that nothing shows here that neither shows.
//!
//! Both lenses look at the same ledger, one perhaps at an earlier entry of it: rows are never removed,
//! so a row stands for the same thing in both.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::amend::part;
use super::findings::{Aspect, Cause, Counts, Difference, What};
use super::lens::{Lens, Tie};
use super::state::{Entity, EntityRow, Fact, Named, Place, Record, State, Statement};
use crate::domain::identifier::{Identifier, Scheme};
use crate::domain::name::{Language, NameKind, Text};
use crate::domain::{Id, Kind, RecordKind, Relation, Value};

/// A fact that holds in a picture, by what it says.
type Held<'v, T> = BTreeMap<Id, (T, &'v Fact)>;

/// Compares one aspect of a node.
type Compare<'v, 'c> = fn(&Comparison<'v, 'c>, EntityRow, &mut Vec<Difference<'v>>);

/// Two pictures and what is compared of them.
pub struct Comparison<'v, 'c> {
    /// The first and the second picture.
    pub sides: [Lens<'v>; 2],
    /// Kinds of nodes that are compared.
    pub kinds: &'c [Kind],
    /// Which of them.
    pub chosen: &'c dyn Fn(EntityRow) -> bool,
    /// What of them.
    pub wanted: &'c dyn Fn(Aspect) -> bool,
    /// How certificates count and records hold.
    pub counts: Counts<'c>,
}

impl<'v> Lens<'v> {
    /// The name of a language in force on the day.
    pub fn named(&self, node: EntityRow, language: Language) -> Option<&'v Named> {
        let of_it = |entity: &'v Entity| entity.names.iter().filter(move |name| name.language == language);
        let names = || of_it(self.entity(node));
        let former = names().find(|name| {
            name.kind == NameKind::Former && name.fact.validity.to.is_some() && name.fact.validity.contains(self.day)
        });
        // Of several official names the one that began last, and of those the one entered last.
        let official = |entity: &'v Entity| {
            let is_official = |name: &&Named| name.kind == NameKind::Official;
            let held = of_it(entity).filter(is_official).filter(|name| name.fact.validity.contains(self.day));
            held.max_by_key(|name| name.fact.validity.from)
        };
        // The entry that stands for others is called by its own name.
        let own = || official(self.state().entity(node.0)).or_else(|| official(self.entity(node)));
        former.or_else(own).or_else(|| names().next())
    }

    /// Its id, where the row is one of this state.
    pub fn id_of(&self, node: EntityRow) -> Option<Id> {
        self.state().entities.get(node.0).map(|entity| entity.fact.id)
    }

    /// Is the row one of this state, and shown?
    pub fn has(&self, node: EntityRow) -> bool {
        (node.0 as usize) < self.state().entities.len() && self.shows(node)
    }
}

/// The fact of an id, unless it was taken back or is not there.
fn fact_of(state: &State, id: Id) -> Option<&Fact> {
    match state.place(id)? {
        Place::Node(row) => state.entities.get(row).filter(|_| !state.is_retracted(row)).map(|entity| &entity.fact),
        Place::Fact(row) => {
            let entity = state.entities.get(row)?;
            entity.part_fact(part(entity, id)?)
        }
        Place::Tie(row) => state.tie_facts.get(row).map(|facts| &facts.fact),
        Place::Record(row) => state.records.get(row).filter(|record| !record.retracted).map(|record| &record.fact),
        Place::Source(_) | Place::Retracted(_) | Place::Merge(_) => None,
    }
}

/// Do both pictures say the same? Of what is sealed it is compared which fact says it and when that was
/// recorded, never the text: whether two are equal is not for whoever sees masks.
fn reads_alike<T: PartialEq>(said: [Option<(&T, &Fact)>; 2], is_sealed: impl Fn(&T) -> bool) -> bool {
    match said {
        [Some((before, was)), Some((after, is))] if is_sealed(before) && is_sealed(after) => was == is,
        [before, after] => before.map(|(said, _)| said) == after.map(|(said, _)| said),
    }
}

fn is_sealed_name(text: &Text) -> bool {
    matches!(text, Text::Sealed(_))
}

impl<'v, 'c> Comparison<'v, 'c> {
    /// How each aspect is compared, in the order in which differences are told.
    const ASPECTS: [(Aspect, Compare<'v, 'c>); 8] = [
        (Aspect::Existence, Self::existence),
        (Aspect::Name, Self::name),
        (Aspect::Values, Self::values),
        (Aspect::Identifiers, Self::identifiers),
        (Aspect::Certificates, Self::certificates),
        (Aspect::Records, Self::records),
        (Aspect::Succession, Self::successions),
        (Aspect::Ties, Self::ties),
    ];

    /// What differs, node by node. Each node that either picture shows costs a row, and what is looked
    /// at of it as much as any walk. A tie between two that are compared is told of its start alone.
    pub fn differences(&self) -> Vec<Difference<'v>> {
        let budget = self.sides[0].budget();
        let mut found = Vec::new();
        for node in self.nodes().take_while(|_| budget.spend(1)).filter(|node| (self.chosen)(*node)) {
            for (aspect, compare) in Self::ASPECTS {
                if (self.wanted)(aspect) {
                    compare(self, node, &mut found);
                }
            }
        }
        found
    }

    /// The nodes of the kinds that either picture shows, in order of entry.
    fn nodes(&self) -> impl Iterator<Item = EntityRow> {
        let [first, second] = self.sides;
        let later = if first.sequence() > second.sequence() { first } else { second };
        let rows = self.kinds.iter().filter_map(move |kind| later.state().indexes.kinds.get(*kind as usize));
        let rows = rows.flat_map(|rows| rows.iter()).map(|row| EntityRow(*row));
        rows.filter(move |node| first.has(*node) || second.has(*node))
    }

    /// Is it one of the nodes that are compared?
    fn is_compared(&self, node: EntityRow) -> bool {
        let side = self.sides.iter().find(|side| side.has(node));
        side.is_some_and(|side| self.kinds.contains(&side.kind(node))) && (self.chosen)(node)
    }

    pub(super) fn has(&self, node: EntityRow) -> [bool; 2] {
        self.sides.each_ref().map(|side| side.has(node))
    }

    /// What a side says of a node, where it shows it.
    pub(super) fn each<T: Default>(&self, node: EntityRow, read: impl Fn(&Lens<'v>) -> T) -> [T; 2] {
        self.sides.each_ref().map(|side| if side.has(node) { read(side) } else { T::default() })
    }

    /// Why a fact holds in the second picture alone.
    pub(super) fn gained(&self, fact: &Fact) -> Cause {
        match fact_of(self.sides[0].state(), fact.id) {
            None => Cause::Entered,
            Some(_) if self.regrouped(fact.id).is_some() => self.regrouped(fact.id).unwrap_or(Cause::Began),
            Some(before) if before.validity == fact.validity => Cause::Began,
            Some(_) => Cause::Corrected,
        }
    }

    /// Why a fact holds in the first picture alone.
    pub(super) fn lost(&self, fact: &Fact) -> Cause {
        let after = self.sides[1].state();
        let said_to_end = || match after.place(fact.id) {
            Some(Place::Tie(row)) => after.tie_facts.get(row).is_some_and(|facts| facts.ended.is_some()),
            _ => false,
        };
        match fact_of(after, fact.id) {
            None => Cause::Retracted,
            Some(_) if self.regrouped(fact.id).is_some() => self.regrouped(fact.id).unwrap_or(Cause::Ended),
            Some(now) if now.validity == fact.validity || said_to_end() => Cause::Ended,
            Some(_) => Cause::Corrected,
        }
    }

    /// Was the entry that a fact stands on merged between the two pictures, or separated?
    fn regrouped(&self, fact: Id) -> Option<Cause> {
        let merged = |side: usize| self.sides[side].stands_on_a_merged_entry(fact);
        match (merged(0), merged(1)) {
            (false, true) => Some(Cause::EntryMerged),
            (true, false) => Some(Cause::EntrySeparated),
            _ => None,
        }
    }

    /// Why one fact is shown instead of another. `held` says whether the second held before.
    fn instead(&self, facts: [Option<&Fact>; 2], held: impl Fn(&Fact) -> bool) -> Cause {
        match facts {
            [Some(before), Some(after)] if before.id == after.id => Cause::Corrected,
            [Some(before), Some(after)] if held(after) => self.lost(before),
            [_, Some(after)] => self.gained(after),
            [Some(before), None] => self.lost(before),
            [None, None] => Cause::Corrected,
        }
    }

    fn existence(&self, node: EntityRow, found: &mut Vec<Difference<'v>>) {
        match self.has(node) {
            [false, true] => {
                let fact = &self.sides[1].entity(node).fact;
                found.push(Difference { node, what: What::Appeared, cause: self.gained(fact), facts: vec![fact] });
            }
            [true, false] => {
                let fact = &self.sides[0].entity(node).fact;
                let cause = match self.lost(fact) {
                    Cause::Ended => self.followed(node).unwrap_or(Cause::Ended),
                    cause => cause,
                };
                found.push(Difference { node, what: What::Vanished, cause, facts: vec![fact] });
            }
            _ => {}
        }
    }

    fn name(&self, node: EntityRow, found: &mut Vec<Difference<'v>>) {
        if self.has(node) != [true, true] {
            return;
        }
        let names = self.each(node, |side| side.named(node, Language::Zh));
        if reads_alike(names.map(|name| name.map(|name| (&name.text, &name.fact))), is_sealed_name) {
            return;
        }
        let facts = names.map(|name| name.map(|name| &name.fact));
        // A former name gives way to the full one, which held all along.
        let held = |fact: &Fact| {
            fact.validity.contains(self.sides[0].day) && fact_of(self.sides[0].state(), fact.id).is_some()
        };
        let cause = match self.instead(facts, held) {
            // That one name went out of use is that the other came into use.
            Cause::Ended => Cause::Began,
            cause => cause,
        };
        found.push(Difference {
            node,
            what: What::Renamed(names),
            cause,
            facts: facts.into_iter().flatten().collect(),
        });
    }

    fn values(&self, node: EntityRow, found: &mut Vec<Difference<'v>>) {
        let kind = self.sides.iter().find(|side| side.has(node)).map(|side| side.kind(node));
        for attribute in kind.map_or(&[][..], |kind| kind.row().attributes) {
            let held = self.each(node, |side| side.statements(node, attribute));
            let shown = [0, 1].map(|side| held.get(side).and_then(|held: &Vec<&'v Statement>| held.first()).copied());
            let said = shown.map(|shown| shown.map(|statement| (&statement.value, &statement.fact)));
            if reads_alike(said, |value| matches!(value, Value::Sealed(_))) {
                continue;
            }
            let facts = shown.map(|shown| shown.map(|statement| &statement.fact));
            let was_held = |fact: &Fact| held[0].iter().any(|statement| statement.fact.id == fact.id);
            let cause = self.instead(facts, was_held);
            let what = What::Value(attribute, shown);
            found.push(Difference { node, what, cause, facts: facts.into_iter().flatten().collect() });
        }
    }

    fn identifiers(&self, node: EntityRow, found: &mut Vec<Difference<'v>>) {
        let held = self.each(node, |side| {
            let all = side.identifiers(node).iter();
            let held = all.filter(|(_, fact)| fact.validity.contains(side.day));
            held.map(|(identifier, fact)| (fact.id, (identifier, fact))).collect::<Held<'v, &'v Identifier>>()
        });
        let by_scheme =
            |identifier: &&'v Identifier| Some(identifier.scheme).filter(|scheme| *scheme != Scheme::Internal);
        for (scheme, cause, facts, [before, after]) in self.grouped(&held, by_scheme) {
            found.push(Difference { node, what: What::Identifier(scheme, [before, after]), cause, facts });
        }
    }

    fn certificates(&self, node: EntityRow, found: &mut Vec<Difference<'v>>) {
        let held = self.each(node, |side| {
            let all = side.records(node, RecordKind::Certification);
            let held = all.filter(|record| (self.counts)(side, record) == Some(true));
            held.map(|record| (record.fact.id, (record, &record.fact))).collect::<Held<'v, &'v Arc<Record>>>()
        });
        let scheme_tag = RecordKind::Certification.row().attribute("scheme").map(|attribute| attribute.tag);
        let by_scheme = |record: &&'v Arc<Record>| {
            let scheme = record.values.iter().find(|(tag, _)| Some(*tag) == scheme_tag);
            Some(scheme.and_then(|(_, value)| if let Value::Term(id) = value { Some(*id) } else { None }))
        };
        for (scheme, cause, facts, _) in self.grouped(&held, by_scheme) {
            // With those that are the same on both days: who renewed early has lost nothing.
            let [before, after] = held.each_ref().map(|side| {
                let all = side.values().map(|(record, _)| *record);
                all.filter(|record| by_scheme(record) == Some(scheme)).collect::<Vec<_>>()
            });
            let cause = match (cause, before.first(), after.is_empty()) {
                (Cause::Ended | Cause::Began, Some(_), false) => Cause::Renewed,
                (Cause::Ended, Some(record), true) if record.fact.validity.contains(self.sides[1].day) => {
                    Cause::Revoked
                }
                (cause, ..) => cause,
            };
            found.push(Difference { node, what: What::Certified(scheme, [before, after]), cause, facts });
        }
    }

    /// Facts that hold on one side alone, or say something else on the other, by group.
    #[expect(clippy::type_complexity, reason = "a group, why, the facts, and what either side says")]
    fn grouped<T: Copy + PartialEq, G: Ord>(
        &self,
        held: &[Held<'v, T>; 2],
        group: impl Fn(&T) -> Option<G>,
    ) -> Vec<(G, Cause, Vec<&'v Fact>, [Vec<T>; 2])> {
        let mut groups: BTreeMap<G, (Vec<Cause>, Vec<&'v Fact>, [Vec<T>; 2])> = BTreeMap::new();
        for (side, other) in [(0, 1), (1, 0)] {
            for (id, (said, fact)) in &held[side] {
                let same = held[other].get(id).filter(|(there, _)| there == said);
                let Some(group) = group(said).filter(|_| same.is_none()) else { continue };
                let entry = groups.entry(group).or_default();
                entry.0.push(match (side, held[other].contains_key(id)) {
                    (_, true) => Cause::Corrected,
                    (0, false) => self.lost(fact),
                    _ => self.gained(fact),
                });
                entry.1.push(fact);
                entry.2[side].push(*said);
            }
        }
        let why = |causes: Vec<Cause>| causes.into_iter().next_back().unwrap_or(Cause::Corrected);
        groups.into_iter().map(|(group, (causes, facts, said))| (group, why(causes), facts, said)).collect()
    }

    fn ties(&self, node: EntityRow, found: &mut Vec<Difference<'v>>) {
        let held = self.each(node, |side| {
            let both = [true, false].into_iter().flat_map(|forward| side.ties(node, None, forward));
            let own = both.filter(|tie| tie.relation != Relation::Succeeds);
            let own = own.filter(|tie| tie.forward || !self.is_compared(tie.there));
            own.map(|tie| (side.tie_fact(tie.row).id, (tie, side.tie_fact(tie.row)))).collect::<Held<'v, Tie>>()
        });
        let role = Relation::LocatedIn.row().attribute("role");
        // Who is there on one side alone has not moved.
        let stays = self.has(node) == [true, true];
        let is_place = |tie: &Tie| stays && tie.relation == Relation::LocatedIn && tie.forward;
        let places = held.clone().map(|held| {
            let places = held.into_iter().filter(|(_, (tie, _))| is_place(tie));
            places.collect::<Held<'v, Tie>>()
        });
        let by_role = |tie: &Tie| {
            let side = self.sides.iter().find(|side| (tie.row.0 as usize) < side.state().ties.len())?;
            Some(
                role.and_then(|role| side.tie_value(tie.row, role))
                    .and_then(|value| if let Value::Code(tag) = value { Some(*tag) } else { None }),
            )
        };
        for (_, cause, facts, sides) in self.grouped(&places, by_role) {
            let role = sides.iter().flatten().next().and_then(|tie| {
                let side = self.sides.iter().rev().find(|side| (tie.row.0 as usize) < side.state().ties.len())?;
                side.tie_value(tie.row, role?)
            });
            let places = sides.map(|ties| ties.into_iter().map(|tie| tie.there).collect());
            found.push(Difference { node, what: What::Located(role, places), cause, facts });
        }
        for (id, (tie, fact)) in held[0].iter().filter(|(id, (tie, _))| !is_place(tie) && !held[1].contains_key(*id)) {
            debug_assert_eq!(*id, fact.id);
            found.push(Difference { node, what: What::TieEnded(*tie), cause: self.lost(fact), facts: vec![fact] });
        }
        for (id, (tie, fact)) in held[1].iter().filter(|(id, (tie, _))| !is_place(tie) && !held[0].contains_key(*id)) {
            debug_assert_eq!(*id, fact.id);
            found.push(Difference { node, what: What::TieBegan(*tie), cause: self.gained(fact), facts: vec![fact] });
        }
        for (id, (tie, fact)) in &held[1] {
            if let Some((before, _)) = held[0].get(id).filter(|(before, _)| self.says_otherwise(before, tie)) {
                let facts = vec![*fact];
                debug_assert_eq!(before.row, tie.row);
                found.push(Difference { node, what: What::TieChanged(*tie), cause: Cause::Corrected, facts });
            }
        }
    }

    /// Has a tie other attributes in the two pictures, as far as the reader may see them?
    fn says_otherwise(&self, before: &Tie, after: &Tie) -> bool {
        let [first, second] = &self.sides;
        let mut attributes = before.relation.row().attributes.iter();
        attributes.any(|attribute| first.tie_value(before.row, attribute) != second.tie_value(after.row, attribute))
    }
}
