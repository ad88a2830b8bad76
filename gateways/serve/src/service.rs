//! The service: what all endpoints share, and which endpoint answers what.

use crate::connections::Limits;
use crate::force::{Files, Force, InForce, Refused, TrustNow};
use crate::metrics::Metrics;
use crate::prepare::{Host, Reading};
use crate::refusal::Refusal;
use crate::{check, evaluation, metadata, search};
use axum::Router;
use axum::body::Bytes;
use axum::error_handling::HandleErrorLayer;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use lexgate::{Engine, Options};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};
use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, UtcOffset};
use tower::ServiceBuilder;
use tower::limit::GlobalConcurrencyLimitLayer;
use tower::load_shed::LoadShedLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;

/// Where decision events go. An event is written before its answer is: what cannot be logged is not answered.
pub trait Sink: Send + Sync {
    /// Writes the event of one decision. `document` is what the engine read; `took` is how long reading and deciding took.
    ///
    /// # Errors
    /// When it cannot be written. Why is for the operator, not for the caller.
    fn write(&self, engine: &Engine, document: &[u8], answer: &lexgate::Response<'_>, took: Duration) -> Result<(), NotWritten>;
}

/// An event could not be written; the sink has told the operator why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotWritten;

/// What an operator chooses.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The URL under which callers reach the service, without a slash at the end. It stands in the metadata.
    pub public_url: String,
    /// SHA-256 of the keys that callers have to show; none: everybody who reaches the port may ask.
    pub bearers: Vec<[u8; 32]>,
    /// How requests are read.
    pub reading: Reading,
    /// How large, how long, how many.
    pub limits: Limits,
}

/// A service, ready to answer.
pub struct Service {
    pub(crate) force: Force,
    pub(crate) settings: Settings,
    pub(crate) metrics: Metrics,
    sink: Option<Box<dyn Sink>>,
    draining: AtomicBool,
}

/// `X-Request-ID`
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

impl Service {
    /// Reads the files and makes everything ready.
    ///
    /// # Errors
    /// When a file is refused.
    pub fn new(
        files: Files,
        trust: TrustNow,
        options: Options,
        settings: Settings,
        sink: Option<Box<dyn Sink>>,
    ) -> Result<Arc<Self>, Refused> {
        let force = Force::begin(files, trust, options)?;
        let metrics = Metrics::new();
        metrics.bundle(force.load().engine.bundle());
        Ok(Arc::new(Self { force, settings, metrics, sink, draining: AtomicBool::new(false) }))
    }

    /// Reads all files again. Either everything new is in force afterwards or nothing is.
    ///
    /// # Errors
    /// When a file is refused; the old ones stay.
    pub fn reload(&self) -> Result<(), Refused> {
        let result = self.force.reload();
        self.metrics.reloaded(result.is_ok());
        self.metrics.bundle(self.force.load().engine.bundle());
        result
    }

    /// Whether a file looks other than when it was last read.
    #[must_use]
    pub fn has_changed(&self) -> bool {
        self.force.has_changed()
    }

    /// Says that the service is about to end: `/readyz` answers 503 from now on.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    /// Logs and counts one decision.
    pub(crate) fn decided(&self, engine: &Engine, document: &str, answer: &lexgate::Response<'_>, took: Duration) -> Result<(), Refusal> {
        self.metrics.decided(answer, took);
        let Some(sink) = &self.sink else { return Ok(()) };
        let written = sink.write(engine, document.as_bytes(), answer, took);
        self.metrics.logged(written.is_ok());
        written.map_err(|NotWritten| {
            Refusal::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "decision-not-logged",
                "",
                "the decision cannot be logged and is therefore not answered",
                "该决定无法记入日志，因此不予答复",
            )
        })
    }

    /// Whether decisions are logged.
    pub(crate) fn logs(&self) -> bool {
        self.sink.is_some()
    }

    /// What the host knows, at this time.
    pub(crate) fn host<'h>(&'h self, in_force: &'h InForce, now: &'h str) -> Host<'h> {
        Host { reading: &self.settings.reading, catalogue: &in_force.catalogue, now }
    }

    /// The endpoints.
    pub fn router(self: &Arc<Self>) -> Router {
        let limits = &self.settings.limits;
        let access = Router::new()
            .route(evaluation::EVALUATION, post(evaluation::one))
            .route(evaluation::EVALUATIONS, post(evaluation::many))
            .route(search::SUBJECT, post(search::subjects))
            .route(search::RESOURCE, post(search::resources))
            .route(search::ACTION, post(search::actions))
            .route("/metrics", get(counters))
            .layer(from_fn_with_state(Arc::clone(self), bearer));
        // A proxy hands on the caller's own `Authorization`, so it cannot show a key of the service beside it.
        let checks = Router::new()
            .route(check::ORIGINAL, any(check::original))
            .route(check::REFUSAL, any(check::refusal))
            .route(check::FORWARDED, any(check::forwarded))
            .route(&format!("{}/", check::ENVOY), any(check::envoy))
            .route(&format!("{}/{{*target}}", check::ENVOY), any(check::envoy));
        let bounded = access.merge(checks).layer(DefaultBodyLimit::disable()).layer(RequestBodyLimitLayer::new(limits.body)).layer(
            ServiceBuilder::new()
                .layer(HandleErrorLayer::new(overloaded))
                .layer(LoadShedLayer::new())
                .layer(GlobalConcurrencyLimitLayer::new(limits.requests))
                .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, limits.time)),
        );
        bounded
            .route(&metadata::path(&self.settings.public_url), get(metadata::metadata))
            .route("/healthz", get(|| async { "ok\n" }))
            .route("/readyz", get(ready))
            .fallback(|| async { not_found() })
            .method_not_allowed_fallback(|method: Method| async move { not_allowed(&method) })
            .layer(from_fn_with_state(Arc::clone(self), around))
            .with_state(Arc::clone(self))
    }
}

