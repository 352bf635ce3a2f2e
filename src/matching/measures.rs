//! Measures over the ground, each for everybody at once: a number an actor, none below nought. What
//! they mean is said by the signals that use them. Only sums, products and square roots, in a fixed
//! order: the same on every machine.

use super::sight::{Sight, Voice};

/// Works that speak of something give their score to everybody who took part; a work with a partner
/// from the same country or province gives it `near` times.
pub fn votes(sight: &Sight<'_>, voices: &[Voice<'_>], weigh: fn(f64) -> f64, near: f64) -> Vec<f64> {
    let mut all = sight.nothing();
    for voice in voices {
        let gives = weigh(voice.score) * if sight.is_near(voice.work) { near } else { 1.0 };
        for party in sight.ground.parties_of(voice.work) {
            all[*party as usize] += gives;
        }
    }
    all
}

/// A walk that starts at the works of those who seek and at those that speak of the need, and goes on
/// to those who took part, to their works, and so on: personalised PageRank, where a work of many
/// passes on 1/√many to each, since large works tell more of who will meet again than an even share.
pub fn walk(sight: &Sight<'_>) -> Vec<f64> {
    const GOES_ON: f64 = 0.5;
    const STEPS: usize = 3;
    let ground = sight.ground;
    let mut works = start(sight);
    let (mut all, mut share) = (sight.nothing(), 1.0);
    for step in 0..STEPS {
        let mut reached = sight.nothing();
        for (work, mass) in (0..).zip(&works).filter(|(_, mass)| **mass > 0.0) {
            let parties = ground.parties_of(work);
            let each = mass / (parties.len() as f64).sqrt();
            for party in parties {
                reached[*party as usize] += each;
            }
        }
        for (sum, mass) in all.iter_mut().zip(&reached) {
            *sum += share * mass;
        }
        share *= GOES_ON;
        if step + 1 < STEPS {
            works = vec![0.0; ground.works.len()];
            for (actor, mass) in (0..).zip(&reached).filter(|(_, mass)| **mass > 0.0) {
                let taken = ground.works_of(actor);
                let each = mass / taken.len().max(1) as f64;
                for work in taken {
                    works[*work as usize] += each;
                }
            }
        }
    }
    all
}

/// Half on the own works, half on those that speak of the need, or else of what was done before.
fn start(sight: &Sight<'_>) -> Vec<f64> {
    let mut works = vec![0.0; sight.ground.works.len()];
    let (voices, squared) = if sight.need.is_empty() { (&sight.past, false) } else { (&sight.need, true) };
    let weigh = |score: f64| if squared { score * score } else { score };
    let all: f64 = voices.iter().map(|voice| weigh(voice.score)).sum();
    let half = if sight.own.is_empty() || all <= 0.0 { 1.0 } else { 0.5 };
    for work in &sight.own {
        works[*work as usize] += half / sight.own.len() as f64;
    }
    for voice in voices.iter().filter(|_| all > 0.0) {
        works[voice.work as usize] += half * weigh(voice.score) / all;
    }
    works
}

/// The different partners of somebody, in order.
pub fn partners_of(sight: &Sight<'_>, actor: u32) -> Vec<u32> {
    let works = sight.ground.works_of(actor).iter();
    let mut all: Vec<u32> = works.flat_map(|work| sight.ground.parties_of(*work)).copied().collect();
    all.sort_unstable();
    all.dedup();
    all.retain(|other| *other != actor);
    all
}

/// Everybody who worked with those who seek.
pub fn own_partners(sight: &Sight<'_>) -> Vec<u32> {
    let mut all: Vec<u32> = sight.own.iter().flat_map(|work| sight.ground.parties_of(*work)).copied().collect();
    all.sort_unstable();
    all.dedup();
    all.retain(|actor| !sight.seekers.contains(actor));
    all
}

/// What a common partner tells: 1/ln of how many it worked with, after Adamic and Adar (2003).
pub fn telling(sight: &Sight<'_>, partner: u32) -> f64 {
    let degree = f64::from(sight.ground.standing.degree[partner as usize].max(2));
    (1e9 / degree.ln()).round() / 1e9
}

/// Common partners, each by what it tells.
pub fn mutual(sight: &Sight<'_>) -> Vec<f64> {
    let mut all = sight.nothing();
    for partner in own_partners(sight) {
        let tells = telling(sight, partner);
        for other in partners_of(sight, partner) {
            all[other as usize] += tells;
        }
    }
    all
}

/// How alike others of the seeking kind are: the works they share with those who seek, a large one
/// counting less, over the square root of how many works both have.
pub fn alike(sight: &Sight<'_>) -> Vec<f64> {
    let mut all = sight.nothing();
    let ground = sight.ground;
    for work in &sight.own {
        let parties = ground.parties_of(*work);
        for party in parties {
            all[*party as usize] += 1.0 / (parties.len() as f64).sqrt();
        }
    }
    for (number, sum) in (0..).zip(all.iter_mut()).filter(|(_, sum)| **sum > 0.0) {
        let other = &ground.actors[number as usize];
        let counts = other.kind == ground.seeking && !sight.seekers.contains(&number);
        let both = ground.works_of(number).len() * sight.own.len();
        *sum = if counts { *sum / (both.max(1) as f64).sqrt() } else { 0.0 };
    }
    all
}

/// Partners of those who are alike, each joint work counting as much as they are alike.
pub fn of_alike(sight: &Sight<'_>) -> Vec<f64> {
    let mut all = sight.nothing();
    for (actor, likeness) in (0..).zip(alike(sight)).filter(|(_, likeness)| *likeness > 0.0) {
        for work in sight.ground.works_of(actor) {
            for party in sight.ground.parties_of(*work) {
                all[*party as usize] += likeness;
            }
        }
    }
    all
}

/// Who worked with those of the same country or province when these took part for the first time:
/// 1/(1 + years/2) a work.
pub fn welcoming(sight: &Sight<'_>) -> Vec<f64> {
    let (mut all, ground) = (sight.nothing(), sight.ground);
    for newcomer in neighbors(sight) {
        for work in first_works(sight, newcomer) {
            let fresh = 1.0 / (1.0 + ground.works[work as usize].years / 2.0);
            for party in ground.parties_of(work) {
                all[*party as usize] += fresh;
            }
        }
    }
    all
}

/// Those of the seeking kind from the same country or province.
pub fn neighbors<'s>(sight: &'s Sight<'_>) -> impl Iterator<Item = u32> + 's {
    let all = (0..).zip(&sight.ground.actors);
    let near = all.filter(|(_, actor)| {
        actor.kind == sight.ground.seeking && actor.region.is_some() && actor.region == sight.region
    });
    near.map(|(number, _)| number)
}

/// The works in which somebody took part for the first time.
pub fn first_works(sight: &Sight<'_>, actor: u32) -> Vec<u32> {
    let years = |work: &&u32| sight.ground.works[**work as usize].years;
    let works = sight.ground.works_of(actor);
    let longest = works.iter().map(|work| years(&work)).fold(0.0, f64::max);
    works.iter().filter(|work| years(work) >= longest).copied().collect()
}
