//! Five years of certificates and of yearly figures.

use std::io;

use super::Sink;
use super::chance::{Chance, For};
use super::city::City;
use super::dates::{DAYS, Day, FIRST_YEAR, LAST_YEAR};
use super::firms::{Tier, tier};

/// A certificate as it is written.
pub(super) struct Certificate<'c> {
    pub key: &'c str,
    pub holder: &'c str,
    pub scheme: &'c str,
    pub number: &'c str,
    pub issued: Day,
    pub until: Option<Day>,
    pub status: &'c str,
    pub supersedes: &'c str,
}

/// A time as a high-tech enterprise.
struct HighTech {
    issued: Day,
    until: Day,
    revoked: bool,
}

/// Write them.
pub(super) fn write(city: &City, sink: &mut dyn Sink) -> io::Result<()> {
    for firm in 0..city.size.plain_firms() {
        let tier = tier(city, firm);
        if tier >= Tier::Small {
            small(city, sink, firm)?;
        }
        if tier >= Tier::HighTech {
            high_tech(city, sink, firm)?;
        }
        match tier {
            Tier::Leader => lists(city, sink, firm, &[("LEAD_HENAN", 2017), ("LEAD_HENAN", 2020), ("GIANT", 2018)])?,
            Tier::Giant => lists(city, sink, firm, &[("GIANT_CULTIVATION", 2017), ("GIANT", 2019)])?,
            Tier::Cultivated => lists(city, sink, firm, &[("GIANT_CULTIVATION", 2017 + firm % 4)])?,
            Tier::HighTech | Tier::Small | Tier::None => {}
        }
        if tier >= Tier::Small || firm % 50 == 2 {
            years(city, sink, firm, tier)?;
        }
    }
    for institute in (0..city.size.institutes).filter(|institute| institute.is_multiple_of(4)) {
        years(city, sink, city.size.firms + institute, Tier::Small)?;
    }
    Ok(())
}

/// Write one certificate.
pub(super) fn certificate(sink: &mut dyn Sink, given: &Certificate<'_>) -> io::Result<()> {
    let Certificate { key, holder, scheme, number, issued, until, status, supersedes } = given;
    let until = until.map(|day| day.to_string()).unwrap_or_default();
    let revoked = if *status == "REVOKED" { "2021-01-01" } else { "" };
    sink.row(
        "certifications.csv",
        &[
            key,
            holder,
            scheme,
            number,
            &"",
            &"示例新州市科学技术局",
            &"示例新州科〔2021〕9号",
            issued,
            &issued.plus(10).min(Day::new(DAYS - 1)),
            issued,
            &until,
            status,
            &revoked,
            &"",
            supersedes,
            &"s-cert",
        ],
    )
}

fn status(until: Day) -> &'static str {
    if until <= Day::new(DAYS - 1) { "EXPIRED" } else { "VALID" }
}

/// Entered anew every year, with gaps.
fn small(city: &City, sink: &mut dyn Sink, firm: usize) -> io::Result<()> {
    let holder = city.key(firm);
    for year in FIRST_YEAR..=LAST_YEAR {
        let mut chance = Chance::new(city.plan.seed, For::Record, firm * 8 + year - FIRST_YEAR);
        // Everybody is there in the last year but one, so that nobody's tier hangs on luck.
        if year == LAST_YEAR - 1 || chance.per_mille(800) {
            let (key, number) = (format!("ce-{holder}-s{year}"), format!("{year}97{firm:07}"));
            let (issued, until) = (Day::of(year, 6, 1 + firm % 28), Day::of(year + 1, 4, 1));
            let (scheme, status, supersedes) = ("SME_NATIONAL", status(until), "");
            let (holder, number, until) = (holder.as_str(), number.as_str(), Some(until));
            certificate(sink, &Certificate { key: &key, holder, scheme, number, issued, until, status, supersedes })?;
        }
    }
    Ok(())
}

/// Three years each; six in seven are renewed, some weeks late; one in fifty is taken away.
fn high_tech_times(city: &City, firm: usize) -> Vec<HighTech> {
    let mut chance = Chance::new(city.plan.seed, For::Figures, firm + 1_000_000_000);
    let mut times = Vec::new();
    let mut year = 2015 + chance.below(6);
    while year <= LAST_YEAR {
        let issued = Day::of(year, 10 + chance.below(3), 1 + firm % 28);
        times.push(HighTech { issued, until: issued.plus(1_095), revoked: chance.per_mille(20) });
        if !chance.per_mille(860) {
            break;
        }
        year += 3;
    }
    times
}

