//! From what a caller sent to what the engine reads.
//!
//! The shape that `AuthZEN` 1.0 asks for is checked here, because it decides between an HTTP error and an answer. Then the
//! host adds what it knows and the caller did not say: the time of its clock, the working days, the facts of the catalogue.
//! Everything else reaches the engine byte for byte as it was sent.

use crate::catalogue::{Catalogue, Facts};
use crate::document::{Members, quoted, string};
use crate::refusal::Refusal;
use serde_json::Value;
use std::borrow::Cow;

/// How requests are read, besides what the engine's options say.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// Words that callers use for `Dataset`, the one type of resource the engine knows.
    pub resource_types: Vec<String>,
    /// The callers do not know lexgate's groups of facts: properties of the action are facts of the group `request`, and
    /// members of the context that are no objects are left out.
    pub plain: bool,
    /// A working-day calendar (JSON) for requests that state none.
    pub working_days: Option<String>,
}

/// The type of resource the engine knows.
pub(crate) const DATASET: &str = "Dataset";

impl Reading {
    /// Whether a resource of this type is a dataset.
    pub(crate) fn is_dataset(&self, kind: &str) -> bool {
        kind == DATASET || self.resource_types.iter().any(|t| t == kind)
    }
}

/// What the host knows when a request comes in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Host<'h> {
    pub(crate) reading: &'h Reading,
    pub(crate) catalogue: &'h Catalogue,
    /// RFC 3339, UTC+8.
    pub(crate) now: &'h str,
}

impl Host<'_> {
    /// The document that the engine reads. `sent` is the text `request` was read from, where there is one.
    pub(crate) fn prepare<'s>(&self, request: &Members<'_>, sent: Option<&'s str>) -> Result<Cow<'s, str>, Refusal> {
        let subject = entity(request, "subject", &["type", "id"])?;
        let action = entity(request, "action", &["name"])?;
        let resource = entity(request, "resource", &["type", "id"])?;
        let context = match request.stated("context") {
            None => None,
            Some(text) => Some(object(text, "$.context")?),
        };
        let mut out = request.clone();
        let mut changed = false;
        if let Some(changed_subject) = self.subject(&subject)? {
            out.set("subject", changed_subject.write());
            changed = true;
        }
        if let Some(changed_resource) = self.resource(&resource)? {
            out.set("resource", changed_resource.write());
            changed = true;
        }
        if let Some(changed_context) = self.context(context.as_ref(), &action)? {
            out.set("context", changed_context.write());
            changed = true;
        }
        Ok(match sent {
            Some(sent) if !changed => Cow::Borrowed(sent),
            _ => Cow::Owned(out.write()),
        })
    }

    fn subject<'a>(&self, subject: &Members<'a>) -> Result<Option<Members<'a>>, Refusal> {
        let id = subject.get("id").and_then(string).unwrap_or_default();
        let Some(known) = self.catalogue.subject(&id) else { return Ok(None) };
        if subject.get("type").and_then(string).is_none_or(|t| t != known.kind) {
            return Err(contradiction("$.subject.type"));
        }
        with_facts(subject, &known.facts, "$.subject.properties")
    }

    fn resource<'a>(&self, resource: &Members<'a>) -> Result<Option<Members<'a>>, Refusal> {
        let kind = resource.get("type").and_then(string).unwrap_or_default();
        if !self.reading.is_dataset(&kind) {
            return Ok(None);
        }
        let id = resource.get("id").and_then(string).unwrap_or_default();
        let mut out = match self.catalogue.dataset(&id) {
            Some(facts) => with_facts(resource, facts, "$.resource.properties")?,
            None => None,
        };
        if kind != DATASET {
            out.get_or_insert_with(|| resource.clone()).set("type", quoted(DATASET));
        }
        Ok(out)
    }

    fn context<'a>(&self, context: Option<&Members<'a>>, action: &Members<'_>) -> Result<Option<Members<'a>>, Refusal> {
        let mut out = context.cloned().unwrap_or_default();
        let mut changed = false;
        if self.reading.plain {
            out.retain(|key, value| key == "evaluation_mode" || value.starts_with('{'));
            changed = true;
            if let Some(properties) = action.stated("properties") {
                let said = object(properties, "$.action.properties")?;
                let mut request = match out.stated("request") {
                    Some(text) => object(text, "$.context.request")?.into_owned(),
                    None => Members::default(),
                };
                for (key, value) in said.iter() {
                    if request.stated(key).is_some_and(|stated| !same(stated, value)) {
                        return Err(Refusal::bad(
                            "contradictory-facts",
                            "$.action.properties",
                            "a property of the action says something else than `context.request`",
                            "行为的属性与 `context.request` 的内容不一致",
                        ));
                    }
                    request.set(key, value.to_owned());
                }
                out.set("request", request.write());
            }
        }
        let mut time = match out.stated("time") {
            None => Some(Members::default()),
            // Whatever else stands there, the engine says what is wrong with it.
            Some(text) => Members::parse(text).map(Members::into_owned),
        };
        if let Some(time) = &mut time {
            let mut said = false;
            if !is_stated(time, "now") {
                time.set("now", quoted(self.now));
                said = true;
            }
            if let Some(days) = self.reading.working_days.as_ref().filter(|_| !is_stated(time, "working_days")) {
                time.set("working_days", days.clone());
                said = true;
            }
            if said {
                out.set("time", time.write());
                changed = true;
            }
        }
        Ok(changed.then_some(out))
    }
}

