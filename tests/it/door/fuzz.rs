//! Group 2, documents of chance: well-formed ones made from the schema that the service tells of
//! itself, and others of which bytes were changed. Whatever comes is answered in the form of an
//! answer, costs no more than its price, and nobody falls over.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use innograph::domain::Id;
use serde_json::{Map, Value, json};

use super::attack::{Fort, Heard};
use crate::faults::{BASE_SEED, Chance, Tally, wide};
use crate::support::examples;

/// What an introspection must say for documents to be made from it.
const SCHEMA: &str = "{ __schema { queryType { name } types { ...T } } }
    fragment T on __Type { kind name isOneOf fields { name args { ...I } type { ...R } } inputFields { ...I } enumValues { name } possibleTypes { name } }
    fragment I on __InputValue { name defaultValue type { ...R } }
    fragment R on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } }";

/// The served schema.
struct Schema {
    types: BTreeMap<String, Value>,
    /// Ids, keys and names that mean something here.
    known: Vec<String>,
}

/// One document that is being made.
struct Draft<'s> {
    schema: &'s Schema,
    chance: Chance,
    names: usize,
    fragments: String,
    declared: String,
    variables: Map<String, Value>,
}

fn list<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value[name].as_array().map_or(&[], Vec::as_slice)
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_default()
}

/// A type without its brackets and exclamation marks.
fn bare(ty: &Value) -> &str {
    if ty["ofType"].is_object() { bare(&ty["ofType"]) } else { text(ty, "name") }
}

/// A type as documents write it.
fn written(ty: &Value) -> String {
    match text(ty, "kind") {
        "NON_NULL" => format!("{}!", written(&ty["ofType"])),
        "LIST" => format!("[{}]", written(&ty["ofType"])),
        _ => text(ty, "name").to_owned(),
    }
}

impl Schema {
    fn of(fort: &Fort) -> Self {
        let data = fort.data(SCHEMA);
        let types = list(&data["__schema"], "types").iter().map(|ty| (text(ty, "name").to_owned(), ty.clone()));
        let page = fort.data("{ organizations(first: 20) { edges { node { id nameZh } } } sources(first: 5) { edges { node { id key } } } }");
        let mut known: Vec<String> =
            ["示例", "电池", "ent-juneng", "inst-sgu", "HNTE", "", "0", "新乡 OR *", "2024-01-01"]
                .map(str::to_owned)
                .into();
        for edge in list(&page["organizations"], "edges").iter().chain(list(&page["sources"], "edges")) {
            let texts = edge["node"].as_object().into_iter().flat_map(Map::values).filter_map(Value::as_str);
            known.extend(texts.map(str::to_owned));
        }
        Self { types: types.collect(), known }
    }

    fn is_composite(&self, name: &str) -> bool {
        self.types.get(name).is_some_and(|ty| matches!(text(ty, "kind"), "OBJECT" | "INTERFACE" | "UNION"))
    }
}

impl<'s> Draft<'s> {
    fn make(schema: &'s Schema, seed: u64) -> (String, Value) {
        let mut draft = Draft {
            schema,
            chance: Chance(seed),
            names: 0,
            fragments: String::new(),
            declared: String::new(),
            variables: Map::new(),
        };
        let depth = 2 + draft.chance.below(6);
        let selection = draft.selection("Query", depth);
        let declared = if draft.declared.is_empty() { String::new() } else { format!("({})", draft.declared) };
        (format!("query Drawn{declared} {selection}{}", draft.fragments), Value::Object(draft.variables))
    }

    fn name(&mut self, first: char) -> String {
        self.names += 1;
        format!("{first}{}", self.names)
    }

