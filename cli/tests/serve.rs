//! `lexgate serve` over real sockets.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects,
    reason = "tests stop at the first thing wrong"
)]

use lexgate::Engine;
use lexgate::author::{Sources, vectors};
use lexgate::evaluate::EMBEDDED_BUNDLE;
use serde_json::{Value as Json, json};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

const EVALUATION: &str = "/access/v1/evaluation";
const EVALUATIONS: &str = "/access/v1/evaluations";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// A folder that is there for one test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("lexgate-serve-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.0.join(name);
        // As an operator does: written beside, then moved.
        let beside = self.0.join(format!("{name}.new"));
        fs::write(&beside, content).unwrap();
        fs::rename(&beside, &path).unwrap();
        path.display().to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A running service.
struct Service {
    child: Child,
    address: String,
    said: Receiver<String>,
}

struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|l| l.split_once(": "));
        lines.find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v)
    }

    fn json(&self) -> Json {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.body))
    }

    fn code(&self) -> &str {
        self.header("x-lexgate-error").unwrap_or_default()
    }
}

impl Service {
    fn start(args: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_lexgate"))
            .args(["--lang", "en", "serve", "--listen", "127.0.0.1:0"])
            .args(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (send, said) = channel();
        let errors = BufReader::new(child.stderr.take().unwrap());
        std::thread::spawn(move || errors.lines().map_while(Result::ok).for_each(|l| drop(send.send(l))));
        let first = said.recv_timeout(Duration::from_secs(20)).expect("it says where it listens");
        let address = first.strip_prefix("lexgate: listening on http://").unwrap_or_else(|| panic!("{first}")).to_owned();
        Self { child, address, said }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream
    }

    fn raw(&self, bytes: &[u8]) -> Answer {
        let mut stream = self.connect();
        // The service may answer and close before it has read everything.
        let _ = stream.write_all(bytes);
        read(&mut stream)
    }

    fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        self.raw(request(method, path, headers, body).as_bytes())
    }

    fn post(&self, path: &str, body: &str) -> Answer {
        self.ask("POST", path, &[("content-type", "application/json")], body)
    }

    fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[], "")
    }

    fn signal(&self, name: &str) {
        assert!(Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status().unwrap().success());
    }

    /// The next line of its log that says this.
    fn hears(&self, what: &str) -> String {
        let end = Instant::now() + Duration::from_secs(20);
        while let Ok(line) = self.said.recv_timeout(end.saturating_duration_since(Instant::now())) {
            if line.contains(what) {
                return line;
            }
        }
        panic!("it never said {what}");
    }

    fn end(mut self) -> Option<i32> {
        self.signal("TERM");
        self.child.wait().unwrap().code()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn request(method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> String {
    let headers: String = headers.iter().map(|(n, v)| format!("{n}: {v}\r\n")).collect();
    format!("{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {}\r\n{headers}\r\n{body}", body.len())
}

fn read(stream: &mut TcpStream) -> Answer {
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    let text = String::from_utf8(bytes).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).and_then(|s| s.parse().ok()).unwrap_or(0);
    Answer { status, head: head.to_owned(), body: body.to_owned() }
}

/// Facts of a dataset that may be shared, when its sharing type is `conditional`.
fn facts(sharing_type: &str) -> Json {
    json!({
        "territory": "450000",
        "is_public_data": true,
        "sharing_type": sharing_type,
        "sharing_conditions": "kept in the catalogue",
        "type_assessed_on": "2026-01-15",
        "type_disputed": false,
        "catalogued": true,
        "obtained_via": "collection",
        "law_bars_sharing": false,
        "contains_state_secret": false,
        "endangers_national_security": false,
        "harms_public_interest": false,
        "infringes_rights": false,
    })
}

/// A department that asks for shared data; everything is in order on 18 May 2026.
fn sharing(now: Option<&str>) -> Json {
    let mut request = json!({
        "subject": {"type": "GovernmentDepartment", "id": "dept-1"},
        "action": {"name": "obtain_shared_data"},
        "resource": {"type": "Dataset", "id": "d-1", "properties": facts("conditional")},
        "context": {
            "request": {"channel": "platform", "purpose": "statutory_duty", "sharing_conditions_met": true},
            "procedure": {
                "state": "provider_agreed",
                "received_on": "2026-05-06",
                "opinion_sought_on": "2026-05-07",
                "provider_reply": "agree",
                "provider_replied_on": "2026-05-12",
                "shared_on": "2026-05-13",
            },
            "grant": {"sharing_approval": true, "valid_from": "2026-05-12", "valid_until": "2027-05-11"},
        },
    });
    if let Some(now) = now {
        request["context"]["time"] = json!({"now": now});
    }
    request
}

fn catalogue() -> Json {
    let dataset = |kind: &str| json!({"facts": facts(kind)});
    let datasets: serde_json::Map<String, Json> =
        (0..25).map(|i| (format!("d-{i:02}"), dataset(if i % 5 == 0 { "not_shared" } else { "conditional" }))).collect();
    json!({"version": 1, "datasets": datasets})
}

#[test]
fn the_answer_is_that_of_the_engine_byte_for_byte() {
    let engine = Engine::embedded().unwrap();
    let service = Service::start(&["--poll", "0"]);
    let vectors = vectors::read(&Sources::read(&root().join("tests/vectors")).unwrap()).unwrap_or_else(|e| panic!("{e}"));
    let mut asked = 0;
    // What a service refuses before it asks the engine is another matter.
    for vector in vectors.iter().filter(|v| engine.read(&v.request).errors().is_empty()).step_by(7) {
        let Ok(text) = std::str::from_utf8(&vector.request) else { continue };
        let answer = service.post(EVALUATION, text);
        assert_eq!((answer.status, answer.body.as_str()), (200, engine.evaluate_json(&vector.request).as_str()), "{}", vector.name);
        asked += 1;
    }
    assert!(asked > 100, "{asked}");
    assert_eq!(service.end(), Some(0));
}

#[test]
fn what_is_not_stated_comes_from_the_host() {
    let service = Service::start(&["--poll", "0"]);
    let answer = service.post(EVALUATION, &sharing(None).to_string()).json();
    assert_eq!((&answer["context"]["errors"], &answer["decision"]), (&json!([]), &json!(true)), "{answer}");
    // Its own clock does not replace what the caller says.
    let early = service.post(EVALUATION, &sharing(Some("2001-01-01")).to_string()).json();
    assert_eq!(early["context"]["errors"][0]["code"], "event-in-the-future", "{early}");

    let folder = Folder::new("facts");
    let file = folder.write("catalogue.json", catalogue().to_string());
    let service = Service::start(&["--poll", "0", "--catalogue", &file]);
    let mut named = sharing(Some("2026-05-18"));
    named["resource"] = json!({"type": "Dataset", "id": "d-01"});
    let mut full = named.clone();
    full["resource"]["properties"] = facts("conditional");
    let engine = Engine::embedded().unwrap();
    let answer = service.post(EVALUATION, &named.to_string()).body;
    assert_eq!(answer, engine.evaluate_json(full.to_string().as_bytes()));
    assert!(answer.ends_with("\"decision\":true}"), "{answer}");
    // Nobody talks the catalogue over.
    full["resource"]["properties"]["sharing_type"] = json!("unconditional");
    let answer = service.post(EVALUATION, &full.to_string());
    assert_eq!((answer.status, answer.code()), (400, "contradicts-catalogue"));
}

#[test]
fn what_is_no_request_is_refused() {
    let service = Service::start(&["--poll", "0", "--max-body", "4000", "--timeout", "1"]);
    let good = sharing(Some("2026-05-18")).to_string();
    let doubled = good.replacen('{', "{\"subject\":{\"type\":\"LegalPerson\",\"id\":\"x\"},", 1);
    let inside = good.replace("\"dept-1\"", "\"dept-1\",\"id\":\"dept-2\"");
    for (body, status, code) in [
        (doubled.as_str(), 400, "duplicate-key"),
        (&inside, 400, "duplicate-key"),
        (&good.replace("\"dept-1\"", "\"\""), 400, "empty-text"),
        (&good.replace("\"dept-1\"", "null"), 400, "missing-field"),
        (&good.replace("\"dept-1\"", "7"), 400, "wrong-type"),
        (&good.replace("\"properties\":{", "\"properties\":[],\"x\":{"), 400, "wrong-type"),
        ("[]", 400, "wrong-type"),
        ("nonsense", 400, "invalid-json"),
        ("", 400, "invalid-json"),
        (&format!("{good}{}", " ".repeat(4000)), 413, "input-too-large"),
    ] {
        let answer = service.ask("POST", EVALUATION, &[("content-type", "application/json"), ("x-request-id", "r-1")], body);
        assert_eq!((answer.status, answer.code(), answer.header("x-request-id")), (status, code, Some("r-1")), "{body}");
        assert!(answer.json().is_string());
    }
    assert_eq!(service.raw(b"POST /access/v1/evaluation HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1\r\nconnection: close\r\n\r\n\xff").code(), "invalid-utf8");
    assert_eq!(service.ask("POST", EVALUATION, &[], &good).code(), "wrong-content-type");
    assert_eq!(service.ask("POST", EVALUATION, &[("content-type", "application/json; charset=utf-8")], &good).status, 200);
    assert_eq!((service.get(EVALUATION).status, service.get("/access/v2").status), (405, 404));
    // What is wrong with the facts is an answer, not an HTTP error.
    let answer = service.post(EVALUATION, &good.replace("sharing_type", "sharing_tipe"));
    assert_eq!((answer.status, answer.json()["decision"].clone()), (200, json!(false)));
    assert_eq!(answer.json()["context"]["errors"][0]["code"], "unknown-fact");
    // A body that does not come, and a head that does not end.
    let mut slow = service.connect();
    slow.write_all(b"POST /access/v1/evaluation HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\nconnection: close\r\n\r\n{").unwrap();
    assert_eq!(read(&mut slow).status, 408);
    let mut slower = service.connect();
    slower.write_all(b"POST /access/v1/evaluation HTTP/1.1\r\nhost: x\r\n").unwrap();
    let begun = Instant::now();
    read(&mut slower);
    assert!(begun.elapsed() < Duration::from_secs(10));
    assert_eq!(service.end(), Some(0));
}

#[test]
fn who_shows_no_key_is_not_answered() {
    let folder = Folder::new("keys");
    let file = folder.write("keys", "# the office\nan-office-key-of-length\n\n another-key-of-length\n");
    let service = Service::start(&["--poll", "0", "--bearer", &file]);
    let good = sharing(Some("2026-05-18")).to_string();
    for (shown, status) in [
        (vec![], 401),
        (vec!["Bearer wrong"], 401),
        (vec!["Basic an-office-key-of-length"], 401),
        (vec!["Bearer an-office-key-of-length", "Bearer an-office-key-of-length"], 401),
        (vec!["Bearer an-office-key-of-length"], 200),
        (vec!["bearer another-key-of-length"], 200),
    ] {
        let mut headers = vec![("content-type", "application/json")];
        headers.extend(shown.iter().map(|s| ("authorization", *s)));
        assert_eq!(service.ask("POST", EVALUATION, &headers, &good).status, status, "{shown:?}");
    }
    assert_eq!((service.get("/metrics").status, service.get("/readyz").status), (401, 200));
    let empty = folder.write("empty", "\n");
    let refused =
        Command::new(env!("CARGO_BIN_EXE_lexgate")).args(["serve", "--listen", "127.0.0.1:0", "--bearer", &empty]).output().unwrap();
    assert_eq!(refused.status.code(), Some(2));
}

#[test]
fn a_batch_ends_where_its_semantic_says() {
    let service = Service::start(&["--poll", "0", "--max-evaluations", "4"]);
    let entry = |sharing: &str| json!({"resource": {"type": "Dataset", "id": sharing, "properties": facts(sharing)}});
    let (yes, no, broken) = (entry("conditional"), entry("not_shared"), json!({"resource": 7}));
    let ask = |semantic: &str, entries: &[&Json]| {
        let mut batch = sharing(Some("2026-05-18"));
        batch["evaluations"] = json!(entries);
        batch["options"] = json!({"evaluations_semantic": semantic});
        let answer = service.post(EVALUATIONS, &batch.to_string());
        let decisions =
            |a: &Json| a["evaluations"].as_array().unwrap().iter().map(|e| e["decision"].as_bool().unwrap()).collect::<Vec<_>>();
        if answer.status == 200 { Ok(decisions(&answer.json())) } else { Err(answer.code().to_owned()) }
    };
    assert_eq!(ask("execute_all", &[&yes, &no, &broken, &yes]), Ok(vec![true, false, false, true]));
    assert_eq!(ask("deny_on_first_deny", &[&yes, &no, &yes]), Ok(vec![true, false]));
    assert_eq!(ask("deny_on_first_deny", &[&yes, &broken, &yes]), Ok(vec![true, false]));
    assert_eq!(ask("permit_on_first_permit", &[&no, &broken, &yes, &no]), Ok(vec![false, false, true]));
    assert_eq!(ask("execute_some", &[&yes]), Err("unknown-semantic".to_owned()));
    assert_eq!(ask("execute_all", &[&yes; 5]), Err("input-too-large".to_owned()));
    // Defaults that would be read a thousand times over.
    let roomy = Service::start(&["--poll", "0"]);
    let mut large = sharing(Some("2026-05-18"));
    large["context"]["request"]["scenario"] = json!("x".repeat(100_000));
    large["evaluations"] = json!(vec![json!({}); 1000]);
    let answer = roomy.post(EVALUATIONS, &large.to_string());
    assert_eq!((answer.status, answer.code()), (413, "input-too-large"));
    // Each answer is the one it would get alone, and an error says where.
    let mut batch = sharing(Some("2026-05-18"));
    batch["evaluations"] = json!([no, broken]);
    let answer = service.post(EVALUATIONS, &batch.to_string()).json();
    let mut alone = sharing(Some("2026-05-18"));
    alone["resource"] = no["resource"].clone();
    assert_eq!(answer["evaluations"][0], service.post(EVALUATION, &alone.to_string()).json());
    assert_eq!(answer["evaluations"][1]["context"]["error"]["code"], "wrong-type");
    assert_eq!(answer["evaluations"][1]["context"]["error"]["status"], 400);
}

#[test]
fn a_search_goes_on_page_by_page() {
    let folder = Folder::new("search");
    let file = folder.write("catalogue.json", catalogue().to_string());
    let service = Service::start(&["--poll", "0", "--catalogue", &file, "--max-page", "8"]);
    let search = |path: &str, mut query: Json, page: Json| {
        query["page"] = page;
        service.post(path, &query.to_string())
    };
    let query = || {
        let mut query = sharing(Some("2026-05-18"));
        query["resource"] = json!({"type": "Dataset"});
        query
    };
    let mut found = Vec::new();
    let mut token = String::new();
    let mut pages = 0;
    let mut first_token = String::new();
    loop {
        let page = search("/access/v1/search/resource", query(), json!({"limit": 1000, "token": token})).json();
        let results = page["results"].as_array().unwrap();
        assert!(results.len() <= 8 && page["page"]["count"] == results.len());
        found.extend(results.iter().map(|r| r["id"].as_str().unwrap().to_owned()));
        token = page["page"]["next_token"].as_str().unwrap().to_owned();
        pages += 1;
        if pages == 1 {
            first_token.clone_from(&token);
        }
        if token.is_empty() {
            break;
        }
    }
    let expected: Vec<String> = (0..25).filter(|i| i % 5 != 0).map(|i| format!("d-{i:02}")).collect();
    assert_eq!((found, pages), (expected, 3));
    // A token is good for the search it came from.
    let mut other = query();
    other["subject"]["id"] = json!("dept-2");
    for (query, token) in [(other, first_token.clone()), (query(), "eyJ9".to_owned()), (query(), "%".to_owned())] {
        let answer = search("/access/v1/search/resource", query, json!({"token": token}));
        assert_eq!((answer.status, answer.code()), (400, "page-token-unknown"));
    }
    for limit in [json!(0), json!(-1), json!("8"), json!(1.5)] {
        assert_eq!(search("/access/v1/search/resource", query(), json!({"limit": limit})).status, 400);
    }
    let mut actions = sharing(Some("2026-05-18"));
    actions["resource"] = json!({"type": "Dataset", "id": "d-01"});
    actions.as_object_mut().unwrap().remove("action");
    let answer = service.post("/access/v1/search/action", &actions.to_string()).json();
    assert!(answer["results"].as_array().unwrap().contains(&json!({"name": "obtain_shared_data"})), "{answer}");
    // A search that is itself wrong does not look like one that finds nothing.
    let mut wrong = query();
    wrong["context"]["request"] = json!({"chanel": "platform"});
    let answer = service.post("/access/v1/search/resource", &wrong.to_string()).json();
    assert_eq!((answer["results"].clone(), answer["context"]["errors"][0]["code"].clone()), (json!([]), json!("unknown-fact")));
    // Whom the catalogue does not list cannot be searched for, and nobody is told one could.
    let mut whom = sharing(Some("2026-05-18"));
    whom["subject"] = json!({"type": "GovernmentDepartment"});
    assert_eq!(service.post("/access/v1/search/subject", &whom.to_string()).status, 501);
    let metadata = service.get("/.well-known/authzen-configuration").json();
    assert!(metadata.get("search_subject_endpoint").is_none() && metadata.get("search_resource_endpoint").is_some());
}

#[test]
fn files_change_while_it_runs() {
    let folder = Folder::new("reload");
    let mut sources = Sources::read(&root().join("policies")).unwrap();
    let mut bundle = |version: &str| {
        let store = sources.get("store.toml").unwrap().to_owned();
        let lines: Vec<String> =
            store.lines().map(|l| if l.starts_with("version") { format!("version = \"{version}\"") } else { l.to_owned() }).collect();
        sources.set("store.toml".to_owned(), lines.join("\n"));
        lexgate::bundle::write(lexgate::author::compile(&sources).content.as_ref().unwrap()).unwrap()
    };
    let (old, new, newest) = (bundle("9.1.0"), bundle("9.2.0"), bundle("9.3.0"));
    let file = folder.write("bundle", &new);
    let listed = folder.write("catalogue.json", catalogue().to_string());
    let version = |service: &Service| service.get("/readyz").json()["bundle"]["version"].as_str().unwrap().to_owned();

    // On SIGHUP only.
    let service = Service::start(&["--poll", "0", "--bundle", &file, "--catalogue", &listed]);
    let catalogue_in_force = service.get("/readyz").json()["catalogue_sha256"].clone();
    folder.write("bundle", &newest);
    assert_eq!(version(&service), "9.2.0");
    service.signal("HUP");
    service.hears("in force");
    assert_eq!(version(&service), "9.3.0");
    // What is refused leaves the old one: older, damaged, another store, no bundle, a catalogue that is none.
    let mut damaged = newest.clone();
    *damaged.last_mut().unwrap() ^= 1;
    for (content, code) in [
        (old.as_slice(), "bundle-version-too-old"),
        (&damaged, "bundle-file-digest-mismatch"),
        (b"nonsense", "not-a-bundle"),
        (EMBEDDED_BUNDLE, "bundle-version-too-old"),
    ] {
        folder.write("bundle", content);
        service.signal("HUP");
        let line = service.hears("error[");
        assert!(line.contains(&format!("error[{code}]")), "{line}");
        assert_eq!(version(&service), "9.3.0");
        assert_eq!(service.post(EVALUATION, &sharing(Some("2026-05-18")).to_string()).json()["context"]["bundle"]["version"], "9.3.0");
    }
    folder.write("bundle", &newest);
    folder.write("catalogue.json", "{\"version\": 1}");
    service.signal("HUP");
    service.hears("error[catalogue-malformed]");
    assert_eq!(service.get("/readyz").json()["catalogue_sha256"], catalogue_in_force);
    let metrics = service.get("/metrics").body;
    assert!(
        metrics.contains("lexgate_reloads_total{result=\"in_force\"} 1") && metrics.contains("lexgate_reloads_total{result=\"refused\"} 5"),
        "{metrics}"
    );
    assert_eq!(service.end(), Some(0));

    // By itself.
    folder.write("bundle", &new);
    folder.write("catalogue.json", catalogue().to_string());
    let service = Service::start(&["--poll", "1", "--bundle", &file, "--catalogue", &listed]);
    folder.write("bundle", &newest);
    service.hears("in force");
    assert_eq!(version(&service), "9.3.0");
    folder.write("bundle", &old);
    service.hears("error[bundle-version-too-old]");
    assert_eq!(version(&service), "9.3.0");
}

#[test]
fn no_decision_is_lost_when_it_ends() {
    let folder = Folder::new("log");
    let log = folder.0.join("decisions.jsonl").display().to_string();
    let service = Service::start(&["--poll", "0", "--log", &log, "--log-chain", "--log-unmasked"]);
    let answered = Arc::new(AtomicUsize::new(0));
    let callers: Vec<_> = (0..8)
        .map(|_| {
            let (address, answered) = (service.address.clone(), Arc::clone(&answered));
            std::thread::spawn(move || {
                let body = sharing(Some("2026-05-18")).to_string();
                loop {
                    let Ok(mut stream) = TcpStream::connect(&address) else { return };
                    if stream.write_all(request("POST", EVALUATION, &[("content-type", "application/json")], &body).as_bytes()).is_err() {
                        return;
                    }
                    let answer = read(&mut stream);
                    if answer.status != 200 {
                        return;
                    }
                    assert!(answer.body.ends_with('}'));
                    answered.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    while answered.load(Ordering::Relaxed) < 200 {
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(service.end(), Some(0));
    callers.into_iter().for_each(|c| c.join().unwrap());
    let text = fs::read_to_string(&log).unwrap();
    let events = text.lines().count();
    // An event is written before its answer: every answer has one, and an answer that was cut off may have one too.
    let answered = answered.load(Ordering::Relaxed);
    assert!(text.ends_with('\n') && (answered..=answered + 8).contains(&events), "{answered} answers, {events} events");
    let replayed = Command::new(env!("CARGO_BIN_EXE_lexgate")).args(["replay", &log]).output().unwrap();
    assert!(replayed.status.success(), "{}", String::from_utf8_lossy(&replayed.stdout));
}

#[test]
fn what_cannot_be_logged_is_not_answered() {
    if !Path::new("/dev/full").exists() {
        return;
    }
    let service = Service::start(&["--poll", "0", "--log", "/dev/full"]);
    let answer = service.post(EVALUATION, &sharing(Some("2026-05-18")).to_string());
    assert_eq!((answer.status, answer.code()), (503, "decision-not-logged"));
    assert!(service.get("/metrics").body.contains("lexgate_events_failed_total 1"));
}

#[test]
fn more_at_once_than_are_answered_are_told_so() {
    let service = Service::start(&["--poll", "0", "--max-requests", "1", "--timeout", "5"]);
    let mut slow = service.connect();
    slow.write_all(b"POST /access/v1/evaluation HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{")
        .unwrap();
    let good = sharing(Some("2026-05-18")).to_string();
    let end = Instant::now() + Duration::from_secs(4);
    let answer = loop {
        let answer = service.post(EVALUATION, &good);
        if answer.status != 200 || Instant::now() > end {
            break answer;
        }
    };
    assert_eq!((answer.status, answer.code(), answer.header("retry-after")), (503, "overloaded", Some("1")));
    assert_eq!(service.get("/healthz").status, 200);
    drop(slow);
    while service.post(EVALUATION, &good).status != 200 {
        assert!(Instant::now() < end + Duration::from_secs(5), "the place is never free again");
    }
}

/// A service that checks calls for proxies, with the files of the table of calls.
fn gateway(more: &[&str]) -> (Service, Json) {
    let file = |name: &str| root().join("tests/gateways/fixtures").join(name).display().to_string();
    let (catalogue, config, status, keys) = (file("catalogue.json"), file("gateway.yaml"), file("status.json"), file("jwks.json"));
    let mut args = vec!["--poll", "0", "--catalogue", &catalogue, "--gateway", &config, "--status", &status, "--grant-keys", &keys];
    args.extend(more);
    (Service::start(&args), serde_json::from_str(&fs::read_to_string(file("signed.json")).unwrap()).unwrap())
}

const RECORDS: &str = "/datasets/nanning-bus-positions/records?fields=line,position";

#[test]
fn a_proxy_asks_whether_a_call_may_pass() {
    let folder = Folder::new("gateway");
    let log = folder.0.join("decisions.jsonl").display().to_string();
    let (service, tokens) = gateway(&["--log", &log]);
    let bearer = |name: &str| format!("Bearer {}", tokens[name]["jwt"].as_str().unwrap());
    let opened = bearer("opened");
    let ask = |path: &str, headers: &[(&str, &str)]| service.ask("GET", path, headers, "");

    // nginx and Caddy: the same call in other headers.
    for (path, [method, target, host]) in [
        ("/gateway/check/original", ["x-original-method", "x-original-uri", "x-original-host"]),
        ("/gateway/check/forwarded", ["x-forwarded-method", "x-forwarded-uri", "x-forwarded-host"]),
    ] {
        let call = |of: &'static str| vec![(method, "GET"), (target, of), (host, "data.example.cn"), ("authorization", opened.as_str())];
        let allowed = ask(path, &call(RECORDS));
        assert_eq!((allowed.status, allowed.header("x-lexgate-remove")), (200, Some("authorization")), "{}", allowed.body);
        let decision: Json = serde_json::from_str(allowed.header("x-lexgate-decision").unwrap()).unwrap();
        assert_eq!(decision["outcome"], "permitted");
        let refused = ask(path, &call("/datasets/nanning-bus-positions/records?fields=driver"));
        assert_eq!((refused.status, refused.header("content-type")), (403, Some("application/problem+json")));
        assert!(refused.header("x-lexgate-decision").is_none());
        // A header twice, one that is missing, a request line that says something else.
        for (change, code) in [
            ((target, RECORDS), Some("question-malformed")),
            ((host, "data.example.cn"), Some("question-malformed")),
            (("x-original-request", "GET /admin HTTP/1.1"), Some("question-malformed")),
            (("x-original-request", &format!("GET {RECORDS} HTTP/1.1")), None),
        ] {
            let mut changed = call(RECORDS);
            changed.push(change);
            let answer = ask(path, &changed);
            assert_eq!((answer.status, answer.header("x-lexgate-error")), (if code.is_some() { 403 } else { 200 }, code), "{change:?}");
        }
        for i in 0..3 {
            let mut short = call(RECORDS);
            short.remove(i);
            assert_eq!(ask(path, &short).header("x-lexgate-error"), Some("question-malformed"));
        }
    }
    // nginx understands two refusals, and learns the third apart.
    let unknown = [("x-original-method", "GET"), ("x-original-uri", "/admin"), ("x-original-host", "data.example.cn")];
    let answer = ask("/gateway/check/original", &unknown);
    assert_eq!((answer.status, answer.header("x-lexgate-status")), (403, Some("404")));
    assert_eq!(ask("/gateway/refusal/original", &unknown).status, 404);
    let good = [
        ("x-original-method", "GET"),
        ("x-original-uri", RECORDS),
        ("x-original-host", "data.example.cn"),
        ("authorization", opened.as_str()),
    ];
    assert_eq!(ask("/gateway/refusal/original", &good).status, 503);

    // Envoy: the call stands in the question itself.
    let envoy = |target: &str, host: &str, token: &str| {
        let head = format!(
            "GET /gateway/check/envoy{target} HTTP/1.1\r\nhost: {host}\r\nauthorization: {token}\r\nx-original-uri: /admin\r\nconnection: close\r\n\r\n"
        );
        service.raw(head.as_bytes()).status
    };
    assert_eq!(envoy(RECORDS, "data.example.cn", &opened), 200);
    assert_eq!(envoy(RECORDS, "other.example.cn", &opened), 404);
    assert_eq!(envoy("/admin", "data.example.cn", &opened), 404);
    assert_eq!(envoy("/", "data.example.cn", &opened), 404);
    assert_eq!(envoy(&format!("/{RECORDS}"), "data.example.cn", &opened), 400);
    assert_eq!(envoy("/datasets/x/../nanning-bus-positions/records?fields=line", "data.example.cn", &opened), 400);
    for name in tokens.as_object().unwrap().keys().filter(|n| tokens[n.as_str()]["grant_error"].is_string()) {
        assert_eq!(envoy(RECORDS, "data.example.cn", &bearer(name)), 401, "{name}");
    }
    // What was asked of the law is logged once; what never came that far is not.
    assert_eq!(service.end(), Some(0));
    let events = fs::read_to_string(&log).unwrap().lines().count();
    assert_eq!(events, 2 * 3 + 1, "allowed, refused and repeated by two proxies, allowed by the third");
}

#[test]
fn a_gateway_that_is_wrong_does_not_begin() {
    let folder = Folder::new("wrong");
    let file = |name: &str| root().join("tests/gateways/fixtures").join(name).display().to_string();
    let private = fs::read_to_string(file("jwks.json")).unwrap().replacen("\"kty\"", "\"d\": \"AAAA\", \"kty\"", 1);
    for (keys, config, code) in [
        (folder.write("private.json", private), file("gateway.yaml"), "keys-malformed"),
        (folder.write("none.json", "{\"keys\": []}"), file("gateway.yaml"), "keys-malformed"),
        (file("jwks.json"), folder.write("gateway.yaml", "version: 1\nroutes: []\n"), "document-malformed"),
    ] {
        let (catalogue, status) = (file("catalogue.json"), file("status.json"));
        let ended = Command::new(env!("CARGO_BIN_EXE_lexgate"))
            .args(["--lang", "en", "serve", "--listen", "127.0.0.1:0", "--catalogue", &catalogue, "--gateway", &config])
            .args(["--status", &status, "--grant-keys", &keys])
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&ended.stderr);
        assert!(ended.status.code() == Some(2) && said.contains(&format!("error[{code}]")), "{said}");
    }
}
