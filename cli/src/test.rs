//! `lexgate test`: run the vectors, hold every answer against Cedar and against the committed record.

use crate::failure::{Exit, Failure};
use crate::load::{BundleChoice, build};
use crate::terminal::{Style, Terminal, say};
use indicatif::ProgressBar;
use lexgate::author::coverage::coverage;
use lexgate::author::oracle::Oracle;
use lexgate::author::vectors::{self, Runner, Vector};
use lexgate::author::{Compiled, Sources};
use lexgate::{Engine, Options};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "Exit codes: 0 all passed, 1 something failed or nothing ran, 2 a file cannot be read.

Examples:
  lexgate test
  lexgate test --filter gx-bigdata/42
  lexgate test --bless                       accept the answers as they are now, then read the diff
  lexgate test tests/vectors --policies policies --bundle lexgate.bundle";

/// Differing lines shown of one file of the record.
const SHOWN: usize = 10;

/// Run test vectors; every answer is compared with Cedar's and with the committed record
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The folder of vector files
    #[arg(value_name = "DIR", default_value = "tests/vectors")]
    folder: PathBuf,
    /// The policy folder: what decides, and what Cedar is asked about
    #[arg(long, value_name = "DIR", default_value = "policies")]
    policies: PathBuf,
    /// Run only the vectors whose name contains this text; the record and the two sides of rules are then not checked
    #[arg(long, value_name = "TEXT", conflicts_with = "bless")]
    filter: Option<String>,
    /// The folder of the committed record: the answer to every vector in one line
    #[arg(long, value_name = "DIR", default_value = "tests/golden")]
    record: PathBuf,
    /// Write the record anew instead of comparing with it
    #[arg(long)]
    bless: bool,
    #[command(flatten)]
    bundle: BundleChoice,
}

/// Runs the vectors.
pub(crate) fn run(args: &Args, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let sources = Sources::read(&args.folder).map_err(Failure::unreadable(&args.folder))?;
    let all = vectors::read(&sources).map_err(Failure::Vectors)?;
    let built = build(&args.policies, terminal)?;
    let engine = match &args.bundle.bundle {
        Some(_) => args.bundle.engine(Options::default())?,
        None => built.engine,
    };
    let chosen: Vec<&Vector> = all.iter().filter(|v| args.filter.as_ref().is_none_or(|f| v.name.contains(f))).collect();
    let mut tally = run_vectors(&engine, &built.compiled, &chosen, terminal)?;
    if args.filter.is_none() {
        for rule in &tally.without_both_sides {
            let line = say(
                terminal.lang,
                format!("rule {rule}: the vectors do not show both sides of its boundary"),
                format!("规则 {rule}：测试向量未覆盖其边界两侧"),
            );
            terminal.paragraph("✘ ", Style::Red, &line)?;
        }
        tally.failed = tally.failed.saturating_add(tally.without_both_sides.len());
        if args.bless {
            bless(&args.record, &tally.record)?;
        } else {
            tally.failed = tally.failed.saturating_add(compare(&args.record, &tally.record, terminal)?);
        }
    }
    // Scripts read this line: it is the same in every language.
    writeln!(terminal.out, "{} passed, {} failed", tally.passed, tally.failed)?;
    Ok(if tally.failed > 0 || chosen.is_empty() { Exit::Findings } else { Exit::Done })
}

/// What came of a run.
#[derive(Default)]
struct Tally {
    passed: usize,
    failed: usize,
    without_both_sides: Vec<String>,
    /// File name and text of the record.
    record: BTreeMap<String, String>,
}

