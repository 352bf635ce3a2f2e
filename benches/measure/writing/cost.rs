//! One acknowledged write into stores of several sizes, taking turns: alone, beside a reader that
//! keeps its view for seconds, and beside readers that come and go.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{Scope, sleep};
use std::time::{Duration, Instant};

use innograph::domain::command::{Amendment, Command, Reference};
use innograph::domain::{Day, Id, Kind, PartialDate, Relation};
use innograph::engine::Engine;
use innograph::graph::{Budget, Lens};
use innograph::rights::{Rights, Role};

use super::ledgers::{Kept, Spent, open};
use super::{Made, Outcome, Sizes, new_firm, new_tie, origin, submit};
use crate::report::{Report, spread, verdict};
use crate::statistics::{median, most, p99, ratio};
use crate::synthetic::Numbers;

/// Ratio of the largest store to the smallest that is promised, at most.
const PROMISED_RATIO: f64 = 2.0;
/// What is written, in turn.
const WRITES: [&str; 3] = ["new node", "new tie", "corrected tie"];
/// How long the patient reader keeps a view.
const LONG: Duration = Duration::from_secs(2);
/// How long those that come and go keep theirs.
const SHORT: Duration = Duration::from_millis(5);

#[derive(Clone, Copy)]
enum Readers {
    Nobody,
    OneForSeconds,
    FourInPassing,
}

impl Readers {
    fn words(self) -> &'static str {
        match self {
            Readers::Nobody => "nobody reads",
            Readers::OneForSeconds => "one reader keeps a view 2 s",
            Readers::FourInPassing => "four readers keep views 5 ms",
        }
    }

    /// Time left to them between two rounds.
    fn pause(self) -> Duration {
        Duration::from_millis(match self {
            Readers::Nobody => 0,
            Readers::OneForSeconds => 15,
            Readers::FourInPassing => 2,
        })
    }

    fn start<'scope>(self, scope: &'scope Scope<'scope, '_>, engine: &'scope Arc<Engine>, done: &'scope AtomicBool) {
        let (readers, keeps) = match self {
            Readers::Nobody => return,
            Readers::OneForSeconds => (1, LONG),
            Readers::FourInPassing => (4, SHORT),
        };
        for _ in 0..readers {
            scope.spawn(move || {
                while !done.load(Ordering::Relaxed) {
                    let view = engine.view();
                    let taken = Instant::now();
                    while taken.elapsed() < keeps && !done.load(Ordering::Relaxed) {
                        sleep(SHORT);
                    }
                    drop(view);
                }
            });
        }
    }
}

/// A store that is written.
struct Written {
    nodes: usize,
    organizations: usize,
    engine: Arc<Engine>,
    spent: Arc<Spent>,
    /// Ties that were there before, of all ages.
    ties: Vec<Id>,
    numbers: Numbers,
    made: usize,
    /// Microseconds by kind of write, and those of them that were not the ledger's.
    took: [Vec<f64>; 3],
    own: [Vec<f64>; 3],
}

impl Written {
    fn open(made: &Made, kept: Kept) -> Outcome<Self> {
        let (engine, spent) = open(&made.store, kept)?;
        let ties = old_ties(&engine);
        let engine = Arc::new(engine);
        let (nodes, organizations, numbers) = (made.store.nodes, made.organizations, Numbers::new(3));
        let (took, own) = Default::default();
        Ok(Self { nodes, organizations, engine, spent, ties, numbers, made: 0, took, own })
    }

    /// One write of each kind.
    fn round(&mut self) -> Outcome<()> {
        self.made += 1;
        let firm = self.write(0, new_firm(format!("示例新录企业{}号", self.made)))?;
        let target = self.numbers.below(self.organizations / 2);
        self.write(1, new_tie(Reference::Id(firm.ok_or("a new firm has no id")?), target))?;
        let tie = self.ties.get(self.numbers.below(self.ties.len())).copied().ok_or("there are no ties")?;
        let year = 1900 + i16::try_from(self.made % 90)?;
        let from = Some(Some(PartialDate { year, month: 0, day: 0 }));
        let amendment = Amendment { from, ..Amendment::default() };
        self.write(2, Command::Correct { id: tie, amendment, origin: Some(origin()) })?;
        Ok(())
    }

