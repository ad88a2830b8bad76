//! The law in Cedar's policy-store layout: Cedar reads it, and it comes back as it went.

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

use cedar_policy::{PolicyId, PolicySet, Schema, ValidationMode, Validator};
use lexgate::author::oracle::{ask, difference, input, parse_schema};
use lexgate::author::policy_store::{Files, StoreError, export, export_text, import};
use lexgate::bundle::About;
use serde_json::Value as Json;
use std::str::FromStr;
use std::sync::LazyLock;
use support::{in_parallel, store};

fn about() -> &'static About {
    &store().compiled.content.as_ref().unwrap().about
}

fn whole() -> &'static Files {
    static WHOLE: LazyLock<Files> = LazyLock::new(|| export(about(), store().engine.vocabulary(), &store().sources).unwrap());
    &WHOLE
}

/// The policies of a store under the ids they annotate, as other Cedar tools name them, and its schema.
fn read_by_cedar(files: &Files) -> (PolicySet, Schema) {
    let text = |path: &str| std::str::from_utf8(&files[path]).unwrap();
    let mut all = PolicySet::new();
    for path in files.keys().filter(|p| p.starts_with("policies/")) {
        assert!(path.ends_with(".cedar"), "{path}");
        let set = PolicySet::from_str(text(path)).unwrap();
        assert!(set.policies().next().is_some() && set.templates().next().is_none(), "{path}");
        for policy in set.policies() {
            let id = policy.annotation("id").expect("several policies in a file need ids of their own");
            all.add(policy.new_id(PolicyId::new(id))).unwrap();
        }
    }
    (all, parse_schema(text("schema.cedarschema")).unwrap())
}

#[test]
fn cedar_reads_and_validates_the_whole_law() {
    let (policies, schema) = read_by_cedar(whole());
    let count: usize = store().compiled.cedar.values().map(|set| set.policies().count()).sum();
    assert!(policies.policies().count() > count, "all of them, and the one that forbids everything");
    let result = Validator::new(schema).validate(&policies, ValidationMode::Strict);
    assert!(result.validation_passed(), "{}", result.validation_errors().map(ToString::to_string).collect::<Vec<_>>().join("\n"));
    let metadata: Json = serde_json::from_slice(&whole()["metadata.json"]).unwrap();
    assert_eq!(metadata["policy_store"]["version"], about().version.as_str());
    assert!(metadata["policy_store"]["id"].as_str().unwrap().bytes().all(|b| b.is_ascii_hexdigit()), "other tools ask for that");
    let manifest: Json = serde_json::from_slice(&whole()["manifest.json"]).unwrap();
    assert_eq!(manifest["files"].as_object().unwrap().len() + 1, whole().len());
}

#[test]
fn nobody_is_allowed_anything_by_the_whole_law_taken_as_one_set() {
    let (policies, schema) = read_by_cedar(whole());
    for (name, doc) in store().requests.iter().step_by(7) {
        let request = store().engine.read(&doc.bytes());
        let input = input(store().engine.vocabulary(), request.facts().unwrap(), Some(&schema)).unwrap();
        assert!(!ask(&policies, &input).allow, "{name}");
    }
}

#[test]
fn what_was_exported_comes_back_as_it_was() {
    let sources = import(whole()).unwrap();
    let content = lexgate::author::compile(&sources).content.unwrap();
    assert!(content == *store().compiled.content.as_ref().unwrap());
    assert!(lexgate::bundle::write(&content).unwrap() == store().bundle, "the same bundle, byte for byte");
    assert_eq!(export(&content.about, &content.law.vocabulary, &sources).unwrap(), *whole());
}

#[test]
fn cedar_decides_with_the_store_of_a_text_as_we_do() {
    for code in store().sources.texts() {
        let files = export_text(about(), store().engine.vocabulary(), &store().compiled, code).unwrap();
        let (policies, schema) = read_by_cedar(&files);
        assert!(Validator::new(schema.clone()).validate(&policies, ValidationMode::Strict).validation_passed(), "{code}");
        let differ = in_parallel(&store().requests, |(name, doc)| {
            let request = store().engine.read(&doc.bytes());
            let facts = request.facts().unwrap();
            let verdict = ask(&policies, &input(store().engine.vocabulary(), facts, Some(&schema)).unwrap());
            let ours = store().engine.matching_policies(code, facts).unwrap();
            difference(&ours, &verdict).map(|d| format!("{name}: {d}")).into_iter().collect()
        });
        assert!(differ.is_empty(), "{code}: {}", differ.join("\n"));
    }
    let unknown = export_text(about(), store().engine.vocabulary(), &store().compiled, "no-such-text");
    assert_eq!(unknown.unwrap_err(), StoreError::UnknownText("no-such-text".to_owned()));
}

#[test]
fn a_store_that_is_not_what_it_says_is_refused() {
    let with = |change: fn(&mut Files)| {
        let mut files = whole().clone();
        change(&mut files);
        import(&files).unwrap_err()
    };
    let some = |text: &str| text.as_bytes().to_vec();
    assert!(matches!(with(|f| drop(f.remove("metadata.json"))), StoreError::Missing(_)));
    assert!(matches!(with(|f| drop(f.remove("lexgate/store.toml"))), StoreError::Missing(_)));
    assert!(matches!(with(|f| drop(f.remove("policies/lexgate-whole-law.cedar"))), StoreError::Missing(_)));
    assert!(matches!(with(|f| f.get_mut("lexgate/vocabulary.toml").unwrap().push(b' ')), StoreError::Damaged(_)));
    assert!(matches!(with(|f| f.get_mut("manifest.json").unwrap().insert(0, b'x')), StoreError::Damaged(_)));
    assert!(matches!(with(|f| drop(f.insert("policies/more.cedar".to_owned(), vec![]))), StoreError::OutOfPlace(_)));
    // Without a manifest there is still a place for everything.
    let bare = |path: &str, content: &str| {
        let mut files = whole().clone();
        files.remove("manifest.json");
        files.insert(path.to_owned(), some(content));
        import(&files)
    };
    assert!(bare("lexgate/store.toml", "id = \"a\"").is_ok());
    for path in [
        "templates/a.cedar",
        "entities/a.json",
        "trusted-issuers/a.json",
        "policies/a.txt",
        "policies/a/b/c.cedar",
        "lexgate/../../a.toml",
        "lexgate//a.toml",
        "policies/vocabulary.toml",
        "readme.md",
    ] {
        assert_eq!(bare(path, "").unwrap_err(), StoreError::OutOfPlace(path.to_owned()));
    }
    assert!(bare("policies/lexgate-whole-law.cedar", "permit (principal, action, resource);").is_ok(), "an author's own file");
    let twice = store().sources.texts().next().unwrap();
    let (article, text) = store().sources.articles(twice).next().unwrap();
    let kept = if whole().contains_key(&format!("policies/{article}")) { "lexgate" } else { "policies" };
    assert!(matches!(bare(&format!("{kept}/{article}"), text), Err(StoreError::OutOfPlace(_))));
}
