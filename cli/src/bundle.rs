//! `lexgate bundle`: build a bundle, or look into one.

use crate::failure::{Exit, Failure};
use crate::load::{BundleChoice, build};
use crate::terminal::{Style, Terminal, say};
use crate::words;
use clap::Subcommand;
use lexgate::bundle::{Content, FORMAT, read, sha256_hex};
use lexgate::law::Status;
use std::io::Write;
use std::path::PathBuf;

const EXAMPLES: &str = "Examples:
  lexgate bundle build
  lexgate bundle build --policies policies -o lexgate.bundle
  lexgate bundle show lexgate.bundle
  lexgate bundle show --embedded";

/// Build a bundle from a policy folder, or show what one holds
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: BundleCommand,
}

#[derive(Debug, Subcommand)]
enum BundleCommand {
    /// Compile a policy folder and write the bundle; the same sources give the same bytes
    #[command(after_help = EXAMPLES)]
    Build {
        /// The policy folder
        #[arg(long, value_name = "DIR", default_value = "policies")]
        policies: PathBuf,
        /// The file to write
        #[arg(short, long, value_name = "FILE", default_value = "lexgate.bundle")]
        output: PathBuf,
        /// Write the Cedar schema as well, for other Cedar tools
        #[arg(long, value_name = "FILE")]
        schema: Option<PathBuf>,
    },
    /// Show version, texts and sizes of a bundle
    #[command(after_help = EXAMPLES)]
    Show {
        /// The bundle
        #[arg(value_name = "FILE", required_unless_present = "embedded", conflicts_with = "embedded")]
        file: Option<PathBuf>,
        /// The bundle inside the program
        #[arg(long)]
        embedded: bool,
    },
}

/// Builds or shows.
pub(crate) fn run(args: &Args, terminal: &mut Terminal) -> Result<Exit, Failure> {
    match &args.command {
        BundleCommand::Build { policies, output, schema } => {
            let built = build(policies, terminal)?;
            if let Some(file) = schema {
                std::fs::write(file, lexgate::author::schema(built.engine.vocabulary())).map_err(Failure::unwritable(file))?;
            }
            std::fs::write(output, &built.bytes).map_err(Failure::unwritable(output))?;
            let info = built.engine.bundle();
            writeln!(terminal.out, "{} {} sha256 {}", info.id, info.version, info.sha256)?;
        }
        BundleCommand::Show { file, .. } => {
            let (bytes, name) = BundleChoice { bundle: file.clone() }.bytes()?;
            let content = read(&bytes).map_err(|source| Failure::Bundle { name, source })?;
            show(&content, &bytes, terminal)?;
        }
    }
    Ok(Exit::Done)
}

fn show(content: &Content, bytes: &[u8], terminal: &mut Terminal) -> Result<(), Failure> {
    let lang = terminal.lang;
    let (m, v) = (&content.manifest, &content.vocabulary);
    let rows = [
        (say(lang, "  bundle   ", "  策略包  "), format!("{} {}", m.id, m.version)),
        (say(lang, "  sha256   ", "  摘要    "), sha256_hex(bytes)),
        (
            say(lang, "  size     ", "  大小    "),
            say(lang, format!("{} bytes, format {FORMAT}", bytes.len()), format!("{} 字节，格式 {FORMAT}", bytes.len())),
        ),
        (say(lang, "  Cedar    ", "  Cedar   "), m.cedar_version.clone()),
        (say(lang, "  sources  ", "  源文件  "), m.sources.len().to_string()),
        (
            say(lang, "  words    ", "  词汇    "),
            say(
                lang,
                format!("{} actor kinds, {} actions, {} facts", v.kinds.len(), v.actions.len(), v.facts.len()),
                format!("主体类别 {} 个、行为 {} 个、事实 {} 个", v.kinds.len(), v.actions.len(), v.facts.len()),
            ),
        ),
        (say(lang, "  points   ", "  争点    "), content.points.len().to_string()),
    ];
    for (label, text) in rows {
        terminal.paragraph(label, Style::Plain, &text)?;
    }
    for text in &content.texts {
        let r = &text.regulation;
        let status = match r.status {
            Status::InForce => say(lang, "in force", "施行"),
            Status::Draft => words::status("draft", lang),
        };
        let from = match &r.effective_date {
            Some(date) => say(lang, format!(" from {date}"), format!("，自 {date} 起")),
            None => String::new(),
        };
        terminal.heading(&words::with_name(r.title.get(lang), &r.code, lang))?;
        terminal.paragraph(
            "  ",
            Style::Plain,
            &say(lang, format!("{status}{from}; {}", r.issuer.en), format!("{status}{from}；{}", r.issuer.zh)),
        )?;
        let (articles, rules, policies, steps) = (text.articles.len(), text.rules.len(), text.policies.len(), text.program.nodes.len());
        terminal.paragraph(
            "  ",
            Style::Plain,
            &say(
                lang,
                format!("{articles} articles, {rules} rules, {policies} policies, {steps} program steps"),
                format!("{articles} 条、规则 {rules} 项、策略 {policies} 条、程序步骤 {steps} 步"),
            ),
        )?;
        if let Some(note) = &r.note {
            terminal.paragraph("  ", Style::Dim, note.get(lang))?;
        }
    }
    Ok(())
}
