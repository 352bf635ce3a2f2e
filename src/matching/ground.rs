//! The ground that signals from collaborations stand on: who took part in which joint work by the
//! day asked for, as numbers. It is made once for a day and two sorts of partners, out of what
//! everybody may see, in an order of its own (code, name, id), so that no sum depends on the order
//! of entry. A work counts where both sorts took part: what firms did among themselves says little
//! about who works with an institute.

use std::collections::{BTreeMap, BTreeSet};

use super::ties;
use crate::domain::{Day, Kind, Relation, Value, enumeration};
use crate::graph::{EntityRow, Lens, Tie};

/// A joint work.
pub struct Work {
    /// The collaboration.
    pub row: EntityRow,
    /// Years from its start to the day; one without a date counts as ten years old.
    pub years: f64,
    first: usize,
}

/// Somebody who took part.
pub struct Actor {
    /// Who.
    pub row: EntityRow,
    /// Its kind.
    pub kind: Kind,
    /// Number of its country or province, where known.
    pub region: Option<u32>,
    first: usize,
}

/// Who took part in what.
pub struct Ground {
    /// The kind of those who seek.
    pub seeking: Kind,
    /// The kind of those who are looked for.
    pub sought: Kind,
    /// Joint works, by code, name, id.
    pub works: Vec<Work>,
    /// Everybody who took part in one, by code, name, id.
    pub actors: Vec<Actor>,
    /// Countries or provinces, by code, name, id.
    pub regions: Vec<EntityRow>,
    /// What all wishes share.
    pub standing: Standing,
    parties: Vec<u32>,
    taken: Vec<u32>,
    work_numbers: Numbers,
    actor_numbers: Numbers,
    region_numbers: Numbers,
}

/// Numbers here by row number of the node.
struct Numbers(Vec<u32>);

impl Numbers {
    fn of(rows: &[EntityRow]) -> Self {
        let place = |row: &EntityRow| usize::try_from(row.number()).unwrap_or(usize::MAX);
        let length = rows.iter().map(|row| place(row).saturating_add(1)).max().unwrap_or(0);
        let mut numbers = vec![u32::MAX; length];
        for (number, row) in (0..).zip(rows) {
            numbers[place(row)] = number;
        }
        Self(numbers)
    }

    fn get(&self, row: u64) -> Option<u32> {
        let number = usize::try_from(row).ok().and_then(|row| self.0.get(row)).copied();
        number.filter(|number| *number != u32::MAX)
    }
}

/// What does not depend on who asks: by number of the actor, or of two regions.
#[derive(Default)]
pub struct Standing {
    /// Partners of the seeking kind, a joint work counting 1/(1 + years/2) each.
    pub breadth: Vec<f64>,
    /// How many different partners of the seeking kind.
    pub distinct: Vec<u32>,
    /// How many others worked with it at all.
    pub degree: Vec<u32>,
    /// How much more often than by chance those of one region work with those of another.
    affinity: Vec<f64>,
}

const UNDATED_YEARS: f64 = 10.0;
/// Pairs of partners added to both what was seen and what chance gives, before they are compared.
const PRIOR_PAIRS: f64 = 10.0;
/// Regions of which every pair is compared.
const MOST_REGIONS: usize = 1_000;

/// A work as it was read: its start and who took part.
type Read = (EntityRow, f64, Vec<EntityRow>);

impl Ground {
    /// The ground as a lens shows it.
    pub fn of(lens: &Lens<'_>, seeking: Kind, sought: Kind) -> Self {
        let mut read = works(lens, seeking, sought);
        sort_by_code(lens, &mut read, |work| work.0);
        let all: BTreeSet<EntityRow> = read.iter().flat_map(|(_, _, parties)| parties.iter().copied()).collect();
        let mut all: Vec<EntityRow> = all.into_iter().collect();
        sort_by_code(lens, &mut all, |row| *row);
        let homes: BTreeMap<EntityRow, EntityRow> =
            all.iter().filter_map(|row| Some((*row, wide_region(lens, *row)?))).collect();
        let regions: BTreeSet<EntityRow> = homes.values().copied().collect();
        let mut regions: Vec<EntityRow> = regions.into_iter().collect();
        sort_by_code(lens, &mut regions, |row| *row);
        let (region_numbers, actor_numbers) = (Numbers::of(&regions), Numbers::of(&all));
        let work_numbers = Numbers::of(&read.iter().map(|work| work.0).collect::<Vec<_>>());
        let mut ground = Self {
            seeking,
            sought,
            works: Vec::with_capacity(read.len()),
            actors: Vec::with_capacity(all.len()),
            standing: Standing::default(),
            parties: Vec::new(),
            taken: Vec::new(),
            regions,
            work_numbers,
            actor_numbers,
            region_numbers,
        };
        ground.fill(lens, &read, &all, &homes);
        ground.standing = ground.stand();
        ground
    }

