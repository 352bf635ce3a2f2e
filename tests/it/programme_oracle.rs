//! What programmes ask of firms, reckoned a second time from the files of the invented city with plain
//! whole numbers. Nothing of the library is named.

use std::cmp::Ordering;

use serde_json::{Value, json};

use crate::csv_oracle::{Day, Store, cell, day, end_day, first_day};
use crate::examples_oracle::Case;
use crate::examples_records::days_between;
use crate::expected::containing;

/// Bases in the order of the criteria.
const BASES: [&str; 4] = ["AUDITED", "TAX", "STAT", "DECLARED"];

/// What a criterion came to.
#[derive(Clone, Debug)]
struct Judged {
    number: &'static str,
    status: &'static str,
    /// Over and under the line.
    value: Option<(i128, i128)>,
    /// Units, their word, and what the share becomes.
    gap: Option<(i128, &'static str, Option<String>)>,
    /// Millionths of the threshold.
    far: i128,
}

/// A figure and its basis, in hundredths.
fn figure(csv: &Store, firm: &str, year: i32, column: &str) -> Option<(i128, &'static str)> {
    let of_year = |basis: &str| {
        csv.rows("year_figures.csv").iter().find(|row| {
            csv.resolve(cell(row, "organization")) == firm
                && cell(row, "year") == year.to_string()
                && cell(row, "figuresBasis") == basis
                && !cell(row, column).is_empty()
        })
    };
    let found = BASES.into_iter().find_map(|basis| of_year(basis).map(|row| (cell(row, column), basis)));
    found.map(|(text, basis)| (cents(text), basis))
}

/// A decimal number in hundredths.
fn cents(text: &str) -> i128 {
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    whole.parse::<i128>().expect("digits") * 100 + format!("{rest:0<2}").parse::<i128>().expect("digits")
}

/// Is the first fraction less than the second?
fn less(one: (i128, i128), other: (i128, i128)) -> bool {
    (one.0 * other.1).cmp(&(other.0 * one.1)) == Ordering::Less
}

/// A fraction to six places, cut off.
fn six((over, under): (i128, i128)) -> String {
    let millionths = (over * 1_000_000).div_euclid(under);
    let text = format!("{}.{:06}", millionths / 1_000_000, millionths % 1_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// The least whole number of units for which it holds.
fn least(holds: impl Fn(i128) -> bool) -> i128 {
    let mut most = 1;
    while !holds(most) {
        most *= 2;
    }
    let (mut low, mut high) = (0, most);
    while low + 1 < high {
        let middle = low + (high - low) / 2;
        if holds(middle) { high = middle } else { low = middle }
    }
    high
}

struct Firm<'c> {
    csv: &'c Store,
    key: String,
    day: Day,
}

impl Firm<'_> {
    fn year(&self) -> i32 {
        self.day / 10_000 - 1
    }

    fn one(&self, column: &str) -> Option<i128> {
        figure(self.csv, &self.key, self.year(), column).map(|found| found.0)
    }

    /// Years of the last three in which it was there already.
    fn years(&self) -> Vec<i32> {
        let begun = self.csv.value(&self.key, "registeredOn", self.day).and_then(|date| first_day(&date));
        let begun = begun.map_or(0, |day| day / 10_000);
        (self.year() - 2..=self.year()).filter(|year| *year >= begun).collect()
    }

    fn three(&self, column: &str) -> Option<i128> {
        self.years().into_iter().map(|year| figure(self.csv, &self.key, year, column).map(|found| found.0)).sum()
    }

    /// ½ (second / first + third / second) − 1, or what there is of it.
    fn growth(&self, column: &str) -> Option<(i128, i128)> {
        let years = self.years();
        let of = |year: i32| figure(self.csv, &self.key, year, column).map(|found| found.0);
        match years.as_slice() {
            [first, second, third] => {
                let (first, second, third) = (of(*first)?, of(*second)?, of(*third)?);
                Some((second * second + third * first - 2 * first * second, 2 * first * second))
            }
            [second, third] => Some((of(*third)? - of(*second)?, of(*second)?)),
            _ => Some((0, 1)),
        }
    }

    /// A share that must be reached; who comes in counts above and below the line.
    fn share(
        &self,
        number: &'static str,
        part: Option<i128>,
        whole: Option<i128>,
        threshold: (i128, i128),
        unit: (&'static str, i128),
    ) -> Judged {
        let Some((part, whole)) = part.zip(whole) else { return unknown(number) };
        if !less((part, whole), threshold) {
            return met(number, (part, whole));
        }
        let units = least(|more| !less((part + more * 100, whole + more * 100), threshold));
        let written = |cents: i128| if unit.1 == 1 { (cents / 100).to_string() } else { six((cents, 100)) };
        let becomes = format!("{}/{}", written(part + units * 100), written(whole + units * 100));
        unmet(number, (part, whole), threshold, (units, unit.0, Some(becomes)))
    }

    /// The nine criteria of high-tech enterprises.
    fn high_tech(&self) -> Vec<Judged> {
        let registered = self.csv.value(&self.key, "registeredOn", self.day).map(|date| day(&date));
        let days = registered.map(|from| i128::from(days_between(from, self.day)));
        let first = match days {
            Some(days) if days >= 365 => met("1", (days, 1)),
            Some(days) => unmet("1", (days, 1), (365, 1), (365 - days, "天", None)),
            None => unknown("1"),
        };
        let owned = self.one("ip1").zip(self.one("ip2"));
        let second = match owned {
            Some((0, 0)) => Judged { status: "UNMET", far: 1_000_000, ..plain("2", "UNMET") },
            Some(_) => plain("2", "MET"),
            None => plain("2", "UNKNOWN"),
        };
        let fields = self.csv.ties(&self.key, "CLASSIFIED_AS", true, self.day);
        let high = |term: &str| self.csv.thing(term).1.get("scheme").is_some_and(|scheme| scheme == "HT8");
        let in_field = fields
            .iter()
            .any(|tie| high(&tie.other) || self.csv.wholes(&tie.other, self.day).iter().any(|whole| high(whole)));
        let third = plain("3", if in_field { "MET" } else { "UNKNOWN" });
        let fourth = self.share("4", self.one("stStaff"), self.one("staff"), (1, 10), ("人", 1));
        let (spent, sold) = (self.three("rdExpense"), self.three("revenue"));
        let bracket = |last: i128| match last / 100 {
            yuan if yuan > 200_000_000 => (3, 100),
            yuan if yuan > 50_000_000 => (4, 100),
            _ => (5, 100),
        };
        let fifth = match (spent, sold, self.one("revenue").map(bracket)) {
            (Some(spent), Some(sold), Some(threshold)) if less((spent, sold), threshold) => {
                let units = least(|more| !less((spent + more * 100, sold), threshold));
                let becomes = format!("{}/{}", six((spent + units * 100, 100)), six((sold, 100)));
                unmet("5a", (spent, sold), threshold, (units, "元", Some(becomes)))
            }
            (Some(spent), Some(sold), Some(_)) => met("5a", (spent, sold)),
            _ => unknown("5a"),
        };
        let inside = self.share("5b", self.three("rdDomestic"), spent, (6, 10), ("元", 2));
        let income = self.share("6", self.one("highTechRevenue"), self.one("revenue"), (6, 10), ("元", 2));
        let clean = csv_answer(self.csv, &self.key, self.year(), "seriousIncident");
        let eighth = plain(
            "8",
            match clean {
                Some("NO") => "MET",
                Some(_) => "UNMET",
                None => "UNKNOWN",
            },
        );
        vec![first, second, third, fourth, fifth, inside, income, self.score(), eighth]
    }

    /// The best and the worst that experts can give.
    fn score(&self) -> Judged {
        let conversions = self.three("newConversions").map(|sum| match sum / 300 {
            5.. => (25, 30),
            4 => (19, 24),
            3 => (13, 18),
            2 => (7, 12),
            1 => (1, 6),
            _ => (0, 0),
        });
        let owned = self.one("ip1").zip(self.one("ip2")).map(|(first, second)| {
            let second = match second / 100 {
                5.. => (5, 6),
                3.. => (3, 4),
                1.. => (1, 2),
                _ => (0, 0),
            };
            if first > 0 { (7.max(second.0), 8.max(second.1)) } else { second }
        });
        let grown = |column: &str| {
            self.growth(column).map(|rate| {
                let reaches = |percent: i128| !less(rate, (percent, 100));
                match () {
                    () if reaches(35) => (9, 10),
                    () if reaches(25) => (7, 8),
                    () if reaches(15) => (5, 6),
                    () if reaches(5) => (3, 4),
                    () if less((0, 1), rate) => (1, 2),
                    () => (0, 0),
                }
            })
        };
        let parts = [owned, conversions, grown("netAssets"), grown("revenue")];
        let missing = parts.iter().any(Option::is_none);
        // Whatever is missing may be worth all its points, or none.
        let most = [8, 30, 10, 10];
        let best: Vec<i128> =
            parts.iter().zip(most).map(|(part, most)| part.map_or(most, |part: (i128, i128)| part.1)).collect();
        let best = (8 + 8 + 6 + 2 + best[0]).min(30) + best[1] + 20 + best[2] + best[3];
        let worst: i128 = parts.iter().map(|part| part.map_or(0, |part| part.0)).sum();
        let far = if best <= 70 { (70 - best) * 1_000_000 / 70 } else { 0 };
        match () {
            () if best <= 70 => Judged { far: far.max(1), gap: Some((71 - best, "分", None)), ..plain("7", "UNMET") },
            () if worst > 70 => plain("7", "MET"),
            () if missing => plain("7", "UNKNOWN"),
            () => plain("7", "EXPERT"),
        }
    }
}

fn csv_answer<'c>(csv: &'c Store, firm: &str, year: i32, column: &str) -> Option<&'c str> {
    let row = |basis: &str| {
        csv.rows("year_figures.csv").iter().find(|row| {
            csv.resolve(cell(row, "organization")) == firm
                && cell(row, "year") == year.to_string()
                && cell(row, "figuresBasis") == basis
        })
    };
    let said = BASES.into_iter().filter_map(row).map(|row| cell(row, column));
    said.into_iter().find(|cell| matches!(*cell, "YES" | "NO"))
}

