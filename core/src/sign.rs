//! Signing bundles. Whoever decides needs none of this; it is compiled with the feature `sign` only.
//!
//! A private key comes from the caller: where its random bytes come from is the caller's business too.

use crate::bundle::{Bundle, BundleError, Signature};
use crate::trust::{PublicKey, TrustError, Validity, statement};
use base64ct::{Base64UrlUnpadded, Encoding};
use ed25519_dalek::Signer;
use ed25519_dalek::pkcs8::{DecodePrivateKey, EncodePrivateKey, KeypairBytes, spki::der::pem::LineEnding};
use std::fmt;
use thiserror::Error;

/// A key that cannot be used, or a bundle that cannot be signed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SignError {
    /// No private key of a known suite.
    #[error("this is no Ed25519 or SM2 private key in PKCS#8 PEM")]
    PrivateKey,
    /// The id or the period of validity.
    #[error(transparent)]
    Key(#[from] TrustError),
    /// The bundle.
    #[error(transparent)]
    Bundle(#[from] BundleError),
}

enum Material {
    Ed25519(ed25519_dalek::SigningKey),
    #[cfg(feature = "sm2")]
    Sm2(sm2::SecretKey),
}

/// A private key. It is never printed; [`PrivateKey::to_pem`] is the only way out.
pub struct PrivateKey(Material);

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivateKey(…)")
    }
}

impl PrivateKey {
    /// An Ed25519 key from 32 random bytes.
    #[must_use]
    pub fn ed25519(seed: &[u8; 32]) -> Self {
        Self(Material::Ed25519(ed25519_dalek::SigningKey::from_bytes(seed)))
    }

    /// An SM2 key from 32 random bytes.
    ///
    /// # Errors
    /// One draw in some 2^32 is no number below the order of the curve: draw again.
    #[cfg(feature = "sm2")]
    pub fn sm2(seed: &[u8; 32]) -> Result<Self, SignError> {
        sm2::SecretKey::from_slice(seed).map(|k| Self(Material::Sm2(k))).map_err(|_| SignError::PrivateKey)
    }

    /// A key from PKCS#8 in PEM, as `lexgate bundle keygen` and OpenSSL write it.
    ///
    /// # Errors
    /// [`SignError::PrivateKey`].
    pub fn from_pem(pem: &str) -> Result<Self, SignError> {
        if let Ok(key) = ed25519_dalek::SigningKey::from_pkcs8_pem(pem) {
            return Ok(Self(Material::Ed25519(key)));
        }
        #[cfg(feature = "sm2")]
        if let Ok(key) = <sm2::SecretKey as sm2::pkcs8::DecodePrivateKey>::from_pkcs8_pem(pem) {
            return Ok(Self(Material::Sm2(key)));
        }
        Err(SignError::PrivateKey)
    }

    /// The key as PKCS#8 in PEM, for a file that only its owner can read.
    ///
    /// # Errors
    /// [`SignError::PrivateKey`] when it cannot be encoded.
    pub fn to_pem(&self) -> Result<String, SignError> {
        let pem = match &self.0 {
            // Without the public key in it: the older form of PKCS#8, which every program reads.
            Material::Ed25519(key) => {
                KeypairBytes { secret_key: key.to_bytes(), public_key: None }.to_pkcs8_pem(LineEnding::LF).map(|p| p.to_string())
            }
            #[cfg(feature = "sm2")]
            Material::Sm2(key) => sm2::pkcs8::EncodePrivateKey::to_pkcs8_pem(key, LineEnding::LF).map(|p| p.to_string()),
        };
        pem.map_err(|_| SignError::PrivateKey)
    }

    /// Its public key. Without an id it goes by its thumbprint.
    ///
    /// # Errors
    /// When the id is none.
    pub fn public(&self, id: Option<&str>) -> Result<PublicKey, TrustError> {
        match &self.0 {
            Material::Ed25519(key) => PublicKey::ed25519(key.verifying_key().as_bytes(), id),
            #[cfg(feature = "sm2")]
            Material::Sm2(key) => {
                let point = key.public_key().to_sec1_bytes();
                let point = <&[u8; 65]>::try_from(&*point).map_err(|_| TrustError::Key { why: "it is no point of the curve" })?;
                PublicKey::sm2(point, id)
            }
        }
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        match &self.0 {
            Material::Ed25519(key) => Ok(key.sign(message).to_bytes().to_vec()),
            #[cfg(feature = "sm2")]
            Material::Sm2(key) => sm2::dsa::SigningKey::new(crate::trust::SM2_IDENTITY, key)
                .and_then(|k| k.try_sign(message))
                .map(|s: sm2::dsa::Signature| s.to_bytes().to_vec())
                .map_err(|_| SignError::PrivateKey),
        }
    }
}

/// Signs a bundle: the same bundle with one signature more. A former signature by the same key id is replaced.
///
/// # Errors
/// When the bundle is refused (all of it is checked first), or id or validity cannot be.
pub fn sign(bundle: &[u8], key: &PrivateKey, id: Option<&str>, validity: &Validity) -> Result<Vec<u8>, SignError> {
    let bundle = Bundle::open(bundle)?;
    bundle.law()?;
    let public = key.public(id)?.valid(validity.clone())?;
    let mut signature = Signature {
        algorithm: public.algorithm().to_owned(),
        key: public.id().to_owned(),
        signature: String::new(),
        valid_from: validity.from.clone(),
        valid_until: validity.until.clone(),
    };
    signature.signature = Base64UrlUnpadded::encode_string(&key.sign(&statement(bundle.sha256(), &signature))?);
    let mut signatures: Vec<Signature> = bundle.signatures().iter().filter(|s| s.key != signature.key).cloned().collect();
    signatures.push(signature);
    Ok(bundle.with_signatures(&signatures)?)
}
