//! Oracles of the worked queries about what differs between two days.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::csv_oracle::{Day, Row, cell, day};
use crate::examples_oracle::{Case, worded};
use crate::expected::{bag, edges, text};

impl Case<'_> {
    fn days(&self) -> (Day, Day) {
        let of = |name: &str| day(self.variables[name].as_str().expect("a day"));
        (of("from"), of("to"))
    }

    /// Columns of the sources of rows, each source once.
    fn sources(&self, rows: &[&Row], columns: &[&str]) -> Value {
        let mut known = BTreeSet::new();
        let once = rows.iter().filter(|row| known.insert(cell(row, "source").to_owned()));
        once.map(|row| self.source(row, columns)).collect()
    }
}

fn said(row: &Row) -> String {
    format!("{}（{} 至 {}）", cell(row, "certNo"), cell(row, "validFrom"), cell(row, "validTo"))
}

fn joined(texts: Vec<String>) -> Value {
    text(&texts.join("、"))
}

pub fn two_lists(case: &Case<'_>) {
    let (from, to) = case.days();
    let mut firms: BTreeMap<String, [Vec<&Row>; 2]> = BTreeMap::new();
    for row in case.csv.rows("certifications.csv").iter().filter(|row| cell(row, "scheme") == "HNTE") {
        let holder = case.csv.resolve(cell(row, "holder"));
        for (side, day) in [from, to].into_iter().enumerate() {
            let counts = case.csv.counts(row, day) == "YES" && case.csv.shown(&holder, day);
            if counts && case.csv.kind(&holder) == "ENTERPRISE" {
                firms.entry(holder.clone()).or_default()[side].push(row);
            }
        }
    }
    let mut seen = BTreeMap::new();
    let expected: Vec<Value> = firms
        .into_iter()
        .filter_map(|(firm, held)| {
            let only = |side: usize| {
                let own =
                    held[side].iter().filter(|row| !held[1 - side].iter().any(|other| std::ptr::eq(*other, **row)));
                own.copied().collect::<Vec<&Row>>()
            };
            let (before, after) = (only(0), only(1));
            let dated =
                before.iter().any(|row| crate::csv_oracle::holds(cell(row, "validFrom"), cell(row, "validTo"), to));
            let (what, what_zh, cause, cause_zh) = match (before.is_empty(), after.is_empty()) {
                (true, true) => return None,
                (true, false) => ("CERTIFICATE_GAINED", "取得资质", "BEGAN", "在两天之间开始"),
                (false, true) if dated => ("CERTIFICATE_LOST", "失去资质", "REVOKED", "被撤销或主动放弃"),
                (false, true) => ("CERTIFICATE_LOST", "失去资质", "ENDED", "在两天之间到期或结束"),
                (false, false) => ("CERTIFICATE_RENEWED", "资质换证", "RENEWED", "旧证之后有同类新证"),
            };
            *seen.entry(cause).or_insert(0) += 1;
            let rows: Vec<&Row> = before.iter().chain(&after).copied().collect();
            let name = case.csv.name(&firm, if case.csv.shown(&firm, to) { to } else { from });
            Some(json!({
                "nameZh": name,
                "what": what, "whatZh": what_zh, "field": "HNTE",
                "before": joined(before.iter().map(|row| said(row)).collect()),
                "after": joined(after.iter().map(|row| said(row)).collect()),
                "cause": cause, "causeZh": cause_zh,
                "sources": case.sources(&rows, &["issuer", "title"]),
            }))
        })
        .collect();
    for cause in ["BEGAN", "ENDED", "REVOKED", "RENEWED"] {
        assert!(seen.contains_key(cause), "nothing {cause}: {seen:?}");
    }
    let mut found = Vec::new();
    for page in case.pages {
        let list = &page["difference"];
        assert_eq!((&list["totalCount"], &list["truncated"]), (&json!(expected.len()), &json!(false)));
        found.extend(list["edges"].as_array().expect("a page").iter().map(|edge| edge["node"].clone()));
    }
    assert!(case.pages.len() > 1, "more than one page");
    let differences = crate::expected::differences(&bag(expected), &json!(found));
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

/// A row of the list of moves.
struct Move<'r> {
    key: &'r str,
    what: &'static str,
    what_zh: &'static str,
    field: Value,
    field_zh: Value,
    before: Value,
    after: Value,
    cause: &'static str,
    rows: Vec<&'r Row>,
}

