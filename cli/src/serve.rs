//! `lexgate serve`: answer over HTTP.

use crate::calendar::WorkingDays;
use crate::evaluate::ModeName;
use crate::failure::{Exit, Failure};
use crate::load::{BundleChoice, at_most, open};
use crate::log::{Log, LogArgs};
use crate::terminal::{Terminal, say};
use crate::trust::TrustArgs;
use lexgate::request::{Mode, Options, Strictness};
use lexgate::{Engine, Lang, Response};
use lexgate_serve::{Files, GatewayFiles, Limits, NotWritten, Reading, Refused, Service, Settings, Sink, Told, TrustNow};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, Write};
use std::net::{SocketAddr, TcpListener};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

const EXAMPLES: &str =
    "Files are looked at again on SIGHUP and when they change; one that is refused leaves the old ones in force. SIGTERM ends the
service once the requests that came in are answered. There is no TLS: put a proxy in front.

Examples:
  lexgate serve                                          AuthZEN 1.0 on http://127.0.0.1:8181
  lexgate serve --catalogue catalogue.json --log decisions.jsonl --log-chain
  lexgate serve --bundle lexgate.bundle --key office.jwk --bearer keys.txt --public-url https://pdp.example.cn
  lexgate serve --catalogue catalogue.json --gateway gateway.yaml --status status.json --grant-keys jwks.json
  curl -H 'Content-Type: application/json' -d @request.json http://127.0.0.1:8181/access/v1/evaluation";

/// The largest file of keys.
const MAX_KEYS: usize = 1024 * 1024;
/// The least length of a key, in bytes.
const MIN_KEY: usize = 16;

/// Answer over HTTP: OpenID AuthZEN 1.0, and checks for proxies
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8181")]
    listen: SocketAddr,
    /// The URL under which callers reach the service, for its metadata; else that of the socket
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// Facts of datasets and subjects by id (JSON): added to requests that do not state them, and searched
    #[arg(long, value_name = "FILE")]
    catalogue: Option<PathBuf>,
    /// Routes and limits of the checks for proxies under /gateway (YAML or JSON)
    #[arg(long, value_name = "FILE", requires_all = ["catalogue", "status", "grant_keys"])]
    gateway: Option<PathBuf>,
    /// Suspended and terminated subjects and grants
    #[arg(long, value_name = "FILE", requires = "gateway")]
    status: Option<PathBuf>,
    /// The keys of grant tokens: a JWK set
    #[arg(long, value_name = "FILE", requires = "gateway")]
    grant_keys: Option<PathBuf>,
    /// Keys that callers have to show as bearer tokens, one a line
    #[arg(long, value_name = "FILE")]
    bearer: Option<PathBuf>,
    /// Look for changed files this often; 0: only on SIGHUP
    #[arg(long, value_name = "SECONDS", default_value_t = 2)]
    poll: u64,
    /// Decide in this mode, whatever the request says
    #[arg(long, value_enum)]
    mode: Option<ModeName>,
    /// Take an unknown fact name as a warning, not as an error
    #[arg(long)]
    lenient: bool,
    /// For callers that know nothing of lexgate's facts: properties of the action are facts of the request, members of the
    /// context that are no objects are left out, unknown facts are warnings
    #[arg(long)]
    plain: bool,
    /// A word callers use for the resource type Dataset; may be given more than once
    #[arg(long, value_name = "TYPE")]
    resource_type: Vec<String>,
    /// Working days for requests that state no calendar: a TOML file with `holidays` and `workdays`, or `cn`
    #[arg(long, value_name = "FILE|cn")]
    calendar: Option<PathBuf>,
    #[command(flatten)]
    limits: LimitArgs,
    #[command(flatten)]
    bundle: BundleChoice,
    #[command(flatten)]
    trust: TrustArgs,
    #[command(flatten)]
    log: LogArgs,
}

/// How large, how long, how many.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Limits")]
struct LimitArgs {
    /// The largest body of a request
    #[arg(long, value_name = "BYTES", default_value_t = 1_048_576)]
    max_body: usize,
    /// The time for the head of a request, and again for the rest
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=3600))]
    timeout: u64,
    /// Requests answered at once; more are refused with 503
    #[arg(long, value_name = "COUNT", default_value_t = 512, value_parser = at_least_one)]
    max_requests: usize,
    /// Open connections; more wait
    #[arg(long, value_name = "COUNT", default_value_t = 4096, value_parser = at_least_one)]
    max_connections: usize,
    /// Evaluations in one batch
    #[arg(long, value_name = "COUNT", default_value_t = 1000, value_parser = at_least_one)]
    max_evaluations: usize,
    /// Results on one page of a search
    #[arg(long, value_name = "COUNT", default_value_t = 100, value_parser = at_least_one)]
    max_page: usize,
    /// The time that requests have to end after SIGTERM
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    drain: u64,
}

fn at_least_one(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|n| (1..=1_000_000).contains(n)).ok_or_else(|| "write a number from 1 to 1000000".to_owned())
}

