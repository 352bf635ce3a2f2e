//! What a city stands on: sources, regions, the fields and rules of its own, its plan and what it
//! counts by. Certificates, fields and industries are those of `fixtures/codes`.

use std::io;

use super::chance::{Chance, For};
use super::city::City;
use super::dates::{FIRST_YEAR, LAST_YEAR};
use super::places::{self, CITY, COUNTIES, county_code};
use super::words::words;
use super::{Sink, Variant};

/// Key, kind, issuer, what it is about, grade.
const SOURCES: &[(&str, &str, &str, &str, &str)] = &[
    ("s-registry", "REGISTRY", "示例新州市市场监督管理局", "企业登记信息（示例）", "A"),
    ("s-yearreport", "REGISTRY", "示例新州市市场监督管理局", "企业年度报告（示例）", "B"),
    ("s-names", "WEBSITE", "示例新州市各单位网站", "名称与简称（示例）", "B"),
    ("s-cert", "POLICY", "示例新州市科学技术局", "资质认定名单（示例）", "A"),
    ("s-contract", "REGISTRY", "示例新州市技术合同登记站", "技术合同登记（示例）", "A"),
    ("s-news", "NEWS", "示例新州日报", "合作与需求报道（示例）", "B"),
    ("s-figures", "STATISTICS", "示例新州市统计局", "年度数据汇编（示例）", "A"),
    ("s-work", "OTHER", "示例新州市科学技术局", "工作台账（示例）", "A"),
    ("s-cluster", "POLICY", "示例新州市科学技术局", "集群、联盟与平台名单（示例）", "A"),
    ("s-code", "POLICY", "示例州省民政厅", "区划与分类编码（示例）", "A"),
    ("s-plan", "POLICY", "示例新州市人民政府", "创新主体培育计划（示例）", "A"),
    ("s-chain", "OTHER", "示例新州市工业和信息化局", "产业链调查（示例）", "B"),
];

/// Indicators of the city: code, words, unit, way of counting, schemes.
const INDICATORS: &[(&str, &str, &str, &str, &str)] = &[
    ("SYN-HNTE", "示例高新技术企业数", "家", "VALID_AT_DATE", "HNTE"),
    ("SYN-SME", "示例科技型中小企业数", "家", "VALID_AT_DATE", "SME_NATIONAL"),
    ("SYN-GIANT", "示例科技小巨人（培育）企业数", "家", "VALID_AT_DATE", "GIANT|GIANT_CULTIVATION"),
    ("SYN-NEW", "示例新增高新技术企业数", "家", "ISSUED_IN_PERIOD", "HNTE"),
];

/// Write it.
pub(super) fn write(city: &City, sink: &mut dyn Sink) -> io::Result<()> {
    for (number, (key, kind, issuer, title, grade)) in SOURCES.iter().enumerate() {
        let doc = format!("示例新州〔2021〕{}号", number + 1);
        let variant = match city.plan.variant {
            Variant::Sparse => "sparse",
            Variant::Dense => "dense",
        };
        let note =
            format!("虚构数据，由生成器写出：{} 个机构，种子 {}，{variant}", city.plan.organizations, city.plan.seed);
        sink.row("sources.csv", &[key, kind, issuer, title, &doc, &"2021-12-31", grade, &note])?;
    }
    places::write(sink)?;
    fields(sink)?;
    rules(sink)?;
    plan(city, sink)
}

/// The city's own list of fields, and what each corresponds to in the national one.
fn fields(sink: &mut dyn Sink) -> io::Result<()> {
    term(sink, "SYN_FIELD", "ALL", "示例行业门类", "生成器自编的行业门类，各门类隶属于它")?;
    for (number, family) in words().families.iter().enumerate() {
        let code = format!("F{:02}", number + 1);
        let name = format!("示例{}", family.name);
        term(sink, "SYN_FIELD", &code, &name, &format!("{}等", family.long[..4].join("、")))?;
        let (here, all) = (format!("SYN_FIELD:{code}"), "SYN_FIELD:ALL");
        sink.row("part_of.csv", &[&format!("po-field-{code}"), &here, &all, &"s-code"])?;
        sink.row("maps_to.csv", &[&format!("map-{code}"), &here, &family.field, &"NARROW", &"s-code"])?;
    }
    Ok(())
}

/// One term.
pub(super) fn term(sink: &mut dyn Sink, scheme: &str, code: &str, name: &str, text: &str) -> io::Result<()> {
    let key = format!("t-{}-{code}", scheme.to_lowercase());
    sink.row("terms.csv", &[&key, &name, &scheme, &code, &text, &"YES", &"s-code"])
}

