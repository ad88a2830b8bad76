//! Decision events: what they hold, what they keep to themselves, and that they replay.

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

use ed25519_dalek::{Signer, SigningKey};
use lexgate::bundle::sha256_hex;
use lexgate::chain::{Chain, Entry};
use lexgate::event::{Event, Link, Occasion, Recorder};
use lexgate::mask::Masking;
use lexgate::receipt::{PublicKey, to_hex};
use lexgate::replay::{Alteration, Replayed, Unreadable, Verdict, replay};
use lexgate::vocabulary::FactType;
use lexgate::{Engine, Mode, Options, Strictness};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use support::{in_parallel, root, store};

const KEY: &[u8] = b"a key for tests only";

fn masking() -> Masking {
    Masking::new(KEY).unwrap()
}

fn unmasked() -> Masking {
    masking().keeping_all()
}

fn occasion(n: usize) -> (String, String) {
    (format!("0197f3a4-0000-7000-8000-{n:012}"), format!("2026-05-18T09:{:02}:{:02}.123456789Z", n / 60 % 60, n % 60))
}

fn record(recorder: &mut Recorder, engine: &Engine, document: &[u8], n: usize) -> Event {
    let answer = engine.evaluate(&engine.read(document));
    let (decision_id, timestamp) = occasion(n);
    let occasion = Occasion {
        decision_id: &decision_id,
        timestamp: &timestamp,
        labels: BTreeMap::from([("app".to_owned(), "tests".to_owned())]),
        metrics: BTreeMap::from([("timer_evaluation_ns".to_owned(), 12_345)]),
        requested_by: None,
    };
    recorder.record(engine, document, &answer, &occasion).unwrap()
}

fn event_of(masking: Masking, document: &Json) -> String {
    record(&mut Recorder::new(masking), &store().engine, document.to_string().as_bytes(), 0).to_json()
}

fn again(line: &str) -> Replayed {
    let engine = &store().engine;
    replay(line.as_bytes(), &|digest| (digest == engine.bundle().sha256).then_some(engine), &[])
}

fn parse(line: &str) -> Json {
    serde_json::from_str(line).unwrap()
}

fn canonical(json: &Json) -> String {
    serde_json_canonicalizer::to_string(json).unwrap()
}

/// The event with members changed and its digest made right again.
fn resealed(line: &str, change: impl FnOnce(&mut Json)) -> String {
    let mut event = parse(line);
    change(&mut event);
    let seal = event.as_object_mut().unwrap().remove("receipt").unwrap();
    let digest = sha256_hex(canonical(&event).as_bytes());
    event["receipt"] = seal;
    event["receipt"]["digest"] = json!(digest);
    canonical(&event)
}

fn request() -> Json {
    json!({
        "subject": {"type": "GovernmentDepartment", "id": "wang-xiaoming", "properties": {"duty_scope": ["school-admission", "old-age"]}, "phone": "13900001111"},
        "action": {"name": "obtain_shared_data", "properties": {"note": "for Mrs Li"}},
        "resource": {"type": "Dataset", "id": "register-of-zhang-san", "properties": {"territory": "450000", "sharing_type": "conditional", "type_disputed": false, "sharing_conditions": "as agreed with Zhang San"}},
        "context": {
            "request": {"channel": "platform", "purpose": "statutory_duty", "duty": "school-admission", "scope": ["name-of-child"], "basis": "letter of 5 May"},
            "grant": {"scope": ["name-of-child", "age"], "valid_from": "2026-05-01", "valid_until": "2026-12-31"},
            "time": {"now": "2026-05-18T09:30:00+08:00"},
        },
        "session": {"cookie": "s3cr3t"},
    })
}

/// What in it is personal or could be.
const PERSONAL: [&str; 14] = [
    "wang-xiaoming",
    "school-admission",
    "old-age",
    "13900001111",
    "phone",
    "Mrs Li",
    "register-of-zhang-san",
    "as agreed",
    "name-of-child",
    "letter of 5 May",
    "cookie",
    "s3cr3t",
    "session",
    "for Mrs",
];

