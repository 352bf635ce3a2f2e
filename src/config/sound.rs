//! Settings that contradict each other, or that would let nobody in, are told at the start and not to
//! those who ask.

use super::{Config, Limits};

/// Limits for which 0 means something: off, or none.
const MAY_BE_ZERO: [&str; 13] = [
    "client_at_once",
    "client_requests",
    "client_rows",
    "checkpoint_entries",
    "compress_bytes",
    "heavy_nice",
    "heavy_queue",
    "heavy_shapes",
    "known_bytes",
    "known_documents",
    "log_slow_ms",
    "reveals",
    "subscription_pause_ms",
];

impl Config {
    /// What is wrong with the settings as a whole, in Chinese and English.
    pub fn unsound(&self) -> Option<(String, String)> {
        let Limits { price, walk_rows, .. } = self.limits;
        if let Some(name) = self.limits.zero() {
            return Some((
                format!("设置 limits.{name} 是 0：这样什么都不能做。请给一个大于 0 的数。"),
                format!("The setting limits.{name} is 0, so that nothing could be done. Give a number above 0."),
            ));
        }
        if let Some(name) = self.accounts.unsound() {
            return Some((
                format!("设置 accounts.{name} 不能用：不能是 0；hash_kib 至少是 hash_lanes 的 8 倍。"),
                format!(
                    "The setting accounts.{name} cannot be used: none may be 0, and hash_kib is at least 8 times hash_lanes."
                ),
            ));
        }
        if let Some(name) = self.oidc.as_ref().and_then(crate::oidc::Provider::unsound) {
            return Some((
                format!("设置 oidc.{name} 不能用：文字不能为空，leeway_seconds 最多 60。"),
                format!(
                    "The setting oidc.{name} cannot be used: no text may be empty, and leeway_seconds is at most 60."
                ),
            ));
        }
        (walk_rows >= price).then(|| {
            (
                format!("设置 limits.walk_rows（{walk_rows}）应小于 limits.price（{price}），否则任何列表都查不了。"),
                format!("The setting limits.walk_rows ({walk_rows}) must be below limits.price ({price}), or no list could be asked for."),
            )
        })
    }
}

impl Limits {
    /// The first limit that is 0 and may not be.
    fn zero(&self) -> Option<String> {
        let all = serde_json::to_value(self).ok()?;
        let mut zeros = all.as_object()?.iter().filter(|(_, value)| value.as_u64() == Some(0));
        zeros.find(|(name, _)| !MAY_BE_ZERO.contains(&name.as_str())).map(|(name, _)| name.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_that_let_nobody_in_are_told() {
        let with = |limits: Limits| Config { limits, ..Config::default() }.unsound().map(|(_, en)| en);
        assert_eq!(with(Limits::default()), None);
        assert!(with(Limits { page: 0, ..Limits::default() }).is_some_and(|en| en.contains("limits.page")));
        assert!(with(Limits { price: 400_000, ..Limits::default() }).is_some_and(|en| en.contains("walk_rows")));
        assert_eq!(with(Limits { client_rows: 0, known_documents: 0, ..Limits::default() }), None);
    }

    #[test]
    fn what_may_be_zero_is_a_limit() {
        let all = serde_json::to_value(Limits::default()).expect("limits are an object");
        assert!(MAY_BE_ZERO.iter().all(|name| all.get(name).is_some_and(serde_json::Value::is_u64)));
    }
}
