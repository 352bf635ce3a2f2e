//! Entries that may be of one thing, pair by pair, each with its reasons. A suspicion, never a merger: names
//! are no identities. What a reader may not see is no reason. Weights and words are data
//! (`fixtures/rules/duplicates.csv`).
//!
//! Entries are put into blocks by what they share, and only those of one block are compared, so that the
//! work grows with the entries and not with their pairs. A block that is too large says nothing.

mod form;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use form::{Regions, core, plain};

use super::quality::Thresholds;
use crate::domain::name::NameKind;
use crate::domain::{Id, Kind, Relation, Value};
use crate::graph::{EntityRow, Lens};

/// The rules that come with the program.
const SHIPPED: &str = include_str!("../../../fixtures/rules/duplicates.csv");

static RULES: LazyLock<Thresholds> = LazyLock::new(|| Thresholds::parse(SHIPPED));

/// Name, Chinese and English of every reason.
pub const REASONS: &[(&str, &str, &str)] = &[
    (
        "SAME_CODE",
        "组织机构代码相同（单列的，或信用代码中的）",
        "They share an organisation code, alone or inside a credit code",
    ),
    ("SAME_NAME", "全称相同", "They share an official name"),
    (
        "FORMER_NAME",
        "一条的曾用名是另一条的全称或曾用名",
        "A former name of one is an official or former name of the other",
    ),
    ("SAME_CORE", "去掉行政区划与组织形式后名称相同", "Their names are the same without place and legal form"),
    ("SAME_SHORT_NAME", "简称或别名相同", "They share a short or other name"),
    ("SAME_WEBSITE", "官方网站相同", "They share a web site"),
    ("SAME_ADDRESS", "地址相同", "They share an address"),
    ("SHARED_PERSON", "有同一人任职", "The same person works at both"),
    ("OTHER_PLACE", "所在地区不同，互不隶属（减分）", "They lie in different regions, which speaks against it"),
];

/// One reason for taking two entries for one, or against it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// Its place in [`REASONS`].
    pub place: usize,
    /// What was found: the name, the code, the person that both have.
    pub evidence: String,
    /// What it counts, in per mille.
    pub weight: i64,
}

/// Two entries that may be one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The two, the one entered first in front.
    pub pair: [EntityRow; 2],
    /// Why, the weightiest first.
    pub reasons: Vec<Reason>,
    /// The weights together, in per mille.
    pub score: i64,
}

/// The version of the rules.
pub fn version() -> &'static str {
    &RULES.version
}

/// The pairs of some kinds that may be one, likeliest first, of which `wanted` is asked about either. Each entry
/// costs what is read of it; where the budget is spent the list ends, and the budget says so.
pub fn candidates(lens: Lens<'_>, kinds: &[Kind], wanted: &dyn Fn(EntityRow) -> bool) -> Vec<Candidate> {
    let scene = Scene::new(lens);
    let mut found = Vec::new();
    for kind in kinds.iter().filter(|kind| kind.may_be_merged()) {
        let blocks = scene.blocks(*kind);
        for (pair, shared) in scene.pairs(&blocks) {
            if wanted(pair[0]) || wanted(pair[1]) {
                found.extend(scene.judge(pair, &shared));
            }
        }
    }
    found.sort_by_cached_key(|one| (std::cmp::Reverse(one.score), one.pair.map(|entry| lens.id(entry))));
    found
}

/// What two entries have in common: the place of a reason, and the text.
type Shared = BTreeMap<usize, String>;

struct Scene<'v> {
    lens: Lens<'v>,
    regions: Regions,
    forms: Vec<String>,
    shortest: usize,
    largest: usize,
}

/// What an entry is compared by.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Sort {
    Code,
    Full,
    Core,
    Short,
    Website,
    Address,
}

/// Entries by what they are compared by; whether a name is a former one.
type Blocks = BTreeMap<(Sort, String), Vec<(EntityRow, bool)>>;

fn place_of(reason: &str) -> usize {
    REASONS.iter().position(|row| row.0 == reason).unwrap_or_default()
}

fn weight(place: usize) -> i64 {
    let name = REASONS.get(place).map_or("", |row| row.0);
    RULES.get(&format!("weight.{name}")).and_then(|text| text.parse().ok()).unwrap_or_default()
}

