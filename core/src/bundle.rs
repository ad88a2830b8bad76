//! The bundle: everything the engine needs, in one file. `docs/bundle.md` describes the format.
//!
//! ```text
//! "LEXGATE" 0x1A | format, u16 | length of manifest, u32 | length of signatures, u32 | SHA-256, 32 bytes
//!                | manifest | signatures | the files, in the order of the manifest
//! ```
//! Numbers are little-endian. The SHA-256 is that of all bytes before the files, itself left out; each file has its own in
//! the manifest, so that every byte is hashed once. A signature is made over the manifest and nothing else.
//!
//! Policies are validated when the bundle is built and stored lowered; nothing is parsed or type-checked at load.

use crate::law::{LawText, Point, Status};
use crate::schema::schema;
use crate::vocabulary::{Text, Vocabulary};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

pub use crate::refusal::{BundleError, REFUSALS};

/// First bytes of every bundle.
pub const MAGIC: &[u8; 8] = b"LEXGATE\x1a";
/// The format this build reads and writes.
pub const FORMAT: u16 = 1;
/// A bundle larger than this is refused.
pub const MAX_BYTES: usize = 16 * 1024 * 1024;
/// A manifest larger than this is refused.
pub const MAX_MANIFEST: usize = 1024 * 1024;
/// A list of signatures larger than this is refused.
pub const MAX_SIGNATURES: usize = 64 * 1024;
/// The path of the law.
pub const LAW: &str = "law.postcard";
/// The path of the Cedar schema, where sources are packed.
pub const SCHEMA: &str = "schema.cedarschema";
/// The folder of the sources, where they are packed.
pub const SOURCES: &str = "sources/";
/// A longer path is refused.
const MAX_PATH: usize = 200;
/// The members of a manifest that this build knows, and that `critical` may therefore name.
const MEMBERS: [&str; 9] = ["cedar_version", "critical", "files", "format", "id", "schema_sha256", "sources", "texts", "version"];

/// What a bundle says about itself: canonical JSON (RFC 8785). The signatures are made over it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of Cedar that parsed and validated the policies.
    pub cedar_version: String,
    /// Members that a reader has to know. Others that it does not know may be left unread.
    pub critical: Vec<String>,
    /// Every file of the bundle, sorted by path; their contents follow in this order.
    pub files: Vec<FileEntry>,
    /// As in the header.
    pub format: u16,
    /// Name of the policy store.
    pub id: String,
    /// SHA-256 of the Cedar schema that the vocabulary makes, hex.
    pub schema_sha256: String,
    /// Every source file, sorted by path, whether packed or not.
    pub sources: Vec<Source>,
    /// The texts of law, in the order of the bundle.
    pub texts: Vec<TextEntry>,
    /// Version of the law as encoded (semantic version).
    pub version: String,
}

/// A file of a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileEntry {
    /// Its path: parts of letters, digits, `.`, `_` and `-`, with `/` between them.
    pub path: String,
    /// SHA-256, hex.
    pub sha256: String,
    /// Length in bytes.
    pub size: u32,
}

/// A source file the law was made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Its path in the policy folder.
    pub path: String,
    /// SHA-256, hex.
    pub sha256: String,
}

/// A text of law, as the manifest names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextEntry {
    /// Its code.
    pub code: String,
    /// The day from which it is in force; `null` for a draft.
    pub effective_date: Option<String>,
    /// In force or draft.
    pub status: Status,
    /// GB/T 2260 digits of its territory.
    pub territory: String,
    /// Its title.
    pub title: Text,
}

/// A signature over the manifest of a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// `Ed25519` or `SM2`.
    pub algorithm: String,
    /// Id of the key.
    pub key: String,
    /// The signature, base64url without padding.
    pub signature: String,
    /// RFC 3339; from when it counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<String>,
    /// RFC 3339; until when it counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<String>,
}

/// Where a bundle comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// Name of the policy store.
    pub id: String,
    /// Version of the law as encoded (semantic version).
    pub version: String,
    /// Version of Cedar that parsed and validated the policies.
    pub cedar_version: String,
    /// Every source file, sorted by path.
    pub sources: Vec<Source>,
}

/// The law itself, as the engine reads it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Law {
    /// What a request can say.
    pub vocabulary: Vocabulary,
    /// The texts.
    pub texts: Vec<LawText>,
    /// Open points of interpretation.
    pub points: Vec<Point>,
}

/// What a bundle is made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// Where it comes from.
    pub about: About,
    /// The law.
    pub law: Law,
}

/// A bundle whose header, manifest and list of signatures were read. Whether the signatures hold is a question for
/// [`Trust`](crate::trust::Trust); the files are looked at by [`Bundle::files`] and [`Bundle::law`].
#[derive(Debug, Clone)]
pub struct Bundle<'b> {
    manifest: Manifest,
    sha256: String,
    signatures: Vec<Signature>,
    manifest_bytes: &'b [u8],
    files: &'b [u8],
}

