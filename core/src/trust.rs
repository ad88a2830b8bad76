//! Whom a host believes: pinned public keys, how many of them have to sign, and what else a bundle has to be.
//!
//! The core reads no clock: where a key or a signature has a period of validity, the host states the time.

use crate::bundle::{Bundle, BundleError, Signature, canonical, is_key_id};
use crate::calendar::{Moment, parse_moment};
use crate::issue::text;
use crate::vocabulary::Text;
use base64ct::{Base64UrlUnpadded, Encoding};
use semver::Version;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;
use thiserror::Error;

/// What stands before every statement that is signed, so that no signature made for another purpose can pass for one.
pub const PREFIX: &str = "lexgate bundle signature 1\n";

/// A trust policy that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TrustError {
    /// The public key cannot be read.
    #[error("the public key cannot be read: {why}")]
    Key {
        /// What is wrong with it.
        why: &'static str,
    },
    /// A private key stands where a public one is asked for.
    #[error("this is a private key; a public one is asked for")]
    PrivateKey,
    /// Two entries with one id, or one key under two ids.
    #[error("the key `{key}` is given twice")]
    KeyTwice {
        /// Its id.
        key: String,
    },
    /// No key, no signatures asked for, or more of them than there are keys.
    #[error("of {keys} keys {threshold} cannot be asked for; ask for at least one and at most all of them")]
    Threshold {
        /// Keys given.
        keys: usize,
        /// Signatures asked for.
        threshold: usize,
    },
    /// No semantic version.
    #[error("`{version}` is no semantic version")]
    Version {
        /// As given.
        version: String,
    },
    /// No RFC 3339 date or date-time.
    #[error("`{time}` is no RFC 3339 date or date-time")]
    Time {
        /// As given.
        time: String,
    },
}

impl TrustError {
    /// Stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Key { .. } => "public-key-malformed",
            Self::PrivateKey => "private-key-given",
            Self::KeyTwice { .. } => "public-key-twice",
            Self::Threshold { .. } => "threshold-impossible",
            Self::Version { .. } => "version-malformed",
            Self::Time { .. } => "impossible-date",
        }
    }

    /// What is wrong.
    #[must_use]
    pub fn message(&self) -> Text {
        let zh = match self {
            Self::Key { why } => format!("公钥无法读取：{why}"),
            Self::PrivateKey => "这是私钥；此处应为公钥".to_owned(),
            Self::KeyTwice { key } => format!("密钥 `{key}` 重复"),
            Self::Threshold { keys, threshold } => format!("共 {keys} 个密钥，不能要求 {threshold} 个签名；至少一个，至多全部"),
            Self::Version { version } => format!("`{version}` 不是语义化版本号"),
            Self::Time { time } => format!("`{time}` 不是 RFC 3339 日期或者日期时间"),
        };
        text(self.to_string(), zh)
    }

    /// How to mend it.
    #[must_use]
    pub fn help(&self) -> Text {
        match self {
            Self::Key { .. } | Self::PrivateKey => text(
                "give the JWK that `lexgate bundle keygen` writes beside the private key",
                "请给出 `lexgate bundle keygen` 与私钥一并生成的 JWK",
            ),
            Self::KeyTwice { .. } => text("give each key once", "每个密钥只给出一次"),
            Self::Threshold { .. } => text("give all keys that may sign", "请给出全部可以签名的密钥"),
            Self::Version { .. } => text("write it like `1.2.3`", "请写作 `1.2.3`"),
            Self::Time { .. } => {
                text("write it like `2026-05-01` or `2026-05-01T09:30:00+08:00`", "请写作 `2026-05-01` 或者 `2026-05-01T09:30:00+08:00`")
            }
        }
    }
}

/// From when to when a key or a signature counts. A bare date is a day in UTC+8: `from` means its first second, `until`
/// its last.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Validity {
    /// RFC 3339.
    pub from: Option<String>,
    /// RFC 3339.
    pub until: Option<String>,
}

/// Where the time stated lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Within {
    Yes,
    TooEarly,
    TooLate,
    /// There is a period, and no time was stated.
    Unknown,
}

