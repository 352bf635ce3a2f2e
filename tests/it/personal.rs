//! A canary: the name and the telephone number of an invented person, looked for in every byte that the
//! program leaves behind: before the erasure outside of the ledger's ciphertext, afterwards everywhere.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use serde_json::{Value, json};

use crate::process::{Server, import, program, project};

/// Nobody is called so. The second is what the first is corrected to.
const NAMES: [&str; 2] = ["卡纳瑞测试甲", "卡纳瑞测试乙"];
const PHONE: &str = "13900007531";
const EMAIL: &str = "canary-7531@example.cn";
/// Pieces that would give them away.
const CANARIES: [&str; 4] = ["卡纳瑞", "测试甲", PHONE, "canary-7531"];

fn run(args: &[&str], paths: &[(&str, &Path)]) -> Output {
    let mut command = program();
    command.args(args);
    for (name, path) in paths {
        command.arg(name).arg(path);
    }
    command.output().expect("the program starts")
}

/// A text in the encodings in which it could lie about.
fn encoded(text: &str) -> Vec<Vec<u8>> {
    let wide = |bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
    let escaped: String = text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
    vec![text.as_bytes().to_vec(), wide(u16::to_le_bytes), wide(u16::to_be_bytes), escaped.into_bytes()]
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() { found.extend(files_below(&path)) } else { found.push(path) }
    }
    found
}

/// Where any of the pieces lies, of all files below these folders.
fn leaks(folders: &[&Path]) -> Vec<String> {
    let mut found = Vec::new();
    for path in folders.iter().flat_map(|folder| files_below(folder)) {
        let bytes = fs::read(&path).expect("a file");
        for piece in CANARIES {
            for form in encoded(piece) {
                if bytes.windows(form.len()).any(|window| window == form) {
                    found.push(format!("{piece} in {}", path.display()));
                }
            }
        }
    }
    found
}

/// A store of the invented city with people, served to a steward.
struct Place {
    folder: tempfile::TempDir,
    token: String,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let place = Self { folder, token: String::new() };
        let said = import(&place.data(), "canary", &[&project("fixtures/codes/sources.csv")]);
        assert!(said.status.success(), "{said:?}");
        let token = place.token("keeper", "steward");
        Self { token, ..place }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn data(&self) -> PathBuf {
        self.path("data")
    }

    /// Where the keys are where no setting says otherwise.
    fn keys(&self) -> PathBuf {
        self.path("data-personal")
    }

    fn token(&self, name: &str, role: &str) -> String {
        let said = run(&["token", "create", "--name", name, "--role", role], &[("--data", &self.data())]);
        String::from_utf8(said.stdout).expect("text").trim_end().to_owned()
    }

    fn serve(&self, log: &str) -> Server {
        self.serve_at(&self.data(), log)
    }

    /// With a log of everything, and a checkpoint after each entry.
    fn serve_at(&self, data: &Path, log: &str) -> Server {
        let log = File::options().create(true).append(true).open(self.path(log)).expect("a log");
        let settings = [("LOG", "trace"), ("LIMITS__CHECKPOINT_ENTRIES", "1"), ("LIMITS__LOG_SLOW_MS", "0")];
        Server::start_with(data, "canary", &settings, Stdio::from(log))
    }

    fn ask(&self, server: &Server, query: &str) -> Value {
        let bearer = format!("Bearer {}", self.token);
        let headers = [("Content-Type", "application/json"), ("Authorization", bearer.as_str())];
        let body = json!({ "query": query }).to_string();
        let (_, text) = server.send("POST", "/graphql", &headers, body.as_bytes());
        serde_json::from_str(&text).unwrap_or_else(|_| panic!("no JSON: {text}"))
    }

    fn write(&self, server: &Server, mutation: &str) -> Value {
        let query = format!(
            "mutation {{ it: {mutation} {{ __typename ... on Refusal {{ zh }} ... on Written {{ id sequence }} }} }}"
        );
        let answer = self.ask(server, &query);
        assert_eq!(answer["data"]["it"]["__typename"], "Written", "{mutation}: {answer}");
        answer["data"]["it"].clone()
    }

