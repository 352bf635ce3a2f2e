//! Ranking candidates: Σ weight · signal over the signals that can say anything about the wish,
//! divided by the sum of their weights, so that the contributions add up to the score.

use std::collections::BTreeSet;

use crate::domain::Kind;
use crate::graph::{EntityRow, Lens};

use super::signal::{Finding, Reason, SIGNALS, Scene, Signal, Wish};
use super::ties;
use super::weights::Weights;

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

/// A recommended candidate.
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

/// The answer to a wish.
pub struct Ranking {
    /// Best first.
    pub partners: Vec<Partner>,
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

/// Rank the candidates of the kinds given.
pub fn partners(lens: &Lens<'_>, wish: &Wish, kinds: &[Kind], weights: &Weights) -> Ranking {
    let own = (!wish.seekers.is_empty()).then(|| ties::neighbors_of(lens, &wish.seekers));
    let scene = Scene { lens: *lens, wish, weights, own };
    let applicable: Vec<&Signal> = SIGNALS.iter().filter(|signal| (signal.applies)(&scene)).collect();
    let total: f64 = applicable.iter().map(|signal| weights.get(signal.name)).sum();
    let mut ranking = Ranking {
        partners: Vec::new(),
        considered: 0,
        related: related(lens, wish),
        truncated: false,
        advice: advice(&scene, &applicable),
        version: weights.version.clone(),
    };
    for kind in kinds {
        for candidate in lens.nodes(*kind) {
            if ranking.related.contains(&candidate) {
                continue;
            }
            if lens.budget().is_spent() {
                ranking.truncated = true;
                break;
            }
            ranking.considered += 1;
            ranking.partners.extend(weigh(&scene, candidate, &applicable, weights, total));
        }
    }
    ranking.partners.sort_by(|left, right| {
        let by_code = || lens.code(left.node).cmp(lens.code(right.node));
        let by_name = || lens.name(left.node).cmp(lens.name(right.node));
        let by_id = || lens.id(left.node).cmp(&lens.id(right.node));
        right.score.total_cmp(&left.score).then_with(by_code).then_with(by_name).then_with(by_id)
    });
    if ranking.partners.is_empty() {
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

/// Those who seek, and whatever belongs to the same house (schools of one university, firms of one
/// group), are no partners for each other.
fn related(lens: &Lens<'_>, wish: &Wish) -> BTreeSet<EntityRow> {
    let mut related: BTreeSet<EntityRow> = wish.about.iter().copied().collect();
    let mut open = wish.seekers.clone();
    while let Some(node) = open.pop() {
        if related.insert(node) || wish.seekers.contains(&node) {
            for forward in [true, false] {
                let parts = lens.ties(node, Some(crate::domain::Relation::PartOf), forward).map(|tie| tie.there);
                open.extend(parts.filter(|part| !related.contains(part)));
            }
        }
    }
    related
}

fn weigh(
    scene: &Scene<'_>,
    candidate: EntityRow,
    signals: &[&'static Signal],
    weights: &Weights,
    total: f64,
) -> Option<Partner> {
    let (mut parts, mut cautions, mut known) = (Vec::new(), Vec::new(), 0.0);
    let (mut substantial, mut is_new) = (false, true);
    for signal in signals {
        let weight = weights.get(signal.name) / total;
        match (signal.find)(scene, candidate) {
            Finding::Says(mut reason) => {
                let mut shown = BTreeSet::new();
                reason.evidence.retain(|tie| shown.insert(tie.row));
                known += weight;
                substantial |= signal.substantial && reason.value > 0.0;
                is_new &= signal.name != "PRIOR" || reason.value <= 0.0;
                if reason.value > 0.0 {
                    parts.push(Part { signal, weight, contribution: weight * reason.value, reason });
                } else {
                    cautions.push(Caution { zh: reason.zh, en: reason.en });
                }
            }
            Finding::Unknown(zh, en) => cautions.push(Caution { zh: zh.into(), en: en.into() }),
        }
    }
    if !substantial {
        return None;
    }
    parts.sort_by(|left, right| right.contribution.total_cmp(&left.contribution));
    let score: f64 = parts.iter().map(|part| part.contribution).sum();
    let grade = match score {
        _ if score >= weights.get("grade.HIGH") => Grade::High,
        _ if score >= weights.get("grade.MEDIUM") => Grade::Medium,
        _ => Grade::Low,
    };
    Some(Partner { node: candidate, score, grade, parts, cautions, coverage: known, is_new })
}

fn advice(scene: &Scene<'_>, applicable: &[&Signal]) -> Vec<Caution> {
    let lacks = |name: &str| !applicable.iter().any(|signal| signal.name == name);
    let mut advice = Vec::new();
    let mut add = |zh: &str, en: &str| advice.push(Caution { zh: zh.into(), en: en.into() });
    if lacks("TEXT") {
        add(
            "没有可用的文字。补充主要产品、需求描述或一段说明后可按内容匹配。",
            "There are no words to go by. Add products, a demand or a few sentences.",
        );
    }
    if lacks("FIELD") {
        add("没有领域分类。补充技术领域后可按领域匹配。", "There is no classification. Add technical fields.");
    }
    if !scene.wish.seekers.is_empty() && lacks("SHARED") {
        add(
            "没有已知的合作、联盟或集群联系。补充后可按共同联系匹配。",
            "There are no known ties. Add collaborations, alliances or clusters.",
        );
    }
    advice
}
