//! Invented organizations and relations of any number, the same for the same number and seed.
//!
//! Every name carries 示例, so that nothing here can be taken for a fact about somebody. Credit
//! codes are left out for the same reason: an invented code that passes its check may be a real
//! firm's. Never a clock, never the machine's own chance.

use innograph::domain::command::{Command, Given, Origin, Reference, Subject};
use innograph::domain::provenance::Method;
use innograph::domain::{Kind, PartialDate, Relation, Validity, Value};

/// Of so many enterprises one is in the core, whose members supply each other and nobody else.
const CORE_SHARE: usize = 200;
/// Members of the core supply at least so many others, so that a 10×10 question is always full.
const CORE_SUPPLIES: usize = 12;

/// The code of the invented city; those of its counties follow. No real division begins with 99.
const CITY_CODE: usize = 990_100;

const COUNTIES: [&str; 12] =
    ["东河", "西岭", "南湖", "北原", "云溪", "青石", "白杨", "长桥", "金沙", "玉泉", "安平", "永和"];
const BRAND_FIRST: [&str; 20] = [
    "晨", "瑞", "恒", "启", "远", "博", "卓", "嘉", "盛", "华", "联", "宏", "新", "中", "天", "信", "诚", "泰", "凯",
    "方",
];
const BRAND_SECOND: [&str; 20] = [
    "源", "达", "科", "通", "创", "利", "润", "阳", "川", "峰", "宇", "海", "林", "州", "和", "光", "业", "辉", "江",
    "星",
];
const BRAND_THIRD: [&str; 10] = ["", "", "", "", "德", "邦", "隆", "岳", "维", "安"];
const TRADES: [&str; 24] = [
    "电池材料",
    "振动机械",
    "生物医药",
    "过滤装备",
    "制冷设备",
    "起重机械",
    "特种纤维",
    "精细化工",
    "农业种业",
    "传感器件",
    "智能装备",
    "节能环保",
    "食品加工",
    "汽车部件",
    "电子元件",
    "软件开发",
    "检测服务",
    "新型建材",
    "医疗器械",
    "航空零件",
    "动力电源",
    "数控机床",
    "绿色包装",
    "现代物流",
];
const WORDS: [&str; 16] = [
    "研发",
    "生产",
    "销售",
    "面向",
    "国内外",
    "客户",
    "提供",
    "成套",
    "技术",
    "服务",
    "以及",
    "配套",
    "零部件",
    "检测",
    "设计",
    "安装",
];
/// The row key of the one source.
pub const SOURCE: &str = "synthetic";

/// Numbers that only look like chance (splitmix64).
pub struct Numbers(u64);

impl Numbers {
    /// From a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next one.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// One below `end`, all alike; 0 where `end` is 0.
    pub fn below(&mut self, end: usize) -> usize {
        let wide = u128::from(self.next()) * end as u128;
        usize::try_from(wide >> 64).unwrap_or(0)
    }

    /// A share between 0 and 1.
    fn share(&mut self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
        let bits = (self.next() >> 11) as f64;
        bits / 9_007_199_254_740_992.0
    }

    fn pick<'t>(&mut self, list: &[&'t str]) -> &'t str {
        list.get(self.below(list.len())).copied().unwrap_or_default()
    }
}

/// What is made: so many organizations, from a seed, with five relations each: one place, one
/// supply, three participations.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Organizations; a multiple of 1,000 gives the exact mix.
    pub organizations: usize,
    /// The seed.
    pub seed: u64,
}

impl Plan {
    /// Hand the commands on in batches of about `size`, in an order in which every reference is
    /// known when it is used.
    pub fn commands<E>(self, size: usize, hand_on: &mut dyn FnMut(Vec<Command>) -> Result<(), E>) -> Result<(), E> {
        let mut batch = Vec::with_capacity(size + 8);
        let mut maker = Maker { plan: self, numbers: Numbers::new(self.seed) };
        let mut put = |commands: &mut Vec<Command>| {
            if commands.len() < size {
                Ok(())
            } else {
                hand_on(std::mem::replace(commands, Vec::with_capacity(size + 8)))
            }
        };
        maker.places(&mut batch);
        for number in 0..self.organizations {
            batch.push(maker.organization(number));
            batch.push(maker.location(number));
            put(&mut batch)?;
        }
        let (mut left, mut number) = (self.organizations * 3, 0);
        while left > 0 {
            // Two to four parties; never one left over at the end.
            let parties = match left {
                ..=4 => left,
                5 => 3,
                _ => 2 + maker.numbers.below(3),
            };
            maker.collaboration(number, parties, &mut batch);
            (left, number) = (left - parties, number + 1);
            put(&mut batch)?;
        }
        let mut made = 0;
        let core = self.core();
        for number in 0..core {
            // Steps of seven stay within one turn of the circle: nobody is met twice, nor oneself.
            let supplies = (CORE_SUPPLIES + maker.numbers.below(20)).min(core.saturating_sub(1) / 7);
            for step in 0..supplies {
                batch.push(supply(number, (number + 1 + step * 7) % core));
                made += 1;
            }
            put(&mut batch)?;
        }
        while made < self.organizations {
            if let Some(command) = maker.supply() {
                batch.push(command);
                made += 1;
                put(&mut batch)?;
            }
        }
        if batch.is_empty() { Ok(()) } else { hand_on(batch) }
    }