impl Validity {
    fn check(&self) -> Result<(), TrustError> {
        for time in self.from.iter().chain(&self.until) {
            parse_moment(time).ok_or_else(|| TrustError::Time { time: time.clone() })?;
        }
        Ok(())
    }

    /// A time that cannot be read is outside of every period.
    fn holds(&self, now: Option<Moment>) -> Within {
        if self.from.is_none() && self.until.is_none() {
            return Within::Yes;
        }
        let Some(now) = now else { return Within::Unknown };
        if self.from.as_ref().is_some_and(|t| parse_moment(t).is_none_or(|from| now.first < from.first)) {
            return Within::TooEarly;
        }
        if self.until.as_ref().is_some_and(|t| parse_moment(t).is_none_or(|until| now.last > until.last)) {
            return Within::TooLate;
        }
        Within::Yes
    }
}

/// A key of one of the suites. Another suite is another variant here and in [`PublicKey::from_jwk`], nowhere else.
#[derive(Clone, PartialEq, Eq)]
enum Material {
    Ed25519(ed25519_dalek::VerifyingKey),
    #[cfg(feature = "sm2")]
    Sm2(Box<sm2::PublicKey>),
}

/// The identity with which SM2 signs where nothing else was agreed upon (GB/T 35276).
#[cfg(feature = "sm2")]
pub(crate) const SM2_IDENTITY: &str = "1234567812345678";

/// A public key that a host pins.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey {
    id: String,
    material: Material,
    validity: Validity,
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({} {})", self.algorithm(), self.id)
    }
}

/// A public key as JSON Web Key (RFC 7517, RFC 8037).
#[derive(Serialize, Deserialize)]
struct Jwk {
    crv: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    kid: Option<String>,
    kty: String,
    x: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    y: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_until: Option<String>,
    #[serde(skip_serializing)]
    d: Option<serde_json::Value>,
}

impl PublicKey {
    /// An Ed25519 key from its 32 bytes. Without an id it goes by its thumbprint (RFC 7638).
    ///
    /// # Errors
    /// When the bytes are no point of the curve, or one of those few under which anything verifies.
    pub fn ed25519(bytes: &[u8; 32], id: Option<&str>) -> Result<Self, TrustError> {
        let key = ed25519_dalek::VerifyingKey::from_bytes(bytes).map_err(|_| TrustError::Key { why: "it is no point of the curve" })?;
        if key.is_weak() {
            return Err(TrustError::Key { why: "it is a weak point of the curve" });
        }
        Self::new(Material::Ed25519(key), id)
    }

    /// An SM2 key from its 65 bytes (SEC 1, uncompressed). Without an id it goes by its thumbprint.
    ///
    /// # Errors
    /// When the bytes are no point of the curve.
    #[cfg(feature = "sm2")]
    pub fn sm2(bytes: &[u8; 65], id: Option<&str>) -> Result<Self, TrustError> {
        let key = sm2::PublicKey::from_sec1_bytes(bytes).map_err(|_| TrustError::Key { why: "it is no point of the curve" })?;
        Self::new(Material::Sm2(Box::new(key)), id)
    }

    /// A key from a JSON Web Key. `kid` is its id; `valid_from` and `valid_until` (RFC 3339) bound when it counts.
    ///
    /// # Errors
    /// When it is no such key, or a private one.
    pub fn from_jwk(json: &[u8]) -> Result<Self, TrustError> {
        let jwk: Jwk = serde_json::from_slice(json).map_err(|_| TrustError::Key { why: "it is no JSON Web Key" })?;
        if jwk.d.is_some() {
            return Err(TrustError::PrivateKey);
        }
        let id = jwk.kid.as_deref();
        let key = match (jwk.kty.as_str(), jwk.crv.as_str(), &jwk.y) {
            ("OKP", "Ed25519", None) => Self::ed25519(&coordinate(&jwk.x)?, id)?,
            #[cfg(feature = "sm2")]
            ("EC", "SM2", Some(y)) => {
                let mut bytes = [4u8; 65];
                for (to, from) in bytes.iter_mut().skip(1).zip(coordinate(&jwk.x)?.into_iter().chain(coordinate(y)?)) {
                    *to = from;
                }
                Self::sm2(&bytes, id)?
            }
            _ => return Err(TrustError::Key { why: "its suite is not supported" }),
        };
        key.valid(Validity { from: jwk.valid_from, until: jwk.valid_until })
    }

