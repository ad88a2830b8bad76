//! The other readings of the open points: what changes when a store chooses one, and that nothing changes when it does not.
//!
//! Each store here is that of this repository, or its text of Guangxi alone, with another `store.toml`. The requests that
//! turn are data (`tests/readings`), and so are the points that a text leaves at their conservative reading
//! (`tests/readings/exempt.toml`).

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

use lexgate::author::{Compiled, Sources, Validation, compile, oracle, vectors};
use lexgate::facts::Value;
use lexgate::law::{Atom, Choice, LawText, Relation};
use lexgate::{Engine, Outcome};
use serde::Deserialize;
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::sync::LazyLock;
use support::{Doc, build, in_parallel, pool, root, store, typical};

/// A request that comes out otherwise under the other reading of a point.
struct Case {
    /// The text whose bases it starts from.
    text: String,
    point: String,
    base: String,
    /// What is changed in the base.
    set: String,
    /// The outcome of the store as it is.
    applied: String,
    /// The outcome where that point, and where every point, takes the other reading.
    other: String,
    request: Vec<u8>,
}

/// `tests/readings/<text>.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseFile {
    case: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    point: String,
    base: String,
    #[serde(default)]
    set: toml::Table,
    applied: String,
    other: String,
}

/// `tests/readings/exempt.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExemptFile {
    #[serde(default)]
    exempt: Vec<Exempt>,
}

/// A point whose other reading a text does not encode, and why.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Exempt {
    point: String,
    text: String,
    why: String,
}

const EXEMPT: &str = "exempt.toml";

/// The files of `tests/readings`.
fn readings() -> Sources {
    Sources::read(&root().join("tests/readings")).unwrap()
}

/// Every case, text by text.
fn cases() -> &'static [Case] {
    static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| {
        let mut vector_files = Sources::read(&root().join("tests/vectors")).unwrap();
        let mut cases = Vec::new();
        for (path, file) in readings().iter().filter(|(path, _)| *path != EXEMPT) {
            let text = path.strip_suffix(".toml").unwrap();
            let file: CaseFile = toml::from_str(file).unwrap_or_else(|e| panic!("{path}: {e}"));
            // As vectors of the text they find its bases.
            let mut as_vectors = String::new();
            for (n, entry) in file.case.into_iter().enumerate() {
                let Entry { point, base, set, applied, other } = entry;
                let set = toml::Value::Table(set).to_string();
                writeln!(as_vectors, "[[vector]]\nname = \"reading {n}\"\nbase = \"{base}\"\nset = {set}\noutcome = \"{applied}\"")
                    .unwrap();
                let name = format!("{text}: reading {n}");
                cases.push((name, Case { text: text.to_owned(), point, base, set, applied, other, request: Vec::new() }));
            }
            vector_files.set(format!("{text}/{text}-readings.toml"), as_vectors);
        }
        let mut requests: BTreeMap<String, Vec<u8>> =
            vectors::read(&vector_files).unwrap_or_else(|e| panic!("{e}")).into_iter().map(|v| (v.name, v.request)).collect();
        cases.into_iter().map(|(name, case)| Case { request: requests.remove(&name).unwrap(), ..case }).collect()
    });
    &CASES
}

fn exempt() -> Vec<Exempt> {
    toml::from_str::<ExemptFile>(readings().get(EXEMPT).unwrap()).unwrap().exempt
}

/// The points whose other reading some policy of these sources belongs to.
fn encoded(sources: &Sources) -> BTreeSet<String> {
    sources.texts().flat_map(|text| encoded_in(sources, text)).collect()
}

/// Those of one text.
fn encoded_in(sources: &Sources, text: &str) -> BTreeSet<String> {
    sources
        .articles(text)
        .flat_map(|(_, article)| article.lines())
        .filter_map(|line| line.strip_prefix("@reading(\"")?.strip_suffix("\")"))
        .flat_map(str::split_whitespace)
        .filter_map(|mark| mark.strip_suffix("=other"))
        .map(str::to_owned)
        .collect()
}

/// The points on which the policies of a text rest.
fn named_in(text: &LawText) -> BTreeSet<&str> {
    text.policies.iter().flat_map(|p| &p.points).map(String::as_str).collect()
}

