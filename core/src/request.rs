//! From JSON to facts.
//!
//! The shape is the evaluation request of the `OpenID` `AuthZEN` Authorization API 1.0. Everything that is wrong is collected
//! with its path; a request with an error is never evaluated.

use crate::calendar::{self, Calendar};
use crate::facts::{FactValue, Facts};
use crate::issue::{Issue, text};
use crate::json::{self, Json};
use crate::vocabulary::{Edge, Fact, FactId, FactType, Group, Text, Vocabulary};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// The largest request document read, in bytes.
pub const MAX_BYTES: usize = 1024 * 1024;
/// The most entries a working-day calendar may have.
pub const MAX_CALENDAR_DAYS: usize = 4000;

/// Which texts decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Only texts binding on that date; drafts are reported as advisory.
    #[default]
    InForce,
    /// Drafts of the territory decide too, and the answer carries a draft mark.
    DraftAsAdopted,
}

impl Mode {
    /// The name as written in `context.evaluation_mode`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::InForce => "in-force",
            Self::DraftAsAdopted => "draft-as-adopted",
        }
    }

    /// The mode with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::InForce, Self::DraftAsAdopted].into_iter().find(|m| m.name() == name)
    }
}

/// What an unknown fact name is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Strictness {
    /// An error. The default of the command line, the tests and the demo.
    #[default]
    Strict,
    /// A warning in the answer; the statement helps nothing.
    Lenient,
}

/// How requests are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    /// What an unknown fact name is.
    pub strictness: Strictness,
    /// Decides in this mode, whatever the request says.
    pub mode: Option<Mode>,
}

/// A request that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The facts; `None` when an error keeps them from being complete.
    pub(crate) facts: Option<Facts>,
    pub(crate) mode: Mode,
    pub(crate) digest: Option<String>,
    pub(crate) errors: Vec<Issue>,
    pub(crate) warnings: Vec<Issue>,
}

impl Request {
    /// The facts, when the request has no error.
    #[must_use]
    pub fn facts(&self) -> Option<&Facts> {
        self.facts.as_ref()
    }

    /// What is wrong with it.
    #[must_use]
    pub fn errors(&self) -> &[Issue] {
        &self.errors
    }

    /// What was ignored.
    #[must_use]
    pub fn warnings(&self) -> &[Issue] {
        &self.warnings
    }

    /// SHA-256 (hex) of the canonical request (RFC 8785, sets in canonical order).
    #[must_use]
    pub fn digest(&self) -> Option<&str> {
        self.digest.as_deref()
    }
}

/// Facts that the engine itself reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WellKnown {
    pub(crate) actor_id: FactId,
    pub(crate) dataset_id: FactId,
    pub(crate) holder_territory: FactId,
    pub(crate) request_territory: FactId,
    pub(crate) now: FactId,
    pub(crate) now_ends: FactId,
}

impl WellKnown {
    pub(crate) fn find(v: &Vocabulary) -> Option<Self> {
        Some(Self {
            actor_id: v.find_fact("actor.id")?,
            dataset_id: v.find_fact("dataset.id")?,
            holder_territory: v.find_fact("dataset.territory")?,
            request_territory: v.find_fact("request.territory")?,
            now: v.find_fact("time.now")?,
            now_ends: v.find_fact("time.now_ends")?,
        })
    }
}

/// Fact names by group, sorted, for look-up; with the path of each.
#[derive(Debug, Clone)]
pub(crate) struct FactIndex(Vec<(Group, String, FactId, String)>);

impl FactIndex {
    pub(crate) fn new(v: &Vocabulary) -> Self {
        let entry = |(i, f): (usize, &Fact)| Some((f.group, f.key().to_owned(), FactId(u16::try_from(i).ok()?), f.path()));
        let mut names: Vec<_> = v.facts.iter().enumerate().filter_map(entry).collect();
        names.sort_unstable();
        Self(names)
    }

    pub(crate) fn find(&self, group: Group, key: &str) -> Option<(FactId, &str)> {
        let i = self.0.binary_search_by(|(g, k, _, _)| (*g, k.as_str()).cmp(&(group, key))).ok()?;
        self.0.get(i).map(|(_, _, id, path)| (*id, path.as_str()))
    }
}

