//! `innograph check`: replay the ledger, verify its chain, recount every invariant.

use std::path::Path;
use std::process::ExitCode;

use super::exit;
use crate::engine::Engine;

/// Check a store.
pub fn check(data: &Path) -> ExitCode {
    let engine = match Engine::open(data) {
        Ok(engine) => engine,
        Err(error) => {
            eprintln!("{error}");
            return exit::of_open(&error);
        }
    };
    let view = engine.view();
    let violations = view.state().check();
    let [nodes, ties, records, sources] = view.state().size();
    println!(
        "序号 sequence {}: 对象 nodes {nodes}, 关系 ties {ties}, 认定 records {records}, 来源 sources {sources}",
        view.state().sequence()
    );
    let hex = |digest: [u8; 32]| digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    println!("state_digest {}", hex(view.state().state_digest()));
    println!("content_digest {}", hex(view.state().content_digest()));
    for violation in &violations {
        eprintln!("{}", violation.0);
    }
    if violations.is_empty() {
        println!("一切正常 all invariants hold");
        return ExitCode::from(exit::OK);
    }
    ExitCode::from(exit::DAMAGED)
}
