//! Records read a second time from the files, by docs/import-format.md: whose they are, from when they
//! are told of, and who may know of them. Then a sweep: every record of the invented city, asked by
//! the public and by somebody who works for the city, equals its row. Nothing of the library is named.

use serde_json::{Value, json};

use crate::csv_oracle::{Day, Row, Store, cell, day, first_day, holds};
use crate::expected::{bag, differences, number, text};
use crate::support::{Served, demo, demo_city_officer, project};

/// Who reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    Public,
    CityOfficer,
}

/// How a column is shown: as a number, a code or a date as it stands, or as what it points at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Plain,
    Text,
    Number,
    Count,
    Term(&'static str),
    Node,
    Nodes,
    Texts,
    Log,
}

/// File, root field, column of its subject, column that dates it where nothing is stated, whether
/// the public may know of it, its columns.
pub struct Records {
    pub file: &'static str,
    pub field: &'static str,
    pub subject: &'static str,
    dated: &'static str,
    public: bool,
    columns: &'static [(&'static str, Shape)],
    /// Columns of public records that the public does not see.
    internal: &'static [&'static str],
}

use Shape::{Count, Log, Node, Nodes, Number, Plain, Term, Text, Texts};

/// docs/import-format.md, the files of records beside certificates, and domain.md §6.2 for who may know.
pub const RECORDS: &[Records] = &[
    Records {
        file: "year_figures.csv",
        field: "yearFigures",
        subject: "organization",
        dated: "year",
        public: false,
        columns: &[
            ("year", Count),
            ("figuresBasis", Plain),
            ("revenue", Number),
            ("mainRevenue", Number),
            ("highTechRevenue", Number),
            ("rdExpense", Number),
            ("rdDomestic", Number),
            ("totalCost", Number),
            ("netProfit", Number),
            ("netAssets", Number),
            ("totalAssets", Number),
            ("staff", Count),
            ("stStaff", Count),
            ("ip1", Count),
            ("ip2", Count),
            ("newConversions", Count),
            ("taxPaid", Number),
            ("output", Number),
            ("taxBenefit", Plain),
            ("seriousIncident", Plain),
            ("debts", Number),
        ],
        internal: &[],
    },
    Records {
        file: "register_entries.csv",
        field: "registerEntries",
        subject: "organization",
        dated: "",
        public: false,
        columns: &[("register", Term("REGISTER:")), ("stage", Text), ("exitReason", Plain), ("note", Text)],
        internal: &[],
    },
    Records {
        file: "work_items.csv",
        field: "workItems",
        subject: "subject",
        dated: "openedOn",
        public: false,
        columns: &[
            ("kind", Plain),
            ("title", Text),
            ("department", Node),
            ("assignee", Node),
            ("openedOn", Plain),
            ("dueOn", Plain),
            ("doneOn", Plain),
            ("status", Plain),
            ("log", Log),
            ("outcome", Text),
        ],
        internal: &[],
    },
    Records {
        file: "activities.csv",
        field: "activities",
        subject: "host",
        dated: "date",
        public: true,
        columns: &[
            ("kind", Plain),
            ("title", Text),
            ("date", Plain),
            ("attendees", Nodes),
            ("results", Texts),
            ("topic", Term("")),
        ],
        internal: &[],
    },
    Records {
        file: "applications.csv",
        field: "applications",
        subject: "organization",
        dated: "submittedOn",
        public: false,
        columns: &[
            ("scheme", Term("SCHEME:")),
            ("batch", Text),
            ("windowFrom", Plain),
            ("windowTo", Plain),
            ("stage", Plain),
            ("result", Plain),
            ("submittedOn", Plain),
            ("decidedOn", Plain),
            ("reason", Text),
            ("submittedBy", Node),
        ],
        internal: &[],
    },
    Records {
        file: "honors.csv",
        field: "honors",
        subject: "holder",
        dated: "grantedOn",
        public: true,
        columns: &[
            ("kind", Plain),
            ("title", Text),
            ("level", Plain),
            ("amount", Number),
            ("grantedOn", Plain),
            ("paidOn", Plain),
            ("scheme", Term("SCHEME:")),
        ],
        internal: &["paidOn"],
    },
    Records {
        file: "financings.csv",
        field: "financings",
        subject: "enterprise",
        dated: "date",
        public: true,
        columns: &[("instrument", Plain), ("amount", Number), ("date", Plain), ("round", Text)],
        internal: &[],
    },
    Records {
        file: "carrier_figures.csv",
        field: "carrierFigures",
        subject: "carrier",
        dated: "year",
        public: true,
        columns: &[
            ("year", Count),
            ("figuresBasis", Plain),
            ("area", Number),
            ("seats", Count),
            ("incubatees", Count),
            ("graduates", Count),
            ("newIncubatees", Count),
            ("fundSize", Number),
            ("grade", Text),
        ],
        internal: &[],
    },
    Records {
        file: "cluster_figures.csv",
        field: "clusterFigures",
        subject: "cluster",
        dated: "year",
        public: true,
        columns: &[
            ("year", Count),
            ("figuresBasis", Plain),
            ("output", Number),
            ("members", Count),
            ("highTechMembers", Count),
        ],
        internal: &[],
    },
    Records {
        file: "plans.csv",
        field: "plans",
        subject: "term",
        dated: "",
        public: true,
        columns: &[("docNo", Text), ("region", Node), ("issuer", Text)],
        internal: &[],
    },
    Records {
        file: "indicators.csv",
        field: "indicators",
        subject: "term",
        dated: "",
        public: true,
        columns: &[
            ("unit", Text),
            ("population", Text),
            ("formula", Text),
            ("countBy", Plain),
            ("dateBasis", Plain),
            ("schemes", Texts),
        ],
        internal: &[],
    },
    Records {
        file: "targets.csv",
        field: "targets",
        subject: "region",
        dated: "",
        public: true,
        columns: &[
            ("plan", Term("PLAN:")),
            ("indicator", Term("INDICATOR:")),
            ("period", Plain),
            ("periodFrom", Plain),
            ("comparator", Plain),
            ("floor", Number),
            ("stretch", Number),
            ("most", Number),
            ("text", Text),
            ("line", Text),
            ("population", Text),
        ],
        internal: &[],
    },
    Records {
        file: "observations.csv",
        field: "observations",
        subject: "region",
        dated: "period",
        public: true,
        columns: &[
            ("indicator", Term("INDICATOR:")),
            ("period", Plain),
            ("value", Number),
            ("origin", Plain),
            ("population", Text),
        ],
        internal: &[],
    },
    Records {
        file: "reports.csv",
        field: "reports",
        subject: "region",
        dated: "asOf",
        public: false,
        columns: &[
            ("indicator", Term("INDICATOR:")),
            ("asOf", Plain),
            ("value", Number),
            ("status", Plain),
            ("frozenAt", Count),
            ("note", Text),
        ],
        internal: &[],
    },
    Records {
        file: "match_feedback.csv",
        field: "matchFeedback",
        subject: "wish",
        dated: "shownOn",
        public: false,
        columns: &[
            ("candidate", Node),
            ("shownOn", Plain),
            ("score", Number),
            ("reasons", Texts),
            ("decision", Plain),
            ("rejectionReason", Text),
        ],
        internal: &[],
    },
];

