//! A service in this process over a ledger in memory, one a store for all tests, and the worked
//! queries of `schema/examples/`. It must never say what an answer should be: that is the oracle's.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use innograph::api::http::{Service, router};
use innograph::config::Config;
use innograph::engine::Engine;
use innograph::intake::{self, InputFile};
use innograph::ledger::MemoryLedger;
use innograph::rights::Role;
use innograph::tokens::{Tokens, Wish};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

/// A store that is served.
pub struct Served {
    /// The engine, for tests that go below HTTP.
    pub engine: Arc<Engine>,
    /// `xinxiang` or `demo`.
    pub name: &'static str,
    /// Where it listens.
    pub address: SocketAddr,
    client: reqwest::Client,
    runtime: Runtime,
    /// The token that every request shows; none for the public.
    token: Option<String>,
}

static XINXIANG: LazyLock<Served> =
    LazyLock::new(|| Served::start("xinxiang", &["fixtures/codes", "fixtures/xinxiang"]));
static DEMO: LazyLock<Served> = LazyLock::new(|| Served::start("demo", &["fixtures/codes", "fixtures/demo"]));

/// The invented city, asked by somebody who works for it.
static DEMO_CITY_OFFICER: LazyLock<Served> = LazyLock::new(|| DEMO.shown_to(Role::CityOfficer));

/// Public facts about real organisations.
pub fn xinxiang() -> &'static Served {
    &XINXIANG
}

/// The invented city.
pub fn demo() -> &'static Served {
    &DEMO
}

/// The invented city, asked by somebody who works for it.
pub fn demo_city_officer() -> &'static Served {
    &DEMO_CITY_OFFICER
}

/// A path inside the project.
pub fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The CSV files of folders, as they are handed to an importer.
pub fn files(folders: &[&str]) -> Vec<InputFile> {
    let mut paths: Vec<PathBuf> = Vec::new();
    for folder in folders {
        let entries = fs::read_dir(project(folder)).unwrap_or_else(|cause| panic!("{folder}: {cause}"));
        let found = entries.map(|entry| entry.expect("a folder can be listed").path());
        paths.extend(found.filter(|path| path.extension().is_some_and(|ending| ending == "csv")));
    }
    paths.sort();
    let file = |path: &PathBuf| InputFile {
        label: path.display().to_string(),
        name: path.file_name().expect("a file has a name").to_string_lossy().into_owned(),
        bytes: fs::read(path).expect("a fixture can be read"),
    };
    paths.iter().map(file).collect()
}

/// An engine in memory that holds these files, with its search index.
pub fn engine_of(files: &[InputFile]) -> Arc<Engine> {
    let engine = bare_engine_of(files);
    engine.index().expect("the index is built");
    engine
}

/// An engine in memory that holds these files. Nobody searches it, so no write waits for an index.
pub fn bare_engine_of(files: &[InputFile]) -> Arc<Engine> {
    let limits = intake::Limits { file_bytes: 64 << 20, cell_bytes: 64 << 10, columns: 200, ..intake::Limits::DEFAULT };
    let reading = intake::read_folder(files, &limits);
    assert!(reading.refusals.is_empty(), "{:?}", reading.refusals.first());
    let commands: Vec<_> = reading.commands.into_iter().map(|(_, command)| command).collect();
    let engine = Engine::over(Box::new(MemoryLedger::new())).expect("an empty ledger opens");
    engine.execute("test", &commands, &mut |_, _| true).expect("the fixtures are accepted");
    Arc::new(engine)
}

impl Served {
    fn start(name: &'static str, folders: &[&str]) -> Self {
        Self::over(name, engine_of(&files(folders)), None)
    }

    /// A store of its own that takes every request as that of an administrator of this name.
    pub fn writable(folders: &[&str], actor: &str) -> Self {
        Self::over("test", bare_engine_of(&files(folders)), Some(actor))
    }

    /// The same store for those who have not said who they are.
    pub fn anonymous(&self) -> Self {
        Self::over(self.name, Arc::clone(&self.engine), None)
    }

    /// An engine as the public sees it.
    pub fn over_public(name: &'static str, engine: Arc<Engine>) -> Self {
        Self::over(name, engine, None)
    }

