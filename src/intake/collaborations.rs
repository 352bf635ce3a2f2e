//! Plain tables of dated collaborations, as registers and research programmes publish them: one of
//! organisations, one of projects, one of who took part; or one of edges alone. CSV, TSV or JSON
//! lines, packed by gzip or not. Which table a file holds is seen from its columns.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

mod cells;

use cells::{Holds, Sheet, sheet};

use super::draft::{Draft, Said, Stranger, is_chinese};
use super::{InputFile, Limits, Mapping, Place, Reading, Refusal, Take};
use crate::domain::enumeration::PARTICIPANT_ROLE;
use crate::domain::name::LONGEST_NAME;
use crate::domain::rejection::Rejection;
use crate::domain::{Kind, Relation, Validity};

/// What sorts of organisations are called, and what they are here.
const SORTS: &[(&str, Kind, &str)] = &[
    ("PRC", Kind::Enterprise, ""),
    ("COMPANY", Kind::Enterprise, ""),
    ("ENTERPRISE", Kind::Enterprise, ""),
    ("企业", Kind::Enterprise, ""),
    ("HES", Kind::Institute, "UNIVERSITY"),
    ("UNIVERSITY", Kind::Institute, "UNIVERSITY"),
    ("高校", Kind::Institute, "UNIVERSITY"),
    ("REC", Kind::Institute, "RESEARCH_INSTITUTE"),
    ("INSTITUTE", Kind::Institute, "RESEARCH_INSTITUTE"),
    ("科研院所", Kind::Institute, "RESEARCH_INSTITUTE"),
    ("PUB", Kind::OtherOrganization, "GOVERNMENT"),
    ("GOVERNMENT", Kind::OtherOrganization, "GOVERNMENT"),
    ("政府", Kind::OtherOrganization, "GOVERNMENT"),
    ("OTH", Kind::OtherOrganization, "OTHER"),
    ("OTHER", Kind::OtherOrganization, "OTHER"),
    ("其他", Kind::OtherOrganization, "OTHER"),
];

/// What roles are called elsewhere.
const ROLES: &[(&str, &str)] = &[
    ("COORDINATOR", "LEAD"),
    ("PARTICIPANT", "PARTNER"),
    ("THIRDPARTY", "PARTNER"),
    ("INTERNATIONALPARTNER", "PARTNER"),
    ("ASSOCIATEDPARTNER", "PARTNER"),
    ("牵头", "LEAD"),
    ("参与", "PARTNER"),
];

/// Read such tables as one data set.
pub fn walk_collaborations(files: &[InputFile], _: &Mapping, limits: &Limits, take: Take<'_>) -> Reading {
    let mut sheets = Vec::new();
    let mut refusals = Vec::new();
    for file in files {
        match sheet(file, limits) {
            Ok(sheet) => sheets.push(sheet),
            Err(flaw) => {
                let (line, column, rejection) = *flaw;
                let place = Place { file: Arc::from(file.label.as_str()), line, column };
                refusals.push(Refusal { place, value: None, rejection });
            }
        }
    }
    sheets.sort_by_key(|sheet| sheet.holds);
    let Some(first) = sheets.first().filter(|_| refusals.is_empty()) else {
        return Reading { refusals, ..Reading::default() };
    };
    let set = set_of(first.file);
    let mut draft = Draft::of(first.file, &format!("tables-{set}"), &source(&set), (limits.refusals, take));
    countries(&mut draft, &set, &sheets);
    let listed = rows_of(&sheets, Holds::Organizations).filter_map(|(_, row)| row.get("id"));
    let listed: BTreeSet<&str> = listed.map(String::as_str).collect();
    let mut parties: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, row) in rows_of(&sheets, Holds::Participation) {
        if let Some(project) = row.get("project") {
            *parties.entry(project).or_default() += 1;
        }
    }
    for sheet in &sheets {
        for (line, row) in &sheet.rows {
            if draft.is_stopped() {
                return draft.done();
            }
            draft.row(sheet.file, *line);
            let row = Row { set: &set, cells: row };
            let fit = row.cells.iter().find(|(_, cell)| cell.len() > limits.cell_bytes);
            if let Some((name, _)) = fit {
                draft.refuse(name, Rejection::TooLarge { limit: format!("一格 {} 字节 / bytes", limits.cell_bytes) });
                continue;
            }
            match sheet.holds {
                Holds::Organizations => organization(&mut draft, &row),
                Holds::Projects => project(&mut draft, &row, &parties),
                Holds::Participation => participation(&mut draft, &row),
                Holds::Edges => edge(&mut draft, &row, &listed),
            }
        }
    }
    draft.done()
}

