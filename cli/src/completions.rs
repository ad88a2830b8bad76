//! `lexgate completions`: shell completion scripts.

use crate::Cli;
use crate::failure::{Exit, Failure};
use crate::terminal::Terminal;
use clap::CommandFactory;
use clap_complete::Shell;
use std::io::Write;

const EXAMPLES: &str = "Examples:
  lexgate completions bash > /etc/bash_completion.d/lexgate
  lexgate completions zsh > ~/.zfunc/_lexgate
  lexgate completions fish > ~/.config/fish/completions/lexgate.fish";

/// Print a completion script for a shell
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

/// Prints the script.
pub(crate) fn run(args: &Args, terminal: &mut Terminal) -> Result<Exit, Failure> {
    // Into memory first: the generator panics when its writer fails, and a closed pipe is no reason to panic.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "lexgate", &mut script);
    terminal.out.write_all(&script)?;
    Ok(Exit::Done)
}
