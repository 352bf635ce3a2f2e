//! What an indicator counts: the closed forms in which its formula may be written. What fits none of
//! them is told of and not guessed.

/// What is counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Formula {
    /// Holders of one of these schemes: a union, each counted once.
    Certified(Vec<String>),
    /// Those who hold one of these schemes for the first time ever. Who renews, or rises from one of
    /// them to another, is not new.
    FirstCertified(Vec<String>),
    /// Holders in one region as a share of those in the whole region of the plan.
    Share(Vec<String>, String),
    /// Carriers.
    Carriers,
    /// Floor space of carriers.
    CarrierArea,
    /// Organisations that are in carriers.
    Incubatees,
    /// Activities of a kind that the region itself held.
    Activities(String),
    /// Not counted here, but published by others.
    Published,
}

impl Formula {
    /// Read a formula as it stands in the data; none where it is of no known form.
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Some((over, under)) = text.split_once(" / ") {
            let (schemes, region) =
                over.strip_prefix("count(certified in ")?.strip_suffix(')')?.split_once(", jurisdiction ")?;
            let whole = Self::read(under)?;
            let schemes = codes(schemes)?;
            return (whole == Self::Certified(schemes.clone())).then(|| Self::Share(schemes, region.trim().to_owned()));
        }
        match text {
            "count(carriers)" => return Some(Self::Carriers),
            "sum(area of carriers)" => return Some(Self::CarrierArea),
            "count(organisations incubated in carriers)" => return Some(Self::Incubatees),
            "published" => return Some(Self::Published),
            _ => {}
        }
        let inside = text.strip_prefix("count(")?.strip_suffix(')')?;
        if let Some(schemes) = inside.strip_prefix("certified in ") {
            return codes(schemes).map(Self::Certified);
        }
        if let Some(schemes) = inside.strip_prefix("first certified in ") {
            return codes(schemes).map(Self::FirstCertified);
        }
        let kind = inside.strip_prefix("activities of kind ")?.strip_suffix(" hosted by the region")?;
        Some(Self::Activities(kind.to_owned()))
    }

    /// Is it a number of things, so that the next whole one counts?
    pub fn is_count(&self) -> bool {
        !matches!(self, Self::Share(..) | Self::CarrierArea | Self::Published)
    }

    /// Does it add up over a period?
    pub fn adds_up(&self) -> bool {
        matches!(self, Self::FirstCertified(_) | Self::Activities(_))
    }
}

/// `SCHEME:A or SCHEME:B`
fn codes(text: &str) -> Option<Vec<String>> {
    let each = text.split(" or ").map(|code| {
        let code = code.trim().strip_prefix("SCHEME:")?;
        let plain = !code.is_empty() && code.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
        plain.then(|| code.to_owned())
    });
    each.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_formula_of_the_plan_is_read() {
        for line in include_str!("../../../fixtures/codes/plan/indicators.csv").lines().skip(1) {
            let cells: Vec<&str> = line.split('"').collect();
            let formula =
                if let [_, quoted, _] = cells.as_slice() { quoted } else { line.split(',').nth(4).unwrap_or("") };
            assert!(Formula::read(formula).is_some(), "{line}");
        }
    }

    #[test]
    fn forms_and_what_is_none() {
        let of = |codes: &[&str]| codes.iter().map(|code| (*code).to_owned()).collect::<Vec<_>>();
        assert_eq!(
            Formula::read("count(certified in SCHEME:A or SCHEME:B)"),
            Some(Formula::Certified(of(&["A", "B"])))
        );
        let share = "count(certified in SCHEME:A, jurisdiction 990171) / count(certified in SCHEME:A)";
        assert_eq!(Formula::read(share), Some(Formula::Share(of(&["A"]), "990171".into())));
        for text in [
            "",
            "count(firms)",
            "count(certified in A)",
            "count(certified in SCHEME:)",
            "sum(money)",
            "count(certified in SCHEME:A, jurisdiction 1) / count(certified in SCHEME:B)",
            "count(certified in SCHEME:A; DROP)",
        ] {
            assert_eq!(Formula::read(text), None, "{text}");
        }
    }
}