fn rows_of<'s>(
    sheets: &'s [Sheet<'_>],
    holds: Holds,
) -> impl Iterator<Item = &'s (u64, BTreeMap<&'static str, String>)> {
    sheets.iter().filter(move |sheet| sheet.holds == holds).flat_map(|sheet| &sheet.rows)
}

/// The folder that the tables lie in names them: keys of different sets never meet.
fn set_of(file: &InputFile) -> String {
    let mut parts = file.label.rsplit(['/', '\\']);
    let (name, folder) = (parts.next().unwrap_or_default(), parts.next());
    let stem = folder.filter(|folder| !folder.is_empty()).unwrap_or_else(|| name.split('.').next().unwrap_or_default());
    let letters: String = stem.chars().filter(|letter| letter.is_alphanumeric()).take(20).collect();
    if letters.is_empty() { "set".to_owned() } else { letters }
}

fn source(set: &str) -> Said<'static> {
    vec![
        ("kind", "REGISTRY".into()),
        ("issuer", set.to_owned().into()),
        ("title", format!("合作数据表 {set} · tables of collaborations “{set}”").into()),
        ("grade", "B".into()),
        ("note", "导入时未说明出处，请补充 · where they were published was not said at the import".into()),
        ("address", format!("table:{set}").into()),
    ]
}

struct Row<'r> {
    set: &'r str,
    cells: &'r BTreeMap<&'static str, String>,
}

impl<'r> Row<'r> {
    fn cell(&self, name: &str) -> Option<&'r str> {
        self.cells.get(name).map(String::as_str).filter(|cell| !cell.is_empty())
    }

    fn needed(&self, draft: &mut Draft<'_>, name: &'static str) -> Option<&'r str> {
        let cell = self.cell(name);
        if cell.is_none() {
            draft.refuse(name, Rejection::RequiredMissing { name: name.to_owned() });
        }
        cell
    }

    fn key(&self, what: &str, id: &str) -> String {
        key(self.set, what, id)
    }
}

fn key(set: &str, what: &str, id: &str) -> String {
    let letters = |letter: char| if letter.is_alphanumeric() || "-_.".contains(letter) { letter } else { '_' };
    format!("{set}-{what}-{}", id.chars().map(letters).collect::<String>())
}

/// A name short enough to be one.
fn shortened(text: &str) -> Cow<'_, str> {
    if text.chars().count() <= LONGEST_NAME {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().take(LONGEST_NAME - 1).chain(['…']).collect())
}

/// The name as the Chinese one or as the foreign one.
fn by_language(name: &str) -> (Option<&str>, Option<&str>) {
    if is_chinese(name) { (Some(name), None) } else { (None, Some(name)) }
}

fn countries(draft: &mut Draft<'_>, set: &str, sheets: &[Sheet<'_>]) {
    let rows = rows_of(sheets, Holds::Organizations);
    let all: BTreeSet<&str> =
        rows.filter_map(|(_, row)| row.get("country").map(String::as_str)).filter(|code| !code.is_empty()).collect();
    for code in all {
        let (name_zh, name_en) = by_language(code);
        draft.node(Stranger {
            kind: Kind::Region,
            key: key(set, "country", code),
            name_zh,
            name_en,
            code: Some(format!("{set}:{code}")),
            said: vec![("kind", "COUNTRY".into()), ("standard", "ISO 3166-1".into()), ("verified", "NO".into())],
            validity: Validity::default(),
        });
    }
}

fn organization(draft: &mut Draft<'_>, row: &Row<'_>) {
    let Some(id) = row.needed(draft, "id") else { return };
    let given = row.cell("kind").unwrap_or("OTHER").to_uppercase();
    let Some((_, kind, sort)) = SORTS.iter().find(|(name, _, _)| *name == given) else {
        let known = SORTS.iter().map(|(name, _, _)| *name).collect::<Vec<_>>().join(", ");
        draft.unfit("kind", &given, (&format!("应为以下之一：{known}"), &format!("expects one of {known}")));
        return;
    };
    let unnamed = match row.cell("country") {
        Some(country) => format!("{id} ({country})"),
        None => id.to_owned(),
    };
    let name = shortened(row.cell("name").unwrap_or(&unnamed));
    let (name_zh, mut name_en) = by_language(&name);
    name_en = row.cell("nameen").or(name_en);
    let mut said: Said<'_> = match kind {
        Kind::Enterprise => {
            vec![("legalForm", "UNKNOWN".into()), ("status", "UNKNOWN".into()), ("isLegalPerson", "UNKNOWN".into())]
        }
        _ => vec![("kind", (*sort).into())],
    };
    said.extend(row.cell("kind").map(|kind| ("registryTypes", Cow::Borrowed(kind))));
    said.extend(row.cell("city").map(|city| ("address", Cow::Borrowed(city))));
    let key = row.key("org", id);
    let validity = Validity::default();
    draft.node(Stranger { kind: *kind, key: key.clone(), name_zh, name_en, code: None, said, validity });
    if let Some(country) = row.cell("country") {
        let there = row.key("country", country);
        draft.tie(Relation::LocatedIn, (&key, &there), &vec![("role", "UNKNOWN".into())], validity);
    }
}