/// Reads requests against one vocabulary.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader<'v> {
    pub(crate) vocabulary: &'v Vocabulary,
    pub(crate) index: &'v FactIndex,
    pub(crate) known: WellKnown,
    pub(crate) options: Options,
}

/// Errors and warnings while reading.
#[derive(Default)]
struct Notes {
    errors: Vec<Issue>,
    warnings: Vec<Issue>,
}

impl Notes {
    fn error(&mut self, code: &'static str, path: impl Into<String>, message: Text, help: Text) {
        self.errors.push(Issue::new(code, path, message, help));
    }
}

impl Reader<'_> {
    /// Reads one document.
    pub(crate) fn read(&self, bytes: &[u8]) -> Request {
        let mut notes = Notes::default();
        let mut mode = self.options.mode.unwrap_or_default();
        let (mut facts, mut digest) = (None, None);
        if let Some(mut json) = parse(bytes, &mut notes) {
            facts = self.facts(&json, &mut mode, &mut notes);
            self.sort_sets(&mut json);
            digest = json::canonical(&mut json).map(|c| crate::bundle::sha256_hex(&c));
        }
        notes.errors.sort_unstable();
        notes.errors.dedup();
        notes.warnings.sort_unstable();
        let facts = if notes.errors.is_empty() { facts } else { None };
        Request { facts, mode, digest, errors: notes.errors, warnings: notes.warnings }
    }

    fn facts(&self, json: &Json<'_>, mode: &mut Mode, notes: &mut Notes) -> Option<Facts> {
        if !matches!(json, Json::Object(_)) {
            wrong_type(notes, "$", "object", json);
            return None;
        }
        let subject = object(json, "subject", notes);
        let action = object(json, "action", notes);
        let resource = object(json, "resource", notes);
        let kind = subject.and_then(|s| self.kind(s, notes));
        let action = action.and_then(|a| self.action(a, notes));
        if let Some(kind) = resource.and_then(|r| string(r, "type", "$.resource.type", notes))
            && kind != "Dataset"
        {
            notes.error(
                "unknown-resource-type",
                "$.resource.type",
                text(format!("`{kind}` is no resource type"), format!("没有“{kind}”这种资源类型")),
                text(
                    "write `Dataset`; a data product is a dataset with `is_product_or_service`",
                    "请写 `Dataset`；数据产品写作带 `is_product_or_service` 的数据集",
                ),
            );
        }
        let actor_id = subject.and_then(|s| string(s, "id", "$.subject.id", notes));
        let dataset_id = resource.and_then(|r| string(r, "id", "$.resource.id", notes));

        let mut facts = Facts::new(action.unwrap_or(crate::vocabulary::ActionId(0)), kind.unwrap_or(0), self.vocabulary.facts.len());
        if let Some(id) = actor_id {
            // Eighteen digits may be a citizen's identity number, unless the actor cannot be a person.
            let organisation = kind
                .and_then(|k| self.vocabulary.kinds.get(k))
                .is_some_and(|k| k.classes.iter().any(|c| c == "PublicBody" || c == "Organisation"));
            if is_organisation_code(id) || (organisation && looks_like_credit_code(id)) {
                check_credit_code(id, "$.subject.id", notes);
            }
            facts.set(self.known.actor_id, Some(FactValue::Text(id.to_owned())));
        }
        if let Some(id) = dataset_id {
            facts.set(self.known.dataset_id, Some(FactValue::Text(id.to_owned())));
        }

        let context = json.member("context").filter(|c| !matches!(c, Json::Null));
        if let Some(c) = context {
            if !matches!(c, Json::Object(_)) {
                wrong_type(notes, "$.context", "object", c);
            }
            self.context_members(c, mode, notes);
        }
        for group in Group::ALL {
            let members = match group {
                Group::Actor => subject.and_then(|s| s.member("properties")),
                Group::Dataset => resource.and_then(|r| r.member("properties")),
                _ => context.and_then(|c| c.member(group.name())),
            };
            match members {
                None | Some(Json::Null) => {}
                Some(Json::Object(members)) => {
                    for (key, value) in members {
                        self.fact(group, key, value, subject, &mut facts, notes);
                    }
                }
                Some(other) => wrong_type(notes, group.path(), "object", other),
            }
        }
        if facts.get(self.known.now).is_none() {
            notes.error(
                "time-not-stated",
                "$.context.time.now",
                text("the evaluation date is not stated", "未载明评估时间"),
                text(
                    "state `context.time.now` as an RFC 3339 date or date-time; lexgate never reads a clock",
                    "请以 RFC 3339 日期或者日期时间载明 `context.time.now`;lexgate 不读取时钟",
                ),
            );
        }
        if notes.errors.is_empty() {
            self.contradictions(&facts, &self.vocabulary.contradictions, notes);
            self.dates(&facts, notes);
        }
        Some(facts)
    }

    fn kind(&self, subject: &Json<'_>, notes: &mut Notes) -> Option<usize> {
        let name = string(subject, "type", "$.subject.type", notes)?;
        let found = self.vocabulary.find_kind(name);
        if found.is_none() {
            let near = Vocabulary::nearest(name, self.vocabulary.kinds.iter().map(|k| k.name.as_str()));
            notes.error(
                "unknown-actor-kind",
                "$.subject.type",
                text(format!("`{name}` is no actor kind"), format!("没有“{name}”这种主体类别")),
                did_you_mean(near, "`lexgate facts` lists the actor kinds", "`lexgate facts` 列出全部主体类别"),
            );
        }
        found
    }

    fn action(&self, action: &Json<'_>, notes: &mut Notes) -> Option<crate::vocabulary::ActionId> {
        let name = string(action, "name", "$.action.name", notes)?;
        let found = self.vocabulary.find_action(name);
        if found.is_none() {
            let near = Vocabulary::nearest(name, self.vocabulary.actions.iter().map(|a| a.name.as_str()));
            notes.error(
                "unknown-action",
                "$.action.name",
                text(format!("`{name}` is no action"), format!("没有“{name}”这种行为")),
                did_you_mean(near, "`lexgate facts` lists the actions", "`lexgate facts` 列出全部行为"),
            );
        }
        found
    }

    fn context_members(&self, context: &Json<'_>, mode: &mut Mode, notes: &mut Notes) {
        let Json::Object(members) = context else { return };
        for (key, value) in members {
            if key == "evaluation_mode" {
                self.read_mode(value, mode, notes);
                continue;
            }
            if Group::ALL.iter().skip(2).any(|g| g.name() == key) {
                continue;
            }
            let near = Vocabulary::nearest(key, Group::ALL.iter().skip(2).map(|g| g.name()).chain(["evaluation_mode"]));
            notes.warnings.push(Issue::new(
                "unknown-context-group",
                json::member_path("$.context", key),
                text(format!("`{key}` is not read"), format!("不读取 `{key}`")),
                did_you_mean(
                    near,
                    "facts stand in `context.request`, `grant`, `procedure`, `law` and `time`",
                    "事实写在 `context` 的 `request`、`grant`、`procedure`、`law`、`time` 之下",
                ),
            ));
        }
    }

    fn read_mode(&self, value: &Json<'_>, mode: &mut Mode, notes: &mut Notes) {
        let path = "$.context.evaluation_mode";
        match value {
            Json::Null => {}
            Json::Text(name) => match Mode::from_name(name) {
                Some(stated) => *mode = self.options.mode.unwrap_or(stated),
                None => notes.error(
                    "unknown-mode",
                    path,
                    text(format!("`{name}` is no evaluation mode"), format!("没有“{name}”这种评估模式")),
                    text("write `in-force` or `draft-as-adopted`", "请写 `in-force` 或者 `draft-as-adopted`"),
                ),
            },
            other => wrong_type(notes, path, "string", other),
        }
    }

    fn fact(&self, group: Group, key: &str, value: &Json<'_>, subject: Option<&Json<'_>>, facts: &mut Facts, notes: &mut Notes) {
        let here = || json::member_path(group.path(), key);
        // `actor.kind` is `subject.type`; stating it again is harmless as long as it says the same.
        if group == Group::Actor && key == "kind" {
            let same = match (value, subject.and_then(|s| s.member("type"))) {
                (Json::Null, _) => true,
                (Json::Text(a), Some(Json::Text(b))) => a == b || a == "unknown",
                _ => false,
            };
            if !same {
                notes.error(
                    "contradictory-facts",
                    here(),
                    text("the actor kind differs from `subject.type`", "主体类别与 `subject.type` 不一致"),
                    text("state the kind in `subject.type` only", "主体类别只在 `subject.type` 中载明"),
                );
            }
            return;
        }
        let Some((id, path, fact)) = self.index.find(group, key).and_then(|(id, path)| Some((id, path, self.vocabulary.fact(id)?))) else {
            let near = Vocabulary::nearest(key, self.index.0.iter().filter(|(g, ..)| *g == group).map(|(_, k, ..)| k.as_str()));
            let issue = Issue::new(
                "unknown-fact",
                here(),
                text(format!("there is no fact `{}.{key}`", group.name()), format!("没有 `{}.{key}` 这一事实", group.name())),
                did_you_mean(near, "`lexgate facts` lists the facts", "`lexgate facts` 列出全部事实"),
            );
            match self.options.strictness {
                Strictness::Strict => notes.errors.push(issue),
                Strictness::Lenient => notes.warnings.push(issue),
            }
            return;
        };
        if fact.derived {
            notes.error(
                "derived-fact",
                path,
                text(format!("`{}` is filled by the engine", fact.name), format!("`{}` 由引擎填写", fact.name)),
                text("leave it out", "请勿载明"),
            );
            return;
        }
        if matches!(value, Json::Null) || matches!(value, Json::Text(t) if t == "unknown") {
            return;
        }
        if id == self.known.now {
            if let Some(m) = self.moment(value, path, notes) {
                facts.set(self.known.now, Some(FactValue::Long(m.first)));
                facts.set(self.known.now_ends, Some(FactValue::Long(m.last)));
            }
            return;
        }
        if fact.ty == FactType::Calendar {
            if let Some(c) = read_calendar(value, path, notes) {
                facts.set_calendar(c);
            }
            return;
        }
        if let Some(v) = self.value(fact, value, path, notes) {
            facts.set(id, Some(v));
        }
    }

    fn value(&self, fact: &Fact, value: &Json<'_>, path: &str, notes: &mut Notes) -> Option<FactValue> {
        match (fact.ty, value) {
            (FactType::Bool | FactType::Statement, Json::Bool(b)) => Some(FactValue::Bool(*b)),
            (FactType::Statement, Json::Text(t)) => non_empty(t, path, notes).map(|_| FactValue::Bool(true)),
            (FactType::Statement, Json::Array(items)) => {
                for (i, item) in items.iter().enumerate() {
                    let at = format!("{path}[{i}]");
                    match item {
                        Json::Text(t) => non_empty(t, &at, notes).map(|_| ()).unwrap_or_default(),
                        other => wrong_type(notes, &at, "string", other),
                    }
                }
                if items.is_empty() {
                    empty_text(path, notes);
                }
                Some(FactValue::Bool(true))
            }
            (FactType::Enum, Json::Text(t)) => {
                if fact.values.iter().any(|v| v == t) {
                    return Some(FactValue::Text(t.clone().into_owned()));
                }
                let near = Vocabulary::nearest(t, fact.values.iter().map(String::as_str));
                notes.error(
                    "unknown-value",
                    path,
                    text(format!("`{}` has no value `{t}`", fact.name), format!("`{}` 没有“{t}”这个取值", fact.name)),
                    did_you_mean(near, &format!("values: {}", fact.values.join(", ")), &format!("可取值：{}", fact.values.join("、"))),
                );
                None
            }
            (FactType::Enum, Json::Array(items)) if items.len() > 1 => {
                notes.error(
                    "contradictory-facts",
                    path,
                    text(format!("`{}` has exactly one value", fact.name), format!("`{}` 只能有一个取值", fact.name)),
                    text("state the one value on record", "请只载明登记在案的那一个取值"),
                );
                None
            }
            (FactType::Kind, Json::Text(t)) => {
                if self.vocabulary.find_kind(t).is_some() {
                    return Some(FactValue::Text(t.clone().into_owned()));
                }
                let near = Vocabulary::nearest(t, self.vocabulary.kinds.iter().map(|k| k.name.as_str()));
                notes.error(
                    "unknown-actor-kind",
                    path,
                    text(format!("`{t}` is no actor kind"), format!("没有“{t}”这种主体类别")),
                    did_you_mean(near, "`lexgate facts` lists the actor kinds", "`lexgate facts` 列出全部主体类别"),
                );
                None
            }
            (FactType::Text, Json::Text(t)) => {
                if matches!(fact.name.as_str(), "dataset.provider" | "request.recipient") && is_organisation_code(t) {
                    check_credit_code(t, path, notes);
                }
                non_empty(t, path, notes).map(|t| FactValue::Text(t.to_owned()))
            }
            (FactType::Texts, Json::Text(t)) => non_empty(t, path, notes).map(|t| FactValue::Texts(vec![t.to_owned()])),
            (FactType::Texts, Json::Array(items)) => {
                let mut texts = Vec::with_capacity(items.len());
                for (i, item) in items.iter().enumerate() {
                    let at = format!("{path}[{i}]");
                    match item {
                        Json::Text(t) => texts.extend(non_empty(t, &at, notes).map(str::to_owned)),
                        other => wrong_type(notes, &at, "string", other),
                    }
                }
                // An empty list states nothing.
                (!texts.is_empty()).then(|| FactValue::texts(texts))
            }
            (FactType::Date, v) => {
                let m = self.moment(v, path, notes)?;
                Some(FactValue::Long(match fact.edge {
                    Edge::Start => m.first,
                    Edge::End => m.last,
                }))
            }
            (FactType::Territory, Json::Text(t)) => {
                if is_territory(t) {
                    return Some(FactValue::Text(t.clone().into_owned()));
                }
                notes.error(
                    "territory-unknown",
                    path,
                    text(format!("`{t}` is no GB/T 2260 code"), format!("“{t}”不是 GB/T 2260 行政区划代码")),
                    text("write six digits, e.g. 450000 for Guangxi", "请写六位数字，如广西为 450000"),
                );
                None
            }
            (FactType::CreditCode, Json::Text(t)) => check_credit_code(t, path, notes).then(|| FactValue::Text(t.clone().into_owned())),
            (ty, other) => {
                let expected = match ty {
                    FactType::Bool => "boolean",
                    FactType::Statement => "boolean or string",
                    FactType::Texts => "array of strings",
                    FactType::Calendar => "object",
                    _ => "string",
                };
                wrong_type(notes, path, expected, other);
                None
            }
        }
    }

    fn moment(&self, value: &Json<'_>, path: &str, notes: &mut Notes) -> Option<calendar::Moment> {
        let Json::Text(t) = value else {
            wrong_type(notes, path, "string", value);
            return None;
        };
        let moment = calendar::parse_moment(t);
        if moment.is_none() {
            notes.error(
                "impossible-date",
                path,
                text(format!("`{t}` is no date"), format!("“{t}”不是日期")),
                text(
                    "write an RFC 3339 date (2026-05-01, a day in UTC+8) or date-time (2026-05-01T09:30:00+08:00)",
                    "请写 RFC 3339 日期（2026-05-01，东八区的一日）或者日期时间（2026-05-01T09:30:00+08:00）",
                ),
            );
        }
        moment
    }

    fn contradictions(&self, facts: &Facts, list: &[crate::vocabulary::Contradiction], notes: &mut Notes) {
        notes.errors.extend(contradictions(self.vocabulary, facts, list));
    }

    fn dates(&self, facts: &Facts, notes: &mut Notes) {
        use crate::facts::Value::Long;
        for order in &self.vocabulary.orders {
            if let (Some(Long(a)), Some(Long(b))) = (facts.get(order.earlier), facts.get(order.later)) {
                // Procedure steps are dated to the day: a bare date is no contradiction of a time on the same day.
                let is_grant = order.code == "grant-ends-before-it-begins";
                if b < a && (is_grant || calendar::day_of(b) != calendar::day_of(a)) {
                    let code = if is_grant { "grant-ends-before-it-begins" } else { "dates-out-of-order" };
                    let (earlier, later) = (self.vocabulary.fact_name(order.earlier), self.vocabulary.fact_name(order.later));
                    notes.error(
                        code,
                        self.vocabulary.fact(order.later).map(Fact::path).unwrap_or_default(),
                        text(format!("`{later}` lies before `{earlier}`"), format!("`{later}` 早于 `{earlier}`")),
                        order.why.clone(),
                    );
                }
            }
        }
        let Some(Long(now)) = facts.get(self.known.now_ends) else { return };
        for (id, value) in facts.stated() {
            let Some(fact) = self.vocabulary.fact(id).filter(|f| f.event) else { continue };
            if matches!(value, Long(t) if t > now) {
                notes.error(
                    "event-in-the-future",
                    fact.path(),
                    text(format!("`{}` lies after `time.now`", fact.name), format!("`{}` 晚于 `time.now`", fact.name)),
                    text("state only what has happened", "只载明已经发生的事实"),
                );
            }
        }
    }

    /// Puts the members of set-valued facts in canonical order, so that the digest does not depend on it. Says whether there
    /// is any set.
    pub(crate) fn sort_sets(&self, json: &mut Json<'_>) -> bool {
        let mut found = false;
        for group in Group::ALL {
            let members = match group {
                Group::Actor => json.member_mut("subject").and_then(|s| s.member_mut("properties")),
                Group::Dataset => json.member_mut("resource").and_then(|s| s.member_mut("properties")),
                _ => json.member_mut("context").and_then(|c| c.member_mut(group.name())),
            };
            let Some(Json::Object(members)) = members else { continue };
            for (key, value) in members {
                let Some(ty) = self.index.find(group, key).and_then(|(id, _)| self.vocabulary.fact(id)).map(|f| f.ty) else { continue };
                match ty {
                    FactType::Texts | FactType::Statement => {
                        found |= matches!(value, Json::Array(_));
                        sort_texts(value);
                    }
                    FactType::Calendar => {
                        found = true;
                        if let Json::Object(lists) = value {
                            lists.iter_mut().for_each(|(_, list)| sort_texts(list));
                        }
                    }
                    _ => {}
                }
            }
        }
        found
    }
}

