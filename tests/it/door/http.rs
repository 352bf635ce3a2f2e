//! Group 1, what is no request: bodies, lengths, headers, bytes, encodings and JSON that are not
//! what they should be. Nothing of it runs, and nothing of it costs the server more than a moment.

use std::process::{Command, Stdio};

use super::attack::{Fort, JSON, Trials};
use super::raw::{chunk, chunked_head, head, lines_of_status};

const QUERY: &[u8] = br#"{"query":"{__typename}"}"#;

/// A body in chunks of 64 KiB.
fn chunked(bytes: &[u8]) -> Vec<u8> {
    let mut all = chunked_head(JSON);
    for piece in bytes.chunks(64 * 1024) {
        all.extend(chunk(piece));
    }
    all.extend(b"0\r\n\r\n");
    all
}

#[test]
fn bodies_larger_than_the_limit_are_not_read() {
    let fort = Fort::new();
    let ten = 10_000_000;
    let query = format!("{{\"query\":\"{}\"}}", "x".repeat(ten)).into_bytes();
    let variables = format!("{{\"query\":\"{{__typename}}\",\"variables\":{{\"a\":\"{}\"}}}}", "x".repeat(ten));
    let mut trials = Trials::default();
    for (what, bytes) in [
        ("by length", [head(JSON, query.len()), query.clone()].concat()),
        ("in variables", [head(JSON, variables.len()), variables.clone().into_bytes()].concat()),
        ("in chunks", chunked(&query)),
        ("in chunks of blanks", chunked(&vec![b' '; ten])),
        ("announced", [head(JSON, ten), b"{".to_vec()].concat()),
    ] {
        trials.of(what, || {
            let heard = fort.stands(what, |fort| fort.raw(&bytes));
            // Who closes before all has come may lose its own answer on the way.
            heard.assert_status(what, &[413, 0]);
            assert!(heard.status == 0 || heard.code() == "BODY_TOO_LARGE", "{what}: {}", heard.body);
        });
    }
}

#[test]
fn lengths_that_are_none() {
    let fort = Fort::with(&[("limits__body_ms", "1000")]);
    let post = |lengths: &str, body: &[u8]| {
        let head = format!("POST /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{JSON}{lengths}\r\n");
        [head.as_bytes(), body].concat()
    };
    let terabyte = "Content-Length: 1099511627776\r\n";
    let mut trials = Trials::default();
    for (what, bytes) in [
        ("a terabyte", post(terabyte, QUERY)),
        ("2^63", post("Content-Length: 9223372036854775808\r\n", QUERY)),
        ("2^64 and 24 more", post("Content-Length: 18446744073709551640\r\n", QUERY)),
        ("negative", post("Content-Length: -1\r\n", QUERY)),
        ("a sign", post("Content-Length: +24\r\n", QUERY)),
        ("no number", post("Content-Length: many\r\n", QUERY)),
        ("hexadecimal", post("Content-Length: 0x18\r\n", QUERY)),
        ("empty", post("Content-Length: \r\n", QUERY)),
        ("two that differ", post("Content-Length: 24\r\nContent-Length: 5\r\n", QUERY)),
        ("a list that differs", post("Content-Length: 24, 5\r\n", QUERY)),
        ("more than comes", post("Content-Length: 100\r\n", QUERY)),
    ] {
        trials.of(what, || {
            let heard = fort.stands(what, |fort| fort.raw(&bytes));
            heard.assert_status(what, &[400, 408, 413, 0]);
        });
    }
}

