//! Over HTTP: what is read of two entries that are one, before, while and after.

use serde_json::{Value, json};

use crate::support::Served;

const STORE: &str = "fixtures/refusals/store";
const OUTCOME: &str = "__typename ... on Refusal { code zh en } ... on Written { id version changed node { id } \
     merge { id kept merged mergedNameZh mergedKey reason undoneReason writtenMeanwhile { sort entry } } }";

pub struct Town {
    served: Served,
}

impl Town {
    pub fn new() -> Self {
        Self { served: Served::writable(&[STORE], "示例工作人员") }
    }

    pub fn write(&self, mutation: &str) -> Value {
        let answer = self.served.data(&format!("mutation {{ outcome: {mutation} {{ {OUTCOME} }} }}"), &json!({}));
        answer["outcome"].clone()
    }

    pub fn written(&self, mutation: &str) -> String {
        let outcome = self.write(mutation);
        assert_eq!(outcome["__typename"], "Written", "{mutation}: {outcome}");
        outcome["id"].as_str().unwrap_or_default().to_owned()
    }

    pub fn refused(&self, mutation: &str) -> String {
        let before = self.served.standing();
        let outcome = self.write(mutation);
        assert_eq!(self.served.standing(), before, "{mutation}");
        outcome["code"].as_str().unwrap_or_else(|| panic!("{mutation}: {outcome}")).to_owned()
    }

    pub fn firm(&self, key: &str, name: &str) -> String {
        self.written(&format!(
            "saveEnterprise(input: {{key: \"{key}\", nameZh: \"{name}\", legalForm: OTHER, status: ACTIVE, isLegalPerson: YES, source: \"src\"}})"
        ))
    }

    pub fn ask(&self, query: &str) -> Value {
        self.served.data(query, &json!({}))
    }

    fn merge(&self, keep: &str, merge: &str) -> String {
        self.written(&merging(keep, merge))
    }
}

pub fn merging(keep: &str, merge: &str) -> String {
    format!(
        "mergeOrganizations(keep: {{code: \"{keep}\"}}, merge: {{code: \"{merge}\"}}, reason: \"示例：同一单位\", source: \"src\")"
    )
}

const FIRM: &str = "id key nameZh names { text } identifiers { value } website \
     supplies { edges { node { key } } } certifications { totalCount } \
     mergedEntries { entry key nameZh }";

fn counts(town: &Town) -> i64 {
    town.ask("{ enterprises { totalCount } }")["enterprises"]["totalCount"].as_i64().expect("a number")
}

