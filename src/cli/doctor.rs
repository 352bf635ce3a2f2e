//! `innograph doctor`: a store seen from all sides, one line a check, with the remedy. It takes no
//! lock and works beside a running server. Nothing is changed, but for one scratch file that is
//! written and removed to see whether the directory can be written, and what `--accept-ledger` asks for.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use super::exit;
use super::failure::Failure;
use crate::accounts::{Accounts, Rules};
use crate::api::types::fact::moment;
use crate::audit::Audit;
use crate::engine::{self, OpenError, PersonalStanding, now_ms};
use crate::graph::State;
use crate::ledger::{LedgerError, accept_ledger};
use crate::tokens::{TokenState, Tokens};
use crate::vault::Vault;

/// Less room than this is worth a warning, in MiB.
const LITTLE_ROOM_MIB: u64 = 1024;
/// A sync that takes longer than this makes every write slow.
const SLOW_SYNC_MS: u128 = 200;
/// The clock may be this far behind the last entry.
const CLOCK_BEHIND_MS: i64 = 60_000;

/// How grave a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Grade {
    Ok,
    Warn,
    Bad,
}

/// One line.
#[derive(Clone, Debug)]
struct Finding {
    grade: Grade,
    zh: String,
    en: String,
}

impl Finding {
    fn ok(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { grade: Grade::Ok, zh: zh.into(), en: en.into() }
    }

    fn warn(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { grade: Grade::Warn, ..Self::ok(zh, en) }
    }

    fn bad(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { grade: Grade::Bad, ..Self::ok(zh, en) }
    }

    fn line(&self) -> String {
        let mark = match self.grade {
            Grade::Ok => "OK       ",
            Grade::Warn => "注意 WARN",
            Grade::Bad => "错误 BAD ",
        };
        format!("{mark} {} · {}", self.zh, self.en)
    }
}

/// Look at the store of a directory; with `accept` first take its ledger as it stands.
pub fn doctor(data: &Path, personal: &Path, accept: bool) -> ExitCode {
    if accept && let Err(failure) = accept_as_it_stands(data) {
        return failure.report();
    }
    let findings = look_at(data, personal);
    for finding in &findings {
        println!("{}", finding.line());
    }
    let worst = findings.iter().map(|finding| finding.grade).max().unwrap_or(Grade::Ok);
    let (zh, en) = match worst {
        Grade::Ok => ("一切正常", "all is well"),
        Grade::Warn => ("可以使用，请看“注意”各行", "usable; see the lines marked WARN"),
        Grade::Bad => ("有错误，请按上面的说明处理", "there are errors; do what the lines marked BAD say"),
    };
    println!("{zh} · {en}");
    ExitCode::from(if worst == Grade::Bad { exit::DAMAGED } else { exit::OK })
}

fn look_at(data: &Path, personal: &Path) -> Vec<Finding> {
    let path = data.display();
    if !data.is_dir() {
        return vec![Finding::bad(
            format!("没有数据目录 {path}：检查 --data，或先导入数据"),
            format!("there is no data directory {path}: check --data, or import data first"),
        )];
    }
    let mut findings = directory(data);
    findings.push(room(data));
    findings.extend(ledger(data, personal));
    findings.push(checkpoints(data));
    findings.extend(tokens(data));
    findings.extend(accounts(data));
    findings.extend(audit(data));
    findings
}

fn directory(data: &Path) -> Vec<Finding> {
    let path = data.display();
    let mut findings = vec![match sync_ms(data) {
        Ok(ms) if ms <= SLOW_SYNC_MS => Finding::ok(
            format!("目录可写，一次落盘 {ms} 毫秒：{path}"),
            format!("the directory can be written, one sync takes {ms} ms"),
        ),
        Ok(ms) => Finding::warn(
            format!("一次落盘要 {ms} 毫秒，写入会慢：请换更快的磁盘，或查看是谁在占用它"),
            format!("one sync takes {ms} ms, writing will be slow: use a faster disk, or see what keeps it busy"),
        ),
        Err(cause) => Finding::warn(
            format!("目录不可写（{cause}），只能只读提供服务：检查权限、磁盘空间和挂载方式"),
            format!(
                "the directory cannot be written ({cause}), it can be served for reading only: check permissions, room and mount"
            ),
        ),
    }];
    findings.push(match engine::is_in_use(data) {
        true => Finding::ok("有一个 innograph 进程正在使用这个目录", "an innograph process is using the directory"),
        false => Finding::ok("没有进程在使用这个目录", "no process is using the directory"),
    });
    findings
}

