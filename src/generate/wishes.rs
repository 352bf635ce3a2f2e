//! Hidden partners and decoys: who would suit a demand, decided before anybody looks for it, and who
//! only seems to. Shares nothing with `matching`.

use super::Style;
use super::chance::{Chance, For};
use super::city::{City, NOWHERE, Who};
use super::words::words;

/// Achievements a wish that speak its words in another field.
pub(super) const RIVALS: usize = 12;

/// Firms that are tried until one has an institute of its trade.
const TRIES: usize = 40;

/// A demand whose best partner is known.
#[derive(Clone, Debug)]
pub(super) struct Wish {
    /// The firm that asks.
    pub firm: usize,
    /// The institute that would suit it, by its number among institutes.
    pub partner: usize,
    /// The object, by its number in the family of the firm.
    pub object: usize,
    /// Two methods, by number.
    pub methods: (usize, usize),
    /// Somebody who works with both; none where the firm works with nobody.
    pub third: Option<u32>,
    /// Institutes of other fields that speak its words.
    pub rivals: Vec<usize>,
}

/// Choose firms and partners; where a third party is planted, its tie is added.
pub(super) fn plant(city: &mut City, ranked: &[u32]) -> Vec<Wish> {
    let mut ties: Vec<Option<u32>> = vec![None; city.size.firms];
    let mut partners = vec![0_u32; city.size.organizations];
    for (left, right) in &city.edges.list {
        for (one, other) in [(*left, *right), (*right, *left)] {
            partners[one as usize] += 1;
            if (one as usize) < city.size.firms {
                ties[one as usize] = Some(other);
            }
        }
    }
    let warm: Vec<usize> = ranked
        .iter()
        .map(|organization| *organization as usize)
        .filter(|number| matches!(city.who(*number), Who::Firm(_)) && (1..=3).contains(&partners[*number]))
        .collect();
    let cold: Vec<usize> =
        (0..city.size.plain_firms()).filter(|firm| partners[*firm] == 0 && city.county(*firm).is_some()).collect();
    let mut wishes = Vec::with_capacity(city.size.wishes);
    let mut taken = std::collections::BTreeSet::new();
    for number in 0..city.size.wishes {
        let mut chance = Chance::new(city.plan.seed, For::Wish, number);
        let pool = if number % 2 == 0 && !cold.is_empty() { &cold } else { &warm };
        // A firm asks once, so that what is planted for one demand is not planted against another; in a
        // small city not every trade has an institute.
        let found = (0..TRIES).find_map(|_| {
            let firm = pool[chance.below(pool.len())];
            let partner = if taken.contains(&firm) { None } else { partner(city, firm, &mut chance) };
            partner.map(|partner| (firm, partner))
        });
        let Some((firm, partner)) = found else { continue };
        taken.insert(firm);
        let node = u32::try_from(city.size.firms + partner).unwrap_or(NOWHERE);
        // A gadget must keep the only ties it has, or its bridges are none.
        let is_free = |third: &u32| {
            let third = *third as usize;
            third < city.size.plain_firms() || third >= city.size.firms
        };
        let third = ties[firm].filter(|third| *third != node).filter(is_free);
        if let Some(third) = third {
            city.edges.join(third, node);
        }
        let methods = words().sentences(Style::A).methods.len();
        let first = chance.below(methods);
        let second = (first + 1 + chance.below(methods - 1)) % methods;
        let rivals = rivals(city, firm, partner, &mut chance);
        let object = chance.below(words().families[city.family_number(firm)].objects.len());
        wishes.push(Wish { firm, partner, object, methods: (first, second), third, rivals });
    }
    wishes
}

/// An institute of the firm's family, not yet its partner.
fn partner(city: &City, firm: usize, chance: &mut Chance) -> Option<usize> {
    let family = city.family_number(firm);
    let node = |institute: usize| city.size.firms + institute;
    let same: Vec<usize> = (0..city.size.institutes)
        .filter(|institute| city.family_number(node(*institute)) == family)
        .filter(|institute| {
            let (left, right) = (u32::try_from(firm), u32::try_from(node(*institute)));
            matches!((left, right), (Ok(left), Ok(right)) if !city.edges.has(left, right))
        })
        .collect();
    (!same.is_empty()).then(|| same[chance.below(same.len())])
}

/// Institutes whose field is another one at its first level.
fn rivals(city: &City, firm: usize, partner: usize, chance: &mut Chance) -> Vec<usize> {
    let field = |organization: usize| top_field(city, organization);
    let mut found = Vec::new();
    for _ in 0..RIVALS * 4 {
        let institute = chance.below(city.size.institutes);
        let wrong = field(city.size.firms + institute) != field(firm);
        if wrong && institute != partner && !found.contains(&institute) {
            found.push(institute);
        }
        if found.len() == RIVALS {
            break;
        }
    }
    found
}

/// The field of an organisation at the first level: `HT8:6`.
pub(super) fn top_field(city: &City, organization: usize) -> &'static str {
    let field = city.family(organization).field;
    field.get(..5).unwrap_or(field)
}

/// How an object is named: by those who ask, and by those who know.
pub(super) fn object_words(city: &City, wish: &Wish) -> (&'static str, &'static str) {
    let (asked, known) = words().families[city.family_number(wish.firm)].objects[wish.object];
    match city.plan.style {
        Style::A => (asked, known),
        Style::B => (asked, asked),
    }
}
