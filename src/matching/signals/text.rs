//! Do the candidate's results, platforms, demands or own words speak of the same thing?
//!
//! A document counts x/(x + half), where x is its share of what the words of the need tell. The
//! value is 1 − Π(1 − that) over the best three documents: a second and third one help, and
//! one excellent result is not held against those who have no other. (The mean of the best three,
//! domain study §8.2, ranks many middling results above the one that fits.)

use crate::domain::{Kind, Relation};
use crate::graph::{EntityRow, Tie};
use crate::matching::signal::{Find, Finding, Reason, Scene, Signal, TextEvidence};

/// The row of the table.
pub const SIGNAL: Signal = Signal {
    name: "TEXT",
    zh: "文字相关：成果、平台、需求或自身介绍与需要有共同的关键词",
    en: "Words in common: results, platforms, demands or its own description speak of the need",
    substantial: true,
    applies: |scene| {
        scene
            .wish
            .text
            .as_ref()
            .is_some_and(|found| scene.sight.is_none() || found.iter().any(|one| is_own(scene, one)))
    },
    find: Find::Each(find),
};

/// Documents averaged.
const BEST: usize = 3;
/// Words named in a sentence.
const NAMED: usize = 5;

fn find(scene: &Scene<'_>, candidate: EntityRow) -> Finding {
    let mut held: Vec<(&TextEvidence, Option<Tie>)> = Vec::new();
    for evidence in scene.wish.text.iter().flatten() {
        if evidence.document == candidate {
            held.push((evidence, None));
        } else if let Some(tie) = owner_tie(scene, evidence.document, candidate) {
            held.push((evidence, Some(tie)));
        }
    }
    // Text evidence comes best first, so the first ones held are the best.
    held.truncate(BEST);
    let Some((best, _)) = held.first() else {
        return Finding::Unknown(
            "没有文字材料与需要相关（未登记不等于没有）",
            "none of its texts speaks of the need (not registered is not none)",
        );
    };
    let half = scene.weights.get("text.half");
    let strength = |score: f64| score / (score + half);
    let value = 1.0 - held.iter().map(|(evidence, _)| 1.0 - strength(f64::from(evidence.score))).product::<f64>();
    // Of overlapping words the longest is named: 剥离强度, not 剥离.
    let inside = |word: &String| best.words.iter().any(|other| other != word && other.contains(word.as_str()));
    let words = best.words.iter().filter(|word| !inside(word)).take(NAMED).cloned().collect::<Vec<_>>();
    let title = scene.lens.name(best.document);
    let (zh, en) = match scene.lens.kind(best.document) {
        Kind::Achievement => {
            (format!("其成果《{title}》与需要相关"), format!("its result “{title}” speaks of the need"))
        }
        Kind::Demand => (format!("其需求《{title}》与之相关"), format!("its demand “{title}” speaks of it")),
        Kind::Platform => (format!("其建设的{title}与需要相关"), format!("its platform {title} speaks of the need")),
        _ => ("其自身介绍与需要相关".to_owned(), "its own description speaks of the need".to_owned()),
    };
    let more = held.len() - 1;
    let (more_zh, more_en) = if more > 0 {
        (format!("，另有 {more} 项"), format!(", and {more} more"))
    } else {
        (String::new(), String::new())
    };
    Finding::Says(Reason {
        value: value.min(1.0),
        zh: format!("{zh}，共同关键词：{}{more_zh}", words.join("、")),
        en: format!("{en}; shared words: {}{more_en}", words.join(", ")),
        evidence: held.into_iter().filter_map(|(_, tie)| tie).collect(),
    })
}

/// Is it a document that somebody has, and no joint work, which has a signal of its own?
fn is_own(scene: &Scene<'_>, evidence: &TextEvidence) -> bool {
    scene.lens.kind(evidence.document) != Kind::Collaboration
}

/// The tie by which a candidate has a document.
fn owner_tie(scene: &Scene<'_>, document: EntityRow, candidate: EntityRow) -> Option<Tie> {
    let relation = match scene.lens.kind(document) {
        Kind::Achievement => Relation::HasAchievement,
        Kind::Demand => Relation::HasDemand,
        Kind::Platform => Relation::Operates,
        _ => return None,
    };
    scene.lens.ties(document, Some(relation), false).find(|tie| tie.there == candidate)
}
