//! HTTP: routes, what a request may be, and what it is answered with.

mod assets;
mod body;
mod close;
mod cookie;
mod door;
mod edge;
mod execute;
mod export;
mod graphql;
mod import;
mod origin;
mod pages;
mod peer;
mod session;
mod socket;
mod sockets;
mod turns;
pub(super) mod validation;
mod wire;

use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tokio::sync::{Semaphore, watch};

use super::admission::{Clients, Documents, Shapes, Trusted, Validator};
use super::error::ApiError;
use super::mutation::Reveals;
use super::query::StoreName;
use super::schema::Schemas;
use crate::accounts::{Accounts, Rules, Sessions};
use crate::audit::Audit;
use crate::config::Config;
use crate::engine::{Engine, SearchState};
use crate::oidc::SignOn;
use crate::tokens::Tokens;

pub use door::{Caller, Refused};
pub use edge::RequestId;
pub use export::{Made, of_document};
pub use origin::malformed as malformed_origin;
pub use peer::Peer;
pub use wire::listen;

/// What every handler works with.
pub struct Service {
    engine: Arc<Engine>,
    schemas: Arc<Schemas>,
    validator: Validator,
    documents: Documents,
    limits: Arc<crate::config::Limits>,
    turns: turns::Turns,
    /// Documents that needed one, as far as their shape goes.
    shapes: Shapes,
    clients: Clients,
    /// Documents that may be asked for by their id.
    manifest: Option<Arc<Trusted>>,
    /// Are they the only ones?
    trusted_only: bool,
    /// May everybody see the schema?
    public_schema: bool,
    store: Arc<StoreName>,
    tokens: Option<Arc<Tokens>>,
    accounts: Option<Arc<Accounts>>,
    /// A sign-on service elsewhere whose tokens count.
    sign_on: Option<SignOn>,
    sessions: Sessions,
    audit: Arc<Audit>,
    reveals: Arc<Reveals>,
    rules: Rules,
    /// Turns of files that are handed in.
    uploads: Arc<Semaphore>,
    /// Turns of those whose password is hashed.
    hashing: Arc<Semaphore>,
    /// Whom every request comes from, in a service that asks for no tokens.
    trusted: Option<Arc<str>>,
    /// The sequence number published last; subscriptions wake by it.
    head: Arc<watch::Sender<u64>>,
    /// The sequence number that the search index has come to.
    indexed: Arc<watch::Sender<u64>>,
    sockets: sockets::Sockets,
    edge: Arc<edge::Edge>,
}

impl Service {
    /// A service over a store.
    pub fn new(engine: Arc<Engine>, config: &Config) -> Self {
        let store = StoreName {
            name: config.store_name.clone(),
            name_zh: config.store_name_zh().to_owned(),
            banner: config.banner.clone(),
            read_only: engine.is_read_only(),
        };
        let head = Arc::new(watch::Sender::new(engine.view().state().sequence()));
        let wake = Arc::clone(&head);
        engine.on_publish(Box::new(move |sequence| wake.send_modify(|head| *head = sequence.max(*head))));
        let indexed = Arc::new(watch::Sender::new(0));
        let wake = Arc::clone(&indexed);
        engine.on_index(Box::new(move |sequence| wake.send_modify(|come| *come = sequence.max(*come))));
        if let SearchState::Ready(sequence) = engine.view().search_state() {
            indexed.send_modify(|come| *come = sequence.max(*come));
        }
        Self {
            engine,
            head,
            indexed,
            sockets: sockets::Sockets::new(&config.limits),
            edge: Arc::new(edge::Edge::new(config)),
            schemas: Arc::new(Schemas::new(&config.limits)),
            validator: Validator::new(&config.limits),
            documents: Documents::new(config.limits.known_documents, config.limits.known_bytes),
            limits: Arc::new(config.limits.clone()),
            turns: turns::Turns::new(&config.limits),
            shapes: Shapes::new(config.limits.heavy_shapes),
            clients: Clients::new(&config.limits),
            manifest: None,
            trusted_only: config.trusted_only,
            public_schema: config.public_introspection,
            store: Arc::new(store),
            tokens: None,
            accounts: None,
            sign_on: config.oidc.as_ref().map(SignOn::open),
            sessions: Sessions::new(&config.accounts),
            uploads: Arc::new(Semaphore::new(config.limits.uploads_at_once)),
            audit: Arc::new(Audit::open(&config.data)),
            reveals: Arc::new(Reveals::new(config.limits.reveals)),
            hashing: Arc::new(Semaphore::new(config.accounts.hashes_at_once)),
            rules: config.accounts.clone(),
            trusted: None,
        }
    }

