//! `changed`: what happens from now on, or from a sequence number on.
//!
//! Nothing is kept for a subscriber but the place it has come to: each message is read from the
//! view of its moment, when the one before has been sent. Who lags further behind than the backlog
//! is told to fetch again, and goes on at the head.

use std::pin::Pin;
use std::time::Duration;

use async_graphql::indexmap::IndexMap;
use async_graphql::{Context, Response, Value};
use futures_util::{Stream, stream};
use tokio::sync::watch;
use tokio::time::Instant;

use super::Following;
use crate::api::error::ApiError;
use crate::api::schema::TYPES;
use crate::api::types::change::{self, AHEAD, Filter, Position};
use crate::api::types::def::{self, Cx, FieldDef, Out, TypeDef};
use crate::api::types::resolve::{Args, finish, variable};
use crate::config::Limits;
use crate::engine;
use crate::graph::{Budget, Change, Lens};

struct Notice {
    sequence: u64,
    refetch: bool,
    changes: Vec<Change>,
}

/// The root field. Its stream answers, never its reader.
pub fn field(limits: &Limits) -> FieldDef {
    FieldDef::new(
        "changed",
        "ChangeNotice!",
        format!(
            "有变更时通知：只说哪些，内容请按编号重新查询。落后超过 {} 项时只收到一条 refetch，请重新取全部",
            limits.subscription_backlog
        ),
        format!(
            "Tells what changes: which things, their content is asked for by id. Whoever lags more than {} changes behind gets one message with refetch and fetches everything again",
            limits.subscription_backlog
        ),
        |_, _, _| Ok(Out::Null),
    )
    .cost(20)
    .arg("filter", "ChangeFilter", "只要哪些变更；不填为全部", "Which changes are wanted; all where nothing is given")
    .arg(
        "after",
        "String",
        "从哪里接着而不漏：已取到的变更号（如回答中 extensions.sequence 的数字）；不填则从现在起",
        "Where to go on without a gap: the sequence number one has, such as extensions.sequence of an answer; from now on where nothing is given",
    )
}

/// The types of this file.
pub fn types(limits: &Limits) -> Vec<TypeDef> {
    vec![TypeDef::new(
        "ChangeNotice",
        "一次变更通知",
        "One message about changes",
        vec![
            def::field(
                "sequence",
                "Int!",
                "这一号及以前的已全部通知；断线重连时从它接着。单位：号",
                "Everything up to it has been told; go on after it when connected again. Unit: sequence number",
                |_, notice: &Notice, _| Ok(change::sequence(notice.sequence)),
            ),
            def::field(
                "refetch",
                "Boolean!",
                "为 true 时变更太多，没有逐项列出：请重新取全部数据",
                "Whether too much has changed to be listed, so that everything must be fetched again",
                |_, notice: &Notice, _| Ok(Out::flag(notice.refetch)),
            ),
            def::field(
                "changes",
                "[Change!]!",
                &format!("各项变更，一次最多 {} 项；refetch 为 true 时是空的", limits.subscription_batch),
                &format!("The changes, at most {} a message; none with refetch", limits.subscription_batch),
                |cx, notice: &Notice, _| {
                    Ok(Out::List(notice.changes.iter().map(|change| cx.types.data("Change", *change)).collect()))
                },
            )
            .at_most(limits.subscription_batch),
        ],
    )]
}

/// The messages of one subscription.
pub fn stream<'a>(ctx: &'a Context<'_>, def: &FieldDef) -> Pin<Box<dyn Stream<Item = Response> + Send + 'a>> {
    match Follower::new(ctx, def) {
        Ok(follower) => Box::pin(stream::unfold(follower, |mut follower| async move {
            let message = follower.message().await?;
            Some((message, follower))
        })),
        Err(error) => {
            let error = ctx.set_error_path(error.at(ctx.item.pos));
            Box::pin(stream::once(std::future::ready(Response::from_errors(vec![error]))))
        }
    }
}

