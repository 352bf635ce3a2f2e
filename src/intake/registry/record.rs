//! Records of the registry as they are published, in either schema.

use std::collections::BTreeMap;

use serde::Deserialize;

/// A record of schema v2. What is not named here is not read: `admin` but its date, `domains`.
#[derive(Deserialize)]
pub(super) struct Record {
    pub id: String,
    #[serde(default)]
    pub names: Vec<Name>,
    pub status: String,
    #[serde(default)]
    pub types: Vec<String>,
    #[serde(default)]
    pub relationships: Vec<Relationship>,
    #[serde(default)]
    pub external_ids: Vec<ExternalId>,
    pub established: Option<i32>,
    #[serde(default)]
    pub links: Vec<Link>,
    #[serde(default)]
    pub locations: Vec<Location>,
    pub admin: Option<Admin>,
}

#[derive(Deserialize)]
pub(super) struct Name {
    pub value: String,
    pub lang: Option<String>,
    #[serde(default)]
    pub types: Vec<String>,
}

#[derive(Deserialize)]
pub(super) struct Relationship {
    #[serde(rename = "type")]
    pub kind: String,
    pub id: String,
    #[serde(default)]
    pub label: String,
}

#[derive(Deserialize)]
pub(super) struct ExternalId {
    #[serde(rename = "type")]
    pub kind: String,
    pub preferred: Option<String>,
    #[serde(default)]
    pub all: Vec<String>,
}

#[derive(Deserialize)]
pub(super) struct Link {
    #[serde(rename = "type")]
    pub kind: String,
    pub value: String,
}

#[derive(Deserialize)]
pub(super) struct Location {
    pub geonames_id: Option<u64>,
    pub geonames_details: Option<Details>,
}

#[derive(Deserialize)]
pub(super) struct Details {
    pub name: Option<String>,
    pub country_subdivision_name: Option<String>,
    pub country_name: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Admin {
    pub last_modified: Option<Modified>,
}

#[derive(Deserialize)]
pub(super) struct Modified {
    pub date: Option<String>,
}

/// A record of schema v1.
#[derive(Deserialize)]
pub(super) struct Earlier {
    id: String,
    name: String,
    status: String,
    #[serde(default)]
    types: Vec<String>,
    #[serde(default)]
    aliases: Vec<String>,
    #[serde(default)]
    acronyms: Vec<String>,
    #[serde(default)]
    labels: Vec<Label>,
    #[serde(default)]
    links: Vec<String>,
    #[serde(default)]
    relationships: Vec<Relationship>,
    #[serde(default)]
    external_ids: BTreeMap<String, EarlierId>,
    established: Option<i32>,
    #[serde(default)]
    addresses: Vec<Address>,
    country: Option<Country>,
}

#[derive(Deserialize)]
struct Label {
    label: String,
    iso639: Option<String>,
}

#[derive(Deserialize)]
struct EarlierId {
    preferred: Option<String>,
    all: OneOrMore,
}

/// GRID has one, all others a list.
#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

#[derive(Deserialize)]
struct Address {
    city: Option<String>,
    state: Option<String>,
}

#[derive(Deserialize)]
struct Country {
    country_name: Option<String>,
}

impl From<Earlier> for Record {
    fn from(earlier: Earlier) -> Self {
        let plain = |value: String, kind: &str| Name { value, lang: None, types: vec![kind.to_owned()] };
        let mut names =
            vec![Name { value: earlier.name, lang: None, types: vec!["ror_display".to_owned(), "label".to_owned()] }];
        names
            .extend(earlier.labels.into_iter().map(|label| Name { lang: label.iso639, ..plain(label.label, "label") }));
        names.extend(earlier.aliases.into_iter().map(|name| plain(name, "alias")));
        names.extend(earlier.acronyms.into_iter().map(|name| plain(name, "acronym")));
        let external_ids = earlier.external_ids.into_iter().map(|(kind, ids)| {
            let all = match ids.all {
                OneOrMore::One(one) => vec![one],
                OneOrMore::More(all) => all,
            };
            ExternalId { kind: kind.to_lowercase(), preferred: ids.preferred, all }
        });
        let country_name = earlier.country.and_then(|country| country.country_name);
        let locations = earlier.addresses.into_iter().map(|address| Location {
            geonames_id: None,
            geonames_details: Some(Details {
                name: address.city,
                country_subdivision_name: address.state,
                country_name: country_name.clone(),
            }),
        });
        Self {
            id: earlier.id,
            names,
            status: earlier.status.to_lowercase(),
            types: earlier.types.into_iter().map(|kind| kind.to_lowercase()).collect(),
            relationships: earlier.relationships,
            external_ids: external_ids.collect(),
            established: earlier.established,
            links: earlier.links.into_iter().map(|value| Link { kind: "website".into(), value }).collect(),
            locations: locations.collect(),
            admin: None,
        }
    }
}

/// A record of either schema.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Either {
    Now(Box<Record>),
    Earlier(Box<Earlier>),
}
