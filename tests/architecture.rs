//! The house rules as a test: it reads every file of `src/` and reports all it finds at once.
//!
//! The table `ROOMS` is the one of ARCHITECTURE.md. If you need an arrow that is not there, move
//! the code; do not add a row to be done. Every rule is a pure function over a path and a text and
//! is tried below on a bad and a good snippet. This file knows the words of Rust, not its types:
//! what it cannot see (a hash map behind a function call), a reviewer must.

#[path = "architecture/hash_order.rs"]
mod hash_order;
#[path = "architecture/source.rs"]
mod source;

use std::collections::BTreeMap;
use std::path::Path;

use hash_order::hash_order;
use source::{Finding, Source, blanked, tokens};

/// A room: its name, whether it is pure, and the rooms it may name.
struct Room(&'static str, bool, &'static [&'static str]);

const EVERY: &[&str] = &[
    "domain",
    "rights",
    "graph",
    "network",
    "matching",
    "programme",
    "intake",
    "export",
    "ledger",
    "search",
    "engine",
    "api",
    "cli",
    "config",
    "telemetry",
    "tokens",
    "audit",
    "accounts",
    "oidc",
    "generate",
    "vault",
];

/// In the order in which data flows. A lens carries its rights, so whoever reads through one need
/// not name `rights`.
const ROOMS: &[Room] = &[
    Room("domain", true, &[]),
    Room("rights", true, &["domain"]),
    Room("graph", true, &["domain", "rights"]),
    Room("network", true, &["domain", "graph"]),
    Room("matching", true, &["domain", "graph"]),
    Room("programme", true, &["domain", "graph"]),
    Room("intake", true, &["domain"]),
    Room("export", true, &["domain"]),
    // What is planted must share nothing with what finds it, so it names no room at all.
    Room("generate", true, &[]),
    Room("ledger", false, &[]),
    Room("search", false, &["domain", "graph"]),
    Room("vault", false, &["domain", "ledger"]),
    Room("engine", false, &["domain", "rights", "graph", "ledger", "search", "vault"]),
    Room("audit", false, &["ledger", "engine"]),
    Room("tokens", false, &["domain", "rights", "ledger", "engine", "audit"]),
    Room("oidc", false, &["rights", "ledger", "engine"]),
    Room("accounts", false, &["domain", "rights", "ledger", "engine", "audit", "tokens"]),
    Room(
        "api",
        false,
        &[
            "domain",
            "rights",
            "graph",
            "network",
            "matching",
            "programme",
            "intake",
            "export",
            "search",
            "engine",
            "config",
            "telemetry",
            "tokens",
            "audit",
            "accounts",
            "oidc",
            "vault",
        ],
    ),
    Room("cli", false, EVERY),
    Room("config", false, EVERY),
    Room("telemetry", false, EVERY),
    Room("main", false, EVERY),
    Room("lib", false, EVERY),
];

/// Words and paths that a pure room does not name, and what to do instead.
const IMPURE: &[(&[&str], &str)] = &[
    (
        &["SystemTime", "Instant", "OffsetDateTime", "UtcDateTime", "now_utc", "now_local"],
        "time comes in with the command or the lens",
    ),
    (&["rand", "fastrand", "getrandom", "RandomState", "thread_rng"], "ids and seeds come in as arguments"),
    (
        &[
            "std::fs",
            "std::env",
            "std::net",
            "std::process",
            "std::thread",
            "std::io::stdin",
            "std::io::stdout",
            "std::io::stderr",
            "from_path",
            "to_path",
            "println",
            "eprintln",
            "print",
            "eprint",
        ],
        "bytes and settings come in as arguments",
    ),
    (&["async", "await", "tokio", "futures_util", "axum"], "async belongs to the edge"),
];

/// Crates with one home.
const HOMES: &[(&str, &[&str])] = &[
    ("petgraph", &["src/graph/"]),
    ("NodeIndex", &["src/graph/"]),
    ("EdgeIndex", &["src/graph/"]),
    ("StableGraph", &["src/graph/"]),
    ("rusqlite", &["src/ledger/"]),
    ("tantivy", &["src/search/"]),
    ("async_graphql", &["src/api/", "src/cli/schema.rs"]),
    ("argon2", &["src/accounts/"]),
    ("calamine", &["src/intake/"]),
    ("ring", &["src/oidc/"]),
    ("aes_gcm_siv", &["src/vault/"]),
];

const MOST_LINES: usize = 400;
const EMPTY_NAMES: &[&str] = &["manager", "util", "common", "helper", "misc", "info", "process", "handle"];

// ---- The rules ----

const RULES: &[fn(&Source) -> Vec<Finding>] = &[
    arrows,
    impurity,
    homes,
    length,
    refusals_not_panics,
    opening,
    empty_names,
    leftovers,
    no_unsafe,
    tests_are_marked,
];

/// (a) A room names only those its row lists.
fn arrows(source: &Source) -> Vec<Finding> {
    let Some(Room(room, _, allowed)) = ROOMS.iter().find(|room| room.0 == source.room()) else {
        let what = format!(
            "the room `{}` has no row; put the file into a room, or give the room a row in ROOMS and ARCHITECTURE.md",
            source.room()
        );
        return vec![source.finding(1, "room", what)];
    };
    let mut found = Vec::new();
    for (place, segments) in source.paths() {
        let Some(named) = room_named(source.depth() + source.tokens[place].depth, &segments) else { continue };
        if named != *room && !allowed.contains(&named) {
            let what = format!(
                "`{room}` names `{named}`; it may name: {}. Move the code to where both are at hand, or hand the value in",
                allowed.join(", ")
            );
            found.push(source.finding(source.tokens[place].line, "arrow", what));
        }
    }
    found
}

/// The room (or other item of the crate root) that a path names, seen `depth` modules deep.
fn room_named<'s>(depth: usize, segments: &[&'s str]) -> Option<&'s str> {
    let climbs =
        segments.iter().skip_while(|segment| **segment == "self").take_while(|segment| **segment == "super").count();
    let selves = segments.iter().take_while(|segment| **segment == "self").count();
    match segments {
        ["crate" | "innograph", named, ..] => Some(named),
        ["super" | "self", ..] if climbs == depth => segments.get(selves + climbs).copied(),
        _ => None,
    }
}

