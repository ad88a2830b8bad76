//! The engine of a gateway, from a bundle that has to be what the operator trusts.

use crate::document::{ConfigError, Source};
use lexgate::bundle::BundleError;
use lexgate::trust::{PublicKey, Trust, TrustError};
use lexgate::{Engine, Options};
use serde::Deserialize;
use serde_json::value::RawValue;

/// Whom to believe: the `TrustOptions` of the npm package, as JSON.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct TrustOptions<'a> {
    #[serde(borrow)]
    public_keys: Vec<&'a RawValue>,
    threshold: Option<usize>,
    minimum_version: Option<String>,
    store: Option<String>,
    schema_sha256: Option<String>,
    now: Option<String>,
    #[serde(default)]
    allow_other_signatures: bool,
}

fn refused(error: &BundleError) -> Vec<ConfigError> {
    vec![ConfigError {
        code: error.code(),
        document: Source::Bundle,
        path: "$".to_owned(),
        line: 0,
        column: 0,
        message: error.message(),
        help: error.help(),
    }]
}

fn distrusted(error: &TrustError, path: String) -> Vec<ConfigError> {
    vec![ConfigError {
        code: error.code(),
        document: Source::Trust,
        path,
        line: 0,
        column: 0,
        message: error.message(),
        help: error.help(),
    }]
}

fn trusted(json: &str) -> Result<Trust, Vec<ConfigError>> {
    let at = |path: &'static str| move |e: TrustError| distrusted(&e, path.to_owned());
    let malformed = TrustError::Key { why: "the options are malformed" };
    let given: TrustOptions<'_> = serde_json::from_str(json).map_err(|_| distrusted(&malformed, "$".to_owned()))?;
    let key =
        |(i, jwk): (usize, &&RawValue)| PublicKey::from_jwk(jwk.get().as_bytes()).map_err(|e| distrusted(&e, format!("$.publicKeys[{i}]")));
    let keys = given.public_keys.iter().enumerate().map(key).collect::<Result<_, _>>()?;
    let mut trust = Trust::new(keys).map_err(at("$.publicKeys"))?;
    trust = trust.threshold(given.threshold.unwrap_or(1)).map_err(at("$.threshold"))?;
    if let Some(version) = &given.minimum_version {
        trust = trust.minimum_version(version).map_err(at("$.minimumVersion"))?;
    }
    if let Some(now) = &given.now {
        trust = trust.at(now).map_err(at("$.now"))?;
    }
    if let Some(store) = given.store {
        trust = trust.store(store);
    }
    if let Some(sha256) = given.schema_sha256 {
        trust = trust.schema(sha256);
    }
    Ok(if given.allow_other_signatures { trust.allow_other_signatures() } else { trust })
}

/// The engine of a bundle. `trust` says who has to have signed it, as JSON; without it, nobody is asked who made it.
///
/// # Errors
/// What is wrong with `trust`, or why the bundle is refused.
pub fn engine(bundle: &[u8], trust: Option<&str>) -> Result<Engine, Vec<ConfigError>> {
    let made = match trust {
        Some(trust) => Engine::verified(bundle, &trusted(trust)?, Options::default()),
        None => Engine::new(bundle),
    };
    made.map_err(|e| refused(&e))
}
