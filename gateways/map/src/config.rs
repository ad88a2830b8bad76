//! What a gateway is told: which calls are which acts. One schema for all hosts, `gateways/config.schema.json`.

use crate::document::unique;
use lexgate::request::Mode as EvaluationMode;
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;

/// A gateway's configuration.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// 1.
    pub version: u32,
    /// Which grant tokens are believed.
    pub token: TokenConfig,
    /// Whether refusals are carried out.
    #[serde(default)]
    pub mode: Mode,
    /// Which texts decide.
    #[serde(default)]
    pub evaluation_mode: EvaluationMode,
    /// Sizes beyond which a call is refused.
    #[serde(default)]
    pub limits: Limits,
    /// Which calls there are. What matches none is refused.
    pub routes: Vec<Route>,
    /// Duties the upstream can carry out.
    #[serde(default)]
    pub obligations: Obligations,
    /// How refusals look.
    #[serde(default)]
    pub deny: Deny,
}

/// Whether refusals are carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// A refused call does not reach the upstream.
    #[default]
    Enforce,
    /// Every call reaches the upstream; the header `x-lexgate-dry-run` says what would have been refused.
    DryRun,
}

/// Which grant tokens are believed; `docs/grant-token.md`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenConfig {
    /// Values of `iss` that are believed at all; the catalogue says who may grant which dataset.
    pub issuers: Vec<String>,
    /// What `aud` has to be or contain.
    pub audience: String,
    /// By how much the clocks of issuer and gateway may differ, in seconds.
    #[serde(default = "Defaults::clock_skew")]
    pub clock_skew_seconds: u32,
    /// Algorithms of signatures; the host verifies them.
    #[serde(default = "Defaults::algorithms")]
    pub algorithms: Vec<Algorithm>,
    /// Whether the token reaches the upstream.
    #[serde(default)]
    pub forward: bool,
}

/// An algorithm of a JWT's signature (RFC 7518, RFC 8037). There are no others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Algorithm {
    /// Ed25519.
    #[serde(rename = "EdDSA")]
    EdDsa,
    /// ECDSA on P-256 with SHA-256.
    #[serde(rename = "ES256")]
    Es256,
}

impl Algorithm {
    /// The name in the head of a JWT.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::EdDsa => "EdDSA",
            Self::Es256 => "ES256",
        }
    }
}

/// Sizes beyond which a call is refused.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Of the token as sent.
    pub token: usize,
    /// Of all headers together, names and values.
    pub headers: usize,
    /// Of the request target.
    pub target: usize,
    /// How many answers are kept for equal calls; 0 keeps none.
    pub cached_answers: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { token: 8192, headers: 32768, target: 4096, cached_answers: 1024 }
    }
}

struct Defaults;

impl Defaults {
    fn clock_skew() -> u32 {
        30
    }
    fn algorithms() -> Vec<Algorithm> {
        vec![Algorithm::EdDsa, Algorithm::Es256]
    }
    fn methods() -> Vec<String> {
        vec!["GET".to_owned()]
    }
}

/// Duties the upstream can carry out.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Obligations {
    /// Types of obligations. An answer with another one is refused.
    pub known: Vec<String>,
}

/// How refusals look.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Deny {
    /// `type` of a problem is this and the code; `about:blank` without it.
    pub type_base: Option<String>,
    /// Further members of every problem. They replace none.
    #[serde(deserialize_with = "unique")]
    pub members: BTreeMap<String, Value>,
}

/// Calls that are one kind of act.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// Unique; stands in verdicts and logs.
    pub id: String,
    /// Upper case; `GET` alone if nothing is said.
    #[serde(default = "Defaults::methods")]
    pub methods: Vec<String>,
    /// Host name, lower case; without a port, any port will do.
    pub host: String,
    /// Whole segments, literal or `{name}`: `/datasets/{dataset}/records`.
    pub path: String,
    /// Name of an action.
    pub action: String,
    /// Id of the dataset.
    pub dataset: Input,
    /// Purpose of the act.
    #[serde(default)]
    pub purpose: Option<Input>,
    /// Scenario of the act.
    #[serde(default)]
    pub scenario: Option<Input>,
    /// Duty or public service the act is for.
    #[serde(default)]
    pub duty: Option<Input>,
    /// Manner of the act.
    #[serde(default)]
    pub manner: Option<MannerRule>,
    /// Who gets the data if not the subject.
    #[serde(default)]
    pub recipient: Option<Input>,
    /// The fields that the upstream will return.
    #[serde(default)]
    pub fields: Option<Fields>,
    /// How many rows the upstream will return at most.
    #[serde(default)]
    pub rows: Option<Rows>,
    /// Division code of the area asked for.
    #[serde(default)]
    pub area: Option<Input>,
    /// Facts of every such call.
    #[serde(default)]
    pub facts: RouteFacts,
    /// Names of query parameters that do not bear on the decision. Others than these and the mapped ones are refused.
    #[serde(default)]
    pub other_parameters: Vec<String>,
    /// Whether a body may come with the call. It is not looked at.
    #[serde(default)]
    pub body: bool,
    /// Who acts when no token comes; without it a token is demanded.
    #[serde(default)]
    pub without_token: Option<Anonymous>,
}

