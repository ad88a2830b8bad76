//! The module `lexgate/author`: from edited sources to findings, a bundle and what its answers change.
//!
//! Sources and vectors are objects of texts by path, as JSON. Positions are given in UTF-16 code units, as JavaScript
//! counts them, with line and column from 1.

use crate::failure::Thrown;
use js_sys::{Function, Uint8Array};
use lexgate::author::coverage::{Coverage, coverage};
use lexgate::author::diff::diff;
use lexgate::author::vectors::{self, Runner, Vector};
use lexgate::author::{self, Sources, Validation, compile_with};
use lexgate::bundle;
use serde::Serialize;
use std::collections::BTreeMap;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// Something to say about a source file.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct SourceFinding {
    /// Stable code.
    pub code: &'static str,
    /// Path of the file.
    pub file: String,
    /// How to mend it.
    pub help: Option<String>,
    /// What is wrong.
    pub message: String,
    /// `error` keeps a bundle from being built.
    pub severity: FindingSeverity,
    /// Where it is.
    pub span: Option<SourceSpan>,
}

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum FindingSeverity {
    /// Good to know.
    Advice,
    /// Should be mended.
    Warning,
    /// Keeps a bundle from being built.
    Error,
}

/// A part of a source file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct SourceSpan {
    /// Column of its beginning, from 1.
    pub column: usize,
    /// Its end, in UTF-16 code units from the beginning of the file.
    pub end: usize,
    /// Line of its beginning, from 1.
    pub line: usize,
    /// Its beginning, in UTF-16 code units from the beginning of the file.
    pub start: usize,
}

/// What came of a vector.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct VectorReport {
    /// Its name.
    pub name: String,
    /// What is not as expected; empty when it passed.
    pub problems: Vec<String>,
    /// The answer, byte for byte.
    pub response: String,
    /// The answer in one line.
    pub summary: String,
}

/// What came of all vectors.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct VectorRun {
    /// Coverage of the law, with the rules whose boundary the vectors do not show from both sides.
    pub coverage: Coverage,
    /// How many failed.
    pub failed: usize,
    /// How many passed.
    pub passed: usize,
    /// One entry a vector, in their order.
    pub reports: Vec<VectorReport>,
}

/// Sources that were compiled.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Workbench {
    findings: Vec<SourceFinding>,
    bundle: Option<Vec<u8>>,
}

#[wasm_bindgen]
impl Workbench {
    /// Compiles the sources. `quick` leaves out Cedar's validator.
    ///
    /// # Errors
    /// Throws when `sources` is no object of texts.
    pub fn compile(sources: &str, quick: bool) -> Result<Workbench, JsValue> {
        let sources = read(sources)?;
        let compiled = compile_with(&sources, if quick { Validation::Off } else { Validation::Strict });
        let findings = compiled.findings.iter().map(|f| finding(f, &sources)).collect();
        let bundle = compiled.content.as_ref().and_then(|c| bundle::write(c).ok());
        Ok(Self { findings, bundle })
    }

    /// What is wrong with the sources, as JSON.
    #[must_use]
    pub fn findings(&self) -> String {
        crate::json(&self.findings)
    }

    /// The bundle; `undefined` when an error keeps it from being built.
    #[must_use]
    pub fn bundle(&self) -> Option<Uint8Array> {
        self.bundle.as_deref().map(Uint8Array::from)
    }

    /// Runs vectors and gives a `VectorRun` as JSON.
    /// `progress` is called with the number done and the number of all.
    ///
    /// # Errors
    /// Throws when the vectors cannot be read or there is no bundle.
    #[wasm_bindgen(js_name = runVectors)]
    pub fn run_vectors(&self, vectors: &str, progress: Option<Function>) -> Result<String, JsValue> {
        let engine = engine(self.bundle.as_deref().ok_or_else(|| Thrown::no_bundle().into_value())?)?;
        let vectors = read_vectors(vectors)?;
        let mut runner = Runner::new(&engine, None);
        let mut reports = Vec::with_capacity(vectors.len());
        for (done, vector) in vectors.iter().enumerate() {
            let report = runner.run(vector);
            reports.push(VectorReport {
                name: vector.name.clone(),
                problems: report.problems,
                response: report.response,
                summary: report.summary,
            });
            if done % 50 == 49 {
                tell(progress.as_ref(), done.saturating_add(1), vectors.len());
            }
        }
        tell(progress.as_ref(), vectors.len(), vectors.len());
        let failed = reports.iter().filter(|r| !r.problems.is_empty()).count();
        let coverage = coverage(engine.texts(), Some(&runner.sides));
        Ok(crate::json(&VectorRun { coverage, failed, passed: reports.len().saturating_sub(failed), reports }))
    }
}

