//! What is told beside an answer that was given: why something is null or nothing, and what would help.
//! Never a reason to refuse, and nothing that whoever asks may not know.

use std::sync::{Mutex, PoisonError};

use async_graphql::{Value, value};

use super::error::ApiError;

/// Warnings that one answer carries.
const MOST: usize = 10;

/// The warnings of one request.
#[derive(Debug, Default)]
pub struct Warnings(Mutex<Vec<ApiError>>);

impl Warnings {
    /// One more; the same thing is told once, and no more than a few.
    pub fn add(&self, warning: ApiError) {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if told.len() < MOST && !told.contains(&warning) {
            told.push(warning);
        }
    }

    /// As they stand beside an answer; none where there is none.
    pub fn words(&self) -> Option<Value> {
        let told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let words = told.iter().map(|warning| {
            let candidates = warning.candidates.iter().map(|found| {
                let (id, name, code) = (found.id.as_str(), found.name_zh.as_str(), found.code.as_str());
                value!({ "id": id, "nameZh": name, "kind": found.kind, "code": code })
            });
            let candidates = Value::List(candidates.collect());
            let (code, zh, en) = (warning.code, warning.zh.as_str(), warning.en.as_str());
            value!({ "code": code, "zh": zh, "en": en, "candidates": candidates })
        });
        let words: Vec<Value> = words.collect();
        (!words.is_empty()).then_some(Value::List(words))
    }
}
