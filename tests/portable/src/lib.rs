//! The core, with every suite of signatures it can verify, as a bare WebAssembly module. `cargo xtask check` reads its import
//! section, which has to be empty: no clock, no randomness, no files, no host at all.

use lexgate::trust::{PublicKey, Trust};
use lexgate::{Engine, Options};

/// Decides one fixed request and returns 1 when the answer is an allow, which it never is.
#[unsafe(no_mangle)]
pub extern "C" fn decide() -> u32 {
    let request = br#"{"subject":{"type":"NaturalPerson","id":"p"},"action":{"name":"trade_data"},
        "resource":{"type":"Dataset","id":"d","properties":{"territory":"450000"}},"context":{"time":{"now":"2026-05-18"}}}"#;
    match Engine::embedded() {
        Ok(engine) => u32::from(engine.evaluate(&engine.read(request)).decision),
        Err(_) => 0,
    }
}

/// Verifies a bundle that nobody signed and returns 1 when it is trusted, which it never is.
#[unsafe(no_mangle)]
pub extern "C" fn verify() -> u32 {
    let jwk = br#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
    let trust = PublicKey::from_jwk(jwk).and_then(|key| Trust::new(vec![key]));
    u32::from(trust.is_ok_and(|t| Engine::verified(lexgate::evaluate::EMBEDDED_BUNDLE, &t, Options::default()).is_ok()))
}
