//! What has to be true of the sources before anything is tested, and how to make generated files true again.

use crate::run::{Step, cargo, lexgate, root, step, target};
use crate::setup::{WASM, has_wasm_target};
use std::collections::BTreeSet;

/// Formatting, lints, policies, generated files, and the core's independence of any host.
pub(crate) fn check() -> Step {
    step("formatting", &mut cargo(&["fmt", "--all", "--check"]))?;
    step("lints", &mut cargo(&["clippy", "--quiet", "--workspace", "--all-targets", "--all-features", "--", "-D", "warnings"]))?;
    step("policies parse, validate and lint", &mut lexgate(&["check"]))?;
    step("policies are formatted", &mut lexgate(&["fmt", "--check"]))?;
    documents_name_what_exists()?;
    core_imports_nothing()
}

/// Rewrites what is generated. The diff says which answers changed.
pub(crate) fn bless() -> Step {
    step("format policies", &mut lexgate(&["fmt"]))?;
    let outputs = ["bundle", "build", "-o", "core/default.bundle", "--schema", "policies/schema.cedarschema"];
    step("bundle and schema", &mut lexgate(&outputs))?;
    step("record of all answers", &mut lexgate(&["test", "--bless"]))?;
    let mut snapshots = cargo(&["test", "--quiet", "--package", "lexgate", "--features", "author", "--test", "wire"]);
    step("snapshots", snapshots.env("INSTA_UPDATE", "always"))?;
    let mut types = cargo(&["test", "--quiet", "--workspace", "--all-features", "--test", "types"]);
    step("types of the npm package", types.env("LEXGATE_BLESS", "1"))
}

/// As WebAssembly the core needs no host: its module has an empty import section.
fn core_imports_nothing() -> Step {
    if !has_wasm_target() {
        return Err(format!("there is no standard library for {WASM}; run `cargo xtask setup`"));
    }
    step("core builds for WebAssembly", &mut cargo(&["build", "--quiet", "--release", "--package", "portable", "--target", WASM]))?;
    let file = target().join(WASM).join("release/portable.wasm");
    let bytes = std::fs::read(&file).map_err(|e| format!("{}: {e}", file.display()))?;
    let mut imports = BTreeSet::new();
    for payload in wasmparser::Parser::new(0).parse_all(&bytes) {
        if let wasmparser::Payload::ImportSection(section) = payload.map_err(|e| e.to_string())? {
            for import in section.into_imports() {
                let import = import.map_err(|e| e.to_string())?;
                imports.insert(format!("{}.{}", import.module, import.name));
            }
        }
    }
    if imports.is_empty() {
        println!("── core imports nothing ({} bytes of WebAssembly before optimisation)", bytes.len());
        Ok(())
    } else {
        Err(format!("the core imports {}", imports.into_iter().collect::<Vec<_>>().join(", ")))
    }
}

/// A path that a document names in backticks exists.
fn documents_name_what_exists() -> Step {
    let mut missing = Vec::new();
    for document in [
        "README.md",
        "README.zh-CN.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "policies/README.md",
        "docs/bundle.md",
        "docs/decision-events.md",
        "docs/grant-token.md",
        "docs/serve.md",
        "gateways/node/README.md",
        "tests/gateways/README.md",
    ] {
        let text = std::fs::read_to_string(root().join(document)).map_err(|e| format!("{document}: {e}"))?;
        let quoted = text.split('`').skip(1).step_by(2);
        for path in quoted.filter(|q| looks_like_a_path(q)) {
            if !root().join(path).exists() {
                missing.push(format!("{document}: {path}"));
            }
        }
    }
    if missing.is_empty() {
        println!("── documents name only what exists");
        Ok(())
    } else {
        Err(format!("documents name what does not exist:\n  {}", missing.join("\n  ")))
    }
}

fn looks_like_a_path(quoted: &str) -> bool {
    let tops = ["core/", "cli/", "policies/", "tests/", "wasm/", "examples/", ".ci/", "docs/", "gateways/", "web-demo/"];
    tops.iter().any(|t| quoted.starts_with(t)) && !quoted.contains(|c: char| c.is_whitespace() || "<>*{}…".contains(c))
}
