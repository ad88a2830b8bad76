//! `lexgate replay`: evaluate logged decisions again.
//!
//! One thread reads, all others evaluate, and this one gathers the results in the order of the log and checks the chain. Every
//! queue is bounded, so memory does not grow with the log.

use crate::failure::{Exit, Failure};
use crate::load::{next_line, open};
use crate::signing;
use crate::terminal::{Style, Terminal, say};
use indicatif::{ProgressBar, ProgressStyle};
use lexgate::bundle::MAGIC;
use lexgate::chain::{Chain, Fault};
use lexgate::evaluate::EMBEDDED_BUNDLE;
use lexgate::receipt::{PublicKey, from_hex};
use lexgate::replay::{Alteration, MAX_EVENT_BYTES, Replayed, Unreadable, Verdict, replay};
use lexgate::{Engine, Lang};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{BufReader, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

const EXAMPLES: &str = "Exit codes: 0 every event is what was decided, 3 some are not, 2 a file cannot be read.

Examples:
  lexgate replay decisions.jsonl
  lexgate replay decisions.jsonl.2 decisions.jsonl.1 decisions.jsonl --bundle bundles/
  lexgate replay logs/ --head 3b1f… --public-key host.pem --json";

/// A batch ends with as many events, or as many bytes.
const BATCH_EVENTS: usize = 64;
const BATCH_BYTES: usize = 256 * 1024;
/// Batches that may wait for a thread, or for the results before theirs.
const BATCHES_WAITING: usize = 2;
/// Findings held back so that they come in the order of the log.
const HELD_BACK: usize = 1024;

/// Evaluate logged decisions again with the bundles they name, and report each that is not what was decided
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Logs in the order they were written, folders of a log and its older files, or - for standard input
    #[arg(required = true, value_name = "LOG")]
    logs: Vec<PathBuf>,
    /// Bundles, or folders of bundles, besides the one inside the program
    #[arg(long, value_name = "FILE|DIR", num_args = 1..)]
    bundle: Vec<PathBuf>,
    /// The event of this digest, noted down earlier, has to be in the log
    #[arg(long, value_name = "DIGEST", value_parser = digest)]
    head: Option<String>,
    /// The log begins after the event of this digest, and not with the first of its chain
    #[arg(long, value_name = "DIGEST", value_parser = digest)]
    after: Option<String>,
    /// Every event has to be signed by this key (Ed25519, PEM), or one of several
    #[arg(long, value_name = "FILE")]
    public_key: Vec<PathBuf>,
    /// Print findings and the sum as JSON Lines
    #[arg(long)]
    json: bool,
}

fn digest(text: &str) -> Result<String, String> {
    from_hex::<32>(text).map(|_| text.to_owned()).ok_or_else(|| "write a SHA-256 as 64 lower-case hex digits".to_owned())
}

/// Where an event stands.
#[derive(Debug, Clone, Copy)]
struct Place {
    file: usize,
    line: u64,
}

/// What is said of one event.
#[derive(Debug, Serialize)]
struct Report {
    decision_id: Option<String>,
    file: String,
    findings: Vec<Finding>,
    line: u64,
}

#[derive(Debug, Serialize)]
struct Finding {
    code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    bundle: Option<String>,
    /// The version of the engine that decided, where it is another.
    #[serde(skip_serializing_if = "Option::is_none")]
    engine: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    members: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    missing: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<u64>,
}

/// What came of a whole log.
#[derive(Debug, Default, Serialize)]
struct Sum {
    events: u64,
    findings: u64,
    head: Option<String>,
    not_replayable: u64,
    other_engine: u64,
    same: u64,
}

