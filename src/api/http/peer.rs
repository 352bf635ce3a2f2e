//! Where a request comes from. It must never believe what a client says of itself: `X-Forwarded-For`
//! counts only where it was written by a proxy that the operator has named.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::Extension;
use axum::http::HeaderMap;

const FORWARDED: &str = "x-forwarded-for";

/// The address of the client, as an extension of every request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer(pub IpAddr);

impl Default for Peer {
    /// Of a request that came over no connection of ours: this machine.
    fn default() -> Self {
        Self(IpAddr::V4(Ipv4Addr::LOCALHOST))
    }
}

impl Peer {
    /// Of a request, where it is said.
    pub(super) fn of(said: Option<Extension<Peer>>) -> Self {
        said.map_or_else(Self::default, |Extension(peer)| peer)
    }

    /// The client behind this one, where this one is a proxy: the last address of
    /// `X-Forwarded-For` that is none of the proxies. What stands before it anybody may have written.
    pub(super) fn behind(self, proxies: &[IpAddr], headers: &HeaderMap) -> Self {
        let is_proxy = |address: IpAddr| proxies.iter().any(|proxy| proxy.to_canonical() == address);
        let mut nearest = self.0.to_canonical();
        let lines: Vec<&str> = headers.get_all(FORWARDED).iter().map(|line| line.to_str().unwrap_or("?")).collect();
        let mut hops = lines.iter().rev().flat_map(|line| line.rsplit(','));
        while is_proxy(nearest) {
            let Some(before) = hops.next().and_then(address) else { break };
            nearest = before;
        }
        Self(nearest)
    }
}

/// An address, with or without a port.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let found = bare.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()));
    found.map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(from: &str, lines: &[&str]) -> String {
        let proxies: Vec<IpAddr> = ["10.0.0.1", "10.0.0.2", "fd00::1"].map(|text| text.parse().unwrap()).to_vec();
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(FORWARDED, line.parse().unwrap());
        }
        Peer(from.parse().unwrap()).behind(&proxies, &headers).0.to_string()
    }

    #[test]
    fn only_proxies_are_believed() {
        for (from, lines, client) in [
            ("10.0.0.1", &["198.51.100.7"][..], "198.51.100.7"),
            // From anybody else the header says nothing.
            ("203.0.113.9", &["198.51.100.7"], "203.0.113.9"),
            // What the client has written itself stands before what the proxy has added.
            ("10.0.0.1", &["127.0.0.1, 198.51.100.7"], "198.51.100.7"),
            ("10.0.0.1", &["127.0.0.1", "198.51.100.7"], "198.51.100.7"),
            ("10.0.0.1", &["127.0.0.1, 198.51.100.7, 10.0.0.2"], "198.51.100.7"),
            ("10.0.0.1", &["198.51.100.7:40000"], "198.51.100.7"),
            ("::ffff:10.0.0.1", &["[2001:db8::1]:443"], "2001:db8::1"),
            ("fd00::1", &["[2001:db8::1]"], "2001:db8::1"),
            // Where nothing can be read, the last one that is known counts.
            ("10.0.0.1", &["198.51.100.7, nonsense"], "10.0.0.1"),
            ("10.0.0.1", &["nonsense, 10.0.0.2"], "10.0.0.2"),
            ("10.0.0.1", &[], "10.0.0.1"),
        ] {
            assert_eq!(found(from, lines), client, "{from} {lines:?}");
        }
    }
}
