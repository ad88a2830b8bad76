//! Everything CI runs.

use crate::check::check;
use crate::conformance::conformance;
use crate::demo::test_demo;
use crate::inspect::inspect;
use crate::replay::replay;
use crate::run::{Step, cargo, lexgate, root, runs, step, target};
use crate::setup::setup;
use crate::size::size;
use crate::{envoy, gateways};
use std::process::Command;

/// The fuzz targets.
const TARGETS: [&str; 3] = ["request", "bundle", "event"];
/// Events replayed in every run of the tests; `cargo xtask replay` takes a million.
const EVENTS: u32 = 50_000;

/// Set-up, checks, tests, replay, documentation, coverage, half a minute of each fuzz target, the npm package in its hosts,
/// the gateways, the workbench, and the vectors.
pub(crate) fn test() -> Step {
    setup()?;
    check()?;
    step("tests", &mut cargo(&["test", "--quiet", "--workspace", "--all-features"]))?;
    replay(EVENTS)?;
    step("documentation", cargo(&["doc", "--quiet", "--no-deps", "--workspace", "--all-features"]).env("RUSTDOCFLAGS", "-D warnings"))?;
    step("coverage of the law", &mut lexgate(&["coverage", "--vectors", "tests/vectors"]))?;
    fuzz(30)?;
    size(false)?;
    inspect(false)?;
    conformance(&[])?;
    gateways::test()?;
    gateways::conformance(&[])?;
    gateways::services()?;
    envoy::faults()?;
    test_demo()?;
    // Last, because its closing line is the one to read: `N passed, N failed`.
    step("vectors", &mut lexgate(&["test"]))
}

/// Runs each fuzz target for that many seconds.
pub(crate) fn fuzz(seconds: u32) -> Step {
    if !runs("cargo", &["fuzz", "--version"]) {
        return Err("cargo-fuzz is missing; run `cargo xtask setup`".to_owned());
    }
    for name in TARGETS {
        // New inputs go to the target folder, so that the committed seeds stay as they are.
        let found = target().join("fuzz").join(name);
        std::fs::create_dir_all(&found).map_err(|e| format!("{}: {e}", found.display()))?;
        let core = root().join("core");
        let mut fuzz = Command::new("cargo");
        // The fuzzer's compiler flags are unstable ones; they do not change what is compiled.
        fuzz.env("RUSTC_BOOTSTRAP", "1").current_dir(&core);
        fuzz.args(["fuzz", "run", "--sanitizer", "none", "--release", name]);
        fuzz.arg(&found).arg(core.join("fuzz/corpus").join(name)).arg("--");
        fuzz.arg(format!("-max_total_time={seconds}")).arg(format!("-dict={}", core.join("fuzz/request.dict").display()));
        fuzz.args(["-max_len=65536", "-verbosity=0", "-print_final_stats=1"]);
        step(&format!("fuzz {name} for {seconds} s"), &mut fuzz)?;
    }
    Ok(())
}
