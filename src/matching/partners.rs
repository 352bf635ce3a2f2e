//! Ranking candidates: Σ weight · value over the signals that can say anything about the wish, where
//! the weights that apply add up to 1. Values, weights and contributions are whole millionths, so the
//! contributions add up to the score exactly and no order hangs on the last bit of a sum.

use std::collections::BTreeSet;

use super::ground::Ground;
use super::shortlist;
use super::sight::Sight;
use super::signal::{Find, Finding, Reason, SIGNALS, Scene, Signal, Told, Wish};
use super::ties;
use super::weights::{Regime, Weights};
use crate::domain::{Kind, Relation};
use crate::graph::{EntityRow, Lens};

/// One, in millionths.
pub const ONE: i64 = 1_000_000;

/// How much speaks for a candidate. Never a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// 高
    High,
    /// 中
    Medium,
    /// 低
    Low,
}

/// Something to know before calling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caution {
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

/// What one signal adds.
pub struct Part {
    /// The signal.
    pub signal: &'static Signal,
    /// Its share of the weights that apply.
    pub weight: f64,
    /// Weight × value.
    pub contribution: f64,
    /// Value, words, evidence.
    pub reason: Reason,
}

/// A recommended candidate with everything that is said of it.
pub struct Partner {
    /// Who.
    pub node: EntityRow,
    /// Between 0 and 1.
    pub score: f64,
    /// How much speaks for it.
    pub grade: Grade,
    /// What adds to the score.
    pub parts: Vec<Part>,
    /// What to know.
    pub cautions: Vec<Caution>,
    /// Share of the weights whose signals know something about it.
    pub coverage: f64,
    /// Have the two never worked together?
    pub is_new: bool,
}

/// A place in the ranking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed {
    /// Who.
    pub node: EntityRow,
    /// In millionths.
    pub score: i64,
}

/// The answer to a wish.
pub struct Ranking {
    /// Best first.
    pub placed: Vec<Placed>,
    /// Candidates looked at.
    pub considered: usize,
    /// No candidates: those who seek and whatever belongs to the same house.
    pub related: BTreeSet<EntityRow>,
    /// Was the search cut because the work allowed was done?
    pub truncated: bool,
    /// What would make the answer better, or possible at all.
    pub advice: Vec<Caution>,
    /// Version of the weights.
    pub version: String,
}

/// A signal with its weight, and what it measures of everybody in the ground.
pub(super) struct Applied {
    pub signal: &'static Signal,
    pub weight: i64,
    pub measured: Option<Measured>,
}

/// A measure of everybody, and the largest of those who are looked for.
pub(super) struct Measured {
    all: Vec<f64>,
    largest: f64,
}

impl Measured {
    /// √(own ÷ largest), in millionths.
    pub fn value(&self, actor: u32) -> i64 {
        let own = self.all.get(actor as usize).copied().unwrap_or(0.0);
        if own <= 0.0 || self.largest <= 0.0 { 0 } else { millionths((own / self.largest).min(1.0).sqrt()) }
    }
}

/// A wish that is being answered.
pub struct Match<'v> {
    pub(super) scene: Scene<'v>,
    pub(super) applied: Vec<Applied>,
    related: BTreeSet<EntityRow>,
    kinds: Vec<Kind>,
    regime: Regime,
}

impl<'v> Match<'v> {
    /// Begin to answer a wish for partners of some kinds.
    pub fn new(
        lens: &Lens<'v>,
        wish: &'v Wish,
        kinds: &[Kind],
        weights: &'v Weights,
        ground: Option<&'v Ground>,
    ) -> Self {
        let own = (!wish.seekers.is_empty()).then(|| ties::neighbors_of(lens, &wish.seekers));
        let least = weights.get("ground.least");
        let sight =
            ground.filter(|ground| ground.works.len() as f64 >= least).map(|ground| Sight::of(lens, wish, ground));
        let regime = Regime::of(sight.as_ref());
        let scene = Scene { lens: *lens, wish, weights, own, sight };
        let related = related(lens, wish);
        let applied = applied(&scene, regime, &related);
        Self { scene, applied, related, kinds: kinds.to_vec(), regime }
    }