/// In a contradiction: whatever is stated of the fact.
pub(crate) const STATED: &str = "stated";

/// The contradictions among the stated facts.
pub(crate) fn contradictions(v: &Vocabulary, facts: &Facts, list: &[crate::vocabulary::Contradiction]) -> Vec<Issue> {
    use crate::facts::Value;
    let holds = |(id, expected): &(FactId, String)| match facts.get(*id) {
        Some(_) if expected == STATED => true,
        Some(Value::Bool(b)) => expected == if b { "true" } else { "false" },
        Some(Value::Text(t)) => t == expected,
        _ => false,
    };
    list.iter()
        .filter(|c| !c.facts.is_empty() && c.facts.iter().all(holds))
        .map(|c| {
            let said = c.facts.iter().map(|(f, v_)| format!("{} = {v_}", v.fact_name(*f))).collect::<Vec<_>>();
            let path = c.facts.first().and_then(|(f, _)| v.fact(*f)).map(Fact::path).unwrap_or_default();
            Issue::new(
                "contradictory-facts",
                path,
                text(format!("these exclude each other: {}", said.join(", ")), format!("下列事实互相排斥：{}", said.join(","))),
                c.why.clone(),
            )
        })
        .collect()
}

fn parse<'a>(bytes: &'a [u8], notes: &mut Notes) -> Option<Json<'a>> {
    if bytes.len() > MAX_BYTES {
        notes.error(
            "input-too-large",
            "$",
            text("the request is too large", "请求过大"),
            text("a request has at most 1 MiB", "请求不得超过 1 MiB"),
        );
        return None;
    }
    let Ok(document) = std::str::from_utf8(bytes) else {
        notes.error(
            "invalid-utf8",
            "$",
            text("the request is not UTF-8", "请求不是 UTF-8 编码"),
            text("encode it as UTF-8", "请以 UTF-8 编码"),
        );
        return None;
    };
    match serde_json::from_str::<Json<'a>>(document) {
        Ok(json) => {
            if json.has_unique_keys() {
                return Some(json);
            }
            let path = json.duplicate_key("$").unwrap_or_default();
            notes.error(
                "duplicate-key",
                path,
                text("this key stands twice", "此键重复出现"),
                text("state each fact once", "每一事实只载明一次"),
            );
            None
        }
        Err(e) => {
            let message = e.to_string();
            let (code, help) = if message.contains("recursion limit") {
                ("nesting-too-deep", text("a request nests at most a few levels", "请求只有数层嵌套"))
            } else if message.contains("out of range") {
                ("number-out-of-range", text("no fact is a number of this size", "没有任何事实取如此大的数值"))
            } else {
                ("invalid-json", text("send one JSON object (RFC 8259)", "请发送一个 JSON 对象(RFC 8259)"))
            };
            notes.error(code, "$", text(message.clone(), format!("JSON 无法解析：{message}")), help);
            None
        }
    }
}

