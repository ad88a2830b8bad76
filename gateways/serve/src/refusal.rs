//! Why a request was refused before the engine was asked, or could not be answered.

use crate::document::quoted;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use lexgate::vocabulary::Text;

/// The code of a refusal, for programs.
pub(crate) const ERROR_CODE: HeaderName = HeaderName::from_static("x-lexgate-error");

/// A refusal: status, code and place for programs, a message for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    /// Stable, kebab-case.
    pub(crate) code: &'static str,
    /// Where it is (`JSONPath`, RFC 9535); empty where it is about no place in the body.
    pub(crate) path: String,
    pub(crate) message: Text,
}

impl Refusal {
    pub(crate) fn new(status: StatusCode, code: &'static str, path: impl Into<String>, en: &str, zh: &str) -> Self {
        Self { status, code, path: path.into(), message: Text { en: en.to_owned(), zh: zh.to_owned() } }
    }

    /// A request that is not what was asked for.
    pub(crate) fn bad(code: &'static str, path: impl Into<String>, en: &str, zh: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, path, en, zh)
    }

    /// What is said in one sentence: the error message string that `AuthZEN` 1.0 section 10 asks for.
    pub(crate) fn sentence(&self) -> String {
        let place = if self.path.is_empty() { String::new() } else { format!(" {}", self.path) };
        format!("{}{place}: {} / {}", self.code, self.message.en, self.message.zh)
    }

    /// The answer to an entry of a batch that could not be evaluated (`AuthZEN` 1.0 section 7.2.1).
    pub(crate) fn as_decision(&self) -> String {
        let (code, path, message) = (quoted(self.code), quoted(&self.path), quoted(&self.sentence()));
        let status = self.status.as_u16();
        format!(
            "{{\"context\":{{\"error\":{{\"code\":{code},\"message\":{message},\"path\":{path},\"status\":{status}}}}},\"decision\":false}}"
        )
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let json = (header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let mut response =
            (self.status, [json, (ERROR_CODE, HeaderValue::from_static(self.code))], quoted(&self.sentence())).into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}
