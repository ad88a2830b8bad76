//! The grant token of a call, once `jwt_authn` has verified it.
//!
//! `jwt_authn` leaves the payload it verified in dynamic metadata, which no client can reach. The claims are read from the
//! token itself, which stays in the call (`forward: true`): the mapping insists that there is one `Authorization` header and
//! that it is a token as a whole, so it can only be the one that was verified. Its `jti` is compared nevertheless.

use base64ct::{Base64UrlUnpadded, Encoding};
use lexgate_gateway::Call;
use proxy_wasm::hostcalls;
use serde_json::Value;

const FILTER: [&str; 3] = ["metadata", "filter_metadata", "envoy.filters.http.jwt_authn"];

fn metadata(rest: &[&str]) -> Option<Vec<u8>> {
    let path = FILTER.iter().chain(rest).copied().collect();
    hostcalls::get_property(path).ok().flatten()
}

/// The `jti` of the token that was verified. A call with a token that was not gets to know why.
pub(crate) fn verified(call: &mut Call) -> Option<Vec<u8>> {
    token(call)?;
    let jti = metadata(&["grant", "jti"]);
    if jti.is_none() {
        call.grant_error = Some(why().to_owned());
    }
    jti
}

/// The claims of the token with this `jti`.
pub(crate) fn claims(call: &Call, jti: &[u8]) -> Option<Value> {
    let payload = Base64UrlUnpadded::decode_vec(token(call)?.split('.').nth(1)?).ok()?;
    let claims: Value = serde_json::from_slice(&payload).ok()?;
    (claims.get("jti")?.as_str()?.as_bytes() == jti).then_some(claims)
}

fn token(call: &Call) -> Option<&str> {
    call.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case("authorization")).map(|(_, v)| v.as_str())
}

/// What `jwt_authn` says of a token it refused, in the words of [`lexgate_gateway::claims::GRANT_ERRORS`].
fn why() -> &'static str {
    let said = metadata(&["refused", "message"]).unwrap_or_default();
    let said = String::from_utf8_lossy(&said).to_ascii_lowercase();
    let reasons = [
        ("expired", "expired"),
        ("not yet valid", "not-yet-valid"),
        ("audience", "audience"),
        ("issuer", "issuer"),
        ("verification fails", "signature"),
        ("to match kid", "unknown-key"),
        ("[alg]", "algorithm"),
        ("alg", "algorithm"),
        ("form", "malformed"),
        ("base64", "malformed"),
        ("json", "malformed"),
    ];
    reasons.iter().find(|(part, _)| said.contains(part)).map_or("unverified", |(_, reason)| reason)
}
