//! `GET /graphql` as a WebSocket: the protocol `graphql-transport-ws` (`PROTOCOL.md` of
//! github.com/enisdenjo/graphql-ws), one task a socket.
//!
//! Spoken here and not by async-graphql's own reader of it, which closes with other codes and the
//! JSON reader's text, lets a second operation take the place of the first under its id, waits for
//! ever for `connection_init`, and sees a document before admission does.
//!
//! `Origin` has been judged before (`edge`): a socket of a foreign page does not come this far.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::Request as GraphRequest;
use async_graphql::parser::types::OperationType;
use axum::body::Bytes;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Extension, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use futures_util::stream::{self, AbortHandle, SelectAll, Stream, StreamExt};
use serde_json::Value as Json;
use tokio::time::{Instant, sleep_until, timeout};

use super::close::{DUPLICATE, End, FORBIDDEN, GREETED_TWICE, MALFORMED, NOT_GREETED, TOO_OFTEN, UNAUTHORIZED, broken};
use super::cookie::Presented;
use super::door::Caller;
use super::execute::{Answered, execute, finished, invalid, panicked};
use super::graphql::{self, Asked, admit, read_request, variables};
use super::sockets::STOPPED;
use super::{Peer, Service, refuse, refuse_with};
use crate::api::ApiError;
use crate::api::admission::{Admitted, Door};
use crate::api::subscription::Following;

const PROTOCOL: &str = "graphql-transport-ws";

/// Bytes read and written at once; each open socket holds as much.
const BUFFER_BYTES: usize = 8 * 1024;

/// Bytes of an operation's id; clients send numbers or UUIDs.
const ID_BYTES: usize = 128;

/// `GET /graphql`: a socket where one is asked for, else a query.
pub async fn get(
    State(service): State<Arc<Service>>,
    query: RawQuery,
    headers: HeaderMap,
    peer: Option<Extension<Peer>>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let asked = headers.get(header::UPGRADE).is_some_and(|to| to.as_bytes().eq_ignore_ascii_case(b"websocket"));
    if !asked {
        return graphql::get(State(service), query, Peer::of(peer), headers).await;
    }
    let peer = Peer::of(peer);
    let Ok(upgrade) = upgrade else {
        return refuse(
            StatusCode::BAD_REQUEST,
            "MALFORMED_UPGRADE",
            "这不是合法的 WebSocket 握手（需要 GET、版本 13 与密钥）。",
            "This is no WebSocket handshake: GET, version 13 and a key are needed.",
        );
    };
    let upgrade = upgrade.protocols([PROTOCOL]);
    if upgrade.selected_protocol().is_none() {
        return refuse(
            StatusCode::BAD_REQUEST,
            "SUBPROTOCOL",
            "请使用子协议 graphql-transport-ws。",
            "Use the sub-protocol graphql-transport-ws.",
        );
    }
    if service.sockets.are_stopping() {
        let (code, zh, en) = STOPPED;
        return refuse(StatusCode::SERVICE_UNAVAILABLE, code, zh, en);
    }
    let room = match service.sockets.enter(peer.0) {
        Ok(room) => room,
        Err(error) => return refuse_with(StatusCode::SERVICE_UNAVAILABLE, &error),
    };
    let held = match service.session_of_socket(&headers) {
        Ok(held) => held,
        Err(refused) => return *refused,
    };
    let most = service.limits.body_bytes;
    let upgrade = upgrade.max_message_size(most).max_frame_size(most);
    upgrade.read_buffer_size(BUFFER_BYTES).write_buffer_size(BUFFER_BYTES).on_upgrade(move |socket| async move {
        Conversation::new(service, socket, (peer, held)).go().await;
        drop(room);
    })
}

/// What the payload of `connection_init` gives as `authorization`; none is the public.
fn authorization(payload: &Json) -> Option<String> {
    let mut fields = payload.as_object()?.iter();
    let (_, given) = fields.find(|(name, _)| name.eq_ignore_ascii_case("authorization"))?;
    Some(given.as_str().unwrap_or_default().to_owned())
}

/// What an operation has to say.
enum Word {
    Answer(String, Answered),
    Done(String),
}

/// An operation that has not ended.
struct Open {
    stop: AbortHandle,
    /// Does it go on until somebody ends it?
    follows: bool,
}

type Words = Pin<Box<dyn Stream<Item = Word> + Send>>;

struct Conversation {
    service: Arc<Service>,
    socket: WebSocket,
    peer: Peer,
    /// The session that came with the handshake.
    held: Option<Presented>,
    /// What `connection_init` said of who asks; none until then.
    greeted: Option<Option<String>>,
    open: HashMap<String, Open>,
    words: SelectAll<Words>,
}

impl Conversation {
    fn new(service: Arc<Service>, socket: WebSocket, (peer, held): (Peer, Option<Presented>)) -> Self {
        Self { service, socket, peer, held, greeted: None, open: HashMap::new(), words: SelectAll::new() }
    }