impl<'v> Scene<'v> {
    fn new(lens: Lens<'v>) -> Self {
        let whole = |name: &str, otherwise: usize| {
            RULES.whole(name).and_then(|number| usize::try_from(number).ok()).unwrap_or(otherwise)
        };
        let forms = RULES.get("forms").unwrap_or_default().split('|').map(plain).collect();
        let (shortest, largest) = (whole("core.shortest", 4), whole("block.largest", 50));
        Self { lens, regions: Regions::of(&lens), forms, shortest, largest }
    }

    fn blocks(&self, kind: Kind) -> Blocks {
        let lens = self.lens;
        let mut blocks = Blocks::new();
        for node in lens.nodes(kind).take_while(|_| lens.budget().spend(1)) {
            for (sort, text, is_former) in self.keys(node) {
                let block = blocks.entry((sort, text)).or_default();
                if block.last().is_none_or(|(last, _)| *last != node) {
                    block.push((node, is_former));
                }
            }
        }
        blocks
    }

    fn keys(&self, node: EntityRow) -> Vec<(Sort, String, bool)> {
        let lens = self.lens;
        let mut keys = Vec::new();
        let held = lens.identifiers(node).iter().filter(|(_, fact)| fact.validity.contains(lens.day));
        keys.extend(held.filter_map(|(number, _)| number.organisation_code()).map(|code| (Sort::Code, code, false)));
        for name in lens.names(node) {
            let Some(text) = name.text.plain().map(plain).filter(|text| !text.is_empty()) else { continue };
            match name.kind {
                NameKind::Official | NameKind::Former => {
                    let cut = core(&text, &self.forms, &self.regions, self.shortest);
                    // A whole name may be the core of another one.
                    let core = cut.map_or_else(|| text.clone(), |(core, _)| core);
                    keys.push((Sort::Core, core, name.kind == NameKind::Former));
                    keys.push((Sort::Full, text, name.kind == NameKind::Former));
                }
                _ => keys.push((Sort::Short, text, false)),
            }
        }
        for (sort, name) in [(Sort::Website, "website"), (Sort::Address, "address")] {
            if let Some(Value::Text(text)) = lens.value_named(node, name) {
                keys.push((sort, plain(text), false));
            }
        }
        keys.sort_by(|one, other| (one.0, &one.1, one.2).cmp(&(other.0, &other.1, other.2)));
        keys.dedup();
        keys
    }

    /// Those of one block, pair by pair, with what they share. Every pair costs a row.
    fn pairs(&self, blocks: &Blocks) -> BTreeMap<[EntityRow; 2], Shared> {
        let mut pairs: BTreeMap<[EntityRow; 2], Shared> = BTreeMap::new();
        for ((sort, text), block) in blocks.iter().filter(|(_, block)| block.len() <= self.largest) {
            for (number, (one, one_former)) in block.iter().enumerate() {
                for (other, other_former) in block.iter().skip(number + 1) {
                    if !self.lens.budget().spend(1) {
                        return pairs;
                    }
                    let reason = match sort {
                        Sort::Code => "SAME_CODE",
                        Sort::Full if *one_former || *other_former => "FORMER_NAME",
                        Sort::Full => "SAME_NAME",
                        Sort::Core => "SAME_CORE",
                        Sort::Short => "SAME_SHORT_NAME",
                        Sort::Website => "SAME_WEBSITE",
                        Sort::Address => "SAME_ADDRESS",
                    };
                    let pair = [*one.min(other), *one.max(other)];
                    pairs.entry(pair).or_default().entry(place_of(reason)).or_insert_with(|| text.clone());
                }
            }
        }
        pairs
    }

