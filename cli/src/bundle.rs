//! `lexgate bundle`: build a bundle, sign it, judge it, look into it, and exchange it with other Cedar tools.

use crate::failure::{Exit, Failure};
use crate::load::{BundleChoice, build, write_atomically};
use crate::terminal::{Style, Terminal, say};
use crate::trust::TrustArgs;
use crate::{bundle_diff, keys, store, words};
use clap::Subcommand;
use lexgate::bundle::{Bundle, FORMAT, Law, Signature};
use lexgate::law::Status;
use lexgate::trust::Standing;
use lexgate::{Engine, Options, Trust};
use serde_json::json;
use std::io::Write;
use std::path::PathBuf;

const EXAMPLES: &str = "Examples:
  lexgate bundle build --sources
  lexgate bundle keygen -o office.pem && lexgate bundle sign lexgate.bundle --key office.pem
  lexgate bundle verify lexgate.bundle --key office.jwk
  lexgate bundle inspect --embedded";

const BUILD: &str = "Examples:
  lexgate bundle build
  lexgate bundle build --policies policies -o lexgate.bundle
  lexgate bundle build --sources                 with the sources in it, for `bundle export`";

const VERIFY: &str = "Exit codes: 0 trusted, 2 refused, or a file cannot be read.

Examples:
  lexgate bundle verify lexgate.bundle --key office.jwk
  lexgate bundle verify lexgate.bundle --key a.jwk --key b.jwk --key c.jwk --threshold 2
  lexgate bundle verify lexgate.bundle --key office.jwk --minimum-version 0.1.0 --at 2026-05-01
  lexgate bundle verify --json lexgate.bundle --key office.jwk | jq .error.code";

const INSPECT: &str = "Examples:
  lexgate bundle inspect lexgate.bundle
  lexgate bundle inspect --embedded
  lexgate bundle inspect --manifest lexgate.bundle | sha256sum     the digest that answers name";

/// Build, sign, verify and inspect bundles, and exchange them with other Cedar tools
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: BundleCommand,
}

#[derive(Debug, Subcommand)]
enum BundleCommand {
    /// Compile a policy folder and write the bundle; the same sources give the same bytes
    #[command(after_help = BUILD)]
    Build {
        /// The policy folder
        #[arg(long, value_name = "DIR", default_value = "policies")]
        policies: PathBuf,
        /// The file to write
        #[arg(short, long, value_name = "FILE", default_value = "lexgate.bundle")]
        output: PathBuf,
        /// Pack the sources and the Cedar schema as well
        #[arg(long)]
        sources: bool,
        /// Write the Cedar schema to a file of its own as well
        #[arg(long, value_name = "FILE")]
        schema: Option<PathBuf>,
    },
    #[command(after_help = keys::KEYGEN)]
    Keygen(keys::KeygenArgs),
    #[command(after_help = keys::SIGN)]
    Sign(keys::SignArgs),
    /// Say whether a bundle is to be trusted, and what each of its signatures is worth
    #[command(after_help = VERIFY)]
    Verify {
        /// The bundle
        bundle: PathBuf,
        /// Canonical JSON
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        trust: TrustArgs,
    },
    /// Show version, texts, signatures and files of a bundle; whether the signatures hold is for `verify`
    #[command(after_help = INSPECT, visible_alias = "show")]
    Inspect {
        /// The bundle
        #[arg(value_name = "FILE", required_unless_present = "embedded", conflicts_with = "embedded")]
        file: Option<PathBuf>,
        /// The bundle inside the program
        #[arg(long)]
        embedded: bool,
        /// Only the manifest, as it stands in the bundle
        #[arg(long)]
        manifest: bool,
    },
    #[command(after_help = bundle_diff::EXAMPLES)]
    Diff(bundle_diff::Args),
    #[command(after_help = store::EXPORT)]
    Export(store::ExportArgs),
    #[command(after_help = store::IMPORT)]
    Import(store::ImportArgs),
}

