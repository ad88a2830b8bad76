//! Whom to believe, as the package `lexgate` writes it.

use crate::failure::Thrown;
use lexgate::trust::{PublicKey, Trust, TrustError};
use serde::Deserialize;
use serde_json::value::RawValue;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct TrustOptions {
    public_keys: Vec<Box<RawValue>>,
    threshold: Option<usize>,
    minimum_version: Option<String>,
    store: Option<String>,
    schema_sha256: Option<String>,
    now: Option<String>,
    #[serde(default)]
    allow_other_signatures: bool,
}

pub(crate) fn read(json: &str) -> Result<Trust, Thrown> {
    let at = |path: &'static str| move |e: TrustError| Thrown::trust(&e, path);
    let given: TrustOptions =
        serde_json::from_str(json).map_err(|_| Thrown::trust(&TrustError::Key { why: "the options are malformed" }, ""))?;
    let mut keys = Vec::with_capacity(given.public_keys.len());
    for (i, jwk) in given.public_keys.iter().enumerate() {
        keys.push(PublicKey::from_jwk(jwk.get().as_bytes()).map_err(|e| Thrown::trust(&e, &format!(".publicKeys[{i}]")))?);
    }
    let mut trust = Trust::new(keys).map_err(at(".publicKeys"))?.threshold(given.threshold.unwrap_or(1)).map_err(at(".threshold"))?;
    if let Some(version) = &given.minimum_version {
        trust = trust.minimum_version(version).map_err(at(".minimumVersion"))?;
    }
    if let Some(now) = &given.now {
        trust = trust.at(now).map_err(at(".now"))?;
    }
    if let Some(store) = given.store {
        trust = trust.store(store);
    }
    if let Some(sha256) = given.schema_sha256 {
        trust = trust.schema(sha256);
    }
    Ok(if given.allow_other_signatures { trust.allow_other_signatures() } else { trust })
}
