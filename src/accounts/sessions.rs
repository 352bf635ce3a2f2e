//! Who is logged in, in memory: a restart ends every session. What a browser holds is 256 bits of
//! chance; of it only a hash is kept. Time comes in with each question.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::Rules;

/// Bytes of chance in what a browser holds.
const SECRET_BYTES: usize = 32;

/// Whose session it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bound {
    /// The name of the account.
    pub name: Arc<str>,
    /// The epoch of the account in which it began; in any other it counts no more.
    pub epoch: u64,
}

#[derive(Debug)]
struct Session {
    bound: Bound,
    begun: i64,
    used: i64,
}

/// All sessions.
#[derive(Debug)]
pub struct Sessions {
    rules: Rules,
    kept: Mutex<BTreeMap<[u8; 32], Session>>,
}

impl Sessions {
    /// None yet.
    pub fn new(rules: &Rules) -> Self {
        Self { rules: rules.clone(), kept: Mutex::default() }
    }

    /// Begin one. Answers with what the browser is to hold; `label` goes with it wherever it is
    /// presented. None where the system has no chance to give.
    pub fn begin(&self, bound: Bound, label: &str, now_ms: i64) -> Option<String> {
        let mut chance = [0; SECRET_BYTES];
        getrandom::fill(&mut chance).ok()?;
        let secret: String = chance.iter().map(|byte| format!("{byte:02x}")).collect();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|_, session| self.lives(session, now_ms));
        let own = kept.values().filter(|session| session.bound.name == bound.name).count();
        if own >= self.rules.sessions_each {
            end_unused(&mut kept, |session| session.bound.name == bound.name);
        }
        if kept.len() >= self.rules.sessions {
            end_unused(&mut kept, |_| true);
        }
        kept.insert(key(label, &secret), Session { bound, begun: now_ms, used: now_ms });
        Some(secret)
    }

    /// Whose session this is, if it is one; from now on it is idle anew.
    pub fn find(&self, label: &str, secret: &str, now_ms: i64) -> Option<Bound> {
        self.seen(label, secret, now_ms, |session| session.used = session.used.max(now_ms))
    }

    /// The same, where nobody has done anything: looking does not keep it from being idle.
    pub fn peek(&self, label: &str, secret: &str, now_ms: i64) -> Option<Bound> {
        self.seen(label, secret, now_ms, |_| ())
    }

    fn seen(&self, label: &str, secret: &str, now_ms: i64, touch: impl FnOnce(&mut Session)) -> Option<Bound> {
        let key = key(label, secret);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let session = kept.get_mut(&key)?;
        if !self.lives(session, now_ms) {
            kept.remove(&key);
            return None;
        }
        touch(session);
        Some(session.bound.clone())
    }

    /// End one. Answers whose it was.
    pub fn end(&self, label: &str, secret: &str) -> Option<Bound> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.remove(&key(label, secret)).map(|session| session.bound)
    }

    fn lives(&self, session: &Session, now: i64) -> bool {
        now.saturating_sub(session.used) < self.rules.idle_ms()
            && now.saturating_sub(session.begun) < self.rules.session_ms()
    }
}

/// What a page says to show that it was given the session, and no foreign page knows.
pub fn page_key(label: &str, secret: &str) -> blake3::Hash {
    blake3::Hash::from(blake3::derive_key("innograph 2026-11 key of a page", &joined(label, secret)))
}

fn key(label: &str, secret: &str) -> [u8; 32] {
    *blake3::hash(&joined(label, secret)).as_bytes()
}

fn joined(label: &str, secret: &str) -> Vec<u8> {
    format!("{label}={secret}").into_bytes()
}

/// End the one of these that was not used for longest.
fn end_unused(kept: &mut BTreeMap<[u8; 32], Session>, of: impl Fn(&Session) -> bool) {
    let oldest = kept.iter().filter(|(_, session)| of(session)).min_by_key(|(_, session)| session.used);
    if let Some(key) = oldest.map(|(key, _)| *key) {
        kept.remove(&key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000;

    fn bound(name: &str) -> Bound {
        Bound { name: Arc::from(name), epoch: 1 }
    }

    #[test]
    fn a_session_ends_when_it_is_idle_and_when_it_is_old() {
        let sessions = Sessions::new(&Rules::default());
        let secret = sessions.begin(bound("a"), "c", 0).expect("chance");
        assert_eq!(secret.len(), 64);
        let mut now = 0;
        while now < 12 * 60 * MINUTE {
            assert_eq!(sessions.find("c", &secret, now), Some(bound("a")), "{now}");
            now += 30 * MINUTE - 1;
        }
        assert_eq!(sessions.find("c", &secret, 12 * 60 * MINUTE), None, "half a day");
        let idle = sessions.begin(bound("a"), "c", 0).expect("chance");
        assert!(sessions.find("c", &idle, 30 * MINUTE - 1).is_some());
        assert!(sessions.peek("c", &idle, 60 * MINUTE - 2).is_some());
        assert_eq!(sessions.find("c", &idle, 60 * MINUTE - 1), None, "half an hour without a word");
        assert_eq!(sessions.find("c", &idle, 0), None, "it does not come back");
    }

    #[test]
    fn only_what_was_given_out_is_a_session_and_under_its_own_label() {
        let sessions = Sessions::new(&Rules::default());
        let (one, two) = (sessions.begin(bound("a"), "c", 0).unwrap(), sessions.begin(bound("a"), "c", 0).unwrap());
        assert_ne!(one, two);
        for (label, secret) in [("d", one.as_str()), ("c", &one[1..]), ("c", ""), ("", &format!("c={one}"))] {
            assert_eq!(sessions.find(label, secret, 0), None);
        }
        assert!(!format!("{sessions:?}").contains(&one), "what the browser holds is kept");
        assert_ne!(page_key("c", &one), page_key("c", &two));
        assert_eq!(sessions.end("c", &one), Some(bound("a")));
        assert_eq!((sessions.find("c", &one, 0), sessions.end("c", &one)), (None, None));
        assert!(sessions.find("c", &two, 0).is_some());
    }

    #[test]
    fn there_are_so_many_and_no_more() {
        let rules = Rules { sessions: 3, sessions_each: 2, ..Rules::default() };
        let sessions = Sessions::new(&rules);
        let begin = |name, now| sessions.begin(bound(name), "c", now).unwrap();
        let (first, second) = (begin("a", 0), begin("a", 1));
        assert!(sessions.find("c", &first, 2).is_some());
        let third = begin("a", 3);
        assert_eq!(sessions.find("c", &second, 3), None, "the one unused for longest");
        let (fourth, fifth) = (begin("b", 4), begin("c", 5));
        assert_eq!(sessions.find("c", &first, 5), None);
        assert!([third, fourth, fifth].iter().all(|secret| sessions.find("c", secret, 5).is_some()));
    }
}
