//! Which operations are taken where.

use async_graphql::parser::types::OperationType;

use crate::api::error::ApiError;

/// How a document came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// `GET`: questions alone, since links are followed by machines that mean nothing by it.
    Get,
    /// `POST`.
    Post,
    /// A WebSocket: subscriptions too.
    Socket,
}

impl Door {
    /// Is an operation of this type taken here?
    pub(super) fn takes(self, operation: OperationType) -> Result<(), ApiError> {
        match (operation, self) {
            (OperationType::Query, _) | (OperationType::Subscription, Door::Socket) => Ok(()),
            (OperationType::Mutation, Door::Post | Door::Socket) => Ok(()),
            (_, Door::Get) => Err(ApiError::new(
                "QUERIES_ONLY",
                "GET 只能查询。写入请用 POST。",
                "GET takes queries alone. Write with POST.",
            )),
            (OperationType::Subscription, Door::Post) => Err(ApiError::new(
                "SUBSCRIPTION_NEEDS_SOCKET",
                "订阅要用 WebSocket（子协议 graphql-transport-ws）打开 /graphql。",
                "A subscription needs a WebSocket to /graphql with the sub-protocol graphql-transport-ws.",
            )),
        }
    }
}
