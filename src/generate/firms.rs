//! Firms: what they are, where they sit, what they are called, and which of them are there twice.

use std::io;

use super::chance::{Chance, For, Order};
use super::city::City;
use super::code::credit_code;
use super::dates::Day;
use super::names::{self, MARK, Name};
use super::places::{CITY, seat};
use super::text;
use super::words::words;
use super::{Sink, dates};

/// The tier that a firm's certificates give it; each holds those of the tiers below as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Tier {
    None,
    Small,
    HighTech,
    Cultivated,
    Giant,
    Leader,
}

const ROADS: [&str; 12] = [
    "创新路",
    "科技街",
    "振兴大道",
    "工业一路",
    "文昌路",
    "青年街",
    "滨河路",
    "学府路",
    "兴业街",
    "和平路",
    "新城大道",
    "东环路",
];

/// The tier of a firm: 1,000 small technology firms to 150 high-tech ones, 100 giants, 10 leaders.
pub(super) fn tier(city: &City, firm: usize) -> Tier {
    let all = city.size.plain_firms();
    if firm >= all {
        return Tier::None;
    }
    let place = Order::new(city.plan.seed, For::Tier, all).place(firm);
    let small = city.size.firms / 10;
    let giants = (small / 10).max(3);
    let bounds = [
        ((small / 100).max(1), Tier::Leader),
        ((giants * 13 / 100).max(2), Tier::Giant),
        (giants, Tier::Cultivated),
        ((small * 15 / 100).max(5), Tier::HighTech),
        (small, Tier::Small),
    ];
    bounds.iter().find(|(bound, _)| place < *bound).map_or(Tier::None, |(_, tier)| *tier)
}

/// The day of registration.
pub(super) fn registered(city: &City, firm: usize) -> Day {
    let mut chance = Chance::new(city.plan.seed, For::Firm, firm);
    let day = Day::of(chance.within(1996, 2021), chance.within(1, 13), chance.within(1, 29));
    // A certificate needs a firm that was there before the five years.
    if tier(city, firm) > Tier::Small { Day::of(2000 + firm % 14, 1 + firm % 12, 1 + firm % 28) } else { day }
}

/// Does a firm still stand where it was registered? Whoever works with others or is certified does.
fn status(city: &City, firm: usize) -> &'static str {
    let mut chance = Chance::new(city.plan.seed, For::Outside, firm + 1);
    let works = city.community[firm] != super::city::NOWHERE || tier(city, firm) != Tier::None;
    if works || firm >= city.size.plain_firms() {
        return "ACTIVE";
    }
    match chance.below(1_000) {
        0..910 => "ACTIVE",
        910..950 => "DEREGISTERED",
        950..970 => "MOVED_OUT",
        970..985 => "SUSPENDED",
        _ => "REVOKED",
    }
}

fn address(city: &City, firm: usize) -> String {
    let mut chance = Chance::new(city.plan.seed, For::Place, firm + 1_000_000_000);
    let place = city.place_of(firm).map_or_else(|| "示例外州市".to_owned(), |county| format!("示例{county}县"));
    format!("{place}{}{}号", chance.pick(&ROADS), chance.within(1, 900))
}

/// Write all of them.
pub(super) fn write(city: &City, sink: &mut dyn Sink) -> io::Result<()> {
    for firm in 0..city.size.first_duplicate() {
        let name = names::firm(city, firm);
        row(city, sink, firm, (&city.key(firm), &name.to_string(), &name))?;
        codes(city, sink, firm)?;
        other_names(city, sink, firm, &name)?;
        places(city, sink, firm)?;
        trades(city, sink, firm)?;
    }
    duplicates(city, sink)
}

