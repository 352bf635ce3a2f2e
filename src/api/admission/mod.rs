//! Admission: what a document costs, judged before async-graphql sees it.
//!
//! async-graphql validates at once and without memo: a document of 900 bytes whose fragments
//! double can cost a second of it. So a document is read here first: its size, depth, directives,
//! its fields once fragments are written out (each fragment is counted once), and its price from
//! the declarations with variables and defaults resolved. Arithmetic saturates.

mod bucket;
mod clients;
mod coercion;
mod door;
mod freshness;
mod known;
mod moments;
mod overlap;
mod price;
mod shape;
mod size;
mod trusted;
mod validator;
mod variables;
pub(in crate::api) mod weight;

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::Variables;
use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, FragmentDefinition, OperationDefinition, OperationType,
};
use async_graphql::{Name, Positioned};

use super::error::ApiError;
use super::types::moment::Moment;
use crate::config::Limits;

pub use clients::{Client, Clients, Refused, Turn, Which};
pub use door::Door;
pub use freshness::MIN_SEQUENCE;
pub use known::{Documents, Known};
pub use moments::{FROM_KNOWN_AT, KNOWN_AT, TO_KNOWN_AT};
pub use price::Priced;
pub use shape::{Shape, Shapes};
pub use trusted::{Judge, Operation, Trusted, document_id};
pub use validator::Validator;

/// A document that may run.
pub struct Admitted {
    /// Parsed.
    pub known: Arc<Known>,
    /// What it asks for.
    pub operation: OperationType,
    /// What it may cost at most, in rows.
    pub price: Priced,
    /// Its variables, defaults filled in.
    pub variables: Variables,
    /// The sequence number that the search index must have come to before it runs.
    pub min_sequence: Option<i64>,
    /// The moments whose knowledge it asks for.
    pub moments: Vec<Moment>,
}

type Fragments = HashMap<Name, Positioned<FragmentDefinition>>;

/// Judge a document with its variables.
pub fn admit(
    documents: &Documents,
    text: &str,
    operation_name: Option<&str>,
    variables: &Variables,
    limits: &Limits,
    door: Door,
) -> Result<Admitted, ApiError> {
    let known = known(documents, text, limits)?;
    let operation = operation(&known.document, operation_name)?;
    if !known.is_validated() {
        // Once for all: whichever of its operations runs.
        for (_, operation) in known.document.operations.iter() {
            variables::check_constants(&known.document.fragments, &operation.node)?;
        }
    }
    variables::check(&known.document.fragments, &operation.node, variables)?;
    weigh(Arc::clone(&known), operation_name, variables.clone(), limits, door)
}

/// The document of that text, read before or now.
fn known(documents: &Documents, text: &str, limits: &Limits) -> Result<Arc<Known>, ApiError> {
    if let Some(known) = documents.find(text) {
        return Ok(known);
    }
    let known = Arc::new(Known::new(read(text, limits)?));
    documents.keep(text, &known);
    Ok(known)
}

/// Judge a document: its size, and what it costs with these variables, whether or not they fit.
fn weigh(
    known: Arc<Known>,
    operation_name: Option<&str>,
    variables: Variables,
    limits: &Limits,
    door: Door,
) -> Result<Admitted, ApiError> {
    let document = &known.document;
    let operation = operation(document, operation_name)?;
    let asked = operation.node.ty;
    door.takes(asked)?;
    // From here on a variable has its value, or none.
    let variables = variables::with_defaults(&operation.node, variables);
    let price = match known.priced.get() {
        Some(priced) => *priced,
        None => {
            size::roots(document, operation, limits)?;
            let priced = price::of(&document.fragments, &operation.node, &variables, limits)?;
            let is_fixed = operation.node.variable_definitions.is_empty() && is_single(document);
            if is_fixed { *known.priced.get_or_init(|| priced) } else { priced }
        }
    };
    if price.total() > limits.price {
        return Err(too_costly(price, limits));
    }
    let min_sequence = freshness::wanted(&document.fragments, &operation.node, &variables);
    let moments = moments::asked(&document.fragments, &operation.node, &variables, limits)?;
    Ok(Admitted { known, operation: asked, price, variables, min_sequence, moments })
}

/// The type whose fields an operation begins with.
fn root(operation: OperationType) -> &'static str {
    match operation {
        OperationType::Query => "Query",
        OperationType::Mutation => "Mutation",
        OperationType::Subscription => "Subscription",
    }
}

/// Told without the reserve, which nobody who asks can make smaller.
fn too_costly(price: Priced, limits: &Limits) -> ApiError {
    let (fields, reserve) = (price.fields, price.reserve);
    let most = limits.price.saturating_sub(reserve);
    ApiError::new(
        "TOO_COSTLY",
        format!(
            "查询的各字段最多要 {fields} 行，最多允许 {most} 行（另为遍历预留 {reserve} 行）。请减小 first、减少嵌套的列表，或分几次查。"
        ),
        format!(
            "The fields of the document cost up to {fields} rows; {most} are allowed, beside {reserve} set aside for walks. Lower first, nest fewer lists, or ask in parts."
        ),
    )
}