fn object<'j, 'a>(json: &'j Json<'a>, key: &str, notes: &mut Notes) -> Option<&'j Json<'a>> {
    let path = format!("$.{key}");
    match json.member(key) {
        Some(o @ Json::Object(_)) => Some(o),
        None | Some(Json::Null) => {
            missing_field(&path, notes);
            None
        }
        Some(other) => {
            wrong_type(notes, &path, "object", other);
            None
        }
    }
}

fn string<'j>(json: &'j Json<'_>, key: &str, path: &str, notes: &mut Notes) -> Option<&'j str> {
    match json.member(key) {
        Some(Json::Text(t)) => non_empty(t, path, notes),
        None | Some(Json::Null) => {
            missing_field(path, notes);
            None
        }
        Some(other) => {
            wrong_type(notes, path, "string", other);
            None
        }
    }
}

fn missing_field(path: &str, notes: &mut Notes) {
    notes.error(
        "missing-field",
        path,
        text("this field is required", "缺少必填字段"),
        text(
            "a request has subject {type, id}, action {name}, resource {type, id} and context.time.now",
            "请求须有 subject {type, id}、action {name}、resource {type, id} 和 context.time.now",
        ),
    );
}

fn wrong_type(notes: &mut Notes, path: &str, expected: &str, found: &Json<'_>) {
    notes.error(
        "wrong-type",
        path,
        text(format!("expected {expected}, found {}", found.kind()), format!("应为 {expected},实为 {}", found.kind())),
        text("`lexgate facts` says how each fact is written", "`lexgate facts` 说明每一事实的写法"),
    );
}

