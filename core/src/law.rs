//! What a text of law is to the engine: its dates and territory, and its policies, lowered.

use crate::program::{NodeId, Program};
use crate::vocabulary::{ActionId, Contradiction, FactId, KindSet, Text, Vocabulary};
use serde::{Deserialize, Serialize};

/// Whether a text binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename = "RegulationStatus"))]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Adopted and in force from its effective date.
    InForce,
    /// A draft: no law. It never decides in `in-force` mode.
    Draft,
}

/// About the text itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Regulation {
    /// Short code, first part of every rule id: `gx-bigdata`.
    pub code: String,
    /// Full title.
    pub title: Text,
    /// Who issued it.
    pub issuer: Text,
    /// Whether it binds.
    pub status: Status,
    /// First second of its effective date (seconds since 1970 UTC); `None` for a draft that leaves it blank.
    pub effective_from: Option<i64>,
    /// The effective date as text, for display.
    pub effective_date: Option<String>,
    /// First two digits of the GB/T 2260 codes of its territory.
    pub territory: String,
    /// The rule that fixes where it applies.
    pub scope_rule: String,
    /// The rule that fixes from when it applies.
    pub effective_rule: String,
    /// What a reader has to know: later enactments, rank.
    pub note: Option<Text>,
}

/// The words of an enum fact that this text knows; another province's words are bad input here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allowed {
    /// The fact.
    pub fact: FactId,
    /// Its words in this text.
    pub values: Vec<String>,
    /// The rule that says so.
    pub rule: String,
}

/// The word of this text for what the common vocabulary calls otherwise; used only to compare texts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counterpart {
    /// The fact.
    pub fact: FactId,
    /// The common word.
    pub common: String,
    /// The word here.
    pub here: String,
}

/// What it means that no ground carries an act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroundDemanded {
    /// The acts; empty for all that no other entry names.
    pub actions: Vec<ActionId>,
    /// The provision that demands the ground.
    pub rule: String,
    /// True: the matter is governed elsewhere, so the text cannot decide it (`undetermined`). False: `prohibited`.
    pub elsewhere: bool,
    /// What is demanded.
    pub title: Text,
    /// What to do instead.
    pub hint: Text,
}

/// Which of the sets a policy belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum PolicySet {
    /// A `permit` that can carry an act.
    Ground,
    /// A `forbid … unless`: a bar or a condition.
    Gate,
    /// A `permit` marked `@duty`: attached to the act when it holds.
    Duty,
    /// A `permit` marked `@deadline`: a period that runs while it holds.
    Deadline,
}

/// How a fact has to stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Relation {
    /// `fact = a|b`
    Is(Vec<String>),
    /// `fact = other`
    Same(FactId),
    /// `fact <= other`
    AtMost(FactId),
    /// `fact >= other`
    AtLeast(FactId),
    /// `fact within other`: a set inside a set.
    Within(FactId),
    /// `fact in other`: a text inside a set.
    OneOf(FactId),
    /// `fact stated`
    Stated,
}

/// One fact and how it has to stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Atom {
    /// The fact.
    pub fact: FactId,
    /// How it has to stand.
    pub relation: Relation,
    /// True: somebody can still bring it about (`@step`). False: a state of the data, the actor or the grant that cannot
    /// be changed without making it another request (`@state`).
    pub step: bool,
    /// In parentheses: a circumstance in which the rest does not matter; nobody is asked to change it.
    pub circumstance: bool,
}

/// What a policy asks for: one of the atoms has to hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Demand {
    /// Alternatives.
    pub any: Vec<Atom>,
    /// True (`@state`): the first alternative that is no circumstance is the rule and the others lift it. Once the rule is
    /// broken, a lift that is not stated lifts nothing. False (`@step`): every alternative will do.
    pub rule_first: bool,
}

/// What a duty asks for beyond its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Duty {
    /// Obligation type: an enforcement point that does not know it must deny.
    pub kind: String,
    /// Parameter names and the facts they are read from.
    pub parameters: Vec<(String, FactId)>,
    /// Attached to refusals as well.
    pub always: bool,
}

