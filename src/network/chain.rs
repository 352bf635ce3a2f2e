//! Gaps of an industrial chain: for each link, how many local firms stand at it, whether any is a recognised
//! high-tech firm, how much of what is supplied there comes from outside, and who outside could fill it.

use std::collections::{BTreeMap, BTreeSet};

use super::measures::concentration::hhi;
use crate::domain::{Kind, Relation, Value};
use crate::graph::{EntityRow, Lens};

/// How a link stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// No local firm.
    Missing,
    /// One alone.
    Single,
    /// Several, none of them a recognised high-tech firm.
    Weak,
    /// More than the bearable part of what is supplied comes from outside.
    External,
    /// None of these.
    Sound,
}

impl Standing {
    /// Every state with its code and its words.
    pub const ALL: [(Standing, &'static str, &'static str, &'static str); 5] = [
        (Standing::Missing, "MISSING", "缺失：没有本地企业", "No local firm stands at it"),
        (Standing::Single, "SINGLE", "单点：只有一家本地企业", "One local firm alone"),
        (
            Standing::Weak,
            "WEAK",
            "薄弱：有本地企业，但没有有效的高新技术企业",
            "Local firms, but none surely a high-tech firm",
        ),
        (
            Standing::External,
            "EXTERNAL",
            "外部依赖：供货来自外地的占比过高",
            "Too much of what is supplied comes from outside",
        ),
        (Standing::Sound, "SOUND", "健全：以上都不是", "None of these"),
    ];

    /// The state of a link; the first that fits counts.
    pub fn of(local: usize, certified: usize, outside: Option<f64>, bearable: f64) -> Self {
        match (local, certified) {
            (0, _) => Standing::Missing,
            (1, _) => Standing::Single,
            (_, 0) => Standing::Weak,
            _ if outside.is_some_and(|outside| outside > bearable) => Standing::External,
            _ => Standing::Sound,
        }
    }
}

/// A link of a chain.
#[derive(Clone, Debug)]
pub struct Link {
    /// The term.
    pub term: EntityRow,
    /// How it stands.
    pub standing: Standing,
    /// Local firms at it, by code and name.
    pub local: Vec<EntityRow>,
    /// How many of them are surely recognised.
    pub certified: usize,
    /// Ties of supply to local firms that name it, or whose supplier stands at it.
    pub supplies: usize,
    /// The share of them whose supplier is not local; none where nothing is supplied.
    pub outside: Option<f64>,
    /// How far supply lies with few suppliers, 0 to 1; none where nothing is supplied.
    pub concentration: Option<f64>,
    /// Does the chain stop without it?
    pub is_critical: bool,
    /// Local firms at links further down that need it.
    pub reached: usize,
    /// Firms elsewhere that stand at it, by code and name.
    pub firms_elsewhere: Vec<EntityRow>,
    /// Institutes in its field, or with results in it, by code and name.
    pub institutes: Vec<EntityRow>,
}

/// What a chain is judged by.
pub struct Judging<'j> {
    /// Is it local?
    pub is_local: &'j dyn Fn(EntityRow) -> bool,
    /// Is it surely recognised?
    pub is_certified: &'j dyn Fn(EntityRow) -> bool,
    /// The part that may come from outside.
    pub bearable: f64,
}

/// The links of a chain: the worst first, then critical ones, then those that more firms need, then by code.
/// A term that has parts of its own is the whole and no link.
pub fn links(lens: &Lens<'_>, scheme: &str, judging: &Judging<'_>) -> Vec<Link> {
    let is_of =
        |term: &EntityRow| matches!(lens.value_named(*term, "scheme"), Some(Value::Text(text)) if text == scheme);
    let is_link = |term: &EntityRow| !lens.ties(*term, Some(Relation::PartOf), false).any(|part| is_of(&part.there));
    let all = lens.nodes(Kind::Term).filter(|_| lens.budget().spend(1));
    let mut terms: Vec<EntityRow> = all.filter(is_of).filter(is_link).collect();
    terms.sort_by_cached_key(|term| (lens.code(*term), lens.name(*term), lens.id(*term)));
    let firms: Firms = terms.iter().map(|term| (*term, standing_at(lens, *term, Kind::Enterprise))).collect();
    let supply = supply(lens, &firms, judging);
    let mut links: Vec<Link> = terms.iter().map(|term| link(lens, *term, (&firms, &supply), judging)).collect();
    links.sort_by_key(|link| (link.standing, !link.is_critical, std::cmp::Reverse(link.reached)));
    links
}

/// The firms of each link.
type Firms = BTreeMap<EntityRow, Vec<EntityRow>>;
/// How often each firm supplies local firms, link by link.
type Supply = BTreeMap<EntityRow, BTreeMap<EntityRow, usize>>;

