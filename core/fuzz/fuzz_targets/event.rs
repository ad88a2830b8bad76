//! Any bytes as a line of a decision log: read or refused, and never taken for clean when it is not canonical underneath. The
//! first byte chooses whether the rest is a line, or a request whose event then has to replay.
#![no_main]

use lexgate::Engine;
use lexgate::event::{Link, Occasion, Recorder};
use lexgate::mask::Masking;
use lexgate::replay::replay;
use libfuzzer_sys::{Corpus, fuzz_target};
use std::sync::LazyLock;

static ENGINE: LazyLock<Engine> = LazyLock::new(|| Engine::embedded().unwrap());

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Some((kind, rest)) = bytes.split_first() else { return Corpus::Reject };
    let engine_of = |_: &str| Some(&*ENGINE);
    if *kind != b'r' {
        let found = replay(rest, &engine_of, &[]);
        let _ = Link::of(rest);
        if found.is_clean() {
            // What is clean is clean in its canonical form too.
            let text = std::str::from_utf8(rest).unwrap();
            let json: serde_json::Value = serde_json::from_str(text.trim()).unwrap();
            assert!(replay(serde_json::to_string(&json).unwrap().as_bytes(), &engine_of, &[]).is_clean());
        }
        return Corpus::Keep;
    }
    let masking = Masking::new(b"a key for the fuzzer").unwrap();
    let occasion = Occasion { decision_id: "1", timestamp: "2026-05-18T00:00:00Z", ..Occasion::default() };
    let answer = ENGINE.evaluate(&ENGINE.read(rest));
    let event = Recorder::chained(masking, None).record(&ENGINE, rest, &answer, &occasion).unwrap();
    let line = event.to_json();
    let json: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(serde_json::to_string(&json).unwrap(), line, "members stand in the order of their names");
    assert!(replay(line.as_bytes(), &engine_of, &[]).is_clean());
    Corpus::Keep
});
