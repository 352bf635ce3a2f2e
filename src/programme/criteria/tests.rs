//! The shipped criteria at every boundary: at, just below, just above, and with inputs missing. What is
//! expected is written out by hand from the documents.

use std::collections::BTreeMap;

use super::*;
use crate::domain::Day;

/// A firm made up for a test: figures by name and year, facts by name, certificates.
#[derive(Clone, Default)]
struct Made {
    figures: BTreeMap<(&'static str, i32), Said>,
    facts: BTreeMap<&'static str, Said>,
    held: Vec<&'static str>,
    field: Option<bool>,
    begun: Option<i32>,
}

const THIS_YEAR: i32 = 2022;

impl Made {
    fn figure(mut self, name: &'static str, year: i32, number: i64) -> Self {
        self.figures.insert((name, year), Said::Number(Exact::whole(number)));
        self
    }

    fn years(mut self, name: &'static str, numbers: [i64; 3]) -> Self {
        for (year, number) in (2019..).zip(numbers) {
            self = self.figure(name, year, number);
        }
        self
    }

    fn fact(mut self, name: &'static str, said: Said) -> Self {
        self.facts.insert(name, said);
        self
    }

    fn count(self, name: &'static str, number: i64) -> Self {
        self.fact(name, Said::Number(Exact::whole(number)))
    }

    fn without(mut self, name: &str) -> Self {
        self.figures.retain(|(known, _), _| *known != name);
        self.facts.retain(|known, _| *known != name);
        self
    }

    fn holding(mut self, scheme: &'static str) -> Self {
        self.held.push(scheme);
        self
    }
}

impl Subject for Made {
    fn figure(&self, input: &'static Input, year: i32, _: &[u16]) -> Told {
        Told { said: self.figures.get(&(input.name, year)).copied(), ..Told::default() }
    }

    fn fact(&self, input: &'static Input) -> Told {
        Told { said: self.facts.get(input.name).copied(), ..Told::default() }
    }

    fn holds(&self, scheme: &str) -> Option<bool> {
        Some(self.held.contains(&scheme))
    }

    fn classified(&self, _: &str) -> Option<bool> {
        self.field
    }

    fn begun(&self) -> Option<i32> {
        self.begun
    }
}

fn day(text: &str) -> Day {
    text.parse().expect("a day")
}

fn set(scheme: &str) -> &'static CriterionSet {
    Library::shipped().on(scheme, day("2022-06-01")).unwrap_or_else(|| panic!("{scheme} is not shipped"))
}

fn tried(scheme: &str, made: &Made) -> Verdict {
    evaluate(set(scheme), made, THIS_YEAR)
}

/// What became of the criterion of that number.
fn outcome(scheme: &str, number: &str, made: &Made) -> Outcome {
    let place = set(scheme).criteria.iter().position(|criterion| criterion.number == number).expect("a criterion");
    tried(scheme, made).outcomes.swap_remove(place)
}

fn status(scheme: &str, number: &str, made: &Made) -> Status {
    outcome(scheme, number, made).status
}

fn sentence(scheme: &str, number: &str, made: &Made) -> String {
    let criterion = set(scheme).criteria.iter().find(|criterion| criterion.number == number).expect("a criterion");
    say::sentence(criterion, &outcome(scheme, number, made))
}

use Status::{Expert, Met, Unknown, Unmet};

/// A firm that meets every criterion of a high-tech enterprise that is not for experts.
fn high_tech() -> Made {
    Made { field: Some(true), begun: Some(2010), ..Made::default() }
        .count("registeredDays", 4_000)
        .figure("ip1", 2021, 3)
        .figure("ip2", 2021, 6)
        .figure("staff", 2021, 100)
        .figure("stStaff", 2021, 20)
        .years("revenue", [40_000_000, 44_000_000, 48_000_000])
        .years("rdExpense", [2_500_000, 2_600_000, 2_700_000])
        .years("rdDomestic", [2_500_000, 2_600_000, 2_700_000])
        .figure("highTechRevenue", 2021, 40_000_000)
        .years("newConversions", [5, 6, 7])
        .years("netAssets", [10_000_000, 13_000_000, 17_000_000])
        .fact("seriousIncident", Said::Answer(false))
}

