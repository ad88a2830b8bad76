//! Cedar policies (in Cedar's JSON form) to the compact program of [`crate::program`].

use super::annotations::fact;
use crate::program::{Node, NodeId, Program};
use crate::vocabulary::{ActionId, KindSet, Vocabulary};
use serde_json::Value as Json;

/// The head of a policy and its condition.
pub(super) struct Lowered {
    pub(super) permit: bool,
    pub(super) kinds: KindSet,
    pub(super) actions: Vec<ActionId>,
    pub(super) condition: Option<NodeId>,
}

/// A member, or `null`.
fn at<'j>(json: &'j Json, key: &str) -> &'j Json {
    json.get(key).unwrap_or(&Json::Null)
}

/// Lowers one policy. Errors say which construct is not supported and why.
pub(super) fn lower(policy: &Json, vocabulary: &Vocabulary, program: &mut Program) -> Result<Lowered, String> {
    let kinds = principal(at(policy, "principal"), vocabulary)?;
    let actions = actions(at(policy, "action"), vocabulary)?;
    if at(at(policy, "resource"), "op") != "All" {
        return Err("the resource must stand unconstrained in the head; test its facts in `when` or `unless`".to_owned());
    }
    let mut lowering = Lowering { vocabulary, program };
    let mut condition = None;
    for clause in at(policy, "conditions").as_array().into_iter().flatten() {
        let mut node = lowering.expr(at(clause, "body"))?;
        if at(clause, "kind") == "unless" {
            node = lowering.push(Node::Not(node))?;
        }
        condition = Some(match condition {
            Some(before) => lowering.push(Node::And(before, node))?,
            None => node,
        });
    }
    Ok(Lowered { permit: at(policy, "effect") == "permit", kinds, actions, condition })
}

fn principal(scope: &Json, vocabulary: &Vocabulary) -> Result<KindSet, String> {
    match at(scope, "op").as_str() {
        Some("All") => Ok(KindSet::ALL),
        Some("in") => kind(at(scope, "entity"), vocabulary),
        _ => Err("write `principal` or `principal in Kind::\"…\"` in the head".to_owned()),
    }
}

fn kind(entity: &Json, vocabulary: &Vocabulary) -> Result<KindSet, String> {
    let id = at(entity, "id").as_str().unwrap_or_default();
    if at(entity, "type") != "Kind" {
        return Err("only `Kind::\"…\"` is known".to_owned());
    }
    vocabulary.kinds_in(id).ok_or_else(|| format!("there is no actor kind or class `{id}`"))
}

fn actions(scope: &Json, vocabulary: &Vocabulary) -> Result<Vec<ActionId>, String> {
    let action = |e: &Json| {
        let id = at(e, "id").as_str().unwrap_or_default();
        vocabulary.find_action(id).ok_or_else(|| format!("there is no action `{id}`"))
    };
    match at(scope, "op").as_str() {
        Some("All") => Ok(Vec::new()),
        Some("==") => Ok(vec![action(at(scope, "entity"))?]),
        Some("in") => match at(scope, "entities").as_array() {
            Some(list) => list.iter().map(action).collect(),
            None => {
                let id = at(at(scope, "entity"), "id").as_str().unwrap_or_default();
                match vocabulary.action_groups.iter().find(|g| g.name == id) {
                    Some(group) => Ok(group.actions.clone()),
                    None => Ok(vec![action(at(scope, "entity"))?]),
                }
            }
        },
        _ => Err("write the actions in the head".to_owned()),
    }
}

struct Lowering<'a> {
    vocabulary: &'a Vocabulary,
    program: &'a mut Program,
}

