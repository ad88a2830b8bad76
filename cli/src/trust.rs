//! Whom to believe, as said on the command line.

use crate::failure::Failure;
use crate::load::at_most;
use clap::Args;
use lexgate::trust::{PublicKey, Trust};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// A public key file larger than this is none.
const MAX_KEY: usize = 16 * 1024;

/// Whom to believe.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Trust")]
pub(crate) struct TrustArgs {
    /// A public key (JWK) whose signature counts; may be given several times
    #[arg(long, value_name = "FILE")]
    key: Vec<PathBuf>,
    /// How many of the keys have to have signed
    #[arg(long, value_name = "N", default_value_t = 1, requires = "key")]
    threshold: usize,
    /// Refuse a bundle that is older than this version
    #[arg(long, value_name = "VERSION", requires = "key")]
    minimum_version: Option<String>,
    /// Refuse a bundle of another policy store
    #[arg(long, value_name = "ID", requires = "key")]
    store: Option<String>,
    /// Refuse a bundle whose Cedar schema has another SHA-256
    #[arg(long, value_name = "SHA256", requires = "key")]
    schema_sha256: Option<String>,
    /// Judge periods of validity at this time (RFC 3339) instead of now
    #[arg(long, value_name = "TIME", requires = "key")]
    at: Option<String>,
    /// Let signatures by other keys stand beside those that count
    #[arg(long, requires = "key")]
    other_signatures: bool,
}

impl TrustArgs {
    /// The trust policy; `None` when no key was named.
    pub(crate) fn policy(&self) -> Result<Option<Trust>, Failure> {
        if self.key.is_empty() {
            return Ok(None);
        }
        let keys = self.key.iter().map(|path| public_key(path)).collect::<Result<_, _>>()?;
        let now = self.at.clone().unwrap_or_else(now);
        let build = || {
            let mut trust = Trust::new(keys)?.threshold(self.threshold)?.at(&now)?;
            if let Some(version) = &self.minimum_version {
                trust = trust.minimum_version(version)?;
            }
            if let Some(store) = &self.store {
                trust = trust.store(store);
            }
            if let Some(sha256) = &self.schema_sha256 {
                trust = trust.schema(sha256);
            }
            Ok(if self.other_signatures { trust.allow_other_signatures() } else { trust })
        };
        build().map(Some).map_err(|source| Failure::Trust { name: None, source })
    }
}

fn public_key(path: &Path) -> Result<PublicKey, Failure> {
    let json = at_most(File::open(path).map_err(Failure::unreadable(path))?, MAX_KEY).map_err(Failure::unreadable(path))?;
    PublicKey::from_jwk(&json).map_err(|source| Failure::Trust { name: Some(path.display().to_string()), source })
}

/// The time of this machine. A clock before 1970 makes every beginning lie in the future, and nothing counts.
fn now() -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| i64::try_from(d.as_secs()).unwrap_or(i64::MAX));
    let time = time::OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(time::OffsetDateTime::UNIX_EPOCH);
    time.format(&time::format_description::well_known::Rfc3339).unwrap_or_default()
}
