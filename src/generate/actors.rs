//! Clusters, alliances, platforms, carriers and funds, with those who belong to them, run them, are
//! raised in them or get their money.

use std::io;

use super::chance::{Chance, For};
use super::city::{City, NOWHERE, Who};
use super::dates::{DAYS, Day, LAST_YEAR};
use super::firms::{Tier, registered, tier};
use super::institutes::{Body, nth};
use super::places::{CITY, ZONE, county_code};
use super::text;
use super::words::words;
use super::{Sink, chain};

const LEVELS: [&str; 4] = ["NATIONAL", "PROVINCIAL", "MUNICIPAL", "COUNTY"];

/// Write them.
pub(super) fn write(city: &City, sink: &mut dyn Sink) -> io::Result<()> {
    let members = city.members();
    clusters(city, sink)?;
    for alliance in 0..city.size.alliances {
        self::alliance(city, sink, alliance, &members)?;
    }
    for platform in 0..city.size.platforms {
        self::platform(city, sink, platform, &members)?;
    }
    for carrier in 0..city.size.carriers {
        self::carrier(city, sink, carrier)?;
    }
    incubatees(city, sink)?;
    for fund in 0..city.size.funds {
        self::fund(city, sink, fund)?;
    }
    owners(city, sink)
}

/// The family that a community is named after.
fn main_family(city: &City, community: usize) -> usize {
    community % city.groups()
}

fn about(city: &City, family: usize, chance: &mut Chance, list: &'static [&'static str]) -> String {
    let subject = text::drawn(city, &words().families[family], chance);
    text::compose(city, chance, &subject, &[list], list)
}

/// A community is declared as a cluster; one member in twenty is not in the list, and one in fifty is in
/// the list of another.
fn clusters(city: &City, sink: &mut dyn Sink) -> io::Result<()> {
    let sentences = text::sentences(city);
    for cluster in 0..city.size.clusters {
        let mut chance = Chance::new(city.plan.seed, For::Cluster, cluster);
        let family = main_family(city, cluster);
        let kind = chance.pick(&["INDUSTRIAL_CLUSTER", "NATIONAL_BASE", "SME_CHARACTERISTIC_CLUSTER", "PARK_CLUSTER"]);
        let (key, name) = (format!("k{cluster:05}"), words().families[family].name);
        let scale = chance.pick(&["TEN_BILLION", "HUNDRED_BILLION", ""]);
        let description = about(city, family, &mut chance, &sentences.scope);
        sink.row(
            "clusters.csv",
            &[
                &key,
                &format!("示例{name}产业集群{}", cluster + 1),
                &kind,
                &chance.pick(&LEVELS),
                &Day::of(chance.within(2012, 2017), 6, 1),
                &scale,
                &"以科技部门公布的名单为准（示例）",
                &description,
                &"s-cluster",
            ],
        )?;
        let field = format!("SYN_FIELD:F{:02}", family + 1);
        classify_and_locate(sink, &key, &field, CITY)?;
    }
    for organization in (0..city.size.organizations).filter(|number| city.community[*number] != NOWHERE) {
        let mut chance = Chance::new(city.plan.seed, For::Cluster, organization + 1_000_000_000);
        let community = city.community[organization] as usize;
        let drawn = chance.below(1_000);
        let declared = match drawn {
            0..50 => continue,
            50..70 => (community + 1 + chance.below(city.size.clusters - 1)) % city.size.clusters,
            _ => community,
        };
        let (key, cluster) = (city.key(organization), format!("k{declared:05}"));
        if declared != community {
            sink.row("truth/misfits.csv", &[&key, &community, &cluster])?;
        }
        let (role, link) = match city.who(organization) {
            Who::Firm(firm) => (role(tier(city, firm)), chain::term_of(city, firm).unwrap_or_default()),
            Who::Institute(_) | Who::Other(_) => ("SERVICE", String::new()),
        };
        let basis = if drawn < 900 { "DECLARED" } else { "RULE" };
        let row = format!("ic-{key}");
        sink.row("in_cluster.csv", &[&row, &key, &cluster, &"2017-01-01", &"", &basis, &role, &link, &"s-cluster"])?;
    }
    Ok(())
}

fn role(tier: Tier) -> &'static str {
    match tier {
        Tier::Leader | Tier::Giant => "LEADER",
        Tier::Cultivated | Tier::HighTech => "CORE",
        Tier::Small | Tier::None => "SUPPORTING",
    }
}

