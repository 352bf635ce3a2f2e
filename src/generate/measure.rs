//! Measuring a city from its files alone, without a look at how it was made. Shares no code with what
//! writes it; numbers may be floats here, for nothing is built on them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::Read;

use super::names::MARK;

/// What the files say. Feed it every file, in any order; then ask.
#[derive(Debug, Default)]
pub struct Measured {
    /// Rows by file.
    pub rows: BTreeMap<String, usize>,
    /// Organisations by key, numbered.
    organizations: HashMap<String, u32>,
    firms: BTreeMap<String, String>,
    institutions: Vec<String>,
    institute_names: BTreeMap<String, usize>,
    acronyms: BTreeSet<String>,
    short: Vec<(String, String)>,
    industries: BTreeMap<String, usize>,
    holders: BTreeMap<&'static str, BTreeSet<String>>,
    incubated: BTreeSet<String>,
    no_ties: BTreeSet<u64>,
    parties: Vec<(u64, String)>,
    community: Vec<(String, u32)>,
    texts: (usize, usize),
}

/// A row by the names of its columns.
struct Row<'r> {
    header: &'r csv::StringRecord,
    cells: &'r csv::StringRecord,
}

impl Row<'_> {
    fn cell(&self, column: &str) -> &str {
        let place = self.header.iter().position(|name| name == column);
        place.and_then(|place| self.cells.get(place)).unwrap_or_default()
    }
}

/// The name without the mark.
fn bare(name: &str) -> String {
    name.replacen(MARK, "", 1)
}