fn is_single(document: &ExecutableDocument) -> bool {
    match &document.operations {
        DocumentOperations::Single(_) => true,
        DocumentOperations::Multiple(all) => all.len() == 1,
    }
}

/// Read a document and judge everything that does not hang on variables or on which operation runs.
fn read(text: &str, limits: &Limits) -> Result<ExecutableDocument, ApiError> {
    if text.len() > limits.document_bytes {
        return Err(too("DOCUMENT_TOO_LONG", "查询文字", "document", "字节", "bytes", limits.document_bytes));
    }
    size::tokens(text, limits)?;
    let document = async_graphql::parser::parse_query(text).map_err(|error| syntax(text, &error))?;
    size::expanded(&document, limits)?;
    for (_, operation) in document.operations.iter() {
        overlap::judge(&document.fragments, operation.node.ty, &operation.node.selection_set.node)?;
    }
    Ok(document)
}

/// What is wrong with a document, with the slips that people make most.
fn syntax(text: &str, error: &async_graphql::parser::Error) -> ApiError {
    let place = error.positions().next().map(|position| (position.line, position.column)).unwrap_or((1, 1));
    let (zh, en) = if text.trim().is_empty() {
        (
            "查询是空的。请从示例中选一条，或写 { service { storeName } }。",
            "The document is empty. Open a sample, or write { service { storeName } }.",
        )
    } else if text.contains(['“', '”', '‘', '’', '：', '（', '）', '｛', '｝', '，']) {
        (
            "请把中文的引号、冒号、括号、逗号换成英文的 \" : ( ) { } ,。",
            "Replace Chinese quotes, colons, brackets and commas by the plain ones: \" : ( ) { } ,.",
        )
    } else {
        ("请检查这里的括号、引号和字段名。", "Check brackets, quotes and names there.")
    };
    let (line, column) = place;
    ApiError::new(
        "SYNTAX",
        format!("查询语法有误，在第 {line} 行第 {column} 列附近。{zh}"),
        format!("The document has a syntax error near line {line}, column {column}. {en}"),
    )
}

fn operation<'d>(
    document: &'d ExecutableDocument,
    name: Option<&str>,
) -> Result<&'d Positioned<OperationDefinition>, ApiError> {
    let unknown = || {
        ApiError::new(
            "UNKNOWN_OPERATION",
            "没有 operationName 所指的操作。请核对名称。",
            "There is no operation of that operationName. Check the name.",
        )
    };
    match (&document.operations, name) {
        (DocumentOperations::Single(operation), None) => Ok(operation),
        // The parser keeps those that have a name among several, also where there is but one.
        (DocumentOperations::Single(_), Some(_)) => Err(unknown()),
        (DocumentOperations::Multiple(all), Some(name)) => all.get(name).ok_or_else(unknown),
        (DocumentOperations::Multiple(all), None) if all.len() == 1 => all.values().next().ok_or_else(unknown),
        (DocumentOperations::Multiple(_), None) => Err(ApiError::new(
            "OPERATION_NAME_REQUIRED",
            "查询中有几个操作，请用 operationName 指明执行哪一个。",
            "The document has several operations; name one with operationName.",
        )),
    }
}

