//! One connection from its first byte to its last: hyper speaks HTTP/1 on it, and this looks after
//! each step at how long it has taken. A request that is carried out has no time-out here: its body
//! and its answer have their own.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, Request, Response, StatusCode, header};
use hyper::body::{Frame, Incoming, SizeHint};
use hyper::server::conn::http1::{Builder, UpgradeableConnection};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep_until};
use tower::Service as _;

use super::framing::{Framing, Overflow};
use super::refusals::{Refusal, linger};
use super::roster::{Roster, Seat};
use super::standing::{Certainty, Phase, Standing, State};
use super::watched::Watched;
use crate::api::http::edge::UncertainLength;
use crate::api::http::peer::Peer;
use crate::config::Limits;

/// Headers that hyper keeps room for by itself; more cost it an allocation a request.
const COMMON_HEADERS: usize = 100;

/// Bytes that hyper reads ahead and writes at once.
const BUFFER_BYTES: usize = 64 * 1024;

/// When the service stops, what was sent before may still be on its way to be read.
const STOP_GRACE: Duration = Duration::from_millis(50);

/// What all connections share.
pub(super) struct House {
    pub(super) routes: Router,
    pub(super) limits: Limits,
    pub(super) roster: Arc<Roster>,
}

/// How a connection ends.
enum End {
    /// hyper is done with it: the last answer is written, or the other side has gone.
    Served,
    /// It is told why.
    Refused(Refusal),
    /// Without a word.
    Closed,
    /// With what lies unread thrown away.
    Reset,
}

/// When it ends if nothing happens.
enum Due {
    Never,
    Now(End),
    At(Instant, End),
}

struct Connection {
    served: UpgradeableConnection<TokioIo<Watched>, Answers>,
    standing: Arc<Standing>,
    house: Arc<House>,
    sleep: Pin<Box<Sleep>>,
    /// When the sleep ends; earlier than due costs one look, and spares setting it for each request.
    set_to: Option<Instant>,
}

/// Serve a connection to its end.
pub(super) async fn run(stream: TcpStream, address: SocketAddr, seat: Seat, house: Arc<House>) {
    let limits = &house.limits;
    let standing = Arc::clone(&seat.standing);
    let answers =
        Answers { house: Arc::clone(&house), standing: Arc::clone(&standing), address: address.ip().to_canonical() };
    let watched = Watched::new(stream, seat, Framing::new(limits.header_bytes, limits.headers));
    let mut builder = Builder::new();
    // `Framing` speaks up before these do.
    builder.max_header_size(limits.header_bytes.saturating_add(4 * 1024));
    builder.max_buf_size(BUFFER_BYTES.max(limits.header_bytes.saturating_add(8 * 1024)));
    builder.header_read_timeout(None);
    if limits.headers > COMMON_HEADERS {
        builder.max_headers(limits.headers);
    }
    let served = builder.serve_connection(TokioIo::new(watched), answers).with_upgrades();
    let sleep = Box::pin(sleep_until(Instant::now()));
    let mut connection = Connection { served, standing, house: Arc::clone(&house), sleep, set_to: None };
    let end = std::future::poll_fn(|cx| connection.poll_end(cx)).await;
    // None where a WebSocket has it now.
    let Some(parts) = connection.served.into_parts() else { return };
    let stream = parts.io.into_inner().stream;
    match end {
        End::Served => linger(stream).await,
        End::Refused(refusal) => refusal.tell(stream, &house.limits).await,
        End::Closed => {}
        End::Reset => {
            let _ = stream.set_zero_linger();
        }
    }
}

impl Connection {
    fn poll_end(&mut self, cx: &mut Context<'_>) -> Poll<End> {
        self.standing.watch(cx.waker());
        if Pin::new(&mut self.served).poll(cx).is_ready() {
            return Poll::Ready(End::Served);
        }
        let due = self.due(&self.standing.state());
        let (at, end) = match due {
            Due::Never => return Poll::Pending,
            Due::Now(end) => return Poll::Ready(end),
            Due::At(at, end) => (at, end),
        };
        loop {
            if self.set_to.is_none_or(|set_to| at < set_to) {
                self.sleep.as_mut().reset(at);
                self.set_to = Some(at);
            }
            ready!(self.sleep.as_mut().poll(cx));
            if self.set_to.take().is_some_and(|set_to| set_to >= at) {
                return Poll::Ready(end);
            }
        }
    }

    fn due(&self, state: &State) -> Due {
        let limits = &self.house.limits;
        let after = |since: Instant, ms: u64| since + Duration::from_millis(ms);
        match (state.phase, state.stalled, state.overflow) {
            (Phase::Taken, _, _) => Due::Now(End::Closed),
            (Phase::Upgraded, _, _) => Due::Never,
            (_, Some(since), _) => Due::At(after(since, limits.write_ms), End::Reset),
            (Phase::Busy, None, _) => Due::Never,
            (_, None, Some(overflow)) => Due::Now(End::Refused(match overflow {
                Overflow::Address => Refusal::Address,
                Overflow::Bytes => Refusal::HeadBytes,
                Overflow::Lines => Refusal::HeadLines,
            })),
            (Phase::Head(since), None, None) => {
                Due::At(after(since, limits.header_ms), End::Refused(Refusal::HeadTime))
            }
            (Phase::Idle(since), None, None) => match self.house.roster.stopping_since() {
                Some(stopping) => Due::At(stopping + STOP_GRACE, End::Closed),
                None => Due::At(after(since, limits.idle_ms), End::Closed),
            },
        }
    }
}

/// The routes as hyper asks them.
struct Answers {
    house: Arc<House>,
    standing: Arc<Standing>,
    address: IpAddr,
}

/// A request that is carried out, or whose answer is not through.
struct Busy(Arc<Standing>);

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.end();
    }
}

/// The connection was given up in the moment in which it was used again.
#[derive(Debug)]
struct GivenUp;

impl fmt::Display for GivenUp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the connection was given up for another one")
    }
}

impl std::error::Error for GivenUp {}

impl hyper::service::Service<Request<Incoming>> for Answers {
    type Response = Response<Answer>;
    type Error = GivenUp;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, GivenUp>> + Send>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let Some(certainty) = self.standing.begin() else { return Box::pin(std::future::ready(Err(GivenUp))) };
        let busy = Busy(Arc::clone(&self.standing));
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(Peer(self.address));
        if certainty == Certainty::Doubtful {
            request.extensions_mut().insert(UncertainLength);
        }
        let answering = self.house.routes.clone().call(request);
        let roster = Arc::clone(&self.house.roster);
        Box::pin(async move {
            let Ok(mut response) = answering.await;
            if response.status() == StatusCode::SWITCHING_PROTOCOLS {
                busy.0.upgrade();
            } else if roster.stopping_since().is_some() {
                response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
            }
            Ok(response.map(|body| Answer { body, _busy: busy }))
        })
    }
}

/// An answer; the request counts as carried out until it has been taken to its end.
struct Answer {
    body: Body,
    _busy: Busy,
}

impl hyper::body::Body for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
