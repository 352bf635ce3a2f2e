//! Mutations: arguments become one command, the writer decides it, and the answer is read from a
//! view that holds it. No rule of the domain stands here.

mod amend_inputs;
mod commands;
pub(in crate::api) mod failure;
mod fields;
mod identity;
mod inputs;
mod read;
mod result;
mod reveal;

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};

use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::resolver_utils::ContainerType;
use async_graphql::{Context, ContextSelectionSet, ObjectType, OutputType, Positioned, ServerResult, Value};

use super::error::ApiError;
use super::schema::{Answering, TYPES, answer_with, day_of};
use super::types::def::{Cx, EnumDef, FieldDef, InputDef, Out, TypeDef, UnionDef};
use super::types::resolve::{Args, variable};
use crate::domain::Rejection;
use crate::domain::command::Command;
use crate::engine::{Request, RequestKey, WriteError, Written};
use crate::rights::Place;
pub use result::{Meant, refused};
pub use reveal::Reveals;

use fields::{KEY, ReadCommand, VERSION};
use read::{Fields, unfit};

static READERS: LazyLock<HashMap<String, ReadCommand>> =
    LazyLock::new(|| fields::mutations().into_iter().map(|(field, read)| (field.name, read)).collect());

/// The types that only mutations name, and their root.
pub fn types() -> Vec<TypeDef> {
    let fields = fields::mutations().into_iter().map(|(field, _)| field).chain([reveal::field()]).collect();
    let mut types = result::types();
    types.extend(reveal::types());
    types.extend(identity::types());
    types.push(TypeDef::new(
        "Mutation",
        "全部写入的入口；依次执行",
        "Where every mutation begins; they run in turn",
        fields,
    ));
    types
}

/// Unions of mutations.
pub fn unions() -> Vec<UnionDef> {
    result::unions()
}

/// Enumerations of mutations.
pub fn enums() -> Vec<EnumDef> {
    let mut enums = result::enums();
    enums.extend(identity::enums());
    enums
}

/// Input objects of mutations.
pub fn inputs() -> Vec<InputDef> {
    inputs::inputs()
}

/// The root of mutations.
pub struct MutationRoot;

impl OutputType for MutationRoot {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed("Mutation")
    }

    fn create_type_info(_: &mut Registry) -> String {
        // Registered with all other types by the root of queries.
        Self::qualified_type_name()
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        async_graphql::resolver_utils::resolve_container_serial(ctx, self).await
    }
}

impl ContainerType for MutationRoot {
    async fn resolve_field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        let name = ctx.item.node.name.node.as_str();
        let Some(def) = TYPES.get("Mutation").and_then(|root| root.field(name)) else { return Ok(None) };
        let answering = ctx.data_unchecked::<Arc<Answering>>();
        if name == reveal::FIELD {
            return reveal::resolve(ctx, def, answering).await.map(Some);
        }
        let asked = ask(ctx, def, answering);
        let (outcome, command) = match asked {
            Err(error) => (Err(error), None),
            Ok(Err(rejection)) => (Ok(Err(rejection)), None),
            Ok(Ok(request)) => {
                let command = request.command.clone();
                let noted = reveal::note_erasure(answering, &command).await;
                let outcome = match noted {
                    Ok(()) => submit(answering, request).await,
                    Err(error) => Err(error),
                };
                (outcome, Some(command))
            }
        };
        match outcome.and_then(|outcome| Ok((outcome, day_of(ctx, def, answering)?))) {
            Ok((outcome, day)) => {
                // Taken after the acknowledgement: it holds what was written.
                let view = answering.engine.view();
                answering.sequence.fetch_max(view.state().sequence(), Ordering::Relaxed);
                answer_with(ctx, def, answering, &view, day, |cx| Ok(shown(cx, outcome, command.as_ref()))).map(Some)
            }
            Err(error) => {
                // Its neighbours are carried out and answered all the same.
                ctx.add_error(ctx.set_error_path(error.at(ctx.item.pos)));
                Ok(Some(Value::Null))
            }
        }
    }
}

impl ObjectType for MutationRoot {}

