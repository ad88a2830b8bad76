//! The `lexgate` command line. Start at [`Command`]: one module a subcommand.

mod bundle;
mod bundle_diff;
mod calendar;
mod check;
mod compare;
mod completions;
mod coverage;
mod diff;
mod evaluate;
mod explain;
mod explanation;
mod facts;
mod failure;
mod fmt;
mod keys;
mod load;
mod log;
mod replay;
mod serve;
mod signing;
mod store;
mod terminal;
mod test;
mod trust;
mod words;

use clap::{Parser, Subcommand};
use failure::{Exit, Failure};
use std::io::Write;
use std::process::ExitCode;
use terminal::{Language, Terminal};

/// Evaluate, explain and author data access law.
#[derive(Debug, Parser)]
#[command(name = "lexgate", version, after_help = EXAMPLES, max_term_width = 100)]
struct Cli {
    /// Language of the output; else LEXGATE_LANG, else the language of the system
    #[arg(long, global = true, value_enum, value_name = "LANG")]
    lang: Option<Language>,
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "Examples:
  lexgate evaluate request.json               exit 0 permitted, 3 not permitted, 2 bad input
  lexgate --lang zh evaluate --explain request.json
  lexgate explain gx-bigdata/42/1.3           what a rule says and where it is encoded
  lexgate serve --catalogue catalogue.json    answer over HTTP: AuthZEN 1.0
  lexgate check && lexgate test               for authors: validate the policies, run the vectors

Colours follow the terminal and NO_COLOR.";

/// What to do.
#[derive(Debug, Subcommand)]
enum Command {
    Evaluate(evaluate::Args),
    Serve(Box<serve::Args>),
    Replay(replay::Args),
    Explain(explain::Args),
    Compare(compare::Args),
    Facts(facts::Args),
    Check(check::Args),
    Test(test::Args),
    Diff(diff::Args),
    Coverage(coverage::Args),
    Fmt(fmt::Args),
    Bundle(bundle::Args),
    Completions(completions::Args),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let mut terminal = Terminal::new(cli.lang);
    let result = run(cli.command, &mut terminal).and_then(|exit| {
        terminal.out.flush()?;
        Ok(exit)
    });
    match result {
        Ok(exit) => exit.into(),
        Err(failure) => {
            // What was answered before the failure is still an answer.
            let _ = terminal.out.flush();
            if !failure.is_broken_pipe() {
                terminal.complain(&failure.block(terminal.lang));
            }
            failure.exit().into()
        }
    }
}

fn run(command: Command, terminal: &mut Terminal) -> Result<Exit, Failure> {
    match command {
        Command::Evaluate(args) => evaluate::run(&args, terminal),
        Command::Serve(args) => serve::run(&args, terminal),
        Command::Replay(args) => replay::run(&args, terminal),
        Command::Explain(args) => explain::run(&args, terminal),
        Command::Compare(args) => compare::run(&args, terminal),
        Command::Facts(args) => facts::run(&args, terminal),
        Command::Check(args) => check::run(&args, terminal),
        Command::Test(args) => test::run(&args, terminal),
        Command::Diff(args) => diff::run(&args, terminal),
        Command::Coverage(args) => coverage::run(&args, terminal),
        Command::Fmt(args) => fmt::run(&args, terminal),
        Command::Bundle(args) => bundle::run(&args, terminal),
        Command::Completions(args) => completions::run(&args, terminal),
    }
}
