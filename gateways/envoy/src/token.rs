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

/// Adds the claims of a verified token to a call, or why it was refused.
pub(crate) fn attach(call: &mut Call) {
    let mut authorization = call.headers.iter().filter(|(n, _)| n.eq_ignore_ascii_case("authorization")).map(|(_, v)| v);
    let (Some(sent), None) = (authorization.next(), authorization.next()) else { return };
    let claims = sent.split('.').nth(1).and_then(|p| Base64UrlUnpadded::decode_vec(p).ok());
    let claims: Option<Value> = claims.and_then(|c| serde_json::from_slice(&c).ok());
    let verified = metadata(&["grant", "jti"]);
    let same = claims.as_ref().and_then(|c| c.get("jti")).and_then(Value::as_str).map(str::as_bytes) == verified.as_deref();
    if verified.is_some() && same {
        call.grant = claims;
    } else {
        call.grant_error = Some(why().to_owned());
    }
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
