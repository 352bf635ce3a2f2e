//! What was known earlier, as one request sees it: each moment is looked up once, when the first field
//! asks for it, on the thread of the turn that the document waited for.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::{Value, value};

use super::error::{ApiError, internal};
use super::types::fact::moment;
use super::types::moment::Moment;
use super::warnings::Warnings;
use crate::engine::{Engine, Known, PastError};

/// The moments of one request.
pub struct Moments {
    engine: Arc<Engine>,
    known: Mutex<BTreeMap<Moment, Result<Known, ApiError>>>,
}

impl Moments {
    /// None looked up yet.
    pub fn new(engine: Arc<Engine>) -> Self {
        Self { engine, known: Mutex::default() }
    }

    /// What was known at a moment.
    pub fn at(&self, moment: Moment) -> Result<Known, ApiError> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.get(&moment) {
            return known.clone();
        }
        // What was refused is not tried again by the next field.
        let found = self.engine.known_at(moment.last_ms()).map_err(told);
        known.insert(moment, found.clone());
        found
    }

    /// Changes that were carried out again for this request.
    pub fn replayed(&self) -> u64 {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.values().flatten().map(|known| known.replayed).sum()
    }

    /// Warn of those at which nothing was known yet: that nothing is found is no news then.
    pub fn warn(&self, warnings: &Warnings) {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        for known in known.values().flatten().filter(|known| known.recorded_at.is_none()) {
            let (zh, en) = note(known);
            warnings.add(ApiError::new("KNOWN_AT_BEFORE_LEDGER", zh, en));
        }
    }

    /// What is told of them beside the answer; none where no moment was asked for.
    pub fn words(&self) -> Option<Value> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let words = known.iter().filter_map(|(asked, known)| {
            let known = known.as_ref().ok()?;
            let (zh, en) = note(known);
            Some(value!({
                "knownAt": moment(asked.last_ms()),
                "sequence": known.view.state().sequence(),
                "recordedAt": known.recorded_at.map(moment),
                "replayed": known.replayed,
                "zh": zh,
                "en": en,
            }))
        });
        let words: Vec<Value> = words.collect();
        (!words.is_empty()).then_some(Value::List(words))
    }
}

fn note(known: &Known) -> (String, String) {
    match (known.recorded_at, known.begun_at) {
        (Some(last), _) => (
            format!("按当时已录入的事实回答；最后一次录入在 {}。", moment(last)),
            format!("Answered from what had been recorded by then; the last entry was made at {}.", moment(last)),
        ),
        (None, Some(begun)) => (
            format!(
                "那时账本还没有开始（第一次录入在 {}），所以什么都没有。要看那一天的事实，请用 asOf，不用 knownAt。",
                moment(begun)
            ),
            format!(
                "The ledger had not begun by then (its first entry was made at {}), so nothing was known. For the facts of that day use asOf, not knownAt.",
                moment(begun)
            ),
        ),
        (None, None) => ("账本还是空的。".to_owned(), "The ledger is empty.".to_owned()),
    }
}

fn told(error: PastError) -> ApiError {
    match error {
        PastError::TooFar { changes, most } => ApiError::new(
            "KNOWN_AT_TOO_FAR",
            format!(
                "要回到那个时刻，须重放 {changes} 项变更，最多允许 {most} 项。请问近一些的时刻，或请管理员调高 limits.past_changes。"
            ),
            format!(
                "To know what was known then, {changes} changes would be carried out again; {most} are allowed. Ask about a later moment, or have limits.past_changes raised."
            ),
        ),
        PastError::Busy => ApiError::new(
            "BUSY",
            "正在重建另一个过去的时刻，一次只建一个。请过几秒再试。",
            "Another moment of the past is being rebuilt, one at a time. Try again in a few seconds.",
        )
        .retry_after(3),
        PastError::Unreadable(cause) => internal("known at", &cause),
    }
}

/// May a request ask about these moments, now? Judged before anything is carried out.
pub fn judge(moments: &[Moment], may: bool, now: i64) -> Result<(), ApiError> {
    if moments.is_empty() {
        return Ok(());
    }
    if !may {
        return Err(ApiError::new(
            "FORBIDDEN",
            "用 knownAt 查询过去录入的情况，需要工作人员或分析员登录，或用其令牌。请登录，或向管理员要一个令牌；只看某一天的事实，用 asOf 即可，都不需要。",
            "Asking with knownAt what had been recorded needs the account or a token of staff or of an analyst. Log in, or ask an administrator for a token; asOf, the facts of a day, needs neither.",
        ));
    }
    match moments.iter().find(|moment| moment.is_after(now)) {
        Some(_) => Err(ApiError::new(
            "KNOWN_AT_IN_FUTURE",
            "knownAt 在将来：那时会录入什么还不知道。请用现在或以前的时刻；只看将来某天仍有效的事实，用 asOf。",
            "knownAt lies in the future: nobody knows what will have been recorded. Use a moment up to now; for facts that hold on a later day use asOf.",
        )),
        None => Ok(()),
    }
}
