//! Declarations without readers: arguments, enumerations, scalars, input objects and unions.

use std::borrow::Cow;

use async_graphql::Value;

/// An argument.
#[derive(Clone)]
pub struct ArgDef {
    /// Its name.
    pub name: Cow<'static, str>,
    /// Its type in the schema's notation.
    pub ty: String,
    /// Its default.
    pub default: Option<Value>,
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

/// An enumeration of the schema.
pub struct EnumDef {
    /// Its name.
    pub name: String,
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
    /// Name, Chinese, English of each value.
    pub values: Vec<(String, String, String)>,
}

/// A scalar of the schema.
pub struct ScalarDef {
    /// Its name.
    pub name: &'static str,
    /// In Chinese.
    pub zh: &'static str,
    /// In English.
    pub en: &'static str,
    /// What it may be given as.
    pub takes: Takes,
}

/// What JSON a scalar takes; its readers say what the text must look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// A text.
    Text,
    /// A text, or a number, which is read as if it stood in quotes.
    TextOrNumber,
}

/// An input object of the schema.
pub struct InputDef {
    /// Its name.
    pub name: String,
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
    /// Exactly one of its fields is given.
    pub one_of: bool,
    /// Its fields.
    pub fields: Vec<ArgDef>,
}

/// A union of the schema: one of several types with fields.
pub struct UnionDef {
    /// Its name.
    pub name: &'static str,
    /// In Chinese.
    pub zh: &'static str,
    /// In English.
    pub en: &'static str,
    /// The names of its types.
    pub members: &'static [&'static str],
}

impl UnionDef {
    /// Is this type one of its members?
    pub fn holds(&self, ty: &str) -> bool {
        self.members.contains(&ty)
    }
}
