//! How large the modules of the package are, and where the bytes go.

use crate::package::tarball;
use crate::run::{Step, command, output, root, target};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// A module: its name, its file in the package, and how many bytes it may have as brotli 11.
const MODULES: [(&str, &str, u64); 2] = [("decide", "lexgate.wasm", 450_000), ("author", "lexgate-author.wasm", 850_000)];

/// Measures the packed files. Fails when one is too large.
pub(crate) fn size(as_json: bool) -> Step {
    let tarball = tarball()?;
    let folder = target().join("package/size");
    std::fs::create_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let mut whole = serde_json::Map::new();
    let mut too_large = Vec::new();
    for (name, file, limit) in MODULES {
        let mut unpack = command("tar");
        let bytes = output(unpack.arg("-xOf").arg(&tarball).arg(format!("package/dist/{file}")))?;
        let mut parts = parts(&bytes, name)?;
        parts.insert(0, (name.to_owned(), bytes));
        let sizes = measure(&folder, &parts)?;
        let all = sizes.first().cloned().unwrap_or_default();
        let brotli = all.get("brotli").and_then(Value::as_u64).unwrap_or(u64::MAX);
        if brotli > limit {
            too_large.push(format!("{name} has {brotli} bytes as brotli 11, more than {limit}"));
        }
        if !as_json {
            println!("{:<44} {:>9} {:>9} {:>9}", format!("{name} ({file}, at most {limit} as brotli)"), "raw", "gzip", "brotli");
            for ((part, _), size) in parts.iter().zip(&sizes) {
                let n = |key| size.get(key).and_then(Value::as_u64).unwrap_or_default();
                println!("  {part:<42} {:>9} {:>9} {:>9}", n("raw"), n("gzip"), n("brotli"));
            }
        }
        whole.insert(name.to_owned(), all);
    }
    if as_json {
        println!("{}", json!({"decide": whole.get("decide"), "author": whole.get("author")}));
    }
    if too_large.is_empty() { Ok(()) } else { Err(too_large.join("; ")) }
}

/// What a module is made of: code, the bundle inside it, other data, the rest.
fn parts(module: &[u8], name: &str) -> Result<Vec<(String, Vec<u8>)>, String> {
    let bundle_file = root().join("core/default.bundle");
    let bundle = std::fs::read(&bundle_file).map_err(|e| format!("{}: {e}", bundle_file.display()))?;
    let (mut code, mut data, mut rest) = (Vec::new(), Vec::new(), Vec::new());
    for payload in wasmparser::Parser::new(0).parse_all(module) {
        let payload = payload.map_err(|e| format!("{name}: {e}"))?;
        let Some((id, range)) = payload.as_section() else { continue };
        let (Ok(start), Ok(end)) = (usize::try_from(range.start), usize::try_from(range.end)) else { continue };
        let bytes = module.get(start..end).unwrap_or_default();
        match id {
            10 => code.extend_from_slice(bytes),
            11 => data.extend_from_slice(bytes),
            _ => rest.extend_from_slice(bytes),
        }
    }
    let mut parts = vec![("code".to_owned(), code)];
    // The optimiser may cut the data where a long run of zeros is; the beginning and the end of the bundle tell its place.
    let edge = bundle.len().min(64);
    let begin = find(&data, bundle.get(..edge).unwrap_or_default());
    let end = find(&data, bundle.get(bundle.len().saturating_sub(edge)..).unwrap_or_default()).map(|at| at.saturating_add(edge));
    match (begin, end) {
        (Some(begin), Some(end)) if begin < end => {
            parts.push(("bundle core/default.bundle".to_owned(), data.get(begin..end).unwrap_or_default().to_vec()));
            let others = [data.get(..begin), data.get(end..)].into_iter().flatten().flatten().copied().collect();
            parts.push(("other data: names, texts, tables".to_owned(), others));
        }
        _ if name == "decide" => return Err("the deciding module does not hold core/default.bundle: build the package anew".to_owned()),
        _ => parts.push(("data: names, texts, tables".to_owned(), data)),
    }
    parts.push(("types, imports, exports and the like".to_owned(), rest));
    Ok(parts)
}

fn find(within: &[u8], what: &[u8]) -> Option<usize> {
    within.windows(what.len().max(1)).position(|w| w == what)
}

/// Raw, gzip and brotli sizes of each part; compressed by Node, which is needed for the package anyway.
fn measure(folder: &Path, parts: &[(String, Vec<u8>)]) -> Result<Vec<Value>, String> {
    let mut files: Vec<PathBuf> = Vec::new();
    for (i, (_, bytes)) in parts.iter().enumerate() {
        let file = folder.join(format!("{i}.bin"));
        std::fs::write(&file, bytes).map_err(|e| format!("{}: {e}", file.display()))?;
        files.push(file);
    }
    let script = "const { readFileSync } = require('node:fs'); const z = require('node:zlib'); const q = z.constants;
        const params = { [q.BROTLI_PARAM_QUALITY]: 11, [q.BROTLI_PARAM_LGWIN]: 24 };
        console.log(JSON.stringify(process.argv.slice(1).map((f) => { const b = readFileSync(f); return {
            raw: b.length, gzip: z.gzipSync(b, { level: 9 }).length, brotli: z.brotliCompressSync(b, { params }).length }; })));";
    let out = output(command("node").args(["-e", script]).args(&files))?;
    serde_json::from_slice(&out).map_err(|e| e.to_string())
}