/// Is a firm a high-tech enterprise on the last day of the five years?
pub(super) fn high_tech_at_end(city: &City, firm: usize) -> bool {
    let end = Day::new(DAYS - 1);
    tier(city, firm) >= Tier::HighTech
        && high_tech_times(city, firm).iter().any(|time| time.issued <= end && end < time.until && !time.revoked)
}

fn high_tech(city: &City, sink: &mut dyn Sink, firm: usize) -> io::Result<()> {
    let holder = city.key(firm);
    let mut before = String::new();
    for (place, time) in high_tech_times(city, firm).iter().enumerate() {
        let year = time.issued.to_string()[..4].to_owned();
        let (key, number) = (format!("ce-{holder}-h{place}"), format!("GR{year}97{firm:06}"));
        let status = if time.revoked { "REVOKED" } else { status(time.until) };
        let (issued, until) = (time.issued, Some(time.until));
        certificate(
            sink,
            &Certificate {
                key: &key,
                holder: &holder,
                scheme: "HNTE",
                number: &number,
                issued,
                until,
                status,
                supersedes: &before,
            },
        )?;
        before = number;
    }
    Ok(())
}

/// Listings for three years.
fn lists(city: &City, sink: &mut dyn Sink, firm: usize, listed: &[(&str, usize)]) -> io::Result<()> {
    let holder = city.key(firm);
    for (scheme, year) in listed {
        let key = format!("ce-{holder}-{scheme}-{year}");
        let (issued, until) = (Day::of(*year, 12, 1 + firm % 28), Day::of(year + 3, 12, 1 + firm % 28));
        let (number, status, supersedes) = ("", status(until), "");
        let (holder, until) = (holder.as_str(), Some(until));
        certificate(sink, &Certificate { key: &key, holder, scheme, number, issued, until, status, supersedes })?;
    }
    Ok(())
}

/// Figures of every year, sometimes audited as well and a little different, rarely from the tax office.
fn years(city: &City, sink: &mut dyn Sink, organization: usize, tier: Tier) -> io::Result<()> {
    let mut chance = Chance::new(city.plan.seed, For::Figures, organization);
    let millions = match tier {
        Tier::None => chance.within(1, 20),
        Tier::Small => chance.within(2, 60),
        Tier::HighTech => chance.within(8, 180),
        Tier::Cultivated => chance.within(12, 95),
        Tier::Giant => chance.within(100, 190),
        Tier::Leader => chance.within(300, 4_000),
    };
    let mut revenue = millions * 1_000_000 + chance.below(1_000_000);
    let mut staff = (millions * 2 + chance.within(4, 20)).max(5);
    for year in FIRST_YEAR..=LAST_YEAR {
        if !chance.per_mille(60) {
            figures(city, sink, organization, (year, "DECLARED", revenue, staff), &mut chance)?;
            if chance.per_mille(100) {
                figures(city, sink, organization, (year, "AUDITED", revenue / 1_000 * 985, staff), &mut chance)?;
            }
            if chance.per_mille(20) {
                figures(city, sink, organization, (year, "TAX", revenue, staff), &mut chance)?;
            }
        }
        revenue = revenue / 100 * chance.within(88, 136);
        staff = (staff * chance.within(94, 115) / 100).max(5);
    }
    Ok(())
}

fn figures(
    city: &City,
    sink: &mut dyn Sink,
    organization: usize,
    (year, basis, revenue, staff): (usize, &str, usize, usize),
    chance: &mut Chance,
) -> io::Result<()> {
    let owner = city.key(organization);
    let key = format!("y-{owner}-{year}-{}", basis.to_lowercase());
    let part = |per_mille: usize| revenue / 1_000 * per_mille;
    let research = part(chance.within(25, 85));
    let (assets, debts) = (part(chance.within(900, 1_500)), chance.within(200, 650));
    let profit = part(chance.within(0, 120));
    let loss = if chance.per_mille(120) && profit > 0 { "-" } else { "" };
    let tax = if basis == "TAX" { part(40).to_string() } else { String::new() };
    sink.row(
        "year_figures.csv",
        &[
            &key,
            &owner,
            &year,
            &basis,
            &revenue,
            &part(960),
            &part(chance.within(450, 900)),
            &research,
            &(research / 100 * 96),
            &part(910),
            &format!("{loss}{profit}"),
            &(assets / 1_000 * (1_000 - debts)),
            &assets,
            &staff,
            &(staff * chance.within(6, 35) / 100),
            &chance.below(6),
            &chance.below(20),
            &chance.below(7),
            &tax,
            &part(1_020),
            &chance.pick(&["YES", "NO", "UNKNOWN"]),
            &"NO",
            &(assets / 1_000 * debts),
            &"s-figures",
        ],
    )
}
