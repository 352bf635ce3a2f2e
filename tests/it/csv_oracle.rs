//! The fixtures read a second time, into plain maps, by the rules of docs/import-format.md and the
//! READMEs of the fixtures. Expected answers come from here; nothing of the library is named.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;

use unicode_normalization::UnicodeNormalization;

/// A row of a file: header → cell.
pub type Row = BTreeMap<String, String>;

/// A day as a number, 2017-03-01 = 20170301, so that days compare like dates.
pub type Day = i32;

/// Earlier and later than every day.
pub const OPEN: (Day, Day) = (i32::MIN, i32::MAX);

/// File, code, Chinese name, attribute from which a thing is valid, required attributes.
type KindRow = (&'static str, &'static str, &'static str, &'static str, &'static [&'static str]);

/// docs/import-format.md, “Things: one file a kind” (★ = required), and the Chinese names of the kinds.
pub const KINDS: &[KindRow] = &[
    ("enterprises.csv", "ENTERPRISE", "企业", "registeredOn", &["legalForm", "status", "isLegalPerson"]),
    ("institutes.csv", "INSTITUTE", "高校院所", "foundedOn", &["kind"]),
    ("other_organizations.csv", "OTHER_ORGANIZATION", "其他机构", "foundedOn", &["kind"]),
    ("alliances.csv", "ALLIANCE", "创新联盟", "foundedOn", &["kind"]),
    ("clusters.csv", "CLUSTER", "集群、基地", "recognizedOn", &["kind"]),
    ("funds.csv", "FUND", "基金、金融产品", "foundedOn", &["kind"]),
    ("carriers.csv", "CARRIER", "孵化载体", "foundedOn", &["kind", "level"]),
    ("platforms.csv", "PLATFORM", "研发平台", "foundedOn", &["kind", "level", "openToPublic"]),
    ("collaborations.csv", "COLLABORATION", "合作", "signedOn", &["kind", "signedOn"]),
    ("demands.csv", "DEMAND", "技术需求", "publishedOn", &["kind", "problem", "visibility", "status"]),
    ("achievements.csv", "ACHIEVEMENT", "科技成果", "date", &["kind"]),
    ("regions.csv", "REGION", "地区", "", &["kind"]),
    ("terms.csv", "TERM", "分类条目", "", &["scheme"]),
];

/// File and name of each relation, and whether it explains how two parties are linked.
pub const RELATIONS: &[(&str, &str, &str, bool)] = &[
    ("participates_in.csv", "PARTICIPATES_IN", "参与合作", true),
    ("member_of.csv", "MEMBER_OF", "联盟成员", true),
    ("in_cluster.csv", "IN_CLUSTER", "集群成员", true),
    ("supports.csv", "SUPPORTS", "支撑集群", true),
    ("incubated_in.csv", "INCUBATED_IN", "在孵", true),
    ("operates.csv", "OPERATES", "运营、依托", true),
    ("funded.csv", "FUNDS", "出资", true),
    ("owns.csv", "OWNS", "持股", true),
    ("supplies.csv", "SUPPLIES", "供货", true),
    ("has_demand.csv", "HAS_DEMAND", "提出需求", true),
    ("has_achievement.csv", "HAS_ACHIEVEMENT", "拥有成果", true),
    ("part_of.csv", "PART_OF", "隶属", true),
    ("located_in.csv", "LOCATED_IN", "所在地区", false),
    ("classified_as.csv", "CLASSIFIED_AS", "领域分类", false),
    ("upstream_of.csv", "UPSTREAM_OF", "上游", false),
    ("maps_to.csv", "MAPS_TO", "对照", false),
    ("succeeds.csv", "SUCCEEDS", "承继", true),
    ("serves.csv", "SERVES", "服务", true),
];

/// Columns that are no attributes of a thing.
const NO_ATTRIBUTES: &[&str] =
    &["key", "nameZh", "nameEn", "validFrom", "validTo", "source", "method", "basis", "confidence", "code"];

/// Attributes that the public does not see: whether matching apps may look further is internal.
const INTERNAL: &[&str] = &["agreesToApps"];

/// A name of a thing: text, language, kind, from, to, key of the source.
#[derive(Clone, Debug)]
pub struct Name {
    pub text: String,
    pub language: String,
    pub kind: String,
    pub from: String,
    pub to: String,
    pub source: String,
}

/// What somebody says of an attribute.
#[derive(Clone, Debug)]
pub struct Said {
    pub attribute: String,
    pub value: String,
    pub from: String,
    pub to: String,
    pub row: Row,
}