/// Facts of every call of a route, by group and without the group's name.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RouteFacts {
    /// `request`: channel, duty and the like.
    #[serde(deserialize_with = "unique")]
    pub request: BTreeMap<String, Value>,
    /// `grant`, for routes that need no token.
    #[serde(deserialize_with = "unique")]
    pub grant: BTreeMap<String, Value>,
    /// `procedure`: its state, findings.
    #[serde(deserialize_with = "unique")]
    pub procedure: BTreeMap<String, Value>,
    /// `law`: provisions cited.
    #[serde(deserialize_with = "unique")]
    pub law: BTreeMap<String, Value>,
}

/// A subject that needs no token.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Anonymous {
    /// Actor kind.
    pub kind: String,
    /// Id in requests.
    pub id: String,
}

/// Where a value comes from.
#[derive(Debug, Clone)]
pub enum Input {
    /// As written; `{name}` alone is the segment of the path.
    Literal(String),
    /// From the call or the grant.
    From(From),
}

/// A place in the call or the grant. Exactly one of the first three is stated.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct From {
    /// Name of a query parameter.
    pub query: Option<String>,
    /// Name of a header, lower case.
    pub header: Option<String>,
    /// What the grant names, if it names exactly one; for purpose and scenario.
    pub grant: bool,
    /// When the call has no such parameter or header.
    pub default: Option<String>,
}

impl<'de> Deserialize<'de> for Input {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Inputs;
        impl<'de> Visitor<'de> for Inputs {
            type Value = Input;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text, or an object with `query`, `header` or `grant`")
            }
            fn visit_str<E>(self, text: &str) -> Result<Input, E> {
                Ok(Input::Literal(text.to_owned()))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Input, A::Error> {
                From::deserialize(MapAccessDeserializer::new(map)).map(Input::From)
            }
        }
        d.deserialize_any(Inputs)
    }
}

/// The manners of a call, from the narrowest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Manner {
    /// One record at a time, looked up by its key.
    EntryByEntry,
    /// A bounded number of records.
    Batch,
    /// A copy.
    Bulk,
}

impl Manner {
    /// As written in facts and grants.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::EntryByEntry => "entry-by-entry",
            Self::Batch => "batch",
            Self::Bulk => "bulk",
        }
    }

    /// The manner with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::EntryByEntry, Self::Batch, Self::Bulk].into_iter().find(|m| m.name() == name)
    }
}

/// How the manner of a call is found.
#[derive(Debug, Clone)]
pub enum MannerRule {
    /// Always the same.
    Fixed(Manner),
    /// By the number of rows asked for.
    ByRows(ByRows),
}

/// Up to how many rows a call is still of a manner; beyond both it is `bulk`.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ByRows {
    /// Usually 1.
    pub entry_by_entry: u32,
    /// The largest batch.
    pub batch: u32,
}

impl<'de> Deserialize<'de> for MannerRule {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Rules;
        impl<'de> Visitor<'de> for Rules {
            type Value = MannerRule;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`entry-by-entry`, `batch`, `bulk`, or an object with `rows`")
            }
            fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<MannerRule, E> {
                Manner::from_name(name).map(MannerRule::Fixed).ok_or_else(|| E::unknown_variant(name, &["entry-by-entry", "batch", "bulk"]))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<MannerRule, A::Error> {
                #[derive(Deserialize)]
                #[serde(deny_unknown_fields)]
                struct Table {
                    rows: ByRows,
                }
                Table::deserialize(MapAccessDeserializer::new(map)).map(|t| MannerRule::ByRows(t.rows))
            }
        }
        d.deserialize_any(Rules)
    }
}

/// The fields that the upstream will return.
#[derive(Debug, Clone)]
pub enum Fields {
    /// All the catalogue lists.
    All,
    /// Those the call names, separated by commas.
    Named(NamedFields),
}

/// Where the call names fields.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NamedFields {
    /// Name of a query parameter.
    pub query: Option<String>,
    /// Name of a header, lower case.
    pub header: Option<String>,
    /// What the upstream returns when none are named; all fields if nothing is said.
    pub default: Option<Vec<String>>,
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct FieldsVisitor;
        impl<'de> Visitor<'de> for FieldsVisitor {
            type Value = Fields;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`all`, or an object with `query` or `header`")
            }
            fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<Fields, E> {
                if name == "all" { Ok(Fields::All) } else { Err(E::unknown_variant(name, &["all"])) }
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Fields, A::Error> {
                NamedFields::deserialize(MapAccessDeserializer::new(map)).map(Fields::Named)
            }
        }
        d.deserialize_any(FieldsVisitor)
    }
}

/// How many rows the upstream will return at most.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rows {
    /// Name of a query parameter.
    pub query: Option<String>,
    /// Name of a header, lower case.
    pub header: Option<String>,
    /// What the upstream returns when no number is stated.
    pub default: Option<u32>,
    /// Beyond this the call is refused.
    pub max: Option<u32>,
}
