//! `lexgate explain`: what a rule says and where it is encoded.

use crate::failure::{Exit, Failure};
use crate::load::BundleChoice;
use crate::terminal::{Style, Terminal, say};
use crate::words;
use lexgate::citation::cite;
use lexgate::law::{LawText, Place, Policy, Rule, Status};
use lexgate::vocabulary::Vocabulary;
use lexgate::{Engine, Options};
use std::io::Write;

const EXAMPLES: &str = "Exit codes: 0 found, 2 there is no such rule.

Examples:
  lexgate explain gx-bigdata/42/1.3
  lexgate explain 'gx-bigdata/41/4b#in-force'  a policy id from an answer, shown with its whole rule
  lexgate --lang zh explain gx-bigdata/35/2e";

/// Known ids offered for an unknown one.
const NEAREST: usize = 8;

/// Say what a rule of the law does and where it is encoded
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// `text/article/paragraph[.item][letter]`, or the id of a policy
    #[arg(value_name = "RULE-ID")]
    rule: String,
    #[command(flatten)]
    bundle: BundleChoice,
}

/// Prints what is known of the rule.
pub(crate) fn run(args: &Args, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let engine = args.bundle.engine(Options::default())?;
    let id = args.rule.split('#').next().unwrap_or_default();
    let found = engine.texts().find_map(|t| t.rules.iter().find(|r| r.id == id).map(|r| (t, r)));
    let Some((text, rule)) = found else {
        return Err(Failure::UnknownRule { id: args.rule.clone(), near: near(&engine, id) });
    };
    head(text, rule, terminal)?;
    match rule.place {
        Place::Policy => policies(&engine, text, rule, terminal)?,
        Place::Data => data(engine.vocabulary(), text, rule, terminal)?,
        Place::NotDecision => {}
    }
    Ok(Exit::Done)
}

/// The rules of the same article or paragraph, else the one spelled most alike.
fn near(engine: &Engine, id: &str) -> Vec<String> {
    let known: Vec<&str> = engine.texts().flat_map(|t| &t.rules).map(|r| r.id.as_str()).collect();
    let mut stem = id.trim_end_matches('/');
    loop {
        let within = |k: &&&str| k.strip_prefix(stem).is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_digit()));
        let found: Vec<String> = known.iter().filter(within).take(NEAREST).map(|k| (*k).to_owned()).collect();
        if !found.is_empty() {
            return found;
        }
        match stem.rfind(['/', '.']).and_then(|cut| stem.get(..cut)) {
            // A text alone has too many rules to be an answer.
            Some(shorter) if shorter.contains('/') => stem = shorter,
            _ => break,
        }
    }
    Vocabulary::nearest(id, known.into_iter()).map(str::to_owned).into_iter().collect()
}

fn head(text: &LawText, rule: &Rule, terminal: &mut Terminal) -> Result<(), Failure> {
    let lang = terminal.lang;
    let cited = cite(&text.regulation, &rule.id);
    let name = terminal.paint(Style::Bold, &rule.id);
    writeln!(terminal.out, "{name}  {}", words::rule_kind(rule.kind, lang))?;
    terminal.paragraph("  ", Style::Plain, &cited.zh)?;
    terminal.paragraph("  ", Style::Plain, &cited.en)?;
    if text.regulation.status == Status::Draft {
        terminal.paragraph("  ", Style::Yellow, words::status("draft", lang))?;
    }
    let place = match rule.place {
        Place::Policy => say(lang, "Encoded in policies", "由策略编码"),
        Place::Data => say(lang, "Kept as data", "作为数据"),
        Place::NotDecision => say(lang, "Decides nothing about access", "不决定数据访问"),
    };
    terminal.heading(place)?;
    if let Some(words) = &rule.text {
        terminal.paragraph("  ", Style::Plain, words.get(lang))?;
    }
    Ok(())
}

fn policies(engine: &Engine, text: &LawText, rule: &Rule, terminal: &mut Terminal) -> Result<(), Failure> {
    for policy in &text.policies {
        let lifts = policy.lifts.contains(&rule.id);
        if lifts || policy.rules.contains(&rule.id) {
            self::policy(engine.vocabulary(), text, policy, lifts, terminal)?;
        }
    }
    Ok(())
}

