//! Documents by chance, from the committed schema: trees of fields that are always valid, written in
//! several ways that mean the same.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::LazyLock;

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{BaseType, FieldDefinition, Type, TypeKind, TypeSystemDefinition};
use serde_json::{Map, Value, json};

use crate::support::project;
use crate::synthetic::Numbers;

/// Levels of a document.
const DEEPEST: usize = 7;

/// A document with its variables.
pub struct Made {
    pub text: String,
    pub variables: Value,
}

/// What a field gives, and what it takes.
struct Declared {
    name: String,
    ty: String,
    arguments: Vec<(String, String, bool)>,
}

/// Fields by type; none of a union.
static TYPES: LazyLock<BTreeMap<String, Vec<Declared>>> = LazyLock::new(|| {
    let text = std::fs::read_to_string(project("schema/schema.graphql")).expect("the committed schema");
    let document = parse_schema(text).expect("the committed schema can be read");
    let mut types = BTreeMap::new();
    for definition in document.definitions {
        let TypeSystemDefinition::Type(definition) = definition else { continue };
        let fields = |all: &[async_graphql::Positioned<FieldDefinition>]| {
            all.iter().map(|field| declared(&field.node)).collect()
        };
        let fields = match &definition.node.kind {
            TypeKind::Object(object) => fields(&object.fields),
            TypeKind::Interface(interface) => fields(&interface.fields),
            TypeKind::Union(_) => Vec::new(),
            _ => continue,
        };
        types.insert(definition.node.name.node.to_string(), fields);
    }
    types
});

fn bare(ty: &Type) -> String {
    match &ty.base {
        BaseType::Named(name) => name.to_string(),
        BaseType::List(inner) => bare(inner),
    }
}

fn declared(field: &FieldDefinition) -> Declared {
    let argument = |argument: &async_graphql::parser::types::InputValueDefinition| {
        let required = !argument.ty.node.nullable && argument.default_value.is_none();
        (argument.name.node.to_string(), argument.ty.node.to_string(), required)
    };
    let arguments = field.arguments.iter().map(|given| argument(&given.node)).collect();
    Declared { name: field.name.node.to_string(), ty: bare(&field.ty.node), arguments }
}

/// A field with what is selected below it. Fields of one level have names of their own.
#[derive(Clone, Debug)]
pub struct Selected {
    name: String,
    arguments: Vec<(String, String, Value)>,
    /// The type below, and its fields; none for a leaf.
    below: Option<(String, Vec<Selected>)>,
}

/// A document as a tree, without a way of writing it.
#[derive(Clone)]
pub struct Tree {
    fields: Vec<Selected>,
}

/// Makes trees.
pub struct Maker<'n> {
    numbers: &'n mut Numbers,
    /// Fields that may still be added: a document stays within the limits.
    left: usize,
}

impl<'n> Maker<'n> {
    pub fn new(numbers: &'n mut Numbers) -> Self {
        let left = 5 + numbers.below(45);
        Self { numbers, left }
    }

    /// A tree of one to four roots.
    pub fn tree(mut self) -> Tree {
        let roots = 1 + self.numbers.below(4);
        let mut fields = Vec::new();
        while fields.is_empty() {
            fields = self.level("Query", roots, 1);
        }
        // What is asked for twice can be written as one fragment.
        if self.numbers.below(2) == 0 {
            fields.push(fields[self.numbers.below(fields.len())].clone());
        }
        Tree { fields }
    }

    fn level(&mut self, ty: &str, most: usize, depth: usize) -> Vec<Selected> {
        let mut found = Vec::new();
        let all = &TYPES[ty];
        for _ in 0..most {
            let field = &all[self.numbers.below(all.len())];
            if self.left == 0 {
                break;
            }
            if let Some(selected) = self.field(field, depth) {
                self.left = self.left.saturating_sub(1);
                found.push(selected);
            }
        }
        found
    }

    fn field(&mut self, field: &Declared, depth: usize) -> Option<Selected> {
        let mut arguments = Vec::new();
        for (name, ty, required) in &field.arguments {
            let chosen = matches!(name.as_str(), "first" | "filter" | "relations" | "kinds");
            let wanted = *required || (chosen && self.numbers.below(2) == 0);
            if wanted {
                arguments.push((name.clone(), ty.clone(), self.argument(name, ty)?));
            }
        }
        let below = match TYPES.get(&field.ty) {
            None => None,
            Some(_) if depth >= DEEPEST => return None,
            Some(all) if all.is_empty() => return None,
            Some(_) => {
                let most = 1 + self.numbers.below(4);
                let fields = self.level(&field.ty, most, depth + 1);
                if fields.is_empty() {
                    return None;
                }
                Some((field.ty.clone(), fields))
            }
        };
        Some(Selected { name: field.name.clone(), arguments, below })
    }

