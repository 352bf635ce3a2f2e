//! Why two entries are not taken for one, or what was merged cannot be changed alone.

use super::identifier::Scheme;
use super::relation::Relation;

/// Entries that one may stand for; lists of them are answered whole.
pub const MOST_MERGED: usize = 50;

/// What stands in the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MergeFault {
    /// Both are the same entry, or have been merged.
    Itself {
        /// Which.
        given: String,
    },
    /// One of them has been merged into another.
    AlreadyMerged {
        /// Which.
        given: String,
        /// Into which.
        into: String,
    },
    /// Their numbers say that they are two.
    IdentifiersContradict {
        /// The scheme.
        scheme: Scheme,
        /// The number of one.
        one: String,
        /// The number of the other.
        other: String,
    },
    /// A tie stands between them.
    TiedToEachOther {
        /// Of that relation.
        relation: Relation,
        /// Its id, where it may be told.
        given: String,
    },
    /// It stands for others, or another stands for it.
    StillMerged {
        /// Which.
        given: String,
    },
}

impl MergeFault {
    /// One of each.
    pub fn samples() -> Vec<Self> {
        let text = || "示例".to_owned();
        vec![
            Self::Itself { given: text() },
            Self::AlreadyMerged { given: text(), into: text() },
            Self::IdentifiersContradict { scheme: Scheme::CreditCode, one: text(), other: text() },
            Self::TiedToEachOther { relation: Relation::Owns, given: text() },
            Self::StillMerged { given: text() },
        ]
    }

    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Itself { .. } => "SAME_ENTRY",
            Self::AlreadyMerged { .. } => "ALREADY_MERGED",
            Self::IdentifiersContradict { .. } => "IDENTIFIERS_CONTRADICT",
            Self::TiedToEachOther { .. } => "TIED_TO_EACH_OTHER",
            Self::StillMerged { .. } => "STILL_MERGED",
        }
    }

    /// The sentence in Chinese.
    pub fn zh(&self) -> String {
        match self {
            Self::Itself { given } => format!("两处所指的是同一条“{given}”，或者早已合并。请核对另一条是哪一个。"),
            Self::AlreadyMerged { given, into } => {
                format!("“{given}”已并入“{into}”。请改用“{into}”；合并有误的，先撤销合并（undoMerge）。")
            }
            Self::IdentifiersContradict { scheme, one, other } => format!(
                "两条的{}不同：“{one}”与“{other}”，应是两个单位，不能合并。其中一个录错的，先更正或撤回（correct、retract）再合并；是单位之间的合并重组的，请建“承继”关系（SUCCEEDS）。",
                scheme.zh()
            ),
            Self::TiedToEachOther { relation, given } => format!(
                "两条之间有“{}”关系（{given}），录入的人当它们是两个单位。关系录错的，先撤回它（retract）再合并。",
                relation.row().label_zh
            ),
            Self::StillMerged { given } => {
                format!("“{given}”与别的条目合并着，不能单独撤回。请先撤销合并（undoMerge）。")
            }
        }
    }

    /// The sentence in English.
    pub fn en(&self) -> String {
        match self {
            Self::Itself { given } => {
                format!(
                    "Both are the same entry “{given}”, or have been merged already. Check which other one is meant."
                )
            }
            Self::AlreadyMerged { given, into } => format!(
                "“{given}” has been merged into “{into}”. Name “{into}” instead; where that merge is wrong, undo it first (undoMerge)."
            ),
            Self::IdentifiersContradict { scheme, one, other } => format!(
                "Their numbers of the scheme {} differ, “{one}” and “{other}”: they are two, and cannot be merged. Where one number is wrong, correct or retract it first; where one organisation took over the other, relate them by SUCCEEDS.",
                scheme.name()
            ),
            Self::TiedToEachOther { relation, given } => format!(
                "A tie {} stands between them ({given}): whoever entered it took them for two. Where the tie is wrong, retract it first.",
                relation.row().name
            ),
            Self::StillMerged { given } => {
                format!(
                    "“{given}” is merged with other entries and cannot be retracted alone. Undo the merge first (undoMerge)."
                )
            }
        }
    }
}
