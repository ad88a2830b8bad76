//! Replay: is a decision event what was written, and does the same law still give the same answer?
//!
//! Without any key, an event that was edited is found by its own digest; one that was edited and sealed anew by evaluating it
//! again, or by the chain ([`crate::chain`]); a log rewritten from some event on by signatures, or by a digest of an event that
//! somebody noted down. All of this reads no file and no clock: the host hands over lines and engines.

use crate::bundle::sha256_hex;
use crate::chain::{Entry, Place};
use crate::evaluate::Engine;
use crate::event::{EVENT_VERSION, EngineName, PATH, ReadAs, Revision, rules_of};
use crate::json::Json;
use crate::receipt::{PublicKey, RECEIPT_VERSION, Receipt, Seal};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The longest line read, in bytes: a request of the largest size and its answer fit.
pub const MAX_EVENT_BYTES: usize = 16 * 1024 * 1024;

/// What came of evaluating an event again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The same bytes.
    Same,
    /// Something else: JSON Pointers of the members that differ.
    Differs(Vec<&'static str>),
    /// The event says that its masked request is not decided as the real one was; there is nothing to compare.
    NotReplayable,
    /// No engine was given for the bundle that the event names.
    BundleUnknown,
    /// No event of a version this build reads.
    Unreadable(Unreadable),
}

/// Why a line is no event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    /// Longer than [`MAX_EVENT_BYTES`].
    TooLong,
    /// No JSON, a key twice, or members missing.
    Malformed,
    /// Another version of the form.
    Version(u64),
}

/// How an event is not what was sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Alteration {
    /// Its digest is not that of its content.
    Digest,
    /// Keys were given, and it is not signed.
    Unsigned,
    /// It is signed by a key that was not given.
    SignerUnknown,
    /// Its signature is wrong.
    Signature,
}

impl Alteration {
    /// Stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Digest => "event-digest-mismatch",
            Self::Unsigned => "event-unsigned",
            Self::SignerUnknown => "event-signer-unknown",
            Self::Signature => "event-signature-invalid",
        }
    }
}

impl Verdict {
    /// Stable code; `None` when nothing is wrong.
    #[must_use]
    pub fn code(&self) -> Option<&'static str> {
        match self {
            Self::Same | Self::NotReplayable => None,
            Self::Differs(_) => Some("event-differs"),
            Self::BundleUnknown => Some("event-bundle-unknown"),
            Self::Unreadable(Unreadable::TooLong) => Some("event-too-long"),
            Self::Unreadable(Unreadable::Malformed) => Some("event-unreadable"),
            Self::Unreadable(Unreadable::Version(_)) => Some("event-version-unsupported"),
        }
    }
}

/// What is found of one event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replayed {
    /// The decision, where the line could be read.
    pub decision_id: Option<String>,
    /// The bundle it names.
    pub bundle: Option<String>,
    /// What came of evaluating it again.
    pub verdict: Verdict,
    /// How it is not what was sealed.
    pub alterations: Vec<Alteration>,
    /// The version of the engine that decided, where it is not this one.
    pub other_engine: Option<String>,
    /// What it says of its place in a chain.
    pub entry: Entry,
}

impl Replayed {
    /// Whether the event is what was sealed and still gives the same answer, as far as it can be replayed.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.alterations.is_empty() && self.verdict.code().is_none()
    }

    fn unreadable(why: Unreadable) -> Self {
        Self {
            decision_id: None,
            bundle: None,
            verdict: Verdict::Unreadable(why),
            alterations: Vec::new(),
            other_engine: None,
            entry: Entry::Broken,
        }
    }
}