    async fn go(mut self) {
        let mut end = self.until_end().await;
        let within = self.service.sockets.close_within;
        if matches!(end, End::Stopping) {
            end = timeout(within, self.finish()).await.unwrap_or(End::Stopping);
        }
        self.words.clear();
        if let Some((code, reason)) = end.said() {
            let frame = CloseFrame { code, reason: reason.into() };
            let _ = timeout(within, self.socket.send(Message::Close(Some(frame)))).await;
        }
        if !matches!(end, End::Gone) {
            // The peer says that it has heard; until then what it still sends is thrown away.
            let _ = timeout(within, async { while let Some(Ok(_)) = self.socket.recv().await {} }).await;
        }
    }

    async fn until_end(&mut self) -> End {
        let limits = Arc::clone(&self.service.limits);
        let mut stopping = self.service.sockets.stopping.subscribe();
        let greeted_by = Instant::now() + Duration::from_millis(limits.socket_init_ms);
        let ping_every = Duration::from_millis(limits.socket_ping_ms);
        let mut ping_at = Instant::now() + ping_every;
        let mut heard = true;
        loop {
            let step = tokio::select! {
                message = self.socket.recv() => {
                    heard = true;
                    self.hear(message).await
                }
                Some(word) = self.words.next(), if !self.words.is_empty() => self.tell(word).await,
                () = sleep_until(ping_at) => {
                    ping_at = Instant::now() + ping_every;
                    match (std::mem::take(&mut heard), self.still_let_in()) {
                        (true, Ok(())) => self.send(Message::Ping(Bytes::new())).await,
                        // Who follows with a token that no longer counts is shown out by then.
                        (true, Err(end)) => Err(end),
                        (false, _) => Err(End::Gone),
                    }
                }
                () = sleep_until(greeted_by), if self.greeted.is_none() => Err(NOT_GREETED),
                () = async { let _ = stopping.wait_for(|stop| *stop).await; } => Err(End::Stopping),
            };
            if let Err(end) = step {
                return end;
            }
        }
    }

    /// Let what was asked be answered: a write that is carried out must not go untold. What
    /// follows changes has no end and is ended.
    async fn finish(&mut self) -> End {
        self.open.retain(|_, operation| {
            if operation.follows {
                operation.stop.abort();
            }
            !operation.follows
        });
        loop {
            let step = tokio::select! {
                word = self.words.next() => match word {
                    Some(word) => self.tell(word).await,
                    None => Err(End::Stopping),
                },
                message = self.socket.recv() => self.hear(message).await,
            };
            if let Err(end) = step {
                return end;
            }
        }
    }

    async fn hear(&mut self, message: Option<Result<Message, axum::Error>>) -> Result<(), End> {
        match message {
            Some(Ok(Message::Text(text))) => match serde_json::from_str(&text) {
                Ok(message) => self.receive(message).await,
                Err(_) => Err(MALFORMED),
            },
            Some(Ok(Message::Binary(_))) => Err(MALFORMED),
            // Answered by the layer below.
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(()),
            Some(Ok(Message::Close(_))) => Err(End::Closed),
            Some(Err(error)) => Err(broken(error)),
            None => Err(End::Gone),
        }
    }

    async fn receive(&mut self, message: Json) -> Result<(), End> {
        let Json::Object(mut message) = message else { return Err(MALFORMED) };
        let payload = message.remove("payload").unwrap_or_default();
        let is_object = matches!(payload, Json::Null | Json::Object(_));
        let text = |name: &str| message.get(name).and_then(Json::as_str);
        let id = || text("id").filter(|id| (1..=ID_BYTES).contains(&id.len())).ok_or(MALFORMED);
        match text("type") {
            Some("connection_init") if is_object => {
                if self.greeted.is_some() {
                    return Err(GREETED_TWICE);
                }
                self.greeted = Some(authorization(&payload));
                // Guessing has its rate here as well.
                if self.service.counts(self.peer).is_err() {
                    return Err(TOO_OFTEN);
                }
                self.caller()?;
                self.say("connection_ack").await
            }
            Some("ping") if is_object => self.say("pong").await,
            Some("pong") if is_object => Ok(()),
            Some("subscribe") => {
                let id = id()?.to_owned();
                let caller = self.caller()?.at(self.peer);
                if self.open.contains_key(&id) {
                    return Err(DUPLICATE);
                }
                let asked = read_request(payload).map_err(|_| MALFORMED)?;
                self.begin(id, asked, caller).await
            }
            Some("complete") => {
                if let Some(operation) = self.open.remove(id()?) {
                    operation.stop.abort();
                }
                Ok(())
            }
            _ => Err(MALFORMED),
        }
    }

    /// Who asks, judged anew each time: a token may be revoked.
    fn caller(&self) -> Result<Caller, End> {
        match (self.greeted.as_ref().ok_or(UNAUTHORIZED)?, &self.held) {
            (None, None) => Ok(self.service.without_token()),
            (None, Some(held)) => self.service.authenticate_session(held).map_err(|_| FORBIDDEN),
            (Some(text), None) => self.service.authenticate_text(text).map_err(|_| FORBIDDEN),
            // Two opinions on who asks.
            (Some(_), Some(_)) => Err(FORBIDDEN),
        }
    }

