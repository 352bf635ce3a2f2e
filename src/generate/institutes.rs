//! Institutes and other organisations: universities, laboratories, hospitals; offices, banks, managers
//! of funds, agencies, associations, teams.

use std::io;

use super::Sink;
use super::chance::{Chance, For, Order, at_share};
use super::city::City;
use super::code::credit_code;
use super::dates::Day;
use super::names::{self, MARK, Name};
use super::places::seat;
use super::text;
use super::wishes::top_field;
use super::words::words;

/// Weight and number of names of an institute.
const NAMES: &[(usize, usize)] = &[(140, 1), (320, 2), (280, 3), (130, 4), (60, 5), (32, 6), (14, 7), (20, 8), (4, 9)];

/// What an other organisation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Body {
    Government,
    Manager,
    Bank,
    Service,
    Association,
    Team,
    Rest,
}

impl Body {
    fn code(self) -> &'static str {
        match self {
            Body::Government => "GOVERNMENT",
            Body::Manager => "FUND_MANAGER",
            Body::Bank => "BANK",
            Body::Service => "SERVICE",
            Body::Association => "ASSOCIATION",
            Body::Team => "TEAM",
            Body::Rest => "OTHER",
        }
    }
}

/// Who comes after the offices, managers and banks, round and round.
const TURNS: [Body; 5] = [Body::Service, Body::Team, Body::Association, Body::Service, Body::Rest];

/// Which body the n-th other organisation is: offices, managers (one a fund) and two banks first.
pub(super) fn body(city: &City, other: usize) -> Body {
    let offices = city.size.offices();
    let runners = fund_runners(city);
    match other {
        number if number < offices => Body::Government,
        number if number < offices + runners => Body::Manager,
        number if number < offices + runners + 2 => Body::Bank,
        number => TURNS[(number - offices - runners - 2) % TURNS.len()],
    }
}

/// Managers of funds: one for two funds, and room left for everybody else.
pub(super) fn fund_runners(city: &City) -> usize {
    (city.size.funds / 2).min(city.size.others / 4)
}

/// The number of an other organisation of a sort, the n-th of them round and round.
pub(super) fn nth(city: &City, wanted: Body, number: usize) -> usize {
    let offices = city.size.offices();
    let first = match wanted {
        Body::Government => return number % offices,
        Body::Manager => return offices + number % fund_runners(city),
        Body::Bank => return offices + fund_runners(city) + number % 2,
        _ => offices + fund_runners(city) + 2,
    };
    let place = TURNS.iter().position(|body| *body == wanted).unwrap_or(0);
    let rounds = ((city.size.others - first) / TURNS.len()).max(1);
    first + number % rounds * TURNS.len() + place
}

/// Write all of them.
pub(super) fn write(city: &City, sink: &mut dyn Sink) -> io::Result<()> {
    for institute in 0..city.size.institutes {
        let name = names::institute(city, institute);
        row(city, sink, institute, &name)?;
        other_names(city, sink, institute, &name)?;
        around(city, sink, city.size.firms + institute)?;
    }
    for other in 0..city.size.others {
        other_organization(city, sink, other)?;
        around(city, sink, city.size.firms + city.size.institutes + other)?;
    }
    Ok(())
}

fn row(city: &City, sink: &mut dyn Sink, institute: usize, name: &Name) -> io::Result<()> {
    let organization = city.size.firms + institute;
    let key = city.key(organization);
    let mut chance = Chance::new(city.plan.seed, For::Institute, institute);
    let kind = match name.suffix {
        "大学" | "学院" | "学校" => "UNIVERSITY",
        "医院" => "HOSPITAL",
        "重点实验室" | "实验室" => "SUBUNIT",
        "有限公司" => "NEW_RD_INSTITUTION",
        _ => "RESEARCH_INSTITUTE",
    };
    let level = chance.pick(&["NATIONAL", "PROVINCIAL", "PROVINCIAL", "MUNICIPAL", "COUNTY", "NONE"]);
    let founded = Day::of(chance.within(1950, 2016), chance.within(1, 13), 1);
    let subject = text::drawn(city, city.family(organization), &mut chance);
    let sentences = text::sentences(city);
    let expertise = if chance.per_mille(600) {
        text::compose(city, &mut chance, &subject, &[&sentences.result], &sentences.result)
    } else {
        String::new()
    };
    let place = city.place_of(organization).unwrap_or("东河");
    sink.row(
        "institutes.csv",
        &[
            &key,
            &name.to_string(),
            &if names_of(city, institute) > 1 { english(city, institute, name) } else { String::new() },
            &kind,
            &level,
            &founded,
            &expertise,
            &format!("示例{place}县学府路{}号", chance.within(1, 300)),
            &"s-names",
        ],
    )?;
    let code = credit_code("12", seat(city, organization), organization);
    sink.row("identifiers.csv", &[&format!("id-{key}-uscc"), &key, &"USCC", &code, &"s-registry"])?;
    if kind == "SUBUNIT" {
        let whole = university(city, institute);
        sink.row("part_of.csv", &[&format!("po-{key}"), &key, &city.key(city.size.firms + whole), &"s-names"])?;
    }
    if kind == "UNIVERSITY" {
        let number = format!("97{institute:08}");
        sink.row("identifiers.csv", &[&format!("id-{key}-edu"), &key, &"EDUCATION_CODE", &number, &"s-registry"])?;
    }
    Ok(())
}

