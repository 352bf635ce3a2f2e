//! Where requests end, however they are cut, padded and tampered with.

use super::*;

const PLAIN: &str = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
const SIZED: &str = "POST /graphql HTTP/1.1\r\nHost: x\r\ncontent-LENGTH:  5\r\n\r\n\r\n\r\na";
const CODED: &str =
    "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n4;x=y\r\n\r\n\r\n\r\nA\r\n0123456789\r\n0\r\nMore: x\r\n\r\n";

/// Fed in pieces of so many bytes.
fn fed(text: &str, piece: usize) -> (Framing, Option<(Overflow, usize)>) {
    let mut framing = Framing::new(200, 4);
    let found = text.as_bytes().chunks(piece).find_map(|piece| framing.feed(piece));
    (framing, found)
}

#[test]
fn requests_are_told_apart_however_they_are_cut() {
    let all = ["\r\n", PLAIN, SIZED, PLAIN, CODED, CODED, SIZED, PLAIN].concat();
    for piece in [1, 2, 3, 7, 50, all.len()] {
        let (mut framing, found) = fed(&all, piece);
        assert_eq!((framing.heads(), framing.doubtful(), found), (7, None, None), "in pieces of {piece}");
        assert!(!framing.within_head());
        framing.feed(b"\r\n");
        assert!(!framing.within_head(), "an empty line begins no head");
        framing.feed(b"GET");
        assert!(framing.within_head());
    }
}

#[test]
fn two_ways_to_find_the_end_are_doubtful() {
    let twice = "POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello";
    let both = "POST / HTTP/1.1\nContent-Length: 5\ntransfer-encoding: chunked\n\n0\r\n\r\n";
    let other = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n";
    for bad in [twice, both, other] {
        for piece in [1, 5, 1_000] {
            assert_eq!(fed(&[PLAIN, SIZED, bad, PLAIN].concat(), piece).0.doubtful(), Some(3), "{bad} by {piece}");
        }
    }
}

