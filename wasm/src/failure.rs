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
        Self { code: error.code(), help: error.help(), message: error.message(), path: "$".to_owned() }
    }

    /// Nobody can be trusted in this way.
    #[cfg(feature = "decide")]
    pub(crate) fn trust(error: &lexgate::trust::TrustError, path: &str) -> Self {
        Self { code: error.code(), help: error.help(), message: error.message(), path: path.to_owned() }
    }

    #[cfg(feature = "author")]
    fn author(code: &'static str, en: String, zh: &str, help_en: &str, help_zh: &str) -> Self {
        let help = Text { en: help_en.to_owned(), zh: help_zh.to_owned() };
        Self { code, help, message: Text { en, zh: zh.to_owned() }, path: "$".to_owned() }
    }

    /// Sources with errors have no bundle.
    #[cfg(feature = "author")]
    pub(crate) fn no_bundle() -> Self {
        let (help_en, help_zh) = ("mend the findings that are errors first", "请先更正属于错误的检查结果");
        Self::author(
            "bundle-not-built",
            "the sources have errors, so there is no bundle".to_owned(),
            "源文件有错误，未生成策略包",
            help_en,
            help_zh,
        )
    }

    /// A text is no policy file.
    #[cfg(feature = "author")]
    pub(crate) fn policy_invalid(message: &str) -> Self {
        let (help_en, help_zh) = ("compile the sources to see where", "请编译源文件以查看位置");
        Self::author("policy-invalid", message.to_owned(), "不是有效的策略文件", help_en, help_zh)
    }

    /// The sources are no object of texts.
    #[cfg(feature = "author")]
    pub(crate) fn sources_invalid(message: &str) -> Self {
        let (help_en, help_zh) = ("give an object with one text a path", "请提供以路径为键、文本为值的对象");
        Self::author("sources-invalid", message.to_owned(), "源文件集合格式有误", help_en, help_zh)
    }

    /// A vector file cannot be read.
    #[cfg(feature = "author")]
    pub(crate) fn vectors_invalid(message: &str) -> Self {
        let (help_en, help_zh) = ("mend the vector file", "请更正测试向量文件");
        Self::author("vectors-invalid", message.to_owned(), "测试向量文件有误", help_en, help_zh)
    }

    /// As it is thrown.
    pub(crate) fn into_value(self) -> JsValue {
        JsValue::from_str(&crate::json(&self))
    }
}
