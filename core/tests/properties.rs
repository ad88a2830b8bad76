//! What has to be true of every answer, whatever the request: held against requests made from the vocabulary and against
//! the vectors' own requests with facts dropped, turned and added.
//!
//! `PROPTEST_CASES` and `PROPTEST_RNG_SEED` make the search longer and different; without them every run is the same.

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

use lexgate::author::{Compiled, Sources, Validation, oracle};
use lexgate::evaluate::MatchingPolicies;
use lexgate::facts::{FactValue, Facts, Value};
use lexgate::law::{Atom, LawText, Policy, PolicySet, Relation};
use lexgate::vocabulary::{FactId, FactType, KindSet, Vocabulary};
use lexgate::{Engine, Options, Outcome, Request, Response, Strictness};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{RngSeed, TestCaseError, TestRunner};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;
use support::{Doc, Store, build, copy_text, in_parallel, pool, relevant_facts, store};

static POOL: LazyLock<BTreeMap<String, Vec<Json>>> = LazyLock::new(|| pool(store()));
static RELEVANT: LazyLock<BTreeMap<String, Vec<String>>> = LazyLock::new(|| relevant_facts(&store().engine));

// ---- Requests ------------------------------------------------------------------------------------------------------

/// One change to a request.
#[derive(Debug, Clone)]
enum Edit {
    /// Takes a stated fact away.
    Drop(Index),
    /// Gives a stated fact another value.
    Turn(Index, Index),
    /// States a fact that the policies on the action read.
    Add(Index, Index),
    /// States any fact.
    AddAny(Index, Index),
    Kind(Index),
    Action(Index),
}

fn edit() -> impl Strategy<Value = Edit> {
    let two = || (any::<Index>(), any::<Index>());
    prop_oneof![
        4 => any::<Index>().prop_map(Edit::Drop),
        6 => two().prop_map(|(a, b)| Edit::Turn(a, b)),
        6 => two().prop_map(|(a, b)| Edit::Add(a, b)),
        1 => two().prop_map(|(a, b)| Edit::AddAny(a, b)),
        1 => any::<Index>().prop_map(Edit::Kind),
        1 => any::<Index>().prop_map(Edit::Action),
    ]
}

fn state(doc: &mut Doc, fact: &str, value: &Index) {
    let now = doc.facts.get(fact);
    let others: Vec<&Json> = POOL[fact].iter().filter(|v| Some(*v) != now).collect();
    if !others.is_empty() {
        doc.facts.insert(fact.to_owned(), (*value.get(&others)).clone());
    }
}

fn pick<'n>(index: &Index, names: &'n [String]) -> &'n str {
    index.get::<String>(names)
}

fn change(doc: &mut Doc, edit: &Edit) {
    let v = store().engine.vocabulary();
    let stated = doc.stated();
    match edit {
        Edit::Drop(i) if !stated.is_empty() => {
            doc.facts.remove(pick(i, &stated));
        }
        Edit::Turn(i, value) if !stated.is_empty() => state(doc, pick(i, &stated), value),
        Edit::Add(i, value) => {
            let relevant = &RELEVANT[&doc.action];
            if !relevant.is_empty() {
                state(doc, pick(i, relevant), value);
            }
        }
        Edit::AddAny(i, value) => {
            let names: Vec<String> = POOL.keys().cloned().collect();
            state(doc, pick(i, &names), value);
        }
        Edit::Kind(i) => doc.kind.clone_from(&i.get(&v.kinds).name),
        Edit::Action(i) => doc.action.clone_from(&i.get(&v.actions).name),
        Edit::Drop(_) | Edit::Turn(..) => {}
    }
}

/// A vector's request with one to four changes; mostly one that is permitted, so that a change can turn the answer.
fn mutated() -> impl Strategy<Value = Doc> {
    let s = store();
    let base = prop_oneof![3 => select(s.permitted.clone()), 2 => 0..s.requests.len()];
    (base, prop::collection::vec(edit(), 1..=4)).prop_map(|(i, edits)| {
        let mut doc = store().requests[i].1.clone();
        for e in &edits {
            change(&mut doc, e);
        }
        doc
    })
}

/// A request made from the vocabulary: any actor, any action, and about half of the facts the action turns on.
fn made_up() -> impl Strategy<Value = Doc> {
    let v = store().engine.vocabulary();
    let kinds: Vec<String> = v.kinds.iter().map(|k| k.name.clone()).collect();
    let actions: Vec<String> = v.actions.iter().map(|a| a.name.clone()).collect();
    let facts = prop::collection::vec((prop::bool::weighted(0.6), any::<Index>()), 80);
    let more = prop::collection::vec((any::<Index>(), any::<Index>()), 0..6);
    (select(kinds), select(actions), facts, more, prop::bool::weighted(0.9), prop::bool::weighted(0.1)).prop_map(
        |(kind, action, facts, more, placed, draft)| {
            let mut doc = Doc {
                kind,
                subject_id: "actor-1".to_owned(),
                action,
                dataset_id: "dataset-1".to_owned(),
                mode: draft.then(|| "draft-as-adopted".to_owned()),
                facts: BTreeMap::from([("time.now".to_owned(), json!("2026-05-18"))]),
            };
            if placed {
                doc.facts.insert("dataset.territory".to_owned(), json!("450000"));
            }
            for (name, (stated, value)) in RELEVANT[&doc.action].clone().iter().zip(&facts) {
                if *stated {
                    state(&mut doc, name, value);
                }
            }
            let names: Vec<String> = POOL.keys().cloned().collect();
            for (name, value) in &more {
                state(&mut doc, pick(name, &names), value);
            }
            doc
        },
    )
}

