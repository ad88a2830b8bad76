//! The person at the other end: language, colours, line width, and the shape of what is printed.

use clap::ValueEnum;
use lexgate::Lang;
use lexgate::author::{Finding, Sources};
use miette::{GraphicalReportHandler, GraphicalTheme, Severity};
use std::fmt::Write as _;
use std::io::{self, BufWriter, IsTerminal, StdoutLock, Write};

/// Lines are never longer than this: long lines are hard to read.
const MAX_WIDTH: usize = 100;

/// A language on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Language {
    /// Simplified Chinese
    Zh,
    /// English
    En,
}

/// The English or the Chinese of a pair.
pub(crate) fn say<T>(lang: Lang, en: T, zh: T) -> T {
    match lang {
        Lang::En => en,
        Lang::Zh => zh,
    }
}

/// How a piece of text looks. Colours never carry meaning alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    Plain,
    Bold,
    Dim,
    Red,
    Green,
    Yellow,
    Cyan,
}

impl Style {
    fn code(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Bold => "1",
            Self::Dim => "2",
            Self::Red => "1;31",
            Self::Green => "1;32",
            Self::Yellow => "1;33",
            Self::Cyan => "36",
        }
    }

    /// The text in this style, or as it is when colours are off.
    fn paint(self, text: &str, colour: bool) -> String {
        if colour && self != Self::Plain { format!("\x1b[{}m{text}\x1b[0m", self.code()) } else { text.to_owned() }
    }
}

/// A cell of a table: its lines.
pub(crate) type Cell = Vec<(Style, String)>;

/// Something that is wrong, for people: code, place, message, help.
#[derive(Debug, Clone)]
pub(crate) struct Block {
    pub(crate) warning: bool,
    pub(crate) code: &'static str,
    pub(crate) place: Option<String>,
    pub(crate) message: String,
    pub(crate) help: Option<String>,
}

/// Standard output and what is known about who reads it.
pub(crate) struct Terminal {
    pub(crate) lang: Lang,
    pub(crate) out: BufWriter<StdoutLock<'static>>,
    width: usize,
    out_is_terminal: bool,
    err_is_terminal: bool,
    colours: bool,
}

impl Terminal {
    /// Looks at the streams and the environment once.
    pub(crate) fn new(asked: Option<Language>) -> Self {
        let lang = match asked {
            Some(Language::Zh) => Lang::Zh,
            Some(Language::En) => Lang::En,
            None => lang_of(std::env::var("LEXGATE_LANG").ok().as_deref(), sys_locale::get_locale().as_deref()),
        };
        let set = |name: &str| std::env::var_os(name).is_some_and(|v| !v.is_empty());
        let columns = terminal_size::terminal_size().map_or(MAX_WIDTH, |(columns, _)| usize::from(columns.0));
        Self {
            lang,
            out: BufWriter::new(io::stdout().lock()),
            width: columns.clamp(40, MAX_WIDTH),
            out_is_terminal: io::stdout().is_terminal(),
            err_is_terminal: io::stderr().is_terminal(),
            colours: !set("NO_COLOR") && std::env::var_os("TERM").is_none_or(|t| t != "dumb"),
        }
    }

    /// Whether somebody watches standard error, so that a progress bar makes sense.
    pub(crate) fn is_watched(&self) -> bool {
        self.err_is_terminal
    }

    /// A text in a style, for a line that is composed of several.
    pub(crate) fn paint(&self, style: Style, text: &str) -> String {
        style.paint(text, self.out_is_terminal && self.colours)
    }

    /// Prints a paragraph with a hanging indent as wide as its prefix.
    pub(crate) fn paragraph(&mut self, prefix: &str, style: Style, text: &str) -> io::Result<()> {
        let indent = width(prefix);
        let mut lead = prefix.to_owned();
        for line in wrap(text, self.width.saturating_sub(indent)) {
            let painted = self.paint(style, &line);
            writeln!(self.out, "{lead}{painted}")?;
            lead = " ".repeat(indent);
        }
        Ok(())
    }

