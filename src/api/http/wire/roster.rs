//! The connections that are open: how many there may be, and which one is given up when another
//! comes. It must never wait for a connection.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::standing::Standing;

/// Idle connections noted at one look over all of them. Those that fall idle later have idled less,
/// so the list stays in order, and the look is paid for once in so many.
const NOTED: usize = 256;

/// Where no connection was idle, nobody looks again for so many times as long as the look took, and for so
/// long at most: under a flood it costs a part of the processor, and with few connections nobody feels it.
const LOOKS_APART: u32 = 20;
const MOST_APART: Duration = Duration::from_millis(2);

/// All connections.
#[derive(Debug)]
pub(super) struct Roster {
    most: usize,
    stopping: OnceLock<Instant>,
    seats: Mutex<Seats>,
}

#[derive(Debug, Default)]
struct Seats {
    next: u64,
    open: HashMap<u64, Arc<Standing>>,
    /// Those that have idled longest, at the last look.
    noted: VecDeque<(Instant, u64)>,
    /// When a look in vain may be repeated.
    next_look: Option<Instant>,
}

/// A place among the connections, given back when dropped.
#[derive(Debug)]
pub(super) struct Seat {
    number: u64,
    roster: Arc<Roster>,
    pub(super) standing: Arc<Standing>,
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.roster.seats().open.remove(&self.number);
    }
}

impl Roster {
    /// Room for so many.
    pub(super) fn new(most: usize) -> Self {
        Self { most, stopping: OnceLock::new(), seats: Mutex::default() }
    }

    fn seats(&self) -> MutexGuard<'_, Seats> {
        self.seats.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for a new connection; where there is none, that of the one that has idled longest.
    pub(super) fn seat(self: &Arc<Self>) -> Option<Seat> {
        let now = Instant::now();
        let mut seats = self.seats();
        if seats.open.len() >= self.most && !seats.give_one_up(now) {
            return None;
        }
        seats.next += 1;
        let (number, standing) = (seats.next, Arc::new(Standing::new(now)));
        seats.open.insert(number, Arc::clone(&standing));
        drop(seats);
        Some(Seat { number, roster: Arc::clone(self), standing })
    }

    /// Close the connection that has idled longest, if one is idle.
    pub(super) fn give_one_up(&self) -> bool {
        self.seats().give_one_up(Instant::now())
    }

    /// Have every connection end once it has answered.
    pub(super) fn stop(&self) {
        self.stopping.get_or_init(Instant::now);
        let all: Vec<_> = self.seats().open.values().cloned().collect();
        all.iter().for_each(|standing| standing.wake());
    }

    /// Since when is it so?
    pub(super) fn stopping_since(&self) -> Option<Instant> {
        self.stopping.get().copied()
    }
}

impl Seats {
    fn give_one_up(&mut self, now: Instant) -> bool {
        // What was noted may have been used since; then one more look.
        for _ in 0..2 {
            while let Some((since, number)) = self.noted.pop_front() {
                if self.open.get(&number).is_some_and(|standing| standing.take(since)) {
                    self.open.remove(&number);
                    return true;
                }
            }
            if self.next_look.is_some_and(|next| now < next) {
                return false;
            }
            self.look();
            let took = now.elapsed();
            self.next_look = self.noted.is_empty().then(|| now + (took * LOOKS_APART).min(MOST_APART));
        }
        false
    }

    fn look(&mut self) {
        let idle = self.open.iter().filter_map(|(number, standing)| Some((standing.idle_since()?, *number)));
        let mut idle: Vec<(Instant, u64)> = idle.collect();
        if idle.len() > NOTED {
            idle.select_nth_unstable(NOTED);
            idle.truncate(NOTED);
        }
        idle.sort_unstable();
        self.noted = idle.into();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_one_that_has_idled_longest_makes_room() {
        let roster = Arc::new(Roster::new(3));
        let [first, second, third] = [(); 3].map(|()| roster.seat().expect("there is room"));
        // The first has been used since, so the second has idled longest; the third is at work.
        assert!(first.standing.begin().is_some() && third.standing.begin().is_some());
        first.standing.end();
        let _fourth = roster.seat().expect("one is idle");
        assert!(second.standing.begin().is_none(), "it was given up");
        assert!(first.standing.begin().is_some());
        drop(second);
        assert_eq!(roster.seats().open.len(), 3, "its place was given back once");
        let _fifth = roster.seat().expect("the fourth has not been used");
        let busy = roster.seats().open.values().filter(|standing| standing.idle_since().is_none()).count();
        assert_eq!(busy, 2);
    }

    #[test]
    fn where_all_are_at_work_nobody_is_sent_away() {
        let roster = Arc::new(Roster::new(1));
        let only = roster.seat().expect("there is room");
        only.standing.begin();
        assert!(roster.seat().is_none());
        drop(only);
        assert!(roster.seat().is_some());
    }
}
