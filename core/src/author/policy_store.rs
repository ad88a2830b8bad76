//! Cedar's policy-store layout, so that other Cedar tools can read the law.
//!
//! ```text
//! metadata.json                   name, version, Cedar's version
//! manifest.json                   size and SHA-256 of every other file
//! schema.cedarschema              the schema that the vocabulary makes
//! policies/<text>/article-042.cedar
//! lexgate/                        what is not Cedar, and policy files that hold no policy
//! ```
//! A text of law is a policy set of its own, and duties and periods are permits too. So the store of a whole law holds one
//! policy more, which forbids everything: a tool that decides with all of it at once refuses, and does not allow what no
//! ground permits. The store of a single text ([`export_text`]) holds its grounds and gates only and decides as it does here.

use super::{Compiled, Sources};
use crate::bundle::{About, is_path, sha256_hex};
use crate::schema::schema;
use crate::vocabulary::Vocabulary;
use cedar_policy::PolicySet;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::str::FromStr;
use thiserror::Error;

/// The policy that keeps a whole law from being decided with as one set.
const GUARD: (&str, &str) = (
    "policies/lexgate-whole-law.cedar",
    "// This store holds several texts of law, with their duties and periods. It is to be read, not to be decided with.\n\
     @id(\"lexgate/whole-law\")\nforbid (principal, action, resource);\n",
);
/// The layout wants a date; a real one would make every export another one.
const NO_DATE: &str = "1980-01-01T00:00:00Z";

/// The files of a store, by path.
pub type Files = BTreeMap<String, Vec<u8>>;

/// Why a policy store cannot be read or written.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum StoreError {
    /// A file that the layout asks for.
    #[error("`{0}` is missing")]
    Missing(String),
    /// A file that has no place in it.
    #[error("`{0}` has no place in a policy store that can be read here")]
    OutOfPlace(String),
    /// A file that is not what `manifest.json` says, or that is not UTF-8 or JSON.
    #[error("`{0}` is damaged, or is not what manifest.json says")]
    Damaged(String),
    /// No such text of law.
    #[error("there is no text `{0}`")]
    UnknownText(String),
}

#[derive(Serialize)]
struct Metadata<'s> {
    cedar_version: &'s str,
    policy_store: StoreInfo<'s>,
}

#[derive(Serialize)]
struct StoreInfo<'s> {
    /// Other tools want hexadecimal digits here.
    id: String,
    name: &'s str,
    description: String,
    version: &'s str,
}

#[derive(Serialize, Deserialize)]
struct Manifest {
    policy_store_id: String,
    generated_date: String,
    files: BTreeMap<String, ManifestEntry>,
}

#[derive(Serialize, Deserialize, PartialEq)]
struct ManifestEntry {
    size: u64,
    checksum: String,
}

impl ManifestEntry {
    fn new(content: &[u8]) -> Self {
        Self { size: u64::try_from(content.len()).unwrap_or(u64::MAX), checksum: format!("sha256:{}", sha256_hex(content)) }
    }
}

/// The whole law as a policy store, with everything that [`import`] needs to make the same sources of it.
///
/// # Errors
/// [`StoreError::Damaged`] when a policy file cannot be parsed.
pub fn export(about: &About, vocabulary: &Vocabulary, sources: &Sources) -> Result<Files, StoreError> {
    let mut files = Files::new();
    for source in &about.sources {
        let text = sources.get(&source.path).ok_or_else(|| StoreError::Missing(source.path.clone()))?;
        let has_policies = source.path.ends_with(".cedar")
            && PolicySet::from_str(text).map_err(|_| StoreError::Damaged(source.path.clone()))?.policies().next().is_some();
        let folder = if has_policies { "policies" } else { "lexgate" };
        files.insert(format!("{folder}/{}", source.path), text.as_bytes().to_vec());
    }
    files.insert(GUARD.0.to_owned(), GUARD.1.as_bytes().to_vec());
    let description = "Several texts of law; each is a policy set of its own, and permits with @duty or @deadline grant nothing. \
                       Read it; decide with lexgate, or with the store of a single text.";
    finish(files, about, vocabulary, &about.id, description)
}

