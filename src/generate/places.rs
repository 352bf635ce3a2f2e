//! The regions: a province, its city with twelve counties, a zone and a park, and what lies outside.
//! Their codes begin with 96 and 97, as no real division does.

use std::io;

use super::Sink;
use super::city::City;

/// Counties of the city.
pub(super) const COUNTIES: [&str; 12] =
    ["东河", "西岭", "南湖", "北原", "云溪", "青石", "白杨", "长桥", "金沙", "玉泉", "安平", "永和"];
/// The city.
pub(super) const CITY: u32 = 970_100;
/// Its high-tech zone.
pub(super) const ZONE: u32 = 970_171;
/// The first county; the others follow.
const FIRST_COUNTY: u32 = 970_101;
/// Another city of the province, and one of another province.
pub(super) const ELSEWHERE: [u32; 2] = [970_200, 960_100];

/// The code of a county.
pub(super) fn county_code(county: usize) -> u32 {
    FIRST_COUNTY + u32::try_from(county).unwrap_or(0)
}

/// Where an organisation is registered: its county, or one of two cities elsewhere.
pub(super) fn seat(city: &City, organization: usize) -> u32 {
    city.county(organization).map_or(ELSEWHERE[organization / 50 % 2], county_code)
}

/// The regions with what is part of what.
pub(super) fn write(sink: &mut dyn Sink) -> io::Result<()> {
    let mut regions: Vec<(u32, String, &str, u32)> = vec![
        (970_000, "示例州省".to_owned(), "PROVINCE", 0),
        (CITY, "示例新州市".to_owned(), "CITY", 970_000),
        (960_000, "示例邻州省".to_owned(), "PROVINCE", 0),
        (ELSEWHERE[0], "示例外州市".to_owned(), "CITY", 970_000),
        (ELSEWHERE[1], "示例邻州首市".to_owned(), "CITY", 960_000),
        (ZONE, "示例新州高新区".to_owned(), "ZONE", CITY),
        (970_181, "示例新州产业园".to_owned(), "PARK", FIRST_COUNTY),
        (970_190, "示例新州自主创新区".to_owned(), "DEMO_ZONE", CITY),
    ];
    for (number, county) in COUNTIES.iter().enumerate() {
        regions.push((county_code(number), format!("示例{county}县"), "COUNTY", CITY));
    }
    for (code, name, kind, whole) in regions {
        let key = format!("r{code}");
        sink.row("regions.csv", &[&key, &name, &code, &kind, &"虚构编码（示例）", &"YES", &"s-code"])?;
        if whole > 0 {
            sink.row("part_of.csv", &[&format!("po-{key}"), &key, &format!("r{whole}"), &"s-code"])?;
        }
    }
    Ok(())
}
