//! The npm package: `target/package/lexgate-VERSION.tgz`.

use crate::run::{Step, command, root, step, target};
use crate::setup::setup_package;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// What the package is made from.
const SOURCES: [&str; 8] =
    ["Cargo.lock", "Cargo.toml", "LICENSE", "core/Cargo.toml", "core/default.bundle", "core/src", "wasm", "tests/xtask/src/package.rs"];

/// Builds the package.
pub(crate) fn package() -> Step {
    setup_package()?;
    let folder = folder();
    std::fs::create_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let [decide, author] = ["decide", "author"].map(|name| folder.join(name));
    let of_author = ["--", "--no-default-features", "--features", "author"];
    for (module, profile, features) in [(&decide, "wasm", &[][..]), (&author, "wasm-author", &of_author[..])] {
        let mut build = command("wasm-pack");
        // What `wasm-bindgen` is on the path is the one this asks for: nothing is fetched while building.
        build.args(["build", "wasm", "--target", "bundler", "--mode", "no-install", "--no-pack", "--profile", profile]);
        build.arg("--out-dir").arg(module).args(["--out-name", "lexgate"]).args(features);
        build.env("CARGO_TERM_QUIET", "true").env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", without_places()?);
        step(&format!("WebAssembly module: {}", name_of(module)), &mut build)?;
    }
    packages("wasm")?;
    step("entry points and optimised modules", command("node").arg("build.mjs").args([&decide, &author]).current_dir(root().join("wasm")))?;
    let mut pack = command("npm");
    pack.args(["pack", "--silent", "--pack-destination"]).arg(&folder).current_dir(root().join("wasm"));
    step("tarball", &mut pack)
}

/// Compiler flags that keep the places of this machine's files out of the module, so that every machine makes the same one.
pub(crate) fn without_places() -> Result<String, String> {
    let sources = root().canonicalize().map_err(|e| e.to_string())?;
    let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let cargo = std::env::var_os("CARGO_HOME").map_or_else(|| home.join(".cargo"), PathBuf::from);
    Ok(format!("--remap-path-prefix={}=cargo --remap-path-prefix={}=lexgate", cargo.display(), sources.display()))
}

/// The tarball, built unless it is younger than everything it is made from.
pub(crate) fn tarball() -> Result<PathBuf, String> {
    setup_package()?;
    let file = folder().join(concat!("lexgate-", env!("CARGO_PKG_VERSION"), ".tgz"));
    let built = file.metadata().and_then(|m| m.modified()).ok();
    let changed = SOURCES.iter().filter_map(|s| youngest(&root().join(s))).max();
    if built.is_none() || built < changed {
        package()?;
    }
    if file.exists() { Ok(file) } else { Err(format!("npm did not make {}", file.display())) }
}

/// Installs what the lock file of a folder names, unless it is there. Nothing runs while installing.
pub(crate) fn packages(folder: &str) -> Step {
    let folder = root().join(folder);
    // npm writes this copy of the lock file last.
    let installed = youngest(&folder.join("node_modules/.package-lock.json"));
    if installed.is_some() && installed >= youngest(&folder.join("package-lock.json")) {
        return Ok(());
    }
    let mut install = command("npm");
    install.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]).current_dir(&folder);
    step(&format!("npm packages of {}", name_of(&folder)), &mut install)
}

fn folder() -> PathBuf {
    target().join("package")
}

fn name_of(path: &Path) -> String {
    path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
}

/// When a file, or the youngest file of a folder, was written. What is generated or installed does not count.
pub(crate) fn youngest(path: &Path) -> Option<SystemTime> {
    if !path.is_dir() {
        return path.metadata().ok()?.modified().ok();
    }
    let entries = std::fs::read_dir(path).ok()?.filter_map(Result::ok).map(|e| e.path());
    let generated = ["dist", "glue.js", "author-glue.js", "node_modules", "LICENSE"];
    entries.filter(|p| !generated.contains(&name_of(p).as_str())).filter_map(|p| youngest(&p)).max()
}
