//! Writes a log of `LEXGATE_EVENTS` chained and masked events (2,000 if nothing is said), alters a known random part of them in
//! every way there is, and demands that `lexgate replay` finds exactly those. `cargo xtask replay` runs it with a million.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    reason = "tests stop at the first thing wrong"
)]

use lexgate::Engine;
use lexgate::author::{Sources, vectors};
use lexgate::bundle::sha256_hex;
use lexgate::event::{Occasion, Recorder};
use lexgate::mask::Masking;
use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// More memory than this is no constant one.
const MEMORY_KB: u64 = 192 * 1024;

/// Small and repeatable: what is random here only has to be spread.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % n
    }
}

/// What is done to an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Change {
    /// This member is another; the digest stays.
    Edit(&'static str),
    /// This member is another, and the digest fits again.
    Reseal(&'static str),
    /// One byte is another.
    Byte,
    Torn,
    Deleted,
    SwappedWithNext,
    Doubled,
    /// An earlier event once more.
    InsertedOld,
    /// A forged event in its place, and the event after it.
    InsertedForged,
}

/// A member of every kind.
const EDITED: [&str; 25] = [
    "/bundle_digest",
    "/bundles/lexgate-provincial-data-law/revision",
    "/decision_id",
    "/engine/version",
    "/erased",
    "/event_version",
    "/input/action/name",
    "/input/context/time/now",
    "/input/subject/id",
    "/labels/app",
    "/masked",
    "/metrics/timer_evaluation_ns",
    "/options/strictness",
    "/outcome",
    "/path",
    "/previous",
    "/receipt/digest",
    "/replayable",
    "/request_digest",
    "/response_digest",
    "/result/decision",
    "/result/context/outcome",
    "/rules",
    "/sequence",
    "/timestamp",
];

fn changes() -> Vec<Change> {
    let mut all: Vec<Change> = EDITED.into_iter().map(Change::Edit).collect();
    all.extend(["/timestamp", "/labels/app", "/result/decision", "/input/subject/id", "/decision_id"].map(Change::Reseal));
    let others = [
        Change::Byte,
        Change::Torn,
        Change::Deleted,
        Change::SwappedWithNext,
        Change::Doubled,
        Change::InsertedOld,
        Change::InsertedForged,
    ];
    // As often as the edits.
    for _ in 0..4 {
        all.extend(others);
    }
    all
}

#[test]
fn exactly_the_altered_events_are_found() {
    let count: usize = std::env::var("LEXGATE_EVENTS").ok().map_or(2_000, |n| n.replace(['_', ','], "").parse().unwrap());
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("events-{count}.jsonl"));
    let begun = Instant::now();
    let written = write(&path, count);
    let seconds = begun.elapsed().as_secs_f64();
    let size = std::fs::metadata(&path).unwrap().len() as f64 / 1e6;
    println!(
        "wrote    {count} events, {size:.0} MB, {:.0} events/s on one core, {} of them altered in {} ways",
        count as f64 / seconds,
        written.altered,
        written.ways
    );

    let begun = Instant::now();
    let run = replay(&path, &written.head);
    let seconds = begun.elapsed().as_secs_f64();
    println!(
        "replayed {} events, {:.0} events/s, {:.0} MB/s, peak memory {} MB",
        run.sum["events"],
        run.sum["events"].as_f64().unwrap() / seconds,
        size / seconds,
        run.peak_kb / 1024
    );

    let missed: Vec<_> = written.expected.iter().filter(|(line, _)| !run.found.contains_key(line)).collect();
    let wrong: Vec<_> = run.found.iter().filter(|(line, _)| !written.expected.contains_key(line)).collect();
    let miscalled: Vec<_> = written
        .expected
        .iter()
        .filter_map(|(line, (change, code))| Some((line, change, code, run.found.get(line)?)))
        .filter(|(.., code, found)| !code.is_empty() && !found.iter().any(|f| f == *code))
        .collect();
    println!("altered  {} events, found {}, missed {}, found besides {}", written.altered, run.found.len(), missed.len(), wrong.len());
    assert!(missed.is_empty() && wrong.is_empty() && miscalled.is_empty(), "{missed:?}\n{wrong:?}\n{miscalled:?}");
    assert_eq!(run.found.len(), written.altered);
    assert_eq!(run.sum["findings"], json!(written.altered));
    assert!(run.peak_kb < MEMORY_KB, "{} kB", run.peak_kb);
    std::fs::remove_file(&path).unwrap();
}

