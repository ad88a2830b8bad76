//! One act under every text.

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

use lexgate::author::{Sources, Validation, compile};
use lexgate::{Comparison, Engine, Outcome};
use serde_json::{Value as Json, json};
use std::sync::LazyLock;
use support::{Doc, build, copy_text, in_parallel, store};

/// The text of Guangxi, and copies of it: one with two opening types of its own (`zz-two`), one that lists no words
/// (`zz-none`), a draft in the territory of Guangxi (`zz-draft`), one not yet in force (`zz-later`).
static ENGINE: LazyLock<Engine> = LazyLock::new(|| build(&sources(), Validation::Strict).2);

fn sources() -> Sources {
    let kept = |path: &str| !path.contains('/') || path.starts_with("gx-bigdata/");
    let files = store().sources.iter().filter(|(p, _)| kept(p)).map(|(p, t)| (p.to_owned(), without_tables(t))).collect();
    let mut sources = Sources::new(files);
    for (code, status, territory) in
        [("zz-draft", "draft", "45"), ("zz-later", "in-force", "12"), ("zz-none", "in-force", "13"), ("zz-two", "in-force", "35")]
    {
        copy_text(&mut sources, "gx-bigdata", code, status, territory);
    }
    change(&mut sources, "zz-later", |text| text.replace("effective_date = \"2023-01-01\"", "effective_date = \"2030-01-01\""));
    change(&mut sources, "zz-none", |text| entries(text, |e| !(e.starts_with("[[allowed]]") && e.contains("opening_type"))));
    change(&mut sources, "zz-two", |text| {
        let own = text.replace(r#"values = ["unconditional", "conditional", "not_opened"]"#, r#"values = ["universal", "on_application"]"#);
        own + &counterpart("unconditional", "universal") + &counterpart("conditional", "on_application")
    });
    // The words of the copy stand in its policies as well.
    let articles: Vec<(String, String)> = sources.articles("zz-two").map(|(p, t)| (p.to_owned(), t.to_owned())).collect();
    for (path, text) in articles {
        if ["/article-039.cedar", "/article-040.cedar", "/article-022.cedar"].iter().any(|f| path.ends_with(f)) {
            let own = text.replace("opening_type = unconditional", "opening_type = universal");
            sources.set(
                path,
                own.replace("opening_type == \"unconditional\"", "opening_type == \"universal\"").replace(
                    r#"["unconditional", "conditional"].contains(resource.opening_type)"#,
                    r#"["universal", "on_application"].contains(resource.opening_type)"#,
                ),
            );
        }
    }
    sources
}

fn change(sources: &mut Sources, code: &str, edit: impl FnOnce(&str) -> String) {
    let path = format!("{code}/regulation.toml");
    let text = edit(sources.get(&path).unwrap());
    sources.set(path, text);
}

/// A TOML file with only some of its entries.
fn entries(text: &str, kept: impl Fn(&str) -> bool) -> String {
    text.split_inclusive("\n\n").filter(|e| kept(e)).collect()
}

/// The store of this repository may have tables of its own one day; these tests bring theirs.
fn without_tables(text: &str) -> String {
    entries(text, |e| !e.starts_with("[[counterpart]]"))
}

fn counterpart(common: &str, here: &str) -> String {
    format!("\n[[counterpart]]\nfact = \"dataset.opening_type\"\ncommon = \"{common}\"\nhere = \"{here}\"\n")
}

fn document(opening_type: &str) -> Json {
    json!({
        "subject": {"type": "LegalPerson", "id": "c-1"},
        "action": {"name": "obtain_opened_data"},
        "resource": {"type": "Dataset", "id": "d-1", "properties": {
            "territory": "110000", "is_public_data": true, "opening_type": opening_type, "type_assessed_on": "2026-01-15",
            "type_disputed": false, "catalogued": true, "contains_personal_information": false, "contains_trade_secret": false,
            "contains_confidential_business_information": false, "contains_important_data": false, "contains_state_secret": false,
            "agreement_bars_opening": false, "law_bars_opening": false, "endangers_national_security": false,
            "harms_public_interest": false, "infringes_rights": false,
        }},
        "context": {"request": {"channel": "platform", "territory": "460000"}, "time": {"now": "2026-05-18"}},
    })
}

fn compare(engine: &Engine, document: &Json) -> Json {
    serde_json::from_str(&engine.compare(&engine.read(document.to_string().as_bytes())).to_json()).unwrap()
}

fn text<'j>(comparison: &'j Json, code: &str) -> &'j Json {
    comparison["texts"].as_array().unwrap().iter().find(|t| t["code"] == code).unwrap()
}

