//! `/session`: log in with name and password, go, choose another password, and ask who one is. For
//! pages of this service alone; programs hold tokens.
//!
//! One JSON object a request and one try in it: there is nothing to repeat by aliases or lists. A
//! hash is computed beside the tasks that answer, so many at a time and no more.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::cookie::{self, Cookies, Presented};
use super::door::{Caller, Refused};
use super::graphql::is_json;
use super::{Peer, Service, refuse, refuse_with};
use crate::accounts::{Account, Accounts, Bound, ChangeError, LoginError, page_key};
use crate::api::error::{ApiError, internal};
use crate::engine::now_ms;

/// By which a page shows that it was given the session.
const PAGE_KEY: &str = "x-csrf-token";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LogIn {
    name: String,
    password: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Choose {
    password: String,
    new_password: String,
}

/// `POST /session`
pub(super) async fn log_in(
    State(service): State<Arc<Service>>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let peer = Peer::of(peer);
    answered(async {
        let LogIn { name, password } = service.read_json(&headers, peer, body).await?;
        let account = service.hash(move |accounts| accounts.log_in(&name, &password, peer.0)).await?;
        // What was held before is given up: nobody goes on under a session that somebody else knows.
        if let Cookies::One(held) = cookie::read(&headers) {
            service.sessions.end(held.label, &held.secret);
        }
        service.welcome(&headers, &account)
    })
    .await
}

/// `GET /session`. A page asks whenever it is opened: not to be logged in is no error, to have been is.
pub(super) async fn who(State(service): State<Arc<Service>>, headers: HeaderMap) -> Response {
    if matches!(cookie::read(&headers), Cookies::None) {
        return json(&serde_json::json!({ "loggedIn": false }));
    }
    answered(async {
        let (held, account) = service.session(&headers)?;
        Ok(told(&service, &held, &account))
    })
    .await
}

/// `DELETE /session`
pub(super) async fn log_out(
    State(service): State<Arc<Service>>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
) -> Response {
    let peer = Peer::of(peer);
    answered(async {
        let (held, account) = service.session(&headers)?;
        is_meant(&headers, Some(page_key(held.label, &held.secret)))?;
        service.sessions.end(held.label, &held.secret);
        service.hash(move |accounts| Ok(accounts.log_out(&account.name, peer.0)?)).await?;
        let mut answer = StatusCode::NO_CONTENT.into_response();
        cookie::clear(answer.headers_mut());
        Ok(answer)
    })
    .await
}

/// `POST /session/password`
pub(super) async fn choose(
    State(service): State<Arc<Service>>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let peer = Peer::of(peer);
    answered(async {
        let (held, account) = service.session(&headers)?;
        is_meant(&headers, Some(page_key(held.label, &held.secret)))?;
        let Choose { password, new_password } = service.read_json(&headers, peer, body).await?;
        let name = account.name;
        let account = service.hash(move |it| it.choose(&name, &password, &new_password, peer.0)).await?;
        service.sessions.end(held.label, &held.secret);
        service.welcome(&headers, &account)
    })
    .await
}

/// Does the page show that it was given the session? Of whoever comes without one nothing is asked.
pub(super) fn is_meant(headers: &HeaderMap, expected: Option<blake3::Hash>) -> Result<(), Refused> {
    let Some(expected) = expected else { return Ok(()) };
    let mut given = headers.get_all(PAGE_KEY).iter();
    let (only, more) = (given.next(), given.next());
    let given = only.filter(|_| more.is_none()).and_then(|given| blake3::Hash::from_hex(given.as_bytes()).ok());
    // Compared in constant time.
    if given.is_some_and(|given| given == expected) {
        return Ok(());
    }
    Err(Box::new(refuse(
        StatusCode::FORBIDDEN,
        "CSRF",
        "请求缺少 X-CSRF-Token，或与会话不符，没有执行。请带上登录时（或 GET /session）得到的 csrfToken。",
        "X-CSRF-Token is missing or is not the one of the session; nothing was carried out. Send the csrfToken that logging in (or GET /session) gave.",
    )))
}

async fn answered(work: impl Future<Output = Result<Response, Refused>>) -> Response {
    work.await.unwrap_or_else(|refused| *refused)
}

/// Who somebody is, as their page is told.
fn told(service: &Service, held: &Presented, account: &Account) -> Response {
    json(&serde_json::json!({
        "loggedIn": true,
        "name": account.name,
        "role": account.role.name(),
        "roleZh": account.role.zh(),
        "region": account.region,
        "mustChange": account.must_change,
        "csrfToken": page_key(held.label, &held.secret).to_hex().as_str(),
        "idleMinutes": service.rules.idle_minutes,
        "sessionHours": service.rules.session_hours,
        "passwordCharacters": service.rules.password_characters,
    }))
}

fn json(body: &serde_json::Value) -> Response {
    ([(header::CONTENT_TYPE, "application/json; charset=utf-8")], body.to_string()).into_response()
}

/// There is no session, or there is none any more.
pub(super) fn session_ended() -> Refused {
    let mut answer = refuse(
        StatusCode::UNAUTHORIZED,
        "SESSION_ENDED",
        "没有登录，或登录已结束（退出、闲置、到时、密码或账号已变更）。请重新登录。",
        "You are not logged in, or no longer: logged out, idle, out of time, or the password or the account was changed. Log in again.",
    );
    cookie::clear(answer.headers_mut());
    Box::new(answer)
}

/// A session and a token at once are two opinions on who asks.
pub(super) fn two_at_once() -> Refused {
    Box::new(refuse(
        StatusCode::UNAUTHORIZED,
        "UNAUTHENTICATED",
        "请求同时带有 Authorization 与登录的 Cookie，无法判断是谁。请只用一种。",
        "The request has both an Authorization header and the cookie of a session. Send one of them.",
    ))
}

fn password_first() -> Refused {
    Box::new(refuse(
        StatusCode::FORBIDDEN,
        "PASSWORD_CHANGE_REQUIRED",
        "这是初始密码，请先修改：POST /session/password {\"password\":…,\"newPassword\":…}。",
        "This is a first password; choose one of your own: POST /session/password {\"password\":…,\"newPassword\":…}.",
    ))
}

fn refused(error: LoginError) -> Refused {
    Box::new(match error {
        LoginError::Refused => refuse(
            StatusCode::UNAUTHORIZED,
            "LOGIN_REFUSED",
            "名称或密码不对，或账号已停用、因多次输错而暂时锁定。请核对，稍后再试，或请管理员处理。",
            "The name or the password is wrong, or the account is disabled or locked for a while after too many tries. Check them, try later, or ask the administrator.",
        ),
        LoginError::TooMany(seconds) => {
            let error = ApiError::new(
                "TOO_MANY_TRIES",
                "从这个地址输错密码的次数太多。请过一会儿再试。",
                "Too many wrong passwords came from this address. Try again later.",
            );
            refuse_with(StatusCode::TOO_MANY_REQUESTS, &error.retry_after(seconds))
        }
        LoginError::Weak(weakness) => {
            let text = weakness.to_string();
            let (zh, en) = text.split_once('。').unwrap_or((&text, &text));
            refuse(StatusCode::BAD_REQUEST, "PASSWORD_WEAK", &format!("{zh}。"), &format!("{en}."))
        }
        LoginError::Fault(ChangeError::Audit(cause)) => {
            tracing::error!(%cause, "nobody can be let in by password");
            refuse(
                StatusCode::SERVICE_UNAVAILABLE,
                "AUDIT_UNWRITABLE",
                "审计日志写不进去，所以没有执行。请管理员检查磁盘（innograph audit verify）。",
                "The audit log cannot be written, so nothing was done. Have the administrator check the disk (innograph audit verify).",
            )
        }
        LoginError::Fault(cause) => {
            tracing::error!(%cause, "nobody can be let in by password");
            refuse(
                StatusCode::SERVICE_UNAVAILABLE,
                "LOGIN_UNAVAILABLE",
                "现在无法登录。请管理员查看日志（innograph doctor）。",
                "Nobody can log in now. Have the administrator look at the log (innograph doctor).",
            )
        }
    })
}

impl Service {
    /// The session of a request, whatever it may do.
    fn session(&self, headers: &HeaderMap) -> Result<(Presented, Account), Refused> {
        if headers.contains_key(header::AUTHORIZATION) {
            return Err(two_at_once());
        }
        let Cookies::One(held) = cookie::read(headers) else { return Err(session_ended()) };
        let account = self.account_of(&held).ok_or_else(session_ended)?;
        Ok((held, account))
    }

    /// Whose session is presented, by somebody who does something.
    fn account_of(&self, held: &Presented) -> Option<Account> {
        let bound = self.sessions.find(held.label, &held.secret, now_ms())?;
        let account = self.accounts.as_ref()?.bound(&bound);
        if account.is_none() {
            self.sessions.end(held.label, &held.secret);
        }
        account
    }

    /// Does a session still count? Asking does not keep it from being idle.
    pub(super) fn still_counts(&self, held: &Presented) -> bool {
        let bound = self.sessions.peek(held.label, &held.secret, now_ms());
        bound.is_some_and(|bound| self.accounts.as_ref().is_some_and(|accounts| accounts.bound(&bound).is_some()))
    }

    /// Who presents a session, once they have a password of their own.
    pub(super) fn authenticate_session(&self, held: &Presented) -> Result<Caller, Refused> {
        let account = self.account_of(held).ok_or_else(session_ended)?;
        if account.must_change {
            return Err(password_first());
        }
        Ok(Caller {
            role: account.role,
            region: account.region.map(Arc::from),
            actor: Some(Arc::from(account.name)),
            page_key: Some(page_key(held.label, &held.secret)),
            from: None,
        })
    }

    /// The session that comes with the handshake of a WebSocket. A browser sends it for any page, and
    /// only `Origin` (judged before) tells whose the page is: without it there is no session.
    pub(super) fn session_of_socket(&self, headers: &HeaderMap) -> Result<Option<Presented>, Refused> {
        match cookie::read(headers) {
            Cookies::None => Ok(None),
            Cookies::Several => Err(session_ended()),
            Cookies::One(_) if !headers.contains_key(header::ORIGIN) => Err(Box::new(refuse(
                StatusCode::FORBIDDEN,
                "ORIGIN_FORBIDDEN",
                "带登录 Cookie 的 WebSocket 须有本服务页面的 Origin，没有连接。程序请去掉 Cookie，改用令牌。",
                "A WebSocket with the cookie of a session must name a page of this service as its Origin; it was not opened. Programs leave the cookie out and use a token.",
            ))),
            Cookies::One(held) => self.authenticate_session(&held).map(|_| Some(held)),
        }
    }

    /// Begin a session, and tell the page.
    fn welcome(&self, headers: &HeaderMap, account: &Account) -> Result<Response, Refused> {
        let bound = Bound { name: Arc::from(account.name.as_str()), epoch: account.epoch };
        let label = cookie::label_for(headers);
        let failed = || -> Refused {
            let error = internal("session", &"no chance to be had");
            Box::new(refuse(StatusCode::INTERNAL_SERVER_ERROR, error.code, &error.zh, &error.en))
        };
        let secret = self.sessions.begin(bound, label, now_ms()).ok_or_else(failed)?;
        let held = Presented { label, secret };
        let mut answer = told(self, &held, account);
        answer.headers_mut().append(header::SET_COOKIE, cookie::set(&held).ok_or_else(failed)?);
        Ok(answer)
    }

    /// The body of a request, counted as one try of its address.
    async fn read_json<T: DeserializeOwned>(&self, headers: &HeaderMap, peer: Peer, body: Body) -> Result<T, Refused> {
        self.counts(peer).map_err(|error| Box::new(refuse_with(StatusCode::TOO_MANY_REQUESTS, &error)))?;
        if !is_json(headers) {
            return Err(Box::new(refuse(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "UNSUPPORTED_MEDIA_TYPE",
                "请求正文应为 JSON：Content-Type: application/json。",
                "The body must be JSON: Content-Type: application/json.",
            )));
        }
        let bytes = super::body::read(body, &self.limits).await.map_err(Box::new)?;
        serde_json::from_slice(&bytes).map_err(|_| {
            Box::new(refuse(
                StatusCode::BAD_REQUEST,
                "MALFORMED_REQUEST",
                "正文应为一个 JSON 对象，字段一个不多、一个不少：登录 {\"name\",\"password\"}，改密码 {\"password\",\"newPassword\"}。",
                "The body is one JSON object with these fields and no others: {\"name\",\"password\"} to log in, {\"password\",\"newPassword\"} to choose a password.",
            ))
        })
    }

    /// Do something that takes a hash, in its turn, beside the tasks that answer.
    async fn hash<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Accounts) -> Result<T, LoginError> + Send + 'static,
    ) -> Result<T, Refused> {
        let Some(accounts) = self.accounts.clone() else { return Err(refused(LoginError::Refused)) };
        let within = Duration::from_millis(self.rules.hash_wait_ms);
        let turn = tokio::time::timeout(within, Arc::clone(&self.hashing).acquire_owned()).await;
        let Ok(Ok(turn)) = turn else {
            let busy = ApiError::new(
                "BUSY",
                "同时登录的人太多。请稍后再试。",
                "Too many are logging in at the same time. Try again shortly.",
            );
            return Err(Box::new(refuse_with(StatusCode::SERVICE_UNAVAILABLE, &busy.retry_after(1))));
        };
        let done = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            work(&accounts)
        });
        match done.await {
            Ok(done) => done.map_err(refused),
            Err(cause) => {
                let error = internal("session", &cause);
                Err(Box::new(refuse(StatusCode::INTERNAL_SERVER_ERROR, error.code, &error.zh, &error.en)))
            }
        }
    }
}
