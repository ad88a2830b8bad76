//! `lexgate facts`: what can be said in a request, and which rules read it.

use crate::failure::{Exit, Failure};
use crate::load::BundleChoice;
use crate::terminal::{Style, Terminal, say, width};
use crate::words;
use clap::ValueEnum;
use lexgate::Options;
use lexgate::reference::{FactEntry, Reference};
use lexgate::vocabulary::{Group, Vocabulary};
use std::io::Write;

const EXAMPLES: &str = "Examples:
  lexgate facts
  lexgate --lang zh facts --group grant
  lexgate facts --group actions
  lexgate facts --json | jq '.facts[] | select(.name == \"dataset.sharing_type\")'";

/// List what a request can say: actor kinds, actions and facts, with the rules that read them
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Canonical JSON
    #[arg(long)]
    json: bool,
    /// Only this part
    #[arg(long, value_enum, value_name = "NAME")]
    group: Option<Part>,
    #[command(flatten)]
    bundle: BundleChoice,
}

/// A part of the reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    Kinds,
    Actions,
    Actor,
    Dataset,
    Request,
    Grant,
    Procedure,
    Law,
    Time,
}

impl Part {
    fn of_the_reference(self) -> lexgate::reference::Part {
        use lexgate::reference::Part;
        match self {
            Self::Kinds => Part::Kinds,
            Self::Actions => Part::Actions,
            Self::Actor => Part::Facts(Group::Actor),
            Self::Dataset => Part::Facts(Group::Dataset),
            Self::Request => Part::Facts(Group::Request),
            Self::Grant => Part::Facts(Group::Grant),
            Self::Procedure => Part::Facts(Group::Procedure),
            Self::Law => Part::Facts(Group::Law),
            Self::Time => Part::Facts(Group::Time),
        }
    }
}

/// Prints the reference.
pub(crate) fn run(args: &Args, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let engine = args.bundle.engine(Options::default())?;
    let reference = engine.reference(args.group.map(Part::of_the_reference));
    if args.json {
        serde_json::to_writer(&mut terminal.out, &reference).map_err(std::io::Error::from)?;
        writeln!(terminal.out)?;
    } else {
        print(&reference, engine.vocabulary(), terminal)?;
    }
    Ok(Exit::Done)
}

fn print(reference: &Reference<'_>, v: &Vocabulary, terminal: &mut Terminal) -> Result<(), Failure> {
    let lang = terminal.lang;
    if !reference.kinds.is_empty() {
        terminal.heading(say(lang, "Actor kinds: $.subject.type", "主体类别：$.subject.type"))?;
        let names = widest(reference.kinds.iter().map(|k| k.name));
        for k in &reference.kinds {
            let classes = k.classes.join(", ");
            let classes = if classes.is_empty() { classes } else { format!("  [{classes}]") };
            terminal.paragraph(&padded(k.name, names), Style::Plain, &format!("{}{classes}", k.label.get(lang)))?;
        }
        terminal.heading(say(lang, "Classes that the kinds belong to", "主体类别所属的类"))?;
        let names = widest(reference.classes.iter().map(|c| c.name));
        for c in &reference.classes {
            terminal.paragraph(&padded(c.name, names), Style::Plain, c.label.get(lang))?;
        }
    }
    if !reference.actions.is_empty() {
        terminal.heading(say(lang, "Actions: $.action.name", "行为：$.action.name"))?;
        let names = widest(reference.actions.iter().map(|a| a.name));
        for a in &reference.actions {
            terminal.paragraph(&padded(a.name, names), Style::Plain, a.label.get(lang))?;
        }
    }
    for group in Group::ALL {
        let facts: Vec<_> = reference.facts.iter().filter(|f| f.group == group).collect();
        if facts.is_empty() {
            continue;
        }
        terminal.heading(&format!("{}{}{}", words::group(group, lang), say(lang, ": ", "："), group.path()))?;
        for fact in facts {
            self::fact(fact, v, terminal)?;
        }
    }
    Ok(())
}

fn fact(f: &FactEntry<'_>, v: &Vocabulary, terminal: &mut Terminal) -> Result<(), Failure> {
    let lang = terminal.lang;
    let name = terminal.paint(Style::Cyan, f.name);
    let derived = if f.derived { say(lang, "; filled by the engine", "；由引擎填写") } else { "" };
    writeln!(terminal.out, "  {name}  {}{derived}", words::fact_type(f.ty, lang))?;
    terminal.paragraph("    ", Style::Plain, f.label.get(lang))?;
    let values: Vec<String> =
        f.values.iter().map(|e| e.label.map_or_else(|| e.value.to_owned(), |l| words::with_name(l.get(lang), e.value, lang))).collect();
    let rows = [
        (say(lang, "    values   ", "    取值  "), values.join(say(lang, ", ", "、"))),
        (say(lang, "    not yet  ", "    待定  "), f.pending.join(say(lang, ", ", "、"))),
        (say(lang, "    remedy   ", "    补正  "), f.remedy.get(lang).to_owned()),
        (say(lang, "    who      ", "    由谁  "), if f.who.is_empty() { String::new() } else { words::actor(v, f.who, lang) }),
    ];
    for (label, text) in rows.iter().filter(|(_, text)| !text.is_empty()) {
        terminal.paragraph(label, Style::Plain, text)?;
    }
    let read_by = if f.rules.is_empty() { say(lang, "no rule", "无").to_owned() } else { f.rules.join(" ") };
    terminal.paragraph(say(lang, "    read by  ", "    用于  "), Style::Dim, &read_by)?;
    Ok(())
}

fn widest<'a>(names: impl Iterator<Item = &'a str>) -> usize {
    names.map(width).max().unwrap_or_default()
}

fn padded(name: &str, columns: usize) -> String {
    format!("  {name:<columns$}  ")
}