fn non_empty<'t>(t: &'t str, path: &str, notes: &mut Notes) -> Option<&'t str> {
    if t.trim().is_empty() {
        empty_text(path, notes);
        return None;
    }
    Some(t)
}

fn empty_text(path: &str, notes: &mut Notes) {
    notes.error(
        "empty-text",
        path,
        text("this text is empty", "此处文字为空"),
        text("state it, or leave it out: what is left out counts as not stated", "请载明，或者不写：不写即为未载明"),
    );
}

fn did_you_mean(near: Option<&str>, en: &str, zh: &str) -> Text {
    match near {
        Some(name) => text(format!("did you mean `{name}`? {en}"), format!("是否为 `{name}`?{zh}")),
        None => text(en, zh),
    }
}

fn read_calendar(value: &Json<'_>, path: &str, notes: &mut Notes) -> Option<Calendar> {
    let Json::Object(members) = value else {
        wrong_type(notes, path, "object", value);
        return None;
    };
    let (mut holidays, mut workdays) = (BTreeSet::new(), BTreeSet::new());
    for (key, list) in members {
        let at = json::member_path(path, key);
        let days = match &**key {
            "holidays" => &mut holidays,
            "workdays" => &mut workdays,
            _ => {
                calendar_malformed(&at, notes);
                continue;
            }
        };
        let Json::Array(items) = list else {
            wrong_type(notes, &at, "array of dates", list);
            continue;
        };
        if items.len() > MAX_CALENDAR_DAYS {
            calendar_malformed(&at, notes);
            continue;
        }
        for (i, item) in items.iter().enumerate() {
            match item {
                Json::Text(t) => match calendar::parse_date(t) {
                    Some(d) => {
                        days.insert(d);
                    }
                    None => notes.error(
                        "impossible-date",
                        format!("{at}[{i}]"),
                        text(format!("`{t}` is no date"), format!("“{t}”不是日期")),
                        text("write YYYY-MM-DD", "请写 YYYY-MM-DD"),
                    ),
                },
                other => wrong_type(notes, &format!("{at}[{i}]"), "string", other),
            }
        }
    }
    if let Some(both) = holidays.intersection(&workdays).next() {
        notes.error(
            "contradictory-facts",
            path,
            text(
                format!("{} is both a holiday and a working day", calendar::format_date(*both)),
                format!("{} 既是休息日又是工作日", calendar::format_date(*both)),
            ),
            text("list each day once", "每一日只列一次"),
        );
    }
    Some(Calendar::new(holidays, workdays))
}

