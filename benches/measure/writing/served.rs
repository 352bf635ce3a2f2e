//! One acknowledged write over HTTP, against the least that it can cost: one synced append to a
//! file beside it, and one round trip to the same server.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::json;

use super::{Made, Outcome, SOURCE, Sizes};
use crate::client::{Client, post, post_as};
use crate::process::{INNOGRAPH, Server};
use crate::report::{Report, spread, verdict};
use crate::statistics::{median, p99, ratio};
use crate::store::Store;

/// Ratio to sync and round trip that is promised, at most.
const PROMISED_RATIO: f64 = 4.0;
/// Bytes of the baseline's append: a page.
const PAGE: usize = 4_096;

const SAVE: &str = "mutation($name: String!, $source: String!) { saveEnterprise(input: {nameZh: $name, source: $source, \
                    legalForm: LIMITED_LIABILITY, status: ACTIVE, isLegalPerson: YES}) { __typename ... on Written { id sequence } ... on Refusal { code zh } } }";

/// The server over a store, ready with its index.
pub fn serve(store: &Store) -> Outcome<Server> {
    let mut server = Server::innograph(store.path(), "bench", None)?;
    server.wait_for("\"ready\":true", Duration::from_millis(5))?;
    server.wait_for("\"state\":\"ready\"", Duration::from_millis(50))?;
    server.rest()?;
    Ok(server)
}

/// A token that may write.
pub fn token(store: &Store) -> Outcome<String> {
    let mut create = Command::new(INNOGRAPH);
    create.args(["token", "create", "--name", "writer", "--role", "editor", "--data"]).arg(store.path());
    let output = create.output()?;
    match String::from_utf8(output.stdout)?.trim() {
        "" => Err(format!("no token was made: {}", String::from_utf8_lossy(&output.stderr)).into()),
        token => Ok(token.to_owned()),
    }
}

/// The request for one new firm.
pub fn save(token: &str, name: &str) -> Vec<u8> {
    let body = json!({ "query": SAVE, "variables": { "name": name, "source": SOURCE } }).to_string();
    post_as(&format!("Authorization: Bearer {token}\r\n"), "/graphql", &body)
}

/// Send it, and see that it was acknowledged.
pub fn acknowledged(client: &mut Client, request: &[u8]) -> Outcome<()> {
    let answer = client.ask(request)?;
    let text = String::from_utf8_lossy(answer);
    if text.contains("\"Written\"") { Ok(()) } else { Err(format!("a write was not acknowledged: {text}").into()) }
}

/// Measure.
pub fn measure(made: &Made, token: &str, sizes: &Sizes, report: &mut Report) -> Outcome<()> {
    let server = serve(&made.store)?;
    let mut client = Client::connect(server.address)?;
    let asked = post("/graphql", &json!({ "query": "{ __typename }" }).to_string());
    let mut file = OpenOptions::new().create(true).append(true).open(made.store.file("baseline"))?;
    let (mut writes, mut syncs, mut trips, mut least) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for round in 0..sizes.rounds {
        let request = save(token, &format!("示例网上企业{round}号"));
        let mut write = || -> Outcome<()> {
            let started = Instant::now();
            acknowledged(&mut client, &request)?;
            writes.push(started.elapsed().as_secs_f64() * 1e6);
            let started = Instant::now();
            client.ask(&asked)?;
            trips.push(started.elapsed().as_secs_f64() * 1e6);
            Ok(())
        };
        let mut sync = || -> Outcome<()> {
            let started = Instant::now();
            file.write_all(&[7; PAGE])?;
            file.sync_data()?;
            syncs.push(started.elapsed().as_secs_f64() * 1e6);
            Ok(())
        };
        if round % 2 == 0 {
            write()?;
            sync()?;
        } else {
            sync()?;
            write()?;
        }
    }
    least.extend(syncs.iter().zip(&trips).map(|(sync, trip)| sync + trip));
    let ratios = ratio(&writes, &least);
    report.writing([
        "one acknowledged write over HTTP",
        &format!("{:.0} µs (p99 {:.0})", median(&writes), p99(&writes)),
        &format!(
            "a synced append of 4 KiB ({:.0} µs) and a round trip ({:.0} µs); ratio {}",
            median(&syncs),
            median(&trips),
            spread(ratios)
        ),
        &format!("≤ {PROMISED_RATIO}: {}", verdict(ratios.median <= PROMISED_RATIO)),
    ]);
    Ok(())
}
