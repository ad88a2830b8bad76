//! The gateways: the package `lexgate-gateway`, and the shared table of calls against every host.

use crate::package::{packages, tarball, without_places, youngest};
use crate::run::{Step, cargo, command, files, root, step, target};
use crate::setup::setup_package;

/// What the package is made from.
const SOURCES: [&str; 6] = ["Cargo.lock", "core/default.bundle", "core/src", "gateways/map", "gateways/wasm", "gateways/node"];

/// Builds the npm package into `gateways/node/dist`, unless that is younger than everything it is made from.
pub(crate) fn package() -> Step {
    setup_package()?;
    packages("gateways/node")?;
    let built = youngest(&root().join("gateways/node/dist/lexgate-gateway.wasm"));
    let changed = SOURCES.iter().filter_map(|s| youngest(&root().join(s))).max();
    if built.is_some() && built >= changed {
        return Ok(());
    }
    let folder = target().join("package/gateway");
    std::fs::create_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let mut build = command("wasm-pack");
    build.args(["build", "gateways/wasm", "--target", "bundler", "--mode", "no-install", "--no-pack", "--profile", "wasm"]);
    build.arg("--out-dir").arg(&folder).args(["--out-name", "lexgate_gateway"]);
    build.env("CARGO_TERM_QUIET", "true").env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", without_places()?);
    step("WebAssembly module: gateway", &mut build)?;
    step("entry points of lexgate-gateway", command("node").arg("build.mjs").arg(&folder).current_dir(root().join("gateways/node")))
}

/// Runs the tests of the package. One of them puts the engine of the package `lexgate` behind Cedar's middleware.
pub(crate) fn test() -> Step {
    tarball()?;
    package()?;
    let tests = files(&root().join("gateways/node/tests"), ".test.mjs")?;
    step("tests of lexgate-gateway", command("node").arg("--test").args(tests))
}

/// Runs the table of calls against the runners named, or all of them. The core is always one.
pub(crate) fn conformance(runners: &[&str]) -> Step {
    package()?;
    packages("tests/gateways")?;
    service()?;
    if runners.is_empty() || runners.contains(&"envoy") {
        crate::envoy::prepare()?;
    }
    step("the table of calls", command("node").arg("tests/gateways/conformance.mjs").args(runners))
}

/// Runs the recipes for other proxies with the real programs, and AuthZEN's certification scenario against `lexgate serve`.
pub(crate) fn services() -> Step {
    package()?;
    service()?;
    crate::envoy::prepare()?;
    step("recipes for nginx, Caddy and ext_authz", command("node").arg("tests/gateways/recipes.mjs"))?;
    step("certification scenario of AuthZEN 1.0", command("node").arg("tests/gateways/authzen-certification.mjs"))
}

/// The command line, which is the service too.
fn service() -> Step {
    step("the command line", &mut cargo(&["build", "--quiet", "--release", "--package", "lexgate-cli"]))
}

/// Mixed traffic while everything changes, for so many minutes.
pub(crate) fn soak(minutes: &str) -> Step {
    package()?;
    packages("tests/gateways")?;
    service()?;
    let lexgate = target().join("release/lexgate");
    step("gateways under load and fault", command("node").args(["tests/gateways/soak.mjs", minutes]).arg(lexgate))
}

/// What the adapters for Node cost, beside the bare frameworks.
pub(crate) fn bench() -> Step {
    package()?;
    packages("tests/gateways")?;
    step("adapters for Node, requests a second", command("node").arg("tests/gateways/bench-node.mjs"))
}
