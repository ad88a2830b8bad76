//! Runs `lexgate evaluate --log` and `lexgate replay`, with the made-up store in `tests/store`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects,
    reason = "tests stop at the first thing wrong"
)]

use serde_json::{Value, json};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Exit code, standard output, standard error.
struct Ran {
    code: i32,
    out: String,
    err: String,
}

/// A folder of its own with the bundle of the made-up store.
struct Place {
    folder: PathBuf,
}

impl Place {
    /// Leaves a file to its owner alone.
    fn close(&self, file: &str) {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(self.folder.join(file), std::fs::Permissions::from_mode(0o600)).unwrap();
    }

    fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("replay-{name}"));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let place = Self { folder };
        let policies = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/store/policies");
        let built = place.run(&["bundle", "build", "--policies", policies.to_str().unwrap(), "-o", "demo.bundle"], b"");
        assert_eq!(built.code, 0, "{}", built.err);
        place
    }

    fn run(&self, args: &[&str], input: &[u8]) -> Ran {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lexgate"));
        command.args(args).current_dir(&self.folder).env_remove("LEXGATE_LANG").env("LC_ALL", "C");
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_vec();
        let writer = std::thread::spawn(move || stdin.write_all(&input));
        let output: Output = child.wait_with_output().unwrap();
        let _ = writer.join();
        Ran {
            code: output.status.code().expect("no signal"),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Decides a request for each number and logs it.
    fn log(&self, numbers: std::ops::Range<usize>, options: &[&str]) -> Ran {
        let lines: String = numbers.map(|n| format!("{}\n", request(n))).collect();
        self.run(&[&["evaluate", "--lines", "--bundle", "demo.bundle", "-", "--log", "log.jsonl"], options].concat(), lines.as_bytes())
    }

    fn replay(&self, args: &[&str]) -> Ran {
        self.run(&[&["replay", "--bundle", "demo.bundle", "--json"], args].concat(), b"")
    }

    fn lines(&self, file: &str) -> Vec<String> {
        std::fs::read_to_string(self.folder.join(file)).unwrap().lines().map(str::to_owned).collect()
    }

    fn write(&self, file: &str, lines: &[String]) {
        std::fs::write(self.folder.join(file), lines.iter().map(|l| format!("{l}\n")).collect::<String>()).unwrap();
    }
}

fn request(n: usize) -> Value {
    json!({
        "subject": {"type": "Office", "id": format!("office-of-{n}")},
        "action": {"name": "read"},
        "resource": {"type": "Dataset", "id": "d-1", "properties": {"territory": "450000", "kind": if n.is_multiple_of(3) { "closed" } else { "open" }}},
        "context": {"time": {"now": "2026-05-20"}, "grant": {"promise": n.is_multiple_of(2)}},
    })
}

/// Line and codes of every finding, and the sum.
fn told(run: &Ran) -> (Vec<(u64, Vec<String>)>, Value) {
    let mut lines: Vec<Value> = run.out.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let sum = lines.pop().unwrap();
    let codes = |r: &Value| r["findings"].as_array().unwrap().iter().map(|f| f["code"].as_str().unwrap().to_owned()).collect();
    (lines.iter().map(|r| (r["line"].as_u64().unwrap(), codes(r))).collect(), sum)
}

fn one(line: u64, code: &str) -> (u64, Vec<String>) {
    (line, vec![code.to_owned()])
}

#[test]
fn what_was_logged_replays() {
    let place = Place::new("plain");
    let answers = place.log(0..20, &[]);
    assert_eq!(answers.out.lines().count(), 20);
    let lines = place.lines("log.jsonl");
    assert_eq!(lines.len(), 20);
    assert!(!lines.concat().contains("office-of"), "masked unless asked for");
    let run = place.replay(&["log.jsonl"]);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    assert_eq!(told(&run).1, json!({"events": 20, "findings": 0, "head": null, "not_replayable": 0, "other_engine": 0, "same": 20}));
    let plain = place.run(&["replay", "--bundle", "demo.bundle", "--", "log.jsonl"], b"");
    assert_eq!((plain.code, plain.out.as_str()), (0, "20 events, 20 same, 0 not replayable, 0 findings\n"));

    // Appended to, and as it is.
    place.log(20..22, &["--log-unmasked", "--log-label", "app=portal", "--log-label", "zone=a=b"]);
    let last: Value = serde_json::from_str(&place.lines("log.jsonl")[21]).unwrap();
    assert_eq!((&last["input"], &last["labels"]), (&request(21), &json!({"app": "portal", "zone": "a=b"})));
    assert!(last["timestamp"].as_str().unwrap().ends_with('Z') && last["metrics"]["timer_evaluation_ns"].as_u64().unwrap() > 0);
    assert_eq!(last["decision_id"].as_str().unwrap().as_bytes()[14], b'7', "a UUID that sorts by time");
    assert_eq!(place.replay(&["log.jsonl"]).code, 0);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(place.folder.join("log.jsonl")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "others do not read what was decided");
    }
}

