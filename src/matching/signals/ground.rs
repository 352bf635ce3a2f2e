//! The signals over the ground of joint works. Each is a measure worked out for everybody at once and
//! compared with the strongest candidate: value = √(own measure ÷ largest), so that one hub at the top
//! does not hide all others. The sentences name what the measure counted, the evidence are ties of it.

use std::collections::BTreeSet;

use crate::domain::{Kind, Relation};
use crate::graph::{EntityRow, Lens, Tie};
use crate::matching::measures;
use crate::matching::sight::{Sight, Voice};
use crate::matching::signal::{Find, Scene, Signal, Told};

/// Works, partners or regions named in a sentence.
const NAMED: usize = 3;
/// Words named in a sentence.
const WORDS: usize = 5;

/// Joint works that speak of the need.
pub const VOTE: Signal = Signal {
    name: "VOTE",
    zh: "同题合作：参与过与需要共有关键词的合作项目；项目里有同一地区的需求方同类时多算一半",
    en: "Works on the subject: it took part in joint works that share words with the need; one with somebody like the seeker from the same region counts half as much again",
    substantial: true,
    applies: |scene| scene.sight.as_ref().is_some_and(|sight| !sight.need.is_empty()),
    find: Find::Ground {
        measure: |sight| measures::votes(sight, &sight.need, |score| score * score, 1.5),
        tell: |lens, sight, actor| tell_voices(lens, sight, actor, &sight.need, ["与需要相关", "the need"]),
    },
};

/// Joint works that speak of what those who seek did before.
pub const PAST: Signal = Signal {
    name: "PAST",
    zh: "往年同题：参与过与需求方以往合作项目共有关键词的项目",
    en: "Works like earlier ones: it took part in joint works that share words with the earlier ones of whoever seeks",
    substantial: true,
    applies: |scene| scene.sight.as_ref().is_some_and(|sight| !sight.past.is_empty()),
    find: Find::Ground {
        measure: |sight| measures::votes(sight, &sight.past, |score| score, 2.0),
        tell: |lens, sight, actor| {
            let of = ["与需求方以往的项目相近", "the earlier works of whoever seeks"];
            tell_voices(lens, sight, actor, &sight.past, of)
        },
    },
};

/// Where a walk over joint works often comes by.
pub const WALK: Signal = Signal {
    name: "WALK",
    zh: "合作网络：从需求方的项目和同题项目出发，沿参与者走三步常到达它（个性化 PageRank）",
    en: "Network of works: a walk of three steps from own works and works on the subject often comes to it (personalised PageRank)",
    substantial: true,
    applies: |scene| {
        scene
            .sight
            .as_ref()
            .is_some_and(|sight| !(sight.own.is_empty() && sight.need.is_empty() && sight.past.is_empty()))
    },
    find: Find::Ground { measure: measures::walk, tell: tell_walk },
};

/// Common partners.
pub const MUTUAL: Signal = Signal {
    name: "MUTUAL",
    zh: "共同伙伴：与需求方的合作伙伴合作过；伙伴越专一越算数（Adamic–Adar）",
    en: "Common partners: it worked with partners of whoever seeks; the more select a partner, the more it counts (Adamic–Adar)",
    substantial: true,
    applies: has_works,
    find: Find::Ground { measure: measures::mutual, tell: tell_mutual },
};

/// Partners of those who are alike.
pub const ALIKE: Signal = Signal {
    name: "ALIKE",
    zh: "同类所选：与需求方做过同样项目的同类单位，和它合作过",
    en: "Chosen by the like: those who shared works with whoever seeks worked with it",
    substantial: true,
    applies: has_works,
    find: Find::Ground { measure: measures::of_alike, tell: tell_alike },
};

/// How many partners of the seeking kind.
pub const BREADTH: Signal = Signal {
    name: "BREADTH",
    zh: "合作面：与同类需求方合作的次数，近年的多算；对新来者是基础分",
    en: "Breadth: how often it worked with others of the seeking kind, recent works counting more; the base for newcomers",
    substantial: false,
    applies: |scene| scene.sight.is_some(),
    find: Find::Ground { measure: |sight| sight.ground.standing.breadth.clone(), tell: tell_breadth },
};

/// Who takes newcomers of the same region along.
pub const WELCOME: Signal = Signal {
    name: "WELCOME",
    zh: "带新：同一地区的同类单位初次参加合作时，与它共事",
    en: "Newcomers taken along: others from the same region worked with it when they took part for the first time",
    substantial: false,
    applies: |scene| scene.sight.as_ref().is_some_and(|sight| sight.region.is_some()),
    find: Find::Ground { measure: measures::welcoming, tell: tell_welcome },
};