    /// A value that fits; none for arguments that this generator does not know.
    fn argument(&mut self, name: &str, ty: &str) -> Option<Value> {
        let number = self.numbers.below(30);
        Some(match (name, ty) {
            ("first" | "limit", _) => json!(1 + self.numbers.below(10)),
            (_, "Reference!") => json!({ "code": key(number) }),
            ("text", "String!") => json!(["示例", "科技", "合作", "东河", "qiye", "x"][self.numbers.below(6)]),
            ("for", "PartnerWish!") => match self.numbers.below(2) {
                0 => json!({ "text": "数控机床 精密加工 合作研发" }),
                _ => json!({ "organization": { "code": key(number) } }),
            },
            ("of", "StatisticsOf!") => json!(["ENTERPRISE", "ORGANIZATION"][self.numbers.below(2)]),
            ("groupBy" | "keys", "[String!]!") => {
                json!(vec![["region", "nodeKind", "field:HT8"][self.numbers.below(3)]])
            }
            ("filter", "StatisticsFilter") => return None,
            ("filter", _) if ty.ends_with("Filter") && ty != "ChangeFilter" => self.filter(condition(ty), 2),
            ("relations", "[Relation!]") => json!(["SUPPLIES", "LOCATED_IN", "SUPPLIES"]),
            ("kinds", "[NodeKind!]") => json!(["ENTERPRISE", "INSTITUTE"]),
            ("layer", "NetworkLayer!") => json!({ "relations": ["SUPPLIES", "PARTICIPATES_IN"] }),
            ("by", "NetworkMeasure!") => json!(["DEGREE", "BETWEENNESS", "CONSTRAINT"][self.numbers.below(3)]),
            ("by", "NetworkGrouping!") => json!(["KIND", "CITY", "CLUSTER"][self.numbers.below(3)]),
            ("by", "NetworkRemovalOrder!") => json!(["DEGREE", "RANDOM"][self.numbers.below(2)]),
            ("windows", "[NetworkWindow!]!") => json!([{}, {}]),
            ("chain", "String!") => json!("HT8"),
            ("id", "ID!") => json!("01ARZ3NDEKTSV4RRFFQ69G5FAV"),
            ("ids", "[ID!]!") => json!(["01ARZ3NDEKTSV4RRFFQ69G5FAV", "01ARZ3NDEKTSV4RRFFQ69G5FAW"]),
            _ => return None,
        })
    }
}

impl Maker<'_> {
    fn filter(&mut self, condition: &Value, deeper: usize) -> Value {
        match self.numbers.below(if deeper == 0 { 2 } else { 4 }) {
            0 => json!({}),
            1 => condition.clone(),
            2 => json!({ "not": self.filter(condition, deeper - 1) }),
            _ => json!({ "and": [self.filter(condition, deeper - 1), self.filter(condition, deeper - 1)] }),
        }
    }
}

/// A condition that a filter of this type takes: nodes have names, records lie in regions.
fn condition(ty: &str) -> &'static Value {
    static OF_NODES: LazyLock<Value> = LazyLock::new(|| json!({ "nameContains": "示例" }));
    static OF_RECORDS: LazyLock<Value> = LazyLock::new(|| json!({ "region": { "code": key(3) } }));
    let is_of_nodes = innograph::domain::Kind::all().any(|kind| ty == format!("{}Filter", kind.row().name));
    if is_of_nodes || ty == "OrganizationFilter" { &OF_NODES } else { &OF_RECORDS }
}

fn key(number: usize) -> String {
    crate::synthetic::key(number)
}

/// A value as GraphQL writes it.
fn literal(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let fields: Vec<String> =
                fields.iter().map(|(name, value)| format!("{name}: {}", literal(value))).collect();
            format!("{{{}}}", fields.join(", "))
        }
        Value::Array(list) => format!("[{}]", list.iter().map(literal).collect::<Vec<_>>().join(", ")),
        plain => plain.to_string(),
    }
}

/// How a tree is written.
struct Writer<'w> {
    aliases: usize,
    /// Definitions and values of variables.
    definitions: Vec<String>,
    variables: Map<String, Value>,
    fragments: Vec<String>,
    /// Names of fragments by what they hold.
    named: BTreeMap<String, String>,
    /// Says of each argument how it is written, and of each selection whether it becomes a fragment.
    as_variable: &'w mut dyn FnMut() -> Option<bool>,
    as_fragment: &'w mut dyn FnMut() -> bool,
}