/// Does what was asked for.
pub(crate) fn run(args: &Args, terminal: &mut Terminal) -> Result<Exit, Failure> {
    match &args.command {
        BundleCommand::Build { policies, output, sources, schema } => {
            let built = build(policies, terminal)?;
            let refused = |source| Failure::Bundle { name: policies.display().to_string(), source };
            let bytes = if *sources { built.with_sources().map_err(refused)? } else { built.bytes };
            let digest = Bundle::open(&bytes).map_err(refused)?.sha256().to_owned();
            if let Some(file) = schema {
                std::fs::write(file, lexgate::author::schema(built.engine.vocabulary())).map_err(Failure::unwritable(file))?;
            }
            write_atomically(output, &bytes)?;
            let info = built.engine.bundle();
            writeln!(terminal.out, "{} {} sha256 {digest}", info.id, info.version)?;
        }
        BundleCommand::Keygen(args) => return keys::keygen(args, terminal),
        BundleCommand::Sign(args) => return keys::sign_bundle(args, terminal),
        BundleCommand::Verify { bundle, json, trust } => return verify(bundle, *json, trust, terminal),
        BundleCommand::Inspect { file, manifest, .. } => {
            let (bytes, name) = BundleChoice { bundle: file.clone() }.bytes()?;
            let refused = |source| Failure::Bundle { name, source };
            let bundle = Bundle::open(&bytes).map_err(refused.clone())?;
            if *manifest {
                terminal.out.write_all(bundle.manifest_bytes())?;
            } else {
                let law = bundle.law().map_err(refused)?;
                show(&bundle, &law, bytes.len(), terminal)?;
            }
        }
        BundleCommand::Diff(args) => return bundle_diff::run(args, terminal),
        BundleCommand::Export(args) => return store::run_export(args, terminal),
        BundleCommand::Import(args) => return store::run_import(args, terminal),
    }
    Ok(Exit::Done)
}

fn verify(path: &std::path::Path, json: bool, trust: &TrustArgs, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let Some(trust) = trust.policy()? else { return Err(Failure::NoKey) };
    let (bytes, name) = BundleChoice { bundle: Some(path.to_owned()) }.bytes()?;
    let refusal = Engine::verified(&bytes, &trust, Options::default()).err();
    let opened = Bundle::open(&bytes).ok();
    if json {
        let answer = json!({
            "bundle": opened.as_ref().map(|b| json!({"id": b.manifest().id, "version": b.manifest().version, "sha256": b.sha256()})),
            "error": refusal.as_ref().map(|e| json!({"code": e.code(), "message": e.message(), "help": e.help()})),
            "signatures": opened.iter().flat_map(|b| trust.standings(b)).map(signature_json).collect::<Vec<_>>(),
            "threshold": trust.needed(),
            "trusted": refusal.is_none(),
        });
        writeln!(terminal.out, "{answer}")?;
        return Ok(if refusal.is_none() { Exit::Done } else { Exit::BadInput });
    }
    if let Some(bundle) = &opened {
        judged(bundle, &trust, terminal)?;
    }
    match refusal {
        Some(source) => Err(Failure::Bundle { name, source }),
        None => {
            let said = say(terminal.lang, "Trusted", "可信");
            terminal.heading(said)?;
            Ok(Exit::Done)
        }
    }
}

fn signature_json((s, standing): (&Signature, Standing)) -> serde_json::Value {
    let standing = match standing {
        Standing::Counts => "counts",
        Standing::UnknownKey => "unknown_key",
        Standing::Invalid => "invalid",
        Standing::Expired => "expired",
        Standing::NotYetValid => "not_yet_valid",
        Standing::TimeNotStated => "time_not_stated",
    };
    json!({"algorithm": s.algorithm, "key": s.key, "standing": standing, "valid_from": s.valid_from, "valid_until": s.valid_until})
}

