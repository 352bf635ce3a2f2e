//! Collaborations: every pair that works together signs at least one; some pairs sign again, some three
//! at once; framework agreements and projects of one party count as no tie.

use std::io;

use super::Sink;
use super::chance::{Chance, For};
use super::city::{City, Who};
use super::dates::{DAYS, Day, SPLIT_DAY};
use super::text;
use super::wishes::top_field;

/// No third party.
const NOBODY: u32 = u32::MAX;
/// Who has more partners than this is no part of a triangle that is looked for.
const MOST_LOOKED_AT: usize = 200;

/// Two or three who work together.
type Parties = [u32; 3];

/// Write them all.
pub(super) fn write(city: &City, sink: &mut dyn Sink) -> io::Result<()> {
    let ties = grouped(city);
    for (number, parties) in ties.iter().enumerate() {
        let mut chance = Chance::new(city.plan.seed, For::Signed, number);
        let day = chance.below(DAYS);
        collaboration(city, sink, &format!("c{number:07}"), (*parties, day, true), &mut chance)?;
        let again = parties[2] == NOBODY && day + 60 < DAYS && chance.per_mille(200);
        if again {
            let later = chance.within(day + 30, DAYS);
            collaboration(city, sink, &format!("c{number:07}b"), (*parties, later, false), &mut chance)?;
        }
    }
    frameworks(city, sink)?;
    alone(city, sink)
}

/// Pairs, with one in seven triangles drawn together. Every pair is in exactly one group.
fn grouped(city: &City) -> Vec<Parties> {
    let list = &city.edges.list;
    let mut starts = vec![0_u32; city.size.organizations + 1];
    for (left, right) in list {
        starts[*left as usize + 1] += 1;
        starts[*right as usize + 1] += 1;
    }
    for place in 1..starts.len() {
        starts[place] += starts[place - 1];
    }
    let mut filled = starts.clone();
    let mut near: Vec<(u32, u32)> = vec![(0, 0); list.len() * 2];
    for (number, (left, right)) in (0_u32..).zip(list) {
        for (one, other) in [(*left, *right), (*right, *left)] {
            near[filled[one as usize] as usize] = (other, number);
            filled[one as usize] += 1;
        }
    }
    let of = |one: u32| starts[one as usize] as usize..starts[one as usize + 1] as usize;
    for one in 0..u32::try_from(city.size.organizations).unwrap_or(0) {
        near[of(one)].sort_unstable();
    }
    let mut done = vec![false; list.len()];
    let mut groups = Vec::with_capacity(list.len());
    for (number, (left, right)) in list.iter().enumerate() {
        if done[number] {
            continue;
        }
        done[number] = true;
        let looked = Chance::new(city.plan.seed, For::Triangle, number).per_mille(150);
        let third = if looked { third(&near[of(*left)], &near[of(*right)], &done) } else { None };
        if let Some((third, with_left, with_right)) = third {
            done[with_left as usize] = true;
            done[with_right as usize] = true;
            groups.push([*left, *right, third]);
        } else {
            groups.push([*left, *right, NOBODY]);
        }
    }
    groups
}

/// Somebody who works with both, with the numbers of the two pairs, both still free.
fn third(left: &[(u32, u32)], right: &[(u32, u32)], done: &[bool]) -> Option<(u32, u32, u32)> {
    if left.len() > MOST_LOOKED_AT || right.len() > MOST_LOOKED_AT {
        return None;
    }
    let free = |number: u32| !done[number as usize];
    left.iter().filter(|(_, number)| free(*number)).find_map(|(other, number)| {
        let place = right.binary_search_by_key(other, |(known, _)| *known).ok()?;
        free(right[place].1).then_some((*other, *number, right[place].1))
    })
}

fn collaboration(
    city: &City,
    sink: &mut dyn Sink,
    key: &str,
    (parties, day, is_new): (Parties, usize, bool),
    chance: &mut Chance,
) -> io::Result<()> {
    const KINDS: [(&str, &str); 10] = [
        ("DEV_COMMISSIONED", "委托开发"),
        ("DEV_COMMISSIONED", "委托开发"),
        ("DEV_JOINT", "合作开发"),
        ("DEV_JOINT", "合作开发"),
        ("SERVICE", "技术服务"),
        ("CONSULTING", "技术咨询"),
        ("TRANSFER", "技术转让"),
        ("LICENSE", "技术许可"),
        ("JOINT_PATENT", "共有专利"),
        ("JOINT_PLATFORM", "共建平台"),
    ];
    let parties: Vec<u32> = parties.into_iter().filter(|party| *party != NOBODY).collect();
    let (kind, word) = match parties.len() {
        3 => ("JOINT_PROJECT", "联合项目"),
        _ if chance.per_mille(30) => ("TALENT", "人才合作"),
        _ => KINDS[chance.below(KINDS.len())],
    };
    header(city, sink, key, (parties[0] as usize, kind, word), (day, chance))?;
    for (place, party) in parties.iter().enumerate() {
        let role = match (kind, place) {
            ("JOINT_PROJECT", 0) => "LEAD",
            ("JOINT_PROJECT", 2) => "USER",
            ("JOINT_PROJECT", _) => "PARTNER",
            // Firms pay, institutes deliver.
            _ if matches!(city.who(*party as usize), Who::Firm(_)) && place == 0 => "BUYER",
            _ => "SELLER",
        };
        let share = if kind == "JOINT_PROJECT" { ["0.5", "0.3", "0.2"][place] } else { "" };
        let party = city.key(*party as usize);
        sink.row("participates_in.csv", &[&format!("pi-{key}-{place}"), &party, &key, &role, &share, &"s-contract"])?;
    }
    if day >= SPLIT_DAY {
        let signed = Day::new(day);
        for (place, left) in parties.iter().enumerate() {
            for right in &parties[..place] {
                let (from, to) = (city.key(*right as usize), city.key(*left as usize));
                let new = if is_new { "YES" } else { "NO" };
                sink.row("truth/ties_after_split.csv", &[&from, &to, &signed, &new])?;
            }
        }
    }
    Ok(())
}