/// An entity of a request, with the texts it has to have.
pub(crate) fn entity<'m>(request: &'m Members<'_>, name: &'static str, fields: &[&'static str]) -> Result<Members<'m>, Refusal> {
    let path = format!("$.{name}");
    let text = request.stated(name).ok_or_else(|| missing(&path))?;
    let entity = object(text, &path)?;
    for field in fields {
        let path = format!("{path}.{field}");
        let value = entity.stated(field).ok_or_else(|| missing(&path))?;
        match string(value) {
            None => return Err(wrong_type(&path, "a string", "字符串")),
            Some(text) if text.is_empty() => {
                return Err(Refusal::bad("empty-text", path, "this text identifies something and is empty", "标识文本为空"));
            }
            Some(_) => {}
        }
    }
    if let Some(properties) = entity.stated("properties") {
        object(properties, &format!("{path}.properties"))?;
    }
    Ok(entity)
}

/// An object none of whose keys stands twice.
pub(crate) fn object<'t>(text: &'t str, path: &str) -> Result<Members<'t>, Refusal> {
    let members = Members::parse(text).ok_or_else(|| wrong_type(path, "an object", "对象"))?;
    match members.doubled() {
        Some(key) => Err(Refusal::bad("duplicate-key", path, &format!("`{key}` stands twice"), &format!("`{key}` 重复出现"))),
        None => Ok(members),
    }
}

pub(crate) fn missing(path: &str) -> Refusal {
    Refusal::bad("missing-field", path, "a required field is not there", "缺少必填字段")
}

pub(crate) fn wrong_type(path: &str, en: &str, zh: &str) -> Refusal {
    Refusal::bad("wrong-type", path, &format!("this has to be {en}"), &format!("此处应当是{zh}"))
}

fn contradiction(path: &str) -> Refusal {
    Refusal::bad(
        "contradicts-catalogue",
        path,
        "the catalogue of this service says something else; leave it out",
        "与本服务的目录记载不一致；请勿载明",
    )
}

/// The entity with the facts of the catalogue among its properties. `None` where it says all of them itself.
fn with_facts<'a>(entity: &Members<'a>, facts: &Facts, path: &str) -> Result<Option<Members<'a>>, Refusal> {
    let mut properties = match entity.stated("properties") {
        Some(text) => object(text, path)?.into_owned(),
        None => Members::default(),
    };
    let mut changed = false;
    for (name, value) in facts {
        if is_stated(&properties, name) {
            if properties.get(name).is_none_or(|stated| !same(stated, value)) {
                return Err(contradiction(&format!("{path}.{name}")));
            }
        } else {
            properties.set(name, value.clone());
            changed = true;
        }
    }
    if !changed {
        return Ok(None);
    }
    let mut out = entity.clone();
    out.set("properties", properties.write());
    Ok(Some(out))
}

/// Whether a fact is stated: absent, `null` and `"unknown"` are the same.
fn is_stated(members: &Members<'_>, key: &str) -> bool {
    members.stated(key).is_some_and(|v| string(v).is_none_or(|text| text != "unknown"))
}

fn same(a: &str, b: &str) -> bool {
    let read = |text| serde_json::from_str::<Value>(text).ok();
    read(a).is_some_and(|a| Some(a) == read(b))
}