impl<'b> Bundle<'b> {
    /// Reads header, manifest and signatures.
    ///
    /// # Errors
    /// See [`BundleError`].
    pub fn open(bytes: &'b [u8]) -> Result<Self, BundleError> {
        if bytes.len() > MAX_BYTES {
            return Err(BundleError::TooLarge);
        }
        let rest = bytes.strip_prefix(MAGIC.as_slice()).ok_or(BundleError::NotABundle)?;
        let (format, rest) = rest.split_first_chunk::<2>().ok_or(BundleError::NotABundle)?;
        let format = u16::from_le_bytes(*format);
        if format != FORMAT {
            return Err(BundleError::Format { found: format });
        }
        let (manifest_length, rest) = length(rest, MAX_MANIFEST)?;
        let (signatures_length, rest) = length(rest, MAX_SIGNATURES)?;
        let (digest, rest) = rest.split_first_chunk::<32>().ok_or(BundleError::Length)?;
        let (manifest_bytes, rest) = rest.split_at_checked(manifest_length).ok_or(BundleError::Length)?;
        let (signature_bytes, files) = rest.split_at_checked(signatures_length).ok_or(BundleError::Length)?;
        if head_digest(manifest_bytes, signature_bytes)? != *digest {
            return Err(BundleError::Digest);
        }
        let manifest = Manifest::read(manifest_bytes)?;
        if manifest.files.iter().try_fold(0usize, |sum, f| sum.checked_add(usize::try_from(f.size).ok()?)) != Some(files.len()) {
            return Err(BundleError::Length);
        }
        let signatures = read_signatures(signature_bytes)?;
        Ok(Self { manifest, sha256: sha256_hex(manifest_bytes), signatures, manifest_bytes, files })
    }

    /// What the bundle says about itself.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The manifest as it stands in the file: what the signatures are made over.
    #[must_use]
    pub fn manifest_bytes(&self) -> &'b [u8] {
        self.manifest_bytes
    }

    /// SHA-256 of the manifest, hex. It names the bundle: all of it is listed there, and signing changes nothing of it.
    #[must_use]
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// The signatures, sorted by key id. Whether they hold was not looked at.
    #[must_use]
    pub fn signatures(&self) -> &[Signature] {
        &self.signatures
    }

    /// The files with their paths, in the order of the manifest, each with the SHA-256 that the manifest states.
    pub fn files(&self) -> impl Iterator<Item = Result<(&str, &'b [u8]), BundleError>> {
        let mut rest = self.files;
        self.manifest.files.iter().map(move |f| {
            let size = usize::try_from(f.size).map_err(|_| BundleError::Length)?;
            let (content, after) = rest.split_at_checked(size).ok_or(BundleError::Length)?;
            rest = after;
            if sha256_hex(content) != f.sha256 {
                return Err(BundleError::FileDigest { path: f.path.clone() });
            }
            Ok((f.path.as_str(), content))
        })
    }

    /// The law, with every file of the bundle held against the manifest.
    ///
    /// # Errors
    /// When a file is damaged, or the law cannot be read, is inconsistent, or is not what the manifest describes.
    pub fn law(&self) -> Result<Law, BundleError> {
        let mut law = None;
        for file in self.files() {
            let (path, content) = file?;
            if path == LAW {
                law = Some(content);
            }
        }
        let law = Law::from_bytes(law.ok_or(BundleError::Content)?)?;
        let described = law.texts.iter().map(TextEntry::new).eq(self.manifest.texts.iter().cloned());
        if !described || sha256_hex(schema(&law.vocabulary).as_bytes()) != self.manifest.schema_sha256 {
            return Err(BundleError::Inconsistent);
        }
        Ok(law)
    }

    /// The same bundle with these signatures.
    ///
    /// # Errors
    /// [`BundleError::Signatures`] when a key signs twice or a value is not written as the format asks for.
    pub fn with_signatures(&self, signatures: &[Signature]) -> Result<Vec<u8>, BundleError> {
        let mut signatures = signatures.to_vec();
        signatures.sort_by(|a, b| a.key.cmp(&b.key));
        let bytes = canonical(&signatures).ok_or(BundleError::Signatures)?;
        read_signatures(&bytes)?;
        assemble(self.manifest_bytes, &bytes, &[self.files])
    }
}

