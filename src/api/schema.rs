//! The schema: every declaration put together, the root of queries, and the SDL.

use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, OnceLock};

use async_graphql::parser::types::Field;
use async_graphql::registry::{CacheControl, MetaType, Registry};
use async_graphql::resolver_utils::ContainerType;
use async_graphql::{
    Context, ContextSelectionSet, ObjectType, OutputType, Positioned, Request, Response, Schema, ServerResult,
    ValidationMode, Value,
};
use futures_util::Stream;

use super::admission::KNOWN_AT;
use super::error::ApiError;
use super::mutation::{self, MutationRoot, Reveals};
use super::past::Moments;
use super::query;
use super::subscription::{self, SubscriptionRoot};
use super::types::def::{Cx, FieldDef, Object, Out, TypeDef, Types};
use super::types::moment::Moment;
use super::types::resolve::{Args, finish, read_field, variable};
use super::types::{
    enums, fact, inputs, merged, node, page, personal, projection, record, registry, statistics_types, tie,
};
use super::warnings::Warnings;
use crate::audit::Audit;
use crate::config::Limits;
use crate::domain::Day;
use crate::engine::{Engine, View, WriterState};
use crate::graph::{Budget, Lens};
use crate::rights::Rights;

/// The schema as it is served.
pub type GraphSchema = Schema<QueryRoot, MutationRoot, SubscriptionRoot>;

/// The same roots with no type registered below them.
pub type BareSchema = Schema<BareRoot, MutationRoot, SubscriptionRoot>;

/// What carries documents out that have passed the validator.
///
/// For each root field the library looks through all types of a schema for one that belongs to a
/// federation, which is a tenth of the work of a small question. Readers here need no registered
/// type, so only what asks about the schema itself goes to the whole one.
pub struct Schemas {
    whole: GraphSchema,
    bare: BareSchema,
}

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
    /// The address from which it is asked, where it is known.
    pub from: Option<IpAddr>,
    /// The limits in force.
    pub limits: Arc<Limits>,
    /// The day in Shanghai.
    pub today: Day,
    /// Name and banner of the store.
    pub store: Arc<query::StoreName>,
    /// What was known earlier, where that is asked for.
    pub moments: Moments,
    /// What is told beside the answer.
    pub warnings: Warnings,
    /// What has been done so far.
    pub meter: Meter,
    /// May they see the schema?
    pub sees_schema: bool,
    /// Where it is written who read what is personal.
    pub audit: Arc<Audit>,
    /// How often that was done.
    pub reveals: Arc<Reveals>,
}

/// What a request has done so far, in the unit of its price, and whether it is still wanted.
#[derive(Debug, Default)]
pub struct Meter {
    /// Rows visited, shown or not.
    pub walked: AtomicU64,
    /// Those of them that the reader may know of.
    pub shown: AtomicU64,
    /// What reading fields cost.
    pub fields: AtomicU64,
    /// Set when nobody wants the answer any more.
    pub stop: AtomicBool,
    /// Set when a root field that is never null could not be answered.
    pub failed: AtomicBool,
}

impl Meter {
    /// What it cost in all. Never told to readers: it would count what is hidden.
    pub fn used(&self) -> u64 {
        self.walked.load(Ordering::Relaxed).saturating_add(self.fields.load(Ordering::Relaxed))
    }

    /// What it cost, as far as the reader may know of it.
    pub fn told(&self) -> u64 {
        self.shown.load(Ordering::Relaxed).saturating_add(self.fields.load(Ordering::Relaxed))
    }
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
    types.extend(merged::types());
    types.extend(personal::types());
    types.extend(record::types(limits().statistics_cells));
    types.extend(node::types(limits().page, limits().statistics_cells));
    types.extend(statistics_types::types());
    types.extend(projection::types());
    types.extend(query::types(limits()));
    types.extend(mutation::types());
    types.extend(subscription::types(limits()));
    types.push(root());
    let mut enums = enums::enums();
    enums.extend(mutation::enums());
    enums.extend(query::enums());
    enums.extend(statistics_types::enums());
    let mut inputs = inputs::inputs();
    inputs.extend(query::inputs());
    inputs.extend(mutation::inputs());
    inputs.extend(statistics_types::inputs());
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
        .arg(
            KNOWN_AT,
            "DateTime",
            "只按这一时刻已经录入的内容回答，默认现在；也可只写日期，指上海当天结束时。asOf 不填仍为今天。需要登录或令牌",
            "Answer from what had been recorded by that moment, now by default; a date alone means the end of that day in Shanghai. asOf stays today where it is not given. Needs an account or a token",
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
        answer(ctx, def, answering).map(Some)
    }
}

impl ObjectType for QueryRoot {}

/// The root of queries, with nothing registered.
pub struct BareRoot;

impl OutputType for BareRoot {
    fn type_name() -> Cow<'static, str> {
        QueryRoot::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        registry::register_roots(&TYPES, registry);
        Self::qualified_type_name()
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        OutputType::resolve(&QueryRoot, ctx, field).await
    }
}

