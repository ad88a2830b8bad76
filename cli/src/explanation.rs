//! An answer for people: what was asked, what it comes to, why, and what is still to be done.

use crate::terminal::{Block, Style, Terminal, say};
use crate::words;
use lexgate::facts::Value;
use lexgate::issue::Issue;
use lexgate::law::Choice;
use lexgate::request::Request;
use lexgate::response::{Context, Deadline, FactState, Ground, Missing, Obligation, Parameter, Prohibition, Reading, RegulationFinding};
use lexgate::vocabulary::{Text, Vocabulary};
use lexgate::{Engine, Lang, Outcome, Response};
use std::io::{self, Write};

/// Prints the explanation.
pub(crate) fn write(engine: &Engine, request: &Request, response: &Response<'_>, terminal: &mut Terminal) -> io::Result<()> {
    let c = &response.context;
    let (v, lang) = (engine.vocabulary(), terminal.lang);
    headline(c, terminal)?;
    asked(v, request, c, terminal)?;

    if !c.prohibitions.is_empty() {
        terminal.heading(say(lang, "Barred by", "禁止事由"))?;
    }
    for p in &c.prohibitions {
        prohibition(v, c, p, terminal)?;
    }
    if !c.missing.is_empty() {
        terminal.heading(say(lang, "Still missing", "尚缺事项"))?;
    }
    for (i, m) in c.missing.iter().enumerate() {
        missing(v, c, i.saturating_add(1), m, terminal)?;
    }
    if !c.grounds.is_empty() {
        terminal.heading(if c.outcome == Outcome::Permitted {
            say(lang, "Permitted by", "允许依据")
        } else {
            say(lang, "Permitted by, once nothing is missing", "事项齐备后的允许依据")
        })?;
    }
    for g in &c.grounds {
        ground(c, g, terminal)?;
    }
    if !c.obligations.is_empty() {
        terminal.heading(say(lang, "Duties", "随附义务"))?;
    }
    for o in &c.obligations {
        obligation(c, o, terminal)?;
    }
    if !c.deadlines.is_empty() {
        terminal.heading(say(lang, "Running periods", "进行中的期限"))?;
    }
    for d in &c.deadlines {
        deadline(engine, c, d, terminal)?;
    }
    if !c.readings.is_empty() {
        terminal.heading(say(lang, "Open points of interpretation that decide here", "影响本结论的解释争点"))?;
    }
    for r in &c.readings {
        reading(r, terminal)?;
    }
    if !c.regulations.is_empty() {
        terminal.heading(say(lang, "Texts looked at", "查阅的文本"))?;
    }
    for r in &c.regulations {
        regulation(r, terminal)?;
    }
    issues(&c.errors, false, terminal)?;
    issues(&c.warnings, true, terminal)?;

    let short: String = c.bundle.sha256.chars().take(12).collect();
    let last = format!("{} {} · {} {} · sha256 {short}", c.engine.name, c.engine.version, c.bundle.id, c.bundle.version);
    let last = terminal.paint(Style::Dim, &last);
    writeln!(terminal.out, "\n{last}")
}

/// An issue of a request or an answer as a block.
pub(crate) fn block(issue: &Issue, warning: bool, lang: Lang) -> Block {
    Block {
        warning,
        code: issue.code,
        place: Some(issue.path.clone()),
        message: issue.message.get(lang).to_owned(),
        help: Some(issue.help.get(lang).to_owned()).filter(|h| !h.is_empty()),
    }
}

