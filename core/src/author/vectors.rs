//! Test vectors: requests with the answer they must get, as data that every host runs.
//!
//! A vector file (`tests/vectors/<text>/*.toml`) has
//! - `[base.NAME]` — a request that others start from: `from`, `subject`, `action`, `mode`, `facts.<group>.<name>`;
//! - `[[boundary]]` — a rule and the two sides of its boundary: the base (with `met`) and the base with `unmet`;
//! - `[[vector]]` — a request and what its answer must contain;
//! - `[[bad]]` — a document that is no valid request, with the code and path of its error.

use super::{Sources, read_toml};
use crate::evaluate::Engine;
use crate::facts::Facts;
use crate::law::{LawText, Policy, PolicySet, RuleKind};
use crate::response::{FactState, Outcome, Response};
use serde::Deserialize;
use serde_json::{Map, Value as Json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// Which side of a rule's boundary a request is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// The permit carries, the bar is silent, the condition holds, the exception lifts.
    Met,
    /// The opposite.
    Unmet,
}

/// A request and what its answer must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vector {
    /// Unique name.
    pub name: String,
    /// The request document; bytes, because some are deliberately no UTF-8.
    pub request: Vec<u8>,
    /// What must be true of the answer.
    pub expected: Expected,
}

/// What must be true of an answer. Lists that are `None` are not looked at.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Expected {
    /// The outcome.
    pub outcome: Option<Outcome>,
    /// Rules and the side this request is on.
    pub sides: Vec<(String, Side)>,
    /// Rules of grounds.
    pub grounds: Option<Vec<String>>,
    /// Rules of prohibitions.
    pub prohibitions: Option<Vec<String>>,
    /// Facts of missing conditions.
    pub missing: Option<Vec<String>>,
    /// Obligation types that must be there.
    pub obligations: Vec<String>,
    /// Running periods: rule, due date, overdue.
    pub deadlines: Option<Vec<(String, String, bool)>>,
    /// Open points.
    pub readings: Option<Vec<String>>,
    /// Error code and path.
    pub errors: Option<Vec<(String, String)>>,
}

/// The sides of each rule that vectors have shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sides(BTreeMap<String, BTreeSet<Side>>);