fn any_request() -> impl Strategy<Value = Doc> {
    prop_oneof![4 => mutated(), 1 => made_up()]
}

/// Searches `cases` requests (unless the environment asks for another number) for one that fails `check`.
fn for_all<S: Strategy>(cases: u32, strategy: S, check: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    let mut config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = cases;
    }
    if std::env::var_os("PROPTEST_RNG_SEED").is_none() {
        config.rng_seed = RngSeed::Fixed(20_230_101);
    }
    if let Err(e) = TestRunner::new(config).run(&strategy, check) {
        panic!("{e}");
    }
}

fn read(doc: &Doc) -> Request {
    store().engine.read(&doc.bytes())
}

/// Whether something is wrong with the input itself; what two statements say together is part of that.
fn is_input_error(request: &Request, response: &Response<'_>) -> bool {
    request.facts().is_none() || response.context.errors.iter().any(|e| matches!(e.code, "value-of-another-text" | "contradictory-facts"))
}

fn assert_none(what: &str, found: &[String]) {
    let shown = found.iter().take(20).map(String::as_str).collect::<Vec<_>>().join("\n");
    assert!(found.is_empty(), "{}: {what}\n{shown}", found.len());
}

// ---- What is not stated helps nobody --------------------------------------------------------------------------------

/// Leaving out `request.territory` does not withhold a circumstance of the same act: without it the request is about an
/// act inside the holder's province, with it about an act across provinces, which other texts govern too. It is the only
/// fact of which this is true.
const ANOTHER_ACT: &str = "request.territory";

/// The facts whose removal turns a refusal into an allow.
fn helpful_removals(doc: &Doc) -> Vec<String> {
    let engine = &store().engine;
    let request = read(doc);
    let response = engine.evaluate(&request);
    if response.decision || is_input_error(&request, &response) {
        return Vec::new();
    }
    let helps = |fact: &String| engine.evaluate(&read(&doc.without(fact))).decision;
    doc.stated().into_iter().filter(|f| f != ANOTHER_ACT).filter(helps).collect()
}

/// Every vector and every fact it states: without the fact, and with `null` and `"unknown"` in its place.
#[test]
fn no_vector_is_permitted_for_want_of_a_fact() {
    let engine = &store().engine;
    let found = in_parallel(&store().requests, |(name, doc)| {
        let request = read(doc);
        let response = engine.evaluate(&request);
        let refused = !response.decision && !is_input_error(&request, &response);
        let mut found = Vec::new();
        for fact in doc.stated() {
            let absent = read(&doc.without(&fact));
            for silent in [Json::Null, json!("unknown")] {
                // The answer is made from these three alone.
                let said = read(&doc.with(&fact, silent));
                if (said.facts(), said.errors(), said.warnings()) != (absent.facts(), absent.errors(), absent.warnings()) {
                    found.push(format!("{name}: absent, null and unknown {fact} are told apart"));
                }
            }
            if refused && fact != ANOTHER_ACT && engine.evaluate(&absent).decision {
                found.push(format!("{name}: permitted without {fact}\n  {doc:?}"));
            }
        }
        found
    });
    assert_none("a refusal becomes permitted when a fact is left out", &found);
}

#[test]
fn no_request_is_permitted_for_want_of_a_fact() {
    for_all(600, any_request(), |doc| {
        let found = helpful_removals(&doc);
        prop_assert!(found.is_empty(), "permitted without {found:?}: {doc:?}");
        Ok(())
    });
}

#[test]
fn no_request_is_permitted_for_want_of_several_facts() {
    for_all(4000, (any_request(), prop::collection::vec(any::<Index>(), 2..=4)), |(doc, which)| {
        let engine = &store().engine;
        let request = read(&doc);
        let response = engine.evaluate(&request);
        if response.decision || is_input_error(&request, &response) {
            return Ok(());
        }
        let stated: Vec<String> = doc.stated().into_iter().filter(|f| f != ANOTHER_ACT).collect();
        let mut less = doc.clone();
        for i in &which {
            if !stated.is_empty() {
                less.facts.remove(pick(i, &stated));
            }
        }
        prop_assert!(!engine.evaluate(&read(&less)).decision, "{doc:?}\nis refused, but permitted as\n{less:?}");
        Ok(())
    });
}

/// The answer without the digest of the request, which is the only part that may tell absent, `null` and `"unknown"` apart.
fn answer<'e>(engine: &'e Engine, doc: &Doc) -> Response<'e> {
    let mut response = engine.evaluate(&engine.read(&doc.bytes()));
    response.context.request_digest = None;
    response
}

#[test]
fn absent_null_and_unknown_are_the_same() {
    let facts: Vec<String> = POOL.keys().cloned().collect();
    for_all(250, (any_request(), prop::collection::vec((select(facts), any::<bool>()), 1..8)), |(doc, silent)| {
        let engine = &store().engine;
        let (mut absent, mut said) = (doc.clone(), doc);
        for (fact, null) in silent {
            absent.facts.remove(&fact);
            said.facts.insert(fact, if null { Json::Null } else { json!("unknown") });
        }
        prop_assert_eq!(answer(engine, &absent).to_json(), answer(engine, &said).to_json());
        Ok(())
    });
}

