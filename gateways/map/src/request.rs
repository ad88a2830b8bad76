//! From a call to the request that the engine decides.

use crate::claims::{self, Claims};
use crate::config::{Fields, From, Input, Manner, MannerRule};
use crate::load::{Compiled, Known, Loaded, is_moment};
use crate::refusal::Refusal;
use crate::status::Standing;
use crate::target::headers;
use crate::verdict::Call;
use lexgate::calendar::{day_of, format_date, format_moment, parse_moment};
use lexgate::request::Mode as EvaluationMode;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What one call comes to before the law is asked.
pub(crate) struct Mapped {
    /// The request, JSON text.
    pub(crate) request: String,
    /// Why the gateway refuses, whatever the law says. First the one that is told.
    pub(crate) reservations: Vec<&'static str>,
    pub(crate) subject: String,
    pub(crate) dataset: String,
    pub(crate) grant: Option<String>,
    pub(crate) rate: Option<claims::Rate>,
    /// From when to when (Unix time) an equal call comes to the same, within one day of China; `None` when it turns on the
    /// moment.
    pub(crate) holds: Option<(i64, i64)>,
}

/// The parameters of one call.
pub(crate) struct Parameters<'a> {
    pub(crate) path: &'a [(&'a str, &'a str)],
    pub(crate) query: &'a [(String, String)],
    pub(crate) call: &'a Call,
}

impl<'a> Parameters<'a> {
    /// Refuses what the route does not know and what is doubled.
    pub(crate) fn check(&self, route: &Compiled) -> Result<(), Refusal> {
        let mut seen = BTreeSet::new();
        for (name, _) in self.query {
            if !route.query.contains(name) && !route.route.other_parameters.contains(name) {
                return Err(Refusal::new("parameter-unknown"));
            }
            if !seen.insert(name) {
                return Err(Refusal::new("parameter-doubled"));
            }
        }
        if route.headers.iter().any(|h| headers(self.call, h).count() > 1) {
            return Err(Refusal::new("parameter-doubled"));
        }
        Ok(())
    }

    fn source(&self, query: Option<&String>, header: Option<&String>) -> Option<&'a str> {
        match (query, header) {
            (Some(q), _) => self.query.iter().find(|(n, _)| n == q).map(|(_, v)| v.as_str()),
            (None, Some(h)) => headers(self.call, h).next(),
            (None, None) => None,
        }
    }

    /// The value of an input; `of_grant` is what the grant says of it.
    fn input(&self, input: &Input, of_grant: Option<&str>) -> Result<Option<String>, Refusal> {
        let value = match input {
            Input::Literal(literal) => match literal.strip_prefix('{').and_then(|l| l.strip_suffix('}')) {
                Some(name) => self.path.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned()),
                None => Some(literal.clone()),
            },
            Input::From(From { grant: true, .. }) => return Ok(of_grant.map(str::to_owned)),
            Input::From(From { query, header, default, .. }) => {
                self.source(query.as_ref(), header.as_ref()).map(str::to_owned).or_else(|| default.clone())
            }
        };
        if value.as_deref().is_some_and(|v| v.is_empty() || v.len() > 512 || v.trim() != v) {
            return Err(Refusal::new("parameter-invalid"));
        }
        Ok(value)
    }
}

/// Facts by full name. What is stated first stays.
#[derive(Default)]
struct Facts {
    stated: BTreeMap<String, Value>,
    contradicted: bool,
}

impl Facts {
    fn state(&mut self, name: &str, value: impl Into<Value>) {
        let value = value.into();
        match self.stated.get(name) {
            None => {
                self.stated.insert(name.to_owned(), value);
            }
            Some(present) => self.contradicted |= *present != value,
        }
    }

    fn state_some(&mut self, name: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.state(name, value);
        }
    }

    /// The members of one group, as JSON text.
    fn write(&self, group: &str, into: &mut String) {
        into.push('{');
        let mut first = true;
        for (name, value) in self.stated.range(group.to_owned()..) {
            let Some(key) = name.strip_prefix(group).and_then(|n| n.strip_prefix('.')) else { break };
            if !first {
                into.push(',');
            }
            first = false;
            push_text(key, into);
            into.push(':');
            into.push_str(&value.to_string());
        }
        into.push('}');
    }
}

fn push_text(text: &str, into: &mut String) {
    into.push_str(&Value::from(text).to_string());
}

/// Groups of facts that an issuer may vouch for.
const VOUCHED: [&str; 5] = ["actor.", "grant.", "law.", "procedure.", "request."];

