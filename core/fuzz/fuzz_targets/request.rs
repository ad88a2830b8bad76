//! Any bytes as a request: the engine answers, the answer is canonical JSON, and only `permitted` allows.
#![no_main]

use lexgate::{Engine, Options, Outcome, Strictness};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static STRICT: LazyLock<Engine> = LazyLock::new(|| Engine::embedded().unwrap());
static LENIENT: LazyLock<Engine> = LazyLock::new(|| {
    let options = Options { strictness: Strictness::Lenient, ..Options::default() };
    Engine::with_options(lexgate::evaluate::EMBEDDED_BUNDLE, options).unwrap()
});

fuzz_target!(|bytes: &[u8]| {
    let request = STRICT.read(bytes);
    let response = STRICT.evaluate(&request);
    let context = &response.context;
    assert_eq!(response.decision, context.outcome == Outcome::Permitted);
    assert!(!response.decision || (request.errors().is_empty() && context.errors.is_empty() && !context.grounds.is_empty()));
    assert_eq!(context.outcome == Outcome::Conditional, !context.missing.is_empty() && context.outcome != Outcome::Prohibited && context.errors.is_empty());

    let text = response.to_json();
    let parsed: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(parsed["decision"], serde_json::json!(response.decision));
    assert_eq!(serde_json::to_string(&parsed).unwrap(), text, "members stand in the order of their names");
    assert_eq!(text, STRICT.evaluate_json(bytes));

    // What strict reading refuses as unknown helps nothing when it is let pass.
    let lenient = LENIENT.evaluate(&LENIENT.read(bytes));
    if request.facts().is_some() {
        assert_eq!(lenient.decision, response.decision);
    }
});
