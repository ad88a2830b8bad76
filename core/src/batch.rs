//! Many requests that share most of what they say: one subject and a page of datasets, say.
//!
//! The shape is that of an evaluations request of the `OpenID` `AuthZEN` Authorization API 1.0: members beside `evaluations`
//! are defaults that every entry may override whole. Each entry is answered as if it had been sent alone, to the byte.
//! Entries that differ in nothing but the identifier of the dataset are decided once, as long as no policy reads it.

use crate::bundle::hex;
use crate::evaluate::Engine;
use crate::issue::{Issue, text};
use crate::json::{Json, canonical};
use crate::program::Node;
use crate::request;
use crate::response::Response;
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// The largest batch read, in bytes.
pub const MAX_BYTES: usize = 64 * 1024 * 1024;

/// The answers to a batch, each distinct one once.
#[derive(Debug, Clone)]
pub struct Batch<'e> {
    distinct: Vec<Response<'e>>,
    entries: Vec<Entry>,
}

/// The answer to one entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Position in [`Batch::distinct`].
    pub answer: usize,
    /// The digest of this request, which the answer has in its place.
    pub request_digest: Option<String>,
}

impl<'e> Batch<'e> {
    /// The distinct answers; the digest of each is that of the first request that got it.
    #[must_use]
    pub fn distinct(&self) -> &[Response<'e>] {
        &self.distinct
    }

    /// One entry a request, in their order.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// One whole answer a request, in their order.
    pub fn responses(&self) -> impl Iterator<Item = Response<'e>> {
        self.entries.iter().filter_map(|e| {
            let mut response = self.distinct.get(e.answer)?.clone();
            response.context.request_digest.clone_from(&e.request_digest);
            Some(response)
        })
    }
}

/// A member of a request, written as `"key":value`.
struct Member {
    key: String,
    /// As sent, its members in canonical order.
    sent: Vec<u8>,
    /// The same without the identifier of the dataset, marked so that it is no dataset that never had one.
    anonymous: Option<Vec<u8>>,
    /// As it goes into the digest, where sets are in canonical order as well; `None` when that is how it was sent.
    digested: Option<Vec<u8>>,
}

impl Engine {
    /// Decides every entry of a batch.
    ///
    /// # Errors
    /// One issue when the document as a whole is no batch; what is wrong with an entry stands in its answer.
    pub fn evaluate_batch(&self, json: &[u8]) -> Result<Batch<'_>, Box<Issue>> {
        let (defaults, entries) = open(json)?;
        let reads_id = self.reads_dataset_id();
        let defaults: Vec<Member> = sorted(defaults.into_iter().filter_map(|(k, v)| self.member(&k, v, reads_id)).collect());
        let mut batch = Batch { distinct: Vec::new(), entries: Vec::with_capacity(entries.len()) };
        let mut known: BTreeMap<Vec<u8>, usize> = BTreeMap::new();
        let mut digests = Digests::default();
        for entry in entries {
            let Json::Object(own) = entry else {
                batch.push_alone(self, &entry);
                continue;
            };
            let mut doubled = own.iter().enumerate().any(|(i, (k, _))| own.iter().take(i).any(|(o, _)| o == k));
            doubled |= own.iter().any(|(_, v)| !v.has_unique_keys());
            if doubled {
                batch.push_alone(self, &Json::Object(own));
                continue;
            }
            let own: Vec<Member> = sorted(own.into_iter().filter_map(|(k, v)| self.member(&k, v, reads_id)).collect());
            let members = merge(&defaults, &own);
            // The defaults are the same for all. A dataset without a proper identifier is an error, which may name it: never
            // taken for another.
            let key = joined(own.iter(), |m| m.anonymous.as_ref().unwrap_or(&m.sent));
            if let Some(&answer) = known.get(&key) {
                batch.entries.push(Entry { answer, request_digest: Some(digests.of(&defaults, &own, &members)) });
                continue;
            }
            let request = joined(members.iter().copied(), |m| &m.sent);
            batch.push(self.evaluate(&self.read(&request)));
            // Leaves room for any other identifier below the size at which a request is refused.
            if request.len() <= request::MAX_BYTES / 2 {
                known.insert(key, batch.distinct.len().saturating_sub(1));
            }
        }
        Ok(batch)
    }

    fn member(&self, key: &str, value: Json<'_>, reads_id: bool) -> Option<Member> {
        let mut json = Json::Object(vec![(Cow::Borrowed(key), value)]);
        let anonymous = if key == "resource" && !reads_id { without_id(&mut json) } else { None };
        let sent = inside(canonical(&mut json)?);
        let digested = if self.sort_sets(&mut json) { Some(inside(canonical(&mut json)?)) } else { None };
        Some(Member { key: key.to_owned(), sent, anonymous, digested })
    }

    /// Whether any policy reads the identifier of the dataset.
    fn reads_dataset_id(&self) -> bool {
        let id = self.known().dataset_id;
        let in_contradiction = |list: &[crate::vocabulary::Contradiction]| list.iter().flat_map(|c| &c.facts).any(|(f, _)| *f == id);
        in_contradiction(&self.vocabulary().contradictions)
            || self.texts().any(|t| {
                in_contradiction(&t.contradictions)
                    || t.program.nodes.iter().any(|n| matches!(n, Node::Has(f) | Node::Get(f) if *f == id))
                    || t.policies.iter().chain(&t.set_aside).any(|p| crate::reference::read_by(t, p).contains(&id))
            })
    }
}