/// `seriousIncident` is a figure of a year: here it is said of the year before.
fn high_tech_clean() -> Made {
    let mut made = high_tech();
    made.figures.insert(("seriousIncident", 2021), Said::Answer(false));
    made
}

#[test]
fn shipped_criteria_have_no_flaw_and_stand_for_every_scheme_of_the_plan() {
    let schemes = Library::shipped().schemes();
    let wanted = [
        "ALLIANCE_PROVINCIAL",
        "GIANT",
        "GIANT_CULTIVATION",
        "HNTE",
        "INCUBATEE",
        "LEAD_HENAN",
        "MAKER_NATIONAL",
        "SME_NATIONAL",
        "TBI_NATIONAL",
        "TECH_LOAN",
    ];
    assert_eq!(schemes, wanted);
    for set in Library::shipped().sets() {
        assert!(!set.source.is_empty() && !set.document.is_empty() && !set.criteria.is_empty(), "{}", set.scheme);
    }
}

#[test]
fn a_version_holds_on_the_days_of_its_document() {
    let library = Library::shipped();
    let version = |text: &str| library.on("GIANT_CULTIVATION", day(text)).map(|set| set.version.as_str());
    assert_eq!(version("2017-10-31"), Some("2016"));
    assert_eq!(version("2017-11-01"), Some("2017"));
    assert_eq!(version("2015-12-31"), None);
}

#[test]
fn a_tenth_of_the_staff_is_enough_and_the_gap_holds_the_total() {
    let staff = |st: i64, all: i64| high_tech().figure("stStaff", 2021, st).figure("staff", 2021, all);
    assert_eq!(status("HNTE", "4", &staff(10, 100)), Met);
    assert_eq!(status("HNTE", "4", &staff(11, 100)), Met);
    assert_eq!(status("HNTE", "4", &staff(9, 91)), Unmet);
    assert_eq!(status("HNTE", "4", &high_tech().without("stStaff")), Unknown);
    assert_eq!(status("HNTE", "4", &high_tech().without("staff")), Unknown);
    // 8 of 83 would be too few: who comes in is counted below the line as well.
    let short = outcome("HNTE", "4", &staff(7, 83));
    let gap = short.gap.expect("a gap");
    assert_eq!((gap.units, gap.then), (2, Some((Exact::whole(9), Exact::whole(85)))));
    assert_eq!(
        sentence("HNTE", "4", &staff(7, 83)),
        "科技人员占职工总数比例 8.43%（7/83），要求 ≥ 10%，还差 2 人（9/85）。可从高校院所引进科技人员，或把实际从事研发的人员如实归集。"
    );
    for all in 1..200_i64 {
        for st in 0..all / 10 {
            if st * 10 >= all {
                continue;
            }
            let gap = outcome("HNTE", "4", &staff(st, all)).gap.expect("a gap").units as i64;
            assert!((st + gap) * 10 >= all + gap && (st + gap - 1) * 10 < all + gap - 1, "{st} of {all}: {gap}");
        }
    }
}

#[test]
fn research_is_measured_by_the_bracket_of_the_last_year() {
    let spent = |last: i64, rd: i64| {
        high_tech().years("revenue", [0, 0, last]).years("rdExpense", [0, 0, rd]).years("rdDomestic", [0, 0, rd])
    };
    // 50 million lie in the lowest bracket, one yuan more in the next; so do 200 million and one yuan more.
    assert_eq!(status("HNTE", "5a", &spent(50_000_000, 2_500_000)), Met);
    assert_eq!(status("HNTE", "5a", &spent(50_000_000, 2_499_999)), Unmet);
    assert_eq!(status("HNTE", "5a", &spent(50_000_001, 2_000_001)), Met);
    assert_eq!(status("HNTE", "5a", &spent(50_000_001, 2_000_000)), Unmet);
    assert_eq!(status("HNTE", "5a", &spent(200_000_000, 8_000_000)), Met);
    assert_eq!(status("HNTE", "5a", &spent(200_000_000, 7_999_999)), Unmet);
    assert_eq!(status("HNTE", "5a", &spent(200_000_001, 6_000_001)), Met);
    assert_eq!(status("HNTE", "5a", &spent(200_000_001, 6_000_000)), Unmet);
    let gap = outcome("HNTE", "5a", &spent(50_000_000, 2_400_000)).gap.expect("a gap");
    assert_eq!(gap.units, 100_000);
}