#[test]
fn nothing_is_smuggled_behind_a_request() {
    let fort = Fort::with(&[("limits__body_ms", "1000")]);
    let second = "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let post = |lines: &str, body: &str| {
        format!("POST /graphql HTTP/1.1\r\nHost: localhost\r\n{JSON}{lines}\r\n{body}{second}").into_bytes()
    };
    let whole = format!("{:x}\r\n{}\r\n0\r\n\r\n", QUERY.len(), String::from_utf8_lossy(QUERY));
    let both_given = ["length and chunks", "chunks and length", "length and chunks at once ended"];
    let both = "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n";
    let mut trials = Trials::default();
    for (what, bytes) in [
        ("length and chunks", post(both, &whole)),
        ("chunks and length", post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", &whole)),
        ("length and chunks at once ended", post(both, "0\r\n\r\n")),
        ("chunks that are none", post("Transfer-Encoding: xchunked\r\n", &whole)),
        ("chunks, then something else", post("Transfer-Encoding: chunked, identity\r\n", &whole)),
        ("chunks twice", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", &whole)),
        ("chunks twice behind a tab", post("Transfer-Encoding:\tchunked, chunked\r\n", &whole)),
        ("a blank before the colon", post("Transfer-Encoding : chunked\r\n", &whole)),
        ("a size that is no number", post("Transfer-Encoding: chunked\r\n", "zz\r\n")),
        ("a negative size", post("Transfer-Encoding: chunked\r\n", "-5\r\nhello\r\n0\r\n\r\n")),
        ("a huge size", post("Transfer-Encoding: chunked\r\n", "fffffffffffffff0\r\n")),
        ("a size that overflows", post("Transfer-Encoding: chunked\r\n", "10000000000000000018\r\n")),
        ("a size without an end", post("Transfer-Encoding: chunked\r\n", &"0".repeat(100_000))),
        ("an endless extension", post("Transfer-Encoding: chunked\r\n", &format!("5;{}\r\n", "x".repeat(100_000)))),
        ("no line end after a chunk", post("Transfer-Encoding: chunked\r\n", "2\r\n{}xx0\r\n\r\n")),
        ("a folded header", post("X-Long: a\r\n b\r\nContent-Length: 0\r\n", "")),
    ] {
        trials.of(what, || {
            let text = fort.stands(what, |fort| super::raw::everything(fort.address, &bytes));
            let answers = lines_of_status(&text);
            assert!(answers.len() <= 1, "{what}: the second request was answered: {answers:?}");
            // With both a length and chunks the chunks may count, if the connection then ends (RFC 9112, 6.1).
            if !both_given.contains(&what) {
                assert!(answers.iter().all(|status| (400..500).contains(status)), "{what}: {answers:?}");
                assert!(!text.contains("__typename\":"), "{what}: it ran: {text}");
            }
        });
    }
}

#[test]
fn heads_larger_than_the_limit() {
    let fort = Fort::new();
    let get = |rest: &str, lines: &str| {
        format!("GET /graphql?query={rest} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{lines}\r\n")
            .into_bytes()
    };
    let many: String = (0..5_000).map(|place| format!("X-{place}: y\r\n")).collect();
    let over_the_count: String = (0..200).map(|place| format!("X-{place}: y\r\n")).collect();
    let long = format!("X-Long: {}\r\n", "y".repeat(1_000_000));
    let name = format!("{}: y\r\n", "x".repeat(1_000_000));
    let just_over = format!("X-Long: {}\r\n", "y".repeat(40_000));
    let mut trials = Trials::default();
    for (what, bytes, statuses) in [
        ("a header of 1 MB", get("%7B__typename%7D", &long), [431, 400, 0]),
        ("a header's name of 1 MB", get("%7B__typename%7D", &name), [431, 400, 0]),
        ("a header of 40 KB", get("%7B__typename%7D", &just_over), [431, 400, 0]),
        ("5,000 headers", get("%7B__typename%7D", &many), [431, 400, 0]),
        ("200 headers", get("%7B__typename%7D", &over_the_count), [431, 400, 0]),
        ("an address of 100 KB", get(&"x".repeat(100_000), ""), [414, 431, 0]),
        ("a method of 100 KB", [vec![b'G'; 100_000], b" / HTTP/1.1\r\n\r\n".to_vec()].concat(), [400, 414, 431]),
    ] {
        trials.of(what, || {
            let heard = fort.stands(what, |fort| fort.raw(&bytes));
            heard.assert_status(what, &statuses);
        });
    }
    // The headers of a browser with a long cookie are none of this.
    let usual = format!("Cookie: {}\r\n", "y".repeat(4_000));
    assert_eq!(fort.raw(&get("%7B__typename%7D", &usual)).status, 200);
}

#[test]
fn bytes_that_are_no_http() {
    let fort = Fort::with(&[("limits__header_ms", "1000")]);
    let hello = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".iter().copied().chain((0..=255).cycle().take(506));
    let noise = (0..20_000_u32).map(|place| u8::try_from(place.wrapping_mul(2_654_435_761) >> 24).unwrap_or(0));
    let mut trials = Trials::default();
    for (what, bytes) in [
        ("a hello of TLS", hello.collect()),
        ("noise", noise.collect()),
        ("zeros", vec![0; 100_000]),
        ("line ends", b"\r\n".repeat(50_000)),
        ("a word", b"hello\r\n\r\n".to_vec()),
        ("SSH", b"SSH-2.0-OpenSSH_9.6\r\n".to_vec()),
        ("a proxy's line", b"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n".to_vec()),
        ("HTTP/0.9", b"GET /\r\n\r\n".to_vec()),
        ("HTTP/3.0", b"GET / HTTP/3.0\r\nHost: x\r\n\r\n".to_vec()),
        ("a NUL in a header", b"GET /livez HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n".to_vec()),
        ("a NUL in the address", b"GET /li\0vez HTTP/1.1\r\nHost: x\r\n\r\n".to_vec()),
        (
            "a proxy's address",
            b"GET http://169.254.169.254/latest HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".to_vec(),
        ),
        ("CONNECT", b"CONNECT example.com:443 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".to_vec()),
    ] {
        trials.of(what, || {
            let heard = fort.stands(what, |fort| fort.raw(&bytes));
            heard.assert_status(what, &[400, 404, 405, 408, 431, 0]);
        });
    }
}

#[test]
fn http_2_is_not_spoken() {
    let fort = Fort::with(&[("limits__header_ms", "1000")]);
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    let settings = [0, 0, 0, 4, 0, 0, 0, 0, 0];
    // Opened and reset, ten thousand times: what a server that speaks it pays for.
    let mut resets = [preface.as_slice(), &settings].concat();
    for stream in (1..20_000_u32).step_by(2) {
        resets.extend([0, 0, 4, 1, 5]);
        resets.extend(stream.to_be_bytes());
        resets.extend([0x82, 0x84, 0x86, 0x81]);
        resets.extend([0, 0, 4, 3, 0]);
        resets.extend(stream.to_be_bytes());
        resets.extend(8_u32.to_be_bytes());
    }
    let upgrade = b"GET /livez HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n";
    let before = fort.cpu();
    let text = fort.stands("ten thousand resets", |fort| super::raw::everything(fort.address, &resets));
    println!("ten thousand resets: {:?} of processor time", fort.cpu() - before);
    assert!(lines_of_status(&text).iter().all(|status| (400..600).contains(status)), "{text}");
    // A frame of settings is what HTTP/2 begins with.
    assert!(!text.as_bytes().starts_with(&[0, 0]), "HTTP/2 is spoken");
    let text = super::raw::everything(fort.address, upgrade);
    assert_eq!(lines_of_status(&text), [200], "an upgrade that is not taken is passed over: {text}");
}

#[test]
fn encodings_that_are_no_utf_8() {
    let fort = Fort::new();
    let utf_16 = |big: bool| {
        let text = "\u{feff}{\"query\":\"{__typename}\"}";
        let bytes = text.encode_utf16().flat_map(move |unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() });
        bytes.collect::<Vec<u8>>()
    };
    let body = |inside: &[u8]| [b"{\"query\":\"{__typename}\",\"operationName\":\"", inside, b"\"}"].concat();
    let utf_32: Vec<u8> =
        "{\"query\":\"{__typename}\"}".chars().flat_map(|letter| u32::from(letter).to_le_bytes()).collect();
    let mut trials = Trials::default();
    for (what, bytes) in [
        ("a lone continuation", body(b"\x80")),
        ("no continuation", body(b"\xe6\x96")),
        ("0xff", body(b"\xff\xfe")),
        ("an overlong slash", body(b"\xc0\xaf")),
        ("an overlong NUL", body(b"\xc0\x80")),
        ("an overlong quote in three bytes", body(b"\xe0\x80\xa2")),
        ("a surrogate as bytes", body(b"\xed\xa0\x80")),
        ("beyond Unicode", body(b"\xf4\x90\x80\x80")),
        ("GBK", body(b"\xd0\xc2\xcf\xe7\xca\xd0")),
        ("GB18030", body(b"\x81\x30\x81\x30\x95\x32\x82\x36")),
        ("UTF-16, little end first", utf_16(false)),
        ("UTF-16, big end first", utf_16(true)),
        ("UTF-32", utf_32),
        ("half a character, high", body(br"\ud800")),
        ("half a character, low", body(br"\udfff")),
        ("two halves the wrong way round", body(br"\udc00\ud800")),
        ("an escape that is none", body(br"\u12")),
        ("a bare line break", body(b"a\nb")),
        ("a bare NUL", body(b"\0")),
    ] {
        trials.of(what, || {
            let heard = fort.stands(what, |fort| fort.post(&bytes));
            heard.assert_status(what, &[400]);
        });
    }
    for charset in ["gbk", "utf-16", "latin1", "utf-8; charset=gbk", "\"utf-16\""] {
        trials.of(charset, || {
            let kind = format!("Content-Type: application/json; charset={charset}\r\n");
            fort.send("POST", "/graphql", &kind, QUERY).assert_status(charset, &[415, 400]);
        });
    }
    // Percent signs of an address that name no UTF-8.
    let heard = fort.send("GET", "/graphql?query=%7B__typename%7D%ff%fe", "", b"");
    heard.assert_refused("an address that is no UTF-8");
}

