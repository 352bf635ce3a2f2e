//! The async edge: HTTP, admission, and the GraphQL schema over views.

pub mod admission;
mod error;
mod export;
pub mod http;
pub mod likeness;
mod mutation;
mod past;
pub(in crate::api) mod query;
mod schema;
pub mod seeking;
mod subscription;
pub mod types;
mod warnings;

pub use error::ApiError;
pub use schema::{Answering, GraphSchema, build, sdl};