/// A tie seen from one of its ends.
#[derive(Clone, Debug)]
pub struct Edge<'s> {
    /// The relation.
    pub relation: &'static str,
    /// Its row.
    pub row: &'s Row,
    /// The key of the start and of the target.
    pub from: String,
    pub to: String,
    /// The key of the other end.
    pub other: String,
}

/// Everything that some folders say.
pub struct Store {
    files: BTreeMap<String, Vec<Row>>,
    things: BTreeMap<String, (usize, usize)>,
    codes: BTreeMap<String, String>,
}

/// A cell; empty where there is none.
pub fn cell<'r>(row: &'r Row, column: &str) -> &'r str {
    row.get(column).map_or("", String::as_str)
}

/// The first day a date can mean; open where it is not known.
pub fn first_day(text: &str) -> Option<Day> {
    let mut parts = text.split('-').map(|part| part.parse::<Day>().ok());
    let year = parts.next()??;
    let (month, day) = (parts.next().flatten().unwrap_or(1), parts.next().flatten().unwrap_or(1));
    Some(year * 10_000 + month * 100 + day)
}

/// The first day after a period that ends with a date: a month or a year counts to its close.
pub fn end_day(text: &str) -> Option<Day> {
    let first = first_day(text)?;
    Some(match text.split('-').count() {
        1 => first + 10_000,
        2 if first / 100 % 100 == 12 => (first / 10_000 + 1) * 10_000 + 101,
        2 => first + 100,
        _ => first,
    })
}

/// Does `[from, to)` hold on a day?
pub fn holds(from: &str, to: &str, day: Day) -> bool {
    first_day(from).unwrap_or(OPEN.0) <= day && day < end_day(to).unwrap_or(OPEN.1)
}

/// Two spellings that count as one: full and half width, case, white space.
pub fn folded(text: &str) -> String {
    let wide: String = text.nfkc().collect();
    wide.to_lowercase().split_whitespace().collect()
}