#[test]
fn json_that_is_none_or_not_what_is_asked_for() {
    let fort = Fort::new();
    let deep =
        |open: &str, inside: &str, close: &str| format!("{}{inside}{}", open.repeat(100_000), close.repeat(100_000));
    let variables = |text: &str| format!("{{\"query\":\"{{__typename}}\",\"variables\":{text}}}");
    let shapes = [
        "",
        " ",
        "{",
        "}",
        "[",
        "]",
        "null",
        "true",
        "0",
        "1e999999",
        "\"\"",
        "\"{__typename}\"",
        "{}",
        "{\"query\"}",
        "{\"query\":}",
        "{\"query\":\"{__typename}\"",
        "{\"query\":\"{__typename}\"}}",
        "{\"query\":\"{__typename}\",}",
        "{'query':'{__typename}'}",
        "{query:\"{__typename}\"}",
        "{\"query\":null}",
        "{\"query\":5}",
        "{\"query\":[]}",
        "{\"query\":{}}",
        "{\"query\":\"{__typename}\",\"variables\":5}",
        "{\"query\":\"{__typename}\",\"variables\":[]}",
        "{\"query\":\"{__typename}\",\"operationName\":{}}",
        "{\"query\":\"{__typename}\",\"extensions\":7}",
        "{\"query\":\"{__typename}\"} {\"query\":\"{__typename}\"}",
        "{\"query\":\"{__typename}\",\"variables\":{\"a\":NaN}}",
        "{\"query\":\"{__typename}\",\"variables\":{\"a\":01}}",
        "/* */{\"query\":\"{__typename}\"}",
        "\u{feff}\u{feff}{}",
        "--x\r\nContent-Disposition: form-data; name=\"query\"\r\n\r\n{__typename}\r\n--x--",
    ];
    fort.stands("malformed JSON", |fort| {
        for shape in shapes {
            fort.post(shape.as_bytes()).assert_status(shape, &[400]);
        }
    });
    let mut trials = Trials::default();
    for (what, text) in [
        ("lists", deep("[", "", "]")),
        ("open lists", deep("[", "", "")),
        ("objects", deep("{\"a\":", "0", "}")),
        ("lists in variables", variables(&deep("[", "", "]"))),
        ("objects in variables", variables(&format!("{{\"a\":{}}}", deep("[", "", "]")))),
        ("lists in extensions", format!("{{\"query\":\"{{__typename}}\",\"extensions\":{}}}", deep("[", "", "]"))),
    ] {
        trials.of(what, || {
            let heard = fort.stands(what, |fort| fort.post(text.as_bytes()));
            heard.assert_status(what, &[400, 413]);
        });
    }
    // The same name twice: one of the two may count, but never both.
    let twice = br#"{"query":"{ nothing }","query":"{__typename}"}"#;
    let heard = fort.post(twice);
    assert!(heard.status == 200 || heard.status == 400, "{} {}", heard.status, heard.body);
}