    fn fill(&mut self, lens: &Lens<'_>, read: &[Read], all: &[EntityRow], homes: &BTreeMap<EntityRow, EntityRow>) {
        let mut taken: Vec<Vec<u32>> = vec![Vec::new(); all.len()];
        for (number, (row, years, parties)) in (0..).zip(read) {
            self.works.push(Work { row: *row, years: *years, first: self.parties.len() });
            let mut members: Vec<u32> = parties.iter().filter_map(|row| self.actor(*row)).collect();
            members.sort_unstable();
            for member in members {
                self.parties.push(member);
                taken[member as usize].push(number);
            }
        }
        for (row, works) in all.iter().zip(taken) {
            let region = homes.get(row).and_then(|home| self.region_numbers.get(home.number()));
            self.actors.push(Actor { row: *row, kind: lens.kind(*row), region, first: self.taken.len() });
            self.taken.extend(works);
        }
    }

    fn stand(&self) -> Standing {
        let mut standing = Standing {
            breadth: vec![0.0; self.actors.len()],
            distinct: vec![0; self.actors.len()],
            degree: vec![0; self.actors.len()],
            affinity: Vec::new(),
        };
        let mut pairs: BTreeMap<(u32, u32), u32> = BTreeMap::new();
        let mut seen = vec![u32::MAX; self.actors.len()];
        for (mark, actor) in (0..).zip(&self.actors) {
            let place = mark as usize;
            for work in self.works_of(mark) {
                let fresh = 1.0 / (1.0 + self.works[*work as usize].years / 2.0);
                for other in self.parties_of(*work) {
                    let partner = &self.actors[*other as usize];
                    let counts = *other != mark && partner.kind == self.seeking;
                    standing.breadth[place] += if counts { fresh } else { 0.0 };
                    if *other == mark || seen[*other as usize] == mark {
                        continue;
                    }
                    seen[*other as usize] = mark;
                    standing.degree[place] += 1;
                    standing.distinct[place] += u32::from(counts);
                    if let (true, true, Some(there), Some(here)) =
                        (counts, actor.kind == self.sought, partner.region, actor.region)
                    {
                        *pairs.entry((there, here)).or_default() += 1;
                    }
                }
            }
        }
        standing.affinity = self.affinity_of(&pairs);
        standing
    }

    /// (seen + 10) / (expected + 10) for each two regions.
    fn affinity_of(&self, pairs: &BTreeMap<(u32, u32), u32>) -> Vec<f64> {
        let count = self.regions.len();
        if count > MOST_REGIONS {
            return Vec::new();
        }
        let (mut from, mut to, mut all) = (vec![0.0; count], vec![0.0; count], 0.0);
        for ((there, here), number) in pairs {
            from[*there as usize] += f64::from(*number);
            to[*here as usize] += f64::from(*number);
            all += f64::from(*number);
        }
        let mut affinity = vec![1.0; count * count];
        for there in 0..count {
            for here in 0..count {
                let known = (u32::try_from(there).unwrap_or(0), u32::try_from(here).unwrap_or(0));
                let seen = pairs.get(&known).copied().map_or(0.0, f64::from);
                let expected = if all > 0.0 { from[there] * to[here] / all } else { 0.0 };
                affinity[there * count + here] = (seen + PRIOR_PAIRS) / (expected + PRIOR_PAIRS);
            }
        }
        affinity
    }

    /// How much more often than by chance those of a region work with those of another.
    pub fn affinity(&self, there: u32, here: u32) -> f64 {
        self.standing.affinity.get(there as usize * self.regions.len() + here as usize).copied().unwrap_or(1.0)
    }

