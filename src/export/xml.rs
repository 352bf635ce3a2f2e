//! Text in XML 1.0. What XML forbids even as a reference (control characters, U+FFFE, U+FFFF) becomes
//! U+FFFD, and nothing else is changed: no document can be broken, or made to say more, by a text.

/// An element without content: `<node id="1"/>`.
pub fn empty(name: &str, attributes: &[(&str, &str)]) -> String {
    format!("<{name}{}/>", written(attributes))
}

/// The beginning of an element.
pub fn open(name: &str, attributes: &[(&str, &str)]) -> String {
    format!("<{name}{}>", written(attributes))
}

/// An element with text.
pub fn with_text(name: &str, attributes: &[(&str, &str)], text: &str) -> String {
    format!("<{name}{}>{}</{name}>", written(attributes), escape(text))
}

/// The text as it may stand between tags and between quotation marks.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            // As themselves they would become a space in an attribute, or another end of line.
            '\t' => escaped.push_str("&#9;"),
            '\n' => escaped.push_str("&#10;"),
            '\r' => escaped.push_str("&#13;"),
            letter if is_forbidden(letter) => escaped.push(char::REPLACEMENT_CHARACTER),
            letter => escaped.push(letter),
        }
    }
    escaped
}

/// Is it none of the characters of XML 1.0 (production 2, `Char`)?
fn is_forbidden(letter: char) -> bool {
    !matches!(letter, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..='\u{10ffff}')
}

fn written(attributes: &[(&str, &str)]) -> String {
    attributes.iter().map(|(name, value)| format!(" {name}=\"{}\"", escape(value))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Undoes references the slow way, by their names and numbers.
    fn read(escaped: &str) -> String {
        let mut text = String::new();
        let mut rest = escaped;
        while let Some(start) = rest.find('&') {
            let end = start + rest[start..].find(';').expect("a reference ends");
            text.push_str(&rest[..start]);
            text.push(match &rest[start + 1..end] {
                "amp" => '&',
                "lt" => '<',
                "gt" => '>',
                "quot" => '"',
                "apos" => '\'',
                number => char::from_u32(number[1..].parse().expect("a number")).expect("a character"),
            });
            rest = &rest[end + 1..];
        }
        text + rest
    }

    #[test]
    fn every_character_of_unicode_comes_back_or_is_one_that_xml_forbids() {
        let mut lost = 0;
        for number in 0..=0x10_ffff {
            let Some(letter) = char::from_u32(number) else { continue };
            let text = format!("a{letter}b");
            let escaped = escape(&text);
            assert!(!escaped.contains(['<', '>', '"', '\'', '\t', '\n', '\r']), "{number:x}");
            let back = read(&escaped);
            if back != text {
                assert_eq!(back, "a\u{fffd}b", "{number:x}");
                assert!(number < 0x20 || number == 0xfffe || number == 0xffff, "{number:x}");
                lost += 1;
            }
        }
        // 32 control characters without tab, line feed and carriage return; and two that are none.
        assert_eq!(lost, 31);
    }

    #[test]
    fn a_text_cannot_end_its_element() {
        let text = with_text("v", &[("a", "\"/><x>")], "</v><v>");
        assert_eq!(text, "<v a=\"&quot;/&gt;&lt;x&gt;\">&lt;/v&gt;&lt;v&gt;</v>");
    }
}
