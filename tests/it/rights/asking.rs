//! More questions made from the committed schema: everything that can be counted, by every key and under
//! conditions; who stands together; alerts; differences; lists of records by whether they hold. Which keys
//! there are is read from the refusal of one that is none, so that a new one is asked for without a line here.

use serde_json::json;

use super::probes::{Probe, Schema, named};
use super::stores::{STEWARD, Store};

/// Fields of a document.
const TOGETHER: usize = 40;

/// What is read of a count.
const COUNT: &str =
    "total sums { attribute sum known } cellCount truncated sourceCount latestSourceDate definition definitionEn
    cells { groups { key value labelZh labelEn } count suppressed sums { sum known } opens { field filter variables document } }
    pageInfo { hasNextPage startCursor endCursor }";

/// Organisations of both counties, and one of a third that works with them.
const FIRMS: [&str; 5] = ["ent-zhengli", "ent-moyuan", "ent-runjie", "ent-kangmiao", "ent-juneng"];

/// Documents of some fields each.
fn documents(name: &str, fields: &[String]) -> Vec<Probe> {
    let document = |(place, fields): (usize, &[String])| {
        let numbered = fields.iter().enumerate().map(|(number, field)| format!("f{number}: {field}"));
        let query = format!("{{ {} }}", numbered.collect::<Vec<_>>().join(" "));
        Probe { name: format!("{name} {place}"), query }
    };
    fields.chunks(TOGETHER).enumerate().map(document).collect()
}

/// `YearFiguresFilter` as `YEAR_FIGURES`.
fn counted(filter: &str) -> String {
    let mut code = String::new();
    for letter in filter.trim_end_matches("Filter").chars() {
        if letter.is_ascii_uppercase() && !code.is_empty() {
            code.push('_');
        }
        code.push(letter.to_ascii_uppercase());
    }
    code
}

