//! Runs the binary. What it decides with is the made-up store in `tests/store`, so that no change of the law changes a
//! test here; only the last tests look at the bundle inside the program.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use serde_json::{Value, json};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Exit code, standard output, standard error.
struct Ran {
    code: i32,
    out: String,
    err: String,
}

fn store() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/store")
}

/// An empty folder of its own for each test.
fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() { copy(&path, &target) } else { std::fs::copy(&path, &target).map(drop).unwrap() }
    }
}

fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lexgate"));
    command.args(args).current_dir(store()).env_remove("LEXGATE_LANG").env("LC_ALL", "C");
    command
}

fn ran(output: Output) -> Ran {
    Ran {
        code: output.status.code().expect("no signal"),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

fn lexgate(args: &[&str]) -> Ran {
    ran(command(args).output().unwrap())
}

fn lexgate_reading(args: &[&str], input: &[u8]) -> Ran {
    let mut child = command(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().unwrap();
    let _ = writer.join();
    ran(output)
}

/// The bundle of the made-up store.
fn bundle(folder: &Path) -> String {
    let path = folder.join("demo.bundle").display().to_string();
    let built = lexgate(&["bundle", "build", "--policies", "policies", "-o", &path]);
    assert_eq!(built.code, 0, "{}", built.err);
    path
}

fn reading() -> Value {
    json!({
        "subject": {"type": "Office", "id": "o-1"},
        "action": {"name": "read"},
        "resource": {"type": "Dataset", "id": "d-1", "properties": {"territory": "450000", "kind": "open"}},
        "context": {"time": {"now": "2026-05-20"}, "grant": {"promise": true}},
    })
}

fn without_promise() -> Value {
    let mut request = reading();
    request["context"]["grant"] = json!({});
    request
}

fn file(folder: &Path, name: &str, content: impl AsRef<[u8]>) -> String {
    let path = folder.join(name);
    std::fs::write(&path, content).unwrap();
    path.display().to_string()
}

#[test]
fn the_exit_code_tells_the_outcome() {
    let folder = scratch("exit");
    let bundle = bundle(&folder);
    let evaluate = |request: &str| lexgate_reading(&["evaluate", "--bundle", &bundle, "-"], request.as_bytes());

    let permitted = evaluate(&reading().to_string());
    assert_eq!((permitted.code, permitted.err.as_str()), (0, ""));
    let answer: Value = serde_json::from_str(&permitted.out).unwrap();
    assert_eq!((&answer["decision"], &answer["context"]["outcome"]), (&json!(true), &json!("permitted")));
    assert_eq!(permitted.out, format!("{}\n", permitted.out.trim_end()), "one line");

    let conditional = evaluate(&without_promise().to_string());
    assert_eq!(conditional.code, 3);
    assert!(conditional.out.contains(r#""outcome":"conditional""#));

    let mut nowhere = reading();
    nowhere["resource"]["properties"]["territory"] = json!("110000");
    assert_eq!(evaluate(&nowhere.to_string()).code, 3, "undetermined, but the request could be read");

    let bad = evaluate("{");
    assert_eq!(bad.code, 2);
    assert!(bad.out.contains(r#""decision":false"#), "bad input is answered too");
    assert!(bad.err.starts_with("error[invalid-json] $\n"), "{}", bad.err);
    assert!(bad.err.contains("help: send one JSON object"));
}

#[test]
fn a_file_that_is_not_there_is_bad_input() {
    let run = lexgate(&["evaluate", "no-such-file.json"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    assert!(run.err.starts_with("error[file-unreadable]"));
    assert_eq!(lexgate(&["evaluate", "--bundle", "vectors/demo/reading.toml", "-"]).code, 2);
}

#[test]
fn what_is_too_large_is_never_read_whole() {
    let folder = scratch("large");
    let bundle = bundle(&folder);
    let path = file(&folder, "large.json", vec![b' '; 3 * 1024 * 1024]);
    let run = lexgate(&["evaluate", "--bundle", &bundle, &path]);
    assert_eq!(run.code, 2);
    assert!(run.err.starts_with("error[input-too-large] $"));
}

#[test]
fn every_line_is_answered_by_a_line() {
    let folder = scratch("lines");
    let bundle = bundle(&folder);
    let answer = |input: &[u8]| lexgate_reading(&["evaluate", "--lines", "--bundle", &bundle, "-"], input);
    let outcomes = |out: &str| -> Vec<String> {
        let outcome = |line: &str| serde_json::from_str::<Value>(line).unwrap()["context"]["outcome"].as_str().unwrap().to_owned();
        out.lines().map(outcome).collect()
    };
    let (good, lacking) = (reading().to_string(), without_promise().to_string());

    let all_permitted = answer(format!("{good}\r\n\n{good}").as_bytes());
    assert_eq!((all_permitted.code, outcomes(&all_permitted.out)), (0, vec!["permitted".to_owned(); 2]));
    let one_lacking = answer(format!("{good}\n{lacking}\n{good}\n").as_bytes());
    assert_eq!((one_lacking.code, outcomes(&one_lacking.out)), (3, ["permitted", "conditional", "permitted"].map(str::to_owned).to_vec()));

    let mut input = format!("{lacking}\n").into_bytes();
    input.extend(b"\xff\xfe\n");
    input.extend(vec![b'x'; 5 * 1024 * 1024]);
    input.extend(format!("\n{good}\n").into_bytes());
    let run = answer(&input);
    assert_eq!(run.code, 2, "the worst line decides");
    assert_eq!(outcomes(&run.out), ["conditional", "undetermined", "undetermined", "permitted"]);
    assert!(run.err.contains("error[invalid-utf8] line 2, $") && run.err.contains("error[input-too-large] line 3, $"), "{}", run.err);
    assert_eq!(answer(b"").code, 0);
}

#[test]
fn an_answer_comes_before_the_next_line_is_sent() {
    use std::io::{BufRead, BufReader};
    let folder = scratch("streaming");
    let bundle = bundle(&folder);
    let mut child =
        command(&["evaluate", "--lines", "--bundle", &bundle, "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let (mut stdin, mut out) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
    for _ in 0..2 {
        writeln!(stdin, "{}", reading()).unwrap();
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        assert!(line.contains(r#""decision":true"#));
    }
    drop(stdin);
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_closed_pipe_ends_quietly_and_is_no_permit() {
    let folder = scratch("pipe");
    let bundle = bundle(&folder);
    let lines = file(&folder, "lines.jsonl", format!("{}\n", reading()).repeat(20_000));
    let mut child =
        command(&["evaluate", "--lines", "--bundle", &bundle, &lines]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let run = ran(child.wait_with_output().unwrap());
    assert_eq!((run.code, run.err.as_str()), (141, ""));
}

#[test]
fn the_mode_and_the_strictness_can_be_overridden() {
    let folder = scratch("options");
    let bundle = bundle(&folder);
    let mut request = reading();
    request["resource"]["properties"]["territory"] = json!("460000");
    let draft = file(&folder, "draft.json", request.to_string());
    assert_eq!(lexgate(&["evaluate", "--bundle", &bundle, &draft]).code, 3);
    let run = lexgate(&["evaluate", "--bundle", &bundle, "--mode", "draft-as-adopted", &draft]);
    assert_eq!(run.code, 0);
    assert!(run.out.contains(r#""draft_mark":true"#));
    let told = lexgate(&["evaluate", "--bundle", &bundle, "--mode", "draft-as-adopted", "--explain", &draft]);
    assert!(told.out.contains("A DRAFT decided") && told.out.contains("[draft]") && told.out.contains("draft, not law"), "{}", told.out);

    let mut request = reading();
    request["context"]["grant"]["promis"] = json!(true);
    let unknown = file(&folder, "unknown.json", request.to_string());
    let strict = lexgate(&["evaluate", "--bundle", &bundle, &unknown]);
    assert!(strict.code == 2 && strict.err.contains("did you mean `promise`?"));
    assert_eq!(lexgate(&["evaluate", "--bundle", &bundle, "--lenient", &unknown]).code, 0);
}

#[test]
fn a_calendar_is_put_in_where_none_is_stated() {
    let folder = scratch("calendar");
    let bundle = bundle(&folder);
    let mut request = reading();
    request["context"]["procedure"] = json!({"received_on": "2026-04-29"});
    let path = file(&folder, "request.json", request.to_string());
    let due = |args: &[&str]| {
        let run = lexgate(&[&["evaluate", "--bundle", &bundle], args].concat());
        assert_eq!(run.code, 0, "{}", run.err);
        let answer: Value = serde_json::from_str(&run.out).unwrap();
        (answer["context"]["deadlines"][0]["due"].as_str().unwrap().to_owned(), run.err)
    };
    assert_eq!(due(&[&path]).0, "2026-05-06", "Monday to Friday");
    assert_eq!(due(&["--calendar", "cn", &path]), ("2026-05-09".to_owned(), String::new()), "five days off and a worked Saturday");
    let own = file(&folder, "own.toml", "holidays = [\"2026-05-06\"]\n");
    assert_eq!(due(&["--calendar", &own, &path]).0, "2026-05-07");

    request["context"]["time"]["working_days"] = json!({"holidays": ["2026-05-05", "2026-05-06"]});
    let stated = file(&folder, "stated.json", request.to_string());
    assert_eq!(due(&["--calendar", "cn", &stated]).0, "2026-05-08", "what the request states stays");

    request["context"]["time"] = json!({"now": "2024-05-20"});
    request["context"]["procedure"] = json!({"received_on": "2024-05-17"});
    let early = file(&folder, "early.json", request.to_string());
    assert!(due(&["--calendar", "cn", &early]).1.contains("warning[calendar-has-no-such-year]"));

    let twice = file(&folder, "twice.json", reading().to_string().replace(r#""promise":true"#, r#""promise":false,"promise":true"#));
    let run = lexgate(&["evaluate", "--bundle", &bundle, "--calendar", "cn", &twice]);
    assert!(run.code == 2 && run.err.contains("duplicate-key"), "the calendar must not hide a duplicate key: {}", run.err);
    let bad = file(&folder, "bad.toml", "holidays = [\"1 May\"]\n");
    let run = lexgate(&["evaluate", "--bundle", &bundle, "--calendar", &bad, &path]);
    assert!(run.code == 2 && run.err.contains("error[calendar-malformed]"));
}

#[test]
fn an_answer_is_explained_in_both_languages() {
    let folder = scratch("explained");
    let bundle = bundle(&folder);
    let mut request = without_promise();
    request["context"]["procedure"] = json!({"received_on": "2026-04-29"});
    let lacking = file(&folder, "lacking.json", request.to_string());
    let en = lexgate(&["evaluate", "--bundle", &bundle, "--explain", &lacking]);
    assert_eq!(en.code, 3);
    for part in [
        "Not yet permitted",
        "o-1 · office (Office)",
        "Still missing\n  1. make the promise",
        "who   the requester",
        "why   art. 1 para. 2: Who reads makes a promise first",
        "fact  grant.promise is not stated; has to be: yes",
        "Permitted by, once nothing is missing\n  • Demonstration Regulation, art. 1 para. 1",
        "• log\n    Reading is logged (art. 1 para. 5)",
        "office: 5 working days from 2026-04-29, due 2026-05-06\n    OVERDUE",
        "1 Must the promise be written?",
        "in force; decides; by itself: conditional",
        "lexgate 0.1.0 · demo-store 1.2.3 · sha256 ",
    ] {
        assert!(en.out.contains(part), "{part:?} is not in\n{}", en.out);
    }
    assert!(!en.out.contains('\x1b'), "no colours outside a terminal");
    let zh = lexgate(&["--lang", "zh", "evaluate", "--bundle", &bundle, "--explain", &lacking]);
    for part in [
        "附条件",
        "o-1 · 机关（Office）",
        "1. 作出承诺",
        "由谁  请求主体",
        "第一条第二款：查阅者须先作出承诺",
        "已逾期",
        "承诺须书面作出吗",
    ] {
        assert!(zh.out.contains(part), "{part:?} is not in\n{}", zh.out);
    }

    request["resource"]["properties"]["kind"] = json!("closed");
    let barred = file(&folder, "barred.json", request.to_string());
    let run = lexgate(&["evaluate", "--bundle", &bundle, "--explain", &barred]);
    for part in ["Prohibited", "because  kind of the data: sealed (closed)  [dataset.kind]", "instead  have it unsealed"] {
        assert!(run.out.contains(part), "{part:?} is not in\n{}", run.out);
    }

    let run = lexgate_reading(&["--lang", "zh", "evaluate", "--bundle", &bundle, "--explain", "-"], b"[]");
    assert_eq!(run.code, 2);
    assert!(run.out.contains("无法判定") && run.out.contains("错误[wrong-type] $") && run.err.is_empty(), "{}", run.out);
}

#[test]
fn the_language_follows_the_environment() {
    let say = |name: &str, value: &str| ran(command(&["evaluate", "no-such-file"]).env(name, value).output().unwrap()).err;
    assert!(say("LEXGATE_LANG", "zh").starts_with("错误[file-unreadable]"));
    assert!(say("LC_ALL", "zh_CN.UTF-8").starts_with("错误"));
    assert!(say("LC_ALL", "de_DE.UTF-8").starts_with("error"));
}

#[test]
fn rules_are_explained() {
    let folder = scratch("rules");
    let bundle = bundle(&folder);
    let explain = |rule: &str| lexgate(&["explain", "--bundle", &bundle, rule]);
    let condition = explain("demo/1/2");
    assert_eq!(condition.code, 0);
    for part in [
        "demo/1/2  condition",
        "《示范条例》第一条第二款",
        "Demonstration Regulation, art. 1 para. 2",
        "gate (forbid … unless)",
        "step     a promise was made: yes [grant.promise = true]",
        "points   1",
    ] {
        assert!(condition.out.contains(part), "{part:?} is not in\n{}", condition.out);
    }
    assert!(explain("demo/1/3").out.contains("hint     have it unsealed"));
    assert!(explain("demo/1/4").out.contains("5 working days from procedure.received_on; office"));
    assert!(explain("demo/1/5").out.contains("duty     log"));
    assert!(explain("demo/2/1").out.contains("GB/T 2260 codes beginning with 45"));
    assert!(explain("demo/3/1").out.contains("effective date: 2020-01-01"));
    assert!(explain("demo/1/1#anything").out.starts_with("demo/1/1  permit"));
    assert!(explain("demo-draft/1/1").out.contains("draft, not law"));
    let unknown = explain("demo/1/9");
    assert_eq!(unknown.code, 2);
    assert!(unknown.err.contains("there is no rule `demo/1/9`") && unknown.err.contains("demo/1/1, demo/1/2"), "{}", unknown.err);
}

#[test]
fn a_request_is_compared_under_every_text() {
    let folder = scratch("compare");
    let bundle = bundle(&folder);
    let mut request = without_promise();
    request["resource"]["properties"]["territory"] = json!("110000");
    let path = file(&folder, "request.json", request.to_string());

    let run = lexgate(&["compare", "--bundle", &bundle, "--json", &path]);
    assert_eq!((run.code, run.err.as_str()), (0, ""), "not permitted, but compared");
    let answer: Value = serde_json::from_str(&run.out).unwrap();
    let found: Vec<_> = answer["texts"].as_array().unwrap().iter().map(|t| (&t["code"], &t["outcome"], &t["draft_mark"])).collect();
    let (demo, draft) = (json!("demo"), json!("demo-draft"));
    assert_eq!(found, [(&draft, &json!("permitted"), &json!(true)), (&demo, &json!("conditional"), &json!(false))]);

    let en = lexgate_reading(&["--lang", "en", "compare", "--bundle", &bundle, "-"], request.to_string().as_bytes());
    assert_eq!(en.code, 0);
    for part in ["Decided by", "1/2", "grant.promise", "log", "draft, not law", "decides here as if adopted", "make the promise"] {
        assert!(en.out.contains(part), "{part}: {}", en.out);
    }
    let zh = lexgate(&["--lang", "zh", "compare", "--bundle", &bundle, &path]);
    for part in ["依据", "附条件", "允许", "草案，不具有法律效力", "作出承诺"] {
        assert!(zh.out.contains(part), "{part}: {}", zh.out);
    }
    let columns = |line: &str| line.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum::<usize>();
    assert!(en.out.lines().chain(zh.out.lines()).all(|l| columns(l) <= 100));

    let bad = lexgate_reading(&["compare", "--bundle", &bundle, "-"], b"{");
    assert_eq!((bad.code, bad.out.as_str()), (2, ""));
    assert!(bad.err.starts_with("error[invalid-json]"));
    assert_eq!(lexgate(&["compare", "--bundle", &bundle, "no-such-file.json"]).code, 2);
}

/// A store whose point 1 has both readings, and the choice of one.
fn with_both_readings(folder: &Path, choice: &str) -> String {
    let policies = folder.join(choice);
    copy(&store().join("policies"), &policies);
    let article = policies.join("demo/article-001.cedar");
    let text = std::fs::read_to_string(&article).unwrap();
    let (before, condition) = text.split_once("@id(\"demo/1/2\")").unwrap();
    let (condition, after) = condition.split_once("\n\n").unwrap();
    let applied = condition.replace("@point(\"1\")", "@point(\"1\")\n@reading(\"1=applied\")");
    let other = condition.replace("@point(\"1\")", "@point(\"1\")\n@reading(\"1=other\")").replace(
        "unless { context.grant has promise && context.grant.promise }",
        "when { resource has kind && resource.kind == \"closed\" }\nunless { context.grant has promise && context.grant.promise }",
    );
    assert!(applied != condition && other.contains("closed"));
    std::fs::write(&article, format!("{before}@id(\"demo/1/2\"){applied}\n\n@id(\"demo/1/2#by-word\"){other}\n\n{after}")).unwrap();
    let file = policies.join("store.toml");
    let store = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, format!("{store}\n[readings]\n1 = \"{choice}\"\n")).unwrap();
    let path = folder.join(format!("{choice}.bundle")).display().to_string();
    let built = lexgate(&["bundle", "build", "--policies", &policies.display().to_string(), "-o", &path]);
    assert_eq!(built.code, 0, "{}", built.err);
    path
}

#[test]
fn the_chosen_reading_is_shown() {
    let folder = scratch("readings");
    let (applied, other) = (with_both_readings(&folder, "applied"), with_both_readings(&folder, "other"));
    let rule = |bundle: &str, lang: &str| lexgate(&["--lang", lang, "explain", "--bundle", bundle, "demo/1/2"]).out;
    assert!(rule(&applied, "en").contains("1 (conservative reading)"), "{}", rule(&applied, "en"));
    assert!(rule(&other, "en").contains("1 (other reading, chosen by the policy store)"));
    assert!(rule(&other, "zh").contains("1（另一解释，由策略库选定）"));
    let answer = |bundle: &str, lang: &str| {
        let args = ["--lang", lang, "evaluate", "--explain", "--bundle", bundle, "-"];
        lexgate_reading(&args, without_promise().to_string().as_bytes()).out
    };
    assert!(answer(&applied, "en").contains("chosen   conservative reading"), "{}", answer(&applied, "en"));
    assert!(answer(&applied, "en").starts_with('◐'));
    // Nothing is missing now, and the answer says on which reading that rests.
    assert!(answer(&other, "en").contains("chosen   other reading"), "{}", answer(&other, "en"));
    assert!(answer(&other, "zh").contains("选定  另一解释"));
    assert!(answer(&other, "en").starts_with('✔'));
}

#[test]
fn changed_answers_are_listed_by_provision() {
    let folder = scratch("diff");
    let (applied, other) = (with_both_readings(&folder, "applied"), with_both_readings(&folder, "other"));
    let same = lexgate(&["diff", &applied, &applied, "--vectors", "vectors"]);
    assert_eq!((same.code, same.err.as_str()), (0, ""));
    assert!(same.out.ends_with("\n0 of 10 answers changed\n"), "{}", same.out);

    let run = lexgate(&["diff", &applied, &other]);
    assert_eq!(run.code, 2, "no vectors in the folder of the tests");
    let run = lexgate(&["diff", &applied, &other, "--vectors", "vectors"]);
    assert_eq!(run.code, 1);
    for part in ["\ndemo/1/2\n", "art. 1 para. 2", "  - demo: demo/1/2 unmet", "conditional → permitted; named before, not now"] {
        assert!(run.out.contains(part), "{part}: {}", run.out);
    }
    let zh = lexgate(&["--lang", "zh", "diff", &applied, &other, "--vectors", "vectors"]);
    assert!(zh.out.contains("附条件 → 允许；此前引用，现在未引用"), "{}", zh.out);
    let json: Value = serde_json::from_str(&lexgate(&["diff", "--json", &applied, &other, "--vectors", "vectors"]).out).unwrap();
    let rules: Vec<&Value> = json["provisions"].as_array().unwrap().iter().map(|p| &p["rule"]).collect();
    assert!(rules.contains(&&json!("demo/1/2")), "{rules:?}");
    assert_eq!(lexgate(&["diff", &applied, "no-such.bundle", "--vectors", "vectors"]).code, 2);
}

#[test]
fn facts_name_the_rules_that_read_them() {
    let folder = scratch("facts");
    let bundle = bundle(&folder);
    let run = lexgate(&["facts", "--json", "--bundle", &bundle]);
    assert_eq!(run.code, 0);
    let reference: Value = serde_json::from_str(&run.out).unwrap();
    // serde_json sorts the members of a `Value`.
    assert_eq!(run.out.trim_end(), reference.to_string(), "canonical");
    let rules = |name: &str| {
        let fact = reference["facts"].as_array().unwrap().iter().find(|f| f["name"] == name).unwrap();
        fact["rules"].clone()
    };
    assert_eq!(rules("grant.promise"), json!(["demo/1/2"]));
    assert_eq!(rules("dataset.kind"), json!(["demo/1/3"]));
    assert_eq!(rules("procedure.received_on"), json!(["demo/1/4"]));
    assert_eq!(rules("dataset.territory"), json!(["demo-draft/2/1", "demo/2/1"]));
    assert_eq!((reference["kinds"].as_array().unwrap().len(), reference["actions"].as_array().unwrap().len()), (2, 2));
    let grants = lexgate(&["facts", "--group", "grant", "--bundle", &bundle]).out;
    assert!(grants.contains("grant.promise") && !grants.contains("dataset.kind") && !grants.contains("Citizen"), "{grants}");
    let zh = lexgate(&["--lang", "zh", "facts", "--group", "dataset", "--bundle", &bundle]).out;
    assert!(zh.contains("取值  公开（open）、封存（closed）"), "{zh}");
}

#[test]
fn check_finds_what_is_wrong() {
    let good = lexgate(&["check", "policies"]);
    assert_eq!((good.code, good.out.as_str()), (0, "files: 9, texts: 2, policies: 6, errors: 0, warnings: 0\n"));

    let folder = scratch("check");
    let policies = folder.join("policies");
    copy(&store().join("policies"), &policies);
    let shown = policies.display().to_string();
    file(&policies, "schema.cedarschema", "// another schema\n");
    let outdated = lexgate(&["check", &shown]);
    assert!(
        outdated.code == 1
            && outdated.out.contains("error[schema-outdated] schema.cedarschema")
            && outdated.out.contains("cargo xtask bless")
    );

    let article = policies.join("demo/article-001.cedar");
    let text = std::fs::read_to_string(&article).unwrap();
    std::fs::write(&article, text.replace("context.grant.promise }", "context.grant.promis }")).unwrap();
    let wrong = lexgate(&["check", &shown]);
    assert_eq!(wrong.code, 1);
    assert!(
        wrong.out.contains("error[policy-unsupported] demo/article-001.cedar:13:1") && wrong.out.contains("9 files: 3 errors"),
        "{}",
        wrong.out
    );
    let output = folder.join("x.bundle");
    let build = lexgate(&["bundle", "build", "--policies", &shown, "-o", &output.display().to_string()]);
    assert!(build.code == 1 && build.err.contains("demo/article-001.cedar:") && build.err.contains("error[policies-invalid]"));
    assert!(!output.exists());
    assert_eq!(lexgate(&["check", "no-such-folder"]).code, 2);
}

#[test]
fn vectors_are_run_and_recorded() {
    let folder = scratch("vectors");
    let record = folder.join("golden");
    let shown = record.display().to_string();
    let test = |args: &[&str]| lexgate(&[&["test", "vectors", "--record", &shown], args].concat());
    let last = |run: &Ran| run.out.lines().last().unwrap().to_owned();

    let unrecorded = test(&[]);
    assert_eq!((unrecorded.code, last(&unrecorded).as_str()), (1, "10 passed, 1 failed"), "{}", unrecorded.out);
    assert!(unrecorded.out.contains("demo.txt differs") && unrecorded.out.contains("there is no such file yet"));
    let blessed = test(&["--bless"]);
    assert_eq!((blessed.code, last(&blessed).as_str()), (0, "10 passed, 0 failed"), "{}{}", blessed.out, blessed.err);
    assert_eq!(test(&[]).code, 0);

    let path = record.join("demo.txt");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replacen("=> permitted", "=> prohibited", 1)).unwrap();
    let stale = file(&record, "gone.txt", "gone: x => permitted\n");
    let differs = test(&[]);
    assert_eq!((differs.code, last(&differs).as_str()), (1, "10 passed, 2 failed"));
    assert!(
        differs.out.contains("    - demo: demo/1/1 met => prohibited") && differs.out.contains("    + demo: demo/1/1 met => permitted"),
        "{}",
        differs.out
    );
    assert_eq!(test(&["--bless"]).code, 0);
    assert!(!Path::new(&stale).exists(), "the record holds nothing that no vector gives");

    let few = test(&["--filter", "demo/1/2"]);
    assert_eq!((few.code, few.out.as_str()), (0, "2 passed, 0 failed\n"));
    let none = test(&["--filter", "no such vector"]);
    assert_eq!((none.code, none.out.as_str()), (1, "0 passed, 0 failed\n"), "nothing run is nothing shown");
}

#[test]
fn a_failing_vector_and_a_rule_with_one_side_are_named() {
    let folder = scratch("failing");
    let vectors = folder.join("vectors");
    copy(&store().join("vectors"), &vectors);
    let path = vectors.join("demo/reading.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(
        &path,
        text.replacen("outcome = \"conditional\"", "outcome = \"permitted\"", 1)
            .replace("dataset = { kind = \"closed\" }", "dataset = { kind = \"open\" }"),
    )
    .unwrap();
    let record = folder.join("golden").display().to_string();
    let run = lexgate(&["test", &vectors.display().to_string(), "--record", &record, "--bless"]);
    assert_eq!(run.code, 1);
    assert!(run.out.contains("✘ demo: demo/1/2 unmet\n    outcome should be permitted, is conditional"), "{}", run.out);
    assert!(run.out.contains("rule demo/1/3: the vectors do not show both sides"), "{}", run.out);
    assert_eq!(run.out.lines().last(), Some("8 passed, 3 failed"));
}

#[test]
fn coverage_is_counted() {
    let folder = scratch("coverage");
    let bundle = bundle(&folder);
    let run = lexgate(&["coverage", "--json", "--bundle", &bundle]);
    assert_eq!(run.code, 0);
    let counted: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(run.out.trim_end(), counted.to_string(), "canonical");
    assert_eq!(counted["texts"]["demo"]["policy"], json!(5));
    assert_eq!(counted["texts"]["demo"]["without_both_sides"], json!(null));
    let with = lexgate(&["coverage", "--json", "--policies", "policies", "--vectors", "vectors"]);
    assert_eq!(with.code, 0, "{}", with.err);
    assert_eq!(serde_json::from_str::<Value>(&with.out).unwrap()["texts"]["demo"]["without_both_sides"], json!([]));

    let few = folder.join("vectors");
    copy(&store().join("vectors"), &few);
    let path = few.join("demo/reading.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.split("[[boundary]]").next().unwrap()).unwrap();
    let run = lexgate(&["coverage", "--policies", "policies", "--vectors", &few.display().to_string()]);
    assert!(run.code == 1 && run.out.contains("demo/1/1: no vectors on both sides"), "{}", run.out);
    let articles = lexgate(&["coverage", "--articles", "--bundle", &bundle]);
    assert!(articles.out.contains("art.   2  data: Scope"), "{}", articles.out);
}

#[test]
fn formatting_keeps_comments() {
    let folder = scratch("fmt");
    let untidy = "// Article 1\n@id(\"a\")\n// why\npermit(principal,action,resource);//tail\n";
    let path = file(&folder, "a.cedar", untidy);
    let broken = file(&folder, "b.cedar", "permit(");
    let check = lexgate(&["fmt", "--check", &path]);
    assert_eq!((check.code, check.out.as_str()), (1, format!("{path}\n").as_str()));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), untidy, "--check changes nothing");
    assert_eq!(lexgate(&["fmt", &path]).code, 0);
    let tidy = std::fs::read_to_string(&path).unwrap();
    for comment in ["// Article 1", "// why", "//tail"] {
        assert!(tidy.contains(comment), "{tidy}");
    }
    assert_eq!(lexgate(&["fmt", "--check", &path]).out, "");
    let run = lexgate(&["fmt", &broken]);
    assert!(run.code == 2 && run.err.contains("error[policy-syntax]"), "{}", run.err);
    assert_eq!(lexgate(&["fmt", "--check"]).code, 0, "the made-up store is formatted");
}

#[test]
fn a_bundle_is_reproducible_and_can_be_looked_into() {
    let folder = scratch("bundle");
    let first = bundle(&folder);
    let bytes = std::fs::read(&first).unwrap();
    assert_eq!(std::fs::read(bundle(&folder)).unwrap(), bytes);
    let show = lexgate(&["bundle", "inspect", &first]);
    assert_eq!(show.code, 0);
    for part in
        ["demo-store 1.2.3", "2 actor kinds, 2 actions", "Demonstration Regulation (demo)", "in force from 2020-01-01", "draft, not law"]
    {
        assert!(show.out.contains(part), "{part:?} is not in\n{}", show.out);
    }
    let mut damaged = bytes;
    *damaged.last_mut().unwrap() ^= 1;
    let damaged = file(&folder, "damaged.bundle", damaged);
    let run = lexgate(&["bundle", "inspect", &damaged]);
    assert!(run.code == 2 && run.err.contains("error[bundle-file-digest-mismatch]"));
    assert_eq!(lexgate(&["bundle", "inspect"]).code, 2, "a file or --embedded");
}

#[test]
fn every_command_shows_examples() {
    for args in [
        &["evaluate"][..],
        &["replay"],
        &["explain"],
        &["compare"],
        &["diff"],
        &["facts"],
        &["check"],
        &["test"],
        &["coverage"],
        &["fmt"],
        &["bundle"],
        &["bundle", "build"],
        &["bundle", "inspect"],
        &["bundle", "keygen"],
        &["bundle", "sign"],
        &["bundle", "verify"],
        &["bundle", "diff"],
        &["bundle", "export"],
        &["bundle", "import"],
        &["completions"],
        &[],
    ] {
        let run = lexgate(&[args, &["--help"]].concat());
        let examples = run.out.split("Examples:").nth(1).unwrap_or_default();
        let count = examples.lines().filter(|l| l.contains("lexgate ")).count();
        assert!(run.code == 0 && (2..=5).contains(&count), "{args:?}: {count} examples");
    }
}

#[test]
fn completions_exist_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let run = lexgate(&["completions", shell]);
        assert!(run.code == 0 && run.out.contains("evaluate"), "{shell}");
    }
}

#[test]
fn the_bundle_inside_the_program_answers() {
    let run = lexgate(&["coverage", "--json"]);
    assert_eq!(run.code, 0, "every rule is accounted for: {}", run.out);
    assert_eq!(lexgate(&["bundle", "inspect", "--embedded"]).code, 0);
    assert_eq!(lexgate(&["--lang", "zh", "facts"]).code, 0);
    // The example in the documentation of the engine: private persons never obtain data by sharing.
    let request = br#"{"subject":{"type":"NaturalPerson","id":"p-1"},"action":{"name":"obtain_shared_data"},
        "resource":{"type":"Dataset","id":"d-1","properties":{"territory":"450000"}},"context":{"time":{"now":"2026-05-01"}}}"#;
    assert_eq!(lexgate_reading(&["evaluate", "-"], request).code, 3);
}

#[test]
fn a_vector_of_the_law_is_permitted() {
    use lexgate::author::{Sources, vectors};
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors");
    let vectors = vectors::read(&Sources::read(&folder).unwrap()).unwrap();
    let engine = lexgate::Engine::embedded().unwrap();
    let permitted = vectors.iter().find(|v| engine.evaluate(&engine.read(&v.request)).decision).expect("a vector that is permitted");
    let run = lexgate_reading(&["evaluate", "-"], &permitted.request);
    assert_eq!((run.code, run.err.as_str()), (0, ""), "{}", permitted.name);
}