/// An event as it is read: what is compared as bytes stays bytes.
#[derive(Deserialize)]
struct Line<'a> {
    #[serde(borrow)]
    bundle_digest: Cow<'a, str>,
    #[serde(borrow)]
    bundles: BTreeMap<Cow<'a, str>, Revision<'a>>,
    #[serde(borrow)]
    decision_id: Cow<'a, str>,
    #[serde(borrow)]
    engine: EngineName<'a>,
    #[serde(borrow)]
    erased: Vec<Cow<'a, str>>,
    event_version: u64,
    #[serde(borrow)]
    input: &'a RawValue,
    #[serde(borrow)]
    masked: Vec<Cow<'a, str>>,
    options: ReadAs,
    #[serde(borrow)]
    outcome: Cow<'a, str>,
    #[serde(borrow)]
    path: Cow<'a, str>,
    #[serde(borrow, default)]
    previous: Option<Cow<'a, str>>,
    #[serde(borrow)]
    receipt: &'a RawValue,
    replayable: bool,
    #[serde(borrow)]
    request_digest: Option<Cow<'a, str>>,
    #[serde(borrow)]
    response_digest: Cow<'a, str>,
    #[serde(borrow)]
    result: &'a RawValue,
    #[serde(borrow)]
    rules: Vec<Cow<'a, str>>,
    #[serde(default)]
    sequence: Option<u64>,
}

/// Checks one line of a log. `engine_of` knows the engines by the SHA-256 of their bundle. With keys, every event has to be
/// signed by one of them.
pub fn replay<'e>(line: &[u8], engine_of: &dyn Fn(&str) -> Option<&'e Engine>, keys: &[PublicKey]) -> Replayed {
    if line.len() > MAX_EVENT_BYTES {
        return Replayed::unreadable(Unreadable::TooLong);
    }
    let Ok(text) = std::str::from_utf8(line) else { return Replayed::unreadable(Unreadable::Malformed) };
    let text = text.trim_ascii();
    // serde reads a list as the members of a struct in their order; an event is an object.
    if !text.starts_with('{') {
        return Replayed::unreadable(Unreadable::Malformed);
    }
    let event = match serde_json::from_str::<Line<'_>>(text) {
        Ok(event) if event.event_version == EVENT_VERSION => event,
        Ok(event) => return Replayed::unreadable(Unreadable::Version(event.event_version)),
        Err(_) => return Replayed::unreadable(other_version(text).map_or(Unreadable::Malformed, Unreadable::Version)),
    };
    // Cutting the seal out of the line is all it takes when nobody has written the line anew.
    if let Some(digest) = without_seal(text, event.receipt.get()).map(|body| sha256_hex(body.as_bytes()))
        && seal(&event).is_some_and(|s| s.digest == digest)
    {
        return check(&event, &digest, engine_of, keys);
    }
    match canonical(text) {
        None => Replayed::unreadable(Unreadable::Malformed),
        Some((body, whole)) => match serde_json::from_str::<Line<'_>>(&whole) {
            Ok(event) => check(&event, &sha256_hex(&body), engine_of, keys),
            Err(_) => Replayed::unreadable(Unreadable::Malformed),
        },
    }
}

/// The digest covers all members but this one, so nothing else may stand in it.
fn seal<'a>(event: &Line<'a>) -> Option<Seal<'a>> {
    Some(event.receipt.get()).filter(|s| s.starts_with('{')).and_then(|s| serde_json::from_str(s).ok())
}

fn other_version(text: &str) -> Option<u64> {
    #[derive(Deserialize)]
    struct Versioned {
        event_version: u64,
    }
    serde_json::from_str::<Versioned>(text).ok().map(|v| v.event_version).filter(|v| *v != EVENT_VERSION)
}

/// The line without its seal, when the line is written as we write it.
fn without_seal(text: &str, seal: &str) -> Option<String> {
    let (before, after) = text.split_once(seal)?;
    Some([before.strip_suffix("\"receipt\":")?, after.strip_prefix(',')?].concat())
}

/// The canonical event, without and with its seal; `None` when a key stands twice.
fn canonical(text: &str) -> Option<(Vec<u8>, String)> {
    let mut json = serde_json::from_str::<Json<'_>>(text).ok()?;
    if !json.has_unique_keys() {
        return None;
    }
    let whole = serde_json_canonicalizer::to_string(&json).ok()?;
    if let Json::Object(members) = &mut json {
        members.retain(|(key, _)| key != "receipt");
    }
    Some((serde_json_canonicalizer::to_vec(&json).ok()?, whole))
}