    /// Wait until the search index has come to a sequence number, a short while at most.
    async fn wait_for_index(&self, wanted: i64) -> Result<(), ApiError> {
        let Ok(wanted) = u64::try_from(wanted) else { return Ok(()) };
        let standing = self.engine.view().state().sequence();
        if wanted > standing {
            return Err(ApiError::new(
                "SEQUENCE_AHEAD",
                format!("minSequence 是 {wanted}，而本库只到第 {standing} 号。请用写入或查询时得到的 sequence。"),
                format!(
                    "minSequence is {wanted}, but the store stands at {standing}. Use a sequence that an answer gave."
                ),
            ));
        }
        let mut come = self.indexed.subscribe();
        let within = std::time::Duration::from_millis(self.limits.search_wait_ms);
        let arrived = tokio::time::timeout(within, come.wait_for(|come| *come >= wanted)).await;
        match arrived {
            Ok(Ok(_)) => Ok(()),
            _ => Err(ApiError::new(
                "SEARCH_BEHIND",
                format!("搜索索引还没有跟到第 {wanted} 号。请稍后再试，或去掉 minSequence。"),
                format!("The search index has not come to {wanted} yet. Try again shortly, or leave minSequence out."),
            )
            .retry_after(1)),
        }
    }

    /// A service that takes every request as that administrator's; for tests in one process.
    pub fn trusting(engine: Arc<Engine>, config: &Config, actor: &str) -> Self {
        Self { trusted: Some(Arc::from(actor)), ..Self::new(engine, config) }
    }

    /// The same, knowing the documents of this manifest.
    pub fn with_trusted(mut self, trusted: Arc<Trusted>) -> Self {
        self.manifest = Some(trusted);
        self
    }

    /// The same, letting in who holds one of these tokens.
    pub fn with_tokens(mut self, tokens: Arc<Tokens>) -> Self {
        self.tokens = Some(tokens);
        self
    }

    /// The same, letting in who logs in with one of these accounts.
    pub fn with_accounts(mut self, accounts: Arc<Accounts>) -> Self {
        self.accounts = Some(accounts);
        self
    }

    /// Why the sign-on service of the settings lets nobody in, where that is so.
    pub fn sign_on_fault(&self) -> Option<String> {
        self.sign_on.as_ref().and_then(SignOn::fault)
    }

    /// Have every WebSocket closed; they know of no end of the server by themselves.
    pub fn stop_sockets(&self) {
        self.sockets.stop();
    }

    /// Wait until they are closed, a short while at most.
    pub async fn sockets_stopped(&self) {
        self.sockets.stopped().await;
    }
}

/// All routes.
pub fn router(service: Arc<Service>) -> Router {
    let edge = Arc::clone(&service.edge);
    let routes = Router::new()
        .route("/", get(pages::start))
        .route("/playground", get(pages::playground))
        .route("/playground/", get(pages::playground))
        .route("/playground/examples.json", get(pages::examples))
        .route("/playground/{*path}", get(pages::asset))
        .route("/graphql", get(socket::get).post(graphql::post))
        .route("/session", get(session::who).post(session::log_in).delete(session::log_out))
        .route("/session/password", post(session::choose))
        .route(edge::IMPORT, post(import::post))
        .route("/export", post(export::post))
        .route("/livez", get(|| async { "ok" }))
        .route("/readyz", get(pages::ready))
        .method_not_allowed_fallback(|| async {
            refuse(
                StatusCode::METHOD_NOT_ALLOWED,
                "METHOD_NOT_ALLOWED",
                "这个地址不接受此方法。查询请用 POST 或 GET /graphql。",
                "This address does not take the method. Ask with POST or GET /graphql.",
            )
        })
        .fallback(|| async {
            refuse(
                StatusCode::NOT_FOUND,
                "NOT_FOUND",
                "没有这个地址。首页在 /，查询台在 /playground。",
                "There is no such address. The start page is /, the playground /playground.",
            )
        })
        .with_state(service);
    edge::around(routes, edge)
}

/// The same of an error that may say when to try again.
fn refuse_with(status: StatusCode, error: &ApiError) -> Response {
    let mut response = refuse(status, error.code, &error.zh, &error.en);
    if let Some(seconds) = error.retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// A refusal outside GraphQL, in the shape of a GraphQL answer.
fn refuse(status: StatusCode, code: &'static str, zh: &str, en: &str) -> Response {
    let body = super::ApiError::new(code, zh, en).body().to_string();
    (status, [(header::CONTENT_TYPE, "application/json; charset=utf-8")], body).into_response()
}
