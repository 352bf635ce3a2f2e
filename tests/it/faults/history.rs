//! What was asked for, what was answered, and whether what is there fits: pure.

use std::collections::BTreeMap;

/// Things that come together or not at all. What they hold follows from their keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write {
    pub key: String,
    pub parts: usize,
}

/// What one thing holds: a name and a longer text.
pub type Content = (String, String);

impl Write {
    /// The keys of its things.
    pub fn keys(&self) -> impl Iterator<Item = String> + '_ {
        (0..self.parts).map(|part| format!("{}.{part}", self.key))
    }
}

/// What the thing of a key holds.
pub fn content(key: &str) -> Content {
    let sum = key.bytes().fold(7_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)));
    (
        format!("示例企业 {key}"),
        format!("示例业务 {sum:016x} ").repeat(1 + usize::try_from(sum % 40).unwrap_or(0)).trim().to_owned(),
    )
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is written: it must be there from now on.
    Acknowledged,
    /// It is not written, says the program: it must not be there.
    Refused(String),
    /// No answer, or one that leaves it open: wholly there or wholly absent.
    InDoubt(String),
}

/// Everything that was asked of a store in all its lives.
#[derive(Clone, Debug, Default)]
pub struct History {
    told: Vec<(Write, Answer)>,
}

/// What does not fit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Acknowledged and not there.
    pub lost: Vec<String>,
    /// There in part, or with something else in it.
    pub half: Vec<String>,
    /// There although refused, or never asked for.
    pub uncalled: Vec<String>,
}

impl History {
    pub fn tell(&mut self, told: impl IntoIterator<Item = (Write, Answer)>) {
        self.told.extend(told);
    }

    pub fn in_doubt(&self) -> usize {
        self.told.iter().filter(|(_, answer)| matches!(answer, Answer::InDoubt(_))).count()
    }

    pub fn acknowledged(&self) -> usize {
        self.told.iter().filter(|(_, answer)| *answer == Answer::Acknowledged).count()
    }

    /// Compare with what is there. What was in doubt is settled by it: a later comparison must find
    /// the same.
    pub fn settle(&mut self, found: &BTreeMap<String, Content>) -> Verdict {
        let mut verdict = Verdict::default();
        let mut known = 0;
        for (write, answer) in &mut self.told {
            let there = write.keys().filter(|key| found.contains_key(key)).count();
            let right = write.keys().filter(|key| found.get(key) == Some(&content(key))).count();
            known += there;
            if there != right || (there > 0 && there < write.parts) {
                verdict.half.push(write.key.clone());
            }
            match answer {
                Answer::Acknowledged if right < write.parts => verdict.lost.push(write.key.clone()),
                Answer::Refused(_) if there > 0 => verdict.uncalled.push(write.key.clone()),
                Answer::InDoubt(_) if there == write.parts => *answer = Answer::Acknowledged,
                Answer::InDoubt(_) => *answer = Answer::Refused("settled".into()),
                _ => {}
            }
        }
        if known < found.len() {
            verdict.uncalled.push(format!("{} things that nobody wrote", found.len() - known));
        }
        verdict
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLEAN: Verdict = Verdict { lost: Vec::new(), half: Vec::new(), uncalled: Vec::new() };

    fn judged(answer: Answer, change: impl Fn(&mut BTreeMap<String, Content>)) -> Verdict {
        let write = Write { key: "w".into(), parts: 3 };
        let mut found = write.keys().map(|key| (key.clone(), content(&key))).collect::<BTreeMap<_, _>>();
        change(&mut found);
        let mut history = History::default();
        history.tell([(write, answer)]);
        history.settle(&found)
    }

    #[test]
    fn the_judge_sees_what_it_is_there_for() {
        let doubt = || Answer::InDoubt(String::new());
        let refused = || Answer::Refused(String::new());
        let named = vec!["w".to_owned()];
        assert!(judged(Answer::Acknowledged, |_| {}) == CLEAN);
        assert!(judged(doubt(), |_| {}) == CLEAN);
        assert!(judged(doubt(), BTreeMap::clear) == CLEAN);
        assert!(judged(refused(), BTreeMap::clear) == CLEAN);
        assert_eq!(judged(Answer::Acknowledged, BTreeMap::clear).lost, named);
        assert_eq!(judged(refused(), |_| {}).uncalled, named);
        let without_one = |found: &mut BTreeMap<String, Content>| {
            found.remove("w.1");
        };
        assert_eq!(judged(doubt(), without_one).half, named);
        assert_eq!(judged(Answer::Acknowledged, without_one).lost, named);
        let other_text = |found: &mut BTreeMap<String, Content>| {
            found.insert("w.1".into(), (content("w.1").0, "别的".into()));
        };
        assert_eq!(judged(doubt(), other_text).half, named);
        let one_more = |found: &mut BTreeMap<String, Content>| {
            found.insert("x".into(), content("x"));
        };
        assert_eq!(judged(doubt(), one_more).uncalled.len(), 1);
    }

    #[test]
    fn what_was_in_doubt_is_settled_once() {
        let write = Write { key: "w".into(), parts: 1 };
        let found = write.keys().map(|key| (key.clone(), content(&key))).collect::<BTreeMap<_, _>>();
        for (first, then) in [(found.clone(), BTreeMap::new()), (BTreeMap::new(), found)] {
            let mut history = History::default();
            history.tell([(write.clone(), Answer::InDoubt(String::new()))]);
            assert_eq!(history.settle(&first), CLEAN);
            assert_ne!(history.settle(&then), CLEAN);
        }
    }
}
