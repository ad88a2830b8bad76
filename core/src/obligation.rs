//! Duties that travel with an allow, merged to the strictest.

use crate::facts::{Facts, Value};
use crate::law::Duty;
use crate::response::{Ground, Obligation, ObligationProperties, Parameter};
use crate::vocabulary::{FactType, Vocabulary};
use std::collections::BTreeMap;

/// A parameter before it is written: dates stay numbers so that the earlier one can win.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Limit {
    Flag(bool),
    Moment(i64),
    Text(String),
    Texts(Vec<String>),
}

/// Reads the parameters of a duty from the facts; what is not stated is left out.
pub(crate) fn parameters<'e>(vocabulary: &Vocabulary, duty: &'e Duty, facts: &Facts) -> Vec<(&'e str, Limit)> {
    let read = |(name, fact): &'e (String, crate::vocabulary::FactId)| {
        let limit = match facts.get(*fact)? {
            Value::Bool(b) => Limit::Flag(b),
            Value::Long(n) if vocabulary.fact(*fact).is_some_and(|f| f.ty == FactType::Date) => Limit::Moment(n),
            Value::Long(n) => Limit::Text(n.to_string()),
            Value::Text(t) => Limit::Text(t.to_owned()),
            Value::Texts(t) => Limit::Texts(t.to_vec()),
        };
        Some((name.as_str(), limit))
    };
    duty.parameters.iter().filter_map(read).collect()
}

/// One obligation a type: provisions are collected, parameters take the strictest value.
pub(crate) fn merge<'e>(duties: impl Iterator<Item = (&'e Duty, Ground<'e>, Vec<(&'e str, Limit)>)>) -> Vec<Obligation<'e>> {
    let mut by_kind: BTreeMap<&'e str, (Vec<Ground<'e>>, BTreeMap<&'e str, Limit>)> = BTreeMap::new();
    for (duty, provision, limits) in duties {
        let (provisions, parameters) = by_kind.entry(&duty.kind).or_default();
        provisions.push(provision);
        for (name, limit) in limits {
            let merged = match parameters.remove(name) {
                Some(present) => stricter(present, limit),
                None => limit,
            };
            parameters.insert(name, merged);
        }
    }
    by_kind
        .into_iter()
        .filter_map(|(kind, (mut provisions, parameters))| {
            provisions.sort_unstable();
            provisions.dedup();
            let rule = provisions.first()?.rule;
            let parameters = parameters.into_iter().map(|(name, limit)| (name, written(limit))).collect();
            Some(Obligation { id: kind, kind, properties: ObligationProperties { parameters, provisions, rule } })
        })
        .collect()
}

/// The stricter of two limits: `true` over `false`, the earlier date, the intersection of sets. Two different texts must
/// both be observed, so they become a set.
fn stricter(a: Limit, b: Limit) -> Limit {
    match (a, b) {
        (Limit::Flag(x), Limit::Flag(y)) => Limit::Flag(x || y),
        (Limit::Moment(x), Limit::Moment(y)) => Limit::Moment(x.min(y)),
        (Limit::Texts(x), Limit::Texts(y)) => Limit::Texts(x.into_iter().filter(|t| y.contains(t)).collect()),
        (a, b) if a == b => a,
        (a, b) => {
            let mut all: Vec<String> = [a, b].into_iter().flat_map(texts).collect();
            all.sort_unstable();
            all.dedup();
            Limit::Texts(all)
        }
    }
}

fn texts(limit: Limit) -> Vec<String> {
    match limit {
        Limit::Flag(b) => vec![b.to_string()],
        Limit::Moment(n) => vec![crate::calendar::format_moment(n)],
        Limit::Text(t) => vec![t],
        Limit::Texts(t) => t,
    }
}

fn written(limit: Limit) -> Parameter {
    match limit {
        Limit::Flag(b) => Parameter::Flag(b),
        Limit::Moment(n) => Parameter::Text(crate::calendar::format_moment(n)),
        Limit::Text(t) => Parameter::Text(t),
        Limit::Texts(t) => Parameter::Texts(t),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strictest_wins() {
        assert_eq!(stricter(Limit::Flag(false), Limit::Flag(true)), Limit::Flag(true));
        assert_eq!(stricter(Limit::Moment(5), Limit::Moment(3)), Limit::Moment(3));
        let (a, b) = (vec!["x".to_owned(), "y".to_owned()], vec!["y".to_owned(), "z".to_owned()]);
        assert_eq!(stricter(Limit::Texts(a), Limit::Texts(b)), Limit::Texts(vec!["y".to_owned()]));
    }
}
