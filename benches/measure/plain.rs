//! The peer: what somebody who knows async-graphql would write over the same facts in an
//! afternoon. Derived types, a vector and a hash map, the usual axum handler. It does nothing it
//! need not do, and it lacks what innograph has beside: prices, rights, dates, provenance, cursors.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::Path;

use async_graphql::{
    Context, EmptyMutation, EmptySubscription, ID, Object, OneofObject, Request, Schema, SimpleObject,
};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;

use super::Outcome;
use super::peers::serve_router;
use super::store::Firm;

struct Record {
    id: ID,
    name_zh: String,
    supplies: Vec<usize>,
}

/// Everything the server knows.
struct Facts {
    records: Vec<Record>,
    by_id: HashMap<String, usize>,
    by_name: HashMap<String, usize>,
}

#[derive(OneofObject)]
enum Reference {
    Id(ID),
    Name(String),
}

struct Query;

#[Object]
impl Query {
    async fn enterprise<'a>(&self, ctx: &Context<'a>, by: Reference) -> Option<Enterprise<'a>> {
        let facts = ctx.data_unchecked::<Facts>();
        let place = match by {
            Reference::Id(id) => facts.by_id.get(id.as_str()),
            Reference::Name(name) => facts.by_name.get(&name),
        };
        place.and_then(|place| facts.enterprise(*place))
    }
}

#[derive(Clone, Copy)]
struct Enterprise<'a> {
    facts: &'a Facts,
    record: &'a Record,
}

#[Object]
impl<'a> Enterprise<'a> {
    async fn id(&self) -> &ID {
        &self.record.id
    }

    async fn name_zh(&self) -> &str {
        &self.record.name_zh
    }

    async fn supplies(&self, #[graphql(default = 20)] first: usize) -> SupplyConnection<'a> {
        let all = &self.record.supplies;
        let shown = all.iter().take(first).filter_map(|place| self.facts.enterprise(*place));
        SupplyConnection { total_count: all.len(), edges: shown.map(|node| SupplyEdge { node }).collect() }
    }

    /// The same without pages, as such a server would more likely have it.
    async fn supplies_list(&self, #[graphql(default = 20)] first: usize) -> Vec<Enterprise<'a>> {
        let all = &self.record.supplies;
        all.iter().take(first).filter_map(|place| self.facts.enterprise(*place)).collect()
    }
}

#[derive(SimpleObject)]
struct SupplyConnection<'a> {
    total_count: usize,
    edges: Vec<SupplyEdge<'a>>,
}

#[derive(SimpleObject)]
struct SupplyEdge<'a> {
    node: Enterprise<'a>,
}

impl Facts {
    fn enterprise(&self, place: usize) -> Option<Enterprise<'_>> {
        self.records.get(place).map(|record| Enterprise { facts: self, record })
    }

    /// Read what [`write`] has written.
    fn read(text: &str) -> Self {
        let mut facts = Facts { records: Vec::new(), by_id: HashMap::new(), by_name: HashMap::new() };
        for (place, line) in text.lines().enumerate() {
            let mut cells = line.split('\t');
            let (id, name) = (cells.next().unwrap_or_default(), cells.next().unwrap_or_default());
            let supplies = cells.next().unwrap_or_default().split(' ').filter_map(|place| place.parse().ok()).collect();
            facts.by_id.insert(id.to_owned(), place);
            facts.by_name.insert(name.to_owned(), place);
            facts.records.push(Record { id: id.into(), name_zh: name.to_owned(), supplies });
        }
        facts
    }
}

/// The facts as a file for the peer.
pub fn write(firms: &[Firm], file: &Path) -> Outcome<()> {
    let mut text = String::new();
    for Firm { id, name, supplies } in firms {
        let supplies = supplies.iter().map(usize::to_string).collect::<Vec<_>>().join(" ");
        writeln!(text, "{id}\t{name}\t{supplies}")?;
    }
    Ok(std::fs::write(file, text)?)
}

type PlainSchema = Schema<Query, EmptyMutation, EmptySubscription>;

/// What `axum::Json` would do on both sides, without its detour for better messages.
async fn graphql(State(schema): State<PlainSchema>, body: Bytes) -> Response {
    let Ok(request) = serde_json::from_slice::<Request>(&body) else { return StatusCode::BAD_REQUEST.into_response() };
    match serde_json::to_vec(&schema.execute(request).await) {
        Ok(answer) => ([(header::CONTENT_TYPE, "application/json")], answer).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// Serve the facts of a file.
pub fn serve(file: &Path) -> Outcome<()> {
    let facts = Facts::read(&std::fs::read_to_string(file)?);
    let schema = Schema::build(Query, EmptyMutation, EmptySubscription).data(facts).finish();
    serve_router(Router::new().route("/graphql", post(graphql)).with_state(schema))
}
