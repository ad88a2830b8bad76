//! What a policy asks of the facts: whether it holds, whether it can still be brought about, and the facts as they would
//! be then.

use crate::facts::{FactValue, Facts, Value};
use crate::law::{Atom, Demand, Policy, Relation};
use crate::response::FactState;
use crate::vocabulary::{FactId, FactType, Vocabulary};

/// How an atom stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// As asked.
    Met,
    /// The named fact is missing and can be supplied.
    Open(FactId, FactState),
    /// Stated otherwise, and that is final for this request.
    Final,
}

/// What a policy lacks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Lack<'p> {
    /// Open demands: the atom to supply, the fact that is missing, its state, and the alternatives.
    pub(crate) open: Vec<(&'p Atom, FactId, FactState, Vec<FactId>)>,
    /// Demands that nothing can meet any more.
    pub(crate) blocked: Vec<&'p Demand>,
}

/// Looks at every demand of a policy.
pub(crate) fn lack<'p>(vocabulary: &Vocabulary, policy: &'p Policy, facts: &Facts) -> Lack<'p> {
    let mut lack = Lack::default();
    for demand in &policy.demands {
        let standings: Vec<_> = demand.any.iter().map(|a| (a, standing(vocabulary, a, facts))).collect();
        if standings.iter().any(|(_, s)| *s == Standing::Met) {
            continue;
        }
        let rule_broken = standings.iter().find(|(a, _)| !a.circumstance).is_some_and(|(_, s)| *s == Standing::Final);
        let may_not_matter = standings.iter().any(|(a, s)| a.circumstance && *s != Standing::Final);
        if demand.rule_first && rule_broken && !may_not_matter {
            lack.blocked.push(demand);
            continue;
        }
        let open: Vec<_> = standings
            .iter()
            .filter_map(|(a, s)| match s {
                Standing::Open(f, state) => Some((*a, *f, *state)),
                _ => None,
            })
            .collect();
        match open.split_first() {
            Some(((atom, fact, state), others)) => {
                lack.open.push((atom, *fact, *state, others.iter().map(|(_, f, _)| *f).filter(|f| f != fact).collect()));
            }
            None => lack.blocked.push(demand),
        }
    }
    lack
}

/// Whether an atom holds.
pub(crate) fn is_met(vocabulary: &Vocabulary, atom: &Atom, facts: &Facts) -> bool {
    standing(vocabulary, atom, facts) == Standing::Met
}

fn standing(vocabulary: &Vocabulary, atom: &Atom, facts: &Facts) -> Standing {
    let Some(value) = facts.get(atom.fact) else { return Standing::Open(atom.fact, FactState::NotStated) };
    let other = match &atom.relation {
        Relation::Same(o) | Relation::AtMost(o) | Relation::AtLeast(o) | Relation::Within(o) | Relation::OneOf(o) => match facts.get(*o) {
            Some(v) => Some(v),
            None => return Standing::Open(*o, FactState::NotStated),
        },
        Relation::Is(_) | Relation::Stated => None,
    };
    let met = match (&atom.relation, value, other) {
        (Relation::Is(words), v, _) => words.iter().any(|w| is_word(v, w)),
        (Relation::Same(_), v, Some(o)) => v == o,
        (Relation::AtMost(_), Value::Long(a), Some(Value::Long(b))) => a <= b,
        (Relation::AtLeast(_), Value::Long(a), Some(Value::Long(b))) => a >= b,
        (Relation::Within(_), Value::Texts(a), Some(Value::Texts(b))) => a.iter().all(|x| b.contains(x)),
        (Relation::OneOf(_), Value::Text(a), Some(Value::Texts(b))) => b.iter().any(|x| x == a),
        (Relation::Stated, _, _) => true,
        _ => false,
    };
    if met {
        return Standing::Met;
    }
    // A step not yet taken can still be taken; a step that ended otherwise (a refusal, a rejection) cannot.
    let pending = match value {
        Value::Bool(_) => true,
        Value::Text(t) => vocabulary.fact(atom.fact).is_some_and(|f| f.pending.iter().any(|p| p == t)),
        _ => false,
    };
    if atom.step && pending { Standing::Open(atom.fact, FactState::StatedFalse) } else { Standing::Final }
}

fn is_word(value: Value<'_>, word: &str) -> bool {
    match value {
        Value::Bool(b) => word == if b { "true" } else { "false" },
        Value::Text(t) => t == word,
        _ => false,
    }
}

