//! Reads configuration, catalogue and status list: JSON or YAML in, values or errors with a path, a line and a column out.

use lexgate::vocabulary::Text;
use serde::de::{DeserializeOwned, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

/// The largest document read, in bytes.
pub const MAX_DOCUMENT: usize = 16 * 1024 * 1024;

/// Which document an error is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// Routes and limits.
    Config,
    /// Datasets and subjects.
    Catalogue,
    /// Suspended and terminated subjects and grants.
    Status,
    /// The bundle; the codes are those of the core.
    Bundle,
    /// Who has to have signed the bundle; the codes are those of the core.
    Trust,
}

/// What is wrong with a document. A gateway with an error is never made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConfigError {
    /// Stable, kebab-case; [`CONFIG_CODES`] lists all.
    pub code: &'static str,
    /// The document.
    pub document: Source,
    /// Where it is (`JSONPath`, RFC 9535).
    pub path: String,
    /// Counted from 1; 0 when the place is not known.
    pub line: usize,
    /// Counted from 1, in characters; 0 when the place is not known.
    pub column: usize,
    /// What is wrong.
    pub message: Text,
    /// How to mend it.
    pub help: Text,
}

/// Every code a [`ConfigError`] can carry, with its meaning.
pub const CONFIG_CODES: &[(&str, &str)] = &[
    ("document-malformed", "the document is not JSON or YAML, or a member is unknown, missing, doubled or of the wrong type"),
    ("document-too-large", "the document has more than 16 MiB"),
    ("version-unknown", "the document is of another version than 1"),
    ("value-invalid", "a value is not of the form its member asks for"),
    ("name-doubled", "an id stands twice"),
    ("name-unknown", "a name refers to nothing: an action, an actor kind, a dataset or a parameter of the path"),
    ("fact-invalid", "a fact is unknown, of the wrong type, or contradicts another; the core's own message follows"),
    ("fact-not-allowed", "facts of this group are never stated here"),
    ("routes-overlap", "one call could match both routes"),
    ("path-template-invalid", "a path template is not a list of whole segments"),
];

/// Both languages at once.
pub(crate) fn text(en: impl Into<String>, zh: impl Into<String>) -> Text {
    Text { en: en.into(), zh: zh.into() }
}

/// A document and what was found wrong with it so far.
pub(crate) struct Document<'d> {
    source: Source,
    text: &'d str,
    pub(crate) errors: Vec<ConfigError>,
}

impl<'d> Document<'d> {
    pub(crate) fn new(source: Source, text: &'d str) -> Self {
        Self { source, text, errors: Vec::new() }
    }

    fn is_json(&self) -> bool {
        self.text.trim_start().starts_with('{')
    }

    /// The document as a value; `None` after an error.
    pub(crate) fn read<T: DeserializeOwned>(&mut self) -> Option<T> {
        if self.text.len() > MAX_DOCUMENT {
            self.error("document-too-large", "$", text("the document is too large", "文档过大"), text("16 MiB at most", "不得超过 16 MiB"));
            return None;
        }
        let failed = if self.is_json() {
            let mut json = serde_json::Deserializer::from_str(self.text);
            match serde_path_to_error::deserialize(&mut json) {
                Ok(value) => match json.end() {
                    Ok(()) => return Some(value),
                    Err(e) => ("$".to_owned(), e.line(), e.column(), e.to_string()),
                },
                Err(e) => {
                    let at = format!("${}", dotted(&e.path().to_string()));
                    (at, e.inner().line(), e.inner().column(), e.inner().to_string())
                }
            }
        } else {
            match yaml::read(self.text) {
                Ok(value) => return Some(value),
                Err(e) => e,
            }
        };
        let (path, line, column, message) = failed;
        self.errors.push(ConfigError {
            code: "document-malformed",
            document: self.source,
            path,
            line,
            column,
            message: text(message.clone(), format!("文档无法读取：{message}")),
            help: text(
                "gateways/config.schema.json and the documents in gateways/example show which members there are",
                "有哪些成员见 gateways/config.schema.json 和 gateways/example 中的文档",
            ),
        });
        None
    }

