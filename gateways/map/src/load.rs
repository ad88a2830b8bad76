//! From three documents to a gateway, or to everything that is wrong with them.

use crate::catalogue::{Catalogue, Dataset};
use crate::config::{Config, Fields, From, Input, Route};
use crate::document::{ConfigError, Document, Source, text};
use crate::route::{self, Segment};
use crate::status::StatusList;
use lexgate::Engine;
use lexgate::calendar::parse_moment;
use lexgate::vocabulary::Vocabulary;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// A dataset with what is worked out once.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) dataset: Dataset,
    /// Its facts as JSON text.
    pub(crate) properties: String,
    pub(crate) territory: Option<String>,
    pub(crate) is_raw: bool,
    /// Whether a fact is dated to the moment.
    pub(crate) has_moments: bool,
}

/// A route with what is worked out once.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub(crate) route: Route,
    pub(crate) template: Vec<Segment>,
    /// By full names.
    pub(crate) facts: BTreeMap<String, Value>,
    /// Names of the query parameters that are read.
    pub(crate) query: BTreeSet<String>,
    /// Names of the headers that are read.
    pub(crate) headers: BTreeSet<String>,
}

/// Everything a gateway decides with, beside the engine.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) config: Config,
    pub(crate) catalogue: Catalogue,
    pub(crate) datasets: BTreeMap<String, Known>,
    pub(crate) status: StatusList,
    /// Unix time.
    pub(crate) next_update: Option<i64>,
    pub(crate) routes: Vec<Compiled>,
}

pub(crate) fn load(config: &str, catalogue: &str, status: &str, engine: &Engine) -> Result<Loaded, Vec<ConfigError>> {
    let mut of_config = Document::new(Source::Config, config);
    let mut of_catalogue = Document::new(Source::Catalogue, catalogue);
    let mut of_status = Document::new(Source::Status, status);
    let config: Option<Config> = of_config.read();
    let catalogue: Option<Catalogue> = of_catalogue.read();
    let status: Option<StatusList> = of_status.read();

    let datasets = catalogue.as_ref().map(|c| check_catalogue(c, engine, &mut of_catalogue));
    let next_update = status.as_ref().map(|s| check_status(s, &mut of_status));
    let routes = config.as_ref().map(|c| check_config(c, catalogue.as_ref(), engine, &mut of_config));

    let mut errors = of_config.errors;
    errors.append(&mut of_catalogue.errors);
    errors.append(&mut of_status.errors);
    match (config, catalogue, status, datasets, next_update, routes) {
        (Some(config), Some(catalogue), Some(status), Some(datasets), Some(next_update), Some(routes)) if errors.is_empty() => {
            Ok(Loaded { config, catalogue, datasets, status, next_update, routes })
        }
        _ => Err(errors),
    }
}

fn check_version(version: u32, document: &mut Document<'_>) {
    if version != 1 {
        document.error(
            "version-unknown",
            "$.version",
            text(format!("there is no version {version}"), format!("没有版本 {version}")),
            text("write `version: 1`", "请写 `version: 1`"),
        );
    }
}

/// A member of an object as a step of a path.
fn member(name: &str) -> String {
    let plain = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if plain { format!(".{name}") } else { format!("['{name}']") }
}

/// Has the engine read a request that states these facts, and passes on what it says.
fn check_facts(engine: &Engine, document: &mut Document<'_>, request: &Value, path: impl Fn(&str) -> Option<String>) {
    for issue in engine.read(request.to_string().as_bytes()).errors() {
        if let Some(at) = path(&issue.path) {
            let message = text(format!("{} (`{}`)", issue.message.en, issue.code), format!("{}（`{}`）", issue.message.zh, issue.code));
            document.error("fact-invalid", at, message, issue.help.clone());
        }
    }
}