/// The row of a file of records.
pub fn records(file: &str) -> &'static Records {
    RECORDS.iter().find(|records| records.file == file).unwrap_or_else(|| panic!("no records in {file}"))
}

impl Records {
    /// May the reader know of a row? Published reports are for everybody.
    fn known_to(&self, row: &Row, reader: Reader) -> bool {
        reader == Reader::CityOfficer
            || self.public
            || (self.file == "reports.csv" && cell(row, "status") == "PUBLISHED")
    }

    /// The first day on which it is told of.
    fn begins(&self, row: &Row) -> Day {
        let stated = first_day(cell(row, "validFrom"));
        stated.or_else(|| first_day(cell(row, self.dated))).unwrap_or(i32::MIN)
    }

    /// Whether it holds on a day: yes, no, or that nobody has said since when.
    pub fn holds(&self, row: &Row, day: Day) -> &'static str {
        let begun = self.begins(row) <= day && holds("", cell(row, "validTo"), day);
        if begun { "YES" } else { "NO" }
    }
}

impl Store {
    /// The rows of a file that a reader is told of on a day, of one subject or of all.
    pub fn records(&self, file: &str, subject: Option<&str>, day: Day, reader: Reader) -> Vec<&Row> {
        let records = records(file);
        let own = |row: &&Row| {
            let key = self.resolve(cell(row, records.subject));
            let whose = subject.is_none_or(|subject| subject == key);
            // Who works for the city sees every demand, whatever its visibility.
            let shown = self.shown(&key, day) || (reader == Reader::CityOfficer && self.days(&key).0 <= day);
            whose && shown && records.begins(row) <= day && records.known_to(row, reader)
        };
        self.rows(file).iter().filter(own).collect()
    }