impl Lowering<'_> {
    fn push(&mut self, node: Node) -> Result<NodeId, String> {
        // The same sub-condition stands in many policies; one copy is enough.
        if let Some(i) = self.program.nodes.iter().position(|n| *n == node) {
            return NodeId::try_from(i).map_err(|_| "too many conditions".to_owned());
        }
        self.program.nodes.push(node);
        NodeId::try_from(self.program.nodes.len().saturating_sub(1)).map_err(|_| "too many conditions".to_owned())
    }

    fn expr(&mut self, e: &Json) -> Result<NodeId, String> {
        let (op, body) = e.as_object().and_then(|o| o.iter().next()).ok_or("an expression is malformed")?;
        let node = match op.as_str() {
            "Value" => constant(body)?,
            "Set" => {
                let items = body.as_array().into_iter().flatten();
                let mut texts = items
                    .map(|i| at(i, "Value").as_str().map(str::to_owned).ok_or("a set may hold only strings"))
                    .collect::<Result<Vec<_>, _>>()?;
                texts.sort_unstable();
                texts.dedup();
                Node::Texts(texts)
            }
            "." => Node::Get(self.fact(at(body, "left"), at(body, "attr"))?),
            "has" => {
                // `context has grant`: the groups are always there.
                if at(at(body, "left"), "Var") == "context" {
                    Node::Bool(true)
                } else {
                    Node::Has(self.fact(at(body, "left"), at(body, "attr"))?)
                }
            }
            "in" => {
                if at(at(body, "left"), "Var") != "principal" {
                    return Err("`in` is known for `principal in Kind::\"…\"` only".to_owned());
                }
                Node::KindIn(kind(at(at(at(body, "right"), "Value"), "__entity"), self.vocabulary)?)
            }
            "like" => {
                let pattern = at(body, "pattern").as_array().ok_or("a pattern is malformed")?;
                let (last, literals) = pattern.split_last().ok_or("a pattern is empty")?;
                let prefix: Option<String> = literals.iter().map(|p| at(p, "Literal").as_str()).collect();
                match (last.as_str(), prefix) {
                    (Some("Wildcard"), Some(prefix)) => Node::StartsWith(self.expr(at(body, "left"))?, prefix),
                    _ => return Err("`like` is known for patterns of the form \"prefix*\" only".to_owned()),
                }
            }
            "!" => Node::Not(self.expr(at(body, "arg"))?),
            "isEmpty" => Node::IsEmpty(self.expr(at(body, "arg"))?),
            "if-then-else" => Node::If(self.expr(at(body, "if"))?, self.expr(at(body, "then"))?, self.expr(at(body, "else"))?),
            "!=" => {
                let equal = self.binary(body, Node::Eq)?;
                Node::Not(self.push(equal)?)
            }
            // `a > b` is `b < a`; Cedar evaluates the left side first, but neither side has an effect.
            ">" => self.reversed(body, Node::Less)?,
            ">=" => self.reversed(body, Node::LessEq)?,
            "==" => self.binary(body, Node::Eq)?,
            "<" => self.binary(body, Node::Less)?,
            "<=" => self.binary(body, Node::LessEq)?,
            "&&" => self.binary(body, Node::And)?,
            "||" => self.binary(body, Node::Or)?,
            "+" => self.binary(body, Node::Add)?,
            "-" => self.binary(body, Node::Sub)?,
            "*" => self.binary(body, Node::Mul)?,
            "contains" => self.binary(body, Node::Contains)?,
            "containsAll" => self.binary(body, Node::ContainsAll)?,
            "containsAny" => self.binary(body, Node::ContainsAny)?,
            "Var" if body == "action" => return Err("write the action in the head of the policy, not in its condition".to_owned()),
            other => return Err(format!("`{other}` is not supported in a policy")),
        };
        self.push(node)
    }

    fn binary(&mut self, body: &Json, make: fn(NodeId, NodeId) -> Node) -> Result<Node, String> {
        Ok(make(self.expr(at(body, "left"))?, self.expr(at(body, "right"))?))
    }

    fn reversed(&mut self, body: &Json, make: fn(NodeId, NodeId) -> Node) -> Result<Node, String> {
        let (left, right) = (self.expr(at(body, "left"))?, self.expr(at(body, "right"))?);
        Ok(make(right, left))
    }

    /// The fact behind `principal.x`, `resource.x` or `context.group.x`.
    fn fact(&self, left: &Json, attr: &Json) -> Result<crate::vocabulary::FactId, String> {
        let attr = attr.as_str().unwrap_or_default();
        let group = match at(left, "Var").as_str() {
            Some("principal") => "actor",
            Some("resource") => "dataset",
            _ if at(at(at(left, "."), "left"), "Var") == "context" => at(at(left, "."), "attr").as_str().unwrap_or_default(),
            _ => return Err("a fact is read as `principal.x`, `resource.x` or `context.group.x`".to_owned()),
        };
        fact(&format!("{group}.{attr}"), self.vocabulary)
    }
}

fn constant(value: &Json) -> Result<Node, String> {
    match value {
        Json::Bool(b) => Ok(Node::Bool(*b)),
        Json::String(s) => Ok(Node::Text(s.clone())),
        Json::Number(n) => n.as_i64().map(Node::Long).ok_or_else(|| "a number is out of range".to_owned()),
        _ => Err("an entity may stand in the head or after `principal in` only".to_owned()),
    }
}