/// Replays and reports.
pub(crate) fn run(args: &Args, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let engines = engines(&args.bundle)?;
    let keys: Vec<PublicKey> = args.public_key.iter().map(|p| signing::public_key(p)).collect::<Result<_, _>>()?;
    let files = files(&args.logs)?;
    let bar = bar(&files, terminal);
    let mut gathered = Gathered::new(args, &files);
    let (workers, results) = queues();
    let read = thread::scope(|scope| {
        let mut senders = Vec::new();
        for (batches, out) in workers {
            let (sender, receiver) = batches;
            senders.push(sender);
            let (engines, keys) = (&engines, &keys);
            scope.spawn(move || work(engines, keys, &receiver, &out));
        }
        let reader = scope.spawn(|| read(&files, senders, &bar));
        let gather = gathered.gather(results, terminal);
        // When the output is closed the results are gone, and every thread ends.
        let read = reader.join().unwrap_or(Ok(()));
        gather.and(read)
    });
    bar.finish_and_clear();
    read?;
    gathered.finish(terminal)
}

type Batch = Vec<(Place, Vec<u8>)>;
type Results = Vec<(Place, Replayed)>;
type Worker = ((SyncSender<Batch>, Receiver<Batch>), SyncSender<Results>);

/// A queue to and one from each thread. Batch after batch goes to the next thread, and results are taken in the same order.
fn queues() -> (Vec<Worker>, Vec<Receiver<Results>>) {
    let count = thread::available_parallelism().map_or(1, std::num::NonZero::get);
    (0..count)
        .map(|_| {
            let (out, results) = sync_channel(BATCHES_WAITING);
            ((sync_channel(BATCHES_WAITING), out), results)
        })
        .unzip()
}

fn work(engines: &HashMap<String, Engine>, keys: &[PublicKey], batches: &Receiver<Batch>, out: &SyncSender<Results>) {
    for batch in batches {
        let engine_of = |digest: &str| engines.get(digest);
        let results = batch.into_iter().map(|(place, line)| (place, replay(&line, &engine_of, keys))).collect();
        if out.send(results).is_err() {
            return;
        }
    }
}

fn read(files: &[PathBuf], senders: Vec<SyncSender<Batch>>, bar: &ProgressBar) -> Result<(), Failure> {
    let mut senders = senders.iter().cycle();
    let (mut batch, mut bytes) = (Batch::new(), 0usize);
    for (file, path) in files.iter().enumerate() {
        let mut input = BufReader::with_capacity(1024 * 1024, open(path)?);
        let mut place = Place { file, line: 0 };
        let mut line = Vec::new();
        while next_line(&mut input, &mut line, MAX_EVENT_BYTES).map_err(Failure::unreadable(path))? {
            place.line = place.line.saturating_add(1);
            bar.inc(u64::try_from(line.len()).unwrap_or_default().saturating_add(1));
            if line.trim_ascii().is_empty() {
                continue;
            }
            bytes = bytes.saturating_add(line.len());
            batch.push((place, std::mem::take(&mut line)));
            if batch.len() >= BATCH_EVENTS || bytes >= BATCH_BYTES {
                bytes = 0;
                let full = std::mem::take(&mut batch);
                if senders.next().is_none_or(|s| s.send(full).is_err()) {
                    return Ok(());
                }
            }
        }
    }
    if let Some(sender) = senders.next().filter(|_| !batch.is_empty()) {
        let _ = sender.send(batch);
    }
    Ok(())
}

/// The results so far.
struct Gathered<'a> {
    args: &'a Args,
    files: &'a [PathBuf],
    chain: Chain,
    /// By position: events with findings, and those that may still get one from the chain.
    open: BTreeMap<u64, Report>,
    sum: Sum,
}

impl<'a> Gathered<'a> {
    fn new(args: &'a Args, files: &'a [PathBuf]) -> Self {
        let chain = Chain::new(args.after.clone(), args.head.clone());
        Self { args, files, chain, open: BTreeMap::new(), sum: Sum::default() }
    }

