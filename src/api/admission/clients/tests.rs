//! What is expected is counted anew from a list of everything that was granted, over every span of
//! time; nothing is carried along from one request to the next.

use std::net::{Ipv4Addr, Ipv6Addr};

use proptest::prelude::*;

use super::*;

const MINUTE: i128 = 60_000_000_000;

/// Everything granted (positive) and given back (negative) of one share, with its time.
#[derive(Default)]
struct Events(Vec<(Duration, i128)>);

impl Events {
    /// What can be had at a time, times a minute's nanoseconds: the least that any span up to now
    /// leaves, and never more than the share.
    fn left(&self, share: u64, now: Duration) -> i128 {
        let share = i128::from(share);
        let mut least = share * MINUTE;
        for (place, (since, count)) in self.0.iter().enumerate() {
            let later: i128 = self.0[place + 1..].iter().map(|(_, count)| count).sum();
            let refilled = share * i128::try_from((now - *since).as_nanos()).expect("a short time");
            for granted in [later, later + count] {
                least = least.min((share - granted) * MINUTE + refilled);
            }
        }
        least
    }

    fn allows(&self, share: u64, count: u64, now: Duration) -> bool {
        let left = self.left(share, now);
        share == 0 || left >= i128::from(count) * MINUTE || left == i128::from(share) * MINUTE
    }

    fn push(&mut self, now: Duration, count: i128) {
        self.0.push((now, count));
    }

    /// The most that was granted beyond the share and the rate, over every span that begins and
    /// ends with a grant.
    fn excess(&self, share: u64) -> i128 {
        let share = i128::from(share);
        let mut worst = i128::MIN;
        for (first, (since, _)) in self.0.iter().enumerate() {
            let mut granted = 0;
            for (until, count) in &self.0[first..] {
                granted += count;
                let passed = i128::try_from((*until - *since).as_nanos()).expect("a short time");
                worst = worst.max((granted - share) * MINUTE - share * passed);
            }
        }
        worst
    }
}

/// Something that happens: to which client, how long after the last, and what.
#[derive(Clone, Debug)]
enum Act {
    Admit,
    Reserve(u64),
    Spent(u64),
    Drop,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        5 => Just(Act::Admit),
        3 => (0_u64..160).prop_map(Act::Reserve),
        2 => (0_u64..160).prop_map(Act::Spent),
        3 => Just(Act::Drop),
    ]
}

fn clients(requests: u32, rows: u64, at_once: u32, places: usize) -> Clients {
    let limits = Limits {
        client_requests: requests,
        client_rows: rows,
        client_at_once: at_once,
        clients: places,
        ..Limits::default()
    };
    Clients::new(&limits)
}

fn address(last: u8) -> Client {
    Client::Address(Ipv4Addr::new(10, 0, 0, last).into())
}

fn holder(name: &str) -> Client {
    Client::Holder(name.into())
}

/// One client as the oracle knows it.
#[derive(Default)]
struct Expected {
    requests: Events,
    rows: Events,
    /// Turns that run, with what each has reserved and when it was admitted.
    turns: Vec<(Turn, u64, Duration)>,
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn every_client_gets_its_share_and_no_more(
        (requests, rows, at_once) in (0_u32..6, 0_u64..120, 0_u32..4),
        acts in prop::collection::vec((0_u8..3, 0_u64..20_000, act()), 0..60),
    ) {
        let clients = clients(requests, rows, at_once, 10);
        let mut expected: [Expected; 3] = Default::default();
        let mut now = Duration::ZERO;
        for (who, pause_ms, act) in acts {
            now += Duration::from_millis(pause_ms);
            let known = &mut expected[usize::from(who)];
            match act {
                Act::Admit => {
                    let free = at_once == 0 || known.turns.len() < at_once as usize;
                    let allowed = free && known.requests.allows(requests.into(), 1, now);
                    let found = clients.admit(&address(who), now);
                    prop_assert_eq!(found.is_ok(), allowed);
                    match found {
                        Ok(turn) => {
                            known.requests.push(now, 1);
                            known.turns.push((turn, 0, now));
                        }
                        Err(refused) => {
                            let which = if free { Which::Requests } else { Which::AtOnce };
                            prop_assert_eq!(refused.which, which);
                            prop_assert!(refused.retry_after_seconds >= 1);
                            if free {
                                let at = now + Duration::from_secs(refused.retry_after_seconds);
                                prop_assert!(known.requests.allows(requests.into(), 1, at));
                                let before = at - Duration::from_secs(1);
                                prop_assert!(before <= now || !known.requests.allows(requests.into(), 1, before));
                            }
                        }
                    }
                }
                // Rows are asked for at the time of the turn; the oracle needs them in order.
                Act::Reserve(price) => {
                    let newest = known.rows.0.last().map_or(Duration::ZERO, |event| event.0);
                    let Some((turn, reserved, at)) = known.turns.last_mut().filter(|turn| turn.2 >= newest) else {
                        continue;
                    };
                    let allowed = known.rows.allows(rows, price, *at);
                    let found = turn.reserve(price);
                    prop_assert_eq!(found.is_ok(), allowed, "{:?}", found);
                    if found.is_ok() {
                        known.rows.push(*at, price.into());
                        *reserved += price;
                    }
                }
                Act::Spent(used) => {
                    let newest = known.rows.0.last().map_or(Duration::ZERO, |event| event.0);
                    if let Some((turn, reserved, _)) = known.turns.first_mut() {
                        turn.spent(used);
                        known.rows.push(newest, -i128::from(reserved.saturating_sub(used)));
                        *reserved = 0;
                    }
                }
                Act::Drop => {
                    if !known.turns.is_empty() {
                        known.turns.remove(0);
                    }
                }
            }
        }
        for known in &mut expected {
            prop_assert!(requests == 0 || known.requests.excess(requests.into()) <= 0);
            known.turns.clear();
        }
        // No place is left behind, whatever happened.
        now += Duration::from_secs(600);
        let shares = [requests, at_once].into_iter().filter(|share| *share > 0);
        let most = shares.min().unwrap_or(5);
        for who in 0..3 {
            let turns: Vec<_> = (0..most).map(|_| clients.admit(&address(who), now)).collect();
            prop_assert!(turns.iter().all(Result::is_ok));
        }
    }

