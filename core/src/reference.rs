//! What can be said in a request, with the rules that read it, and the texts that decide.
//!
//! The reference is made from the bundle alone, so it always fits the engine that answers.

use crate::evaluate::Engine;
use crate::law::{LawText, Policy, Relation, Status};
use crate::program::{Node, NodeId, Program};
use crate::vocabulary::{ActionId, Edge, FactId, FactType, Group, Text};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// A part of the reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Actor kinds and their classes.
    Kinds,
    /// Actions and their groups.
    Actions,
    /// The facts of one group.
    Facts(Group),
}

/// Everything a request can say. Members stand in the order of their names, so the JSON is canonical.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Reference<'v> {
    /// Actions that policies name together.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub action_groups: Vec<ActionGroupEntry<'v>>,
    /// Actions: `$.action.name`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<NamedEntry<'v>>,
    /// Classes that the kinds belong to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub classes: Vec<NamedEntry<'v>>,
    /// Facts, in the order of the vocabulary.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<FactEntry<'v>>,
    /// Actor kinds: `$.subject.type`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<KindEntry<'v>>,
}

/// Actions that policies name together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct ActionGroupEntry<'v> {
    /// Its members.
    pub actions: Vec<&'v str>,
    /// Its label.
    pub label: &'v Text,
    /// The identifier.
    pub name: &'v str,
}

/// A name with its label.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct NamedEntry<'v> {
    /// Its label.
    pub label: &'v Text,
    /// The identifier.
    pub name: &'v str,
}

/// An actor kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct KindEntry<'v> {
    /// The classes it belongs to.
    pub classes: &'v [String],
    /// Its label.
    pub label: &'v Text,
    /// The identifier.
    pub name: &'v str,
}

/// A fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct FactEntry<'v> {
    /// Filled by the engine, never by the caller.
    pub derived: bool,
    /// For dates: which end of the day a bare date stands for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub edge: Option<Edge>,
    /// A date on which something happened; it cannot lie after `time.now`.
    pub event: bool,
    /// Where it stands.
    pub group: Group,
    /// What it says when stated.
    pub label: &'v Text,
    /// `group.name`.
    pub name: &'v str,
    /// Where a request states it (`JSONPath`).
    pub path: String,
    /// The values that mean "not yet".
    pub pending: &'v [String],
    /// What to do when it is missing.
    pub remedy: &'v Text,
    /// The rules that read it.
    pub rules: Vec<&'v str>,
    /// How it is written.
    #[serde(rename = "type")]
    pub ty: FactType,
    /// The words it may take, for an enumerated fact.
    pub values: Vec<ValueEntry<'v>>,
    /// Who brings it about: an actor kind or `subject`.
    pub who: &'v str,
}

/// A word of an enumerated fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct ValueEntry<'v> {
    /// Its label.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub label: Option<&'v Text>,
    /// The word.
    pub value: &'v str,
}

/// A text of law in the bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct RegulationEntry<'v> {
    /// Number of its articles.
    pub articles: usize,
    /// Short code, first part of every rule id.
    pub code: &'v str,
    /// Effective date; `null` for a draft that leaves it blank.
    pub effective_date: Option<&'v str>,
    /// Who issued it.
    pub issuer: &'v Text,
    /// What a reader has to know: later enactments, rank.
    pub note: Option<&'v Text>,
    /// Number of its rules.
    pub rules: usize,
    /// Whether it binds.
    pub status: Status,
    /// First two digits of the GB/T 2260 codes of its territory.
    pub territory: &'v str,
    /// Full title.
    pub title: &'v Text,
}