/// A scheme of the city's own, with its criteria.
fn rules(sink: &mut dyn Sink) -> io::Result<()> {
    term(sink, "SCHEME", "SYN_GROWTH", "示例成长型企业", "生成器自编的资质类别，条件见 criteria.csv")?;
    sink.row(
        "criterion_sets.csv",
        &[
            &"cs-growth",
            &"SCHEME:SYN_GROWTH",
            &"2017",
            &"示例新州科〔2017〕3号",
            &"示例成长型企业认定条件",
            &"2017-01-01",
            &"",
            &"s-plan",
        ],
    )?;
    let criteria: [(&str, &str, &str, &str, &str); 4] = [
        ("上年销售收入一千万元以上（示例）", "THRESHOLD", "10000000", "元", "AT_LEAST"),
        ("科技人员占比百分之十以上（示例）", "RATIO", "0.1", "比率", "AT_LEAST"),
        ("上年没有重大安全事故（示例）", "FLAG", "", "", ""),
        ("主导产品有市场前景（示例）", "EXPERT", "", "", ""),
    ];
    for (number, (text, kind, threshold, unit, comparator)) in criteria.iter().enumerate() {
        let (key, place) = (format!("cr-growth-{number}"), number + 1);
        sink.row(
            "criteria.csv",
            &[&key, &"SCHEME:SYN_GROWTH", &"2017", &place, text, kind, &"", threshold, unit, comparator, &"s-plan"],
        )?;
    }
    Ok(())
}

/// The plan, what it counts by, what it sets and what was published.
fn plan(city: &City, sink: &mut dyn Sink) -> io::Result<()> {
    term(sink, "PLAN", "SYN-PLAN", "示例创新主体培育计划", "生成器自编的计划")?;
    let (from, to) = (FIRST_YEAR, LAST_YEAR + 1);
    let plan = "PLAN:SYN-PLAN";
    sink.row(
        "plans.csv",
        &[&"plan-syn", &plan, &"示例新州政〔2017〕1号", &CITY, &"示例新州市人民政府", &from, &to, &"s-plan"],
    )?;
    for (number, (code, name, unit, count_by, schemes)) in INDICATORS.iter().enumerate() {
        term(sink, "INDICATOR", code, name, "")?;
        let (key, term) = (format!("ind-{code}"), format!("INDICATOR:{code}"));
        let formula = format!("{unit}数，按资质证书计");
        sink.row(
            "indicators.csv",
            &[&key, &term, unit, &"归口在本地区的企业", &formula, count_by, &"ISSUED", schemes, &"s-plan"],
        )?;
        let base = city.size.firms * [15, 100, 10, 3][number] / 1_000 + 1;
        for year in FIRST_YEAR..=LAST_YEAR {
            let floor = base * (80 + (year - FIRST_YEAR) * 5) / 100 + 1;
            let (key, text) = (format!("tgt-{code}-{year}"), format!("{year}年{name}达到{floor}{unit}（示例）"));
            sink.row(
                "targets.csv",
                &[
                    &key,
                    &CITY,
                    &"SYN-PLAN",
                    code,
                    &year,
                    &"AT_LEAST",
                    &floor,
                    &(floor + 2),
                    &"",
                    &text,
                    &(number + 1),
                    &"",
                    &"",
                    &"s-plan",
                ],
            )?;
            published(city, sink, (code, year, floor))?;
        }
    }
    Ok(())
}

/// What was published for the city, and what the counties reported for a year.
fn published(city: &City, sink: &mut dyn Sink, (code, year, floor): (&str, usize, usize)) -> io::Result<()> {
    let mut chance = Chance::new(city.plan.seed, For::Record, year);
    let value = floor + chance.below(floor / 4 + 2);
    let key = format!("obs-{code}-{year}");
    let population = "归口在示例新州市";
    sink.row("observations.csv", &[&key, &CITY, &code, &year, &value, &"PUBLISHED", &population, &"s-figures"])?;
    for county in 0..COUNTIES.len() {
        let (region, part) = (county_code(county), chance.below(value / 6 + 2));
        let (key, day) = (format!("rep-{code}-{region}-{year}"), format!("{year}-12-31"));
        // A county that has not reported has no row.
        if chance.per_mille(900) {
            let status = chance.pick(&["CONFIRMED", "CONFIRMED", "PUBLISHED", "SUBMITTED", "RETURNED"]);
            sink.row("reports.csv", &[&key, &region, &code, &day, &part, &status, &"", &"s-work"])?;
        }
    }
    Ok(())
}
