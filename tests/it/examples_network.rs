//! Oracles of the worked queries about networks: ties read from the CSV files, figures by the formulas in
//! `network::oracle`. Nothing of the library is named.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::csv_oracle::{Day, cell, day, first_day};
use crate::examples_oracle::{Case, credit_code};
use crate::expected::differences;
use crate::network::oracle::{self, Table, degree, divided, tied};

/// A network: who each node is, in order of code and name, and the weights between them.
struct Net {
    keys: Vec<String>,
    inside: Vec<bool>,
    table: Vec<Vec<f64>>,
}

/// Which ties are read.
#[derive(Clone, Default)]
struct Asked {
    relations: Vec<&'static str>,
    members: Option<BTreeSet<String>>,
    keeps_outside: bool,
    window: Option<(Day, Day)>,
    counts_each: bool,
}

/// Code and name of two groups, how many ties lie between them, and their weights together.
type Cell = ((String, String), (String, String), usize, f64);

const ORGANIZATIONS: [&str; 3] = ["ENTERPRISE", "INSTITUTE", "OTHER_ORGANIZATION"];

fn code(case: &Case<'_>, key: &str) -> String {
    credit_code(case, key).unwrap_or_else(|| key.to_owned())
}

fn net(case: &Case<'_>, asked: &Asked) -> Net {
    let is_inside = |key: &String| asked.members.as_ref().is_none_or(|members| members.contains(key));
    let mut ties: Vec<(String, String, f64)> = Vec::new();
    for relation in &asked.relations {
        match *relation {
            "SUPPLIES" => {
                for firm in case.csv.of_kind("ENTERPRISE", case.day) {
                    let own = case.ties(&firm, "SUPPLIES", true).into_iter();
                    ties.extend(own.map(|tie| (firm.clone(), tie.other, 1.0)));
                }
            }
            relation => {
                for (parties, weight) in gatherings(case, relation, asked) {
                    for (place, one) in parties.iter().enumerate() {
                        ties.extend(parties[place + 1..].iter().map(|other| (one.clone(), other.clone(), weight)));
                    }
                }
            }
        }
    }
    ties.retain(|(one, other, _)| {
        let (here, there) = (is_inside(one), is_inside(other));
        if asked.keeps_outside { here || there } else { here && there }
    });
    let ends = ties.iter().flat_map(|(one, other, _)| [one.clone(), other.clone()]);
    let mut keys: Vec<String> =
        ends.chain(asked.members.iter().flatten().cloned()).collect::<BTreeSet<_>>().into_iter().collect();
    keys.sort_by_key(|key| (code(case, key), case.name(key)));
    let place: BTreeMap<&String, usize> = keys.iter().zip(0..).collect();
    let mut table = vec![vec![0.0; keys.len()]; keys.len()];
    for (one, other, weight) in ties.iter().filter(|(one, other, _)| one != other) {
        table[place[one]][place[other]] += weight;
        table[place[other]][place[one]] += weight;
    }
    let inside = keys.iter().map(is_inside).collect();
    Net { table, inside, keys }
}

/// The parties of each collaboration (or the funders of each firm), and what it gives a pair.
fn gatherings(case: &Case<'_>, relation: &str, asked: &Asked) -> Vec<(Vec<String>, f64)> {
    let kinds: &[&str] = if relation == "FUNDS" { &["ENTERPRISE", "COLLABORATION"] } else { &["COLLABORATION"] };
    let mut found = Vec::new();
    for key in kinds.iter().flat_map(|kind| case.csv.of_kind(kind, case.day)) {
        if relation == "PARTICIPATES_IN" {
            let signed = first_day(&case.value(&key, "signedOn")).expect("every contract is dated");
            let out = asked.window.is_some_and(|(from, to)| signed < from || signed > to);
            if out || case.value(&key, "kind") == "FRAMEWORK" {
                continue;
            }
        }
        let parties: BTreeSet<String> = case.ties(&key, relation, false).into_iter().map(|tie| tie.other).collect();
        let weight = if asked.counts_each { 1.0 } else { 1.0 / (parties.len() as f64 - 1.0) };
        if parties.len() > 1 {
            found.push((parties.into_iter().collect(), weight));
        }
    }
    found
}

fn of_cluster(case: &Case<'_>, cluster: &str) -> BTreeSet<String> {
    let members = case.ties(cluster, "IN_CLUSTER", false).into_iter().map(|tie| tie.other);
    members.filter(|key| ORGANIZATIONS.contains(&case.csv.kind(key))).collect()
}

fn of_region(case: &Case<'_>, region: &str) -> BTreeSet<String> {
    let all = ORGANIZATIONS.iter().flat_map(|kind| case.csv.of_kind(kind, case.day));
    all.filter(|key| case.csv.is_in(key, region, case.day)).collect()
}

/// A number as answers round it.
fn round(value: f64) -> f64 {
    let rounded = (value * 1e12).round() / 1e12;
    if rounded == 0.0 { 0.0 } else { rounded }
}

fn shown(value: Option<f64>) -> Value {
    value.map_or(Value::Null, |value| json!(round(value)))
}

impl Net {
    fn n(&self) -> usize {
        self.keys.len()
    }

