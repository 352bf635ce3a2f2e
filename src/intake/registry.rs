//! Dumps of the Research Organization Registry (ror.org, CC0): schema v2, and v1 as it was published
//! until 2024. Every name, alias, identifier, relation and status of a record is kept; an
//! organisation that a relation names and the dump does not hold is entered by the name it is given
//! there, under a key of its own, until its record comes.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

mod record;

use record::{Either, Location, Name, Record, Relationship};

use super::draft::{Draft, Said, Stranger, is_chinese, unpacked};
use super::{InputFile, Limits, Mapping, Place, Reading, Refusal, Take};
use crate::domain::identifier::Scheme;
use crate::domain::name::{Language, NameKind};
use crate::domain::rejection::Rejection;
use crate::domain::{Kind, Relation, Validity};

/// What the types of the registry are here, the telling ones first.
const KINDS: &[(&str, Kind, &str)] = &[
    ("education", Kind::Institute, "UNIVERSITY"),
    ("healthcare", Kind::Institute, "HOSPITAL"),
    ("facility", Kind::Institute, "RESEARCH_INSTITUTE"),
    ("company", Kind::Enterprise, ""),
    ("government", Kind::OtherOrganization, "GOVERNMENT"),
    ("nonprofit", Kind::OtherOrganization, "ASSOCIATION"),
    ("archive", Kind::OtherOrganization, "OTHER"),
    ("funder", Kind::OtherOrganization, "OTHER"),
    ("other", Kind::OtherOrganization, "OTHER"),
];

/// Identifiers of the registry, and what they are called here.
const SCHEMES: &[(&str, Scheme)] = &[
    ("grid", Scheme::Grid),
    ("isni", Scheme::Isni),
    ("wikidata", Scheme::Wikidata),
    ("fundref", Scheme::FundRef),
    ("orgref", Scheme::OrgRef),
];

/// Identifiers of one scheme that are kept of a record: a large funder has the numbers of all its
/// departments beside its own, which comes first.
const MOST_OF_A_SCHEME: usize = 20;

/// Read dumps as one data set.
pub fn walk_registry(files: &[InputFile], _: &Mapping, limits: &Limits, take: Take<'_>) -> Reading {
    let mut records: Vec<(usize, u64, Record)> = Vec::new();
    let mut refusals = Vec::new();
    for (number, file) in files.iter().enumerate() {
        match read_file(file, limits) {
            Ok(read) => records.extend((1..).zip(read).map(|(line, record)| (number, line, record))),
            Err((line, rejection)) => {
                let place = Place { file: Arc::from(file.label.as_str()), line, column: None };
                refusals.push(Refusal { place, value: None, rejection });
            }
        }
    }
    let Some(first) = files.first().filter(|_| refusals.is_empty()) else {
        return Reading { refusals, ..Reading::default() };
    };
    let mut draft = Draft::of(first, "ror", &source(&records), (limits.refusals, take));
    let held: BTreeSet<&str> = records.iter().map(|(_, _, record)| tail(&record.id)).collect();
    for (number, line, record) in &records {
        let Some(file) = files.get(*number) else { continue };
        if draft.is_stopped() {
            return draft.done();
        }
        draft.row(file, *line);
        organization(&mut draft, record, limits);
    }
    outsiders(&mut draft, &records, &held);
    // Either end may tell of a relation; it is one.
    let mut told: BTreeSet<(Relation, String, String)> = BTreeSet::new();
    for record in records.iter().map(|(_, _, record)| record) {
        for relationship in &record.relationships {
            tie(&mut draft, record, relationship, &held, &mut told);
        }
    }
    draft.done()
}