fn classify_and_locate(sink: &mut dyn Sink, key: &str, field: &str, region: u32) -> io::Result<()> {
    sink.row("classified_as.csv", &[&format!("c-{key}"), &key, &field, &"YES", &"", &"", &"s-cluster"])?;
    sink.row("located_in.csv", &[&format!("l-{key}"), &key, &region, &"JURISDICTION", &"", &"", &"s-cluster"])
}

/// Members come from one community; an institute or two from anywhere.
fn alliance(city: &City, sink: &mut dyn Sink, alliance: usize, members: &[Vec<u32>]) -> io::Result<()> {
    let mut chance = Chance::new(city.plan.seed, For::Actor, alliance + 1_000_000_000);
    let community = chance.below(members.len());
    let family = main_family(city, community);
    let (key, name) = (format!("a{alliance:05}"), words().families[family].name);
    let strategic = chance.per_mille(700);
    let (kind, word) = if strategic {
        ("TECH_INNOVATION_STRATEGIC", "产业技术创新战略联盟")
    } else {
        ("COLLABORATIVE", "科技协同创新联盟")
    };
    let founded = Day::of(chance.within(2012, 2019), chance.within(1, 13), chance.within(1, 29));
    let goals = about(city, family, &mut chance, &text::sentences(city).approach);
    sink.row(
        "alliances.csv",
        &[
            &key,
            &format!("示例{name}{word}{}", alliance + 1),
            &kind,
            &chance.pick(&LEVELS),
            &founded,
            &founded.plus(365 * 5),
            &goals,
            &"s-cluster",
        ],
    )?;
    classify_and_locate(sink, &key, &format!("SYN_FIELD:F{:02}", family + 1), CITY)?;
    let support = format!("k{community:05}");
    sink.row("supports.csv", &[&format!("su-{key}"), &key, &support, &founded, &"s-cluster"])?;
    let mut chosen: Vec<u32> = Vec::new();
    let wanted = chance.within(5, 21);
    for _ in 0..wanted * 2 {
        let list = &members[community];
        let drawn = if list.is_empty() || chance.per_mille(100) {
            u32::try_from(city.size.firms + chance.below(city.size.institutes)).unwrap_or(0)
        } else {
            list[chance.below(list.len())]
        };
        if chosen.len() < wanted && !chosen.contains(&drawn) {
            chosen.push(drawn);
        }
    }
    for (place, member) in chosen.iter().enumerate() {
        let role = ["LEAD", "CHAIR", "VICE_CHAIR", "SECRETARIAT", "DIRECTOR", "DIRECTOR"];
        let role = role.get(place).copied().unwrap_or("MEMBER");
        let (member, liable) = (city.key(*member as usize), if place == 0 { "YES" } else { "NO" });
        let until = if place > 6 && chance.per_mille(80) { "2021-03-01" } else { "" };
        let row = format!("m-{key}-{member}");
        sink.row("member_of.csv", &[&row, &member, &key, &founded, &until, &role, &liable, &"s-cluster"])?;
    }
    Ok(())
}

/// A platform has a host, perhaps a second one, and supports the cluster of its field.
fn platform(city: &City, sink: &mut dyn Sink, platform: usize, members: &[Vec<u32>]) -> io::Result<()> {
    const KINDS: [(&str, &str); 9] = [
        ("ENGINEERING_CENTER", "工程技术研究中心"),
        ("KEY_LAB", "重点实验室"),
        ("TECH_CENTER", "企业技术中心"),
        ("INNOVATION_CENTER", "创新中心"),
        ("NEW_RD", "新型研发平台"),
        ("PUBLIC_SERVICE", "公共服务平台"),
        ("POSTDOC", "博士后工作站"),
        ("ACADEMICIAN", "院士工作站"),
        ("INDUSTRY_RESEARCH_INSTITUTE", "产业研究院"),
    ];
    let mut chance = Chance::new(city.plan.seed, For::Actor, platform + 2_000_000_000);
    let (kind, word) = KINDS[platform % KINDS.len()];
    let community = chance.below(members.len());
    let family = main_family(city, community);
    let key = format!("p{platform:05}");
    let name = format!("示例{}{word}{}", words().families[family].name, platform + 1);
    let founded = Day::of(chance.within(2008, 2021), chance.within(1, 13), 1);
    let description = about(city, family, &mut chance, &text::sentences(city).result);
    let open = chance.pick(&["YES", "YES", "NO", "UNKNOWN"]);
    let level = chance.pick(&LEVELS);
    sink.row("platforms.csv", &[&key, &name, &kind, &level, &open, &founded, &description, &"s-cluster"])?;
    let field = words().families[family].field;
    classify_and_locate(sink, &key, field, county_code(chance.below(12)))?;
    let list = &members[community];
    let institute = city.size.firms + chance.below(city.size.institutes);
    let host =
        if list.is_empty() || chance.per_mille(300) { institute } else { list[chance.below(list.len())] as usize };
    let mut hosts = vec![(host, "HOST")];
    if institute != host && chance.per_mille(300) {
        hosts.push((institute, "CO_HOST"));
    }
    for (host, role) in hosts {
        let row = format!("op-{key}-{role}");
        sink.row("operates.csv", &[&row, &city.key(host), &key, &role, &"s-cluster"])?;
    }
    if platform.is_multiple_of(4) {
        sink.row("part_of.csv", &[&format!("po-{key}"), &key, &city.key(host), &"s-cluster"])?;
    }
    if platform.is_multiple_of(3) {
        let cluster = format!("k{community:05}");
        sink.row("supports.csv", &[&format!("su-{key}"), &key, &cluster, &founded, &"s-cluster"])?;
        let row = format!("ic-{key}");
        sink.row("in_cluster.csv", &[&row, &key, &cluster, &founded, &"", &"DECLARED", &"", &"", &"s-cluster"])?;
    }
    Ok(())
}