#[test]
fn events_may_go_to_standard_output() {
    let place = Place::new("output");
    let run = place.run(&["evaluate", "--bundle", "demo.bundle", "--log", "-", "-"], request(2).to_string().as_bytes());
    assert_eq!(run.code, 0);
    let event: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!((run.out.lines().count(), &event["result"]["decision"]), (1, &json!(true)));
    assert_eq!(place.run(&["replay", "--bundle", "demo.bundle", "--", "-"], run.out.as_bytes()).code, 0);
}

#[test]
fn every_alteration_is_named_and_nothing_else() {
    let place = Place::new("altered");
    place.log(0..12, &["--log-chain"]);
    let lines = place.lines("log.jsonl");
    let clean = place.replay(&["log.jsonl"]);
    assert_eq!(clean.code, 0, "{}", clean.out);
    let head = told(&clean).1["head"].as_str().unwrap().to_owned();
    assert!(lines[11].contains(&head));
    let found = |lines: &[String], args: &[&str]| {
        place.write("altered.jsonl", lines);
        let run = place.replay(&[args, &["altered.jsonl"]].concat());
        let (findings, sum) = told(&run);
        assert_eq!((run.code, sum["findings"].as_u64().unwrap()), (if findings.is_empty() { 0 } else { 3 }, findings.len() as u64));
        findings
    };
    let mut edited = lines.clone();
    edited[4] = edited[4].replace("\"kind\":\"open\"", "\"kind\":\"closed\"");
    assert_eq!(found(&edited, &[]), [(5, vec!["event-digest-mismatch".to_owned(), "event-differs".to_owned()])]);
    let without = |n: usize| [&lines[..n], &lines[n + 1..]].concat();
    assert_eq!(found(&without(6), &[]), [one(7, "events-missing")]);
    assert_eq!(found(&lines[1..], &[]), [one(1, "events-missing")]);
    assert_eq!(found(&lines[..11], &[]), [], "nothing tells that the last one is missing");
    assert_eq!(found(&lines[..11], &["--head", &head]), [one(11, "head-missing")]);
    assert_eq!(found(&lines, &["--head", &head]), []);
    let third: Value = serde_json::from_str(&lines[2]).unwrap();
    assert_eq!(found(&lines[3..], &["--after", third["receipt"]["digest"].as_str().unwrap()]), []);
    let mut twice = lines.clone();
    twice.insert(4, lines[3].clone());
    assert_eq!(found(&twice, &[]), [one(5, "event-repeated")]);
    let mut swapped = lines.clone();
    swapped.swap(3, 4);
    assert_eq!(found(&swapped, &[]), [one(4, "event-out-of-place")]);
    let mut garbage = lines.clone();
    garbage[7] = "not json".to_owned();
    garbage.insert(3, String::new());
    assert_eq!(found(&garbage, &[]), [one(9, "event-unreadable")], "empty lines are counted, and are no events");
    let unknown = place.run(&["replay", "log.jsonl", "--json"], b"");
    assert_eq!((unknown.code, told(&unknown).0.len()), (3, 12), "the bundle is not given");
    assert_eq!(told(&unknown).0[0], one(1, "event-bundle-unknown"));
}