    fn gather(&mut self, results: Vec<Receiver<Results>>, terminal: &mut Terminal) -> Result<(), Failure> {
        for queue in results.iter().cycle() {
            let Ok(batch) = queue.recv() else { break };
            for (place, replayed) in batch {
                self.event(place, replayed, terminal)?;
            }
        }
        Ok(())
    }

    fn event(&mut self, place: Place, replayed: Replayed, terminal: &mut Terminal) -> Result<(), Failure> {
        let sum = &mut self.sum;
        sum.events = sum.events.saturating_add(1);
        let position = sum.events;
        let count = match &replayed.verdict {
            Verdict::Same if replayed.alterations.is_empty() => Some(&mut sum.same),
            Verdict::NotReplayable => Some(&mut sum.not_replayable),
            _ => None,
        };
        if let Some(count) = count {
            *count = count.saturating_add(1);
        }
        if replayed.other_engine.is_some() {
            sum.other_engine = sum.other_engine.saturating_add(1);
        }
        let file = self.files.get(place.file).map(|f| f.display().to_string()).unwrap_or_default();
        let report = Report { findings: findings(&replayed), decision_id: replayed.decision_id, file, line: place.line };
        self.open.insert(position, report);
        let mut faults = Vec::new();
        self.chain.push(position, replayed.entry, &mut faults);
        self.faults(&faults);
        self.print_settled(terminal)
    }

    fn faults(&mut self, faults: &[lexgate::chain::Finding]) {
        for fault in faults {
            let code = fault.fault.code();
            let missing = if let Fault::Gap(missing) = fault.fault { missing } else { None };
            let finding = Finding { code, bundle: None, engine: None, members: Vec::new(), missing, version: None };
            // An event that has left the list had nothing else to be said of it.
            let unknown = || Report { decision_id: None, file: String::new(), findings: Vec::new(), line: 0 };
            self.open.entry(fault.position).or_insert_with(unknown).findings.push(finding);
        }
    }

    /// Prints what cannot change any more. Events with nothing wrong leave the list without a word.
    fn print_settled(&mut self, terminal: &mut Terminal) -> Result<(), Failure> {
        let awaited = self.chain.awaited();
        self.open.retain(|position, report| !report.findings.is_empty() || awaited.contains(position));
        let first = awaited.iter().min().copied().unwrap_or(u64::MAX);
        while let Some(position) = self.open.keys().next().copied().filter(|p| *p < first) {
            if let Some(report) = self.open.remove(&position) {
                self.print(&report, terminal)?;
            }
        }
        if self.open.len() > HELD_BACK {
            let now: Vec<u64> = self.open.keys().copied().filter(|p| !awaited.contains(p)).collect();
            for position in now {
                if let Some(report) = self.open.remove(&position) {
                    self.print(&report, terminal)?;
                }
            }
        }
        Ok(())
    }

    fn print(&mut self, report: &Report, terminal: &mut Terminal) -> Result<(), Failure> {
        if report.findings.is_empty() {
            return Ok(());
        }
        self.sum.findings = self.sum.findings.saturating_add(1);
        if self.args.json {
            return json(report, terminal);
        }
        let id = report.decision_id.as_deref().unwrap_or("?");
        terminal.paragraph("✘ ", Style::Red, &format!("{}:{} {id}", report.file, report.line))?;
        for finding in &report.findings {
            let text = format!("{} [{}]", explained(finding, terminal.lang), finding.code);
            terminal.paragraph("    ", Style::Plain, &text)?;
        }
        Ok(())
    }

