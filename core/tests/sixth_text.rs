//! A further text of law is data: a folder of its own, and not a line of Rust.

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

use lexgate::author::{Sources, Validation, compile};
use lexgate::{Engine, Outcome};
use serde_json::{Value as Json, json};
use std::sync::LazyLock;
use support::{build, store};

const REGULATION: &str = r#"
code = "zz-sample"
status = "in-force"
effective_date = "2026-01-01"
territory = "11"
scope_rule = "zz-sample/2/2"
effective_rule = "zz-sample/2/3"
title = { zh = "示例市公共数据条例", en = "Sample City Public Data Regulations" }
issuer = { zh = "示例市人民代表大会常务委员会", en = "Standing Committee of the Sample City People's Congress" }

[[allowed]]
fact = "dataset.opening_type"
values = ["universal", "on_application"]
rule = "zz-sample/1/2"

[[counterpart]]
fact = "dataset.opening_type"
common = "unconditional"
here = "universal"

[[ground_demanded]]
actions = []
rule = "zz-sample/2/2"
elsewhere = true
zh = "本条例不规定该行为"
en = "These regulations do not deal with this act"
hint_zh = "依国家法律判断"
hint_en = "judge it by national law"

[[definition]]
rule = "zz-sample/1/2"
zh = "开放类型分为普遍开放和依申请开放"
en = "Opening is general or on application"

[[definition]]
rule = "zz-sample/2/2"
zh = "适用于示例市行政区域内的活动"
en = "Applies to activity inside the city"

[[definition]]
rule = "zz-sample/2/3"
zh = "自2026年1月1日起施行"
en = "In force from 1 January 2026"
"#;

const COVERAGE: &str = r#"
article = [
  { number = 1, status = "encoded", zh = "普遍开放的数据", en = "Data that is open to everyone" },
  { number = 2, status = "encoded", zh = "守护承诺、适用范围和施行", en = "The stewardship pledge, scope and commencement" },
]
rule = [
  { id = "zz-sample/1/1", kind = "permit", place = "policy" },
  { id = "zz-sample/1/2", kind = "definition", place = "data" },
  { id = "zz-sample/2/1", kind = "condition", place = "policy" },
  { id = "zz-sample/2/2", kind = "definition", place = "data" },
  { id = "zz-sample/2/3", kind = "definition", place = "data" },
]
"#;

const FACTS: &str = r#"
[[fact]]
name = "grant.stewardship_pledge"
type = "bool"
zh = "申请人已作出数据守护承诺"
en = "the applicant has pledged stewardship of the data"
remedy_zh = "作出数据守护承诺"
remedy_en = "pledge stewardship of the data"
who = "subject"
"#;

const ARTICLE_1: &str = r#"// 第一条 普遍开放的数据
// Article 1 Data that is open to everyone
@id("zz-sample/1/1")
@rules("zz-sample/1/1")
@zh("任何人可以获取普遍开放的公共数据")
@en("Everyone may obtain public data of the general type")
@state("dataset.opening_type = universal")
permit (
  principal,
  action == Action::"obtain_opened_data",
  resource
)
when { resource has opening_type && resource.opening_type == "universal" };
"#;

const ARTICLE_2: &str = r#"// 第二条 守护承诺
// Article 2 The pledge
@id("zz-sample/2/1")
@rules("zz-sample/2/1")
@zh("获取数据前作出守护承诺")
@en("Who obtains data pledges stewardship first")
@step("grant.stewardship_pledge = true")
forbid (
  principal,
  action == Action::"obtain_opened_data",
  resource
)
unless { context.grant has stewardship_pledge && context.grant.stewardship_pledge };
"#;

fn sources() -> Sources {
    let mut sources = store().sources.clone();
    for (file, text) in [
        ("regulation.toml", REGULATION),
        ("coverage.toml", COVERAGE),
        ("facts.toml", FACTS),
        ("article-001.cedar", ARTICLE_1),
        ("article-002.cedar", ARTICLE_2),
    ] {
        sources.set(format!("zz-sample/{file}"), text);
    }
    sources
}

static ENGINE: LazyLock<Engine> = LazyLock::new(|| build(&sources(), Validation::Strict).2);

