//! Opaque, stable identifiers (ULID, 128 bit). Made by the writer, never reused, never guessed from.

use std::fmt;
use std::str::FromStr;

/// The identifier of everything that can be pointed at.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Id(u128);

impl Id {
    /// From its number, as read back from the ledger.
    pub const fn from_u128(number: u128) -> Self {
        Self(number)
    }

    /// Its number.
    pub const fn as_u128(self) -> u128 {
        self.0
    }
}

impl fmt::Display for Id {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut buffer = [0; ulid::ULID_LEN];
        formatter.write_str(ulid::Ulid(self.0).array_to_str(&mut buffer))
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl FromStr for Id {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        ulid::Ulid::from_string(text).map(|ulid| Self(ulid.0)).map_err(|_| ())
    }
}

impl<C> minicbor::Encode<C> for Id {
    fn encode<W: minicbor::encode::Write>(
        &self,
        encoder: &mut minicbor::Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        encoder.bytes(&self.0.to_be_bytes())?.ok()
    }
}

impl<'b, C> minicbor::Decode<'b, C> for Id {
    fn decode(decoder: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        let bytes: [u8; 16] =
            decoder.bytes()?.try_into().map_err(|_| minicbor::decode::Error::message("an id has 16 bytes"))?;
        Ok(Self(u128::from_be_bytes(bytes)))
    }
}

/// Hands out ids for one envelope: the record time in front, so that ids sort by time; a counter
/// behind it, so that the same envelope always yields the same ids.
#[derive(Clone, Debug)]
pub struct IdSequence {
    next: u128,
}

impl IdSequence {
    /// Ids for what is recorded at `recorded_at_ms`; `seed` keeps stores apart (80 bits are used).
    pub fn new(recorded_at_ms: u64, seed: u128) -> Self {
        let low = seed & ((1 << 80) - 1);
        // The counter must not run over into the time: keep the top bit of the low part clear.
        Self { next: (u128::from(recorded_at_ms) << 80) | (low & !(1 << 79)) }
    }

    /// The record time that its ids carry, in milliseconds since 1970.
    pub fn recorded_at_ms(&self) -> i64 {
        i64::try_from(self.next >> 80).unwrap_or(i64::MAX)
    }

    /// The next id.
    pub fn next_id(&mut self) -> Id {
        let id = Id(self.next);
        self.next += 1;
        id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_back() {
        let id = IdSequence::new(1_700_000_000_000, 42).next_id();
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(id.to_string().len(), 26);
        assert_eq!("not an id".parse::<Id>(), Err(()));
    }

    #[test]
    fn ids_sort_by_time() {
        let early = IdSequence::new(1, u128::MAX).next_id();
        let late = IdSequence::new(2, 0).next_id();
        assert!(early < late);
    }
}