fn carrier(city: &City, sink: &mut dyn Sink, carrier: usize) -> io::Result<()> {
    const KINDS: [(&str, &str); 5] = [
        ("TBI", "科技企业孵化器"),
        ("MAKER_SPACE", "众创空间"),
        ("SPECIALIZED_MAKER_SPACE", "专业化众创空间"),
        ("UNIVERSITY_SCIENCE_PARK", "大学科技园"),
        ("ACCELERATOR", "加速器"),
    ];
    let mut chance = Chance::new(city.plan.seed, For::Actor, carrier + 3_000_000_000);
    let (kind, word) = KINDS[carrier % KINDS.len()];
    let family = chance.below(city.groups());
    let key = format!("h{carrier:05}");
    let name = format!("示例{}{word}{}", words().families[family].name, carrier + 1);
    let (area, seats) = (chance.within(8, 200) * 100, chance.within(30, 400));
    let founded = Day::of(chance.within(2009, 2017), chance.within(1, 13), 1);
    let description = about(city, family, &mut chance, &text::sentences(city).scope);
    let level = chance.pick(&LEVELS);
    sink.row("carriers.csv", &[&key, &name, &kind, &level, &area, &seats, &founded, &description, &"s-cluster"])?;
    let region = if carrier.is_multiple_of(5) { ZONE } else { county_code(chance.below(12)) };
    classify_and_locate(sink, &key, words().families[family].field, region)?;
    let runner = city.key(chance.below(city.size.plain_firms()));
    sink.row("operates.csv", &[&format!("op-{key}"), &runner, &key, &"OPERATOR", &"s-cluster"])?;
    let scheme = ["TBI_MUNICIPAL", "MAKER_MUNICIPAL", "MAKER_PROVINCIAL", "USP", "TBI_PROVINCIAL"][carrier % 5];
    super::figures::certificate(
        sink,
        &super::figures::Certificate {
            key: &format!("ce-{key}"),
            holder: &key,
            scheme,
            number: &format!("示例载{carrier:05}"),
            issued: Day::of(2017, 10, 1 + carrier % 28),
            until: None,
            status: "VALID",
            supersedes: "",
        },
    )?;
    super::records::carrier_years(city, sink, carrier, (&key, area, seats))
}

/// Young firms in carriers: nine to ten small technology firms. None enters later than two years after
/// it was founded, nor after the five years.
fn incubatees(city: &City, sink: &mut dyn Sink) -> io::Result<()> {
    for firm in 0..city.size.plain_firms() {
        let mut chance = Chance::new(city.plan.seed, For::Actor, firm + 4_000_000_000);
        let founded = registered(city, firm);
        if founded < Day::of(2015, 1, 1) || !chance.per_mille(400) {
            continue;
        }
        let since = founded.plus(chance.below(700));
        if since >= Day::new(DAYS) {
            continue;
        }
        let until = since.plus(chance.within(300, 1_400));
        let left = chance.per_mille(400) && until < Day::new(DAYS);
        let (until, exit) = if left {
            (until.to_string(), chance.pick(&["GRADUATED", "GRADUATED", "LEFT", "FAILED"]))
        } else {
            (String::new(), "")
        };
        let (key, carrier) = (city.key(firm), format!("h{:05}", chance.below(city.size.carriers)));
        let area = chance.within(2, 60) * 10;
        let row = format!("in-{key}");
        sink.row("incubated_in.csv", &[&row, &key, &carrier, &since, &until, &exit, &area, &"s-cluster"])?;
    }
    Ok(())
}

