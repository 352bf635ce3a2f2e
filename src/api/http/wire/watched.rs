//! The stream of a connection, which notes what is read and written. It must never change a byte,
//! and holds no clock of its own: `connection` looks at what was noted.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::framing::Framing;
use super::roster::Seat;
use super::standing::{Phase, Progress};

/// A stream and its place among all of them, which it keeps while it is open, as a WebSocket too.
#[derive(Debug)]
pub(super) struct Watched {
    pub(super) stream: TcpStream,
    seat: Seat,
    framing: Framing,
    /// Has a head grown too large? Then nothing more is read.
    full: bool,
}

impl Watched {
    pub(super) fn new(stream: TcpStream, seat: Seat, framing: Framing) -> Self {
        Self { stream, seat, framing, full: false }
    }

    fn note(&self, written: &Poll<io::Result<usize>>) {
        match written {
            Poll::Ready(Ok(length)) if *length > 0 => self.seat.standing.wrote(Progress::Some),
            Poll::Ready(_) => {}
            Poll::Pending => self.seat.standing.wrote(Progress::None),
        }
    }
}

impl AsyncRead for Watched {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let me = self.get_mut();
        let phase = me.seat.standing.state().phase;
        if me.full || phase == Phase::Taken {
            // `connection` ends it as soon as it may.
            return Poll::Pending;
        }
        let before = buffer.filled().len();
        ready!(Pin::new(&mut me.stream).poll_read(cx, buffer))?;
        if phase == Phase::Upgraded || buffer.filled().len() == before {
            return Poll::Ready(Ok(()));
        }
        let overflow = me.framing.feed(&buffer.filled()[before..]);
        me.seat.standing.read(&me.framing, overflow.map(|(what, _)| what));
        let Some((_, good)) = overflow else { return Poll::Ready(Ok(())) };
        me.full = true;
        buffer.set_filled(before + good);
        if good > 0 { Poll::Ready(Ok(())) } else { Poll::Pending }
    }
}

impl AsyncWrite for Watched {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let me = self.get_mut();
        let written = Pin::new(&mut me.stream).poll_write(cx, bytes);
        me.note(&written);
        written
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let me = self.get_mut();
        let written = Pin::new(&mut me.stream).poll_write_vectored(cx, parts);
        me.note(&written);
        written
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}
