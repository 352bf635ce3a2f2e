//! One organization and two hops, asked of innograph, of a plain async-graphql server over the
//! same facts, and of an axum server that sends back the same bytes without looking at anything.
//!
//! Each is a process of its own with one worker thread. Never a mean over unlike moments: the
//! three take turns, and only what stood side by side is compared.

use std::io::Write as _;
use std::net::Ipv4Addr;
use std::path::Path;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::http::header;
use axum::routing::post;
use serde_json::{Value, json};

use super::client::{Client, post as post_bytes};
use super::process::Server;
use super::report::{PeerRow, Report};
use super::statistics::{median, ratio};
use super::store::{Firm, Store};
use super::{Extent, Outcome, plain};

const ONE: &str = "query($id: ID!) { enterprise(by: {id: $id}) { id nameZh } }";
const HOPS: &str = "query($id: ID!) { enterprise(by: {id: $id}) { id nameZh supplies(first: 10) { edges { node { \
                    id nameZh supplies(first: 10) { edges { node { id nameZh } } } } } } } }";
/// The last one without pages: innograph has none such, the peer is spared two thirds of its objects.
const FLAT: &str = "query($id: ID!) { enterprise(by: {id: $id}) { id nameZh suppliesList(first: 10) { \
                    id nameZh suppliesList(first: 10) { id nameZh } } } }";
/// Different organizations asked for in turn.
const ASKED: usize = 64;

/// Serve a router the way all peers are served: one worker thread, axum's own accept loop.
pub fn serve_router(router: Router) -> Outcome<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        println!("{}", listener.local_addr()?.port());
        std::io::stdout().flush()?;
        Ok(axum::serve(listener, router).await?)
    })
}

/// Serve two files as they are.
pub fn serve_static(one: &Path, hops: &Path) -> Outcome<()> {
    let route = |body: Vec<u8>| {
        let body = Bytes::from(body);
        // The request is read to its end, as every answer to a question must.
        post(move |_asked: Bytes| async move { ([(header::CONTENT_TYPE, "application/json; charset=utf-8")], body) })
    };
    serve_router(Router::new().route("/one", route(std::fs::read(one)?)).route("/hops", route(std::fs::read(hops)?)))
}

/// A question, as each of the three is asked it.
struct Question {
    name: &'static str,
    /// Does the peer read the very same document? Then its data must be the same, too.
    alike: bool,
    /// Objects in an answer.
    objects: usize,
    /// To ours, to plain, to static.
    requests: [Vec<Vec<u8>>; 3],
}

impl Question {
    /// `path` is where the static peer keeps an answer of that size.
    fn new(name: &'static str, (ours, plain): (&str, &str), path: &str, objects: usize, ids: &[&str]) -> Self {
        let body = |document: &str, id: &str| json!({ "query": document, "variables": { "id": id } }).to_string();
        let all = |document: &str, path: &str| ids.iter().map(|id| post_bytes(path, &body(document, id))).collect();
        let requests = [all(ours, "/graphql"), all(plain, "/graphql"), all(ours, path)];
        Self { name, alike: ours == plain, objects, requests }
    }
}

struct Peer {
    server: Server,
    client: Client,
    /// Nanoseconds a request, by the clock and by the server's CPU; one entry a round.
    wall: Vec<f64>,
    cpu: Vec<f64>,
}

impl Peer {
    fn new(server: Server) -> Outcome<Self> {
        let client = Client::connect(server.address)?;
        Ok(Self { server, client, wall: Vec::new(), cpu: Vec::new() })
    }

    fn sample(&mut self, requests: &[Vec<u8>], count: usize) -> Outcome<(f64, f64)> {
        let cpu = self.server.cpu()?;
        let started = Instant::now();
        for request in requests.iter().cycle().take(count) {
            self.client.ask(request)?;
        }
        let wall = started.elapsed();
        let cpu = self.server.cpu()?.saturating_sub(cpu);
        #[expect(clippy::cast_precision_loss, reason = "nanoseconds of one sample")]
        Ok((wall.as_nanos() as f64 / count as f64, cpu as f64 / count as f64))
    }
}