/// The text of Guangxi with what all texts share.
fn guangxi() -> Sources {
    let kept = |path: &str| !path.contains('/') || path.starts_with("gx-bigdata/");
    Sources::new(store().sources.iter().filter(|(p, _)| kept(p)).map(|(p, t)| (p.to_owned(), t.to_owned())).collect())
}

/// Sources that choose the other reading of these points.
fn choosing<'p>(sources: &Sources, points: impl IntoIterator<Item = &'p str>) -> Sources {
    let mut sources = sources.clone();
    let mut file = sources.get("store.toml").unwrap().to_owned();
    file.push_str("\n[readings]\n");
    for point in points {
        writeln!(file, "{point} = \"other\"").unwrap();
    }
    sources.set("store.toml", file);
    sources
}

/// The store with every point that is encoded at its other reading.
static OTHER: LazyLock<(Compiled, Engine)> = LazyLock::new(|| {
    let points = encoded(&store().sources);
    let (compiled, _, engine) = build(&choosing(&store().sources, points.iter().map(String::as_str)), Validation::Strict);
    (compiled, engine)
});

/// The store as it is and the store of the other readings.
fn both() -> [(&'static Compiled, &'static Engine); 2] {
    [(&store().compiled, &store().engine), (&OTHER.0, &OTHER.1)]
}

fn codes(sources: &Sources) -> Vec<&'static str> {
    let mut codes: Vec<_> = compile(sources).findings.iter().map(|f| f.code).collect();
    codes.dedup();
    codes
}

/// The reading of a point in an answer.
fn reading(answer: &str, point: &str) -> Option<Json> {
    let json: Json = serde_json::from_str(answer).unwrap();
    json["context"]["readings"].as_array().unwrap().iter().find(|r| r["point"] == point).cloned()
}

/// The request of a case of Guangxi.
fn case(point: &str, base: &str) -> Doc {
    Doc::parse(&cases().iter().find(|c| c.text == "gx-bigdata" && c.point == point && c.base == base).unwrap().request)
}

// ---- Choosing -------------------------------------------------------------------------------------------------------

