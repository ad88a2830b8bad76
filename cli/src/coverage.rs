//! `lexgate coverage`: what of the law is encoded, and what is not.

use crate::failure::{Exit, Failure};
use crate::load::{BundleChoice, build};
use crate::terminal::{Style, Terminal, say};
use lexgate::author::coverage::{Coverage, coverage};
use lexgate::author::oracle::Oracle;
use lexgate::author::vectors::{self, Judge, Runner, Sides};
use lexgate::author::{Compiled, Sources};
use lexgate::law::ArticleStatus;
use lexgate::{Engine, Lang, Options};
use std::io::Write;
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "Exit codes: 0 nothing is missing, 1 something is, 2 a file cannot be read.

Examples:
  lexgate coverage
  lexgate coverage --articles
  lexgate coverage --policies policies --vectors tests/vectors
  lexgate coverage --json | jq .texts";

/// Count which articles and rules are encoded, kept as data, or decide nothing
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Canonical JSON
    #[arg(long)]
    json: bool,
    /// List every article
    #[arg(long, conflicts_with = "json")]
    articles: bool,
    /// Count this policy folder instead of a bundle
    #[arg(long, value_name = "DIR", conflicts_with = "bundle")]
    policies: Option<PathBuf>,
    /// Run these vectors and count the rules for which they do not show both sides
    #[arg(long, value_name = "DIR")]
    vectors: Option<PathBuf>,
    #[command(flatten)]
    bundle: BundleChoice,
}

/// Counts and prints.
pub(crate) fn run(args: &Args, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let (engine, compiled) = match &args.policies {
        Some(folder) => {
            let built = build(folder, terminal)?;
            (built.engine, Some(built.compiled))
        }
        None => (args.bundle.engine(Options::default())?, None),
    };
    let sides = args.vectors.as_deref().map(|folder| shown(folder, &engine, compiled.as_ref())).transpose()?;
    let counted = coverage(engine.texts(), sides.as_ref());
    if args.json {
        serde_json::to_writer(&mut terminal.out, &counted).map_err(std::io::Error::from)?;
        writeln!(terminal.out)?;
    } else {
        print(&counted, &engine, args.articles, terminal)?;
    }
    Ok(if counted.is_complete() { Exit::Done } else { Exit::Findings })
}

/// The sides that vectors show.
fn shown(folder: &Path, engine: &Engine, compiled: Option<&Compiled>) -> Result<Sides, Failure> {
    let sources = Sources::read(folder).map_err(Failure::unreadable(folder))?;
    let all = vectors::read(&sources).map_err(Failure::Vectors)?;
    let oracle = compiled.map(Oracle::new);
    let mut runner = Runner::new(engine, oracle.as_ref().map(|o| o as &dyn Judge));
    for vector in &all {
        runner.run(vector);
    }
    Ok(runner.sides)
}

fn print(counted: &Coverage, engine: &Engine, articles: bool, terminal: &mut Terminal) -> Result<(), Failure> {
    let lang = terminal.lang;
    let head = match lang {
        Lang::En => ["text", "articles", "rules", "policies", "in policies", "in data", "not decision", "missing", "without both sides"],
        Lang::Zh => ["文本", "条", "规则", "策略", "见于策略", "见于数据", "非决定性", "缺漏", "边界未全"],
    };
    let rows: Vec<Vec<String>> = counted
        .texts
        .iter()
        .map(|(code, t)| {
            let without = t.without_both_sides.as_ref().map_or_else(|| "-".to_owned(), |w| w.len().to_string());
            let articles = counted.articles.get(code).map_or(0, Vec::len);
            let counts = [articles, t.rules, t.policies, t.policy, t.data, t.not_decision, t.missing.len()];
            std::iter::once(code.clone()).chain(counts.iter().map(ToString::to_string)).chain([without]).collect()
        })
        .collect();
    terminal.table(&head, &rows)?;
    if articles {
        for text in engine.texts() {
            let r = &text.regulation;
            terminal.heading(&format!("{} {}", r.title.get(lang), r.code))?;
            for a in counted.articles.get(&r.code).into_iter().flatten() {
                let prefix = say(lang, format!("  art. {:>3}  ", a.article), format!("  第 {:>3} 条  ", a.article));
                let line = format!("{}: {}", status(a.status, lang), a.subject.get(lang));
                terminal.paragraph(&prefix, Style::Plain, &line)?;
                if !a.rules.is_empty() {
                    terminal.paragraph(&" ".repeat(crate::terminal::width(&prefix)), Style::Dim, &a.rules.join(" "))?;
                }
            }
        }
    }
    for (code, t) in &counted.texts {
        let missing = t.missing.iter().map(|r| (say(lang, "neither encoded nor explained", "既未编码，也未说明"), r));
        let sides = t.without_both_sides.iter().flatten();
        let sides = sides.map(|r| (say(lang, "no vectors on both sides of its boundary", "测试向量未覆盖其边界两侧"), r));
        for (i, (what, rule)) in missing.chain(sides).enumerate() {
            if i == 0 {
                terminal.heading(code)?;
            }
            terminal.paragraph("  ✘ ", Style::Red, &say(lang, format!("{rule}: {what}"), format!("{rule}：{what}")))?;
        }
    }
    Ok(())
}

fn status(status: ArticleStatus, lang: Lang) -> &'static str {
    match status {
        ArticleStatus::Encoded => say(lang, "encoded", "已编码"),
        ArticleStatus::Data => say(lang, "data", "数据"),
        ArticleStatus::NotADecisionRule => say(lang, "no decision rule", "非决定性规则"),
    }
}
