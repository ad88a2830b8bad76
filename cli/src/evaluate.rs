//! `lexgate evaluate`: decide requests.

use crate::calendar::WorkingDays;
use crate::explanation;
use crate::failure::{Exit, Failure};
use crate::load::{BundleChoice, at_most, open};
use crate::terminal::{Block, Terminal, say};
use crate::trust::TrustArgs;
use clap::ValueEnum;
use lexgate::request::{MAX_BYTES, Mode, Options, Request, Strictness};
use lexgate::{Engine, Outcome, Response};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::PathBuf;

const EXAMPLES: &str = "Exit codes: 0 permitted, 3 not permitted, 2 bad input. With --lines the worst line decides.

Examples:
  lexgate evaluate request.json
  lexgate evaluate --explain --calendar cn request.json
  cat requests.jsonl | lexgate evaluate --lines - > answers.jsonl
  lexgate evaluate --bundle lexgate.bundle --key office.jwk --minimum-version 0.1.0 request.json";

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
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ModeName {
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
    let input = open(&args.file)?;
    if args.lines {
        return lines(&engine, calendar.as_ref(), BufReader::new(input), args, terminal);
    }
    let document = at_most(input, MAX_BYTES).map_err(Failure::unreadable(&args.file))?;
    let request = read(&engine, &document, calendar.as_ref());
    let response = engine.evaluate(&request);
    if args.explain {
        explanation::write(&engine, &request, &response, terminal)?;
    } else {
        writeln!(terminal.out, "{}", response.to_json())?;
        complain(&response, None, terminal);
    }
    warn_of_years(&response, calendar.as_ref(), terminal);
    Ok(exit(&response))
}

/// Reads a request, with the calendar put in where it states none. Errors are those of the document as it was sent.
fn read(engine: &Engine, document: &[u8], calendar: Option<&WorkingDays>) -> Request {
    let request = engine.read(document);
    let filled = calendar.filter(|_| request.errors().is_empty()).and_then(|c| c.fill(document));
    filled.map_or(request, |document| engine.read(&document))
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
        if !next_line(&mut input, &mut line).map_err(Failure::unreadable(&args.file))? {
            return Ok(worst);
        }
        number = number.saturating_add(1);
        if line.trim_ascii().is_empty() && line.len() <= MAX_BYTES {
            continue;
        }
        let request = read(engine, &line, calendar);
        let response = engine.evaluate(&request);
        writeln!(terminal.out, "{}", response.to_json())?;
        complain(&response, Some(number), terminal);
        warn_of_years(&response, calendar, terminal);
        worst = worst.max(exit(&response));
    }
}

/// Reads the next line without its end into `line`. Of a line that is too long only so much is kept that the engine
/// sees it is; the rest is skipped. False at the end of the input.
fn next_line(input: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<bool> {
    // Room for one byte too many and a carriage return.
    const KEPT: usize = MAX_BYTES + 2;
    line.clear();
    let mut begun = false;
    loop {
        let chunk = match input.fill_buf() {
            Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
            other => other?,
        };
        if chunk.is_empty() {
            break;
        }
        begun = true;
        let end = chunk.iter().position(|b| *b == b'\n');
        let part = end.and_then(|e| chunk.get(..e)).unwrap_or(chunk);
        line.extend(part.iter().take(KEPT.saturating_sub(line.len())));
        let used = end.map_or(chunk.len(), |e| e.saturating_add(1));
        input.consume(used);
        if end.is_some() {
            break;
        }
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    Ok(begun)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn all(input: &[u8]) -> Vec<Vec<u8>> {
        let mut input = BufReader::with_capacity(7, input);
        let (mut out, mut line) = (Vec::new(), Vec::new());
        while next_line(&mut input, &mut line).unwrap() {
            out.push(line.clone());
        }
        out
    }

    #[test]
    fn lines_end_with_either_end_or_the_input() {
        assert_eq!(all(b"a\nbc\r\n\n\xff"), [&b"a"[..], b"bc", b"", b"\xff"]);
        assert_eq!(all(b""), Vec::<Vec<u8>>::new());
        assert_eq!(all(b"abcdefghijkl\nm\n"), [&b"abcdefghijkl"[..], b"m"]);
    }

    #[test]
    fn a_line_is_kept_up_to_the_limit_and_the_next_one_is_whole() {
        let long = |n: usize, end: &str| [&vec![b' '; n][..], end.as_bytes(), b"next\n"].concat();
        for (n, end, kept) in [
            (MAX_BYTES, "\r\n", MAX_BYTES),
            (MAX_BYTES + 1, "\n", MAX_BYTES + 1),
            (MAX_BYTES + 1, "\r\n", MAX_BYTES + 1),
            (3 * MAX_BYTES, "\n", MAX_BYTES + 2),
        ] {
            let lines = all(&long(n, end));
            assert_eq!((lines[0].len(), lines[1].as_slice()), (kept, &b"next"[..]), "{n} {end:?}");
        }
    }
}