#[test]
fn the_other_reading_changes_the_answer_and_the_answer_says_so() {
    let points: Vec<String> = cases().iter().map(|c| c.point.clone()).collect::<BTreeSet<_>>().into_iter().collect();
    let chosen: BTreeMap<String, Engine> =
        in_parallel(&points, |p| vec![(p.clone(), build(&choosing(&store().sources, [p.as_str()]), Validation::Strict).2)])
            .into_iter()
            .collect();
    let mut wrong = Vec::new();
    for Case { text, point, base, set, applied, other, request } in cases() {
        let case = format!("{text}, point {point}: {base} with {set}");
        let before = store().engine.evaluate_json(request);
        if !before.contains(&format!(r#""outcome":"{applied}""#)) {
            wrong.push(format!("{case}: not {applied}: {before}"));
        }
        if applied == other {
            wrong.push(format!("{case}: nothing turns"));
        }
        for (point_or_all, engine) in [(point.as_str(), &chosen[point]), ("all", &OTHER.1)] {
            let after = engine.evaluate_json(request);
            if !after.contains(&format!(r#""outcome":"{other}""#)) {
                wrong.push(format!("{case}, {point_or_all} chosen: not {other}: {after}"));
            }
            let Some(reading) = reading(&after, point) else {
                wrong.push(format!("{case}, {point_or_all} chosen: the answer does not name the point: {after}"));
                continue;
            };
            let policies = reading["policies"].as_array().unwrap();
            let is_in_the_bundle = |id: &Json| engine.texts().any(|t| t.policies.iter().any(|p| id == &json!(p.id)));
            if reading["choice"] != "other" || policies.is_empty() || !policies.iter().all(is_in_the_bundle) {
                wrong.push(format!("{case}, {point_or_all} chosen: the answer says {reading}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_open_point_is_encoded_wherever_a_policy_rests_on_it_or_is_exempt_with_a_reason() {
    let exempt = exempt();
    let mut open: BTreeSet<&str> = store().engine.points().map(|p| p.id.as_str()).collect();
    let mut wrong = Vec::new();
    for text in store().engine.texts() {
        let code = text.regulation.code.as_str();
        let encoded = encoded_in(&store().sources, code);
        for point in named_in(text) {
            open.remove(point);
            let shown = cases().iter().any(|c| c.text == code && c.point == point);
            match (encoded.contains(point), exempt.iter().any(|e| e.text == code && e.point == point)) {
                (true, true) => wrong.push(format!("{code} encodes the other reading of point {point} and is exempt from it")),
                (true, false) if !shown => wrong.push(format!("no case in tests/readings/{code}.toml shows point {point}")),
                (false, false) => wrong.push(format!("{code} does not encode the other reading of point {point}")),
                (true, false) | (false, true) => {}
            }
        }
        let rests = |e: &&Exempt| e.text == code && (!named_in(text).contains(e.point.as_str()) || e.why.is_empty());
        wrong.extend(exempt.iter().filter(rests).map(|e| format!("exempt: {code}, point {}: nothing to exempt, or no reason", e.point)));
    }
    let is_a_text = |code: &str| store().engine.texts().any(|t| t.regulation.code == code);
    wrong.extend(exempt.iter().filter(|e| !is_a_text(&e.text)).map(|e| format!("exempt: there is no text `{}`", e.text)));
    wrong.extend(cases().iter().filter(|c| !is_a_text(&c.text)).map(|c| format!("there is no text `{}`", c.text)));
    wrong.extend(open.into_iter().map(|point| format!("no policy rests on point {point}")));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn an_answer_names_the_conservative_reading_as_chosen_unless_another_is() {
    let engine = &store().engine;
    let mut named = 0;
    for (name, doc) in &store().requests {
        for r in &engine.evaluate(&engine.read(&doc.bytes())).context.readings {
            named += 1;
            assert_eq!(r.choice, Choice::Applied, "{name}");
        }
    }
    assert!(named > 0);
    let points: BTreeSet<String> = OTHER.1.points().filter(|p| p.choice == Choice::Other).map(|p| p.id.clone()).collect();
    assert_eq!(points, encoded(&store().sources));
}

#[test]
fn an_answer_that_the_choice_did_not_change_is_said_to_rest_on_nothing_new() {
    // A right holder trades its own data: the authorisation of article 55 is not asked for under either reading.
    let doc = case("2", "trade").with("actor.is_right_holder", json!(true));
    for (_, engine) in both() {
        let response = engine.evaluate_json(&doc.bytes());
        let policies = reading(&response, "2").unwrap()["policies"].clone();
        assert!(policies.as_array().unwrap().iter().all(|p| !p.as_str().unwrap().contains("/55/")), "{response}");
    }
}

#[test]
fn without_a_choice_the_store_is_what_it_would_be_without_the_other_readings() {
    let mut bare = store().sources.clone();
    let texts: Vec<String> = bare.texts().map(str::to_owned).collect();
    let mut left_out = 0;
    for code in &texts {
        let files: Vec<(String, String)> = bare.articles(code).map(|(p, t)| (p.to_owned(), t.to_owned())).collect();
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
    }
    assert!(left_out >= encoded(&store().sources).len());
    let (bare, marked) = (compile(&bare).content.unwrap(), store().compiled.content.as_ref().unwrap());
    assert_eq!(bare.law.texts, marked.law.texts);
    assert!(marked.law.texts.iter().all(|t| t.set_aside.is_empty() && t.other_readings.is_empty()));
}

#[test]
fn a_text_that_does_not_encode_the_other_reading_keeps_the_conservative_one() {
    let mut sources = choosing(&guangxi(), ["7"]);
    support::copy_text(&mut sources, "gx-bigdata", "zz-copy", "in-force", "12");
    let file = sources.get("zz-copy/article-036.cedar").unwrap();
    let article =
        file.split("@id(").filter(|p| !p.contains("7=other")).collect::<Vec<_>>().join("@id(").replace("@reading(\"7=applied\")\n", "");
    sources.set("zz-copy/article-036.cedar", article);
    let compiled = compile(&sources);
    let warnings: Vec<_> = compiled.findings.iter().map(|f| (f.code, f.message.as_str())).collect();
    assert_eq!(warnings, [("reading-not-encoded", "zz-copy does not encode the other reading of point 7 and keeps the conservative one")]);
    let engine = Engine::new(&lexgate::bundle::write(compiled.content.as_ref().unwrap()).unwrap()).unwrap();
    let doc = case("7", "share");
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
    assert_eq!(codes(&choosing(&sources, ["99"])), ["point-unknown"]);
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
    for (compiled, engine) in both() {
        for text in engine.texts() {
            let code = &text.regulation.code;
            let asked: BTreeSet<String> = compiled.cedar[code].policies().map(|p| p.id().to_string()).collect();
            let ours: BTreeSet<String> = text.policies.iter().map(|p| p.id.clone()).collect();
            assert_eq!(asked, ours, "{code}");
        }
    }
}

// ---- What is true of every store is true of this one ----------------------------------------------------------------

#[test]
fn the_other_readings_decide_as_cedar_decides() {
    let (compiled, engine) = &*OTHER;
    let cedar: BTreeMap<&str, _> = compiled.cedar.iter().map(|(text, all)| (text.as_str(), oracle::grounds_and_gates(all))).collect();
    let docs: Vec<Doc> = store().requests.iter().map(|(_, d)| d.clone()).chain(turned()).collect();
    let found = in_parallel(&docs, |doc| {
        let request = engine.read(&doc.bytes());
        let Some(facts) = request.facts() else { return Vec::new() };
        let input = oracle::input(engine.vocabulary(), facts, compiled.schema.as_ref()).unwrap();
        let mut found = Vec::new();
        for (text, policies) in &cedar {
            let mut ours = engine.matching_policies(text, facts).unwrap();
            ours.failed.retain(|id| policies.policy(&cedar_policy::PolicyId::new(id)).is_some());
            found.extend(oracle::difference(&ours, &oracle::ask(policies, &input)).map(|d| format!("{text}: {d}: {doc:?}")));
        }
        found
    });
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn every_rule_is_encoded_under_the_other_readings_too() {
    let coverage = lexgate::author::coverage::coverage(OTHER.1.texts(), None);
    assert!(coverage.is_complete(), "{:?}", coverage.texts);
}

/// The requests of the cases.
fn turned() -> impl Iterator<Item = Doc> {
    cases().iter().map(|c| Doc::parse(&c.request))
}

#[test]
fn no_other_reading_permits_for_want_of_a_fact() {
    let engine = &OTHER.1;
    let docs: Vec<Doc> = store().requests.iter().map(|(_, d)| d.clone()).chain(turned()).collect();
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

/// Each request of the cases with each fact that the other readings turn on, in the texts of its territory, in each of its
/// values.
fn around_the_marks() -> Vec<Doc> {
    let engine = &OTHER.1;
    let pool = pool(store());
    let mut out = Vec::new();
    for case in cases() {
        let doc = Doc::parse(&case.request);
        let action = engine.vocabulary().find_action(&doc.action).unwrap();
        let territory = &engine.texts().find(|t| t.regulation.code == case.text).unwrap().regulation.territory;
        let facts: BTreeSet<&str> = engine
            .texts()
            .filter(|t| t.regulation.territory == *territory)
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
        let response = engine.evaluate(&request);
        let is = |a: &Atom| match (&a.relation, facts.get(a.fact)) {
            (Relation::Is(words), Some(Value::Bool(b))) => words.contains(&b.to_string()),
            (Relation::Is(words), Some(Value::Text(t))) => words.iter().any(|w| w == t),
            (Relation::Is(_), _) => false,
            // The other relations are none of the differences between the readings.
            _ => true,
        };
        let mut found = Vec::new();
        for text in engine.texts() {
            let code = text.regulation.code.as_str();
            let matching = engine.matching_policies(code, facts).unwrap();
            for p in text.policies.iter().filter(|p| !p.points.is_empty() && !p.demands.is_empty()) {
                // A gate that fires although all it asks for is there can only bar without naming a fact.
                if response.context.prohibitions.iter().any(|b| b.policy == p.id && b.facts.is_empty()) {
                    found.push(format!("{} fires, its demands met: {doc:?}", p.id));
                }
                if matching.grounds.contains(&p.id.as_str()) && !p.demands.iter().all(|d| d.any.iter().any(is)) {
                    found.push(format!("{} carries, a demand unmet: {doc:?}", p.id));
                }
            }
            // The outcome of a text that decides is the decision of its policies; one without an outcome is silent.
            let outcome = response.context.regulations.iter().find(|r| r.code == code && r.binding).and_then(|r| r.outcome);
            if outcome.is_some_and(|o| (o == Outcome::Permitted) != matching.allow) && response.context.errors.is_empty() {
                found.push(format!("{code}: outcome and policies differ: {doc:?}"));
            }
        }
        found
    });
    assert!(found.is_empty(), "{}", found.join("\n"));
}
