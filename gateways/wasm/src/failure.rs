//! What is thrown to JavaScript.

use lexgate::event::EventError;
use lexgate::mask::MaskError;
use lexgate::vocabulary::Text;
use serde::Serialize;
use wasm_bindgen::JsValue;

/// An error with its stable code, in both languages.
#[derive(Debug, Serialize)]
pub(crate) struct Thrown {
    code: &'static str,
    help: Text,
    message: Text,
    path: String,
}

/// Plain structs with string keys always have a JSON text.
pub(crate) fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned())
}

fn text(en: impl Into<String>, zh: impl Into<String>) -> Text {
    Text { en: en.into(), zh: zh.into() }
}

impl Thrown {
    /// Keys without anything that they could have signed.
    pub(crate) fn trust_without_bundle() -> Self {
        Self {
            code: "trust-without-bundle",
            help: text("give the bundle as well, or leave the keys out", "请同时提供策略包，或者不提供公钥"),
            message: text("keys were given, and no bundle to verify with them", "提供了公钥，却没有待验证的策略包"),
            path: "$".to_owned(),
        }
    }

    /// The masking of events was refused.
    pub(crate) fn mask(error: &MaskError) -> Self {
        Self::events(error.code(), error.to_string(), "决定事件的遮蔽设置不可用")
    }

    /// Decision events cannot be made in this way.
    pub(crate) fn events(code: &'static str, en: String, zh: &str) -> Self {
        let help = text("docs/decision-events.md says what can be asked for", "可用的设置见 docs/decision-events.md");
        Self { code, help, message: text(en, zh), path: "$".to_owned() }
    }

    /// No event was made.
    pub(crate) fn event(error: &EventError) -> Self {
        Self::events(error.code(), error.to_string(), "未能生成决定事件")
    }

    /// As it is thrown.
    pub(crate) fn into_value(self) -> JsValue {
        JsValue::from_str(&json(&self))
    }
}
