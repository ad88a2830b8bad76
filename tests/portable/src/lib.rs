//! The core, with every suite of signatures it can verify, as a bare WebAssembly module. `cargo xtask check` reads its import
//! section, which has to be empty: no clock, no randomness, no files, no host at all.

use lexgate::event::{Occasion, Recorder};
use lexgate::mask::Masking;
use lexgate::receipt;
use lexgate::replay::replay;
use lexgate::trust::{PublicKey, Trust};
use lexgate::{Engine, Options};

/// Decides one fixed request, records the decision and replays it. Returns 1 when the answer is an allow, which it never is,
/// and 2 when the event does not replay.
#[unsafe(no_mangle)]
pub extern "C" fn decide() -> u32 {
    let request = br#"{"subject":{"type":"NaturalPerson","id":"p"},"action":{"name":"trade_data"},
        "resource":{"type":"Dataset","id":"d","properties":{"territory":"450000"}},"context":{"time":{"now":"2026-05-18"}}}"#;
    let Ok(engine) = Engine::embedded() else { return 0 };
    let answer = engine.evaluate(&engine.read(request));
    let occasion = Occasion { decision_id: "1", timestamp: "2026-05-18T00:00:00Z", ..Occasion::default() };
    let event = Masking::new(&[7; 32]).ok().and_then(|m| Recorder::chained(m, None).record(&engine, request, &answer, &occasion).ok());
    // The event is not signed, so a key finds something; what matters is that checking one is linked too.
    let keys: Vec<_> = receipt::PublicKey::new("k".to_owned(), &[9; 32]).into_iter().collect();
    let replayed = event.is_some_and(|e| replay(e.to_json().as_bytes(), &|_| Some(&engine), &keys).verdict.code().is_none());
    if replayed { u32::from(answer.decision) } else { 2 }
}

/// Verifies a bundle that nobody signed and returns 1 when it is trusted, which it never is.
#[unsafe(no_mangle)]
pub extern "C" fn verify() -> u32 {
    let jwk = br#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
    let trust = PublicKey::from_jwk(jwk).and_then(|key| Trust::new(vec![key]));
    u32::from(trust.is_ok_and(|t| Engine::verified(lexgate::evaluate::EMBEDDED_BUNDLE, &t, Options::default()).is_ok()))
}
