//! Listening: connections are taken up, counted, and looked after until each has ended. In place of
//! `axum::serve`, which has no time-outs and no bound on connections. HTTP/1 alone: nothing here
//! needs HTTP/2, and its ways to be abused need not be guarded against.

mod connection;
mod descriptors;
mod framing;
mod refusals;
mod roster;
mod standing;
mod watched;

use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use futures_util::FutureExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use self::connection::House;
use self::refusals::Refusal;
use self::roster::Roster;
use crate::config::Limits;

/// Connections that are being told that there is no room, at the same time; more are closed at once.
const TOLD_AT_ONCE: usize = 64;

/// How long nothing is accepted after the system could not give a connection.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Connections waiting to be accepted that are still taken up when the service stops.
const TAKEN_AT_STOP: usize = 1_024;

/// Serve until told to stop; then take up nothing more, and return when what runs has been answered,
/// or after `stop_ms`. WebSockets are not waited for: they have their own list.
pub async fn listen(listener: TcpListener, routes: Router, limits: &Limits, stop: impl Future<Output = ()>) {
    let roster = Arc::new(Roster::new(descriptors::connections(limits.connections)));
    let house = Arc::new(House { routes, limits: limits.clone(), roster });
    let mut open = Open { house, connections: JoinSet::new(), told: JoinSet::new() };
    let mut stop = pin!(stop);
    loop {
        tokio::select! {
            biased;
            () = &mut stop => break,
            Some(ended) = open.connections.join_next() => report(ended),
            Some(_) = open.told.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, address)) => open.admit(stream, address),
                Err(error) => open.wait_out(&error).await,
            },
        }
    }
    // Who has knocked already is let in.
    for _ in 0..TAKEN_AT_STOP {
        let Some(Ok((stream, address))) = listener.accept().now_or_never() else { break };
        open.admit(stream, address);
    }
    drop(listener);
    open.finish().await;
}

struct Open {
    house: Arc<House>,
    connections: JoinSet<()>,
    told: JoinSet<()>,
}

impl Open {
    fn admit(&mut self, stream: TcpStream, address: std::net::SocketAddr) {
        let house = Arc::clone(&self.house);
        match self.house.roster.seat() {
            Some(seat) => {
                // Answers are written whole; waiting for more to send would only delay them.
                let _ = stream.set_nodelay(true);
                self.connections.spawn(connection::run(stream, address, seat, house));
            }
            None if self.told.len() < TOLD_AT_ONCE => {
                self.told.spawn(async move { Refusal::Connections.tell(stream, &house.limits).await });
            }
            None => {}
        }
    }

    /// The system has no connection to give. One that went away meanwhile is nothing; where it is
    /// short of descriptors or memory, an idle connection makes room, and the others get some time.
    async fn wait_out(&self, error: &io::Error) {
        use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
        if matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted) {
            return;
        }
        let made_room = self.house.roster.give_one_up();
        tracing::warn!(%error, made_room, "a connection could not be accepted");
        sleep(ACCEPT_PAUSE).await;
    }

    async fn finish(mut self) {
        self.house.roster.stop();
        let within = Duration::from_millis(self.house.limits.stop_ms);
        let all = async {
            while let Some(ended) = self.connections.join_next().await {
                report(ended)
            }
        };
        if timeout(within, all).await.is_err() {
            let cut = self.connections.len();
            tracing::warn!(cut, "connections were cut off, since they took longer than stop_ms");
        }
    }
}

/// A connection has ended; a fault of ours in it has ended nothing else.
fn report(ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended
        && error.is_panic()
    {
        tracing::error!("a connection broke off");
    }
}
