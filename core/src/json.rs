//! JSON as it was received: nothing dropped, nothing merged, so that duplicate keys can be told apart from single ones.

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

/// A JSON value that borrows from its text where it can.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Json<'a> {
    Null,
    Bool(bool),
    Number(f64),
    Text(Cow<'a, str>),
    Array(Vec<Json<'a>>),
    Object(Vec<(Cow<'a, str>, Json<'a>)>),
}

impl<'a> Json<'a> {
    /// The member with this key; the first one, should the object not have been checked for duplicates.
    pub(crate) fn member(&self, key: &str) -> Option<&Json<'a>> {
        match self {
            Self::Object(members) => members.iter().find(|(k, _)| k == key).map(|(_, v)| v),
            _ => None,
        }
    }

    pub(crate) fn member_mut(&mut self, key: &str) -> Option<&mut Json<'a>> {
        match self {
            Self::Object(members) => members.iter_mut().find(|(k, _)| k == key).map(|(_, v)| v),
            _ => None,
        }
    }

    /// What it is, in JSON's words.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "boolean",
            Self::Number(_) => "number",
            Self::Text(_) => "string",
            Self::Array(_) => "array",
            Self::Object(_) => "object",
        }
    }

    /// The path (`JSONPath`) of the first key that stands twice in its object.
    pub(crate) fn duplicate_key(&self, path: &str) -> Option<String> {
        match self {
            Self::Object(members) => {
                let mut seen = BTreeSet::new();
                for (key, value) in members {
                    let here = member_path(path, key);
                    if !seen.insert(key) {
                        return Some(here);
                    }
                    if let Some(found) = value.duplicate_key(&here) {
                        return Some(found);
                    }
                }
                None
            }
            Self::Array(items) => items.iter().enumerate().find_map(|(i, item)| item.duplicate_key(&format!("{path}[{i}]"))),
            _ => None,
        }
    }

    /// Puts the members of every object in the order of RFC 8785: by UTF-16 code units. Says whether there is a number.
    fn sort_members(&mut self) -> bool {
        match self {
            Self::Object(members) => {
                members.sort_by(
                    |(a, _), (b, _)| {
                        if a.is_ascii() && b.is_ascii() { a.cmp(b) } else { a.encode_utf16().cmp(b.encode_utf16()) }
                    },
                );
                members.iter_mut().fold(false, |numbers, (_, v)| v.sort_members() | numbers)
            }
            Self::Array(items) => items.iter_mut().fold(false, |numbers, v| v.sort_members() | numbers),
            Self::Number(_) => true,
            Self::Null | Self::Bool(_) | Self::Text(_) => false,
        }
    }

    /// Whether no object in here has a key twice; the quick test before [`Json::duplicate_key`] builds paths.
    pub(crate) fn has_unique_keys(&self) -> bool {
        match self {
            Self::Object(members) => {
                let unique = if members.len() <= 24 {
                    !members.iter().enumerate().any(|(i, (k, _))| members.iter().take(i).any(|(o, _)| o == k))
                } else {
                    members.iter().map(|(k, _)| k).collect::<BTreeSet<_>>().len() == members.len()
                };
                unique && members.iter().all(|(_, v)| v.has_unique_keys())
            }
            Self::Array(items) => items.iter().all(Json::has_unique_keys),
            _ => true,
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Json<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct JsonVisitor<'a>(std::marker::PhantomData<&'a ()>);
        impl<'de: 'a, 'a> Visitor<'de> for JsonVisitor<'a> {
            type Value = Json<'a>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON value")
            }
            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(Json::Null)
            }
            fn visit_bool<E>(self, v: bool) -> Result<Self::Value, E> {
                Ok(Json::Bool(v))
            }
            #[expect(clippy::cast_precision_loss, reason = "RFC 8785 reads every JSON number as a double")]
            fn visit_i64<E>(self, v: i64) -> Result<Self::Value, E> {
                Ok(Json::Number(v as f64))
            }
            #[expect(clippy::cast_precision_loss, reason = "RFC 8785 reads every JSON number as a double")]
            fn visit_u64<E>(self, v: u64) -> Result<Self::Value, E> {
                Ok(Json::Number(v as f64))
            }
            fn visit_f64<E: de::Error>(self, v: f64) -> Result<Self::Value, E> {
                if v.is_finite() { Ok(Json::Number(v)) } else { Err(E::custom("number out of range")) }
            }
            fn visit_borrowed_str<E>(self, v: &'de str) -> Result<Self::Value, E> {
                Ok(Json::Text(Cow::Borrowed(v)))
            }
            fn visit_str<E>(self, v: &str) -> Result<Self::Value, E> {
                Ok(Json::Text(Cow::Owned(v.to_owned())))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = seq.next_element()? {
                    items.push(item);
                }
                Ok(Json::Array(items))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::with_capacity(map.size_hint().unwrap_or(8).min(64));
                while let Some((key, value)) = map.next_entry::<Key<'a>, Json<'a>>()? {
                    members.push((key.0, value));
                }
                Ok(Json::Object(members))
            }
        }
        deserializer.deserialize_any(JsonVisitor(std::marker::PhantomData))
    }
}

