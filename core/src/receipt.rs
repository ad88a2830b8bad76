//! Receipts: what a host can sign so that a decision can be proved later.
//!
//! A receipt is canonical JSON (RFC 8785) of who decided what by which law, without the request itself. It names the digest
//! of the whole event, so one signature covers the event, and it can be handed to somebody who may not see the log.

use crate::event::EngineName;
use ed25519_dalek::{Signature, VerifyingKey};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// The form of receipts this build writes.
pub const RECEIPT_VERSION: u16 = 1;

/// What stands before a receipt when it is signed, so that a signature over a receipt can be taken for nothing else.
pub const SIGNED_PREFIX: &[u8] = b"lexgate receipt 1\n";

/// What was decided by which law, without the request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt<'a> {
    /// SHA-256 of the bundle, as in the answer.
    #[serde(borrow)]
    pub bundle_digest: Cow<'a, str>,
    /// The decision.
    #[serde(borrow)]
    pub decision_id: Cow<'a, str>,
    /// What decided.
    #[serde(borrow)]
    pub engine: EngineName<'a>,
    /// SHA-256 of the event without its seal.
    #[serde(borrow)]
    pub event_digest: Cow<'a, str>,
    /// [`RECEIPT_VERSION`].
    pub receipt_version: u16,
    /// SHA-256 of the canonical request; `null` when it was no JSON.
    #[serde(borrow)]
    pub request_digest: Option<Cow<'a, str>>,
    /// SHA-256 of the answer as it was given.
    #[serde(borrow)]
    pub response_digest: Cow<'a, str>,
}

impl Receipt<'_> {
    /// The receipt as canonical JSON: members stand in the order of their names.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Serialising a plain struct cannot fail; should it ever, no signature fits.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The bytes a host signs.
    #[must_use]
    pub fn to_be_signed(&self) -> Vec<u8> {
        [SIGNED_PREFIX, self.to_json().as_bytes()].concat()
    }
}

/// What closes an event: its digest and, where the host signs, the signature over its receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seal<'a> {
    /// SHA-256 of the canonical event without this member, hex.
    #[serde(borrow)]
    pub digest: Cow<'a, str>,
    /// Id of the key that signed.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub key: Option<Cow<'a, str>>,
    /// Ed25519 signature over [`Receipt::to_be_signed`], hex.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<Cow<'a, str>>,
}

/// A key that signatures are checked with.
#[derive(Debug, Clone)]
pub struct PublicKey {
    /// Its id, as it stands in events.
    pub id: String,
    key: VerifyingKey,
}

impl PublicKey {
    /// A key from its 32 bytes; `None` when they are no point of the curve or a weak one.
    #[must_use]
    pub fn new(id: String, bytes: &[u8; 32]) -> Option<Self> {
        let key = VerifyingKey::from_bytes(bytes).ok().filter(|k| !k.is_weak())?;
        Some(Self { id, key })
    }

    /// Whether the signature (hex) over a receipt is right.
    #[must_use]
    pub fn verifies(&self, receipt: &Receipt<'_>, signature: &str) -> bool {
        let Some(signature) = from_hex::<64>(signature) else { return false };
        self.key.verify_strict(&receipt.to_be_signed(), &Signature::from_bytes(&signature)).is_ok()
    }
}

/// Reads lower-case hex of exactly `N` bytes.
#[must_use]
pub fn from_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut out = [0u8; N];
    if text.len() != N.checked_mul(2)? {
        return None;
    }
    for (byte, pair) in out.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        let [high, low] = pair else { return None };
        *byte = (nibble(*high)? << 4) | nibble(*low)?;
    }
    Some(out)
}

fn nibble(c: u8) -> Option<u8> {
    match c {
        b'0'..=b'9' => c.checked_sub(b'0'),
        b'a'..=b'f' => c.checked_sub(b'a')?.checked_add(10),
        _ => None,
    }
}

/// Lower-case hex.
#[must_use]
pub fn to_hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|b| [b >> 4, b & 15]);
    digits.map(|d| char::from_digit(u32::from(d), 16).unwrap_or('0')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_is_read_as_it_is_written_and_in_no_other_way() {
        assert_eq!(from_hex::<3>(&to_hex(&[0, 171, 255])), Some([0, 171, 255]));
        for bad in ["", "00", "00ab", "00abf", "00abff0", "00ABFF", "00abfg", "äbcde"] {
            assert_eq!(from_hex::<3>(bad), None, "{bad}");
        }
    }

    #[test]
    fn weak_keys_are_refused() {
        assert!(PublicKey::new("k".to_owned(), &[0; 32]).is_none());
    }
}
