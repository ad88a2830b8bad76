//! Divergence sets: the same facts under every text, whose answers differ, with the reason. Data that every host can show.
//!
//! A divergence file (`tests/divergence/*.toml`) has
//! - `[base.NAME]` — facts that others start from, as in vector files;
//! - `[[divergence]]` — a base and what is different, why the texts disagree (`why_zh`, `why_en`), the outcome each text must
//!   have (`expect`) and rules that must be among those that decide (`rules`).

use super::vectors::{Base, Patch, merge, request, resolve};
use super::{Sources, read_toml};
use crate::compare::ComparedText;
use crate::evaluate::Engine;
use crate::law::PolicySet;
use crate::response::Outcome;
use crate::vocabulary::Text;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// The same facts under every text, and what each of them must answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Divergence {
    /// Unique name.
    pub name: String,
    /// Why the answers differ.
    pub why: Text,
    /// The request document.
    pub request: Vec<u8>,
    /// The outcome by text; every text has one.
    pub expect: BTreeMap<String, Outcome>,
    /// Rules that must be among the deciding ones, by text.
    pub rules: BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DivergenceFile {
    #[serde(default)]
    base: BTreeMap<String, Base>,
    #[serde(default)]
    divergence: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    name: String,
    base: String,
    why_zh: String,
    why_en: String,
    expect: BTreeMap<String, String>,
    #[serde(default)]
    rules: BTreeMap<String, Vec<String>>,
    #[serde(flatten)]
    patch: Patch,
}

/// Reads every divergence file of a folder.
///
/// # Errors
/// File and reason of the first file that cannot be read.
pub fn read(sources: &Sources) -> Result<Vec<Divergence>, String> {
    let (mut bases, mut entries) = (BTreeMap::new(), Vec::new());
    for (path, text) in sources.iter() {
        let file: DivergenceFile = read_toml::read(text).map_err(|e| format!("{path}: {e}"))?;
        for (name, base) in file.base {
            if bases.insert((String::new(), name.clone()), base).is_some() {
                return Err(format!("{path}: base `{name}` stands twice"));
            }
        }
        entries.extend(file.divergence.into_iter().map(|e| (path, e)));
    }
    let (mut names, mut out) = (BTreeSet::new(), Vec::new());
    for (path, e) in entries {
        let place = format!("{path}: `{}`", e.name);
        if !names.insert(e.name.clone()) {
            return Err(format!("{place} stands twice"));
        }
        if e.why_zh.is_empty() || e.why_en.is_empty() {
            return Err(format!("{place} gives no reason"));
        }
        let mut merged = resolve(&bases, "", &e.base, 0).map_err(|reason| format!("{place}: {reason}"))?;
        if let Some(key) = e.patch.keys().find(|k| !KEYS.contains(&k.as_str())) {
            return Err(format!("{place}: `{key}` is no part of a request"));
        }
        merge(&mut merged, &e.patch);
        let outcome = |(code, name): (String, String)| match Outcome::from_name(&name) {
            Some(o) => Ok((code, o)),
            None => Err(format!("{place}: `{name}` is no outcome")),
        };
        out.push(Divergence {
            name: e.name,
            why: Text { zh: e.why_zh, en: e.why_en },
            request: request(&merged).to_string().into_bytes(),
            expect: e.expect.into_iter().map(outcome).collect::<Result<_, _>>()?,
            rules: e.rules,
        });
    }
    Ok(out)
}

/// What a set may state besides its base.
const KEYS: [&str; 9] = ["subject", "action", "actor", "dataset", "request", "grant", "procedure", "law", "time"];

/// What sort of reason carries an outcome.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Reason<'e> {
    /// A ground carries the act.
    Ground,
    /// Steps are missing: the facts.
    Steps(BTreeSet<&'e str>),
    /// A bar stops it.
    Bar,
    /// Nothing carries it.
    NoGround,
    /// The text does not decide.
    Silent,
}

impl Divergence {
    /// What is not as expected; empty when every text answers as it must and the answers differ.
    #[must_use]
    pub fn problems(&self, engine: &Engine) -> Vec<String> {
        let request = engine.read(&self.request);
        let comparison = engine.compare(&request);
        let mut problems: Vec<String> =
            comparison.errors.iter().chain(&comparison.warnings).map(|e| format!("{} at {}: {}", e.code, e.path, e.message.en)).collect();
        let there: BTreeSet<&str> = comparison.texts.iter().map(|t| t.code).collect();
        let named = self.expect.keys().chain(self.rules.keys()).map(String::as_str);
        problems.extend(named.filter(|c| !there.contains(c)).map(|c| format!("there is no answer under `{c}`")));
        for text in &comparison.texts {
            self.check(text, &mut problems);
        }
        let answers: BTreeSet<_> = comparison.texts.iter().map(|t| (t.outcome.name(), reason(engine, t))).collect();
        if answers.len() < 2 && problems.is_empty() {
            problems.push(format!("all texts give the same answer for the same kind of reason: {answers:?}"));
        }
        problems
    }

    fn check(&self, text: &ComparedText<'_>, problems: &mut Vec<String>) {
        let (code, found) = (text.code, text.outcome.name());
        match self.expect.get(code) {
            None => problems.push(format!("{code}: no outcome is expected, it is {found}")),
            Some(wanted) if *wanted != text.outcome => problems.push(format!("{code}: should be {}, is {found}", wanted.name())),
            Some(_) => {}
        }
        // Facts that a text cannot read together show nothing about its law.
        problems
            .extend(text.errors.iter().filter(|e| e.code != "governed-elsewhere").map(|e| format!("{code}: {}: {}", e.code, e.message.en)));
        let deciding: BTreeSet<&str> = text.deciding.iter().map(|d| d.rule).collect();
        let wanted = self.rules.get(code).into_iter().flatten();
        problems
            .extend(wanted.filter(|r| !deciding.contains(r.as_str())).map(|r| format!("{code}: {r} does not decide, but {deciding:?}")));
    }
}

fn reason<'e>(engine: &Engine, text: &ComparedText<'e>) -> Reason<'e> {
    let law = engine.texts().find(|t| t.regulation.code == text.code);
    let is_gate = |id: &str| law.is_some_and(|l| l.policies.iter().any(|p| p.set == PolicySet::Gate && p.id == id));
    match text.outcome {
        Outcome::Permitted => Reason::Ground,
        Outcome::Conditional => Reason::Steps(text.missing.iter().map(|m| m.fact).collect()),
        Outcome::Prohibited if text.deciding.iter().any(|d| is_gate(d.policy)) => Reason::Bar,
        Outcome::Prohibited => Reason::NoGround,
        Outcome::Undetermined => Reason::Silent,
    }
}
