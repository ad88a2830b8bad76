//! Any bytes as a bundle: refused, or loaded and fit to decide with. The first byte chooses whether the rest is the file
//! itself or its inside, which is then given a correct header, so that the decoder and its checks are reached.
#![no_main]

use lexgate::Engine;
use lexgate::bundle::{FORMAT, MAGIC};
use libfuzzer_sys::{Corpus, fuzz_target};
use sha2::{Digest, Sha256};

const REQUEST: &str = r#"{"subject":{"type":"GovernmentDepartment","id":"a","properties":{"duty_scope":["x","y"]}},"action":{"name":"obtain_shared_data"},"resource":{"type":"Dataset","id":"d","properties":{"territory":"450000","sharing_type":"conditional","type_disputed":false,"type_assessed_on":"2026-01-15"}},"context":{"request":{"channel":"platform","purpose":"statutory_duty","scope":["x"]},"grant":{"scope":["x","z"],"valid_from":"2026-01-01","valid_until":"2026-12-31"},"procedure":{"received_on":"2026-05-06"},"time":{"now":"2026-05-18"},"evaluation_mode":"draft-as-adopted"}}"#;

fn with_header(body: &[u8]) -> Vec<u8> {
    let mut file = MAGIC.to_vec();
    file.extend_from_slice(&FORMAT.to_le_bytes());
    file.extend_from_slice(&Sha256::digest(body));
    file.extend_from_slice(body);
    file
}

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Some((kind, rest)) = bytes.split_first() else { return Corpus::Reject };
    let engine = if *kind == 0 { Engine::new(rest) } else { Engine::new(&with_header(rest)) };
    let Ok(engine) = engine else { return Corpus::Keep };
    let request = engine.read(REQUEST.as_bytes());
    let response = engine.evaluate(&request);
    let text = response.to_json();
    assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok());
    assert_eq!(response.decision, response.context.outcome == lexgate::Outcome::Permitted);
    if let Some(facts) = request.facts() {
        for text in engine.texts() {
            let _ = engine.matching_policies(&text.regulation.code, facts);
        }
    }
    Corpus::Keep
});
