//! The store that is measured: synthetic commands carried out by the engine itself, so that its
//! entries are what a real import would have written.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use innograph::domain::command::Command;
use innograph::domain::{Day, Kind, Relation};
use innograph::engine::{Engine, EngineLimits, View, WriteError};
use innograph::graph::{Budget, Lens};
use innograph::rights::{Rights, Role};
use tempfile::TempDir;

use super::Outcome;
use super::synthetic::{Plan, supply};

/// Commands a commit.
const BATCH: usize = 100_000;
/// Steps between those that an enterprise supplies on top of the plan: a prime.
const FAR: usize = 397;

/// A store on disk, thrown away with this value.
pub struct Store {
    directory: TempDir,
    /// Events in its ledger.
    pub events: usize,
    /// Entries in its ledger.
    pub entries: u64,
    /// Nodes and ties in its graph.
    pub nodes: usize,
    /// Ties in its graph.
    pub ties: usize,
    /// Size of the ledger's file, in MiB.
    pub ledger_mib: u64,
}

/// An enterprise as the peers see it.
pub struct Firm {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Places in the list of those it supplies, oldest tie first.
    pub supplies: Vec<usize>,
}

impl Store {
    /// Make one.
    pub fn build(plan: Plan) -> Outcome<Self> {
        Ok(Self::denser(plan, 0)?.0)
    }

    /// Make one whose enterprises supply so many others on top of the plan, and its last view. No
    /// checkpoint is left beside it.
    pub fn denser(plan: Plan, supplies: usize) -> Outcome<(Self, Arc<View>)> {
        let directory = tempfile::tempdir()?;
        let limits = EngineLimits { checkpoint_every: 0, ..EngineLimits::default() };
        let engine = Engine::open_with(directory.path(), limits)?;
        let (started, mut events) = (Instant::now(), 0);
        let mut carry_out = |commands: Vec<Command>| {
            let outcome = engine.execute("bench", &commands, &mut |_, _| true).map_err(|error| told(&error))?;
            events += outcome.events;
            Ok::<(), String>(())
        };
        // A batch costs a copy of what it touches, which in a large store is all of it.
        let size = BATCH.max(plan.organizations);
        plan.commands(size, &mut carry_out)?;
        let enterprises = plan.enterprises();
        for first in (0..enterprises).step_by(size) {
            for step in 0..supplies {
                let next = |number| (number + 1 + (step + 1) * FAR) % enterprises;
                let numbers = first..(first + size).min(enterprises);
                carry_out(numbers.map(|number| supply(number, next(number))).collect())?;
            }
        }
        let view = engine.view();
        let [nodes, ties, ..] = view.state().size();
        let entries = view.state().sequence();
        let seconds = started.elapsed().as_secs_f64();
        eprintln!("store: {nodes} nodes, {ties} ties, {events} events in {entries} entries, written in {seconds:.1} s");
        drop(engine);
        let ledger_mib = std::fs::metadata(directory.path().join("ledger.sqlite"))?.len() >> 20;
        Ok((Self { directory, events, entries, nodes, ties, ledger_mib }, view))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    /// A file beside it, thrown away with it.
    pub fn file(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Every enterprise with those it supplies, as innograph shows them.
    pub fn firms(&self) -> Outcome<Vec<Firm>> {
        let engine = Engine::open(self.path())?;
        let view = engine.view();
        let budget = Budget::new(u64::MAX);
        let lens = Lens::new(view.state(), Day(20_500), Rights::of(Role::Public), &budget);
        let rows: Vec<_> = lens.nodes(Kind::Enterprise).collect();
        let places: std::collections::BTreeMap<_, _> =
            rows.iter().enumerate().map(|(place, row)| (*row, place)).collect();
        let firm = |row| {
            let mut ties: Vec<_> = lens.ties(row, Some(Relation::Supplies), true).collect();
            ties.sort_by_key(|tie| lens.tie_fact(tie.row).id);
            let supplies = ties.iter().filter_map(|tie| places.get(&tie.there).copied()).collect();
            Firm { id: lens.id(row).to_string(), name: lens.name(row).to_owned(), supplies }
        };
        Ok(rows.iter().copied().map(firm).collect())
    }
}

/// What went wrong, with the first refusals.
pub fn told(error: &WriteError) -> String {
    match error {
        WriteError::Rejected(refused) => {
            let first = refused.iter().take(3).map(|(number, rejection)| format!("{number}: {rejection:?}"));
            format!("the generator made commands that are refused: {}", first.collect::<Vec<_>>().join("; "))
        }
        other => other.to_string(),
    }
}