    fn pairs(&self) -> Vec<(usize, usize)> {
        let all = (0..self.n()).flat_map(|i| (i + 1..self.n()).map(move |j| (i, j)));
        all.filter(|(i, j)| tied(&self.table, *i, *j)).collect()
    }

    fn named(&self, case: &Case<'_>, place: usize) -> Value {
        case.named(&self.keys[place])
    }

    /// `{ edges { node { rank value organization { nameZh } } } }`
    fn ranking(&self, case: &Case<'_>, values: &[Option<f64>], first: usize, lowest: bool) -> Value {
        let mut places: Vec<usize> = (0..self.n()).collect();
        let sign = if lowest { 1.0 } else { -1.0 };
        places.sort_by_key(|place| (values[*place].is_none(), values[*place].map(|v| (sign * v * 1e9).round() as i64)));
        let row = |(rank, place): (usize, &usize)| json!({ "node": { "rank": rank + 1, "value": shown(values[*place]), "organization": self.named(case, *place) } });
        json!({ "edges": places.iter().enumerate().map(row).take(first).collect::<Vec<_>>() })
    }

    fn strengths(&self) -> Vec<Option<f64>> {
        self.table.iter().map(|row| Some(row.iter().sum())).collect()
    }

    /// Without some, and which numbers the others had.
    fn without(&self, gone: &[usize]) -> (Vec<Vec<f64>>, Vec<usize>) {
        let kept = (0..self.n()).filter(|place| !gone.contains(place)).collect();
        (oracle::without(&self.table, gone), kept)
    }

    fn by_degree(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.n()).collect();
        order.sort_by_key(|place| std::cmp::Reverse(degree(&self.table, *place)));
        order
    }

    /// `[{ removed largestShare last }]`
    fn curve(&self, case: &Case<'_>, first: usize, with_last: bool) -> Value {
        let order = self.by_degree();
        let whole = oracle::largest(&self.table).len() as f64;
        let step = |k: usize| {
            let left = oracle::largest(&self.without(&order[..k]).0).len() as f64;
            let mut step = json!({ "removed": k, "largestShare": round(left / whole) });
            if with_last {
                step["last"] = k.checked_sub(1).map_or(Value::Null, |last| self.named(case, order[last]));
            }
            step
        };
        json!((0..=self.n()).take(first).map(step).collect::<Vec<_>>())
    }

    /// Nodes without which more pieces are left: how many, and how many are cut off.
    fn articulations(&self, case: &Case<'_>) -> Value {
        let pieces = oracle::pieces(&self.table);
        let mut found = Vec::new();
        for place in 0..self.n() {
            let (rest, kept) = self.without(&[place]);
            let after = oracle::pieces(&rest);
            let fellows: Vec<usize> = (0..kept.len()).filter(|i| pieces[kept[*i]] == pieces[place]).collect();
            let labels: Vec<usize> = fellows.iter().map(|i| after[*i]).collect();
            if oracle::count(&labels) > 1 {
                let most = labels.iter().map(|one| labels.iter().filter(|other| *other == one).count()).max();
                found.push((labels.len() - most.expect("a piece"), place, oracle::count(&labels)));
            }
        }
        found.sort_by_key(|(cut_off, place, _)| (std::cmp::Reverse(*cut_off), *place));
        let row = |(cut_off, place, pieces): &(usize, usize, usize)| json!({ "node": { "pieces": pieces, "cutOff": cut_off, "organization": self.named(case, *place) } });
        json!({ "totalCount": found.len(), "edges": found.iter().map(row).collect::<Vec<_>>() })
    }

    fn bridges(&self, case: &Case<'_>) -> Value {
        let mut found = Vec::new();
        for (i, j) in self.pairs() {
            let mut cut = self.table.clone();
            (cut[i][j], cut[j][i]) = (0.0, 0.0);
            let after = oracle::pieces(&cut);
            if after[i] != after[j] {
                let size = |end: usize| after.iter().filter(|name| **name == after[end]).count();
                found.push((size(i).min(size(j)), i, j));
            }
        }
        found.sort_by_key(|(cut_off, i, j)| (std::cmp::Reverse(*cut_off), *i, *j));
        let row = |(cut_off, i, j): &(usize, usize, usize)| json!({ "node": { "cutOff": cut_off, "from": self.named(case, *i), "to": self.named(case, *j) } });
        json!({ "totalCount": found.len(), "edges": found.iter().map(row).collect::<Vec<_>>() })
    }

    /// Ties across and within groups.
    fn openness(&self, groups: &[Option<String>]) -> Value {
        let known: Vec<bool> =
            self.pairs().iter().filter_map(|(i, j)| Some(groups[*i].as_ref()? != groups[*j].as_ref()?)).collect();
        let across = known.iter().filter(|across| **across).count();
        let within = known.len() - across;
        let index = divided(across as f64 - within as f64, known.len() as f64);
        json!({ "index": shown(index), "across": across, "within": within, "unknown": self.pairs().len() - known.len() })
    }

    /// Cells by the codes of two groups: code and name of each, how many ties, of what weight.
    fn cells(&self, groups: &[Option<(String, String)>]) -> Vec<Cell> {
        let mut cells: BTreeMap<_, (usize, Vec<f64>)> = BTreeMap::new();
        for (i, j) in self.pairs() {
            let (Some(one), Some(other)) = (&groups[i], &groups[j]) else { continue };
            let key = (one.min(other).clone(), one.max(other).clone());
            let cell = cells.entry(key).or_default();
            cell.0 += 1;
            cell.1.push(self.table[i][j]);
        }
        cells.into_iter().map(|((row, column), (ties, weights))| (row, column, ties, weights.iter().sum())).collect()
    }
}

