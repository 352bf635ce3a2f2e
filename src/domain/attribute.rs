//! What an attribute is: one row says its name, type, unit, words, sensitivity and cost.
//!
//! The rows themselves stand with their kind (`kinds/`), relation (`relation.rs`) or record
//! (`record.rs`). A fact that is a relation or a record never also becomes an attribute.

use super::enumeration::Enumeration;
use super::kind::Kind;
use super::personal::Personal;

/// Statements one node may have; lists of them are answered whole.
pub const MOST_STATEMENTS: usize = 200;

/// Who may see a value. The rights table decides which role sees which level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sensitivity {
    /// Lists, names, public certificates.
    Public,
    /// Yearly figures, work items, contacts.
    Internal,
    /// Tax-derived figures, contract texts, personal telephone numbers.
    Restricted,
}

/// The shape of a value. Units are part of the type: money is yuan, area square metres.
#[derive(Clone, Copy, Debug)]
pub enum ValueType {
    /// One text.
    Text,
    /// Several texts, in the order given.
    Texts,
    /// Yes, no, or unknown.
    Answer,
    /// A date that may lack its day or its month.
    Date,
    /// Yuan (CNY) with two decimals.
    Money,
    /// Square metres with two decimals.
    Area,
    /// A share between 0 and 1 with six decimals.
    Ratio,
    /// A whole number between the two bounds (both included).
    Integer(i64, i64),
    /// One value of a code list.
    Code(&'static Enumeration),
    /// Several values of a code list.
    Codes(&'static Enumeration),
    /// A term of the scheme named; the value is the term's id.
    Term(&'static str),
    /// A node of one of these kinds; the value is its id.
    Node(&'static [Kind]),
    /// Several nodes of these kinds.
    Nodes(&'static [Kind]),
    /// Entries of a log, each a date, what happened, and who wrote it down.
    Log,
    /// A decimal number with at most six decimals, in the unit that its words name.
    Decimal,
}

/// On which days a date can lie. What lies ahead by its nature takes any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dates {
    /// Any day.
    Any,
    /// Up to the day on which it is entered: it tells of what has happened.
    Past,
    /// The same, and not before 1949.
    Since1949,
}

/// How strongly a text counts when somebody searches or matches by words (BM25F field weights).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextWeight {
    /// Not part of the text of its owner.
    None,
    /// Running text: weight 1.
    Body,
    /// Keywords, products, indicators: weight 2.
    Keyword,
}

/// One row of an attribute table.
#[derive(Clone, Copy, Debug)]
pub struct Attribute {
    /// Permanent number inside its kind, relation or record; written into the ledger, never reused.
    pub tag: u16,
    /// The name in the schema, in CSV headers and in logs.
    pub name: &'static str,
    /// Shape and unit.
    pub value_type: ValueType,
    /// Must be answered; UNKNOWN is an answer.
    pub required: bool,
    /// Chinese label and explanation, in the bureau's words.
    pub zh: &'static str,
    /// English explanation.
    pub en: &'static str,
    /// Who may see it.
    pub sensitivity: Sensitivity,
    /// Cost of reading it, in the one unit of cost.
    pub cost: u32,
    /// How it counts in text search.
    pub text: TextWeight,
    /// On which days it can lie, where it is a date.
    pub dates: Dates,
    /// Other Chinese words that head its column in tables that are in use.
    pub also: &'static [&'static str],
    /// What it holds of a person, where it is kept sealed.
    pub personal: Option<Personal>,
}

/// The word at the head of a Chinese sentence of a table: up to the first `，`, `；` or `：` outside
/// brackets, without brackets at its end.
pub fn label(zh: &str) -> &str {
    let mut open = 0_i32;
    let end = zh.char_indices().find(|(_, letter)| {
        open += i32::from(*letter == '（') - i32::from(*letter == '）');
        open == 0 && matches!(letter, '，' | '；' | '：')
    });
    let word = end.map_or(zh, |(end, _)| &zh[..end]);
    match word.rfind('（') {
        Some(start) if start > 0 && word.ends_with('）') => &word[..start],
        _ => word,
    }
}

impl Attribute {
    /// A public, optional attribute of cost 1.
    pub const fn new(tag: u16, name: &'static str, value_type: ValueType, zh: &'static str, en: &'static str) -> Self {
        let (sensitivity, text, dates) = (Sensitivity::Public, TextWeight::None, Dates::Any);
        Self {
            tag,
            name,
            value_type,
            required: false,
            zh,
            en,
            sensitivity,
            cost: 1,
            text,
            dates,
            also: &[],
            personal: None,
        }
    }

    /// The same, to be answered.
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// The same, counted as running text in search.
    pub const fn body(mut self) -> Self {
        self.text = TextWeight::Body;
        self
    }

    /// The same, counted as keywords in search.
    pub const fn keyword(mut self) -> Self {
        self.text = TextWeight::Keyword;
        self
    }

    /// The same, of what has happened by the day it is entered.
    pub const fn past(mut self) -> Self {
        self.dates = Dates::Past;
        self
    }

    /// The same, and not before 1949. Schools and offices may be older; firms, certificates and
    /// contracts kept here are not.
    pub const fn since_1949(mut self) -> Self {
        self.dates = Dates::Since1949;
        self
    }

    /// The same, known by these words too.
    pub const fn also(mut self, words: &'static [&'static str]) -> Self {
        self.also = words;
        self
    }

    /// The same, seen inside the bureau only.
    pub const fn internal(mut self) -> Self {
        self.sensitivity = Sensitivity::Internal;
        self
    }

    /// The same, seen by those alone who answer for it.
    pub const fn restricted(mut self) -> Self {
        self.sensitivity = Sensitivity::Restricted;
        self
    }

    /// The same, a text of a person: kept sealed, shown masked.
    pub const fn sealed(mut self, personal: Personal) -> Self {
        self.personal = Some(personal);
        self
    }

    /// The code list of the attribute, where it has one.
    pub fn enumeration(&self) -> Option<&'static Enumeration> {
        match self.value_type {
            ValueType::Code(list) | ValueType::Codes(list) => Some(list),
            _ => None,
        }
    }

    /// The word that heads its column: what stands before the explanation.
    pub fn label_zh(&self) -> &'static str {
        label(self.zh)
    }

    /// The unit in words, for descriptions; empty where the type has none.
    pub fn unit(&self) -> (&'static str, &'static str) {
        match self.value_type {
            ValueType::Money => ("单位：元（人民币）", "Unit: yuan (CNY)"),
            ValueType::Area => ("单位：平方米", "Unit: square metres"),
            ValueType::Ratio => ("比例，0 到 1", "Ratio, 0 to 1"),
            ValueType::Date => {
                ("日期，可只到年或月（2017、2017-03）", "Date, may stop at the year or the month (2017, 2017-03)")
            }
            _ => ("", ""),
        }
    }
}
