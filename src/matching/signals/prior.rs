//! Have they worked together before? 1 − exp(−Σ e^(−Δyears/3)) over joint collaborations that
//! count; one without a date counts as ten years old (domain study §8.2).

use crate::domain::Day;
use crate::graph::{EntityRow, Tie};
use crate::matching::sight::Sight;
use crate::matching::signal::{Find, Finding, Reason, Scene, Signal};

/// The row of the table.
pub const SIGNAL: Signal = Signal {
    name: "PRIOR",
    zh: "合作历史：双方以前直接合作过（框架协议不计）",
    en: "Prior work: they have worked together before, framework agreements left out",
    substantial: true,
    applies: |scene| scene.own.is_some(),
    find: Find::Each(find),
};

const UNDATED_YEARS: f64 = 10.0;

fn find(scene: &Scene<'_>, candidate: EntityRow) -> Finding {
    let joint =
        if let Some(sight) = &scene.sight { in_the_ground(scene, sight, candidate) } else { found(scene, candidate) };
    tell(scene, joint)
}

/// A joint work: the collaboration, the tie of those who seek, that of the candidate, years since.
type Joint = (EntityRow, Tie, Tie, f64);

/// Joint works by the ground, which knows them without walking.
fn in_the_ground(scene: &Scene<'_>, sight: &Sight<'_>, candidate: EntityRow) -> Vec<Joint> {
    let Some(actor) = sight.candidate(candidate) else { return Vec::new() };
    let joint = sight.shared(actor, &sight.own).filter_map(|number| {
        let work = sight.ground.works.get(number as usize)?;
        let mine = scene.own.as_ref()?.collaborations.get(&work.row)?;
        Some((work.row, *mine, sight.ground.tie(&scene.lens, actor, number)?, work.years))
    });
    joint.collect()
}

/// Joint works by walking.
fn found(scene: &Scene<'_>, candidate: EntityRow) -> Vec<Joint> {
    let lens = &scene.lens;
    let own = scene.own.iter().flat_map(|own| own.collaborations.iter());
    let mut joint: Vec<Joint> = Vec::new();
    for (collaboration, mine) in own {
        let theirs = lens.ties(*collaboration, Some(crate::domain::Relation::ParticipatesIn), false);
        if let Some(other) = theirs.into_iter().find(|tie| tie.there == candidate) {
            let start = lens.days(*collaboration).0;
            let years = if start == Day::BEGINNING { UNDATED_YEARS } else { f64::from(lens.day.0 - start.0) / 365.25 };
            joint.push((*collaboration, *mine, other, years.max(0.0)));
        }
    }
    joint
}

fn tell(scene: &Scene<'_>, mut joint: Vec<Joint>) -> Finding {
    let lens = &scene.lens;
    if joint.is_empty() {
        let (zh, en) = (
            "库中没有双方直接合作的记录（不等于没有）".to_owned(),
            "no direct collaboration on record (which is not none)".to_owned(),
        );
        return Finding::Says(Reason { value: 0.0, zh, en, evidence: Vec::new() });
    }
    joint.sort_by(|left, right| left.3.total_cmp(&right.3).then_with(|| lens.code(left.0).cmp(lens.code(right.0))));
    let weight: f64 = joint.iter().map(|(_, _, _, years)| (-years / 3.0).exp()).sum();
    let latest = lens.name(joint[0].0);
    Finding::Says(Reason {
        value: 1.0 - (-weight).exp(),
        zh: format!("双方合作过 {} 次，最近一次：《{latest}》", joint.len()),
        en: format!("they worked together {} times, last in “{latest}”", joint.len()),
        evidence: joint.into_iter().take(3).flat_map(|(_, mine, other, _)| [mine, other]).collect(),
    })
}