/// (b) A pure room names no clock, chance, file, environment, thread or async.
fn impurity(source: &Source) -> Vec<Finding> {
    if !ROOMS.iter().any(|room| room.0 == source.room() && room.1) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (place, segments) in source.paths() {
        let path = format!("::{}::", segments.join("::"));
        for (banned, remedy) in IMPURE {
            for word in banned.iter().filter(|word| path.contains(&format!("::{word}::"))) {
                let what = format!("the pure room `{}` names `{word}`; {remedy}", source.room());
                found.push(source.finding(source.tokens[place].line, "pure", what));
            }
        }
    }
    found
}

/// (b) A crate with one home is named nowhere else.
fn homes(source: &Source) -> Vec<Finding> {
    let mut found = Vec::new();
    for (place, segments) in source.paths() {
        for (word, homes) in HOMES.iter().filter(|(word, _)| segments.contains(word)) {
            if !homes.iter().any(|home| source.path.starts_with(home)) {
                let what = format!(
                    "`{word}` is named outside {}; ask that room for what you need, in types of its own",
                    homes.join(", ")
                );
                found.push(source.finding(source.tokens[place].line, "home", what));
            }
        }
    }
    found
}

/// (c) A file has at most 400 production lines.
fn length(source: &Source) -> Vec<Finding> {
    let too_long = source.lines > MOST_LINES;
    let what = format!("{} production lines, at most {MOST_LINES}; split it by what it is about", source.lines);
    too_long.then(|| source.finding(MOST_LINES + 1, "length", what)).into_iter().collect()
}

/// (d) Nothing panics on purpose outside tests.
fn refusals_not_panics(source: &Source) -> Vec<Finding> {
    let mut found = Vec::new();
    for (place, token) in source.tokens.iter().enumerate() {
        let next = source.word(place + 1);
        let panics = match token.text.as_str() {
            "unwrap" => next == "(",
            "panic" | "todo" | "unimplemented" | "dbg" => next == "!",
            _ => false,
        };
        if panics {
            let what =
                format!("`{}`; answer with an error, or `expect` with the invariant that rules it out", token.text);
            found.push(source.finding(token.line, "panic", what));
        }
    }
    found
}

/// (e) A file opens by saying what it is for.
fn opening(source: &Source) -> Vec<Finding> {
    let what = "the file does not open with `//!`; say what it is for and what it must never do";
    (!source.text.starts_with("//!")).then(|| source.finding(1, "opening", what)).into_iter().collect()
}

