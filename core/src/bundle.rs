//! The bundle: everything the engine needs, in one file.
//!
//! ```text
//! "LEXGATE" 0x1A | format (u16 LE) | 32 bytes SHA-256 of the rest | postcard of [`Content`]
//! ```
//! Policies are validated when the bundle is built and stored lowered; nothing is parsed or type-checked at load.

use crate::law::{LawText, Point};
use crate::vocabulary::Vocabulary;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use thiserror::Error;

/// First bytes of every bundle.
pub const MAGIC: &[u8; 8] = b"LEXGATE\x1a";
/// The format this build reads and writes.
pub const FORMAT: u16 = 1;
/// A bundle larger than this is refused.
pub const MAX_BYTES: usize = 16 * 1024 * 1024;
const HEADER: usize = 8 + 2 + 32;

/// What a bundle says about itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Name of the policy store.
    pub id: String,
    /// Version of the law as encoded (semantic version).
    pub version: String,
    /// Version of Cedar that parsed and validated the policies.
    pub cedar_version: String,
    /// SHA-256 of every source file, hex, sorted by path.
    pub sources: Vec<(String, String)>,
}

/// The inside of a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// About the bundle.
    pub manifest: Manifest,
    /// What a request can say.
    pub vocabulary: Vocabulary,
    /// The texts.
    pub texts: Vec<LawText>,
    /// Open points of interpretation.
    pub points: Vec<Point>,
}

/// Why a bundle was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum BundleError {
    /// Too short, too long, or not a bundle.
    #[error("this is not a lexgate bundle")]
    NotABundle,
    /// Another format.
    #[error("bundle format {found} is not supported; this engine reads format {FORMAT}")]
    Format {
        /// The format found.
        found: u16,
    },
    /// The content does not have the stated SHA-256.
    #[error("the bundle is damaged: its content does not have the stated SHA-256")]
    Digest,
    /// The content could not be read.
    #[error("the bundle content cannot be read")]
    Content,
    /// The content refers to things that do not exist.
    #[error("the bundle content is inconsistent")]
    Inconsistent,
}

impl BundleError {
    /// Stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotABundle => "not-a-bundle",
            Self::Format { .. } => "bundle-format-unsupported",
            Self::Digest => "bundle-digest-mismatch",
            Self::Content => "bundle-content-unreadable",
            Self::Inconsistent => "bundle-content-inconsistent",
        }
    }
}

/// Writes a bundle. The same content gives the same bytes.
///
/// # Errors
/// [`BundleError::Content`] when the content cannot be encoded.
pub fn write(content: &Content) -> Result<Vec<u8>, BundleError> {
    let body = postcard::to_allocvec(content).map_err(|_| BundleError::Content)?;
    let mut out = Vec::with_capacity(body.len().saturating_add(HEADER));
    out.extend_from_slice(MAGIC);
    out.extend_from_slice(&FORMAT.to_le_bytes());
    out.extend_from_slice(&Sha256::digest(&body));
    out.extend_from_slice(&body);
    Ok(out)
}

/// Reads a bundle and checks all of it.
///
/// # Errors
/// See [`BundleError`].
pub fn read(bytes: &[u8]) -> Result<Content, BundleError> {
    if bytes.len() > MAX_BYTES {
        return Err(BundleError::NotABundle);
    }
    let rest = bytes.strip_prefix(MAGIC.as_slice()).ok_or(BundleError::NotABundle)?;
    let (format, rest) = rest.split_first_chunk::<2>().ok_or(BundleError::NotABundle)?;
    let format = u16::from_le_bytes(*format);
    if format != FORMAT {
        return Err(BundleError::Format { found: format });
    }
    let (digest, body) = rest.split_first_chunk::<32>().ok_or(BundleError::NotABundle)?;
    if Sha256::digest(body).as_slice() != digest {
        return Err(BundleError::Digest);
    }
    let (content, left) = postcard::take_from_bytes::<Content>(body).map_err(|_| BundleError::Content)?;
    if !left.is_empty() {
        return Err(BundleError::Content);
    }
    let v = &content.vocabulary;
    let fact_ok = |f: &crate::vocabulary::FactId| v.fact(*f).is_some();
    // Every action is looked up in every policy when the engine is prepared.
    let vocabulary_ok = v.kinds.len() <= 128
        && v.actions.len() <= 1024
        && v.facts.len() <= 4096
        && v.action_groups.iter().flat_map(|g| &g.actions).all(|a| usize::from(a.0) < v.actions.len())
        && v.facts.iter().all(|f| f.name.split_once('.').is_some_and(|(g, _)| g == f.group.name()))
        && v.contradictions.iter().flat_map(|c| &c.facts).all(|(f, _)| fact_ok(f))
        && v.orders.iter().all(|o| fact_ok(&o.earlier) && fact_ok(&o.later));
    if !vocabulary_ok || content.texts.iter().any(|t| !t.is_well_formed(v)) {
        return Err(BundleError::Inconsistent);
    }
    Ok(content)
}

/// SHA-256, lower-case hex.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(64);
    for byte in bytes {
        for nibble in [byte >> 4, byte & 15] {
            out.push(char::from_digit(u32::from(nibble), 16).unwrap_or('0'));
        }
    }
    out
}
