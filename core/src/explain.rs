//! What a rule says and where it is encoded, for people and tools that were given its id in an answer.

use crate::citation::cite;
use crate::evaluate::Engine;
use crate::law::{Atom, Choice, Demand, LawText, Place, Policy, PolicySet, Relation, RuleKind, Status};
use crate::vocabulary::{ActionId, Text, Vocabulary};
use serde::Serialize;

/// A rule of the law. Members stand in the order of their names, so the JSON is canonical.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct RuleExplanation<'e> {
    /// Article, paragraph and item in words.
    pub citation: Text,
    /// What the rule does.
    pub kind: RuleKind,
    /// Where it is found.
    pub place: Place,
    /// The policies that encode it or that it lifts, in statute order.
    pub policies: Vec<PolicyExplanation<'e>>,
    /// Rule id.
    pub rule: &'e str,
    /// Whether its text binds.
    pub status: Status,
    /// Code of the text.
    pub text: &'e str,
    /// Full title of the text.
    pub title: &'e Text,
    /// What it says, or why it decides nothing; `null` where its policies say it.
    pub words: Option<&'e Text>,
}

/// A policy, as far as a reader needs it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct PolicyExplanation<'e> {
    /// The acts it speaks of; empty for all.
    pub actions: Vec<&'e str>,
    /// What it asks for: all of these.
    pub demands: Vec<DemandExplanation<'e>>,
    /// Obligation type, for a duty.
    pub duty: Option<&'e str>,
    /// What to do instead, when the act is barred.
    pub hint: Option<&'e Text>,
    /// Policy id.
    pub id: &'e str,
    /// The exceptions that live in it.
    pub lifts: &'e [String],
    /// The exceptions that take it back.
    pub narrows: &'e [String],
    /// The statutory period, for a deadline.
    pub period: Option<PeriodExplanation<'e>>,
    /// The open points it rests on, with the reading chosen.
    pub points: Vec<PointChoice<'e>>,
    /// What to do about a missing demand, when the fact's own remedy does not say it well.
    pub remedy: Option<&'e Text>,
    /// The rules it encodes; the first one is cited.
    pub rules: &'e [String],
    /// Ground, gate, duty or deadline.
    pub set: PolicySet,
    /// The rule in one sentence.
    pub title: &'e Text,
    /// Who acts, when the fact's own answer does not fit.
    pub who: Option<&'e str>,
}

/// One thing asked for: any of the alternatives will do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct DemandExplanation<'e> {
    /// Alternatives.
    pub any: Vec<AtomExplanation<'e>>,
    /// True: the first alternative that is no circumstance is the rule and the others lift it.
    pub rule_first: bool,
}

/// A fact and how it has to stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct AtomExplanation<'e> {
    /// A circumstance in which the rest does not matter; nobody is asked to change it.
    pub circumstance: bool,
    /// Fact name.
    pub fact: &'e str,
    /// The other fact, for a relation between two.
    pub other: Option<&'e str>,
    /// How the fact has to stand.
    pub relation: RelationName,
    /// True: somebody can still bring it about.
    pub step: bool,
    /// The values that will do, for `is`.
    pub values: &'e [String],
}

/// How a fact has to stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum RelationName {
    /// One of the values.
    Is,
    /// Equal to the other fact.
    Same,
    /// A date not after the other.
    AtMost,
    /// A date not before the other.
    AtLeast,
    /// A set inside the other.
    Within,
    /// A text in the other, a set.
    OneOf,
    /// Stated, with any value.
    Stated,
}

/// A statutory period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct PeriodExplanation<'e> {
    /// The date that sets it off.
    pub from: &'e str,
    /// Who has to act.
    pub who: &'e str,
    /// Length in working days.
    pub working_days: u32,
}

/// An open point and the reading that decides in this text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct PointChoice<'e> {
    /// Which of the two readings decides.
    pub choice: Choice,
    /// Number of the point.
    pub point: &'e str,
}

impl Engine {
    /// What is known of a rule. `id` is a rule id, or the id of one of its policies (`rule-id#word`), as answers give them;
    /// `None` when the bundle has no such rule.
    #[must_use]
    pub fn explain_rule(&self, id: &str) -> Option<RuleExplanation<'_>> {
        let id = id.split('#').next().unwrap_or_default();
        let (law, rule) = self.texts().find_map(|t| t.rules.iter().find(|r| r.id == id).map(|r| (t, r)))?;
        let r = &law.regulation;
        let concerns = |p: &&Policy| p.all_rules().any(|known| *known == rule.id);
        Some(RuleExplanation {
            citation: cite(r, &rule.id),
            kind: rule.kind,
            place: rule.place,
            policies: law.policies.iter().filter(concerns).map(|p| policy(self.vocabulary(), law, p)).collect(),
            rule: &rule.id,
            status: r.status,
            text: &r.code,
            title: &r.title,
            words: rule.text.as_ref(),
        })
    }
}

fn policy<'e>(v: &'e Vocabulary, law: &'e LawText, p: &'e Policy) -> PolicyExplanation<'e> {
    let action = |a: &ActionId| v.actions.get(usize::from(a.0)).map(|n| n.name.as_str());
    PolicyExplanation {
        actions: p.actions.iter().filter_map(action).collect(),
        demands: p.demands.iter().map(|d| demand(v, d)).collect(),
        duty: p.duty.as_ref().map(|d| d.kind.as_str()),
        hint: p.hint.as_ref(),
        id: &p.id,
        lifts: &p.lifts,
        narrows: &p.narrows,
        period: p.period.as_ref().map(|t| PeriodExplanation { from: v.fact_name(t.from), who: &t.who, working_days: t.working_days }),
        points: p.points.iter().map(|point| PointChoice { choice: law.reading(point), point }).collect(),
        remedy: p.remedy.as_ref(),
        rules: &p.rules,
        set: p.set,
        title: &p.title,
        who: p.who.as_deref(),
    }
}

fn demand<'e>(v: &'e Vocabulary, d: &'e Demand) -> DemandExplanation<'e> {
    DemandExplanation { any: d.any.iter().map(|a| atom(v, a)).collect(), rule_first: d.rule_first }
}

fn atom<'e>(v: &'e Vocabulary, a: &'e Atom) -> AtomExplanation<'e> {
    let (relation, other, values) = match &a.relation {
        Relation::Is(values) => (RelationName::Is, None, values.as_slice()),
        Relation::Same(o) => (RelationName::Same, Some(*o), [].as_slice()),
        Relation::AtMost(o) => (RelationName::AtMost, Some(*o), [].as_slice()),
        Relation::AtLeast(o) => (RelationName::AtLeast, Some(*o), [].as_slice()),
        Relation::Within(o) => (RelationName::Within, Some(*o), [].as_slice()),
        Relation::OneOf(o) => (RelationName::OneOf, Some(*o), [].as_slice()),
        Relation::Stated => (RelationName::Stated, None, [].as_slice()),
    };
    AtomExplanation {
        circumstance: a.circumstance,
        fact: v.fact_name(a.fact),
        other: other.map(|o| v.fact_name(o)),
        relation,
        step: a.step,
        values,
    }
}
