//! Start here: from a call to a verdict.
//!
//! ```text
//! call -> canonical form -> route -> token -> parameters -> request -> engine -> duties -> verdict
//! ```

use crate::catalogue::Catalogue;
use crate::claims::{self, Claims};
use crate::config::{Config, Mode};
use crate::document::ConfigError;
use crate::load::{self, Compiled, Loaded};
use crate::refusal::{Problem, Reason, Refusal, Step, entry};
use crate::request::{self, Mapped, Parameters};
use crate::route;
use crate::status::StatusList;
use crate::target;
use crate::verdict::{Call, Verdict, language};
use lexgate::calendar::parse_moment;
use lexgate::event::rules_of;
use lexgate::vocabulary::Text;
use lexgate::{Engine, Lang, Outcome, Response};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap};
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

/// Decides calls. It is prepared once from three documents, is never changed, and may be shared between threads; a change
/// of a document is a new gateway.
#[derive(Debug)]
pub struct Gateway {
    loaded: Loaded,
    engine: Arc<Engine>,
    known_obligations: BTreeSet<String>,
    purposes: Vec<String>,
    /// Answers to equal requests of one day.
    answers: Mutex<HashMap<String, Arc<Answer>>>,
    /// Headers that some route reads.
    headers: BTreeSet<String>,
    /// What was allowed, by everything it rested on.
    allowances: Mutex<HashMap<String, Arc<Allowance>>>,
}

/// An allow that holds for equal calls, within two moments (Unix time, both included).
#[derive(Debug)]
struct Allowance {
    from: i64,
    until: i64,
    verdict: Verdict,
}

/// What is kept of an answer.
#[derive(Debug)]
struct Answer {
    outcome: Outcome,
    rules: Vec<String>,
    reasons: Vec<(String, Text, Text, Option<Text>)>,
    missing: Vec<(String, String, String, Text)>,
    /// What kept the law from being asked or answering.
    why: Option<Text>,
    obligations: Vec<Duty>,
}

#[derive(Debug, Clone, serde::Serialize)]
struct Duty {
    id: String,
    properties: Value,
    #[serde(rename = "type")]
    kind: String,
}

/// What was found out of a call before anything stopped it.
#[derive(Default)]
struct Course<'g> {
    route: Option<&'g Compiled>,
    mapped: Option<Mapped>,
    answer: Option<Arc<Answer>>,
    /// Request and answer in full.
    documents: Option<(String, String)>,
}

