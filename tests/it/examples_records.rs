//! Oracles of the worked queries about records, shares and what is not there.

use serde_json::{Value, json};

use crate::csv_oracle::{Day, Row, Store, cell, day, end_day, first_day, folded};
use crate::examples_oracle::{Case, credit_code, term_code, worded};
use crate::expected::{bag, code, counted, edges, number, text};
use crate::records_oracle::{Reader, records};
use crate::support::{demo, demo_city_officer, project};

impl Case<'_> {
    fn reader(&self) -> Reader {
        if std::ptr::eq(self.served, demo()) { Reader::Public } else { Reader::CityOfficer }
    }

    /// The rows of a file of records, of one subject or of all.
    fn records(&self, file: &str, subject: Option<&str>) -> Vec<&Row> {
        self.csv.records(file, subject, self.day, self.reader())
    }

    fn region(&self, variable: &str) -> String {
        self.key(&self.variables[variable])
    }

    /// Does the region, or one below it, answer for the thing on the day?
    pub fn answers_for(&self, region: &str, key: &str) -> bool {
        let own = self.ties(key, "LOCATED_IN", true);
        let mut own = own.iter().filter(|tie| cell(tie.row, "role") == "JURISDICTION");
        own.any(|tie| self.csv.wholes(&tie.other, self.day).contains(region))
    }

    /// Firms of a region that hold a certificate of the scheme on the day.
    fn certified_in(&self, region: &str) -> Vec<String> {
        let scheme = self.variables["scheme"].as_str().expect("a scheme");
        let held = self.csv.certificates(scheme, self.day, &["YES"]);
        let mut firms: Vec<String> = held.into_iter().map(|row| self.csv.resolve(cell(row, "holder"))).collect();
        firms.retain(|key| self.csv.kind(key) == "ENTERPRISE" && self.answers_for(region, key));
        firms.sort();
        firms.dedup();
        self.by_names(firms)
    }

    /// `{ nameZh }` of what a column points at; null where it is empty.
    fn pointed(&self, row: &Row, column: &str, scheme: &str) -> Value {
        match cell(row, column) {
            "" => Value::Null,
            held => self.named(&self.csv.resolve(&format!("{scheme}{held}"))),
        }
    }
}

/// `{ node { … } }` of every row.
fn nodes<'r>(rows: impl IntoIterator<Item = &'r Row>, node: impl Fn(&'r Row) -> Value) -> Value {
    edges(rows.into_iter().map(|row| json!({ "node": node(row) })))
}

/// The same with their number.
fn counted_nodes<'r>(rows: impl IntoIterator<Item = &'r Row>, node: impl Fn(&'r Row) -> Value) -> Value {
    counted(rows.into_iter().map(|row| json!({ "node": node(row) })))
}

fn log(row: &Row) -> Value {
    if cell(row, "log").is_empty() {
        return Value::Null;
    }
    let entries = cell(row, "log").split('|').filter(|entry| !entry.is_empty());
    entries
        .map(|entry| {
            let (date, said) = entry.split_once(' ').expect("a day and what happened");
            json!({ "date": date, "text": said })
        })
        .collect()
}

/// Past its date and not done.
fn overdue(row: &Row, day: Day) -> &'static str {
    let done = first_day(cell(row, "doneOn")).is_some_and(|done| done <= day);
    match (done, first_day(cell(row, "dueOn"))) {
        (true, _) => "NO",
        (false, Some(due)) => {
            if due < day {
                "YES"
            } else {
                "NO"
            }
        }
        (false, None) => "UNKNOWN",
    }
}

