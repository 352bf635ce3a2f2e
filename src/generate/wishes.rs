//! Hidden partners and decoys: who would suit a demand, decided before anybody looks for it, and who
//! only seems to. Shares nothing with `matching`.

use super::chance::{Chance, For};
use super::city::{City, NOWHERE, Who};
use super::words::words;
use super::{Style, Variant};

/// Achievements a wish that speak its words in another field.
pub(super) const RIVALS: usize = 12;

/// Firms that are tried until one has an institute of its trade.
const TRIES: usize = 40;

/// Ties that are planted for the wishes of a dense city, all of them between communities.
pub(super) fn planted_ties(wishes: usize) -> usize {
    wishes * (RIVALS + 1)
}

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
    let near = near_institutes(city);
    let mut partners = vec![0_u32; city.size.organizations];
    let mut thirds: Vec<Option<u32>> = vec![None; city.size.firms];
    for (left, right) in &city.edges.list {
        for (one, other) in [(*left as usize, *right), (*right as usize, *left)] {
            partners[one] += 1;
            let better = |known: u32| near[other as usize] > near[known as usize];
            if one < city.size.firms && may_introduce(city, other as usize) && thirds[one].is_none_or(better) {
                thirds[one] = Some(other);
            }
        }
    }
    let warm = warm_firms(city, ranked, &partners, |firm| thirds[firm].map_or(0, |third| near[third as usize]));
    let cold: Vec<usize> =
        (0..city.size.plain_firms()).filter(|firm| partners[*firm] == 0 && city.county(*firm).is_some()).collect();
    let mut wishes = Vec::with_capacity(city.size.wishes);
    let mut taken = std::collections::BTreeSet::new();
    for number in 0..city.size.wishes {
        let mut chance = Chance::new(city.plan.seed, For::Wish, number);
        let pool = if number.is_multiple_of(2) && !cold.is_empty() { &cold } else { &warm };
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
        let third = thirds[firm].filter(|third| *third != node);
        let methods = words().sentences(Style::A).methods.len();
        let first = chance.below(methods);
        let second = (first + 1 + chance.below(methods - 1)) % methods;
        let rivals = rivals(city, firm, partner, &mut chance);
        if let Some(third) = third {
            city.edges.join(third, node);
            // Where everybody knows somebody, who knows the third party knows the rivals as well.
            let known = if city.plan.variant == Variant::Dense { rivals.as_slice() } else { &[] };
            for rival in known {
                city.edges.join(third, u32::try_from(city.size.firms + rival).unwrap_or(NOWHERE));
            }
        }
        let object = chance.below(words().families[city.family_number(firm)].objects.len());
        wishes.push(Wish { firm, partner, object, methods: (first, second), third, rivals });
    }
    wishes
}

/// Institutes that each organisation works with.
fn near_institutes(city: &City) -> Vec<u32> {
    let mut near = vec![0; city.size.organizations];
    for (left, right) in &city.edges.list {
        for (one, other) in [(*left as usize, *right as usize), (*right as usize, *left as usize)] {
            near[one] += u32::from(matches!(city.who(other), Who::Institute(_)));
        }
    }
    near
}

/// A gadget must keep the only ties it has, or its bridges are none.
fn may_introduce(city: &City, organization: usize) -> bool {
    organization < city.size.plain_firms() || organization >= city.size.firms
}

/// Firms with few partners, one of whom works with many institutes: that they share somebody says
/// little by itself. Those whose third party knows the most institutes, several for each wish.
fn warm_firms(city: &City, ranked: &[u32], partners: &[u32], known: impl Fn(usize) -> u32) -> Vec<usize> {
    let few = |firm: &usize| matches!(city.who(*firm), Who::Firm(_)) && (1..=4).contains(&partners[*firm]);
    let mut warm: Vec<usize> = ranked.iter().map(|organization| *organization as usize).filter(few).collect();
    warm.sort_by_key(|firm| std::cmp::Reverse(known(*firm)));
    warm.truncate(city.size.wishes * 4);
    warm
}

/// An institute of the firm's family, not yet its partner: of another community where there is one, so
/// that the firm's partners are not its partners too.
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
    let far = |institute: &usize| city.community[node(*institute)] != city.community[firm];
    let elsewhere: Vec<usize> = same.iter().copied().filter(far).collect();
    let pool = if elsewhere.is_empty() { &same } else { &elsewhere };
    (!pool.is_empty()).then(|| pool[chance.below(pool.len())])
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