    /// Prints a section's name after an empty line.
    pub(crate) fn heading(&mut self, text: &str) -> io::Result<()> {
        let painted = self.paint(Style::Bold, text);
        writeln!(self.out, "\n{painted}")
    }

    /// Prints rows under their heading in aligned columns: the first to the left, numbers to the right.
    pub(crate) fn table(&mut self, head: &[&str], rows: &[Vec<String>]) -> io::Result<()> {
        let columns: Vec<usize> = head
            .iter()
            .enumerate()
            .map(|(i, h)| rows.iter().filter_map(|r| r.get(i)).map(|cell| width(cell)).fold(width(h), usize::max))
            .collect();
        let line = |cells: &mut dyn Iterator<Item = &str>| {
            let padded: Vec<String> = cells
                .zip(&columns)
                .enumerate()
                .map(|(i, (cell, columns))| {
                    let gap = " ".repeat(columns.saturating_sub(width(cell)));
                    if i == 0 { format!("{cell}{gap}") } else { format!("{gap}{cell}") }
                })
                .collect();
            padded.join("  ").trim_end().to_owned()
        };
        let titles = self.paint(Style::Bold, &line(&mut head.iter().copied()));
        writeln!(self.out, "{titles}")?;
        for row in rows {
            writeln!(self.out, "{}", line(&mut row.iter().map(String::as_str)))?;
        }
        Ok(())
    }

    /// Prints rows of cells of several lines, in columns that together fit the line. Names break after their punctuation.
    pub(crate) fn grid(&mut self, head: &[&str], rows: &[Vec<Cell>]) -> io::Result<()> {
        const GAP: usize = 2;
        let natural = |i: usize, h: &str| {
            let cells = rows.iter().filter_map(|r| r.get(i)).flatten();
            cells.map(|(_, text)| width(text)).fold(width(h), usize::max)
        };
        let mut columns: Vec<usize> = head.iter().enumerate().map(|(i, h)| natural(i, h)).collect();
        fit(&mut columns, self.width.saturating_sub(GAP.saturating_mul(head.len().saturating_sub(1))));
        let titles: Vec<Cell> = head.iter().map(|h| vec![(Style::Bold, (*h).to_owned())]).collect();
        for row in std::iter::once(&titles).chain(rows) {
            let cells: Vec<Cell> = row.iter().zip(&columns).map(|(cell, limit)| wrap_cell(cell, *limit)).collect();
            for n in 0..cells.iter().map(Vec::len).max().unwrap_or_default() {
                let mut line = String::new();
                let mut gap = 0usize;
                for (cell, columns) in cells.iter().zip(&columns) {
                    let (style, text) = cell.get(n).map_or((Style::Plain, ""), |(s, t)| (*s, t.as_str()));
                    if !text.is_empty() {
                        line.push_str(&" ".repeat(gap));
                        line.push_str(&self.paint(style, text));
                        gap = 0;
                    }
                    gap = gap.saturating_add(columns.saturating_add(GAP).saturating_sub(width(text)));
                }
                writeln!(self.out, "{line}")?;
            }
        }
        Ok(())
    }

    /// Prints what is wrong to standard output, as part of an answer.
    pub(crate) fn report(&mut self, block: &Block) -> io::Result<()> {
        let text = self.written(block, self.out_is_terminal && self.colours);
        self.out.write_all(text.as_bytes())
    }

    /// Prints what is wrong to standard error. Nobody can be told when that fails.
    pub(crate) fn complain(&self, block: &Block) {
        let text = self.written(block, self.err_is_terminal && self.colours);
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }

    /// Prints a finding about a source file to standard output: with the source on a terminal, else in plain lines.
    pub(crate) fn finding(&mut self, finding: &Finding, sources: &Sources) -> io::Result<()> {
        let text = self.finding_written(finding, sources, self.out_is_terminal);
        self.out.write_all(text.as_bytes())
    }

