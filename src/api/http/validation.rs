//! What the library's validator says, in Chinese: it speaks English alone, and these are the slips
//! that staff make most. What is not known here is passed on as it stands.

/// How the validator begins, what it says further on, and the same in Chinese, where `{0}` is the
/// first word that it puts in quotation marks. The first that fits counts.
const SENTENCES: &[(&str, &str, &str)] = &[
    ("Invalid value", "is required but not provided", "“{0}”里缺少必填的“{1}”，请补上。"),
    ("Invalid value", "enumeration type", "“{0}”没有“{2}”这个代码，请从 {1} 的代码中选一个（Ctrl + 空格可列出）。"),
    ("Invalid value", "exactly one field", "“{0}”里要填一项，并且只能填一项。"),
    ("Invalid value", "unknown field", "“{0}”里没有“{1}”这一项，请对照 {2} 的字段。"),
    ("Invalid value", "expected type", "“{0}”的值应为 {1}：文字、日期、金额要加英文引号，整数与代码不加。"),
    ("Field", "is required but not provided", "“{0}”缺少必填的参数“{1}”，请补上。"),
    ("Field", "must have a selection", "“{0}”后面要用 { } 写明取哪些字段。"),
    ("Field", "must not have a selection", "“{0}”后面不能再写 { }。"),
    ("Unknown field", "on type \"WriteResult\"", "写入的结果里没有“{0}”这个字段，请写进 ... on Written { } 里面。"),
    ("Unknown field", "on type", "{1} 没有“{0}”这个字段，请对照文档。"),
    ("Unknown argument", "on field", "“{1}”没有“{0}”这个参数，请对照文档。"),
    ("Unknown type", "", "没有“{0}”这个类型，请对照文档。"),
    ("Variable", "is not defined", "用到了变量“{0}”，却没有声明它。"),
    ("Variable", "is not used", "声明了变量“{0}”，却没有用到，请删去。"),
];

/// Characters of a name that are told back; the rest was written by whoever asked.
const NAME_CHARACTERS: usize = 60;

/// Characters of a sentence of the validator that are told on.
const SENTENCE_CHARACTERS: usize = 400;

/// The sentence in Chinese and in English. What may have been meant is told to those who may see the schema.
pub fn sentences(said: &str, sees_schema: bool) -> (String, String) {
    let said = shortened(said);
    let (fault, meant) = said.split_once(" Did you mean ").unwrap_or((&said, ""));
    let meant = if sees_schema { meant } else { "" };
    let fault = fault.trim_end_matches('.');
    let mut zh = SENTENCES
        .iter()
        .find(|(begins, says, _)| fault.starts_with(begins) && fault.contains(says))
        .map_or_else(|| format!("写法不对：{fault}。请对照文档检查字段名与参数。"), |(.., zh)| filled(zh, fault));
    let mut en = format!("{fault}. Check names and arguments against the documentation.");
    let meant: Vec<&str> = quoted(meant).collect();
    if !meant.is_empty() {
        zh += &format!("您是不是要写：{}？", meant.join("、"));
        en += &format!(" Did you mean {}?", meant.join(", "));
    }
    (zh, en)
}

/// The same with long names and long sentences cut.
fn shortened(said: &str) -> String {
    let cut = |text: &str, most: usize| match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    };
    let pieces = said.split('"').enumerate();
    let pieces =
        pieces.map(|(place, piece)| if place % 2 == 1 { cut(piece, NAME_CHARACTERS) } else { piece.to_owned() });
    cut(&pieces.collect::<Vec<_>>().join("\""), SENTENCE_CHARACTERS)
}

fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('"').skip(1).step_by(2)
}

fn filled(template: &str, fault: &str) -> String {
    let words = quoted(fault).enumerate();
    words.fold(template.to_owned(), |text, (place, word)| text.replace(&format!("{{{place}}}"), word))
}

#[cfg(test)]
mod tests {
    use super::sentences;

    #[test]
    fn the_commonest_slips_are_told_in_chinese() {
        for (said, zh) in [
            (
                "Invalid value for argument \"input\", field \"source\" of type \"String!\" is required but not provided",
                "“input”里缺少必填的“source”，请补上。",
            ),
            (
                "Invalid value for argument \"input.legalForm\", enumeration type \"LegalForm\" does not contain the value \"有限公司\"",
                "“input.legalForm”没有“有限公司”这个代码，请从 LegalForm 的代码中选一个（Ctrl + 空格可列出）。",
            ),
            (
                "Unknown argument \"idempotency\" on field \"saveEnterprise\" of type \"Mutation\". Did you mean \"idempotencyKey\"?",
                "“saveEnterprise”没有“idempotency”这个参数，请对照文档。您是不是要写：idempotencyKey？",
            ),
            ("Something new.", "写法不对：Something new。请对照文档检查字段名与参数。"),
        ] {
            assert_eq!(sentences(said, true).0, zh);
        }
    }

    #[test]
    fn nothing_long_is_told_back_and_no_names_to_those_who_may_not_see_them() {
        let said = format!("Unknown field \"{}\" on type \"Query\". Did you mean \"enterprise\"?", "长".repeat(50_000));
        let (zh, en) = sentences(&said, true);
        assert!(zh.len() < 1_000 && en.len() < 1_000 && zh.contains("enterprise"), "{zh}");
        let (zh, en) = sentences(&said, false);
        assert!(!zh.contains("enterprise") && !en.contains("enterprise"), "{zh} {en}");
        assert!(sentences(&"x ".repeat(9_000), true).1.len() < 1_000);
    }
}
