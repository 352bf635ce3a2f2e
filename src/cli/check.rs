//! `innograph check`: read every entry of the ledger, verify chain and witness, recount every
//! invariant, and compare every checkpoint with what the entries give. Nothing is changed and no
//! lock is taken, so it may run beside a server.

use std::path::Path;
use std::process::ExitCode;

use super::exit;
use crate::engine::{self, CheckpointVerdict};

/// Check a store.
pub fn check(data: &Path) -> ExitCode {
    let inspection = match engine::inspect(data) {
        Ok(inspection) => inspection,
        Err(error) => {
            eprintln!("{error}");
            return exit::of_open(&error);
        }
    };
    let state = &inspection.state;
    let violations = state.check();
    let [nodes, ties, records, sources] = state.size();
    println!(
        "序号 sequence {}: 对象 nodes {nodes}, 关系 ties {ties}, 认定 records {records}, 来源 sources {sources}",
        state.sequence()
    );
    println!("state_digest {}", hex(state.state_digest()));
    println!("content_digest {}", hex(state.content_digest()));
    println!("账本与见证一致 chain and witness agree up to entry {}", state.sequence());
    let mut sound = violations.is_empty();
    for violation in &violations {
        eprintln!("{}", violation.0);
    }
    for (file, verdict) in engine::inspect_checkpoints(data) {
        let file = file.display();
        match verdict {
            CheckpointVerdict::Agrees(sequence) => {
                println!("检查点一致 checkpoint agrees at entry {sequence}: {file}");
            }
            CheckpointVerdict::OtherForm => {
                println!("检查点形式不同，启动时不用 checkpoint of another form, passed over at start: {file}");
            }
            CheckpointVerdict::Damaged(reason) => {
                eprintln!(
                    "检查点不可用：{file}。账本完好，可删除此文件，启动时会重放账本。The checkpoint cannot be used ({reason}); the ledger stands by itself: delete the file, and the next start reads the ledger."
                );
                sound = false;
            }
            CheckpointVerdict::Differs(sequence) => {
                eprintln!(
                    "检查点与账本不符（第 {sequence} 条）：{file}。请删除此文件。The checkpoint differs from the ledger at entry {sequence}: delete the file, and the next start reads the ledger."
                );
                sound = false;
            }
        }
    }
    if sound {
        println!("一切正常 all invariants hold");
        return ExitCode::from(exit::OK);
    }
    ExitCode::from(exit::DAMAGED)
}

fn hex(digest: [u8; 32]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
