//! Spans against each other: what is decided whatever is missing, and what is not.

use super::evaluate::Status;
use super::exact::{Exact, Open, Span};
use super::tree::Comparator;

/// A number against a threshold, where either may be open.
pub(super) fn decided(value: Span, comparator: Comparator, threshold: Span) -> Status {
    // The worst and the best that can be.
    let (worst, best) = match comparator.rises() {
        true => ((value.low, threshold.high), (value.high, threshold.low)),
        false => ((value.high, threshold.low), (value.low, threshold.high)),
    };
    let fits =
        |ends: (Option<Exact>, Option<Exact>)| ends.0.zip(ends.1).map(|(left, right)| comparator.fits(left, right));
    match (fits(worst), fits(best)) {
        (Some(true), _) => Status::Met,
        (_, Some(false)) => Status::Unmet,
        _ if value.open.max(threshold.open) == Some(Open::Expert) => Status::Expert,
        _ => Status::Unknown,
    }
}

/// What is given, open for its own reason or for that of what decided it.
pub(super) fn opened(gives: Option<Span>, by: Option<Open>) -> Span {
    gives.map_or(Span::MISSING, |span| Span::between(span.low, span.high, span.open.max(by)))
}

pub(super) fn greatest(left: Span, right: Span) -> Span {
    let high = left.high.zip(right.high).map(|(left, right)| left.max(right));
    let low = match (left.low, right.low) {
        (Some(left), Some(right)) => Some(left.max(right)),
        (one, other) => one.or(other),
    };
    Span::between(low, high, left.open.max(right.open))
}

pub(super) fn least(left: Span, right: Span) -> Span {
    let low = left.low.zip(right.low).map(|(left, right)| left.min(right));
    let high = match (left.high, right.high) {
        (Some(left), Some(right)) => Some(left.min(right)),
        (one, other) => one.or(other),
    };
    Span::between(low, high, left.open.max(right.open))
}