/// A statutory period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    /// Length in working days.
    pub working_days: u32,
    /// The date that sets it off.
    pub from: FactId,
    /// Who has to act.
    pub who: String,
}

/// A policy, lowered, with what it takes to explain it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// Unique id: the rule id, with `#…` where a rule needs several policies.
    pub id: String,
    /// The rules it encodes; the first one is cited.
    pub rules: Vec<String>,
    /// The exceptions that live in it: in the `unless` of a gate, or as a second way to a ground.
    pub lifts: Vec<String>,
    /// The exceptions that take a permit back: they live in its condition.
    pub narrows: Vec<String>,
    /// Which set it belongs to.
    pub set: PolicySet,
    /// The rule in one sentence.
    pub title: Text,
    /// Actor kinds in its head.
    pub kinds: KindSet,
    /// Actions in its head; empty for all.
    pub actions: Vec<ActionId>,
    /// Its `when` and `unless` together; `None` when it has none.
    pub condition: Option<NodeId>,
    /// What has to hold for a gate not to fire, or for a ground to carry.
    pub demands: Vec<Demand>,
    /// What to do about a missing demand, when the fact's own remedy does not say it well.
    pub remedy: Option<Text>,
    /// Who acts, when the fact's own answer does not fit.
    pub who: Option<String>,
    /// What to do instead, when the act is barred.
    pub hint: Option<Text>,
    /// Open points of interpretation it rests on.
    pub points: Vec<String>,
    /// For [`PolicySet::Duty`].
    pub duty: Option<Duty>,
    /// For [`PolicySet::Deadline`].
    pub period: Option<Period>,
}

/// Which of the two readings of an open point decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename = "ReadingChoice"))]
#[serde(rename_all = "lowercase")]
pub enum Choice {
    /// The conservative one.
    #[default]
    Applied,
    /// The other one.
    Other,
}

impl Choice {
    /// The name as written in the answer, in `store.toml` and in `@reading`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Other => "other",
        }
    }

    /// The choice with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Applied, Self::Other].into_iter().find(|c| c.name() == name)
    }
}

/// An open point of interpretation with its two readings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point {
    /// Number in the list of hard points.
    pub id: String,
    /// The question.
    pub question: Text,
    /// The reading applied unless the policy store chooses the other one: the conservative one.
    pub applied: Text,
    /// The other reading.
    pub other: Text,
    /// Why.
    pub why: Text,
    /// The reading the policy store chose.
    pub choice: Choice,
}

impl Policy {
    /// Whether its head names the action, or all of them.
    #[must_use]
    pub fn names(&self, action: ActionId) -> bool {
        self.actions.is_empty() || self.actions.contains(&action)
    }

    /// Every rule it has to do with: encoded, lifting or narrowing.
    pub fn all_rules(&self) -> impl Iterator<Item = &String> {
        self.rules.iter().chain(&self.lifts).chain(&self.narrows)
    }
}

/// Where a rule of the law is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename = "RulePlace"))]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// In a policy.
    Policy,
    /// In data: a definition, an allowed word, a date, a territory.
    Data,
    /// It decides nothing about access; the reason is given.
    NotDecision,
}

/// What a rule does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum RuleKind {
    /// Allows.
    Permit,
    /// Bars.
    Forbid,
    /// Has to hold, or the permit fails.
    Condition,
    /// Lifts another rule.
    Exception,
    /// A duty.
    Obligation,
    /// A period.
    Deadline,
    /// Fixes what a word means, or where and when the text applies.
    Definition,
}

impl RuleKind {
    /// Whether the rule by itself changes a decision, so that it needs vectors on both sides of its boundary.
    #[must_use]
    pub fn is_decision_bearing(self) -> bool {
        matches!(self, Self::Permit | Self::Forbid | Self::Condition | Self::Exception)
    }
}

