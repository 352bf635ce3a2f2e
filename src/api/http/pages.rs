//! The start page, the playground, its examples, and whether the service is ready.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use super::assets::{ASSETS, BUILT, EXAMPLES, example};
use super::{Service, refuse};
use crate::api::query::service::writer_code;
use crate::engine::{SearchState, WriterState};

const NOTICE: &str = include_str!("notice.html");
const START: &str = include_str!("start.html");

/// `/`
pub async fn start(State(service): State<Arc<Service>>) -> Html<String> {
    let banner = service.store.banner.as_deref().map(|text| format!("<p class=\"banner\">{}</p>", escape(text)));
    let notice = service.notice();
    let notice = notice.map(|(zh, en)| format!("<p class=\"banner\">{zh}<br><span lang=\"en\">{en}</span></p>"));
    let page = START
        .replace("{{store}}", &escape(&service.store.name_zh))
        .replace("{{banner}}", &banner.unwrap_or_default())
        .replace("{{writer}}", &notice.unwrap_or_default());
    Html(page)
}

impl Service {
    /// What readers should know, in Chinese and English.
    fn notice(&self) -> Option<(&'static str, &'static str)> {
        let listed = (
            "本服务只执行清单中的文档，供前端程序使用；在查询台里自己写的查询不会执行。",
            "This service runs listed documents alone, for applications; what is written in the playground does not run.",
        );
        writer_notice(self.engine.writer_state()).or(self.trusted_only.then_some(listed))
    }
}

/// What readers should know while nothing can be written, in Chinese and English.
fn writer_notice(state: WriterState) -> Option<(&'static str, &'static str)> {
    match state {
        WriterState::Running => None,
        WriterState::DiskFull => Some((
            "磁盘已满，最近一次写入没有写下；查询照常。请管理员腾出空间，之后再写入会自动恢复。",
            "The disk is full and the last write was refused; reading goes on. Have room made; writing then goes on by itself.",
        )),
        WriterState::Stopped => Some((
            "写入已停止，查询照常。请管理员查看日志并重启服务。",
            "Writing has stopped, reading goes on. Have the log read and the service restarted.",
        )),
        WriterState::ReadOnly => Some((
            "这个库现在只读：可以查询，不能写入。要写入，请管理员检查数据目录的权限与磁盘后重启服务。",
            "The store is open for reading only. To write, have the rights of its directory and the disk checked and the service restarted.",
        )),
    }
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

/// `/playground/examples.json`: the examples that run on this store; queries first.
pub async fn examples(State(service): State<Arc<Service>>) -> Response {
    let store = &service.store;
    let all = EXAMPLES.iter().map(|(file, text)| example(file, text));
    let fitting = all.filter(|example| example.runs_on(&store.name));
    let examples: Vec<_> = fitting
        .map(|example| {
            serde_json::json!({
                "file": example.file, "titleZh": example.title_zh, "titleEn": example.title_en,
                "helpZh": example.help_zh, "query": example.query, "variables": example.variables,
                "writes": example.writes,
            })
        })
        .collect();
    let body = serde_json::json!({
        "store": store.name, "storeNameZh": store.name_zh, "banner": store.banner, "examples": examples,
    });
    ([(header::CONTENT_TYPE, "application/json; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")], body.to_string())
        .into_response()
}

/// `/readyz`: yes once the graph stands; the search index and the writer report apart.
pub async fn ready(State(service): State<Arc<Service>>) -> Response {
    let view = service.engine.view();
    let search = match view.search_state() {
        SearchState::Ready(sequence) => serde_json::json!({ "state": "ready", "sequence": sequence }),
        SearchState::Building => serde_json::json!({ "state": "building" }),
    };
    let writer = service.engine.writer_state();
    let notice = service.notice().map(|(zh, en)| serde_json::json!({ "zh": zh, "en": en }));
    let body = serde_json::json!({
        "ready": true, "sequence": view.state().sequence(), "search": search, "readOnly": service.store.read_only,
        "writer": writer_code(writer), "notice": notice,
    });
    ([(header::CONTENT_TYPE, "application/json; charset=utf-8"), (header::CACHE_CONTROL, "no-store")], body.to_string())
        .into_response()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
