//! How large a document is: before it is parsed, and once its fragments are written out.

use std::collections::{HashMap, HashSet};

use async_graphql::parser::types::{
    Directive, ExecutableDocument, OperationDefinition, OperationType, Selection, SelectionSet,
};
use async_graphql::{Name, Positioned};

use super::{Fragments, too};
use crate::api::error::ApiError;
use crate::config::Limits;
use crate::domain::rejection::clip;

/// Brackets open at the same time, whatever they mean: the parser works recursively, and a stack
/// that overflows cannot be caught.
const OPEN_BRACKETS: usize = 64;

/// Fragments that refer to each other in a row.
const LONGEST_CHAIN: usize = 100;

/// Count tokens and open brackets without parsing. Strings and comments are one token each.
pub(super) fn tokens(text: &str, limits: &Limits) -> Result<(), ApiError> {
    let (mut count, mut open, mut word) = (0_usize, 0_usize, 0_usize);
    let mut letters = text.char_indices().peekable();
    let mut in_word = false;
    while let Some((place, letter)) = letters.next() {
        let is_word = letter.is_alphanumeric() || letter == '_';
        if is_word {
            count += usize::from(!in_word);
            word = if in_word { word + letter.len_utf8() } else { letter.len_utf8() };
            in_word = true;
            if word > limits.name_bytes {
                return Err(too(
                    "NAME_TOO_LONG",
                    "一个名字或数",
                    "length of a name or number",
                    "字节",
                    "bytes",
                    limits.name_bytes,
                ));
            }
        } else {
            in_word = false;
            match letter {
                '"' => {
                    count += 1;
                    let length = string_length(text.get(place..).unwrap_or_default())?;
                    for _ in 1..length {
                        letters.next();
                    }
                }
                // Both ends of a line end a comment, as they do for the parser.
                '#' => while letters.next_if(|(_, letter)| !matches!(letter, '\n' | '\r')).is_some() {},
                '{' | '(' | '[' => {
                    count += 1;
                    open += 1;
                }
                '}' | ')' | ']' => {
                    count += 1;
                    open = open.saturating_sub(1);
                }
                letter if letter.is_whitespace() || letter == ',' || letter == '\u{feff}' => {}
                _ => count += 1,
            }
        }
        if open > OPEN_BRACKETS {
            return Err(too("TOO_DEEP", "嵌套", "nesting", "层", "levels", limits.depth));
        }
        if count > limits.document_tokens {
            return Err(too(
                "TOO_MANY_TOKENS",
                "查询的词数",
                "number of tokens",
                "个",
                "tokens",
                limits.document_tokens,
            ));
        }
    }
    Ok(())
}

/// Characters of the string that begins at `rest`, its quotes included. Escapes that name half a
/// character are refused: the parser knows no pairs and would fail on them.
fn string_length(rest: &str) -> Result<usize, ApiError> {
    if rest.starts_with("\"\"\"") {
        return Ok(block_length(rest));
    }
    let (mut length, mut letters) = (1, rest.chars().skip(1));
    while let Some(letter) = letters.next() {
        length += 1;
        match letter {
            '"' | '\n' | '\r' => return Ok(length),
            '\\' => match letters.next() {
                // Line ends end a string, escaped or not.
                None | Some('\n' | '\r') => return Ok(length + 1),
                Some(escaped) => {
                    length += 1;
                    if escaped == 'u' {
                        whole_character(letters.clone())?;
                    }
                }
            },
            _ => {}
        }
    }
    Ok(length)
}

/// The same of a block string, in which `\\\"\"\"` does not end it.
fn block_length(rest: &str) -> usize {
    let mut at = 3;
    while let Some(found) = rest.get(at..).and_then(|inside| inside.find("\"\"\"")) {
        let quotes = at + found;
        at = quotes + 3;
        if !rest[..quotes].ends_with('\\') {
            return rest[..at].chars().count();
        }
    }
    rest.chars().count()
}

fn whole_character(letters: impl Iterator<Item = char>) -> Result<(), ApiError> {
    let digits: String = letters.take(4).collect();
    if u32::from_str_radix(&digits, 16).is_ok_and(|code| (0xD800..=0xDFFF).contains(&code)) {
        return Err(ApiError::new(
            "BAD_ESCAPE",
            format!("转义 \\u{digits} 只是半个字符。请直接写出这个字。"),
            format!("The escape \\u{digits} is half a character. Write the character itself."),
        ));
    }
    Ok(())
}

