//! The start page, the playground, its examples, and whether the service is ready.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use super::assets::{ASSETS, BUILT, EXAMPLES, example};
use super::{Service, refuse};
use crate::engine::SearchState;

const NOTICE: &str = include_str!("notice.html");
const START: &str = include_str!("start.html");

/// `/`
pub async fn start(State(service): State<Arc<Service>>) -> Html<String> {
    let banner = service.store.banner.as_deref().map(|text| format!("<p class=\"banner\">{}</p>", escape(text)));
    let page =
        START.replace("{{store}}", &escape(&service.store.name_zh)).replace("{{banner}}", &banner.unwrap_or_default());
    Html(page)
}

/// `/playground`: the page, or how to build it.
pub async fn playground() -> Response {
    if !BUILT {
        return Html(NOTICE).into_response();
    }
    send("index.html")
}

/// Files of the page.
pub async fn asset(Path(path): Path<String>) -> Response {
    send(&path)
}

fn send(path: &str) -> Response {
    let Ok(place) = ASSETS.binary_search_by(|(name, _, _)| (*name).cmp(path)) else {
        return refuse(StatusCode::NOT_FOUND, "NOT_FOUND", "没有这个文件。", "There is no such file.");
    };
    let (_, kind, bytes) = ASSETS[place];
    // Names of built files carry a hash of their content; the page itself does not.
    let caching = if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, caching)], bytes).into_response()
}

/// `/playground/examples.json`: the examples that run on this store.
pub async fn examples(State(service): State<Arc<Service>>) -> Response {
    let store = &service.store;
    let all = EXAMPLES.iter().map(|(file, text)| example(file, text));
    let fitting = all.filter(|example| example.store == store.name || example.store == "any");
    let examples: Vec<_> = fitting
        .map(|example| {
            serde_json::json!({
                "file": example.file, "titleZh": example.title_zh, "titleEn": example.title_en,
                "helpZh": example.help_zh, "query": example.query, "variables": example.variables,
            })
        })
        .collect();
    let body = serde_json::json!({
        "store": store.name, "storeNameZh": store.name_zh, "banner": store.banner, "examples": examples,
    });
    ([(header::CONTENT_TYPE, "application/json; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")], body.to_string())
        .into_response()
}

/// `/readyz`: yes once the graph stands; the search index reports apart.
pub async fn ready(State(service): State<Arc<Service>>) -> Response {
    let view = service.engine.view();
    let search = match view.search_state() {
        SearchState::Ready(sequence) => serde_json::json!({ "state": "ready", "sequence": sequence }),
        SearchState::Building => serde_json::json!({ "state": "building" }),
    };
    let body = serde_json::json!({
        "ready": true, "sequence": view.state().sequence(), "search": search, "readOnly": service.store.read_only,
    });
    ([(header::CONTENT_TYPE, "application/json; charset=utf-8"), (header::CACHE_CONTROL, "no-store")], body.to_string())
        .into_response()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
