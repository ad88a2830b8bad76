//! Access evaluation and access evaluations (`AuthZEN` 1.0, sections 6 and 7).

use crate::document::{Members, items, string};
use crate::prepare::{missing, object, wrong_type};
use crate::refusal::Refusal;
use crate::service::{Service, json, json_body, now, too_large};
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use std::borrow::Cow;
use std::sync::Arc;
use std::time::Instant;

pub(crate) const EVALUATION: &str = "/access/v1/evaluation";
pub(crate) const EVALUATIONS: &str = "/access/v1/evaluations";

/// The most that the documents of a batch may come to once their defaults are put in, in bytes.
const MAX_BATCH: usize = 32 * 1024 * 1024;

/// `POST /access/v1/evaluation`: the answer of the engine, unchanged.
pub(crate) async fn one(State(service): State<Arc<Service>>, headers: HeaderMap, body: Bytes) -> Result<Response, Refusal> {
    let text = json_body(&headers, &body)?;
    decide(&service, &request(text)?, Some(text)).map(json)
}

/// A whole request.
fn request(text: &str) -> Result<Members<'_>, Refusal> {
    if serde_json::from_str::<serde::de::IgnoredAny>(text).is_err() {
        return Err(Refusal::bad("invalid-json", "$", "the body is not JSON", "请求体不是 JSON"));
    }
    object(text, "$")
}

fn decide(service: &Service, request: &Members<'_>, sent: Option<&str>) -> Result<String, Refusal> {
    let in_force = service.force.load();
    let now = now()?;
    let document = service.host(&in_force, &now).prepare(request, sent)?;
    let begun = Instant::now();
    let answer = in_force.engine.evaluate(&in_force.engine.read(document.as_bytes()));
    service.decided(&in_force.engine, &document, &answer, begun.elapsed())?;
    Ok(answer.to_json())
}

/// When to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Semantic {
    ExecuteAll,
    DenyOnFirstDeny,
    PermitOnFirstPermit,
}

impl Semantic {
    fn read(request: &Members<'_>) -> Result<Self, Refusal> {
        const PATH: &str = "$.options.evaluations_semantic";
        let Some(options) = request.stated("options") else { return Ok(Self::ExecuteAll) };
        let options = object(options, "$.options")?;
        let Some(value) = options.stated("evaluations_semantic") else { return Ok(Self::ExecuteAll) };
        match string(value).ok_or_else(|| wrong_type(PATH, "a string", "字符串"))?.as_ref() {
            "execute_all" => Ok(Self::ExecuteAll),
            "deny_on_first_deny" => Ok(Self::DenyOnFirstDeny),
            "permit_on_first_permit" => Ok(Self::PermitOnFirstPermit),
            _ => Err(Refusal::bad(
                "unknown-semantic",
                PATH,
                "write `execute_all`, `deny_on_first_deny` or `permit_on_first_permit`",
                "请写 `execute_all`、`deny_on_first_deny` 或者 `permit_on_first_permit`",
            )),
        }
    }

    /// Whether nothing is answered behind this decision.
    fn ends_with(self, decision: bool) -> bool {
        match self {
            Self::ExecuteAll => false,
            Self::DenyOnFirstDeny => !decision,
            Self::PermitOnFirstPermit => decision,
        }
    }
}

/// `POST /access/v1/evaluations`: one answer an entry, in their order. What is wrong with an entry stands in its answer.
pub(crate) async fn many(State(service): State<Arc<Service>>, headers: HeaderMap, body: Bytes) -> Result<Response, Refusal> {
    let text = json_body(&headers, &body)?;
    let mut defaults = request(text)?;
    let entries = match defaults.stated("evaluations") {
        None => Vec::new(),
        Some(list) => items(list).ok_or_else(|| wrong_type("$.evaluations", "an array", "数组"))?,
    };
    let semantic = Semantic::read(&defaults)?;
    if entries.is_empty() {
        // As if it had been sent to the other endpoint.
        return decide(&service, &defaults, Some(text)).map(json);
    }
    let most = service.settings.limits.evaluations;
    if entries.len() > most {
        let en = format!("at most {most} evaluations are answered at once");
        return Err(Refusal {
            path: "$.evaluations".to_owned(),
            message: lexgate::vocabulary::Text { en, zh: format!("一次至多 {most} 项") },
            ..too_large()
        });
    }
    let entries: Vec<String> = entries.into_iter().map(str::to_owned).collect();
    defaults.retain(|key, _| !matches!(key, "evaluations" | "options"));
    // Many decisions take a while: the other requests of this thread go elsewhere meanwhile.
    tokio::task::block_in_place(|| batch(&service, &defaults, &entries, semantic)).map(json)
}

