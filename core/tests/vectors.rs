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

use lexgate::author::vectors::Runner;
use std::collections::BTreeSet;
use support::{root, store};

#[test]
fn every_vector_is_answered_as_expected_and_as_cedar_decides() {
    let s = store();
    let mut runner = Runner::new(&s.engine, Some(&s.compiled));
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
    // A warning, an answer about the law and not about the document, and what only a broken bundle can bring about.
    let elsewhere = ["unknown-context-group", "governed-elsewhere", "policy-evaluation-error"];
    let without: Vec<&str> =
        lexgate::issue::CODES.iter().map(|c| c.code).filter(|c| !shown.contains(c) && !elsewhere.contains(c)).collect();
    assert!(without.is_empty(), "no bad document shows {without:?}");
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
