//! Keys for signing and checking decision events.

use crate::failure::Failure;
use crate::keys::private_bytes;
use crate::load::{at_most, open};
use ed25519_dalek::pkcs8::{DecodePrivateKey, DecodePublicKey};
use ed25519_dalek::{Signer, VerifyingKey};
use lexgate::bundle::sha256_hex;
use lexgate::receipt::{PublicKey, to_hex};
use std::path::Path;

/// The largest key file read.
const MAX_KEY: usize = 16 * 1024;

/// A private key. It is never shown.
pub(crate) struct SigningKey {
    id: String,
    key: ed25519_dalek::SigningKey,
}

impl SigningKey {
    /// Reads PKCS#8 in PEM, from a file that only its owner can reach.
    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        let malformed = || Failure::Key(path.to_owned());
        let pem = String::from_utf8(private_bytes(path)?).map_err(|_| malformed())?;
        let key = ed25519_dalek::SigningKey::from_pkcs8_pem(&pem).map_err(|_| malformed())?;
        Ok(Self { id: id(&key.verifying_key()), key })
    }

    /// The id under which the public key goes.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// The signature in hex.
    pub(crate) fn sign(&self, message: &[u8]) -> String {
        to_hex(&self.key.sign(message).to_bytes())
    }
}

/// Reads a public key: JWK, as `lexgate bundle keygen` writes it, or SPKI in PEM.
pub(crate) fn public_key(path: &Path) -> Result<PublicKey, Failure> {
    let text = text(path)?;
    let key = if text.trim_start().starts_with('{') {
        let jwk = lexgate::trust::PublicKey::from_jwk(text.as_bytes()).ok();
        jwk.and_then(|k| k.ed25519_bytes()).and_then(|bytes| VerifyingKey::from_bytes(&bytes).ok())
    } else {
        VerifyingKey::from_public_key_pem(&text).ok()
    };
    key.and_then(|k| PublicKey::new(id(&k), k.as_bytes())).ok_or_else(|| Failure::Key(path.to_owned()))
}

/// SHA-256 of the public key.
fn id(key: &VerifyingKey) -> String {
    sha256_hex(key.as_bytes())
}

fn text(path: &Path) -> Result<String, Failure> {
    let bytes = at_most(open(path)?, MAX_KEY).map_err(Failure::unreadable(path))?;
    String::from_utf8(bytes).map_err(|_| Failure::Key(path.to_owned()))
}