fn region_of(case: &Case<'_>, key: &str) -> Option<String> {
    let all = case.ties(key, "LOCATED_IN", true);
    all.iter().find(|tie| cell(tie.row, "role") == "JURISDICTION").map(|tie| tie.other.clone())
}

/// Code and name of the city of its jurisdiction.
fn city_of(case: &Case<'_>, key: &str) -> Option<(String, String)> {
    let wholes = case.csv.wholes(&region_of(case, key)?, case.day);
    let cities = wholes.iter().filter(|region| case.value(region, "kind") == "CITY");
    cities.map(|region| labeled(case, region)).min()
}

fn labeled(case: &Case<'_>, key: &str) -> (String, String) {
    let own = cell(case.csv.thing(key).1, "code");
    (if own.is_empty() { code(case, key) } else { own.to_owned() }, case.name(key))
}

fn cluster_of(case: &Case<'_>, key: &str) -> Option<(String, String)> {
    case.ties(key, "IN_CLUSTER", true).iter().map(|tie| labeled(case, &tie.other)).min()
}

/// Compare part of an answer; what is named in `judged` was looked at elsewhere.
fn expect(case: &Case<'_>, mut expected: Value, judged: &[&str]) {
    for path in judged {
        let found = case.data().pointer(path).unwrap_or_else(|| panic!("no {path}"));
        *expected.pointer_mut(path).unwrap_or_else(|| panic!("no {path} expected")) = found.clone();
    }
    let differences = differences(&expected, case.data());
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

fn core_numbers(table: &Table) -> Vec<Option<f64>> {
    let mut core = vec![0; table.len()];
    for k in 1..table.len() {
        let mut kept: Vec<bool> = vec![true; table.len()];
        let ties = |kept: &[bool], i: usize| (0..kept.len()).filter(|j| kept[*j] && tied(table, i, *j)).count();
        while let Some(weak) = (0..kept.len()).find(|i| kept[*i] && ties(&kept, *i) < k) {
            kept[weak] = false;
        }
        (0..kept.len()).filter(|i| kept[*i]).for_each(|i| core[i] = k);
    }
    core.into_iter().map(|core| Some(core as f64)).collect()
}

fn constraint(table: &Table, i: usize) -> Option<f64> {
    let p = |i: usize, j: usize| table[i][j] / table[i].iter().sum::<f64>();
    let partners: Vec<usize> = (0..table.len()).filter(|j| tied(table, i, *j)).collect();
    let one = |j: &usize| {
        let over: f64 = partners.iter().filter(|q| *q != j).map(|q| p(i, *q) * p(*q, *j)).sum();
        (p(i, *j) + over).powi(2)
    };
    (!partners.is_empty()).then(|| partners.iter().map(one).sum())
}

fn centralisation(values: &[f64], star: f64) -> Option<f64> {
    let most = values.iter().copied().fold(0.0, f64::max);
    divided(values.iter().map(|value| most - value).sum(), star)
}

/// Correlation of the ties with “either is in the core”.
fn core_fit(net: &Net, core: &dyn Fn(usize) -> bool) -> Option<f64> {
    let pairs = (0..net.n()).flat_map(|i| (i + 1..net.n()).map(move |j| (i, j)));
    let pairs: Vec<(f64, f64)> = pairs
        .map(|(i, j)| (f64::from(u8::from(tied(&net.table, i, j))), f64::from(u8::from(core(i) || core(j)))))
        .collect();
    oracle::correlation(&pairs)
}

fn loss(case: &Case<'_>, net: &Net, gone: &[usize]) -> Value {
    let (rest, kept) = net.without(gone);
    let (before, after) = (oracle::pieces(&net.table), oracle::pieces(&rest));
    let mut cut_off = Vec::new();
    for (place, node) in kept.iter().enumerate() {
        let fellows: Vec<usize> = (0..kept.len()).filter(|other| before[kept[*other]] == before[*node]).collect();
        let size = |name: usize| fellows.iter().filter(|other| after[**other] == name).count();
        // The largest part; of equals the one with the lowest node.
        let main = fellows.iter().map(|other| after[*other]).max_by_key(|name| (size(*name), std::cmp::Reverse(*name)));
        if gone.iter().any(|gone| before[*gone] == before[*node]) && main != Some(after[place]) {
            cut_off.push(net.named(case, *node));
        }
    }
    json!({
        "largestShare": round(oracle::largest(&rest).len() as f64 / oracle::largest(&net.table).len() as f64),
        "efficiencyBefore": shown(oracle::efficiency(&net.table)),
        "efficiencyAfter": shown(oracle::efficiency(&rest)),
        "piecesBefore": oracle::count(&before),
        "piecesAfter": oracle::count(&after),
        "cutOffCount": cut_off.len(),
        "cutOff": cut_off,
    })
}

fn both() -> Vec<&'static str> {
    vec!["PARTICIPATES_IN", "SUPPLIES"]
}

