//! Bundles on the command line: keys, signatures, policy stores, and archives that mean harm.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test fails by panicking")]
#![cfg(unix)]

use serde_json::{Value, json};
use std::io::{Cursor, Read, Write};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// Exit code, standard output, standard error.
struct Ran {
    code: i32,
    out: String,
    err: String,
}

impl Ran {
    /// The code of what is wrong.
    fn error(&self) -> &str {
        self.err.strip_prefix("error[").and_then(|e| e.split(']').next()).unwrap_or("none")
    }
}

fn store() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/store")
}

/// An empty folder of its own for each test.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bundle").join(name);
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        std::fs::write(self.0.join(name), content).unwrap();
        self.path(name)
    }

    fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.0.join(name)).unwrap()
    }

    /// The bundle of the made-up store, with its sources in it.
    fn bundle(&self, name: &str) -> String {
        let path = self.path(name);
        let built = lexgate(&["bundle", "build", "--policies", "policies", "--sources", "-o", &path]);
        assert_eq!(built.code, 0, "{}", built.err);
        path
    }

    /// A key pair: private and public file.
    fn key(&self, name: &str) -> (String, String) {
        let (private, public) = (self.path(&format!("{name}.pem")), self.path(&format!("{name}.jwk")));
        let made = lexgate(&["bundle", "keygen", "-o", &private]);
        assert_eq!(made.code, 0, "{}", made.err);
        (private, public)
    }
}

