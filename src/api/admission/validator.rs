//! async-graphql's validator by itself: judges a document against the schema and runs nothing.
//!
//! The library has no door to it but that of execution, so an extension turns back behind the
//! validator, before any field is read.

use std::sync::Arc;

use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextValidation};
use async_graphql::futures_util::FutureExt;
use async_graphql::parser::types::ExecutableDocument;
use async_graphql::{Request, Schema, ServerError, ValidationResult, Variables, async_trait};

use crate::api::error::{ApiError, internal};
use crate::api::http::validation::sentences;
use crate::api::mutation::MutationRoot;
use crate::api::schema::{GraphSchema, QueryRoot, build};
use crate::api::subscription::SubscriptionRoot;
use crate::config::Limits;

/// What the extension says of a document without fault.
const FAULTLESS: &str = "faultless";

struct TurnBack;

impl ExtensionFactory for TurnBack {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_trait::async_trait]
impl Extension for TurnBack {
    async fn validation(
        &self,
        ctx: &ExtensionContext<'_>,
        next: NextValidation<'_>,
    ) -> Result<ValidationResult, Vec<ServerError>> {
        next.run(ctx).await?;
        Err(vec![ServerError::new(FAULTLESS, None)])
    }
}

/// The validator of the schema.
pub struct Validator {
    schema: GraphSchema,
}

impl Validator {
    /// Over the declarations, which are made with these limits unless they are made already.
    pub fn new(limits: &Limits) -> Self {
        build(limits);
        Self { schema: Schema::build(QueryRoot, MutationRoot, SubscriptionRoot).extension(TurnBack).finish() }
    }

    /// What is wrong with the operations and fragments of a document whose size has been judged
    /// before. Variables are judged apart: a document that is fine once is fine for all of them, and
    /// whichever operation runs.
    pub fn faults(&self, document: ExecutableDocument) -> Vec<ServerError> {
        self.faults_with(document, Variables::default())
    }

    fn faults_with(&self, document: ExecutableDocument, variables: Variables) -> Vec<ServerError> {
        let mut request = Request::new("").variables(variables);
        request.set_parsed_query(document);
        // Nothing is waited for before fields are read.
        let answer = self.schema.execute(request).now_or_never();
        let mut faults = answer.map(|answer| answer.errors).unwrap_or_default();
        if faults.is_empty() {
            let fault = internal("validate", &"the validator said nothing");
            return vec![fault.at(async_graphql::Pos::default())];
        }
        faults.retain(|fault| fault.message != FAULTLESS);
        faults
    }

    /// Is a document fine for the library with these variables?
    #[cfg(test)]
    pub(super) fn passes(&self, document: ExecutableDocument, variables: Variables) -> bool {
        self.faults_with(document, variables).is_empty()
    }

    /// The first of them, as a refusal.
    pub fn judge(&self, document: ExecutableDocument) -> Result<(), ApiError> {
        let faults = self.faults(document);
        let Some(error) = faults.first() else { return Ok(()) };
        let (zh, en) = sentences(&error.message, true);
        let place = error.locations.first();
        let (at_zh, at_en) =
            place.map_or_else(Default::default, |at| (format!("第 {} 行：", at.line), format!("Line {}: ", at.line)));
        Err(ApiError::new("VALIDATION", format!("{at_zh}{zh}"), format!("{at_en}{en}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_judged_and_never_run() {
        let validator = Validator::new(&Limits::default());
        let judge = |text: &str| {
            let document = async_graphql::parser::parse_query(text).expect("a document");
            validator.judge(document).map_err(|error| error.code)
        };
        // Running any of these would need a store, of which there is none.
        for fine in [
            "{ service { storeName } }",
            "query A { service { storeName } } query B($id: ID!) { node(id: $id) { id } }",
            "mutation { retract(id: \"x\", reason: \"x\") { __typename } }",
            "subscription { changed { sequence } }",
        ] {
            assert_eq!(judge(fine), Ok(()), "{fine}");
        }
        for wrong in ["{ nothing }", "query A { service { storeName } } query B { nothing }", "{ node { id } }"] {
            assert_eq!(judge(wrong), Err("VALIDATION"), "{wrong}");
        }
    }
}
