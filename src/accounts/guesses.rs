//! How often an address has guessed wrong: one password tried on many names locks no account, and
//! is stopped here. In memory, so many addresses and no more. Time comes in with each question.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};

use super::Rules;

/// Addresses remembered.
const MOST_ADDRESSES: usize = 10_000;

#[derive(Clone, Copy, Debug)]
struct Failures {
    since: i64,
    count: u32,
}

/// The addresses that have guessed wrong lately.
#[derive(Debug, Default)]
pub(super) struct Guesses(Mutex<BTreeMap<IpAddr, Failures>>);

impl Guesses {
    /// After how many seconds somebody there may try again; none where they may now.
    pub(super) fn wait(&self, from: IpAddr, rules: &Rules, now_ms: i64) -> Option<u64> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let failures = kept.get(&counted(from))?;
        let left = failures.since.saturating_add(rules.lock_ms()).saturating_sub(now_ms);
        let shut = failures.count >= rules.address_tries && left > 0;
        shut.then(|| u64::try_from(left).unwrap_or_default().div_ceil(1_000))
    }

    /// What was counted was right.
    pub(super) fn forgive(&self, from: IpAddr) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(failures) = kept.get_mut(&counted(from)) {
            failures.count = failures.count.saturating_sub(1);
        }
    }

    /// Count a wrong guess.
    pub(super) fn count(&self, from: IpAddr, rules: &Rules, now_ms: i64) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let over = |failures: &Failures| now_ms.saturating_sub(failures.since) >= rules.lock_ms();
        if kept.len() >= MOST_ADDRESSES {
            kept.retain(|_, failures| !over(failures));
        }
        if kept.len() >= MOST_ADDRESSES
            && let Some(oldest) = kept.iter().min_by_key(|(_, failures)| failures.since).map(|(address, _)| *address)
        {
            kept.remove(&oldest);
        }
        let failures = kept.entry(counted(from)).or_insert(Failures { since: now_ms, count: 0 });
        if over(failures) {
            *failures = Failures { since: now_ms, count: 0 };
        }
        failures.count = failures.count.saturating_add(1);
    }
}

/// Whom an address is counted as: one line has all of a /64.
fn counted(from: IpAddr) -> IpAddr {
    match from.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_waits_after_so_many_wrong_guesses_and_others_do_not() {
        let rules = Rules { address_tries: 3, lock_minutes: 1, ..Rules::default() };
        let guesses = Guesses::default();
        let [here, there]: [IpAddr; 2] = ["192.0.2.1", "192.0.2.2"].map(|text| text.parse().unwrap());
        for _ in 0..2 {
            guesses.count(here, &rules, 0);
        }
        assert_eq!(guesses.wait(here, &rules, 0), None);
        guesses.count(here, &rules, 500);
        assert_eq!(guesses.wait(here, &rules, 500), Some(60));
        guesses.forgive(here);
        guesses.forgive(there);
        assert_eq!(guesses.wait(here, &rules, 500), None);
        guesses.count(here, &rules, 500);
        assert_eq!(guesses.wait(here, &rules, 59_999), Some(1));
        assert_eq!((guesses.wait(here, &rules, 60_000), guesses.wait(there, &rules, 500)), (None, None));
        guesses.count(here, &rules, 60_000);
        assert_eq!(guesses.wait(here, &rules, 60_000), None, "it begins anew");
        let [one, other]: [IpAddr; 2] = ["2001:db8::1", "2001:db8::ffff:2"].map(|text| text.parse().unwrap());
        for _ in 0..3 {
            guesses.count(one, &rules, 0);
        }
        assert!(guesses.wait(other, &rules, 0).is_some(), "one line");
    }

    #[test]
    fn so_many_addresses_are_remembered_and_no_more() {
        let guesses = Guesses::default();
        for number in 0..=u32::try_from(MOST_ADDRESSES).unwrap() {
            guesses.count(IpAddr::V4(number.into()), &Rules::default(), i64::from(number));
        }
        assert_eq!(guesses.0.lock().unwrap().len(), MOST_ADDRESSES);
        assert!(!guesses.0.lock().unwrap().contains_key(&IpAddr::V4(0.into())), "the oldest went");
    }
}
