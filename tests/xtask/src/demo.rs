//! The workbench in the browser: a static folder, `web-demo/dist`.

use crate::conformance::{native, requests};
use crate::package::{packages, tarball};
use crate::run::{Step, command, output, root, step, target};
use std::fs::File;
use std::path::Path;
use std::time::SystemTime;

/// Builds the workbench and serves it on the loopback address until it is stopped.
pub(crate) fn demo() -> Step {
    build()?;
    let mut serve = command("node");
    step("the workbench is served", serve.args(["serve.mjs", "dist"]).current_dir(folder()))
}

/// Builds the workbench and runs its tests in Chromium, and a short visit in Firefox.
pub(crate) fn test_demo() -> Step {
    build()?;
    let mut tests = command("node");
    tests.args(["node_modules/@playwright/test/cli.js", "test", "--config", "tests/playwright.config.ts"]);
    step("a visitor's jobs, in Chromium", tests.current_dir(folder()))?;
    step("a short visit, in Firefox", command("node").arg("tests/firefox.mjs").current_dir(folder()))
}

/// The packed package, the vectors with the native engine's answers, and the page made of them.
fn build() -> Step {
    let tarball = tarball()?;
    unpack(&tarball)?;
    packages("web-demo")?;
    data()?;
    let mut build = command("npm");
    step("the workbench", build.args(["run", "--silent", "build"]).current_dir(folder()))
}

/// npm installs a folder, not the tarball: the digest of a tarball would stand in the lock file and change with each build.
fn unpack(tarball: &Path) -> Step {
    let to = folder().join("lexgate");
    let written = |p: &Path| -> Option<SystemTime> { p.metadata().ok()?.modified().ok() };
    let marker = to.join("package.json");
    if marker.exists() && written(&to) >= written(tarball) {
        return Ok(());
    }
    for old in [&to, &folder().join("node_modules")] {
        if old.exists() {
            std::fs::remove_dir_all(old).map_err(|e| format!("{}: {e}", old.display()))?;
        }
    }
    std::fs::create_dir_all(&to).map_err(|e| format!("{}: {e}", to.display()))?;
    let mut unpack = command("tar");
    unpack.arg("-xzf").arg(tarball).args(["--strip-components=1", "-C"]).arg(&to);
    step("the packed package, unpacked", &mut unpack)
}

/// The vectors as requests, the native engine's answers to them, and what the page is given of both.
fn data() -> Step {
    let requests = requests()?;
    let answers = target().join("conformance/native.jsonl");
    let input = File::open(&requests).map_err(|e| format!("{}: {e}", requests.display()))?;
    let lines = output(native().arg("answers").stdin(input))?;
    std::fs::write(&answers, lines).map_err(|e| format!("{}: {e}", answers.display()))?;
    step("cases and vectors for the page", command("node").arg("data/make.mjs").args([&requests, &answers]).current_dir(folder()))
}

fn folder() -> std::path::PathBuf {
    root().join("web-demo")
}
