//! Search (`AuthZEN` 1.0, section 8): for whom, for which datasets, for which actions the answer would be yes.
//!
//! Every candidate is decided by the engine as an evaluation of its own: the datasets and subjects are those of the catalogue,
//! the actions those of the vocabulary. A search is no act, so it writes no decision events.

use crate::document::{Members, quoted, string};
use crate::force::InForce;
use crate::prepare::{Host, entity, object, wrong_type};
use crate::refusal::Refusal;
use crate::service::{Service, json, json_body, now};
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use base64ct::{Base64UrlUnpadded, Encoding};
use lexgate::bundle::sha256_hex;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;

pub(crate) const SUBJECT: &str = "/access/v1/search/subject";
pub(crate) const RESOURCE: &str = "/access/v1/search/resource";
pub(crate) const ACTION: &str = "/access/v1/search/action";

/// The most that is read for one page, in bytes: what a search says stands in the document about each candidate.
const MAX_READ: usize = 32 * 1024 * 1024;

/// What is searched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sought {
    Subject,
    Resource,
    Action,
}

/// `POST /access/v1/search/subject`
pub(crate) async fn subjects(service: State<Arc<Service>>, headers: HeaderMap, body: Bytes) -> Result<Response, Refusal> {
    search(&service, Sought::Subject, json_body(&headers, &body)?)
}

/// `POST /access/v1/search/resource`
pub(crate) async fn resources(service: State<Arc<Service>>, headers: HeaderMap, body: Bytes) -> Result<Response, Refusal> {
    search(&service, Sought::Resource, json_body(&headers, &body)?)
}

/// `POST /access/v1/search/action`
pub(crate) async fn actions(service: State<Arc<Service>>, headers: HeaderMap, body: Bytes) -> Result<Response, Refusal> {
    search(&service, Sought::Action, json_body(&headers, &body)?)
}

/// Where a page begins: behind this candidate, of this search.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Token {
    /// Digest of the search, the catalogue and the bundle.
    s: String,
    /// The last candidate looked at.
    a: String,
}

impl Token {
    fn write(&self) -> String {
        Base64UrlUnpadded::encode_string(&serde_json::to_vec(self).unwrap_or_default())
    }

    fn read(text: &str) -> Option<Self> {
        serde_json::from_slice(&Base64UrlUnpadded::decode_vec(text).ok()?).ok()
    }
}

fn search(service: &Service, sought: Sought, text: &str) -> Result<Response, Refusal> {
    if serde_json::from_str::<serde::de::IgnoredAny>(text).is_err() {
        return Err(Refusal::bad("invalid-json", "$", "the body is not JSON", "请求体不是 JSON"));
    }
    let mut query = object(text, "$")?;
    let in_force = service.force.load();
    if sought == Sought::Subject && !in_force.catalogue.has_subjects() {
        return Err(Refusal::new(
            StatusCode::NOT_IMPLEMENTED,
            "no-subjects-known",
            "",
            "the catalogue of this service lists no subjects, so whom a search would leave out cannot be said",
            "本服务的目录未列出主体，无法确定检索范围",
        ));
    }
    // What is sought may be named by its kind only; all else has to be there as for an evaluation.
    let kind = match sought {
        Sought::Subject => Some(entity(&query, "subject", &["type"])?),
        Sought::Resource => Some(entity(&query, "resource", &["type"])?),
        Sought::Action => None,
    };
    let kind = kind.and_then(|k| k.get("type").and_then(string).map(std::borrow::Cow::into_owned)).unwrap_or_default();
    for (name, fields, is_sought) in [
        ("subject", &["type", "id"][..], sought == Sought::Subject),
        ("action", &["name"], sought == Sought::Action),
        ("resource", &["type", "id"], sought == Sought::Resource),
    ] {
        if !is_sought {
            entity(&query, name, fields)?;
        }
    }
    let page = Page::read(&query, service.settings.limits.page)?;
    query.retain(|key, _| key != "page" && (key != "action" || sought != Sought::Action));
    let digest = digest(sought, &query, &in_force);
    let after = match &page.token {
        None => None,
        Some(token) => Some(Token::read(token).filter(|t| t.s == digest).ok_or_else(stale)?.a),
    };
    let now = now()?;
    let host = service.host(&in_force, &now);
    let query = Query { sought, members: query, kind, in_force: &in_force, host };
    tokio::task::block_in_place(|| query.page(&page, after.as_deref(), &digest, service.settings.limits.candidates)).map(json)
}

fn stale() -> Refusal {
    Refusal::bad(
        "page-token-unknown",
        "$.page.token",
        "this token belongs to another search, or catalogue or bundle have changed; begin anew without it",
        "该令牌属于另一检索，或者目录、策略包已变更；请不带令牌重新检索",
    )
}

/// Which search a token continues.
fn digest(sought: Sought, query: &Members<'_>, in_force: &InForce) -> String {
    let bundle = in_force.engine.bundle().sha256;
    sha256_hex(format!("{sought:?}\n{bundle}\n{}\n{}", in_force.catalogue.digest(), query.write()).as_bytes())
}