fn calendar_malformed(path: &str, notes: &mut Notes) {
    notes.error(
        "calendar-malformed",
        path,
        text("this is no working-day calendar", "工作日历格式有误"),
        text(
            format!("write {{\"holidays\": [dates], \"workdays\": [dates]}} with at most {MAX_CALENDAR_DAYS} days each"),
            format!("请写 {{\"holidays\": [日期], \"workdays\": [日期]}}，每项至多 {MAX_CALENDAR_DAYS} 日"),
        ),
    );
}

fn sort_texts(value: &mut Json<'_>) {
    let Json::Array(items) = value else { return };
    if items.iter().all(|i| matches!(i, Json::Text(_))) {
        items.sort_by(|a, b| text_of(a).cmp(&text_of(b)));
        items.dedup();
    }
}

fn text_of<'j>(json: &'j Json<'_>) -> Cow<'j, str> {
    match json {
        Json::Text(t) => Cow::Borrowed(t),
        _ => Cow::Borrowed(""),
    }
}

/// First two digits of the province-level codes of GB/T 2260.
const PROVINCES: [&str; 34] = [
    "11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37", "41", "42", "43", "44", "45", "46", "50",
    "51", "52", "53", "54", "61", "62", "63", "64", "65", "71", "81", "82",
];

pub(crate) fn is_territory(code: &str) -> bool {
    code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit()) && code.get(..2).is_some_and(|p| PROVINCES.contains(&p))
}

