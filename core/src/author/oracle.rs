//! Cedar itself as the judge of our evaluator.

use super::Compiled;
use super::vectors::Judge;
use crate::evaluate::Engine;
use crate::facts::{Facts, Value};
use crate::schema::is_always_stated;
use crate::vocabulary::{Group, Vocabulary};
use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityUid, PolicyId, PolicySet, Request, RestrictedExpression, Schema,
};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::str::FromStr;

/// What Cedar says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Cedar's decision.
    pub allow: bool,
    /// The policies Cedar reports as determining, sorted.
    pub determining: Vec<String>,
    /// The policies Cedar could not evaluate, sorted.
    pub failed: Vec<String>,
}

/// Facts as Cedar entities and a Cedar request.
#[derive(Debug, Clone)]
pub struct CedarInput {
    /// The actor with its kinds, and the dataset.
    pub entities: Entities,
    /// Principal, action, resource and context.
    pub request: Request,
}

/// Cedar, ready to be asked about every request that an engine of the same policies decides.
#[derive(Debug)]
pub struct Oracle<'a> {
    schema: Option<&'a Schema>,
    /// Grounds and gates, by text.
    policies: BTreeMap<String, PolicySet>,
}

impl<'a> Oracle<'a> {
    /// From the policies as Cedar sees them.
    #[must_use]
    pub fn new(compiled: &'a Compiled) -> Self {
        let policies = compiled.cedar.iter().map(|(text, all)| (text.clone(), grounds_and_gates(all))).collect();
        Self { schema: compiled.schema.as_ref(), policies }
    }
}

impl Judge for Oracle<'_> {
    fn disagreements(&self, engine: &Engine, facts: &Facts) -> Vec<String> {
        let input = match input(engine.vocabulary(), facts, self.schema) {
            Ok(i) => i,
            Err(e) => return vec![format!("Cedar does not take the facts: {e}")],
        };
        let disagreement = |(text, policies): (&String, &PolicySet)| {
            let mut ours = engine.matching_policies(text, facts)?;
            // Cedar is asked about grounds and gates only.
            ours.failed.retain(|id| policies.policy(&PolicyId::new(id)).is_some());
            difference(&ours, &ask(policies, &input)).map(|d| format!("{text}: {d}"))
        };
        self.policies.iter().filter_map(disagreement).collect()
    }
}

/// Builds Cedar's input, checked against the schema when one is given.
///
/// # Errors
/// Cedar's own message, should the facts not fit the schema.
pub fn input(vocabulary: &Vocabulary, facts: &Facts, schema: Option<&Schema>) -> Result<CedarInput, String> {
    let mut groups: BTreeMap<Group, Vec<(String, RestrictedExpression)>> = Group::ALL.into_iter().map(|g| (g, Vec::new())).collect();
    for (id, value) in facts.stated() {
        let Some(fact) = vocabulary.fact(id) else { continue };
        groups.entry(fact.group).or_default().push((fact.key().to_owned(), expression(value)));
    }
    for fact in vocabulary.facts.iter().filter(|f| is_always_stated(&f.name)) {
        if !groups.get(&fact.group).is_some_and(|g| g.iter().any(|(k, _)| k == fact.key())) {
            return Err(format!("{} is not stated", fact.name));
        }
    }
    let uid = |ty: &str, id: &str| EntityUid::from_json(serde_json::json!({"type": ty, "id": id})).map_err(|e| e.to_string());
    let kind = vocabulary.kinds.get(facts.kind()).ok_or("no such actor kind")?;
    let action = vocabulary.actions.get(usize::from(facts.action().0)).ok_or("no such action")?;
    let id_of = |name: &str| match vocabulary.find_fact(name).and_then(|f| facts.get(f)) {
        Some(Value::Text(t)) => t,
        _ => "",
    };
    let actor = uid("Actor", id_of("actor.id"))?;
    let dataset = uid("Dataset", id_of("dataset.id"))?;
    let attributes = |g: Group| groups.get(&g).cloned().unwrap_or_default().into_iter().collect::<HashMap<_, _>>();
    let classes = kind.classes.iter().map(|c| uid("Kind", c)).collect::<Result<HashSet<_>, _>>()?;
    let mut all = vec![
        Entity::new(actor.clone(), attributes(Group::Actor), HashSet::from([uid("Kind", &kind.name)?])).map_err(|e| e.to_string())?,
        Entity::new(dataset.clone(), attributes(Group::Dataset), HashSet::new()).map_err(|e| e.to_string())?,
        Entity::new_no_attrs(uid("Kind", &kind.name)?, classes.clone()),
    ];
    all.extend(classes.into_iter().map(|c| Entity::new_no_attrs(c, HashSet::new())));
    let entities = Entities::from_entities(all, schema).map_err(|e| e.to_string())?;
    let members = Group::ALL.into_iter().skip(2).map(|g| {
        let record = RestrictedExpression::new_record(groups.get(&g).cloned().unwrap_or_default()).map_err(|e| e.to_string())?;
        Ok((g.name().to_owned(), record))
    });
    let context = Context::from_pairs(members.collect::<Result<Vec<_>, String>>()?).map_err(|e| e.to_string())?;
    let request = Request::new(actor, uid("Action", &action.name)?, dataset, context, schema).map_err(|e| e.to_string())?;
    Ok(CedarInput { entities, request })
}