/// What a selection set amounts to once fragments are written out.
#[derive(Clone, Copy, Default)]
struct Extent {
    fields: u64,
    aliases: u64,
    depth: usize,
    roots: u64,
}

struct Measure<'d> {
    fragments: &'d Fragments,
    known: HashMap<&'d Name, Extent>,
    open: Vec<&'d Name>,
    directives: usize,
    depth_limit: usize,
}

/// Measure every operation and every fragment, run or not: the validator reads them all.
pub(super) fn expanded(document: &ExecutableDocument, limits: &Limits) -> Result<(), ApiError> {
    let mut measure = Measure {
        fragments: &document.fragments,
        known: HashMap::new(),
        open: Vec::new(),
        directives: 0,
        depth_limit: limits.depth,
    };
    // Every operation is read, whichever runs.
    let mut all = Extent::default();
    let mut extents = Vec::new();
    for (_, operation) in document.operations.iter() {
        measure.no_directives(&operation.node.directives)?;
        let mut names = HashSet::new();
        for variable in &operation.node.variable_definitions {
            measure.no_directives(&variable.node.directives)?;
            let name = &variable.node.name.node;
            if !names.insert(name) {
                let name = clip(name);
                return Err(ApiError::new(
                    "REPEATED_VARIABLE",
                    format!("变量 ${name} 声明了不止一次。请只留一个。"),
                    format!("The variable ${name} is declared more than once. Keep one."),
                ));
            }
        }
        let extent = measure.set(&operation.node.selection_set.node, 1)?;
        all.fields = all.fields.saturating_add(extent.fields).saturating_add(1);
        all.aliases = all.aliases.saturating_add(extent.aliases);
        all.depth = all.depth.max(extent.depth);
    }
    extents.push(all);
    let mut names: Vec<_> = document.fragments.keys().collect();
    names.sort_unstable();
    for name in names {
        extents.push(measure.fragment(name, 1)?);
    }
    for extent in extents {
        judge(extent, limits)?;
    }
    if measure.directives > limits.directives {
        return Err(too(
            "TOO_MANY_DIRECTIVES",
            "指令数",
            "number of directives",
            "个",
            "directives",
            limits.directives,
        ));
    }
    Ok(())
}

fn unknown_directive(name: &str) -> ApiError {
    let name = clip(name);
    ApiError::new(
        "UNKNOWN_DIRECTIVE",
        format!("这里不能写 @{name}。只有 @skip(if:) 与 @include(if:)，写在字段或片段引用后面。"),
        format!(
            "@{name} cannot stand here. There are @skip(if:) and @include(if:), after a field or where a fragment is used."
        ),
    )
}

fn judge(extent: Extent, limits: &Limits) -> Result<(), ApiError> {
    if extent.fields > limits.expanded_fields {
        return Err(too(
            "TOO_MANY_FIELDS",
            "展开片段后的字段数",
            "number of fields with fragments written out",
            "个",
            "fields",
            limits.expanded_fields,
        ));
    }
    if extent.aliases > limits.aliases {
        return Err(too(
            "TOO_MANY_ALIASES",
            "别名数（展开片段后）",
            "number of aliases with fragments written out",
            "个",
            "aliases",
            limits.aliases,
        ));
    }
    if extent.depth > limits.depth {
        return Err(too("TOO_DEEP", "嵌套", "nesting", "层", "levels", limits.depth));
    }
    Ok(())
}

/// Root fields of the operation that runs, aliases and fragments included.
pub(super) fn roots(
    document: &ExecutableDocument,
    operation: &Positioned<OperationDefinition>,
    limits: &Limits,
) -> Result<(), ApiError> {
    let mut measure = Measure {
        fragments: &document.fragments,
        known: HashMap::new(),
        open: Vec::new(),
        directives: 0,
        depth_limit: limits.depth,
    };
    let extent = measure.set(&operation.node.selection_set.node, 1)?;
    // One subscription is one stream (GraphQL, section 5.2.4).
    let most = if operation.node.ty == OperationType::Subscription { 1 } else { limits.root_fields };
    if operation.node.ty == OperationType::Mutation && extent.roots > limits.mutations as u64 {
        return Err(too(
            "TOO_MANY_MUTATIONS",
            "一次提交的写入数",
            "number of mutations in one document",
            "个",
            "fields",
            limits.mutations,
        ));
    }
    if extent.roots > most as u64 {
        return Err(too(
            "TOO_MANY_ROOT_FIELDS",
            "根字段数（含别名）",
            "number of root fields, aliases included",
            "个",
            "fields",
            most,
        ));
    }
    Ok(())
}