pub fn structure(case: &Case<'_>) {
    let members = of_cluster(case, &case.key(&case.variables["cluster"]));
    let net = net(case, &Asked { relations: both(), members: Some(members), ..Asked::default() });
    let n = net.n();
    assert!((3..=16).contains(&n) && net.pairs().len() > 3, "{:?}", net.keys);
    let degrees: Vec<f64> = (0..n).map(|place| degree(&net.table, place) as f64).collect();
    let gone = case.variables["gone"].as_array().expect("a list").iter().map(|one| case.key(one));
    let gone: Vec<usize> = gone.map(|key| net.keys.iter().position(|known| *known == key).expect("a member")).collect();
    let mut least: Vec<f64> = gone.iter().map(|place| degrees[*place]).collect();
    least.sort_by(f64::total_cmp);
    assert!(
        (0..n).filter(|place| degrees[*place] > least[0]).count() < 2,
        "the two with the most partners: {degrees:?}"
    );
    let fits = (1u32..1 << n).filter_map(|set| core_fit(&net, &|i| set >> i & 1 == 1));
    let best = fits.fold(f64::NEG_INFINITY, f64::max);
    let core = case.data().pointer("/network/corePeriphery").expect("a core");
    let inside: BTreeSet<&str> =
        core["core"].as_array().expect("a list").iter().filter_map(|one| one["nameZh"].as_str()).collect();
    let in_core = |place: usize| inside.contains(case.name(&net.keys[place]).as_str());
    let fit = core_fit(&net, &in_core).expect("a fit");
    assert!((fit - best).abs() < 1e-9, "{fit} of {best}");
    let pieces = oracle::pieces(&net.table);
    let constraints: Vec<Option<f64>> = (0..n).map(|place| constraint(&net.table, place)).collect();
    expect(
        case,
        json!({ "network": {
            "ruleZh": null,
            "nodeCount": n,
            "tieCount": net.pairs().len(),
            "factCount": null,
            "gatheringCount": null,
            "undatedCount": 0,
            "sourceGrades": null,
            "density": shown(divided(net.pairs().len() as f64, (n * (n - 1) / 2) as f64)),
            "components": oracle::count(&pieces),
            "largestShare": round(oracle::largest(&net.table).len() as f64 / n as f64),
            "degreeCentralisation": shown(centralisation(&degrees, ((n - 1) * (n - 2)) as f64)),
            "corePeriphery": {
                "fit": round(best), "exact": true, "coreSize": inside.len(), "peripherySize": n - inside.len(), "core": null,
            },
            "cores": net.ranking(case, &core_numbers(&net.table), 12, false),
            "between": net.ranking(case, &oracle::betweenness(&net.table, false, &|_| 1.0), 12, false),
            "brokers": net.ranking(case, &constraints, 12, true),
            "articulations": net.articulations(case),
            "bridges": net.bridges(case),
            "whatIf": loss(case, &net, &gone),
            "removalCurve": net.curve(case, 6, true),
        } }),
        &[
            "/network/ruleZh",
            "/network/factCount",
            "/network/gatheringCount",
            "/network/sourceGrades",
            "/network/corePeriphery/core",
        ],
    );
    let shares: f64 = case
        .data()
        .pointer("/network/sourceGrades")
        .and_then(Value::as_array)
        .expect("grades")
        .iter()
        .filter_map(|grade| grade["share"].as_f64())
        .sum();
    assert!((shares - 1.0).abs() < 1e-9);
}

pub fn over_time(case: &Case<'_>) {
    let members = of_region(case, &case.key(&case.variables["city"]));
    let mut before: Option<BTreeSet<(String, String)>> = None;
    let mut points = Vec::new();
    for window in case.variables["windows"].as_array().expect("a list") {
        let text = |name: &str| window[name].as_str().expect("a day");
        let asked = Asked {
            relations: vec!["PARTICIPATES_IN"],
            members: Some(members.clone()),
            keeps_outside: true,
            window: Some((day(text("from")), day(text("to")))),
            ..Asked::default()
        };
        let net = net(case, &asked);
        let pair = |(i, j): &(usize, usize)| (net.keys[*i].clone(), net.keys[*j].clone());
        let ties: BTreeSet<(String, String)> = net.pairs().iter().map(pair).collect();
        assert!(ties.len() > 5);
        let groups: Vec<Option<String>> = net.keys.iter().map(|key| city_of(case, key).map(|city| city.0)).collect();
        let change = before.as_ref().map(|before| {
            let kept = before.intersection(&ties).count();
            let all = before.union(&ties).count();
            (ties.len() - kept, kept, before.len() - kept, round(kept as f64 / all as f64))
        });
        points.push(json!({
            "newTies": change.map(|change| change.0),
            "keptTies": change.map(|change| change.1),
            "lostTies": change.map(|change| change.2),
            "stability": change.map(|change| change.3),
            "network": {
                "from": text("from"),
                "to": text("to"),
                "nodeCount": net.n(),
                "tieCount": ties.len(),
                "isolates": (0..net.n()).filter(|place| degree(&net.table, *place) == 0).count(),
                "openness": net.openness(&groups),
                "leading": net.ranking(case, &net.strengths(), 5, false),
            },
        }));
        before = Some(ties);
    }
    expect(case, json!({ "network": { "series": points } }), &[]);
}