    /// Notes an error at a path such as `$.routes[0].action`.
    pub(crate) fn error(&mut self, code: &'static str, path: impl Into<String>, message: Text, help: Text) {
        let path = path.into();
        let (line, column) = self.place(&path).unwrap_or((0, 0));
        self.errors.push(ConfigError { code, document: self.source, path, line, column, message, help });
    }

    /// Line and column of the value at a path, or of the nearest value around it. Only looked for when there is an error.
    fn place(&self, path: &str) -> Option<(usize, usize)> {
        let steps = steps(path);
        if self.is_json() { json_place(self.text, &steps) } else { yaml::place(self.text, &steps) }
    }
}

/// `routes[0].action` as the end of a path: `.routes[0].action`; nothing for the document itself.
fn dotted(path: &str) -> String {
    match path {
        "." | "" => String::new(),
        p if p.starts_with('[') => p.to_owned(),
        p => format!(".{p}"),
    }
}

/// The members and indices of a path; a quoted member stands in `['…']`.
fn steps(path: &str) -> Vec<String> {
    let mut steps = Vec::new();
    let mut rest = path.trim_start_matches('$');
    while !rest.is_empty() {
        if let Some(quoted) = rest.strip_prefix("['") {
            let (name, after) = quoted.split_once("']").unwrap_or((quoted, ""));
            steps.push(name.to_owned());
            rest = after;
        } else if let Some(index) = rest.strip_prefix('[') {
            let (n, after) = index.split_once(']').unwrap_or((index, ""));
            steps.push(n.to_owned());
            rest = after;
        } else {
            let name = rest.trim_start_matches('.');
            let end = name.find(['.', '[']).unwrap_or(name.len());
            let (name, after) = name.split_at_checked(end).unwrap_or((name, ""));
            steps.push(name.to_owned());
            rest = after;
        }
    }
    steps.retain(|s| !s.is_empty());
    steps
}

fn json_place(document: &str, steps: &[String]) -> Option<(usize, usize)> {
    let mut here: &RawValue = serde_json::from_str(document).ok()?;
    for step in steps {
        let inner = match here.get().as_bytes().first() {
            Some(b'{') => serde_json::from_str::<BTreeMap<String, &RawValue>>(here.get()).ok().and_then(|m| m.get(step).copied()),
            Some(b'[') => {
                let list: Vec<&RawValue> = serde_json::from_str(here.get()).ok()?;
                step.parse::<usize>().ok().and_then(|i| list.get(i).copied())
            }
            _ => None,
        };
        let Some(inner) = inner else { break };
        here = inner;
    }
    // A raw value is a piece of the document, so its address says where.
    let offset = here.get().as_ptr().addr().checked_sub(document.as_ptr().addr())?;
    let before = document.get(..offset)?;
    let line_start = before.rfind('\n').map_or(0, |i| i.saturating_add(1));
    let column = before.get(line_start..)?.chars().count().saturating_add(1);
    Some((before.matches('\n').count().saturating_add(1), column))
}

#[cfg(feature = "yaml")]
mod yaml {
    use super::dotted;
    use serde::de::{DeserializeOwned, MapAccess, SeqAccess, Visitor};
    use serde::{Deserialize, Deserializer};
    use serde_saphyr::{MergeKeyPolicy, Options, Spanned};
    use std::fmt;

    fn options() -> Options {
        serde_saphyr::options! {
            strict_booleans: true,
            merge_keys: MergeKeyPolicy::Error,
            with_snippet: false,
        }
    }