fn probe(kind: &str, actor: &BTreeMap<String, Value>, dataset: &BTreeMap<String, Value>, context: Value) -> Value {
    json!({
        "subject": {"type": kind, "id": "probe", "properties": actor},
        "action": {"name": "any_data_activity"},
        "resource": {"type": "Dataset", "id": "probe", "properties": dataset},
        "context": context,
    })
}

/// Later than every date that may be stated, so that nothing lies in the future.
const LATE: &str = "9999-12-31";

fn check_catalogue(catalogue: &Catalogue, engine: &Engine, document: &mut Document<'_>) -> BTreeMap<String, Known> {
    check_version(catalogue.version, document);
    let none = BTreeMap::new();
    let mut known = BTreeMap::new();
    for (id, dataset) in &catalogue.datasets {
        let at = format!("$.datasets{}", member(id));
        if !is_dataset_id(id) {
            document.error(
                "value-invalid",
                at.clone(),
                text(format!("`{id}` cannot be the id of a dataset behind a gateway"), format!("“{id}”不能作为网关后数据集的标识")),
                text(
                    "an id has no space, no capital letter of ASCII and none of / \\ % ; ? # { } * ,",
                    "标识不含空格、ASCII 大写字母以及 / \\ % ; ? # { } * ,",
                ),
            );
        }
        let mut seen = BTreeSet::new();
        for (i, field) in dataset.fields.iter().enumerate() {
            let here = format!("{at}.fields[{i}]");
            if !is_field(field) {
                document.error(
                    "value-invalid",
                    here,
                    text(format!("`{field}` cannot be the name of a field"), format!("“{field}”不能作为字段名称")),
                    text("letters, digits, `_`, `-` and `.`", "只用字母、数字、`_`、`-` 和 `.`"),
                );
            } else if !seen.insert(field) {
                doubled(field, here, document);
            }
        }
        let territory = dataset.facts.get("territory").and_then(Value::as_str).map(str::to_owned);
        if territory.is_none() {
            document.error(
                "fact-invalid",
                format!("{at}.facts"),
                text("the territory of the dataset is not stated", "未载明数据集的行政区划"),
                text("state `territory`, six digits of GB/T 2260", "请载明 `territory`，即 GB/T 2260 的六位代码"),
            );
        }
        let request = probe("AnyActor", &none, &dataset.facts, json!({"time": {"now": LATE}}));
        check_facts(engine, document, &request, |p| p.strip_prefix("$.resource.properties").map(|rest| format!("{at}.facts{rest}")));
        known.insert(
            id.clone(),
            Known {
                properties: serde_json::to_string(&dataset.facts).unwrap_or_default(),
                territory,
                is_raw: dataset.facts.get("is_raw") == Some(&Value::Bool(true)),
                has_moments: dataset.facts.values().any(is_moment),
                dataset: dataset.clone(),
            },
        );
    }
    for (id, subject) in &catalogue.subjects {
        let at = format!("$.subjects{}", member(id));
        check_name(engine.vocabulary(), Name::Kind, &subject.kind, format!("{at}.kind"), document);
        if subject.facts.contains_key("access_status") {
            not_allowed("access_status", format!("{at}.facts.access_status"), document);
        }
        let request = probe("AnyActor", &subject.facts, &none, json!({"time": {"now": LATE}}));
        check_facts(engine, document, &request, |p| p.strip_prefix("$.subject.properties").map(|rest| format!("{at}.facts{rest}")));
    }
    known
}

/// A value that is dated to the second and not to the day.
pub(crate) fn is_moment(value: &Value) -> bool {
    value.as_str().is_some_and(|t| t.as_bytes().get(10).is_some_and(|b| *b == b'T' || *b == b't') && parse_moment(t).is_some())
}

fn is_dataset_id(id: &str) -> bool {
    !id.is_empty()
        && id.len() <= 256
        && !id.chars().any(|c| c.is_whitespace() || c.is_control() || c.is_ascii_uppercase() || "/\\%;?#{}*,\"'".contains(c))
}

