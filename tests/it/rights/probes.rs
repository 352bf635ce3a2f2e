//! Questions made from the committed schema: every root list with every filter and order, everything
//! there is to read of a node, and what walks, ranks and searches. A field that is added to the schema
//! is asked for without a line here.

use std::collections::BTreeMap;

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    BaseType, FieldDefinition, InputValueDefinition, Type, TypeDefinition, TypeKind, TypeSystemDefinition,
};

use super::hidden::WORDS;
use crate::support::project;

/// The schema by the names of its types.
pub struct Schema(BTreeMap<String, TypeDefinition>);

/// A question with a name to find it by.
pub struct Probe {
    pub name: String,
    pub query: String,
}

pub fn named(ty: &Type) -> String {
    match &ty.base {
        BaseType::Named(name) => name.to_string(),
        BaseType::List(inner) => named(inner),
    }
}

fn must_be_given(argument: &InputValueDefinition) -> bool {
    !argument.ty.node.nullable && argument.default_value.is_none()
}

impl Schema {
    pub fn committed() -> Self {
        let text = std::fs::read_to_string(project("schema/schema.graphql")).expect("the schema");
        let parsed = parse_schema(text).expect("the schema can be read");
        let definitions = parsed.definitions.into_iter().filter_map(|definition| match definition {
            TypeSystemDefinition::Type(ty) => Some((ty.node.name.node.to_string(), ty.node)),
            _ => None,
        });
        Self(definitions.collect())
    }

    pub fn fields(&self, ty: &str) -> &[async_graphql::Positioned<FieldDefinition>] {
        match self.0.get(ty).map(|found| &found.kind) {
            Some(TypeKind::Object(object)) => &object.fields,
            Some(TypeKind::Interface(interface)) => &interface.fields,
            _ => &[],
        }
    }

    pub fn input(&self, ty: &str) -> &[async_graphql::Positioned<InputValueDefinition>] {
        match self.0.get(ty).map(|found| &found.kind) {
            Some(TypeKind::InputObject(input)) => &input.fields,
            _ => &[],
        }
    }

    pub fn values(&self, ty: &str) -> Vec<String> {
        match self.0.get(ty).map(|found| &found.kind) {
            Some(TypeKind::Enum(list)) => list.values.iter().map(|value| value.node.value.node.to_string()).collect(),
            _ => Vec::new(),
        }
    }

    fn is_leaf(&self, ty: &str) -> bool {
        matches!(self.0.get(ty).map(|found| &found.kind), None | Some(TypeKind::Enum(_) | TypeKind::Scalar))
    }

    /// Everything that can be read of a type without arguments, so many steps away.
    pub fn selection(&self, ty: &str, steps: usize) -> String {
        let mut parts = vec!["__typename".to_owned()];
        for field in self.fields(ty) {
            let field = &field.node;
            if field.arguments.iter().any(|argument| must_be_given(&argument.node)) {
                continue;
            }
            let (name, of) = (&field.name.node, named(&field.ty.node));
            // The frame of a list is no step.
            let is_frame = of.ends_with("Connection") || of.ends_with("Edge") || of == "PageInfo";
            if self.is_leaf(&of) {
                parts.push(name.to_string());
            } else if is_frame || steps > 0 {
                let pages = field.arguments.iter().any(|argument| argument.node.name.node == "first");
                let arguments = if pages { "(first: 100)" } else { "" };
                let inner = self.selection(&of, if is_frame { steps } else { steps - 1 });
                parts.push(format!("{name}{arguments} {{ {inner} }}"));
            }
        }
        parts.join(" ")
    }

    /// Root fields that answer with a list in pages and must not be told anything.
    pub fn lists(&self) -> impl Iterator<Item = &FieldDefinition> {
        self.fields("Query").iter().map(|field| &field.node).filter(|field| {
            let free = !field.arguments.iter().any(|argument| must_be_given(&argument.node));
            free && named(&field.ty.node).ends_with("Connection")
        })
    }

    /// Values to filter by: of hidden facts and of others.
    pub fn wanted(&self, ty: &str) -> Vec<String> {
        let references = [
            "ent-zhengli",
            "ent-moyuan",
            "ent-kangmiao",
            "ent-dinghe",
            "inst-sgu",
            "oth-bank",
            "990101",
            "990103",
            "990100",
            "per-x-1",
            "dem-x-1",
            "dem-gemo",
            "HT8L2:601",
            "REGISTER:HNTE_RESERVE",
            "SCHEME:HNTE",
            "INDICATOR:X1",
        ];
        match ty {
            "String" => ["示例", "密", "隔膜", "康苗", "HNTE", "秘某甲"].map(|text| format!("{text:?}")).to_vec(),
            "DateRange" => vec!["{from: \"1949\"}".into(), "{from: \"2021-05\", to: \"2021-06\"}".into()],
            "DecimalRange" => vec!["{from: \"0\"}".into(), "{from: \"7000000\", to: \"8000000\"}".into()],
            "IntRange" => vec!["{from: 0}".into(), "{from: 2020, to: 2020}".into()],
            "Reference" => references.map(|code| format!("{{code: {code:?}}}")).to_vec(),
            list => self.values(list).into_iter().map(|value| value.to_string()).collect(),
        }
    }

