//! Any bytes as a bundle: refused, or loaded and fit to decide with. The first byte chooses what the rest is: a file; the law
//! inside of one, so that the decoder and its checks are reached; or a file whose digest is mended first, so that manifest
//! and signatures are reached.
#![no_main]

use lexgate::bundle::{About, Content, Law, write};
use lexgate::trust::{PublicKey, Trust};
use lexgate::{Engine, Options};
use libfuzzer_sys::{Corpus, fuzz_target};
use sha2::{Digest, Sha256};

const REQUEST: &str = r#"{"subject":{"type":"GovernmentDepartment","id":"a","properties":{"duty_scope":["x","y"]}},"action":{"name":"obtain_shared_data"},"resource":{"type":"Dataset","id":"d","properties":{"territory":"450000","sharing_type":"conditional","type_disputed":false,"type_assessed_on":"2026-01-15"}},"context":{"request":{"channel":"platform","purpose":"statutory_duty","scope":["x"]},"grant":{"scope":["x","z"],"valid_from":"2026-01-01","valid_until":"2026-12-31"},"procedure":{"received_on":"2026-05-06"},"time":{"now":"2026-05-18"},"evaluation_mode":"draft-as-adopted"}}"#;

/// A public key of RFC 8032, section 7.1; no fuzzer finds a signature by it.
const KEY: &[u8; 32] = b"\xd7\x5a\x98\x01\x82\xb1\x0a\xb7\xd5\x4b\xfe\xd3\xc9\x64\x07\x3a\x0e\xe1\x72\xf3\xda\xa6\x23\x25\xaf\x02\x1a\x68\xf7\x07\x51\x1a";

fn around(law: &[u8]) -> Option<Vec<u8>> {
    let about = About { id: "fuzz".to_owned(), version: "1.0.0".to_owned(), cedar_version: "4.0.0".to_owned(), sources: Vec::new() };
    write(&Content { about, law: Law::from_bytes(law).ok()? }).ok()
}

fn mended(file: &[u8]) -> Option<Vec<u8>> {
    let mut file = file.to_vec();
    let length = |at: usize| Some(u32::from_le_bytes(file.get(at..at + 4)?.try_into().ok()?) as usize);
    let end = 50 + length(10)? + length(14)?;
    let digest = Sha256::new().chain_update(file.get(..18)?).chain_update(file.get(50..end)?).finalize();
    file.get_mut(18..50)?.copy_from_slice(&digest);
    Some(file)
}

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Some((kind, rest)) = bytes.split_first() else { return Corpus::Reject };
    let file = match *kind {
        0 => Some(rest.to_vec()),
        1 => around(rest),
        _ => mended(rest),
    };
    let Some(file) = file else { return Corpus::Keep };
    let trust = PublicKey::ed25519(KEY, Some("k")).and_then(|k| Trust::new(vec![k])).unwrap();
    assert!(Engine::verified(&file, &trust, Options::default()).is_err(), "nobody can have signed it");
    let Ok(engine) = Engine::new(&file) else { return Corpus::Keep };
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