    pub(super) fn read<T: DeserializeOwned>(document: &str) -> Result<T, (String, usize, usize, String)> {
        let mut path = "$".to_owned();
        let read = serde_saphyr::with_deserializer_from_str_with_options(document, options(), |d| {
            serde_path_to_error::deserialize(d).map_err(|e| {
                path = format!("${}", dotted(&e.path().to_string()));
                e.into_inner()
            })
        });
        read.map_err(|e| {
            let at = e.location();
            let number = |n: Option<u64>| n.and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
            (path, number(at.map(|l| l.line())), number(at.map(|l| l.column())), e.without_snippet().to_string())
        })
    }

    /// Any document, with the place of every value.
    enum Node {
        Map(Vec<(String, Spanned<Node>)>),
        List(Vec<Spanned<Node>>),
        Leaf,
    }

    impl<'de> Deserialize<'de> for Node {
        fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
            struct Nodes;
            impl<'de> Visitor<'de> for Nodes {
                type Value = Node;
                fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str("a value")
                }
                fn visit_bool<E>(self, _: bool) -> Result<Node, E> {
                    Ok(Node::Leaf)
                }
                fn visit_i64<E>(self, _: i64) -> Result<Node, E> {
                    Ok(Node::Leaf)
                }
                fn visit_u64<E>(self, _: u64) -> Result<Node, E> {
                    Ok(Node::Leaf)
                }
                fn visit_f64<E>(self, _: f64) -> Result<Node, E> {
                    Ok(Node::Leaf)
                }
                fn visit_str<E>(self, _: &str) -> Result<Node, E> {
                    Ok(Node::Leaf)
                }
                fn visit_unit<E>(self) -> Result<Node, E> {
                    Ok(Node::Leaf)
                }
                fn visit_none<E>(self) -> Result<Node, E> {
                    Ok(Node::Leaf)
                }
                fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node, A::Error> {
                    let mut nodes = Vec::new();
                    while let Some(n) = list.next_element()? {
                        nodes.push(n);
                    }
                    Ok(Node::List(nodes))
                }
                fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
                    let mut nodes = Vec::new();
                    while let Some(n) = map.next_entry()? {
                        nodes.push(n);
                    }
                    Ok(Node::Map(nodes))
                }
            }
            d.deserialize_any(Nodes)
        }
    }

    pub(super) fn place(document: &str, steps: &[String]) -> Option<(usize, usize)> {
        let root: Spanned<Node> = serde_saphyr::from_str_with_options(document, options()).ok()?;
        let mut here = &root;
        for step in steps {
            let inner = match &here.value {
                Node::Map(members) => members.iter().find(|(name, _)| name == step).map(|(_, n)| n),
                Node::List(nodes) => step.parse::<usize>().ok().and_then(|i| nodes.get(i)),
                Node::Leaf => None,
            };
            let Some(inner) = inner else { break };
            here = inner;
        }
        let at = here.referenced;
        Some((usize::try_from(at.line()).ok()?, usize::try_from(at.column()).ok()?))
    }
}

#[cfg(not(feature = "yaml"))]
mod yaml {
    use serde::de::DeserializeOwned;

    pub(super) fn read<T: DeserializeOwned>(_: &str) -> Result<T, (String, usize, usize, String)> {
        Err(("$".to_owned(), 1, 1, "this gateway reads JSON only, an object".to_owned()))
    }

    pub(super) fn place(_: &str, _: &[String]) -> Option<(usize, usize)> {
        None
    }
}

/// A map in which no key may stand twice.
pub(crate) fn unique<'de, D, V>(d: D) -> Result<BTreeMap<String, V>, D::Error>
where
    D: Deserializer<'de>,
    V: Deserialize<'de>,
{
    struct Unique<V>(PhantomData<V>);
    impl<'de, V: Deserialize<'de>> Visitor<'de> for Unique<V> {
        type Value = BTreeMap<String, V>;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut members = BTreeMap::new();
            while let Some((name, value)) = map.next_entry::<String, V>()? {
                if members.insert(name.clone(), value).is_some() {
                    return Err(serde::de::Error::custom(format_args!("`{name}` stands twice")));
                }
            }
            Ok(members)
        }
    }
    d.deserialize_map(Unique(PhantomData))
}
