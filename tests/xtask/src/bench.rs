//! Comparison with Cedar, in one run.

use crate::run::{Step, cargo, step};

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
