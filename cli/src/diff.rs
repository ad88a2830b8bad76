//! `lexgate diff`: what one bundle answers otherwise than another.

use crate::failure::{Exit, Failure};
use crate::load::BundleChoice;
use crate::terminal::{Style, Terminal, say};
use crate::words;
use lexgate::author::Sources;
use lexgate::author::diff::{Answer, Change, Difference, diff};
use lexgate::author::vectors;
use lexgate::response::BundleInfo;
use lexgate::{Engine, Lang, Options};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "Exit codes: 0 every answer is the same, 1 answers changed, 2 a file cannot be read.

Examples:
  lexgate diff old.bundle new.bundle
  lexgate diff old.bundle new.bundle --vectors tests/vectors
  lexgate diff --json old.bundle new.bundle | jq -r '.provisions[].rule'";

/// Run the vectors on two bundles and list every changed answer, provision by provision
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The bundle before the change
    #[arg(value_name = "BUNDLE-A")]
    before: PathBuf,
    /// The bundle after the change
    #[arg(value_name = "BUNDLE-B")]
    after: PathBuf,
    /// The folder of vector files
    #[arg(long, value_name = "DIR", default_value = "tests/vectors")]
    vectors: PathBuf,
    /// Canonical JSON
    #[arg(long)]
    json: bool,
}

/// Compares and prints.
pub(crate) fn run(args: &Args, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let (before, after) = (engine(&args.before)?, engine(&args.after)?);
    let sources = Sources::read(&args.vectors).map_err(Failure::unreadable(&args.vectors))?;
    let vectors = vectors::read(&sources).map_err(Failure::Vectors)?;
    let difference = diff(&before, &after, &vectors);
    if args.json {
        writeln!(terminal.out, "{}", difference.to_json())?;
    } else {
        print(&difference, terminal)?;
    }
    Ok(if difference.changed == 0 { Exit::Done } else { Exit::Findings })
}

fn engine(bundle: &Path) -> Result<Engine, Failure> {
    BundleChoice { bundle: Some(bundle.to_owned()) }.engine(Options::default())
}

fn print(d: &Difference<'_>, terminal: &mut Terminal) -> io::Result<()> {
    let lang = terminal.lang;
    let name = |b: &BundleInfo<'_>| format!("{} {} sha256 {}", b.id, b.version, b.sha256.chars().take(12).collect::<String>());
    terminal.paragraph("A  ", Style::Dim, &name(&d.before))?;
    terminal.paragraph("B  ", Style::Dim, &name(&d.after))?;
    for provision in &d.provisions {
        let in_none = say(lang, "The same provisions, otherwise different", "依据相同，其他内容不同");
        terminal.heading(provision.rule.as_deref().unwrap_or(in_none))?;
        if let Some(citation) = &provision.citation {
            terminal.paragraph("  ", Style::Plain, citation.get(lang))?;
        }
        for a in &provision.answers {
            answer(a, terminal)?;
        }
    }
    let (changed, vectors) = (d.changed, d.vectors);
    let summary = say(lang, format!("{changed} of {vectors} answers changed"), format!("{vectors} 个结果中有 {changed} 个改变"));
    let style = if changed == 0 { Style::Green } else { Style::Yellow };
    writeln!(terminal.out)?;
    terminal.paragraph("", style, &summary)
}

fn answer(a: &Answer, terminal: &mut Terminal) -> io::Result<()> {
    let lang = terminal.lang;
    let (mark, style) = match a.change {
        Change::Appears => ("  + ", Style::Green),
        Change::Disappears => ("  - ", Style::Red),
        Change::Differs => ("  ~ ", Style::Yellow),
    };
    terminal.paragraph(mark, style, &a.vector)?;
    let (before, after) = (words::outcome(a.before, lang), words::outcome(a.after, lang));
    let outcome = if before == after { before.to_owned() } else { format!("{before} → {after}") };
    let change = change(a.change, lang);
    terminal.paragraph("    ", Style::Plain, &say(lang, format!("{outcome}; {change}"), format!("{outcome}；{change}")))
}

fn change(change: Change, lang: Lang) -> &'static str {
    match change {
        Change::Appears => say(lang, "named now, not before", "现在引用，此前未引用"),
        Change::Disappears => say(lang, "named before, not now", "此前引用，现在未引用"),
        Change::Differs => say(lang, "named before and now, with another content", "前后均引用，内容不同"),
    }
}