fn policy(v: &Vocabulary, law: &LawText, p: &Policy, lifts: bool, terminal: &mut Terminal) -> Result<(), Failure> {
    let lang = terminal.lang;
    let id = terminal.paint(Style::Cyan, &p.id);
    writeln!(terminal.out, "  • {id}  {}", words::policy_set(p.set, lang))?;
    terminal.paragraph("    ", Style::Plain, p.title.get(lang))?;
    if lifts {
        terminal.paragraph(
            "    ",
            Style::Plain,
            say(lang, "The rule lives in its `unless`: it lifts this policy.", "本规则写在该策略的 `unless` 中：满足时解除该策略。"),
        )?;
    }
    let actions: Vec<&str> = p.actions.iter().filter_map(|a| v.actions.get(usize::from(a.0))).map(|a| a.name.as_str()).collect();
    let actions = if actions.is_empty() { say(lang, "all", "全部").to_owned() } else { actions.join(" ") };
    let mut rows = vec![
        (say(lang, "    rules    ", "    规则  "), p.rules.join(" ")),
        (say(lang, "    lifts    ", "    例外  "), p.lifts.join(" ")),
        (say(lang, "    actions  ", "    行为  "), actions),
    ];
    for d in &p.demands {
        let label = if d.rule_first { say(lang, "    state    ", "    状态  ") } else { say(lang, "    step     ", "    步骤  ") };
        rows.push((label, words::demand(v, d, lang)));
    }
    let text = |t: &Option<lexgate::vocabulary::Text>| t.as_ref().map(|t| t.get(lang).to_owned()).unwrap_or_default();
    rows.push((say(lang, "    remedy   ", "    补正  "), text(&p.remedy)));
    rows.push((say(lang, "    who      ", "    由谁  "), p.who.as_deref().map(|w| words::actor(v, w, lang)).unwrap_or_default()));
    rows.push((say(lang, "    hint     ", "    建议  "), text(&p.hint)));
    if let Some(duty) = &p.duty {
        let parameters: Vec<String> = duty.parameters.iter().map(|(name, f)| format!("{name} = {}", v.fact_name(*f))).collect();
        let always = if duty.always { say(lang, "; attached to refusals too", "；拒绝时同样适用") } else { "" };
        rows.push((say(lang, "    duty     ", "    义务  "), format!("{}{always}", duty.kind)));
        rows.push((say(lang, "    limits   ", "    参数  "), parameters.join(say(lang, ", ", "、"))));
    }
    if let Some(period) = &p.period {
        let (from, who) = (v.fact_name(period.from), words::actor(v, &period.who, lang));
        let days = period.working_days;
        rows.push((
            say(lang, "    period   ", "    期限  "),
            say(lang, format!("{days} working days from {from}; {who}"), format!("自 {from} 起 {days} 个工作日；{who}")),
        ));
    }
    let points: Vec<String> = p.points.iter().map(|point| words::with_name(point, words::choice(law.reading(point), lang), lang)).collect();
    rows.push((say(lang, "    points   ", "    争点  "), points.join(say(lang, ", ", "、"))));
    for (label, text) in rows.iter().filter(|(_, text)| !text.is_empty()) {
        terminal.paragraph(label, Style::Plain, text)?;
    }
    Ok(())
}

/// Where data holds the rule: what the text says of itself, its words for facts, or the ground it demands.
fn data(v: &Vocabulary, text: &LawText, rule: &Rule, terminal: &mut Terminal) -> Result<(), Failure> {
    let lang = terminal.lang;
    let r = &text.regulation;
    if r.scope_rule == rule.id {
        let line = say(
            lang,
            format!("territory: GB/T 2260 codes beginning with {}", r.territory),
            format!("地域：GB/T 2260 代码以 {} 开头", r.territory),
        );
        terminal.paragraph("  • ", Style::Plain, &line)?;
    }
    if r.effective_rule == rule.id {
        let date = r.effective_date.as_deref().unwrap_or(say(lang, "left blank", "未定"));
        terminal.paragraph("  • ", Style::Plain, &say(lang, format!("effective date: {date}"), format!("施行日期：{date}")))?;
    }
    for allowed in text.allowed.iter().filter(|a| a.rule == rule.id) {
        let fact = v.fact(allowed.fact);
        let values: Vec<String> = allowed.values.iter().map(|w| words::value(fact, w, lang)).collect();
        let values = values.join(say(lang, ", ", "、"));
        let name = v.fact_name(allowed.fact);
        terminal.paragraph("  • ", Style::Plain, &say(lang, format!("{name}: {values}"), format!("{name}：{values}")))?;
    }
    for ground in text.grounds_demanded.iter().filter(|g| g.rule == rule.id) {
        terminal.paragraph("  • ", Style::Plain, ground.title.get(lang))?;
        terminal.paragraph(say(lang, "    hint  ", "    建议  "), Style::Plain, ground.hint.get(lang))?;
    }
    Ok(())
}