    fn new(material: Material, id: Option<&str>) -> Result<Self, TrustError> {
        let mut key = Self { id: String::new(), material, validity: Validity::default() };
        key.id = id.map_or_else(|| key.thumbprint(), str::to_owned);
        if is_key_id(&key.id) { Ok(key) } else { Err(TrustError::Key { why: "its id is not 1 to 100 visible ASCII characters" }) }
    }

    /// The same key, counting only within a period.
    ///
    /// # Errors
    /// When a time cannot be read.
    pub fn valid(mut self, validity: Validity) -> Result<Self, TrustError> {
        validity.check()?;
        self.validity = validity;
        Ok(self)
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The 32 bytes of an Ed25519 key; `None` for one of another suite.
    #[must_use]
    pub fn ed25519_bytes(&self) -> Option<[u8; 32]> {
        match &self.material {
            Material::Ed25519(key) => Some(key.to_bytes()),
            #[cfg(feature = "sm2")]
            Material::Sm2(_) => None,
        }
    }

    /// `Ed25519` or `SM2`.
    #[must_use]
    pub fn algorithm(&self) -> &'static str {
        match &self.material {
            Material::Ed25519(_) => "Ed25519",
            #[cfg(feature = "sm2")]
            Material::Sm2(_) => "SM2",
        }
    }

    /// The key as JSON Web Key, in canonical JSON.
    #[must_use]
    pub fn to_jwk(&self) -> String {
        let Validity { from, until } = self.validity.clone();
        let jwk = Jwk { kid: Some(self.id.clone()), valid_from: from, valid_until: until, ..self.bare() };
        canonical(&jwk).and_then(|b| String::from_utf8(b).ok()).unwrap_or_default()
    }

    /// The required members only, which is what a thumbprint is made over.
    fn bare(&self) -> Jwk {
        let (kty, crv, x, y) = match &self.material {
            Material::Ed25519(key) => ("OKP", "Ed25519", Base64UrlUnpadded::encode_string(key.as_bytes()), None),
            #[cfg(feature = "sm2")]
            Material::Sm2(key) => {
                let point = key.to_sec1_bytes();
                let (x, y) = point.get(1..).unwrap_or_default().split_at_checked(32).unwrap_or_default();
                ("EC", "SM2", Base64UrlUnpadded::encode_string(x), Some(Base64UrlUnpadded::encode_string(y)))
            }
        };
        Jwk { crv: crv.to_owned(), kid: None, kty: kty.to_owned(), x, y, valid_from: None, valid_until: None, d: None }
    }

    fn thumbprint(&self) -> String {
        Base64UrlUnpadded::encode_string(&Sha256::digest(canonical(&self.bare()).unwrap_or_default()))
    }

    fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        match &self.material {
            Material::Ed25519(key) => ed25519_dalek::Signature::from_slice(signature).is_ok_and(|s| key.verify_strict(message, &s).is_ok()),
            #[cfg(feature = "sm2")]
            Material::Sm2(key) => {
                use sm2::dsa::signature::Verifier;
                let key = sm2::dsa::VerifyingKey::new(SM2_IDENTITY, **key);
                sm2::dsa::Signature::from_slice(signature).is_ok_and(|s| key.is_ok_and(|k| k.verify(message, &s).is_ok()))
            }
        }
    }
}

fn coordinate(text: &str) -> Result<[u8; 32], TrustError> {
    let mut bytes = [0u8; 32];
    match Base64UrlUnpadded::decode(text, &mut bytes) {
        Ok(read) if read.len() == 32 => Ok(bytes),
        _ => Err(TrustError::Key { why: "a coordinate is not 32 bytes in base64url without padding" }),
    }
}