    /// The canary entered, corrected, read in full, and carried by requests that fail.
    fn lived(&self, server: &Server) -> String {
        let source = r#"saveSource(input: {key: "src-c", kind: OTHER, issuer: "示例", title: "示例", address: "https://example.invalid/", grade: C})"#;
        let answer = self.ask(server, &format!("mutation {{ it: {source} {{ __typename ... on Refusal {{ zh }} }} }}"));
        assert_eq!(answer["data"]["it"]["__typename"], "Written", "{answer}");
        let id = self.write(server, &format!(
            r#"savePerson(input: {{key: "per-c", nameZh: {:?}, phone: {PHONE:?}, email: {EMAIL:?}, role: [EXPERT], source: "src-c"}}, idempotencyKey: "k")"#,
            NAMES[0]
        ))["id"].as_str().expect("an id").to_owned();
        let person = self.person(server, "");
        let name = person["names"][0]["id"].as_str().expect("an id").to_owned();
        self.write(server, &format!("correct(id: {name:?}, input: {{value: {:?}}})", NAMES[1]));
        let shown = self.ask(server, &format!("mutation {{ it: {} }}", Self::reveal()));
        assert_eq!(shown["data"]["it"]["nameZh"]["text"], NAMES[1], "{shown}");
        assert_eq!(shown["data"]["it"]["phone"]["text"], PHONE, "{shown}");
        for failing in [
            format!(
                "mutation {{ savePerson(input: {{nameZh: {:?}, phone: \"{}\", source: \"src-c\"}}) {{ __typename }} }}",
                NAMES[0], NAMES[1]
            ),
            format!(
                "mutation {{ savePerson(input: {{nameZh: {:?}, phone: {PHONE:?}, source: \"nowhere\"}}) {{ __typename }} }}",
                NAMES[0]
            ),
            format!(
                "mutation {{ savePerson(input: {{nameZh: {:?}, phone: {PHONE}, colour: 1}}) {{ __typename }} }}",
                NAMES[0]
            ),
            format!(
                "{{ person(by: {{name: {:?}}}) {{ id }} search(text: {PHONE:?}) {{ edges {{ node {{ id }} }} }} }}",
                NAMES[0]
            ),
            format!("{{ {} {PHONE:?} ", NAMES[0]),
            format!(
                "mutation {{ relate(input: {{worksAt: {{from: {{name: {:?}}}, to: {{name: {:?}}}, source: \"src-c\"}}}}) {{ __typename }} }}",
                NAMES[0], NAMES[1]
            ),
        ] {
            self.ask(server, &failing);
        }
        id
    }

    fn reveal() -> &'static str {
        r#"revealPersonalData(person: {code: "per-c"}, purpose: VERIFICATION) { nameZh { text } phone { text } }"#
    }

    fn person(&self, server: &Server, known: &str) -> Value {
        let query = format!(
            "{{ person(by: {{code: \"per-c\"}}{known}) {{ nameZh name {{ state }} phone {{ state text }} names {{ id text }} }} }}"
        );
        let answer = self.ask(server, &query);
        assert!(answer["data"]["person"].is_object(), "{answer}");
        answer["data"]["person"].clone()
    }

    fn checked(&self, data: &Path) -> Output {
        run(&["check"], &[("--data", data)])
    }
}