    fn one_of<'v>(&mut self, all: &'v [Value]) -> Option<&'v Value> {
        let place = self.chance.below(u64::try_from(all.len()).ok().filter(|count| *count > 0)?);
        all.get(usize::try_from(place).ok()?)
    }

    fn selection(&mut self, name: &str, depth: u64) -> String {
        let schema = self.schema;
        let Some(ty) = schema.types.get(name) else { return "{ __typename }".to_owned() };
        let mut inside = String::new();
        for _ in 0..=self.chance.below(4) {
            let fields = list(ty, "fields");
            let Some(field) = self.one_of(fields) else { break };
            let of = bare(&field["type"]).to_owned();
            if schema.is_composite(&of) && depth == 0 {
                continue;
            }
            inside += &self.field(field, &of, depth);
        }
        if self.chance.below(3) == 0
            && let Some(one) = self.one_of(list(ty, "possibleTypes"))
        {
            let part = self.selection(text(one, "name"), depth.saturating_sub(1));
            write!(inside, " ... on {} {part}", text(one, "name")).expect("text grows");
        }
        if inside.is_empty() || self.chance.below(8) == 0 {
            inside += " __typename";
        }
        if self.chance.below(6) > 0 {
            return format!("{{{inside} }}");
        }
        let fragment = self.name('F');
        write!(self.fragments, " fragment {fragment} on {name} {{{inside} }}").expect("text grows");
        format!("{{ ...{fragment} }}")
    }

    fn field(&mut self, field: &Value, of: &str, depth: u64) -> String {
        let mut arguments = String::new();
        for argument in list(field, "args") {
            let required = text(&argument["type"], "kind") == "NON_NULL" && argument["defaultValue"].is_null();
            // A cursor or a number of chance is refused, and with it everything beside it; so is the past to the public.
            let rarely = matches!(
                text(argument, "name"),
                "after" | "minSequence" | "knownAt" | "fromKnownAt" | "toKnownAt" | "among" | "version"
            );
            if required || self.chance.below(if rarely { 100 } else { 3 }) == 0 {
                let value = match text(argument, "name") {
                    // Keys of chance group nothing; these are known everywhere.
                    "keys" | "groupBy" if self.chance.below(40) > 0 => "[\"region\"]".to_owned(),
                    "sums" if self.chance.below(40) > 0 => "[]".to_owned(),
                    "from" | "to" if bare(&argument["type"]) == "Int" && self.chance.below(10) > 0 => "2019".to_owned(),
                    "layer" if self.chance.below(10) > 0 => "{relations: [SUPPLIES]}".to_owned(),
                    "scheme" if self.chance.below(40) > 0 => "\"HNTE\"".to_owned(),
                    _ => self.argument(&argument["type"]),
                };
                write!(arguments, " {}: {value}", text(argument, "name")).expect("text grows");
            }
        }
        let arguments = if arguments.is_empty() { arguments } else { format!("({arguments})") };
        // Under a name of its own, since the same one with other arguments may not stand beside it.
        let alias = self.name('a');
        let directive = if self.chance.below(12) == 0 { " @include(if: true)" } else { "" };
        let inner =
            if self.schema.is_composite(of) { self.selection(of, depth.saturating_sub(1)) } else { String::new() };
        format!(" {alias}: {}{arguments}{directive} {inner}", text(field, "name"))
    }

    /// A value in place, or a variable with it, or a variable with it as its default.
    fn argument(&mut self, ty: &Value) -> String {
        let value = self.value(ty, 3);
        match self.chance.below(4) {
            0 => {
                let name = self.name('v');
                write!(self.declared, " ${name}: {}", written(ty)).expect("text grows");
                self.variables.insert(name.clone(), value);
                format!("${name}")
            }
            1 => {
                let name = self.name('v');
                write!(self.declared, " ${name}: {} = {}", written(ty), self.literal(&value, ty)).expect("text grows");
                format!("${name}")
            }
            _ => self.literal(&value, ty),
        }
    }

    fn value(&mut self, ty: &Value, depth: u64) -> Value {
        match text(ty, "kind") {
            "NON_NULL" => self.value(&ty["ofType"], depth),
            "LIST" => {
                let count = self.chance.below(3);
                (0..count).map(|_| self.value(&ty["ofType"], depth)).collect()
            }
            _ => self.plain(text(ty, "name"), depth),
        }
    }

    fn plain(&mut self, name: &str, depth: u64) -> Value {
        let schema = self.schema;
        let known = schema.known
            [usize::try_from(self.chance.below(u64::try_from(schema.known.len()).expect("few"))).expect("few")]
        .clone();
        match name {
            "Int" => match self.chance.below(60) {
                0 => json!(i32::MAX),
                1 => json!(-1),
                2 => json!(100),
                _ => json!(1 + self.chance.below(9)),
            },
            "Float" => json!(0.5),
            "Boolean" => json!(self.chance.below(2) == 0),
            "Date" | "PartialDate" => {
                json!(format!("20{:02}-0{}-1{}", self.chance.below(40), 1 + self.chance.below(9), self.chance.below(9)))
            }
            // Whoever has no token is refused the past, whatever else they ask: mostly it is now.
            "DateTime" if self.chance.below(30) > 0 => Value::Null,
            "DateTime" => json!("2024-01-01T00:00:00Z"),
            "Decimal" => json!(self.chance.below(1_000_000).to_string()),
            "ID" if self.chance.below(4) > 0 => {
                // Mostly the id of something, or of nothing: what is no id at all is refused at once.
                let ids: Vec<&String> = schema.known.iter().filter(|text| text.parse::<Id>().is_ok()).collect();
                let place = self.chance.below(u64::try_from(ids.len()).expect("few").max(1));
                json!(
                    ids.get(usize::try_from(place).expect("few"))
                        .map_or("01ARZ3NDEKTSV4RRFFQ69G5FAV", |id| id.as_str())
                )
            }
            "String" | "ID" => json!(known),
            _ => {
                let Some(ty) = schema.types.get(name) else { return json!(known) };
                if let Some(one) = self.one_of(list(ty, "enumValues")) {
                    return one["name"].clone();
                }
                self.object(ty, depth)
            }
        }
    }

    fn object(&mut self, ty: &Value, depth: u64) -> Value {
        let fields = list(ty, "inputFields");
        let mut object = Map::new();
        if ty["isOneOf"] == true {
            // Hardly a text of chance is a credit code, and what is none is refused at once.
            let other = |field: &Value| text(field, "name") != "creditCode";
            let mostly: Vec<Value> = fields.iter().filter(|field| other(field)).cloned().collect();
            let fields = if self.chance.below(20) == 0 { fields } else { mostly.as_slice() };
            if let Some(field) = self.one_of(fields) {
                object.insert(text(field, "name").to_owned(), self.value(&field["type"], depth.saturating_sub(1)));
            }
            return Value::Object(object);
        }
        for field in fields {
            let required = text(&field["type"], "kind") == "NON_NULL" && field["defaultValue"].is_null();
            if required || (depth > 0 && self.chance.below(5) == 0) {
                object.insert(text(field, "name").to_owned(), self.value(&field["type"], depth.saturating_sub(1)));
            }
        }
        Value::Object(object)
    }

    fn literal(&self, value: &Value, ty: &Value) -> String {
        let named = self.schema.types.get(bare(ty));
        match value {
            Value::Array(all) => {
                format!("[{}]", all.iter().map(|one| self.literal(one, ty)).collect::<Vec<_>>().join(" "))
            }
            Value::Object(fields) => {
                let of = |name: &str| {
                    named.and_then(|ty| list(ty, "inputFields").iter().find(|field| text(field, "name") == name))
                };
                let part = |(name, value): (&String, &Value)| {
                    let inner = of(name).map_or(Value::Null, |field| field["type"].clone());
                    format!("{name}: {}", self.literal(value, &inner))
                };
                format!("{{{}}}", fields.iter().map(part).collect::<Vec<_>>().join(" "))
            }
            Value::String(code) if named.is_some_and(|ty| text(ty, "kind") == "ENUM") => code.clone(),
            other => other.to_string(),
        }
    }
}