/// Regions that work together more often than by chance.
pub const AFFINITY: Signal = Signal {
    name: "AFFINITY",
    zh: "地区往来：两地单位的合作多于按规模应有的次数",
    en: "Regions that meet: those of the two regions work together more often than their size makes likely",
    substantial: false,
    applies: |scene| scene.sight.as_ref().is_some_and(|sight| sight.region.is_some()),
    find: Find::Ground { measure: affinity, tell: tell_affinity },
};

fn has_works(scene: &Scene<'_>) -> bool {
    scene.sight.as_ref().is_some_and(|sight| !sight.own.is_empty())
}

fn affinity(sight: &Sight<'_>) -> Vec<f64> {
    let here = |region: Option<u32>| sight.region.zip(region).map_or(0.0, |(from, to)| sight.ground.affinity(from, to));
    sight.ground.actors.iter().map(|actor| here(actor.region)).collect()
}

fn name<'v>(lens: &Lens<'v>, sight: &Sight<'_>, actor: u32) -> &'v str {
    lens.name(sight.ground.actors[actor as usize].row)
}

fn title<'v>(lens: &Lens<'v>, sight: &Sight<'_>, work: u32) -> &'v str {
    lens.name(sight.ground.works[work as usize].row)
}

fn ties(lens: &Lens<'_>, sight: &Sight<'_>, of: &[(u32, u32)]) -> Vec<Tie> {
    of.iter().filter_map(|(actor, work)| sight.ground.tie(lens, *actor, *work)).collect()
}

fn kind(kind: Kind) -> (&'static str, &'static str) {
    (kind.row().label_zh, kind.row().label_en)
}