/// (f) Types, functions and modules have names that say something. A function that a trait asks for
/// has its name from the trait; traits of our own are judged where they are declared.
fn empty_names(source: &Source) -> Vec<Finding> {
    let empty =
        |word: &String| EMPTY_NAMES.iter().any(|empty| word.trim_end_matches('s') == empty.trim_end_matches('s'));
    let (mut found, mut open, mut asked_for) = (Vec::new(), 0, None);
    for (place, token) in source.tokens.iter().enumerate() {
        open += i32::from(token.text == "{") - i32::from(token.text == "}");
        asked_for = match token.text.as_str() {
            "impl" if asked_for.is_none() && implements_a_trait(source, place) => Some(open + 1),
            "}" if asked_for.is_some_and(|depth| open < depth) => None,
            _ => asked_for,
        };
        let defines = match token.text.as_str() {
            "fn" | "type" => asked_for != Some(open),
            "struct" | "enum" | "trait" | "mod" | "union" => true,
            _ => false,
        };
        let name = source.word(place + 1);
        if let (true, Some(word)) = (defines, words(name).iter().find(|word| empty(word))) {
            let what = format!("`{name}` is named `{word}`; use the word of the field for what it does");
            found.push(source.finding(token.line, "name", what));
        }
    }
    found
}

/// Is the `impl` at this place one of `impl Trait for Type {`?
fn implements_a_trait(source: &Source, place: usize) -> bool {
    let starts_item = matches!(source.word(place.wrapping_sub(1)), "" | "}" | ";" | "]" | "unsafe" | "{");
    let head = (place + 1..source.tokens.len()).map(|place| source.word(place)).take_while(|word| *word != "{");
    starts_item
        && head.zip((place + 2..).map(|place| source.word(place))).any(|(word, next)| word == "for" && next != "<")
}

/// The words of `snake_case` and `CamelCase`, in small letters.
fn words(name: &str) -> Vec<String> {
    let mut found = vec![String::new()];
    for letter in name.chars() {
        if letter == '_' || letter.is_uppercase() {
            found.push(String::new());
        }
        if let Some(last) = found.last_mut() {
            last.extend(letter.to_lowercase().filter(|letter| *letter != '_'));
        }
    }
    found
}

/// (g) Nothing is left for later in the text; that is what issues are for. Tests count too.
fn leftovers(source: &Source) -> Vec<Finding> {
    let left = tokens(&blanked(&source.text, false));
    let left = left.into_iter().filter(|token| matches!(token.text.as_str(), "TODO" | "FIXME" | "XXX"));
    left.map(|token| source.finding(token.line, "leftover", format!("`{}`; do it, or open an issue", token.text)))
        .collect()
}

/// (h) The crate roots forbid unsafe code.
fn no_unsafe(source: &Source) -> Vec<Finding> {
    let root = matches!(source.path.as_str(), "src/lib.rs" | "src/main.rs");
    let wanted = ["#", "!", "[", "forbid", "(", "unsafe_code", ")", "]"];
    let forbids =
        source.tokens.windows(wanted.len()).any(|window| window.iter().map(|token| token.text.as_str()).eq(wanted));
    let what = "the crate root lacks `#![forbid(unsafe_code)]`; add it";
    (root && !forbids).then(|| source.finding(1, "unsafe", what)).into_iter().collect()
}

/// What is called `tests` is not read as production code, so it must be marked as tests.
fn tests_are_marked(source: &Source) -> Vec<Finding> {
    let unmarked = source.tokens.windows(2).filter(|pair| pair[0].text == "mod" && pair[1].text == "tests");
    unmarked.map(|pair| source.finding(pair[0].line, "tests", "`mod tests` without `#[cfg(test)]`; add it")).collect()
}

fn judged(sources: &[Source]) -> Vec<Finding> {
    let mut found: Vec<Finding> =
        sources.iter().flat_map(|source| RULES.iter().flat_map(|rule| rule(source))).collect();
    let mut rooms: BTreeMap<&str, Vec<&Source>> = BTreeMap::new();
    for source in sources {
        rooms.entry(source.room()).or_default().push(source);
    }
    let pure = ROOMS.iter().filter(|room| room.1).filter_map(|room| rooms.get(room.0));
    found.extend(pure.flat_map(|room| hash_order(room)));
    found.sort_by(|left, right| (&left.path, left.line, left.rule).cmp(&(&right.path, right.line, right.rule)));
    found.dedup_by(|later, first| (&later.path, later.line, &later.what) == (&first.path, first.line, &first.what));
    found
}

fn read_below(folder: &Path, name: &str, sources: &mut Vec<Source>) {
    for entry in std::fs::read_dir(folder).expect("the folder of a crate can be listed") {
        let path = entry.expect("an entry of the folder can be read").path();
        let name = format!("{name}/{}", path.file_name().expect("an entry has a name").to_string_lossy());
        if path.is_dir() {
            read_below(&path, &name, sources);
        } else if name.ends_with(".rs") {
            let text = std::fs::read_to_string(&path).expect("a source file is readable UTF-8");
            sources.push(Source::read(&name, &text));
        }
    }
}

