//! A decision, and JSON text in to JSON text out, beside Cedar's own authorizer over the undivided policy set of all texts.

#[path = "../tests/support/mod.rs"]
mod support;

mod cases;

use cases::{cases, cedar_answers, cedar_decides, undivided};
use cedar_policy::Authorizer;
use criterion::{Criterion, Throughput};
use std::hint::black_box;
use support::store;

fn main() {
    let mut c = Criterion::default().configure_from_args();
    let (cases, policies, authorizer) = (cases(24), undivided(), Authorizer::new());
    let Some(schema) = &store().compiled.schema else { return };
    let engine = &store().engine;
    let requests = u64::try_from(cases.len()).unwrap_or(1);

    let mut group = c.benchmark_group("decide");
    group.throughput(Throughput::Elements(requests));
    group.bench_function("lexgate", |b| {
        b.iter(|| cases.iter().for_each(|case| drop(black_box(engine.evaluate(black_box(&case.request))))));
    });
    group.bench_function("cedar", |b| {
        b.iter(|| cases.iter().for_each(|case| drop(black_box(cedar_decides(&authorizer, &policies, black_box(case))))));
    });
    group.finish();

    let mut group = c.benchmark_group("json");
    group.throughput(Throughput::Elements(requests));
    group.bench_function("lexgate", |b| {
        b.iter(|| cases.iter().for_each(|case| drop(black_box(engine.evaluate_json(black_box(&case.json))))));
    });
    group.bench_function("cedar", |b| {
        b.iter(|| cases.iter().for_each(|case| drop(black_box(cedar_answers(&authorizer, &policies, schema, black_box(case))))));
    });
    group.finish();
    c.final_summary();
}