/// States the facts as the atom asks for them: the request as it would be once the step is done.
pub(crate) fn supply(vocabulary: &Vocabulary, atom: &Atom, facts: &mut Facts) {
    let sample = |fact: FactId| -> Option<FactValue> {
        let f = vocabulary.fact(fact)?;
        Some(match f.ty {
            FactType::Bool | FactType::Statement => FactValue::Bool(true),
            FactType::Date => FactValue::Long(0),
            FactType::Texts => FactValue::Texts(vec!["…".to_owned()]),
            FactType::Enum => FactValue::Text(f.values.first()?.clone()),
            FactType::Kind | FactType::Text | FactType::Territory | FactType::CreditCode => FactValue::Text("…".to_owned()),
            FactType::Calendar => return None,
        })
    };
    match &atom.relation {
        Relation::Is(words) => {
            let Some(word) = words.first() else { return };
            let value = match vocabulary.fact(atom.fact).map(|f| f.ty) {
                Some(FactType::Bool | FactType::Statement) => FactValue::Bool(word == "true"),
                _ => FactValue::Text(word.clone()),
            };
            facts.set(atom.fact, Some(value));
        }
        Relation::Stated => {
            if facts.get(atom.fact).is_none() {
                facts.set(atom.fact, sample(atom.fact));
            }
        }
        Relation::Same(other) | Relation::AtMost(other) | Relation::AtLeast(other) | Relation::Within(other) => {
            // Whichever of the two is stated tells what the other has to be.
            match (facts.get(atom.fact).map(FactValue::from), facts.get(*other).map(FactValue::from)) {
                (_, Some(o)) => facts.set(atom.fact, Some(o)),
                (Some(v), None) => facts.set(*other, Some(v)),
                (None, None) => {
                    let v = sample(atom.fact);
                    facts.set(atom.fact, v.clone());
                    facts.set(*other, v);
                }
            }
        }
        Relation::OneOf(other) => match (facts.get(atom.fact).map(FactValue::from), facts.get(*other).map(FactValue::from)) {
            (_, Some(FactValue::Texts(set))) => facts.set(atom.fact, set.first().cloned().map(FactValue::Text)),
            (Some(FactValue::Text(t)), None) => facts.set(*other, Some(FactValue::Texts(vec![t]))),
            _ => {
                facts.set(atom.fact, Some(FactValue::Text("…".to_owned())));
                facts.set(*other, Some(FactValue::Texts(vec!["…".to_owned()])));
            }
        },
    }
}

/// How the fact has to stand, in words a person can compare with the request.
pub(crate) fn required(vocabulary: &Vocabulary, atom: &Atom, missing: FactId) -> String {
    if missing != atom.fact {
        // The missing fact is the one compared with: say it from its side.
        let other = vocabulary.fact_name(atom.fact);
        return match &atom.relation {
            Relation::AtMost(_) => format!(">= {other}"),
            Relation::AtLeast(_) => format!("<= {other}"),
            Relation::Within(_) | Relation::OneOf(_) => format!("contains {other}"),
            Relation::Is(_) | Relation::Same(_) | Relation::Stated => format!("= {other}"),
        };
    }
    match &atom.relation {
        Relation::Is(words) => words.join("|"),
        Relation::Same(o) => format!("= {}", vocabulary.fact_name(*o)),
        Relation::AtMost(o) => format!("<= {}", vocabulary.fact_name(*o)),
        Relation::AtLeast(o) => format!(">= {}", vocabulary.fact_name(*o)),
        Relation::Within(o) => format!("within {}", vocabulary.fact_name(*o)),
        Relation::OneOf(o) => format!("in {}", vocabulary.fact_name(*o)),
        Relation::Stated => "stated".to_owned(),
    }
}

/// A stated value as text.
pub(crate) fn shown(vocabulary: &Vocabulary, fact: FactId, facts: &Facts) -> String {
    match facts.get(fact) {
        None => "not_stated".to_owned(),
        Some(Value::Bool(b)) => b.to_string(),
        Some(Value::Long(n)) => match vocabulary.fact(fact).map(|f| f.ty) {
            Some(FactType::Date) => crate::calendar::format_moment(n),
            _ => n.to_string(),
        },
        Some(Value::Text(t)) => t.to_owned(),
        Some(Value::Texts(t)) => t.join(", "),
    }
}