    /// Who is forgotten: a list of clients, those heard of last at its end.
    #[test]
    fn the_client_heard_of_longest_ago_is_forgotten(
        places in 1_usize..5,
        acts in prop::collection::vec((0_u8..8, any::<bool>()), 0..80),
    ) {
        let clients = clients(2, 0, 0, places);
        let name = |who: u8| if who < 2 { holder(&who.to_string()) } else { address(who) };
        let mut known: Vec<(u8, usize)> = Vec::new();
        let mut running: Vec<(u8, Turn)> = Vec::new();
        for (who, begins) in acts {
            if !begins {
                let Some(place) = running.iter().position(|(runs, _)| *runs == who) else { continue };
                running.remove(place);
                let place = known.iter().position(|(known, _)| *known == who).expect("what runs is known");
                let entry = known.remove(place);
                known.push(entry);
                continue;
            }
            let found = clients.admit(&name(who), Duration::ZERO);
            let place = known.iter().position(|(known, _)| *known == who);
            let is_idle = |who: u8| !running.iter().any(|(runs, _)| *runs == who);
            let mut entry = match place {
                Some(place) => known.remove(place),
                None if known.len() < places => (who, 0),
                None => {
                    let idle = |holders: bool| {
                        known.iter().position(|(known, _)| (*known < 2) == holders && is_idle(*known))
                    };
                    let Some(victim) = idle(false).or_else(|| idle(true)) else {
                        prop_assert_eq!(found.err().map(|refused| refused.which), Some(Which::Clients));
                        continue;
                    };
                    known.remove(victim);
                    (who, 0)
                }
            };
            prop_assert_eq!(found.is_ok(), entry.1 < 2, "{} of {:?}", who, known);
            entry.1 += usize::from(found.is_ok());
            known.push(entry);
            running.extend(found.ok().map(|turn| (who, turn)));
        }
    }
}

#[test]
fn a_price_above_the_share_is_not_refused_for_ever() {
    let clients = clients(0, 100, 0, 10);
    let mut turn = clients.admit(&address(1), Duration::ZERO).expect("admitted");
    assert_eq!(turn.reserve(250), Ok(()), "from a full bucket");
    let wait = |seconds: u64| {
        let mut turn = clients.admit(&address(1), Duration::from_secs(seconds)).expect("admitted");
        turn.reserve(101).map_err(|refused| (refused.retry_after_seconds, refused.which))
    };
    assert_eq!(wait(0), Err((150, Which::Rows)));
    assert_eq!(wait(149), Err((1, Which::Rows)));
    assert_eq!(wait(150), Ok(()));
}

#[test]
fn what_was_not_used_is_given_back_once() {
    let clients = clients(0, 100, 0, 10);
    let take = |price: u64| {
        let mut turn = clients.admit(&address(1), Duration::ZERO).expect("admitted");
        turn.reserve(price).map(|()| turn)
    };
    let mut turn = take(100).expect("all of it");
    turn.spent(30);
    turn.spent(0);
    drop(turn);
    assert!(take(71).is_err());
    drop(take(70).expect("what was given back"));
    assert!(take(1).is_err(), "a turn that is dropped gives nothing back");
}

#[test]
fn addresses_of_one_subscriber_are_one_client() {
    let clients = clients(1, 0, 0, 10);
    let one = |client: &Client| clients.admit(client, Duration::ZERO).is_ok();
    let six = |text: &str| Client::Address(text.parse::<Ipv6Addr>().expect("an address").into());
    assert!(one(&six("2001:db8:1:2::1")) && !one(&six("2001:db8:1:2:ffff::9")) && one(&six("2001:db8:1:3::1")));
    assert!(one(&address(7)) && !one(&six("::ffff:10.0.0.7")) && one(&address(8)));
    assert!(one(&holder("a")) && !one(&holder("a")) && one(&holder("b")));
}

#[test]
fn nothing_is_remembered_where_nothing_is_limited() {
    let clients = clients(0, 0, 0, 1);
    let turns: Vec<_> = (0..50).map(|last| clients.admit(&address(last), Duration::ZERO)).collect();
    assert!(turns.into_iter().all(|turn| turn.is_ok_and(|mut turn| turn.reserve(u64::MAX).is_ok())));
    assert!(locked(&clients.table).known.is_empty());
}

#[test]
fn a_refusal_says_how_long_to_wait() {
    let error = ApiError::from(Refused { retry_after_seconds: 12, which: Which::Rows });
    assert_eq!(error.code, "RATE_LIMITED");
    assert!(error.zh.contains("12 秒") && error.en.contains("12 seconds"), "{error:?}");
}

#[test]
fn time_goes_on_and_panics_leave_the_table_usable() {
    let clients = clients(2, 0, 1, 4);
    assert!(clients.now() <= clients.now());
    let poisoned = std::thread::scope(|scope| {
        let holds = scope.spawn(|| {
            let _guard = clients.table.lock();
            panic!("with the table in its hands");
        });
        holds.join().is_err()
    });
    assert!(poisoned && clients.admit(&address(1), Duration::ZERO).is_ok());
}
