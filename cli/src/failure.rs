//! Why a command could not be carried out, and how commands end.

use crate::terminal::{Block, say};
use lexgate::Lang;
use lexgate::author::policy_store::StoreError;
use lexgate::bundle::BundleError;
use lexgate::event::EventError;
use lexgate::mask::MaskError;
use lexgate::sign::SignError;
use lexgate::trust::TrustError;
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
    /// Not permitted, whatever the reason; for `replay`: an event is not what was decided.
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
    /// Whom to believe; with the key file, where it is about one.
    #[error("{}{source}", place(name.as_ref()))]
    Trust { name: Option<String>, source: TrustError },
    /// Nobody to believe.
    #[error("whether a bundle is to be trusted cannot be said without a key")]
    NoKey,
    /// A private key.
    #[error("`{name}`: {source}")]
    Sign { name: String, source: SignError },
    /// A private key that others can read.
    #[error("others can read or write the private key `{}`", .0.display())]
    KeyExposed(PathBuf),
    /// A file that is not to be overwritten, or a folder that is not empty.
    #[error("`{}` is there already", .0.display())]
    Exists(PathBuf),
    /// A Cedar policy store.
    #[error("`{name}`: {source}")]
    Store { name: String, source: StoreError },
    /// A bundle without sources.
    #[error("the bundle `{}` holds no sources", .0.display())]
    NoSources(PathBuf),
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
    /// Masking rules or the key for masking.
    #[error("`{}`: {source}", path.display())]
    Masking { path: PathBuf, source: MaskError },
    /// A decision that could not be logged, and so was not answered.
    #[error("the decision cannot be logged: {0}")]
    Event(EventError),
    /// A log that was to be chained.
    #[error("the last line of `{}` is no event of a chain", .0.display())]
    LogUnchained(PathBuf),
    /// A log that another process writes.
    #[error("`{}` is being written by another process", .0.display())]
    LogInUse(PathBuf),
    /// A key for signing or checking events.
    #[error("`{}` is no Ed25519 key in PEM", .0.display())]
    Key(PathBuf),
    /// A log to replay.
    #[error("there is no event in `{}`", .0.display())]
    NoEvents(PathBuf),
    /// A file that a service works from.
    #[error("`{}`: {}", .0.path.display(), .0.message.en)]
    Service(lexgate_serve::Refused),
    /// A setting of a service.
    #[error("`{name}` {why}")]
    Setting { name: &'static str, why: &'static str, why_zh: &'static str },
    /// The socket of a service.
    #[error("`{address}` cannot be listened on: {source}")]
    Socket { address: String, source: io::Error },
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
            Self::Trust { source, .. } | Self::Sign { source: SignError::Key(source), .. } => source.code(),
            Self::Sign { source: SignError::Bundle(source), .. } => source.code(),
            Self::Sign { .. } => "private-key-malformed",
            Self::NoKey => "no-public-key",
            Self::KeyExposed(_) => "private-key-exposed",
            Self::Exists(_) => "file-exists",
            Self::Store { .. } => "policy-store-refused",
            Self::NoSources(_) => "bundle-without-sources",
            Self::Calendar { .. } => "calendar-malformed",
            Self::Vectors(_) => "vectors-malformed",
            Self::Policies(_) => "policies-invalid",
            Self::UnknownRule { .. } => "unknown-rule",
            Self::Masking { source, .. } => source.code(),
            Self::Event(source) => source.code(),
            Self::LogUnchained(_) => "log-unchained",
            Self::LogInUse(_) => "log-in-use",
            Self::Key(_) => "key-malformed",
            Self::NoEvents(_) => "no-events",
            Self::Service(refused) => refused.code,
            Self::Setting { .. } => "setting-malformed",
            Self::Socket { .. } => "socket-refused",
            Self::Output(_) => "output-unwritable",
        }
    }

    fn in_chinese(&self) -> String {
        match self {
            Self::Unreadable { path, source } => format!("无法读取 `{}`：{source}", path.display()),
            Self::Unwritable { path, source } => format!("无法写入 `{}`：{source}", path.display()),
            Self::Bundle { name, source } | Self::Sign { name, source: SignError::Bundle(source) } => {
                format!("`{name}`：{}", source.message().zh)
            }
            Self::Trust { name, source } => {
                format!("{}{}", name.as_ref().map(|n| format!("`{n}`：")).unwrap_or_default(), source.message().zh)
            }
            Self::Sign { name, source: SignError::Key(source) } => format!("`{name}`：{}", source.message().zh),
            Self::Sign { name, .. } => format!("`{name}`：不是 PKCS#8 PEM 格式的 Ed25519 或者 SM2 私钥"),
            Self::NoKey => "没有密钥，无法判断策略包是否可信".to_owned(),
            Self::KeyExposed(path) => format!("其他用户可以读写私钥 `{}`", path.display()),
            Self::Exists(path) => format!("`{}` 已存在", path.display()),
            Self::Store { name, source } => format!("`{name}`：{}", store_refused(source)),
            Self::NoSources(path) => format!("策略包 `{}` 未附带源文件", path.display()),
            Self::Calendar { name, why } => format!("`{name}` 不是工作日历：{why}"),
            Self::Vectors(why) => format!("无法读取测试向量：{why}"),
            Self::Policies(path) => format!("`{}` 中的策略有错误", path.display()),
            Self::UnknownRule { id, .. } => format!("没有规则 `{id}`"),
            Self::Masking { path, source } => format!("`{}`：{}", path.display(), masking_refused(source)),
            Self::Event(source) => format!("无法记录该决定：{source}"),
            Self::LogUnchained(path) => format!("`{}` 的最后一行不是链上的事件", path.display()),
            Self::LogInUse(path) => format!("`{}` 正由另一进程写入", path.display()),
            Self::Key(path) => format!("`{}` 不是 PEM 格式的 Ed25519 密钥", path.display()),
            Self::NoEvents(path) => format!("`{}` 中没有事件", path.display()),
            Self::Service(refused) => format!("`{}`：{}", refused.path.display(), refused.message.zh),
            Self::Setting { name, why_zh, .. } => format!("`{name}` {why_zh}"),
            Self::Socket { address, source } => format!("无法在 `{address}` 监听：{source}"),
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
            Self::Unwritable { .. } | Self::Output(_) | Self::Event(_) => return None,
            Self::Service(refused) => return Some(refused.help.get(lang).to_owned()),
            Self::Setting { .. } => say(lang, "`lexgate serve --help` says what is asked for", "写法见 `lexgate serve --help`"),
            Self::Socket { .. } => say(lang, "choose another address or port with `--listen`", "请用 `--listen` 指定其他地址或者端口"),
            Self::Bundle { source, .. } | Self::Sign { source: SignError::Bundle(source), .. } => {
                return Some(source.help().get(lang).to_owned());
            }
            Self::Trust { source, .. } | Self::Sign { source: SignError::Key(source), .. } => {
                return Some(source.help().get(lang).to_owned());
            }
            Self::Sign { .. } => say(lang, "make one with `lexgate bundle keygen`", "请用 `lexgate bundle keygen` 生成密钥"),
            Self::KeyExposed(path) => {
                let path = path.display();
                return Some(say(
                    lang,
                    format!("`chmod 600 {path}`; if others may have read it, make a new key with `lexgate bundle keygen`"),
                    format!("`chmod 600 {path}`；如可能已被他人读取，请用 `lexgate bundle keygen` 生成新密钥"),
                ));
            }
            Self::NoKey => say(lang, "name the public keys with `--key FILE`", "请用 `--key FILE` 指定公钥"),
            Self::Exists(_) => {
                say(lang, "nothing is overwritten: name another path, or move it away", "不会覆盖任何内容：请指定其他路径，或者先将其移走")
            }
            Self::Store { .. } => say(
                lang,
                "read a store that `lexgate bundle export` wrote; docs/bundle.md says what it holds",
                "请读取 `lexgate bundle export` 写出的策略库；其内容见 docs/bundle.md",
            ),
            Self::NoSources(_) => say(lang, "build it with `lexgate bundle build --sources`", "请用 `lexgate bundle build --sources` 构建"),
            Self::Masking { source: MaskError::KeyTooShort, .. } => {
                say(lang, "for example: `head -c 32 /dev/urandom > FILE`", "例如：`head -c 32 /dev/urandom > FILE`")
            }
            Self::Masking { .. } => say(
                lang,
                "write {\"keep\": [...], \"mask\": [...], \"remove\": [...]} with pointers such as \"/input/resource/id\"",
                "请写 {\"keep\": [...], \"mask\": [...], \"remove\": [...]}，其中指针形如 \"/input/resource/id\"",
            ),
            Self::LogUnchained(_) => {
                say(lang, "a chain begins in a new file: move this one away, and keep it", "链须从新文件开始：请移走该文件并妥善保存")
            }
            Self::LogInUse(_) => say(lang, "give each process a log of its own", "请为每个进程指定各自的日志"),
            Self::Key(_) => say(
                lang,
                "a private key is PKCS#8 (BEGIN PRIVATE KEY), a public one SPKI (BEGIN PUBLIC KEY)",
                "私钥应为 PKCS#8（BEGIN PRIVATE KEY），公钥应为 SPKI（BEGIN PUBLIC KEY）",
            ),
            Self::NoEvents(_) => {
                say(lang, "give the files in the order they were written, or their folder", "请按写入次序给出文件，或者给出其所在文件夹")
            }
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

/// Why a masking was refused, in Chinese.
fn masking_refused(error: &MaskError) -> String {
    match error {
        MaskError::KeyTooShort => format!("遮蔽密钥不足 {} 字节", lexgate::mask::MIN_KEY_BYTES),
        MaskError::Malformed(why) => format!("无法读取遮蔽规则：{why}"),
        MaskError::Pointer(pointer) => format!("遮蔽规则不能使用指针“{pointer}”"),
        MaskError::Twice(pointer) => format!("“{pointer}”出现在两项遮蔽规则中"),
        other => other.to_string(),
    }
}

/// A policy store that cannot be read, in Chinese.
fn store_refused(error: &StoreError) -> String {
    match error {
        StoreError::Missing(path) => format!("缺少 `{path}`"),
        StoreError::OutOfPlace(path) => format!("`{path}` 不应存在于此处可读取的策略库中"),
        StoreError::Damaged(path) => format!("`{path}` 已损坏，或者与 manifest.json 不符"),
        StoreError::UnknownText(code) => format!("没有文本 `{code}`"),
        other => other.to_string(),
    }
}

fn place(name: Option<&String>) -> String {
    name.map(|n| format!("`{n}`: ")).unwrap_or_default()
}
