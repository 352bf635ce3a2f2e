//! Running text: sentences of one of two styles, filled with objects, methods and trade words.

use super::chance::Chance;
use super::city::City;
use super::words::{Family, Sentences, words};

/// Of a thousand texts so many are very long, to try limits; stuffed ones are as long, two in a hundred in all.
const VERY_LONG: usize = 15;
/// Characters of a very long text: about 20 kB.
const VERY_LONG_LENGTH: usize = 6_600;

/// What a text is about.
pub(super) struct Subject<'w> {
    pub family: &'w Family,
    pub object: &'w str,
    pub methods: (&'w str, &'w str),
}

/// The sentences of the city's style.
pub(super) fn sentences(city: &City) -> &'static Sentences {
    words().sentences(city.plan.style)
}

/// A subject drawn by chance from a family; some objects come up oftener than others.
pub(super) fn drawn(city: &City, family: &'static Family, chance: &mut Chance) -> Subject<'static> {
    let objects: Vec<&str> = family.objects.iter().map(|(word, _)| *word).collect();
    let methods = &sentences(city).methods;
    Subject { family, object: chance.early(&objects), methods: (chance.early(methods), chance.early(methods)) }
}

/// A text of 80 to 400 characters, rarely a very long one. The first sentences come from `opening`,
/// one from each list, so that what must be said is said; the rest from `filling`.
pub(super) fn compose(
    city: &City,
    chance: &mut Chance,
    subject: &Subject<'_>,
    opening: &[&[&'static str]],
    filling: &[&'static str],
) -> String {
    let long = chance.per_mille(VERY_LONG);
    let length = if long { VERY_LONG_LENGTH } else { chance.within(80, 390) };
    let mut text = String::from("示例：");
    let mut count = 3;
    for list in opening {
        count += add(&mut text, chance.pick(list), subject);
    }
    while count < length {
        let own = chance.per_mille(300);
        let list = if own { sentences(city).terms.as_slice() } else { filling };
        let added = add(&mut text, chance.pick(list), subject);
        if !long && count + added > 400 {
            break;
        }
        count += added;
    }
    text
}

/// One sentence; its length in characters.
fn add(text: &mut String, sentence: &str, subject: &Subject<'_>) -> usize {
    let trade = subject.family.long[sentence.len() % 8];
    let filled = sentence
        .replace("{o}", subject.object)
        .replace("{m}", subject.methods.0)
        .replace("{n}", subject.methods.1)
        .replace("{t}", trade);
    text.push_str(&filled);
    filled.chars().count()
}
