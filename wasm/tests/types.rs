//! The TypeScript declarations of the npm package are made from the Rust structs and the vocabulary of the bundle. This test
//! fails when the committed file is stale; with `LEXGATE_BLESS=1` it writes the file anew.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects,
    reason = "tests stop at the first thing wrong"
)]

use lexgate::vocabulary::{Fact, FactType, Group, Text, Vocabulary};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use ts_rs::{Config, TS, TypeVisitor};

const FILE: &str = "js/generated.ts";

/// Declarations by name, each once: the macro behind [`TS`] gives dependencies in no fixed order.
#[derive(Default)]
struct Declarations {
    cfg: Config,
    by_name: BTreeMap<String, String>,
}

impl TypeVisitor for Declarations {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        // Only types of this project are declared; the others have names of TypeScript's own.
        if T::output_path().is_none() {
            T::visit_generics(self);
            return;
        }
        let name = T::ident(&self.cfg);
        if self.by_name.contains_key(&name) {
            return;
        }
        self.by_name.insert(name, format!("\n{}export {}\n", T::docs().unwrap_or_default(), T::decl(&self.cfg)));
        T::visit_dependencies(self);
    }
}

/// A comment in both languages.
fn doc(out: &mut String, indent: &str, label: &Text, more: &str) {
    writeln!(out, "{indent}/** {}{more} · {} */", label.en.replace("*/", "* /"), label.zh.replace("*/", "* /")).unwrap();
}

fn union<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(|n| format!("\"{n}\"")).collect::<Vec<_>>().join(" | ")
}

fn value(fact: &Fact) -> String {
    match fact.ty {
        FactType::Bool => "boolean | Unstated".to_owned(),
        FactType::Enum => format!("{} | Unstated", union(fact.values.iter().map(String::as_str).filter(|v| *v != "unknown"))),
        FactType::Kind => "ActorKind | Unstated".to_owned(),
        FactType::Text | FactType::Date | FactType::Territory | FactType::CreditCode => "string | null".to_owned(),
        FactType::Texts => "string | readonly string[] | null".to_owned(),
        FactType::Statement => "boolean | string | readonly string[] | null".to_owned(),
        FactType::Calendar => "WorkingDayCalendar | null".to_owned(),
    }
}

fn form(fact: &Fact) -> &'static str {
    match fact.ty {
        FactType::Date => " (RFC 3339 date, a day in UTC+8, or date-time)",
        FactType::Territory => " (GB/T 2260, six digits)",
        FactType::CreditCode => " (GB 32100, 18 characters)",
        FactType::Statement => " (true, false, or the words that state it)",
        _ => "",
    }
}

fn facts(out: &mut String, v: &Vocabulary, group: Group, name: &str) {
    writeln!(
        out,
        "\n/** Facts at `{}`. What is left out, `null` or `\"unknown\"` is not stated. */\nexport interface {name} {{",
        group.path()
    )
    .unwrap();
    for fact in v.facts.iter().filter(|f| f.group == group && !f.derived) {
        doc(out, "  ", &fact.label, form(fact));
        writeln!(out, "  readonly {}?: {};", fact.key(), value(fact)).unwrap();
    }
    out.push_str("}\n");
}

fn generated() -> String {
    let engine = lexgate::Engine::embedded().unwrap();
    let v = engine.vocabulary();
    let mut out = String::from(
        "// Generated from the Rust structs and the vocabulary of the bundle by `cargo xtask bless`; never edited.\n\n\
         /** What is not stated. It never satisfies a condition and never lifts a prohibition. */\n\
         export type Unstated = \"unknown\" | null;\n\n\
         /** Working days: public holidays, and weekend days that are worked. Dates are RFC 3339 dates. */\n\
         export interface WorkingDayCalendar {\n  readonly holidays?: readonly string[];\n  readonly workdays?: readonly string[];\n}\n",
    );
    for (name, what, entries) in [
        ("ActorKind", "Who acts: `subject.type`.", v.kinds.iter().map(|k| (&k.name, &k.label)).collect::<Vec<_>>()),
        ("ActionName", "What is done: `action.name`.", v.actions.iter().map(|a| (&a.name, &a.label)).collect()),
    ] {
        writeln!(out, "\n/** {what} */\nexport type {name} =").unwrap();
        for (name, label) in entries {
            doc(&mut out, "  ", label, "");
            writeln!(out, "  | \"{name}\"").unwrap();
        }
        out.push_str("  ;\n");
    }
    let names = union(v.facts.iter().map(|f| f.name.as_str()));
    writeln!(out, "\n/** Every fact, as answers name it. */\nexport type FactName = {names};").unwrap();
    for (group, name) in [
        (Group::Actor, "ActorFacts"),
        (Group::Dataset, "DatasetFacts"),
        (Group::Request, "RequestFacts"),
        (Group::Grant, "GrantFacts"),
        (Group::Procedure, "ProcedureFacts"),
        (Group::Law, "LawFacts"),
        (Group::Time, "TimeFacts"),
    ] {
        facts(&mut out, v, group, name);
    }
    out.push_str(
        "\n/** A request: the evaluation request of the OpenID AuthZEN Authorization API 1.0. */\n\
         export interface AccessRequest {\n\
         \x20 /** Who asks; `id` is any name of the caller's, or a unified social credit code. */\n\
         \x20 readonly subject: { readonly type: ActorKind; readonly id: string; readonly properties?: ActorFacts | null };\n\
         \x20 /** What is to be done. */\n\
         \x20 readonly action: { readonly name: ActionName };\n\
         \x20 /** To which dataset; a data product is a dataset with `is_product_or_service`. */\n\
         \x20 readonly resource: { readonly type: \"Dataset\"; readonly id: string; readonly properties?: DatasetFacts | null };\n\
         \x20 /** What for, under which grant, at which stage, and when. */\n\
         \x20 readonly context: AccessRequestContext;\n}\n\
         \n/** What for, under which grant, at which stage, and when. */\n\
         export interface AccessRequestContext {\n\
         \x20 /** The evaluation date is given by the caller; the engine reads no clock. */\n\
         \x20 readonly time: TimeFacts & { readonly now: string };\n\
         \x20 readonly request?: RequestFacts | null;\n\
         \x20 readonly grant?: GrantFacts | null;\n\
         \x20 readonly procedure?: ProcedureFacts | null;\n\
         \x20 readonly law?: LawFacts | null;\n\
         \x20 /** `in-force` unless stated: drafts are advisory. */\n\
         \x20 readonly evaluation_mode?: \"in-force\" | \"draft-as-adopted\" | null;\n}\n",
    );
    let mut types = Declarations::default();
    types.visit::<lexgate::Response<'static>>();
    types.visit::<lexgate::Comparison<'static>>();
    types.visit::<lexgate::reference::Reference<'static>>();
    types.visit::<lexgate::reference::RegulationEntry<'static>>();
    types.visit::<lexgate::explain::RuleExplanation<'static>>();
    types.visit::<lexgate::author::diff::Difference<'static>>();
    types.visit::<lexgate_wasm::author::SourceFinding>();
    types.visit::<lexgate_wasm::author::VectorRun>();
    out.extend(types.by_name.into_values());
    out
}

#[test]
fn the_declarations_are_those_of_the_structs() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE);
    let now = generated();
    if std::env::var_os("LEXGATE_BLESS").is_some() {
        std::fs::write(&path, &now).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    let differing = committed.lines().zip(now.lines()).find(|(a, b)| a != b);
    assert!(committed == now, "wasm/{FILE} is stale; run `cargo xtask bless`. First difference: {differing:?}");
}