/// Names of fields go into a list separated by commas, beside `rows:` and `area:`.
fn is_field(name: &str) -> bool {
    !name.is_empty() && name.len() <= 128 && name.chars().all(|c| c.is_alphanumeric() || "_-.".contains(c))
}

fn check_status(status: &StatusList, document: &mut Document<'_>) -> Option<i64> {
    check_version(status.version, document);
    let mut moment = |name: &str, value: &Option<String>| {
        let read = value.as_deref().map(|t| (t, parse_moment(t)));
        if let Some((t, None)) = read {
            document.error(
                "value-invalid",
                format!("$.{name}"),
                text(format!("`{t}` is no date"), format!("“{t}”不是日期")),
                text("write RFC 3339, e.g. 2026-05-01T09:30:00+08:00", "请写 RFC 3339，如 2026-05-01T09:30:00+08:00"),
            );
        }
        read.and_then(|(_, m)| m).map(|m| m.last)
    };
    moment("as_of", &status.as_of);
    moment("next_update", &status.next_update)
}

fn doubled(name: &str, at: String, document: &mut Document<'_>) {
    let message = text(format!("`{name}` stands twice"), format!("“{name}”重复出现"));
    document.error("name-doubled", at, message, text("name it once", "只写一次"));
}

fn not_allowed(name: &str, at: String, document: &mut Document<'_>) {
    document.error(
        "fact-not-allowed",
        at,
        text(format!("`{name}` is never stated here"), format!("`{name}` 不在此处载明")),
        text("the gateway works it out from the call, the grant and the status list", "由网关根据调用、授权和状态名单得出"),
    );
}

#[derive(Clone, Copy)]
enum Name {
    Action,
    Kind,
}

fn check_name(vocabulary: &Vocabulary, what: Name, name: &str, at: String, document: &mut Document<'_>) {
    let (found, near) = match what {
        Name::Action => {
            (vocabulary.find_action(name).is_some(), Vocabulary::nearest(name, vocabulary.actions.iter().map(|a| a.name.as_str())))
        }
        Name::Kind => (vocabulary.find_kind(name).is_some(), Vocabulary::nearest(name, vocabulary.kinds.iter().map(|k| k.name.as_str()))),
    };
    if found {
        return;
    }
    let help = near.map_or_else(
        || text("`lexgate facts` lists what there is", "`lexgate facts` 列出全部名称"),
        |n| text(format!("did you mean `{n}`?"), format!("是否指 `{n}`？")),
    );
    let message = match what {
        Name::Action => text(format!("there is no action `{name}`"), format!("没有“{name}”这种行为")),
        Name::Kind => text(format!("there is no actor kind `{name}`"), format!("没有“{name}”这种主体类别")),
    };
    document.error("name-unknown", at, message, help);
}

/// Facts of the request that the gateway itself states.
const MAPPED: [&str; 7] =
    ["request.purpose", "request.scope", "request.manner", "request.recipient", "grant.scope", "grant.purpose", "grant.manner"];

