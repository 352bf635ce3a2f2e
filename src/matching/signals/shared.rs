//! Whom or what do both know? Resource allocation over shared third parties: Σ 1/degree, so that a
//! hub explains little, then x/(x+0.5) (Zhou, Lü, Zhang 2009; domain study §8.2).

use crate::graph::{EntityRow, Tie};
use crate::matching::signal::{Find, Finding, Reason, Scene, Signal};
use crate::matching::ties;

/// The row of the table.
pub const SIGNAL: Signal = Signal {
    name: "SHARED",
    zh: "共同第三方：双方都与同一联盟、集群、平台或单位有联系",
    en: "Shared third parties: both are tied to the same alliance, cluster, platform or organisation",
    substantial: true,
    applies: |scene| scene.own.as_ref().is_some_and(|own| own.reached.keys().any(|third| counts(scene, *third))),
    find: Find::Each(find),
};

/// Where joint works are many, partners in common have signals of their own, and gatherings are left.
fn counts(scene: &Scene<'_>, third: EntityRow) -> bool {
    scene.sight.is_none() || !scene.lens.kind(third).is_organization()
}

/// Third parties named and shown as evidence.
const NAMED: usize = 3;

fn find(scene: &Scene<'_>, candidate: EntityRow) -> Finding {
    let (Some(own), lens) = (&scene.own, &scene.lens) else {
        return Finding::Unknown("需求方没有已知的联系", "whoever seeks has no known ties");
    };
    let theirs = ties::neighbors(lens, candidate);
    if theirs.reached.is_empty() {
        return Finding::Unknown("没有已知的合作、联盟、集群联系", "no known collaborations, alliances or clusters");
    }
    let shared =
        own.reached.iter().filter_map(|(third, mine)| theirs.reached.get(third).map(|other| (*third, mine, other)));
    let weighed = shared
        .filter(|(third, _, _)| !scene.wish.seekers.contains(third) && *third != candidate && counts(scene, *third));
    let mut weighed: Vec<(EntityRow, f64, Vec<Tie>)> = weighed
        .map(|(third, mine, other)| {
            (third, 1.0 / ties::reach(lens, third) as f64, [mine.as_slice(), other.as_slice()].concat())
        })
        .collect();
    weighed.sort_by(|left, right| right.1.total_cmp(&left.1).then_with(|| lens.code(left.0).cmp(lens.code(right.0))));
    let sum: f64 = weighed.iter().map(|(_, weight, _)| weight).sum();
    let names = weighed.iter().take(NAMED).map(|(third, _, _)| lens.name(*third)).collect::<Vec<_>>().join("、");
    let (zh, en) = if weighed.is_empty() {
        (
            "库中没有双方共同联系的记录（不等于没有）".to_owned(),
            "no third party in common on record (which is not none)".to_owned(),
        )
    } else {
        (format!("双方都与{names}有联系"), format!("both are tied to {names}"))
    };
    let evidence = weighed.into_iter().take(NAMED).flat_map(|(_, _, ties)| ties).collect();
    Finding::Says(Reason { value: sum / (sum + 0.5), zh, en, evidence })
}
