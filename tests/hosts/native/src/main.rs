//! The native host, and what the other hosts are given: the vectors as requests, one line each; the engine's answers to such
//! lines; what Cedar needs to decide some of them; how long the engine takes for them.

mod cedar;

use base64ct::{Base64, Encoding};
use lexgate::Engine;
use lexgate::author::{Sources, vectors};
use serde_json::{Value, json};
use std::io::{BufWriter, Read, Write, stdout};
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

const USAGE: &str = "usage: native-host requests VECTORS > REQUESTS
       native-host answers < REQUESTS > ANSWERS
       native-host cedar POLICIES COUNT < REQUESTS > CASES
       native-host time MILLISECONDS < REQUESTS";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["requests", folder] => requests(Path::new(folder)),
        ["answers"] => answers(),
        ["cedar", policies, count] => number(count).and_then(|n| cases(Path::new(policies), n)),
        ["time", milliseconds] => number(milliseconds).and_then(time),
        _ => Err(USAGE.to_owned()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("native-host: {message}");
            ExitCode::FAILURE
        }
    }
}

/// The bytes of a request are in base64: some are no UTF-8.
fn requests(folder: &Path) -> Result<(), String> {
    let sources = Sources::read(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let lines =
        vectors::read(&sources)?.into_iter().map(|v| json!({"name": v.name, "request": Base64::encode_string(&v.request)}).to_string());
    write(lines.map(Ok))
}

fn answers() -> Result<(), String> {
    let engine = Engine::embedded().map_err(|e| e.to_string())?;
    write(given()?.into_iter().map(|(_, request)| Ok(engine.evaluate_json(&request))))
}

fn cases(policies: &Path, count: usize) -> Result<(), String> {
    write(std::iter::once(Ok(cedar::inputs(policies, &given()?, count)?.to_string())))
}

/// Nanoseconds a request takes from JSON text to JSON text: the median of the passes that fit into the time.
fn time(milliseconds: usize) -> Result<(), String> {
    let engine = Engine::embedded().map_err(|e| e.to_string())?;
    let requests = given()?;
    let whole = Duration::from_millis(u64::try_from(milliseconds).map_err(|e| e.to_string())?);
    let begun = Instant::now();
    let mut passes = Vec::new();
    while begun.elapsed() < whole || passes.is_empty() {
        let pass = Instant::now();
        for (_, request) in &requests {
            std::hint::black_box(engine.evaluate_json(std::hint::black_box(request)));
        }
        passes.push(pass.elapsed());
    }
    passes.sort();
    let median = passes.get(passes.len() / 2).copied().unwrap_or_default();
    let each = median.as_nanos().checked_div(u128::try_from(requests.len()).map_err(|e| e.to_string())?).ok_or("no requests")?;
    write(std::iter::once(Ok(each.to_string())))
}

fn number(word: &str) -> Result<usize, String> {
    word.parse().map_err(|_| format!("`{word}` is no number"))
}

/// The requests on standard input, with their names.
fn given() -> Result<Vec<(String, Vec<u8>)>, String> {
    let mut lines = String::new();
    std::io::stdin().read_to_string(&mut lines).map_err(|e| e.to_string())?;
    let request = |line: &str| {
        let line: Value = serde_json::from_str(line).map_err(|e| e.to_string())?;
        let [name, request] = ["name", "request"].map(|member| line.get(member).and_then(Value::as_str).map(str::to_owned));
        let (name, request) = name.zip(request).ok_or("a line has no name or no request")?;
        Ok((name, Base64::decode_vec(&request).map_err(|e| e.to_string())?))
    };
    lines.lines().map(request).collect()
}

fn write(lines: impl Iterator<Item = Result<String, String>>) -> Result<(), String> {
    let mut out = BufWriter::new(stdout().lock());
    for line in lines {
        writeln!(out, "{}", line?).map_err(|e| e.to_string())?;
    }
    out.flush().map_err(|e| e.to_string())
}