/// The names that a refusal of another says can be used.
fn usable(store: &Store, of: &str, arguments: &str, code: &str) -> Vec<String> {
    let answer = store.ask(STEWARD, &format!("{{ statistics(of: {of}, {arguments}) {{ total }} }}"), &json!({}));
    let error = &answer["errors"][0]["extensions"];
    assert_eq!(error["code"], json!(code), "{of}: {answer}");
    let said = error["zh"].as_str().expect("a sentence");
    let names = said.split("可用：").nth(1).expect("what can be used").trim_end_matches('。').split('、');
    names.filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

fn keys(store: &Store, of: &str) -> Vec<String> {
    let keys = usable(store, of, r#"groupBy: ["?"]"#, "UNKNOWN_KEY");
    assert!(keys.contains(&"nodeKind".to_owned()), "{of}: {keys:?}");
    keys
}

/// The argument that adds up everything that can be.
fn sums(store: &Store, of: &str) -> String {
    let names = usable(store, of, r#"groupBy: ["nodeKind"], sums: ["?"]"#, "UNKNOWN_SUM");
    format!("{:?}", names.into_iter().take(8).collect::<Vec<_>>())
}

impl Schema {
    /// What can be counted, with the list that it opens.
    fn countable(&self) -> impl Iterator<Item = (String, String, String)> {
        self.input("StatisticsFilter").iter().map(|field| {
            let filter = named(&field.node.ty.node);
            (counted(&filter), field.node.name.node.to_string(), filter)
        })
    }

    /// Everything by every key, alone and with another.
    pub fn counts(&self, store: &Store) -> Vec<Probe> {
        let mut fields = Vec::new();
        for (of, ..) in self.countable() {
            let (keys, sums) = (keys(store, &of), sums(store, &of));
            let beside = ["region", "nodeKind"].into_iter().find(|key| keys.iter().any(|known| known == key));
            for key in &keys {
                let alone = format!("{key:?}");
                let with = beside.filter(|beside| beside != key).map(|beside| format!("{key:?}, {beside:?}"));
                for by in [Some(alone), with].into_iter().flatten() {
                    fields
                        .push(format!("statistics(of: {of}, groupBy: [{by}], sums: {sums}, first: 300) {{ {COUNT} }}"));
                }
            }
        }
        assert!(fields.len() > 200, "{}", fields.len());
        documents("counts", &fields)
    }

    /// Everything under conditions of every sort.
    pub fn narrowed_counts(&self, store: &Store) -> Vec<Probe> {
        let mut fields = Vec::new();
        for (of, list, filter) in self.countable() {
            let sums = sums(store, &of);
            for given in self.input(&filter) {
                let ty = named(&given.node.ty.node);
                let is_list = matches!(given.node.ty.node.base, async_graphql::parser::types::BaseType::List(_));
                let values = if ty == filter { Vec::new() } else { self.wanted(&ty) };
                // Some of each: the lists are asked for with all of them.
                for value in values.iter().step_by(values.len().div_ceil(4).max(1)) {
                    let value = if is_list { format!("[{value}]") } else { value.clone() };
                    let filter = format!("{{{list}: {{{}: {value}}}}}", given.node.name.node);
                    fields.push(format!(
                        "statistics(of: {of}, groupBy: [\"nodeKind\"], filter: {filter}, sums: {sums}) {{ total sums {{ sum known }} sourceCount latestSourceDate cells {{ count suppressed }} }}"
                    ));
                }
            }
        }
        assert!(fields.len() > 500, "{}", fields.len());
        documents("narrowed counts", &fields)
    }

    /// Facets of every list at the root, and of the lists of some nodes.
    pub fn facets(&self, store: &Store) -> Vec<Probe> {
        let (mut fields, mut below) = (Vec::new(), Vec::new());
        for (of, list, _) in self.countable() {
            let (keys, sums) = (keys(store, &of), sums(store, &of));
            let facets = |key: &String| format!("facets(keys: [{key:?}], sums: {sums}, first: 300) {{ {COUNT} }}");
            fields.extend(keys.iter().map(|key| format!("{list}(first: 1) {{ totalCount {} }}", facets(key))));
            let mut own = self.fields("Enterprise").iter().filter(|field| field.node.name.node == list.as_str());
            let own = own.find(|field| {
                let mut fields = self.fields(&named(&field.node.ty.node)).iter();
                fields.any(|field| field.node.name.node == "facets")
            });
            if let (Some(_), Some(key)) = (own, keys.first()) {
                below.push(format!("{list}(first: 1) {{ totalCount {} }}", facets(key)));
            }
        }
        assert!(below.len() > 5, "{}", below.len());
        let below = below.join(" ");
        fields.extend(FIRMS.map(|firm| format!("enterprise(by: {{code: {firm:?}}}) {{ {below} }}")));
        documents("facets", &fields)
    }

    /// With whom they stand together, in contracts and in alliances.
    pub fn networks(&self) -> Vec<Probe> {
        let (works, allies) = (self.selection("CollaboratorConnection", 2), self.selection("CoMemberConnection", 2));
        let one = |field: &str, code: &str| {
            let of =
                |name: &str, arguments: &str| format!("{name}: collaborators(first: 100{arguments}) {{ {works} }}");
            let works = [of("all", ""), of("signed", ", includeFramework: true"), of("late", ", from: \"2021-01-01\"")];
            let works = works.join(" ");
            format!("{field}(by: {{code: {code:?}}}) {{ {works} coMembers(first: 100) {{ {allies} }} }}")
        };
        let mut fields: Vec<String> = FIRMS.iter().map(|firm| one("enterprise", firm)).collect();
        fields.extend(["inst-sgu-dc", "inst-smu-mk"].map(|code| one("institute", code)));
        documents("networks", &fields)
    }

    /// What is doubtful, rule by rule, kind by kind, region by region.
    pub fn alerts(&self) -> Vec<Probe> {
        let read = self.selection("QualityAlertConnection", 2);
        let asked = |arguments: &str| format!("dataQuality(first: 100{arguments}) {{ {read} }}");
        let mut fields = vec![asked("")];
        fields.extend(self.values("QualityRule").iter().map(|rule| asked(&format!(", rules: [{rule}]"))));
        fields.extend(self.values("NodeKind").iter().map(|kind| asked(&format!(", kinds: [{kind}]"))));
        let regions = ["990100", "990101", "990103"];
        fields.extend(regions.map(|region| asked(&format!(", region: {{code: {region:?}}}"))));
        documents("alerts", &fields)
    }

    /// Differences of every sort, of every kind, of regions.
    pub fn differing(&self) -> Vec<Probe> {
        let read = self.selection("DifferenceConnection", 1);
        let mut fields = Vec::new();
        for (from, to) in [("2018-12-31", "2021-12-31"), ("2020-12-31", "2021-05-31")] {
            let mut ask = |more: &str| {
                fields.push(format!("difference(from: {from:?}, to: {to:?}, first: 100{more}) {{ {read} }}"));
            };
            self.values("DifferenceKind").iter().for_each(|what| ask(&format!(", what: [{what}]")));
            self.values("NodeKind").iter().for_each(|kind| ask(&format!(", kinds: [{kind}]")));
            ["990101", "990103"].iter().for_each(|region| ask(&format!(", region: {{code: {region:?}}}")));
            ask(", scheme: \"HNTE\"");
        }
        documents("differences", &fields)
    }

    /// Lists of records by whether they hold on a day, and on other days.
    pub fn records(&self) -> Vec<Probe> {
        let mut fields = Vec::new();
        for list in self.lists() {
            if !list.arguments.iter().any(|argument| argument.node.name.node == "inForce") {
                continue;
            }
            let (name, read) = (&list.name.node, self.selection(&named(&list.ty.node), 1));
            for answer in ["YES", "NO", "UNKNOWN"] {
                fields.push(format!("{name}(first: 100, inForce: [{answer}]) {{ {read} }}"));
            }
            fields.extend(
                ["2020-12-31", "2021-03-15"].map(|day| format!("{name}(first: 100, asOf: {day:?}) {{ {read} }}")),
            );
        }
        assert!(fields.len() > 50, "{}", fields.len());
        documents("records", &fields)
    }

    /// What was known at a moment, and what differs from what is known now: for those who may look back.
    pub fn moments(&self, at: &str) -> Vec<Probe> {
        let lists = ["enterprises", "demands", "workItems", "yearFigures", "honors"];
        let mut fields: Vec<String> = lists
            .map(|list| {
                let ty = named(&self.lists().find(|field| field.name.node == list).expect("the list").ty.node);
                format!("{list}(first: 100, knownAt: {at:?}) {{ {} }}", self.selection(&ty, 1))
            })
            .to_vec();
        let count = |of: &str, key: &str| {
            format!(
                "statistics(of: {of}, groupBy: [{key:?}], knownAt: {at:?}) {{ total cells {{ groups {{ value }} count suppressed }} }}"
            )
        };
        fields.extend([
            count("YEAR_FIGURES", "year"),
            count("WORK_ITEM", "kind"),
            count("DEMAND", "status"),
            count("HONOR", "paidOn.year"),
        ]);
        let read = self.selection("DifferenceConnection", 1);
        fields.push(format!(
            "difference(from: \"2021-12-31\", to: \"2021-12-31\", fromKnownAt: {at:?}, first: 100) {{ {read} }}"
        ));
        documents(&format!("known at {at}"), &fields)
    }
}
