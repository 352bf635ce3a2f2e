//! How types of the schema are declared: once, with words in both languages, arguments, cost and
//! reader. Schema, price, description test and resolver all come from these declarations.

use std::any::Any;
use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::Value;

use super::resolve::Args;
pub use super::shape::{ArgDef, EnumDef, InputDef, ScalarDef, UnionDef};
use crate::api::error::ApiError;
use crate::engine::View;
use crate::graph::{EntityRow, Lens, Tie};

/// What readers work with.
pub struct Cx<'c> {
    /// The graph for one day and one reader.
    pub lens: Lens<'c>,
    /// The view it belongs to.
    pub view: &'c View,
    /// All types.
    pub types: &'static Types,
    /// Limits of the service.
    pub limits: &'c crate::config::Limits,
    /// Name and banner of the store.
    pub store: &'c crate::api::query::StoreName,
    /// How the writer is.
    pub writer: crate::engine::WriterState,
    /// What was known earlier, for whoever compares; none where nobody can.
    pub moments: Option<&'c crate::api::past::Moments>,
    /// What is told beside the answer; none where nobody would read it.
    pub warnings: Option<&'c crate::api::warnings::Warnings>,
    /// The name of whoever asks; none for the public, and where nothing is asked.
    pub actor: Option<&'c str>,
}

/// A value that has fields.
#[derive(Clone)]
pub enum Object {
    /// A node; its type follows from its kind.
    Node(EntityRow),
    /// A tie shown as an edge of a connection: typed by relation and direction.
    Edge(Tie),
    /// A tie shown by itself.
    Tie(Tie),
    /// Anything else: the number of its type, and what its readers read.
    Data(usize, Arc<dyn Any + Send + Sync>),
}

/// What a reader answers.
#[derive(Clone)]
pub enum Out {
    /// Nothing, or nothing known.
    Null,
    /// A scalar or an enumeration value.
    Leaf(Value),
    /// Something with fields.
    Object(Object),
    /// A list.
    List(Vec<Out>),
}

/// A reader.
pub type Read = Box<dyn Fn(&Cx<'_>, &Object, &Args<'_>) -> Result<Out, ApiError> + Send + Sync>;

/// How many objects a field answers with, for pricing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// One, or none.
    One,
    /// A list that holds at most so many.
    AtMost(u32),
    /// As many as this argument says; where it is not given, the default; never more than the most.
    Argument {
        /// The name of the argument.
        name: &'static str,
        /// Where it is not given.
        default: u32,
        /// Never more.
        most: u32,
    },
}

/// A field.
pub struct FieldDef {
    /// Its name.
    pub name: String,
    /// Its type in the schema's notation.
    pub ty: String,
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
    /// Its arguments.
    pub args: Vec<ArgDef>,
    /// What reading it costs, in rows.
    pub cost: u32,
    /// How much it answers with.
    pub size: Size,
    /// Does it walk, list or search, so that it may take from the rows set aside for that?
    pub walk: bool,
    /// Does it look at every node of a kind? In a large store that is long work.
    pub scan: bool,
    /// Is it long work whatever it costs, so that its document waits for a turn?
    pub heavy: bool,
    /// The reader.
    pub read: Read,
}

impl FieldDef {
    /// A field without arguments, of cost 1.
    pub fn new(
        name: impl Into<String>,
        ty: impl Into<String>,
        zh: impl Into<String>,
        en: impl Into<String>,
        read: impl Fn(&Cx<'_>, &Object, &Args<'_>) -> Result<Out, ApiError> + Send + Sync + 'static,
    ) -> Self {
        let (name, ty, zh, en) = (name.into(), ty.into(), zh.into(), en.into());
        Self {
            name,
            ty,
            zh,
            en,
            args: Vec::new(),
            cost: 1,
            size: Size::One,
            walk: false,
            scan: false,
            heavy: false,
            read: Box::new(read),
        }
    }

    /// With one more argument.
    pub fn arg(
        mut self,
        name: &'static str,
        ty: impl Into<String>,
        zh: impl Into<String>,
        en: impl Into<String>,
    ) -> Self {
        self.args.push(ArgDef { name: name.into(), ty: ty.into(), default: None, zh: zh.into(), en: en.into() });
        self
    }

    /// The default of the argument declared last.
    pub fn default(mut self, value: impl Into<Value>) -> Self {
        if let Some(last) = self.args.last_mut() {
            last.default = Some(value.into());
        }
        self
    }

