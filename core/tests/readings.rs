//! The other readings of the open points: what changes when a store chooses one, and that nothing changes when it does not.
//!
//! Each store here is that of this repository, with the text of Guangxi alone and another `store.toml`.

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

use lexgate::Engine;
use lexgate::author::vectors::{self, Vector};
use lexgate::author::{Sources, Validation, compile, oracle};
use lexgate::facts::Value;
use lexgate::law::{Atom, Choice, Relation};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::sync::LazyLock;
use support::{Doc, build, in_parallel, pool, root, store, typical};

/// Requests that come out otherwise under the other reading of a point: base, what is changed, and the outcomes of the two
/// readings.
const TURNED: &[(&str, &str, &str, &str, &str)] = &[
    ("1", "supply-opened", "dataset = { contains_trade_secret = true, anonymised = true }", "prohibited", "permitted"),
    ("2", "trade", "dataset = { anonymised = true }, grant = { right_holder_authorisation = false }", "conditional", "permitted"),
    ("4", "share-conditional", SILENCE, "conditional", "permitted"),
    ("4", "supply-shared-conditional", SILENCE, "conditional", "permitted"),
    ("6", "open-conditional", "procedure = { provider_reply = 'refuse' }", "prohibited", "permitted"),
    ("6", "open-conditional", "procedure = { provider_reply = 'refuse', state = 'provider_refused' }", "prohibited", "permitted"),
    ("7", "share", PASSED_ON, "prohibited", "undetermined"),
    ("8", "trade", RAW_PRODUCT, "prohibited", "permitted"),
    ("11", "supply-emergency", "dataset = { sharing_type = 'not_shared' }", "prohibited", "permitted"),
    ("11", "supply-emergency", RELEASE, "prohibited", "permitted"),
    ("11", "supply-emergency", CONDITIONAL, "conditional", "permitted"),
    ("14", "type-sharing", NATIONAL_PROVISION, "permitted", "prohibited"),
    ("17", "trade", "subject = 'LegalPerson', request = { channel = 'direct' }", "conditional", "permitted"),
    (
        "17",
        "trade",
        "subject = 'FiscallyFundedOrganisation', actor = { fiscally_funded = false }, request = { channel = 'direct' }",
        "prohibited",
        "permitted",
    ),
];

const SILENCE: &str =
    "procedure = { state = 'provider_silent', provider_reply = 'none', provider_replied_on = 'unknown', shared_on = 'unknown' }";
const PASSED_ON: &str = "action = 'pass_on_shared_data', request = { recipient = 'unit-2', recipient_kind = 'GovernmentDepartment' }";
const RAW_PRODUCT: &str = "\
    subject = 'AuthorisedOperator', \
    dataset = { obtained_via = 'authorised_operation', is_raw = true, is_product_or_service = true, made_under_grant = true }, \
    grant = { right_holder_authorisation = true, legality_commitment = true, grantor_kind = 'CountyOrHigherGovernment', \
              operation_agreement = true, agreement_complete = true, valid_from = '2026-05-01', valid_until = '2027-05-01' }, \
    procedure = { trade_compliance_attested = true, supplier_disclosure = true, scenario_assessed = true }, \
    actor = { meets_operating_conditions = true, fiscally_funded = false }";
const RELEASE: &str = "action = 'release_emergency_data', dataset = { sharing_type = 'not_shared' }";
const CONDITIONAL: &str =
    "dataset = { sharing_type = 'conditional', sharing_conditions = 'kept in the catalogue' }, request = { sharing_conditions_met = true }";
const NATIONAL_PROVISION: &str = "dataset = { sharing_type = 'not_shared', type_basis_rank = 'national_provision' }";

/// The points whose other reading is encoded.
fn points() -> BTreeSet<&'static str> {
    TURNED.iter().map(|(point, ..)| *point).collect()
}