/// The communities are judged as they stand: they divide everybody, their figures are the formulas', and
/// they are at least as good as the declared clusters.
pub fn communities(case: &Case<'_>) {
    let net = net(case, &Asked { relations: both(), ..Asked::default() });
    let found = &case.data()["network"]["communities"];
    let parts = found["parts"].as_array().expect("parts");
    let mut group = vec![u32::MAX; net.n()];
    for (number, part) in (0u32..).zip(parts) {
        let members = part["members"].as_array().expect("members");
        assert_eq!(part["size"], members.len());
        for member in members.iter().filter_map(|member| member["nameZh"].as_str()) {
            let place = net.keys.iter().position(|key| case.name(key) == member).expect("a node");
            assert_eq!(std::mem::replace(&mut group[place], number), u32::MAX, "{member} twice");
        }
    }
    assert!(!group.contains(&u32::MAX), "everybody is in one");
    let modularity = oracle::modularity(&net.table, &group, 1.0).expect("there are ties");
    let clusters: Vec<Option<(String, String)>> = net.keys.iter().map(|key| cluster_of(case, key)).collect();
    let names: Vec<(String, String)> =
        clusters.iter().flatten().cloned().collect::<BTreeSet<_>>().into_iter().collect();
    let number = |cluster: &(String, String)| names.iter().position(|known| known == cluster).expect("known") as u32;
    let declared: Vec<u32> =
        (0u32..).zip(&clusters).map(|(place, own)| own.as_ref().map_or(1_000 + place, number)).collect();
    assert!(modularity >= oracle::modularity(&net.table, &declared, 1.0).expect("there are ties"));
    let known: Vec<usize> = (0..net.n()).filter(|place| clusters[*place].is_some()).collect();
    let of = |labels: &[u32]| known.iter().map(|place| labels[*place]).collect::<Vec<_>>();
    let (mine, theirs) = (of(&group), of(&declared));
    let (nmi, ari) = crate::network::divisions::likeness(&mine, &theirs);
    let mut misfits = Vec::new();
    for place in &known {
        let fellows = known.iter().filter(|other| group[**other] == group[*place]);
        let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
        fellows.for_each(|other| *counts.entry(declared[*other]).or_default() += 1);
        let main = counts.iter().max_by_key(|(cluster, count)| (**count, std::cmp::Reverse(**cluster))).expect("one").0;
        if *main != declared[*place] {
            let name = |cluster: u32| json!({ "nameZh": names[cluster as usize].1 });
            misfits.push(json!({ "organization": net.named(case, *place), "declared": name(declared[*place]), "found": name(*main) }));
        }
    }
    let expected = json!({ "network": { "nodeCount": net.n(), "communities": {
        "count": parts.len(),
        "modularity": round(modularity),
        "parts": null,
        "declaredCount": known.len(),
        "nmi": round(nmi),
        "ari": round(ari),
        "misfits": misfits,
    } } });
    expect(case, expected, &["/network/communities/parts"]);
}

pub fn compared(case: &Case<'_>) {
    let figures = |variable: &str| {
        let members = of_cluster(case, &case.key(&case.variables[variable]));
        let net = net(case, &Asked { relations: both(), members: Some(members), ..Asked::default() });
        let (n, table) = (net.n(), &net.table);
        let degrees: Vec<f64> = (0..n).map(|place| degree(table, place) as f64).collect();
        let partners = |i: usize| (0..n).filter(|j| tied(table, i, *j)).collect::<Vec<_>>();
        let closed = |i: usize| {
            let partners = partners(i);
            let pairs = partners.iter().flat_map(|j| partners.iter().map(move |k| (*j, *k)));
            pairs.filter(|(j, k)| j < k && tied(table, *j, *k)).count() as f64
        };
        let triples: f64 = degrees.iter().map(|d| d * (d - 1.0) / 2.0).sum();
        let local: f64 = (0..n).filter_map(|i| divided(closed(i), degrees[i] * (degrees[i] - 1.0) / 2.0)).sum();
        let part = oracle::largest(table);
        let d = oracle::distances(table, |_| 1.0);
        let steps: Vec<f64> = part.iter().flat_map(|i| part.iter().map(|j| d[*i][*j])).collect();
        let strengths: Vec<f64> = net.strengths().into_iter().flatten().collect();
        let all: f64 = strengths.iter().sum();
        let ends: Vec<(f64, f64)> =
            net.pairs().iter().flat_map(|(i, j)| [(degrees[*i], degrees[*j]), (degrees[*j], degrees[*i])]).collect();
        let ways: Vec<f64> = shortest(table);
        let count = net.pairs().len() as f64;
        json!({
            "nodeCount": n,
            "tieCount": net.pairs().len(),
            "density": shown(divided(count, (n * (n - 1) / 2) as f64)),
            "meanDegree": round(2.0 * count / n as f64),
            "isolates": degrees.iter().filter(|degree| **degree < 1.0).count(),
            "transitivity": shown(divided((0..n).map(closed).sum(), triples)),
            "meanClustering": round(local / n as f64),
            "meanPath": shown(divided(steps.iter().sum(), (part.len() * (part.len() - 1)) as f64)),
            "diameter": steps.iter().copied().fold(0.0, f64::max) as u64,
            "efficiency": shown(oracle::efficiency(table)),
            "concentration": round(strengths.iter().map(|strength| (strength / all).powi(2)).sum()),
            "assortativity": shown(oracle::correlation(&ends)),
            "degreeCentralisation": shown(centralisation(&degrees, ((n - 1) * (n - 2)) as f64)),
            "betweennessCentralisation": shown(centralisation(&ways, ((n - 1) * (n - 1) * (n - 2)) as f64 / 2.0)),
            "degeneracy": core_numbers(table).into_iter().flatten().fold(0.0, f64::max) as u64,
        })
    };
    expect(case, json!({ "battery": figures("battery"), "biomed": figures("biomed") }), &[]);
}

