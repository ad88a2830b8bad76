//! Reading what commands work on: requests, bundles, policy folders.

use crate::failure::Failure;
use crate::terminal::Terminal;
use crate::trust::TrustArgs;
use clap::Args;
use lexgate::author::{Compiled, Sources, compile};
use lexgate::bundle::{self, BundleError, SCHEMA, SOURCES};
use lexgate::evaluate::EMBEDDED_BUNDLE;
use lexgate::{Engine, Options};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufRead, Read, Write};
use std::path::{Path, PathBuf};

/// Which bundle to work with.
#[derive(Debug, Clone, Args)]
pub(crate) struct BundleChoice {
    /// Work with this bundle instead of the one inside the program
    #[arg(long, value_name = "FILE")]
    pub(crate) bundle: Option<PathBuf>,
}

impl BundleChoice {
    /// The bytes of the bundle and its name for people.
    pub(crate) fn bytes(&self) -> Result<(Vec<u8>, String), Failure> {
        match &self.bundle {
            Some(path) => {
                let file = File::open(path).map_err(Failure::unreadable(path))?;
                let bytes = at_most(file, bundle::MAX_BYTES).map_err(Failure::unreadable(path))?;
                Ok((bytes, path.display().to_string()))
            }
            None => Ok((EMBEDDED_BUNDLE.to_vec(), "embedded bundle".to_owned())),
        }
    }

    /// An engine prepared from the bundle.
    pub(crate) fn engine(&self, options: Options) -> Result<Engine, Failure> {
        let (bytes, name) = self.bytes()?;
        Engine::with_options(&bytes, options).map_err(|source| Failure::Bundle { name, source })
    }

    /// An engine prepared from the bundle, which has to be what was asked for wherever a key was named.
    pub(crate) fn trusted_engine(&self, options: Options, trust: &TrustArgs) -> Result<Engine, Failure> {
        let Some(trust) = trust.policy()? else { return self.engine(options) };
        let (bytes, name) = self.bytes()?;
        Engine::verified(&bytes, &trust, options).map_err(|source| Failure::Bundle { name, source })
    }
}

/// A policy folder without errors.
pub(crate) struct Built {
    /// The files.
    pub(crate) sources: Sources,
    /// What the compiler made of them.
    pub(crate) compiled: Compiled,
    /// The bundle.
    pub(crate) bytes: Vec<u8>,
    /// An engine prepared from that bundle.
    pub(crate) engine: Engine,
}

/// Compiles a policy folder; errors in it are printed to standard error.
pub(crate) fn build(folder: &Path, terminal: &Terminal) -> Result<Built, Failure> {
    let sources = Sources::read(folder).map_err(Failure::unreadable(folder))?;
    let compiled = compile(&sources);
    let Some(content) = &compiled.content else {
        for finding in &compiled.findings {
            terminal.complain_of(finding, &sources);
        }
        return Err(Failure::Policies(folder.to_owned()));
    };
    let refused = |source| Failure::Bundle { name: folder.display().to_string(), source };
    let bytes = bundle::write(content).map_err(refused)?;
    let engine = Engine::new(&bytes).map_err(refused)?;
    Ok(Built { sources, compiled, bytes, engine })
}

impl Built {
    /// The bundle with all its sources in it.
    pub(crate) fn with_sources(&self) -> Result<Vec<u8>, BundleError> {
        let content = self.compiled.content.as_ref().ok_or(BundleError::Content)?;
        let schema = lexgate::author::schema(self.engine.vocabulary());
        let mut files = BTreeMap::from([(SCHEMA.to_owned(), schema.into_bytes())]);
        for source in &content.about.sources {
            files.insert(format!("{SOURCES}{}", source.path), self.sources.get(&source.path).unwrap_or_default().into());
        }
        bundle::write_with(content, &files)
    }
}