#[test]
fn research_is_summed_over_three_years_and_not_averaged() {
    // Yearly ratios 9, 5 and 2 per cent have a mean above 5; the sums have not.
    let made = high_tech()
        .years("revenue", [10_000_000, 10_000_000, 40_000_000])
        .years("rdExpense", [900_000, 500_000, 800_000]);
    assert_eq!(status("HNTE", "5a", &made), Unmet);
    assert_eq!(status("HNTE", "5a", &made.clone().without("rdExpense")), Unknown);
    // Who began two years ago is measured by two years.
    let mut young = made.clone();
    young.figures.remove(&("revenue", 2019));
    young.figures.remove(&("rdExpense", 2019));
    assert_eq!(status("HNTE", "5a", &young), Unknown);
    young.begun = Some(2020);
    assert_eq!(status("HNTE", "5a", &young), Unmet);
    assert_eq!(status("HNTE", "5a", &young.figure("rdExpense", 2021, 2_000_000)), Met);
}

#[test]
fn what_no_missing_figure_can_change_is_decided() {
    // Sales of the last year unknown in kind: at five per cent every bracket is met, below three none.
    let spent = |rd: i64| {
        let read = r#"{"op":"compare","value":{"op":"ratio","of":{"op":"figure","input":"rdExpense","year":-1},"to":{"op":"figure","input":"totalCost","year":-1}},
          "is":"at_least","threshold":{"op":"bands","by":{"op":"figure","input":"revenue","year":-1},"bands":[{"more_than":"200000000","gives":"0.03"}],"below":"0.05"}}"#;
        let json = serde_json::from_str(read).expect("JSON");
        let kinds = [crate::domain::Kind::Enterprise];
        let test = read::Reader { kinds: &kinds }.test("", &json, 0).expect("a test");
        let mut one = set("HNTE").clone();
        one.criteria.truncate(1);
        one.criteria[0].test = test;
        let made = Made::default().figure("rdExpense", 2021, rd).figure("totalCost", 2021, 100);
        evaluate(&one, &made, THIS_YEAR).status
    };
    assert_eq!([spent(5), spent(4), spent(3), spent(2)], [Met, Unknown, Unknown, Unmet]);
}

#[test]
fn shares_of_income_and_of_research_inside_the_country() {
    let income = |high: i64| high_tech().figure("revenue", 2021, 100).figure("highTechRevenue", 2021, high);
    assert_eq!([status("HNTE", "6", &income(60)), status("HNTE", "6", &income(61))], [Met, Met]);
    assert_eq!(status("HNTE", "6", &income(59)), Unmet);
    assert_eq!(status("HNTE", "6", &high_tech().without("highTechRevenue")), Unknown);
    assert!(
        sentence("HNTE", "6", &high_tech().without("highTechRevenue")).contains("缺 2021 年高新技术产品（服务）收入")
    );
    let inside = |yuan: i64| high_tech().years("rdExpense", [100, 100, 100]).years("rdDomestic", [100, 50, yuan]);
    assert_eq!([status("HNTE", "5b", &inside(30)), status("HNTE", "5b", &inside(29))], [Met, Unmet]);
}

