//! Random requests over a small world, by seed: some sensible, some refused.

use innograph::domain::command::{Amendment, Command, Given, Origin, Reference, Subject, TieReference};
use innograph::domain::event::Verdict;
use innograph::domain::identifier::Scheme;
use innograph::domain::name::{Language, NameKind};
use innograph::domain::provenance::Method;
use innograph::domain::{Id, Kind, PartialDate, RecordKind, Relation, Validity, Value, ValueType};

/// Numbers that follow from a seed (SplitMix64).
pub struct Dice(pub u64);

impl Dice {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, most: usize) -> usize {
        usize::try_from(self.next() % most.max(1) as u64).expect("small")
    }

    pub fn one_in(&mut self, many: usize) -> bool {
        self.below(many) == 0
    }

    pub fn of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }
}

const KINDS: [Kind; 7] =
    [Kind::Enterprise, Kind::Institute, Kind::Alliance, Kind::Region, Kind::Demand, Kind::Person, Kind::Term];
/// Sound credit codes of nobody, and one with a wrong check character.
const CODES: [&str; 4] = ["91410700MA0000001W", "91410700MA00000020", "91410700MA00000033", "91410700MA0000001I"];

fn date(dice: &mut Dice) -> PartialDate {
    let year = 2015 + i16::try_from(dice.below(8)).expect("small");
    let (month, day) = (u8::try_from(dice.below(13)).expect("small"), u8::try_from(dice.below(28)).expect("small"));
    PartialDate { year, month, day: if month == 0 { 0 } else { day } }
}

fn validity(dice: &mut Dice) -> Validity {
    let mut some = |often| if dice.one_in(often) { Some(date(dice)) } else { None };
    Validity { from: some(3), to: some(4) }
}

fn origin(dice: &mut Dice) -> Origin {
    let source = if dice.one_in(25) { "nobody".to_owned() } else { format!("S{}", dice.below(2)) };
    let method = *dice.of(&[Method::Document, Method::Declared, Method::Imported]);
    Origin { source, method, basis: None, confidence: None }
}

fn key(dice: &mut Dice) -> String {
    format!("k{}", dice.below(7))
}

fn name(dice: &mut Dice) -> String {
    format!("示例{}号", dice.below(6))
}

fn reference(dice: &mut Dice, ids: &[Id]) -> Reference {
    match dice.below(8) {
        0 => Reference::Name(name(dice)),
        1..=4 if !ids.is_empty() => Reference::Id(*dice.of(ids)),
        5 => Reference::CreditCode((*dice.of(&CODES)).to_owned()),
        _ => Reference::Code(key(dice)),
    }
}

fn required(dice: &mut Dice, kind: Kind) -> Vec<(u16, Given)> {
    let mut values = Vec::new();
    if kind == Kind::Person {
        // One number of everybody: what is sealed of two people is never the same.
        let phone = kind.row().attribute("phone").expect("people have telephones");
        return vec![(phone.tag, Given::Value(Value::Text("13800000001".to_owned())))];
    }
    for attribute in kind.row().attributes {
        if attribute.required && !dice.one_in(40) || dice.one_in(8) {
            let value = match attribute.value_type {
                ValueType::Text if kind == Kind::Term => Value::Text(dice.of(&["SCHEME", "FIELD"]).to_string()),
                ValueType::Text => Value::Text(name(dice)),
                ValueType::Date => Value::Date(date(dice)),
                ValueType::Code(list) => Value::Code(dice.of(list.values).tag),
                ValueType::Integer(least, _) => Value::Integer(least),
                _ => Value::Unknown,
            };
            values.push((attribute.tag, Given::Value(value)));
        }
    }
    values
}

/// A certificate of a scheme that may be there, or may not be one.
fn certification(dice: &mut Dice) -> Vec<(u16, Given)> {
    let attributes = RecordKind::Certification.row().attributes.iter().filter(|attribute| attribute.required);
    let mut given = |attribute: &innograph::domain::Attribute| match attribute.value_type {
        ValueType::Term(_) if !dice.one_in(4) => Given::Term(if dice.one_in(4) {
            Reference::Name(name(dice))
        } else {
            Reference::Code(format!("T{}", dice.below(5)))
        }),
        _ => Given::Value(Value::Unknown),
    };
    attributes.map(|attribute| (attribute.tag, given(attribute))).collect()
}