/// A route, with the parameters of the path.
type Found<'g, 't> = (&'g Compiled, Vec<(&'g str, &'t str)>);

impl Gateway {
    /// Prepares a gateway from its configuration (JSON or YAML), a catalogue and a status list (JSON or YAML as well).
    ///
    /// # Errors
    /// Everything that is wrong with the three documents, each with its path, line and column.
    pub fn new(config: &str, catalogue: &str, status: &str, engine: impl Into<Arc<Engine>>) -> Result<Self, Vec<ConfigError>> {
        let engine = engine.into();
        let loaded = load::load(config, catalogue, status, &engine)?;
        let vocabulary = engine.vocabulary();
        let purposes =
            vocabulary.find_fact("request.purpose").and_then(|id| vocabulary.fact(id)).map(|f| f.values.clone()).unwrap_or_default();
        let known_obligations = loaded.config.obligations.known.iter().cloned().collect();
        let headers = loaded.routes.iter().flat_map(|r| r.headers.clone()).collect();
        let (answers, allowances) = Default::default();
        Ok(Self { loaded, engine, known_obligations, purposes, answers, headers, allowances })
    }

    /// The engine that decides.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The configuration.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.loaded.config
    }

    /// The catalogue.
    #[must_use]
    pub fn catalogue(&self) -> &Catalogue {
        &self.loaded.catalogue
    }

    /// The status list.
    #[must_use]
    pub fn status(&self) -> &StatusList {
        &self.loaded.status
    }

    /// Names of the headers that a decision may rest on, lower case, beside `authorization`, `host` and `accept-language`.
    #[must_use]
    pub fn headers(&self) -> BTreeSet<&str> {
        self.headers.iter().map(String::as_str).collect()
    }

    /// Decides a call. `now` is the host's clock, RFC 3339.
    #[must_use]
    pub fn decide(&self, call: &Call, now: &str) -> Verdict {
        self.verdict(call, now, false)
    }

    /// As [`Gateway::decide`], for hosts on which every microsecond counts. `now` is Unix time. Unless the call states a
    /// `grant_error`, the host has verified the one token in it, or there is none; its claims are asked for only when no equal
    /// call was allowed before.
    #[must_use]
    pub fn decide_verified(&self, call: &Call, now: i64, claims: impl FnOnce() -> Option<Value>) -> Verdict {
        let key = self.key(call);
        if let Some(verdict) = key.as_deref().and_then(|key| self.recall(key, call, now)) {
            return verdict;
        }
        let grant = claims();
        let mut course = Course::default();
        match self.judge(call, grant.as_ref(), Some(now), false, &mut course) {
            Ok(()) => {
                let verdict = self.allowed(call, &course);
                if let Some(key) = key {
                    self.keep(key, &course, now, &verdict);
                }
                verdict
            }
            Err(refusal) => self.refused(call, &course, &refusal),
        }
    }

    /// Everything that an allow rests on, beside the clock; `None` for calls that are looked at anew each time.
    fn key(&self, call: &Call) -> Option<String> {
        let config = &self.loaded.config;
        if config.limits.cached_answers == 0 || call.grant_error.is_some() {
            return None;
        }
        let has_body = target::check_headers(call, config.limits.headers).ok()?;
        if has_body || target::has_override(call) {
            return None;
        }
        let authorization = target::headers(call, "authorization").next().unwrap_or_default();
        let mut key = String::with_capacity(authorization.len().saturating_add(call.target.len()).saturating_add(64));
        let mut part = |text: &str| {
            // With its length before each part, no two lists of parts have one key.
            let _ = write!(key, "{}:{text}", text.len());
        };
        part(&call.method);
        part(&call.authority);
        part(&call.target);
        part(authorization);
        for name in &self.headers {
            part(name);
            target::headers(call, name).for_each(&mut part);
        }
        Some(key)
    }

    fn recall(&self, key: &str, call: &Call, now: i64) -> Option<Verdict> {
        let kept = Arc::clone(self.allowances.lock().ok()?.get(key)?);
        if now < kept.from || now > kept.until || self.loaded.next_update.is_some_and(|at| now > at) {
            return None;
        }
        Some(Verdict { remove: self.remove(call), ..kept.verdict.clone() })
    }

    fn keep(&self, key: String, course: &Course<'_>, now: i64, verdict: &Verdict) {
        let Some((from, until)) = course.mapped.as_ref().and_then(|m| m.holds) else { return };
        let day = now.saturating_add(CHINA).div_euclid(DAY).saturating_mul(DAY).saturating_sub(CHINA);
        let from = from.max(day);
        let until = until.min(day.saturating_add(DAY).saturating_sub(1));
        let Ok(mut kept) = self.allowances.lock() else { return };
        if kept.len() >= self.loaded.config.limits.cached_answers {
            kept.clear();
        }
        kept.insert(key, Arc::new(Allowance { from, until, verdict: verdict.clone() }));
    }

    /// As [`Gateway::decide`], with the request and the answer, for decision events. Nothing is taken from earlier calls.
    #[must_use]
    pub fn decide_in_full(&self, call: &Call, now: &str) -> Verdict {
        self.verdict(call, now, true)
    }

    /// As [`Gateway::decide`] or [`Gateway::decide_in_full`], from and to JSON.
    #[must_use]
    pub fn decide_json(&self, call: &str, now: &str, in_full: bool) -> String {
        match serde_json::from_str(call) {
            Ok(call) => self.verdict(&call, now, in_full).to_json(),
            Err(e) => {
                let nothing = Call {
                    method: String::new(),
                    authority: String::new(),
                    target: String::new(),
                    headers: Vec::new(),
                    grant: None,
                    grant_error: None,
                };
                let refusal = Refusal::new("call-malformed").because(e.to_string());
                self.refused(&nothing, &Course::default(), &refusal).to_json()
            }
        }
    }

    fn verdict(&self, call: &Call, now: &str, in_full: bool) -> Verdict {
        let mut course = Course::default();
        let now = parse_moment(now).map(|m| m.first);
        match self.judge(call, call.grant.as_ref(), now, in_full, &mut course) {
            Ok(()) => self.allowed(call, &course),
            Err(refusal) => self.refused(call, &course, &refusal),
        }
    }

    /// Runs a call through everything that can stop it.
    fn judge<'g>(
        &'g self,
        call: &Call,
        grant: Option<&Value>,
        now: Option<i64>,
        in_full: bool,
        course: &mut Course<'g>,
    ) -> Result<(), Refusal> {
        let config = &self.loaded.config;
        let now = now.ok_or_else(|| Refusal::new("clock-malformed"))?;
        let has_body = target::check_headers(call, config.limits.headers)?;
        let target = target::read(call, config.limits.target)?;
        let (route, path) = self.route(&target, &call.method)?;
        course.route = Some(route);
        if target::has_override(call) {
            return Err(Refusal::new("override-header"));
        }
        if has_body && !route.route.body {
            return Err(Refusal::new("body-not-allowed"));
        }
        if self.loaded.next_update.is_some_and(|at| now > at) {
            return Err(Refusal::new("status-stale"));
        }
        let claims = self.claims(call, grant, route, now)?;
        let parameters = Parameters { path: &path, query: &target.query, call };
        parameters.check(route)?;
        let mapped = request::map(&self.loaded, route, &parameters, claims.as_ref(), &self.purposes, now)?;
        let answer = self.answer(&mapped.request, in_full, course);
        course.answer = Some(Arc::clone(&answer));
        let mapped = course.mapped.insert(mapped);

        if let Some(code) = mapped.reservations.first() {
            return Err(Refusal::new(code));
        }
        match answer.outcome {
            Outcome::Permitted => {}
            Outcome::Conditional => return Err(Refusal::new("conditional")),
            Outcome::Prohibited => return Err(Refusal::new("prohibited")),
            Outcome::Undetermined => return Err(Refusal::new("undetermined")),
        }
        let rate = mapped.rate.map(|_| RATE);
        let unknown = answer.obligations.iter().map(|d| d.kind.as_str()).chain(rate).find(|k| !self.known_obligations.contains(*k));
        unknown.map_or(Ok(()), |kind| {
            let rules = answer.obligations.iter().filter(|d| d.kind == kind).filter_map(|d| d.properties.get("rule"));
            let rules = rules.filter_map(Value::as_str).map(str::to_owned).collect();
            Err(Refusal { rules, ..Refusal::new("unknown-obligation").because(kind.to_owned()) })
        })
    }

    fn route<'g, 't>(&'g self, target: &'t target::Target<'_>, method: &str) -> Result<Found<'g, 't>, Refusal> {
        let mut methods = BTreeSet::new();
        let mut found = None;
        for compiled in &self.loaded.routes {
            if !route::serves(&compiled.route.host, target.host, target.authority) {
                continue;
            }
            let Some(path) = route::matches(&compiled.template, &target.segments) else { continue };
            if !compiled.route.methods.iter().any(|m| m == method) {
                methods.extend(compiled.route.methods.iter().map(String::as_str));
            } else if found.replace((compiled, path)).is_some() {
                // Routes that overlap are refused when the gateway is made; a call of two routes is none of either.
                return Err(Refusal::new("no-route"));
            }
        }
        match found {
            Some(found) => Ok(found),
            None if methods.is_empty() => Err(Refusal::new("no-route")),
            None => {
                let allow = methods.into_iter().collect::<Vec<_>>().join(", ");
                Err(Refusal { allow: Some(allow), ..Refusal::new("method-not-allowed") })
            }
        }
    }

    fn claims(&self, call: &Call, grant: Option<&Value>, route: &Compiled, now: i64) -> Result<Option<Claims>, Refusal> {
        let config = &self.loaded.config;
        if let Some(error) = &call.grant_error {
            return Err(Refusal::new(claims::grant_error(error)));
        }
        match (target::headers(call, "authorization").next(), grant) {
            (None, None) if route.route.without_token.is_some() => Ok(None),
            (None, _) => Err(Refusal::new("token-missing")),
            (Some(authorization), grant) => {
                claims::check_token(authorization, &config.token, config.limits.token)?;
                let grant = grant.ok_or_else(|| Refusal::new("token-not-verified"))?;
                claims::read(grant, &config.token, now).map(Some)
            }
        }
    }

    fn answer(&self, request: &str, in_full: bool, course: &mut Course<'_>) -> Arc<Answer> {
        let limit = self.loaded.config.limits.cached_answers;
        if !in_full
            && limit > 0
            && let Ok(answers) = self.answers.lock()
            && let Some(answer) = answers.get(request)
        {
            return Arc::clone(answer);
        }
        let response = self.engine.evaluate(&self.engine.read(request.as_bytes()));
        let answer = Arc::new(Answer::of(&response));
        if in_full {
            course.documents = Some((request.to_owned(), response.to_json()));
        } else if limit > 0
            && let Ok(mut answers) = self.answers.lock()
        {
            if answers.len() >= limit {
                answers.clear();
            }
            answers.insert(request.to_owned(), Arc::clone(&answer));
        }
        answer
    }

    fn allowed(&self, call: &Call, course: &Course<'_>) -> Verdict {
        let mut verdict = self.begin(call, course);
        verdict.allow = true;
        if let (Some(mapped), Some(answer)) = (&course.mapped, &course.answer) {
            let mut duties = answer.obligations.clone();
            if let Some(rate) = mapped.rate {
                let limits = json!({"calls": rate.calls, "seconds": rate.seconds});
                duties.push(Duty { id: RATE.to_owned(), properties: json!({"parameters": limits}), kind: RATE.to_owned() });
            }
            let decision = json!({
                "bundle": self.engine.bundle().version,
                "dataset": mapped.dataset,
                "grant": mapped.grant,
                "outcome": verdict.outcome,
                "route": verdict.route,
                "rules": verdict.rules,
                "subject": mapped.subject,
            });
            verdict.upstream.push((DECISION, ascii(&decision.to_string())));
            verdict.upstream.push((OBLIGATIONS, ascii(&serde_json::to_string(&duties).unwrap_or_else(|_| "[]".to_owned()))));
        }
        verdict
    }

    fn refused(&self, call: &Call, course: &Course<'_>, refusal: &Refusal) -> Verdict {
        let mut verdict = self.begin(call, course);
        let entry = entry(refusal.code);
        verdict.code = Some(entry.code);
        if verdict.outcome == Outcome::Permitted.name() {
            // What the law permits cites nothing for a refusal.
            verdict.outcome = "refused";
            verdict.rules.clone_from(&refusal.rules);
        }
        if verdict.dry_run {
            let told = json!({"code": entry.code, "outcome": verdict.outcome, "rules": verdict.rules, "status": entry.status});
            verdict.allow = true;
            verdict.upstream.push((DRY_RUN, ascii(&told.to_string())));
            return verdict;
        }
        verdict.status = entry.status;
        let lang = language(target::headers(call, "accept-language").next());
        let id = request_id(call);
        let mut answer = course.answer.as_deref();
        if verdict.outcome == "refused" {
            answer = None;
        }
        let problem = Problem {
            code: entry.code,
            outcome: verdict.outcome,
            rules: &verdict.rules,
            reasons: answer.map(|a| a.reasons(lang)).unwrap_or_default(),
            missing: answer.map(|a| a.missing(lang)).unwrap_or_default(),
            also: course.mapped.as_ref().and_then(|m| m.reservations.get(1..)).unwrap_or_default(),
            why: refusal.reason.as_deref().or_else(|| answer.and_then(|a| a.why.as_ref()).map(|w| w.get(lang))),
            instance: course.route.map(|_| call.target.split('?').next().unwrap_or_default()),
            request_id: id,
        };
        verdict.body = problem.to_json(&self.loaded.config.deny, lang);
        let mut header = |name, value: &str| verdict.headers.push((name, value.to_owned()));
        header("content-type", "application/problem+json");
        header("content-language", if lang == Lang::Zh { "zh" } else { "en" });
        header("cache-control", "no-store");
        header("vary", "accept-language, authorization");
        if let Some(id) = id {
            header("x-request-id", id);
        }
        if entry.status == 401 {
            let bare = entry.code == "token-missing";
            header("www-authenticate", if bare { "Bearer" } else { r#"Bearer error="invalid_token""# });
        }
        if let Some(allow) = &refusal.allow {
            header("allow", allow);
        }
        verdict
    }

    /// Headers of the caller that must not reach the upstream.
    fn remove(&self, call: &Call) -> Vec<String> {
        let mut remove: BTreeSet<String> = BTreeSet::new();
        for (name, _) in &call.headers {
            if is_ours(name) {
                remove.insert(name.to_ascii_lowercase());
            }
        }
        if !self.loaded.config.token.forward {
            remove.insert("authorization".to_owned());
        }
        remove.into_iter().collect()
    }

    /// What allowed and refused calls have in common.
    fn begin(&self, call: &Call, course: &Course<'_>) -> Verdict {
        let config = &self.loaded.config;
        let raw = |text: &str| RawValue::from_string(text.to_owned()).ok();
        Verdict {
            allow: false,
            dry_run: config.mode == Mode::DryRun,
            status: 200,
            code: None,
            headers: Vec::new(),
            body: String::new(),
            upstream: Vec::new(),
            remove: self.remove(call),
            outcome: course.answer.as_ref().map_or("refused", |a| a.outcome.name()),
            rules: course.answer.as_ref().map(|a| a.rules.clone()).unwrap_or_default(),
            route: course.route.map(|r| r.route.id.clone()),
            request: course.documents.as_ref().and_then(|(request, _)| raw(request)),
            response: course.documents.as_ref().and_then(|(_, response)| raw(response)),
        }
    }
}

/// What the answer is, for the upstream.
pub const DECISION: &str = "x-lexgate-decision";
/// Duties that come with an allow, for the upstream.
pub const OBLIGATIONS: &str = "x-lexgate-obligations";
/// In a dry run: what would have been refused, for the upstream.
pub const DRY_RUN: &str = "x-lexgate-dry-run";
/// The type of the obligation by which the rate of a grant is handed on.
pub const RATE: &str = "grant-rate";

/// How their names begin.
const OURS: &str = "x-lexgate-";

/// Seconds by which China Standard Time is ahead of UTC.
const CHINA: i64 = 8 * 3600;
/// Seconds of a day.
const DAY: i64 = 86400;

/// Headers that only the gateway may set, and those that a server may take for them.
fn is_ours(name: &str) -> bool {
    name.get(..OURS.len()).is_some_and(|start| target::same_header(start, OURS))
}

impl Answer {
    fn of(response: &Response<'_>) -> Self {
        let c = &response.context;
        let duty = |o: &lexgate::response::Obligation<'_>| Duty {
            id: o.id.to_owned(),
            properties: json!({"parameters": o.properties.parameters, "rule": o.properties.rule}),
            kind: o.kind.to_owned(),
        };
        Self {
            outcome: c.outcome,
            rules: rules_of(response),
            reasons: c.prohibitions.iter().map(|p| (p.rule.to_owned(), p.citation.clone(), p.title.clone(), p.hint.cloned())).collect(),
            missing: c.missing.iter().map(|m| (m.fact.to_owned(), m.rule.to_owned(), m.actor.to_owned(), m.remedy.clone())).collect(),
            why: c.errors.first().map(|e| e.message.clone()),
            obligations: c.obligations.iter().map(duty).collect(),
        }
    }

    fn reasons(&self, lang: Lang) -> Vec<Reason<'_>> {
        let reason = |(rule, citation, title, hint)| Reason { rule, citation, title, hint };
        let each = self.reasons.iter().map(|(r, c, t, h)| (r.as_str(), c.get(lang), t.get(lang), h.as_ref().map(|h| h.get(lang))));
        each.map(reason).collect()
    }

    fn missing(&self, lang: Lang) -> Vec<Step<'_>> {
        let each = self.missing.iter();
        each.map(|(fact, rule, actor, remedy)| Step { fact, rule, actor, remedy: remedy.get(lang) }).collect()
    }
}

/// The id of the call, if the host or a proxy before it gave one of plain characters.
fn request_id(call: &Call) -> Option<&str> {
    let mut ids = target::headers(call, "x-request-id");
    let id = ids.next().filter(|id| ids.next().is_none() && (1..=128).contains(&id.len()))?;
    id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._:".contains(&b)).then_some(id)
}

/// JSON text with everything beyond ASCII escaped, as a header has to be.
fn ascii(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    let mut units = [0_u16; 2];
    for c in json.chars() {
        if c.is_ascii() && !c.is_ascii_control() {
            text.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut units) {
            // Writing to a text cannot fail.
            let _ = write!(text, "\\u{unit:04x}");
        }
    }
    text
}