#[test]
fn findings_are_told_in_both_languages() {
    let place = Place::new("told");
    place.log(0..4, &["--log-chain"]);
    let mut lines = place.lines("log.jsonl");
    lines[1] = lines[1].replace("\"outcome\":\"", "\"outcome\":\"x");
    lines.remove(2);
    lines.push("{}".to_owned());
    place.write("log.jsonl", &lines);
    let en = place.run(&["replay", "log.jsonl", "--bundle", "demo.bundle"], b"");
    assert_eq!(en.code, 3);
    let mut sum = en.out.lines().rev();
    assert_eq!(sum.next(), Some("4 events, 2 same, 0 not replayable, 3 findings"));
    assert!(sum.next().unwrap().starts_with("head "));
    for part in [
        "✘ log.jsonl:2 ",
        "its digest is another [event-digest-mismatch]",
        "/outcome [event-differs]",
        "1 events are missing",
        "no decision event",
    ] {
        assert!(en.out.contains(part), "{part}: {}", en.out);
    }
    let zh = place.run(&["--lang", "zh", "replay", "log.jsonl", "--bundle", "demo.bundle"], b"");
    for part in ["摘要不符", "下列成员不同", "缺少 1 个事件", "该行不是决定事件"] {
        assert!(zh.out.contains(part), "{part}: {}", zh.out);
    }
    assert!(!en.out.contains('\x1b'));
}

#[test]
fn a_log_begins_a_new_file_when_it_grows_too_large_and_its_chain_goes_on() {
    let place = Place::new("rotated");
    std::fs::create_dir(place.folder.join("logs")).unwrap();
    let log = |numbers: std::ops::Range<usize>, keep: &str| {
        let lines: String = numbers.map(|n| format!("{}\n", request(n))).collect();
        let args = [
            "evaluate",
            "--lines",
            "--bundle",
            "demo.bundle",
            "-",
            "--log",
            "logs/log.jsonl",
            "--log-chain",
            "--log-max-bytes",
            "9000",
            "--log-keep",
            keep,
        ];
        place.run(&args, lines.as_bytes())
    };
    // In several runs: each goes on where the one before ended.
    log(0..7, "50");
    log(7..8, "50");
    log(8..20, "50");
    let run = place.replay(&["--", "logs"]);
    let (findings, sum) = told(&run);
    assert_eq!((run.code, findings, sum["events"].as_u64()), (0, vec![], Some(20)), "{}", run.out);
    let files = std::fs::read_dir(place.folder.join("logs")).unwrap().count();
    assert!(files > 3, "{files}");
    for file in std::fs::read_dir(place.folder.join("logs")).unwrap() {
        assert!(file.unwrap().metadata().unwrap().len() <= 9000);
    }
    log(20..40, "2");
    assert!(place.folder.join("logs/log.jsonl.2").exists());
    let run = place.replay(&["logs/log.jsonl.2", "logs/log.jsonl.1", "logs/log.jsonl"]);
    let (findings, sum) = told(&run);
    assert_eq!((run.code, findings), (3, vec![one(1, "events-missing")]), "the oldest ones are gone, and that is said");
    assert!(sum["head"].is_string());
}

