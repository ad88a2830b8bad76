//! What the service offers (`AuthZEN` 1.0, section 9).

use crate::service::{Service, json};
use crate::{evaluation, search};
use axum::extract::State;
use axum::response::Response;
use serde_json::json;
use std::sync::Arc;

/// Where the metadata stand: the well-known part comes before the path of the public URL.
pub(crate) fn path(public_url: &str) -> String {
    let behind = public_url.split_once("://").map_or(public_url, |(_, rest)| rest);
    let path = behind.find('/').and_then(|at| behind.get(at..)).unwrap_or_default();
    format!("/.well-known/authzen-configuration{path}")
}

/// `GET /.well-known/authzen-configuration`
pub(crate) async fn metadata(State(service): State<Arc<Service>>) -> Response {
    let url = &service.settings.public_url;
    let mut out = json!({
        "policy_decision_point": url,
        "access_evaluation_endpoint": format!("{url}{}", evaluation::EVALUATION),
        "access_evaluations_endpoint": format!("{url}{}", evaluation::EVALUATIONS),
        "search_resource_endpoint": format!("{url}{}", search::RESOURCE),
        "search_action_endpoint": format!("{url}{}", search::ACTION),
    });
    // Among subjects one can only search where the catalogue lists them.
    if service.force.load().catalogue.has_subjects()
        && let Some(members) = out.as_object_mut()
    {
        members.insert("search_subject_endpoint".to_owned(), format!("{url}{}", search::SUBJECT).into());
    }
    json(out.to_string())
}