fn todays_sources() -> Vec<Source> {
    let mut sources = Vec::new();
    read_below(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), "src", &mut sources);
    sources
}

// ---- The house as it stands ----

#[test]
fn the_house_keeps_its_rules() {
    let sources = todays_sources();
    for root in ["src/lib.rs", "src/main.rs", "src/domain/kind.rs"] {
        assert!(sources.iter().any(|source| source.path == root), "{root} was not read; was the house moved?");
    }
    let found = judged(&sources);
    let lines: Vec<String> =
        found.iter().map(|it| format!("{}:{}: [{}] {}", it.path, it.line, it.rule, it.what)).collect();
    assert!(found.is_empty(), "{} breaches of the house rules\n{}", found.len(), lines.join("\n"));
}

#[test]
fn the_map_names_every_room() {
    let map = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("ARCHITECTURE.md"))
        .expect("the map is readable");
    for source in todays_sources() {
        let room = source.room();
        let named = [format!("`src/{room}/`"), format!("`src/{room}.rs`"), format!("`{room}.rs`")];
        assert!(named.iter().any(|name| map.contains(name)), "ARCHITECTURE.md says nothing of {}", named[0]);
    }
}

// ---- The rules themselves: what each must and must not report ----

/// The rules and lines reported for one file.
fn reported(path: &str, text: &str) -> Vec<(&'static str, usize)> {
    let mut found: Vec<_> = judged(&[Source::read(path, text)]).iter().map(|it| (it.rule, it.line)).collect();
    found.dedup();
    found
}

#[test]
fn each_rule_reports_its_breach() {
    let long = format!("//! x\n{}", "// one more\n".repeat(MOST_LINES));
    let bad: &[(&str, &str, &str, usize)] = &[
        ("src/domain/a.rs", "//! x\nuse crate::graph::State;", "arrow", 2),
        ("src/graph/a.rs", "//! x\nuse crate::{\n    domain::Id,\n    search::{Hit, Hits},\n};", "arrow", 4),
        ("src/intake/a.rs", "//! x\nfn f(x: innograph::rights::Role) {}", "arrow", 2),
        ("src/intake/a.rs", "//! x\nuse super::super::graph::State;", "arrow", 2),
        ("src/intake/mod.rs", "//! x\nmod a { use super::super::graph::State; }", "arrow", 2),
        ("src/intake/mod.rs", "//! x\nuse super::{domain, graph};", "arrow", 2),
        ("src/api/a/b.rs", "//! x\nuse crate::ledger::Ledger;", "arrow", 2),
        ("src/matching/a.rs", "//! x\nuse crate::rights::Rights;", "arrow", 2),
        ("src/domain/a.rs", "//! x\nuse crate::*;", "arrow", 2),
        ("src/attic/a.rs", "//! x", "room", 1),
        ("src/graph/a.rs", "//! x\nuse std::time::{Duration, Instant};", "pure", 2),
        ("src/graph/a.rs", "//! x\nfn f() { let t = time::OffsetDateTime::now_utc(); }", "pure", 2),
        ("src/network/a.rs", "//! x\nlet n = rand::random();", "pure", 2),
        ("src/intake/a.rs", "//! x\nuse std::{\n fs,\n};", "pure", 3),
        ("src/export/a.rs", "//! x\nasync fn f() {}", "pure", 2),
        ("src/rights/a.rs", "//! x\nfn f() { println!() }", "pure", 2),
        ("src/graph/a.rs", "//! x\nfn f(m: &HashMap<u8, u8>) { for (a, b) in m { g(a, b) } }", "hash order", 2),
        ("src/graph/a.rs", "//! x\nfn f() { let mut m = HashSet::new();\n m.drain(); }", "hash order", 3),
        ("src/graph/a.rs", "//! x\nstruct A { ids: HashMap<u8, u8> }\nfn f(a: &A) { a.ids.keys(); }", "hash order", 3),
        ("src/engine/a.rs", "//! x\nuse petgraph::Graph;", "home", 2),
        ("src/api/a.rs", "//! x\nfn f() -> rusqlite::Result<()> {}", "home", 2),
        ("src/matching/a.rs", "//! x\nuse tantivy::Term;", "home", 2),
        ("src/cli/a.rs", "//! x\nuse async_graphql::Schema;", "home", 2),
        ("src/graph/a.rs", &long, "length", MOST_LINES + 1),
        ("src/api/a.rs", "//! x\nfn f() { g()\n.unwrap(); }", "panic", 3),
        ("src/api/a.rs", "//! x\nfn f() { panic!(\"no\") }", "panic", 2),
        ("src/api/a.rs", "//! x\n#[cfg(test)]\nfn t() { a.unwrap() }\nfn f() { todo!() }", "panic", 4),
        ("src/api/a.rs", "// x", "opening", 1),
        ("src/api/a.rs", "//! x\nfn handle_upload() {}", "name", 2),
        ("src/api/a.rs", "//! x\npub struct UploadManager;", "name", 2),
        ("src/api/a.rs", "//! x\nmod utils;", "name", 2),
        ("src/api/a.rs", "//! x\nimpl A { fn type_info() {} }", "name", 2),
        ("src/api/a.rs", "//! x\nimpl A for B { fn a() {\n fn type_info() {} } }", "name", 3),
        ("src/api/a.rs", "//! x\nimpl A for B { fn a() {} }\nfn process() {}", "name", 3),
        ("src/api/a.rs", "//! x\n// TODO: later", "leftover", 2),
        ("src/lib.rs", "//! x\n//! #![forbid(unsafe_code)]", "unsafe", 1),
        ("src/api/a.rs", "//! x\nmod tests;", "tests", 2),
    ];
    for (path, text, rule, line) in bad {
        assert_eq!(reported(path, text), [(*rule, *line)], "{path}\n{text}");
    }
}

