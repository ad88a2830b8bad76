//! `lexgate facts`: what can be said in a request, and which rules read it.

use crate::failure::{Exit, Failure};
use crate::load::BundleChoice;
use crate::terminal::{Style, Terminal, say, width};
use crate::words;
use clap::ValueEnum;
use lexgate::law::{LawText, Policy, Relation};
use lexgate::program::{Node, NodeId, Program};
use lexgate::vocabulary::{Edge, FactId, FactType, Group, Text, Vocabulary};
use lexgate::{Engine, Options};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
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
    fn group(self) -> Option<Group> {
        match self {
            Self::Kinds | Self::Actions => None,
            Self::Actor => Some(Group::Actor),
            Self::Dataset => Some(Group::Dataset),
            Self::Request => Some(Group::Request),
            Self::Grant => Some(Group::Grant),
            Self::Procedure => Some(Group::Procedure),
            Self::Law => Some(Group::Law),
            Self::Time => Some(Group::Time),
        }
    }
}

/// The reference. Members stand in the order of their names, so the JSON is canonical.
#[derive(Debug, Serialize)]
struct Reference<'v> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    action_groups: Vec<ActionGroup<'v>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    actions: Vec<Named<'v>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    classes: Vec<Named<'v>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    facts: Vec<FactEntry<'v>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    kinds: Vec<KindEntry<'v>>,
}

#[derive(Debug, Serialize)]
struct ActionGroup<'v> {
    actions: Vec<&'v str>,
    label: &'v Text,
    name: &'v str,
}

#[derive(Debug, Serialize)]
struct Named<'v> {
    label: &'v Text,
    name: &'v str,
}

#[derive(Debug, Serialize)]
struct KindEntry<'v> {
    classes: &'v [String],
    label: &'v Text,
    name: &'v str,
}

#[derive(Debug, Serialize)]
struct FactEntry<'v> {
    /// Filled by the engine, never by the caller.
    derived: bool,
    /// For dates: which end of the day a bare date stands for.
    #[serde(skip_serializing_if = "Option::is_none")]
    edge: Option<Edge>,
    /// A date on which something happened.
    event: bool,
    group: Group,
    label: &'v Text,
    name: &'v str,
    path: String,
    /// The values that mean "not yet".
    pending: &'v [String],
    remedy: &'v Text,
    /// The rules that read it.
    rules: Vec<&'v str>,
    #[serde(rename = "type")]
    ty: FactType,
    values: Vec<ValueEntry<'v>>,
    who: &'v str,
}

#[derive(Debug, Serialize)]
struct ValueEntry<'v> {
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<&'v Text>,
    value: &'v str,
}

/// Prints the reference.
pub(crate) fn run(args: &Args, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let engine = args.bundle.engine(Options::default())?;
    let reference = reference(&engine, args.group);
    if args.json {
        serde_json::to_writer(&mut terminal.out, &reference).map_err(std::io::Error::from)?;
        writeln!(terminal.out)?;
    } else {
        print(&reference, engine.vocabulary(), terminal)?;
    }
    Ok(Exit::Done)
}

