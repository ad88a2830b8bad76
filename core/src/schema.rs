//! The Cedar schema, generated from the vocabulary: one source for what can be said.

use crate::vocabulary::{FactType, Group, Vocabulary};
use std::fmt::Write;

/// The schema in Cedar's own schema syntax.
#[must_use]
pub fn schema(vocabulary: &Vocabulary) -> String {
    let mut out = String::from(
        "// Generated from vocabulary.toml by `cargo xtask bless`; do not edit.\n\
         // A fact that is not stated is an attribute that is not there.\n\n\
         // Actor kinds and the classes they belong to.\nentity Kind in [Kind];\n\n\
         // Who asks.\nentity Actor in [Kind] = {\n",
    );
    attributes(&mut out, vocabulary, Group::Actor, "  ");
    out.push_str("};\n\n// What is asked for.\nentity Dataset = {\n");
    attributes(&mut out, vocabulary, Group::Dataset, "  ");
    out.push_str("};\n\n// The act, the grants held, the course of the procedure, the law cited, and the time.\ntype Situation = {\n");
    for group in Group::ALL.into_iter().skip(2) {
        let _ = writeln!(out, "  {}: {{", group.name());
        attributes(&mut out, vocabulary, group, "    ");
        out.push_str("  },\n");
    }
    out.push_str("};\n\n");
    for group in &vocabulary.action_groups {
        let _ = writeln!(out, "// {}\naction \"{}\";\n", group.label.en, group.name);
    }
    for (i, action) in vocabulary.actions.iter().enumerate() {
        let of = |g: &&crate::vocabulary::ActionGroup| g.actions.iter().any(|a| usize::from(a.0) == i);
        let groups: Vec<String> = vocabulary.action_groups.iter().filter(of).map(|g| format!("\"{}\"", g.name)).collect();
        let within = if groups.is_empty() { String::new() } else { format!(" in [{}]", groups.join(", ")) };
        let _ = writeln!(
            out,
            "// {}\naction \"{}\"{within} appliesTo {{ principal: [Actor], resource: [Dataset], context: Situation }};\n",
            action.label.en, action.name
        );
    }
    out
}

fn attributes(out: &mut String, vocabulary: &Vocabulary, group: Group, indent: &str) {
    for fact in vocabulary.facts.iter().filter(|f| f.group == group) {
        let ty = match fact.ty {
            FactType::Bool | FactType::Statement => "Bool",
            FactType::Date => "Long",
            FactType::Texts => "Set<String>",
            FactType::Enum | FactType::Kind | FactType::Text | FactType::Territory | FactType::CreditCode => "String",
            FactType::Calendar => continue,
        };
        let optional = if is_always_stated(&fact.name) { "" } else { "?" };
        let _ = writeln!(out, "{indent}{}{optional}: {ty},", fact.key());
    }
}

/// Facts that every evaluated request has.
pub(crate) fn is_always_stated(name: &str) -> bool {
    matches!(name, "actor.id" | "dataset.id" | "time.now" | "time.now_ends")
}