/// The records of a file: a list, or one object a line.
fn read_file(file: &InputFile, limits: &Limits) -> Result<Vec<Record>, (u64, Rejection)> {
    let bytes = unpacked(file, limits).map_err(|rejection| (0, rejection))?;
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let unfit = |cause: &serde_json::Error| {
        let line = u64::try_from(cause.line()).unwrap_or(0);
        let rejection = Rejection::InvalidValue {
            name: file.name.clone(),
            given: crate::domain::rejection::clip(&cause.to_string()),
            expected_zh: "应为 ROR 数据（JSON，v1 或 v2）：从 zenodo.org 下载的文件，或其中若干记录的列表".into(),
            expected_en: "expects ROR data (JSON, v1 or v2): a dump from zenodo.org, or a list of some of its records"
                .into(),
        };
        (line, rejection)
    };
    let is_list = bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[');
    let either: Result<Vec<Either>, _> = if is_list {
        serde_json::from_slice(bytes)
    } else {
        serde_json::Deserializer::from_slice(bytes).into_iter().collect()
    };
    let records = either.map_err(|cause| unfit(&cause))?.into_iter().map(|either| match either {
        Either::Now(record) => *record,
        Either::Earlier(earlier) => (*earlier).into(),
    });
    Ok(records.collect())
}

fn source(records: &[(usize, u64, Record)]) -> Said<'static> {
    let modified = |record: &Record| record.admin.as_ref()?.last_modified.as_ref()?.date.clone();
    let newest = records.iter().filter_map(|(_, _, record)| modified(record)).max();
    let mut said: Said<'static> = vec![
        ("kind", "REGISTRY".into()),
        ("issuer", "Research Organization Registry".into()),
        ("title", "ROR 研究机构登记数据 · records of the Research Organization Registry".into()),
        ("address", "https://ror.org".into()),
        ("grade", "A".into()),
        ("note", "CC0".into()),
    ];
    said.extend(newest.map(|date| ("date", Cow::Owned(date))));
    said
}

/// The part of an id behind the last slash.
fn tail(id: &str) -> &str {
    id.rsplit('/').next().unwrap_or(id).trim()
}

fn key(id: &str) -> String {
    format!("ror-{}", tail(id))
}

/// The language of a name: as stated, else by its letters.
fn language(name: &Name) -> Language {
    match name.lang.as_deref() {
        Some("zh") => Language::Zh,
        Some(_) => Language::En,
        None if is_chinese(&name.value) => Language::Zh,
        None => Language::En,
    }
}

fn is(name: &Name, kind: &str) -> bool {
    name.types.iter().any(|known| known == kind)
}

fn organization(draft: &mut Draft<'_>, record: &Record, limits: &Limits) {
    let (_, kind, sort) = KINDS
        .iter()
        .find(|(name, _, _)| record.types.iter().any(|known| known == name))
        .unwrap_or(&("other", Kind::OtherOrganization, "OTHER"));
    let key = key(&record.id);
    let official = |wanted: Language| {
        let of_it = || record.names.iter().filter(move |name| language(name) == wanted);
        let shown = of_it().find(|name| is(name, "ror_display"));
        shown.or_else(|| of_it().find(|name| is(name, "label"))).map(|name| name.value.as_str())
    };
    let (name_zh, name_en) = (official(Language::Zh), official(Language::En));
    if name_zh.is_none() && name_en.is_none() {
        draft.refuse("names", Rejection::RequiredMissing { name: "names".into() });
        return;
    }
    let mut said: Said<'_> = match kind {
        Kind::Enterprise => vec![
            ("legalForm", "UNKNOWN".into()),
            ("status", if record.status == "active" { "ACTIVE" } else { "UNKNOWN" }.into()),
            ("isLegalPerson", "UNKNOWN".into()),
        ],
        _ => vec![("kind", (*sort).into())],
    };
    said.push(("registryStatus", record.status.as_str().into()));
    if !record.types.is_empty() {
        said.push(("registryTypes", record.types.join("|").into()));
    }
    if let Some(year) = record.established {
        let name = if *kind == Kind::Enterprise { None } else { Some("foundedOn") };
        said.extend(name.map(|name| (name, Cow::Owned(format!("{year:04}")))));
    }
    let website = record.links.iter().find(|link| link.kind == "website");
    said.extend(website.map(|link| ("website", Cow::Borrowed(link.value.as_str()))));
    let address = record.locations.iter().filter_map(address).collect::<Vec<_>>().join("; ");
    if !address.is_empty() {
        said.push(("address", Cow::Owned(address)));
    }
    if said.iter().any(|(_, text)| text.len() > limits.cell_bytes) {
        draft.refuse("", Rejection::TooLarge { limit: format!("一格 {} 字节 / bytes", limits.cell_bytes) });
        return;
    }
    let from =
        record.established.filter(|_| *kind == Kind::Enterprise).and_then(|year| format!("{year:04}").parse().ok());
    let validity = Validity { from, to: None };
    draft.node(Stranger { kind: *kind, key: key.clone(), name_zh, name_en, code: None, said, validity });
    names(draft, record, &key, [name_zh, name_en]);
    draft.identifier(&key, Scheme::Ror, tail(&record.id));
    for ids in &record.external_ids {
        let Some((_, scheme)) = SCHEMES.iter().find(|(name, _)| *name == ids.kind) else {
            let known = SCHEMES.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
            draft.unfit(
                "external_ids",
                &ids.kind,
                (&format!("应为以下之一：{known}"), &format!("expects one of {known}")),
            );
            continue;
        };
        let preferred = ids.preferred.iter().chain(ids.all.iter().filter(|id| Some(*id) != ids.preferred.as_ref()));
        for id in preferred.take(MOST_OF_A_SCHEME) {
            draft.identifier(&key, *scheme, id);
        }
    }
}

