//! Masking: what of a request may reach a log.
//!
//! By default only values from a closed list stay as they are: Booleans, enumerated words, actor kinds, dates, territory
//! codes, working days. Everything else can be personal. A text becomes a token, a keyed digest of it, so that equal texts
//! stay equal and facts that are compared with each other still compare; a unified social credit code becomes another one
//! that is exactly as right or wrong as it was. Members that are not read are left out. Whether the masked request decides
//! the same is never assumed: [`crate::event`] evaluates it.

use crate::calendar::{parse_date, parse_moment};
use crate::evaluate::Engine;
use crate::issue::Issue;
use crate::json::Json;
use crate::request::{CREDIT_ALPHABET, FactIndex, Mode, credit_code_is_valid, is_organisation_code, is_territory, looks_like_credit_code};
use crate::response::{Parameter, Response};
use crate::vocabulary::{Fact, FactType, Group, Text, Vocabulary};
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use sha2::Sha256;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use thiserror::Error;

/// The shortest key for masking, in bytes: with a shorter one a masked value could be found by trying keys.
pub const MIN_KEY_BYTES: usize = 16;

/// What every token of a masked text begins with.
pub const TOKEN_PREFIX: &str = "masked:";

/// Why a masking was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum MaskError {
    /// Shorter than [`MIN_KEY_BYTES`].
    #[error("the masking key has fewer than {MIN_KEY_BYTES} bytes")]
    KeyTooShort,
    /// No JSON object with the lists `keep`, `mask` and `remove`.
    #[error("the masking rules cannot be read: {0}")]
    Malformed(String),
    /// Not a JSON Pointer that a rule may name.
    #[error("`{0}` is no pointer a masking rule may name")]
    Pointer(String),
    /// Two rules about the same place.
    #[error("`{0}` stands in two masking rules")]
    Twice(String),
}

impl MaskError {
    /// Stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::KeyTooShort => "mask-key-too-short",
            Self::Malformed(_) => "mask-rules-malformed",
            Self::Pointer(_) => "mask-rule-pointer",
            Self::Twice(_) => "mask-rule-twice",
        }
    }
}

/// What a rule says of a place and everything in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rule {
    Keep,
    Mask,
    Remove,
}

/// The file form of the rules: JSON Pointers (RFC 6901) into the event.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleFile {
    #[serde(default)]
    keep: Vec<String>,
    #[serde(default)]
    mask: Vec<String>,
    #[serde(default)]
    remove: Vec<String>,
}

/// What of a request reaches the log. See the module.
#[derive(Clone)]
pub struct Masking {
    key: Vec<u8>,
    keep_all: bool,
    rules: BTreeMap<Vec<String>, Rule>,
    digests: bool,
}

impl fmt::Debug for Masking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The key stays out of every output.
        f.debug_struct("Masking").field("keep_all", &self.keep_all).field("rules", &self.rules).finish_non_exhaustive()
    }
}

impl Masking {
    /// The default masking under a secret key. The same key gives the same tokens, so that events can be compared.
    ///
    /// # Errors
    /// [`MaskError::KeyTooShort`].
    pub fn new(key: &[u8]) -> Result<Self, MaskError> {
        if key.len() < MIN_KEY_BYTES {
            return Err(MaskError::KeyTooShort);
        }
        Ok(Self { key: key.to_vec(), keep_all: false, rules: BTreeMap::new(), digests: false })
    }

    /// Everything reaches the log as it is, unless a rule says otherwise.
    #[must_use]
    pub fn keeping_all(mut self) -> Self {
        self.keep_all = true;
        self
    }

