//! What a change of a policy store changes in the answers.

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

use lexgate::author::diff::{Change, diff};
use lexgate::author::vectors::Vector;
use lexgate::author::{Sources, Validation};
use lexgate::{Engine, Outcome};
use serde_json::Value as Json;
use support::{build, store};

/// The text of Guangxi and its vectors.
fn guangxi() -> (Sources, Vec<&'static Vector>) {
    let kept = |path: &str| !path.contains('/') || path.starts_with("gx-bigdata/");
    let sources = Sources::new(store().sources.iter().filter(|(p, _)| kept(p)).map(|(p, t)| (p.to_owned(), t.to_owned())).collect());
    (sources, store().vectors.iter().filter(|v| v.name.starts_with("gx-bigdata: ")).collect())
}

fn engine(sources: &Sources) -> Engine {
    build(sources, Validation::Strict).2
}

fn changed(from: &str, to: &str, file: &str) -> (Engine, Engine, Vec<Vector>) {
    let (mut sources, vectors) = guangxi();
    let before = engine(&sources);
    let text = sources.get(file).unwrap();
    assert!(text.contains(from), "{file} does not contain {from}");
    let text = text.replace(from, to);
    sources.set(file, text);
    (before, engine(&sources), vectors.into_iter().cloned().collect())
}

#[test]
fn the_same_bundle_answers_the_same() {
    let (sources, vectors) = guangxi();
    let vectors: Vec<Vector> = vectors.into_iter().cloned().collect();
    let mut renamed = sources.clone();
    let name = renamed.get("store.toml").unwrap().replace("version = \"", "version = \"9");
    renamed.set("store.toml", name);
    let (a, b) = (engine(&sources), engine(&renamed));
    let d = diff(&a, &b, &vectors);
    assert_ne!(d.before.sha256, d.after.sha256);
    assert_eq!((d.changed, d.provisions.len(), d.vectors), (0, 0, vectors.len()));
}

#[test]
fn a_rule_that_no_longer_speaks_is_listed_with_the_answers_it_turned() {
    // An agreement takes the place of the commitment.
    let (before, after, vectors) = changed(
        "unless { context.grant has safety_commitment && context.grant.safety_commitment };",
        "unless { context.grant has safety_commitment || context.grant has opening_agreement };",
        "gx-bigdata/article-041.cedar",
    );
    let d = diff(&before, &after, &vectors);
    let provision = d.provisions.iter().find(|p| p.rule.as_deref() == Some("gx-bigdata/41/4a")).unwrap();
    assert!(provision.citation.as_ref().unwrap().en.ends_with("art. 41 para. 4"));
    let turned = |a: &&lexgate::author::diff::Answer| a.before == Outcome::Conditional && a.after == Outcome::Permitted;
    assert!(provision.answers.iter().any(|a| turned(&a) && a.change == Change::Disappears), "{provision:?}");
    assert!(d.changed > 0 && d.changed < d.vectors);
    // Seen from the other side the rule appears.
    let back = diff(&after, &before, &vectors);
    assert_eq!(back.changed, d.changed);
    let provision = back.provisions.iter().find(|p| p.rule.as_deref() == Some("gx-bigdata/41/4a")).unwrap();
    assert!(provision.answers.iter().any(|a| a.after == Outcome::Conditional && a.change == Change::Appears));
}

#[test]
fn another_wording_is_a_change_of_its_provision_alone() {
    let (before, after, vectors) = changed(
        "@en(\"The applicant signs a safety commitment\")",
        "@en(\"A safety commitment is signed\")",
        "gx-bigdata/article-041.cedar",
    );
    let d = diff(&before, &after, &vectors);
    assert!(d.changed > 0);
    assert_eq!(d.provisions.iter().map(|p| p.rule.as_deref()).collect::<Vec<_>>(), [Some("gx-bigdata/41/4a")]);
    assert!(d.provisions[0].answers.iter().all(|a| a.change == Change::Differs && a.before == a.after));
}

#[test]
fn provisions_stand_in_statute_order_and_what_belongs_to_none_comes_last() {
    let (mut sources, vectors) = guangxi();
    let vectors: Vec<Vector> = vectors.into_iter().cloned().collect();
    let before = engine(&sources);
    let store_file = sources.get("store.toml").unwrap().to_owned();
    sources.set("store.toml", format!("{store_file}\n[readings]\n4 = \"other\"\n6 = \"other\"\n14 = \"other\"\n"));
    let after = engine(&sources);
    let d = diff(&before, &after, &vectors);
    let rules: Vec<Option<&str>> = d.provisions.iter().map(|p| p.rule.as_deref()).collect();
    let articles: Vec<u32> = rules.iter().flatten().map(|r| r.split('/').nth(1).unwrap().parse().unwrap()).collect();
    assert!(articles.is_sorted() && articles.contains(&9) && articles.contains(&41), "{rules:?}");
    // Where only the choice of a reading is new, no provision is.
    assert_eq!(rules.last(), Some(&None));
    assert_eq!(rules.iter().filter(|r| r.is_none()).count(), 1);
}

#[test]
fn a_difference_is_canonical() {
    let (before, after, vectors) =
        changed("@en(\"The applicant signs a safety commitment\")", "@en(\"x\")", "gx-bigdata/article-041.cedar");
    let json = diff(&before, &after, &vectors).to_json();
    let canonical = serde_json_canonicalizer::to_vec(&serde_json::from_str::<Json>(&json).unwrap()).unwrap();
    assert_eq!(json.as_bytes(), canonical);
}
