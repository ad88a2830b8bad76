//! Who may not use data at present, from a local snapshot.

use crate::document::unique;
use serde::Deserialize;
use std::collections::BTreeMap;

/// A snapshot of suspensions and terminations. Who is not listed is active.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatusList {
    /// 1.
    pub version: u32,
    /// When it was taken, RFC 3339.
    #[serde(default)]
    pub as_of: Option<String>,
    /// When the next one is there at the latest, RFC 3339. Later than that every call is refused.
    #[serde(default)]
    pub next_update: Option<String>,
    /// By the `sub` of tokens.
    #[serde(default, deserialize_with = "unique")]
    pub subjects: BTreeMap<String, Standing>,
    /// By the `suspension` of a grant, its `id` or the `jti` of its token. The severest of all that apply counts.
    #[serde(default, deserialize_with = "unique")]
    pub handles: BTreeMap<String, Standing>,
}

/// How a subject or a grant stands, from the best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// Nothing happened.
    Active,
    /// Access rests.
    Suspended,
    /// Access has ended.
    Terminated,
}

impl Standing {
    /// The value of `actor.access_status`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Terminated => "terminated",
        }
    }
}