/// What is wrong with an answer.
fn wrong(heard: &Heard) -> Option<String> {
    let answer = heard.json();
    let errors = answer.get("errors").map(|_| list(&answer, "errors"));
    let coded = |error: &Value| !text(&error["extensions"], "code").is_empty() && error["message"].is_string();
    let cost = &answer["extensions"]["cost"];
    let (price, limit) = (cost["price"].as_u64(), cost["limit"].as_u64());
    let used = cost["used"].as_u64().or(cost["rows"].as_u64());
    if heard.status != 200 && !(400..500).contains(&heard.status) {
        Some(format!("status {}", heard.status))
    } else if !answer.is_object() || (answer.get("data").is_none() && errors.is_none()) {
        Some("no answer in form".to_owned())
    } else if errors.is_some_and(|errors| errors.is_empty() || !errors.iter().all(coded)) {
        Some(format!("errors without a code: {}", answer["errors"]))
    } else if errors.into_iter().flatten().any(|error| error["extensions"]["code"] == "INTERNAL") {
        Some("INTERNAL".to_owned())
    } else if cost.is_object() && (used > price || price > limit) {
        Some(format!("it used more than its price: {cost}"))
    } else {
        None
    }
}

#[test]
fn documents_of_chance_are_answered_within_their_price() {
    let mut tally = Tally::new("drawn");
    let fort = Fort::new();
    let schema = Schema::of(&fort);
    let rounds = wide("INNOGRAPH_DRAWN", 2_000);
    println!("seeds {BASE_SEED} to {}", BASE_SEED + rounds);
    let mut codes: BTreeMap<String, usize> = BTreeMap::new();
    for seed in BASE_SEED..BASE_SEED + rounds {
        let (query, variables) = Draft::make(&schema, seed);
        let heard = fort.ask_with(&query, &variables);
        tally.add("rounds", 1);
        tally.add("without_errors", usize::from(heard.json().get("errors").is_none()));
        *codes.entry(heard.code()).or_default() += 1;
        if let Some(what) = wrong(&heard) {
            tally.defect(format!(
                "seed {seed}: {what}\n{query}\n{variables}\n{}",
                heard.body.chars().take(400).collect::<String>()
            ));
        }
    }
    // Documents of which hardly one is answered would show nothing.
    let answered = tally.count("without_errors");
    println!("{answered} of {rounds} without errors; {codes:?}");
    tally.finish();
    assert!(u64::try_from(answered).expect("few") * 3 >= rounds, "{answered} of {rounds} were answered without errors");
}

