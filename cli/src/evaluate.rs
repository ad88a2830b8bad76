//! `lexgate evaluate`: decide requests.

use crate::calendar::WorkingDays;
use crate::explanation;
use crate::failure::{Exit, Failure};
use crate::load::{BundleChoice, at_most, next_line, open};
use crate::log::{Log, LogArgs};
use crate::terminal::{Block, Terminal, say};
use crate::trust::TrustArgs;
use clap::ValueEnum;
use lexgate::request::{MAX_BYTES, Mode, Options, Request, Strictness};
use lexgate::{Engine, Outcome, Response};
use std::borrow::Cow;
use std::io::{BufReader, Read, Write};
use std::path::PathBuf;
use std::time::Instant;

const EXAMPLES: &str = "Exit codes: 0 permitted, 3 not permitted, 2 bad input. With --lines the worst line decides.

Examples:
  lexgate evaluate request.json
  lexgate evaluate --explain --calendar cn request.json
  cat requests.jsonl | lexgate evaluate --lines - > answers.jsonl
  lexgate evaluate --bundle lexgate.bundle --key office.jwk --minimum-version 0.1.0 request.json
  lexgate evaluate --log decisions.jsonl --log-chain --mode draft-as-adopted request.json";

/// Decide requests: the canonical JSON answer, or an explanation for people
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The request (OpenID AuthZEN 1.0 evaluation), or - for standard input
    file: PathBuf,
    /// Read JSON Lines and answer each line with a line, as they come
    #[arg(long)]
    lines: bool,
    /// Explain the answer to people instead of printing JSON
    #[arg(long, conflicts_with = "lines")]
    explain: bool,
    /// Decide in this mode, whatever the request says
    #[arg(long, value_enum)]
    mode: Option<ModeName>,
    /// Take an unknown fact name as a warning, not as an error
    #[arg(long)]
    lenient: bool,
    /// Working days for requests that state no calendar: a TOML file with `holidays` and `workdays`, or `cn`
    #[arg(long, value_name = "FILE|cn")]
    calendar: Option<PathBuf>,
    #[command(flatten)]
    bundle: BundleChoice,
    #[command(flatten)]
    trust: TrustArgs,
    #[command(flatten)]
    log: LogArgs,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum ModeName {
    /// Only texts in force on the date decide
    InForce,
    /// Drafts of the territory decide as if adopted
    DraftAsAdopted,
}

impl From<ModeName> for Mode {
    fn from(name: ModeName) -> Self {
        match name {
            ModeName::InForce => Self::InForce,
            ModeName::DraftAsAdopted => Self::DraftAsAdopted,
        }
    }
}

/// Decides and prints.
pub(crate) fn run(args: &Args, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let strictness = if args.lenient { Strictness::Lenient } else { Strictness::Strict };
    let engine = args.bundle.trusted_engine(Options { strictness, mode: args.mode.map(Mode::from) }, &args.trust)?;
    let calendar = args.calendar.as_deref().map(WorkingDays::load).transpose()?;
    let mut log = args.log.open()?;
    let input = open(&args.file)?;
    if args.lines {
        return lines(&engine, calendar.as_ref(), log.as_mut(), BufReader::new(input), args, terminal);
    }
    let document = at_most(input, MAX_BYTES).map_err(Failure::unreadable(&args.file))?;
    let begun = Instant::now();
    let (request, document) = read(&engine, &document, calendar.as_ref());
    let response = engine.evaluate(&request);
    if let Some(log) = &mut log {
        log.write(&engine, &document, &response, begun.elapsed(), &mut terminal.out)?;
    }
    if args.explain {
        explanation::write(&engine, &request, &response, terminal)?;
    } else {
        if !args.log.to_output() {
            writeln!(terminal.out, "{}", response.to_json())?;
        }
        complain(&response, None, terminal);
    }
    warn_of_years(&response, calendar.as_ref(), terminal);
    Ok(exit(&response))
}

/// Reads a request, with the calendar put in where it states none; gives the document that was read as well. Errors are those
/// of the document as it was sent.
fn read<'d>(engine: &Engine, document: &'d [u8], calendar: Option<&WorkingDays>) -> (Request, Cow<'d, [u8]>) {
    let request = engine.read(document);
    match calendar.filter(|_| request.errors().is_empty()).and_then(|c| c.fill(document)) {
        Some(filled) => (engine.read(&filled), Cow::Owned(filled)),
        None => (request, Cow::Borrowed(document)),
    }
}

fn exit(response: &Response<'_>) -> Exit {
    match response.context.outcome {
        _ if response.is_bad_input() => Exit::BadInput,
        Outcome::Permitted => Exit::Done,
        _ => Exit::NotPermitted,
    }
}

/// One line in, one line out.
fn lines(
    engine: &Engine,
    calendar: Option<&WorkingDays>,
    mut log: Option<&mut Log>,
    mut input: BufReader<impl Read>,
    args: &Args,
    terminal: &mut Terminal,
) -> Result<Exit, Failure> {
    let mut worst = Exit::Done;
    let mut line = Vec::new();
    let mut number = 0u64;
    loop {
        if input.buffer().is_empty() {
            // The next read may wait: whoever feeds us line by line gets the answers so far.
            terminal.out.flush()?;
        }
        if !next_line(&mut input, &mut line, MAX_BYTES).map_err(Failure::unreadable(&args.file))? {
            return Ok(worst);
        }
        number = number.saturating_add(1);
        if line.trim_ascii().is_empty() && line.len() <= MAX_BYTES {
            continue;
        }
        let begun = Instant::now();
        let (request, document) = read(engine, &line, calendar);
        let response = engine.evaluate(&request);
        if let Some(log) = &mut log {
            log.write(engine, &document, &response, begun.elapsed(), &mut terminal.out)?;
        }
        if !args.log.to_output() {
            writeln!(terminal.out, "{}", response.to_json())?;
        }
        complain(&response, Some(number), terminal);
        warn_of_years(&response, calendar, terminal);
        worst = worst.max(exit(&response));
    }
}

/// Says on standard error what is wrong with a request.
fn complain(response: &Response<'_>, line: Option<u64>, terminal: &Terminal) {
    // What the law leaves undecided is part of the answer and no complaint about the request.
    for issue in response.context.errors.iter().filter(|_| response.is_bad_input()) {
        let mut block = explanation::block(issue, false, terminal.lang);
        if let Some(line) = line {
            let place = block.place.unwrap_or_default();
            block.place = Some(say(terminal.lang, format!("line {line}, {place}"), format!("第 {line} 行，{place}")));
        }
        terminal.complain(&block);
    }
}

/// A calendar that says nothing of a year counts it Monday to Friday: whoever relies on the date has to know.
fn warn_of_years(response: &Response<'_>, calendar: Option<&WorkingDays>, terminal: &Terminal) {
    let Some(calendar) = calendar else { return };
    for deadline in &response.context.deadlines {
        let days = [Some(deadline.started.as_str()), deadline.due.as_deref()];
        if let Some(day) = days.into_iter().flatten().find(|d| !calendar.covers(d)) {
            terminal.complain(&Block {
                warning: true,
                code: "calendar-has-no-such-year",
                place: Some(deadline.policy.to_owned()),
                message: say(
                    terminal.lang,
                    format!("the calendar lists no day of the year of {day}; that year was counted Monday to Friday"),
                    format!("工作日历未列 {day} 所在年份；该年按周一至周五计算"),
                ),
                help: Some(say(terminal.lang, "give a calendar of that year", "请提供该年的工作日历").to_owned()),
            });
        }
    }
}