fn check_config(config: &Config, catalogue: Option<&Catalogue>, engine: &Engine, document: &mut Document<'_>) -> Vec<Compiled> {
    check_version(config.version, document);
    let invalid = |document: &mut Document<'_>, at: String, en: &str, zh: &str| {
        document.error("value-invalid", at, text(en, zh), text("see gateways/config.schema.json", "见 gateways/config.schema.json"));
    };
    if config.token.issuers.is_empty() || config.token.issuers.iter().any(|i| i.trim().is_empty()) {
        invalid(document, "$.token.issuers".to_owned(), "no issuer is named", "未载明签发者");
    }
    if config.token.audience.trim().is_empty() {
        invalid(document, "$.token.audience".to_owned(), "the audience is empty", "受众为空");
    }
    if config.token.algorithms.is_empty() {
        invalid(document, "$.token.algorithms".to_owned(), "no algorithm is named", "未载明算法");
    }
    if config.routes.is_empty() {
        invalid(document, "$.routes".to_owned(), "there is no route", "没有路由");
    }
    let mut compiled: Vec<Compiled> = Vec::new();
    for (i, r) in config.routes.iter().enumerate() {
        let at = format!("$.routes[{i}]");
        if let Some(c) = check_route(r, &at, catalogue, engine, document) {
            for other in &compiled {
                let methods = other.route.methods.iter().any(|m| r.methods.contains(m));
                // A host without a port serves every port, so that the two meet when the names do.
                let hosts = bare(&other.route.host) == bare(&r.host);
                if other.route.id == r.id {
                    doubled(&r.id, format!("{at}.id"), document);
                } else if methods && hosts && route::overlap(&other.template, &c.template) {
                    document.error(
                        "routes-overlap",
                        format!("{at}.path"),
                        text(
                            format!("a call could match this route and `{}`", other.route.id),
                            format!("同一调用可同时匹配此路由与 `{}`", other.route.id),
                        ),
                        text("make host, method or a literal segment differ", "请使主机、方法或者某一固定路径段不同"),
                    );
                }
            }
            compiled.push(c);
        }
    }
    compiled
}

fn bare(host: &str) -> &str {
    host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit())).map_or(host, |(name, _)| name)
}

