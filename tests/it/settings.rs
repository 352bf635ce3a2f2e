//! Every limit is told in `docs/settings.md`, with the default that it has.

use innograph::config::{Config, Limits};

use crate::support::project;

#[test]
fn every_limit_is_told_with_its_default() {
    let told = std::fs::read_to_string(project("docs/settings.md")).expect("the table of settings");
    let limits = serde_json::to_value(Limits::default()).expect("limits are an object");
    let limits = limits.as_object().expect("an object");
    for (name, default) in limits {
        let row = format!("| `{name}` | {default} | ");
        let line = told.lines().find(|line| line.starts_with(&row));
        let line = line.unwrap_or_else(|| panic!("no row `{name}` with the default {default}"));
        assert!(line.chars().any(|letter| ('\u{4e00}'..='\u{9fff}').contains(&letter)), "{name} in Chinese");
    }
    let is_limit = |line: &&str| line.starts_with("| `") && !line.contains("limits.`") && !line.starts_with("| `oidc.");
    let rows = told.lines().filter(is_limit).filter(|line| !line.starts_with("| `accounts.")).count();
    assert_eq!(rows, limits.len(), "rows of limits that are none");
}

#[test]
fn every_setting_of_accounts_is_told_with_its_default() {
    let told = std::fs::read_to_string(project("docs/settings.md")).expect("the table of settings");
    let settings = serde_json::to_value(Config::default().accounts).expect("they are an object");
    let settings = settings.as_object().expect("an object");
    for (name, default) in settings {
        let row = format!("| `accounts.{name}` | {default} | ");
        assert!(told.lines().any(|line| line.starts_with(&row)), "no row `accounts.{name}` with the default {default}");
    }
    let rows = told.lines().filter(|line| line.starts_with("| `accounts.")).count();
    assert_eq!(rows, settings.len(), "rows of settings that are none");
}