/// The text of Guangxi with what all texts share.
fn guangxi() -> Sources {
    let kept = |path: &str| !path.contains('/') || path.starts_with("gx-bigdata/");
    Sources::new(store().sources.iter().filter(|(p, _)| kept(p)).map(|(p, t)| (p.to_owned(), t.to_owned())).collect())
}

fn choosing(points: &BTreeSet<&str>) -> Sources {
    let mut sources = guangxi();
    let mut file = sources.get("store.toml").unwrap().to_owned();
    file.push_str("\n[readings]\n");
    for point in points {
        writeln!(file, "{point} = \"other\"").unwrap();
    }
    sources.set("store.toml", file);
    sources
}

static APPLIED: LazyLock<(lexgate::author::Compiled, Engine)> = LazyLock::new(|| {
    let (compiled, _, engine) = build(&guangxi(), Validation::Strict);
    (compiled, engine)
});

static OTHER: LazyLock<(lexgate::author::Compiled, Engine)> = LazyLock::new(|| {
    let (compiled, _, engine) = build(&choosing(&points()), Validation::Strict);
    (compiled, engine)
});

fn codes(sources: &Sources) -> Vec<&'static str> {
    let mut codes: Vec<_> = compile(sources).findings.iter().map(|f| f.code).collect();
    codes.dedup();
    codes
}

/// The requests of [`TURNED`], in its order.
fn turned() -> Vec<Vector> {
    let bases = std::fs::read_to_string(root().join("tests/vectors/gx-bigdata/bases.toml")).unwrap();
    let mut file = String::new();
    for (n, (point, base, set, applied, _)) in TURNED.iter().enumerate() {
        writeln!(file, "[[vector]]\nname = \"{point} {n}\"\nbase = \"{base}\"\nset = {{ {set} }}\noutcome = \"{applied}\"").unwrap();
    }
    let files = [("gx-bigdata/bases.toml", bases), ("gx-bigdata/readings.toml", file)];
    vectors::read(&Sources::new(files.into_iter().map(|(p, t)| (p.to_owned(), t)).collect())).unwrap()
}

/// The reading of a point in an answer.
fn reading(answer: &str, point: &str) -> Option<Json> {
    let json: Json = serde_json::from_str(answer).unwrap();
    json["context"]["readings"].as_array().unwrap().iter().find(|r| r["point"] == point).cloned()
}

fn requests() -> Vec<&'static (String, Doc)> {
    store().requests.iter().filter(|(name, _)| name.starts_with("gx-bigdata: ")).collect()
}

// ---- Choosing -------------------------------------------------------------------------------------------------------

