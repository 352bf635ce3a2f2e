//! Chains of trade with gaps that are known: links where nobody stands, where one firm stands alone,
//! where nobody is certified, and where most comes from outside. Shares nothing with `network`.

use std::io;

use super::Sink;
use super::chance::{Chance, For};
use super::city::City;
use super::figures::high_tech_at_end;
use super::firms::{Tier, tier};
use super::frame::term;
use super::words::words;

/// Links of a chain.
const LINKS: usize = 8;
/// Nobody here stands at this one.
const MISSING: usize = 3;
/// One firm alone.
const SINGLE: usize = 4;
/// Several, none of them certified.
const WEAK: usize = 5;
/// Several, but most comes from outside.
const FOREIGN: usize = 6;
const WORDS: [&str; LINKS] = ["原料", "粗加工", "关键材料", "核心部件", "配套件", "控制单元", "总装", "检测与服务"];

/// Families that have a chain: the first ones in use, at most eight.
fn chains(city: &City) -> usize {
    city.groups().min(8)
}

/// The code of a link.
fn code(family: usize, link: usize) -> String {
    format!("F{:02}-L{link}", family + 1)
}

/// The link of a firm as a term.
pub(super) fn term_of(city: &City, firm: usize) -> Option<String> {
    let link = usize::from(city.link[firm]);
    (link > 0).then(|| format!("SYN_CHAIN:{}", code(city.family_number(firm), link)))
}

/// Who stands where. Certified firms go round the links that shall be sound.
pub(super) fn links(city: &City) -> Vec<u8> {
    let mut links = vec![0_u8; city.size.firms];
    let mut single = vec![false; chains(city)];
    let mut round = vec![0_usize; chains(city)];
    for (firm, own) in links.iter_mut().enumerate().take(city.size.plain_firms()) {
        let family = city.family_number(firm);
        if family >= chains(city) || city.county(firm).is_none() {
            continue;
        }
        let mut chance = Chance::new(city.plan.seed, For::Chain, firm);
        let certified = tier(city, firm) >= Tier::HighTech;
        let link = if certified {
            round[family] += 1;
            [1, FOREIGN, 2, 7, 8][round[family] % 5]
        } else if !single[family] {
            single[family] = true;
            SINGLE
        } else if chance.per_mille(600) {
            [1, 2, WEAK, FOREIGN, 7, 8][chance.below(6)]
        } else {
            0
        };
        *own = u8::try_from(link).unwrap_or(0);
    }
    links
}

/// What is known of one link.
#[derive(Clone, Default)]
struct Link {
    firms: Vec<usize>,
    high_tech: usize,
    supplies: usize,
    from_outside: usize,
}

/// Terms, who stands where, who supplies whom; and the standing of every link.
pub(super) fn write(city: &City, sink: &mut dyn Sink) -> io::Result<()> {
    let mut all = vec![vec![Link::default(); LINKS + 1]; chains(city)];
    let mut outside = Vec::new();
    for firm in 0..city.size.plain_firms() {
        if city.county(firm).is_none() {
            outside.push(firm);
        }
        let Some(term) = term_of(city, firm) else { continue };
        let link = &mut all[city.family_number(firm)][usize::from(city.link[firm])];
        link.firms.push(firm);
        link.high_tech += usize::from(high_tech_at_end(city, firm));
        let key = city.key(firm);
        sink.row("classified_as.csv", &[&format!("c-{key}-l"), &key, &term, &"", &"", &"产业链调查", &"s-chain"])?;
    }
    for (family, links) in all.iter_mut().enumerate() {
        terms(sink, family)?;
        for link in 1..=LINKS {
            supplies(city, sink, (family, link), links, &outside)?;
            standing(sink, &format!("SYN_CHAIN:{}", code(family, link)), &links[link])?;
        }
    }
    others(city, sink)
}

