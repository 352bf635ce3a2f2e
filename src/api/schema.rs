//! The schema: every declaration put together, the root of queries, and the SDL.

use std::borrow::Cow;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, OnceLock};

use async_graphql::parser::types::Field;
use async_graphql::registry::{CacheControl, MetaType, Registry};
use async_graphql::resolver_utils::ContainerType;
use async_graphql::{Context, ContextSelectionSet, ObjectType, OutputType, Positioned, Schema, ServerResult, Value};
use tokio::sync::Semaphore;

use super::error::ApiError;
use super::mutation::{self, MutationRoot};
use super::query;
use super::subscription::{self, SubscriptionRoot};
use super::types::def::{Cx, FieldDef, Object, Out, TypeDef, Types};
use super::types::resolve::{Args, finish, variable};
use super::types::{enums, fact, inputs, node, page, record, registry, tie};
use crate::config::Limits;
use crate::domain::Day;
use crate::engine::{Engine, View, WriterState};
use crate::graph::{Budget, Lens};
use crate::rights::Rights;

/// The schema as it is served.
pub type GraphSchema = Schema<QueryRoot, MutationRoot, SubscriptionRoot>;

/// What one request is answered from, from its first field to its last.
pub struct Answering {
    /// The snapshot.
    pub view: Arc<View>,
    /// What whoever asks may see and write.
    pub rights: Rights,
    /// The name that goes onto everything they write; none for the public.
    pub actor: Option<Arc<str>>,
    /// Where mutations are handed in.
    pub engine: Arc<Engine>,
    /// How the writer was when the request came.
    pub writer: WriterState,
    /// The sequence number that the answer reaches.
    pub sequence: AtomicU64,
    /// The limits in force.
    pub limits: Arc<Limits>,
    /// The day in Shanghai.
    pub today: Day,
    /// Turns for long computations.
    pub heavy: Arc<Semaphore>,
    /// Name and banner of the store.
    pub store: Arc<query::StoreName>,
    /// Rows visited so far, shown or not.
    pub used: AtomicU64,
    /// Those of them that the reader may know of.
    pub shown: AtomicU64,
}

/// The limits that the declarations state: those of the configuration, set once at start.
static LIMITS: OnceLock<Limits> = OnceLock::new();

fn limits() -> &'static Limits {
    LIMITS.get_or_init(Limits::default)
}

/// All types, declared once for the life of the process.
pub static TYPES: LazyLock<Types> = LazyLock::new(|| {
    let mut types = page::types();
    types.extend(fact::types());
    types.extend(tie::types());
    types.extend(record::types());
    types.extend(node::types(limits().page));
    types.extend(query::types(limits()));
    types.extend(mutation::types());
    types.extend(subscription::types(limits()));
    types.push(root());
    let mut enums = enums::enums();
    enums.extend(mutation::enums());
    let mut inputs = inputs::inputs();
    inputs.extend(mutation::inputs());
    Types::new(types, enums, enums::scalars(), inputs).unions(mutation::unions())
});

fn root() -> TypeDef {
    let as_of = |field: FieldDef| {
        field.arg(
            "asOf",
            "Date",
            "查询日期，默认今天（上海）：按那一天有效的事实回答。单位：日",
            "The day asked for, today in Shanghai by default: facts valid on it are shown. Unit: day",
        )
    };
    let fields = query::fields(limits()).into_iter().map(as_of).collect();
    TypeDef::new("Query", "全部查询的入口", "Where every query begins", fields)
}

/// The root of queries.
pub struct QueryRoot;

impl OutputType for QueryRoot {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed("Query")
    }

    fn create_type_info(registry: &mut Registry) -> String {
        registry::register(&TYPES, registry);
        if let Some(MetaType::Object { cache_control, .. }) = registry.types.get_mut("Query") {
            *cache_control = CacheControl::default();
        }
        Self::qualified_type_name()
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        async_graphql::resolver_utils::resolve_container(ctx, self).await
    }
}

