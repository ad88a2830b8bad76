//! For policy authors: from the source files of the law to a bundle, with everything that is wrong on the way.
//!
//! Sources are texts by path, so the same code runs on a folder and in a browser:
//!
//! ```text
//! store.toml                      name and version of the policy store, and the readings it chooses
//! vocabulary.toml                 actor kinds, actions, facts
//! consistency.toml                statements that exclude each other
//! readings.toml                   open points of interpretation
//! <text>/regulation.toml          title, dates, territory, definitions
//! <text>/coverage.toml            every article and every rule
//! <text>/article-042.cedar        the policies of article 42
//! ```

mod annotations;
mod compile;
pub mod coverage;
pub mod diff;
pub mod divergence;
mod lower;
pub mod oracle;
pub mod policy_store;
mod read_toml;
mod sources;
pub mod vectors;

pub use crate::schema::schema;
pub use compile::{Compiled, Validation, compile, compile_with};
pub use sources::Sources;

pub use miette::Severity;

use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode};
use std::fmt;

/// Something to say about a source file.
#[derive(Debug, Clone)]
pub struct Finding {
    /// Stable code.
    pub code: &'static str,
    /// Whether it keeps a bundle from being built.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// How to mend it.
    pub help: Option<String>,
    /// Path of the file.
    pub file: String,
    /// Offset and length in the file, in bytes.
    pub span: Option<(usize, usize)>,
    source: Option<NamedSource<String>>,
}

impl Finding {
    fn error(code: &'static str, file: &str, message: impl Into<String>) -> Self {
        Self { code, severity: Severity::Error, message: message.into(), help: None, file: file.to_owned(), span: None, source: None }
    }

    fn at(mut self, span: Option<(usize, usize)>) -> Self {
        self.span = span;
        self
    }

    fn with_source(mut self, sources: &Sources) -> Self {
        self.source = sources.get(&self.file).map(|t| NamedSource::new(&self.file, t.to_owned()));
        self
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.source.is_some() && self.span.is_some() { f.write_str(&self.message) } else { write!(f, "{}: {}", self.file, self.message) }
    }
}

impl std::error::Error for Finding {}

impl Diagnostic for Finding {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.code))
    }
    fn severity(&self) -> Option<Severity> {
        Some(self.severity)
    }
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|h| Box::new(h) as Box<dyn fmt::Display>)
    }
    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.as_ref().map(|s| s as &dyn SourceCode)
    }
    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let (offset, len) = self.span?;
        Some(Box::new(std::iter::once(LabeledSpan::new(None, offset, len))))
    }
}

/// Formats a policy file the way all of them are formatted.
///
/// # Errors
/// The parser's message when the text is no policy file.
pub fn format_policies(text: &str) -> Result<String, miette::Report> {
    let config = cedar_policy_formatter::Config { line_width: 110, indent_width: 2 };
    let formatted = cedar_policy_formatter::policies_str_to_pretty(text, &config)?;
    // Cedar's formatter joins comments that an empty line keeps apart; the heading of an article stands by itself.
    let mut apart: Vec<&str> = Vec::new();
    let mut before_blank = false;
    for line in text.lines() {
        if before_blank && line.starts_with("//") {
            apart.push(line.trim_end());
        }
        before_blank = line.trim().is_empty();
    }
    let mut out = String::with_capacity(formatted.len());
    let mut previous = "";
    for line in formatted.lines() {
        if previous.starts_with("//") && apart.contains(&line.trim_end()) {
            out.push('\n');
        }
        out.push_str(line.trim_end());
        out.push('\n');
        previous = line;
    }
    Ok(out)
}
