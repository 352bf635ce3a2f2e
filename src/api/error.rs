//! Errors of the API: a stable code and a sentence in Chinese and English that says what to do.

use async_graphql::{ErrorExtensionValues, Pos, ServerError};

use crate::domain::rejection::Rejection;
use crate::search::SearchError;

/// An error as clients see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiError {
    /// Stable, for programs.
    pub code: &'static str,
    /// For people.
    pub zh: String,
    /// For people.
    pub en: String,
    /// What may have been meant, for programs that let people choose.
    pub candidates: Vec<Candidate>,
    /// Seconds after which it is worth trying again, where that is why it was refused.
    pub retry_after: Option<u64>,
}

/// Something that may have been meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Its id.
    pub id: String,
    /// Its Chinese name.
    pub name_zh: String,
    /// Its kind, as the schema names it.
    pub kind: &'static str,
    /// Its code.
    pub code: String,
}

impl ApiError {
    /// An error.
    pub fn new(code: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { code, zh: zh.into(), en: en.into(), candidates: Vec::new(), retry_after: None }
    }

    /// The same, worth trying again after so many seconds.
    pub fn retry_after(self, seconds: u64) -> Self {
        Self { retry_after: Some(seconds), ..self }
    }

    /// As async-graphql wants it.
    pub fn at(&self, position: Pos) -> ServerError {
        let mut error = ServerError::new(format!("{} {}", self.zh, self.en), Some(position));
        let mut extensions = ErrorExtensionValues::default();
        extensions.set("code", self.code);
        extensions.set("zh", self.zh.clone());
        extensions.set("en", self.en.clone());
        if !self.candidates.is_empty() {
            let list = self.candidates.iter().map(|found| {
                let (id, name, code) = (found.id.as_str(), found.name_zh.as_str(), found.code.as_str());
                async_graphql::value!({ "id": id, "nameZh": name, "kind": found.kind, "code": code })
            });
            extensions.set("candidates", async_graphql::Value::List(list.collect()));
        }
        error.extensions = Some(extensions);
        error
    }

    /// As a body of the same shape as any GraphQL answer, for what is refused before it runs.
    pub fn body(&self) -> serde_json::Value {
        serde_json::json!({ "errors": [{
            "message": format!("{} {}", self.zh, self.en),
            "extensions": { "code": self.code, "zh": self.zh, "en": self.en }
        }]})
    }
}

impl From<Rejection> for ApiError {
    fn from(rejection: Rejection) -> Self {
        Self::new(rejection.code(), rejection.zh(), rejection.en())
    }
}

impl From<SearchError> for ApiError {
    fn from(error: SearchError) -> Self {
        match error {
            SearchError::Empty => Self::new(
                "EMPTY_QUERY",
                "搜索文字是空的。请输入名称、代码或几个词。",
                "The search text is empty. Enter a name, a code or some words.",
            ),
            SearchError::TooLong { limit } => Self::new(
                "QUERY_TOO_LONG",
                format!("搜索文字超过 {limit} 个字。请缩短。"),
                format!("The search text has more than {limit} characters. Shorten it."),
            ),
            SearchError::Index(cause) => internal("search", &cause),
            SearchError::Read(cause) => internal("search", &cause),
        }
    }
}

/// Something that is our fault. The cause goes to the log, not to the client.
pub fn internal(operation: &str, cause: &dyn std::fmt::Display) -> ApiError {
    tracing::error!(operation, %cause, "a request failed");
    ApiError::new(
        "INTERNAL",
        "服务内部出错，已记录。请稍后再试。",
        "The service failed and has noted it. Try again later.",
    )
}
