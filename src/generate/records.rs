//! What the bureau keeps: registers, applications, rewards, work, activities, feedback; figures of
//! carriers and clusters; statements that contradict one another.

use std::io;

use super::Sink;
use super::chance::{Chance, For};
use super::city::City;
use super::dates::{DAYS, Day, FIRST_YEAR, LAST_YEAR};
use super::figures::high_tech_at_end;
use super::firms::{Tier, tier};
use super::institutes::{Body, nth};
use super::places::{COUNTIES, county_code};

/// Write them.
pub(super) fn write(city: &City, sink: &mut dyn Sink) -> io::Result<()> {
    for firm in 0..city.size.plain_firms() {
        let tier = tier(city, firm);
        if tier >= Tier::Small {
            let mut chance = Chance::new(city.plan.seed, For::Record, firm + 1_000_000_000);
            registers(city, sink, firm, &mut chance)?;
            application(city, sink, firm, &mut chance)?;
            rewards(city, sink, firm, &mut chance)?;
            work(city, sink, firm, &mut chance)?;
        }
        if firm % 200 == 12 {
            financing(city, sink, firm)?;
        }
        if firm % 100 == 31 {
            statement(city, sink, firm)?;
        }
    }
    clusters(city, sink)?;
    activities(city, sink)?;
    feedback(city, sink)
}

fn other(city: &City, body: Body, number: usize) -> String {
    city.key(city.size.firms + city.size.institutes + nth(city, body, number))
}

/// The reserve library and the base database, with entries, exits and their reasons.
fn registers(city: &City, sink: &mut dyn Sink, firm: usize, chance: &mut Chance) -> io::Result<()> {
    let owner = city.key(firm);
    let from = Day::new(chance.below(DAYS - 500));
    if firm.is_multiple_of(3) {
        let left = chance.per_mille(400);
        let reason = if left { chance.pick(&["CERTIFIED", "UNFIT", "WITHDRAWN", "MOVED_OUT"]) } else { "" };
        let to = if left { from.plus(chance.within(90, 480)).to_string() } else { String::new() };
        let (key, note) = (format!("re-{owner}"), chance.pick(&["知识产权数量不足", "研发费用归集不全", ""]));
        sink.row("register_entries.csv", &[&key, &owner, &"HNTE_RESERVE", &"", &reason, &note, &from, &to, &"s-work"])?;
    }
    if firm.is_multiple_of(2) {
        let key = format!("rb-{owner}");
        sink.row("register_entries.csv", &[&key, &owner, &"SME_BASE", &"", &"", &"", &from, &"", &"s-work"])?;
    }
    Ok(())
}

fn application(city: &City, sink: &mut dyn Sink, firm: usize, chance: &mut Chance) -> io::Result<()> {
    let certified = high_tech_at_end(city, firm);
    if !certified && !firm.is_multiple_of(5) {
        return Ok(());
    }
    let owner = city.key(firm);
    let year = chance.within(FIRST_YEAR, LAST_YEAR + 1);
    let stage = if certified {
        "DECIDED"
    } else {
        chance.pick(&["DECIDED", "COUNTY_REVIEW", "RECOMMENDED", "PUBLICITY", "DRAFT", "WITHDRAWN"])
    };
    let (result, reason) = match (stage, certified) {
        ("DECIDED", true) => ("APPROVED", ""),
        ("DECIDED", false) => ("REJECTED", "研发费用占比不足（示例）"),
        _ => ("", ""),
    };
    let decided = if stage == "DECIDED" { Day::of(year, 12, 1).to_string() } else { String::new() };
    let agency = if firm.is_multiple_of(4) { other(city, Body::Service, firm) } else { String::new() };
    let (from, to, submitted) = (Day::of(year, 5, 1), Day::of(year, 9, 30), Day::of(year, 7, 1 + firm % 28));
    sink.row(
        "applications.csv",
        &[
            &format!("ap-{owner}"),
            &owner,
            &"HNTE",
            &format!("{year}年第一批"),
            &from,
            &to,
            &stage,
            &result,
            &submitted,
            &decided,
            &reason,
            &agency,
            &"s-work",
        ],
    )
}

