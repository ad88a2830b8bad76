//! What is thrown to JavaScript.

use lexgate::bundle::BundleError;
use lexgate::vocabulary::Text;
use serde::Serialize;
use wasm_bindgen::JsValue;

/// An error with its stable code, in both languages. It is thrown as JSON text; the entry points make it an `Error`.
#[derive(Debug, Serialize)]
pub(crate) struct Thrown {
    code: &'static str,
    help: Text,
    message: Text,
    path: String,
}

impl Thrown {
    /// A bundle was refused.
    pub(crate) fn bundle(error: &BundleError) -> Self {
        Self {
            code: error.code(),
            help: Text {
                en: "load the bundle file as it was built and signed, with an engine that reads its format".to_owned(),
                zh: "请按原样加载已构建并签名的规则包，并使用能够读取该格式的引擎".to_owned(),
            },
            message: Text { en: error.to_string(), zh: "规则包被拒绝".to_owned() },
            path: "$".to_owned(),
        }
    }

    /// As it is thrown.
    pub(crate) fn into_value(self) -> JsValue {
        JsValue::from_str(&crate::json(&self))
    }
}