/// A tie of supply belongs to the link that it names; where it names none, to those its supplier stands at.
fn supply(lens: &Lens<'_>, firms: &Firms, judging: &Judging<'_>) -> Supply {
    let named = Relation::Supplies.row().attribute("chainTerm");
    let mut own: BTreeMap<EntityRow, Vec<EntityRow>> = BTreeMap::new();
    for (term, firms) in firms {
        firms.iter().for_each(|firm| own.entry(*firm).or_default().push(*term));
    }
    let mut supply = Supply::new();
    for firm in lens.nodes(Kind::Enterprise).take_while(|_| !lens.budget().is_spent()) {
        for tie in lens.ties(firm, Some(Relation::Supplies), true) {
            if !(judging.is_local)(tie.there) {
                continue;
            }
            let terms = match named.and_then(|attribute| lens.tie_value(tie.row, attribute)) {
                Some(Value::Term(id)) => lens.node(*id).into_iter().collect(),
                _ => own.get(&firm).cloned().unwrap_or_default(),
            };
            for term in terms {
                *supply.entry(term).or_default().entry(firm).or_default() += 1;
            }
        }
    }
    supply
}

/// Who of a kind is in the field of a link, by code and name.
fn standing_at(lens: &Lens<'_>, term: EntityRow, kind: Kind) -> Vec<EntityRow> {
    let found = lens.ties(term, Some(Relation::ClassifiedAs), false).map(|tie| tie.there);
    sorted(lens, found.filter(|there| lens.kind(*there) == kind).collect())
}

fn sorted(lens: &Lens<'_>, found: BTreeSet<EntityRow>) -> Vec<EntityRow> {
    let mut found: Vec<EntityRow> = found.into_iter().collect();
    found.sort_by_cached_key(|node| (lens.code(*node), lens.name(*node), lens.id(*node)));
    found
}

fn link(lens: &Lens<'_>, term: EntityRow, (firms, supply): (&Firms, &Supply), judging: &Judging<'_>) -> Link {
    let of = |term: &EntityRow| firms.get(term).map_or(&[] as &[EntityRow], Vec::as_slice);
    let (local, elsewhere): (Vec<EntityRow>, Vec<EntityRow>) =
        of(&term).iter().copied().partition(|firm| (judging.is_local)(*firm));
    let certified = local.iter().filter(|firm| (judging.is_certified)(**firm)).count();
    let suppliers = supply.get(&term).into_iter().flatten();
    let each: Vec<(bool, usize)> = suppliers.map(|(firm, count)| ((judging.is_local)(*firm), *count)).collect();
    let supplies: usize = each.iter().map(|(_, count)| count).sum();
    let from_outside: usize = each.iter().filter(|(is_local, _)| !is_local).map(|(_, count)| count).sum();
    let outside = (supplies > 0).then(|| from_outside as f64 / supplies as f64);
    let each: Vec<f64> = each.iter().map(|(_, count)| *count as f64).collect();
    let below = downstream(lens, term);
    let reached: BTreeSet<EntityRow> =
        below.iter().flat_map(of).copied().filter(|firm| (judging.is_local)(*firm)).collect();
    Link {
        term,
        standing: Standing::of(local.len(), certified, outside, judging.bearable),
        certified,
        supplies,
        outside,
        concentration: hhi(&each),
        is_critical: is_critical(lens, term),
        reached: reached.len(),
        institutes: institutes(lens, term),
        local,
        firms_elsewhere: elsewhere,
    }
}

/// The links that need this one, at any remove.
fn downstream(lens: &Lens<'_>, term: EntityRow) -> BTreeSet<EntityRow> {
    let (mut open, mut found) = (vec![term], BTreeSet::new());
    while let Some(here) = open.pop() {
        for tie in lens.ties(here, Some(Relation::UpstreamOf), true) {
            if tie.there != term && found.insert(tie.there) {
                open.push(tie.there);
            }
        }
    }
    found
}

fn is_critical(lens: &Lens<'_>, term: EntityRow) -> bool {
    let necessity = Relation::UpstreamOf.row().attribute("necessity");
    let critical = crate::domain::enumeration::NECESSITY.by_name("CRITICAL").map(|code| Value::Code(code.tag));
    let mut ties = lens.ties(term, Some(Relation::UpstreamOf), true);
    ties.any(|tie| necessity.and_then(|attribute| lens.tie_value(tie.row, attribute)) == critical.as_ref())
}

/// Institutes in the field, and those who own a result in it.
fn institutes(lens: &Lens<'_>, term: EntityRow) -> Vec<EntityRow> {
    let mut found: BTreeSet<EntityRow> = BTreeSet::new();
    for there in lens.ties(term, Some(Relation::ClassifiedAs), false).map(|tie| tie.there) {
        match lens.kind(there) {
            Kind::Institute => {
                found.insert(there);
            }
            Kind::Achievement => {
                let owners = lens.ties(there, Some(Relation::HasAchievement), false).map(|tie| tie.there);
                found.extend(owners.filter(|owner| lens.kind(*owner) == Kind::Institute));
            }
            _ => {}
        }
    }
    sorted(lens, found)
}