    fn write(&mut self, kind: usize, command: Command) -> Outcome<Option<Id>> {
        self.spent.take();
        let started = Instant::now();
        let written = submit(&self.engine, command)?;
        let took = started.elapsed().as_secs_f64() * 1e6;
        if let (Some(all), Some(own)) = (self.took.get_mut(kind), self.own.get_mut(kind)) {
            all.push(took);
            own.push(took - self.spent.take());
        }
        Ok(written.subject)
    }

    fn forget(&mut self) {
        (self.took, self.own) = Default::default();
    }
}

/// Some thousand supplies spread over the store.
fn old_ties(engine: &Engine) -> Vec<Id> {
    let view = engine.view();
    let budget = Budget::new(u64::MAX);
    let lens = Lens::new(view.state(), Day(20_500), Rights::of(Role::Administrator), &budget);
    let rows: Vec<_> = lens.nodes(Kind::Enterprise).collect();
    let some = rows.iter().step_by(rows.len() / 4_000 + 1);
    some.filter_map(|row| lens.ties(*row, Some(Relation::Supplies), true).next())
        .map(|tie| lens.tie_fact(tie.row).id)
        .collect()
}

/// Measure over both ledgers.
pub fn measure(made: &[Made], sizes: &Sizes, report: &mut Report) -> Outcome<()> {
    for (kept, words) in [(Kept::Nowhere, "in memory alone"), (Kept::OnDisk, "SQLite")] {
        let mut stores = made.iter().map(|made| Written::open(made, kept)).collect::<Outcome<Vec<_>>>()?;
        for readers in [Readers::Nobody, Readers::OneForSeconds, Readers::FourInPassing] {
            stores.iter_mut().for_each(Written::forget);
            rounds(&mut stores, readers, sizes.rounds)?;
            tell(&stores, &format!("one write, {words}, {}", readers.words()), report);
        }
    }
    Ok(())
}

fn rounds(stores: &mut [Written], readers: Readers, rounds: usize) -> Outcome<()> {
    let done = AtomicBool::new(false);
    let engines: Vec<_> = stores.iter().map(|store| Arc::clone(&store.engine)).collect();
    std::thread::scope(|scope| {
        for engine in &engines {
            readers.start(scope, engine, &done);
        }
        let count = stores.len();
        // Whoever begins changes from round to round.
        let outcome = (0..rounds).try_for_each(|round| {
            sleep(readers.pause());
            (0..count).try_for_each(|place| stores[(place + round) % count].round())
        });
        done.store(true, Ordering::Relaxed);
        outcome
    })
}

fn tell(stores: &[Written], what: &str, report: &mut Report) {
    for (kind, name) in WRITES.iter().enumerate() {
        let mut found = String::new();
        for store in stores {
            let (took, own) = (&store.took[kind], &store.own[kind]);
            let _ = write!(
                found,
                "{}{} nodes: {:.0} µs (p99 {:.0}, most {:.0}; without the ledger {:.0}, p99 {:.0}, most {:.0})",
                if found.is_empty() { "" } else { "; " },
                store.nodes,
                median(took),
                p99(took),
                most(took),
                median(own),
                p99(own),
                most(own),
            );
        }
        let (Some(small), Some(large)) = (stores.first(), stores.last()) else { continue };
        let ratios = ratio(&large.took[kind], &small.took[kind]);
        let compared = format!("largest to smallest: ratio {}", spread(ratios));
        let promise = format!("≤ {PROMISED_RATIO}: {}", verdict(ratios.median <= PROMISED_RATIO));
        report.writing([&format!("{what}: {name}"), &found, &compared, &promise]);
    }
}
