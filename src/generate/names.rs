//! Names of firms and institutes, put together to a length: place, brand, trade, suffix. The mark 示例
//! is set before them by `Display`; lengths are those of the name without it.

use super::chance::{Chance, For, Order, at_share};
use super::city::City;
use super::words::{Family, words};

/// The mark of everything invented.
pub(super) const MARK: &str = "示例";

/// Weight and length of full names of firms (calibrated on listed ones).
const FIRM_LENGTHS: &[(usize, usize)] =
    &[(20, 9), (120, 10), (180, 11), (220, 12), (160, 13), (120, 14), (80, 15), (60, 16), (20, 17), (20, 18)];
/// Weight and length of names of institutes.
const INSTITUTE_LENGTHS: &[(usize, usize)] = &[
    (100, 4),
    (60, 5),
    (100, 6),
    (110, 7),
    (110, 8),
    (120, 9),
    (100, 10),
    (80, 11),
    (60, 12),
    (40, 13),
    (30, 14),
    (20, 15),
    (15, 16),
    (20, 17),
    (10, 18),
    (7, 19),
    (5, 20),
    (6, 21),
    (7, 22),
];
const FIRM_SUFFIXES: &[(usize, &str)] = &[(80, "有限公司"), (15, "股份有限公司"), (5, "集团有限公司")];
const BRAND_LENGTHS: [usize; 3] = [46, 33, 21];
/// Suffixes of institutes as the register has them; offices of government have the rest.
pub(super) const INSTITUTE_SUFFIXES: &[(usize, &str)] = &[
    (408, "学院"),
    (378, "大学"),
    (342, "重点实验室"),
    (164, "医院"),
    (154, "有限公司"),
    (133, "研究所"),
    (105, "研究院"),
    (88, "中心"),
    (24, "学校"),
    (21, "实验室"),
    (349, "学会"),
];
pub(super) const OFFICE_SUFFIXES: &[(usize, &str)] = &[(48, "厅"), (43, "局"), (33, "委员会")];
const TAILS_TWO: [&str; 8] = ["科技", "材料", "设备", "技术", "装备", "工程", "制造", "实业"];
const TAILS_THREE: [&str; 8] = ["新材料", "新技术", "自动化", "数字化", "智能化", "信息化", "产业化", "标准化"];
/// Of so many firms one has the brand of the firm before it: two firms of one brand.
pub(super) const TWIN_EVERY: usize = 200;
/// The same of institutes.
pub(super) const TWIN_INSTITUTE_EVERY: usize = 20;

/// The parts of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name {
    pub place: String,
    pub brand: String,
    pub trade: String,
    pub suffix: &'static str,
}

impl Name {
    /// Without the mark.
    pub fn bare(&self) -> String {
        format!("{}{}{}{}", self.place, self.brand, self.trade, self.suffix)
    }
}

impl std::fmt::Display for Name {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{MARK}{}", self.bare())
    }
}

/// The second of two firms that share a brand: its number less one is the other.
pub(super) fn is_twin(city: &City, firm: usize) -> bool {
    firm % TWIN_EVERY == 7 && firm < city.size.plain_firms()
}

/// The name of a firm.
pub(super) fn firm(city: &City, firm: usize) -> Name {
    let seed = city.plan.seed;
    let firms = city.size.firms;
    let suffix = at_share(FIRM_SUFFIXES, Order::new(seed, For::Suffix, firms).share(firm));
    let length = at_share(FIRM_LENGTHS, Order::new(seed, For::Length, firms).share(firm));
    let owner = if is_twin(city, firm) { firm - 1 } else { firm };
    let (brand, turn) = firm_brand(city, owner);
    let family = city.family(firm);
    let rest = length.saturating_sub(suffix.chars().count() + brand.chars().count()).clamp(2, 9);
    let (place, trade) = match rest {
        0..=3 => (0, rest),
        4 => (if Chance::new(seed, For::Place, firm).per_mille(500) { 2 } else { 0 }, 0),
        5 => (2, 3),
        6 => (2, 4),
        7 => (3, 4),
        8 => (3, 5),
        _ => (3, 6),
    };
    let trade = if trade == 0 { rest - place } else { trade };
    let place = city.place_of(firm).map_or_else(|| "外州".to_owned(), |county| county.to_owned());
    let place = match rest - trade {
        0 => String::new(),
        2 => place,
        _ => format!("{place}县"),
    };
    let kept = brand.chars().map(|letter| letter as usize).sum::<usize>();
    Name { place, brand, trade: trade_word(family, trade, kept + turn), suffix }
}

/// The brand of a firm, and how many firms before it had the same.
fn firm_brand(city: &City, firm: usize) -> (String, usize) {
    let firms = city.size.firms;
    let place = Order::new(city.plan.seed, For::Brand, firms).place(firm);
    let mut from = 0;
    for (extra, share) in BRAND_LENGTHS.into_iter().enumerate() {
        let to = if extra == 2 { firms } else { from + firms * share / 100 };
        if place < to {
            return brand(city.plan.seed, extra + 2, place - from);
        }
        from = to;
    }
    (String::new(), 0)
}

