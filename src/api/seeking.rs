//! From a wish to its ranking: gathers the words, has search find what speaks of them, and hands both
//! to `matching`. Whatever asks for partners comes by here, so that what is measured is what is served.

use std::sync::Arc;

use crate::config::Limits;
use crate::domain::attribute::TextWeight;
use crate::domain::{Kind, Value};
use crate::engine::View;
use crate::graph::{Budget, EntityRow, Lens};
use crate::matching::{Ground, TextEvidence, Weights, Wish};
use crate::rights::{Rights, Role};
use crate::search::{Corpus, SearchError, SearchIndex, WeighedWords};

/// Who seeks what among whom.
pub struct Asked {
    /// The organisations that seek.
    pub seekers: Vec<EntityRow>,
    /// What describes the need.
    pub about: Vec<EntityRow>,
    /// The need in words; blank where there are none.
    pub text: String,
    /// Kinds of partners.
    pub kinds: Vec<Kind>,
}

/// Years after which an earlier work tells half as much as one of today.
const HALF_AFTER: f64 = 3.0;

/// The joint works of the day between those who seek and those who are sought, as everybody may see
/// them: made once a state and day. None where the kinds sought take part in none, or where there are
/// more than the limit allows to look at.
pub fn ground(view: &View, lens: &Lens<'_>, limits: &Limits, asked: &Asked) -> Option<Arc<Ground>> {
    let sought = asked.kinds.iter().copied().find(|kind| kind.is_organization())?;
    let own = asked.seekers.first().map(|seeker| lens.kind(*seeker)).filter(|kind| kind.is_organization());
    let other = if sought == Kind::Enterprise { Kind::Institute } else { Kind::Enterprise };
    let seeking = own.unwrap_or(other);
    let key = format!("ground/{}/{}/{}", lens.day.0, seeking.row().name, sought.row().name);
    let made = view.memos().get(view.state().sequence(), &key, || {
        let budget = Budget::new(limits.ground_rows);
        let all = Lens::new(view.state(), lens.day, Rights::of(Role::Public), &budget);
        let ground = Ground::of(&all, seeking, sought);
        (!budget.is_spent()).then(|| Arc::new(ground))
    })?;
    Option::clone(&made)
}

/// The wish, with what speaks of it.
pub fn wish(
    lens: &Lens<'_>,
    index: &SearchIndex,
    limits: &Limits,
    weights: &Weights,
    asked: &Asked,
    ground: Option<&Ground>,
) -> Result<Wish, SearchError> {
    let rich = ground.filter(|ground| ground.works.len() as f64 >= weights.get("ground.least"));
    let (mut text, mut past) = (None, Vec::new());
    if !asked.text.trim().is_empty() {
        let mut documents = vec![Kind::Achievement, Kind::Platform];
        if rich.is_none() {
            documents.extend(&asked.kinds);
        }
        if asked.kinds.contains(&Kind::Enterprise) {
            documents.push(Kind::Demand);
        }
        let mut all = told(lens, index.similar(lens, &asked.text, &documents, limits.evidence_documents)?);
        if let Some(ground) = rich {
            let words = SearchIndex::words_in(&asked.text).into_iter().map(|word| (word, 1.0)).collect();
            all.extend(works(lens, index, limits.evidence_works, ground, &words)?);
        }
        text = Some(all);
    }
    if let Some(ground) = rich {
        past = works(lens, index, limits.past_works, ground, &past_words(lens, ground, &asked.seekers))?;
    }
    Ok(Wish { seekers: asked.seekers.clone(), about: asked.about.clone(), text, past })
}

fn told(lens: &Lens<'_>, found: Vec<crate::search::TextHit>) -> Vec<TextEvidence> {
    lens.budget().spend(u64::try_from(found.len()).unwrap_or(u64::MAX));
    found.into_iter().map(|hit| TextEvidence { document: hit.node, score: hit.score, words: hit.words }).collect()
}

/// The joint works that share words.
fn works(
    lens: &Lens<'_>,
    index: &SearchIndex,
    limit: usize,
    ground: &Ground,
    words: &WeighedWords,
) -> Result<Vec<TextEvidence>, SearchError> {
    let documents: Vec<EntityRow> = ground.works.iter().map(|work| work.row).collect();
    let place = |number| ground.work(number);
    let corpus = Corpus { documents: &documents, place: &place, limit };
    Ok(told(lens, index.votes(words, &corpus)?))
}

/// The words of the works that somebody took part in, those of late counting more.
fn past_words(lens: &Lens<'_>, ground: &Ground, seekers: &[EntityRow]) -> WeighedWords {
    let mut words = WeighedWords::new();
    for actor in seekers.iter().filter_map(|row| ground.actor(*row)) {
        for work in ground.works_of(actor) {
            let Some(work) = ground.works.get(*work as usize) else { continue };
            for word in SearchIndex::words_in(&own_words(lens, work.row, true)) {
                *words.entry(word).or_default() += 1.0 / (1.0 + work.years / HALF_AFTER);
            }
        }
    }
    words
}

/// The words a node says of itself: its keywords and running texts, and its title where it has one.
pub fn own_words(lens: &Lens<'_>, node: EntityRow, with_title: bool) -> String {
    let mut words = Vec::new();
    if with_title {
        words.push(lens.name(node).to_owned());
    }
    let attributes = lens.kind(node).row().attributes.iter().filter(|attribute| attribute.text != TextWeight::None);
    for value in attributes.filter_map(|attribute| lens.value(node, attribute)) {
        match value {
            Value::Text(text) => words.push(text.clone()),
            Value::Texts(texts) => words.extend(texts.iter().cloned()),
            _ => {}
        }
    }
    words.join("\n")
}