fn headline(c: &Context<'_>, terminal: &mut Terminal) -> io::Result<()> {
    let lang = terminal.lang;
    let (mark, style, words) = match c.outcome {
        Outcome::Permitted => ("✔ ", Style::Green, say(lang, "Permitted: lawful as it stands", "允许：现状合法，可以实施")),
        Outcome::Conditional => (
            "◐ ",
            Style::Yellow,
            say(lang, "Not yet permitted: lawful once what is missing below is done", "附条件：补齐下列事项后方可实施，目前不得实施"),
        ),
        Outcome::Undetermined => (
            "? ",
            Style::Yellow,
            say(lang, "Undetermined: no decision is possible; treat it as not permitted", "无法判定：不能作出结论，按不允许处理"),
        ),
        Outcome::Prohibited => {
            ("✘ ", Style::Red, say(lang, "Prohibited: no step of this request cures it", "禁止：本请求无法通过补正获得允许"))
        }
    };
    terminal.paragraph(mark, style, words)?;
    if c.regulations.iter().any(|r| r.draft_mark) {
        terminal.paragraph(
            "  ",
            Style::Yellow,
            say(lang, "A DRAFT decided as if it had been adopted; it is not law.", "本结论将【草案】视同已通过；草案不具有法律效力。"),
        )?;
    }
    Ok(())
}

fn asked(v: &Vocabulary, request: &Request, c: &Context<'_>, terminal: &mut Terminal) -> io::Result<()> {
    let Some(facts) = request.facts() else { return Ok(()) };
    let lang = terminal.lang;
    let text = |name: &str| {
        let fact = v.find_fact(name)?;
        match facts.get(fact)? {
            Value::Text(t) => Some(words::value(v.fact(fact), t, lang)),
            Value::Texts(t) => Some(t.join(say(lang, ", ", "、"))),
            Value::Long(n) => lexgate::calendar::day_of(n).map(lexgate::calendar::format_date),
            Value::Bool(_) => None,
        }
    };
    let who = v.kinds.get(facts.kind()).map(|k| words::with_name(k.label.get(lang), &k.name, lang)).unwrap_or_default();
    let who = match text("actor.id") {
        Some(id) => format!("{id} · {who}"),
        None => who,
    };
    let act = v.actions.get(usize::from(facts.action().0)).map(|a| words::with_name(a.label.get(lang), &a.name, lang));
    let mode = match c.evaluation_mode {
        "draft-as-adopted" => say(lang, "drafts decide as if adopted", "草案视同已通过"),
        _ => say(lang, "texts in force decide", "以现行有效的文本为准"),
    };
    writeln!(terminal.out)?;
    let mut row = |label: &str, value: Option<String>| match value {
        Some(value) => terminal.paragraph(label, Style::Plain, &value),
        None => Ok(()),
    };
    row(say(lang, "  Who      ", "  主体  "), Some(who))?;
    row(say(lang, "  Act      ", "  行为  "), act)?;
    row(say(lang, "  Dataset  ", "  数据  "), text("dataset.id"))?;
    row(say(lang, "  Purpose  ", "  用途  "), text("request.purpose"))?;
    row(say(lang, "  Date     ", "  日期  "), text("time.now"))?;
    row(say(lang, "  Mode     ", "  模式  "), Some(mode.to_owned()))
}