fn rewards(city: &City, sink: &mut dyn Sink, firm: usize, chance: &mut Chance) -> io::Result<()> {
    if !high_tech_at_end(city, firm) && !firm.is_multiple_of(9) {
        return Ok(());
    }
    let owner = city.key(firm);
    let granted = Day::new(chance.below(DAYS - 200));
    let paid = if chance.per_mille(700) { granted.plus(chance.within(30, 200)).to_string() } else { String::new() };
    let (kind, title) = chance_pair(chance);
    let (key, amount) = (format!("ho-{owner}"), chance.within(1, 40) * 50_000);
    let level = chance.pick(&["PROVINCIAL", "MUNICIPAL", "COUNTY"]);
    sink.row("honors.csv", &[&key, &owner, &kind, &title, &level, &amount, &granted, &paid, &"HNTE", &"s-work"])
}

fn chance_pair(chance: &mut Chance) -> (&'static str, &'static str) {
    const HONORS: [(&str, &str); 3] = [
        ("REWARD", "高新技术企业奖补（示例）"),
        ("COMMENDATION", "科技创新先进单位（示例）"),
        ("CONTEST_PRIZE", "创新创业大赛二等奖（示例）"),
    ];
    HONORS[chance.below(HONORS.len())]
}

fn work(city: &City, sink: &mut dyn Sink, firm: usize, chance: &mut Chance) -> io::Result<()> {
    const KINDS: [(&str, &str); 5] = [
        ("ADVISER_ASSIGNMENT", "后备企业一对一帮扶（示例）"),
        ("EXPRESS_REQUEST", "直通车诉求（示例）"),
        ("LEDGER_TASK", "台账任务（示例）"),
        ("SUPERVISION", "督查问题（示例）"),
        ("IP_GREEN_CHANNEL", "知识产权绿色通道（示例）"),
    ];
    if firm % 4 != 1 {
        return Ok(());
    }
    let (kind, title) = KINDS[chance.below(KINDS.len())];
    let owner = city.key(firm);
    let opened = Day::new(chance.below(DAYS - 120));
    let status = chance.pick(&["OPEN", "WAITING", "DONE"]);
    let done = if status == "DONE" { opened.plus(chance.within(10, 110)).to_string() } else { String::new() };
    let log = format!("{} 上门走访|{} 电话联系", opened.plus(3), opened.plus(40));
    let department = other(city, Body::Government, firm);
    let (key, due) = (format!("wi-{owner}"), opened.plus(60));
    let outcome = if status == "DONE" { "已解决（示例）" } else { "" };
    sink.row(
        "work_items.csv",
        &[&key, &owner, &kind, &title, &department, &opened, &due, &done, &status, &log, &outcome, &"s-work"],
    )
}

fn financing(city: &City, sink: &mut dyn Sink, firm: usize) -> io::Result<()> {
    let mut chance = Chance::new(city.plan.seed, For::Record, firm + 2_000_000_000);
    let instrument = chance.pick(&["BOND", "TRUST", "CAPITAL_INCREASE", "IPO", "GUARANTEE", "TECH_LOAN"]);
    let (owner, day) = (city.key(firm), Day::new(chance.below(DAYS)));
    let (key, amount) = (format!("fi-{owner}"), chance.within(1, 90) * 1_000_000);
    sink.row("financings.csv", &[&key, &owner, &instrument, &amount, &day, &"第一期", &"s-registry"])
}

/// Two sources, two sums: the yearly report against the register.
fn statement(city: &City, sink: &mut dyn Sink, firm: usize) -> io::Result<()> {
    let owner = city.key(firm);
    let capital = (firm % 17 + 1) * 1_000_000;
    sink.row(
        "statements.csv",
        &[
            &format!("st-{owner}"),
            &owner,
            &"registeredCapital",
            &capital,
            &"2019-06-01",
            &"s-yearreport",
            &"DECLARED",
            &"企业年报",
            &"700",
        ],
    )
}

