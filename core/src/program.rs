//! Policies lowered to a compact program.
//!
//! A condition is a list of nodes in which every node refers only to nodes before it; it is evaluated with Cedar's
//! semantics (`&&`, `||` and `if` stop early, reading an attribute that is not there is an error, arithmetic is checked).
//! Cedar itself stays the oracle: the tests hold every answer of this evaluator against `cedar_policy::Authorizer`.

use crate::facts::{Facts, Value};
use crate::vocabulary::{FactId, KindSet};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Index of a node in [`Program::nodes`].
pub type NodeId = u32;

/// The deepest nesting a loaded program may have.
pub const MAX_DEPTH: u16 = 200;

/// The most steps that evaluating one condition of a loaded program may take.
pub const MAX_SIZE: u32 = 20_000;

/// One step of a condition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Node {
    /// A constant.
    Bool(bool),
    /// A constant.
    Long(i64),
    /// A constant.
    Text(String),
    /// A constant set of strings, sorted, without duplicates.
    Texts(Vec<String>),
    /// Whether the fact is stated (Cedar `has`).
    Has(FactId),
    /// The value of the fact; an error when it is not stated.
    Get(FactId),
    /// Whether the principal is of one of these kinds (Cedar `principal in Kind::"…"`).
    KindIn(KindSet),
    /// `!a`
    Not(NodeId),
    /// `a && b`
    And(NodeId, NodeId),
    /// `a || b`
    Or(NodeId, NodeId),
    /// `if a then b else c`
    If(NodeId, NodeId, NodeId),
    /// `a == b`
    Eq(NodeId, NodeId),
    /// `a < b`
    Less(NodeId, NodeId),
    /// `a <= b`
    LessEq(NodeId, NodeId),
    /// `a + b`
    Add(NodeId, NodeId),
    /// `a - b`
    Sub(NodeId, NodeId),
    /// `a * b`
    Mul(NodeId, NodeId),
    /// `a.contains(b)`
    Contains(NodeId, NodeId),
    /// `a.containsAll(b)`
    ContainsAll(NodeId, NodeId),
    /// `a.containsAny(b)`
    ContainsAny(NodeId, NodeId),
    /// `a.isEmpty()`
    IsEmpty(NodeId),
    /// `a like "prefix*"`
    StartsWith(NodeId, String),
}

impl Node {
    fn children(&self) -> [Option<NodeId>; 3] {
        match *self {
            Self::Not(a) | Self::IsEmpty(a) | Self::StartsWith(a, _) => [Some(a), None, None],
            Self::And(a, b)
            | Self::Or(a, b)
            | Self::Eq(a, b)
            | Self::Less(a, b)
            | Self::LessEq(a, b)
            | Self::Add(a, b)
            | Self::Sub(a, b)
            | Self::Mul(a, b)
            | Self::Contains(a, b)
            | Self::ContainsAll(a, b)
            | Self::ContainsAny(a, b) => [Some(a), Some(b), None],
            Self::If(a, b, c) => [Some(a), Some(b), Some(c)],
            _ => [None, None, None],
        }
    }
}

/// The conditions of all policies of a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Program {
    /// The nodes, children before parents.
    pub nodes: Vec<Node>,
}

/// Why a condition could not be evaluated. Cedar would skip the policy; we answer `undetermined`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum EvalError {
    /// An attribute was read that the request does not state.
    #[error("a fact was read that is not stated")]
    NotStated(FactId),
    /// An operator met a value of another type.
    #[error("an operator met a value of another type")]
    Type,
    /// A number left the range of 64 bits.
    #[error("arithmetic left the 64-bit range")]
    Overflow,
    /// A node refers to one that does not exist.
    #[error("the program is malformed")]
    Malformed,
}