    /// Every root list with every order.
    pub fn whole_lists(&self) -> Vec<Probe> {
        let mut probes = Vec::new();
        for field in self.lists() {
            let (name, ty) = (&field.name.node, named(&field.ty.node));
            // Its cursors say the sequence number, which is public; it has a test of its own.
            if name == "changes" {
                continue;
            }
            let orders = field.arguments.iter().find(|argument| argument.node.name.node == "orderBy");
            let orders = orders.map(|order| self.values(&named(&order.node.ty.node))).unwrap_or_default();
            probes.push(Probe {
                name: format!("whole {name}"),
                query: format!("{{ {name}(first: 100) {{ {} }} }}", self.selection(&ty, 1)),
            });
            for order in orders {
                let read = "totalCount truncated pageInfo { hasNextPage endCursor } edges { cursor node { id } }";
                let by = |first: u32| format!("{name}(first: {first}, orderBy: {order}) {{ {read} }}");
                probes.push(Probe {
                    name: format!("{name} by {order}"),
                    query: format!("{{ many: {} few: {} }}", by(100), by(3)),
                });
            }
        }
        probes
    }

    /// Every root list with every field of its filter.
    pub fn filtered_lists(&self) -> Vec<Probe> {
        let mut probes = Vec::new();
        for field in self.lists() {
            let name = &field.name.node;
            let filter = field.arguments.iter().find(|argument| argument.node.name.node == "filter");
            let Some(filter) = filter.map(|filter| named(&filter.node.ty.node)) else { continue };
            let mut asked = Vec::new();
            for given in self.input(&filter) {
                let ty = named(&given.node.ty.node);
                let is_list = matches!(given.node.ty.node.base, BaseType::List(_));
                for value in if ty == filter { Vec::new() } else { self.wanted(&ty) } {
                    let value = if is_list { format!("[{value}]") } else { value };
                    asked.push(format!("{{{}: {value}}}", given.node.name.node));
                }
            }
            for (place, asked) in asked.chunks(60).enumerate() {
                let read =
                    if name == "changes" { "edges { node { id action } }" } else { "totalCount edges { node { id } }" };
                let one = |(number, filter): (usize, &String)| {
                    let plain = format!("a{number}: {name}(first: 100, filter: {filter}) {{ {read} }}");
                    let not = format!("n{number}: {name}(first: 100, filter: {{not: {filter}}}) {{ {read} }}");
                    if name == "changes" { plain } else { format!("{plain} {not}") }
                };
                let fields: Vec<String> = asked.iter().enumerate().map(one).collect();
                probes.push(Probe {
                    name: format!("filtered {name} {place}"),
                    query: format!("{{ {} }}", fields.join(" ")),
                });
            }
        }
        probes
    }

    /// Root fields that answer with one node of a kind.
    fn singles(&self) -> impl Iterator<Item = &str> {
        let fields = self.fields("Query").iter().map(|field| &field.node);
        let by = |field: &&FieldDefinition| field.arguments.iter().any(|argument| argument.node.name.node == "by");
        fields.filter(by).map(|field| field.name.node.as_str())
    }

    /// What is hidden, named by name, code and key, in every root field of one node; and names that fit
    /// something hidden and something else.
    pub fn names(&self) -> Vec<Probe> {
        let references = [
            "{code: \"per-x-1\"}",
            "{code: \"dem-x-1\"}",
            "{code: \"dem-x-2\"}",
            "{code: \"dem-x-3\"}",
            "{code: \"MI-2021-001\"}",
            "{name: \"示例秘某甲\"}",
            "{name: \"示例康苗\"}",
            "{name: \"示例康苗生物制品股份有限公司\"}",
            "{name: \"示例密封量子隔膜难题（示例）\"}",
            "{name: \"高安全陶瓷涂覆隔膜的国产化（示例）\"}",
            "{name: \"示例待审需求（示例）\"}",
        ];
        let probe = |field: &str| {
            let one = |(number, by): (usize, &&str)| format!("a{number}: {field}(by: {by}) {{ id nameZh }}");
            let asked: Vec<String> = references.iter().enumerate().map(one).collect();
            let mut query = asked.join(" ");
            for (number, of) in references.iter().enumerate() {
                query += &format!(" b{number}: neighborhood(of: {of}) {{ nodes {{ node {{ id }} }} }}");
                query += &format!(" c{number}: paths(from: {of}, to: {{code: \"inst-sgu\"}}) {{ truncated }}");
            }
            Probe { name: format!("named {field}"), query: format!("{{ {query} }}") }
        };
        self.singles().map(probe).collect()
    }

