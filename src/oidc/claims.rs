//! What a token says of its holder, once the key has signed it. A claim of the wrong type is refused,
//! never taken for absent.

use std::sync::Arc;

use serde_json::Value;

use super::{Flaw, Holder, Provider};
use crate::rights::Role;

/// Characters of a subject; it stands on everything that its holder writes.
const SUBJECT_CHARACTERS: usize = 64;

/// Who holds a token with these claims at this time (seconds since 1970).
pub(super) fn holder(claims: &Value, provider: &Provider, now: i64) -> Result<Holder, Flaw> {
    time(claims, provider, now)?;
    let issuer = claims.get("iss").and_then(Value::as_str);
    if issuer != Some(provider.issuer.as_str()) || !is_for(claims.get("aud"), &provider.audience) {
        return Err(Flaw::Audience);
    }
    let subject = claims.get("sub").and_then(Value::as_str).filter(|text| subject_is_sound(text));
    let subject = subject.ok_or(Flaw::Holder)?;
    let role = role(claim(claims, &provider.role_claim)).ok_or(Flaw::Holder)?;
    let region = match claim(claims, &provider.region_claim) {
        // To whom no region binds, what stands there is nothing.
        _ if !role.needs_region() => None,
        None => None,
        Some(given) => Some(given.as_str().ok_or(Flaw::Holder)?),
    };
    role.takes_region(region).map_err(|_| Flaw::Holder)?;
    Ok(Holder { name: Arc::from(format!("oidc:{subject}")), role, region: region.map(Arc::from) })
}

fn time(claims: &Value, provider: &Provider, now: i64) -> Result<(), Flaw> {
    let leeway = f64::from(provider.leeway_seconds);
    #[expect(clippy::cast_precision_loss, reason = "seconds since 1970 are far below 2^53")]
    let now = now as f64;
    let moment = |name: &str| match claims.get(name) {
        None => Ok(None),
        Some(given) => given.as_f64().filter(|moment| moment.is_finite()).map(Some).ok_or(Flaw::Time),
    };
    let end = moment("exp")?.ok_or(Flaw::Time)?;
    let begins = [moment("nbf")?, moment("iat")?];
    let early = begins.into_iter().flatten().any(|begin| begin > now + leeway);
    if now >= end + leeway || early { Err(Flaw::Time) } else { Ok(()) }
}

fn is_for(given: Option<&Value>, audience: &str) -> bool {
    match given {
        Some(Value::String(one)) => one == audience,
        Some(Value::Array(several)) => {
            several.iter().all(Value::is_string) && several.iter().any(|one| one.as_str() == Some(audience))
        }
        _ => false,
    }
}

/// A claim by its name, or by its path.
fn claim<'c>(claims: &'c Value, name: &str) -> Option<&'c Value> {
    if name.starts_with('/') { claims.pointer(name) } else { claims.get(name) }
}

/// The one role that is named. Other words may stand beside it; a second role may not.
fn role(given: Option<&Value>) -> Option<Role> {
    let words: Vec<&str> = match given? {
        Value::String(one) => vec![one],
        Value::Array(several) => several.iter().map(Value::as_str).collect::<Option<_>>()?,
        _ => return None,
    };
    // By today's names alone: nobody issues tokens with former ones.
    let named = |word: &&str| Role::all().find(|role| role.name().eq_ignore_ascii_case(word));
    let mut roles = words.iter().filter_map(named);
    match (roles.next(), roles.next()) {
        (Some(role), None) => Some(role).filter(|role| *role != Role::Public),
        _ => None,
    }
}

fn subject_is_sound(text: &str) -> bool {
    (1..=SUBJECT_CHARACTERS).contains(&text.chars().count())
        && text.chars().all(|letter| letter.is_alphanumeric() || "-_.@|:+".contains(letter))
}