/// Maps a call of a route. `now` is Unix time.
pub(crate) fn map(
    loaded: &Loaded,
    route: &Compiled,
    parameters: &Parameters<'_>,
    claims: Option<&Claims>,
    purposes: &[String],
    now: i64,
) -> Result<Mapped, Refusal> {
    let grant = claims.map(|c| &c.grant);
    let r = &route.route;
    let dataset = parameters.input(&r.dataset, None)?.ok_or_else(|| Refusal::new("parameter-missing"))?;
    let known = loaded.datasets.get(&dataset).ok_or_else(|| Refusal::new("dataset-unknown"))?;

    let (subject, stated_kind) = match (claims, &r.without_token) {
        (Some(c), _) => (c.sub.as_str(), c.sub_type.as_str()),
        (None, Some(anonymous)) => (anonymous.id.as_str(), anonymous.kind.as_str()),
        (None, None) => return Err(Refusal::new("token-missing")),
    };
    let mut reservations = Vec::new();
    let on_record = loaded.catalogue.subjects.get(subject);
    let kind = on_record.map_or(stated_kind, |s| s.kind.as_str());
    if kind != stated_kind {
        reservations.push("subject-contradicts-catalogue");
    }

    // The act, before the grant is looked at.
    let recipient = r.recipient.as_ref().map(|i| parameters.input(i, None)).transpose()?.flatten().filter(|id| id != subject);
    let wanted = match (&r.fields, known.dataset.fields.is_empty()) {
        (None | Some(Fields::All), _) => Some(known.dataset.fields.clone()),
        (Some(Fields::Named(named)), _) => match parameters.source(named.query.as_ref(), named.header.as_ref()) {
            Some(list) => Some(fields(list, named.header.is_some(), known)?),
            None => Some(named.default.clone().unwrap_or_else(|| known.dataset.fields.clone())),
        },
    }
    .filter(|f| !f.is_empty());
    let rows = rows(route, parameters)?;
    let area = match &r.area {
        None => None,
        Some(input) => parameters.input(input, None)?,
    };
    if area.as_ref().is_some_and(|a| a.len() != 6 || !a.bytes().all(|b| b.is_ascii_digit())) {
        return Err(Refusal::new("parameter-invalid"));
    }
    let manner = r.manner.as_ref().map(|m| match m {
        MannerRule::Fixed(manner) => *manner,
        MannerRule::ByRows(by) => match rows {
            Some(n) if n <= by.entry_by_entry => Manner::EntryByEntry,
            Some(n) if n <= by.batch => Manner::Batch,
            _ => Manner::Bulk,
        },
    });
    let of_grant = grant.and_then(|g| match g.purposes.as_slice() {
        [one] => Some(one.as_str()),
        _ => None,
    });
    let purpose = r.purpose.as_ref().map(|i| parameters.input(i, of_grant)).transpose()?.flatten();
    if purpose.as_ref().is_some_and(|p| !purposes.contains(p)) {
        return Err(Refusal::new("parameter-invalid"));
    }
    let scenario = r.scenario.as_ref().map(|i| parameters.input(i, grant.and_then(|g| g.scenario.as_deref()))).transpose()?.flatten();
    let duty = r.duty.as_ref().map(|i| parameters.input(i, None)).transpose()?.flatten();

    let mut facts = Facts { stated: route.facts.clone(), contradicted: false };
    facts.state_some("request.purpose", purpose.as_deref());
    facts.state_some("request.scenario", scenario.as_deref());
    facts.state_some("request.duty", duty.as_deref());
    facts.state_some("request.manner", manner.map(Manner::name));
    facts.state_some("request.recipient", recipient.as_deref());
    if let Some(s) = on_record {
        for (name, value) in &s.facts {
            facts.state(&format!("actor.{name}"), value.clone());
        }
    }

    // How subject and grant stand.
    let handles = claims.into_iter().flat_map(|c| [Some(&c.jti), c.grant.id.as_ref(), c.grant.suspension.as_ref()]).flatten();
    let standing = handles
        .filter_map(|h| loaded.status.handles.get(h))
        .chain(loaded.status.subjects.get(subject))
        .copied()
        .max()
        .unwrap_or(Standing::Active);
    facts.state("actor.access_status", standing.name());
    match standing {
        Standing::Active => {}
        Standing::Suspended => reservations.push("access-suspended"),
        Standing::Terminated => reservations.push("access-terminated"),
    }

    // The grant, if it is one for this act.
    let mut asked: BTreeSet<String> = wanted.iter().flatten().cloned().collect();
    if let Some(c) = claims {
        let mut not_this_act = false;
        let mut lacks = |missing: bool, code: &'static str| {
            if missing {
                not_this_act = true;
                reservations.push(code);
            }
        };
        lacks(!known.dataset.issuers.contains(&c.iss), "issuer-not-entitled");
        lacks(!c.grant.datasets.contains(&dataset), "dataset-not-granted");
        lacks(!c.grant.actions.contains(&r.action), "action-not-granted");
        facts.state_some("actor.unified_social_credit_code", c.sub_credit_code.as_deref());
        if not_this_act {
            // A grant for another act says nothing of this one, so the law is asked as if there were none.
        } else {
            let act = Act {
                known,
                action: &r.action,
                purpose: purpose.as_deref(),
                scenario: scenario.as_deref(),
                manner,
                rows,
                area,
                recipient,
                now,
            };
            state_grant(c, &act, &mut asked, &mut facts, &mut reservations)?;
        }
    }
    if !asked.is_empty() {
        facts.state("request.scope", asked.into_iter().collect::<Vec<_>>());
    }
    if facts.contradicted {
        reservations.push("claim-contradicts");
    }

    let exact = known.has_moments || facts.stated.values().any(is_moment);
    let now = if exact { format_moment(now) } else { day_of(now).map(format_date).ok_or_else(|| Refusal::new("clock-malformed"))? };
    let request = write(&facts, kind, subject, &r.action, &dataset, known, loaded.config.evaluation_mode, &now);
    Ok(Mapped {
        request,
        reservations,
        subject: subject.to_owned(),
        dataset,
        grant: claims.map(|c| c.jti.clone()),
        rate: grant.and_then(|g| g.scope.rate),
        holds: (!exact).then(|| claims.map_or((i64::MIN, i64::MAX), |c| c.validity(&loaded.config.token))),
    })
}

