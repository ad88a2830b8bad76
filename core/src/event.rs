//! Decision events: one line of canonical JSON (RFC 8785) for each decision, in the field names of OPA's decision logs where
//! the meaning is the same. `docs/decision-events.md` documents every member.
//!
//! The core reads no clock and draws no random number: time, decision id, labels and metrics come from the host.

use crate::bundle::sha256_hex;
use crate::evaluate::Engine;
use crate::json::Json;
use crate::mask::{self, Masking};
use crate::receipt::{RECEIPT_VERSION, Receipt, Seal};
use crate::request::{MAX_BYTES, Mode, Options, Strictness};
use crate::response::{EngineInfo, Response};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use thiserror::Error;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// The form of events this build writes and reads.
pub const EVENT_VERSION: u64 = 1;

/// `path` of every event: which question was asked.
pub const PATH: &str = "lexgate/evaluation";

/// What the host knows of a decision.
#[derive(Debug, Clone, Default)]
pub struct Occasion<'a> {
    /// Unique; a UUID for example.
    pub decision_id: &'a str,
    /// When it was decided, RFC 3339.
    pub timestamp: &'a str,
    /// Of the host: name, version, place.
    pub labels: BTreeMap<String, String>,
    /// Durations in nanoseconds; the names end in `_ns`.
    pub metrics: BTreeMap<String, u64>,
    /// Who asked, where the host wants it in the log. It is not masked.
    pub requested_by: Option<&'a str>,
}

/// Why no event was written.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum EventError {
    /// [`Occasion::timestamp`] is not RFC 3339.
    #[error("`{0}` is no RFC 3339 date-time")]
    Timestamp(String),
    /// [`Occasion::decision_id`] is empty.
    #[error("a decision needs an id")]
    DecisionId,
    /// A member could not be written as JSON.
    #[error("the event cannot be written as JSON")]
    Unwritable,
}

impl EventError {
    /// Stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Timestamp(_) => "event-timestamp-malformed",
            Self::DecisionId => "event-decision-id-empty",
            Self::Unwritable => "event-unwritable",
        }
    }
}

/// Name and version of an engine, as they stand in an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EngineName<'a> {
    /// `lexgate`.
    #[serde(borrow)]
    pub name: Cow<'a, str>,
    /// Semantic version.
    #[serde(borrow)]
    pub version: Cow<'a, str>,
}

impl From<EngineInfo> for EngineName<'static> {
    fn from(info: EngineInfo) -> Self {
        Self { name: info.name.into(), version: info.version.into() }
    }
}

/// How the request was read: part of what the answer depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadAs {
    /// The mode that overrode the request's, if one did.
    pub mode: Option<Mode>,
    /// What an unknown fact name was.
    pub strictness: Strictness,
}

impl From<Options> for ReadAs {
    fn from(o: Options) -> Self {
        Self { mode: o.mode, strictness: o.strictness }
    }
}

impl From<ReadAs> for Options {
    fn from(r: ReadAs) -> Self {
        Self { mode: r.mode, strictness: r.strictness }
    }
}

/// The version of the law that decided: OPA's `bundles` member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revision<'a> {
    /// `bundle.version` of the answer.
    #[serde(borrow)]
    pub revision: Cow<'a, str>,
}

/// The members of an event, in the order of their names: that order is what makes the line canonical.
#[derive(Debug, Clone, Serialize)]
struct Body {
    bundle_digest: String,
    bundles: Box<RawValue>,
    decision_id: String,
    engine: EngineName<'static>,
    erased: Vec<String>,
    event_version: u64,
    input: Box<RawValue>,
    labels: Box<RawValue>,
    masked: Vec<String>,
    metrics: Box<RawValue>,
    options: ReadAs,
    outcome: &'static str,
    path: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    previous: Option<Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    receipt: Option<Seal<'static>>,
    replayable: bool,
    request_digest: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    requested_by: Option<String>,
    response_digest: String,
    result: Box<RawValue>,
    rules: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sequence: Option<u64>,
    timestamp: String,
}

/// An event, ready to be written.
#[derive(Debug, Clone)]
pub struct Event {
    body: Body,
    digest: String,
}

impl Event {
    /// SHA-256 of the canonical event without its seal, hex: what the next event of a chain names.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Whether evaluating `input` again gives `result`.
    #[must_use]
    pub fn is_replayable(&self) -> bool {
        self.body.replayable
    }