/// Measure both questions.
pub fn measure(store: &Store, extent: &Extent, report: &mut Report) -> Outcome<()> {
    let firms = store.firms()?;
    plain::write(&firms, &store.file("plain.tsv"))?;
    let plain = Server::role(&[&store.file("plain.tsv")], "plain")?;
    let started = Instant::now();
    let mut ours = Server::innograph(store.path(), "bench", Some("1"))?;
    ours.wait_for("\"ready\":true", Duration::from_millis(5))?;
    let graph = started.elapsed();
    // The index is built beside the answers; nothing is measured before it stands.
    ours.wait_for("\"state\":\"ready\"", Duration::from_millis(100))?;
    report.service(graph, started.elapsed());
    ours.rest()?;
    let questions = questions(&firms, extent.plan.core());
    let (mut ours, mut plain) = (Peer::new(ours)?, Peer::new(plain)?);
    let mut bodies = Vec::new();
    for question in &questions {
        bodies.push(compare(question, &mut ours.client, &mut plain.client)?);
    }
    let files = ["one.json", "hops.json"].map(|name| store.file(name));
    for (file, body) in files.iter().zip(&bodies) {
        std::fs::write(file, body)?;
    }
    let still = Peer::new(Server::role(&[&files[0], &files[1]], "static")?)?;
    let mut peers = [ours, plain, still];
    for (question, body) in questions.iter().zip(&bodies) {
        rounds(question, extent, &mut peers)?;
        report.peers(row(question, body.len(), &peers));
    }
    Ok(())
}

fn questions(firms: &[Firm], core: usize) -> [Question; 3] {
    let every = (firms.len() / ASKED).max(1);
    let spread: Vec<&str> = firms.iter().step_by(every).take(ASKED).map(|firm| firm.id.as_str()).collect();
    let members: Vec<&str> = firms.iter().take(core.min(ASKED)).map(|firm| firm.id.as_str()).collect();
    [
        Question::new("one organization by id", (ONE, ONE), "/one", 1, &spread),
        Question::new("two hops, 10×10", (HOPS, HOPS), "/hops", 1 + 10 + 100, &members),
        Question::new("two hops, 10×10, plain without pages", (HOPS, FLAT), "/hops", 1 + 10 + 100, &members),
    ]
}

/// Both answer the same to every request; the first body of ours.
fn compare(question: &Question, ours: &mut Client, plain: &mut Client) -> Outcome<Vec<u8>> {
    let [to_ours, to_plain, _] = &question.requests;
    let mut first = Vec::new();
    for (to_ours, to_plain) in to_ours.iter().zip(to_plain) {
        let body = ours.ask(to_ours)?.to_vec();
        let (here, there): (Value, Value) =
            (serde_json::from_slice(&body)?, serde_json::from_slice(plain.ask(to_plain)?)?);
        let failed =
            [&here, &there].iter().any(|answer| answer.get("errors").is_some() || answer.get("data").is_none());
        if failed || (question.alike && here.get("data") != there.get("data")) {
            return Err(format!("the answers to “{}” differ:\n{here}\n{there}", question.name).into());
        }
        // Without pages the nesting is another, but the objects are the same in the same order.
        let [ours, plain] = [&here, &there].map(|answer| answer.get("data").map(objects).unwrap_or_default());
        if ours != plain || ours.len() != question.objects {
            return Err(format!("“{}”: {} objects here, {} there", question.name, ours.len(), plain.len()).into());
        }
        if first.is_empty() {
            first = body;
        }
    }
    Ok(first)
}

/// Id and name of every object of an answer, in its order.
fn objects(answer: &Value) -> Vec<(&str, &str)> {
    match answer {
        Value::Array(all) => all.iter().flat_map(objects).collect(),
        Value::Object(fields) => {
            let text = |name: &str| fields.get(name).and_then(Value::as_str);
            text("id").zip(text("nameZh")).into_iter().chain(fields.values().flat_map(objects)).collect()
        }
        _ => Vec::new(),
    }
}

fn rounds(question: &Question, extent: &Extent, peers: &mut [Peer; 3]) -> Outcome<()> {
    for peer in peers.iter_mut() {
        (peer.wall, peer.cpu) = (Vec::new(), Vec::new());
    }
    // The first rounds warm up and are not kept. Whoever goes first changes from round to round.
    let warm = extent.rounds / 8 + 1;
    for round in 0..warm + extent.rounds {
        for turn in 0..3 {
            let place = (round + turn) % 3;
            let (Some(peer), Some(requests)) = (peers.get_mut(place), question.requests.get(place)) else { continue };
            let (wall, cpu) = peer.sample(requests, extent.requests)?;
            if round >= warm {
                peer.wall.push(wall);
                peer.cpu.push(cpu);
            }
        }
    }
    Ok(())
}

fn row(question: &Question, bytes: usize, [ours, plain, still]: &[Peer; 3]) -> PeerRow {
    let micros = |values: &[f64]| median(values) / 1_000.0;
    PeerRow {
        name: question.name,
        alike: question.alike,
        bytes,
        wall: [&ours.wall, &plain.wall, &still.wall].map(|values| micros(values)),
        cpu: [&ours.cpu, &plain.cpu, &still.cpu].map(|values| micros(values)),
        wall_ratios: [ratio(&ours.wall, &plain.wall), ratio(&ours.wall, &still.wall)],
        cpu_ratios: [ratio(&ours.cpu, &plain.cpu), ratio(&ours.cpu, &still.cpu)],
    }
}
