//! The answer.
//!
//! Members stand in the order of their names and every list is sorted, so the JSON written here is canonical (RFC 8785).

use crate::issue::Issue;
use crate::law::Choice;
use crate::vocabulary::Text;
use serde::Serialize;
use std::collections::BTreeMap;

/// What a request comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Lawful as it stands.
    Permitted,
    /// The same request becomes lawful once the listed steps are done.
    Conditional,
    /// Bad, contradictory or undecidable input, an evaluation error, or no binding text.
    Undetermined,
    /// Barred; no step of this request cures it.
    Prohibited,
}

impl Outcome {
    /// The name as written in the answer.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Permitted => "permitted",
            Self::Conditional => "conditional",
            Self::Undetermined => "undetermined",
            Self::Prohibited => "prohibited",
        }
    }

    /// The outcome with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Permitted, Self::Conditional, Self::Undetermined, Self::Prohibited].into_iter().find(|o| o.name() == name)
    }
}

/// An answer to an evaluation request (`AuthZEN` 1.0: `decision` and `context`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename = "AccessResponse"))]
pub struct Response<'e> {
    /// Why, and what follows.
    pub context: Context<'e>,
    /// `true` only for [`Outcome::Permitted`].
    pub decision: bool,
}

/// Errors that are about the law and not about the form of the request.
const ABOUT_THE_LAW: [&str; 5] =
    ["territory-not-stated", "no-binding-text", "governed-elsewhere", "conditions-clash", "policy-evaluation-error"];

impl Response<'_> {
    /// Whether the request itself is wrong: misspelt, contradictory, or in the words of another province.
    #[must_use]
    pub fn is_bad_input(&self) -> bool {
        self.context.errors.iter().any(|e| !ABOUT_THE_LAW.contains(&e.code))
    }

    /// The answer as canonical JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Serialising plain structs with string keys cannot fail; should it ever, the answer is still no allow.
        serde_json::to_string(self).unwrap_or_else(|_| r#"{"context":{"outcome":"undetermined"},"decision":false}"#.to_owned())
    }
}

/// Why, and what follows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename = "AccessResponseContext"))]
pub struct Context<'e> {
    /// What decided.
    pub bundle: BundleInfo<'e>,
    /// Statutory periods now running.
    pub deadlines: Vec<Deadline<'e>>,
    /// What decided.
    pub engine: EngineInfo,
    /// What keeps the request from being decided.
    pub errors: Vec<Issue>,
    /// Which texts decided.
    pub evaluation_mode: &'static str,
    /// Permits that carry the answer.
    pub grounds: Vec<Ground<'e>>,
    /// Unmet conditions.
    pub missing: Vec<Missing<'e>>,
    /// Duties that travel with the allow, in the shape of the `AuthZEN` obligations profile.
    pub obligations: Vec<Obligation<'e>>,
    /// The outcome.
    pub outcome: Outcome,
    /// Bars that fired and that the applicant cannot cure.
    pub prohibitions: Vec<Prohibition<'e>>,
    /// Open points of interpretation that decide the answer.
    pub readings: Vec<Reading<'e>>,
    /// Every text looked at.
    pub regulations: Vec<RegulationFinding<'e>>,
    /// SHA-256 of the canonical request; `null` when the input is not JSON.
    pub request_digest: Option<String>,
    /// What was ignored.
    pub warnings: Vec<Issue>,
}

/// The bundle that decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct BundleInfo<'e> {
    /// Name of the policy store.
    pub id: &'e str,
    /// SHA-256 of the manifest of the bundle, hex: it lists every file with its digest, and signing leaves it as it is.
    pub sha256: &'e str,
    /// Version of the law as encoded.
    pub version: &'e str,
}

/// The engine that decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct EngineInfo {
    /// `lexgate`.
    pub name: &'static str,
    /// Semantic version.
    pub version: &'static str,
}

/// A policy behind a part of the answer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Ground<'e> {
    /// Article, paragraph and item in words.
    pub citation: &'e Text,
    /// Policy id.
    pub policy: &'e str,
    /// The rule cited.
    pub rule: &'e str,
    /// Every rule the policy encodes.
    pub rules: &'e [String],
    /// Code of the text.
    pub text: &'e str,
    /// The rule in one sentence.
    pub title: &'e Text,
}