#[test]
fn a_field_name_used_twice_is_judged_by_its_owner() {
    let shared = "//! x\nstruct Indexes { names: HashMap<String, u8> }\nstruct Entity { names: Vec<u8> }\n\
                  struct State { indexes: Arc<Indexes>, entity: Entity }\n";
    let using = |body: &str| reported("src/graph/a.rs", &format!("{shared}{body}"));
    assert_eq!(using("fn f(s: &State) { s.indexes.names.iter(); }"), [("hash order", 5)]);
    assert_eq!(using("fn f(s: &State) { make(&mut s.indexes).names.values(); }"), [("hash order", 5)]);
    assert_eq!(using("fn f(s: &State) { s.entity.names.iter(); s.indexes.names.get(x); }"), []);
}

#[test]
fn what_is_allowed_is_not_reported() {
    let tested = format!("//! x\n#[cfg(test)]\nmod tests {{\n{}}}\n", "// one more\n".repeat(MOST_LINES));
    let good: &[(&str, &str)] = &[
        (
            "src/graph/a.rs",
            "//! x\nuse crate::domain::{Id, Kind};\nuse super::state::State;\npub(crate) use super::walk;",
        ),
        ("src/graph/a/b.rs", "//! x\nuse super::super::engine;"),
        ("src/graph/a.rs", "//! x\n// crate::engine, Instant, unwrap()\n/* panic!() /* tantivy */ std::fs */"),
        ("src/graph/a.rs", "//! x\nconst A: &str = \"crate::engine \\\" unwrap()\"; const B: char = '\"';"),
        (
            "src/graph/a.rs",
            "//! x\nconst A: &str = r#\"panic!(\"TODO\") use petgraph\"#; const B: &[u8] = br\"dbg!()\\\";",
        ),
        ("src/intake/a.rs", "//! x\nfn f<'a>(x: &'a str) -> &'a str { x.unwrap_or('\\'') }"),
        ("src/graph/a.rs", "//! x\nuse std::collections::HashMap;\nfn f(m: &HashMap<u8, u8>) { m.get(&1); v.iter(); }"),
        ("src/engine/a.rs", "//! x\nuse std::time::Instant;\nfn f(m: HashMap<u8, u8>) { m.iter(); }"),
        ("src/graph/a.rs", "//! x\nuse petgraph::stable_graph::NodeIndex;"),
        ("src/cli/schema.rs", "//! x\nuse async_graphql::Schema;"),
        (
            "src/graph/a.rs",
            "//! x\n#[cfg(test)]\nmod tests {\n use crate::engine::Engine;\n fn f() { a.unwrap(); panic!() }\n}",
        ),
        ("src/graph/tests.rs", "//! x\nuse crate::engine::Engine;\nfn f() { a.unwrap() }"),
        ("src/graph/a.rs", &tested),
        ("src/api/a.rs", "//! x\nfn processed_rows() {}\nstruct Information;\nlet handle = process();"),
        ("src/api/a.rs", "//! x\nimpl<T> Output for A<T> { fn type_info(&self) { if a { b() } } fn handle() {} }"),
        ("src/main.rs", "//! x\n#![forbid(unsafe_code)]\nuse innograph::cli;"),
    ];
    for (path, text) in good {
        assert_eq!(reported(path, text), [], "{path}\n{text}");
    }
}