/// Answers until it is told to end.
pub(crate) fn run(args: &Args, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let lang = terminal.lang;
    let lenient = args.lenient || args.plain;
    let strictness = if lenient { Strictness::Lenient } else { Strictness::Strict };
    let options = Options { strictness, mode: args.mode.map(Mode::from) };
    let working_days = args.calendar.as_deref().map(WorkingDays::load).transpose()?.map(|c| c.to_json());
    let sink = args.log.open()?.map(|log| LogSink::new(log, args.log.to_output(), lang)).transpose()?;
    let bearers = args.bearer.as_deref().map(keys).transpose()?.unwrap_or_default();
    let refused = |source| Failure::Socket { address: args.listen.to_string(), source };
    let listener = TcpListener::bind(args.listen).map_err(refused)?;
    let address = listener.local_addr().map_err(refused)?;
    let public_url = match &args.public_url {
        Some(url) => public_url(url)?,
        None => format!("http://{address}"),
    };
    let settings = Settings {
        public_url,
        bearers,
        reading: Reading { resource_types: args.resource_type.clone(), plain: args.plain, working_days },
        limits: Limits {
            body: args.limits.max_body,
            time: Duration::from_secs(args.limits.timeout),
            requests: args.limits.max_requests,
            connections: args.limits.max_connections,
            evaluations: args.limits.max_evaluations,
            page: args.limits.max_page,
            drain: Duration::from_secs(args.limits.drain),
            ..Limits::default()
        },
    };
    let gateway = match (&args.gateway, &args.status, &args.grant_keys) {
        (Some(config), Some(status), Some(keys)) => {
            Some(GatewayFiles { config: config.clone(), status: status.clone(), keys: keys.clone() })
        }
        _ => None,
    };
    let files = Files { bundle: args.bundle.bundle.clone(), catalogue: args.catalogue.clone(), gateway };
    let sink = sink.map(|s| Box::new(s) as Box<dyn Sink>);
    let service = Service::new(files, trust(args), options, settings, sink).map_err(Failure::Service)?;
    let poll = (args.poll > 0).then(|| Duration::from_secs(args.poll));
    let tell = move |told: &Told| tell(lang, address, told);
    let drained = lexgate_serve::run(&service, listener, poll, tell).map_err(Failure::Output)?;
    Ok(if drained { Exit::Done } else { Exit::Findings })
}

/// Whom to believe, asked anew for each bundle.
fn trust(args: &Args) -> TrustNow {
    let trust = args.trust.clone();
    let path = args.bundle.bundle.clone().unwrap_or_default();
    Box::new(move || {
        trust.policy().map_err(|failure| {
            let (en, zh) = (failure.block(Lang::En), failure.block(Lang::Zh));
            let text = |en: String, zh: String| lexgate::vocabulary::Text { en, zh };
            let help = text(en.help.unwrap_or_default(), zh.help.unwrap_or_default());
            Refused { path: path.clone(), code: en.code, message: text(en.message, zh.message), help: Box::new(help) }
        })
    })
}

/// The URL of the service without a slash at its end.
fn public_url(url: &str) -> Result<String, Failure> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    match rest.filter(|r| !r.is_empty() && !r.starts_with('/') && !r.contains(['?', '#', ' ', '{', '}'])) {
        Some(_) => Ok(url.trim_end_matches('/').to_owned()),
        None => Err(Failure::Setting {
            name: "--public-url",
            why: "is no http or https URL without query and fragment",
            why_zh: "不是不带查询串和片段的 http 或者 https 网址",
        }),
    }
}

/// The digests of the keys in a file: one a line, empty lines and those that begin with # left out.
fn keys(path: &Path) -> Result<Vec<[u8; 32]>, Failure> {
    let bytes = at_most(open(path)?, MAX_KEYS).map_err(Failure::unreadable(path))?;
    let text = String::from_utf8(bytes).map_err(|e| Failure::unreadable(path)(io::Error::other(e)))?;
    let keys: Vec<&str> = text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#')).collect();
    if keys.is_empty() || keys.iter().any(|k| k.len() < MIN_KEY) {
        // An empty file would let everybody in.
        let why = "holds no key, or one of fewer than 16 bytes";
        return Err(Failure::Setting { name: "--bearer", why, why_zh: "中没有密钥，或者有密钥不足 16 字节" });
    }
    Ok(keys.into_iter().map(|k| Sha256::digest(k.as_bytes()).into()).collect())
}

/// One line in the log of the process.
fn tell(lang: Lang, address: SocketAddr, told: &Told) {
    let line = match told {
        Told::Listening => say(lang, format!("listening on http://{address}"), format!("正在监听 http://{address}")),
        Told::Reloaded => say(lang, "the files were read again and are in force".to_owned(), "已重新读取文件，现行有效".to_owned()),
        Told::Refused(r) => {
            let (word, path) = (say(lang, "error", "错误"), r.path.display());
            format!("{word}[{}] {path}: {}. {}", r.code, r.message.get(lang), r.help.get(lang))
        }
        Told::Ending => say(lang, "ending once the requests that came in are answered".to_owned(), "答复已收到的请求后结束".to_owned()),
    };
    note(&line);
}

/// Nobody can be told when standard error is gone.
fn note(line: &str) {
    let _ = writeln!(io::stderr().lock(), "lexgate: {line}");
}

/// Decision events from many threads, one after the other.
struct LogSink {
    log: Mutex<(Log, Option<File>)>,
    lang: Lang,
}

impl LogSink {
    fn new(log: Log, to_output: bool, lang: Lang) -> Result<Self, Failure> {
        // A handle of its own: the terminal holds the lock of the other one for as long as the command runs.
        let out = if to_output { Some(File::from(io::stdout().as_fd().try_clone_to_owned()?)) } else { None };
        Ok(Self { log: Mutex::new((log, out)), lang })
    }
}

impl Sink for LogSink {
    fn write(&self, engine: &Engine, document: &[u8], answer: &Response<'_>, took: Duration) -> Result<(), NotWritten> {
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        let (log, out) = &mut *log;
        let written = match out {
            Some(out) => log.write(engine, document, answer, took, out),
            None => log.write(engine, document, answer, took, &mut io::sink()),
        };
        written.map_err(|failure| {
            let block = failure.block(self.lang);
            note(&format!("{}[{}] {}", say(self.lang, "error", "错误"), block.code, block.message));
            NotWritten
        })
    }
}