    /// Search, suggestions, partners, walks.
    pub fn walks(&self) -> Vec<Probe> {
        let mut probes = Vec::new();
        for word in WORDS {
            let hits = self.selection("SearchConnection", 1);
            let suggestions = self.selection("Suggestion", 1);
            probes.push(Probe {
                name: format!("word {word}"),
                query: format!(
                    "{{ search(text: {word:?}, first: 100) {{ {hits} }} few: search(text: {word:?}, first: 2) {{ {hits} }} suggest(text: {word:?}, first: 20) {{ {suggestions} }} }}"
                ),
            });
        }
        let firms = ["ent-zhengli", "ent-moyuan", "ent-runjie", "ent-kangmiao", "ent-dinghe"];
        let wishes = ["dem-gemo", "dem-x-anon", "dem-x-1", "dem-jiejing", "dem-guitan"];
        let wish = |firm: &&str| format!("{{organization: {{code: {firm:?}}}}}");
        let all = firms.iter().map(wish).chain(wishes.iter().map(|demand| format!("{{demand: {{code: {demand:?}}}}}")));
        let texts = ["隔膜的耐热涂层", "量子咬合隔膜", "疫苗佐剂与冷链"].map(|text| format!("{{text: {text:?}}}"));
        for wish in all.chain(texts).chain(["{achievement: {code: \"ach-mk-zuoji\"}}".to_owned()]) {
            let read = self.selection("PartnerConnection", 2);
            probes.push(Probe {
                name: format!("partners {wish}"),
                query: format!("{{ partners(for: {wish}, first: 50) {{ {read} }} }}"),
            });
        }
        for of in firms.iter().chain(&["col-003", "HT8L2:601", "990101", "990103", "ach-mk-zuoji", "dem-x-anon"]) {
            let around = self.selection("Neighborhood", 1);
            probes.push(Probe {
                name: format!("around {of}"),
                query: format!("{{ neighborhood(of: {{code: {of:?}}}, depth: 2, limit: 500) {{ {around} }} }}"),
            });
            for to in ["inst-sgu", "ent-dinghe"] {
                let ways = self.selection("PathList", 2);
                probes.push(Probe {
                    name: format!("paths {of} {to}"),
                    query: format!(
                        "{{ paths(from: {{code: {of:?}}}, to: {{code: {to:?}}}, maxLength: 4, first: 10) {{ {ways} }} }}"
                    ),
                });
            }
        }
        let differences = self.selection("DifferenceConnection", 2);
        for (from, to) in [("2018-12-31", "2021-12-31"), ("2021-01-01", "2021-06-30")] {
            probes.push(Probe {
                name: format!("difference {from}"),
                query: format!("{{ difference(from: {from:?}, to: {to:?}, first: 100) {{ {differences} }} }}"),
            });
        }
        probes
    }

    /// A mutation with everything that it must be told, about what that code names.
    pub fn mutations(&self, code: &str) -> Vec<(String, String)> {
        let fields = self.fields("Mutation").iter().map(|field| &field.node);
        let one = |field: &FieldDefinition| {
            let needed = field.arguments.iter().filter(|argument| must_be_given(&argument.node));
            let given = needed
                .map(|argument| format!("{}: {}", argument.node.name.node, self.sample(&argument.node.ty.node, code)));
            let given: Vec<String> = given.collect();
            let may_be_refused = field.ty.node.to_string().starts_with("WriteResult");
            let read = if may_be_refused { "__typename ... on Refusal { code zh en }" } else { "__typename" };
            let name = field.name.node.to_string();
            let query = format!("mutation {{ it: {name}({}) {{ {read} }} }}", given.join(", "));
            (name, query)
        };
        fields.map(one).collect()
    }

    /// A value of an input type.
    fn sample(&self, ty: &Type, code: &str) -> String {
        let name = match &ty.base {
            BaseType::List(inner) => return format!("[{}]", self.sample(inner, code)),
            BaseType::Named(name) => name.as_str(),
        };
        match name {
            "Reference" => format!("{{code: {code:?}}}"),
            "String" => "\"示例\"".to_owned(),
            "ID" => "\"01ARZ3NDEKTSV4RRFFQ69G5FAV\"".to_owned(),
            "Int" => "1".to_owned(),
            "PartialDate" | "Date" => "\"2020-01-01\"".to_owned(),
            "Decimal" => "\"1\"".to_owned(),
            _ if !self.values(name).is_empty() => self.values(name).remove(0),
            _ => {
                let all = self.input(name);
                let needed: Vec<_> = all.iter().filter(|field| must_be_given(&field.node)).collect();
                // Where one of several is enough, the first.
                let chosen = if needed.is_empty() { all.iter().take(1).collect() } else { needed };
                let given = chosen
                    .iter()
                    .map(|field| format!("{}: {}", field.node.name.node, self.sample(&field.node.ty.node, code)));
                format!("{{{}}}", given.collect::<Vec<_>>().join(", "))
            }
        }
    }

    /// What is read of things by their ids, those that are hidden among them.
    pub fn by_id(&self, ids: &[String]) -> Vec<Probe> {
        let history = self.selection("HistoryConnection", 1);
        let read = |id: &String| {
            let (node, tie) = (self.selection("Node", 1), self.selection("Tie", 0));
            let query = format!(
                "{{ node(id: {id:?}) {{ {node} }} tie(id: {id:?}) {{ {tie} }} history(id: {id:?}, first: 100) {{ {history} }} }}"
            );
            Probe { name: format!("id {id}"), query }
        };
        ids.iter().map(read).collect()
    }
}