impl Manifest {
    fn read(bytes: &[u8]) -> Result<Self, BundleError> {
        let invalid = |why| BundleError::Manifest { why };
        let value: serde_json::Value = serde_json::from_slice(bytes).map_err(|_| invalid("it is no JSON"))?;
        // One way to write it, so that one meaning has one digest; this also finds members that stand twice.
        if canonical(&value).as_deref() != Some(bytes) {
            return Err(invalid("it is no canonical JSON (RFC 8785)"));
        }
        // Before the shape: a member that a reader must know may be why the shape is another one.
        let critical = value.get("critical").and_then(serde_json::Value::as_array).map(Vec::as_slice).unwrap_or_default();
        if let Some(name) = critical.iter().filter_map(|c| c.as_str()).find(|c| !MEMBERS.contains(c)) {
            return Err(BundleError::Critical { name: name.to_owned() });
        }
        let manifest = Self::deserialize(value).map_err(|_| invalid("a member is missing or has another type"))?;
        if manifest.format != FORMAT {
            return Err(invalid("its format is not that of the header"));
        }
        if manifest.id.is_empty() || semver::Version::parse(&manifest.version).is_err() {
            return Err(invalid("it has no id, or its version is no semantic version"));
        }
        if !manifest.sources.is_sorted_by(|a, b| a.path < b.path) || !manifest.sources.iter().all(|s| is_path(&s.path)) {
            return Err(invalid("a source stands twice, out of order, or has a path that no file may have"));
        }
        manifest.check_files()?;
        Ok(manifest)
    }

    /// Each file has its place: the law, and with the sources all of them and the schema.
    fn check_files(&self) -> Result<(), BundleError> {
        let sources: BTreeMap<&str, &str> = self.sources.iter().map(|s| (s.path.as_str(), s.sha256.as_str())).collect();
        let mut before = "";
        for f in &self.files {
            let in_place = match f.path.as_str() {
                LAW => true,
                SCHEMA => f.sha256 == self.schema_sha256,
                path => path.strip_prefix(SOURCES).and_then(|s| sources.get(s)).is_some_and(|sha256| *sha256 == f.sha256),
            };
            if !in_place || !is_path(&f.path) || f.path.as_str() <= before {
                return Err(BundleError::File { path: f.path.chars().filter(|c| !c.is_control()).take(MAX_PATH).collect() });
            }
            before = &f.path;
        }
        let has = |path: &str| self.files.iter().any(|f| f.path == path);
        let packed = self.files.iter().filter(|f| f.path.starts_with(SOURCES)).count();
        if !has(LAW) || (packed > 0 && packed != self.sources.len()) || (packed > 0) != has(SCHEMA) {
            return Err(BundleError::Manifest { why: "the law is missing, or the sources are not complete" });
        }
        Ok(())
    }
}

impl TextEntry {
    fn new(text: &LawText) -> Self {
        let r = &text.regulation;
        Self {
            code: r.code.clone(),
            effective_date: r.effective_date.clone(),
            status: r.status,
            territory: r.territory.clone(),
            title: r.title.clone(),
        }
    }
}

impl Law {
    /// Reads the law and checks that nothing in it points nowhere.
    ///
    /// # Errors
    /// [`BundleError::Content`] and [`BundleError::Inconsistent`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BundleError> {
        let (law, left) = postcard::take_from_bytes::<Self>(bytes).map_err(|_| BundleError::Content)?;
        if !left.is_empty() {
            return Err(BundleError::Content);
        }
        let v = &law.vocabulary;
        let fact_ok = |f: &crate::vocabulary::FactId| v.fact(*f).is_some();
        // Every action is looked up in every policy when the engine is prepared.
        let vocabulary_ok = v.kinds.len() <= 128
            && v.actions.len() <= 1024
            && v.facts.len() <= 4096
            && v.action_groups.iter().flat_map(|g| &g.actions).all(|a| usize::from(a.0) < v.actions.len())
            && v.facts.iter().all(|f| f.name.split_once('.').is_some_and(|(g, _)| g == f.group.name()))
            && v.contradictions.iter().flat_map(|c| &c.facts).all(|(f, _)| fact_ok(f))
            && v.orders.iter().all(|o| fact_ok(&o.earlier) && fact_ok(&o.later));
        if !vocabulary_ok || law.texts.iter().any(|t| !t.is_well_formed(v)) {
            return Err(BundleError::Inconsistent);
        }
        Ok(law)
    }

    /// The law as bytes. The same law gives the same bytes.
    ///
    /// # Errors
    /// [`BundleError::Content`] when it cannot be encoded.
    pub fn to_bytes(&self) -> Result<Vec<u8>, BundleError> {
        postcard::to_allocvec(self).map_err(|_| BundleError::Content)
    }
}

/// Writes a bundle without signatures. The same content gives the same bytes.
///
/// # Errors
/// [`BundleError::Content`] when the content cannot be encoded; else as [`Bundle::open`], which has to accept it.
pub fn write(content: &Content) -> Result<Vec<u8>, BundleError> {
    write_with(content, &BTreeMap::new())
}

