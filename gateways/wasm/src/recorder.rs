//! Decision events (`docs/decision-events.md`), masked unless the host asks otherwise.

use crate::Gateway;
use crate::failure::Thrown;
use lexgate::event::{Occasion, Recorder as Events};
use lexgate::mask::Masking;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// Makes decision events that stand alone.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Recorder {
    events: Events,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RecorderOptions {
    /// The secret under which values are masked, in hex.
    mask_key: String,
    /// Lists of JSON Pointers: `keep`, `mask`, `remove`.
    rules: Option<Box<RawValue>>,
    /// Nothing is masked, apart from rules.
    #[serde(default)]
    unmasked: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    decision_id: String,
    timestamp: String,
    #[serde(default)]
    labels: BTreeMap<String, String>,
    #[serde(default)]
    metrics: BTreeMap<String, u64>,
    requested_by: Option<String>,
}

fn malformed() -> Box<Thrown> {
    Box::new(Thrown::events("event-options-malformed", "what events should be like cannot be read".to_owned(), "决定事件的设置无法读取"))
}

#[wasm_bindgen]
impl Recorder {
    /// From `{"mask_key", "rules", "unmasked"}`.
    ///
    /// # Errors
    /// Throws what is wrong with key or rules.
    #[wasm_bindgen(constructor)]
    pub fn new(options: &str) -> Result<Recorder, JsValue> {
        let masking = read(options).map_err(|e| e.into_value())?;
        Ok(Self { events: Events::new(masking) })
    }

    /// The event of a decision, one line. `request` is what was decided; it is decided again, which gives the same answer.
    /// `occasion` is `{"decision_id", "timestamp", "labels", "metrics", "requested_by"}`.
    ///
    /// # Errors
    /// Throws why there is no event.
    pub fn record(&mut self, gateway: &Gateway, request: &str, occasion: &str) -> Result<String, JsValue> {
        let engine = gateway.map.engine();
        let given: Given = serde_json::from_str(occasion).map_err(|_| malformed().into_value())?;
        let occasion = Occasion {
            decision_id: &given.decision_id,
            timestamp: &given.timestamp,
            labels: given.labels,
            metrics: given.metrics,
            requested_by: given.requested_by.as_deref(),
        };
        let document = request.as_bytes();
        let answer = engine.evaluate(&engine.read(document));
        let event = self.events.record(engine, document, &answer, &occasion).map_err(|e| Thrown::event(&e).into_value())?;
        Ok(event.to_json())
    }
}

fn read(options: &str) -> Result<Masking, Box<Thrown>> {
    let options: RecorderOptions = serde_json::from_str(options).map_err(|_| malformed())?;
    let key = bytes(&options.mask_key).ok_or_else(malformed)?;
    let mut masking = Masking::new(&key).map_err(|e| Box::new(Thrown::mask(&e)))?;
    if options.unmasked {
        masking = masking.keeping_all();
    }
    match &options.rules {
        Some(rules) => masking.with_rules(rules.get().as_bytes()).map_err(|e| Box::new(Thrown::mask(&e))),
        None => Ok(masking),
    }
}

/// Hex to bytes.
fn bytes(hex: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = hex.chars().map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok())).collect();
    let (pairs, rest) = digits.as_deref()?.as_chunks::<2>();
    rest.is_empty().then(|| pairs.iter().map(|[high, low]| high << 4 | low).collect())
}
