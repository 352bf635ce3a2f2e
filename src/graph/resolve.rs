//! From a reference to what it points at. Several fits are never answered with one of them.

use petgraph::stable_graph::NodeIndex;

use super::state::{Entity, Place, State, TieMark};
use crate::domain::command::Reference;
use crate::domain::fold::fold;
use crate::domain::identifier::{Identifier, Scheme};
use crate::domain::plausibility::{edition_of, other_edition};
use crate::domain::rejection::{Rejection, clip};
use crate::domain::relation::Relation;
use crate::domain::{Id, Kind, Value};

/// Nothing of these kinds (of any where none are named) was found.
pub(super) fn not_found(kinds: &[Kind], given: String) -> Rejection {
    let joined = |labels: Vec<String>, none: &str, between: &str| {
        if labels.is_empty() { none.to_owned() } else { labels.join(between) }
    };
    let zh = kinds.iter().map(|kind| kind.row().label_zh.to_owned()).collect();
    let en = kinds.iter().map(|kind| kind.row().label_en.to_lowercase()).collect();
    Rejection::UnknownReference { what_zh: joined(zh, "对象", "、"), what_en: joined(en, "entry", ", "), given }
}

impl State {
    /// Nothing of these kinds was found; where another edition of the scheme has the code, that is said.
    pub(super) fn absent(&self, kinds: &[Kind], reference: &Reference) -> Rejection {
        match self.other_edition(reference) {
            Some((held, row)) => {
                let label = self.entity(row).plain_name();
                Rejection::Implausible(other_edition(&reference.given(), &held, label))
            }
            None => not_found(kinds, clip(&reference.given())),
        }
    }

    /// The term of the same code in another edition of its scheme.
    pub(super) fn other_edition(&self, reference: &Reference) -> Option<(String, u32)> {
        let Reference::Code(code) = reference else { return None };
        let (stem, code) = edition_of(code)?;
        let terms = self.indexes.kinds.get(Kind::Term as usize).into_iter().flat_map(|rows| rows.iter());
        let held = terms.filter_map(|row| {
            let mut own = self.entity(*row).identifiers.iter();
            let (own, _) = own.find(|(identifier, _)| identifier.scheme == Scheme::TermCode)?;
            let fits = edition_of(&own.value).is_some_and(|other| other == (stem, code));
            (fits && !self.is_retracted(*row)).then(|| (own.value.clone(), *row))
        });
        held.min()
    }

    /// Every entry that a reference fits. Of several that are one, the one that stands for them, or the
    /// one entered first.
    pub(super) fn candidates(&self, reference: &Reference) -> Vec<u32> {
        let rows = self.all_candidates(reference);
        if self.groups.is_empty() || rows.len() < 2 {
            return rows;
        }
        let stands = |row: u32| {
            let root = self.representative(row);
            let among = || rows.iter().copied().filter(|other| self.representative(*other) == root);
            among().find(|other| *other == root).or_else(|| among().min()) == Some(row)
        };
        rows.iter().copied().filter(|row| stands(*row)).collect()
    }

    fn all_candidates(&self, reference: &Reference) -> Vec<u32> {
        let by = |scheme: Scheme, value: &str| {
            let identifier = Identifier { scheme, value: value.to_owned() };
            self.indexes.identifiers.get(&identifier).cloned().unwrap_or_default()
        };
        match reference {
            Reference::Id(id) => self.node_of(*id).into_iter().collect(),
            Reference::CreditCode(code) => by(Scheme::CreditCode, &code.trim().to_ascii_uppercase()),
            Reference::Name(name) => {
                let mut rows = self.indexes.names.get(&fold(name)).cloned().unwrap_or_default();
                // The same order however the look-up came about.
                rows.sort_unstable();
                rows
            }
            Reference::Code(code) => {
                let code = code.trim();
                if let Some((scheme, value)) = code.split_once('/')
                    && let Some(scheme) = Scheme::by_name(scheme)
                {
                    return by(scheme, value);
                }
                // A key, a region's code, a term's code; then any other number.
                let exact = [Scheme::Internal, Scheme::RegionCode, Scheme::TermCode].map(|scheme| by(scheme, code));
                if let Some(rows) = exact.into_iter().find(|rows| !rows.is_empty()) {
                    return rows;
                }
                let others = [
                    Scheme::StockCode,
                    Scheme::Ror,
                    Scheme::OrgCode,
                    Scheme::EducationCode,
                    Scheme::ApprovalNo,
                    Scheme::FundFilingNo,
                    Scheme::ContractRegNo,
                    Scheme::AchievementRegNo,
                    Scheme::PatentNo,
                ];
                let mut rows: Vec<u32> = others.into_iter().flat_map(|scheme| by(scheme, code)).collect();
                rows.sort_unstable();
                rows.dedup();
                rows
            }
        }
    }

