//! The documents of `gateways/example` do what their comments say, and the schemas describe them.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests stop at the first thing wrong")]

mod support;

use boon::{Compiler, SchemaIndex, Schemas};
use serde_json::{Value, json};
use support::{NOW, example, file, get, opened, operation, sharing, vehicle, with};

fn told(call: &lexgate_gateway::Call) -> (u16, Option<&'static str>, Vec<String>) {
    let v = example().decide(call, NOW);
    (v.status, v.code, v.rules)
}

#[test]
fn a_department_looks_up_a_bus() {
    assert_eq!(told(&vehicle()), (200, None, vec!["gx-bigdata/36/1a".to_owned()]));
    let v = example().decide(&vehicle(), NOW);
    assert_eq!(v.remove, ["authorization"]);
    let header = |name: &str| v.upstream.iter().find(|(n, _)| *n == name).map(|(_, text)| text.as_str()).unwrap();
    let decision: Value = serde_json::from_str(header("x-lexgate-decision")).unwrap();
    assert_eq!((decision["subject"].as_str(), decision["grant"].as_str()), (Some("guangxi-emergency-management"), Some("gx-2026-0030")));
    let duties: Value = serde_json::from_str(header("x-lexgate-obligations")).unwrap();
    assert!(duties.as_array().unwrap().iter().all(|d| d["type"].is_string()), "{duties}");
}

#[test]
fn a_look_up_is_no_copy() {
    let list = |query: &str| {
        told(&get("data.example.cn", &format!("/sharing/nanning-bus-positions/vehicles?fields=line{query}"), Some(sharing())))
    };
    assert_eq!(list("&limit=1").0, 200);
    assert_eq!(list("&limit=2"), (403, Some("manner-not-granted"), vec!["gx-bigdata/36/1e".to_owned()]));
    assert_eq!(list("&limit=5000").1, Some("manner-not-granted"));
    assert_eq!(list("&limit=10001"), (400, Some("rows-above-maximum"), vec![]));
    assert_eq!(list("&limit=1&offset=40").0, 200);
    assert_eq!(list("&limit=1&sort=line"), (400, Some("parameter-unknown"), vec![]));
}

#[test]
fn limits_of_the_grant_cite_the_law() {
    let ask = |scope: Value, query: &str| {
        let mut grant = sharing();
        grant["grant"]["scope"] = scope;
        told(&get("data.example.cn", &format!("/sharing/nanning-bus-positions/vehicles?fields=line&limit=1{query}"), Some(grant)))
    };
    let scope = "gx-bigdata/36/1d".to_owned();
    assert_eq!(ask(json!({"fields": ["line"], "rows": 1}), "").0, 200);
    assert_eq!(ask(json!({"fields": ["line"], "rows": 0}), ""), (403, Some("rows-not-granted"), vec![scope.clone()]));
    assert_eq!(ask(json!({"fields": ["line"], "area": ["450000"]}), "&area=450102").0, 200);
    assert_eq!(ask(json!({"fields": ["line"], "area": ["450102"]}), "&area=450102").0, 200);
    assert_eq!(ask(json!({"fields": ["line"], "area": ["450102"]}), "&area=450103"), (403, Some("area-not-granted"), vec![scope.clone()]));
    // Without an area, all of Nanning is asked for.
    assert_eq!(ask(json!({"fields": ["line"], "area": ["450102"]}), ""), (403, Some("area-not-granted"), vec![scope.clone()]));
    assert_eq!(ask(json!({"fields": ["position"]}), ""), (403, Some("fields-not-granted"), vec![scope]));
    assert_eq!(ask(json!({"fields": ["line"], "area": ["000000"]}), "").1, Some("area-not-granted"));
}