/// Betweenness by counting shortest ways through each: σ_st(v) = σ_sv·σ_vt where v lies between.
fn shortest(table: &Table) -> Vec<f64> {
    let n = table.len();
    let d = oracle::distances(table, |_| 1.0);
    let mut ways = vec![vec![0.0; n]; n];
    for from in 0..n {
        let mut order: Vec<usize> = (0..n).filter(|to| d[from][*to].is_finite()).collect();
        order.sort_by(|one, other| d[from][*one].total_cmp(&d[from][*other]));
        ways[from][from] = 1.0;
        for to in order.into_iter().skip(1) {
            let last = (0..n).filter(|last| tied(table, *last, to) && (d[from][*last] + 1.0 - d[from][to]).abs() < 0.5);
            ways[from][to] = last.map(|last| ways[from][last]).sum();
        }
    }
    let through = |v: usize| {
        let pairs = (0..n).flat_map(|s| (s + 1..n).map(move |t| (s, t))).filter(|(s, t)| *s != v && *t != v);
        let between = pairs.filter(|(s, t)| d[*s][*t].is_finite() && (d[*s][v] + d[v][*t] - d[*s][*t]).abs() < 0.5);
        between.map(|(s, t)| ways[s][v] * ways[v][t] / ways[s][t]).sum()
    };
    (0..n).map(through).collect()
}

pub fn gatekeepers(case: &Case<'_>) {
    let members = of_cluster(case, &case.key(&case.variables["cluster"]));
    let asked =
        Asked { relations: vec!["PARTICIPATES_IN"], members: Some(members), keeps_outside: true, ..Asked::default() };
    let net = net(case, &asked);
    let n = net.n();
    let groups: Vec<Option<String>> = net.inside.iter().map(|inside| Some(inside.to_string())).collect();
    let mut roles = vec![[0u64; 5]; n];
    for a in 0..n {
        for b in 0..n {
            for c in 0..n {
                if a == c || !tied(&net.table, a, b) || !tied(&net.table, b, c) || tied(&net.table, a, c) {
                    continue;
                }
                let role = match (groups[a] == groups[b], groups[b] == groups[c], groups[a] == groups[c]) {
                    (true, true, _) => 0,
                    (false, false, true) => 1,
                    (false, true, _) => 2,
                    (true, false, _) => 3,
                    (false, false, false) => 4,
                };
                roles[b][role] += 1;
            }
        }
    }
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by_key(|place| std::cmp::Reverse(roles[*place].iter().sum::<u64>()));
    assert!(roles[order[0]][2] > 0, "somebody is a gatekeeper");
    let row = |place: &usize| {
        let [coordinator, consultant, gatekeeper, representative, liaison] = roles[*place];
        json!({ "node": {
            "total": roles[*place].iter().sum::<u64>(),
            "coordinator": coordinator, "consultant": consultant, "gatekeeper": gatekeeper,
            "representative": representative, "liaison": liaison, "organization": net.named(case, *place),
        } })
    };
    let brokers: Vec<Value> = order.iter().take(10).map(row).collect();
    let expected = json!({ "network": {
        "nodeCount": n,
        "tieCount": net.pairs().len(),
        "openness": net.openness(&groups),
        "brokers": { "edges": brokers },
    } });
    expect(case, expected, &[]);
}

pub fn matrix(case: &Case<'_>) {
    let net = net(case, &Asked { relations: vec!["PARTICIPATES_IN"], ..Asked::default() });
    let groups: Vec<Option<(String, String)>> =
        net.keys.iter().map(|key| region_of(case, key).map(|region| labeled(case, &region))).collect();
    let cells = net.cells(&groups).into_iter().map(|(row, column, ties, weight)| {
        json!({
            "rowCode": row.0, "rowZh": row.1, "columnCode": column.0, "columnZh": column.1,
            "ties": ties, "weight": round(weight),
        })
    });
    let cells: Vec<Value> = cells.collect();
    expect(case, json!({ "network": { "nodeCount": net.n(), "tieCount": net.pairs().len(), "matrix": cells } }), &[]);
}

fn plain_cells(net: &Net, groups: &[Option<(String, String)>]) -> Vec<Value> {
    let cells = net.cells(groups).into_iter();
    cells
        .map(|(row, column, ties, weight)| json!({ "rowZh": row.1, "columnZh": column.1, "ties": ties, "weight": round(weight) }))
        .collect()
}