    /// A pair with its reasons, where they are enough and nothing says that it is two.
    fn judge(&self, pair: [EntityRow; 2], shared: &Shared) -> Option<Candidate> {
        let lens = self.lens;
        let best: i64 = shared.keys().map(|place| weight(*place)).sum::<i64>() + weight(place_of("SHARED_PERSON"));
        let threshold = i64::from(RULES.whole("threshold").unwrap_or(u32::MAX));
        if best < threshold || lens.numbers_contradict(pair) || lens.judged_different(pair[0], pair[1]) {
            return None;
        }
        let mut shared = shared.clone();
        let is_named = [place_of("SAME_NAME"), place_of("FORMER_NAME")].iter().any(|place| shared.contains_key(place));
        let same_core = place_of("SAME_CORE");
        // Whole names say it already; and two that name places apart are two.
        if is_named || self.name_places_apart(pair, shared.get(&same_core)) {
            shared.remove(&same_core);
        }
        if let Some(person) = self.shared_person(pair) {
            shared.insert(place_of("SHARED_PERSON"), person);
        }
        if let Some(places) = self.places_apart(pair) {
            shared.insert(place_of("OTHER_PLACE"), places);
        }
        let reasons = shared.into_iter().map(|(place, evidence)| Reason { place, evidence, weight: weight(place) });
        let mut reasons: Vec<Reason> = reasons.collect();
        reasons.sort_by_key(|reason| (-reason.weight, reason.place));
        let score = reasons.iter().map(|reason| reason.weight).sum();
        (score >= threshold && !self.are_tied(pair)).then_some(Candidate { pair, reasons, score })
    }

    /// Do the names that have that core begin with regions of which neither is part of the other?
    fn name_places_apart(&self, pair: [EntityRow; 2], shared: Option<&String>) -> bool {
        let Some(shared) = shared else { return false };
        let places = pair.map(|node| {
            let names = self.lens.names(node).iter().filter_map(|name| name.text.plain()).map(plain);
            let cores = names.filter_map(|name| core(&name, &self.forms, &self.regions, self.shortest));
            cores.filter(|(core, _)| core == shared).filter_map(|(_, place)| place).collect::<Vec<_>>()
        });
        self.lie_apart(&places)
    }

    /// The regions that two entries lie in, where neither lies in one of the other's.
    fn places_apart(&self, pair: [EntityRow; 2]) -> Option<String> {
        let places = pair.map(|node| {
            let ties = self.lens.ties(node, Some(Relation::LocatedIn), true);
            ties.map(|tie| tie.there).collect::<Vec<_>>()
        });
        let names =
            |places: &[EntityRow]| places.iter().map(|place| self.lens.name(*place)).collect::<Vec<_>>().join("、");
        self.lie_apart(&places).then(|| format!("{} / {}", names(&places[0]), names(&places[1])))
    }

    fn lie_apart(&self, [one, other]: &[Vec<EntityRow>; 2]) -> bool {
        let nested = |one: EntityRow, other: EntityRow| self.is_within(one, other) || self.is_within(other, one);
        !one.is_empty() && !other.is_empty() && !one.iter().any(|one| other.iter().any(|other| nested(*one, *other)))
    }

    fn is_within(&self, place: EntityRow, whole: EntityRow) -> bool {
        let (mut open, mut seen) = (vec![place], BTreeSet::new());
        while let Some(here) = open.pop() {
            if here == whole {
                return true;
            }
            if seen.insert(here) {
                open.extend(self.lens.ties(here, Some(Relation::PartOf), true).map(|tie| tie.there));
            }
        }
        false
    }

    /// Somebody who works at both, by row key: people are not named here.
    fn shared_person(&self, pair: [EntityRow; 2]) -> Option<String> {
        let staff = |node| self.lens.ties(node, Some(Relation::WorksAt), false).map(|tie| tie.there);
        let of_one: BTreeSet<EntityRow> = staff(pair[0]).collect();
        let both = staff(pair[1]).find(|person| of_one.contains(person));
        both.map(|person| self.lens.code(person).to_owned())
    }

    /// A tie between the two says that they are two.
    fn are_tied(&self, [one, other]: [EntityRow; 2]) -> bool {
        [true, false].into_iter().any(|forward| self.lens.ties(one, None, forward).any(|tie| tie.there == other))
    }
}

/// The entries of some ids with the pairs that they stand in: for new ones that look like known ones.
pub fn of_new(lens: Lens<'_>, new: &BTreeSet<Id>) -> Vec<Candidate> {
    let rows: BTreeSet<EntityRow> = new.iter().filter_map(|id| lens.node(*id)).collect();
    let kinds: BTreeSet<Kind> = rows.iter().map(|row| lens.kind(*row)).collect();
    let kinds: Vec<Kind> = kinds.into_iter().collect();
    candidates(lens, &kinds, &|row| rows.contains(&row))
}
