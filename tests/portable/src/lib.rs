//! The core as a bare WebAssembly module. `cargo xtask check` reads its import section, which has to be empty: no clock,
//! no randomness, no files, no host at all.

use lexgate::Engine;
use lexgate::event::{Occasion, Recorder};
use lexgate::mask::Masking;
use lexgate::receipt::PublicKey;
use lexgate::replay::replay;

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
    let keys: Vec<PublicKey> = PublicKey::new("k".to_owned(), &[9; 32]).into_iter().collect();
    let replayed = event.is_some_and(|e| replay(e.to_json().as_bytes(), &|_| Some(&engine), &keys).verdict.code().is_none());
    if replayed { u32::from(answer.decision) } else { 2 }
}