/// A subscriber: where it has come to.
struct Follower<'a> {
    ctx: &'a Context<'a>,
    following: &'a Following,
    head: watch::Receiver<u64>,
    filter: Filter,
    next: Position,
    /// It has lost the thread: nothing before the head can be told.
    lost: bool,
    /// There may be something to read without waiting.
    pending: bool,
    /// Not woken again before.
    pause_until: Instant,
}

impl<'a> Follower<'a> {
    fn new(ctx: &'a Context<'a>, def: &FieldDef) -> Result<Self, ApiError> {
        let following = ctx.data_unchecked::<Following>();
        let mut head = following.head.clone();
        // First what wakes, then the view: what is published in between wakes.
        head.mark_unchanged();
        let view = following.engine.view();
        let variables = |name: &str| variable(ctx, name);
        let args = Args::new(&ctx.item.node, def, &variables);
        let filter = Filter::read(args.get("filter").as_ref())?;
        let budget = Budget::new(u64::MAX);
        let lens = Lens::new(view.state(), engine::today(), following.rights, &budget);
        let now = Position::after(lens.sequence());
        let (next, lost) = match args.text("after").map(|text| Position::read(&lens, &text)) {
            None => (now, false),
            Some(Ok(position)) => (position, false),
            // Another store, or a restored backup.
            Some(Err(error)) if error.code == AHEAD => (now, true),
            Some(Err(error)) => return Err(error),
        };
        Ok(Self { ctx, following, head, filter, next, lost, pending: true, pause_until: Instant::now() })
    }

    /// The next message, once there is one; none when the service ends.
    async fn message(&mut self) -> Option<Response> {
        loop {
            if !self.pending {
                self.head.changed().await.ok()?;
                tokio::time::sleep_until(self.pause_until).await;
                self.pause_until = Instant::now() + Duration::from_millis(self.following.limits.subscription_pause_ms);
                self.head.mark_unchanged();
            }
            if let Some(message) = self.read() {
                return Some(message);
            }
        }
    }

    fn read(&mut self) -> Option<Response> {
        let following = self.following;
        let view = following.engine.view();
        // The backlog bounds what is read.
        let budget = Budget::new(u64::MAX);
        let lens = Lens::new(view.state(), engine::today(), following.rights, &budget);
        let notice = self.notice(&lens)?;
        let cx = Cx {
            lens,
            view: &view,
            types: &TYPES,
            limits: &following.limits,
            store: &following.store,
            writer: following.engine.writer_state(),
            moments: None,
            warnings: None,
            actor: None,
        };
        let (ctx, field) = (self.ctx, self.ctx.item);
        let out = cx.types.data("ChangeNotice", notice);
        let answer = finish(&cx, &ctx.with_selection_set(&field.node.selection_set), out, "ChangeNotice!");
        Some(match answer {
            Ok(value) => {
                let name = field.node.response_key().node.clone();
                Response::new(Value::Object(IndexMap::from_iter([(name, value)])))
            }
            Err(error) => Response::from_errors(vec![error]),
        })
    }

    /// What there is to tell, if anything.
    fn notice(&mut self, lens: &Lens<'_>) -> Option<Notice> {
        let limits = &self.following.limits;
        if self.lost || change::is_further(lens, self.next, limits.subscription_backlog) {
            (self.lost, self.pending, self.next) = (false, false, Position::after(lens.sequence()));
            return Some(Notice { sequence: lens.sequence(), refetch: true, changes: Vec::new() });
        }
        let slice = change::read(lens, self.next, &self.filter, limits.subscription_batch as usize);
        (self.pending, self.next) = (slice.more, slice.next);
        let changes: Vec<Change> = slice.entries.into_iter().map(|(_, change)| change).collect();
        (!changes.is_empty()).then(|| Notice { sequence: self.next.whole(), refetch: false, changes })
    }
}