#[test]
fn a_year_since_registration() {
    let since = |days: i64| high_tech().count("registeredDays", days);
    assert_eq!([364, 365, 366].map(|days| status("HNTE", "1", &since(days))), [Unmet, Met, Met]);
    assert_eq!(status("HNTE", "1", &high_tech().without("registeredDays")), Unknown);
    let vague = |days: i64| high_tech().fact("registeredDays", Said::AtLeast(Exact::whole(days)));
    assert_eq!([status("HNTE", "1", &vague(365)), status("HNTE", "1", &vague(200))], [Met, Unknown]);
}

#[test]
fn seventy_points_are_not_enough() {
    // Growth of neither kind, results of 5 a year, no property: at most 30 + 24 − 8 … counted out below.
    let scored = |conversions: i64, ip1: i64, ip2: i64, assets: [i64; 3], sales: [i64; 3]| {
        high_tech()
            .years("newConversions", [conversions; 3])
            .figure("ip1", 2021, ip1)
            .figure("ip2", 2021, ip2)
            .years("netAssets", assets)
            .years("revenue", sales)
    };
    let flat = [100, 100, 100];
    // Property 8 + 8 + 0 + 6 + 2 = 24, results 18, organisation 20, growth 8 of assets: 70 at the best.
    let seventy = scored(3, 0, 0, [100, 125, 157], flat);
    let best = outcome("HNTE", "7", &seventy);
    assert_eq!(best.measured.expect("a number").value.high, Some(Exact::whole(70)));
    assert_eq!(best.status, Unmet);
    assert_eq!(best.gap.expect("a gap").units, 1);
    assert!(sentence("HNTE", "7", &seventy).contains("专家评满分也还差 1 分"), "{}", sentence("HNTE", "7", &seventy));
    // One class-II item more gives two points: it is for the experts now.
    assert_eq!(status("HNTE", "7", &scored(3, 0, 1, [100, 125, 157], flat)), Expert);
    assert_eq!(status("HNTE", "7", &high_tech()), Expert);
    // With figures missing it is unknown, but what cannot reach 71 whatever they are is unmet.
    assert_eq!(status("HNTE", "7", &high_tech().without("newConversions")), Unknown);
    assert_eq!(status("HNTE", "7", &scored(0, 0, 0, flat, flat).without("netAssets")), Unmet);
}

#[test]
fn growth_falls_into_its_band() {
    let grown = |third: i64| {
        let read = r#"{"op":"compare","value":{"op":"growth","input":"revenue","year":-1},"is":"at_least","threshold":{"op":"constant","is":"0.35"}}"#;
        let kinds = [crate::domain::Kind::Enterprise];
        let test =
            read::Reader { kinds: &kinds }.test("", &serde_json::from_str(read).expect("JSON"), 0).expect("a test");
        let mut one = set("HNTE").clone();
        one.criteria.truncate(1);
        one.criteria[0].test = test;
        // Second over first is 1.2; half of it and of third over second less one.
        evaluate(&one, &Made::default().years("revenue", [1_000, 1_200, third]), THIS_YEAR).status
    };
    assert_eq!([grown(1_799), grown(1_800), grown(1_801)], [Unmet, Met, Met]);
}

#[test]
fn the_whole_verdict() {
    let clean = tried("HNTE", &high_tech_clean());
    assert_eq!((clean.status, clean.count(Met), clean.count(Expert)), (Expert, 8, 1));
    let short = high_tech_clean().figure("stStaff", 2021, 9);
    let short = tried("HNTE", &short);
    assert_eq!((short.status, short.count(Unmet), short.relative()), (Unmet, 1, 100_000));
    let unsaid = tried("HNTE", &high_tech().without("seriousIncident"));
    assert_eq!((unsaid.status, unsaid.count(Unknown)), (Unknown, 1));
    let mut dirty = high_tech_clean();
    dirty.figures.insert(("seriousIncident", 2021), Said::Answer(true));
    assert_eq!(status("HNTE", "8", &dirty), Unmet);
    assert_eq!(tried("HNTE", &Made::default()).count(Unmet), 0);
    let mut abroad = high_tech_clean();
    abroad.field = None;
    assert_eq!(status("HNTE", "3", &abroad), Unknown);
    let bare = high_tech_clean().figure("ip1", 2021, 0).figure("ip2", 2021, 0);
    assert_eq!([status("HNTE", "2", &bare), status("HNTE", "2", &bare.clone().figure("ip2", 2021, 1))], [Unmet, Met]);
    assert_eq!(status("HNTE", "2", &bare.without("ip2")), Unknown);
}