fn batch(service: &Service, defaults: &Members<'_>, entries: &[String], semantic: Semantic) -> Result<String, Refusal> {
    let in_force = service.force.load();
    let now = now()?;
    let host = service.host(&in_force, &now);
    let mut prepared: Vec<Result<Cow<'_, str>, Refusal>> = Vec::with_capacity(entries.len());
    let mut size = 0usize;
    for (i, entry) in entries.iter().enumerate() {
        let document = merge(defaults, entry, i).and_then(|e| host.prepare(&e, None));
        // Defaults are written once and stand in every document.
        size = size.saturating_add(document.as_ref().map_or(0, |d| d.len()));
        if size > MAX_BATCH {
            return Err(Refusal { path: "$.evaluations".to_owned(), ..too_large() });
        }
        prepared.push(document);
    }
    let documents: Vec<&str> = prepared.iter().flatten().map(AsRef::as_ref).collect();
    let whole = format!("{{\"evaluations\":[{}]}}", documents.join(","));
    let begun = Instant::now();
    let batch = in_force
        .engine
        .evaluate_batch(whole.as_bytes())
        .map_err(|issue| Refusal { message: issue.message.clone(), ..Refusal::bad(issue.code, issue.path.clone(), "", "") })?;
    let each = begun.elapsed().checked_div(u32::try_from(documents.len()).unwrap_or(u32::MAX)).unwrap_or_default();
    let mut answers = batch.responses();
    let mut out = String::from("{\"evaluations\":[");
    for (i, document) in prepared.iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        let decision = match document {
            Err(refusal) => {
                out.push_str(&refusal.as_decision());
                false
            }
            Ok(document) => {
                // There is one answer a document.
                let Some(answer) = answers.next() else { break };
                service.decided(&in_force.engine, document, &answer, each)?;
                out.push_str(&answer.to_json());
                answer.decision
            }
        };
        if semantic.ends_with(decision) {
            break;
        }
    }
    out.push_str("]}");
    Ok(out)
}

/// An entry with the defaults for what it does not say. Members replace members whole; only the identifying texts of an entity
/// are taken from the default where the entry's own entity lacks them.
fn merge<'m>(defaults: &'m Members<'_>, entry: &'m str, at: usize) -> Result<Members<'m>, Refusal> {
    let path = format!("$.evaluations[{at}]");
    let own = object(entry, &path)?;
    let mut out = Members::default();
    for (key, value) in defaults.iter() {
        out.set(key, value);
    }
    for (key, value) in own.iter() {
        out.set(key, value.to_owned());
    }
    for (name, fields) in [("subject", &["type", "id"][..]), ("action", &["name"]), ("resource", &["type", "id"])] {
        let (Some(default), Some(said)) = (defaults.stated(name), own.stated(name)) else { continue };
        let (Some(default), Some(mut said)) = (Members::parse(default), Members::parse(said).map(Members::into_owned)) else { continue };
        let mut changed = false;
        for field in fields {
            if said.stated(field).is_none()
                && let Some(value) = default.stated(field)
            {
                said.set(field, value.to_owned());
                changed = true;
            }
        }
        if changed {
            out.set(name, said.write());
        }
    }
    if out.stated("resource").is_none() && out.stated("subject").is_none() && out.stated("action").is_none() {
        return Err(missing(&path));
    }
    Ok(out)
}