/// A request; `ids` are those that answers gave before.
pub fn command(dice: &mut Dice, ids: &[Id]) -> Command {
    let id = |dice: &mut Dice| if ids.is_empty() { Id::from_u128(7) } else { *dice.of(ids) };
    match dice.below(23) {
        0 => source(dice.below(2), dice.below(3)),
        1..=6 => {
            let kind = *dice.of(&KINDS);
            let subject = match dice.below(6) {
                0 => Subject::New,
                1 => Subject::Existing(reference(dice, ids)),
                _ => Subject::Key(key(dice)),
            };
            let code = match kind {
                Kind::Region => Some(format!("99{}", dice.below(9))),
                Kind::Term => Some(format!("T{}", dice.below(5))),
                _ => None,
            };
            Command::SaveEntity {
                kind,
                subject,
                name_zh: (!dice.one_in(6)).then(|| name(dice)),
                name_en: dice.one_in(5).then(|| format!("Example {}", dice.below(4))),
                code,
                values: required(dice, kind),
                validity: validity(dice),
                origin: origin(dice),
            }
        }
        7 | 8 => Command::AddName {
            entity: reference(dice, ids),
            text: if dice.one_in(12) { "  ".into() } else { name(dice) },
            language: Language::Zh,
            kind: *dice.of(&[NameKind::Official, NameKind::Short, NameKind::Former]),
            validity: validity(dice),
            origin: origin(dice),
        },
        9 => Command::AddIdentifier {
            entity: reference(dice, ids),
            scheme: Scheme::CreditCode,
            value: (*dice.of(&CODES)).to_owned(),
            validity: Validity::OPEN,
            origin: origin(dice),
        },
        10 | 11 => {
            let kind = *dice.of(&[Kind::Enterprise, Kind::Demand, Kind::Alliance]);
            let attribute = dice.of(kind.row().attributes);
            Command::State {
                entity: reference(dice, ids),
                attribute: attribute.name.to_owned(),
                value: dice.of(&["UNKNOWN", "示例文字", "12", "YES", "2019-03", "OPEN", "PUBLIC"]).to_string(),
                validity: validity(dice),
                origin: origin(dice),
            }
        }
        12..=15 => Command::Relate {
            relation: *dice.of(&[
                Relation::LocatedIn,
                Relation::MemberOf,
                Relation::PartOf,
                Relation::Owns,
                Relation::HasDemand,
                Relation::Supplies,
            ]),
            from: reference(dice, ids),
            to: reference(dice, ids),
            values: Vec::new(),
            validity: validity(dice),
            origin: origin(dice),
        },
        16 => Command::SaveRecord {
            kind: RecordKind::Certification,
            subject: reference(dice, ids),
            values: certification(dice),
            validity: validity(dice),
            origin: origin(dice),
        },
        17 | 18 => Command::EndRelation {
            tie: if dice.one_in(3) {
                let (from, to) = (reference(dice, ids), reference(dice, ids));
                TieReference::Ends { relation: Relation::MemberOf, from, to }
            } else {
                TieReference::Id(id(dice))
            },
            to: date(dice),
            origin: origin(dice),
        },
        19 | 20 => Command::Correct {
            id: id(dice),
            amendment: Amendment {
                value: dice.one_in(2).then(|| dice.of(&["UNKNOWN", "示例改名", "13"]).to_string()),
                values: Vec::new(),
                from: dice.one_in(3).then(|| dice.one_in(2).then(|| date(dice))),
                to: dice.one_in(3).then(|| dice.one_in(2).then(|| date(dice))),
            },
            origin: dice.one_in(2).then(|| origin(dice)),
        },
        21 => Command::Retract { id: id(dice), reason: if dice.one_in(9) { String::new() } else { "录错".into() } },
        _ => Command::NameStore { name: dice.of(&["xinxiang", "demo"]).to_string() },
    }
}

/// A request, now and then about what is one entry and what is two.
pub fn any(dice: &mut Dice, ids: &[Id]) -> Command {
    let id = |dice: &mut Dice| if ids.is_empty() { Id::from_u128(7) } else { *dice.of(ids) };
    match dice.below(28) {
        0..=2 => Command::Merge {
            keep: reference(dice, ids),
            merge: reference(dice, ids),
            reason: "示例：同一单位".into(),
            origin: origin(dice),
        },
        3 => Command::UndoMerge { id: id(dice), reason: "示例：不是同一单位".into() },
        4 => Command::JudgePair {
            one: reference(dice, ids),
            other: reference(dice, ids),
            verdict: *dice.of(&[Verdict::Different, Verdict::Open]),
            reason: dice.of(&["示例：地址不同", "示例：代码不同"]).to_string(),
        },
        _ => command(dice, ids),
    }
}

/// Something to speak of, before anything else happens.
pub fn first(number: usize) -> Command {
    let kind = KINDS[number % KINDS.len()];
    let mut dice = Dice(number as u64);
    let given = |tag| (tag, Given::Value(Value::Unknown));
    let required = kind.row().attributes.iter().filter(|attribute| attribute.required);
    Command::SaveEntity {
        kind,
        subject: Subject::Key(format!("k{number}")),
        name_zh: Some(name(&mut dice)),
        name_en: None,
        code: (kind == Kind::Region).then(|| format!("98{number}")),
        values: required.map(|attribute| given(attribute.tag)).collect(),
        validity: Validity::OPEN,
        origin: Origin { source: "S0".into(), method: Method::Document, basis: None, confidence: None },
    }
}

/// A source, in one of several revisions.
pub fn source(number: usize, revision: usize) -> Command {
    let text = |text: String| Value::Text(text);
    let values = vec![
        (1, Value::Code(1)),
        (2, text("示例".into())),
        (3, text(format!("示例文件 {revision}"))),
        (6, text("https://example.invalid/".into())),
        (8, Value::Code(3)),
    ];
    Command::SaveSource { key: format!("S{number}"), values }
}