/// What is signed: [`PREFIX`], then in canonical JSON algorithm, id of the key, SHA-256 of the manifest and the period of
/// validity. The signature itself is left out.
#[must_use]
pub fn statement(bundle_sha256: &str, signature: &Signature) -> Vec<u8> {
    #[derive(Serialize)]
    struct Statement<'s> {
        algorithm: &'s str,
        key: &'s str,
        manifest_sha256: &'s str,
        #[serde(skip_serializing_if = "Option::is_none")]
        valid_from: Option<&'s str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        valid_until: Option<&'s str>,
    }
    let statement = Statement {
        algorithm: &signature.algorithm,
        key: &signature.key,
        manifest_sha256: bundle_sha256,
        valid_from: signature.valid_from.as_deref(),
        valid_until: signature.valid_until.as_deref(),
    };
    let mut out = PREFIX.as_bytes().to_vec();
    out.extend(canonical(&statement).unwrap_or_default());
    out
}

/// What a signature is worth to a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It holds, by a trusted key, at the time stated.
    Counts,
    /// By a key that is not trusted.
    UnknownKey,
    /// By a trusted key, but it does not hold.
    Invalid,
    /// It holds, but it or the key has expired.
    Expired,
    /// It holds, but it or the key is not valid yet.
    NotYetValid,
    /// It holds, but it or the key has a period of validity and the time was not stated.
    TimeNotStated,
}

/// Whom a host believes. Whatever is not asked for is not checked, except that at least one trusted key has to have signed.
#[derive(Debug, Clone)]
pub struct Trust {
    keys: Vec<PublicKey>,
    threshold: usize,
    minimum: Option<Version>,
    store: Option<String>,
    schema_sha256: Option<String>,
    now: Option<Moment>,
    others_allowed: bool,
}

impl Trust {
    /// Trusts bundles that one of these keys signed.
    ///
    /// # Errors
    /// When there is no key, or one is given twice, be it under two ids.
    pub fn new(keys: Vec<PublicKey>) -> Result<Self, TrustError> {
        for (i, key) in keys.iter().enumerate() {
            if keys.iter().take(i).any(|k| k.id == key.id || k.material == key.material) {
                return Err(TrustError::KeyTwice { key: key.id.clone() });
            }
        }
        let trust = Self { keys, threshold: 1, minimum: None, store: None, schema_sha256: None, now: None, others_allowed: false };
        trust.threshold(1)
    }

    /// Asks for the signatures of that many of the keys.
    ///
    /// # Errors
    /// When it is none, or more than there are keys.
    pub fn threshold(mut self, threshold: usize) -> Result<Self, TrustError> {
        if !(1..=self.keys.len()).contains(&threshold) {
            return Err(TrustError::Threshold { keys: self.keys.len(), threshold });
        }
        self.threshold = threshold;
        Ok(self)
    }

    /// Refuses what is older than this version (semantic version): protection against rollback.
    ///
    /// # Errors
    /// When it is no version.
    pub fn minimum_version(mut self, version: &str) -> Result<Self, TrustError> {
        self.minimum = Some(Version::parse(version).map_err(|_| TrustError::Version { version: version.to_owned() })?);
        Ok(self)
    }

    /// Asks for bundles of this policy store only.
    #[must_use]
    pub fn store(mut self, id: impl Into<String>) -> Self {
        self.store = Some(id.into());
        self
    }

    /// Asks for the vocabulary whose Cedar schema has this SHA-256 (lower-case hex).
    #[must_use]
    pub fn schema(mut self, sha256: impl Into<String>) -> Self {
        self.schema_sha256 = Some(sha256.into());
        self
    }