/// Milliseconds until a small file is on the disk.
#[expect(clippy::disallowed_methods, reason = "measuring belongs to the edge")]
fn sync_ms(data: &Path) -> std::io::Result<u128> {
    let scratch = data.join(format!(".doctor-{}", std::process::id()));
    let mut file = OpenOptions::new().write(true).create_new(true).open(&scratch)?;
    let start = std::time::Instant::now();
    let written = file.write_all(&[0; 4096]).and_then(|()| file.sync_all());
    let took = start.elapsed().as_millis();
    std::fs::remove_file(&scratch)?;
    written.map(|()| took)
}

fn room(data: &Path) -> Finding {
    match rustix::fs::statvfs(data) {
        Ok(disk) => {
            let free = disk.f_bavail.saturating_mul(disk.f_frsize) / (1024 * 1024);
            if free < LITTLE_ROOM_MIB {
                return Finding::warn(
                    format!("磁盘只剩 {free} MiB：请腾出空间，空间用尽时写入会被拒绝"),
                    format!("{free} MiB are left on the disk: make room, writes are refused when there is none"),
                );
            }
            Finding::ok(format!("磁盘剩余 {free} MiB"), format!("{free} MiB are left on the disk"))
        }
        Err(cause) => Finding::warn(
            format!("查不到磁盘剩余空间：{cause}"),
            format!("the room left on the disk cannot be told: {cause}"),
        ),
    }
}

fn ledger(data: &Path, personal: &Path) -> Vec<Finding> {
    if !data.join("ledger.sqlite").exists() {
        return vec![Finding::warn(
            "还没有账本 ledger.sqlite：请导入数据，或恢复备份到新目录",
            "there is no ledger.sqlite yet: import data, or restore a backup into a new directory",
        )];
    }
    let found = match engine::inspect(data) {
        Ok(found) => found,
        Err(error) => return vec![refused(&error)],
    };
    let state = &found.state;
    let violations = state.check();
    let mut findings = vec![match violations.first() {
        None => Finding::ok(
            format!("账本完整：格式正确，{} 条记录逐条核对，与见证文件一致", state.sequence()),
            format!(
                "the ledger is whole: its format is known, {} entries verified, and it fits its witness",
                state.sequence()
            ),
        ),
        Some(first) => Finding::bad(
            format!("账本自相矛盾（{} 处，第一处：{}）：请恢复备份", violations.len(), first.0),
            format!("the ledger contradicts itself in {} places: restore a backup", violations.len()),
        ),
    }];
    findings.push(match data.join("ledger.witness").is_file() {
        true => Finding::ok("见证文件 ledger.witness 在", "the witness file is there"),
        false => Finding::warn(
            "没有见证文件 ledger.witness：账本末尾若丢失记录将无法发现；下次启动会重建",
            "the witness file is missing: entries lost at the end could not be noticed; the next start makes it anew",
        ),
    });
    findings.push(match state.name() {
        Some(name) => Finding::ok(format!("库名 {name}"), format!("the store is named {name}")),
        None => Finding::warn("库还没有名称：导入数据时会取得", "the store has no name yet: an import gives it one"),
    });
    findings.push(clock(found.last_recorded_at, now_ms()));
    findings.extend(keys(state, personal));
    findings
}