/// A rule of the text, whether encoded or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// `text/article/paragraph[.item][letter]`.
    pub id: String,
    /// What it does.
    pub kind: RuleKind,
    /// Where it is found.
    pub place: Place,
    /// What it says, or why it decides nothing. Rules in policies say it there; exceptions say it here as well.
    pub text: Option<Text>,
}

/// How an article is dealt with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum ArticleStatus {
    /// By policies.
    Encoded,
    /// By data only.
    Data,
    /// It holds no decision rule.
    NotADecisionRule,
}

/// An article of the text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Article {
    /// Its number.
    pub number: u32,
    /// How it is dealt with.
    pub status: ArticleStatus,
    /// What it is about; for an article without a decision rule, why it holds none.
    pub subject: Text,
}

/// One text of law.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LawText {
    /// About the text.
    pub regulation: Regulation,
    /// Its own words for enum facts.
    pub allowed: Vec<Allowed>,
    /// Its words for common ones.
    pub counterparts: Vec<Counterpart>,
    /// What its definitions make impossible.
    pub contradictions: Vec<Contradiction>,
    /// Every article.
    pub articles: Vec<Article>,
    /// Every rule.
    pub rules: Vec<Rule>,
    /// Which provision demands a ground for which act.
    pub grounds_demanded: Vec<GroundDemanded>,
    /// Its policies in statute order.
    pub policies: Vec<Policy>,
    /// The open points whose other reading the store chose and this text encodes.
    pub other_readings: Vec<String>,
    /// The conservative policies that this choice sets aside. They decide nothing; but where one of them would have spoken,
    /// the answer rests on the choice and has to say so. Their `points` are those of the choice.
    pub set_aside: Vec<Policy>,
    /// The conditions of both.
    pub program: Program,
}

impl LawText {
    /// The reading of a point that decides here. A text that does not encode the other reading keeps the conservative one.
    #[must_use]
    pub fn reading(&self, point: &str) -> Choice {
        if self.other_readings.iter().any(|p| p == point) { Choice::Other } else { Choice::Applied }
    }

    /// Checks every index, so that evaluation cannot meet a dangling one.
    #[must_use]
    pub fn is_well_formed(&self, vocabulary: &Vocabulary) -> bool {
        let fact_ok = |f: FactId| vocabulary.fact(f).is_some();
        let node_ok = |n: NodeId| usize::try_from(n).is_ok_and(|n| n < self.program.nodes.len());
        let action_ok = |a: &ActionId| usize::from(a.0) < vocabulary.actions.len();
        let atom_ok = |a: &Atom| {
            fact_ok(a.fact)
                && match &a.relation {
                    Relation::Same(o) | Relation::AtMost(o) | Relation::AtLeast(o) | Relation::Within(o) | Relation::OneOf(o) => {
                        fact_ok(*o)
                    }
                    Relation::Is(_) | Relation::Stated => true,
                }
        };
        self.program.is_well_formed(vocabulary.facts.len())
            && self.allowed.iter().all(|a| fact_ok(a.fact))
            && self.counterparts.iter().all(|c| fact_ok(c.fact))
            && self.contradictions.iter().flat_map(|c| &c.facts).all(|(f, _)| fact_ok(*f))
            && self.grounds_demanded.iter().flat_map(|g| &g.actions).all(action_ok)
            // The last entry speaks for every act that no other names: a refusal always has a provision to cite.
            && self.grounds_demanded.last().is_some_and(|g| g.actions.is_empty())
            && self.policies.iter().chain(&self.set_aside).all(|p| {
                p.condition.is_none_or(node_ok)
                    && !p.rules.is_empty()
                    && p.actions.iter().all(action_ok)
                    && p.demands.iter().all(|d| !d.any.is_empty() && d.any.iter().all(atom_ok))
                    && p.duty.iter().flat_map(|d| &d.parameters).all(|(_, f)| fact_ok(*f))
                    && p.period.iter().all(|t| fact_ok(t.from))
                    && match p.set {
                        PolicySet::Duty => p.duty.is_some(),
                        PolicySet::Deadline => p.period.is_some(),
                        PolicySet::Ground | PolicySet::Gate => true,
                    }
            })
    }
}