    fn finish(mut self, terminal: &mut Terminal) -> Result<Exit, Failure> {
        let mut faults = Vec::new();
        self.chain.finish(&mut faults);
        self.faults(&faults);
        for report in std::mem::take(&mut self.open).into_values() {
            self.print(&report, terminal)?;
        }
        self.sum.head = self.chain.tip().map(|t| t.digest.clone());
        let sum = &self.sum;
        if sum.events == 0 && sum.findings == 0 {
            return Err(Failure::NoEvents(self.files.first().or(self.args.logs.first()).cloned().unwrap_or_default()));
        }
        if self.args.json {
            json(sum, terminal)?;
        } else {
            if sum.other_engine > 0 {
                let other = sum.other_engine;
                let line = say(
                    terminal.lang,
                    format!("{other} events were decided by another version of the engine"),
                    format!("{other} 个事件由引擎的其他版本作出"),
                );
                terminal.paragraph("", Style::Plain, &line)?;
            }
            if let Some(head) = &sum.head {
                writeln!(terminal.out, "head {head}")?;
            }
            // Scripts read this line: it is the same in every language.
            writeln!(
                terminal.out,
                "{} events, {} same, {} not replayable, {} findings",
                sum.events, sum.same, sum.not_replayable, sum.findings
            )?;
        }
        Ok(if sum.findings > 0 { Exit::NotPermitted } else { Exit::Done })
    }
}

fn json(value: &impl Serialize, terminal: &mut Terminal) -> Result<(), Failure> {
    let line = serde_json::to_string(value).map_err(|e| Failure::Output(e.into()))?;
    writeln!(terminal.out, "{line}").map_err(Failure::Output)
}

/// What is wrong with an event by itself.
fn findings(r: &Replayed) -> Vec<Finding> {
    let plain = |code| Finding { code, bundle: None, engine: None, members: Vec::new(), missing: None, version: None };
    let mut out: Vec<Finding> = r.alterations.iter().map(|a| plain(a.code())).collect();
    if let Some(code) = r.verdict.code() {
        let mut finding = plain(code);
        match &r.verdict {
            Verdict::Differs(members) => {
                finding.members.clone_from(members);
                finding.engine.clone_from(&r.other_engine);
            }
            Verdict::BundleUnknown => finding.bundle.clone_from(&r.bundle),
            Verdict::Unreadable(Unreadable::Version(version)) => finding.version = Some(*version),
            _ => {}
        }
        out.push(finding);
    }
    out
}

fn explained(finding: &Finding, lang: Lang) -> String {
    let missing = finding.missing;
    let fixed = match finding.code {
        code if code == Alteration::Digest.code() => say(lang, "the event was edited: its digest is another", "事件被改动：摘要不符"),
        code if code == Alteration::Unsigned.code() => say(lang, "the event is not signed", "事件未经签名"),
        code if code == Alteration::SignerUnknown.code() => {
            say(lang, "the event is signed by a key that was not given", "事件由未提供的密钥签名")
        }
        code if code == Alteration::Signature.code() => say(lang, "the signature is wrong", "签名不正确"),
        code if code == Fault::Resealed.code() => say(
            lang,
            "the event was edited and sealed anew: the next event records another digest",
            "事件被改动并重新封存：后一事件所记摘要不同",
        ),
        code if code == Fault::OutOfPlace.code() => say(lang, "the event does not belong here in the chain", "事件不在其链上的位置"),
        code if code == Fault::Repeated.code() => say(lang, "the event stands here twice", "事件重复出现"),
        code if code == Fault::Unchained.code() => say(lang, "the event is in no chain, the others are", "其他事件均在链上，该事件不在"),
        code if code == Fault::HeadMissing.code() => say(
            lang,
            "the event that had to be in the log is not there: events are missing at the end, or were rewritten",
            "日志中没有须有的事件：末尾有缺失，或者已被改写",
        ),
        "event-too-long" => say(lang, "the line is too long for an event", "该行过长，不是事件"),
        "event-unreadable" => say(lang, "the line is no decision event", "该行不是决定事件"),
        _ => "",
    };
    if !fixed.is_empty() {
        return fixed.to_owned();
    }
    if let Some(version) = finding.version {
        return say(lang, format!("events of version {version} are not supported"), format!("不支持版本 {version} 的事件"));
    }
    if let Some(bundle) = &finding.bundle {
        return say(lang, format!("no bundle was given with the digest {bundle}"), format!("未提供摘要为 {bundle} 的策略包"));
    }
    if finding.code == Fault::Gap(None).code() {
        return match missing {
            Some(n) => say(lang, format!("{n} events are missing before this one"), format!("该事件之前缺少 {n} 个事件")),
            None => say(lang, "events are missing before this one", "该事件之前有事件缺失").to_owned(),
        };
    }
    let members = finding.members.join(", ");
    let mut text = say(lang, format!("decided again, these members differ: {members}"), format!("重新评估后，下列成员不同：{members}"));
    if let Some(engine) = &finding.engine {
        text.push_str(&say(lang, format!("; it was decided by {engine}"), format!("；原由 {engine} 作出")));
    }
    text
}

