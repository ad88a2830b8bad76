//! Source files to a bundle: parse, validate, lint, lower.

use super::annotations::{KNOWN, check_value, demands, fact, readings};
use super::lower::lower;
use super::{Finding, Sources, read_toml, schema};
use crate::bundle::{About, Content, Law, Source, sha256_hex};
use crate::calendar::parse_moment;
use crate::citation::{Locator, locate};
use crate::law::{
    Allowed, Article, ArticleStatus, Choice, Counterpart, Duty, GroundDemanded, LawText, Period, Place, Point, Policy, PolicySet,
    Regulation, Rule, RuleKind, Status,
};
use crate::program::Program;
use crate::vocabulary::{
    ActionGroup, ActionId, Contradiction, DateOrder, Edge, Fact, FactId, FactType, Group, Kind, Named, Text, Vocabulary,
};
use cedar_policy::{PolicyId, PolicySet as CedarPolicies, Schema, ValidationMode, Validator};
use miette::{Diagnostic, Severity};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

/// What became of the sources.
#[derive(Debug, Clone)]
pub struct Compiled {
    /// The bundle content; `None` when an error keeps it from being built.
    pub content: Option<Content>,
    /// Errors and warnings, by file.
    pub findings: Vec<Finding>,
    /// The policies as Cedar sees them, by text, under their own ids: the oracle's input.
    pub cedar: BTreeMap<String, CedarPolicies>,
    /// The schema they were validated against.
    pub schema: Option<Schema>,
}

impl Compiled {
    /// Whether an error was found.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.findings.iter().any(|f| f.severity == Severity::Error)
    }
}

/// Whether policies have to pass Cedar's strict validation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Validation {
    /// They have to.
    Strict,
    /// They need not: for tests of what happens when a policy fails at evaluation, which the validator keeps out.
    Off,
}

/// Compiles the sources of a policy store.
#[must_use]
pub fn compile(sources: &Sources) -> Compiled {
    compile_with(sources, Validation::Strict)
}

/// Compiles with or without Cedar's validation.
#[must_use]
pub fn compile_with(sources: &Sources, validation: Validation) -> Compiled {
    let mut c = Compiler { sources, validation, findings: Vec::new(), cedar: BTreeMap::new(), schema: None };
    let content = c.content();
    let mut findings: Vec<Finding> = c.findings.into_iter().map(|f| f.with_source(sources)).collect();
    findings.sort_unstable_by(|a, b| (&a.file, a.span, a.code, &a.message).cmp(&(&b.file, b.span, b.code, &b.message)));
    let failed = findings.iter().any(|f| f.severity == Severity::Error);
    Compiled { content: if failed { None } else { content }, findings, cedar: c.cedar, schema: c.schema }
}