    /// With that cost.
    pub fn cost(mut self, cost: u32) -> Self {
        self.cost = cost;
        self
    }

    /// A list of at most so many.
    pub fn at_most(mut self, most: u32) -> Self {
        self.size = Size::AtMost(most);
        self
    }

    /// A walk, a list or a search.
    pub fn walk(mut self) -> Self {
        self.walk = true;
        self
    }

    /// A walk that looks at every node of a kind.
    pub fn scan(mut self) -> Self {
        self.scan = true;
        self.walk()
    }

    /// Long work.
    pub fn heavy(mut self) -> Self {
        self.heavy = true;
        self
    }

    /// With the argument `first` that says how many.
    pub fn first(self, default: u32, most: u32) -> Self {
        self.sized("first", default, most, "最多返回多少条", "How many are returned at most")
    }

    /// With an argument that says how many.
    pub fn sized(mut self, name: &'static str, default: u32, most: u32, zh: &str, en: &str) -> Self {
        let default = default.min(most);
        self.size = Size::Argument { name, default, most };
        let (zh, en) = (format!("{zh}，1 到 {most}，单位：条"), format!("{en}, 1 to {most}. Unit: entries"));
        self.arg(name, "Int! = ", zh, en).default(i64::from(default)).typed("Int!")
    }

    fn typed(mut self, ty: &str) -> Self {
        if let Some(last) = self.args.last_mut() {
            ty.clone_into(&mut last.ty);
        }
        self
    }
}

/// A type with fields: an object type or an interface.
pub struct TypeDef {
    /// Its name.
    pub name: String,
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
    /// Its fields in the order of the schema.
    pub fields: Vec<FieldDef>,
    /// Interfaces it has.
    pub interfaces: Vec<&'static str>,
    /// Is it an interface itself? Then its readers are never called.
    pub is_interface: bool,
    places: HashMap<String, usize>,
}

impl TypeDef {
    /// A type.
    pub fn new(name: impl Into<String>, zh: impl Into<String>, en: impl Into<String>, fields: Vec<FieldDef>) -> Self {
        let places = fields.iter().enumerate().map(|(place, field)| (field.name.clone(), place)).collect();
        let (name, zh, en) = (name.into(), zh.into(), en.into());
        Self { name, zh, en, fields, interfaces: Vec::new(), is_interface: false, places }
    }

    /// With interfaces.
    pub fn implements(mut self, interfaces: Vec<&'static str>) -> Self {
        self.interfaces = interfaces;
        self
    }

    /// As an interface.
    pub fn interface(mut self) -> Self {
        self.is_interface = true;
        self
    }

    /// The field of that name.
    pub fn field(&self, name: &str) -> Option<&FieldDef> {
        self.places.get(name).and_then(|place| self.fields.get(*place))
    }
}

/// Everything declared.
pub struct Types {
    /// Types with fields, interfaces among them.
    pub types: Vec<TypeDef>,
    /// Enumerations.
    pub enums: Vec<EnumDef>,
    /// Scalars.
    pub scalars: Vec<ScalarDef>,
    /// Input objects.
    pub inputs: Vec<InputDef>,
    /// Unions.
    pub unions: Vec<UnionDef>,
    places: HashMap<String, usize>,
    /// Types of nodes by kind number.
    pub(super) kinds: Vec<usize>,
    /// Types of edges by relation number: seen forward, seen in reverse.
    pub(super) edges: Vec<[usize; 2]>,
    pub(super) tie: usize,
}

impl Types {
    /// All types together.
    pub fn new(types: Vec<TypeDef>, enums: Vec<EnumDef>, scalars: Vec<ScalarDef>, inputs: Vec<InputDef>) -> Self {
        let places: HashMap<String, usize> =
            types.iter().enumerate().map(|(place, def)| (def.name.clone(), place)).collect();
        let at = |name: &str| places.get(name).copied().unwrap_or_default();
        let kinds = crate::domain::Kind::all().map(|kind| at(kind.row().name)).collect();
        let edges = crate::domain::Relation::all()
            .map(|relation| [true, false].map(|forward| at(&super::tie::edge_name(relation, forward))))
            .collect();
        let tie = at("Tie");
        Self { types, enums, scalars, inputs, unions: Vec::new(), places, kinds, edges, tie }
    }

