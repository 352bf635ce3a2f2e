//! Importing: rows a second and the most memory for a city of files, beside the memory of the graph that comes of
//! it; and how long a small question takes while a large file is being imported, beside how long it takes otherwise.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use innograph::engine::Engine;
use serde_json::{Value, json};

use super::Outcome;
use super::client::{Client, post};
use super::process::{INNOGRAPH, Server, memory_of, run_role};
use super::report::{Report, verdict};
use super::statistics::{median, p99};

/// The most memory of an import, as a multiple of the graph that comes of it.
const PROMISED_MEMORY: f64 = 3.0;
/// The slowest of a hundred questions during an import, as a multiple of the same without one.
const PROMISED_WAIT: f64 = 5.0;
/// Milliseconds between two questions, and between two looks at a process.
const PAUSE: Duration = Duration::from_millis(2);
/// How long questions are asked without an import.
const IDLE: Duration = Duration::from_secs(10);

/// How much is imported.
pub struct Size {
    /// Organisations of the city; rows are some eleven times as many.
    pub organizations: usize,
    /// Rows of the one file that is handed in while questions are asked.
    pub rows: usize,
}

pub const FULL: Size = Size { organizations: 100_000, rows: 1_000_000 };
pub const QUICK: Size = Size { organizations: 2_000, rows: 20_000 };

/// The role that opens a store and prints what memory it then holds, in MiB.
pub fn hold(directory: &Path) -> Outcome<()> {
    let engine = Engine::open(directory)?;
    println!("{} {}", memory_of("self", "VmRSS:"), engine.view().state().sequence());
    Ok(())
}

/// Measure both.
pub fn measure(size: &Size, report: &mut Report) -> Outcome<()> {
    let scratch = tempfile::tempdir()?;
    city(size, scratch.path(), report)?;
    waits(size, scratch.path(), report)
}

fn city(size: &Size, scratch: &Path, report: &mut Report) -> Outcome<()> {
    let (files, data) = (scratch.join("city"), scratch.join("of-city"));
    let mut make = Command::new(INNOGRAPH);
    make.args(["generate", "--organizations", &size.organizations.to_string(), "--store", "synthetic", "--out"]);
    well(make.arg(&files).output()?)?;
    let codes = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/codes");
    let mut import = Command::new(INNOGRAPH);
    import.args(["import", "--store-name", "synthetic", "--data"]).arg(&data);
    import.args([&codes, &codes.join("fields"), &codes.join("industry"), &files]);
    let begun = Instant::now();
    let mut child = import.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let (id, mut peak) = (child.id().to_string(), 0);
    while child.try_wait()?.is_none() {
        peak = peak.max(memory_of(&id, "VmHWM:"));
        sleep(PAUSE);
    }
    let seconds = begun.elapsed().as_secs_f64();
    let said = well(child.wait_with_output()?)?;
    let rows = said.lines().find_map(|line| line.strip_prefix("accepted ")?.split(' ').next()?.parse::<f64>().ok());
    let rows = rows.ok_or_else(|| format!("how many rows were imported is not said: {said}"))?;
    let held = run_role("hold", &data)?;
    let held: f64 =
        held.split(' ').next().and_then(|word| word.parse().ok()).ok_or("the memory of a graph is a number")?;
    #[expect(clippy::cast_precision_loss, reason = "mebibytes")]
    let ratio = peak as f64 / held;
    report.writing([
        &format!("import of a city, {rows} rows"),
        &format!("{seconds:.1} s, {:.0} rows/s; peak {peak} MiB", rows / seconds),
        &format!("the graph that comes of it: {held} MiB; ratio {ratio:.2}"),
        &format!("≤ {PROMISED_MEMORY}: {}", verdict(ratio <= PROMISED_MEMORY)),
    ]);
    Ok(())
}

