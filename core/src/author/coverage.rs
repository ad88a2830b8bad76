//! What of the law is encoded, and what is not, with the reason.

use super::vectors::Sides;
use crate::law::{ArticleStatus, LawText, Place, Rule};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Coverage of all texts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Coverage {
    /// Every article of every text.
    pub articles: BTreeMap<String, Vec<ArticleCoverage>>,
    /// Counts by text.
    pub texts: BTreeMap<String, TextCoverage>,
}

/// One article.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct ArticleCoverage {
    /// Its number.
    pub article: u32,
    /// Its rules.
    pub rules: Vec<String>,
    /// How it is dealt with.
    pub status: ArticleStatus,
    /// What it is about, or why it holds no decision rule.
    pub subject: crate::vocabulary::Text,
}

/// Counts of one text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct TextCoverage {
    /// Rules in data.
    pub data: usize,
    /// Rules that should be in a policy or in data and are not.
    pub missing: Vec<String>,
    /// Rules that decide nothing about access.
    pub not_decision: usize,
    /// Policies.
    pub policies: usize,
    /// Rules in policies.
    pub policy: usize,
    /// All rules.
    pub rules: usize,
    /// Decision-bearing rules without a vector on each side of their boundary; `null` when no vectors were given.
    pub without_both_sides: Option<Vec<String>>,
}

impl Coverage {
    /// Nothing is missing.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.texts.values().all(|t| t.missing.is_empty() && t.without_both_sides.as_ref().is_none_or(Vec::is_empty))
    }
}

/// Counts the coverage of texts, with the sides that vectors have shown when they are given.
pub fn coverage<'t>(texts: impl Iterator<Item = &'t LawText>, sides: Option<&Sides>) -> Coverage {
    let mut out = Coverage { articles: BTreeMap::new(), texts: BTreeMap::new() };
    for t in texts {
        let encoded: BTreeSet<&str> = t.policies.iter().flat_map(crate::law::Policy::all_rules).map(String::as_str).collect();
        let count = |place: Place| t.rules.iter().filter(|r| r.place == place).count();
        let is_missing = |r: &&Rule| match r.place {
            Place::Policy => !encoded.contains(r.id.as_str()),
            Place::Data | Place::NotDecision => r.text.is_none(),
        };
        let ids = |rules: &mut dyn Iterator<Item = &Rule>| rules.map(|r| r.id.clone()).collect::<Vec<_>>();
        let without =
            sides.map(|s| ids(&mut t.rules.iter().filter(|r| r.kind.is_decision_bearing() && r.place == Place::Policy && !s.both(&r.id))));
        let code = t.regulation.code.clone();
        out.texts.insert(
            code.clone(),
            TextCoverage {
                data: count(Place::Data),
                missing: ids(&mut t.rules.iter().filter(is_missing)),
                not_decision: count(Place::NotDecision),
                policies: t.policies.len(),
                policy: count(Place::Policy),
                rules: t.rules.len(),
                without_both_sides: without,
            },
        );
        let articles = t.articles.iter().map(|a| ArticleCoverage {
            article: a.number,
            rules: ids(&mut t.rules.iter().filter(|r| crate::citation::locate(&r.id).is_some_and(|l| l.article == a.number))),
            status: a.status,
            subject: a.subject.clone(),
        });
        out.articles.insert(code, articles.collect());
    }
    out
}