/// What a certificate is on a day; expiring from 180 days before its end.
fn state(case: &Case<'_>, row: &Row) -> &'static str {
    let end = end_day(cell(row, "validTo"));
    let left = |until: Day| days_between(case.day, until);
    match (case.csv.counts(row, case.day), end) {
        ("YES", Some(end)) if left(end) <= 180 => "EXPIRING",
        ("YES", _) => "VALID",
        _ => "EXPIRED",
    }
}

/// Days from one day to a later one.
pub fn days_between(from: Day, to: Day) -> i64 {
    let number = |day: Day| {
        let (year, month, date) = (i64::from(day / 10_000), i64::from(day / 100 % 100), i64::from(day % 100));
        let years = if month <= 2 { year - 1 } else { year };
        let months = if month <= 2 { month + 9 } else { month - 3 };
        365 * years + years.div_euclid(4) - years.div_euclid(100)
            + years.div_euclid(400)
            + (153 * months + 2) / 5
            + date
    };
    number(to) - number(from)
}

/// The same day so many months later, as a number; days past the end of a month compare rightly.
pub fn later(since: Day, months: Day) -> Day {
    let whole = since / 10_000 * 12 + since / 100 % 100 - 1 + months;
    whole / 12 * 10_000 + (whole % 12 + 1) * 100 + since % 100
}

/// Months allowed and whether they have passed: 60 in biomedicine, 48 else.
fn stay(case: &Case<'_>, firm: &str, since: &str) -> (i32, &'static str) {
    let fields = case.ties(firm, "CLASSIFIED_AS", true);
    let biomedicine = case.csv.resolve("HT8:2");
    let long = fields.iter().any(|tie| case.csv.wholes(&tie.other, case.day).contains(&biomedicine));
    let months = if long { 60 } else { 48 };
    let over = first_day(since).map(|since| later(since, months) < case.day);
    (months, over.map_or("UNKNOWN", |over| if over { "YES" } else { "NO" }))
}

pub fn firm_with_records(case: &Case<'_>) {
    let firm = case.by();
    let own = |file: &str| case.records(file, Some(&firm));
    let titled: &[&str] = &["title"];
    let certificates: Vec<&Row> = case
        .csv
        .rows("certifications.csv")
        .iter()
        .filter(|row| case.csv.resolve(cell(row, "holder")) == firm && day(cell(row, "validFrom")) <= case.day)
        .collect();
    let figures = own("year_figures.csv");
    let expected = json!({ "enterprise": {
        "nameZh": case.name(&firm),
        "creditCode": credit_code(case, &firm),
        "statusZh": case.word(&firm, "status", "status"),
        "jurisdiction": case.jurisdiction(&firm),
        "certifications": nodes(certificates, |row| json!({
            "scheme": case.pointed(row, "scheme", "SCHEME:"),
            "certNo": text(cell(row, "certNo")),
            "validFrom": text(cell(row, "validFrom")),
            "validTo": text(cell(row, "validTo")),
            "state": state(case, row),
            "source": case.source(row, titled),
        })),
        "yearFigures": counted_nodes(figures.iter().copied(), |row| json!({
            "year": cell(row, "year").parse::<i64>().expect("a year"),
            "figuresBasisZh": worded(cell(row, "figuresBasis"), "yearBasis"),
            "revenue": number(cell(row, "revenue")),
            "rdExpense": number(cell(row, "rdExpense")),
            "staff": cell(row, "staff").parse::<i64>().ok(),
            "stStaff": cell(row, "stStaff").parse::<i64>().ok(),
            "source": case.source(row, titled),
        })),
        "registerEntries": nodes(own("register_entries.csv"), |row| json!({
            "register": case.pointed(row, "register", "REGISTER:"),
            "validFrom": text(cell(row, "validFrom")),
            "validTo": text(cell(row, "validTo")),
            "isInForce": records("register_entries.csv").holds(row, case.day),
            "exitReasonZh": worded(cell(row, "exitReason"), "registerExit"),
            "source": case.source(row, titled),
        })),
        "workItems": nodes(own("work_items.csv"), |row| json!({
            "kindZh": worded(cell(row, "kind"), "workItem"),
            "title": cell(row, "title"),
            "department": case.pointed(row, "department", ""),
            "openedOn": text(cell(row, "openedOn")),
            "dueOn": text(cell(row, "dueOn")),
            "doneOn": text(cell(row, "doneOn")),
            "isOverdue": overdue(row, case.day),
            "log": log(row),
        })),
        "applications": nodes(own("applications.csv"), |row| json!({
            "scheme": case.pointed(row, "scheme", "SCHEME:"),
            "stageZh": worded(cell(row, "stage"), "applicationStage"),
            "resultZh": worded(cell(row, "result"), "applicationResult"),
            "submittedOn": text(cell(row, "submittedOn")),
            "decidedOn": text(cell(row, "decidedOn")),
        })),
        "honors": nodes(own("honors.csv"), |row| json!({
            "kindZh": worded(cell(row, "kind"), "honor"),
            "title": cell(row, "title"),
            "amount": number(cell(row, "amount")),
            "grantedOn": text(cell(row, "grantedOn")),
            "paidOn": text(cell(row, "paidOn")),
        })),
        "collaborations": case.with_roles(&case.ties(&firm, "PARTICIPATES_IN", true), "participant"),
        "alliances": case.with_roles(&case.ties(&firm, "MEMBER_OF", true), "member"),
        "incubatedIn": edges(case.ties(&firm, "INCUBATED_IN", true).iter().map(|tie| {
            let (months, overstays) = stay(case, &firm, cell(tie.row, "since"));
            json!({ "since": text(cell(tie.row, "since")), "monthsAllowed": months, "overstays": overstays, "node": case.named(&tie.other) })
        })),
        "fundings": edges(case.ties(&firm, "FUNDS", false).iter().map(|tie| json!({
            "instrumentZh": worded(cell(tie.row, "instrument"), "instrument"),
            "amount": number(cell(tie.row, "amount")),
            "since": text(cell(tie.row, "since")),
            "node": case.named(&tie.other),
        }))),
        "demands": case.others(&case.ties(&firm, "HAS_DEMAND", true)),
    } });
    case.expect(&expected);
    let overdue = own("work_items.csv").into_iter().filter(|row| overdue(row, case.day) == "YES").count();
    assert!(figures.len() >= 5 && overdue == 1, "several bases and an overdue request were planted");
    // The public is told that there is a firm, and of nothing internal.
    let public = demo().data(
        "query($by: Reference!) { enterprise(by: $by, asOf: \"2021-12-31\") { yearFigures { totalCount } workItems { totalCount } applications { totalCount } registerEntries { totalCount } honors { totalCount } } }",
        &json!({ "by": case.variables["by"] }),
    );
    let none = json!({ "totalCount": 0 });
    assert_eq!(
        public["enterprise"],
        json!({
            "yearFigures": none, "workItems": none, "applications": none, "registerEntries": none,
            "honors": { "totalCount": own("honors.csv").len() },
        })
    );
}

pub fn zone_share(case: &Case<'_>) {
    let (city, zone) = (case.region("city"), case.region("zone"));
    let (numerator, denominator) = (case.certified_in(&zone), case.certified_in(&city));
    let about = |row: &&&Row, indicator: &str| {
        case.csv.resolve(cell(row, "region")) == zone && cell(row, "indicator") == indicator
    };
    let targets = case.records("targets.csv", None);
    let observed = Case { day: 20_211_231, ..*case };
    let observations = observed.records("observations.csv", None);
    case.expect(&json!({
        "numerator": {
            "totalCount": numerator.len(),
            "edges": numerator.iter().map(|key| json!({ "node": { "nameZh": case.name(key), "creditCode": credit_code(case, key) } })).collect::<Vec<_>>(),
        },
        "denominator": {
            "totalCount": denominator.len(),
            "edges": denominator.iter().map(|key| json!({ "node": { "nameZh": case.name(key), "jurisdiction": case.jurisdiction(key) } })).collect::<Vec<_>>(),
        },
        "targets": nodes(targets.iter().filter(|row| about(row, "DEMO-HNTE-SHARE")).copied(), |row| json!({
            "period": text(cell(row, "period")),
            "comparatorZh": worded(cell(row, "comparator"), "comparator"),
            "floor": number(cell(row, "floor")),
            "text": text(cell(row, "text")),
            "line": text(cell(row, "line")),
            "source": case.source(row, &["title", "docNo"]),
        })),
        "observations": nodes(observations.iter().filter(|row| about(row, "DEMO-HNTE-SHARE")).copied(), |row| json!({
            "period": text(cell(row, "period")),
            "value": number(cell(row, "value")),
            "originZh": worded(cell(row, "origin"), "origin"),
            "population": text(cell(row, "population")),
        })),
    }));
    // By hand: 6 of 19, less than 35 %.
    assert_eq!((numerator.len(), denominator.len()), (6, 19));
    assert!(numerator.iter().all(|key| denominator.contains(key)));
}

pub fn explained(case: &Case<'_>) {
    let (region, indicator, year) = (case.region("region"), case.region("indicator"), &case.variables["year"]);
    let code = term_code(case, &indicator);
    let indicators = case.records("indicators.csv", Some(&indicator));
    let published = case
        .records("observations.csv", Some(&region))
        .into_iter()
        .filter(|row| format!("INDICATOR:{}", cell(row, "indicator")) == code && json!(cell(row, "period")) == *year);
    let published: Vec<&Row> = published.collect();
    let counted = case.certified_in(&region).len();
    assert_ne!(cell(published[0], "value"), counted.to_string(), "a difference was planted");
    case.expect(&json!({
        "indicators": nodes(indicators, |row| json!({
            "term": case.named(&indicator),
            "unit": cell(row, "unit"),
            "population": cell(row, "population"),
            "formula": text(cell(row, "formula")),
            "countByZh": worded(cell(row, "countBy"), "countBy"),
            "dateBasisZh": worded(cell(row, "dateBasis"), "dateBasis"),
            "schemes": cell(row, "schemes").split('|').collect::<Vec<_>>(),
            "source": case.source(row, &["title", "docNo"]),
        })),
        "published": nodes(published, |row| json!({
            "period": text(cell(row, "period")),
            "value": number(cell(row, "value")),
            "originZh": worded(cell(row, "origin"), "origin"),
            "population": text(cell(row, "population")),
            "basis": text(cell(row, "basis")),
            "source": case.source(row, &["issuer", "title", "docNo", "date", "grade"]),
        })),
        "counted": { "totalCount": counted },
    }));
}

pub fn reported_and_listed(case: &Case<'_>) {
    let at = Case { day: 20_211_231, ..*case };
    let wanted = case.variables["day"].as_str().expect("a day");
    let rows: Vec<&Row> =
        at.records("reports.csv", None).into_iter().filter(|row| cell(row, "asOf") == wanted).collect();
    let county = case.region("county");
    let listed = at.certified_in(&county);
    at.expect(&json!({
        "reports": counted_nodes(rows.iter().copied(), |row| json!({
            "region": at.pointed(row, "region", ""),
            "value": number(cell(row, "value")),
            "statusZh": worded(cell(row, "status"), "report"),
            "note": text(cell(row, "note")),
            "source": at.source(row, &["title"]),
        })),
        "listed": {
            "totalCount": listed.len(),
            "edges": listed.iter().map(|key| json!({ "node": at.named(key) })).collect::<Vec<_>>(),
        },
    }));
    // Planted: the county reported one more than is listed, and one county has not reported.
    let of = |region: &str| rows.iter().find(|row| at.csv.resolve(cell(row, "region")) == region);
    assert_eq!(cell(of(&county).expect("it reported"), "value"), (listed.len() + 1).to_string());
    assert!(of(&at.csv.resolve("990104")).is_none());
}

pub fn sme_leavers(case: &Case<'_>) {
    let of = |name: &str| day(case.variables[name].as_str().expect("a day"));
    let (from, to) = (of("from"), of("to"));
    let at = Case { day: to, ..*case };
    let scheme = case.variables["scheme"].as_str().expect("a scheme");
    let holders = |day: Day| {
        let rows = case.csv.certificates(scheme, day, &["YES"]);
        rows.into_iter().map(|row| (case.csv.resolve(cell(row, "holder")), row)).collect::<Vec<_>>()
    };
    let left = holders(to);
    let gone: Vec<(String, &Row)> =
        holders(from).into_iter().filter(|(key, _)| !left.iter().any(|(other, _)| other == key)).collect();
    let found = gone.iter().map(|(key, row)| {
        let own = at.records("applications.csv", Some(key)).into_iter();
        let own = own.filter(|row| cell(row, "scheme") == scheme && cell(row, "submittedOn").starts_with("2021"));
        json!({ "node": {
            "nameZh": at.name(key),
            "before": format!("{}（{} 至 {}）", cell(row, "certNo"), cell(row, "validFrom"), cell(row, "validTo")),
            "causeZh": "在两天之间到期或结束",
            "node": {
                "statusZh": at.word(key, "status", "status"),
                "applications": nodes(own, |row| json!({
                    "stageZh": worded(cell(row, "stage"), "applicationStage"),
                    "resultZh": worded(cell(row, "result"), "applicationResult"),
                    "submittedOn": text(cell(row, "submittedOn")),
                    "decidedOn": text(cell(row, "decidedOn")),
                    "reason": text(cell(row, "reason")),
                })),
            },
        } })
    });
    let found: Vec<Value> = found.collect();
    at.expect(&json!({ "difference": { "totalCount": found.len(), "truncated": false, "edges": bag(found) } }));
    for key in ["ent-moyuan", "ent-yunsuan", "ent-weiqi", "ent-lizhuang"] {
        assert!(gone.iter().any(|(gone, _)| gone == key), "{key} left");
    }
}

pub fn overstaying(case: &Case<'_>) {
    let mut seen = Vec::new();
    let carriers: Vec<Value> = case
        .by_names(case.csv.of_kind("CARRIER", case.day))
        .into_iter()
        .filter(|key| !case.ties(key, "INCUBATED_IN", false).is_empty())
        .map(|key| {
            let raised: Vec<Value> = case
                .ties(&key, "INCUBATED_IN", false)
                .into_iter()
                .map(|tie| {
                    let (months, overstays) = stay(case, &tie.other, cell(tie.row, "since"));
                    seen.push((tie.other.clone(), months, overstays));
                    json!({ "since": text(cell(tie.row, "since")), "monthsAllowed": months, "overstays": overstays, "node": case.named(&tie.other) })
                })
                .collect();
            json!({ "node": { "nameZh": case.name(&key), "incubatees": counted(raised) } })
        })
        .collect();
    case.expect(&json!({ "carriers": { "totalCount": carriers.len(), "edges": carriers } }));
    // Planted: one past 48 months, and one past 48 that may stay 60.
    assert!(seen.contains(&("ent-yunsuan".to_owned(), 48, "YES")), "{seen:?}");
    assert!(seen.contains(&("ent-chenxi".to_owned(), 60, "NO")), "{seen:?}");
}

pub fn unconnected(case: &Case<'_>) {
    let city = case.region("city");
    let least: f64 = case.variables["capital"].as_str().and_then(|text| text.parse().ok()).expect("a sum");
    let alone = |key: &String| {
        let institutes = case.csv.of_kind("INSTITUTE", case.day);
        case.value(key, "registeredCapital").parse::<f64>().is_ok_and(|capital| capital >= least)
            && case.answers_for(&city, key)
            && case.ties(key, "MEMBER_OF", true).is_empty()
            && !institutes.iter().any(|institute| case.csv.worked_together(key, institute, case.day))
    };
    let firms: Vec<Value> = case
        .by_names(case.csv.of_kind("ENTERPRISE", case.day))
        .into_iter()
        .filter(alone)
        .map(|key| {
            json!({ "node": {
                "nameZh": case.name(&key),
                "registeredCapital": number(&case.value(&key, "registeredCapital")),
                "jurisdiction": case.jurisdiction(&key),
                "collaborations": { "totalCount": case.ties(&key, "PARTICIPATES_IN", true).len() },
            } })
        })
        .collect();
    // Planted: one that has worked with a firm alone.
    assert!(json!(firms).to_string().contains("示例云算"), "{firms:?}");
    case.expect(&json!({ "enterprises": { "totalCount": firms.len(), "edges": firms } }));
}

pub fn university_partners(case: &Case<'_>) {
    let year = case.variables["year"].as_str().expect("a year");
    let works = |key: &str| {
        counted(case.ties(key, "PARTICIPATES_IN", true).iter().map(|tie| {
            let work = &tie.other;
            let parties = case.ties(work, "PARTICIPATES_IN", false);
            json!({
                "roleZh": worded(cell(tie.row, "role"), "participant"),
                "node": {
                    "nameZh": case.name(work),
                    "kindZh": case.word(work, "kind", "collaboration"),
                    "amount": number(&case.value(work, "amount")),
                    "start": text(&case.value(work, "start")),
                    "end": text(&case.value(work, "end")),
                    "statusZh": case.word(work, "status", "collaborationStatus"),
                    "participants": edges(parties.iter().map(|party| json!({
                        "roleZh": worded(cell(party.row, "role"), "participant"),
                        "node": { "nameZh": case.name(&party.other), "jurisdiction": case.jurisdiction(&party.other) },
                    }))),
                },
            })
        }))
    };
    let below = |key: &str| case.ties(key, "PART_OF", false);
    let parts = below(&case.by());
    let parts = parts.iter().map(|part| {
        let mut node = json!({ "nameZh": case.name(&part.other) });
        if case.csv.kind(&part.other) == "INSTITUTE" {
            let teams = below(&part.other);
            node["collaborations"] = works(&part.other);
            node["parts"] = edges(teams.iter().map(
                |team| json!({ "node": { "nameZh": case.name(&team.other), "collaborations": works(&team.other) } }),
            ));
        }
        json!({ "node": node })
    });
    let ends = |key: &String| case.value(key, "end").starts_with(year);
    let ending: Vec<Value> = case
        .by_names(case.csv.of_kind("COLLABORATION", case.day))
        .into_iter()
        .filter(ends)
        .map(|key| {
            json!({ "node": {
                "nameZh": case.name(&key),
                "end": text(&case.value(&key, "end")),
                "statusZh": case.word(&key, "status", "collaborationStatus"),
                "participants": case.others(&case.ties(&key, "PARTICIPATES_IN", false)),
            } })
        })
        .collect();
    assert!(!ending.is_empty());
    case.expect(&json!({
        "institute": { "nameZh": case.name(&case.by()), "collaborations": works(&case.by()), "parts": edges(parts) },
        "ending": { "totalCount": ending.len(), "edges": ending },
    }));
}

pub fn public_platforms(case: &Case<'_>) {
    let field = case.region("field");
    let fits = |key: &String| {
        let fields = case.ties(key, "CLASSIFIED_AS", true);
        case.value(key, "openToPublic") == "YES"
            && fields.iter().any(|tie| case.csv.wholes(&tie.other, case.day).contains(&field))
    };
    let platforms: Vec<Value> = case
        .by_names(case.csv.of_kind("PLATFORM", case.day))
        .into_iter()
        .filter(fits)
        .map(|key| {
            let fields = case.ties(&key, "CLASSIFIED_AS", true);
            json!({ "node": {
                "nameZh": case.name(&key),
                "kindZh": case.word(&key, "kind", "platform"),
                "levelZh": case.word(&key, "level", "level"),
                "descriptionText": text(&case.value(&key, "descriptionText")),
                "operators": case.with_roles(&case.ties(&key, "OPERATES", false), "operator"),
                "fields": edges(fields.iter().map(|tie| json!({ "node": { "nameZh": case.name(&tie.other), "code": term_code(case, &tie.other) } }))),
            } })
        })
        .collect();
    assert!(!platforms.is_empty());
    case.expect(&json!({ "platforms": { "totalCount": platforms.len(), "edges": platforms } }));
}

pub fn anonymous_demand(case: &Case<'_>) {
    let (demand, owner) = (case.by(), case.region("owner"));
    // The files name the owner; the public is not told.
    let names = |row: &&Row| {
        (case.csv.resolve(cell(row, "from")), case.csv.resolve(cell(row, "to"))) == (owner.clone(), demand.clone())
    };
    assert_eq!(case.csv.rows("has_demand.csv").iter().filter(names).count(), 1);
    let none = json!({ "totalCount": 0, "edges": [] });
    let demands = case.ties(&owner, "HAS_DEMAND", true);
    let fields = case.ties(&demand, "CLASSIFIED_AS", true);
    let mut expected = json!({
        "demand": {
            "nameZh": case.name(&demand),
            "visibility": "ANONYMOUS",
            "visibilityZh": worded("ANONYMOUS", "visibility"),
            "problem": case.value(&demand, "problem"),
            "indicators": case.value(&demand, "indicators").split('|').collect::<Vec<_>>(),
            "fields": case.others(&fields),
            "owners": none,
        },
        "enterprise": {
            "nameZh": case.name(&owner),
            "demands": counted(demands.iter().map(|tie| json!({ "node": case.named(&tie.other) }))),
        },
    });
    case.expect(&expected);
    // Whoever works for the city is told, by the same question.
    let query = std::fs::read_to_string(project("schema/examples/69-anonymous-demand.graphql"));
    let found = demo_city_officer().data(&query.expect("the example"), case.variables);
    expected["demand"]["owners"] = counted([json!({ "node": case.named(&owner) })]);
    expected["enterprise"]["demands"] = counted([json!({ "node": case.named(&demand) })]);
    let differences = crate::expected::differences(&expected, &found);
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

pub fn demands_by_topic(case: &Case<'_>) {
    let (field, words) = (case.region("field"), folded(case.variables["words"].as_str().expect("words")));
    let fits = |key: &String| {
        let fields = case.ties(key, "CLASSIFIED_AS", true);
        let in_field = fields.iter().any(|tie| case.csv.wholes(&tie.other, case.day).contains(&field));
        let said = folded(&case.value(key, "problem")).contains(&words) || folded(&case.name(key)).contains(&words);
        ["OPEN", "MATCHING"].contains(&case.value(key, "status").as_str())
            && first_day(&case.value(key, "deadline")).is_some_and(|end| end >= case.day)
            && (in_field || said)
    };
    let demands: Vec<Value> = case
        .by_names(case.csv.of_kind("DEMAND", case.day))
        .into_iter()
        .filter(fits)
        .map(|key| {
            json!({ "node": {
                "nameZh": case.name(&key),
                "statusZh": case.word(&key, "status", "demandStatus"),
                "visibilityZh": case.word(&key, "visibility", "visibility"),
                "deadline": text(&case.value(&key, "deadline")),
                "budget": number(&case.value(&key, "budget")),
                "owners": case.others(&case.ties(&key, "HAS_DEMAND", false)),
                "fields": case.others(&case.ties(&key, "CLASSIFIED_AS", true)),
            } })
        })
        .collect();
    assert!(demands.len() > 1, "{demands:?}");
    case.expect(&json!({ "demands": { "totalCount": demands.len(), "edges": demands } }));
}

pub fn carriers_by_year(case: &Case<'_>) {
    let count = |row: &Row, column: &str| cell(row, column).parse::<i64>().ok();
    let mut crowded = Vec::new();
    let carriers: Vec<Value> = case
        .by_names(case.csv.of_kind("CARRIER", case.day))
        .into_iter()
        .map(|key| {
            let own = case.records("carrier_figures.csv", Some(&key)).into_iter();
            let own: Vec<&Row> = own.filter(|row| json!(count(row, "year")) == case.variables["year"]).collect();
            crowded.extend(
                own.iter()
                    .filter(|row| count(row, "seats").is_some() && count(row, "incubatees") > count(row, "seats"))
                    .map(|_| key.clone()),
            );
            json!({ "node": {
                "nameZh": case.name(&key),
                "kindZh": case.word(&key, "kind", "carrier"),
                "levelZh": case.word(&key, "level", "level"),
                "carrierFigures": nodes(own, |row| json!({
                    "figuresBasisZh": worded(cell(row, "figuresBasis"), "yearBasis"),
                    "area": number(cell(row, "area")),
                    "seats": count(row, "seats"),
                    "incubatees": count(row, "incubatees"),
                    "graduates": count(row, "graduates"),
                    "newIncubatees": count(row, "newIncubatees"),
                    "grade": text(cell(row, "grade")),
                    "source": case.source(row, &["title"]),
                })),
            } })
        })
        .collect();
    assert_eq!(crowded, ["car-linze"]);
    case.expect(&json!({ "carriers": { "totalCount": carriers.len(), "edges": carriers } }));
}

pub fn reserve_library(case: &Case<'_>) {
    let all = case.records("register_entries.csv", None).into_iter();
    let held = records("register_entries.csv");
    let inside: Vec<&Row> =
        all.filter(|row| cell(row, "register") == "HNTE_RESERVE" && held.holds(row, case.day) == "YES").collect();
    let adviser = |firm: &str| {
        let own = case.records("work_items.csv", Some(firm)).into_iter();
        own.filter(|row| cell(row, "kind") == "ADVISER_ASSIGNMENT").collect::<Vec<_>>()
    };
    let firm = |row: &Row| case.csv.resolve(cell(row, "organization"));
    case.expect(&json!({ "registerEntries": counted_nodes(inside.iter().copied(), |row| json!({
        "validFrom": text(cell(row, "validFrom")),
        "note": text(cell(row, "note")),
        "organization": {
            "nameZh": case.name(&firm(row)),
            "jurisdiction": case.jurisdiction(&firm(row)),
            "workItems": nodes(adviser(&firm(row)), |item| json!({
                "department": case.pointed(item, "department", ""),
                "status": code(cell(item, "status")),
                "log": log(item),
            })),
            "applications": nodes(case.records("applications.csv", Some(&firm(row))), |made| json!({
                "scheme": case.pointed(made, "scheme", "SCHEME:"),
                "stageZh": worded(cell(made, "stage"), "applicationStage"),
                "reason": text(cell(made, "reason")),
            })),
        },
    })) }));
    // Planted: one without an adviser, one not met for more than thirty days.
    let without: Vec<String> = inside.iter().map(|row| firm(row)).filter(|firm| adviser(firm).is_empty()).collect();
    let last = |row: &&Row| cell(row, "log").rsplit('|').next().map(|entry| day(&entry[..10])).expect("an entry");
    let late: Vec<String> = inside
        .iter()
        .map(|row| firm(row))
        .filter(|firm| adviser(firm).iter().any(|item| days_between(last(item), case.day) > 30))
        .collect();
    assert_eq!((without, late), (vec!["ent-hekuang".to_owned()], vec!["ent-dikong".to_owned()]));
}

pub fn trainings(case: &Case<'_>) {
    let year = case.variables["year"].as_str().expect("a year");
    let all = case.records("activities.csv", None).into_iter();
    let held: Vec<&Row> =
        all.filter(|row| cell(row, "kind") == "TRAINING" && cell(row, "date").starts_with(year)).collect();
    let targets = case.records("targets.csv", None).into_iter();
    let targets = targets.filter(|row| cell(row, "indicator") == "DEMO-TRAINING" && cell(row, "period") == year);
    let attendees = |row: &Row| match cell(row, "attendees") {
        "" => Value::Null,
        keys => bag(keys.split('|').map(|key| case.named(&case.csv.resolve(key)))),
    };
    case.expect(&json!({
        "activities": counted_nodes(held.iter().copied(), |row| json!({
            "host": case.pointed(row, "host", ""),
            "title": cell(row, "title"),
            "date": text(cell(row, "date")),
            "attendees": attendees(row),
            "topic": case.pointed(row, "topic", ""),
        })),
        "targets": nodes(targets, |row| json!({
            "region": case.pointed(row, "region", ""),
            "comparatorZh": worded(cell(row, "comparator"), "comparator"),
            "floor": number(cell(row, "floor")),
            "most": number(cell(row, "most")),
            "text": text(cell(row, "text")),
        })),
    }));
    let of = |code: &str| held.iter().filter(|row| cell(row, "host") == code).count();
    assert_eq!(["990101", "990102", "990103", "990104", "990105"].map(of), [3, 3, 2, 3, 1]);
}

pub fn rewards(case: &Case<'_>) {
    let granted: Vec<&Row> =
        case.records("honors.csv", None).into_iter().filter(|row| cell(row, "kind") == "REWARD").collect();
    case.expect(&json!({ "honors": counted_nodes(granted.iter().copied(), |row| json!({
        "holder": case.pointed(row, "holder", ""),
        "title": cell(row, "title"),
        "scheme": case.pointed(row, "scheme", "SCHEME:"),
        "levelZh": worded(cell(row, "level"), "level"),
        "amount": number(cell(row, "amount")),
        "grantedOn": text(cell(row, "grantedOn")),
        "paidOn": text(cell(row, "paidOn")),
        "source": case.source(row, &["title"]),
    })) }));
    assert_eq!(granted.iter().filter(|row| cell(row, "paidOn").is_empty()).count(), 3);
}

pub fn express_requests(case: &Case<'_>) {
    let asked: Vec<&Row> =
        case.records("work_items.csv", None).into_iter().filter(|row| cell(row, "kind") == "EXPRESS_REQUEST").collect();
    case.expect(&json!({ "workItems": counted_nodes(asked.iter().copied(), |row| json!({
        "subject": case.pointed(row, "subject", ""),
        "title": cell(row, "title"),
        "department": case.pointed(row, "department", ""),
        "openedOn": text(cell(row, "openedOn")),
        "dueOn": text(cell(row, "dueOn")),
        "doneOn": text(cell(row, "doneOn")),
        "statusZh": worded(cell(row, "status"), "workItemStatus"),
        "isOverdue": overdue(row, case.day),
        "log": log(row),
        "outcome": text(cell(row, "outcome")),
    })) }));
    let answers: Vec<&str> = asked.iter().map(|row| overdue(row, case.day)).collect();
    assert!(["YES", "NO", "UNKNOWN"].iter().all(|answer| answers.contains(answer)), "{answers:?}");
}

#[test]
fn days_and_months_by_hand() {
    assert_eq!(days_between(20_211_231, 20_220_101), 1);
    assert_eq!((days_between(20_200_228, 20_200_301), days_between(20_210_228, 20_210_301)), (2, 1));
    assert_eq!((later(20_150_901, 48), later(20_171_009, 60)), (20_190_901, 20_221_009));
}

/// An example is asked for one region and one day; here every region is, on two days.
#[test]
fn who_answers_for_a_firm_is_not_where_it_lies() {
    let csv = Store::load(&project(""), &["fixtures/codes", "fixtures/demo"]);
    let (variables, mut apart) = (json!({}), 0);
    for as_of in ["2018-06-30", "2021-12-31"] {
        let case = Case { csv: &csv, day: day(as_of), served: demo(), variables: &variables, pages: &[] };
        for row in csv.rows("regions.csv") {
            let region = csv.resolve(cell(row, "key"));
            let count = |filter: &str| {
                let query = format!(
                    "query($region: Reference, $asOf: Date) {{ enterprises(filter: {{{filter}: $region}}, first: 1, asOf: $asOf) {{ totalCount }} }}"
                );
                let variables = json!({ "region": { "code": cell(row, "code") }, "asOf": as_of });
                demo().data(&query, &variables)["enterprises"]["totalCount"].clone()
            };
            if !case.csv.shown(&region, case.day) {
                continue;
            }
            let firms = csv.of_kind("ENTERPRISE", case.day);
            let answered = firms.iter().filter(|key| case.answers_for(&region, key)).count();
            assert_eq!(count("jurisdiction"), json!(answered), "{} {as_of}", cell(row, "nameZh"));
            apart += usize::from(count("region") != json!(answered));
        }
    }
    assert!(apart > 0, "no region in which a firm lies that another answers for");
}
