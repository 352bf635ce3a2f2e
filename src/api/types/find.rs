//! From a reference of the API to a node, with what may have been meant where it fits none or several.

use super::def::Cx;
use crate::api::error::{ApiError, Candidate};
use crate::domain::Kind;
use crate::domain::command::Reference;
use crate::domain::rejection::Rejection;
use crate::graph::EntityRow;

/// Candidates offered.
const MOST: usize = 5;

/// What a reference points at; only nodes of these kinds, of any where none are named.
pub fn find(cx: &Cx<'_>, reference: &Reference, kinds: &[Kind]) -> Result<EntityRow, ApiError> {
    cx.lens.resolve(reference, kinds).map_err(|rejection| {
        let fitting = || cx.lens.meant(reference, kinds);
        told(cx, reference, kinds, rejection, &fitting)
    })
}

/// The term of a scheme that a reference points at: by its code with or without the scheme, or by a whole name.
pub fn find_term(cx: &Cx<'_>, reference: &Reference, scheme: &str) -> Result<EntityRow, ApiError> {
    cx.lens.resolve_term(reference, scheme).map_err(|rejection| {
        let fitting = || cx.lens.terms_meant(reference, scheme);
        told(cx, reference, Kind::Term.alone(), rejection, &fitting)
    })
}

/// What is told where a reference fits none or several: with what may have been meant.
fn told(
    cx: &Cx<'_>,
    reference: &Reference,
    kinds: &[Kind],
    rejection: Rejection,
    fitting: &dyn Fn() -> Vec<EntityRow>,
) -> ApiError {
    let meant: Vec<EntityRow> = match (&rejection, reference) {
        (Rejection::AmbiguousName { .. }, _) => fitting(),
        (Rejection::UnknownReference { .. }, Reference::Name(text) | Reference::Code(text)) => {
            let found = cx.view.search().and_then(|index| index.find(&cx.lens, text, kinds).ok());
            found.map(|found| found.hits.into_iter().map(|hit| hit.node).collect()).unwrap_or_default()
        }
        _ => Vec::new(),
    };
    let mut error: ApiError = match rejection {
        Rejection::UnknownReference { what_zh, what_en, given } => {
            let names = meant.iter().take(MOST).map(|node| cx.lens.name(*node)).collect::<Vec<_>>();
            let (zh, en) = if names.is_empty() {
                ("可先用 search 按片段搜索。".to_owned(), "Try search with a piece of the name.".to_owned())
            } else {
                (format!("您是不是要找：{}？", names.join("、")), format!("Did you mean: {}?", names.join(", ")))
            };
            ApiError::new(
                "UNKNOWN_REFERENCE",
                format!("找不到{what_zh}“{given}”：要用完整的名称（含简称、曾用名）、代码或编号。{zh}"),
                format!("No {what_en} “{given}” was found: give a whole name, a code or a number. {en}"),
            )
        }
        other => other.into(),
    };
    let candidate = |node: &EntityRow| Candidate {
        id: cx.lens.id(*node).to_string(),
        name_zh: cx.lens.name(*node).to_owned(),
        kind: cx.lens.kind(*node).row().code,
        code: cx.lens.code(*node).to_owned(),
    };
    error.candidates = meant.iter().take(MOST).map(candidate).collect();
    error
}
