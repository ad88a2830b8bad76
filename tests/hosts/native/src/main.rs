//! The native host: `native-host requests` writes the vectors as requests, `native-host answers` the engine's answers to
//! requests, both one line a vector on standard output.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use lexgate::Engine;
use lexgate::author::{Sources, vectors};
use serde_json::{Value, json};
use std::io::{BufWriter, Read, Write, stdout};
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["requests", folder] => requests(Path::new(folder)),
        ["answers"] => answers(),
        _ => Err("usage: native-host requests VECTORS > REQUESTS, or native-host answers < REQUESTS".to_owned()),
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
    let lines = vectors::read(&sources)?.into_iter().map(|v| json!({"name": v.name, "request": BASE64_STANDARD.encode(v.request)}).to_string());
    write(lines.map(Ok))
}

fn answers() -> Result<(), String> {
    let engine = Engine::embedded().map_err(|e| e.to_string())?;
    let mut lines = String::new();
    std::io::stdin().read_to_string(&mut lines).map_err(|e| e.to_string())?;
    write(lines.lines().map(|line| {
        let line: Value = serde_json::from_str(line).map_err(|e| e.to_string())?;
        let request = line.get("request").and_then(Value::as_str).ok_or("a line has no request")?;
        Ok(engine.evaluate_json(&BASE64_STANDARD.decode(request).map_err(|e| e.to_string())?))
    }))
}

fn write(lines: impl Iterator<Item = Result<String, String>>) -> Result<(), String> {
    let mut out = BufWriter::new(stdout().lock());
    for line in lines {
        writeln!(out, "{}", line?).map_err(|e| e.to_string())?;
    }
    out.flush().map_err(|e| e.to_string())
}
