//! Words that mean the same in this field: 高企 is 高新技术企业. Data, not code
//! (`fixtures/words/synonyms.csv`); a text is looked for in each of its wordings.

use std::sync::LazyLock;

use super::analysis::folded;

/// Other wordings of one text that are looked for at most.
const MOST_WORDINGS: usize = 6;

static SHIPPED: &str = include_str!("../../fixtures/words/synonyms.csv");

/// Groups of folded words.
static GROUPS: LazyLock<Vec<Vec<String>>> = LazyLock::new(|| {
    let groups = SHIPPED.lines().skip(1).filter_map(|line| line.split(',').next());
    groups.map(|words| words.split('|').map(folded).collect()).collect()
});

/// Other wordings of a folded text, the text itself not among them, each once, in the order of the data.
pub(super) fn wordings(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for group in GROUPS.iter() {
        // The longest word of the group that the text has, so that 高企 within 国家高企 is not taken apart twice.
        let held = group.iter().filter(|word| text.contains(word.as_str())).max_by_key(|word| word.len());
        let Some(held) = held else { continue };
        for other in group.iter().filter(|word| *word != held) {
            let wording = text.replace(held.as_str(), other);
            // A wording that holds the text, or is held by it, finds nothing that pieces do not find.
            if !found.contains(&wording) && !wording.contains(text) && found.len() < MOST_WORDINGS {
                found.push(wording);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_officials_call_short() {
        assert!(wordings("高企").contains(&"高新技术企业".to_owned()));
        assert!(wordings("新乡产学研").contains(&"新乡校企合作".to_owned()));
        assert!(wordings("华兰生物").is_empty());
        assert!(wordings("高新技术企业").contains(&"高企".to_owned()));
    }

    #[test]
    fn wordings_are_few() {
        assert!(wordings("高企科小小巨人龙头企业载体联盟集群").len() <= MOST_WORDINGS);
    }
}
