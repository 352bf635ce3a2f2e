//! Handing the declarations to async-graphql as static types: names, fields, arguments and
//! descriptions for its validator, its introspection and its SDL.

use std::collections::BTreeSet;

use async_graphql::registry::{
    CacheControl, Deprecation, MetaEnumValue, MetaField, MetaInputValue, MetaType, Registry,
};

use super::def::{ArgDef, EnumDef, FieldDef, InputDef, ScalarDef, TypeDef, Types, UnionDef};
use super::directives;

/// Both languages, Chinese first.
pub fn words(zh: &str, en: &str) -> Option<String> {
    Some(format!("{zh}。{en}."))
}

/// Put every declared type into the registry. A name that is declared twice would hide the other one.
pub fn register(types: &Types, registry: &mut Registry) {
    each_once(types);
    // Types of the language itself that the declarations name.
    <String as async_graphql::OutputType>::create_type_info(registry);
    <i32 as async_graphql::OutputType>::create_type_info(registry);
    <f64 as async_graphql::OutputType>::create_type_info(registry);
    <bool as async_graphql::OutputType>::create_type_info(registry);
    <async_graphql::ID as async_graphql::OutputType>::create_type_info(registry);
    directives::define(types, registry);
    for def in &types.scalars {
        registry.types.insert(def.name.to_owned(), scalar(def));
    }
    for def in &types.enums {
        registry.types.insert(def.name.clone(), enumeration(def));
    }
    for def in &types.inputs {
        registry.types.insert(def.name.clone(), input(def));
    }
    for def in &types.unions {
        registry.types.insert(def.name.to_owned(), union(def));
    }
    for def in &types.types {
        // Interfaces of interfaces stay implicit: every object names all of its own.
        for interface in def.interfaces.iter().filter(|_| !def.is_interface) {
            registry.add_implements(&def.name, interface);
        }
        registry.types.insert(def.name.clone(), composite(types, def));
    }
}

fn each_once(types: &Types) {
    let scalars = types.scalars.iter().map(|def| def.name);
    let enums = types.enums.iter().map(|def| &*def.name);
    let inputs = types.inputs.iter().map(|def| &*def.name);
    let unions = types.unions.iter().map(|def| def.name);
    let objects = types.types.iter().map(|def| &*def.name);
    let mut seen = BTreeSet::new();
    for name in scalars.chain(enums).chain(inputs).chain(unions).chain(objects) {
        assert!(seen.insert(name), "the type {name} is declared twice");
    }
}

/// Put the roots of operations into the registry, with nothing in them: what carries documents out
/// looks for them by name, and for nothing else.
pub fn register_roots(types: &Types, registry: &mut Registry) {
    for def in ["Query", "Mutation", "Subscription"].iter().filter_map(|name| types.get(name)) {
        let bare = TypeDef::new(def.name.as_str(), def.zh.as_str(), def.en.as_str(), Vec::new());
        registry.types.insert(def.name.clone(), composite(types, &bare));
    }
}

fn argument(def: &ArgDef) -> MetaInputValue {
    MetaInputValue {
        name: def.name.to_string(),
        description: words(&def.zh, &def.en),
        ty: def.ty.clone(),
        deprecation: Deprecation::NoDeprecated,
        default_value: def.default.as_ref().map(ToString::to_string),
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        is_secret: false,
        directive_invocations: Vec::new(),
    }
}

/// A field as async-graphql wants it.
pub fn meta_field(def: &FieldDef) -> MetaField {
    MetaField {
        name: def.name.clone(),
        description: words(&def.zh, &def.en),
        args: def.args.iter().map(|arg| (arg.name.to_string(), argument(arg))).collect(),
        ty: def.ty.clone(),
        deprecation: Deprecation::NoDeprecated,
        cache_control: CacheControl::default(),
        external: false,
        requires: None,
        provides: None,
        visible: None,
        shareable: false,
        inaccessible: false,
        tags: Vec::new(),
        override_from: None,
        compute_complexity: None,
        directive_invocations: directives::of_field(def),
        requires_scopes: Vec::new(),
    }
}

fn composite(types: &Types, def: &TypeDef) -> MetaType {
    let fields = def.fields.iter().map(|field| (field.name.clone(), meta_field(field))).collect();
    let (name, description) = (def.name.clone(), words(&def.zh, &def.en));
    if def.is_interface {
        let possible = types.types.iter().filter(|ty| !ty.is_interface && ty.interfaces.contains(&def.name.as_str()));
        return MetaType::Interface {
            name,
            description,
            fields,
            possible_types: possible.map(|ty| ty.name.clone()).collect(),
            extends: false,
            inaccessible: false,
            tags: Vec::new(),
            keys: None,
            visible: None,
            rust_typename: None,
            directive_invocations: Vec::new(),
            requires_scopes: Vec::new(),
        };
    }
    MetaType::Object {
        name,
        description,
        fields,
        cache_control: CacheControl::default(),
        extends: false,
        shareable: false,
        resolvable: true,
        inaccessible: false,
        interface_object: false,
        tags: Vec::new(),
        keys: None,
        visible: None,
        is_subscription: false,
        rust_typename: None,
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    }
}

fn union(def: &UnionDef) -> MetaType {
    MetaType::Union {
        name: def.name.to_owned(),
        description: words(def.zh, def.en),
        possible_types: def.members.iter().map(|name| (*name).to_owned()).collect(),
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        rust_typename: None,
        directive_invocations: Vec::new(),
    }
}

fn scalar(def: &ScalarDef) -> MetaType {
    MetaType::Scalar {
        name: def.name.to_owned(),
        description: words(def.zh, def.en),
        is_valid: None,
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        specified_by_url: None,
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    }
}

fn enumeration(def: &EnumDef) -> MetaType {
    let value = |(name, zh, en): &(String, String, String)| {
        let value = MetaEnumValue {
            name: name.clone(),
            description: words(zh, en),
            deprecation: Deprecation::NoDeprecated,
            visible: None,
            inaccessible: false,
            tags: Vec::new(),
            directive_invocations: Vec::new(),
        };
        (name.clone(), value)
    };
    MetaType::Enum {
        name: def.name.clone(),
        description: words(&def.zh, &def.en),
        enum_values: def.values.iter().map(value).collect(),
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        rust_typename: None,
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    }
}

fn input(def: &InputDef) -> MetaType {
    MetaType::InputObject {
        name: def.name.clone(),
        description: words(&def.zh, &def.en),
        input_fields: def.fields.iter().map(|field| (field.name.to_string(), argument(field))).collect(),
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        rust_typename: None,
        oneof: def.one_of,
        directive_invocations: Vec::new(),
    }
}
