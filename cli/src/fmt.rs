//! `lexgate fmt`: all policy files look the same.

use crate::failure::{Exit, Failure};
use crate::terminal::{Block, Terminal, say};
use lexgate::author::format_policies;
use std::io::Write;
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "Exit codes: 0 formatted, 1 --check found files that differ, 2 a file cannot be read or parsed.

Examples:
  lexgate fmt
  lexgate fmt --check
  lexgate fmt policies/gx-bigdata/article-042.cedar";

/// Format policy files in place
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Policy files; all of policies/*/*.cedar when none is named
    files: Vec<PathBuf>,
    /// Change nothing; list the files that are not formatted
    #[arg(long)]
    check: bool,
}

/// Formats, or checks.
pub(crate) fn run(args: &Args, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let files = if args.files.is_empty() { all(Path::new("policies"))? } else { args.files.clone() };
    let mut worst = Exit::Done;
    for path in &files {
        let text = std::fs::read_to_string(path).map_err(Failure::unreadable(path))?;
        let formatted = match formatted(&text) {
            Ok(formatted) => formatted,
            Err(why) => {
                terminal.complain(&unformattable(path, why, terminal));
                worst = worst.max(Exit::BadInput);
                continue;
            }
        };
        if formatted == text {
            continue;
        }
        writeln!(terminal.out, "{}", path.display())?;
        if args.check {
            worst = worst.max(Exit::Findings);
        } else {
            std::fs::write(path, formatted).map_err(Failure::unwritable(path))?;
        }
    }
    Ok(worst)
}

/// The files `policies/*/*.cedar`, sorted.
fn all(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let entries = |folder: &Path| -> Result<Vec<PathBuf>, Failure> {
        let entries = std::fs::read_dir(folder).map_err(Failure::unreadable(folder))?;
        entries.map(|e| e.map(|e| e.path()).map_err(Failure::unreadable(folder))).collect()
    };
    let mut files = Vec::new();
    for folder in entries(folder)?.into_iter().filter(|p| p.is_dir()) {
        files.extend(entries(&folder)?.into_iter().filter(|p| p.extension().is_some_and(|e| e == "cedar")));
    }
    files.sort();
    Ok(files)
}

/// Why a file was left as it is.
enum Refusal {
    Syntax(String),
    CommentsLost,
}

/// The text as it should be. Comments carry the paraphrase of the law: a result that lost one is refused.
fn formatted(text: &str) -> Result<String, Refusal> {
    let formatted = format_policies(text).map_err(|e| {
        let chain: Vec<String> = e.chain().map(ToString::to_string).collect();
        Refusal::Syntax(chain.join(": "))
    })?;
    if comments(text) == comments(&formatted) { Ok(formatted) } else { Err(Refusal::CommentsLost) }
}

/// The comments of a policy file, in order.
fn comments(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    for line in text.lines() {
        let (mut quoted, mut previous) = (false, ' ');
        for (at, c) in line.char_indices() {
            match c {
                '"' if previous != '\\' => quoted = !quoted,
                '/' if previous == '/' && !quoted => {
                    out.extend(line.get(at.saturating_add(1)..).map(|rest| rest.trim().to_owned()));
                    break;
                }
                _ => {}
            }
            previous = if c == '\\' && previous == '\\' { ' ' } else { c };
        }
    }
    out
}

fn unformattable(path: &Path, why: Refusal, terminal: &Terminal) -> Block {
    let (code, message, help) = match why {
        Refusal::Syntax(message) => {
            ("policy-syntax", message, say(terminal.lang, "`lexgate check` shows where", "`lexgate check` 指出位置"))
        }
        Refusal::CommentsLost => (
            "comments-lost",
            say(terminal.lang, "the formatter would drop a comment; the file is left as it is", "格式化会丢失注释；文件保持原样")
                .to_owned(),
            say(terminal.lang, "put the comment on a line of its own before a policy", "请将注释单独成行，置于策略之前"),
        ),
    };
    Block { warning: false, code, place: Some(path.display().to_string()), message, help: Some(help.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_told_from_strings() {
        let text = "// one\n@zh(\"见 https://example.invalid/\\\"//\") // two\npermit(principal, action, resource); //three\n";
        assert_eq!(comments(text), ["one", "two", "three"]);
    }

    #[test]
    fn formatting_keeps_comments_and_settles_at_once() {
        let text = "// Article 1\n//\n// Says this.\n\n@id(\"a\")\n// why\npermit(principal,action,resource) // tail\nwhen { // inner\n true };\n// after\n\n// Article 2 is no decision rule.\n";
        let Ok(once) = formatted(text) else { panic!("refused") };
        assert_ne!(once, text);
        let Ok(twice) = formatted(&once) else { panic!("refused") };
        assert_eq!(once, twice);
    }

    #[test]
    fn an_article_without_policies_keeps_its_words() {
        let text = "// Article 3: only a definition.\n";
        let Ok(out) = formatted(text) else { panic!("refused") };
        assert_eq!(comments(&out), comments(text));
    }

    #[test]
    fn what_is_no_policy_is_refused() {
        assert!(matches!(formatted("permit(principal"), Err(Refusal::Syntax(_))));
    }
}