#[test]
fn nothing_is_left_of_somebody_who_was_erased() {
    let place = Place::new();
    let server = place.serve("log");
    let id = place.lived(&server);
    // Before the erasure too it lies nowhere in plain letters.
    assert_eq!(leaks(&[place.folder.path()]), Vec::<String>::new());
    let before = place.person(&server, "");
    assert_eq!((&before["nameZh"], &before["phone"]["text"]), (&json!("卡**"), &json!("139****7531")));
    let history = format!("{{ history(id: {id:?}, first: 50) {{ edges {{ node {{ value recordedAt }} }} }} }}");
    let entries = place.ask(&server, &history);
    let moment = entries["data"]["history"]["edges"][0]["node"]["recordedAt"].as_str().expect("a moment").to_owned();
    let old = place.path("backup-old");
    assert!(run(&["backup"], &[("--data", &place.data()), ("--to", &old)]).status.success());
    let kept_keys = fs::read(place.keys().join("keys")).expect("the file of keys");
    place.write(&server, r#"erasePersonalData(person: {code: "per-c"}, reason: REQUESTED)"#);
    for known in [String::new(), format!(", knownAt: {moment:?}")] {
        let person = place.person(&server, &known);
        assert_eq!((&person["nameZh"], &person["phone"]["state"]), (&json!("（已删除）"), &json!("ERASED")), "{known}");
    }
    let text = place.ask(&server, &history).to_string();
    assert!(text.contains("已删除") && !text.contains("卡*"), "{text}");
    // The erasure has a line of its own, the newest; done once more it has no other, and the log none either.
    let lines = || fs::read_to_string(place.data().join("audit.log")).expect("the log").lines().count();
    let logged = lines();
    place.write(&server, r#"erasePersonalData(person: {code: "per-c"}, reason: LEGAL_DUTY)"#);
    assert_eq!(lines(), logged, "nothing happened");
    let told = format!("{{ history(id: {id:?}, first: 50) {{ edges {{ node {{ part field cause standing }} }} }} }}");
    let told = place.ask(&server, &told)["data"]["history"]["edges"].as_array().expect("entries").clone();
    let erased = json!({ "part": "ERASURE", "field": "REQUESTED", "cause": "ERASED", "standing": "KEPT" });
    assert_eq!(told[0]["node"], erased);
    assert_eq!(told.iter().filter(|entry| entry["node"]["part"] == "ERASURE").count(), 1, "{told:?}");
    let new = place.path("backup-new");
    assert!(run(&["backup"], &[("--data", &place.data()), ("--to", &new)]).status.success());
    assert_eq!(server.stop(), Some(0));
    let said = place.checked(&place.data());
    assert!(said.status.success(), "{said:?}");
    assert_eq!(leaks(&[place.folder.path()]), Vec::<String>::new());
    let key = &kept_keys[16..48];
    for path in files_below(place.folder.path()) {
        let bytes = fs::read(&path).expect("a file");
        assert!(!bytes.windows(32).any(|window| window == key), "the key is in {}", path.display());
    }

    // An older backup, with an older copy of the keys, brings nobody back.
    let (data, keys) = (place.path("again"), place.path("again-personal"));
    fs::create_dir(&keys).expect("it can be made");
    fs::write(keys.join("keys"), &kept_keys).expect("it can be written");
    let said = run(&["restore"], &[("--from", &old), ("--data", &data)]);
    assert_eq!(said.status.code(), Some(6), "{said:?}");
    assert!(String::from_utf8_lossy(&said.stderr).contains("RESTORE_ERASURES") && !data.exists(), "{said:?}");
    // What is no register, or has lost a line, says nothing of who was erased.
    let register = fs::read_to_string(place.keys().join("erasures")).expect("the register");
    let head = register.lines().next().expect("a head").to_owned();
    for (name, bytes) in
        [("empty", &b""[..]), ("junk", b"nobody"), ("other", b"id,time\nx,y\n"), ("short", head.as_bytes())]
    {
        let false_one = place.path(name);
        fs::write(&false_one, bytes).expect("it can be written");
        let said = run(&["restore"], &[("--from", &old), ("--data", &data), ("--erasures", &false_one)]);
        assert!(!said.status.success() && !data.exists(), "{name}: {said:?}");
    }
    let register = place.keys().join("erasures");
    let said = run(&["restore"], &[("--from", &old), ("--data", &data), ("--erasures", &register)]);
    assert!(said.status.success(), "{said:?}");
    assert!(!fs::read(keys.join("keys")).expect("it is there").windows(32).any(|window| window == key));
    // Even where the old copy is put back once more, after the restore and without the register.
    fs::write(keys.join("keys"), &kept_keys).expect("it can be written");
    fs::remove_file(keys.join("erasures")).expect("it can be removed");
    let place = Place { token: String::new(), ..place };
    let token = run(&["token", "create", "--name", "b", "--role", "steward"], &[("--data", &data)]);
    let place = Place { token: String::from_utf8(token.stdout).expect("text").trim_end().to_owned(), ..place };
    let server = place.serve_at(&data, "log-again");
    assert_eq!(place.person(&server, "")["phone"]["state"], "ERASED");
    assert_eq!(server.stop(), Some(0));
    assert!(!fs::read(keys.join("keys")).expect("it is there").windows(32).any(|window| window == key));
    assert!(place.checked(&data).status.success());
}

#[test]
fn without_its_keys_a_store_is_served_and_says_so() {
    let place = Place::new();
    let server = place.serve("log");
    place.lived(&server);
    assert_eq!(server.stop(), Some(0));
    let keys = place.keys().join("keys");
    let kept = fs::read(&keys).expect("the file of keys");
    fs::remove_file(&keys).expect("it can be removed");
    let server = place.serve("log-without");
    let person = place.person(&server, "");
    assert_eq!((&person["nameZh"], &person["phone"]["state"]), (&json!("（密钥缺失）"), &json!("KEY_MISSING")));
    let again =
        r#"addName(input: {entity: {code: "per-c"}, text: "示例别名", language: zh, kind: ALIAS, source: "src-c"})"#;
    let answer = place.ask(&server, &format!("mutation {{ it: {again} {{ ... on Refusal {{ code }} }} }}"));
    assert_eq!(answer["data"]["it"]["code"], "PERSONAL_KEY_MISSING", "{answer}");
    assert_eq!(server.stop(), Some(0));
    let log = fs::read_to_string(place.path("log-without")).expect("the log");
    assert!(log.contains("PERSONAL_KEYS_MISSING"), "{log}");
    assert_eq!(place.checked(&place.data()).status.code(), Some(5));
    let doctor = || String::from_utf8_lossy(&run(&["doctor"], &[("--data", &place.data())]).stdout).into_owned();
    assert!(doctor().contains("the keys of 1 people are missing"), "{}", doctor());
    fs::write(&keys, &kept).expect("it can be written");
    assert!(doctor().contains("the keys of people are whole"), "{}", doctor());
    let server = place.serve("log-with");
    assert_eq!(place.person(&server, "")["phone"]["text"], "139****7531");
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn nobody_is_entered_whose_key_cannot_be_kept() {
    let place = Place::new();
    let server = place.serve("log");
    place.lived(&server);
    assert_eq!(server.stop(), Some(0));
    // Somebody else holds the file of keys: as good as a disk that refuses.
    let held = File::open(place.keys().join("keys")).expect("the file of keys");
    held.lock().expect("it can be locked");
    let length = held.metadata().expect("it is there").len();
    let server = place.serve("log-held");
    let before = place.ask(&server, "{ __typename }")["extensions"]["sequence"].clone();
    let one = r#"savePerson(input: {key: "per-d", nameZh: "示例人员丁", source: "src-c"})"#;
    for _ in 0..2 {
        let answer = place.ask(&server, &format!("mutation {{ it: {one} {{ ... on Refusal {{ code }} }} }}"));
        assert_eq!(answer["data"]["it"]["code"], "PERSONAL_KEYS_UNWRITABLE", "{answer}");
    }
    assert_eq!(place.ask(&server, "{ __typename }")["extensions"]["sequence"], before, "nothing was written");
    // Whatever is not about people is written all the same.
    place.write(
        &server,
        r#"saveCluster(input: {key: "clu-d", nameZh: "示例集群丁", kind: INDUSTRIAL_CLUSTER, source: "src-c"})"#,
    );
    assert_eq!(held.metadata().expect("it is there").len(), length, "no key was left");
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn the_command_erases_while_nobody_is_served() {
    let place = Place::new();
    let server = place.serve("log");
    place.lived(&server);
    let erase = |person: &str, reason: &str| {
        run(&["erase", "--person", person, "--reason", reason], &[("--data", &place.data())]).status.code()
    };
    assert_eq!(erase("per-c", "REQUESTED"), Some(3), "the server has the store");
    assert_eq!(server.stop(), Some(0));
    assert_eq!((erase("per-c", "WHIM"), erase("per-none", "REQUESTED")), (Some(2), Some(6)));
    assert!(!place.keys().join("erasures").exists());
    let logged = || fs::read_to_string(place.data().join("audit.log")).expect("the log").lines().count();
    assert_eq!(erase("per-c", "REQUESTED"), Some(0));
    let before = logged();
    assert_eq!(erase("per-c", "REQUESTED"), Some(0), "once more changes nothing");
    assert_eq!(logged(), before, "and is no event");
    let server = place.serve("log");
    assert_eq!(place.person(&server, "")["phone"]["state"], "ERASED");
    assert_eq!(server.stop(), Some(0));
    assert_eq!(leaks(&[place.folder.path()]), Vec::<String>::new());
}
