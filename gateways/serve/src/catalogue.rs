//! The catalogue: what the host knows about datasets and subjects, by id.

use lexgate::bundle::sha256_hex;
use serde_json::Value;
use std::collections::BTreeMap;
use std::ops::Bound;

/// Facts by name; values as JSON.
pub(crate) type Facts = BTreeMap<String, String>;

/// A subject that the host knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Subject {
    /// The actor kind.
    pub(crate) kind: String,
    pub(crate) facts: Facts,
}

/// A snapshot of the catalogue.
#[derive(Debug, Clone, Default)]
pub(crate) struct Catalogue {
    datasets: BTreeMap<String, Facts>,
    subjects: BTreeMap<String, Subject>,
    digest: String,
}

impl Catalogue {
    /// Reads a catalogue (JSON), in the form that gateways read.
    pub(crate) fn parse(json: &str) -> Result<Self, String> {
        let file: lexgate_gateway::Catalogue = serde_json::from_str(json).map_err(|e| e.to_string())?;
        let written = |facts: BTreeMap<String, Value>| facts.into_iter().map(|(name, value)| (name, value.to_string())).collect();
        Ok(Self {
            datasets: file.datasets.into_iter().map(|(id, d)| (id, written(d.facts))).collect(),
            subjects: file.subjects.into_iter().map(|(id, s)| (id, Subject { kind: s.kind, facts: written(s.facts) })).collect(),
            digest: sha256_hex(json.as_bytes()),
        })
    }

    pub(crate) fn dataset(&self, id: &str) -> Option<&Facts> {
        self.datasets.get(id)
    }

    pub(crate) fn subject(&self, id: &str) -> Option<&Subject> {
        self.subjects.get(id)
    }

    /// The ids of datasets that come after this one, in their order.
    pub(crate) fn datasets_after<'c>(&'c self, id: Option<&str>) -> Box<dyn Iterator<Item = &'c str> + 'c> {
        Box::new(self.datasets.range::<str, _>((from(id), Bound::Unbounded)).map(|(id, _)| id.as_str()))
    }

    /// The ids of subjects of a kind that come after this one, in their order.
    pub(crate) fn subjects_after<'c>(&'c self, id: Option<&str>, kind: &str) -> Box<dyn Iterator<Item = &'c str> + 'c> {
        let kind = kind.to_owned();
        let after = self.subjects.range::<str, _>((from(id), Bound::Unbounded));
        Box::new(after.filter(move |(_, s)| s.kind == kind).map(|(id, _)| id.as_str()))
    }

    /// Whether there are subjects to search among.
    pub(crate) fn has_subjects(&self) -> bool {
        !self.subjects.is_empty()
    }

    /// SHA-256 (hex) of the file.
    pub(crate) fn digest(&self) -> &str {
        &self.digest
    }
}

fn from(id: Option<&str>) -> Bound<&str> {
    id.map_or(Bound::Unbounded, Bound::Excluded)
}
