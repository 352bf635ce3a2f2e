//! Demands and achievements: the planted ones with those that only look like them, and many others.

use std::io;

use super::chance::{Chance, For};
use super::city::City;
use super::dates::Day;
use super::names::TWIN_INSTITUTE_EVERY;
use super::text::{self, Subject};
use super::wishes::{Wish, object_words, top_field};
use super::{Sink, Style};

/// How often the words of a demand stand in an achievement that is nothing but them.
const STUFFED: usize = 1_000;

/// Write them all.
pub(super) fn write(city: &City, sink: &mut dyn Sink) -> io::Result<()> {
    let popular = popular(city);
    for (number, wish) in city.wishes.iter().enumerate() {
        planted(city, sink, (number, wish), &popular)?;
    }
    for number in 0..city.size.organizations / 100 + 12 {
        demand(city, sink, number)?;
    }
    for institute in 0..city.size.institutes {
        let organization = city.size.firms + institute;
        let count = Chance::new(city.plan.seed, For::Item, organization).within(0, 5);
        for number in 0..count {
            achievement(city, sink, organization, number)?;
        }
    }
    for firm in (0..city.size.plain_firms()).filter(|firm| firm % 33 == 1) {
        achievement(city, sink, firm, 0)?;
    }
    Ok(())
}

/// Institutes by the number of their partners, the most popular first.
fn popular(city: &City) -> Vec<usize> {
    let first = city.size.firms;
    let mut partners = vec![0_usize; city.size.institutes];
    for (left, right) in &city.edges.list {
        for one in [*left as usize, *right as usize] {
            if (first..first + partners.len()).contains(&one) {
                partners[one - first] += 1;
            }
        }
    }
    let mut ranked: Vec<usize> = (0..partners.len()).collect();
    ranked.sort_by_key(|institute| (std::cmp::Reverse(partners[*institute]), *institute));
    ranked
}

/// What a result is about, and whose it is.
struct Outcome<'r> {
    key: &'r str,
    owner: usize,
    subject: Subject<'r>,
    offer: &'r str,
    readiness: usize,
}

/// A demand with its partner and its decoys.
fn planted(city: &City, sink: &mut dyn Sink, (number, wish): (usize, &Wish), popular: &[usize]) -> io::Result<()> {
    let mut chance = Chance::new(city.plan.seed, For::Item, number + 1_000_000_000);
    let methods = &text::sentences(city).methods;
    let family = city.family(wish.firm);
    let (asked, known) = object_words(city, wish);
    let pair = (methods[wish.methods.0], methods[wish.methods.1]);
    let key = format!("d{number:05}");
    let asks = Subject { family, object: asked, methods: pair };
    wanted(city, sink, (&key, wish.firm), &asks, ("OPEN", "PUBLIC", Day::of(2022, 12, 31)), &mut chance)?;
    let partner = city.size.firms + wish.partner;
    let other = |place: usize| methods[(place + 7) % methods.len()];
    let known_by = match city.plan.style {
        Style::A => pair,
        Style::B => (other(wish.methods.0), other(wish.methods.1)),
    };
    let item = format!("w{number:05}");
    let subject = Subject { family, object: known, methods: known_by };
    result(city, sink, &Outcome { key: &item, owner: partner, subject, offer: "LICENSE|JOINT", readiness: 7 })?;
    let third = wish.third.map(|third| city.key(third as usize)).unwrap_or_default();
    let cold = if wish.third.is_none() { "YES" } else { "NO" };
    let firm = city.key(wish.firm);
    sink.row("truth/hidden_partners.csv", &[&key, &firm, &city.key(partner), &item, &third, &cold])?;
    let decoy = |candidate: usize, kind: &str, item: &str, sink: &mut dyn Sink| {
        sink.row("truth/decoys.csv", &[&key, &city.key(candidate), &kind, &item])
    };
    for (place, rival) in wish.rivals.iter().enumerate() {
        let owner = city.size.firms + rival;
        let item = format!("x{number:05}-{place}");
        // The words of the demand, said of another field.
        let subject = Subject { family: city.family(owner), object: asked, methods: pair };
        result(city, sink, &Outcome { key: &item, owner, subject, offer: "LICENSE", readiness: 6 })?;
        decoy(owner, "WORDS_OF_ANOTHER_FIELD", &item, sink)?;
    }
    let wrong = |institute: &&usize| top_field(city, city.size.firms + **institute) != top_field(city, wish.firm);
    if let Some(institute) = popular.iter().find(wrong) {
        decoy(city.size.firms + institute, "POPULAR_IN_ANOTHER_FIELD", "", sink)?;
    }
    if let (0, Some(rival)) = (number % 5, wish.rivals.last()) {
        let (owner, item) = (city.size.firms + rival, format!("s{number:05}"));
        stuffed(city, sink, (&item, owner), &asks)?;
        decoy(owner, "STUFFED", &item, sink)?;
    }
    let twin = match wish.partner % TWIN_INSTITUTE_EVERY {
        18 if wish.partner + 1 < city.size.institutes => Some(wish.partner + 1),
        19 => Some(wish.partner - 1),
        _ => None,
    };
    if let Some(twin) = twin {
        decoy(city.size.firms + twin, "NAME_TWIN", "", sink)?;
    }
    if number.is_multiple_of(4) {
        let (item, asker) = (format!("dx{number:05}"), (wish.firm + 1) % city.size.plain_firms());
        wanted(city, sink, (&item, asker), &asks, ("OPEN", "PUBLIC", Day::of(2020, 6, 30)), &mut chance)?;
        decoy(asker, "EXPIRED_ITEM", &item, sink)?;
    }
    Ok(())
}

