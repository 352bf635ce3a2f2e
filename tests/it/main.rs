//! The integration tests, one binary. Add a module here; keep those that stand.

mod api;
mod csv_oracle;
mod days_oracle;
mod door;
mod examples_demo;
mod examples_graph;
mod examples_oracle;
mod examples_real;
mod examples_search;
mod expected;
mod facts;
mod intake;
mod ledger;
mod partners_oracle;
mod process;
mod recovery;
mod schema;
mod search;
mod simulation;
mod start;
mod support;
mod words;
