//! Whole answers as they go over the wire, reviewed. The bundle's SHA-256 is left out: it changes with every policy.

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

use lexgate::{Engine, Options, Strictness};
use serde_json::{Value as Json, json};
use support::store;

/// A department that asks for conditionally shared data; everything is in order.
fn request() -> Json {
    json!({
        "subject": {"type": "GovernmentDepartment", "id": "civil-affairs-bureau"},
        "action": {"name": "obtain_shared_data"},
        "resource": {"type": "Dataset", "id": "household-register", "properties": {
            "territory": "450000",
            "is_public_data": true,
            "sharing_type": "conditional",
            "sharing_conditions": "kept in the catalogue",
            "type_assessed_on": "2026-01-15",
            "type_disputed": false,
            "catalogued": true,
            "obtained_via": "collection",
            "law_bars_sharing": false,
            "contains_state_secret": false,
            "endangers_national_security": false,
            "harms_public_interest": false,
            "infringes_rights": false,
        }},
        "context": {
            "request": {"channel": "platform", "purpose": "statutory_duty", "sharing_conditions_met": true},
            "procedure": {
                "state": "provider_agreed",
                "received_on": "2026-05-06",
                "opinion_sought_on": "2026-05-07",
                "provider_reply": "agree",
                "provider_replied_on": "2026-05-12",
                "shared_on": "2026-05-13",
            },
            "grant": {"sharing_approval": true, "valid_from": "2026-05-12", "valid_until": "2027-05-11"},
            "time": {"now": "2026-05-18T09:30:00+08:00"},
        },
    })
}

/// The same request while the holder has not answered yet.
fn waiting(now: &str) -> Json {
    let mut request = request();
    request["context"]["procedure"] =
        json!({"state": "opinion_sought", "received_on": "2026-05-06", "opinion_sought_on": "2026-05-07", "provider_reply": "none"});
    request["context"]["grant"] = json!({});
    request["context"]["time"] = json!({"now": now});
    request
}

/// The answer as it goes over the wire, laid out for reading.
fn answer(engine: &Engine, request: &[u8]) -> String {
    let response = engine.evaluate_json(request).replace(engine.bundle().sha256, "[sha256]");
    let json: Json = serde_json::from_str(&response).unwrap();
    serde_json::to_string_pretty(&json).unwrap()
}

fn check(name: &str, request: &Json) {
    insta::assert_snapshot!(name, answer(&store().engine, request.to_string().as_bytes()));
}

#[test]
fn permitted() {
    check("permitted", &request());
}

#[test]
fn conditional_with_a_running_period() {
    check("conditional", &waiting("2026-05-11"));
}

#[test]
fn period_overdue() {
    check("overdue", &waiting("2026-05-18"));
}

#[test]
fn prohibited() {
    let mut request = request();
    request["subject"] = json!({"type": "LegalPerson", "id": "91350100M000100Y43"});
    request["resource"]["properties"]["contains_state_secret"] = json!(true);
    check("prohibited", &request);
}

#[test]
fn bad_input() {
    let mut request = request();
    request["action"]["name"] = json!("obtain_share_data");
    request["resource"]["properties"]["sharing_typ"] = json!("conditional");
    request["resource"]["properties"]["catalogued"] = json!("yes");
    request["context"]["grant"]["valid_until"] = json!("2026-02-30");
    request["context"]["time"] = json!({"now": null});
    check("bad-input", &request);
}

#[test]
fn lenient_warning() {
    let mut request = request();
    request["resource"]["properties"]["sharing_typ"] = json!("not_shared");
    request["context"]["trace"] = json!({"id": 7});
    let options = Options { strictness: Strictness::Lenient, ..Options::default() };
    let engine = Engine::with_options(&store().bundle, options).unwrap();
    insta::assert_snapshot!("lenient-warning", answer(&engine, request.to_string().as_bytes()));
}
