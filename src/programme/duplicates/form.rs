//! Names as they are compared: letters and digits alone, and the core that is left without what says where
//! it is registered and of what form it is.

use std::collections::BTreeMap;

use crate::domain::Kind;
use crate::domain::fold::fold;
use crate::graph::{EntityRow, Lens};

/// Endings of names of regions that are left out in speech.
const ENDINGS: [&str; 6] = ["自治区", "省", "市", "县", "区", "州"];

/// Letters and digits, folded.
pub fn plain(name: &str) -> String {
    fold(name).chars().filter(|letter| letter.is_alphanumeric()).collect()
}

/// What names of regions look like at the beginning of a name.
pub struct Regions {
    by_name: BTreeMap<String, EntityRow>,
    longest: usize,
}

impl Regions {
    /// Every region that is shown. Each costs a row.
    pub fn of(lens: &Lens<'_>) -> Self {
        let mut by_name = BTreeMap::new();
        for region in lens.nodes(Kind::Region).take_while(|_| lens.budget().spend(1)) {
            for name in lens.names(region).iter().filter_map(|name| name.text.plain()).map(plain) {
                let short = ENDINGS.iter().find_map(|ending| name.strip_suffix(ending));
                if let Some(short) = short.filter(|short| short.chars().count() >= 2) {
                    by_name.entry(short.to_owned()).or_insert(region);
                }
                by_name.insert(name, region);
            }
        }
        let longest = by_name.keys().map(|name| name.chars().count()).max().unwrap_or(0);
        Self { by_name, longest }
    }

    /// The region named first, and what follows.
    fn cut<'n>(&self, name: &'n str) -> Option<(EntityRow, &'n str)> {
        let ends: Vec<usize> = name.char_indices().skip(1).map(|(place, _)| place).take(self.longest).collect();
        ends.into_iter().rev().find_map(|end| {
            let (head, rest) = name.split_at(end);
            self.by_name.get(head).map(|region| (*region, rest))
        })
    }
}

/// The core of a name, and the last of the regions that it begins with.
pub fn core(name: &str, forms: &[String], regions: &Regions, shortest: usize) -> Option<(String, Option<EntityRow>)> {
    let form = forms.iter().filter(|form| name.ends_with(form.as_str())).max_by_key(|form| form.len());
    let mut rest = form.map_or(name, |form| &name[..name.len() - form.len()]);
    let mut place = None;
    while let Some((region, after)) = regions.cut(rest) {
        // A place that the name cannot do without is part of it.
        if after.chars().count() < shortest {
            break;
        }
        (place, rest) = (Some(region), after);
    }
    let changed = rest.len() < name.len();
    (changed && rest.chars().count() >= shortest).then(|| (rest.to_owned(), place))
}