/// Formats a policy file.
///
/// # Errors
/// Throws the parser's message when the text is no policy file.
#[wasm_bindgen(js_name = formatPolicies)]
pub fn format_policies(text: &str) -> Result<String, JsValue> {
    author::format_policies(text).map_err(|e| Thrown::policy_invalid(&e.to_string()).into_value())
}

/// The Cedar schema of a bundle's vocabulary, as text.
///
/// # Errors
/// Throws why the bundle was refused.
#[wasm_bindgen]
pub fn schema(bundle: &[u8]) -> Result<String, JsValue> {
    Ok(author::schema(engine(bundle)?.vocabulary()))
}

/// What changes from one bundle to another, by provision, as JSON.
///
/// # Errors
/// Throws when a bundle is refused or the vectors cannot be read.
#[wasm_bindgen(js_name = diffBundles)]
pub fn diff_bundles(before: &[u8], after: &[u8], vectors: &str) -> Result<String, JsValue> {
    let (before, after) = (engine(before)?, engine(after)?);
    Ok(diff(&before, &after, &read_vectors(vectors)?).to_json())
}

fn engine(bundle: &[u8]) -> Result<lexgate::Engine, JsValue> {
    lexgate::Engine::new(bundle).map_err(|e| Thrown::bundle(&e).into_value())
}

fn read(sources: &str) -> Result<Sources, JsValue> {
    let files: BTreeMap<String, String> =
        serde_json::from_str(sources).map_err(|e| Thrown::sources_invalid(&e.to_string()).into_value())?;
    Ok(Sources::new(files))
}

fn read_vectors(vectors: &str) -> Result<Vec<Vector>, JsValue> {
    vectors::read(&read(vectors)?).map_err(|e| Thrown::vectors_invalid(&e).into_value())
}

/// What the page makes of the call is its own affair.
fn tell(progress: Option<&Function>, done: usize, all: usize) {
    if let Some(f) = progress {
        let number = |n: usize| JsValue::from(u32::try_from(n).unwrap_or(u32::MAX));
        let _ = f.call2(&JsValue::NULL, &number(done), &number(all));
    }
}

fn finding(f: &author::Finding, sources: &Sources) -> SourceFinding {
    let severity = match f.severity {
        author::Severity::Error => FindingSeverity::Error,
        author::Severity::Warning => FindingSeverity::Warning,
        author::Severity::Advice => FindingSeverity::Advice,
    };
    let span = f.span.and_then(|(offset, length)| span(sources.get(&f.file)?, offset, length));
    SourceFinding { code: f.code, file: f.file.clone(), help: f.help.clone(), message: f.message.clone(), severity, span }
}

/// From bytes to UTF-16 code units.
fn span(text: &str, offset: usize, length: usize) -> Option<SourceSpan> {
    let units = |part: &str| part.encode_utf16().count();
    let before = text.get(..offset)?;
    let start = units(before);
    let end = start.saturating_add(units(text.get(offset..offset.saturating_add(length))?));
    let line = before.matches('\n').count().saturating_add(1);
    let column = units(before.rsplit('\n').next().unwrap_or_default()).saturating_add(1);
    Some(SourceSpan { column, end, line, start })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_as_javascript_counts() {
        let text = "// 第一条\n// 😀 permit";
        let at = text.find("permit").unwrap_or_default();
        assert_eq!(span(text, at, 6), Some(SourceSpan { column: 7, end: 19, line: 2, start: 13 }));
        assert_eq!(span(text, 4, 1), None, "a position inside a character is none");
        assert_eq!(span(text, at, 600), None);
    }
}
