//! The answers to a batch on their way to JavaScript: what many of them have in common crosses the border once.

use lexgate::batch::Batch;
use lexgate::issue::Issue;
use lexgate::response::{Outcome, Response};
use serde::Serialize;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// What crosses the border. A list of an answer holds positions in `parts`.
#[derive(Serialize)]
struct Answers<'b> {
    /// The members that all answers share.
    common: Common<'b>,
    /// The distinct answers.
    distinct: Vec<Distinct<'b>>,
    /// One entry a request: position in `distinct`, digest of the request.
    entries: Vec<(usize, Option<&'b str>)>,
    /// The elements of lists, each distinct one once.
    parts: Vec<Box<RawValue>>,
}

#[derive(Serialize)]
struct Common<'b> {
    bundle: &'b lexgate::response::BundleInfo<'b>,
    engine: lexgate::response::EngineInfo,
}

/// The lists of an answer in the order of their names, and what is left of it.
#[derive(Serialize)]
struct Distinct<'b> {
    decision: bool,
    errors: &'b [Issue],
    evaluation_mode: &'static str,
    lists: [Vec<usize>; 7],
    outcome: Outcome,
    warnings: &'b [Issue],
}

#[derive(Default)]
struct Parts {
    known: BTreeMap<String, usize>,
    parts: Vec<Box<RawValue>>,
}

impl Parts {
    /// The positions of the elements of a list.
    fn list<T: Serialize>(&mut self, list: &[T]) -> Vec<usize> {
        list.iter().filter_map(|element| self.part(element)).collect()
    }

    fn part(&mut self, element: &impl Serialize) -> Option<usize> {
        let text = serde_json::to_string(element).ok()?;
        if let Some(&at) = self.known.get(&text) {
            return Some(at);
        }
        let at = self.parts.len();
        self.parts.push(RawValue::from_string(text.clone()).ok()?);
        self.known.insert(text, at);
        Some(at)
    }
}

/// Writes the answers to a batch as JSON.
pub(crate) fn write(batch: &Batch<'_>) -> String {
    let mut parts = Parts::default();
    let distinct: Vec<Distinct<'_>> = batch.distinct().iter().map(|r| distinct(r, &mut parts)).collect();
    let Some(first) = batch.distinct().first() else {
        return r#"{"common":{},"distinct":[],"entries":[],"parts":[]}"#.to_owned();
    };
    let common = Common { bundle: &first.context.bundle, engine: first.context.engine };
    let entries = batch.entries().iter().map(|e| (e.answer, e.request_digest.as_deref())).collect();
    crate::json(&Answers { common, distinct, entries, parts: parts.parts })
}

fn distinct<'b>(response: &'b Response<'_>, parts: &mut Parts) -> Distinct<'b> {
    let c = &response.context;
    let lists = [
        parts.list(&c.deadlines),
        parts.list(&c.grounds),
        parts.list(&c.missing),
        parts.list(&c.obligations),
        parts.list(&c.prohibitions),
        parts.list(&c.readings),
        parts.list(&c.regulations),
    ];
    Distinct {
        decision: response.decision,
        errors: &c.errors,
        evaluation_mode: c.evaluation_mode,
        lists,
        outcome: c.outcome,
        warnings: &c.warnings,
    }
}
