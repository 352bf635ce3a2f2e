//! What was found, as Markdown: printed, and written beside the build.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use super::statistics::Spread;
use super::store::Store;
use super::{Extent, Outcome};

/// Ratio to the plain server that is promised, at most.
const PROMISED_RATIO: f64 = 1.1;
/// Seconds a replay may take.
const PROMISED_REPLAY: f64 = 3.0;
/// Milliseconds a start over the fixtures may take.
const PROMISED_START: f64 = 1_000.0;

/// One question asked of three servers. Arrays are ours, plain, static; ratios are to plain, to static.
pub struct PeerRow {
    pub name: &'static str,
    /// Was the plain server asked the very same? Only then is anything promised.
    pub alike: bool,
    pub bytes: usize,
    pub wall: [f64; 3],
    pub cpu: [f64; 3],
    pub wall_ratios: [Spread; 2],
    pub cpu_ratios: [Spread; 2],
}

/// The openings of a store.
pub struct ReplayRow {
    pub least: f64,
    pub median: f64,
    pub hash_median: f64,
    pub ratio: Spread,
    /// Peak of memory, in MiB.
    pub memory: u64,
    /// Bodies of all entries, in MiB.
    pub body_mib: u64,
}

/// The text so far.
pub struct Report {
    text: String,
    peers: String,
    writing: String,
    events: usize,
}

/// Was a promise kept?
pub fn verdict(kept: bool) -> &'static str {
    if kept { "kept" } else { "**missed**" }
}

impl Report {
    /// The head.
    pub fn new(extent: &Extent) -> Self {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let Extent { plan, rounds, requests, .. } = extent;
        let text = format!(
            "{} organizations, seed {}; {rounds} interleaved rounds of {requests} requests; {threads} cores.\n\n\
             | row | found | compared with | promise |\n|---|---|---|---|\n",
            plan.organizations, plan.seed
        );
        Self { text, peers: String::new(), writing: String::new(), events: 0 }
    }

    fn line(&mut self, line: &str) {
        eprintln!("{line}");
        let _ = writeln!(self.text, "{line}");
    }

    /// The store that was made.
    pub fn store(&mut self, store: &Store) {
        self.events = store.events;
        let Store { nodes, ties, events, entries, ledger_mib, .. } = store;
        self.line(&format!(
            "| synthetic store | {nodes} nodes, {ties} relations | {events} events in {entries} entries, {ledger_mib} MiB on disk | – |"
        ));
    }

    /// How long a replay takes.
    pub fn replay(&mut self, row: ReplayRow) {
        let ReplayRow { least, median, hash_median, ratio, memory, body_mib } = row;
        #[expect(clippy::cast_precision_loss, reason = "a count of millions")]
        let rate = self.events as f64 / median / 1e6;
        self.line(&format!(
            "| replay, without search | {median:.2} s (least {least:.2} s), {rate:.2} M events/s, peak {memory} MiB | \
             reading and hashing the same {body_mib} MiB: {hash_median:.2} s; ratio {} | ≤ {PROMISED_REPLAY} s: {} |",
            spread(ratio),
            verdict(median <= PROMISED_REPLAY)
        ));
    }

    /// How long a start over the fixtures takes.
    pub fn startup(&mut self, graph: f64, search: f64) {
        self.line(&format!(
            "| start, 新乡 fixtures | `/readyz` after {graph:.0} ms | search index after {search:.0} ms | ≤ {PROMISED_START} ms: {} |",
            verdict(graph <= PROMISED_START)
        ));
    }

    /// How long the service takes over the synthetic store.
    pub fn service(&mut self, graph: Duration, search: Duration) {
        let (graph, search) = (graph.as_secs_f64(), search.as_secs_f64());
        self.line(&format!(
            "| start, synthetic store | `/readyz` after {graph:.2} s | search index after {search:.1} s | – |"
        ));
    }

    /// How a question went.
    pub fn peers(&mut self, row: PeerRow) {
        let kept = row.wall_ratios[0].low <= PROMISED_RATIO && row.cpu_ratios[0].low <= PROMISED_RATIO;
        let lines = [("by the clock", row.wall, row.wall_ratios), ("CPU of the server", row.cpu, row.cpu_ratios)];
        for (what, [ours, plain, still], [to_plain, to_static]) in lines {
            let line = format!(
                "| {} ({} bytes), {what} | {ours:.1} | {plain:.1} | {still:.1} | {} | {} | {} |",
                row.name,
                row.bytes,
                spread(to_plain),
                spread(to_static),
                if row.alike { verdict(kept) } else { "–" }
            );
            eprintln!("{line}");
            let _ = writeln!(self.peers, "{line}");
        }
    }

    /// A row about writing: what, found, compared with, promise.
    pub fn writing(&mut self, [what, found, compared, promise]: [&str; 4]) {
        let line = format!("| {what} | {found} | {compared} | {promise} |");
        eprintln!("{line}");
        let _ = writeln!(self.writing, "{line}");
    }

    /// Print everything and write it to `bench.md` in the target directory.
    pub fn write(mut self) -> Outcome<()> {
        if !self.peers.is_empty() {
            let _ = write!(
                self.text,
                "\n| question | ours µs | plain µs | static µs | ours/plain [95 %] | ours/static [95 %] | \
                 reaches ≤ {PROMISED_RATIO} × plain |\n|---|---|---|---|---|---|---|\n{}",
                self.peers
            );
        }
        if !self.writing.is_empty() {
            let _ =
                write!(self.text, "\n| what | found | compared with | promise |\n|---|---|---|---|\n{}", self.writing);
        }
        println!("\n{}", self.text);
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap_or(Path::new("."));
        std::fs::write(target.join("bench.md"), &self.text)?;
        println!("written to {}", target.join("bench.md").display());
        Ok(())
    }
}

/// A median and its interval.
pub fn spread(ratio: Spread) -> String {
    format!("{:.2} [{:.2}, {:.2}]", ratio.median, ratio.low, ratio.high)
}
