//! lexgate for JavaScript hosts. The npm package wraps what is exported here in typed entry points (`wasm/js`); nobody
//! else calls it.
//!
//! JSON text goes in and comes out, as on every other host. An error is thrown as a JSON text as well:
//! `{"code", "help": {"en", "zh"}, "message": {"en", "zh"}, "path"}`.
//!
//! Two modules are built from here: `decide` and `author`, each with its feature alone.

#[cfg(feature = "author")]
pub mod author;
#[cfg(feature = "decide")]
mod batch;
#[cfg(feature = "decide")]
pub mod decide;
mod failure;

use serde::Serialize;

/// Plain structs with string keys always have a JSON text.
fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned())
}
