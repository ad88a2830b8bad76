//! The grant token: what a JWT has to be (`docs/grant-token.md`), and the claims in it.

use crate::config::{Manner, TokenConfig};
use crate::document::unique;
use crate::refusal::Refusal;
use base64ct::{Base64UrlUnpadded, Encoding};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// `typ` of a grant token.
pub const TOKEN_TYPE: &str = "lexgate-grant+jwt";

/// The claims of a grant token. Claims that are not named here say nothing; in `grant` there are no others.
#[derive(Debug, Clone, Deserialize)]
pub struct Claims {
    /// The body that grants (RFC 7519, section 4.1.1).
    pub iss: String,
    /// The subject.
    pub sub: String,
    /// Actor kind of the subject.
    pub sub_type: String,
    /// Unified social credit code of the subject.
    #[serde(default)]
    pub sub_credit_code: Option<String>,
    /// For which gateways.
    pub aud: Audience,
    /// Unix time after which the token is no good.
    pub exp: i64,
    /// Unix time before which the token is no good.
    #[serde(default)]
    pub nbf: Option<i64>,
    /// Unix time at which it was issued.
    pub iat: i64,
    /// Unique.
    pub jti: String,
    /// The grant.
    pub grant: Grant,
}

impl Claims {
    /// From when to when the token is good, Unix time, both included.
    pub(crate) fn validity(&self, config: &TokenConfig) -> (i64, i64) {
        let skew = i64::from(config.clock_skew_seconds);
        let from = self.nbf.map_or(self.iat, |nbf| nbf.max(self.iat));
        (from.saturating_sub(skew), self.exp.saturating_add(skew).saturating_sub(1))
    }
}

/// `aud`: one audience or several.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Audience {
    /// One.
    One(String),
    /// Several.
    Many(Vec<String>),
}

impl Audience {
    fn names(&self, audience: &str) -> bool {
        match self {
            Self::One(a) => a == audience,
            Self::Many(list) => list.iter().any(|a| a == audience),
        }
    }
}

/// What was granted. What is not said is not stated to the law; a limit that is not said does not exist.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// Under which it is on file.
    #[serde(default)]
    pub id: Option<String>,
    /// The body behind it.
    #[serde(default)]
    pub authority: Option<Authority>,
    /// Ids of datasets.
    pub datasets: Vec<String>,
    /// Names of actions.
    pub actions: Vec<String>,
    /// The scenario.
    #[serde(default)]
    pub scenario: Option<String>,
    /// The provision the application relied on.
    #[serde(default)]
    pub basis: Option<String>,
    /// Purposes.
    #[serde(default)]
    pub purposes: Vec<String>,
    /// How far it goes.
    #[serde(default)]
    pub scope: Scope,
    /// The manner.
    #[serde(default)]
    pub manner: Option<Manner>,
    /// Who else may get the data.
    #[serde(default)]
    pub third_party: ThirdParty,
    /// Whether raw data may be had.
    #[serde(default)]
    pub raw_data: bool,
    /// First day or moment, RFC 3339.
    #[serde(default)]
    pub valid_from: Option<String>,
    /// Last day or moment, RFC 3339.
    #[serde(default)]
    pub valid_until: Option<String>,
    /// Where the approval is on file.
    #[serde(default)]
    pub approval: Option<String>,
    /// The agreement.
    #[serde(default)]
    pub agreement: Option<Agreement>,
    /// Where the commitment is on file.
    #[serde(default)]
    pub commitment: Option<String>,
    /// Further facts that the issuer vouches for, by their full names.
    #[serde(default, deserialize_with = "unique")]
    pub statements: BTreeMap<String, Value>,
    /// The name under which it can be suspended in status lists.
    #[serde(default)]
    pub suspension: Option<String>,
}

/// The body behind a grant.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Authority {
    /// Its id.
    pub id: String,
    /// Its actor kind.
    pub kind: String,
}

/// An agreement.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agreement {
    /// Where it is on file.
    #[serde(rename = "ref")]
    pub reference: String,
    /// Whether it settles all that an agreement on authorised operation has to settle.
    #[serde(default)]
    pub complete: Option<bool>,
}

/// How far a grant goes.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Scope {
    /// Names of fields.
    pub fields: Vec<String>,
    /// Division codes; a province or a city covers what lies in it.
    pub area: Vec<String>,
    /// Rows a call may return.
    pub rows: Option<u32>,
    /// How often it may be called. The gateway does not count: it hands this on as the obligation `grant-rate`.
    pub rate: Option<Rate>,
}

/// How often.
#[derive(Debug, Clone, Copy, Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// So many calls
    pub calls: u32,
    /// in so many seconds.
    pub seconds: u32,
}

/// Who else may get the data.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum ThirdParty {
    /// Nobody, or anybody.
    Allowed(bool),
    /// These, by their ids.
    Named(Vec<String>),
}