/// A bar.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Prohibition<'e> {
    /// Article, paragraph and item in words.
    pub citation: &'e Text,
    /// The facts that set it off, as stated.
    pub facts: Vec<StatedFact<'e>>,
    /// What to do instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub hint: Option<&'e Text>,
    /// Policy id; for want of a ground, the rule that demands one.
    pub policy: &'e str,
    /// The rule cited.
    pub rule: &'e str,
    /// Every rule the policy encodes.
    pub rules: Vec<&'e str>,
    /// Code of the text.
    pub text: &'e str,
    /// The rule in one sentence.
    pub title: &'e Text,
}

/// A fact and what the request says of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct StatedFact<'e> {
    /// Fact name.
    pub fact: &'e str,
    /// The value, as text.
    pub stated: String,
}

/// How a missing fact stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum FactState {
    /// Absent, `null` or `unknown`.
    NotStated,
    /// Stated, but not as the rule asks.
    StatedFalse,
}

/// An unmet condition.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Missing<'e> {
    /// Who acts: an actor kind, or `subject` for the requester.
    pub actor: &'e str,
    /// Article, paragraph and item in words.
    pub citation: &'e Text,
    /// Fact name.
    pub fact: &'e str,
    /// Facts that would do instead.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "types", ts(optional, as = "Option<Vec<&str>>"))]
    pub or: Vec<&'e str>,
    /// Policy id.
    pub policy: &'e str,
    /// What to do.
    pub remedy: &'e Text,
    /// How the fact has to stand, e.g. `true` or `provider_agreed`.
    pub required: String,
    /// The rule cited.
    pub rule: &'e str,
    /// Not stated, or stated otherwise.
    pub state: FactState,
    /// Code of the text.
    pub text: &'e str,
    /// The rule in one sentence.
    pub title: &'e Text,
}

/// A duty, in the shape of the `AuthZEN` obligations profile.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Obligation<'e> {
    /// Unique in the answer.
    pub id: &'e str,
    /// What it asks.
    pub properties: ObligationProperties<'e>,
    /// An enforcement point that does not know the type must deny.
    #[serde(rename = "type")]
    pub kind: &'e str,
}

/// What a duty asks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct ObligationProperties<'e> {
    /// Limits, merged to the strictest: sets are intersected, dates take the earliest.
    pub parameters: BTreeMap<&'e str, Parameter>,
    /// All provisions that impose it.
    pub provisions: Vec<Ground<'e>>,
    /// The first rule.
    pub rule: &'e str,
}

/// A limit of a duty.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename = "ObligationParameter"))]
#[serde(untagged)]
pub enum Parameter {
    /// A flag.
    Flag(bool),
    /// A text or an RFC 3339 time.
    Text(String),
    /// A set.
    Texts(Vec<String>),
}

/// A running period.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Deadline<'e> {
    /// Article, paragraph and item in words.
    pub citation: &'e Text,
    /// Last day (China Standard Time); `null` when the calendar names no such day.
    pub due: Option<String>,
    /// Whether the last day has passed. Nothing else follows from it.
    pub overdue: bool,
    /// Policy id.
    pub policy: &'e str,
    /// The rule cited.
    pub rule: &'e str,
    /// The day that set it off (China Standard Time).
    pub started: String,
    /// Code of the text.
    pub text: &'e str,
    /// The rule in one sentence.
    pub title: &'e Text,
    /// Who has to act.
    pub who: &'e str,
    /// Length in working days.
    pub working_days: u32,
}

/// An open point that decides the answer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Reading<'e> {
    /// The conservative reading.
    pub applied: &'e Text,
    /// Which of the two decided.
    pub choice: Choice,
    /// The other reading.
    pub other: &'e Text,
    /// Number of the point.
    pub point: &'e str,
    /// The policies that rest on it.
    pub policies: Vec<&'e str>,
    /// The question.
    pub question: &'e Text,
    /// Why the conservative reading is the one applied unless another is chosen.
    pub why: &'e Text,
}

/// A text that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct RegulationFinding<'e> {
    /// Whether its outcome counts.
    pub binding: bool,
    /// Short code.
    pub code: &'e str,
    /// True when a draft decides as if adopted.
    pub draft_mark: bool,
    /// What a reader has to know.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub note: Option<&'e Text>,
    /// Its own outcome; `null` when it is not in force on that date, or does not deal with the act while another text does.
    pub outcome: Option<Outcome>,
    /// `in-force`, `not-yet-in-force` or `draft`.
    pub status: &'static str,
    /// Full title.
    pub title: &'e Text,
}