// ---- Form ----------------------------------------------------------------------------------------------------------

/// Writes JSON with the members of every object, and those of every set, in an order drawn from `seed`.
fn shuffled(value: &Json, seed: &mut u64, out: &mut String) {
    let mut draw = |n: usize| {
        *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(*seed >> 33).unwrap() % n.max(1)
    };
    let mut mixed = |n: usize| {
        let mut order: Vec<usize> = (0..n).collect();
        for i in (1..n).rev() {
            order.swap(i, draw(i + 1));
        }
        order
    };
    match value {
        Json::Object(members) => {
            let all: Vec<_> = members.iter().collect();
            out.push_str("{ ");
            for (n, i) in mixed(all.len()).into_iter().enumerate() {
                if n > 0 {
                    out.push_str(" ,\n");
                }
                out.push_str(&json!(all[i].0).to_string());
                out.push_str(" :\t");
                shuffled(all[i].1, seed, out);
            }
            out.push('}');
        }
        Json::Array(items) => {
            out.push('[');
            for (n, i) in mixed(items.len()).into_iter().enumerate() {
                if n > 0 {
                    out.push(',');
                }
                shuffled(&items[i], seed, out);
            }
            out.push(']');
        }
        other => out.push_str(&other.to_string()),
    }
}

#[test]
fn order_never_changes_a_byte() {
    for_all(400, (any_request(), any::<u64>()), |(doc, mut seed)| {
        let engine = &store().engine;
        let mut text = String::new();
        shuffled(&doc.json(), &mut seed, &mut text);
        prop_assert_eq!(engine.evaluate_json(&doc.bytes()), engine.evaluate_json(text.as_bytes()));
        Ok(())
    });
}

fn assert_canonical(response: &str) -> Result<(), TestCaseError> {
    let parsed: Json = serde_json::from_str(response).unwrap();
    prop_assert_eq!(serde_json_canonicalizer::to_string(&parsed).unwrap(), response);
    Ok(())
}

#[test]
fn every_answer_to_a_vector_is_canonical() {
    let found = in_parallel(&store().vectors, |v| {
        let result = assert_canonical(&store().engine.evaluate_json(&v.request));
        result.err().map(|e| format!("{}: {e}", v.name)).into_iter().collect()
    });
    assert_none("not canonical", &found);
}

#[test]
fn every_answer_is_canonical() {
    for_all(400, any_request(), |doc| assert_canonical(&store().engine.evaluate_json(&doc.bytes())));
    // Whatever stands in the request, shown or not, comes back well-formed.
    for_all(200, (mutated(), "\\PC{0,12}|[\\x00-\\x1f\"\\\\\u{2028}\u{fffe}😀]{0,6}"), |(doc, text)| {
        let doc = Doc { subject_id: text.clone(), ..doc.with("request.scenario", json!(text)).with(&format!("law.{text}"), json!(true)) };
        assert_canonical(&store().engine.evaluate_json(&doc.bytes()))
    });
}

