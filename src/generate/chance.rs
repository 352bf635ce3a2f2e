//! Numbers that look like chance and are none: each is a function of the seed, of what it is for and
//! of whom it is about, so that no draw moves another.

/// What a draw is for. Numbers are part of every city that was ever made: add at the end.
#[derive(Clone, Copy, Debug)]
#[repr(u64)]
pub(super) enum For {
    Industry = 1,
    Rank,
    Degree,
    Community,
    Pairing,
    Outside,
    Triangle,
    Signed,
    Name,
    Length,
    Suffix,
    Brand,
    Short,
    Place,
    Firm,
    Tier,
    Figures,
    Text,
    Institute,
    Actor,
    Wish,
    Item,
    Record,
    Chain,
    Supply,
    Cluster,
}

/// A sequence of draws.
pub(super) struct Chance(u64);

fn mixed(mut number: u64) -> u64 {
    number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

impl Chance {
    /// The draws about `whom` for one purpose.
    pub fn new(seed: u64, what: For, whom: usize) -> Self {
        let keyed = mixed(seed ^ 0x6a09_e667_f3bc_c908).wrapping_add((what as u64) << 40);
        Self(mixed(mixed(keyed).wrapping_add(whom as u64)))
    }

    /// The next 64 bits (splitmix64).
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mixed(self.0)
    }

    /// One below `end`, all alike; 0 where `end` is 0.
    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from((u128::from(self.next()) * end as u128) >> 64).unwrap_or(0)
    }

    /// One of `from..to`.
    pub fn within(&mut self, from: usize, to: usize) -> usize {
        from + self.below(to.saturating_sub(from))
    }

    /// Yes in so many cases of a thousand.
    pub fn per_mille(&mut self, share: usize) -> bool {
        self.below(1_000) < share
    }

    /// One of a list that is not empty.
    pub fn pick<'l, T: ?Sized>(&mut self, list: &[&'l T]) -> &'l T {
        list[self.below(list.len())]
    }

    /// One of a list, the first ones oftener.
    pub fn early<'l, T: ?Sized>(&mut self, list: &[&'l T]) -> &'l T {
        let place = self.below(list.len()).min(self.below(list.len()));
        list[place]
    }

    /// Every order alike.
    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            list.swap(last, self.below(last + 1));
        }
    }
}

/// A fixed order of `0..count` that looks like none: shares that are cut out of it are exact.
#[derive(Clone, Copy, Debug)]
pub(super) struct Order {
    count: usize,
    step: usize,
    offset: usize,
}

impl Order {
    pub fn new(seed: u64, what: For, count: usize) -> Self {
        let mut chance = Chance::new(seed, what, usize::MAX);
        let count = count.max(1);
        let offset = chance.below(count);
        let mut step = count / 3 + chance.below(count / 3 + 1) + 1;
        while greatest_divisor(step, count) != 1 {
            step += 1;
        }
        Self { count, step, offset }
    }

    /// The place of a number.
    pub fn place(self, number: usize) -> usize {
        let place = (number as u128 * self.step as u128 + self.offset as u128) % self.count as u128;
        usize::try_from(place).unwrap_or(0)
    }

    /// The place as a share of the whole, in millionths.
    pub fn share(self, number: usize) -> usize {
        (self.place(number) * 2 + 1) * 500_000 / self.count
    }
}

fn greatest_divisor(left: usize, right: usize) -> usize {
    if right == 0 { left } else { greatest_divisor(right, left % right) }
}

/// The entry of a table of `(weight, entry)` at a share in millionths.
pub(super) fn at_share<T: Copy>(table: &[(usize, T)], share: usize) -> T {
    let total: usize = table.iter().map(|(weight, _)| weight).sum();
    let mut left = share * total / 1_000_000;
    for (weight, entry) in table {
        if left < *weight {
            return *entry;
        }
        left -= weight;
    }
    table[table.len() - 1].1
}