    /// Enterprises of the core; they are the first ones.
    pub fn core(self) -> usize {
        (self.organizations / CORE_SHARE).max(CORE_SUPPLIES * 7 + 1).min(self.enterprises())
    }

    /// Enterprises; they come before all other organizations.
    pub fn enterprises(self) -> usize {
        self.organizations * 92 / 100
    }

    fn kind(self, number: usize) -> Kind {
        if number < self.enterprises() {
            Kind::Enterprise
        } else if number < self.organizations * 95 / 100 {
            Kind::Institute
        } else {
            Kind::OtherOrganization
        }
    }
}

struct Maker {
    plan: Plan,
    numbers: Numbers,
}

impl Maker {
    /// An organization by weight: the r-th heaviest is drawn in proportion to (r + 1.5)^-0.68, which
    /// gives degrees a tail of exponent 2.47 (co-authorship in DBLP: 2.42) and the largest hub about
    /// 1.5 % of all. Ranks are scattered over the numbers: weight and age have nothing to do with
    /// each other.
    fn heavy(&mut self, among: usize) -> usize {
        const LEFT: f64 = 1.0 - 0.68;
        const FLATTENED: f64 = 1.5;
        #[expect(clippy::cast_precision_loss, reason = "stores are far smaller than 2^53")]
        let (least, most) = (FLATTENED.powf(LEFT), (among as f64 + FLATTENED).powf(LEFT));
        let drawn = (least + self.numbers.share() * (most - least)).powf(LEFT.recip()) - FLATTENED;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it lies between 0 and `among`")]
        let rank = drawn as usize;
        // A prime larger than any store: every rank gets a number of its own.
        rank.wrapping_mul(2_147_483_647).wrapping_add(17) % among.max(1)
    }

    fn places(&self, batch: &mut Vec<Command>) {
        let text = |tag: u16, text: &str| (tag, Value::Text(text.to_owned()));
        batch.push(Command::SaveSource {
            key: SOURCE.into(),
            values: vec![
                (1, Value::Code(7)),
                text(2, "示例数据生成器"),
                text(3, "虚构数据，只用于测量"),
                text(4, "示例〔2025〕0 号"),
                (8, Value::Code(3)),
            ],
        });
        let region = |key: String, name: String, kind: u16, code: usize| {
            let mut command = entity(Kind::Region, key, name, vec![(1, kind_of(kind))]);
            if let Command::SaveEntity { code: place, .. } = &mut command {
                *place = Some(code.to_string());
            }
            command
        };
        batch.push(region("R".into(), "示例市".into(), 3, CITY_CODE));
        for (number, county) in COUNTIES.iter().enumerate() {
            batch.push(region(format!("R{number}"), format!("示例市{county}县"), 4, CITY_CODE + 1 + number));
            batch.push(relate(Relation::PartOf, format!("R{number}"), "R".into(), Vec::new()));
        }
    }

    fn brand(&mut self) -> String {
        let (first, second) = (self.numbers.pick(&BRAND_FIRST), self.numbers.pick(&BRAND_SECOND));
        format!("{first}{second}{}", self.numbers.pick(&BRAND_THIRD))
    }

    fn day(&mut self, first_year: i16) -> Value {
        let (year, month, day) = (self.numbers.below(20), self.numbers.below(12), self.numbers.below(28));
        let small = |number: usize| u8::try_from(number + 1).unwrap_or(1);
        let year = first_year + i16::try_from(year).unwrap_or(0);
        Value::Date(PartialDate { year, month: small(month), day: small(day) })
    }