    fn over(name: &'static str, engine: Arc<Engine>, writer: Option<&str>) -> Self {
        let mut config = Config { store_name: name.to_owned(), ..Config::default() };
        if writer.is_some() {
            // Where the audit log is kept; it stays for as long as the service writes there.
            config.data = tempfile::tempdir().expect("a scratch folder").keep();
        }
        let service = match writer {
            Some(actor) => Service::trusting(Arc::clone(&engine), &config, actor),
            None => Service::new(Arc::clone(&engine), &config),
        };
        Self::listen(name, engine, service)
    }

    /// Any engine with any limits, taking every request as that of an administrator of this name.
    pub fn trusting(engine: Arc<Engine>, config: &Config, actor: &str) -> Self {
        let service = Service::trusting(Arc::clone(&engine), config, actor);
        Self::listen("test", engine, service)
    }

    /// A service as it is.
    pub fn serving(name: &'static str, engine: Arc<Engine>, service: Service) -> Self {
        Self::listen(name, engine, service)
    }

    fn listen(name: &'static str, engine: Arc<Engine>, service: Service) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build();
        let runtime = runtime.expect("a runtime starts");
        let service = Arc::new(service);
        let listener = runtime.block_on(TcpListener::bind(("127.0.0.1", 0))).expect("a free port");
        let address = listener.local_addr().expect("a bound listener has an address");
        runtime.spawn(async move { axum::serve(listener, router(service)).await });
        let client = reqwest::Client::builder().no_proxy().build().expect("a client");
        Self { engine, name, address, client, runtime, token: None }
    }

    /// The same store, asked with a token of a role that works for no one county.
    fn shown_to(&self, role: Role) -> Self {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let tokens = Tokens::open(folder.path());
        let wish = Wish { name: "shi.li", role, region: None, days: None, most: 1 };
        let fresh = tokens.create(&wish, "test").expect("a token can be made");
        let config = Config { store_name: self.name.to_owned(), ..Config::default() };
        let service = Service::new(Arc::clone(&self.engine), &config).with_tokens(Arc::new(tokens));
        // The folder stays for as long as the service reads its tokens there.
        let _ = folder.keep();
        Self { token: Some(fresh.token), ..Self::listen(self.name, Arc::clone(&self.engine), service) }
    }

    /// Ask over HTTP; the whole answer.
    pub fn ask(&self, query: &str, variables: &Value) -> Value {
        self.run(query, None, variables)
    }

    /// Run one operation of a document; the whole answer.
    pub fn run(&self, query: &str, operation: Option<&str>, variables: &Value) -> Value {
        let body = json!({ "query": query, "operationName": operation, "variables": variables });
        let (status, text) = self.post(body.to_string().into_bytes());
        serde_json::from_str(&text).unwrap_or_else(|_| panic!("{status}: no JSON: {text}"))
    }

    /// Ask as the holder of a token; the whole answer.
    pub fn ask_as(&self, token: Option<&str>, query: &str, variables: &Value) -> Value {
        let request = self.client.post(format!("http://{}/graphql", self.address));
        let request = token.into_iter().fold(request, |request, token| request.bearer_auth(token));
        let request = request.json(&json!({ "query": query, "variables": variables }));
        self.runtime.block_on(async {
            let answer = request.send().await.expect("the service answers");
            answer.json().await.expect("an answer is JSON")
        })
    }

    /// Send bytes as a JSON body: status and body.
    pub fn post(&self, body: Vec<u8>) -> (u16, String) {
        let request = self.client.post(format!("http://{}/graphql", self.address));
        let mut request = request.header("Content-Type", "application/json").body(body);
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        self.runtime.block_on(async {
            let answer = request.send().await.expect("the service answers");
            (answer.status().as_u16(), answer.text().await.expect("text"))
        })
    }

    /// Send bytes as a JSON body: the status, or none where the service hung up before they were sent.
    pub fn status_of(&self, body: Vec<u8>) -> Option<u16> {
        let request = self.client.post(format!("http://{}/graphql", self.address));
        let request = request.header("Content-Type", "application/json").body(body);
        self.runtime.block_on(async { request.send().await.ok().map(|answer| answer.status().as_u16()) })
    }

    /// Hand a file in as the holder of a token: status, and the body as it is.
    pub fn hand_in(&self, token: Option<&str>, path: &str, accept: &str, body: Vec<u8>) -> (u16, Vec<u8>) {
        let request = self.client.post(format!("http://{}{path}", self.address)).header("Accept", accept).body(body);
        let request = token.into_iter().fold(request, |request, token| request.bearer_auth(token));
        self.runtime.block_on(async {
            let answer = request.send().await.expect("the service answers");
            (answer.status().as_u16(), answer.bytes().await.expect("a body").to_vec())
        })
    }