fn expression(value: Value<'_>) -> RestrictedExpression {
    match value {
        Value::Bool(b) => RestrictedExpression::new_bool(b),
        Value::Long(n) => RestrictedExpression::new_long(n),
        Value::Text(t) => RestrictedExpression::new_string(t.to_owned()),
        Value::Texts(t) => RestrictedExpression::new_set(t.iter().map(|s| RestrictedExpression::new_string(s.clone()))),
    }
}

/// The grounds and gates of a text as one Cedar policy set: what the law decides with.
#[must_use]
pub fn grounds_and_gates(policies: &PolicySet) -> PolicySet {
    let decides = |p: &&cedar_policy::Policy| p.annotation("duty").is_none() && p.annotation("deadline").is_none();
    PolicySet::from_policies(policies.policies().filter(decides).cloned()).unwrap_or_default()
}

/// Asks Cedar.
#[must_use]
pub fn ask(policies: &PolicySet, input: &CedarInput) -> Verdict {
    let response = Authorizer::new().is_authorized(&input.request, policies, &input.entities);
    let mut determining: Vec<String> = response.diagnostics().reason().map(ToString::to_string).collect();
    determining.sort_unstable();
    let mut failed: Vec<String> = response
        .diagnostics()
        .errors()
        .map(|e| match e {
            cedar_policy::AuthorizationError::PolicyEvaluationError(e) => e.policy_id().to_string(),
        })
        .collect();
    failed.sort_unstable();
    Verdict { allow: response.decision() == Decision::Allow, determining, failed }
}

/// How our answer and Cedar's differ; `None` when they agree on the decision, on every determining policy and on every
/// failure.
#[must_use]
pub fn difference(ours: &crate::evaluate::MatchingPolicies<'_>, cedar: &Verdict) -> Option<String> {
    // Cedar skips a policy that fails and still decides; we never allow then. Its list of failures has to be ours.
    let failed: Vec<&str> = cedar.failed.iter().map(String::as_str).collect();
    let determining: Vec<&str> = cedar.determining.iter().map(String::as_str).collect();
    let ours_failed: Vec<&str> = ours.failed.clone();
    if failed != ours_failed {
        return Some(format!("failing policies differ: ours {ours_failed:?}, Cedar's {failed:?}"));
    }
    let expected = if ours.gates.is_empty() { &ours.grounds } else { &ours.gates };
    if *expected != determining {
        return Some(format!("determining policies differ: ours {expected:?}, Cedar's {determining:?}"));
    }
    let allow = cedar.allow && failed.is_empty();
    (allow != ours.allow).then(|| format!("decisions differ: ours {}, Cedar's {}", ours.allow, cedar.allow))
}

/// A schema from its text, for callers that have no compiler at hand.
///
/// # Errors
/// Cedar's own message.
pub fn parse_schema(text: &str) -> Result<Schema, String> {
    Schema::from_str(text).map_err(|e| e.to_string())
}