/// One demand.
fn wanted(
    city: &City,
    sink: &mut dyn Sink,
    (key, firm): (&str, usize),
    subject: &Subject<'_>,
    (status, visibility, deadline): (&str, &str, Day),
    chance: &mut Chance,
) -> io::Result<()> {
    let sentences = text::sentences(city);
    let problem = text::compose(city, chance, subject, &[&sentences.problem, &sentences.approach], &sentences.problem);
    let indicators = format!("合格率≥{}%|寿命提高{}%", chance.within(90, 100), chance.within(10, 80));
    let kind = chance.pick(&["TECH", "TECH", "TECH", "TECH", "PLATFORM", "TALENT", "FINANCE"]);
    let published = Day(deadline.0 - 420);
    let cooperation =
        chance.pick(&["DEV_COMMISSIONED|DEV_JOINT", "DEV_JOINT", "SERVICE|CONSULTING", "LICENSE|TRANSFER"]);
    sink.row(
        "demands.csv",
        &[
            &key,
            &format!("示例{}难题求解", subject.object),
            &kind,
            &problem,
            &indicators,
            &chance.within(4, 7),
            &(chance.within(5, 300) * 10_000),
            &published,
            &deadline,
            &cooperation,
            &visibility,
            &status,
            &"s-news",
        ],
    )?;
    sink.row("has_demand.csv", &[&format!("hd-{key}"), &city.key(firm), &key, &"1", &"需求方", &"s-news"])?;
    let field = top_field(city, firm);
    sink.row("classified_as.csv", &[&format!("c-{key}"), &key, &field, &"YES", &"", &"", &"s-news"])
}

/// A demand about which nothing is planted, in every state.
fn demand(city: &City, sink: &mut dyn Sink, number: usize) -> io::Result<()> {
    const STATES: [&str; 6] = ["OPEN", "MATCHING", "SIGNED", "CLOSED", "EXPIRED", "DRAFT"];
    let mut chance = Chance::new(city.plan.seed, For::Item, number + 2_000_000_000);
    let firm = chance.below(city.size.plain_firms());
    let subject = text::drawn(city, city.family(firm), &mut chance);
    let status = STATES[number % STATES.len()];
    let visibility = chance.pick(&["PUBLIC", "PUBLIC", "PUBLIC", "ANONYMOUS", "BUREAU_ONLY"]);
    let deadline = if status == "OPEN" { Day::of(2022, 6, 30) } else { Day::of(2019 + number % 3, 6, 30) };
    wanted(city, sink, (&format!("n{number:06}"), firm), &subject, (status, visibility, deadline), &mut chance)
}

