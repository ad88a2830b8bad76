//! What the tests and benches share: the policy store of this repository, its vectors, and requests that can be taken
//! apart and put together again.

#![allow(dead_code, reason = "every test binary uses a part of this")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects,
    reason = "tests stop at the first thing wrong"
)]

use lexgate::Engine;
use lexgate::author::vectors::{self, Vector};
use lexgate::author::{Compiled, Sources, Validation, compile_with};
use lexgate::vocabulary::{Fact, FactType, Group, Vocabulary};
use serde_json::{Map, Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// The policy store of this repository, compiled.
pub(crate) struct Store {
    pub(crate) sources: Sources,
    pub(crate) compiled: Compiled,
    pub(crate) bundle: Vec<u8>,
    pub(crate) engine: Engine,
    /// Every vector.
    pub(crate) vectors: Vec<Vector>,
    /// The requests of the vectors that can be decided, with the name of the vector.
    pub(crate) requests: Vec<(String, Doc)>,
    /// Positions in `requests` of those that are permitted.
    pub(crate) permitted: Vec<usize>,
}

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Compiles a store that has to compile.
pub(crate) fn build(sources: &Sources, validation: Validation) -> (Compiled, Vec<u8>, Engine) {
    let compiled = compile_with(sources, validation);
    let findings: Vec<String> = compiled.findings.iter().map(|f| format!("{f} [{}] {}", f.code, f.file)).collect();
    let content = compiled.content.as_ref().unwrap_or_else(|| panic!("the policies do not compile:\n{}", findings.join("\n")));
    let bundle = lexgate::bundle::write(content).unwrap();
    let engine = Engine::new(&bundle).unwrap();
    (compiled, bundle, engine)
}

/// The store, read and compiled once in a test binary.
pub(crate) fn store() -> &'static Store {
    static STORE: LazyLock<Store> = LazyLock::new(|| {
        let sources = Sources::read(&root().join("policies")).unwrap();
        let (compiled, bundle, engine) = build(&sources, Validation::Strict);
        let vectors = vectors::read(&Sources::read(&root().join("tests/vectors")).unwrap()).unwrap_or_else(|e| panic!("{e}"));
        let requests: Vec<(String, Doc)> = vectors
            .iter()
            .filter(|v| engine.read(&v.request).facts().is_some())
            .map(|v| (v.name.clone(), Doc::parse(&v.request)))
            .collect();
        let is_permitted = |d: &Doc| engine.evaluate(&engine.read(&d.bytes())).decision;
        let permitted = (0..requests.len()).filter(|i| is_permitted(&requests[*i].1)).collect();
        Store { sources, compiled, bundle, engine, vectors, requests, permitted }
    });
    &STORE
}

/// A request in parts: what every request has, and its facts by full name.
#[derive(Clone, PartialEq)]
pub(crate) struct Doc {
    pub(crate) kind: String,
    pub(crate) subject_id: String,
    pub(crate) action: String,
    pub(crate) dataset_id: String,
    pub(crate) mode: Option<String>,
    pub(crate) facts: BTreeMap<String, Json>,
}

impl Doc {
    /// Takes a request apart.
    pub(crate) fn parse(bytes: &[u8]) -> Self {
        let json: Json = serde_json::from_slice(bytes).unwrap();
        let word = |pointer: &str| json.pointer(pointer).and_then(Json::as_str).unwrap_or_default().to_owned();
        let mut facts = BTreeMap::new();
        for group in Group::ALL {
            for (key, value) in json.pointer(pointer(group)).and_then(Json::as_object).into_iter().flatten() {
                facts.insert(format!("{}.{key}", group.name()), value.clone());
            }
        }
        Self {
            kind: word("/subject/type"),
            subject_id: word("/subject/id"),
            action: word("/action/name"),
            dataset_id: word("/resource/id"),
            mode: json.pointer("/context/evaluation_mode").and_then(Json::as_str).map(str::to_owned),
            facts,
        }
    }

    /// Puts it together.
    pub(crate) fn json(&self) -> Json {
        let group = |g: Group| -> Json {
            let prefix = format!("{}.", g.name());
            let of = self.facts.iter().filter_map(|(n, v)| Some((n.strip_prefix(&prefix)?.to_owned(), v.clone())));
            Json::Object(of.collect::<Map<_, _>>())
        };
        let mut context = Map::new();
        for g in Group::ALL.into_iter().skip(2) {
            let members = group(g);
            if members.as_object().is_some_and(|m| !m.is_empty()) {
                context.insert(g.name().to_owned(), members);
            }
        }
        if let Some(mode) = &self.mode {
            context.insert("evaluation_mode".to_owned(), json!(mode));
        }
        json!({
            "subject": {"type": self.kind, "id": self.subject_id, "properties": group(Group::Actor)},
            "action": {"name": self.action},
            "resource": {"type": "Dataset", "id": self.dataset_id, "properties": group(Group::Dataset)},
            "context": context,
        })
    }

    /// As JSON text.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.json().to_string().into_bytes()
    }

    /// The same request with one fact changed.
    pub(crate) fn with(&self, fact: &str, value: Json) -> Self {
        let mut other = self.clone();
        other.facts.insert(fact.to_owned(), value);
        other
    }

    /// The same request without one fact.
    pub(crate) fn without(&self, fact: &str) -> Self {
        let mut other = self.clone();
        other.facts.remove(fact);
        other
    }

    /// The facts it states: not `null`, not `"unknown"`.
    pub(crate) fn stated(&self) -> Vec<String> {
        self.facts.iter().filter(|(_, v)| !v.is_null() && *v != "unknown").map(|(n, _)| n.clone()).collect()
    }
}