#[test]
fn a_head_that_grows_too_large_is_told_with_its_beginning() {
    let before = [PLAIN, SIZED].concat();
    let address = format!("GET /{} HTTP/1.1\r\n", "x".repeat(200));
    let long = format!("GET / HTTP/1.1\r\nA: {}\r\n", "x".repeat(200));
    let many = format!("GET / HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(5));
    for (bad, what) in [(address, Overflow::Address), (long, Overflow::Bytes), (many, Overflow::Lines)] {
        assert_eq!(fed(&[before.as_str(), &bad].concat(), 10_000).1, Some((what, before.len())));
        assert_eq!(fed(&bad, 10_000).1, Some((what, 0)));
        assert_eq!(fed(&[before.as_str(), &bad].concat(), 1).1, Some((what, 0)));
    }
    let full = format!("GET / HTTP/1.1\r\n{}\r\n{PLAIN}", "a: b\r\n".repeat(4));
    assert_eq!(fed(&full, 10_000).1, None);
}

/// What must be told from it, however the bytes before were cut: heads and the first doubtful one.
fn told(text: &str) -> (u64, Option<u64>) {
    let mut told: Vec<_> = [1, 2, 3, 7, 64, text.len()]
        .map(|piece| {
            let mut framing = Framing::new(10_000, 10);
            assert!(text.as_bytes().chunks(piece).all(|piece| framing.feed(piece).is_none()), "{text}");
            (framing.heads(), framing.doubtful())
        })
        .to_vec();
    told.dedup();
    assert_eq!(told.len(), 1, "it depends on the pieces: {told:?} {text}");
    told[0]
}

const BOTH: &str = "POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";

#[test]
fn blanks_round_a_value_change_nothing() {
    let (blanks, tabs) = (" ".repeat(60), "\t ".repeat(500));
    for before in ["", " ", "\t", &blanks, &tabs] {
        for behind in ["", " ", "\t", &blanks, &tabs] {
            for end in ["\r\n", "\n"] {
                let sized = format!("POST / HTTP/1.1{end}Content-Length:{before}5{behind}{end}{end}a\r\n\r\n");
                assert_eq!(told(&[&sized, PLAIN].concat()), (2, None));
                // What comes at once behind it is seen for what it is.
                assert_eq!(told(&[&sized, BOTH].concat()), (2, Some(2)));
                assert_eq!(told(&[PLAIN, &sized, &sized, BOTH, PLAIN].concat()), (5, Some(4)));
                let coded = format!("POST / HTTP/1.1{end}TRANSFER-encoding:{before}Chunked{behind}{end}{end}0\r\n\r\n");
                assert_eq!(told(&[&coded, PLAIN].concat()), (2, None));
                assert_eq!(told(&[&coded, BOTH].concat()), (2, Some(2)));
                let both = coded.replacen(end, &format!("{end}Content-Length:{before}0{behind}{end}"), 1);
                assert_eq!(told(&[PLAIN, &both, PLAIN].concat()), (3, Some(2)));
            }
        }
    }
    let zeros = format!("POST / HTTP/1.1\r\nContent-Length: {}5\r\n\r\nhello", "0".repeat(100));
    assert_eq!(told(&[&zeros, BOTH].concat()), (2, Some(2)));
    let empty = format!("POST / HTTP/1.1\r\nContent-Length:{blanks}0{blanks}\r\n\r\n");
    assert_eq!(told(&[&empty, BOTH].concat()), (2, Some(2)));
}

#[test]
fn behind_a_padded_length_a_head_that_begins_is_one() {
    let padded = format!("POST / HTTP/1.1\r\nContent-Length:{}5{}\r\n\r\nhello", " ".repeat(60), " ".repeat(60));
    let mut framing = Framing::new(10_000, 10);
    assert_eq!(framing.feed(padded.as_bytes()), None);
    assert!(!framing.within_head());
    assert_eq!(framing.feed(b"P"), None);
    assert!(framing.within_head());
    let long = format!("OST / HTTP/1.1\r\nA: {}", "x".repeat(10_000));
    assert_eq!(framing.feed(long.as_bytes()), Some((Overflow::Bytes, 0)));
}

#[test]
fn values_that_are_none_are_doubtful() {
    let (blanks, nines) = (" ".repeat(100), "9".repeat(100));
    for value in [
        "",
        " ",
        &blanks,
        "x",
        "+5",
        "-5",
        "0x5",
        "5x",
        "5 5",
        "5,5",
        "5, 5",
        "5;",
        "\u{b}5",
        "5\u{c}",
        "\r5",
        "5\r",
        "5\r5",
        "5.0",
        "18446744073709551616",
        &nines,
        &format!("5{blanks}5"),
        &format!("{blanks}5{blanks}x"),
    ] {
        let odd = format!("POST / HTTP/1.1\r\nContent-Length:{value}\r\n\r\n");
        assert_eq!(told(&[PLAIN, SIZED, &odd].concat()), (3, Some(3)), "{value:?}");
        // Beside a coding nobody else looks at it.
        let beside = odd.replacen("\r\n", "\r\nTransfer-Encoding: chunked\r\n", 1) + "0\r\n\r\n";
        assert_eq!(told(&[PLAIN, &beside, PLAIN].concat()), (3, Some(2)), "{value:?}");
    }
    for value in [
        "",
        &blanks,
        "chunke",
        "chunkedd",
        "xchunked",
        "chunked, chunked",
        "gzip, chunked",
        "chunked;a=b",
        "chunked,",
        "chun ked",
        "\rchunked",
        "chunked\r",
        &format!("chunked{blanks}x"),
        &format!("{blanks}chunked{blanks},chunked"),
    ] {
        let odd = format!("POST / HTTP/1.1\r\nTransfer-Encoding:{value}\r\n\r\n0\r\n\r\n");
        assert_eq!(told(&[PLAIN, SIZED, &odd, PLAIN].concat()), (4, Some(3)), "{value:?}");
    }
    // These are other headers.
    for name in ["Content-Lengt", "Content-Lengthy", "X-Content-Length", "Transfer-Encodin", "Transfer-Encodings", ""] {
        assert_eq!(told(&format!("GET / HTTP/1.1\r\n{name}: 5 5\r\n\r\n{PLAIN}")), (2, None), "{name}");
    }
}

#[test]
fn chunks_are_measured_as_hyper_measures_them() {
    let head = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
    let (zeros, blanks, remark) = ("0".repeat(100), " ".repeat(100), "x".repeat(200));
    // Its data look like the end and like a head whose body has none.
    let data = "\r\n\r\nPOST / HTTP/1.1\r\nContent-Length: 9999999\r\n\r\n";
    let size = format!("{:X}", data.len());
    for line in [
        size.clone(),
        format!("{zeros}{size}"),
        format!("{size}{blanks}"),
        format!("{size}\t;{remark}"),
        format!("{zeros}{size}{blanks};{remark}"),
    ] {
        let all = format!("{head}{line}\r\n{data}\r\n{zeros}{blanks}\r\n\r\n{BOTH}{PLAIN}");
        assert_eq!(told(&all), (3, Some(2)), "{line}");
    }
    // hyper goes on in the lines behind the chunks until a line feed comes behind a carriage return.
    let trailer = format!("{head}0\r\nMore: x\n\r\nMore: y\n\n\n\r\n\r\n{BOTH}{PLAIN}");
    assert_eq!(told(&trailer), (3, Some(2)));
    // Where it reads no size, it ends the connection.
    for line in ["", " 5", "5 5", "x", "5\n", "10000000000000000", "-5"] {
        assert_eq!(told(&format!("{head}{line}\r\nhello\r\n0\r\n\r\n{PLAIN}")), (1, None), "{line:?}");
    }
}