fn plain(number: &'static str, status: &'static str) -> Judged {
    Judged { number, status, value: None, gap: None, far: 0 }
}

fn met(number: &'static str, value: (i128, i128)) -> Judged {
    Judged { value: Some(value), ..plain(number, "MET") }
}

fn unknown(number: &'static str) -> Judged {
    plain(number, "UNKNOWN")
}

fn unmet(
    number: &'static str,
    value: (i128, i128),
    threshold: (i128, i128),
    gap: (i128, &'static str, Option<String>),
) -> Judged {
    // (threshold − value) / threshold
    let short = threshold.0 * value.1 - value.0 * threshold.1;
    let far = (short * 1_000_000).div_euclid(threshold.0 * value.1);
    Judged { value: Some(value), gap: Some(gap), far: far.max(1), ..plain(number, "UNMET") }
}

fn count(all: &[Judged], status: &str) -> usize {
    all.iter().filter(|judged| judged.status == status).count()
}

fn total(all: &[Judged]) -> &'static str {
    ["UNMET", "UNKNOWN", "EXPERT"].into_iter().find(|status| count(all, status) > 0).unwrap_or("MET")
}

/// 77: one firm, every criterion.
pub fn eligibility(case: &Case<'_>) {
    let firm = Firm { csv: case.csv, key: case.key(&case.variables["organization"]), day: case.day };
    let all = firm.high_tech();
    let found = &case.data()["eligibility"];
    assert_eq!(found["status"], total(&all));
    for (name, status) in
        [("metCount", "MET"), ("unmetCount", "UNMET"), ("unknownCount", "UNKNOWN"), ("expertCount", "EXPERT")]
    {
        assert_eq!(found[name], count(&all, status), "{name}");
    }
    assert_eq!(
        (&found["version"], &found["isVerified"], &found["alreadyHolds"]),
        (&json!("2016"), &json!(false), &json!("NO"))
    );
    let criteria = found["criteria"].as_array().expect("criteria");
    assert_eq!(criteria.len(), all.len());
    for (judged, found) in all.iter().zip(criteria) {
        let named = judged.number;
        assert_eq!((&found["number"], &found["status"]), (&json!(named), &json!(judged.status)), "{found}");
        if let Some(value) = judged.value {
            assert_eq!(found["value"], six(value), "{named}");
        }
        let gap = judged
            .gap
            .as_ref()
            .map(|(units, unit, becomes)| json!({ "units": units.to_string(), "unitZh": unit, "becomes": becomes }));
        assert_eq!(found["gap"], json!(gap), "{named}");
        for input in found["inputs"].as_array().expect("inputs") {
            same_figure(case, &firm, input);
        }
        assert!(found["whatToDoZh"].as_str().is_some_and(|words| words.ends_with('。')), "{found}");
    }
    let short = containing(&["8.33%", "还差 2 人", "10/98"]);
    assert_eq!(crate::expected::differences(&short, &criteria[3]["whatToDoZh"]), Vec::<String>::new());
}