/// The characters of a unified social credit code, in the order of their values (GB 32100-2015).
pub(crate) const CREDIT_ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";

pub(crate) fn looks_like_credit_code(id: &str) -> bool {
    id.len() == 18 && id.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
}

/// An 18-character code that is not a citizen's identity number (17 digits and a digit or `X`).
pub(crate) fn is_organisation_code(id: &str) -> bool {
    looks_like_credit_code(id) && !id.get(..17).is_some_and(|p| p.bytes().all(|b| b.is_ascii_digit()))
}

fn check_credit_code(code: &str, path: &str, notes: &mut Notes) -> bool {
    match credit_code_is_valid(code) {
        Some(true) => true,
        Some(false) => {
            notes.error(
                "credit-code-check-digit",
                path,
                text(format!("the check character of `{code}` is wrong"), format!("统一社会信用代码“{code}”校验码有误")),
                text("compare it with the certificate (GB 32100-2015)", "请与证照核对(GB 32100-2015)"),
            );
            false
        }
        None => {
            notes.error(
                "credit-code-malformed",
                path,
                text(format!("`{code}` is no unified social credit code"), format!("“{code}”不是统一社会信用代码")),
                text(
                    "write 18 characters: digits and capital letters without I, O, S, V, Z",
                    "请写 18 位数字和大写字母（不含 I、O、S、V、Z）",
                ),
            );
            false
        }
    }
}

