//! innograph (科创图谱): a knowledge graph of innovation actors, asked in GraphQL.
//!
//! ARCHITECTURE.md is the map. Data flows one way: bytes → intake → command → decide → ledger →
//! apply → view → lens → search, matching, network, programme → api.

#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod accounts;
pub mod api;
pub mod audit;
pub mod cli;
pub mod config;
pub mod domain;
pub mod engine;
pub mod export;
pub mod generate;
pub mod graph;
pub mod intake;
pub mod ledger;
pub mod matching;
pub mod network;
pub mod oidc;
pub mod programme;
pub mod rights;
pub mod search;
pub mod tokens;
pub mod vault;
