//! `cargo xtask`: the one door to every chore, the same on a laptop and in CI.

mod bench;
mod check;
mod conformance;
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
  test             everything CI runs: check, all tests, all vectors, coverage, documentation, 30 s of each fuzz target
  bench [--json]   compare with Cedar in one run and print the ratios
  bench --wasm [--json]
                   the npm package beside @cedar-policy/cedar-wasm and @janssenproject/cedarling_wasm, and beside native
  package          build the npm package into target/package
  size [--json]    how large the modules of the package are, and where the bytes go; fails when one is too large
  conformance [HOST...]
                   run every vector in each host (native, node, chromium, firefox, workerd, deno, bun; webkit when named)
                   and demand the native engine's bytes; without a host, all but webkit, and the report is written
  inspect [--full] what else has to be true of the package: contents, types, offline, memory, traps, bundlers, examples;
                   --full runs a million evaluations instead of a tenth of it
  replay [EVENTS]  write a log of decisions, alter some, and demand that replay finds exactly those (default 1000000)
  fuzz [SECONDS]   run each fuzz target that long (default 600)
  bless            rewrite what is generated: bundle, schema, record of all answers, snapshots, types; read the diff

Examples:
  cargo xtask setup && cargo xtask test
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
        ["test"] => test::test(),
        ["bench", "--wasm", rest @ ..] => bench::bench_wasm(rest),
        ["bench", "--gateways"] => gateways::bench(),
        ["bench", rest @ ..] => bench::bench(rest),
        ["package"] => package::package(),
        ["size"] => size::size(false),
        ["size", "--json"] => size::size(true),
        ["gateways"] => gateways::test(),
        ["envoy"] => envoy::faults(),
        ["bench", "--envoy"] => envoy::bench(),
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