#[test]
fn an_event_has_the_names_of_opa_and_is_canonical() {
    let line = event_of(unmasked(), &request());
    let event = parse(&line);
    assert_eq!(line, canonical(&event));
    let members: Vec<&str> = event.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        members,
        [
            "bundle_digest",
            "bundles",
            "decision_id",
            "engine",
            "erased",
            "event_version",
            "input",
            "labels",
            "masked",
            "metrics",
            "options",
            "outcome",
            "path",
            "receipt",
            "replayable",
            "request_digest",
            "response_digest",
            "result",
            "rules",
            "timestamp"
        ]
    );
    let engine = &store().engine;
    let answer = engine.evaluate_json(request().to_string().as_bytes());
    assert_eq!(event["input"], request());
    assert_eq!(canonical(&event["result"]), answer);
    assert_eq!(event["response_digest"], sha256_hex(answer.as_bytes()));
    assert_eq!(event["bundles"], json!({engine.bundle().id: {"revision": engine.bundle().version}}));
    assert_eq!(event["outcome"], event["result"]["context"]["outcome"]);
    assert_eq!((&event["erased"], &event["masked"], &event["replayable"]), (&json!([]), &json!([]), &json!(true)));
    assert_eq!(again(&line).verdict, Verdict::Same);
}

#[test]
fn nothing_personal_reaches_the_log_unless_asked_for() {
    let line = event_of(masking(), &request());
    for personal in PERSONAL {
        assert!(!line.contains(personal), "{personal} is in {line}");
    }
    let event = parse(&line);
    assert_eq!(event["replayable"], true, "texts that are equal are still equal");
    assert_eq!(event["input"]["resource"]["properties"]["territory"], "450000");
    assert_eq!(event["input"]["context"]["request"]["scope"][0], event["input"]["context"]["grant"]["scope"][0]);
    assert!(event["masked"].as_array().unwrap().contains(&json!("/input/subject/id")));
    let plain = parse(&event_of(unmasked(), &request()));
    for member in ["outcome", "rules", "request_digest", "response_digest"] {
        assert_eq!(event[member], plain[member], "{member}");
    }
    assert_eq!(event["result"]["context"]["missing"], plain["result"]["context"]["missing"]);
    assert_eq!(again(&line).verdict, Verdict::Same);
}

