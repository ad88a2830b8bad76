//! What can be said: actor kinds, actions and facts.
//!
//! The vocabulary is data (`policies/vocabulary.toml`) and travels in the bundle, so a further text may bring facts of
//! its own without a change here. Names say group and fact: `dataset.opening_type`, `grant.safety_commitment`.

use serde::{Deserialize, Serialize};

/// A sentence or term in Chinese and English.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename = "BilingualText"))]
pub struct Text {
    /// English.
    pub en: String,
    /// Simplified Chinese.
    pub zh: String,
}

impl Text {
    /// The sentence in one language.
    #[must_use]
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => &self.zh,
            Lang::En => &self.en,
        }
    }
}

/// The two languages every text of lexgate exists in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lang {
    /// Simplified Chinese.
    Zh,
    /// English.
    #[default]
    En,
}

/// Index of a fact in [`Vocabulary::facts`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FactId(pub u16);

/// Index of an action in [`Vocabulary::actions`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ActionId(pub u16);

/// A set of actor kinds, one bit each, in the order of [`Vocabulary::kinds`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct KindSet(pub u128);

impl KindSet {
    /// Every kind.
    pub const ALL: Self = Self(u128::MAX);

    /// The set of one kind; empty when the index is out of range.
    #[must_use]
    pub fn one(index: usize) -> Self {
        Self(u32::try_from(index).ok().and_then(|i| 1u128.checked_shl(i)).unwrap_or(0))
    }

    /// Whether the two sets share a kind.
    #[must_use]
    pub fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

/// Where a fact is stated in a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename = "FactGroup"))]
#[serde(rename_all = "lowercase")]
pub enum Group {
    /// `subject.properties`
    Actor,
    /// `resource.properties`
    Dataset,
    /// `context.request`
    Request,
    /// `context.grant`
    Grant,
    /// `context.procedure`
    Procedure,
    /// `context.law`
    Law,
    /// `context.time`
    Time,
}

impl Group {
    /// All groups, in the order of the request.
    pub const ALL: [Self; 7] = [Self::Actor, Self::Dataset, Self::Request, Self::Grant, Self::Procedure, Self::Law, Self::Time];

    /// The first part of a fact name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Actor => "actor",
            Self::Dataset => "dataset",
            Self::Request => "request",
            Self::Grant => "grant",
            Self::Procedure => "procedure",
            Self::Law => "law",
            Self::Time => "time",
        }
    }

    /// Where the group stands in a request (`JSONPath`, RFC 9535).
    #[must_use]
    pub fn path(self) -> &'static str {
        match self {
            Self::Actor => "$.subject.properties",
            Self::Dataset => "$.resource.properties",
            Self::Request => "$.context.request",
            Self::Grant => "$.context.grant",
            Self::Procedure => "$.context.procedure",
            Self::Law => "$.context.law",
            Self::Time => "$.context.time",
        }
    }
}

/// How a fact is written in JSON and what it becomes in Cedar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum FactType {
    /// `true` or `false`; Cedar `Bool`.
    Bool,
    /// One of the listed words; Cedar `String`.
    Enum,
    /// An actor kind; Cedar `String`.
    Kind,
    /// Free text; Cedar `String`.
    Text,
    /// A list of free texts (or one text), in any order; Cedar `Set<String>`.
    Texts,
    /// RFC 3339 date or date-time. A bare date is a day in China Standard Time (UTC+8). Cedar `Long`: seconds since 1970 UTC.
    Date,
    /// Six-digit GB/T 2260 code; Cedar `String`.
    Territory,
    /// Unified social credit code (GB 32100), check character verified; Cedar `String`.
    CreditCode,
    /// `true`, `false`, or the words that state it (a citation, the terms); Cedar `Bool`: whether it is stated.
    Statement,
    /// Working-day calendar `{"holidays": [dates], "workdays": [dates]}`; not visible to policies.
    Calendar,
}

/// Which end of the day a bare date stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename = "DayEdge"))]
#[serde(rename_all = "lowercase")]
pub enum Edge {
    /// 00:00:00 +08:00.
    #[default]
    Start,
    /// 23:59:59 +08:00.
    End,
}