/// The canonical text of a value (RFC 8785), whose objects are put in canonical order on the way. `None` when there is none.
///
/// Without numbers, canonical form is the order of the members alone: `serde_json` escapes as RFC 8785 asks. Requests seldom
/// hold a number, and this is five times as fast as the canonicaliser, which writes the others.
pub(crate) fn canonical(json: &mut Json<'_>) -> Option<Vec<u8>> {
    let numbers = json.sort_members();
    if numbers { serde_json_canonicalizer::to_vec(json).ok() } else { serde_json::to_vec(json).ok() }
}

/// The `JSONPath` of a member (RFC 9535): the short form for plain names, the quoted one for any other.
pub(crate) fn member_path(path: &str, key: &str) -> String {
    let mut chars = key.chars();
    let is_name = |c: char| c == '_' || c.is_alphanumeric();
    let plain = chars.next().is_some_and(|c| is_name(c) && !c.is_numeric()) && chars.all(is_name);
    if plain {
        return format!("{path}.{key}");
    }
    let mut out = format!("{path}['");
    for c in key.chars() {
        match c {
            '\'' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => out.extend(c.escape_unicode().filter(|c| !matches!(c, '{' | '}'))),
            c => out.push(c),
        }
    }
    out.push_str("']");
    out
}

/// An object key; `Cow<str>` alone would always be copied.
struct Key<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Key<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct KeyVisitor;
        impl<'de> Visitor<'de> for KeyVisitor {
            type Value = Key<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key")
            }
            fn visit_borrowed_str<E>(self, v: &'de str) -> Result<Self::Value, E> {
                Ok(Key(Cow::Borrowed(v)))
            }
            fn visit_str<E>(self, v: &str) -> Result<Self::Value, E> {
                Ok(Key(Cow::Owned(v.to_owned())))
            }
        }
        deserializer.deserialize_str(KeyVisitor)
    }
}

impl Serialize for Json<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(b) => serializer.serialize_bool(*b),
            Self::Number(n) => serializer.serialize_f64(*n),
            Self::Text(t) => serializer.serialize_str(t),
            Self::Array(items) => {
                let mut seq = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    seq.serialize_element(item)?;
                }
                seq.end()
            }
            Self::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (key, value) in members {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(serde_json::Value::from),
            any::<i32>().prop_map(serde_json::Value::from),
            any::<String>().prop_map(serde_json::Value::from),
        ];
        leaf.prop_recursive(4, 48, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(serde_json::Value::from),
                prop::collection::hash_map(any::<String>(), inner, 0..6).prop_map(|m| m.into_iter().collect()),
            ]
        })
    }

    proptest! {
        #[test]
        fn canonical_text_is_that_of_the_canonicaliser(value in any_json()) {
            let text = value.to_string();
            let mut json: Json<'_> = serde_json::from_str(&text).map_err(|e| TestCaseError::fail(e.to_string()))?;
            let expected = serde_json_canonicalizer::to_vec(&value).map_err(|e| TestCaseError::fail(e.to_string()))?;
            prop_assert_eq!(canonical(&mut json), Some(expected));
        }
    }

    #[test]
    fn control_characters_and_surrogates_are_written_as_rfc_8785_asks() {
        let text = "{\"\u{1F600}\":1,\"\u{E000}\":\"\\u0007\\u001f\\n\\u007f/\",\"a\":null}";
        for text in [text.to_owned(), text.replace(":1,", ":true,")] {
            let Ok(mut json) = serde_json::from_str::<Json<'_>>(&text) else { continue };
            assert_eq!(canonical(&mut json), serde_json_canonicalizer::to_vec(&json).ok());
            assert!(canonical(&mut json).is_some_and(|c| c.starts_with(b"{\"a\":null,\"\xf0\x9f")));
        }
    }
}
