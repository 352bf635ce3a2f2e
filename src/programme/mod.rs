//! What programmes of the bureau ask of firms and carriers. Pure: reads through a lens; months,
//! thresholds and the like are data (`fixtures/rules/`), never constants here.

mod calendar;
mod incubation;
pub mod quality;

pub use incubation::{Stay, StayRules};