struct Compiler<'s> {
    sources: &'s Sources,
    validation: Validation,
    findings: Vec<Finding>,
    cedar: BTreeMap<String, CedarPolicies>,
    schema: Option<Schema>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StoreFile {
    id: String,
    version: String,
    /// Point and the reading chosen for it.
    #[serde(default)]
    readings: BTreeMap<String, Choice>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct VocabularyFile {
    class: Vec<NamedEntry>,
    kind: Vec<KindEntry>,
    action: Vec<NamedEntry>,
    #[serde(default)]
    action_group: Vec<ActionGroupEntry>,
    fact: Vec<FactEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FactsFile {
    #[serde(default)]
    fact: Vec<FactEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ActionGroupEntry {
    name: String,
    zh: String,
    en: String,
    #[serde(default)]
    actions: Vec<String>,
    /// Every action but these.
    all_except: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NamedEntry {
    name: String,
    zh: String,
    en: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KindEntry {
    name: String,
    zh: String,
    en: String,
    #[serde(rename = "in")]
    classes: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FactEntry {
    name: String,
    #[serde(rename = "type")]
    ty: FactType,
    #[serde(default)]
    values: Vec<String>,
    #[serde(default)]
    pending: Vec<String>,
    #[serde(default)]
    value_zh: BTreeMap<String, String>,
    #[serde(default)]
    value_en: BTreeMap<String, String>,
    #[serde(default)]
    edge: Edge,
    #[serde(default)]
    event: bool,
    #[serde(default)]
    derived: bool,
    zh: String,
    en: String,
    #[serde(default)]
    remedy_zh: String,
    #[serde(default)]
    remedy_en: String,
    #[serde(default)]
    who: String,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct ConsistencyFile {
    #[serde(default)]
    contradiction: Vec<ContradictionEntry>,
    #[serde(default)]
    order: Vec<OrderEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ContradictionEntry {
    facts: BTreeMap<String, Json>,
    zh: String,
    en: String,
    rule: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OrderEntry {
    earlier: String,
    later: String,
    code: String,
    zh: String,
    en: String,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct ReadingsFile {
    #[serde(default)]
    point: Vec<PointEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PointEntry {
    id: String,
    question_zh: String,
    question_en: String,
    applied_zh: String,
    applied_en: String,
    other_zh: String,
    other_en: String,
    why_zh: String,
    why_en: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RegulationFile {
    code: String,
    status: Status,
    effective_date: Option<String>,
    territory: String,
    scope_rule: String,
    effective_rule: String,
    title: Text,
    issuer: Text,
    note: Option<Text>,
    #[serde(default)]
    allowed: Vec<AllowedEntry>,
    #[serde(default)]
    counterpart: Vec<CounterpartEntry>,
    #[serde(default)]
    contradiction: Vec<ContradictionEntry>,
    #[serde(default)]
    ground_demanded: Vec<GroundEntry>,
    #[serde(default)]
    definition: Vec<DefinitionEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AllowedEntry {
    fact: String,
    values: Vec<String>,
    rule: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CounterpartEntry {
    fact: String,
    common: String,
    here: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GroundEntry {
    actions: Vec<String>,
    rule: String,
    #[serde(default)]
    elsewhere: bool,
    zh: String,
    en: String,
    hint_zh: String,
    hint_en: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DefinitionEntry {
    rule: String,
    zh: String,
    en: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CoverageFile {
    #[serde(default)]
    article: Vec<ArticleEntry>,
    #[serde(default)]
    rule: Vec<RuleEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ArticleEntry {
    number: u32,
    status: ArticleStatus,
    zh: String,
    en: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleEntry {
    id: String,
    kind: RuleKind,
    place: Place,
    zh: Option<String>,
    en: Option<String>,
}

impl Compiler<'_> {
    fn content(&mut self) -> Option<Content> {
        let store: StoreFile = self.toml("store.toml")?;
        let vocabulary = self.vocabulary()?;
        match Schema::from_cedarschema_str(&schema(&vocabulary)) {
            Ok((schema, _)) => self.schema = Some(schema),
            Err(e) => {
                self.error("schema-invalid", "vocabulary.toml", e.to_string());
                return None;
            }
        }
        let readings: ReadingsFile =
            if self.sources.get("readings.toml").is_some() { self.toml("readings.toml")? } else { ReadingsFile::default() };
        let points: Vec<Point> = readings
            .point
            .into_iter()
            .map(|p| Point {
                choice: store.readings.get(&p.id).copied().unwrap_or_default(),
                id: p.id,
                question: pair(p.question_en, p.question_zh),
                applied: pair(p.applied_en, p.applied_zh),
                other: pair(p.other_en, p.other_zh),
                why: pair(p.why_en, p.why_zh),
            })
            .collect();
        let choices: Choices = points.iter().map(|p| (p.id.clone(), p.choice)).collect();
        let names: Vec<String> = self.sources.texts().map(str::to_owned).collect();
        let texts: Vec<LawText> = names.iter().filter_map(|n| self.text(n, &vocabulary, &choices)).collect();
        self.chosen_readings(&store.readings, &choices, &texts);
        // What the bundle is made from; a folder that holds no text of law (calendars) is no part of it.
        let is_source = |path: &str| path.split_once('/').is_none_or(|(folder, _)| names.iter().any(|n| n == folder));
        let source = |(path, text): (&str, &str)| Source { path: path.to_owned(), sha256: sha256_hex(text.as_bytes()) };
        let sources = self.sources.iter().filter(|(p, _)| is_source(p)).map(source).collect();
        let about = About { id: store.id, version: store.version, cedar_version: cedar_policy::get_lang_version().to_string(), sources };
        Some(Content { about, law: Law { vocabulary, texts, points } })
    }

    /// A reading can be chosen only where policies say what follows from it.
    fn chosen_readings(&mut self, chosen: &BTreeMap<String, Choice>, choices: &Choices, texts: &[LawText]) {
        for (point, choice) in chosen {
            if !choices.contains_key(point) {
                self.error("point-unknown", "store.toml", format!("point `{point}` is not in readings.toml"));
            } else if *choice == Choice::Other && texts.iter().all(|t| t.reading(point) == Choice::Applied) {
                let message = format!("no policy encodes the other reading of point {point}: none is marked @reading(\"{point}=other\")");
                self.error("reading-not-encoded", "store.toml", message);
            } else if *choice == Choice::Other {
                let rests = |t: &&LawText| t.policies.iter().any(|p| p.points.contains(point));
                for text in texts.iter().filter(|t| t.reading(point) == Choice::Applied).filter(rests) {
                    let code = &text.regulation.code;
                    let message = format!("{code} does not encode the other reading of point {point} and keeps the conservative one");
                    let mut finding = Finding::error("reading-not-encoded", "store.toml", message);
                    finding.severity = Severity::Warning;
                    self.findings.push(finding);
                }
            }
        }
    }

    fn error(&mut self, code: &'static str, file: &str, message: impl Into<String>) {
        self.findings.push(Finding::error(code, file, message));
    }

    fn toml<T: DeserializeOwned>(&mut self, file: &str) -> Option<T> {
        let Some(text) = self.sources.get(file) else {
            self.error("file-missing", file, "this file is missing");
            return None;
        };
        match read_toml::read(text) {
            Ok(v) => Some(v),
            Err(e) => {
                let span = e.span.map(|s| (s.start, s.end.saturating_sub(s.start)));
                self.findings.push(Finding::error("toml-invalid", file, e.message).at(span));
                None
            }
        }
    }

    fn vocabulary(&mut self) -> Option<Vocabulary> {
        let file: VocabularyFile = self.toml("vocabulary.toml")?;
        let named = |n: NamedEntry| Named { name: n.name, label: pair(n.en, n.zh) };
        // A text may bring facts of its own: `<text>/facts.toml`.
        let mut entries: Vec<(String, FactEntry)> = file.fact.into_iter().map(|f| ("vocabulary.toml".to_owned(), f)).collect();
        let own: Vec<String> = self.sources.iter().map(|(p, _)| p.to_owned()).filter(|p| p.ends_with("/facts.toml")).collect();
        for path in own {
            let more: FactsFile = self.toml(&path)?;
            entries.extend(more.fact.into_iter().map(|f| (path.clone(), f)));
        }
        let mut facts = Vec::new();
        for (path, f) in entries {
            let group = f.name.split_once('.').and_then(|(g, _)| Group::ALL.into_iter().find(|k| k.name() == g));
            let Some(group) = group else {
                self.error("fact-name", &path, format!("`{}` does not begin with a group", f.name));
                continue;
            };
            let label = |v: &String| {
                let zh = f.value_zh.get(v).or_else(|| f.value_zh.get(v.as_str()));
                Some(pair(f.value_en.get(v)?.clone(), zh?.clone()))
            };
            let value_labels: Option<Vec<Text>> = f.values.iter().map(label).collect();
            if value_labels.is_none() || (f.ty == FactType::Enum) == f.values.is_empty() {
                self.error("fact-values", &path, format!("`{}` needs a label in both languages for each of its values", f.name));
            }
            if f.pending.iter().any(|p| !f.values.contains(p)) {
                self.error("fact-values", &path, format!("`{}` has a pending value that is none of its values", f.name));
            }
            facts.push(Fact {
                group,
                ty: f.ty,
                values: f.values,
                value_labels: value_labels.unwrap_or_default(),
                pending: f.pending,
                edge: f.edge,
                event: f.event,
                derived: f.derived,
                label: pair(f.en, f.zh),
                remedy: pair(f.remedy_en, f.remedy_zh),
                who: f.who,
                name: f.name,
            });
        }
        let mut vocabulary = Vocabulary {
            classes: file.class.into_iter().map(named).collect(),
            kinds: file.kind.into_iter().map(|k| Kind { name: k.name, label: pair(k.en, k.zh), classes: k.classes }).collect(),
            actions: file.action.into_iter().map(named).collect(),
            action_groups: Vec::new(),
            facts,
            contradictions: Vec::new(),
            orders: Vec::new(),
        };
        for g in file.action_group {
            let named: Vec<String> = match g.all_except {
                Some(except) => vocabulary.actions.iter().map(|a| a.name.clone()).filter(|n| !except.contains(n)).collect(),
                None => g.actions,
            };
            let actions: Option<Vec<ActionId>> = named.iter().map(|n| vocabulary.find_action(n)).collect();
            match actions {
                Some(actions) => vocabulary.action_groups.push(ActionGroup { name: g.name, label: pair(g.en, g.zh), actions }),
                None => self.error("unknown-action", "vocabulary.toml", format!("group `{}` names an unknown action", g.name)),
            }
        }
        let names = [
            vocabulary.facts.iter().map(|f| f.name.clone()).collect::<Vec<_>>(),
            vocabulary.kinds.iter().map(|k| k.name.clone()).chain(vocabulary.classes.iter().map(|c| c.name.clone())).collect(),
            vocabulary.actions.iter().map(|a| a.name.clone()).collect(),
        ];
        for list in names {
            let mut seen = BTreeSet::new();
            for name in list {
                if !seen.insert(name.clone()) {
                    self.error("name-twice", "vocabulary.toml", format!("`{name}` stands twice"));
                }
            }
        }
        if vocabulary.kinds.len() > 128 {
            self.error("too-many-kinds", "vocabulary.toml", "at most 128 actor kinds are supported");
        }
        let consistency: ConsistencyFile =
            if self.sources.get("consistency.toml").is_some() { self.toml("consistency.toml")? } else { ConsistencyFile::default() };
        vocabulary.contradictions = self.contradictions("consistency.toml", consistency.contradiction, &vocabulary);
        for o in consistency.order {
            match (fact(&o.earlier, &vocabulary), fact(&o.later, &vocabulary)) {
                (Ok(earlier), Ok(later)) => {
                    vocabulary.orders.push(DateOrder { earlier, later, code: o.code, why: pair(o.en, o.zh) });
                }
                (Err(e), _) | (_, Err(e)) => self.error("unknown-fact", "consistency.toml", e),
            }
        }
        Some(vocabulary)
    }

    fn contradictions(&mut self, file: &str, entries: Vec<ContradictionEntry>, v: &Vocabulary) -> Vec<Contradiction> {
        let mut out = Vec::new();
        for e in entries {
            let mut facts = Vec::new();
            for (name, value) in e.facts {
                let value = match value {
                    Json::String(s) => s,
                    other => other.to_string(),
                };
                match fact(&name, v)
                    .and_then(|id| if value == crate::request::STATED { Ok(id) } else { check_value(id, &value, v).map(|()| id) })
                {
                    Ok(id) => facts.push((id, value)),
                    Err(m) => self.error("unknown-fact", file, m),
                }
            }
            out.push(Contradiction { facts, why: pair(e.en, e.zh) });
        }
        out
    }

    fn text(&mut self, folder: &str, vocabulary: &Vocabulary, choices: &Choices) -> Option<LawText> {
        let file = format!("{folder}/regulation.toml");
        let r: RegulationFile = self.toml(&file)?;
        if r.code != folder {
            self.error("text-code", &file, format!("the code is `{}`, the folder `{folder}`", r.code));
        }
        let (articles, rules) = self.coverage(folder, &r)?;
        let effective_from = match r.effective_date.as_deref().map(parse_moment) {
            Some(None) => {
                self.error("impossible-date", &file, "effective_date is no date");
                None
            }
            other => other.flatten().map(|m| m.first),
        };
        let mut allowed = Vec::new();
        for a in r.allowed {
            match fact(&a.fact, vocabulary).and_then(|id| a.values.iter().try_for_each(|v| check_value(id, v, vocabulary)).map(|()| id)) {
                Ok(fact) => allowed.push(Allowed { fact, values: a.values, rule: a.rule }),
                Err(m) => self.error("unknown-value", &file, m),
            }
        }
        let counterparts = self.counterparts(&file, r.counterpart, &allowed, vocabulary);
        let contradictions = self.contradictions(&file, r.contradiction, vocabulary);
        let mut grounds_demanded = Vec::new();
        for g in r.ground_demanded {
            let actions: Result<Vec<ActionId>, String> =
                g.actions.iter().map(|a| vocabulary.find_action(a).ok_or_else(|| format!("there is no action `{a}`"))).collect();
            match actions {
                Ok(actions) => grounds_demanded.push(GroundDemanded {
                    actions,
                    rule: g.rule,
                    elsewhere: g.elsewhere,
                    title: pair(g.en, g.zh),
                    hint: pair(g.hint_en, g.hint_zh),
                }),
                Err(m) => self.error("unknown-action", &file, m),
            }
        }
        if grounds_demanded.last().is_none_or(|g| !g.actions.is_empty()) {
            self.error("ground-demanded", &file, "the last [[ground_demanded]] has to speak for all other acts (actions = [])");
        }
        let mut program = Program::default();
        let Encoded { policies, set_aside, other_readings } = self.policies(folder, vocabulary, &mut program, &rules, choices);
        Some(LawText {
            regulation: Regulation {
                code: r.code,
                title: r.title,
                issuer: r.issuer,
                status: r.status,
                effective_from,
                effective_date: r.effective_date,
                territory: r.territory,
                scope_rule: r.scope_rule,
                effective_rule: r.effective_rule,
                note: r.note,
            },
            allowed,
            counterparts,
            contradictions,
            articles,
            rules,
            grounds_demanded,
            policies,
            other_readings,
            set_aside,
            program,
        })
    }

    /// Each word has one counterpart, so that a word translated there and back is the same word.
    fn counterparts(&mut self, file: &str, entries: Vec<CounterpartEntry>, allowed: &[Allowed], v: &Vocabulary) -> Vec<Counterpart> {
        let mut out: Vec<Counterpart> = Vec::new();
        for e in entries {
            let known = fact(&e.fact, v).and_then(|id| {
                check_value(id, &e.common, v)?;
                check_value(id, &e.here, v)?;
                Ok(id)
            });
            let id = match known {
                Ok(id) => id,
                Err(m) => {
                    self.error("unknown-value", file, m);
                    continue;
                }
            };
            if !allowed.iter().any(|a| a.fact == id && a.values.contains(&e.here)) {
                self.error("counterpart-not-allowed", file, format!("[[allowed]] does not list `{}` for `{}`", e.here, e.fact));
            }
            if out.iter().any(|c| c.fact == id && (c.common == e.common || c.here == e.here)) {
                self.error("counterpart-twice", file, format!("`{}` or `{}` has another counterpart already", e.common, e.here));
            }
            out.push(Counterpart { fact: id, common: e.common, here: e.here });
        }
        out
    }

    /// The articles and rules, with every claim of coverage.toml about data checked against regulation.toml.
    fn coverage(&mut self, folder: &str, r: &RegulationFile) -> Option<(Vec<Article>, Vec<Rule>)> {
        let file = format!("{folder}/coverage.toml");
        let coverage: CoverageFile = self.toml(&file)?;
        let in_data: BTreeSet<&str> = r
            .definition
            .iter()
            .map(|d| d.rule.as_str())
            .chain(r.allowed.iter().map(|a| a.rule.as_str()))
            .chain(r.contradiction.iter().filter_map(|c| c.rule.as_deref()))
            .chain(r.ground_demanded.iter().map(|g| g.rule.as_str()))
            .chain([r.scope_rule.as_str(), r.effective_rule.as_str()])
            .collect();
        let mut seen = BTreeSet::new();
        let mut rules = Vec::new();
        for rule in coverage.rule {
            if !seen.insert(rule.id.clone()) {
                self.error("rule-twice", &file, format!("rule `{}` stands twice", rule.id));
            }
            if locate(&rule.id).is_none() || !rule.id.starts_with(&format!("{folder}/")) {
                self.error("rule-id", &file, format!("`{}` is no rule id of this text", rule.id));
            }
            let text = match (rule.zh, rule.en) {
                (Some(zh), Some(en)) => Some(Text { en, zh }),
                _ => r.definition.iter().rfind(|d| d.rule == rule.id).map(|d| Text { en: d.en.clone(), zh: d.zh.clone() }),
            };
            if rule.place == Place::Data && !in_data.contains(rule.id.as_str()) {
                self.error(
                    "rule-not-in-data",
                    &file,
                    format!("rule `{}` is said to be data, but regulation.toml does not name it", rule.id),
                );
            }
            if text.is_none() && (rule.place != Place::Policy || rule.kind == RuleKind::Exception) {
                self.error("rule-without-words", &file, format!("rule `{}` needs its meaning or reason in zh and en", rule.id));
            }
            rules.push(Rule { id: rule.id, kind: rule.kind, place: rule.place, text });
        }
        let mut articles: Vec<Article> =
            coverage.article.into_iter().map(|a| Article { number: a.number, status: a.status, subject: pair(a.en, a.zh) }).collect();
        articles.sort_unstable_by_key(|a| a.number);
        for (i, a) in articles.iter().enumerate() {
            if usize::try_from(a.number).ok() != i.checked_add(1) {
                self.error("article-missing", &file, format!("article {} is missing or stands twice", i.saturating_add(1)));
                break;
            }
        }
        Some((articles, rules))
    }

    fn policies(&mut self, folder: &str, v: &Vocabulary, program: &mut Program, rules: &[Rule], choices: &Choices) -> Encoded {
        // Every policy is validated, whichever reading is chosen; only those of the chosen reading decide.
        let (mut all, mut chosen) = (CedarPolicies::new(), CedarPolicies::new());
        let mut file_of: BTreeMap<String, String> = BTreeMap::new();
        let mut out = Encoded::default();
        let mut before: Option<Locator> = None;
        let files: Vec<(String, String)> = self.sources.articles(folder).map(|(p, t)| (p.to_owned(), t.to_owned())).collect();
        for (file, text) in files {
            let parsed = match CedarPolicies::from_str(&text) {
                Ok(p) => p,
                Err(errors) => {
                    for e in errors.iter() {
                        let mut f = Finding::error("policy-syntax", &file, e.to_string()).at(first_span(e));
                        f.help = e.help().map(|h| h.to_string());
                        self.findings.push(f);
                    }
                    continue;
                }
            };
            if parsed.templates().next().is_some() {
                self.error("template", &file, "templates are not used here");
            }
            let mut in_order: Vec<_> = parsed.policies().collect();
            in_order.sort_unstable_by_key(|p| p.id().to_string().trim_start_matches("policy").parse::<u32>().unwrap_or(u32::MAX));
            for policy in in_order {
                let id = policy.annotation("id").unwrap_or_default().to_owned();
                let problem = |code, message: String| {
                    Finding::error(code, &file, format!("{}: {message}", if id.is_empty() { "a policy without @id" } else { &id }))
                };
                if id.is_empty() {
                    self.findings.push(problem("annotation-missing", "write @id(\"text/article/paragraph\")".to_owned()));
                    continue;
                }
                let span = text.find(&format!("@id(\"{id}\")")).map(|at| (at, id.len().saturating_add(6)));
                if file_of.insert(id.clone(), file.clone()).is_some() {
                    self.findings.push(problem("id-twice", "this id stands twice".to_owned()).at(span));
                    continue;
                }
                let named = policy.new_id(PolicyId::new(&id));
                let notes: BTreeMap<&str, &str> = policy.annotations().collect();
                let marks = match marks(&notes, choices) {
                    Ok(m) => m,
                    Err((code, m)) => {
                        self.findings.push(problem(code, m).at(span));
                        continue;
                    }
                };
                let is_chosen = marks.standing == Standing::Chosen;
                if all.add(named.clone()).is_err() || (is_chosen && chosen.add(named).is_err()) {
                    self.findings.push(problem("id-twice", "this id stands twice".to_owned()).at(span));
                }
                // What is left out is looked at like the rest, but leaves nothing in the program.
                let mut scratch = Program::default();
                let program = if marks.standing == Standing::LeftOut { &mut scratch } else { &mut *program };
                let lowered = policy.to_json().map_err(|e| e.to_string()).and_then(|json| lower(&json, v, program));
                let lowered = match lowered {
                    Ok(l) => l,
                    Err(m) => {
                        self.findings.push(problem("policy-unsupported", m).at(span));
                        continue;
                    }
                };
                match explain(&notes, &lowered, v, &file, rules, choices) {
                    Ok(p) => {
                        let here = p.rules.first().and_then(|r| locate(r));
                        if let (Some(before), Some(here)) = (before, here)
                            && (here.article, here.paragraph, here.item) < (before.article, before.paragraph, before.item)
                        {
                            self.findings.push(problem("statute-order", "policies stand in the order of the statute".to_owned()).at(span));
                        }
                        before = here.or(before);
                        out.add(p, marks);
                    }
                    Err(messages) => self.findings.extend(messages.into_iter().map(|(code, m)| problem(code, m).at(span))),
                }
            }
        }
        self.validate(&all, &file_of);
        self.unused_rules(folder, rules, &out.policies);
        self.cedar.insert(folder.to_owned(), chosen);
        out
    }

    fn validate(&mut self, policies: &CedarPolicies, file_of: &BTreeMap<String, String>) {
        let Some(schema) = self.schema.clone() else { return };
        if self.validation == Validation::Off {
            return;
        }
        let result = Validator::new(schema).validate(policies, ValidationMode::Strict);
        let file = |id: &PolicyId| file_of.get(AsRef::<str>::as_ref(id)).cloned().unwrap_or_default();
        for e in result.validation_errors() {
            let mut f = Finding::error("policy-invalid", &file(e.policy_id()), e.to_string()).at(first_span(e));
            f.help = e.help().map(|h| h.to_string());
            self.findings.push(f);
        }
        for w in result.validation_warnings() {
            let mut f = Finding::error("policy-warning", &file(w.policy_id()), w.to_string()).at(first_span(w));
            f.severity = Severity::Warning;
            self.findings.push(f);
        }
    }

    fn unused_rules(&mut self, folder: &str, rules: &[Rule], policies: &[Policy]) {
        let used: BTreeSet<&str> = policies.iter().flat_map(Policy::all_rules).map(String::as_str).collect();
        let file = format!("{folder}/coverage.toml");
        for rule in rules.iter().filter(|r| r.place == Place::Policy && !used.contains(r.id.as_str())) {
            self.error("rule-not-encoded", &file, format!("no policy encodes rule `{}`", rule.id));
        }
    }
}

/// The reading chosen for each known point.
type Choices = BTreeMap<String, Choice>;

/// The policies of a text.
#[derive(Default)]
struct Encoded {
    policies: Vec<Policy>,
    set_aside: Vec<Policy>,
    other_readings: Vec<String>,
}

impl Encoded {
    fn add(&mut self, mut policy: Policy, marks: Marks) {
        match marks.standing {
            Standing::Chosen => {
                self.policies.push(policy);
                self.other_readings.extend(marks.other);
                self.other_readings.sort_unstable();
                self.other_readings.dedup();
            }
            Standing::SetAside => {
                policy.points = marks.against;
                self.set_aside.push(policy);
            }
            Standing::LeftOut => {}
        }
    }
}

/// What becomes of a policy that belongs to a reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// Every reading it belongs to is chosen: it decides.
    Chosen,
    /// It belongs to a conservative reading, and the other one is chosen.
    SetAside,
    /// It belongs to another reading that is not chosen.
    LeftOut,
}

/// What `@reading` says, held against the choices of the store.
struct Marks {
    standing: Standing,
    /// Points whose other reading is chosen and is that of the policy.
    other: Vec<String>,
    /// Points whose other reading is chosen and is not that of the policy.
    against: Vec<String>,
}

fn marks(notes: &BTreeMap<&str, &str>, choices: &Choices) -> Result<Marks, (&'static str, String)> {
    let mut marks = Marks { standing: Standing::Chosen, other: Vec::new(), against: Vec::new() };
    for (point, choice) in readings(notes.get("reading").copied().unwrap_or_default()).map_err(|m| ("reading-invalid", m))? {
        let Some(chosen) = choices.get(&point) else {
            return Err(("point-unknown", format!("point `{point}` is not in readings.toml")));
        };
        match (choice, chosen) {
            (Choice::Applied, Choice::Applied) => {}
            (Choice::Other, Choice::Other) => marks.other.push(point),
            (Choice::Other, Choice::Applied) => marks.standing = Standing::LeftOut,
            (Choice::Applied, Choice::Other) => {
                marks.against.push(point);
                if marks.standing == Standing::Chosen {
                    marks.standing = Standing::SetAside;
                }
            }
        }
    }
    Ok(marks)
}

/// Reads the annotations of a policy; every problem is named.
fn explain(
    notes: &BTreeMap<&str, &str>,
    lowered: &super::lower::Lowered,
    v: &Vocabulary,
    file: &str,
    rules: &[Rule],
    choices: &Choices,
) -> Result<Policy, Vec<(&'static str, String)>> {
    let mut problems: Vec<(&'static str, String)> = Vec::new();
    for key in notes.keys().filter(|k| !KNOWN.iter().any(|(known, _)| known == *k)) {
        let near = Vocabulary::nearest(key, KNOWN.iter().map(|(k, _)| *k));
        problems.push((
            "annotation-unknown",
            format!("@{key} is unknown{}", near.map(|n| format!("; did you mean @{n}?")).unwrap_or_default()),
        ));
    }
    let note = |key: &str| notes.get(key).copied().unwrap_or_default();
    for key in ["rules", "zh", "en"] {
        if note(key).trim().is_empty() {
            problems.push(("annotation-missing", format!("@{key} is missing")));
        }
    }
    let list = |key: &str| note(key).split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    for rule in list("rules").iter().chain(&list("lifts")).chain(&list("narrows")) {
        if !rules.iter().any(|r| r.id == *rule) {
            problems.push(("rule-unknown", format!("rule `{rule}` is not in coverage.toml")));
        }
    }
    if let Some(rule) = list("rules").first() {
        let article = locate(rule).map(|l| format!("article-{:03}.cedar", l.article));
        if article.is_none_or(|a| !file.ends_with(&a)) {
            problems.push(("wrong-article", format!("rule `{rule}` belongs to another article's file")));
        }
        let id = note("id");
        if id.split('#').next() != Some(rule) {
            problems.push(("id-differs", format!("the id begins with the rule it cites: `{rule}` or `{rule}#…`")));
        }
    }
    for point in list("point").iter().filter(|p| !choices.contains_key(*p)) {
        problems.push(("point-unknown", format!("point `{point}` is not in readings.toml")));
    }
    let mut wanted = Vec::new();
    for (key, step) in [("step", true), ("state", false)] {
        match demands(note(key), step, v) {
            Ok(d) => wanted.extend(d),
            Err(m) => problems.push(("demand-invalid", m)),
        }
    }
    let set = match (lowered.permit, notes.contains_key("duty"), notes.contains_key("deadline")) {
        (false, false, false) => PolicySet::Gate,
        (true, false, false) => PolicySet::Ground,
        (true, true, false) => PolicySet::Duty,
        (true, false, true) => PolicySet::Deadline,
        _ => {
            problems.push(("annotation-clash", "@duty and @deadline belong to a permit, one of them at a time".to_owned()));
            PolicySet::Gate
        }
    };
    let who = notes.get("who").map(|w| (*w).to_owned());
    if let Some(w) = &who
        && w != "subject"
        && v.find_kind(w).is_none()
    {
        problems.push(("unknown-actor-kind", format!("@who(\"{w}\") is no actor kind")));
    }
    let duty = (set == PolicySet::Duty).then(|| duty(notes, v, &mut problems));
    let period = (set == PolicySet::Deadline).then(|| period(notes, v, &mut problems)).flatten();
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(Policy {
        id: note("id").to_owned(),
        rules: list("rules"),
        lifts: list("lifts"),
        narrows: list("narrows"),
        set,
        title: pair(note("en").to_owned(), note("zh").to_owned()),
        kinds: lowered.kinds,
        actions: lowered.actions.clone(),
        condition: lowered.condition,
        demands: wanted,
        remedy: both(notes, "remedy_en", "remedy_zh"),
        who: if set == PolicySet::Deadline { None } else { who },
        hint: both(notes, "hint_en", "hint_zh"),
        points: list("point"),
        duty,
        period,
    })
}

fn duty(notes: &BTreeMap<&str, &str>, v: &Vocabulary, problems: &mut Vec<(&'static str, String)>) -> Duty {
    let mut parameters = Vec::new();
    for part in notes.get("params").copied().unwrap_or_default().split(';').map(str::trim).filter(|p| !p.is_empty()) {
        match part.split_once('=').map(|(n, f)| (n.trim(), fact(f.trim(), v))) {
            Some((name, Ok(id))) => parameters.push((name.to_owned(), id)),
            Some((_, Err(m))) => problems.push(("unknown-fact", m)),
            None => problems.push(("params-invalid", format!("`{part}` is no parameter; write name=fact"))),
        }
    }
    Duty { kind: notes.get("duty").copied().unwrap_or_default().to_owned(), parameters, always: notes.contains_key("always") }
}

fn period(notes: &BTreeMap<&str, &str>, v: &Vocabulary, problems: &mut Vec<(&'static str, String)>) -> Option<Period> {
    let days = notes.get("deadline").and_then(|d| d.parse::<u32>().ok()).filter(|d| (1..=366).contains(d));
    let from: Option<FactId> = match fact(notes.get("from").copied().unwrap_or_default(), v) {
        Ok(id) if v.fact(id).is_some_and(|f| f.ty == FactType::Date) => Some(id),
        _ => None,
    };
    let who = notes.get("who").filter(|w| v.find_kind(w).is_some());
    match (days, from, who) {
        (Some(working_days), Some(from), Some(who)) => Some(Period { working_days, from, who: (*who).to_owned() }),
        _ => {
            problems.push((
                "deadline-invalid",
                "a period needs @deadline(\"working days\"), @from(\"a date fact\") and @who(\"an actor kind\")".to_owned(),
            ));
            None
        }
    }
}

fn pair(en: String, zh: String) -> Text {
    Text { en, zh }
}

fn both(notes: &BTreeMap<&str, &str>, en: &str, zh: &str) -> Option<Text> {
    Some(Text { en: (*notes.get(en)?).to_owned(), zh: (*notes.get(zh)?).to_owned() })
}

fn first_span(e: &dyn Diagnostic) -> Option<(usize, usize)> {
    e.labels()?.next().map(|l| (l.offset(), l.len()))
}