fn check_route(r: &Route, at: &str, catalogue: Option<&Catalogue>, engine: &Engine, document: &mut Document<'_>) -> Option<Compiled> {
    let help = || text("see gateways/config.schema.json", "见 gateways/config.schema.json");
    let host = r.host.as_str();
    if host.is_empty()
        || host.bytes().any(|b| b.is_ascii_uppercase() || b.is_ascii_whitespace() || b"/@?#".contains(&b))
        || host.ends_with('.')
    {
        let message = text(format!("`{host}` is no host name in lower case"), format!("“{host}”不是小写的主机名"));
        document.error("value-invalid", format!("{at}.host"), message, help());
    }
    for (i, m) in r.methods.iter().enumerate() {
        if m.is_empty() || !m.bytes().all(|b| b.is_ascii_uppercase()) {
            let message = text(format!("`{m}` is no method in capital letters"), format!("“{m}”不是大写的请求方法"));
            document.error("value-invalid", format!("{at}.methods[{i}]"), message, help());
        }
    }
    check_name(engine.vocabulary(), Name::Action, &r.action, format!("{at}.action"), document);
    if let Some(a) = &r.without_token {
        check_name(engine.vocabulary(), Name::Kind, &a.kind, format!("{at}.without_token.kind"), document);
    }
    let Some(template) = route::template(&r.path) else {
        document.error(
            "path-template-invalid",
            format!("{at}.path"),
            text(format!("`{}` is no path template", r.path), format!("“{}”不是路径模板", r.path)),
            text(
                "begin with `/`; every segment is literal or `{name}` as a whole, and none is empty",
                "以 `/` 开头；每一路径段整段为固定文字或者 `{name}`，不得为空",
            ),
        );
        return None;
    };
    let mut names = BTreeSet::new();
    for name in route::parameters(&template) {
        if !names.insert(name) {
            doubled(name, format!("{at}.path"), document);
        }
    }
    let (mut query, mut headers) = (BTreeSet::new(), BTreeSet::new());
    let inputs = [
        ("dataset", Some(&r.dataset)),
        ("purpose", r.purpose.as_ref()),
        ("scenario", r.scenario.as_ref()),
        ("duty", r.duty.as_ref()),
        ("recipient", r.recipient.as_ref()),
        ("area", r.area.as_ref()),
    ];
    for (name, input) in inputs.into_iter().filter_map(|(n, i)| Some((n, i?))) {
        let here = format!("{at}.{name}");
        match input {
            Input::Literal(literal) => {
                if let Some(p) = literal.strip_prefix('{').and_then(|l| l.strip_suffix('}'))
                    && !names.contains(p)
                {
                    let message = text(format!("the path has no `{{{p}}}`"), format!("路径中没有 `{{{p}}}`"));
                    document.error("name-unknown", here, message, text("name a segment of the path", "请写路径中的某一段"));
                } else if name == "dataset" && !literal.starts_with('{') && catalogue.is_some_and(|c| !c.datasets.contains_key(literal)) {
                    let message = text(format!("the catalogue has no `{literal}`"), format!("目录中没有“{literal}”"));
                    document.error("name-unknown", here, message, text("name a dataset of the catalogue", "请写目录中的数据集"));
                }
            }
            Input::From(From { query: q, header, grant, .. }) => {
                note(q.as_ref(), header.as_ref(), *grant, &here, &mut query, &mut headers, document);
                if *grant && !matches!(name, "purpose" | "scenario") {
                    let message = text("only purpose and scenario may come from the grant", "只有目的和场景可以取自授权");
                    document.error("value-invalid", here, message, help());
                }
            }
        }
    }
    if let Some(Fields::Named(f)) = &r.fields {
        note(f.query.as_ref(), f.header.as_ref(), false, &format!("{at}.fields"), &mut query, &mut headers, document);
    }
    if let Some(rows) = &r.rows
        && (rows.query.is_some() || rows.header.is_some())
    {
        note(rows.query.as_ref(), rows.header.as_ref(), false, &format!("{at}.rows"), &mut query, &mut headers, document);
    }
    for (i, name) in r.other_parameters.iter().enumerate() {
        if query.contains(name) {
            doubled(name, format!("{at}.other_parameters[{i}]"), document);
        }
    }
    let groups = [("request", &r.facts.request), ("grant", &r.facts.grant), ("procedure", &r.facts.procedure), ("law", &r.facts.law)];
    let mut facts = BTreeMap::new();
    for (group, members) in groups {
        for (name, value) in members {
            let full = format!("{group}.{name}");
            if MAPPED.contains(&full.as_str()) {
                not_allowed(&full, format!("{at}.facts.{full}"), document);
            }
            facts.insert(full, value.clone());
        }
    }
    let none = BTreeMap::new();
    let context = json!({
        "request": r.facts.request, "grant": r.facts.grant, "procedure": r.facts.procedure, "law": r.facts.law, "time": {"now": LATE},
    });
    check_facts(engine, document, &probe("AnyActor", &none, &none, context), |p| {
        p.strip_prefix("$.context").filter(|p| !p.starts_with(".time")).map(|rest| format!("{at}.facts{rest}"))
    });
    Some(Compiled { route: r.clone(), template, facts, query, headers })
}

/// Notes which parameter and header an input reads; it reads exactly one.
fn note(
    query: Option<&String>,
    header: Option<&String>,
    grant: bool,
    at: &str,
    queries: &mut BTreeSet<String>,
    headers: &mut BTreeSet<String>,
    document: &mut Document<'_>,
) {
    let stated = [query.is_some(), header.is_some(), grant].into_iter().filter(|s| *s).count();
    if stated != 1 {
        let message = text("exactly one source has to be named", "须载明且只载明一个来源");
        document.error("value-invalid", at, message, text("write `query`, `header` or `grant`", "请写 `query`、`header` 或者 `grant`"));
    }
    if let Some(q) = query
        && !queries.insert(q.clone())
    {
        doubled(q, format!("{at}.query"), document);
    }
    if let Some(h) = header {
        let plain = !h.is_empty() && h.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if !plain || h.starts_with("x-lexgate-") || matches!(h.as_str(), "authorization" | "host") {
            let message = text(format!("`{h}` is no header that can be read here"), format!("“{h}”不是可在此读取的请求头"));
            document.error("value-invalid", format!("{at}.header"), message, text("lower case", "用小写"));
        }
        if !headers.insert(h.clone()) {
            doubled(h, format!("{at}.header"), document);
        }
    }
}