/// The collaboration itself.
fn header(
    city: &City,
    sink: &mut dyn Sink,
    key: &str,
    (about, kind, word): (usize, &str, &str),
    (day, chance): (usize, &mut Chance),
) -> io::Result<()> {
    let subject = text::drawn(city, city.family(about), chance);
    let name = format!("示例{}{word}", subject.object);
    let signed = Day::new(day);
    let end = signed.plus(chance.within(180, 1_000));
    let amount = chance.within(3, 400) * 10_000;
    let technical = amount / 100 * chance.within(40, 101);
    let (programme, level) = match kind {
        "JOINT_PROJECT" | "PROJECT" => ("示例科技计划", chance.pick(&["PROVINCIAL", "MUNICIPAL", "NATIONAL"])),
        _ => ("", ""),
    };
    let stage = chance.pick(&["EARLY_RESEARCH", "DEVELOPMENT", "DEVELOPMENT", "PILOT", "INDUSTRIALIZATION"]);
    let status = match (end < Day::new(DAYS), chance.below(20)) {
        (_, 0) => "TERMINATED",
        (true, _) => "COMPLETED",
        (false, _) => "ACTIVE",
    };
    let sentences = text::sentences(city);
    let description = if chance.per_mille(300) {
        text::compose(city, chance, &subject, &[&sentences.approach], &sentences.problem)
    } else {
        String::new()
    };
    let outcome = if status == "COMPLETED" && chance.per_mille(200) {
        format!("示例：{}已用于{}", subject.methods.0, subject.object)
    } else {
        String::new()
    };
    sink.row(
        "collaborations.csv",
        &[
            &key,
            &name,
            &kind,
            &signed,
            &signed,
            &end,
            &amount,
            &technical,
            &programme,
            &level,
            &stage,
            &status,
            &description,
            &outcome,
            &"s-contract",
        ],
    )
}

/// Firms that have signed declarations of intent with institutes of other fields, and nothing else.
fn frameworks(city: &City, sink: &mut dyn Sink) -> io::Result<()> {
    for number in 0..city.size.framework {
        let firm = city.size.first_framework() + number;
        let mut chance = Chance::new(city.plan.seed, For::Record, firm);
        let fits = |institute: &usize| top_field(city, city.size.firms + institute) != top_field(city, firm);
        let drawn: Vec<usize> = (0..40).map(|_| chance.below(city.size.institutes)).filter(fits).collect();
        let institute = city.size.firms + drawn.first().copied().unwrap_or(0);
        for time in 0..2 {
            let key = format!("fw{number:05}-{time}");
            let day = chance.below(SPLIT_DAY);
            header(city, sink, &key, (firm, "FRAMEWORK", "框架协议"), (day, &mut chance))?;
            for (place, party) in [firm, institute].into_iter().enumerate() {
                let (row, party) = (format!("pi-{key}-{place}"), city.key(party));
                sink.row("participates_in.csv", &[&row, &party, &key, &"PARTNER", &"", &"s-news"])?;
            }
            let (firm, institute) = (city.key(firm), city.key(institute));
            sink.row("truth/decoys.csv", &[&firm, &institute, &"FRAMEWORK_ONLY", &key])?;
        }
    }
    Ok(())
}

/// Projects that a firm carries out by itself, some of them paid by an office.
fn alone(city: &City, sink: &mut dyn Sink) -> io::Result<()> {
    for firm in (0..city.size.plain_firms()).filter(|firm| firm % 150 == 3) {
        let mut chance = Chance::new(city.plan.seed, For::Record, firm);
        let key = format!("pr{firm:06}");
        let day = chance.below(DAYS);
        header(city, sink, &key, (firm, "PROJECT", "科技计划项目"), (day, &mut chance))?;
        sink.row("participates_in.csv", &[&format!("pi-{key}"), &city.key(firm), &key, &"LEAD", &"1", &"s-contract"])?;
        let office = city.key(city.size.firms + city.size.institutes + firm % city.size.offices());
        let since = Day::new(day);
        let amount = chance.within(10, 200) * 10_000;
        sink.row(
            "funded.csv",
            &[&format!("fd-{key}"), &office, &key, &since, &"", &"GRANT", &amount, &"", &"s-contract"],
        )?;
    }
    Ok(())
}