/// The grounds and gates of one text as a policy store: what Cedar decides with, and nothing else.
///
/// # Errors
/// [`StoreError::UnknownText`].
pub fn export_text(about: &About, vocabulary: &Vocabulary, compiled: &Compiled, code: &str) -> Result<Files, StoreError> {
    let set = compiled.cedar.get(code).ok_or_else(|| StoreError::UnknownText(code.to_owned()))?;
    let set = super::oracle::grounds_and_gates(set);
    let mut policies: Vec<_> = set.policies().collect();
    policies.sort_by_key(|p| p.id().to_string());
    let mut text = String::new();
    for policy in policies {
        text.push_str(&policy.to_cedar().ok_or_else(|| StoreError::Damaged(code.to_owned()))?);
        text.push('\n');
    }
    let text = super::format_policies(&text).map_err(|_| StoreError::Damaged(code.to_owned()))?;
    let files = Files::from([(format!("policies/{code}.cedar"), text.into_bytes())]);
    let description = "Grounds and gates of one text of law. Whether it applies, its duties and its periods are no part of this store.";
    finish(files, about, vocabulary, &format!("{}/{code}", about.id), description)
}

fn finish(mut files: Files, about: &About, vocabulary: &Vocabulary, name: &str, description: &str) -> Result<Files, StoreError> {
    let id: String = sha256_hex(name.as_bytes()).chars().take(32).collect();
    let store = StoreInfo { id: id.clone(), name, description: description.to_owned(), version: &about.version };
    files.insert("metadata.json".to_owned(), json(&Metadata { cedar_version: &about.cedar_version, policy_store: store })?);
    files.insert("schema.cedarschema".to_owned(), schema(vocabulary).into_bytes());
    let entries = files.iter().map(|(path, content)| (path.clone(), ManifestEntry::new(content))).collect();
    let manifest = Manifest { policy_store_id: id, generated_date: NO_DATE.to_owned(), files: entries };
    files.insert("manifest.json".to_owned(), json(&manifest)?);
    Ok(files)
}

fn json(value: &impl Serialize) -> Result<Vec<u8>, StoreError> {
    let mut text = serde_json::to_vec_pretty(value).map_err(|_| StoreError::Damaged("metadata.json".to_owned()))?;
    text.push(b'\n');
    Ok(text)
}

/// The sources that a store was exported from. Compiling them gives the same law.
///
/// # Errors
/// When a file is missing, out of place, or is not what `manifest.json` says.
pub fn import(files: &Files) -> Result<Sources, StoreError> {
    for path in ["metadata.json", "schema.cedarschema", "lexgate/store.toml"] {
        if !files.contains_key(path) {
            return Err(StoreError::Missing(path.to_owned()));
        }
    }
    if let Some(manifest) = files.get("manifest.json") {
        let damaged = || StoreError::Damaged("manifest.json".to_owned());
        let manifest: Manifest = serde_json::from_slice(manifest).map_err(|_| damaged())?;
        for (path, content) in files.iter().filter(|(p, _)| *p != "manifest.json") {
            match manifest.files.get(path) {
                None => return Err(StoreError::OutOfPlace(path.clone())),
                Some(entry) if *entry != ManifestEntry::new(content) => return Err(StoreError::Damaged(path.clone())),
                Some(_) => {}
            }
        }
        if let Some(path) = manifest.files.keys().find(|p| !files.contains_key(*p)) {
            return Err(StoreError::Missing(path.clone()));
        }
    }
    let mut sources = Sources::default();
    for (path, content) in files {
        let source = match path.as_str() {
            "metadata.json" | "manifest.json" | "schema.cedarschema" => continue,
            p if p == GUARD.0 && content == GUARD.1.as_bytes() => continue,
            p => p.strip_prefix("policies/").filter(|p| p.ends_with(".cedar")).or_else(|| p.strip_prefix("lexgate/")),
        };
        // A source is a file of the policy folder or of a text's folder in it.
        let source = source.filter(|s| is_path(s) && s.matches('/').count() <= 1 && (s.ends_with(".cedar") || s.ends_with(".toml")));
        let source = source.ok_or_else(|| StoreError::OutOfPlace(path.clone()))?;
        if sources.get(source).is_some() {
            return Err(StoreError::OutOfPlace(path.clone()));
        }
        let text = String::from_utf8(content.clone()).map_err(|_| StoreError::Damaged(path.clone()))?;
        sources.set(source, text);
    }
    Ok(sources)
}
