//! The cookie of a session: read with doubt, and written so that no script and no foreign page has
//! any use of it.

use axum::http::{HeaderMap, HeaderValue, header};

/// The names it goes by: over https, where no neighbour can set it, and elsewhere. What was given
/// under one name counts under that one alone.
const SECURE: &str = "__Host-innograph";
const PLAIN: &str = "innograph";

/// What a browser presents.
#[derive(Clone)]
pub(super) struct Presented {
    pub label: &'static str,
    pub secret: String,
}

/// What the cookies of a request say of a session.
pub(super) enum Cookies {
    /// Nothing.
    None,
    /// This.
    One(Presented),
    /// Several things: a neighbour may have set one of them.
    Several,
}

/// What the cookies say. Those of others are passed over.
pub(super) fn read(headers: &HeaderMap) -> Cookies {
    let lines = headers.get_all(header::COOKIE).iter();
    let texts = lines.map(|line| String::from_utf8_lossy(line.as_bytes()).into_owned()).collect::<Vec<_>>();
    let pairs = texts.iter().flat_map(|text| text.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let own = pairs.filter_map(|(name, value)| {
        let label = [SECURE, PLAIN].into_iter().find(|label| *label == name)?;
        Some(Presented { label, secret: value.to_owned() })
    });
    let mut own = own.take(2);
    match (own.next(), own.next()) {
        (None, _) => Cookies::None,
        (Some(only), None) => Cookies::One(only),
        (Some(_), Some(_)) => Cookies::Several,
    }
}

/// The name for a page that was loaded like this: its `Origin` is one of ours, or there is none.
pub(super) fn label_for(headers: &HeaderMap) -> &'static str {
    let secure = headers.get(header::ORIGIN).is_some_and(|origin| origin.as_bytes().starts_with(b"https://"));
    if secure { SECURE } else { PLAIN }
}

/// Have the browser hold it.
pub(super) fn set(given: &Presented) -> Option<HeaderValue> {
    let secure = if given.label == SECURE { "; Secure" } else { "" };
    let text = format!("{}={}; Path=/; HttpOnly; SameSite=Strict{secure}", given.label, given.secret);
    let mut value = HeaderValue::from_str(&text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// Have the browser forget it, whichever it holds.
pub(super) fn clear(headers: &mut HeaderMap) {
    for text in [
        "__Host-innograph=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict; Secure",
        "innograph=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict",
    ] {
        headers.append(header::SET_COOKIE, HeaderValue::from_static(text));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_cookie_is_one_and_two_are_none() {
        let said = |lines: &[&str]| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(header::COOKIE, HeaderValue::from_str(line).unwrap());
            }
            match read(&headers) {
                Cookies::None => "none".to_owned(),
                Cookies::One(only) => format!("{} {}", only.label, only.secret),
                Cookies::Several => "several".to_owned(),
            }
        };
        assert_eq!(said(&[]), "none");
        assert_eq!(said(&["theme=dark; Innograph=x; innographs=y; innograph"]), "none");
        assert_eq!(said(&["theme=dark; innograph=a=b"]), "innograph a=b");
        assert_eq!(said(&["__Host-innograph=c"]), "__Host-innograph c");
        for two in [&["innograph=a; innograph=a"][..], &["innograph=a", "__Host-innograph=b"]] {
            assert_eq!(said(two), "several");
        }
    }
}