impl ContainerType for QueryRoot {
    async fn resolve_field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        let name = ctx.item.node.name.node.as_str();
        let Some(def) = TYPES.get("Query").and_then(|root| root.field(name)) else { return Ok(None) };
        let answering = ctx.data_unchecked::<Arc<Answering>>();
        let failed = |error: ApiError| ctx.set_error_path(error.at(ctx.item.pos));
        if !def.heavy {
            return answer(ctx, def, answering).map(Some);
        }
        let wait = std::time::Duration::from_millis(answering.limits.heavy_wait_ms);
        let turn = tokio::time::timeout(wait, answering.heavy.acquire()).await;
        let Ok(Ok(_turn)) = turn else {
            return Err(failed(ApiError::new(
                "BUSY",
                "正在进行的大查询太多。请稍后再试。",
                "Too many long queries are running. Try again shortly.",
            )));
        };
        let threads = tokio::runtime::Handle::current().runtime_flavor();
        match threads {
            tokio::runtime::RuntimeFlavor::MultiThread => tokio::task::block_in_place(|| answer(ctx, def, answering)),
            _ => answer(ctx, def, answering),
        }
        .map(Some)
    }
}

impl ObjectType for QueryRoot {}

/// Read one root field with everything below it, at once.
fn answer(ctx: &Context<'_>, def: &'static FieldDef, answering: &Answering) -> ServerResult<Value> {
    let failed = |error: ApiError| ctx.set_error_path(error.at(ctx.item.pos));
    let day = day_of(ctx, def, answering).map_err(failed)?;
    let variables = |name: &str| variable(ctx, name);
    let args = Args::new(&ctx.item.node, def, &variables);
    let nothing = Object::Data(usize::MAX, Arc::new(()));
    answer_with(ctx, def, answering, &answering.view, day, |cx| (def.read)(cx, &nothing, &args))
}

/// The day that a root field is asked for.
pub fn day_of(ctx: &Context<'_>, def: &'static FieldDef, answering: &Answering) -> Result<Day, ApiError> {
    let variables = |name: &str| variable(ctx, name);
    let given = Args::new(&ctx.item.node, def, &variables).text("asOf");
    given.map_or(Ok(answering.today), |text| inputs::day(&text))
}

/// Read what is selected of what `read` finds in a view.
pub fn answer_with(
    ctx: &Context<'_>,
    def: &FieldDef,
    answering: &Answering,
    view: &View,
    day: Day,
    read: impl FnOnce(&Cx<'_>) -> Result<Out, ApiError>,
) -> ServerResult<Value> {
    let failed = |error: ApiError| ctx.set_error_path(error.at(ctx.item.pos));
    let left = answering.limits.walk_rows.saturating_sub(answering.used.load(Ordering::Relaxed));
    let budget = Budget::new(left);
    let lens = Lens::new(view.state(), day, answering.rights, &budget);
    let (limits, store, writer) = (&*answering.limits, &*answering.store, answering.writer);
    let cx = Cx { lens, view, types: &TYPES, limits, store, writer };
    let value = match read(&cx) {
        Ok(out) => finish(&cx, &ctx.with_selection_set(&ctx.item.node.selection_set), out),
        Err(error) => Err(failed(error)),
    };
    answering.used.fetch_add(budget.used(), Ordering::Relaxed);
    answering.shown.fetch_add(budget.shown(), Ordering::Relaxed);
    match value {
        // A nullable root field that fails is null; its neighbours are answered all the same.
        Err(error) if !def.ty.ends_with('!') => {
            ctx.add_error(error);
            Ok(Value::Null)
        }
        value => value,
    }
}

/// Build the schema with the limits of the configuration. The declarations are made once in the
/// life of a process: the first limits stay.
pub fn build(given: &Limits) -> GraphSchema {
    LIMITS.get_or_init(|| given.clone());
    // Depth and price are judged by admission before async-graphql sees a document.
    Schema::build(QueryRoot, MutationRoot, SubscriptionRoot).finish()
}

/// The schema in the schema language, as committed in `schema/schema.graphql`.
pub fn sdl() -> String {
    let options = async_graphql::SDLExportOptions::new().sorted_fields().sorted_arguments().sorted_enum_items();
    let mut text = build(&Limits::default()).sdl_with_options(options);
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}
