//! Gateways and calls for the tests.

#![allow(dead_code, reason = "not every test uses everything")]

use lexgate::Engine;
use lexgate_gateway::{Call, Gateway};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

pub(crate) const NOW: &str = "2026-11-20T12:00:00+08:00";

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

pub(crate) fn file(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

pub(crate) fn engine() -> Arc<Engine> {
    static ENGINE: OnceLock<Arc<Engine>> = OnceLock::new();
    Arc::clone(ENGINE.get_or_init(|| Arc::new(Engine::embedded().unwrap())))
}

pub(crate) fn made(config: &str, catalogue: &str, status: &str) -> Result<Gateway, Vec<lexgate_gateway::ConfigError>> {
    Gateway::new(config, catalogue, status, engine())
}

/// The gateway of `gateways/example`.
pub(crate) fn example() -> Gateway {
    with(|_| (), |_| ())
}

/// The same after a change of its configuration's text and its status list.
pub(crate) fn with(config: impl Fn(&mut String), status: impl Fn(&mut Value)) -> Gateway {
    let mut text = file("gateways/example/gateway.yaml");
    config(&mut text);
    let mut list: Value = serde_json::from_str(&file("gateways/example/status.json")).unwrap();
    status(&mut list);
    made(&text, &file("gateways/example/catalogue.json"), &list.to_string()).unwrap_or_else(|e| panic!("{e:#?}"))
}

/// The grant of a department for Nanning's bus positions.
pub(crate) fn sharing() -> Value {
    json!({
        "iss": "https://grants.sjj.gx.example.cn", "aud": "https://data.example.cn", "sub": "guangxi-emergency-management",
        "sub_type": "GovernmentDepartment", "iat": 1_767_225_600, "exp": 4_070_908_800_i64, "jti": "gx-2026-0030",
        "grant": {
            "id": "gx-2026-0030", "authority": {"id": "guangxi-data-bureau", "kind": "DataAuthority"},
            "datasets": ["nanning-bus-positions"], "actions": ["use_shared_data"], "scenario": "evacuation by bus",
            "purposes": ["statutory_duty"], "scope": {"fields": ["vehicle", "line", "position", "timestamp"]},
            "manner": "entry-by-entry", "raw_data": false, "approval": "GX-GX-2026-30",
            "valid_from": "2026-01-01", "valid_until": "2098-12-31", "suspension": "status:gx-2026-0030",
        },
    })
}

/// The grant of a navigation company for Fujian's road works.
pub(crate) fn opened() -> Value {
    json!({
        "iss": "https://grants.fzb.fj.example.cn", "aud": ["https://data.example.cn"], "sub": "fuzhou-navigation",
        "sub_type": "LegalPerson", "iat": 1_767_225_600, "exp": 4_070_908_800_i64, "jti": "fj-2026-0001",
        "grant": {
            "datasets": ["fujian-road-works"], "actions": ["use_opened_data"], "scenario": "traffic forecast",
            "purposes": ["application_scenario"], "scope": {"fields": ["road", "begin"]}, "manner": "entry-by-entry",
            "approval": "FJ-KF-2026-1", "valid_from": "2026-01-01", "valid_until": "2098-12-31",
        },
    })
}

/// The grant of the operator of Nanning's parking data.
pub(crate) fn operation() -> Value {
    json!({
        "iss": "https://grants.sjj.gx.example.cn", "aud": "https://data.example.cn", "sub": "nanning-parking-operator",
        "sub_type": "AuthorisedOperator", "iat": 1_767_225_600, "exp": 4_070_908_800_i64, "jti": "gx-2026-0020",
        "grant": {
            "authority": {"id": "nanning-government", "kind": "CountyOrHigherGovernment"},
            "datasets": ["nanning-parking", "nanning-parking-forecast"],
            "actions": ["provide_data_product", "provide_raw_public_data"], "scenario": "parking guidance",
            "purposes": ["authorised_operation"], "scope": {"fields": ["location", "occupancy"]}, "manner": "entry-by-entry",
            "agreement": {"ref": "YY-2026-0020", "complete": true}, "valid_from": "2026-01-01", "valid_until": "2098-12-31",
            "statements": {"grant.right_holder_authorisation": true},
        },
    })
}

/// The head of a token with any payload: the mapping reads the head only, the host has verified the rest.
pub(crate) const BEARER: &str = "Bearer eyJhbGciOiJFZERTQSIsInR5cCI6ImxleGdhdGUtZ3JhbnQrand0In0.e30.c2lnbmF0dXJl";

pub(crate) fn get(authority: &str, target: &str, grant: Option<Value>) -> Call {
    let mut headers = vec![("host".to_owned(), authority.to_owned()), ("x-duty".to_owned(), "emergency management".to_owned())];
    if grant.is_some() {
        headers.push(("authorization".to_owned(), BEARER.to_owned()));
    }
    Call { method: "GET".to_owned(), authority: authority.to_owned(), target: target.to_owned(), headers, grant, grant_error: None }
}

/// A call that the example allows.
pub(crate) const VEHICLE: &str = "/sharing/nanning-bus-positions/vehicles/A12345?fields=line,position";

pub(crate) fn vehicle() -> Call {
    get("data.example.cn", VEHICLE, Some(sharing()))
}