    /// The receipt of the decision.
    #[must_use]
    pub fn receipt(&self) -> Receipt<'_> {
        Receipt {
            bundle_digest: Cow::Borrowed(&self.body.bundle_digest),
            decision_id: Cow::Borrowed(&self.body.decision_id),
            engine: self.body.engine.clone(),
            event_digest: Cow::Borrowed(&self.digest),
            receipt_version: RECEIPT_VERSION,
            request_digest: self.body.request_digest.as_deref().map(Cow::Borrowed),
            response_digest: Cow::Borrowed(&self.body.response_digest),
        }
    }

    /// Adds the host's signature (hex) over [`Receipt::to_be_signed`].
    pub fn sign(&mut self, key: &str, signature: &str) {
        let (key, signature) = (Some(key.to_owned().into()), Some(signature.to_owned().into()));
        self.body.receipt = Some(Seal { digest: self.digest.clone().into(), key, signature });
    }

    /// The event as one line of canonical JSON, without the end of line.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Serialising a plain struct cannot fail, and was tried when the event was made.
        serde_json::to_string(&self.body).unwrap_or_default()
    }
}

/// The place of an event in its chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Counted from 0.
    pub sequence: u64,
    /// Digest of the event.
    pub digest: String,
}

impl Link {
    /// The place that a written event states; `None` when the line is no event of a chain.
    #[must_use]
    pub fn of(line: &[u8]) -> Option<Self> {
        #[derive(Deserialize)]
        struct Chained {
            sequence: u64,
            receipt: Sealed,
        }
        #[derive(Deserialize)]
        struct Sealed {
            digest: String,
        }
        let c: Chained = serde_json::from_slice(line).ok()?;
        Some(Self { sequence: c.sequence, digest: c.receipt.digest })
    }
}

/// Makes events: masks requests and keeps the chain.
#[derive(Debug, Clone)]
pub struct Recorder {
    masking: Masking,
    /// `None`: no chain. `Some(None)`: the chain begins with the next event.
    chain: Option<Option<Link>>,
}

impl Recorder {
    /// Makes events that stand alone.
    #[must_use]
    pub fn new(masking: Masking) -> Self {
        Self { masking, chain: None }
    }

    /// Makes events that each carry the digest of the one before: from now on, or after the last event of an earlier run.
    #[must_use]
    pub fn chained(masking: Masking, after: Option<Link>) -> Self {
        Self { masking, chain: Some(after) }
    }

    /// The event of a decision. `document` is what was read and `answer` what came of it. The chain goes on with the
    /// event, so it has to be written.
    ///
    /// # Errors
    /// See [`EventError`]; the chain stays as it was.
    pub fn record(
        &mut self,
        engine: &Engine,
        document: &[u8],
        answer: &Response<'_>,
        occasion: &Occasion<'_>,
    ) -> Result<Event, EventError> {
        if occasion.decision_id.trim().is_empty() {
            return Err(EventError::DecisionId);
        }
        if OffsetDateTime::parse(occasion.timestamp, &Rfc3339).is_err() {
            return Err(EventError::Timestamp(occasion.timestamp.to_owned()));
        }
        let shown = Shown::of(engine, document, answer, &self.masking)?;
        let bundle = engine.bundle();
        let link = self.chain.as_ref().map(|last| match last {
            Some(l) => (l.sequence.saturating_add(1), Some(l.digest.clone())),
            None => (0, None),
        });
        let mut body = Body {
            bundle_digest: bundle.sha256.to_owned(),
            bundles: canonical(&BTreeMap::from([(bundle.id, Revision { revision: bundle.version.into() })]))?,
            decision_id: occasion.decision_id.to_owned(),
            engine: answer.context.engine.into(),
            erased: shown.erased,
            event_version: EVENT_VERSION,
            input: shown.input,
            labels: canonical(&occasion.labels)?,
            masked: shown.masked,
            metrics: canonical(&occasion.metrics)?,
            options: engine.options().into(),
            outcome: answer.context.outcome.name(),
            path: PATH,
            previous: link.as_ref().map(|(_, previous)| previous.clone()),
            receipt: None,
            replayable: shown.replayable,
            request_digest: shown.request_digest,
            requested_by: occasion.requested_by.map(str::to_owned),
            response_digest: shown.response_digest,
            result: shown.result,
            rules: rules_of(answer),
            sequence: link.as_ref().map(|(sequence, _)| *sequence),
            timestamp: occasion.timestamp.to_owned(),
        };
        let digest = sha256_hex(&serde_json::to_vec(&body).map_err(|_| EventError::Unwritable)?);
        body.receipt = Some(Seal { digest: digest.clone().into(), key: None, signature: None });
        if let Some((sequence, _)) = link {
            self.chain = Some(Some(Link { sequence, digest: digest.clone() }));
        }
        Ok(Event { body, digest })
    }
}

