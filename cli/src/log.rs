//! The decision log: where `lexgate evaluate --log` writes its events.
//!
//! An event is written before its answer is: what cannot be logged is not answered.

use crate::failure::Failure;
use crate::load::{at_most, open};
use crate::signing::SigningKey;
use lexgate::event::{Event, EventError, Link, Occasion, Recorder};
use lexgate::mask::{MaskError, Masking};
use lexgate::replay::MAX_EVENT_BYTES;
use lexgate::{Engine, Response};
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

/// The largest file of masking rules or key.
const MAX_RULES: usize = 1024 * 1024;

/// Where and how decisions are logged.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Decision log")]
pub(crate) struct LogArgs {
    /// Append a decision event for each answer; with - events go to standard output in place of the answers
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
    /// Begin a new file when this one would grow larger; older ones become FILE.1, FILE.2 and so on
    #[arg(long, requires = "log", value_name = "BYTES", value_parser = clap::value_parser!(u64).range(1..))]
    log_max_bytes: Option<u64>,
    /// Keep this many older files
    #[arg(long, requires = "log_max_bytes", value_name = "COUNT", default_value_t = 9, value_parser = clap::value_parser!(u32).range(1..=999_999))]
    log_keep: u32,
    /// Let each event carry the digest of the one before
    #[arg(long, requires = "log")]
    log_chain: bool,
    /// A label of this host for every event; may be given more than once
    #[arg(long, requires = "log", value_name = "NAME=VALUE", value_parser = label)]
    log_label: Vec<(String, String)>,
    /// Sign every event with this Ed25519 key (PKCS#8, PEM)
    #[arg(long, requires = "log", value_name = "KEYFILE")]
    log_sign: Option<PathBuf>,
    /// Masking rules: a JSON file with the lists `keep`, `mask` and `remove` of JSON Pointers such as /input/resource/id
    #[arg(long, requires = "log", value_name = "RULES")]
    log_mask: Option<PathBuf>,
    /// The secret under which values are masked, at least 16 bytes; without it, a random one for this run
    #[arg(long, requires = "log", value_name = "FILE")]
    log_mask_key: Option<PathBuf>,
    /// Log requests as they are, personal data included
    #[arg(long, requires = "log")]
    log_unmasked: bool,
}

fn label(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("write NAME=VALUE".to_owned()),
    }
}

/// An open log.
pub(crate) struct Log {
    sink: Sink,
    recorder: Recorder,
    labels: BTreeMap<String, String>,
    key: Option<SigningKey>,
}

enum Sink {
    Output,
    File(LogFile),
}

impl LogArgs {
    /// Whether events take the place of the answers on standard output.
    pub(crate) fn to_output(&self) -> bool {
        self.log.as_deref().is_some_and(is_output)
    }

    /// Opens the log, if one was asked for.
    pub(crate) fn open(&self) -> Result<Option<Log>, Failure> {
        let Some(path) = &self.log else { return Ok(None) };
        let (sink, last) = if is_output(path) {
            (Sink::Output, None)
        } else {
            let mut file = LogFile::open(path, self.log_max_bytes, self.log_keep)?;
            let last = if self.log_chain { file.last_link()? } else { None };
            (Sink::File(file), last)
        };
        let masking = self.masking()?;
        let recorder = if self.log_chain { Recorder::chained(masking, last) } else { Recorder::new(masking) };
        let key = self.log_sign.as_deref().map(SigningKey::read).transpose()?;
        Ok(Some(Log { sink, recorder, labels: self.log_label.iter().cloned().collect(), key }))
    }

    fn masking(&self) -> Result<Masking, Failure> {
        let key = match &self.log_mask_key {
            Some(path) => read(path)?,
            None => random_key()?,
        };
        let refused = |path: &Option<PathBuf>| {
            let path = path.clone().unwrap_or_default();
            move |source: MaskError| Failure::Masking { path, source }
        };
        let mut masking = Masking::new(&key).map_err(refused(&self.log_mask_key))?;
        if self.log_unmasked {
            masking = masking.keeping_all();
        }
        match &self.log_mask {
            Some(path) => masking.with_rules(&read(path)?).map_err(refused(&self.log_mask)),
            None => Ok(masking),
        }
    }
}

fn is_output(path: &Path) -> bool {
    path.as_os_str() == "-"
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    at_most(open(path)?, MAX_RULES).map_err(Failure::unreadable(path))
}

fn random_key() -> Result<Vec<u8>, Failure> {
    let mut key = vec![0; 32];
    getrandom::fill(&mut key).map_err(|e| Failure::Output(io::Error::other(e)))?;
    Ok(key)
}

impl Log {
    /// Writes the event of a decision. `document` is what was read, with everything that was put into it; `took` is how long
    /// reading and deciding took.
    pub(crate) fn write(
        &mut self,
        engine: &Engine,
        document: &[u8],
        answer: &Response<'_>,
        took: Duration,
        out: &mut impl Write,
    ) -> Result<(), Failure> {
        let id = Uuid::now_v7().to_string();
        let timestamp = now()?;
        let occasion = Occasion {
            decision_id: &id,
            timestamp: &timestamp,
            labels: self.labels.clone(),
            metrics: BTreeMap::from([("timer_evaluation_ns".to_owned(), u64::try_from(took.as_nanos()).unwrap_or(u64::MAX))]),
            requested_by: None,
        };
        let mut event = self.recorder.record(engine, document, answer, &occasion).map_err(Failure::Event)?;
        if let Some(key) = &self.key {
            sign(&mut event, key);
        }
        let mut line = event.to_json();
        line.push('\n');
        match &mut self.sink {
            Sink::Output => out.write_all(line.as_bytes()).map_err(Failure::Output),
            Sink::File(file) => file.append(line.as_bytes()),
        }
    }
}