/// A firm with these points: staff of 100, research of 100 of sales, items of class II.
fn small(st: i64, rd: i64, second: i64) -> Made {
    Made::default()
        .figure("staff", 2021, 100)
        .figure("stStaff", 2021, st)
        .figure("revenue", 2021, 100)
        .figure("rdExpense", 2021, rd)
        .figure("totalCost", 2021, 1_000)
        .figure("totalAssets", 2021, 100)
        .figure("ip1", 2021, 0)
        .figure("ip2", 2021, second)
        .count("provincialPlatforms", 0)
        .count("recentStandards", 0)
}

/// What became of the points alone: the other ways in are shut, or for papers.
fn points(made: &Made) -> (Status, Option<Exact>) {
    let outcome = outcome("SME_NATIONAL", "5", made);
    let scored = &outcome.parts[0];
    (scored.status, scored.parts[1].measured.and_then(|measured| measured.value.exact()))
}

#[test]
fn sixty_points_make_a_small_firm() {
    let of = |points: i64| Some(Exact::whole(points));
    assert_eq!(points(&small(10, 6, 1)), (Met, of(60)));
    assert_eq!(points(&small(10, 5, 2)), (Unmet, of(56)));
    assert_eq!(points(&small(15, 5, 2)), (Met, of(60)));
    assert_eq!(points(&small(10, 6, 0)), (Unmet, of(54)));
    assert_eq!(points(&small(30, 6, 4)), (Met, of(94)));
    // Enough points, and none for staff.
    assert_eq!(points(&small(9, 6, 4)), (Unmet, of(74)));
    assert_eq!(points(&small(10, 6, 1).without("ip2")).0, Unknown);
    // The firm chooses: by sales 10, by costs 50.
    assert_eq!(points(&small(10, 2, 1).figure("totalCost", 2021, 6)).1, of(60));
    assert_eq!(points(&small(10, 6, 1).without("totalCost")).1, of(60));
    for (st, wanted) in [(9, 0), (10, 4), (14, 4), (15, 8), (19, 8), (20, 12), (24, 12), (25, 16), (29, 16), (30, 20)] {
        assert_eq!(points(&small(st, 0, 0)).1, of(wanted), "{st} of 100");
    }
    for (rd, wanted) in [(1, 0), (2, 10), (3, 20), (4, 30), (5, 40), (6, 50), (60, 50)] {
        assert_eq!(points(&small(0, rd, 0)).1, of(wanted), "{rd} of 100");
    }
    for (items, wanted) in [(0, 0), (1, 6), (2, 12), (3, 18), (4, 24), (9, 24)] {
        assert_eq!(points(&small(0, 0, items)).1, of(wanted), "{items} items");
    }
}

#[test]
fn a_certificate_replaces_points_and_nothing_else() {
    let poor = small(0, 0, 0);
    assert_eq!(status("SME_NATIONAL", "5", &poor), Unknown);
    let held = poor.holding("HNTE");
    assert_eq!(status("SME_NATIONAL", "5", &held), Met);
    assert_eq!(status("SME_NATIONAL", "2a", &held.figure("staff", 2021, 501)), Unmet);
}