impl fmt::Debug for Doc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.json().to_string())
    }
}

fn pointer(group: Group) -> &'static str {
    match group {
        Group::Actor => "/subject/properties",
        Group::Dataset => "/resource/properties",
        Group::Request => "/context/request",
        Group::Grant => "/context/grant",
        Group::Procedure => "/context/procedure",
        Group::Law => "/context/law",
        Group::Time => "/context/time",
    }
}

/// Values worth trying for each fact: those of the vectors, and some of its type. Facts that only the engine fills have
/// none.
pub(crate) fn pool(store: &Store) -> BTreeMap<String, Vec<Json>> {
    let mut pool: BTreeMap<String, Vec<Json>> =
        store.engine.vocabulary().facts.iter().filter(|f| !f.derived).map(|f| (f.name.clone(), typical(f))).collect();
    for (_, doc) in &store.requests {
        for fact in doc.stated() {
            let values = pool.get_mut(&fact).unwrap();
            if !values.contains(&doc.facts[&fact]) {
                values.push(doc.facts[&fact].clone());
            }
        }
    }
    pool
}

/// Values of the type of a fact.
pub(crate) fn typical(fact: &Fact) -> Vec<Json> {
    match fact.ty {
        FactType::Bool => vec![json!(true), json!(false)],
        FactType::Enum => fact.values.iter().map(|v| json!(v)).collect(),
        FactType::Kind => vec![json!("GovernmentDepartment"), json!("CountyOrHigherGovernment"), json!("LegalPerson")],
        FactType::Text => vec![json!("a"), json!("b")],
        FactType::Texts => vec![json!(["a"]), json!(["a", "b"]), json!(["b", "c", "a"]), json!("a")],
        FactType::Date => vec![json!("2026-05-18"), json!("2026-04-01"), json!("2027-05-18"), json!("2026-05-12T09:30:00+08:00")],
        FactType::Territory => vec![json!("450000"), json!("450103"), json!("350000"), json!("110000")],
        FactType::CreditCode => vec![json!("91350100M000100Y43")],
        FactType::Statement => vec![json!(true), json!(false), json!("article 12"), json!(["article 12", "article 3"])],
        FactType::Calendar => vec![json!({"holidays": ["2026-05-19", "2026-05-01"], "workdays": ["2026-05-17", "2026-05-09"]}), json!({})],
    }
}

/// The facts that the policies on each action read or ask for.
pub(crate) fn relevant_facts(engine: &Engine) -> BTreeMap<String, Vec<String>> {
    let v: &Vocabulary = engine.vocabulary();
    let mut out: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (i, action) in v.actions.iter().enumerate() {
        let facts = out.entry(action.name.clone()).or_default();
        for text in engine.texts() {
            for p in text.policies.iter().filter(|p| p.actions.is_empty() || p.actions.iter().any(|a| usize::from(a.0) == i)) {
                let read = p.condition.into_iter().flat_map(|c| text.program.facts_read(c));
                let asked = p.demands.iter().flat_map(|d| &d.any).map(|a| a.fact);
                facts.extend(read.chain(asked).filter_map(|f| v.fact(f)).filter(|f| !f.derived).map(|f| f.name.clone()));
            }
        }
    }
    out.into_iter().map(|(a, f)| (a, f.into_iter().collect())).collect()
}

/// A copy of a text under another code, status and territory, for tests about several texts at once.
pub(crate) fn copy_text(sources: &mut Sources, from: &str, code: &str, status: &str, territory: &str) {
    let files: Vec<(String, String)> = sources
        .iter()
        .filter_map(|(path, text)| Some((path.strip_prefix(from)?.strip_prefix('/')?.to_owned(), text.to_owned())))
        .filter(|(file, _)| file != "facts.toml")
        .collect();
    for (file, text) in files {
        let mut text = text.replace(from, code);
        if file == "regulation.toml" {
            text = text
                .lines()
                .map(|line| match line.split_once(" = ").map(|(key, _)| key) {
                    Some("status") => format!("status = \"{status}\""),
                    Some("territory") => format!("territory = \"{territory}\""),
                    _ => line.to_owned(),
                })
                .collect::<Vec<_>>()
                .join("\n");
        }
        sources.set(format!("{code}/{file}"), text);
    }
}

/// Runs `check` over all items on every processor and gathers what it finds.
pub(crate) fn in_parallel<T: Sync, R: Send>(items: &[T], check: impl Fn(&T) -> Vec<R> + Sync) -> Vec<R> {
    let workers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let size = items.len().div_ceil(workers).max(1);
    std::thread::scope(|scope| {
        let running: Vec<_> = items.chunks(size).map(|part| scope.spawn(|| part.iter().flat_map(&check).collect::<Vec<R>>())).collect();
        running.into_iter().flat_map(|r| r.join().unwrap()).collect()
    })
}

/// A bundle whose header states the digest that manifest and signatures have, whatever was done to them.
pub(crate) fn mended(bundle: &[u8]) -> Vec<u8> {
    use sha2::{Digest, Sha256};
    let mut bundle = bundle.to_vec();
    let Some(lengths) = bundle.get(10..18) else { return bundle };
    let length = |b: &[u8]| usize::try_from(u32::from_le_bytes(b.try_into().unwrap())).unwrap();
    let end = 50usize.saturating_add(length(&lengths[..4])).saturating_add(length(&lengths[4..]));
    let Some(head) = bundle.get(50..end) else { return bundle };
    let digest = Sha256::new().chain_update(&bundle[..18]).chain_update(head).finalize();
    bundle[18..50].copy_from_slice(&digest);
    bundle
}
