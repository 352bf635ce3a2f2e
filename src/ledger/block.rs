//! A block: many entries of the chain in one compressed row. Nothing is left out of it: the bodies
//! come back byte for byte, and the hash of the last entry covers them all.
//!
//! A row never says more than it can prove: its sum is compared before anything is decompressed,
//! and the size it states is bounded before room for it is made.

use super::Head;

/// Bytes of bodies after which a block is closed: reading one entry from within costs no more.
pub(super) const ENOUGH_BYTES: usize = 4 << 20;
/// Bytes that a block may hold at most, and so the longest body that is ever packed.
pub(super) const MOST_BYTES: usize = 64 << 20;
/// Bytes before each body: its length, least significant first.
const LENGTH_BYTES: usize = 4;
/// LZ4 cannot make more than this out of one byte.
const MOST_GROWTH: usize = 255;

/// A block as it stands in its row.
#[derive(Debug)]
pub(super) struct Block {
    /// The number of its first entry.
    pub(super) first: u64,
    /// Number and hash of its last entry.
    pub(super) last: Head,
    /// Bytes before compression.
    pub(super) raw_bytes: u64,
    /// The compressed bodies.
    pub(super) packed: Vec<u8>,
    /// BLAKE3 over all of the above.
    pub(super) sum: [u8; 32],
}

/// A block in the making.
#[derive(Debug)]
pub(super) struct Draft {
    before: Head,
    last: Head,
    raw: Vec<u8>,
}

impl Draft {
    /// One that follows this entry.
    pub(super) fn after(before: Head) -> Self {
        Self { before, last: before, raw: Vec::new() }
    }

    /// Where it has come.
    pub(super) fn last(&self) -> Head {
        self.last
    }

    /// Take one more body, which leads to this head; no where it is full.
    pub(super) fn take(&mut self, head: Head, body: &[u8]) -> bool {
        let more = body.len().saturating_add(LENGTH_BYTES);
        let full = !self.raw.is_empty() && self.raw.len() + more > ENOUGH_BYTES;
        let Ok(length) = u32::try_from(body.len()) else { return false };
        if full || more > MOST_BYTES {
            return false;
        }
        self.raw.extend_from_slice(&length.to_le_bytes());
        self.raw.extend_from_slice(body);
        self.last = head;
        true
    }

    /// Close it.
    pub(super) fn close(self) -> Block {
        let packed = lz4_flex::block::compress(&self.raw);
        let raw_bytes = u64::try_from(self.raw.len()).unwrap_or(u64::MAX);
        let mut block = Block { first: self.before.sequence + 1, last: self.last, raw_bytes, packed, sum: [0; 32] };
        block.sum = block.proof();
        block
    }
}

impl Block {
    fn proof(&self) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new();
        for number in [self.first, self.last.sequence, self.raw_bytes] {
            hasher.update(&number.to_be_bytes());
        }
        hasher.update(&self.last.hash);
        hasher.update(&self.packed);
        *hasher.finalize().as_bytes()
    }

    /// The bodies, if the row is as it was written.
    pub(super) fn open(&self) -> Result<Bodies, &'static str> {
        if self.proof() != self.sum {
            return Err("its block does not fit its sum");
        }
        let raw_bytes = usize::try_from(self.raw_bytes).unwrap_or(usize::MAX);
        if raw_bytes > MOST_BYTES || raw_bytes > self.packed.len().saturating_mul(MOST_GROWTH) {
            return Err("its block states a size that cannot be");
        }
        let raw = lz4_flex::block::decompress(&self.packed, raw_bytes).unwrap_or_default();
        let bodies = Bodies { raw };
        let entries = bodies.iter().try_fold(0_u64, |count, body| body.map(|_| count + 1));
        let stated = (self.last.sequence + 1).checked_sub(self.first);
        if bodies.raw.len() != raw_bytes || entries.is_none() || entries != stated {
            return Err("its block holds other entries than it states");
        }
        Ok(bodies)
    }
}

/// The bodies of one block.
#[derive(Debug)]
pub(super) struct Bodies {
    raw: Vec<u8>,
}

impl Bodies {
    /// Each body in order; `None`, once and last, where the lengths do not come out even.
    pub(super) fn iter(&self) -> impl Iterator<Item = Option<&[u8]>> {
        let mut rest = self.raw.as_slice();
        std::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            let cut = rest.split_first_chunk::<LENGTH_BYTES>().and_then(|(length, after)| {
                after.split_at_checked(usize::try_from(u32::from_le_bytes(*length)).unwrap_or(usize::MAX))
            });
            rest = cut.map_or(&[], |(_, rest)| rest);
            Some(cut.map(|(body, _)| body))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(bodies: &[&[u8]]) -> Block {
        let mut draft = Draft::after(Head::EMPTY);
        for body in bodies {
            assert!(draft.take(draft.last().after(body), body));
        }
        draft.close()
    }

    #[test]
    fn what_went_in_comes_out() {
        let long = vec![7; 100_000];
        let bodies: [&[u8]; 4] = [b"a", b"", &long, b"b"];
        let block = block(&bodies);
        assert_eq!((block.first, block.last.sequence), (1, 4));
        assert!(block.packed.len() < 1_000, "{}", block.packed.len());
        let opened = block.open().expect("it is sound");
        assert_eq!(opened.iter().collect::<Option<Vec<_>>>().expect("whole"), bodies);
    }

    #[test]
    fn a_block_ends_where_it_is_full() {
        let (half, mut draft) = (vec![1; ENOUGH_BYTES / 2], Draft::after(Head::EMPTY));
        assert!(draft.take(draft.last().after(&half), &half));
        assert!(!draft.take(draft.last().after(&half), &half));
        // One that is longer than enough has a block of its own; one that is longer than that, none.
        let (long, too_long) = (vec![1; ENOUGH_BYTES + 1], vec![1; MOST_BYTES]);
        let mut draft = Draft::after(Head::EMPTY);
        assert!(!draft.take(draft.last().after(&too_long), &too_long));
        assert!(draft.take(draft.last().after(&long), &long));
    }

    #[test]
    fn absurd_sizes_and_counts_are_refused_even_with_a_fitting_sum() {
        let lies: [fn(&mut Block); 5] = [
            |block| block.raw_bytes = u64::MAX,
            |block| block.raw_bytes = 60 << 20,
            |block| block.raw_bytes += 1,
            |block| block.raw_bytes -= 1,
            |block| block.last.sequence += 1,
        ];
        for (number, lie) in lies.into_iter().enumerate() {
            let mut block = block(&[b"one", b"two"]);
            lie(&mut block);
            assert_eq!(block.open().map(|_| ()), Err("its block does not fit its sum"), "lie {number}");
            block.sum = block.proof();
            assert!(block.open().is_err_and(|reason| reason.contains("state")), "lie {number}");
        }
    }
}
