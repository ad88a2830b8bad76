//! `lexgate bundle diff`: what two bundles say of themselves, side by side.

use crate::failure::{Exit, Failure};
use crate::load::BundleChoice;
use crate::terminal::{Style, Terminal, say};
use lexgate::Lang;
use lexgate::bundle::{Bundle, Manifest};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub(crate) const EXAMPLES: &str = "Which answers change is what `lexgate diff` says.
Exit codes: 0 the same, 1 different, 2 a bundle cannot be read.

Examples:
  lexgate bundle diff old.bundle new.bundle
  lexgate bundle diff old.bundle new.bundle && echo the same law, whoever signed it";

/// Compare the manifests of two bundles: version, texts, sources and files
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The bundle before the change
    #[arg(value_name = "BUNDLE-A")]
    before: PathBuf,
    /// The bundle after the change
    #[arg(value_name = "BUNDLE-B")]
    after: PathBuf,
}

/// Compares and prints.
pub(crate) fn run(args: &Args, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let (before, after) = (open(&args.before)?, open(&args.after)?);
    terminal.paragraph("A  ", Style::Dim, &before.0)?;
    terminal.paragraph("B  ", Style::Dim, &after.0)?;
    let (a, b) = (described(&before.1, terminal.lang), described(&after.1, terminal.lang));
    let mut differ = false;
    for key in a.keys().chain(b.keys().filter(|k| !a.contains_key(*k))) {
        let (mark, style, text) = match (a.get(key), b.get(key)) {
            (Some(x), Some(y)) if x == y => continue,
            (Some(x), Some(y)) => ("  ~ ", Style::Yellow, if x.len() == 64 { key.clone() } else { format!("{key}: {x} → {y}") }),
            (Some(_), None) => ("  - ", Style::Red, key.clone()),
            (None, _) => ("  + ", Style::Green, key.clone()),
        };
        terminal.paragraph(mark, style, &text)?;
        differ = true;
    }
    if !differ {
        let same = say(terminal.lang, "The same law", "法律内容相同");
        terminal.paragraph("", Style::Green, same)?;
    }
    Ok(if differ { Exit::Findings } else { Exit::Done })
}

/// A bundle's name and digest, and its manifest. All of it is checked, the signatures apart.
fn open(path: &Path) -> Result<(String, Manifest), Failure> {
    let (bytes, name) = BundleChoice { bundle: Some(path.to_owned()) }.bytes()?;
    let refused = |source| Failure::Bundle { name: name.clone(), source };
    let bundle = Bundle::open(&bytes).map_err(refused)?;
    bundle.law().map_err(refused)?;
    let m = bundle.manifest();
    Ok((format!("{} {} sha256 {}", m.id, m.version, bundle.sha256()), m.clone()))
}

/// The manifest as one value a name. Values that are digests need not be shown.
fn described(m: &Manifest, lang: Lang) -> BTreeMap<String, String> {
    let mut out = BTreeMap::from([
        ("Cedar".to_owned(), m.cedar_version.clone()),
        (say(lang, "id", "标识").to_owned(), m.id.clone()),
        (say(lang, "schema", "模式").to_owned(), m.schema_sha256.clone()),
        (say(lang, "version", "版本").to_owned(), m.version.clone()),
    ]);
    let word = say(lang, "text", "文本");
    for t in &m.texts {
        let status = match t.status {
            lexgate::law::Status::InForce => "in-force",
            lexgate::law::Status::Draft => "draft",
        };
        let from = t.effective_date.as_deref().unwrap_or("—");
        out.insert(format!("{word} {}", t.code), format!("{status} {from} {} {}", t.territory, t.title.get(lang)));
    }
    let word = say(lang, "source", "源文件");
    out.extend(m.sources.iter().map(|s| (format!("{word} {}", s.path), s.sha256.clone())));
    let word = say(lang, "file", "文件");
    out.extend(m.files.iter().map(|f| (format!("{word} {}", f.path), f.sha256.clone())));
    out
}
