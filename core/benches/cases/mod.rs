//! The requests that are timed, prepared for lexgate and for Cedar alike.

#![allow(dead_code, reason = "every bench uses a part of this")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a bench stops at the first thing wrong"
)]

use crate::support::{Doc, Store, store};
use cedar_policy::{Authorizer, Context, Entities, EntityId, EntityTypeName, EntityUid, PolicyId, PolicySet, Response, Schema};
use lexgate::author::oracle::{self, CedarInput};
use lexgate::facts::{Facts, Value};
use lexgate::law::Policy;
use lexgate::vocabulary::Group;
use lexgate::{Engine, Outcome, Request};
use serde_json::{Map, Value as Json, json};
use std::str::FromStr;

/// One request in every form that is timed.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) outcome: Outcome,
    /// The request document.
    pub(crate) json: Vec<u8>,
    /// Read by lexgate.
    pub(crate) request: Request,
    /// Built for Cedar.
    pub(crate) cedar: CedarInput,
    /// The same as Cedar reads it: entities and context as JSON, and the names of principal, action and resource.
    pub(crate) entities: String,
    pub(crate) context: String,
    pub(crate) names: [(&'static str, String); 3],
    /// The grounds and gates on this action in the texts of this territory: what is left of Cedar's work once somebody has
    /// sorted the policies for it.
    pub(crate) cut: PolicySet,
}

/// About `count` vectors: permitted, conditional and prohibited in equal parts, spread over all texts.
pub(crate) fn cases(count: usize) -> Vec<Case> {
    let s = store();
    let all: Vec<Case> = s.requests.iter().map(|(name, doc)| case(s, name, doc)).collect();
    let mut chosen: Vec<Vec<Case>> = Vec::new();
    let mut parts: Vec<(Outcome, Vec<Case>)> =
        [Outcome::Permitted, Outcome::Conditional, Outcome::Prohibited].into_iter().map(|o| (o, Vec::new())).collect();
    for case in all.into_iter().filter(|c| !c.name.starts_with("bad-input: ")) {
        if let Some((_, part)) = parts.iter_mut().find(|(o, _)| *o == case.outcome) {
            part.push(case);
        }
    }
    for (_, part) in parts {
        let (total, wanted) = (part.len(), (count / 3).min(part.len()));
        chosen.push(part.into_iter().enumerate().filter(|(i, _)| wanted > 0 && (i * wanted) % total < wanted).map(|(_, c)| c).collect());
    }
    chosen.into_iter().flatten().collect()
}

fn case(s: &Store, name: &str, doc: &Doc) -> Case {
    let json = doc.bytes();
    let request = s.engine.read(&json);
    let facts = request.facts().unwrap();
    let v = s.engine.vocabulary();
    let plain = oracle::input(v, facts, None).unwrap();
    let response = s.engine.evaluate(&request);
    let looked_at = |code: &str| response.context.regulations.iter().any(|r| r.code == code);
    let decides = |p: &&Policy| matches!(p.set, lexgate::law::PolicySet::Ground | lexgate::law::PolicySet::Gate);
    let on_action = |p: &&Policy| p.actions.is_empty() || p.actions.contains(&facts.action());
    let cut = s.engine.texts().filter(|t| looked_at(&t.regulation.code)).flat_map(|t| {
        let cedar = &s.compiled.cedar[&t.regulation.code];
        t.policies.iter().filter(decides).filter(on_action).map(|p| cedar.policy(&PolicyId::new(&p.id)).unwrap().clone())
    });
    let mut context = Map::new();
    for group in Group::ALL.into_iter().skip(2) {
        context.insert(group.name().to_owned(), Json::Object(Map::new()));
    }
    for (id, value) in facts.stated() {
        let fact = v.fact(id).unwrap();
        if let Some(Json::Object(members)) = context.get_mut(fact.group.name()) {
            members.insert(fact.key().to_owned(), written(value));
        }
    }
    Case {
        name: name.to_owned(),
        outcome: response.context.outcome,
        cut: PolicySet::from_policies(cut).unwrap(),
        cedar: oracle::input(v, facts, s.compiled.schema.as_ref()).unwrap(),
        entities: plain.entities.to_json_value().unwrap().to_string(),
        context: Json::Object(context).to_string(),
        names: [("Actor", doc.subject_id.clone()), ("Action", action_name(s, facts)), ("Dataset", doc.dataset_id.clone())],
        json,
        request,
    }
}

fn action_name(s: &Store, facts: &Facts) -> String {
    s.engine.vocabulary().actions[usize::from(facts.action().0)].name.clone()
}

fn written(value: Value<'_>) -> Json {
    match value {
        Value::Bool(b) => json!(b),
        Value::Long(n) => json!(n),
        Value::Text(t) => json!(t),
        Value::Texts(t) => json!(t),
    }
}

/// Every policy of every text in one Cedar policy set, as a host without lexgate would hold them.
pub(crate) fn undivided() -> PolicySet {
    PolicySet::from_policies(store().compiled.cedar.values().flat_map(PolicySet::policies).cloned()).unwrap()
}

/// The grounds and gates alone: what decides, without duties and periods.
pub(crate) fn deciding() -> PolicySet {
    let sets: Vec<PolicySet> = store().compiled.cedar.values().map(oracle::grounds_and_gates).collect();
    PolicySet::from_policies(sets.iter().flat_map(PolicySet::policies).cloned()).unwrap()
}

/// Cedar's decision on prebuilt input.
pub(crate) fn cedar_decides(authorizer: &Authorizer, policies: &PolicySet, case: &Case) -> Response {
    authorizer.is_authorized(&case.cedar.request, policies, &case.cedar.entities)
}

/// Cedar from JSON text to JSON text: entities and context are parsed and checked against the schema, the answer names the
/// decision, the determining policies and the failures.
pub(crate) fn cedar_answers(authorizer: &Authorizer, policies: &PolicySet, schema: &Schema, case: &Case) -> String {
    let uid = |(ty, id): &(&str, String)| EntityUid::from_type_name_and_id(EntityTypeName::from_str(ty).unwrap(), EntityId::new(id));
    let [principal, action, resource] = [uid(&case.names[0]), uid(&case.names[1]), uid(&case.names[2])];
    let entities = Entities::from_json_str(&case.entities, Some(schema)).unwrap();
    let context = Context::from_json_str(&case.context, Some((schema, &action))).unwrap();
    let request = cedar_policy::Request::new(principal, action, resource, context, Some(schema)).unwrap();
    let response = authorizer.is_authorized(&request, policies, &entities);
    let reasons: Vec<String> = response.diagnostics().reason().map(ToString::to_string).collect();
    let errors: Vec<String> = response.diagnostics().errors().map(ToString::to_string).collect();
    json!({"decision": response.decision() == cedar_policy::Decision::Allow, "reasons": reasons, "errors": errors}).to_string()
}

/// The engine of a store with copies of all texts under the codes of other provinces, `times` over.
pub(crate) fn with_other_provinces(times: usize) -> Engine {
    let s = store();
    let mut sources = s.sources.clone();
    let codes: Vec<String> = s.engine.texts().map(|t| t.regulation.code.clone()).collect();
    for (n, territory) in ["11", "12", "13", "14", "15", "21", "22", "23"].into_iter().take(times).enumerate() {
        for code in &codes {
            crate::support::copy_text(&mut sources, code, &format!("far{n}-{code}"), "in-force", territory);
        }
    }
    crate::support::build(&sources, lexgate::author::Validation::Off).2
}
