//! The gateway for JavaScript hosts. The npm package `lexgate-gateway` wraps what is exported here; nobody else calls it.
//!
//! JSON text goes in and comes out. What is thrown is a JSON text as well: an error, or a list of them.

mod failure;
mod recorder;

use failure::{Thrown, json};
use lexgate_gateway::Gateway as Map;
use serde::Serialize;
use std::sync::Arc;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// A gateway, prepared from its documents and a bundle.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Gateway {
    map: Map,
}

/// What a host has to know of the configuration.
#[derive(Serialize)]
struct Settings<'g> {
    max_header_bytes: usize,
    /// After which moment every call is refused.
    next_update: Option<&'g str>,
    token: TokenSettings<'g>,
}

#[derive(Serialize)]
struct TokenSettings<'g> {
    algorithms: Vec<&'static str>,
    audience: &'g str,
    clock_skew_seconds: u32,
    issuers: &'g [String],
    max_bytes: usize,
}

#[wasm_bindgen]
impl Gateway {
    /// From configuration, catalogue and status list. `bundle` is another bundle than the one inside this module; `trust`
    /// says whom to believe of it, as the package `lexgate` writes it.
    ///
    /// # Errors
    /// Throws everything that is wrong with the documents, or why the bundle was refused.
    #[wasm_bindgen(constructor)]
    pub fn new(config: &str, catalogue: &str, status: &str, bundle: Option<Vec<u8>>, trust: Option<String>) -> Result<Gateway, JsValue> {
        let engine = match (&bundle, &trust) {
            // Who names keys and gives no bundle has forgotten the bundle: the one inside is not what they asked for.
            (None, Some(_)) => return Err(Thrown::trust_without_bundle().into_value()),
            (None, None) => lexgate_gateway::bundle::engine(lexgate::evaluate::EMBEDDED_BUNDLE, None),
            (Some(bundle), trust) => lexgate_gateway::bundle::engine(bundle, trust.as_deref()),
        };
        let engine = engine.map_err(|e| JsValue::from_str(&json(&e)))?;
        let map = Map::new(config, catalogue, status, Arc::new(engine)).map_err(|errors| JsValue::from_str(&json(&errors)))?;
        Ok(Self { map })
    }

    /// A call in, a verdict out (`gateways/map/src/verdict.rs`). `now` is RFC 3339.
    #[must_use]
    pub fn decide(&self, call: &str, now: &str) -> String {
        self.map.decide_json(call, now, false)
    }

    /// As [`Gateway::decide`], with the request to the engine and its answer.
    #[wasm_bindgen(js_name = decideInFull)]
    #[must_use]
    pub fn decide_in_full(&self, call: &str, now: &str) -> String {
        self.map.decide_json(call, now, true)
    }

    /// What a host has to know of the configuration.
    #[must_use]
    pub fn settings(&self) -> String {
        let config = self.map.config();
        let token = &config.token;
        json(&Settings {
            max_header_bytes: config.limits.headers,
            next_update: self.map.status().next_update.as_deref(),
            token: TokenSettings {
                algorithms: token.algorithms.iter().map(|a| a.name()).collect(),
                audience: &token.audience,
                clock_skew_seconds: token.clock_skew_seconds,
                issuers: &token.issuers,
                max_bytes: config.limits.token,
            },
        })
    }

    /// The bundle that decides: id, version and digest.
    #[must_use]
    pub fn bundle(&self) -> String {
        json(&self.map.engine().bundle())
    }
}