#[test]
fn a_rate_is_handed_on_or_refused() {
    let mut grant = sharing();
    grant["grant"]["scope"]["rate"] = json!({"calls": 600, "seconds": 60});
    let call = get("data.example.cn", support::VEHICLE, Some(grant));
    let v = example().decide(&call, NOW);
    let duties = &v.upstream.iter().find(|(n, _)| *n == "x-lexgate-obligations").unwrap().1;
    assert!(
        duties.contains(r#"{"id":"grant-rate","properties":{"parameters":{"calls":600,"seconds":60}},"type":"grant-rate"}"#),
        "{duties}"
    );
    let deaf = with(|config| *config = config.replace("    - grant-rate\n", ""), |_| ());
    assert_eq!(deaf.decide(&call, NOW).code, Some("unknown-obligation"));
}

#[test]
fn opened_data_and_data_open_to_all() {
    let records =
        |fields: &str| told(&get("data.example.cn", &format!("/opened/fujian-road-works/records?fields={fields}"), Some(opened())));
    assert_eq!(records("road").0, 200);
    assert_eq!(records("road,end").1, Some("fields-not-granted"));
    assert_eq!(records("road,price").1, Some("field-unknown"));
    assert_eq!(told(&get("data.example.cn", "/open/guangxi-bus-stops", None)).0, 200);
    let closed = told(&get("data.example.cn", "/open/nanning-bus-positions", None));
    assert_eq!(closed.0, 403);
    assert!(!closed.2.is_empty());
    assert_eq!(told(&get("data.example.cn", "/open/nothing", None)), (404, Some("dataset-unknown"), vec![]));
    // Where a token is not needed, a bad one is still refused.
    let mut call = get("data.example.cn", "/open/guangxi-bus-stops", None);
    call.grant_error = Some("expired".to_owned());
    assert_eq!(told(&call).1, Some("token-expired"));
    let mut unverified = get("data.example.cn", "/open/guangxi-bus-stops", None);
    unverified.headers.push(("authorization".to_owned(), support::BEARER.to_owned()));
    assert_eq!(told(&unverified).1, Some("token-not-verified"));
}

#[test]
fn an_operator_gives_products_and_no_records() {
    assert_eq!(told(&get("parking.example.cn", "/products/nanning-parking-forecast", Some(operation()))).0, 200);
    let raw = told(&get("parking.example.cn", "/raw/nanning-parking", Some(operation())));
    assert_eq!(raw.0, 403);
    assert!(raw.2.iter().any(|r| r.starts_with("gx-bigdata/49/")), "{raw:?}");
}

#[test]
fn who_is_suspended_is_refused_from_then_on() {
    for (status, code) in [("suspended", "access-suspended"), ("terminated", "access-terminated")] {
        for (list, name) in [("subjects", "guangxi-emergency-management"), ("handles", "status:gx-2026-0030"), ("handles", "gx-2026-0030")]
        {
            let gateway = with(|_| (), |s| s[list][name] = status.into());
            assert_eq!(gateway.decide(&vehicle(), NOW).code, Some(code), "{list} {name}");
        }
    }
    let stale = with(|_| (), |s| s["next_update"] = "2026-11-20T11:59:59+08:00".into());
    assert_eq!(stale.decide(&vehicle(), NOW).code, Some("status-stale"));
}

#[test]
fn a_claim_overrides_nothing() {
    let state = |name: &str, value: Value| {
        let mut grant = sharing();
        grant["grant"]["statements"] = json!({name: value});
        told(&get("data.example.cn", support::VEHICLE, Some(grant))).1
    };
    assert_eq!(state("grant.applicant_commitment", true.into()), None);
    assert_eq!(state("request.within_necessary_scope", false.into()), Some("claim-contradicts"));
    assert_eq!(state("actor.access_status", "suspended".into()), Some("claim-contradicts"));
    assert_eq!(state("actor.duty_scope", json!(["everything"])), Some("claim-contradicts"));
    assert_eq!(state("dataset.sharing_type", "unconditional".into()), Some("token-claims"));
    assert_eq!(state("time.now", "2020-01-01".into()), Some("token-claims"));
    assert_eq!(state("request.scope", json!([])), Some("token-claims"));
    assert_eq!(state("grant.no_such_fact", true.into()), Some("undetermined"));
}

#[test]
fn tokens_are_looked_at_once_more() {
    let changed = |path: &str, value: Value| {
        let mut grant = sharing();
        *grant.pointer_mut(path).unwrap() = value;
        told(&get("data.example.cn", support::VEHICLE, Some(grant))).1
    };
    assert_eq!(changed("/exp", 1_763_600_000.into()), Some("token-expired"));
    assert_eq!(changed("/iat", 4_000_000_000_i64.into()), Some("token-not-yet-valid"));
    assert_eq!(changed("/aud", "https://other.example.cn".into()), Some("token-audience"));
    assert_eq!(changed("/aud", json!([])), Some("token-audience"));
    assert_eq!(changed("/iss", "https://grants.example.cn".into()), Some("token-issuer"));
    assert_eq!(changed("/iss", "https://grants.fzb.fj.example.cn".into()), Some("issuer-not-entitled"));
    assert_eq!(changed("/sub_type", "LegalPerson".into()), Some("subject-contradicts-catalogue"));
    assert_eq!(changed("/grant/datasets", json!(["*"])), Some("dataset-not-granted"));
    assert_eq!(changed("/grant/actions", json!([])), Some("action-not-granted"));
    assert_eq!(changed("/grant/valid_until", "2026-11-19".into()), Some("grant-expired"));
    assert_eq!(changed("/grant/valid_until", "2026-11-20T11:59:59+08:00".into()), Some("grant-expired"));
    assert_eq!(changed("/grant/valid_until", "2026-11-20T12:00:01+08:00".into()), None);
    assert_eq!(changed("/grant/valid_from", "2026-11-21".into()), Some("grant-not-yet-valid"));
    assert_eq!(changed("/grant/valid_from", "soon".into()), Some("token-claims"));
    assert_eq!(changed("/jti", " ".into()), Some("token-claims"));
}

fn validator(schemas: &mut Schemas, path: &str, part: &str) -> SchemaIndex {
    let mut compiler = Compiler::new();
    let url = format!("https://schemas.example/{path}");
    compiler.add_resource(&url, serde_json::from_str(&file(path)).unwrap()).unwrap();
    compiler.compile(&format!("{url}{part}"), schemas).unwrap_or_else(|e| panic!("{path}: {e:#}"))
}

#[test]
fn the_schemas_describe_what_is_read() {
    let mut schemas = Schemas::new();
    let config = validator(&mut schemas, "gateways/config.schema.json", "");
    let catalogue = validator(&mut schemas, "gateways/config.schema.json", "#/$defs/catalogue");
    let status = validator(&mut schemas, "gateways/config.schema.json", "#/$defs/status");
    let token = validator(&mut schemas, "docs/grant-token.schema.json", "");
    for folder in ["gateways/example", "tests/gateways/fixtures"] {
        for (name, schema) in [("gateway.yaml", config), ("catalogue.json", catalogue), ("status.json", status)] {
            let document: Value = serde_saphyr::from_str(&file(&format!("{folder}/{name}"))).unwrap();
            schemas.validate(&document, schema).unwrap_or_else(|e| panic!("{folder}/{name}: {e:#}"));
        }
    }
    for claims in [sharing(), opened(), operation()] {
        schemas.validate(&claims, token).unwrap_or_else(|e| panic!("{e:#}"));
        let mut wrong = claims.clone();
        wrong["grant"]["dataset"] = json!({});
        assert!(schemas.validate(&wrong, token).is_err());
        wrong = claims;
        wrong["grant"]["scope"]["columns"] = json!([]);
        assert!(schemas.validate(&wrong, token).is_err());
    }
    let signed: Value = serde_json::from_str(&file("tests/gateways/fixtures/signed.json")).unwrap();
    for (name, entry) in signed.as_object().unwrap() {
        let read = name != "opened-lies-about-dataset";
        if !entry["claims"].is_null() {
            assert_eq!(schemas.validate(&entry["claims"], token).is_ok(), read, "{name}");
        }
    }
    // The example in the document.
    let page = file("docs/grant-token.md");
    let example: Value = serde_json::from_str(page.split("```json").nth(1).unwrap().split("```").next().unwrap()).unwrap();
    schemas.validate(&example, token).unwrap_or_else(|e| panic!("{e:#}"));
}
