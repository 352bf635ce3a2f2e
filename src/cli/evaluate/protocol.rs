//! The split by time (domain study §8.4): firms and the institutes they work with from a day on, to be
//! found by what began before. New and repeated partners are kept apart, and so are firms without
//! an earlier joint work; a pair that did not come about is no proof that it would not fit.

use std::collections::{BTreeMap, BTreeSet};

use crate::api::seeking::{self, Asked, own_words};
use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::config::Limits;
use crate::domain::{Day, Kind};
use crate::engine::View;
use crate::graph::{Budget, EntityRow, Lens};
use crate::matching::Ground;
use crate::rights::{Rights, Role};

/// What is asked, and what of the answer counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Group {
    /// A firm with earlier works: new partners of all its later works.
    New,
    /// A firm without: all partners of its later works.
    Cold,
    /// The text of a later work and a firm with earlier works: all partners of that work.
    Text,
    /// The same and a firm without.
    TextCold,
}

/// A question with what is right.
pub(super) struct Case {
    pub group: Group,
    pub asked: Asked,
    /// The firm or the work: what hangs together.
    pub cluster: EntityRow,
    /// Those who were to be found.
    pub right: BTreeSet<EntityRow>,
    /// Those it worked with before.
    pub prior: BTreeSet<EntityRow>,
}

/// The questions of a split, at most so many a group.
pub(super) fn cases(view: &View, limits: &Limits, split: Day, until: Day, most: usize) -> Result<Vec<Case>, Failure> {
    let (before, after) = (Day(split.0 - 1), Day(until.0 - 1));
    let probe = |day| {
        let budget = Budget::new(limits.ground_rows);
        let lens = Lens::new(view.state(), day, Rights::of(Role::Public), &budget);
        let kinds = vec![Kind::Institute];
        let none = Asked { seekers: Vec::new(), about: Vec::new(), text: String::new(), kinds };
        seeking::ground(view, &lens, limits, &none)
    };
    let (Some(known), Some(all)) = (probe(before), probe(after)) else { return Err(nothing(split)) };
    let budget = Budget::new(u64::MAX);
    let lens = Lens::new(view.state(), after, Rights::of(Role::Public), &budget);
    let found = gather(&lens, &known, &all);
    if found.is_empty() {
        return Err(nothing(split));
    }
    Ok(sampled(found, most))
}

fn gather(lens: &Lens<'_>, known: &Ground, all: &Ground) -> Vec<Case> {
    let row = |number: &u32| all.actors[*number as usize].row;
    let mut later: BTreeMap<EntityRow, BTreeSet<EntityRow>> = BTreeMap::new();
    let (mut cases, mut works) = (Vec::new(), Vec::new());
    for (number, work) in (0..).zip(&all.works).filter(|(_, work)| known.work(work.row.number()).is_none()) {
        let parties: Vec<EntityRow> = all.parties_of(number).iter().map(row).collect();
        let candidates: BTreeSet<EntityRow> = parties
            .iter()
            .copied()
            .filter(|party| lens.kind(*party) == Kind::Institute && known.actor(*party).is_some())
            .collect();
        let firms = parties.into_iter().filter(|party| lens.kind(*party) == Kind::Enterprise);
        for firm in firms.filter(|_| !candidates.is_empty()) {
            later.entry(firm).or_default().extend(&candidates);
            works.push((work.row, firm, candidates.clone()));
        }
    }
    for (work, firm, right) in works {
        let (text, prior) = (own_words(lens, work, true), partners(known, firm));
        let group = if known.actor(firm).is_some() { Group::Text } else { Group::TextCold };
        cases.push(Case { group, asked: by(firm, text), cluster: work, right, prior });
    }
    for (firm, right) in later {
        let (warm, prior) = (known.actor(firm).is_some(), partners(known, firm));
        let right: BTreeSet<EntityRow> = right.difference(&prior).copied().collect();
        let group = if warm { Group::New } else { Group::Cold };
        if !right.is_empty() {
            cases.push(Case { group, asked: by(firm, String::new()), cluster: firm, right, prior });
        }
    }
    cases
}

fn by(firm: EntityRow, text: String) -> Asked {
    Asked { seekers: vec![firm], about: vec![firm], text, kinds: vec![Kind::Institute] }
}

fn partners(known: &Ground, firm: EntityRow) -> BTreeSet<EntityRow> {
    let works = known.actor(firm).into_iter().flat_map(|number| known.works_of(number).iter());
    works.flat_map(|work| known.parties_of(*work)).map(|party| known.actors[*party as usize].row).collect()
}

/// Evenly over the questions of each group.
fn sampled(cases: Vec<Case>, most: usize) -> Vec<Case> {
    let mut counts: BTreeMap<Group, usize> = BTreeMap::new();
    for case in &cases {
        *counts.entry(case.group).or_default() += 1;
    }
    let mut seen: BTreeMap<Group, usize> = BTreeMap::new();
    let mut kept = Vec::new();
    for case in cases {
        let (all, place) = (counts[&case.group], seen.entry(case.group).or_default());
        // The place among those kept grows by one where this one is the next of them.
        let takes = all <= most || (*place * most / all) != ((*place + 1) * most / all);
        *place += 1;
        if takes {
            kept.push(case);
        }
    }
    kept
}

fn nothing(split: Day) -> Failure {
    Failure::new(
        "NOTHING_TO_EVALUATE",
        exit::REFUSED,
        format!("{split} 前后都要有企业与院所的合作项目，才能评测。请先导入合作数据，或换一个切分日。"),
        format!(
            "There have to be joint works of firms and institutes before and after {split}. Import collaborations first, or split on another day."
        ),
    )
}
