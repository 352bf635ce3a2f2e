//! Durability, seen from outside the program: it is killed, its disk fails, its files are damaged,
//! and what was acknowledged must be there. Nothing here looks into the library; what was written is
//! known from what the program answered, and what is there from what it answers afterwards.
//!
//! Every chance comes from a printed seed. `INNOGRAPH_SOAK`, `INNOGRAPH_KILL_ROUNDS`,
//! `INNOGRAPH_CUT_SEEDS`, `INNOGRAPH_CUT_ONE_OF` and `INNOGRAPH_DAMAGE_PLACES` widen and narrow the
//! tests; `script/soak` sets them and collects the `SOAK` lines.

mod cut;
mod damage;
mod disk;
mod door;
mod errors;
mod history;
mod import;
mod kill;
mod killed;
mod mutations;
mod reading;
mod served;
mod serving;
mod unreadable;
mod witness;

use std::time::Instant;

use history::Verdict;

/// Where all seeds begin.
pub const BASE_SEED: u64 = 20_260_000;

/// A number from the environment, or what an ordinary run does.
#[expect(clippy::disallowed_methods, reason = "how far tests go is no setting of the program")]
pub fn wide(name: &str, ordinary: u64) -> u64 {
    match std::env::var(name) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{name}={text} is no number")),
        Err(_) => ordinary,
    }
}

/// Everything instead of a sample?
pub fn soaking() -> bool {
    wide("INNOGRAPH_SOAK", 0) > 0
}

/// Chance that can be had again (`splitmix64`).
pub struct Chance(pub u64);

impl Chance {
    /// A number below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }
}

/// Defects told in full; the rest are counted.
const MOST_DEFECTS: usize = 12;

/// What a test did: said in one line when it is done, and judged.
pub struct Tally {
    name: &'static str,
    begun: Instant,
    counts: Vec<(&'static str, usize)>,
    defects: Vec<String>,
}

impl Tally {
    #[expect(clippy::disallowed_methods, reason = "how long it took is told, never judged")]
    pub fn new(name: &'static str) -> Self {
        Self { name, begun: Instant::now(), counts: Vec::new(), defects: Vec::new() }
    }

    /// Count on.
    pub fn add(&mut self, what: &'static str, more: usize) {
        match self.counts.iter_mut().find(|(known, _)| *known == what) {
            Some((_, count)) => *count += more,
            None => self.counts.push((what, more)),
        }
    }

    pub fn count(&self, what: &str) -> usize {
        self.counts.iter().find(|(known, _)| *known == what).map_or(0, |(_, count)| *count)
    }

    /// Something is not as it must be.
    pub fn defect(&mut self, sentence: String) {
        self.defects.push(sentence);
    }

    /// Take in what a restart showed; `circumstances` say how to have it again.
    pub fn judge(&mut self, compared: Result<Verdict, String>, circumstances: impl FnOnce() -> String) {
        let verdict = compared.as_ref().map_or_else(|_| Verdict::default(), Clone::clone);
        self.add("lost", verdict.lost.len());
        self.add("half", verdict.half.len());
        self.add("uncalled", verdict.uncalled.len());
        self.add("failed_restarts", usize::from(compared.is_err()));
        if compared != Ok(Verdict::default()) {
            self.defects.push(format!("{}: {compared:?}", circumstances()));
        }
    }

    /// Count what another one counted too.
    pub fn take_in(&mut self, other: Self) {
        for (what, count) in other.counts {
            self.add(what, count);
        }
        self.defects.extend(other.defects);
    }

    pub fn is_clean(&self) -> bool {
        self.defects.is_empty()
    }

    pub fn seconds(&self) -> f64 {
        self.begun.elapsed().as_secs_f64()
    }

    /// Say the line that `script/soak` reads; then fail where there is a defect.
    pub fn finish(self) {
        let counts = self.counts.iter().map(|(what, count)| format!(" {what}={count}")).collect::<String>();
        println!("SOAK name={}{counts} defects={} seconds={:.1}", self.name, self.defects.len(), self.seconds());
        let told = self.defects.iter().take(MOST_DEFECTS).map(|defect| format!("\n{defect}")).collect::<String>();
        assert!(self.defects.is_empty(), "{} defects, the first of them:{told}", self.defects.len());
    }
}