/// Who pays: a fund puts money into firms with certificates.
fn fund(city: &City, sink: &mut dyn Sink, fund: usize) -> io::Result<()> {
    const KINDS: [(&str, &str); 6] = [
        ("GUIDANCE", "引导基金"),
        ("VENTURE", "创业投资基金"),
        ("INDUSTRY", "产业投资基金"),
        ("CONVERSION", "成果转化基金"),
        ("SECURITIES", "证券投资基金"),
        ("LOAN_PRODUCT", "科技贷"),
    ];
    let mut chance = Chance::new(city.plan.seed, For::Actor, fund + 5_000_000_000);
    let (kind, word) = KINDS[fund % KINDS.len()];
    let family = chance.below(city.groups());
    let (key, size) = (format!("f{fund:05}"), chance.within(1, 60) * 10_000_000);
    let name = format!("示例{}{word}{}", words().families[family].name, fund + 1);
    let founded = Day::of(chance.within(2013, 2018), chance.within(1, 13), 1);
    let stages = chance.pick(&["SEED|START_UP", "START_UP|GROWTH", "GROWTH|MATURE", "MATURE"]);
    let description = about(city, family, &mut chance, &text::sentences(city).terms);
    let (least, most, ends) = (size / 200, size / 10, founded.plus(365 * 8));
    sink.row(
        "funds.csv",
        &[&key, &name, &kind, &size, &least, &most, &stages, &founded, &ends, &description, &"s-cluster"],
    )?;
    classify_and_locate(sink, &key, words().families[family].field, CITY)?;
    let manager = city.size.firms + city.size.institutes + nth(city, Body::Manager, fund);
    sink.row("operates.csv", &[&format!("op-{key}"), &city.key(manager), &key, &"MANAGER", &"s-cluster"])?;
    let filing = format!("SYN{fund:05}");
    sink.row("identifiers.csv", &[&format!("id-{key}"), &key, &"FUND_FILING_NO", &filing, &"s-registry"])?;
    for number in 0..chance.within(3, 15) {
        let firm = chance.below(city.size.plain_firms());
        let instrument = if kind == "LOAN_PRODUCT" { "TECH_LOAN" } else { "EQUITY" };
        let since = Day::new(chance.below(DAYS)).to_string();
        let until = if kind == "LOAN_PRODUCT" { format!("{}-06-30", LAST_YEAR + 3) } else { String::new() };
        let (row, amount) = (format!("fd-{key}-{number}"), least + chance.below(most - least));
        let round = chance.pick(&["天使轮", "A轮", "B轮", ""]);
        let to = city.key(firm);
        sink.row("funded.csv", &[&row, &key, &to, &since, &until, &instrument, &amount, &round, &"s-registry"])?;
    }
    Ok(())
}

/// Shares, successions, parts and services among organisations.
fn owners(city: &City, sink: &mut dyn Sink) -> io::Result<()> {
    for firm in 0..city.size.plain_firms() - 1 {
        let (key, next) = (city.key(firm), city.key(firm + 1));
        let share = format!("0.{:02}", 10 + firm % 80);
        match firm % 300 {
            5 | 105 | 205 => {
                let since = Day::of(2010 + firm % 7, 5, 1);
                sink.row("owns.csv", &[&format!("ow-{key}"), &key, &next, &since, &"", &share, &"s-registry"])?;
            }
            8 => sink.row("part_of.csv", &[&format!("po-{key}"), &key, &next, &"s-registry"])?,
            9 => {
                let kind = ["MERGE", "SPLIT", "RELOCATE"][firm / 300 % 3];
                sink.row("succeeds.csv", &[&format!("sc-{key}"), &key, &next, &"2019-04-01", &kind, &"s-registry"])?;
            }
            10 => sink.row("related_to.csv", &[&format!("rt-{key}"), &key, &next, &"s-registry"])?,
            17 | 117 | 217 => {
                let agency = city.size.firms + city.size.institutes + nth(city, Body::Service, firm / 100);
                let (row, agency) = (format!("se-{key}"), city.key(agency));
                sink.row(
                    "serves.csv",
                    &[&row, &agency, &key, &"2018-03-01", &"2018-11-30", &"高企申报辅导", &"已提交材料", &"s-names"],
                )?;
            }
            _ => {}
        }
    }
    Ok(())
}