impl Default for ThirdParty {
    fn default() -> Self {
        Self::Allowed(false)
    }
}

impl ThirdParty {
    pub(crate) fn covers(&self, recipient: &str) -> bool {
        match self {
            Self::Allowed(all) => *all,
            Self::Named(list) => list.iter().any(|r| r == recipient),
        }
    }
}

/// The facts that approval, agreement and commitment of a grant are for an action.
pub(crate) struct Instruments {
    pub(crate) approval: Option<&'static str>,
    pub(crate) agreement: Option<&'static str>,
    pub(crate) commitment: Option<&'static str>,
}

/// What the papers behind a grant are in law turns on the act that was granted.
pub(crate) fn instruments(action: &str) -> Instruments {
    if action.ends_with("_shared_data") {
        Instruments { approval: Some("grant.sharing_approval"), agreement: None, commitment: Some("grant.safety_commitment") }
    } else if action.ends_with("_opened_data") {
        Instruments {
            approval: Some("grant.opening_approval"),
            agreement: Some("grant.opening_agreement"),
            commitment: Some("grant.safety_commitment"),
        }
    } else if action == "develop_public_data" {
        Instruments { approval: Some("grant.development_consent"), agreement: None, commitment: Some("grant.safety_commitment") }
    } else if matches!(action, "operate_public_data" | "provide_raw_public_data" | "provide_data_product") {
        Instruments { approval: None, agreement: Some("grant.operation_agreement"), commitment: None }
    } else {
        Instruments { approval: None, agreement: None, commitment: None }
    }
}

/// The head of a JWT (RFC 7515, section 4.1): all that is read of it.
#[derive(Deserialize)]
struct Head {
    alg: String,
    typ: Option<String>,
    crit: Option<Value>,
    b64: Option<Value>,
}

/// Why a host refused a token, as it may say in [`crate::Call::grant_error`], with the code of the refusal.
pub const GRANT_ERRORS: &[(&str, &str)] = &[
    ("expired", "token-expired"),
    ("not-yet-valid", "token-not-yet-valid"),
    ("signature", "token-signature"),
    ("unknown-key", "token-unknown-key"),
    ("audience", "token-audience"),
    ("issuer", "token-issuer"),
    ("type", "token-type"),
    ("algorithm", "token-algorithm"),
    ("malformed", "token-malformed"),
    ("oversize", "token-too-large"),
];

/// The code for what a host said; what is not known of is `token-refused`.
pub(crate) fn grant_error(said: &str) -> &'static str {
    GRANT_ERRORS.iter().find(|(e, _)| *e == said).map_or("token-refused", |(_, code)| code)
}

/// Looks at the token itself, though the host has verified it: its size, its algorithm and its type.
pub(crate) fn check_token(authorization: &str, config: &TokenConfig, token_bytes: usize) -> Result<(), Refusal> {
    let malformed = || Refusal::new("token-malformed");
    let (scheme, token) = authorization.split_once(' ').ok_or_else(malformed)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(malformed());
    }
    if token.len() > token_bytes {
        return Err(Refusal::new("token-too-large"));
    }
    let mut parts = token.split('.');
    let (Some(head), Some(payload), Some(signature), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return Err(malformed());
    };
    let is_base64 = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    if ![head, payload, signature].into_iter().all(is_base64) {
        // An empty signature is that of `none`.
        return Err(if signature.is_empty() { Refusal::new("token-algorithm") } else { malformed() });
    }
    let head = Base64UrlUnpadded::decode_vec(head).map_err(|_| malformed())?;
    let head: Head = serde_json::from_slice(&head).map_err(|_| malformed())?;
    if head.crit.is_some() || head.b64.is_some() {
        return Err(malformed());
    }
    if !config.algorithms.iter().any(|a| a.name() == head.alg) {
        return Err(Refusal::new("token-algorithm"));
    }
    if head.typ.is_none_or(|t| !t.eq_ignore_ascii_case(TOKEN_TYPE)) {
        return Err(Refusal::new("token-type"));
    }
    Ok(())
}

/// The claims, held against the clock and the configuration once more. `now` is Unix time.
pub(crate) fn read(claims: &Value, config: &TokenConfig, now: i64) -> Result<Claims, Refusal> {
    let claims = Claims::deserialize(claims).map_err(|e| Refusal::new("token-claims").because(e.to_string()))?;
    let (from, until) = claims.validity(config);
    if now > until {
        return Err(Refusal::new("token-expired"));
    }
    if now < from {
        return Err(Refusal::new("token-not-yet-valid"));
    }
    if !claims.aud.names(&config.audience) {
        return Err(Refusal::new("token-audience"));
    }
    if !config.issuers.contains(&claims.iss) {
        return Err(Refusal::new("token-issuer"));
    }
    if [&claims.sub, &claims.jti].into_iter().any(|id| id.trim().is_empty() || id.len() > 256) {
        return Err(Refusal::new("token-claims"));
    }
    Ok(claims)
}