fn run_vectors(engine: &Engine, compiled: &Compiled, chosen: &[&Vector], terminal: &mut Terminal) -> Result<Tally, Failure> {
    let bar = if terminal.is_watched() { ProgressBar::new(u64::try_from(chosen.len()).unwrap_or(u64::MAX)) } else { ProgressBar::hidden() };
    let mut tally = Tally::default();
    let oracle = Oracle::new(compiled);
    let mut runner = Runner::new(engine, Some(&oracle));
    let mut failures = Vec::new();
    for vector in chosen {
        let report = runner.run(vector);
        let file = tally.record.entry(file_of(&vector.name)).or_default();
        let _ = writeln!(file, "{}", report.summary);
        if report.problems.is_empty() {
            tally.passed = tally.passed.saturating_add(1);
        } else {
            tally.failed = tally.failed.saturating_add(1);
            failures.push((&vector.name, report.problems));
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    for (name, problems) in failures {
        terminal.paragraph("✘ ", Style::Red, name)?;
        for problem in problems {
            terminal.paragraph("    ", Style::Plain, &problem)?;
        }
    }
    let coverage = coverage(engine.texts(), Some(&runner.sides));
    tally.without_both_sides = coverage.texts.into_values().flat_map(|t| t.without_both_sides.unwrap_or_default()).collect();
    Ok(tally)
}

/// The file of the record that holds a vector: one a folder of vectors.
fn file_of(vector: &str) -> String {
    match vector.split_once(": ") {
        Some((folder, _)) if !folder.is_empty() => format!("{folder}.txt"),
        _ => "general.txt".to_owned(),
    }
}

/// Compares the record with what is committed; gives the number of files that differ.
fn compare(folder: &Path, record: &BTreeMap<String, String>, terminal: &mut Terminal) -> Result<usize, Failure> {
    let mut committed = committed(folder)?;
    let mut files: BTreeMap<&str, (String, &str)> = BTreeMap::new();
    for (name, now) in record {
        files.insert(name, (committed.remove(name).unwrap_or_default(), now));
    }
    // What is left belongs to vectors that are no more.
    for (name, before) in &mut committed {
        files.insert(name, (std::mem::take(before), ""));
    }
    let mut differing = 0usize;
    for (name, (before, now)) in files {
        if before == now {
            continue;
        }
        differing = differing.saturating_add(1);
        let lang = terminal.lang;
        let path = folder.join(name);
        let line = say(
            lang,
            format!("{} differs from the answers now; if they are right, run `lexgate test --bless`", path.display()),
            format!("{} 与现在的结果不同；确认结果无误后，请运行 `lexgate test --bless`", path.display()),
        );
        terminal.paragraph("✘ ", Style::Red, &line)?;
        if before.is_empty() {
            writeln!(terminal.out, "    {}", say(lang, "there is no such file yet", "尚无该文件"))?;
            continue;
        }
        let changes = changes(&before, now);
        for (style, line) in changes.iter().take(SHOWN) {
            let painted = terminal.paint(*style, line);
            writeln!(terminal.out, "    {painted}")?;
        }
        let more = changes.len().saturating_sub(SHOWN);
        if more > 0 {
            writeln!(terminal.out, "    {}", say(lang, format!("… {more} more lines"), format!("……另有 {more} 行")))?;
        }
        if changes.is_empty() {
            writeln!(terminal.out, "    {}", say(lang, "the same lines in another order", "各行相同，次序不同"))?;
        }
    }
    Ok(differing)
}

/// The committed files of the record; none when there is no such folder.
fn committed(folder: &Path) -> Result<BTreeMap<String, String>, Failure> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(e) => return Err(Failure::unreadable(folder)(e)),
    };
    let mut files = BTreeMap::new();
    for entry in entries {
        let path = entry.map_err(Failure::unreadable(folder))?.path();
        if path.extension().is_some_and(|e| e == "txt") {
            let text = std::fs::read_to_string(&path).map_err(Failure::unreadable(&path))?;
            files.insert(path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default(), text);
        }
    }
    Ok(files)
}

/// The lines that only one of the two texts has, in the order of the texts; a changed answer stands under the old one.
fn changes(before: &str, now: &str) -> Vec<(Style, String)> {
    let name = |line: &str| line.split(" => ").next().unwrap_or_default().to_owned();
    let added: Vec<&str> = now.lines().filter(|l| !before.lines().any(|b| b == *l)).collect();
    let mut placed = vec![false; added.len()];
    let mut out = Vec::new();
    for line in before.lines().filter(|l| !now.lines().any(|n| n == *l)) {
        out.push((Style::Red, format!("- {line}")));
        for (new, placed) in added.iter().zip(&mut placed).filter(|(new, _)| name(new) == name(line)) {
            out.push((Style::Green, format!("+ {new}")));
            *placed = true;
        }
    }
    let rest = added.iter().zip(&placed).filter(|(_, placed)| !**placed);
    out.extend(rest.map(|(new, _)| (Style::Green, format!("+ {new}"))));
    out
}

fn bless(folder: &Path, record: &BTreeMap<String, String>) -> Result<(), Failure> {
    std::fs::create_dir_all(folder).map_err(Failure::unwritable(folder))?;
    for name in committed(folder)?.keys().filter(|n| !record.contains_key(*n)) {
        let path = folder.join(name);
        std::fs::remove_file(&path).map_err(Failure::unwritable(&path))?;
    }
    for (name, text) in record {
        let path = folder.join(name);
        std::fs::write(&path, text).map_err(Failure::unwritable(&path))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_answer_stands_under_the_old_one() {
        let lines: Vec<String> = changes("a => 1\nb => 1\nc => 1\n", "b => 1\nc => 2\nd => 1\n").into_iter().map(|(_, l)| l).collect();
        assert_eq!(lines, ["- a => 1", "- c => 1", "+ c => 2", "+ d => 1"]);
        assert!(changes("a\nb\n", "b\na\n").is_empty());
    }

    #[test]
    fn vectors_are_recorded_by_folder() {
        assert_eq!(file_of("gx-bigdata: a name: with colon"), "gx-bigdata.txt");
        assert_eq!(file_of(": a name"), "general.txt");
    }
}
