//! Who is asking: the `Authorization` header, or the same text from elsewhere, becomes rights and
//! an actor's name. A token that is presented and does not count refuses the whole request, also
//! where nothing secret is asked for: who believes to be let in should learn that they are not.
//!
//! What was presented is never logged and never answered back.

use std::net::IpAddr;
use std::sync::Arc;

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;

use super::cookie::{self, Cookies};
use super::session::{session_ended, two_at_once};
use super::{Peer, Service, refuse, refuse_with};
use crate::api::admission::{Client, Turn};
use crate::api::error::ApiError;
use crate::domain::command::Reference;
use crate::domain::identifier::Scheme;
use crate::domain::{Day, Kind};
use crate::engine::View;
use crate::graph::{Budget, Lens};
use crate::oidc;
use crate::rights::{Rights, Role};
use crate::tokens::{PREFIX, TokenError};

/// Who asks.
#[derive(Clone, Debug)]
pub struct Caller {
    /// What they are.
    pub role: Role,
    /// The code of the region they work for, as it was given with the role.
    pub region: Option<Arc<str>>,
    /// Their name, on everything they write; none for the public.
    pub actor: Option<Arc<str>>,
    /// What their page has to show besides the cookie of its session, where that is how they came.
    pub page_key: Option<blake3::Hash>,
    /// The address from which they ask, where it is known.
    pub from: Option<IpAddr>,
}

/// A refusal, ready to be sent.
pub type Refused = Box<Response>;

impl Caller {
    /// Nobody in particular.
    pub fn public() -> Self {
        Self { role: Role::Public, region: None, actor: None, page_key: None, from: None }
    }

    /// The same, asking from there.
    pub(super) fn at(self, peer: Peer) -> Self {
        Self { from: Some(peer.0), ..self }
    }

    /// What they may in a view, on a day. A region that is not known there, or that several go by,
    /// is none.
    pub fn rights(&self, view: &View, day: Day) -> Rights {
        let Some(code) = self.region.as_deref().filter(|_| self.role.needs_region()) else {
            return Rights::of(self.role);
        };
        let budget = Budget::new(0);
        let lens = Lens::new(view.state(), day, Rights::of(Role::Public), &budget);
        // By its code alone: a key of an import must not pass for one.
        let reference = Reference::Code(format!("{}/{code}", Scheme::RegionCode.name()));
        match lens.fitting(&reference, &[Kind::Region]).as_slice() {
            [region] => Rights::within(self.role, lens.id(*region)),
            _ => Rights::of(self.role),
        }
    }
}

impl Service {
    /// Who sent these headers, and their turn among all that they ask. Whoever shows a token that
    /// does not count is counted by the address: guessing has its rate too.
    pub(super) fn let_in(&self, headers: &HeaderMap, peer: Peer) -> Result<(Caller, Turn), Refused> {
        let too_many = |error: ApiError| Box::new(refuse_with(StatusCode::TOO_MANY_REQUESTS, &error));
        match self.authenticate(headers) {
            Ok(caller) => {
                let turn = self.turn_of(&caller, peer).map_err(too_many)?;
                Ok((caller.at(peer), turn))
            }
            Err(unknown) => {
                self.counts(peer).map_err(too_many)?;
                Err(unknown)
            }
        }
    }

    /// Count one try of an address.
    pub(super) fn counts(&self, peer: Peer) -> Result<(), ApiError> {
        self.clients.admit(&Client::Address(peer.0), self.clients.now())?;
        Ok(())
    }

    /// The turn of a request: of the holder of a token, or of an address.
    pub(super) fn turn_of(&self, caller: &Caller, peer: Peer) -> Result<Turn, ApiError> {
        let client = caller.actor.clone().map_or(Client::Address(peer.0), Client::Holder);
        Ok(self.clients.admit(&client, self.clients.now())?)
    }

