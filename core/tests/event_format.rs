//! The form of events is frozen: a log of this version, written once and never again, keeps replaying with its bundle.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects,
    reason = "tests stop at the first thing wrong"
)]

mod support;

use ed25519_dalek::{Signer, SigningKey};
use lexgate::author::{Sources, Validation};
use lexgate::chain::Chain;
use lexgate::event::{Occasion, Recorder};
use lexgate::mask::Masking;
use lexgate::receipt::{PublicKey, to_hex};
use lexgate::replay::{Verdict, replay};
use lexgate::{Engine, Mode, Options, Strictness};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::path::PathBuf;
use support::{build, root};

fn folder() -> PathBuf {
    root().join("tests/golden-format")
}

fn key() -> SigningKey {
    SigningKey::from_bytes(&[42; 32])
}

#[test]
fn events_of_version_1_keep_replaying() {
    let engine = Engine::new(&std::fs::read(folder().join("events-v1.bundle")).unwrap()).unwrap();
    let log = std::fs::read_to_string(folder().join("events-v1.jsonl")).unwrap();
    let public = PublicKey::new("golden".to_owned(), &key().verifying_key().to_bytes()).unwrap();
    let engine_of = |digest: &str| (digest == engine.bundle().sha256).then_some(&engine);
    let mut chain = Chain::new(None, None);
    let mut faults = Vec::new();
    let mut verdicts = Vec::new();
    for (n, line) in log.lines().enumerate() {
        let found = replay(line.as_bytes(), &engine_of, std::slice::from_ref(&public));
        assert!(found.is_clean(), "line {}: {found:?}", n + 1);
        verdicts.push(found.verdict.clone());
        chain.push(n as u64 + 1, found.entry, &mut faults);
    }
    chain.finish(&mut faults);
    assert!(faults.is_empty(), "{faults:?}");
    let not_replayable = verdicts.iter().filter(|v| **v == Verdict::NotReplayable).count();
    assert_eq!((verdicts.len(), not_replayable), (24, 6));
}

/// Writes the frozen files where there are none: `cargo test -p lexgate --features author --test event_format -- --ignored`.
/// With a new version of the form they get a new name; the old ones stay.
#[test]
#[ignore = "writes files"]
fn write_the_frozen_files() {
    let (bundle_file, log_file) = (folder().join("events-v1.bundle"), folder().join("events-v1.jsonl"));
    assert!(!bundle_file.exists() && !log_file.exists(), "frozen files are never written again");
    let sources = Sources::read(&root().join("cli/tests/store/policies")).unwrap();
    let bundle = build(&sources, Validation::Strict).1;
    let mut log = String::new();
    let mut after = None;
    for options in [Options::default(), Options { strictness: Strictness::Lenient, mode: Some(Mode::DraftAsAdopted) }] {
        let engine = Engine::with_options(&bundle, options).unwrap();
        let masking = Masking::new(b"a key for tests only").unwrap();
        let rules = br#"{"keep": ["/input/resource/id"], "remove": ["/input/note"]}"#;
        for masking in [masking.clone(), masking.clone().keeping_all(), masking.with_rules(rules).unwrap()] {
            let mut recorder = Recorder::chained(masking, after.take());
            for document in &documents() {
                let n = log.lines().count();
                let answer = engine.evaluate(&engine.read(document));
                let (id, timestamp) = (format!("decision-{n}"), format!("2026-05-18T09:00:{n:02}+08:00"));
                let occasion = Occasion {
                    decision_id: &id,
                    timestamp: &timestamp,
                    labels: BTreeMap::from([("app".to_owned(), "golden".to_owned())]),
                    metrics: BTreeMap::from([("timer_evaluation_ns".to_owned(), 1000)]),
                    requested_by: (n % 5 == 4).then_some("192.0.2.1"),
                };
                let mut event = recorder.record(&engine, document, &answer, &occasion).unwrap();
                event.sign("golden", &to_hex(&key().sign(&event.receipt().to_be_signed()).to_bytes()));
                log.push_str(&event.to_json());
                log.push('\n');
            }
            after = lexgate::event::Link::of(log.lines().last().unwrap().as_bytes());
        }
    }
    std::fs::create_dir_all(folder()).unwrap();
    std::fs::write(bundle_file, bundle).unwrap();
    std::fs::write(log_file, log).unwrap();
}

/// Permitted, conditional, prohibited, and no JSON.
fn documents() -> Vec<Vec<u8>> {
    let request = |kind: &str, promise: Json| {
        json!({
            "subject": {"type": "Office", "id": "办公室-1"},
            "action": {"name": "read"},
            "resource": {"type": "Dataset", "id": "d-1", "properties": {"territory": "450000", "kind": kind}},
            "context": {"time": {"now": "2026-05-20"}, "grant": {"promise": promise}, "procedure": {"received_on": "2026-05-11"}},
            "note": "for nobody",
        })
    };
    let mut all: Vec<Vec<u8>> = [request("open", json!(true)), request("open", Json::Null), request("closed", json!(false))]
        .iter()
        .map(|r| r.to_string().into_bytes())
        .collect();
    all.push(b"{".to_vec());
    all
}