#[test]
fn two_entries_are_read_as_one_and_stand_apart_again() {
    let town = Town::new();
    let one = town.firm("one", "示例甲科技有限公司");
    let two = town.firm("two", "示例甲科技公司");
    let other = town.firm("other", "示例客户有限公司");
    town.written("stateAttribute(input: {entity: {code: \"two\"}, attribute: \"website\", value: \"https://two.example\", source: \"src\"})");
    for firm in ["one", "two"] {
        town.written(&format!(
            "relate(input: {{supplies: {{from: {{code: \"{firm}\"}}, to: {{code: \"other\"}}, source: \"src\"}}}})"
        ));
    }
    let before = town.served.engine.view().state().content_digest();
    let apart = town.ask(&format!(
        "{{ one: enterprise(by: {{code: \"one\"}}) {{ {FIRM} }} two: enterprise(by: {{code: \"two\"}}) {{ {FIRM} }} }}"
    ));
    let all = counts(&town);

    let merge = town.merge("one", "two");
    assert_eq!(counts(&town), all - 1, "listed and counted once");
    let both = town.ask(&format!(
        "{{ by_old_id: node(id: \"{two}\") {{ ... on Enterprise {{ {FIRM} }} }} by_name: enterprise(by: {{name: \"示例甲科技公司\"}}) {{ {FIRM} }} by_key: enterprise(by: {{code: \"two\"}}) {{ {FIRM} }} }}"
    ));
    for way in ["by_old_id", "by_name", "by_key"] {
        let firm = &both[way];
        assert_eq!((&firm["id"], &firm["nameZh"]), (&json!(one), &json!("示例甲科技有限公司")), "{way}");
        assert_eq!(firm["names"], json!([{ "text": "示例甲科技有限公司" }, { "text": "示例甲科技公司" }]), "{way}");
        assert_eq!(firm["website"], "https://two.example", "{way}");
        assert_eq!(firm["supplies"]["edges"], json!([{ "node": { "key": "other" } }]), "said twice, shown once");
        assert_eq!(firm["mergedEntries"], json!([{ "entry": two, "key": "two", "nameZh": "示例甲科技公司" }]));
    }
    let suppliers = town.ask("{ enterprise(by: {code: \"other\"}) { suppliedBy { edges { node { id } } } } }");
    assert_eq!(suppliers["enterprise"]["suppliedBy"]["edges"], json!([{ "node": { "id": one } }]));

    // Meanwhile something is said under the old number, and something under the other.
    town.written(&format!(
        "addName(input: {{entity: {{id: \"{two}\"}}, text: \"示例甲\", language: zh, kind: SHORT, source: \"src\"}})"
    ));
    town.written(
        "addName(input: {entity: {code: \"one\"}, text: \"示例甲集团\", language: zh, kind: ALIAS, source: \"src\"})",
    );
    let known = town.ask("{ enterprise(by: {name: \"示例甲\"}) { id } }");
    assert_eq!(known["enterprise"]["id"], json!(one));

    let undone = town.write(&format!("undoMerge(id: \"{merge}\", reason: \"示例：不是同一单位\")"));
    assert_eq!(undone["merge"]["undoneReason"], "示例：不是同一单位", "{undone}");
    assert_eq!(
        undone["merge"]["writtenMeanwhile"],
        json!([{ "sort": "NAME", "entry": two }, { "sort": "NAME", "entry": one }])
    );
    let after = town.ask(&format!(
        "{{ one: enterprise(by: {{code: \"one\"}}) {{ {FIRM} }} two: enterprise(by: {{code: \"two\"}}) {{ {FIRM} }} }}"
    ));
    let with = |mut firm: Value, name: &str| {
        firm["names"].as_array_mut().expect("names").push(json!({ "text": name }));
        firm
    };
    assert_eq!(after["one"], with(apart["one"].clone(), "示例甲集团"));
    assert_eq!(after["two"], with(apart["two"].clone(), "示例甲"));
    assert_eq!(counts(&town), all);
    // Without what was said meanwhile it is what it was.
    for name in ["示例甲", "示例甲集团"] {
        let query = format!("{{ enterprise(by: {{name: \"{name}\"}}) {{ names {{ id text }} }} }}");
        let names = town.ask(&query)["enterprise"]["names"].clone();
        let id = names.as_array().expect("names").iter().find(|one| one["text"] == name).expect("it")["id"].clone();
        town.written(&format!("retract(id: {id}, reason: \"示例\")"));
    }
    assert_eq!(town.served.engine.view().state().content_digest(), before);
    let _ = other;
}

#[test]
fn what_stands_in_the_way_is_said() {
    let town = Town::new();
    for key in ["a", "b", "c"] {
        town.firm(key, &format!("示例{key}有限公司"));
    }
    assert_eq!(town.refused(&merging("a", "a")), "SAME_ENTRY");
    town.written("saveAlliance(input: {key: \"x\", nameZh: \"示例x联盟\", kind: COLLABORATIVE, level: MUNICIPAL, foundedOn: \"2019\", source: \"src\"})");
    assert_eq!(town.refused(&merging("a", "x")), "WRONG_KIND");
    for (key, code) in [("a", "91990171MA4RNA503R"), ("b", "91990171MA4MTQ804P")] {
        town.written(&format!(
            "addIdentifier(input: {{entity: {{code: \"{key}\"}}, scheme: USCC, value: \"{code}\", source: \"src\"}})"
        ));
    }
    assert_eq!(town.refused(&merging("a", "b")), "IDENTIFIERS_CONTRADICT");
    let tie = town.written("relate(input: {supplies: {from: {code: \"a\"}, to: {code: \"c\"}, source: \"src\"}})");
    assert_eq!(town.refused(&merging("a", "c")), "TIED_TO_EACH_OTHER");
    town.written(&format!("retract(id: \"{tie}\", reason: \"示例：录错\")"));
    let merge = town.merge("a", "c");
    assert_eq!(town.write(&merging("a", "c"))["changed"], false, "it is known");
    assert_eq!(town.refused(&merging("b", "c")), "ALREADY_MERGED");
    assert_eq!(town.refused(&merging("c", "a")), "ALREADY_MERGED");
    let id = town.ask("{ enterprise(by: {code: \"a\"}) { id } }")["enterprise"]["id"].clone();
    assert_eq!(town.refused(&format!("retract(id: {id}, reason: \"示例\")")), "STILL_MERGED");
    assert_eq!(
        town.refused("relate(input: {supplies: {from: {code: \"a\"}, to: {code: \"c\"}, source: \"src\"}})"),
        "TIE_TO_ITSELF"
    );
    town.written(&format!("undoMerge(id: \"{merge}\", reason: \"示例\")"));
    town.merge("c", "a");
}