fn reference(engine: &Engine, part: Option<Part>) -> Reference<'_> {
    let v = engine.vocabulary();
    let wanted = |p: Part| part.is_none_or(|only| only == p);
    let readers = readers(engine);
    let mut out = Reference { action_groups: Vec::new(), actions: Vec::new(), classes: Vec::new(), facts: Vec::new(), kinds: Vec::new() };
    if wanted(Part::Kinds) {
        out.classes = v.classes.iter().map(|c| Named { label: &c.label, name: &c.name }).collect();
        out.kinds = v.kinds.iter().map(|k| KindEntry { classes: &k.classes, label: &k.label, name: &k.name }).collect();
    }
    if wanted(Part::Actions) {
        out.actions = v.actions.iter().map(|a| Named { label: &a.label, name: &a.name }).collect();
        let name = |a: &lexgate::vocabulary::ActionId| v.actions.get(usize::from(a.0)).map(|n| n.name.as_str());
        out.action_groups = v
            .action_groups
            .iter()
            .map(|g| ActionGroup { actions: g.actions.iter().filter_map(name).collect(), label: &g.label, name: &g.name })
            .collect();
    }
    for (i, f) in v.facts.iter().enumerate() {
        if part.is_some_and(|p| p.group() != Some(f.group)) {
            continue;
        }
        let rules = u16::try_from(i).ok().and_then(|i| readers.get(&FactId(i)));
        out.facts.push(FactEntry {
            derived: f.derived,
            edge: (f.ty == FactType::Date).then_some(f.edge),
            event: f.event,
            group: f.group,
            label: &f.label,
            name: &f.name,
            path: f.path(),
            pending: &f.pending,
            remedy: &f.remedy,
            rules: rules.into_iter().flatten().copied().collect(),
            ty: f.ty,
            values: f.values.iter().enumerate().map(|(i, value)| ValueEntry { label: f.value_labels.get(i), value }).collect(),
            who: &f.who,
        });
    }
    out
}

/// The rules that read each fact: in a condition, in a demand, as a limit of a duty, as the start of a period, as a word
/// of the text, or to choose the text.
fn readers(engine: &Engine) -> BTreeMap<FactId, BTreeSet<&str>> {
    let v = engine.vocabulary();
    let mut out: BTreeMap<FactId, BTreeSet<&str>> = BTreeMap::new();
    for text in engine.texts() {
        let r = &text.regulation;
        for policy in &text.policies {
            for fact in read_by(text, policy) {
                out.entry(fact).or_default().extend(policy.rules.iter().chain(&policy.lifts).map(String::as_str));
            }
        }
        for allowed in &text.allowed {
            out.entry(allowed.fact).or_default().insert(&allowed.rule);
        }
        for (name, rule) in [("dataset.territory", &r.scope_rule), ("request.territory", &r.scope_rule), ("time.now", &r.effective_rule)] {
            if let Some(fact) = v.find_fact(name) {
                out.entry(fact).or_default().insert(rule);
            }
        }
    }
    out
}

fn read_by(text: &LawText, policy: &Policy) -> BTreeSet<FactId> {
    let mut facts = BTreeSet::new();
    for atom in policy.demands.iter().flat_map(|d| &d.any) {
        facts.insert(atom.fact);
        match &atom.relation {
            Relation::Same(o) | Relation::AtMost(o) | Relation::AtLeast(o) | Relation::Within(o) | Relation::OneOf(o) => {
                facts.insert(*o);
            }
            Relation::Is(_) | Relation::Stated => {}
        }
    }
    facts.extend(policy.duty.iter().flat_map(|d| &d.parameters).map(|(_, f)| *f));
    facts.extend(policy.period.iter().map(|p| p.from));
    if let Some(root) = policy.condition {
        condition(&text.program, root, &mut facts);
    }
    facts
}

/// Collects the facts that a condition reads.
fn condition(program: &Program, root: NodeId, facts: &mut BTreeSet<FactId>) {
    let mut open = vec![root];
    while let Some(id) = open.pop() {
        let Some(node) = usize::try_from(id).ok().and_then(|i| program.nodes.get(i)) else { continue };
        match node {
            Node::Bool(_) | Node::Long(_) | Node::Text(_) | Node::Texts(_) | Node::KindIn(_) => {}
            Node::Has(f) | Node::Get(f) => {
                facts.insert(*f);
            }
            Node::Not(a) | Node::IsEmpty(a) | Node::StartsWith(a, _) => open.push(*a),
            Node::And(a, b)
            | Node::Or(a, b)
            | Node::Eq(a, b)
            | Node::Less(a, b)
            | Node::LessEq(a, b)
            | Node::Add(a, b)
            | Node::Sub(a, b)
            | Node::Mul(a, b)
            | Node::Contains(a, b)
            | Node::ContainsAll(a, b)
            | Node::ContainsAny(a, b) => open.extend([*a, *b]),
            Node::If(a, b, c) => open.extend([*a, *b, *c]),
        }
    }
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
