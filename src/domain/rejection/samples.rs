//! One example of every refusal.

use super::*;

impl Rejection {
    /// One example of every variant, so that a test can show each.
    pub fn samples() -> Vec<Rejection> {
        let text = || "示例".to_owned();
        let mut samples = vec![
            Self::UnknownReference { what_zh: "企业".into(), what_en: "enterprise".into(), given: text() },
            Self::AmbiguousName { given: text(), candidates: vec![text(), text()] },
            Self::WrongKind { given: text(), expected: vec![Kind::Alliance], found: Kind::Fund },
            Self::ForbiddenEnds { relation: Relation::MemberOf, from: Kind::Fund, to: Kind::Alliance },
            Self::TieToItself { relation: Relation::Owns },
            Self::Circular { relation: Relation::PartOf },
            Self::OverlappingValidity { relation: Relation::LocatedIn, other: text() },
            Self::RequiredMissing { name: "status".into() },
            Self::InvalidValue {
                name: "area".into(),
                given: text(),
                expected_zh: text(),
                expected_en: "expects a number".into(),
            },
            Self::InvalidName { given: text(), zh: text(), en: "too long".into() },
            Self::InvalidIdentifier { given: text(), zh: text(), en: "wrong".into() },
            Self::IdentifierTaken { given: text(), holder: text() },
            Self::ValidityReversed { from: "2020".into(), to: "2019".into() },
            Self::SourceMissing,
            Self::SourceUntraceable,
            Self::UnknownColumn { name: "x".into(), known: "key".into() },
            Self::MissingColumn { name: "key".into() },
            Self::DuplicateColumn { name: "key".into() },
            Self::DuplicateKey { key: "a".into(), first: "funds.csv:2".into() },
            Self::InvalidKey { given: text() },
            Self::WrongCellCount { expected: 3, found: 2 },
            Self::NotUtf8,
            Self::UnknownFile { known: "funds.csv".into() },
            Self::EmptyFile,
            Self::TooLarge { limit: "10 MB".into() },
            Self::OtherStore { given: "demo".into(), found: "xinxiang".into() },
            Self::StaleVersion { given: 3, found: 5 },
            Self::KeyReused { key: text() },
            Self::InvalidIdempotencyKey { given: text() },
            Self::AlreadyRetracted { given: text() },
            Self::StillTied { ties: 2, records: 1, values: 0 },
            Self::AlreadyEnded { given: text(), on: "2020".into() },
            Self::Fixed { what_zh: "行键", what_en: "The row key" },
            Self::OutsideRegion { what: text() },
            Self::IdTaken { given: text() },
        ];
        let faults = [SealFault::Erased, SealFault::KeyMissing, SealFault::Unwritable];
        samples.extend(faults.map(|fault| Self::Unsealed { fault, given: text() }));
        samples.extend(Implausible::samples().into_iter().map(Self::Implausible));
        samples.extend(Unreadable::samples().into_iter().map(Self::Unreadable));
        samples.extend(MergeFault::samples().into_iter().map(Self::Merging));
        samples
    }
}