/// Figures of a carrier, year by year.
pub(super) fn carrier_years(
    city: &City,
    sink: &mut dyn Sink,
    carrier: usize,
    (key, area, seats): (&str, usize, usize),
) -> io::Result<()> {
    let mut chance = Chance::new(city.plan.seed, For::Figures, carrier + 2_000_000_000);
    let mut graduates = chance.below(10);
    for year in FIRST_YEAR..=LAST_YEAR {
        let (incubatees, new) = (chance.within(5, 80), chance.within(1, 20));
        graduates += chance.below(8);
        let (row, grade) = (format!("cf-{key}-{year}"), chance.pick(&["A", "B", "B", "C", "D"]));
        let fund = chance.within(1, 30) * 100_000;
        sink.row(
            "carrier_figures.csv",
            &[&row, &key, &year, &"STAT", &area, &seats, &incubatees, &graduates, &new, &fund, &grade, &"s-figures"],
        )?;
    }
    Ok(())
}

fn clusters(city: &City, sink: &mut dyn Sink) -> io::Result<()> {
    let members = city.members();
    for (cluster, list) in members.iter().enumerate() {
        let mut chance = Chance::new(city.plan.seed, For::Figures, cluster + 3_000_000_000);
        let mut output = (list.len() + 1) * chance.within(10, 60) * 1_000_000;
        for year in FIRST_YEAR..=LAST_YEAR {
            let key = format!("k{cluster:05}");
            let row = format!("clf-{key}-{year}");
            let high = list.len() / 20 + chance.below(3);
            sink.row("cluster_figures.csv", &[&row, &key, &year, &"STAT", &output, &list.len(), &high, &"s-figures"])?;
            output = output / 100 * chance.within(96, 118);
        }
    }
    Ok(())
}

/// Two to five activities a county and year.
fn activities(city: &City, sink: &mut dyn Sink) -> io::Result<()> {
    const KINDS: [(&str, &str); 5] = [
        ("TRAINING", "高企申报培训（示例）"),
        ("CONTEST", "创新创业大赛（示例）"),
        ("MATCHMAKING", "产学研对接会（示例）"),
        ("MEETING", "工作推进会（示例）"),
        ("BRIEFING", "政策宣讲（示例）"),
    ];
    for county in 0..COUNTIES.len() {
        for year in FIRST_YEAR..=LAST_YEAR {
            let mut chance = Chance::new(city.plan.seed, For::Record, county * 100 + year + 3_000_000_000);
            for number in 0..chance.within(2, 6) {
                let (kind, title) = KINDS[chance.below(KINDS.len())];
                let (region, day) = (county_code(county), Day::of(year, 1 + chance.below(12), 1 + chance.below(28)));
                let mut guests: Vec<String> = Vec::new();
                for _ in 0..chance.within(2, 12) {
                    let guest = city.key(chance.below(city.size.plain_firms()));
                    if !guests.contains(&guest) {
                        guests.push(guest);
                    }
                }
                let key = format!("ac-{region}-{year}-{number}");
                let topic = if kind == "TRAINING" { "SCHEME:HNTE" } else { "" };
                sink.row(
                    "activities.csv",
                    &[&key, &region, &kind, &title, &day, &guests.join("|"), &"", &topic, &"s-work"],
                )?;
            }
        }
    }
    Ok(())
}

/// What became of some recommendations: never of the planted partners, which must be found.
fn feedback(city: &City, sink: &mut dyn Sink) -> io::Result<()> {
    for (number, wish) in city.wishes.iter().enumerate() {
        let mut chance = Chance::new(city.plan.seed, For::Record, number + 4_000_000_000);
        let Some(rival) = wish.rivals.first().filter(|_| number.is_multiple_of(3)) else { continue };
        let decision = chance.pick(&["VIEWED", "REJECTED", "REJECTED", "CONTACTED"]);
        let reason = if decision == "REJECTED" { "领域不符" } else { "" };
        let (key, demand) = (format!("mf-{number:05}"), format!("d{number:05}"));
        let shown = Day::of(2021, 1 + number % 6, 1 + number % 28);
        let (candidate, score) = (city.key(city.size.firms + rival), format!("0.{:03}", chance.within(200, 700)));
        sink.row(
            "match_feedback.csv",
            &[&key, &demand, &candidate, &shown, &score, &"文字相关", &decision, &reason, &"s-work"],
        )?;
    }
    Ok(())
}