fn row(city: &City, sink: &mut dyn Sink, firm: usize, (key, written, name): (&str, &str, &Name)) -> io::Result<()> {
    let mut chance = Chance::new(city.plan.seed, For::Firm, firm + 1_000_000_000);
    let family = city.family(firm);
    let form = match name.suffix {
        "股份有限公司" => "JOINT_STOCK",
        _ if chance.per_mille(4) => "STATE_OWNED",
        _ => "LIMITED_LIABILITY",
    };
    let listed = form == "JOINT_STOCK" && chance.per_mille(40);
    let board = chance.pick(&["SSE_MAIN", "SZSE_MAIN", "SZSE_CHINEXT", "SSE_STAR", "BSE", "HKEX", "NEEQ"]);
    let listed_on = Day::new(chance.below(dates::DAYS));
    let capital = chance.pick(&["500000", "1000000", "2000000", "5000000", "10000000", "30000000", "80000000"]);
    let products = match chance.below(4) {
        0 => String::new(),
        1 => chance.pick(&family.long).to_owned(),
        _ => format!("{}|{}", chance.pick(&family.long), family.objects[chance.below(6)].0),
    };
    let scope = if chance.per_mille(200) { scope(city, firm, &mut chance) } else { String::new() };
    let origin = ["LOCAL", "LOCAL", "LOCAL", "ATTRACTED", "SPIN_OFF", "RETURNED"][chance.below(6)];
    let origin = if chance.per_mille(300) { origin } else { "" };
    let agrees = if chance.per_mille(100) { chance.pick(&["YES", "NO"]) } else { "" };
    let (board, listed_on) = if listed { (board, listed_on.to_string()) } else { ("", String::new()) };
    sink.row(
        "enterprises.csv",
        &[
            &key,
            &written,
            &form,
            &status(city, firm),
            &"YES",
            &registered(city, firm),
            &capital,
            &products,
            &scope,
            &board,
            &listed_on,
            &address(city, firm),
            &origin,
            &agrees,
            &"s-registry",
        ],
    )?;
    if listed {
        let id = format!("id-{key}-stock");
        sink.row("identifiers.csv", &[&id, &key, &"STOCK_CODE", &format!("97{firm:06}"), &"s-registry"])?;
    }
    Ok(())
}

fn scope(city: &City, firm: usize, chance: &mut Chance) -> String {
    let subject = text::drawn(city, city.family(firm), chance);
    let scope = text::sentences(city).scope.as_slice();
    text::compose(city, chance, &subject, &[scope], scope)
}

/// A credit code, with the old number where there is none.
fn codes(city: &City, sink: &mut dyn Sink, firm: usize) -> io::Result<()> {
    let key = city.key(firm);
    if firm % 53 == 31 {
        let old = format!("97{firm:013}");
        return sink.row("identifiers.csv", &[&format!("id-{key}-old"), &key, &"OLD_REG_NO", &old, &"s-registry"]);
    }
    // Six in ten were registered where they are; the others elsewhere in the province.
    let here = firm % 10 < 6;
    let region = if here { seat(city, firm) } else { 970_201 + u32::try_from(firm % 9).unwrap_or(0) };
    let code = credit_code("91", region, firm);
    sink.row("identifiers.csv", &[&format!("id-{key}-uscc"), &key, &"USCC", &code, &"s-registry"])
}

/// Short names of one in five; former ones, brackets and traditional characters of one in a hundred each.
fn other_names(city: &City, sink: &mut dyn Sink, firm: usize, name: &Name) -> io::Result<()> {
    let key = city.key(firm);
    let mut put = |part: &str, text: &str, kind: &str, (from, to): (&str, &str)| {
        let row = format!("n-{key}-{part}");
        sink.row("names.csv", &[&row, &key, &text, &"zh", &kind, &from, &to, &"s-names"])
    };
    let always = ("", "");
    if firm.is_multiple_of(5) {
        let share = Order::new(city.plan.seed, For::Short, city.size.firms.div_ceil(5)).share(firm / 5);
        put("short", &names::short(name, share), "SHORT", always)?;
    }
    match firm % 100 {
        23 => {
            let former = format!("{MARK}{}{}{}", name.brand, former_trade(city, firm), name.suffix);
            let (from, to) = (registered(city, firm).to_string(), "2021-06-01".to_owned());
            put("former", &former, "FORMER", (&from, &to))?;
            sink.row("truth/renamed.csv", &[&key, &former])?;
        }
        41 => put("half", &format!("{MARK}{}({}){}", name.brand, "新州", name.suffix), "ALIAS", always)?,
        42 => put("full", &format!("{MARK}{}（新州）{}", name.brand, name.suffix), "ALIAS", always)?,
        61 => {
            if let Some(written) = names::traditional(&name.bare()) {
                put("trad", &format!("{MARK}{written}"), "ALIAS", always)?;
            }
        }
        _ => {}
    }
    if names::is_twin(city, firm) {
        sink.row("truth/twins.csv", &[&key, &city.key(firm - 1), &name.brand])?;
    }
    Ok(())
}

