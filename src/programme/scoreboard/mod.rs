//! What a plan counts and what it set: formulas of indicators (`formula`), who counts on a day (`census`),
//! lists cut by region (`board`), goals and whether they are met (`goal`), what the number will be
//! (`forecast`), and why it differs from a published one (`reasons`).

mod board;
mod census;
mod forecast;
mod formula;
mod goal;
mod reasons;

pub use board::{Counted, Cut, Given, Indicator, Lists, Plan, given, regions_of};
pub use census::{Census, DateBasis, Entry, Question, dated, total};
pub use forecast::{Forecast, YEAR, forecast};
pub use formula::Formula;
pub use goal::{Bar, Comparison, Goal};
pub use reasons::{REASONS, Reason, Suspect, suspects};