#[test]
fn caps_hold_the_figure_itself() {
    let capped = |name: &'static str, number: i64| {
        let place = ["staff", "revenue", "totalAssets"].iter().position(|known| *known == name).expect("a cap");
        status("SME_NATIONAL", ["2a", "2b", "2c"][place], &Made::default().figure(name, 2021, number))
    };
    assert_eq!([499, 500, 501].map(|staff| capped("staff", staff)), [Met, Met, Unmet]);
    for name in ["revenue", "totalAssets"] {
        assert_eq!([199_999_999, 200_000_000, 200_000_001].map(|yuan| capped(name, yuan)), [Met, Met, Unmet]);
    }
    assert_eq!(status("SME_NATIONAL", "2a", &Made::default()), Unknown);
    let over = outcome("SME_NATIONAL", "2a", &Made::default().figure("staff", 2021, 503)).gap.expect("a gap");
    assert_eq!((over.units, over.more), (3, Direction::Down));
}

#[test]
fn little_giants_by_their_brackets() {
    let sales = |yuan: i64| Made::default().years("revenue", [0, 0, yuan]);
    let bracket = |scheme: &str, yuan: i64| (status(scheme, "2a", &sales(yuan)), status(scheme, "2b", &sales(yuan)));
    assert_eq!(bracket("GIANT_CULTIVATION", 9_999_999), (Unmet, Met));
    assert_eq!(bracket("GIANT_CULTIVATION", 10_000_000), (Met, Met));
    assert_eq!(bracket("GIANT_CULTIVATION", 99_999_999), (Met, Met));
    assert_eq!(bracket("GIANT_CULTIVATION", 100_000_000), (Met, Unmet));
    assert_eq!(bracket("GIANT", 99_999_999), (Unmet, Met));
    assert_eq!(bracket("GIANT", 100_000_000), (Met, Met));
    assert_eq!(bracket("GIANT", 199_999_999), (Met, Met));
    assert_eq!(bracket("GIANT", 200_000_000), (Met, Unmet));
    let grown = |third: i64| Made::default().years("revenue", [100, 120, third]).years("netProfit", [10, 10, 10]);
    assert_eq!([143, 144, 145].map(|third| status("GIANT", "3", &grown(third))), [Unmet, Met, Met]);
    let spent = |rd: i64, cost: i64| {
        Made::default().figure("revenue", 2021, 100).figure("rdExpense", 2021, rd).figure("totalCost", 2021, cost)
    };
    assert_eq!([status("GIANT", "4", &spent(5, 90)), status("GIANT", "4", &spent(4, 90))], [Met, Unmet]);
    assert_eq!([status("GIANT", "4", &spent(4, 16)), status("GIANT", "4", &spent(4, 17))], [Met, Unmet]);
    // More may have been granted than is on record: too few are unknown, not unmet.
    let seen = |first: i64, second: i64| {
        let least = |number: i64| Said::AtLeast(Exact::whole(number));
        Made::default().fact("recentIp1", least(first)).fact("recentIp2", least(second))
    };
    assert_eq!([seen(1, 0), seen(0, 3), seen(0, 2)].map(|made| status("GIANT", "5", &made)), [Met, Met, Unknown]);
    assert_eq!(status("GIANT", "1", &Made::default()), Unmet);
    assert_eq!(status("GIANT", "1", &Made::default().holding("SME_NATIONAL")), Met);
}

#[test]
fn debts_of_seven_tenths_are_still_a_loan() {
    let owing = |debts: i64| Made::default().figure("debts", 2021, debts).figure("totalAssets", 2021, 1_000);
    assert_eq!([699, 700, 701].map(|debts| status("TECH_LOAN", "3", &owing(debts))), [Met, Met, Unmet]);
    assert_eq!(status("TECH_LOAN", "3", &owing(1).without("totalAssets")), Unknown);
    let sales = |yuan: i64| status("TECH_LOAN", "4", &Made::default().figure("revenue", 2021, yuan));
    assert_eq!([100_000_000, 100_000_001].map(sales), [Met, Unmet]);
}

