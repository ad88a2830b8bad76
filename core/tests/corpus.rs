//! The seed corpora of the fuzz targets run through the same checks here, so that what fuzzing once found stays mended.
//!
//! `cargo test -p lexgate --features author --test corpus -- --ignored` writes the seeds anew from the vectors and the bundle.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects,
    reason = "tests stop at the first thing wrong"
)]

mod support;

use lexgate::bundle::{self, About, BundleError, Content, Law};
use lexgate::vocabulary::Text;
use lexgate::{Engine, Outcome};
use std::collections::BTreeSet;
use std::path::PathBuf;
use support::{mended, root, store};

fn folder(target: &str) -> PathBuf {
    root().join("core/fuzz/corpus").join(target)
}

fn seeds(target: &str) -> Vec<(String, Vec<u8>)> {
    let mut seeds: Vec<_> = std::fs::read_dir(folder(target))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(&path).unwrap()))
        .collect();
    seeds.sort();
    assert!(!seeds.is_empty());
    seeds
}

#[test]
fn every_request_seed_is_answered() {
    for (name, bytes) in seeds("request") {
        let response = store().engine.evaluate(&store().engine.read(&bytes));
        assert_eq!(response.decision, response.context.outcome == Outcome::Permitted, "{name}");
        let text = response.to_json();
        let parsed: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(serde_json_canonicalizer::to_string(&parsed).unwrap(), text, "{name}");
    }
}

#[test]
fn every_bundle_seed_is_refused_or_fit_to_decide_with() {
    let request = &store().requests[0].1.bytes();
    let mut loaded = 0;
    for (name, bytes) in seeds("bundle") {
        let (kind, rest) = bytes.split_first().unwrap();
        let Some(engine) = engine(*kind, rest) else { continue };
        loaded += 1;
        let response = engine.evaluate_json(request);
        assert!(serde_json::from_str::<serde_json::Value>(&response).is_ok(), "{name}");
    }
    assert!(loaded > 0, "no seed reaches the engine: write the seeds anew");
}

#[test]
fn a_damaged_bundle_is_refused() {
    let bundle = &store().bundle;
    for at in (0..bundle.len()).step_by(997).chain(0..60) {
        let mut damaged = bundle.clone();
        damaged[at] ^= 1;
        assert!(Engine::new(&damaged).is_err(), "byte {at}");
    }
    for end in (0..bundle.len()).step_by(1999).chain(0..60) {
        assert!(Engine::new(&bundle[..end]).is_err(), "cut at {end}");
    }
    let longer = [bundle.as_slice(), b"x"].concat();
    assert_eq!(Engine::new(&longer).unwrap_err().code(), "bundle-length-wrong");
    let mut later = bundle.clone();
    later[8] = 0xff;
    assert_eq!(Engine::new(&later).unwrap_err().code(), "bundle-format-unsupported");
    let law = bundle::read(bundle).unwrap().law.to_bytes().unwrap();
    assert_eq!(Law::from_bytes(&[law.as_slice(), b"x"].concat()).unwrap_err(), BundleError::Content);
    assert_eq!(Engine::new(b"{}").unwrap_err().code(), "not-a-bundle");
    assert_eq!(Engine::new(&vec![0; bundle::MAX_BYTES + 1]).unwrap_err().code(), "bundle-too-large");
}