/// Engines by the SHA-256 of their bundle.
fn engines(paths: &[PathBuf]) -> Result<HashMap<String, Engine>, Failure> {
    let mut engines = HashMap::new();
    let mut add = |bytes: &[u8], name: &str| {
        let engine = Engine::new(bytes).map_err(|source| Failure::Bundle { name: name.to_owned(), source })?;
        engines.insert(engine.bundle().sha256.to_owned(), engine);
        Ok::<(), Failure>(())
    };
    add(EMBEDDED_BUNDLE, "embedded bundle")?;
    for path in paths {
        if path.is_dir() {
            for file in in_folder(path)? {
                let bytes = bundle_bytes(&file)?;
                if bytes.starts_with(MAGIC) {
                    add(&bytes, &file.display().to_string())?;
                }
            }
        } else {
            add(&bundle_bytes(path)?, &path.display().to_string())?;
        }
    }
    Ok(engines)
}

fn bundle_bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    let file = File::open(path).map_err(Failure::unreadable(path))?;
    crate::load::at_most(file, lexgate::bundle::MAX_BYTES).map_err(Failure::unreadable(path))
}

/// The files to read, in their order.
fn files(logs: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for log in logs {
        if !log.is_dir() {
            files.push(log.clone());
            continue;
        }
        let mut found = in_folder(log)?;
        found.sort_by_key(|path| age(path));
        if found.is_empty() {
            return Err(Failure::NoEvents(log.clone()));
        }
        files.extend(found);
    }
    Ok(files)
}

fn in_folder(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(Failure::unreadable(folder))? {
        let path = entry.map_err(Failure::unreadable(folder))?.path();
        if path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// The order of a log and its older files: FILE.2, FILE.1, FILE.
fn age(path: &Path) -> (PathBuf, std::cmp::Reverse<u32>) {
    let number = path.extension().and_then(|e| e.to_str()).and_then(|e| e.parse::<u32>().ok());
    match number {
        Some(n) => (path.with_extension(""), std::cmp::Reverse(n)),
        None => (path.to_owned(), std::cmp::Reverse(0)),
    }
}

fn bar(files: &[PathBuf], terminal: &Terminal) -> ProgressBar {
    if !terminal.is_watched() {
        return ProgressBar::hidden();
    }
    let sizes: Option<Vec<u64>> = files.iter().map(|f| f.metadata().ok().filter(std::fs::Metadata::is_file).map(|m| m.len())).collect();
    let Some(total) = sizes.map(|s| s.into_iter().fold(0, u64::saturating_add)) else { return ProgressBar::no_length() };
    let style = ProgressStyle::with_template("{bar:40} {bytes}/{total_bytes} {eta}").unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(total).with_style(style)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn older_files_come_first() {
        let mut files: Vec<PathBuf> = ["b.jsonl", "a.jsonl", "a.jsonl.1", "a.jsonl.10", "a.jsonl.2"].map(PathBuf::from).to_vec();
        files.sort_by_key(|path| age(path));
        assert_eq!(files, ["a.jsonl.10", "a.jsonl.2", "a.jsonl.1", "a.jsonl", "b.jsonl"].map(PathBuf::from));
    }
}
