//! Subscriptions: one field a stream. They are declared like every other type, and each message is
//! read by the same interpreter.

mod changed;

use std::borrow::Cow;
use std::pin::Pin;
use std::sync::Arc;

use async_graphql::registry::{MetaType, Registry};
use async_graphql::{Context, Response, SubscriptionType};
use futures_util::Stream;
use tokio::sync::watch;

use super::query::StoreName;
use super::schema::TYPES;
use super::types::def::TypeDef;
use crate::config::Limits;
use crate::engine::Engine;
use crate::rights::Rights;

/// What one subscription is answered from.
pub struct Following {
    /// Where views come from, a new one for each message.
    pub engine: Arc<Engine>,
    /// Who asks.
    pub rights: Rights,
    /// The limits in force.
    pub limits: Arc<Limits>,
    /// Name and banner of the store.
    pub store: Arc<StoreName>,
    /// Wakes when something was published.
    pub head: watch::Receiver<u64>,
}

/// The root and the types of this room.
pub fn types(limits: &Limits) -> Vec<TypeDef> {
    let mut types = changed::types(limits);
    types.push(TypeDef::new(
        "Subscription",
        "全部订阅的入口（WebSocket，子协议 graphql-transport-ws）",
        "Where every subscription begins, over a WebSocket that speaks graphql-transport-ws",
        vec![changed::field(limits)],
    ));
    types
}

/// The root of subscriptions.
pub struct SubscriptionRoot;

impl SubscriptionType for SubscriptionRoot {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed("Subscription")
    }

    fn create_type_info(registry: &mut Registry) -> String {
        // Registered with all others by the root of queries.
        if let Some(MetaType::Object { is_subscription, .. }) = registry.types.get_mut("Subscription") {
            *is_subscription = true;
        }
        Self::qualified_type_name()
    }

    fn create_field_stream<'a>(
        &'a self,
        ctx: &'a Context<'_>,
    ) -> Option<Pin<Box<dyn Stream<Item = Response> + Send + 'a>>> {
        let def = TYPES.get("Subscription")?.field(&ctx.item.node.name.node)?;
        Some(changed::stream(ctx, def))
    }
}