    /// The terms that somebody may mean who knows which scheme it is about (any where none is named): by
    /// the whole code, the code without its scheme, or a whole name, in this order whatever they call it.
    pub(super) fn terms_meant(&self, reference: &Reference, scheme: &str) -> Vec<u32> {
        let of_scheme = |reference: &Reference| {
            let mut rows = self.candidates(reference);
            rows.retain(|row| self.is_term_of(*row, scheme));
            rows
        };
        let text = match reference {
            Reference::Code(text) | Reference::Name(text) => text.trim(),
            Reference::Id(_) | Reference::CreditCode(_) => return of_scheme(reference),
        };
        let inside = || of_scheme(&Reference::Code(format!("{scheme}:{text}")));
        let code = || of_scheme(&Reference::Code(text.to_owned()));
        let name = || of_scheme(&Reference::Name(text.to_owned()));
        let bare = || if scheme.is_empty() { self.terms_of_code(text) } else { Vec::new() };
        let ways: [&dyn Fn() -> Vec<u32>; 4] = match reference {
            Reference::Name(_) => [&name, &inside, &code, &bare],
            _ => [&inside, &code, &name, &bare],
        };
        ways.into_iter().map(|way| way()).find(|rows| !rows.is_empty()).unwrap_or_default()
    }

    /// The regions that somebody may mean: by code or by a whole name, whatever they call it.
    pub(super) fn regions_meant(&self, reference: &Reference) -> Vec<u32> {
        let other = match reference {
            Reference::Code(text) => Reference::Name(text.clone()),
            Reference::Name(text) => Reference::Code(text.clone()),
            Reference::Id(_) | Reference::CreditCode(_) => reference.clone(),
        };
        let regions = |reference: &Reference| {
            let mut rows = self.candidates(reference);
            rows.retain(|row| self.entity(*row).kind == Kind::Region);
            rows
        };
        Some(regions(reference)).filter(|rows| !rows.is_empty()).unwrap_or_else(|| regions(&other))
    }

    /// The terms of any scheme that have this code within it.
    fn terms_of_code(&self, code: &str) -> Vec<u32> {
        if code.is_empty() || code.contains(':') {
            return Vec::new();
        }
        let terms = self.indexes.kinds.get(Kind::Term as usize).into_iter().flat_map(|rows| rows.iter()).copied();
        let has_code = |row: &u32| {
            let mut own = self.entity(*row).identifiers.iter();
            own.any(|(own, _)| {
                own.scheme == Scheme::TermCode && own.value.split_once(':').is_some_and(|(_, own)| own == code)
            })
        };
        terms.filter(|row| !self.is_retracted(*row) && has_code(row)).collect()
    }

    /// Name and key of a node, for refusals; of a person the key alone.
    pub(super) fn label(&self, row: u32) -> String {
        let entity = self.entity(row);
        format!("{}（{}）", entity.plain_name(), entity.fact.id)
    }

    /// Does a relation lead from one node to another?
    pub(super) fn reaches(&self, relation: Relation, from: u32, goal: u32) -> bool {
        let (from, goal) = (self.representative(from), self.representative(goal));
        let mut seen = std::collections::BTreeSet::from([from]);
        let mut open = vec![from];
        while let Some(row) = open.pop() {
            if row == goal {
                return true;
            }
            let ties = self.members(row).flat_map(|member| self.ties_from(member));
            for (_, mark) in ties.filter(|(_, mark)| mark.relation == relation) {
                let target = self.representative(mark.target);
                if seen.insert(target) {
                    open.push(target);
                }
            }
        }
        false
    }