impl Sides {
    /// Whether both sides of the rule were shown.
    #[must_use]
    pub fn both(&self, rule: &str) -> bool {
        self.0.get(rule).is_some_and(|s| s.len() == 2)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct VectorFile {
    #[serde(default)]
    base: BTreeMap<String, Base>,
    #[serde(default)]
    boundary: Vec<Boundary>,
    #[serde(default)]
    vector: Vec<Single>,
    #[serde(default)]
    bad: Vec<Bad>,
}

#[derive(Deserialize, Clone, Default)]
pub(super) struct Base {
    from: Option<String>,
    #[serde(flatten)]
    patch: Patch,
}

pub(super) type Patch = BTreeMap<String, Json>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Boundary {
    rules: Vec<String>,
    base: String,
    name: Option<String>,
    unmet: Patch,
    outcome: String,
    #[serde(default)]
    met: Patch,
    met_outcome: Option<String>,
    missing: Option<Vec<String>>,
    readings: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Single {
    name: String,
    base: String,
    #[serde(default)]
    set: Patch,
    outcome: String,
    #[serde(default)]
    met: Vec<String>,
    #[serde(default)]
    unmet: Vec<String>,
    grounds: Option<Vec<String>>,
    prohibitions: Option<Vec<String>>,
    missing: Option<Vec<String>>,
    #[serde(default)]
    obligations: Vec<String>,
    deadlines: Option<Vec<(String, String, bool)>>,
    readings: Option<Vec<String>>,
    errors: Option<Vec<(String, String)>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Bad {
    name: String,
    code: String,
    path: String,
    /// The document as text.
    raw: Option<String>,
    /// The document as hexadecimal bytes.
    hex: Option<String>,
    /// A document too long to write down.
    repeat: Option<Repeat>,
    /// A valid base with something wrong patched in.
    base: Option<String>,
    #[serde(default)]
    set: Patch,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Repeat {
    prefix: String,
    unit: String,
    times: usize,
    suffix: String,
}

/// Reads every vector file of a folder of folders.
///
/// # Errors
/// File and reason of the first file that cannot be read.
pub fn read(sources: &Sources) -> Result<Vec<Vector>, String> {
    let mut files = Vec::new();
    for (path, text) in sources.iter() {
        let file: VectorFile = read_toml::read(text).map_err(|e| format!("{path}: {e}"))?;
        files.push((path, file));
    }
    let folder_of = |path: &str| path.split_once('/').map_or(String::new(), |(f, _)| f.to_owned());
    let mut bases: BTreeMap<(String, String), Base> = BTreeMap::new();
    for (path, file) in &files {
        for (name, base) in &file.base {
            if bases.insert((folder_of(path), name.clone()), base.clone()).is_some() {
                return Err(format!("{path}: base `{name}` stands twice in its folder"));
            }
        }
    }
    let mut out: Vec<Vector> = Vec::new();
    let mut names = BTreeSet::new();
    for (path, file) in files {
        let folder = folder_of(path);
        let mut push = |v: Vector| {
            if !names.insert(v.name.clone()) {
                return Err(format!("{path}: vector `{}` stands twice", v.name));
            }
            out.push(v);
            Ok(())
        };
        let build = |base: &str, patch: &Patch| {
            let mut merged = resolve(&bases, &folder, base, 0).map_err(|e| format!("{path}: {e}"))?;
            merge(&mut merged, patch);
            Ok::<_, String>(request(&merged).to_string().into_bytes())
        };
        let outcome = |name: &str| Outcome::from_name(name).ok_or_else(|| format!("{path}: `{name}` is no outcome"));
        for b in file.boundary {
            let label = format!("{folder}: {}{}", b.rules.join(" "), b.name.map(|n| format!(" ({n})")).unwrap_or_default());
            let sides = |side| b.rules.iter().map(|r| (r.clone(), side)).collect();
            push(Vector {
                name: format!("{label} met"),
                request: build(&b.base, &b.met)?,
                expected: Expected {
                    outcome: Some(outcome(b.met_outcome.as_deref().unwrap_or("permitted"))?),
                    sides: sides(Side::Met),
                    ..Expected::default()
                },
            })?;
            push(Vector {
                name: format!("{label} unmet"),
                request: build(&b.base, &b.unmet)?,
                expected: Expected {
                    outcome: Some(outcome(&b.outcome)?),
                    sides: sides(Side::Unmet),
                    missing: b.missing,
                    readings: b.readings,
                    ..Expected::default()
                },
            })?;
        }
        for v in file.vector {
            let sides = v.met.into_iter().map(|r| (r, Side::Met)).chain(v.unmet.into_iter().map(|r| (r, Side::Unmet))).collect();
            push(Vector {
                name: format!("{folder}: {}", v.name),
                request: build(&v.base, &v.set)?,
                expected: Expected {
                    outcome: Some(outcome(&v.outcome)?),
                    sides,
                    grounds: v.grounds,
                    prohibitions: v.prohibitions,
                    missing: v.missing,
                    obligations: v.obligations,
                    deadlines: v.deadlines,
                    readings: v.readings,
                    errors: v.errors,
                },
            })?;
        }
        for b in file.bad {
            let request = match (b.raw, b.hex, b.repeat, b.base) {
                (Some(raw), None, None, None) => raw.into_bytes(),
                (None, Some(hex), None, None) => unhex(&hex).ok_or_else(|| format!("{path}: `{hex}` is no hexadecimal"))?,
                (None, None, Some(r), None) => [r.prefix, r.unit.repeat(r.times), r.suffix].concat().into_bytes(),
                (None, None, None, Some(base)) => build(&base, &b.set)?,
                _ => return Err(format!("{path}: `{}` needs exactly one of raw, hex, repeat, base", b.name)),
            };
            push(Vector {
                name: format!("{folder}: {}", b.name),
                request,
                expected: Expected { outcome: Some(Outcome::Undetermined), errors: Some(vec![(b.code, b.path)]), ..Expected::default() },
            })?;
        }
    }
    Ok(out)
}

pub(super) fn resolve(bases: &BTreeMap<(String, String), Base>, folder: &str, name: &str, depth: u8) -> Result<Patch, String> {
    let base = bases
        .get(&(folder.to_owned(), name.to_owned()))
        .or_else(|| bases.get(&(String::new(), name.to_owned())))
        .ok_or_else(|| format!("there is no base `{name}`"))?;
    let mut merged = match &base.from {
        Some(_) if depth > 8 => return Err(format!("base `{name}` goes in circles")),
        Some(from) => resolve(bases, folder, from, depth.saturating_add(1))?,
        None => Patch::new(),
    };
    merge(&mut merged, &base.patch);
    Ok(merged)
}

pub(super) fn merge(into: &mut Patch, patch: &Patch) {
    for (key, value) in patch {
        match (into.get_mut(key), value) {
            (Some(Json::Object(old)), Json::Object(new)) => {
                for (k, v) in new {
                    old.insert(k.clone(), v.clone());
                }
            }
            _ => {
                into.insert(key.clone(), value.clone());
            }
        }
    }
}

/// The request document of a merged base: `subject`, `action` and `mode` are words, everything else a group of facts.
pub(super) fn request(merged: &Patch) -> Json {
    let group = |name: &str| merged.get(name).cloned().unwrap_or_else(|| Json::Object(Map::new()));
    let word = |name: &str, default: &str| merged.get(name).and_then(Json::as_str).unwrap_or(default).to_owned();
    let mut context = Map::new();
    for name in ["request", "grant", "procedure", "law", "time"] {
        if merged.contains_key(name) {
            context.insert(name.to_owned(), group(name));
        }
    }
    if let Some(mode) = merged.get("mode") {
        context.insert("evaluation_mode".to_owned(), mode.clone());
    }
    serde_json::json!({
        "subject": {"type": word("subject", "GovernmentDepartment"), "id": word("subject_id", "actor-1"), "properties": group("actor")},
        "action": {"name": word("action", "any_data_activity")},
        "resource": {"type": "Dataset", "id": word("dataset_id", "dataset-1"), "properties": group("dataset")},
        "context": context,
    })
}

fn unhex(hex: &str) -> Option<Vec<u8>> {
    let digits: Vec<u32> = hex.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_digit(16)).collect::<Option<_>>()?;
    digits
        .chunks(2)
        .map(|pair| match pair {
            [a, b] => u8::try_from(a.checked_mul(16)?.checked_add(*b)?).ok(),
            _ => None,
        })
        .collect()
}

/// What running one vector showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// What is not as expected; empty when the vector passed.
    pub problems: Vec<String>,
    /// The answer in one line, for the committed record of all answers.
    pub summary: String,
    /// The answer, byte for byte.
    pub response: String,
}

/// A second judge of the facts of a request, beside the engine.
pub trait Judge: std::fmt::Debug {
    /// Where it does not agree with the engine, in English; empty when it agrees.
    fn disagreements(&self, engine: &Engine, facts: &Facts) -> Vec<String>;
}

/// Runs vectors against an engine and, where there is one, a second judge.
#[derive(Debug)]
pub struct Runner<'a> {
    engine: &'a Engine,
    judge: Option<&'a dyn Judge>,
    /// The sides shown so far.
    pub sides: Sides,
}

impl<'a> Runner<'a> {
    /// A runner; a judge, such as [`Oracle`](super::oracle::Oracle), is asked about every request as well.
    #[must_use]
    pub fn new(engine: &'a Engine, judge: Option<&'a dyn Judge>) -> Self {
        Self { engine, judge, sides: Sides::default() }
    }

    /// Runs one vector.
    pub fn run(&mut self, vector: &Vector) -> Report {
        let request = self.engine.read(&vector.request);
        let response = self.engine.evaluate(&request);
        let mut problems = check(&vector.expected, &response);
        if let Some(facts) = request.facts() {
            for (rule, side) in &vector.expected.sides {
                match self.side(rule, facts) {
                    Some(found) if found == *side => {
                        self.sides.0.entry(rule.clone()).or_default().insert(found);
                    }
                    found => problems.push(format!("rule {rule} should be {side:?}, is {found:?}")),
                }
            }
            problems.extend(self.judge.into_iter().flat_map(|j| j.disagreements(self.engine, facts)));
        }
        Report { problems, summary: summary(&vector.name, &response), response: response.to_json() }
    }

    fn side(&self, rule: &str, facts: &Facts) -> Option<Side> {
        let text = self.engine.texts().find(|t| rule.starts_with(&format!("{}/", t.regulation.code)))?;
        let matching = self.engine.matching_policies(&text.regulation.code, facts)?;
        let is_matched = |p: &Policy| {
            [&matching.grounds, &matching.gates, &matching.duties, &matching.deadlines].iter().any(|l| l.contains(&p.id.as_str()))
        };
        let (mut fired, mut spoke, mut carried, mut taken_back) = (false, false, false, false);
        let mut found = false;
        let speaking = speaking(text, rule, facts);
        // A bar or condition is on the side its gates show, whatever else the same rule brings along; a permit on the side of
        // its grounds; only a rule that has neither shows its side by a duty or a period.
        let gates = speaking.iter().any(|p| p.set == PolicySet::Gate);
        let by_gates = gates && text.rules.iter().any(|r| r.id == rule && matches!(r.kind, RuleKind::Forbid | RuleKind::Condition));
        let by_decision = gates || speaking.iter().any(|p| p.set == PolicySet::Ground);
        let decides = |p: &Policy| match p.set {
            PolicySet::Gate => true,
            PolicySet::Ground => !by_gates,
            PolicySet::Duty | PolicySet::Deadline => false,
        };
        for p in speaking.into_iter().filter(|p| decides(p) || !by_decision) {
            found = true;
            let matched = is_matched(p);
            if p.set == PolicySet::Gate {
                fired |= matched;
            } else if p.narrows.iter().any(|r| r == rule) {
                taken_back |= matched;
            } else {
                spoke = true;
                carried |= matched;
            }
        }
        let unmet = fired || taken_back || (spoke && !carried);
        found.then_some(if unmet { Side::Unmet } else { Side::Met })
    }
}

/// The policies that carry or lift a rule and name the action of the request.
fn speaking<'t>(text: &'t LawText, rule: &str, facts: &Facts) -> Vec<&'t Policy> {
    let names = |p: &&Policy| p.all_rules().any(|r| r == rule);
    text.policies.iter().filter(names).filter(|p| p.actions.is_empty() || p.actions.contains(&facts.action())).collect()
}