fn waits(size: &Size, scratch: &Path, report: &mut Report) -> Outcome<()> {
    let (data, small) = (scratch.join("of-rows"), scratch.join("small"));
    fs::create_dir(&small)?;
    let source = "key,kind,issuer,title,address,grade\nS,OTHER,示例,示例,https://example.invalid/,C\n";
    fs::write(small.join("sources.csv"), source)?;
    fs::write(small.join("enterprises.csv"), firms("k", 1_000)?)?;
    let mut import = Command::new(INNOGRAPH);
    well(import.args(["import", "--store-name", "bench", "--data"]).arg(&data).arg(&small).output()?)?;
    let mut grant = Command::new(INNOGRAPH);
    grant.args(["token", "create", "--name", "bench", "--role", "administrator", "--data"]).arg(&data);
    let token = well(grant.output()?)?.trim().to_owned();
    let file: PathBuf = scratch.join("enterprises.csv");
    fs::write(&file, firms("e", size.rows)?)?;
    let settings = [("INNOGRAPH_LIMITS__UPLOAD_BYTES", "1073741824"), ("INNOGRAPH_LIMITS__UPLOAD_MS", "600000")];
    let mut server = Server::innograph_with(&data, "bench", &settings)?;
    server.wait_for("\"state\":\"ready\"", Duration::from_millis(50))?;
    server.rest()?;
    let begun = Instant::now();
    let idle = questions(server.address, || begun.elapsed() < IDLE)?;
    let (planned, _, _) = beside(server.address, &token, &file, "")?;
    let plan = planned["plan"].as_str().ok_or_else(|| format!("no plan: {planned}"))?.to_owned();
    let (done, seconds, during) = beside(server.address, &token, &file, &format!("&plan={plan}"))?;
    if done["written"] != true {
        return Err(format!("it was not imported: {done}").into());
    }
    let ratio = p99(&during) / p99(&idle);
    report.writing([
        &format!("a small question while a file of {} rows is imported", size.rows),
        &format!(
            "p99 {:.2} ms (median {:.2}), {} asked; imported in {seconds:.1} s",
            p99(&during),
            median(&during),
            during.len()
        ),
        &format!("without an import: p99 {:.2} ms (median {:.2}); ratio {ratio:.2}", p99(&idle), median(&idle)),
        &format!("≤ {PROMISED_WAIT}: {}", verdict(ratio <= PROMISED_WAIT)),
    ]);
    Ok(())
}

fn firms(key: &str, rows: usize) -> Outcome<String> {
    let mut text = "key,nameZh,legalForm,status,isLegalPerson,registeredCapital,scopeText,source\n".to_owned();
    for row in 0..rows {
        writeln!(
            text,
            "{key}{row},示例第{key}{row}有限公司,UNKNOWN,UNKNOWN,UNKNOWN,{row}.5,示例经营范围{},S",
            row % 977
        )?;
    }
    Ok(text)
}

/// What a command said, where it ended well.
fn well(said: Output) -> Outcome<String> {
    if said.status.success() {
        return Ok(String::from_utf8(said.stdout)?);
    }
    Err(format!("{}: {}", said.status, String::from_utf8_lossy(&said.stderr)).into())
}

/// Ask a small question again and again; milliseconds of each.
fn questions(address: SocketAddr, go_on: impl Fn() -> bool) -> Outcome<Vec<f64>> {
    let query = json!({ "query": "{ enterprise(by: {code: \"k5\"}) { nameZh registeredCapital } }" });
    let (mut client, request, mut took) = (Client::connect(address)?, post("/graphql", &query.to_string()), Vec::new());
    while go_on() {
        let begun = Instant::now();
        let answer = String::from_utf8_lossy(client.ask(&request)?).into_owned();
        took.push(begun.elapsed().as_secs_f64() * 1e3);
        if !answer.contains("示例第k5有限公司") {
            return Err(format!("the question was not answered: {answer}").into());
        }
        sleep(PAUSE);
    }
    Ok(took)
}

/// Hand a file in, and ask meanwhile: what came of it, how many seconds it took, and milliseconds of each question.
fn beside(address: SocketAddr, token: &str, file: &Path, plan: &str) -> Outcome<(Value, f64, Vec<f64>)> {
    let bytes = fs::read(file)?;
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let sent = scope.spawn(|| {
            let begun = Instant::now();
            let answer = hand_in(address, token, &bytes, plan).map_err(|cause| cause.to_string());
            done.store(true, Ordering::Relaxed);
            (answer, begun.elapsed().as_secs_f64())
        });
        let took = questions(address, || !done.load(Ordering::Relaxed));
        let (answer, seconds) = sent.join().map_err(|_| "whoever sends a file has panicked")?;
        Ok((answer?, seconds, took?))
    })
}

fn hand_in(address: SocketAddr, token: &str, bytes: &[u8], plan: &str) -> Outcome<Value> {
    let mut stream = TcpStream::connect(address)?;
    let length = bytes.len();
    write!(
        stream,
        "POST /import?name=enterprises.csv{plan} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
         Authorization: Bearer {token}\r\nContent-Type: text/csv\r\nContent-Length: {length}\r\n\r\n"
    )?;
    stream.write_all(bytes)?;
    let mut text = String::new();
    std::io::Read::read_to_string(&mut stream, &mut text)?;
    let body = text.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    serde_json::from_str(body)
        .map_err(|cause| format!("{cause}: {}", text.chars().take(500).collect::<String>()).into())
}
