//! `lexgate compare`: one act under every text.

use crate::explanation;
use crate::failure::{Exit, Failure};
use crate::load::{BundleChoice, at_most, open};
use crate::terminal::{Cell, Style, Terminal, say};
use crate::words;
use lexgate::compare::{ComparedText, Comparison};
use lexgate::request::MAX_BYTES;
use lexgate::vocabulary::Vocabulary;
use lexgate::{Engine, Lang, Options, Outcome};
use std::io::{self, Write};
use std::path::PathBuf;

const EXAMPLES: &str = "Each text decides alone, as if the act took place in its territory; drafts decide as if adopted and are marked.
Exit codes: 0 compared, 2 bad input.

Examples:
  lexgate compare request.json
  lexgate --lang zh compare request.json
  lexgate compare --json - < request.json | jq '.texts[].outcome'";

/// Decide one request under every text, as if it took place in the territory of each
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The request (OpenID AuthZEN 1.0 evaluation), or - for standard input
    file: PathBuf,
    /// Canonical JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    bundle: BundleChoice,
}

/// Compares and prints.
pub(crate) fn run(args: &Args, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let engine = args.bundle.engine(Options::default())?;
    let document = at_most(open(&args.file)?, MAX_BYTES).map_err(Failure::unreadable(&args.file))?;
    let request = engine.read(&document);
    let comparison = engine.compare(&request);
    if args.json {
        writeln!(terminal.out, "{}", comparison.to_json())?;
    } else if comparison.errors.is_empty() {
        print(&engine, &comparison, terminal)?;
    }
    for issue in &comparison.errors {
        terminal.complain(&explanation::block(issue, false, terminal.lang));
    }
    Ok(if comparison.errors.is_empty() { Exit::Done } else { Exit::BadInput })
}

fn print(engine: &Engine, comparison: &Comparison<'_>, terminal: &mut Terminal) -> io::Result<()> {
    let lang = terminal.lang;
    let head = match lang {
        Lang::En => ["Text", "Outcome", "Decided by", "Missing", "Duties"],
        Lang::Zh => ["文本", "结论", "依据", "尚缺事项", "随附义务"],
    };
    let rows: Vec<Vec<Cell>> = comparison.texts.iter().map(|t| row(t, lang)).collect();
    terminal.grid(&head, &rows)?;
    for text in &comparison.texts {
        notes(engine.vocabulary(), text, terminal)?;
    }
    for warning in &comparison.warnings {
        writeln!(terminal.out)?;
        terminal.report(&explanation::block(warning, true, lang))?;
    }
    Ok(())
}

fn row(t: &ComparedText<'_>, lang: Lang) -> Vec<Cell> {
    let mut name = vec![(Style::Bold, t.code.to_owned())];
    if t.status != "in-force" {
        name.push((Style::Yellow, words::status(t.status, lang).to_owned()));
    }
    let style = match t.outcome {
        Outcome::Permitted => Style::Green,
        Outcome::Conditional | Outcome::Undetermined => Style::Yellow,
        Outcome::Prohibited => Style::Red,
    };
    let undecided =
        t.errors.iter().flat_map(|e| if e.rules.is_empty() { vec![e.code] } else { e.rules.iter().map(String::as_str).collect() });
    // The text stands in the first column: its rules need not repeat it.
    let short = |rule: &'_ str| rule.strip_prefix(t.code).and_then(|r| r.strip_prefix('/')).unwrap_or(rule).to_owned();
    vec![
        name,
        vec![(style, words::outcome(t.outcome, lang).to_owned())],
        lines(t.deciding.iter().map(|d| short(d.rule)).chain(undecided.map(short))),
        lines(t.missing.iter().map(|m| m.fact.to_owned())),
        lines(t.obligations.iter().map(|o| (*o).to_owned())),
    ]
}

/// Each item on a line of its own, once.
fn lines(items: impl Iterator<Item = String>) -> Cell {
    let mut cell = Cell::new();
    for item in items {
        if !cell.iter().any(|(_, there)| *there == item) {
            cell.push((Style::Plain, item));
        }
    }
    if cell.is_empty() { vec![(Style::Dim, "-".to_owned())] } else { cell }
}

/// What the table has no room for: the full title, words put in those of the text, what to do, running periods, and why a
/// text cannot decide.
fn notes(v: &Vocabulary, t: &ComparedText<'_>, terminal: &mut Terminal) -> io::Result<()> {
    let lang = terminal.lang;
    terminal.heading(&words::with_name(t.title.get(lang), t.code, lang))?;
    let mut line = words::status(t.status, lang).to_owned();
    if t.draft_mark {
        line.push_str(say(lang, "; decides here as if adopted", "；此处视同已通过"));
    }
    terminal.paragraph("  ", if t.draft_mark { Style::Yellow } else { Style::Plain }, &line)?;
    let labelled = |fact: &str, word: &str| words::value(v.find_fact(fact).and_then(|f| v.fact(f)), word, lang);
    for w in &t.translated {
        let (from, to) = (labelled(w.fact, &w.from), labelled(w.fact, &w.to));
        let line = say(lang, format!("{}: {from} is {to} here", w.fact), format!("{}：{from}在此为{to}", w.fact));
        terminal.paragraph("  = ", Style::Plain, &line)?;
    }
    for n in &t.no_counterpart {
        let word = labelled(n.fact, &n.word);
        let line = say(
            lang,
            format!("{}: {} has no counterpart of {word}; the fact counts as not stated", n.fact, n.text),
            format!("{}：{} 没有与{word}对应的用语，该事实按未载明处理", n.fact, n.text),
        );
        terminal.paragraph("  ≠ ", Style::Yellow, &line)?;
    }
    for m in &t.missing {
        let (remedy, fact) = (m.remedy.get(lang), m.fact);
        terminal.paragraph("  ☐ ", Style::Plain, &format!("{remedy} [{fact}]"))?;
    }
    for d in &t.deadlines {
        let due = d.due.as_deref().unwrap_or(say(lang, "no such day in the calendar", "工作日历中没有该日"));
        let overdue = if d.overdue { say(lang, ", overdue", "，已逾期") } else { "" };
        let (title, rule) = (d.title.get(lang), d.rule);
        let line = say(lang, format!("{title} ({rule}): due {due}{overdue}"), format!("{title}（{rule}）：至 {due} 届满{overdue}"));
        terminal.paragraph("  • ", Style::Plain, &line)?;
    }
    for e in &t.errors {
        let (message, help) = (e.message.get(lang), e.help.get(lang));
        let line = say(lang, format!("{message} ({}); {help}", e.code), format!("{message}（{}）；{help}", e.code));
        terminal.paragraph("  ? ", Style::Yellow, &line)?;
    }
    Ok(())
}