impl Program {
    /// Checks that the program may be evaluated: children come before parents, facts exist, nesting and
    /// size are bounded.
    #[must_use]
    pub fn is_well_formed(&self, facts: usize) -> bool {
        // Nodes are shared, so a short program can unfold into a long evaluation: both depth and unfolded size are bounded.
        let mut measured: Vec<(u16, u32)> = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            let (mut deepest, mut size) = (0u16, 1u32);
            for child in node.children().into_iter().flatten() {
                let Some((d, s)) = usize::try_from(child).ok().and_then(|c| measured.get(c)) else { return false };
                deepest = deepest.max(*d);
                size = size.saturating_add(*s);
            }
            if let Node::Has(f) | Node::Get(f) = node
                && usize::from(f.0) >= facts
            {
                return false;
            }
            let own = deepest.saturating_add(1);
            if own > MAX_DEPTH || size > MAX_SIZE {
                return false;
            }
            measured.push((own, size));
        }
        true
    }

    /// The facts a condition reads, sorted, each once.
    #[must_use]
    pub fn facts_read(&self, node: NodeId) -> Vec<FactId> {
        let mut facts = Vec::new();
        let mut open = vec![node];
        let mut seen = vec![false; self.nodes.len()];
        while let Some(id) = open.pop() {
            let Some(i) = usize::try_from(id).ok() else { continue };
            let (Some(node), Some(done)) = (self.nodes.get(i), seen.get_mut(i)) else { continue };
            if std::mem::replace(done, true) {
                continue;
            }
            if let Node::Has(f) | Node::Get(f) = node {
                facts.push(*f);
            }
            open.extend(node.children().into_iter().flatten());
        }
        facts.sort_unstable();
        facts.dedup();
        facts
    }

    /// Whether the condition holds.
    ///
    /// # Errors
    /// See [`EvalError`]; a condition that is not a Boolean is [`EvalError::Type`].
    pub fn holds(&self, node: NodeId, facts: &Facts) -> Result<bool, EvalError> {
        match self.value(node, facts)? {
            Value::Bool(b) => Ok(b),
            _ => Err(EvalError::Type),
        }
    }

    fn value<'a>(&'a self, id: NodeId, facts: &'a Facts) -> Result<Value<'a>, EvalError> {
        let node = usize::try_from(id).ok().and_then(|i| self.nodes.get(i)).ok_or(EvalError::Malformed)?;
        Ok(match node {
            Node::Bool(b) => Value::Bool(*b),
            Node::Long(n) => Value::Long(*n),
            Node::Text(s) => Value::Text(s),
            Node::Texts(s) => Value::Texts(s),
            Node::Has(f) => Value::Bool(facts.get(*f).is_some()),
            Node::Get(f) => facts.get(*f).ok_or(EvalError::NotStated(*f))?,
            Node::KindIn(set) => Value::Bool(facts.kinds().meets(*set)),
            Node::Not(a) => Value::Bool(!self.holds(*a, facts)?),
            Node::And(a, b) => Value::Bool(self.holds(*a, facts)? && self.holds(*b, facts)?),
            Node::Or(a, b) => Value::Bool(self.holds(*a, facts)? || self.holds(*b, facts)?),
            Node::If(a, b, c) => return self.value(if self.holds(*a, facts)? { *b } else { *c }, facts),
            Node::Eq(a, b) => Value::Bool(self.value(*a, facts)? == self.value(*b, facts)?),
            Node::Less(a, b) => Value::Bool(self.long(*a, facts)? < self.long(*b, facts)?),
            Node::LessEq(a, b) => Value::Bool(self.long(*a, facts)? <= self.long(*b, facts)?),
            Node::Add(a, b) => Value::Long(self.long(*a, facts)?.checked_add(self.long(*b, facts)?).ok_or(EvalError::Overflow)?),
            Node::Sub(a, b) => Value::Long(self.long(*a, facts)?.checked_sub(self.long(*b, facts)?).ok_or(EvalError::Overflow)?),
            Node::Mul(a, b) => Value::Long(self.long(*a, facts)?.checked_mul(self.long(*b, facts)?).ok_or(EvalError::Overflow)?),
            Node::Contains(a, b) => {
                let set = self.texts(*a, facts)?;
                match self.value(*b, facts)? {
                    Value::Text(t) => Value::Bool(set.iter().any(|s| s == t)),
                    // Cedar compares values of any type; a string set holds nothing but strings.
                    _ => Value::Bool(false),
                }
            }
            Node::ContainsAll(a, b) => {
                let (all, some) = (self.texts(*a, facts)?, self.texts(*b, facts)?);
                Value::Bool(some.iter().all(|s| all.contains(s)))
            }
            Node::ContainsAny(a, b) => {
                let (all, some) = (self.texts(*a, facts)?, self.texts(*b, facts)?);
                Value::Bool(some.iter().any(|s| all.contains(s)))
            }
            Node::IsEmpty(a) => Value::Bool(self.texts(*a, facts)?.is_empty()),
            Node::StartsWith(a, prefix) => match self.value(*a, facts)? {
                Value::Text(t) => Value::Bool(t.starts_with(prefix.as_str())),
                _ => return Err(EvalError::Type),
            },
        })
    }

    fn long(&self, id: NodeId, facts: &Facts) -> Result<i64, EvalError> {
        match self.value(id, facts)? {
            Value::Long(n) => Ok(n),
            _ => Err(EvalError::Type),
        }
    }

    fn texts<'a>(&'a self, id: NodeId, facts: &'a Facts) -> Result<&'a [String], EvalError> {
        match self.value(id, facts)? {
            Value::Texts(s) => Ok(s),
            _ => Err(EvalError::Type),
        }
    }
}
