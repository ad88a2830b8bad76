//! Which bundles are believed, and that nothing of a refused one is used.

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

use lexgate::author::{Sources, schema};
use lexgate::bundle::{self, Bundle, BundleError, REFUSALS, SCHEMA, SOURCES, Signature};
use lexgate::reload::Current;
use lexgate::sign::{PrivateKey, SignError, sign};
use lexgate::trust::{PublicKey, Standing, Trust, TrustError, Validity, statement};
use lexgate::{Engine, Options};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use support::{in_parallel, mended, root};

const OFFICE: [u8; 32] = [1; 32];
const AUDITOR: [u8; 32] = [2; 32];
const SUCCESSOR: [u8; 32] = [3; 32];
const STRANGER: [u8; 32] = [9; 32];

fn private(seed: [u8; 32]) -> PrivateKey {
    PrivateKey::ed25519(&seed)
}

fn public(seed: [u8; 32]) -> PublicKey {
    private(seed).public(None).unwrap()
}

fn id(seed: [u8; 32]) -> String {
    public(seed).id().to_owned()
}

fn until(date: &str) -> Validity {
    Validity { from: None, until: Some(date.to_owned()) }
}

fn from(date: &str) -> Validity {
    Validity { from: Some(date.to_owned()), until: None }
}

fn signed(bundle: &[u8], seed: [u8; 32]) -> Vec<u8> {
    sign(bundle, &private(seed), None, &Validity::default()).unwrap()
}

fn trust(seeds: &[[u8; 32]]) -> Trust {
    Trust::new(seeds.iter().map(|s| public(*s)).collect()).unwrap()
}

fn code(bundle: &[u8], trust: &Trust) -> &'static str {
    match Engine::verified(bundle, trust, Options::default()) {
        Ok(_) => "loads",
        Err(e) => e.code(),
    }
}

/// The made-up store of the command line's tests, as a bundle with its sources in it, unsigned.
fn small() -> &'static Vec<u8> {
    static SMALL: LazyLock<Vec<u8>> = LazyLock::new(|| small_version("1.2.3"));
    &SMALL
}

fn small_version(version: &str) -> Vec<u8> {
    let mut sources = Sources::read(&root().join("cli/tests/store/policies")).unwrap();
    let store = sources.get("store.toml").unwrap().replace("1.2.3", version);
    assert!(store.contains(version));
    sources.set("store.toml", store);
    let content = lexgate::author::compile(&sources).content.unwrap();
    let mut files = BTreeMap::from([(SCHEMA.to_owned(), schema(&content.law.vocabulary).into_bytes())]);
    files.extend(content.about.sources.iter().map(|s| (format!("{SOURCES}{}", s.path), sources.get(&s.path).unwrap().into())));
    bundle::write_with(&content, &files).unwrap()
}

/// A bundle of these parts, with a header that is right for them.
fn forged(manifest: &[u8], signatures: &[u8], files: &[u8]) -> Vec<u8> {
    let mut out = bundle::MAGIC.to_vec();
    out.extend(bundle::FORMAT.to_le_bytes());
    for part in [manifest, signatures] {
        out.extend(u32::try_from(part.len()).unwrap().to_le_bytes());
    }
    out.extend([0; 32]);
    out.extend([manifest, signatures, files].concat());
    mended(&out)
}

/// The parts of a bundle: header, manifest, signatures, files.
fn parts(bytes: &[u8]) -> [std::ops::Range<usize>; 4] {
    let b = Bundle::open(bytes).unwrap();
    let manifest = 50 + b.manifest_bytes().len();
    let files: usize = b.manifest().files.iter().map(|f| usize::try_from(f.size).unwrap()).sum();
    [0..50, 50..manifest, manifest..bytes.len() - files, bytes.len() - files..bytes.len()]
}

/// The bundle with its manifest rewritten by `change`, under a right header.
fn with_manifest(bytes: &[u8], change: impl FnOnce(&mut Json)) -> Vec<u8> {
    let [_, manifest, signatures, files] = parts(bytes);
    let mut json: Json = serde_json::from_slice(&bytes[manifest]).unwrap();
    change(&mut json);
    forged(&serde_json_canonicalizer::to_vec(&json).unwrap(), &bytes[signatures], &bytes[files])
}

// ---- Who signed -----------------------------------------------------------------------------------------------------

#[test]
fn a_signed_bundle_loads_and_signing_does_not_change_what_it_is() {
    let one = signed(small(), OFFICE);
    let engine = Engine::verified(&one, &trust(&[OFFICE]), Options::default()).unwrap();
    let unsigned = Engine::new(small()).unwrap();
    assert_eq!(engine.bundle(), unsigned.bundle(), "the digest in an answer names the law, not who signed it");
    assert_eq!(code(&signed(&one, AUDITOR), &trust(&[OFFICE, AUDITOR])), "loads");
    assert_eq!(signed(&signed(small(), AUDITOR), OFFICE), signed(&one, AUDITOR), "the order of signing leaves no trace");
    assert_eq!(signed(&one, OFFICE), one, "a key signs once");
}

