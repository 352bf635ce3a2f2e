//! What is personal, as it is shown: masked, or that it was erased, or that its key is gone. In full only
//! by `revealPersonalData`. Nothing is opened for those who may not see a mask.

use super::def::{Cx, EnumDef, FieldDef, Out, TypeDef, field, node_field};
use crate::domain::name::{Language, Text};
use crate::domain::personal::{Part, Sealed, mask, mask_name};
use crate::domain::{Kind, Value};
use crate::graph::{EntityRow, Named};
use crate::rights::Personal;
use crate::vault::Opened;

/// How a text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It is there; this is its mask.
    Masked,
    /// It is there, and this is it.
    Revealed,
    /// Its key was destroyed.
    Erased,
    /// Its key is gone.
    KeyMissing,
}

const STATES: &[(State, &str, &str, &str)] = &[
    (State::Masked, "MASKED", "已遮盖：有内容，只显示一部分", "It is there, and a part of it is shown"),
    (State::Revealed, "REVEALED", "完整：凭用途查看", "It is shown in full, for a purpose that was given"),
    (
        State::Erased,
        "ERASED",
        "已删除：密钥已销毁，任何日期都读不到",
        "It was erased: its key is destroyed, and it can be read of no day",
    ),
    (
        State::KeyMissing,
        "KEY_MISSING",
        "密钥缺失：内容还在而打不开，请管理员恢复密钥文件",
        "Its key is gone: it is there and cannot be opened; have the file of keys put back",
    ),
];

/// What stands for what is not shown at all.
const HIDDEN: &str = "***";

/// A personal text as somebody is shown it.
#[derive(Clone, Debug)]
pub struct PersonalText {
    /// How it stands.
    pub state: State,
    /// A mask, the text itself, or the word for why there is none.
    pub text: String,
}

impl PersonalText {
    fn of(state: State) -> Self {
        let text = match state {
            State::Erased => "（已删除）",
            State::KeyMissing => "（密钥缺失）",
            State::Masked | State::Revealed => HIDDEN,
        };
        Self { state, text: text.to_owned() }
    }

    /// Of something sealed, made of its text where it can be opened.
    fn made(cx: &Cx<'_>, sealed: &Sealed, state: State, make: impl Fn(&str) -> String) -> Self {
        match cx.view.vault().open_text(sealed) {
            Opened::Text(text) => Self { state, text: make(&text) },
            Opened::Erased => Self::of(State::Erased),
            Opened::KeyMissing => Self::of(State::KeyMissing),
        }
    }

    /// In full. Whoever calls has asked whether they may.
    pub fn revealed(cx: &Cx<'_>, sealed: &Sealed) -> Self {
        Self::made(cx, sealed, State::Revealed, str::to_owned)
    }
}

/// A sealed text as the reader may see it.
pub fn masked(cx: &Cx<'_>, sealed: &Sealed, language: Language) -> PersonalText {
    let shown = cx.lens.personal(sealed.person) >= Personal::Masked;
    let personal = match sealed.part {
        Part::Name => None,
        Part::Attribute(tag) => Kind::Person.row().attribute_by_tag(tag).and_then(|attribute| attribute.personal),
    };
    PersonalText::made(cx, sealed, State::Masked, |text| match personal {
        _ if !shown => HIDDEN.to_owned(),
        Some(personal) => mask(text, personal),
        None => mask_name(text, language),
    })
}

/// The text of a name: of a person masked.
pub fn name_text(cx: &Cx<'_>, name: &Named) -> String {
    match &name.text {
        Text::Plain(text) => text.clone(),
        Text::Sealed(sealed) => masked(cx, sealed, name.language).text,
    }
}

/// The same, of somebody or of something: a name of somebody that an early ledger holds in plain letters is
/// not shown.
pub fn name_text_of(cx: &Cx<'_>, name: &Named, is_person: bool) -> String {
    match &name.text {
        Text::Plain(_) if is_person => HIDDEN.to_owned(),
        _ => name_text(cx, name),
    }
}

/// One of the names of a node. An early ledger holds names of people in plain letters: those are masked
/// here at the latest.
pub fn name_of(cx: &Cx<'_>, node: EntityRow, name: &Named) -> Named {
    let mut name = name.clone();
    if let (Kind::Person, Text::Plain(text)) = (cx.lens.kind(node), &name.text) {
        name.text = Text::Plain(early(cx, node, text, name.language).text);
    }
    name
}