pub fn moves(case: &Case<'_>) {
    let (from, to) = case.days();
    let kinds = ["ENTERPRISE", "INSTITUTE", "OTHER_ORGANIZATION"];
    let all: Vec<&str> = case.csv.keys().filter(|key| kinds.contains(&case.csv.kind(key))).collect();
    let mut moves: Vec<Move<'_>> = Vec::new();
    for key in &all {
        moves.extend(renamed(case, key, (from, to)));
        moves.extend(moved(case, key, (from, to)));
        moves.extend(merged(case, key, (from, to)));
    }
    for what in ["RENAMED", "MERGED", "JURISDICTION_CHANGED", "LOCATION_CHANGED", "VANISHED"] {
        assert!(moves.iter().any(|found| found.what == what), "nothing {what}");
    }
    let causes = [("BEGAN", "在两天之间开始"), ("ENDED", "在两天之间到期或结束"), ("MERGED", "被合并")];
    let expected = moves.into_iter().map(|found| {
        let stays = case.csv.shown(found.key, to);
        let node = if stays {
            let own = case.csv.rows("certifications.csv").iter();
            let own = own
                .filter(|row| case.csv.resolve(cell(row, "holder")) == found.key && case.csv.counts(row, to) == "YES");
            let own = own.map(|row| json!({ "node": { "certNo": text(cell(row, "certNo")) } }));
            json!({ "nameZh": case.csv.name(found.key, to), "certifications": edges(own) })
        } else {
            Value::Null
        };
        json!({ "node": {
            "nameZh": case.csv.name(found.key, if stays { to } else { from }),
            "what": found.what, "whatZh": found.what_zh, "field": found.field, "fieldZh": found.field_zh,
            "before": found.before, "after": found.after,
            "cause": found.cause,
            "causeZh": causes.iter().find(|row| row.0 == found.cause).expect("a cause").1,
            "sources": case.sources(&found.rows, &["title"]),
            "node": node,
        } })
    });
    let expected: Vec<Value> = expected.collect();
    case.expect(&json!({ "difference": { "totalCount": expected.len(), "truncated": false, "edges": bag(expected) } }));
}

fn renamed<'c>(case: &'c Case<'_>, key: &'c str, (from, to): (Day, Day)) -> Option<Move<'c>> {
    let (before, after) = (case.csv.name(key, from), case.csv.name(key, to));
    if before == after || !case.csv.shown(key, from) || !case.csv.shown(key, to) {
        return None;
    }
    let former = case.csv.rows("names.csv").iter().find(|row| cell(row, "text") == before).expect("a former name");
    let rows = vec![former, case.csv.thing(key).1];
    let (before, after) = (json!(before), json!(after));
    let (field, field_zh) = (Value::Null, Value::Null);
    Some(Move { key, what: "RENAMED", what_zh: "更名", field, field_zh, before, after, cause: "BEGAN", rows })
}

fn moved<'c>(case: &'c Case<'_>, key: &'c str, (from, to): (Day, Day)) -> Vec<Move<'c>> {
    // Who is there on one day alone has not moved.
    let stays = case.csv.shown(key, from) && case.csv.shown(key, to);
    let at = |day: Day| if stays { case.csv.ties(key, "LOCATED_IN", true, day) } else { Vec::new() };
    let (before, after) = (at(from), at(to));
    let mut roles: BTreeMap<&str, [Vec<(&Row, String)>; 2]> = BTreeMap::new();
    for (side, (own, others)) in [(&before, &after), (&after, &before)].into_iter().enumerate() {
        for tie in own.iter().filter(|tie| !others.iter().any(|other| std::ptr::eq(other.row, tie.row))) {
            let day = [from, to][side];
            roles.entry(cell(tie.row, "role")).or_default()[side].push((tie.row, case.csv.name(&tie.other, day)));
        }
    }
    let made = roles.into_iter().map(|(role, [lost, gained])| {
        let jurisdiction = role == "JURISDICTION";
        Move {
            key,
            what: if jurisdiction { "JURISDICTION_CHANGED" } else { "LOCATION_CHANGED" },
            what_zh: if jurisdiction {
                "归口管理区域变化"
            } else {
                "注册、经营、纳税或统计所在地变化"
            },
            field: json!(role),
            field_zh: worded(role, "location"),
            before: joined(lost.iter().map(|(_, name)| name.clone()).collect()),
            after: joined(gained.iter().map(|(_, name)| name.clone()).collect()),
            cause: if gained.is_empty() { "ENDED" } else { "BEGAN" },
            rows: lost.iter().chain(&gained).map(|(row, _)| *row).collect(),
        }
    });
    made.collect()
}

fn merged<'c>(case: &'c Case<'_>, key: &'c str, (from, to): (Day, Day)) -> Vec<Move<'c>> {
    let holds = |row: &Row, day| crate::csv_oracle::holds(cell(row, "since"), cell(row, "until"), day);
    let all = case.csv.rows("succeeds.csv").iter();
    let begun: Vec<&Row> = all.filter(|row| holds(row, to) && !holds(row, from)).collect();
    let mut moves = Vec::new();
    for row in begun.iter().filter(|row| case.csv.resolve(cell(row, "from")) == key) {
        assert_eq!(cell(row, "kind"), "MERGE");
        let other = case.csv.resolve(cell(row, "to"));
        let gone = case.csv.name(&other, if case.csv.shown(&other, to) { to } else { from });
        let after = json!(format!("{}承继了{gone}（承继方式：合并）", case.csv.name(key, to)));
        moves.push(Move {
            key,
            what: "MERGED",
            what_zh: "合并：承继了合并的单位",
            field: json!("SUCCEEDS"),
            field_zh: json!("承继"),
            before: Value::Null,
            after,
            cause: "BEGAN",
            rows: vec![row],
        });
    }
    if case.csv.shown(key, from) && !case.csv.shown(key, to) {
        let followed = begun.iter().any(|row| case.csv.resolve(cell(row, "to")) == key);
        moves.push(Move {
            key,
            what: "VANISHED",
            what_zh: "不再存在",
            field: Value::Null,
            field_zh: Value::Null,
            before: Value::Null,
            after: Value::Null,
            cause: if followed { "MERGED" } else { "ENDED" },
            rows: vec![case.csv.thing(key).1],
        });
    }
    moves
}