/// Bundle, signatures, and what each is worth.
fn judged(bundle: &Bundle<'_>, trust: &Trust, terminal: &mut Terminal) -> Result<(), Failure> {
    let lang = terminal.lang;
    let m = bundle.manifest();
    terminal.paragraph(say(lang, "  bundle      ", "  策略包    "), Style::Plain, &format!("{} {}", m.id, m.version))?;
    terminal.paragraph(say(lang, "  sha256      ", "  摘要      "), Style::Plain, bundle.sha256())?;
    let (needed, keys) = (trust.needed(), trust.keys().len());
    let asked = say(lang, format!("{needed} of {keys} trusted keys have to sign"), format!("{keys} 个受信任密钥中须有 {needed} 个签名"));
    terminal.paragraph(say(lang, "  asked for   ", "  要求      "), Style::Plain, &asked)?;
    for (signature, standing) in trust.standings(bundle) {
        let (style, word) = match standing {
            Standing::Counts => (Style::Green, say(lang, "counts", "有效")),
            Standing::UnknownKey => (Style::Yellow, say(lang, "key is not trusted", "密钥不受信任")),
            Standing::Invalid => (Style::Red, say(lang, "does not hold", "不成立")),
            Standing::Expired => (Style::Yellow, say(lang, "expired", "已过期")),
            Standing::NotYetValid => (Style::Yellow, say(lang, "not valid yet", "尚未生效")),
            Standing::TimeNotStated => (Style::Yellow, say(lang, "time not stated", "未载明时间")),
        };
        let line = format!("{}{}", described(signature, lang), say(lang, format!(": {word}"), format!("：{word}")));
        terminal.paragraph(say(lang, "  signature   ", "  签名      "), style, &line)?;
    }
    Ok(())
}

/// Key, suite and period of a signature.
fn described(s: &Signature, lang: lexgate::Lang) -> String {
    let from = s.valid_from.as_ref().map(|t| say(lang, format!(" from {t}"), format!(" 自 {t}"))).unwrap_or_default();
    let until = s.valid_until.as_ref().map(|t| say(lang, format!(" until {t}"), format!(" 至 {t}"))).unwrap_or_default();
    format!("{} ({}){from}{until}", s.key, s.algorithm)
}

fn show(bundle: &Bundle<'_>, law: &Law, size: usize, terminal: &mut Terminal) -> Result<(), Failure> {
    let lang = terminal.lang;
    let (m, v) = (bundle.manifest(), &law.vocabulary);
    let packed = m.files.len() > 1;
    let count = m.sources.len();
    let sources = match packed {
        true => say(lang, format!("{count}, packed"), format!("{count} 个，已附带")),
        false => say(lang, format!("{count}, not packed"), format!("{count} 个，未附带")),
    };
    let rows = [
        (say(lang, "  bundle   ", "  策略包  "), format!("{} {}", m.id, m.version)),
        (say(lang, "  sha256   ", "  摘要    "), bundle.sha256().to_owned()),
        (
            say(lang, "  size     ", "  大小    "),
            say(lang, format!("{} bytes, format {FORMAT}", size), format!("{} 字节，格式 {FORMAT}", size)),
        ),
        (say(lang, "  Cedar    ", "  Cedar   "), m.cedar_version.clone()),
        (say(lang, "  sources  ", "  源文件  "), sources),
        (
            say(lang, "  words    ", "  词汇    "),
            say(
                lang,
                format!("{} actor kinds, {} actions, {} facts", v.kinds.len(), v.actions.len(), v.facts.len()),
                format!("主体类别 {} 个、行为 {} 个、事实 {} 个", v.kinds.len(), v.actions.len(), v.facts.len()),
            ),
        ),
        (say(lang, "  points   ", "  争点    "), law.points.len().to_string()),
    ];
    for (label, text) in rows {
        terminal.paragraph(label, Style::Plain, &text)?;
    }
    for signature in bundle.signatures() {
        terminal.paragraph(say(lang, "  signed   ", "  签名    "), Style::Plain, &described(signature, lang))?;
    }
    for text in &law.texts {
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
