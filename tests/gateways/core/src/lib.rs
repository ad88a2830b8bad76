//! Runs the table of calls (`tests/gateways/README.md`) through the mapping and the core, without any host: what every
//! host has to say as well.

use lexgate::Engine;
use lexgate_gateway::{Call, Gateway, Verdict};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The clock of this run: every date in the table lies far from it.
pub const NOW: &str = "2026-11-20T12:00:00+08:00";

/// A call of the table and what came of it.
pub struct Line {
    /// As in the table.
    pub entry: Value,
    /// The verdict.
    pub verdict: Verdict,
}

impl Line {
    /// As every runner reports it.
    #[must_use]
    pub fn report(&self) -> Value {
        let v = &self.verdict;
        json!({"id": self.entry.get("id"), "allow": v.allow, "status": v.status, "rules": v.rules, "code": v.code, "outcome": v.outcome})
    }
}

/// Where the table stands.
#[must_use]
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn text(path: &str) -> Result<String, String> {
    let path = folder().join(path);
    std::fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))
}

/// The gateway of a configuration of the table: `main`, `draft` or `dry-run`.
///
/// # Errors
/// What is wrong with its documents.
pub fn gateway(name: &str, engine: &Arc<Engine>) -> Result<Gateway, String> {
    let config = if name == "main" { "fixtures/gateway.yaml".to_owned() } else { format!("fixtures/gateway-{name}.yaml") };
    let (config, catalogue, status) = (text(&config)?, text("fixtures/catalogue.json")?, text("fixtures/status.json")?);
    Gateway::new(&config, &catalogue, &status, Arc::clone(engine))
        .map_err(|errors| serde_json::to_string_pretty(&errors).unwrap_or_default())
}

/// Runs all calls but those that only a server can see.
///
/// # Errors
/// A file of the table that is not there or not as it should be.
pub fn run() -> Result<Vec<Line>, String> {
    let engine = Arc::new(Engine::embedded().map_err(|e| e.to_string())?);
    let table: Vec<Value> = serde_json::from_str(&text("calls.json")?).map_err(|e| e.to_string())?;
    let signed: BTreeMap<String, Value> = serde_json::from_str(&text("fixtures/signed.json")?).map_err(|e| e.to_string())?;
    let mut gateways = BTreeMap::new();
    let mut lines = Vec::new();
    for entry in table {
        if entry.get("raw").is_some() {
            continue;
        }
        let name = entry.get("gateway").and_then(Value::as_str).unwrap_or("main").to_owned();
        if !gateways.contains_key(&name) {
            gateways.insert(name.clone(), gateway(&name, &engine)?);
        }
        let Some(gateway) = gateways.get(&name) else { continue };
        let verdict = gateway.decide_in_full(&call(&entry, &signed)?, NOW);
        lines.push(Line { entry, verdict });
    }
    Ok(lines)
}

fn call(entry: &Value, signed: &BTreeMap<String, Value>) -> Result<Call, String> {
    let string = |name: &str| entry.get(name).and_then(Value::as_str);
    let jwt = |name: &str| signed.get(name).and_then(|t| t.get("jwt")).and_then(Value::as_str).unwrap_or_default();
    let with_tokens = |text: &str| {
        let mut text = text.to_owned();
        while let Some((before, rest)) = text.split_once("{token:") {
            let Some((name, after)) = rest.split_once('}') else { break };
            text = format!("{before}{}{after}", jwt(name));
        }
        text
    };
    let mut headers = Vec::new();
    let host = string("host");
    if let Some(host) = host {
        headers.push(("host".to_owned(), host.to_owned()));
    }
    let token = string("token");
    if let Some(token) = token {
        headers.push(("authorization".to_owned(), format!("Bearer {}", jwt(token))));
    }
    for header in entry.get("headers").and_then(Value::as_array).into_iter().flatten() {
        let (name, value): (String, String) = serde_json::from_value(header.clone()).map_err(|e| e.to_string())?;
        headers.push((name, with_tokens(&value)));
    }
    let of_token = |member: &str| token.and_then(|t| signed.get(t)).and_then(|t| t.get(member)).filter(|v| !v.is_null());
    let grant_error = of_token("grant_error").and_then(Value::as_str).map(str::to_owned);
    Ok(Call {
        method: string("method").unwrap_or("GET").to_owned(),
        authority: host.unwrap_or_default().to_owned(),
        target: with_tokens(string("target").unwrap_or_default()),
        headers,
        grant: if grant_error.is_some() { None } else { of_token("claims").cloned() },
        grant_error,
    })
}
