//! The divergence sets: the same facts under all texts, whose answers differ for the reason given.

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

use lexgate::author::Sources;
use lexgate::author::divergence::{self, Divergence};
use std::collections::BTreeSet;
use support::{root, store};

fn sets() -> Vec<Divergence> {
    divergence::read(&Sources::read(&root().join("tests/divergence")).unwrap()).unwrap_or_else(|e| panic!("{e}"))
}

#[test]
fn every_divergence_is_as_described() {
    let sets = sets();
    let failed: Vec<String> = sets
        .iter()
        .filter_map(|d| {
            let problems = d.problems(&store().engine);
            (!problems.is_empty()).then(|| format!("{}\n    {}", d.name, problems.join("\n    ")))
        })
        .collect();
    assert!(failed.is_empty(), "{} of {} divergence sets fail:\n{}", failed.len(), sets.len(), failed.join("\n"));
}

#[test]
fn there_are_enough_of_them_and_every_text_stands_out_somewhere() {
    let sets = sets();
    assert!(sets.len() >= 40, "{} divergence sets", sets.len());
    let codes: BTreeSet<&str> = store().engine.texts().map(|t| t.regulation.code.as_str()).collect();
    for code in codes {
        // Alone with its outcome among all texts.
        let alone = sets.iter().filter(|d| d.expect.values().filter(|o| Some(*o) == d.expect.get(code)).count() == 1);
        assert!(alone.count() > 0, "{code} never differs from all others");
    }
}

#[test]
fn the_checker_sees_what_is_wrong() {
    let mut sets = sets();
    let engine = &store().engine;
    let mut set = sets.swap_remove(0);
    let (code, outcome) = set.expect.pop_last().unwrap();
    assert!(set.problems(engine)[0].starts_with(&format!("{code}: no outcome is expected")));
    set.expect.insert(code.clone(), outcome);
    set.rules.insert(code.clone(), vec![format!("{code}/0/0")]);
    assert!(set.problems(engine)[0].contains("/0/0 does not decide"));
    set.rules.clear();
    set.expect.insert("zz-nowhere".to_owned(), outcome);
    assert_eq!(set.problems(engine), ["there is no answer under `zz-nowhere`"]);

    // An act that no text deals with.
    let silent = br#"{"subject":{"type":"LegalPerson","id":"a"},"action":{"name":"any_data_activity"},
        "resource":{"type":"Dataset","id":"d"},"context":{"time":{"now":"2026-05-18"}}}"#;
    set.request = silent.to_vec();
    set.expect = engine.texts().map(|t| (t.regulation.code.clone(), lexgate::Outcome::Undetermined)).collect();
    assert!(set.problems(engine)[0].starts_with("all texts give the same answer"), "{:?}", set.problems(engine));
}