#[test]
fn two_of_three_signatures() {
    let all = [OFFICE, AUDITOR, SUCCESSOR];
    let two_of_three = trust(&all).threshold(2).unwrap();
    assert_eq!(code(small(), &two_of_three), "bundle-signatures-too-few");
    for first in all {
        let one = signed(small(), first);
        assert_eq!(code(&one, &trust(&all)), "loads");
        assert_eq!(code(&one, &two_of_three), "bundle-signatures-too-few");
        assert_eq!(code(&signed(&one, first), &two_of_three), "bundle-signatures-too-few", "one key twice is one key");
        for second in all.into_iter().filter(|s| *s != first) {
            assert_eq!(code(&signed(&one, second), &two_of_three), "loads");
        }
    }
    let error = Engine::verified(&signed(small(), OFFICE), &two_of_three, Options::default()).unwrap_err();
    assert_eq!(error, BundleError::TooFewSignatures { valid: 1, threshold: 2 });
}

#[test]
fn one_bad_signature_of_a_trusted_key_refuses_what_others_vouch_for() {
    let both = signed(&signed(small(), OFFICE), AUDITOR);
    let b = Bundle::open(&both).unwrap();
    let mut signatures = b.signatures().to_vec();
    let other = if signatures[0].signature.starts_with('A') { "B" } else { "A" };
    signatures[0].signature.replace_range(..1, other);
    let spoilt = b.with_signatures(&signatures).unwrap();
    assert_eq!(code(&spoilt, &trust(&[OFFICE, AUDITOR])), "bundle-signature-invalid");
    // The signatures of another bundle.
    let other = Bundle::open(&signed(&small_version("1.2.4"), OFFICE)).unwrap().signatures().to_vec();
    assert_eq!(code(&Bundle::open(small()).unwrap().with_signatures(&other).unwrap(), &trust(&[OFFICE])), "bundle-signature-invalid");
    // A signature that another suite is said to have made.
    signatures = Bundle::open(&both).unwrap().signatures().to_vec();
    signatures[0].algorithm = "SM2".to_owned();
    assert_eq!(code(&b.with_signatures(&signatures).unwrap(), &trust(&[OFFICE, AUDITOR])), "bundle-signature-invalid");
}

#[test]
fn signatures_of_strangers_never_count_and_stand_only_where_allowed() {
    let stranger = signed(small(), STRANGER);
    assert_eq!(code(&stranger, &trust(&[OFFICE])), "bundle-signature-unknown-key");
    assert_eq!(code(&stranger, &trust(&[OFFICE]).allow_other_signatures()), "bundle-signatures-too-few");
    let both = signed(&stranger, OFFICE);
    assert_eq!(code(&both, &trust(&[OFFICE])), "bundle-signature-unknown-key");
    assert_eq!(code(&both, &trust(&[OFFICE]).allow_other_signatures()), "loads");
    // Another key under the id of a trusted one.
    let posing = sign(small(), &private(STRANGER), Some(&id(OFFICE)), &Validity::default()).unwrap();
    assert_eq!(code(&posing, &trust(&[OFFICE]).allow_other_signatures()), "bundle-signature-invalid");
}

#[test]
fn key_rotation() {
    let (old, new) = (public(OFFICE).valid(until("2026-06-30")).unwrap(), public(SUCCESSOR).valid(from("2026-06-01")).unwrap());
    let hosts = |time: &str| Trust::new(vec![old.clone(), new.clone()]).unwrap().at(time).unwrap();
    let (by_old, by_new) = (signed(small(), OFFICE), signed(small(), SUCCESSOR));
    let by_both = signed(&by_old, SUCCESSOR);
    for (time, old, new, both) in [
        ("2026-05-01", "loads", "bundle-signature-not-yet-valid", "loads"),
        ("2026-05-31T23:59:59+08:00", "loads", "bundle-signature-not-yet-valid", "loads"),
        ("2026-06-01T00:00:00+08:00", "loads", "loads", "loads"),
        ("2026-06-30T23:59:59+08:00", "loads", "loads", "loads"),
        ("2026-07-01T00:00:00+08:00", "bundle-signature-expired", "loads", "loads"),
    ] {
        assert_eq!([code(&by_old, &hosts(time)), code(&by_new, &hosts(time)), code(&by_both, &hosts(time))], [old, new, both], "{time}");
    }
    // Both have to sign while both are valid.
    let strict = |time: &str| hosts(time).threshold(2).unwrap();
    assert_eq!(code(&by_both, &strict("2026-06-15")), "loads");
    assert_eq!(code(&by_both, &strict("2026-07-15")), "bundle-signature-expired");
    assert_eq!(code(&by_both, &strict("2026-05-15")), "bundle-signature-not-yet-valid");
    assert_eq!(code(&by_both, &Trust::new(vec![old, new]).unwrap()), "bundle-time-not-stated");
}