/// The brand of a length (2 to 4) of the n-th who has one of that length, and its turn.
fn brand(seed: u64, length: usize, number: usize) -> (String, usize) {
    let parts = &words().brands[..length];
    let all: usize = parts.iter().map(Vec::len).product();
    // Another order for each length.
    let mut place = Order::new(seed.wrapping_add(length as u64), For::Name, all).place(number % all);
    let mut letters: Vec<char> = Vec::with_capacity(length);
    for part in parts.iter().rev() {
        letters.push(part[place % part.len()]);
        place /= part.len();
    }
    (letters.iter().rev().collect(), number / all)
}

/// A word for what somebody does, of two to six characters.
fn trade_word(family: &Family, length: usize, turn: usize) -> String {
    let (short, long) = (family.short[turn % 8], family.long[turn % 8]);
    let (two, three) = (TAILS_TWO[turn / 8 % 8], TAILS_THREE[turn / 8 % 8]);
    match length {
        2 => short.to_owned(),
        3 => long.to_owned(),
        4 => format!("{short}{two}"),
        5 => format!("{long}{two}"),
        _ => format!("{long}{three}"),
    }
}

/// The name of an institute; the suffix is one of `INSTITUTE_SUFFIXES`.
pub(super) fn institute(city: &City, institute: usize) -> Name {
    let seed = city.plan.seed;
    let count = city.size.institutes;
    let share = Order::new(seed, For::Institute, count).share(institute);
    let suffix = at_share(INSTITUTE_SUFFIXES, share);
    let mut at = Order::new(seed, For::Length, count).share(institute);
    if suffix.chars().count() == 5 {
        // A laboratory's suffix alone has five characters: it is one of the longer names.
        at = 250_000 + at * 3 / 4;
    }
    let twin = institute % TWIN_INSTITUTE_EVERY == TWIN_INSTITUTE_EVERY - 1;
    let owner = institute - usize::from(twin);
    let (brand, turn) = brand(seed ^ 0x5a5a, 2, owner);
    let family = city.family(city.size.firms + institute);
    filled(brand, turn + owner, family, suffix, at_share(INSTITUTE_LENGTHS, at))
}

/// An office of government: brand and suffix and little between them.
pub(super) fn office(city: &City, office: usize, offices: usize) -> Name {
    let share = Order::new(city.plan.seed, For::Actor, offices).share(office);
    let suffix = at_share(OFFICE_SUFFIXES, share);
    let (brand, turn) = brand(city.plan.seed ^ 0xa5a5, 2, office);
    let family = &words().families[office % words().families.len()];
    filled(brand, turn + office, family, suffix, 5 + office % 6)
}

/// A name of a brand and words of a family, of a length where that can be.
fn filled(brand: String, turn: usize, family: &Family, suffix: &'static str, length: usize) -> Name {
    let mut left = length.saturating_sub(suffix.chars().count() + 2);
    let mut trade = String::new();
    let pieces = [
        family.short[turn % 8],
        family.long[turn % 8],
        TAILS_TWO[turn / 8 % 8],
        TAILS_THREE[turn / 8 % 8],
        "应用",
        "联合",
        "协同",
        "工程化",
    ];
    let mut brand = brand;
    if left == 1 {
        // One character is no word.
        brand.push(words().brands[2][turn % words().brands[2].len()]);
        left = 0;
    }
    for piece in pieces {
        let size = piece.chars().count();
        if size == left || size + 2 <= left {
            trade.push_str(piece);
            left -= size;
        }
    }
    Name { place: String::new(), brand, trade, suffix }
}

/// A name in traditional characters; none where all of it looks the same.
pub(super) fn traditional(text: &str) -> Option<String> {
    let table = &words().traditional;
    let other = |letter: char| table.iter().find(|(plain, _)| *plain == letter).map_or(letter, |(_, other)| *other);
    let written: String = text.chars().map(other).collect();
    (written != text).then_some(written)
}

/// A short name: a piece of the full one, a piece with a gap, or neither, in measured shares.
pub(super) fn short(name: &Name, share: usize) -> String {
    const LENGTHS: &[(usize, usize)] = &[(843, 4), (128, 3), (26, 5), (3, 6)];
    const FORMS: &[(usize, u8)] = &[(713, 0), (264, 1), (23, 2)];
    let length = at_share(LENGTHS, share);
    // Far from the same order as the length.
    let form = at_share(FORMS, share * 617 % 1_000_000);
    let rest: Vec<char> = format!("{}{}{}", name.brand, name.trade, name.suffix).chars().collect();
    let piece: String = match form {
        0 => rest[..length].iter().collect(),
        1 => rest[..length - 1].iter().chain(&rest[length..=length]).collect(),
        _ => rest[..length - 1].iter().chain(&['控']).collect(),
    };
    format!("{MARK}{piece}")
}

/// Latin letters of a Chinese word, as `Chenyuan`.
pub(super) fn latin(text: &str) -> String {
    use pinyin::ToPinyin;
    let syllables: String = text.to_pinyin().flatten().map(pinyin::Pinyin::plain).collect();
    let mut letters = syllables.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
