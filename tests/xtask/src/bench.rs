//! Comparison with Cedar, in one run.

use crate::conformance::{native, requests};
use crate::package::{packages, tarball};
use crate::run::{Step, cargo, command, output, root, step, target};

/// Runs the comparison; arguments go to it as they are.
pub(crate) fn bench(args: &[&str]) -> Step {
    let mut compare = cargo(&["bench", "--quiet", "--package", "lexgate", "--features", "author", "--bench", "compare", "--"]);
    compare.args(args);
    if args.contains(&"--json") {
        // Only the numbers go to standard output.
        return compare
            .status()
            .map_err(|e| e.to_string())
            .and_then(|s| if s.success() { Ok(()) } else { Err(format!("bench failed ({s})")) });
    }
    step("comparison with Cedar", &mut compare)
}

/// The npm package beside Cedar's and Cedarling's, all texts loaded in each.
pub(crate) fn bench_wasm(args: &[&str]) -> Step {
    let tarball = tarball()?;
    packages("tests/bench-wasm")?;
    let requests = requests()?;
    let cases = target().join("conformance/cases.json");
    let given = std::fs::File::open(&requests).map_err(|e| e.to_string())?;
    let made = output(native().args(["cedar", "policies", "24"]).stdin(given))?;
    std::fs::write(&cases, made).map_err(|e| format!("{}: {e}", cases.display()))?;
    let mut bench = command("node");
    bench.arg(root().join("tests/bench-wasm/bench.mjs")).arg(&tarball).arg(target().join("release/native-host")).arg(&requests).arg(&cases);
    let status = bench.args(args).status().map_err(|e| e.to_string())?;
    if status.success() { Ok(()) } else { Err(format!("bench failed ({status})")) }
}