/// A fact that a request may state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// `group.name`.
    pub name: String,
    /// Where it stands.
    pub group: Group,
    /// How it is written.
    pub ty: FactType,
    /// The words an [`FactType::Enum`] may take.
    pub values: Vec<String>,
    /// Labels of `values`, in the same order.
    pub value_labels: Vec<Text>,
    /// The words that mean "not yet": a step may still turn them into another word.
    pub pending: Vec<String>,
    /// For dates.
    pub edge: Edge,
    /// A date on which something happened; it cannot lie after `time.now`.
    pub event: bool,
    /// Filled by the engine, never by the caller.
    pub derived: bool,
    /// What it says when stated.
    pub label: Text,
    /// What to do when it is missing.
    pub remedy: Text,
    /// Who does it: an actor kind or `subject`.
    pub who: String,
}

impl Fact {
    /// The name without its group: the key under which the request states it.
    #[must_use]
    pub fn key(&self) -> &str {
        self.name.split_once('.').map_or(self.name.as_str(), |(_, key)| key)
    }

    /// Where a request states it (`JSONPath`).
    #[must_use]
    pub fn path(&self) -> String {
        format!("{}.{}", self.group.path(), self.key())
    }
}

/// A name with its labels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// The identifier.
    pub name: String,
    /// Its label.
    pub label: Text,
}

/// An actor kind and the classes it belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kind {
    /// The identifier, as written in `subject.type`.
    pub name: String,
    /// Its label.
    pub label: Text,
    /// Names of classes.
    pub classes: Vec<String>,
}

/// Actions that policies name together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionGroup {
    /// The identifier.
    pub name: String,
    /// Its label.
    pub label: Text,
    /// Its members.
    pub actions: Vec<ActionId>,
}

/// Statements that cannot all be true of one request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contradiction {
    /// Fact and value, all of which together contradict each other. Booleans are written `true` or `false`; `stated` is any
    /// value at all.
    pub facts: Vec<(FactId, String)>,
    /// Why.
    pub why: Text,
}

/// Two dates that have an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DateOrder {
    /// Comes first, or on the same day.
    pub earlier: FactId,
    /// Comes second.
    pub later: FactId,
    /// Stable error code.
    pub code: String,
    /// Why.
    pub why: Text,
}

/// Everything a request can say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Vocabulary {
    /// Groups of actor kinds that policies name.
    pub classes: Vec<Named>,
    /// Actor kinds (`subject.type`).
    pub kinds: Vec<Kind>,
    /// Actions (`action.name`).
    pub actions: Vec<Named>,
    /// Actions that policies name together.
    pub action_groups: Vec<ActionGroup>,
    /// Facts.
    pub facts: Vec<Fact>,
    /// Impossible combinations in every territory.
    pub contradictions: Vec<Contradiction>,
    /// Dates that have an order.
    pub orders: Vec<DateOrder>,
}

impl Vocabulary {
    /// The fact with this id.
    #[must_use]
    pub fn fact(&self, id: FactId) -> Option<&Fact> {
        self.facts.get(usize::from(id.0))
    }

    /// The name of a fact, or `?` for an id that does not exist.
    #[must_use]
    pub fn fact_name(&self, id: FactId) -> &str {
        self.fact(id).map_or("?", |f| f.name.as_str())
    }

    /// The fact with this name.
    #[must_use]
    pub fn find_fact(&self, name: &str) -> Option<FactId> {
        position(self.facts.iter().map(|f| f.name.as_str()), name).map(FactId)
    }

    /// The action with this name.
    #[must_use]
    pub fn find_action(&self, name: &str) -> Option<ActionId> {
        position(self.actions.iter().map(|a| a.name.as_str()), name).map(ActionId)
    }

    /// The position of a kind.
    #[must_use]
    pub fn find_kind(&self, name: &str) -> Option<usize> {
        self.kinds.iter().position(|k| k.name == name)
    }

    /// The kinds that a kind or class name stands for.
    #[must_use]
    pub fn kinds_in(&self, name: &str) -> Option<KindSet> {
        let mut set = KindSet(0);
        let mut known = self.classes.iter().any(|c| c.name == name);
        for (i, kind) in self.kinds.iter().enumerate() {
            if kind.name == name || kind.classes.iter().any(|c| c == name) {
                known = true;
                set.0 |= KindSet::one(i).0;
            }
        }
        known.then_some(set)
    }

    /// The known name nearest to `name`, if one is near enough to be meant.
    pub fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
        known
            .map(|k| (strsim::normalized_damerau_levenshtein(name, k), k))
            .filter(|(score, _)| *score >= 0.6)
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .map(|(_, k)| k)
    }
}

fn position<'a>(mut names: impl Iterator<Item = &'a str>, name: &str) -> Option<u16> {
    names.position(|n| n == name).and_then(|i| u16::try_from(i).ok())
}
