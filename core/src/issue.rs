//! What is wrong with an input: a stable code, the place, and how to mend it.

use crate::vocabulary::Text;
use serde::Serialize;

/// Something wrong with a request. As an error it makes the answer `undetermined`; as a warning it is only reported.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Issue {
    /// Stable, kebab-case.
    pub code: &'static str,
    /// How to mend it.
    pub help: Text,
    /// What is wrong.
    pub message: Text,
    /// Where it is (`JSONPath`, RFC 9535).
    pub path: String,
    /// The rules that were looked at, where the issue is about the law and not about the form.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "types", ts(optional, as = "Option<Vec<String>>"))]
    pub rules: Vec<String>,
}

impl Issue {
    pub(crate) fn new(code: &'static str, path: impl Into<String>, message: Text, help: Text) -> Self {
        Self { code, help, message, path: path.into(), rules: Vec::new() }
    }

    pub(crate) fn with_rules(mut self, rules: Vec<String>) -> Self {
        self.rules = rules;
        self
    }
}

/// Both languages at once.
pub(crate) fn text(en: impl Into<String>, zh: impl Into<String>) -> Text {
    Text { en: en.into(), zh: zh.into() }
}

/// One input error, as documented: code, what it means, how to mend it.
#[derive(Debug, Clone, Copy)]
pub struct Code {
    /// The code.
    pub code: &'static str,
    /// What it means.
    pub meaning: &'static str,
}

/// Every code an answer can carry in `errors[]` or `warnings[]`.
pub const CODES: &[Code] = &[
    Code { code: "input-too-large", meaning: "the document is larger than 1 MiB" },
    Code { code: "invalid-utf8", meaning: "the document is not UTF-8" },
    Code { code: "invalid-json", meaning: "the document is not JSON" },
    Code { code: "nesting-too-deep", meaning: "arrays and objects are nested too deeply" },
    Code { code: "number-out-of-range", meaning: "a number does not fit a double" },
    Code { code: "duplicate-key", meaning: "an object has the same key twice" },
    Code { code: "missing-field", meaning: "a required field is not there" },
    Code { code: "wrong-type", meaning: "a value has another JSON type than its field" },
    Code { code: "empty-text", meaning: "a text that identifies something is empty" },
    Code { code: "unknown-actor-kind", meaning: "`subject.type` is no actor kind" },
    Code { code: "unknown-action", meaning: "`action.name` is no action" },
    Code { code: "unknown-resource-type", meaning: "`resource.type` is not `Dataset`" },
    Code { code: "unknown-mode", meaning: "`context.evaluation_mode` is no mode" },
    Code { code: "unknown-fact", meaning: "a fact name is not in the vocabulary" },
    Code { code: "unknown-context-group", meaning: "a context member is not one that is read (warning)" },
    Code { code: "unknown-value", meaning: "an enumerated fact has a value that is not in its list" },
    Code { code: "value-of-another-text", meaning: "the value belongs to another province's text" },
    Code { code: "derived-fact", meaning: "a fact that only the engine fills was stated" },
    Code { code: "impossible-date", meaning: "a date does not exist or is not RFC 3339" },
    Code { code: "time-not-stated", meaning: "`context.time.now` is not stated" },
    Code { code: "territory-unknown", meaning: "a territory is no GB/T 2260 code" },
    Code { code: "credit-code-check-digit", meaning: "a unified social credit code has the wrong check character" },
    Code { code: "credit-code-malformed", meaning: "a unified social credit code is not made of 18 permitted characters" },
    Code { code: "contradictory-facts", meaning: "stated facts exclude each other" },
    Code { code: "grant-ends-before-it-begins", meaning: "`grant.valid_until` lies before `grant.valid_from`" },
    Code { code: "dates-out-of-order", meaning: "a later step is dated before an earlier one" },
    Code { code: "event-in-the-future", meaning: "something is said to have happened after `time.now`" },
    Code { code: "calendar-malformed", meaning: "the working-day calendar cannot be read" },
    Code { code: "territory-not-stated", meaning: "the dataset has no territory, so no text can be chosen" },
    Code { code: "recipient-law-not-encoded", meaning: "no text of the recipient's territory is in the bundle (warning)" },
    Code { code: "no-binding-text", meaning: "no text in the bundle binds in this territory on this date" },
    Code { code: "governed-elsewhere", meaning: "the text gives neither ground nor conditions; other law decides" },
    Code { code: "conditions-clash", meaning: "the deciding texts ask for steps that do not go together" },
    Code { code: "policy-evaluation-error", meaning: "a policy could not be evaluated" },
];
