//! Every set of criteria that is known: those that come with the program and those that the data bring.
//! Two versions of one scheme never hold on the same day.

use std::sync::LazyLock;

use super::flaw::Flaw;
use super::read;
use super::tree::CriterionSet;
use crate::domain::Day;

/// The sets that come with the program.
const SHIPPED: &[(&str, &str)] = &[
    ("alliance-2013.json", include_str!("../../../fixtures/criteria/alliance-2013.json")),
    ("giant-2017.json", include_str!("../../../fixtures/criteria/giant-2017.json")),
    ("giant-cultivation-2016.json", include_str!("../../../fixtures/criteria/giant-cultivation-2016.json")),
    ("giant-cultivation-2017.json", include_str!("../../../fixtures/criteria/giant-cultivation-2017.json")),
    ("hnte-2016.json", include_str!("../../../fixtures/criteria/hnte-2016.json")),
    ("incubatee-2018.json", include_str!("../../../fixtures/criteria/incubatee-2018.json")),
    ("lead-henan-2017.json", include_str!("../../../fixtures/criteria/lead-henan-2017.json")),
    ("maker-national-2017.json", include_str!("../../../fixtures/criteria/maker-national-2017.json")),
    ("sme-national-2017.json", include_str!("../../../fixtures/criteria/sme-national-2017.json")),
    ("tbi-national-2018.json", include_str!("../../../fixtures/criteria/tbi-national-2018.json")),
    ("tech-loan-2017.json", include_str!("../../../fixtures/criteria/tech-loan-2017.json")),
];

static LIBRARY: LazyLock<Library> = LazyLock::new(|| {
    let (library, flaws) = Library::read(SHIPPED.iter().copied());
    assert!(flaws.is_empty(), "shipped criteria are tried by a test: {flaws:?}");
    library
});

/// Sets of criteria.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Library {
    sets: Vec<CriterionSet>,
}

impl Library {
    /// The sets that come with the program.
    pub fn shipped() -> &'static Self {
        &LIBRARY
    }

    /// Sets out of files: name and content. What is flawed is left out and told of, with the file.
    pub fn read<'f>(files: impl Iterator<Item = (&'f str, &'f str)>) -> (Self, Vec<(String, Flaw)>) {
        let (mut library, mut flaws) = (Self::default(), Vec::new());
        for (name, text) in files {
            if let Err(flaw) = read::set(text).and_then(|set| library.add(set)) {
                flaws.push((name.to_owned(), flaw));
            }
        }
        (library, flaws)
    }

    /// One more set; refused where it holds on a day on which another version does.
    pub fn add(&mut self, set: CriterionSet) -> Result<(), Flaw> {
        let clash = self.sets.iter().find(|other| {
            other.scheme == set.scheme && (other.valid.overlaps(&set.valid) || other.version == set.version)
        });
        match clash {
            None => {
                self.sets.push(set);
                Ok(())
            }
            Some(other) => Err(Flaw {
                code: "CRITERIA_VERSIONS_OVERLAP",
                place: "validFrom".to_owned(),
                zh: format!(
                    "{} 的 {} 版与 {} 版施行时间重叠或版本号相同。请给旧版写明 validTo。",
                    set.scheme, set.version, other.version
                ),
                en: format!(
                    "Versions {} and {} of {} overlap or are called the same. State validTo of the older one.",
                    set.version, other.version, set.scheme
                ),
            }),
        }
    }

    /// Every set.
    pub fn sets(&self) -> &[CriterionSet] {
        &self.sets
    }

    /// The version of a scheme that is in force on a day.
    pub fn on(&self, scheme: &str, day: Day) -> Option<&CriterionSet> {
        self.sets.iter().find(|set| set.scheme == scheme && set.valid.contains(day))
    }

    /// A version of a scheme by its name.
    pub fn version(&self, scheme: &str, version: &str) -> Option<&CriterionSet> {
        self.sets.iter().find(|set| set.scheme == scheme && set.version == version)
    }

    /// Its schemes, each once, in order of their codes.
    pub fn schemes(&self) -> Vec<&str> {
        let mut schemes: Vec<&str> = self.sets.iter().map(|set| set.scheme.as_str()).collect();
        schemes.sort_unstable();
        schemes.dedup();
        schemes
    }
}