/// Do the keys of people go with what is sealed? Nothing is said where nobody was ever entered.
fn keys(state: &State, personal: &Path) -> Option<Finding> {
    let vault = match Vault::open(personal, false) {
        Ok(vault) => vault,
        Err(error) => return Some(Finding::bad(error.to_string(), error.to_string())),
    };
    vault.order(state.erasures().map(|erasure| erasure.person));
    let PersonalStanding { people, missing, unsettled, .. } = PersonalStanding::of(state, &vault);
    let path = personal.display();
    match (people, missing, unsettled) {
        (0, ..) => None,
        (_, 0, 0) => Some(Finding::ok(format!("{people} 个人的密钥齐全：{path}"), "the keys of people are whole")),
        (_, 0, _) => Some(Finding::warn(
            format!("有 {unsettled} 次删除没有做完：启动一次服务即会补做"),
            format!("{unsettled} erasures are not carried out to their end: the next start does it"),
        )),
        _ => Some(Finding::bad(
            format!("有 {missing} 个人的密钥不在 {path}：请放回密钥的备份（docs/personal-data.md）"),
            format!("the keys of {missing} people are missing: put a backup of the keys back"),
        )),
    }
}

fn clock(last: i64, now: i64) -> Finding {
    if now < last.saturating_sub(CLOCK_BEHIND_MS) {
        return Finding::warn(
            format!("系统时钟（{}）早于最后一条记录（{}）：请校准时钟", moment(now), moment(last)),
            "the clock is behind the last entry: set it right".to_owned(),
        );
    }
    Finding::ok(format!("时钟正常，最后一条记录于 {}", moment(last)), "the clock is not behind the last entry")
}

fn refused(error: &OpenError) -> Finding {
    let zh = match error {
        OpenError::Ledger(LedgerError::Damaged { file, reason, .. }) if file.ends_with(".witness") => {
            return Finding::bad(
                format!(
                    "见证文件 {file} 损坏，账本本身未必有误：请先停掉服务，运行 innograph doctor --accept-ledger，它会逐条核对整个账本；它拒绝时再恢复备份"
                ),
                format!(
                    "the witness {file} is damaged ({reason}), the ledger itself may be sound: stop the service and run `innograph doctor --accept-ledger` first, which verifies the whole chain; restore a backup only if that refuses"
                ),
            );
        }
        OpenError::Ledger(LedgerError::Shortened { found, witnessed, .. }) => format!(
            "账本缺少已确认的记录：只到第 {found} 条，应有 {witnessed} 条。请恢复备份；没有备份时可用 doctor --accept-ledger 接受现状"
        ),
        OpenError::Ledger(LedgerError::Damaged { sequence, .. }) => {
            format!("账本在第 {sequence} 条损坏：请把备份恢复到新目录")
        }
        OpenError::Ledger(LedgerError::Foreign { .. }) => "账本不是本程序能读的：请核对目录，或使用更新的版本".into(),
        OpenError::Ledger(LedgerError::Unfolded { .. }) => {
            "账本有未并入的日志，而目录不可写：请复制到可写的目录再打开".into()
        }
        OpenError::Envelope(_) => "账本里有本版本不认识的内容：请使用写入它的版本或更新的版本".into(),
        _ => "账本打不开：请按英文说明处理，必要时恢复备份".into(),
    };
    Finding::bad(zh, error.to_string())
}

fn checkpoints(data: &Path) -> Finding {
    let is_checkpoint = |name: &str| name.starts_with("checkpoint");
    let entries = std::fs::read_dir(data).into_iter().flatten().flatten();
    let count = entries.filter(|entry| entry.file_name().to_str().is_some_and(is_checkpoint)).count();
    match count {
        0 => Finding::ok("没有检查点：启动时从头重放", "no checkpoints: a start replays the whole ledger"),
        _ => Finding::ok(format!("检查点 {count} 个"), format!("{count} checkpoints")),
    }
}

fn accounts(data: &Path) -> Vec<Finding> {
    let accounts = Accounts::open(data, &Rules::default());
    let mut findings = match accounts.list() {
        Err(error) => vec![Finding::bad("账号文件不可信，谁也不能用密码登录", error.to_string())],
        Ok(all) if all.is_empty() => Vec::new(),
        Ok(all) => vec![Finding::ok(format!("账号 {} 个", all.len()), format!("{} accounts", all.len()))],
    };
    if accounts.is_open_to_others() {
        let path = accounts.path().display();
        findings.push(Finding::warn(
            format!("其他用户可读写账号文件：请执行 chmod 600 {path}"),
            format!("other users may read or write the accounts: run chmod 600 {path}"),
        ));
    }
    findings
}

