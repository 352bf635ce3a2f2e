//! Conditions of certificates beyond their attributes: what one is on the day, and when its time runs out.

use async_graphql::Value as Gql;

use super::def::{ArgDef, Cx};
use super::filter::{code_names, date_lies_within};
use super::inputs::input_field;
use super::record::{EXPIRING_DAYS, expiring_days, state_of};
use crate::api::error::ApiError;
use crate::domain::RecordKind;
use crate::graph::Record;

/// What a certificate is on the day.
pub const STATE: &str = "state";
/// When it runs out.
pub const EXPIRES: &str = "expires";
/// Within how many days it runs out.
pub const EXPIRING_WITHIN: &str = "expiringWithin";

/// The fields of this file, for the filter of certificates.
pub fn inputs(kind: RecordKind) -> Vec<ArgDef> {
    if kind != RecordKind::Certification {
        return Vec::new();
    }
    vec![
        input_field(
            STATE,
            "[CertificateState!]",
            "在查询日期的状态为其中之一；即将到期（EXPIRING）按 180 天算，要别的天数用 expiringWithin",
            "Is one of these on the day; EXPIRING means within 180 days, expiringWithin takes other numbers",
        ),
        input_field(
            EXPIRES,
            "DateRange",
            "到期日（即 validTo，自这一天起不再有效）在范围内；没有写明到期日的不算",
            "Its end, the validTo from which it no longer counts, lies within; one without a stated end does not",
        ),
        input_field(
            EXPIRING_WITHIN,
            "Int",
            "在查询日期有效，且在这么多天之内到期，0 到 36500；一年内到期写 365。单位：天",
            "Counts on the day and runs out within so many days, 0 to 36500; 365 for a year. Unit: days",
        ),
    ]
}

/// Does a condition of this file hold of a certificate? None where it is no condition of this file.
pub fn holds(cx: &Cx<'_>, record: &Record, name: &str, wanted: &Gql) -> Option<Result<bool, ApiError>> {
    if record.kind != RecordKind::Certification {
        return None;
    }
    Some(match name {
        STATE => Ok(code_names(wanted).contains(&state_of(cx, record, EXPIRING_DAYS))),
        EXPIRES => record.fact.validity.to.map_or(Ok(false), |date| date_lies_within(date, wanted)),
        EXPIRING_WITHIN => days(wanted).map(|days| state_of(cx, record, days) == "EXPIRING"),
        _ => return None,
    })
}

/// The days of a condition; refused outside their bounds.
pub fn days(wanted: &Gql) -> Result<i64, ApiError> {
    expiring_days(if let Gql::Number(number) = wanted { number.as_i64() } else { None })
}