#[test]
fn carriers_and_their_firms() {
    let house = |area: i64, firms: i64| Made::default().figure("area", 2021, area).figure("incubatees", 2021, firms);
    assert_eq!([9_999, 10_000].map(|area| status("TBI_NATIONAL", "2a", &house(area, 50))), [Unmet, Met]);
    assert_eq!([49, 50].map(|firms| status("TBI_NATIONAL", "6a", &house(10_000, firms))), [Unmet, Met]);
    assert_eq!([29, 30].map(|firms| status("TBI_NATIONAL", "6b", &house(10_000, firms))), [Unmet, Met]);
    assert_eq!(outcome("TBI_NATIONAL", "6b", &house(10_000, 28)).gap.expect("a gap").units, 2);
    let open = |months: i64| Made::default().count("operatingMonths", months);
    assert_eq!([35, 36].map(|months| status("TBI_NATIONAL", "1", &open(months))), [Unmet, Met]);
    assert_eq!([17, 18].map(|months| status("MAKER_NATIONAL", "1", &open(months))), [Unmet, Met]);
    let space = |area: i64, seats: i64| Made::default().figure("area", 2021, area).figure("seats", 2021, seats);
    let rooms = [(499, 29), (500, 0), (0, 30)].map(|(area, seats)| status("MAKER_NATIONAL", "2", &space(area, seats)));
    assert_eq!(rooms, [Unmet, Met, Met]);
    let stay =
        |months: i64, allowed: i64| Made::default().count("stayMonths", months).count("stayAllowedMonths", allowed);
    let stays =
        [(48, 48), (49, 48), (60, 60), (61, 60)].map(|(months, most)| status("INCUBATEE", "2", &stay(months, most)));
    assert_eq!(stays, [Met, Unmet, Met, Unmet]);
    let age = |months: i64| status("INCUBATEE", "1", &Made::default().count("entryAgeMonths", months));
    assert_eq!([24, 25].map(age), [Met, Unmet]);
    let alliance = |firms: i64, liable: i64| Made::default().count("memberFirms", firms).count("liableUnits", liable);
    assert_eq!(status("ALLIANCE_PROVINCIAL", "5", &alliance(3, 0)), Unmet);
    assert_eq!(status("ALLIANCE_PROVINCIAL", "1", &alliance(1, 0)), Met);
}

#[test]
fn manual_criteria_are_for_experts() {
    let old = Library::shipped().version("GIANT_CULTIVATION", "2016").expect("a version");
    assert_eq!(evaluate(old, &Made::default(), THIS_YEAR).status, Expert);
    assert_eq!(tried("LEAD_HENAN", &Made::default().holding("HNTE")).status, Expert);
    assert_eq!(tried("LEAD_HENAN", &Made::default()).status, Unmet);
}

/// A set with one field changed by text.
fn changed(from: &str, to: &str) -> Result<CriterionSet, Flaw> {
    let text = include_str!("../../../fixtures/criteria/tech-loan-2017.json");
    assert!(text.contains(from), "{from}");
    read::set(&text.replacen(from, to, 1))
}