struct Page {
    token: Option<String>,
    limit: usize,
    asked: bool,
}

impl Page {
    fn read(query: &Members<'_>, most: usize) -> Result<Self, Refusal> {
        let Some(page) = query.stated("page") else { return Ok(Self { token: None, limit: most, asked: false }) };
        let page = object(page, "$.page")?;
        let token = match page.stated("token") {
            None => None,
            Some(text) => Some(string(text).ok_or_else(|| wrong_type("$.page.token", "a string", "字符串"))?.into_owned()),
        };
        let limit = match page.stated("limit") {
            None => most,
            Some(text) => match text.parse::<usize>() {
                Ok(limit) if limit > 0 => limit.min(most),
                _ => return Err(wrong_type("$.page.limit", "a whole number above zero", "正整数")),
            },
        };
        Ok(Self { token: token.filter(|t| !t.is_empty()), limit, asked: true })
    }
}

struct Query<'q> {
    sought: Sought,
    members: Members<'q>,
    kind: String,
    in_force: &'q InForce,
    host: Host<'q>,
}

impl Query<'_> {
    /// The candidates behind one of them, in a fixed order.
    fn candidates<'c>(&'c self, after: Option<&'c str>) -> Box<dyn Iterator<Item = &'c str> + 'c> {
        match self.sought {
            Sought::Subject => self.in_force.catalogue.subjects_after(after, &self.kind),
            Sought::Resource if self.host.reading.is_dataset(&self.kind) => self.in_force.catalogue.datasets_after(after),
            Sought::Resource => Box::new(std::iter::empty()),
            Sought::Action => {
                let mut names: Vec<&str> = self.in_force.engine.vocabulary().actions.iter().map(|a| a.name.as_str()).collect();
                names.sort_unstable();
                Box::new(names.into_iter().filter(move |n| after.is_none_or(|a| *n > a)))
            }
        }
    }

    /// The evaluation request about one candidate.
    fn about(&self, candidate: &str) -> Result<String, Refusal> {
        let mut request = self.members.clone();
        let name = match self.sought {
            Sought::Subject => "subject",
            Sought::Resource => "resource",
            Sought::Action => {
                request.set("action", format!("{{\"name\":{}}}", quoted(candidate)));
                return self.host.prepare(&request, None).map(std::borrow::Cow::into_owned);
            }
        };
        let mut entity = match request.stated(name) {
            Some(text) => object(text, name)?.into_owned(),
            None => Members::default(),
        };
        entity.set("id", quoted(candidate));
        request.set(name, entity.write());
        self.host.prepare(&request, None).map(std::borrow::Cow::into_owned)
    }

    fn found(&self, candidate: &str) -> String {
        match self.sought {
            Sought::Action => format!("{{\"name\":{}}}", quoted(candidate)),
            _ => format!("{{\"id\":{},\"type\":{}}}", quoted(candidate), quoted(&self.kind)),
        }
    }

    /// One page of results. At most so many candidates are decided for it; what is left is for the next page.
    fn page(&self, page: &Page, after: Option<&str>, digest: &str, most: usize) -> Result<String, Refusal> {
        let mut results = Vec::new();
        let mut errors = BTreeSet::new();
        let mut next = String::new();
        let mut last = after;
        let mut read = 0usize;
        for (looked, candidate) in self.candidates(after).enumerate() {
            if looked >= most || read > MAX_READ {
                next = Token { s: digest.to_owned(), a: last.unwrap_or_default().to_owned() }.write();
                break;
            }
            // A candidate of which the search says something else than the catalogue is not meant.
            let Ok(document) = self.about(candidate) else {
                last = Some(candidate);
                continue;
            };
            read = read.saturating_add(document.len());
            let answer = self.in_force.engine.evaluate(&self.in_force.engine.read(document.as_bytes()));
            if answer.decision {
                if results.len() >= page.limit {
                    next = Token { s: digest.to_owned(), a: last.unwrap_or_default().to_owned() }.write();
                    break;
                }
                results.push(self.found(candidate));
            } else if answer.is_bad_input() {
                errors.extend(answer.context.errors.into_iter().map(|e| (e.code, e.path)));
            }
            last = Some(candidate);
        }
        let mut out = String::from("{");
        if !errors.is_empty() {
            // Said even beside results: what is wrong with the search itself would otherwise look like "nothing found".
            let errors: Vec<_> = errors.into_iter().take(20).map(|(code, path)| serde_json::json!({"code": code, "path": path})).collect();
            out.push_str(&format!("\"context\":{{\"errors\":{}}},", serde_json::Value::from(errors)));
        }
        if page.asked || !next.is_empty() {
            out.push_str(&format!("\"page\":{{\"count\":{},\"next_token\":{}}},", results.len(), quoted(&next)));
        }
        out.push_str(&format!("\"results\":[{}]}}", results.join(",")));
        Ok(out)
    }
}
