//! Grant tokens: signature, algorithm, type, audience, issuer and time, before anything of a token is believed (RFC 7519,
//! RFC 8725). The keys are a JWK set on disk (RFC 7517). What the claims mean is the mapping's business.

use base64ct::{Base64UrlUnpadded, Encoding};
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use lexgate_gateway::claims::TOKEN_TYPE;
use lexgate_gateway::config::TokenConfig;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// Keys by their ids.
pub(crate) struct Keys(BTreeMap<String, Key>);

struct Key {
    algorithm: Algorithm,
    key: DecodingKey,
}

#[derive(Deserialize)]
struct Set {
    keys: Vec<Jwk>,
}

/// What is read of a key.
#[derive(Deserialize)]
struct Jwk {
    kty: String,
    crv: Option<String>,
    x: Option<String>,
    y: Option<String>,
    d: Option<Value>,
    kid: Option<String>,
    alg: Option<String>,
    #[serde(rename = "use")]
    purpose: Option<String>,
}

impl Keys {
    /// Reads a JWK set. Every key has to have an id of its own and to be for Ed25519 or P-256: a key that would be passed over
    /// in silence is one whose tokens are refused without anybody knowing why.
    pub(crate) fn parse(json: &[u8]) -> Result<Self, String> {
        let set: Set = serde_json::from_slice(json).map_err(|e| e.to_string())?;
        let mut keys = BTreeMap::new();
        for jwk in set.keys {
            let id = jwk.kid.clone().filter(|id| !id.is_empty()).ok_or("a key has no `kid`")?;
            let key = jwk.read().map_err(|why| format!("key `{id}` {why}"))?;
            if keys.insert(id.clone(), key).is_some() {
                return Err(format!("key `{id}` stands twice"));
            }
        }
        if keys.is_empty() { Err("it holds no key".to_owned()) } else { Ok(Self(keys)) }
    }
}

impl Jwk {
    fn read(&self) -> Result<Key, &'static str> {
        if self.d.is_some() {
            return Err("is a private key");
        }
        if self.purpose.as_deref().is_some_and(|u| u != "sig") {
            return Err("is not for signatures");
        }
        let part = |text: &Option<String>| {
            let text = text.as_deref().unwrap_or_default();
            Base64UrlUnpadded::decode_vec(text)
                .ok()
                .filter(|b| b.len() == 32)
                .map(|_| text.to_owned())
                .ok_or("has no coordinate of 32 bytes")
        };
        let (algorithm, name, key) = match (self.kty.as_str(), self.crv.as_deref()) {
            ("OKP", Some("Ed25519")) => (Algorithm::EdDSA, "EdDSA", DecodingKey::from_ed_components(&part(&self.x)?)),
            ("EC", Some("P-256")) => (Algorithm::ES256, "ES256", DecodingKey::from_ec_components(&part(&self.x)?, &part(&self.y)?)),
            _ => return Err("is neither Ed25519 nor P-256"),
        };
        if self.alg.as_deref().is_some_and(|alg| alg != name) {
            return Err("names another algorithm than its curve has");
        }
        Ok(Key { algorithm, key: key.map_err(|_| "cannot be read")? })
    }
}

/// The head of a token.
#[derive(Deserialize)]
struct Head {
    alg: String,
    typ: Option<String>,
    kid: Option<String>,
    crit: Option<Value>,
    b64: Option<Value>,
}

/// The claims of a token that holds, or the word of the mapping's `grant_error` for why it does not.
pub(crate) fn verify(token: &str, keys: &Keys, config: &TokenConfig, most_bytes: usize) -> Result<Value, &'static str> {
    if token.len() > most_bytes {
        return Err("oversize");
    }
    let head = token.split('.').next().and_then(|h| Base64UrlUnpadded::decode_vec(h).ok()).ok_or("malformed")?;
    let head: Head = serde_json::from_slice(&head).map_err(|_| "malformed")?;
    if head.crit.is_some() || head.b64.is_some() {
        return Err("malformed");
    }
    if !config.algorithms.iter().any(|a| a.name() == head.alg) {
        return Err("algorithm");
    }
    if head.typ.is_none_or(|t| !t.eq_ignore_ascii_case(TOKEN_TYPE)) {
        return Err("type");
    }
    let key = head.kid.and_then(|id| keys.0.get(&id)).ok_or("unknown-key")?;
    // The key says how it signs, and not the token: with another algorithm in its head the token is forged.
    let mut validation = Validation::new(key.algorithm);
    validation.set_required_spec_claims(&["exp", "aud", "iss"]);
    validation.set_audience(&[&config.audience]);
    validation.set_issuer(&config.issuers);
    validation.leeway = u64::from(config.clock_skew_seconds);
    validation.validate_nbf = true;
    decode::<Value>(token, &key.key, &validation).map(|t| t.claims).map_err(|e| word(e.kind()))
}

fn word(kind: &ErrorKind) -> &'static str {
    match kind {
        ErrorKind::ExpiredSignature => "expired",
        ErrorKind::ImmatureSignature => "not-yet-valid",
        ErrorKind::InvalidAudience => "audience",
        ErrorKind::InvalidIssuer => "issuer",
        ErrorKind::MissingRequiredClaim(claim) => match claim.as_str() {
            "aud" => "audience",
            "iss" => "issuer",
            _ => "expired",
        },
        ErrorKind::InvalidSignature | ErrorKind::InvalidAlgorithm => "signature",
        _ => "malformed",
    }
}