    /// As [`Terminal::finding`], to standard error.
    pub(crate) fn complain_of(&self, finding: &Finding, sources: &Sources) {
        let _ = io::stderr().lock().write_all(self.finding_written(finding, sources, self.err_is_terminal).as_bytes());
    }

    fn finding_written(&self, finding: &Finding, sources: &Sources, is_terminal: bool) -> String {
        if is_terminal {
            let theme = if self.colours { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
            let mut text = String::new();
            let handler = GraphicalReportHandler::new_themed(theme).with_width(self.width).with_links(false);
            if handler.render_report(&mut text, finding).is_ok() {
                return text;
            }
        }
        let position = finding.span.zip(sources.get(&finding.file)).and_then(|((offset, _), text)| position(text, offset));
        let place = match position {
            Some((line, column)) => format!("{}:{line}:{column}", finding.file),
            None => finding.file.clone(),
        };
        let block = Block {
            warning: finding.severity != Severity::Error,
            code: finding.code,
            place: Some(place),
            message: finding.message.clone(),
            help: finding.help.clone(),
        };
        self.written(&block, false)
    }

    fn written(&self, block: &Block, colour: bool) -> String {
        let (style, word) = if block.warning {
            (Style::Yellow, say(self.lang, "warning", "警告"))
        } else {
            (Style::Red, say(self.lang, "error", "错误"))
        };
        let mut text = style.paint(&format!("{word}[{}]", block.code), colour);
        if let Some(place) = &block.place {
            let _ = write!(text, " {place}");
        }
        text.push('\n');
        let mut indented = |prefix: &str, body: &str| {
            let mut lead = prefix.to_owned();
            for line in wrap(body, self.width.saturating_sub(width(prefix))) {
                let _ = writeln!(text, "{lead}{line}");
                lead = " ".repeat(width(prefix));
            }
        };
        indented("  ", &block.message);
        if let Some(help) = &block.help {
            indented(say(self.lang, "  help: ", "  帮助："), help);
        }
        text
    }
}

/// The language of the environment: `LEXGATE_LANG` where it names one, else that of the system, else English.
fn lang_of(variable: Option<&str>, locale: Option<&str>) -> Lang {
    let named = |text: &str| {
        let text = text.to_ascii_lowercase();
        if text.starts_with("zh") {
            Some(Lang::Zh)
        } else if text.starts_with("en") {
            Some(Lang::En)
        } else {
            None
        }
    };
    variable.and_then(named).or_else(|| locale.and_then(named)).unwrap_or_default()
}

/// Line and column, counted from 1, of a byte offset.
fn position(text: &str, offset: usize) -> Option<(usize, usize)> {
    let before = text.get(..offset)?;
    let line = before.matches('\n').count().saturating_add(1);
    let column = before.chars().rev().take_while(|c| *c != '\n').count().saturating_add(1);
    Some((line, column))
}

/// Columns a text takes: Chinese characters and punctuation take two.
pub(crate) fn width(text: &str) -> usize {
    text.chars().map(columns).fold(0, usize::saturating_add)
}

fn columns(c: char) -> usize {
    if is_wide(c) { 2 } else { 1 }
}

fn is_wide(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe4f}' | '\u{ff00}'..='\u{ff60}' | '\u{ffe0}'..='\u{ffe6}')
}

/// Breaks a text into lines: at spaces, and between Chinese characters, but never before closing punctuation nor after
/// opening punctuation. A word longer than a line stands alone.
fn wrap(text: &str, limit: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let mut line = String::new();
        for piece in pieces(paragraph) {
            if !line.is_empty() && width(&line).saturating_add(width(piece.trim_end())) > limit {
                lines.push(std::mem::take(&mut line).trim_end().to_owned());
            }
            line.push_str(if line.is_empty() { piece.trim_start() } else { piece });
        }
        lines.push(line.trim_end().to_owned());
    }
    lines
}

