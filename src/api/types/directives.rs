//! What a field costs and how much it answers with, as directives of the schema, so that a client
//! can work out the price of a document before it sends it. Names and meaning of `@cost` and
//! `@listSize` are those of the GraphQL Cost Directives Specification (IBM), with the argument
//! `slicingArgumentDefaultValue` that Hot Chocolate added to it.
//!
//! They say what `FieldDef` says; admission never reads them.

use async_graphql::indexmap::IndexMap;
use async_graphql::registry::{
    __DirectiveLocation as Location, Deprecation, MetaDirective, MetaDirectiveInvocation, MetaInputValue, Registry,
};
use async_graphql::{Value, value};

use super::def::{FieldDef, Size, Types};
use super::registry::words;

/// What a directive says of a field, by argument; none where it says nothing of it.
type Said = Option<Vec<(&'static str, Value)>>;

/// A directive of the schema.
struct Published {
    name: &'static str,
    zh: &'static str,
    en: &'static str,
    /// Name, type and default of its arguments.
    args: &'static [(&'static str, &'static str, Option<&'static str>)],
    /// Where it may stand.
    locations: &'static [Location],
    said_of: fn(&FieldDef) -> Said,
}

/// All of them, in the order in which they stand behind a field. One that is said of no field is
/// not part of the schema.
const PUBLISHED: &[Published] = &[
    Published {
        name: "cost",
        zh: "读这个字段的价格，单位：条；没有写的是 1。文档的价格 = 各字段的价格 + 条数（@listSize）× 其下所选字段的价格，上限见 limits.price",
        en: "Price of reading the field, in rows; 1 where it is not said. The price of a document is that of its fields, each with its size (@listSize) times the price of what is selected below it. Limit: limits.price",
        args: &[("weight", "String!", None)],
        locations: &[
            Location::ARGUMENT_DEFINITION,
            Location::ENUM,
            Location::FIELD_DEFINITION,
            Location::INPUT_FIELD_DEFINITION,
            Location::OBJECT,
            Location::SCALAR,
        ],
        said_of: |field| (field.cost != 1).then(|| vec![("weight", Value::String(field.cost.to_string()))]),
    },
    Published {
        name: "listSize",
        zh: "字段的条数：assumedSize 是最多多少条；写了 slicingArguments 的，条数由这个参数决定，不填时是 slicingArgumentDefaultValue。没有写的是 1 条",
        en: "How many entries a field answers with: at most assumedSize; where slicingArguments is said, as many as that argument asks for, and slicingArgumentDefaultValue where it is left out. One where nothing is said",
        args: &[
            ("assumedSize", "Int", None),
            ("slicingArguments", "[String!]", None),
            ("slicingArgumentDefaultValue", "Int", None),
            ("sizedFields", "[String!]", None),
            ("requireOneSlicingArgument", "Boolean!", Some("true")),
        ],
        locations: &[Location::FIELD_DEFINITION],
        said_of: |field| match field.size {
            Size::One => None,
            Size::AtMost(most) => Some(vec![("assumedSize", value!(most))]),
            Size::Argument { name, default, most } => Some(vec![
                ("assumedSize", value!(most)),
                ("slicingArguments", value!([name])),
                ("slicingArgumentDefaultValue", value!(default)),
                ("requireOneSlicingArgument", value!(false)),
            ]),
        },
    },
    Published {
        name: "walk",
        zh: "读这个字段时要遍历、列出或搜索：文档的价格另加一份共用的 limits.walk_rows 条，一份文档只加一次",
        en: "Reading the field walks, lists or searches: the price of a document with such fields takes in the rows of limits.walk_rows once, which they share",
        args: &[],
        locations: &[Location::FIELD_DEFINITION],
        said_of: |field| field.walk.then(Vec::new),
    },
];

/// What the directives say of a field.
pub fn of_field(field: &FieldDef) -> Vec<MetaDirectiveInvocation> {
    let said = |directive: &Published| {
        let args = (directive.said_of)(field)?;
        let args = args.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Some(MetaDirectiveInvocation { name: directive.name.to_owned(), args })
    };
    PUBLISHED.iter().filter_map(said).collect()
}

/// Define the directives that are said of a field.
pub fn define(types: &Types, registry: &mut Registry) {
    for directive in PUBLISHED {
        let mut fields = types.types.iter().flat_map(|ty| &ty.fields);
        if fields.any(|field| (directive.said_of)(field).is_some()) {
            registry.add_directive(definition(directive));
        }
    }
}

fn definition(directive: &Published) -> MetaDirective {
    let argument = |(name, ty, default): &(&str, &str, Option<&str>)| {
        let argument = MetaInputValue {
            name: (*name).to_owned(),
            description: None,
            ty: (*ty).to_owned(),
            deprecation: Deprecation::NoDeprecated,
            default_value: default.map(str::to_owned),
            visible: None,
            inaccessible: false,
            tags: Vec::new(),
            is_secret: false,
            directive_invocations: Vec::new(),
        };
        ((*name).to_owned(), argument)
    };
    MetaDirective {
        name: directive.name.to_owned(),
        description: words(directive.zh, directive.en),
        locations: directive.locations.to_vec(),
        args: directive.args.iter().map(argument).collect::<IndexMap<_, _>>(),
        is_repeatable: false,
        visible: None,
        composable: None,
    }
}