/// Writes a file so that whoever reads it meanwhile sees the old one or the new one, and never a part. What is no plain file,
/// a link or a device, is written through and stays what it is.
pub(crate) fn write_atomically(path: &Path, content: &[u8]) -> Result<(), Failure> {
    if fs::symlink_metadata(path).is_ok_and(|m| !m.is_file()) {
        return fs::write(path, content).map_err(Failure::unwritable(path));
    }
    let mut part = path.as_os_str().to_owned();
    part.push(format!(".{}.part", std::process::id()));
    let part = PathBuf::from(part);
    let write = || {
        let mut file = fs::OpenOptions::new().write(true).create_new(true).open(&part)?;
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(&part, path)
    };
    write().map_err(|source| {
        let _ = fs::remove_file(&part);
        Failure::Unwritable { path: path.to_owned(), source }
    })
}

/// A file, or standard input for `-`.
pub(crate) fn open(path: &Path) -> Result<Box<dyn Read>, Failure> {
    if path.as_os_str() == "-" {
        return Ok(Box::new(io::stdin().lock()));
    }
    Ok(Box::new(File::open(path).map_err(Failure::unreadable(path))?))
}

/// Reads up to one byte more than `limit`, so that whoever checks the limit sees it broken and no more is kept.
pub(crate) fn at_most(reader: impl Read, limit: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    reader.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Reads the next line without its end into `line`. Of a line longer than `limit` only so much is kept that whoever
/// checks the limit sees it broken; the rest is skipped. False at the end of the input.
pub(crate) fn next_line(input: &mut impl BufRead, line: &mut Vec<u8>, limit: usize) -> io::Result<bool> {
    // Room for one byte too many and a carriage return.
    let kept = limit.saturating_add(2);
    line.clear();
    let mut begun = false;
    loop {
        let chunk = match input.fill_buf() {
            Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
            other => other?,
        };
        if chunk.is_empty() {
            break;
        }
        begun = true;
        let end = chunk.iter().position(|b| *b == b'\n');
        let part = end.and_then(|e| chunk.get(..e)).unwrap_or(chunk);
        line.extend(part.iter().take(kept.saturating_sub(line.len())));
        let used = end.map_or(chunk.len(), |e| e.saturating_add(1));
        input.consume(used);
        if end.is_some() {
            break;
        }
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    Ok(begun)
}

#[cfg(test)]
mod tests {
    use super::*;
    use lexgate::request::MAX_BYTES;
    use std::io::BufReader;

    fn all(input: &[u8]) -> Vec<Vec<u8>> {
        let mut input = BufReader::with_capacity(7, input);
        let (mut out, mut line) = (Vec::new(), Vec::new());
        while next_line(&mut input, &mut line, MAX_BYTES).unwrap() {
            out.push(line.clone());
        }
        out
    }

    #[test]
    fn lines_end_with_either_end_or_the_input() {
        assert_eq!(all(b"a\nbc\r\n\n\xff"), [&b"a"[..], b"bc", b"", b"\xff"]);
        assert_eq!(all(b""), Vec::<Vec<u8>>::new());
        assert_eq!(all(b"abcdefghijkl\nm\n"), [&b"abcdefghijkl"[..], b"m"]);
    }

    #[test]
    fn a_line_is_kept_up_to_the_limit_and_the_next_one_is_whole() {
        let long = |n: usize, end: &str| [&vec![b' '; n][..], end.as_bytes(), b"next\n"].concat();
        for (n, end, kept) in [
            (MAX_BYTES, "\r\n", MAX_BYTES),
            (MAX_BYTES + 1, "\n", MAX_BYTES + 1),
            (MAX_BYTES + 1, "\r\n", MAX_BYTES + 1),
            (3 * MAX_BYTES, "\n", MAX_BYTES + 2),
        ] {
            let lines = all(&long(n, end));
            assert_eq!((lines[0].len(), lines[1].as_slice()), (kept, &b"next"[..]), "{n} {end:?}");
        }
    }
}