#[test]
fn a_signature_has_a_period_of_its_own() {
    let year = Validity { from: Some("2026-01-01".to_owned()), until: Some("2026-12-31T12:00:00Z".to_owned()) };
    let bundle = sign(small(), &private(OFFICE), None, &year).unwrap();
    let at = |time: &str| code(&bundle, &trust(&[OFFICE]).at(time).unwrap());
    assert_eq!(at("2025-12-31T15:59:59Z"), "bundle-signature-not-yet-valid", "a bare date begins in UTC+8");
    assert_eq!(at("2025-12-31T16:00:00Z"), "loads");
    assert_eq!(at("2026-12-31T12:00:00Z"), "loads");
    assert_eq!(at("2026-12-31T12:00:01Z"), "bundle-signature-expired");
    assert_eq!(at("2026-12-31"), "bundle-signature-expired", "a bare date is the whole day");
    assert_eq!(code(&bundle, &trust(&[OFFICE])), "bundle-time-not-stated");
    // The period is signed too.
    let b = Bundle::open(&bundle).unwrap();
    let mut longer = b.signatures().to_vec();
    longer[0].valid_until = Some("2027-12-31".to_owned());
    assert_eq!(code(&b.with_signatures(&longer).unwrap(), &trust(&[OFFICE]).at("2026-06-01").unwrap()), "bundle-signature-invalid");
    longer[0].valid_until = None;
    assert_eq!(code(&b.with_signatures(&longer).unwrap(), &trust(&[OFFICE]).at("2026-06-01").unwrap()), "bundle-signature-invalid");
}

#[test]
fn trust_that_cannot_be_is_refused() {
    let key = || public(OFFICE);
    let code = |r: Result<Trust, TrustError>| r.unwrap_err().code();
    assert_eq!(code(Trust::new(vec![])), "threshold-impossible");
    assert_eq!(code(Trust::new(vec![key(), key()])), "public-key-twice");
    let alias = private(OFFICE).public(Some("another-id")).unwrap();
    assert_eq!(code(Trust::new(vec![key(), alias])), "public-key-twice", "one key under two ids is one key");
    assert_eq!(code(Trust::new(vec![key()]).unwrap().threshold(0)), "threshold-impossible");
    assert_eq!(code(Trust::new(vec![key()]).unwrap().threshold(2)), "threshold-impossible");
    assert_eq!(code(Trust::new(vec![key()]).unwrap().minimum_version("2")), "version-malformed");
    assert_eq!(code(Trust::new(vec![key()]).unwrap().at("2026-02-30")), "impossible-date");
    assert_eq!(key().valid(until("soon")).unwrap_err().code(), "impossible-date");
    // The points of small order, under which anything verifies.
    assert_eq!(PublicKey::ed25519(&[0; 32], None).unwrap_err().code(), "public-key-malformed");
    let mut one = [0; 32];
    one[0] = 1;
    assert_eq!(PublicKey::ed25519(&one, None).unwrap_err().code(), "public-key-malformed");
}