struct Written {
    /// By line: what was done, and a code that has to be told of it.
    expected: BTreeMap<u64, (Change, &'static str)>,
    altered: usize,
    ways: usize,
    head: String,
}

fn write(path: &Path, count: usize) -> Written {
    let engine = Engine::embedded().unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors");
    let requests: Vec<Value> = vectors::read(&Sources::read(&folder).unwrap())
        .unwrap()
        .iter()
        .filter(|v| engine.read(&v.request).facts().is_some())
        .map(|v| serde_json::from_slice(&v.request).unwrap())
        .collect();
    let mut random = Random(20_260_518);
    let changes = changes();
    // Every change is made at least once, however short the log.
    let spacing = (count / (changes.len() * 12)).clamp(12, 900);
    let mut recorder = Recorder::chained(Masking::new(b"a key for tests only").unwrap(), None);
    let mut out = BufWriter::with_capacity(1 << 20, File::create(path).unwrap());
    let mut expected = BTreeMap::new();
    let mut ways = std::collections::BTreeSet::new();
    let mut line = 0u64;
    let mut older: VecDeque<String> = VecDeque::new();
    let mut next_change = 50;
    let mut turn = 0usize;
    let mut held: Option<String> = None;
    let mut missing = false;
    let mut put = |text: &str, line: &mut u64| {
        writeln!(out, "{text}").unwrap();
        *line += 1;
        *line
    };
    let mut head = String::new();
    for n in 0..count {
        let mut request = requests[n * 7 % requests.len()].clone();
        request["subject"]["id"] = json!(format!("subject-{n}"));
        let document = request.to_string().into_bytes();
        let answer = engine.evaluate(&engine.read(&document));
        let (id, timestamp) = (format!("decision-{n:08}"), format!("2026-05-18T{:02}:{:02}:{:02}Z", n / 3600 % 24, n / 60 % 60, n % 60));
        let occasion = Occasion {
            decision_id: &id,
            timestamp: &timestamp,
            labels: BTreeMap::from([("app".to_owned(), "tests".to_owned())]),
            metrics: BTreeMap::from([("timer_evaluation_ns".to_owned(), 20_000 + (n as u64 * 37) % 9_000)]),
            requested_by: None,
        };
        let event = recorder.record(&engine, &document, &answer, &occasion).unwrap();
        head = event.digest().to_owned();
        let event = event.to_json();
        if let Some(next) = held.take() {
            // The two events of a swap.
            let at = put(&event, &mut line);
            expected.insert(at, (Change::SwappedWithNext, "event-out-of-place"));
            put(&next, &mut line);
            continue;
        }
        if missing {
            missing = false;
            let at = put(&event, &mut line);
            expected.insert(at, (Change::Deleted, "events-missing"));
            continue;
        }
        older.push_back(event.clone());
        if older.len() > 40 {
            older.pop_front();
        }
        // Not the last ones: what follows them is what tells.
        if n < next_change || n + 20 > count {
            put(&event, &mut line);
            continue;
        }
        next_change = n + 6 + random.below(spacing);
        let change = changes[turn % changes.len()];
        turn += 1;
        ways.insert(change);
        match change {
            Change::Deleted => missing = true,
            Change::SwappedWithNext => held = Some(event),
            Change::Doubled => {
                put(&event, &mut line);
                let at = put(&event, &mut line);
                expected.insert(at, (change, "event-repeated"));
            }
            Change::InsertedOld => {
                let at = put(&older[random.below(30)], &mut line);
                expected.insert(at, (change, "event-out-of-place"));
                put(&event, &mut line);
            }
            Change::InsertedForged => {
                let at = put(&resealed(&event, "/decision_id"), &mut line);
                expected.insert(at, (change, "event-out-of-place"));
                put(&event, &mut line);
            }
            _ => {
                let (text, code) = altered(&event, change, &mut random);
                assert_ne!(text, event);
                let at = put(&text, &mut line);
                expected.insert(at, (change, code));
            }
        }
    }
    Written { altered: expected.len(), ways: ways.len(), expected, head }
}

fn altered(event: &str, change: Change, random: &mut Random) -> (String, &'static str) {
    match change {
        Change::Edit(pointer) => {
            let mut json: Value = serde_json::from_str(event).unwrap();
            edit(&mut json, pointer);
            let code = if pointer == "/event_version" { "event-version-unsupported" } else { "event-digest-mismatch" };
            (canonical(&json), code)
        }
        Change::Reseal(pointer) => (resealed(event, pointer), "event-resealed"),
        Change::Byte => {
            let mut bytes = event.as_bytes().to_vec();
            // A byte of one character alone, so that the line stays text.
            let at = (0..).map(|_| random.below(bytes.len())).find(|i| bytes[*i].is_ascii_alphanumeric()).unwrap();
            bytes[at] ^= 1;
            (String::from_utf8(bytes).unwrap(), "")
        }
        _ => (event.chars().take(event.len() / 2).collect(), "event-unreadable"),
    }
}

fn edit(json: &mut Value, pointer: &str) {
    let Some(value) = json.pointer_mut(pointer) else { panic!("{pointer} is not in {json}") };
    *value = match &*value {
        Value::Bool(b) => json!(!b),
        Value::Number(n) => json!(n.as_u64().unwrap() + 1),
        Value::String(t) if t == "strict" => json!("lenient"),
        Value::String(t) if t == "permitted" => json!("prohibited"),
        Value::String(t) => json!(format!("{t}x")),
        Value::Array(items) => Value::Array(items.iter().cloned().chain([json!("/added")]).collect()),
        Value::Null => json!("x"),
        Value::Object(_) => json!({}),
    };
}

fn resealed(event: &str, pointer: &str) -> String {
    let mut json: Value = serde_json::from_str(event).unwrap();
    edit(&mut json, pointer);
    json.as_object_mut().unwrap().remove("receipt");
    json["receipt"] = json!({"digest": sha256_hex(canonical(&json).as_bytes())});
    canonical(&json)
}

fn canonical(json: &Value) -> String {
    serde_json_canonicalizer::to_string(json).unwrap()
}

struct Run {
    found: BTreeMap<u64, Vec<String>>,
    sum: Value,
    peak_kb: u64,
}

fn replay(path: &Path, head: &str) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lexgate"));
    let mut child = command.arg("replay").arg(path).args(["--json", "--head", head]).stdout(Stdio::piped()).spawn().unwrap();
    let id = child.id();
    let out = BufReader::new(child.stdout.take().unwrap());
    let reader = std::thread::spawn(move || out.lines().map(|l| serde_json::from_str(&l.unwrap()).unwrap()).collect::<Vec<Value>>());
    let mut peak_kb = 0;
    let code = loop {
        peak_kb = peak_kb.max(high_water_mark(id));
        if let Some(status) = child.try_wait().unwrap() {
            break status.code();
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    assert_eq!(code, Some(3));
    let mut lines = reader.join().unwrap();
    let sum = lines.pop().unwrap();
    let codes = |r: &Value| r["findings"].as_array().unwrap().iter().map(|f| f["code"].as_str().unwrap().to_owned()).collect();
    let found: BTreeMap<u64, Vec<String>> = lines.iter().map(|r| (r["line"].as_u64().unwrap(), codes(r))).collect();
    assert_eq!(found.len(), lines.len(), "each event is reported once");
    assert!(lines.is_sorted_by_key(|r| r["line"].as_u64().unwrap()), "in the order of the log");
    Run { found, sum, peak_kb }
}

/// The most memory a process has had resident, in kB; 0 where the system does not say.
fn high_water_mark(id: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
    line.and_then(|l| l.trim().strip_suffix(" kB")?.parse().ok()).unwrap_or(0)
}