fn sign(event: &mut Event, key: &SigningKey) {
    let signature = key.sign(&event.receipt().to_be_signed());
    event.sign(key.id(), &signature);
}

fn now() -> Result<String, Failure> {
    let unreadable = || Failure::Event(EventError::Timestamp("?".to_owned()));
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_err(|_| unreadable())?;
    let nanoseconds = i128::try_from(since.as_nanos()).map_err(|_| unreadable())?;
    let now = OffsetDateTime::from_unix_timestamp_nanos(nanoseconds).map_err(|_| unreadable())?;
    now.format(&Rfc3339).map_err(|_| unreadable())
}

/// A JSON Lines file that only this process writes, and the older ones beside it.
struct LogFile {
    path: PathBuf,
    file: File,
    size: u64,
    max: Option<u64>,
    keep: u32,
}

impl LogFile {
    fn open(path: &Path, max: Option<u64>, keep: u32) -> Result<Self, Failure> {
        let file = create(path)?;
        let size = file.metadata().map_err(Failure::unwritable(path))?.len();
        Ok(Self { path: path.to_owned(), file, size, max, keep })
    }

    fn append(&mut self, line: &[u8]) -> Result<(), Failure> {
        let added = u64::try_from(line.len()).unwrap_or(u64::MAX);
        if self.size > 0 && self.max.is_some_and(|max| self.size.saturating_add(added) > max) {
            self.rotate()?;
        }
        self.file.write_all(line).map_err(Failure::unwritable(&self.path))?;
        self.size = self.size.saturating_add(added);
        Ok(())
    }

    /// FILE becomes FILE.1, FILE.1 becomes FILE.2, and the oldest goes.
    fn rotate(&mut self) -> Result<(), Failure> {
        for n in (0..self.keep).rev() {
            let from = if n == 0 { self.path.clone() } else { numbered(&self.path, n) };
            let to = numbered(&self.path, n.saturating_add(1));
            match std::fs::rename(&from, &to) {
                Err(e) if e.kind() == io::ErrorKind::NotFound => {}
                other => other.map_err(Failure::unwritable(&from))?,
            }
        }
        self.file = create(&self.path)?;
        self.size = 0;
        Ok(())
    }

    /// The place of the last event in its chain: in this file, or in the newest older one while this one is empty.
    fn last_link(&mut self) -> Result<Option<Link>, Failure> {
        let line = match last_line(&mut self.file).map_err(Failure::unreadable(&self.path))? {
            Some(line) => line,
            None => {
                let older = numbered(&self.path, 1);
                let mut file = match File::open(&older) {
                    Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
                    other => other.map_err(Failure::unreadable(&older))?,
                };
                match last_line(&mut file).map_err(Failure::unreadable(&older))? {
                    Some(line) => line,
                    None => return Ok(None),
                }
            }
        };
        // Whatever else stands at the end, a chain that began anew behind it would hide it.
        let whole = line.ends_with(b"\n");
        Link::of(&line).filter(|_| whole).map(Some).ok_or_else(|| Failure::LogUnchained(self.path.clone()))
    }
}

/// `FILE.n`
pub(crate) fn numbered(path: &Path, n: u32) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{n}"));
    PathBuf::from(name)
}

/// Opens a log for appending, as the only one, and readable by its owner only where it is new.
fn create(path: &Path) -> Result<File, Failure> {
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path).map_err(Failure::unwritable(path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Failure::LogInUse(path.to_owned())),
        Err(TryLockError::Error(e)) => Err(Failure::unwritable(path)(e)),
    }
}

/// The last line with its end; `None` of an empty file.
fn last_line(file: &mut File) -> io::Result<Option<Vec<u8>>> {
    const STEP: u64 = 64 * 1024;
    let size = file.metadata()?.len();
    let mut tail = Vec::new();
    let mut begin = size;
    while begin > 0 && tail.len() <= MAX_EVENT_BYTES {
        let step = STEP.min(begin);
        begin = begin.saturating_sub(step);
        file.seek(SeekFrom::Start(begin))?;
        let mut part = Vec::new();
        Read::by_ref(file).take(step).read_to_end(&mut part)?;
        part.append(&mut tail);
        tail = part;
        let end = tail.len().saturating_sub(1);
        if let Some(at) = tail.get(..end).and_then(|t| t.iter().rposition(|b| *b == b'\n')) {
            return Ok(tail.get(at.saturating_add(1)..).map(<[u8]>::to_vec));
        }
    }
    Ok((!tail.is_empty()).then_some(tail))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_is_found_whatever_its_length() {
        let folder = std::env::temp_dir().join(format!("lexgate-log-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("log");
        let long = "x".repeat(200_000);
        for (content, last) in [
            (String::new(), None),
            ("a\n".to_owned(), Some("a\n".to_owned())),
            ("a\nb".to_owned(), Some("b".to_owned())),
            (format!("a\n{long}\n"), Some(format!("{long}\n"))),
            (format!("{long}\nb\n"), Some("b\n".to_owned())),
        ] {
            std::fs::write(&path, &content).unwrap();
            assert_eq!(last_line(&mut File::open(&path).unwrap()).unwrap(), last.map(String::into_bytes));
        }
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