#[test]
fn keys_are_json_web_keys() {
    // RFC 8037, appendix A.1 to A.3: key and thumbprint.
    let jwk = br#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
    let key = PublicKey::from_jwk(jwk).unwrap();
    assert_eq!(key.id(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    let named = private(OFFICE).public(Some("office-2026")).unwrap().valid(until("2026-12-31")).unwrap();
    assert_eq!(PublicKey::from_jwk(named.to_jwk().as_bytes()).unwrap(), named);
    let refused = |json: &str| PublicKey::from_jwk(json.as_bytes()).unwrap_err().code();
    assert_eq!(refused("{"), "public-key-malformed");
    assert_eq!(
        refused(r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","d":"AAAA"}"#),
        "private-key-given"
    );
    assert_eq!(refused(r#"{"kty":"OKP","crv":"X25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#), "public-key-malformed");
    assert_eq!(refused(r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHUR"}"#), "public-key-malformed");
    assert_eq!(
        refused(r#"{"kty":"OKP","crv":"Ed25519","kid":"","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#),
        "public-key-malformed"
    );
}

#[test]
fn private_keys_are_pkcs8_and_never_shown() {
    let key = private(OFFICE);
    assert_eq!(format!("{key:?}"), "PrivateKey(…)");
    let pem = key.to_pem().unwrap();
    assert!(pem.starts_with("-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEI"), "the form of RFC 8410 that OpenSSL writes");
    assert_eq!(PrivateKey::from_pem(&pem).unwrap().public(None).unwrap(), public(OFFICE));
    // RFC 8410, section 10.3.
    let openssl =
        "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n";
    assert!(PrivateKey::from_pem(openssl).is_ok());
    assert_eq!(PrivateKey::from_pem("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n").unwrap_err(), SignError::PrivateKey);
}

#[test]
fn another_program_can_sign() {
    // Nothing but the documented statement and a signature over it.
    use ed25519_dalek::Signer;
    let key = ed25519_dalek::SigningKey::from_bytes(&OFFICE);
    let b = Bundle::open(small()).unwrap();
    let text = format!(
        "lexgate bundle signature 1\n{{\"algorithm\":\"Ed25519\",\"key\":\"{}\",\"manifest_sha256\":\"{}\",\"valid_until\":\"2026-12-31\"}}",
        id(OFFICE),
        bundle::sha256_hex(b.manifest_bytes()),
    );
    let mut signature = Signature {
        algorithm: "Ed25519".to_owned(),
        key: id(OFFICE),
        signature: String::new(),
        valid_from: None,
        valid_until: Some("2026-12-31".to_owned()),
    };
    assert_eq!(statement(b.sha256(), &signature), text.as_bytes());
    use base64ct::Encoding;
    signature.signature = base64ct::Base64UrlUnpadded::encode_string(&key.sign(text.as_bytes()).to_bytes());
    assert_eq!(code(&b.with_signatures(&[signature]).unwrap(), &trust(&[OFFICE]).at("2026-05-01").unwrap()), "loads");
}

#[cfg(feature = "sm2")]
#[test]
fn the_national_suite_works_behind_the_same_interface() {
    let key = PrivateKey::sm2(&OFFICE).unwrap();
    let public_key = key.public(None).unwrap();
    assert_eq!((public_key.algorithm(), PublicKey::from_jwk(public_key.to_jwk().as_bytes()).unwrap() == public_key), ("SM2", true));
    let again = PrivateKey::from_pem(&key.to_pem().unwrap()).unwrap();
    assert_eq!(again.public(None).unwrap(), public_key);
    let bundle = sign(&signed(small(), AUDITOR), &key, None, &until("2026-12-31")).unwrap();
    let both = Trust::new(vec![public_key, public(AUDITOR)]).unwrap().threshold(2).unwrap().at("2026-05-01").unwrap();
    assert_eq!(code(&bundle, &both), "loads");
    let b = Bundle::open(&bundle).unwrap();
    let position = b.signatures().iter().position(|s| s.algorithm == "SM2").unwrap();
    let text = b.signatures()[position].signature.clone();
    let refused = in_parallel(&(0..text.len()).collect::<Vec<_>>(), |at| {
        let mut signatures = b.signatures().to_vec();
        let other = if &text[*at..=*at] == "A" { "B" } else { "A" };
        signatures[position].signature.replace_range(*at..=*at, other);
        vec![code(&b.with_signatures(&signatures).unwrap(), &both)]
    });
    assert!(refused.iter().all(|c| *c == "bundle-signature-invalid"), "{refused:?}");
}

// ---- What it is -----------------------------------------------------------------------------------------------------

#[test]
fn an_older_version_is_refused() {
    let trusted = || trust(&[OFFICE]);
    let version = |v: &str| signed(&small_version(v), OFFICE);
    let at_least = |v: &str| trusted().minimum_version(v).unwrap();
    assert_eq!(code(&version("1.2.3"), &at_least("1.2.4")), "bundle-version-too-old");
    assert_eq!(code(&version("1.2.4"), &at_least("1.2.4")), "loads");
    assert_eq!(code(&version("1.10.0"), &at_least("1.9.9")), "loads", "versions are numbers, not letters");
    assert_eq!(code(&version("1.2.4-draft.1"), &at_least("1.2.4")), "bundle-version-too-old");
    assert_eq!(code(&signed(small(), OFFICE), &trusted().store("another-store")), "bundle-store-differs");
    assert_eq!(code(&signed(small(), OFFICE), &trusted().store("demo-store")), "loads");
    assert_eq!(code(&signed(small(), OFFICE), &trusted().schema("0".repeat(64))), "bundle-schema-differs");
    let schema = Bundle::open(small()).unwrap().manifest().schema_sha256.clone();
    assert_eq!(code(&signed(small(), OFFICE), &trusted().schema(schema)), "loads");
}

#[test]
fn a_swapped_manifest_is_refused() {
    let (mine, other) = (signed(small(), OFFICE), signed(&small_version("1.2.4"), OFFICE));
    let [_, manifest, _, _] = parts(&other);
    let [_, _, signatures, files] = parts(&mine);
    let swapped = forged(&other[manifest.clone()], &mine[signatures], &mine[files.clone()]);
    assert_eq!(code(&swapped, &trust(&[OFFICE])), "bundle-signature-invalid");
    // With its own signatures, but around other files.
    let [_, _, signatures, _] = parts(&other);
    let swapped = forged(&other[manifest], &other[signatures], &mine[files]);
    assert_eq!(code(&swapped, &trust(&[OFFICE])), "bundle-file-digest-mismatch");
}

#[test]
fn what_a_reader_must_know_and_does_not_is_refused() {
    let future = |change: fn(&mut Json)| code(&with_manifest(small(), change), &trust(&[OFFICE]));
    assert_eq!(future(|m| m["critical"] = json!(["quorum"])), "bundle-critical-member-unknown");
    assert_eq!(future(|m| (m["quorum"], m["critical"]) = (json!(2), json!(["texts", "quorum"]))), "bundle-critical-member-unknown");
    // What need not be known may be there; here only the signature is missing.
    assert_eq!(future(|m| m["remarks"] = json!({"en": "…"})), "bundle-signatures-too-few");
    assert_eq!(future(|m| m["critical"] = json!(["texts"])), "bundle-signatures-too-few");
    let mut later = small().clone();
    later[8..10].copy_from_slice(&2u16.to_le_bytes());
    assert_eq!(code(&later, &trust(&[OFFICE])), "bundle-format-unsupported");
    assert_eq!(code(&mended(&later), &trust(&[OFFICE])), "bundle-format-unsupported");
    assert_eq!(future(|m| m["format"] = json!(2)), "bundle-manifest-invalid");
}

#[test]
fn a_manifest_is_written_in_one_way() {
    let [_, manifest, signatures, files] = parts(small());
    let (text, signatures, files) = (std::str::from_utf8(&small()[manifest]).unwrap(), &small()[signatures], &small()[files]);
    let code = |text: &str| Engine::new(&forged(text.as_bytes(), signatures, files)).err().map_or("loads", |e| e.code());
    assert_eq!(code(text), "loads");
    for other in [
        text.replacen(',', ", ", 1),
        format!("{text}\n"),
        text.replacen("\"critical\":[]", "\"critical\":[],\"critical\":[]", 1),
        text.replacen("\"id\":", "\"\\u0069d\":", 1),
        text.replacen("\"format\":1", "\"format\":1.0", 1),
        text.replacen("\"format\":1", "\"format\":\"1\"", 1),
        text.replacen("\"version\":\"1.2.3\"", "\"version\":\"1.2\"", 1),
        text.replacen("\"id\":\"demo-store\"", "\"id\":\"\"", 1),
        text.replacen("{", "", 1),
        "[]".to_owned(),
        "[".repeat(100_000),
    ] {
        assert_eq!(code(&other), "bundle-manifest-invalid", "{}", other.chars().take(80).collect::<String>());
    }
    for other in ["", "{}", "[ ]", "[{}]", "null", "[]\n", r#"[{"algorithm":"Ed25519","key":"k","signature":"","note":1}]"#] {
        let refused = Engine::new(&forged(text.as_bytes(), other.as_bytes(), files)).unwrap_err();
        assert_eq!(refused.code(), "bundle-signatures-malformed", "{other}");
    }
    let twice = r#"[{"algorithm":"Ed25519","key":"k","signature":""},{"algorithm":"Ed25519","key":"k","signature":""}]"#;
    assert_eq!(Engine::new(&forged(text.as_bytes(), twice.as_bytes(), files)).unwrap_err().code(), "bundle-signatures-malformed");
}

/// The code with which a bundle is refused after its list of files was changed, signed by nobody and read by everybody.
fn with_files(change: impl FnOnce(&mut Vec<Json>)) -> &'static str {
    let changed = with_manifest(small(), |m| change(m["files"].as_array_mut().unwrap()));
    Engine::new(&changed).err().map_or("loads", |e| e.code())
}

#[test]
fn a_file_has_one_place() {
    assert_eq!(with_files(|_| ()), "loads");
    let paths = [
        "../law.postcard",
        "/law.postcard",
        "sources/../../etc/passwd",
        "sources//store.toml",
        "sources/./store.toml",
        "sources\\store.toml",
        "C:\\law.postcard",
        "law.postcard\0",
        "LAW.POSTCARD",
        "extra.txt",
        "sources/extra.toml",
        "",
    ];
    for path in paths {
        assert_eq!(with_files(|f| f[0]["path"] = json!(path)), "bundle-file-refused", "{path:?}");
        let added = |f: &mut Vec<Json>| {
            f.push(json!({"path": path, "sha256": bundle::sha256_hex(b""), "size": 0}));
            f.sort_by(|a, b| a["path"].as_str().cmp(&b["path"].as_str()));
        };
        assert_eq!(with_files(added), "bundle-file-refused", "{path:?}");
    }
    assert_eq!(with_files(|f| f.insert(0, f[0].clone())), "bundle-file-refused", "twice");
    assert_eq!(with_files(|f| f.swap(0, 1)), "bundle-file-refused", "out of order");
    assert_eq!(with_files(|f| drop(f.remove(0))), "bundle-manifest-invalid", "no law");
    assert_eq!(with_files(|f| drop(f.pop())), "bundle-manifest-invalid", "sources in part");
    assert_eq!(with_files(|f| f[0]["size"] = json!(f[0]["size"].as_u64().unwrap() + 1)), "bundle-length-wrong");
    assert_eq!(with_files(|f| f[0]["size"] = json!(u32::MAX)), "bundle-length-wrong");
    assert_eq!(with_files(|f| f[0]["size"] = json!(u64::MAX)), "bundle-manifest-invalid");
    assert_eq!(with_files(|f| f[0]["size"] = json!(-1)), "bundle-manifest-invalid");
    let moved = |f: &mut Vec<Json>| {
        // The same bytes cut at other places.
        f[0]["size"] = json!(f[0]["size"].as_u64().unwrap() - 1);
        f[1]["size"] = json!(f[1]["size"].as_u64().unwrap() + 1);
    };
    assert_eq!(with_files(moved), "bundle-file-digest-mismatch");
    for source in ["../store.toml", "/store.toml", "a\\b.toml"] {
        let refused = Engine::new(&with_manifest(small(), |m| m["sources"][0]["path"] = json!(source))).unwrap_err();
        assert_eq!(refused.code(), "bundle-manifest-invalid", "{source}");
    }
}

#[test]
fn what_says_it_is_large_is_refused_before_it_is_read() {
    for at in [10, 14] {
        let mut lying = small().clone();
        lying[at..at + 4].copy_from_slice(&u32::MAX.to_le_bytes());
        assert_eq!(Engine::new(&lying).unwrap_err().code(), "bundle-too-large");
        lying[at..at + 4].copy_from_slice(&60_000u32.to_le_bytes());
        assert!(matches!(Engine::new(&lying).unwrap_err().code(), "bundle-length-wrong" | "bundle-digest-mismatch"));
    }
}

#[test]
fn the_manifest_describes_the_law() {
    for change in [
        (|m| m["texts"][1]["status"] = json!("draft")) as fn(&mut Json),
        |m| m["texts"][1]["effective_date"] = json!("1999-01-01"),
        |m| m["texts"][1]["title"]["en"] = json!("Another Regulation"),
        |m| drop(m["texts"].as_array_mut().unwrap().pop()),
    ] {
        assert_eq!(Engine::new(&with_manifest(small(), change)).unwrap_err().code(), "bundle-content-inconsistent");
    }
    let content = bundle::read(small()).unwrap();
    let plain = bundle::write(&content).unwrap();
    let other = with_manifest(&plain, |m| m["schema_sha256"] = json!("0".repeat(64)));
    assert_eq!(Engine::new(&other).unwrap_err().code(), "bundle-content-inconsistent");
}

#[test]
fn every_refusal_is_documented_in_both_languages() {
    let key = || "k".to_owned();
    let all = [
        BundleError::NotABundle,
        BundleError::TooLarge,
        BundleError::Format { found: 2 },
        BundleError::Length,
        BundleError::Digest,
        BundleError::FileDigest { path: key() },
        BundleError::Manifest { why: "…" },
        BundleError::Critical { name: key() },
        BundleError::File { path: key() },
        BundleError::Signatures,
        BundleError::SignatureInvalid { key: key() },
        BundleError::SignatureUnknown { key: key() },
        BundleError::TooFewSignatures { valid: 0, threshold: 1 },
        BundleError::Expired { key: key() },
        BundleError::NotYetValid { key: key() },
        BundleError::TimeNotStated { key: key() },
        BundleError::Older { found: key(), minimum: key() },
        BundleError::OtherStore { found: key(), expected: key() },
        BundleError::OtherSchema { found: key() },
        BundleError::Content,
        BundleError::Inconsistent,
    ];
    let listed: BTreeSet<&str> = REFUSALS.iter().map(|c| c.code).collect();
    assert_eq!(listed, all.iter().map(BundleError::code).collect(), "the list of codes is complete");
    let page = std::fs::read_to_string(root().join("docs/bundle.md")).unwrap();
    for error in all {
        let (message, help) = (error.message(), error.help());
        assert!([&message.en, &message.zh, &help.en, &help.zh].iter().all(|t| !t.is_empty()) && message.en != message.zh);
        assert!(page.contains(&format!("`{}`", error.code())), "docs/bundle.md does not name {}", error.code());
    }
}

// ---- Tampering ------------------------------------------------------------------------------------------------------

/// No change that loads.
const NOWHERE: [usize; 0] = [];

/// Whether a changed bundle is refused.
fn is_refused(bytes: &[u8], trusted: &Trust) -> bool {
    Engine::verified(bytes, trusted, Options::default()).is_err()
}

/// Small steps through a range that never repeat, the same every time.
fn sample(range: std::ops::Range<usize>, count: usize) -> Vec<(usize, u8)> {
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 16).unwrap()
    };
    (0..count).map(|_| (range.start + next() % range.len(), u8::try_from(1 + next() % 255).unwrap())).collect()
}

#[test]
fn every_change_of_a_byte_is_refused() {
    // A short manifest, since every byte of it takes every value.
    let mut content = bundle::read(small()).unwrap();
    content.about.sources.truncate(1);
    let bundle = signed(&bundle::write(&content).unwrap(), OFFICE);
    let bundle = sign(&bundle, &private(AUDITOR), None, &until("2026-12-31")).unwrap();
    let trusted = trust(&[OFFICE, AUDITOR]).at("2026-05-01").unwrap();
    assert_eq!(code(&bundle, &trusted), "loads");
    let [header, manifest, signatures, files] = parts(&bundle);

    // Every other value of every byte of header, manifest and signatures; elsewhere samples.
    let everywhere: Vec<(usize, u8)> = (header.start..signatures.end).flat_map(|at| (1..=255).map(move |flip| (at, flip))).collect();
    let elsewhere = sample(files.clone(), 25_000);
    let as_it_is = |(at, flip): &(usize, u8)| {
        let mut changed = bundle.clone();
        changed[*at] ^= flip;
        if is_refused(&changed, &trusted) { vec![] } else { vec![*at] }
    };
    assert_eq!(in_parallel(&everywhere, as_it_is), NOWHERE, "as it is");
    assert_eq!(in_parallel(&elsewhere, as_it_is), NOWHERE, "as it is, in the files");

    // The same with a digest that is right again: the signatures alone have to refuse.
    let head: Vec<(usize, u8)> = everywhere.iter().copied().filter(|(at, _)| *at >= header.end).collect();
    let digest_mended = |(at, flip): &(usize, u8)| {
        let mut changed = bundle.clone();
        changed[*at] ^= flip;
        if is_refused(&mended(&changed), &trusted) { vec![] } else { vec![*at] }
    };
    assert_eq!(in_parallel(&head, digest_mended), NOWHERE, "digest mended");

    // A changed file, with its digest in the manifest mended as well.
    let all_mended = |(at, flip): &(usize, u8)| {
        let mut changed = bundle[files.clone()].to_vec();
        changed[at - files.start] ^= flip;
        let mut rest = changed.as_slice();
        let mut json: Json = serde_json::from_slice(&bundle[manifest.clone()]).unwrap();
        for file in json["files"].as_array_mut().unwrap() {
            let (content, after) = rest.split_at(usize::try_from(file["size"].as_u64().unwrap()).unwrap());
            rest = after;
            file["sha256"] = json!(bundle::sha256_hex(content));
        }
        let forged = forged(&serde_json_canonicalizer::to_vec(&json).unwrap(), &bundle[signatures.clone()], &changed);
        let code = code(&forged, &trusted);
        if matches!(code, "bundle-signature-invalid" | "bundle-file-refused") { vec![] } else { vec![(*at, code)] }
    };
    assert_eq!(in_parallel(&elsewhere[..20_000], all_mended), vec![], "everything mended but the signatures");
    println!(
        "{} changes of header, manifest and signatures, {} of files; {} and 20000 with digests mended: all refused",
        everywhere.len(),
        elsewhere.len(),
        head.len()
    );
}

#[test]
fn a_cut_or_longer_bundle_is_refused() {
    let bundle = signed(small(), OFFICE);
    let cuts: Vec<usize> = (0..bundle.len()).collect();
    let loads = in_parallel(&cuts, |end| {
        let cut = &bundle[..*end];
        if is_refused(cut, &trust(&[OFFICE])) && is_refused(&mended(cut), &trust(&[OFFICE])) { vec![] } else { vec![*end] }
    });
    assert_eq!(loads, NOWHERE);
    assert_eq!(code(&[bundle.as_slice(), b"\0"].concat(), &trust(&[OFFICE])), "bundle-length-wrong");
}

#[test]
fn a_bit_flipped_in_any_file_is_found() {
    let bundle = signed(small(), OFFICE);
    let [_, _, _, files] = parts(&bundle);
    let mut at = files.start;
    for file in &Bundle::open(&bundle).unwrap().manifest().files {
        for place in [0, file.size / 2, file.size - 1] {
            let mut changed = bundle.clone();
            changed[at + usize::try_from(place).unwrap()] ^= 1;
            let error = Engine::verified(&changed, &trust(&[OFFICE]), Options::default()).unwrap_err();
            assert_eq!(error, BundleError::FileDigest { path: file.path.clone() });
        }
        at += usize::try_from(file.size).unwrap();
    }
}

// ---- While requests run ---------------------------------------------------------------------------------------------

const REQUEST: &[u8] = br#"{"subject":{"type":"Office","id":"o-1"},"action":{"name":"read"},"resource":{"type":"Dataset","id":"d-1",
    "properties":{"territory":"450000","kind":"open"}},"context":{"time":{"now":"2026-05-20"},"grant":{"promise":true}}}"#;

#[test]
fn a_refused_bundle_changes_nothing() {
    let current = Current::new(Engine::verified(&signed(small(), OFFICE), &trust(&[OFFICE]), Options::default()).unwrap());
    let before = current.load();
    let refused = |bundle: &[u8], trust: &Trust| {
        let code = current.replace(bundle, trust).unwrap_err().code();
        assert!(std::sync::Arc::ptr_eq(&current.load(), &before), "{code}");
        code
    };
    let version = |v: &str| signed(&small_version(v), OFFICE);
    assert_eq!(refused(&small_version("2.0.0"), &trust(&[OFFICE])), "bundle-signatures-too-few");
    assert_eq!(refused(&version("2.0.0"), &trust(&[STRANGER])), "bundle-signature-unknown-key");
    assert_eq!(refused(b"", &trust(&[OFFICE])), "not-a-bundle");
    assert_eq!(refused(&version("1.2.2"), &trust(&[OFFICE])), "bundle-version-too-old");
    assert_eq!(refused(&version("1.2.2"), &trust(&[OFFICE]).minimum_version("1.0.0").unwrap()), "bundle-version-too-old");
    let mut damaged = version("2.0.0");
    *damaged.last_mut().unwrap() ^= 1;
    assert_eq!(refused(&damaged, &trust(&[OFFICE])), "bundle-file-digest-mismatch");
    let other = with_manifest(small(), |m| m["id"] = json!("another-store"));
    assert_eq!(refused(&signed(&other, OFFICE), &trust(&[OFFICE])), "bundle-store-differs");

    assert_eq!(current.replace(&version("2.0.0"), &trust(&[OFFICE])).unwrap().bundle().version, "2.0.0");
    assert_eq!(current.load().bundle().version, "2.0.0");
    assert_eq!(current.replace(&version("1.2.3"), &trust(&[OFFICE])).unwrap_err().code(), "bundle-version-too-old");
    let floor = trust(&[OFFICE]).minimum_version("1.2.3").unwrap();
    assert_eq!(current.take_back(&version("1.2.2"), &floor).unwrap_err().code(), "bundle-version-too-old");
    assert_eq!(current.take_back(&version("1.2.3"), &floor).unwrap().bundle().version, "1.2.3");
}

#[test]
fn a_storm_of_reloads_loses_no_decision() {
    const SWAPS: usize = 200;
    let bundles = [signed(small(), OFFICE), signed(&small_version("1.2.4"), OFFICE)];
    // What each bundle answers, by its digest.
    let answers: BTreeMap<String, String> =
        bundles.iter().map(|b| Engine::new(b).unwrap()).map(|e| (e.bundle().sha256.to_owned(), e.evaluate_json(REQUEST))).collect();
    assert_eq!(answers.len(), 2);
    let trusted = trust(&[OFFICE]);
    let current = Current::new(Engine::new(&bundles[0]).unwrap());
    let (asked, answered, swapped) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
    let seen: BTreeMap<String, usize> = std::thread::scope(|scope| {
        let deciding: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(|| {
                    let mut seen = BTreeMap::new();
                    while swapped.load(Ordering::Acquire) < SWAPS {
                        asked.fetch_add(1, Ordering::Relaxed);
                        let engine = current.load();
                        let answer = engine.evaluate_json(REQUEST);
                        let digest = engine.bundle().sha256.to_owned();
                        assert_eq!(answer, answers[&digest], "the answer is that of the bundle it names");
                        assert!(answer.contains(&digest));
                        *seen.entry(digest).or_insert(0) += 1;
                        answered.fetch_add(1, Ordering::Relaxed);
                    }
                    seen
                })
            })
            .collect();
        for i in 1..=SWAPS {
            let before = answered.load(Ordering::Relaxed);
            current.take_back(&bundles[i % 2], &trusted).unwrap();
            // A refused one in between is nobody's business.
            assert!(current.replace(&bundles[i % 2][..100], &trusted).is_err());
            while answered.load(Ordering::Relaxed) < before + 8 {
                std::thread::yield_now();
            }
            swapped.store(i, Ordering::Release);
        }
        let mut all = BTreeMap::new();
        for thread in deciding {
            for (digest, count) in thread.join().unwrap() {
                *all.entry(digest).or_insert(0) += count;
            }
        }
        all
    });
    let (asked, answered) = (asked.into_inner(), answered.into_inner());
    assert_eq!((asked, seen.values().sum::<usize>(), seen.len()), (answered, answered, 2));
    println!("{SWAPS} swaps, {answered} decisions, none lost: {:?}", seen.values().collect::<Vec<_>>());
}

// ---- Frozen ---------------------------------------------------------------------------------------------------------

fn frozen(name: &str) -> PathBuf {
    root().join("tests/golden-format").join(name)
}

/// Answers carry the version of the engine, which is no part of the format.
fn answer(engine: &Engine) -> String {
    engine.evaluate_json(REQUEST).replace(&format!(r#""version":"{}"}}"#, lexgate::ENGINE.version), r#""version":"…"}"#)
}

#[test]
fn format_1_stays_as_it_is() {
    let file = |name: &str| std::fs::read(frozen(name)).unwrap();
    let bytes = file("format-1.bundle");
    let keys = ["office.jwk", "auditor.jwk"].map(|k| PublicKey::from_jwk(&file(k)).unwrap());
    let trusted = Trust::new(keys.to_vec()).unwrap().threshold(2).unwrap().at("2026-05-01").unwrap();
    let engine = Engine::verified(&bytes, &trusted, Options::default()).unwrap();
    assert_eq!(format!("{}\n", answer(&engine)), String::from_utf8(file("format-1.answer.json")).unwrap());

    // Reading and writing are each other's inverse, signatures included.
    let b = Bundle::open(&bytes).unwrap();
    let packed: BTreeMap<String, Vec<u8>> =
        b.files().map(|f| f.unwrap()).filter(|(p, _)| *p != bundle::LAW).map(|(p, c)| (p.to_owned(), c.to_vec())).collect();
    assert!(packed.len() > 3, "with its sources");
    let again = bundle::write_with(&bundle::read(&bytes).unwrap(), &packed).unwrap();
    assert!(signed(&sign(&again, &private(AUDITOR), Some("auditor"), &until("2026-12-31")).unwrap(), OFFICE) == bytes);
    let counts: Vec<Standing> = trusted.standings(&b).into_iter().map(|(_, s)| s).collect();
    assert_eq!(counts, [Standing::Counts; 2]);
}

#[test]
#[ignore = "writes the frozen files; a format is frozen once"]
fn write_frozen() {
    std::fs::create_dir_all(frozen("")).unwrap();
    let bundle = signed(&sign(small(), &private(AUDITOR), Some("auditor"), &until("2026-12-31")).unwrap(), OFFICE);
    std::fs::write(frozen("format-1.bundle"), &bundle).unwrap();
    std::fs::write(frozen("office.jwk"), format!("{}\n", public(OFFICE).to_jwk())).unwrap();
    std::fs::write(frozen("auditor.jwk"), format!("{}\n", private(AUDITOR).public(Some("auditor")).unwrap().to_jwk())).unwrap();
    std::fs::write(frozen("format-1.answer.json"), format!("{}\n", answer(&Engine::new(&bundle).unwrap()))).unwrap();
}