fn request(territory: &str, opening_type: &str, grant: &Json) -> Vec<u8> {
    json!({
        "subject": {"type": "NaturalPerson", "id": "p-1"},
        "action": {"name": "obtain_opened_data"},
        "resource": {"type": "Dataset", "id": "d-1", "properties": {"territory": territory, "opening_type": opening_type}},
        "context": {"grant": grant, "time": {"now": "2026-05-18"}},
    })
    .to_string()
    .into_bytes()
}

#[test]
fn it_compiles_beside_the_others() {
    let compiled = compile(&sources());
    assert!(compiled.findings.is_empty(), "{:?}", compiled.findings);
    assert_eq!(ENGINE.texts().count(), store().engine.texts().count() + 1);
    assert!(ENGINE.vocabulary().find_fact("grant.stewardship_pledge").is_some());
    assert!(store().engine.vocabulary().find_fact("grant.stewardship_pledge").is_none());
}

#[test]
fn it_decides_in_its_territory() {
    for (grant, outcome) in [(json!({"stewardship_pledge": true}), Outcome::Permitted), (json!({}), Outcome::Conditional)] {
        let read = ENGINE.read(&request("110000", "universal", &grant));
        let response = ENGINE.evaluate(&read);
        assert_eq!(response.context.outcome, outcome, "{}", response.to_json());
        assert_eq!(response.context.regulations.iter().map(|r| r.code).collect::<Vec<_>>(), ["zz-sample"]);
    }
    // Elsewhere its fact says nothing and changes nothing.
    let guangxi = |engine: &Engine, grant: Json| {
        let response = engine.evaluate_json(&request("450000", "unconditional", &grant));
        let json: Json = serde_json::from_str(&response).unwrap();
        (json["context"]["outcome"].clone(), json["context"]["missing"].clone())
    };
    assert_eq!(guangxi(&ENGINE, json!({"stewardship_pledge": true})), guangxi(&store().engine, json!({})));
}

#[test]
fn it_is_cited_and_says_what_is_missing() {
    let read = ENGINE.read(&request("110000", "universal", &json!({"stewardship_pledge": false})));
    let response = ENGINE.evaluate(&read);
    let missing = &response.context.missing[0];
    assert_eq!((missing.fact, missing.rule, missing.text), ("grant.stewardship_pledge", "zz-sample/2/1", "zz-sample"));
    assert_eq!(missing.citation.zh, "《示例市公共数据条例》第二条第一款");
    assert_eq!(missing.citation.en, "Sample City Public Data Regulations, art. 2 para. 1");
    assert_eq!(missing.remedy.en, "pledge stewardship of the data");
    assert_eq!(response.context.grounds[0].citation.zh, "《示例市公共数据条例》第一条第一款");
}

#[test]
fn its_words_are_its_own() {
    let read = ENGINE.read(&request("110000", "conditional", &json!({})));
    let response = ENGINE.evaluate(&read);
    assert_eq!(response.context.errors[0].code, "value-of-another-text");
    assert_eq!(response.context.errors[0].rules, ["zz-sample/1/2"]);
}

#[test]
fn its_coverage_is_counted() {
    let coverage = lexgate::author::coverage::coverage(ENGINE.texts(), None);
    let text = &coverage.texts["zz-sample"];
    assert_eq!((text.rules, text.policy, text.data, text.policies), (5, 2, 3, 2));
    assert!(text.missing.is_empty());
    assert_eq!(coverage.articles["zz-sample"].iter().map(|a| a.rules.len()).collect::<Vec<_>>(), [2, 3]);
}

#[test]
fn it_is_compared_with_the_others() {
    let comparison = ENGINE.compare(&ENGINE.read(&request("450000", "unconditional", &json!({"stewardship_pledge": true}))));
    assert_eq!(comparison.texts.len(), ENGINE.texts().count());
    let text = comparison.texts.iter().find(|t| t.code == "zz-sample").unwrap();
    assert_eq!((text.outcome, text.territory.as_str(), text.status), (Outcome::Permitted, "110000", "in-force"));
    assert_eq!(text.deciding.iter().map(|d| d.rule).collect::<Vec<_>>(), ["zz-sample/1/1"]);
    assert_eq!(text.translated.iter().map(|t| (t.from.as_str(), t.to.as_str())).collect::<Vec<_>>(), [("unconditional", "universal")]);
    assert!(comparison.texts.iter().filter(|t| t.code != "zz-sample").all(|t| t.deciding.iter().all(|d| !d.rule.starts_with("zz-"))));
}