fn tell_voices(lens: &Lens<'_>, sight: &Sight<'_>, actor: u32, voices: &[Voice<'_>], of: [&str; 2]) -> Told {
    let theirs = sight.ground.works_of(actor);
    let all: Vec<&Voice<'_>> = voices.iter().filter(|voice| theirs.binary_search(&voice.work).is_ok()).collect();
    let Some(best) = all.first() else { return Told::default() };
    let shown: Vec<(u32, u32)> = all.iter().take(NAMED).map(|voice| (actor, voice.work)).collect();
    let words: Vec<&str> = best.words.iter().take(WORDS).map(String::as_str).collect();
    let (title, count) = (title(lens, sight, best.work), all.len());
    Told {
        zh: format!("参与过 {count} 个{}的合作项目，最近似的是《{title}》，共同关键词：{}", of[0], words.join("、")),
        en: format!(
            "it took part in {count} joint works on {}, nearest “{title}”; shared words: {}",
            of[1],
            words.join(", ")
        ),
        evidence: ties(lens, sight, &shown),
    }
}

fn tell_walk(lens: &Lens<'_>, sight: &Sight<'_>, actor: u32) -> Told {
    let seeds: BTreeSet<u32> = sight.own.iter().copied().chain(sight.need.iter().map(|voice| voice.work)).collect();
    let seeds: Vec<u32> = seeds.into_iter().collect();
    let direct: Vec<u32> = sight.shared(actor, &seeds).take(NAMED).collect();
    if let Some(first) = direct.first() {
        let shown: Vec<(u32, u32)> = direct.iter().map(|work| (actor, *work)).collect();
        let title = title(lens, sight, *first);
        return Told {
            zh: format!("就在出发的项目里：《{title}》等"),
            en: format!("it took part in works that the walk starts from, “{title}” among them"),
            evidence: ties(lens, sight, &shown),
        };
    }
    for work in sight.ground.works_of(actor) {
        for middle in sight.ground.parties_of(*work).iter().filter(|middle| **middle != actor) {
            if let Some(seed) = sight.shared(*middle, &seeds).next() {
                let (other, title) = (name(lens, sight, *middle), title(lens, sight, *work));
                return Told {
                    zh: format!("经{other}可到达：两者同在《{title}》"),
                    en: format!("it is reached by way of {other}: both are in “{title}”"),
                    evidence: ties(lens, sight, &[(*middle, seed), (*middle, *work), (actor, *work)]),
                };
            }
        }
    }
    let Some(work) = sight.ground.works_of(actor).first() else { return Told::default() };
    Told {
        zh: format!("经几层合作伙伴可到达，如《{}》", title(lens, sight, *work)),
        en: format!("it is reached over partners of partners, by “{}”", title(lens, sight, *work)),
        evidence: ties(lens, sight, &[(actor, *work)]),
    }
}

fn tell_mutual(lens: &Lens<'_>, sight: &Sight<'_>, actor: u32) -> Told {
    let theirs = measures::partners_of(sight, actor);
    let own = measures::own_partners(sight);
    let mut both: Vec<u32> = own.into_iter().filter(|one| theirs.binary_search(one).is_ok()).collect();
    let tells = |one: &u32| measures::telling(sight, *one);
    both.sort_by(|left, right| tells(right).total_cmp(&tells(left)).then_with(|| left.cmp(right)));
    let named: Vec<&str> = both.iter().take(NAMED).map(|one| name(lens, sight, *one)).collect();
    let mut shown = Vec::new();
    for one in both.iter().take(NAMED) {
        shown.extend(sight.shared(*one, &sight.own).next().map(|work| (*one, work)));
        if let Some(work) = sight.ground.joint(*one, actor).first() {
            shown.extend([(*one, *work), (actor, *work)]);
        }
    }
    Told {
        zh: format!("双方有 {} 个共同的合作伙伴：{}", both.len(), named.join("、")),
        en: format!("they have {} partners in common: {}", both.len(), named.join(", ")),
        evidence: ties(lens, sight, &shown),
    }
}

fn tell_alike(lens: &Lens<'_>, sight: &Sight<'_>, actor: u32) -> Told {
    let alike = measures::alike(sight);
    let mut others: Vec<u32> = measures::partners_of(sight, actor);
    others.retain(|one| alike[*one as usize] > 0.0);
    let likeness = |one: &u32| alike[*one as usize];
    others.sort_by(|left, right| likeness(right).total_cmp(&likeness(left)).then_with(|| left.cmp(right)));
    let named: Vec<&str> = others.iter().take(NAMED).map(|one| name(lens, sight, *one)).collect();
    let mut shown = Vec::new();
    for one in others.iter().take(NAMED) {
        shown.extend(sight.shared(*one, &sight.own).next().map(|work| (*one, work)));
        if let Some(work) = sight.ground.joint(*one, actor).first() {
            shown.extend([(*one, *work), (actor, *work)]);
        }
    }
    Told {
        zh: format!("与需求方同做过项目的{}也与它合作过", named.join("、")),
        en: format!("{}, who shared works with whoever seeks, worked with it", named.join(", ")),
        evidence: ties(lens, sight, &shown),
    }
}

fn tell_breadth(lens: &Lens<'_>, sight: &Sight<'_>, actor: u32) -> Told {
    let mut works: Vec<u32> = sight.ground.works_of(actor).to_vec();
    let years = |work: &u32| sight.ground.works[*work as usize].years;
    works.sort_by(|left, right| years(left).total_cmp(&years(right)).then_with(|| left.cmp(right)));
    let shown: Vec<(u32, u32)> = works.iter().take(NAMED).map(|work| (actor, *work)).collect();
    let ((zh, en), count) = (kind(sight.ground.seeking), sight.ground.standing.distinct[actor as usize]);
    Told {
        zh: format!("与 {count} 家不同的{zh}合作过，共 {} 个项目", works.len()),
        en: format!("it worked with {count} different partners of the kind {en} in {} works", works.len()),
        evidence: ties(lens, sight, &shown),
    }
}

fn tell_welcome(lens: &Lens<'_>, sight: &Sight<'_>, actor: u32) -> Told {
    let theirs = sight.ground.works_of(actor);
    let met = |newcomer: u32| {
        let first = measures::first_works(sight, newcomer);
        first.into_iter().find(|work| theirs.binary_search(work).is_ok()).map(|work| (newcomer, work))
    };
    let all: Vec<(u32, u32)> = measures::partners_of(sight, actor)
        .into_iter()
        .filter(|one| {
            let one = &sight.ground.actors[*one as usize];
            one.kind == sight.ground.seeking && one.region == sight.region
        })
        .filter_map(met)
        .collect();
    let shown: Vec<(u32, u32)> =
        all.iter().take(NAMED).flat_map(|(one, work)| [(*one, *work), (actor, *work)]).collect();
    let region = sight.region.map_or("", |region| lens.name(sight.ground.regions[region as usize]));
    let named: Vec<&str> = all.iter().take(NAMED).map(|(one, _)| name(lens, sight, *one)).collect();
    Told {
        zh: format!("{region}有 {} 家初次参加合作时与它共事，如{}", all.len(), named.join("、")),
        en: format!(
            "{} from {region} worked with it when they first took part, such as {}",
            all.len(),
            named.join(", ")
        ),
        evidence: ties(lens, sight, &shown),
    }
}

fn tell_affinity(lens: &Lens<'_>, sight: &Sight<'_>, actor: u32) -> Told {
    let there = &sight.ground.actors[actor as usize];
    let Some((from, to)) = sight.region.zip(there.region) else { return Told::default() };
    let named = |region: u32| lens.name(sight.ground.regions[region as usize]);
    let ratio = sight.ground.affinity(from, to);
    let place = |row: EntityRow| lens.ties(row, Some(Relation::LocatedIn), true).next();
    Told {
        zh: format!("{}与{}两地单位的合作是按规模应有的 {ratio:.1} 倍", named(from), named(to)),
        en: format!(
            "those of {} and {} work together {ratio:.1} times as often as their size makes likely",
            named(from),
            named(to)
        ),
        evidence: place(there.row).into_iter().collect(),
    }
}
