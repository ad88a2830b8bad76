//! A batch answers every entry as if it had been sent alone.

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

use serde_json::{Value as Json, json};
use support::store;

fn answers(batch: &Json) -> Vec<String> {
    let batch = serde_json::to_vec(batch).unwrap();
    store().engine.evaluate_batch(&batch).unwrap().responses().map(|r| r.to_json()).collect()
}

#[test]
fn every_vector_is_answered_as_if_it_were_alone() {
    let s = store();
    // Documents that are no JSON, or have a key twice, cannot be an entry of this batch as it is built here.
    let alone: Vec<(Json, String)> = s
        .vectors
        .iter()
        .filter_map(|v| {
            let json: Json = serde_json::from_slice(&v.request).ok()?;
            let text = serde_json::to_vec(&json).ok()?;
            Some((json, s.engine.evaluate_json(&text)))
        })
        .collect();
    assert!(alone.len() > 1500);
    let entries: Vec<&Json> = alone.iter().map(|(json, _)| json).collect();
    for (answer, (json, expected)) in answers(&json!({ "evaluations": entries })).iter().zip(&alone) {
        assert_eq!(answer, expected, "{json}");
    }
}

#[test]
fn keys_that_stand_twice_are_found_in_an_entry() {
    let s = store();
    let doubled = s.vectors.iter().find(|v| v.name.contains("duplicate") || v.name.contains("twice")).expect("a vector with a key twice");
    let text = String::from_utf8(doubled.request.clone()).unwrap();
    let batch = format!(r#"{{"evaluations":[{text},{text}]}}"#);
    let batch = s.engine.evaluate_batch(batch.as_bytes()).unwrap();
    for response in batch.responses() {
        assert_eq!(response.to_json(), s.engine.evaluate_json(doubled.request.as_slice()));
    }
}

#[test]
fn datasets_of_one_subject_share_what_they_share() {
    let s = store();
    let mut distinct = 0;
    for (name, doc) in s.requests.iter().step_by(17) {
        let whole: Json = serde_json::from_slice(&doc.bytes()).unwrap();
        let mut defaults = whole.clone();
        defaults.as_object_mut().unwrap().remove("resource");
        let mut entries = Vec::new();
        for n in 0..20 {
            let mut resource = whole["resource"].clone();
            resource["id"] = json!(format!("dataset-{n}"));
            if n % 5 == 0 {
                resource["properties"]["contains_trade_secret"] = json!(n % 2 == 0);
            }
            entries.push(json!({ "resource": resource }));
        }
        // Without an identifier there is nobody to take the answer from.
        entries.push(json!({ "resource": { "type": "Dataset", "properties": whole["resource"]["properties"] } }));
        entries.push(json!({ "resource": { "type": "Dataset", "id": "", "properties": whole["resource"]["properties"] } }));
        entries.push(json!({ "resource": { "type": "Dataset", "id": 7, "properties": whole["resource"]["properties"] } }));
        entries.push(json!({ "subject": 7, "resource": whole["resource"] }));
        entries.push(json!(3));
        let mut batch = defaults.clone();
        batch["evaluations"] = json!(entries);
        for (entry, answer) in entries.iter().zip(answers(&batch)) {
            let alone = match entry {
                Json::Object(own) => {
                    let mut alone = defaults.clone();
                    alone.as_object_mut().unwrap().extend(own.clone());
                    alone
                }
                other => other.clone(),
            };
            assert_eq!(answer, s.engine.evaluate_json(&serde_json::to_vec(&alone).unwrap()), "{name}: {entry}");
        }
        let batch = serde_json::to_vec(&batch).unwrap();
        distinct += s.engine.evaluate_batch(&batch).unwrap().distinct().len();
    }
    let requests = s.requests.iter().step_by(17).count();
    assert!(distinct <= requests * 8, "{distinct} answers were worked out for {requests} batches of 25");
}

#[test]
fn what_is_no_batch_is_refused() {
    let code = |text: &str| store().engine.evaluate_batch(text.as_bytes()).err().map(|e| e.code);
    assert_eq!(code(r#"{"evaluations":[]}"#), None);
    assert_eq!(code(r#"{"evaluations":[],"options":{"evaluations_semantic":"execute_all"}}"#), None);
    assert_eq!(code("{}"), Some("missing-field"));
    assert_eq!(code("[]"), Some("invalid-json"));
    assert_eq!(code(r#"{"evaluations":{}}"#), Some("wrong-type"));
    assert_eq!(code(r#"{"evaluations":[],"evaluations":[]}"#), Some("wrong-type"));
    assert_eq!(code(r#"{"evaluations":[],"subject":{},"subject":{}}"#), Some("duplicate-key"));
    assert_eq!(code(r#"{"evaluations":[],"subject":{"id":"a","id":"b"}}"#), Some("duplicate-key"));
}