    /// Adds rules: `{"keep": [...], "mask": [...], "remove": [...]}`, each a list of JSON Pointers into the event such as
    /// `/input/resource/id`. A rule covers what lies inside; the longest pointer wins. `mask` may also name `/request_digest`,
    /// which then covers the digest of the answer too.
    ///
    /// # Errors
    /// See [`MaskError`].
    pub fn with_rules(mut self, json: &[u8]) -> Result<Self, MaskError> {
        // Through a map: a list would be read as the members of the struct in their order.
        let file: serde_json::Map<_, _> = serde_json::from_slice(json).map_err(|e| MaskError::Malformed(e.to_string()))?;
        let file = RuleFile::deserialize(serde_json::Value::Object(file)).map_err(|e| MaskError::Malformed(e.to_string()))?;
        for (list, rule) in [(file.keep, Rule::Keep), (file.mask, Rule::Mask), (file.remove, Rule::Remove)] {
            for pointer in list {
                if pointer == "/request_digest" && rule == Rule::Mask {
                    self.digests = true;
                    continue;
                }
                let path = read_pointer(&pointer).ok_or_else(|| MaskError::Pointer(pointer.clone()))?;
                if self.rules.insert(path, rule).is_some() {
                    return Err(MaskError::Twice(pointer));
                }
            }
        }
        Ok(self)
    }

    /// What a text is replaced by: the same for the same text and key.
    #[must_use]
    pub fn token(&self, text: &str) -> String {
        let mut token = TOKEN_PREFIX.to_owned();
        for byte in self.keyed(text).iter().take(16) {
            for nibble in [byte >> 4, byte & 15] {
                token.push(char::from_digit(u32::from(nibble), 16).unwrap_or('0'));
            }
        }
        token
    }

    /// Whether the digests of request and answer are masked as well.
    pub(crate) fn masks_digests(&self) -> bool {
        self.digests
    }

    pub(crate) fn is_unmasked(&self) -> bool {
        self.keep_all && self.rules.is_empty()
    }

    fn keyed(&self, text: &str) -> Vec<u8> {
        // A key of any length is valid for HMAC; should it ever not be, no text is told from another.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.key) else { return vec![0; 32] };
        mac.update(text.as_bytes());
        mac.finalize().into_bytes().to_vec()
    }

    /// A unified social credit code that is no real one (no registry issues codes that begin with X) and that passes or
    /// fails the same checks.
    fn credit_code(&self, code: &str) -> String {
        let alphabet: Vec<char> = CREDIT_ALPHABET.chars().collect();
        let digit = |n: u8| alphabet.get(usize::from(n).rem_euclid(alphabet.len())).copied().unwrap_or('0');
        let body: String = std::iter::once('X').chain(self.keyed(code).iter().take(16).map(|b| digit(*b))).collect();
        let with = |c: char| format!("{body}{c}");
        let checks = |expected: bool| alphabet.iter().map(|c| with(*c)).find(|w| credit_code_is_valid(w) == Some(expected));
        // `I` is a letter that no code has.
        credit_code_is_valid(code).and_then(checks).unwrap_or_else(|| with('I'))
    }

    /// Masks a request.
    pub(crate) fn apply<'a>(&self, engine: &Engine, request: &Json<'a>) -> Masked<'a> {
        let mut walk = Walk {
            masking: self,
            vocabulary: engine.vocabulary(),
            index: engine.fact_index(),
            path: vec!["input".to_owned()],
            erased: Vec::new(),
            masked: Vec::new(),
        };
        let rule = self.rules.get(walk.path.as_slice()).copied().or(self.keep_all.then_some(Rule::Keep));
        let input = if rule == Some(Rule::Remove) {
            walk.erased.push("/input".to_owned());
            None
        } else {
            Some(walk.value(request, Position::Root, rule))
        };
        walk.erased.sort_unstable();
        walk.masked.sort_unstable();
        walk.masked.dedup();
        Masked { input, erased: walk.erased, masked: walk.masked }
    }
}

/// A masked request.
pub(crate) struct Masked<'a> {
    pub(crate) input: Option<Json<'a>>,
    /// Pointers of what was left out.
    pub(crate) erased: Vec<String>,
    /// Pointers of what was replaced.
    pub(crate) masked: Vec<String>,
}

/// Where in a request a value stands, and so what it may be.
#[derive(Debug, Clone, Copy)]
enum Position<'v> {
    Root,
    Subject,
    Action,
    Resource,
    Context,
    Group(Group),
    Fact(&'v Fact),
    /// A list of days of a calendar.
    Days,
    /// A word of a closed list: the engine looks it up.
    Word(Word),
    /// Any text.
    Free,
    /// A name the engine complains of: its name and value are masked, its place stays.
    Unknown,
    /// Not read at all.
    Unread,
}