/// A key as a number; keys of one city are few enough that no two fall together.
fn hashed(key: &str) -> u64 {
    key.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

impl Measured {
    /// Read one file; `name` is that of `FILES` or `TRUTH`. The error is that of the reader.
    pub fn file(&mut self, name: &str, bytes: impl Read) -> Result<(), csv::Error> {
        let mut reader = csv::Reader::from_reader(bytes);
        let header = reader.headers()?.clone();
        let mut cells = csv::StringRecord::new();
        let mut count = 0;
        while reader.read_record(&mut cells)? {
            count += 1;
            self.row(name, &Row { header: &header, cells: &cells });
        }
        self.rows.insert(name.to_owned(), count);
        Ok(())
    }

    fn row(&mut self, file: &str, row: &Row<'_>) {
        match file {
            "enterprises.csv" => {
                self.organization(row.cell("key"));
                self.firms.insert(row.cell("key").to_owned(), bare(row.cell("nameZh")));
            }
            "institutes.csv" => {
                self.organization(row.cell("key"));
                self.institutions.push(bare(row.cell("nameZh")));
                let names = 1 + usize::from(!row.cell("nameEn").is_empty());
                *self.institute_names.entry(row.cell("key").to_owned()).or_default() += names;
            }
            "other_organizations.csv" => {
                self.organization(row.cell("key"));
                if row.cell("kind") == "GOVERNMENT" {
                    self.institutions.push(bare(row.cell("nameZh")));
                }
            }
            "names.csv" => self.name(row),
            "classified_as.csv" => {
                if let Some(code) = row.cell("to").strip_prefix("GBT4754_2017:") {
                    *self.industries.entry(code.to_owned()).or_default() += 1;
                }
            }
            "certifications.csv" => {
                let scheme = match row.cell("scheme") {
                    "SME_NATIONAL" => "SME",
                    "HNTE" => "HNTE",
                    "GIANT" | "GIANT_CULTIVATION" => "GIANT",
                    "LEAD_HENAN" => "LEAD",
                    _ => return,
                };
                self.holders.entry(scheme).or_default().insert(row.cell("holder").to_owned());
            }
            "incubated_in.csv" => {
                self.incubated.insert(row.cell("from").to_owned());
            }
            "collaborations.csv" => {
                if matches!(row.cell("kind"), "FRAMEWORK" | "PROJECT") {
                    self.no_ties.insert(hashed(row.cell("key")));
                }
            }
            "participates_in.csv" => self.parties.push((hashed(row.cell("to")), row.cell("from").to_owned())),
            "truth/communities.csv" => {
                let community = row.cell("community").parse().unwrap_or(u32::MAX);
                self.community.push((row.cell("organization").to_owned(), community));
            }
            "achievements.csv" => self.text(row.cell("abstract")),
            "demands.csv" => self.text(row.cell("problem")),
            _ => {}
        }
    }

    fn organization(&mut self, key: &str) {
        let next = u32::try_from(self.organizations.len()).unwrap_or(u32::MAX);
        self.organizations.insert(key.to_owned(), next);
    }

    fn name(&mut self, row: &Row<'_>) {
        let owner = row.cell("entity");
        if let Some(count) = self.institute_names.get_mut(owner) {
            *count += 1;
        } else if owner.starts_with('i') {
            self.institute_names.insert(owner.to_owned(), 1);
        }
        if row.cell("language") == "en" && row.cell("kind") == "ALIAS" {
            self.acronyms.insert(owner.to_owned());
        }
        if row.cell("kind") == "SHORT" && owner.starts_with('e') {
            self.short.push((owner.to_owned(), bare(row.cell("text"))));
        }
    }

    fn text(&mut self, text: &str) {
        self.texts.0 += 1;
        self.texts.1 += usize::from(text.chars().count() > 5_000);
    }

    /// How many organisations there are.
    pub fn organizations(&self) -> usize {
        self.organizations.len()
    }

    /// Every pair that works together, once, framework agreements and projects of one left out.
    pub fn pairs(&self) -> Vec<(u32, u32)> {
        let counted = self.parties.iter().filter(|(tie, _)| !self.no_ties.contains(tie));
        let mut parties: Vec<(u64, u32)> =
            counted.filter_map(|(tie, who)| Some((*tie, *self.organizations.get(who)?))).collect();
        parties.sort_unstable();
        let mut pairs = Vec::with_capacity(parties.len());
        for group in parties.chunk_by(|left, right| left.0 == right.0) {
            for (place, (_, left)) in group.iter().enumerate() {
                pairs.extend(group[place + 1..].iter().map(|(_, right)| (*left.min(right), *left.max(right))));
            }
        }
        pairs.sort_unstable();
        pairs.dedup();
        pairs
    }

    /// Partners of every organisation, the fewest first.
    pub fn degrees(&self, pairs: &[(u32, u32)]) -> Vec<usize> {
        let mut degrees = vec![0; self.organizations.len()];
        for (left, right) in pairs {
            degrees[*left as usize] += 1;
            degrees[*right as usize] += 1;
        }
        degrees.sort_unstable();
        degrees
    }

    /// Ties between two whose community is known, and those that leave it.
    pub fn mixing(&self, pairs: &[(u32, u32)]) -> (usize, usize) {
        let mut community = vec![None; self.organizations.len()];
        for (key, number) in &self.community {
            if let Some(organization) = self.organizations.get(key) {
                community[*organization as usize] = Some(*number);
            }
        }
        let known =
            pairs.iter().filter_map(|(left, right)| Some((community[*left as usize]?, community[*right as usize]?)));
        known.fold((0, 0), |(all, out), (left, right)| (all + 1, out + usize::from(left != right)))
    }

    /// Lengths of firms' names in characters, without the mark, the shortest first.
    pub fn firm_lengths(&self) -> Vec<usize> {
        sorted(self.firms.values().map(|name| name.chars().count()))
    }

    /// The same of institutes and offices.
    pub fn institution_lengths(&self) -> Vec<usize> {
        sorted(self.institutions.iter().map(|name| name.chars().count()))
    }

    /// Firms whose name ends so, and not with a longer one of the three.
    pub fn firms_ending(&self, suffix: &str) -> usize {
        const ALL: [&str; 3] = ["股份有限公司", "集团有限公司", "有限公司"];
        let ending = |name: &str| ALL.into_iter().find(|suffix| name.ends_with(suffix));
        self.firms.values().filter(|name| ending(name) == Some(suffix)).count()
    }

    /// Institutions whose name ends so; `other` are those with none of the endings given.
    pub fn institutions_ending(&self, suffix: &str, all: &[&str]) -> usize {
        let longest = |name: &str| {
            let fitting = all.iter().filter(|suffix| name.ends_with(*suffix));
            fitting.max_by_key(|suffix| suffix.len()).copied()
        };
        let wanted = (suffix != "other").then_some(suffix);
        self.institutions.iter().filter(|name| longest(name) == wanted).count()
    }

    /// Short names of firms: how many, of how many characters, pieces, pieces with gaps.
    pub fn short_names(&self) -> ShortNames {
        let mut found = ShortNames::default();
        for (owner, short) in &self.short {
            let Some(full) = self.firms.get(owner) else { continue };
            found.all += 1;
            *found.by_length.entry(short.chars().count()).or_default() += 1;
            found.substring += usize::from(full.contains(short.as_str()));
            let mut rest = full.chars();
            found.subsequence += usize::from(short.chars().all(|letter| rest.any(|other| other == letter)));
        }
        found
    }

    /// Names of each institute, the fewest first.
    pub fn institute_names(&self) -> Vec<usize> {
        sorted(self.institute_names.values().copied())
    }

    /// Institutes with an acronym.
    pub fn acronyms(&self) -> usize {
        self.acronyms.len()
    }

    /// Firms by industry, the largest first.
    pub fn industries(&self) -> Vec<usize> {
        let mut sizes = sorted(self.industries.values().copied());
        sizes.reverse();
        sizes
    }

    /// Who ever held a certificate: SME, HNTE, GIANT, LEAD.
    pub fn holders(&self, tier: &str) -> usize {
        self.holders.get(tier).map_or(0, BTreeSet::len)
    }

    /// Firms that are or were in a carrier.
    pub fn incubated(&self) -> usize {
        self.incubated.len()
    }

    /// Texts of demands and achievements, and the very long ones among them.
    pub fn texts(&self) -> (usize, usize) {
        self.texts
    }

    /// Names that several firms have.
    pub fn shared_names(&self) -> usize {
        let mut names: Vec<&String> = self.firms.values().collect();
        names.sort_unstable();
        names.windows(2).filter(|pair| pair[0] == pair[1]).count()
    }
}

/// Short names of firms.
#[derive(Debug, Default)]
pub struct ShortNames {
    /// How many.
    pub all: usize,
    /// By characters.
    pub by_length: BTreeMap<usize, usize>,
    /// Those that are a piece of the full name.
    pub substring: usize,
    /// Those whose characters stand in the full name in their order.
    pub subsequence: usize,
}

fn sorted(values: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut values: Vec<usize> = values.collect();
    values.sort_unstable();
    values
}