/// So many zeros, compressed by Debian's own gzip.
fn bomb(bytes: u32) -> Vec<u8> {
    let mut zeros = Command::new("head")
        .args(["-c", &bytes.to_string(), "/dev/zero"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("head");
    let packed = Command::new("gzip").arg("-9").stdin(zeros.stdout.take().expect("piped")).output().expect("gzip runs");
    let _ = zeros.wait();
    packed.stdout
}

#[test]
fn compressed_bodies_are_not_unpacked() {
    let fort = Fort::new();
    // 200 MB in less than a body may have, so that it is not refused for its own length.
    let bomb = bomb(200_000_000);
    assert!(bomb.len() < 256 * 1024, "{}", bomb.len());
    let mut trials = Trials::default();
    for coding in ["gzip", "x-gzip", "deflate", "br", "zstd", "compress", "gzip, gzip", "GZIP", "identity, gzip"] {
        trials.of(coding, || {
            let lines = format!("{JSON}Content-Encoding: {coding}\r\n");
            let heard = fort.stands(coding, |fort| fort.send("POST", "/graphql", &lines, &bomb));
            heard.assert_status(coding, &[415]);
        });
    }
    let two = format!("{JSON}Content-Encoding: identity\r\nContent-Encoding: gzip\r\n");
    fort.stands("two codings", |fort| fort.send("POST", "/graphql", &two, &bomb))
        .assert_status("two codings", &[415, 400]);
    let transfer =
        [chunked_head(&format!("{JSON}Transfer-Encoding: gzip\r\n")), chunk(&bomb), b"0\r\n\r\n".to_vec()].concat();
    let heard = fort.stands("packed on the way", |fort| fort.raw(&transfer));
    heard.assert_status("packed on the way", &[400, 415, 0]);
}