fn check(expected: &Expected, response: &Response<'_>) -> Vec<String> {
    let c = &response.context;
    let mut problems = Vec::new();
    if let Some(o) = expected.outcome.filter(|o| *o != c.outcome) {
        problems.push(format!("outcome should be {}, is {}", o.name(), c.outcome.name()));
    }
    if response.decision != (c.outcome == Outcome::Permitted) {
        problems.push("decision and outcome disagree".to_owned());
    }
    let mut same = |what: &str, wanted: &Option<Vec<String>>, found: Vec<&str>| {
        if let Some(wanted) = wanted {
            let (w, f): (BTreeSet<&str>, BTreeSet<&str>) = (wanted.iter().map(String::as_str).collect(), found.into_iter().collect());
            if w != f {
                problems.push(format!("{what} should be {w:?}, are {f:?}"));
            }
        }
    };
    same("grounds", &expected.grounds, c.grounds.iter().map(|g| g.rule).collect());
    same("prohibitions", &expected.prohibitions, c.prohibitions.iter().map(|p| p.rule).collect());
    same("missing facts", &expected.missing, c.missing.iter().map(|m| m.fact).collect());
    same("readings", &expected.readings, c.readings.iter().map(|r| r.point).collect());
    for duty in &expected.obligations {
        if !c.obligations.iter().any(|o| o.kind == duty) {
            problems.push(format!("obligation {duty} is missing"));
        }
    }
    if let Some(wanted) = &expected.deadlines {
        let found: Vec<_> = c.deadlines.iter().map(|d| (d.rule.to_owned(), d.due.clone().unwrap_or_default(), d.overdue)).collect();
        if found.iter().collect::<BTreeSet<_>>() != wanted.iter().collect::<BTreeSet<_>>() {
            problems.push(format!("deadlines should be {wanted:?}, are {found:?}"));
        }
    }
    for (code, path) in expected.errors.iter().flatten() {
        if !c.errors.iter().any(|e| e.code == code && e.path == *path) {
            let found: Vec<_> = c.errors.iter().map(|e| (e.code, e.path.as_str())).collect();
            problems.push(format!("error {code} at {path} is missing; found {found:?}"));
        }
    }
    problems
}

/// An answer in one line.
fn summary(name: &str, response: &Response<'_>) -> String {
    let c = &response.context;
    let mut out = format!("{name} => {}", c.outcome.name());
    let mut part = |label: &str, items: Vec<String>| {
        if !items.is_empty() {
            let _ = write!(out, " | {label} {}", items.join(", "));
        }
    };
    part("by", c.grounds.iter().map(|g| g.policy.to_owned()).collect());
    part("barred", c.prohibitions.iter().map(|p| p.policy.to_owned()).collect());
    let state = |s: FactState| if s == FactState::NotStated { "not stated" } else { "stated false" };
    part("missing", c.missing.iter().map(|m| format!("{} {} ({})", m.policy, m.fact, state(m.state))).collect());
    part("duties", c.obligations.iter().map(|o| o.kind.to_owned()).collect());
    part(
        "periods",
        c.deadlines
            .iter()
            .map(|d| format!("{} {}{}", d.rule, d.due.as_deref().unwrap_or("?"), if d.overdue { " overdue" } else { "" }))
            .collect(),
    );
    part("points", c.readings.iter().map(|r| r.point.to_owned()).collect());
    part("errors", c.errors.iter().map(|e| format!("{} {}", e.code, e.path)).collect());
    out
}
