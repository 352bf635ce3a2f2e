//! Two stores that differ in what a reader may not see, and readers of every role who ask both.
//!
//! Both run on one clock, so that whatever is the same in both has the same numbers.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use innograph::api::http::Service;
use innograph::config::Config;
use innograph::engine::{Clock, Engine, EngineLimits};
use innograph::intake::{self, InputFile};
use innograph::ledger::MemoryLedger;
use innograph::rights::Role;
use innograph::tokens::{Tokens, Wish};
use serde_json::{Value, json};

use crate::support::{Served, files};

/// County A: whose officer asks.
pub const OWN: &str = "990101";
/// County B: whose facts are hidden.
pub const OTHER: &str = "990103";

/// Who asks: a role, and the region it works for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reader {
    pub role: Role,
    pub region: Option<&'static str>,
}

pub const PUBLIC: Reader = Reader { role: Role::Public, region: None };
pub const APP: Reader = Reader { role: Role::App, region: None };
pub const ANALYST: Reader = Reader { role: Role::Analyst, region: None };
pub const OFFICER_OF_A: Reader = Reader { role: Role::CountyOfficer, region: Some(OWN) };
pub const OFFICER_OF_B: Reader = Reader { role: Role::CountyOfficer, region: Some(OTHER) };
pub const CITY: Reader = Reader { role: Role::CityOfficer, region: None };
pub const STEWARD: Reader = Reader { role: Role::Steward, region: None };
pub const ADMINISTRATOR: Reader = Reader { role: Role::Administrator, region: None };

/// Everybody who may ask.
pub const READERS: [Reader; 8] = [PUBLIC, APP, ANALYST, OFFICER_OF_A, OFFICER_OF_B, CITY, STEWARD, ADMINISTRATOR];

/// A store that is served to readers of every role.
pub struct Store {
    pub served: Served,
    tokens: Vec<(Reader, Option<String>)>,
    now: Arc<AtomicI64>,
    _data: tempfile::TempDir,
}

impl Store {
    /// An empty store at a fixed moment.
    pub fn empty() -> Self {
        let now = Arc::new(AtomicI64::new(1_767_225_600_000));
        let reading = Arc::clone(&now);
        let clock = Clock { now_ms: Box::new(move || reading.load(Ordering::Relaxed)), seed: Box::new(|| 7) };
        let ledger = Box::new(MemoryLedger::new());
        let engine = Engine::simulated(ledger, None, clock, EngineLimits::default()).expect("an empty ledger opens");
        Self { now, ..Self::over(Arc::new(engine)) }
    }

    /// A store that is there, served to readers of every role.
    pub fn over(engine: Arc<Engine>) -> Self {
        let mut config = Config { store_name: "demo".to_owned(), ..Config::default() };
        // What a document may cost is not the question here.
        let limits = &mut config.limits;
        (limits.price, limits.expanded_fields, limits.root_fields) = (u64::MAX / 4, 1_000_000, 200);
        (limits.document_tokens, limits.document_bytes, limits.body_bytes) = (200_000, 4 << 20, 8 << 20);
        (limits.aliases, limits.filter_conditions, limits.answer_bytes) = (10_000, 10_000, 256 << 20);
        (limits.client_requests, limits.client_rows, limits.request_ms) = (0, 0, 120_000);
        (limits.heavy_price, limits.walk_rows) = (u64::MAX / 4, 4_000_000);
        let data = tempfile::tempdir().expect("a scratch folder");
        // The audit log is kept there.
        config.data = data.path().to_owned();
        let kept = Tokens::open(data.path());
        let token = |reader: &Reader| {
            let name = format!("t{}{}", reader.role.name().to_lowercase(), reader.region.unwrap_or_default());
            let wish = Wish { name: &name, role: reader.role, region: reader.region, days: None, most: 100 };
            (reader.role != Role::Public).then(|| kept.create(&wish, "test").expect("a token").token)
        };
        let tokens = READERS.iter().map(|reader| (*reader, token(reader))).collect();
        let service = Service::new(Arc::clone(&engine), &config).with_tokens(Arc::new(Tokens::open(data.path())));
        Self { served: Served::serving("demo", engine, service), tokens, now: Arc::default(), _data: data }
    }

    /// The invented city, and what these tests add to it for everybody.
    pub fn city(more: &[(&str, &str)]) -> Self {
        let store = Self::empty();
        store.import_files(&files(&["fixtures/codes", "fixtures/demo"]));
        store.import(more);
        store
    }

    /// Take over files, each a name and its lines, in one batch.
    pub fn import(&self, tables: &[(&str, &str)]) {
        let file = |(name, text): &(&str, &str)| InputFile {
            label: (*name).to_owned(),
            name: format!("{name}.csv"),
            bytes: text.lines().flat_map(|line| [line.trim(), "\n"]).collect::<String>().into_bytes(),
        };
        self.import_files(&tables.iter().map(file).collect::<Vec<_>>());
    }

    fn import_files(&self, files: &[InputFile]) {
        let limits =
            intake::Limits { file_bytes: 64 << 20, cell_bytes: 64 << 10, columns: 200, ..intake::Limits::DEFAULT };
        let reading = intake::read_folder(files, &limits);
        assert!(reading.refusals.is_empty(), "{:?}", reading.refusals.first());
        let commands: Vec<_> = reading.commands.into_iter().map(|(_, command)| command).collect();
        self.served.engine.execute("示例录入员", &commands, &mut |_, _| true).expect("the rows are accepted");
    }

    /// From now on it is that many milliseconds later.
    pub fn later(&self, milliseconds: i64) {
        self.now.store(1_767_225_600_000 + milliseconds, Ordering::Relaxed);
    }

    /// The audit log so far.
    pub fn audit(&self) -> String {
        std::fs::read_to_string(self._data.path().join("audit.log")).unwrap_or_default()
    }

    /// From now on nothing can be written to the audit log.
    pub fn break_audit(&self) {
        std::fs::write(self._data.path().join("audit.head"), "broken").expect("it can be written");
    }

    /// What was written can be found.
    pub fn index(&self) {
        self.served.engine.index().expect("the index is built");
    }

    /// The token that a reader shows; none for the public.
    pub fn token(&self, reader: Reader) -> Option<&str> {
        self.tokens.iter().find(|(known, _)| *known == reader).and_then(|(_, token)| token.as_deref())
    }

    /// The whole answer to a reader.
    pub fn ask(&self, reader: Reader, query: &str, variables: &Value) -> Value {
        self.served.ask_as(self.token(reader), query, variables)
    }

    /// What a reader is told, where nothing goes wrong.
    pub fn data(&self, reader: Reader, query: &str) -> Value {
        let answer = self.ask(reader, query, &json!({}));
        assert!(answer.get("errors").is_none(), "{reader:?} {query}\n{answer:#}");
        answer["data"].clone()
    }

    /// Carry out a mutation as a steward does.
    pub fn write(&self, mutation: &str) {
        let query = format!("mutation {{ it: {mutation} {{ __typename ... on Refusal {{ zh en }} }} }}");
        let answer = self.data(STEWARD, &query);
        assert_eq!(answer["it"]["__typename"], "Written", "{mutation}: {answer}");
    }
}
