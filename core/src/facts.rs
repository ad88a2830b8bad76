//! The facts of one request, in three states: stated true, stated false, not stated.

use crate::calendar::Calendar;
use crate::vocabulary::{ActionId, FactId, KindSet};

/// A stated value, borrowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value<'a> {
    /// `bool` and `statement` facts.
    Bool(bool),
    /// `date` facts: seconds since 1970-01-01T00:00:00Z.
    Long(i64),
    /// `enum`, `kind`, `text`, `territory` and `credit_code` facts.
    Text(&'a str),
    /// `texts` facts: sorted, without duplicates.
    Texts(&'a [String]),
}

/// A stated value, owned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FactValue {
    /// See [`Value::Bool`].
    Bool(bool),
    /// See [`Value::Long`].
    Long(i64),
    /// See [`Value::Text`].
    Text(String),
    /// See [`Value::Texts`]; use [`FactValue::texts`] to keep the order canonical.
    Texts(Vec<String>),
}

impl FactValue {
    /// A set of texts in canonical order.
    #[must_use]
    pub fn texts(mut texts: Vec<String>) -> Self {
        texts.sort_unstable();
        texts.dedup();
        Self::Texts(texts)
    }

    /// The value, borrowed.
    #[must_use]
    pub fn as_value(&self) -> Value<'_> {
        match self {
            Self::Bool(b) => Value::Bool(*b),
            Self::Long(n) => Value::Long(*n),
            Self::Text(t) => Value::Text(t),
            Self::Texts(t) => Value::Texts(t),
        }
    }
}

impl From<Value<'_>> for FactValue {
    fn from(value: Value<'_>) -> Self {
        match value {
            Value::Bool(b) => Self::Bool(b),
            Value::Long(n) => Self::Long(n),
            Value::Text(t) => Self::Text(t.to_owned()),
            Value::Texts(t) => Self::Texts(t.to_vec()),
        }
    }
}

/// Everything a decision is made on. Built by [`crate::request`]; a fact that is `None` is not stated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    action: ActionId,
    kind: usize,
    values: Vec<Option<FactValue>>,
    calendar: Calendar,
}

impl Facts {
    /// No fact stated, for a vocabulary of `count` facts.
    #[must_use]
    pub fn new(action: ActionId, kind: usize, count: usize) -> Self {
        Self { action, kind, values: vec![None; count], calendar: Calendar::default() }
    }

    /// The action asked for.
    #[must_use]
    pub fn action(&self) -> ActionId {
        self.action
    }

    /// The actor kind, as a position in the vocabulary.
    #[must_use]
    pub fn kind(&self) -> usize {
        self.kind
    }

    /// The actor kind, as a set of one.
    #[must_use]
    pub fn kinds(&self) -> KindSet {
        KindSet::one(self.kind)
    }

    /// The stated value.
    #[must_use]
    pub fn get(&self, id: FactId) -> Option<Value<'_>> {
        self.values.get(usize::from(id.0))?.as_ref().map(FactValue::as_value)
    }

    /// States a fact, or takes the statement back with `None`.
    pub fn set(&mut self, id: FactId, value: Option<FactValue>) {
        if let Some(slot) = self.values.get_mut(usize::from(id.0)) {
            *slot = value;
        }
    }

    /// The facts that are stated.
    pub fn stated(&self) -> impl Iterator<Item = (FactId, Value<'_>)> {
        self.values.iter().enumerate().filter_map(|(i, v)| Some((FactId(u16::try_from(i).ok()?), v.as_ref()?.as_value())))
    }

    /// The working-day calendar of the request.
    #[must_use]
    pub fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    /// Sets the working-day calendar.
    pub fn set_calendar(&mut self, calendar: Calendar) {
        self.calendar = calendar;
    }
}
