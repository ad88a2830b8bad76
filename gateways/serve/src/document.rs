//! JSON objects whose members keep their order and their text, so that what a caller sent reaches the engine as it was sent.

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;

/// The members of an object, each value as it was written. A key that stands twice stands here twice.
#[derive(Debug, Clone, Default)]
pub(crate) struct Members<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'a> Members<'a> {
    /// Reads an object; `None` of anything else.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// The value of the first member with this key.
    pub(crate) fn get(&self, key: &str) -> Option<&str> {
        self.0.iter().find(|(k, _)| k == key).map(|(_, v)| v.as_ref())
    }

    /// As [`Members::get`]; what JSON calls null is not there.
    pub(crate) fn stated(&self, key: &str) -> Option<&str> {
        self.get(key).filter(|v| *v != "null")
    }

    /// A key that stands twice.
    pub(crate) fn doubled(&self) -> Option<&str> {
        let mut members = self.0.iter().enumerate();
        members.find(|(i, (k, _))| self.0.iter().take(*i).any(|(o, _)| o == k)).map(|(_, (k, _))| k.as_ref())
    }

    /// Puts a value in the place of the one with this key, or at the end.
    pub(crate) fn set(&mut self, key: &str, value: impl Into<Cow<'a, str>>) {
        match self.0.iter_mut().find(|(k, _)| k == key) {
            Some((_, old)) => *old = value.into(),
            None => self.0.push((Cow::Owned(key.to_owned()), value.into())),
        }
    }

    /// Keeps the members that pass.
    pub(crate) fn retain(&mut self, mut keep: impl FnMut(&str, &str) -> bool) {
        self.0.retain(|(k, v)| keep(k, v));
    }

    /// Key and value of every member.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(k, v)| (k.as_ref(), v.as_ref()))
    }

    /// The same, borrowing nothing.
    pub(crate) fn into_owned(self) -> Members<'static> {
        let owned = |c: Cow<'_, str>| Cow::Owned(c.into_owned());
        Members(self.0.into_iter().map(|(k, v)| (owned(k), owned(v))).collect())
    }

    /// The object as text.
    pub(crate) fn write(&self) -> String {
        let mut out = String::from("{");
        for (i, (key, value)) in self.0.iter().enumerate() {
            if i > 0 {
                out.push(',');
            }
            out.push_str(&quoted(key));
            out.push(':');
            out.push_str(value);
        }
        out.push('}');
        out
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MembersVisitor<'a>(std::marker::PhantomData<&'a ()>);
        impl<'de: 'a, 'a> Visitor<'de> for MembersVisitor<'a> {
            type Value = Members<'a>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some((key, value)) = map.next_entry::<String, &'de RawValue>()? {
                    members.push((Cow::Owned(key), Cow::Borrowed(value.get())));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(MembersVisitor(std::marker::PhantomData))
    }
}

/// The items of an array, each as it was written; `None` of anything else.
pub(crate) fn items(text: &str) -> Option<Vec<&str>> {
    let items: Vec<&RawValue> = serde_json::from_str(text).ok()?;
    Some(items.into_iter().map(RawValue::get).collect())
}

/// A JSON string; `None` of anything else.
pub(crate) fn string(text: &str) -> Option<Cow<'_, str>> {
    #[derive(serde::Deserialize)]
    struct Borrowing<'a>(#[serde(borrow)] Cow<'a, str>);
    serde_json::from_str::<Borrowing<'_>>(text).ok().map(|b| b.0)
}

/// A text as a JSON string.
pub(crate) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sent_stays_as_it_was_sent() {
        let mut members = Members::parse("{ \"b\" : 1.50 , \"a\\u0062\":{\"x\": [1 ,2]},\"b\":null}").unwrap();
        assert_eq!((members.get("b"), members.get("ab")), (Some("1.50"), Some("{\"x\": [1 ,2]}")));
        assert_eq!((members.doubled(), members.stated("c")), (Some("b"), None));
        assert_eq!(members.write(), "{\"b\":1.50,\"ab\":{\"x\": [1 ,2]},\"b\":null}");
        members.set("c", "true");
        members.set("ab", "[]");
        members.retain(|k, _| k != "b");
        assert_eq!(members.write(), "{\"ab\":[],\"c\":true}");
    }

    #[test]
    fn only_an_object_has_members() {
        for other in ["[]", "1", "null", "\"{}\"", "{", "{}x", ""] {
            assert!(Members::parse(other).is_none(), "{other}");
        }
        assert_eq!((items("[1, {\"a\":2}]"), items("{}")), (Some(vec!["1", "{\"a\":2}"]), None));
        assert_eq!((string("\"a\\n\"").as_deref(), string("1").as_deref()), (Some("a\n"), None));
    }
}