fn lexgate(args: &[&str]) -> Ran {
    let output = Command::new(env!("CARGO_BIN_EXE_lexgate"))
        .args(args)
        .current_dir(store())
        .env_remove("LEXGATE_LANG")
        .env("LC_ALL", "C")
        .output()
        .unwrap();
    Ran {
        code: output.status.code().expect("no signal"),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

#[test]
fn a_key_is_made_for_its_owner_alone() {
    let s = Scratch::new("keygen");
    for algorithm in ["ed25519", "sm2"] {
        let (private, public) = (s.path(&format!("{algorithm}.pem")), s.path(&format!("{algorithm}.jwk")));
        let made =
            lexgate(&["bundle", "keygen", "-o", &private, "--algorithm", algorithm, "--id", "office", "--valid-until", "2026-12-31"]);
        assert_eq!((made.code, made.err.as_str()), (0, ""));
        assert_eq!(std::fs::metadata(&private).unwrap().permissions().mode() & 0o777, 0o600);
        let pem = std::fs::read_to_string(&private).unwrap();
        let secret = pem.lines().nth(1).unwrap();
        assert!(pem.starts_with("-----BEGIN PRIVATE KEY-----\n") && !made.out.contains(secret), "never printed");
        let jwk: Value = serde_json::from_slice(&std::fs::read(&public).unwrap()).unwrap();
        assert_eq!((&jwk["kid"], &jwk["valid_until"], &jwk["d"]), (&json!("office"), &json!("2026-12-31"), &Value::Null));
        let again = lexgate(&["bundle", "keygen", "-o", &private, "--algorithm", algorithm]);
        assert_eq!((again.code, again.error()), (2, "file-exists"));
        assert_eq!(std::fs::read_to_string(&private).unwrap(), pem, "nothing is overwritten");
    }
    // Where the public key cannot be written, no private one is left behind.
    let run = lexgate(&["bundle", "keygen", "-o", &s.path("half.pem"), "--public", &s.path("sm2.jwk")]);
    assert_eq!((run.error(), s.0.join("half.pem").exists()), ("file-exists", false));
    assert_ne!(s.key("a").0, s.key("b").0);
    assert_ne!(s.read("a.jwk"), s.read("b.jwk"), "keys are random");
}

#[test]
fn a_key_that_others_can_read_does_not_sign() {
    let s = Scratch::new("exposed");
    let (bundle, (private, _)) = (s.bundle("a.bundle"), s.key("office"));
    let before = s.read("a.bundle");
    for mode in [0o640, 0o604, 0o660, 0o620, 0o601] {
        std::fs::set_permissions(&private, PermissionsExt::from_mode(mode)).unwrap();
        let run = lexgate(&["bundle", "sign", &bundle, "--key", &private]);
        assert_eq!((run.code, run.error()), (2, "private-key-exposed"), "{mode:o}");
        assert!(run.err.contains("chmod 600"), "{}", run.err);
    }
    std::fs::set_permissions(&private, PermissionsExt::from_mode(0o400)).unwrap();
    assert_eq!(s.read("a.bundle"), before, "untouched so far");
    assert_eq!(lexgate(&["bundle", "sign", &bundle, "--key", &private]).code, 0);
    let public = lexgate(&["bundle", "sign", &bundle, "--key", &{
        let path = s.file("public.pem", "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA\n-----END PUBLIC KEY-----\n");
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
        path
    }]);
    assert_eq!(public.error(), "private-key-malformed");
}

#[test]
fn who_signed_decides() {
    let s = Scratch::new("verify");
    let bundle = s.bundle("a.bundle");
    let ((office, office_jwk), (auditor, auditor_jwk), (_, other_jwk)) = (s.key("office"), s.key("auditor"), s.key("other"));
    let request = s.file("request.json", r#"{"subject":{"type":"Office","id":"o-1"},"action":{"name":"read"},"resource":{"type":"Dataset","id":"d-1","properties":{"territory":"450000","kind":"open"}},"context":{"time":{"now":"2026-05-20"},"grant":{"promise":true}}}"#);
    let verify = |more: &[&str]| lexgate(&[&["bundle", "verify", &bundle], more].concat());
    let evaluate = |more: &[&str]| lexgate(&[&["evaluate", &request, "--bundle", &bundle], more].concat());

    assert_eq!(verify(&[]).error(), "no-public-key");
    assert_eq!(verify(&["--key", &office_jwk]).error(), "bundle-signatures-too-few");
    assert_eq!(evaluate(&["--key", &office_jwk]).error(), "bundle-signatures-too-few");
    assert_eq!(
        lexgate(&["evaluate", &request, "--key", &office_jwk]).error(),
        "bundle-signatures-too-few",
        "the bundle inside is not signed"
    );
    assert_eq!(evaluate(&[]).code, 0, "without a key nobody asks");

    assert_eq!(lexgate(&["bundle", "sign", &bundle, "--key", &office]).code, 0);
    let (run, answer) = (verify(&["--key", &office_jwk]), evaluate(&["--key", &office_jwk]));
    assert_eq!((run.code, answer.code), (0, 0), "{}{}", run.err, answer.err);
    assert!(
        run.out.contains("1 of 1 trusted keys") && run.out.contains("(Ed25519): counts") && run.out.ends_with("Trusted\n"),
        "{}",
        run.out
    );
    assert_eq!(verify(&["--key", &other_jwk]).error(), "bundle-signature-unknown-key");
    assert_eq!(verify(&["--key", &other_jwk, "--other-signatures"]).error(), "bundle-signatures-too-few");
    assert_eq!(verify(&["--key", &office_jwk, "--key", &auditor_jwk, "--threshold", "2"]).error(), "bundle-signatures-too-few");
    assert_eq!(lexgate(&["bundle", "sign", &bundle, "--key", &auditor, "--valid-until", "2026-06-30"]).code, 0);
    let two = ["--key", &office_jwk, "--key", &auditor_jwk, "--key", &other_jwk, "--threshold", "2"];
    assert_eq!(verify(&[&two[..], &["--at", "2026-06-30"]].concat()).code, 0);
    let late = verify(&[&two[..], &["--at", "2026-07-01", "--json"]].concat());
    let json: Value = serde_json::from_str(&late.out).unwrap();
    assert_eq!((late.code, &json["trusted"], &json["error"]["code"]), (2, &json!(false), &json!("bundle-signature-expired")));
    assert!(json["signatures"].as_array().unwrap().iter().any(|s| s["standing"] == "expired"));
    assert_eq!(verify(&[&two[..], &["--at", "2026-06-01", "--minimum-version", "1.2.4"]].concat()).error(), "bundle-version-too-old");
    assert_eq!(verify(&[&two[..], &["--at", "2026-06-01", "--store", "other"]].concat()).error(), "bundle-store-differs");

    for (args, error) in [
        (vec!["--key", &office_jwk, "--key", &office_jwk], "public-key-twice"),
        (vec!["--key", &office_jwk, "--threshold", "2"], "threshold-impossible"),
        (vec!["--key", &office_jwk, "--threshold", "0"], "threshold-impossible"),
        (vec!["--key", &office_jwk, "--minimum-version", "1"], "version-malformed"),
        (vec!["--key", &office_jwk, "--at", "today"], "impossible-date"),
        (vec!["--key", &office], "public-key-malformed"),
        (vec!["--key", "no-such-file"], "file-unreadable"),
    ] {
        let run = verify(&args);
        assert_eq!((run.code, run.error()), (2, error), "{args:?}");
    }
    let zh = lexgate(&["--lang", "zh", "bundle", "verify", &bundle, "--key", &other_jwk]);
    assert!(zh.err.contains("此处不信任该密钥"), "{}", zh.err);

    let mut damaged = s.read("a.bundle");
    *damaged.last_mut().unwrap() ^= 1;
    let damaged = s.file("damaged.bundle", damaged);
    assert_eq!(lexgate(&["bundle", "verify", &damaged, "--key", &office_jwk]).error(), "bundle-signature-unknown-key");
    assert_eq!(lexgate(&["bundle", "inspect", &damaged]).error(), "bundle-file-digest-mismatch");
    assert_eq!(
        lexgate(&["bundle", "sign", &damaged, "--key", &office]).error(),
        "bundle-file-digest-mismatch",
        "nobody signs what is damaged"
    );
}

#[test]
fn a_bundle_says_what_it_is() {
    let s = Scratch::new("inspect");
    let (bundle, (office, _)) = (s.bundle("a.bundle"), s.key("office"));
    let again = s.bundle("b.bundle");
    assert_eq!(s.read("a.bundle"), s.read("b.bundle"), "the same sources give the same bytes");
    let manifest = lexgate(&["bundle", "inspect", "--manifest", &bundle]).out;
    let digest = lexgate::bundle::sha256_hex(manifest.as_bytes());
    let shown = lexgate(&["bundle", "inspect", &bundle]);
    assert!(shown.out.contains(&digest) && shown.out.contains(", packed"), "{}", shown.out);
    assert_eq!(lexgate(&["bundle", "show", &bundle]).out, shown.out, "its former name");
    assert!(lexgate(&["bundle", "inspect", "--embedded"]).out.contains("not packed"));
    let same = lexgate(&["bundle", "diff", &bundle, &again]);
    assert_eq!((same.code, same.out.contains("The same law")), (0, true));
    lexgate(&["bundle", "sign", &again, "--key", &office]);
    assert_eq!(lexgate(&["bundle", "diff", &bundle, &again]).code, 0, "whoever signed it");
    assert!(lexgate(&["bundle", "inspect", &again]).out.contains("(Ed25519)"));
    let plain = s.path("plain.bundle");
    lexgate(&["bundle", "build", "--policies", "policies", "-o", &plain]);
    let differ = lexgate(&["bundle", "diff", &bundle, &plain]);
    assert!(differ.code == 1 && differ.out.contains("  - file schema.cedarschema"), "{}", differ.out);
    assert_eq!(std::fs::read_dir(&s.0).unwrap().filter(|e| e.as_ref().unwrap().path().extension().is_some_and(|x| x == "part")).count(), 0);
}

#[test]
fn the_law_goes_out_as_a_policy_store_and_comes_back() {
    let s = Scratch::new("store");
    let bundle = s.bundle("a.bundle");
    for (format, output) in [("policy-store", "store"), ("cjar", "law.cjar")] {
        let run = lexgate(&["bundle", "export", &bundle, "--format", format, "-o", &s.path(output)]);
        assert_eq!(run.code, 0, "{}", run.err);
        let folder = s.path(&format!("policies-{format}"));
        let run = lexgate(&["bundle", "import", &s.path(output), "-o", &folder]);
        assert_eq!((run.code, run.err.as_str()), (0, ""));
        let rebuilt = s.path(&format!("{format}.bundle"));
        assert_eq!(lexgate(&["bundle", "build", "--sources", "--policies", &folder, "-o", &rebuilt]).code, 0);
        assert_eq!(std::fs::read(&rebuilt).unwrap(), s.read("a.bundle"), "the same bundle, byte for byte");
    }
    let again = lexgate(&["bundle", "export", &bundle, "--format", "cjar", "-o", &s.path("again.cjar")]);
    assert_eq!((again.code, s.read("again.cjar")), (0, s.read("law.cjar")), "the same law, the same archive");
    assert_eq!(lexgate(&["bundle", "export", &bundle, "-o", &s.path("store")]).error(), "file-exists");
    assert_eq!(lexgate(&["bundle", "import", &s.path("store"), "-o", &s.path("policies-cjar")]).error(), "file-exists");
    assert_eq!(lexgate(&["bundle", "export", &bundle, "--text", "demo", "-o", &s.path("demo")]).code, 0);
    let text = String::from_utf8(s.read("demo/policies/demo.cedar")).unwrap();
    assert!(text.contains("demo/1/1") && !text.contains("@duty") && !text.contains("@deadline"), "{text}");
    assert_eq!(lexgate(&["bundle", "export", &bundle, "--text", "nothing", "-o", &s.path("x")]).error(), "policy-store-refused");
    assert_eq!(
        lexgate(&["bundle", "import", &s.path("demo"), "-o", &s.path("y")]).error(),
        "policy-store-refused",
        "for deciding, not for coming back"
    );
    let plain = s.path("plain.bundle");
    lexgate(&["bundle", "build", "--policies", "policies", "-o", &plain]);
    assert_eq!(lexgate(&["bundle", "export", &plain, "-o", &s.path("z")]).error(), "bundle-without-sources");

    // A schema that is not the vocabulary's.
    std::fs::remove_file(s.0.join("store/manifest.json")).unwrap();
    std::fs::write(s.0.join("store/schema.cedarschema"), "entity Actor;").unwrap();
    assert_eq!(lexgate(&["bundle", "import", &s.path("store"), "-o", &s.path("w")]).error(), "policy-store-refused");
    assert!(!s.0.join("w").exists(), "nothing of it is written");
}

/// What is written into an archive.
enum Entry {
    File(String, Vec<u8>),
    Link(String, String),
}

fn archive(entries: Vec<Entry>) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for entry in entries {
        match entry {
            Entry::File(path, content) => {
                zip.start_file(path, options).unwrap();
                zip.write_all(&content).unwrap();
            }
            Entry::Link(path, target) => zip.add_symlink(path, target, options).unwrap(),
        }
    }
    zip.finish().unwrap().into_inner()
}

/// The bytes with every `from` replaced by a `to` of the same length.
fn replaced(mut bytes: Vec<u8>, from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut found = false;
    for at in 0..bytes.len().saturating_sub(from.len()) {
        if bytes[at..].starts_with(from) {
            bytes[at..at.saturating_add(to.len())].copy_from_slice(to);
            found = true;
        }
    }
    assert!(found);
    bytes
}

/// The files of an archive, without the list that would give any change away.
fn unlisted(archive: &[u8]) -> Vec<Entry> {
    let mut zip = ZipArchive::new(Cursor::new(archive)).unwrap();
    let read = |i| {
        let mut entry = zip.by_index(i).unwrap();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        Entry::File(entry.name().unwrap().into_owned(), content)
    };
    (0..ZipArchive::new(Cursor::new(archive)).unwrap().len())
        .map(read)
        .filter(|e| !matches!(e, Entry::File(p, _) if p == "manifest.json"))
        .collect()
}

#[test]
fn an_archive_that_means_harm_is_refused_and_leaves_nothing() {
    let s = Scratch::new("harm");
    let bundle = s.bundle("a.bundle");
    lexgate(&["bundle", "export", &bundle, "--format", "cjar", "-o", &s.path("law.cjar")]);
    let good = s.read("law.cjar");
    // A store that is fine but for what is added to it.
    let with = |more: Vec<Entry>| archive(unlisted(&good).into_iter().chain(more).collect());
    let file = |path: &str| vec![Entry::File(path.to_owned(), b"x = 1".to_vec())];
    let spaces = |path: &str, mebibytes: usize| Entry::File(path.to_owned(), vec![b' '; mebibytes.saturating_mul(1024 * 1024)]);
    let import = |bytes: Vec<u8>| lexgate(&["bundle", "import", &s.file("some.cjar", bytes), "-o", &s.path("out")]);

    let mut longer = good.clone();
    // The size that the central directory states for the first file.
    let directory = good.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
    longer[directory.saturating_add(24)] ^= 0x40;
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("no archive", b"PK".to_vec()),
        ("empty", archive(vec![])),
        ("cut", good[..good.len() / 2].to_vec()),
        ("up and out", replaced(with(file("lexgate/aaaaaaa.toml")), b"lexgate/aaaaaaa", b"lexgate/../../a")),
        ("absolute", replaced(with(file("atmp/lexgate-harm.toml")), b"atmp/lexgate-harm", b"/tmp/lexgate-harm")),
        ("backslashes", replaced(with(file("lexgate/aaaa.toml")), b"lexgate/aaaa", b"lexgate/..\\a")),
        ("a link", with(vec![Entry::Link("lexgate/extra.toml".to_owned(), "/etc/passwd".to_owned())])),
        ("one name twice", replaced(with(file("lexgate/stora.toml")), b"lexgate/stora", b"lexgate/store")),
        ("a size that lies", longer),
        ("a bomb", with(vec![spaces("lexgate/extra.toml", 65)])),
        ("bombs", with(vec![spaces("lexgate/a.toml", 33), spaces("lexgate/b.toml", 33)])),
        ("files without end", with((0..4096).map(|i| Entry::File(format!("lexgate/f{i}.toml"), vec![])).collect())),
        ("another kind", with(file("entities/a.json"))),
    ];
    for (what, bytes) in cases {
        let run = import(bytes);
        assert_eq!((run.code, run.error()), (2, "policy-store-refused"), "{what}: {}", run.err);
        assert!(!s.0.join("out").exists() && !Path::new("/tmp/lexgate-harm.toml").exists(), "{what}");
    }
    assert_eq!(import(with(file("lexgate/extra.toml"))).code, 0, "what was added is all that was wrong with them");
}

#[test]
fn a_link_in_a_folder_leads_nowhere() {
    let s = Scratch::new("links");
    let bundle = s.bundle("a.bundle");
    lexgate(&["bundle", "export", &bundle, "-o", &s.path("store")]);
    let refused = |what: &str| {
        let run = lexgate(&["bundle", "import", &s.path("store"), "-o", &s.path("out")]);
        assert_eq!((run.code, run.error(), s.0.join("out").exists()), (2, "policy-store-refused", false), "{what}");
    };
    let link = s.0.join("store/lexgate/extra.toml");
    symlink("/etc/passwd", &link).unwrap();
    refused("a link to a file");
    std::fs::remove_file(&link).unwrap();
    symlink("/etc", s.0.join("store/lexgate/etc")).unwrap();
    refused("a link to a folder");
    std::fs::remove_file(s.0.join("store/lexgate/etc")).unwrap();
    symlink("..", s.0.join("store/policies/loop")).unwrap();
    refused("a link to itself");
    std::fs::remove_file(s.0.join("store/policies/loop")).unwrap();
    std::fs::create_dir_all(s.0.join("store/a/b/c/d/e/f")).unwrap();
    refused("folders without end");
}
