//! Why a command could not be carried out, and how commands end.

use crate::terminal::{Block, say};
use lexgate::Lang;
use lexgate::bundle::BundleError;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use thiserror::Error;

/// How a command ends. The order matters: of many requests, the worst one decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    /// Done; for `evaluate`: permitted.
    Done,
    /// The files looked at have errors.
    Findings,
    /// Not permitted, whatever the reason.
    NotPermitted,
    /// The input could not be read.
    BadInput,
    /// Nobody reads the output any more. As if killed by SIGPIPE, and never the code for "permitted".
    BrokenPipe,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Findings => 1,
            Exit::BadInput => 2,
            Exit::NotPermitted => 3,
            Exit::BrokenPipe => 141,
        })
    }
}

/// Why a command could not be carried out.
#[derive(Debug, Error)]
pub(crate) enum Failure {
    /// A file or folder.
    #[error("`{}` cannot be read: {source}", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    /// A file.
    #[error("`{}` cannot be written: {source}", path.display())]
    Unwritable { path: PathBuf, source: io::Error },
    /// A bundle was refused.
    #[error("`{name}`: {source}")]
    Bundle { name: String, source: BundleError },
    /// A working-day calendar.
    #[error("`{name}` is no working-day calendar: {why}")]
    Calendar { name: String, why: String },
    /// A vector file.
    #[error("the vectors cannot be read: {0}")]
    Vectors(String),
    /// Errors in the sources; they have been printed.
    #[error("the policies in `{}` have errors", .0.display())]
    Policies(PathBuf),
    /// No such rule.
    #[error("there is no rule `{id}`")]
    UnknownRule { id: String, near: Vec<String> },
    /// Standard output.
    #[error("the output cannot be written: {0}")]
    Output(#[from] io::Error),
}

impl Failure {
    /// A file or folder that cannot be read.
    pub(crate) fn unreadable(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        |source| Self::Unreadable { path, source }
    }

    /// A file that cannot be written.
    pub(crate) fn unwritable(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        |source| Self::Unwritable { path, source }
    }

    /// Whether the reader of the output has gone, which is no failure anybody has to be told of.
    pub(crate) fn is_broken_pipe(&self) -> bool {
        matches!(self, Self::Output(e) if e.kind() == io::ErrorKind::BrokenPipe)
    }

    /// How the command ends.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Policies(_) => Exit::Findings,
            _ if self.is_broken_pipe() => Exit::BrokenPipe,
            _ => Exit::BadInput,
        }
    }

    /// What is said of it.
    pub(crate) fn block(&self, lang: Lang) -> Block {
        let message = match lang {
            Lang::En => self.to_string(),
            Lang::Zh => self.in_chinese(),
        };
        Block { warning: false, code: self.code(), place: None, message, help: self.help(lang) }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "file-unreadable",
            Self::Unwritable { .. } => "file-unwritable",
            Self::Bundle { source, .. } => source.code(),
            Self::Calendar { .. } => "calendar-malformed",
            Self::Vectors(_) => "vectors-malformed",
            Self::Policies(_) => "policies-invalid",
            Self::UnknownRule { .. } => "unknown-rule",
            Self::Output(_) => "output-unwritable",
        }
    }

    fn in_chinese(&self) -> String {
        match self {
            Self::Unreadable { path, source } => format!("无法读取 `{}`：{source}", path.display()),
            Self::Unwritable { path, source } => format!("无法写入 `{}`：{source}", path.display()),
            Self::Bundle { name, source } => format!("`{name}`：{}", refused(source)),
            Self::Calendar { name, why } => format!("`{name}` 不是工作日历：{why}"),
            Self::Vectors(why) => format!("无法读取测试向量：{why}"),
            Self::Policies(path) => format!("`{}` 中的策略有错误", path.display()),
            Self::UnknownRule { id, .. } => format!("没有规则 `{id}`"),
            Self::Output(source) => format!("无法写出结果：{source}"),
        }
    }

    fn help(&self, lang: Lang) -> Option<String> {
        let help = match self {
            Self::Unreadable { .. } => say(
                lang,
                "check the path; `-` reads standard input where a request is asked for",
                "请检查路径；需要请求文件之处可用 `-` 读取标准输入",
            ),
            Self::Unwritable { .. } | Self::Output(_) => return None,
            Self::Bundle { .. } => say(lang, "build one with `lexgate bundle build`", "请用 `lexgate bundle build` 构建策略包"),
            Self::Calendar { .. } => say(
                lang,
                "write `holidays = [\"2026-10-01\"]` and `workdays = [\"2026-10-10\"]` in TOML, or use `--calendar cn`",
                "请以 TOML 写明 `holidays = [\"2026-10-01\"]` 和 `workdays = [\"2026-10-10\"]`，或者使用 `--calendar cn`",
            ),
            Self::Vectors(_) => say(lang, "mend the file named", "请修改所指文件"),
            Self::Policies(_) => say(lang, "`lexgate check` lists them", "`lexgate check` 列出全部错误"),
            Self::UnknownRule { near, .. } if near.is_empty() => {
                say(lang, "`lexgate coverage --articles` lists the rules", "`lexgate coverage --articles` 列出全部规则")
            }
            Self::UnknownRule { near, .. } => {
                let near = near.join(say(lang, ", ", "、"));
                return Some(say(lang, format!("the nearest: {near}"), format!("相近的规则：{near}")));
            }
        };
        Some(help.to_owned())
    }
}

/// Why a bundle was refused, in Chinese.
fn refused(error: &BundleError) -> String {
    match error {
        BundleError::NotABundle => "不是 lexgate 策略包".to_owned(),
        BundleError::Format { found } => {
            format!("不支持策略包格式 {found}；本引擎读取格式 {}", lexgate::bundle::FORMAT)
        }
        BundleError::Digest => "策略包已损坏：内容与所载 SHA-256 不符".to_owned(),
        BundleError::Content => "策略包内容无法读取".to_owned(),
        BundleError::Inconsistent => "策略包内容前后不一致".to_owned(),
        other => other.to_string(),
    }
}