    /// With unions of these types.
    pub fn unions(mut self, unions: Vec<UnionDef>) -> Self {
        self.unions = unions;
        self
    }

    /// Does a fragment on `condition` apply to objects of this type?
    pub fn applies(&self, ty: &TypeDef, condition: &str) -> bool {
        ty.name == condition
            || ty.interfaces.contains(&condition)
            || self.unions.iter().any(|union| union.name == condition && union.holds(&ty.name))
    }

    /// The type of that name.
    pub fn get(&self, name: &str) -> Option<&TypeDef> {
        self.places.get(name).and_then(|place| self.types.get(*place))
    }

    /// Wrap a value whose readers belong to the type of that name.
    pub fn data<T: Any + Send + Sync>(&self, name: &str, value: T) -> Out {
        Out::Object(Object::Data(self.places.get(name).copied().unwrap_or_default(), Arc::new(value)))
    }

    /// The type of an object.
    pub(super) fn of(&self, lens: &Lens<'_>, object: &Object) -> Option<&TypeDef> {
        let place = match object {
            Object::Node(node) => *self.kinds.get(lens.kind(*node) as usize)?,
            Object::Edge(tie) => self.edges.get(tie.relation as usize)?[usize::from(!tie.forward)],
            Object::Tie(_) => self.tie,
            Object::Data(place, _) => *place,
        };
        self.types.get(place)
    }
}

/// A field of a type whose objects hold a `T`.
pub fn field<T: Any + Send + Sync>(
    name: &str,
    ty: &str,
    zh: &str,
    en: &str,
    read: impl Fn(&Cx<'_>, &T, &Args<'_>) -> Result<Out, ApiError> + Send + Sync + 'static,
) -> FieldDef {
    FieldDef::new(name, ty, zh, en, move |cx, object, args| match object {
        Object::Data(_, data) => data.downcast_ref::<T>().map_or(Ok(Out::Null), |data| read(cx, data, args)),
        Object::Node(_) | Object::Edge(_) | Object::Tie(_) => Ok(Out::Null),
    })
}

/// A field of a node.
pub fn node_field(
    name: &str,
    ty: &str,
    zh: &str,
    en: &str,
    read: impl Fn(&Cx<'_>, EntityRow, &Args<'_>) -> Result<Out, ApiError> + Send + Sync + 'static,
) -> FieldDef {
    FieldDef::new(name, ty, zh, en, move |cx, object, args| match object {
        Object::Node(node) => read(cx, *node, args),
        Object::Edge(_) | Object::Tie(_) | Object::Data(..) => Ok(Out::Null),
    })
}

/// A field of a tie, however it is shown.
pub fn tie_field(
    name: &str,
    ty: &str,
    zh: &str,
    en: &str,
    read: impl Fn(&Cx<'_>, &Tie) -> Out + Send + Sync + 'static,
) -> FieldDef {
    FieldDef::new(name, ty, zh, en, move |cx, object, _| match object {
        Object::Edge(tie) | Object::Tie(tie) => Ok(read(cx, tie)),
        Object::Node(_) | Object::Data(..) => Ok(Out::Null),
    })
}

impl Out {
    /// A text.
    pub fn text(text: impl Into<String>) -> Out {
        Out::Leaf(Value::String(text.into()))
    }

    /// A name of an enumeration value.
    pub fn code(name: &str) -> Out {
        Out::Leaf(Value::Enum(async_graphql::Name::new(name)))
    }

    /// A whole number.
    pub fn number(number: impl Into<i64>) -> Out {
        Out::Leaf(Value::from(number.into()))
    }

    /// A count.
    pub fn count(count: usize) -> Out {
        Out::Leaf(Value::from(i64::try_from(count).unwrap_or(i64::MAX)))
    }

    /// Yes or no.
    pub fn flag(flag: bool) -> Out {
        Out::Leaf(Value::Boolean(flag))
    }

    /// A decimal fraction, rounded to six places so that the last bits of arithmetic do not show.
    pub fn fraction(number: f64) -> Out {
        let rounded = (number * 1e6).round() / 1e6;
        Out::Leaf(Value::from(if rounded == 0.0 { 0.0 } else { rounded }))
    }

    /// Something, or nothing.
    pub fn option(value: Option<Out>) -> Out {
        value.unwrap_or(Out::Null)
    }
}