/// An input is the figure that the file has, on the basis that comes first.
fn same_figure(case: &Case<'_>, firm: &Firm<'_>, input: &Value) {
    let Some(year) = input["year"].as_i64() else { return };
    let name = input["name"].as_str().expect("a name");
    if name == "seriousIncident" {
        return;
    }
    let held = figure(case.csv, &firm.key, i32::try_from(year).expect("a year"), name);
    assert_eq!(input["isMissing"], held.is_none(), "{input}");
    assert_eq!(input["value"], json!(held.map(|held| six((held.0, 100)))), "{input}");
    assert_eq!(input["basis"], json!(held.map(|held| held.1)), "{input}");
}

/// Firms of a region on a day that hold one of these schemes.
fn holding(case: &Case<'_>, schemes: &[&str]) -> Vec<String> {
    let held = schemes.iter().flat_map(|scheme| case.csv.certificates(scheme, case.day, &["YES"]));
    let mut firms: Vec<String> = held.map(|row| case.csv.resolve(cell(row, "holder"))).collect();
    let region = case.key(&case.variables["region"]);
    firms.retain(|key| case.csv.kind(key) == "ENTERPRISE" && case.answers_for(&region, key));
    firms.sort();
    firms.dedup();
    firms
}

/// Unmet, how far, unknown, credit code, name, in all.
type Ranked = (usize, i128, usize, Option<String>, String, &'static str);

/// 78: those nearest to the next step.
pub fn candidates(case: &Case<'_>) {
    let already = holding(case, &["HNTE"]);
    let mut pool = holding(case, &["SME_NATIONAL"]);
    pool.retain(|key| !already.contains(key) && case.csv.value(key, "status", case.day).as_deref() == Some("ACTIVE"));
    let has_figures = |key: &String| {
        case.csv.rows("year_figures.csv").iter().any(|row| {
            case.csv.resolve(cell(row, "organization")) == *key
                && first_day(cell(row, "year")).is_some_and(|from| from <= case.day)
        })
    };
    let without = pool.iter().filter(|key| !has_figures(key)).count();
    pool.retain(has_figures);
    let judged = |key: &String| Firm { csv: case.csv, key: key.clone(), day: case.day }.high_tech();
    let code = |key: &String| {
        case.csv
            .rows("identifiers.csv")
            .iter()
            .find(|row| case.csv.resolve(cell(row, "entity")) == *key && cell(row, "scheme") == "USCC")
            .map(|row| cell(row, "value").to_owned())
    };
    let mut ranked: Vec<Ranked> = pool
        .iter()
        .map(|key| {
            let all = judged(key);
            (
                count(&all, "UNMET"),
                all.iter().map(|one| one.far).sum(),
                count(&all, "UNKNOWN"),
                code(key),
                case.name(key),
                total(&all),
            )
        })
        .collect();
    ranked.sort();
    let edges: Vec<Value> = ranked
        .iter()
        .enumerate()
        .map(|(at, (unmet, far, unknown, _, name, status))| {
            json!({ "node": {
                "rank": at + 1,
                "organization": { "nameZh": name },
                "unmetCount": unmet,
                "unknownCount": unknown,
                "relativeGap": six((*far, 1_000_000)),
                "eligibility": { "status": status },
            }})
        })
        .collect();
    case.expect(&json!({ "candidates": {
        "totalCount": edges.len(),
        "withoutData": without,
        "version": "2016",
        "document": "国科发火〔2016〕32号",
        "truncated": false,
        "edges": edges,
    }}));
}

/// A day so many days later.
fn days_later(from: Day, days: i64) -> Day {
    let mut at = from;
    // By months, then day by day: the calendar is that of `days_between`.
    loop {
        let next = (1..=31).map(|step| at + step).chain([(at / 100 + 1) * 100 + 1, (at / 10_000 + 1) * 10_000 + 101]);
        let fits = next.filter(|next| {
            let (month, date) = (next / 100 % 100, next % 100);
            let length = match month {
                2 => {
                    if (next / 10_000) % 4 == 0 {
                        29
                    } else {
                        28
                    }
                }
                4 | 6 | 9 | 11 => 30,
                1..=12 => 31,
                _ => 0,
            };
            (1..=length).contains(&date) && days_between(from, *next) <= days
        });
        match fits.max() {
            Some(next) if next > at => at = next,
            _ => return at,
        }
    }
}

/// 79: who holds a scheme, and until when.
pub fn holders(case: &Case<'_>) {
    let scheme = case.variables["scheme"].as_str().expect("a scheme");
    let until = days_later(case.day, case.variables["within"].as_i64().expect("days"));
    let ends = |key: &String| {
        let held = case.csv.certificates(scheme, case.day, &["YES"]).into_iter();
        let own = held.filter(|row| case.csv.resolve(cell(row, "holder")) == *key);
        own.map(|row| {
            let taken = first_day(cell(row, "revokedFrom")).unwrap_or(Day::MAX);
            (end_day(cell(row, "validTo")).unwrap_or(Day::MAX)).min(taken)
        })
        .max()
        .expect("a certificate")
    };
    let mut all: Vec<(Day, String)> = holding(case, &[scheme]).into_iter().map(|key| (ends(&key), key)).collect();
    all.sort();
    let ending = all.iter().filter(|(end, _)| *end <= until).count();
    let written = |day: Day| format!("{}-{:02}-{:02}", day / 10_000, day / 100 % 100, day % 100);
    let found = &case.data()["schemeHolders"];
    assert_eq!(found["until"], written(until));
    let counts =
        ["totalCount", "endingCount", "ifAllRenew", "ifNoneRenew", "outgrownCount"].map(|name| found[name].as_u64());
    let wanted = [all.len(), ending, all.len(), all.len() - ending, 0].map(|count| Some(count as u64));
    assert_eq!(counts, wanted);
    let edges = found["edges"].as_array().expect("edges");
    let last: Vec<&Value> = edges.iter().map(|edge| &edge["node"]["endsOn"]).collect();
    assert_eq!(last, all.iter().map(|(end, _)| json!(written(*end))).collect::<Vec<_>>().iter().collect::<Vec<_>>());
    for edge in edges {
        let name = edge["node"]["organization"]["nameZh"].as_str().expect("a name");
        let (end, _) =
            all.iter().find(|(_, key)| case.name(key) == name).unwrap_or_else(|| panic!("{name} holds nothing"));
        assert_eq!(
            (&edge["node"]["endsOn"], &edge["node"]["daysLeft"]),
            (&json!(written(*end)), &json!(days_between(case.day, *end)))
        );
    }
}