/// Bytes changed at a few places: replaced, taken out, put in, doubled.
fn changed(bytes: &[u8], chance: &mut Chance) -> Vec<u8> {
    const PIECES: &[&[u8]] = &[
        b"{",
        b"}",
        b"(",
        b")",
        b"[",
        b"]",
        b"\"",
        b"\"\"\"",
        b"...",
        b"$",
        b"@",
        b"#",
        b":",
        b"!",
        b"\\",
        b"\\u",
        b"\xff",
        b"\xe5",
        b"\0",
        b"null",
        b" on ",
        b"-",
        b"9999999999",
        b"fragment",
    ];
    let mut bytes = bytes.to_vec();
    for _ in 0..=chance.below(6) {
        let length = u64::try_from(bytes.len()).expect("short");
        let place = usize::try_from(chance.below(length + 1)).expect("short");
        let end = bytes.len().min(place + usize::try_from(chance.below(12)).expect("few"));
        let piece = PIECES[usize::try_from(chance.below(u64::try_from(PIECES.len()).expect("few"))).expect("few")];
        match chance.below(4) {
            0 => drop(bytes.splice(place..end, piece.iter().copied())),
            1 => drop(bytes.drain(place..end)),
            2 => drop(bytes.splice(place..place, piece.repeat(usize::try_from(1 + chance.below(40)).expect("few")))),
            _ => {
                let part = bytes[place..end].to_vec();
                drop(bytes.splice(place..place, part));
            }
        }
    }
    bytes
}

#[test]
fn changed_bytes_are_answered_in_form() {
    let mut tally = Tally::new("bytes");
    let fort = Fort::new();
    let schema = Schema::of(&fort);
    let rounds = wide("INNOGRAPH_BYTES", 2_000);
    println!("seeds {BASE_SEED} to {}", BASE_SEED + rounds);
    let mut texts: Vec<String> = examples().into_iter().map(|example| example.query).collect();
    texts.extend((0..60).map(|seed| Draft::make(&schema, seed).0));
    fort.stands("changed bytes", |fort| {
        for seed in BASE_SEED..BASE_SEED + rounds {
            let mut chance = Chance(seed);
            let text = &texts[usize::try_from(chance.below(u64::try_from(texts.len()).expect("few"))).expect("few")];
            // Half of them as text of a request, half as bytes of the body itself.
            let heard = if chance.below(2) == 0 {
                fort.ask(&String::from_utf8_lossy(&changed(text.as_bytes(), &mut chance)))
            } else {
                fort.post(&changed(json!({ "query": text }).to_string().as_bytes(), &mut chance))
            };
            tally.add("rounds", 1);
            if let Some(what) = wrong(&heard) {
                tally.defect(format!("seed {seed}: {what}: {}", heard.body.chars().take(400).collect::<String>()));
            }
        }
    });
    tally.finish();
}