/// Whether the last character is the check character of the others; `None` when it is no credit code at all.
pub(crate) fn credit_code_is_valid(code: &str) -> Option<bool> {
    let values: Vec<u32> = code.chars().map(|c| CREDIT_ALPHABET.find(c).and_then(|i| u32::try_from(i).ok())).collect::<Option<_>>()?;
    let (check, body) = values.split_last()?;
    if body.len() != 17 {
        return None;
    }
    let mut weight = 1u32;
    let mut sum = 0u32;
    for value in body {
        sum = sum.wrapping_add(value.wrapping_mul(weight)).rem_euclid(31);
        weight = weight.wrapping_mul(3).rem_euclid(31);
    }
    Some(31u32.wrapping_sub(sum).rem_euclid(31) == *check)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credit_codes_are_checked() {
        // A public example of the standard's algorithm: the code printed on a well-known company's filings.
        assert_eq!(credit_code_is_valid("91350100M000100Y43"), Some(true));
        assert_eq!(credit_code_is_valid("91350100M000100Y44"), Some(false));
        assert_eq!(credit_code_is_valid("91350100M000100I43"), None);
        assert_eq!(credit_code_is_valid("913501"), None);
    }

    #[test]
    fn territories_are_province_codes() {
        assert!(is_territory("450000") && is_territory("450103"));
        assert!(!is_territory("45") && !is_territory("990000") && !is_territory("45000a"));
    }
}