fn shown(cx: &Cx<'_>, outcome: Result<Written, Rejection>, command: Option<&Command>) -> Out {
    match outcome {
        Ok(written) => result::written(cx, written),
        Err(rejection) => {
            let references = command.map(commands::references).unwrap_or_default();
            let meant = result::meant(cx, &rejection, &references);
            result::refused(cx, rejection, meant)
        }
    }
}

/// What is asked of the writer, once whoever asks may write and the arguments can be read.
fn ask(
    ctx: &Context<'_>,
    def: &'static FieldDef,
    answering: &Answering,
) -> Result<Result<Request, Rejection>, ApiError> {
    let Some(actor) = answering.actor.clone().filter(|_| answering.rights.may_write_within(Place::Inside)) else {
        return Err(failure::forbidden());
    };
    if def.name == fields::ERASE && !answering.rights.may_erase() {
        return Err(reveal::forbidden_to_erase());
    }
    if identity::FIELDS.contains(&def.name.as_str()) && !answering.rights.may_merge_within(Place::Inside) {
        return Err(identity::forbidden());
    }
    // The day of the answer is read first: a slip there must not be told after writing.
    day_of(ctx, def, answering)?;
    let variables = |name: &str| variable(ctx, name);
    let arguments = Fields::new(Args::new(&ctx.item.node, def, &variables).all());
    let asked = request(def, &arguments, actor, answering);
    // What was given may be a name or a number of somebody: it is not repeated.
    let is_personal = PERSONAL.contains(&def.name.as_str());
    Ok(asked.map_err(|rejection| if is_personal { rejection.discreet() } else { rejection }))
}

/// Mutations whose arguments may be personal.
const PERSONAL: [&str; 4] = ["savePerson", "addName", "stateAttribute", "correct"];

fn request(def: &FieldDef, arguments: &Fields, actor: Arc<str>, answering: &Answering) -> Result<Request, Rejection> {
    arguments.check(&answering.limits)?;
    let Some(read) = READERS.get(&def.name) else { return Err(Rejection::RequiredMissing { name: def.name.clone() }) };
    let key = key(&def.name, arguments)?;
    let expected_version = expected_version(arguments)?;
    let command = read(arguments)?;
    Ok(Request { actor, rights: answering.rights, command, expected_version, key, withdrawn: Arc::default() })
}

/// The key with the digest of everything else that is asked, so that a key is not used for two things.
fn key(field: &str, arguments: &Fields) -> Result<Option<RequestKey>, Rejection> {
    let key = match arguments.get(KEY) {
        None => return Ok(None),
        Some(Value::String(key)) => key.clone(),
        Some(other) => other.to_string(),
    };
    let visible = key.bytes().all(|byte| byte.is_ascii_graphic());
    if !visible || !(1..=128).contains(&key.len()) {
        return Err(Rejection::InvalidIdempotencyKey { given: crate::domain::rejection::clip(&key) });
    }
    let content = format!("{field}{}", arguments.canonical(&[KEY, "asOf"]));
    Ok(Some(RequestKey { key, digest: *blake3::hash(content.as_bytes()).as_bytes() }))
}

fn expected_version(arguments: &Fields) -> Result<Option<u64>, Rejection> {
    let Some(given) = arguments.get(VERSION) else { return Ok(None) };
    let version = arguments.number(VERSION).and_then(|number| u64::try_from(number).ok());
    let (zh, en) = ("应为 0 或读到的版本号", "expects 0 or a version that was read");
    version.map(Some).ok_or_else(|| unfit(VERSION, &given.to_string(), zh, en))
}

/// Tells the writer that nobody waits any more, when the client hangs up or time is over.
struct Waiting(Arc<AtomicBool>);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}

/// Hand a request in and wait for the acknowledgement.
async fn submit(answering: &Answering, request: Request) -> Result<Result<Written, Rejection>, ApiError> {
    let (tell, told) = tokio::sync::oneshot::channel::<Result<Written, WriteError>>();
    let _waiting = Waiting(Arc::clone(&request.withdrawn));
    // Nobody listens any more where sending fails.
    let answer = Box::new(move |outcome| drop(tell.send(outcome)));
    let outcome = match answering.engine.submit(request, answer) {
        Ok(()) => told.await.map_err(|_| failure::stopped())?,
        Err(error) => Err(error),
    };
    match outcome {
        Ok(written) => Ok(Ok(written)),
        Err(error) => failure::sorted(error).map(Err),
    }
}
