//! The body of a request: so many bytes at most, within its time. What it says is read elsewhere.

use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use futures_util::StreamExt;
use tokio::time::timeout;

use super::refuse;
use crate::config::Limits;

/// How much of a body is taken, and the settings that say so: `limits.NAME_bytes` and `limits.NAME_ms`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Room {
    pub bytes: usize,
    pub ms: u64,
    pub setting: &'static str,
}

/// Read all of it. The error is the answer; with it the connection ends, since the rest of the body
/// could be taken for the next request.
pub(super) async fn read(body: Body, limits: &Limits) -> Result<Vec<u8>, Response> {
    read_into(body, Room { bytes: limits.body_bytes, ms: limits.body_ms, setting: "body" }).await
}

/// The same, of what is more or less than a question.
pub(super) async fn read_into(body: Body, room: Room) -> Result<Vec<u8>, Response> {
    let within = Duration::from_millis(room.ms);
    match timeout(within, gather(body, room.bytes)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(Cut::TooLarge)) => Err(too_large(room)),
        Ok(Err(Cut::Broken)) => Err(closing(refuse(
            StatusCode::BAD_REQUEST,
            "BODY_CUT",
            "请求正文没有传完，或分块有误。请重新发送。",
            "The body was cut off, or its chunks are wrong. Send it again.",
        ))),
        Err(_) => Err(closing(refuse(
            StatusCode::REQUEST_TIMEOUT,
            "BODY_TIMEOUT",
            &format!("请求正文没有在 {} 毫秒内传完（limits.{}_ms）。没有执行，请重新发送。", room.ms, room.setting),
            &format!(
                "The body did not arrive within {} ms (limits.{}_ms). Nothing was carried out; send it again.",
                room.ms, room.setting
            ),
        ))),
    }
}

/// The refusal of a body that is too large.
pub(super) fn too_large(room: Room) -> Response {
    let Room { bytes, setting, .. } = room;
    closing(refuse(
        StatusCode::PAYLOAD_TOO_LARGE,
        "BODY_TOO_LARGE",
        &format!("请求正文超过 {bytes} 字节（limits.{setting}_bytes）。请缩短或分几次发送。"),
        &format!("The body has more than {bytes} bytes (limits.{setting}_bytes). Shorten it, or send it in parts."),
    ))
}

/// An answer after which the connection ends.
pub(super) fn closing(mut answer: Response) -> Response {
    answer.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    answer
}

/// Why there is no body.
enum Cut {
    TooLarge,
    Broken,
}

async fn gather(body: Body, most: usize) -> Result<Vec<u8>, Cut> {
    let mut parts = body.into_data_stream();
    let mut all = Vec::new();
    while let Some(part) = parts.next().await {
        let part = part.map_err(|_| Cut::Broken)?;
        if part.len() > most - all.len() {
            return Err(Cut::TooLarge);
        }
        all.extend_from_slice(&part);
    }
    Ok(all)
}
