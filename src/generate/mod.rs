//! A synthetic city of any size, row by row, with the truth that was planted in it.
//!
//! Pure: the same plan gives the same rows on every machine; whoever asks writes them down. Whole
//! numbers only, no floats. It names no other room: what is planted here must never share code with
//! what finds it (`matching`, `network`), nor with what reads it (`domain`, `intake`). Every name
//! carries 示例, and every credit code lies in a region that does not exist.

mod actors;
mod chain;
mod chance;
mod city;
mod code;
mod dates;
mod edges;
mod figures;
mod files;
mod firms;
mod frame;
mod institutes;
mod items;
pub mod measure;
mod names;
mod places;
mod power;
mod records;
mod report;
mod text;
mod ties;
mod truth;
mod wishes;
mod words;

use std::fmt::Display;
use std::io;

pub use files::{FILES, TRUTH, header};
pub use measure::Measured;
pub use report::{Finding, Verdict, findings};

/// The fewest organisations of a city: below that not every kind of thing finds its place.
pub const FEWEST: usize = 200;
/// The most: keys and credit codes have room for no more.
pub const MOST: usize = 10_000_000;

/// How closely the city works together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variant {
    /// As measured of real registers: 64 % of all organisations work with nobody.
    Sparse,
    /// A mean of ten partners, so that communities can be found.
    Dense,
}

/// How texts are written and how partnerships come about: two cities of different style share the
/// skeleton and neither sentences nor reasons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Partners solve a problem of the same object, in other words, by the same methods.
    A,
    /// Partners know the same object in the same words, and have done what is needed by other methods.
    B,
}

/// What is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Organisations: enterprises, institutes, other organisations. Everything else is in proportion.
    pub organizations: usize,
    /// The seed.
    pub seed: u64,
    /// Sparse or dense.
    pub variant: Variant,
    /// Which of the two styles.
    pub style: Style,
    /// Per mille of all ties that leave their community: 100 is easy to tell apart, 300 is hard.
    pub mixing_per_mille: u32,
}

/// Takes the rows. `file` is one of `FILES` or `TRUTH`; the cells are in the order of its header.
pub trait Sink {
    /// One row.
    fn row(&mut self, file: &'static str, cells: &[&dyn Display]) -> io::Result<()>;
}

/// Make the city. The error is that of the sink.
pub fn city(plan: Plan, sink: &mut dyn Sink) -> io::Result<()> {
    let city = city::City::new(plan);
    frame::write(&city, sink)?;
    chain::write(&city, sink)?;
    firms::write(&city, sink)?;
    institutes::write(&city, sink)?;
    actors::write(&city, sink)?;
    ties::write(&city, sink)?;
    items::write(&city, sink)?;
    figures::write(&city, sink)?;
    records::write(&city, sink)?;
    truth::write(&city, sink)
}

/// People are left out: nothing imports them yet. When `people.csv` is read, they are written here.
pub fn people_are_written() -> bool {
    false
}

#[cfg(test)]
mod tests;