impl Writer<'_> {
    fn set(&mut self, ty: &str, fields: &[Selected], text: &mut String) {
        text.push_str("{ ");
        if (self.as_fragment)() {
            let held = format!("{ty} {fields:?}");
            if let Some(name) = self.named.get(&held) {
                let _ = write!(text, "...{name} }} ");
                return;
            }
            let name = format!("F{}", self.aliases);
            self.aliases += 1;
            self.named.insert(held, name.clone());
            let mut body = String::new();
            self.fields(fields, &mut body);
            self.fragments.push(format!(" fragment {name} on {ty} {{ {body} }}"));
            let _ = write!(text, "...{name} ");
        } else if (self.as_fragment)() {
            let _ = write!(text, "... on {ty} {{ ");
            self.fields(fields, text);
            text.push_str("} ");
        } else {
            self.fields(fields, text);
        }
        text.push_str("} ");
    }

    fn fields(&mut self, fields: &[Selected], text: &mut String) {
        for field in fields {
            // Leaves without arguments lie over each other; everything else has a name of its own.
            if field.below.is_some() || !field.arguments.is_empty() {
                let _ = write!(text, "a{}: ", self.aliases);
                self.aliases += 1;
            }
            text.push_str(&field.name);
            let arguments: Vec<String> = field.arguments.iter().map(|given| self.argument(given)).collect();
            if !arguments.is_empty() {
                let _ = write!(text, "({})", arguments.join(", "));
            }
            text.push(' ');
            if let Some((ty, below)) = &field.below {
                self.set(ty, below, text);
            }
        }
    }

    fn argument(&mut self, (name, ty, value): &(String, String, Value)) -> String {
        // Codes are written without quotes.
        let codes = ["[Relation", "[NodeKind", "StatisticsOf", "Network"];
        let is_code = codes.iter().any(|code| ty.starts_with(code));
        let text = if is_code { literal(value).replace('"', "") } else { literal(value) };
        let Some(in_default) = (self.as_variable)() else { return format!("{name}: {}", text) };
        let variable = format!("v{}", self.definitions.len());
        if in_default {
            self.definitions.push(format!("${variable}: {ty} = {}", text));
        } else {
            self.definitions.push(format!("${variable}: {ty}"));
            self.variables.insert(variable.clone(), value.clone());
        }
        format!("{name}: ${variable}")
    }
}

impl Tree {
    fn write(&self, as_variable: &mut dyn FnMut() -> Option<bool>, as_fragment: &mut dyn FnMut() -> bool) -> Made {
        let (definitions, variables, fragments, named) = (Vec::new(), Map::new(), Vec::new(), BTreeMap::new());
        let mut writer = Writer { aliases: 0, definitions, variables, fragments, named, as_variable, as_fragment };
        let mut body = String::new();
        writer.set("Query", &self.fields, &mut body);
        let definitions = match writer.definitions.as_slice() {
            [] => String::new(),
            all => format!("({})", all.join(", ")),
        };
        let text = format!("query Q{definitions} {body}{}", writer.fragments.concat());
        Made { text, variables: Value::Object(writer.variables) }
    }

    pub fn with_literals(&self) -> Made {
        self.write(&mut || None, &mut || false)
    }

    pub fn with_fragments(&self, numbers: &mut Numbers) -> Made {
        self.write(&mut || None, &mut || numbers.below(2) == 0)
    }

    pub fn with_variables(&self, numbers: &mut Numbers) -> Made {
        self.write(&mut || (numbers.below(4) > 0).then_some(false), &mut || false)
    }

    pub fn with_defaults(&self) -> Made {
        self.write(&mut || Some(true), &mut || false)
    }

    /// The same with one more field somewhere.
    pub fn and_one_more(&self, numbers: &mut Numbers) -> Tree {
        let mut tree = self.clone();
        let mut fields = &mut tree.fields;
        let mut ty = "Query".to_owned();
        loop {
            let deeper: Vec<usize> = (0..fields.len()).filter(|place| fields[*place].below.is_some()).collect();
            if deeper.is_empty() || numbers.below(3) == 0 {
                break;
            }
            let place = deeper[numbers.below(deeper.len())];
            let below = fields[place].below.as_mut().expect("it has some");
            ty.clone_from(&below.0);
            fields = &mut below.1;
        }
        let mut more = Vec::new();
        while more.is_empty() {
            more = Maker { numbers, left: 3 }.level(&ty, 1, DEEPEST - 1);
        }
        fields.extend(more);
        tree
    }
}