impl<'e> Batch<'e> {
    fn push(&mut self, response: Response<'e>) {
        self.entries.push(Entry { answer: self.distinct.len(), request_digest: response.context.request_digest.clone() });
        self.distinct.push(response);
    }

    /// Whatever is no plain request is answered by itself, as it stands.
    fn push_alone(&mut self, engine: &'e Engine, entry: &Json<'_>) {
        let text = serde_json::to_vec(entry).unwrap_or_default();
        self.push(engine.evaluate(&engine.read(&text)));
    }
}

type Members<'a> = Vec<(Cow<'a, str>, Json<'a>)>;

/// The defaults and the entries of a batch.
fn open(bytes: &[u8]) -> Result<(Members<'_>, Vec<Json<'_>>), Box<Issue>> {
    let refuse = |code, en: &str, zh: &str| {
        let help = text(
            "send `{\"subject\": …, \"evaluations\": [{\"resource\": …}, …]}` of at most 64 MiB",
            "请发送 `{\"subject\": …, \"evaluations\": [{\"resource\": …}, …]}`，不超过 64 MiB",
        );
        Box::new(Issue::new(code, "$", text(en, zh), help))
    };
    if bytes.len() > MAX_BYTES {
        return Err(refuse("input-too-large", "the batch is too large", "批量请求过大"));
    }
    let Ok(Json::Object(members)) = serde_json::from_slice::<Json<'_>>(bytes) else {
        return Err(refuse("invalid-json", "the batch is not a JSON object", "批量请求不是 JSON 对象"));
    };
    let mut defaults = Vec::new();
    let mut entries = None;
    for (key, value) in members {
        let doubled = defaults.iter().any(|(k, _)| *k == key) || !matches!(value, Json::Array(_)) && !value.has_unique_keys();
        match (key.as_ref(), value) {
            _ if doubled => return Err(refuse("duplicate-key", "a key stands twice", "有键重复出现")),
            ("evaluations", Json::Array(list)) if entries.is_none() => entries = Some(list),
            ("evaluations", _) => return Err(refuse("wrong-type", "`evaluations` is one array", "`evaluations` 应当是一个数组")),
            ("options", _) => {}
            (_, value) => defaults.push((key, value)),
        }
    }
    let entries = entries.ok_or_else(|| refuse("missing-field", "`evaluations` is not there", "缺少 `evaluations`"))?;
    Ok((defaults, entries))
}

/// A byte that stands in no JSON text.
const MARK: u8 = 0;

/// Takes the identifier out of the resource, writes what is left and puts it back. `None` without a proper identifier.
fn without_id(json: &mut Json<'_>) -> Option<Vec<u8>> {
    let Json::Object(members) = json.member_mut("resource")? else { return None };
    let proper = |v: &Json<'_>| matches!(v, Json::Text(t) if !t.is_empty() && t.len() <= request::MAX_BYTES / 4);
    let at = members.iter().position(|(k, v)| k == "id" && proper(v))?;
    let id = members.remove(at);
    let text = canonical(json);
    if let Some(Json::Object(members)) = json.member_mut("resource") {
        members.push(id);
    }
    let mut marked = vec![MARK];
    marked.append(&mut inside(text?));
    Some(marked)
}

/// An object's text without its braces.
fn inside(mut object: Vec<u8>) -> Vec<u8> {
    object.pop();
    if !object.is_empty() {
        object.remove(0);
    }
    object
}

/// Digests of requests that begin alike: what stands before the first member of their own is hashed once.
#[derive(Default)]
struct Digests(BTreeMap<usize, Sha256>);

impl Digests {
    fn of(&mut self, defaults: &[Member], own: &[Member], members: &[&Member]) -> String {
        let common = defaults.iter().take_while(|d| own.first().is_none_or(|o| before(&d.key, &o.key) == Ordering::Less)).count();
        let text = |m: &Member, first: bool, hash: &mut Sha256| {
            hash.update(if first { "{" } else { "," });
            hash.update(m.digested.as_ref().unwrap_or(&m.sent));
        };
        let begun = self.0.entry(common).or_insert_with(|| {
            let mut hash = Sha256::new();
            defaults.iter().take(common).enumerate().for_each(|(i, m)| text(m, i == 0, &mut hash));
            hash
        });
        let mut hash = begun.clone();
        members.iter().enumerate().skip(common).for_each(|(i, m)| text(m, i == 0, &mut hash));
        hash.update(if members.is_empty() { "{}" } else { "}" });
        hex(&hash.finalize())
    }
}

/// The order of keys in canonical text.
fn before(a: &str, b: &str) -> Ordering {
    a.encode_utf16().cmp(b.encode_utf16())
}

fn sorted(mut members: Vec<Member>) -> Vec<Member> {
    members.sort_by(|a, b| before(&a.key, &b.key));
    members
}

/// The members of both in canonical order; those of the entry take the place of defaults.
fn merge<'m>(defaults: &'m [Member], own: &'m [Member]) -> Vec<&'m Member> {
    let mut all: Vec<&Member> = defaults.iter().filter(|d| own.iter().all(|o| o.key != d.key)).chain(own).collect();
    all.sort_by(|a, b| before(&a.key, &b.key));
    all
}

fn joined<'m>(members: impl Iterator<Item = &'m Member>, text: impl Fn(&'m Member) -> &'m Vec<u8>) -> Vec<u8> {
    let mut out = vec![b'{'];
    for (i, member) in members.enumerate() {
        if i > 0 {
            out.push(b',');
        }
        out.extend_from_slice(text(member));
    }
    out.push(b'}');
    out
}
