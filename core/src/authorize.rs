//! The one small place where policies are evaluated.
//!
//! [`authorize`] takes the facts and one text and says which policies matched. It is all that a faster or another
//! evaluator would have to replace; the tests hold its answers against `cedar_policy::Authorizer` on every vector.

use crate::facts::Facts;
use crate::law::{LawText, Policy, PolicySet};
use crate::program::EvalError;
use crate::vocabulary::ActionId;

/// A text with its policies indexed by action.
#[derive(Debug, Clone)]
pub(crate) struct Prepared {
    pub(crate) text: LawText,
    /// Positions of the policies whose head names the action or all actions, in statute order.
    by_action: Vec<Vec<usize>>,
}

impl Prepared {
    pub(crate) fn new(text: LawText, actions: usize) -> Self {
        let by_action = (0..actions)
            .map(|a| {
                let names = |p: &Policy| p.actions.is_empty() || p.actions.iter().any(|x| usize::from(x.0) == a);
                text.policies.iter().enumerate().filter(|(_, p)| names(p)).map(|(i, _)| i).collect()
            })
            .collect();
        Self { text, by_action }
    }

    /// The policies whose head names the action, with their positions.
    pub(crate) fn policies_on(&self, action: ActionId) -> impl Iterator<Item = (usize, &Policy)> {
        self.by_action.get(usize::from(action.0)).into_iter().flatten().filter_map(|i| self.text.policies.get(*i).map(|p| (*i, p)))
    }

    pub(crate) fn policy(&self, index: usize) -> Option<&Policy> {
        self.text.policies.get(index)
    }
}

/// Which policies matched, by set, in statute order. Positions in [`LawText::policies`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Matched {
    pub(crate) grounds: Vec<usize>,
    pub(crate) gates: Vec<usize>,
    pub(crate) duties: Vec<usize>,
    pub(crate) deadlines: Vec<usize>,
    pub(crate) errors: Vec<(usize, EvalError)>,
}

impl Matched {
    /// What Cedar calls Allow: a permit matched, no forbid did, and nothing failed.
    pub(crate) fn allows(&self) -> bool {
        !self.grounds.is_empty() && self.gates.is_empty() && self.errors.is_empty()
    }
}

/// Whether one policy matches the facts.
pub(crate) fn matches(text: &LawText, policy: &Policy, facts: &Facts) -> Result<bool, EvalError> {
    if !policy.kinds.meets(facts.kinds()) {
        return Ok(false);
    }
    policy.condition.map_or(Ok(true), |c| text.program.holds(c, facts))
}

/// Evaluates every policy of the text that names the action.
pub(crate) fn authorize(prepared: &Prepared, facts: &Facts) -> Matched {
    let mut matched = Matched::default();
    for (i, policy) in prepared.policies_on(facts.action()) {
        let set = match policy.set {
            PolicySet::Ground => &mut matched.grounds,
            PolicySet::Gate => &mut matched.gates,
            PolicySet::Duty => &mut matched.duties,
            PolicySet::Deadline => &mut matched.deadlines,
        };
        match matches(&prepared.text, policy, facts) {
            Ok(true) => set.push(i),
            Ok(false) => {}
            Err(e) => matched.errors.push((i, e)),
        }
    }
    matched
}
