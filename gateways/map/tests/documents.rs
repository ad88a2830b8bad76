//! Documents with an error make no gateway, and the error says where it is.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests stop at the first thing wrong")]

mod support;

use lexgate_gateway::document::CONFIG_CODES;
use lexgate_gateway::refusal::CODES;
use serde_json::Value;
use support::{NOW, file, made, root, vehicle};

fn first(config: &str, catalogue: &str, status: &str) -> (&'static str, String, usize, usize) {
    let errors = made(config, catalogue, status).err().unwrap_or_default();
    let e = errors.first().unwrap_or_else(|| panic!("no error"));
    assert!(CONFIG_CODES.iter().any(|(code, _)| *code == e.code), "{}", e.code);
    assert!(!e.message.zh.is_empty() && !e.message.en.is_empty() && !e.help.zh.is_empty() && !e.help.en.is_empty());
    (e.code, e.path.clone(), e.line, e.column)
}

fn documents() -> (String, String, String) {
    (file("gateways/example/gateway.yaml"), file("gateways/example/catalogue.json"), file("gateways/example/status.json"))
}

/// Changes the configuration; the error, with its line in the document.
fn config(from: &str, to: &str) -> (&'static str, String, bool) {
    let (config, catalogue, status) = documents();
    assert!(config.contains(from), "{from}");
    let changed = config.replacen(from, to, 1);
    let (code, path, line, _) = first(&changed, &catalogue, &status);
    let text = changed.lines().nth(line.saturating_sub(1)).unwrap_or_default();
    (code, path, text.contains(to.lines().last().unwrap_or_default().trim()))
}

#[test]
fn every_error_of_a_configuration_has_its_place() {
    let cases = [
        ("version: 1", "version: 2", "version-unknown", "$.version"),
        ("action: use_shared_data", "action: use_share_data", "name-unknown", "$.routes[0].action"),
        ("host: data.example.cn", "host: Data.example.cn", "value-invalid", "$.routes[0].host"),
        ("methods: [GET, HEAD]", "methods: [GET, head]", "value-invalid", "$.routes[3].methods[1]"),
        ("dataset: \"{dataset}\"", "dataset: \"{data}\"", "name-unknown", "$.routes[0].dataset"),
        ("dataset: \"{dataset}\"", "dataset: nanning-buses", "name-unknown", "$.routes[0].dataset"),
        ("path: /open/{dataset}", "path: /open/{dataset}.json", "path-template-invalid", "$.routes[3].path"),
        ("path: /open/{dataset}", "path: /open//{dataset}", "path-template-invalid", "$.routes[3].path"),
        ("path: /opened/{dataset}/records", "path: /sharing/{dataset}/vehicles", "routes-overlap", "$.routes[2].path"),
        ("id: bus-list", "id: bus-check", "name-doubled", "$.routes[1].id"),
        ("channel: platform,", "chanel: platform,", "fact-invalid", "$.routes[0].facts.request.chanel"),
        ("channel: platform,", "channel: 7,", "fact-invalid", "$.routes[0].facts.request.channel"),
        ("channel: platform,", "scope: [line],", "fact-not-allowed", "$.routes[0].facts.request.scope"),
        ("duty: { header: x-duty }", "duty: { header: authorization }", "value-invalid", "$.routes[0].duty.header"),
        ("duty: { header: x-duty }", "duty: { header: x-duty, query: duty }", "value-invalid", "$.routes[0].duty"),
        ("duty: { header: x-duty }", "duty: { grant: true }", "value-invalid", "$.routes[0].duty"),
        ("kind: NaturalPerson", "kind: Person", "name-unknown", "$.routes[3].without_token.kind"),
        ("rows: { query: limit,", "rows: { query: fields,", "name-doubled", "$.routes[1].rows.query"),
        ("manner: bulk", "manner: copy", "document-malformed", "$.routes[3].manner"),
        ("host: data.example.cn", "hosts: data.example.cn", "document-malformed", "$.routes[0].hosts"),
    ];
    for (from, to, code, path) in cases {
        assert_eq!(config(from, to), (code, path.to_owned(), true), "{to}");
    }
}

#[test]
fn errors_of_the_other_documents_have_their_place() {
    let (config, catalogue, status) = documents();
    let mut value: Value = serde_json::from_str(&catalogue).unwrap();
    value["datasets"]["guangxi-bus-stops"]["facts"]["opening_type"] = "open".into();
    let text = serde_json::to_string_pretty(&value).unwrap();
    let (code, path, line, column) = first(&config, &text, &status);
    assert_eq!((code, path.as_str()), ("fact-invalid", "$.datasets.guangxi-bus-stops.facts.opening_type"));
    let found = text.lines().nth(line - 1).unwrap();
    assert!(found.contains(r#""opening_type": "open""#), "{found}");
    assert_eq!(found.chars().nth(column - 1), Some('"'));
    let none = |from: &str, to: &str| first(&config, &catalogue.replacen(from, to, 1), &status).0;
    assert_eq!(none("\"territory\": \"450100\"", "\"territory\": \"45\""), "fact-invalid");
    assert_eq!(none("\"nanning-bus-positions\":", "\"Nanning/buses\":"), "value-invalid");
    assert_eq!(none("\"duty_scope\":", "\"access_status\": \"active\", \"duty_scope\":"), "fact-not-allowed");
    assert_eq!(none("\"territory\":", "\"catalogued\": true, \"catalogued\": false, \"territory\":"), "document-malformed");
    for wrong in ["", "{", "[]", "null", "{\"version\": 1, \"subjects\": {\"a\": \"banned\"}}", "{\"version\": 1} x", "&a [*a, *a]"] {
        assert_eq!(first(&config, &catalogue, wrong).0, "document-malformed", "{wrong}");
    }
    assert_eq!(first(&config, &catalogue, r#"{"version": 1, "next_update": "soon"}"#).0, "value-invalid");
}

#[test]
fn json_and_yaml_make_the_same_gateway() {
    let (config, catalogue, status) = documents();
    let value: Value = serde_saphyr::from_str(&config).unwrap();
    let json = made(&value.to_string(), &catalogue, &status).unwrap_or_else(|e| panic!("{e:#?}"));
    let yaml = support::example();
    assert_eq!(json.decide(&vehicle(), NOW).to_json(), yaml.decide(&vehicle(), NOW).to_json());
}

#[test]
fn every_code_in_the_code_is_in_the_table() {
    let mut found = 0;
    for entry in std::fs::read_dir(root().join("gateways/map/src")).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        for piece in text.split("Refusal::new(\"").skip(1) {
            let code = piece.split('"').next().unwrap();
            assert!(CODES.iter().any(|c| c.code == code), "{code}");
            found += 1;
        }
    }
    assert!(found > 30);
    let reservations = std::fs::read_to_string(root().join("gateways/map/src/request.rs")).unwrap();
    for piece in reservations.split('"').filter(|p| p.ends_with("-not-granted")) {
        assert!(CODES.iter().any(|c| c.code == piece), "{piece}");
    }
    let mut codes: Vec<_> = CODES.iter().map(|c| c.code).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), CODES.len());
}
