//! What a change of the law, or of its encoding, changes: the answers of two bundles to the same requests, side by side.

use super::vectors::Vector;
use crate::citation::locate;
use crate::evaluate::Engine;
use crate::response::{BundleInfo, Context, Outcome, Response};
use crate::vocabulary::Text;
use serde::Serialize;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};

/// How two bundles answer the same requests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Difference<'e> {
    /// The second bundle.
    pub after: BundleInfo<'e>,
    /// The first bundle.
    pub before: BundleInfo<'e>,
    /// Requests that are answered otherwise.
    pub changed: usize,
    /// The provisions in which answers differ, in statute order; last the answers that differ in none.
    pub provisions: Vec<Provision>,
    /// Requests asked.
    pub vectors: usize,
}

impl Difference<'_> {
    /// The difference as canonical JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Serialising plain structs with string keys cannot fail; should it ever, nobody takes an empty text for an answer.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// A provision and the answers that differ in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename = "ChangedProvision"))]
pub struct Provision {
    /// The answers, in the order of the vectors.
    pub answers: Vec<Answer>,
    /// Article, paragraph and item in words.
    pub citation: Option<Text>,
    /// The rule; `null` for answers that differ although they name the same rules in the same way.
    pub rule: Option<String>,
}

/// A changed answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename = "ChangedAnswer"))]
pub struct Answer {
    /// The outcome with the second bundle.
    pub after: Outcome,
    /// The outcome with the first bundle.
    pub before: Outcome,
    /// What became of the provision in it.
    pub change: Change,
    /// Name of the vector.
    pub vector: String,
}

/// What became of a provision in an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename = "ProvisionChange"))]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// The answer names it now.
    Appears,
    /// The answer named it before.
    Disappears,
    /// The answer names it before and after, but says something else of it.
    Differs,
}

/// Asks both bundles every vector's request. Versions and digests of the bundles themselves are no change.
#[must_use]
pub fn diff<'e>(before: &'e Engine, after: &'e Engine, vectors: &[Vector]) -> Difference<'e> {
    let mut changed = 0usize;
    let mut by_rule: BTreeMap<Place, Vec<Answer>> = BTreeMap::new();
    for vector in vectors {
        let (requested_before, requested_after) = (before.read(&vector.request), after.read(&vector.request));
        let (old, new) = (before.evaluate(&requested_before), after.evaluate(&requested_after));
        let (old_parts, new_parts) = (parts(&old), parts(&new));
        if old_parts == new_parts {
            continue;
        }
        changed = changed.saturating_add(1);
        let answer = |change| Answer { after: new.context.outcome, before: old.context.outcome, change, vector: vector.name.clone() };
        let mut placed = false;
        for rule in rules(&old_parts).union(&rules(&new_parts)) {
            let (o, n) = (old_parts.get(&Some(*rule)), new_parts.get(&Some(*rule)));
            let change = match (o, n) {
                (None, _) => Change::Appears,
                (_, None) => Change::Disappears,
                _ if o == n => continue,
                _ => Change::Differs,
            };
            placed = true;
            by_rule.entry(Place::of(rule)).or_default().push(answer(change));
        }
        if !placed {
            by_rule.entry(Place::NOWHERE).or_default().push(answer(Change::Differs));
        }
    }
    let citation = |rule: &str| after.citation(rule).or_else(|| before.citation(rule)).cloned();
    let provisions = by_rule
        .into_iter()
        .map(|(place, answers)| Provision { answers, citation: place.rule.as_deref().and_then(citation), rule: place.rule })
        .collect();
    Difference { after: after.bundle(), before: before.bundle(), changed, provisions, vectors: vectors.len() }
}

/// Where a provision stands among all; answers that differ in none come last.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    nowhere: bool,
    text: String,
    locator: Option<(u32, u32, Option<u32>)>,
    rule: Option<String>,
}

impl Place {
    const NOWHERE: Self = Self { nowhere: true, text: String::new(), locator: None, rule: None };

    fn of(rule: &str) -> Self {
        let text = rule.split('/').next().unwrap_or_default().to_owned();
        let locator = locate(rule).map(|l| (l.article, l.paragraph, l.item));
        Self { nowhere: false, text, locator, rule: Some(rule.to_owned()) }
    }
}

/// What an answer says, by rule; under `None` what it says of no rule in particular.
type Parts<'a> = BTreeMap<Option<&'a str>, BTreeSet<String>>;

fn rules<'a>(parts: &Parts<'a>) -> BTreeSet<&'a str> {
    parts.keys().copied().flatten().collect()
}

fn parts<'a>(response: &'a Response<'_>) -> Parts<'a> {
    let c: &Context<'_> = &response.context;
    let mut parts: Parts<'a> = BTreeMap::new();
    let mut say = |rule: Option<&'a str>, list: &str, said: Result<Json, serde_json::Error>| {
        parts.entry(rule).or_default().insert(format!("{list} {}", said.unwrap_or_default()));
    };
    for g in &c.grounds {
        say(Some(g.rule), "grounds", serde_json::to_value(g));
    }
    for p in &c.prohibitions {
        say(Some(p.rule), "prohibitions", serde_json::to_value(p));
    }
    for m in &c.missing {
        say(Some(m.rule), "missing", serde_json::to_value(m));
    }
    for o in &c.obligations {
        for p in &o.properties.provisions {
            say(Some(p.rule), "obligations", serde_json::to_value((o.kind, &o.properties.parameters, p)));
        }
    }
    for d in &c.deadlines {
        say(Some(d.rule), "deadlines", serde_json::to_value(d));
    }
    // A point is no provision: what rests on it may be a policy that stays silent.
    for r in &c.readings {
        say(None, "readings", serde_json::to_value(r));
    }
    for (list, issues) in [("errors", &c.errors), ("warnings", &c.warnings)] {
        for i in issues {
            let said = || serde_json::to_value(i);
            for rule in &i.rules {
                say(Some(rule), list, said());
            }
            if i.rules.is_empty() {
                say(None, list, said());
            }
        }
    }
    for r in &c.regulations {
        say(None, "regulations", serde_json::to_value(r));
    }
    say(None, "outcome", serde_json::to_value(c.outcome));
    parts
}