    /// Ask for a file: status, the manifest in its header, and its bytes.
    pub fn file(&self, path: &str, body: Vec<u8>) -> (u16, Option<String>, Vec<u8>) {
        self.file_as(self.token.as_deref(), path, body)
    }

    /// The same as the holder of a token.
    pub fn file_as(&self, token: Option<&str>, path: &str, body: Vec<u8>) -> (u16, Option<String>, Vec<u8>) {
        let request = self.client.post(format!("http://{}{path}", self.address)).body(body);
        let request = token.into_iter().fold(request, |request, token| request.bearer_auth(token));
        let request = request.header("Content-Type", "application/json");
        self.runtime.block_on(async {
            let answer = request.send().await.expect("the service answers");
            let manifest = answer.headers().get("x-innograph-manifest").and_then(|value| value.to_str().ok());
            let (status, manifest) = (answer.status().as_u16(), manifest.map(str::to_owned));
            (status, manifest, answer.bytes().await.expect("a body").to_vec())
        })
    }

    /// Where the store stands: what any change would change.
    pub fn standing(&self) -> (u64, [u8; 32]) {
        let view = self.engine.view();
        (view.state().sequence(), view.state().state_digest())
    }

    /// Ask, and expect an answer without errors.
    pub fn data(&self, query: &str, variables: &Value) -> Value {
        let answer = self.ask(query, variables);
        assert!(answer.get("errors").is_none(), "{query}\n{variables}\n{answer:#}");
        answer["data"].clone()
    }
}

/// A worked query.
pub struct Example {
    /// The name of its file without the ending.
    pub name: String,
    /// `xinxiang`, `demo` or `any`.
    pub store: String,
    /// The role that asks; the public where none is named.
    pub role: Option<String>,
    /// The lines of its head, name and value.
    pub head: Vec<(String, String)>,
    /// The document.
    pub query: String,
    /// What the head gives for variables; an object.
    pub variables: Value,
}

/// All worked queries, by file name.
pub fn examples() -> Vec<Example> {
    let folder = project("schema/examples");
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder).expect("the examples").map(|entry| entry.expect("an entry").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "graphql"));
    paths.sort();
    paths.iter().map(|path| Example::read(path)).collect()
}

impl Example {
    fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).expect("an example is text");
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let lines = text.lines().take_while(|line| line.starts_with('#'));
        let head = |line: &str| {
            let (key, value) =
                line.trim_start_matches("# ").split_once(": ").unwrap_or_else(|| panic!("{name}: {line}"));
            (key.to_owned(), value.trim().to_owned())
        };
        let head: Vec<(String, String)> = lines.map(head).collect();
        let of = |key: &str| head.iter().find(|(known, _)| known == key).map(|(_, value)| value.clone());
        let variables =
            of("variables").map_or_else(|| json!({}), |text| serde_json::from_str(&text).expect("one line of JSON"));
        let query = text.lines().filter(|line| !line.starts_with('#')).collect::<Vec<_>>().join("\n");
        Self { store: of("store").unwrap_or_default(), role: of("role"), name, head, query, variables }
    }

    /// The stores it runs on.
    pub fn stores(&self) -> Vec<&'static Served> {
        match (self.store.as_str(), self.role.as_deref()) {
            ("xinxiang", None) => vec![xinxiang()],
            ("demo", None) => vec![demo()],
            ("demo", Some("CITY_OFFICER")) => vec![demo_city_officer()],
            ("any", None) => vec![xinxiang(), demo()],
            (store, role) => panic!("{}: nobody serves {store} to {role:?}", self.name),
        }
    }

    /// Its answer on a store. Where it has the variable `after`, all its pages in turn.
    pub fn pages(&self, served: &Served) -> Vec<Value> {
        let mut variables = self.variables.clone();
        let mut pages = vec![served.data(&self.query, &variables)];
        if !self.query.contains("$after: String") {
            return pages;
        }
        while let Some(cursor) = next_cursor(pages.last().expect("there is a first page")) {
            variables["after"] = cursor;
            pages.push(served.data(&self.query, &variables));
            assert!(pages.len() < 100, "{}: the pages do not end", self.name);
        }
        pages
    }
}

/// Where the next page begins, when there is one.
fn next_cursor(data: &Value) -> Option<Value> {
    let (_, root) = data.as_object()?.iter().next()?;
    let page = &root["pageInfo"];
    (page["hasNextPage"] == json!(true)).then(|| page["endCursor"].clone())
}