pub fn between_clusters(case: &Case<'_>) {
    let net = net(case, &Asked { relations: both(), ..Asked::default() });
    let groups: Vec<Option<(String, String)>> = net.keys.iter().map(|key| cluster_of(case, key)).collect();
    let cells = plain_cells(&net, &groups);
    let few = |cell: &&Value| cell["rowZh"] != cell["columnZh"] && cell["ties"].as_u64().is_some_and(|ties| ties <= 2);
    assert!(cells.iter().any(|cell| few(&cell)), "some two clusters hang together by one or two ties");
    let expected = json!({ "network": {
        "matrix": cells, "bridges": net.bridges(case), "articulations": net.articulations(case),
    } });
    expect(case, expected, &[]);
}

pub fn funds(case: &Case<'_>) {
    let asked = Asked { relations: vec!["FUNDS"], counts_each: true, ..Asked::default() };
    let net = net(case, &asked);
    let mut pairs = net.pairs();
    pairs.sort_by_key(|(i, j)| (std::cmp::Reverse(net.table[*i][*j] as usize), *i, *j));
    assert!(net.table[pairs[0].0][pairs[0].1] >= 3.0, "planted: two funds in the same three firms");
    let row = |(i, j): &(usize, usize)| json!({ "node": { "weight": net.table[*i][*j], "from": net.named(case, *i), "to": net.named(case, *j) } });
    let rows: Vec<Value> = pairs.iter().map(row).collect();
    let expected = json!({ "network": {
        "nodeCount": net.n(),
        "tieCount": rows.len(),
        "gatheringCount": gatherings(case, "FUNDS", &asked).len(),
        "ties": { "totalCount": rows.len(), "edges": rows },
        "ranking": net.ranking(case, &net.strengths(), 20, false),
    } });
    expect(case, expected, &[]);
}

pub fn outside_sources(case: &Case<'_>) {
    let members = of_region(case, &case.key(&case.variables["city"]));
    let asked =
        Asked { relations: vec!["PARTICIPATES_IN"], members: Some(members), keeps_outside: true, ..Asked::default() };
    let net = net(case, &asked);
    let groups: Vec<Option<(String, String)>> = net.keys.iter().map(|key| city_of(case, key)).collect();
    let strengths = net.strengths();
    let mut outside: Vec<usize> = (0..net.n()).filter(|place| !net.inside[*place]).collect();
    outside.sort_by_key(|place| strengths[*place].map(|value| -(value * 1e9).round() as i64));
    assert!(outside.len() > 2);
    let row = |(rank, place): (usize, &usize)| {
        json!({ "node": {
            "rank": rank + 1, "value": shown(strengths[*place]), "inside": false, "organization": net.named(case, *place),
        } })
    };
    let rows: Vec<Value> = outside.iter().enumerate().map(row).take(10).collect();
    let expected = json!({ "network": {
        "matrix": plain_cells(&net, &groups),
        "ranking": { "totalCount": outside.len(), "edges": rows },
    } });
    expect(case, expected, &[]);
}

pub fn resilience(case: &Case<'_>) {
    let point = |window: &Value| {
        let of = |name: &str| day(window[name].as_str().expect("a day"));
        let window = Some((of("from"), of("to")));
        let net = net(case, &Asked { relations: vec!["PARTICIPATES_IN"], window, ..Asked::default() });
        let largest = oracle::largest(&net.table).len() as f64;
        json!({ "network": {
            "nodeCount": net.n(),
            "tieCount": net.pairs().len(),
            "components": oracle::count(&oracle::pieces(&net.table)),
            "largestShare": round(largest / net.n() as f64),
            "efficiency": shown(oracle::efficiency(&net.table)),
            "removalCurve": net.curve(case, 8, false),
        } })
    };
    let points: Vec<Value> = case.variables["windows"].as_array().expect("a list").iter().map(point).collect();
    expect(case, json!({ "network": { "series": points } }), &[]);
}

pub fn new_ties(case: &Case<'_>) {
    let members = of_cluster(case, &case.key(&case.variables["cluster"]));
    let net = net(case, &Asked { relations: both(), members: Some(members), ..Asked::default() });
    let n = net.n();
    let before = oracle::efficiency(&net.table).expect("several");
    let kind = |place: usize| case.csv.kind(&net.keys[place]);
    let finite = |table: &Table| {
        let d = oracle::distances(table, |_| 1.0);
        (0..n).flat_map(|i| (i + 1..n).map(move |j| (i, j))).filter(|(i, j)| d[*i][*j].is_finite()).count()
    };
    let reach = finite(&net.table);
    let mut found = Vec::new();
    for (i, j) in (0..n).flat_map(|i| (i + 1..n).map(move |j| (i, j))) {
        let fits =
            [(i, j), (j, i)].iter().any(|(one, other)| kind(*one) == "ENTERPRISE" && kind(*other) == "INSTITUTE");
        if !fits || tied(&net.table, i, j) {
            continue;
        }
        let mut more = net.table.clone();
        (more[i][j], more[j][i]) = (1.0, 1.0);
        let gain = oracle::efficiency(&more).expect("several") - before;
        let shared = (0..n).filter(|z| tied(&net.table, i, *z) && tied(&net.table, j, *z)).count();
        found.push((gain, shared, i, j, finite(&more) - reach));
    }
    found.sort_by_key(|(gain, shared, i, j, _)| (-(gain * 1e12).round() as i64, std::cmp::Reverse(*shared), *i, *j));
    let rows = found.iter().take(10).map(|(gain, shared, i, j, joined)| {
        json!({
            "gain": round(*gain), "joinedPairs": joined, "sharedPartners": shared,
            "from": net.named(case, *i), "to": net.named(case, *j),
        })
    });
    let rows: Vec<Value> = rows.collect();
    assert_eq!(rows.len(), 10);
    expect(case, json!({ "network": { "efficiency": round(before), "newTies": rows } }), &[]);
}