    /// The ties that go out from a node, whatever their validity, for `decide`.
    pub(super) fn ties_from(&self, node: u32) -> impl Iterator<Item = (u32, TieMark)> {
        let edges = self.graph.edges_directed(NodeIndex::new(node as usize), petgraph::Outgoing);
        edges.map(|edge| (*edge.weight(), self.tie(*edge.weight()))).filter(|(_, mark)| !mark.is_retracted())
    }

    /// Its ties that were not taken back, in either direction.
    pub(super) fn live_ties(&self, node: u32) -> impl Iterator<Item = u32> {
        let index = NodeIndex::new(node as usize);
        let outward = self.graph.edges_directed(index, petgraph::Outgoing);
        let all = outward.chain(self.graph.edges_directed(index, petgraph::Incoming));
        all.map(|edge| *edge.weight()).filter(|tie| !self.tie(*tie).is_retracted())
    }

    /// The sequence number of the envelope that changed what an id stands for last; of a name, an
    /// identifier or a statement that of its node.
    pub fn version(&self, id: Id) -> Option<u64> {
        Some(match self.place(id)? {
            Place::Node(row) | Place::Fact(row) => self.together(self.representative(row)).version,
            Place::Tie(row) => self.tie_facts.get(row)?.version,
            Place::Record(row) => self.records.get(row)?.version,
            Place::Source(row) => self.stamps.get(self.sources.get(row)?.stamp)?.sequence,
            Place::Retracted(row) => self.stamps.get(self.retractions.get(row)?.stamp)?.sequence,
            Place::Merge(row) => {
                let merge = self.merges.get(row)?;
                let stamp = merge.undone.as_ref().map_or(merge.fact.stamp, |undone| undone.stamp);
                self.stamps.get(stamp)?.sequence
            }
        })
    }

    /// The same, of what everybody may know of it: what is not public moves no number that is.
    pub(super) fn public_version(&self, id: Id) -> Option<u64> {
        match self.place(id)? {
            Place::Node(row) | Place::Fact(row) => Some(self.together(self.representative(row)).public_version),
            Place::Tie(row) => Some(self.tie_facts.get(row)?.public_version),
            Place::Record(row) => Some(self.records.get(row)?.public_version),
            Place::Source(_) | Place::Retracted(_) | Place::Merge(_) => self.version(id),
        }
    }

    /// Is it a term of that scheme? The empty scheme stands for any.
    pub(super) fn is_term_of(&self, row: u32, scheme: &str) -> bool {
        self.entity(row).kind == Kind::Term && (scheme.is_empty() || self.scheme_of(row) == Some(scheme))
    }

    /// The scheme that a term belongs to.
    pub(super) fn scheme_of(&self, row: u32) -> Option<&str> {
        let tag = Kind::Term.row().attribute("scheme")?.tag;
        self.entity(row).statements.iter().find_map(|statement| match &statement.value {
            Value::Text(scheme) if statement.attribute == tag => Some(scheme.as_str()),
            _ => None,
        })
    }

    /// How often an id is the value of something that stands.
    pub(super) fn uses(&self, id: Id) -> usize {
        let names = |value: &Value| value.nodes().contains(&id);
        let in_values = |values: &[(u16, Value)]| values.iter().filter(|(_, value)| names(value)).count();
        let nodes = (0..).zip(self.entities.iter()).filter(|(row, _)| !self.is_retracted(*row));
        let stated = |entity: &Entity| entity.statements.iter().filter(|statement| names(&statement.value)).count();
        let in_nodes: usize = nodes.map(|(_, entity)| stated(entity)).sum();
        let ties = self.ties.iter().zip(self.tie_facts.iter()).filter(|(mark, _)| !mark.is_retracted());
        let in_ties: usize = ties.map(|(_, facts)| in_values(&facts.values)).sum();
        let records = self.records.iter().filter(|record| !record.retracted);
        in_nodes + in_ties + records.map(|record| in_values(&record.values)).sum::<usize>()
    }

    /// Is there a region of that code?
    pub fn has_region(&self, code: &str) -> bool {
        let identifier = Identifier { scheme: Scheme::RegionCode, value: code.to_owned() };
        self.indexes.identifiers.get(&identifier).is_some_and(|rows| !rows.is_empty())
    }

    /// Is there anything at this id?
    pub fn knows(&self, id: Id) -> bool {
        self.place(id).is_some()
    }
}
