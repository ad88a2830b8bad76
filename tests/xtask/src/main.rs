//! `cargo xtask`: the one door to every chore, the same on a laptop and in CI.

mod bench;
mod check;
mod conformance;
mod demo;
mod envoy;
mod gateways;
mod inspect;
mod package;
mod replay;
mod run;
mod setup;
mod size;
mod test;

use run::Step;
use std::process::ExitCode;

const HELP: &str = "cargo xtask COMMAND

  setup            install what a bare Debian or Ubuntu machine with rustup needs, and say what is done
  check            formatting, lints, policies, schema and bundle up to date, core free of imports as WebAssembly
  test             everything CI runs: check, all tests, all vectors, coverage, documentation, 30 s of each fuzz target,
                   the package in its hosts, the gateways, the workbench
  bench [--json]   compare with Cedar in one run and print the ratios
  bench --wasm [--json]
                   the npm package beside @cedar-policy/cedar-wasm and @janssenproject/cedarling_wasm, and beside native
  bench --envoy    Envoy with the filter beside Envoy without it and with ext_authz (wants wrk)
  bench --gateways the adapters for Node beside the bare frameworks
  package          build the npm package into target/package
  size [--json]    how large the modules of the package are, and where the bytes go; fails when one is too large
  conformance [HOST...]
                   run every vector in each host (native, node, chromium, firefox, workerd, deno, bun; webkit when named)
                   and demand the native engine's bytes; without a host, all but webkit, and the report is written
  inspect [--full] what else has to be true of the package: contents, types, offline, memory, traps, bundlers, examples;
                   --full runs a million evaluations instead of a tenth of it
  conformance gateways [GATEWAY...]
                   send one table of HTTP calls through each gateway (node, workers, envoy, serve) and demand the same verdicts
  gateways         tests of the npm package lexgate-gateway, recipes for nginx, Caddy and ext_authz, AuthZEN's certification scenario
  envoy            what Envoy with the filter does when its configuration changes or goes wrong
  soak [MINUTES]   gateways under load and fault (default 10)
  demo             build the workbench into web-demo/dist and serve it on the loopback address
  test demo        build the workbench and run its tests in Chromium and Firefox
  replay [EVENTS]  write a log of decisions, alter some, and demand that replay finds exactly those (default 1000000)
  fuzz [SECONDS]   run each fuzz target that long (default 600)
  bless            rewrite what is generated: bundle, schema, record of all answers, snapshots, types; read the diff

Examples:
  cargo xtask setup && cargo xtask test
  cargo xtask demo
  cargo xtask bench --json > bench.json
  cargo xtask conformance node deno
  cargo xtask fuzz 60
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let done: Step = match words.as_slice() {
        ["setup"] => setup::setup(),
        ["check"] => check::check(),
        ["demo"] => demo::demo(),
        ["test", "demo"] => demo::test_demo(),
        ["test"] => test::test(),
        ["bench", "--wasm", rest @ ..] => bench::bench_wasm(rest),
        ["bench", "--envoy"] => envoy::bench(),
        ["bench", "--gateways"] => gateways::bench(),
        ["bench", rest @ ..] => bench::bench(rest),
        ["package"] => package::package(),
        ["size"] => size::size(false),
        ["size", "--json"] => size::size(true),
        ["gateways"] => gateways::test().and_then(|()| gateways::services()),
        ["envoy"] => envoy::faults(),
        ["conformance", "gateways", runners @ ..] => gateways::conformance(runners),
        ["conformance", hosts @ ..] => conformance::conformance(hosts),
        ["inspect"] => inspect::inspect(false),
        ["inspect", "--full"] => inspect::inspect(true),
        ["soak"] => gateways::soak("10"),
        ["soak", minutes] => gateways::soak(minutes),
        ["replay"] => replay::replay(1_000_000),
        ["replay", events] => events.parse().map_err(|_| format!("`{events}` is no number of events")).and_then(replay::replay),
        ["fuzz"] => test::fuzz(600),
        ["fuzz", seconds] => seconds.parse().map_err(|_| format!("`{seconds}` is no number of seconds")).and_then(test::fuzz),
        ["bless"] => check::bless(),
        [] | ["help" | "--help" | "-h"] => {
            print!("{HELP}");
            Ok(())
        }
        _ => Err(format!("unknown command; see `cargo xtask --help`\n\n{HELP}")),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("xtask: {message}");
            ExitCode::FAILURE
        }
    }
}