fn achievement(city: &City, sink: &mut dyn Sink, owner: usize, number: usize) -> io::Result<()> {
    let mut chance = Chance::new(city.plan.seed, For::Text, owner * 8 + number);
    let subject = text::drawn(city, city.family(owner), &mut chance);
    let key = format!("r{owner:07}-{number}");
    let offer = chance.pick(&["TRANSFER", "LICENSE", "JOINT", "EQUITY|JOINT", "NONE", "TRANSFER|LICENSE"]);
    let readiness = chance.within(2, 10);
    result(city, sink, &Outcome { key: &key, owner, subject, offer, readiness })
}

/// One achievement of one owner.
fn result(city: &City, sink: &mut dyn Sink, result: &Outcome<'_>) -> io::Result<()> {
    let sentences = text::sentences(city);
    let number = result.key.bytes().fold(0_usize, |sum, byte| sum * 31 % 1_000_003 + usize::from(byte));
    let mut chance = Chance::new(city.plan.seed, For::Text, number + 3_000_000_000);
    let subject = &result.subject;
    let list = sentences.result.as_slice();
    let text = text::compose(city, &mut chance, subject, &[list, list], &sentences.scope);
    let keywords = format!("{}|{}|{}", subject.object, subject.methods.0, subject.methods.1);
    row(city, sink, result, (&text, &keywords), &mut chance)
}

fn row(
    city: &City,
    sink: &mut dyn Sink,
    result: &Outcome<'_>,
    (text, keywords): (&str, &str),
    chance: &mut Chance,
) -> io::Result<()> {
    const KINDS: [(&str, &str, &str); 5] = [
        ("PATENT", "发明专利", "CLASS_I"),
        ("ACHIEVEMENT", "技术成果", ""),
        ("SOFTWARE", "软件", "CLASS_II"),
        ("STANDARD", "标准", ""),
        ("VARIETY", "品种", "CLASS_I"),
    ];
    let drawn = chance.below(100);
    let (kind, word, class) = KINDS[match drawn {
        0..45 => 0,
        45..80 => 1,
        80..92 => 2,
        92..97 => 3,
        _ => 4,
    }];
    let level = chance.pick(&[
        "INTERNATIONAL_LEADING",
        "INTERNATIONAL_ADVANCED",
        "DOMESTIC_LEADING",
        "DOMESTIC_ADVANCED",
        "NOT_EVALUATED",
        "NOT_EVALUATED",
    ]);
    let stage = match result.readiness {
        0..=4 => "LAB",
        5..=7 => "PILOT",
        _ => "MATURE",
    };
    let date = Day::of(chance.within(2015, 2021), chance.within(1, 13), chance.within(1, 29));
    let price = if chance.per_mille(400) { format!("{}0000", chance.within(5, 300)) } else { String::new() };
    let (key, readiness, offer) = (result.key, result.readiness, result.offer);
    let name = format!("示例{}{word}", result.subject.object);
    sink.row(
        "achievements.csv",
        &[&key, &name, &kind, &text, &keywords, &class, &readiness, &stage, &level, &date, &offer, &price, &"s-names"],
    )?;
    let owner = city.key(result.owner);
    sink.row("has_achievement.csv", &[&format!("ha-{key}"), &owner, &key, &"1", &"第一完成单位", &"s-names"])?;
    let field = top_field(city, result.owner);
    sink.row("classified_as.csv", &[&format!("c-{key}"), &key, &field, &"YES", &"", &"", &"s-names"])
}

/// The words of a demand a thousand times, and nothing else.
fn stuffed(city: &City, sink: &mut dyn Sink, (key, owner): (&str, usize), asks: &Subject<'_>) -> io::Result<()> {
    let mut chance = Chance::new(city.plan.seed, For::Text, owner + 4_000_000_000);
    let words = format!("{}{}{}", asks.object, asks.methods.0, asks.methods.1);
    let keywords = format!("{}|{}|{}", asks.object, asks.methods.0, asks.methods.1);
    let subject = Subject { family: asks.family, object: asks.object, methods: asks.methods };
    let result = Outcome { key, owner, subject, offer: "LICENSE", readiness: 6 };
    row(city, sink, &result, (&words.repeat(STUFFED), &keywords), &mut chance)
}
