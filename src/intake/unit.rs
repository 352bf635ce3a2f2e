//! Units of amounts, in a header or behind a number in a cell. What is not listed here is no unit.

use crate::domain::attribute::{Attribute, ValueType};

/// A unit: how many places to the left the decimal point stands before the unit of the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unit {
    /// 4 for 万元: one of it is 10⁴ of the store's unit. -2 for per cent.
    pub shift: i32,
}

const MONEY: &[(&str, i32)] = &[
    ("元", 0),
    ("人民币元", 0),
    ("千元", 3),
    ("万元", 4),
    ("万", 4),
    ("人民币万元", 4),
    ("百万元", 6),
    ("亿元", 8),
    ("亿", 8),
];
const AREA: &[(&str, i32)] =
    &[("平方米", 0), ("㎡", 0), ("m²", 0), ("m2", 0), ("平米", 0), ("万平方米", 4), ("万㎡", 4)];
const RATIO: &[(&str, i32)] = &[("%", -2)];

impl Unit {
    /// The unit of that name, where the attribute can be given in it.
    pub fn of(attribute: &Attribute, name: &str) -> Option<Unit> {
        let name = name.trim();
        let listed = |list: &[(&str, i32)]| list.iter().find(|row| row.0 == name).map(|row| Unit { shift: row.1 });
        match attribute.value_type {
            ValueType::Money => listed(MONEY),
            ValueType::Area => listed(AREA),
            ValueType::Ratio => listed(RATIO),
            ValueType::Integer(..) | ValueType::Decimal => {
                let own = attribute.zh.split_once("单位：").map(|(_, own)| own);
                (!name.is_empty() && own == Some(name)).then_some(Unit { shift: 0 })
            }
            _ => None,
        }
    }
}
