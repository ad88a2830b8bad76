//! A call as a gateway sees it, and what the gateway has to do with it.

use lexgate::Lang;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

/// An HTTP call, before anything of it was changed.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// As sent.
    pub method: String,
    /// `Host` or `:authority`, as sent.
    pub authority: String,
    /// The request target as on the wire: path and query.
    pub target: String,
    /// All headers in order, doubled ones too; names in any case.
    #[serde(default)]
    pub headers: Vec<(String, String)>,
    /// The claims of the grant token, after the host has verified its signature; `None` when no token came.
    #[serde(default)]
    pub grant: Option<Value>,
    /// Why the host refused the token: `expired`, `signature` and the like. The call is then answered with 401.
    #[serde(default)]
    pub grant_error: Option<String>,
}

/// What a gateway does with a call.
#[derive(Debug, Clone, Serialize)]
pub struct Verdict {
    /// Whether the call goes on to the upstream.
    pub allow: bool,
    /// The gateway refuses nothing at present.
    pub dry_run: bool,
    /// 200 when allowed, otherwise the status of the refusal.
    pub status: u16,
    /// Why it was refused, kebab-case: an outcome or one of [`crate::refusal::CODES`].
    pub code: Option<&'static str>,
    /// For the caller, when refused.
    pub headers: Vec<(&'static str, String)>,
    /// A problem (RFC 9457), when refused.
    pub body: String,
    /// To be set on the call to the upstream, when allowed.
    pub upstream: Vec<(&'static str, String)>,
    /// Headers of the caller that must not reach the upstream, lower case.
    pub remove: Vec<String>,
    /// What the law says; `refused` when the gateway refuses for a reason of its own.
    pub outcome: &'static str,
    /// The rules behind it, sorted.
    pub rules: Vec<String>,
    /// The route of the call.
    pub route: Option<String>,
    /// The request that was decided; only in full.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<Box<RawValue>>,
    /// The answer of the engine; only in full.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response: Option<Box<RawValue>>,
}

impl Verdict {
    /// As JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Plain structs with string keys always have a JSON text; should it ever fail, the text is still no allow.
        serde_json::to_string(self).unwrap_or_else(|_| r#"{"allow":false,"status":500}"#.to_owned())
    }
}

/// The language of a refusal: Chinese unless English is wanted more (RFC 9110, section 12.5.4).
pub(crate) fn language(accept: Option<&str>) -> Lang {
    let (mut zh, mut en) = (None, None);
    for part in accept.unwrap_or_default().split(',').take(32) {
        let mut pieces = part.split(';').map(str::trim);
        let tag = pieces.next().unwrap_or_default().to_ascii_lowercase();
        let weight = pieces.find_map(|p| p.strip_prefix("q=")).map_or(1000, thousandths);
        let primary = tag.split('-').next().unwrap_or_default();
        let wanted = match primary {
            "zh" => &mut zh,
            "en" => &mut en,
            _ => continue,
        };
        *wanted = Some(wanted.map_or(weight, |w: u32| w.max(weight)));
    }
    match (zh, en) {
        (_, None | Some(0)) => Lang::Zh,
        (None, Some(_)) => Lang::En,
        (Some(z), Some(e)) => {
            if e > z {
                Lang::En
            } else {
                Lang::Zh
            }
        }
    }
}

/// A quality value such as `0.8`; what is none counts as 0.
fn thousandths(q: &str) -> u32 {
    let (whole, fraction) = q.split_once('.').unwrap_or((q, ""));
    if whole == "1" {
        return 1000;
    }
    let digits: String = fraction.chars().chain("000".chars()).take(3).collect();
    digits.parse().unwrap_or(0)
}
