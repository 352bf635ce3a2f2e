//! What programmes of the bureau ask of firms and carriers. Pure: reads through a lens; months,
//! thresholds and the like are data (`fixtures/rules/`, `fixtures/criteria/`), never constants here.

mod calendar;
pub mod candidates;
pub mod criteria;
pub mod duplicates;
mod incubation;
pub mod ladder;
pub mod quality;
mod regions;
pub mod scoreboard;

pub use incubation::{Stay, StayRules};
pub use regions::Regions;