#[test]
fn a_bundle_that_points_nowhere_is_refused() {
    let whole = bundle::read(&store().bundle).unwrap();
    type Spoil = (&'static str, fn(&mut Content));
    let spoil: [Spoil; 9] = [
        ("a fact that does not exist", |c| c.law.texts[0].allowed[0].fact.0 = u16::MAX),
        ("a condition that does not exist", |c| c.law.texts[0].policies[0].condition = Some(u32::MAX)),
        ("an action that does not exist", |c| c.law.texts[0].policies[0].actions = vec![lexgate::vocabulary::ActionId(u16::MAX)]),
        ("a node that points to itself", |c| {
            let last = u32::try_from(c.law.texts[0].program.nodes.len()).unwrap();
            c.law.texts[0].program.nodes.push(lexgate::program::Node::Not(last));
        }),
        ("nesting without end", |c| {
            for _ in 0..400 {
                let last = u32::try_from(c.law.texts[0].program.nodes.len()).unwrap() - 1;
                c.law.texts[0].program.nodes.push(lexgate::program::Node::Not(last));
            }
        }),
        ("a short program that unfolds into 2^60 steps", |c| {
            c.law.texts[0].program.nodes.push(lexgate::program::Node::Bool(true));
            for _ in 0..60 {
                let last = u32::try_from(c.law.texts[0].program.nodes.len()).unwrap() - 1;
                c.law.texts[0].program.nodes.push(lexgate::program::Node::And(last, last));
            }
        }),
        ("no provision for other acts", |c| c.law.texts[0].grounds_demanded.clear()),
        ("a policy that cites nothing", |c| c.law.texts[0].policies[0].rules.clear()),
        ("no fact for the time", |c| c.law.vocabulary.facts.retain(|f| f.name != "time.now")),
    ];
    for (what, spoil) in spoil {
        let mut content = whole.clone();
        spoil(&mut content);
        let error = Engine::new(&bundle::write(&content).unwrap()).unwrap_err();
        assert_eq!(error.code(), "bundle-content-inconsistent", "{what}");
    }
}

/// As the fuzz target reads a seed: the first byte tells whether the rest is a file, the law inside of one, or a file whose
/// digest is to be mended.
fn engine(kind: u8, rest: &[u8]) -> Option<Engine> {
    match kind {
        0 => Engine::new(rest).ok(),
        1 => Engine::new(&around(rest)?).ok(),
        _ => Engine::new(&mended(rest)).ok(),
    }
}

/// A bundle around these bytes as the law, if they are one.
fn around(law: &[u8]) -> Option<Vec<u8>> {
    let about = About { id: "fuzz".to_owned(), version: "1.0.0".to_owned(), cedar_version: "4.0.0".to_owned(), sources: Vec::new() };
    bundle::write(&Content { about, law: Law::from_bytes(law).ok()? }).ok()
}

// ---- Writing the seeds ----------------------------------------------------------------------------------------------

/// The content with every sentence taken out and the first `count` policies of each text, from the `first` on.
fn stripped(content: &Content, first: usize, count: usize) -> Content {
    let mut c = content.clone();
    let v = &mut c.law.vocabulary;
    c.about.sources.clear();
    c.law.points.truncate(1);
    let labels = v.classes.iter_mut().chain(&mut v.actions).map(|n| &mut n.label).chain(v.kinds.iter_mut().map(|k| &mut k.label));
    let labels = labels.chain(v.facts.iter_mut().flat_map(|f| f.value_labels.iter_mut().chain([&mut f.label, &mut f.remedy])));
    let labels = labels.chain(v.contradictions.iter_mut().map(|x| &mut x.why)).chain(v.orders.iter_mut().map(|x| &mut x.why));
    labels.for_each(|t| *t = Text::default());
    c.law.texts.truncate(1);
    for t in &mut c.law.texts {
        t.rules.clear();
        t.articles.clear();
        t.policies = t.policies.drain(..).skip(first).take(count).collect();
        let nodes = t.policies.iter().filter_map(|p| p.condition).max().map_or(0, |n| usize::try_from(n).unwrap() + 1);
        t.program.nodes.truncate(nodes);
        for g in &mut t.grounds_demanded {
            (g.title, g.hint) = (Text::default(), Text::default());
        }
        for p in &mut t.policies {
            p.title = Text::default();
            (p.remedy, p.hint) = (None, None);
        }
    }
    c
}

#[test]
#[ignore = "writes the seed corpora"]
fn write_seeds() {
    for target in ["request", "bundle"] {
        let _ = std::fs::remove_dir_all(folder(target));
        std::fs::create_dir_all(folder(target)).unwrap();
    }
    let slug = |name: &str| name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect::<String>();
    let mut seen = BTreeSet::new();
    for vector in &store().vectors {
        let response = store().engine.evaluate(&store().engine.read(&vector.request));
        let c = &response.context;
        let kind = if vector.name.starts_with("bad-input: ") {
            format!("{:?}", c.errors.iter().map(|e| e.code).collect::<BTreeSet<_>>())
        } else {
            let first = c.grounds.first().map(|g| g.policy).or(c.prohibitions.first().map(|p| p.policy)).unwrap_or_default();
            format!("{} {}", c.outcome.name(), first.split('/').take(2).collect::<Vec<_>>().join("/"))
        };
        if vector.request.len() < 2000 && seen.insert(kind) {
            let name = slug(&vector.name).chars().take(60).collect::<String>();
            std::fs::write(folder("request").join(name), &vector.request).unwrap();
        }
    }
    let v = store().engine.vocabulary();
    let words = [
        "subject",
        "action",
        "resource",
        "context",
        "properties",
        "type",
        "id",
        "name",
        "Dataset",
        "unknown",
        "null",
        "evaluation_mode",
        "draft-as-adopted",
        "in-force",
        "holidays",
        "workdays",
        "450000",
        "2026-05-18",
        "91350100M000100Y43",
    ];
    let words = words.into_iter().chain(v.kinds.iter().map(|k| k.name.as_str())).chain(v.actions.iter().map(|a| a.name.as_str()));
    let words: BTreeSet<&str> = words.chain(v.facts.iter().flat_map(|f| f.values.iter().map(String::as_str).chain([f.key()]))).collect();
    let lines: String = words.into_iter().map(|w| format!("\"\\\"{w}\\\"\"\n")).collect();
    std::fs::write(root().join("core/fuzz/request.dict"), format!("# Words of a request. Written by the test `write_seeds`.\n{lines}"))
        .unwrap();

    let whole = bundle::read(&store().bundle).unwrap();
    let policies = whole.law.texts[0].policies.len();
    for (i, first) in (0..policies).step_by((policies / 8).max(1)).enumerate() {
        let file = bundle::write(&stripped(&whole, first, 6)).unwrap();
        assert!(Engine::new(&file).is_ok());
        let law = bundle::read(&file).unwrap().law.to_bytes().unwrap();
        std::fs::write(folder("bundle").join(format!("inside-{i:02}")), [b"\x01", law.as_slice()].concat()).unwrap();
        if i == 0 {
            std::fs::write(folder("bundle").join("file"), [b"\x00", file.as_slice()].concat()).unwrap();
            std::fs::write(folder("bundle").join("head"), [b"\x02", file.as_slice()].concat()).unwrap();
        }
    }
    let mut least = stripped(&whole, 0, 0);
    let known = ["actor.id", "dataset.id", "dataset.territory", "request.territory", "time.now", "time.now_ends"];
    least.law.vocabulary.facts.retain(|f| known.contains(&f.name.as_str()));
    (least.law.vocabulary.contradictions, least.law.vocabulary.orders) = (Vec::new(), Vec::new());
    least.law.texts.truncate(1);
    (least.law.texts[0].allowed, least.law.texts[0].contradictions, least.law.texts[0].counterparts) = (Vec::new(), Vec::new(), Vec::new());
    assert!(Engine::new(&bundle::write(&least).unwrap()).is_ok());
    std::fs::write(folder("bundle").join("least"), [b"\x01", least.law.to_bytes().unwrap().as_slice()].concat()).unwrap();
    for (name, bytes) in [
        ("empty-file", b"\x00".as_slice()),
        ("empty-inside", b"\x01"),
        ("magic", b"\x00LEXGATE\x1a"),
        ("later-format", b"\x00LEXGATE\x1a\xff\xff"),
    ] {
        std::fs::write(folder("bundle").join(name), bytes).unwrap();
    }
}
