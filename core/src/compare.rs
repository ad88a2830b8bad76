//! One act under every text: the same request as if it took place in the territory of each.
//!
//! A text may have words of its own for an enum fact. `[[counterpart]]` in its `regulation.toml` says which common word each
//! of them stands for, so that what is stated in the words of one text can be asked in those of another.

use crate::authorize::Prepared;
use crate::evaluate::{ENGINE, Engine};
use crate::facts::{FactValue, Facts, Value};
use crate::issue::Issue;
use crate::law::LawText;
use crate::request::{Mode, Request, contradictions};
use crate::response::{BundleInfo, Context, Deadline, EngineInfo, Missing, Outcome};
use crate::vocabulary::{FactId, Text};
use serde::Serialize;
use std::collections::BTreeSet;

/// What each text of the bundle says of one request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Comparison<'e> {
    /// What decided.
    pub bundle: BundleInfo<'e>,
    /// What decided.
    pub engine: EngineInfo,
    /// What keeps the request from being compared.
    pub errors: Vec<Issue>,
    /// SHA-256 of the canonical request; `null` when the input is not JSON.
    pub request_digest: Option<String>,
    /// One entry a text, in the order of the bundle; none when the request has errors.
    pub texts: Vec<ComparedText<'e>>,
    /// What was ignored.
    pub warnings: Vec<Issue>,
}

impl Comparison<'_> {
    /// The comparison as canonical JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Serialising plain structs with string keys cannot fail; should it ever, nothing was compared.
        serde_json::to_string(self).unwrap_or_else(|_| r#"{"texts":[]}"#.to_owned())
    }
}

/// What one text says, alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct ComparedText<'e> {
    /// Short code.
    pub code: &'e str,
    /// Statutory periods now running.
    pub deadlines: Vec<Deadline<'e>>,
    /// The rules that decide: grounds of what is permitted, bars of what is prohibited, unmet conditions of what is
    /// conditional.
    pub deciding: Vec<DecidingRule<'e>>,
    /// True when a draft decides as if adopted.
    pub draft_mark: bool,
    /// Why the text cannot decide.
    pub errors: Vec<Issue>,
    /// Unmet conditions.
    pub missing: Vec<Missing<'e>>,
    /// Words that the text has no counterpart for; the facts count as not stated.
    pub no_counterpart: Vec<NoCounterpart<'e>>,
    /// Types of the duties that travel with the allow.
    pub obligations: Vec<&'e str>,
    /// The outcome.
    pub outcome: Outcome,
    /// `in-force`, `not-yet-in-force` or `draft`.
    pub status: &'static str,
    /// The territory code the act was moved to.
    pub territory: String,
    /// Full title.
    pub title: &'e Text,
    /// Words that were put in those of the text.
    pub translated: Vec<Translated<'e>>,
}

/// A rule that decides.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct DecidingRule<'e> {
    /// Article, paragraph and item in words.
    pub citation: &'e Text,
    /// Policy id; for want of a ground, the rule that demands one.
    pub policy: &'e str,
    /// The rule cited.
    pub rule: &'e str,
    /// The rule in one sentence.
    pub title: &'e Text,
}

/// A word that a text does not know.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct NoCounterpart<'e> {
    /// Fact name.
    pub fact: &'e str,
    /// Code of the text.
    pub text: &'e str,
    /// The word, as stated.
    pub word: String,
}

/// A word and the one that stands for it here.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Translated<'e> {
    /// Fact name.
    pub fact: &'e str,
    /// The word, as stated.
    pub from: String,
    /// The word of the text.
    pub to: String,
}