fn terms(sink: &mut dyn Sink, family: usize) -> io::Result<()> {
    let name = words().families[family].name;
    let whole = format!("F{:02}-ALL", family + 1);
    term(sink, "SYN_CHAIN", &whole, &format!("示例{name}产业链"), "生成器自编的产业链")?;
    for link in 1..=LINKS {
        let code = code(family, link);
        let here = format!("SYN_CHAIN:{code}");
        term(sink, "SYN_CHAIN", &code, &format!("示例{name}{}", WORDS[link - 1]), "")?;
        let above = format!("SYN_CHAIN:{whole}");
        sink.row("part_of.csv", &[&format!("po-chain-{code}"), &here, &above, &"s-chain"])?;
        if link < LINKS {
            let next = format!("SYN_CHAIN:{}", self::code(family, link + 1));
            let necessity = if link <= 4 { "CRITICAL" } else { "NORMAL" };
            sink.row("upstream_of.csv", &[&format!("up-{code}"), &here, &next, &necessity, &"s-chain"])?;
        }
    }
    Ok(())
}

/// Every firm of a link supplies one of the next; where most shall come from outside, three more do.
fn supplies(
    city: &City,
    sink: &mut dyn Sink,
    (family, link): (usize, usize),
    links: &mut [Link],
    outside: &[usize],
) -> io::Result<()> {
    let here = links[link].firms.clone();
    let after = (1..LINKS).map(|step| (link + step - 1) % LINKS + 1).find(|next| !links[*next].firms.is_empty());
    let Some(buyers) = after.map(|next| links[next].firms.clone()) else { return Ok(()) };
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    for (number, firm) in here.iter().enumerate() {
        let buyer = buyers[number % buyers.len()];
        pairs.push((*firm, buyer));
        let more = if link == FOREIGN { 3 } else { usize::from(number % 6 == 5) };
        let from = (0..more.min(outside.len())).map(|step| outside[(number * 3 + step + link) % outside.len()]);
        pairs.extend(from.map(|supplier| (supplier, buyer)));
    }
    if link == MISSING && !outside.is_empty() {
        pairs.extend(buyers.iter().take(3).map(|buyer| (outside[family % outside.len()], *buyer)));
    }
    let term = format!("SYN_CHAIN:{}", code(family, link));
    for (number, (supplier, buyer)) in pairs.into_iter().filter(|(from, to)| from != to).enumerate() {
        links[link].supplies += 1;
        links[link].from_outside += usize::from(city.county(supplier).is_none());
        let key = format!("sup-{}-{number}", code(family, link));
        let product = format!("示例{}", words().families[family].long[number % 8]);
        let volume = ["大", "中", "小"][number % 3];
        let since = format!("{}", 2014 + number % 6);
        sink.row(
            "supplies.csv",
            &[&key, &city.key(supplier), &city.key(buyer), &since, &"", &product, &volume, &term, &"s-chain"],
        )?;
    }
    Ok(())
}

/// Missing, single, weak, dependent on outside, or sound, in this order.
fn standing(sink: &mut dyn Sink, term: &str, link: &Link) -> io::Result<()> {
    let standing = match link.firms.len() {
        0 => "MISSING",
        1 => "SINGLE",
        _ if link.high_tech == 0 => "WEAK",
        _ if link.from_outside * 100 > link.supplies * 60 => "EXTERNAL",
        _ => "SOUND",
    };
    let firms = link.firms.len();
    sink.row("truth/chain_links.csv", &[&term, &firms, &link.high_tech, &link.from_outside, &link.supplies, &standing])
}

/// Supplies of firms that stand in no chain.
fn others(city: &City, sink: &mut dyn Sink) -> io::Result<()> {
    for firm in (0..city.size.plain_firms()).filter(|firm| firm % 33 == 4) {
        let mut chance = Chance::new(city.plan.seed, For::Supply, firm);
        let buyer = chance.below(city.size.plain_firms());
        if buyer != firm && city.link[firm] == 0 {
            let (key, product) = (format!("sup-{firm}"), format!("示例{}", chance.pick(&city.family(firm).long)));
            let (from, to) = (city.key(firm), city.key(buyer));
            sink.row("supplies.csv", &[&key, &from, &to, &"2016-05", &"", &product, &"中", &"", &"s-chain"])?;
        }
    }
    Ok(())
}
