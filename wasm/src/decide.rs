//! The module `lexgate`: an engine in a module of its own, with the default bundle inside.

use crate::failure::Thrown;
use crate::{batch, json};
use lexgate::trust::{PublicKey, Trust, TrustError};
use lexgate::{Options, Strictness};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsError, JsValue};

/// An engine, prepared from a bundle.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Engine {
    engine: lexgate::Engine,
}

/// Whom to believe, as the entry points hand it over.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct TrustOptions {
    public_keys: Vec<Box<RawValue>>,
    threshold: Option<usize>,
    minimum_version: Option<String>,
    store: Option<String>,
    schema_sha256: Option<String>,
    now: Option<String>,
    #[serde(default)]
    allow_other_signatures: bool,
}

fn trusted(json: &str) -> Result<Trust, Box<Thrown>> {
    let at = |path: &'static str| move |e: TrustError| Box::new(Thrown::trust(&e, path));
    let given: TrustOptions =
        serde_json::from_str(json).map_err(|_| Box::new(Thrown::trust(&TrustError::Key { why: "the options are malformed" }, "$")))?;
    let mut keys = Vec::with_capacity(given.public_keys.len());
    for (i, jwk) in given.public_keys.iter().enumerate() {
        keys.push(PublicKey::from_jwk(jwk.get().as_bytes()).map_err(|e| Box::new(Thrown::trust(&e, &format!("$.publicKeys[{i}]"))))?);
    }
    let mut trust = Trust::new(keys).map_err(at("$.publicKeys"))?.threshold(given.threshold.unwrap_or(1)).map_err(at("$.threshold"))?;
    if let Some(version) = &given.minimum_version {
        trust = trust.minimum_version(version).map_err(at("$.minimumVersion"))?;
    }
    if let Some(now) = &given.now {
        trust = trust.at(now).map_err(at("$.now"))?;
    }
    if let Some(store) = given.store {
        trust = trust.store(store);
    }
    if let Some(sha256) = given.schema_sha256 {
        trust = trust.schema(sha256);
    }
    Ok(if given.allow_other_signatures { trust.allow_other_signatures() } else { trust })
}

fn options(lenient: bool) -> Options {
    Options { strictness: if lenient { Strictness::Lenient } else { Strictness::Strict }, ..Options::default() }
}

#[wasm_bindgen]
impl Engine {
    /// From the bundle inside this module.
    ///
    /// # Errors
    /// As [`Engine::from_bundle`].
    pub fn embedded(lenient: bool) -> Result<Engine, JsValue> {
        Self::from_bundle(lexgate::evaluate::EMBEDDED_BUNDLE, lenient)
    }

    /// From the bytes of a bundle.
    ///
    /// # Errors
    /// Throws why the bundle was refused.
    #[wasm_bindgen(js_name = fromBundle)]
    pub fn from_bundle(bundle: &[u8], lenient: bool) -> Result<Engine, JsValue> {
        let engine = lexgate::Engine::with_options(bundle, options(lenient)).map_err(|e| Thrown::bundle(&e).into_value())?;
        Ok(Self { engine })
    }

    /// From the bytes of a bundle that has to be what `trust` asks for (see `TrustOptions`, as JSON).
    ///
    /// # Errors
    /// Throws what is wrong with the options, or why the bundle was refused.
    #[wasm_bindgen(js_name = verified)]
    pub fn verified(bundle: &[u8], trust: &str, lenient: bool) -> Result<Engine, JsValue> {
        let trust = trusted(trust).map_err(|e| e.into_value())?;
        let engine = lexgate::Engine::verified(bundle, &trust, options(lenient)).map_err(|e| Thrown::bundle(&e).into_value())?;
        Ok(Self { engine })
    }

    /// One JSON text in, one canonical JSON text out.
    #[wasm_bindgen(js_name = evaluateText)]
    #[must_use]
    pub fn evaluate_text(&self, request: &str) -> String {
        self.engine.evaluate_json(request.as_bytes())
    }

    /// As [`Engine::evaluate_text`], for bytes that may not even be UTF-8.
    #[wasm_bindgen(js_name = evaluateBytes)]
    #[must_use]
    pub fn evaluate_bytes(&self, request: &[u8]) -> String {
        self.engine.evaluate_json(request)
    }

    /// A JavaScript object in, a JavaScript object out, without JSON text on the way out.
    ///
    /// # Errors
    /// Throws when the object holds what JSON cannot say.
    #[wasm_bindgen(js_name = evaluateObject)]
    pub fn evaluate_object(&self, request: JsValue) -> Result<JsValue, JsError> {
        let request: serde_json::Value = serde_wasm_bindgen::from_value(request).map_err(|e| JsError::new(&e.to_string()))?;
        let request = self.engine.read(request.to_string().as_bytes());
        let answer = self.engine.evaluate(&request);
        answer.serialize(&Serializer::json_compatible()).map_err(|e| JsError::new(&e.to_string()))
    }

    /// Many requests at once (see `lexgate::batch`); the shape is that of `batch::write`.
    ///
    /// # Errors
    /// Throws when the document as a whole is no batch.
    #[wasm_bindgen(js_name = evaluateBatchText)]
    pub fn evaluate_batch_text(&self, batch: &str) -> Result<String, JsValue> {
        let batch = self.engine.evaluate_batch(batch.as_bytes()).map_err(|issue| JsValue::from_str(&json(&issue)))?;
        Ok(batch::write(&batch))
    }

    /// What each text says of a request, as canonical JSON.
    #[wasm_bindgen(js_name = compareText)]
    #[must_use]
    pub fn compare_text(&self, request: &str) -> String {
        self.engine.compare(&self.engine.read(request.as_bytes())).to_json()
    }

    /// What can be said in a request, as canonical JSON.
    #[must_use]
    pub fn facts(&self) -> String {
        json(&self.engine.reference(None))
    }

    /// The texts of law in the bundle, as canonical JSON.
    #[must_use]
    pub fn regulations(&self) -> String {
        json(&self.engine.regulations())
    }

    /// What is known of a rule or policy id, as canonical JSON; `undefined` when there is no such rule.
    #[wasm_bindgen(js_name = explainRule)]
    #[must_use]
    pub fn explain_rule(&self, id: &str) -> Option<String> {
        self.engine.explain_rule(id).map(|rule| json(&rule))
    }

    /// Bundle and engine, as canonical JSON.
    #[must_use]
    pub fn version(&self) -> String {
        #[derive(Serialize)]
        struct Version<'e> {
            bundle: lexgate::response::BundleInfo<'e>,
            engine: lexgate::response::EngineInfo,
        }
        json(&Version { bundle: self.engine.bundle(), engine: lexgate::ENGINE })
    }
}