/// A university near a laboratory: the next institute that is no part of another.
fn university(city: &City, laboratory: usize) -> usize {
    let next = (1..city.size.institutes).map(|step| (laboratory + step) % city.size.institutes);
    let whole = next.into_iter().find(|other| matches!(names::institute(city, *other).suffix, "大学" | "学院"));
    whole.unwrap_or((laboratory + 1) % city.size.institutes)
}

/// How many names an institute has, in measured shares.
fn names_of(city: &City, institute: usize) -> usize {
    at_share(NAMES, Order::new(city.plan.seed, For::Name, city.size.institutes).share(institute))
}

fn english(city: &City, institute: usize, name: &Name) -> String {
    let family = city.family(city.size.firms + institute).english;
    let brand = names::latin(&name.brand);
    let what = match name.suffix {
        "大学" => "University",
        "学院" => "College",
        "学校" => "School",
        "医院" => "Hospital",
        "重点实验室" => "Key Laboratory",
        "实验室" => "Laboratory",
        "有限公司" => "Research Co., Ltd.",
        "中心" => "Centre",
        "学会" => "Society",
        _ => "Institute",
    };
    format!("Demo {brand} {what} of {family} {institute}")
}

/// As many further names as the institute has; two in five of all have an acronym.
fn other_names(city: &City, sink: &mut dyn Sink, institute: usize, name: &Name) -> io::Result<()> {
    let key = city.key(city.size.firms + institute);
    let english = english(city, institute, name);
    let capitals: String = english.chars().filter(char::is_ascii_uppercase).collect();
    let bare = name.bare();
    let short: String = name.brand.chars().chain(name.suffix.chars().take(2)).collect();
    let all: [(&str, String, &str, &str); 8] = [
        ("acr", format!("{capitals}{institute}"), "en", "ALIAS"),
        ("short", format!("{MARK}{short}"), "zh", "SHORT"),
        ("former", format!("{MARK}{}专科{}", name.brand, name.suffix), "zh", "FORMER"),
        ("region", format!("{MARK}新州{bare}"), "zh", "ALIAS"),
        ("brackets", format!("{MARK}{bare}（新州）"), "zh", "ALIAS"),
        (
            "trad",
            format!("{MARK}{}", names::traditional(&bare).unwrap_or_else(|| format!("{bare}本部"))),
            "zh",
            "ALIAS",
        ),
        ("half", format!("{MARK}{bare}(新州)"), "zh", "ALIAS"),
        ("old", format!("{MARK}{}筹备处", name.brand), "zh", "FORMER"),
    ];
    // The full name and the English one are there already; one in six begins with the short name.
    let more = names_of(city, institute).saturating_sub(2);
    let skip = usize::from(more < 7 && institute.is_multiple_of(5));
    for (part, text, language, kind) in all.iter().skip(skip).take(more) {
        let to = if *kind == "FORMER" { "2012-09-01" } else { "" };
        sink.row("names.csv", &[&format!("n-{key}-{part}"), &key, text, language, kind, &"", &to, &"s-names"])?;
    }
    Ok(())
}

fn other_organization(city: &City, sink: &mut dyn Sink, other: usize) -> io::Result<()> {
    let organization = city.size.firms + city.size.institutes + other;
    let (key, sort) = (city.key(organization), body(city, other));
    let mut chance = Chance::new(city.plan.seed, For::Actor, other);
    let seed_word = words().brands[0][other % 97];
    let second = words().brands[1][other / 97 % 89];
    let brand = format!("{MARK}{seed_word}{second}");
    let trade = city.family(organization).short[other % 8];
    let name = match sort {
        Body::Government => names::office(city, other, city.size.offices()).to_string(),
        Body::Manager => format!("{brand}基金管理有限公司"),
        Body::Bank => format!("{brand}银行"),
        Body::Service => format!("{brand}{trade}科技服务中心"),
        Body::Association => format!("{brand}{trade}行业协会"),
        Body::Team => format!("{brand}{trade}创业团队"),
        Body::Rest => format!("{brand}{trade}促进会"),
    };
    let founded = Day::of(chance.within(1978, 2017), chance.within(1, 13), 1);
    let place = city.place_of(organization).unwrap_or("东河");
    let address = format!("示例{place}县和平路{}号", chance.within(1, 300));
    sink.row("other_organizations.csv", &[&key, &name, &sort.code(), &founded, &address, &"s-registry"])?;
    let class = match sort {
        Body::Team => return Ok(()),
        Body::Government => "11",
        Body::Association | Body::Rest => "51",
        _ => "91",
    };
    let code = credit_code(class, seat(city, organization), organization);
    sink.row("identifiers.csv", &[&format!("id-{key}-uscc"), &key, &"USCC", &code, &"s-registry"])
}

/// Where it is, and its field: the first level is known of everybody, the second of few.
fn around(city: &City, sink: &mut dyn Sink, organization: usize) -> io::Result<()> {
    let key = city.key(organization);
    let here = seat(city, organization);
    sink.row("located_in.csv", &[&format!("l-{key}-j"), &key, &here, &"JURISDICTION", &"", &"", &"s-registry"])?;
    let top = top_field(city, organization);
    sink.row("classified_as.csv", &[&format!("c-{key}-h"), &key, &top, &"YES", &"", &"自填", &"s-names"])?;
    if organization.is_multiple_of(6) {
        let field = city.family(organization).field;
        sink.row("classified_as.csv", &[&format!("c-{key}-2"), &key, &field, &"", &"0.7", &"自填", &"s-names"])?;
    }
    Ok(())
}
