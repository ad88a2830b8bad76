//! The same bytes in every host: each runs all vectors on the packed package and is held against the native engine.

use crate::package::{packages, tarball};
use crate::run::{Step, cargo, command, output, root, target};
use serde_json::Value;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// The hosts that CI runs.
const HOSTS: [&str; 7] = ["native", "node", "chromium", "firefox", "workerd", "deno", "bun"];
/// Hosts that run when they are named.
const ON_DEMAND: [&str; 1] = ["webkit"];
/// Differing vectors that are named of one host.
const SHOWN: usize = 10;

/// What came of a host.
struct Outcome {
    host: String,
    version: String,
    /// How many answers it gave.
    answers: usize,
    /// How many of them are those of the native engine.
    equal: usize,
}

/// Runs hosts; all that CI runs when none is named, and then the report is written too.
pub(crate) fn conformance(named: &[&str]) -> Step {
    if let Some(unknown) = named.iter().find(|n| !HOSTS.contains(n) && !ON_DEMAND.contains(n)) {
        return Err(format!("there is no host `{unknown}`; there are {} and {}", HOSTS.join(", "), ON_DEMAND.join(", ")));
    }
    let hosts: &[&str] = if named.is_empty() { &HOSTS } else { named };
    let tarball = tarball()?;
    packages("tests/hosts")?;
    let requests = requests()?;
    let names = names(&requests)?;
    let native = answers("native", &tarball, &requests)?.0;
    let (mut outcomes, mut passed, mut failed) = (Vec::new(), 0usize, 0usize);
    for host in hosts {
        let begun = Instant::now();
        let outcome = match answers(host, &tarball, &requests) {
            Ok((answers, version, problems)) => {
                let differing: Vec<&String> =
                    names.iter().enumerate().filter(|(i, _)| answers.get(*i) != native.get(*i)).map(|(_, name)| name).collect();
                for name in differing.iter().take(SHOWN) {
                    println!("   ✘ {host}: another answer than native: {name}");
                }
                for problem in &problems {
                    println!("   ✘ {host}: {problem}");
                }
                let surplus = answers.len().saturating_sub(names.len());
                failed = failed.saturating_add(differing.len()).saturating_add(problems.len()).saturating_add(surplus);
                let equal = names.len().saturating_sub(differing.len());
                Outcome { host: (*host).to_owned(), version, answers: answers.len(), equal }
            }
            Err(message) => {
                println!("   ✘ {host}: {message}");
                failed = failed.saturating_add(names.len());
                Outcome { host: (*host).to_owned(), version: "did not run".to_owned(), answers: 0, equal: 0 }
            }
        };
        passed = passed.saturating_add(outcome.equal);
        let Outcome { host, version, answers, equal } = &outcome;
        println!("── {host} {version}: {answers} vectors, {equal} equal, {} s", begun.elapsed().as_secs());
        outcomes.push(outcome);
    }
    if named.is_empty() && failed == 0 {
        report(&outcomes)?;
    }
    println!("{passed} passed, {failed} failed");
    if failed == 0 && passed > 0 { Ok(()) } else { Err("the hosts do not agree".to_owned()) }
}

/// The vectors as requests, one line each.
pub(crate) fn requests() -> Result<PathBuf, String> {
    let file = folder()?.join("requests.jsonl");
    let mut export = native();
    let lines = output(export.args(["requests", "tests/vectors"]))?;
    std::fs::write(&file, lines).map_err(|e| format!("{}: {e}", file.display()))?;
    Ok(file)
}

/// The native host.
pub(crate) fn native() -> std::process::Command {
    cargo(&["run", "--quiet", "--release", "--package", "native-host", "--"])
}

fn folder() -> Result<PathBuf, String> {
    let folder = target().join("conformance");
    std::fs::create_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    Ok(folder)
}

fn names(requests: &Path) -> Result<Vec<String>, String> {
    let lines = std::fs::read_to_string(requests).map_err(|e| e.to_string())?;
    let name = |line: &str| -> Option<String> { serde_json::from_str::<Value>(line).ok()?.get("name")?.as_str().map(str::to_owned) };
    lines.lines().map(|line| name(line).ok_or_else(|| "a request has no name".to_owned())).collect()
}

/// The answers of a host in the order of the requests, its version, and what else it found wrong.
fn answers(host: &str, tarball: &Path, requests: &Path) -> Result<(Vec<String>, String, Vec<String>), String> {
    let file = folder()?.join(format!("{host}.jsonl"));
    let (version, problems) = if host == "native" {
        let input = std::fs::File::open(requests).map_err(|e| e.to_string())?;
        let lines = output(native().arg("answers").stdin(input))?;
        std::fs::write(&file, lines).map_err(|e| e.to_string())?;
        (env!("CARGO_PKG_VERSION").to_owned(), Vec::new())
    } else {
        let _ = std::fs::remove_file(&file);
        let script = root().join("tests/hosts").join(host).join("host.mjs");
        let said = output(command("node").arg(script).args([tarball, requests, &file]))?;
        let last = String::from_utf8_lossy(&said).lines().last().unwrap_or_default().to_owned();
        let said: Value = serde_json::from_str(&last).map_err(|e| format!("the host's last line is no report ({e}): {last}"))?;
        let version = said.get("version").and_then(Value::as_str).unwrap_or("?").to_owned();
        let problems = said.get("problems").and_then(Value::as_array).ok_or("the host does not say its problems")?;
        (version, problems.iter().map(|p| p.as_str().map_or_else(|| p.to_string(), str::to_owned)).collect())
    };
    let lines = std::fs::read_to_string(&file).map_err(|e| format!("{}: {e}", file.display()))?;
    Ok((lines.lines().map(str::to_owned).collect(), version, problems))
}

fn report(outcomes: &[Outcome]) -> Step {
    let mut text = "# The same bytes in every host\n\nWritten by `cargo xtask conformance`: each host installs the packed package, answers every vector and the \
         bad-input\ncorpus, and is held byte for byte against the native engine.\n\n| Host | Version | Vectors | Equal |\n|---|---|---|---|\n"
        .to_owned();
    for Outcome { host, version, answers, equal } in outcomes {
        let _ = writeln!(text, "| {host} | {version} | {answers} | {equal} |");
    }
    let file = root().join("tests/hosts/REPORT.md");
    std::fs::write(&file, text).map_err(|e| format!("{}: {e}", file.display()))
}