#[derive(Debug, Clone, Copy)]
enum Word {
    Kind,
    Action,
    Dataset,
    Mode,
}

struct Walk<'m> {
    masking: &'m Masking,
    vocabulary: &'m Vocabulary,
    index: &'m FactIndex,
    path: Vec<String>,
    erased: Vec<String>,
    masked: Vec<String>,
}

impl<'m> Walk<'m> {
    fn value<'a>(&mut self, value: &Json<'a>, at: Position<'m>, rule: Option<Rule>) -> Json<'a> {
        if let Json::Object(members) = value
            && self.is_read_into(at, rule)
        {
            return Json::Object(members.iter().filter_map(|(key, v)| self.member(key, v, at, rule)).collect());
        }
        let new = match rule {
            Some(Rule::Keep) => value.clone(),
            Some(_) => self.scrubbed(value, at, true),
            None => self.leaf(value, at),
        };
        if new != *value {
            self.masked.push(pointer(&self.path));
        }
        new
    }

    /// Whether the members of an object that stands here are looked at one by one.
    fn is_read_into(&self, at: Position<'_>, rule: Option<Rule>) -> bool {
        match at {
            Position::Root | Position::Subject | Position::Action | Position::Resource | Position::Context | Position::Group(_) => true,
            Position::Fact(f) if f.ty == FactType::Calendar => true,
            // A rule may name what lies deeper in something kept.
            _ => rule == Some(Rule::Keep) && self.masking.rules.keys().any(|p| p.len() > self.path.len() && p.starts_with(&self.path)),
        }
    }