/// Makes the widest columns narrower until all of them fit.
fn fit(columns: &mut [usize], limit: usize) {
    const NARROWEST: usize = 6;
    while columns.iter().copied().fold(0, usize::saturating_add) > limit {
        let Some(widest) = columns.iter_mut().max().filter(|w| **w > NARROWEST) else { break };
        *widest = widest.saturating_sub(1);
    }
}

/// The lines of a cell in a column. What a name goes on with stands a little to the right.
fn wrap_cell(cell: &Cell, limit: usize) -> Cell {
    let mut lines = Cell::new();
    for (style, text) in cell {
        let mut line = String::new();
        for piece in pieces(text).into_iter().flat_map(|p| p.split_inclusive(['.', '_', '-', '/', '#'])) {
            if !line.trim().is_empty() && width(&line).saturating_add(width(piece.trim_end())) > limit {
                lines.push((*style, std::mem::replace(&mut line, "  ".to_owned()).trim_end().to_owned()));
            }
            line.push_str(piece);
        }
        lines.push((*style, line.trim_end().to_owned()));
    }
    lines
}

/// The parts between which a line may break.
fn pieces(text: &str) -> Vec<&str> {
    const CLOSING: &str = "，。、；：！？）》〉」』】”’…";
    const OPENING: &str = "（《〈「『【“‘";
    let mut out = Vec::new();
    let mut start = 0usize;
    let mut previous: Option<char> = None;
    for (at, c) in text.char_indices() {
        let may_break = previous.is_some_and(|p| {
            (p == ' ' && c != ' ') || ((is_wide(p) || is_wide(c)) && p != ' ' && c != ' ' && !CLOSING.contains(c) && !OPENING.contains(p))
        });
        if may_break {
            out.extend(text.get(start..at));
            start = at;
        }
        previous = Some(c);
    }
    out.extend(text.get(start..));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn english_breaks_at_spaces() {
        assert_eq!(wrap("one two three", 8), ["one two", "three"]);
        assert_eq!(wrap("extraordinary", 5), ["extraordinary"]);
        assert_eq!(wrap("", 5), [""]);
        assert_eq!(wrap("a\nb", 5), ["a", "b"]);
    }

    #[test]
    fn chinese_breaks_between_characters_but_not_before_a_comma() {
        assert_eq!(wrap("公共数据，依法共享。", 8), ["公共数", "据，依法", "共享。"]);
        assert_eq!(wrap("见《办法》", 4), ["见", "《办", "法》"]);
    }

    #[test]
    fn a_cell_breaks_names_after_their_punctuation() {
        let cell = |lines: &[&str]| lines.iter().map(|l| (Style::Plain, (*l).to_owned())).collect::<Cell>();
        assert_eq!(wrap_cell(&cell(&["grant.opening_agreement", "x"]), 16), cell(&["grant.opening_", "  agreement", "x"]));
        assert_eq!(wrap_cell(&cell(&["不予共享的数据"]), 8), cell(&["不予共享", "  的数据"]));
    }

    #[test]
    fn the_widest_columns_give_way() {
        let mut columns = [10, 30, 20];
        fit(&mut columns, 40);
        assert_eq!(columns, [10, 15, 15]);
    }

    #[test]
    fn chinese_takes_two_columns() {
        assert_eq!(width("数据 ab"), 7);
    }

    #[test]
    fn the_language_falls_back_step_by_step() {
        assert_eq!(lang_of(Some("en"), Some("zh-CN")), Lang::En);
        assert_eq!(lang_of(Some("fr"), Some("zh_CN.UTF-8")), Lang::Zh);
        assert_eq!(lang_of(None, Some("C")), Lang::En);
        assert_eq!(lang_of(None, None), Lang::En);
    }

    #[test]
    fn positions_count_characters() {
        assert_eq!(position("a\n数据x", 8), Some((2, 3)));
        assert_eq!(position("a", 9), None);
    }
}