#[test]
fn any_bytes_are_answered_and_never_allowed_by_accident() {
    for_all(400, prop::collection::vec(any::<u8>(), 0..200), |bytes| {
        let response = store().engine.evaluate_json(&bytes);
        prop_assert!(response.ends_with(r#","decision":false}"#), "allowed");
        assert_canonical(&response)
    });
    // A valid request with bytes changed is decided only if it is still valid JSON.
    for_all(400, (mutated(), prop::collection::vec((any::<Index>(), any::<u8>()), 1..4)), |(doc, changes)| {
        let mut bytes = doc.bytes();
        for (at, byte) in &changes {
            let i = at.index(bytes.len());
            bytes[i] = *byte;
        }
        let response = store().engine.evaluate(&store().engine.read(&bytes));
        prop_assert!(!response.decision || serde_json::from_slice::<Json>(&bytes).is_ok());
        assert_canonical(&response.to_json())
    });
}

// ---- Cedar is the judge ---------------------------------------------------------------------------------------------

static CEDAR: LazyLock<BTreeMap<String, cedar_policy::PolicySet>> =
    LazyLock::new(|| store().compiled.cedar.iter().map(|(text, policies)| (text.clone(), oracle::grounds_and_gates(policies))).collect());

/// Holds one decision against Cedar's, text by text.
fn held_against_cedar(s: &Store, doc: &Doc) -> Result<(), String> {
    let request = s.engine.read(&doc.bytes());
    let Some(facts) = request.facts() else { return Ok(()) };
    let input = oracle::input(s.engine.vocabulary(), facts, s.compiled.schema.as_ref())?;
    let response = s.engine.evaluate(&request);
    let c = &response.context;
    let mut allowed = 0;
    // Only the law of the holder's place can carry an act; that of the recipient's can bar it.
    let mut allowed_at_the_holders = false;
    let holder = s.engine.vocabulary().find_fact("dataset.territory").and_then(|f| facts.get(f));
    let is_the_holders = |territory: &str| matches!(holder, Some(lexgate::facts::Value::Text(h)) if h.starts_with(territory));
    for (text, policies) in CEDAR.iter() {
        let mut ours = s.engine.matching_policies(text, facts).unwrap();
        // Cedar is asked about grounds and gates only.
        ours.failed.retain(|id| policies.policy(&cedar_policy::PolicyId::new(id)).is_some());
        let verdict = oracle::ask(policies, &input);
        if let Some(d) = oracle::difference(&ours, &verdict) {
            return Err(format!("{text}: {d}"));
        }
        // The outcome of each text that decides is Cedar's decision, and that of the request is the strictest of them.
        let Some(finding) = c.regulations.iter().find(|r| r.code == text && r.binding) else { continue };
        let own_words = !is_input_error(&request, &response);
        if own_words && (finding.outcome == Some(Outcome::Permitted)) != verdict.allow {
            return Err(format!("{text}: outcome {:?}, Cedar allows: {}", finding.outcome, verdict.allow));
        }
        if verdict.allow && own_words {
            allowed += 1;
            allowed_at_the_holders |= s.engine.texts().any(|t| t.regulation.code == *text && is_the_holders(&t.regulation.territory));
        } else if response.decision && !is_silent(s.engine.texts().find(|t| t.regulation.code == *text).unwrap(), &ours, facts) {
            return Err(format!("permitted, although {text} does not allow it"));
        }
    }
    if response.decision && !allowed_at_the_holders {
        return Err("permitted, although no text of the holder's place allows it".to_owned());
    }
    let deciding = c.regulations.iter().filter(|r| r.binding).count();
    if !response.decision && allowed_at_the_holders && allowed == deciding {
        return Err(format!("{}, although every deciding text allows it", c.outcome.name()));
    }
    if response.decision != (c.outcome == Outcome::Permitted) {
        return Err("decision and outcome differ".to_owned());
    }
    Ok(())
}

/// Whether a text has nothing to say on the act: no ground, no gate, and its last entry sends the matter elsewhere.
fn is_silent(text: &LawText, matching: &MatchingPolicies<'_>, facts: &Facts) -> bool {
    let named = text.grounds_demanded.iter().any(|g| g.actions.contains(&facts.action()));
    let elsewhere = text.grounds_demanded.last().is_some_and(|g| g.elsewhere);
    !named && elsewhere && matching.grounds.is_empty() && matching.gates.is_empty()
}

#[test]
fn every_vector_is_decided_as_cedar_decides() {
    let found = in_parallel(&store().requests, |(name, doc)| {
        held_against_cedar(store(), doc).err().map(|e| format!("{name}: {e}")).into_iter().collect()
    });
    assert_none("not Cedar's decision", &found);
}

#[test]
fn every_request_is_decided_as_cedar_decides() {
    for_all(1000, any_request(), |doc| held_against_cedar(store(), &doc).map_err(TestCaseError::fail));
}

// ---- Every answer names the law -------------------------------------------------------------------------------------

fn names_the_law(s: &Store, doc: &Doc) -> Result<(), String> {
    let request = s.engine.read(&doc.bytes());
    let response = s.engine.evaluate(&request);
    if is_input_error(&request, &response) {
        return Ok(());
    }
    let c = &response.context;
    let mut rules: Vec<&str> = c.grounds.iter().map(|g| g.rule).collect();
    rules.extend(c.prohibitions.iter().flat_map(|p| p.rules.iter().copied().chain([p.rule])));
    rules.extend(c.missing.iter().map(|m| m.rule));
    rules.extend(c.errors.iter().flat_map(|e| &e.rules).map(String::as_str));
    let refusing = c.prohibitions.len() + c.missing.len() + c.errors.iter().filter(|e| !e.rules.is_empty()).count();
    if rules.is_empty() || (!response.decision && refusing == 0) {
        return Err(format!("{} without a provision", c.outcome.name()));
    }
    let cited = c.obligations.iter().flat_map(|o| &o.properties.provisions).chain(&c.grounds).map(|g| (g.rule, g.citation));
    let cited = cited.chain(c.prohibitions.iter().map(|p| (p.rule, p.citation))).chain(c.missing.iter().map(|m| (m.rule, m.citation)));
    let cited = cited.chain(c.deadlines.iter().map(|d| (d.rule, d.citation)));
    for (rule, citation) in cited {
        if citation.zh.is_empty() || citation.en.is_empty() {
            return Err(format!("{rule} is cited without words"));
        }
    }
    let known: BTreeSet<&str> = s.engine.texts().flat_map(|t| &t.rules).map(|r| r.id.as_str()).collect();
    match rules.into_iter().find(|r| !known.contains(r)) {
        Some(rule) => Err(format!("{rule} is no rule")),
        None => Ok(()),
    }
}

#[test]
fn every_answer_to_a_vector_names_the_law() {
    let found = in_parallel(&store().requests, |(name, doc)| {
        names_the_law(store(), doc).err().map(|e| format!("{name}: {e}")).into_iter().collect()
    });
    assert_none("no provision", &found);
}

#[test]
fn every_answer_names_the_law() {
    for_all(600, any_request(), |doc| names_the_law(store(), &doc).map_err(TestCaseError::fail));
}

// ---- Failing policies -----------------------------------------------------------------------------------------------

/// One text of the store with a policy more, in the file of the article that `rule` belongs to.
fn with_policy(rule: &str, policy: &str) -> (Compiled, Engine) {
    let (text, article) = (rule.split('/').next().unwrap(), lexgate::citation::locate(rule).unwrap().article);
    let is_kept = |path: &str| path.split_once('/').is_none_or(|(folder, file)| folder == text || file == "facts.toml");
    let files = store().sources.iter().filter(|(p, _)| is_kept(p)).map(|(p, t)| (p.to_owned(), t.to_owned()));
    let mut sources = Sources::new(files.collect());
    let path = format!("{text}/article-{article:03}.cedar");
    let head = format!("@id(\"{rule}#test\") @rules(\"{rule}\") @zh(\"试验\") @en(\"test\")");
    let file = format!("{}\n{head}\n{policy}\n", sources.get(&path).unwrap());
    sources.set(path, file);
    let (compiled, _, engine) = build(&sources, Validation::Off);
    (compiled, engine)
}

/// A rule that ends its article, so that a policy on it may stand at the end of the file.
fn last_rule(text: &LawText) -> &str {
    text.policies.last().and_then(|p| p.rules.first()).unwrap()
}

#[test]
fn a_policy_that_fails_leaves_the_request_undecided() {
    let s = store();
    let text = s.engine.texts().next().unwrap();
    let rule = last_rule(text);
    let heads = [
        ("permit", ""),
        ("forbid", ""),
        ("permit", "@duty(\"test\")\n"),
        ("permit", "@deadline(\"5\") @from(\"time.now\") @who(\"DataAuthority\")\n"),
    ];
    let failing = [
        ("resource.grade == \"secret\"", true),
        ("context.grant.scope.containsAll([\"a\", \"b\"])", true),
        ("9223372036854775807 + context.time.now > 0", false),
        ("context.time.now * 9223372036854775807 > 0", false),
        ("0 - 9223372036854775807 - context.time.now < 0", false),
    ];
    for (effect, notes) in heads {
        for (condition, unstated) in failing {
            let (compiled, engine) = with_policy(rule, &format!("{notes}{effect} (principal, action, resource) when {{ {condition} }};"));
            for i in s.permitted.iter().step_by(9) {
                let (name, doc) = &s.requests[*i];
                let doc = if unstated { doc.without("dataset.grade").without("grant.scope") } else { doc.clone() };
                let request = engine.read(&doc.bytes());
                let response = engine.evaluate(&request);
                let binds = response.context.regulations.iter().any(|r| r.code == text.regulation.code && r.binding);
                if !binds {
                    continue;
                }
                assert!(!response.decision, "{name}: permitted although a {effect} fails");
                let errors: Vec<&str> = response.context.errors.iter().map(|e| e.code).collect();
                assert!(errors.contains(&"policy-evaluation-error"), "{name}: {effect} {condition}: {errors:?}");
                assert!(response.context.errors.iter().any(|e| e.rules.iter().any(|r| r == rule)));
                let matching = engine.matching_policies(&text.regulation.code, request.facts().unwrap()).unwrap();
                assert_eq!(matching.failed, [format!("{rule}#test")]);
                // Cedar skips what fails; its report of it has to be the same.
                let input = oracle::input(engine.vocabulary(), request.facts().unwrap(), None).unwrap();
                let verdict = oracle::ask(&compiled.cedar[&text.regulation.code], &input);
                assert_eq!(verdict.failed, matching.failed, "{name}: {condition}");
            }
        }
    }
}

#[test]
fn a_policy_that_is_guarded_does_not_fail() {
    let s = store();
    let text = s.engine.texts().next().unwrap();
    let rule = last_rule(text);
    let (_, engine) = with_policy(
        rule,
        "forbid (principal, action, resource) when { resource has grade && resource.grade == \"secret\" || false && resource.grade == \"x\" };",
    );
    for i in s.permitted.iter().step_by(9) {
        let doc = s.requests[*i].1.without("dataset.grade");
        let binds = |d: &Doc| {
            engine.evaluate(&engine.read(&d.bytes())).context.regulations.iter().any(|r| r.code == text.regulation.code && r.binding)
        };
        if s.engine.evaluate(&read(&doc)).decision && binds(&doc) {
            assert!(engine.evaluate(&engine.read(&doc.bytes())).decision);
            let secret = engine.evaluate_json(&doc.with("dataset.grade", json!("secret")).bytes());
            assert!(secret.ends_with(r#","decision":false}"#));
        }
    }
}

// ---- Conditional answers are exact ----------------------------------------------------------------------------------

/// Does what an answer asks for: states the fact as required. `asked` is all that the answer asks for.
fn comply(doc: &mut Doc, fact: &str, required: &str, asked: &[(&str, &str)], v: &Vocabulary) {
    let now = doc.facts["time.now"].clone();
    let sample = |name: &str, doc: &Doc| -> Json {
        let f = &v.facts[usize::from(v.find_fact(name).unwrap().0)];
        match f.ty {
            FactType::Bool | FactType::Statement => json!(true),
            FactType::Enum => json!(f.values[0]),
            FactType::Kind => json!(v.kinds[0].name),
            FactType::Text => json!("as agreed"),
            FactType::Texts => json!(["as agreed"]),
            FactType::Date => now.clone(),
            FactType::Territory => doc.facts["dataset.territory"].clone(),
            FactType::CreditCode => json!("91350100M000100Y43"),
            FactType::Calendar => json!({}),
        }
    };
    let value_of = |name: &str, doc: &mut Doc| -> Json {
        match name {
            "time.now" | "time.now_ends" => now.clone(),
            "actor.id" => json!(doc.subject_id),
            "dataset.id" => json!(doc.dataset_id),
            _ => {
                if !doc.stated().iter().any(|f| f == name) {
                    let value = sample(name, doc);
                    doc.facts.insert(name.to_owned(), value);
                }
                doc.facts[name].clone()
            }
        }
    };
    let is_set = |name: &str| v.find_fact(name).and_then(|f| v.fact(f)).is_some_and(|f| f.ty == FactType::Texts);
    let is_bool = v.find_fact(fact).and_then(|f| v.fact(f)).is_some_and(|f| matches!(f.ty, FactType::Bool | FactType::Statement));
    let value = match required.split_once(' ') {
        Some(("=" | "<=" | ">=" | "within", other)) => value_of(other, doc),
        Some(("in", other)) => match value_of(other, doc) {
            Json::Array(items) => items[0].clone(),
            one => one,
        },
        Some(("contains", other)) => match value_of(other, doc) {
            Json::Array(items) => Json::Array(items),
            one if is_set(fact) => json!([one]),
            one => one,
        },
        _ if required == "stated" => {
            if doc.stated().iter().any(|f| f == fact) {
                return;
            }
            sample(fact, doc)
        }
        _ => {
            // Asked for more than once, the fact has to do for all.
            let does = |word: &&str| {
                asked
                    .iter()
                    .filter(|(f, _)| *f == fact)
                    .all(|(_, r)| matches!(*r, "stated") || r.contains(' ') || r.split('|').any(|w| w == *word))
            };
            let word = required.split('|').find(does).or(required.split('|').next()).unwrap_or_default();
            if is_bool { json!(word == "true") } else { json!(word) }
        }
    };
    doc.facts.insert(fact.to_owned(), value);
}

/// Follows the steps of a conditional answer until there are none left. The error says where that does not end in an allow.
fn followed(engine: &Engine, doc: &Doc) -> Result<(), String> {
    let mut done = doc.clone();
    let mut steps = Vec::new();
    for _ in 0..6 {
        let response = engine.evaluate(&engine.read(&done.bytes()));
        match response.context.outcome {
            Outcome::Permitted => return Ok(()),
            Outcome::Conditional => {
                let asked: Vec<(&str, &str)> = response.context.missing.iter().map(|m| (m.fact, m.required.as_str())).collect();
                for m in &response.context.missing {
                    steps.push(format!("{} {} ({})", m.fact, m.required, m.policy));
                    comply(&mut done, m.fact, &m.required, &asked, engine.vocabulary());
                }
            }
            other => {
                let errors: Vec<_> = response.context.errors.iter().map(|e| format!("{} {}", e.code, e.message.en)).collect();
                let bars: Vec<_> = response.context.prohibitions.iter().map(|p| p.policy).collect();
                return Err(format!("{} by {bars:?} {errors:?} after {steps:?}\n  {done:?}", other.name()));
            }
        }
    }
    Err(format!("still conditional after {steps:?}\n  {done:?}"))
}

#[test]
fn the_steps_of_every_conditional_vector_end_in_an_allow() {
    let engine = &store().engine;
    let found = in_parallel(&store().requests, |(name, doc)| {
        if engine.evaluate(&read(doc)).context.outcome != Outcome::Conditional {
            return Vec::new();
        }
        followed(engine, doc).err().map(|e| format!("{name}: {e}")).into_iter().collect()
    });
    assert_none("steps that do not end in permitted", &found);
}

#[test]
fn the_steps_of_every_conditional_answer_end_in_an_allow() {
    for_all(4000, mutated(), |doc| {
        let engine = &store().engine;
        if engine.evaluate(&read(&doc)).context.outcome != Outcome::Conditional {
            return Ok(());
        }
        followed(engine, &doc).map_err(|e| TestCaseError::fail(format!("{e}\n  from {doc:?}")))
    });
}

#[test]
fn a_conditional_answer_asks_for_something_and_shows_it_as_unmet() {
    for_all(600, mutated(), |doc| {
        let engine = &store().engine;
        let response = engine.evaluate(&read(&doc));
        let c = &response.context;
        prop_assert_eq!(
            c.outcome == Outcome::Conditional,
            !c.missing.is_empty() && c.prohibitions.is_empty() && c.errors.is_empty() && !response.decision
        );
        for m in &c.missing {
            let stated = doc.stated().iter().any(|f| f == m.fact);
            let said = m.state == lexgate::response::FactState::StatedFalse;
            prop_assert!(stated == said || matches!(m.fact, "actor.id" | "dataset.id"), "{} is {:?}", m.fact, m.state);
        }
        Ok(())
    });
}

// ---- Annotations tell the truth -------------------------------------------------------------------------------------

fn holds(atom: &Atom, facts: &Facts) -> bool {
    let other = |id: &lexgate::vocabulary::FactId| facts.get(*id);
    match (facts.get(atom.fact), &atom.relation) {
        (None, _) => false,
        (Some(_), Relation::Stated) => true,
        (Some(Value::Bool(b)), Relation::Is(words)) => words.iter().any(|w| *w == b.to_string()),
        (Some(Value::Text(t)), Relation::Is(words)) => words.iter().any(|w| w == t),
        (Some(v), Relation::Same(o)) => other(o) == Some(v),
        (Some(Value::Long(a)), Relation::AtMost(o)) => matches!(other(o), Some(Value::Long(b)) if a <= b),
        (Some(Value::Long(a)), Relation::AtLeast(o)) => matches!(other(o), Some(Value::Long(b)) if a >= b),
        (Some(Value::Texts(a)), Relation::Within(o)) => matches!(other(o), Some(Value::Texts(b)) if a.iter().all(|x| b.contains(x))),
        (Some(Value::Text(a)), Relation::OneOf(o)) => matches!(other(o), Some(Value::Texts(b)) if b.iter().any(|x| x == a)),
        _ => false,
    }
}

/// Whether a policy matches these facts whoever of its head asks.
fn matches_every_kind(engine: &Engine, text: &LawText, policy: &Policy, facts: &Facts) -> bool {
    let v = engine.vocabulary();
    (0..v.kinds.len()).filter(|k| policy.kinds.meets(KindSet::one(*k))).all(|kind| {
        let mut same = Facts::new(facts.action(), kind, v.facts.len());
        for id in (0..v.facts.len()).filter_map(|i| u16::try_from(i).ok().map(FactId)) {
            same.set(id, facts.get(id).map(owned));
        }
        policy.condition.is_none_or(|c| text.program.holds(c, &same) == Ok(true))
    })
}

fn owned(value: Value<'_>) -> FactValue {
    match value {
        Value::Bool(b) => FactValue::Bool(b),
        Value::Long(n) => FactValue::Long(n),
        Value::Text(t) => FactValue::Text(t.to_owned()),
        Value::Texts(t) => FactValue::Texts(t.to_vec()),
    }
}

/// Gates that fire although all they ask for is there, and grounds that carry although something they ask for is not: what
/// such a policy asks for is not what it tests. A gate may stay silent for other reasons; and the actor's kind, which is no
/// fact and is never asked for, may make a ground carry or a gate fire.
fn untrue_annotations(engine: &Engine, facts: &Facts) -> Vec<String> {
    let mut found = Vec::new();
    for text in engine.texts() {
        let matching = engine.matching_policies(&text.regulation.code, facts).unwrap();
        for p in text.policies.iter().filter(|p| !p.demands.is_empty()) {
            let met = p.demands.iter().all(|d| d.any.iter().any(|a| holds(a, facts)));
            let matched = |ids: &[&str]| ids.contains(&p.id.as_str()) && matches_every_kind(engine, text, p, facts);
            match p.set {
                PolicySet::Gate if met && matched(&matching.gates) => found.push(format!("{} fires, its demands met", p.id)),
                PolicySet::Ground if !met && matched(&matching.grounds) => found.push(format!("{} carries, a demand unmet", p.id)),
                _ => {}
            }
        }
    }
    found
}

#[test]
fn annotations_say_what_the_policies_test_in_every_vector() {
    let found = in_parallel(&store().requests, |(name, doc)| {
        untrue_annotations(&store().engine, read(doc).facts().unwrap()).into_iter().map(|f| format!("{f}: {name}")).collect()
    });
    assert_none("annotations that do not tell the truth", &found);
}

#[test]
fn annotations_say_what_the_policies_test() {
    for_all(4000, any_request(), |doc| {
        if let Some(facts) = read(&doc).facts() {
            let found = untrue_annotations(&store().engine, facts);
            prop_assert!(found.is_empty(), "{found:?}: {doc:?}");
        }
        Ok(())
    });
}

// ---- Strict and lenient ---------------------------------------------------------------------------------------------

static LENIENT: LazyLock<Engine> =
    LazyLock::new(|| Engine::with_options(&store().bundle, Options { strictness: Strictness::Lenient, ..Options::default() }).unwrap());

#[test]
fn an_unknown_fact_helps_nothing() {
    let groups = ["actor", "dataset", "request", "grant", "procedure", "law", "time"];
    let name = (select(groups.to_vec()), "[a-z_]{1,24}").prop_map(|(g, n)| format!("{g}.{n}"));
    let misspelt = (select(POOL.keys().cloned().collect::<Vec<_>>()), "[a-z]").prop_map(|(n, c)| n + &c);
    let value = prop_oneof![Just(json!(true)), Just(json!(false)), Just(json!("unknown")), Just(Json::Null), Just(json!(["a", 1, {}]))];
    for_all(400, (mutated(), prop_oneof![name, misspelt], value), |(doc, name, value)| {
        let v = store().engine.vocabulary();
        if v.find_fact(&name).is_some() || name == "actor.kind" {
            return Ok(());
        }
        let more = doc.with(&name, value);
        let strict = answer(&store().engine, &more);
        prop_assert_eq!(strict.context.outcome, Outcome::Undetermined);
        let is_it = |e: &&lexgate::issue::Issue| e.code == "unknown-fact" && e.path.ends_with(name.split_once('.').unwrap().1);
        prop_assert!(strict.context.errors.iter().any(|e| is_it(&e)));
        let (mut with, without) = (answer(&LENIENT, &more), answer(&LENIENT, &doc));
        prop_assert!(with.context.warnings.iter().any(|w| is_it(&w)));
        with.context.warnings.retain(|w| !is_it(&w));
        prop_assert_eq!(with.to_json(), without.to_json());
        Ok(())
    });
}

#[test]
fn strict_and_lenient_agree_where_nothing_is_unknown() {
    for (name, doc) in &store().requests {
        assert_eq!(answer(&store().engine, doc), answer(&LENIENT, doc), "{name}");
    }
}

// ---- What no policy reads ---------------------------------------------------------------------------------------------

#[test]
fn a_fact_that_nothing_reads_changes_nothing() {
    let engine = &store().engine;
    let elsewhere: BTreeSet<&str> = engine
        .texts()
        .flat_map(|t| &t.policies)
        .flat_map(|p| p.duty.iter().flat_map(|d| d.parameters.iter().map(|(_, f)| *f)).chain(p.period.iter().map(|t| t.from)))
        .map(|f| engine.vocabulary().fact_name(f))
        .chain(["dataset.territory", "request.territory", "time.now", "time.working_days"])
        .collect();
    for_all(600, (any_request(), any::<Index>(), any::<Index>()), |(doc, fact, value)| {
        let idle: Vec<String> =
            POOL.keys().filter(|f| !RELEVANT[&doc.action].contains(f) && !elsewhere.contains(f.as_str())).cloned().collect();
        let mut more = doc.clone();
        state(&mut more, pick(&fact, &idle), &value);
        let (one, two) = (read(&doc), read(&more));
        let (before, after) = (answer(engine, &doc), answer(engine, &more));
        if !is_input_error(&one, &before) && !is_input_error(&two, &after) {
            prop_assert_eq!(before.to_json(), after.to_json());
        }
        Ok(())
    });
}

// ---- Threads --------------------------------------------------------------------------------------------------------

#[test]
fn one_engine_serves_many_threads() {
    fn shared<T: Send + Sync>(t: &T) -> &T {
        t
    }
    let engine = shared(&store().engine);
    let all = || store().vectors.iter().map(|v| engine.evaluate_json(&v.request)).collect::<Vec<_>>();
    let answers: Vec<Vec<String>> = std::thread::scope(|scope| {
        let running: Vec<_> = (0..4).map(|_| scope.spawn(all)).collect();
        running.into_iter().map(|r| r.join().unwrap()).collect()
    });
    assert!(answers.windows(2).all(|w| w[0] == w[1]));
}

#[test]
fn a_request_that_was_read_may_be_decided_again() {
    for (_, doc) in store().requests.iter().step_by(5) {
        let request = read(doc);
        assert_eq!(store().engine.evaluate(&request).to_json(), store().engine.evaluate(&request).to_json());
    }
}

// ---- Drafts ---------------------------------------------------------------------------------------------------------

/// The store with the drafts it has and one draft more for each text in force: the same text, for the same territory, with
/// one gate more that bars everything.
static WITH_DRAFTS: LazyLock<(Engine, Vec<String>)> = LazyLock::new(|| {
    let mut sources = store().sources.clone();
    let mut drafts = Vec::new();
    for text in store().engine.texts().filter(|t| t.regulation.status == lexgate::law::Status::InForce) {
        let code = format!("zz-draft-{}", text.regulation.territory);
        copy_text(&mut sources, &text.regulation.code, &code, "draft", &text.regulation.territory);
        let rule = last_rule(text).replace(&text.regulation.code, &code);
        let path = format!("{code}/article-{:03}.cedar", lexgate::citation::locate(&rule).unwrap().article);
        let bar = format!("@id(\"{rule}#bar\") @rules(\"{rule}\") @zh(\"试验\") @en(\"test\")\nforbid (principal, action, resource);\n");
        let file = format!("{}\n{bar}", sources.get(&path).unwrap());
        sources.set(path, file);
        drafts.push(code);
    }
    (build(&sources, Validation::Off).2, drafts)
});

#[test]
fn a_draft_never_changes_a_decision_in_force() {
    let (with, _) = &*WITH_DRAFTS;
    let found = in_parallel(&store().requests, |(name, doc)| {
        let doc = Doc { mode: None, ..doc.clone() };
        let (mut before, mut after) = (answer(&store().engine, &doc), answer(with, &doc));
        let advisory = after.context.regulations.iter().filter(|r| r.code.starts_with("zz-")).all(|r| !r.binding && !r.draft_mark);
        after.context.bundle = before.context.bundle.clone();
        for c in [&mut before.context, &mut after.context] {
            c.regulations.clear();
            // Where no text binds, the answer names the provisions of every text it looked at.
            c.errors.iter_mut().for_each(|e| e.rules.clear());
        }
        if advisory && before == after { vec![] } else { vec![name.clone()] }
    });
    assert_none("a draft changes the answer", &found);
}

#[test]
fn a_draft_decides_as_adopted_and_says_so() {
    let (with, drafts) = &*WITH_DRAFTS;
    let mut seen = 0;
    for i in &store().permitted {
        let doc = Doc { mode: Some("draft-as-adopted".to_owned()), ..store().requests[*i].1.clone() };
        let response = answer(with, &doc);
        if let Some(r) = response.context.regulations.iter().find(|r| drafts.iter().any(|d| d == r.code)) {
            assert!(r.binding && r.draft_mark && r.status == "draft", "{doc:?}");
            assert!(!response.decision, "{doc:?}");
            seen += 1;
        }
    }
    assert!(seen > 0);
}

#[test]
fn two_texts_decide_as_the_stricter_of_the_two() {
    // A text that is copied under another code says everything twice and decides nothing differently.
    let s = store();
    let text = s.engine.texts().find(|t| t.regulation.status == lexgate::law::Status::InForce).unwrap();
    let mut sources = s.sources.clone();
    copy_text(&mut sources, &text.regulation.code, "zz-twin", "in-force", &text.regulation.territory);
    let twin = build(&sources, Validation::Off).2;
    for (name, doc) in &s.requests {
        let (one, two) = (answer(&s.engine, doc), answer(&twin, doc));
        assert_eq!(one.context.outcome, two.context.outcome, "{name}");
        let duties = |r: &Response<'_>| {
            r.context.obligations.iter().map(|o| format!("{} {:?}", o.kind, o.properties.parameters)).collect::<Vec<_>>()
        };
        assert_eq!(duties(&one), duties(&two), "{name}");
    }
}