#[test]
fn rules_say_what_is_kept_masked_and_removed() {
    let rules = json!({
        "keep": ["/input/resource/id", "/input/session"],
        "mask": ["/input/context/request/channel", "/input/session/cookie", "/request_digest"],
        "remove": ["/input/context/grant/valid_until"],
    });
    let line = event_of(masking().with_rules(rules.to_string().as_bytes()).unwrap(), &request());
    let event = parse(&line);
    assert_eq!(event["input"]["resource"]["id"], "register-of-zhang-san");
    assert_eq!(event["input"]["session"]["cookie"], masking().token("s3cr3t"));
    assert_eq!(event["input"]["context"]["request"]["channel"], masking().token("platform"));
    assert_eq!(event["input"]["context"]["grant"]["valid_until"], Json::Null);
    assert!(event["erased"].as_array().unwrap().contains(&json!("/input/context/grant/valid_until")));
    let digest = event["request_digest"].as_str().unwrap();
    assert!(digest.starts_with("masked:") && event["result"]["context"]["request_digest"] == digest);
    // A channel that is none: the masked request is no valid one, and that was found out, not guessed.
    assert_eq!(event["replayable"], false);
    assert!(!line.contains("wang-xiaoming") && !line.contains("2026-12-31") && !line.contains("s3cr3t"));
    assert_eq!(again(&line).verdict, Verdict::NotReplayable);

    let all_but_one = unmasked().with_rules(br#"{"remove": ["/input/subject/phone"]}"#).unwrap();
    let event = parse(&event_of(all_but_one, &request()));
    assert_eq!((&event["input"]["subject"]["id"], &event["input"]["subject"]["phone"]), (&json!("wang-xiaoming"), &Json::Null));
    assert_eq!((&event["erased"], &event["replayable"]), (&json!(["/input/subject/phone"]), &json!(true)));
    let nothing = parse(&event_of(unmasked().with_rules(br#"{"remove": ["/input"]}"#).unwrap(), &request()));
    assert_eq!((&nothing["input"], &nothing["replayable"]), (&Json::Null, &json!(false)));
}

#[test]
fn a_document_that_is_no_request_is_logged_without_its_text() {
    for document in [&b"{\"subject\": \"Zhang San"[..], b"\xff\xfe Zhang San", br#"{"Zhang San": 1, "Zhang San": 2}"#, b""] {
        for masking in [masking(), unmasked()] {
            let open = format!("{masking:?}").contains("keep_all: true");
            let line = record(&mut Recorder::new(masking), &store().engine, document, 0).to_json();
            let event = parse(&line);
            assert_eq!((&event["input"], &event["replayable"], &event["outcome"]), (&Json::Null, &json!(false), &json!("undetermined")));
            assert!(open || !line.contains("Zhang"), "{line}");
            assert_eq!(again(&line).verdict, Verdict::NotReplayable);
        }
    }
}

/// Every place of a request filled with something personal, in every JSON type, and on every vector.
#[test]
fn no_masked_value_occurs_in_an_event() {
    const MARK: &str = "PERSONAL";
    let s = store();
    let marks = || [json!(MARK), json!([MARK, "x", MARK]), json!({MARK: MARK}), json!({"holidays": [MARK], MARK: [1]}), json!([[MARK]])];
    let mut documents: Vec<Vec<u8>> = Vec::new();
    for (_, doc) in s.requests.iter().step_by(29) {
        let json = doc.json();
        for mark in marks() {
            let mut all = json.clone();
            fill(&mut all, &mark, MARK);
            documents.push(all.to_string().into_bytes());
        }
        for fact in s.engine.vocabulary().facts.iter().step_by(5) {
            documents.push(doc.with(&fact.name, json!(MARK)).bytes());
        }
        for place in
            ["/subject", "/action", "/resource", "/context", "/subject/properties", "/context/grant", "/context/time", "/action/name"]
        {
            let mut one = json.clone();
            if let Some(at) = one.pointer_mut(place) {
                *at = json!(MARK);
            }
            documents.push(one.to_string().into_bytes());
        }
    }
    documents.push(format!("\"{MARK}\"").into_bytes());
    let wrong = in_parallel(&documents, |document| {
        let mut recorder = Recorder::new(masking());
        let line = record(&mut recorder, &s.engine, document, 0).to_json();
        let clean = !line.contains(MARK) && line == canonical(&parse(&line)) && again(&line).is_clean();
        let replayable = parse(&line)["replayable"] == true;
        if clean && replayable { Vec::new() } else { vec![(String::from_utf8_lossy(document).into_owned(), clean, replayable)] }
    });
    assert!(documents.len() > 1_000, "{}", documents.len());
    assert!(wrong.is_empty(), "{} of {}: {:?}", wrong.len(), documents.len(), &wrong[..1]);
}

/// Puts the mark beside every member and in place of every free text.
fn fill(json: &mut Json, mark: &Json, name: &str) {
    if let Json::Object(members) = json {
        for (key, value) in members.iter_mut() {
            match value {
                Json::Object(_) => fill(value, mark, name),
                Json::String(t) if key == "id" => *t = format!("{name} {t}"),
                _ => {}
            }
        }
        members.insert(format!("x {name}"), mark.clone());
    }
}

#[test]
fn every_vector_replays_masked_and_unmasked() {
    let s = store();
    let wrong = in_parallel(&s.vectors, |vector| {
        let mut wrong = Vec::new();
        for masking in [masking(), unmasked()] {
            let line = record(&mut Recorder::new(masking), &s.engine, &vector.request, 0).to_json();
            let event = parse(&line);
            let found = again(&line);
            let expected = if event["replayable"] == true { Verdict::Same } else { Verdict::NotReplayable };
            if found.verdict != expected || !found.alterations.is_empty() || line != canonical(&event) {
                wrong.push(format!("{}: {found:?}", vector.name));
            }
            let is_read = vector.request.len() <= lexgate::request::MAX_BYTES && serde_json::from_slice::<Json>(&vector.request).is_ok();
            if event["replayable"] != true && is_read && !vector.name.contains("twice") {
                wrong.push(format!("{}: not replayable: {line}", vector.name));
            }
        }
        wrong
    });
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// What the masking cannot carry is found out by evaluating: an organisation that goes by a citizen's number.
#[test]
fn an_event_whose_masked_request_decides_otherwise_says_so() {
    let mut request = request();
    request["subject"] = json!({"type": "LegalPerson", "id": "450103199001011234"});
    let line = event_of(masking(), &request);
    let event = parse(&line);
    assert_eq!((&event["replayable"], &event["outcome"]), (&json!(false), &json!("undetermined")));
    assert_eq!(event["result"]["context"]["errors"][0]["code"], "credit-code-check-digit");
    assert!(!line.contains("450103199001011234"));
    assert_eq!(again(&line).verdict, Verdict::NotReplayable);
    // A wrong code of an organisation is replaced by another wrong code.
    request["subject"]["id"] = json!("91350100M000100Y44");
    let line = event_of(masking(), &request);
    assert_eq!(parse(&line)["replayable"], true);
    assert!(!line.contains("91350100M000100Y44") && again(&line).verdict == Verdict::Same);
}

#[test]
fn options_of_the_engine_are_part_of_the_event() {
    let mut request = request();
    request["context"]["grant"]["no_such_fact"] = json!(1);
    let options = Options { strictness: Strictness::Lenient, mode: Some(Mode::DraftAsAdopted) };
    let engine = Engine::with_options(&store().bundle, options).unwrap();
    for masking in [masking(), unmasked()] {
        let line = record(&mut Recorder::new(masking), &engine, request.to_string().as_bytes(), 0).to_json();
        let event = parse(&line);
        assert_eq!(event["options"], json!({"mode": "draft-as-adopted", "strictness": "lenient"}));
        assert_eq!(event["result"]["context"]["warnings"][0]["code"], "unknown-fact");
        assert_eq!(again(&line).verdict, Verdict::Same, "an engine with other options replays it");
    }
}

#[test]
fn every_member_that_is_changed_is_found() {
    let line = event_of(unmasked(), &request());
    let event = parse(&line);
    for member in event.as_object().unwrap().keys().filter(|k| *k != "receipt") {
        let mut changed = event.clone();
        changed[member] = other(&changed[member]);
        let found = again(&canonical(&changed));
        // Some changes make it no event any more.
        let told = found.alterations == [Alteration::Digest] || matches!(found.verdict, Verdict::Unreadable(_));
        assert!(told, "{member}: {found:?}");
    }
    let mut changed = event.clone();
    changed["receipt"]["digest"] = json!("0".repeat(64));
    assert_eq!(again(&canonical(&changed)).alterations, [Alteration::Digest]);
    changed = event.clone();
    changed["receipt"]["note"] = json!("the digest does not cover the seal, so nothing else may stand in it");
    assert_eq!(again(&canonical(&changed)).verdict, Verdict::Unreadable(Unreadable::Malformed));
    let with_more = canonical(&{
        let mut e = event.clone();
        e["note"] = json!("added");
        e
    });
    assert_eq!(again(&with_more).alterations, [Alteration::Digest]);
    // Writing the same event in another way changes nothing.
    assert!(again(&serde_json::to_string_pretty(&event).unwrap().replace('\n', " ")).is_clean());
    assert!(again(&format!("  {line}\r")).is_clean());
}

/// Whoever seals an edited event anew is found by evaluating it again.
#[test]
fn an_edited_decision_is_found_without_its_digest() {
    let line = event_of(unmasked(), &request());
    let differs = |change: &dyn Fn(&mut Json)| match again(&resealed(&line, change)) {
        Replayed { verdict: Verdict::Differs(what), alterations, .. } if alterations.is_empty() => what,
        other => panic!("{other:?}"),
    };
    assert_eq!(differs(&|e| e["result"]["decision"] = json!(true)), ["/result"]);
    assert_eq!(differs(&|e| e["outcome"] = json!("permitted")), ["/outcome"]);
    assert_eq!(differs(&|e| e["rules"] = json!([])), ["/rules"]);
    assert_eq!(differs(&|e| e["path"] = json!("other")), ["/path"]);
    assert_eq!(differs(&|e| e["request_digest"] = json!("0".repeat(64))), ["/request_digest"]);
    assert_eq!(differs(&|e| e["response_digest"] = json!("0".repeat(64))), ["/response_digest"]);
    assert_eq!(differs(&|e| e["bundles"] = json!({"other": {"revision": "1"}})), ["/bundles"]);
    let edited = differs(&|e| e["input"]["resource"]["properties"]["contains_state_secret"] = json!(true));
    assert!(edited.contains(&"/request_digest") && edited.contains(&"/result"));
    let masked = event_of(masking(), &request());
    let found = again(&resealed(&masked, |e| e["input"]["resource"]["properties"]["contains_state_secret"] = json!(true)));
    assert!(matches!(found.verdict, Verdict::Differs(what) if what.contains(&"/result")));
}

#[test]
fn another_bundle_another_engine_and_another_version_are_told_apart() {
    let line = event_of(unmasked(), &request());
    assert_eq!(replay(line.as_bytes(), &|_| None, &[]).verdict, Verdict::BundleUnknown);
    let older = resealed(&line, |e| {
        e["engine"]["version"] = json!("0.0.9");
        e["result"]["context"]["engine"]["version"] = json!("0.0.9");
        let answer = canonical(&e["result"]);
        e["response_digest"] = json!(sha256_hex(answer.as_bytes()));
    });
    let found = again(&older);
    assert_eq!((&found.verdict, found.other_engine.as_deref()), (&Verdict::Same, Some("lexgate 0.0.9")));
    let only_claimed = resealed(&line, |e| e["engine"]["version"] = json!("0.0.9"));
    assert!(matches!(again(&only_claimed).verdict, Verdict::Differs(_)));
    let later = resealed(&line, |e| e["event_version"] = json!(2));
    assert_eq!(again(&later).verdict, Verdict::Unreadable(Unreadable::Version(2)));
    for bad in [
        "",
        "{}",
        "null",
        "[]",
        &line[..line.len() - 1],
        &line.replacen('{', "{\"engine\":1,", 1),
        &line.replacen("{", "{\"labels\":{},", 1),
    ] {
        assert_eq!(again(bad).verdict, Verdict::Unreadable(Unreadable::Malformed), "{bad}");
    }
    assert_eq!(again(&" ".repeat(lexgate::replay::MAX_EVENT_BYTES + 1)).verdict, Verdict::Unreadable(Unreadable::TooLong));
}

#[test]
fn a_signature_covers_the_whole_event() {
    let (secret, other_secret) = (SigningKey::from_bytes(&[7; 32]), SigningKey::from_bytes(&[8; 32]));
    let public = |id: &str, key: &SigningKey| PublicKey::new(id.to_owned(), &key.verifying_key().to_bytes()).unwrap();
    let keys = [public("k1", &secret), public("k2", &other_secret)];
    let mut event = record(&mut Recorder::new(masking()), &store().engine, request().to_string().as_bytes(), 0);
    let unsigned = event.to_json();
    let signature = to_hex(&secret.sign(&event.receipt().to_be_signed()).to_bytes());
    event.sign("k1", &signature);
    let line = event.to_json();
    assert_eq!(line, canonical(&parse(&line)));
    let engine = &store().engine;
    let check = |line: &str, keys: &[PublicKey]| replay(line.as_bytes(), &|_| Some(engine), keys);
    assert!(check(&line, &keys).is_clean() && check(&line, &[]).is_clean());
    assert_eq!(check(&unsigned, &keys).alterations, [Alteration::Unsigned]);
    assert_eq!(check(&line, &keys[1..]).alterations, [Alteration::SignerUnknown]);
    let claimed = line.replace("\"key\":\"k1\"", "\"key\":\"k2\"");
    assert_eq!(check(&claimed, &keys).alterations, [Alteration::Signature]);
    for pointer in ["/labels/app", "/timestamp", "/metrics/timer_evaluation_ns", "/decision_id"] {
        let changed = resealed(&line, |e| *e.pointer_mut(pointer).unwrap() = other(e.pointer(pointer).unwrap()));
        assert_eq!(check(&changed, &keys).alterations, [Alteration::Signature], "{pointer}");
        assert!(check(&changed, &[]).is_clean(), "without a key and a chain nothing tells");
    }
    for bad in ["", "00", &signature[..126], &signature.to_uppercase(), &"0".repeat(128)] {
        assert_eq!(check(&line.replace(&signature, bad), &keys).alterations, [Alteration::Signature]);
    }
}

#[test]
fn a_receipt_is_canonical_and_needs_no_log() {
    let event = record(&mut Recorder::new(masking()), &store().engine, request().to_string().as_bytes(), 0);
    let receipt = event.receipt().to_json();
    assert_eq!(receipt, canonical(&parse(&receipt)));
    let answer = store().engine.evaluate_json(request().to_string().as_bytes());
    let receipt = parse(&receipt);
    assert_eq!(receipt["response_digest"], sha256_hex(answer.as_bytes()), "whoever has the answer can compare it");
    assert_eq!(receipt["request_digest"], parse(&answer)["context"]["request_digest"]);
    assert_eq!(receipt["event_digest"], event.digest());
}

#[test]
fn a_chain_goes_on_after_the_last_event() {
    let s = store();
    let document = request().to_string().into_bytes();
    let mut recorder = Recorder::chained(masking(), None);
    let mut lines: Vec<String> = (0..3).map(|n| record(&mut recorder, &s.engine, &document, n).to_json()).collect();
    let mut recorder = Recorder::chained(masking(), Link::of(lines[2].as_bytes()));
    lines.extend((3..5).map(|n| record(&mut recorder, &s.engine, &document, n).to_json()));
    let mut chain = Chain::new(None, None);
    let mut findings = Vec::new();
    for (n, line) in lines.iter().enumerate() {
        let found = again(line);
        assert!(found.is_clean() && matches!(found.entry, Entry::Intact(_)));
        chain.push(n as u64 + 1, found.entry, &mut findings);
    }
    chain.finish(&mut findings);
    assert!(findings.is_empty(), "{findings:?}");
    assert_eq!(chain.tip().map(|t| t.sequence), Some(4));
    assert_eq!(parse(&lines[0])["previous"], Json::Null);
    assert!(parse(&lines[0]).as_object().unwrap().contains_key("previous"));
    assert_eq!(parse(&lines[4])["previous"], parse(&lines[3])["receipt"]["digest"]);
    assert_eq!(Link::of(b"{}"), None);
}

#[test]
fn what_the_host_says_is_checked() {
    let s = store();
    let document = request().to_string().into_bytes();
    let answer = s.engine.evaluate(&s.engine.read(&document));
    let mut recorder = Recorder::chained(masking(), None);
    let mut code = |decision_id: &str, timestamp: &str| {
        let occasion = Occasion { decision_id, timestamp, ..Occasion::default() };
        recorder.record(&s.engine, &document, &answer, &occasion).map(|e| parse(&e.to_json())["sequence"].clone()).map_err(|e| e.code())
    };
    assert_eq!(code("", "2026-05-18T00:00:00Z"), Err("event-decision-id-empty"));
    assert_eq!(code("1", "2026-05-18"), Err("event-timestamp-malformed"));
    assert_eq!(code("1", "2026-05-18T00:00:00Z"), Ok(json!(0)), "a refused event takes no place in the chain");
}

/// A value of the same type that is another one.
fn other(value: &Json) -> Json {
    match value {
        Json::Null => json!("x"),
        Json::Bool(b) => json!(!b),
        Json::Number(n) => json!(n.as_u64().unwrap() + 1),
        Json::String(t) if t == "conditional" => json!("permitted"),
        Json::String(t) => json!(format!("{t}0")),
        Json::Array(items) => Json::Array(items.iter().cloned().chain([json!("/x")]).collect()),
        Json::Object(members) => {
            let (key, value) = members.iter().next().unwrap();
            let mut members = members.clone();
            members.insert(key.clone(), other(value));
            Json::Object(members)
        }
    }
}

/// The form of events: a JSON Schema that people and other tools read.
#[test]
fn every_event_fits_its_schema() {
    let mut schemas = boon::Schemas::new();
    let mut compiler = boon::Compiler::new();
    let file = root().join("docs/decision-event.schema.json");
    let schema = compiler.compile(file.to_str().unwrap(), &mut schemas).unwrap_or_else(|e| panic!("{e}"));
    let s = store();
    let check = |line: &str| schemas.validate(&parse(line), schema).map_err(|e| e.to_string());
    let mut chained = Recorder::chained(masking(), None);
    for (n, vector) in s.vectors.iter().enumerate() {
        let mut event = record(&mut chained, &s.engine, &vector.request, n);
        check(&event.to_json()).unwrap_or_else(|e| panic!("{}: {e}", vector.name));
        event.sign("k", &"0".repeat(128));
        check(&event.to_json()).unwrap();
        check(&record(&mut Recorder::new(unmasked()), &s.engine, &vector.request, n).to_json()).unwrap();
    }
    // It refuses what is no event.
    let line = event_of(masking(), &request());
    for change in [
        |e: &mut Json| e["outcome"] = json!("allowed"),
        |e: &mut Json| e["event_version"] = json!(2),
        |e: &mut Json| e["sequence"] = json!(1),
        |e: &mut Json| e["receipt"]["digest"] = json!("00"),
        |e: &mut Json| e["metrics"]["timer"] = json!(-1),
        |e: &mut Json| e["decision_id"] = json!(""),
        |e: &mut Json| drop(e.as_object_mut().unwrap().remove("result")),
        |e: &mut Json| e["unknown"] = json!(1),
    ] {
        let mut event = parse(&line);
        change(&mut event);
        assert!(check(&event.to_string()).is_err());
    }
}

/// Facts that can hold a text are masked by their type; a new type has to be thought about.
#[test]
fn every_type_of_fact_is_either_closed_or_masked() {
    let s = store();
    for fact in s.engine.vocabulary().facts.iter().filter(|f| !f.derived) {
        let text = matches!(fact.ty, FactType::Text | FactType::Texts | FactType::CreditCode | FactType::Statement);
        let value = support::typical(fact).into_iter().find(|v| v.is_string() || v.is_array());
        let Some(value) = value.filter(|_| !["actor.id", "dataset.id", "time.now"].contains(&fact.name.as_str())) else { continue };
        let doc = s.requests[0].1.with(&fact.name, value.clone());
        let event = parse(&record(&mut Recorder::new(masking()), &s.engine, &doc.bytes(), 0).to_json());
        let path = fact.path().replace('$', "/input").replace('.', "/").replace("//", "/");
        assert_eq!(event["masked"].as_array().unwrap().contains(&json!(path)), text, "{}: {value}", fact.name);
    }
}