    fn text(&mut self, words: usize) -> Value {
        let mut text = String::from("示例：");
        for _ in 0..words {
            text.push_str(self.numbers.pick(&WORDS));
        }
        Value::Text(text)
    }

    fn organization(&mut self, number: usize) -> Command {
        let (brand, trade) = (self.brand(), self.numbers.pick(&TRADES));
        let kind = self.plan.kind(number);
        let (name, values) = match kind {
            Kind::Enterprise => {
                let suffix = match self.numbers.below(100) {
                    0..80 => "有限公司",
                    80..95 => "股份有限公司",
                    _ => "集团",
                };
                let form = if suffix == "股份有限公司" { 2 } else { 1 };
                let mut values = vec![(1, kind_of(form)), (2, kind_of(1)), (3, Given::Value(Value::Answer(true)))];
                values.push((4, Given::Value(self.day(1998))));
                if self.numbers.below(2) == 0 {
                    let products = vec![trade.to_owned(), self.numbers.pick(&TRADES).to_owned()];
                    values.push((6, Given::Value(Value::Texts(products))));
                }
                if self.numbers.below(4) == 0 {
                    let words = 20 + self.numbers.below(40);
                    values.push((7, Given::Value(self.text(words))));
                }
                (format!("示例{brand}{trade}{suffix}"), values)
            }
            Kind::Institute => {
                let founded = self.day(1950);
                (format!("示例{brand}{trade}研究院"), vec![(1, kind_of(2)), (3, Given::Value(founded))])
            }
            _ => (format!("示例{brand}{trade}协会"), vec![(1, kind_of(5))]),
        };
        entity(kind, key(number), name, values)
    }

    fn location(&mut self, number: usize) -> Command {
        // Two draws, the smaller counts: some counties are fuller than others.
        let county = self.numbers.below(COUNTIES.len()).min(self.numbers.below(COUNTIES.len()));
        relate(Relation::LocatedIn, key(number), format!("R{county}"), vec![(1, kind_of(1))])
    }

    fn collaboration(&mut self, number: usize, parties: usize, batch: &mut Vec<Command>) {
        let key_of_it = format!("C{number}");
        let trade = self.numbers.pick(&TRADES);
        let kind = u16::try_from(1 + self.numbers.below(6)).unwrap_or(1);
        let values = vec![(1, kind_of(kind)), (2, Given::Value(self.day(2004)))];
        batch.push(entity(Kind::Collaboration, key_of_it.clone(), format!("示例合作{number}：{trade}"), values));
        let mut chosen: Vec<usize> = Vec::with_capacity(parties);
        while chosen.len() < parties {
            let candidate = self.heavy(self.plan.organizations);
            if !chosen.contains(&candidate) {
                chosen.push(candidate);
            }
        }
        for (place, party) in chosen.into_iter().enumerate() {
            let role = if place == 0 { 1 } else { 4 };
            batch.push(relate(Relation::ParticipatesIn, key(party), key_of_it.clone(), vec![(1, kind_of(role))]));
        }
    }

    /// A supply outside the core; none where the draw is no use.
    fn supply(&mut self) -> Option<Command> {
        let enterprises = self.plan.enterprises();
        let (from, to) = (self.heavy(enterprises), self.numbers.below(enterprises));
        (from != to && from >= self.plan.core()).then(|| supply(from, to))
    }
}

/// The row key of an organization.
pub fn key(number: usize) -> String {
    format!("O{number}")
}

fn kind_of(code: u16) -> Given {
    Given::Value(Value::Code(code))
}

fn origin() -> Origin {
    Origin { source: SOURCE.into(), method: Method::Imported, basis: None, confidence: None }
}

/// One organization supplies another.
pub fn supply(from: usize, to: usize) -> Command {
    relate(Relation::Supplies, key(from), key(to), Vec::new())
}

fn entity(kind: Kind, key: String, name_zh: String, values: Vec<(u16, Given)>) -> Command {
    let (validity, origin) = (Validity::OPEN, origin());
    let (subject, name_zh) = (Subject::Key(key), Some(name_zh));
    Command::SaveEntity { kind, subject, name_zh, name_en: None, code: None, values, validity, origin }
}

fn relate(relation: Relation, from: String, to: String, values: Vec<(u16, Given)>) -> Command {
    let (from, to) = (Reference::Code(from), Reference::Code(to));
    Command::Relate { relation, from, to, values, validity: Validity::OPEN, origin: origin() }
}