fn too(
    code: &'static str,
    zh: &str,
    en: &str,
    unit_zh: &str,
    unit_en: &str,
    limit: impl std::fmt::Display,
) -> ApiError {
    ApiError::new(
        code,
        format!("{zh}超过上限 {limit} {unit_zh}。请缩减，或分几次提交。"),
        format!("The {en} passes the limit of {limit} {unit_en}. Shorten it or ask in parts."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::{Value, value};

    fn judge(text: &str, variables: Value) -> Result<u64, &'static str> {
        let variables = Variables::from_value(variables);
        admit(&Documents::new(8, 80_000), text, None, &variables, &Limits::default(), Door::Post)
            .map(|admitted| admitted.price.total())
            .map_err(|error| error.code)
    }

    fn price(text: &str) -> u64 {
        judge(text, value!({})).expect("admitted")
    }

    #[test]
    fn price_grows_with_what_is_asked() {
        let small = price("{ enterprises(first: 5) { edges { node { nameZh } } } }");
        let more_rows = price("{ enterprises(first: 50) { edges { node { nameZh } } } }");
        let more_fields = price("{ enterprises(first: 5) { edges { node { nameZh nameEn } } } }");
        assert!(more_rows > small && more_fields > small);
    }

    #[test]
    fn variables_defaults_and_literals_cost_the_same() {
        let literal = price("{ enterprises(first: 40) { edges { node { nameZh } } } }");
        let variable =
            judge("query($n: Int!) { enterprises(first: $n) { edges { node { nameZh } } } }", value!({"n": 40}));
        let default =
            judge("query($n: Int! = 40) { enterprises(first: $n) { edges { node { nameZh } } } }", value!({}));
        assert_eq!((variable, default), (Ok(literal), Ok(literal)));
    }

    #[test]
    fn fragments_cost_what_they_stand_for() {
        let inline = price("{ enterprises(first: 9) { edges { node { nameZh names { text } } } } }");
        let spread = price(
            "{ enterprises(first: 9) { edges { node { ...F } } } } fragment F on Enterprise { nameZh names { text } }",
        );
        assert_eq!(inline, spread);
    }

    #[test]
    fn amplification_is_refused_however_it_is_written() {
        let nest = |first: &str| {
            format!(
                "query($n: Int = 100) {{ enterprises(first: {first}) {{ edges {{ node {{ collaborations(first: {first}) {{ edges {{ node {{ participants(first: {first}) {{ edges {{ node {{ id }} }} }} }} }} }} }} }} }} }}"
            )
        };
        assert_eq!(judge(&nest("100"), value!({})), Err("TOO_COSTLY"));
        assert_eq!(judge(&nest("$n"), value!({"n": 100})), Err("TOO_COSTLY"));
        assert_eq!(judge(&nest("$n"), value!({})), Err("TOO_COSTLY"));
    }

    #[test]
    fn doubling_fragments_are_refused_at_once() {
        let mut text = "{ ...F0 }".to_owned();
        for place in 0..28 {
            text += &format!(" fragment F{place} on Query {{ ...F{} ...F{} }}", place + 1, place + 1);
        }
        text += " fragment F28 on Query { __typename }";
        assert_eq!(judge(&text, value!({})), Err("TOO_MANY_FIELDS"));
    }

    #[test]
    fn cycles_depth_aliases_and_directives_are_refused() {
        assert_eq!(
            judge("{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }", value!({})),
            Err("FRAGMENT_CYCLE")
        );
        let deep = "{ ".to_owned() + &"node(id: \"x\") { ".repeat(40) + "id " + &"}".repeat(41);
        assert_eq!(judge(&deep, value!({})), Err("TOO_DEEP"));
        let aliases: String = (0..30).map(|place| format!("a{place}: service {{ version }} ")).collect();
        assert_eq!(judge(&format!("{{ {aliases} }}"), value!({})), Err("TOO_MANY_ROOT_FIELDS"));
        let fields: String = (0..60).map(|place| format!("a{place}: version @include(if: true) ")).collect();
        assert_eq!(judge(&format!("{{ service {{ {fields} }} }}"), value!({})), Err("TOO_MANY_DIRECTIVES"));
    }

    #[test]
    fn what_is_counted_is_what_is_read() {
        // After a comment that ends with a lone carriage return, and after an escaped quote of a block string.
        let brackets = "[".repeat(5_000);
        for text in [
            format!("#\r{{ node(id: {brackets}"),
            format!("{{ __typename @skip(if: \"\"\"\\\"\"\" \"\"\") a(b: {brackets}"),
            format!("{{ a(b: \"x\r{brackets}"),
        ] {
            assert_eq!(judge(&text, value!({})), Err("TOO_DEEP"), "{}", &text[..40]);
        }
        let many = "version ".repeat(4_900);
        assert_eq!(judge(&format!("#\r{{ service {{ {many} }} }}"), value!({})), Err("TOO_MANY_TOKENS"));
        assert_eq!(judge(&format!("{{ {}: __typename }}", "L".repeat(101)), value!({})), Err("NAME_TOO_LONG"));
        let block = "{ search(text: \"\"\"a \\\"\"\" [[[ b\"\"\", first: 1) { totalCount } }";
        assert!(judge(block, value!({})).is_ok());
    }

    #[test]
    fn operations_are_judged_together() {
        let one = |place: usize| {
            let fields: String = (0..20).map(|field| format!("a{field}: version ")).collect();
            format!("query Q{place} {{ service {{ {fields} }} }} ")
        };
        let text: String = (0..15).map(one).collect();
        let named =
            admit(&Documents::new(8, 80_000), &text, Some("Q1"), &Variables::default(), &Limits::default(), Door::Post);
        assert_eq!(named.err().map(|error| error.code), Some("TOO_MANY_ALIASES"));
    }

    #[test]
    fn directives_are_known_and_stand_once() {
        let twice = "{ service @skip(if: false) @skip(if: true) { version } }";
        assert_eq!(judge(twice, value!({})), Err("REPEATED_DIRECTIVE"));
        for unknown in [
            "{ __typename @nobody }",
            "query @include(if: true) { __typename }",
            "query($a: Int @skip(if: true)) { __typename }",
            "{ ...F } fragment F on Query @skip(if: true) { __typename }",
        ] {
            assert_eq!(judge(unknown, value!({})), Err("UNKNOWN_DIRECTIVE"), "{unknown}");
        }
        assert!(judge("{ service @skip(if: false) @include(if: true) { version } }", value!({})).is_ok());
    }

    #[test]
    fn deep_brackets_never_reach_the_parser() {
        for open in ["{a", "(", "[", "{"] {
            assert!(judge(&open.repeat(20_000), value!({})).is_err());
        }
        assert_eq!(judge(&"a ".repeat(30_000), value!({})), Err("TOO_MANY_TOKENS"));
    }
}