#[test]
fn what_is_wrong_is_refused_with_its_place_and_a_remedy() {
    let refused = |from: &str, to: &str| changed(from, to).map_err(|flaw| (flaw.code, flaw.place)).expect_err("a flaw");
    let at = |place: &str| place.to_owned();
    assert_eq!(
        refused(r#""input": "debts""#, r#""input": "depts""#),
        ("CRITERIA_INPUT_UNKNOWN", at("criteria[2].test.value.of"))
    );
    assert_eq!(
        refused(r#""input": "debts""#, r#""input": "incubatees""#),
        ("CRITERIA_INPUT_UNKNOWN", at("criteria[2].test.value.of"))
    );
    assert_eq!(refused(r#""input": "debts""#, r#""input": "seriousIncident""#).0, "CRITERIA_INPUT_UNFIT");
    assert_eq!(refused(r#""op": "ratio""#, r#""op": "quotient""#).0, "CRITERIA_OPERATOR_UNKNOWN");
    assert_eq!(refused(r#""is": "at_most""#, r#""is": "up_to""#).0, "CRITERIA_OPERATOR_UNKNOWN");
    assert_eq!(refused(r#""op": "papers""#, r#""op": "constant""#).0, "CRITERIA_OPERATOR_UNKNOWN");
    assert_eq!(refused(r#""source": "gxq"#, r#""sauce": "gxq"#).0, "CRITERIA_FIELD_UNKNOWN");
    assert_eq!(
        refused(r#""source": "gxq.xinxiang.gov.cn/news/44_2597""#, r#""source": " ""#).0,
        "CRITERIA_SOURCE_MISSING"
    );
    assert_eq!(refused(r#""validFrom": "2017-03-01""#, r#""validFrom": null"#).0, "CRITERIA_VALIDITY");
    assert_eq!(refused(r#""validTo": null"#, r#""validTo": "2016-01-01""#).0, "CRITERIA_VALIDITY");
    assert_eq!(refused(r#""number": "2""#, r#""number": "1""#).0, "CRITERIA_NUMBER_TWICE");
    assert_eq!(refused(r#""kinds": ["ENTERPRISE"]"#, r#""kinds": ["FIRM"]"#).0, "CRITERIA_KIND_UNKNOWN");
    assert_eq!(refused(r#""AUDITED""#, r#""CHECKED""#).0, "CRITERIA_BASIS_UNKNOWN");
    assert_eq!(refused(r#""is": "0.7""#, r#""is": "70%""#).0, "CRITERIA_FIELD_MISSING");
    assert_eq!(refused("{", "[").0, "CRITERIA_NOT_JSON");
    let deep = format!("{}{}{}", r#"{"op":"any","of":["#.repeat(14), r#"{"op":"papers"}"#, "]}".repeat(14));
    assert_eq!(refused(r#"{"op": "papers"}"#, &deep).0, "CRITERIA_TOO_DEEP");
    let wide = format!(r#"{{"op":"any","of":[{}{{"op":"papers"}}]}}"#, r#"{"op":"papers"},"#.repeat(60));
    assert_eq!(refused(r#"{"op": "papers"}"#, &wide).0, "CRITERIA_TOO_MANY");
    let flaw = changed(r#""op": "ratio""#, r#""op": "quotient""#).expect_err("a flaw");
    assert!(flaw.zh.contains("可用的有") && flaw.en.contains("There are"), "{flaw:?}");
}

#[test]
fn versions_of_one_scheme_never_overlap() {
    let text = include_str!("../../../fixtures/criteria/tech-loan-2017.json");
    let later = text.replacen(r#""version": "2017""#, r#""version": "2025""#, 1);
    let apart = later.replacen("2017-03-01", "2025-01-01", 1);
    let codes = |files: &[(&str, &str)]| {
        let (library, flaws) = Library::read(files.iter().copied());
        (library.sets().len(), flaws.iter().map(|(file, flaw)| (file.clone(), flaw.code)).collect::<Vec<_>>())
    };
    assert_eq!(codes(&[("a", text), ("b", &later)]), (1, vec![("b".to_owned(), "CRITERIA_VERSIONS_OVERLAP")]));
    assert_eq!(codes(&[("a", text), ("b", &apart)]).0, 1);
    let ended = text.replacen(r#""validTo": null"#, r#""validTo": "2025-01-01""#, 1);
    assert_eq!(codes(&[("a", &ended), ("b", &apart)]), (2, vec![]));
}

#[test]
fn missing_data_never_make_unmet_what_data_would_meet() {
    // Taking an input away may turn a known answer into unknown, never met into unmet or back.
    let whole = high_tech_clean();
    let names: Vec<&str> = INPUTS.iter().map(|input| input.name).collect();
    for scheme in ["HNTE", "SME_NATIONAL", "GIANT", "TECH_LOAN"] {
        let before = tried(scheme, &whole);
        for name in &names {
            let after = tried(scheme, &whole.clone().without(name));
            for (before, after) in before.outcomes.iter().zip(&after.outcomes) {
                let turned = matches!((before.status, after.status), (Met, Unmet) | (Unmet, Met));
                assert!(!turned, "{scheme} without {name}: {:?} became {:?}", before.status, after.status);
            }
        }
    }
}
