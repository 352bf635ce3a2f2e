//! Measures of a layer: one file each, and one row each in a table that says what it is called, what it
//! means, what it does not say, where its formula comes from and what it takes to work out.
//!
//! A figure that is undefined for a layer (one node, no ties, all alike) is none: never a number made up,
//! never "not a number". The same layer gives the same figures, bit for bit.

pub mod assortativity;
pub mod betweenness;
pub mod bfs;
pub mod brokerage;
pub mod centralisation;
pub mod closeness;
pub mod clustering;
pub mod communities;
pub mod components;
pub mod concentration;
pub mod core;
pub mod core_periphery;
pub mod cuts;
pub mod degree;
pub mod density;
pub mod dynamics;
pub mod e_i;
pub mod holes;
pub mod labels;
pub mod leiden;
pub mod neighbours;
pub mod new_ties;
pub mod pagerank;
pub mod paths;
pub mod relatedness;
pub mod removal;
pub mod small_world;
pub mod triangles;

use super::layer::Layer;
use super::work::{Stopped, Work};

/// A row of the table.
pub struct Measure {
    /// Its name in English, in one word.
    pub name: &'static str,
    /// What it is called.
    pub zh: &'static str,
    /// The same in English.
    pub en: &'static str,
    /// What a high figure means, for somebody who knows no graph theory; with range and unit.
    pub means_zh: &'static str,
    /// The same in English.
    pub means_en: &'static str,
    /// The formula.
    pub formula: &'static str,
    /// Where it comes from.
    pub source: &'static str,
    /// Are directions of ties looked at?
    pub directions: Directions,
    /// Is it a whole number?
    pub values: Values,
    /// The least and the greatest it can be.
    pub bounds: (f64, f64),
    /// About how many steps it takes for so many nodes and ties.
    pub steps: fn(u64, u64) -> u64,
    /// What it gives.
    pub gives: Gives,
}

/// What a measure makes of directions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Directions {
    /// It follows them where there are any.
    Followed,
    /// It looks at who is tied to whom alone.
    Ignored,
}

/// What values a measure has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Values {
    /// Whole numbers: it counts something.
    Counts,
    /// Any.
    Fractions,
}

/// A figure for each node; none where it is undefined.
pub type Each = fn(&Layer, &Work<'_>) -> Result<Vec<Option<f64>>, Stopped>;
/// A figure for the whole layer; none where it is undefined.
pub type Whole = fn(&Layer, &Work<'_>) -> Result<Option<f64>, Stopped>;

/// What a measure gives.
#[derive(Clone, Copy)]
pub enum Gives {
    /// A figure for each node.
    Each(Each),
    /// A figure for the whole layer.
    Whole(Whole),
}

/// Every measure that gives a figure for each node or for the whole, in the order of the schema.
pub const MEASURES: &[&Measure] = &[
    &degree::DEGREE,
    &degree::STRENGTH,
    &pagerank::PAGERANK,
    &betweenness::BETWEENNESS,
    &closeness::CLOSENESS,
    &core::CORE_NUMBER,
    &clustering::LOCAL,
    &triangles::TRIANGLES,
    &holes::CONSTRAINT,
    &holes::EFFECTIVE_SIZE,
    &degree::MEAN_DEGREE,
    &degree::ISOLATES,
    &density::DENSITY,
    &components::COMPONENTS,
    &components::LARGEST_SHARE,
    &clustering::TRANSITIVITY,
    &clustering::MEAN_LOCAL,
    &paths::MEAN_PATH,
    &paths::DIAMETER,
    &paths::EFFICIENCY,
    &core::DEGENERACY,
    &assortativity::ASSORTATIVITY,
    &centralisation::DEGREE_CENTRALISATION,
    &centralisation::BETWEENNESS_CENTRALISATION,
    &concentration::CONCENTRATION,
    &small_world::SIGMA,
];

/// A quotient, where there is something to divide by.
pub(crate) fn quotient(over: f64, under: f64) -> Option<f64> {
    let quotient = over / under;
    quotient.is_finite().then_some(quotient)
}