    /// Who sent these headers. With neither `Authorization` nor the cookie of a session it is the
    /// public; with both nobody knows who.
    pub fn authenticate(&self, headers: &HeaderMap) -> Result<Caller, Refused> {
        let mut given = headers.get_all(header::AUTHORIZATION).iter();
        match (given.next(), given.next(), cookie::read(headers)) {
            (None, _, Cookies::None) => Ok(self.without_token()),
            (None, _, Cookies::One(held)) => self.authenticate_session(&held),
            (None, _, Cookies::Several) => Err(session_ended()),
            (Some(only), None, Cookies::None) => self.authenticate_text(only.to_str().unwrap_or_default()),
            (Some(_), Some(_), Cookies::None) => Err(unauthenticated(&TokenError::Malformed)),
            (Some(_), _, _) => Err(two_at_once()),
        }
    }

    /// Who comes without a token: the public, or whom the service was told to trust.
    pub(super) fn without_token(&self) -> Caller {
        match &self.trusted {
            Some(actor) => Caller { role: Role::Administrator, actor: Some(Arc::clone(actor)), ..Caller::public() },
            None => Caller::public(),
        }
    }

    /// Who wrote `Bearer igt_…`.
    pub fn authenticate_text(&self, text: &str) -> Result<Caller, Refused> {
        let presented = match text.split_once(' ') {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("bearer") => rest.trim_start_matches(' '),
            _ => return Err(unauthenticated(&TokenError::Malformed)),
        };
        if let Some(sign_on) = self.sign_on.as_ref().filter(|_| oidc::looks_like_one(presented)) {
            return sign_on
                .judge(presented)
                .map_err(|flaw| {
                    // Anybody can send these, as many as they like.
                    tracing::debug!(%flaw, "a request was refused");
                    unauthenticated(&TokenError::Unknown)
                })
                .map(|holder| Caller {
                    role: holder.role,
                    region: holder.region,
                    actor: Some(holder.name),
                    ..Caller::public()
                });
        }
        // Without a data directory there are no tokens, so none is known.
        let judged = self.tokens.as_ref().map_or(Err(TokenError::Unknown), |tokens| tokens.judge(presented));
        match judged {
            Ok(holder) => {
                Ok(Caller { role: holder.role, region: holder.region, actor: Some(holder.name), ..Caller::public() })
            }
            Err(error) => Err(unauthenticated(&error)),
        }
    }
}

/// Does a parameter of the address hold a token? It has no business there: addresses are logged.
pub(super) fn holds_a_token(parameters: &[(String, String)]) -> bool {
    let is_one = |text: &str| text.starts_with(PREFIX) || oidc::looks_like_one(text);
    parameters.iter().any(|(_, value)| is_one(value.trim_start_matches("Bearer ")))
}

/// A token in the address: refused, and not to be used again.
pub(super) fn token_in_address() -> Response {
    refuse(
        StatusCode::BAD_REQUEST,
        "TOKEN_IN_ADDRESS",
        "令牌不能写在网址里：网址会留在日志和浏览记录中。请撤销这个令牌，新建一个，放在 Authorization 请求头里。",
        "A token does not belong in an address: addresses are kept in logs. Revoke it, make a new one, and send it in the Authorization header.",
    )
}

/// Unknown, revoked and "the file of tokens is damaged" are one answer.
fn unauthenticated(error: &TokenError) -> Refused {
    let (zh, en) = match error {
        TokenError::Malformed => (
            "Authorization 请求头不是一个令牌。只写一个，格式为：Bearer igt_ 加 64 位十六进制数字；只查公开数据时去掉它。",
            "The Authorization header holds no token. Send one of the form: Bearer igt_ and 64 hexadecimal digits; leave it out to read public data.",
        ),
        TokenError::Expired(_) => (
            "令牌已过期。请向管理员索取新的令牌；只查公开数据时去掉 Authorization 请求头。",
            "The token has expired. Ask the administrator for a new one, or leave the Authorization header out to read public data.",
        ),
        _ => (
            "令牌无效。请核对，或向管理员索取新的令牌；只查公开数据时去掉 Authorization 请求头。",
            "The token does not count. Check it, ask the administrator for a new one, or leave the Authorization header out to read public data.",
        ),
    };
    match error {
        // Anybody can send these, as many as they like.
        TokenError::Malformed | TokenError::Unknown => tracing::debug!(%error, "a request was refused"),
        // Somebody held a token, or the file was reported as damaged when it was read.
        _ => tracing::info!(%error, "a request was refused"),
    }
    let mut answer = refuse(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", zh, en);
    answer.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    Box::new(answer)
}