fn address(location: &Location) -> Option<String> {
    let details = location.geonames_details.as_ref()?;
    let parts = [&details.name, &details.country_subdivision_name, &details.country_name];
    let words: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
    let number = location.geonames_id.map(|id| format!(" (GeoNames {id})")).unwrap_or_default();
    (!words.is_empty()).then(|| format!("{}{number}", words.join(", ")))
}

/// Every name but the two official ones, each once.
fn names(draft: &mut Draft<'_>, record: &Record, key: &str, official: [Option<&str>; 2]) {
    let mut seen: BTreeSet<(&str, &str)> = BTreeSet::new();
    for name in &record.names {
        let language = language(name);
        let is_official = official[usize::from(language == Language::En)] == Some(name.value.as_str());
        if is_official || !seen.insert((language.name(), name.value.as_str())) {
            continue;
        }
        let kind = if is(name, "acronym") { NameKind::Short } else { NameKind::Alias };
        draft.name(key, &name.value, (language, kind));
    }
}

/// Organisations that only relations tell of.
fn outsiders(draft: &mut Draft<'_>, records: &[(usize, u64, Record)], held: &BTreeSet<&str>) {
    let all = records.iter().flat_map(|(_, _, record)| &record.relationships);
    let outside: BTreeMap<&str, &str> = all
        .map(|relationship| (tail(&relationship.id), relationship.label.as_str()))
        .filter(|(id, _)| !held.contains(id))
        .collect();
    for (id, label) in outside {
        let label = if label.trim().is_empty() { id } else { label };
        let chinese = is_chinese(label);
        draft.node(Stranger {
            kind: Kind::OtherOrganization,
            key: outside_key(id),
            name_zh: chinese.then_some(label),
            name_en: (!chinese).then_some(label),
            code: None,
            said: vec![("kind", "UNKNOWN".into())],
            validity: Validity::default(),
        });
    }
}

fn outside_key(id: &str) -> String {
    format!("ror-outside-{id}")
}

fn tie(
    draft: &mut Draft<'_>,
    record: &Record,
    relationship: &Relationship,
    held: &BTreeSet<&str>,
    told: &mut BTreeSet<(Relation, String, String)>,
) {
    let here = key(&record.id);
    let other = tail(&relationship.id);
    let there = if held.contains(other) { key(other) } else { outside_key(other) };
    let (relation, from, to) = match relationship.kind.to_lowercase().as_str() {
        "parent" => (Relation::PartOf, here, there),
        "child" => (Relation::PartOf, there, here),
        "successor" => (Relation::Succeeds, there, here),
        "predecessor" => (Relation::Succeeds, here, there),
        "related" => {
            let (from, to) = if here <= there { (here, there) } else { (there, here) };
            (Relation::RelatedTo, from, to)
        }
        other => {
            let known = "related, parent, child, predecessor, successor";
            draft.unfit(
                "relationships",
                other,
                (&format!("应为以下之一：{known}"), &format!("expects one of {known}")),
            );
            return;
        }
    };
    if !told.insert((relation, from.clone(), to.clone())) {
        return;
    }
    let said: Said<'_> = match relation {
        Relation::Succeeds => vec![("kind", "UNKNOWN".into())],
        _ => Vec::new(),
    };
    draft.tie(relation, (&from, &to), &said, Validity::default());
}