impl Engine {
    /// Decides one request under every text of the bundle, each time as if the act took place in the territory of that text,
    /// and only that text decided; drafts decide as if adopted and are marked.
    #[must_use]
    pub fn compare(&self, request: &Request) -> Comparison<'_> {
        Comparison {
            bundle: self.bundle(),
            engine: ENGINE,
            errors: request.errors.clone(),
            request_digest: request.digest.clone(),
            texts: request.facts().map(|f| self.prepared().iter().map(|p| self.under(p, request, f)).collect()).unwrap_or_default(),
            warnings: request.warnings.clone(),
        }
    }

    fn under<'e>(&'e self, prepared: &'e Prepared, request: &Request, stated: &Facts) -> ComparedText<'e> {
        let r = &prepared.text.regulation;
        let territory = format!("{:0<6}", r.territory);
        let mut facts = stated.clone();
        facts.set(self.known().holder_territory, Some(FactValue::Text(territory.clone())));
        facts.set(self.known().request_territory, None);
        let (mut translated, mut no_counterpart) = (Vec::new(), Vec::new());
        for fact in self.facts_with_words() {
            let Some(Value::Text(word)) = stated.get(fact) else { continue };
            let (word, name) = (word.to_owned(), self.vocabulary().fact_name(fact));
            match self.in_words_of(&prepared.text, fact, &word) {
                Some(here) if here == word => {}
                Some(here) => {
                    facts.set(fact, Some(FactValue::Text(here.clone())));
                    translated.push(Translated { fact: name, from: word, to: here });
                }
                None => {
                    facts.set(fact, None);
                    no_counterpart.push(NoCounterpart { fact: name, text: &r.code, word });
                }
            }
        }
        let alone = self.alone(prepared, &facts);
        let (status, draft_mark) = (alone.status(), alone.draft_mark());
        let mut context = Context { evaluation_mode: Mode::DraftAsAdopted.name(), ..self.context(request) };
        // Words that went together in one text may exclude each other in another.
        context.errors = contradictions(self.vocabulary(), &facts, &self.vocabulary().contradictions);
        if context.errors.is_empty() {
            self.combine(&[alone], &facts, &mut context);
        }
        ComparedText {
            code: &r.code,
            deciding: deciding(&context),
            deadlines: context.deadlines,
            draft_mark,
            errors: context.errors,
            missing: context.missing,
            no_counterpart,
            obligations: context.obligations.iter().map(|o| o.kind).collect(),
            outcome: context.outcome,
            status,
            territory,
            title: &r.title,
            translated,
        }
    }

    /// The facts for which a text has words of its own.
    fn facts_with_words(&self) -> BTreeSet<FactId> {
        self.texts().flat_map(|t| &t.allowed).map(|a| a.fact).collect()
    }

    /// A word in the words of a text: from the word to what it may stand for in common, from there to the word here.
    fn in_words_of(&self, law: &LawText, fact: FactId, word: &str) -> Option<String> {
        let meant = self.texts().flat_map(|t| &t.counterparts).filter(|c| c.fact == fact && c.here == word).map(|c| c.common.as_str());
        let meant: Vec<&str> = meant.collect();
        let of_its_own = law.counterparts.iter().filter(|c| c.fact == fact);
        let mut common = std::iter::once(word).chain(meant.iter().copied());
        let Some(allowed) = law.allowed.iter().find(|a| a.fact == fact) else {
            // A text that lists no words is written in common ones.
            return Some(meant.first().copied().unwrap_or(word).to_owned());
        };
        let allows = |w: &str| allowed.values.iter().any(|v| v == w).then(|| w.to_owned());
        common.find_map(|w| of_its_own.clone().find(|c| c.common == w).map(|c| c.here.clone()).or_else(|| allows(w)))
    }
}

/// The rules that carry the outcome.
fn deciding<'e>(c: &Context<'e>) -> Vec<DecidingRule<'e>> {
    let mut rules: Vec<DecidingRule<'e>> = match c.outcome {
        Outcome::Permitted => {
            let of =
                |g: &crate::response::Ground<'e>| DecidingRule { citation: g.citation, policy: g.policy, rule: g.rule, title: g.title };
            c.grounds.iter().map(of).collect()
        }
        Outcome::Conditional => {
            let of = |m: &Missing<'e>| DecidingRule { citation: m.citation, policy: m.policy, rule: m.rule, title: m.title };
            c.missing.iter().map(of).collect()
        }
        Outcome::Prohibited => {
            let of = |p: &crate::response::Prohibition<'e>| DecidingRule {
                citation: p.citation,
                policy: p.policy,
                rule: p.rule,
                title: p.title,
            };
            c.prohibitions.iter().map(of).collect()
        }
        Outcome::Undetermined => Vec::new(),
    };
    rules.sort_unstable();
    rules.dedup();
    rules
}