fn project(draft: &mut Draft<'_>, row: &Row<'_>, parties: &BTreeMap<&str, usize>) {
    let Some(id) = row.needed(draft, "id") else { return };
    let Some(start) = row.needed(draft, "start") else { return };
    let several = parties.get(id).is_some_and(|parties| *parties > 1);
    let name = shortened(row.cell("title").or_else(|| row.cell("text")).unwrap_or(id));
    let (name_zh, name_en) = by_language(&name);
    let mut said: Said<'_> = vec![
        ("kind", if several { "JOINT_PROJECT" } else { "PROJECT" }.into()),
        ("signedOn", start.into()),
        ("start", start.into()),
    ];
    for (ours, theirs) in [("end", "end"), ("programme", "programme"), ("descriptionText", "text")] {
        said.extend(row.cell(theirs).map(|cell| (ours, Cow::Borrowed(cell))));
    }
    let (key, validity) = (row.key("project", id), Validity::default());
    draft.node(Stranger { kind: Kind::Collaboration, key, name_zh, name_en, code: None, said, validity });
}

fn participation(draft: &mut Draft<'_>, row: &Row<'_>) {
    let (Some(project), Some(org)) = (row.needed(draft, "project"), row.needed(draft, "org")) else { return };
    let given = row.cell("role").unwrap_or("UNKNOWN");
    let upper = given.to_uppercase();
    let role = ROLES.iter().find(|(name, _)| *name == upper).map_or(upper.as_str(), |(_, role)| role);
    if role != "UNKNOWN" && PARTICIPANT_ROLE.by_name(role).is_none() {
        let known = ROLES.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
        draft.unfit("role", given, (&format!("应为以下之一：{known}"), &format!("expects one of {known}")));
        return;
    }
    let mut said: Said<'_> = vec![("role", Cow::Borrowed(role))];
    said.extend(row.cell("money").map(|money| ("amount", cents(money))));
    let (from, to) = (row.key("org", org), row.key("project", project));
    draft.tie(Relation::ParticipatesIn, (&from, &to), &said, Validity::default());
}

/// Money with at most two decimals; tables of computers write more of them, all noughts or noise.
fn cents(money: &str) -> Cow<'_, str> {
    match money.split_once('.') {
        Some((whole, decimals)) if decimals.len() > 2 && decimals.bytes().all(|byte| byte.is_ascii_digit()) => {
            Cow::Owned(format!("{whole}.{}", &decimals[..2]))
        }
        _ => Cow::Borrowed(money),
    }
}

/// An edge, with those ends of it that no table of organisations lists.
fn edge(draft: &mut Draft<'_>, row: &Row<'_>, listed: &BTreeSet<&str>) {
    let (Some(from), Some(to)) = (row.needed(draft, "from"), row.needed(draft, "to")) else { return };
    let ends = [from, to].map(|id| (row.key("org", id), id));
    for (key, name) in ends.iter().filter(|(_, id)| !listed.contains(id)) {
        let (name_zh, name_en) = by_language(name);
        let (said, validity) = (vec![("kind", "UNKNOWN".into())], Validity::default());
        let (key, kind) = (key.clone(), Kind::OtherOrganization);
        draft.node(Stranger { kind, key, name_zh, name_en, code: None, said, validity });
    }
    let mut said: Said<'_> = Vec::new();
    said.extend(row.cell("weight").map(|weight| ("weight", Cow::Borrowed(weight))));
    let since = row.cell("since").or_else(|| row.cell("start"));
    let from_day = since.and_then(|since| since.parse().ok());
    if let (Some(since), None) = (since, from_day) {
        draft.unfit("since", since, ("应为日期，如 2017-03-01", "expects a date such as 2017-03-01"));
        return;
    }
    let [(from, _), (to, _)] = &ends;
    draft.tie(Relation::RelatedTo, (from, to), &said, Validity { from: from_day, to: None });
}