    fn member<'a>(
        &mut self,
        key: &Cow<'a, str>,
        value: &Json<'a>,
        at: Position<'m>,
        inherited: Option<Rule>,
    ) -> Option<(Cow<'a, str>, Json<'a>)> {
        self.path.push(key.clone().into_owned());
        let named = self.masking.rules.get(self.path.as_slice()).copied();
        let rule = named.or(inherited);
        let position = self.position(at, key);
        let kept = match (rule, position) {
            (Some(Rule::Keep), _) => Some((key.clone(), self.value(value, position, rule))),
            (Some(Rule::Mask), _) if named.is_some() => Some((key.clone(), self.value(value, position, rule))),
            (Some(Rule::Remove), _) | (_, Position::Unread) => {
                // The name of something unknown can say as much as its value, unless a rule names it anyway.
                if named.is_none() && matches!(position, Position::Unread | Position::Unknown) {
                    self.rename_last(key);
                }
                self.erased.push(pointer(&self.path));
                None
            }
            (_, Position::Unknown) => {
                let name = self.rename_last(key);
                self.masked.push(pointer(&self.path));
                Some((Cow::Owned(name), Json::Null))
            }
            _ => Some((key.clone(), self.value(value, position, rule))),
        };
        self.path.pop();
        kept
    }

    fn rename_last(&mut self, key: &str) -> String {
        let name = self.masking.token(key);
        if let Some(last) = self.path.last_mut() {
            last.clone_from(&name);
        }
        name
    }

    fn position(&self, at: Position<'m>, key: &str) -> Position<'m> {
        match (at, key) {
            (Position::Root, "subject") => Position::Subject,
            (Position::Root, "action") => Position::Action,
            (Position::Root, "resource") => Position::Resource,
            (Position::Root, "context") => Position::Context,
            (Position::Subject, "type") => Position::Word(Word::Kind),
            (Position::Subject, "properties") => Position::Group(Group::Actor),
            (Position::Action, "name") => Position::Word(Word::Action),
            (Position::Resource, "type") => Position::Word(Word::Dataset),
            (Position::Resource, "properties") => Position::Group(Group::Dataset),
            (Position::Subject | Position::Resource, "id") => Position::Free,
            (Position::Context, "evaluation_mode") => Position::Word(Word::Mode),
            (Position::Context, key) => Group::ALL.into_iter().skip(2).find(|g| g.name() == key).map_or(Position::Unknown, Position::Group),
            (Position::Group(Group::Actor), "kind") => Position::Word(Word::Kind),
            (Position::Group(group), key) => {
                let fact = self.index.find(group, key).and_then(|(id, _)| self.vocabulary.fact(id));
                fact.map_or(Position::Unknown, Position::Fact)
            }
            (Position::Fact(_), "holidays" | "workdays") => Position::Days,
            (Position::Fact(_), _) => Position::Unknown,
            _ => Position::Unread,
        }
    }

    /// What is left of a value when no rule speaks of it.
    fn leaf<'a>(&self, value: &Json<'a>, at: Position<'_>) -> Json<'a> {
        match value {
            Json::Array(items) => Json::Array(items.iter().map(|i| self.leaf(i, at)).collect()),
            Json::Text(t) if self.is_closed(t, at) => value.clone(),
            other => self.scrubbed(other, at, false),
        }
    }

    /// Whether the text is one of a list that the bundle or the format closes, so that it tells of no person.
    fn is_closed(&self, t: &str, at: Position<'_>) -> bool {
        if t == "unknown" || t.trim().is_empty() {
            return true;
        }
        match at {
            Position::Word(Word::Kind) => self.vocabulary.find_kind(t).is_some(),
            Position::Word(Word::Action) => self.vocabulary.find_action(t).is_some(),
            Position::Word(Word::Dataset) => t == "Dataset",
            Position::Word(Word::Mode) => Mode::from_name(t).is_some(),
            Position::Days => parse_date(t).is_some(),
            Position::Fact(f) => match f.ty {
                FactType::Enum => f.values.iter().any(|v| v == t),
                FactType::Kind => self.vocabulary.find_kind(t).is_some(),
                FactType::Date => parse_moment(t).is_some(),
                FactType::Territory => is_territory(t),
                FactType::Bool | FactType::Text | FactType::Texts | FactType::CreditCode | FactType::Statement | FactType::Calendar => {
                    false
                }
            },
            _ => false,
        }
    }

    /// The value with nothing left of what it said. Its JSON type stays, unless a rule asked for more.
    fn scrubbed<'a>(&self, value: &Json<'a>, at: Position<'_>, asked: bool) -> Json<'a> {
        match value {
            Json::Null => Json::Null,
            Json::Bool(b) if asked => Json::Text(self.masking.token(if *b { "true" } else { "false" }).into()),
            Json::Bool(b) => Json::Bool(*b),
            Json::Number(n) if asked => Json::Text(self.masking.token(&n.to_string()).into()),
            Json::Number(_) => Json::Number(0.0),
            Json::Text(t) => Json::Text(self.token_at(t, at).into()),
            Json::Array(items) => Json::Array(items.iter().map(|i| self.scrubbed(i, at, asked)).collect()),
            Json::Object(_) => Json::Object(Vec::new()),
        }
    }

    fn token_at(&self, t: &str, at: Position<'_>) -> String {
        let is_code = matches!(at, Position::Fact(f) if f.ty == FactType::CreditCode);
        if looks_like_credit_code(t) && (is_code || is_organisation_code(t)) {
            return self.masking.credit_code(t);
        }
        self.masking.token(t)
    }
}

/// A pointer into the input of an event, taken apart. The token `-` and places outside the input are refused.
fn read_pointer(pointer: &str) -> Option<Vec<String>> {
    let path: Vec<String> = pointer.strip_prefix('/')?.split('/').map(unescape).collect::<Option<_>>()?;
    (path.first().is_some_and(|p| p == "input")).then_some(path)
}

fn unescape(token: &str) -> Option<String> {
    let mut out = String::new();
    let mut chars = token.chars();
    while let Some(c) = chars.next() {
        out.push(match c {
            '~' => match chars.next()? {
                '0' => '~',
                '1' => '/',
                _ => return None,
            },
            c => c,
        });
    }
    Some(out)
}

fn pointer(path: &[String]) -> String {
    let mut out = String::new();
    for token in path {
        out.push('/');
        out.push_str(&token.replace('~', "~0").replace('/', "~1"));
    }
    out
}

/// Errors whose path holds a name from the request.
const NAMED_BY_THE_REQUEST: [&str; 4] = ["unknown-fact", "unknown-context-group", "duplicate-key", "calendar-malformed"];