    /// Everybody something speaks for, best first.
    pub fn rank(&self) -> Ranking {
        let lens = &self.scene.lens;
        let mut ranking = Ranking {
            placed: Vec::new(),
            considered: 0,
            related: self.related.clone(),
            truncated: false,
            advice: self.advice(),
            version: self.scene.weights.version.clone(),
        };
        let (candidates, considered) = shortlist::candidates(self, &self.kinds, &self.related);
        ranking.considered = considered;
        for candidate in candidates {
            if lens.budget().is_spent() {
                ranking.truncated = true;
                break;
            }
            ranking.placed.extend(self.place(candidate));
        }
        ranking.placed.sort_by_cached_key(|placed| {
            let node = placed.node;
            (std::cmp::Reverse(placed.score), lens.code(node), lens.name(node), lens.id(node))
        });
        if ranking.placed.is_empty() {
            ranking.advice.insert(
                0,
                Caution {
                    zh: "没有合适的：现有数据中没有任何候选与之相关。".into(),
                    en: "Nobody fits: nothing in the data ties any candidate to this.".into(),
                },
            );
        }
        ranking
    }

    fn place(&self, candidate: EntityRow) -> Option<Placed> {
        let (mut score, mut substantial) = (0, false);
        for (applied, value) in self.applied.iter().zip(self.values(candidate)) {
            substantial |= value > 0 && (applied.signal.substantial || self.is_newcomer());
            score += contribution(applied.weight, value);
        }
        substantial.then_some(Placed { node: candidate, score })
    }

    /// By what the wish is judged: what stands before names in the weights.
    pub fn regime(&self) -> &'static str {
        self.regime.prefix()
    }

    /// The signals that apply, with their weights in millionths.
    pub fn signals(&self) -> Vec<(&'static str, i64)> {
        self.applied.iter().map(|applied| (applied.signal.name, applied.weight)).collect()
    }

    /// What each of those says of a candidate, in millionths.
    pub fn values(&self, candidate: EntityRow) -> Vec<i64> {
        let actor = self.scene.sight.as_ref().and_then(|sight| sight.candidate(candidate));
        let value = |applied: &Applied| match (&applied.signal.find, &applied.measured) {
            (Find::Each(find), _) => match find(&self.scene, candidate) {
                Finding::Says(reason) => millionths(reason.value),
                Finding::Unknown(..) => 0,
            },
            (Find::Ground { .. }, Some(measured)) => actor.map_or(0, |actor| measured.value(actor)),
            (Find::Ground { .. }, None) => 0,
        };
        self.applied.iter().map(value).collect()
    }

    /// Is there nothing to go by but where whoever seeks is? Then who works with many is the base.
    fn is_newcomer(&self) -> bool {
        self.scene.sight.is_some() && !self.applied.iter().any(|applied| applied.signal.substantial)
    }

    /// Everything that is said of a place in the ranking.
    pub fn partner(&self, placed: Placed) -> Partner {
        let (mut parts, mut cautions, mut known) = (Vec::new(), Vec::new(), 0);
        let mut is_new = !self.worked_together(placed.node);
        for applied in &self.applied {
            match self.say(applied, placed.node) {
                Finding::Says(mut reason) => {
                    let mut shown = BTreeSet::new();
                    reason.evidence.retain(|tie| shown.insert(tie.row));
                    known += applied.weight;
                    is_new &= applied.signal.name != "PRIOR" || reason.value <= 0.0;
                    if reason.value > 0.0 {
                        let weight = applied.weight as f64 / ONE as f64;
                        let adds = contribution(applied.weight, millionths(reason.value)) as f64 / ONE as f64;
                        parts.push(Part { signal: applied.signal, weight, contribution: adds, reason });
                    } else if !reason.zh.is_empty() {
                        cautions.push(Caution { zh: reason.zh, en: reason.en });
                    }
                }
                Finding::Unknown(zh, en) => cautions.push(Caution { zh: zh.into(), en: en.into() }),
            }
        }
        parts.sort_by(|left, right| right.contribution.total_cmp(&left.contribution));
        let (score, coverage) = (placed.score as f64 / ONE as f64, known as f64 / ONE as f64);
        Partner { node: placed.node, score, grade: self.grade(score), parts, cautions, coverage, is_new }
    }

    fn worked_together(&self, candidate: EntityRow) -> bool {
        let Some(sight) = &self.scene.sight else { return false };
        sight.candidate(candidate).is_some_and(|actor| sight.shared(actor, &sight.own).next().is_some())
    }

    fn grade(&self, score: f64) -> Grade {
        match score {
            _ if score >= self.scene.weights.get("grade.HIGH") => Grade::High,
            _ if score >= self.scene.weights.get("grade.MEDIUM") => Grade::Medium,
            _ => Grade::Low,
        }
    }

    fn say(&self, applied: &Applied, candidate: EntityRow) -> Finding {
        let (tell, measured) = match (&applied.signal.find, &applied.measured) {
            (Find::Each(find), _) => return find(&self.scene, candidate),
            (Find::Ground { tell, .. }, Some(measured)) => (tell, measured),
            (Find::Ground { .. }, None) => return silent(),
        };
        let Some(sight) = &self.scene.sight else { return silent() };
        let Some(actor) = sight.candidate(candidate) else { return silent() };
        let value = measured.value(actor);
        if value == 0 {
            return silent();
        }
        let Told { zh, en, evidence } = tell(&self.scene.lens, sight, actor);
        Finding::Says(Reason { value: value as f64 / ONE as f64, zh, en, evidence })
    }

    fn advice(&self) -> Vec<Caution> {
        let lacks = |names: &[&str]| !self.applied.iter().any(|applied| names.contains(&applied.signal.name));
        let mut advice = Vec::new();
        let mut add = |zh: &str, en: &str| advice.push(Caution { zh: zh.into(), en: en.into() });
        if lacks(&["TEXT", "VOTE"]) {
            add(
                "没有可用的文字。补充主要产品、需求描述或一段说明后可按内容匹配。",
                "There are no words to go by. Add products, a demand or a few sentences.",
            );
        }
        if lacks(&["FIELD"]) {
            add("没有领域分类。补充技术领域后可按领域匹配。", "There is no classification. Add technical fields.");
        }
        if !self.scene.wish.seekers.is_empty() && lacks(&["SHARED", "MUTUAL"]) {
            add(
                "没有已知的合作、联盟或集群联系。补充后可按共同联系匹配。",
                "There are no known ties. Add collaborations, alliances or clusters.",
            );
        }
        if self.is_newcomer() {
            add(
                "对需求方几乎一无所知，只能按谁常与同类合作来排。",
                "Next to nothing is known of whoever seeks; those who often work with the like come first.",
            );
        }
        advice
    }
}

