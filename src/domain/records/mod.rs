//! One file a family of records.

pub mod certification;
pub mod criteria;
pub mod figures;
pub mod money;
pub mod plan;
pub mod register;
pub mod work;

use super::kind::Kind;

/// Firms, institutes, other organisations.
const ORGANIZATIONS: &[Kind] = Kind::ORGANIZATIONS;
/// Whoever can be named as the one responsible.
const OFFICES: &[Kind] = &[Kind::OtherOrganization, Kind::Institute, Kind::Enterprise];
const PERSON: &[Kind] = &[Kind::Person];
const REGION: &[Kind] = &[Kind::Region];
