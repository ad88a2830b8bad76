//! What the gateway knows of datasets and subjects, from a local snapshot. Nothing in a token overrides it.

use crate::document::unique;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// A snapshot of the catalogue.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    /// 1.
    pub version: u32,
    /// The datasets behind the gateway, by id.
    #[serde(deserialize_with = "unique")]
    pub datasets: BTreeMap<String, Dataset>,
    /// Subjects of whom more is known than their tokens say, by the `sub` of their tokens.
    #[serde(default, deserialize_with = "unique")]
    pub subjects: BTreeMap<String, Subject>,
}

/// A dataset.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dataset {
    /// Who may grant access: values of `iss`. With an empty list nobody may.
    #[serde(default)]
    pub issuers: Vec<String>,
    /// Names of all its fields. A call for another one is refused.
    #[serde(default)]
    pub fields: Vec<String>,
    /// Facts of the group `dataset`, without the group's name: `opening_type`. The territory is among them.
    #[serde(deserialize_with = "unique")]
    pub facts: BTreeMap<String, Value>,
}

/// A subject.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subject {
    /// Actor kind; a token that names another is refused.
    pub kind: String,
    /// Facts of the group `actor`, without the group's name: `duty_scope`.
    #[serde(default, deserialize_with = "unique")]
    pub facts: BTreeMap<String, Value>,
}
