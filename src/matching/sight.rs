//! A wish as it lies in the ground: who seeks, in what they took part, and which joint works speak of
//! the need. Each measure over the ground is worked out for everybody at once.

use super::ground::Ground;
use super::signal::{TextEvidence, Wish};
use crate::graph::{EntityRow, Lens};

/// A joint work that shares words with the need, or with what was done before.
pub struct Voice<'w> {
    /// Its number.
    pub work: u32,
    /// What the shared words tell.
    pub score: f64,
    /// The words, the most telling first.
    pub words: &'w [String],
}

/// Where a wish stands in the ground.
pub struct Sight<'v> {
    /// The ground.
    pub ground: &'v Ground,
    /// Those who seek, where they took part in anything.
    pub seekers: Vec<u32>,
    /// The joint works they took part in.
    pub own: Vec<u32>,
    /// Where they are.
    pub region: Option<u32>,
    /// Works that speak of the need.
    pub need: Vec<Voice<'v>>,
    /// Works that speak of what those who seek did before.
    pub past: Vec<Voice<'v>>,
}

impl<'v> Sight<'v> {
    /// Find a wish in the ground.
    pub fn of(lens: &Lens<'_>, wish: &'v Wish, ground: &'v Ground) -> Self {
        let mut seekers: Vec<u32> = wish.seekers.iter().filter_map(|row| ground.actor(*row)).collect();
        seekers.sort_unstable();
        seekers.dedup();
        let mut own: Vec<u32> = seekers.iter().flat_map(|actor| ground.works_of(*actor)).copied().collect();
        own.sort_unstable();
        own.dedup();
        let region = wish.seekers.iter().find_map(|row| ground.region_of(lens, *row));
        let voices = |evidence: &'v [TextEvidence]| {
            let heard = evidence.iter().filter_map(|one| {
                let work = ground.work(one.document.number())?;
                Some(Voice { work, score: f64::from(one.score), words: &one.words })
            });
            heard.collect()
        };
        let need = voices(wish.text.as_deref().unwrap_or(&[]));
        Self { ground, seekers, own, region, need, past: voices(&wish.past) }
    }

    /// Is somebody of the seeking kind from the same country or province among those of a work?
    pub fn is_near(&self, work: u32) -> bool {
        self.region.is_some() && self.near_party(work).is_some()
    }

    /// The first of those, by code.
    pub fn near_party(&self, work: u32) -> Option<u32> {
        let fits = |actor: &&u32| {
            let known = &self.ground.actors[**actor as usize];
            known.kind == self.ground.seeking && known.region.is_some() && known.region == self.region
        };
        self.ground.parties_of(work).iter().find(fits).copied()
    }

    /// The works among `works` that somebody took part in.
    pub fn shared<'s>(&'s self, actor: u32, works: &'s [u32]) -> impl Iterator<Item = u32> + 's {
        let theirs = self.ground.works_of(actor);
        works.iter().copied().filter(move |work| theirs.binary_search(work).is_ok())
    }

    /// The number of a candidate.
    pub fn candidate(&self, row: EntityRow) -> Option<u32> {
        self.ground.actor(row)
    }

    /// Nothing for everybody.
    pub fn nothing(&self) -> Vec<f64> {
        vec![0.0; self.ground.actors.len()]
    }
}