    /// States the time (RFC 3339). A bare date means that the whole day has to lie within a period of validity.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn at(mut self, now: &str) -> Result<Self, TrustError> {
        self.now = Some(parse_moment(now).ok_or_else(|| TrustError::Time { time: now.to_owned() })?);
        Ok(self)
    }

    /// Lets signatures by other keys stand beside those of the trusted ones. They never count. Unless this is asked for, a
    /// bundle with one is refused, so that no byte of an accepted bundle is unvouched for.
    #[must_use]
    pub fn allow_other_signatures(mut self) -> Self {
        self.others_allowed = true;
        self
    }

    /// The trusted keys.
    #[must_use]
    pub fn keys(&self) -> &[PublicKey] {
        &self.keys
    }

    /// How many of them have to sign.
    #[must_use]
    pub fn needed(&self) -> usize {
        self.threshold
    }

    /// Each signature of a bundle and what it is worth, in the order of the bundle.
    #[must_use]
    pub fn standings<'b>(&self, bundle: &'b Bundle<'_>) -> Vec<(&'b Signature, Standing)> {
        bundle.signatures().iter().map(|s| (s, self.standing(bundle, s))).collect()
    }

    fn standing(&self, bundle: &Bundle<'_>, signature: &Signature) -> Standing {
        let Some(key) = self.keys.iter().find(|k| k.id == signature.key) else { return Standing::UnknownKey };
        let mut bytes = [0u8; 64];
        let decoded = Base64UrlUnpadded::decode(&signature.signature, &mut bytes);
        if key.algorithm() != signature.algorithm || !decoded.is_ok_and(|s| key.verifies(&statement(bundle.sha256(), signature), s)) {
            return Standing::Invalid;
        }
        let own = Validity { from: signature.valid_from.clone(), until: signature.valid_until.clone() };
        let within = [own.holds(self.now), key.validity.holds(self.now)];
        if within.contains(&Within::Unknown) {
            Standing::TimeNotStated
        } else if within.contains(&Within::TooLate) {
            Standing::Expired
        } else if within.contains(&Within::TooEarly) {
            Standing::NotYetValid
        } else {
            Standing::Counts
        }
    }

    /// Holds a bundle against this trust policy: signatures first, then version, store and vocabulary.
    ///
    /// # Errors
    /// One trusted key whose signature does not hold refuses the bundle, whatever the others say.
    pub fn verify(&self, bundle: &Bundle<'_>) -> Result<(), BundleError> {
        let standings = self.standings(bundle);
        let first = |wanted| standings.iter().find(|(_, s)| *s == wanted).map(|(s, _)| s.key.clone());
        if let Some(key) = first(Standing::Invalid) {
            return Err(BundleError::SignatureInvalid { key });
        }
        if let Some(key) = first(Standing::UnknownKey).filter(|_| !self.others_allowed) {
            return Err(BundleError::SignatureUnknown { key });
        }
        if let Some(key) = first(Standing::TimeNotStated) {
            return Err(BundleError::TimeNotStated { key });
        }
        // A key signs once (the reader sees to it), and no key is pinned twice: these are distinct keys.
        let valid = standings.iter().filter(|(_, s)| *s == Standing::Counts).count();
        if valid < self.threshold {
            return Err(if let Some(key) = first(Standing::Expired) {
                BundleError::Expired { key }
            } else if let Some(key) = first(Standing::NotYetValid) {
                BundleError::NotYetValid { key }
            } else {
                BundleError::TooFewSignatures { valid, threshold: self.threshold }
            });
        }
        let manifest = bundle.manifest();
        if let Some(minimum) = &self.minimum {
            let found = Version::parse(&manifest.version).map_err(|_| BundleError::Inconsistent)?;
            if found.cmp_precedence(minimum).is_lt() {
                return Err(BundleError::Older { found: manifest.version.clone(), minimum: minimum.to_string() });
            }
        }
        if let Some(expected) = self.store.as_ref().filter(|s| **s != manifest.id) {
            return Err(BundleError::OtherStore { found: manifest.id.clone(), expected: expected.clone() });
        }
        if self.schema_sha256.as_ref().is_some_and(|s| *s != manifest.schema_sha256) {
            return Err(BundleError::OtherSchema { found: manifest.schema_sha256.clone() });
        }
        Ok(())
    }

    /// Asks for no signature at all.
    #[cfg(feature = "reload")]
    pub(crate) fn in_anybody() -> Self {
        Self { keys: Vec::new(), threshold: 0, minimum: None, store: None, schema_sha256: None, now: None, others_allowed: true }
    }

    /// The same trust, narrowed by what is in force: the same policy store and no older version.
    #[cfg(feature = "reload")]
    pub(crate) fn no_older_than(&self, store: &str, version: &str) -> Self {
        let mut trust = self.clone();
        trust.store.get_or_insert_with(|| store.to_owned());
        if let Ok(in_force) = Version::parse(version)
            && trust.minimum.as_ref().is_none_or(|m| m.cmp_precedence(&in_force).is_lt())
        {
            trust.minimum = Some(in_force);
        }
        trust
    }
}