#[test]
fn a_log_that_cannot_be_written_is_no_answer() {
    let place = Place::new("refused");
    let code = |run: &Ran| run.err.split(['[', ']']).nth(1).unwrap_or_default().to_owned();
    std::fs::write(place.folder.join("log.jsonl"), "no event\n").unwrap();
    let run = place.log(0..1, &["--log-chain"]);
    assert_eq!((run.code, run.out.as_str(), code(&run).as_str()), (2, "", "log-unchained"));
    place.log(0..1, &[]);
    std::fs::write(place.folder.join("log.jsonl"), "{\"torn").unwrap();
    assert_eq!(code(&place.log(0..1, &["--log-chain"])), "log-unchained");
    let run = place.run(&["evaluate", "--bundle", "demo.bundle", "-", "--log", "no/such/folder.jsonl"], request(2).to_string().as_bytes());
    assert_eq!((run.code, run.out.as_str(), code(&run).as_str()), (2, "", "file-unwritable"));
    std::fs::write(place.folder.join("short"), "key").unwrap();
    assert_eq!(code(&place.log(0..1, &["--log-sign", "short"])), "private-key-exposed");
    place.close("short");
    assert_eq!(code(&place.log(0..1, &["--log-mask-key", "short"])), "mask-key-too-short");
    std::fs::write(place.folder.join("rules.json"), "{\"keep\": [\"input\"]}").unwrap();
    assert_eq!(code(&place.log(0..1, &["--log-mask", "rules.json"])), "mask-rule-pointer");
    assert_eq!(code(&place.log(0..1, &["--log-sign", "short"])), "key-malformed");
    assert_eq!(place.run(&["evaluate", "-", "--log-chain"], b"").code, 2, "without --log");
    assert_eq!(code(&place.run(&["replay", "no-such-log"], b"")), "file-unreadable");
    assert_eq!(code(&place.run(&["replay", "-"], b"\n\n")), "no-events");
    assert_eq!(place.run(&["replay", "-", "--head", "xyz"], b"").code, 2);
    // Another process is writing.
    let held = std::fs::File::options().append(true).create(true).open(place.folder.join("held.jsonl")).unwrap();
    held.lock().unwrap();
    let run = place.run(&["evaluate", "--bundle", "demo.bundle", "-", "--log", "held.jsonl"], request(2).to_string().as_bytes());
    assert_eq!((run.code, run.out.as_str(), code(&run).as_str()), (2, "", "log-in-use"));
}

#[test]
fn masking_follows_rules_and_key() {
    let place = Place::new("masked");
    std::fs::write(place.folder.join("key"), "a key of sixteen bytes or more").unwrap();
    std::fs::write(place.folder.join("rules.json"), r#"{"keep": ["/input/resource/id"]}"#).unwrap();
    let options = ["--log-mask-key", "key", "--log-mask", "rules.json"];
    place.log(1..2, &options);
    place.log(1..2, &options);
    let events: Vec<Value> = place.lines("log.jsonl").iter().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(events[0]["input"], events[1]["input"], "the same key gives the same tokens");
    assert_eq!((&events[0]["input"]["resource"]["id"], &events[0]["masked"]), (&json!("d-1"), &json!(["/input/subject/id"])));
    place.log(1..2, &[]);
    let other: Value = serde_json::from_str(&place.lines("log.jsonl")[2]).unwrap();
    assert_ne!(other["input"]["subject"]["id"], events[0]["input"]["subject"]["id"], "else each run has its own");
    assert_eq!(place.replay(&["log.jsonl"]).code, 0);
}

#[test]
fn signed_events_are_checked_against_the_keys_given() {
    // An Ed25519 key made for this test.
    const PRIVATE: &str =
        "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n-----END PRIVATE KEY-----\n";
    const PUBLIC: &str =
        "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PUBLIC KEY-----\n";
    const OTHER: &str =
        "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAPUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=\n-----END PUBLIC KEY-----\n";
    let place = Place::new("signed");
    for (file, text) in [("private.pem", PRIVATE), ("public.pem", PUBLIC), ("other.pem", OTHER)] {
        std::fs::write(place.folder.join(file), text).unwrap();
    }
    place.close("private.pem");
    place.log(0..4, &["--log-sign", "private.pem"]);
    assert_eq!(place.replay(&["log.jsonl", "--public-key", "public.pem"]).code, 0);
    assert_eq!(place.replay(&["log.jsonl", "--public-key", "other.pem", "--public-key", "public.pem"]).code, 0);
    assert_eq!(told(&place.replay(&["log.jsonl", "--public-key", "other.pem"])).0[0], one(1, "event-signer-unknown"));
    place.log(4..5, &[]);
    assert_eq!(told(&place.replay(&["log.jsonl", "--public-key", "public.pem"])).0, [one(5, "event-unsigned")]);
}
