//! What is there: asked of the restarted program, over the doors that everybody has.

use std::collections::BTreeMap;

use serde_json::json;

use super::disk::{Disk, Faults};
use super::history::{Content, History, Verdict};
use super::serving::Serving;

/// What `innograph check` said.
pub struct Checked {
    pub code: Option<i32>,
    /// Of the state, where one was told.
    pub digest: Option<String>,
    /// On standard error.
    pub complaint: String,
}

/// Replay the whole store and recount it.
pub fn check(disk: &Disk) -> Checked {
    check_over(disk, &Faults::none())
}

/// The same over a disk that may fail.
pub fn check_over(disk: &Disk, faults: &Faults) -> Checked {
    let said = disk.program(faults).args(["check", "--data"]).arg(disk.data()).output().expect("it starts");
    let text = String::from_utf8_lossy(&said.stdout).into_owned();
    Checked {
        code: said.status.code(),
        digest: text.lines().find_map(|line| line.strip_prefix("state_digest ").map(str::to_owned)),
        complaint: String::from_utf8_lossy(&said.stderr).into_owned(),
    }
}

/// Every enterprise, page by page, from a server that was started anew.
pub fn everything(disk: &Disk) -> Result<BTreeMap<String, Content>, String> {
    let serving = Serving::start(disk, &Faults::none(), None)?;
    let mut client = serving.client();
    let (mut found, mut after) = (BTreeMap::new(), None::<String>);
    let query = "query($after: String) { enterprises(first: 100, after: $after) {
        edges { node { code nameZh scopeText } } pageInfo { hasNextPage endCursor } } }";
    loop {
        let (_, answer) = client.ask(query, &json!({ "after": after })).map_err(|silence| format!("{silence:?}"))?;
        let page = &answer["data"]["enterprises"];
        let edges = page["edges"].as_array().ok_or_else(|| format!("no page: {answer}"))?;
        for node in edges.iter().map(|edge| &edge["node"]) {
            let text = |field: &str| node[field].as_str().unwrap_or_default().to_owned();
            found.insert(text("code"), (text("nameZh"), text("scopeText")));
        }
        if page["pageInfo"]["hasNextPage"] != true {
            return Ok(found);
        }
        after = page["pageInfo"]["endCursor"].as_str().map(str::to_owned);
    }
}

/// Restart, and hold what is there against what was answered; an error is a restart that failed.
pub fn compare(disk: &Disk, history: &mut History) -> Result<Verdict, String> {
    let checked = check(disk);
    // Cut before there was a ledger: that nothing acknowledged is missing is judged below.
    let never_began = checked.code == Some(7) && checked.complaint.contains("there is no ledger.sqlite in it");
    if checked.code != Some(0) && !never_began {
        return Err(format!("check ended with {:?}: {}", checked.code, checked.complaint));
    }
    Ok(history.settle(&everything(disk)?))
}