fn check<'e>(event: &Line<'_>, digest: &str, engine_of: &dyn Fn(&str) -> Option<&'e Engine>, keys: &[PublicKey]) -> Replayed {
    let Some(seal) = seal(event) else { return Replayed::unreadable(Unreadable::Malformed) };
    let mut alterations = Vec::new();
    if seal.digest != digest {
        alterations.push(Alteration::Digest);
    }
    alterations.extend(signature(event, digest, &seal, keys));
    let engine = engine_of(&event.bundle_digest);
    let ours = EngineName::from(crate::evaluate::ENGINE);
    Replayed {
        decision_id: Some(event.decision_id.clone().into_owned()),
        bundle: Some(event.bundle_digest.clone().into_owned()),
        verdict: match engine {
            None => Verdict::BundleUnknown,
            Some(_) if !event.replayable => Verdict::NotReplayable,
            Some(engine) => evaluate(event, engine),
        },
        entry: match (event.sequence, alterations.is_empty()) {
            (_, false) => Entry::Broken,
            (Some(sequence), true) => {
                let previous = event.previous.clone().map(Cow::into_owned);
                Entry::Intact(Place { sequence, previous, digest: digest.to_owned() })
            }
            (None, true) => Entry::Unchained,
        },
        alterations,
        other_engine: (event.engine != ours).then(|| format!("{} {}", event.engine.name, event.engine.version)),
    }
}

fn signature(event: &Line<'_>, digest: &str, seal: &Seal<'_>, keys: &[PublicKey]) -> Option<Alteration> {
    if keys.is_empty() {
        return None;
    }
    let (Some(id), Some(signature)) = (&seal.key, &seal.signature) else { return Some(Alteration::Unsigned) };
    let Some(key) = keys.iter().find(|k| k.id == *id) else { return Some(Alteration::SignerUnknown) };
    let receipt = Receipt {
        bundle_digest: event.bundle_digest.clone(),
        decision_id: event.decision_id.clone(),
        engine: event.engine.clone(),
        event_digest: digest.into(),
        receipt_version: RECEIPT_VERSION,
        request_digest: event.request_digest.clone(),
        response_digest: event.response_digest.clone(),
    };
    (!key.verifies(&receipt, signature)).then_some(Alteration::Signature)
}

/// Decides the request of the event again and compares every member that follows from the answer.
fn evaluate(event: &Line<'_>, engine: &Engine) -> Verdict {
    let mut request = engine.read_as(event.input.get().as_bytes(), event.options.into());
    let as_it_was = event.erased.is_empty() && event.masked.is_empty();
    let mut differs = Vec::new();
    if as_it_was {
        if request.digest() != event.request_digest.as_deref() {
            differs.push("/request_digest");
        }
    } else {
        // The digest is that of the request as it was sent.
        request.digest = event.request_digest.clone().map(Cow::into_owned);
    }
    let answer = engine.evaluate(&request);
    let text = match event.engine == EngineName::from(answer.context.engine) {
        true => Some(answer.to_json()),
        false => by_another_engine(&answer.to_json(), &event.engine),
    };
    let bundle = engine.bundle();
    if text.as_deref() != Some(event.result.get()) {
        differs.push("/result");
    }
    if as_it_was && text.is_some_and(|t| sha256_hex(t.as_bytes()) != event.response_digest) {
        differs.push("/response_digest");
    }
    if event.outcome != answer.context.outcome.name() {
        differs.push("/outcome");
    }
    if event.rules != rules_of(&answer) {
        differs.push("/rules");
    }
    if event.bundles.len() != 1 || event.bundles.get(bundle.id).is_none_or(|r| r.revision != bundle.version) {
        differs.push("/bundles");
    }
    if event.path != PATH {
        differs.push("/path");
    }
    if differs.is_empty() { Verdict::Same } else { Verdict::Differs(differs) }
}

/// The answer as the engine that decided would have signed it.
fn by_another_engine(answer: &str, engine: &EngineName<'_>) -> Option<String> {
    let mut json = serde_json::from_str::<Json<'_>>(answer).ok()?;
    let named = json.member_mut("context")?.member_mut("engine")?;
    *named = Json::Object(vec![("name".into(), Json::Text(engine.name.clone())), ("version".into(), Json::Text(engine.version.clone()))]);
    serde_json_canonicalizer::to_string(&json).ok()
}