/// The answer without what it repeats of the request: two answers are the same decision when these are equal.
pub(crate) fn decision_of<'e>(vocabulary: &Vocabulary, answer: &Response<'e>) -> Response<'e> {
    let mut r = answer.clone();
    let c = &mut r.context;
    c.request_digest = None;
    for list in [&mut c.errors, &mut c.warnings] {
        list.iter_mut().for_each(quieten);
        list.sort_unstable();
    }
    for p in &mut c.prohibitions {
        for f in &mut p.facts {
            let fact = vocabulary.find_fact(f.fact).and_then(|id| vocabulary.fact(id));
            if fact.is_none_or(is_text) && f.stated != "not_stated" {
                f.stated.clear();
            }
        }
    }
    c.prohibitions.sort_unstable();
    for parameter in c.obligations.iter_mut().flat_map(|o| o.properties.parameters.values_mut()) {
        match parameter {
            Parameter::Text(t) if parse_moment(t).is_none() => t.clear(),
            Parameter::Texts(t) => t.iter_mut().for_each(String::clear),
            _ => {}
        }
    }
    r
}

/// The answer to a request that cannot be shown: everything it may repeat of the request is taken out.
pub(crate) fn redacted<'e>(answer: &Response<'e>) -> Response<'e> {
    let mut r = answer.clone();
    let c = &mut r.context;
    for issue in c.errors.iter_mut().chain(&mut c.warnings) {
        quieten(issue);
    }
    for fact in c.prohibitions.iter_mut().flat_map(|p| &mut p.facts) {
        "masked".clone_into(&mut fact.stated);
    }
    for obligation in &mut c.obligations {
        obligation.properties.parameters.clear();
    }
    for deadline in &mut c.deadlines {
        deadline.started.clear();
        deadline.due = None;
    }
    r
}

fn quieten(issue: &mut Issue) {
    issue.message = Text::default();
    issue.help = Text::default();
    if NAMED_BY_THE_REQUEST.contains(&issue.code) {
        "$".clone_into(&mut issue.path);
    }
}

fn is_text(fact: &Fact) -> bool {
    matches!(fact.ty, FactType::Text | FactType::Texts | FactType::CreditCode)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masking() -> Masking {
        Masking::new(b"0123456789abcdef").unwrap()
    }

    #[test]
    fn keys_and_rules_are_checked() {
        assert_eq!(Masking::new(b"0123456789abcde").unwrap_err().code(), "mask-key-too-short");
        let refused = |json: &str| masking().with_rules(json.as_bytes()).unwrap_err().code();
        assert_eq!(refused("[]"), "mask-rules-malformed");
        assert_eq!(refused(r#"{"hide": []}"#), "mask-rules-malformed");
        for bad in ["", "input", "/", "/labels", "/input/~2", "/input/a~", "/request_digest"] {
            assert_eq!(refused(&format!(r#"{{"keep": ["{bad}"]}}"#)), "mask-rule-pointer", "{bad}");
        }
        assert_eq!(refused(r#"{"keep": ["/input/a"], "remove": ["/input/a"]}"#), "mask-rule-twice");
        assert_eq!(read_pointer("/input/a~1b/~0").unwrap(), ["input", "a/b", "~"]);
        assert_eq!(pointer(&["input".to_owned(), "a/b".to_owned(), "~".to_owned()]), "/input/a~1b/~0");
        assert!(!format!("{:?}", masking()).contains("48"), "the key is not shown");
    }

    #[test]
    fn a_token_is_equal_where_the_text_is() {
        let m = masking();
        assert_eq!(m.token("a"), m.token("a"));
        assert_ne!(m.token("a"), m.token("b"));
        assert_ne!(m.token("a"), Masking::new(b"another key here").unwrap().token("a"));
        assert_eq!(m.token("a").len(), TOKEN_PREFIX.len() + 32);
    }

    #[test]
    fn a_masked_code_is_as_right_or_wrong_as_the_real_one() {
        for code in ["91350100M000100Y43", "91350100M000100Y44", "91350100M000100I43"] {
            let masked = masking().credit_code(code);
            assert_eq!(credit_code_is_valid(&masked), credit_code_is_valid(code), "{masked}");
            assert!(is_organisation_code(&masked) && masked.starts_with('X') && masked != code);
        }
    }
}