    /// A cell as the service answers it.
    fn column(&self, row: &Row, (name, shape): (&str, Shape)) -> Value {
        let held = cell(row, name);
        let key = |reference: &str| json!({ "key": self.resolve(reference) });
        let parts = || held.split('|').map(str::trim);
        if held.is_empty() {
            return Value::Null;
        }
        match shape {
            Plain | Text => text(held),
            Number => number(held),
            Count => json!(held.parse::<i64>().expect("a count")),
            Term(scheme) => key(&format!("{scheme}{held}")),
            Node => key(held),
            Nodes => bag(parts().map(key)),
            Texts => json!(parts().collect::<Vec<_>>()),
            Log => parts()
                .map(|entry| {
                    let (date, said) = entry.split_once(' ').expect("a day and what happened");
                    json!({ "date": date, "text": said, "by": null })
                })
                .collect(),
        }
    }

    /// A row as the service answers it.
    fn record(&self, records: &Records, row: &Row, day: Day, reader: Reader) -> Value {
        let mut shown = serde_json::Map::new();
        shown.insert(records.subject.to_owned(), json!({ "key": self.resolve(cell(row, records.subject)) }));
        shown.insert("isInForce".into(), json!(records.holds(row, day)));
        shown.insert("source".into(), json!({ "key": cell(row, "source") }));
        for column in records.columns {
            let hidden = reader == Reader::Public && records.internal.contains(&column.0);
            shown.insert(column.0.to_owned(), if hidden { Value::Null } else { self.column(row, *column) });
        }
        Value::Object(shown)
    }
}

/// Every record of a kind that the service tells of on a day.
fn ask(served: &Served, records: &Records, as_of: &str) -> Vec<Value> {
    let below = |(name, shape): &(&str, Shape)| match shape {
        Term(_) | Node | Nodes => format!("{name} {{ key }}"),
        Log => format!("{name} {{ date text by }}"),
        _ => (*name).to_owned(),
    };
    let columns: Vec<String> = records.columns.iter().map(below).collect();
    let query = format!(
        "query All($after: String, $asOf: Date) {{ {}(first: 20, after: $after, asOf: $asOf) {{
            totalCount truncated pageInfo {{ hasNextPage endCursor }}
            edges {{ node {{ {} {{ key }} isInForce source {{ key }} {} }} }} }} }}",
        records.field,
        records.subject,
        columns.join(" ")
    );
    let (mut found, mut after) = (Vec::new(), Value::Null);
    loop {
        let page = served.data(&query, &json!({ "after": after, "asOf": as_of }))[records.field].clone();
        assert_eq!(page["truncated"], json!(false));
        found.extend(page["edges"].as_array().expect("edges").iter().map(|edge| edge["node"].clone()));
        if page["pageInfo"]["hasNextPage"] == json!(false) {
            assert_eq!(page["totalCount"], json!(found.len()));
            return found;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

fn every_record(served: &Served, reader: Reader) {
    let csv = Store::load(&project(""), &["fixtures/codes", "fixtures/demo"]);
    let (mut failed, mut compared) = (Vec::new(), 0);
    for as_of in ["2016-06-30", "2019-12-31", "2020-12-31", "2021-12-31"] {
        for records in RECORDS {
            let day = day(as_of);
            let rows = csv.records(records.file, None, day, reader);
            let expected = bag(rows.iter().map(|row| csv.record(records, row, day, reader)));
            let found = json!(ask(served, records, as_of));
            compared += rows.len();
            let all = differences(&expected, &found).into_iter();
            failed.extend(all.map(|difference| format!("{as_of} {}{difference}", records.file)));
        }
    }
    println!("{reader:?}: {compared} records compared");
    assert!(compared > 150, "{compared}");
    assert!(failed.is_empty(), "{} differences:\n{}", failed.len(), failed[..failed.len().min(20)].join("\n"));
}

#[test]
fn every_invented_record_is_shown_to_those_who_work_for_the_city() {
    every_record(demo_city_officer(), Reader::CityOfficer);
}

#[test]
fn the_public_is_told_of_public_records_alone() {
    every_record(demo(), Reader::Public);
}

#[test]
fn the_readme_counts_the_rows() {
    let readme = std::fs::read_to_string(project("fixtures/demo/README.md")).expect("the README");
    let csv = Store::load(&project(""), &["fixtures/demo"]);
    let said = |line: &str| {
        let (name, count) = line.strip_prefix("| `")?.split_once("` | ")?;
        Some((name.to_owned(), count.trim_end_matches(" |").parse::<usize>().ok()?))
    };
    let said: Vec<(String, usize)> = readme.lines().filter_map(said).collect();
    let folder = std::fs::read_dir(project("fixtures/demo")).expect("the folder");
    let files = folder.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
    let mut files: Vec<String> = files.filter(|name| name.ends_with(".csv")).collect();
    files.sort();
    let counted: Vec<(String, usize)> = files.into_iter().map(|name| (name.clone(), csv.rows(&name).len())).collect();
    assert_eq!(said, counted);
    let total: usize = counted.iter().map(|(_, count)| count).sum();
    assert!(readme.contains(&format!("| 合计 | {total} |")), "{total}");
}