fn not_found() -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, "no-such-endpoint", "", "there is no such endpoint", "没有这个端点")
}

fn not_allowed(method: &Method) -> Refusal {
    let en = format!("{method} is not what this endpoint answers");
    Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", "", &en, &format!("本端点不接受 {method}"))
}

/// More requests at once than are answered.
async fn overloaded(_: axum::BoxError) -> Refusal {
    Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "overloaded", "", "too many requests at once; ask again", "并发请求过多，请稍后重试")
}

/// Counts the request, and gives it an identifier where it has none. What a layer says without words gets the words.
async fn around(State(service): State<Arc<Service>>, request: Request, next: Next) -> Response {
    service.metrics.begin();
    let endpoint = request.extensions().get::<MatchedPath>().cloned();
    let id = request.headers().get(REQUEST_ID).cloned().or_else(|| HeaderValue::from_str(&uuid::Uuid::now_v7().to_string()).ok());
    let mut response = next.run(request).await;
    response = match response.status() {
        StatusCode::REQUEST_TIMEOUT => {
            Refusal::new(StatusCode::REQUEST_TIMEOUT, "too-slow", "", "the request did not arrive in time", "请求未及时送达")
                .into_response()
        }
        StatusCode::PAYLOAD_TOO_LARGE if !response.headers().contains_key(crate::refusal::ERROR_CODE) => too_large().into_response(),
        _ => response,
    };
    if let Some(id) = id {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    let endpoint = endpoint.as_ref().map_or("other", MatchedPath::as_str);
    service.metrics.end(endpoint, response.status().as_u16());
    response
}

pub(crate) fn too_large() -> Refusal {
    Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "input-too-large", "", "the request is larger than allowed", "请求过大")
}

/// Asks for a key, where the operator named any.
async fn bearer(State(service): State<Arc<Service>>, headers: HeaderMap, request: Request, next: Next) -> Response {
    if service.settings.bearers.is_empty() || shows_key(&headers, &service.settings.bearers) {
        return next.run(request).await;
    }
    let en = "show a key: `Authorization: Bearer …`";
    Refusal::new(StatusCode::UNAUTHORIZED, "unauthorized", "", en, "请出示密钥：`Authorization: Bearer …`").into_response()
}

fn shows_key(headers: &HeaderMap, keys: &[[u8; 32]]) -> bool {
    let mut shown = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(value), None) = (shown.next(), shown.next()) else { return false };
    let Some((scheme, key)) = value.to_str().ok().and_then(|v| v.split_once(' ')) else { return false };
    // Digests are compared, so the time it takes says nothing of the key.
    let digest: [u8; 32] = Sha256::digest(key.trim().as_bytes()).into();
    scheme.eq_ignore_ascii_case("bearer") && keys.contains(&digest)
}

async fn counters(State(service): State<Arc<Service>>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], service.metrics.text())
}

async fn ready(State(service): State<Arc<Service>>) -> Response {
    let in_force = service.force.load();
    let status = if service.draining.load(Ordering::Relaxed) { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK };
    let info = in_force.engine.bundle();
    let body = serde_json::json!({ "bundle": info, "catalogue_sha256": in_force.catalogue.digest(), "ready": status == StatusCode::OK });
    (status, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

/// The body of a request as text, once its head says that it is JSON.
pub(crate) fn json_body<'b>(headers: &HeaderMap, body: &'b Bytes) -> Result<&'b str, Refusal> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/json") {
        let en = "send `Content-Type: application/json`";
        return Err(Refusal::bad("wrong-content-type", "", en, "请以 `Content-Type: application/json` 发送"));
    }
    if body.is_empty() {
        return Err(Refusal::bad("invalid-json", "$", "the body is empty", "请求体为空"));
    }
    std::str::from_utf8(body).map_err(|_| Refusal::bad("invalid-utf8", "$", "the body is not UTF-8", "请求体不是 UTF-8"))
}

/// A JSON answer.
pub(crate) fn json(body: String) -> Response {
    ([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], body).into_response()
}

/// The host's clock as the engine reads it: RFC 3339, UTC+8.
pub(crate) fn now() -> Result<String, Refusal> {
    let wrong =
        || Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "clock-unreadable", "", "the clock of this machine is wrong", "本机时钟有误");
    let seconds = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_err(|_| wrong())?.as_secs();
    let utc = i64::try_from(seconds).ok().and_then(|s| OffsetDateTime::from_unix_timestamp(s).ok()).ok_or_else(wrong)?;
    let offset = UtcOffset::from_hms(8, 0, 0).map_err(|_| wrong())?;
    utc.to_offset(offset).format(&Rfc3339).map_err(|_| wrong())
}
