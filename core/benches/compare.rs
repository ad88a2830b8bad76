//! lexgate beside Cedar in one run: medians of interleaved rounds, so that both meet the same machine.
//!
//! `cargo bench -p lexgate --features author --bench compare [-- --json]`

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "a bench stops at the first thing wrong")]
#![allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "measurements are no accounts")]

#[path = "../tests/support/mod.rs"]
mod support;

mod cases;

use cases::{cases, cedar_answers, cedar_decides, deciding, undivided, with_other_provinces};
use cedar_policy::{Authorizer, PolicySet, Schema, ValidationMode, Validator};
use lexgate::{Engine, Outcome};
use serde_json::{Value as Json, json};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use std::alloc::System;
use std::hint::black_box;
use std::str::FromStr;
use std::time::{Duration, Instant};
use support::store;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const ROUNDS: usize = 21;

/// Something that is timed: its name and one pass over all of it.
struct Contestant<'a> {
    name: &'static str,
    run: Box<dyn Fn() + 'a>,
}

fn contestant<'a>(name: &'static str, run: impl Fn() + 'a) -> Contestant<'a> {
    Contestant { name, run: Box::new(run) }
}

/// Nanoseconds of one pass in every round, by contestant. A round is several turns of some milliseconds, each time in another
/// order, so that whatever else the machine does, and whatever the one before left in its caches, meets all of them alike.
fn rounds(contestants: &[Contestant<'_>]) -> Vec<Vec<f64>> {
    const TURN: Duration = Duration::from_millis(5);
    const TURNS: usize = 5;
    let passes: Vec<u32> = contestants
        .iter()
        .map(|c| {
            (c.run)();
            let start = Instant::now();
            (c.run)();
            let once = start.elapsed().max(Duration::from_nanos(1));
            (TURN.as_nanos() / once.as_nanos() + 1) as u32
        })
        .collect();
    let mut times = vec![Vec::new(); contestants.len()];
    let mut seed = 1u64;
    let mut order: Vec<usize> = (0..contestants.len()).collect();
    for _ in 0..ROUNDS {
        let mut spent = vec![Duration::ZERO; contestants.len()];
        for _ in 0..TURNS {
            for n in (1..order.len()).rev() {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                order.swap(n, (seed >> 33) as usize % (n + 1));
            }
            for &i in &order {
                let start = Instant::now();
                for _ in 0..passes[i] {
                    (contestants[i].run)();
                }
                spent[i] += start.elapsed();
            }
        }
        for (i, spent) in spent.iter().enumerate() {
            times[i].push(spent.as_nanos() as f64 / f64::from(passes[i]) / TURNS as f64);
        }
    }
    times
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

/// The median of the ratios of each round: what one contestant takes, as a multiple of another.
fn ratio(times: &[f64], of: &[f64]) -> f64 {
    median(&times.iter().zip(of).map(|(a, b)| a / b).collect::<Vec<_>>())
}

/// Allocations and bytes of one pass.
fn allocations(run: &dyn Fn()) -> (f64, f64) {
    run();
    let region = Region::new(ALLOCATOR);
    run();
    let change = region.change();
    ((change.allocations + change.reallocations) as f64, change.bytes_allocated as f64)
}

fn rounded(x: f64) -> f64 {
    (x * 1000.0).round() / 1000.0
}

fn main() {
    let as_json = std::env::args().any(|a| a == "--json");
    let s = store();
    let (engine, schema) = (&s.engine, s.compiled.schema.as_ref().unwrap());
    let (cases, all, decisive, authorizer) = (cases(24), undivided(), deciding(), Authorizer::new());
    let n = cases.len() as f64;
    let texts = engine.texts().count();

    // Decisions and JSON, ours and Cedar's; then ours beside texts that do not apply.
    let far = with_other_provinces(4);
    let far_requests: Vec<_> = cases.iter().map(|c| far.read(&c.json)).collect();
    let runs = [
        contestant("decide: lexgate", || cases.iter().for_each(|c| drop(black_box(engine.evaluate(black_box(&c.request)))))),
        contestant("decide: cedar, all policies", || cases.iter().for_each(|c| drop(black_box(cedar_decides(&authorizer, &all, c))))),
        contestant("decide: cedar, grounds and gates", || {
            cases.iter().for_each(|c| drop(black_box(cedar_decides(&authorizer, &decisive, c))))
        }),
        contestant("json: lexgate", || cases.iter().for_each(|c| drop(black_box(engine.evaluate_json(black_box(&c.json)))))),
        contestant("json: cedar, all policies", || {
            cases.iter().for_each(|c| drop(black_box(cedar_answers(&authorizer, &all, schema, black_box(c)))));
        }),
        contestant("json: cedar, grounds and gates", || {
            cases.iter().for_each(|c| drop(black_box(cedar_answers(&authorizer, &decisive, schema, black_box(c)))));
        }),
        contestant("json: lexgate, reading only", || cases.iter().for_each(|c| drop(black_box(engine.read(black_box(&c.json)))))),
        contestant("decide: cedar, policies sorted by hand", || {
            cases.iter().for_each(|c| drop(black_box(cedar_decides(&authorizer, &c.cut, c))));
        }),
    ];
    let times = rounds(&runs);
    let pairs = [
        contestant("decide: lexgate", || cases.iter().for_each(|c| drop(black_box(engine.evaluate(black_box(&c.request)))))),
        contestant("decide: lexgate, more texts", || far_requests.iter().for_each(|r| drop(black_box(far.evaluate(black_box(r)))))),
        contestant("json: lexgate", || cases.iter().for_each(|c| drop(black_box(engine.evaluate_json(black_box(&c.json)))))),
        contestant("json: lexgate, more texts", || cases.iter().for_each(|c| drop(black_box(far.evaluate_json(black_box(&c.json)))))),
    ];
    let pair_times = rounds(&pairs);
    let of = |name: &str| times[runs.iter().position(|c| c.name == name).unwrap()].as_slice();
    let micros = |i: usize| rounded(median(&times[i]) / n / 1000.0);

    // Allocations, per request.
    let allocated: Vec<(&str, f64, f64)> = runs
        .iter()
        .map(|c| {
            let (count, bytes) = allocations(&c.run);
            (c.name, rounded(count / n), (bytes / n).round())
        })
        .collect();

    // Loading.
    let schema_text = lexgate::author::schema(engine.vocabulary());
    let policy_text: String = s.sources.iter().filter(|(p, _)| p.ends_with(".cedar")).map(|(_, t)| format!("{t}\n")).collect();
    let est = all.clone().to_json().unwrap().to_string();
    let loads = [
        contestant("load: lexgate bundle", || drop(black_box(Engine::new(black_box(&s.bundle)).unwrap()))),
        contestant("load: cedar text, parsed and validated", || {
            let (schema, _) = Schema::from_cedarschema_str(black_box(&schema_text)).unwrap();
            let policies = PolicySet::from_str(black_box(&policy_text)).unwrap();
            assert!(Validator::new(schema).validate(&policies, ValidationMode::Strict).validation_passed());
            drop(black_box(policies));
        }),
        contestant("load: cedar text, parsed", || drop(black_box(PolicySet::from_str(black_box(&policy_text)).unwrap()))),
        contestant("load: cedar json, parsed", || drop(black_box(PolicySet::from_json_str(black_box(&est)).unwrap()))),
    ];
    let load_times = rounds(&loads);

    let share = |o: Outcome| cases.iter().filter(|c| c.outcome == o).count();
    let report = json!({
        "versions": {
            "lexgate": lexgate::ENGINE.version,
            "store": engine.bundle().version,
            "cedar": cedar_policy::get_sdk_version().to_string(),
            "rustc": rustc(),
        },
        "rounds": ROUNDS,
        "requests": {"all": cases.len(), "permitted": share(Outcome::Permitted), "conditional": share(Outcome::Conditional), "prohibited": share(Outcome::Prohibited)},
        "texts": texts,
        "policies": {"all": all.num_of_policies(), "grounds_and_gates": decisive.num_of_policies()},
        "microseconds_per_request": runs.iter().enumerate().map(|(i, c)| (c.name.to_owned(), json!(micros(i)))).collect::<serde_json::Map<_, _>>(),
        "ratios": {
            "decide: cedar all / lexgate": rounded(ratio(of("decide: cedar, all policies"), of("decide: lexgate"))),
            "decide: cedar grounds and gates / lexgate": rounded(ratio(of("decide: cedar, grounds and gates"), of("decide: lexgate"))),
            "decide: cedar sorted by hand / lexgate": rounded(ratio(of("decide: cedar, policies sorted by hand"), of("decide: lexgate"))),
            "json: cedar all / lexgate": rounded(ratio(of("json: cedar, all policies"), of("json: lexgate"))),
            "json: cedar grounds and gates / lexgate": rounded(ratio(of("json: cedar, grounds and gates"), of("json: lexgate"))),
        },
        "percent_more_with_texts_that_do_not_apply": {
            "texts_added": texts * 4,
            "decide": rounded((ratio(&pair_times[1], &pair_times[0]) - 1.0) * 100.0),
            "json": rounded((ratio(&pair_times[3], &pair_times[2]) - 1.0) * 100.0),
        },
        "allocations_per_request": allocated.iter().map(|(name, count, bytes)| ((*name).to_owned(), json!({"count": count, "bytes": bytes}))).collect::<serde_json::Map<_, _>>(),
        "milliseconds_to_load": loads.iter().zip(&load_times).map(|(c, t)| (c.name.to_owned(), json!(rounded(median(t) / 1e6)))).collect::<serde_json::Map<_, _>>(),
        "bytes": {"lexgate bundle": s.bundle.len(), "cedar policy text": policy_text.len(), "cedar schema text": schema_text.len(), "cedar policy json": est.len()},
    });
    if as_json {
        println!("{report}");
    } else {
        show(&report);
    }
}

/// The report as lines; the numbers are those of `--json`.
fn show(report: &Json) {
    fn lines(prefix: &str, value: &Json) {
        match value {
            Json::Object(members) => {
                members.iter().for_each(|(k, v)| lines(&if prefix.is_empty() { k.clone() } else { format!("{prefix} | {k}") }, v))
            }
            other => println!("{prefix:<76} {other}"),
        }
    }
    lines("", report);
}

fn rustc() -> String {
    let out = std::process::Command::new("rustc").arg("--version").output().ok();
    out.and_then(|o| String::from_utf8(o.stdout).ok()).map(|v| v.trim().to_owned()).unwrap_or_default()
}