impl ContainerType for BareRoot {
    async fn resolve_field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        QueryRoot.resolve_field(ctx).await
    }
}

impl ObjectType for BareRoot {}

impl Schemas {
    /// With the limits of the configuration. The declarations are made once in the life of a
    /// process: the first limits stay.
    pub fn new(limits: &Limits) -> Self {
        let whole = build(limits);
        let bare =
            Schema::build(BareRoot, MutationRoot, SubscriptionRoot).validation_mode(ValidationMode::Fast).finish();
        Self { whole, bare }
    }

    /// Carry out a document that asks about facts alone.
    pub async fn execute(&self, request: Request) -> Response {
        self.bare.execute(request).await
    }

    /// Carry out a document that asks about the schema, too.
    pub async fn introspect(&self, request: Request) -> Response {
        self.whole.execute(request).await
    }

    /// The same for one whose answers go on.
    pub fn execute_stream(&self, request: Request) -> impl Stream<Item = Response> + Send + 'static {
        self.whole.execute_stream(request)
    }
}

/// Read one root field with everything below it, at once.
fn answer(ctx: &Context<'_>, def: &'static FieldDef, answering: &Answering) -> ServerResult<Value> {
    let failed = |error: ApiError| ctx.set_error_path(error.at(ctx.item.pos));
    let asked = day_of(ctx, def, answering).and_then(|day| Ok((day, view_of(ctx, def, answering)?)));
    let (day, view) = asked.map_err(|error| {
        answering.meter.failed.fetch_or(def.ty.ends_with('!'), Ordering::Relaxed);
        failed(error)
    })?;
    let variables = |name: &str| variable(ctx, name);
    let args = Args::new(&ctx.item.node, def, &variables);
    let nothing = Object::Data(usize::MAX, Arc::new(()));
    answer_with(ctx, def, answering, &view, day, |cx| read_field(cx, def, &nothing, &args))
}

/// The day that a root field is asked for.
pub fn day_of(ctx: &Context<'_>, def: &'static FieldDef, answering: &Answering) -> Result<Day, ApiError> {
    let variables = |name: &str| variable(ctx, name);
    let given = Args::new(&ctx.item.node, def, &variables).text("asOf");
    given.map_or(Ok(answering.today), |text| inputs::day(&text))
}

/// The view that a root field is asked of: that of the request, or that of an earlier moment.
fn view_of(ctx: &Context<'_>, def: &'static FieldDef, answering: &Answering) -> Result<Arc<View>, ApiError> {
    let variables = |name: &str| variable(ctx, name);
    match Args::new(&ctx.item.node, def, &variables).text(KNOWN_AT) {
        Some(text) => Ok(answering.moments.at(Moment::read(&text)?)?.view),
        None => Ok(Arc::clone(&answering.view)),
    }
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
    let meter = &answering.meter;
    let left = answering.limits.walk_rows.saturating_sub(meter.walked.load(Ordering::Relaxed));
    let budget = Budget::new(left).stopped_by(&meter.stop);
    // What a mutation has just written is newer than the view of the request; what was known is older.
    let current = &*answering.view;
    let now = if view.state().sequence() > current.state().sequence() { view } else { current };
    let lens = Lens::new(now.state(), answering.today, answering.rights, &budget).at(view.state(), day);
    let (limits, store, writer) = (&*answering.limits, &*answering.store, answering.writer);
    let moments = Some(&answering.moments);
    let (actor, warnings) = (answering.actor.as_deref(), Some(&answering.warnings));
    let cx = Cx { lens, view, types: &TYPES, limits, store, writer, moments, warnings, actor };
    let value = match read(&cx) {
        Ok(out) => finish(&cx, &ctx.with_selection_set(&ctx.item.node.selection_set), out, &def.ty),
        Err(error) => Err(failed(error)),
    };
    meter.walked.fetch_add(budget.used(), Ordering::Relaxed);
    meter.shown.fetch_add(budget.shown(), Ordering::Relaxed);
    meter.fields.fetch_add(budget.fields(), Ordering::Relaxed);
    match value {
        // A nullable root field that fails is null; its neighbours are answered all the same.
        Err(error) if !def.ty.ends_with('!') => {
            ctx.add_error(error);
            Ok(Value::Null)
        }
        Err(error) => {
            meter.failed.store(true, Ordering::Relaxed);
            Err(error)
        }
        value => value,
    }
}

/// Build the schema with the limits of the configuration. The declarations are made once in the
/// life of a process: the first limits stay.
pub fn build(given: &Limits) -> GraphSchema {
    LIMITS.get_or_init(|| given.clone());
    // Depth, price and validity are judged by admission before async-graphql sees a document.
    Schema::build(QueryRoot, MutationRoot, SubscriptionRoot).validation_mode(ValidationMode::Fast).finish()
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
