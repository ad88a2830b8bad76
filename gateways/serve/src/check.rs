//! Checks for proxies: is this call inside the scope of its grant?
//!
//! The proxy asks before it passes a call on. Where the original call stands in the question is said by the path that the
//! proxy's own configuration names, never by what a caller sends:
//!
//! | Path | Proxy | Original call |
//! |---|---|---|
//! | `/gateway/check/original` | nginx `auth_request` | `X-Original-Method`, `X-Original-URI`, `X-Original-Host` |
//! | `/gateway/refusal/original` | nginx, for the body of a refusal | the same |
//! | `/gateway/check/forwarded` | Caddy `forward_auth`, Traefik | `X-Forwarded-Method`, `X-Forwarded-Uri`, `X-Forwarded-Host` |
//! | `/gateway/check/envoy/…` | Envoy `ext_authz` over HTTP | the method, the rest of the path, and the host of the question |
//!
//! Each of these headers has to be there once. `X-Original-Request` (the request line), `X-Original-Content-Length` and
//! `X-Original-Transfer-Encoding` are read as well, because a proxy's question has no body of its own; the request line has to
//! say the same as method and target.

use crate::force::Gate;
use crate::refusal::Refusal;
use crate::service::{Service, now};
use crate::token;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use lexgate_gateway::gateway::{DECISION, DRY_RUN, OBLIGATIONS};
use lexgate_gateway::{Call, Verdict};
use std::sync::Arc;
use std::time::Instant;

pub(crate) const ORIGINAL: &str = "/gateway/check/original";
pub(crate) const REFUSAL: &str = "/gateway/refusal/original";
pub(crate) const FORWARDED: &str = "/gateway/check/forwarded";
pub(crate) const ENVOY: &str = "/gateway/check/envoy";

/// The status of the refusal, where the proxy can only be told 401 or 403.
const STATUS: HeaderName = HeaderName::from_static("x-lexgate-status");
/// Names of headers of the caller that the upstream must not get.
const REMOVE: HeaderName = HeaderName::from_static("x-lexgate-remove");

/// Headers by which a proxy tells of the original call.
struct Told {
    method: &'static str,
    target: &'static str,
    host: &'static str,
}

const X_ORIGINAL: Told = Told { method: "x-original-method", target: "x-original-uri", host: "x-original-host" };
const X_FORWARDED: Told = Told { method: "x-forwarded-method", target: "x-forwarded-uri", host: "x-forwarded-host" };
/// The line of the original request.
const LINE: &str = "x-original-request";
/// How long the body of the original request is: what these hold, and under which name.
const FRAMING: [(&str, &str); 2] = [("x-original-content-length", "content-length"), ("x-original-transfer-encoding", "transfer-encoding")];
/// Headers of the question that belong to the connection between proxy and service.
const OF_THE_QUESTION: [&str; 6] = ["host", "connection", "keep-alive", "content-length", "transfer-encoding", "te"];

/// nginx asks: it understands nothing but 2xx, 401 and 403.
pub(crate) async fn original(State(service): State<Arc<Service>>, headers: HeaderMap) -> Result<Response, Refusal> {
    let verdict = verdict(&service, &told(&headers, &X_ORIGINAL)?, true)?;
    let mut response = answer(&verdict);
    if !verdict.allow && verdict.status != 401 {
        response.headers_mut().insert(STATUS, HeaderValue::from(verdict.status));
        *response.status_mut() = StatusCode::FORBIDDEN;
    }
    Ok(response)
}

/// nginx asks again for the answer to a refused call. It never gets a yes: the first answer holds.
pub(crate) async fn refusal(State(service): State<Arc<Service>>, headers: HeaderMap) -> Result<Response, Refusal> {
    let verdict = verdict(&service, &told(&headers, &X_ORIGINAL)?, false)?;
    if verdict.allow {
        let en = "what decides has changed meanwhile; ask again";
        return Err(Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "changed-meanwhile", "", en, "判定依据已变更，请重试"));
    }
    Ok(answer(&verdict))
}

/// Caddy and Traefik ask.
pub(crate) async fn forwarded(State(service): State<Arc<Service>>, headers: HeaderMap) -> Result<Response, Refusal> {
    let verdict = verdict(&service, &told(&headers, &X_FORWARDED)?, true)?;
    let mut response = answer(&verdict);
    if verdict.allow {
        // Caddy 2.6 hands on the name of its own variable in place of a header that is not there.
        for name in [DECISION, OBLIGATIONS, DRY_RUN].map(HeaderName::from_static) {
            response.headers_mut().entry(name).or_insert(HeaderValue::from_static(""));
        }
    }
    Ok(response)
}

/// Envoy asks.
pub(crate) async fn envoy(State(service): State<Arc<Service>>, uri: Uri, method: Method, headers: HeaderMap) -> Result<Response, Refusal> {
    let target = uri.path_and_query().and_then(|p| p.as_str().strip_prefix(ENVOY)).unwrap_or_default();
    let host = once(&headers, "host")?.unwrap_or_default();
    let call = Call {
        method: method.to_string(),
        authority: host,
        target: target.to_owned(),
        headers: others(&headers, &[]),
        grant: None,
        grant_error: None,
    };
    Ok(answer(&verdict(&service, &call, true)?))
}