impl Engine {
    /// What can be said in a request; with `part`, only that part.
    #[must_use]
    pub fn reference(&self, part: Option<Part>) -> Reference<'_> {
        let v = self.vocabulary();
        let wanted = |p: Part| part.is_none_or(|only| only == p);
        let mut out =
            Reference { action_groups: Vec::new(), actions: Vec::new(), classes: Vec::new(), facts: Vec::new(), kinds: Vec::new() };
        if wanted(Part::Kinds) {
            out.classes = v.classes.iter().map(|c| NamedEntry { label: &c.label, name: &c.name }).collect();
            out.kinds = v.kinds.iter().map(|k| KindEntry { classes: &k.classes, label: &k.label, name: &k.name }).collect();
        }
        if wanted(Part::Actions) {
            out.actions = v.actions.iter().map(|a| NamedEntry { label: &a.label, name: &a.name }).collect();
            let name = |a: &ActionId| v.actions.get(usize::from(a.0)).map(|n| n.name.as_str());
            out.action_groups = v
                .action_groups
                .iter()
                .map(|g| ActionGroupEntry { actions: g.actions.iter().filter_map(name).collect(), label: &g.label, name: &g.name })
                .collect();
        }
        let readers = readers(self);
        for (i, f) in v.facts.iter().enumerate().filter(|(_, f)| wanted(Part::Facts(f.group))) {
            let rules = u16::try_from(i).ok().and_then(|i| readers.get(&FactId(i)));
            out.facts.push(FactEntry {
                derived: f.derived,
                edge: (f.ty == FactType::Date).then_some(f.edge),
                event: f.event,
                group: f.group,
                label: &f.label,
                name: &f.name,
                path: f.path(),
                pending: &f.pending,
                remedy: &f.remedy,
                rules: rules.into_iter().flatten().copied().collect(),
                ty: f.ty,
                values: f.values.iter().enumerate().map(|(i, value)| ValueEntry { label: f.value_labels.get(i), value }).collect(),
                who: &f.who,
            });
        }
        out
    }

    /// The texts of law in the bundle, in its order.
    #[must_use]
    pub fn regulations(&self) -> Vec<RegulationEntry<'_>> {
        self.texts()
            .map(|t| {
                let r = &t.regulation;
                RegulationEntry {
                    articles: t.articles.len(),
                    code: &r.code,
                    effective_date: r.effective_date.as_deref(),
                    issuer: &r.issuer,
                    note: r.note.as_ref(),
                    rules: t.rules.len(),
                    status: r.status,
                    territory: &r.territory,
                    title: &r.title,
                }
            })
            .collect()
    }
}

/// The rules that read each fact: in a condition, in a demand, as a limit of a duty, as the start of a period, as a word
/// of the text, or to choose the text.
fn readers(engine: &Engine) -> BTreeMap<FactId, BTreeSet<&str>> {
    let v = engine.vocabulary();
    let mut out: BTreeMap<FactId, BTreeSet<&str>> = BTreeMap::new();
    for text in engine.texts() {
        let r = &text.regulation;
        for policy in &text.policies {
            for fact in read_by(text, policy) {
                out.entry(fact).or_default().extend(policy.rules.iter().chain(&policy.lifts).map(String::as_str));
            }
        }
        for allowed in &text.allowed {
            out.entry(allowed.fact).or_default().insert(&allowed.rule);
        }
        for (name, rule) in [("dataset.territory", &r.scope_rule), ("request.territory", &r.scope_rule), ("time.now", &r.effective_rule)] {
            if let Some(fact) = v.find_fact(name) {
                out.entry(fact).or_default().insert(rule);
            }
        }
    }
    out
}

/// The facts that a policy reads.
pub(crate) fn read_by(text: &LawText, policy: &Policy) -> BTreeSet<FactId> {
    let mut facts = BTreeSet::new();
    for atom in policy.demands.iter().flat_map(|d| &d.any) {
        facts.insert(atom.fact);
        match &atom.relation {
            Relation::Same(o) | Relation::AtMost(o) | Relation::AtLeast(o) | Relation::Within(o) | Relation::OneOf(o) => {
                facts.insert(*o);
            }
            Relation::Is(_) | Relation::Stated => {}
        }
    }
    facts.extend(policy.duty.iter().flat_map(|d| &d.parameters).map(|(_, f)| *f));
    facts.extend(policy.period.iter().map(|p| p.from));
    if let Some(root) = policy.condition {
        condition(&text.program, root, &mut facts);
    }
    facts
}

/// Collects the facts that a condition reads.
fn condition(program: &Program, root: NodeId, facts: &mut BTreeSet<FactId>) {
    let mut open = vec![root];
    while let Some(id) = open.pop() {
        let Some(node) = usize::try_from(id).ok().and_then(|i| program.nodes.get(i)) else { continue };
        match node {
            Node::Bool(_) | Node::Long(_) | Node::Text(_) | Node::Texts(_) | Node::KindIn(_) => {}
            Node::Has(f) | Node::Get(f) => {
                facts.insert(*f);
            }
            Node::Not(a) | Node::IsEmpty(a) | Node::StartsWith(a, _) => open.push(*a),
            Node::And(a, b)
            | Node::Or(a, b)
            | Node::Eq(a, b)
            | Node::Less(a, b)
            | Node::LessEq(a, b)
            | Node::Add(a, b)
            | Node::Sub(a, b)
            | Node::Mul(a, b)
            | Node::Contains(a, b)
            | Node::ContainsAll(a, b)
            | Node::ContainsAny(a, b) => open.extend([*a, *b]),
            Node::If(a, b, c) => open.extend([*a, *b, *c]),
        }
    }
}
