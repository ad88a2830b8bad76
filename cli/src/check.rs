//! `lexgate check`: is everything in a policy folder right?

use crate::failure::{Exit, Failure};
use crate::terminal::{Block, Style, Terminal, say};
use lexgate::author::{Sources, compile, schema};
use miette::Severity;
use std::io::{ErrorKind, Write};
use std::path::PathBuf;

const EXAMPLES: &str = "Exit codes: 0 no error, 1 errors, 2 the folder cannot be read.

Examples:
  lexgate check
  lexgate check policies
  lexgate --lang zh check ../other-province/policies";

/// The schema that is kept beside the policies for editors and other Cedar tools.
const SCHEMA: &str = "schema.cedarschema";

/// Parse, validate and lint a policy folder
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The policy folder
    #[arg(value_name = "DIR", default_value = "policies")]
    folder: PathBuf,
}

/// Prints every finding and a summary.
pub(crate) fn run(args: &Args, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let lang = terminal.lang;
    let sources = Sources::read(&args.folder).map_err(Failure::unreadable(&args.folder))?;
    let compiled = compile(&sources);
    for finding in &compiled.findings {
        terminal.finding(finding, &sources)?;
    }
    let mut errors = compiled.findings.iter().filter(|f| f.severity == Severity::Error).count();
    let warnings = compiled.findings.len().saturating_sub(errors);
    if let Some(content) = &compiled.content {
        let path = args.folder.join(SCHEMA);
        let kept = match std::fs::read_to_string(&path) {
            Ok(text) => Some(text),
            Err(e) if e.kind() == ErrorKind::NotFound => None,
            Err(e) => return Err(Failure::unreadable(&path)(e)),
        };
        if kept.is_some_and(|text| text != schema(&content.law.vocabulary)) {
            errors = errors.saturating_add(1);
            terminal.report(&Block {
                warning: false,
                code: "schema-outdated",
                place: Some(SCHEMA.to_owned()),
                message: say(lang, "the schema is not the one that follows from vocabulary.toml", "该模式文件与 vocabulary.toml 不一致")
                    .to_owned(),
                help: Some(say(lang, "run `cargo xtask bless`", "请运行 `cargo xtask bless`").to_owned()),
            })?;
        }
    }
    let files = sources.iter().count();
    let summary = match &compiled.content {
        Some(content) if errors == 0 => {
            let policies = content.law.texts.iter().map(|t| t.policies.len()).fold(0, usize::saturating_add);
            let texts = content.law.texts.len();
            say(
                lang,
                format!("files: {files}, texts: {texts}, policies: {policies}, errors: 0, warnings: {warnings}"),
                format!("{files} 个文件、{texts} 部文本、{policies} 条策略：无错误，警告 {warnings} 个"),
            )
        }
        _ => say(
            lang,
            format!("{files} files: {errors} errors, {warnings} warnings"),
            format!("{files} 个文件：错误 {errors} 个，警告 {warnings} 个"),
        ),
    };
    let style = if errors == 0 { Style::Green } else { Style::Red };
    let summary = terminal.paint(style, &summary);
    writeln!(terminal.out, "{summary}")?;
    Ok(if errors == 0 { Exit::Done } else { Exit::Findings })
}