/// Drafts are marked wherever they are cited.
fn draft_mark(c: &Context<'_>, text: &str, lang: Lang) -> &'static str {
    let draft = c.regulations.iter().any(|r| r.code == text && r.status == "draft");
    if draft { say(lang, " [draft]", "【草案】") } else { "" }
}

/// The citation in a list; without the title where only one text was looked at, for it stands below.
fn place<'c>(c: &Context<'_>, text: &str, citation: &'c Text, lang: Lang) -> &'c str {
    let cited = citation.get(lang);
    match c.regulations.as_slice() {
        [only] if only.code == text => {
            let title = say(lang, format!("{}, ", only.title.en), format!("《{}》", only.title.zh));
            cited.strip_prefix(title.as_str()).unwrap_or(cited)
        }
        _ => cited,
    }
}

/// Citation and sentence of a policy.
fn provision(
    c: &Context<'_>,
    prefix: &str,
    style: Style,
    text: &str,
    citation: &str,
    title: &str,
    terminal: &mut Terminal,
) -> io::Result<()> {
    let mark = draft_mark(c, text, terminal.lang);
    terminal.paragraph(prefix, style, &format!("{citation}{mark}"))?;
    terminal.paragraph("    ", Style::Plain, title)
}

fn ground(c: &Context<'_>, g: &Ground<'_>, terminal: &mut Terminal) -> io::Result<()> {
    let lang = terminal.lang;
    provision(c, "  • ", Style::Bold, g.text, g.citation.get(lang), g.title.get(lang), terminal)?;
    terminal.paragraph("    ", Style::Dim, g.policy)
}

fn prohibition(v: &Vocabulary, c: &Context<'_>, p: &Prohibition<'_>, terminal: &mut Terminal) -> io::Result<()> {
    let lang = terminal.lang;
    provision(c, "  ✘ ", Style::Bold, p.text, p.citation.get(lang), p.title.get(lang), terminal)?;
    for stated in &p.facts {
        let fact = v.find_fact(stated.fact).and_then(|f| v.fact(f));
        let label = fact.map(|f| f.label.get(lang)).unwrap_or_default();
        let value = words::value(fact, &stated.stated, lang);
        let line = say(lang, format!("{label}: {value}  [{}]", stated.fact), format!("{label}：{value}  [{}]", stated.fact));
        terminal.paragraph(say(lang, "    because  ", "    起因  "), Style::Plain, &line)?;
    }
    if let Some(hint) = p.hint {
        terminal.paragraph(say(lang, "    instead  ", "    建议  "), Style::Cyan, hint.get(lang))?;
    }
    terminal.paragraph("    ", Style::Dim, p.policy)
}

fn missing(v: &Vocabulary, c: &Context<'_>, number: usize, m: &Missing<'_>, terminal: &mut Terminal) -> io::Result<()> {
    let lang = terminal.lang;
    terminal.paragraph(&format!("{number:>3}. "), Style::Bold, m.remedy.get(lang))?;
    terminal.paragraph(say(lang, "     who   ", "     由谁  "), Style::Plain, &words::actor(v, m.actor, lang))?;
    let mark = draft_mark(c, m.text, lang);
    let (place, title) = (place(c, m.text, m.citation, lang), m.title.get(lang));
    let why = say(lang, format!("{place}{mark}: {title}"), format!("{place}{mark}：{title}"));
    terminal.paragraph(say(lang, "     why   ", "     依据  "), Style::Plain, &why)?;
    let fact = v.find_fact(m.fact).and_then(|f| v.fact(f));
    let state = match m.state {
        FactState::NotStated => say(lang, "not stated", "未载明"),
        FactState::StatedFalse => say(lang, "stated otherwise", "已载明，但不符合"),
    };
    let required = words::value(fact, &m.required, lang);
    let mut line = say(lang, format!("{} is {state}; has to be: {required}", m.fact), format!("{} {state}；应为：{required}", m.fact));
    if !m.or.is_empty() {
        let or = m.or.join(say(lang, " or ", " 或者 "));
        line.push_str(&say(lang, format!("; {or} would do instead"), format!("；也可以是 {or}")));
    }
    terminal.paragraph(say(lang, "     fact  ", "     事实  "), Style::Dim, &line)
}

fn obligation(c: &Context<'_>, o: &Obligation<'_>, terminal: &mut Terminal) -> io::Result<()> {
    let lang = terminal.lang;
    terminal.paragraph("  • ", Style::Bold, o.kind)?;
    for (name, value) in &o.properties.parameters {
        let value = match value {
            Parameter::Flag(b) => words::value(None, if *b { "true" } else { "false" }, lang),
            Parameter::Text(t) => t.clone(),
            Parameter::Texts(t) => t.join(say(lang, ", ", "、")),
        };
        terminal.paragraph("    ", Style::Plain, &say(lang, format!("{name}: {value}"), format!("{name}：{value}")))?;
    }
    for g in &o.properties.provisions {
        let mark = draft_mark(c, g.text, lang);
        let (place, title) = (place(c, g.text, g.citation, lang), g.title.get(lang));
        let line = say(lang, format!("{title} ({place}{mark})"), format!("{title}（{place}{mark}）"));
        terminal.paragraph("    ", Style::Plain, &line)?;
    }
    Ok(())
}

fn deadline(engine: &Engine, c: &Context<'_>, d: &Deadline<'_>, terminal: &mut Terminal) -> io::Result<()> {
    let (v, lang) = (engine.vocabulary(), terminal.lang);
    provision(c, "  • ", Style::Bold, d.text, d.citation.get(lang), d.title.get(lang), terminal)?;
    let who = words::actor(v, d.who, lang);
    let due = d.due.as_deref().unwrap_or(say(lang, "no such day in the calendar", "工作日历中没有该日"));
    let line = say(
        lang,
        format!("{who}: {} working days from {}, due {due}", d.working_days, d.started),
        format!("{who}：自 {} 起 {} 个工作日，至 {due} 届满", d.started, d.working_days),
    );
    terminal.paragraph("    ", Style::Plain, &line)?;
    if d.overdue {
        let overdue = if silence_says_nothing(engine, d) {
            say(lang, "OVERDUE; silence is neither consent nor refusal", "已逾期；逾期未答复既不视为同意，也不视为拒绝")
        } else {
            say(lang, "OVERDUE", "已逾期")
        };
        terminal.paragraph("    ", Style::Red, overdue)?;
    }
    Ok(())
}

/// Whether nothing follows from an overdue reply: so it is unless the store chose another reading of the period.
fn silence_says_nothing(engine: &Engine, d: &Deadline<'_>) -> bool {
    let law = engine.texts().find(|t| t.regulation.code == d.text);
    let policy = law.and_then(|t| t.policies.iter().find(|p| p.id == d.policy).map(|p| (t, p)));
    policy.is_none_or(|(t, p)| p.points.iter().all(|point| t.reading(point) == Choice::Applied))
}

fn reading(r: &Reading<'_>, terminal: &mut Terminal) -> io::Result<()> {
    let lang = terminal.lang;
    terminal.paragraph(&format!("  {} ", r.point), Style::Bold, r.question.get(lang))?;
    terminal.paragraph(say(lang, "    applied  ", "    所采  "), Style::Plain, r.applied.get(lang))?;
    terminal.paragraph(say(lang, "    other    ", "    另说  "), Style::Plain, r.other.get(lang))?;
    terminal.paragraph(say(lang, "    because  ", "    理由  "), Style::Plain, r.why.get(lang))?;
    let style = if r.choice == Choice::Other { Style::Yellow } else { Style::Plain };
    terminal.paragraph(say(lang, "    chosen   ", "    选定  "), style, words::choice(r.choice, lang))?;
    terminal.paragraph("    ", Style::Dim, &r.policies.join(say(lang, ", ", "、")))
}

fn regulation(r: &RegulationFinding<'_>, terminal: &mut Terminal) -> io::Result<()> {
    let lang = terminal.lang;
    terminal.paragraph("  • ", Style::Bold, &words::with_name(r.title.get(lang), r.code, lang))?;
    let weight = if r.binding { say(lang, "decides", "作为依据") } else { say(lang, "does not decide", "不作为依据") };
    let mut line = [words::status(r.status, lang), weight].join(say(lang, "; ", "；"));
    if let Some(outcome) = r.outcome {
        let outcome = words::outcome(outcome, lang);
        line.push_str(&say(lang, format!("; by itself: {outcome}"), format!("；单独结论：{outcome}")));
    }
    let style = if r.status == "draft" { Style::Yellow } else { Style::Plain };
    terminal.paragraph("    ", style, &line)?;
    match r.note {
        Some(note) => terminal.paragraph("    ", Style::Dim, note.get(lang)),
        None => Ok(()),
    }
}

fn issues(list: &[Issue], warning: bool, terminal: &mut Terminal) -> io::Result<()> {
    for issue in list {
        writeln!(terminal.out)?;
        let block = block(issue, warning, terminal.lang);
        terminal.report(&block)?;
    }
    Ok(())
}