#[test]
fn search_changes_statistics_ways_and_the_past_know_of_a_merge() {
    let town = Town::new();
    town.served.engine.index().expect("the index is built");
    let one = town.firm("one", "示例甲科技有限公司");
    let two = town.firm("two", "示例独名研究中心");
    let far = town.firm("far", "示例客户有限公司");
    town.written("relate(input: {supplies: {from: {code: \"two\"}, to: {code: \"far\"}, source: \"src\"}})");
    town.written("stateAttribute(input: {entity: {code: \"one\"}, attribute: \"website\", value: \"https://one.example\", source: \"src\", validFrom: \"2020\"})");
    town.written("stateAttribute(input: {entity: {code: \"two\"}, attribute: \"website\", value: \"https://two.example\", source: \"src\"})");
    let stated = "{ statistics(of: ENTERPRISE, groupBy: [\"status\"]) { total } }";
    let count = |answer: &Value| answer["statistics"]["total"].as_i64().expect("a number");
    let before = count(&town.ask(stated));
    let after = town.served.engine.view().state().sequence();
    let moment =
        town.ask("{ node(id: \"IDENTITY\") { ... on Enterprise { recordedAt } } }".replace("IDENTITY", &two).as_str());
    assert!(moment["node"]["recordedAt"].is_string());

    let merge = town.merge("one", "two");
    assert_eq!(count(&town.ask(stated)), before - 1);
    let found = town.ask(&format!(
        "{{ search(text: \"示例独名\", minSequence: {}) {{ edges {{ node {{ id }} }} }} }}",
        town.served.engine.view().state().sequence()
    ));
    assert_eq!(found["search"]["edges"], json!([{ "node": { "id": one } }]), "{found}");
    let told = town.ask(&format!(
        "{{ changes(after: \"{after}\", first: 10, filter: {{ids: [\"{two}\"]}}) {{ edges {{ node {{ id action mergedInto }} }} }} }}"
    ));
    assert_eq!(
        told["changes"]["edges"],
        json!([
            { "node": { "id": two, "action": "MERGED", "mergedInto": one } },
            { "node": { "id": one, "action": "CHANGED", "mergedInto": null } },
        ])
    );
    let way =
        town.ask(&format!("{{ paths(from: {{id: \"{two}\"}}, to: {{id: \"{far}\"}}) {{ paths {{ length }} }} }}"));
    assert_eq!(way["paths"]["paths"], json!([{ "length": 1 }]), "{way}");
    // Both say where their pages are; each says on which entry that stands.
    let said = town.ask(
        "{ enterprise(by: {code: \"one\"}) { website statements(attribute: \"website\") { value shown entry } } }",
    );
    assert_eq!(
        said["enterprise"],
        json!({ "website": "https://one.example", "statements": [
            { "value": "https://one.example", "shown": true, "entry": null },
            { "value": "https://two.example", "shown": false, "entry": two },
        ] })
    );
    // The version of what stands for both goes on, whichever entry is written on.
    let version = |id: &str| {
        let answer = town.ask(&format!("{{ node(id: \"{id}\") {{ version }} }}"));
        answer["node"]["version"].as_i64().expect("a number")
    };
    let at_merge = version(&one);
    town.written(&format!(
        "addName(input: {{entity: {{id: \"{two}\"}}, text: \"示例独名\", language: zh, kind: SHORT, source: \"src\"}})"
    ));
    assert!(version(&one) > at_merge && version(&one) == version(&two));
    town.written(&format!("undoMerge(id: \"{merge}\", reason: \"示例\")"));
    assert!(version(&one) > at_merge + 1 && version(&two) > at_merge + 1, "versions never go back");
    let found = town.ask(&format!(
        "{{ search(text: \"示例独名\", minSequence: {}) {{ edges {{ node {{ id }} }} }} }}",
        town.served.engine.view().state().sequence()
    ));
    assert_eq!(found["search"]["edges"], json!([{ "node": { "id": two } }]), "{found}");
}
