//! What a connection is told where no request has been read: written by hand, since there is nothing
//! yet that hyper could answer. Then the connection ends, gently: a close while bytes are still coming
//! in would reset it, and the other side might never read why.

use std::time::Duration;

use axum::http::StatusCode;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::api::ApiError;
use crate::config::Limits;

/// How long, and for how many bytes, a connection that has been told to end is listened to.
const LINGER: Duration = Duration::from_secs(1);
const LINGER_BYTES: usize = 4 * 1024 * 1024;

/// Why there is no request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The first line is too long.
    Address,
    /// The head has too many bytes.
    HeadBytes,
    /// The head has too many lines.
    HeadLines,
    /// The head has not come in time.
    HeadTime,
    /// There are too many connections.
    Connections,
}

impl Refusal {
    /// The whole answer.
    fn answer(self, limits: &Limits) -> String {
        let (status, error) = self.said(limits);
        let body = error.body().to_string();
        let retry = if status == StatusCode::SERVICE_UNAVAILABLE { "retry-after: 1\r\n" } else { "" };
        format!(
            "HTTP/1.1 {status}\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: {}\r\ncache-control: no-store\r\nx-content-type-options: nosniff\r\n{retry}connection: close\r\n\r\n{body}",
            body.len()
        )
    }

    fn said(self, limits: &Limits) -> (StatusCode, ApiError) {
        let (bytes, most) = (limits.header_bytes, limits.headers);
        match self {
            Self::Address => (
                StatusCode::URI_TOO_LONG,
                ApiError::new(
                    "ADDRESS_TOO_LONG",
                    format!("网址超过 {bytes} 字节（limits.header_bytes）。长的查询请用 POST。"),
                    format!(
                        "The address has more than {bytes} bytes (limits.header_bytes). Send a long query by POST."
                    ),
                ),
            ),
            Self::HeadBytes => (
                StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
                ApiError::new(
                    "HEADERS_TOO_LARGE",
                    format!("请求头超过 {bytes} 字节（limits.header_bytes）。请缩短。"),
                    format!("The headers have more than {bytes} bytes (limits.header_bytes). Shorten them."),
                ),
            ),
            Self::HeadLines => (
                StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
                ApiError::new(
                    "TOO_MANY_HEADERS",
                    format!("请求头超过 {most} 个（limits.headers）。请减少。"),
                    format!("There are more than {most} headers (limits.headers). Send fewer."),
                ),
            ),
            Self::HeadTime => (
                StatusCode::REQUEST_TIMEOUT,
                ApiError::new(
                    "HEADERS_TIMEOUT",
                    format!("请求头没有在 {} 毫秒内传完（limits.header_ms）。请重新连接再试。", limits.header_ms),
                    format!(
                        "The headers did not arrive within {} ms (limits.header_ms). Connect again.",
                        limits.header_ms
                    ),
                ),
            ),
            Self::Connections => (
                StatusCode::SERVICE_UNAVAILABLE,
                ApiError::new(
                    "TOO_MANY_CONNECTIONS",
                    "连接已满（limits.connections），而且都在使用。请稍后再试。",
                    "All connections (limits.connections) are open and in use. Try again shortly.",
                ),
            ),
        }
    }

    /// Say it, and end the connection.
    pub(super) async fn tell(self, mut stream: TcpStream, limits: &Limits) {
        let answer = self.answer(limits);
        let told = timeout(LINGER, async {
            stream.write_all(answer.as_bytes()).await?;
            stream.shutdown().await
        });
        if matches!(told.await, Ok(Ok(()))) {
            linger(stream).await;
        }
    }
}

/// Listen until the other side has heard that nothing more is read, a short while at most.
pub(super) async fn linger(mut stream: TcpStream) {
    let mut waste = [0; 8 * 1024];
    let _ = timeout(LINGER, async {
        let mut left = LINGER_BYTES;
        while left > 0 {
            match stream.read(&mut waste).await {
                Ok(0) | Err(_) => return,
                Ok(length) => left = left.saturating_sub(length),
            }
        }
    })
    .await;
}