/// Today in Shanghai.
#[expect(clippy::disallowed_methods, reason = "an oracle for “today” needs a clock of its own")]
pub fn today() -> Day {
    let seconds = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_secs();
    let mut days = i64::try_from((seconds + 8 * 3_600) / 86_400).expect("in range");
    let is_leap = |year: i64| (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let mut year = 1970;
    while days >= 365 + i64::from(is_leap(year)) {
        days -= 365 + i64::from(is_leap(year));
        year += 1;
    }
    let lengths = [31, 28 + i64::from(is_leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut month = 0;
    while days >= lengths[month] {
        days -= lengths[month];
        month += 1;
    }
    Day::try_from(year * 10_000 + (i64::try_from(month).expect("small") + 1) * 100 + days + 1).expect("in range")
}

/// A whole date as a day.
pub fn day(text: &str) -> Day {
    first_day(text).unwrap_or_else(|| panic!("no date: {text}"))
}

impl Store {
    /// Read folders, one after the other.
    pub fn load(root: &Path, folders: &[&str]) -> Self {
        let mut files: BTreeMap<String, Vec<Row>> = BTreeMap::new();
        for folder in folders {
            let entries = std::fs::read_dir(root.join(folder)).unwrap_or_else(|cause| panic!("{folder}: {cause}"));
            for path in entries.map(|entry| entry.expect("an entry").path()) {
                if path.extension().is_none_or(|ending| ending != "csv") {
                    continue;
                }
                let name = path.file_name().expect("a name").to_string_lossy().into_owned();
                let mut reader = csv::Reader::from_path(&path).expect("a CSV file");
                let rows = reader.deserialize::<Row>().map(|row| row.unwrap_or_else(|cause| panic!("{name}: {cause}")));
                files.entry(name.clone()).or_default().extend(rows);
            }
        }
        let (mut things, mut codes) = (BTreeMap::new(), BTreeMap::new());
        for (kind, (file, ..)) in KINDS.iter().enumerate() {
            for (place, row) in files.get(*file).into_iter().flatten().enumerate() {
                let key = cell(row, "key").to_owned();
                match *file {
                    "regions.csv" => codes.insert(cell(row, "code").to_owned(), key.clone()),
                    "terms.csv" => codes.insert(format!("{}:{}", cell(row, "scheme"), cell(row, "code")), key.clone()),
                    _ => None,
                };
                assert!(things.insert(key.clone(), (kind, place)).is_none(), "{key} twice");
            }
        }
        let mut store = Self { files, things, codes };
        for row in store.rows("identifiers.csv").to_vec() {
            let entity = store.resolve(cell(&row, "entity"));
            store.codes.insert(format!("{}/{}", cell(&row, "scheme"), cell(&row, "value")), entity);
        }
        store
    }

    /// The rows of a file.
    pub fn rows(&self, file: &str) -> &[Row] {
        self.files.get(file).map_or(&[], Vec::as_slice)
    }

    /// The key that a reference of the import format points at.
    pub fn resolve(&self, reference: &str) -> String {
        if self.things.contains_key(reference) {
            return reference.to_owned();
        }
        self.codes.get(reference).unwrap_or_else(|| panic!("{reference} points at nothing")).clone()
    }

    /// The key of what a name fits; it must fit one.
    pub fn by_name(&self, name: &str) -> String {
        let fits: Vec<String> = self
            .things
            .keys()
            .filter(|key| self.names(key).iter().any(|known| folded(&known.text) == folded(name)))
            .cloned()
            .collect();
        assert_eq!(fits.len(), 1, "{name}: {fits:?}");
        fits[0].clone()
    }

    /// Every key.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.things.keys().map(String::as_str)
    }

    /// The row of the kind table, and the row of the thing.
    pub fn thing(&self, key: &str) -> (&'static KindRow, &Row) {
        let (kind, place) = self.things.get(key).unwrap_or_else(|| panic!("no thing {key}"));
        (&KINDS[*kind], &self.rows(KINDS[*kind].0)[*place])
    }

    /// The code of its kind.
    pub fn kind(&self, key: &str) -> &'static str {
        self.thing(key).0.1
    }

    /// From which day it exists, and from which no more.
    pub fn days(&self, key: &str) -> (Day, Day) {
        let (kind, row) = self.thing(key);
        let said = self.all_said(key).into_iter().filter(|said| said.attribute == kind.3);
        let begins = || said.filter_map(|said| first_day(&said.value)).min();
        let from = first_day(cell(row, "validFrom")).or_else(begins).unwrap_or(OPEN.0);
        (from, end_day(cell(row, "validTo")).unwrap_or(OPEN.1))
    }

    /// Does it exist on the day, and may everybody see it?
    pub fn shown(&self, key: &str, day: Day) -> bool {
        let (from, to) = self.days(key);
        let hidden = self.kind(key) == "DEMAND" && {
            let all = self.all_said(key);
            let of = |name: &'static str| all.iter().filter(move |said| said.attribute == name);
            of("visibility").any(|said| !["PUBLIC", "ANONYMOUS"].contains(&said.value.as_str()))
                || of("status").all(|said| said.value == "DRAFT")
        };
        from <= day && day < to && !hidden
    }

    /// The keys of a kind that are shown, in order of the file.
    pub fn of_kind(&self, kind: &str, day: Day) -> Vec<String> {
        let file = KINDS.iter().find(|row| row.1 == kind).expect("a kind").0;
        self.rows(file).iter().map(|row| cell(row, "key").to_owned()).filter(|key| self.shown(key, day)).collect()
    }

    /// All names of a thing.
    pub fn names(&self, key: &str) -> Vec<Name> {
        let (_, row) = self.thing(key);
        let official = |column: &str, language: &str| Name {
            text: cell(row, column).to_owned(),
            language: language.to_owned(),
            kind: "OFFICIAL".to_owned(),
            from: String::new(),
            to: String::new(),
            source: cell(row, "source").to_owned(),
        };
        let mut names = vec![official("nameZh", "zh"), official("nameEn", "en")];
        names.retain(|name| !name.text.is_empty());
        let own = self.rows("names.csv").iter().filter(|row| self.resolve(cell(row, "entity")) == key);
        names.extend(own.map(|row| Name {
            text: cell(row, "text").to_owned(),
            language: cell(row, "language").to_owned(),
            kind: cell(row, "kind").to_owned(),
            from: cell(row, "validFrom").to_owned(),
            to: cell(row, "validTo").to_owned(),
            source: cell(row, "source").to_owned(),
        }));
        names
    }

    /// The Chinese name in use on a day: a former name while it was in use, else the official one.
    pub fn name(&self, key: &str, day: Day) -> String {
        let names = self.names(key);
        let former = names.iter().find(|name| {
            name.language == "zh" && name.kind == "FORMER" && !name.to.is_empty() && holds(&name.from, &name.to, day)
        });
        former.map_or_else(|| cell(self.thing(key).1, "nameZh").to_owned(), |name| name.text.clone())
    }

    /// Everything anybody says of the attributes of a thing, whenever it holds.
    pub fn all_said(&self, key: &str) -> Vec<Said> {
        let (_, row) = self.thing(key);
        let own = row.iter().filter(|(name, value)| !NO_ATTRIBUTES.contains(&name.as_str()) && !value.is_empty());
        let mut said: Vec<Said> = own
            .map(|(name, value)| Said {
                attribute: name.clone(),
                value: value.clone(),
                from: String::new(),
                to: String::new(),
                row: row.clone(),
            })
            .collect();
        let more = self.rows("statements.csv").iter().filter(|row| self.resolve(cell(row, "entity")) == key);
        said.extend(more.map(|row| Said {
            attribute: cell(row, "attribute").to_owned(),
            value: cell(row, "value").to_owned(),
            from: cell(row, "validFrom").to_owned(),
            to: cell(row, "validTo").to_owned(),
            row: row.clone(),
        }));
        said.retain(|said| !INTERNAL.contains(&said.attribute.as_str()));
        said
    }

    /// What is said of an attribute for a day, in order of precedence: method, grade of the source,
    /// later start, later date of the source, then order of entry.
    pub fn said(&self, key: &str, attribute: &str, day: Day) -> Vec<Said> {
        let mut said = self.all_said(key);
        said.retain(|said| said.attribute == attribute && holds(&said.from, &said.to, day));
        let methods = ["DOCUMENT", "DECLARED", "IMPORTED", "DERIVED"];
        said.sort_by_key(|said| {
            let method = Some(cell(&said.row, "method")).filter(|method| !method.is_empty()).unwrap_or("DOCUMENT");
            let source = self.source(cell(&said.row, "source"));
            let later = |text: &str| first_day(text).map_or(i32::MAX, |day| -day);
            (
                methods.iter().position(|known| *known == method),
                cell(source, "grade").to_owned(),
                later(&said.from),
                later(cell(source, "date")),
            )
        });
        said
    }

    /// The value shown for an attribute.
    pub fn value(&self, key: &str, attribute: &str, day: Day) -> Option<String> {
        self.said(key, attribute, day).first().map(|said| said.value.clone())
    }

    /// The row of a source.
    pub fn source(&self, key: &str) -> &Row {
        let found = self.rows("sources.csv").iter().find(|row| cell(row, "key") == key);
        found.unwrap_or_else(|| panic!("no source {key}"))
    }

    /// The ties of a thing that hold on a day and whose ends are shown.
    pub fn ties(&self, key: &str, relation: &str, forward: bool, day: Day) -> Vec<Edge<'_>> {
        let (file, name, ..) = RELATIONS.iter().find(|row| row.1 == relation).expect("a relation");
        let mut ties = Vec::new();
        for row in self.rows(file) {
            let (from, to) = (self.resolve(cell(row, "from")), self.resolve(cell(row, "to")));
            let (here, other) = if forward { (&from, &to) } else { (&to, &from) };
            if here != key || !holds(cell(row, "since"), cell(row, "until"), day) {
                continue;
            }
            let anonymous = *name == "HAS_DEMAND"
                && self.all_said(&to).iter().any(|said| said.attribute == "visibility" && said.value != "PUBLIC");
            if !anonymous && self.shown(&from, day) && self.shown(&to, day) {
                let other = other.clone();
                ties.push(Edge { relation: name, row, from, to, other });
            }
        }
        ties
    }

    /// The ties of a thing, of the relations named, seen from both ends.
    pub fn ties_around(&self, key: &str, relations: &[&str], day: Day) -> Vec<Edge<'_>> {
        let both = relations.iter().flat_map(|relation| [(*relation, true), (*relation, false)]);
        both.flat_map(|(relation, forward)| self.ties(key, relation, forward, day)).collect()
    }

    /// Ties that explain how two parties are linked: no places, fields or code lists.
    pub fn explaining(&self, key: &str, day: Day) -> Vec<Edge<'_>> {
        let relations: Vec<&str> = RELATIONS.iter().filter(|row| row.3).map(|row| row.1).collect();
        let plain = |key: &str| !["REGION", "TERM"].contains(&self.kind(key));
        let mut ties = self.ties_around(key, &relations, day);
        ties.retain(|tie| plain(&tie.from) && plain(&tie.to));
        ties
    }

    /// Steps from one thing to everything that can be reached over explaining ties.
    pub fn distances(&self, from: &str, day: Day) -> BTreeMap<String, usize> {
        let mut found = BTreeMap::from([(from.to_owned(), 0)]);
        let mut open = VecDeque::from([from.to_owned()]);
        while let Some(key) = open.pop_front() {
            let next = found[&key] + 1;
            for tie in self.explaining(&key, day) {
                if !found.contains_key(&tie.other) {
                    found.insert(tie.other.clone(), next);
                    open.push_back(tie.other);
                }
            }
        }
        found
    }

    /// How many routes without circles there are of each length up to the longest.
    pub fn count_routes(&self, from: &str, to: &str, longest: usize, day: Day) -> Vec<usize> {
        let left = self.distances(to, day);
        let mut counts = vec![0; longest + 1];
        let mut open = vec![vec![from.to_owned()]];
        while let Some(way) = open.pop() {
            for tie in self.explaining(way.last().expect("a way has a start"), day) {
                let reaches = left.get(&tie.other).is_some_and(|left| way.len() + left <= longest);
                if tie.other == to {
                    counts[way.len()] += 1;
                } else if reaches && !way.contains(&tie.other) {
                    open.push([way.clone(), vec![tie.other]].concat());
                }
            }
        }
        counts
    }

    /// The region or term, and all it is part of.
    pub fn wholes(&self, key: &str, day: Day) -> BTreeSet<String> {
        let mut found = BTreeSet::from([key.to_owned()]);
        let mut open = vec![key.to_owned()];
        while let Some(part) = open.pop() {
            for tie in self.ties(&part, "PART_OF", true, day) {
                if found.insert(tie.other.clone()) {
                    open.push(tie.other);
                }
            }
        }
        found
    }

    /// Is a thing located in a region, or in one below it?
    pub fn is_in(&self, key: &str, region: &str, day: Day) -> bool {
        self.ties(key, "LOCATED_IN", true, day).iter().any(|tie| self.wholes(&tie.other, day).contains(region))
    }

    /// Does a certificate count on a day? A revocation or withdrawal counts from its own day. A start
    /// or end that is not stated is vouched for by the source up to its own date only.
    pub fn counts(&self, row: &Row, day: Day) -> &'static str {
        let taken = match (first_day(cell(row, "revokedFrom")), cell(row, "status")) {
            (Some(from), _) => from <= day,
            (None, "REVOKED" | "WITHDRAWN") => true,
            _ => false,
        };
        if taken || !holds(cell(row, "validFrom"), cell(row, "validTo"), day) {
            return "NO";
        }
        let told = cell(self.source(cell(row, "source")), "date");
        let begun = first_day(cell(row, "validFrom")).is_some() || first_day(told).is_some_and(|first| first <= day);
        // A whole date vouches for its own day, a month or a year for all of theirs.
        let vouched = end_day(told).is_some_and(|end| if told.len() == 10 { day <= end } else { day < end });
        let goes_on = first_day(cell(row, "validTo")).is_some() || vouched;
        if begun && goes_on { "YES" } else { "UNKNOWN" }
    }

    /// The certificates of a scheme with one of these answers to whether they count on a day.
    pub fn certificates(&self, scheme: &str, day: Day, answers: &[&str]) -> Vec<&Row> {
        let all = self.rows("certifications.csv").iter();
        let known =
            all.filter(|row| cell(row, "scheme") == scheme && self.shown(&self.resolve(cell(row, "holder")), day));
        known.filter(|row| answers.contains(&self.counts(row, day))).collect()
    }

    /// Have two organisations been parties to one collaboration that is no framework agreement?
    pub fn worked_together(&self, one: &str, other: &str, day: Day) -> bool {
        let joint = self.ties(one, "PARTICIPATES_IN", true, day).into_iter().map(|tie| tie.other);
        joint.into_iter().any(|work| {
            self.value(&work, "kind", day).as_deref() != Some("FRAMEWORK")
                && self.ties(&work, "PARTICIPATES_IN", false, day).iter().any(|tie| tie.other == other)
        })
    }
}

#[test]
fn dates_by_hand() {
    assert_eq!((first_day("2017"), end_day("2017")), (Some(20_170_101), Some(20_180_101)));
    assert_eq!((first_day("2017-03"), end_day("2017-12")), (Some(20_170_301), Some(20_180_101)));
    assert_eq!((end_day("2017-03"), end_day("2017-03-09")), (Some(20_170_401), Some(20_170_309)));
    assert_eq!((first_day(""), first_day("UNKNOWN")), (None, None));
    assert!(holds("2017", "2018", 20_181_231) && !holds("2017", "2018", 20_190_101) && !holds("2017", "", 20_161_231));
    assert!((20_260_101..21_000_101).contains(&today()));
}