/// To whole millionths.
pub(super) fn millionths(value: f64) -> i64 {
    (value.clamp(0.0, 1.0) * ONE as f64).round() as i64
}

/// Weight × value, in millionths.
pub(super) fn contribution(weight: i64, value: i64) -> i64 {
    (weight * value + ONE / 2) / ONE
}

fn silent() -> Finding {
    Finding::Says(Reason { value: 0.0, zh: String::new(), en: String::new(), evidence: Vec::new() })
}

/// The signals that can say something about the wish, with their share of the weights.
fn applied(scene: &Scene<'_>, regime: Regime, related: &BTreeSet<EntityRow>) -> Vec<Applied> {
    let weight = |signal: &Signal| scene.weights.of(regime, signal.name);
    let all: Vec<&Signal> = SIGNALS.iter().filter(|signal| weight(signal) > 0.0 && (signal.applies)(scene)).collect();
    let total: f64 = all.iter().map(|signal| weight(signal)).sum();
    let measured = |signal: &Signal| {
        let (Find::Ground { measure, .. }, Some(sight)) = (&signal.find, &scene.sight) else { return None };
        let all = measure(sight);
        let sought = all.iter().zip(&sight.ground.actors);
        let counts = sought.filter(|(_, actor)| actor.kind == sight.ground.sought && !related.contains(&actor.row));
        let largest = counts.map(|(value, _)| *value).fold(0.0, f64::max);
        Some(Measured { all, largest })
    };
    let mut applied: Vec<Applied> = all
        .into_iter()
        .map(|signal| Applied { signal, weight: millionths(weight(signal) / total), measured: measured(signal) })
        .collect();
    // What rounding took or gave is the heaviest one's, so that the shares are the whole.
    let rest = ONE - applied.iter().map(|applied| applied.weight).sum::<i64>();
    let heaviest = applied.iter().map(|applied| applied.weight).max();
    if let Some(first) = applied.iter_mut().find(|applied| Some(applied.weight) == heaviest) {
        first.weight += rest;
    }
    applied
}

/// Those who seek, and whatever belongs to the same house (schools of one university, firms of one
/// group), are no partners for each other.
fn related(lens: &Lens<'_>, wish: &Wish) -> BTreeSet<EntityRow> {
    let mut related: BTreeSet<EntityRow> = wish.about.iter().copied().collect();
    let mut open = wish.seekers.clone();
    while let Some(node) = open.pop() {
        if related.insert(node) || wish.seekers.contains(&node) {
            for forward in [true, false] {
                let parts = lens.ties(node, Some(Relation::PartOf), forward).map(|tie| tie.there);
                open.extend(parts.filter(|part| !related.contains(part)));
            }
        }
    }
    related
}
