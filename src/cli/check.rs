//! `innograph check`: read every entry of the ledger, verify chain and witness, recount every
//! invariant, and compare every checkpoint with what the entries give. Nothing is changed and no
//! lock is taken, so it may run beside a server.

use std::path::Path;
use std::process::ExitCode;

use super::exit;
use crate::engine::{self, CheckpointVerdict, PersonalStanding};
use crate::graph::State;
use crate::vault::Vault;

/// Check a store, and whether the keys of people in `personal` go with it.
pub fn check(data: &Path, personal: &Path) -> ExitCode {
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
    sound &= keys_go_with(state, personal);
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

/// What is sealed, and whether it can be opened. A key that is gone is told, and is no damage of the store.
fn keys_go_with(state: &State, personal: &Path) -> bool {
    let vault = match Vault::open(personal, false) {
        Ok(vault) => vault,
        Err(error) => {
            eprintln!("{error}");
            return false;
        }
    };
    vault.order(state.erasures().map(|erasure| erasure.person));
    let standing = PersonalStanding::of(state, &vault);
    let PersonalStanding { sealed, people, missing, erased, unsettled, plain } = standing;
    println!(
        "个人信息 personal data: 加密内容 sealed texts {sealed}, 人 people {people}, 密钥缺失 keys missing {missing}, 已删除 erased {erased}, 删除未完成 erasures outstanding {unsettled}"
    );
    if missing > 0 {
        eprintln!(
            "PERSONAL_KEYS_MISSING 有 {missing} 个人的密钥不在 {}。请放回密钥文件的备份。The keys of {missing} people are missing there: put a backup of the keys back.",
            personal.display()
        );
    }
    if unsettled > 0 {
        eprintln!(
            "ERASURES_OUTSTANDING 有 {unsettled} 次删除没有做完（登记或销毁密钥）；启动一次服务即会补做。{unsettled} erasures are not carried out to their end; the next start does it."
        );
    }
    if plain > 0 {
        eprintln!(
            "PERSONAL_PLAIN 旧账本里有 {plain} 个人名是明文，销毁密钥删不掉；请按 docs/personal-data.md 办理。An early ledger holds {plain} names of people in plain letters, which no key erases; see docs/personal-data.md."
        );
    }
    missing == 0 && unsettled == 0
}

fn hex(digest: [u8; 32]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
