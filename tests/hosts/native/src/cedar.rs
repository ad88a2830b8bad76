//! The same question for Cedar: policies, schema and requests as its JavaScript packages take them.

use lexgate::author::{Compiled, Sources, compile, oracle};
use lexgate::facts::{Facts, Value};
use lexgate::vocabulary::{Group, Vocabulary};
use lexgate::{Engine, Outcome};
use serde_json::{Map, Value as Json, json};
use std::path::Path;

/// The grounds and gates of all texts, the schema, and `count` of the requests with what Cedar needs to decide them.
pub(crate) fn inputs(policies: &Path, requests: &[(String, Vec<u8>)], count: usize) -> Result<Json, String> {
    let sources = Sources::read(policies).map_err(|e| format!("{}: {e}", policies.display()))?;
    let compiled = compile(&sources);
    let engine = Engine::embedded().map_err(|e| e.to_string())?;
    let file = policies.join("schema.cedarschema");
    let schema = std::fs::read_to_string(&file).map_err(|e| format!("{}: {e}", file.display()))?;
    Ok(json!({
        "schema": schema,
        "texts": engine.texts().count(),
        "policies": deciding(&compiled),
        "kinds": engine.vocabulary().kinds.iter().map(|k| json!({"kind": k.name, "classes": k.classes})).collect::<Vec<_>>(),
        "requests": chosen(&engine, requests, count)?,
    }))
}

/// Policy texts by id.
fn deciding(compiled: &Compiled) -> Map<String, Json> {
    let sets: Vec<_> = compiled.cedar.values().map(oracle::grounds_and_gates).collect();
    sets.iter().flat_map(|s| s.policies().map(|p| (p.id().to_string(), json!(p.to_string())))).collect()
}

/// Requests that are decided, in equal parts by outcome, spread over all texts.
fn chosen(engine: &Engine, requests: &[(String, Vec<u8>)], count: usize) -> Result<Vec<Json>, String> {
    let outcomes = [Outcome::Permitted, Outcome::Conditional, Outcome::Prohibited];
    let wanted = count.checked_div(outcomes.len()).unwrap_or_default();
    let mut all = Vec::new();
    for outcome in outcomes {
        let these: Vec<_> = requests.iter().filter(|(_, r)| engine.evaluate(&engine.read(r)).context.outcome == outcome).collect();
        let step = these.len().checked_div(wanted.max(1)).unwrap_or_default().max(1);
        for (name, request) in these.into_iter().step_by(step).take(wanted) {
            all.push(case(engine, name, request)?);
        }
    }
    Ok(all)
}

fn case(engine: &Engine, name: &str, request: &[u8]) -> Result<Json, String> {
    let read = engine.read(request);
    let facts = read.facts().ok_or_else(|| format!("{name}: no facts"))?;
    let v = engine.vocabulary();
    let input = oracle::input(v, facts, None)?;
    let entities = input.entities.to_json_value().map_err(|e| e.to_string())?;
    let action = v.actions.get(usize::from(facts.action().0)).ok_or("no such action")?;
    let kind = v.kinds.get(facts.kind()).ok_or("no such kind of actor")?;
    let group = |g: Group| Json::Object(members(v, facts, g));
    let context: Map<String, Json> = Group::ALL.into_iter().skip(2).map(|g| (g.name().to_owned(), group(g))).collect();
    Ok(json!({
        "name": name,
        "request": serde_json::from_slice::<Json>(request).map_err(|e| e.to_string())?,
        "kinds": std::iter::once(&kind.name).chain(&kind.classes).collect::<Vec<_>>(),
        "action": action.name,
        "actor": group(Group::Actor),
        "dataset": group(Group::Dataset),
        "context": context,
        "entities": entities,
    }))
}

fn members(v: &Vocabulary, facts: &Facts, group: Group) -> Map<String, Json> {
    let stated = facts.stated().filter_map(|(id, value)| Some((v.fact(id)?, value)));
    stated.filter(|(fact, _)| fact.group == group).map(|(fact, value)| (fact.key().to_owned(), written(value))).collect()
}

fn written(value: Value<'_>) -> Json {
    match value {
        Value::Bool(b) => json!(b),
        Value::Long(n) => json!(n),
        Value::Text(t) => json!(t),
        Value::Texts(t) => json!(t),
    }
}