    /// Who took part in a work.
    pub fn parties_of(&self, work: u32) -> &[u32] {
        let end = self.works.get(work as usize + 1).map_or(self.parties.len(), |next| next.first);
        self.works.get(work as usize).and_then(|work| self.parties.get(work.first..end)).unwrap_or(&[])
    }

    /// In what somebody took part.
    pub fn works_of(&self, actor: u32) -> &[u32] {
        let end = self.actors.get(actor as usize + 1).map_or(self.taken.len(), |next| next.first);
        self.actors.get(actor as usize).and_then(|actor| self.taken.get(actor.first..end)).unwrap_or(&[])
    }

    /// The number of an actor.
    pub fn actor(&self, row: EntityRow) -> Option<u32> {
        self.actor_numbers.get(row.number())
    }

    /// The number of a work, by the row number of its node.
    pub fn work(&self, row: u64) -> Option<u32> {
        self.work_numbers.get(row)
    }

    /// The number of the country or province where somebody is.
    pub fn region_of(&self, lens: &Lens<'_>, row: EntityRow) -> Option<u32> {
        self.region_numbers.get(wide_region(lens, row)?.number())
    }

    /// How often two took part in the same works; the freshest count most, the later ones first.
    pub fn joint(&self, left: u32, right: u32) -> Vec<u32> {
        let mine: BTreeSet<u32> = self.works_of(left).iter().copied().collect();
        let mut joint: Vec<u32> = self.works_of(right).iter().copied().filter(|work| mine.contains(work)).collect();
        joint.sort_by(|one, other| self.works[*one as usize].years.total_cmp(&self.works[*other as usize].years));
        joint
    }

    /// The tie by which somebody takes part in a work, as a lens shows it.
    pub fn tie(&self, lens: &Lens<'_>, actor: u32, work: u32) -> Option<Tie> {
        let (actor, work) = (self.actors.get(actor as usize)?.row, self.works.get(work as usize)?.row);
        lens.ties(work, Some(Relation::ParticipatesIn), false).find(|tie| tie.there == actor)
    }
}

fn sort_by_code<T>(lens: &Lens<'_>, all: &mut [T], row: impl Fn(&T) -> EntityRow) {
    all.sort_by_cached_key(|one| {
        let row = row(one);
        (lens.code(row), lens.name(row), lens.id(row))
    });
}

/// The works in which both kinds took part. A gathering too large brings nobody together.
fn works(lens: &Lens<'_>, seeking: Kind, sought: Kind) -> Vec<Read> {
    let mut all = Vec::new();
    for row in lens.nodes(Kind::Collaboration) {
        let parties: BTreeSet<EntityRow> =
            ties::parties(lens, row, Relation::ParticipatesIn).into_iter().map(|tie| tie.there).collect();
        let number = |kind| parties.iter().filter(|party| lens.kind(**party) == kind).count();
        let (ours, theirs) = (number(seeking), number(sought));
        let both = if seeking == sought { ours > 1 } else { ours > 0 && theirs > 0 };
        if !both || parties.len() > ties::LARGEST || !ties::counts(lens, row) {
            continue;
        }
        let start = lens.days(row).0;
        let years = if start == Day::BEGINNING { UNDATED_YEARS } else { f64::from(lens.day.0 - start.0) / 365.25 };
        all.push((row, years.max(0.0), parties.into_iter().collect()));
    }
    all
}

/// The province or, abroad, the country where somebody is: the widest region below the country.
fn wide_region(lens: &Lens<'_>, node: EntityRow) -> Option<EntityRow> {
    let role = Relation::LocatedIn.row().attribute("role")?;
    let jurisdiction = Value::Code(enumeration::LOCATION_ROLE.by_name("JURISDICTION")?.tag);
    let country = Value::Code(enumeration::REGION_KIND.by_name("COUNTRY")?.tag);
    let ties: Vec<Tie> = lens.ties(node, Some(Relation::LocatedIn), true).collect();
    let first = ties.iter().find(|tie| lens.tie_value(tie.row, role) == Some(&jurisdiction)).or(ties.first())?;
    let mut widest = first.there;
    for _ in 0..8 {
        let Some(up) = lens.ties(widest, Some(Relation::PartOf), true).next() else { break };
        if lens.value_named(up.there, "kind") == Some(&country) {
            break;
        }
        widest = up.there;
    }
    Some(widest)
}
