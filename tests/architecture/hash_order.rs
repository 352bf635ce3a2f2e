//! Hash order, judged for a room as a whole: a field is declared in one file and used in another.

use super::source::{Finding, Source, is_word};

const ITERATING: &[&str] = &[
    "iter",
    "iter_mut",
    "keys",
    "values",
    "values_mut",
    "into_iter",
    "into_keys",
    "into_values",
    "drain",
    "union",
    "intersection",
    "difference",
    "symmetric_difference",
];

/// A name declared with its type: a field of `owner`, or a variable or argument.
struct Declared {
    name: String,
    owner: Option<String>,
    types: Vec<String>,
}

fn is_hashed(types: &[String]) -> bool {
    types.iter().any(|word| matches!(word.as_str(), "HashMap" | "HashSet"))
}

fn declarations(source: &Source) -> Vec<Declared> {
    let (mut found, mut owner) = (Vec::new(), None);
    for (place, token) in source.tokens.iter().enumerate() {
        match (token.text.as_str(), source.word(place + 1)) {
            ("struct", name) => owner = Some(name.to_owned()),
            ("}", _) | ("fn", _) => owner = None,
            ("let", _) => {
                let end = (place..source.tokens.len()).find(|end| source.word(*end) == ";").unwrap_or(place);
                let statement: Vec<String> = (place..end).map(|place| source.word(place).to_owned()).collect();
                let (pattern, value) = statement.split_at(statement.iter().position(|word| word == "=").unwrap_or(0));
                let names = pattern
                    .iter()
                    .skip(1)
                    .take_while(|word| *word != ":")
                    .filter(|word| is_word(word) && *word != "mut");
                let typed = pattern.iter().any(|word| word == ":");
                found.extend(names.filter(|_| !typed).map(|name| Declared {
                    name: name.clone(),
                    owner: None,
                    types: value.to_vec(),
                }));
            }
            (name, ":") if is_word(name) => {
                let (mut types, mut open) = (Vec::new(), 0);
                for word in (place + 2..source.tokens.len()).map(|place| source.word(place)) {
                    open += i32::from(word == "<") - i32::from(word == ">");
                    if matches!(word, ")" | ";" | "{" | "}" | "=") || (word == "," && open <= 0) {
                        break;
                    }
                    types.push(word.to_owned());
                }
                found.push(Declared { name: name.to_owned(), owner: owner.clone(), types });
            }
            _ => {}
        }
    }
    found
}

/// (b) A pure room looks things up in hash maps but never goes through them.
pub fn hash_order(room: &[&Source]) -> Vec<Finding> {
    let declared: Vec<Vec<Declared>> = room.iter().map(|source| declarations(source)).collect();
    let fields: Vec<&Declared> = declared.iter().flatten().filter(|declared| declared.owner.is_some()).collect();
    let mut found = Vec::new();
    for (source, own) in room.iter().zip(&declared) {
        for (place, token) in source.tokens.iter().enumerate().filter(|(place, _)| goes_through(source, *place)) {
            let is_field = place > 0 && source.word(place - 1) == ".";
            let same = |declared: &&&Declared| declared.name == token.text;
            let hashed = if is_field {
                let (hashed, plain): (Vec<&Declared>, Vec<&Declared>) =
                    fields.iter().filter(same).partition(|field| is_hashed(&field.types));
                // The same field name with another type elsewhere: then the owner must be at hand.
                let owners: Vec<&String> = hashed.iter().filter_map(|field| field.owner.as_ref()).collect();
                let holds = |word: &String| {
                    declared
                        .iter()
                        .flatten()
                        .any(|holder| holder.name == *word && holder.types.iter().any(|name| owners.contains(&name)))
                };
                !hashed.is_empty() && (plain.is_empty() || receiver(source, place).iter().any(holds))
            } else {
                own.iter().any(|variable| {
                    variable.owner.is_none() && variable.name == token.text && is_hashed(&variable.types)
                })
            };
            if hashed {
                let what = format!(
                    "goes through the hash map `{}`, whose order differs from run to run; use a BTreeMap or BTreeSet",
                    token.text
                );
                found.push(source.finding(token.line, "hash order", what));
            }
        }
    }
    found
}

/// Is the name at this place iterated over: `name.iter()`, `for x in &mut a.name {`?
fn goes_through(source: &Source, place: usize) -> bool {
    let by_method = source.word(place + 1) == "." && ITERATING.contains(&source.word(place + 2));
    let in_chain = |word: &&str| matches!(*word, "." | "&" | "mut") || (is_word(word) && *word != "in");
    let before = (0..place).rev().map(|place| source.word(place)).find(|word| !in_chain(word));
    is_word(source.word(place)) && (by_method || (source.word(place + 1) == "{" && before == Some("in")))
}

/// The words just before `.name`: `indexes` in `self.indexes.name` and in `f(&self.indexes).name`.
fn receiver(source: &Source, place: usize) -> Vec<String> {
    let Some(last) = place.checked_sub(2) else { return Vec::new() };
    let start = if source.word(last) == ")" {
        (0..last).rev().find(|place| source.word(*place) == "(").unwrap_or(last)
    } else {
        last
    };
    (start..=last).map(|place| source.word(place).to_owned()).collect()
}
