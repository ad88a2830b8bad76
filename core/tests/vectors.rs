//! Every vector, every answer held against Cedar, and the files that are generated from the policies.

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

use lexgate::author::oracle::Oracle;
use lexgate::author::vectors::{Runner, Vector};
use lexgate::law::Status;
use serde_json::Value as Json;
use std::collections::BTreeSet;
use support::{Doc, root, store};

#[test]
fn every_vector_is_answered_as_expected_and_as_cedar_decides() {
    let s = store();
    let oracle = Oracle::new(&s.compiled);
    let mut runner = Runner::new(&s.engine, Some(&oracle));
    let mut failed = Vec::new();
    for vector in &s.vectors {
        let report = runner.run(vector);
        if !report.problems.is_empty() {
            failed.push(format!("{}\n    {}\n    {}", vector.name, report.problems.join("\n    "), report.summary));
        }
    }
    assert!(failed.is_empty(), "{} of {} vectors fail:\n{}", failed.len(), s.vectors.len(), failed.join("\n"));
}

#[test]
fn every_error_code_is_shown_by_a_bad_document() {
    let shown: BTreeSet<&str> = store()
        .vectors
        .iter()
        .filter(|v| v.name.starts_with("bad-input: "))
        .flat_map(|v| v.expected.errors.iter().flatten())
        .map(|(c, _)| c.as_str())
        .collect();
    // Warnings, answers about the law and not about the document, and what only a broken bundle can bring about.
    let elsewhere =
        ["unknown-context-group", "recipient-law-not-encoded", "governed-elsewhere", "conditions-clash", "policy-evaluation-error"];
    let without: Vec<&str> =
        lexgate::issue::CODES.iter().map(|c| c.code).filter(|c| !shown.contains(c) && !elsewhere.contains(c)).collect();
    assert!(without.is_empty(), "no bad document shows {without:?}");
}

/// The bad documents with this error, as far as they are JSON.
fn shown_with(code: &str) -> Vec<(String, Doc)> {
    let with_code = |v: &&Vector| v.expected.errors.iter().flatten().any(|(c, _)| c == code);
    let bad = store().vectors.iter().filter(|v| v.name.starts_with("bad-input: ")).filter(with_code);
    bad.filter(|v| serde_json::from_slice::<Json>(&v.request).is_ok()).map(|v| (v.name.clone(), Doc::parse(&v.request))).collect()
}

/// Whether a document states a fact like this; `stated` is any value.
fn states(doc: &Doc, fact: &str, value: &str) -> bool {
    match doc.facts.get(fact) {
        Some(v) if value == "stated" => !v.is_null(),
        Some(Json::Bool(b)) => value == b.to_string(),
        Some(Json::String(s)) => value == s || value == "true",
        _ => false,
    }
}

#[test]
fn every_contradiction_and_every_order_of_dates_is_shown_by_a_bad_document() {
    let v = store().engine.vocabulary();
    let bad = shown_with("contradictory-facts");
    let everywhere = v.contradictions.iter().map(|c| (None, c));
    let of_texts = store().engine.texts().flat_map(|t| t.contradictions.iter().map(move |c| (Some(t), c)));
    for (text, c) in everywhere.chain(of_texts) {
        let in_text = |d: &Doc| {
            text.is_none_or(|t| {
                states(d, "dataset.territory", &format!("{}0000", t.regulation.territory))
                    && (t.regulation.status == Status::InForce || d.mode.as_deref() == Some("draft-as-adopted"))
            })
        };
        let said = |d: &Doc| in_text(d) && c.facts.iter().all(|(f, value)| states(d, v.fact_name(*f), value));
        let code = text.map_or("", |t| t.regulation.code.as_str());
        assert!(
            bad.iter().any(|(_, d)| said(d)),
            "no bad document shows {code} {:?}",
            c.facts.iter().map(|(f, w)| (v.fact_name(*f), w)).collect::<Vec<_>>()
        );
    }
    for o in &v.orders {
        let shown = |(_, d): &(String, Doc)| [o.earlier, o.later].iter().all(|f| states(d, v.fact_name(*f), "stated"));
        assert!(shown_with(&o.code).iter().any(shown), "no bad document shows {} before {}", v.fact_name(o.later), v.fact_name(o.earlier));
    }
}

#[test]
fn words_of_another_text_are_shown_for_every_text() {
    let bad = shown_with("value-of-another-text");
    for text in store().engine.texts() {
        for allowed in &text.allowed {
            let fact = store().engine.vocabulary().fact_name(allowed.fact);
            let territory = format!("{}0000", text.regulation.territory);
            let other = |d: &Doc| {
                states(d, "dataset.territory", &territory)
                    && d.facts.get(fact).and_then(Json::as_str).is_some_and(|w| !allowed.values.iter().any(|a| a == w))
            };
            assert!(
                bad.iter().any(|(_, d)| other(d)),
                "no bad document shows a word of another text for {fact} in {}",
                text.regulation.code
            );
        }
    }
}

#[test]
fn no_bad_document_is_ever_decided() {
    for vector in store().vectors.iter().filter(|v| v.name.starts_with("bad-input: ")) {
        let response = store().engine.evaluate_json(&vector.request);
        assert!(response.ends_with(r#","decision":false}"#), "{}", vector.name);
        assert!(response.contains(r#""outcome":"undetermined""#), "{}", vector.name);
    }
}

#[test]
#[cfg(feature = "embedded")]
fn the_embedded_bundle_is_made_from_these_policies() {
    assert!(
        lexgate::evaluate::EMBEDDED_BUNDLE == store().bundle.as_slice(),
        "core/default.bundle is not what the policies compile to: run `cargo xtask bless`"
    );
}

#[test]
fn a_bundle_is_reproducible() {
    let again = lexgate::author::compile(&store().sources).content.unwrap();
    assert!(lexgate::bundle::write(&again).unwrap() == store().bundle);
    assert_eq!(lexgate::bundle::read(&store().bundle).unwrap(), again);
}

#[test]
fn the_schema_is_made_from_this_vocabulary() {
    let file = std::fs::read_to_string(root().join("policies/schema.cedarschema")).unwrap();
    assert!(
        file == lexgate::author::schema(store().engine.vocabulary()),
        "policies/schema.cedarschema is not what the vocabulary makes: run `cargo xtask bless`"
    );
}