#[allow(clippy::too_many_arguments, reason = "the parts of one document")]
fn write(facts: &Facts, kind: &str, subject: &str, action: &str, dataset: &str, known: &Known, mode: EvaluationMode, now: &str) -> String {
    let mut json = String::with_capacity(2048);
    json.push_str(r#"{"action":{"name":"#);
    push_text(action, &mut json);
    json.push_str(r#"},"context":{"evaluation_mode":"#);
    push_text(mode.name(), &mut json);
    for group in ["grant", "law", "procedure", "request"] {
        json.push(',');
        push_text(group, &mut json);
        json.push(':');
        facts.write(group, &mut json);
    }
    json.push_str(r#","time":{"now":"#);
    push_text(now, &mut json);
    json.push_str(r#"}},"resource":{"id":"#);
    push_text(dataset, &mut json);
    json.push_str(r#","properties":"#);
    json.push_str(&known.properties);
    json.push_str(r#","type":"Dataset"},"subject":{"id":"#);
    push_text(subject, &mut json);
    json.push_str(r#","properties":"#);
    facts.write("actor", &mut json);
    json.push_str(r#","type":"#);
    push_text(kind, &mut json);
    json.push_str("}}");
    json
}

/// The act that a grant is held against.
struct Act<'a> {
    known: &'a Known,
    action: &'a str,
    purpose: Option<&'a str>,
    scenario: Option<&'a str>,
    manner: Option<Manner>,
    rows: Option<u32>,
    area: Option<String>,
    recipient: Option<String>,
    now: i64,
}

/// States the facts of a grant, and notes what of the act goes beyond it. What goes beyond also enters `asked` as a part
/// of the scope that was not granted, so that the law itself says which provision that offends.
fn state_grant(
    c: &Claims,
    act: &Act<'_>,
    asked: &mut BTreeSet<String>,
    facts: &mut Facts,
    reservations: &mut Vec<&'static str>,
) -> Result<(), Refusal> {
    let g = &c.grant;
    let mut beyond = |is: bool, code: &'static str| {
        if is {
            reservations.push(code);
        }
    };
    let mut granted: BTreeSet<String> = g.scope.fields.iter().cloned().collect();
    if !granted.is_empty() {
        let none_known = asked.is_empty();
        beyond(none_known || !asked.is_subset(&granted), "fields-not-granted");
    }
    if let Some(limit) = g.scope.rows {
        let within = act.rows.is_some_and(|n| n <= limit);
        let all = || act.rows.map_or_else(|| "rows:all".to_owned(), |n| format!("rows:{n}"));
        granted.insert(format!("rows:{limit}"));
        asked.insert(if within { format!("rows:{limit}") } else { all() });
        beyond(!within, "rows-not-granted");
    }
    if !g.scope.area.is_empty() {
        let area = act.area.as_ref().or(act.known.territory.as_ref());
        let covering = area.and_then(|a| g.scope.area.iter().find(|granted| covers(granted, a)));
        let name = covering.or(area).map_or("unknown", String::as_str);
        granted.extend(g.scope.area.iter().map(|a| format!("area:{a}")));
        asked.insert(format!("area:{name}"));
        beyond(covering.is_none(), "area-not-granted");
    }
    let purpose_granted = act.purpose.is_none_or(|p| g.purposes.is_empty() || g.purposes.iter().any(|x| x == p));
    beyond(!purpose_granted, "purpose-not-granted");
    beyond(matches!((act.scenario, &g.scenario), (Some(a), Some(b)) if a != b), "scenario-not-granted");
    beyond(matches!((act.manner, g.manner), (Some(a), Some(b)) if a > b), "manner-not-granted");
    beyond(act.manner.is_none() && g.manner.is_some_and(|m| m != Manner::Bulk), "manner-not-granted");
    beyond(act.recipient.as_ref().is_some_and(|id| !g.third_party.covers(id)), "recipient-not-granted");
    beyond(act.known.is_raw && !g.raw_data, "raw-data-not-granted");
    let moment = |text: &Option<String>| match text {
        None => Ok(None),
        Some(t) => parse_moment(t).map(Some).ok_or_else(|| Refusal::new("token-claims").because(format!("`{t}` is no date"))),
    };
    beyond(moment(&g.valid_from)?.is_some_and(|m| act.now < m.first), "grant-not-yet-valid");
    beyond(moment(&g.valid_until)?.is_some_and(|m| act.now > m.last), "grant-expired");

    let papers = claims::instruments(act.action);
    for (paper, fact) in
        [(g.approval.is_some(), papers.approval), (g.agreement.is_some(), papers.agreement), (g.commitment.is_some(), papers.commitment)]
    {
        if let (true, Some(fact)) = (paper, fact) {
            facts.state(fact, true);
        }
    }
    if papers.agreement == Some("grant.operation_agreement") {
        facts.state_some("grant.agreement_complete", g.agreement.as_ref().and_then(|a| a.complete));
    }
    facts.state_some("grant.grantor_kind", g.authority.as_ref().map(|a| a.kind.as_str()));
    facts.state_some("grant.scenario", g.scenario.as_deref());
    facts.state_some("grant.manner", g.manner.map(Manner::name));
    // A grant for several purposes is a grant for each of them.
    let purpose = if purpose_granted { act.purpose.filter(|_| !g.purposes.is_empty()) } else { g.purposes.first().map(String::as_str) };
    facts.state_some("grant.purpose", purpose);
    facts.state_some("grant.valid_from", g.valid_from.as_deref());
    facts.state_some("grant.valid_until", g.valid_until.as_deref());
    facts.state_some("request.basis", g.basis.as_deref());
    if !granted.is_empty() {
        facts.state("grant.scope", granted.into_iter().collect::<Vec<_>>());
    }
    for (name, value) in &g.statements {
        if !VOUCHED.iter().any(|group| name.starts_with(group)) {
            return Err(Refusal::new("token-claims").because(format!("`{name}` cannot be vouched for")));
        }
        // Nobody vouches for what is measured on the call itself.
        if matches!(name.as_str(), "request.scope" | "request.manner" | "request.recipient" | "grant.scope" | "grant.manner") {
            return Err(Refusal::new("token-claims").because(format!("`{name}` has a claim of its own")));
        }
        facts.state(name, value.clone());
    }
    Ok(())
}

/// Whether a granted division covers another: `450000` covers `450100`, which covers `450102`.
fn covers(granted: &str, area: &str) -> bool {
    let prefix = if granted.ends_with("0000") {
        granted.get(..2)
    } else if granted.ends_with("00") {
        granted.get(..4)
    } else {
        Some(granted)
    };
    granted.len() == 6 && area.len() == 6 && prefix.is_some_and(|p| !p.starts_with("00") && area.starts_with(p))
}

/// A list of fields, each of which the dataset has.
fn fields(list: &str, spaced: bool, known: &Known) -> Result<Vec<String>, Refusal> {
    let field = |name: &str| {
        let name = if spaced { name.trim_matches([' ', '\t']) } else { name };
        let found = known.dataset.fields.iter().find(|f| *f == name).cloned();
        found.ok_or_else(|| Refusal::new("field-unknown"))
    };
    list.split(',').map(field).collect()
}

/// How many rows the upstream will return at most; `None` when nothing bounds them.
fn rows(route: &Compiled, parameters: &Parameters<'_>) -> Result<Option<u32>, Refusal> {
    let Some(rows) = &route.route.rows else {
        return Ok(matches!(route.route.manner, Some(MannerRule::Fixed(Manner::EntryByEntry))).then_some(1));
    };
    let n = match parameters.source(rows.query.as_ref(), rows.header.as_ref()) {
        None => rows.default,
        Some(text) => {
            let digits = !text.starts_with('0') && text.len() <= 9 && text.bytes().all(|b| b.is_ascii_digit());
            let n = text.parse::<u32>().ok().filter(|_| digits);
            Some(n.ok_or_else(|| Refusal::new("parameter-invalid"))?)
        }
    };
    if let (Some(n), Some(max)) = (n, rows.max)
        && n > max
    {
        return Err(Refusal::new("rows-above-maximum"));
    }
    Ok(n)
}