/// Each link of a chain by the rule of the bureau, counted from the files.
pub fn chain_gaps(case: &Case<'_>) {
    let chain = case.variables["chain"].as_str().expect("a chain");
    let region = case.key(&case.variables["region"]);
    let is_local = |key: &str| case.csv.is_in(key, &region, case.day);
    let certified: BTreeSet<String> = case
        .csv
        .certificates("HNTE", case.day, &["YES"])
        .into_iter()
        .map(|row| case.csv.resolve(cell(row, "holder")))
        .collect();
    let mut terms = case.csv.of_kind("TERM", case.day);
    terms.retain(|term| cell(case.csv.thing(term).1, "scheme") == chain);
    let standing_at = |term: &str, kind: &str| {
        let own = case.ties(term, "CLASSIFIED_AS", false).into_iter().map(|tie| tie.other);
        own.filter(|key| case.csv.kind(key) == kind).collect::<BTreeSet<String>>()
    };
    let in_order = |keys: BTreeSet<String>| {
        let mut keys: Vec<String> = keys.into_iter().collect();
        keys.sort_by_key(|key| (code(case, key), case.name(key)));
        json!(keys.iter().take(10).map(|key| case.named(key)).collect::<Vec<_>>())
    };
    let mut rows = Vec::new();
    for term in &terms {
        let (local, elsewhere): (BTreeSet<String>, BTreeSet<String>) =
            standing_at(term, "ENTERPRISE").into_iter().partition(|key| is_local(key));
        let recognised = local.iter().filter(|key| certified.contains(*key)).count();
        let supplied =
            |firm: &String| case.ties(firm, "SUPPLIES", true).iter().filter(|tie| is_local(&tie.other)).count();
        let each: Vec<usize> = local.iter().chain(&elsewhere).map(supplied).collect();
        let all: usize = each.iter().sum();
        let from_outside: usize = elsewhere.iter().map(supplied).sum();
        let outside = divided(from_outside as f64, all as f64);
        let standing = match (local.len(), recognised) {
            (0, _) => "MISSING",
            (1, _) => "SINGLE",
            (_, 0) => "WEAK",
            _ if outside.is_some_and(|outside| outside > 0.6) => "EXTERNAL",
            _ => "SOUND",
        };
        let mut below: Vec<String> = vec![term.clone()];
        let mut next = 0;
        while next < below.len() {
            for tie in case.ties(&below[next].clone(), "UPSTREAM_OF", true) {
                if !below.contains(&tie.other) {
                    below.push(tie.other);
                }
            }
            next += 1;
        }
        let needing: BTreeSet<String> =
            below[1..].iter().flat_map(|term| standing_at(term, "ENTERPRISE")).filter(|key| is_local(key)).collect();
        let critical = case.ties(term, "UPSTREAM_OF", true).iter().any(|tie| cell(tie.row, "necessity") == "CRITICAL");
        let mut institutes = standing_at(term, "INSTITUTE");
        for result in standing_at(term, "ACHIEVEMENT") {
            let owners = case.ties(&result, "HAS_ACHIEVEMENT", false).into_iter().map(|tie| tie.other);
            institutes.extend(owners.filter(|key| case.csv.kind(key) == "INSTITUTE"));
        }
        let places = ["MISSING", "SINGLE", "WEAK", "EXTERNAL", "SOUND"];
        let place = places.iter().position(|known| *known == standing).expect("known");
        let key = (place, !critical, std::cmp::Reverse(needing.len()), crate::examples_oracle::term_code(case, term));
        let squares: f64 = each.iter().map(|count| (*count as f64 / all as f64).powi(2)).sum();
        let places_6 = |value: Option<f64>| value.map_or(Value::Null, |value| json!((value * 1e6).round() / 1e6));
        rows.push((
            key,
            json!({
                "link": case.named(term),
                "standing": standing,
                "localCount": local.len(),
                "highTechCount": recognised,
                "supplyCount": all,
                "outsideShare": places_6(outside),
                "concentration": places_6((all > 0).then_some(squares)),
                "critical": critical,
                "downstreamCount": needing.len(),
                "local": in_order(local),
                "firmsElsewhere": in_order(elsewhere),
                "institutes": in_order(institutes),
            }),
        ));
    }
    rows.sort_by(|one, other| one.0.cmp(&other.0));
    let states: BTreeSet<&str> = rows.iter().filter_map(|(_, row)| row["standing"].as_str()).collect();
    assert!(states.len() >= 3, "{states:?}");
    expect(case, json!({ "chainGaps": rows.into_iter().map(|(_, row)| row).collect::<Vec<_>>() }), &[]);
}
