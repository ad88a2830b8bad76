//! The source files of a policy store.

use std::collections::BTreeMap;
use std::path::Path;

/// Source files by path, with `/` between the parts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sources(BTreeMap<String, String>);

impl Sources {
    /// Sources from texts by path.
    #[must_use]
    pub fn new(files: BTreeMap<String, String>) -> Self {
        Self(files)
    }

    /// Reads a folder: its `.toml` and `.cedar` files and those of its folders.
    ///
    /// # Errors
    /// When a file cannot be read or is not UTF-8.
    pub fn read(folder: &Path) -> std::io::Result<Self> {
        let mut files = BTreeMap::new();
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                let name = file_name(&path);
                for inner in std::fs::read_dir(&path)? {
                    let inner = inner?.path();
                    if is_source(&inner) {
                        files.insert(format!("{name}/{}", file_name(&inner)), std::fs::read_to_string(&inner)?);
                    }
                }
            } else if is_source(&path) {
                files.insert(file_name(&path), std::fs::read_to_string(&path)?);
            }
        }
        Ok(Self(files))
    }

    /// The text of a file.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&str> {
        self.0.get(path).map(String::as_str)
    }

    /// Replaces or adds a file.
    pub fn set(&mut self, path: impl Into<String>, text: impl Into<String>) {
        self.0.insert(path.into(), text.into());
    }

    /// All files, sorted by path.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(p, t)| (p.as_str(), t.as_str()))
    }

    /// The folders that hold a text of law, sorted.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.0.keys().filter_map(|p| p.strip_suffix("/regulation.toml"))
    }

    /// The policy files of a text, in statute order.
    pub fn articles<'s>(&'s self, text: &'s str) -> impl Iterator<Item = (&'s str, &'s str)> {
        self.iter().filter(move |(p, _)| {
            p.split_once('/').is_some_and(|(folder, file)| folder == text && Path::new(file).extension().is_some_and(|e| e == "cedar"))
        })
    }
}

fn is_source(path: &Path) -> bool {
    path.is_file() && path.extension().is_some_and(|e| e == "toml" || e == "cedar")
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
}
