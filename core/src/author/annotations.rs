//! What the annotations of a policy say. Cedar keeps them and gives them no meaning; here they get one.

use crate::law::{Atom, Choice, Demand, Relation};
use crate::vocabulary::{FactId, FactType, Vocabulary};

/// Every annotation a policy may carry, and what it is for.
pub(super) const KNOWN: &[(&str, &str)] = &[
    ("id", "unique policy id: the rule id, with #word where a rule needs several policies"),
    ("rules", "rule ids it encodes, the cited one first"),
    ("zh", "the rule in one Chinese sentence"),
    ("en", "the rule in one English sentence"),
    ("step", "gates and grounds: what somebody can still do"),
    ("state", "gates and grounds: what has to be so and cannot be changed within this request"),
    ("remedy_zh", "what to do, when the fact's own remedy does not say it"),
    ("remedy_en", "the same in English"),
    ("who", "who acts, when the fact's own answer does not fit"),
    ("hint_zh", "what to do instead when the act is barred"),
    ("hint_en", "the same in English"),
    ("point", "numbers of the open points it rests on"),
    ("reading", "readings it belongs to: point=applied or point=other; left out when the store chooses otherwise"),
    ("lifts", "rule ids of the exceptions in its unless, or that give a ground a second way"),
    ("narrows", "rule ids of the exceptions in its condition that take a permit back"),
    ("duty", "obligation type: makes a permit a duty"),
    ("params", "duty parameters: name=fact; name=fact"),
    ("always", "attach the duty to refusals as well"),
    ("deadline", "length in working days: makes a permit a period"),
    ("from", "the date that sets the period off"),
    ("implied", "why a ground is read into an article that does not say `may`"),
];

/// Reads `@reading`: `7=applied`, several separated by spaces.
pub(super) fn readings(text: &str) -> Result<Vec<(String, Choice)>, String> {
    text.split_whitespace()
        .map(|mark| {
            let (point, choice) = mark.split_once('=').unwrap_or((mark, ""));
            let choice = Choice::from_name(choice).filter(|_| !point.is_empty());
            Ok((point.to_owned(), choice.ok_or_else(|| format!("`{mark}` is no reading; write point=applied or point=other"))?))
        })
        .collect()
}

/// Reads a demand list: clauses between `;`, alternatives between ` or `; an alternative in parentheses is a circumstance
/// that nobody is asked to change. The first alternative that is still open is the one a person is told.
pub(super) fn demands(text: &str, step: bool, vocabulary: &Vocabulary) -> Result<Vec<Demand>, String> {
    text.split(';')
        .map(str::trim)
        .filter(|c| !c.is_empty())
        .map(|clause| {
            let any = clause.split(" or ").map(|a| atom(a.trim(), step, vocabulary)).collect::<Result<Vec<_>, _>>()?;
            Ok(Demand { any, rule_first: !step })
        })
        .collect()
}

fn atom(text: &str, step: bool, vocabulary: &Vocabulary) -> Result<Atom, String> {
    let bare = text.strip_prefix('(').and_then(|t| t.strip_suffix(')'));
    let (text, step) = (bare.unwrap_or(text), step && bare.is_none());
    let mut words = text.split_whitespace();
    let (name, relation, rest) = (words.next().unwrap_or(""), words.next().unwrap_or(""), words.collect::<Vec<_>>().join(" "));
    let fact_of = |name: &str| fact(name, vocabulary);
    let id = fact_of(name)?;
    let relation = match relation {
        "stated" if rest.is_empty() => Relation::Stated,
        "<=" => Relation::AtMost(fact_of(&rest)?),
        ">=" => Relation::AtLeast(fact_of(&rest)?),
        "within" => Relation::Within(fact_of(&rest)?),
        "in" => Relation::OneOf(fact_of(&rest)?),
        "=" if rest.contains('.') => Relation::Same(fact_of(&rest)?),
        "=" => {
            let values: Vec<String> = rest.split('|').map(|w| w.trim().to_owned()).collect();
            for value in &values {
                check_value(id, value, vocabulary)?;
            }
            Relation::Is(values)
        }
        _ => {
            return Err(format!(
                "`{text}` is no demand; write `fact = value`, `fact = other.fact`, `fact <= other.fact`, `fact >= other.fact`, `fact within other.fact`, `fact in other.fact` or `fact stated`"
            ));
        }
    };
    Ok(Atom { fact: id, relation, step, circumstance: bare.is_some() })
}

/// The fact with this name, or what may have been meant.
pub(super) fn fact(name: &str, vocabulary: &Vocabulary) -> Result<FactId, String> {
    vocabulary.find_fact(name).ok_or_else(|| match Vocabulary::nearest(name, vocabulary.facts.iter().map(|f| f.name.as_str())) {
        Some(near) => format!("there is no fact `{name}`; did you mean `{near}`?"),
        None => format!("there is no fact `{name}`"),
    })
}

/// Whether a fact can have this value.
pub(super) fn check_value(id: FactId, value: &str, vocabulary: &Vocabulary) -> Result<(), String> {
    let Some(fact) = vocabulary.fact(id) else { return Err("no such fact".to_owned()) };
    let fits = match fact.ty {
        FactType::Bool | FactType::Statement => matches!(value, "true" | "false"),
        FactType::Enum => fact.values.iter().any(|v| v == value),
        FactType::Kind => vocabulary.find_kind(value).is_some(),
        FactType::Text | FactType::Territory => !value.is_empty(),
        FactType::Texts | FactType::Date | FactType::CreditCode | FactType::Calendar => false,
    };
    if fits { Ok(()) } else { Err(format!("`{}` cannot be `{value}`", fact.name)) }
}