/// Writes a bundle that also holds these files beside the law: all sources, and the schema they make.
///
/// # Errors
/// As [`write()`].
pub fn write_with(content: &Content, files: &BTreeMap<String, Vec<u8>>) -> Result<Vec<u8>, BundleError> {
    let law = content.law.to_bytes()?;
    let mut all: BTreeMap<&str, &[u8]> = files.iter().map(|(p, c)| (p.as_str(), c.as_slice())).collect();
    all.insert(LAW, &law);
    let entry = |(path, content): (&&str, &&[u8])| {
        let size = u32::try_from(content.len()).map_err(|_| BundleError::TooLarge)?;
        Ok(FileEntry { path: (*path).to_owned(), sha256: sha256_hex(content), size })
    };
    let About { id, version, cedar_version, sources } = content.about.clone();
    let manifest = Manifest {
        cedar_version,
        critical: Vec::new(),
        files: all.iter().map(entry).collect::<Result<_, BundleError>>()?,
        format: FORMAT,
        id,
        schema_sha256: sha256_hex(schema(&content.law.vocabulary).as_bytes()),
        sources,
        texts: content.law.texts.iter().map(TextEntry::new).collect(),
        version,
    };
    let manifest = canonical(&manifest).ok_or(BundleError::Content)?;
    let contents: Vec<&[u8]> = all.into_values().collect();
    assemble(&manifest, b"[]", &contents)
}

/// Reads a bundle and checks all of it but the signatures.
///
/// # Errors
/// See [`BundleError`].
pub fn read(bytes: &[u8]) -> Result<Content, BundleError> {
    let bundle = Bundle::open(bytes)?;
    let law = bundle.law()?;
    let Manifest { id, version, cedar_version, sources, .. } = bundle.manifest;
    Ok(Content { about: About { id, version, cedar_version, sources }, law })
}

fn assemble(manifest: &[u8], signatures: &[u8], files: &[&[u8]]) -> Result<Vec<u8>, BundleError> {
    let mut out = MAGIC.to_vec();
    out.extend_from_slice(&FORMAT.to_le_bytes());
    for part in [manifest, signatures] {
        out.extend_from_slice(&u32::try_from(part.len()).map_err(|_| BundleError::TooLarge)?.to_le_bytes());
    }
    out.extend_from_slice(&head_digest(manifest, signatures)?);
    for part in [manifest, signatures].iter().chain(files) {
        out.extend_from_slice(part);
    }
    Bundle::open(&out)?;
    Ok(out)
}

/// SHA-256 of everything before the files, itself left out.
fn head_digest(manifest: &[u8], signatures: &[u8]) -> Result<[u8; 32], BundleError> {
    let mut digest = Sha256::new();
    digest.update(MAGIC);
    digest.update(FORMAT.to_le_bytes());
    for part in [manifest, signatures] {
        digest.update(u32::try_from(part.len()).map_err(|_| BundleError::TooLarge)?.to_le_bytes());
    }
    digest.update(manifest);
    digest.update(signatures);
    Ok(digest.finalize().into())
}

fn length(bytes: &[u8], limit: usize) -> Result<(usize, &[u8]), BundleError> {
    let (length, rest) = bytes.split_first_chunk::<4>().ok_or(BundleError::Length)?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok().filter(|l| *l <= limit).ok_or(BundleError::TooLarge)?;
    Ok((length, rest))
}

fn read_signatures(bytes: &[u8]) -> Result<Vec<Signature>, BundleError> {
    let signatures: Vec<Signature> = serde_json::from_slice(bytes).map_err(|_| BundleError::Signatures)?;
    let well_formed = canonical(&signatures).as_deref() == Some(bytes)
        // A key signs once: what counts is keys.
        && signatures.is_sorted_by(|a, b| a.key < b.key)
        && signatures.iter().all(|s| is_key_id(&s.key));
    if well_formed { Ok(signatures) } else { Err(BundleError::Signatures) }
}

/// Whether this may be the id of a key: 1 to 100 visible ASCII characters.
pub(crate) fn is_key_id(id: &str) -> bool {
    (1..=100).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic())
}

/// Whether a file may have this path: relative, of plain parts, the same on every system.
#[must_use]
pub fn is_path(path: &str) -> bool {
    let plain = |part: &str| {
        !part.is_empty()
            && !part.starts_with(['.', '-'])
            && !part.ends_with('.')
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
    };
    path.len() <= MAX_PATH && path.split('/').all(plain)
}

/// Canonical JSON (RFC 8785).
pub(crate) fn canonical(value: &impl Serialize) -> Option<Vec<u8>> {
    serde_json_canonicalizer::to_vec(value).ok()
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
