//! TOML files into structs, with the place of what is wrong.
//!
//! The `toml` crate parses; its own way from document to struct is not used, because that is compiled anew for each of our
//! forty structs and would be a ninth of the author's WebAssembly module.

use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{DeserializeOwned, Deserializer, Expected, IntoDeserializer, Unexpected, Visitor};
use serde::forward_to_deserialize_any;
use std::fmt;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

/// What is wrong with a file.
#[derive(Debug)]
pub(super) struct Malformed {
    /// What is wrong, in English.
    pub(super) message: String,
    /// Bytes of the text that it concerns.
    pub(super) span: Option<Range<usize>>,
    line: Option<usize>,
}

impl Malformed {
    /// The innermost place is the one that is kept.
    fn at(mut self, span: Range<usize>) -> Self {
        self.span.get_or_insert(span);
        self
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for Malformed {}

impl serde::de::Error for Malformed {
    fn custom<M: fmt::Display>(message: M) -> Self {
        Self { message: message.to_string(), span: None, line: None }
    }
}

/// Reads a file.
pub(super) fn read<T: DeserializeOwned>(text: &str) -> Result<T, Malformed> {
    let read = || {
        let document = DeTable::parse(text).map_err(|e| Malformed { message: e.message().to_owned(), span: e.span(), line: None })?;
        T::deserialize(MapDeserializer::new(entries(document.get_ref())))
    };
    read().map_err(|mut malformed| {
        let before = malformed.span.as_ref().and_then(|s| text.get(..s.start));
        malformed.line = before.map(|b| b.split('\n').count());
        malformed
    })
}

fn entries<'de>(table: &'de DeTable<'de>) -> impl Iterator<Item = (Key<'de>, Node<'de>)> {
    table.iter().map(|(key, value)| (Key(key), Node(value)))
}

/// A name in a table.
#[derive(Clone, Copy)]
struct Key<'de>(&'de Spanned<DeString<'de>>);

/// A value and where it stands.
#[derive(Clone, Copy)]
struct Node<'de>(&'de Spanned<DeValue<'de>>);

impl<'de> IntoDeserializer<'de, Malformed> for Key<'de> {
    type Deserializer = Self;
    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> IntoDeserializer<'de, Malformed> for Node<'de> {
    type Deserializer = Self;
    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Key<'de> {
    type Error = Malformed;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Malformed> {
        visitor.visit_str(self.0.get_ref()).map_err(|e: Malformed| e.at(self.0.span()))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct newtype_struct
        seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de> Deserializer<'de> for Node<'de> {
    type Error = Malformed;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Malformed> {
        let read = match self.0.get_ref() {
            DeValue::String(text) => visitor.visit_str(text),
            DeValue::Integer(i) => match i64::from_str_radix(i.as_str(), i.radix()) {
                Ok(i) => visitor.visit_i64(i),
                Err(_) => Err(serde::de::Error::custom("this number is too large")),
            },
            DeValue::Float(f) => match f.as_str().parse() {
                Ok(f) => visitor.visit_f64(f),
                Err(_) => Err(serde::de::Error::custom("this is no number")),
            },
            DeValue::Boolean(b) => visitor.visit_bool(*b),
            // A date stands in requests as text.
            DeValue::Datetime(date) => visitor.visit_string(date.to_string()),
            DeValue::Array(items) => visitor.visit_seq(SeqDeserializer::new(items.iter().map(Node))),
            DeValue::Table(table) => visitor.visit_map(MapDeserializer::new(entries(table))),
        };
        read.map_err(|e| e.at(self.0.span()))
    }

    // What a struct or a word of ours asks for is offered nothing else: its visitor is compiled for one form instead of eleven.
    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Malformed> {
        let read = match self.0.get_ref() {
            DeValue::Table(table) => visitor.visit_map(MapDeserializer::new(entries(table))),
            other => Err(unexpected(other, &visitor)),
        };
        read.map_err(|e| e.at(self.0.span()))
    }

    fn deserialize_struct<V: Visitor<'de>>(self, _: &'static str, _: &'static [&'static str], visitor: V) -> Result<V::Value, Malformed> {
        self.deserialize_map(visitor)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Malformed> {
        let read = match self.0.get_ref() {
            DeValue::Array(items) => visitor.visit_seq(SeqDeserializer::new(items.iter().map(Node))),
            other => Err(unexpected(other, &visitor)),
        };
        read.map_err(|e| e.at(self.0.span()))
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Malformed> {
        let read = match self.0.get_ref() {
            DeValue::String(text) => visitor.visit_str(text),
            DeValue::Datetime(date) => visitor.visit_str(&date.to_string()),
            other => Err(unexpected(other, &visitor)),
        };
        read.map_err(|e| e.at(self.0.span()))
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Malformed> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Malformed> {
        visitor.visit_some(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(self, _: &'static str, _: &'static [&'static str], visitor: V) -> Result<V::Value, Malformed> {
        let read = match self.0.get_ref() {
            DeValue::String(word) => visitor.visit_enum((&**word).into_deserializer()),
            other => Err(unexpected(other, &visitor)),
        };
        read.map_err(|e| e.at(self.0.span()))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf unit unit_struct newtype_struct
        tuple tuple_struct identifier ignored_any
    }
}

/// This value is not of the form that is asked for.
fn unexpected(value: &DeValue<'_>, expected: &dyn Expected) -> Malformed {
    let other = |what: &str| serde::de::Error::custom(format_args!("invalid type: {what}, expected {expected}"));
    match value {
        DeValue::String(text) => serde::de::Error::invalid_type(Unexpected::Str(text), expected),
        DeValue::Boolean(b) => serde::de::Error::invalid_type(Unexpected::Bool(*b), expected),
        DeValue::Integer(i) => other(&format!("integer `{i}`")),
        DeValue::Float(f) => other(&format!("floating point `{f}`")),
        DeValue::Datetime(date) => other(&format!("date `{date}`")),
        DeValue::Array(_) => serde::de::Error::invalid_type(Unexpected::Seq, expected),
        DeValue::Table(_) => serde::de::Error::invalid_type(Unexpected::Map, expected),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::string_slice, reason = "tests stop at the first thing wrong")]
mod tests {
    use super::read;
    use serde::Deserialize;
    use std::collections::BTreeMap;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct File {
        entry: Vec<BTreeMap<String, bool>>,
        word: Option<Word>,
        any: Option<serde_json::Value>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Word {
        This,
        That,
    }

    fn wrong(text: &str) -> (String, Option<&str>) {
        let malformed = read::<File>(text).unwrap_err();
        (malformed.to_string(), malformed.span.map(|s| &text[s]))
    }

    #[test]
    fn values_are_read() {
        let file: File = read("word = 'that'\nany = [1, -2, 0x10, 1.5, 2026-05-18, 'x']\n[[entry]]\na = true\n").unwrap();
        assert_eq!((file.entry, file.word), (vec![BTreeMap::from([("a".to_owned(), true)])], Some(Word::That)));
        assert_eq!(file.any.unwrap(), serde_json::json!([1, -2, 16, 1.5, "2026-05-18", "x"]));
    }

    #[test]
    fn what_is_wrong_has_a_place() {
        let (message, place) = wrong("[[entry]]\na = true\n[[entry]]\nb = 7\n");
        assert_eq!((message.as_str(), place), ("line 4: invalid type: integer `7`, expected a boolean", Some("7")));
        let (message, place) = wrong("entry = []\nword = false\n");
        assert_eq!((message.as_str(), place), ("line 2: invalid type: boolean `false`, expected enum Word", Some("false")));
        let (message, place) = wrong("entry = []\nword = 'those'\n");
        assert_eq!((message.as_str(), place), ("line 2: unknown variant `those`, expected `this` or `that`", Some("'those'")));
        let (message, place) = wrong("entry = []\nwrod = ''\n");
        assert_eq!((message.as_str(), place), ("line 2: unknown field `wrod`, expected one of `entry`, `word`, `any`", Some("wrod")));
        let (message, place) = wrong("entry = 1\n");
        assert_eq!((message.as_str(), place), ("line 1: invalid type: integer `1`, expected a sequence", Some("1")));
        assert_eq!(wrong("word = 'this'\n"), ("missing field `entry`".to_owned(), None));
        assert_eq!(wrong("entry = []\nany = 99999999999999999999\n").0, "line 2: this number is too large");
        assert!(wrong("entry = [\n").0.starts_with("line "));
    }
}