#[test]
fn the_other_reading_changes_the_answer_and_the_answer_says_so() {
    let vectors = turned();
    let chosen: BTreeMap<&str, Engine> =
        points().into_iter().map(|p| (p, build(&choosing(&BTreeSet::from([p])), Validation::Strict).2)).collect();
    for ((point, base, set, applied, other), vector) in TURNED.iter().zip(&vectors) {
        let case = format!("point {point}: {base} with {set}");
        let before = APPLIED.1.evaluate_json(&vector.request);
        assert!(before.contains(&format!(r#""outcome":"{applied}""#)), "{case}: {before}");
        for (point_or_all, engine) in [(*point, &chosen[point]), ("all", &OTHER.1)] {
            let after = engine.evaluate_json(&vector.request);
            assert!(after.contains(&format!(r#""outcome":"{other}""#)), "{case}, {point_or_all} chosen: {after}");
            let reading = reading(&after, point).unwrap_or_else(|| panic!("{case}: the answer does not name the point: {after}"));
            assert_eq!(reading["choice"], "other", "{case}");
            for policy in reading["policies"].as_array().unwrap() {
                assert!(engine.texts().any(|t| t.policies.iter().any(|p| policy == &json!(p.id))), "{case}: {policy} is not in the bundle");
            }
            assert_ne!(reading["policies"], json!([]), "{case}");
        }
    }
}

#[test]
fn an_answer_names_the_conservative_reading_as_chosen_unless_another_is() {
    let mut named = 0;
    for (name, doc) in requests() {
        for r in &APPLIED.1.evaluate(&APPLIED.1.read(&doc.bytes())).context.readings {
            named += 1;
            assert_eq!(r.choice, Choice::Applied, "{name}");
        }
    }
    assert!(named > 0);
    let points: Vec<_> =
        OTHER.1.points().filter(|p| p.choice == Choice::Other).map(|p| p.id.as_str()).collect::<BTreeSet<_>>().into_iter().collect();
    assert_eq!(points, self::points().into_iter().collect::<Vec<_>>());
}

#[test]
fn an_answer_that_the_choice_did_not_change_is_said_to_rest_on_nothing_new() {
    // A right holder trades its own data: the authorisation of article 55 is not asked for under either reading.
    let doc = Doc::parse(&turned()[1].request).with("actor.is_right_holder", json!(true));
    for engine in [&APPLIED.1, &OTHER.1] {
        let response = engine.evaluate_json(&doc.bytes());
        let policies = reading(&response, "2").unwrap()["policies"].clone();
        assert!(policies.as_array().unwrap().iter().all(|p| !p.as_str().unwrap().contains("/55/")), "{response}");
    }
}

#[test]
fn without_a_choice_the_store_is_what_it_would_be_without_the_other_readings() {
    let mut bare = guangxi();
    let files: Vec<(String, String)> = bare.articles("gx-bigdata").map(|(p, t)| (p.to_owned(), t.to_owned())).collect();
    let mut left_out = 0;
    for (path, text) in files {
        let mut kept = String::new();
        for (n, policy) in text.split("@id(").enumerate() {
            let mark = policy.lines().find(|l| l.starts_with("@reading("));
            if mark.is_some_and(|m| m.contains("=other")) {
                left_out += 1;
                continue;
            }
            kept.push_str(if n == 0 { "" } else { "@id(" });
            kept.push_str(&policy.replace(&mark.map(|m| format!("{m}\n")).unwrap_or_default(), ""));
        }
        bare.set(path, kept);
    }
    assert!(left_out >= points().len());
    let (bare, marked) = (compile(&bare).content.unwrap(), APPLIED.0.content.as_ref().unwrap());
    assert_eq!(bare.law.texts, marked.law.texts);
    assert!(marked.law.texts.iter().all(|t| t.set_aside.is_empty() && t.other_readings.is_empty()));
}

#[test]
fn a_text_that_does_not_encode_the_other_reading_keeps_the_conservative_one() {
    let mut sources = choosing(&BTreeSet::from(["7"]));
    support::copy_text(&mut sources, "gx-bigdata", "zz-copy", "in-force", "12");
    let file = sources.get("zz-copy/article-036.cedar").unwrap();
    let article =
        file.split("@id(").filter(|p| !p.contains("7=other")).collect::<Vec<_>>().join("@id(").replace("@reading(\"7=applied\")\n", "");
    sources.set("zz-copy/article-036.cedar", article);
    let compiled = compile(&sources);
    let warnings: Vec<_> = compiled.findings.iter().map(|f| (f.code, f.message.as_str())).collect();
    assert_eq!(warnings, [("reading-not-encoded", "zz-copy does not encode the other reading of point 7 and keeps the conservative one")]);
    let engine = Engine::new(&lexgate::bundle::write(compiled.content.as_ref().unwrap()).unwrap()).unwrap();
    let at = TURNED.iter().position(|(p, ..)| *p == "7").unwrap();
    let doc = Doc::parse(&turned()[at].request);
    let answer = |territory: &str| engine.evaluate_json(&doc.with("dataset.territory", json!(territory)).bytes());
    assert_eq!(reading(&answer("450000"), "7").unwrap()["choice"], "other");
    let there = answer("120000");
    assert!(there.contains(r#""outcome":"prohibited""#), "{there}");
    assert_eq!(reading(&there, "7").unwrap()["choice"], "applied");
}

// ---- What is wrong with a choice or a mark --------------------------------------------------------------------------

#[test]
fn a_reading_that_no_policy_encodes_cannot_be_chosen() {
    let mut sources = guangxi();
    let unencoded = sources.get("readings.toml").unwrap().replace("[[point]]\nid = \"1\"\n", "[[point]]\nid = \"0\"\n");
    assert_eq!(codes(&choosing(&BTreeSet::from(["99"]))), ["point-unknown"]);
    let store_file = sources.get("store.toml").unwrap().to_owned();
    sources.set("store.toml", format!("{store_file}\n[readings]\n7 = \"loose\"\n"));
    assert_eq!(codes(&sources), ["toml-invalid"]);
    sources.set("readings.toml", format!("{}{}", sources.get("readings.toml").unwrap(), point_from(&unencoded)));
    sources.set("store.toml", format!("{store_file}\n[readings]\n0 = \"other\"\n"));
    let compiled = compile(&sources);
    assert_eq!(compiled.findings.iter().map(|f| (f.code, f.file.as_str())).collect::<Vec<_>>(), [("reading-not-encoded", "store.toml")]);
    assert!(compiled.content.is_none());
}

/// The entry of point 0 in a readings file.
fn point_from(file: &str) -> String {
    let at = file.find("[[point]]\nid = \"0\"").unwrap();
    let entry = &file[at..];
    let end = entry[2..].find("[[point]]").map_or(entry.len(), |e| e + 2);
    format!("\n{}", &entry[..end])
}

#[test]
fn a_mark_is_checked_whether_or_not_its_reading_is_chosen() {
    let with = |from: &str, to: &str| {
        let mut sources = guangxi();
        let file = sources.get("gx-bigdata/article-036.cedar").unwrap();
        assert!(file.contains(from));
        let changed = file.replacen(from, to, 1);
        sources.set("gx-bigdata/article-036.cedar", changed);
        codes(&sources)
    };
    assert_eq!(with("7=other", "7=loose"), ["reading-invalid"]);
    assert_eq!(with("7=other", "7"), ["reading-invalid"]);
    assert_eq!(with("7=other", "99=other"), ["point-unknown"]);
    // Cedar's validator looks at a policy that is left out, and so does the check of its annotations.
    assert_eq!(with("context.request has recipient_kind &&", "context.request has recipient_kind && 1 &&"), ["policy-invalid"]);
    assert_eq!(with("or request.recipient_kind = GovernmentDepartment|", "or request.recipient_kind = Nobody|"), ["demand-invalid"]);
}

#[test]
fn cedar_is_asked_about_the_policies_of_the_chosen_readings_only() {
    for (compiled, engine) in [&*APPLIED, &*OTHER] {
        let asked: BTreeSet<String> = compiled.cedar["gx-bigdata"].policies().map(|p| p.id().to_string()).collect();
        let ours: BTreeSet<String> = engine.texts().flat_map(|t| &t.policies).map(|p| p.id.clone()).collect();
        assert_eq!(asked, ours);
    }
}

// ---- What is true of every store is true of this one ----------------------------------------------------------------

#[test]
fn the_other_readings_decide_as_cedar_decides() {
    let (compiled, engine) = &*OTHER;
    let policies = oracle::grounds_and_gates(&compiled.cedar["gx-bigdata"]);
    let found = in_parallel(&requests(), |(name, doc)| {
        let request = engine.read(&doc.bytes());
        let Some(facts) = request.facts() else { return Vec::new() };
        let input = oracle::input(engine.vocabulary(), facts, compiled.schema.as_ref()).unwrap();
        let mut ours = engine.matching_policies("gx-bigdata", facts).unwrap();
        ours.failed.retain(|id| policies.policy(&cedar_policy::PolicyId::new(id)).is_some());
        oracle::difference(&ours, &oracle::ask(&policies, &input)).map(|d| format!("{name}: {d}")).into_iter().collect()
    });
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn every_rule_is_encoded_under_the_other_readings_too() {
    let coverage = lexgate::author::coverage::coverage(OTHER.1.texts(), None);
    assert!(coverage.is_complete(), "{:?}", coverage.texts);
}

#[test]
fn no_other_reading_permits_for_want_of_a_fact() {
    let engine = &OTHER.1;
    let mut docs: Vec<Doc> = requests().into_iter().map(|(_, d)| d.clone()).collect();
    docs.extend(turned().iter().map(|v| Doc::parse(&v.request)));
    let found = in_parallel(&docs, |doc| {
        let response = engine.evaluate(&engine.read(&doc.bytes()));
        if response.decision || response.is_bad_input() {
            return Vec::new();
        }
        // Without `request.territory` it is another act.
        let helps = |f: &String| f != "request.territory" && engine.evaluate(&engine.read(&doc.without(f).bytes())).decision;
        doc.stated().into_iter().filter(helps).map(|f| format!("permitted without {f}: {doc:?}")).collect()
    });
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// Each request with each fact that the other readings turn on in each of its values.
fn around_the_marks() -> Vec<Doc> {
    let engine = &OTHER.1;
    let pool = pool(store());
    let mut out = Vec::new();
    for vector in turned() {
        let doc = Doc::parse(&vector.request);
        let action = engine.vocabulary().find_action(&doc.action).unwrap();
        let facts: BTreeSet<&str> = engine
            .texts()
            .flat_map(|t| t.policies.iter().filter(|p| p.names(action) && !p.points.is_empty()).map(move |p| (t, p)))
            .flat_map(|(t, p)| p.condition.into_iter().flat_map(|c| t.program.facts_read(c)))
            .filter_map(|f| engine.vocabulary().fact(f))
            .filter(|f| !f.derived)
            .map(|f| f.name.as_str())
            .collect();
        for fact in facts {
            out.push(doc.without(fact));
            let values = pool
                .get(fact)
                .cloned()
                .unwrap_or_else(|| typical(engine.vocabulary().fact(engine.vocabulary().find_fact(fact).unwrap()).unwrap()));
            out.extend(values.into_iter().map(|v| doc.with(fact, v)));
        }
    }
    out
}

#[test]
fn the_demands_of_the_other_readings_say_what_their_conditions_test() {
    let engine = &OTHER.1;
    let found = in_parallel(&around_the_marks(), |doc| {
        let request = engine.read(&doc.bytes());
        let Some(facts) = request.facts() else { return Vec::new() };
        let matching = engine.matching_policies("gx-bigdata", facts).unwrap();
        let response = engine.evaluate(&request);
        let is = |a: &Atom| match (&a.relation, facts.get(a.fact)) {
            (Relation::Is(words), Some(Value::Bool(b))) => words.contains(&b.to_string()),
            (Relation::Is(words), Some(Value::Text(t))) => words.iter().any(|w| w == t),
            (Relation::Is(_), _) => false,
            // The other relations are none of the differences between the readings.
            _ => true,
        };
        let mut found = Vec::new();
        for p in engine.texts().flat_map(|t| &t.policies).filter(|p| !p.points.is_empty() && !p.demands.is_empty()) {
            // A gate that fires although all it asks for is there can only bar without naming a fact.
            if response.context.prohibitions.iter().any(|b| b.policy == p.id && b.facts.is_empty()) {
                found.push(format!("{} fires, its demands met: {doc:?}", p.id));
            }
            if matching.grounds.contains(&p.id.as_str()) && !p.demands.iter().all(|d| d.any.iter().any(is)) {
                found.push(format!("{} carries, a demand unmet: {doc:?}", p.id));
            }
        }
        if response.decision != matching.allow && response.context.errors.is_empty() {
            found.push(format!("decision and policies differ: {doc:?}"));
        }
        found
    });
    assert!(found.is_empty(), "{}", found.join("\n"));
}