#[test]
fn every_text_decides_alone_in_its_own_territory() {
    let c = compare(&ENGINE, &document("unconditional"));
    let codes: Vec<&str> = c["texts"].as_array().unwrap().iter().map(|t| t["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["gx-bigdata", "zz-draft", "zz-later", "zz-none", "zz-two"]);
    for (code, territory, outcome) in [
        ("gx-bigdata", "450000", "permitted"),
        ("zz-draft", "450000", "permitted"),
        ("zz-none", "130000", "permitted"),
        ("zz-two", "350000", "permitted"),
    ] {
        let t = text(&c, code);
        assert_eq!((&t["territory"], &t["outcome"]), (&json!(territory), &json!(outcome)), "{t}");
        let rules = t["deciding"].as_array().unwrap();
        assert!(!rules.is_empty() && rules.iter().all(|r| r["rule"].as_str().unwrap().starts_with(&format!("{code}/"))), "{t}");
    }
}

#[test]
fn a_draft_decides_as_adopted_and_is_marked() {
    let c = compare(&ENGINE, &document("unconditional"));
    assert_eq!((&text(&c, "zz-draft")["draft_mark"], &text(&c, "zz-draft")["status"]), (&json!(true), &json!("draft")));
    assert_eq!((&text(&c, "gx-bigdata")["draft_mark"], &text(&c, "gx-bigdata")["status"]), (&json!(false), &json!("in-force")));
}

#[test]
fn a_text_that_is_not_yet_in_force_decides_nothing() {
    let c = compare(&ENGINE, &document("unconditional"));
    let t = text(&c, "zz-later");
    assert_eq!((&t["outcome"], &t["status"]), (&json!("undetermined"), &json!("not-yet-in-force")));
    assert_eq!(t["errors"][0]["code"], "no-binding-text");
    let mut later = document("unconditional");
    later["context"]["time"]["now"] = json!("2030-01-01");
    assert_eq!(text(&compare(&ENGINE, &later), "zz-later")["outcome"], "permitted");
}

#[test]
fn the_words_of_one_text_are_asked_in_those_of_another() {
    let translated = |c: &Json, code: &str| text(c, code)["translated"].clone();
    let said = |from: &str, to: &str| json!([{"fact": "dataset.opening_type", "from": from, "to": to}]);
    let common = compare(&ENGINE, &document("unconditional"));
    assert_eq!(translated(&common, "gx-bigdata"), json!([]));
    assert_eq!(translated(&common, "zz-two"), said("unconditional", "universal"));
    // And back, also into a text without words of its own.
    let own = compare(&ENGINE, &document("universal"));
    assert_eq!(translated(&own, "zz-two"), json!([]));
    assert_eq!(translated(&own, "gx-bigdata"), said("universal", "unconditional"));
    assert_eq!(translated(&own, "zz-none"), said("universal", "unconditional"));
    for (a, b) in [(&common, &own)] {
        for code in ["gx-bigdata", "zz-none", "zz-two"] {
            assert_eq!(text(a, code)["outcome"], text(b, code)["outcome"], "{code}");
        }
    }
}

#[test]
fn a_word_without_counterpart_counts_as_not_stated_and_is_named() {
    let c = compare(&ENGINE, &document("not_opened"));
    assert_eq!(text(&c, "gx-bigdata")["outcome"], "prohibited");
    let t = text(&c, "zz-two");
    assert_eq!(t["no_counterpart"], json!([{"fact": "dataset.opening_type", "text": "zz-two", "word": "not_opened"}]));
    assert!(t["missing"].as_array().unwrap().iter().any(|m| m["fact"] == "dataset.opening_type" && m["state"] == "not_stated"), "{t}");
    assert_eq!(text(&c, "gx-bigdata")["no_counterpart"], json!([]));
}

#[test]
fn words_that_exclude_each_other_in_a_text_leave_it_undecided() {
    // What is not shared cannot be open to everyone, in whichever words it is said.
    let mut document = document("universal");
    document["resource"]["properties"]["sharing_type"] = json!("not_shared");
    let c = compare(&ENGINE, &document);
    assert_eq!(text(&c, "gx-bigdata")["errors"][0]["code"], "contradictory-facts");
    assert_eq!(text(&c, "gx-bigdata")["outcome"], "undetermined");
    assert_eq!(text(&c, "zz-two")["errors"], json!([]));
}

#[test]
fn a_bad_request_is_not_compared() {
    let mut document = document("unconditional");
    document["action"]["name"] = json!("obtain_open_data");
    let c = compare(&ENGINE, &document);
    assert_eq!(c["texts"], json!([]));
    assert_eq!(c["errors"][0]["code"], "unknown-action");
}

#[test]
fn a_comparison_says_of_a_text_what_an_evaluation_there_says() {
    let engine = &store().engine;
    let found = in_parallel(&store().requests, |(name, doc)| {
        let comparison: Comparison<'_> = engine.compare(&engine.read(&doc.bytes()));
        let mut found = Vec::new();
        for t in comparison.texts.iter().filter(|t| t.translated.is_empty() && t.no_counterpart.is_empty()) {
            let there = there(doc, &t.territory);
            let response = engine.evaluate(&engine.read(&there.bytes()));
            // A text that does not deal with the act leaves it to another of the same territory, which is not asked here.
            if t.errors.iter().any(|e| e.code == "governed-elsewhere") {
                continue;
            }
            let Some(finding) = response.context.regulations.iter().find(|r| r.code == t.code) else { continue };
            if finding.outcome.is_some_and(|o| o != t.outcome) {
                found.push(format!("{name}: {} is {:?} alone, {:?} by itself there", t.code, t.outcome, finding.outcome));
            }
        }
        found
    });
    assert!(found.is_empty(), "{}\n{}", found.len(), found.iter().take(20).cloned().collect::<Vec<_>>().join("\n"));
}

/// The same act in another territory.
fn there(doc: &Doc, territory: &str) -> Doc {
    let mut there = doc.without("request.territory").with("dataset.territory", json!(territory));
    there.mode = Some("draft-as-adopted".to_owned());
    there
}

#[test]
fn every_comparison_is_canonical() {
    for (name, doc) in store().requests.iter().step_by(7) {
        let engine = &store().engine;
        let json = engine.compare(&engine.read(&doc.bytes())).to_json();
        let canonical = serde_json_canonicalizer::to_vec(&serde_json::from_str::<Json>(&json).unwrap()).unwrap();
        assert_eq!(json.as_bytes(), canonical, "{name}");
    }
}

#[test]
fn what_decides_is_what_the_outcome_rests_on() {
    let engine = &store().engine;
    for (name, doc) in &store().requests {
        for t in engine.compare(&engine.read(&doc.bytes())).texts {
            assert_eq!(t.deciding.is_empty(), t.outcome == Outcome::Undetermined, "{name}: {}", t.code);
            assert!(!t.missing.is_empty() || t.outcome != Outcome::Conditional, "{name}: {}", t.code);
            assert!(!t.errors.is_empty() || t.outcome != Outcome::Undetermined, "{name}: {}", t.code);
        }
    }
}

#[test]
fn a_table_is_checked() {
    let codes = |edit: &dyn Fn(&str) -> String| {
        let mut sources = sources();
        change(&mut sources, "zz-two", |text| edit(text));
        compile(&sources).findings.iter().map(|f| f.code).collect::<Vec<_>>()
    };
    assert_eq!(codes(&|t| t.to_owned()), [""; 0]);
    assert_eq!(codes(&|t| t.to_owned() + &counterpart("not_opened", "not_opened")), ["counterpart-not-allowed"]);
    assert_eq!(codes(&|t| t.to_owned() + &counterpart("not_opened", "universal")), ["counterpart-twice"]);
    assert_eq!(codes(&|t| t.to_owned() + &counterpart("unconditional", "on_application")), ["counterpart-twice"]);
    assert_eq!(codes(&|t| t.to_owned() + &counterpart("not_open", "universal")), ["unknown-value"]);
    assert_eq!(codes(&|t| t.replace("here = \"universal\"", "her = \"universal\""))[0], "toml-invalid");
}
