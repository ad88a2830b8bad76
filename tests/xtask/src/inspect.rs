//! What has to be true of the npm package besides its answers.

use crate::conformance::requests;
use crate::package::{packages, tarball};
use crate::run::{Step, command, files, root, step};

/// Runs the tests in `tests/hosts/package` on the packed package. `full` is for those that count to a million.
pub(crate) fn inspect(full: bool) -> Step {
    let tarball = tarball()?;
    packages("tests/hosts")?;
    let mut tests = command("node");
    tests
        .args(["--test", "--test-reporter=spec", "--test-concurrency=1", "--test-timeout=3600000"])
        .current_dir(root().join("tests/hosts"));
    tests.args(files(&root().join("tests/hosts/package"), ".test.mjs")?);
    tests.env("LEXGATE_TARBALL", tarball).env("LEXGATE_REQUESTS", requests()?);
    if full {
        tests.env("LEXGATE_FULL", "1");
    }
    step("package", &mut tests)
}