fn early(cx: &Cx<'_>, node: EntityRow, text: &str, language: Language) -> PersonalText {
    let person = cx.lens.id(node);
    if cx.view.vault().is_erased(person) {
        return PersonalText::of(State::Erased);
    }
    let shown = cx.lens.personal(person) >= Personal::Masked;
    let text = if shown { mask_name(text, language) } else { HIDDEN.to_owned() };
    PersonalText { state: State::Masked, text }
}

/// The name of a person in a language, as the reader may see it.
pub fn name(cx: &Cx<'_>, node: EntityRow, language: Language) -> Option<PersonalText> {
    let named = cx.lens.named(node, language)?;
    Some(match &named.text {
        Text::Plain(text) => early(cx, node, text, language),
        Text::Sealed(sealed) => masked(cx, sealed, language),
    })
}

/// What a node is called in sentences: a person by a mask.
pub fn called(cx: &Cx<'_>, node: EntityRow) -> String {
    match cx.lens.kind(node) {
        Kind::Person => name(cx, node, Language::Zh).map_or_else(String::new, |name| name.text),
        _ => cx.lens.name(node).to_owned(),
    }
}

/// What a node is called in English, where that is known.
pub fn called_en(cx: &Cx<'_>, node: EntityRow) -> Option<String> {
    match cx.lens.kind(node) {
        Kind::Person => name(cx, node, Language::En).map(|name| name.text),
        _ => cx.lens.name_in(node, Language::En).map(str::to_owned),
    }
}

/// The names of a person in full, where they may be opened; how they stand, else.
pub fn revealed_name(cx: &Cx<'_>, node: EntityRow, language: Language) -> Option<PersonalText> {
    let named = cx.lens.named(node, language)?;
    Some(match &named.text {
        Text::Sealed(sealed) => PersonalText::revealed(cx, sealed),
        Text::Plain(_) if cx.view.vault().is_erased(cx.lens.id(node)) => PersonalText::of(State::Erased),
        Text::Plain(text) => PersonalText { state: State::Revealed, text: text.clone() },
    })
}

/// An attribute of a person in full.
pub fn revealed_value(cx: &Cx<'_>, node: EntityRow, attribute: &str) -> Option<PersonalText> {
    match cx.lens.value_named(node, attribute)? {
        Value::Sealed(sealed) => Some(PersonalText::revealed(cx, sealed)),
        _ => None,
    }
}

/// As an object of the schema.
pub fn out(cx: &Cx<'_>, text: Option<PersonalText>) -> Out {
    Out::option(text.map(|text| cx.types.data("PersonalText", text)))
}

/// The name of a person, with how it stands.
pub fn name_field() -> FieldDef {
    node_field(
        "name",
        "PersonalText",
        "姓名，遮盖后的，连同状态：已遮盖、已删除、密钥缺失",
        "The name, as a mask, with how it stands: masked, erased, key missing",
        |cx, node, _| Ok(out(cx, name(cx, node, Language::Zh))),
    )
}

/// The enumeration of how a text stands.
pub fn enums() -> Vec<EnumDef> {
    let value = |row: &(State, &str, &str, &str)| (row.1.to_owned(), row.2.to_owned(), row.3.to_owned());
    vec![EnumDef {
        name: "PersonalState".into(),
        zh: "个人信息怎样显示".into(),
        en: "How something personal is shown".into(),
        values: STATES.iter().map(value).collect(),
    }]
}

/// The types of this file.
pub fn types() -> Vec<TypeDef> {
    let code = |text: &PersonalText| STATES.iter().find(|row| row.0 == text.state).map_or("", |row| row.1);
    vec![TypeDef::new(
        "PersonalText",
        "一项个人信息：姓名、电话、邮箱；平时只显示遮盖后的",
        "Something personal, such as a name or a telephone number; a mask of it, as a rule",
        vec![
            field("state", "PersonalState!", "怎样显示", "How it is shown", move |_, text: &PersonalText, _| {
                Ok(Out::code(code(text)))
            }),
            field(
                "text",
                "String!",
                "遮盖后的或完整的内容；已删除、密钥缺失的写明原因",
                "A mask of it, or all of it; where there is none, why",
                |_, text: &PersonalText, _| Ok(Out::text(text.text.as_str())),
            ),
        ],
    )]
}