fn malformed(en: &str, zh: &str) -> Refusal {
    // 403: the proxy's question is wrong, and a proxy that understands nothing else must not let the call pass.
    Refusal::new(StatusCode::FORBIDDEN, "question-malformed", "", en, zh)
}

/// The value of a header that may stand once.
fn once(headers: &HeaderMap, name: &str) -> Result<Option<String>, Refusal> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => text(value).map(Some),
        _ => Err(malformed(&format!("`{name}` stands twice"), &format!("`{name}` 重复出现"))),
    }
}

fn text(value: &HeaderValue) -> Result<String, Refusal> {
    value.to_str().map(str::to_owned).map_err(|_| malformed("a header is not plain text", "某一请求头不是纯文本"))
}

/// The headers of the original call: those of the question without the ones named.
fn others(headers: &HeaderMap, without: &[&str]) -> Vec<(String, String)> {
    let passes = |name: &HeaderName| !OF_THE_QUESTION.contains(&name.as_str()) && !without.contains(&name.as_str());
    headers.iter().filter(|(name, _)| passes(name)).map(|(name, value)| (name.as_str().to_owned(), latin1(value))).collect()
}

/// Bytes beyond ASCII are read as Latin-1, so that none is lost.
fn latin1(value: &HeaderValue) -> String {
    value.as_bytes().iter().map(|b| char::from(*b)).collect()
}

/// The original call as a proxy tells of it.
fn told(headers: &HeaderMap, told: &Told) -> Result<Call, Refusal> {
    let ask = |name: &str| {
        let missing = || malformed(&format!("`{name}` is not there"), &format!("缺少 `{name}`"));
        once(headers, name)?.ok_or_else(missing)
    };
    let (method, target, authority) = (ask(told.method)?, ask(told.target)?, ask(told.host)?);
    if let Some(line) = once(headers, LINE)? {
        let mut parts = line.split(' ');
        let same = parts.next() == Some(method.as_str()) && parts.next() == Some(target.as_str());
        if !same || !parts.next().is_some_and(|v| v.starts_with("HTTP/")) || parts.next().is_some() {
            return Err(malformed("the request line says something else than method and target", "请求行与方法、目标不一致"));
        }
    }
    let mut without = vec![told.method, told.target, told.host, LINE];
    without.extend(FRAMING.iter().map(|(held, _)| *held));
    let mut all = others(headers, &without);
    for (held, name) in FRAMING {
        // Caddy writes an empty header for one that the call does not have; in a call itself no server takes it.
        if let Some(value) = once(headers, held)?.filter(|v| !v.is_empty()) {
            all.push((name.to_owned(), value));
        }
    }
    Ok(Call { method, authority, target, headers: all, grant: None, grant_error: None })
}

/// What the gateway in force says of a call. A decision is logged once, where the proxy asks whether to let the call pass.
fn verdict(service: &Service, call: &Call, is_logged: bool) -> Result<Verdict, Refusal> {
    let in_force = service.force.load();
    let Some(gate) = &in_force.gate else {
        let en = "this service has no gateway configuration";
        return Err(Refusal::new(StatusCode::NOT_FOUND, "no-gateway", "", en, "本服务没有网关配置"));
    };
    let mut call = call.clone();
    bring_grant(gate, &mut call);
    let now = now()?;
    let is_logged = is_logged && service.logs();
    let verdict = if is_logged { gate.gateway.decide_in_full(&call, &now) } else { gate.gateway.decide(&call, &now) };
    if let Some(request) = verdict.request.as_ref().filter(|_| is_logged) {
        let begun = Instant::now();
        let answer = in_force.engine.evaluate(&in_force.engine.read(request.get().as_bytes()));
        service.decided(&in_force.engine, request.get(), &answer, begun.elapsed())?;
    }
    service.metrics.checked(verdict.allow);
    Ok(verdict)
}

/// Puts the claims of the grant token into the call, or why there are none.
fn bring_grant(gate: &Gate, call: &mut Call) {
    let mut shown = call.headers.iter().filter(|(name, _)| name == "authorization");
    // The mapping refuses what is missing, doubled, or no bearer token.
    let (Some((_, value)), None) = (shown.next(), shown.next()) else { return };
    let Some((scheme, token)) = value.split_once(' ') else { return };
    if !scheme.eq_ignore_ascii_case("bearer") {
        return;
    }
    let config = gate.gateway.config();
    match token::verify(token, &gate.keys, &config.token, config.limits.token) {
        Ok(claims) => call.grant = Some(claims),
        Err(word) => call.grant_error = Some(word.to_owned()),
    }
}

/// A verdict as a proxy reads it: 200 with what the upstream is to be told, or the refusal as the caller is to get it.
fn answer(verdict: &Verdict) -> Response {
    let status = StatusCode::from_u16(verdict.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let status = if verdict.allow { StatusCode::OK } else { status };
    let mut response = if verdict.allow { status.into_response() } else { (status, Body::from(verdict.body.clone())).into_response() };
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_TYPE);
    for (name, value) in if verdict.allow { &verdict.upstream } else { &verdict.headers } {
        match HeaderValue::from_str(value) {
            Ok(value) => {
                headers.append(HeaderName::from_static(name), value);
            }
            // What the upstream cannot be told may be a duty.
            Err(_) => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        }
    }
    if verdict.allow
        && let Ok(names) = HeaderValue::from_str(&verdict.remove.join(", "))
    {
        headers.insert(REMOVE, names);
    }
    response
}
