//! Unified social credit codes (GB 32100-2015): right in their check characters, and of a region that
//! does not exist, so that none can be a real body's. Written apart from `domain::identifier`, which
//! checks them.

const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// The code of a body: authority and class (`91` is a firm), the region that registered it, and a
/// number of its own below a hundred million.
pub(super) fn credit_code(class: &str, region: u32, number: usize) -> String {
    // Steps of a prime: neighbours do not look alike, and no two are equal.
    let body = format!("{:08}", (number as u64 * 70_001 + 10_000_019) % 100_000_000);
    let weights = [3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = body.bytes().zip(weights).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    let check = match 11 - sum % 11 {
        10 => 'X',
        11 => '0',
        digit => char::from_digit(digit, 10).unwrap_or('0'),
    };
    let mut code = format!("{class}{region:06}{body}{check}");
    let (mut sum, mut weight) = (0, 1);
    for letter in code.bytes() {
        sum += ALPHABET.iter().position(|known| *known == letter).unwrap_or(0) * weight;
        weight = weight * 3 % 31;
    }
    code.push(char::from(ALPHABET[(31 - sum % 31) % 31]));
    code
}
