//! Why a socket is closed: the codes of the protocol, and of the WebSocket below it.

use tungstenite::Error as WireError;

/// Why a conversation ends.
pub(super) enum End {
    /// We close it, with code and reason.
    Close(u16, &'static str),
    /// The peer has closed it.
    Closed,
    /// The peer is gone, or does not read.
    Gone,
    /// The service stops.
    Stopping,
}

impl End {
    /// The code and the reason, where the close is ours to say.
    pub(super) fn said(&self) -> Option<(u16, &'static str)> {
        match self {
            Self::Close(code, reason) => Some((*code, reason)),
            Self::Stopping => Some((1001, "服务正在停止 the service is stopping")),
            Self::Closed | Self::Gone => None,
        }
    }
}

pub(super) const MALFORMED: End = End::Close(4400, "消息不合协议 the message is none of the protocol");
pub(super) const UNAUTHORIZED: End = End::Close(4401, "请先发 connection_init; say connection_init first");
pub(super) const FORBIDDEN: End = End::Close(4403, "令牌不被承认 the token is not accepted");
pub(super) const NOT_GREETED: End = End::Close(4408, "没有及时收到 connection_init; connection_init came too late");
pub(super) const DUPLICATE: End = End::Close(4409, "此编号的操作还没有结束 an operation of this id is still open");
pub(super) const TOO_OFTEN: End = End::Close(1013, "连接太频繁，请稍后再试 too often; try again later");
pub(super) const GREETED_TWICE: End = End::Close(4429, "只能发一次 connection_init; connection_init came twice");

/// What is closed with when the bytes are none of the WebSocket protocol (RFC 6455, 7.4.1).
pub(super) fn broken(error: axum::Error) -> End {
    match error.into_inner().downcast_ref() {
        Some(WireError::Capacity(_)) => End::Close(1009, "消息太长 the message is too long"),
        Some(WireError::Utf8(_)) => End::Close(1007, "不是 UTF-8; this is no UTF-8"),
        Some(WireError::Protocol(tungstenite::error::ProtocolError::ResetWithoutClosingHandshake)) => End::Gone,
        Some(WireError::Protocol(_)) => End::Close(1002, "不合 WebSocket 协议 this is no WebSocket"),
        _ => End::Gone,
    }
}