/// A fragment is one more thing to look at, also where there is nothing in it.
fn counted(extent: Extent) -> Extent {
    Extent { fields: extent.fields.saturating_add(1), ..extent }
}

/// The directives that a question may bear.
const DIRECTIVES: [&str; 2] = ["skip", "include"];

impl<'d> Measure<'d> {
    /// Count directives of a field or a fragment: known ones, each once.
    fn check_directives(&mut self, given: &[Positioned<Directive>]) -> Result<(), ApiError> {
        self.directives += given.len();
        for (place, directive) in given.iter().enumerate() {
            let name = directive.node.name.node.as_str();
            if !DIRECTIVES.contains(&name) {
                return Err(unknown_directive(name));
            }
            if given.iter().take(place).any(|before| before.node.name.node == name) {
                return Err(ApiError::new(
                    "REPEATED_DIRECTIVE",
                    format!("@{name} 在同一处写了不止一次。请只留一个。"),
                    format!("@{name} stands more than once in one place. Keep one."),
                ));
            }
        }
        Ok(())
    }

    /// Operations, variables and definitions of fragments bear none.
    fn no_directives(&mut self, given: &[Positioned<Directive>]) -> Result<(), ApiError> {
        given.first().map_or(Ok(()), |directive| Err(unknown_directive(&directive.node.name.node)))
    }

    fn set(&mut self, set: &'d SelectionSet, level: usize) -> Result<Extent, ApiError> {
        // Twice the limit: introspection of the page itself nests deeper than any question.
        if level > self.depth_limit * 2 {
            return Err(too("TOO_DEEP", "嵌套", "nesting", "层", "levels", self.depth_limit));
        }
        let mut extent = Extent::default();
        for selection in &set.items {
            let part = match &selection.node {
                Selection::Field(field) => {
                    self.check_directives(&field.node.directives)?;
                    let inner = self.set(&field.node.selection_set.node, level + 1)?;
                    let own = u64::from(field.node.alias.is_some());
                    Extent {
                        fields: inner.fields.saturating_add(1),
                        aliases: inner.aliases.saturating_add(own),
                        depth: inner.depth + 1,
                        roots: 1,
                    }
                }
                Selection::InlineFragment(inline) => {
                    self.check_directives(&inline.node.directives)?;
                    counted(self.set(&inline.node.selection_set.node, level + 1)?)
                }
                Selection::FragmentSpread(spread) => {
                    self.check_directives(&spread.node.directives)?;
                    counted(self.fragment(&spread.node.fragment_name.node, level)?)
                }
            };
            extent.fields = extent.fields.saturating_add(part.fields);
            extent.aliases = extent.aliases.saturating_add(part.aliases);
            extent.roots = extent.roots.saturating_add(part.roots);
            extent.depth = extent.depth.max(part.depth);
        }
        Ok(extent)
    }

    fn fragment(&mut self, name: &'d Name, level: usize) -> Result<Extent, ApiError> {
        if let Some(known) = self.known.get(name) {
            return Ok(*known);
        }
        if self.open.contains(&name) {
            return Err(ApiError::new(
                "FRAGMENT_CYCLE",
                format!("片段 {} 引用了自己。请去掉循环。", clip(name)),
                format!("The fragment {} refers to itself. Break the circle.", clip(name)),
            ));
        }
        // Fragments within fragments do not nest the answer, but they do nest this call.
        if self.open.len() >= LONGEST_CHAIN {
            return Err(too("TOO_DEEP", "片段嵌套", "nesting of fragments", "层", "levels", LONGEST_CHAIN));
        }
        let Some(fragment) = self.fragments.get(name) else {
            let name = clip(name);
            return Err(ApiError::new(
                "UNKNOWN_FRAGMENT",
                format!("没有名为 {name} 的片段。请补上 fragment {name} on …，或去掉引用。"),
                format!("There is no fragment {name}. Write fragment {name} on …, or leave it out."),
            ));
        };
        self.open.push(name);
        self.no_directives(&fragment.node.directives)?;
        let extent = self.set(&fragment.node.selection_set.node, level)?;
        self.open.pop();
        self.known.insert(name, extent);
        Ok(extent)
    }
}