/// Request and answer as the log shows them.
struct Shown {
    input: Box<RawValue>,
    erased: Vec<String>,
    masked: Vec<String>,
    replayable: bool,
    request_digest: Option<String>,
    response_digest: String,
    result: Box<RawValue>,
}

impl Shown {
    /// Masks the request, decides it again, and shows the answer to the masked request: what was masked cannot come back
    /// in by way of the answer. Where the masked request is decided otherwise, the answer is shown without what it repeats.
    fn of(engine: &Engine, document: &[u8], answer: &Response<'_>, masking: &Masking) -> Result<Self, EventError> {
        let read = (document.len() <= MAX_BYTES).then_some(document);
        let request = read.and_then(|d| std::str::from_utf8(d).ok()).and_then(|t| serde_json::from_str::<Json<'_>>(t).ok());
        let request = request.filter(Json::has_unique_keys);
        let masked = request.as_ref().map(|r| masking.apply(engine, r));
        let (input, mut erased, mut masks) = match masked {
            Some(m) => (m.input, m.erased, m.masked),
            None => (None, vec!["/input".to_owned()], Vec::new()),
        };
        let untouched = erased.is_empty() && masks.is_empty();
        let text = input.as_ref().map(serde_json_canonicalizer::to_vec).transpose().map_err(|_| EventError::Unwritable)?;
        let again = text.as_deref().map(|t| engine.evaluate(&engine.read(t)));
        let same = again.as_ref().is_some_and(|a| {
            if untouched {
                a == answer
            } else {
                mask::decision_of(engine.vocabulary(), a) == mask::decision_of(engine.vocabulary(), answer)
            }
        });
        let mut request_digest = answer.context.request_digest.clone();
        let mut response_digest = sha256_hex(answer.to_json().as_bytes());
        if masking.masks_digests() {
            request_digest = request_digest.map(|d| masking.token(&d));
            response_digest = masking.token(&response_digest);
            masks.extend(["/request_digest", "/response_digest"].map(str::to_owned));
        }
        let mut result = match again {
            Some(again) if same => again,
            _ if masking.is_unmasked() => answer.clone(),
            _ => {
                masks.push("/result".to_owned());
                mask::redacted(answer)
            }
        };
        result.context.request_digest.clone_from(&request_digest);
        erased.sort_unstable();
        masks.sort_unstable();
        let input = match text {
            Some(t) => String::from_utf8(t).map_err(|_| EventError::Unwritable)?,
            None => "null".to_owned(),
        };
        Ok(Self {
            input: raw(input)?,
            erased,
            masked: masks,
            replayable: same,
            request_digest,
            response_digest,
            result: raw(result.to_json())?,
        })
    }
}

fn raw(json: String) -> Result<Box<RawValue>, EventError> {
    RawValue::from_string(json).map_err(|_| EventError::Unwritable)
}

fn canonical(value: &impl Serialize) -> Result<Box<RawValue>, EventError> {
    raw(serde_json_canonicalizer::to_string(value).map_err(|_| EventError::Unwritable)?)
}

/// The rules an answer rests on: those cited by its grounds, bars, missing steps and errors; sorted, each once.
#[must_use]
pub fn rules_of(answer: &Response<'_>) -> Vec<String> {
    let c = &answer.context;
    let cited = c.grounds.iter().map(|g| g.rule).chain(c.prohibitions.iter().map(|p| p.rule)).chain(c.missing.iter().map(|m| m.rule));
    let of_errors = c.errors.iter().flat_map(|e| &e.rules).map(String::as_str);
    cited.chain(of_errors).collect::<BTreeSet<_>>().into_iter().map(str::to_owned).collect()
}