fn audit(data: &Path) -> Vec<Finding> {
    match Audit::open(data).verify() {
        Ok(0) => Vec::new(),
        Ok(lines) => vec![Finding::ok(
            format!("审计日志完整，共 {lines} 行"),
            format!("the audit log is as it was written, {lines} lines"),
        )],
        Err(error) => vec![Finding::bad("审计日志不可信或读不了", error.to_string())],
    }
}

fn tokens(data: &Path) -> Vec<Finding> {
    let tokens = Tokens::open(data);
    if tokens.is_absent() {
        return vec![Finding::ok(
            "还没有令牌：首次启动 serve 会生成管理员令牌",
            "there are no tokens yet: the first start of serve makes an administrator token",
        )];
    }
    let mut findings = vec![match tokens.list() {
        Err(error) => Finding::bad("令牌文件不可信，所有令牌都不被接受", error.to_string()),
        Ok(records) => {
            let now = now_ms();
            let live = records.iter().filter(|record| record.state(now) == TokenState::Live).count();
            match live {
                0 => Finding::warn(
                    "没有有效的令牌，无法写入：用 innograph token create 新建",
                    "no token counts, nobody can write: make one with innograph token create",
                ),
                _ => Finding::ok(
                    format!("令牌 {} 个，有效 {live} 个", records.len()),
                    format!("{} tokens, of which {live} count", records.len()),
                ),
            }
        }
    }];
    if tokens.is_open_to_others() {
        let path = tokens.path().display();
        findings.push(Finding::warn(
            format!("其他用户可读写令牌文件：请执行 chmod 600 {path}"),
            format!("other users may read or write the tokens: run chmod 600 {path}"),
        ));
    }
    findings
}

/// Make the ledger as it stands what counts. The chain is verified first.
fn accept_as_it_stands(data: &Path) -> Result<(), Failure> {
    let failed = |cause| Failure::system(&data.join("lock"), &cause);
    let lock = OpenOptions::new().create(true).truncate(false).write(true).open(data.join("lock")).map_err(failed)?;
    if lock.try_lock().is_err() {
        return Err(Failure::new(
            "IN_USE",
            exit::IN_USE,
            "目录正由一个 innograph 进程使用：请先停掉它，再用 --accept-ledger。",
            "An innograph process is using the directory: stop it before --accept-ledger.",
        ));
    }
    let path = data.join("ledger.sqlite");
    if !path.is_file() {
        let cause = std::io::Error::from(std::io::ErrorKind::NotFound);
        return Err(Failure::system(&path, &cause));
    }
    let lost = match engine::look(data) {
        Err(OpenError::Ledger(LedgerError::Shortened { found, witnessed, .. })) => Some((found, witnessed)),
        _ => None,
    };
    let head = accept_ledger(&path).map_err(Failure::ledger)?;
    if let Some((found, witnessed)) = lost {
        println!(
            "放弃了第 {} 到 {witnessed} 条已确认的记录 · entries {0} to {witnessed}, which were acknowledged, are given up",
            found + 1
        );
    }
    println!(
        "账本按现状接受：第 {} 条为最后一条 · the ledger is accepted as it stands: entry {0} is the last",
        head.sequence
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_behind_the_last_entry_is_told() {
        assert_eq!(clock(1_000_000, 1_000_000 - CLOCK_BEHIND_MS).grade, Grade::Ok);
        assert_eq!(clock(1_000_000, 999_999 - CLOCK_BEHIND_MS).grade, Grade::Warn);
    }

    #[test]
    fn a_directory_that_is_not_there_is_bad() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let grades = |path: &Path| look_at(path, &path.join("keys")).iter().map(|finding| finding.grade).max();
        assert_eq!(grades(&folder.path().join("nowhere")), Some(Grade::Bad));
        assert_eq!(grades(folder.path()), Some(Grade::Warn), "an empty one is not yet a store");
        assert_eq!(std::fs::read_dir(folder.path()).expect("it is there").count(), 0, "nothing is left behind");
    }
}
