//! What `build.rs` has embedded: the built playground, the example queries and mutations.

#[allow(missing_docs)]
mod page {
    include!(concat!(env!("OUT_DIR"), "/playground_assets.rs"));
}

#[allow(missing_docs)]
mod queries {
    include!(concat!(env!("OUT_DIR"), "/examples.rs"));
}

use crate::rights::Role;

pub use page::{ASSETS, BUILT};
pub use queries::EXAMPLES;

/// An example with what its head says.
pub struct Example {
    /// The file.
    pub file: &'static str,
    /// Its Chinese title.
    pub title_zh: String,
    /// Its English title.
    pub title_en: String,
    /// What it shows, in Chinese.
    pub help_zh: String,
    /// The store it runs on: `xinxiang`, `demo`, or `any`.
    pub store: String,
    /// The document without its head.
    pub query: String,
    /// Its variables, or null.
    pub variables: serde_json::Value,
    /// Does it write?
    pub writes: bool,
}

impl Example {
    /// Is it for this store? What writes is offered on the one store it names and on no other: its
    /// content is invented, and one press would put it among facts that are kept for good.
    pub fn runs_on(&self, store: &str) -> bool {
        self.store == store || (self.store == "any" && !self.writes)
    }
}

/// Read the head of an example: comment lines `# name: value` before the first other line. One that
/// asks for what is internal names the `role` it is meant for; the help says so, and to the public it
/// answers with what is public.
pub fn example(file: &'static str, text: &str) -> Example {
    let head = |name: &str| {
        let lines = text.lines().take_while(|line| line.starts_with('#'));
        let found = lines.filter_map(|line| line.trim_start_matches('#').trim_start().strip_prefix(name));
        found.map(str::trim).next().unwrap_or_default().to_owned()
    };
    let body = text.lines().skip_while(|line| line.starts_with('#')).collect::<Vec<_>>().join("\n");
    let asked_by = Role::named(&head("role:"));
    let token = asked_by.map_or_else(String::new, |role| format!("要看全内容，请在“请求头”里填{}的令牌。", role.zh()));
    Example {
        file,
        title_zh: head("标题:"),
        title_en: head("title:"),
        help_zh: head("说明:") + &token,
        store: head("store:"),
        writes: body.trim_start().starts_with("mutation"),
        query: body.trim().to_owned() + "\n",
        variables: serde_json::from_str(&head("variables:")).unwrap_or(serde_json::Value::Null),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_for_officers_says_so() {
        let officer = example("a.graphql", "# 说明: 内部数据。\n# role: CITY_OFFICER\nquery A { viewer { name } }");
        assert!(officer.help_zh.contains("市级管理员的令牌"), "{}", officer.help_zh);
        assert_eq!(example("b.graphql", "# 说明: 公开数据。\n{ __typename }").help_zh, "公开数据。");
    }

    #[test]
    fn what_writes_is_offered_on_the_invented_city_alone() {
        let all: Vec<Example> = EXAMPLES.iter().map(|(file, text)| example(file, text)).collect();
        let writing: Vec<&Example> = all.iter().filter(|example| example.writes).collect();
        assert!(writing.len() >= 8 && writing.len() < all.len(), "{} of {}", writing.len(), all.len());
        for example in &writing {
            assert!(example.file.starts_with("mutations/"), "{}", example.file);
            assert!(example.runs_on("demo") && !example.runs_on("xinxiang"), "{}", example.file);
        }
        // Queries first: the page takes its first tabs from the top.
        assert!(all.iter().rev().take(writing.len()).all(|example| example.writes));
    }
}