/// A former name was that of another trade.
fn former_trade(city: &City, firm: usize) -> String {
    let families = &words().families;
    format!("{}贸易", families[(city.family_number(firm) + 1) % families.len()].short[firm % 8])
}

/// Where it belongs, and for some where it is registered or works. One in a hundred has moved.
fn places(city: &City, sink: &mut dyn Sink, firm: usize) -> io::Result<()> {
    let (key, here) = (city.key(firm), seat(city, firm));
    let mut put = |part: &str, region: u32, role: &str, (since, until): (&str, &str)| {
        let row = format!("l-{key}-{part}");
        sink.row("located_in.csv", &[&row, &key, &region, &role, &since, &until, &"s-registry"])
    };
    let moved = firm % 100 == 77 && registered(city, firm) < Day::of(2018, 1, 1);
    if moved {
        let before = if here == super::places::county_code(0) { here + 1 } else { here - 1 };
        let before = if city.county(firm).is_some() { before } else { CITY };
        put("j0", before, "JURISDICTION", ("", "2019-07-01"))?;
        put("j", here, "JURISDICTION", ("2019-07-01", ""))?;
    } else {
        put("j", here, "JURISDICTION", ("", ""))?;
    }
    match firm % 25 {
        3 => put("r", here, "REGISTERED", ("", "")),
        5 => put("o", CITY, "OPERATING", ("", "")),
        7 => put("t", here, "TAX", ("", "")),
        9 => put("s", here, "STAT", ("", "")),
        _ => Ok(()),
    }
}

/// Family and industry; the national field is known of two in three alone.
fn trades(city: &City, sink: &mut dyn Sink, firm: usize) -> io::Result<()> {
    let (key, family) = (city.key(firm), city.family(firm));
    let own = format!("SYN_FIELD:F{:02}", city.family_number(firm) + 1);
    let industry = format!("GBT4754_2017:{}", city.industry(firm));
    let basis = "登记的行业";
    sink.row("classified_as.csv", &[&format!("c-{key}-i"), &key, &industry, &"YES", &"", &basis, &"s-registry"])?;
    sink.row("classified_as.csv", &[&format!("c-{key}-f"), &key, &own, &"", &"1", &"", &"s-registry"])?;
    if firm % 3 != 1 {
        let to = family.field;
        sink.row("classified_as.csv", &[&format!("c-{key}-h"), &key, &to, &"", &"0.8", &"自填", &"s-yearreport"])?;
    }
    Ok(())
}

/// Entries of firms that are there already, under a name that differs a little.
fn duplicates(city: &City, sink: &mut dyn Sink) -> io::Result<()> {
    let order = Order::new(city.plan.seed, For::Short, city.size.plain_firms());
    for number in 0..city.size.duplicates {
        let (entry, same) = (city.size.first_duplicate() + number, order.place(number));
        let name = names::firm(city, same);
        let bare = name.bare();
        let (written, difference) = match number % 6 {
            0 => (bare.replace("有限公司", "有限责任公司"), "LEGAL_FORM"),
            1 => (format!("{} {}", name.place.clone() + &name.brand, name.trade.clone() + name.suffix), "SPACE"),
            2 => (names::traditional(&bare).unwrap_or_else(|| format!("{bare}本部")), "TRADITIONAL"),
            3 => (format!("新州市{bare}"), "REGION"),
            4 => (format!("{}（新州）{}{}", name.brand, name.trade, name.suffix), "BRACKETS"),
            _ => {
                let shorter: String = name.trade.chars().take(name.trade.chars().count() - 1).collect();
                (format!("{}{}{shorter}{}", name.place, name.brand, name.suffix), "LEFT_OUT")
            }
        };
        let key = city.key(entry);
        row(city, sink, same, (&key, &format!("{MARK}{written}"), &Name { suffix: "有限公司", ..name }))?;
        let here = seat(city, same);
        sink.row("located_in.csv", &[&format!("l-{key}-j"), &key, &here, &"JURISDICTION", &"", &"", &"s-registry"])?;
        sink.row("truth/duplicates.csv", &[&key, &city.key(same), &difference])?;
    }
    Ok(())
}