    /// The same where nothing was asked: an open page alone keeps nobody logged in.
    fn still_let_in(&self) -> Result<(), End> {
        match (&self.greeted, &self.held) {
            (None, _) => Ok(()),
            (Some(_), None) => self.caller().map(drop),
            (Some(_), Some(held)) => self.service.still_counts(held).then_some(()).ok_or(FORBIDDEN),
        }
    }

    async fn begin(&mut self, id: String, mut asked: Asked, caller: Caller) -> Result<(), End> {
        if self.service.sockets.are_stopping() {
            let (code, zh, en) = STOPPED;
            return self.refuse(&id, ApiError::new(code, zh, en).body()).await;
        }
        let most = self.service.limits.socket_subscriptions;
        if self.open.len() >= most {
            let error = ApiError::new(
                "TOO_MANY_SUBSCRIPTIONS",
                format!("一个连接最多同时有 {most} 个操作。请先结束一些。"),
                format!("A socket has at most {most} operations at a time. Complete some first."),
            );
            return self.refuse(&id, error.body()).await;
        }
        let begun = self.service.turn_of(&caller, self.peer).and_then(|mut turn| {
            let variables = variables(&self.service, std::mem::take(&mut asked.variables))?;
            let admitted = admit(&self.service, &asked, &variables, Door::Socket, (&caller, turn.client()))?;
            turn.reserve(admitted.price.total())?;
            Ok((admitted, turn))
        });
        let (admitted, mut turn) = match begun {
            Ok(begun) => begun,
            Err(error) => return self.refuse(&id, error.body()).await,
        };
        let service = Arc::clone(&self.service);
        let follows = admitted.operation == OperationType::Subscription;
        let answers = match admitted.operation {
            // It may go on for hours, and pays for its first message; how many there are is bounded.
            OperationType::Subscription => follow(service, admitted, asked.operation_name, &caller),
            OperationType::Query | OperationType::Mutation => {
                let answer = async move {
                    let answered =
                        execute(&service, admitted, asked.operation_name, (caller, None), turn.client()).await;
                    turn.spent(answered.used);
                    answered
                };
                stream::once(answer).boxed()
            }
        };
        let (named, done) = (id.clone(), Word::Done(id.clone()));
        let words = answers.map(move |answer| Word::Answer(named.clone(), answer));
        let (words, stop) = stream::abortable(words.chain(stream::once(std::future::ready(done))));
        self.words.push(Box::pin(words));
        self.open.insert(id, Open { stop, follows });
        Ok(())
    }

    async fn tell(&mut self, word: Word) -> Result<(), End> {
        match word {
            Word::Answer(id, answer) if answer.status == StatusCode::OK => {
                // The answer is JSON already.
                let text = format!(r#"{{"id":{},"type":"next","payload":{}}}"#, Json::from(id), answer.body);
                self.send(Message::Text(text.into())).await
            }
            Word::Answer(id, answer) => {
                if let Some(operation) = self.open.remove(&id) {
                    operation.stop.abort();
                }
                self.refuse(&id, serde_json::from_str(&answer.body).unwrap_or_default()).await
            }
            Word::Done(id) => {
                self.open.remove(&id);
                let text = serde_json::json!({ "id": id, "type": "complete" }).to_string();
                self.send(Message::Text(text.into())).await
            }
        }
    }

    /// End an operation with the errors of a body that has nothing else.
    async fn refuse(&mut self, id: &str, mut body: Json) -> Result<(), End> {
        let text = serde_json::json!({ "id": id, "type": "error", "payload": body["errors"].take() }).to_string();
        self.send(Message::Text(text.into())).await
    }

    async fn say(&mut self, name: &str) -> Result<(), End> {
        let text = serde_json::json!({ "type": name }).to_string();
        self.send(Message::Text(text.into())).await
    }

    /// Nothing else is done meanwhile: whoever does not read is not read from either.
    async fn send(&mut self, message: Message) -> Result<(), End> {
        let within = Duration::from_millis(self.service.limits.socket_send_ms);
        match timeout(within, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(End::Gone),
        }
    }
}

/// The answers of a subscription.
fn follow(
    service: Arc<Service>,
    admitted: Admitted,
    operation_name: Option<String>,
    caller: &Caller,
) -> Pin<Box<dyn Stream<Item = Answered> + Send>> {
    if let Some(refused) = invalid(&service, &admitted, caller) {
        return stream::once(std::future::ready(refused)).boxed();
    }
    let sees_schema = service.shows_schema_to(caller);
    let following = Following {
        engine: Arc::clone(&service.engine),
        rights: caller.rights(&service.engine.view(), crate::engine::today()),
        limits: Arc::clone(&service.limits),
        store: Arc::clone(&service.store),
        head: service.head.subscribe(),
    };
    let mut request = GraphRequest::new("").variables(admitted.variables.clone()).data(following);
    request.operation_name = operation_name;
    request.set_parsed_query(admitted.known.document.clone());
    let answers = AssertUnwindSafe(service.schemas.execute_stream(request)).catch_unwind();
    let answer = move |answer| match answer {
        Ok(answer) => finished(&service, answer, sees_schema),
        Err(_) => panicked(),
    };
    answers.map(answer).boxed()
}
