//! The words for names of the vocabulary.

use crate::terminal::say;
use lexgate::Lang;
use lexgate::law::{Atom, Choice, Demand, PolicySet, Relation, RuleKind};
use lexgate::response::Outcome;
use lexgate::vocabulary::{Fact, FactType, Group, Vocabulary};

/// Who acts: an actor kind, or the requester.
pub(crate) fn actor(vocabulary: &Vocabulary, name: &str, lang: Lang) -> String {
    match vocabulary.kinds.iter().find(|k| k.name == name) {
        _ if name == "subject" => say(lang, "the requester", "请求主体").to_owned(),
        Some(k) => k.label.get(lang).to_owned(),
        None => name.to_owned(),
    }
}

/// A label and, in parentheses, the name it goes by in requests.
pub(crate) fn with_name(label: &str, name: &str, lang: Lang) -> String {
    say(lang, format!("{label} ({name})"), format!("{label}（{name}）"))
}

/// A value as a request or a rule writes it, with its label where the fact lists its values.
pub(crate) fn value(fact: Option<&Fact>, written: &str, lang: Lang) -> String {
    match written {
        "true" => return say(lang, "yes", "是").to_owned(),
        "false" => return say(lang, "no", "否").to_owned(),
        "not_stated" => return say(lang, "not stated", "未载明").to_owned(),
        "stated" => return say(lang, "stated", "已载明").to_owned(),
        _ => {}
    }
    let label = |word: &str| {
        let fact = fact?;
        let at = fact.values.iter().position(|v| v == word)?;
        fact.value_labels.get(at).map(|l| l.get(lang))
    };
    let words: Vec<String> = written.split('|').map(|w| label(w).map_or_else(|| w.to_owned(), |l| with_name(l, w, lang))).collect();
    words.join(say(lang, " or ", "或者"))
}

/// A demand of a policy as a sentence: alternatives joined by "or".
pub(crate) fn demand(vocabulary: &Vocabulary, demand: &Demand, lang: Lang) -> String {
    let any: Vec<String> = demand.any.iter().map(|a| atom(vocabulary, a, lang)).collect();
    any.join(say(lang, "; or ", "；或者"))
}

/// How one fact has to stand: in words, then as the policy writes it.
fn atom(vocabulary: &Vocabulary, atom: &Atom, lang: Lang) -> String {
    let label = |id| vocabulary.fact(id).map(|f| f.label.get(lang)).unwrap_or_default();
    let name = |id| vocabulary.fact_name(id);
    let (wanted, formula) = match &atom.relation {
        Relation::Is(words) => {
            let words = words.join("|");
            (value(vocabulary.fact(atom.fact), &words, lang), format!("= {words}"))
        }
        Relation::Same(o) => (say(lang, "the same as: ", "等同于：").to_owned() + label(*o), format!("= {}", name(*o))),
        Relation::AtMost(o) => (say(lang, "not after: ", "不晚于：").to_owned() + label(*o), format!("<= {}", name(*o))),
        Relation::AtLeast(o) => (say(lang, "not before: ", "不早于：").to_owned() + label(*o), format!(">= {}", name(*o))),
        Relation::Within(o) => (say(lang, "inside of: ", "不超出：").to_owned() + label(*o), format!("within {}", name(*o))),
        Relation::OneOf(o) => (say(lang, "one of: ", "属于：").to_owned() + label(*o), format!("in {}", name(*o))),
        Relation::Stated => (value(None, "stated", lang), "stated".to_owned()),
    };
    let formula = format!("{} {formula}", name(atom.fact));
    say(lang, format!("{}: {wanted} [{formula}]", label(atom.fact)), format!("{}：{wanted} [{formula}]", label(atom.fact)))
}

/// An outcome in a word.
pub(crate) fn outcome(outcome: Outcome, lang: Lang) -> &'static str {
    match outcome {
        Outcome::Permitted => say(lang, "permitted", "允许"),
        Outcome::Conditional => say(lang, "conditional", "附条件"),
        Outcome::Undetermined => say(lang, "undetermined", "无法判定"),
        Outcome::Prohibited => say(lang, "prohibited", "禁止"),
    }
}

/// The status of a text.
pub(crate) fn status(status: &str, lang: Lang) -> &str {
    match status {
        "in-force" => say(lang, "in force", "现行有效"),
        "not-yet-in-force" => say(lang, "not yet in force", "尚未施行"),
        "draft" => say(lang, "draft, not law", "草案，不具有法律效力"),
        other => other,
    }
}

/// Which of the two readings of an open point is chosen.
pub(crate) fn choice(choice: Choice, lang: Lang) -> &'static str {
    match choice {
        Choice::Applied => say(lang, "conservative reading", "从严解释"),
        Choice::Other => say(lang, "other reading, chosen by the policy store", "另一解释，由策略库选定"),
    }
}

/// What a rule does.
pub(crate) fn rule_kind(kind: RuleKind, lang: Lang) -> &'static str {
    match kind {
        RuleKind::Permit => say(lang, "permit", "许可"),
        RuleKind::Forbid => say(lang, "prohibition", "禁止"),
        RuleKind::Condition => say(lang, "condition", "条件"),
        RuleKind::Exception => say(lang, "exception", "例外"),
        RuleKind::Obligation => say(lang, "duty", "义务"),
        RuleKind::Deadline => say(lang, "period", "期限"),
        RuleKind::Definition => say(lang, "definition", "界定"),
    }
}

/// The role of a policy.
pub(crate) fn policy_set(set: PolicySet, lang: Lang) -> &'static str {
    match set {
        PolicySet::Ground => say(lang, "ground (permit)", "依据（permit）"),
        PolicySet::Gate => say(lang, "gate (forbid … unless)", "关口（forbid … unless）"),
        PolicySet::Duty => say(lang, "duty", "义务"),
        PolicySet::Deadline => say(lang, "period", "期限"),
    }
}

/// How a fact is written in a request.
pub(crate) fn fact_type(ty: FactType, lang: Lang) -> &'static str {
    match ty {
        FactType::Bool => say(lang, "true or false", "true 或者 false"),
        FactType::Enum => say(lang, "one of the values below", "下列取值之一"),
        FactType::Kind => say(lang, "an actor kind", "主体类别"),
        FactType::Text => say(lang, "text", "文字"),
        FactType::Texts => say(lang, "list of texts", "文字列表"),
        FactType::Date => say(lang, "RFC 3339 date or date-time", "RFC 3339 日期或者日期时间"),
        FactType::Territory => say(lang, "GB/T 2260 code", "GB/T 2260 代码"),
        FactType::CreditCode => say(lang, "unified social credit code", "统一社会信用代码"),
        FactType::Statement => say(lang, "true, false, or the words themselves", "true、false，或者具体文字"),
        FactType::Calendar => say(lang, "{\"holidays\": [dates], \"workdays\": [dates]}", "{\"holidays\": [日期], \"workdays\": [日期]}"),
    }
}

/// What the facts of a group are about.
pub(crate) fn group(group: Group, lang: Lang) -> &'static str {
    match group {
        Group::Actor => say(lang, "The actor", "行为主体"),
        Group::Dataset => say(lang, "The dataset", "数据集"),
        Group::Request => say(lang, "The act asked for", "所请求的行为"),
        Group::Grant => say(lang, "Grants and agreements", "授权和协议"),
        Group::Procedure => say(lang, "The procedure", "程序"),
        Group::Law => say(lang, "The law relied on", "所援引的法律"),
        Group::Time => say(lang, "Time", "时间"),
    }
}
